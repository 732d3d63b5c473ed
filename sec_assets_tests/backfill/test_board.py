"""The figures are those reported, and nothing from outside is markup."""

import io

from rich.console import Console

from sec_assets.backfill.board import board, clock, line
from sec_assets.backfill.progress import Progress

CIK = "0000000001"


def reported() -> Progress:
    progress = Progress(total=4, skipped=2, last="artifacts", started=100.0)
    company = {"kind": "company", "cik": CIK, "rows": 7, "error": None, "changed": True, "state": "ok"}
    for event in (
        company | {"asset": "filings_index"},
        {"kind": "begun", "cik": CIK},
        {"kind": "begun", "cik": "2"},
        *[{"kind": "document", "status": "stored", "fetched": True}] * 30,
        {"kind": "document", "status": "stored", "fetched": False},
        {"kind": "document", "status": "absent", "fetched": True},
        company | {"asset": "artifacts", "state": "partial", "error": "1 of 32 documents is missing"},
    ):
        progress.take(event, 110.0)
    return progress


def test_the_line_tells_what_was_reported():
    shown = line(reported(), None, 130.0)
    for figure in (
        "elapsed: 0:00:30, 0:01:30 to go",
        "companies: 1 of 4 (2 more were fresh)",
        "in progress: 1 ",
        "with new data: 1 ",
        "with failures: 1 ",
        "filings: 7 of 1 companies",
        "documents: 32 looked at",
        "downloads: 30 ok, 1 failed",
        "rate: 60 documents a minute",
    ):
        assert figure in shown


def test_a_failure_made_good_is_none():
    progress = reported()
    again = {
        "kind": "company",
        "asset": "artifacts",
        "cik": CIK,
        "rows": 7,
        "error": None,
        "changed": True,
        "state": "ok",
    }
    progress.take(again, 120.0)
    assert progress.failed == {}


def test_the_board_has_a_row_per_figure_and_shows_hostile_text_as_it_is():
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    console.print(board(reported(), None, 130.0, ["[red]not markup[/] [link=x]"]))
    lines = out.getvalue().splitlines()
    assert len(lines) == 14
    assert len({len(each) for each in lines}) == 1
    assert "[red]not markup[/] [link=x]" in out.getvalue()


def test_the_clock():
    assert [clock(None), clock(59.9), clock(3723)] == ["–", "0:00:59", "1:02:03"]
