"""The declared tables: consistent in themselves, and the documentation is theirs."""

from pathlib import Path

import polars as pl
import pytest

from sec_assets.errors import SecAssetsError
from sec_assets.tables import TABLES, TICKER_MAP, Table
from sec_assets.tables.markdown import tables_page


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_keys_are_columns_and_everything_is_described(table: Table) -> None:
    assert set(table.key) <= set(table.schema)
    assert table.description.endswith(".")
    assert all(column.description for column in table.columns)
    assert table.frame().schema == table.schema


def test_the_documentation_is_made_from_the_tables() -> None:
    page = Path(__file__).parents[1] / "docs" / "tables.md"
    assert page.read_text("utf-8") == tables_page(), "make it anew: sec-assets tables > docs/tables.md"


def test_conform_sorts_fills_and_refuses() -> None:
    frame = TICKER_MAP.conform(pl.DataFrame({"ticker": ["B", "A"], "cik": ["2", "1"], "is_primary": [True, True]}))
    assert frame["cik"].to_list() == ["1", "2"]
    assert frame["exchange"].null_count() == 2
    with pytest.raises(SecAssetsError, match="'cik' holds nulls"):
        TICKER_MAP.conform(pl.DataFrame({"ticker": ["B"], "cik": [None], "is_primary": [True]}))
    with pytest.raises(SecAssetsError, match="does not fit its declared type"):
        TICKER_MAP.conform(pl.DataFrame({"ticker": ["B"], "cik": ["1"], "is_primary": ["maybe"]}))
