"""The gate as a bucket of pyrate-limiter, so that `LimiterMixin` paces requests and does the sleeping.

A bucket belongs to one session, hence to one thread; what it holds is only that thread's ticket. A `put` that is
denied reports the exact wait; the next `put` of the same item uses the ticket it already holds. Nobody sleeps longer
than a second at a time, so that an interrupt gets through.
"""

import logging
import math

from pyrate_limiter import AbstractBucket, Limiter, Rate, RateItem, SingleBucketFactory

from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.retry import GIVEN_UP
from sec_assets.edgar.transport.rules import Permit, Ticket, Wait
from sec_assets.errors import BannedError, OutageError

_LOG = logging.getLogger(__name__)
_LONGEST_SLEEP_SECONDS = 1.0


class GateBucket(AbstractBucket):
    """An `AbstractBucket` whose state is the shared gate.

    Args:
        gate: the shared budget.
        patience: seconds of a pause asked for by the source that are waited out; a longer one raises `BannedError`.
    """

    is_async = False

    def __init__(self, gate: Gate, patience: float) -> None:
        self.gate = gate
        self.patience = patience
        self.rates = [Rate(gate.budget.limit, max(1, round(gate.budget.window * 1000)))]
        self._item: RateItem | None = None
        self._ticket: Ticket | None = None
        self._wait_ms = 0
        self._generation = gate.generation

    def put(self, item: RateItem) -> bool:
        """Take a step at the gate; True when the request may be sent now.

        Raises:
            BannedError: the source asked for a pause longer than `patience`.
            StorageError: the shared state cannot be used.
            OutageError: the wait was given up, see `Gate.abandon`.
        """
        if item is not self._item:
            self._item, self._ticket, self._generation = item, None, self.gate.generation
        elif self._generation != self.gate.generation:
            self.flush()
            raise OutageError(GIVEN_UP)
        verdict = self.gate.step(self._ticket)
        if isinstance(verdict, Permit):
            self._item = self._ticket = self.failing_rate = None
            return True
        self._ticket, wait = verdict
        if wait.banned:
            self._tell(wait)
        self.failing_rate = self.rates[0]
        self._wait_ms = math.ceil(min(wait.seconds, _LONGEST_SLEEP_SECONDS) * 1000)
        return False

    def _tell(self, wait: Wait) -> None:
        if wait.seconds > self.patience:
            raise BannedError(
                f"EDGAR refuses our requests for another {wait.seconds / 60:.0f} minutes because there were too many; "
                "nothing is sent until then. What is done is kept: run again later, and lower SEC_REQUESTS_PER_SECOND "
                "if other programs use the same internet address"
            )
        if wait.seconds > _LONGEST_SLEEP_SECONDS and self.gate.first_told(wait):
            _LOG.warning("EDGAR asked for a pause: all processes wait %.0f s, then go on", wait.seconds)

    def waiting(self, item: RateItem) -> int:  # noqa: ARG002 - the library's signature
        """Return the milliseconds the last denied `put` asked for."""
        return self._wait_ms

    def leak(self, current_timestamp: int | None = None) -> int:  # noqa: ARG002 - the library's signature
        """Nothing to leak: the gate forgets by itself."""
        return 0

    def flush(self) -> None:
        """Give the held ticket up; the shared state is not ours to clear."""
        self._item = self._ticket = self.failing_rate = None

    def count(self) -> int:
        """Return how many tickets this bucket holds."""
        return int(self._ticket is not None)

    def peek(self, index: int) -> RateItem | None:
        """Return the item that waits."""
        return self._item if index == 0 else None


def limiter_over(gate: Gate, patience: float) -> Limiter:
    """Return a limiter over the gate, without the library's extra 50 ms and without its clean-up thread."""
    return Limiter(SingleBucketFactory(GateBucket(gate, patience), schedule_leak=False), buffer_ms=0)
