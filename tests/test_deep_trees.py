"""Trees as deep as the reader allows: everything works with them, also where a caller has used most of the stack."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import attrs
import pytest
from lxml import etree

from qtimodel import (
    AssessmentSection,
    AssessmentTest,
    Comment,
    Element,
    Extras,
    Markup,
    ModelError,
    NavigationMode,
    PreCondition,
    QtiError,
    SubmissionMode,
    TestPart,
    Weight,
    api,
    content,
    editing,
    stack,
    validate,
    walk,
    xml,
)
from qtimodel.brief import brief, represent
from qtimodel.testing import assert_same_xml
from qtimodel.walking import path_to

LEVELS = xml.Limits().depth
USED = 700  # frames, of the 1,000 that Python has
NS = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'


def nested(levels: int, begin: str, end: str, inside: str = "") -> str:
    """`begin` and `end` around each other; `{n}` in them is the level."""
    return "".join(begin.replace("{n}", str(n)) for n in range(levels)) + inside + end * levels


DOCUMENTS = {
    "markup": nested(LEVELS, "<deep>", "</deep>", "x"),
    "markup with attributes and comments": nested(LEVELS - 1, '<deep a="{n}"><!--{n}-->', "</deep>", "<p/>"),
    "prefixes": nested(LEVELS, '<n:deep xmlns:n="urn:x{n}">', "</n:deep>"),
    "sections": nested(LEVELS, f'<qti-assessment-section {NS} identifier="s{{n}}" title="T" visible="true">', "</qti-assessment-section>"),
    "sections in another order": nested(
        LEVELS, '<q:qti-assessment-section visible="true" title="T" identifier="s{n}" ' + NS.replace("xmlns", "xmlns:q") + ">", "</q:qti-assessment-section>"
    ),
    "expressions": f"<qti-pre-condition {NS}>" + nested(LEVELS - 2, "<qti-not>", "</qti-not>", "<qti-null/>") + "</qti-pre-condition>",
    "mixed content": f'<qti-assessment-stimulus {NS} identifier="s" title="T"><qti-stimulus-body>'
    + nested((LEVELS - 2) // 2, '<div>a<qti-template-block template-identifier="t" identifier="i{n}" show-hide="show">', "</qti-template-block></div>")
    + "</qti-stimulus-body></qti-assessment-stimulus>",
    "misplaced": nested(LEVELS - 1, f'<qti-weight {NS} identifier="w{{n}}" value="1">', "</qti-weight>", "<p/>"),
}
deep_documents = pytest.mark.parametrize("kind", DOCUMENTS)


def with_used_stack(frames: int, run: Callable[[], Any]) -> Any:
    """The result of a function that is called so deep."""
    return run() if frames <= 0 else with_used_stack(frames - 1, run)


@cache
def tree_of(kind: str) -> Any:
    return xml.loads(DOCUMENTS[kind], recover=True).tree


def changed_at_the_bottom(tree: Any) -> Any:
    after = copy.deepcopy(tree)
    *_, last = walk(after, Element, Markup)
    if isinstance(last, Markup):
        last.content[:] = ["new"]
    else:
        last.extras.attributes["data-new"] = "1"
    return after


@deep_documents
def test_values(kind: str) -> None:
    tree, other = tree_of(kind), xml.loads(DOCUMENTS[kind], recover=True).tree
    changed = changed_at_the_bottom(tree)

    def run() -> None:
        assert tree == other
        assert tree != changed
        assert changed != tree
        assert type(tree).__name__ in repr(tree)
        for protocol in (2, pickle.HIGHEST_PROTOCOL):
            assert pickle.loads(pickle.dumps(tree, protocol)) == tree
        twin = copy.deepcopy(tree)
        assert twin == tree
        assert {id(node) for node in walk(twin)}.isdisjoint(id(node) for node in walk(tree))
        shallow = copy.copy(tree)
        assert shallow == tree
        assert all(getattr(shallow, field.name) is getattr(tree, field.name) for field in attrs.fields(type(tree)))
        assert attrs.evolve(tree) == tree

    run()
    with_used_stack(USED, run)


@deep_documents
def test_xml(kind: str) -> None:
    tree, document = tree_of(kind), DOCUMENTS[kind]
    lxml_tree = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    changed = changed_at_the_bottom(tree)

    def run() -> None:
        read = xml.loads(document, recover=True).tree
        assert read == tree
        assert xml.structure(lxml_tree, recover=True).tree == tree
        for indent in (None, 2):
            assert_same_xml(document, xml.dumps(tree, indent=indent))
        assert xml.loads(etree.tostring(xml.unstructure(tree)), recover=True).tree == tree
        assert xml.patch(document, tree, read) == document
        patched = xml.patch(document, tree, changed)
        assert xml.loads(patched, recover=True).tree == changed
        validate(document.encode())
        assert len([*walk(tree, Element, Markup, paths=True)]) >= LEVELS - 2

    for _ in range(2):  # what is hot is compiled
        with_used_stack(USED, run)
    for _ in range(2):
        run()


@deep_documents
def test_content_json(kind: str) -> None:
    tree = tree_of(kind)

    def run() -> None:
        text = content.dumps(tree)
        assert content.loads(text, recover=True).tree == tree
        assert content.structure(content.unstructure(tree), recover=True).tree == tree
        assert content.loads(content.dumps(tree, indent=1), recover=True).tree == tree

    for _ in range(2):
        with_used_stack(USED, run)
    run()


@pytest.mark.parametrize("dialect", content.DIALECTS)
@pytest.mark.parametrize("kind", ["markup", "sections", "expressions"])
@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
def test_dialects(kind: str, dialect: str) -> None:
    tree = tree_of(kind)

    def run() -> None:
        read = content.structure(content.unstructure(tree, dialect), dialect=dialect)
        assert read == tree or (dialect == "xml2js-inline" and len([*walk(read)]) >= LEVELS - 2)
        content.losses(tree, dialect)

    with_used_stack(USED, run)


def test_editing() -> None:
    tree = tree_of("sections")
    *_, last = walk(tree)
    deepest = path_to(tree, last)
    assert deepest is not None

    def run() -> None:
        new = editing.update(tree, f"s{LEVELS - 1}", title="New")
        assert editing.find(new, deepest, AssessmentSection).title == "New"
        assert editing.path_of(tree, last) == deepest
        assert editing.replace(tree, deepest, last) is tree
        assert editing.insert(editing.remove(tree, deepest), last, into=f"s{LEVELS - 2}") == tree
        assert len([*walk(editing.move(tree, f"s{LEVELS - 1}", into="s3"))]) == LEVELS

    with_used_stack(USED, run)


def test_records() -> None:
    levels = LEVELS - 2
    section = xml.loads(
        nested(levels, f'<qti-assessment-section {NS} identifier="s{{n}}" title="T" visible="true">', "</qti-assessment-section>"), AssessmentSection
    )
    modes: Any = {"navigation_mode": NavigationMode.LINEAR, "submission_mode": SubmissionMode.INDIVIDUAL}
    test = AssessmentTest(identifier="t", title="T", test_parts=[TestPart(identifier="p", assessment_sections=[section], **modes)])
    record = api.AssessmentTestRecord(test=test)

    def run() -> None:
        body = api.unstructure(record)
        assert api.structure(body).test == test
        flat = {key: value for key, value in body.items() if key not in ("rawXml", "content", "isValidXml")}
        assert len([*walk(api.structure(flat).test, AssessmentSection)]) == levels
        assert api.loads(api.dumps(record)).test == test
        service = api.AssessmentTests(api.MemoryStore())
        service.create(flat)
        assert len([*walk(xml.loads(service.get("t")["rawXml"]), AssessmentSection)]) == levels

    with_used_stack(USED, run)
    run()


# -- what the ways of going deep must keep -----------------------------------------------------------------------------------


def test_what_is_beyond_the_limit_is_refused_the_same_way_everywhere() -> None:
    tree = Markup(name="a", content=["x"])
    for _ in range(LEVELS):
        tree = Markup(name="a", content=[tree])
    messages = set()
    for frames in (0, 300, USED):
        with pytest.raises(ModelError, match=f"{LEVELS} nested elements") as wrong:
            with_used_stack(frames, lambda: xml.dumps(tree))
        messages.add(str(wrong.value))
    assert len(messages) == 1


def test_what_contains_itself() -> None:
    loop = Markup(name="a")
    loop.content.append(loop)
    other = Markup(name="a")
    other.content.append(other)
    assert loop == other
    assert loop != Markup(name="a", content=["x"])
    assert len(repr(loop)) < 11_000
    twin = copy.deepcopy(loop)
    assert twin.content[0] is twin
    back = pickle.loads(pickle.dumps(loop))
    assert back.content[0] is back
    for write in (xml.dumps, content.dumps, content.unstructure):
        with pytest.raises(QtiError):
            write(loop)
    assert stack.deep == 0
    section = AssessmentSection(identifier="s", title="S", visible=True)
    section.section_parts.append(section)
    with pytest.raises(ModelError):
        editing.find(section, "x")


def test_identity_is_kept() -> None:
    """A node that stands in two places, or in a tree and beside it, is one node in the copy too."""
    for levels in (1, 100):
        shared = Markup(name="b", content=["x"])
        tree = Markup(name="a", content=[shared, shared])
        for _ in range(levels):
            tree = Markup(name="a", content=[tree, shared])
        for twin, beside in (copy.deepcopy((tree, shared)), pickle.loads(pickle.dumps((tree, shared))), pickle.loads(pickle.dumps([shared, tree]))[::-1]):
            nodes = [node for node in walk(twin, Markup) if node.name == "b"]
            assert len(nodes) == levels + 2
            assert all(node is beside for node in nodes)


def test_pickle_after_one_that_failed() -> None:
    tree = tree_of("sections")
    broken = copy.deepcopy(tree)
    *_, last = walk(broken)
    last.extras.record["lock"] = threading.Lock()
    middle = [*walk(broken)][LEVELS // 2]
    for _ in range(3):
        with pytest.raises(TypeError):
            pickle.dumps(broken)
        del last.extras.record["lock"]
        assert pickle.loads(pickle.dumps(middle)) == middle
        assert pickle.loads(pickle.dumps(tree)) == tree
        last.extras.record["lock"] = threading.Lock()
    with pytest.raises(TypeError):
        copy.deepcopy(broken)


class OwnSection(AssessmentSection):
    """A subclass with attributes that are no fields."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.note = ["n"]


