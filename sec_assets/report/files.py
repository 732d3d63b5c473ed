"""The report's three files: the page for people, Parquet and JSON with the same content for programs."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sec_assets.report.page import Report
from sec_assets.storage.files import write_atomically


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write `portfolio.html`, `portfolio.parquet` (the positions) and `portfolio.json` (everything on the page).

    Raises:
        StorageError: the disk is full or the folder cannot be written; the old files are still there.
    """
    buffer = io.BytesIO()
    report.positions.write_parquet(buffer)
    text = json.dumps(report.data, default=_plain, indent=1, ensure_ascii=False)
    bodies = {
        "portfolio.html": report.html.encode(),
        "portfolio.parquet": buffer.getvalue(),
        "portfolio.json": text.encode(),
    }
    for name, body in bodies.items():
        write_atomically(folder / name, body)
    return [folder / name for name in bodies]


def _plain(value: object) -> str:
    """Exact decimals and dates as text: JSON's numbers would round money."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
