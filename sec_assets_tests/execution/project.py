"""A small code location whose steps leave traces in files: imported by drivers and by Dask workers alike.

Every asset appends one line per execution to `<scratch>/<name>`, where the run's tag `scratch` names the folder.
"""

import os
import signal
import time
from functools import partial

import dagster as dg

from sec_assets.execution.dask import dask_executor
from sec_assets.execution.driver import RESOURCES_TAG
from sec_assets.execution.fanout import FanOut
from sec_assets_tests.execution.functions import disk_full_on_three, refuse_odd, slow_square
from sec_assets_tests.execution.project_fanout import FAN_ASSETS, FAN_JOBS
from sec_assets_tests.execution.project_flows import FLOW_JOBS
from sec_assets_tests.execution.traces import trace

ciks = dg.DynamicPartitionsDefinition(name="cik")


@dg.asset
def upstream(context: dg.AssetExecutionContext) -> None:
    trace(context, "upstream")


@dg.asset(deps=[upstream])
def downstream(context: dg.AssetExecutionContext) -> None:
    trace(context, "downstream")


@dg.asset
def broken(context: dg.AssetExecutionContext) -> None:
    trace(context, "broken")
    raise ValueError("broken on purpose")


@dg.asset(deps=[broken])
def after_broken(context: dg.AssetExecutionContext) -> None:
    trace(context, "after_broken")


@dg.asset
def leaves(context: dg.AssetExecutionContext) -> None:
    trace(context, "leaves")
    raise SystemExit(3)


@dg.asset
def checked(context: dg.AssetExecutionContext) -> None:
    trace(context, "checked")


@dg.asset_check(asset=checked, blocking=True)
def refusing() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


@dg.asset(deps=[checked])
def after_checked(context: dg.AssetExecutionContext) -> None:
    trace(context, "after_checked")


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=2, delay=0.2))
def third_time(context: dg.AssetExecutionContext) -> None:
    if trace(context, "third_time") < 3:
        raise ValueError("not yet")


def _pooled(name: str) -> dg.AssetsDefinition:
    @dg.asset(name=name, pool="narrow")
    def pooled(context: dg.AssetExecutionContext) -> None:
        trace(context, "pooled", f"{name} in")
        time.sleep(0.5)
        trace(context, "pooled", f"{name} out")

    return pooled


@dg.asset(partitions_def=ciks, backfill_policy=dg.BackfillPolicy.single_run())
def per_company(context: dg.AssetExecutionContext) -> None:
    trace(context, "per_company", ",".join(context.partition_keys))


@dg.asset(partitions_def=ciks, backfill_policy=dg.BackfillPolicy.single_run(), deps=[per_company])
def per_company_after(context: dg.AssetExecutionContext) -> None:
    trace(context, "per_company_after", ",".join(context.partition_keys))


@dg.asset(op_tags={RESOURCES_TAG: '{"MODEL": 1}'})
def on_model_worker(context: dg.AssetExecutionContext) -> None:
    trace(context, "on_model_worker")


@dg.asset
def killed(context: dg.AssetExecutionContext) -> None:
    trace(context, "killed")
    os.kill(os.getpid(), signal.SIGKILL)


@dg.asset(deps=[killed])
def after_killed(context: dg.AssetExecutionContext) -> None:
    trace(context, "after_killed")


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
def killed_once(context: dg.AssetExecutionContext) -> None:
    if trace(context, "killed_once") == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@dg.asset
def endless(context: dg.AssetExecutionContext) -> None:
    while True:
        trace(context, "endless")
        time.sleep(0.1)


def _fanning(name: str) -> dg.AssetsDefinition:
    @dg.asset(name=name)
    def fanning(context: dg.AssetExecutionContext) -> None:
        with FanOut(patience=30) as fan_out:
            squares = {o.index: o.value for o in fan_out.map(partial(slow_square, seconds=0.05), range(6))}
        trace(context, name, str([squares[i] for i in range(6)]))

    return fanning


@dg.asset
def fanning_refused(context: dg.AssetExecutionContext) -> None:
    with FanOut(patience=30) as fan_out:
        outcomes = sorted(fan_out.map(refuse_odd, range(4)), key=lambda outcome: outcome.index)
    trace(context, "fanning_refused", str([outcome.error or outcome.value for outcome in outcomes]))


@dg.asset
def fanning_full(context: dg.AssetExecutionContext) -> None:
    with FanOut(patience=30) as fan_out:
        list(fan_out.map(disk_full_on_three, range(100)))


@dg.op(out=dg.DynamicOut())
def numbers():
    for number in range(3):
        yield dg.DynamicOutput(number, mapping_key=str(number))


@dg.op
def double(number: int) -> int:
    return 2 * number


@dg.op
def total(context: dg.OpExecutionContext, doubled: list[int]) -> None:
    trace(context, "total", str(sum(doubled)))


@dg.job(executor_def=dask_executor)
def mapped_job():
    total(numbers().map(double).collect())


defs = dg.Definitions(
    assets=[
        upstream,
        downstream,
        broken,
        after_broken,
        leaves,
        checked,
        after_checked,
        third_time,
        _pooled("pooled_a"),
        _pooled("pooled_b"),
        per_company,
        per_company_after,
        on_model_worker,
        killed,
        after_killed,
        killed_once,
        endless,
        _fanning("fanning_a"),
        _fanning("fanning_b"),
        fanning_refused,
        fanning_full,
        *FAN_ASSETS,
    ],
    asset_checks=[refusing],
    jobs=[
        mapped_job,
        *FLOW_JOBS,
        *FAN_JOBS,
        dg.define_asset_job("chain", selection=["upstream", "downstream"]),
        dg.define_asset_job("failing_chain", selection=["broken", "after_broken", "upstream"]),
        dg.define_asset_job("leaving", selection=["leaves"]),
        dg.define_asset_job("checked_chain", selection=["checked", "after_checked"]),
        dg.define_asset_job("retried", selection=["third_time"]),
        dg.define_asset_job("narrow", selection=["pooled_a", "pooled_b"]),
        dg.define_asset_job("companies", selection=["per_company", "per_company_after"]),
        dg.define_asset_job("needs_model", selection=["on_model_worker"]),
        dg.define_asset_job("kill_chain", selection=["killed", "after_killed"]),
        dg.define_asset_job("kill_once", selection=["killed_once"]),
        dg.define_asset_job("forever", selection=["endless"]),
        dg.define_asset_job("fans_with_failures", selection=["fanning_refused", "fanning_full"]),
        dg.define_asset_job("fans", selection=["fanning_a", "fanning_b"]),
    ],
    executor=dask_executor,
)
