"""Group `edgar`: filings, their documents, and the XBRL facts in them."""

from datetime import UTC, datetime
from functools import partial

import dagster as dg
from pydantic import Field

from sec_assets.assets.batch import CHUNK, materialize_companies
from sec_assets.assets.common import NETWORK_STEP, per_company, stop_with_sentence
from sec_assets.assets.universe import ticker_map
from sec_assets.pipeline.bulk import IndexWay, Spread, cik_of, plan_index
from sec_assets.pipeline.bulk_facts import choose_facts, load_companyfacts
from sec_assets.pipeline.documents import collect_companies, documents_in_place
from sec_assets.pipeline.facts import SIDE_TABLES, parse_company
from sec_assets.pipeline.outcome import until
from sec_assets.pipeline.statements import standardize_companies
from sec_assets.resources import EdgarResource, EffortResource, FanOutResource, LakeResource, SettingsResource
from sec_assets.settings import Settings
from sec_assets.storage.receipts import Recipe
from sec_assets.tables import ARTIFACTS, COMPANYFACTS, FILINGS_INDEX, FINANCIALS, XBRL_FACTS


class FilingsIndexConfig(dg.Config):
    """How `filings_index` asks."""

    refresh: bool = Field(False, description="ask EDGAR even if a fresh enough copy of the submissions is cached")


@dg.asset(
    **per_company(FILINGS_INDEX, group="edgar", kinds=frozenset({"json"})), op_tags=NETWORK_STEP, deps=[ticker_map]
)
def filings_index(
    context: dg.AssetExecutionContext,
    config: FilingsIndexConfig,
    settings: SettingsResource,
    effort: EffortResource,
    edgar: EdgarResource,
    storage: LakeResource,
    fan_out: FanOutResource,
) -> dg.MaterializeResult:
    """Every filing of a company, from the recent page and all older ones; also writes the table `companies`.

    Many companies come from EDGAR's nightly archive, few are asked for one by one.
    """
    chosen, store = settings.load(), storage.store()
    now = datetime.now(UTC)
    plan = plan_index(chosen, store, storage.status(), context.partition_keys, refresh=config.refresh, now=now)
    context.log.info(plan.sentence)
    with edgar.client() as client:
        way = IndexWay(plan, client, store, chosen, refresh=config.refresh, now=now)
        result = materialize_companies(
            context,
            storage,
            FILINGS_INDEX,
            lambda ciks: until(effort.load().stop, way.outcomes(ciks, _over_archive(fan_out, chosen))),
            chunk=len(context.partition_keys) if plan.at_once else CHUNK,
            settled=effort.settled,
        )
    for sentence in way.told:
        context.log.info(sentence)
    return dg.MaterializeResult(
        metadata={**(result.metadata or {}), "requests": " — ".join([plan.sentence, *way.told])}
    )


@dg.asset(
    **per_company(ARTIFACTS, group="edgar", kinds=frozenset({"html", "xml"})),
    op_tags=NETWORK_STEP,
    deps=[filings_index],
)
def artifacts(
    context: dg.AssetExecutionContext,
    settings: SettingsResource,
    effort: EffortResource,
    edgar: EdgarResource,
    storage: LakeResource,
) -> dg.MaterializeResult:
    """Primary documents, XBRL instances and EX-99 exhibits of the chosen forms and years, each stored once.

    What is absent or broken is a row that says why, and is asked for again by the next run.
    """
    with edgar.client() as client:
        store, chosen, pace = storage.store(), settings.load(), effort.load()
        wanted = f"{chosen.forms} {chosen.years}"
        return materialize_companies(
            context,
            storage,
            ARTIFACTS,
            lambda ciks: collect_companies(client, store, chosen, ciks, pace),
            chunk=None,
            settled=effort.settled,
            recipe=Recipe([FILINGS_INDEX], settings=wanted, intact=partial(documents_in_place, store)),
        )


@dg.asset(**per_company(XBRL_FACTS, group="edgar", kinds=frozenset({"xml"})), deps=[artifacts])
def xbrl_facts(
    context: dg.AssetExecutionContext,
    settings: SettingsResource,
    edgar: EdgarResource,
    storage: LakeResource,
    fan_out: FanOutResource,
) -> dg.MaterializeResult:
    """Every fact of every XBRL instance, exact: dimensions, units, decimals, nil, duplicates classified.

    For many companies EDGAR's nightly archive of companyfacts fills in the filings without documents.
    """
    store, chosen, now = storage.store(), settings.load(), datetime.now(UTC)
    choice = choose_facts(chosen, store, context.partition_keys, now=now)
    if choice.use_archive:
        context.log.info(choice.sentence)
        with stop_with_sentence(), edgar.client() as client:
            told = load_companyfacts(
                client, store, chosen, context.partition_keys, _over_archive(fan_out, chosen), run_id=context.run.run_id,
                now=now,
            )  # fmt: skip
        context.log.info(told)
    return materialize_companies(
        context,
        storage,
        XBRL_FACTS,
        lambda ciks: fan_out.companies(parse_company, store, ciks),
        recipe=Recipe([ARTIFACTS, FILINGS_INDEX, COMPANYFACTS], sides=SIDE_TABLES),
    )


@dg.asset(**per_company(FINANCIALS, group="edgar"), deps=[xbrl_facts])
def financials(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
    """Standard line items of the statements, every version, with the concept each came from and why."""
    store = storage.store()
    return materialize_companies(
        context, storage, FINANCIALS, lambda ciks: standardize_companies(store, ciks), recipe=Recipe([XBRL_FACTS])
    )


def _over_archive(fan_out: FanOutResource, settings: Settings) -> Spread:
    """Return how work on an archive is spread: where the lake is in an object store, workers may not have the file."""
    return partial(fan_out.batches, name=cik_of, here=settings.objects is not None)
