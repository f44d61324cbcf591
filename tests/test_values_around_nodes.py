"""Wrong values in extras, forms and markup: editing passes over them, `patch` says that a tree is not that of its text, nothing else comes out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from qtimodel import AssessmentItemRef, AssessmentSection, Comment, ContentBody, Extras, Markup, ModelError, NavigationMode, QtiError, content, editing, xml
from qtimodel.nodes import Form


class Unequal:
    """What cannot be compared."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("not comparable")


ODD: list[Any] = [None, 3, "text", (), {}, object(), Form(), Extras(), Comment("c"), Markup(name="p"), NavigationMode.LINEAR, AssessmentSection]
PLACES: dict[str, Callable[[AssessmentSection, Any], None]] = {
    "extras of the root": lambda tree, value: setattr(tree, "_extras", value),
    "extras of a child": lambda tree, value: setattr(tree.section_parts[0], "_extras", value),
    "form of the root": lambda tree, value: setattr(tree, "_form", value),
    "form of a child": lambda tree, value: setattr(tree.section_parts[0], "_form", value),
    "before the root": lambda tree, value: setattr(tree.extras, "before", value),
    "before a child": lambda tree, value: setattr(tree.section_parts[0].extras, "before", value),
    "behind the children": lambda tree, value: setattr(tree.extras, "trailing", value),
    "behind the root": lambda tree, value: setattr(tree.extras, "after", value),
    "the content of markup": lambda tree, value: setattr(tree.extras, "trailing", [Markup(name="p", content=value)]),
}
EDITED = xml.dumps(
    AssessmentSection(identifier="s", title="T", visible=True, section_parts=[AssessmentItemRef(identifier=name, href="h") for name in ("i1", "i2")])
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_wrong_values_around_nodes_are_no_errors_of_editing_and_patching(place: str, value: Any) -> None:
    tree = xml.loads(EDITED, AssessmentSection)
    PLACES[place](tree, value)
    ref, right = AssessmentItemRef(identifier="i3", href="h"), xml.loads(EDITED, AssessmentSection)
    repr(tree)
    for edit in (
        lambda: editing.find(tree, "i1"),
        lambda: editing.path_of(tree, "i2"),
        lambda: editing.find(tree, "/qti-assessment-section/qti-assessment-item-ref[2]"),
        lambda: editing.insert(tree, ref, before="i1"),
        lambda: editing.update(tree, "i1", href="other"),
        lambda: editing.remove(tree, "i1"),
        lambda: editing.move(tree, "i1", position=2),
        lambda: editing.replace(tree, "i1", ref),
        lambda: editing.insert(right, tree.section_parts[0], into="s") and None,
        lambda: xml.patch(EDITED, tree, right),
        lambda: xml.patch(EDITED, right, tree),
    ):
        with contextlib.suppress(QtiError):
            edit()


def test_a_value_that_cannot_be_compared_is_shown() -> None:
    assert "Unequal" in repr(AssessmentItemRef(identifier="i", href=Unequal()))  # type: ignore[arg-type]


TYPED = Markup(name="qti-weight", attributes={"identifier": "W", "value": "1"})
AROUND: dict[str, Callable[[], Any]] = {
    "the root": lambda: TYPED,
    "markup": lambda: Markup(name="p", content=["a", TYPED]),
    "markup of another namespace": lambda: Markup(name="m", namespace="urn:m", content=[Markup(name="n", namespace="urn:m", content=[TYPED])]),
    "mixed content": lambda: ContentBody(content=[Markup(name="div", content=[TYPED])]),
    "extras": lambda: AssessmentSection(identifier="s", title="t", visible=True, extras=Extras(trailing=[TYPED])),
    "an attribute of its name was there before": lambda: Markup(name="p", attributes={"qti-weight": "1"}, content=[TYPED]),
}


@pytest.mark.parametrize("around", AROUND)
def test_markup_that_is_read_as_a_class_is_refused(around: str) -> None:
    """It would come back as another tree, or not at all."""
    tree: Any = AROUND[around]()
    for write in (xml.dumps, content.dumps, content.unstructure, xml.unstructure, lambda tree: content.dumps(tree, "xmltodict")):
        for _ in range(3):
            with pytest.raises(ModelError, match="`qti-weight` is read as Weight, so it cannot be written as markup: make it a Weight"):
                write(tree)
