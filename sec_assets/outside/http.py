"""The thin HTTP client of price sources and news feeds: pacing, retry, size limit, and clear errors.

One `OutsideHttp` per source. It returns the bytes of a good answer, or raises: it never returns an error page. Addresses
are not part of any message, since a key may be in them. Parsing belongs to the source's own module; EDGAR has its own
client with the budget of the whole deployment.
"""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote_plus

import requests
from pyrate_limiter import Limiter, Rate, SQLiteBucket
from requests_ratelimiter import LimiterAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError, StorageError, UnreachableError
from sec_assets.storage.files import storage_errors

MAX_BYTES = 64 * 1024 * 1024
_TIMEOUT_SECONDS = (5.0, 30.0)


@dataclass(frozen=True)
class _HideSecret(logging.Filter):
    """Keeps a key out of urllib3's debug log, which shows the query of each request."""

    secret: str = field(repr=False)

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        record.msg = text.replace(self.secret, "***").replace(quote_plus(self.secret), "***")
        record.args = ()
        return True


class OutsideHttp:
    """GET with a pace, retries for passing trouble, and errors that name the source and what was asked for.

    Args:
        source: name of the source, for messages.
        per_minute: most requests in a minute, evenly spaced.
        pace_file: SQLite file through which all processes of this machine keep the pace together; None: this one alone.
        key_variable: the variable its key comes from; a 401 or 403 then means that the key was refused.
        secret: the key, if it travels in the address, to be kept out of logs.
        headers: sent with each request.
        markup: bodies that begin like a page or XML are wanted, as of feeds; otherwise they are failures.
        redirects: follow redirections, which some feeds use.
        max_bytes: a longer body is a failure.
        retry_wait_seconds: wait before the first retry; doubled for each further one.
    """

    def __init__(
        self,
        source: str,
        *,
        per_minute: float,
        pace_file: Path | None = None,
        key_variable: str | None = None,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
        markup: bool = False,
        redirects: bool = False,
        max_bytes: int = MAX_BYTES,
        retry_wait_seconds: float = 1.0,
    ) -> None:
        self._source = source
        self._key_variable = key_variable
        self._markup = markup
        self._redirects = redirects
        self._max_bytes = max_bytes
        self._wait_seconds = retry_wait_seconds
        self._session = requests.Session()
        self._session.headers.update(headers or {})
        # The adapter logs the whole address when it fills its bucket after a 429; the 429 ends the work here anyway.
        self._pacer = _pacer(Rate(1, round(60_000 / per_minute)), pace_file)
        adapter = LimiterAdapter(limiter=self._pacer, limit_statuses=(), per_host=False)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        if secret:
            logging.getLogger("urllib3.connectionpool").addFilter(_HideSecret(secret))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and stop the pacer."""
        self._session.close()
        self._pacer.close()

    def get(self, url: str, *, subject: str, params: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a 200 answer; `subject` is what is asked for, such as a symbol, for messages.

        Raises:
            AbsentError: 404, the source does not know the subject.
            MalformedError: a web page instead of data, too large a body, or an unexpected status.
            SettingError: the key was refused.
            BannedError: 429, or refused without a key being involved.
            UnreachableError: no connection, a time-out or a 5xx to the last of three tries.
            StorageError: the pace file cannot be used.
        """
        retrying = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=self._wait_seconds, max=30),
            retry=retry_if_exception_type(UnreachableError),
            reraise=True,
        )
        return retrying(self._once, url, subject, params)

    def _once(self, url: str, subject: str, params: Mapping[str, str] | None) -> bytes:
        try:
            with self._session.get(
                url, params=params, timeout=_TIMEOUT_SECONDS, stream=True, allow_redirects=self._redirects
            ) as response:
                self._raise_for_status(response, subject)
                body = self._body(response, subject)
        except requests.RequestException as error:
            # "from None": requests puts the address, and with it the key, into its messages.
            raise UnreachableError(f"{self._source}: no answer for {subject} ({type(error).__name__})") from None
        except sqlite3.Error as error:
            raise StorageError(f"cannot keep the pace towards {self._source} in its state file: {error}") from error
        if not self._markup and body.lstrip()[:1] == b"<":
            raise MalformedError(f"{self._source} answered with a web page instead of data for {subject} (status 200)")
        return body

    def _raise_for_status(self, response: requests.Response, subject: str) -> None:
        status = response.status_code
        if status == 200:
            return
        if status == 404:
            raise AbsentError(f"{self._source} does not know {subject} (404)")
        if status in {401, 403} and self._key_variable:
            raise SettingError(f"{self._key_variable}: {self._source} refused the key ({status}); value not shown")
        if status in {401, 403, 429}:
            raise BannedError(f"{self._source} refuses requests for now ({status}); wait before the next run")
        if status >= 500:
            raise UnreachableError(f"{self._source} failed for {subject} ({status})")
        raise MalformedError(f"{self._source} answered {subject} with the unexpected status {status}")

    def _body(self, response: requests.Response, subject: str) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(65_536):
            body += chunk
            if len(body) > self._max_bytes:
                raise MalformedError(f"{self._source} sent more than {self._max_bytes} bytes for {subject}")
        return bytes(body)


def _pacer(rate: Rate, path: Path | None) -> Limiter:
    if path is None:
        return Limiter(rate)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return Limiter(SQLiteBucket.init_from_file([rate], db_path=str(path), use_file_lock=True))
        except sqlite3.Error as error:
            raise StorageError(f"cannot use {path}: {error}; remove it, it only paces requests") from error
