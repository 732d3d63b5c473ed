"""A limiter like SEC's, at the server's side: so many requests in any second, else a ban that going on prolongs.

Pure: it is told when a request arrived and says whether it is served. The page it refuses with is ours, with the
phrases by which EDGAR's is known. Our own side of the bargain is `sec_assets.edgar.transport.rules`.
"""

from collections import deque
from dataclasses import dataclass, field

RATE_PAGE = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>"
    b"<h1>Request Rate Threshold Exceeded</h1><p>Your requests exceeded the SEC\xe2\x80\x99s traffic limit of "
    b"maximum allowable requests; this address is paused.</p></body></html>"
)


@dataclass(slots=True)
class SecLimit:
    """At most `limit` requests in any second; then refusals until `ban_seconds` after the last request."""

    limit: int
    ban_seconds: float
    refused: int = 0
    _recent: deque[int] = field(default_factory=deque)
    _banned_until: float = 0.0

    def admits(self, at: int) -> bool:
        """Note a request that arrived at `at` (nanoseconds); tell whether it is served."""
        self._recent.append(at)
        while self._recent[0] <= at - 1_000_000_000:
            self._recent.popleft()
        if len(self._recent) > self.limit or at < self._banned_until:
            self._banned_until = at + self.ban_seconds * 1e9
            self.refused += 1
            return False
        return True
