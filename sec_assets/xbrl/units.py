"""Units: from `<unit>` elements to `USD`, `shares`, `USD/shares`, `pure`.

Several ids may name one unit and every filing has its own ids, so only the measures count. A measure of ISO 4217 or of
XBRL itself is written by its local name, and so is any other, unless it would then pass for one of those.
"""

import re
from collections.abc import Iterable

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl.names import NameTable

XBRLI = "http://www.xbrl.org/2003/instance"
_ISO4217 = "http://www.xbrl.org/2003/iso4217"
_MEASURE = f"{{{XBRLI}}}measure"
_DIVIDE = f"{{{XBRLI}}}divide"
_NUMERATOR = f"{{{XBRLI}}}unitNumerator"
_DENOMINATOR = f"{{{XBRLI}}}unitDenominator"
_RESERVED = re.compile(r"[A-Z]{3}|shares|pure")


def read_units(elements: Iterable[etree._Element], names: NameTable) -> tuple[dict[str, str], dict[str, str]]:
    """Return (unit by id, problem by id) of `<unit>` elements.

    A product is written `A*B` with its measures sorted, a ratio `A/B`; `/` and `*` cannot occur in a measure's name.
    An id given to two different units is a problem, since nobody can tell which of them a fact means.
    """
    units: dict[str, str] = {}
    problems: dict[str, str] = {}
    for element in elements:
        identifier = (element.get("id") or "").strip()
        try:
            unit = _unit(element, names)
        except MalformedError as error:
            problems[identifier] = f"unit {identifier!r} (line {element.sourceline}): {error}"
            continue
        if units.setdefault(identifier, unit) != unit:
            problems[identifier] = f"unit {identifier!r} (line {element.sourceline}) is defined twice"
    for identifier in problems:
        units.pop(identifier, None)
    return units, problems


def _unit(element: etree._Element, names: NameTable) -> str:
    divide = element.find(_DIVIDE)
    if divide is None:
        return _product(element, names)
    above, below = divide.find(_NUMERATOR), divide.find(_DENOMINATOR)
    if above is None or below is None:
        raise MalformedError("a ratio needs a numerator and a denominator")
    return f"{_product(above, names)}/{_product(below, names)}"


def _product(element: etree._Element, names: NameTable) -> str:
    measures = sorted(_measure(measure, names) for measure in element.iterchildren(_MEASURE))
    if not measures:
        raise MalformedError("no measure")
    return "*".join(measures)


def _measure(element: etree._Element, names: NameTable) -> str:
    namespace, local, prefix = names.split(element.text, element)
    if namespace in (_ISO4217, XBRLI, None) or _RESERVED.fullmatch(local) is None:
        return local
    return f"{names.prefixes.of(namespace, prefix)}:{local}"
