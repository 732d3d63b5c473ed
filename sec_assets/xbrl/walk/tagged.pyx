# cython: language_level=3, boundscheck=False, wraparound=False
"""Inline documents of which only what is tagged becomes a tree: half of a page is in no element of inline XBRL.

Elements outside of those leave nothing behind, so that the outermost ones of inline XBRL are children of the root. A document
that says something of meaning there (a namespace, a language) is refused, and then read from its whole tree.
"""

from libc.string cimport memset, strcmp
from lxml.includes.tree cimport const_xmlChar
from lxml.includes.xmlparser cimport xmlParserCtxt

from sec_assets.xbrl.walk.sax cimport OF_TREES, Handlers, Reading, handlers, is_named, parsed, refuse


cdef const char* IX = "http://www.xbrl.org/2013/inlineXBRL"
cdef const char* OLD_IX = "http://www.xbrl.org/2008/inlineXBRL"
cdef const char* XML = "http://www.w3.org/XML/1998/namespace"

cdef struct State:
    Reading reading
    int depth
    int tagged  # depth within the outermost element of inline XBRL, 0 outside
    # a document keeps each namespace once: the last ones seen, of inline XBRL and not
    const_xmlChar* inline
    const_xmlChar* other


cdef inline bint is_inline(State* state, const_xmlChar* namespace) noexcept nogil:
    if namespace is NULL or namespace == state.other:
        return False
    if namespace != state.inline:
        if strcmp(<const char*>namespace, IX) != 0 and strcmp(<const char*>namespace, OLD_IX) != 0:
            state.other = namespace
            return False
        state.inline = namespace
    return True


cdef inline bint says_nothing(int declared, int count, const_xmlChar** attributes) noexcept nogil:
    """Tell whether an element means nothing to the facts inside it."""
    cdef int position
    for position in range(count):
        if attributes[5 * position + 2] is not NULL and (
            is_named(attributes[5 * position], attributes[5 * position + 2], "lang", XML)
        ):
            return False
    return declared == 0


cdef void on_start(
    void* parser, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace, int declared,
    const_xmlChar** declarations, int count, int defaulted, const_xmlChar** attributes,
) noexcept nogil:
    cdef State* state = <State*>(<xmlParserCtxt*>parser)._private
    state.depth += 1
    if state.tagged or is_inline(state, namespace):
        state.tagged += 1
    elif state.depth > 1:
        if not says_nothing(declared, count, attributes):
            refuse(parser)
        return
    OF_TREES.startElementNs(parser, name, prefix, namespace, declared, declarations, count, defaulted, attributes)


cdef void on_end(void* parser, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace) noexcept nogil:
    cdef State* state = <State*>(<xmlParserCtxt*>parser)._private
    state.depth -= 1
    if state.tagged:
        state.tagged -= 1
    elif state.depth:
        return
    OF_TREES.endElementNs(parser, name, prefix, namespace)


cdef void on_characters(void* parser, const_xmlChar* text, int length) noexcept nogil:
    if (<State*>(<xmlParserCtxt*>parser)._private).tagged:
        OF_TREES.characters(parser, text, length)


cdef Handlers HANDLERS = handlers(on_start, on_end, on_characters)


def tagged(bytes body):
    """Return the root of what is tagged in an inline document; see `python.tagged`."""
    cdef State state
    memset(&state, 0, sizeof(State))
    return parsed(body, &HANDLERS, &state)
