"""Fixtures shared by all tests: where the recorded evidence lies, and a clean environment."""

import os
from pathlib import Path

import pytest

EVIDENCE = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def evidence() -> Path:
    """The folder of recorded real-world responses; tests that need it skip where it is absent."""
    if not EVIDENCE.is_dir():
        pytest.skip("the folder with recorded responses is not here")
    return EVIDENCE


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
