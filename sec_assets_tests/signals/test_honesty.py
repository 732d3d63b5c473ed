"""Signals of one day, one currency and one kind of share: what does not fit together is missing, not mixed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from sec_assets.signals.engine import compute_signals
from sec_assets.tables import FILING_TEXT, FILINGS_INDEX, FINANCIALS, SENTIMENT
from sec_assets_tests.signals.builders import CIK, FY23, FY24, filing, inputs, prices, statements, value

_DAY = date(2025, 2, 11)


def _row(signals: pl.DataFrame, name: str, day: date = _DAY) -> dict[str, object]:
    return signals.row(by_predicate=(pl.col("name") == name) & (pl.col("as_of") == day), named=True)


def _with(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.concat([statements(), FINANCIALS.frame(list(rows))])


def _cover(of: dict[str, object], shares: int, day: date, rule: str = "cover") -> dict[str, object]:
    return value(of, "shares_outstanding", shares, None, day, "instant") | {"unit": "shares", "rule": rule}


def test_an_item_missing_from_the_newest_statements_is_not_taken_from_older_ones() -> None:
    old = value(FY23, "long_term_debt", 500, None, date(2023, 12, 31), "instant")
    margin = value(FY23, "gross_profit", 400, date(2023, 1, 1), date(2023, 12, 31), "year")
    signals = compute_signals(inputs(financials=_with(old, margin)))
    assert _row(signals, "debt_to_equity", date(2024, 2, 10))["value"] == pytest.approx(500 / 800)
    assert _row(signals, "debt_to_equity")["value"] is None
    assert _row(signals, "gross_margin")["reason"] == "not known: gross_profit_ttm"


def test_amounts_of_different_currencies_never_meet() -> None:
    is_before = pl.col("period_end") == date(2023, 12, 31)
    changed = statements().with_columns(unit=pl.when(is_before).then(pl.lit("EUR")).otherwise("unit"))
    signals = compute_signals(inputs(financials=changed))
    assert _row(signals, "revenue_growth")["value"] is None
    assert _row(signals, "net_margin")["value"] == pytest.approx(150 / 1200)


def test_the_day_of_the_statements_is_not_that_of_the_cover() -> None:
    signals = compute_signals(inputs(financials=_with(_cover(FY24, 100, date(2025, 2, 1)))))
    found = json.loads(str(_row(signals, "earnings_yield")["inputs"]))
    assert found["flow_end"] == "2024-12-31"
    assert found["cover_end"] == "2025-02-01"


def _yield(**other: pl.DataFrame) -> float | None:
    return _row(compute_signals(inputs(**other)), "earnings_yield")["value"]  # type: ignore[return-value]


def test_market_value_needs_one_currency_and_ordinary_shares() -> None:
    cover = _cover(FY24, 100, date(2025, 2, 1))
    close = prices().filter(pl.col("date") == _DAY)["close"].item()
    assert _yield(financials=_with(cover)) == pytest.approx(150 / (close * 100))
    in_euro = _with(cover).with_columns(unit=pl.col("unit").replace("USD", "EUR"))
    assert _yield(financials=in_euro) is None
    depositary = _with(cover | {"form": "20-F"})
    assert _yield(financials=depositary) is None


def test_a_split_between_cover_and_session_is_made_up_for() -> None:
    cover = _cover(FY24, 100, date(2025, 2, 1))
    split = prices().with_columns(split_factor=pl.when(pl.col("date") == date(2025, 2, 5)).then(4.0).otherwise(1.0))
    close = split.filter(pl.col("date") == _DAY)["close"].item()
    assert _yield(financials=_with(cover), prices=split) == pytest.approx(150 / (close * 400))


def test_a_close_restated_for_a_later_split_is_no_market_price() -> None:
    covers = [
        _cover(FY24, 100, date(2025, 2, 1)),
        _cover(filing(7, "10-Q", date(2025, 6, 30), _JULY), 400, date(2025, 7, 20)),
    ]
    restated = prices().with_columns(price_basis=pl.lit("split_adjusted"))
    assert _yield(financials=_with(covers[0]), prices=restated) is not None
    assert _yield(financials=_with(*covers), prices=restated) is None


_JULY = datetime(2025, 7, 25, 20, tzinfo=UTC)


def test_classes_of_unlike_worth_are_not_multiplied_by_one_price() -> None:
    average = value(FY24, "shares_diluted", 2, date(2024, 1, 1), date(2024, 12, 31), "year") | {"unit": "shares"}
    summed = _cover(FY24, 1000, date(2025, 2, 1), "sum of 2 classes, no total on the cover: A, B")
    assert _yield(financials=_with(summed)) is not None
    assert _yield(financials=_with(summed, average)) is None


def test_unknown_filings_are_not_a_quiet_year() -> None:
    signals = compute_signals(inputs(filings_index=FILINGS_INDEX.frame(), financials=FINANCIALS.frame()))
    row = _row(signals, "officer_changes_12m", prices()["date"].max())  # type: ignore[arg-type]
    assert row["value"] is None
    assert row["confidence"] == 0.0


def _item(of: dict[str, object], item: str, text: str, words: int = 10) -> dict[str, object]:
    return {
        "cik": CIK, "accession_number": of["accession_number"], "item": item, "text": text, "n_words": words, "ordinal": 0,
        "document": "x.htm", "form": of["form"], "filed": of["filing_date"], "accepted_at": of["accepted_at"],
    }  # fmt: skip


def _score(of: dict[str, object], item: str, score: float) -> dict[str, object]:
    return {
        "cik": CIK, "document_id": f"{of['accession_number']}#{item}", "document_kind": "filing_item",
        "accession_number": of["accession_number"], "item": item, "published_at": of["accepted_at"], "score": score,
        "label": "x", "n_sentences": 1, "scorer": "t", "scorer_version": "1",
    }  # fmt: skip


def test_the_market_for_the_stock_is_not_managements_discussion() -> None:
    items = [_item(of, item, "Words.") for of in (FY23, FY24) for item in ("5", "7")]
    scores = [_score(FY23, "7", 0.1), _score(FY23, "5", 0.9), _score(FY24, "7", 0.3), _score(FY24, "5", -0.9)]
    signals = compute_signals(inputs(filing_text=FILING_TEXT.frame(items), sentiment=SENTIMENT.frame(scores)))
    assert _row(signals, "management_tone")["value"] == pytest.approx(0.3)
    assert _row(signals, "management_tone_change")["value"] == pytest.approx(0.2)


def test_a_short_amendment_takes_no_warning_away() -> None:
    doubt = "Losses raise substantial doubt about our ability to continue as a going concern."
    part_three = filing(3, "10-K/A", date(2024, 12, 31), datetime(2025, 4, 1, 20, tzinfo=UTC))
    texts = FILING_TEXT.frame([_item(FY24, "7", doubt), _item(part_three, "10", "Directors.")])
    index = FILINGS_INDEX.frame([FY24, part_three])
    signals = compute_signals(inputs(filing_text=texts, filings_index=index))
    assert _row(signals, "going_concern", date(2025, 4, 1))["value"] == 1.0


def test_a_text_of_years_ago_says_nothing_about_today() -> None:
    texts, scores = FILING_TEXT.frame([_item(FY23, "7", "Words.")]), SENTIMENT.frame([_score(FY23, "7", 0.1)])
    signals = compute_signals(inputs(filing_text=texts, sentiment=scores))
    assert _row(signals, "management_tone")["value"] == pytest.approx(0.1)
    assert _row(signals, "management_tone", date(2025, 9, 1))["value"] is None


def test_there_are_signals_for_the_newest_session_even_where_something_newer_is_known() -> None:
    sessions = prices().filter(pl.col("date") <= date(2025, 3, 20))
    late = filing(9, "4", date(2025, 3, 22), datetime(2025, 3, 22, 20, tzinfo=UTC))
    whole = FILINGS_INDEX.frame([FY23, FY24, late])
    signals = compute_signals(inputs(prices=sessions, filings_index=whole))
    assert _row(signals, "volatility_20", date(2025, 3, 20))["value"] is not None


def test_statements_without_an_instant_of_acceptance_count_from_their_filing_date() -> None:
    undated = statements().with_columns(accepted_at=pl.lit(None, dtype=statements().schema["accepted_at"]))
    signals = compute_signals(inputs(financials=undated.filter(pl.col("value") != Decimal(60))))
    assert _row(signals, "net_margin")["value"] == pytest.approx(150 / 1200)
