"""Several runs of one job at once, each driven by a process of its own: forked, so that the imports are paid once.

Run: python -m sec_assets_tests.execution.many_runs JOB COUNT SCRATCH; DAGSTER_HOME and SEC_ASSETS_DASK in the environment.
Ends with the number of runs that did not succeed.
"""

import multiprocessing
import os
import sys

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository

from sec_assets_tests.execution.conftest import PROJECT, ROOT


def drive(job: str, scratch: str) -> None:
    repository = ReconstructableRepository.for_module(PROJECT, "defs", working_directory=str(ROOT))
    with dg.DagsterInstance.from_config(os.environ["DAGSTER_HOME"]) as instance:
        result = dg.execute_job(repository.get_reconstructable_job(job), instance=instance, tags={"scratch": scratch})
        sys.exit(not result.success)


def main(job: str, count: str, scratch: str) -> None:
    fork = multiprocessing.get_context("fork")
    drivers = [fork.Process(target=drive, args=(job, scratch)) for _ in range(int(count))]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    sys.exit(sum(driver.exitcode != 0 for driver in drivers))


if __name__ == "__main__":
    main(*sys.argv[1:])
