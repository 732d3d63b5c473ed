"""Filing documents as text: what a reader sees stays, what he does not see goes, whatever the markup."""

import gzip
from pathlib import Path

import pytest

from sec_assets.errors import MalformedError
from sec_assets.text.html_text import document_text, markup_text


def test_paragraphs_are_parted_by_blank_lines_and_rows_are_lines() -> None:
    page = (
        "<html><p>One<br>two</p><table><tr><td>Revenue</td><td>$</td><td>1,234</td><td>)</td></tr>"
        "<tr><td>Cost</td><td>5</td><td>%</td></tr></table><p>End</p>"
    )
    assert markup_text(page) == "One\ntwo\n\nRevenue\t$1,234)\nCost\t5%\n\nEnd"


def test_words_split_over_inline_tags_stay_whole() -> None:
    assert markup_text("<p><b>I</b><font>TEM</font> <i>1A</i>.&nbsp;Risk</p>") == "ITEM 1A. Risk"


def test_blocks_in_a_short_cell_are_one_piece_and_in_a_long_cell_stay_paragraphs() -> None:
    short = markup_text("<table><tr><td><div>Item</div><div>1A.</div></td><td><p>Risk Factors</p></td></tr></table>")
    assert short == "Item 1A.\tRisk Factors"
    words = "word " * 100
    long = markup_text(f"<table><tr><td><p>{words}</p><p>Item 2. Properties</p></td></tr></table>")
    assert "\n\nItem 2. Properties" in long


def test_cells_without_end_tags_are_still_cells() -> None:
    assert markup_text("<table><tr><td>a<td>b<tr><td>c<td>d</table>") == "a\tb\nc\td"


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display:none'><div>no</div>no</div>",
        '<span style="color:red; DISPLAY : NONE">no</span>',
        "<ix:header><ix:hidden><ix:nonNumeric>no</ix:nonNumeric></ix:hidden></ix:header>",
        "<p hidden>no</p>",
        "<script>if (a < b) { no }</script>",
        "<style>p { no }</style>",
        "<!-- no <p>no</p> -->",
        "<svg><text>no</text></svg>",
    ],
)
def test_what_no_reader_sees_is_left_out(hidden: str) -> None:
    assert markup_text(f"<body><p>yes {hidden} end</p></body>").split() == ["yes", "end"]


def test_a_hidden_element_that_is_never_closed_hides_nothing() -> None:
    assert markup_text('<body><div style="display:none">kept<p>kept too</p>').split() == ["kept", "kept", "too"]


def test_depth_costs_no_text() -> None:
    page = b"<p>" + b"<font>" * 5000 + b"tail"
    assert document_text(page, "10-K") == "tail"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Caf\u00e9 \u2019s</p>".encode(),
        b"<p>Caf\xe9 \x92s</p>",
        b'<?xml version="1.0" encoding="ISO-8859-1"?><html><p>Caf\xe9 \x92s</p></html>',
        b'<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><p>Caf\xe9 \x92s</p>',
        "<p>Caf\u00e9 \u2019s</p>".encode("utf-16"),
        b"<p>Caf&eacute; &#146;s</p>",
        b"<p>Caf&#233;&nbsp;&rsquo;s</p>",
    ],
)
def test_encodings_declared_wrong_or_not_at_all(body: bytes) -> None:
    assert document_text(body, "8-K") == "Caf\u00e9 \u2019s"


def test_plain_text_keeps_its_lines_and_loses_its_sgml_tags() -> None:
    text = markup_text("ITEM 1.  BUSINESS\n\n<TABLE>\n<CAPTION>\n<S>      <C>\nSales    5\n</TABLE>\nAT&amp;T < 3\n")
    assert text == "ITEM 1.  BUSINESS\n\nSales    5\n\nAT&T < 3"


def test_the_document_of_the_wanted_type_is_taken_from_a_full_submission() -> None:
    body = (
        b"<SEC-DOCUMENT>x.txt\n<DOCUMENT>\n<TYPE>EX-99.1\n<SEQUENCE>1\n<TEXT>\nrelease\n</TEXT>\n</DOCUMENT>\n"
        b"<DOCUMENT>\n<TYPE>10-K\n<SEQUENCE>2\n<FILENAME>a.htm\n<TEXT>\n<HTML><p>annual</p></HTML>\n</TEXT>\n</DOCUMENT>\n"
    )
    assert document_text(body, "10-K") == "annual"
    assert document_text(body, "EX-99.1") == "release"
    assert document_text(body, "8-K") == "release"
    assert document_text(body[:-30], "10-K") == "annual"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \x00\n", "empty"),
        (b"<html><body><img src='a.gif'></body></html>", "no readable text"),
        (b"%PDF-1.4 ...", "not text"),
        (b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<PDF>\nbegin 644 a.pdf\n", "not text"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        document_text(body, "10-K")


def test_page_furniture_goes_and_tables_over_pages_stay() -> None:
    pages = "".join(
        f"<p>Text of page {i} is here.</p><table><tr><td>Total</td><td>{i}00</td></tr></table>"
        f"<p>Example Corp | Form 10-K | {i}</p><hr style='page-break-after:always'><p>Table of Contents</p>"
        for i in range(1, 6)
    )
    text = markup_text(f"<body>{pages}<p>12</p></body>")
    assert "Form 10-K" not in text
    assert "Table of Contents" not in text
    assert [f"Total\t{i}00" in text for i in range(1, 6)] == [True] * 5
    assert all(f"Text of page {i} is here." in text for i in range(1, 6))


def test_real_documents_lose_no_amount(evidence: Path) -> None:
    path = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data/320193/000032019325000073/aapl-20250628.htm.gz"
    text = document_text(gzip.decompress(path.read_bytes()), "10-Q")
    for seen in ("Item 1A.", "Risk Factors", "Total net sales\t94,036", "Apple Inc."):
        assert seen in text
    assert "xbrli" not in text
    assert "display:none" not in text
