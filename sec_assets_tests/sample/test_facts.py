"""Facts: invented statements are sound, real ones are those reported, companyfacts and instances agree."""

import gzip
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from lxml import etree

from sec_assets.sample import figures, reported
from sec_assets.sample.companyfacts import frame_of, most_precise
from sec_assets.sample.filings import filings_of
from sec_assets.sample.folder import is_cut
from sec_assets.sample.instance import facts_of, render, statements_of
from sec_assets.sample.site import respond
from sec_assets.sample.universe import Company, companies

INVENTED = [company for company in companies().values() if not company.real]
REAL = [company.cik for company in companies().values() if company.real]
NOW = figures.Version(restated=False, split=1)
X = "{http://www.xbrl.org/2003/instance}"


@pytest.mark.parametrize("restated", [False, True])
@pytest.mark.parametrize("company", INVENTED, ids=lambda company: company.prefix)
def test_balance_sheets_balance_and_cash_rolls(company: Company, restated: bool) -> None:
    rows = figures.simulated(company, restated)
    for before, after in pairwise(rows):
        assert after["assets"] == after["liabilities_and_equity"]
        assert after["cash"] == before["cash"] + after["cash_change"]
        flows = after["operating_cash"] + after["investing_cash"] + after["financing_cash"]
        assert after["cash_change"] == flows
        assert after["cash"] > 0


@pytest.mark.parametrize("company", INVENTED, ids=lambda company: company.prefix)
def test_quarters_add_up_to_years_in_the_filings(company: Company) -> None:
    sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    years: dict[tuple[str, int], Decimal] = {}
    spans = {(q.start, q.end): q for q in company.quarters()}
    annual = {(q.start, r.end): q.year for q in company.quarters() for r in company.quarters()
              if q.number == 1 and r.number == 4 and q.year == r.year}  # fmt: skip
    additive = {line.concept for line in figures.used_lines(company) if line.statement == "income"}
    for quarter in company.quarters():
        for line in figures.used_lines(company):
            if line.concept in additive and line.statement == "income" and quarter.year == 2025:
                sums[line.concept, quarter.year] += figures.flow(company, (quarter,), line.line, NOW)
    for filing in filings_of(company.cik):
        for fact in statements_of(filing) if filing.form in {"10-K", "20-F"} and filing.kind == "report" else ():
            if fact.concept in additive and annual.get((fact.start or fact.end, fact.end)) == 2025:
                years[fact.concept, 2025] = Decimal(fact.value or 0)
    assert spans
    for key, amount in years.items():
        assert sums[key] == amount, key


@pytest.mark.parametrize("company", INVENTED, ids=lambda company: company.prefix)
def test_served_balance_sheets_balance(company: Company) -> None:
    sides = (
        ("us-gaap:Assets", "us-gaap:LiabilitiesAndStockholdersEquity"),
        ("ifrs-full:Assets", "ifrs-full:EquityAndLiabilities"),
    )
    checked = 0
    for filing in filings_of(company.cik):
        if filing.kind != "report":
            continue
        values = {(fact.concept, fact.end): fact.value for fact in statements_of(filing)}
        for left, right in sides:
            for concept, end in values:
                if concept == left:
                    assert values[left, end] == values[right, end]
                    checked += 1
    assert checked


def test_segments_add_up_to_revenue() -> None:
    for company in INVENTED:
        for filing in filings_of(company.cik)[-1:] if company.has_xbrl else ():
            plain = (
                {(f.concept, f.start, f.end): Decimal(f.value or 0) for f in statements_of(filing)}
                if filing.is_xbrl
                else {}
            )
            sums: dict[tuple, Decimal] = defaultdict(Decimal)
            for fact in facts_of(filing):
                if fact.dimensions and "Segments" in fact.dimensions[0][0]:
                    sums[fact.concept, fact.start, fact.end] += Decimal(fact.value or 0)
            assert all(plain[key] == total for key, total in sums.items())
            assert sums or not filing.is_xbrl


@pytest.mark.parametrize("cik", REAL)
def test_real_figures_are_the_reported_ones(evidence, cik: str) -> None:
    path = evidence / f"edgar_mirror/data.sec.gov/api/xbrl/companyfacts/CIK{cik}.json.gz"
    document = json.loads(gzip.decompress(path.read_bytes()))
    known = {
        (f"{taxonomy}:{tag}", unit, row.get("start"), row["end"], row["accn"]): row
        for taxonomy, tags in document["facts"].items()
        for tag, body in tags.items()
        for unit, rows in body["units"].items()
        for row in rows
    }
    count = 0
    for filing in reported.reports(cik):
        for fact in reported.statement_facts(filing):
            row = known[fact.concept, fact.unit, fact.start and str(fact.start), str(fact.end), filing.accession]
            assert Decimal(fact.value or 0) == Decimal(str(row["val"]))
            assert (row["filed"], row["form"]) == (str(filing.filed), filing.form)
            assert (row["fy"], row["fp"]) == (filing.fiscal_year, filing.fiscal_period)
            count += 1
    assert count > 1000


@pytest.mark.parametrize("cik", REAL)
def test_dimensioned_real_figures_agree_with_the_totals(cik: str) -> None:
    seen = 0
    for filing in reported.reports(cik):
        totals = {
            (fact.concept, fact.start, fact.end): Decimal(fact.value or 0) for fact in reported.statement_facts(filing)
        }
        for fact in reported.dimensioned_facts(filing):
            total = totals.get((fact.concept, fact.start, fact.end))
            if total is not None and "ClassOfStock" not in fact.dimensions[0][0]:
                assert Decimal(fact.value or 0) < total
                seen += 1
    assert seen or cik not in {"0000320193", "0001652044"}


