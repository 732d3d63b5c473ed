# cython: language_level=3, boundscheck=False, wraparound=False
"""Instances read while libxml2 parses them: facts and contexts go into arrays, no tree is built of them.

The parser is the one lxml has, with the options of `documents.new_parser`; units and footnotes become a tree as ever. Whatever
is out of the ordinary (broken XML, a document type, facts that hold elements, contexts of another shape, limits) is
refused, and is then read from its whole tree, which also tells what is wrong and where.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcpy, memset, strcmp, strlen
from lxml.includes cimport etreepublic as lxml
from lxml.includes.tree cimport const_xmlChar
from lxml.includes.xmlparser cimport xmlParserCtxt

from sec_assets.xbrl.walk.sax cimport OF_TREES, Handlers, Reading, handlers, is_named, kept, lookup, parsed, refuse

from sec_assets.xbrl.walk.answers import TRUE, OddFact, PlainContext, PlainFacts
from sec_assets.xbrl.walk.library import check

cdef extern from "libxml/xmlversion.h":
    int LIBXML_VERSION

cdef extern from *:
    const char* WALK_SOURCES  # defined by setup.py

check(WALK_SOURCES.decode(), lxml.LXML_VERSION_STRING.decode(), LIBXML_VERSION)
lxml.import_lxml__etree()

cdef const char* XBRLI = "http://www.xbrl.org/2003/instance"
cdef const char* LINKBASE = "http://www.xbrl.org/2003/linkbase"
cdef const char* XBRLDI = "http://xbrl.org/2006/xbrldi"
cdef const char* XSI = "http://www.w3.org/2001/XMLSchema-instance"
cdef const char* XML = "http://www.w3.org/XML/1998/namespace"

cdef enum:
    MOST_TEXT = 10_000_000  # libxml2's own limit for a text of a tree
    MOST_DECLARED = 64

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
    const_xmlChar* declared[2 * MOST_DECLARED]  # prefix and namespace of declarations below the root
    int declarations

cdef inline State* state_of(void* parser) noexcept nogil:
    return <State*>(<xmlParserCtxt*>parser)._private


cdef void* another(Array* array, size_t size) noexcept nogil:
    """Return room for `size` more bytes in an array, NULL when there is no memory for it."""
    cdef size_t wanted = array.length + size
    cdef void* grown
    if wanted > array.room:
        grown = realloc(array.items, 2 * wanted + 65536)
        if grown is NULL:
            return NULL
        array.items, array.room = <char*>grown, 2 * wanted + 65536
    array.length = wanted
    return array.items + wanted - size


cdef inline bint append(Array* texts, const void* text, size_t length) noexcept nogil:
    cdef void* room = another(texts, length)
    if room is not NULL:
        memcpy(room, text, length)
    return room is not NULL


cdef bint begin_fact(
    xmlParserCtxt* parser, State* state, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace,
    int count, const_xmlChar** attributes,
) noexcept nogil:
    """Note what the start tag of a fact says; tell whether it could be noted."""
    cdef Fact* fact = <Fact*>another(&state.facts, sizeof(Fact))
    cdef const_xmlChar** each = attributes
    cdef const_xmlChar** stated
    cdef const char* local
    cdef size_t length
    cdef int position
    if fact is NULL:
        return False
    memset(fact, 0, sizeof(Fact))
    fact.name, fact.prefix, fact.namespace = name, prefix, namespace
    fact.identifier_length, fact.line = -1, parser.input.line
    for position in range(count):
        # local name, prefix, namespace, begin and end of the value
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
                fact.identifier, fact.identifier_length = state.texts.length, <int>length
                if memchr(each[3], b"&", length) is not NULL or not append(&state.texts, each[3], length):
                    return False
        elif strcmp(local, "nil") == 0 and strcmp(<const char*>each[2], XSI) == 0:
            stated = &fact.nil
        elif strcmp(local, "lang") == 0 and strcmp(<const char*>each[2], XML) == 0:
            stated = &fact.language
        if stated is not NULL:
            stated[0] = kept(parser, each[3], each[4])
            if stated[0] is NULL:
                return False
    fact.text = state.texts.length
    return True


cdef bint end_fact(State* state) noexcept nogil:
    """Take the text of a fact; tell whether it is one that a tree could hold."""
    cdef Fact* fact = <Fact*>(state.facts.items + state.facts.length) - 1
    fact.length = state.texts.length - fact.text
    state.in_fact = False
    return fact.length <= MOST_TEXT


cdef bint take(
    xmlParserCtxt* parser, int count, const_xmlChar** attributes, const char* local, const char* uri, const_xmlChar** stated
) noexcept nogil:
    """Take the value of an attribute, NULL where there is none; tell whether it could be told."""
    cdef const_xmlChar** each = attributes
    cdef int position
    stated[0] = NULL
    for position in range(count):
        each = attributes + 5 * position
        if strcmp(<const char*>each[0], local) == 0 and (
            each[2] is NULL if uri is NULL else each[2] is not NULL and strcmp(<const char*>each[2], uri) == 0
        ):
            stated[0] = kept(parser, each[3], each[4])
            return stated[0] is not NULL
    return True


cdef inline void begin_leaf(State* state, const_xmlChar** target) noexcept nogil:
    state.leaf, state.leaf_text = target, state.texts.length


cdef bint end_leaf(xmlParserCtxt* parser, State* state) noexcept nogil:
    cdef size_t length = state.texts.length - state.leaf_text
    if length > MOST_TEXT:
        return False
    state.leaf[0] = lookup(parser.dict, <const_xmlChar*>state.texts.items + state.leaf_text, <int>length)
    state.texts.length = state.leaf_text
    return state.leaf[0] is not NULL


cdef inline Context* last_context(State* state) noexcept nogil:
    return <Context*>(state.contexts.items + state.contexts.length) - 1


cdef bint begin_context(xmlParserCtxt* parser, State* state, int count, const_xmlChar** attributes) noexcept nogil:
    cdef Context* context = <Context*>another(&state.contexts, sizeof(Context))
    if context is NULL:
        return False
    memset(context, 0, sizeof(Context))
    context.members = state.members.length // sizeof(Member)
    state.in_context, state.has_entity, state.has_period, state.typed_depth, state.leaf = True, False, False, 0, NULL
    return take(parser, count, attributes, "id", NULL, &context.identifier)


cdef bint begin_part(
    xmlParserCtxt* parser, State* state, const_xmlChar* name, const_xmlChar* namespace, int count, const_xmlChar** attributes
) noexcept nogil:
    """Take the start tag of an element of a context; tell whether it is in its place."""
    cdef Context* context = last_context(state)
    if state.depth == 3:
        state.step = 0
        if is_named(name, namespace, "entity", XBRLI) and not state.has_entity:
            state.part, state.has_entity = ENTITY, True
        elif is_named(name, namespace, "period", XBRLI) and not state.has_period:
            state.part, state.has_period = PERIOD, True
        elif is_named(name, namespace, "scenario", XBRLI):
            state.part = SCENARIO
        else:
            return False
        return True
    if state.leaf is not NULL:
        return False
    if state.part == SCENARIO:
        return begin_member(parser, state, name, namespace, 4, count, attributes)
    if state.depth > 4:
        return state.part == ENTITY and state.step == 2 and begin_member(parser, state, name, namespace, 5, count, attributes)
    if state.part == ENTITY and state.step == 0 and is_named(name, namespace, "identifier", XBRLI):
        begin_leaf(state, &context.entity)
        state.step = 1
        return take(parser, count, attributes, "scheme", NULL, &context.scheme)
    if state.part == ENTITY and state.step == 1 and is_named(name, namespace, "segment", XBRLI):
        state.step = 2
    elif state.part == PERIOD and state.step == 0 and is_named(name, namespace, "instant", XBRLI):
        begin_leaf(state, &context.instant)
        state.step = 3
    elif state.part == PERIOD and state.step == 0 and is_named(name, namespace, "startDate", XBRLI):
        begin_leaf(state, &context.start)
        state.step = 2
    elif state.part == PERIOD and state.step == 2 and is_named(name, namespace, "endDate", XBRLI):
        begin_leaf(state, &context.end)
        state.step = 3
    else:
        return False
    return True


cdef bint begin_member(
    xmlParserCtxt* parser, State* state, const_xmlChar* name, const_xmlChar* namespace, int depth,
    int count, const_xmlChar** attributes,
) noexcept nogil:
    """Take the start tag of a member, which is at `depth`, or of the value of a typed one."""
    cdef Member* member
    if state.depth == depth + 1 and state.typed_depth == depth:
        state.typed_values += 1
        member = <Member*>(state.members.items + state.members.length) - 1
        begin_leaf(state, &member.text)
        return take(parser, count, attributes, "nil", XSI, &member.nil)
    member = <Member*>another(&state.members, sizeof(Member))
    if state.depth != depth or member is NULL:
        return False
    memset(member, 0, sizeof(Member))
    if is_named(name, namespace, "explicitMember", XBRLDI):
        begin_leaf(state, &member.text)
    elif is_named(name, namespace, "typedMember", XBRLDI):
        member.is_typed, state.typed_depth, state.typed_values = True, depth, 0
    else:
        return False
    return take(parser, count, attributes, "dimension", NULL, &member.axis)


cdef bint end_part(xmlParserCtxt* parser, State* state) noexcept nogil:
    """Take the end tag of a context or of an element of it; `depth` is that of its parent. Tell whether it is complete."""
    cdef bint is_whole = True
    if state.leaf is not NULL:
        is_whole = end_leaf(parser, state)
        state.leaf = NULL
    elif state.depth == 1:
        state.in_context = False
        last_context(state).members_end = state.members.length // sizeof(Member)
        return state.has_period
    elif state.depth == 2:
        return (state.part != ENTITY or state.step > 0) and (state.part != PERIOD or state.step == 3)
    elif state.typed_depth == state.depth + 1:
        state.typed_depth = 0
        return state.typed_values == 1
    return is_whole


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
    void* context, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace, int declared,
    const_xmlChar** declarations, int count, int defaulted, const_xmlChar** attributes,
) noexcept nogil:
    cdef xmlParserCtxt* parser = <xmlParserCtxt*>context
    cdef State* state = state_of(parser)
    cdef const char* uri = <const char*>namespace
    cdef bint is_fine = True
    state.depth += 1
    if state.in_fact or (state.depth > 1 and not note_declarations(state, declared, declarations)):
        is_fine = False
    elif state.in_context:
        is_fine = begin_part(parser, state, name, namespace, count, attributes)
    elif state.depth == 2 and is_named(name, namespace, "context", XBRLI):
        is_fine = begin_context(parser, state, count, attributes)
    elif state.depth == 2 and (uri is NULL or (strcmp(uri, XBRLI) != 0 and strcmp(uri, LINKBASE) != 0)):
        state.in_fact = True
        is_fine = begin_fact(parser, state, name, prefix, namespace, count, attributes)
    else:
        OF_TREES.startElementNs(parser, name, prefix, namespace, declared, declarations, count, defaulted, attributes)
    if not is_fine:
        refuse(parser)


cdef void on_end(void* context, const_xmlChar* name, const_xmlChar* prefix, const_xmlChar* namespace) noexcept nogil:
    cdef xmlParserCtxt* parser = <xmlParserCtxt*>context
    cdef State* state = state_of(parser)
    cdef bint is_fine = True
    state.depth -= 1
    if state.in_fact:
        is_fine = end_fact(state)
    elif state.in_context:
        is_fine = end_part(parser, state)
    else:
        OF_TREES.endElementNs(parser, name, prefix, namespace)
    if not is_fine:
        refuse(parser)


cdef void on_characters(void* parser, const_xmlChar* text, int length) noexcept nogil:
    cdef State* state = state_of(parser)
    if state.in_fact or (state.in_context and state.leaf is not NULL):
        if not append(&state.texts, text, length):
            refuse(parser)
    elif state.depth > 1 and not state.in_context:  # elsewhere it says nothing
        OF_TREES.characters(parser, text, length)


cdef Handlers HANDLERS = handlers(on_start, on_end, on_characters)


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
        free(self.state.facts.items)
        free(self.state.contexts.items)
        free(self.state.members.items)
        free(self.state.texts.items)

    cdef bint read(self, bytes body) except -1:
        self.root = parsed(body, &HANDLERS, &self.state)
        if self.root is not None:
            self.alike = self.bound_alike()
        return self.root is not None

    cdef dict bound_alike(self):
        cdef dict alike = dict(self.root.nsmap)
        cdef int each
        for each in range(self.state.declarations):
            prefix = string(self.state.declared[2 * each])
            namespace = string(self.state.declared[2 * each + 1])
            if alike.get(prefix, namespace) != namespace:
                del alike[prefix]
        return alike

    def contexts(self) -> list[PlainContext | None]:
        """Return the contexts in plain form, all of them; see `answers.Instance`."""
        cdef dict texts = {0: None}, bare = {0: None}
        cdef Context* contexts = <Context*>self.state.contexts.items
        cdef Context* each
        cdef Member* members = <Member*>self.state.members.items
        cdef Member* member
        cdef size_t position, place
        cdef list found = [], explicit, typed
        for position in range(self.state.contexts.length // sizeof(Context)):
            each = &contexts[position]
            explicit, typed = [], []
            for place in range(each.members, each.members_end):
                member = &members[place]
                if not member.is_typed:
                    explicit.append((known(texts, member.axis), known(texts, member.text)))
                elif member.nil is not NULL and string(member.nil).strip() in TRUE:
                    typed.append((known(texts, member.axis), None))
                else:
                    typed.append((known(texts, member.axis), stripped(bare, member.text)))
            found.append((
                (string(each.identifier) or "").strip(), known(texts, each.scheme), known(texts, each.entity),
                stripped(bare, each.start) or "", stripped(bare, each.end) or "", stripped(bare, each.instant), tuple(explicit), tuple(typed),
            ))
        return found

    def plain_facts(self, meaning, wanted, columns) -> PlainFacts:
        """Add the plain facts to `columns`; see `answers.Instance`."""
        cdef dict aspects = meaning.aspects, units = meaning.units, accuracies = meaning.decimals
        cdef dict concepts = {}, by_context = {}, by_unit = {0: 0}, by_decimals = {}, by_language = {0: meaning.language}
        cdef list documents = columns.documents, concept_column = columns.concepts, aspect_column = columns.aspects
        cdef list unit_column = columns.units, languages = columns.languages, decimals = columns.decimals
        cdef list ordinals = columns.ordinals, values = columns.values
        cdef list are_nil = columns.is_nil, have_number = columns.has_number
        cdef list others = [], identified = []
        cdef object document = meaning.document, key, concept = None, aspect = None, unit = None, accuracy = None, language = None
        cdef bint is_nil, is_number, has_wanted = bool(wanted)
        cdef size_t ordinal, length, count = self.state.facts.length // sizeof(Fact)
        cdef const char* text
        cdef Fact* facts = <Fact*>self.state.facts.items
        cdef Fact* fact
        cdef Fact* before = NULL
        for ordinal in range(count):
            fact = &facts[ordinal]
            # what the fact before stated as well need not be looked up again
            if before is NULL or (
                fact.name != before.name or fact.namespace != before.namespace or fact.prefix != before.prefix
            ):
                key = (<size_t>fact.name, <size_t>fact.namespace, <size_t>fact.prefix)
                concept = concepts.get(key)
                if concept is None:
                    concept = concepts[key] = meaning.concept_of(tag_of(fact), string(fact.prefix))
            if before is NULL or fact.context != before.context:
                key = <size_t>fact.context
                aspect = by_context.get(key)
                if aspect is None:
                    aspect = by_context[key] = aspects.get(string(fact.context))
            if before is NULL or fact.unit != before.unit:
                key = <size_t>fact.unit
                unit = by_unit.get(key)
                if unit is None:
                    unit = by_unit[key] = units.get(string(fact.unit))
            if before is NULL or fact.decimals != before.decimals:
                key = <size_t>fact.decimals
                accuracy = by_decimals.get(key)
                if accuracy is None:
                    accuracy = by_decimals[key] = self.accuracy_of(fact, accuracies, meaning.decimals_of)
            if before is NULL or fact.language != before.language:
                key = <size_t>fact.language
                language = by_language.get(key)
                if language is None:
                    language = by_language[key] = meaning.language_of(string(fact.language))
            before = fact
            if has_wanted and fact.identifier_length >= 0:
                identifier = self.identifier_of(fact)
                if identifier in wanted:
                    identified.append((identifier, ordinal, tag_of(fact), string(fact.prefix)))
            is_number = fact.unit is not NULL
            is_nil = fact.nil is not NULL and string(fact.nil).strip() in TRUE
            text, length = self.state.texts.items + fact.text, fact.length
            while length and is_space(text[length - 1]):
                length -= 1
            while length and is_space(text[0]):
                text, length = text + 1, length - 1
            if aspect is None or unit is None or fact.precision is not NULL or (
                is_number and not is_nil and not fits(text, length)
            ):
                others.append(self.odd_fact(fact, ordinal, concept))
                continue
            documents.append(document)
            concept_column.append(concept)
            aspect_column.append(aspect)
            unit_column.append(unit)
            languages.append(0 if is_number else language)
            decimals.append(accuracy if is_number else 0)
            ordinals.append(ordinal)
            are_nil.append(is_nil)
            have_number.append(is_number and not is_nil)
            values.append(None if is_nil else PyBytes_FromStringAndSize(text, length) if length else b"")
        return PlainFacts(count, others, identified)

    cdef object accuracy_of(self, Fact* fact, dict known, decimals_of):
        cdef object stated = string(fact.decimals)
        cdef object found = known.get(stated)
        if found is None:
            found = known[stated] = decimals_of(stated)
        return found

    cdef object identifier_of(self, Fact* fact):
        return PyUnicode_DecodeUTF8(self.state.texts.items + fact.identifier, fact.identifier_length, NULL)

    cdef object odd_fact(self, Fact* fact, size_t ordinal, object concept):
        name = string(fact.name)
        return OddFact(
            ordinal, concept, name if fact.prefix is NULL else f"{string(fact.prefix)}:{name}", fact.line,
            string(fact.context), string(fact.unit), string(fact.decimals), string(fact.precision), string(fact.nil),
            string(fact.language), PyUnicode_DecodeUTF8(self.state.texts.items + fact.text, fact.length, NULL), None,
        )


cdef inline object known(dict texts, const_xmlChar* text):
    """Return a string of the document's dictionary, made once."""
    cdef object key = <size_t>text
    cdef object found = texts.get(key)
    if found is None and text is not NULL:
        found = texts[key] = string(text)
    return found


cdef inline object stripped(dict texts, const_xmlChar* text):
    """Return one without the white space around it."""
    cdef object key = <size_t>text
    cdef object found = texts.get(key)
    if found is None and text is not NULL:
        found = texts[key] = string(text).strip()
    return found


cdef object tag_of(Fact* fact):
    return string(fact.name) if fact.namespace is NULL else f"{{{string(fact.namespace)}}}{string(fact.name)}"
