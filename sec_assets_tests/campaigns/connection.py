"""One accepted connection of the loopback EDGAR: bytes in with the instant the kernel received them, bytes out, and ends.

TLS goes through memory buffers, so that the socket stays ours: the stamp of a packet is read with the packet
(SO_TIMESTAMPNS), and a connection can be cut or reset at any byte. What is said over it is `loopback` and `faults`.
"""

import asyncio
import socket
import ssl
import struct
import time

SO_TIMESTAMPNS = 35
_PIECE = 65_536
_CLOSE_TOGETHER_NS = 20_000


class Connection:
    """A non-blocking socket, with TLS if a context is given."""

    def __init__(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = tls.wrap_bio(self._incoming, self._outgoing, server_side=True) if tls else None
        self._stamp = 0

    async def open(self) -> None:
        """Shake hands where there is TLS."""
        while self._tls is not None:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._feed():
                    raise ConnectionResetError from None
            else:
                await self._flush()
                return

    async def receive(self) -> tuple[bytes, int]:
        """Return what came and when (monotonic ns); nothing at the end of the connection."""
        if self._tls is None:
            return await self._packet()
        while True:
            try:
                return self._tls.read(_PIECE), self._stamp
            except ssl.SSLWantReadError:
                if not await self._feed():
                    return b"", 0

    async def send(self, data: bytes) -> None:
        """Send everything."""
        if self._tls is None:
            await asyncio.get_running_loop().sock_sendall(self._sock, data)
            return
        self._tls.write(data)
        await self._flush()

    async def gone(self) -> None:
        """Return when the other side has closed the connection, or speaks out of turn."""
        await self._packet()

    def close(self) -> None:
        """End the connection without any farewell of TLS."""
        self._sock.close()

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    async def _feed(self) -> bool:
        data, self._stamp = await self._packet()
        self._incoming.write(data)
        return bool(data)

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await asyncio.get_running_loop().sock_sendall(self._sock, data)

    async def _packet(self) -> tuple[bytes, int]:
        loop = asyncio.get_running_loop()
        while True:
            try:
                data, extra, _, _ = self._sock.recvmsg(_PIECE, 256)
            except BlockingIOError:
                readable = loop.create_future()
                loop.add_reader(self._sock, _wake, readable)
                try:
                    await readable
                finally:
                    loop.remove_reader(self._sock)
            else:
                return data, received_at(extra)


def listener(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections carry the kernel's stamps."""
    sock = socket.create_server((host, port), backlog=256)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # inherited, so that no packet is too early for it
    sock.setblocking(False)
    return sock


def _wake(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)


def received_at(extra: list[tuple[int, int, bytes]]) -> int:
    """Return the kernel's stamp moved to the monotonic clock; now, where the kernel gives none."""
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", data)
            return seconds * 1_000_000_000 + nanoseconds - _wall_minus_monotonic()
    return time.monotonic_ns()


def _wall_minus_monotonic() -> int:
    """Return the difference of the two clocks, read so close together that nothing came between."""
    while True:
        before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
        if after - before < _CLOSE_TOGETHER_NS:
            return wall - before
