"""Tables made of XBRL: the facts, their long texts and footnotes apart, what could not be read, and cover pages.

A fact is told by `accession_number`, `source` and `ordinal`; the side tables refer to it by these three. Statements made of
facts are in `edgar.py`; reading the documents is `xbrl/`.
"""

import polars as pl

from sec_assets.tables.edgar import ACCEPTED_AT, ACCESSION, CIK, FILED, FORM
from sec_assets.tables.model import EXACT, Column, Table

_SOURCE = Column("source", pl.String, "the document it was read from, or companyfacts", required=True)
_ORDINAL = Column("ordinal", pl.Int32, "position in the document", required=True)
_CONCEPT = Column(
    "concept", pl.String, "prefix:LocalName with the taxonomy's usual prefix, e.g. us-gaap:Assets", required=True
)
_LANG = Column("lang", pl.String, "language of a text fact")

XBRL_FACTS = Table(
    "xbrl_facts",
    "Every fact of every XBRL instance, every version, exact.",
    ("cik", "concept", "unit", "period", "dimensions", "lang", "accession_number", "occurrence"),
    (
        CIK,
        ACCESSION,
        _CONCEPT,
        Column("namespace", pl.String, "namespace URI of the concept as filed; without a year from companyfacts", required=True),
        Column("is_extension", pl.Boolean, "concept of the filer's own taxonomy", required=True),
        Column("value", pl.String, "text as filed; null when nil, and for long texts, which are in xbrl_texts"),
        Column("numeric", EXACT, "exact value; null when not numeric, nil, or outside 26+12 digits"),
        Column("unit", pl.String, "USD, shares, USD/shares, pure, …; null for non-numeric facts"),
        Column("decimals", pl.String, "decimals attribute: a whole number or INF"),
        Column("period", pl.String, "2024-09-28, 2023-10-01/2024-09-28 or forever", required=True),
        Column("period_start", pl.Date, "first day of a duration; null for instants"),
        Column("period_end", pl.Date, "last day of a duration, or the day of an instant"),
        Column("is_instant", pl.Boolean, "an instant rather than a duration", required=True),
        Column(
            "dimensions",
            pl.String,
            "axis=member pairs sorted and joined with '; ', empty when there are none",
            required=True,
        ),
        Column("is_nil", pl.Boolean, "xsi:nil was true", required=True),
        _LANG,
        Column(
            "occurrence", pl.Int32, "0 for the fact to use (the most precise), 1… for its duplicates", required=True
        ),
        Column("duplicates", pl.String, "complete, consistent or inconsistent where a filing repeats the fact; else null"),
        _ORDINAL,
        Column("entity_scheme", pl.String, "scheme of the entity identifier, http://www.sec.gov/CIK"),
        Column("entity_identifier", pl.String, "entity identifier as filed"),
        Column("text_length", pl.Int32, "length of a long text kept in xbrl_texts; null for all others", "characters"),
        FORM,
        FILED,
        ACCEPTED_AT,
        _SOURCE,
        Column("also_in", pl.String, "another source that states the same fact, e.g. companyfacts"),
    ),
)  # fmt: skip

COMPANYFACTS = Table(
    "companyfacts",
    "Facts of SEC's companyfacts API in the shape of xbrl_facts, for companies and filings without documents.",
    XBRL_FACTS.key,
    XBRL_FACTS.columns,
)

XBRL_TEXTS = Table(
    "xbrl_texts",
    "Long texts of facts (text blocks), apart from the facts so that these stay small.",
    ("cik", "accession_number", "source", "ordinal"),
    (CIK, ACCESSION, _SOURCE, _ORDINAL, _CONCEPT, Column("text", pl.String, "text as filed", required=True)),
)

