"""Folders of CSV files: which file answers."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from sec_assets.errors import AbsentError, InputError, MalformedError, SettingError, UnreachableError
from sec_assets.market.csv_folder import CsvFolders

TODAY = date(2026, 1, 9)


def put(folder: Path, name: str, close: float = 2.0) -> Path:
    body = f"Date,Close\n2020-01-02,{close}\n".encode()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "BRK-B.csv",
        "brk-b.CSV",
        "BRK.B.csv",
        "BRK_B.csv",
        "BRK-B.csv.gz",
        "BRK-B_data.csv",
        "BRK.B_data.csv.gz",
        "brk-b.us.txt",
    ],
)
def test_a_file_is_found_under_the_usual_names(tmp_path: Path, name: str):
    put(tmp_path, name)
    assert CsvFolders([tmp_path]).bars("BRK-B", today=TODAY)["close"].to_list() == [2.0]


def test_the_first_folder_that_has_the_ticker_answers(tmp_path: Path):
    put(tmp_path / "a", "AAPL.csv", 1.0)
    put(tmp_path / "b", "AAPL.csv", 2.0)
    put(tmp_path / "b", "MSFT.csv", 3.0)
    source = CsvFolders([tmp_path / "a", tmp_path / "b"])
    assert source.bars("AAPL", today=TODAY)["close"].to_list() == [1.0]
    assert source.bars("MSFT", today=TODAY)["close"].to_list() == [3.0]


def test_a_ticker_without_a_file_is_absent(tmp_path: Path):
    put(tmp_path, "AAPL.csv")
    with pytest.raises(AbsentError, match=r"no file MSFT\.csv"):
        CsvFolders([tmp_path]).bars("MSFT", today=TODAY)


def test_a_ticker_cannot_lead_out_of_the_folder(tmp_path: Path):
    put(tmp_path, "secret.csv")
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="not a ticker"):
        CsvFolders([tmp_path / "in"]).bars("../secret", today=TODAY)


def test_without_folders_the_setting_is_named():
    with pytest.raises(SettingError, match="SEC_ASSETS_PRICES_CSV"):
        CsvFolders([]).bars("AAPL", today=TODAY)


def test_a_folder_that_went_away_is_an_outage_not_an_absence(tmp_path: Path):
    with pytest.raises(UnreachableError, match="cannot list"):
        CsvFolders([tmp_path / "gone"]).bars("AAPL", today=TODAY)


def test_a_damaged_archive_is_refused_by_name(tmp_path: Path):
    path = put(tmp_path, "AAPL.csv.gz")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(MalformedError, match=r"AAPL\.csv\.gz: damaged gzip"):
        CsvFolders([tmp_path]).bars("AAPL", today=TODAY)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sec_assets.market.csv_folder._MAX_BYTES", 1000)
    (tmp_path / "AAPL.csv.gz").write_bytes(gzip.compress(b"0" * 2000))
    with pytest.raises(MalformedError, match="when unpacked"):
        CsvFolders([tmp_path]).bars("AAPL", today=TODAY)


def test_real_folders_answer_in_their_order(evidence: Path):
    prices = evidence / "market/prices"
    source = CsvFolders([prices / "yahoo_stocknet_2012-2017", prices / "sp500_5yr_2013-2018"])
    apple, abbott = source.bars("AAPL", today=TODAY), source.bars("ABT", today=TODAY)
    assert (apple["price_basis"][0], apple["close"][0]) == ("split_adjusted", 96.424286)
    assert (abbott["price_basis"][0], abbott["close"][0]) == ("unknown", 34.41)
