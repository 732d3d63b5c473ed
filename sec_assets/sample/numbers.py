"""Amounts of a filing as a sentence or a table cell tells them, read from the filing's own facts."""

from datetime import date
from decimal import Decimal

from sec_assets.sample.facts import Fact
from sec_assets.sample.filings import Filing
from sec_assets.sample.instance import statements_of
from sec_assets.sample.layout import Row
from sec_assets.sample.universe import companies

REVENUE = (
    "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", "us-gaap:Revenues",
    "us-gaap:RegulatedAndUnregulatedOperatingRevenue", "ifrs-full:Revenue",
)  # fmt: skip
INCOME = ("us-gaap:NetIncomeLoss", "ifrs-full:ProfitLossAttributableToOwnersOfParent", "ifrs-full:ProfitLoss")
OPERATING = ("us-gaap:OperatingIncomeLoss", "ifrs-full:ProfitLossFromOperatingActivities")
CASH = (
    "us-gaap:CashAndCashEquivalentsAtCarryingValue",
    "us-gaap:CashAndDueFromBanks",
    "ifrs-full:CashAndCashEquivalents",
)
ASSETS = ("us-gaap:Assets", "ifrs-full:Assets")
OPERATING_CASH = (
    "us-gaap:NetCashProvidedByUsedInOperatingActivities", "ifrs-full:CashFlowsFromUsedInOperatingActivities",
)  # fmt: skip


def by_period(filing: Filing, concepts: tuple[str, ...]) -> list[Fact]:
    """Return the facts of the first of these concepts that the filing has, newest and shortest period first."""
    for concept in concepts:
        found = [fact for fact in statements_of(filing) if fact.concept == concept and fact.value]
        if found:
            return sorted(found, key=lambda fact: (fact.end, fact.start or fact.end), reverse=True)
    return []


def latest(filing: Filing, concepts: tuple[str, ...]) -> Fact | None:
    """Return the fact of the period that ends with the report: the quarter, the year, or the instant."""
    return next((fact for fact in by_period(filing, concepts) if fact.end == filing.report_date), None)


def year_before(filing: Filing, concepts: tuple[str, ...]) -> Fact | None:
    """Return the fact a year before `latest`."""
    now = latest(filing, concepts)
    for fact in by_period(filing, concepts):
        if now and 350 <= (now.end - fact.end).days <= 380 and abs(_days(fact) - _days(now)) <= 10:
            return fact
    return None


def _days(fact: Fact) -> int:
    return (fact.end - (fact.start or fact.end)).days


def money(filing: Filing, fact: Fact | None) -> str:
    """Write an amount as in running text: `$4.3 billion`, `a loss` is left to the sentence."""
    if fact is None or fact.value is None:
        return "an amount that is not stated"
    value, sign = Decimal(fact.value), {"USD": "$", "EUR": "\u20ac"}[companies()[filing.cik].currency]
    size = abs(value)
    for word, scale in (("billion", 10**9), ("million", 10**6)):
        if size >= scale:
            return f"{sign}{size / scale:,.1f} {word}"
    return f"{sign}{size:,.0f}"


def earned(filing: Filing) -> str:
    """Say what a company earned: `net income of $1.2 billion` or `a net loss of $80.0 million`."""
    income = latest(filing, INCOME)
    is_loss = income is not None and (income.value or "").startswith("-")
    return f"{'a net loss' if is_loss else 'net income'} of {money(filing, income)}"


def change(filing: Filing, concepts: tuple[str, ...]) -> str:
    """Say how an amount moved against the year before: `increased 4.2%`."""
    now, then = latest(filing, concepts), year_before(filing, concepts)
    if now is None or then is None or not Decimal(then.value or 0) > 0:
        return "changed"
    percent = (Decimal(now.value or 0) / Decimal(then.value or 1) - 1) * 100
    return f"{'increased' if percent >= 0 else 'decreased'} {abs(percent):.1f}%"


def statement_table(filing: Filing, statement: list[tuple[str, str]], *, instants: bool) -> list[Row]:
    """Return the rows of a statement: one column per period, amounts in thousands, per share as they are."""
    facts = {(fact.concept, fact.start, fact.end): fact for fact in statements_of(filing) if fact.value is not None}
    names = {concept for concept, _ in statement}
    periods = sorted({(fact.start, fact.end) for fact in facts.values() if fact.concept in names
                      and (fact.start is None) == instants}, key=_order)  # fmt: skip
    periods = periods[:4]
    rows: list[Row] = [("", *(_period_name(start, end) for start, end in periods))]
    for concept, label in statement:
        cells = [facts.get((concept, start, end)) for start, end in periods]
        if any(cells):
            rows.append((label, *(Amount.of(fact) for fact in cells)))
    return rows


def _order(period: tuple[date | None, date]) -> tuple[int, int]:
    start, end = period
    return (-end.toordinal(), (end - (start or end)).days)


def _period_name(start: date | None, end: date) -> str:
    shown = f"{end:%B} {end.day}, {end.year}"
    return shown if start is None else f"{round(((end - start).days + 1) / 30.4)} months ended {shown}"


class Amount(str):
    """The text of a table cell that remembers the fact it shows."""

    __slots__ = ("fact",)
    fact: Fact | None

    @classmethod
    def of(cls, fact: Fact | None) -> "Amount":
        """Return the cell of a fact."""
        made = cls(cell(fact))
        made.fact = fact
        return made


def scale_of(fact: Fact) -> int:
    """Return the power of ten a table divides this fact by: amounts are in thousands, per-share amounts as they are."""
    return 0 if fact.unit and "/" in fact.unit else 3


def cell(fact: Fact | None) -> str:
    """Write an amount as a table does: thousands, losses in brackets, per-share amounts with at least two decimals."""
    if fact is None or fact.value is None:
        return ""
    value = Decimal(fact.value).scaleb(-scale_of(fact))
    if scale_of(fact):
        return f"({-value:,.0f})" if value < 0 else f"{value:,.0f}"
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"({-value:,.{places}f})" if value < 0 else f"{value:,.{places}f}"
