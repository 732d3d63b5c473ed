"""Short, honest reasons for failed connections, in place of the libraries' nested messages; pure."""

import ssl

import requests
import urllib3.exceptions

from sec_assets.edgar.transport.classify import TryAgain

# Sub-classes before their bases: a failed name and a refused connection are also kinds of ConnectTimeoutError.
_NO_CONNECTION: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "its name cannot be resolved"),
    (urllib3.exceptions.ProxyError, "the proxy refused or did not answer"),
    (ConnectionRefusedError, "the connection was refused"),
    (urllib3.exceptions.SSLError, "no trusted TLS connection could be made"),
    (urllib3.exceptions.NewConnectionError, "no connection could be made"),
    (urllib3.exceptions.ConnectTimeoutError, "connecting took too long"),
)


def line_failure(error: requests.RequestException) -> TryAgain:
    """Return the signal to repeat that fits a failure of the line: "offline" when there was no connection at all."""
    causes = _causes(error)
    if any(isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError) for cause in causes):
        return TryAgain("the TLS connection ended too early", "line")
    for kind, reason in _NO_CONNECTION:
        if any(isinstance(cause, kind) for cause in causes):
            return TryAgain(reason, "offline")
    if isinstance(error, requests.Timeout):
        return TryAgain("the server did not answer in time", "line")
    if isinstance(error, requests.TooManyRedirects):
        return TryAgain("it redirects in a circle", "server")
    return TryAgain(f"the connection broke ({_innermost(causes)})", "line")


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and everything it wraps: causes, contexts, `reason`s and arguments."""
    found: list[BaseException] = []
    open_ends: list[object] = [error]
    while open_ends and len(found) < 50:
        one = open_ends.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            open_ends += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _innermost(causes: list[BaseException]) -> str:
    last = next((cause for cause in reversed(causes) if isinstance(cause, OSError) and cause.strerror), causes[-1])
    return (isinstance(last, OSError) and last.strerror) or type(last).__name__
