"""Who goes first: people before backfills, first come first served among equals; the pure rules in simulated time."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sec_assets.edgar.transport import rules
from sec_assets.edgar.transport.rules import Budget, Permit, State, Ticket, Wait

START = 100.0


@dataclass(frozen=True)
class Asker:
    """One thread that always wants the next document, `think` seconds after it got the last one."""

    urgent: bool
    begins: float = 0.0
    ends: float = 1e9
    think: float = 0.05


@dataclass(frozen=True)
class Service:
    at: float
    asker: int
    waited: float


def serve(
    askers: list[Asker], seconds: float, *, rate: float = 9, seed: int = 1, lateness: float = 0.0
) -> list[Service]:
    """Return every request with the time at which it was sent and how long it waited for its turn."""
    budget, chance = Budget.per_second(rate), random.Random(seed)
    state = rules.resume(State(), budget, START, 0.0, "boot")
    served: list[Service] = []
    queue: list[tuple[float, int, int, float, object]] = [
        (START + asker.begins, number, number, START + asker.begins, None) for number, asker in enumerate(askers)
    ]
    heapq.heapify(queue)
    serial = len(askers)
    while queue:
        now, _, number, asked, held = heapq.heappop(queue)
        asker = askers[number]
        if now > START + seconds:
            break
        late = chance.random() * lateness if chance.random() < 0.3 else 0.0
        serial += 1
        if isinstance(held, Permit):
            rules.sent(state, now, held.key)
            served.append(Service(now, number, now - asked))
            begin = now + asker.think + late
            if begin < START + asker.ends:
                heapq.heappush(queue, (begin, serial, number, begin, None))
            continue
        if not isinstance(held, Ticket):
            held = rules.ticket(state, budget, now, urgent=asker.urgent)
        verdict = rules.depart(state, budget, now, held, str(serial)) if isinstance(held, Ticket) else held
        if isinstance(verdict, Permit):
            assert rules.sending(state, budget, now, verdict.key)
            at = now + verdict.early + chance.random() * 0.0015
            heapq.heappush(queue, (at, serial, number, asked, verdict))
        else:
            assert isinstance(verdict, Wait)
            heapq.heappush(queue, (now + verdict.seconds + late, serial, number, asked, held))
    return served


def waits(served: list[Service], askers: list[Asker], *, urgent: bool) -> list[float]:
    return sorted(one.waited for one in served if askers[one.asker].urgent == urgent)


def tightest(served: list[Service], count: int) -> float:
    times = [one.at for one in served]
    return min(later - earlier for earlier, later in zip(times, times[count:], strict=False))


@pytest.mark.parametrize("urgent", [True, False])
def test_equals_are_served_in_turn_for_hours(urgent: bool) -> None:
    askers = [Asker(urgent)] * 16
    served = serve(askers, 1800.0)
    counts = Counter(one.asker for one in served)
    assert min(counts.values()) >= 0.98 * max(counts.values())
    assert len(served) / 30 == pytest.approx(527, rel=0.01)
    assert waits(served, askers, urgent=urgent)[int(len(served) * 0.99)] < 2.1, "nobody waits longer than one round"


def test_a_person_waits_for_two_slots_at_most_while_a_backfill_is_under_way() -> None:
    askers = [Asker(False)] * 32 + [Asker(True, begins=30.0, think=1.5)]
    waited = waits(serve(askers, 200.0), askers, urgent=True)
    assert len(waited) > 80
    assert waited[len(waited) // 2] < 0.15
    assert waited[-1] < 0.3
    assert waits(serve(askers, 60.0), askers, urgent=False)[-1] > 3.0, "the backfill's own queue is that long"


@pytest.mark.parametrize(("people", "backfill"), [(8, 8), (16, 4), (24, 32)])
def test_a_backfill_keeps_a_quarter_of_the_slots_however_many_people_ask(people: int, backfill: int) -> None:
    askers = [Asker(True)] * people + [Asker(False)] * backfill
    served = serve(askers, 150.0)
    share = len(waits(served, askers, urgent=False)) / len(served)
    assert 0.2 <= share <= 0.3
    assert len(served) / 2.5 > 515, "and nothing of the budget is lost"


def test_a_backfill_has_the_whole_budget_again_when_people_have_gone() -> None:
    askers = [Asker(False)] * 8 + [Asker(True, begins=60.0, ends=120.0)] * 8
    served = serve(askers, 240.0)
    after = [one for one in served if START + 130.0 <= one.at < START + 230.0]
    assert all(one.asker < 8 for one in after)
    assert len(after) / 100 == pytest.approx(8.78, rel=0.02)


@hypothesis_settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rate=st.sampled_from([1, 5, 9, 10]),
    people=st.integers(0, 12),
    backfill=st.integers(0, 12),
    lateness=st.sampled_from([0.0, 0.02, 0.3]),
)
def test_priority_never_breaks_the_window_and_starves_nobody(
    seed: int, rate: float, people: int, backfill: int, lateness: float
) -> None:
    askers = [Asker(True)] * people + [Asker(False)] * backfill
    served = serve(askers, 60.0, rate=rate, seed=seed, lateness=lateness)
    budget = Budget.per_second(rate)
    if len(served) > budget.limit:
        assert tightest(served, budget.limit) >= budget.window - 1e-9
    counts = Counter(one.asker for one in served)
    if rate >= 5:
        assert all(counts[number] for number in range(len(askers)))
