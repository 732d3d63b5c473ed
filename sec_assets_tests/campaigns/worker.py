"""One client process of a campaign: threads that download endless documents through the real client until the time is over.

`python -m sec_assets_tests.campaigns.worker '{…}'` with the fields of `Work`; it prints one line of JSON at the end. Settings come
from the environment, like those of any process of a deployment; it says "ready" and then reads until when to work. Starting and
watching processes is `fleet`.
"""

import json
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.sources import budget_of
from sec_assets.errors import SecAssetsError
from sec_assets.settings import load_settings
from sec_assets_tests.campaigns.site import DOCUMENT_BYTES, FIRST_COMPANY, endless_url, made_up, path_of

CACHED_COMPANIES = 50
_CACHED_EVERY = 5
_PAUSE_AFTER_ERROR = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a process does: its number among others, its threads, and on what terms.

    `discard` checks every stored document and deletes it, for runs that would fill the disk; `cached` asks now and then
    for a company that may lie in the HTTP cache; `hog` keeps the interpreter's lock busy with a further thread;
    `pause` shortens the pause after a rate page.
    """

    number: int
    threads: int
    discard: bool = False
    cached: bool = False
    hog: bool = False
    pause: float | None = None

    def as_argument(self) -> str:
        """Return the command line's argument."""
        return json.dumps(asdict(self))


@dataclass
class Result:
    """What came of it: documents stored, cached answers, wrong bytes, CPU seconds of the process, errors and the first."""

    stored: int = 0
    cached: int = 0
    wrong: int = 0
    cpu_seconds: float = 0.0
    errors: int = 0
    first_error: str = ""


class _Process:
    def __init__(self, work: Work, client: EdgarClient, until: float) -> None:
        self._work, self._client, self._until = work, client, until
        self._counts: Counter[str] = Counter()
        self._first_error = ""
        self._lock = threading.Lock()

    def run(self) -> Result:
        began = time.process_time()
        threads = [threading.Thread(target=self._download, args=(thread,)) for thread in range(self._work.threads)]
        if self._work.hog:
            threading.Thread(target=_hog, daemon=True).start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts = self._counts
        cpu = time.process_time() - began
        return Result(counts["stored"], counts["cached"], counts["wrong"], cpu, counts["error"], self._first_error)

    def _download(self, thread: int) -> None:
        owner = self._work.number * 100 + thread
        number = 0
        while time.monotonic() < self._until:
            number += 1
            try:
                outcome = self._one(owner, number)
            except SecAssetsError as error:
                outcome = "error"
                self._first_error = self._first_error or str(error)
                time.sleep(_PAUSE_AFTER_ERROR)
            with self._lock:
                self._counts[outcome] += 1

    def _one(self, owner: int, number: int) -> str:
        if self._work.cached and number % _CACHED_EVERY == 0:
            self._client.get_json(
                f"https://data.sec.gov/submissions/CIK{FIRST_COMPANY + number % CACHED_COMPANIES:010d}.json"
            )
            return "cached"
        url = endless_url(owner, number)
        self._client.download(url, expect="html")
        if not self._work.discard:
            return "stored"
        path = self._client.documents.path_of(url)
        good = path.read_bytes() == made_up(path_of(url), DOCUMENT_BYTES)
        path.unlink()
        return "stored" if good else "wrong"


def _hog() -> None:
    text = json.dumps([{"number": number} for number in range(20_000)])
    while True:
        json.loads(text)


def main() -> None:
    """Work until the moment read from standard input."""
    work = Work(**json.loads(sys.argv[1]))
    settings = load_settings()
    budget = budget_of(settings) if work.pause is None else replace(budget_of(settings), pause=work.pause)
    with EdgarClient(settings, budget=budget) as client:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        result = _Process(work, client, until=float(sys.stdin.readline())).run()
    sys.stdout.write(json.dumps(asdict(result)) + "\n")


if __name__ == "__main__":
    main()
