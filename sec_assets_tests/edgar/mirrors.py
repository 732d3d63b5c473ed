"""Real clients over folders of recorded responses, and a folder that tests fill themselves."""

import json
from pathlib import Path

from sec_assets.edgar.client import EdgarClient
from sec_assets.settings import Settings, load_settings


def mirror_settings(mirror: Path, data: Path) -> Settings:
    return load_settings(
        {"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(mirror), "SEC_ASSETS_DATA": str(data)}
    )


def mirror_client(mirror: Path, data: Path) -> EdgarClient:
    return EdgarClient.from_settings(mirror_settings(mirror, data))


def put(mirror: Path, url: str, body: bytes | str | dict | list) -> Path:
    """Write what a mirror answers for an address."""
    path = mirror / url.removeprefix("https://")
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(body, dict | list):
        body = json.dumps(body)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path
