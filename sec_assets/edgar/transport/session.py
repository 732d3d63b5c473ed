"""The session stack: cache over limiter over ban over validation over an adapter.

The order matters. Hits of the cache cost no permit; every try and every redirect takes one; a refusal is recorded for
all processes before anything above sees it; and a bad body is rejected below the cache, so that it is never stored.
A session belongs to one thread. Repeating is `retry`, from outside, so that each try passes the gate.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests_cache import CachedResponse, CacheMixin
from requests_ratelimiter import LimiterMixin

from sec_assets.edgar.transport.body import Body, Pace, read_body
from sec_assets.edgar.transport.bucket import limiter_over
from sec_assets.edgar.transport.cache import HttpCache
from sec_assets.edgar.transport.cache_format import PRIVATE_HEADERS
from sec_assets.edgar.transport.classify import Answer, Expect, Refused, TryAgain, classify
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.live import live_headers
from sec_assets.edgar.transport.reasons import line_failure
from sec_assets.errors import InputError
from sec_assets.settings import SourceName

_LOG = logging.getLogger(__name__)
_Sink = Callable[[bytes], object]
_MixinBase = requests.Session if TYPE_CHECKING else object


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds a request may take, and how long a pause asked for by the source is waited out.

    `head` is for the whole head of an answer, `body` for the whole body of a small document; a large one gets more, see `read_body`.
    """

    connect: float = 10.0
    read: float = 30.0
    head: float = 60.0
    body: float = 120.0
    patience: float = 900.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the sessions of one client share."""

    source: SourceName
    gate: Gate
    adapter: BaseAdapter
    user_agent: str | None
    timing: Timing
    auth: tuple[str, str] | None = None


class ValidateMixin(_MixinBase):
    """Reads the whole body itself and lets nothing through that is not what was asked for."""

    source: SourceName
    timing: Timing
    shown_url: str = ""
    expect: Expect = "any"
    sink: _Sink | None = None

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send and validate.

        Raises:
            Refused, TryAgain: see `classify`.
            AbsentError, MalformedError, SettingError, UnreachableError: final, see `classify`.
        """
        kwargs.update(stream=True, timeout=(self.timing.connect, self.timing.read))
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            raise line_failure(error) from error
        if response._content is False and not self.get_redirect_target(response):
            try:
                self._validate(response)
            except BaseException:
                response.close()
                raise
        return response

    def _validate(self, response: Response) -> None:
        to_sink = self.sink if response.status_code == 200 and self.expect != "json" else None
        body = self._read(response, to_sink)
        if self.source == "live" and response.status_code == 200 and not body.size and not _announced(response):
            raise TryAgain("the connection broke before the body", "line")
        response._content = body.content
        response._content_consumed = True  # pyright: ignore[reportAttributeAccessIssue]
        answer = Answer(self.shown_url, response.status_code, response.headers, body.content, body.size)
        classify(answer, self.expect, source=self.source, now=datetime.now(UTC))
        if self.sink is not None and to_sink is None:
            self.sink(body.content)

    def _read(self, response: Response, sink: _Sink | None) -> Body:
        encoding = response.headers.get("Content-Encoding", "")
        return read_body(response.raw, url=self.shown_url, encoding=encoding, pace=self._pace(), sink=sink)

    def _pace(self) -> Pace:
        return Pace(self.timing.body)


def _announced(response: Response) -> bool:
    """Tell whether the head says where the body ends; one that was cut off does not, and means no empty answer."""
    return "Content-Length" in response.headers or "Transfer-Encoding" in response.headers


class BanMixin(_MixinBase):
    """Writes refusals into the shared gate, and reports to it how a probe went."""

    gate: Gate

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send; a refusal stops all processes before it is raised."""
        try:
            response = super().send(request, **kwargs)
        except Refused as refusal:
            seconds = self.gate.refused(refusal.seconds)
            _LOG.warning("%s: no process sends anything for %.0f s", refusal, seconds)
            raise
        except InputError:
            self.gate.answered("absent or bad")
            raise
        except BaseException:
            self.gate.probe_lost()
            raise
        self.gate.answered(f"{response.status_code // 100}xx")
        return response


class DocumentSession(LimiterMixin, BanMixin, ValidateMixin, requests.Session):
    """The stack without a cache, for documents that go to the document store."""

    def __init__(self, *, parts: Parts) -> None:
        self.source = parts.source
        self.gate = parts.gate
        self.timing = parts.timing
        limiter = limiter_over(parts.gate, parts.timing.patience)
        super().__init__(limiter=limiter, per_host=False, bucket_name="sec", limit_statuses=())
        self.headers.update(live_headers(parts.user_agent))
        self.auth = parts.auth
        self.max_redirects = 3
        self.trust_env = parts.source == "live"
        self.adapters.clear()
        self.mount("https://", parts.adapter)
        self.mount("http://", parts.adapter)

    def fetch(self, address: str, *, url: str, expect: Expect, sink: _Sink | None = None, **options: Any) -> Response:
        """Send one GET, once, to `address`; messages name `url`. See `ValidateMixin.send` for what it raises.

        `options` go to `request`: headers of this request, and a session with a cache understands `force_refresh`.
        """
        self.shown_url, self.expect, self.sink = url, expect, sink
        self.gate.asking(url)
        try:
            return self.request("GET", address, **options)
        except requests.RequestException as error:
            raise line_failure(error) from error
        finally:
            self.sink = None

    def get_redirect_target(self, resp: Response) -> str | None:
        """Return where a redirection leads if that is the same server or EDGAR; our contact goes nowhere else."""
        target = super().get_redirect_target(resp)
        host = urlsplit(urljoin(resp.url, target)).hostname if target else None
        allowed = host is not None and (host == urlsplit(resp.url).hostname or host.endswith(".sec.gov"))
        return target if allowed else None

    def close(self) -> None:
        """Leave the adapter open: all sessions of a client share it."""


class EdgarSession(CacheMixin, DocumentSession):  # pyright: ignore[reportIncompatibleMethodOverride]
    """The whole stack, with the cache on top."""

    cache: HttpCache

    def __init__(self, *, cache: HttpCache, parts: Parts) -> None:
        super().__init__(backend=cache, ignored_parameters=PRIVATE_HEADERS, allowable_codes=(200,), parts=parts)

    def fetch(self, address: str, *, newer_than: datetime | None = None, **options: Any) -> Response:
        """Do as `DocumentSession.fetch`, and count that the cache had no fresh answer.

        A copy from before `newer_than` is not fresh.
        """
        self.cache.newer_than = newer_than
        response = super().fetch(address, **options)
        self.gate.count(hit=False)
        return response

    def kept(
        self, address: str, *, newer_than: datetime | None = None, since: datetime | None = None, **options: Any
    ) -> CachedResponse | None:
        """Return a fresh answer from the cache, and count it; None if there is none fetched after `since`."""
        self.cache.newer_than = newer_than
        response = super().fetch(address, only_if_cached=True, **options)
        if not isinstance(response, CachedResponse) or response.status_code != 200:
            return None
        if since is not None and response.created_at < since:
            return None
        self.gate.count(hit=True)
        return response

    def close(self) -> None:
        """Close the cache of this session."""
        self.cache.close()
