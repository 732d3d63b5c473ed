"""Assets that fan out, and the harm that items do; part of the code location in `project`."""

import time
from functools import partial
from pathlib import Path

import dagster as dg
from distributed import Client, Future, get_worker

from sec_assets.execution.fanout import FanOut
from sec_assets_tests.execution import functions
from sec_assets_tests.execution.traces import trace


@dg.asset
def fanning_dead(context: dg.AssetExecutionContext) -> None:
    with FanOut(patience=60) as fan_out:
        outcomes = sorted(fan_out.map(functions.die_on_three, range(6)), key=lambda outcome: outcome.index)
    trace(context, "fanning_dead", str([o.value for o in outcomes if o.error is None]))
    trace(context, "fanning_dead", str({o.index: o.error for o in outcomes if o.error is not None}))


@dg.asset
def fanning_cancelled(context: dg.AssetExecutionContext) -> None:
    found: dict[int, int | None] = {}
    with FanOut(patience=60) as fan_out:
        for outcome in fan_out.map(partial(functions.slow_square, seconds=0.5), range(4), max_in_flight=4):
            if not found:
                _cancel_one_item()
            found[outcome.index] = outcome.value
    trace(context, "fanning_cancelled", str([found[index] for index in sorted(found)]))


def _cancel_one_item() -> None:
    with Client(get_worker().scheduler.address, set_as_default=False) as client:
        tasks = client.run_on_scheduler(lambda dask_scheduler: {k: t.state for k, t in dask_scheduler.tasks.items()})
        (key, *_) = [key for key, state in tasks.items() if key.startswith("fanout-") and state == "processing"]
        client.cancel([Future(key, client=client)], force=True)


@dg.asset
def fanning_left(context: dg.AssetExecutionContext) -> None:
    path = Path(context.run.tags["scratch"]) / "sleeper"
    with FanOut(patience=60) as fan_out:
        outcomes = fan_out.map(partial(functions.sleep_after_two, path=str(path)), range(4), max_in_flight=3)
        taken = [next(outcomes) for _ in range(2)]
        while not path.exists():
            time.sleep(0.1)
        del taken
        outcomes.close()  # type: ignore[attr-defined]


@dg.asset
def fanning_cpu(context: dg.AssetExecutionContext) -> None:
    with FanOut(patience=60) as fan_out:
        parents = [outcome.value for outcome in fan_out.map(functions.parent_of, range(4), lane="CPU")]
    trace(context, "fanning_cpu", str(parents))


@dg.asset
def fanning_slowly(context: dg.AssetExecutionContext) -> None:
    trace(context, "stepper")
    path = Path(context.run.tags["scratch"]) / "parent"
    with FanOut(patience=90) as fan_out:
        squares = {o.index: o.value for o in fan_out.map(partial(functions.note_parent, path=str(path)), range(8))}
    trace(context, "fanning_slowly", str([squares[index] for index in range(8)]))


FAN_ASSETS = [fanning_dead, fanning_cancelled, fanning_left, fanning_cpu, fanning_slowly]
FAN_JOBS = [
    dg.define_asset_job("fans_with_death", selection=["fanning_dead"]),
    dg.define_asset_job("fans_with_cancelling", selection=["fanning_cancelled"]),
    dg.define_asset_job("fans_and_leaves", selection=["fanning_left"]),
    dg.define_asset_job("fans_over_cpu", selection=["fanning_cpu"]),
    dg.define_asset_job("fans_slowly", selection=["fanning_slowly"]),
]
