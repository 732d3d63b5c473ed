"""Warnings: said of the company as a fact, not imagined, denied or explained."""

import polars as pl
import pytest

from sec_assets.signals.warnings import says_going_concern, says_material_weakness


def _judged(function: object, text: str) -> bool:
    return function(pl.DataFrame({"text": [text]}))["says"].item()  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        "Losses raise substantial doubt about our ability to continue as a going concern.",
        "Costs rose. Management has concluded that substantial doubt about the Company's ability to continue exists.",
        "There is substantial doubt as to whether we will go on.\n\nWe expect substantial doubt regarding our ability to continue.",
    ],
)
def test_doubt_is_found(text: str) -> None:
    assert _judged(says_going_concern, text)


@pytest.mark.parametrize(
    "text",
    [
        "If sales fall, this could raise substantial doubt about our ability to continue as a going concern.",
        "Management evaluates whether conditions raise substantial doubt about the ability to continue as a going concern.",
        "The substantial doubt about our ability to continue as a going concern has been alleviated.",
        "There is no substantial doubt about our ability to continue as a going concern.",
        "There is substantial doubt about the outcome of the suit. We are a going concern.",
    ],
)
def test_no_doubt_where_it_is_imagined_or_denied(text: str) -> None:
    assert not _judged(says_going_concern, text)


@pytest.mark.parametrize(
    "text",
    [
        "Management identified a material weakness in the recognition of revenue.",
        "Controls were not effective because of a material weakness. No other material weaknesses were identified.",
        "A material weakness existed at year end.",
        "We concluded that there were material weaknesses, and we may find more.",
    ],
)
def test_weakness_is_found_beside_denials_of_another(text: str) -> None:
    assert _judged(says_material_weakness, text)


@pytest.mark.parametrize(
    "text",
    [
        "There were no material weaknesses identified by management.",
        "If we have a material weakness in future, investors may lose confidence.",
        "Our audit included assessing the risk that a material weakness exists, and testing controls.",
        "We identified a material weakness in 2022 that has been remediated: the material weakness has been fully remediated.",
        "A material weakness is a deficiency, or a combination of deficiencies, in internal control.",
    ],
)
def test_no_weakness_where_it_is_imagined_denied_or_defined(text: str) -> None:
    assert not _judged(says_material_weakness, text)
