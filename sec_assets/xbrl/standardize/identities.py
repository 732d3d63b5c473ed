"""Accounting identities that statements must keep, each judged filing by filing with the rounding its own facts declare.

Four identities: assets = liabilities + equity; the change of cash = its three flows, exchange rates and discontinued
operations; the quarters of a year sum to the year; earnings per share × weighted shares ≈ income. Each is asked only where
all its parts are known, from one filing (quarters: as known when the year was filed). What follows from an identity by
construction (a derived part) is not asked. Which slips explain a violation is in `slips.py`, which values are withheld for
them in `withheld.py`. Turning the result into asset checks is the Dagster layer's.
"""

from collections.abc import Sequence

import polars as pl

from sec_assets.xbrl.standardize.keys import FILING
from sec_assets.xbrl.standardize.precision import last_place, shown_places
from sec_assets.xbrl.standardize.slips import FLOWS, SCALES, lost_scale, turned_sign
from sec_assets.xbrl.standardize.versions import known_at

JUDGED = pl.Schema(
    {
        "cik": pl.String, "identity": pl.String, "line_item": pl.String, "accession_number": pl.String,
        "period_start": pl.Date, "period_end": pl.Date,
        "expected": pl.Float64, "actual": pl.Float64, "difference": pl.Float64, "tolerance": pl.Float64, "holds": pl.Boolean,
        "hint": pl.String,
    }
)  # fmt: skip
IDENTITIES = {
    "balance_sheet": "assets = liabilities + redeemable and permanent equity",
    "cash_roll_forward": "change in cash = operating + investing + financing flows + exchange rates + discontinued operations",
    "quarters_make_the_year": "the four quarters, as known when the year was filed or as restated, sum to it",
    "eps_times_shares": "basic EPS × weighted basic shares = income for common holders",
}
_ALL_FLOWS = pl.sum_horizontal(*FLOWS, "other_cash_changes")
_FX, _GONE = (pl.col(name).fill_null(0.0) for name in ("fx_effect_on_cash", "discontinued_cash_flow"))
_READINGS = (_FX, pl.lit(0.0), _FX + _GONE, _GONE)
"""What totals of flows leave out: they hold discontinued operations in some reports, and exchange rates in some."""

_ADDED = ("difference", "holds", "hint")
_CELL = [*FILING, "period_start", "period_end", "unit"]
CASH_ITEMS = ("net_change_in_cash", *FLOWS, "fx_effect_on_cash", "discontinued_cash_flow", "other_cash_changes")
INCOME_ITEMS = ("net_income_to_common", "net_income", "preferred_dividends")
_REVISED = "the nine months are not the sum of their quarters: revised within the year"
_EPS_PLACES = 2
_EPS_SLACK = 0.005
"""Income is spread over classes and participating securities: half a per cent is not a violation."""


def judge(financials: pl.DataFrame) -> pl.DataFrame:
    """Return one row per identity, filing and period that could be asked, with whether it holds.

    Args:
        financials: frame in table `financials`, all versions, of any number of companies.

    Returns:
        Columns of `JUDGED`, amounts in the statement's currency: `expected` the total, `actual` what its parts give,
        `tolerance` half of the last known place of every number that takes part, at least one such place; `hint` what
        would make a violation hold, as slips of filers do: a sign turned, a number scaled by thousands.
    """
    rows = financials.filter(pl.col("value").is_not_null()).pipe(with_places)
    judged = [
        _balance_sheets(rows),
        cash_cells(rows).pipe(with_turned_sign),
        _quarters(rows),
        eps_cells(rows, "eps_basic", "shares_basic"),
    ]
    return pl.concat(
        frame.with_columns(difference=pl.col("actual") - pl.col("expected"))
        .with_columns(holds=pl.col("difference").abs() <= pl.col("tolerance"))
        .with_columns(hint=pl.when(~pl.col("holds")).then(_hint(frame.columns)))
        .select(
            (pl.col(name) if name in frame.columns or name in _ADDED else pl.lit(None).alias(name)).cast(dtype)
            for name, dtype in JUDGED.items()
        )
        for frame in judged
    ).sort("cik", "identity", "period_end", "accession_number")


