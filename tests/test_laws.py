"""The promises of `qtimodel.xml`, for every element class and for trees that nobody thought of.

Run with `--hypothesis-profile=full` for hundreds of trees of each class.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from roots import below

from qtimodel import AssessmentTest, Element, Markup, xml
from qtimodel.spec import element_classes, spec_of
from qtimodel.testing import assert_same_xml, documents, markup, minimal, spellings, trees

CLASSES = list(element_classes())
every_class = pytest.mark.parametrize("cls", CLASSES, ids=[cls.__name__ for cls in CLASSES])
INDENTS = st.sampled_from([None, 0, 1, 4, "\t", " \t"])


def check_laws(tree: Element | Markup, indent: int | str | None) -> None:
    """What must hold for every tree in normal form."""
    text = xml.dumps(tree)
    read = xml.loads(text)
    assert read == tree
    assert type(read) is type(tree)
    assert xml.dumps(read) == text
    element = xml.unstructure(tree)
    structured = xml.structure(element)
    assert structured == tree
    assert_same_xml(text, xml.dumps(structured))
    assert_same_xml(text, etree.tostring(element.getroottree(), encoding="utf-8"))
    other = xml.dumps(tree, indent=indent)
    assert xml.loads(other.encode()) == tree
    assert xml.dumps(xml.loads(other), indent=indent) == other
    assert_same_xml(text, other)


@every_class
@given(data=st.data())
def test_valid_trees(cls: type[Element], official_validator: etree.XMLSchema, data: st.DataObject) -> None:
    tree = data.draw(trees(cls))
    indent = data.draw(INDENTS)
    check_laws(tree, indent)
    document = wrapped(tree)
    for text in (xml.dumps(document), xml.dumps(document, indent=indent)):
        assert official_validator.validate(etree.fromstring(text.encode())), f"{official_validator.error_log}\n{text}"


@every_class
@given(data=st.data())
def test_any_trees(cls: type[Element], data: st.DataObject) -> None:
    check_laws(data.draw(trees(cls, valid=False)), data.draw(INDENTS))


@every_class
@settings(max_examples=max(2, settings().max_examples // 8))
@given(data=st.data())
def test_what_comes_often_is_read_and_written_as_what_comes_once(cls: type[Element], data: st.DataObject) -> None:
    """Reader and writer compile what is hot; wherever the compiled code cannot say something it must leave it to the interpreter."""
    odd = data.draw(trees(cls, valid=False))
    odd.extras.before.clear()  # in mixed content, what stands before a node is content
    odd.extras.after.clear()
    for tree in (odd, minimal(cls)):
        many = Markup(name="many", namespace=None, content=[wrapped(tree)] * 30)
        assert xml.loads(xml.dumps(many)) == many
        assert xml.structure(xml.unstructure(many)) == many
        assert_same_xml(xml.dumps(many), xml.dumps(xml.loads(xml.dumps(many))))


@given(tree=markup(), indent=INDENTS)
def test_unknown_roots(tree: Markup, indent: int | str | None) -> None:
    check_laws(tree, indent)


@every_class
@given(data=st.data())
def test_any_spelling_of_a_tree_is_read_as_that_tree(cls: type[Element], data: st.DataObject) -> None:
    tree = data.draw(trees(cls, valid=data.draw(st.booleans())))
    document = data.draw(spellings(tree))
    read = xml.loads(document)
    assert read == tree
    written = xml.dumps(read)
    assert_same_xml(document, written)
    assert xml.dumps(xml.loads(written)) == written


@given(document=documents())
def test_valid_documents(document: str | bytes) -> None:
    read = xml.loads(document)
    assert_same_xml(document, xml.dumps(read))


@every_class
@given(data=st.data())
def test_documents_that_keep_no_rule(cls: type[Element], data: st.DataObject) -> None:
    check_document(data.draw(documents(cls, valid=False)))


@given(document=documents(valid=False))
def test_documents_of_any_root(document: str | bytes) -> None:
    check_document(document)


def check_document(document: str | bytes) -> None:
    """What must hold for every well-formed document."""
    read, issues = xml.loads(document, recover=True)
    written = xml.dumps(read)
    assert_same_xml(document, written)
    again, issues_again = xml.loads(written, recover=True)
    assert again == read
    assert [issue.code for issue in issues_again] == [issue.code for issue in issues]
    assert xml.dumps(again) == written
    assert all(issue.line is not None and issue.column is not None and issue.path for issue in issues)
    data = document.encode() if isinstance(document, str) else document
    parser = etree.XMLParser(encoding="utf-8" if isinstance(document, str) else None, resolve_entities=False, collect_ids=False)
    structured, issues_structured = xml.structure(etree.fromstring(data, parser), recover=True)
    assert structured == read
    assert_same_xml(document, xml.dumps(structured))
    assert sorted(issue.message for issue in issues_structured) == sorted(issue.message for issue in issues)


# -- a place in a test for every element -------------------------------------------------------------------------------------------


def wrapped(tree: Element) -> Element:
    """The tree itself if the schema lets it be a root, otherwise a minimal test that has it somewhere."""
    return tree if spec_of(type(tree)).document else below(AssessmentTest, tree)


@every_class
def test_minimal_trees_are_valid_and_minimal(cls: type[Element], official_validator: etree.XMLSchema) -> None:
    tree: Any = minimal(cls)
    assert xml.loads(xml.dumps(tree)) == tree
    document = etree.fromstring(xml.dumps(wrapped(tree)).encode())
    assert official_validator.validate(document), str(official_validator.error_log)
    assert document.find(f".//{{*}}{spec_of(cls).name}") is not None or spec_of(cls).document
