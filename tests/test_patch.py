"""Editing a tree changes only those bytes of its text that say what was edited.

Rows written by hand say what a change looks like; laws say that nothing else changes, and that the result reads as the edited tree. `edits.py` has
the random edits.
"""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, TypeVar
from xml.parsers import expat

import attrs
import pytest
from edits import nodes_of, scrambled, spliced, spoiled
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from shared import shared_path

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    BaseType,
    Comment,
    DefaultValue,
    DocumentError,
    Element,
    Include,
    Markup,
    ModelError,
    Ordering,
    Value,
    Weight,
    xml,
)
from qtimodel.nodes import QTI
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import documents, markup, spellings, trees
from qtimodel.walking import children
from qtimodel.xml.encodings import encoding_of, is_kept

_T = TypeVar("_T", bound=str | bytes)
Edit = Callable[[Any], object]
XMLNS = f'xmlns="{QTI}"'
FULL = settings().max_examples > 100


def section(name: str, *parts: Any) -> AssessmentSection:
    return AssessmentSection(identifier=name, title=name.upper(), visible=True, section_parts=list(parts))


def ref(name: str) -> AssessmentItemRef:
    return AssessmentItemRef(identifier=name, href=f"{name}.xml")


def put(node: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(node, name, value)


def edited(raw: _T, edit: Edit) -> _T:
    """The patched text, after checking everything that must hold for every patch. `edit` changes a tree, or gives another one."""
    tree = xml.loads(raw)
    after = copy.deepcopy(tree)
    given_back = edit(after)
    after = given_back if isinstance(given_back, (Element, Markup)) else after
    result = xml.patch(raw, tree, after)
    assert xml.loads(result) == after
    assert xml.patch(raw, tree, tree) == raw
    assert xml.loads(xml.patch(result, after, tree)) == tree  # and back
    check_changes(raw, result, xml.changes(raw, tree, after))
    return result


def check_changes(raw: Any, result: str | bytes, changes: list[xml.Change]) -> None:
    """They are sorted, apart from each other, each changes something, and together they make the result."""
    at = 0
    pieces: list[Any] = []
    for change in changes:
        assert at < change.start or (at == change.start == 0 and not pieces)
        assert raw[change.start : change.end] != change.text
        pieces += [raw[at : change.start], change.text]
        at = change.end
    assert raw[:0].join([*pieces, raw[at:]]) == result


# -- rows ------------------------------------------------------------------------------------------------------------------------------

# How a person writes: tabs, odd white space in tags, both quotes, comments here and there, an empty line.
SECTION = """\
<?xml version='1.0'?>
<!-- head -->
<qti-assessment-section XMLNS  identifier = 's'
    title='A &amp; B' visible="1"><!-- about a -->
\t<qti-assessment-item-ref identifier="a" href="a.xml"/> <!-- about b -->
\t<qti-assessment-item-ref identifier='b' href="b.xml" />

\t<qti-assessment-item-ref href="c.xml" identifier="c"></qti-assessment-item-ref>
</qti-assessment-section>
<!-- tail -->
"""
LAST = '\t<qti-assessment-item-ref href="c.xml" identifier="c"></qti-assessment-item-ref>\n'
FIRST = '<!-- about a -->\n\t<qti-assessment-item-ref identifier="a" href="a.xml"/>'
SECOND = "\t<qti-assessment-item-ref identifier='b' href=\"b.xml\" />"

# What is edited, the part of the text that changes, and what stands there afterwards.
IN_SECTION: dict[str, tuple[Edit, str, str]] = {
    "append": (lambda s: s.section_parts.append(ref("n")), LAST, LAST + '\t<qti-assessment-item-ref identifier="n" href="n.xml"/>\n'),
    "append with children": (
        lambda s: s.section_parts.append(section("n", ref("m"))),
        LAST,
        LAST
        + '\t<qti-assessment-section identifier="n" title="N" visible="true">\n'
        + '\t\t<qti-assessment-item-ref identifier="m" href="m.xml"/>\n'
        + "\t</qti-assessment-section>\n",
    ),
    "first": (
        lambda s: s.section_parts.insert(0, ref("n")),
        'visible="1"><!--',
        'visible="1">\n\t<qti-assessment-item-ref identifier="n" href="n.xml"/><!--',
    ),
    "in between": (
        lambda s: s.section_parts.insert(1, ref("n")),
        'href="a.xml"/> <!--',
        'href="a.xml"/>\n\t<qti-assessment-item-ref identifier="n" href="n.xml"/> <!--',
    ),
    "with a comment": (
        lambda s: s.section_parts.append(with_comment(ref("n"), " new ")),
        LAST,
        LAST + '\t<!-- new -->\n\t<qti-assessment-item-ref identifier="n" href="n.xml"/>\n',
    ),
    "of another class, which comes first": (
        lambda s: put(s, ordering=Ordering(shuffle=True)),
        'visible="1"><!--',
        'visible="1">\n\t<qti-ordering shuffle="true"/><!--',
    ),
    "remove, with its comment": (lambda s: s.section_parts.pop(1) and None, f" <!-- about b -->\n{SECOND}", ""),
    "remove the last": (lambda s: s.section_parts.pop() and None, f"\n\n{LAST}", "\n"),
    "remove the first": (
        lambda s: s.section_parts.pop(0) and None,
        FIRST,
        "",
    ),
    "remove a comment only": (lambda s: s.section_parts[1].extras.before.clear(), " <!-- about b -->", ""),
    "replace by another class": (
        lambda s: s.section_parts.__setitem__(1, section("x")),
        f" <!-- about b -->\n{SECOND}",
        '\n\t<qti-assessment-section identifier="x" title="X" visible="true"/>',
    ),
    "replace by the same class": (
        lambda s: s.section_parts.__setitem__(1, ref("x")),
        f" <!-- about b -->\n{SECOND}",
        "\n\t<qti-assessment-item-ref identifier='x' href=\"x.xml\" />",
    ),
    "into an empty-element tag": (
        lambda s: s.section_parts[1].weights.append(Weight(identifier="W", value=2)),
        'href="b.xml" />',
        'href="b.xml">\n\t\t<qti-weight identifier="W" value="2"/>\n\t</qti-assessment-item-ref>',
    ),
    "into an empty element": (
        lambda s: s.section_parts[2].weights.append(Weight(identifier="W", value=2)),
        'identifier="c">',
        'identifier="c">\n\t\t<qti-weight identifier="W" value="2"/>\n\t',
    ),
    "a value in single quotes": (lambda s: put(s, title='"it\'s" <&\n'), "'A &amp; B'", "'\"it&apos;s\" &lt;&amp;&#10;'"),
    "a value in double quotes": (lambda s: put(s.section_parts[2], href='"it\'s"'), '"c.xml"', '"&quot;it\'s&quot;"'),
    "a boolean": (lambda s: put(s, visible=False), 'visible="1"', 'visible="false"'),
    "a new attribute": (lambda s: put(s, required=True), 'visible="1"', 'visible="1" required="true"'),
    "new attributes in an empty-element tag": (
        lambda s: put(s.section_parts[1], category=["x", "y"]),
        'href="b.xml" />',
        'href="b.xml" category="x y" />',
    ),
    "an attribute of a namespace": (
        lambda s: s.extras.attributes.update({"{urn:x}a": "1", "data-b": "2"}),
        'visible="1"',
        'visible="1" xmlns:ns0="urn:x" ns0:a="1" data-b="2"',
    ),
    "an attribute and a child": (
        lambda s: put(s.section_parts[1], fixed=True, weights=[Weight(identifier="W", value=2)]),
        'href="b.xml" />',
        'href="b.xml" fixed="true">\n\t\t<qti-weight identifier="W" value="2"/>\n\t</qti-assessment-item-ref>',
    ),
    "before the root": (lambda s: s.extras.before.clear(), "<!-- head -->\n", ""),
    "behind the root": (lambda s: s.extras.after.append(Comment("x")), "<!-- tail -->\n", "<!-- tail -->\n<!--x-->\n"),
    "a comment": (lambda s: s.extras.before.__setitem__(0, Comment("x\ny")), "<!-- head -->", "<!--x\ny-->"),
    "move to the end": (
        lambda s: s.section_parts.append(s.section_parts.pop(0)),
        SECTION[SECTION.index(FIRST) : SECTION.index("</qti-assessment-section>")],
        f" <!-- about b -->\n{SECOND}\n\n{LAST}\t" + FIRST + "\n",
    ),
    "all at once": (lambda s: s.section_parts.clear(), SECTION[SECTION.index("<!-- about a") : SECTION.index("</qti-assessment-section>")], ""),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("row", IN_SECTION)
def test_in_a_section(row: str, newline: str) -> None:
    edit, old, new = IN_SECTION[row]
    document = SECTION.replace("XMLNS", XMLNS)
    assert document.count(old) == 1
    expected = document.replace(old, new)
    raw, result = document.replace("\n", newline), expected.replace("\n", newline)
    for mark in ("", "\ufeff"):
        assert edited(mark + raw, edit) == mark + result
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert edited(raw.encode(encoding), edit) == result.encode(encoding)


# Layouts of all kinds: document, edit, result.
LAYOUTS: dict[str, tuple[str, Edit, str]] = {
    "no white space": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"><qti-assessment-item-ref identifier="a" href="a.xml"/></qti-assessment-section>',
        lambda s: s.section_parts.insert(0, section("n", ref("m"))),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">'
        '<qti-assessment-section identifier="n" title="N" visible="true"><qti-assessment-item-ref identifier="m" href="m.xml"/></qti-assessment-section>'
        '<qti-assessment-item-ref identifier="a" href="a.xml"/></qti-assessment-section>',
    ),
    "no white space, nothing in it": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>',
        lambda s: s.section_parts.append(ref("n")),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"><qti-assessment-item-ref identifier="n" href="n.xml"/></qti-assessment-section>',
    ),
    "one line": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"> <qti-assessment-item-ref identifier="a" href="a.xml"/>'
        " </qti-assessment-section>\n",
        lambda s: s.section_parts.append(section("n", ref("m"))),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"> <qti-assessment-item-ref identifier="a" href="a.xml"/>'
        ' <qti-assessment-section identifier="n" title="N" visible="true"><qti-assessment-item-ref identifier="m" href="m.xml"/></qti-assessment-section>'
        " </qti-assessment-section>\n",
    ),
    "an empty root": (
        '<?xml version="1.0"?>\n<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>',
        lambda s: s.section_parts.append(section("n", ref("m"))),
        '<?xml version="1.0"?>\n<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n'
        '  <qti-assessment-section identifier="n" title="N" visible="true">\n'
        '    <qti-assessment-item-ref identifier="m" href="m.xml"/>\n'
        "  </qti-assessment-section>\n</qti-assessment-section>",
    ),
    "white space only": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n\n</qti-assessment-section>',
        lambda s: s.section_parts.append(ref("n")),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n'
        '  <qti-assessment-item-ref identifier="n" href="n.xml"/>\n</qti-assessment-section>',
    ),
    "no indentation": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n<qti-assessment-item-ref identifier="a" href="a.xml"/>\n'
        "</qti-assessment-section>",
        lambda s: s.section_parts.append(section("n", ref("m"))),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n<qti-assessment-item-ref identifier="a" href="a.xml"/>\n'
        '<qti-assessment-section identifier="n" title="N" visible="true">\n<qti-assessment-item-ref identifier="m" href="m.xml"/>\n</qti-assessment-section>\n'
        "</qti-assessment-section>",
    ),
    "a prefix": (
        '<q:qti-assessment-section xmlns:q="QTI" identifier="s" title="S" visible="true">\n'
        '    <q:qti-assessment-item-ref identifier="a" href="a.xml"/>\n</q:qti-assessment-section>',
        lambda s: s.section_parts.append(section("n", ref("m"))),
        '<q:qti-assessment-section xmlns:q="QTI" identifier="s" title="S" visible="true">\n'
        '    <q:qti-assessment-item-ref identifier="a" href="a.xml"/>\n'
        '    <q:qti-assessment-section identifier="n" title="N" visible="true">\n'
        '        <q:qti-assessment-item-ref identifier="m" href="m.xml"/>\n'
        "    </q:qti-assessment-section>\n</q:qti-assessment-section>",
    ),
    "prefixes that are not declared there": (
        '<q:qti-assessment-section xmlns:q="QTI" identifier="s" title="S" visible="true">\n  <q:qti-ordering shuffle="true"/>\n</q:qti-assessment-section>',
        lambda s: s.section_parts.append(with_attribute(ref("n"), "{urn:x}a", "1")),
        '<q:qti-assessment-section xmlns:q="QTI" identifier="s" title="S" visible="true">\n  <q:qti-ordering shuffle="true"/>\n'
        '  <q:qti-assessment-item-ref xmlns:ns0="urn:x" identifier="n" href="n.xml" ns0:a="1"/>\n</q:qti-assessment-section>',
    ),
    "attributes of a prefix": (
        '<qti-assessment-section XMLNS xmlns:m="urn:x" identifier="s" title="S" visible="true" m:a="1" m:b="2"/>',
        lambda s: s.extras.attributes.update({"{urn:x}a": "3", "{urn:x}c": "4"}) or (s.extras.attributes.pop("{urn:x}b") and None),
        '<qti-assessment-section XMLNS xmlns:m="urn:x" identifier="s" title="S" visible="true" m:a="3" m:c="4"/>',
    ),
    "moved from one section to another": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n'
        '  <qti-assessment-section identifier="a" title="A" visible="true">\n'
        "    <qti-assessment-item-ref href='1.xml'\n         identifier='x'><!-- kept --><qti-weight identifier='W' value='01'/></qti-assessment-item-ref>\n"
        "  </qti-assessment-section>\n"
        '  <qti-assessment-section identifier="b" title="B" visible="true"/>\n'
        "</qti-assessment-section>",
        lambda s: s.section_parts[1].section_parts.append(s.section_parts[0].section_parts.pop()),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true">\n'
        '  <qti-assessment-section identifier="a" title="A" visible="true"></qti-assessment-section>\n'
        '  <qti-assessment-section identifier="b" title="B" visible="true">\n'
        "    <qti-assessment-item-ref href='1.xml'\n         identifier='x'><!-- kept --><qti-weight identifier='W' value='01'/></qti-assessment-item-ref>\n"
        "  </qti-assessment-section>\n"
        "</qti-assessment-section>",
    ),
    "before a root that begins the document": (
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>\n',
        lambda s: s.extras.before.append(Comment("x")),
        '<!--x-->\n<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>\n',
    ),
    "a comment that begins the document": (
        '<!--x-->\n<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>\n',
        lambda s: s.extras.before.clear(),
        '<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>\n',
    ),
    "another root": (
        '<?xml version="1.0"?>\n<!--x-->\n<qti-assessment-section XMLNS identifier="s" title="S" visible="true"/>\n<!--y-->\n',
        lambda s: Weight(identifier="W", value=1, extras=s.extras),
        '<?xml version="1.0"?>\n<!--x-->\n<qti-weight XMLNS identifier="W" value="1"/>\n<!--y-->\n',
    ),
    "text": (
        '<qti-base-value XMLNS base-type="string"> a&#98;<![CDATA[<c>]]></qti-base-value>',
        lambda v: put(v, value="a&b"),
        '<qti-base-value XMLNS base-type="string">a&amp;b</qti-base-value>',
    ),
    "text where none was": (
        '<qti-base-value XMLNS base-type="string" />',
        lambda v: put(v, value="x"),
        '<qti-base-value XMLNS base-type="string">x</qti-base-value>',
    ),
    "no text": (
        '<qti-base-value XMLNS base-type="string">x<!--y--></qti-base-value>',
        lambda v: put(v, value=""),
        '<qti-base-value XMLNS base-type="string"></qti-base-value>',
    ),
    "an attribute beside text with a comment": (
        '<qti-base-value XMLNS base-type="float"><!--y-->1<!--z--></qti-base-value>',
        lambda v: put(v, base_type=BaseType.INTEGER),
        '<qti-base-value XMLNS base-type="integer"><!--y-->1<!--z--></qti-base-value>',
    ),
    "mixed content, text": (
        "<p XMLNS>a &lt; <b>c</b>\n  <![CDATA[<d>]]> e<br />f</p>",
        lambda p: p.content.__setitem__(2, "x > y"),
        "<p XMLNS>a &lt; <b>c</b>x &gt; y<br />f</p>",
    ),
    "mixed content, element": (
        "<p XMLNS>a &lt; <b>c</b>\n  <![CDATA[<d>]]> e<br />f</p>",
        lambda p: p.content.__setitem__(1, Markup(name="i", content=["c", Comment("d")])),
        "<p XMLNS>a &lt; <i>c<!--d--></i>\n  <![CDATA[<d>]]> e<br />f</p>",
    ),
    "mixed content, deeper": (
        "<p XMLNS>a &lt; <b id = 'x' class='y'>c</b> d</p>",
        lambda p: (p.content[1].content.append(Markup(name="br")), p.content[1].attributes.pop("id")),
        "<p XMLNS>a &lt; <b class='y'>c<br/></b> d</p>",
    ),
    "mixed content, removed": (
        "<ul XMLNS>\n  <li>a</li>\n  <li>b</li>\n  <li>c</li>\n</ul>",
        lambda p: p.content.__delitem__(slice(3, 5)),
        "<ul XMLNS>\n  <li>a</li>\n  <li>c</li>\n</ul>",
    ),
    "mixed content, inserted": (
        "<ul XMLNS>\n  <li>a</li>\n  <li id='x'>b</li>\n</ul>",
        lambda p: p.content.__setitem__(slice(0, 0), ["\n  ", Markup(name="li", content=["n"])]),
        "<ul XMLNS>\n  <li>n</li>\n  <li>a</li>\n  <li id='x'>b</li>\n</ul>",
    ),
    "mixed content, white space that is content": (
        "<p XMLNS>\n</p>",
        lambda p: p.content.append(Markup(name="br")),
        "<p XMLNS>\n<br/></p>",
    ),
    "typed in mixed content": (
        '<qti-assessment-item XMLNS identifier="i">\n\t<qti-outcome-declaration identifier="A" cardinality="single" base-type="float"/>\n'
        "</qti-assessment-item>",
        lambda p: p.content.__setitem__(slice(2, 2), ["\n\t", with_default(p.content[1], "1")]),
        '<qti-assessment-item XMLNS identifier="i">\n\t<qti-outcome-declaration identifier="A" cardinality="single" base-type="float"/>\n'
        '\t<qti-outcome-declaration identifier="A" cardinality="single" base-type="float">\n'
        "\t\t<qti-default-value>\n\t\t\t<qti-value>1</qti-value>\n\t\t</qti-default-value>\n\t</qti-outcome-declaration>\n</qti-assessment-item>",
    ),
    "an include": (
        '<div XMLNS xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="a.xml"/> <xi:include href="b.xml"/></div>',
        lambda p: (put(p.content[0], href="c.xml"), p.content.append(Include(href="d.xml"))),
        '<div XMLNS xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="c.xml"/> <xi:include href="b.xml"/><xi:include href="d.xml"/></div>',
    ),
}


