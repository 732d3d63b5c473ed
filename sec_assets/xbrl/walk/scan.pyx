# cython: language_level=3, boundscheck=False, wraparound=False
"""Instances read while libxml2 parses them: facts and contexts go into arrays, no tree is built of them.

The parser is the one lxml has, with the options of `documents.new_parser`; units and footnotes become a tree as ever. Whatever
is out of the ordinary (broken XML, a document type, facts that hold elements, contexts of another shape, limits) is
refused, and is then read from its whole tree, which also tells what is wrong and where.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdlib cimport free
from libc.string cimport memset, strlen
from lxml.includes cimport etreepublic as lxml
from lxml.includes.tree cimport const_xmlChar

from sec_assets.xbrl.walk.marks cimport HANDLERS, Context, Fact, Member, State
from sec_assets.xbrl.walk.sax cimport parsed

from sec_assets.xbrl.walk.answers import TRUE, OddFact, PlainFacts


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

    def contexts(self):
        """Yield the contexts in plain form, all of them; see `answers.Instance`."""
        cdef dict texts = {0: None}, bare = {0: None}
        cdef Context* contexts = <Context*>self.state.contexts.items
        cdef Context* each
        cdef Member* members = <Member*>self.state.members.items
        cdef Member* member
        cdef size_t position, place
        cdef list explicit, typed
        for position in range(self.state.contexts.length // sizeof(Context)):
            each = &contexts[position]
            explicit, typed = [], []
            for place in range(each.members, each.members_end):
                member = &members[place]
                if not member.is_typed:
                    explicit.append(known(texts, member.axis))
                    explicit.append(known(texts, member.text))
                    continue
                typed.append(known(texts, member.axis))
                is_nil = member.nil is not NULL and string(member.nil).strip() in TRUE
                typed.append(None if is_nil else stripped(bare, member.text))
            yield (
                (string(each.identifier) or "").strip(), known(texts, each.scheme), known(texts, each.entity),
                stripped(bare, each.start) or "", stripped(bare, each.end) or "", stripped(bare, each.instant),
                tuple(explicit), tuple(typed),
            )

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
                    concept = concepts[key] = self.concept_of(fact, meaning)
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

    cdef object concept_of(self, Fact* fact, meaning):
        cdef object tag = tag_of(fact)
        cdef object found = (<dict>meaning.concepts).get(tag)
        return meaning.concept_of(tag, string(fact.prefix)) if found is None else found

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
