# cython: language_level=3, boundscheck=False, wraparound=False
"""The walk over trees in C, by the interface lxml publishes for that; `python.py` says what each function returns."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport strcmp, strlen
from lxml.includes cimport etreepublic as lxml
from lxml.includes.tree cimport (
    XML_CDATA_SECTION_NODE, XML_ELEMENT_NODE, XML_TEXT_NODE, const_xmlChar, xmlAttr, xmlNode, xmlNs,
)

from hashlib import sha256
from importlib.resources import files

from lxml import etree

from sec_assets.xbrl.walk.answers import TRUE, PlainFacts, Survey

cdef extern from "libxml/xmlversion.h":
    int LIBXML_VERSION

cdef extern from *:
    const char* SOURCE  # defined by setup.py

# Trees are read where they lie in memory, so nothing but what this was compiled with will do.
cdef str THIS_SOURCE = sha256(files("sec_assets.xbrl.walk").joinpath("compiled.pyx").read_bytes()).hexdigest()
cdef int THIS_LIBRARY = 10000 * etree.LIBXML_VERSION[0] + 100 * etree.LIBXML_VERSION[1] + etree.LIBXML_VERSION[2]
if (SOURCE.decode(), lxml.LXML_VERSION_STRING.decode(), LIBXML_VERSION) != (THIS_SOURCE, etree.__version__, THIS_LIBRARY):
    raise ImportError("the walk was compiled from another source or for another lxml: install the project again")
lxml.import_lxml__etree()

cdef const char* XBRLI = "http://www.xbrl.org/2003/instance"
cdef const char* XBRLDI = "http://xbrl.org/2006/xbrldi"
cdef const char* XSI = "http://www.w3.org/2001/XMLSchema-instance"
cdef const char* IX = "http://www.xbrl.org/2013/inlineXBRL"
cdef const char* OLD_IX = "http://www.xbrl.org/2008/inlineXBRL"
cdef const char* XML = "http://www.w3.org/XML/1998/namespace"


cdef inline bint is_of(xmlNs* namespace, const char* uri) noexcept:
    return namespace is not NULL and namespace.href is not NULL and strcmp(<const char*>namespace.href, uri) == 0


cdef inline bint is_named(xmlNode* node, const char* uri, const char* name) noexcept:
    return strcmp(<const char*>node.name, name) == 0 and is_of(node.ns, uri)


cdef inline xmlNode* element_from(xmlNode* node) noexcept:
    while node is not NULL and node.type != XML_ELEMENT_NODE:
        node = node.next
    return node


cdef inline object string(const_xmlChar* text):
    return PyUnicode_DecodeUTF8(<const char*>text, strlen(<const char*>text), NULL)


cdef inline object text_of(xmlNode* node):
    cdef xmlNode* first = node.children
    if first is not NULL and first.type == XML_TEXT_NODE and first.next is NULL:
        return string(first.content)
    return lxml.textOf(node)


cdef inline object value_of(xmlNode* node, xmlAttr* attribute):
    cdef xmlNode* first = attribute.children
    if first is not NULL and first.type == XML_TEXT_NODE and first.next is NULL:
        return string(first.content)
    return lxml.attributeValue(node, attribute)


cdef inline object prefix_of(xmlNode* node):
    return None if node.ns is NULL or node.ns.prefix is NULL else string(node.ns.prefix)


cdef inline object stripped(object text):
    return (text or "").strip()


cdef inline object attribute_of(xmlNode* node, const char* name):
    cdef xmlAttr* each = node.properties
    while each is not NULL:
        if each.ns is NULL and strcmp(<const char*>each.name, name) == 0:
            return value_of(node, each)
        each = each.next
    return None


cdef inline bint is_space(char letter) noexcept:
    return letter == b" " or letter == b"\t" or letter == b"\r" or letter == b"\n"


cdef inline bint fits(const char* text, Py_ssize_t length) noexcept:
    """Tell whether a text is a number of at most 26 digits before and 12 behind the point, as it stands."""
    cdef Py_ssize_t at = 0, begin
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


cdef class Said:
    """What the attributes of one fact say; None where they say nothing."""

    cdef object context, unit, decimals, nil, language, identifier
    cdef bint precise

    cdef int hear(self, xmlNode* node) except -1:
        cdef xmlAttr* each = node.properties
        cdef const char* name
        self.context = self.unit = self.decimals = self.nil = self.language = self.identifier = None
        self.precise = False
        while each is not NULL:
            name = <const char*>each.name
            if each.ns is NULL:
                if strcmp(name, "contextRef") == 0:
                    self.context = value_of(node, each)
                elif strcmp(name, "unitRef") == 0:
                    self.unit = value_of(node, each)
                elif strcmp(name, "decimals") == 0:
                    self.decimals = value_of(node, each)
                elif strcmp(name, "precision") == 0:
                    self.precise = True
                elif strcmp(name, "id") == 0:
                    self.identifier = value_of(node, each)
            elif strcmp(name, "nil") == 0 and is_of(each.ns, XSI):
                self.nil = value_of(node, each)
            elif strcmp(name, "lang") == 0 and is_of(each.ns, XML):
                self.language = value_of(node, each)
            each = each.next
        return 0


cdef inline bint is_one_text(xmlNode* node, const char** text, Py_ssize_t* length) noexcept:
    """Give the text of an element without white space around it; tell whether it holds nothing but one text at most."""
    cdef xmlNode* part = node.children
    cdef const char* start = NULL
    cdef Py_ssize_t rest = 0
    if part is not NULL:
        if part.next is not NULL or not (part.type == XML_TEXT_NODE or part.type == XML_CDATA_SECTION_NODE):
            return False
        start, rest = <const char*>part.content, strlen(<const char*>part.content)
        while rest and is_space(start[rest - 1]):
            rest -= 1
        while rest and is_space(start[0]):
            start, rest = start + 1, rest - 1
    text[0], length[0] = start, rest
    return True


def plain_facts(lxml._Element root, meaning, wanted, columns) -> PlainFacts:
    """Add the plain facts of an instance to `columns`; see `python.plain_facts`."""
    cdef dict aspects = meaning.aspects, units = meaning.units, accuracies = meaning.decimals, seen = {}
    cdef list documents = columns.documents, concepts = columns.concepts, aspect_column = columns.aspects
    cdef list unit_column = columns.units, languages = columns.languages, decimals = columns.decimals
    cdef list ordinals = columns.ordinals, values = columns.values
    cdef list are_nil = columns.is_nil, have_number = columns.has_number
    cdef list others = [], identified = []
    cdef object document = meaning.document, key, concept, aspect, unit, accuracy, language
    cdef bint is_nil, is_number, is_plain
    cdef Said said = Said()
    cdef const char* text = NULL
    cdef Py_ssize_t position = -1, ordinal = -1, length = 0
    cdef xmlNode* node = element_from(root._c_node.children)
    while node is not NULL:
        position += 1
        # a document keeps each name and each namespace once: their addresses tell tags apart
        key = (<size_t>node.name, <size_t>node.ns)
        if key not in seen:
            seen[key] = meaning.concept_of(lxml.namespacedName(node), prefix_of(node))
        concept = seen[key]
        if concept is None:
            node = element_from(node.next)
            continue
        ordinal += 1
        said.hear(node)
        if said.identifier is not None and said.identifier in wanted:
            identified.append((said.identifier, ordinal, lxml.namespacedName(node), prefix_of(node)))
        is_nil = said.nil is not None and said.nil.strip() in TRUE
        is_number = said.unit is not None
        aspect = aspects.get(said.context)
        unit = units.get(said.unit) if is_number else 0
        is_plain = aspect is not None and unit is not None and not said.precise and is_one_text(node, &text, &length)
        if not is_plain or (is_number and not is_nil and not fits(text, length)):
            others.append((position, ordinal, concept))
            node = element_from(node.next)
            continue
        accuracy = language = 0
        if is_number:
            accuracy = accuracies.get(said.decimals)
            if accuracy is None:
                accuracy = accuracies[said.decimals] = meaning.decimals_of(said.decimals)
        else:
            language = meaning.language if said.language is None else meaning.language_of(said.language)
        documents.append(document)
        concepts.append(concept)
        aspect_column.append(aspect)
        unit_column.append(unit)
        languages.append(language)
        decimals.append(accuracy)
        ordinals.append(ordinal)
        are_nil.append(is_nil)
        have_number.append(is_number and not is_nil)
        values.append(None if is_nil else PyBytes_FromStringAndSize(text, length) if length else b"")
        node = element_from(node.next)
    return PlainFacts(ordinal + 1, others, identified)


def contexts(lxml._Element parent) -> list:
    """Return the contexts among an element's children; see `python.contexts`."""
    cdef xmlNode* node = element_from(parent._c_node.children)
    cdef list found = []
    while node is not NULL:
        if is_named(node, XBRLI, "context"):
            found.append(plain_context(node))
        node = element_from(node.next)
    return found