@pytest.mark.parametrize("row", LAYOUTS)
def test_layouts(row: str) -> None:
    raw, edit, expected = LAYOUTS[row]
    raw, expected = (text.replace("XMLNS", XMLNS).replace('"QTI"', f'"{QTI}"') for text in (raw, expected))
    assert edited(raw, edit) == expected


def with_comment(node: Any, text: str) -> Any:
    node.extras.before.append(Comment(text))
    return node


def with_default(declaration: Any, value: str) -> Any:
    return attrs.evolve(declaration, default_value=DefaultValue(values=[Value(value=value)]))


def with_attribute(node: Any, name: str, text: str) -> Any:
    node.extras.attributes[name] = text
    return node


# -- encodings -------------------------------------------------------------------------------------------------------------------------

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "iso-8859-1", "windows-1252", "us-ascii", "iso-2022-jp", "gb18030", "cp037", "cp500"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_an_encoding_lacks_becomes_a_reference(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    euro = "\u20ac" if encoding.startswith(("utf", "gb", "win")) else "&#8364;"
    document = f"""<?xml version="1.0" encoding="{declared}"?><p {XMLNS} id='a'>OLD<!-- x --><b/></p>"""
    old = {"us-ascii": "", "iso-2022-jp": "\u65e5\u672c"}.get(encoding, "\u00e4\u00f6" if encoding != "gb18030" else "\u4e2d")
    raw = document.replace("OLD", old).encode(encoding)
    result = edited(raw, lambda p: (p.attributes.update(id="\u20ac"), p.content.append("\u20ac"), p.content[-2].attributes.update(x="\u20ac")))
    expected = document.replace("OLD", old).replace("'a'", f"'{euro}'").replace("<b/>", f'<b x="{euro}"/>{euro}')
    assert result == expected.encode(encoding)
    assert edited(raw, lambda p: p.content.insert(0, Comment("y"))) == document.replace("OLD", f"<!--y-->{old}").encode(encoding)


def test_what_cannot_be_a_reference() -> None:
    raw = f'<?xml version="1.0" encoding="iso-8859-1"?><p {XMLNS}/>'.encode("iso-8859-1")
    tree = xml.loads(raw)
    for wrong, path in (
        (Markup(name="p", content=[Comment("\u20ac")]), "/p/comment()[1]"),
        (Markup(name="p", content=[Markup(name="\u03b1")]), "/p/\u03b1[1]"),
        (Markup(name="p", attributes={"\u03b1": ""}), "/p"),
    ):
        with pytest.raises(ModelError, match="cannot be written in") as caught:
            xml.patch(raw, tree, wrong)
        assert caught.value.path == path
    assert xml.patch(raw, tree, Markup(name="p", content=[Comment("\u00e4")])) == raw.replace(b"/>", b"><!--\xe4--></p>")


def test_an_encoding_with_two_ways_to_write_the_same() -> None:
    """Bytes of a shift that nobody needs: they cannot be kept in place, so the whole document is one change."""
    raw = f'<?xml version="1.0" encoding="iso-2022-jp"?><p {XMLNS}>'.encode() + b"\x1b$B\x1b(B" + b"<b/></p>"
    tree = xml.loads(raw)
    after = Markup(name="p", content=[Markup(name="b"), "x"])
    assert [(change.start, change.end) for change in xml.changes(raw, tree, after)] == [(0, len(raw))]
    assert xml.loads(xml.patch(raw, tree, after)) == after


# -- what is refused ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("<p XMLNS><b/><i/></p>", "in `p`, as number 2 of its content, it has `i`, not no more"),
        ("<p XMLNS></p>", "in `p`, as number 1 of its content, it has no more, not `b`"),
        ("<p XMLNS><!--x--></p>", "in `p`, as number 1 of its content, it has `comment`, not `b`"),
        ("<p XMLNS>x<b/></p>", "in `p`, as number 1 of its content, it has `text`, not `b`"),
        ("<p XMLNS id='x'><b/></p>", "in `p`, `attributes` is {'id': 'x'}, not {}"),
        ("<q XMLNS><b/></q>", "in `the document`, as number 1 of its content, it has `q`, not `p`"),
        ("<!--x--><p XMLNS><b/></p>", "in `the document`, as number 1 of its content, it has `comment`, not `p`"),
    ],
)
def test_a_tree_of_another_text(other: str, message: str) -> None:
    tree = xml.loads(f"<p {XMLNS}><b/></p>")
    after = Markup(name="p", content=[Markup(name="b"), "x"])
    with pytest.raises(ModelError, match="`before` is not the tree of this XML: read it from the same text") as caught:
        xml.patch(other.replace("XMLNS", XMLNS), tree, after)
    assert message in caught.value.message


