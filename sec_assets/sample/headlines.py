"""Headlines of the sample as an RSS 2.0 feed in the shape of Yahoo's.

Real companies: only what their reports say, as plain sentences. Invented companies: their events and results in the
tone of their fortunes, and rows of `headlines.csv`, one of which is hostile on purpose (markup in a title).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from xml.sax.saxutils import escape

from sec_assets.sample import numbers, packaged, prose
from sec_assets.sample.calendars import utc_of
from sec_assets.sample.current import report_of
from sec_assets.sample.filings import Filing, filings_of
from sec_assets.sample.packaged import pick
from sec_assets.sample.universe import Company, company_of_ticker

_NEWEST = 15
_FEWEST = 5


@dataclass(frozen=True)
class _Headline:
    published: datetime
    title: str
    summary: str


def headlines_rss(ticker: str) -> bytes | None:
    """Return the headlines about a ticker, newest first, as RSS 2.0; None for tickers nobody writes about."""
    company = company_of_ticker(ticker)
    if company is None or company.given.get("quiet"):
        return None
    found = _of_reports(company) if company.real else [*_of_events(company), *_written(company)]
    if len(found) < _FEWEST:
        found += _of_reports(company)
    newest = sorted(found, key=lambda headline: (headline.published, headline.title), reverse=True)[:_NEWEST]
    items = "".join(_item(headline) for headline in newest)
    built = f"{newest[0].published:%a, %d %b %Y %H:%M:%S} +0000"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<rss version="2.0"><channel>'
        f"<copyright>Invented for tests</copyright><description>Latest Financial News for {ticker}</description>"
        f"{items}<language>en-US</language><lastBuildDate>{built}</lastBuildDate>"
        f"<link>https://example.com/q/h?s={ticker}</link><title>Sample Finance: {ticker} News</title></channel></rss>\n"
    ).encode()


def _item(headline: _Headline) -> str:
    digest = hashlib.sha256(f"{headline.title}{headline.published}".encode()).hexdigest()
    guid = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
    return (
        f"<item><description>{escape(headline.summary)}</description>"
        f'<guid isPermaLink="false">{guid}</guid><link>https://example.com/news/{guid}.html</link>'
        f"<pubDate>{headline.published:%a, %d %b %Y %H:%M:%S} +0000</pubDate><title>{escape(headline.title)}</title></item>"
    )


def _of_reports(company: Company) -> list[_Headline]:
    found = []
    for filing in filings_of(company.cik):
        if filing.kind != "report":
            continue
        period = "annual" if filing.fiscal_period == "FY" else "quarterly"
        revenue = numbers.money(filing, numbers.latest(filing, numbers.REVENUE))
        ended = prose.day(filing.report_date or filing.filed)
        title = f"{company.name} reports {period} revenue of {revenue}"
        summary = f"For the period ended {ended} the company reported {numbers.earned(filing)}."
        found.append(_Headline(utc_of(filing.accepted) + timedelta(minutes=5), title, summary))
    return found


def _of_events(company: Company) -> list[_Headline]:
    texts = packaged.document("prose.json")["headlines"]
    found = []
    for filing in filings_of(company.cik):
        if filing.topic == "results":
            report = report_of(filing)
            values = prose.context(company, report)
            title = pick(texts["results"][prose.tone_of(company, report)], filing.accession).format_map(values)
            summary = f"Revenue {values['change']} to {values['revenue']} for the period ended {values['end']}."
        elif filing.topic in texts["events"]:
            title = texts["events"][filing.topic].format(name=company.name, person=filing.person, title=filing.title)
            summary = f"{company.name} reported the event to the SEC on {prose.day(filing.filed)}."
        else:
            continue
        found.append(_Headline(utc_of(filing.accepted) + timedelta(minutes=_delay(filing)), title, summary))
    return found


def _delay(filing: Filing) -> int:
    return 4 + int(filing.accession[-2:]) % 50


def _written(company: Company) -> list[_Headline]:
    """Rows of the shipped table: those of this ticker, and a few of those that fit its fortunes."""
    found = []
    for row in packaged.table("headlines.csv"):
        if row["for"] not in {company.tone, company.classes[0].ticker}:
            continue
        published = utc_of(datetime.combine(datetime.fromisoformat(row["date"]), time.fromisoformat(row["time"])))
        title = row["title"].replace("{name}", company.name)
        found.append(_Headline(published, title, row["summary"].replace("{name}", company.name)))
    return found
