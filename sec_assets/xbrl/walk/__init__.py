"""Walks over documents: what readers ask of thousands of elements, answered in one call.

`compiled.pyx` (walks over trees), `scan.pyx` (instances, without trees of their facts) and `tagged.pyx` (inline documents, with
trees of what is tagged) are built where there is a C compiler, and are used then; `python.py` gives the same answers
everywhere. No other code of the project is compiled.
"""

from sec_assets.xbrl.walk.answers import (
    IX_NAMESPACES,
    SPACE,
    TRUE,
    FactColumns,
    Instance,
    Meaning,
    Members,
    OddFact,
    PlainContext,
    TreeNeededError,
)
from sec_assets.xbrl.walk.python import Tree

try:
    from sec_assets.xbrl.walk.compiled import contexts, survey
    from sec_assets.xbrl.walk.scan import scan
    from sec_assets.xbrl.walk.tagged import tagged

    IS_COMPILED = True
except ImportError:
    from sec_assets.xbrl.walk.python import contexts, scan, survey, tagged

    IS_COMPILED = False

__all__ = [
    "IS_COMPILED", "IX_NAMESPACES", "SPACE", "TRUE", "FactColumns", "Instance", "Meaning", "Members", "OddFact", "PlainContext", "Tree",
    "TreeNeededError", "contexts", "scan", "survey", "tagged",
]  # fmt: skip
