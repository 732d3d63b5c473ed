"""How a cached answer is written: JSON, not pickle, since reading a shared place must not run code.

Bodies are compressed; headers that tell who asked are left out. Where entries lie is `cache_sqlite` and `cache_redis`.
"""

import base64
import json
import logging
import zlib
from typing import Any

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter
from requests_cache.backends.base import BaseStorage
from requests_cache.serializers import CattrStage, SerializerPipeline, Stage

_LOG = logging.getLogger(__name__)

PRIVATE_HEADERS = ("User-Agent", "user-agent", "Cookie", "Set-Cookie", "Authorization", "Proxy-Authorization")


def json_serializer() -> SerializerPipeline:
    """Return the serializer of cached answers."""
    stage = CattrStage(make_converter)
    stage.converter.register_unstructure_hook(bytes, _pack)
    stage.converter.register_structure_hook(bytes, _unpack)
    return SerializerPipeline([stage, Stage(dumps=json.dumps, loads=json.loads)], name="json")


def read_entry(storage: BaseStorage[str, Any], place: str, key: str, value: Any) -> Any:
    """Return the entry that the library's `storage` reads from `value`; None, to be fetched again, if it is damaged."""
    try:
        return BaseStorage.deserialize(storage, key, value)
    except BaseValidationError:
        _LOG.warning("an entry of the HTTP cache %s is damaged and is fetched again", place)
        return None


def _pack(body: bytes) -> str:
    return base64.b64encode(zlib.compress(body or b"", 1)).decode("ascii")


def _unpack(text: str, _: type) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError("the cached body is damaged") from error
