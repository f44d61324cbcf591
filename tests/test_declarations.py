"""Element classes of one's own: what a declaration means, in every format, and what is no declaration.

Declarations stay for the whole process, so each test has its own namespace, and takes back what it declared: other tests go over all classes.
"""

# mypy: disable-error-code="call-arg,arg-type,union-attr,attr-defined,name-defined,type-var,valid-type,misc,comparison-overlap,list-item"
from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import Enum, Flag, StrEnum
from itertools import count
from typing import Annotated, Any, ClassVar

import attrs
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    Comment,
    Content,
    DocumentError,
    Element,
    Expression,
    Extras,
    Invalid,
    Markup,
    ModelError,
    Node,
    OutcomeDeclaration,
    Weight,
    content,
    editing,
    spec,
    walk,
    xml,
)
from qtimodel.datatypes import NCNAME, Double, Identifier, Integer, String, Token
from qtimodel.nodes import QTI, node_class
from qtimodel.spec import effective, element, element_class, many, mixed, spec_default, spec_of, text, written_as
from qtimodel.testing import assert_same_xml, minimal, strategies, trees

_numbers = count()


def own(name: str = "own", **details: Any) -> Callable[[type], Any]:
    """Declare a class under a namespace that no other test has."""
    return element(name, namespace=f"urn:test:{next(_numbers)}", **details)


@pytest.fixture(autouse=True)
def _take_back() -> Iterator[None]:
    before = [(table, table.copy()) for table in (spec._registry, spec._details, spec._specs, spec._groups, strategies._heights)]
    yield
    for cached in vars(strategies).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()
    for table, kept in before:
        table.clear()
        table.update(kept)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def check(node: Any) -> None:
    """What must hold for every tree of every declaration: all formats give it back, also when its class is compiled."""
    for _ in range(3):
        written = xml.dumps(node)
        read = xml.loads(written)
        assert read == node
        assert type(read) is type(node)
        assert xml.structure(xml.unstructure(node)) == node
        assert content.loads(content.dumps(node)) == node
        assert content.structure(content.unstructure(node)) == node
        assert_same_xml(written, xml.dumps(node, indent=None))
        assert xml.patch(written, read, node) == written
        assert copy.deepcopy(node) == node
        if "<locals>" not in type(node).__qualname__:
            assert pickle.loads(pickle.dumps(node)) == node
    crowd = Markup(name="crowd", namespace=None, content=[node] * 30)
    assert xml.loads(xml.dumps(crowd)) == crowd
    assert content.loads(content.dumps(crowd)) == crowd


# -- names in annotations ------------------------------------------------------------------------------------------------------


def test_a_class_of_the_name_of_one_of_ours() -> None:
    """What our classes mean does not change, whatever others are called; in a process where nothing was compiled before."""
    code = """if True:
        from qtimodel import Element, content, xml
        from qtimodel.spec import element, many
        names = ["Selection", "Ordering", "Weight", "AssessmentItemRef", "View", "Markup", "Identifier", "Expression", "list", "str"]
        for number, name in enumerate(names):
            body = {"__annotations__": {"note": "str | None"}, "note": None, "__module__": "__main__"}
            element(f"own-{number}", namespace="urn:own")(type(name, (Element,), body))
        text = (
            '<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="s" title="T" visible="true"><qti-pre-condition>'
            '<qti-null/></qti-pre-condition><qti-selection select="1"/><qti-ordering shuffle="true"/>'
            '<qti-rubric-block view="author"><qti-content-body/></qti-rubric-block>'
            '<qti-assessment-item-ref identifier="i" href="i.xml"><qti-weight identifier="W" value="1"/></qti-assessment-item-ref></qti-assessment-section>'
        )
        section = xml.loads(text)
        assert type(section).__module__ == "qtimodel.model.test" and section.selection.select == 1, section
        assert section.section_parts[0].weights[0].value == 1
        assert xml.loads(xml.dumps(section)) == section == content.loads(content.dumps(section))
        own = xml.loads('<own-0 xmlns="urn:own" note="n"/>')
        assert type(own).__name__ == "Selection" and own.note == "n", own
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_mean_what_the_module_says() -> None:
    """Ours where a module does not have the name, one's own where it does; a class declared later, itself, and what is nested."""

    @own("own-parent")
    class Parent(Element):
        parts: list[Later | Weight | Parent] = many()
        ours: OutcomeDeclaration | None = None
        refs: list[AssessmentItemRef] = many()

    @own("own-later")
    class Later(Element):
        value: Integer | None = None

    spec = spec_of(Parent)
    assert spec.fields[0].targets == (Later, Weight, Parent)
    assert spec.fields[1].targets == (OutcomeDeclaration,)
    node = Parent(parts=[Later(value=1), Parent(), Weight(identifier="W", value=1)], refs=[AssessmentItemRef(identifier="i", href="h")])
    check(node)


