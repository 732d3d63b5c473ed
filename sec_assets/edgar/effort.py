"""How hard documents are downloaded: how much at once, who follows it, who may stop it. The work itself is `artifacts`."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from sec_assets.edgar.filing_work import Told


def _nobody(*_: object) -> None:
    """Tell nobody."""


class Allowance:
    """How many filings and companies may be under way now; whoever shares them out may raise it while work goes on.

    Attributes:
        now: filings, and companies or None for as many as there are workers for.
        changed: done once `now` is no longer what it was; take it first, then `now`.
    """

    def __init__(self, filings: int, companies: int | None) -> None:
        self.now = filings, companies
        self.changed: Future[None] = Future()

    def change(self, filings: int, companies: int | None) -> None:
        """Allow so many from now on; what is under way goes on."""
        self.now = filings, companies
        before, self.changed = self.changed, Future()
        before.set_result(None)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done at once, and who may follow and stop it.

    Attributes:
        workers: filings under way at once; 1 works in the calling thread, one request after the other.
        companies: companies begun and not complete; None leaves it to the workers.
        allowance: takes the place of both limits while it allows less, for work that shares them with other work.
        stop: once set, nothing new begins, and the work ends as by an outage.
        told: is told of every document, from any thread.
        begun: is told of every company when its first documents are looked for.
        rest: is told how many filings and companies are still under way, from when there is less than the workers can do.
    """

    workers: int = 8
    companies: int | None = None
    allowance: Allowance | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    told: Told = _nobody
    begun: Callable[[str], None] = _nobody
    rest: Callable[[int, int], None] = _nobody
