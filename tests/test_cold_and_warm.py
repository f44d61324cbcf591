"""The first answer is the answer: trees, flat JSON and operations, right and wrong, when nothing is compiled and when everything is.

The same for XML is in `test_shared_tables.py`, for content JSON in `test_content_paths.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from caches import WARM, forget
from edits import scrambled, spoiled
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_api_laws import bodies, parts
from test_shared_tables import documents as texts
from test_wrong_values import WRITERS

from qtimodel import ApiError, AssessmentTest, DocumentError, Markup, ModelError, api, content, xml
from qtimodel.spec import element_classes
from qtimodel.testing import markup, trees
from qtimodel.xml import writer

CLASSES = list(element_classes())
RANDOM = st.randoms(use_true_random=False)
often = settings(max_examples=settings().max_examples * 3)


def said(act: Callable[[], Any]) -> Any:
    """What comes of it, as something that can be compared."""
    try:
        value = act()
    except ModelError as error:
        return "refused", error.path, error.message
    except DocumentError as error:
        return "refused", [str(issue) for issue in error.issues]
    except ApiError as error:
        return "refused", error.status, error.body
    return "accepted", shown(value)


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items() if key not in ("_id", "createdAt", "updatedAt")}
    if isinstance(value, list):
        return [shown(one) for one in value]
    return etree.tostring(value) if hasattr(value, "getroottree") else value


# -- trees -----------------------------------------------------------------------------------------------------------------


@st.composite
def any_trees(draw: st.DrawFn) -> Any:
    """Trees of all kinds: in order, edited, with wrong values in them, and what is left of broken documents."""
    kind: Any = trees(draw(st.sampled_from(CLASSES)), valid=False) | markup()
    tree: Any = draw(kind)
    if draw(st.integers(0, 3)) == 0:
        try:
            tree = xml.loads(draw(texts()), recover=True).tree
        except DocumentError:
            return tree  # not well-formed: nothing is left
    random = draw(RANDOM)
    if random.random() < 0.3:
        tree = scrambled(tree, draw(kind), random)
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        try:
            spoiled(tree, random)
        except (AttributeError, TypeError):
            break  # what was spoiled before is no node any more
    return tree


def written(tree: Any) -> dict[str, Any]:
    return {name: said(lambda write=write: write(copy.copy(tree))) for name, write in WRITERS.items()}  # type: ignore[misc]


@often
@given(tree=any_trees())
def test_trees(tree: Any) -> None:
    forget()
    first = {}
    for name, write in WRITERS.items():
        forget()
        first[name] = said(lambda write=write: write(tree))  # type: ignore[misc]
    assert len({answer[0] for answer in first.values()}) == 1, first
    for _ in range(WARM):
        again = written(tree)
    assert again == first
    crowd = Markup(name="crowd", content=[copy.copy(tree) for _ in range(WARM)])
    crowded = written(crowd)
    assert len({answer[0] for answer in crowded.values()}) == 1, crowded
    forget()
    assert written(crowd) == crowded
    if first["xml.dumps"][0] == "refused":
        return
    text = xml.dumps(tree)
    read, issues = xml.loads(text, recover=True)
    assert xml.loads(xml.dumps(read), recover=True) == (read, issues)
    assert content.loads(content.dumps(tree), recover=True, dialect="api").tree == read
    assert said(lambda: xml.loads(text))[0] == ("refused" if issues else "accepted")


def test_forgetting_forgets() -> None:
    """Otherwise the laws would compare what is compiled with itself."""
    tree = Markup(name="p", content=[AssessmentTest(identifier="t", title="T", test_parts=[]) for _ in range(WARM)])
    xml.dumps(tree)
    assert any(write.__name__ == "write_compiled" for write in writer.writers.values())
    assert "p" in writer._known_names
    forget()
    assert not writer.writers
    assert not writer._known_names


# -- flat JSON -------------------------------------------------------------------------------------------------------------


def read(body: Any, **how: Any) -> Any:
    def act() -> Any:
        record = api.structure(copy.deepcopy(body), **how)
        return [record.test, record.raw_xml, [str(issue) for issue in record.issues], api.unstructure(record)]

    try:
        return said(act)
    except RecursionError:  # of `deepcopy`
        return None


@often
@given(body=bodies(), strict=st.booleans(), recover=st.booleans())
def test_flat_json(body: Any, strict: bool, recover: bool) -> None:
    forget()
    first = read(body, strict=strict, recover=recover)
    for _ in range(WARM // 4):
        assert read(body, strict=strict, recover=recover) == first


# -- operations ------------------------------------------------------------------------------------------------------------

Step = tuple[str, tuple[Any, ...]]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Operations on one test, right and wrong."""
    identifiers = st.sampled_from(["p1", "p2", "s1", "s2", None, "1a"])
    made: list[Step] = []
    for _ in range(draw(st.integers(1, 6))):
        part, section = draw(identifiers), draw(identifiers)
        name, kind, where = draw(
            st.sampled_from(
                [
                    ("create_test_part", "part", ()),
                    ("update_test_part", "part", (part,)),
                    ("create_section", "section", (part,)),
                    ("update_section", "section", (part, section)),
                    ("add_assessment_item", "ref", (part, section)),
                    ("update_assessment_item_order", "order", (part, section)),
                    ("delete_section", "", (part, section)),
                    ("remove_assessment_item", "", (part, section, "i1")),
                    ("replace", "test", ()),
                ]
            )
        )
        if kind == "test":
            made.append((name, (draw(bodies()),)))
        else:
            nobody: Any = None
            made.append((name, (*where, draw(parts(kind, nobody))) if kind else where))
    return made


def start(tree: AssessmentTest, strict: bool) -> api.AssessmentTests:
    service = api.AssessmentTests(strict=strict)
    service.create(api.unstructure(tree_record(tree), view="create"))
    return service


def tree_record(tree: AssessmentTest) -> api.AssessmentTestRecord:
    return api.AssessmentTestRecord(test=tree)


def done(service: api.AssessmentTests, step: Step) -> Any:
    name, args = step
    try:
        args = copy.deepcopy(args)
    except RecursionError:
        return None
    return said(lambda: getattr(service, name)("t1", *args)), said(lambda: service.get("t1"))


@pytest.mark.parametrize("strict", [False, True])
@given(data=st.data())
def test_operations(strict: bool, data: st.DataObject) -> None:
    """A process that has just started answers as one that has served for long."""
    section = {"identifier": "s1", "title": "S", "visible": True, "qti-assessment-item-ref": [{"identifier": "i1", "href": "i.xml"}]}
    tree = data.draw(trees(AssessmentTest, size=10))
    tree.identifier, tree.test_parts = "t1", tree.test_parts[:1]
    tree.test_parts[0].identifier = "p1"
    script = data.draw(steps())
    services = start(tree, strict), start(tree, strict)
    for service in services:
        said(lambda service=service: service.create_section("t1", "p1", copy.deepcopy(section)))  # type: ignore[misc]
    first, later = services
    answers = []
    for step in script:
        forget()
        answers.append(done(first, step))
    for _ in range(3):  # what is refused leaves no trace, nor does what others do
        warm = start(tree, strict)
        for step in script:
            done(warm, step)
    assert [done(later, step) for step in script] == answers
