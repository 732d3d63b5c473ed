"""The list of all standard line items, and the same as compact frames for joining.

What an item is: `model.py`. The declarations by statement: `income_items.py`, `balance_items.py`, `cash_flow_items.py`,
`other_items.py`. To add an item or a concept, edit those; nothing else needs to change.
"""

from functools import cache

import polars as pl

from sec_assets.xbrl.standardize.balance_items import BALANCE_ITEMS
from sec_assets.xbrl.standardize.cash_flow_items import CASH_FLOW_ITEMS
from sec_assets.xbrl.standardize.income_items import INCOME_ITEMS
from sec_assets.xbrl.standardize.model import Candidate, LineItem
from sec_assets.xbrl.standardize.other_items import COVER_ITEMS, INDUSTRY_ITEMS

LINE_ITEMS: tuple[LineItem, ...] = (
    *INCOME_ITEMS,
    *BALANCE_ITEMS,
    *CASH_FLOW_ITEMS,
    *INDUSTRY_ITEMS,
    *COVER_ITEMS,
)
"""Every standard line item, in the order of the statements."""

_ORDINALS = {2: "2nd", 3: "3rd"}


@cache
def items_frame() -> pl.DataFrame:
    """Return one row per line item.

    Columns: line_item, statement, kind (String); is_additive (Boolean) – consecutive periods add up.
    """
    return pl.DataFrame(
        {
            "line_item": [item.name for item in LINE_ITEMS],
            "statement": [item.statement for item in LINE_ITEMS],
            "kind": [item.kind for item in LINE_ITEMS],
            "is_additive": [item.is_additive for item in LINE_ITEMS],
        }
    )


@cache
def candidates_frame() -> pl.DataFrame:
    """Return one row per line item and candidate concept.

    Columns: line_item, statement, kind, concept, rule (String); is_instant, is_stand_in (Boolean); rank (Int32) – 1 is
    preferred, counted within the taxonomy.
    """
    rows = [
        (item.name, item.statement, item.kind, item.is_instant, candidate.concept, candidate.is_stand_in, rank, rule)
        for item in LINE_ITEMS
        for candidate, rank, rule in _ranked(item)
    ]
    columns = ["line_item", "statement", "kind", "is_instant", "concept", "is_stand_in", "rank", "rule"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col("rank").cast(pl.Int32))


def _ranked(item: LineItem) -> list[tuple[Candidate, int, str]]:
    """Return candidates with rank and rule; ranks are counted by taxonomy, so that an IFRS first choice is rank 1."""
    seen: dict[str, int] = {}
    ranked = []
    for candidate in item.candidates:
        taxonomy = candidate.concept.partition(":")[0]
        rank = seen[taxonomy] = seen.get(taxonomy, 0) + 1
        choice = "first" if rank == 1 else _ORDINALS.get(rank, f"{rank}th")
        ranked.append((candidate, rank, f"{choice} choice: {candidate.reason}"))
    return ranked
