"""What a person sees of a materialization: previews, samples of failures, column schemas. Formatting only."""

from collections.abc import Mapping

import dagster as dg
import polars as pl

from sec_assets.storage.status import Verdict
from sec_assets.tables import Table

_SAMPLE = 20
_CELL = 60
_TIME_COLUMNS = ("date", "filing_date", "published_at", "as_of", "period_end", "filed")


def column_schema(table: Table) -> dict[str, dg.MetadataValue]:
    """Return the metadata that makes the columns of `table` visible in the UI."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=str(column.dtype),
            description=column.description + (f" [{column.unit}]" if column.unit else ""),
            constraints=dg.TableColumnConstraints(nullable=not column.required),
        )
        for column in table.columns
    ]
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
        "key": dg.MetadataValue.text(", ".join(table.key)),
    }


def preview(frame: pl.DataFrame, rows: int = 5) -> str:
    """Return the first rows as a Markdown table, long texts shortened and markup made harmless."""
    head = frame.head(rows)
    if head.is_empty():
        return "no rows"
    lines = ["| " + " | ".join(head.columns) + " |", "|" + "---|" * head.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in head.iter_rows()]
    return "\n".join(lines)


def failure_sample(verdicts: Mapping[str, Verdict]) -> str:
    """Return at most twenty of the companies that are not ok, with reasons, as a Markdown table."""
    bad = [(cik, verdict) for cik, verdict in sorted(verdicts.items()) if verdict.state in {"failed", "partial"}]
    if not bad:
        return "none"
    lines = ["| cik | state | reason |", "|---|---|---|"]
    lines += [f"| {cik} | {verdict.state} | {_cell(verdict.error, 200)} |" for cik, verdict in bad[:_SAMPLE]]
    if len(bad) > _SAMPLE:
        lines.append(f"| … | | and {len(bad) - _SAMPLE} more in the table `status` |")
    return "\n".join(lines)


def time_range(frame: pl.DataFrame) -> tuple[str, str] | None:
    """Return first and last value of the frame's time column as text, or None without one or without rows."""
    for name in _TIME_COLUMNS:
        if name in frame.columns and frame[name].null_count() < frame.height:
            return str(frame[name].min()), str(frame[name].max())
    return None


def _cell(value: object, limit: int = _CELL) -> str:
    text = "" if value is None else str(value)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    for character, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("\n", " "), ("\r", " ")):
        text = text.replace(character, escaped)
    return text
