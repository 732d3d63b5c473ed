"""Documents of the forms the platform leaves out by default, and of amendments without statements.

Ownership reports, proxy statements, prospectuses, notices of late filing, the Part III amendment and the text files of
the years before HTML.
"""

from xml.sax.saxutils import escape

from sec_assets.sample import prose, reports
from sec_assets.sample.filings import Filing
from sec_assets.sample.layout import Block, item, paragraph, part, title
from sec_assets.sample.universe import Company, companies

_PARTS = (
    ("Item 10.", "Directors, Executive Officers and Corporate Governance"),
    ("Item 11.", "Executive Compensation"),
    ("Item 12.", "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters"),
    ("Item 13.", "Certain Relationships and Related Transactions, and Director Independence"),
    ("Item 14.", "Principal Accountant Fees and Services"),
)


def blocks(filing: Filing) -> list[Block]:
    """Return the blocks of a proxy statement, prospectus, notice, amendment or old annual report."""
    company = companies()[filing.cik]
    head = [title("SECURITIES AND EXCHANGE COMMISSION"), title(f"FORM {filing.form}"), title(company.name)]
    head.append(paragraph(prose.notice(company)))
    if filing.kind == "part3":
        return [*reports.cover(company, filing), *_part_three(company, filing)]
    if filing.kind == "legacy":
        return [*head, *_legacy(filing)]
    return [*head, *(paragraph(text.format(name=company.name)) for text in _TEXTS[filing.form])]


_TEXTS = {
    "DEF 14A": (
        "Notice of annual meeting of shareholders. Holders of record may vote by mail or online.",
        "Proposal 1: election of directors. Proposal 2: ratification of the auditor. Proposal 3: advisory vote on the "
        "compensation of named executive officers of {name}.",
    ),
    "S-1": (
        "Registration statement. {name} offers 12,000,000 shares of common stock. There has been no public market.",
        "Investing in the shares involves a high degree of risk.",
    ),
    "424B4": ("Prospectus. {name} sells 12,000,000 shares of common stock at $16.00 per share.",),
    "NT 10-K": (
        "{name} cannot file its annual report in time without unreasonable effort, because its assessment of the ability "
        "to continue as a going concern is not complete.",
    ),
}


def _part_three(company: Company, filing: Filing) -> list[Block]:
    found = [paragraph("This amendment adds Part III only. It contains no financial statements."), part("PART III")]
    for number, text in _PARTS:
        key = prose.item_key("10-K", number, text)
        found += [item(number, text), *(paragraph(line) for line in prose.sentences(company, filing, key))]
    return found


def _legacy(filing: Filing) -> list[Block]:
    year = filing.filed.year - 1
    return [
        item("Item 1.", "Business"),
        paragraph(f"The company delivered electricity to about {180 + year - 2005},000 customers in {year}."),
        item("Item 7.", "Management's Discussion and Analysis of Financial Condition and Results of Operations"),
        paragraph(f"Revenue in {year} was near the level of the year before."),
    ]


def ownership(filing: Filing) -> bytes:
    """Return the XML of a Form 4 of an invented person."""
    company = companies()[filing.cik]
    name, ticker = escape(company.name), company.classes[0].ticker
    return f"""<?xml version="1.0"?>
<ownershipDocument>
    <schemaVersion>X0508</schemaVersion>
    <documentType>4</documentType>
    <periodOfReport>{filing.report_date}</periodOfReport>
    <notSubjectToSection16>0</notSubjectToSection16>
    <issuer>
        <issuerCik>{company.cik}</issuerCik>
        <issuerName>{name}</issuerName>
        <issuerTradingSymbol>{ticker}</issuerTradingSymbol>
    </issuer>
    <reportingOwner>
        <reportingOwnerId>
            <rptOwnerCik>0009990001</rptOwnerCik>
            <rptOwnerName>Placeholder Robin (fictitious)</rptOwnerName>
        </reportingOwnerId>
        <reportingOwnerRelationship><isDirector>1</isDirector></reportingOwnerRelationship>
    </reportingOwner>
    <nonDerivativeTable>
        <nonDerivativeTransaction>
            <securityTitle><value>Common Stock</value></securityTitle>
            <transactionDate><value>{filing.report_date}</value></transactionDate>
            <transactionCoding><transactionFormType>4</transactionFormType><transactionCode>S</transactionCode>
            </transactionCoding>
            <transactionAmounts><transactionShares><value>1200</value></transactionShares></transactionAmounts>
        </nonDerivativeTransaction>
    </nonDerivativeTable>
</ownershipDocument>
""".encode()
