"""Editing is plain Python; a wrong value is a `ModelError` with its path when written."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import attrs
import pytest

from qtimodel import (
    And,
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    BaseType,
    BaseValue,
    BranchRule,
    Comment,
    ContentBody,
    DefaultValue,
    Element,
    Gt,
    Include,
    ItemSessionControl,
    Markup,
    ModelError,
    NavigationMode,
    OutcomeDeclaration,
    PreCondition,
    ProcessingInstruction,
    RubricBlock,
    Selection,
    SubmissionMode,
    TestPart,
    Value,
    Variable,
    View,
    Weight,
    content,
    effective,
    walk,
    xml,
)
from qtimodel.nodes import QTI, XSI


def ref(number: int, **more: Any) -> AssessmentItemRef:
    return AssessmentItemRef(identifier=f"i{number}", href=f"i{number}.xml", **more)


def section(*parts: Any, **more: Any) -> AssessmentSection:
    return AssessmentSection(identifier="s1", title="Section", visible=True, section_parts=list(parts), **more)


def test_with(*sections: AssessmentSection) -> AssessmentTest:
    part = TestPart(identifier="p1", navigation_mode=NavigationMode.LINEAR, submission_mode=SubmissionMode.INDIVIDUAL, assessment_sections=list(sections))
    return AssessmentTest(identifier="t1", title="Test", test_parts=[part])


test_with.__test__ = False  # type: ignore[attr-defined]


def test_a_new_test_has_the_canonical_layout() -> None:
    assert xml.dumps(test_with(section(ref(1), keep_together=False))) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<qti-assessment-test xmlns="{QTI}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{QTI} https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd" identifier="t1" title="Test">\n'
        '  <qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">\n'
        '    <qti-assessment-section identifier="s1" title="Section" visible="true" keep-together="false">\n'
        '      <qti-assessment-item-ref identifier="i1" href="i1.xml"/>\n'
        "    </qti-assessment-section>\n"
        "  </qti-test-part>\n"
        "</qti-assessment-test>"
    )


def test_values_are_equal_by_value() -> None:
    assert ref(1) == ref(1)
    assert ref(1) != ref(2)
    assert ref(1) != ref(1, extras=None, required=False)
    written = xml.loads(f'<qti-assessment-item-ref xmlns="{QTI}" href=" i1.xml " identifier="i1" required="1"/>')
    assert written == ref(1, required=True)
    with pytest.raises(TypeError):
        hash(ref(1))


def test_evolve_copy_and_pickle() -> None:
    one = section(ref(1, extras=None), ref(2))
    two = attrs.evolve(one, title="Other")
    assert (two.title, one.title, two.section_parts) == ("Other", "Section", one.section_parts)
    commented = xml.loads(f'<qti-weight xmlns="{QTI}" identifier="w" value="2.50"><!-- c --></qti-weight>', Weight)
    for same in (copy.deepcopy(commented), pickle.loads(pickle.dumps(commented)), attrs.evolve(commented)):
        assert same == commented
        assert xml.dumps(same) == xml.dumps(commented)


def test_a_lexical_form_is_kept_until_the_value_changes() -> None:
    text = f'<qti-assessment-item-ref xmlns="{QTI}" identifier=" i1 " href="i1.xml" required="1" category=" b  a "/>'
    tree = xml.loads(text, AssessmentItemRef)
    assert (tree.identifier, tree.required, tree.category) == ("i1", True, ["b", "a"])
    assert xml.dumps(tree, indent=None).endswith(text)
    tree.required = False
    assert 'required="false"' in xml.dumps(tree)
    assert 'identifier=" i1 "' in xml.dumps(tree)
    tree.required = True
    assert 'required="1"' in xml.dumps(tree)
    tree.category = ["a"]
    assert 'category="a"' in xml.dumps(tree)


def test_absent_is_not_the_default() -> None:
    control = xml.loads(f'<qti-item-session-control xmlns="{QTI}" allow-skipping="true"/>', ItemSessionControl)
    assert (control.allow_skipping, control.allow_review) == (True, None)
    assert (effective(control, "allow_skipping"), effective(control, "allow_review"), effective(control, "max_attempts")) == (True, True, None)
    assert "allow-review" not in xml.dumps(control)
    with pytest.raises(AttributeError, match="allow_reviews"):
        effective(control, "allow_reviews")


def test_a_comment_moves_with_the_node_it_precedes() -> None:
    text = (
        f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="t" visible="true">'
        '<qti-assessment-item-ref identifier="i1" href="a"/><!-- about i2 --><qti-assessment-item-ref identifier="i2" href="b"/><!-- last -->'
        "</qti-assessment-section>"
    )
    tree = xml.loads(text, AssessmentSection)
    tree.section_parts.reverse()
    body = xml.dumps(tree, indent=None)
    assert body.index("about i2") < body.index('"i2"') < body.index('"i1"') < body.index("last")


def test_walk() -> None:
    tree = test_with(section(section(ref(1)), ref(2)), section(ref(3)))
    assert [node.identifier for node in walk(tree, AssessmentItemRef)] == ["i1", "i2", "i3"]
    inner = "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[1]/qti-assessment-section[1]"
    assert next(path for path, _ in walk(tree, AssessmentItemRef, paths=True)) == f"{inner}/qti-assessment-item-ref[1]"
    tree.extras.before.append(Comment("first"))
    tree.extras.after.append(ProcessingInstruction("p"))
    names = [type(node).__name__ for node in walk(tree)]
    assert (names[0], names[1], names[-1]) == ("Comment", "AssessmentTest", "ProcessingInstruction")


@pytest.mark.parametrize(
    ("node", "path", "message"),
    [
        (ref(1, required="true"), "/qti-assessment-item-ref/@required", "expected a bool, found 'true'"),
        (AssessmentItemRef(identifier=None, href="x"), "/qti-assessment-item-ref/@identifier", "this attribute is required"),  # type: ignore[arg-type]
        (AssessmentItemRef(identifier="1a", href="x"), "/qti-assessment-item-ref/@identifier", "expected an identifier"),
        (AssessmentItemRef(identifier=["a"], href="x"), "/qti-assessment-item-ref/@identifier", "expected a str"),  # type: ignore[arg-type]
        (AssessmentItemRef(identifier="a", href=" x"), "/qti-assessment-item-ref/@href", "expected a URI without spaces at its ends"),
        (AssessmentItemRef(identifier="a", href="\0"), "/qti-assessment-item-ref/@href", "U+0000"),
        (ref(1, category="a b"), "/qti-assessment-item-ref/@category", "expected a list, found 'a b'"),
        (ref(1, category=["a b"]), "/qti-assessment-item-ref/@category", "expected an identifier"),
        (ref(1, category=[None]), "/qti-assessment-item-ref/@category", "expected a str, found None"),
        (ref(1, weights=None), "/qti-assessment-item-ref/@weights", "expected a list, found None"),
        (ref(1, weights=(Weight(identifier="w", value=1),)), "/qti-assessment-item-ref/@weights", "expected a list, found (Weight"),
        (ref(1, weights=[ref(2)]), "/qti-assessment-item-ref/@weights", "expected Weight, found AssessmentItemRef"),
        (ref(1, weights=["w"]), "/qti-assessment-item-ref/@weights", "expected Weight, found"),
        (ref(1, weights=[Weight(identifier="w", value="1")]), "/qti-assessment-item-ref/qti-weight[1]/@value", "expected a number, found '1'"),  # type: ignore[arg-type]
        (ref(1, weights=[Weight(identifier="w", value=True)]), "/qti-assessment-item-ref/qti-weight[1]/@value", "expected a number, found True"),
        (ref(1, weights=[Weight(identifier="w", value=2**53 + 1)]), "/qti-assessment-item-ref/qti-weight[1]/@value", "that a double can hold exactly"),
        (Selection(select=1.5), "/qti-selection/@select", "expected an int, found 1.5"),  # type: ignore[arg-type]
        (Selection(select=2**31), "/qti-selection/@select", "32 bits"),
        (Selection(select=1, extensions=[Weight(identifier="w", value=1)]), "/qti-selection/@extensions", "expected Markup"),  # type: ignore[list-item]
        (BranchRule(target="EXIT_TEST", expression=None), "/qti-branch-rule/@expression", "found None"),  # type: ignore[arg-type]
        (BranchRule(target="EXIT_TEST", expression="SCORE > 1"), "/qti-branch-rule/@expression", "found 'SCORE > 1'"),  # type: ignore[arg-type]
        (PreCondition(expression=ref(1)), "/qti-pre-condition/@expression", "expected one of Null, BaseValue"),  # type: ignore[arg-type]
        (BaseValue(base_type="Float", value="1"), "/qti-base-value/@base-type", "expected a member of BaseType, found 'Float'; write BaseType.FLOAT"),  # type: ignore[arg-type]
        (BaseValue(base_type=BaseType.FLOAT, value=1), "/qti-base-value/@value", "expected a str, found 1"),  # type: ignore[arg-type]
        (RubricBlock(view=[View.AUTHOR, "tutors"], content_body=ContentBody()), "/qti-rubric-block/@view", "write View.TUTOR"),  # type: ignore[list-item]
        (RubricBlock(view=View.AUTHOR, content_body=ContentBody()), "/qti-rubric-block/@view", "expected a list"),  # type: ignore[arg-type]
        (ContentBody(content="text"), "/qti-content-body/@content", "expected a list, found 'text'"),  # type: ignore[arg-type]
        (ContentBody(content=[1]), "/qti-content-body", "found 1"),  # type: ignore[list-item]
        (ContentBody(content=["\x01"]), "/qti-content-body", "U+0001"),
        (ContentBody(content=[Markup(name="a b")]), "/qti-content-body/a b[1]", "`a b` is no name"),
        (ContentBody(content=[Markup(name="b", attributes={"x y": "1"})]), "/qti-content-body/b[1]/@x y", "no name of an attribute"),
        (ContentBody(content=[Markup(name="b", attributes={"p:y": "1"})]), "/qti-content-body/b[1]/@p:y", "write `name`, `xml:name` or `{namespace}name`"),
        (ContentBody(content=[Markup(name="b", attributes={"xmlns": "u"})]), "/qti-content-body/b[1]/@xmlns", "no name of an attribute"),
        (ContentBody(content=[Markup(name="b", attributes={"x": 1})]), "/qti-content-body/b[1]/@x", "expected a str, found 1"),  # type: ignore[dict-item]
        (ContentBody(content=[Markup(name="b", content=[Comment("a--b")])]), "/qti-content-body/b[1]/comment()[1]", "XML forbids in comments"),
        (ContentBody(content=[Markup(name="b", content="text")]), "/qti-content-body/b[1]", "expected a list of content"),  # type: ignore[arg-type]
        (ContentBody(content=[Comment("a-")]), "/qti-content-body/comment()[1]", "XML forbids in comments"),
        (ContentBody(content=[Comment("a\r")]), "/qti-content-body/comment()[1]", "carriage return"),
        (ContentBody(content=[ProcessingInstruction("xml", "")]), "/qti-content-body/processing-instruction()[1]", "no target"),
        (ContentBody(content=[ProcessingInstruction("p", "?>")]), "/qti-content-body/processing-instruction()[1]", "`?>`"),
        (ContentBody(content=[ProcessingInstruction("p", " x")]), "/qti-content-body/processing-instruction()[1]", "white space"),
    ],
)
def test_a_wrong_value_is_a_model_error_with_its_path(node: Element, path: str, message: str) -> None:
    """The same for a class that is interpreted and for one that is compiled."""
    for _ in range(60):
        with pytest.raises(ModelError) as caught:
            xml.dumps(node)
        assert caught.value.path == path
        assert message in caught.value.message


def test_an_element_may_be_called_what_no_attribute_may() -> None:
    """Names that were checked once are remembered, for elements and attributes alike."""
    xml.dumps(Markup(name="xmlns"))
    with pytest.raises(ModelError, match="no name of an attribute"):
        xml.dumps(ContentBody(content=[Markup(name="b", attributes={"xmlns": "x"})]))


def test_the_path_of_a_wrong_value_leads_from_the_root() -> None:
    tree = test_with(section(ref(1)), section(ref(2), ref(3)))
    wrong = tree.test_parts[0].assessment_sections[1].section_parts[1]  # type: ignore[union-attr]
    assert isinstance(wrong, AssessmentItemRef)
    wrong.fixed = "no"  # type: ignore[assignment]
    where = "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[2]/qti-assessment-item-ref[2]/@fixed"
    for _ in range(60):
        with pytest.raises(ModelError, match="expected a bool") as caught:
            xml.dumps(tree)
        assert caught.value.path == where


def test_the_path_of_a_wrong_child_leads_to_its_parent() -> None:
    tree = test_with(section(ref(1)), section(ref(2), section(ref(3), BranchRule(target="x", expression=Variable(identifier="SCORE")))))
    inner = "/qti-assessment-test/qti-test-part[1]/qti-assessment-section[2]/qti-assessment-section[1]/@section_parts"
    for _ in range(60):
        with pytest.raises(ModelError, match=r"expected one of Include, AssessmentItemRef, .*found BranchRule") as caught:
            xml.dumps(tree)
        assert caught.value.path == inner


def test_extras_that_cannot_be_kept_are_refused() -> None:
    declared = ref(1)
    declared.extras.attributes["href"] = "other"
    with pytest.raises(ModelError, match="`href` is a declared attribute: set the field"):
        xml.dumps(declared)
    mixed = ContentBody(content=["x"])
    mixed.extras.trailing.append(Comment("y"))
    with pytest.raises(ModelError, match=r"belongs there, not into extras\.trailing"):
        xml.dumps(mixed)
    markup = Markup(name="p")
    markup.extras.attributes["class"] = "x"
    with pytest.raises(ModelError, match="markup has its own attributes"):
        xml.dumps(markup)
    root = ref(1)
    root.extras.before.append("text")
    with pytest.raises(ModelError, match="only comments and processing instructions"):
        xml.dumps(root)


def test_only_a_root_has_something_behind_it() -> None:
    """No format has a place for it elsewhere, and nothing is dropped silently."""
    for inner in (ref(1), Include(href="x")):
        inner.extras.after.append(Comment("lost?"))
        for _ in range(60):  # the same when classes are compiled
            for write in (xml.dumps, content.dumps):
                with pytest.raises(ModelError, match=r"extras\.after is for a root"):
                    write(section(inner))
    paragraph = Markup(name="p", content=[Markup(name="b")])
    paragraph.content[0].extras.after.append(Comment("lost?"))  # type: ignore[union-attr]
    for write in (xml.dumps, content.dumps):
        with pytest.raises(ModelError, match=r"extras\.after is for a root"):
            write(paragraph)
    paragraph.extras.after.append(Comment("kept"))
    paragraph.content.clear()
    assert xml.dumps(paragraph).endswith("<!--kept-->")


def test_a_node_that_contains_itself() -> None:
    loop = And(expressions=[])
    loop.expressions.append(loop)
    with pytest.raises(ModelError, match=r"contains itself|nested elements"):
        xml.dumps(loop)


def test_not_a_tree() -> None:
    with pytest.raises(ModelError, match="expected an element or markup, found 'text'"):
        xml.dumps("text")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="indent"):
        xml.dumps(ref(1), indent="--")


def test_a_failed_dump_changes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    xml.dump(ref(1), path)
    good = path.read_bytes()
    with pytest.raises(ModelError):
        xml.dump(ref(1, required=1), path)
    assert path.read_bytes() == good
    assert [file.name for file in tmp_path.iterdir()] == ["a.xml"]
    with pytest.raises(FileNotFoundError):
        xml.dump(ref(1), tmp_path / "none" / "a.xml")


def test_namespaces_follow_a_moved_node() -> None:
    """What a node's names need is declared where it goes, what it does not need is not."""
    source = xml.loads(f'<t:x xmlns:t="{QTI}" xmlns:d="urn:d"><t:qti-weight d:note="1" identifier="w" value="1"/></t:x>')
    assert isinstance(source, Markup)
    weight = source.content[0]
    assert isinstance(weight, Weight)
    moved = ref(1, weights=[weight])
    text = xml.dumps(moved, indent=None)
    assert xml.loads(text) == moved
    assert f'<qti-assessment-item-ref xmlns="{QTI}" identifier="i1" href="i1.xml"><qti-weight xmlns:ns0="urn:d" identifier="w" value="1" ns0:note="1"/>' in text
    foreign = Markup(name="root", namespace="urn:r", content=[ref(2), Markup(name="plain", namespace=None)])
    text = xml.dumps(foreign, indent=None)
    assert text.endswith(f'<root xmlns="urn:r"><qti-assessment-item-ref xmlns="{QTI}" identifier="i2" href="i2.xml"/><plain xmlns=""/></root>')
    assert xml.loads(text) == foreign


