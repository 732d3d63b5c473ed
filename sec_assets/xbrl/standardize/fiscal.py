"""Period types and fiscal labels, from each fact's own period and the company's fiscal calendar.

`dei` fiscal focus describes the filing, not the fact: more than half of the facts of a report are comparatives of
earlier periods. So it serves only to learn the company's calendar: when its years end, and which number it gives them.

- Lengths of periods are the windows of DQC_0006: quarter 65–115 days, half 155–205, nine months 245–295, year 340–390.
  They hold for 52/53-week years.
- A year end is the last day of the newest year in an annual report; between and beyond known year ends the calendar
  is continued by whole years. Companies without an annual report take it from the cover of their other reports.
- Where two year ends are not whole years apart the company changed its year end: the rest, right after the old year, is a
  transition period. It has the number of the calendar year it ends in and the label TP as a whole, its parts have none.
- A year's number is the calendar year of its end moved back a week (a year ended 1 January 2023 is 2022), plus the
  filer's habit: the difference to `DocumentFiscalYearFocus` in most of its annual reports. A retailer's year ended
  3 February 2024 may be 2023 or 2024. One report that deviates from the others is taken for a slip; without
  any focus the habit is zero.
"""

import polars as pl

_LENGTHS = {"quarter": (65, 115), "half_year": (155, 205), "nine_months": (245, 295), "year": (340, 390)}
_ANNUAL = r"^(10-KT?|10-K405|10-KSB|20-F|40-F)(/A)?$"
_TRANSITION_REPORT = r"^10-KT"
_ANCHORING = ["revenue", "net_income", "net_income_including_noncontrolling", "operating_cash_flow"]
_FOCUS = {
    "year": "dei:DocumentFiscalYearFocus",
    "period": "dei:DocumentFiscalPeriodFocus",
    "month_day": "dei:CurrentFiscalYearEndDate",
}
_SLACK_DAYS = 10
"""A period may end this much after the continued calendar's year end: 52/53-week years wander by a week."""

_YEAR_DAYS = 365.2425
_QUARTER_DAYS, _TOLERANCE_DAYS = 91, 30
"""Quarters of 12 and 16 weeks end up to three weeks off the even ones."""


def period_type() -> pl.Expr:
    """Return the expression of the period type (String) from period_start and period_end."""
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1
    named = pl.when(pl.col("period_start").is_null()).then(pl.lit("instant"))
    for name, (low, high) in _LENGTHS.items():
        named = named.when(days.is_between(low, high)).then(pl.lit(name))
    return named.otherwise(pl.lit("other")).alias("period_type")


