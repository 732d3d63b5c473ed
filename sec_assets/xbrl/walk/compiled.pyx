# cython: language_level=3, boundscheck=False, wraparound=False
"""The walk over trees in C, by the interface lxml publishes for that; `python.py` says what each function returns."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport strcmp, strlen
from lxml.includes cimport etreepublic as lxml
from lxml.includes.tree cimport XML_ELEMENT_NODE, XML_TEXT_NODE, const_xmlChar, xmlAttr, xmlNode, xmlNs

from sec_assets.xbrl.walk.answers import Survey
from sec_assets.xbrl.walk.library import check

cdef extern from "libxml/xmlversion.h":
    int LIBXML_VERSION

cdef extern from *:
    const char* WALK_SOURCES  # defined by setup.py

check(WALK_SOURCES.decode(), lxml.LXML_VERSION_STRING.decode(), LIBXML_VERSION)
lxml.import_lxml__etree()

cdef const char* XBRLI = "http://www.xbrl.org/2003/instance"
cdef const char* XBRLDI = "http://xbrl.org/2006/xbrldi"
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
    return stripped(attribute_of(context, "id")), scheme, identifier, start, end, instant, tuple(dimensions), ()


cdef bint are_members(xmlNode* container, list found) except -1:
    cdef xmlNode* each = element_from(container.children)
    while each is not NULL:
        if not is_named(each, XBRLDI, "explicitMember"):
            return False
        found += (attribute_of(each, "dimension"), text_of(each))
        each = element_from(each.next)
    return True


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
