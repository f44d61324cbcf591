"""Whether two XML texts are the same document, as far as QTI is concerned.

Strategy: libxml2 reads and canonicalises, so nothing of our own reader and writer is trusted. What is ours is one rule: white space is
layout between the children of a typed element that holds elements only, and content everywhere else. Where an element is typed is
decided from the root down, because QTI gives one name several types.
"""

from __future__ import annotations

import difflib
from itertools import islice
from typing import TYPE_CHECKING

from ..arguments import check_kind
from ..datatypes import SPACE
from ..errors import DocumentError, Issue
from ..spec import Kind, Spec, element_class, spec_of

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

__all__ = ["assert_same_xml", "canonical", "spec_in"]

_SHOWN = 60  # lines of a difference; the first ones tell what is wrong


def spec_in(parent: Spec | None, namespace: str | None, name: str, *, root: bool = False) -> Spec | None:
    """What an element is in its parent (`None`: markup), or `None` if it is markup."""
    known = element_class(name, namespace)
    spec = spec_of(known) if known is not None else None
    if root:
        return spec
    if parent is None or (parent.body is not None and parent.body.kind is Kind.MIXED):
        return spec if spec is not None and spec.everywhere else None
    declared = parent.child_by_name.get((namespace, name))
    if declared is not None:
        return declared[1]
    return None if parent.takes_markup(namespace, name) else spec


def canonical(xml: str | bytes) -> str:
    """The canonical XML of a document: Canonical XML 1.0 with comments, without the white space that is only layout.

    Attributes are sorted, quotes, character references, CDATA and the encoding are gone; namespace declarations stay where they stand.
    A document with relative namespace names, which Canonical XML 1.0 does not allow, is written as Canonical XML 2.0. Raises
    `DocumentError` if it is not well-formed.

    >>> from qtimodel.testing import canonical
    >>> canonical("<a  y='1' x='&#50;'><![CDATA[b]]></a>")
    '<a x="2" y="1">b</a>'
    """
    return _written(_parsed(xml, None))


def assert_same_xml(expected: str | bytes, actual: str | bytes) -> None:
    """Fail with a readable difference unless both are the same document: the promise of `qtimodel.xml`.

    Compared is what `canonical` gives, so declarations count where they stand, and prefixes and comments count too. Documents that are
    the same by it are the same by Canonical XML 2.0, which leaves out declarations that nothing uses.
    Raises `AssertionError`, or `DocumentError` if one of the two is not well-formed.

    >>> from qtimodel.testing import assert_same_xml
    >>> assert_same_xml("<a><b c='1'/></a>", '<a><b c="1"></b></a>')
    """
    theirs, ours = _written(_parsed(expected, "expected")), _written(_parsed(actual, "actual"))
    if theirs != ours:
        lines = difflib.unified_diff(_lines(theirs), _lines(ours), "expected", "actual", lineterm="", n=2)
        raise AssertionError("\n".join(["not the same XML:", *islice(lines, _SHOWN)]))


def _parsed(xml: str | bytes, name: str | None) -> _ElementTree:
    from lxml import etree

    check_kind("xml", xml, (str, bytes), "the text of a document, str or bytes")
    encoding = "utf-8" if isinstance(xml, str) else None  # text has no encoding, whatever it declares
    try:
        data = xml.removeprefix("\ufeff").encode() if isinstance(xml, str) else xml
    except UnicodeEncodeError:
        raise DocumentError([Issue(code="syntax", message="not well-formed XML: a half of a surrogate pair", source=name)]) from None
    parser = etree.XMLParser(encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise DocumentError([Issue(code="syntax", message=f"not well-formed XML: {error.msg}", line=line, column=column, source=name)]) from None
    _remove_layout(root)
    return root.getroottree()


def _remove_layout(root: _Element) -> None:
    """Drop white space where it is nothing but layout."""
    waiting: list[tuple[_Element, Spec | None]] = [(root, spec_in(None, *_name(root), root=True))]
    while waiting:
        element, spec = waiting.pop()
        layout = spec is not None and spec.body is None
        if layout and _is_blank(element.text):
            element.text = None
        for child in element:
            if layout and _is_blank(child.tail):
                child.tail = None
            if isinstance(child.tag, str):
                waiting.append((child, spec_in(spec, *_name(child))))


def _name(element: _Element) -> tuple[str | None, str]:
    namespace, _, name = str(element.tag).rpartition("}")
    return namespace[1:] or None, name


def _is_blank(text: str | None) -> bool:
    return text is not None and not text.strip(SPACE)


def _written(tree: _ElementTree) -> str:
    from lxml import etree

    try:
        return etree.tostring(tree, method="c14n", with_comments=True).decode()
    except etree.C14NError:
        # Not the first choice: where two prefixes mean the same, lxml forgets here which of them was written.
        return etree.tostring(tree, method="c14n2", with_comments=True).decode()


def _lines(text: str) -> list[str]:
    """A tag on each line, so that a difference is short."""
    return text.replace("><", ">\n<").split("\n")
