"""Walks over trees: what readers ask of thousands of elements, answered in one call.

`compiled.pyx` is built where there is a C compiler, and is used then; `python.py` gives the same answers everywhere. No
other code of the project is compiled.
"""

from sec_assets.xbrl.walk.answers import IX_NAMESPACES, SPACE, TRUE, FactColumns, Meaning, PlainContext

try:
    from sec_assets.xbrl.walk.compiled import bound_alike, contexts, plain_facts, survey

    IS_COMPILED = True
except ImportError:
    from sec_assets.xbrl.walk.python import bound_alike, contexts, plain_facts, survey

    IS_COMPILED = False

__all__ = [
    "IS_COMPILED", "IX_NAMESPACES", "SPACE", "TRUE", "FactColumns", "Meaning", "PlainContext", "bound_alike", "contexts",
    "plain_facts", "survey",
]  # fmt: skip
