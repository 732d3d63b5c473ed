"""Fan-out as a resource: CPU work of a step over the cluster it runs on, or over local processes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

import dagster as dg

from sec_assets.errors import DefectError
from sec_assets.execution.fanout import FanOut, Lane
from sec_assets.pipeline.outcome import Outcome, Store

Item = TypeVar("Item")


class CompanyFunction(Protocol):
    """A pipeline function of one company; importable by name, safe to be called twice."""

    def __call__(self, store: Store, cik: str) -> Outcome:
        """Do the company's work and tell what came out."""
        ...


class FanOutResource(dg.ConfigurableResource):
    """Spreads companies over processes."""

    def companies(
        self, function: CompanyFunction, store: Store, ciks: Sequence[str], *, lane: Lane = "CPU"
    ) -> Iterator[Outcome]:
        """Yield the outcome of every company as it comes; a crash over one company is its failure alone.

        Args:
            function: the work of one company.
            store: lake and documents, for every process.
            ciks: the companies.
            lane: resource of Dask workers the work goes to, where any worker offers it.

        Raises:
            DefectError: the function crashed over each of several companies: then it is not the companies.
        """
        crashed: list[str] = []
        with FanOut() as engine:
            for done in engine.map(partial(function, store), ciks, lane=lane):
                if done.value is not None:
                    yield done.value
                    continue
                cik, error = ciks[done.index], done.error or "no result"
                crashed.append(f"{cik}: {error}")
                yield Outcome([cik], failed={cik: error})
        if len(crashed) == len(ciks) > 1:
            raise DefectError(f"the work on each of {len(ciks)} companies crashed; {min(crashed)}")

    def batches(
        self,
        function: Callable[[list[Item]], Outcome],
        batches: Iterable[list[Item]],
        *,
        name: Callable[[Item], str],
        here: bool = False,
    ) -> Iterator[Outcome]:
        """Yield the outcome of every batch as it comes; where a batch crashed, its companies are tried one by one.

        Args:
            function: importable by name, safe to be called twice.
            batches: some companies each; read only as fast as processes take them.
            name: the company of an item.
            here: stay in this process, as the work reads files of this machine that others may not have.

        Raises:
            DefectError: the function crashed over each of several companies.
        """
        sent: list[list[Item]] = []
        again: list[Item] = []
        finished = 0
        hint = 0.0 if here else None
        crashed: list[str] = []
        with FanOut() as engine:
            for done in engine.map(function, _remembered(batches, sent), size_hint=hint):
                batch, sent[done.index] = sent[done.index], []
                if done.value is None:
                    again += batch
                    continue
                finished += 1
                yield done.value
            for done in engine.map(function, [[item] for item in again], size_hint=hint):
                if done.value is not None:
                    finished += 1
                    yield done.value
                    continue
                cik, error = name(again[done.index]), done.error or "no result"
                crashed.append(f"{cik}: {error}")
                yield Outcome([cik], failed={cik: error})
        if not finished and len(crashed) > 1:
            raise DefectError(f"the work on each of {len(crashed)} companies crashed; {min(crashed)}")


def _remembered(batches: Iterable[list[Item]], sent: list[list[Item]]) -> Iterator[list[Item]]:
    for batch in batches:
        sent.append(batch)
        yield batch
