"""Texts fall into sentences where a reader would stop."""

from sec_assets.text.sentiment.sentences import split_sentences


def test_sentences_end_at_stops_and_paragraphs_and_not_at_abbreviations() -> None:
    text = "Example Inc. sold its U.S. unit. Mr. Roe left in Jan. 2024! \u201cWhy?\u201d Nobody knew\n\nA heading\n\nNo. 5 is next."
    assert split_sentences(text) == [
        "Example Inc. sold its U.S. unit.", "Mr. Roe left in Jan. 2024!", "\u201cWhy?", "Nobody knew", "A heading", "No. 5 is next.",
    ]  # fmt: skip


def test_wrapped_lines_are_joined() -> None:
    assert split_sentences("Sales rose in\nthe north. Costs\nfell.") == ["Sales rose in the north.", "Costs fell."]


def test_rows_of_figures_are_left_out_and_prose_in_cells_is_kept() -> None:
    prose = "We may be unable to repay our debt when it falls due, which would harm our business."
    assert split_sentences(f"Revenue\t1,234\t5%\n\u2022\t{prose}\n\n12\n\n$ 5") == [prose]


def test_endless_sentences_are_cut() -> None:
    pieces = split_sentences("word " * 2000)
    assert max(map(len, pieces)) <= 1500
    assert sum(piece.count("word") for piece in pieces) >= 1990


def test_the_heading_of_an_item_is_the_forms_wording_and_left_out() -> None:
    assert split_sentences("Item 3. Defaults Upon Senior Securities\n\nNone.") == ["None."]
    assert split_sentences("Items of equipment\n\nfail.") == ["Items of equipment", "fail."]