def test_include_is_typed_wherever_it_stands() -> None:
    text = section(Include(href="refs.xml"))
    written = xml.dumps(text, indent=None)
    assert 'include xmlns="http://www.w3.org/2001/XInclude" href="refs.xml"' in written
    assert xml.loads(written) == text


def test_layout() -> None:
    tree = section(ref(1, weights=[Weight(identifier="w", value=1)]))
    assert "\n\t<qti-assessment-item-ref" in xml.dumps(tree, indent="\t")
    assert "\n    <qti-assessment-item-ref" in xml.dumps(tree, indent=4)
    assert "\n<qti-assessment-item-ref" in xml.dumps(tree, indent=0)
    assert xml.dumps(tree, indent=None).count("\n") == 1


def test_typed_elements_in_mixed_content_never_change_its_white_space() -> None:
    """In running text they stand in one line; on a line of their own they are laid out from there."""
    declaration = OutcomeDeclaration(
        identifier="S", cardinality=xml.loads(f'<qti-outcome-declaration xmlns="{QTI}" identifier="S" cardinality="single"/>', OutcomeDeclaration).cardinality,
        default_value=DefaultValue(values=[Value(value="0")]),
    )  # fmt: skip
    inline = Markup(name="p", content=["a ", declaration, " b"])
    assert "\n" not in xml.dumps(inline).partition("?>\n")[2]
    block = Markup(name="p", content=["\n      ", declaration, "\n    "])
    assert "\n      <qti-outcome-declaration" in xml.dumps(block)
    assert "\n        <qti-default-value>" in xml.dumps(block)
    for tree in (inline, block):
        assert xml.loads(xml.dumps(tree)) == tree
        assert xml.dumps(xml.loads(xml.dumps(tree))) == xml.dumps(tree)


def test_repr_shows_what_is_set() -> None:
    assert repr(Gt(expressions=[Variable(identifier="SCORE")])) == "Gt(expressions=[Variable(identifier='SCORE')])"
    noted = ref(1)
    noted.extras.attributes["data-x"] = "1"
    assert "extras=Extras(attributes={'data-x': '1'})" in repr(noted)
