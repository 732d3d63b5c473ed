"""Reading one CSV file of daily bars, whatever tool wrote it: bytes in, bars out.

Understood are Yahoo's downloads (with `Adj Close` in either place), plain open-high-low-close files with or without
a name for the date column, files that carry the ticker in `Name` or `Symbol`, and Stooq's dumps
(`<TICKER>,<PER>,<DATE>,…`). Which file belongs to a ticker is `csv_folder.py`; whether a bar can be true is `bars.py`.
"""

import re

import polars as pl

from sec_assets.errors import MalformedError
from sec_assets.market.bars import as_bars

_NAMES = {
    "date": "date",
    "timestamp": "date",
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "adjclose": "adjusted",
    "adjustedclose": "adjusted",
    "volume": "volume",
    "vol": "volume",
    "name": "name",
    "ticker": "name",
    "symbol": "name",
    "per": "period",
}
_DATES = (
    (re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?"), "%Y-%m-%d"),
    (re.compile(r"\d{8}"), "%Y%m%d"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), "%m/%d/%Y"),
)


def parse_csv(body: bytes, *, stems: tuple[str, ...]) -> pl.DataFrame:
    """Return the bars (schema BARS) of a CSV file about one ticker.

    With an adjusted close, `close` is split-adjusted (Yahoo's convention) and the factor is adjusted close / close.
    Without one nobody can tell what `close` is: price_basis `unknown`, factor 1.

    Args:
        body: the file, unpacked.
        stems: lower-case spellings of the ticker; a name column must agree with one of them.

    Raises:
        MalformedError: not such a file, dates in no known order, another ticker's file, or not daily bars.
    """
    frame = _columns(_table(body))
    _check_subject(frame, stems)
    bars = frame.with_columns(date=_dates(frame["date"]))
    numbers = [name for name in ("open", "high", "low", "close", "adjusted", "volume") if name in frame.columns]
    bars = bars.with_columns(pl.col(numbers).cast(pl.Float64, strict=False))
    adjusted = "adjusted" in frame.columns
    return as_bars(
        bars.with_columns(
            adjustment_factor=pl.col("adjusted") / pl.col("close") if adjusted else pl.lit(1.0),
            price_basis=pl.lit("split_adjusted" if adjusted else "unknown"),
        )
    )


def _table(body: bytes) -> pl.DataFrame:
    if body.lstrip()[:1] == b"<" and not body.lstrip().upper().startswith(b"<TICKER>"):
        raise MalformedError("a web page instead of a CSV file")
    try:
        return pl.read_csv(body.removeprefix(b"\xef\xbb\xbf"), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise MalformedError(f"not a CSV file: {str(error).splitlines()[0][:200]}") from error


def _columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the columns that mean something here, under our names."""
    found: dict[str, str] = {}
    for column in frame.columns:
        name = _NAMES.get(re.sub(r"[^a-z]", "", column.lower()))
        if name is not None and name not in found.values():
            found[column] = name
    if "date" not in found.values() and frame.columns[0] == "":
        found = {"": "date", **found}
    missing = {"date", "close"} - set(found.values())
    if missing:
        raise MalformedError(f"no column for {' and '.join(sorted(missing))}; the columns are {frame.columns[:12]}")
    return frame.select(pl.col(column).str.strip_chars().alias(name) for column, name in found.items())


def _check_subject(frame: pl.DataFrame, stems: tuple[str, ...]) -> None:
    if "period" in frame.columns and not frame["period"].is_in(["D"]).all():
        raise MalformedError("not daily bars: the period column holds something other than D")
    if "name" in frame.columns:
        names = frame["name"].str.to_lowercase().str.strip_suffix(".us").unique().drop_nulls()
        strangers = sorted(set(names) - set(stems))
        if strangers:
            raise MalformedError(f"the file is about {strangers[0][:20]!r}, not about {stems[0]!r}")


def _dates(column: pl.Series) -> pl.Series:
    """Read the dates in the one format that the first has.

    A format that fails further down means day before month, or a mixture: no row of such a file can be trusted.
    """
    texts = column.drop_nulls()
    first = str(texts[0]) if texts.len() else ""
    layout = next((layout for pattern, layout in _DATES if pattern.fullmatch(first)), None)
    if layout is None:
        raise MalformedError(
            f"{first[:30]!r} is not a date: expected 2024-01-31, 20240131 or 1/31/2024" if texts.len() else "no rows"
        )
    dates = (texts.str.slice(0, 10) if layout == "%Y-%m-%d" else texts).str.to_date(layout, strict=False)
    if dates.null_count():
        example = texts.filter(dates.is_null())[0]
        raise MalformedError(f"date {example[:30]!r} does not follow {layout}, the format of the first date {first!r}")
    return column.str.slice(0, 10 if layout == "%Y-%m-%d" else None).str.to_date(layout, strict=False)
