"""What tools leave undone: line breaks in attributes, references that are not decoded, line ends of
comments, names in capital letters. And what is an attribute in the dialects that do not say it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_content_guesses import section, stimulus
from test_content_recognised import guessed, read, refused, sure

from qtimodel import AssessmentSection, ContentBody, DocumentError, Markup, content, xml
from qtimodel.content.html import is_attribute
from qtimodel.nodes import QTI
from qtimodel.validation.schemas import bundled
from qtimodel.xml import Limits

ITEM = {
    "xmlns": QTI,
    "identifier": "i",
    "title": "t",
    "adaptive": "false",
    "time-dependent": "false",
}

# -- attribute or child ----------------------------------------------------------------------------


def test_every_attribute_of_the_schema_is_read_as_one() -> None:
    """Also those whose name is that of an element of HTML, such as `template`."""
    grammar = bundled("qtimodel.xsd").grammar
    wrong = [
        (element, attribute)
        for (_, element), declarations in grammar.elements.items()
        for declared in declarations
        for namespace, attribute in grammar.type_of(declared).attributes
        if not namespace and not is_attribute(attribute, element)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("qti-response-processing", "template"),
        ("mstyle", "form"),
        ("object", "data"),
        ("object", "form"),
        ("path", "d"),
        ("linearGradient", "x1"),
        ("head", "profile"),
    ],
)
def test_attributes_with_names_of_elements(element: str, name: str) -> None:
    found = sure({"qti-assessment-item": ITEM | {element: {name: "x"}}})
    assert f'<{element} {name}="x"/>' in found


@pytest.mark.parametrize("element", ["outcomeVariable", "n:value", "foo", "manifest"])
@pytest.mark.parametrize("name", ["value", "title", "p-q", "schema"])
def test_nobody_knows_what_an_unknown_element_has(element: str, name: str) -> None:
    value = {"r": {"xmlns": "u", "xmlns:n": "v", element: {"id": "x", name: "2"}}}
    guessed(value, "is an attribute or a child", f"`{name}`")
    sure({"r": {"xmlns": "u", "xmlns:n": "v", element: {"id": "x", "class": "y", "xml:lang": "en"}}})


@pytest.mark.parametrize("name", ["value", "text", "content", "html"])
@pytest.mark.parametrize("element", ["qti-simple-choice", "qti-prompt", "qti-value"])
def test_text_under_a_name_of_its_own(element: str, name: str) -> None:
    value = {"qti-assessment-item": ITEM | {element: {"identifier": "A", name: "x"}}}
    guessed(value, "is an attribute or a child", f"`{name}`", f"`{element}`")
    typed = {"qti-base-value": {"xmlns": QTI, "base-type": "integer", "_": "1", name: "2"}}
    assert any(code == "attribute-or-child" for code in codes(typed))


def test_a_declared_attribute_is_no_guess() -> None:
    sure({"qti-weight": {"xmlns": QTI, "identifier": "w", "value": "2"}})


def codes(value: Any) -> list[str]:
    """The codes of what is found."""
    return [issue.code for issue in content.structure(value, recover=True).issues]


# -- white space in attributes ---------------------------------------------------------------------


@pytest.mark.parametrize("text", ["one\ntwo", "one\ttwo", "\n"])
@pytest.mark.parametrize("carrier", ["$", ""])
def test_line_breaks_in_attributes(text: str, carrier: str) -> None:
    paragraph: dict[str, Any] = {carrier: {"title": text}} if carrier else {"title": text}
    kept = guessed(stimulus({"p": paragraph}, carrier), "`title` has a line break or tab")
    assert xml.loads(kept) == content.structure(content.unstructure(xml.loads(kept)), dialect="api")


def test_line_breaks_that_are_no_guess() -> None:
    location = {"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    location["xsi:schemaLocation"] = "a\n b"
    sure({"p": {"$": location | {"class": "a\n b"}}})
    sure({"p": {"@title": "one\ntwo"}})  # its parser reads attributes as XML has them
    sure(stimulus({"p": {"_order": ["x"], "_attributes": {"title": "a\nb"}}}))  # only we write this
    tree = ContentBody(content=[Markup(name="p", attributes={"title": "a\nb"})])
    assert content.loads(content.dumps(tree), strict=True) == tree
    assert content.structure(content.unstructure(tree), strict=True) == tree
    lists = {"$": {"xmlns": QTI, "use": "instructions", "view": "author\n scorer"}}
    assert "line-break" not in codes({"qti-rubric-block": lists})


def test_line_breaks_where_something_is_not_as_we_write_it() -> None:
    alone = section({"qti-assessment-item-ref": {"_attributes": {"identifier": "a", "href": "a"}}})
    alone["qti-assessment-section"]["_attributes"]["title"] = "a\nb"
    guessed(alone, "`title` has a line break or tab")


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["&#60;", "a &#xA0; b", "x &lt; y", "&amp;"])
@pytest.mark.parametrize(
    "document",
    [
        lambda text: {"p": {"@_class": "c", "#text": text}},
        lambda text: {"p": {"@_title": text}},
        lambda text: {"p": {"@_class": "c", "b": text}},
        lambda text: {"p": {"_attributes": {"title": text}, "_text": "x"}},
        lambda text: [{"p": [{"#text": text}], ":@": {"@_class": "c"}}],
        lambda text: {"elements": [{"type": "element", "name": "p", "elements": [{"type": "text", "text": text}]}]},
    ],
)
def test_references(document: Any, text: str) -> None:
    guessed(document(text), "may be a character that the tool did not decode")


def test_references_that_are_text() -> None:
    for text in ("&#60;", "x &lt; y"):
        sure({"p": {"_attributes": {"title": text}, "_": text}})
        sure({"p": {"@title": text, "#text": text}})
        sure({"p": {"_cdata": text}})
        sure([{"p": [{"#cdata": [{"#text": text}]}], ":@": {"@_class": "c"}}])
    for text in ("a & b", "&nbsp", "&;", "R&D;"):
        sure({"p": {"@_class": "c", "#text": text}})
    named = content.structure({"p": {"_text": "&lt;"}}, dialect="xml-js", strict=True)
    assert named == Markup(name="p", content=["&lt;"], namespace=None)


# -- line ends of comments and instructions --------------------------------------------------------


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb"])
def test_line_ends_of_comments_are_certain(text: str) -> None:
    node = {"type": "comment", "comment": text}
    instruction = {"type": "instruction", "name": "go", "instruction": text}
    full = {"elements": [{"type": "element", "name": "p", "elements": [node, instruction]}]}
    for value in (full, [{"p": [{"#comment": [{"#text": text}]}], ":@": {"@_class": "c"}}]):
        assert "<!--a\nb-->" in sure(value)
    assert "<?go a\nb?>" in sure(full)
    compact = {"p": {"_comment": text, "_instruction": {"go": text}}}
    assert "<!--a\nb-->" in read(compact)[0]
    assert "<?go a\nb?>" in read(compact)[0]
    refused({"p": {"_order": [["!", text]]}}, "cannot be a comment")  # we do not write this


# -- names in capital letters ----------------------------------------------------------------------


def test_capital_letters() -> None:
    attributes = {"XMLNS": QTI, "IDENTIFIER": "i"}
    for carrier in ("$", "_attributes"):
        value = {"QTI-ASSESSMENT-ITEM": {carrier: attributes}}
        guessed(value, "in no namespace", "names are in lower case")
    guessed({"QTI-ASSESSMENT-ITEM": "x"}, "in no namespace", "names are in lower case")


# -- white space, and what else is no alarm --------------------------------------------------------


def test_layout_between_elements_is_no_guess() -> None:
    ref = {"@identifier": "a", "@href": "a.xml", "#text": "\n  "}
    attributes = {"@xmlns": QTI, "@identifier": "s", "@title": "t", "@visible": "true"}
    value = {"qti-assessment-section": attributes | {"#text": "\n \n", "qti-assessment-item-ref": ref}}
    sure(value)
    tree: Any = content.structure(value, AssessmentSection)
    assert xml.dumps(tree).count("<qti-assessment-item-ref") == 1
    wrong = {"qti-assessment-section": attributes | {"#text": "x", "qti-assessment-item-ref": ref}}
    assert codes(wrong) != []
    guessed({"p": {"@class": "c", "#text": "\n", "b": "x"}}, "in which order")


def test_a_declaration_with_an_empty_text() -> None:
    sure({"?xml": {"@_version": "1.0", "#text": ""}, "p": {"@_class": "c", "#text": "x"}})
    refused({"?xml": {"@_version": "1.0", "#text": "y"}, "p": {"@_class": "c"}}, "declaration")


@pytest.mark.parametrize("many", [1, 2])
def test_no_guess_is_lost_where_few_are_reported(many: int) -> None:
    """An order that our own writer would have written otherwise does not take the place of one."""
    first, second = {"_attributes": {"title": 1.5}, "b": "x"}, {"b": ["x", "y"], "i": "z"}
    value = section({"qti-rubric-block": [{"_attributes": {"use": "instructions"}}]})
    value["qti-assessment-section"]["qti-rubric-block"][0]["qti-content-body"] = {"p": [first, second]}
    limits = Limits(problems=many)
    for given in (value, json.loads(json.dumps(value))):
        found = content.structure(given, recover=True, limits=limits)
        assert "number" in [issue.code for issue in found.issues]


@pytest.mark.parametrize("key", ["a b", "@", "", "x:y:z", "1"])
@pytest.mark.parametrize("others", [{}, {"b": "x"}, {"_order": []}, {"_attributes": {"class": "c"}}])
@pytest.mark.parametrize("dialect", [None, "api", "xml2js"])
def test_no_child_has_an_impossible_name(key: str, others: Any, dialect: str | None) -> None:
    """An empty array is no child, so nobody looked at its key."""
    for strict in (False, True):
        if "_order" in others and dialect == "xml2js":
            continue
        with pytest.raises(DocumentError, match="is no name of an element"):
            content.structure({"p": {**others, key: []}}, dialect=dialect, strict=strict)
    sure({"p": {"_attributes": {"class": "c"}, "b": []}})


@pytest.mark.parametrize("text", ["\0", "a\ufffe", "x" * 101])
def test_the_copy_of_the_text_is_text_on_both_paths(text: str) -> None:
    value = {"p": {"_": text, "_order": ["x"]}}
    for strict in (False, True):
        for dialect in (None, "api"):
            with pytest.raises(DocumentError, match="the text of"):
                content.structure(value, dialect=dialect, strict=strict, limits=Limits(size=100))
    sure({"p": {"_": "a\r\nb", "_order": ["x"]}})
