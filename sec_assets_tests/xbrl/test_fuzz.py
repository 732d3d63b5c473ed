"""Whatever is done to a document, it gives facts or a failure: never an exception, never a hang. A sample of the campaign."""

from datetime import timedelta
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.xbrl.duplicates import classify_duplicates
from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.campaigns.xbrl_fuzz import broken_rule, culprit
from sec_assets_tests.campaigns.xbrl_mutants import SEEDS, mutants
from sec_assets_tests.xbrl.instances import document


def test_the_seeds_are_read_without_a_failure() -> None:
    parsed = parse_instances([document(body, f"{number}.xml") for number, body in enumerate(SEEDS)])
    assert parsed.failures == []
    assert parsed.footnotes.height == 2
    assert parsed.frame.height == 14


def test_mutated_documents_give_facts_or_a_failure_and_leave_their_neighbours_alone() -> None:
    assert broken_rule(list(islice(mutants(7), 1500))) is None


def test_the_campaign_notices_a_crash_and_finds_its_input() -> None:
    good = list(islice(mutants(8), 9))
    not_bytes = [*good[:5], None, *good[5:]]
    complaint = broken_rule(not_bytes)  # pyright: ignore[reportArgumentType]
    assert complaint is not None
    assert "TypeError" in complaint
    assert culprit(not_bytes) is None  # pyright: ignore[reportArgumentType]


def test_verdicts_on_duplicates_are_those_of_the_groups() -> None:
    bodies = list(islice(mutants(9), 400))
    frame = parse_instances([document(b, accession_number=f"0000000042-25-{n:06}") for n, b in enumerate(bodies)]).frame
    repeated = frame.filter(frame["duplicates"].is_not_null())
    assert repeated.select("duplicates").height == classify_duplicates(frame)["n_facts"].sum()


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(body=st.binary(max_size=400))
def test_bytes_of_any_kind_give_a_failure(body: bytes) -> None:
    parsed = parse_instances([document(body)])
    assert parsed.frame.is_empty()
    assert len(parsed.failures) == 1