def test_inherited_annotations_mean_what_their_own_module_says() -> None:
    """The base names `Selection` in our module; the module of the subclass has another one."""
    namespace: dict[str, Any] = {"__name__": "own_module_for_a_test", "element": own, "AssessmentSection": AssessmentSection, "Element": Element}
    sys.modules["own_module_for_a_test"] = type(sys)("own_module_for_a_test")
    vars(sys.modules["own_module_for_a_test"]).update(namespace)
    code = """if True:
        @element("own-selection")
        class Selection(Element):
            note: str | None = None

        @element("own-section")
        class OwnSection(AssessmentSection):
            more: Selection | None = None
    """
    module = vars(sys.modules["own_module_for_a_test"])
    exec(code.replace("str | None", "'str | None'").replace("Selection | None", "'Selection | None'"), module)
    spec = spec_of(module["OwnSection"])
    by_name = {field.name: field for field in spec.fields}
    assert by_name["selection"].targets[0].__module__ == "qtimodel.model.test"
    assert by_name["more"].targets == (module["Selection"],)
    check(module["OwnSection"](identifier="s", title="T", visible=True, more=module["Selection"](note="n")))
    del sys.modules["own_module_for_a_test"]


def test_names_that_mean_nothing_or_several_things() -> None:
    @own("own-nothing")
    class Nothing(Element):
        part: NoSuchName | None = None  # noqa: F821

    with pytest.raises(TypeError, match=r"Nothing\.part: .*NoSuchName.*import it there"):
        spec_of(Nothing)

    def twice() -> Any:
        @own("own-twin")
        class Twin(Element):
            pass

        return Twin

    first, second = twice(), twice()

    @own("own-several")
    class Several(Element):
        part: Twin | None = None  # noqa: F821

    with pytest.raises(TypeError, match=r"Several\.part: `Twin` may mean .* and "):
        spec_of(Several)
    assert first is not second


def test_members_of_a_group_that_come_too_late() -> None:
    @attrs.define
    class Group(Element):
        pass

    @own("own-first")
    class First(Group):
        pass

    @own("own-holder")
    class Holder(Element):
        parts: list[Group] = many()

    check(Holder(parts=[First()]))
    with pytest.raises(TypeError, match=r"Second extends .*Group, whose members were in use already"):

        @own("own-second")
        class Second(Group):
            pass

    spec_of(element_class("qti-and") or Element)
    with pytest.raises(TypeError, match=r"extends \w*Expression"):

        @own("own-expression")
        class OwnExpression(Expression):
            pass


# -- what is no declaration ----------------------------------------------------------------------------------------------------


def refused(match: str, make: Callable[[], Any]) -> None:
    """The class is refused when it is made, with class and field, and its name is free afterwards."""
    with pytest.raises(TypeError, match=rf"Refused(\.\w+)?: .*{match}"):
        make()


FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "mixed beside children": ({"body": list[Content], "parts": list[Weight]}, {"body": mixed(), "parts": many()}, "`body` holds the whole content"),
    "children before mixed": ({"parts": list[Weight], "body": list[Content]}, {"parts": many(), "body": mixed()}, "`body` holds the whole content"),
    "mixed beside a child": ({"body": list[Content], "part": Weight | None}, {"body": mixed(), "part": None}, "`body` holds the whole content"),
    "text beside children": ({"body": str, "parts": list[Weight]}, {"body": text(), "parts": many()}, "`body` holds the whole content.*text alone"),
    "mixed beside markup": ({"body": list[Content], "parts": list[Markup]}, {"body": mixed(), "parts": many()}, "`body` holds the whole content"),
    "two mixed": ({"a": list[Content], "b": list[Content]}, {"a": mixed(), "b": mixed()}, "`a` holds the whole content"),
    "two texts": ({"a": str, "b": str}, {"a": text(), "b": text()}, "`a` holds the whole content"),
    "text and mixed": ({"a": str, "b": list[Content]}, {"a": text(), "b": mixed()}, "`a` holds the whole content"),
    "text that may be None": ({"a": str | None}, {"a": text()}, r"text\(\) holds one value"),
    "text that is a list": ({"a": list[Token]}, {"a": text()}, r"text\(\) holds one value"),
    "text that is an element": ({"a": Weight}, {"a": text()}, r"text\(\) holds one value"),
    "mixed that is no list": ({"a": str}, {"a": mixed()}, r"mixed\(\) holds a list"),
    "mixed that may be None": ({"a": list[Content] | None}, {"a": mixed()}, r"mixed\(\) holds a list"),
    "one child in two fields": ({"a": Weight | None, "b": list[Weight]}, {"a": None, "b": many()}, "`a` holds the child `Weight` already"),
    "one child in a group and alone": ({"a": list[Expression], "b": Expression | None}, {"a": many(), "b": None}, "`a` holds the child"),
    "two wildcards": ({"a": list[Markup], "b": Markup | None}, {"a": many(), "b": None}, "`a` holds the markup"),
    "one attribute in two fields": (
        {"class_": str | None, "other": str | None},
        {"class_": None, "other": written_as("class")},
        "`class_` holds the attribute",
    ),
    "a name that XML does not have": ({"a": str | None}, {"a": written_as("a b")}, "'a b' is no name of an attribute"),
    "a name with a prefix": ({"a": str | None}, {"a": written_as("x:a")}, "'x:a' is no name of an attribute"),
    "a declaration of a namespace": ({"a": str | None}, {"a": written_as("xmlns")}, "'xmlns' is no name of an attribute"),
    "an attribute with a default": ({"a": bool}, {"a": True}, "its default would be written"),
    "an attribute with an empty list": ({"a": list[Token]}, {"a": attrs.field(factory=list)}, "its default would be written"),
    "an attribute with many": ({"a": list[Token]}, {"a": many()}, r"many\(\) is for children"),
    "None without a default": ({"a": str | None}, {}, "what may be None needs `= None`"),
    "a child that may be None without a default": ({"a": Weight | None}, {}, "what may be None needs `= None`"),
    "a child with a default": ({"a": Weight}, {"a": attrs.field(factory=lambda: Weight(identifier="W", value=1))}, "its default would be written"),
    "one child with many": ({"a": Weight}, {"a": many()}, r"many\(\) is for a list"),
    "children that may be None": ({"a": list[Weight] | None}, {"a": None}, "a list of children is never None"),
    "children without a default": ({"a": list[Weight]}, {}, "a list of children is never None"),
    "at most fewer than at least": ({"a": list[Weight]}, {"a": many(3, 2)}, "no list has at least 3 and at most 2"),
    "text beside elements in a union": ({"a": list[str | Weight]}, {"a": many()}, "`str` is no element"),
    "comments in a union": ({"a": list[Comment | Weight]}, {"a": many()}, "`Comment` is no element"),
    "a scalar without a type": ({"a": int}, {}, "`int` is no element and no type of an attribute"),
    "several scalars": ({"a": int | str}, {}, "`int` is no element"),
    "anything": ({"a": Any}, {}, "`Any` is no element"),
    "a dictionary": ({"a": dict[str, str]}, {}, "`dict` is no element"),
    "a node": ({"a": Node}, {}, "`Node` is no element"),
    "every element": ({"a": list[Element]}, {"a": many()}, "`Element` would be every element"),
    "a private field": ({"_a": str}, {}, "no format has a place for a private field"),
    "a field with another name": ({"a": str}, {"a": attrs.field(alias="b")}, "readers set every field by its name"),
    "a field that is not given": ({"a": str}, {"a": attrs.field(init=False)}, "readers set every field by its name"),
    "a converter": ({"a": str}, {"a": attrs.field(converter=str)}, "remove converter and validator"),
    "a validator": ({"a": str}, {"a": attrs.field(validator=attrs.validators.min_len(1))}, "remove converter and validator"),
    "a private name alone": ({"_": str}, {}, "no format has a place for a private field"),
    "a field that is not compared": ({"a": str}, {"a": attrs.field(eq=False)}, "remove `eq`"),
    "a field that is compared in part": ({"a": str}, {"a": attrs.field(eq=str.lower)}, "remove `eq`"),
    "flags": ({"a": Flag("Own", "ONE TWO")}, {}, "Own has values that are no members"),
    "an enumeration without members": ({"a": Enum("Own", [])}, {}, "Own has no members"),
    "many of text": ({"a": list[Weight]}, {"a": many("1")}, "many\\(\\) is given '1'; expected whole numbers"),
    "many of halves": ({"a": list[Weight]}, {"a": many(1, 1.5)}, "many\\(\\) is given 1.5; expected whole"),
    "extras": ({"extras": str}, {}, "every node has this already"),
    "form": ({"form": str | None}, {"form": None}, "every node has this already"),
}


