"""Values of nodes that no class allows: every writer gives a `ModelError` with the path, the same ones accept, and nothing else ever comes out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from qtimodel import Comment, Element, Extras, Invalid, Markup, ModelError, ProcessingInstruction, Weight, content, walk, xml
from qtimodel.nodes import XSI, Form
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import minimal

FULL = settings().max_examples > 100
any_: Any = None
ODD: list[Callable[[], Any]] = [
    lambda: None,
    lambda: 3,
    lambda: True,
    lambda: 1.5,
    lambda: float("nan"),
    lambda: 10**5000,
    lambda: b"",
    lambda: "",
    lambda: "\x01",
    lambda: "\ud800",
    lambda: "a b",
    list,
    dict,
    tuple,
    set,
    object,
    lambda: ["a", ""],
    lambda: [None],
    lambda: [3, object()],
    lambda: {1: 2},
    lambda: len,
    lambda: Weight,
    lambda: Comment("c"),
    lambda: Comment(any_),
    lambda: ProcessingInstruction(any_, any_),
    lambda: Extras(),  # noqa: PLW0108 - not the class: it is called for a new one each time
    lambda: Extras(before=[3]),  # type: ignore[list-item]
    lambda: Extras(before=any_),
    lambda: Extras(attributes=any_),
    lambda: Extras(attributes={3: "x"}),  # type: ignore[dict-item]
    lambda: Extras(trailing="text"),  # type: ignore[arg-type]
    lambda: Invalid(None),
    lambda: Invalid("x"),
    lambda: Invalid(3),  # type: ignore[arg-type]
    lambda: Markup(name="x"),
    lambda: Markup(name=any_),
    lambda: Markup(name="a", content=[3]),  # type: ignore[list-item]
    lambda: Markup(name="a", content="text"),  # type: ignore[arg-type]
    lambda: Markup(name="a", attributes={"b": 3}),  # type: ignore[dict-item]
    lambda: Markup(name="a", namespace="\x01"),
    lambda: Markup(name="a", namespace=3),  # type: ignore[arg-type]
    lambda: Weight(identifier=any_, value=any_),
]
WRITERS: dict[str, Callable[[Any], Any]] = {
    "xml.dumps": xml.dumps,
    "xml.unstructure": xml.unstructure,
    "content.dumps": content.dumps,
    "content.unstructure": content.unstructure,
    "content.dumps indented": lambda tree: content.dumps(tree, indent=2),
    "xmltodict": lambda tree: content.unstructure(tree, "xmltodict"),
    "losses": lambda tree: content.losses(tree, "xml2js"),
}


def accepted(write: Callable[[Any], Any], tree: Any) -> bool:
    """Whether a writer accepts a tree. What it raises otherwise is a `ModelError` that says where, and what was expected or is wrong."""
    try:
        write(tree)
    except ModelError as error:
        assert error.message  # noqa: PT017
        assert error.path is not None or "is declared as" in error.message  # noqa: PT017
        return False
    return True


def check(tree: Any) -> None:
    answers = {name: accepted(write, tree) for name, write in WRITERS.items()}
    assert len(set(answers.values())) == 1, answers
    assert isinstance(repr(tree), str)
    copy.deepcopy(tree)
    list(walk(tree, paths=True))
    if answers["xml.dumps"]:
        text = xml.dumps(tree)
        read = xml.loads(text, recover=True).tree
        assert xml.dumps(read) == text
        assert content.loads(content.dumps(tree), recover=True).tree == read


@pytest.mark.parametrize("cls", list(element_classes()), ids=lambda cls: cls.__name__)
def test_values_of_fields(cls: type[Element]) -> None:
    random = Random(cls.__name__)
    for name in [*(field.name for field in spec_of(cls).fields), "_extras", "_form"]:
        for make in ODD if FULL else random.sample(ODD, 8):
            tree: Any = minimal(cls)
            setattr(tree, name, make())
            check(tree)


@pytest.mark.parametrize("number", range(len(ODD)))
def test_values_of_markup_and_extras(number: int) -> None:
    make = ODD[number]
    for name in ("name", "namespace", "attributes", "content", "_extras", "_form"):
        tree: Any = Markup(name="p", content=["a", Markup(name="b")])
        setattr(tree, name, make())
        check(tree)
        check(Markup(name="p", content=["a", tree]))
    for name in ("attributes", "before", "trailing", "after"):
        for node in (Weight(identifier="W", value=1), Markup(name="p")):
            setattr(node.extras, name, make())
            check(node)
            check(Markup(name="p", content=[copy.copy(node)]))


def test_what_is_hot_gives_the_same_answer() -> None:
    for make in ODD:
        for _ in range(40):
            right: Any
            wrong: Any
            right, wrong = Weight(identifier="W", value=1), Weight(identifier="W", value=make())
            crowd = Markup(name="p", content=[right] * 20 + [wrong])
            assert accepted(xml.dumps, crowd) == accepted(content.dumps, crowd) == accepted(xml.dumps, wrong)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("names", [["x"], "x", (1,), (None,), ([],), ("x", b"y"), None, 3]),
        ("prefix", [1, b"m", [], ("m",)]),
        ("fixed", [{1: "u"}, {"xmlns": 1}, {"xmlns:m": None}, {"xmlns:m": []}, {f"{{{XSI}}}schemaLocation": 3}, [], ["xmlns"], "xmlns", 3]),
        ("fixed", [{"x": "u"}, {"{u}x": "v"}, {f"{{{XSI}}}type": "x"}, {"xml:lang": "en"}]),  # attributes that nobody would find in the tree
        ("lexical", [{1: "u"}, {"value": 1}, {"value": None}, [], ["value"], "value", 3]),
        ("content", [[], ["t"], "t", (3,), ("t", None), 3]),
    ],
)
def test_forms_that_no_start_tag_has(name: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(ModelError, match=f"`{name}`: expected .*, found"):
            Form(**{name: value})


@pytest.mark.parametrize("wrong", [{1: "u"}, {"xmlns:m": 3}, {f"{{{XSI}}}schemaLocation": None}])
def test_forms_whose_parts_were_changed(wrong: Any) -> None:
    for node in (Markup(name="p", namespace=None), Weight(identifier="W", value=1)):
        fixed: dict[Any, Any] = {}
        node._form = Form(fixed=fixed)
        assert accepted(xml.dumps, node)
        fixed |= wrong
        for write in WRITERS.values():
            assert not accepted(write, node)


def test_forms_of_subclasses_of_what_they_hold() -> None:
    class Text(str):
        __slots__ = ()

    class Texts(dict[str, str]):
        pass

    form = Form((Text("value"), "identifier"), Text("m"), Texts({Text("xmlns:m"): "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"}), {"value": Text("1.0")})
    written = xml.dumps(Weight(identifier="W", value=1, form=form))
    assert written.endswith('<m:qti-weight value="1.0" identifier="W" xmlns:m="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>')
