"""Fixtures shared by all tests: where the recorded evidence lies, and a clean environment."""

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from sec_assets import object_store
from sec_assets.object_store import ObjectUrl
from sec_assets_tests.object_server import BUCKET, ObjectServer, object_server

EVIDENCE = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure() -> None:
    """Hear Ctrl-C again where a shell started the suite in the background, which makes its programs deaf to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def evidence() -> Path:
    """The folder of recorded real-world responses; tests that need it skip where it is absent."""
    if not EVIDENCE.is_dir():
        pytest.skip("the folder with recorded responses is not here")
    return EVIDENCE


@pytest.fixture(scope="session")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """A real object store for all tests of a process."""
    with object_server(tmp_path_factory.mktemp("objects")) as server:
        yield server


@pytest.fixture
def objects(store_server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectUrl]:
    """An empty folder of that store, and the settings to reach it."""
    for name, value in store_server.environment.items():
        monkeypatch.setenv(name, value)
    object_store.forget()
    yield ObjectUrl(BUCKET, f"test-{uuid.uuid4().hex[:12]}")
    object_store.forget()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell leaks into a test."""
    for name in list(os.environ):
        if name.startswith(("SEC_", "SEC_ASSETS_")) or name in {
            "DOWNLOAD_WORKERS",
            "TIINGO_API_KEY",
            "ALPHAVANTAGE_API_KEY",
        }:
            monkeypatch.delenv(name)