def declared_with(annotations: dict[str, Any], values: dict[str, Any], **details: Any) -> Any:
    made = {"__annotations__": annotations, "__qualname__": "Refused", "__module__": __name__, **values}
    return element("own-refused", namespace="urn:test:refused", **details)(type("Refused", (Element,), made))


@pytest.mark.parametrize("row", FIELDS)
def test_what_no_format_could_carry_is_refused_when_the_class_is_made(row: str) -> None:
    annotations, values, message = FIELDS[row]
    refused(message, lambda: declared_with(annotations, values))
    assert element_class("own-refused", "urn:test:refused") is None


WEIGHT = "qtimodel.model.test.Weight"


@pytest.mark.parametrize("row", [row for row, (annotations, *_) in FIELDS.items() if "Weight" in str(annotations) and "Comment" not in str(annotations)])
def test_what_names_something_later_is_refused_when_it_is_used(row: str) -> None:
    annotations, values, message = FIELDS[row]
    late = {name: (annotation.__name__ if isinstance(annotation, type) else str(annotation)) for name, annotation in annotations.items()}
    late = {name: shown.replace(WEIGHT, "Later").replace("Weight", "Later") for name, shown in late.items()}
    cls = declared_with(late, values)
    globals()["Later"] = Weight
    try:
        refused(message, lambda: spec_of(cls))
    finally:
        del globals()["Later"]


@pytest.mark.parametrize(
    ("name", "namespace", "message"),
    [
        ("", "urn:x", "'' is no name of an element"),
        ("a b", "urn:x", "'a b' is no name"),
        ("x:a", "urn:x", "'x:a' is no name"),
        ("1a", "urn:x", "'1a' is no name"),
        (3, "urn:x", "3 is no name"),
        ("a", "", "'' is no namespace"),
        ("a", None, "None is no namespace"),
        ("a", "http://www.w3.org/XML/1998/namespace", "is no namespace of an element"),
        ("a", "urn x", "'urn x' is no namespace of an element"),
        ("a", "urn:x\\x00", "is no namespace of an element"),
    ],
)
def test_names_of_elements(name: Any, namespace: Any, message: str) -> None:
    refused(message, lambda: element(name, namespace=namespace)(type("Refused", (Element,), {"__qualname__": "Refused"})))


def test_other_mistakes() -> None:
    refused(r"`lists` names `qti-wieght`; expected XML names", lambda: declared_with_use({"a": list[Weight]}, {"a": many()}, lists=("qti-wieght",)))
    refused(r"`alternatives` names `b`; expected fields", lambda: declared_with_use({"a": list[Weight]}, {"a": many()}, alternatives=(("a",), ("b",))))
    with pytest.raises(TypeError, match="expected a subclass of Element, found <class 'object'>"):
        element("own", namespace="urn:x")(object)
    with pytest.raises(ValueError, match="`qti-weight` is declared twice"):
        element("qti-weight")(type("Weight", (Element,), {}))
    with pytest.raises(TypeError, match="is not a class declared with @element"):
        spec_of(Expression)


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"attributes": "any"}, "`attributes` is 'any'; expected a member of Attributes"),
        ({"alternatives": None}, "`alternatives` is None; expected a tuple of tuples"),
        ({"alternatives": ("a",)}, "`alternatives` is \\('a',\\); expected a tuple of tuples"),
        ({"lists": "qti-weight"}, "`lists` is 'qti-weight'; expected a tuple of XML names"),
        ({"flat": "identifier"}, "`flat` is 'identifier'; expected a Flat"),
        ({"names": 3}, "`names` is 3; expected a str"),
        ({"document": None}, "`document` is None; expected a bool"),
        ({"everywhere": "no"}, "`everywhere` is 'no'; expected a bool"),
    ],
)
def test_what_a_declaration_says_is_of_its_type(details: dict[str, Any], message: str) -> None:
    refused(message, lambda: declared_with({"a": list[Weight]}, {"a": many()}, **details))


