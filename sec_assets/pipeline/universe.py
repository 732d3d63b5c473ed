"""The universe's ingredients: the user's holdings, or the sample's."""

from sec_assets.edgar.holdings import Holdings, no_holdings, parse_holdings, read_holdings
from sec_assets.errors import SettingError
from sec_assets.sample.market import holdings_csv
from sec_assets.settings import Settings


def holdings_of(settings: Settings) -> Holdings:
    """Return the user's holdings; the sample brings its own where there is no file.

    Raises:
        SettingError: there is no holdings file, and the source is not the sample; shows place and format.
    """
    if settings.source == "sample" and not settings.portfolio.exists():
        return parse_holdings(holdings_csv().encode())
    return read_holdings(settings.portfolio)


def reported_holdings(settings: Settings) -> Holdings:
    """Return the holdings to report on; where the universe is chosen without them, a missing file is only a problem to show.

    Raises:
        SettingError: see `holdings_of`; only when the universe is the holdings.
    """
    try:
        return holdings_of(settings)
    except SettingError as error:
        if settings.universe == "holdings":
            raise
        return no_holdings(str(error))


def held_tickers(settings: Settings) -> tuple[list[str] | None, list[str]]:
    """Return the tickers held and what is wrong with the file, when the universe is `holdings`; else nothing."""
    if settings.universe != "holdings":
        return None, []
    holdings = holdings_of(settings)
    problems = [f"{settings.portfolio.name} line {line}: {text}" for line, text in holdings.problems.iter_rows()]
    return holdings.positions()["ticker"].to_list(), problems
