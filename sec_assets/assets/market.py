"""Group `market`: daily prices and the indicators computed from them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from sec_assets.assets.batch import materialize_companies
from sec_assets.assets.common import NETWORK_STEP, per_company
from sec_assets.assets.universe import ticker_map
from sec_assets.market.load import PriceDesk
from sec_assets.pipeline.market import file_states, price_companies, technical_companies
from sec_assets.resources import LakeResource, MarketDataResource
from sec_assets.storage.receipts import Recipe
from sec_assets.tables import PRICES, TECHNICALS, TICKER_MAP

_EXCHANGE = ZoneInfo("America/New_York")


@dg.asset(**per_company(PRICES, group="market", kinds=frozenset({"csv"})), op_tags=NETWORK_STEP, deps=[ticker_map])
def prices(
    context: dg.AssetExecutionContext, market: MarketDataResource, storage: LakeResource
) -> dg.MaterializeResult:
    """Daily bars of every ticker, from the first source that has them; the column `source` says which."""
    store = storage.store()
    with market.prices() as sources:
        desk = PriceDesk(sources, datetime.now(_EXCHANGE).date())
        states = file_states(store, sources)
        return materialize_companies(
            context,
            storage,
            PRICES,
            lambda ciks: price_companies(store, desk, ciks),
            recipe=states and Recipe([TICKER_MAP], outside=states),
        )


@dg.asset(**per_company(TECHNICALS, group="market"), deps=[prices])
def technicals(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
    """SMA, EMA, RSI (Wilder), Bollinger bands, MACD, ATR and more on adjusted prices, as TA-Lib defines them."""
    store = storage.store()
    return materialize_companies(
        context, storage, TECHNICALS, lambda ciks: technical_companies(store, ciks), recipe=Recipe([PRICES])
    )
