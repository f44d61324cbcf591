"""What is written can be read again: the limits of the reader hold for writing and patching too."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest

from qtimodel import AssessmentSection, Comment, DocumentError, Element, Invalid, Markup, ModelError, content, xml
from qtimodel import model as m
from qtimodel.nodes import QTI, Form
from qtimodel.xml import Limits


def nested(levels: int, kind: str = "markup", leaf: Any = None) -> Any:
    """An element with `levels` levels of elements, itself included."""
    if kind == "sections":
        node: Any = section("s")
        for _ in range(levels - 1):
            node = section("s", section_parts=[node])
        return node
    if kind == "expressions":
        node = m.Null()
        for _ in range(levels - 1):
            node = m.And(expressions=[node])
        return node
    if kind == "extras":
        node = Markup(name="x", namespace="urn:x")
        for _ in range(levels - 1):
            parent = section("s")
            parent.extras.trailing.append(node)
            node = parent
        return node
    node = Markup(name="b", content=[] if leaf is None else leaf)
    for number in range(levels - 1):
        node = Markup(name="b", content=["text ", node, " more"] if number % 2 else [node])
    return node


def section(identifier: str, **fields: Any) -> AssessmentSection:
    return AssessmentSection(identifier=identifier, title="S", visible=True, **fields)


KINDS = ("markup", "sections", "expressions", "extras")


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("indent", [None, 2])
def test_depth(kind: str, indent: int | None, warm: bool) -> None:
    if warm:  # the compiled writers
        for _ in range(40):
            xml.dumps(nested(3, kind))
    deepest = nested(256, kind)
    text = xml.dumps(deepest, indent=indent)
    assert xml.dumps(xml.loads(text, recover=True).tree, indent=indent) == text
    with pytest.raises(ModelError, match="more than 256 nested elements") as caught:
        xml.dumps(nested(257, kind), indent=indent)
    assert caught.value.path
    limits = Limits(depth=300)
    text = xml.dumps(nested(257, kind), indent=indent, limits=limits)
    assert xml.dumps(xml.loads(text, recover=True, limits=limits).tree, indent=indent, limits=limits) == text
    with pytest.raises(ModelError, match="more than 3 nested elements"):
        xml.dumps(nested(4, kind), limits=Limits(depth=3))
    assert xml.dumps(nested(3, kind), limits=Limits(depth=3))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", ["api", *content.DIALECTS])
@pytest.mark.parametrize("indent", [None, 1])
def test_depth_of_json(kind: str, dialect: str, indent: int | None) -> None:
    content.loads(content.dumps(nested(256, kind), dialect, indent=indent), recover=True)
    for write in (content.dumps, content.unstructure, lambda tree, dialect: content.dump(tree, io.BytesIO(), dialect)):
        with pytest.raises(ModelError, match="more than 256 nested elements"):
            write(nested(257, kind), dialect)
    limits = Limits(depth=300)
    content.loads(content.dumps(nested(257, kind), dialect, limits=limits), recover=True, limits=limits)


def test_depth_where_little_is_possible() -> None:
    """Classes that have few levels are not gone into, but at the limit they count."""
    inner: Any = section("s", selection=m.Selection(select=1))
    inner.section_parts.append(m.AssessmentItemRef(identifier="i", href="h", weights=[m.Weight(identifier="w", value=1)]))
    for levels, possible in ((254, True), (255, False)):
        node = inner
        for _ in range(levels - 1):
            node = section("s", section_parts=[node])
        for write, read in ((xml.dumps, xml.loads), (content.dumps, content.loads)):
            if possible:
                assert read(write(node)) == node
            else:
                with pytest.raises(ModelError, match="256 nested"):
                    write(node)


def test_text_and_comments_are_no_level() -> None:
    for leaf in (["x"], [Comment("c")], ["x", Comment("c"), "y"]):
        tree = nested(256, leaf=leaf)
        assert xml.loads(xml.dumps(tree)) == tree


def test_all_writers_keep_the_limits() -> None:
    deep = nested(257)
    with pytest.raises(ModelError, match="256 nested"):
        xml.dump(deep, io.BytesIO())
    with pytest.raises(ModelError, match="256 nested"):
        xml.unstructure(deep)
    assert xml.structure(xml.unstructure(deep, limits=Limits(depth=300)), limits=Limits(depth=300)) == deep


def many(number: int, namespaces: bool) -> dict[str, str]:
    return {f"{{urn:{n}}}a" if namespaces else f"a{n}": "v" for n in range(number)}


@pytest.mark.parametrize("namespaces", [False, True])
@pytest.mark.parametrize("typed", [False, True])
def test_attributes(typed: bool, namespaces: bool) -> None:
    """Namespace declarations count, as they do in reading."""

    def tree(number: int) -> Element | Markup:
        if not typed:
            return Markup(name="b", namespace=None, attributes=many(number, namespaces))
        weight = m.Weight(identifier="w", value=1)
        weight.extras.attributes.update(many(number, namespaces))
        return Markup(name="b", namespace=None, content=[weight])

    own = 3 if typed else 0  # xmlns, identifier, value
    most = (1000 - own) // (2 if namespaces else 1)
    assert xml.loads(xml.dumps(tree(most))) == tree(most)
    for dialect in ("api", "xml2js", "xml-js"):
        assert content.loads(content.dumps(tree(most), dialect), recover=True)
        with pytest.raises(ModelError, match="more than 1000 attributes"):
            content.dumps(tree(most + 1), dialect)
        content.loads(content.dumps(tree(most + 1), dialect, limits=Limits(attributes=1010)), recover=True, limits=Limits(attributes=1010))
    with pytest.raises(ModelError, match="more than 1000 attributes"):
        xml.dumps(tree(most + 1))
    limits = Limits(attributes=1010)
    assert xml.loads(xml.dumps(tree(most + 1), limits=limits), limits=limits) == tree(most + 1)
    with pytest.raises(DocumentError, match="more than 1000 attributes"):
        xml.loads(xml.dumps(tree(most + 1), limits=limits))


def test_attributes_of_markup_that_is_known() -> None:
    tree = Markup(name="p", content=[Markup(name="b", attributes=many(30, False))] * 5)
    limits = Limits(attributes=29)
    for _ in range(3):
        xml.dumps(tree)
        for write in (xml.dumps, content.dumps, content.unstructure):
            with pytest.raises(ModelError, match="more than 29 attributes"):
                write(tree, limits=limits)


def test_size() -> None:
    tree = Markup(name="b", content=["ä" * 100])
    text = xml.dumps(tree)
    xml.dumps(tree, limits=Limits(size=len(text)))
    with pytest.raises(ModelError, match="characters or bytes"):
        xml.dumps(tree, limits=Limits(size=len(text) - 1))
    as_json = content.dumps(tree)
    assert content.dumps(tree, limits=Limits(size=len(as_json))) == as_json
    for indent in (None, 2):
        with pytest.raises(ModelError, match="characters or bytes"):
            content.dumps(tree, indent=indent, limits=Limits(size=len(as_json) - 1))
    with pytest.raises(ModelError, match="characters or bytes"):
        content.dump(tree, io.BytesIO(), limits=Limits(size=len(as_json)))
    with pytest.raises(ModelError, match="characters or bytes"):  # the file has more bytes than the text characters
        xml.dump(tree, io.BytesIO(), limits=Limits(size=len(text)))


def deepest_b(tree: Markup) -> Markup:
    while any(isinstance(item, Markup) for item in tree.content):
        tree = next(item for item in tree.content if isinstance(item, Markup))
    return tree


@pytest.mark.parametrize("spaced", [False, True])
def test_patching_markup(spaced: bool) -> None:
    raw = "<b>" * 255 + ("text" if spaced else "") + "</b>" * 255
    before, after = xml.loads(raw), xml.loads(raw)
    assert isinstance(after, Markup)
    deepest_b(after).content.append(Markup(name="i", namespace=None))
    assert xml.loads(xml.patch(raw, before, after)) == after
    deepest_b(after).content.append(Markup(name="u", namespace=None))
    with pytest.raises(ModelError, match="256 nested"):
        xml.patch(raw, before, after)
    assert xml.patch(raw, before, after, limits=Limits(depth=257))


def test_patching_sections() -> None:
    def chain(levels: int, last: list[Any]) -> AssessmentSection:
        node = section(f"n{levels}", section_parts=last)
        for number in range(levels - 1, 0, -1):
            node = section(f"n{number}", section_parts=[node])
        return node

    before = chain(200, [])
    raw = xml.dumps(before)
    assert xml.loads(xml.patch(raw, before, chain(200, [nested(56, "sections")])))
    with pytest.raises(ModelError, match="256 nested"):
        xml.patch(raw, before, chain(200, [nested(57, "sections")]))


def test_patching_what_moves_deeper() -> None:
    """Text that is moved as it is gets deeper, too."""
    moved = Markup(name="q", namespace=None, content=[Markup(name="b", namespace=None)])
    for levels, possible in ((251, True), (252, True), (253, True), (254, False), (255, False)):
        start = xml.dumps(Markup(name="a", namespace=None, content=[chained(levels, []), moved]), indent=None)
        before = xml.loads(start)
        after = Markup(name="a", namespace=None, content=[chained(levels, [copy(moved)])])
        if possible:
            assert xml.loads(xml.patch(start, before, after)) == after
        else:
            with pytest.raises(ModelError, match="256 nested"):
                xml.patch(start, before, after)


def chained(levels: int, content: list[Any]) -> Markup:
    node = Markup(name="b", namespace=None, content=content)
    for _ in range(levels - 1):
        node = Markup(name="b", namespace=None, content=[node])
    return node


def test_patching_attributes() -> None:
    raw = "<a " + " ".join(f'x{n}="1"' for n in range(999)) + "/>"
    before, after = xml.loads(raw), xml.loads(raw)
    assert isinstance(after, Markup)
    after.attributes["y"] = "1"
    assert xml.loads(xml.patch(raw, before, after)) == after
    after.attributes["z"] = "1"
    with pytest.raises(ModelError, match="more than 1000 attributes"):
        xml.patch(raw, before, after)
    after.attributes = {"{urn:a}b": "1", **{f"x{n}": "1" for n in range(999)}}
    with pytest.raises(ModelError, match="more than 1000 attributes"):
        xml.patch(raw, before, after)


def test_a_tree_that_contains_itself() -> None:
    for make in (Markup(name="b"), Markup(name="b", namespace="urn:x")):
        make.content.append(make)
        for write in (xml.dumps, content.dumps, content.unstructure):
            with pytest.raises(ModelError):
                write(make)
    loop = m.And(expressions=[])
    loop.expressions.append(loop)
    for _ in range(30):
        for write in (xml.dumps, content.dumps, content.unstructure):
            with pytest.raises(ModelError):
                write(loop)


def test_values_that_are_kept_as_they_were() -> None:
    """An invalid value does not change what is counted."""
    tree: Any = section("s", section_parts=[])
    tree.visible = Invalid("maybe")
    read, issues = xml.loads(xml.dumps(tree), recover=True)
    assert read == tree
    assert len(issues) == 1
    assert QTI in xml.dumps(tree)


@pytest.mark.parametrize("most", [0, 2, 3, 4, 5, 6, 63, 64])
@pytest.mark.parametrize("dialect", ["api", "xml-js", "xmltodict"])
def test_declared_attributes_count_in_content_json(most: int, dialect: str) -> None:
    """A section with four, and the declaration of its namespace."""
    tree = AssessmentSection(identifier="s", title="S", visible=True, fixed=False)
    tree._form = Form(("xmlns",), fixed={"xmlns": QTI})
    limits = xml.Limits(attributes=most)
    if most < 5:
        for write in (content.dumps, content.unstructure):
            with pytest.raises(ModelError, match=f"more than {most} attributes on one element"):
                write(tree, dialect, limits=limits)
    else:
        text = content.dumps(tree, dialect, limits=limits)
        assert content.loads(text, dialect=dialect, limits=limits) == tree
        assert content.structure(content.unstructure(tree, dialect, limits=limits), dialect=dialect, limits=limits) == tree


@pytest.mark.parametrize("most", [0, 1, 2])
def test_few_problems_may_be_collected_of_content_json_of_unknown_order(most: int) -> None:
    """What the order of a document is becomes a guess late, and the last one of others was taken for it."""
    section = {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "S", "visible": "true"}, "p": "x", "b": "y", "qti-rubric-block": []}
    limits = xml.Limits(problems=most)
    tree = content.structure({"qti-assessment-section": section}, limits=limits)
    assert content.structure({"qti-assessment-section": section}, recover=True, limits=limits).tree == tree
    text = {"qti-assessment-section": {"_attributes": section["_attributes"], "qti-rubric-block": [], "_": ["a", "b"], "p": "x"}}
    with pytest.raises(DocumentError):
        content.structure(text, strict=True, limits=limits)


@pytest.mark.parametrize("unknown", [{}, {"data-a": "1"}, {"data-a": "1", "data-b": "2"}])
def test_lower_limits_of_attributes_hold_for_objects_that_come_often(unknown: dict[str, str]) -> None:
    """Plain objects are read by compiled functions once they came often."""
    item: Any = {"_attributes": {"identifier": "i", "href": "i.xml", "required": "true", **unknown}}
    section: Any = {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "S", "visible": "true"}, "qti-assessment-item-ref": [item] * 30}
    tree = content.structure({"qti-assessment-section": section}, dialect="api")
    most = max(len(item["_attributes"]), len(section["_attributes"]))
    for _ in range(3):
        assert content.structure({"qti-assessment-section": section}, dialect="api", limits=Limits(attributes=most)) == tree
        with pytest.raises(DocumentError, match="more than 3 attributes"):
            content.structure({"qti-assessment-section": section}, dialect="api", limits=Limits(attributes=3))
        if len(item["_attributes"]) == 5:
            with pytest.raises(DocumentError, match="more than 4 attributes"):
                content.structure({"qti-assessment-section": section}, dialect="api", limits=Limits(attributes=4))
    assert content.loads(content.dumps(tree)) == tree


@pytest.mark.parametrize("more", [0, 1])
def test_problems_are_counted_by_who_reads(more: int) -> None:
    """A tree of many wrong values can be written, and read again if that many problems are meant."""
    limits = xml.Limits(problems=200)
    wrong = [m.Weight(identifier=Invalid(f"{number} x"), value=1) for number in range(200 + more)]  # type: ignore[arg-type]
    tree = Markup(name="p", content=[*wrong])
    readers: list[Callable[[xml.Limits], Any]] = [
        lambda limits: xml.loads(xml.dumps(tree), recover=True, limits=limits),
        lambda limits: xml.structure(xml.unstructure(tree), recover=True, limits=limits),
        lambda limits: content.loads(content.dumps(tree), recover=True, limits=limits),
        lambda limits: content.structure(content.unstructure(tree), recover=True, limits=limits),
    ]
    for read in readers:
        assert read(xml.Limits(problems=201)).tree == tree
        if more:
            with pytest.raises(DocumentError) as caught:
                read(limits)
            assert caught.value.issues[-1].message == "more than 200 problems; if that is meant, read with limits=Limits(problems=...)"
        else:
            assert read(limits).tree == tree
            assert len(read(limits).issues) == 200
