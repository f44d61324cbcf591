"""The traps that shaped the code, one test for each (the facts are in ARCHITECTURE.md and in the fact sheet of the test level).

Every one of them has caught a QTI library before, or has caught this one.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

import qtimodel
from qtimodel import (
    And,
    AssessmentItemRef,
    AssessmentSection,
    AssessmentSectionRef,
    AssessmentTest,
    Comment,
    ContentBody,
    DocumentError,
    Element,
    ExitTest,
    Include,
    ItemSessionControl,
    Markup,
    ModelError,
    Null,
    Ordering,
    OutcomeElse,
    OutcomeProcessing,
    PrintedVariable,
    ProcessingInstruction,
    RubricBlock,
    Selection,
    SetOutcomeValue,
    TestFeedback,
    TestPart,
    TestVariables,
    Value,
    View,
    Weight,
    effective,
    walk,
    xml,
)
from qtimodel.nodes import MATHML, QTI, XINCLUDE
from qtimodel.testing import assert_same_xml, minimal

Q = f'xmlns="{QTI}"'
SECTION = f'<qti-assessment-section {Q} identifier="s" title="S" visible="true">'


def body_of(tree: Any) -> str:
    """The written XML without its declaration."""
    return xml.dumps(tree, indent=None).partition("\n")[2]


# -- absent is not default -------------------------------------------------------------------------------------------------------------


def test_absent_is_not_default() -> None:
    absent = f"<qti-item-session-control {Q}/>"
    written = f'<qti-item-session-control {Q} show-feedback="false" allow-review="true"/>'
    for text in (absent, written):
        assert body_of(xml.loads(text)) == text
    assert xml.loads(absent) == ItemSessionControl() != xml.loads(written)
    assert effective(xml.loads(absent, ItemSessionControl), "allow_review") is True


def test_empty_is_not_absent() -> None:
    empty = f'<qti-assessment-item-ref {Q} identifier="i" href="" category="" class=" "/>'
    read = xml.loads(empty, AssessmentItemRef)
    assert (read.category, read.class_) == ([], [])
    assert body_of(read) == empty
    assert read != AssessmentItemRef(identifier="i", href="")


def test_no_element_is_added_or_dropped_for_being_empty() -> None:
    for text in (
        f"<qti-outcome-processing {Q}/>",
        f'<qti-default-value {Q}><qti-value/><qti-value base-type="string"/></qti-default-value>',
        f"<qti-content-body {Q}/>",
    ):
        assert body_of(xml.loads(text)) == text


# -- lexical forms ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (f'<qti-assessment-item-ref {Q} identifier="i" href="" required="1"/>', "required", True),
        (f'<qti-assessment-item-ref {Q} identifier="i" href="" fixed=" 0 "/>', "fixed", False),
        (f'<qti-weight {Q} identifier="W" value="2"/>', "value", 2.0),
        (f'<qti-weight {Q} identifier="W" value="2.0"/>', "value", 2.0),
        (f'<qti-weight {Q} identifier="W" value="+2.50E0"/>', "value", 2.5),
        (f'<qti-weight {Q} identifier="  t1 " value="1"/>', "identifier", "t1"),
        (f'<qti-weight {Q} identifier="W" value="-INF"/>', "value", float("-inf")),
        (f'<qti-assessment-item-ref {Q} identifier="i" href="" category="a&#9;b"/>', "category", ["a", "b"]),
        (f'<qti-time-limits {Q} max-time="1e400"/>', "max_time", float("inf")),
        (f'<qti-time-limits {Q} max-time="0.1000000000000000055511151231257827"/>', "max_time", 0.1),
    ],
)
def test_lexical_forms_survive(text: str, field: str, value: object) -> None:
    read = xml.loads(text)
    assert getattr(read, field) == value
    assert type(getattr(read, field)) is type(value)
    assert body_of(read) == text


def test_a_lexical_form_goes_when_its_value_goes() -> None:
    read = xml.loads(f'<qti-weight {Q} value="02.0" identifier=" W "/>', Weight)
    read.value = 3
    assert body_of(read) == f'<qti-weight {Q} value="3" identifier=" W "/>'
    read.value = 2
    assert body_of(read) == f'<qti-weight {Q} value="02.0" identifier=" W "/>'


def test_integral_numbers_get_no_fraction() -> None:
    assert body_of(Weight(identifier="W", value=2.0)) == f'<qti-weight {Q} identifier="W" value="2"/>'
    assert body_of(Weight(identifier="W", value=2)) == f'<qti-weight {Q} identifier="W" value="2"/>'


def test_white_space_of_a_value_is_its_own() -> None:
    read = xml.loads(f"<qti-value {Q}>\n  a  </qti-value>", Value)
    assert read.value == "\n  a  "
    assert body_of(read) == f"<qti-value {Q}>\n  a  </qti-value>"


# -- order -----------------------------------------------------------------------------------------------------------------------------


def test_the_mixture_of_a_section_survives() -> None:
    ref, sub, sub_ref = (
        '<qti-assessment-item-ref identifier="i" href=""/>',
        '<qti-assessment-section identifier="s" title="" visible="true"/>',
        '<qti-assessment-section-ref identifier="r" href=""/>',
    )
    include = f'<xi:include xmlns:xi="{XINCLUDE}" href="x"/>'
    text = f"{SECTION}{ref}{sub}{ref}{include}{sub_ref}{ref}{sub}{include}</qti-assessment-section>"
    read = xml.loads(text, AssessmentSection)
    classes = [AssessmentItemRef, AssessmentSection, AssessmentItemRef, Include, AssessmentSectionRef, AssessmentItemRef, AssessmentSection, Include]
    assert [type(part) for part in read.section_parts] == classes
    assert body_of(read) == text


def test_the_mixture_of_outcome_rules_survives() -> None:
    rule, stop, fragment = '<qti-set-outcome-value identifier="A"><qti-null/></qti-set-outcome-value>', "<qti-exit-test/>", "<qti-outcome-processing-fragment/>"
    text = f"<qti-outcome-processing {Q}>{rule}{stop}{rule}{fragment}{stop}{rule}</qti-outcome-processing>"
    read = xml.loads(text, OutcomeProcessing)
    assert [type(each) for each in read.outcome_rules][:3] == [SetOutcomeValue, ExitTest, SetOutcomeValue]
    assert body_of(read) == text


def test_the_mixture_of_a_body_survives() -> None:
    text = f"<qti-content-body {Q}>a<p>b</p>c<!--d--><p>e</p>\n<?f?> <p/></qti-content-body>"
    read = xml.loads(text, ContentBody)
    assert [piece if isinstance(piece, str) else type(piece) for piece in read.content] == [
        "a",
        Markup,
        "c",
        Comment,
        Markup,
        "\n",
        ProcessingInstruction,
        " ",
        Markup,
    ]
    assert body_of(read) == text


def test_operands_of_different_classes_keep_their_order() -> None:
    text = f'<qti-and {Q}><qti-variable identifier="A"/><qti-null/><qti-variable identifier="B"/><qti-null/></qti-and>'
    assert [type(operand).__name__ for operand in xml.loads(text, And).expressions] == ["Variable", "Null", "Variable", "Null"]
    assert body_of(xml.loads(text)) == text


def test_the_order_of_attributes_survives() -> None:
    text = f'<qti-assessment-item-ref data-z="1" href="" {Q} data-a="2" identifier="i"/>'
    assert body_of(xml.loads(text)) == text


# -- markup ----------------------------------------------------------------------------------------------------------------------------


def test_html_mathml_and_ssml_are_markup_and_qti_in_them_is_typed() -> None:
    text = (
        f'<qti-content-body {Q} xmlns:s="http://www.w3.org/2001/10/synthesis"><p>You got <s:break time="1s"/><qti-printed-variable identifier="SCORE"/>'
        f'<m:math xmlns:m="{MATHML}"><m:mi>x</m:mi></m:math></p></qti-content-body>'
    )
    read = xml.loads(text, ContentBody)
    assert [variable.identifier for variable in walk(read, PrintedVariable)] == ["SCORE"]
    assert [(node.name, node.namespace == QTI) for node in walk(read, Markup)] == [("p", True), ("break", False), ("math", False), ("mi", False)]
    assert body_of(read) == text


def test_one_name_of_several_types_is_typed_only_where_it_means_ours() -> None:
    text = f'<qti-assessment-item {Q}><qti-item-body><qti-rubric-block view="tutor"><p>x</p></qti-rubric-block></qti-item-body></qti-assessment-item>'
    assert list(walk(xml.loads(text), Element)) == []
    assert body_of(xml.loads(text)) == text
    assert isinstance(xml.loads(f'<qti-rubric-block {Q} view="tutor"><qti-content-body/></qti-rubric-block>'), RubricBlock)


def test_white_space_is_content_in_markup_and_layout_between_typed_elements() -> None:
    body = "<qti-content-body>\n <p> a </p>\n </qti-content-body>"
    text = f"{SECTION}\n\n   <qti-ordering/>\t<qti-rubric-block view=''>{body}</qti-rubric-block></qti-assessment-section>"
    written = xml.dumps(xml.loads(text), indent=4)
    assert "\n    <qti-ordering/>\n    <qti-rubric-block" in written
    assert body in written
    assert_same_xml(text, written)


def test_an_include_is_kept_and_never_followed() -> None:
    include = f'<xi:include xmlns:xi="{XINCLUDE}" href="file:///etc/passwd" parse="text"><xi:fallback>none</xi:fallback></xi:include>'
    text = f"{SECTION}{include}</qti-assessment-section>"
    assert body_of(xml.loads(text)) == text
    assert_same_xml(text, etree.tostring(xml.unstructure(xml.loads(text))))


# -- comments and processing instructions ----------------------------------------------------------------------------------------------


def test_a_moved_reference_takes_its_comment_along() -> None:
    first = '<!--one--><qti-assessment-item-ref identifier="i1" href=""/>'
    second = '<?two?><qti-assessment-item-ref identifier="i2" href=""/>'
    read = xml.loads(f"{SECTION}{first}{second}</qti-assessment-section>", AssessmentSection)
    read.section_parts.reverse()
    assert body_of(read) == f"{SECTION}{second}{first}</qti-assessment-section>"


def test_comments_survive_everywhere() -> None:
    text = (
        f"<!--1--><?a?>{SECTION}<!--2--><qti-pre-condition><!--3--><qti-null><!--4--></qti-null><?b c?></qti-pre-condition>"
        "<!--5--></qti-assessment-section><!--6--><?d?>"
    )
    assert_same_xml(text, xml.dumps(xml.loads(text)))
    assert_same_xml(text, etree.tostring(xml.unstructure(xml.loads(text)).getroottree()))


def test_no_white_space_in_empty_elements() -> None:
    """The schema allows comments in them, but no white space, so a layout must not add any."""
    text = f"{SECTION}<qti-item-session-control><!--x--></qti-item-session-control></qti-assessment-section>"
    assert "<qti-item-session-control><!--x--></qti-item-session-control>" in xml.dumps(xml.loads(text), indent=8)


# -- positions -------------------------------------------------------------------------------------------------------------------------


def test_positions_are_those_of_the_wrong_thing() -> None:
    """libxml2 gives the line where a start tag ends, no line beyond 65,535, and no columns."""
    text = f'{SECTION}{chr(10) * 70_000}  <qti-assessment-item-ref\n identifier="i1"\n   required="yes"\n href="a"/></qti-assessment-section>'
    with pytest.raises(DocumentError) as caught:
        xml.loads(text)
    (issue,) = caught.value.issues
    assert (issue.line, issue.column) == (70_003, 4)


# -- small print of the tools ------------------------------------------------------------------------------------------------------------


def test_output_is_utf_8_and_not_ascii() -> None:
    tree = Value(value="\u00e9\u4e2d\U0001f600")
    assert "\u00e9\u4e2d\U0001f600" in xml.dumps(tree)
    file = io.BytesIO()
    xml.dump(tree, file)
    assert "\u00e9\u4e2d\U0001f600".encode() in file.getvalue()


def test_carriage_returns_and_tabs_survive_where_xml_would_change_them() -> None:
    tree = AssessmentTest(**{**vars_of(minimal(AssessmentTest)), "title": "a\tb\nc\rd"})
    assert xml.loads(xml.dumps(tree), AssessmentTest).title == "a\tb\nc\rd"
    assert xml.loads(xml.dumps(Value(value="a\r\nb\r")), Value).value == "a\r\nb\r"


def vars_of(node: Element) -> dict[str, Any]:
    return {field.name: getattr(node, field.name) for field in type(node).__attrs_attrs__ if not field.name.startswith("_")}


def test_pytest_does_not_collect_our_classes() -> None:
    assert [name for name in qtimodel.__all__ if name.startswith("Test") and getattr(qtimodel, name).__test__ is not False] == []
    assert TestPart.__test__ is TestFeedback.__test__ is TestVariables.__test__ is False


untyped: Any = qtimodel  # a type checker would refuse what follows; programs without one do it
WRONG: list[tuple[Any, str]] = [
    (untyped.Weight(identifier="W", value="2"), "/qti-weight/@value: expected a number, found '2'"),
    (untyped.Weight(identifier=None, value=2), "/qti-weight/@identifier: this attribute is required"),
    (untyped.TimeLimits(max_time=True), "/qti-time-limits/@max-time: expected a number, found True"),
    (untyped.AssessmentItemRef(identifier="i", href="", category="a b"), "/qti-assessment-item-ref/@category: expected a list, found 'a b'"),
    (untyped.RubricBlock(view=["student"], content_body=ContentBody()), "/qti-rubric-block/@view: expected a member of View, found 'student'"),
    (untyped.And(expressions=[Null(), untyped.Not(expression=3)]), "/qti-and/qti-not[1]"),
    (untyped.OutcomeElse(outcome_rules=[ExitTest(), Weight(identifier="W", value=1)]), "/qti-outcome-else"),
]


@pytest.mark.parametrize(("tree", "message"), WRONG, ids=[message.partition(":")[0] for _, message in WRONG])
def test_a_wrong_type_is_a_model_error_with_its_path(tree: Element, message: str) -> None:
    for _ in range(50):  # at first a class is interpreted, then it is compiled: the error must not change
        with pytest.raises(ModelError) as caught:
            xml.dumps(tree)
        assert str(caught.value).startswith(message)


# -- what the schema says and libraries forget -----------------------------------------------------------------------------------------


def test_enumerations_match_exactly() -> None:
    for wrong in ("test-constructor", "Candidate", "candidate,tutor"):
        with pytest.raises(DocumentError, match=wrong):
            xml.loads(f'<qti-rubric-block {Q} view="{wrong}"><qti-content-body/></qti-rubric-block>')
    with pytest.raises(DocumentError, match=" pi "):
        xml.loads(f'<qti-math-constant {Q} name=" pi "/>')
    # A list of them is a list, and lists are trimmed.
    read = xml.loads(f'<qti-rubric-block {Q} view=" candidate  testConstructor "><qti-content-body/></qti-rubric-block>', RubricBlock)
    assert read.view == [View.CANDIDATE, View.TEST_CONSTRUCTOR]


def test_ordering_before_selection_is_out_of_order() -> None:
    with pytest.raises(DocumentError, match="`qti-selection` must come before `qti-ordering`"):
        xml.loads(f'{SECTION}<qti-ordering/><qti-selection select="1"/></qti-assessment-section>')


def test_durations_are_numbers_of_seconds() -> None:
    with pytest.raises(DocumentError, match="PT30M"):
        xml.loads(f'<qti-time-limits {Q} max-time="PT30M"/>')


def test_unknown_attributes_are_kept_also_where_the_schema_has_no_place_for_them() -> None:
    text = f'<qti-null {Q} data-x="1" foo=""/>'
    assert xml.loads(text, Null).extras.attributes == {"data-x": "1", "foo": ""}
    assert body_of(xml.loads(text)) == text


def test_elements_of_other_namespaces_belong_to_selection_and_ordering() -> None:
    text = f'<qti-selection {Q} xmlns:v="urn:v" select="1"><v:a/><v:b>x</v:b></qti-selection>'
    read = xml.loads(text, Selection)
    assert [extension.name for extension in read.extensions] == ["a", "b"]
    assert body_of(read) == text
    assert isinstance(xml.loads(f"<qti-ordering {Q}><qti-null xmlns='urn:x'/></qti-ordering>", Ordering).extensions[0], Markup)


def test_a_wrong_number_of_operands_is_no_problem_of_reading() -> None:
    """How many there must be is a question of validity; nothing is lost."""
    for text in (f"<qti-and {Q}/>", f"<qti-match {Q}><qti-null/></qti-match>", f"<qti-match {Q}><qti-null/><qti-null/><qti-null/></qti-match>"):
        assert body_of(xml.loads(text)) == text


# -- found by the laws -----------------------------------------------------------------------------------------------------------------


def test_many_includes_keep_their_namespace() -> None:
    """The compiled writer wrote names without prefixes, which is right for QTI's namespace only."""
    tree = OutcomeElse(outcome_rules=[Include(href=str(number)) for number in range(100)])
    assert xml.loads(xml.dumps(tree)) == tree


