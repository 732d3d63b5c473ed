"""Inline XBRL: tags the amounts of a report's tables and hides every other fact in its header.

The facts, contexts and units are those of the extracted instance (`instance.py`), with equal ids.
"""

import re
from decimal import Decimal
from html import escape

from sec_assets.sample import instance
from sec_assets.sample.facts import Fact
from sec_assets.sample.filings import Filing
from sec_assets.sample.numbers import Amount, scale_of

_SPACES = {
    "ix": "http://www.xbrl.org/2013/inlineXBRL",
    "ixt": "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12",
    "xbrli": "http://www.xbrl.org/2003/instance",
}
_INSTANCE_TAGS = (
    "context|entity|identifier|segment|period|startDate|endDate|instant|unit|measure|divide|unit(?:Num|Denom)[a-z]+"
)


class Tagger:
    """Tags each fact of one filing once: in the first table cell that shows it, else in the hidden part."""

    def __init__(self, filing: Filing) -> None:
        self._filing = filing
        self._contexts, self._units = instance.numbering(filing)
        self._left = {fact: number for number, fact in enumerate(instance.facts_of(filing), 1)}

    def mark(self, cell: str) -> str:
        """Return the markup of a table cell, tagged when it shows a fact exactly that is not tagged yet."""
        fact = cell.fact if isinstance(cell, Amount) else None
        if fact is None or fact not in self._left or not _is_exact(fact, cell):
            return escape(cell)
        negative = cell.startswith("(")
        extra = f' format="ixt:num-dot-decimal" scale="{scale_of(fact)}"' + (' sign="-"' if negative else "")
        tag = self._element("ix:nonFraction", fact, extra, escape(cell.strip("()")))
        return f"({tag})" if negative else tag

    def spaces(self) -> str:
        """Return the namespace declarations the document needs."""
        names = instance.namespaces(self._filing) | _SPACES
        return "".join(f' xmlns:{name}="{uri}"' for name, uri in sorted(names.items()))

    def header(self) -> str:
        """Return the hidden header with all facts not tagged before; call it after the tables are done."""
        hidden = "".join(self._hidden(fact) for fact in list(self._left))
        schema = self._filing.primary.rsplit(".", 1)[0] + ".xsd"
        found = re.sub(r"\n\s*", "", instance.resources(self._filing))
        found = re.sub(rf"<(/?)({_INSTANCE_TAGS})\b", r"<\1xbrli:\2", found)
        found = re.sub(r"<xbrli:measure>(shares|pure)<", r"<xbrli:measure>xbrli:\1<", found)
        return (
            f'<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden><ix:references xml:lang="en-US">'
            f'<link:schemaRef xlink:type="simple" xlink:href="{schema}"/></ix:references>'
            f"<ix:resources>{found}</ix:resources></ix:header></div>\n"
        )

    def _hidden(self, fact: Fact) -> str:
        if fact.unit is not None:
            value = fact.value
            if value is None:
                return self._element("ix:nonFraction", fact, ' xsi:nil="true"', "")
            sign = ' sign="-"' if value.startswith("-") else ""
            return self._element("ix:nonFraction", fact, sign, value.lstrip("-"))
        text = fact.value or ""
        is_markup = "</" in text
        return self._element(
            "ix:nonNumeric", fact, ' escape="true"' if is_markup else "", text if is_markup else escape(text)
        )

    def _element(self, name: str, fact: Fact, extra: str, text: str) -> str:
        number = self._left.pop(fact)
        context = self._contexts[instance.context_of(fact)]
        unit = f' unitRef="{self._units[fact.unit]}"' if fact.unit else ""
        decimals = f' decimals="{fact.decimals}"' if fact.decimals else ""
        head = f'<{name} contextRef="{context}"{unit}{decimals} name="{fact.concept}"{extra} id="f-{number}"'
        return f"{head}/>" if not text else f"{head}>{text}</{name}>"


def _is_exact(fact: Fact, cell: str) -> bool:
    shown = Decimal(cell.strip("()").replace(",", "")).scaleb(scale_of(fact))
    return abs(Decimal(fact.value or 0)) == shown
