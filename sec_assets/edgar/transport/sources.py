"""What the settings mean for requests: which adapter answers, under which budget, by way of which gateway, with which cache.

Only `cache_of` opens something. The adapters are in `adapters` and `live`, the client that uses all
this is `edgar.client`.
"""

from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests.adapters import BaseAdapter

from sec_assets.edgar.transport.adapters import MirrorAdapter, SampleAdapter
from sec_assets.edgar.transport.cache import HttpCache
from sec_assets.edgar.transport.cache_sqlite import SqlitePlace
from sec_assets.edgar.transport.classify import Expect
from sec_assets.edgar.transport.freshness import max_age
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.live import GateAdapter
from sec_assets.edgar.transport.rules import Budget
from sec_assets.errors import InputError, SettingError
from sec_assets.settings import Settings
from sec_assets.storage.documents import relative_path


def budget_of(settings: Settings) -> Budget:
    """Return the request budget: the real one for live (also through SEC_ASSETS_EDGAR_BASE), else a high local one.

    Behind sample and mirror there is nobody to be polite to; they pass the same gate so that one path is tested, with a
    state file of their own so that they never slow live requests down.
    """
    return Budget.per_second(settings.requests_per_second) if settings.source == "live" else Budget.local()


def limiter_of(settings: Settings) -> Path | str:
    """Return the place of the budget: for live the file or Redis address that is set, else always a local file."""
    if not settings.limiter.startswith(("redis://", "rediss://")):
        return limiter_file_of(settings)
    return settings.limiter if settings.source == "live" else settings.state / f"limiter-{settings.source}.sqlite"


def limiter_file_of(settings: Settings) -> Path:
    """Return the file of the budget; sample and mirror never share one with live, even where a setting names the file."""
    path = Path(settings.limiter)
    shared = settings.source != "live" and not path.stem.endswith(settings.source)
    return path.with_name(f"{path.stem}-{settings.source}{path.suffix}") if shared else path


def gateway_of(settings: Settings) -> tuple[str | None, tuple[str, str] | None]:
    """Return the address before HOST/PATH, if any, and its user and password, which must not be shown or cached."""
    if settings.source != "live" or settings.edgar_base is None:
        return None, None
    parts = urlsplit(settings.edgar_base)
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
    return base, (unquote(parts.username), unquote(parts.password or "")) if parts.username else None


def adapter_of(settings: Settings, gate: Gate, head_seconds: float) -> BaseAdapter:
    """Return the adapter of the source that is set; `head_seconds`: how long the head of an answer may take."""
    if settings.source == "live":
        return GateAdapter(gate, settings.download_workers, head_seconds)
    if settings.source == "sample":
        return SampleAdapter(gate)
    if settings.mirror is None:
        raise SettingError(
            "SEC_ASSETS_MIRROR is not set: SEC_ASSETS_SOURCE=mirror needs a folder laid out as HOST/PATH"
        )
    return MirrorAdapter(gate, settings.mirror)


def cache_of(settings: Settings) -> HttpCache:
    """Open the HTTP cache for one thread; local sources only pass through it, by a file of their own."""
    freshness = partial(max_age, source=settings.source, submissions_hours=settings.submissions_max_age_hours)
    limit = settings.http_cache_mb * 2**20
    if settings.http_cache is not None and settings.source == "live":
        from sec_assets.edgar.transport.cache_redis import RedisPlace  # only where a server is named

        return HttpCache(RedisPlace(settings.http_cache, limit), freshness)
    return HttpCache(SqlitePlace(settings.state / "http_cache.sqlite", limit), freshness)


def address_of(url: str, base: str | None) -> str:
    """Return where to send the request for an EDGAR address.

    Raises:
        InputError: not an address of EDGAR.
    """
    relative_path(url.partition("?")[0])
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host == "sec.gov" or host.endswith(".sec.gov")) or parts.fragment:
        raise InputError(f"{url!r} is not an address of EDGAR: expected https://www.sec.gov/… or data.sec.gov")
    return f"{base}/{url.partition('://')[2]}" if base else url


def expected(url: str, expect: Expect) -> Expect:
    """Return what a body must be: JSON where the address says so."""
    return "json" if expect == "any" and urlsplit(url).path.endswith(".json") else expect
