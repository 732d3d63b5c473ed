"""Choosing the fact that stands for a line item in one filing and period.

Input is `xbrl_facts`, output one row per (cik, accession_number, line_item, period). Totals that are reported only by
dimensions are recovered in `dimensioned.py`, fiscal labels are given in `fiscal.py`, items that are not reported are derived
in `formulas.py` and `quarters.py`.

Only the most precise of duplicates is used, in statements of the filer itself: proxy statements (14A, 14C: pay tables,
merger targets) and reports of employee plans (11-K) use the same concepts for other things, or rounded, and are left out.
"""

import polars as pl

from sec_assets.xbrl.standardize.dimensioned import recovered
from sec_assets.xbrl.standardize.keys import FILING, SLOT
from sec_assets.xbrl.standardize.line_items import candidates_frame
from sec_assets.xbrl.standardize.precision import known_places

_FOREIGN_FORMS = r"14[AC]|^11-K"
_UNITS = {"money": r"^[A-Z]{3}$", "per_share": r"^[A-Z]{3}/shares$", "shares": r"^shares$", "pure": r"^pure$"}
_CARRIED = ("form", "filed", "accepted_at")
_OWN_NAME_RANK = 100
_HISTORY = "1100d"
"""Three years: how far back a filer's habit of tagging is looked at."""

_COLUMNS = (
    *FILING, "line_item", "statement", "kind", "period_start", "period_end", "unit", "concept", "rule", "rank", "is_stand_in",
    "value", "decimals", "dimensions", *_CARRIED,
)  # fmt: skip