@pytest.mark.parametrize("raw", ["<p>", b"<p></q>", "", "<!DOCTYPE p><p/>", b'<?xml version="1.0" encoding="klingon"?><p/>', "<p>\ud800</p>"])
def test_no_document(raw: str | bytes) -> None:
    with pytest.raises(DocumentError) as expected:
        xml.loads(raw)
    with pytest.raises(DocumentError) as caught:
        xml.patch(raw, Markup(name="p"), Markup(name="p"))
    assert caught.value.issues == expected.value.issues


def test_wrong_values_have_the_path_of_the_edited_tree() -> None:
    raw = xml.dumps(section("s", ref("a")))
    before = xml.loads(raw, AssessmentSection)
    wrong: Any = 3
    wrong_child: Any = Weight(identifier="W", value=1)
    for after, path in (
        (attrs.evolve(before, title=wrong), "/qti-assessment-section/@title"),
        (attrs.evolve(before, section_parts=wrong), "/qti-assessment-section/@section_parts"),
        (attrs.evolve(before, section_parts=[wrong_child]), "/qti-assessment-section/@section_parts"),
        (
            attrs.evolve(before, section_parts=[*before.section_parts, with_comment(ref("a:b"), "x")]),
            "/qti-assessment-section/qti-assessment-item-ref[2]/@identifier",
        ),
        (attrs.evolve(before, section_parts=[*before.section_parts, with_comment(ref("a"), "--")]), "/qti-assessment-section/comment()[1]"),
        (with_comment(attrs.evolve(before, extras=None), wrong), "/comment()[1]"),
    ):
        with pytest.raises(ModelError) as caught:
            xml.patch(raw, before, after)
        assert caught.value.path == path
        with pytest.raises(ModelError, match=r".") as expected:
            xml.dumps(after)
        assert str(caught.value) == str(expected.value)
    for one, other in ((wrong, before), (before, wrong)):
        with pytest.raises(ModelError, match="expected an element or markup, found 3"):
            xml.patch(raw, one, other)


