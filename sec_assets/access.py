"""What a notebook or script asks for: facts and statements of a company as Polars frames, on any day in the past.

Reads the lake under the data folder (`SEC_ASSETS_DATA`, or `data=`), never the network; what is not there yet has to be
materialized first. Choosing versions is `xbrl/standardize/versions.py`; the same questions in SQL are the warehouse's
`company_facts` and `company_statements`. The package offers these functions as `sec_assets.facts` and so on.
"""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from sec_assets.errors import AbsentError, InputError
from sec_assets.identifiers import normalize_cik
from sec_assets.settings import load_settings
from sec_assets.storage.lake import Lake
from sec_assets.storage.places import place_of
from sec_assets.tables import FINANCIALS, TICKER_MAP, XBRL_FACTS, Table
from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.trailing import trailing_years
from sec_assets.xbrl.standardize.versions import first_reported as first_versions
from sec_assets.xbrl.standardize.versions import known_at, latest
from sec_assets.xbrl.standardize.versions import restatements as changed_versions

Periods = Literal["year", "quarter", "trailing_year", "all"]
Version = Literal["latest", "first", "all"]
When = str | date | datetime | None

_FACT = ("cik", "concept", "unit", "period", "dimensions", "lang")
_NEW_YORK = ZoneInfo("America/New_York")


def facts(
    company: str,
    concept: str,
    *,
    as_of: When = None,
    version: Version = "latest",
    dimensions: bool = False,
    data: Path | str | None = None,
) -> pl.DataFrame:
    """Return one concept of one company, one version of every fact.

    Args:
        company: a ticker (AAPL) or a CIK (320193).
        concept: with its prefix (us-gaap:Revenues) or without (Revenues: of any taxonomy, the filer's own included).
        as_of: only what was public then: a day (to its end in New York, as text or date) or an instant with its zone; all
            by default.
        version: the latest, the first, or all versions of every fact.
        dimensions: facts with dimensions too; by default the company's totals only.
        data: the data folder; that of the settings by default.

    Returns:
        Rows of table `xbrl_facts`, sorted by concept, period and unit; without rows where the company never reported it.

    Raises:
        AbsentError: no such ticker, or the company's facts were never made.
        InputError: `as_of` cannot be read.
        CorruptError: a file of the lake is damaged.
    """
    lake, cik = _find(company, data)
    rows = _read(lake, XBRL_FACTS, cik).filter(
        (pl.col("concept") == concept) | (pl.col("concept").str.extract(r":(.+)$") == concept),
        pl.col("occurrence") == 0,
        (pl.col("dimensions") == "") | dimensions,
    )
    known = _known(rows, as_of).sort(known_at(), "accession_number", nulls_last=False)
    if version != "all":
        keep = "last" if version == "latest" else "first"
        known = known.unique(_FACT, keep=keep, maintain_order=True)
    return known.sort(
        "concept", "period_end", "period_start", "unit", "dimensions", nulls_last=False, maintain_order=True
    )


def statements(
    company: str,
    statement: str | None = None,
    *,
    periods: Periods = "year",
    as_of: When = None,
    version: Version = "latest",
    data: Path | str | None = None,
) -> pl.DataFrame:
    """Return the standard line items of one company, one version of every period.

    Args:
        company: a ticker (AAPL) or a CIK (320193).
        statement: income, balance, cash_flow, per_share, shares or cover; all by default.
        periods: fiscal years, discrete quarters, trailing years, or all that is known. Balances come with the years and
            quarters they end.
        as_of: as in `facts`.
        version: the latest, the first, or all versions; trailing years have the latest only.
        data: the data folder; that of the settings by default.

    Returns:
        Rows of table `financials`, in the order of the statements, then by period. `concept`, `accession_number` and `rule`
        say where each value comes from; a null `value` has its `reason`.

    Raises:
        AbsentError: no such ticker, or the company's statements were never made.
        InputError: no such statement, or `as_of` cannot be read.
        CorruptError: a file of the lake is damaged.
    """
    names = items_frame()["statement"].unique(maintain_order=True).to_list()
    if statement is not None and statement not in names:
        raise InputError(f"statement={statement!r}: allowed are {', '.join(names)}")
    lake, cik = _find(company, data)
    known = _known(_read(lake, FINANCIALS, cik), as_of)
    if periods == "trailing_year":
        chosen = trailing_years(latest(known))
    else:
        chosen = _of_periods(
            {"latest": latest, "first": first_versions, "all": lambda rows: rows}[version](known), periods
        )
    return (
        chosen.filter(pl.col("statement").is_in(names if statement is None else [statement]))
        .join(items_frame().select("line_item", "place"), on="line_item", how="left")
        .sort("place", "period_end", "period_start", "accession_number", nulls_last=False)
        .drop("place")
    )