def test_copies_of_subclasses_and_records() -> None:
    own = OwnSection(identifier="s", title="S", visible=True, section_parts=[OwnSection(identifier="t", title="T", visible=True)])
    own.extras.record["_id"] = {"a": [1]}
    for twin in (copy.deepcopy(own), pickle.loads(pickle.dumps(own)), pickle.loads(pickle.dumps(own, 0))):
        assert type(twin) is OwnSection
        assert twin == own
        assert twin.note == ["n"]
        assert twin.note is not own.note
        assert twin.extras.record == own.extras.record
        assert twin.extras.record["_id"]["a"] is not own.extras.record["_id"]["a"]
    assert copy.copy(own).note is own.note


def test_pickles_of_several_threads() -> None:
    tree = tree_of("sections")
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: pickle.loads(pickle.dumps(tree)) == tree and xml.dumps(tree), range(20)))


def test_equality() -> None:
    weight = Weight(identifier="W", value=2)
    assert weight == Weight(identifier="W", value=2.0)
    assert weight != Weight(identifier="W", value=3)
    assert weight != PreCondition
    assert (weight == "W") is False
    assert Extras() == None  # noqa: E711
    assert Weight(identifier="W", value=2, extras=Extras()) == weight
    assert Weight(identifier="W", value=2, extras=Extras(before=[Comment("x")])) != weight
    assert Weight(identifier="W", value=2, extras=Extras(record={"_id": "1"})) == weight
    with pytest.raises(TypeError, match="unhashable"):
        hash(weight)