def test_several_texts_side_by_side() -> None:
    """Edited trees have them, XML has not: such a tree is still the tree of its text."""
    raw = f"<p {XMLNS}>a<b/>b<i/></p>"
    tree = xml.loads(raw)
    without = Markup(name="p", content=["a", "", "b", Markup(name="i")])
    result = xml.patch(raw, tree, without)
    assert result == f"<p {XMLNS}>ab<i/></p>"
    assert xml.patch(result, without, without) == result
    assert xml.patch(result, without, Markup(name="p", content=["a", "b"])) == f"<p {XMLNS}>ab</p>"


def test_text_where_none_belongs() -> None:
    """White space beside it would become part of it: the element around it is written anew, and no other."""
    raw = f"""<qti-assessment-section {XMLNS} identifier='s' title='S' visible='true'>
  <qti-assessment-section identifier='a' title='A' visible='true'> odd <qti-ordering shuffle='true'/></qti-assessment-section>
  <qti-assessment-section identifier='b' title='B' visible='true'/>
</qti-assessment-section>"""
    before, after = (xml.loads(raw, recover=True).tree for _ in range(2))
    assert isinstance(after, AssessmentSection)
    child: Any = after.section_parts[0]
    child.title = "X"
    assert xml.patch(raw, before, after) == raw.replace("'A'", "'X'")
    child.section_parts.append(ref("n"))
    result = xml.patch(raw, before, after)
    assert xml.loads(result, recover=True).tree == after
    assert result.startswith(raw[: raw.index("<qti-assessment-section identifier='a'")])
    assert result.endswith(raw[raw.index("\n  <qti-assessment-section identifier='b'") :])


