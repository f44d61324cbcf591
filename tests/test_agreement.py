"""Our declarations say what the official schema says.

Both sides are brought into one form and compared, element by element. What differs on purpose stands in `DIFFERENCES` with its reason;
a difference that is not listed fails, and so does a listed one that is gone. The schema is the judge of the declarations,
never their source.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Any

import pytest
from official_schema import ComplexType, Name, Particle, Schema, Type, schema_at
from shared import shared_path

from qtimodel.datatypes import Scalar
from qtimodel.nodes import QTI, XINCLUDE, Element
from qtimodel.spec import Attributes, Field, Kind, Spec, element_classes, spec_of

CLASSES = {(spec.namespace, spec.name): cls for cls in element_classes() for spec in [spec_of(cls)]}
ROOT: Name = (QTI, "qti-assessment-test")

_BASE_TYPES = "the schema allows only the eleven names of base types here, which can only be a slip: a table of them could not look anything up"
_RELEVANT = "the fifth value of the schema, `additions text`, has a space: no item of a list can be equal to it"
_TRIMMED = "the schema trims white space around these two values; our enumerations match exactly"
_EMPTY = "IDREFS wants at least one; our lists may be empty, as all others of QTI"

# (element, fact) -> what we declare instead, and why
DIFFERENCES: dict[tuple[str, str], tuple[object, str]] = {
    ("qti-match-table-entry", "@target-value type"): ("string", _BASE_TYPES),
    ("qti-rubric-block", "@aria-relevant type"): (("list", ("enumeration", "string", frozenset(["additions", "removals", "text", "all"]))), _RELEVANT),
    ("include", "@parse type"): (("enumeration", "string", frozenset(["xml", "text"])), _TRIMMED),
    **{("qti-rubric-block", f"@aria-{name} type"): (("list", "IDREF"), _EMPTY) for name in ("controls", "describedby", "flowto", "labelledby", "owns")},
}


def official() -> Schema:
    return schema_at(shared_path("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd"))


@cache
def official_types(name: Name) -> tuple[ComplexType, ...]:
    """The types that an element has, wherever the structure of a test leads to it."""
    types = official().reachable(ROOT).get(name, set())
    schema = schema_at(shared_path("oracle", "xsd", "XInclude.xsd")) if name[0] == XINCLUDE else official()
    return tuple(schema.complex_type(type_name) for type_name in sorted(types))


# -- their types and content in the common form --------------------------------------------------------------------------


def plain(type_: Type) -> Type:
    """A union that has `string` among its members accepts every text: it is a string. So are the items of our lists of text."""
    if isinstance(type_, tuple) and type_[0] == "union":
        members = {plain(member) for member in type_[1:]}
        return "string" if "string" in members else ("union", frozenset(members))
    return ("list", plain(type_[1])) if isinstance(type_, tuple) and type_[0] == "list" else type_


def slots(particle: Particle) -> list[Any]:
    """A content model as a list of `(names, least, most)`, in order; `("alternatives", ...)` where groups of slots exclude each other."""
    kind, inner, least, most = particle
    once = (least, most) == (1, 1)
    if kind in ("element", "any"):
        return [(frozenset([inner]), least, most)]
    if kind == "sequence" and once:
        return [slot for child in inner for slot in slots(child)]
    if kind == "choice" and (names := choice_names(particle)):
        return [(names, least, most)]
    if kind == "choice" and most == 1:
        return [alternatives([slots(child) for child in inner], optional=least == 0)]
    raise AssertionError(f"a content model that our declarations cannot express: {particle}")


def choice_names(particle: Particle) -> frozenset[Any] | None:
    """The names of a choice of single elements, perhaps in choices; `None` if it is something else."""
    names: set[Any] = set()
    for child in particle[1]:
        kind, inner, least, most = child
        if (least, most) != (1, 1) or kind not in ("element", "choice"):
            return None
        below = frozenset([inner]) if kind == "element" else choice_names(child)
        if below is None:
            return None
        names |= below
    return frozenset(names)


def alternatives(branches: list[list[Any]], *, optional: bool) -> Any:
    """Exclusive groups of slots. One content can be said in several ways: if nothing at all may stand there, a branch of one slot may
    as well be empty; and branches of one element each are nothing but a choice.
    """
    if optional or any(all(least == 0 for _, least, _ in branch) for branch in branches):
        branches = [[(branch[0][0], 0, branch[0][2])] if len(branch) == 1 else branch for branch in branches]
    if all(len(branch) == 1 and branch[0][1:] == (0, 1) for branch in branches):
        return (frozenset[Any]().union(*(branch[0][0] for branch in branches)), 0, 1)
    return ("alternatives", frozenset(tuple(branch) for branch in branches))


def their_content(type_: ComplexType) -> Any:
    if type_.mixed:
        return "mixed"
    return ("text", plain(type_.text)) if type_.text is not None else slots(type_.particle) if type_.particle else []


# -- our declarations in the common form ------------------------------------------------------------------------------------

SCALARS: dict[str, Type] = {
    "language or empty": ("union", frozenset(["language", ("enumeration", "string", frozenset([""]))])),
    "MIME type": "MimeTypeDType",
    "coordinates": "CoordsDType",
    "non-negative double": ("minimum", "double", "0.0"),
    "positive integer": ("minimum", "integer", "1"),
    "integer or NCName": ("union", frozenset(["integer", "VariableStringDType"])),
    "double or NCName": ("union", frozenset(["double", "VariableStringDType"])),
    "int or NCName": ("union", frozenset(["int", "NCName"])),
}
EXTENSIONS = {"rubric use": "UseExtensionStringDType", "support": "SupportExtStringDType"}


def our_type(scalar: Scalar | None, *, is_list: bool = False) -> Type:
    assert scalar is not None
    if is_list:
        return ("list", our_type(scalar))
    values = ("enumeration", "string", frozenset(value.value if isinstance(value, Enum) else value for value in scalar.values))
    if scalar.xsd == "enumeration":
        return values
    if scalar.xsd == "extensible enumeration":
        return ("union", frozenset([EXTENSIONS[scalar.name], values]))
    return SCALARS.get(scalar.xsd, scalar.xsd)


def our_slot(field: Field) -> Any:
    names = {(spec.namespace, spec.name) for spec in map(spec_of, field.targets)}
    return (frozenset([*names, *(["##other"] if field.wildcard else [])]), field.minimum, field.maximum)


def our_content(spec: Spec) -> Any:
    if spec.body is not None:
        assert not spec.children
        return "mixed" if spec.body.kind is Kind.MIXED else ("text", our_type(spec.body.scalar))
    content: list[Any] = []
    exclusive = {name for branch in spec.alternatives for name in branch}
    for is_exclusive, group in groupby(spec.children, lambda field: field.name in exclusive):
        fields = list(group)
        if is_exclusive:
            branches = [[our_slot(field) for field in fields if field.name in branch] for branch in spec.alternatives]
            content.append(alternatives(branches, optional=False))
        else:
            content += map(our_slot, fields)
    return content


# -- the comparison ------------------------------------------------------------------------------------------------------------


def our_facts(spec: Spec) -> dict[str, object]:
    facts: dict[str, object] = {"content": our_content(spec), "other attributes": spec.extra_attributes, "document": spec.document}
    for name, field in spec.attribute_by_name.items():
        facts[f"@{name} type"] = our_type(field.scalar, is_list=field.is_list)
        facts[f"@{name} required"] = field.required
        facts[f"@{name} default"] = field.default
    return facts


def their_facts(type_: ComplexType, spec: Spec) -> dict[str, object]:
    wildcard = {None: Attributes.NONE, "##any": Attributes.ANY, "##other": Attributes.FOREIGN}[type_.wildcard]
    document = (spec.namespace, spec.name) in official().global_elements
    facts: dict[str, object] = {"content": their_content(type_), "other attributes": wildcard, "document": document}
    for name, attribute in type_.attributes.items():
        field = spec.attribute_by_name.get(name)
        facts[f"@{name} type"] = plain(attribute.type)
        facts[f"@{name} required"] = attribute.required
        facts[f"@{name} default"] = field.parse(attribute.default) if field and attribute.default is not None else attribute.default
    return facts


@pytest.mark.parametrize("cls", CLASSES.values(), ids=[name for _, name in CLASSES])
def test_declaration_agrees_with_the_schema(cls: type[Element]) -> None:
    spec = spec_of(cls)
    listed = {fact: ours for (element, fact), (ours, _) in DIFFERENCES.items() if element == spec.name}
    types = official_types((spec.namespace, spec.name))
    assert types, f"no test can have `{spec.name}`"
    for type_ in types:
        ours, theirs = our_facts(spec), their_facts(type_, spec)
        different = {fact for fact in ours | theirs if ours.get(fact, "nothing") != theirs.get(fact, "nothing")}
        unlisted = {fact for fact in different if fact not in listed or ours.get(fact) != listed[fact]}
        told = [f"{fact}\n  ours   {ours.get(fact, 'nothing')}\n  schema {theirs.get(fact, 'nothing')}" for fact in sorted(unlisted)]
        assert not unlisted, "\n".join([f"{cls.__name__} differs from {type_.name}:", *told])
        assert listed.keys() <= different, f"{cls.__name__} no longer differs in {listed.keys() - different}: take it out of DIFFERENCES"


def test_every_element_of_a_test_is_declared() -> None:
    assert CLASSES.keys() == official().reachable(ROOT).keys()


def test_every_listed_difference_names_an_element() -> None:
    assert {element for element, _ in DIFFERENCES} <= {name for _, name in CLASSES}


# -- the scalar types by what they accept --------------------------------------------------------------------------------------

TEXTS = (
    "", " ", "a", " a ", "a b", "  a\tb ", "_a-b.c", "a:b", "1a", "-a", "\u00e9t\u00e9", "\u4e00", "a\u00b7", "\u00b7a", "{a}", "EXIT_TEST", "0", "1",
    "01", "+1", "-1", " 1 ", "1.", ".5", "1.5", "-0", "1e3", "1E-3", "1e", "+", ".", "INF", "-INF", "+INF", "NaN", "inf", "0x1", "1_0", "\u0663",
    "2147483647", "2147483648", "-2147483648", "-2147483649", "99999999999999999999", "1,5", "true", "false", "TRUE", "True", " true ", "en", "en-GB",
    "en_GB", "abcdefghi", "en-", "x-klingon-1", "i", "1,2,3", "1,2", "1,2,3,4", "1,2,3,4,5", "1,2,3,4,5,6", "10%,20%,3", "1, 2,3", "-1,2,3", "1.5,2,3",
    "1,2,3,4,5,6,7", "1,2,3,4,5,6,7,8", "text/css", "text/css; charset=utf-8", "text", "text/", "text/c\u00e9", "text/ css", "image/svg+xml", "ext:a",
    "ext:", "ext:a b", "EXT:a", "ext:a_b.c-d", "instructions", "spoken", " spoken", "candidate", "candidate tutor", "candidate, tutor", "linear",
    " linear ", "none", "additions text", "text additions", "xml", "pi", "a.xml", "a b.xml", "a#b", "http://example.org/?a=b&c", "%20", "auto", "single",
    "integer",
)  # fmt: skip

_NAME = "the digits of scripts may begin a name in the fifth edition of XML, which we follow; libxml2 checks NCName by the fourth"
_PADDED = "we trim the name of a variable, as we trim the number that may stand in its place"
_EXPONENT = "libxml2 takes an exponent without digits; XML Schema does not"

# (our type, text) -> why our verdict is another
VERDICTS: dict[tuple[str, str], str] = {
    ("URI", "10%,20%,3"): "libxml2 rejects a wrong percent escape; XML Schema takes any text for a URI",
    ("language", " "): "we trim white space before we look; then nothing is left, which is allowed",
    ("double", "1e"): _EXPONENT,
    ("non-negative double", "1e"): _EXPONENT,
    ("double or variable", "1e"): _EXPONENT,
    **{(f"{number} or variable", text): _PADDED for number in ("integer", "double") for text in (" a ", " true ", " spoken", " linear ")},
    **{
        (name, "\u0663"): _NAME
        for name in (
            "identifier",
            "unique identifier",
            "identifier reference",
            "list of identifier",
            "list of identifier reference",
            "integer or variable",
            "double or variable",
            "identifier or integer",
        )
    },
}


def scalar_cases() -> dict[str, tuple[Field, str]]:
    """For each of our scalar types, alone and in lists, a field and its element: there the schema says what may stand."""
    fields = [(field, spec.name) for spec in map(spec_of, CLASSES.values()) if spec.namespace == QTI for field in spec.fields if field.scalar]
    fields.sort(key=lambda case: (case[1], f"@{case[0].xml_name} type") in DIFFERENCES)
    cases: dict[str, tuple[Field, str]] = {}
    for field, element in fields:
        assert field.scalar
        cases.setdefault(f"list of {field.scalar.name}" if field.is_list else field.scalar.name, (field, element))
    return cases


@pytest.mark.parametrize("name", scalar_cases())
def test_scalar_accepts_what_the_schema_accepts(name: str) -> None:
    field, element = scalar_cases()[name]
    type_ = official_types((QTI, element))[0]
    theirs = type_.text_base if field.kind is Kind.TEXT else type_.attributes[field.xml_name or ""].declaration
    assert theirs is not None
    accepts = official().acceptance(theirs)
    different: dict[str, str] = {}
    for text in TEXTS:
        try:
            field.parse(text)
        except ValueError:
            if accepts(text):
                different[text] = "the schema accepts it, we do not"
        else:
            if not accepts(text):
                different[text] = "we accept it, the schema does not"
    assert different.keys() == {text for listed, text in VERDICTS if listed == name}, different


def test_every_listed_verdict_names_a_type_and_a_text() -> None:
    assert {name for name, _ in VERDICTS} <= scalar_cases().keys()
    assert {text for _, text in VERDICTS} <= set(TEXTS)


# -- names ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", CLASSES.values(), ids=[name for _, name in CLASSES])
def test_names_follow_the_rule(cls: type[Element]) -> None:
    spec = spec_of(cls)
    assert cls.__name__ == "".join(word.title() for word in spec.name.removeprefix("qti-").split("-"))
    for field in spec.children:
        if len(field.targets) == 1:
            singular = spec_of(field.targets[0]).name.removeprefix("qti-").replace("-", "_")
            plural = f"{singular.removesuffix('y')}ies" if singular.endswith("y") else f"{singular}s"
            assert field.name == (plural if field.kind is Kind.CHILDREN else singular)


@pytest.mark.parametrize("cls", CLASSES.values(), ids=[name for _, name in CLASSES])
def test_docstring_names_the_type(cls: type[Element]) -> None:
    spec = spec_of(cls)
    source = (cls.__doc__ or "").partition("Source: ")[2]
    assert set(re.findall(r"\w+Type\b", source)) == {type_.name for type_ in official_types((spec.namespace, spec.name))}


def test_members_of_enumerations_are_named_after_their_values() -> None:
    scalars = {field.scalar for spec in map(spec_of, CLASSES.values()) for field in spec.fields if field.scalar is not None}
    members = [value for scalar in scalars for value in scalar.values if isinstance(value, Enum)]
    assert len(members) > 150
    for member in members:
        assert member.name == re.sub("(?<=[a-z])(?=[A-Z])", "_", member.value).replace("-", "_").upper()
