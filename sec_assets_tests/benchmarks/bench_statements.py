"""Statements of a corpus: time per company of `standardize`, vectorised over many, and how many company-years keep the identities.

    python -m sec_assets_tests.benchmarks.bench_statements [FOLDER]

FOLDER is a mirror: companyfacts answers (CIK##########.json.gz) and XBRL documents in filing folders, at any depth. Without
one the bundled sample's companyfacts are measured. Violations are listed one by one, with a hint where a turned sign or a
lost scale explains them, and so are the values withheld for such slips.
"""

import gzip
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from rich.console import Console

from sec_assets.sample.companyfacts import companyfacts
from sec_assets.sample.universe import companies
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets.xbrl.standardize import standardize
from sec_assets.xbrl.standardize.identities import by_company_year, judge
from sec_assets.xbrl.standardize.withheld import as_judged, shares_kept
from sec_assets_tests.xbrl.companyfacts_frames import companyfacts_frame

COPIES, UNIVERSE = 50, 6_000
_FOLDER = re.compile(r"edgar/data/(\d+)/(\d{10})(\d{2})(\d{6})/")
_LINKBASE = re.compile(r"_(?:lab|pre|cal|def)\.xml")
_console = Console(width=220)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments[0]) if arguments else _sample(Path(temporary))
        histories = [companyfacts_frame(path) for path in _histories(folder)]
    _speed(histories)
    _identities([standardize(pl.concat(histories)), *_from_documents(folder)])


def _histories(folder: Path) -> list[Path]:
    """One file per company: of several the longest."""
    files = sorted(folder.rglob("CIK*.json.gz"), key=lambda path: path.stat().st_size)
    return list({path.name: path for path in files if "companyfacts" in path.parts}.values())


def _sample(folder: Path) -> Path:
    target = folder / "companyfacts"
    target.mkdir()
    for company in companies().values():
        body = companyfacts(company)
        if body is not None:
            (target / f"CIK{company.cik}.json.gz").write_bytes(gzip.compress(body))
    return folder


def _from_documents(folder: Path) -> Iterator[pl.DataFrame]:
    """Statements of the filings whose instance or inline document is at hand; the instance where there are both."""
    filings: dict[str, tuple[bool, InstanceDocument]] = {}
    for path in sorted(folder.rglob("*")):
        place = _FOLDER.search(path.as_posix() + "/")
        if (
            place is None
            or not path.is_file()
            or _LINKBASE.search(path.name)
            or not re.search(r"\.(xml|htm)", path.name)
        ):
            continue
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        is_instance = b"xbrl.org/2003/instance" in body[:5000] and b"http://www.w3.org/1999/xhtml" not in body[:5000]
        if not is_instance and b"ix:header" not in body:
            continue
        accession = "-".join(place.groups()[1:])
        if is_instance or accession not in filings:
            filings[accession] = (
                is_instance,
                InstanceDocument(f"{int(place[1]):010d}", accession, path.name, body, None, None, None),
            )
    frames = [_dated(parse_instances([document]).frame) for _, document in filings.values()]
    if frames:
        yield standardize(pl.concat(frame for frame in frames if frame.height))


def _dated(facts: pl.DataFrame) -> pl.DataFrame:
    """Give a filing without index its form and, for its place in the order, 45 days after its period as filing date."""
    texts = dict(facts.filter(pl.col("concept").str.starts_with("dei:Document")).select("concept", "value").iter_rows())
    end = facts["period_end"].max()
    told = re.search(r"\d{4}-\d{2}-\d{2}", texts.get("dei:DocumentPeriodEndDate") or "")
    last = date.fromisoformat(told[0]) if told else end if isinstance(end, date) else date(1970, 1, 1)
    filed = last + timedelta(days=45)
    return facts.with_columns(
        form=pl.lit((texts.get("dei:DocumentType") or "8-K").strip()),
        filed=pl.lit(filed),
        accepted_at=pl.lit(datetime(filed.year, filed.month, filed.day, 21, tzinfo=UTC)).cast(pl.Datetime("us", "UTC")),
    )


def _speed(histories: list[pl.DataFrame]) -> None:
    """Time `standardize` on frames of one and of many companies, copies of the histories under other CIKs."""
    copies = [histories[n % len(histories)].with_columns(cik=pl.lit(f"{n + 1:010d}")) for n in range(COPIES)]
    for size in (1, 10, COPIES):
        slices = [pl.concat(copies[start : start + size]) for start in range(0, COPIES, size)]
        rows = sum(part.height for part in slices)
        start, used = time.perf_counter(), time.process_time()
        for part in slices:
            standardize(part)
        seconds, used = time.perf_counter() - start, time.process_time() - used
        per_company = seconds / COPIES * 1000
        _console.print(
            f"{size:4} companies a frame of {rows // COPIES:,} facts: {per_company:7.1f} ms per company, "
            f"{used / COPIES * 1000:7.1f} ms of CPU, "
            f"{rows / seconds:10,.0f} facts/s; {UNIVERSE:,} companies like these: {per_company * UNIVERSE / 1000:.0f} s"
        )


def _identities(statements: list[pl.DataFrame]) -> None:
    rows = pl.concat(statements)
    unique = rows.unique(["cik", "line_item", "period_start", "period_end", "accession_number"], keep="first")
    judged = pl.concat([judge(unique), as_judged(unique)])
    years = by_company_year(judged)
    shown, filed = shares_kept(years)
    holds = pl.col("holds")
    asked = judged.group_by("identity").agg(asked=holds.count(), violated=(~holds).sum(), withheld=holds.null_count())
    hinted = judged.filter(~pl.col("holds"), pl.col("hint").is_not_null()).select(
        "cik", year=pl.col("period_end").dt.year()
    )
    bad = years.filter(pl.col("violated") > 0)
    unexplained = bad.join(hinted, on=["cik", "year"], how="anti")
    _console.print(
        f"{rows['line_item'].n_unique()} line items, {rows.height:,} rows, {rows['cik'].n_unique()} companies"
    )
    _console.print(
        f"{years.height} company-years, {bad.height} with a violation, {unexplained.height} of them without a hint, "
        f"{years.filter(pl.col('withheld') > 0).height} with a value withheld: {filed:.2%} keep all identities as filed, "
        f"{shown:.2%} in the statements as shown"
    )
    with pl.Config(tbl_rows=200, tbl_cols=20, fmt_str_lengths=60, tbl_width_chars=220):
        _console.print(asked.sort("identity"))
        _console.print(judged.filter(~holds).drop("period_start", "holds"))
        withheld = judged.filter(holds.is_null()).sort("cik", "line_item", "period_end")
        _console.print(withheld.select("cik", "line_item", "accession_number", "period_end", "hint"))


if __name__ == "__main__":
    main(sys.argv[1:])