def instance_rows(body: bytes) -> Counter:
    """Read an instance with nothing but lxml: undimensioned numeric facts of standard taxonomies."""
    root = etree.fromstring(body)
    periods, units = {}, {}
    for context in root.iter(X + "context"):
        if context.find(f".//{X}segment") is None:
            period = context.find(X + "period")
            assert period is not None
            periods[context.get("id")] = tuple(child.text for child in period)
    for unit in root.iter(X + "unit"):
        units[unit.get("id")] = "/".join((measure.text or "").split(":")[-1] for measure in unit.iter(X + "measure"))
    rows: Counter = Counter()
    for element in root:
        numeric = element.get("unitRef") and element.get("contextRef") in periods and element.text
        if numeric and element.prefix in {"us-gaap", "dei", "ifrs-full", "srt"}:
            name = f"{element.prefix}:{etree.QName(element).localname}"
            rows[name, units[element.get("unitRef")], periods[element.get("contextRef")]] += 1
    return rows


@pytest.mark.parametrize("company", [c for c in companies().values() if c.has_xbrl], ids=lambda company: company.prefix)
def test_companyfacts_tell_what_the_instances_tell(company: Company) -> None:
    document = json.loads(respond(f"https://data.sec.gov/api/xbrl/companyfacts/CIK{company.cik}.json").body)
    told: dict[str, set] = defaultdict(set)
    for taxonomy, tags in document["facts"].items():
        for tag, body in tags.items():
            for unit, rows in body["units"].items():
                for row in rows:
                    period = (row["start"], row["end"]) if "start" in row else (row["end"],)
                    told[row["accn"]].add((f"{taxonomy}:{tag}", unit, period))
    filings = [filing for filing in filings_of(company.cik) if filing.is_xbrl]
    assert set(told) == {filing.accession for filing in filings}
    for filing in filings:
        if not is_cut(filing):
            assert told[filing.accession] == set(instance_rows(render(filing)))


def test_of_duplicates_the_most_precise_is_told() -> None:
    filing = filings_of("0009900001")[-1]
    facts = [
        f
        for f in facts_of(filing)
        if f.concept == "us-gaap:Revenues" and not f.dimensions and f.end == filing.report_date
    ]
    assert [fact.decimals for fact in facts] == ["-3", "-6"]
    chosen = most_precise(facts_of(filing))[facts[0].concept, "USD", facts[0].start, facts[0].end]
    assert chosen == facts[0]


@pytest.mark.parametrize(
    ("start", "end", "frame"),
    [
        (None, date(2024, 9, 28), "CY2024Q3I"),
        (date(2023, 10, 1), date(2024, 9, 28), "CY2024"),
        (date(2024, 6, 30), date(2024, 9, 28), "CY2024Q3"),
        (date(2024, 1, 1), date(2024, 6, 30), None),
    ],
)
def test_frames_of_recorded_periods(start: date | None, end: date, frame: str | None) -> None:
    assert frame_of(start, end) == frame


def test_instances_hold_what_parsers_stumble_over() -> None:
    facts = facts_of(next(f for f in reversed(filings_of("0009900008")) if f.is_xbrl))
    assert any(fact.value is None for fact in facts)
    assert any(fact.is_typed for fact in facts)
    assert any(fact.concept.startswith("xrstx:") for fact in facts)
    assert any(fact.value and "<div>" in fact.value for fact in facts)
    assert {"USD", "shares", "USD/shares", "pure"} <= {fact.unit for fact in facts}


def test_classes_of_shares_have_cover_facts_of_their_own() -> None:
    facts = facts_of(next(f for f in reversed(filings_of("0009900007")) if f.is_xbrl))
    counts = {
        fact.dimensions: int(fact.value or 0)
        for fact in facts
        if fact.concept.endswith("EntityCommonStockSharesOutstanding")
    }
    assert len(counts) == 2
    assert all(dimensions for dimensions in counts)
    assert sum(counts.values()) == 155_500_000


def test_restatement_changes_comparatives_only_afterwards() -> None:
    def revenue_2024(accession: str) -> set[str]:
        filing = next(f for f in filings_of("0009900008") if f.accession == accession)
        return {
            fact.value or "" for fact in statements_of(filing)
            if fact.concept.startswith("us-gaap:RevenueFrom") and (fact.start, fact.end) == (date(2024, 1, 1), date(2024, 12, 31))
        }  # fmt: skip

    annual = [f for f in filings_of("0009900008") if f.form.startswith("10-K") and f.fiscal_year in {2024, 2025}]
    before, amended, after = (revenue_2024(filing.accession) for filing in annual)
    assert [filing.form for filing in annual] == ["10-K", "10-K/A", "10-K"]
    assert amended == after
    assert int(min(before)) > int(min(amended))


def test_share_counts_change_basis_with_the_split() -> None:
    reports = [filing for filing in filings_of("0009900004") if filing.form == "10-Q" and filing.fiscal_year == 2025]
    counts = [
        int(next(f.value or 0 for f in statements_of(report) if f.concept.endswith("CommonStockSharesOutstanding")))
        for report in reports
    ]
    assert counts[0] * 3.8 < counts[1] < counts[0] * 4.1


def test_part_three_amendment_has_no_financial_data() -> None:
    filing = next(f for f in filings_of("0009900009") if f.kind == "part3")
    assert not filing.is_xbrl
    assert not facts_of(filing)
