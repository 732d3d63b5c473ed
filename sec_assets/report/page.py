"""The portfolio report as one self-contained HTML page: no script, nothing loaded from elsewhere.

Only the order and wording of the sections belong here; their rows are `positions.py` and `sections.py`, the drawing is
`tables.py` and `charts.py`.
"""

from dataclasses import dataclass
from datetime import date
from html import escape
from importlib import resources
from string import Template

import polars as pl

from sec_assets.edgar.urls import filing_index_html_url
from sec_assets.report import charts, sections
from sec_assets.report.positions import ReportInputs, as_of, signal_board, value_positions
from sec_assets.report.statement_tables import statement_tables
from sec_assets.report.tables import draw

_POSITIONS = {
    "ticker": "Ticker", "name": "Company", "shares": "Shares", "close": "Close", "market_value": "Value", "weight": "Weight",
    "cost_basis": "Cost", "gain": "Gain", "gain_pct": "Gain %", "session": "Session", "note": "Note",
}  # fmt: skip
_SIGNALS = {
    "ticker": "Ticker", "as_of": "As of", "revenue_growth": "Revenue growth",
    "gross_margin": "Gross margin", "operating_margin": "Op. margin",
    "net_margin": "Net margin", "return_on_equity": "ROE", "free_cash_flow_margin": "FCF margin",
    "earnings_yield": "Earnings yield", "piotroski_f": "Piotroski F", "debt_to_equity": "Debt / equity",
    "current_ratio": "Current ratio", "volatility_20": "Volatility", "drawdown_252": "Drawdown", "news_tone": "News tone",
    "management_tone": "Mgmt tone", "officer_changes_12m": "Officer changes", "share_dilution": "Dilution",
}  # fmt: skip
_RATIOS = (
    "revenue_growth", "gross_margin", "operating_margin", "net_margin", "return_on_equity", "free_cash_flow_margin",
    "earnings_yield", "volatility_20", "drawdown_252", "share_dilution",
)  # fmt: skip
_PLAIN = ("piotroski_f", "debt_to_equity", "current_ratio", "news_tone", "management_tone", "officer_changes_12m")


@dataclass(frozen=True, slots=True)
class Report:
    """The finished report: the page, its positions, and everything on it as plain data for JSON."""

    html: str
    positions: pl.DataFrame
    data: dict[str, object]


def build_report(inputs: ReportInputs) -> Report:
    """Make the report from what was known on its day (the newest session of any holding)."""
    day = as_of(inputs)
    positions = value_positions(inputs, day)
    board = signal_board(inputs, positions, day)
    parts = {
        "statements": sections.statements(inputs, positions, day),
        "tones": sections.tones(inputs, positions, day),
        "news": sections.latest_news(inputs, positions, day),
        "filings": sections.latest_filings(inputs, positions, day),
        "failures": sections.failures(inputs, positions),
    }
    body = "\n".join(_body(inputs, day, positions, board, parts))
    template = resources.files("sec_assets.report").joinpath("page.html").read_text("utf-8")
    frames = {"positions": positions, "signals": board, **parts}
    data: dict[str, object] = {name: frame.to_dicts() for name, frame in frames.items()}
    return Report(
        html=Template(template).substitute(body=body),
        positions=positions,
        data={"as_of": day, "problems": inputs.problems, **data},
    )


def _body(
    inputs: ReportInputs, day: date | None, positions: pl.DataFrame, board: pl.DataFrame, parts: dict[str, pl.DataFrame]
) -> list[str]:
    prices = inputs.prices.filter(pl.col("date") <= day if day else pl.lit(value=True))
    filings = parts["filings"].with_columns(
        url=pl.struct("cik", "accession_number").map_elements(
            lambda row: filing_index_html_url(row["cik"], row["accession_number"]), return_dtype=pl.String
        )
    )
    return [
        f'<h1>Portfolio report</h1><p class="soft">as of {day or "no known session"}; prices as traded, '
        "nothing from after this day is used</p>",
        _tiles(positions),
        _problems(inputs.problems),
        _section("Positions", draw(
            positions, "positions", _POSITIONS, money=("close", "market_value", "cost_basis", "gain"),
            ratios=("weight", "gain_pct"), quantities=("shares",), signed=("gain", "gain_pct"),
        )),
        '<div class="pair">',
        _section("Where the money is", charts.allocation(positions)),
        _section("Largest positions over a year", charts.performance(positions, prices)),
        "</div>",
        _section("Signals", draw(
            board, "signals", _SIGNALS, ratios=_RATIOS, numbers=_PLAIN, signed=("revenue_growth", "drawdown_252", "news_tone"),
        )),
        _section("Revenue and net income by fiscal year", charts.fundamentals(parts["statements"])),
        _section("Statements", statement_tables(inputs.financials, positions, day)),
        _section("How filings and news sound", charts.tone(parts["tones"])),
        _section("News", draw(
            parts["news"].with_columns(pl.col("published_at").dt.strftime("%Y-%m-%d %H:%M UTC")), "news",
            {"published_at": "Published", "ticker": "Ticker", "title": "Headline", "source": "Source", "score": "Tone"},
            numbers=("score",), signed=("score",), links={"title": "url"},
        )),
        _section("Filings", draw(
            filings, "filings",
            {"filing_date": "Filed", "ticker": "Ticker", "form": "Form", "items": "Items", "accession_number": "Accession number"},
            links={"accession_number": "url"},
        )),
        _section("What is missing", "" if parts["failures"].is_empty() else draw(
            parts["failures"], "failures", {"ticker": "Ticker", "asset": "Asset", "state": "State", "error": "Why"},
        ), otherwise="nothing is known to be missing"),
    ]  # fmt: skip


def _section(title: str, content: str, *, otherwise: str = "nothing is known yet") -> str:
    shown = content or f'<p class="soft">{otherwise}</p>'
    return f"<section><h2>{escape(title)}</h2>{shown}</section>"


def _tiles(positions: pl.DataFrame) -> str:
    valued = positions.filter(pl.col("market_value").is_not_null())
    with_cost = valued.filter(pl.col("cost_basis").is_not_null())
    tiles = [
        (_sums(valued, "market_value", ","), "market value"),
        (_sums(with_cost, "gain", "+,"), f"gain over cost ({_return(with_cost)})"),
        (f"{valued.height} of {positions.height}", "positions with a price"),
        (str(positions["cik"].n_unique() if positions.height else 0), "companies"),
    ]
    boxes = (f'<div class="tile"><b>{escape(value)}</b><span>{escape(label)}</span></div>' for value, label in tiles)
    return f'<div class="tiles">{"".join(boxes)}</div>'


def _sums(rows: pl.DataFrame, column: str, sign: str) -> str:
    """One sum per currency: amounts of different currencies are never added."""
    sums = rows.group_by("currency").agg(pl.col(column).sum()).sort("currency", nulls_last=True).rows()
    return " and ".join(f"{amount:{sign}.2f} {currency or ''}".strip() for currency, amount in sums) or "–"


def _return(with_cost: pl.DataFrame) -> str:
    if with_cost["currency"].n_unique() != 1:
        return "–"
    gain, cost = with_cost["gain"].sum(), with_cost["cost_basis"].sum()
    return f"{float(gain) / float(cost):+.1%}" if cost else "–"


def _problems(problems: list[str]) -> str:
    if not problems:
        return ""
    items = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return f"<section><h2>Holdings that could not be used</h2><ul>{items}</ul></section>"
