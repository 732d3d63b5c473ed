"""Documents of filings to facts: the entry of this package.

Takes extracted instances, classic instances and inline XBRL documents of many filings and companies at once and
returns one frame. One bad document becomes a failure and leaves its neighbours alone. Statements and line
items made of the facts are `standardize/`; comparing them with SEC's own API is `reconcile.py`.
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl import walk
from sec_assets.xbrl.documents import InstanceDocument, NotXmlError, is_html, new_parser, parse_xml, plain_xml
from sec_assets.xbrl.facts import FactSink, Failure, ParsedFacts
from sec_assets.xbrl.inline import read_inline
from sec_assets.xbrl.reader import read_instance

__all__ = ["Failure", "InstanceDocument", "ParsedFacts", "parse_instances"]


def parse_instances(documents: Iterable[InstanceDocument]) -> ParsedFacts:
    """Return the facts of all documents as one frame in table `xbrl_facts`, and what could not be read.

    Documents of one filing come one after the other: its inline documents are read together, as one set. They are passed
    over where the instance EDGAR extracted from them (`NAME_htm.xml` for `NAME.htm`) is among the documents and could be
    read. Bodies and trees are held for one filing at a time, so `documents` may load them as it goes; a few hundred
    thousand facts a call is a good size. Never raises for what is in a document.
    """
    with _collector_at_rest():
        return _parsed(documents)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python's collector of cycles from walking what a batch keeps, over and over: nothing here refers to itself."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def _parsed(documents: Iterable[InstanceDocument]) -> ParsedFacts:
    sink, parser = FactSink(), new_parser()
    for _, members in groupby(documents, key=lambda document: (document.cik, document.accession_number)):
        pages: list[InstanceDocument] = []
        extracted: set[str] = set()
        for document in members:
            if is_html(document.body):
                pages.append(document)
            elif _read_instance(document, parser, sink):
                extracted.add(document.name)
        if not any(_extracted_name(page.name) in extracted for page in pages):
            _read_inline(pages, parser, sink)
    return sink.finish()


def _extracted_name(name: str) -> str:
    return f"{name.rpartition('.')[0]}_htm.xml"


def _read_instance(document: InstanceDocument, parser: etree.XMLParser, sink: FactSink) -> bool:
    try:
        read_instance(document, parser, sink)
    except MalformedError as error:
        sink.fail(document, str(error), _line(error))
        return False
    return True


def _read_inline(pages: list[InstanceDocument], parser: etree.XMLParser, sink: FactSink) -> None:
    parsed: list[tuple[InstanceDocument, etree._Element]] = []
    for document in pages:
        try:
            root = walk.tagged(plain_xml(document.body))
            parsed.append((document, parse_xml(document.body, parser) if root is None else root))
        except MalformedError as error:
            sink.fail(document, str(error), _line(error))
    if parsed:
        read_inline(parsed, sink)


def _line(error: MalformedError) -> int | None:
    return error.line if isinstance(error, NotXmlError) else None
