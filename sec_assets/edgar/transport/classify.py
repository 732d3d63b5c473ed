"""What an answer means, decided from status, headers and body alone; pure.

`classify` returns for a usable answer and raises otherwise: `AbsentError`, `MalformedError` and `SettingError` are
final, `Refused` stops the whole deployment, `TryAgain` is repeated by `retry`. EDGAR says four different things with
403, and sometimes sends a page where data was asked for, with status 200. Reading the body is `body`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from sec_assets.errors import AbsentError, MalformedError, SettingError, UnreachableError
from sec_assets.settings import SourceName

Expect = Literal["json", "html", "xml", "text", "zip", "any"]

_UNDECLARED = re.compile(rb"undeclared\s+automated\s+tool", re.IGNORECASE)
_TOO_MANY = re.compile(
    rb"request\s+rate\s+threshold\s+exceeded|exceeded the SEC.{1,12}s traffic limit|maximum allowable requests",
    re.IGNORECASE,
)
_UNAVAILABLE = re.compile(rb"<title>\s*SEC\.gov\s*\|", re.IGNORECASE)
_NO_SUCH_OBJECT = re.compile(rb"<Code>\s*(AccessDenied|NoSuchKey)\s*</Code>")
_OBJECT_STORE_ERROR = re.compile(rb"\s*(<\?xml[^>]*>\s*)?<Error>\s*<Code>")
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*(<!doctype\s+html|<html[\s>])", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,120})", re.IGNORECASE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ERROR_PAGE_HEAD = 16_384


class Refused(Exception):  # noqa: N818 - a signal to the ban layer, not an error shown to anybody
    """The source refuses us for a while; `seconds` is its Retry-After, if any."""

    def __init__(self, seconds: float | None, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class TryAgain(Exception):  # noqa: N818 - a signal to the retry layer
    """The request may succeed when repeated.

    `kind` is "server" (5xx), "line" (lost or slow connection), "offline" (no connection at all) or "body".
    """

    def __init__(
        self, reason: str, kind: Literal["server", "line", "offline", "body"], seconds: float | None = None
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as `classify` sees it; `body` is the whole body, or its first bytes when it went to a file."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    size: int


def classify(answer: Answer, expect: Expect, *, source: SourceName, now: datetime) -> None:
    """Return when the answer is what was asked for; raise what it is otherwise.

    Args:
        answer: the decoded answer.
        expect: what was asked for.
        source: "live", "mirror" or "sample"; only a live source can refuse.
        now: for a Retry-After given as a date.

    Raises:
        AbsentError: there is no such thing.
        SettingError: EDGAR did not accept the declared user agent.
        MalformedError: a refusal of just this request, or a page in place of data in a mirror.
        UnreachableError: an unknown 403 page: somebody on the way blocks us.
        Refused: too many requests.
        TryAgain: a server error, an empty or broken body.
    """
    head = answer.body[:_ERROR_PAGE_HEAD]
    if answer.status == 304:
        return
    if answer.status != 200:
        _classify_status(answer, head, source, now)
    elif _OBJECT_STORE_ERROR.match(head) and _NO_SUCH_OBJECT.search(head):  # a gateway that lost the status
        raise AbsentError(f"{answer.url}: {_absence(source)} (status 200, but the body says so)")
    elif _UNAVAILABLE.search(head):
        if source != "live":
            raise MalformedError(f"{answer.url}: a notice page in place of the document ({_title(head)})")
        _classify_page(answer, head, now)
    _classify_body(answer, expect, source)


def _classify_status(answer: Answer, head: bytes, source: SourceName, now: datetime) -> None:
    status, url = answer.status, answer.url
    if status in {404, 410} or (status == 403 and _NO_SUCH_OBJECT.search(head)):
        raise AbsentError(f"{url}: {_absence(source)} ({status})")
    _classify_page(answer, head, now)
    if status >= 500 or status == 408:
        raise TryAgain(f"the server answered {status}", "server", retry_after(answer.headers, now))
    if 300 <= status < 400:
        raise UnreachableError(
            f"{url}: answered {status} with a redirection to another server; check the proxy, a "
            "sign-in page of this network, or the gateway in SEC_ASSETS_EDGAR_BASE"
        )
    if status in {401, 403, 407}:
        raise UnreachableError(
            f"{url}: access is blocked with status {status} ({_title(head)}), and repeating would not help; check the "
            "proxy, a gateway in SEC_ASSETS_EDGAR_BASE, and whether the page opens in a browser on this machine"
        )
    raise MalformedError(f"{url}: the server answered {status} ({_title(head)})")


def _classify_page(answer: Answer, head: bytes, now: datetime) -> None:
    """Raise for EDGAR's own notice pages, whatever their status; the user-agent page may carry the other's title."""
    if _UNDECLARED.search(head):
        raise SettingError(
            f"{answer.url}: EDGAR took us for an undeclared automated tool (status {answer.status}): set "
            "SEC_USER_AGENT to a name and a contact e-mail, such as 'Example Research admin@example.com' (value in use not shown)"
        )
    if answer.status == 429 or _TOO_MANY.search(head):
        raise Refused(retry_after(answer.headers, now), f"{answer.url}: too many requests (status {answer.status})")
    if answer.status == 200:
        raise TryAgain(f"a notice page in place of the document ({_title(head)}, status 200)", "server")


def _classify_body(answer: Answer, expect: Expect, source: SourceName) -> None:
    body, page = answer.body, bool(_PAGE.match(answer.body[:_ERROR_PAGE_HEAD].removeprefix(_BYTE_ORDER_MARK)))
    if expect == "json" and source == "live" and (page or not answer.size):
        what = "a page" if page else "nothing"
        raise Refused(None, f"{answer.url}: {what} where JSON was asked for, which is how EDGAR throttles")
    if not answer.size:
        raise TryAgain("the body is empty", "body")
    if page and expect in {"json", "xml", "text", "zip"}:
        raise MalformedError(f"{answer.url}: an HTML page ({_title(body)}) where {expect} was asked for (status 200)")
    if expect == "json":
        _check_json(body)
    if expect == "xml" and not body.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"<":
        raise MalformedError(f"{answer.url}: does not begin like XML (status 200)")
    if expect == "zip" and not body.startswith(b"PK"):
        raise MalformedError(f"{answer.url}: does not begin like a ZIP archive (status 200)")


def _check_json(body: bytes) -> None:
    try:
        json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TryAgain(f"the JSON cannot be parsed ({error})", "body") from error


def _absence(source: SourceName) -> str:
    return "EDGAR has no such document" if source == "live" else f"not in the {source}"


def _title(body: bytes) -> str:
    found = _TITLE.search(body[:_ERROR_PAGE_HEAD])
    return repr(" ".join(found[1].decode("utf-8", "replace").split())) if found else "no title"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a Retry-After header in either of its forms; None when there is none or it is garbage."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment - now).total_seconds(), 0.0) if moment.tzinfo else None