XBRL_FOOTNOTES = Table(
    "xbrl_footnotes",
    "Footnotes with the facts they are linked to: one row per pair.",
    ("cik", "accession_number", "source", "ordinal", "note"),
    (
        CIK,
        ACCESSION,
        Column("source", pl.String, "document of the fact", required=True),
        Column("ordinal", pl.Int32, "position of the fact in the document", required=True),
        Column("note", pl.Int32, "counts the footnotes of one fact from 0", required=True),
        _CONCEPT,
        Column("arcrole", pl.String, "what the footnote is to the fact, as a URI", required=True),
        Column("role", pl.String, "role of the footnote, as a URI"),
        Column("lang", pl.String, "language of the footnote"),
        Column("text", pl.String, "content, markup kept as text", required=True),
    ),
)

XBRL_PROBLEMS = Table(
    "xbrl_problems",
    "Documents and facts that could not be read: where, and why.",
    ("cik", "accession_number", "source", "position"),
    (
        CIK,
        ACCESSION,
        Column("source", pl.String, "document", required=True),
        Column("position", pl.Int32, "counts the problems of one document from 0", required=True),
        Column("line", pl.Int32, "line of the (first) fact in the document, or of the error in its XML"),
        Column("subject", pl.String, "the (first) fact, as the document names it; null for a whole document"),
        Column("reason", pl.String, "why it could not be read", required=True),
        Column("facts", pl.Int32, "facts left out for this reason; null for a whole document", "facts"),
    ),
)

FILING_COVER = Table(
    "filing_cover",
    "Cover page of a filing from its dei facts: one row per filing that has any.",
    ("cik", "accession_number"),
    (
        CIK,
        ACCESSION,
        Column("document_type", pl.String, "dei:DocumentType, e.g. 10-K"),
        Column("period_end", pl.Date, "dei:DocumentPeriodEndDate: end of the period reported on"),
        Column("fiscal_year_end", pl.String, "dei:CurrentFiscalYearEndDate as MMDD"),
        Column("fiscal_year", pl.Int32, "dei:DocumentFiscalYearFocus as the filer states it"),
        Column("fiscal_period", pl.String, "dei:DocumentFiscalPeriodFocus as the filer states it: FY, Q1, Q2, Q3"),
        Column("is_amendment", pl.Boolean, "dei:AmendmentFlag"),
        Column("amendment_description", pl.String, "dei:AmendmentDescription"),
        Column("registrant_name", pl.String, "dei:EntityRegistrantName"),
        Column("filer_category", pl.String, "dei:EntityFilerCategory"),
        Column("is_shell_company", pl.Boolean, "dei:EntityShellCompany"),
        Column("public_float", EXACT, "dei:EntityPublicFloat of the whole registrant"),
        Column("public_float_unit", pl.String, "currency of public_float"),
        Column(
            "securities",
            pl.List(pl.Struct({"title": pl.String, "symbol": pl.String, "exchange": pl.String, "dimensions": pl.String})),
            "registered securities: title, trading symbol, exchange, and the dimensions that tell the class",
            required=True,
        ),
        Column(
            "shares_outstanding",
            pl.List(pl.Struct({"shares": EXACT, "as_of": pl.Date, "dimensions": pl.String})),
            "dei:EntityCommonStockSharesOutstanding per class, told by its dimensions",
            required=True,
        ),
        FORM,
        FILED,
        ACCEPTED_AT,
    ),
)  # fmt: skip

TICKER_HISTORY = Table(
    "ticker_history",
    "Trading symbols by date, from the cover pages of filings: valid_from is included, valid_until is not.",
    ("cik", "symbol", "valid_from"),
    (
        CIK,
        Column("symbol", pl.String, "trading symbol, upper case", required=True),
        Column("valid_from", pl.Date, "day of the first filing whose cover names it", required=True),
        Column("valid_until", pl.Date, "day of the first later cover that names others only; null while none does"),
        Column("title", pl.String, "title of the security as last filed"),
        Column("exchange", pl.String, "exchange as last filed"),
        Column("dimensions", pl.String, "dimensions that tell the class, as last filed; empty for a single class"),
        Column("n_filings", pl.Int32, "cover pages that say so", "filings", required=True),
        Column("last_accession_number", pl.String, "the last of these filings", required=True),
    ),
)
