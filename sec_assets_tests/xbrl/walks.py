"""Reading with the walk in Python where the compiled one would be used, and comparing what comes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sec_assets.xbrl import walk
from sec_assets.xbrl.instance import ParsedFacts
from sec_assets.xbrl.walk import python


@contextmanager
def walk_in_python() -> Iterator[None]:
    """Have readers use the walk in Python."""
    names = ("contexts", "scan", "survey", "tagged")
    with patch.multiple(walk, **{name: getattr(python, name) for name in names}):
        yield


def are_equal(one: ParsedFacts, other: ParsedFacts) -> bool:
    """Tell whether two results are the same in everything."""
    frames = ("frame", "problems", "footnotes")
    return (
        all(getattr(one, name).equals(getattr(other, name)) for name in frames)
        and one.failures == other.failures
        and one.out_of_range == other.out_of_range
    )
