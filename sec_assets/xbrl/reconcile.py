"""Our facts against SEC's companyfacts API, filing by filing: every difference, and the rule that explains it.

The API holds what a filing says of the whole company in numbers: facts without dimensions, in standard taxonomies, one
per concept, unit and period. Known ways in which it differs from the filing have a name here; anything else is
`unexplained` and means that one of the two is read wrongly.
"""

import polars as pl

from sec_assets.tables import EXACT

_FILING = ("cik", "accession_number")
_KEY = (*_FILING, "concept", "unit", "start", "end")

DIFFERENCES = pl.Schema(
    {
        "cik": pl.String,
        "accession_number": pl.String,
        "concept": pl.String,
        "filing_unit": pl.String,
        "filing_start": pl.Date,
        "filing_end": pl.Date,
        "filing_value": EXACT,
        "api_unit": pl.String,
        "api_start": pl.Date,
        "api_end": pl.Date,
        "api_value": EXACT,
        "rule": pl.String,
    }
)


def reconcile(facts: pl.DataFrame, companyfacts: pl.DataFrame) -> pl.DataFrame:
    """Return every difference between facts of filings and the companyfacts API, sorted.

    Args:
        facts: table `xbrl_facts`, any number of companies and filings.
        companyfacts: as `read_companyfacts` returns it; filings that are not among `facts` are left aside.

    Columns: cik; accession_number; concept; filing_unit, filing_start, filing_end (Dates), filing_value and
    api_unit, api_start, api_end, api_value, null on the side that has no such fact; rule (String):
        filing_not_in_api: the API has no row of this filing at all; one row per filing.
        one_day_duration: a duration of one day is given as an instant.
        unit_relabelled: an amount per share is given in the plain currency.
        other_duplicate: the filing states the value twice, and the API took another one than the most precise.
        unexplained: none of these.
    """
    stated = _whole_company(facts)
    ours = stated.filter(pl.col("occurrence") == 0).drop("occurrence")
    theirs = _api_rows(companyfacts).join(facts.select(_FILING).unique(), on=_FILING, how="semi")
    absent = ours.join(theirs, on=_FILING, how="anti")
    ours = ours.join(absent, on=_FILING, how="anti")
    only_ours = ours.join(theirs, on=_KEY, how="anti", nulls_equal=True)
    only_theirs = theirs.join(ours, on=_KEY, how="anti", nulls_equal=True)
    moved = _moved(only_ours, only_theirs)
    found = [
        absent.select(_FILING).unique().with_columns(rule=pl.lit("filing_not_in_api")),
        _revalued(ours, theirs, stated),
        moved,
        _one_sided(only_ours, moved, "filing"),
        _one_sided(only_theirs, moved, "api"),
    ]
    differences = pl.concat(found, how="diagonal")
    columns = [
        (pl.col(name) if name in differences.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in DIFFERENCES.items()
    ]
    return differences.select(columns).sort(DIFFERENCES.names())


def _whole_company(facts: pl.DataFrame) -> pl.DataFrame:
    """Return what the API could hold: numbers of standard taxonomies without dimensions."""
    return facts.filter(
        (pl.col("dimensions") == "") & pl.col("unit").is_not_null() & ~pl.col("is_nil") & ~pl.col("is_extension")
    ).select(*_FILING, "concept", "unit", "occurrence", start="period_start", end="period_end", value="numeric")


def _api_rows(companyfacts: pl.DataFrame) -> pl.DataFrame:
    return companyfacts.select(
        *_FILING, "unit", "start", "end", concept=pl.format("{}:{}", "taxonomy", "tag"), value="numeric"
    ).unique()


def _revalued(ours: pl.DataFrame, theirs: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Return facts both have under one key with different values."""
    others = stated.filter(pl.col("occurrence") > 0).select(*_KEY, value_right="value", stated=True).unique()
    return (
        ours.join(theirs, on=_KEY, how="inner", nulls_equal=True)
        .filter(pl.col("value").ne_missing(pl.col("value_right")))
        .join(others, on=[*_KEY, "value_right"], how="left", nulls_equal=True)
        .select(
            *_FILING,
            "concept",
            *(pl.col(name).alias(f"{side}_{name}") for side in ("filing", "api") for name in ("unit", "start", "end")),
            filing_value="value",
            api_value="value_right",
            rule=pl.when(pl.col("stated")).then(pl.lit("other_duplicate")).otherwise(pl.lit("unexplained")),
        )
    )


def _moved(only_ours: pl.DataFrame, only_theirs: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of the same value under keys that differ in a way with a name."""
    pairs = only_ours.join(only_theirs, on=[*_FILING, "concept", "end", "value"], how="inner", suffix="_api")
    same_period = pl.col("start").eq_missing(pl.col("start_api"))
    one_day = (pl.col("start") == pl.col("end")) & pl.col("start_api").is_null()
    rule = (
        pl.when(one_day & (pl.col("unit") == pl.col("unit_api")))
        .then(pl.lit("one_day_duration"))
        .when(same_period & (pl.col("unit") == pl.format("{}/shares", "unit_api")))
        .then(pl.lit("unit_relabelled"))
    )
    return (
        pairs.with_columns(rule=rule)
        .filter(pl.col("rule").is_not_null())
        .select(
            *_FILING,
            "concept",
            "rule",
            filing_unit="unit",
            filing_start="start",
            filing_end="end",
            filing_value="value",
            api_unit="unit_api",
            api_start="start_api",
            api_end="end",
            api_value="value",
        )
    )


def _one_sided(rows: pl.DataFrame, moved: pl.DataFrame, side: str) -> pl.DataFrame:
    """Return rows only one side has, without those a rule has paired."""
    names = {name: f"{side}_{name}" for name in ("unit", "start", "end", "value")}
    named = rows.rename(names)
    return named.join(moved, on=[*_FILING, "concept", *names.values()], how="anti", nulls_equal=True).with_columns(
        rule=pl.lit("unexplained")
    )