def violated(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells whose parts are not the total within the tolerance."""
    return cells.filter((pl.col("actual") - pl.col("expected")).abs() > pl.col("tolerance"))


def by_company_year(judged: pl.DataFrame) -> pl.DataFrame:
    """Return one row per company and calendar year of the periods' ends.

    Args:
        judged: rows of `judge`, and of `withheld.as_judged` where those count.

    Returns:
        Columns cik; year (Int32); asked, violated and withheld (UInt32), the last of them values.
    """
    return (
        judged.group_by("cik", year=pl.col("period_end").dt.year())
        .agg(asked=pl.col("holds").count(), violated=(~pl.col("holds")).sum(), withheld=pl.col("holds").null_count())
        .sort("cik", "year")
    )


def with_places(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `amount`, the value as Float64, and `half`, half of its last known place.

    Without `decimals` the place is told from the zeros of the concept's amounts.
    """
    is_money = pl.col("unit").str.contains(r"^[A-Z]{3}$")
    shown = shown_places(pl.when(is_money).then("value")).max().over(*FILING, "concept")
    places = pl.coalesce("decimals", pl.when(is_money).then(shown))
    return rows.with_columns(amount=pl.col("value").cast(pl.Float64), half=last_place(places).cast(pl.Float64) / 2)


def _hint(columns: list[str]) -> pl.Expr:
    """Name the slip that explains a violation, where one does."""
    factor = lost_scale(pl.col("rounding") if "rounding" in columns else None)
    scaled = pl.coalesce(
        pl.when(factor == scale).then(pl.lit(f"{scale:,} times the parts fit: a number lacks its scale"))
        for scale in SCALES
    )
    return pl.coalesce("slip", scaled) if "slip" in columns else scaled


def _parts(rows: pl.DataFrame, items: Sequence[str]) -> pl.DataFrame:
    """Return one row per filing, period and unit: a column per item, and <item>_half, null where not reported."""
    wanted = rows.filter(pl.col("line_item").is_in(items))
    return (
        wanted.group_by(_CELL)
        .agg(
            *(pl.col("amount").filter(pl.col("line_item") == item).first().alias(item) for item in items),
            *(pl.col("half").filter(pl.col("line_item") == item).first().alias(f"{item}_half") for item in items),
            *(
                pl.col("is_derived").filter(pl.col("line_item") == item).first().alias(f"{item}_derived")
                for item in items
            ),
        )
        .sort(_CELL)
    )


def _tolerance(items: Sequence[str]) -> pl.Expr:
    """At least one last place; half of one per number that takes part."""
    halves = [pl.col(f"{item}_half").fill_null(0.0) for item in items]
    return pl.max_horizontal(pl.sum_horizontal(halves), 2 * pl.max_horizontal(halves))


def _balance_sheets(rows: pl.DataFrame) -> pl.DataFrame:
    """Redeemable equity is between liabilities and equity, or within one of them, as the filer has it."""
    items = ["total_assets", "total_liabilities", "equity_including_noncontrolling", "redeemable_equity"]
    cells = _parts(rows.filter(pl.col("period_start").is_null()), items).filter(
        pl.col("total_assets").is_not_null(),
        pl.col("total_liabilities_derived").not_(),
        pl.col("equity_including_noncontrolling").is_not_null(),
    )
    plain = pl.col("total_liabilities") + pl.col("equity_including_noncontrolling")
    with_redeemable = plain + pl.col("redeemable_equity").fill_null(0.0)
    nearer = (with_redeemable - pl.col("total_assets")).abs() < (plain - pl.col("total_assets")).abs()
    return cells.select(
        *_CELL,
        identity=pl.lit("balance_sheet"),
        expected="total_assets",
        actual=pl.when(nearer).then(with_redeemable).otherwise(plain),
        tolerance=_tolerance(items),
    )


def cash_cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the roll-forward of cash of every filing and period that reports its parts.

    Of the ways of reading the totals the nearest counts.

    Args:
        rows: rows of `financials` that have a value, of `CASH_ITEMS` at least, as `with_places` returns them.

    Returns:
        cik, accession_number, period_start, period_end, unit; a column per item; identity; expected (change in cash),
        actual, tolerance (Float64).
    """
    cells = _parts(rows.filter(~pl.col("is_derived")), CASH_ITEMS).drop_nulls(["net_change_in_cash", *FLOWS])
    change = pl.col("net_change_in_cash")
    return cells.with_columns(
        identity=pl.lit("cash_roll_forward"),
        expected=change,
        actual=_nearest([_ALL_FLOWS + other for other in _READINGS], change),
        tolerance=_tolerance(CASH_ITEMS),
    )


def with_turned_sign(cells: pl.DataFrame) -> pl.DataFrame:
    """Add `slip` (String) to cells of cash: the turned sign that explains a violation."""
    return cells.with_columns(slip=turned_sign(_ALL_FLOWS, _READINGS, pl.col("expected"), pl.col("tolerance")))


def _quarters(rows: pl.DataFrame) -> pl.DataFrame:
    """Sum the quarters as known when the year was filed; a year filed with quarters silently revised fits the later ones."""
    item = ["cik", "line_item", "unit"]
    timed = rows.with_columns(known=known_at()).filter(
        pl.col("statement").is_in(["income", "cash_flow"]), pl.col("unit").str.contains(r"^[A-Z]{3}$")
    )
    years = timed.filter(pl.col("period_type") == "year", pl.col("fiscal_period") == "FY", ~pl.col("is_derived"))
    first = years.sort("known").unique([*item, "period_start", "period_end"], keep="first", maintain_order=True)
    quarters = timed.filter(pl.col("period_type") == "quarter").select(
        *item, "amount", quarter_half="half", quarter_start="period_start", quarter_end="period_end", quarter_known="known",
        built="is_derived", quarter_concept="concept",
    )  # fmt: skip
    pairs = first.join(quarters, on=item).filter(
        pl.col("quarter_start") >= pl.col("period_start"), pl.col("quarter_end") <= pl.col("period_end")
    )
    then = _year_sums(pairs.filter(pl.col("quarter_known") <= pl.col("known")))
    now = _year_sums(pairs).select(*_CELL, "line_item", restated="actual")
    both = then.join(now, on=[*_CELL, "line_item"], how="left")
    nearer = (pl.col("restated") - pl.col("expected")).abs() < (pl.col("actual") - pl.col("expected")).abs()
    return both.select(
        *_CELL,
        "expected",
        "tolerance",
        "line_item",
        identity=pl.lit("quarters_make_the_year"),
        actual=pl.when(nearer).then("restated").otherwise("actual"),
        slip=pl.when("is_revised").then(pl.lit(_REVISED)),
    )


def _year_sums(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of four quarters that chain over their year, not all of them derived, newest versions."""
    item = ["cik", "line_item", "unit"]
    newest = pairs.sort("quarter_known").unique(
        [*item, "period_start", "period_end", "quarter_end"], keep="last", maintain_order=True
    )
    cell = [*item, "accession_number", "period_start", "period_end"]
    days = (pl.col("quarter_end") - pl.col("quarter_start")).dt.total_days() + 1
    return (
        newest.group_by(cell)
        .agg(
            expected=pl.col("amount").first(),
            actual=pl.col("amount_right").sum(),
            tolerance=pl.max_horizontal(
                pl.col("half").first() + pl.col("quarter_half").sum(), 2 * pl.col("quarter_half").max()
            ),
            days=days.sum(),
            n=pl.len(),
            built=pl.col("built").all(),
            # Q4 is FY − 9M, so that the nine months differ from their quarters, all of one concept
            is_revised=pl.col("built").any() & (pl.col("quarter_concept") == pl.col("concept")).all(),
        )
        .filter(
            pl.col("n") == 4,
            pl.col("days") == (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1,
            ~pl.col("built"),
        )
        .select(*_CELL, "line_item", "expected", "actual", "tolerance", "is_revised")
    )


def eps_cells(rows: pl.DataFrame, eps: str, shares: str) -> pl.DataFrame:
    """Return EPS × shares and income of every filing and period that has them.

    Compared with the numerator the filer gives, or income with or without preferred dividends: the nearer counts.

    Args:
        rows: rows of `financials` that have a value, of `INCOME_ITEMS` and the two at least, as `with_places` returns them.
        eps: line item of the earnings per share.
        shares: line item of the shares they are spread over.

    Returns:
        cik, accession_number, period_start, period_end, unit; identity; expected (income), actual, tolerance, shares, and
        rounding, the part of the tolerance that grows with the shares (Float64).
    """
    spot = [*FILING, "period_start", "period_end"]
    durations = rows.filter(pl.col("period_start").is_not_null())
    money = _parts(durations.filter(pl.col("unit").str.contains(r"^[A-Z]{3}$")), INCOME_ITEMS)
    per_share = durations.filter(pl.col("line_item") == eps).select(
        *spot, eps="amount", eps_half="half", eps_unit="unit"
    )
    counts = durations.filter(pl.col("line_item") == shares).select(*spot, shares="amount", shares_half="half")
    plain = pl.col("net_income") - pl.col("preferred_dividends").fill_null(0.0)
    income = pl.coalesce("net_income_to_common", plain)
    cells = (
        money.join(per_share, on=spot)
        .join(counts, on=spot)
        .filter(pl.col("eps_unit").str.head(3) == pl.col("unit"), income.is_not_null(), pl.col("shares") > 0)
    )
    half_cent = pl.max_horizontal("eps_half", pl.lit(0.5 * 10**-_EPS_PLACES))
    product = pl.col("eps") * pl.col("shares")
    expected = _nearest([income, plain, pl.col("net_income")], product)
    return cells.with_columns(identity=pl.lit("eps_times_shares"), expected=expected, actual=product).select(
        *_CELL,
        "identity",
        "expected",
        "actual",
        "shares",
        rounding=half_cent * pl.col("shares"),
        tolerance=half_cent * pl.col("shares")
        + pl.col("eps").abs() * pl.col("shares_half")
        + pl.max_horizontal(pl.col("net_income_half").fill_null(0.0), pl.col("expected").abs() * _EPS_SLACK),
    )


def _nearest(ways: list[pl.Expr], to: pl.Expr) -> pl.Expr:
    """Return the first of the ways of reading that is nearest to `to`."""
    off = [(way - to).abs() for way in ways]
    return pl.coalesce(pl.when(o == pl.min_horizontal(off)).then(way) for way, o in zip(ways, off, strict=True))
