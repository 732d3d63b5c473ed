"""Quarterly statements of an invented company that sells things: shops, software, power, rented buildings.

A company is a handful of parameters (`companies.json`); each quarter follows from the one before, so that balance
sheets balance, cash rolls and four quarters make a year by construction. Amounts are whole thousands. Banks and
insurers have other statements: `financial.py`. Which XBRL concept a line becomes is said in `statements.csv`.
"""

from collections.abc import Mapping
from typing import Any

from sec_assets.sample.calendars import Quarter
from sec_assets.sample.packaged import noise

Lines = dict[str, int]
EXPENSES = ("cost", "research", "selling", "depreciation", "other_taxes", "impairment")


def simulate(cik: str, quarters: tuple[Quarter, ...], parameters: Mapping[str, Any]) -> list[Lines]:
    """Return one dict of lines per quarter: flows of the quarter and balances at its end, in thousands."""
    state = opening(parameters)
    found = []
    for quarter in quarters:
        lines = income(cik, quarter, parameters, state)
        invest_and_finance(quarter, parameters, state, lines)
        working_capital(quarter, parameters, state, lines)
        state = close(state, lines)
        found.append(lines | state)
    return found


def value(parameters: Mapping[str, Any], name: str, quarter: Quarter) -> float:
    """A parameter that may be one number, or one per fiscal year from 2021 on; 0 when not given."""
    given = parameters.get(name, 0)
    return float(given[quarter.year - 2021] if isinstance(given, list) else given)


