"""Tables of the groups `universe` and `edgar`: who files, what was filed, and what we hold of it."""

import polars as pl

from sec_assets.tables.model import EXACT, UTC_INSTANT, Column, Table

CIK = Column("cik", pl.String, "Central Index Key, ten digits with leading zeros", required=True)
ACCESSION = Column("accession_number", pl.String, "accession number with dashes", required=True)
FORM = Column("form", pl.String, "form type as filed, e.g. 10-K/A")
FILED = Column("filed", pl.Date, "filing date assigned by EDGAR (New York)")
ACCEPTED_AT = Column("accepted_at", UTC_INSTANT, "instant of acceptance by EDGAR", "UTC")

TICKER_MAP = Table(
    "ticker_map",
    "Every ticker EDGAR lists with its company; a company with several classes of shares has several rows.",
    ("cik", "ticker"),
    (
        CIK,
        Column("ticker", pl.String, "ticker as EDGAR writes it, e.g. BRK-B", required=True),
        Column("name", pl.String, "company name as EDGAR conforms it"),
        Column("exchange", pl.String, "exchange, null where EDGAR gives none"),
        Column("is_primary", pl.Boolean, "the first ticker EDGAR lists for this company", required=True),
        Column("security_type", pl.String, "common, preferred, warrant, unit, right or fund, where it can be told"),
    ),
)

COMPANIES = Table(
    "companies",
    "One row per filer as its submissions file describes it; written together with filings_index.",
    ("cik",),
    (
        CIK,
        Column("name", pl.String, "conformed name"),
        Column("entity_type", pl.String, "operating, investment, other"),
        Column("sic", pl.String, "Standard Industrial Classification, four digits"),
        Column("sic_description", pl.String, "SIC in words"),
        Column("category", pl.String, "filer category, e.g. Large accelerated filer"),
        Column("fiscal_year_end", pl.String, "MMDD"),
        Column("state_of_incorporation", pl.String, "EDGAR's state or country code"),
        Column("former_names", pl.String, "JSON list of {name, from, to}"),
    ),
)

FILINGS_INDEX = Table(
    "filings_index",
    "Every filing of a company, recent and older pages together.",
    ("cik", "accession_number"),
    (
        CIK,
        ACCESSION,
        Column("form", pl.String, "form type as filed", required=True),
        Column("filing_date", pl.Date, "filing date assigned by EDGAR (New York)", required=True),
        Column("report_date", pl.Date, "end of the period reported on"),
        Column("acceptance_raw", pl.String, "acceptanceDateTime exactly as served"),
        Column("accepted_at", UTC_INSTANT, "acceptance in UTC, after judging which clock acceptance_raw shows", "UTC"),
        Column("acceptance_clock", pl.String, "utc or new_york: the clock acceptance_raw was read as"),
        Column("act", pl.String, "act of Congress, e.g. 34"),
        Column("file_number", pl.String, "SEC file number"),
        Column("film_number", pl.String, "film number"),
        Column("items", pl.String, "8-K item numbers, comma separated"),
        Column("size", pl.Int64, "size of the whole submission", "bytes"),
        Column("is_xbrl", pl.Boolean, "carries XBRL"),
        Column("is_inline_xbrl", pl.Boolean, "carries inline XBRL"),
        Column("primary_document", pl.String, "primary document as served (ownership forms carry an XSL folder)"),
        Column("primary_document_description", pl.String, "description of the primary document"),
        Column("fetched_at", UTC_INSTANT, "when this platform first saw the filing", "UTC"),
    ),
)

ARTIFACTS = Table(
    "artifacts",
    "Every document of the chosen filings: where it lies, or why it does not.",
    ("cik", "accession_number", "name"),
    (
        CIK,
        ACCESSION,
        Column("name", pl.String, "file name inside the filing folder", required=True),
        Column("kind", pl.String, "primary, xbrl_instance, exhibit or index", required=True),
        Column("document_type", pl.String, "EDGAR document type where known, e.g. 10-K, EX-99.1"),
        FORM,
        FILED,
        ACCEPTED_AT,
        Column("url", pl.String, "address at EDGAR", required=True),
        Column("path", pl.String, "path below the documents folder (HOST/PATH); null when not stored"),
        Column("bytes", pl.Int64, "length of the stored document", "bytes"),
        Column("sha256", pl.String, "SHA-256 of the stored document, hexadecimal"),
        Column("status", pl.String, "stored, absent or failed", required=True),
        Column("attempts", pl.Int32, "tries it took to come to this result", required=True),
        Column("error", pl.String, "why it is absent or failed"),
        Column("fetched_at", UTC_INSTANT, "when the stored bytes were fetched", "UTC"),
    ),
)

FINANCIALS = Table(
    "financials",
    "Standard line items of the statements, each version as filed, with the concept it came from and why.",
    ("cik", "line_item", "period_start", "period_end", "accession_number"),
    (
        CIK,
        Column("line_item", pl.String, "standard name, e.g. revenue", required=True),
        Column("statement", pl.String, "income, balance, cash_flow, per_share, shares or cover", required=True),
        Column("period_start", pl.Date, "first day; null for instants"),
        Column("period_end", pl.Date, "last day, or day of the instant", required=True),
        ACCESSION,
        Column("value", EXACT, "exact value in unit; null where it is not known or not to be trusted, see reason"),
        Column("unit", pl.String, "unit of value, e.g. USD, USD/shares", required=True),
        Column(
            "decimals",
            pl.Int32,
            "places known: −6 to the million, 2 to the cent, 12 exact; of the least precise input where derived",
        ),
        Column("period_type", pl.String, "instant, quarter, half_year, nine_months, year or other", required=True),
        Column("fiscal_year", pl.Int32, "fiscal year the period belongs to"),
        Column("fiscal_period", pl.String, "Q1, Q2, Q3, Q4, H1, 9M, FY, or TP for a whole transition period"),
        Column("concept", pl.String, "concept the value came from", required=True),
        Column("rule", pl.String, "why this concept, or how the value was derived", required=True),
        Column("is_derived", pl.Boolean, "computed from other facts (e.g. Q4 = FY − 9M)", required=True),
        Column(
            "reason",
            pl.String,
            "why value is null: a fourth quarter that is unknown, or a value that its own filing proves wrong (filed as …: why)",
        ),
        Column(
            "split_factor",
            EXACT,
            "of shares and amounts per share: shares today for one at the filing; null elsewhere and where a split is unconfirmed",
        ),
        Column(
            "adjusted_value",
            EXACT,
            "value on the basis of shares of the company's newest filing; null like split_factor",
        ),
        FORM,
        FILED,
        ACCEPTED_AT,
    ),
)