def method(*_: object) -> Any:
    """A method that no reader would call, or that nobody could rely on."""
    return True


@pytest.mark.parametrize("name", ["__new__", "__init__", "__attrs_pre_init__", "__attrs_post_init__", "__setattr__", "__getattribute__", "__eq__", "__ne__"])
@pytest.mark.parametrize("inherited", [False, True])
def test_nodes_are_filled_in_and_compared_by_their_fields(name: str, inherited: bool) -> None:
    mixin = type("Mixin", (), {"__slots__": (), name: method})
    made = {"__annotations__": {"a": str}, "__qualname__": "Refused", "__module__": __name__} | ({} if inherited else {name: method})
    cls = type("Refused", (mixin, Element) if inherited else (Element,), made)
    refused("remove it", lambda: element("own-refused", namespace="urn:test:refused")(cls))


def test_fields_that_would_be_lost() -> None:
    """A class that is extended, and that attrs has not made, gives its fields to nobody."""

    class Group(Element):
        shared: str | None = None

    class Mixin:
        __slots__ = ()
        LIMIT: ClassVar[int] = 3
        also: str

    for base in (Group, Mixin):
        made = {"__annotations__": {"a": str}, "__qualname__": "Refused", "__module__": __name__}
        cls = type("Refused", (base, Element) if base is Mixin else (base,), made)
        refused(rf"{base.__name__} annotates this.*node_class", lambda cls=cls: element("own-refused", namespace="urn:test:refused")(cls))

    @node_class
    class Sharing(Element):
        shared: str | None = None

    @own("own-sharing")
    class Own(Sharing):
        limit: ClassVar[int] = 3
        _private: ClassVar[dict[str, str]] = {}
        a: str

    check(Own(a="x", shared="y"))


def test_a_class_is_made_once() -> None:
    made = own("own-first")(type("First", (Element,), {"__annotations__": {"a": str}, "__module__": __name__}))
    with_attrs = attrs.define(kw_only=True)(type("Refused", (Element,), {"__annotations__": {"a": str}, "__module__": __name__}))
    for cls in (made, with_attrs):
        with pytest.raises(TypeError, match=r"made it already: decorate it with one @element alone"):
            own("own-second")(cls)


def declared_with_use(annotations: dict[str, Any], values: dict[str, Any], **details: Any) -> None:
    made = {"__annotations__": annotations, "__qualname__": "Refused", "__module__": __name__, **values}
    spec_of(own("own-refused", **details)(type("Refused", (Element,), made)))


# -- what is one ---------------------------------------------------------------------------------------------------------------


def test_one_markup() -> None:
    @own("own-one", everywhere=True)
    class One(Element):
        before: Weight | None = None
        only: Markup | None = None
        behind: OutcomeDeclaration | None = None

    namespace = spec_of(One).namespace
    check(One(only=Markup(name="a", namespace="urn:x", content=["x"])))
    check(One(only=Markup(name="p", content=["x"]), before=Weight(identifier="W", value=1)))
    check(One(only=Markup(name="p", namespace=namespace)))
    check(One())
    for document in (
        f'<own-one xmlns="{namespace}"><a xmlns="urn:x"/><b xmlns="urn:x"/></own-one>',
        f'<own-one xmlns="{namespace}"><a/><!-- c --><a>x</a><b/></own-one>',
        f'<own-one xmlns="{namespace}"><a/><qti-weight xmlns="{QTI}" identifier="W" value="1"/></own-one>',
    ):
        for copies in (1, 30):
            many_of_them = f"<crowd>{document * copies}</crowd>"
            with pytest.raises(DocumentError, match=r"only one of the possible elements may stand here|must come before") as wrong:
                xml.loads(many_of_them)
            tree, issues = xml.loads(many_of_them, recover=True)
            assert len(issues) == len(wrong.value.issues) >= copies
            assert_same_xml(many_of_them, xml.dumps(tree))


