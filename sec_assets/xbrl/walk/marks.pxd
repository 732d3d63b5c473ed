# cython: language_level=3
"""What is noted of an instance while it is parsed, see `marks.pyx`."""

from lxml.includes.tree cimport const_xmlChar

from sec_assets.xbrl.walk.sax cimport Handlers, Reading


cdef enum Part:
    ENTITY
    PERIOD
    SCENARIO

cdef struct Fact:
    # strings of the document's dictionary, which keeps each of them once; NULL where nothing is stated
    const_xmlChar* name
    const_xmlChar* prefix
    const_xmlChar* namespace
    const_xmlChar* context
    const_xmlChar* unit
    const_xmlChar* decimals
    const_xmlChar* precision
    const_xmlChar* nil
    const_xmlChar* language
    # in the texts
    size_t identifier
    size_t text
    size_t length
    int identifier_length  # -1: none
    int line

cdef struct Member:
    const_xmlChar* axis
    const_xmlChar* text
    const_xmlChar* nil
    bint is_typed

cdef struct Context:
    const_xmlChar* identifier
    const_xmlChar* scheme
    const_xmlChar* entity
    const_xmlChar* start
    const_xmlChar* end
    const_xmlChar* instant
    size_t members  # the first of its own
    size_t members_end

cdef struct Array:
    char* items
    size_t length
    size_t room

cdef struct State:
    Reading reading
    Array facts
    Array contexts
    Array members
    Array texts
    int depth
    bint in_fact
    bint in_context
    # within a context: its part, how far that is, whether it had an entity and a period, depth and values of a typed member
    Part part
    int step
    bint has_entity
    bint has_period
    int typed_depth
    int typed_values
    # text on its way to where it belongs
    const_xmlChar** leaf
    size_t leaf_text
    const_xmlChar* declared[128]  # prefix and namespace of 64 declarations below the root
    int declarations

cdef Handlers HANDLERS
