"""Group `text`: what filings say, what is written about companies, and how both sound."""

import hashlib
from datetime import UTC, datetime
from functools import partial

import dagster as dg

from sec_assets.assets.batch import materialize_companies
from sec_assets.assets.common import NETWORK_STEP, per_company
from sec_assets.assets.edgar import artifacts
from sec_assets.assets.universe import ticker_map
from sec_assets.pipeline.news import news_companies, open_feeds
from sec_assets.pipeline.texts import split_company
from sec_assets.pipeline.tone import score_company
from sec_assets.resources import FanOutResource, LakeResource, SettingsResource
from sec_assets.storage.receipts import Recipe
from sec_assets.tables import ARTIFACTS, FILING_TEXT, NEWS, SENTIMENT, TICKER_MAP


@dg.asset(**per_company(FILING_TEXT, group="text", kinds=frozenset({"html"})), deps=[artifacts])
def filing_text(
    context: dg.AssetExecutionContext, storage: LakeResource, fan_out: FanOutResource
) -> dg.MaterializeResult:
    """Items of 10-K, 10-Q, 8-K and 20-F as plain text; a document without items is kept whole."""
    store = storage.store()
    return materialize_companies(
        context,
        storage,
        FILING_TEXT,
        lambda ciks: fan_out.companies(split_company, store, ciks),
        recipe=Recipe([ARTIFACTS]),
    )


@dg.asset(
    **per_company(NEWS, group="text", kinds=frozenset({"xml"})), op_tags=NETWORK_STEP, deps=[ticker_map, artifacts]
)
def news(context: dg.AssetExecutionContext, settings: SettingsResource, storage: LakeResource) -> dg.MaterializeResult:
    """Headlines of the chosen feeds, and press releases furnished with 8-K and 6-K filings; once seen, never lost."""
    store, chosen, now = storage.store(), settings.load(), datetime.now(UTC)
    with open_feeds(chosen) as feeds:
        return materialize_companies(
            context,
            storage,
            NEWS,
            lambda ciks: news_companies(
                store, feeds, ciks, with_releases="press_releases" in chosen.news_sources, now=now
            ),
            recipe=None if feeds else Recipe([ARTIFACTS, TICKER_MAP], settings=str(chosen.news_sources)),
        )


@dg.asset(**per_company(SENTIMENT, group="text"), deps=[filing_text, news])
def sentiment(
    context: dg.AssetExecutionContext, settings: SettingsResource, storage: LakeResource, fan_out: FanOutResource
) -> dg.MaterializeResult:
    """One score from −1 to 1 per article and filing item, with the scorer and its version."""
    store = storage.store()
    lexicon = settings.load().lexicon
    scorer = partial(score_company, lexicon=lexicon)
    words = hashlib.sha256(lexicon.read_bytes()).hexdigest() if lexicon else ""
    return materialize_companies(
        context,
        storage,
        SENTIMENT,
        lambda ciks: fan_out.companies(scorer, store, ciks, lane="MODEL"),
        recipe=Recipe([FILING_TEXT, NEWS], settings=words),
    )
