"""Pure editing: rows by hand for every function and every refusal, and laws against the same edit done in place on a copy."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from qtimodel import (
    AdaptiveEngineRef,
    AdaptiveSelection,
    AssessmentItemRef,
    AssessmentSection,
    AssessmentSectionRef,
    AssessmentTest,
    Cardinality,
    Comment,
    ContentBody,
    Element,
    Extras,
    Include,
    Invalid,
    Markup,
    ModelError,
    NavigationMode,
    Ordering,
    OutcomeDeclaration,
    PrintedVariable,
    RubricBlock,
    Selection,
    SubmissionMode,
    TestPart,
    View,
    Weight,
    editing,
    walk,
    xml,
)
from qtimodel.editing import find, insert, move, path_of, remove, replace, update
from qtimodel.spec import Kind, element_classes, spec_of
from qtimodel.testing import minimal, trees

STRUCTURE: tuple[type[Any], ...] = (TestPart, AssessmentSection, AssessmentSectionRef, AssessmentItemRef)


def ref(identifier: str, *notes: str, **more: Any) -> AssessmentItemRef:
    return AssessmentItemRef(identifier=identifier, href=f"{identifier}.xml", extras=Extras(before=[Comment(note) for note in notes]), **more)


def section(identifier: str, *parts: Any, **more: Any) -> AssessmentSection:
    return AssessmentSection(identifier=identifier, title="Section", visible=True, section_parts=list(parts), **more)


def part(identifier: str, *sections: Any, **more: Any) -> TestPart:
    modes: dict[str, Any] = {"navigation_mode": NavigationMode.LINEAR, "submission_mode": SubmissionMode.INDIVIDUAL}
    return TestPart(identifier=identifier, assessment_sections=list(sections), **modes, **more)


def tree_of(*parts: TestPart, **more: Any) -> AssessmentTest:
    return AssessmentTest(identifier="t", title="Test", test_parts=list(parts), **more)


def example() -> AssessmentTest:
    outer = section(
        "s1", ref("i1"), Include(href="more.xml"), section("s2", ref("i2", "about i2"), ref("i3")), AssessmentSectionRef(identifier="r", href="r.xml")
    )
    body = ContentBody(content=["Your score: ", Markup(name="p", content=[PrintedVariable(identifier="SCORE")]), Comment("end")])
    rubric = RubricBlock(view=[View.CANDIDATE], content_body=body)
    other = section("s3", ref("i4", weights=[Weight(identifier="W", value=1)]), selection=Selection(select=1), rubric_blocks=[rubric])
    score = OutcomeDeclaration(identifier="SCORE", cardinality=Cardinality.SINGLE)
    return tree_of(part("p1", outer), part("p2", other), outcome_declarations=[score])


def outline(node: Any) -> str:
    """The identifiers of a tree: `s1(i1 i2)`. An include is `+`."""
    own = "+" if isinstance(node, Include) else node.identifier
    inside = [outline(child) for name in ("test_parts", "assessment_sections", "section_parts") for child in getattr(node, name, ())]
    return f"{own}({' '.join(inside)})" if inside else str(own)


def test_outline_of_the_example() -> None:
    assert outline(example()) == "t(p1(s1(i1 + s2(i2 i3) r)) p2(s3(i4)))"


P1 = "/qti-assessment-test/qti-test-part[1]"
P2 = "/qti-assessment-test/qti-test-part[2]"
S1 = f"{P1}/qti-assessment-section[1]"
S2 = f"{S1}/qti-assessment-section[1]"
S3 = f"{P2}/qti-assessment-section[1]"
BODY = f"{S3}/qti-rubric-block[1]/qti-content-body[1]"
PRINTED = f"{BODY}/p[1]/qti-printed-variable[1]"


# -- what comes out ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda t: insert(t, part("n", section("m")), into="t"), "t(p1(s1(i1 + s2(i2 i3) r)) p2(s3(i4)) n(m))"),
        (lambda t: insert(t, part("n"), into=t, position=1), "t(n p1(s1(i1 + s2(i2 i3) r)) p2(s3(i4)))"),
        (lambda t: insert(t, section("n"), into="p1"), "t(p1(s1(i1 + s2(i2 i3) r) n) p2(s3(i4)))"),
        (lambda t: insert(t, section("n", ref("k")), into="s2", position=2), "t(p1(s1(i1 + s2(i2 n(k) i3) r)) p2(s3(i4)))"),
        (lambda t: insert(t, ref("n"), into=S1, position=3), "t(p1(s1(i1 + n s2(i2 i3) r)) p2(s3(i4)))"),
        (lambda t: insert(t, ref("n"), into="s1", position=99), "t(p1(s1(i1 + s2(i2 i3) r n)) p2(s3(i4)))"),
        (lambda t: insert(t, ref("n"), before="i2"), "t(p1(s1(i1 + s2(n i2 i3) r)) p2(s3(i4)))"),
        (lambda t: insert(t, ref("n"), after="s2"), "t(p1(s1(i1 + s2(i2 i3) n r)) p2(s3(i4)))"),
        (lambda t: insert(t, Include(), after=f"{S1}/include"), "t(p1(s1(i1 + + s2(i2 i3) r)) p2(s3(i4)))"),
        (lambda t: insert(t, part("n"), before=t.test_parts[1]), "t(p1(s1(i1 + s2(i2 i3) r)) n p2(s3(i4)))"),
        (lambda t: insert(t, ref("SCORE"), into="s2"), "t(p1(s1(i1 + s2(i2 i3 SCORE) r)) p2(s3(i4)))"),
        (lambda t: replace(t, "s2", ref("s2")), "t(p1(s1(i1 + s2 r)) p2(s3(i4)))"),
        (lambda t: replace(t, "s2", find(t, "i2")), "t(p1(s1(i1 + i2 r)) p2(s3(i4)))"),
        (lambda t: replace(t, "t", section("n")), "n"),
        (lambda t: remove(t, "s2"), "t(p1(s1(i1 + r)) p2(s3(i4)))"),
        (lambda t: remove(t, P1), "t(p2(s3(i4)))"),
        (lambda t: remove(t, t.test_parts[0].assessment_sections[0].section_parts[1]), "t(p1(s1(i1 s2(i2 i3) r)) p2(s3(i4)))"),
        (lambda t: move(t, "r", position=1), "t(p1(s1(r i1 + s2(i2 i3))) p2(s3(i4)))"),
        (lambda t: move(t, "i1", position=3), "t(p1(s1(+ s2(i2 i3) i1 r)) p2(s3(i4)))"),
        (lambda t: move(t, "i1", position=99), "t(p1(s1(+ s2(i2 i3) r i1)) p2(s3(i4)))"),
        (lambda t: move(t, "i1", into="s1"), "t(p1(s1(+ s2(i2 i3) r i1)) p2(s3(i4)))"),
        (lambda t: move(t, "i1", before="r"), "t(p1(s1(+ s2(i2 i3) i1 r)) p2(s3(i4)))"),
        (lambda t: move(t, "i1", after="r"), "t(p1(s1(+ s2(i2 i3) r i1)) p2(s3(i4)))"),
        (lambda t: move(t, "r", before="i1"), "t(p1(s1(r i1 + s2(i2 i3))) p2(s3(i4)))"),
        (lambda t: move(t, "r", after="i1"), "t(p1(s1(i1 r + s2(i2 i3))) p2(s3(i4)))"),
        (lambda t: move(t, "i1", into="s2", position=2), "t(p1(s1(+ s2(i2 i1 i3) r)) p2(s3(i4)))"),
        (lambda t: move(t, "i1", after="i3"), "t(p1(s1(+ s2(i2 i3 i1) r)) p2(s3(i4)))"),
        (lambda t: move(t, "i2", before="s2"), "t(p1(s1(i1 + i2 s2(i3) r)) p2(s3(i4)))"),
        (lambda t: move(t, "s2", into="p1", position=1), "t(p1(s2(i2 i3) s1(i1 + r)) p2(s3(i4)))"),
        (lambda t: move(t, "s2", into="s3"), "t(p1(s1(i1 + r)) p2(s3(i4 s2(i2 i3))))"),
        (lambda t: move(t, "p1", after="p2"), "t(p2(s3(i4)) p1(s1(i1 + s2(i2 i3) r)))"),
        (lambda t: update(t, "s2", identifier="n", section_parts=[ref("i3"), ref("s2")]), "t(p1(s1(i1 + n(i3 s2) r)) p2(s3(i4)))"),
        (lambda t: update(t, "t", identifier="p1"), "p1(p1(s1(i1 + s2(i2 i3) r)) p2(s3(i4)))"),
    ],
)
def test_an_edit_gives_a_new_tree_and_leaves_the_old(edit: Callable[[AssessmentTest], Any], expected: str) -> None:
    tree = example()
    before = copy.deepcopy(tree)
    result = edit(tree)
    assert outline(result) == expected
    assert tree == before
    assert xml.loads(xml.dumps(result)) == result


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: move(t, "i1", position=1),
        lambda t: move(t, "i1", before="i1"),
        lambda t: move(t, "i1", after="i1"),
        lambda t: move(t, "i2", before="i3"),
        lambda t: move(t, "r", into="s1"),
        lambda t: replace(t, "i1", find(t, "i1")),
        lambda t: replace(t, t, t),
    ],
)
def test_what_changes_nothing_gives_the_tree_itself(edit: Callable[[AssessmentTest], Any]) -> None:
    tree = example()
    assert edit(tree) is tree


def test_an_equal_value_gives_an_equal_tree() -> None:
    tree = example()
    for same in (update(tree, "s2", title="Section"), update(tree, "s2")):
        assert same == tree
        assert same.test_parts[1] is tree.test_parts[1]


def test_any_element_can_be_edited() -> None:
    tree = example()
    weight = find(tree, f"{S3}/qti-assessment-item-ref/qti-weight", Weight)
    assert [each.identifier for each in walk(insert(tree, Weight(identifier="V", value=2), before=weight), Weight)] == ["V", "W"]
    assert find(update(tree, weight, value=3), f"{S3}/qti-assessment-item-ref/qti-weight", Weight).value == 3
    ordered = insert(tree, Ordering(shuffle=True), into="s3")
    assert find(ordered, "s3", AssessmentSection).ordering == Ordering(shuffle=True)
    assert find(remove(ordered, f"{S3}/qti-ordering"), "s3", AssessmentSection).ordering is None
    moved = move(tree, f"{S3}/qti-selection", into="s2")
    assert (find(moved, "s2", AssessmentSection).selection, find(moved, "s3", AssessmentSection).selection) == (Selection(select=1), None)
    assert move(tree, f"{S3}/qti-selection", into="s3") is tree
    own = Markup(name="own", namespace="urn:x")
    assert find(insert(tree, own, into=f"{S3}/qti-selection"), f"{S3}/qti-selection", Selection).extensions == [own]
    score = find(tree, "SCORE", OutcomeDeclaration)
    assert remove(tree, score).outcome_declarations == []


def test_what_stands_in_a_body_can_be_replaced_and_updated() -> None:
    tree = example()
    printed = find(tree, PRINTED, PrintedVariable)
    assert (path_of(tree, printed), find(tree, printed)) == (PRINTED, printed)
    assert find(update(tree, printed, identifier="MAX"), PRINTED, PrintedVariable).identifier == "MAX"
    assert find(replace(tree, printed, PrintedVariable(identifier="MAX")), PRINTED, PrintedVariable).identifier == "MAX"
    paragraph = f"{BODY}/p[1]"
    emptied = update(tree, paragraph, content=["none"])
    assert "<p>none</p>" in xml.dumps(emptied)
    assert "<p><qti-printed-variable" in xml.dumps(tree)


def test_a_recovered_tree_can_be_mended() -> None:
    broken = tree_of(part("p", section("s", adaptive_selection=AdaptiveSelection(adaptive_engine_ref=Invalid(None)))))  # type: ignore[arg-type]
    mended = insert(broken, AdaptiveEngineRef(identifier="e", href="e"), into=f"{P1}/qti-assessment-section/qti-adaptive-selection")
    assert xml.loads(xml.dumps(mended)) == mended
    doubled = tree_of(part("p", section("s", ref("i"), ref("i"))))
    assert outline(remove(doubled, f"{P1}/qti-assessment-section/qti-assessment-item-ref[2]")) == "t(p(s(i)))"
    assert outline(insert(doubled, ref("n"), into="s")) == "t(p(s(i i n)))"
    assert outline(update(doubled, doubled.test_parts[0], identifier="q")) == "t(q(s(i i)))"
    assert outline(update(doubled, "s", section_parts=[ref("i"), ref("i")])) == "t(p(s(i i)))"


def test_every_root_can_be_edited() -> None:
    assert outline(insert(section("s"), ref("i"), into="s")) == "s(i)"
    assert outline(move(part("p", section("s", ref("i")), section("r")), "i", into="r")) == "p(s r(i))"
    assert update(Weight(identifier="W", value=1), "W", value=2) == Weight(identifier="W", value=2)


# -- finding -----------------------------------------------------------------------------------------------------------------


def test_find() -> None:
    tree = example()
    nodes: list[tuple[str, Any]] = list(walk(tree, *STRUCTURE, Include, Selection, PrintedVariable, paths=True))
    for path, node in nodes:
        if isinstance(node, STRUCTURE):
            assert find(tree, node.identifier, type(node)) is node
            assert path_of(tree, node.identifier) == path
        assert path_of(tree, node) == path
        assert find(tree, node) is find(tree, path) is find(tree, f"{path}/@identifier") is node
    assert find(tree, "t") is find(tree, "/qti-assessment-test") is find(tree, "/qti-assessment-test[1]") is tree
    assert find(tree, f"{S1}/include") is find(tree, f"{S1}/include[1]")


def test_a_class_tells_equal_identifiers_apart() -> None:
    tree = tree_of(part("t", section("s")), outcome_declarations=[OutcomeDeclaration(identifier="s", cardinality=Cardinality.SINGLE)])
    assert find(tree, "t", TestPart) is tree.test_parts[0]
    assert find(tree, "t", AssessmentTest) is tree
    assert find(tree, "s") is find(tree, "s", AssessmentSection) is tree.test_parts[0].assessment_sections[0]
    assert find(tree, "s", OutcomeDeclaration) is tree.outcome_declarations[0]


def test_which_elements_share_a_name_space() -> None:
    spaces = {cls.__name__: spec_of(cls).names for cls in element_classes() if spec_of(cls).names}
    assert spaces == {**{cls.__name__: "structure" for cls in STRUCTURE}, "OutcomeDeclaration": "variable", "ContextDeclaration": "variable"}


# -- what is refused ---------------------------------------------------------------------------------------------------------

wrong: Any = editing  # for what type checkers refuse
ROOT = "/qti-assessment-test"
REF1, REF4 = f"{S1}/qti-assessment-item-ref[1]", f"{S3}/qti-assessment-item-ref[1]"
SECTIONS = "AssessmentSection, AssessmentSectionRef"
ADAPTIVE = AdaptiveSelection(adaptive_engine_ref=AdaptiveEngineRef(identifier="e", href="e"))
CYCLE = section("c")
CYCLE.section_parts.append(CYCLE)


@pytest.mark.parametrize(
    ("edit", "path", "message"),
    [
        # where it is
        (lambda t: find(t, "s22"), ROOT, "nothing has the identifier `s22`; did you mean `s2`?"),
        (lambda t: find(t, "quite-different"), ROOT, "nothing has the identifier `quite-different`"),
        (lambda t: find(t, ""), ROOT, "nothing has the identifier ``"),
        (lambda t: find(t, "SCORE"), ROOT, "nothing has the identifier `SCORE`"),
        (lambda t: find(t, "W"), ROOT, "nothing has the identifier `W`"),
        (lambda t: find(t, "s2", AssessmentItemRef), S2, "expected AssessmentItemRef, found AssessmentSection"),
        (lambda t: find(t, P1, AssessmentSection), P1, "expected AssessmentSection, found TestPart"),
        (lambda t: find(t, ref("i1")), ROOT, "this AssessmentItemRef is not in the tree, and an equal one does not count: give its identifier or path"),
        (lambda t: find(t, "/"), ROOT, "`/` is no path: expected something like /qti-assessment-test/name[1]"),
        (lambda t: find(t, "//qti-test-part"), ROOT, "`//qti-test-part` is no path: expected something like /qti-assessment-test/name[1]"),
        (lambda t: find(t, "/qti-test-part"), ROOT, "`/qti-test-part` leads nowhere: the root is `qti-assessment-test`"),
        (lambda t: find(t, "/qti-assessment-test[2]"), ROOT, "`/qti-assessment-test[2]` leads nowhere: the root is `qti-assessment-test`"),
        (lambda t: find(t, f"{ROOT}/qti-test-part[3]"), ROOT, f"`{ROOT}/qti-test-part[3]` leads nowhere: there are 2 `qti-test-part` here"),
        (lambda t: find(t, f"{ROOT}/qti-test-part[0]"), ROOT, f"`{ROOT}/qti-test-part[0]` leads nowhere: there are 2 `qti-test-part` here"),
        (lambda t: find(t, f"{P1}/p[1]/b"), P1, f"`{P1}/p[1]/b` leads nowhere: there are no `p` here"),
        (lambda t: find(t, f"{ROOT}/qti-test-part"), ROOT, f"`{ROOT}/qti-test-part` is not clear: write qti-test-part[1] to qti-test-part[2]"),
        (lambda t: find(t, f"{S2}/comment()"), S2, f"`{S2}/comment()` leads into the extras: change them with `update`"),
        (lambda t: find(t, f"{BODY}/comment()[1]"), f"{BODY}/comment()[1]", "expected an element, found a Comment"),
        (lambda t: find(t, f"{BODY}/p[1]"), f"{BODY}/p[1]", "expected Element, found Markup"),
        # what it takes
        (lambda t: insert(t, ref("n"), into="p1"), P1, "found AssessmentItemRef"),
        (lambda t: insert(t, ref("n"), into="p1"), P1, f"assessment_sections: {SECTIONS}; test_feedbacks: TestFeedback; found"),
        (lambda t: insert(t, ref("n"), before="s1"), P1, "found AssessmentItemRef"),
        (lambda t: insert(t, section("n"), into="t"), ROOT, "found AssessmentSection"),
        (lambda t: insert(t, ref("n"), into="r"), f"{S1}/qti-assessment-section-ref[1]", "expected no children; found AssessmentItemRef"),
        (lambda t: wrong.insert(t, None, into="s1"), S1, "found None"),
        (lambda t: wrong.insert(t, "i9", into="s1"), S1, "found 'i9'"),
        (lambda t: wrong.insert(t, Comment("x"), into="s1"), S1, "found Comment(text='x')"),
        (lambda t: wrong.insert(t, AssessmentItemRef, into="s1"), S1, "found <class 'qtimodel.model.test.AssessmentItemRef'>"),
        (lambda t: insert(t, Element(), into="s1"), S1, "found Element"),
        (lambda t: wrong.insert(t, [ref("n")], into="s1"), S1, "found [AssessmentItemRef("),
        (lambda t: insert(t, Markup(name="p"), into="s1"), S1, "found Markup"),
        (lambda t: insert(t, Markup(name="p"), into=f"{S3}/qti-selection"), f"{S3}/qti-selection[1]", "expected extensions: Markup; found Markup"),
        (lambda t: insert(t, section("n", extras=Extras(after=[Comment("x")])), into="s1"), S1, "what stands in `extras.after` can only follow a root"),
        (lambda t: replace(t, "s1", ref("n")), P1, "found AssessmentItemRef"),
        (lambda t: replace(t, "s2", Selection(select=1)), S1, "`section_parts` takes no Selection: it belongs to `selection`"),
        (lambda t: wrong.replace(t, "s2", None), S1, "found None"),
        (lambda t: wrong.replace(t, "t", None), ROOT, "expected an element for the root, found None"),
        (lambda t: replace(t, "t", Markup(name="p")), ROOT, "expected an element for the root, found Markup(name='p')"),
        (lambda t: wrong.replace(t, PRINTED, 1), f"{BODY}/p[1]", "expected markup and elements that may stand in it; found 1"),
        (lambda t: insert(t, Markup(name="b"), before=PRINTED), f"{BODY}/p[1]", "`p` holds text and markup: change its content with `update`"),
        (lambda t: remove(t, PRINTED), PRINTED, "`p` holds text and markup: change its content with `update`"),
        (lambda t: move(t, PRINTED, position=1), f"{BODY}/p[1]", "`p` holds text and markup: change its content with `update`"),
        (lambda t: move(t, "s1", into="t"), ROOT, "found AssessmentSection"),
        # how many
        (lambda t: remove(t, "s1"), P1, f"at least 1 in `assessment_sections` ({SECTIONS}): insert another one first, or remove the whole `qti-test-part`"),
        (lambda t: move(t, "s1", into="p2"), P1, "`qti-test-part` needs at least 1 in `assessment_sections`"),
        (lambda t: remove(remove(t, "p1"), "p2"), ROOT, "`qti-assessment-test` needs at least 1 in `test_parts` (TestPart): insert another one first"),
        (lambda t: remove(t, BODY), f"{S3}/qti-rubric-block[1]", "`qti-rubric-block` needs its `content_body`: use `replace`"),
        (lambda t: insert(t, Selection(select=2), into="s3"), S3, "`qti-assessment-section` has its `selection` already: use `replace`"),
        (lambda t: insert(t, ADAPTIVE, into="s3"), S3, "`qti-assessment-section` has `selection`, which excludes `adaptive_selection`: remove it first"),
        (lambda t: remove(t, "t"), ROOT, "the root cannot be removed"),
        (lambda t: move(t, "t", into="s1"), ROOT, "the root cannot be moved"),
        (lambda t: insert(t, part("n"), after="t"), ROOT, "nothing can stand next to the root"),
        (lambda t: move(t, "s1", into="s1"), S1, "an element cannot stand in itself"),
        (lambda t: move(t, "s1", into="s2"), S1, "an element cannot stand in itself"),
        (lambda t: move(t, "s1", before="i3"), S1, "an element cannot stand in itself"),
        (lambda t: insert(t, ref("n"), before=f"{S3}/qti-selection"), S3, "goes into `section_parts`; what it should stand next to is in `selection`"),
        (lambda t: insert(update(t, "s2", section_parts=()), ref("n"), into="s2"), S2, "expected a list in `section_parts`, found ()"),
        # identifiers
        (lambda t: insert(t, ref("p2"), into="s1"), S1, f"the identifier `p2` is taken by {P2}: choose another"),
        (lambda t: insert(t, section("n", ref("k"), ref("i3")), into="s1"), S1, f"`i3` is taken by {S2}/qti-assessment-item-ref[2]: choose another"),
        (lambda t: insert(t, section("n", section("k", ref("n"))), into="s1"), S1, "the identifier `n` stands more than once in what is new: choose another"),
        (lambda t: insert(t, find(t, "i1"), into="s2"), S2, f"the identifier `i1` is taken by {REF1}: choose another"),
        (lambda t: replace(t, "s2", ref("i1")), S1, f"the identifier `i1` is taken by {REF1}: choose another"),
        (lambda t: update(t, "s2", identifier="i2"), S2, "the identifier `i2` stands more than once in what is new: choose another"),
        (lambda t: update(t, "s2", identifier="s3"), S2, f"the identifier `s3` is taken by {S3}: choose another"),
        (lambda t: update(t, "p1", assessment_sections=[section("i4")]), P1, f"the identifier `i4` is taken by {REF4}: choose another"),
        (lambda t: insert(t, t.outcome_declarations[0], into="t"), ROOT, f"`SCORE` is taken by {ROOT}/qti-outcome-declaration[1]: choose another"),
        (lambda t: insert(t, CYCLE, into="s1"), None, "the tree is too deep, or a node contains itself"),
        # fields
        (lambda t: update(t, "s1", titel="x"), S1, "AssessmentSection has no field `titel`; did you mean `title`?"),
        (lambda t: update(t, "s1", form=None), S1, "AssessmentSection has no field `form`"),
        (lambda t: update(t, "p1", assessment_sections=[]), P1, f"`qti-test-part` needs at least 1 in `assessment_sections` ({SECTIONS}), found 0"),
        (lambda t: update(t, "s1", title=None), S1, "`title` is required and cannot be None"),
    ],
)  # fmt: skip
def test_refused(edit: Callable[[AssessmentTest], Any], path: str | None, message: str) -> None:
    tree = example()
    before = copy.deepcopy(tree)
    with pytest.raises(ModelError) as caught:
        edit(tree)
    assert message in caught.value.message
    assert caught.value.path == path
    assert tree == before


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ("i", f"`i` is the identifier of 2 places: give a path, one of {REF1}, {REF1[:-3]}[2]"),
        ("same", f"this Weight stands in 2 places: give a path, one of {REF1}/qti-weight[1], {REF1[:-3]}[2]/qti-weight[1]"),
        ("t", f"`t` is the identifier of 2 places: give a path, one of {ROOT}, {P1}"),
    ],
)
def test_what_is_in_several_places_needs_a_path(where: str, named: str) -> None:
    weight = Weight(identifier="W", value=1)
    tree = tree_of(part("t", section("s", ref("i", weights=[weight]), ref("i", weights=[weight]))))
    with pytest.raises(ModelError) as caught:
        remove(tree, weight if where == "same" else where)
    assert named in caught.value.message
    assert caught.value.path == ROOT


def test_a_field_may_have_a_maximum() -> None:
    limited = [(cls, field) for cls in element_classes() for field in spec_of(cls).children if field.kind is Kind.CHILDREN and field.maximum]
    assert limited, "no declaration limits a list: the check has no use"
    for cls, field in limited:
        child, full = minimal(field.targets[0]), minimal(cls)
        setattr(full, field.name, [child] * (field.maximum or 0))
        with pytest.raises(ModelError, match=f"takes at most {field.maximum} in `{field.name}`, and has {field.maximum}"):
            insert(full, child, into=full)


@pytest.mark.parametrize(
    ("edit", "error", "message"),
    [
        (lambda t: insert(t, ref("n")), ValueError, "say where: expected one of `into`, `before` and `after`"),
        (lambda t: insert(t, ref("n"), into="s1", before="i1"), ValueError, "say where"),
        (lambda t: insert(t, ref("n"), position=1), ValueError, "say where"),
        (lambda t: move(t, "i1"), ValueError, "say where"),
        (lambda t: insert(t, ref("n"), before="i1", position=1), ValueError, "`position` goes with `into`"),
        (lambda t: move(t, "i1", before="i1", position=1), ValueError, "`position` goes with `into`"),
        (lambda t: insert(t, ref("n"), into="s1", position=0), ValueError, "`position` is 0; expected a whole number of at least 1"),
        (lambda t: move(t, "i1", position=-1), ValueError, "`position` is -1"),
        (lambda t: move(t, "i1", position=True), TypeError, "`position` is True"),
        (lambda t: wrong.insert(t, ref("n"), into="s1", position="1"), TypeError, "`position` is '1'"),
        (lambda t: wrong.insert(t, ref("n"), into="s1", position=1.0), TypeError, "`position` is 1.0"),
        (lambda t: wrong.find(t, None), TypeError, "expected an identifier, a path or an element of the tree, found None"),
        (lambda t: wrong.find(t, 1), TypeError, "found 1"),
        (lambda t: wrong.find(t, AssessmentSection), TypeError, "found <class"),
        (lambda t: wrong.find(t, Comment("about i2")), TypeError, r"found Comment\(text='about i2'\)"),
        (lambda t: wrong.insert(t, ref("n"), into=0), TypeError, "found 0"),
        (lambda _: wrong.find(None, "s1"), TypeError, "expected a tree, found None"),
        (lambda _: wrong.find(AssessmentTest, "s1"), TypeError, "expected a tree, found <class"),
        (lambda _: wrong.find(Markup(name="p"), "s1"), ModelError, "/p: the root is `p`, which is no typed element"),
    ],
)
def test_misused(edit: Callable[[AssessmentTest], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        edit(example())


def test_what_waits_in_the_extras_has_no_identifier() -> None:
    tree = example()
    tree.test_parts[1].extras.before.append(ref("lost"))
    tree.test_parts[1].extras.trailing.append(ref("late"))
    for identifier in ("lost", "late"):
        with pytest.raises(ModelError, match="nothing has the identifier"):
            find(tree, identifier)
        with pytest.raises(ModelError, match="leads into the extras"):
            find(tree, next(node for node in walk(tree, AssessmentItemRef) if node.identifier == identifier))
        assert path_of(insert(tree, ref(identifier), into="s1"), identifier) == f"{S1}/qti-assessment-item-ref[2]"


# -- comments, sharing, copies -------------------------------------------------------------------------------------------------


def comments(tree: Element) -> list[str]:
    """The comments of a tree and, before each, the element that it stands in front of."""
    return [f"{node.identifier}: {note.text}" for node in walk(tree, *STRUCTURE) for note in node.extras.before if isinstance(note, Comment)]


def test_comments_move_and_go_with_the_node_they_precede() -> None:
    tree = example()
    assert comments(tree) == comments(move(tree, "i2", into="s3")) == ["i2: about i2"]
    assert comments(remove(tree, "i2")) == comments(remove(tree, "s2")) == []


def test_unknown_elements_stay_where_their_neighbour_goes() -> None:
    """They are no comments on it: they stay before what is next, or at the end of the parent."""
    document = (
        '<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="s" title="S" visible="true">{}<qti-selection select="1"/>'
        '{}<qti-ordering shuffle="true"/>{}<qti-assessment-item-ref identifier="i" href="i"/></qti-assessment-section>'
    )
    notes = ['<n:a xmlns:n="urn:n"/>', "<!-- of it --><n:b xmlns:n='urn:n'/>", '<n:c xmlns:n="urn:n"/>']
    tree = xml.loads(document.format(*notes), AssessmentSection)
    expected = (
        ("qti-selection", "<n:a .*<n:b .*<qti-ordering"),
        ("qti-ordering", "<qti-sel.*<n:b .*<n:c .*<qti-ass"),
        ("qti-assessment-item-ref", "<qti-ord.*<n:c "),
    )
    for where, left in expected:
        text = xml.dumps(remove(tree, f"/qti-assessment-section/{where}"))
        assert re.search(left, text, re.DOTALL), text
        assert ("of it" in text) is (where != "qti-ordering")
        assert xml.loads(text, AssessmentSection) == remove(tree, f"/qti-assessment-section/{where}")


def test_comments_before_what_is_replaced_stay() -> None:
    tree = example()
    new = ref("n")
    assert comments(replace(tree, "i2", new)) == ["n: about i2"]
    assert comments(new) == []
    assert comments(replace(tree, "i2", ref("n", "its own"))) == ["n: its own"]
    assert comments(update(tree, "i2", identifier="n")) == ["n: about i2"]
    kept = ref("n")
    kept.extras.record["_id"] = "1"
    assert find(replace(tree, "i2", kept), "n").extras.record == {"_id": "1"}
    tree.extras.before.append(Comment("first"))
    tree.extras.after.append(Comment("last"))
    root = replace(tree, "t", tree_of())
    assert (root.extras.before, root.extras.after) == ([Comment("first")], [Comment("last")])


def test_what_did_not_change_is_shared() -> None:
    tree = example()
    new = insert(tree, ref("n"), into="s2")
    old_outer, new_outer = tree.test_parts[0].assessment_sections[0], new.test_parts[0].assessment_sections[0]
    assert isinstance(old_outer, AssessmentSection)
    assert isinstance(new_outer, AssessmentSection)
    assert new.test_parts[1] is tree.test_parts[1]
    assert new.outcome_declarations[0] is tree.outcome_declarations[0]
    assert [one is other for one, other in zip(old_outer.section_parts, new_outer.section_parts, strict=True)] == [True, True, False, True]


def test_copies_have_lists_and_extras_of_their_own() -> None:
    tree = example()
    tree.extras.attributes["data-x"] = "1"
    before = copy.deepcopy(tree)
    new = update(tree, "s1", title="Other")
    changed = find(new, "s1", AssessmentSection)
    for node in (new, new.test_parts[0], changed):
        node.extras.attributes["data-x"] = "2"
        node.extras.before.append(Comment("x"))
        node.extras.record["_id"] = "1"
    new.test_parts.clear()
    new.outcome_declarations.clear()
    changed.section_parts.clear()
    assert tree == before
    assert not tree.extras.record


def test_how_it_was_written_is_kept() -> None:
    text = xml.dumps(example()).replace('visible="true"', "visible='1'").replace('identifier="s1"', 'identifier=" s1 "')
    tree = xml.loads(text, AssessmentTest)
    written = xml.dumps(update(tree, "s1", title="Other"))
    assert written == xml.dumps(tree).replace('identifier=" s1 " title="Section"', 'identifier=" s1 " title="Other"')
    assert written.count('visible="1"') == 3


def test_sections_may_be_deep() -> None:
    tree = section("s0")
    for depth in range(1, 256):
        tree = insert(section(f"s{depth}"), tree, into=f"s{depth}")
    assert path_of(insert(tree, ref("i"), into="s0"), "i").count("/") == 257


# -- laws --------------------------------------------------------------------------------------------------------------------


@st.composite
def structures(draw: st.DrawFn) -> AssessmentTest:
    """A test of sections in sections, every identifier used once; much structure and nothing else."""
    names = iter(f"n{number}" for number in range(1000))

    def child(depth: int) -> Any:
        if depth and draw(st.booleans()):
            return section(next(names), *(child(depth - 1) for _ in range(draw(st.integers(0, 3)))))
        return ref(next(names), *["note"] * draw(st.integers(0, 1)))

    def top() -> TestPart:
        return part(next(names), *(section(next(names), *(child(2) for _ in range(draw(st.integers(0, 3))))) for _ in range(draw(st.integers(1, 2)))))

    return tree_of(*(top() for _ in range(draw(st.integers(1, 2)))))


TREES = st.one_of(structures(), trees(AssessmentTest), trees(AssessmentTest, valid=False))


def placed(tree: Element) -> dict[str, tuple[Element, str, int | None]]:
    """For the path of every child in a field: its parent, the field, and the index. Worked out anew, for the laws to compare with."""
    paths = {id(node): path for path, node in walk(tree, Element, paths=True)}
    found: dict[str, tuple[Element, str, int | None]] = {}
    waiting = [tree]
    while waiting:
        parent = waiting.pop()
        for field in spec_of(type(parent)).children:
            value = getattr(parent, field.name)
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, Element):
                    found[paths[id(child)]] = parent, field.name, index if isinstance(value, list) else None
                    waiting.append(child)
    return found


def one_of(data: st.DataObject, tree: Element, *classes: type[Element]) -> str:
    """The path of any child, or of one of these classes."""
    nodes = dict(walk(tree, Element, paths=True))
    paths = [path for path in placed(tree) if isinstance(nodes[path], classes or Element)]
    assume(paths)
    return data.draw(st.sampled_from(paths))


def check(tree: AssessmentTest, before: AssessmentTest, result: AssessmentTest, expected: AssessmentTest, fresh: int) -> None:
    """An edit gave what it should, is written and read, changed nothing else, and copied no more than the nodes on the way."""
    assert result == expected
    assert tree == before
    assert xml.loads(xml.dumps(result)) == result
    old = {id(node) for node in walk(tree)}
    assert sum(id(node) not in old for node in walk(result)) <= fresh


def unique(tree: Element) -> bool:
    """Whether no two elements that structure a tree have the same identifier."""
    identifiers = [node.identifier for node in walk(tree, *STRUCTURE)]
    return len(set(identifiers)) == len(identifiers)


def depth(path: str) -> int:
    return path.count("/")


@given(tree=TREES, data=st.data())
def test_removing_is_as_in_place(tree: AssessmentTest, data: st.DataObject) -> None:
    path = one_of(data, tree)
    before, expected = copy.deepcopy(tree), copy.deepcopy(tree)
    parent, name, index = placed(expected)[path]
    field = next(field for field in spec_of(type(parent)).fields if field.name == name)
    count = 1 if index is None else len(getattr(parent, name))
    if count <= field.minimum:
        event("refused")
        with pytest.raises(ModelError, match="needs"):
            remove(tree, path)
        assert tree == before
        return
    if index is None:
        setattr(parent, name, None)
    else:
        del getattr(parent, name)[index]
    check(tree, before, remove(tree, path), expected, depth(path))


@given(tree=TREES, data=st.data())
def test_inserting_is_as_in_place_and_removing_takes_it_back(tree: AssessmentTest, data: st.DataObject) -> None:
    path = one_of(data, tree, AssessmentSection)
    new: Any = data.draw(st.sampled_from([ref("brand-new"), section("brand-new", ref("brand-new-2", "note")), Include(href="a.xml")]))
    position = data.draw(st.none() | st.integers(1, 5))
    before, expected = copy.deepcopy(tree), copy.deepcopy(tree)
    siblings = find(expected, path, AssessmentSection).section_parts
    siblings.insert(len(siblings) if position is None else position - 1, new)
    result = insert(tree, new, into=path, position=position)
    check(tree, before, result, expected, depth(path) + len(list(walk(new))))
    assert find(result, new) is new
    assert remove(result, new) == tree
    if not isinstance(new, Include):
        assert find(result, "brand-new") is new
        with pytest.raises(ModelError, match="is taken by"):
            insert(result, new, into=path)


@given(tree=TREES, data=st.data())
def test_moving_is_as_in_place_and_moving_back_takes_it_back(tree: AssessmentTest, data: st.DataObject) -> None:
    source = one_of(data, tree, *STRUCTURE[1:])
    target = one_of(data, tree, AssessmentSection)
    position = data.draw(st.none() | st.integers(1, 5))
    before, expected = copy.deepcopy(tree), copy.deepcopy(tree)
    node: Any = find(expected, source)
    place = find(expected, target, AssessmentSection)
    parent, name, index = placed(expected)[source]
    siblings = getattr(parent, name)
    inside = any(found is place for found in walk(node))
    if inside or (isinstance(parent, TestPart) and len(siblings) == 1):
        event("refused")
        with pytest.raises(ModelError, match="in itself" if inside else "needs at least 1"):
            move(tree, source, into=target, position=position)
        assert tree == before
        return
    del siblings[index]
    place.section_parts.insert(len(place.section_parts) if position is None else position - 1, node)
    result = move(tree, source, into=target, position=position)
    check(tree, before, result, expected, depth(source) + depth(target))
    original = find(tree, source)
    back = next(path for path, found in walk(expected, Element, paths=True) if found is parent)
    assert move(result, original, into=back, position=(index or 0) + 1) == tree


@given(tree=TREES, data=st.data())
def test_replacing_twice_is_replacing_once(tree: AssessmentTest, data: st.DataObject) -> None:
    path = one_of(data, tree, *STRUCTURE[1:])
    before, expected = copy.deepcopy(tree), copy.deepcopy(tree)
    parent, name, index = placed(expected)[path]
    assert index is not None
    new = section("brand-new", ref("brand-new-2"))
    wanted = copy.deepcopy(new)
    wanted.extras.before[:] = getattr(parent, name)[index].extras.before
    getattr(parent, name)[index] = wanted
    result = replace(tree, path, new)
    check(tree, before, result, expected, depth(path) + 2)
    assert replace(replace(tree, path, ref("other") if name == "section_parts" else section("other")), "other", new) == result
    if unique(tree):
        assert replace(result, "brand-new", find(tree, path)) == tree


@given(tree=TREES, data=st.data())
def test_updating_is_as_in_place(tree: AssessmentTest, data: st.DataObject) -> None:
    path = one_of(data, tree, *STRUCTURE)
    before, expected = copy.deepcopy(tree), copy.deepcopy(tree)
    changed: Any = find(expected, path)
    changed.identifier, changed.class_ = "brand-new", ["a"]
    values: dict[str, Any] = {"identifier": "brand-new", "class_": ["a"]}
    check(tree, before, update(tree, path, **values), expected, depth(path))


@given(tree=TREES)
def test_every_path_and_node_is_found(tree: AssessmentTest) -> None:
    for path in placed(tree):
        node = find(tree, path)
        assert path_of(tree, path) == path
        assert path_of(tree, node) == path
