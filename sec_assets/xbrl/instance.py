"""Documents of filings to facts: the entry of this package.

Takes extracted instances, classic instances and inline XBRL documents of many filings and companies at once and
returns one frame. One bad document becomes a failure and leaves its neighbours alone. Statements and line
items made of the facts are `standardize/`; comparing them with SEC's own API is `reconcile.py`.
"""

from collections.abc import Iterable

from sec_assets.errors import MalformedError
from sec_assets.xbrl.documents import InstanceDocument, new_parser, parse_xml
from sec_assets.xbrl.facts import Failure, FactSink, ParsedFacts
from sec_assets.xbrl.reader import ROOT, read_instance

__all__ = ["Failure", "InstanceDocument", "ParsedFacts", "parse_instances"]


def parse_instances(documents: Iterable[InstanceDocument]) -> ParsedFacts:
    """Return the facts of all documents as one frame in table `xbrl_facts`, and what could not be read.

    Works document by document with bounded memory beyond the facts themselves; a few hundred thousand facts a call is
    a good size. Never raises for what is in a document.
    """
    sink, parser = FactSink(), new_parser()
    for document in documents:
        try:
            root = parse_xml(document.body, parser)
            if root.tag != ROOT:
                raise MalformedError(f"the root element is {str(root.tag)[:200]}, not that of an XBRL instance")
            read_instance(root, document, sink)
        except MalformedError as error:
            sink.fail(document, str(error))
    return sink.finish()
