"""The XBRL facts of one filing, from which its instance, companyfacts and the tables in its text are all rendered.

Invented companies: facts follow from `figures.py`, with the comparatives real reports carry. Real companies: facts are
rows of the shipped tables (`reported.py`). Cover facts of both come from `cover.py`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from sec_assets.sample import figures
from sec_assets.sample.calendars import Quarter
from sec_assets.sample.filings import Filing
from sec_assets.sample.packaged import noise
from sec_assets.sample.universe import Company, companies

Dimensions = tuple[tuple[str, str], ...]
Span = tuple[Quarter, ...]


@dataclass(frozen=True)
class Fact:
    """One fact; `start` is None for instants, `unit` None for text, `value` None for nil."""

    concept: str
    value: str | None
    unit: str | None
    start: date | None
    end: date
    decimals: str | None = None
    dimensions: Dimensions = ()
    is_typed: bool = False


@lru_cache(maxsize=64)
def statement_facts(filing: Filing) -> tuple[Fact, ...]:
    """Return the undimensioned facts of the statements of an invented company's report."""
    company = companies()[filing.cik]
    told = figures.version(company, filing.filed)
    found: dict[tuple[str, date | None, date], Fact] = {}
    for line in figures.used_lines(company):
        unit, decimals = unit_of(line.line, company.currency)
        for span in _spans(company, filing, line.statement):
            value = figures.flow(company, span, line.line, told)
            fact = Fact(line.concept, plain(value), unit, span[0].start, span[-1].end, decimals)
            found.setdefault((fact.concept, fact.start, fact.end), fact)
        for quarter in _instants(company, filing, line.statement):
            value = figures.balance(company, quarter, line.line, told)
            fact = Fact(line.concept, plain(value), unit, None, quarter.end, decimals)
            found.setdefault((fact.concept, fact.start, fact.end), fact)
    return tuple(found.values())


def plain(value: Decimal) -> str:
    """Write a decimal without exponent."""
    return format(value, "f")


def unit_of(line: str, currency: str) -> tuple[str, str]:
    """Return unit and decimals of a line."""
    if line.startswith(("eps_", "dividend_per")):
        return f"{currency}/shares", "2"
    return ("shares", "-3") if line.startswith(("weighted_", "shares")) else (currency, "-3")


def year_span(company: Company, year: int, last: int) -> Span:
    """Return the first `last` quarters of a fiscal year, empty when the year is not simulated."""
    return tuple(quarter for quarter in company.quarters() if quarter.year == year and quarter.number <= last)


def reported_quarter(company: Company, filing: Filing) -> Quarter:
    """Return the fiscal quarter with which the period of a report ends."""
    return next(quarter for quarter in company.quarters() if quarter.end == filing.report_date)


def _spans(company: Company, filing: Filing, statement: str) -> list[Span]:
    if statement in {"balance", "shares", "cash_end"}:
        return []
    now = reported_quarter(company, filing)
    if now.number == 4:
        years = [year_span(company, now.year - back, 4) for back in range(3)]
        return [span for span in years if span]
    spans = [year_span(company, year, now.number) for year in (now.year, now.year - 1)]
    if statement == "cash" or now.number == 1 or company.model == "ifrs":
        return spans
    return [(span[-1],) for span in spans] + spans


def _instants(company: Company, filing: Filing, statement: str) -> list[Quarter]:
    now = reported_quarter(company, filing)
    ends = {(quarter.year, quarter.number): quarter for quarter in company.quarters()}
    if statement in {"balance", "shares"}:
        wanted = [(now.year, now.number), (now.year - 1, 4)]
    elif statement == "cash_end":
        annual = [(now.year - back, 4) for back in range(4)]
        between = [(now.year, now.number), (now.year - 1, now.number), (now.year - 1, 4), (now.year - 2, 4)]
        wanted = annual if now.number == 4 else between
    else:
        wanted = []
    return [ends[key] for key in wanted if key in ends]


def dimensioned_facts(filing: Filing) -> list[Fact]:
    """Return the facts by segment and product, and equity by component, of an invented company's report."""
    company = companies()[filing.cik]
    concept = next(line.concept for line in figures.used_lines(company) if line.line in {"revenue", "premiums"})
    found = []
    for fact in statement_facts(filing):
        if fact.concept == concept and fact.start is not None:
            found += _split(company, fact, "us-gaap:StatementBusinessSegmentsAxis", ("North", "South", "Overseas"))
            found += _split(company, fact, "srt:ProductOrServiceAxis", ("CoreLine", "NewLine"))
        if fact.concept in {"us-gaap:NetIncomeLoss", "us-gaap:StockholdersEquity"}:
            found += _component(fact)
    return found


def _split(company: Company, fact: Fact, axis: str, names: tuple[str, ...]) -> list[Fact]:
    """Split an amount over members so that the parts add up to it."""
    axis = "ifrs-full:SegmentsAxis" if company.model == "ifrs" and "Segments" in axis else axis
    suffix = "SegmentMember" if "Segment" in axis else "Member"
    total = rest = int(Decimal(fact.value or 0)) // 1000
    found = []
    for place, name in enumerate(names):
        last = place == len(names) - 1
        weight = (0.55 if place == 0 else 0.3) + 0.03 * noise(company.cik, axis, name, (fact.start or fact.end).year)
        part = rest if last else int(total * weight)
        rest -= part
        member = f"{company.prefix}:{name}{suffix}"
        found.append(Fact(fact.concept, str(part * 1000), fact.unit, fact.start, fact.end, "-3", ((axis, member),)))
    return found


def _component(fact: Fact) -> list[Fact]:
    if fact.start is None:
        return []
    pair = ("us-gaap:StatementEquityComponentsAxis", "us-gaap:RetainedEarningsMember")
    return [Fact(fact.concept, fact.value, fact.unit, fact.start, fact.end, fact.decimals, (pair,))]
