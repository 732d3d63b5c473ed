from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from sec_assets.tables import FILING_COVER, TICKER_HISTORY
from sec_assets.xbrl.cover import cover_pages, ticker_history
from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.xbrl.instances import context, document, instance, parse, recorded_of


def dei(name: str, value: str, where: str = "y") -> str:
    return f'<dei:{name} contextRef="{where}">{value}</dei:{name}>'


def in_class(name: str) -> str:
    member = f'<xbrldi:explicitMember dimension="us-gaap:StatementClassOfStockAxis">acme:{name}</xbrldi:explicitMember>'
    return context(name, segment=member)


def shares(value: str, where: str) -> str:
    return (
        f'<dei:EntityCommonStockSharesOutstanding contextRef="{where}" unitRef="n" decimals="0">{value}'
        "</dei:EntityCommonStockSharesOutstanding>"
    )


NUMBER = '<xbrli:unit id="n"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>'
CLASS_A, CLASS_B = (f"us-gaap:StatementClassOfStockAxis=acme:{name}" for name in "AB")


def test_a_cover_page_is_one_row_with_its_classes() -> None:
    facts = parse(
        instance(
            in_class("A"), in_class("B"), NUMBER,
            dei("DocumentType", "10-K/A"), dei("AmendmentFlag", "true"), dei("DocumentPeriodEndDate", "2024-12-31"),
            dei("CurrentFiscalYearEndDate", "--12-31"), dei("DocumentFiscalYearFocus", "2024"),
            dei("DocumentFiscalPeriodFocus", "FY"), dei("EntityRegistrantName", "Acme"), dei("EntityShellCompany", "false"),
            dei("Security12bTitle", "Class A", "A"), dei("TradingSymbol", "ACM", "A"),
            dei("SecurityExchangeName", "NYSE", "A"), shares("10", "A"), shares("5", "B"),
            '<dei:EntityPublicFloat contextRef="y" unitRef="usd" decimals="0">7</dei:EntityPublicFloat>',
        )
    ).frame  # fmt: skip
    pages = cover_pages(facts)
    assert pages.schema == FILING_COVER.schema
    page = pages.row(0, named=True)
    assert page["period_end"] == date(2024, 12, 31)
    stated = [
        page[name] for name in ("document_type", "fiscal_year_end", "fiscal_year", "fiscal_period", "is_amendment")
    ]
    assert stated == ["10-K/A", "1231", 2024, "FY", True]
    assert (page["is_shell_company"], page["public_float"], page["public_float_unit"]) == (False, Decimal(7), "USD")
    assert page["securities"] == [{"title": "Class A", "symbol": "ACM", "exchange": "NYSE", "dimensions": CLASS_A}]
    assert page["shares_outstanding"] == [
        {"shares": Decimal(10), "as_of": date(2024, 12, 31), "dimensions": CLASS_A},
        {"shares": Decimal(5), "as_of": date(2024, 12, 31), "dimensions": CLASS_B},
    ]


def test_what_a_cover_does_not_say_is_null_not_false() -> None:
    page = cover_pages(parse(instance(dei("DocumentType", "8-K"), dei("CurrentFiscalYearEndDate", "December"))).frame)
    row = page.row(0, named=True)
    assert (row["is_amendment"], row["fiscal_year_end"], row["fiscal_year"]) == (None, None, None)
    assert (row["securities"], row["shares_outstanding"]) == ([], [])


def test_filings_without_dei_facts_have_no_cover() -> None:
    assert cover_pages(parse(instance('<acme:X contextRef="y">x</acme:X>')).frame).is_empty()


def covers(*filed: tuple[date, tuple[str, ...]]) -> pl.DataFrame:
    documents = []
    for number, (day, symbols) in enumerate(filed):
        parts = [in_class(f"C{n}") + dei("TradingSymbol", symbol, f"C{n}") for n, symbol in enumerate(symbols)]
        body = instance(dei("DocumentType", "8-K"), *parts)
        documents.append(replace(document(body, accession_number=f"0000000042-25-00000{number}"), filed=day))
    return cover_pages(parse_instances(documents).frame)


def spans(pages: pl.DataFrame) -> list[tuple[object, ...]]:
    history = ticker_history(pages)
    assert history.schema == TICKER_HISTORY.schema
    return history.select("symbol", "valid_from", "valid_until", "n_filings").rows()


def test_a_symbol_holds_from_the_first_cover_that_names_it_until_one_that_names_others() -> None:
    days = [date(2024, month, 1) for month in range(1, 6)]
    found = spans(
        covers((days[0], ("fb",)), (days[1], ("FB",)), (days[2], ()), (days[3], ("META",)), (days[4], ("FB", "META")))
    )
    assert found == [
        ("FB", days[0], days[3], 2),
        ("FB", days[4], None, 1),
        ("META", days[3], None, 2),
    ]


def test_marks_for_no_symbol_are_none() -> None:
    assert spans(covers((date(2024, 1, 1), ("None", "\u2014", "N/A")))) == []
    assert ticker_history(FILING_COVER.frame()).is_empty()


def test_recorded_covers_of_a_company_with_three_classes(evidence: Path) -> None:
    documents = recorded_of(evidence / "edgar_mirror", 1652044, "goog-20241231.htm.gz")
    page = cover_pages(parse_instances(documents).frame).row(0, named=True)
    assert {(item["symbol"], item["exchange"]) for item in page["securities"]} == {
        ("GOOG", "NASDAQ"),
        ("GOOGL", "NASDAQ"),
    }
    assert sorted(int(item["shares"]) for item in page["shares_outstanding"]) == [860000000, 5497000000, 5833000000]
    assert (page["fiscal_year_end"], page["fiscal_year"], page["fiscal_period"]) == ("1231", 2024, "FY")
