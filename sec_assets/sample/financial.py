"""Quarterly statements of an invented bank and an invented insurer, in whole thousands.

Like `commercial.py`: each quarter follows from the one before, and the balance sheet balances by construction.
"""

from collections.abc import Mapping
from typing import Any

from sec_assets.sample.calendars import Quarter
from sec_assets.sample.commercial import Lines, value
from sec_assets.sample.packaged import noise


def simulate_bank(cik: str, quarters: tuple[Quarter, ...], parameters: Mapping[str, Any]) -> list[Lines]:
    """Return one dict of lines per quarter of a bank."""
    names = ("cash", "securities", "loans", "allowance", "premises", "other_assets", "deposits", "borrowings")
    state = {name: int(parameters[name]) for name in (*names, "other_liabilities", "shares")}
    assets = state["cash"] + state["securities"] + state["loans"] - state["allowance"] + state["premises"]
    state |= _equity(state, assets + state["other_assets"] - state["deposits"] - state["borrowings"])
    found = []
    for quarter in quarters:
        lines = _bank_income(cik, quarter, parameters, state)
        state = _bank_close(quarter, parameters, state, lines)
        found.append(lines | state)
    return found


def _equity(state: Lines, net: int) -> Lines:
    equity = net - state["other_liabilities"]
    stock = max(1, state["shares"] // 1000)
    return {"stock": stock, "retained": equity // 2, "capital": equity - equity // 2 - stock, "accumulated_oci": 0}


def _bank_income(cik: str, quarter: Quarter, parameters: Mapping[str, Any], state: Lines) -> Lines:
    def of(name: str, base: int, divide: int = 4) -> int:
        wobble = 1 + 0.015 * noise(cik, quarter.year, quarter.number, name)
        return round(base * value(parameters, name, quarter) / divide * wobble)

    lines = {
        "loan_interest": of("loan_yield", state["loans"]),
        "securities_interest": of("securities_yield", state["securities"]),
        "deposit_interest": of("deposit_cost", state["deposits"]),
        "borrowing_interest": of("borrowing_cost", state["borrowings"]),
        "provision": of("provision", state["loans"]),
        "noninterest_income": of("noninterest_income", 1),
        "depreciation": of("depreciation", state["premises"], 1),
    }
    lines["interest_income"] = lines["loan_interest"] + lines["securities_interest"]
    lines["interest_expense"] = lines["deposit_interest"] + lines["borrowing_interest"]
    lines["net_interest"] = lines["interest_income"] - lines["interest_expense"]
    lines["net_interest_after"] = lines["net_interest"] - lines["provision"]
    lines["revenue"] = lines["net_interest"] + lines["noninterest_income"]
    lines["noninterest_expense"] = round(lines["revenue"] * value(parameters, "efficiency", quarter))
    return _finish(quarter, parameters, lines, lines["revenue"] - lines["provision"] - lines["noninterest_expense"])


def _finish(quarter: Quarter, parameters: Mapping[str, Any], lines: Lines, pretax: int) -> Lines:
    lines["pretax"] = pretax
    lines["tax"] = round(max(pretax, 0) * value(parameters, "tax", quarter))
    lines["net_income"] = pretax - lines["tax"]
    return lines


def _bank_close(quarter: Quarter, parameters: Mapping[str, Any], state: Lines, lines: Lines) -> Lines:
    end = dict(state)
    lines["charge_offs"] = round(lines["provision"] * value(parameters, "charge_offs", quarter))
    lines["loans_made"] = round(state["loans"] * value(parameters, "loan_growth", quarter) / 4) + lines["charge_offs"]
    lines["securities_bought"] = round(state["securities"] * value(parameters, "securities_growth", quarter) / 4)
    lines["deposit_change"] = round(state["deposits"] * value(parameters, "deposit_growth", quarter) / 4)
    lines["borrowing_change"] = round(value(parameters, "borrowing_change", quarter) / 4)
    lines["capex"] = lines["depreciation"]
    lines["oci"] = round(value(parameters, "oci", quarter) / 4)
    _dividends(quarter, parameters, state, lines)
    lines["operating_cash"] = lines["net_income"] + lines["provision"] + lines["depreciation"]
    lines["investing_cash"] = -lines["loans_made"] - lines["securities_bought"] - lines["capex"]
    lines["financing_cash"] = lines["deposit_change"] + lines["borrowing_change"] - lines["dividends"]
    _roll(end, lines)
    end["securities"] += lines["securities_bought"] + lines["oci"]
    end["loans"] += lines["loans_made"] - lines["charge_offs"]
    end["allowance"] += lines["provision"] - lines["charge_offs"]
    end["loans_net"] = end["loans"] - end["allowance"]
    end["deposits"] += lines["deposit_change"]
    end["borrowings"] += lines["borrowing_change"]
    held = end["cash"] + end["securities"] + end["loans_net"] + end["premises"] + end["other_assets"]
    return _sums(end, held, end["deposits"] + end["borrowings"] + end["other_liabilities"])


def _dividends(quarter: Quarter, parameters: Mapping[str, Any], state: Lines, lines: Lines) -> None:
    lines["dividend_cents"] = round(value(parameters, "dividend", quarter) * 100)
    lines["dividends"] = state["shares"] * lines["dividend_cents"] // 100
    lines["comprehensive"] = lines["net_income"] + lines["oci"]


def _roll(end: Lines, lines: Lines) -> None:
    lines["cash_change"] = lines["operating_cash"] + lines["investing_cash"] + lines["financing_cash"]
    end["cash"] += lines["cash_change"]
    end["retained"] += lines["net_income"] - lines["dividends"]
    end["accumulated_oci"] += lines["oci"]


def _sums(end: Lines, assets: int, liabilities: int) -> Lines:
    end["assets"], end["liabilities"] = assets, liabilities
    end["equity"] = end["stock"] + end["capital"] + end["retained"] + end["accumulated_oci"]
    end["liabilities_and_equity"] = liabilities + end["equity"]
    return end


def simulate_insurer(cik: str, quarters: tuple[Quarter, ...], parameters: Mapping[str, Any]) -> list[Lines]:
    """Return one dict of lines per quarter of a property and casualty insurer."""
    names = ("cash", "investments", "premiums_receivable", "acquisition_costs", "other_assets", "claim_reserves")
    state = {name: int(parameters[name]) for name in (*names, "unearned", "debt", "other_liabilities", "shares")}
    assets = state["cash"] + state["investments"] + state["premiums_receivable"] + state["acquisition_costs"]
    owed = state["claim_reserves"] + state["unearned"] + state["debt"]
    state |= _equity(state, assets + state["other_assets"] - owed)
    found = []
    for quarter in quarters:
        lines = _insurer_income(cik, quarter, parameters, state)
        state = _insurer_close(quarter, parameters, state, lines)
        found.append(lines | state)
    return found


def _insurer_income(cik: str, quarter: Quarter, parameters: Mapping[str, Any], state: Lines) -> Lines:
    wobble = 1 + 0.02 * noise(cik, quarter.year, quarter.number, "premiums")
    lines = {"premiums": round(value(parameters, "premiums", quarter) / 4 * wobble)}
    lines["investment_income"] = round(state["investments"] * value(parameters, "investment_yield", quarter) / 4)
    gains = noise(cik, quarter.year, quarter.number, "gains")
    lines["investment_gains"] = round(state["investments"] * 0.002 * gains)
    lines["revenue"] = lines["premiums"] + lines["investment_income"] + lines["investment_gains"]
    season = float(parameters.get("storms", [1, 1, 1, 1])[quarter.number - 1])
    lines["claims"] = round(lines["premiums"] * value(parameters, "loss_ratio", quarter) * season)
    lines["acquisition_expense"] = round(lines["premiums"] * 0.17)
    lines["other_expense"] = round(lines["premiums"] * 0.11)
    lines["interest_expense"] = round(state["debt"] * 0.05 / 4)
    costs = lines["claims"] + lines["acquisition_expense"] + lines["other_expense"] + lines["interest_expense"]
    lines["costs_and_expenses"] = costs
    return _finish(quarter, parameters, lines, lines["revenue"] - costs)


def _insurer_close(quarter: Quarter, parameters: Mapping[str, Any], state: Lines, lines: Lines) -> Lines:
    end = dict(state)
    lines["change_claim_reserves"] = round(lines["claims"] * 0.08)
    lines["change_unearned"] = round(lines["premiums"] * 0.012)
    lines["change_premiums_receivable"] = round(lines["premiums"] * 0.006)
    lines["oci"] = round(value(parameters, "oci", quarter) / 4)
    _dividends(quarter, parameters, state, lines)
    reserves = lines["change_claim_reserves"] + lines["change_unearned"]
    earned = lines["net_income"] - lines["investment_gains"]
    lines["operating_cash"] = earned + reserves - lines["change_premiums_receivable"]
    lines["securities_bought"] = round(lines["operating_cash"] * 0.8)
    lines["investing_cash"] = -lines["securities_bought"]
    lines["financing_cash"] = -lines["dividends"]
    _roll(end, lines)
    end["investments"] += lines["securities_bought"] + lines["investment_gains"] + lines["oci"]
    for name in ("claim_reserves", "unearned", "premiums_receivable"):
        end[name] += lines[f"change_{name}"]
    held = end["cash"] + end["investments"] + end["premiums_receivable"] + end["acquisition_costs"]
    owed = end["claim_reserves"] + end["unearned"] + end["debt"] + end["other_liabilities"]
    return _sums(end, held + end["other_assets"], owed)
