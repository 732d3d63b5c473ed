"""The libxml2 that lxml brings along, for compiled code: does it fit, and where are its functions."""

import ctypes
from hashlib import sha256
from pathlib import Path

from lxml import etree

_FOLDER = Path(__file__).parent


def check(sources: str, version: str, library: int) -> None:
    """Refuse compiled code whose sources, lxml or libxml2 are others now: it reads trees where they lie in memory.

    Args:
        sources: what `digest` was when it was compiled.
        version: of lxml then.
        library: version of libxml2 then, as `LIBXML_VERSION` has it.

    Raises:
        ImportError: it does not fit.
    """
    major, minor, patch = etree.LIBXML_VERSION
    if (sources, version, library) != (digest(_FOLDER), etree.__version__, 10000 * major + 100 * minor + patch):
        raise ImportError("the walk was compiled from other sources or for another lxml: install the project again")


def digest(folder: Path) -> str:
    """Return the SHA-256 of the sources that are compiled, one after the other, in hexadecimal digits."""
    sources = sorted([*folder.glob("*.pxd"), *folder.glob("*.pyx")])
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def address(function: str) -> int:
    """Return where a function of libxml2 is.

    Raises:
        ImportError: lxml does not show it.
    """
    try:
        found = ctypes.cast(getattr(ctypes.CDLL(etree.__file__), function), ctypes.c_void_p).value
    except (AttributeError, OSError) as error:
        raise ImportError(f"lxml does not show libxml2's {function}") from error
    return found or 0
