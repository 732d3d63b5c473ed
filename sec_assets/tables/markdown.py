"""The tables as a page of documentation, so that the page never differs from the code."""

from sec_assets.tables import TABLES, Table

_HEAD = """# Tables

Every table lies in the lake as Parquet (`lake/<table>/<cik>.parquet`; `ticker_map` as `lake/ticker_map.parquet`; `status` as
small files that are folded now and then) and in the warehouse under the same name, sorted by its key (facts by concept first,
some hundred companies at a time). Instants are UTC; dates of filings are New York's, sessions are the exchange's. This page is
made by `sec-assets tables`.

In the warehouse there are also

- `facts_latest`, `facts_as_first_reported`, and the table macro `facts_as_of(day)`: one version per fact (company, concept, unit,
  period, dimensions, language), the newest, the first, or the newest known at the end of a New York day;
- `financials_latest`, `financials_as_first_reported`, `financials_as_of(day)`, restatements, trailing years and macros by ticker:
  [statements.md](statements.md);
- `signals_latest`, and `failures` (what `status` knows to be failed or incomplete).
"""


def tables_page() -> str:
    """Return docs/tables.md."""
    return "\n".join([_HEAD, *(_section(table) for table in TABLES.values())])


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", table.description, "", f"Key: {', '.join(f'`{name}`' for name in table.key)}", ""]
    lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for column in table.columns:
        kind = str(column.dtype).replace("|", "\\|") + ("" if column.required else ", may be null")
        lines.append(f"| `{column.name}` | {kind} | {column.unit or ''} | {column.description} |")
    return "\n".join([*lines, ""])
