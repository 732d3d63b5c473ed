"""A loopback EDGAR in a process of its own: latency, SEC's limiter, keep-alive, gzip, ranges, TLS, faults, a log of arrivals.

`python -m sec_assets_tests.campaigns.loopback '{"log": …}'` with the fields of `Options` as JSON; it prints its port and
serves until SIGTERM, or until its standard input is closed, so that it never outlives who started it. What it offers is `site`.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import ssl
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from sec_assets_tests.campaigns.connection import Connection, listener
from sec_assets_tests.campaigns.faults import FaultPlan
from sec_assets_tests.campaigns.reply import Reply, reply_to
from sec_assets_tests.campaigns.sec_limit import RATE_PAGE, SecLimit
from sec_assets_tests.campaigns.site import Site, path_of

_LARGEST_HEAD = 65_536
_FLUSH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: seconds of latency and its jitter, SEC's limit and ban, where to log, the site, faults, TLS files."""

    log: str
    host: str = "127.0.0.1"
    latency: float = 0.0
    jitter: float = 0.0
    limit: int = 1_000_000
    ban: float = 10.0
    companies: int = 0
    filings: int = 0
    document_bytes: int = 60_000
    fault_seed: int | None = None
    certificate: str | None = None
    key: str | None = None

    @property
    def site(self) -> Site:
        """What is offered."""
        return Site(self.companies, self.filings, self.document_bytes)

    def as_argument(self) -> str:
        """Return the command line's argument."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `/HOST/PATH`, headers with lower-case names, and when it arrived."""

    path: str
    headers: dict[str, str]
    at: int


class Server:
    """Answers every connection; one task each."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._site = options.site
        self._limit = SecLimit(options.limit, options.ban)
        seed = options.fault_seed
        self._plan = None if seed is None else FaultPlan(seed, tls=options.certificate is not None)
        self._random = random.Random(1)
        self._tls = _tls(options)
        self._noted: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Accept until cancelled."""
        loop = asyncio.get_running_loop()
        sock = listener(self._options.host, 0)
        self._write_log()
        sys.stdout.write(f"{sock.getsockname()[1]}\n")
        sys.stdout.flush()
        flushing = loop.create_task(self._flush_now_and_then())
        try:
            while True:
                accepted, (client, *_) = await loop.sock_accept(sock)
                task = loop.create_task(self._converse(Connection(accepted, self._tls), client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            flushing.cancel()
            self._write_log()

    async def _flush_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            self._write_log()

    def _write_log(self) -> None:
        with Path(self._options.log).open("a", encoding="utf-8") as log:
            log.writelines(self._noted)
        self._noted.clear()

    async def _converse(self, connection: Connection, client: str) -> None:
        try:
            await connection.open()
            while (request := await _next_request(connection)) is not None:
                if not await self._answer(connection, request, client):
                    break
        except (ConnectionError, ssl.SSLError, TimeoutError):
            return  # the client went away
        finally:
            connection.close()

    async def _answer(self, connection: Connection, request: Request, client: str) -> bool:
        """Answer, well or badly; tell whether the connection goes on."""
        if not self._limit.admits(request.at):
            self._note(request, client, "refused")
            await Reply(403, {"Content-Type": "text/html"}, RATE_PAGE).send(connection)
            return True
        fault = self._plan.next(request.path) if self._plan is not None else None
        answer = self._site.answer(request.path)
        self._note(request, client, fault.name if fault else str(answer.status))
        await asyncio.sleep(max(0.0, self._options.latency + self._random.uniform(-1, 1) * self._options.jitter))
        reply = reply_to(answer, request.headers)
        if fault is not None:
            return await fault.send(connection, reply)
        await reply.send(connection)
        return True

    def _note(self, request: Request, client: str, answer: str) -> None:
        self._noted.append(f"{request.at}\t{answer}\t{client}\t{request.path}\n")


async def _next_request(connection: Connection) -> Request | None:
    """Return the next request, stamped with its last packet; None at the end of the connection."""
    head, at = b"", 0
    while b"\r\n\r\n" not in head:
        piece, at = await connection.receive()
        if not piece or len(head) > _LARGEST_HEAD:
            return None
        head += piece
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    path = first.split(" ")[1]
    if not path.startswith(("/www.sec.gov/", "/data.sec.gov/")):
        path = path_of(f"https://{headers.get('host', '').partition(':')[0]}{path}")
    return Request(path, headers, at)


def _tls(options: Options) -> ssl.SSLContext | None:
    if options.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    return context


async def run(options: Options) -> None:
    """Serve until SIGTERM or the end of standard input."""
    loop = asyncio.get_running_loop()
    serving = loop.create_task(Server(options).serve())
    loop.add_signal_handler(signal.SIGTERM, serving.cancel)
    loop.add_reader(sys.stdin, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):  # without the right to it, the kernel's stamps are as true
        os.nice(-10)
    asyncio.run(run(Options(**json.loads(sys.argv[1]))))
