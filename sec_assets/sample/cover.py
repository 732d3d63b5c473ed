"""The cover page facts (`dei`) and the oddities every real instance has: nil, text blocks, duplicates, extensions.

The statements themselves are in `facts.py` (invented companies) and `reported.py` (real ones).
"""

from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from sec_assets.sample import figures
from sec_assets.sample.facts import Fact, plain, reported_quarter
from sec_assets.sample.filings import Filing
from sec_assets.sample.universe import Company, ShareClass, companies

CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"
_EXCHANGES = {"Nasdaq": "NASDAQ", "NYSE": "NYSE"}


def cover_facts(filing: Filing, start: date) -> list[Fact]:
    """Return the text facts of the cover page; `start` is the first day of the period the report covers."""
    company = companies()[filing.cik]
    end = filing.report_date or filing.filed
    fye = str(company.given["fye"])
    amended = filing.form.endswith("/A")
    values = {
        "DocumentType": filing.form,
        "DocumentAnnualReport": "true" if filing.fiscal_period == "FY" and not amended else None,
        "DocumentQuarterlyReport": "true" if filing.form == "10-Q" else None,
        "AmendmentFlag": "true" if amended else "false",
        "AmendmentDescription": "Restated financial statements." if amended else None,
        "DocumentPeriodEndDate": end.isoformat(),
        "DocumentFiscalYearFocus": str(filing.fiscal_year) if filing.fiscal_year else None,
        "DocumentFiscalPeriodFocus": filing.fiscal_period or None,
        "CurrentFiscalYearEndDate": f"--{fye[:2]}-{fye[2:]}",
        "EntityRegistrantName": company.name,
        "EntityCentralIndexKey": company.cik,
        "EntityFileNumber": company.given["file_number"],
        "EntityIncorporationStateCountryCode": company.given["state"],
        "EntityTaxIdentificationNumber": f"{company.given['ein'][:2]}-{company.given['ein'][2:]}".strip("-"),
        "EntityFilerCategory": company.given["category"].split("<br>")[0],
        "EntityCurrentReportingStatus": "Yes",
        "EntityShellCompany": "false",
    }
    found = [Fact(f"dei:{name}", text, None, start, end) for name, text in values.items() if text]
    for share in company.classes:
        found += _class_facts(company, share, start, end)
    return found


def class_dimensions(company: Company, share: ShareClass) -> tuple[tuple[str, str], ...]:
    """Return the dimension of a class of shares: none where there is only one."""
    return ((CLASS_AXIS, share.member),) if len(company.classes) > 1 else ()


def _class_facts(company: Company, share: ShareClass, start: date, end: date) -> list[Fact]:
    dimensions = class_dimensions(company, share)
    texts = {"Security12bTitle": share.title, "TradingSymbol": share.ticker}
    if share.exchange:
        texts["SecurityExchangeName"] = _EXCHANGES[share.exchange]
    return [Fact(f"dei:{name}", text, None, start, end, None, dimensions) for name, text in texts.items()]


def share_count_facts(filing: Filing) -> list[Fact]:
    """Return the shares outstanding on the cover of an invented company's report, and its public float."""
    company = companies()[filing.cik]
    quarter = reported_quarter(company, filing)
    told = figures.version(company, filing.filed)
    total = int(figures.balance(company, quarter, "shares", told))
    day = filing.filed - timedelta(days=7)
    found, rest = [], total
    for share in company.classes:
        count = rest if share is company.classes[-1] else int(total * share.share)
        rest -= count
        found.append(
            Fact("dei:EntityCommonStockSharesOutstanding", str(count), "shares", None, day, "INF",
                 class_dimensions(company, share))
        )  # fmt: skip
    if filing.form == "10-K" and company.has_xbrl:
        middle = next(q for q in company.quarters() if q.year == quarter.year and q.number == 2)
        value = figures.balance(company, middle, "equity", told) * Decimal("1.6")
        found.append(
            Fact("dei:EntityPublicFloat", plain(value // 1_000_000 * 1_000_000), "USD", None, middle.end, "-6")
        )
    return found


def oddities(filing: Filing, statements: tuple[Fact, ...], start: date) -> list[Fact]:
    """Return what else real instances contain, made from the statements' own facts.

    A nil fact, a text block with markup, and revenue told again, rounded; for invented companies also a concept of
    their own taxonomy and a typed dimension.
    """
    company = companies()[filing.cik]
    end = filing.report_date or filing.filed
    taxonomy = "ifrs-full" if company.model == "ifrs" else "us-gaap"
    block = "DisclosureOfMaterialAccountingPolicyInformationExplanatory"
    found = [
        Fact(f"{taxonomy}:{block if taxonomy == 'ifrs-full' else 'SignificantAccountingPoliciesTextBlock'}",
             f"<div><span>Basis of presentation</span></div><div>{escape(company.name)} prepares its statements in "
             "thousands &amp; rounds per-share amounts to cents.</div>", None, start, end),
        *_rounded(statements, end),
    ]  # fmt: skip
    if taxonomy == "us-gaap":
        found.append(Fact("us-gaap:CommitmentsAndContingencies", None, company.currency, None, end))
    if not company.real:
        signed = 40 + int(filing.folder[-4:]) % 37
        found.append(Fact(f"{company.prefix}:CustomerContractsSigned", str(signed), "pure", start, end, "INF"))
        found += _obligations(statements, end)
    return found


def _rounded(statements: tuple[Fact, ...], end: date) -> list[Fact]:
    """The newest revenue once more, as a sentence would tell it: in millions, or billions where those are exact."""
    for fact in statements:
        if fact.end == end and fact.start and fact.value and fact.unit and "Revenue" in fact.concept:
            places = 9 if fact.decimals == "-6" else 6
            value = round(int(Decimal(fact.value)), -places)
            return [Fact(fact.concept, str(value), fact.unit, fact.start, end, f"-{places}")]
    return []


def _obligations(statements: tuple[Fact, ...], end: date) -> list[Fact]:
    axis = "us-gaap:RevenueRemainingPerformanceObligationExpectedTimingOfSatisfactionStartDateAxis"
    for fact in statements:
        if fact.concept == "us-gaap:ContractWithCustomerLiabilityCurrent" and fact.end == end:
            pair = (axis, (end + timedelta(days=1)).isoformat())
            concept = "us-gaap:RevenueRemainingPerformanceObligation"
            return [Fact(concept, fact.value, fact.unit, None, end, "-3", (pair,), is_typed=True)]
    return []
