"""Settings: every bad value names the variable, the value and what is allowed; secrets never show."""

from pathlib import Path

import pytest

from sec_assets.errors import SettingError
from sec_assets.settings import load_settings


def test_an_empty_environment_means_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({})
    assert settings.source == "sample"
    assert settings.download_workers == 8
    assert settings.requests_per_second == 9.0
    assert settings.data == tmp_path / "data"
    assert settings.price_sources == ("sample",)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SEC_ASSETS_SOURCE", "bogus", "sample, mirror, live"),
        ("DOWNLOAD_WORKERS", "0", "1 to 10"),
        ("DOWNLOAD_WORKERS", "11", "1 to 10"),
        ("DOWNLOAD_WORKERS", "many", "1 to 10"),
        ("DOWNLOAD_WORKERS", "-3", "1 to 10"),
        ("SEC_REQUESTS_PER_SECOND", "10.5", "0.1 to 10"),
        ("SEC_REQUESTS_PER_SECOND", "0", "0.1 to 10"),
        ("SEC_REQUESTS_PER_SECOND", "nan", "0.1 to 10"),
        ("SEC_ASSETS_YEARS", "0", "1 to 50"),
        ("SEC_ASSETS_PARTITIONS_PER_RUN", "0", "1 to 100000"),
        ("SEC_ASSETS_UNIVERSE", "sp500", "tickers:AAPL,MSFT"),
        ("SEC_ASSETS_UNIVERSE", "tickers:", "tickers:AAPL,MSFT"),
        ("SEC_ASSETS_FORMS", ",", "10-K,10-K/A"),
        ("SEC_ASSETS_FORMS", "10-K;drop", "10-K,10-K/A"),
        ("SEC_ASSETS_DASK", "localhost:8786", "tcp://"),
        ("SEC_ASSETS_EDGAR_BASE", "ftp://x", "https://"),
        ("SEC_ASSETS_PRICES", "yahoo,quandl", "alphavantage"),
        ("SEC_ASSETS_NEWS", "reuters", "yahoo_rss"),
        ("SEC_ASSETS_PRICES_CSV", "/no/such/folder", "folders of CSV"),
        ("SEC_ASSETS_LEXICON", "/no/such/file", "existing file"),
    ],
)
def test_a_bad_value_names_variable_value_and_range(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({name: value})
    assert name in str(caught.value)
    assert value.strip() in str(caught.value)
    assert allowed in str(caught.value)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Example Research",
        "Mozilla/5.0 https://example.com a@example.com",
        "noreply@example.com",
        "x\nadmin@example.com",
    ],
)
def test_live_needs_a_contact_address_and_never_repeats_what_was_given(agent: str) -> None:
    with pytest.raises(SettingError, match="SEC_USER_AGENT") as caught:
        load_settings({"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": agent})
    assert "Mozilla" not in str(caught.value)
    assert "noreply@" not in str(caught.value)


def test_live_with_a_contact_address_is_accepted_and_not_shown() -> None:
    settings = load_settings(
        {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "Example Research ops@example.com", "TIINGO_API_KEY": "k3y"}
    )
    assert settings.user_agent == "Example Research ops@example.com"
    assert "ops@example.com" not in repr(settings) + str(settings)
    assert "k3y" not in repr(settings) + str(settings)


def test_mirror_needs_an_existing_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="SEC_ASSETS_MIRROR is not set"):
        load_settings({"SEC_ASSETS_SOURCE": "mirror"})
    with pytest.raises(SettingError, match="HOST/PATH"):
        load_settings({"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(tmp_path / "absent")})
    assert load_settings({"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(tmp_path)}).mirror == tmp_path


@pytest.mark.parametrize(
    "address",
    [
        "redis://127.0.0.1",
        "redis://127.0.0.1:6380/2",
        "rediss://user:secret@redis.example.com:6379/0",
        "redis://[::1]:6379",
    ],
)
def test_a_budget_may_lie_on_a_redis_server(address: str) -> None:
    settings = load_settings({"SEC_ASSETS_LIMITER": address})
    assert settings.limiter == address
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "address",
    [
        "redis://",
        "redis://user:secret@",
        "redis://host:port-secret",
        "redis://h o s t",
        "postgres://secret@host",
        "REDIS://host",
    ],
)
def test_an_unusable_redis_address_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(SettingError, match=r"SEC_ASSETS_LIMITER.*not a usable address") as caught:
        load_settings({"SEC_ASSETS_LIMITER": address})
    assert "secret" not in str(caught.value)


def test_lake_and_documents_may_lie_in_an_object_store_and_the_rest_stays_here(tmp_path: Path) -> None:
    settings = load_settings({"SEC_ASSETS_DATA": "s3://my-bucket/sec/prod", "SEC_ASSETS_LOCAL": str(tmp_path)})
    assert str(settings.lake) == "s3://my-bucket/sec/prod/lake"
    assert str(settings.documents) == "s3://my-bucket/sec/prod/documents"
    assert settings.warehouse == tmp_path / "warehouse.duckdb"
    assert settings.archives == tmp_path / "documents"
    assert settings.limiter.startswith(str(tmp_path))
    assert "s3://my-bucket/sec/prod" in repr(settings)
    assert load_settings({"SEC_ASSETS_DATA": "s3://my-bucket"}).data == Path("data").absolute()


@pytest.mark.parametrize(
    "address", ["s3://key:password@bucket/x", "s3://", "s3://bucket/x?a=password", "s3://Bucket", "s3://bucket/../x"]
)
def test_an_unusable_object_store_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(SettingError, match=r"SEC_ASSETS_DATA.*s3://bucket/prefix") as caught:
        load_settings({"SEC_ASSETS_DATA": address})
    assert "password" not in str(caught.value)


def test_a_folder_for_this_machine_is_for_object_stores_only(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="SEC_ASSETS_LOCAL"):
        load_settings({"SEC_ASSETS_DATA": str(tmp_path), "SEC_ASSETS_LOCAL": str(tmp_path)})
