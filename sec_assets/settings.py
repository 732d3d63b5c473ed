"""All settings, read from the environment once and checked before anything starts.

Each setting is one environment variable; the README documents them in one table. Nothing here opens files or sockets.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict

from sec_assets.errors import SettingError
from sec_assets.object_store import ObjectUrl, data_root

SourceName = Literal["sample", "mirror", "live"]
PriceSource = Literal["sample", "csv", "tiingo", "alphavantage", "yahoo"]
BulkMode = Literal["auto", "never", "always"]
NewsSource = Literal["sample", "press_releases", "yahoo_rss", "google_rss"]

SOURCES: tuple[SourceName, ...] = ("sample", "mirror", "live")
PRICE_SOURCES: tuple[PriceSource, ...] = ("sample", "csv", "tiingo", "alphavantage", "yahoo")
BULK_MODES: tuple[BulkMode, ...] = ("auto", "never", "always")
NEWS_SOURCES: tuple[NewsSource, ...] = ("sample", "press_releases", "yahoo_rss", "google_rss")
BASE_FORMS = ("10-K", "10-Q", "8-K", "20-F", "40-F", "6-K")
DEFAULT_FORMS = tuple(form + suffix for form in BASE_FORMS for suffix in ("", "/A"))

_PLAIN_PRICES: dict[SourceName, tuple[PriceSource, ...]] = {
    "sample": ("sample",),
    "mirror": ("csv", "tiingo", "alphavantage"),
    "live": ("csv", "tiingo", "alphavantage"),
}
_PLAIN_NEWS: dict[SourceName, tuple[NewsSource, ...]] = {
    "sample": ("sample", "press_releases"),
    "mirror": ("press_releases",),
    "live": ("yahoo_rss", "press_releases"),
}
_REDIS = re.compile(r"rediss?://(?:[^\s@/]*@)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/\d{0,3})?(?:\?\S*)?")
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[A-Za-z]{2,}")


class Settings(BaseModel):
    """The checked settings. Paths are absolute; `user_agent` and the keys are secrets and never shown by `repr`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    source: SourceName
    mirror: Path | None
    user_agent: str | None
    edgar_base: str | None
    data: Path
    objects: ObjectUrl | None
    requests_per_second: float
    limiter: str
    http_cache: str | None
    http_cache_mb: int
    download_workers: int
    universe: str
    forms: tuple[str, ...]
    years: int
    partitions_per_run: int | None
    dask: str | None
    submissions_max_age_hours: float
    bulk: BulkMode
    price_sources: tuple[PriceSource, ...]
    price_csv: tuple[Path, ...]
    news_sources: tuple[NewsSource, ...]
    tiingo_key: str | None
    alphavantage_key: str | None
    lexicon: Path | None

    def __repr__(self) -> str:
        """Show where and how, never who (contact address, keys)."""
        return f"Settings(source={self.source!r}, data={str(self.root)!r}, universe={self.universe!r})"

    __str__ = __repr__

    @property
    def root(self) -> Path | ObjectUrl:
        """Where lake and documents lie: the data folder, or a folder in an object store."""
        return self.objects or self.data

    @property
    def portfolio(self) -> Path:
        """The holdings file."""
        return self.data / "portfolio.csv"

    @property
    def state(self) -> Path:
        """Folder of the limiter and the HTTP cache."""
        return self.data / "state"

    @property
    def lake(self) -> Path | ObjectUrl:
        """Root of the Parquet lake."""
        return self.root / "lake"

    @property
    def documents(self) -> Path | ObjectUrl:
        """Root of the stored raw documents, HOST/PATH below it."""
        return self.root / "documents"

    @property
    def archives(self) -> Path:
        """Root of the nightly archives: read in pieces, so files of this machine; HOST/PATH below it."""
        return self.data / "documents"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.data / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """Folder of the portfolio report."""
        return self.data / "reports"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check every setting.

    Args:
        environ: the variables to read; the process environment by default.

    Raises:
        SettingError: names the variable, its value (not for secrets) and what is allowed.
    """
    env = os.environ if environ is None else environ
    source = cast(SourceName, _choice(env, "SEC_ASSETS_SOURCE", SOURCES, "sample"))
    data, objects = data_root(env)
    base = env.get("SEC_ASSETS_EDGAR_BASE") or None
    if base is not None and not re.match(r"https?://[^/\s]+", base):
        raise SettingError(f"SEC_ASSETS_EDGAR_BASE={base!r}: expected an http:// or https:// address")
    dask = env.get("SEC_ASSETS_DASK") or None
    if dask is not None and not re.match(r"(tcp|tls|ws|wss|ucx|inproc)://\S+", dask):
        raise SettingError(f"SEC_ASSETS_DASK={dask!r}: expected a scheduler address such as tcp://127.0.0.1:8786")
    return Settings(
        source=source,
        mirror=_mirror(env, source),
        user_agent=_user_agent(env, source),
        edgar_base=base.rstrip("/") if base else None,
        data=data,
        objects=objects,
        requests_per_second=_number(env, "SEC_REQUESTS_PER_SECOND", 9.0, 0.1, 10.0),
        limiter=_limiter(env, data, source),
        http_cache=_http_cache(env),
        http_cache_mb=_whole(env, "SEC_ASSETS_HTTP_CACHE_MB", 500, 1, 1_000_000),
        download_workers=_whole(env, "DOWNLOAD_WORKERS", 8, 1, 10),
        universe=_universe(env),
        forms=_forms(env),
        years=_whole(env, "SEC_ASSETS_YEARS", 3, 1, 50),
        partitions_per_run=_optional_whole(env, "SEC_ASSETS_PARTITIONS_PER_RUN", 1, 100_000),
        dask=dask,
        submissions_max_age_hours=_number(env, "SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS", 1.0, 0.0, 24 * 365.0),
        bulk=cast(BulkMode, _choice(env, "SEC_ASSETS_BULK", BULK_MODES, "auto")),
        price_sources=cast(
            "tuple[PriceSource, ...]", _choices(env, "SEC_ASSETS_PRICES", PRICE_SOURCES, _PLAIN_PRICES[source])
        ),
        price_csv=_folders(env, "SEC_ASSETS_PRICES_CSV"),
        news_sources=cast(
            "tuple[NewsSource, ...]", _choices(env, "SEC_ASSETS_NEWS", NEWS_SOURCES, _PLAIN_NEWS[source])
        ),
        tiingo_key=env.get("TIINGO_API_KEY") or None,
        alphavantage_key=env.get("ALPHAVANTAGE_API_KEY") or None,
        lexicon=_optional_file(env, "SEC_ASSETS_LEXICON"),
    )


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingError(f"{name}={value!r}: allowed are {', '.join(allowed)}")
    return value


def _choices(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    text = env.get(name)
    if not text:
        return default
    values = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [value for value in values if value not in allowed]
    if unknown or not values:
        raise SettingError(f"{name}={text!r}: allowed is a comma-separated list of {', '.join(allowed)}")
    return values


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise SettingError(f"{name}={text!r}: allowed is a number from {low:g} to {high:g}")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = _optional_whole(env, name, low, high)
    return default if value is None else value


def _optional_whole(env: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    text = env.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise SettingError(f"{name}={text!r}: allowed is a whole number from {low} to {high}")
    return int(text)


def _mirror(env: Mapping[str, str], source: SourceName) -> Path | None:
    text = env.get("SEC_ASSETS_MIRROR")
    if not text:
        if source == "mirror":
            raise SettingError(
                "SEC_ASSETS_MIRROR is not set: SEC_ASSETS_SOURCE=mirror needs a folder laid out as HOST/PATH"
            )
        return None
    path = Path(text).expanduser().absolute()
    if source == "mirror" and not path.is_dir():
        raise SettingError(f"SEC_ASSETS_MIRROR={text!r}: expected an existing folder laid out as HOST/PATH")
    return path


def _user_agent(env: Mapping[str, str], source: SourceName) -> str | None:
    text = (env.get("SEC_USER_AGENT") or "").strip()
    if source != "live":
        return text or None
    if not _EMAIL.search(text) or "://" in text or "noreply" in text.lower() or "\n" in text or "\r" in text:
        given = "is not set" if not text else "has no usable contact address (value not shown)"
        raise SettingError(
            f"SEC_USER_AGENT {given}: SEC_ASSETS_SOURCE=live needs a name and a contact e-mail without URL, "
            "such as 'Example Research admin@example.com'"
        )
    return text


def _limiter(env: Mapping[str, str], data: Path, source: SourceName) -> str:
    text = env.get("SEC_ASSETS_LIMITER")
    if not text:
        return str(data / "state" / f"limiter-{source}.sqlite")
    if "://" in text:  # any other address taken for a file would give this machine a budget of its own
        if not _REDIS.fullmatch(text):
            raise SettingError(
                "SEC_ASSETS_LIMITER is not a usable address (value not shown, it may hold a password): allowed are a local "
                "file or redis://[user:password@]host[:port][/number], rediss:// with TLS"
            )
        return text
    return str(Path(text).expanduser().absolute())


def _http_cache(env: Mapping[str, str]) -> str | None:
    text = env.get("SEC_ASSETS_HTTP_CACHE") or None
    if text is not None and not _REDIS.fullmatch(text):
        raise SettingError(
            "SEC_ASSETS_HTTP_CACHE is not a usable address (value not shown, it may hold a password): allowed is "
            "redis://[user:password@]host[:port][/number] or rediss:// with TLS; unset, a file below the data folder"
        )
    return text


def _universe(env: Mapping[str, str]) -> str:
    text = (env.get("SEC_ASSETS_UNIVERSE") or "holdings").strip()
    kind, _, members = text.partition(":")
    listed = kind in {"tickers", "ciks", "exchange"} and any(part.strip() for part in members.split(","))
    if text not in {"holdings", "all"} and not listed:
        raise SettingError(
            f"SEC_ASSETS_UNIVERSE={text!r}: allowed are holdings, all, tickers:AAPL,MSFT, ciks:320193, exchange:NYSE,Nasdaq"
        )
    return text


def _forms(env: Mapping[str, str]) -> tuple[str, ...]:
    text = env.get("SEC_ASSETS_FORMS")
    if not text:
        return DEFAULT_FORMS
    forms = tuple(part.strip().upper() for part in text.split(",") if part.strip())
    if not forms or not all(re.fullmatch(r"[A-Z0-9][A-Z0-9 /\-]{0,19}", form) for form in forms):
        raise SettingError(
            f"SEC_ASSETS_FORMS={text!r}: allowed is a comma-separated list of form types such as 10-K,10-K/A"
        )
    return forms


def _folders(env: Mapping[str, str], name: str) -> tuple[Path, ...]:
    text = env.get(name)
    folders = tuple(Path(part).expanduser().absolute() for part in (text or "").split(os.pathsep) if part)
    for folder in folders:
        if not folder.is_dir():
            raise SettingError(
                f"{name}={text!r}: {str(folder)!r} is not a folder; expected folders of CSV files joined by {os.pathsep!r}"
            )
    return folders


def _optional_file(env: Mapping[str, str], name: str) -> Path | None:
    text = env.get(name)
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise SettingError(f"{name}={text!r}: expected an existing file")
    return path
