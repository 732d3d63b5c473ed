"""Asset checks: what must hold of the stored tables. Every check can fail, and names what is wrong.

One step per asset evaluates all its checks over the companies its run has touched (the status table knows them), or
over all companies when it is run by itself. The rules are `storage/rules.py`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import dagster as dg
import polars as pl

from sec_assets.assets.common import HOME_STEP
from sec_assets.pipeline.outcome import Store
from sec_assets.resources import LakeResource, SettingsResource
from sec_assets.storage import warehouse
from sec_assets.storage.kept_rows import KeptRows
from sec_assets.storage.lake import Lake
from sec_assets.storage.receipts import Receipt, Receipts, Recipe
from sec_assets.storage.rules import RULES, Breach, Rule, files_as_judged
from sec_assets.storage.slices import slices
from sec_assets.storage.status import StatusLog
from sec_assets.tables import FINANCIALS, TABLES
from sec_assets.xbrl.standardize.identities import IDENTITIES, JUDGED, by_company_year, judge
from sec_assets.xbrl.standardize.withheld import as_judged, shares_kept

_SAMPLE = 20
_CHUNK = 250
_INTACT = "files_intact"
_WANTED_SHARE = 0.99
_WITHHELD = ("cik", "line_item", "accession_number", "period_start", "period_end", "hint")


def _company_checks(asset: str) -> dg.AssetChecksDefinition:
    """Make the checks of one partitioned asset: its rules, that its files are as judged, and that no company failed."""
    rules = RULES[asset]
    specs = [dg.AssetCheckSpec(rule.name, asset=asset, description=rule.description) for rule in rules]
    specs.append(
        dg.AssetCheckSpec(
            _INTACT, asset=asset, description="every company's file is there, whole, with the rows judged"
        )
    )
    specs.append(dg.AssetCheckSpec("no_failures", asset=asset, description="no company failed or lacks documents"))

    @dg.multi_asset_check(name=f"{asset}_checks", specs=specs, can_subset=True)
    def run_checks(context: dg.AssetCheckExecutionContext, storage: LakeResource) -> Iterator[dg.AssetCheckResult]:
        store, status = storage.store(), storage.status()
        verdicts = status.latest(asset)
        touched = verdicts.filter(pl.col("run_id") == context.run.run_id)
        judged = verdicts if touched.is_empty() else touched
        receipts = storage.receipts(f"{asset}-checks", (), Recipe([TABLES[asset]]))
        standing = receipts.standing(judged["cik"])
        # asked for by itself, a check reads everything: that finds what has rotted on the disk
        unread = judged if touched.is_empty() else judged.filter(_not_as_seen(standing))
        breaches = _apply(rules, store, asset, unread, receipts)
        receipts.save()
        results = [_result(asset, name, found, judged.height) for name, found in breaches.items()]
        wanted = {key.name for key in context.selected_asset_check_keys}
        yield from (result for result in (*results, _no_failures(asset, judged)) if result.check_name in wanted)

    return run_checks


def _not_as_seen(standing: dict[str, Receipt]) -> pl.Expr:
    """True for companies whose file is not the one, or has not the rows, that an earlier run found without fault."""
    seen = [{"cik": cik, "rows": receipt.rows} for cik, receipt in standing.items()]
    schema = {"cik": pl.String, "rows": pl.Int64}
    return ~pl.struct("cik", "rows").is_in(pl.DataFrame(seen, schema=schema).to_struct())


def _apply(
    rules: tuple[Rule, ...], store: Store, asset: str, judged: pl.DataFrame, receipts: Receipts
) -> dict[str, list[Breach]]:
    """Return what breaks the rules; companies of a chunk without any breach get a receipt."""
    found: dict[str, list[Breach]] = {name: [] for name in (*(rule.name for rule in rules), _INTACT)}
    now = datetime.now(UTC)
    for ciks in slices(store.lake, TABLES[asset], judged["cik"].to_list(), most=_CHUNK):
        part = judged.filter(pl.col("cik").is_in(ciks))
        frame, damaged = store.lake.read_each(TABLES[asset], part["cik"])
        here = {rule.name: rule.breaches(frame, now, store.documents) for rule in rules}
        here[_INTACT] = files_as_judged(part, frame, damaged)
        for name, breaches in here.items():
            found[name] += breaches
        for cik, rows in part.select("cik", "rows").iter_rows():
            receipts.forget(cik) if any(here.values()) else receipts.note(cik, rows, None)
    return found


def _result(asset: str, name: str, breaches: list[Breach], companies: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not breaches,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "companies": companies,
            "breaches": sum(breach.rows for breach in breaches),
            "sample": dg.MetadataValue.text("; ".join(breach.text for breach in breaches[:_SAMPLE]) or "none"),
        },
    )


def _no_failures(asset: str, judged: pl.DataFrame) -> dg.AssetCheckResult:
    bad = judged.filter(pl.col("state").is_in(["failed", "partial"]))
    sample = [f"{row['cik']} {row['state']}: {row['error']}" for row in bad.head(_SAMPLE).iter_rows(named=True)]
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name="no_failures",
        passed=bad.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "companies": judged.height,
            "failed": bad.height,
            "sample": dg.MetadataValue.text("; ".join(sample) or "none"),
            "what_to_do": "materialize these partitions again: failures are retried, finished work is not repeated",
        },
    )


@dg.multi_asset_check(
    name="financials_identities",
    specs=[dg.AssetCheckSpec(name, asset="financials", description=text) for name, text in IDENTITIES.items()],
    can_subset=True,
)
def statement_identities(
    context: dg.AssetCheckExecutionContext, storage: LakeResource
) -> Iterator[dg.AssetCheckResult]:
    """Ask the accounting identities of the companies this run touched; a filer's own slip in a hundred years is no failure."""
    lake, verdicts = storage.store().lake, storage.status().latest("financials")
    touched = verdicts.filter(pl.col("run_id") == context.run.run_id)
    if touched.is_empty():
        judged = _judge_statements(lake, verdicts["cik"].to_list())
    else:
        receipts = storage.receipts("financials_identities", (), Recipe([FINANCIALS]))
        judged = KeptRows(receipts, JUDGED).of(touched["cik"].to_list(), partial(_judge_statements, lake))
    wanted = {key.name for key in context.selected_asset_check_keys}
    yield from (_identity_result(name, judged.filter(identity=name)) for name in IDENTITIES if name in wanted)


