"""Every element in XML, row by row, in both directions (the rows are in `wire_rows`)."""

from __future__ import annotations

import pytest
from wire_rows import ROWS

from qtimodel import Element, walk, xml
from qtimodel.nodes import XSI
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import assert_same_xml

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMA = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0 https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"


def rooted(text: str, cls: type[Element], *, located: bool = False) -> str:
    """The text of a row with the declarations of a root."""
    spec = spec_of(cls)
    assert text.startswith(f"<{spec.name}")
    location = f' xmlns:xsi="{XSI}" xsi:schemaLocation="{SCHEMA}"' if located else ""
    return f'{DECLARATION}<{spec.name} xmlns="{spec.namespace}"{location}{text.removeprefix(f"<{spec.name}")}'


each_row = pytest.mark.parametrize(("tree", "text"), ROWS, ids=[f"{number}-{type(tree).__name__}" for number, (tree, _) in enumerate(ROWS)])


@each_row
def test_reading(tree: Element, text: str) -> None:
    document = rooted(text, type(tree))
    read = xml.loads(document, type(tree))
    assert read == tree
    # What reading remembers of the form is enough to write the same text again.
    assert xml.dumps(read, indent=None) == document


@each_row
def test_writing(tree: Element, text: str) -> None:
    # A new document says where its schema is; one that was read stays as it was.
    located = spec_of(type(tree)).document and tree._form is None
    written = xml.dumps(tree, indent=None)
    assert written == rooted(text, type(tree), located=located)
    assert_same_xml(written, xml.dumps(tree))


def test_every_element_has_a_row() -> None:
    seen = {type(node) for tree, _ in ROWS for node in walk(tree, Element)}
    assert set(element_classes()) - seen == set()


def test_every_attribute_of_every_element_has_a_row() -> None:
    """Apart from the 47 attributes of ARIA, of which a row of each type is enough."""
    seen = {
        (type(node), field.name)
        for tree, _ in ROWS
        for node in walk(tree, Element)
        for field in spec_of(type(node)).fields
        if getattr(node, field.name) is not None
    }
    missing = {
        f"{cls.__name__}.{field.name}"
        for cls in element_classes()
        for field in spec_of(cls).attributes
        if (cls, field.name) not in seen and not field.name.startswith("aria_")
    }
    assert missing == set()
