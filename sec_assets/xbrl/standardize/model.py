"""What a line item, a candidate concept and a formula are.

Only the shapes of the declarations belong here. The declarations themselves are in `income_items.py`,
`balance_items.py`, `cash_flow_items.py` and `other_items.py`, gathered in `line_items.py`; the formulas are in
`formulas.py`, beside the code that applies them.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["money", "per_share", "shares", "pure"]
Statement = Literal["income", "balance", "cash_flow", "per_share", "cover"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that may hold a line item, and why it stands at its place in the list.

    A stand-in covers a part of the item, or more than it. It is used only in filings that have no better concept for any
    period: a note with the quarter's depreciation does not replace depreciation and amortization.
    """

    concept: str
    reason: str
    is_stand_in: bool = False


@dataclass(frozen=True, slots=True)
class LineItem:
    """A standard line item.

    Attributes:
        name: what users write, e.g. `revenue`.
        statement: where it stands.
        kind: which units it may have: `money` a currency (USD), `per_share` a currency a share (USD/shares).
        is_instant: a balance at a day rather than a flow over a period.
        candidates: concepts in order of preference; the first wins where a filing reports several for one period. Ranks
            are counted within a taxonomy (us-gaap, ifrs-full): a filing uses one of them.
    """

    name: str
    statement: Statement
    kind: Kind
    is_instant: bool
    candidates: tuple[Candidate, ...]

    @property
    def is_additive(self) -> bool:
        """Tell whether consecutive periods add up: flows of money do; shares and amounts per share never."""
        return self.kind == "money" and not self.is_instant


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a formula: `sign` times `line_item`, which counts as zero where it is optional and the filing has none.

    `concepts`, where given, names the only concepts that may stand for the line item in this formula.
    """

    line_item: str
    sign: Literal[1, -1] = 1
    is_required: bool = True
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """How to derive `line_item` from other items of the same filing and period, where it is not reported."""

    line_item: str
    terms: tuple[Term, ...]


def stand_in(concept: str, reason: str) -> Candidate:
    """Return a candidate that covers a part of its line item, or more than it."""
    return Candidate(concept, reason, is_stand_in=True)


def flow(name: str, statement: Statement, *candidates: Candidate | tuple[str, str], kind: Kind = "money") -> LineItem:
    """Return a line item over a period; a (concept, reason) pair is a candidate that covers the whole item."""
    return LineItem(name, statement, kind, False, _candidates(candidates))


def balance(
    name: str,
    *candidates: Candidate | tuple[str, str],
    kind: Kind = "money",
    statement: Statement = "balance",
) -> LineItem:
    """Return a line item at a day; a (concept, reason) pair is a candidate that covers the whole item."""
    return LineItem(name, statement, kind, True, _candidates(candidates))


def _candidates(declared: tuple[Candidate | tuple[str, str], ...]) -> tuple[Candidate, ...]:
    return tuple(entry if isinstance(entry, Candidate) else Candidate(*entry) for entry in declared)
