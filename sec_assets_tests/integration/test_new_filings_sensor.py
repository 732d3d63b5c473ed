"""The sensor `new_filings` against a real server on the loopback, as a live deployment asks EDGAR's feed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl
import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.errors import MalformedError, SecAssetsError, UnreachableError
from sec_assets.partitions import register_partitions
from sec_assets.resources import EdgarResource, LakeResource, SettingsResource
from sec_assets.sensors import new_filings_sensor
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX
from sec_assets_tests.integration.feed_server import START, Entry, Feed, feed
from sec_assets_tests.integration.home import Home

pytestmark = [pytest.mark.dagster, pytest.mark.timeout(300)]

APPLE, ALPHABET, STRANGER = "0000320193", "0001652044", "0009999999"


class ImpatientEdgar(EdgarResource):
    """The same client without the waits between tries."""

    @contextmanager
    def client(self, *, patience_seconds: float | None = None) -> Iterator[EdgarClient]:
        with EdgarClient(self.settings.load(), persistence=Persistence(back_off=0.0)) as client:
            yield client


class Deployment:
    """A live deployment that reads the served feed; each `tick` builds its resources anew, as after a restart."""

    def __init__(self, served: Feed, data: Path, tracked: list[str]) -> None:
        self.settings = {
            "SEC_ASSETS_SOURCE": "live",
            "SEC_ASSETS_EDGAR_BASE": served.server.base,
            "SEC_USER_AGENT": "Test Suite test@example.com",
            "SEC_ASSETS_DATA": str(data),
            "SEC_REQUESTS_PER_SECOND": "10",
        }
        self.data = data
        self.tracked = tracked
        self.cursor: str | None = None

    def tick(self, instance: dg.DagsterInstance | None = None) -> dg.SensorResult | dg.SkipReason:
        """Evaluate once, in a new instance unless one is given, and keep the cursor as the daemon does."""
        settings = SettingsResource(overrides=self.settings)
        with dg.DagsterInstance.ephemeral() if instance is None else instance as used:
            register_partitions(used, self.tracked)
            context = dg.build_sensor_context(
                instance=used,
                cursor=self.cursor,
                resources={"edgar": ImpatientEdgar(settings=settings), "storage": LakeResource(settings=settings)},
            )
            with context:
                result = cast("Any", new_filings_sensor(context))
                self.cursor = result.cursor if isinstance(result, dg.SensorResult) else context.cursor
        return result

    def requested(self) -> list[dg.RunRequest]:
        result = self.tick()
        assert isinstance(result, dg.SensorResult), result
        return list(result.run_requests or [])

    def index(self, *entries: Entry) -> None:
        """Do what the requested runs do: bring the filings into `filings_index`."""
        lake = Lake(self.data / "lake")
        for cik in {entry.cik for entry in entries}:
            rows = [
                {"cik": cik, "accession_number": entry.accession, "form": entry.form, "filing_date": START.date()}
                for entry in entries
                if entry.cik == cik
            ]
            lake.write(
                FILINGS_INDEX, pl.concat([lake.read(FILINGS_INDEX, cik=cik), FILINGS_INDEX.frame(rows)]), cik=cik
            )


@pytest.fixture
def served() -> Iterator[Feed]:
    with feed() as running:
        yield running


@pytest.fixture
def live(served: Feed, tmp_path: Path) -> Deployment:
    return Deployment(served, tmp_path / "data", [APPLE, ALPHABET])


def entry(cik: str, number: int, minute: int, form: str = "8-K") -> Entry:
    return Entry(cik, f"{cik}-26-{number:06d}", minute, form)


def test_a_new_filing_of_a_tracked_company_requests_its_partition_once(served: Feed, live: Deployment) -> None:
    served.file(entry(STRANGER, 1, 1))
    assert isinstance(live.tick(), dg.SkipReason)
    filed = entry(APPLE, 1, 5, "10-Q")
    served.file(filed, entry(STRANGER, 2, 6))
    [request] = live.requested()
    assert request.partition_key == APPLE
    assert request.run_key == f"{APPLE}:{filed.accession}"
    assert request.run_config["ops"]["filings_index"]["config"] == {"refresh": True}
    assert request.tags["sec_assets/form"] == "10-Q"
    again = live.tick()
    assert isinstance(again, dg.SkipReason), "a filing that was requested is not requested again"


def test_two_filings_of_a_company_are_one_request_and_a_later_one_is_another(served: Feed, live: Deployment) -> None:
    first, second, third = entry(APPLE, 1, 5), entry(APPLE, 2, 6), entry(APPLE, 3, 9)
    served.file(first, second, entry(ALPHABET, 1, 7))
    requests = live.requested()
    assert [request.partition_key for request in requests] == [APPLE, ALPHABET]
    assert requests[0].run_key == f"{APPLE}:{second.accession}"
    served.file(third)
    [later] = live.requested()
    assert later.run_key == f"{APPLE}:{third.accession}"


def test_a_filing_that_is_in_the_index_already_requests_nothing(served: Feed, live: Deployment) -> None:
    known = entry(APPLE, 1, 5)
    live.index(known)
    served.file(known)
    assert isinstance(live.tick(), dg.SkipReason)


def test_untracked_companies_request_nothing_and_the_cursor_moves_on(served: Feed, live: Deployment) -> None:
    served.file(entry(STRANGER, 1, 1), entry(STRANGER, 2, 2))
    result = live.tick()
    assert isinstance(result, dg.SkipReason)
    assert "2 new filings" in str(result.skip_message)
    assert f"{STRANGER}-26-000002" in str(live.cursor)


def test_nothing_new_is_a_skip_that_leaves_the_cursor_where_it_was(served: Feed, live: Deployment) -> None:
    served.file(entry(APPLE, 1, 1), entry(STRANGER, 2, 2))
    assert len(live.requested()) == 1
    cursor = live.cursor
    result = live.tick()
    assert isinstance(result, dg.SkipReason)
    assert "0 new filings" in str(result.skip_message)
    assert live.cursor == cursor


def test_an_empty_feed_is_a_skip(live: Deployment) -> None:
    assert isinstance(live.tick(), dg.SkipReason)
    assert not live.cursor


def test_the_cursor_survives_a_restart(served: Feed, live: Deployment, tmp_path: Path) -> None:
    served.file(entry(APPLE, 1, 1), entry(ALPHABET, 1, 2))
    assert len(live.requested()) == 2
    restarted = Deployment(served, live.data, live.tracked)
    restarted.cursor = live.cursor
    assert isinstance(restarted.tick(), dg.SkipReason)
    served.file(entry(ALPHABET, 2, 3))
    assert [request.partition_key for request in restarted.requested()] == [ALPHABET]


def test_filings_of_the_second_of_the_cursor_are_not_lost(served: Feed, live: Deployment) -> None:
    served.file(entry(APPLE, 1, 1))
    assert len(live.requested()) == 1
    served.file(Entry(ALPHABET, "0000000001-26-000001", 1))  # the same second, and a smaller accession number
    assert [request.partition_key for request in live.requested()] == [ALPHABET]


@pytest.mark.parametrize(
    ("outage", "error"),
    [
        ((503, b"<html><body>Service unavailable</body></html>"), UnreachableError),
        ((200, b"<!DOCTYPE html><html><body>Maintenance</body></html>"), MalformedError),
        ((200, b'<?xml version="1.0"?><rss><channel/></rss>'), MalformedError),
        ((200, b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry>'), SecAssetsError),
        ((404, b"<html>not here</html>"), SecAssetsError),
    ],
    ids=["503", "html page", "another feed", "cut off", "404"],
)
def test_a_poll_that_fails_raises_and_is_made_up_for(
    served: Feed, live: Deployment, outage: tuple[int, bytes], error: type[Exception]
) -> None:
    served.file(entry(STRANGER, 1, 1))
    live.tick()
    cursor = live.cursor
    served.file(entry(APPLE, 1, 5))
    served.outage = outage
    with pytest.raises(error):
        live.tick()
    assert live.cursor == cursor
    served.outage = None
    assert [request.partition_key for request in live.requested()] == [APPLE]


def test_more_companies_than_the_cap_come_in_later_ticks_and_none_is_lost(served: Feed, tmp_path: Path) -> None:
    ciks = [f"{number:010d}" for number in range(1_000, 1_120)]
    live = Deployment(served, tmp_path / "data", ciks)
    served.file(entry(STRANGER, 1, 0))
    live.tick()
    served.file(*(entry(cik, 1, minute) for minute, cik in enumerate(ciks, 1)))
    seen: list[str] = []
    for expected in (50, 50, 20):
        requests = live.requested()
        assert len(requests) == expected
        seen += [str(request.partition_key) for request in requests]
    assert seen == ciks, "the oldest first, each exactly once"
    assert isinstance(live.tick(), dg.SkipReason)


def test_a_burst_of_one_second_above_the_cap_is_worked_off_as_runs_finish(served: Feed, tmp_path: Path) -> None:
    ciks = [f"{number:010d}" for number in range(1_000, 1_070)]
    live = Deployment(served, tmp_path / "data", ciks)
    served.file(entry(STRANGER, 1, 0))
    live.tick()
    burst = [entry(cik, 1, 1) for cik in ciks]
    served.file(*burst)
    first = {str(request.partition_key) for request in live.requested()}
    assert len(first) == 50
    live.index(*(one for one in burst if one.cik in first))
    second = {str(request.partition_key) for request in live.requested()}
    assert first | second == set(ciks)
    live.index(*burst)
    assert isinstance(live.tick(), dg.SkipReason)


def test_a_feed_that_does_not_reach_back_is_said_so_and_what_it_has_is_requested(
    served: Feed, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    live = Deployment(served, tmp_path / "data", [APPLE])
    served.file(entry(STRANGER, 1, -5000))
    live.tick()
    served.entries.clear()  # the feed has forgotten what was known
    served.file(*(entry(STRANGER, 2 + number, number) for number in range(150)), entry(APPLE, 1, 160))
    assert [request.partition_key for request in live.requested()] == [APPLE]
    assert "does not reach back to 2026-02-27 02:40:00 UTC" in capfd.readouterr().err


def test_only_as_many_pages_are_asked_for_as_needed(served: Feed, live: Deployment) -> None:
    served.file(*(entry(STRANGER, number, number) for number in range(250)))
    live.tick()
    asked = served.pages_asked()
    assert asked == 4, "three pages with entries and an empty one"
    served.file(entry(APPLE, 1, 300))
    assert len(live.requested()) == 1
    assert served.pages_asked() == asked + 1


@pytest.mark.executor
def test_a_tick_from_the_command_line(served: Feed, tmp_path: Path) -> None:
    home = Home(
        tmp_path / "data",
        {
            "SEC_ASSETS_SOURCE": "live",
            "SEC_ASSETS_EDGAR_BASE": served.server.base,
            "SEC_USER_AGENT": "Test Suite test@example.com",
        },
    ).init()
    with home.instance() as instance:
        register_partitions(instance, [APPLE])
    served.file(entry(STRANGER, 1, 1), entry(APPLE, 1, 2))
    command = ("dagster", "sensor", "preview", "new_filings", "-w", "workspace.yaml")
    done = home.run(*command, seconds=120)
    assert done.code == 0, done.tail()
    assert "run requests for 1 run(s)" in done.output, done.tail()
    assert "refresh: true" in done.output
    cursor = '{"accepted_at": "2026-03-02T14:02:00+00:00", "accession_number": "%s-26-000001"}' % APPLE  # noqa: UP031
    later = home.run(*command, "--cursor", cursor, seconds=120)
    assert "0 new filings" in later.output, later.tail()