def select(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen fact of every line item, filing and period.

    Args:
        facts: frame in table `xbrl_facts`, of any number of companies.

    Returns:
        Columns of table `financials` without the fiscal ones and is_derived, plus kind, which later steps need; decimals
        (Int32) are the places known; unique on `SLOT`.
    """
    usable = _usable(facts)
    plain = usable.filter(pl.col("dimensions") == "").drop("dimensions")
    rows = pl.concat([plain, recovered(usable, plain, facts).select(plain.columns)])
    return _prefer(rows)


def _usable(facts: pl.DataFrame) -> pl.DataFrame:
    """Join numeric facts with the candidate concepts, and keep those of the right unit and kind of period."""
    candidates = candidates_frame()
    wanted = facts.lazy().filter(
        pl.col("occurrence") == 0,
        ~pl.col("is_nil"),
        pl.col("numeric").is_not_null(),
        pl.col("period_end").is_not_null(),
        ~pl.col("dimensions").str.contains("; ", literal=True),
        ~pl.col("form").fill_null("").str.contains(_FOREIGN_FORMS),
    )
    own_names = (
        candidates.filter(pl.col("concept").str.starts_with("us-gaap:"))
        .with_columns(
            local=pl.col("concept").str.strip_prefix("us-gaap:"),
            rank=pl.col("rank") + _OWN_NAME_RANK,
            rule=pl.format("the filer's own concept of the name of {}", "concept"),
            is_stand_in=pl.lit(value=True),
        )
        .drop("concept")
    )
    own = (
        wanted.filter("is_extension")
        .with_columns(local=pl.col("concept").str.extract(r":(.+)$"))
        .join(own_names.lazy(), on=["local", "is_instant"], how="inner")
    )
    standard = wanted.filter(pl.col("concept").is_in(candidates["concept"].unique().to_list())).join(
        candidates.lazy(), on=["concept", "is_instant"], how="inner"
    )
    fits = pl.any_horizontal(
        (pl.col("kind") == kind) & pl.col("unit").str.contains(pattern) for kind, pattern in _UNITS.items()
    )
    signed = pl.when(pl.col("sign") < 0).then(-pl.col("numeric")).otherwise("numeric").alias("value")
    return pl.concat(
        part.filter(fits)
        .with_columns(signed, known_places(pl.col("decimals")).alias("decimals"))
        .select(_COLUMNS)
        .collect()
        for part in (standard, own)
    )


def _prefer(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep one row per slot: in the currency of the balance sheet if there is a choice, no stale concept, then by rank.

    Stand-ins go where the filing has a better one, be it for another period. A concept that the filing has for older
    periods only is stale: one that it has for its own period is preferred to it throughout the filing. Among concepts
    of equal value the one this company uses most is named, so that periods of several filings can be subtracted.
    """
    best = pl.col("rank").min().over(*FILING, "line_item")
    rows = rows.filter(~pl.col("is_stand_in") | (pl.col("rank") == best)).with_columns(n=pl.len().over(SLOT))
    alone = rows.filter(pl.col("n") == 1)
    contested = rows.filter(pl.col("n") > 1)
    if contested.is_empty():
        return alone.drop("n", "rank", "is_stand_in")
    chosen = _choose(rows, contested)
    return pl.concat([alone.select(chosen.columns), chosen])


def _choose(rows: pl.DataFrame, contested: pl.DataFrame) -> pl.DataFrame:
    """Keep one row per contested slot; `rows` are all, for what the filing and the company do elsewhere."""
    rows = (
        contested.drop("n")
        .join(_currencies(rows), on=FILING, how="left")
        .join(_stale(rows, contested), on=[*FILING, "line_item", "concept"], how="left")
        .with_columns(pl.col("is_stale").fill_null(value=False))
        .join(_uses(rows, contested), on=["cik", "line_item", "concept", "accession_number"], how="left")
        .with_columns(pl.col("uses").fill_null(0))
    )
    is_other = pl.col("kind").is_in(["money", "per_share"]) & (pl.col("unit").str.head(3) != pl.col("main_currency"))
    ordered = rows.with_columns(is_other=is_other.fill_null(value=False)).sort("is_other", "is_stale", "rank", "unit")
    first = pl.all_horizontal(
        pl.col(name) == pl.col(name).first().over(SLOT) for name in ("value", "unit", "is_stale", "is_stand_in")
    )
    chosen = (
        ordered.with_columns(best_rank=pl.col("rank").min().over(SLOT))
        .filter(first)
        .sort("uses", "rank", descending=[True, False])
        .unique(SLOT, keep="first", maintain_order=True)
    )
    return _explained(chosen, rows).drop(
        "main_currency", "n_currencies", "rank", "best_rank", "is_stand_in", "is_stale", "uses", "is_other"
    )


def _explained(chosen: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add to `rule` why a better-ranked concept or another currency was passed over."""
    choices = (
        rows.filter(pl.col("n_currencies") > 1)
        .group_by(SLOT)
        .agg(pl.col("unit").unique().sort().alias("units"))
        .filter(pl.col("units").list.len() > 1)
    )
    stale = (
        rows.filter("is_stale")
        .sort("rank")
        .group_by(SLOT, maintain_order=True)
        .agg(stale=pl.col("concept").first(), stale_rank=pl.col("rank").first())
    )
    currency = pl.format(
        "; in {}, the currency of most of its balance sheet (reported in {})",
        pl.col("unit"),
        pl.col("units").list.join(", "),
    )
    passed_over = pl.format("; {} is not reported for the filing's own period", "stale")
    return (
        chosen.join(choices, on=SLOT, how="left", nulls_equal=True)
        .join(stale, on=SLOT, how="left", nulls_equal=True)
        .with_columns(
            pl.col("rule")
            + pl.when(pl.col("is_other")).then(pl.lit("")).otherwise(currency).fill_null("")
            + pl.when(~pl.col("is_stale") & (pl.col("stale_rank") < pl.col("rank")))
            .then(passed_over)
            .otherwise(pl.lit(""))
            .fill_null("")
        )
        .drop("units", "stale", "stale_rank")
    )


def _stale(rows: pl.DataFrame, contested: pl.DataFrame) -> pl.DataFrame:
    """Return the stale concepts of contested items: cik, accession_number, line_item, concept, is_stale (true).

    Stale is a concept that lacks the filing's own period end, which another concept of the same item has. The own period
    end is the day for which the filing reports most line items, the later one of a tie.
    """
    timed = rows.with_columns(is_instant=pl.col("period_start").is_null())
    ends = (
        timed.group_by(*FILING, "is_instant", "period_end")
        .agg(pl.col("line_item").n_unique().alias("n_items"))
        .sort("n_items", "period_end")
        .group_by(*FILING, "is_instant", maintain_order=True)
        .agg(own_end=pl.col("period_end").last())
    )
    item = [*FILING, "line_item"]
    return (
        timed.join(contested.select(item).unique(), on=item, how="semi")
        .join(ends, on=[*FILING, "is_instant"], how="left")
        .group_by(*item, "concept")
        .agg(has_own_end=(pl.col("period_end") == pl.col("own_end")).any())
        .filter(pl.col("has_own_end").any().over(item) & ~pl.col("has_own_end"))
        .select(*item, "concept", is_stale=pl.lit(value=True))
    )


def _uses(rows: pl.DataFrame, contested: pl.DataFrame) -> pl.DataFrame:
    """Return in how many filings of the last three years, this one included, the company has a concept for an item.

    Columns: cik, line_item, concept, accession_number, uses (Int32); contested items of dated filings only.
    """
    habit = ["cik", "line_item", "concept"]
    return (
        rows.join(contested.select("cik", "line_item").unique(), on=["cik", "line_item"], how="semi")
        .filter(pl.col("filed").is_not_null())
        .select(*habit, "accession_number", "filed")
        .unique()
        .sort("filed")
        .with_columns(one=pl.lit(1, dtype=pl.Int32))
        .with_columns(uses=pl.col("one").rolling_sum_by("filed", window_size=_HISTORY).over(habit))
        .drop("filed", "one")
    )


def _currencies(rows: pl.DataFrame) -> pl.DataFrame:
    """Return per filing the number of currencies, and the one of most balance sheet facts (ties: first by name)."""
    return (
        rows.filter(pl.col("kind") == "money")
        .group_by(*FILING, "unit")
        .agg((pl.col("statement") == "balance").sum().alias("balances"), pl.len().alias("all"))
        .sort("balances", "all", "unit", descending=[True, True, False])
        .group_by(FILING, maintain_order=True)
        .agg(pl.col("unit").first().alias("main_currency"), pl.len().alias("n_currencies"))
    )
