"""What a filing consists of: its folder listing, its index page, and which of its documents are wanted.

Everything here works on bytes and rows at hand; asking EDGAR for them is `artifacts.py`. Neither source is complete:
the listing knows no document types, the index page costs a further request and is read only where names do not tell.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import lxml.etree

from sec_assets.edgar.urls import safe_name
from sec_assets.errors import InputError, MalformedError

Kind = Literal["primary", "xbrl_instance", "exhibit", "index"]

_READABLE = (".htm", ".html", ".txt")
_EXHIBIT_99 = re.compile(r"(?<!ind)(?:ex|exh|exhibit)[-_. ]?99(?:[-_.]?(\d{1,2}))?(?!\d)", re.IGNORECASE)
_NOT_AN_INSTANCE = re.compile(
    r"_(cal|def|lab|pre|ref)\.xml$|^(R\d+|FilingSummary|Financial_Report|defnref|primary_doc|index)\.xml$",
    re.IGNORECASE,
)
_FEE_TABLE = re.compile(r"ex-?_?(filing-?_?fees?|fees?|107)", re.IGNORECASE)
_DATED = re.compile(r"-\d{8}\.xml$", re.IGNORECASE)
_NEWS_ITEMS = frozenset({"2.02", "7.01", "8.01"})


@dataclass(frozen=True, slots=True)
class Filing:
    """What the index knows about a filing, as far as it helps to choose documents."""

    accession: str
    form: str
    items: str | None
    primary_document: str | None
    is_xbrl: bool
    is_inline_xbrl: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document to fetch; `document_type` is EDGAR's, where it is known or tells itself from the name."""

    name: str
    kind: Kind
    document_type: str | None


def parse_listing(body: bytes) -> list[str]:
    """Return the file names of a folder from its `index.json`, in the order of the listing.

    Its `type` is the name of an icon and its `size` is often empty: neither is of use.

    Raises:
        MalformedError: not a listing.
    """
    try:
        items = json.loads(body)["directory"]["item"]
        names = [item["name"] for item in items]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedError(f"not a folder listing ({error!r:.120}); it begins {body[:40]!r}") from error
    if not all(isinstance(name, str) for name in names):
        raise MalformedError("not a folder listing: a name is not text")
    return names


def parse_index_page(body: bytes) -> dict[str, str]:
    """Return document name -> document type from a filing's `-index.html` page, in the order of the page.

    Documents without a name of their own (filings before 2001) and the complete submission are left out.

    Raises:
        MalformedError: not such a page.
    """
    parser = lxml.etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    try:
        page = lxml.etree.fromstring(body, parser) if body.strip() else None
    except lxml.etree.LxmlError as error:
        raise MalformedError(f"not a filing's index page ({error})") from error
    found: Any = (
        page.xpath("//table[contains(concat(' ', @class, ' '), ' tableFile ')]//tr") if page is not None else []
    )
    if not found:
        raise MalformedError(f"not a filing's index page: it has no table of documents; it begins {body[:40]!r}")
    types: dict[str, str] = {}
    for row in found:
        links = row.xpath("./td[3]//a/@href")
        kind = " ".join("".join(row.xpath("string(./td[4])")).split())
        name = links[0].rsplit("/", 1)[-1] if links else ""
        if name and kind and kind != "\N{NO-BREAK SPACE}":
            types.setdefault(name, kind)
    return types


def names_do_not_tell(filing: Filing, listing: Sequence[str]) -> bool:
    """Tell whether the index page must be read to find the exhibits of a filing that may well have some."""
    form = filing.form.removesuffix("/A")
    items = {item.strip() for item in (filing.items or "").split(",")}
    expected = form in {"6-K", "40-F"} or (form == "8-K" and not items.isdisjoint(_NEWS_ITEMS))
    return expected and not any(_is_exhibit_99(name) for name in listing)


def choose_documents(
    filing: Filing, listing: Sequence[str] | None, types: Mapping[str, str] | None = None
) -> tuple[list[Wanted], list[tuple[str, str]]]:
    """Choose the documents to keep: the primary one, the XBRL instance, exhibits 99 in text form.

    A primary document that is not listed is asked for all the same, and so is the complete submission, which holds it.

    Args:
        filing: the filing.
        listing: names in its folder; None when it could not be had: then what must be there is chosen.
        types: document types by name from the index page, if it was read.

    Returns:
        The documents, each name once, and (name, reason) of the names refused because they are unsafe.
    """
    names, refused = _safe(listing or ())
    known = dict(types or {})
    primary, wrong = _primary(filing, names)
    whole = f"{filing.accession}.txt"
    chosen = [Wanted(primary, "primary", known.get(primary, filing.form))]
    if primary not in names and whole in names:
        chosen.append(Wanted(whole, "primary", filing.form))
    chosen += [
        Wanted(name, "xbrl_instance", known.get(name, "XML" if name.endswith("_htm.xml") else "EX-101.INS"))
        for name in _instances(filing, names, primary)
    ]
    candidates, more = _safe(tuple(known))
    chosen += [
        Wanted(name, "exhibit", known.get(name) or _type_from(name))
        for name in dict.fromkeys([*names, *candidates])
        if name.lower().endswith(_READABLE) and (_is_exhibit_99(name) if name not in known else _is_99(known[name]))
    ]
    seen: set[str] = set()
    once = [doc for doc in chosen if not (doc.name.lower() in seen or seen.add(doc.name.lower()))]
    return once, [*refused, *wrong, *(pair for pair in more if pair not in refused)]


def _safe(names: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    good: list[str] = []
    refused: list[tuple[str, str]] = []
    for name in names:
        try:
            good.append(safe_name(name))
        except InputError as error:
            refused.append((name, str(error)))
    return good, refused


def _primary(filing: Filing, names: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the primary document, in the listing's spelling if it differs in case only; else the whole submission."""
    whole = f"{filing.accession}.txt"
    if not filing.primary_document:
        return whole, []
    try:
        name = safe_name(filing.primary_document)
    except InputError as error:
        return whole, [(filing.primary_document, str(error))]
    if name in names:
        return name, []
    return next((listed for listed in names if listed.lower() == name.lower()), name), []


def _instances(filing: Filing, names: Sequence[str], primary: str) -> list[str]:
    """Return the XBRL instances; one that should be there but is not listed is asked for all the same.

    EDGAR extracts `<primary document>_htm.xml` from inline XBRL, some time after it has accepted the filing.
    """
    extracted = [name for name in names if name.endswith("_htm.xml") and not _FEE_TABLE.search(name)]
    if extracted:
        return extracted
    if filing.is_inline_xbrl:
        return (
            [re.sub(r"\.html?$", "_htm.xml", primary, flags=re.IGNORECASE)]
            if primary.lower().endswith((".htm", ".html"))
            else []
        )
    if not filing.is_xbrl:
        return []
    plain = [name for name in names if name.lower().endswith(".xml") and not _NOT_AN_INSTANCE.search(name)]
    plain = [name for name in plain if name != primary and not name.endswith("_htm.xml")]
    dated = [name for name in plain if _DATED.search(name)]
    return dated or plain


def _is_exhibit_99(name: str) -> bool:
    return name.lower().endswith(_READABLE) and _EXHIBIT_99.search(name) is not None


def _is_99(document_type: str) -> bool:
    return re.match(r"EX-99(\D|$)", document_type) is not None


def _type_from(name: str) -> str:
    match = _EXHIBIT_99.search(name)
    number = int(match.group(1)) if match is not None and match.group(1) else 0
    return f"EX-99.{number}" if number else "EX-99"