def calendar(rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the known year ends of each company.

    Args:
        rows: selected rows with period_type.
        facts: frame in table `xbrl_facts`, for the `dei` cover facts.

    Returns:
        Columns cik (String); year_end (Date); habit (Int32) – what the filer adds to the year of the moved-back end; old_end and
        transition_end (Date) – the year end before and the last day of the transition period that followed it, if any.
    """
    filings = _own_ends(rows).join(_focus(facts), on=["cik", "accession_number"], how="left")
    annual = filings.filter(pl.col("form").str.contains(_ANNUAL), pl.col("annual_end").is_not_null()).select(
        "cik", "year", year_end="annual_end"
    )
    others = filings.join(annual, on="cik", how="anti").select("cik", "year", year_end=_next_year_end())
    anchors = pl.concat([annual, others]).drop_nulls("year_end")
    habits = (
        anchors.with_columns(habit=pl.col("year") - _plain_year(pl.col("year_end")))
        .filter(pl.col("habit").is_between(-1, 1))
        .group_by("cik", "habit")
        .len()
        .sort("len", pl.col("habit").abs(), "habit", descending=[True, False, False])
        .unique("cik", keep="first")
    )
    return (
        anchors.select("cik", "year_end")
        .unique()
        .join(habits.select("cik", "habit"), on="cik", how="left")
        .with_columns(pl.col("habit").fill_null(0))
        .sort("cik", "year_end")
        .pipe(_with_transitions)
    )


def _with_transitions(year_ends: pl.DataFrame) -> pl.DataFrame:
    days = (pl.col("year_end") - pl.col("old_end")).dt.total_days()
    years = ((days + _SLACK_DAYS) / _YEAR_DAYS).floor().cast(pl.Int64)
    end = pl.col("year_end").dt.offset_by(pl.format("-{}y", years))
    return year_ends.with_columns(old_end=pl.col("year_end").shift(1).over("cik")).with_columns(
        transition_end=pl.when(days - years * _YEAR_DAYS > 2 * _SLACK_DAYS).then(end)
    )


def label(rows: pl.DataFrame, year_ends: pl.DataFrame) -> pl.DataFrame:
    """Add fiscal_year (Int32) and fiscal_period (String) to rows with period_type.

    A period that does not end at a quarter of the company's calendar, a twelve-month period that is no fiscal year and
    dates of the cover page have a fiscal year but no fiscal period; a company without a calendar has neither.
    """
    ends = (
        rows.select("cik", "period_end")
        .unique()
        .with_columns(near=pl.col("period_end").dt.offset_by(f"-{_SLACK_DAYS}d"))
    )
    ends = ends.sort("near").join(_anchored(ends, year_ends), on=["cik", "period_end"], how="left")
    years = ((pl.col("near") - pl.col("year_end")).dt.total_days() / _YEAR_DAYS).ceil().cast(pl.Int64)
    fiscal_end = pl.col("year_end").dt.offset_by(pl.format("{}y", years))
    ends = ends.with_columns(fiscal_end=fiscal_end).with_columns(
        fiscal_year=(_plain_year(pl.col("fiscal_end")) + pl.col("habit")).cast(pl.Int32),
        left=(pl.col("fiscal_end") - pl.col("period_end")).dt.total_days(),
    )
    in_transition = (pl.col("near") > pl.col("old_end")) & (pl.col("near") <= pl.col("transition_end"))
    ends = ends.with_columns(in_transition=in_transition.fill_null(value=False))
    known = ["fiscal_year", "left", "in_transition", "old_end", "transition_end"]
    labelled = rows.join(ends.select("cik", "period_end", *known), on=["cik", "period_end"], how="left")
    label = pl.when("in_transition").then(_transition_label()).otherwise(_fiscal_period())
    return labelled.with_columns(fiscal_period=label).drop(known[1:])


def _transition_label() -> pl.Expr:
    """Return TP for the transition period as a whole and for balances at its end, null for its parts."""
    at_end = (pl.col("transition_end") - pl.col("period_end")).dt.total_days().abs() <= _SLACK_DAYS
    from_start = (pl.col("period_start") - pl.col("old_end")).dt.total_days().abs() <= _SLACK_DAYS
    is_whole = at_end & (from_start | pl.col("period_start").is_null()) & (pl.col("statement") != "cover")
    return pl.when(is_whole).then(pl.lit("TP"))


def _fiscal_period() -> pl.Expr:
    """Return Q1 … Q4, H1, 9M or FY from period_type and the days left in the fiscal year; null where none fits."""

    def ends_after(quarters: int) -> pl.Expr:
        middle = (4 - quarters) * _QUARTER_DAYS
        return pl.col("left").is_between(middle - _TOLERANCE_DAYS, middle + _TOLERANCE_DAYS)

    kind = pl.col("period_type")
    named = (
        pl.when((pl.col("statement") == "cover") | pl.col("left").is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when((kind == "half_year") & ends_after(2))
        .then(pl.lit("H1"))
        .when((kind == "nine_months") & ends_after(3))
        .then(pl.lit("9M"))
        .when(kind.is_in(["year", "instant"]) & ends_after(4))
        .then(pl.lit("FY"))
    )
    for quarter in (1, 2, 3):
        named = named.when(kind.is_in(["quarter", "instant"]) & ends_after(quarter)).then(pl.lit(f"Q{quarter}"))
    return named.when((kind == "quarter") & ends_after(4)).then(pl.lit("Q4"))


def _plain_year(end: pl.Expr) -> pl.Expr:
    """Return the calendar year of a year end moved back by a week."""
    return end.dt.offset_by("-7d").dt.year()


def _anchored(ends: pl.DataFrame, year_ends: pl.DataFrame) -> pl.DataFrame:
    """Find for each (cik, period_end) the first known year end not before it, else the last one before it."""
    known = year_ends.sort("year_end")
    left = ends.sort("near")
    by_strategy = [
        left.join_asof(known, left_on="near", right_on="year_end", by="cik", strategy=strategy, check_sortedness=False)
        for strategy in ("forward", "backward")
    ]
    wanted = ["cik", "period_end", "year_end", "habit", "old_end", "transition_end"]
    found = [frame.select(wanted).drop_nulls("year_end") for frame in by_strategy]
    return pl.concat(found).unique(["cik", "period_end"], keep="first", maintain_order=True)


def _own_ends(rows: pl.DataFrame) -> pl.DataFrame:
    """Return per filing the end of its newest year and of its newest period, as far as they are past when filed.

    A first report after a founding has no full year: its balance sheet date stands in.
    """
    past = pl.col("filed").is_null() | (pl.col("period_end") <= pl.col("filed"))
    anchoring = pl.col("line_item").is_in(_ANCHORING)
    balance = pl.col("line_item").is_in(["total_assets", "equity"])
    ends = pl.col("period_end")
    return (
        rows.filter(past)
        .group_by("cik", "accession_number")
        .agg(
            pl.col("form").first(),
            ends.filter(anchoring & (pl.col("period_type") == "year")).max().alias("newest_year"),
            ends.filter(anchoring & (pl.col("period_type") != "other")).max().alias("newest_period"),
            ends.filter(balance).max().alias("newest_balance"),
        )
        .with_columns(
            annual_end=pl.when(pl.col("form").str.contains(_TRANSITION_REPORT))
            .then("newest_balance")
            .otherwise(pl.coalesce("newest_year", "newest_balance")),
            own_end=pl.coalesce("newest_period", "newest_balance"),
        )
    )


def _focus(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the cover's fiscal year, fiscal period and year end (--MM-DD) of each filing, null where unreadable."""
    cover = facts.filter(pl.col("concept").is_in(list(_FOCUS.values())), pl.col("dimensions") == "")
    text = pl.col("value").str.strip_chars()
    return (
        cover.sort("occurrence", "ordinal")
        .group_by("cik", "accession_number", maintain_order=True)
        .agg(text.filter(pl.col("concept") == concept).first().alias(name) for name, concept in _FOCUS.items())
        .with_columns(pl.col("year").cast(pl.Int32, strict=False))
    )


def _next_year_end() -> pl.Expr:
    """Return the year end that a report other than an annual one points to, by month and day, else by quarter."""
    own = pl.col("own_end")
    month_day = pl.col("month_day").str.extract(r"^-*(\d{2}-\d{2})$")
    this_year = pl.format("{}-{}", own.dt.year(), month_day.replace("02-29", "02-28")).str.to_date(strict=False)
    by_day = (
        pl.when(this_year >= own.dt.offset_by(f"-{_SLACK_DAYS}d"))
        .then(this_year)
        .otherwise(this_year.dt.offset_by("1y"))
    )
    quarter = pl.col("period").str.extract(r"^Q([123])$").cast(pl.Int32)
    by_quarter = own.dt.offset_by(pl.format("{}mo", 3 * (4 - quarter)))
    return pl.coalesce(by_day, by_quarter)
