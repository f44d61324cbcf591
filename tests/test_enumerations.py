"""The text of a member where a class wants an enumeration: it equals the member, so every format writes it. Other texts are refused with their path."""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum
from typing import Any

import attrs
import pytest

import qtimodel
from qtimodel import AssessmentSection, AssessmentTest, Element, ModelError, NavigationMode, RubricBlock, SubmissionMode, View, api, content, xml
from qtimodel.datatypes import enumeration
from qtimodel.spec import Field, element_classes, spec_of
from qtimodel.testing import minimal

ENUMERATED = [
    (cls, field)
    for cls in element_classes()
    for field in spec_of(cls).attributes
    if field.scalar is not None and isinstance(field.scalar.python, type) and issubclass(field.scalar.python, Enum)
]
every_enumeration = pytest.mark.parametrize(("cls", "field"), ENUMERATED, ids=[f"{cls.__name__}.{field.name}" for cls, field in ENUMERATED])


def with_value(cls: type[Element], field: Field, value: Any) -> Any:
    values: dict[str, Any] = {field.name: [value] if field.is_list else value}
    return attrs.evolve(minimal(cls), **values)


@every_enumeration
def test_the_text_of_a_member_is_written_as_the_member(cls: type[Element], field: Field) -> None:
    assert field.scalar is not None
    for member in field.scalar.values:
        typed, plain = with_value(cls, field, member), with_value(cls, field, str(member.value))
        assert typed == plain
        text = xml.dumps(plain)
        assert text == xml.dumps(typed)
        read: Any = xml.loads(text)
        assert read == plain
        assert getattr(read, field.name) == ([member] if field.is_list else member)
        for made in (content.dumps(plain), content.dumps(plain, "xml2js")):
            assert made in (content.dumps(typed), content.dumps(typed, "xml2js"))
        assert content.loads(content.dumps(plain)) == typed


@every_enumeration
@pytest.mark.parametrize("count", [1, 40])  # what comes often is compiled
def test_other_texts_are_refused(cls: type[Element], field: Field, count: int) -> None:
    assert field.scalar is not None
    for wrong in ("", "no-such-value", f"{field.scalar.values[0].value} ", str(field.scalar.values[0].value).upper() + "X", 1, None if field.is_list else b"x"):
        for _ in range(count):
            with pytest.raises(ModelError, match=r"expected a (member of|list)") as refused:
                xml.dumps(with_value(cls, field, wrong))
        assert refused.value.path == f"/{spec_of(cls).name}/@{field.xml_name}"
        with pytest.raises(ModelError, match=r"expected a (member of|list)"):
            content.dumps(with_value(cls, field, wrong))


def test_what_was_meant() -> None:
    block = qtimodel.RubricBlock(view=["Author"], content_body=qtimodel.ContentBody())  # type: ignore[list-item]
    with pytest.raises(ModelError, match=r"found 'Author'; write View\.AUTHOR$"):
        xml.dumps(block)


def test_in_the_body_of_a_record_and_in_lists() -> None:
    modes: Any = {"navigation_mode": "linear", "submission_mode": "individual"}
    view: Any = ["author", View.TUTOR]
    section = AssessmentSection(
        identifier="s1", title="S", visible=True, rubric_blocks=[RubricBlock(view=view, content_body=qtimodel.ContentBody(content=["x"]))]
    )
    plain = AssessmentTest(identifier="t1", title="T", test_parts=[qtimodel.TestPart(identifier="p1", assessment_sections=[section], **modes)])
    body = api.unstructure(api.AssessmentTestRecord(test=plain))
    assert body["qti-test-part"][0]["navigationMode"] == "linear"
    assert 'view="author tutor"' in body["rawXml"]
    read = api.structure(body).test
    assert read == plain
    assert read.test_parts[0].navigation_mode is NavigationMode.LINEAR
    assert read.test_parts[0].submission_mode is SubmissionMode.INDIVIDUAL
    before = xml.dumps(plain)
    after = attrs.evolve(plain, test_parts=[attrs.evolve(plain.test_parts[0], navigation_mode="nonlinear")])  # type: ignore[arg-type]
    assert xml.patch(before, xml.loads(before), after) == before.replace('"linear"', '"nonlinear"')


class Colour(StrEnum):
    RED = "red"


class Plain(Enum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


class Other(StrEnum):
    ALSO_RED = "red"


def test_enumerations_of_ones_own() -> None:
    """Only what equals the member is written: reading gives the member, and the trees must be equal."""
    assert enumeration(Colour).write("red") == "red"
    assert enumeration(Colour).write(Other.ALSO_RED) == "red"
    with pytest.raises(TypeError, match=r"write Plain\.RED"):
        enumeration(Plain).write("red")
    with pytest.raises(TypeError, match=r"write Number\.ONE"):
        enumeration(Number).write("1")
    assert enumeration(Number).write(Number.ONE) == "1"
    for wrong in ([], {}, None, 1.5, object()):
        with pytest.raises(TypeError, match="expected a member of Colour"):
            enumeration(Colour).write(wrong)
