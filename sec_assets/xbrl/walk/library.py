"""The libxml2 that lxml brings along, for compiled code: does it fit, and where are its functions."""

import ctypes
from hashlib import sha256
from importlib.resources import files

from lxml import etree


def check(module: str, source: str, version: str, library: int) -> None:
    """Refuse compiled code whose source, lxml or libxml2 is another one now: it reads trees where they lie in memory.

    Args:
        module: file name of its source in this package.
        source: SHA-256 of the source it was compiled from.
        version: of lxml then.
        library: version of libxml2 then, as `LIBXML_VERSION` has it.

    Raises:
        ImportError: it does not fit.
    """
    major, minor, patch = etree.LIBXML_VERSION
    here = sha256(files("sec_assets.xbrl.walk").joinpath(module).read_bytes()).hexdigest()
    if (source, version, library) != (here, etree.__version__, 10000 * major + 100 * minor + patch):
        raise ImportError(f"{module} was compiled from another source or for another lxml: install the project again")


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
