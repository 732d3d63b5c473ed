"""What the facts of a document refer to: its contexts and units, ready to be looked up by id.

A reference to something that is not defined, or not readable, is an error of the fact, with the reason why.
"""

from collections.abc import Iterable, Sequence

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl.contexts import Context, read_contexts
from sec_assets.xbrl.facts import FactSink
from sec_assets.xbrl.names import NameTable
from sec_assets.xbrl.units import XBRLI, read_units
from sec_assets.xbrl.walk import PlainContext

_UNIT = f"{{{XBRLI}}}unit"


class References:
    """Contexts and units of one instance, or of all documents of an inline set.

    Args:
        sources: the elements whose children they are, the contexts in plain form, and the names of their document.
        cik: the company.
        sink: hands out the numbers.

    Raises:
        TreeNeededError: a context has to be read from its element, and there is none.
    """

    def __init__(
        self,
        sources: Sequence[tuple[etree._Element, Iterable[PlainContext | None], NameTable]],
        *,
        cik: str,
        sink: FactSink,
    ) -> None:
        self._aspects: dict[str | None, int] = {}
        self._units: dict[str | None, int] = {}
        self._bad: dict[tuple[str, str], str] = {}
        for parent, contexts, names in sources:
            self._add_contexts(*read_contexts(parent, contexts, names, cik), sink)
            self._add_units(*read_units(parent.iterchildren(_UNIT), names), sink)

    @property
    def aspects(self) -> dict[str | None, int]:
        """What `aspect` knows without looking twice; for the loop over all facts, where a call costs as much as the rest."""
        return self._aspects

    @property
    def units(self) -> dict[str | None, int]:
        """What `unit` knows without looking twice."""
        return self._units

    def aspect(self, reference: str | None) -> int:
        """Return the number of the period and dimensions a `contextRef` stands for.

        Raises:
            MalformedError: no reference, or one to nothing that can be read.
        """
        found = self._aspects.get(reference or "")
        return found if found is not None else self._stripped(self._aspects, "context", reference)

    def unit(self, reference: str) -> int:
        """Return the number of the unit a `unitRef` stands for.

        Raises:
            MalformedError: a reference to nothing that can be read.
        """
        found = self._units.get(reference)
        return found if found is not None else self._stripped(self._units, "unit", reference)

    def _stripped(self, known: dict[str | None, int], kind: str, reference: str | None) -> int:
        if reference is None:
            raise MalformedError(f"it has no {kind}")
        found = known.get(reference.strip())
        if found is None:
            raise MalformedError(self._bad.get((kind, reference.strip()), f"{kind} {reference[:80]!r} is not defined"))
        return found

    def _add_contexts(self, contexts: dict[str, Context], problems: dict[str, str], sink: FactSink) -> None:
        for identifier, context in contexts.items():
            aspect = sink.aspect(context)
            if self._aspects.setdefault(identifier, aspect) != aspect:
                problems[identifier] = f"context {identifier!r} is defined twice"
        self._forget("context", self._aspects, problems)

    def _add_units(self, units: dict[str, str], problems: dict[str, str], sink: FactSink) -> None:
        for identifier, name in units.items():
            unit = sink.unit(name)
            if self._units.setdefault(identifier, unit) != unit:
                problems[identifier] = f"unit {identifier!r} is defined twice"
        self._forget("unit", self._units, problems)

    def _forget(self, kind: str, known: dict[str | None, int], problems: dict[str, str]) -> None:
        for identifier, problem in problems.items():
            known.pop(identifier, None)
            self._bad[kind, identifier] = problem
        for bad_kind, identifier in self._bad:
            if bad_kind == kind:
                known.pop(identifier, None)
