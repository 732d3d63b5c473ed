"""Sentences of the reports: which entries of `prose.json` fit a company and a filing, with names and amounts filled in.

An entry applies when every word of its `for` is among the tags of the filing: tone, line of business, real or
fictitious, form, FY and FY2025. `pairs` with `pick` let each year choose other paragraphs.
"""

import re
from datetime import date
from functools import lru_cache

from sec_assets.sample import numbers, packaged
from sec_assets.sample.figures import version
from sec_assets.sample.filings import Filing
from sec_assets.sample.packaged import noise, pick
from sec_assets.sample.universe import Company

Outline = list[tuple[str, list[tuple[str, str]]]]
_FIRST = ("Alex", "Robin", "Kim", "Sascha", "Jamie", "Noor")
_ROLES = ("Chief Executive Officer", "Chief Financial Officer", "General Counsel")
_NOT_EFFECTIVE = "not effective because of a material weakness in the recognition of revenue"
_LAST = ("Sample", "Placeholder", "Muster", "Specimen", "Testcase", "Nobody")


def day(moment: date) -> str:
    """Write a date as documents do: March 29, 2025."""
    return f"{moment:%B} {moment.day}, {moment.year}"


def spaced(concept: str) -> str:
    """Turn a concept into words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", concept.partition(":")[2])


def notice(company: Company) -> str:
    """Say what this document is: never taken for a real filing."""
    if company.real:
        return (
            f"Sample document. It stands in for a report of {company.name}: amounts and dates are those reported, "
            "the wording is the sample's own."
        )
    return f"Sample document. {company.name} is an invented company; every name and amount in this document is made up."


def outline(form: str) -> Outline:
    """Return parts and items of a form."""
    return packaged.document("prose.json")["outlines"][form]


def item_key(form: str, number: str, text: str) -> str:
    """Return the key under which the sentences of an item are kept."""
    keys: dict[str, str] = packaged.document("prose.json")["keys"][form]
    if number in keys:
        return keys[number]
    return next(key for start, key in keys.items() if f"{number} {text}".startswith(start))


def sentences(company: Company, filing: Filing, key: str) -> list[str]:
    """Return the paragraphs of an item; those that begin with `# ` are headings."""
    tags = _tags(company, filing)
    values = context(company, filing)
    found: list[str] = []
    for entry in packaged.document("prose.json")["text"].get(key, []):
        if not set(entry["for"].split()) <= tags:
            continue
        found += entry.get("lines", [])
        found += _chosen(entry, company, filing)
    return [line.format_map(values) for line in found]


def _chosen(entry: dict[str, object], company: Company, filing: Filing) -> list[str]:
    pairs = entry.get("pairs", [])
    assert isinstance(pairs, list)  # noqa: S101 - prose.json is shipped with the package
    ranked = sorted(pairs, key=lambda pair: noise(company.cik, filing.fiscal_year, pair[0]))
    return [line for pair in ranked[: int(str(entry.get("pick", 0)))] for line in pair]


def tone_of(company: Company, filing: Filing) -> str:
    """Return the fortunes a filing tells of; an amendment tells those of the day it is filed."""
    return company.tone if filing.form.endswith("/A") else company.tone_in(filing.fiscal_year)


def _tags(company: Company, filing: Filing) -> set[str]:
    tags = {tone_of(company, filing), str(company.given.get("business", "")), filing.form, f"FY{filing.fiscal_year}"}
    tags.add("real" if company.real else "fictitious")
    return tags | ({"FY"} if filing.fiscal_period == "FY" else set())


def officers(company: Company, filing: Filing) -> str:
    """Name the invented officers on the day of a filing; those who leave by `events.csv` are named until then."""
    named = [f"{_officer(company, filing, role)} ({role})" for role in _ROLES]
    return ", ".join(named)


def _officer(company: Company, filing: Filing, role: str) -> str:
    for row in packaged.table("events.csv"):
        leaves = row["topic"] in {"officer_leaves", "officer_retires"}
        if leaves and row["title"] == role and row["ticker"] == company.classes[0].ticker:
            if filing.filed <= date.fromisoformat(row["date"]):
                return row["person"]
            return f"{pick(_FIRST, company.cik, role, 2)} {pick(_LAST, role, company.cik, 2)}, since {row['date'][:4]}"
    return f"{pick(_FIRST, company.cik, role)} {pick(_LAST, role, company.cik)}"


@lru_cache(maxsize=64)
def context(company: Company, filing: Filing) -> dict[str, str]:
    """Return the values sentences may name."""
    end = filing.report_date or filing.filed
    income = numbers.latest(filing, numbers.INCOME)
    cash = next((fact for fact in numbers.by_period(filing, numbers.OPERATING_CASH) if fact.end == end), None)
    address = company.given["address"]
    return {
        "name": company.name,
        "industry": company.given["sic_description"],
        "year": str(filing.fiscal_year or filing.filed.year),
        "end": day(end),
        "revenue": numbers.money(filing, numbers.latest(filing, numbers.REVENUE)),
        "change": numbers.change(filing, numbers.REVENUE),
        "income": numbers.money(filing, income),
        "earned": numbers.earned(filing),
        "assets": numbers.money(filing, numbers.latest(filing, numbers.ASSETS)),
        "cash": numbers.money(filing, numbers.latest(filing, numbers.CASH)),
        "cfo": numbers.money(filing, cash),
        "cfo_words": "used" if cash and (cash.value or "").startswith("-") else "provided",
        "allowance": numbers.money(filing, numbers.latest(filing, ALLOWANCE)),
        "classes": "; ".join(f"{share.title} ({share.ticker}) is listed on {share.exchange or 'no exchange'}"
                             for share in company.classes),
        "dividends": _dividends(filing),
        "holders": str(900 + int(400 * noise(company.cik, "holders"))),
        "staff": f"{5000 + int(4000 * noise(company.cik, filing.fiscal_year, 'staff')):,}",
        "turnover": str(12 + int(5 * noise(company.cik, filing.fiscal_year, "turnover"))),
        "street": address["street"].title(),
        "city": address["city"].title(),
        "officers": officers(company, filing),
        "effective": _NOT_EFFECTIVE if version(company, filing.filed).restated else "effective",
    }  # fmt: skip


ALLOWANCE = ("us-gaap:FinancingReceivableAllowanceForCreditLossExcludingAccruedInterest",)
DIVIDEND = ("us-gaap:CommonStockDividendsPerShareDeclared",)


def _dividends(filing: Filing) -> str:
    paid = numbers.latest(filing, DIVIDEND)
    if paid is None:
        return "The company has never paid a dividend and does not expect to pay one."
    return f"Dividends of ${paid.value} per share were declared for the period."
