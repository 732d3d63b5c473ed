"""What only the worker processes of a local cluster do, which we start ourselves: they end quickly.

Dask loads this module in each of them (`preload`) and calls `dask_setup`. Workers of clusters that others start are
never changed like this; what every worker does is in `worker`.
"""

import atexit

from distributed import Worker

from sec_assets.execution.lanes_local import leave_quickly


def dask_setup(worker: Worker) -> None:
    """End this process quickly when it is done: else Dask, which waits four seconds, may kill it with a warning."""
    del worker
    atexit.register(leave_quickly)
