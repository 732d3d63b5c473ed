"""The text of periodic reports: 10-K, 10-Q, 20-F and 6-K, with the items and headings real ones have.

Sentences come from `prose.json` by item, line of business and fortunes (`tone`); amounts from the filing's own facts.
"""

from sec_assets.sample import numbers, prose
from sec_assets.sample.figures import lines_of
from sec_assets.sample.filings import Filing
from sec_assets.sample.instance import statements_of
from sec_assets.sample.layout import Block, contents, heading, item, paragraph, part, table, title
from sec_assets.sample.universe import Company, companies

_STATEMENTS = (
    ("Consolidated Statements of Operations", ("income", "per_share"), False),
    ("Consolidated Balance Sheets", ("balance",), True),
    ("Consolidated Statements of Cash Flows", ("cash",), False),
)


def blocks(filing: Filing) -> list[Block]:
    """Return the blocks of a periodic report."""
    company = companies()[filing.cik]
    form = filing.form.removesuffix("/A")
    body: list[Block] = []
    for section, entries in prose.outline(form):
        if section:
            body.append(part(section))
        for number, text in entries:
            body.append(item(number, text))
            body += item_body(company, filing, form, number, text)
            body.append(Block("break"))
    return [*cover(company, filing), Block("break"), contents(body), Block("break"), *body, *signature(company, filing)]


def cover(company: Company, filing: Filing) -> list[Block]:
    """Return the cover page."""
    end = filing.report_date or filing.filed
    kind = "ANNUAL" if filing.fiscal_period == "FY" else "QUARTERLY"
    found = [
        title("UNITED STATES"),
        title("SECURITIES AND EXCHANGE COMMISSION"),
        title("Washington, D.C. 20549"),
        title(f"FORM {filing.form}"),
        paragraph(f"{kind} REPORT for the period ended {prose.day(end)}"),
        paragraph(f"Commission File Number: {company.given['file_number'] or 'not at hand'}"),
        title(company.name),
        paragraph("(Exact name of Registrant as specified in its charter)"),
        table([("Title of each class", "Trading symbol", "Name of each exchange on which registered"),
               *((share.title, share.ticker, share.exchange or "None") for share in company.classes)]),
    ]  # fmt: skip
    return [*found, paragraph(prose.notice(company))]


def item_body(company: Company, filing: Filing, form: str, number: str, text: str) -> list[Block]:
    """Return what stands under the heading of an item."""
    key = prose.item_key(form, number, text)
    found = [Block("heading", line[2:]) if line.startswith("# ") else paragraph(line)
             for line in prose.sentences(company, filing, key)]  # fmt: skip
    if key == "financials":
        found += statements(company, filing)
    if key == "mda":
        found += [heading("Results of operations"), *highlights(filing)]
    return found


def highlights(filing: Filing) -> list[Block]:
    """Return the table of results in the discussion by management."""
    rows = [("In thousands", "This period", "A year before")]
    named = (
        ("Revenue", numbers.REVENUE),
        ("Operating income (loss)", numbers.OPERATING),
        ("Net income (loss)", numbers.INCOME),
    )
    for label, concepts in named:
        now, then = numbers.latest(filing, concepts), numbers.year_before(filing, concepts)
        if now:
            rows.append((label, numbers.cell(now), numbers.cell(then)))
    return [table(rows)]


def statements(company: Company, filing: Filing) -> list[Block]:
    """Return the financial statements as tables."""
    found = []
    for name, kinds, instants in _STATEMENTS:
        if company.real:
            wanted = dict.fromkeys(fact.concept for fact in statements_of(filing))
            pairs = [(concept, prose.spaced(concept)) for concept in wanted]
        else:
            pairs = [(line.concept, line.label) for line in lines_of(company.model) if line.statement in kinds]
        if company.real and "Cash Flows" in name:
            continue
        found += [heading(name), table(numbers.statement_table(filing, pairs, instants=instants))]
    return [*found, heading("Notes to Consolidated Financial Statements"), *notes(company, filing)]


def notes(company: Company, filing: Filing) -> list[Block]:
    """Return the notes."""
    return [paragraph(line) for line in prose.sentences(company, filing, "notes")]


def signature(company: Company, filing: Filing) -> list[Block]:
    """Return the signature page."""
    lines = [
        "Pursuant to the requirements of the Securities Exchange Act of 1934, the Registrant has duly caused this report "
        "to be signed on its behalf by the undersigned thereunto duly authorized.",
        f"{company.name}, {prose.day(filing.filed)}",
    ]
    return [title("SIGNATURES"), *(paragraph(line) for line in lines)]
