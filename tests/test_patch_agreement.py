"""`patch` and `dumps` give one answer: what is refused, what is written, and that a tree must be that of its text. Laws are in `test_patch.py`."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any, cast

import attrs
import pytest

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    BaseType,
    BaseValue,
    Comment,
    Element,
    Extras,
    Markup,
    ModelError,
    Null,
    PreCondition,
    ProcessingInstruction,
    Weight,
    xml,
)
from qtimodel.nodes import QTI
from qtimodel.testing import assert_same_xml

NS = f'xmlns="{QTI}"'
SECTION = f"""<qti-assessment-section {NS} identifier="s1" title="Sums" visible="1">
  <!-- about i1 -->
  <qti-assessment-item-ref identifier="i1" href="i1.xml"><qti-weight identifier="W" value="1"/></qti-assessment-item-ref>
  <qti-assessment-section identifier="s2" title="Sets" visible="true"><qti-rubric-block view="author"><qti-content-body>a <b>b</b> c</qti-content-body>
  </qti-rubric-block></qti-assessment-section>
</qti-assessment-section>"""


# -- before is the tree of the text ------------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Any], Any]] = {
    "an attribute": lambda s: setattr(s, "title", "New"),
    "an optional attribute": lambda s: setattr(s, "required", True),
    "an unknown attribute": lambda s: s.extras.attributes.update({"data-x": "y"}),
    "a comment": lambda s: s.section_parts[0].extras.before.__setitem__(0, Comment("new")),
    "a comment more": lambda s: s.extras.trailing.append(Comment("new")),
    "a value below": lambda s: setattr(s.section_parts[0].weights[0], "value", 2),
    "text": lambda s: s.section_parts[1].rubric_blocks[0].content_body.content.__setitem__(0, "A "),
    "an attribute of markup": lambda s: s.section_parts[1].rubric_blocks[0].content_body.content[1].attributes.update(id="x"),
    "the name of markup": lambda s: setattr(s.section_parts[1].rubric_blocks[0].content_body.content[1], "name", "i"),
    "the namespace of markup": lambda s: setattr(s.section_parts[1].rubric_blocks[0].content_body.content[1], "namespace", "urn:x"),
    "a child less": lambda s: s.section_parts.pop(),
    "a child more": lambda s: s.section_parts.append(AssessmentItemRef(identifier="i9", href="i9.xml")),
    "the order": lambda s: s.section_parts.reverse(),
    "a wrong type": lambda s: setattr(s, "title", 3),
    "no list": lambda s: setattr(s, "section_parts", None),
}


@pytest.mark.parametrize("row", CHANGES)
@pytest.mark.parametrize("form", ["text", "bytes", "another encoding"])
def test_a_tree_that_was_changed_in_place(row: str, form: str) -> None:
    raw: Any = SECTION if form == "text" else SECTION.encode() if form == "bytes" else SECTION.encode("utf-16")
    before: Any = xml.loads(raw)
    original = copy.deepcopy(before)
    assert xml.patch(raw, before, before) == raw
    CHANGES[row](before)
    afters = [before, copy.deepcopy(before), original, attrs.evolve(original, title="Other")]
    for after in afters:
        for patching in (xml.patch, xml.changes):
            with pytest.raises(ModelError, match="`before` is not the tree of this XML: read it from the same text"):
                patching(raw, before, after)
    assert xml.patch(raw, original, original) == raw


def test_what_the_message_says() -> None:
    before = xml.loads(SECTION, AssessmentSection)
    before.title = "New"
    with pytest.raises(ModelError, match=r"in `qti-assessment-section`, `title` is 'Sums', not 'New'"):
        xml.patch(SECTION, before, before)


def test_a_tree_from_elsewhere_that_says_the_same() -> None:
    """It need not have been read from the text: equal is enough, and texts side by side are one."""
    built = Markup(name="p", content=["a", "b", Markup(name="b"), ""])
    raw = f"<p {NS}>ab<b/></p>"
    assert xml.patch(raw, built, built) == raw
    assert xml.patch(raw, built, attrs.evolve(built, content=["ab", Markup(name="i")])) == f"<p {NS}>ab<i/></p>"
    broken = f'<qti-weight {NS} identifier="1" value="x"/>'
    tree = xml.loads(broken, recover=True).tree
    assert xml.patch(broken, tree, attrs.evolve(cast(Weight, tree), value=1)) == f'<qti-weight {NS} identifier="1" value="1"/>'


def test_the_check_is_linear() -> None:
    refs: list[Any] = [AssessmentItemRef(identifier=f"i{n}", href=f"i{n}.xml") for n in range(5_000)]
    section = AssessmentSection(identifier="s", title="S", visible=True, section_parts=refs)
    raw = xml.dumps(section)
    tree = xml.loads(raw, AssessmentSection)
    begin = time.perf_counter()
    xml.loads(raw)
    xml.dumps(tree)
    once = time.perf_counter() - begin
    begin = time.perf_counter()
    xml.patch(raw, tree, attrs.evolve(tree, title="T"))
    assert time.perf_counter() - begin < 20 * once + 0.5


# -- the same acceptance -----------------------------------------------------------------------------------------------------

VALUE = f'<qti-base-value {NS} base-type="float">1</qti-base-value>'
CONDITION = f"<qti-pre-condition {NS}><qti-null/></qti-pre-condition>"
BODY = f"<p {NS}>a<b/></p>"
SPOILS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a comment at the end of text": (VALUE, lambda node: node.extras.trailing.append(Comment("kept"))),
    "an instruction at the end of text": (VALUE, lambda node: node.extras.trailing.append(ProcessingInstruction("a", "b"))),
    "an element at the end of text": (VALUE, lambda node: node.extras.trailing.append(Markup(name="p"))),
    "text at the end of text": (VALUE, lambda node: node.extras.trailing.append("kept")),
    "a comment at the end of markup": (BODY, lambda node: node.extras.trailing.append(Comment("kept"))),
    "an attribute beside those of markup": (BODY, lambda node: node.extras.attributes.update(a="b")),
    "a declared attribute among the others": (VALUE, lambda node: node.extras.attributes.update({"base-type": "float"})),
    "what follows a child": (CONDITION, lambda node: node.expression.extras.after.append(Comment("kept"))),
    "what follows markup": (BODY, lambda node: node.content[1].extras.after.append(Comment("kept"))),
    "an element before the root": (VALUE, lambda node: node.extras.before.append(Markup(name="p"))),
    "text behind the root": (VALUE, lambda node: node.extras.after.append("kept")),
    "a comment with hyphens": (CONDITION, lambda node: node.expression.extras.before.append(Comment("a--b"))),
    "a value of another type that is equal": (f'<qti-weight {NS} identifier="W" value="1"/>', lambda node: setattr(node, "value", True)),
    "a number for a boolean": (f'<qti-ordering {NS} shuffle="true"/>', lambda node: setattr(node, "shuffle", 1)),
    "a tuple for a list": (SECTION, lambda node: setattr(node, "section_parts", tuple(node.section_parts))),
    "nothing for what is needed": (CONDITION, lambda node: setattr(node, "expression", None)),
    "a child of another class": (CONDITION, lambda node: setattr(node, "expression", Weight(identifier="W", value=1))),
    "a name with a space": (BODY, lambda node: setattr(node.content[1], "name", "a b")),
    "an attribute with a number": (BODY, lambda node: node.attributes.update(a=1)),
    "a character that XML does not have": (BODY, lambda node: node.content.append("\x00")),
}


@pytest.mark.parametrize("row", SPOILS)
def test_what_the_writer_refuses_is_no_patch(row: str) -> None:
    raw, spoil = SPOILS[row]
    before, after = xml.loads(raw), xml.loads(raw)
    spoil(after)
    with pytest.raises(ModelError) as refused:
        xml.dumps(after)
    for patching in (xml.patch, xml.changes):
        with pytest.raises(ModelError) as also:
            patching(raw, before, after)
        assert (also.value.path, also.value.message) == (refused.value.path, refused.value.message)


# -- differences in namespaces and schemas alone ------------------------------------------------------------------------------

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
NAMES: dict[str, tuple[str, str]] = {
    "a schema location": (f'<a {NS} {XSI} xsi:schemaLocation="{QTI} old.xsd"> <b/></a>', f'<a {NS} {XSI} xsi:schemaLocation="{QTI} new.xsd"> <b/></a>'),
    "a schema location more": (f"<a {NS} {XSI}> <b/></a>", f'<a {NS} {XSI} xsi:schemaLocation="{QTI} new.xsd"> <b/></a>'),
    "a schema location less": (f'<a {NS} {XSI} xsi:schemaLocation="{QTI} old.xsd"> <b/></a>', f"<a {NS} {XSI}> <b/></a>"),
    "its declaration too": (f"<a {NS}> <b/></a>", f'<a {NS} {XSI} xsi:schemaLocation="{QTI} new.xsd"> <b/></a>'),
    "a declaration more": (f"<a {NS}> <b/></a>", f'<a {NS} xmlns:x="urn:x"> <b/></a>'),
    "a declaration less": (f'<a {NS} xmlns:x="urn:x"> <b/></a>', f"<a {NS}> <b/></a>"),
    "another declaration": (f'<a {NS} xmlns:x="urn:x"> <b/></a>', f'<a {NS} xmlns:x="urn:y"> <b/></a>'),
    "another prefix": (f"<a {NS}> <b/></a>", f'<q:a xmlns:q="{QTI}"> <q:b/></q:a>'),
    "a prefix for a child": (f'<a {NS} xmlns:q="{QTI}"> <b/></a>', f'<a {NS} xmlns:q="{QTI}"> <q:b/></a>'),
    "a prefix that is used": ('<a xmlns:x="urn:x"> <x:b x:c="d"/></a>', '<a xmlns:y="urn:x"> <y:b y:c="d"/></a>'),
    "of a sibling": (f'<a {NS}><b/><c xmlns:x="urn:x"/><d/></a>', f'<a {NS}><b/><c xmlns:x="urn:y"/><d/></a>'),
    "of a sibling of typed elements": (
        f'<qti-pre-condition {NS}><!-- c --><qti-null xmlns:x="urn:x"/></qti-pre-condition>',
        f'<qti-pre-condition {NS}><!-- c --><qti-null xmlns:x="urn:y"/></qti-pre-condition>',
    ),
    "of a typed root": (
        f'<qti-weight {NS} {XSI} xsi:schemaLocation="{QTI} old.xsd" identifier="W" value="1"/>',
        f'<qti-weight {NS} {XSI} xsi:schemaLocation="{QTI} new.xsd" identifier="W" value="1"/>',
    ),
    "without a namespace": (f'<a {XSI} xsi:noNamespaceSchemaLocation="old.xsd"/>', f'<a {XSI} xsi:noNamespaceSchemaLocation="new.xsd"/>'),
}


@pytest.mark.parametrize("row", NAMES)
@pytest.mark.parametrize("turned", [False, True])
def test_what_differs_in_namespaces_alone_is_written(row: str, turned: bool) -> None:
    raw, other = NAMES[row][:: -1 if turned else 1]
    before, after = xml.loads(raw), xml.loads(other)
    assert before == after
    if row == "a prefix for a child" and turned:  # a plain child has no form, as if it was built: it leaves the prefix
        assert xml.patch(raw, before, after) == raw
        return
    assert_same_xml(other, xml.patch(raw, before, after))
    assert_same_xml(xml.dumps(after), xml.patch(raw, before, after))
    both = attrs.evolve(after, extras=Extras(after=[Comment("new")]))
    assert_same_xml(xml.dumps(both), xml.patch(raw, before, both))


def test_only_what_differs_is_written() -> None:
    raw = f"<qti-weight {NS}  {XSI}  xsi:schemaLocation='{QTI} old.xsd' identifier = 'W' value='1' />"
    other = raw.replace("old.xsd", "new.xsd").replace("  ", " ").replace("identifier = 'W' value='1'", "value='1.0' identifier='W'")
    assert xml.patch(raw, xml.loads(raw), xml.loads(other)) == raw.replace("old.xsd", "new.xsd")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_form_without_the_declaration_that_the_writer_adds_is_no_change(indent: int | None) -> None:
    """A section that was taken out of a test has the order of its attributes, and no namespace of its own."""
    part = '<qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">'
    section = '<qti-assessment-section title="S" identifier="s" visible="true"><qti-ordering shuffle="true"/></qti-assessment-section>'
    test = xml.loads(f'<qti-assessment-test {NS} identifier="t" title="T">{part}{section}</qti-test-part></qti-assessment-test>', AssessmentTest)
    inner = test.test_parts[0].assessment_sections[0]
    text = xml.dumps(inner, indent=indent)
    assert xml.patch(text, xml.loads(text), inner) == text


def test_what_was_built_says_nothing_of_namespaces() -> None:
    """A tree without a form, as programs build it, leaves those of the text."""
    raw = f'<q:qti-pre-condition xmlns:q="{QTI}" xmlns:x="urn:x"> <q:qti-null/></q:qti-pre-condition>'
    built = PreCondition(expression=Null())
    assert xml.patch(raw, xml.loads(raw), built) == raw
    changed: Element = PreCondition(expression=BaseValue(base_type=BaseType.FLOAT, value="1"))
    assert xml.patch(raw, xml.loads(raw), changed) == raw.replace("<q:qti-null/>", '<q:qti-base-value base-type="float">1</q:qti-base-value>')
