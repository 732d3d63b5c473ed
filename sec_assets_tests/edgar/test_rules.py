"""The pure budget rules, in a simulated world where processes are late, slow to connect, or killed."""

import heapq
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sec_assets.edgar.transport import rules
from sec_assets.edgar.transport.rules import Budget, Permit, State, Ticket, Wait


def simulate(
    budget: Budget, seed: int, seconds: float, workers: int, lateness: float, connecting: float, deaths: float
) -> list[float]:
    """Run workers that always want to send; return when requests were on the wire."""
    chance = random.Random(seed)
    state = rules.resume(State(), budget, 100.0, 0.0, "boot")
    wire: list[float] = []
    queue: list[tuple[float, int, str, object]] = [(100.0, i, "ticket", None) for i in range(workers)]
    serial = workers
    while queue:
        now, _, step, held = heapq.heappop(queue)
        if now > 100.0 + seconds:
            break
        serial += 1
        late = chance.random() * lateness if chance.random() < 0.3 else 0.0
        if step == "sent":
            assert isinstance(held, Permit)
            wire.append(now)
            rules.sent(state, now + chance.random() * 0.001, held.key)
            heapq.heappush(queue, (now + 0.05 + late, serial, "ticket", None))
            continue
        verdict = (
            rules.ticket(state, budget, now)
            if not isinstance(held, Ticket)
            else rules.depart(state, budget, now, held, str(serial))
        )
        if isinstance(verdict, Permit):
            if chance.random() >= deaths:
                at = now + max(verdict.early, chance.random() * connecting)
                heapq.heappush(queue, (at, serial, "sent", verdict))
            else:
                heapq.heappush(queue, (now + 1.0, serial, "ticket", None))
        elif isinstance(verdict, Ticket):
            heapq.heappush(queue, (max(now, verdict.slot) + late, serial, "depart", verdict))
        elif isinstance(verdict, Wait):
            heapq.heappush(queue, (now + verdict.seconds + late, serial, step, held))
        else:
            heapq.heappush(queue, (now, serial, "ticket", None))
    return wire


def tightest(times: list[float], count: int) -> float:
    """Return the shortest time in which `count` + 1 requests were sent."""
    ordered = sorted(times)
    return min(later - earlier for earlier, later in zip(ordered, ordered[count:], strict=False))


@hypothesis_settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rate=st.sampled_from([0.5, 1, 2, 5, 9, 9.5, 10]),
    workers=st.integers(1, 24),
    lateness=st.sampled_from([0.0, 0.01, 0.3]),
    connecting=st.sampled_from([0.0, 0.08, 1.0]),
    deaths=st.sampled_from([0.0, 0.05]),
)
def test_never_more_than_the_limit_in_any_window(
    seed: int, rate: float, workers: int, lateness: float, connecting: float, deaths: float
) -> None:
    budget = Budget.per_second(rate)
    wire = simulate(budget, seed, 20.0, workers, lateness, connecting, deaths)
    if len(wire) > budget.limit:
        assert tightest(wire, budget.limit) >= budget.window - 1e-9


@pytest.mark.parametrize(("rate", "a_minute"), [(9, 529), (10, 595), (1, 58), (0.5, 29)])
def test_punctual_workers_use_nearly_the_whole_budget(rate: float, a_minute: int) -> None:
    wire = simulate(Budget.per_second(rate), 1, 121.0, 8, 0.0, 0.001, 0.0)
    assert len(wire) / 2 == pytest.approx(a_minute, rel=0.02)
    assert len(wire) / 2 <= rate * 60


def test_a_permit_given_early_names_the_instant_at_which_the_window_opens() -> None:
    budget = Budget(limit=1, window=1.0, gap=0.1, lead=0.02)
    state = State(boot="b")
    held = rules.ticket(state, budget, 10.0)
    assert isinstance(held, Ticket)
    rules.sent(state, 10.0, "before")
    waiting = rules.depart(state, budget, 10.5, held, "k")
    assert isinstance(waiting, Wait)
    assert waiting.seconds == pytest.approx(0.48)
    permit = rules.depart(state, budget, 10.99, held, "k")
    assert isinstance(permit, Permit)
    assert permit.early == pytest.approx(0.01)
    assert isinstance(rules.depart(state, budget, 10.999, held, "l"), Wait), "one that is not yet sent counts"


def test_requests_are_paced_and_never_burst() -> None:
    wire = sorted(simulate(Budget.per_second(9), 3, 30.0, 16, 0.0, 0.0, 0.0))
    gaps = [later - earlier for earlier, later in pairwise(wire)]
    assert min(gaps) > 0.1


def test_late_workers_depart_half_a_gap_apart_at_least() -> None:
    wire = sorted(simulate(Budget.per_second(9), 4, 30.0, 16, 0.5, 0.0, 0.0))
    assert min(later - earlier for earlier, later in pairwise(wire)) > 0.05


def test_a_refusal_stops_all_and_one_probe_reopens() -> None:
    budget = Budget.per_second(9, pause=610)
    state = State(boot="b")
    held = rules.ticket(state, budget, 10.0)
    assert isinstance(held, Ticket)
    permit = rules.depart(state, budget, held.slot, held, "a")
    assert isinstance(permit, Permit)
    waiting = rules.ticket(state, budget, 10.2)
    assert isinstance(waiting, Ticket)
    assert rules.refused(state, budget, 11.0, 1e9, permit, None) == 610.0
    assert rules.ticket(state, budget, 12.0) == Wait(609.0, banned=True)
    assert rules.depart(state, budget, 12.0, waiting, "b") is None

    tickets = [rules.ticket(state, budget, 622.0) for _ in range(3)]
    verdicts = [
        rules.depart(state, budget, 623.0 + i, t, f"p{i}") for i, t in enumerate(tickets) if isinstance(t, Ticket)
    ]
    assert isinstance(verdicts[0], Permit)
    assert verdicts[0].probe
    assert all(isinstance(other, Wait) and other.banned for other in verdicts[1:])

    rules.answered(state, budget, 626.0, verdicts[0])
    assert isinstance(rules.ticket(state, budget, 626.0), Ticket)
    assert isinstance(tickets[1], Ticket)
    assert rules.depart(state, budget, 626.0, tickets[1], "q") is None


