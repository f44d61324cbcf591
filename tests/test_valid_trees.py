"""Trees that the strategies call valid are valid by every schema, and a tree with one thing wrong by none.

`test_laws` asks the official schema about the valid ones; this asks ours, and both about their broken siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_laws import CLASSES, wrapped

from qtimodel import Element, Invalid, Markup, xml
from qtimodel.spec import Attributes, Field, Kind, spec_of
from qtimodel.testing import trees
from qtimodel.validation import is_valid

TEXTS = ["", " ", "a b", "-", "1e", "?", "x:y", "no such value"]
every_class = pytest.mark.parametrize("cls", CLASSES, ids=[cls.__name__ for cls in CLASSES])


def bad_text(field: Field) -> str | None:
    """A text that is no value of an attribute; `None`: every text is one."""
    for text in TEXTS:
        try:
            field.parse(text)
        except ValueError:
            return text
    return None


def breaks(tree: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """The single things that can be made wrong in a tree, from its declaration."""
    spec = spec_of(type(tree))
    for field in spec.attributes:
        if field.required:
            yield f"no {field.xml_name}", partial(setattr, tree, field.name, Invalid(None))
        if (text := bad_text(field)) is not None:
            yield f"{field.xml_name}={text!r}", partial(setattr, tree, field.name, Invalid(text))
    for field in spec.children:
        if field.kind is Kind.CHILD and field.required:
            yield f"no {field.name}", partial(setattr, tree, field.name, Invalid(None))
        if field.kind is Kind.CHILDREN and field.minimum:
            yield f"no {field.name}", getattr(tree, field.name).clear
    if spec.extra_attributes is Attributes.NONE:
        yield "an unknown attribute", partial(tree.extras.attributes.update, unknown="x")
    if spec.body is None:
        yield "an unknown element", partial(tree.extras.trailing.append, Markup(name="qti-unknown"))


@every_class
@given(data=st.data())
def test_valid_trees_are_valid_by_our_schema(cls: type[Element], data: st.DataObject) -> None:
    document = xml.dumps(wrapped(data.draw(trees(cls))))
    assert is_valid(document), document


@every_class
@settings(max_examples=max(2, settings().max_examples // 4))
@given(data=st.data())
def test_broken_trees_are_valid_by_no_schema(cls: type[Element], official_validator: etree.XMLSchema, data: st.DataObject) -> None:
    tree = data.draw(trees(cls))
    ways = list(breaks(tree))
    if not ways:  # an element whose every attribute is any text, and whose content is anything
        assert spec_of(cls).body is not None
        return
    name, make_wrong = data.draw(st.sampled_from(ways))
    make_wrong()
    document = xml.dumps(wrapped(tree))
    assert not is_valid(document), (name, document)
    assert not official_validator.validate(etree.fromstring(document.encode())), (name, document)
