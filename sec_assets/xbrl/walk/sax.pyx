# cython: language_level=3
"""libxml2's parser with handlers of one's own in front of those that build trees.

It is the libxml2 lxml brings along, with the options of `documents.new_parser`. The interpreter's lock is not held while it
parses.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.string cimport memchr, strcmp
from lxml.includes cimport etreepublic as lxml
from lxml.includes.xmlerror cimport XML_ERR_ERROR
from lxml.includes.xmlparser cimport (
    XML_PARSE_BIG_LINES, XML_PARSE_COMPACT, XML_PARSE_NOCDATA, XML_PARSE_NOERROR, XML_PARSE_NONET, XML_PARSE_NOWARNING,
)

from sec_assets.xbrl.walk.library import address, check

cdef extern from "libxml/xmlversion.h":
    int LIBXML_VERSION

cdef extern from *:
    const char* WALK_SOURCES  # defined by setup.py

check(WALK_SOURCES.decode(), lxml.LXML_VERSION_STRING.decode(), LIBXML_VERSION)
lxml.import_lxml__etree()

ctypedef int (*SaxVersion)(Handlers*, int) noexcept nogil
ctypedef xmlParserCtxt* (*NewContext)(const Handlers*, void*) noexcept nogil
ctypedef xmlDoc* (*ReadMemory)(xmlParserCtxt*, const char*, int, const char*, const char*, int) noexcept nogil
ctypedef void (*OfContext)(xmlParserCtxt*) noexcept nogil
ctypedef void (*FreeDocument)(xmlDoc*) noexcept nogil
ctypedef const_xmlChar* (*Lookup)(xmlDict*, const_xmlChar*, int) noexcept nogil

cdef NewContext new_context = <NewContext><size_t>address("xmlNewSAXParserCtxt")
cdef ReadMemory read_memory = <ReadMemory><size_t>address("xmlCtxtReadMemory")
cdef OfContext stop_parser = <OfContext><size_t>address("xmlStopParser")
cdef OfContext free_context = <OfContext><size_t>address("xmlFreeParserCtxt")
cdef FreeDocument free_document = <FreeDocument><size_t>address("xmlFreeDoc")
lookup = <Lookup><size_t>address("xmlDictLookup")
(<SaxVersion><size_t>address("xmlSAXVersion"))(&OF_TREES, 2)

cdef enum:
    OPTIONS = (
        XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
    )
    MOST_BYTES = 0x7FFFFFFF


cdef void refuse(void* parser) noexcept nogil:
    """Have a document read in another way; to be called by handlers."""
    (<Reading*>(<xmlParserCtxt*>parser)._private).refused = True
    stop_parser(<xmlParserCtxt*>parser)


cdef void on_document_type(void* parser, const_xmlChar* name, const_xmlChar* public, const_xmlChar* system) noexcept nogil:
    refuse(parser)


cdef Handlers handlers(startElementNsSAX2Func start, endElementNsSAX2Func end, charactersSAXFunc characters):
    """Return handlers that refuse document types and pass over comments and processing instructions."""
    cdef Handlers found = OF_TREES
    found.startElementNs, found.endElementNs = start, end
    found.characters = found.ignorableWhitespace = characters
    found.internalSubset, found.comment, found.processingInstruction = on_document_type, NULL, NULL
    return found


cdef object parsed(bytes body, Handlers* handlers, void* reading):
    """Return the root of what handlers made of a document, None when it is not well-formed or was refused.

    Args:
        body: the document.
        handlers: find `reading` in the private part of the parser they are given.
        reading: begins with a `Reading`.
    """
    cdef xmlParserCtxt* parser
    cdef xmlDoc* tree = NULL
    cdef const char* text = PyBytes_AS_STRING(body)
    cdef Py_ssize_t length = PyBytes_GET_SIZE(body)
    if length > MOST_BYTES:
        return None
    with nogil:
        parser = new_context(handlers, NULL)
        if parser is not NULL:
            parser._private = reading
            tree = read_memory(parser, text, <int>length, NULL, NULL, OPTIONS)
            # lxml takes no document with errors, e.g. in its namespaces, though libxml2 calls it well-formed
            (<Reading*>reading).refused |= parser.lastError.level >= XML_ERR_ERROR
            free_context(parser)
    if parser is NULL:
        raise MemoryError
    if tree is NULL:
        return None
    if (<Reading*>reading).refused:
        free_document(tree)
        return None
    return lxml.adoptExternalDocument(tree, None, True).getroot()


cdef bint is_named(
    const_xmlChar* name, const_xmlChar* namespace, const char* local, const char* uri
) noexcept nogil:
    return strcmp(<const char*>name, local) == 0 and namespace is not NULL and strcmp(<const char*>namespace, uri) == 0


cdef const_xmlChar* kept(xmlParserCtxt* parser, const_xmlChar* begin, const_xmlChar* end) noexcept nogil:
    """Return the value of an attribute from the dictionary; NULL where it cannot be told, as an ampersand is still a reference."""
    return lookup(parser.dict, begin, <int>(end - begin)) if memchr(begin, b"&", end - begin) is NULL else NULL
