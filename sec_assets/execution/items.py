"""One item of a fan-out, in the process that computes it: bytes in, bytes out, and no exception crosses.

How items get to processes is in `lanes_local` and `lanes_dask`; what the caller sees of them is in `fanout`.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sec_assets.errors import OutageError


@dataclass(frozen=True)
class Result:
    """What became of one item: its value, the text of its error, or the outage that concerns everybody."""

    value: Any = None
    error: str | None = None
    outage: OutageError | None = None


@dataclass(frozen=True)
class Ended:
    """An item that came back from a lane; `body` is a packed `Result`, absent when its process died (`crash`)."""

    ticket: int
    body: bytes | None
    crash: str | None = None


def pack_item(function: Callable[[Any], Any], item: object) -> bytes:
    """The payload `run_item` expects.

    Raises:
        TypeError: the function cannot be imported by name in another process.
    """
    try:
        payload = pickle.dumps((function, item))
    except (pickle.PicklingError, AttributeError) as error:
        raise _not_importable(function, str(error)) from error
    if _module_of(function) == "__main__":
        raise _not_importable(function, "it is part of the program that was started")
    return payload


def _module_of(function: Callable[[Any], Any]) -> str | None:
    while isinstance(function, partial):
        function = function.func
    return function.__module__


def _not_importable(function: Callable[[Any], Any], why: str) -> TypeError:
    return TypeError(
        f"{function!r} or its item cannot be sent to another process ({why}): use a function at the top level of "
        "a module, or functools.partial of one, and plain data"
    )


def run_item(payload: bytes) -> bytes:
    """Compute one item; its failure is part of the packed `Result`."""
    try:
        function, item = pickle.loads(payload)  # noqa: S301 - written by `pack_item` of the same deployment
        return pickle.dumps(Result(value=function(item)))
    except OutageError as outage:
        return pickle.dumps(Result(outage=outage))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one bad item must not concern its neighbours
        return pickle.dumps(Result(error=f"{type(error).__name__}: {error}"))


def unpack_result(body: bytes) -> Result:
    """Read what `run_item` wrote; a value whose class is missing here is an error of the item."""
    try:
        return pickle.loads(body)  # noqa: S301 - written by `run_item` of the same deployment
    except (pickle.UnpicklingError, AttributeError, ImportError, TypeError) as error:
        return Result(error=f"its result cannot be read back: {type(error).__name__}: {error}")
