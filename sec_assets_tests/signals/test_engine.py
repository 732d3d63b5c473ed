"""Signals: the right numbers, never from the future, and a reason for every missing one."""

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sec_assets.signals.engine import ALL_SIGNALS, compute_signals
from sec_assets.tables import FILING_TEXT, SENTIMENT, SIGNALS
from sec_assets_tests.signals.builders import CIK, FY24, filing, inputs, prices, statements

_AS_FILED = date(2025, 2, 11)
_NEWEST = date(2025, 9, 1)


def _value(signals: pl.DataFrame, name: str, day: date) -> float | None:
    rows = signals.filter((pl.col("name") == name) & (pl.col("as_of") == day))
    assert rows.height == 1, f"{name} on {day}: {rows.height} rows"
    return rows["value"].item()


def test_at_least_twenty_signals_in_four_categories_with_unique_names() -> None:
    names = [signal.name for signal in ALL_SIGNALS]
    assert len(names) == len(set(names)) >= 20
    by_category = pl.Series([signal.category for signal in ALL_SIGNALS]).value_counts()
    assert dict(by_category.iter_rows()).keys() == {"financial", "sentiment", "risk", "management"}
    assert by_category["count"].min() >= 5


def test_values_are_those_of_the_formulas() -> None:
    signals = compute_signals(inputs())
    assert signals.schema == SIGNALS.schema
    assert _value(signals, "revenue_growth", _AS_FILED) == pytest.approx(0.2)
    assert _value(signals, "net_margin", _AS_FILED) == pytest.approx(150 / 1200)
    assert _value(signals, "return_on_equity", _AS_FILED) == pytest.approx(150 / 900)
    assert _value(signals, "report_delay", _AS_FILED) == 42.0
    assert _value(signals, "officer_changes_12m", _AS_FILED) == 0.0
    assert _value(signals, "officer_changes_12m", _NEWEST) == 1.0
    assert _value(signals, "amendments_12m", _NEWEST) == 1.0


def test_a_restatement_counts_from_the_day_it_is_known_and_not_before() -> None:
    signals = compute_signals(inputs())
    assert _value(signals, "net_margin", _AS_FILED) == pytest.approx(150 / 1200)
    assert _value(signals, "net_margin", _NEWEST) == pytest.approx(60 / 1200)


def test_nothing_from_after_the_day_changes_what_was_computed_for_it() -> None:
    full = compute_signals(inputs())
    whole = inputs()
    cut = datetime(2025, 2, 12, 5, 0, tzinfo=UTC)  # midnight in New York after the filing
    before = inputs(
        filings_index=whole.filings_index.filter(pl.col("accepted_at") < cut),
        financials=whole.financials.filter(pl.col("accepted_at") < cut),
        prices=whole.prices.filter(pl.col("date") <= _AS_FILED),
    )
    early = compute_signals(before)
    days = early["as_of"].unique().to_list()
    assert _AS_FILED in days
    assert_frame_equal(full.filter(pl.col("as_of").is_in(days)), early)


def test_an_evening_filing_belongs_to_new_yorks_day() -> None:
    late = filing(9, "10-Q", date(2025, 3, 31), datetime(2025, 5, 2, 1, 30, tzinfo=UTC))  # 21:30 on 1 May in New York
    whole = inputs()
    signals = compute_signals(inputs(filings_index=pl.concat([whole.filings_index, _index(late)])))
    assert date(2025, 5, 1) in signals["as_of"].to_list()
    assert date(2025, 5, 2) not in signals["as_of"].to_list()


def _index(row: dict[str, object]) -> pl.DataFrame:
    from sec_assets.tables import FILINGS_INDEX

    return FILINGS_INDEX.frame([row])


def test_a_missing_input_is_named_and_has_no_confidence() -> None:
    signals = compute_signals(inputs())
    row = signals.filter((pl.col("name") == "gross_margin") & (pl.col("as_of") == _AS_FILED)).row(0, named=True)
    assert row["value"] is None
    assert row["reason"] == "not known: gross_profit_ttm"
    assert row["confidence"] == 0.0
    known = signals.filter(pl.col("value").is_not_null())
    assert known["reason"].null_count() == known.height
    assert known["confidence"].is_between(0.25, 1).all()


def test_growth_from_a_loss_is_not_defined() -> None:
    loss = statements().with_columns(
        value=pl.when((pl.col("line_item") == "net_income") & (pl.col("period_end") == date(2023, 12, 31)))
        .then(pl.lit(-5).cast(pl.Decimal(38, 12)))
        .otherwise(pl.col("value"))
    )
    signals = compute_signals(inputs(financials=loss))
    row = signals.filter((pl.col("name") == "net_income_growth") & (pl.col("as_of") == _AS_FILED)).row(0, named=True)
    assert row["value"] is None
    assert "not defined" in row["reason"]


def test_inputs_are_json_with_the_values_used() -> None:
    signals = compute_signals(inputs())
    row = signals.filter((pl.col("name") == "net_margin") & (pl.col("as_of") == _AS_FILED)).row(0, named=True)
    assert json.loads(row["inputs"]) == {"net_income_ttm": 150.0, "revenue_ttm": 1200.0, "flow_end": "2024-12-31"}


def test_a_dead_price_series_is_no_price() -> None:
    signals = compute_signals(inputs(prices=prices(days=30)))
    assert _value(signals, "rsi_14", _NEWEST) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is substantial doubt about our ability to continue as a going concern.", 1.0),
        ("Management considers the business sound and well financed.", 0.0),
    ],
)
def test_going_concern_is_read_from_the_text(text: str, expected: float) -> None:
    row = {
        "cik": CIK, "accession_number": FY24["accession_number"], "item": "8", "text": text, "n_words": len(text.split()),
        "ordinal": 1, "document": "d.htm", "form": "10-K", "accepted_at": FY24["accepted_at"],
    }  # fmt: skip
    signals = compute_signals(inputs(filing_text=FILING_TEXT.frame([row])))
    assert _value(signals, "going_concern", _AS_FILED) == expected


def test_news_of_the_last_thirty_days_only() -> None:
    def article(name: str, day: datetime, score: float) -> dict[str, object]:
        return {
            "cik": CIK, "document_id": name, "document_kind": "news", "published_at": day, "score": score, "label": "x",
            "n_sentences": 1, "scorer": "t", "scorer_version": "1",
        }  # fmt: skip

    news = [
        article("old", datetime(2025, 1, 2, 15, tzinfo=UTC), -0.9),
        article("new", datetime(2025, 2, 1, 15, tzinfo=UTC), 0.5),
        article("later", datetime(2025, 2, 12, 15, tzinfo=UTC), -1.0),
    ]
    signals = compute_signals(inputs(sentiment=SENTIMENT.frame(news)))
    assert _value(signals, "news_tone", _AS_FILED) == pytest.approx(0.5)
    assert _value(signals, "news_volume", _AS_FILED) == 1.0
    assert _value(signals, "news_volume", date(2024, 2, 10)) is None  # nobody looked before the first article
    assert _value(signals, "news_volume", _NEWEST) == 0.0


def test_no_companies_give_no_signals() -> None:
    whole = inputs()
    empty = {name: getattr(whole, name).clear() for name in ("filings_index", "financials", "prices")}
    assert compute_signals(inputs(**empty)).is_empty()
