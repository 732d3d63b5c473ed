# cython: language_level=3, boundscheck=False, wraparound=False
"""Instances read while libxml2 parses them: facts go into arrays, no tree is built of them.

The parser is the one lxml has, with the options of `documents.new_parser`; what is not a fact becomes a tree as ever. Whatever
is out of the ordinary (broken XML, a document type, facts that hold elements, limits) is refused, and is then read
from its whole tree, which also tells what is wrong and where.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcpy, memset, strcmp, strlen
from lxml.includes cimport etreepublic as lxml
from lxml.includes.tree cimport const_xmlChar, xmlChar, xmlDict, xmlDoc
from lxml.includes.xmlparser cimport (
    XML_PARSE_BIG_LINES, XML_PARSE_COMPACT, XML_PARSE_NOCDATA, XML_PARSE_NOERROR, XML_PARSE_NONET, XML_PARSE_NOWARNING,
    charactersSAXFunc, commentSAXFunc, endElementNsSAX2Func, internalSubsetSAXFunc, processingInstructionSAXFunc,
    startElementNsSAX2Func, xmlParserCtxt,
)

from sec_assets.xbrl.walk.answers import TRUE, OddFact, PlainFacts
from sec_assets.xbrl.walk.library import address, check

cdef extern from "libxml/xmlversion.h":
    int LIBXML_VERSION

cdef extern from "libxml/parser.h" nogil:
    ctypedef struct Handlers "xmlSAXHandler":  # lxml's declaration lacks one for white space
        internalSubsetSAXFunc internalSubset
        startElementNsSAX2Func startElementNs
        endElementNsSAX2Func endElementNs
        charactersSAXFunc characters
        charactersSAXFunc ignorableWhitespace
        commentSAXFunc comment
        processingInstructionSAXFunc processingInstruction

cdef extern from *:
    const char* SCAN_SOURCE  # defined by setup.py

check("scan.pyx", SCAN_SOURCE.decode(), lxml.LXML_VERSION_STRING.decode(), LIBXML_VERSION)
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
cdef Lookup lookup = <Lookup><size_t>address("xmlDictLookup")

cdef const char* XBRLI = "http://www.xbrl.org/2003/instance"
cdef const char* LINKBASE = "http://www.xbrl.org/2003/linkbase"
cdef const char* XSI = "http://www.w3.org/2001/XMLSchema-instance"
cdef const char* XML = "http://www.w3.org/XML/1998/namespace"

cdef enum:
    OPTIONS = (
        XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
    )
    MOST_TEXT = 10_000_000  # libxml2's own limit for a text of a tree
    MOST_DECLARED = 64
    MOST_BYTES = 0x7FFFFFFF

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

cdef struct State:
    Fact* facts
    size_t count
    size_t room
    char* texts
    size_t length
    size_t space
    int depth
    bint in_fact
    bint refused
    const_xmlChar* declared[2 * MOST_DECLARED]  # prefix and namespace of declarations below the root
    int declarations

cdef Handlers OF_TREES  # libxml2's own, which build trees
cdef Handlers HANDLERS  # ours, in front of them


cdef inline State* state_of(void* parser) noexcept nogil:
    return <State*>(<xmlParserCtxt*>parser)._private


cdef void refuse(void* parser) noexcept nogil:
    state_of(parser).refused = True
    stop_parser(<xmlParserCtxt*>parser)


cdef bint append(State* state, const void* text, size_t length) noexcept nogil:
    """Add to the texts; tell whether there was memory for it."""
    cdef size_t wanted = state.length + length
    cdef void* grown
    if wanted > state.space:
        grown = realloc(state.texts, 2 * wanted + 65536)
        if grown is NULL:
            return False
        state.texts, state.space = <char*>grown, 2 * wanted + 65536
    memcpy(state.texts + state.length, text, length)
    state.length = wanted
    return True


cdef Fact* another_fact(State* state) noexcept nogil:
    cdef void* grown
    if state.count == state.room:
        grown = realloc(state.facts, (2 * state.room + 256) * sizeof(Fact))
        if grown is NULL:
            return NULL
        state.facts, state.room = <Fact*>grown, 2 * state.room + 256
    state.count += 1
    memset(&state.facts[state.count - 1], 0, sizeof(Fact))
    return &state.facts[state.count - 1]


cdef bint begin_fact(
    xmlParserCtxt* parser, State* state, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace,
    int count, const_xmlChar** attributes,
) noexcept nogil:
    """Note what the start tag of a fact says; tell whether it could be noted."""
    cdef Fact* fact = another_fact(state)
    cdef const_xmlChar** each = attributes
    cdef const_xmlChar** stated
    cdef const char* local
    cdef size_t length
    cdef int position
    if fact is NULL:
        return False
    fact.name, fact.prefix, fact.namespace = name, prefix, namespace
    fact.identifier_length, fact.line = -1, parser.input.line
    for position in range(count):
        # local name, prefix, namespace, begin and end of the value, in which an ampersand is still written as a reference
        each = attributes + 5 * position
        local, length, stated = <const char*>each[0], each[4] - each[3], NULL
        if each[2] is NULL:
            if strcmp(local, "contextRef") == 0:
                stated = &fact.context
            elif strcmp(local, "unitRef") == 0:
                stated = &fact.unit
            elif strcmp(local, "decimals") == 0:
                stated = &fact.decimals
            elif strcmp(local, "precision") == 0:
                stated = &fact.precision
            elif strcmp(local, "id") == 0:
                fact.identifier, fact.identifier_length = state.length, <int>length
                if memchr(each[3], b"&", length) is not NULL or not append(state, each[3], length):
                    return False
        elif strcmp(local, "nil") == 0 and strcmp(<const char*>each[2], XSI) == 0:
            stated = &fact.nil
        elif strcmp(local, "lang") == 0 and strcmp(<const char*>each[2], XML) == 0:
            stated = &fact.language
        if stated is not NULL:
            if memchr(each[3], b"&", length) is not NULL:
                return False
            stated[0] = lookup(parser.dict, each[3], <int>length)
            if stated[0] is NULL:
                return False
    fact.text = state.length
    return True


cdef bint note_declarations(State* state, int count, const_xmlChar** declarations) noexcept nogil:
    """Note declarations below the root, each once; tell whether there was room."""
    cdef int position, known
    for position in range(count):
        for known in range(state.declarations):
            if state.declared[2 * known] == declarations[2 * position] and (
                state.declared[2 * known + 1] == declarations[2 * position + 1]
            ):
                break
        else:
            if state.declarations == MOST_DECLARED:
                return False
            state.declared[2 * state.declarations] = declarations[2 * position]
            state.declared[2 * state.declarations + 1] = declarations[2 * position + 1]
            state.declarations += 1
    return True


cdef void on_start(
    void* parser, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace, int declared,
    const_xmlChar** declarations, int count, int defaulted, const_xmlChar** attributes,
) noexcept nogil:
    cdef State* state = state_of(parser)
    cdef const char* uri = <const char*>namespace
    state.depth += 1
    if state.in_fact or (state.depth > 1 and not note_declarations(state, declared, declarations)):
        refuse(parser)
    elif state.depth == 2 and (uri is NULL or (strcmp(uri, XBRLI) != 0 and strcmp(uri, LINKBASE) != 0)):
        state.in_fact = True
        if not begin_fact(<xmlParserCtxt*>parser, state, name, prefix, namespace, count, attributes):
            refuse(parser)
    else:
        OF_TREES.startElementNs(parser, name, prefix, namespace, declared, declarations, count, defaulted, attributes)


cdef void on_end(void* parser, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace) noexcept nogil:
    cdef State* state = state_of(parser)
    cdef Fact* fact
    state.depth -= 1
    if not state.in_fact:
        OF_TREES.endElementNs(parser, name, prefix, namespace)
        return
    state.in_fact = False
    fact = &state.facts[state.count - 1]
    fact.length = state.length - fact.text
    if fact.length > MOST_TEXT:
        refuse(parser)


cdef void on_characters(void* parser, const_xmlChar* text, int length) noexcept nogil:
    cdef State* state = state_of(parser)
    if state.in_fact:
        if not append(state, text, length):
            refuse(parser)
    elif state.depth > 1:  # what is between the root's children says nothing
        OF_TREES.characters(parser, text, length)


cdef void on_document_type(void* parser, const_xmlChar* name, const_xmlChar* public, const_xmlChar* system) noexcept nogil:
    refuse(parser)


(<SaxVersion><size_t>address("xmlSAXVersion"))(&OF_TREES, 2)
memcpy(&HANDLERS, &OF_TREES, sizeof(Handlers))
HANDLERS.startElementNs = on_start
HANDLERS.endElementNs = on_end
HANDLERS.characters = HANDLERS.ignorableWhitespace = on_characters
HANDLERS.internalSubset = on_document_type
HANDLERS.comment = NULL
HANDLERS.processingInstruction = NULL


cdef inline object string(const_xmlChar* text):
    return None if text is NULL else PyUnicode_DecodeUTF8(<const char*>text, strlen(<const char*>text), NULL)


cdef inline bint is_space(char letter) noexcept:
    return letter == b" " or letter == b"\t" or letter == b"\r" or letter == b"\n"


cdef inline bint fits(const char* text, size_t length) noexcept:
    """Tell whether a text is a number of at most 26 digits before and 12 behind the point, as it stands."""
    cdef size_t at = 0, begin
    if at < length and (text[at] == b"+" or text[at] == b"-"):
        at += 1
    begin = at
    while at < length and b"0" <= text[at] <= b"9":
        at += 1
    if not 1 <= at - begin <= 26:
        return False
    if at == length:
        return True
    if text[at] != b".":
        return False
    begin = at + 1
    at = begin
    while at < length and b"0" <= text[at] <= b"9":
        at += 1
    return at == length and 1 <= at - begin <= 12


def scan(bytes body):
    """Return an instance read without a tree of its facts; see `python.scan`."""
    cdef Scan found = Scan()
    return found if found.read(body) else None


cdef class Scan:
    """An instance; see `answers.Instance`."""

    cdef State state
    cdef readonly lxml._Element root
    cdef readonly dict alike

    def __cinit__(self):
        memset(&self.state, 0, sizeof(State))

    def __dealloc__(self):
        free(self.state.facts)
        free(self.state.texts)

    cdef bint read(self, bytes body) except -1:
        cdef xmlParserCtxt* parser
        cdef xmlDoc* tree
        cdef const char* text = PyBytes_AS_STRING(body)
        cdef Py_ssize_t length = PyBytes_GET_SIZE(body)
        if length > MOST_BYTES:
            return False
        with nogil:
            parser = new_context(&HANDLERS, NULL)
            if parser is not NULL:
                parser._private = &self.state
                tree = read_memory(parser, text, <int>length, NULL, NULL, OPTIONS)
                free_context(parser)
        if parser is NULL:
            raise MemoryError
        if tree is NULL:
            return False
        if self.state.refused:
            free_document(tree)
            return False
        self.root = lxml.adoptExternalDocument(tree, None, True).getroot()
        self.alike = self.bound_alike()
        return True

    cdef dict bound_alike(self):
        cdef dict alike = dict(self.root.nsmap)
        cdef int each
        for each in range(self.state.declarations):
            prefix = string(self.state.declared[2 * each])
            namespace = string(self.state.declared[2 * each + 1])
            if alike.get(prefix, namespace) != namespace:
                del alike[prefix]
        return alike

    def plain_facts(self, meaning, wanted, columns) -> PlainFacts:
        """Add the plain facts to `columns`; see `answers.Instance`."""
        cdef dict aspects = meaning.aspects, units = meaning.units, accuracies = meaning.decimals
        cdef dict concepts = {}, by_context = {}, by_unit = {0: 0}, by_decimals = {}, by_language = {0: meaning.language}
        cdef dict by_nil = {0: False}
        cdef list documents = columns.documents, concept_column = columns.concepts, aspect_column = columns.aspects
        cdef list unit_column = columns.units, languages = columns.languages, decimals = columns.decimals
        cdef list ordinals = columns.ordinals, values = columns.values
        cdef list are_nil = columns.is_nil, have_number = columns.has_number
        cdef list others = [], identified = []
        cdef object document = meaning.document, key, concept = None, aspect, unit, accuracy, language, stated
        cdef bint is_nil, is_number, has_wanted = bool(wanted)
        cdef size_t ordinal, length
        cdef const char* text
        cdef Fact* fact
        cdef Fact* before = NULL
        for ordinal in range(self.state.count):
            fact = &self.state.facts[ordinal]
            if before is NULL or (
                fact.name != before.name or fact.namespace != before.namespace or fact.prefix != before.prefix
            ):
                key = (<size_t>fact.name, <size_t>fact.namespace, <size_t>fact.prefix)
                concept = concepts.get(key)
                if concept is None:
                    concept = concepts[key] = meaning.concept_of(tag_of(fact), string(fact.prefix))
            before = fact
            if has_wanted and fact.identifier_length >= 0:
                identifier = self.identifier_of(fact)
                if identifier in wanted:
                    identified.append((identifier, ordinal, tag_of(fact), string(fact.prefix)))
            is_number = fact.unit is not NULL
            key = <size_t>fact.nil
            stated = by_nil.get(key)
            if stated is None:
                stated = by_nil[key] = string(fact.nil).strip() in TRUE
            is_nil = stated
            key = <size_t>fact.context
            aspect = by_context.get(key)
            if aspect is None:
                aspect = by_context[key] = aspects.get(string(fact.context))
            key = <size_t>fact.unit
            unit = by_unit.get(key)
            if unit is None:
                unit = by_unit[key] = units.get(string(fact.unit))
            text, length = self.state.texts + fact.text, fact.length
            while length and is_space(text[length - 1]):
                length -= 1
            while length and is_space(text[0]):
                text, length = text + 1, length - 1
            if aspect is None or unit is None or fact.precision is not NULL or (
                is_number and not is_nil and not fits(text, length)
            ):
                others.append(self.odd_fact(ordinal, concept))
                continue
            accuracy = language = 0
            if is_number:
                key = <size_t>fact.decimals
                accuracy = by_decimals.get(key)
                if accuracy is None:
                    stated = string(fact.decimals)
                    accuracy = accuracies.get(stated)
                    if accuracy is None:
                        accuracy = accuracies[stated] = meaning.decimals_of(stated)
                    by_decimals[key] = accuracy
            else:
                key = <size_t>fact.language
                language = by_language.get(key)
                if language is None:
                    language = by_language[key] = meaning.language_of(string(fact.language))
            documents.append(document)
            concept_column.append(concept)
            aspect_column.append(aspect)
            unit_column.append(unit)
            languages.append(language)
            decimals.append(accuracy)
            ordinals.append(ordinal)
            are_nil.append(is_nil)
            have_number.append(is_number and not is_nil)
            values.append(None if is_nil else PyBytes_FromStringAndSize(text, length) if length else b"")
        return PlainFacts(self.state.count, others, identified)

    cdef object identifier_of(self, Fact* fact):
        return PyUnicode_DecodeUTF8(self.state.texts + fact.identifier, fact.identifier_length, NULL)

    cdef object odd_fact(self, size_t ordinal, object concept):
        cdef Fact* fact = &self.state.facts[ordinal]
        name = string(fact.name)
        return OddFact(
            ordinal, concept, name if fact.prefix is NULL else f"{string(fact.prefix)}:{name}", fact.line,
            string(fact.context), string(fact.unit), string(fact.decimals), string(fact.precision), string(fact.nil),
            string(fact.language), PyUnicode_DecodeUTF8(self.state.texts + fact.text, fact.length, NULL), None,
        )


cdef object tag_of(Fact* fact):
    return string(fact.name) if fact.namespace is NULL else f"{{{string(fact.namespace)}}}{string(fact.name)}"
