"""The checks of accounting identities, run by Dagster: they report the share of company-years and fail below 99 of 100."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from sec_assets.checks import statement_identities
from sec_assets.resources import LakeResource, SettingsResource
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import FINANCIALS
from sec_assets.xbrl.standardize import standardize
from sec_assets.xbrl.standardize.identities import IDENTITIES
from sec_assets_tests.xbrl.small_facts import filing, frame

END = "2023-12-31"


def run(folder: Path, equities: list[int]) -> dict[str, dg.AssetCheckEvaluation]:
    """Store one balance sheet per company, with assets of 100 and liabilities of 60 million, and run the checks."""
    sheets = [{"Assets": 100, "Liabilities": 60, "StockholdersEquity": equity} for equity in equities]
    return run_on(folder, [[(name, END, value * 1_000_000) for name, value in sheet.items()] for sheet in sheets])


def run_on(folder: Path, companies: list[list[tuple]]) -> dict[str, dg.AssetCheckEvaluation]:
    """Store one filing per company, with its facts, and run the checks."""
    lake, verdicts = Lake(folder / "lake"), {}
    for number, facts in enumerate(companies, start=1):
        cik = f"{number:010d}"
        financials = standardize(frame(filing("a", "2024-02-01", *facts, cik=cik)))
        verdicts[cik] = Verdict("ok", lake.write(FINANCIALS, financials, cik=cik).rows)
    StatusLog(lake.root).record("financials", verdicts, run_id="earlier", at=datetime(2024, 3, 1, tzinfo=UTC))
    storage = LakeResource(settings=SettingsResource(overrides={"SEC_ASSETS_DATA": str(folder)}))

    @dg.asset(name="financials")
    def made() -> None: ...

    result = dg.materialize([made, statement_identities], resources={"storage": storage})
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def cash(operating: int, investing: int, financing: int, change: int) -> list[tuple]:
    """Return a cash flow statement, in millions."""
    amounts = {
        "NetCashProvidedByUsedInOperatingActivities": operating,
        "NetCashProvidedByUsedInInvestingActivities": investing,
        "NetCashProvidedByUsedInFinancingActivities": financing,
        "CashAndCashEquivalentsPeriodIncreaseDecrease": change,
    }
    return [(name, "2023-01-01/2023-12-31", value * 1_000_000) for name, value in amounts.items()]


@pytest.mark.dagster
def test_all_identities_are_checked_and_the_share_is_told(tmp_path: Path):
    found = run(tmp_path, [40, 40])
    assert set(found) == set(IDENTITIES)
    assert all(evaluation.passed for evaluation in found.values())
    metadata = found["balance_sheet"].metadata
    assert (metadata["asked"].value, metadata["company_years"].value) == (2, 2)
    assert metadata["share_without_violation"].value == 1.0


@pytest.mark.dagster
def test_a_balance_sheet_that_does_not_balance_fails_and_is_named(tmp_path: Path):
    evaluation = run(tmp_path, [40, 30])["balance_sheet"]
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.metadata["share_without_violation"].value == 0.5
    assert "0000000002" in str(evaluation.metadata["sample"].value)


@pytest.mark.dagster
def test_withheld_values_are_named_and_counted_as_filed(tmp_path: Path):
    evaluation = run_on(tmp_path, [cash(50, 20, 10, 20), cash(50, -20, -10, 20)])["cash_roll_forward"]
    assert evaluation.passed
    told = {name: value.value for name, value in evaluation.metadata.items()}
    assert (told["asked"], told["violated"], told["company_years"], told["withheld"]) == (1, 0, 1, 2)
    assert (told["share_without_violation"], told["share_without_violation_as_filed"]) == (1.0, 0.5)
    named = str(told["withheld_sample"])
    assert "('0000000001', 'financing_cash_flow', 'a', " in named
    assert "('0000000001', 'investing_cash_flow', 'a', " in named
    assert "filed as 20000000: the change in cash is the sum of its flows only by taking" in named
