# cython: language_level=3, boundscheck=False, wraparound=False
"""Handlers that note the facts and contexts of an instance in arrays while it is parsed; everything else becomes a tree.

They refuse what is out of the ordinary: facts that hold elements, contexts of another shape than EDGAR's, limits.
"""

from libc.stdlib cimport realloc
from libc.string cimport memchr, memcpy, memset, strcmp
from lxml.includes.tree cimport const_xmlChar
from lxml.includes.xmlparser cimport xmlParserCtxt

from sec_assets.xbrl.walk.sax cimport OF_TREES, handlers, is_named, kept, lookup, refuse

cdef const char* XBRLI = "http://www.xbrl.org/2003/instance"
cdef const char* LINKBASE = "http://www.xbrl.org/2003/linkbase"
cdef const char* XBRLDI = "http://xbrl.org/2006/xbrldi"
cdef const char* XSI = "http://www.w3.org/2001/XMLSchema-instance"
cdef const char* XML = "http://www.w3.org/XML/1998/namespace"

cdef enum:
    MOST_TEXT = 10_000_000  # libxml2's own limit for a text of a tree
    MOST_DECLARED = 64  # as there is room for in the state


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
    if state.reading.refused:
        return
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


HANDLERS = handlers(on_start, on_end, on_characters)