# -- repr --------------------------------------------------------------------------------------------------------------------


def test_repr_of_deep_and_wide_trees_is_short_and_quick() -> None:
    wide = Markup(name="a", content=[Markup(name="b", content=["x" * 50])] * 100_000)
    begin = time.perf_counter()
    for tree in (tree_of("markup"), tree_of("sections"), wide, Extras(trailing=[wide, tree_of("markup")]), Markup(name="x" * 10**6)):
        assert len(repr(tree)) <= 10_000
        assert str(tree) == repr(tree)
        assert len(brief(tree)) <= 200
    assert time.perf_counter() - begin < 2
    shown = repr(Markup(name="a", content=["x"] * 1000))
    assert shown.endswith(", 'x', ... 950 more])")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Weight(identifier="W", value=2), "Weight(identifier='W', value=2)"),
        (Extras(), "Extras()"),
        (Extras(attributes={"a": "b"}, record={"_id": 1}), "Extras(attributes={'a': 'b'}, record={'_id': 1})"),
        (Weight(identifier="W", value=2, extras=Extras(record={"_id": 1})), "Weight(identifier='W', value=2, extras=Extras(record={'_id': 1}))"),
        (Weight(identifier="W", value=2, extras=Extras()), "Weight(identifier='W', value=2)"),
        ((1,), "(1,)"),
        ((1, [2, {"a": {3}}]), "(1, [2, {'a': {3}}])"),
        ("it's", '"it\'s"'),
        (b"x" * 1000, "b'" + "x" * 195 + "..."),
        (10**5000, "<int>"),
        ([10**5000, None], "[<int>, None]"),
    ],
    ids=range(11),
)
def test_brief(value: object, expected: str) -> None:
    assert brief(value) == expected


def test_brief_of_what_has_no_repr() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise AttributeError("broken")

    loop: list[Any] = []
    loop.append([loop])
    assert brief([Broken(), 1]) == "[<Broken>, 1]"
    assert len(brief(loop)) == 200
    assert represent(Markup(name=Broken()), 100) == "Markup(name=<Broken>)"  # type: ignore[arg-type]
    assert repr(object.__new__(Weight)).startswith("Weight(")


def test_repr_in_a_fresh_process_is_linear() -> None:
    code = "from qtimodel import xml; t = xml.loads('<a>' * 200 + '</a>' * 200); repr(t), str(t), f'{t!r:.20}'"
    subprocess.run([sys.executable, "-c", code], timeout=20, check=True)