def test_one_markup_that_is_needed() -> None:
    @own("own-needed")
    class Needed(Element):
        only: Markup

    check(Needed(only=Markup(name="a", namespace="urn:x")))
    empty = f'<own-needed xmlns="{spec_of(Needed).namespace}"/>'
    with pytest.raises(DocumentError, match="needs markup"):
        xml.loads(empty)
    tree, issues = xml.loads(empty, Needed, recover=True)
    assert isinstance(tree, Needed)
    assert tree.only == Invalid(None)
    assert len(issues) == 1
    assert_same_xml(empty, xml.dumps(tree))
    with pytest.raises(ModelError, match="expected Markup, found None"):
        xml.dumps(Needed(only=None))


MARKUP = st.builds(Markup, name=st.sampled_from(["a", "p", "own-x"]), namespace=st.sampled_from([QTI, None, "urn:x", "urn:test:any"]), content=st.just(["x"]))


def any_markup() -> Any:
    @element("own-any", namespace="urn:test:any")
    class AnyMarkup(Element):
        things: list[Markup | Weight] = many()

    return AnyMarkup


def any_markup_of_qti() -> Any:
    @element("qti-own-any")
    class AnyMarkupOfQti(Element):
        first: Weight | None = None
        things: list[Markup | OutcomeDeclaration] = many()
        last: AssessmentItemRef | None = None

    return AnyMarkupOfQti


def test_markup_in_a_union() -> None:
    cls = any_markup()

    @given(things=st.lists(MARKUP | st.builds(Weight, identifier=st.just("W"), value=st.just(1.0)), max_size=5))
    def law(things: list[Any]) -> None:
        check(cls(things=things))

    law()


def test_markup_in_a_union_of_qti() -> None:
    cls = any_markup_of_qti()

    @given(things=st.lists(MARKUP | st.builds(lambda: minimal(OutcomeDeclaration)), max_size=5), around=st.booleans())
    def law(things: list[Any], around: bool) -> None:
        node = cls(things=things)
        if around:
            node.first, node.last = Weight(identifier="W", value=1), AssessmentItemRef(identifier="i", href="h")
        check(node)

    law()


@pytest.mark.parametrize("valid", [False, True])
@pytest.mark.parametrize("declare", [any_markup, any_markup_of_qti])
def test_strategies_of_such_classes(declare: Callable[[], Any], valid: bool) -> None:
    @given(node=trees(declare(), valid=valid))
    def law(node: Any) -> None:
        assert xml.loads(xml.dumps(node)) == node
        assert content.loads(content.dumps(node)) == node

    law()


def test_markup_that_would_be_read_as_something_else() -> None:
    cls, of_qti = any_markup(), any_markup_of_qti()
    selection: Any = element_class("qti-selection")
    for node, message in (
        (cls(things=[Markup(name="qti-weight")]), "expected a Weight, found markup `qti-weight`"),
        (cls(things=[Markup(name="own-any", namespace="urn:test:any")]), "expected a AnyMarkup, found markup"),
        (of_qti(things=[Markup(name="qti-assessment-item-ref")]), "expected a AssessmentItemRef, found markup"),
        (of_qti(things=[Weight(identifier="W", value=1)]), "expected one of OutcomeDeclaration, Markup, found Weight"),
        (selection(select=1, extensions=[Markup(name="p")]), "expected an element of another namespace"),
    ):
        for write in (xml.dumps, content.dumps, content.unstructure, xml.unstructure):
            with pytest.raises(ModelError, match=message) as wrong:
                write(node)
            assert wrong.value.path is not None
            assert wrong.value.path.rpartition("@")[2] in ("things", "extensions")


def test_a_class_that_needs_itself_cannot_be_built() -> None:
    @own("own-endless")
    class Endless(Element):
        again: Endless

    with pytest.raises(TypeError, match=r"Endless needs a .*Endless in it"):
        minimal(Endless)


