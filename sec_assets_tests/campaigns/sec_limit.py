"""A limiter like SEC's, at the server's side: so many requests in any second, else a ban that going on prolongs.

Pure: it is told when a request arrived and says whether it is served. The page it refuses with is ours, with the
phrases by which EDGAR's is known. Our own side of the bargain is `sec_assets.edgar.transport.rules`.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

RATE_PAGE = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>"
    b"<h1>Request Rate Threshold Exceeded</h1><p>Your requests exceeded the SEC\xe2\x80\x99s traffic limit of "
    b"maximum allowable requests; this address is paused.</p></body></html>"
)


_SECOND = 1_000_000_000


@dataclass(slots=True)
class SecLimit:
    """At most `limit` requests in any second; then refusals until `ban_seconds` after the last request."""

    limit: int
    ban_seconds: float
    refused: int = 0
    _recent: list[int] = field(default_factory=list)
    _banned_until: float = 0.0

    def admits(self, at: int) -> bool:
        """Note a request that arrived at `at` (nanoseconds); tell whether it is served.

        A busy server learns of requests in another order than they arrived in.
        """
        insort(self._recent, at)
        if self._overfull(bisect_left(self._recent, at)) or at < self._banned_until:
            self._banned_until = max(self._banned_until, at + self.ban_seconds * 1e9)
            self.refused += 1
            return False
        del self._recent[: -100 * self.limit]
        return True

    def _overfull(self, place: int) -> bool:
        """Tell whether some second with the arrival at `place` in it holds more than the limit."""
        first, last = max(place - self.limit, 0), min(place, len(self._recent) - self.limit - 1)
        return any(self._recent[i + self.limit] - self._recent[i] < _SECOND for i in range(first, last + 1))
