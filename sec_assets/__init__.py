"""An exact, point-in-time database of SEC EDGAR, built with Dagster.

Importing the package is cheap; `sec_assets.facts`, `statements`, `restatements` and `line_items` (module `access`) are
loaded when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sec_assets.access import facts, line_items, restatements, statements

__all__ = ["facts", "line_items", "restatements", "statements"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from sec_assets import access

        return getattr(access, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
