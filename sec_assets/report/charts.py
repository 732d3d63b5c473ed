"""Charts of the report as SVG text: drawn here once, so that the page needs no script and no network.

Each function takes a small frame and returns `<svg …>`; an empty frame gives an empty string.
"""

import altair as alt
import polars as pl
import vl_convert as vlc

_WIDTH = 520
_HEIGHT = 240
_MAX_LINES = 8
_BAR = alt.Step(22)
_BILLIONS = "replace(format(datum.value, '~s'), 'G', 'B')"  # SI says giga, people who read statements say billion


def _svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart) -> str:
    themed = chart.configure(background="transparent", font="system-ui, sans-serif").configure_view(stroke=None)
    return vlc.vegalite_to_svg(themed.to_dict())


def allocation(positions: pl.DataFrame) -> str:
    """Bars of market value per position, coloured by sector."""
    rows = positions.filter(pl.col("market_value").is_not_null()).select(
        "ticker", sector=pl.col("sector").fill_null("unknown"), value=pl.col("market_value").cast(pl.Float64)
    )
    if rows.is_empty():
        return ""
    chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="market value", axis=alt.Axis(labelExpr=_BILLIONS)),
            y=alt.Y("ticker:N", sort="-x", title=None),
            color=alt.Color("sector:N", title="sector", legend=alt.Legend(orient="bottom", columns=1, labelLimit=400)),
        )
        .properties(width=_WIDTH, height=_BAR)
    )
    return _svg(chart)


def performance(positions: pl.DataFrame, prices: pl.DataFrame) -> str:
    """Adjusted closes of the largest positions over the last year of sessions, start = 100."""
    largest = positions.filter(pl.col("market_value").is_not_null()).head(_MAX_LINES).select("cik", "ticker")
    held = prices.join(largest, on=["cik", "ticker"], how="semi").sort("ticker", "date")
    if held.is_empty():
        return ""
    adjusted = pl.col("close") * pl.col("adjustment_factor")
    year = held.filter(pl.col("date") > pl.col("date").max() - pl.duration(days=365))
    lines = year.select("date", "ticker", index=adjusted / adjusted.first().over("ticker") * 100)
    chart = (
        alt.Chart(lines)
        .mark_line(strokeWidth=1.6)
        .encode(
            x=alt.X("date:T", title=None),
            y=alt.Y("index:Q", title="adjusted close, start = 100", scale=alt.Scale(zero=False)),
            color=alt.Color("ticker:N", title=None),
        )
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    return _svg(chart)


def fundamentals(statements: pl.DataFrame) -> str:
    """Revenue and net income by fiscal year, one small chart per holding with its own scale.

    Args:
        statements: ticker, fiscal_year, line_item (revenue, net_income), value (Float64), unit.
    """
    if statements.is_empty():
        return ""
    shown = statements.with_columns(pl.col("line_item").str.replace_all("_", " "))
    order = ["revenue", "net income"]
    bars = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("fiscal_year:O", title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("line_item:N", sort=order),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(labelExpr=_BILLIONS)),
            color=alt.Color("line_item:N", title=None, sort=order, legend=alt.Legend(orient="top")),
        )
        .properties(width=180, height=110)
    )
    return _svg(bars.facet(facet=alt.Facet("ticker:N", title=None), columns=4).resolve_scale(y="independent"))


def tone(scores: pl.DataFrame) -> str:
    """Mean tone per holding and kind of document, −1 to 1.

    Args:
        scores: ticker, document_kind, score (Float64), n.
    """
    if scores.is_empty():
        return ""
    chart = (
        alt.Chart(scores.with_columns(pl.col("document_kind").str.replace_all("_", " ")))
        .mark_rect()
        .encode(
            x=alt.X("document_kind:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("ticker:N", title=None),
            color=alt.Color("score:Q", title="tone", scale=alt.Scale(scheme="redyellowgreen", domain=[-1, 1])),
        )
        .properties(width=_WIDTH, height=_BAR)
    )
    return _svg(chart)