def _judge_statements(lake: Lake, ciks: list[str]) -> pl.DataFrame:
    """Judge statements as they are shown; values withheld from them stand beside, without verdict."""
    frames = (lake.read_each(FINANCIALS, part)[0] for part in slices(lake, FINANCIALS, ciks, most=_CHUNK))
    parts = [part for frame in frames for part in (judge(frame), as_judged(frame))]
    return pl.concat([pl.DataFrame(schema=JUDGED), *parts])


def _identity_result(name: str, judged: pl.DataFrame) -> dg.AssetCheckResult:
    years = by_company_year(judged)
    share, share_as_filed = shares_kept(years)
    shown = years.filter(pl.col("asked") > 0)
    broken = judged.filter(~pl.col("holds")).sort("difference")
    withheld = judged.filter(pl.col("holds").is_null()).sort("cik", "accession_number", "line_item", "period_end")
    columns = ("cik", "line_item", "accession_number", "period_end", "expected", "actual", "tolerance", "hint")
    return dg.AssetCheckResult(
        asset_key="financials",
        check_name=name,
        passed=share >= _WANTED_SHARE,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "asked": judged["holds"].count(),
            "violated": broken.height,
            "violated_by_a_slip_of_the_filer": broken["hint"].count(),
            "company_years": shown.height,
            "company_years_without_violation": shown.filter(pl.col("violated") == 0).height,
            "share_without_violation": share,
            "share_without_violation_as_filed": share_as_filed,
            "wanted_share": _WANTED_SHARE,
            "sample": dg.MetadataValue.text(str(broken.select(columns).head(_SAMPLE).rows())),
            "withheld": withheld.height,
            "withheld_sample": dg.MetadataValue.text(str(withheld.select(_WITHHELD).head(_SAMPLE).rows())),
        },
    )


@dg.multi_asset_check(
    name="ticker_map_checks",
    specs=[
        dg.AssetCheckSpec("keys_unique", asset="ticker_map", description="one row per company and ticker"),
        dg.AssetCheckSpec(
            "one_primary", asset="ticker_map", description="every company has exactly one primary ticker"
        ),
    ],
)
def ticker_map_checks(storage: LakeResource) -> Iterator[dg.AssetCheckResult]:
    """Check the universe."""
    table = TABLES["ticker_map"]
    frame = storage.store().lake.read(table)
    doubles = frame.group_by(table.key).len().filter(pl.col("len") > 1)
    primaries = frame.group_by("cik").agg(pl.col("is_primary").sum()).filter(pl.col("is_primary") != 1)
    for name, bad in (("keys_unique", doubles), ("one_primary", primaries)):
        yield dg.AssetCheckResult(
            asset_key="ticker_map",
            check_name=name,
            passed=bad.is_empty() and not frame.is_empty(),
            metadata={"rows": frame.height, "sample": dg.MetadataValue.text(str(bad.head(_SAMPLE).rows()))},
        )


@dg.asset_check(
    asset="warehouse", description="every table of the warehouse has as many rows as the lake", op_tags=HOME_STEP
)
def rows_match_lake(settings: SettingsResource, storage: LakeResource) -> dg.AssetCheckResult:
    """Compare the warehouse's row counts with the lake's files."""
    path, lake, status = settings.load().warehouse, storage.store().lake, storage.status()
    differences = {
        name: f"lake {expected}, warehouse {actual}"
        for name in TABLES
        if (expected := _rows_in_lake(name, lake, status))
        != (actual := warehouse.query(path, f'SELECT count(*) FROM "{name}"').item())  # noqa: S608 (our own names)
    }
    return dg.AssetCheckResult(passed=not differences, metadata={"differences": dg.MetadataValue.json(differences)})


def _rows_in_lake(name: str, lake: Lake, status: StatusLog) -> int:
    if name == "status":
        return status.latest().height
    return lake.rows(TABLES[name])


@dg.asset_check(
    asset="portfolio_report", description="the page stands alone and every holding is on it", op_tags=HOME_STEP
)
def report_is_complete(settings: SettingsResource) -> dg.AssetCheckResult:
    """Check that the page loads nothing from elsewhere and that page and Parquet agree."""
    folder = settings.load().reports
    page = (folder / "portfolio.html").read_text("utf-8")
    holdings = pl.read_parquet(folder / "portfolio.parquet", glob=False)
    outside = [mark for mark in ("<script", 'src="http', 'href="//', "@import", "url(http") if mark in page]
    absent = [ticker for ticker in holdings["ticker"] if f">{ticker}<" not in page]
    return dg.AssetCheckResult(
        passed=not outside and not absent and not holdings.is_empty(),
        metadata={
            "loads_from_elsewhere": str(outside),
            "holdings_not_on_page": str(absent),
            "holdings": holdings.height,
        },
    )


ALL_CHECKS = [
    ticker_map_checks,
    *(_company_checks(asset) for asset in RULES),
    statement_identities,
    rows_match_lake,
    report_is_complete,
]