# -- real documents ----------------------------------------------------------------------------------------------------------------------


def corpus(*roots: str) -> Iterator[tuple[str, bytes]]:
    """Real documents with one of these roots, or any."""
    folder = shared_path("corpus", "qti3")
    with (folder / "INDEX.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["well_formed"] == "yes" and (not roots or row["root"] in roots):
                yield row["path"], (folder / row["path"]).read_bytes()


def read(data: bytes) -> Any:
    return xml.loads(data, recover=True).tree


def common(one: bytes, other: bytes) -> int:
    """How many bytes are the same from the beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return low


def kept(raw: bytes, result: bytes) -> int:
    """How many bytes both have at their beginnings and at their ends."""
    first = common(raw, result)
    return first + common(raw[first:][::-1], result[first:][::-1])


def test_sections_and_references_of_real_tests() -> None:
    done = 0
    for path, data in corpus("qti-assessment-test", "qti-assessment-section"):
        tree = read(data)
        nodes = [node for node in nodes_of(tree) if isinstance(node, (AssessmentSection, AssessmentItemRef)) and node is not tree]
        for node in nodes if FULL else Random(path).sample(nodes, min(6, len(nodes))):
            new = section("new-section", ref("new-ref"))
            for after, least in (
                (spliced(tree, node, new, node), len(data)),
                (spliced(tree, node, node, new), len(data)),
                (spliced(tree, node), 0),
                (spliced(tree, node, attrs.evolve(node, identifier="new-identifier")), len(data) - len(node.identifier)),
                (spliced(tree, node, attrs.evolve(node, required=True)), len(data) - len("false")),
            ):
                result = xml.patch(data, tree, after)
                assert read(result) == after, path
                assert kept(data, result) >= (least or len(result)), path
                etree.fromstring(result, etree.XMLParser(resolve_entities=False, huge_tree=True))
                done += 1
    assert done > (3000 if FULL else 500)


def test_random_edits_of_real_documents() -> None:
    done = 0
    others = [read(data) for _, data in corpus("qti-assessment-test", "qti-assessment-item")][:40]
    for path, data in corpus():
        random = Random(path)
        if not FULL and random.random() < 0.8:
            continue
        tree = read(data)
        for _ in range(5 if FULL else 1):
            after = scrambled(tree, random.choice(others), random)
            try:
                written = read(xml.dumps(after).encode())
            except ModelError:
                continue
            result = xml.patch(data, tree, after)
            if written == after:
                assert read(result) == after, path
            done += 1
    assert done > (2000 if FULL else 80)


# -- laws ----------------------------------------------------------------------------------------------------------------------------------

CLASSES = list(element_classes())
PARENTS = [cls for cls in CLASSES if spec_of(cls).children]
RANDOM = st.randoms(use_true_random=False)
often = settings(max_examples=settings().max_examples * 10)


def check(raw: str | bytes, after: Any) -> None:
    """What must hold for every tree: patching accepts what writing accepts, and both are read as the same tree."""
    before = xml.loads(raw, recover=True).tree
    assert xml.patch(raw, before, before) == raw
    assert xml.patch(raw, before, copy.deepcopy(before)) == raw
    try:
        written = xml.loads(xml.dumps(after), recover=True).tree
    except ModelError as refused:
        for patching in (xml.patch, xml.changes):
            with pytest.raises(ModelError, match=re.escape(str(refused))):
                patching(raw, before, after)
        return
    try:
        result: Any = xml.patch(raw, before, after)
    except ModelError as error:
        assert "cannot be written in" in error.message  # noqa: PT017 - the encoding decides
        assert isinstance(raw, bytes)
        assert not is_kept(xml.dumps(after), encoding_of(raw, None))
        return
    assert xml.loads(result, recover=True).tree == written
    check_changes(raw, result, xml.changes(raw, before, after))


@often
@given(data=st.data())
def test_any_edit_of_any_spelling(data: st.DataObject) -> None:
    kind: Any = trees(data.draw(st.sampled_from(PARENTS)), valid=False) if data.draw(st.booleans()) else markup()
    tree, donor = data.draw(kind), data.draw(kind)
    raw = data.draw(spellings(tree))
    check(raw, scrambled(xml.loads(raw), donor, data.draw(RANDOM)))


@often
@given(data=st.data())
def test_any_other_tree(data: st.DataObject) -> None:
    cls = data.draw(st.sampled_from(CLASSES))
    check(data.draw(spellings(data.draw(trees(cls, valid=False)))), data.draw(trees(cls, valid=False)))


@often
@given(data=st.data())
def test_documents_that_keep_no_rule(data: st.DataObject) -> None:
    raw, donor = (data.draw(documents(valid=False)) for _ in range(2))
    check(raw, scrambled(xml.loads(raw, recover=True).tree, xml.loads(donor, recover=True).tree, data.draw(RANDOM)))


@often
@given(data=st.data())
def test_wrong_trees_are_refused_as_the_writer_refuses_them(data: st.DataObject) -> None:
    tree = data.draw(trees(data.draw(st.sampled_from(CLASSES)), valid=False) | markup())
    raw = data.draw(spellings(tree))
    before = xml.loads(raw)
    random = data.draw(RANDOM)
    after = spoiled(scrambled(before, tree, random) if random.random() < 0.3 else copy.deepcopy(before), random)
    check(raw, after)


@often
@given(data=st.data())
def test_a_tree_that_was_changed_in_place_is_not_the_tree_of_its_text(data: st.DataObject) -> None:
    """Neither the edit nor what differs from the text is lost: `before` is refused unless it says what the text says."""
    raw = data.draw(spellings(data.draw(trees(data.draw(st.sampled_from(CLASSES)), valid=False) | markup())))
    original = xml.loads(raw)
    other = scrambled(original, original, data.draw(RANDOM))
    try:
        is_same = xml.loads(xml.dumps(other), recover=True).tree == original
    except ModelError:
        is_same = False
    for after in (other, original, copy.deepcopy(other)):
        if is_same:
            assert xml.loads(xml.patch(raw, other, after), recover=True).tree == original
        else:
            for patching in (xml.patch, xml.changes):
                with pytest.raises(ModelError, match="`before` is not the tree of this XML"):
                    patching(raw, other, after)


@often
@given(data=st.data(), indent=st.sampled_from([None, 0, 1, "\t"]))
def test_siblings_of_what_is_edited_stay_as_they_are(data: st.DataObject, indent: int | str | None) -> None:
    tree = data.draw(trees(data.draw(st.sampled_from([AssessmentTest, AssessmentSection])), valid=False, size=40))
    raw = xml.dumps(tree, indent=indent).encode()
    before = xml.loads(raw, recover=True).tree
    spans = list(child_spans(raw))
    elements = [child for child in children(before) if isinstance(child, (Element, Markup))]
    assert len(spans) == len(elements)
    if not elements:
        return
    values = [getattr(before, field.name) for field in spec_of(type(before)).children] if isinstance(before, Element) else []
    held = {id(child) for value in values for child in (value if isinstance(value, list) else [value])}
    in_fields = [place for place, child in enumerate(elements) if id(child) in held]  # others are in the extras
    if not in_fields:
        return
    place = data.draw(st.sampled_from(in_fields))
    child = elements[place]
    new = scrambled(child, child, data.draw(RANDOM))
    new.extras.before[:] = child.extras.before  # what stands before it is outside of it
    after = spliced(before, child, new)
    try:
        xml.dumps(after)
    except ModelError as refused:
        with pytest.raises(ModelError, match=re.escape(str(refused))):
            xml.changes(raw, before, after)
        return
    changes = xml.changes(raw, before, after)
    begin, end = spans[place]
    assert all(begin <= change.start <= change.end <= end for change in changes)


def child_spans(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where the children of the root stand, as expat sees them."""
    parser = expat.ParserCreate()
    found: list[list[int]] = []
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth == 2:
            found.append([parser.CurrentByteIndex])

    def end(*_: object) -> None:
        nonlocal depth
        if depth == 2:
            at = parser.CurrentByteIndex
            found[-1].append(raw.index(b">", at) + 1 if raw.startswith(b"</", at) else at)
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(raw, True)
    return ((first, last) for first, last in found)
