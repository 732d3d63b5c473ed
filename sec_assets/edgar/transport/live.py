"""The adapter that goes to the network: reports each request to the gate when its bytes are in the socket.

The report comes from the connection itself, after connecting and TLS, so that slow set-ups do not blur the count. The
permit is confirmed right before the bytes are written, by one thread of a process at a time: one that grew too old on
the way (a stopped process, a slow connection) is not used, and the request asks for another.
Sources without a network are `adapters`.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from sec_assets.edgar.transport.classify import TryAgain
from sec_assets.edgar.transport.gate import Gate


class GateAdapter(HTTPAdapter):
    """An `HTTPAdapter` without retries of its own, whose connections report to `gate`.

    Args:
        gate: the shared budget.
        workers: connections kept open for each host.
        head_seconds: how long the head of an answer may take; each byte of it would begin the read time-out anew.
    """

    def __init__(self, gate: Gate, workers: int, head_seconds: float) -> None:
        self._gate = gate
        self._pools = _pools_reporting_to(gate, head_seconds)
        super().__init__(pool_connections=4, pool_maxsize=workers, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pool manager with reporting connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> PoolManager:
        """Return the manager of a proxy, with reporting connections."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send, and report also when no connection came about."""
        try:
            return super().send(request, *args, **kwargs)
        finally:
            self._gate.sent()


def _pools_reporting_to(gate: Gate, head_seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    turn = threading.Lock()

    class ReportingConnection(HTTPConnection):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            _connect(self)
            with turn:
                _confirm(gate)
                super().request(method, url, *args, **kwargs)
            gate.sent()

        def getresponse(self) -> HTTPResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
            with _cut_after(head_seconds, self):
                return super().getresponse()

    class ReportingTlsConnection(HTTPSConnection):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
            _connect(self)
            with turn:
                _confirm(gate)
                super().request(method, url, *args, **kwargs)
            gate.sent()

        def getresponse(self) -> HTTPResponse:  # pyright: ignore[reportIncompatibleMethodOverride]
            with _cut_after(head_seconds, self):
                return super().getresponse()

    class ReportingPool(HTTPConnectionPool):
        ConnectionCls = ReportingConnection  # pyright: ignore[reportAssignmentType]

    class ReportingTlsPool(HTTPSConnectionPool):
        ConnectionCls = ReportingTlsConnection  # pyright: ignore[reportAssignmentType]

    return {"http": ReportingPool, "https": ReportingTlsPool}


@contextmanager
def _cut_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """End the connection if the block takes longer, which makes its reading fail."""
    timer = threading.Timer(seconds, _cut, (connection.sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):  # closed meanwhile
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # TLS's own would take its state from under the reader


def _connect(connection: HTTPConnection) -> None:
    if connection.sock is None:
        connection.connect()


def _confirm(gate: Gate) -> None:
    if not gate.sending():
        raise TryAgain("the permit to send was no longer valid when the connection stood", "line")


def live_headers(user_agent: str | None) -> Mapping[str, str]:
    """Return the headers EDGAR asks automated tools to send."""
    return {"User-Agent": user_agent or "sec_assets", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
