"""Functions that travel to Dask by value, so that neither scheduler nor worker needs this package to receive them.

Dask unpickles a submitted function on the scheduler and again on the worker. A function sent by reference makes a
machine that lacks the package fail inside Dask's own machinery; one sent by value fails in our hands, with a reason.
Functions nested in functions are pickled by value; they may use nothing but their arguments and what they import.
What the payloads mean belongs to `worker` (steps) and `fanout` (items).
"""

import sys
from collections.abc import Callable, Coroutine
from importlib import metadata
from typing import Any

_COMPARED = ("dagster", "dask", "distributed", "polars", "duckdb", "sec_assets")


def caller() -> Callable[[str, bytes], bytes]:
    """The function that Dask runs: import `module:name` and hand it the payload, bytes in and bytes out."""

    def call(target: str, payload: bytes) -> bytes:
        import importlib

        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)(payload)

    return call


def running_keys() -> Callable[[], list[str]]:
    """The function that asks a worker which steps it is executing; run it with `Client.run`."""

    def keys() -> list[str]:
        import sys

        worker = sys.modules.get("sec_assets.execution.worker")
        return [] if worker is None else sorted(worker.RUNNING)

    return keys


def profiler_off() -> Callable[..., None]:
    """The function that switches Dask's profiler off in a worker; run it with `Client.run`.

    Under Python 3.11 it can hang the worker for ever (see `cluster`). Task profiles in Dask's dashboard stay empty.
    """

    def stop(dask_worker: Any) -> None:
        for name in ("profile", "profile-cycle"):
            if name in dask_worker.periodic_callbacks:
                dask_worker.periodic_callbacks.pop(name).stop()

    return stop


def prober() -> Callable[[dict[str, str], bytes, float], Coroutine[Any, Any, str]]:
    """The function that asks a worker whether it could execute steps; run it with `Client.run`.

    It answers the empty text, or why not. The check runs in a thread, so that a slow import does not stop the
    worker's heartbeat.
    """

    async def probe(expected: dict[str, str], payload: bytes, seconds: float) -> str:
        import asyncio
        from importlib import import_module, metadata

        def check() -> str:
            found: dict[str, str] = {}
            for name in expected:
                try:
                    found.setdefault(name, metadata.version(name))
                except metadata.PackageNotFoundError:
                    continue
            differing = [
                f"{name} {found[name]} instead of {version}"
                for name, version in expected.items()
                if found.get(name, version) != version
            ]
            if differing:
                return "it runs " + ", ".join(differing)
            try:
                return import_module("sec_assets.execution.worker").check(payload)
            except Exception as error:  # noqa: BLE001 - whatever user code raises on import is the answer
                return f"{type(error).__name__}: {error}"

        try:
            return await asyncio.wait_for(asyncio.to_thread(check), seconds)
        except TimeoutError:
            return f"it did not finish importing the code within {seconds:g} s"

    return probe


def own_python() -> str:
    """Major and minor version of this Python."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def own_versions() -> dict[str, str]:
    """Versions a worker must share with this process, by package."""
    versions: dict[str, str] = {}
    for name in _COMPARED:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # run from a source tree: the import itself is then the check
    return versions
