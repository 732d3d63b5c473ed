"""Sources without a network, as adapters in the place of the live one: a mirror folder and the bundled sample.

All that lies above (budget, cache, body checks) is the same for them. A mirror is a folder laid out as HOST/PATH, where
a file may be stored as `<path>.gz`; the document store of another run is one too. The mapping from address to path is
`storage.documents`.
"""

import hashlib
import io
import json
import os
import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from sec_assets.edgar.transport.gate import Gate
from sec_assets.storage.documents import relative_path

_EASTERN = ZoneInfo("America/New_York")
_ICONS = {
    "folder.gif": {""},
    "compressed.gif": {".zip", ".xlsx", ".xls", ".gz", ".tgz"},
    "image2.gif": {".jpg", ".jpeg", ".gif", ".png", ".bmp"},
}


class LocalAdapter(HTTPAdapter):
    """Answers from this machine; counts each request at the gate like the live adapter."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        """Answer the request; nothing leaves the machine."""
        self._gate.sent()
        status, headers, body = self.answer(request.url or "")
        if "ETag" in headers and headers["ETag"] == request.headers.get("If-None-Match"):
            body.close()
            status, body = 304, io.BytesIO()
        raw = HTTPResponse(
            body=body,
            status=status,
            headers=headers,
            reason=str(status),
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, raw)

    def answer(self, url: str) -> tuple[int, Mapping[str, str], BinaryIO]:
        """Return status, headers and body for an address."""
        raise NotImplementedError


class MirrorAdapter(LocalAdapter):
    """Serves the folder `root`; a missing index.json of a filing is made from the folder's own listing."""

    def __init__(self, gate: Gate, root: Path) -> None:
        super().__init__(gate)
        self._root = root

    def answer(self, url: str) -> tuple[int, Mapping[str, str], BinaryIO]:
        """Return the file of an address, plain or gzipped; 404 when the mirror has none."""
        query = urlsplit(url).query
        path = self._root / relative_path(url.partition("?")[0])
        plain, packed = (self._query_file(path, query)) if query else (path, path.with_name(path.name + ".gz"))
        if plain is not None and plain.is_file():
            return 200, {"ETag": _tag(plain)}, plain.open("rb")
        if packed is not None and packed.is_file():
            return 200, {"Content-Encoding": "gzip", "ETag": _tag(packed)}, packed.open("rb")
        if not query and path.name == "index.json" and path.parent.is_dir():
            return 200, {}, io.BytesIO(folder_listing(path.parent, urlsplit(url).path))
        return 404, {}, io.BytesIO(b"not in the mirror")

    @staticmethod
    def _query_file(path: Path, query: str) -> tuple[Path | None, Path | None]:
        """Return the file whose name is the page's name and the same query, in any order of its parameters."""
        wanted = _parameters(query)
        names = sorted(os.listdir(path.parent)) if path.parent.is_dir() else []  # noqa: PTH208 - names only
        for name in names:
            page, mark, rest = unquote(name).partition("?")
            if page == path.name and mark and wanted in _readings(rest):
                file = path.with_name(name)
                return (None, file) if name.endswith(".gz") else (file, None)
        return None, None


def _tag(file: Path) -> str:
    status = file.stat()
    return f'"{status.st_mtime_ns:x}-{status.st_size:x}"'


def _parameters(query: str) -> dict[str, str]:
    return {name: value for name, value in parse_qsl(query, keep_blank_values=True) if value}


def _readings(rest: str) -> list[dict[str, str]]:
    """Return the parameters a file name may stand for, without an extension that was added to it."""
    plain = rest.removesuffix(".gz")
    return [_parameters(plain), _parameters(plain.rpartition(".")[0])]


class SampleAdapter(LocalAdapter):
    """Serves the EDGAR that is bundled with the package."""

    def answer(self, url: str) -> tuple[int, Mapping[str, str], BinaryIO]:
        """Return the sample's own answer."""
        from sec_assets.sample.site import respond  # the sample is loaded only where it is used

        response = respond(url)
        tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"' if url.endswith(".zip") else None
        headers = {"Content-Type": response.content_type, **response.headers, **({"ETag": tag} if tag else {})}
        return response.status, headers, io.BytesIO(response.body)


def folder_listing(folder: Path, address: str) -> bytes:
    """Return the listing of a folder in the shape of EDGAR's index.json.

    `size` is text, as there; the suffix .gz of a stored file is dropped and its size is that of the content.
    """
    entries: dict[str, dict[str, str]] = {}
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        name = entry.name.removesuffix(".gz") if entry.is_file() else entry.name
        entries.setdefault(
            name,
            {
                "last-modified": datetime.fromtimestamp(entry.stat().st_mtime, _EASTERN).strftime("%Y-%m-%d %H:%M:%S"),
                "name": name,
                "type": _icon(entry, name),
                "size": str(_content_size(entry)) if entry.is_file() else "",
            },
        )
    base = address.rpartition("/")[0]
    directory = {"item": list(entries.values()), "name": base, "parent-dir": base.rpartition("/")[0]}
    return json.dumps({"directory": directory}).encode()


def _icon(entry: Path, name: str) -> str:
    if entry.is_dir():
        return "folder.gif"
    suffix = Path(name).suffix.lower()
    return next((icon for icon, suffixes in _ICONS.items() if suffix and suffix in suffixes), "text.gif")


def _content_size(file: Path) -> int:
    """Return the size of the content: a gzip file names it in its last four bytes."""
    size = file.stat().st_size
    if file.suffix != ".gz" or size < 18:
        return size
    with file.open("rb") as stream:
        stream.seek(-4, os.SEEK_END)
        return struct.unpack("<I", stream.read(4))[0]
