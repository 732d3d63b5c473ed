"""The text of current reports (8-K) and of the press releases attached to them.

What happened is the filing's `topic`; sentences are in `prose.json` under `events` and `results`. A release of results
tells the amounts of the periodic report that follows it.
"""

from sec_assets.sample import packaged, prose, reports
from sec_assets.sample.filings import Filing, filings_of
from sec_assets.sample.headers import ITEMS
from sec_assets.sample.layout import Block, item, paragraph, table, title
from sec_assets.sample.universe import Company, companies


def blocks(filing: Filing) -> list[Block]:
    """Return the blocks of a current report."""
    company = companies()[filing.cik]
    found = [
        title("UNITED STATES"),
        title("SECURITIES AND EXCHANGE COMMISSION"),
        title("Washington, D.C. 20549"),
        title("FORM 8-K"),
        title("CURRENT REPORT"),
        title("Pursuant to Section 13 or 15(d) of The Securities Exchange Act of 1934"),
        paragraph(f"Date of Report (Date of earliest event reported): {prose.day(filing.report_date or filing.filed)}"),
        title(company.name),
        paragraph(f"Commission File Number: {company.given['file_number'] or 'not at hand'}"),
        table([("Title of each class", "Trading symbol", "Exchange"),
               *((share.title, share.ticker, share.exchange or "None") for share in company.classes)]),
        paragraph(prose.notice(company)),
    ]  # fmt: skip
    for number in filing.items.split(","):
        found += [item(f"Item {number}", ITEMS[number] + "."), *(paragraph(text) for text in _texts(filing, number))]
    return [*found, *reports.signature(company, filing)]


def _texts(filing: Filing, number: str) -> list[str]:
    company = companies()[filing.cik]
    if number == "9.01":
        return ["(d) Exhibits.", "99.1 Press release of " + prose.day(filing.filed) + "."]
    if number == "2.02":
        day = prose.day(filing.filed)
        return [
            f"On {day}, {company.name} issued a press release regarding its results for the period it ended on "
            f"{prose.day(report_of(filing).report_date or filing.filed)}. A copy is furnished as Exhibit 99.1."
        ]
    texts: dict[str, list[str]] = packaged.document("prose.json")["events"][filing.topic]["text"]
    return [_fill(company, filing, text) for text in texts.get(number, texts.get("", []))]


def _fill(company: Company, filing: Filing, text: str) -> str:
    day = prose.day(filing.report_date or filing.filed)
    return text.format(name=company.name, person=filing.person, title=filing.title, date=day)


def report_of(filing: Filing) -> Filing:
    """Return the periodic report whose results a release tells: the next one."""
    reported = [other for other in filings_of(filing.cik) if other.kind == "report" and other.fiscal_period]
    if filing.fiscal_period:
        same = (filing.fiscal_year, filing.fiscal_period)
        return next(
            other
            for other in reported
            if (other.fiscal_year, other.fiscal_period) == same and other.accepted > filing.accepted
        )
    return next(other for other in reported if other.accepted > filing.accepted)


def release_blocks(filing: Filing) -> list[Block]:
    """Return the blocks of the press release."""
    company = companies()[filing.cik]
    if filing.topic == "results":
        return _results(company, filing)
    event = packaged.document("prose.json")["events"][filing.topic]
    lines = [_fill(company, filing, text) for text in event.get("release", ["Exhibit to the report of {name}"])]
    return [
        title("Exhibit 99.1"),
        title(lines[0]),
        *(paragraph(text) for text in lines[1:]),
        paragraph(prose.notice(company)),
    ]


def _results(company: Company, filing: Filing) -> list[Block]:
    report = report_of(filing)
    period = "annual" if report.fiscal_period == "FY" else "quarterly"
    values = prose.context(company, report)
    found = [
        title("Exhibit 99.1"),
        title(f"{company.name} reports {period} results"),
        paragraph(
            f"{prose.day(filing.filed)} - {company.name} reported {period} revenue of {values['revenue']}, which "
            f"{values['change']} from a year earlier, and {values['earned']} for the period ended {values['end']}."
        ),
    ]
    found += [paragraph(text) for text in packaged.document("prose.json")["results"][prose.tone_of(company, report)]]
    return [*found, *reports.highlights(report), paragraph(prose.notice(company))]
