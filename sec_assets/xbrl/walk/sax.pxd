# cython: language_level=3
"""What compiled readers share: libxml2's parser with handlers of one's own, see `sax.pyx`."""

from lxml.includes.tree cimport const_xmlChar, xmlDict, xmlDoc
from lxml.includes.xmlparser cimport (
    charactersSAXFunc, commentSAXFunc, endElementNsSAX2Func, internalSubsetSAXFunc, processingInstructionSAXFunc,
    startElementNsSAX2Func, xmlParserCtxt,
)


cdef extern from "libxml/parser.h" nogil:
    ctypedef struct Handlers "xmlSAXHandler":  # lxml's declaration lacks one for white space
        internalSubsetSAXFunc internalSubset
        startElementNsSAX2Func startElementNs
        endElementNsSAX2Func endElementNs
        charactersSAXFunc characters
        charactersSAXFunc ignorableWhitespace
        commentSAXFunc comment
        processingInstructionSAXFunc processingInstruction


cdef struct Reading:
    # the beginning of what a reader keeps while it reads
    bint refused

cdef Handlers OF_TREES
cdef const_xmlChar* (*lookup)(xmlDict*, const_xmlChar*, int) noexcept nogil

cdef Handlers handlers(startElementNsSAX2Func start, endElementNsSAX2Func end, charactersSAXFunc characters)
cdef object parsed(bytes body, Handlers* handlers, void* reading)
cdef void refuse(void* parser) noexcept nogil
cdef bint is_named(
    const_xmlChar* name, const_xmlChar* namespace, const char* local, const char* uri
) noexcept nogil
cdef const_xmlChar* kept(xmlParserCtxt* parser, const_xmlChar* begin, const_xmlChar* end) noexcept nogil
