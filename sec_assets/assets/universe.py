"""Group `universe`: who there is, and whom we follow."""

import dagster as dg

from sec_assets.assets.common import NETWORK_STEP, described, stop_with_sentence
from sec_assets.assets.present import preview
from sec_assets.edgar.tickers import load_tickers
from sec_assets.edgar.universe import resolve_universe
from sec_assets.partitions import register_partitions
from sec_assets.pipeline.universe import held_tickers
from sec_assets.resources import EdgarResource, LakeResource, SettingsResource
from sec_assets.tables import TICKER_MAP

_SAMPLE = 20


@dg.asset(**described(TICKER_MAP, group="universe"), op_tags=NETWORK_STEP)
def ticker_map(
    context: dg.AssetExecutionContext, settings: SettingsResource, edgar: EdgarResource, storage: LakeResource
) -> dg.MaterializeResult:
    """Every ticker EDGAR lists with its company; registers the companies of the chosen universe as partitions.

    The universe is `SEC_ASSETS_UNIVERSE`. Companies that left it stay partitions: their history is theirs.
    """
    with stop_with_sentence():
        chosen = settings.load()
        with edgar.client() as client:
            loaded = load_tickers(client)
        held, complaints = held_tickers(chosen)
        universe = resolve_universe(chosen.universe, loaded.frame, held)
        written = storage.store().lake.write(TICKER_MAP, loaded.frame)
    problems = [*complaints, *universe.problems, *loaded.problems]
    for problem in problems[:_SAMPLE]:
        context.log.warning(problem)
    if not universe.ciks:
        reasons = "; ".join(problems[:3]) or "the ticker list is empty"
        raise dg.Failure(description=f"SEC_ASSETS_UNIVERSE={chosen.universe!r} names no company: {reasons}")
    added = register_partitions(context.instance, list(universe.ciks))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": written.rows,
            "universe": chosen.universe,
            "companies": len(universe.ciks),
            "partitions_added": added,
            "problems": len(problems),
            "problem_sample": dg.MetadataValue.md("\n".join(f"- `{text}`" for text in problems[:_SAMPLE]) or "none"),
            "preview": dg.MetadataValue.md(preview(loaded.frame)),
        }
    )
