"""A mirror of an invented EDGAR with as many companies as are wanted, written company by company.

Below the folder lie `edgar/HOST/PATH` (files gzipped, beside them the nightly archives) and `prices/TICKER.csv.gz`. The same
number makes the same bytes, and memory does not grow with it. Who the companies are is `models.py`; archives of EDGAR's whole
size, without documents, are `crowd.py`.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from sec_assets.errors import SettingError
from sec_assets.sample.archive_writer import ArchiveWriter
from sec_assets.sample.models import MOST_COMPANIES, Identity, model_of
from sec_assets.sample.submissions import dumps

_LEVEL = 1  # four times as fast as the usual level, for a fifth more bytes
_SUBMISSIONS = "data.sec.gov/submissions"
_BULK = "www.sec.gov/Archives/edgar/daily-index"


@dataclass(slots=True)
class Written:
    """What lies in a mirror: companies, files, and their bytes."""

    companies: int = 0
    files: int = 0
    bytes: int = 0


def settings_of(root: Path) -> dict[str, str]:
    """Return the environment variables that make a mirror the source."""
    return {
        "SEC_ASSETS_SOURCE": "mirror",
        "SEC_ASSETS_MIRROR": str(root / "edgar"),
        "SEC_ASSETS_PRICES": "csv",
        "SEC_ASSETS_PRICES_CSV": str(root / "prices"),
        "SEC_ASSETS_UNIVERSE": "all",
    }


def write_mirror(root: Path, count: int, told: Callable[[], None] = lambda: None) -> Written:
    """Write a mirror of `count` companies below `root`, a folder that must be empty or not exist.

    Args:
        root: the folder.
        count: companies, 1 to 100,000.
        told: is called after each company.

    Raises:
        SettingError: the folder holds something, or there are too many companies to tell apart.
    """
    if not 0 < count <= MOST_COMPANIES:
        raise SettingError(f"{count} companies: a made-up universe has 1 to {MOST_COMPANIES:,}")
    if root.exists() and any(root.iterdir()):
        raise SettingError(f"{root} is not empty: name another folder for the universe")
    writer = _Writer(root)
    bulk, facts = (root / "edgar" / _BULK / path for path in ("bulkdata/submissions.zip", "xbrl/companyfacts.zip"))
    for archive in (bulk, facts):
        archive.parent.mkdir(parents=True)
    with ArchiveWriter(bulk, level=_LEVEL) as lists, ArchiveWriter(facts, level=_LEVEL) as all_facts:
        for place in range(count):
            _write_company(writer, lists, all_facts, place)
            told()
    _write_tickers(writer, count)
    writer.count(bulk, facts)
    writer.written.companies = count
    return writer.written


def file_again(root: Path, place: int) -> str:
    """Add an amendment of the newest report of the company at `place` to a mirror, filed a week later; return its number.

    It tells the same facts under an accession number of its own. The archives keep last night's lists.
    """
    writer = _Writer(root)
    copy = model_of(place).copy(place)
    address = f"{_SUBMISSIONS}/CIK{copy.cik}.json"
    listing = json.loads(writer.read(address))
    columns = listing["filings"]["recent"]
    at = next(number for number, form in enumerate(columns["form"]) if form in {"10-K", "10-Q", "20-F"})
    old = columns["accessionNumber"][at]
    new = f"{old[:11]}26-{900_000 + len(columns['form']):06d}"
    filed = date.fromisoformat(columns["filingDate"][0]) + timedelta(days=7)
    other = {
        "accessionNumber": new, "form": f"{columns['form'][at]}/A", "filingDate": str(filed),
        "acceptanceDateTime": f"{filed}{columns['acceptanceDateTime'][at][10:]}",
    }  # fmt: skip
    for name, values in columns.items():
        values.insert(0, other.get(name, values[at]))
    folder = root / "edgar" / f"www.sec.gov/Archives/edgar/data/{int(copy.cik)}"
    for path in sorted((folder / old.replace("-", "")).iterdir()):
        body = gzip.decompress(path.read_bytes())
        for before, after in ((old, new), (old.replace("-", ""), new.replace("-", ""))):
            body = body.replace(before.encode(), after.encode())
        name = path.name.removesuffix(".gz").replace(old, new)
        writer.add(f"www.sec.gov/Archives/edgar/data/{int(copy.cik)}/{new.replace('-', '')}/{name}", body)
    writer.add(address, dumps(listing))
    return new


def _write_company(writer: "_Writer", lists: ArchiveWriter, all_facts: ArchiveWriter, place: int) -> None:
    model = model_of(place)
    copy = model.copy(place)
    for name, body in model.submissions.items():
        own_name, own = copy.apply_to_text(name), copy.apply(body)
        lists.add(own_name, own)
        writer.add(f"{_SUBMISSIONS}/{own_name}", own)
    all_facts.add(f"CIK{copy.cik}.json", copy.apply(model.facts))
    for address, body in model.documents.items():
        writer.add(copy.apply_to_text(address), copy.apply(body))
    for ticker, bars in model.bars_of(copy):
        table = BytesIO()
        bars.write_csv(table)
        writer.write(writer.root / "prices" / f"{ticker}.csv.gz", table.getvalue())


def _write_tickers(writer: "_Writer", count: int) -> None:
    """Write the two lists of tickers; a row takes some 200 bytes of memory."""
    rows = [(copy, *ticker) for copy in _copies(count) for ticker in copy.tickers]
    plain = {
        str(at): {"cik_str": int(copy.cik), "ticker": ticker, "title": copy.name}
        for at, (copy, ticker, _) in enumerate(rows)
    }
    data = [[int(copy.cik), copy.name, ticker, exchange] for copy, ticker, exchange in rows]
    writer.add("www.sec.gov/files/company_tickers.json", dumps(plain))
    writer.add(
        "www.sec.gov/files/company_tickers_exchange.json",
        dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": data}),
    )


def _copies(count: int) -> list[Identity]:
    return [model_of(place).copy(place) for place in range(count)]


class _Writer:
    """Writes gzipped files, and counts them; a half-written mirror is thrown away, so that nothing is synced."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = Written()
        self._folders: set[Path] = set()

    def add(self, address: str, body: bytes) -> None:
        self.write(self.root / "edgar" / f"{address}.gz", body)

    def read(self, address: str) -> bytes:
        return gzip.decompress((self.root / "edgar" / f"{address}.gz").read_bytes())

    def write(self, path: Path, body: bytes) -> None:
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders = {path.parent}
        packed = gzip.compress(body, _LEVEL, mtime=0)
        path.write_bytes(packed)
        self.written.files += 1
        self.written.bytes += len(packed)

    def count(self, *paths: Path) -> None:
        for path in paths:
            self.written.files += 1
            self.written.bytes += path.stat().st_size
