"""Which companies the platform works for: the setting `SEC_ASSETS_UNIVERSE` turned into CIKs.

A company asked for by CIK needs no ticker; one asked for by ticker or exchange comes from the ticker map. Whatever
cannot be found is reported by name. The lists themselves are `tickers.py` and `holdings.py`.
"""

from dataclasses import dataclass

import polars as pl

from sec_assets.edgar.tickers import normalize_ticker
from sec_assets.errors import InputError, SettingError
from sec_assets.identifiers import normalize_cik


@dataclass(frozen=True, slots=True)
class Universe:
    """The companies, sorted ten-digit CIKs without repeats, and one sentence for everything that was not found."""

    ciks: tuple[str, ...]
    problems: tuple[str, ...]


def resolve_universe(spec: str, tickers: pl.DataFrame, held: list[str] | None = None) -> Universe:
    """Resolve the setting.

    Args:
        spec: `holdings`, `all`, `tickers:AAPL,MSFT`, `ciks:320193` or `exchange:NYSE,Nasdaq`.
        tickers: table `ticker_map`.
        held: tickers of the holdings; needed for `holdings` only.

    Raises:
        SettingError: the setting is none of these.
    """
    kind, _, listed = spec.partition(":")
    members = list(dict.fromkeys(part.strip() for part in listed.split(",") if part.strip()))
    match kind:
        case "all" if not listed:
            return _universe(tickers["cik"].to_list(), [])
        case "holdings" if not listed and held is not None:
            return _of_tickers(held, tickers, "the holdings")
        case "tickers" if members:
            return _of_tickers(members, tickers, "SEC_ASSETS_UNIVERSE")
        case "ciks" if members:
            return _of_ciks(members)
        case "exchange" if members:
            return _of_exchanges(members, tickers)
    raise SettingError(
        f"SEC_ASSETS_UNIVERSE={spec!r}: allowed are holdings, all, tickers:AAPL,MSFT, ciks:320193, exchange:NYSE,Nasdaq"
    )


def _universe(ciks: list[str], problems: list[str]) -> Universe:
    return Universe(tuple(sorted(set(ciks))), tuple(problems))


def _of_tickers(names: list[str], tickers: pl.DataFrame, origin: str) -> Universe:
    known = dict(tickers.select("ticker", "cik").iter_rows())
    ciks: list[str] = []
    problems: list[str] = []
    for name in dict.fromkeys(names):
        try:
            cik = known.get(normalize_ticker(name))
        except InputError as error:
            problems.append(f"{origin}: {error}")
            continue
        if cik is None:
            problems.append(
                f"{origin}: ticker {name} is not in EDGAR's ticker list; if the company files, name its CIK"
            )
        else:
            ciks.append(cik)
    return _universe(ciks, problems)


def _of_ciks(members: list[str]) -> Universe:
    ciks: list[str] = []
    problems: list[str] = []
    for member in members:
        try:
            ciks.append(normalize_cik(member))
        except InputError as error:
            problems.append(f"SEC_ASSETS_UNIVERSE: {error}")
    return _universe(ciks, problems)


def _of_exchanges(members: list[str], tickers: pl.DataFrame) -> Universe:
    listed = tickers.drop_nulls("exchange").with_columns(pl.col("exchange").str.to_lowercase().alias("key"))
    known = set(listed["key"].to_list())
    shown = ", ".join(sorted(set(listed["exchange"].to_list()))) or "none"
    problems = [
        f"SEC_ASSETS_UNIVERSE: exchange {member!r} is unknown; known are {shown}"
        for member in members
        if member.lower() not in known
    ]
    wanted = [member.lower() for member in members]
    return _universe(listed.filter(pl.col("key").is_in(wanted))["cik"].to_list(), problems)
