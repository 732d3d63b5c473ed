"""Choosing the fact that stands for a line item in one filing and period.

Input is `xbrl_facts`, output one row per (cik, accession_number, line_item, period). Fiscal labels are given in
`fiscal.py`, items that are not reported are derived in `formulas.py` and `quarters.py`.

Only facts without dimensions are used, the most precise of duplicates, in statements of the filer itself: proxy
statements (14A, 14C: pay tables, merger targets) and reports of employee plans (11-K) use the same concepts for other
things, or rounded, and are left out.
"""

import polars as pl

from sec_assets.xbrl.standardize.line_items import candidates_frame

FILING = ("cik", "accession_number")
SLOT = (*FILING, "line_item", "period_start", "period_end")
"""What one row of the result stands for."""

_FOREIGN_FORMS = r"14[AC]|^11-K"
_UNITS = {"money": r"^[A-Z]{3}$", "per_share": r"^[A-Z]{3}/shares$", "shares": r"^shares$", "pure": r"^pure$"}
_CLASS_OF_STOCK = r"^us-gaap:StatementClassOfStockAxis=[^;]+$"
_CARRIED = ("form", "filed", "accepted_at")


def select(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the chosen fact of every line item, filing and period.

    Args:
        facts: frame in table `xbrl_facts`, of any number of companies.

    Returns:
        Columns of table `financials` without the fiscal ones and is_derived, plus kind and decimals (String), which
        later steps need; unique on `SLOT`.
    """
    usable = _usable(facts)
    plain = usable.filter(pl.col("dimensions") == "").drop("dimensions")
    rows = pl.concat([plain, _shares_by_class(usable, plain)])
    return _prefer(rows)


def _usable(facts: pl.DataFrame) -> pl.DataFrame:
    """Join numeric facts with the candidate concepts, and keep those of the right unit and kind of period."""
    candidates = candidates_frame()
    wanted = facts.lazy().filter(
        pl.col("concept").is_in(candidates["concept"].unique().to_list()),
        pl.col("occurrence") == 0,
        ~pl.col("is_nil"),
        pl.col("numeric").is_not_null(),
        pl.col("period_end").is_not_null(),
        (pl.col("dimensions") == "") | pl.col("dimensions").str.contains(_CLASS_OF_STOCK),
        ~pl.col("form").fill_null("").str.contains(_FOREIGN_FORMS),
    )
    fits = pl.any_horizontal(
        (pl.col("kind") == kind) & pl.col("unit").str.contains(pattern) for kind, pattern in _UNITS.items()
    )
    return (
        wanted.join(candidates.lazy(), on=["concept", "is_instant"], how="inner")
        .filter(fits)
        .select(
            *FILING,
            *(
                "line_item",
                "statement",
                "kind",
                "period_start",
                "period_end",
                "unit",
                "concept",
                "rule",
                "rank",
                "is_stand_in",
            ),
            pl.col("numeric").alias("value"),
            *("decimals", "dimensions", *_CARRIED),
        )
        .collect()
    )


def _shares_by_class(usable: pl.DataFrame, plain: pl.DataFrame) -> pl.DataFrame:
    """Sum cover-page shares over classes of stock, in filings whose cover has no total.

    EDGAR's own totals lack these filers (Alphabet, Meta, Berkshire, …). Classes are added share by share, whatever
    their rights are.
    """
    cover = pl.col("line_item") == "shares_outstanding"
    by_class = usable.filter(cover, pl.col("dimensions") != "").join(plain.filter(cover), on=FILING, how="anti")
    constant = [name for name in plain.columns if name not in {"value", "rule", "decimals", *SLOT}]
    members = pl.col("dimensions").str.replace(r"^[^=]+=(?:[^:;]+:)?", "").str.replace(r"Member$", "")
    return (
        by_class.sort("dimensions")
        .group_by(SLOT, maintain_order=True)
        .agg(
            pl.col(constant).first(),
            pl.col("value").sum(),
            pl.format("sum of {} classes, no total on the cover: {}", pl.len(), members.str.join(", ")).alias("rule"),
            pl.col("decimals").first(),
        )
        .select(plain.columns)
    )


def _prefer(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep one row per slot: in the currency of the balance sheet if there is a choice, then by rank.

    Stand-ins go where the filing has a better one, be it for another period.
    """
    best = pl.col("rank").min().over(*FILING, "line_item")
    rows = rows.filter(~pl.col("is_stand_in") | (pl.col("rank") == best)).join(_currencies(rows), on=FILING, how="left")
    is_other = pl.col("kind").is_in(["money", "per_share"]) & (pl.col("unit").str.head(3) != pl.col("main_currency"))
    chosen = rows.sort(is_other.fill_null(value=False), "rank", "unit").unique(SLOT, keep="first", maintain_order=True)
    choices = (
        rows.filter(pl.col("n_currencies") > 1)
        .group_by(SLOT)
        .agg(pl.col("unit").unique().sort().alias("units"))
        .filter(pl.col("units").list.len() > 1)
    )
    note = pl.format(
        "; in {}, the currency of most of its balance sheet (reported in {})",
        pl.col("unit"),
        pl.col("units").list.join(", "),
    )
    noted = pl.col("rule") + pl.when(is_other).then(pl.lit("")).otherwise(note).fill_null("")
    return (
        chosen.join(choices, on=SLOT, how="left", nulls_equal=True)
        .with_columns(noted)
        .drop("units", "main_currency", "n_currencies", "rank", "is_stand_in")
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