cdef object plain_context(xmlNode* context):
    cdef xmlNode* part = element_from(context.children)
    cdef xmlNode* each
    cdef object scheme = None, identifier = None, start = "", end = "", instant = None
    cdef bint entity = False, period = False
    cdef list dimensions = []
    while part is not NULL:
        each = element_from(part.children)
        if is_named(part, XBRLI, "entity"):
            if entity or each is NULL or not is_named(each, XBRLI, "identifier"):
                return None
            entity = True
            scheme, identifier = attribute_of(each, "scheme"), text_of(each)
            each = element_from(each.next)
            if each is not NULL:
                if not is_named(each, XBRLI, "segment") or not are_members(each, dimensions):
                    return None
                each = element_from(each.next)
        elif is_named(part, XBRLI, "period"):
            if period or each is NULL:
                return None
            period = True
            if is_named(each, XBRLI, "instant"):
                instant = stripped(text_of(each))
            elif is_named(each, XBRLI, "startDate"):
                start = stripped(text_of(each))
                each = element_from(each.next)
                if each is NULL or not is_named(each, XBRLI, "endDate"):
                    return None
                end = stripped(text_of(each))
            else:
                return None
            each = element_from(each.next)
        elif is_named(part, XBRLI, "scenario"):
            if not are_members(part, dimensions):
                return None
            each = NULL
        else:
            return None
        if each is not NULL:
            return None
        part = element_from(part.next)
    if not period:
        return None
    return stripped(attribute_of(context, "id")), scheme, identifier, start, end, instant, dimensions