def test_many_elements_keep_their_prefixes() -> None:
    """The compiled reader forgot the prefix; when two prefixes mean the same, the writer cannot guess it."""
    operands = "<q:qti-null/>" * 50 + "<qti-null/>" * 50 + "<q:qti-null/>"
    text = f'<qti-and {Q} xmlns:q="{QTI}">{operands}</qti-and>'
    assert body_of(xml.loads(text)) == text


def test_zeros_keep_their_sign() -> None:
    """They are equal, so a cache that knew one wrote it for the other."""
    operands = '<qti-random-float max="-0"/><qti-random-float max="0"/>' * 50
    text = f"<qti-and {Q}>{operands}</qti-and>"
    assert body_of(xml.loads(text)) == text
    assert body_of(Weight(identifier="W", value=-0.0)) == body_of(Weight(identifier="W", value=0)) == f'<qti-weight {Q} identifier="W" value="0"/>'


@pytest.mark.parametrize("write", [lambda text: text, lambda text: f"<![CDATA[{text}]]>", lambda text: text.replace("\n", "&#10;")])
def test_long_texts_come_in_one_piece(write: Callable[[str], str]) -> None:
    """Parsers hand them over in pieces of some thousand characters."""
    text = "a long line\n" * 10_000
    read = xml.loads(f"<qti-content-body {Q}>{write(text)}<p>{write(text)}</p></qti-content-body>", ContentBody)
    assert read == ContentBody(content=[text, Markup(name="p", content=[text])])
    assert xml.loads(f"<qti-value {Q}>{write(text)}</qti-value>", Value).value == text


def test_xml_ids_that_occur_twice_are_kept() -> None:
    """libxml2 refuses them with its default settings."""
    text = f'<qti-and {Q} xml:id="a"><qti-null xml:id="a"/><qti-null xml:id="1 2"/></qti-and>'
    assert xml.structure(xml.unstructure(xml.loads(text))) == xml.loads(text)


def test_importing_testing_is_what_needs_hypothesis() -> None:
    code = "import sys, qtimodel, qtimodel.xml; assert 'hypothesis' not in sys.modules; import qtimodel.testing; assert 'hypothesis' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
