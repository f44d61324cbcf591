"""The promises of `qtimodel.xml` for every kind of root, not for tests alone, and for text that nobody made of a tree.

Strategy: sections, test parts, items, stimuli and unknown roots, with a typed element of any class in each place where one may be; and
XML made of pieces, right and wrong. What reading accepts, writing accepts, and it is read again as the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from roots import below, ways

from qtimodel import AssessmentSection, AssessmentTest, DocumentError, Element, Markup, QtiError, TestPart, content, xml
from qtimodel.nodes import QTI
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import assert_same_xml, spellings, trees
from qtimodel.validation import validate

ANYWHERE = [cls for cls in element_classes() if spec_of(cls).everywhere]  # typed wherever they are, also in markup
ROOTS = (AssessmentSection, AssessmentTest, TestPart)


def item(name: str, inner: list[Any]) -> Markup:
    """An item or a stimulus, which are no typed elements, with typed ones in them."""
    attributes = {"identifier": "i", "title": "T"}
    if name == "qti-assessment-item":
        attributes |= {"adaptive": "false", "time-dependent": "false"}
        body = [Markup(name="qti-item-body", content=[Markup(name="p", content=["x"])])]
    else:
        body = [Markup(name="qti-stimulus-body", content=[Markup(name="p", content=["x"])])]
    return Markup(name=name, attributes=attributes, content=[*inner, *body])


def check(tree: Element | Markup) -> None:
    """What must hold for every tree, by every way out and in."""
    for indent in (2, None):
        text = xml.dumps(tree, indent=indent)
        read = xml.loads(text)
        assert read == tree
        assert type(read) is type(tree)
        assert xml.dumps(read, indent=indent) == text
        assert xml.patch(text, read, tree) == text
    element = xml.unstructure(tree)
    assert xml.structure(element) == tree
    assert_same_xml(text, etree.tostring(element.getroottree(), encoding="utf-8"))
    assert content.loads(content.dumps(tree), dialect="api") == tree


@pytest.mark.parametrize("root", ROOTS)
@given(data=st.data())
def test_anything_below_any_root(root: type[Element], data: st.DataObject) -> None:
    for valid in (True, False):
        cls = data.draw(st.sampled_from(list(ways(root))))
        tree = below(root, data.draw(trees(cls, valid=valid)))
        check(tree)
        document = data.draw(spellings(tree))
        assert xml.loads(document) == tree
        assert xml.loads(xml.patch(document, xml.loads(document), tree)) == tree


@pytest.mark.parametrize("root", [AssessmentSection, AssessmentTest])
@given(data=st.data())
def test_valid_below_any_root(root: type[Element], data: st.DataObject) -> None:
    tree = below(root, data.draw(trees(data.draw(st.sampled_from(list(ways(root)))))))
    assert validate(data.draw(spellings(tree))) == []


@pytest.mark.parametrize("name", ["qti-assessment-item", "qti-assessment-stimulus", "qti-item-body", "unknown"])
@given(data=st.data())
def test_typed_elements_in_untyped_roots(name: str, data: st.DataObject) -> None:
    inner = data.draw(st.lists(st.sampled_from(ANYWHERE).flatmap(lambda cls: trees(cls, valid=False, size=6)), max_size=3))
    pieces: list[Any] = []
    for tree in inner:
        if tree._extras is not None:
            tree.extras.after.clear()
            tree.extras.before.clear()  # in mixed content, what stands before a node is content
        pieces.append(tree)
    made = item(name, pieces)
    check(made)
    assert xml.loads(data.draw(spellings(made))) == made


# -- text of pieces ---------------------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["a", "b", "größe", "日本", "a-b", "_", "p:a", "p:größe", "xml:a", "qti-and", "qti-null", "qti-weight", "a\u0221", "1a", "p:1a", "a:b:c", "xmlns:a"]
)
ATTRIBUTES = st.sampled_from(
    [
        *("x='1'", 'y="&lt;&#10;&#xe4;"', "p:x=''", "xml:lang='de'", "xml:space='preserve'", "xml:x=''", "identifier='w'", "value='1.50'", "größe='>'"),
        *("xmlns:p='u'", "xmlns:p='v'", "xmlns='u'", "xmlns=''", f"xmlns='{QTI}'", "xmlns:xml='http://www.w3.org/XML/1998/namespace'", "xmlns:q='u' q:x=''"),
        *("xmlns:1='u'", "p:1='x'", "xmlns:p=''", "a:b:c='x'", "x='&amp;amp;'", "x='\t \n'", "z='\u0085\u2028'", "xml:id='i'"),
    ]
)
LEAVES = st.sampled_from(
    [
        *("text", " ", "\n  ", "&amp;", "&#13;", "\r\n", "<![CDATA[ <x> & ]]>", "<![CDATA[]]>", "]]&gt;", "\u00a0\u2028\U0001f600", "größe", "&#xD;&#xA;"),
        *(
            "<!---->",
            "<!-- - -->",
            "<!--a\r\nb-->",
            "<!-- größe -->",
            "<?p?>",
            "<?p  x ?>",
            "<?p-ä x\r\ny?>",
            "<?a:b x?>",
            "<?xmlx ?>",
            "<?p \u0221?>",
            "<?p\u0221?>",
        ),
        *("<!-- -- -->", "&nbsp;", "&#1;", "\x01", "<", "&", "]]>", "<?xml ?>"),
    ]
)


@st.composite
def elements(draw: st.DrawFn, budget: int = 12) -> str:
    """One element, of pieces that are right most of the time."""
    name = draw(NAMES)
    attributes = draw(st.lists(ATTRIBUTES, max_size=4, unique_by=lambda text: text.partition("=")[0]))
    if name.startswith("p:") and draw(st.integers(0, 9)):
        attributes = ["xmlns:p='u'", *(text for text in attributes if not text.startswith("xmlns:p="))]
    pieces: list[str] = []
    while budget > 0 and draw(st.integers(0, 3)):
        pieces.append(draw(elements(budget // 2)) if draw(st.booleans()) else draw(LEAVES))
        budget -= 4
    start = " ".join([f"<{name}", *attributes])
    return f"{start}/>" if not pieces and draw(st.booleans()) else f"{start}>{''.join(pieces)}</{name}>"


AROUND = st.sampled_from(["", "", "\n", "<!-- a -->", "<?p x?>", "<?a:b?>", " \n<!--b-->\r\n", "x"])


def same_verdict(document: str) -> None:
    """Accepted: written, read again, and the same infoset as lxml has. Refused: by reading, never by writing."""
    try:
        tree, issues = xml.loads(document, recover=True)
    except DocumentError:
        return
    written = xml.dumps(tree)
    again, issues_again = xml.loads(written, recover=True)
    assert again == tree
    assert sorted(issue.code for issue in issues_again) == sorted(issue.code for issue in issues)
    assert xml.dumps(again) == written
    assert_same_xml(document, written)
    assert xml.patch(document, tree, again) == document
    theirs = etree.fromstring(document.encode(), etree.XMLParser(resolve_entities=False, collect_ids=False))
    assert_same_xml(written, etree.tostring(theirs.getroottree(), encoding="utf-8"))
    try:
        strict: Any = xml.loads(document)
    except DocumentError as error:
        refused = [issue.message for issue in error.issues]
        strict = None
    else:
        refused = []
    assert refused == [issue.message for issue in issues]
    assert strict is None or strict == tree
    recovered = content.loads(content.dumps(tree), recover=True, dialect="api").tree
    assert recovered == tree


@given(before=AROUND, element=elements(), after=AROUND)
def test_text_of_pieces(before: str, element: str, after: str) -> None:
    same_verdict(before + element + after)


@given(
    name=st.sampled_from(["a", "p:a xmlns:p='u'", f"qti-and xmlns='{QTI}'", f"qti-assessment-section xmlns='{QTI}' identifier='s' title='S' visible='true'"]),
    depth=st.integers(1, 260),
    leaf=st.one_of(LEAVES, elements(4)),
    beside=st.sampled_from(["", "<!-- c -->", "<?p?>", " ", "text", "<b/>"]),
)
def test_depth(name: str, depth: int, leaf: str, beside: str) -> None:
    document = f"<{name}>{beside}" * depth + leaf + f"{beside}</{name.split(' ', maxsplit=1)[0]}>" * depth
    same_limits(document)


def same_limits(document: str) -> None:
    """The same for deep documents: their equality is that of their texts."""
    try:
        tree, _ = xml.loads(document, recover=True)
    except QtiError:
        return
    written = xml.dumps(tree)
    assert xml.dumps(xml.loads(written, recover=True).tree) == written