cdef bint are_members(xmlNode* container, list found) except -1:
    cdef xmlNode* each = element_from(container.children)
    while each is not NULL:
        if not is_named(each, XBRLDI, "explicitMember"):
            return False
        found.append((attribute_of(each, "dimension"), text_of(each)))
        each = element_from(each.next)
    return True


def bound_alike(lxml._Element root, body) -> dict:
    """Return the root's declarations that no other element contradicts; see `python.bound_alike`."""
    cdef xmlNode* node = root._c_node
    cdef dict alike = dict(root.nsmap)
    while True:
        node = following(node, root._c_node)
        if node is NULL:
            return alike
        if node.nsDef is not NULL:
            contradict(node, alike)


def survey(lxml._Element root, body, kinds) -> Survey:
    """Return what one pass over an inline document finds; see `python.survey`."""
    cdef xmlNode* node = root._c_node
    cdef xmlNs* inline = NULL
    cdef xmlNs* other = NULL
    cdef xmlAttr* attribute
    cdef bint excluded = False, one_language = True
    cdef dict alike = dict(root.nsmap)
    cdef set wanted = set(kinds)
    cdef list found = []
    while True:
        node = following(node, root._c_node)
        if node is NULL:
            return Survey(alike, found, excluded, one_language)
        if node.nsDef is not NULL:
            contradict(node, alike)
        attribute = node.properties
        while attribute is not NULL:
            if attribute.ns is not NULL and strcmp(<const char*>attribute.name, "lang") == 0 and is_of(attribute.ns, XML):
                one_language = False
            attribute = attribute.next
        if node.ns is other:
            continue
        if node.ns is not inline:
            if not (is_of(node.ns, IX) or is_of(node.ns, OLD_IX)):
                other = node.ns
                continue
            inline = node.ns
        kind = string(node.name)
        if kind in wanted:
            found.append((kind, lxml.elementFactory(root._doc, node)))
        elif strcmp(<const char*>node.name, "exclude") == 0:
            excluded = True


cdef inline xmlNode* following(xmlNode* node, xmlNode* top) noexcept:
    """Return the next element below `top` in document order."""
    while True:
        if node.type == XML_ELEMENT_NODE and node.children is not NULL:
            node = node.children
        else:
            while node is not top and node.next is NULL:
                node = node.parent
            if node is top:
                return NULL
            node = node.next
        if node.type == XML_ELEMENT_NODE:
            return node


cdef int contradict(xmlNode* node, dict alike) except -1:
    """Take prefixes out that an element declares otherwise."""
    cdef xmlNs* each = node.nsDef
    while each is not NULL:
        prefix = None if each.prefix is NULL else string(each.prefix)
        namespace = None if each.href is NULL else string(each.href)
        if alike.get(prefix, namespace) != namespace:
            del alike[prefix]
        each = each.next
    return 0