def restatements(company: str, *, as_of: When = None, data: Path | str | None = None) -> pl.DataFrame:
    """Return what a company changed of its own numbers: old, new, difference, by which filing, rounding only or not.

    Args:
        company: a ticker (AAPL) or a CIK (320193).
        as_of: as in `facts`.
        data: the data folder; that of the settings by default.

    Returns:
        As `xbrl.standardize.versions.restatements`.

    Raises:
        AbsentError: no such ticker, or the company's statements were never made.
    """
    lake, cik = _find(company, data)
    return changed_versions(_known(_read(lake, FINANCIALS, cik), as_of))


def line_items() -> pl.DataFrame:
    """Return the standard line items: line_item, statement, kind, balance, sector, is_additive, place."""
    return items_frame()


def _of_periods(rows: pl.DataFrame, periods: Periods) -> pl.DataFrame:
    label, is_instant = pl.col("fiscal_period"), pl.col("period_type") == "instant"
    if periods == "year":
        return rows.filter((label == "FY") | (pl.col("statement") == "cover"))
    if periods == "quarter":
        return rows.filter(label.is_in(["Q1", "Q2", "Q3", "Q4"]) | ((label == "FY") & is_instant))
    return rows


def _find(company: str, data: Path | str | None) -> tuple[Lake, str]:
    """Return the lake and the CIK that a ticker or number means."""
    lake = Lake(place_of(data) / "lake" if data is not None else load_settings().lake)
    wanted = company.strip().upper()
    listed = lake.read(TICKER_MAP).filter(pl.col("ticker") == wanted)
    if listed.height:
        return lake, listed["cik"][0]
    if not wanted.isdigit():
        raise AbsentError(
            f"no company with ticker {company!r} in {lake.path(TICKER_MAP)}; give its CIK, or update ticker_map"
        )
    return lake, normalize_cik(wanted)


def _read(lake: Lake, table: Table, cik: str) -> pl.DataFrame:
    if not lake.has(table, cik=cik):
        raise AbsentError(
            f"{table.name} of {cik} was never made; run: dagster asset materialize -m sec_assets.definitions "
            f"--select {table.name} --partition {cik}"
        )
    return lake.read(table, cik=cik)


def _known(rows: pl.DataFrame, as_of: When) -> pl.DataFrame:
    return rows if as_of is None else rows.filter(known_at() < _end(as_of))


def _end(as_of: str | date | datetime) -> datetime:
    """Return the first instant that no longer counts: the end of the day in New York, or right after the instant."""
    if isinstance(as_of, str):
        try:
            as_of = datetime.fromisoformat(as_of) if len(as_of) > len("2024-03-01") else date.fromisoformat(as_of)
        except ValueError as error:
            raise InputError(
                f"as_of={as_of!r}: expected a day such as 2024-03-01, or an instant with its zone"
            ) from error
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise InputError(
                f"as_of={as_of.isoformat()}: an instant needs its time zone, e.g. 2024-03-01T16:00:00-05:00"
            )
        return as_of.astimezone(UTC) + datetime.resolution
    midnight = datetime.combine(date.fromordinal(as_of.toordinal() + 1), time(), tzinfo=_NEW_YORK)
    return midnight.astimezone(UTC)