def test_a_refused_probe_doubles_the_pause_up_to_an_hour() -> None:
    budget = Budget.per_second(9, pause=610)
    state = State(boot="b")
    now, pauses = 10.0, []
    permit = Permit("first", now, probe=False)
    for _ in range(5):
        pauses.append(rules.refused(state, budget, now, 0.0, permit, None))
        now += pauses[-1] + 1
        held = rules.ticket(state, budget, now)
        assert isinstance(held, Ticket)
        probe = rules.depart(state, budget, held.slot, held, "probe")
        assert isinstance(probe, Permit)
        rules.sent(state, held.slot, probe.key)
        permit = probe
    assert pauses == [610.0, 1220.0, 2440.0, 3600.0, 3600.0]


def test_late_answers_to_requests_already_sent_do_not_double_the_pause() -> None:
    budget = Budget.per_second(9)
    state = State(boot="b")
    for moment in (10.0, 10.1, 10.3):
        left = rules.refused(state, budget, moment, 0.0, Permit(str(moment), 9.0, probe=False), 30.0)
    assert left == pytest.approx(30.0)
    assert state.strikes == 1


def test_a_lost_probe_lets_another_go() -> None:
    budget = Budget.per_second(9)
    state = State(boot="b", strikes=1)
    first, second = rules.ticket(state, budget, 1.0), rules.ticket(state, budget, 1.0)
    assert isinstance(first, Ticket)
    assert isinstance(second, Ticket)
    probe = rules.depart(state, budget, 1.0, first, "p")
    assert isinstance(probe, Permit)
    assert isinstance(rules.depart(state, budget, 2.0, second, "x"), Wait)
    rules.probe_lost(state, probe)
    assert isinstance(rules.depart(state, budget, 2.0, second, "x"), Permit)


def test_a_reboot_forgets_the_queue_but_not_the_ban() -> None:
    budget = Budget.per_second(9)
    old = State(
        boot="old", stamp=9e5, next_slot=9e5, sent=[9e5], flying={"x": 9e5}, strikes=1, banned_until_wall=1_000.0
    )
    new = rules.resume(old, budget, 5.0, 700.0, "new")
    assert (new.sent, new.flying, new.opens) == ([], {}, pytest.approx(5.0 + budget.window))
    assert new.banned_until == pytest.approx(305.0)
    assert rules.resume(old, budget, 5.0, 2_000.0, "new").banned_until == 0.0


@pytest.mark.parametrize("rate", [0.1, 0.9, 1, 1.5, 3, 8.9, 9, 9.5, 10])
def test_the_long_run_rate_stays_below_what_is_set(rate: float) -> None:
    budget = Budget.per_second(rate)
    assert budget.limit >= 1
    assert budget.limit / budget.window < rate
    assert budget.limit / budget.window > rate * 0.97


def flying(state: State, budget: Budget, now: float, key: str) -> Permit:
    held = rules.ticket(state, budget, now)
    assert isinstance(held, Ticket)
    permit = rules.depart(state, budget, held.slot, held, key)
    assert isinstance(permit, Permit)
    return permit


def test_a_permit_is_confirmed_once_and_only_while_it_is_young() -> None:
    budget, state = Budget.per_second(9), State(boot="b")
    flying(state, budget, 10.0, "a")
    assert rules.sending(state, budget, 10.1, "a")
    assert not rules.sending(state, budget, 10.2, "a")
    flying(state, budget, 20.0, "b")
    assert not rules.sending(state, budget, 20.0 + budget.orphan, "b")


def test_a_permit_is_not_confirmed_once_a_pause_has_begun() -> None:
    budget, state = Budget.per_second(9), State(boot="b")
    flying(state, budget, 10.0, "a")
    rules.refused(state, budget, 10.1, 0.0, Permit("other", 9.0, probe=False), 30.0)
    assert not rules.sending(state, budget, 10.2, "a")


def test_a_confirmed_permit_counts_until_it_is_sent_or_its_process_is_dead() -> None:
    budget, state = Budget(limit=1, window=1.0, gap=0.5), State(boot="b")
    flying(state, budget, 10.0, "a")
    assert rules.sending(state, budget, 10.0, "a")
    waiting = rules.ticket(state, budget, 11.0)
    assert isinstance(waiting, Ticket)
    assert isinstance(rules.depart(state, budget, 500.0, waiting, "b"), Wait)
    assert rules.overdue(state, budget, 500.0) == ["a"]
    rules.bury(state, 500.0, "a", alive=True)
    assert isinstance(rules.depart(state, budget, 500.0, waiting, "b"), Wait)
    rules.bury(state, 500.0, "a", alive=False)
    assert isinstance(rules.depart(state, budget, 500.0, waiting, "b"), Permit)


def test_a_confirmed_permit_of_an_unknown_process_counts_for_a_minute() -> None:
    budget, state = Budget.per_second(9), State(boot="b")
    flying(state, budget, 10.0, "a")
    assert rules.sending(state, budget, 10.0, "a")
    rules.bury(state, 69.0, "a", alive=None)
    assert rules.overdue(state, budget, 69.0) == ["a"]
    rules.bury(state, 70.5, "a", alive=None)
    assert rules.overdue(state, budget, 70.5) == []