def opening(parameters: Mapping[str, Any]) -> Lines:
    """The balance sheet before the first quarter: equity is what is left, in capital and earnings."""
    state = {name: int(parameters.get(name, 0)) for name in ("cash", "securities", "plant", "goodwill", "debt")}
    state |= {name: int(parameters.get(name, 0)) for name in ("intangibles", "other_assets", "lease_assets")}
    sold = float(parameters["revenue"][0]) / 4
    state |= _working(parameters, round(sold), round(sold * _first(parameters, "cost")), _first(parameters, "deferred"))
    state["lease_liability"] = state["lease_assets"]
    state["accumulated_oci"] = 0
    state["current_debt"] = 0
    state["minority"] = int(parameters.get("minority", 0))
    state["shares"] = int(parameters["shares"])
    assets = sum(state[name] for name in ("cash", "securities", "plant", "goodwill", "intangibles", "other_assets"))
    owed = state["payables"] + state["accrued"] + state["deferred"] + state["debt"] + state["minority"]
    equity = assets + state["receivables"] + state["inventory"] - owed
    state["stock"] = max(1, state["shares"] // 1000)
    state["retained"] = int(parameters.get("retained", equity // 3))
    state["capital"] = equity - state["stock"] - state["retained"]
    return state


def _first(parameters: Mapping[str, Any], name: str) -> float:
    given = parameters.get(name, 0)
    return float(given[0] if isinstance(given, list) else given)


def _working(parameters: Mapping[str, Any], sold: int, cost: int, deferred: float) -> Lines:
    """Receivables, inventory and what is owed that go with the sales and costs of one quarter."""
    return {
        "receivables": round(sold * float(parameters.get("receivable_days", 0)) / 91),
        "inventory": round(cost * float(parameters.get("inventory_days", 0)) / 91),
        "payables": round(cost * float(parameters.get("payable_days", 0)) / 91),
        "accrued": round(sold * 0.12),
        "deferred": round(sold * deferred),
    }


def income(cik: str, quarter: Quarter, parameters: Mapping[str, Any], state: Lines) -> Lines:
    """The income statement of one quarter."""
    weeks = ((quarter.end - quarter.start).days + 1) / 91
    season = float(parameters.get("season", [1, 1, 1, 1])[quarter.number - 1]) * (weeks if weeks > 1.05 else 1)
    wobble = 1 + 0.02 * noise(cik, quarter.year, quarter.number, "revenue")
    revenue = round(value(parameters, "revenue", quarter) / 4 * season * wobble)
    overstated = round(revenue * value(parameters, "overstated", quarter))
    lines = {"revenue": revenue + overstated, "overstated": overstated}
    for name in ("cost", "research", "selling", "other_taxes"):
        share = value(parameters, name, quarter) * (1 + 0.01 * noise(cik, quarter.year, quarter.number, name))
        lines[name] = round(revenue * share)
    lines["depreciation"] = round(state["plant"] * value(parameters, "depreciation", quarter))
    lines["amortization"] = min(state["intangibles"], round(value(parameters, "amortization", quarter)))
    lines["impairment"] = round(value(parameters, "impairment", quarter)) if quarter.number == 4 else 0
    if not parameters.get("depreciation_apart"):
        lines["selling"] += lines["depreciation"] + lines["amortization"]
    apart = ("depreciation",) if parameters.get("depreciation_apart") else ()
    costs = sum(lines[name] for name in EXPENSES if name != "depreciation" or apart)
    lines["gross_profit"] = lines["revenue"] - lines["cost"]
    lines["costs_and_expenses"] = costs
    lines["operating_expenses"] = costs - lines["cost"]
    lines["operating_income"] = lines["revenue"] - costs
    lines["interest_expense"] = round((state["debt"] + state["current_debt"]) * value(parameters, "rate", quarter) / 4)
    lines["other_income"] = round(state["securities"] * 0.01) + round(value(parameters, "other_income", quarter) / 4)
    lines["pretax"] = lines["operating_income"] - lines["interest_expense"] + lines["other_income"]
    lines["tax"] = round(lines["pretax"] * value(parameters, "tax", quarter)) if lines["pretax"] > 0 else 0
    lines["profit"] = lines["pretax"] - lines["tax"]
    lines["minority_profit"] = round(state["minority"] * 0.015)
    lines["net_income"] = lines["profit"] - lines["minority_profit"]
    lines["oci"] = round(state["other_assets"] * 0.004 * noise(cik, quarter.year, quarter.number, "oci"))
    lines["comprehensive"] = lines["net_income"] + lines["oci"]
    lines["stock_compensation"] = round(revenue * value(parameters, "stock_compensation", quarter))
    return lines


def invest_and_finance(quarter: Quarter, parameters: Mapping[str, Any], state: Lines, lines: Lines) -> None:
    """Add capital spending, debt, dividends, buybacks and share issues of the quarter."""
    lines["capex"] = round((lines["revenue"] - lines["overstated"]) * value(parameters, "capex", quarter))
    lines["securities_bought"] = round(value(parameters, "securities_bought", quarter) / 4)
    change = round(value(parameters, "debt_change", quarter) / 4)
    lines["debt_raised"], lines["debt_repaid"] = max(change, 0), min(max(-change, 0), state["debt"])
    lines["dividend_cents"] = round(value(parameters, "dividend", quarter) * 100)
    lines["dividends"] = state["shares"] * lines["dividend_cents"] // 100
    lines["buybacks"] = round(value(parameters, "buybacks", quarter) / 4)
    lines["issued"] = round(value(parameters, "issued", quarter) / 4)
    lines["minority_paid"] = lines["minority_profit"]
    lines["shares_change"] = round(value(parameters, "shares_change", quarter) / 4)


def working_capital(quarter: Quarter, parameters: Mapping[str, Any], state: Lines, lines: Lines) -> None:
    """Add receivables, inventory, payables, accruals and deferred revenue, and what they do to cash."""
    sold = lines["revenue"] - lines["overstated"]
    taxed = round(lines["overstated"] * value(parameters, "tax", quarter)) if lines["pretax"] > 0 else 0
    state["phantom"] = state.get("phantom", 0) + lines["overstated"]
    state["phantom_tax"] = state.get("phantom_tax", 0) + taxed
    target = _working(parameters, sold, lines["cost"], value(parameters, "deferred", quarter))
    target["receivables"] += state["phantom"]
    target["accrued"] += state["phantom_tax"]
    for name, amount in target.items():
        lines[f"change_{name}"] = amount - state[name]
    assets = lines["change_receivables"] + lines["change_inventory"]
    liabilities = lines["change_payables"] + lines["change_accrued"] + lines["change_deferred"]
    noncash = lines["depreciation"] + lines["amortization"] + lines["stock_compensation"] + lines["impairment"]
    lines["operating_cash"] = lines["profit"] + noncash - assets + liabilities
    lines["investing_cash"] = -lines["capex"] - lines["securities_bought"]
    raised = lines["debt_raised"] - lines["debt_repaid"] + lines["issued"]
    lines["financing_cash"] = raised - lines["dividends"] - lines["buybacks"] - lines["minority_paid"]
    lines["cash_change"] = lines["operating_cash"] + lines["investing_cash"] + lines["financing_cash"]
    lines["noncash"] = noncash


def close(state: Lines, lines: Lines) -> Lines:
    """The balance sheet at the end of the quarter."""
    end = dict(state)
    for name in ("receivables", "inventory", "payables", "accrued", "deferred"):
        end[name] += lines[f"change_{name}"]
    end["cash"] += lines["cash_change"]
    end["securities"] += lines["securities_bought"]
    end["plant"] += lines["capex"] - lines["depreciation"]
    end["intangibles"] -= lines["amortization"]
    end["goodwill"] -= lines["impairment"]
    end["other_assets"] += lines["oci"]
    total_debt = state["debt"] + state["current_debt"] + lines["debt_raised"] - lines["debt_repaid"]
    end["current_debt"] = total_debt // 10
    end["debt"] = total_debt - end["current_debt"]
    end["capital"] += lines["stock_compensation"] + lines["issued"] - lines["buybacks"]
    end["retained"] += lines["net_income"] - lines["dividends"]
    end["accumulated_oci"] += lines["oci"]
    end["minority"] += lines["minority_profit"] - lines["minority_paid"]
    end["shares"] = max(1, state["shares"] + lines["shares_change"])
    totals(end)
    return end


def totals(end: Lines) -> None:
    """Add the sums of a balance sheet."""
    end["current_assets"] = end["cash"] + end["securities"] + end["receivables"] + end["inventory"]
    fixed = end["plant"] + end["lease_assets"] + end["goodwill"] + end["intangibles"] + end["other_assets"]
    end["noncurrent_assets"] = fixed
    end["assets"] = end["current_assets"] + fixed
    end["current_liabilities"] = end["payables"] + end["accrued"] + end["deferred"] + end["current_debt"]
    end["liabilities"] = end["current_liabilities"] + end["debt"] + end["lease_liability"]
    end["equity"] = end["stock"] + end["capital"] + end["retained"] + end["accumulated_oci"]
    end["total_equity"] = end["equity"] + end["minority"]
    end["liabilities_and_equity"] = end["liabilities"] + end["total_equity"]
