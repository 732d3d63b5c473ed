"""SEC's Financial Statement Data Sets against our facts: every number of a filing is found, but for differences with a name.

The data sets round dates to the end of a month and give amounts per share in the plain currency. No instance of the quarters
at hand is recorded, so the rows are looked up in the companyfacts of the same filings, which lack the filers' own concepts.
"""

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from sec_assets.tables import EXACT
from sec_assets.xbrl.companyfacts import companyfacts_as_facts, read_companyfacts

ARCHIVES = "edgar_mirror/www.sec.gov/files/dera/financial-statement-data-sets"
DAYS_OF_A_QUARTER = 91.3
KEY = ["accession_number", "tag", "month", "quarters", "unit", "numeric"]


def rows_of(path: Path, cik: int) -> pl.DataFrame:
    """The numbers of a company's filings in a quarter, without segments and co-registrants."""
    with zipfile.ZipFile(path) as archive:
        sub, num = (
            pl.read_csv(io.BytesIO(archive.read(name)), separator="\t", quote_char=None, infer_schema=False)
            for name in ("sub.txt", "num.txt")
        )
    filings = sub.filter(pl.col("cik") == str(cik)).select("adsh")
    return num.filter(pl.col("segments").is_null() & pl.col("coreg").is_null()).join(filings, on="adsh", how="semi").select(
        "tag", "version", accession_number="adsh", month=pl.col("ddate").str.to_date("%Y%m%d"),
        quarters=pl.col("qtrs").cast(pl.Int64), unit="uom", numeric=pl.col("value").cast(EXACT),
    )  # fmt: skip


def as_in_the_data_sets(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts with dates at the nearest end of a month and periods in quarters."""
    end = pl.col("period_end")
    after, before = end.dt.month_end(), end.dt.month_start().dt.offset_by("-1d")
    days = (end - pl.col("period_start")).dt.total_days()
    return facts.select(
        "accession_number", "unit", "numeric", tag=pl.col("concept").str.split(":").list.last(),
        month=pl.when(after - end <= end - before).then(after).otherwise(before),
        quarters=pl.when(days.is_null()).then(0).otherwise((days / DAYS_OF_A_QUARTER).round()).cast(pl.Int64),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quarter", "expected"),
    [
        ("2009q3", {"found": 162, "per_share_in_currency": 10, "own_concept": 4}),
        ("2010q2", {"found": 161, "per_share_in_currency": 10, "own_concept": 4}),
    ],
)
def test_every_number_of_apples_filings_is_found_or_its_difference_has_a_name(
    evidence: Path, quarter: str, expected: dict[str, int]
) -> None:
    answer = evidence / "edgar_mirror/data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json.gz"
    facts = as_in_the_data_sets(companyfacts_as_facts(read_companyfacts(gzip.decompress(answer.read_bytes()))))
    numbers = rows_of(evidence / ARCHIVES / f"{quarter}.zip", 320193)
    found = numbers.join(facts, on=KEY, how="semi")
    rest = numbers.join(facts, on=KEY, how="anti")
    per_share = facts.with_columns(unit=pl.col("unit").str.strip_suffix("/shares"))
    relabelled = rest.join(per_share, on=KEY, how="semi")
    own = rest.filter(pl.col("version") == pl.col("accession_number"))
    assert {"found": found.height, "per_share_in_currency": relabelled.height, "own_concept": own.height} == expected
    assert found.height + relabelled.height + own.height == numbers.height
