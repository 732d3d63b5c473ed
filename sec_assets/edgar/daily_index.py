"""EDGAR's own lists of all filings of a day or a quarter (`master.idx`).

They are complete where the feed of newest filings (`feeds.py`) has gaps, but appear only at night, and carry no time of
acceptance. What a filing holds is told by `submissions.py`.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from sec_assets.edgar.urls import daily_index_url, full_index_url
from sec_assets.errors import MalformedError

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

_LINE = (
    r"^(?<cik>\d{1,10})\|(?<company>.*)\|(?<form>[^|]+)\|(?<filing_date>\d{8}|\d{4}-\d\d-\d\d)"
    r"\|(?<path>edgar/data/\d+/(?:\d{18}/)?(?<accession_number>\d{10}-\d{2}-\d{6})\.txt)\s*$"
)
_HEADER = "CIK|Company Name|Form Type|Date Filed|File"
_RULE = "-----"


@dataclass(frozen=True, slots=True)
class MasterIndex:
    """The filings of a day or a quarter.

    `frame` — unique on (cik, accession_number): cik (ten digits), company, form, filing_date, accession_number, path
    (below /Archives/). `problems` — one sentence for every line that could not be read.
    """

    frame: pl.DataFrame
    problems: tuple[str, ...]


def load_daily_index(client: "EdgarClient", day: date) -> MasterIndex:
    """Fetch the filings of one day.

    Raises:
        AbsentError: there is no list: a weekend, a holiday, or not published yet (about 22:30 New York time).
        MalformedError: the answer is not such a list.
    """
    return parse_master(client.get(daily_index_url(day), expect="text").body)


def load_full_index(client: "EdgarClient", year: int, quarter: int) -> MasterIndex:
    """Fetch the filings of one quarter; see `load_daily_index`."""
    return parse_master(client.get(full_index_url(year, quarter), expect="text").body)


def parse_master(body: bytes) -> MasterIndex:
    """Read a `master.idx`: Latin-1, a header, a rule of dashes, then `CIK|name|form|date|path` lines.

    Dates are `YYYYMMDD` in daily lists and `YYYY-MM-DD` in quarterly ones.

    Raises:
        MalformedError: header or rule are missing.
    """
    head, found, rest = body.decode("latin-1").partition(f"\n{_RULE}")
    if not found or _HEADER not in head:
        raise MalformedError(f"not a master index: no line {_HEADER!r} above a rule; it begins {body[:40]!r}")
    lines = pl.DataFrame({"line": rest.split("\n")[1:]}).filter(pl.col("line").str.strip_chars() != "")
    read = lines.with_columns(pl.col("line").str.extract_groups(_LINE).alias("parts")).unnest("parts")
    dated = read.with_columns(
        pl.col("cik").str.zfill(10),
        pl.col("filing_date").str.replace_all("-", "").str.to_date("%Y%m%d", strict=False),
        pl.col("form").str.strip_chars(),
        pl.col("company").str.strip_chars(),
    )
    usable = pl.col("cik").is_not_null() & pl.col("filing_date").is_not_null()
    problems = [f"a line of the index cannot be read: {line[:200]!r}" for line in dated.filter(~usable)["line"]]
    good = dated.filter(usable).drop("line").unique(["cik", "accession_number"], keep="first", maintain_order=True)
    columns = ["cik", "company", "form", "filing_date", "accession_number", "path"]
    return MasterIndex(good.select(columns), tuple(problems))