def test_everything_that_may_be_declared() -> None:
    @own("own-all", lists=("qti-weight",))
    class All(Element):
        needed: Identifier
        flag: bool | None = spec_default(False)
        tokens: list[Token] | None = None
        colours: list[Colour] | None = None
        number: Double | None = None
        xml_lang: str | None = None
        other: str | None = written_as("Other.Name")
        weights: list[Weight] = many(1)
        leaf: Leaf | None = None
        things: list[Markup | OutcomeDeclaration] = many()

    @own("own-leaf")
    class Leaf(Element):
        colour: Colour
        value: Annotated[str, String.__metadata__[0]] = text()

    @own("own-body")
    class Body(Element):
        body: list[Content] = mixed()

    leaf = Leaf(colour=Colour.RED, value=" a & b ")
    node = All(
        needed="n",
        flag=False,
        tokens=["a", "b"],
        colours=[Colour.RED, Colour.BLUE],
        number=1.5,
        xml_lang="en",
        other="o",
        weights=[Weight(identifier="W", value=1)],
        leaf=leaf,
        things=[Markup(name="p"), minimal(OutcomeDeclaration), Markup(name="q", namespace="urn:x")],
        extras=Extras({"data-x": "y"}, trailing=[Comment("c")]),
    )
    check(node)
    check(leaf)
    check(Body(body=["a", node, Markup(name="b", content=[leaf]), Comment("c"), "d"]))
    for cls in (All, Leaf, Body):

        @given(drawn=trees(cls, valid=False))
        def law(drawn: Any) -> None:
            assert xml.loads(xml.dumps(drawn)) == drawn
            assert content.loads(content.dumps(drawn)) == drawn

        law()
        check(minimal(cls))
        check(find(trees(cls), lambda tree: True))
    assert effective(All(needed="n"), "flag") is False
    assert [type(found) for found in walk(node, Leaf, Weight)] == [Weight, Leaf]
    assert editing.find(node, "/own-all/own-leaf[1]") is leaf


@pytest.mark.parametrize("value", [[""], ["a b"], [" a"], ["a\tb"], ["a", ""], "a", [1], [None]])
def test_lists_of_values_that_would_be_read_as_others(value: Any) -> None:
    @own("own-list")
    class Values(Element):
        values: list[str] | None = None

    check(Values(values=["a", "b", "c&"]))
    check(Values(values=[]))
    for write in (xml.dumps, content.dumps):
        for _ in range(40):
            with pytest.raises(ModelError, match=r"expected a list|expected a str|white space"):
                write(Values(values=value))


def test_enumerations_whose_texts_are_no_key() -> None:
    class Same(Enum):
        ONE = 1
        TEXT = "1"

    with pytest.raises(TypeError, match=r"Refused\.a: .*Same.* `1`"):
        declared_with({"a": Same}, {})


# -- subclasses ----------------------------------------------------------------------------------------------------------------


class OwnRef(AssessmentItemRef):
    """A subclass without a declaration is the element that it extends."""

    def label(self) -> str:
        return f"ref {self.identifier}"


class OwnMarkup(Markup):
    """The same for markup."""


@attrs.define
class OwnFields(AssessmentItemRef):
    """A subclass with a field that no format has a place for."""

    note: str = "n"


