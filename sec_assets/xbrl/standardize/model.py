"""What a line item, a candidate concept and a formula are.

Only the shapes belong here. The declarations are the table `line_items.toml`, read by `line_items.py`; formulas are
applied in `formulas.py`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["money", "per_share", "shares", "pure"]
Statement = Literal["income", "balance", "cash_flow", "per_share", "shares", "cover"]
Sector = Literal["all", "commercial", "bank", "insurer", "reit"]
Side = Literal["debit", "credit", "none"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that may hold a line item, and why it stands at its place in the list.

    A stand-in covers a part of the item, or more than it. It is used only in filings that have no better concept for any
    period: a note with the quarter's depreciation does not replace depreciation and amortization. `sign` is −1 where the
    concept counts the other way round.
    """

    concept: str
    reason: str
    is_stand_in: bool = False
    sign: Literal[1, -1] = 1


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
    """How to derive `line_item` from other items of the same filing and period, where it is not reported.

    Formulas are applied in rounds: one sees reported rows and the results of the rounds before. `without` names an item
    that a filing must not report for the formula to hold in it.
    """

    line_item: str
    terms: tuple[Term, ...]
    round: int = 1
    without: str | None = None


@dataclass(frozen=True, slots=True)
class LineItem:
    """A standard line item.

    Attributes:
        name: what users write, e.g. `revenue`.
        statement: where it stands.
        kind: which units it may have: `money` a currency (USD), `per_share` a currency a share (USD/shares).
        is_instant: a balance at a day rather than a flow over a period.
        is_any_period: filers give it either way.
        balance: the side on which a positive value stands.
        sector: who has such an item; it informs the reader only.
        candidates: concepts in order of preference. Ranks are counted within a taxonomy (us-gaap, ifrs-full): a filing
            uses one of them.
        formulas: how it follows from other items, in order of preference.
    """

    name: str
    statement: Statement
    kind: Kind
    is_instant: bool
    is_any_period: bool
    balance: Side
    sector: Sector
    candidates: tuple[Candidate, ...]
    formulas: tuple[Formula, ...]

    @property
    def is_additive(self) -> bool:
        """Tell whether consecutive periods add up: flows of money do; shares and amounts per share never."""
        return self.kind == "money" and not self.is_instant
