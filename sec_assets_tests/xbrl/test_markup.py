"""Text blocks inside one another: cut out of the outer one, they read as if each had been written alone."""

import gzip
from pathlib import Path

import pytest
from lxml import etree

from sec_assets.xbrl.documents import new_parser, parse_xml
from sec_assets.xbrl.markup import IX_NAMESPACES, MarkupWriter

IX = f'xmlns:ix="{IX_NAMESPACES[0]}"'
RECORDED = (
    "www.sec.gov/Archives/edgar/data/21344/000002134424000009/ko-20231231.htm.gz",
    "www.sec.gov/Archives/edgar/data/320193/000032019325000057/aapl-20250329.htm.gz",
)


def texts(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(*(f"{{{n}}}{kind}" for n in IX_NAMESPACES for kind in ("nonNumeric", "continuation"))))


def together(root: etree._Element, prefixes: tuple[str, ...] = ("ix",)) -> list[str]:
    writer = MarkupWriter(exclusions=True, prefixes=prefixes)
    return [writer.content(element).decode() for element in texts(root)]


def alone(root: etree._Element) -> list[str]:
    return [MarkupWriter(exclusions=True, prefixes=()).content(element).decode() for element in texts(root)]


def page(body: str) -> etree._Element:
    return parse_xml(f'<html xmlns="http://www.w3.org/1999/xhtml" {IX}>{body}</html>'.encode(), new_parser())


@pytest.mark.parametrize("name", RECORDED)
def test_blocks_of_recorded_filings_read_the_same_cut_out_and_alone(evidence: Path, name: str) -> None:
    path = evidence / "edgar_mirror" / name
    if not path.is_file():
        pytest.skip(f"{name} is not recorded")
    root = parse_xml(gzip.decompress(path.read_bytes()), new_parser())
    assert sum(map(len, map(str, alone(root)))) > 100_000
    assert together(root) == alone(root)


def test_nested_blocks_continuations_and_empty_elements_are_cut_at_their_own_tags() -> None:
    root = page(
        '<ix:nonNumeric escape="true"><p b="2" a="1">one</p><ix:nonFraction/><ix:continuation id="c"><b>two</b><br/>'
        '<ix:nonNumeric escape="1"><i/>three</ix:nonNumeric></ix:continuation>four<div/></ix:nonNumeric>'
    )
    assert together(root) == [
        '<p a="1" b="2">one</p><b>two</b><br/><i></i>threefour<div></div>',
        "<b>two</b><br/><i></i>three",
        "<i></i>three",
    ]


def test_a_block_asked_for_twice_reads_the_same_twice() -> None:
    root = page('<ix:nonNumeric escape="true"><ix:continuation><b>two</b></ix:continuation></ix:nonNumeric>')
    writer = MarkupWriter(exclusions=False, prefixes=["ix"])
    assert [writer.content(element) for element in [*texts(root), *texts(root)]] == [b"<b>two</b>"] * 4


@pytest.mark.parametrize(
    "inside",
    [
        f'<in:nonNumeric xmlns:in="{IX_NAMESPACES[0]}" escape="true"><b>two</b></in:nonNumeric>',
        f'<nonNumeric xmlns="{IX_NAMESPACES[0]}" escape="true"><b xmlns="http://www.w3.org/1999/xhtml">two</b></nonNumeric>',
        '<ix:exclude>away</ix:exclude><ix:nonNumeric escape="true">t<b>w</b>o</ix:nonNumeric>',
    ],
    ids=["another prefix", "no prefix", "something excluded"],
)
def test_blocks_that_cannot_be_told_by_their_tags_are_written_alone(inside: str) -> None:
    root = page(f'<ix:nonNumeric escape="true"><p>one</p>{inside}</ix:nonNumeric>')
    assert together(root) == alone(root)
    assert "away" not in "".join(together(root))
