"""The report's tables, drawn with great-tables, which escapes every text of a cell.

Links are the only cells with markup; they are built here from escaped parts and only for http and https. Which rows
are shown is `positions.py` and `sections.py`.
"""

from html import escape

import polars as pl
from great_tables import GT, loc, style

_GOOD, _BAD = "#0a7a3d", "#b3261e"


def draw(
    frame: pl.DataFrame,
    name: str,
    labels: dict[str, str],
    *,
    money: tuple[str, ...] = (),
    ratios: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    quantities: tuple[str, ...] = (),
    signed: tuple[str, ...] = (),
    links: dict[str, str] | None = None,
) -> str:
    """Return an HTML table of the labelled columns.

    Args:
        frame: the rows; columns without a label are not shown.
        name: id of the table on the page.
        labels: column -> heading, in the order shown.
        money: columns shown with two decimals.
        ratios: columns shown as percentages.
        numbers: columns shown with two decimals too: scores and ratios that are no percentages.
        quantities: columns shown with as many decimals as they have, at most four.
        signed: columns coloured by their sign.
        links: column shown -> column that holds its address.
    """
    shown = [column for column in labels if column in frame.columns]
    addresses = {column: address for column, address in (links or {}).items() if column in shown}
    linked = frame.with_columns(
        pl.struct(text=column, url=address).map_elements(_anchor, return_dtype=pl.String).alias(column)
        for column, address in addresses.items()
    )
    table = (
        GT(linked.select(shown), id=name)
        .cols_label({column: labels[column] for column in shown})
        .fmt_number(columns=_among(shown, money), decimals=2)
        .fmt_percent(columns=_among(shown, ratios), decimals=1)
        .fmt_number(columns=_among(shown, numbers), decimals=2)
        .fmt_number(columns=_among(shown, quantities), decimals=4, drop_trailing_zeros=True)
        .fmt(fns=str, columns=list(addresses))
        .sub_missing(missing_text="–")
        .cols_align("right", columns=_among(shown, (*money, *ratios, *numbers, *quantities)))
        .tab_options(table_width="100%", table_font_size="13px", data_row_padding="5px")
    )
    for column in _among(shown, signed):
        table = table.tab_style(style.text(color=_GOOD), loc.body(columns=column, rows=pl.col(column) > 0)).tab_style(
            style.text(color=_BAD), loc.body(columns=column, rows=pl.col(column) < 0)
        )
    return table.as_raw_html(inline_css=False)


def _among(shown: list[str], wanted: tuple[str, ...]) -> list[str]:
    return [column for column in wanted if column in shown]


def _anchor(cell: dict[str, str | None]) -> str:
    text, url = escape(cell["text"] or ""), cell["url"] or ""
    if not url.startswith(("https://", "http://")):
        return text
    return f'<a rel="noreferrer noopener" href="{escape(url, quote=True)}">{text}</a>'
