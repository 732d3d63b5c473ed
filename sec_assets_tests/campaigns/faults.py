"""Everything that can go wrong with an answer, and a seeded plan of what goes wrong when.

A fault acts on the reply the server would have sent. Which faults an address meets, and in which order, follows from the seed and
the address alone, so that a campaign can be repeated and its verifier knows the truth. A healthy server is `loopback`.
"""

import asyncio
import gzip
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from sec_assets_tests.campaigns.connection import Connection
from sec_assets_tests.campaigns.reply import Reply
from sec_assets_tests.campaigns.sec_limit import RATE_PAGE

Effect = Literal["again", "slow", "pause", "absent", "broken", "outage"]
Spoil = Callable[[Connection, Reply], Awaitable[bool]]

SILENT_SECONDS = 5.0
DRIP_SECONDS = 0.02
MOST_FAULTS = 2
_OUTAGE_TRIES = 6
_PAGE = b"<!DOCTYPE html><html><head><title>Loopback</title></head><body><p>A page of somebody on the way.</p></body></html>"
_NOTICE = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | File Unavailable</title></head><body><p>Try later.</p></body></html>"
)
_OBJECT = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{}</Code><Message>made up</Message></Error>'


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to spoil an answer; `json_only` where it means something only in place of JSON.

    `effect`: asked "again", "slow" to be noticed, a "pause" of everybody, "absent" or "broken" for good, or an "outage"
    that outlasts the client's tries.
    """

    name: str
    effect: Effect
    spoil: Spoil
    json_only: bool = False
    tls_only: bool = False

    async def send(self, connection: Connection, reply: Reply) -> bool:
        """Spoil the reply; tell whether the connection goes on."""
        return await self.spoil(connection, reply)


def _instead(status: int, body: bytes, kind: str = "text/html", **headers: str) -> Spoil:
    async def spoil(connection: Connection, _: Reply) -> bool:
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        await Reply(status, {"Content-Type": kind, **more}, body).send(connection)
        return True

    return spoil


async def _reset(connection: Connection, _: Reply) -> bool:
    connection.reset()
    return False


async def _reset_inside(connection: Connection, reply: Reply) -> bool:
    await connection.send(reply.head(len(reply.body)) + reply.body[: len(reply.body) // 2])
    await asyncio.sleep(DRIP_SECONDS)
    connection.reset()
    return False


async def _cut_short(connection: Connection, reply: Reply) -> bool:
    """Close before the announced end; over TLS without its farewell: the end of file that TLS calls a violation."""
    await connection.send(reply.head(len(reply.body)) + reply.body[: len(reply.body) // 2])
    return False


async def _no_head(connection: Connection, _: Reply) -> bool:
    await connection.send(b"HTTP/1.1 200 Loop")
    return False


async def _silent(connection: Connection, _: Reply) -> bool:
    await asyncio.wait([asyncio.ensure_future(connection.gone())], timeout=SILENT_SECONDS)
    return False


async def _drip(connection: Connection, reply: Reply) -> bool:
    await connection.send(reply.head(len(reply.body)))
    for position in range(int(SILENT_SECONDS / DRIP_SECONDS)):
        await connection.send(reply.body[position : position + 1])
        await asyncio.sleep(DRIP_SECONDS)
    return False


async def _cut_chunks(connection: Connection, reply: Reply) -> bool:
    piece = reply.body[: len(reply.body) // 2]
    await connection.send(reply.head(None) + f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    return False


def _cut_gzip(lost: Callable[[int], int]) -> Spoil:
    """Announce and send a gzip stream that lacks its last bytes, so that only its own checksum tells."""

    async def spoil(connection: Connection, reply: Reply) -> bool:
        packed = reply.body if "Content-Encoding" in reply.headers else gzip.compress(reply.body, 1, mtime=0)
        headers = {**reply.headers, "Content-Encoding": "gzip"}
        await Reply(200, headers, packed[: len(packed) - lost(len(packed))]).send(connection)
        return True

    return spoil


FAULTS: tuple[Fault, ...] = (
    Fault("reset", "again", _reset),
    Fault("reset inside the body", "again", _reset_inside),
    Fault("head cut off", "again", _no_head),
    Fault("body cut short", "again", _cut_short),
    Fault("chunks cut off", "again", _cut_chunks),
    Fault("gzip cut in half", "again", _cut_gzip(lambda length: length // 2)),
    Fault("gzip without checksum", "again", _cut_gzip(lambda _: 8)),
    Fault("status 500", "again", _instead(500, _PAGE)),
    Fault("status 503", "again", _instead(503, b"busy", "text/plain")),
    Fault("notice page with 200", "again", _instead(200, _NOTICE)),
    Fault("empty body", "again", _instead(200, b"", "text/plain")),
    Fault("silence", "slow", _silent),
    Fault("one byte at a time", "slow", _drip),
    Fault("rate page", "pause", _instead(403, RATE_PAGE)),
    Fault("status 429", "pause", _instead(429, b"too many", "text/plain", Retry_After="1")),
    Fault("page for JSON", "pause", _instead(200, _PAGE), json_only=True),
    Fault("TLS end of file", "again", _cut_short, tls_only=True),
    Fault("404 NoSuchKey", "absent", _instead(404, _OBJECT.format("NoSuchKey").encode(), "application/xml")),
    Fault("403 AccessDenied", "absent", _instead(403, _OBJECT.format("AccessDenied").encode(), "application/xml")),
    Fault("cut short for good", "broken", _cut_short),
    Fault("gzip cut for good", "broken", _cut_gzip(lambda length: length // 2)),
    Fault("503 to the last try", "outage", _instead(503, b"busy", "text/plain")),
)

_SHARES: dict[Effect, tuple[float, float]] = {
    "again": (0.02, 0.10),
    "slow": (0.01, 0.02),
    "pause": (0.01, 0.015),
    "absent": (0.01, 0.02),
    "broken": (0.01, 0.015),
    "outage": (0.001, 0.001),
}


@dataclass
class FaultPlan:
    """What goes wrong with which try of which address; server and verifier build the same one from the seed."""

    seed: int
    tls: bool = False
    _tries: Counter[str] = field(default_factory=Counter)
    _shares: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the share of each fault."""
        draw = random.Random(self.seed)
        self._shares = {fault.name: draw.uniform(*_SHARES[fault.effect]) for fault in FAULTS}

    def next(self, path: str) -> Fault | None:
        """Return what goes wrong with this try, and count the try."""
        self._tries[path] += 1
        coming = self.of(path)
        tried = self._tries[path] - 1
        if coming and coming[-1].effect in {"absent", "broken"}:
            return coming[min(tried, len(coming) - 1)]
        return coming[tried] if tried < len(coming) else None

    def of(self, path: str) -> list[Fault]:
        """Return the faults of an address in their order; a last one that is for good never ends."""
        draw = random.Random(f"{self.seed}:{path}")
        is_json, is_document = path.endswith(".json"), "/Archives/edgar/data/" in path and not path.endswith(".json")
        met = [
            fault
            for fault in FAULTS
            if draw.random() < self._shares[fault.name]
            and (is_json or not fault.json_only)
            and (self.tls or not fault.tls_only)
            and (is_document or fault.effect not in {"absent", "broken", "outage"})
        ]
        draw.shuffle(met)
        final = [fault for fault in met if fault.effect in {"absent", "broken", "outage"}][:1]
        passing = [fault for fault in met if fault.effect not in {"absent", "broken", "outage"}][:MOST_FAULTS]
        if is_json:  # nothing in place of JSON is a pause as well; a third one in a row would end the run
            passing = [fault for fault in passing if fault.name != "empty body"]
        return passing + final * (_OUTAGE_TRIES if final and final[0].effect == "outage" else 1)