def test_subclasses_are_written_and_read_back_as_what_they_extend() -> None:
    def section(ref: Any, markup: Any) -> AssessmentSection:
        block = element_class("qti-rubric-block")(view=["author"], content_body=minimal(element_class("qti-content-body")))
        block.content_body.content = ["a", markup(name="p", content=[markup(name="b", attributes={"class": "c"}, content=["x"])])]
        refs = [ref(identifier=f"i{n}", href="h", weights=[Weight(identifier="W", value=1)]) for n in range(40)]
        return AssessmentSection(identifier="s", title="T", visible=True, rubric_blocks=[block], section_parts=refs)

    own_tree, plain = section(OwnRef, OwnMarkup), section(AssessmentItemRef, Markup)
    for _ in range(3):
        assert xml.loads(xml.dumps(own_tree)) == plain
        assert xml.dumps(own_tree) == xml.dumps(plain)
        assert content.dumps(own_tree) == content.dumps(plain)
        assert content.unstructure(own_tree, "xml2js") == content.unstructure(plain, "xml2js")
        assert content.losses(own_tree, "xml2js") == content.losses(plain, "xml2js")
        assert_same_xml(xml.dumps(plain), xml.dumps(xml.structure(xml.unstructure(own_tree))))
    text_of = xml.dumps(plain)
    assert xml.patch(text_of, plain, own_tree) == text_of
    changed = editing.update(own_tree, "i7", href="new.xml")
    assert type(changed.section_parts[7]) is OwnRef
    assert xml.patch(text_of, plain, changed) == text_of.replace('"i7" href="h"', '"i7" href="new.xml"')
    assert len([*walk(own_tree, OwnRef)]) == len([*walk(own_tree, AssessmentItemRef)]) == 40
    assert [path for path, _ in walk(own_tree, paths=True)] == [path for path, _ in walk(plain, paths=True)]
    node: Any = own_tree.section_parts[3]
    assert editing.path_of(own_tree, node) == "/qti-assessment-section/qti-assessment-item-ref[4]"
    assert editing.find(own_tree, "i3", AssessmentItemRef) is node
    assert effective(node, "required") is False
    moved = editing.move(editing.remove(editing.insert(own_tree, OwnRef(identifier="n", href="h"), into="s"), "i0"), "n", position=1)
    assert moved.section_parts[0].identifier == "n"
    assert type(xml.loads(xml.dumps(OwnRef(identifier="i", href="h")))) is AssessmentItemRef
    assert type(xml.loads(xml.dumps(OwnMarkup(name="a")))) is Markup


class Numbered(AssessmentItemRef):
    """A subclass with a constructor and an attribute of its own: readers never make one."""

    def __init__(self, number: int) -> None:
        super().__init__(identifier=f"i{number}", href=f"i{number}.xml", extras=Extras(before=[Comment("c")]))
        self.number = number


def test_subclasses_with_a_constructor_of_their_own_are_edited_and_patched() -> None:
    section = AssessmentSection(identifier="s", title="T", visible=True, section_parts=[Numbered(1)])
    edited = editing.update(section, "i1", href="other.xml")
    assert isinstance(edited.section_parts[0], Numbered)
    assert edited.section_parts[0].number == 1
    edited = editing.insert(edited, Numbered(2), before="i1")
    for changed in (edited, editing.move(edited, "i2", position=2), editing.remove(edited, "i1")):
        raw = xml.dumps(section)
        assert xml.loads(xml.patch(raw, xml.loads(raw), changed)) == xml.loads(xml.dumps(changed))


def test_subclasses_that_compare_in_another_way_are_refused() -> None:
    class Alike(AssessmentItemRef):
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return True

    raw = xml.dumps(AssessmentItemRef(identifier="i1", href="a"))
    for use in (xml.dumps, content.dumps, lambda tree: xml.patch(raw, xml.loads(raw), tree)):
        with pytest.raises(TypeError, match=r"Alike\.__eq__: trees are equal if their fields are"):
            use(Alike(identifier="i1", href="b"))


def test_subclasses_with_fields_of_their_own_are_refused() -> None:
    own_node = OwnFields(identifier="i", href="h")
    section = AssessmentSection(identifier="s", title="T", visible=True, section_parts=[own_node])
    for tree in (own_node, section):
        for write in (xml.dumps, content.dumps):
            with pytest.raises(TypeError, match=r"OwnFields\.note: no format has a place for it: declare the class with @element"):
                write(tree)


def test_a_declared_subclass_is_an_element_of_its_own() -> None:
    """It is not what fields of its base take: it would be written under a name that is read as something else."""

    @own("own-ref")
    class DeclaredRef(AssessmentItemRef):
        note: str | None = None

    ref = DeclaredRef(identifier="i", href="h", note="n")
    check(ref)
    for _ in range(40):
        section = AssessmentSection(identifier="s", title="T", visible=True, section_parts=[AssessmentItemRef(identifier="i", href="h"), ref])
        for write in (xml.dumps, content.dumps):
            with pytest.raises(ModelError, match=r"expected one of .*AssessmentItemRef.*, found") as wrong:
                write(section)
            assert wrong.value.path == "/qti-assessment-section/@section_parts"
    with pytest.raises(ModelError, match="found DeclaredRef"):
        editing.insert(AssessmentSection(identifier="s", title="T", visible=True), ref, into="s")


def test_names_of_xml_are_those_of_the_declarations() -> None:
    assert "A-Z" in NCNAME
