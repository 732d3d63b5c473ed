"""What a backfill has done so far, counted from what its lanes report; pure. How it looks on a terminal is `board`.

A lane reports what the assets have stored: nothing here is estimated but the time left.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

_RECENT_SECONDS = 60.0


@dataclass(slots=True)
class Progress:
    """The figures of the board. `last` is the stage that completes a company; `total` companies are to be worked on."""

    total: int
    skipped: int
    last: str
    begun: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    filings: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    downloaded: int = 0
    download_failures: int = 0
    started: float = 0.0
    _recent: deque[float] = field(default_factory=deque)

    def take(self, event: dict[str, Any], now: float) -> None:
        """Count one report of a lane; `now` is seconds on the clock of `started`."""
        match event["kind"]:
            case "begun":
                self.begun.add(event["cik"])
            case "document":
                self._document(event["status"], fetched=event["fetched"], now=now)
            case "company":
                self._company(event)

    def _document(self, status: str, *, fetched: bool, now: float) -> None:
        self.documents += 1
        if status != "stored":
            self.download_failures += 1
        elif fetched:
            self.downloaded += 1
            self._recent.append(now)

    def _company(self, event: dict[str, Any]) -> None:
        cik, asset = event["cik"], event["asset"]
        if event["state"] in {"failed", "partial"}:
            self.failed[asset, cik] = event["error"] or ""
        else:
            self.failed.pop((asset, cik), None)
        if event["changed"]:
            self.changed.add(cik)
        if asset == "filings_index":
            self.filings[cik] = event["rows"]
        if asset == self.last:
            self.finished.add(cik)
            self.begun.discard(cik)

    def rate(self, now: float) -> float:
        """Documents that came over the line in the last minute, per minute."""
        while self._recent and self._recent[0] <= now - _RECENT_SECONDS:
            self._recent.popleft()
        seconds = min(_RECENT_SECONDS, max(now - self.started, 1.0))
        return len(self._recent) * 60.0 / seconds

    def seconds_left(self, now: float) -> float | None:
        """Time left at the pace of companies so far; None before the first is complete."""
        if not self.finished:
            return None
        return (now - self.started) / len(self.finished) * (self.total - len(self.finished))
