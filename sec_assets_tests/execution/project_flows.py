"""Jobs of ops: retries, limits by tag, mapped steps, much output; part of the code location in `project`."""

import time
from pathlib import Path

import dagster as dg

from sec_assets.execution.dask import dask_executor
from sec_assets.execution.driver import LANE_TAG
from sec_assets_tests.execution.traces import trace

LINES = 100_000


@dg.op(
    retry_policy=dg.RetryPolicy(max_retries=2, delay=0.5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
)
def patient(context: dg.OpExecutionContext) -> None:
    if trace(context, "patient", str(time.time())) < 3:
        raise ValueError("not yet")


@dg.job(executor_def=dask_executor)
def patient_job():
    patient()


@dg.op
def asks_for_retry(context: dg.OpExecutionContext) -> None:
    if trace(context, "asks_for_retry") == 1:
        raise dg.RetryRequested(max_retries=1, seconds_to_wait=0.2)


@dg.job(executor_def=dask_executor)
def asking_job():
    asks_for_retry()


@dg.op(tags={"database": "only"})
def with_database(context: dg.OpExecutionContext) -> None:
    trace(context, "database", "in")
    time.sleep(0.3)
    trace(context, "database", "out")


@dg.job(executor_def=dask_executor)
def database_job():
    for number in range(3):
        with_database.alias(f"with_database_{number}")()


@dg.op(tags={"database": "only"})
def meets_another(context: dg.OpExecutionContext) -> None:
    trace(context, "meets", "in")
    deadline = time.monotonic() + 60
    while len((Path(context.run.tags["scratch"]) / "meets").read_text().splitlines()) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError("no other step runs beside this one")
        time.sleep(0.05)


@dg.job(executor_def=dask_executor)
def meeting_job():
    for number in range(2):
        meets_another.alias(f"meets_another_{number}")()


@dg.op(tags={LANE_TAG: "HOME"})
def at_home(context: dg.OpExecutionContext) -> None:
    trace(context, "at_home")


@dg.job(executor_def=dask_executor)
def homely_job():
    for number in range(4):
        at_home.alias(f"at_home_{number}")()


@dg.op(out=dg.DynamicOut())
def four_numbers():
    for number in range(4):
        yield dg.DynamicOutput(number, mapping_key=f"n{number}")


@dg.op(out=dg.DynamicOut())
def no_numbers():
    yield from ()


@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def double_late(context: dg.OpExecutionContext, number: int) -> int:
    if trace(context, f"double_{number}") == 1 and number == 2:
        raise ValueError("once more")
    return 2 * number


@dg.op
def refuse_two(context: dg.OpExecutionContext, number: int) -> int:
    trace(context, "refuse_two", str(number))
    if number == 2:
        raise ValueError("two")
    return number


@dg.op
def add_up(context: dg.OpExecutionContext, numbers: list[int]) -> None:
    trace(context, "add_up", str(sum(numbers)))


@dg.job(executor_def=dask_executor)
def dynamic_job():
    add_up(four_numbers().map(double_late).collect())


@dg.job(executor_def=dask_executor)
def dynamic_empty_job():
    add_up(no_numbers().map(double_late).collect())


@dg.job(executor_def=dask_executor)
def dynamic_failing_job():
    add_up(four_numbers().map(refuse_two).collect())


@dg.op
def prints_much(context: dg.OpExecutionContext) -> None:
    for number in range(LINES):
        print(f"line {number}")  # noqa: T201 - what is tested


@dg.op
def logs_much(context: dg.OpExecutionContext) -> None:
    for number in range(500):
        context.log.info(f"entry {number}")


@dg.job(executor_def=dask_executor)
def much_job():
    prints_much()
    logs_much()


@dg.op
def speak(context: dg.OpExecutionContext) -> None:
    print("said to stdout")  # noqa: T201 - what is tested
    context.log.info("said to the log")


@dg.job(executor_def=dask_executor)
def speaking_job():
    speak()


FLOW_JOBS = [
    patient_job,
    asking_job,
    database_job,
    meeting_job,
    homely_job,
    dynamic_job,
    dynamic_empty_job,
    dynamic_failing_job,
    much_job,
    speaking_job,
]
