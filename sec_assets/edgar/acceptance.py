"""When EDGAR really accepted a filing: which clock `acceptanceDateTime` shows.

The submissions API ends every value in "Z", but for part of the filers the clock is New York's, and the same file may
change its clock from one day to the next. No field tells; the filings themselves do, taken together. Where the values
come from is `submissions.py`; dates of other feeds are not judged here, they carry their offset.
"""

import polars as pl

NEW_YORK = "America/New_York"

_OPENS, _CLOSES = 6 * 60, 22 * 60 + 10
"""EDGAR takes filings from 06:00 to 22:00 on business days; a transmission under way at 22:00 is still finished."""

_SAME_DAY_UNTIL = 17 * 60 + 30
"""Accepted later than 17:30: the next business day is the filing date (17 CFR 232.13(a)(2))."""

_LATE_FORMS = r"^(3|4|5|144)(/A)?$|^(SC|SCHEDULE) 13|MEF(/A)?$"
"""Forms that are dated the same day until 22:00 (17 CFR 232.13(a)(3)-(4))."""

_BY_THE_SEC = r"^(0{10}|9{8}\d\d)-"
"""Accession prefixes of what SEC's staff puts on file itself, at any hour and dated back."""


def with_acceptance(filings: pl.DataFrame) -> pl.DataFrame:
    """Add `acceptance_clock` (utc or new_york) and `accepted_at` (UTC instant) to filings of any number of companies.

    The clock is judged per company and page (a page is written as a whole): the reading under which fewer filings
    break EDGAR's hours and dating rule wins. A page that does not tell follows the company's other pages, a company
    that does not tell is read as UTC. `accepted_at` is null where the raw value is missing, cannot be parsed or is
    midnight in New York, which is how EDGAR marks filings (before 2002) whose hour it does not know.
    Seen once: filings of the very day still showed New York time in a file otherwise in UTC; nothing in such a file
    tells, and the next read of the corrected file puts it right.

    Args:
        filings: needs the columns cik, page, accession_number, form, filing_date, acceptance_raw.
    """
    raw = pl.col("acceptance_raw").str.strip_chars_end("Zz").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False)
    read = filings.with_columns(raw.dt.cast_time_unit("us").alias("_raw")).with_columns(
        _wall_clock_if_utc(pl.col("_raw")).alias("_wall")
    )
    judged = read.with_columns(
        _breaks_rules(pl.col("_raw")).alias("_ny_breaks"), _breaks_rules(pl.col("_wall")).alias("_utc_breaks")
    ).with_columns(_verdict("cik", "page").alias("_page"), _verdict("cik").alias("_company"))
    clock = pl.coalesce("_page", "_company", pl.lit("utc"))
    wall = pl.when(pl.col("acceptance_clock") == "utc").then("_wall").otherwise("_raw")
    instant = wall.dt.replace_time_zone(NEW_YORK, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    exact = pl.when(pl.col("acceptance_clock") == "utc").then(pl.col("_raw").dt.replace_time_zone("UTC"))
    return (
        judged.with_columns(clock.alias("acceptance_clock"))
        .with_columns(pl.when(wall.dt.time() != pl.time(0)).then(pl.coalesce(exact, instant)).alias("accepted_at"))
        .drop("_raw", "_wall", "_ny_breaks", "_utc_breaks", "_page", "_company")
    )


def _wall_clock_if_utc(raw: pl.Expr) -> pl.Expr:
    """Return what a clock in New York showed, were the raw value UTC; daylight saving comes from the zone's rules."""
    return raw.dt.replace_time_zone("UTC").dt.convert_time_zone(NEW_YORK).dt.replace_time_zone(None)


def _breaks_rules(wall: pl.Expr) -> pl.Expr:
    """Tell whether a filing could not have been accepted at this New York time, given its filing date and form."""
    minute = wall.dt.hour().cast(pl.Int32) * 60 + wall.dt.minute()
    day, filed = wall.dt.date(), pl.col("filing_date")
    late = (minute > _SAME_DAY_UNTIL) & (day == filed) & ~pl.col("form").str.contains(_LATE_FORMS)
    early = (minute < _SAME_DAY_UNTIL) & (day < filed)
    closed = (minute < _OPENS) | (minute > _CLOSES) | (wall.dt.weekday() > 5)
    telling = (wall.dt.time() != pl.time(0)) & ~pl.col("accession_number").str.contains(_BY_THE_SEC)
    return (telling & (closed | (day > filed) | late | early)).fill_null(value=False)


def _verdict(*group: str) -> pl.Expr:
    """Return the reading with fewer broken rules in the group, null for a tie."""
    new_york, utc = pl.col("_ny_breaks").sum().over(group), pl.col("_utc_breaks").sum().over(group)
    return pl.when(new_york < utc).then(pl.lit("new_york")).when(utc < new_york).then(pl.lit("utc"))
