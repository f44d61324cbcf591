"""What JSON does not say is guessed with a warning and its reason, and refused by `strict=True`: attribute or child, how a number was written, line ends,
HTML in strings. What it does say is read without a word.
"""

from __future__ import annotations

from typing import Any

import pytest
from test_content_recognised import guessed, read, refused, sure

from qtimodel import AssessmentSection, DocumentError, content, xml
from qtimodel.content.recognise import dialect_of
from qtimodel.nodes import QTI

XMLNS = {"xmlns": QTI}


def stimulus(body: Any, carrier: str = "_attributes") -> dict[str, Any]:
    """A stimulus with that body; carrier `""`: its attributes are beside the children."""
    attributes = XMLNS | {"identifier": "s", "title": "t"}
    return {"qti-assessment-stimulus": {**({carrier: attributes} if carrier else attributes), "qti-stimulus-body": body}}


def section(others: dict[str, Any], attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    given = XMLNS | {"identifier": "s", "title": "t", "visible": "true"} | (attributes or {})
    return {"qti-assessment-section": {"_attributes": given, **others}}


def block(paragraph: Any) -> list[Any]:
    return [{"_attributes": {"use": "instructions", "view": "candidate"}, "qti-content-body": {"p": paragraph}}]


# -- text is text ----------------------------------------------------------------------------------------------------------------------

TEXTS = ["Write <b> for bold.", "Is <i>x</i> slanted?", "a<b and b>c", "a &amp; b", "<p>x</p>", "&nbsp;", "x < y > z", "<br>", "<!-- c -->", "</p>"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("value", [False, True, 1, 2.5])
def test_what_one_value_is_says_nothing_about_the_text_of_another(value: object, text: str) -> None:
    document = section({"qti-rubric-block": block({"_attributes": {"class": "c"}, "_": text})}, {"fixed": value, "keep-together": value})
    tree: Any = content.structure(document, recover=True).tree
    assert tree.rubric_blocks[0].content_body.content[0].content == [text]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "paragraph", [lambda text: {"_": text}, lambda text: text, lambda text: [{"_": text}, "x"], lambda text: {"_attributes": {"class": "c"}, "_": text}]
)
@pytest.mark.parametrize("array", [False, True])
def test_text_in_any_shape(text: str, paragraph: Any, array: bool) -> None:
    """As xml2js writes it with `explicitCharkey`, with and without arrays, and as we do."""
    value = section({"qti-rubric-block": block(paragraph(text)) if array else block(paragraph(text))[0]})
    if dialect_of(value) == "built":  # and then it is markup from end to end, or refused
        assert text[0] == "<"
        assert text[-1] == ">"
    else:
        found, _ = read(value)
        assert xml.loads(found).rubric_blocks[0].content_body.content[0].content == [text]  # type: ignore[union-attr]


def test_a_document_that_holds_html_source() -> None:
    """Arrays for what may come several times only, text alone in objects, and markup from end to end in all of them: no tool makes that of XML."""
    value = section({"qti-rubric-block": block([{"_": "<b>x</b>"}])})
    assert dialect_of(value) == "built"
    assert "<p><b>x</b></p>" in sure(value)
    for text in ("Is <i>x</i> slanted?", "<b>x", "x</b>", "a < b"):
        value = section({"qti-rubric-block": block([{"_": "<b>x</b>"}, {"_": text}])})
        assert dialect_of(value) == "api"
    assert "&lt;b&gt;x&lt;/b&gt;" in guessed(section({"qti-rubric-block": block([{"_": "<b>x</b>"}, {"_": "a <b>y</b>"}])}), "dialect='built'")


# -- HTML where text may not be --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("carrier", ["_attributes", "$", ""])
@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: {"_": text}])
def test_html_where_text_may_not_be(carrier: str, wrap: Any) -> None:
    value = stimulus(wrap("<p>one <b>two</b></p>"), carrier)
    assert "<qti-stimulus-body><p>one <b>two</b></p></qti-stimulus-body>" in guessed(value, "text is not allowed", "dialect='api'")


@pytest.mark.parametrize("element", ["table", "ul", "ol", "dl", "tr", "tbody"])
def test_html_in_elements_that_hold_elements_only(element: str) -> None:
    assert f"<{element}><x>a</x></{element}>" in guessed(stimulus({element: "<x>a</x>"}), "text is not allowed")


@pytest.mark.parametrize(("text", "reason"), [("<p>a<br></p>", "<br/>"), ("<p>a&nbsp;b</p>", "&#160;"), ("<p>a", ""), ("<p class=x>a</p>", "")])
def test_html_that_is_no_xml(text: str, reason: str) -> None:
    refused(stimulus(text), "the markup in this string cannot be read", reason, "['qti-stimulus-body']")


@pytest.mark.parametrize("text", ["<p>one</p>", "a < b", "&amp;", "<p>", "x"])
def test_escaped_text_that_we_wrote(text: str) -> None:
    tree = xml.loads(xml.dumps(content.structure(stimulus(text), dialect="api")))
    assert content.loads(content.dumps(tree), dialect="api", strict=True) == tree
    assert content.structure(content.unstructure(tree), dialect="api") == tree


# -- attribute or child ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("th", "abbr"),
        ("td", "abbr"),
        ("q", "cite"),
        ("blockquote", "cite"),
        ("ins", "cite"),
        ("p", "label"),
        ("div", "slot"),
        ("p", "text"),
        ("p", "value"),
    ],
)
@pytest.mark.parametrize("value", ["Nr", ["Nr"]])
def test_attribute_or_child(element: str, name: str, value: Any) -> None:
    assert f'<{element} {name}="Nr"/>' in guessed(stimulus({element: {name: value}}, ""), "is an attribute or a child", f"`{name}`", f"`{element}`")


@pytest.mark.parametrize(
    ("element", "name", "attribute"),
    [
        ("p", "class", True),
        ("p", "title", True),
        ("p", "lang", True),
        ("p", "style", True),
        ("a", "href", True),
        ("col", "span", True),
        ("table", "summary", True),
        ("label", "form", True),
        ("p", "abbr", False),
        ("p", "cite", False),
        ("p", "span", False),
        ("p", "b", False),
        ("svg", "title", False),
        ("svg", "text", False),
        ("g", "desc", False),
        ("apply", "ci", False),
        ("apply", "plus", False),
        ("bvar", "ci", False),
        ("apply", "id", True),
        ("mrow", "cn", False),
        ("speak", "lang", False),
    ],
)
def test_names_that_can_be_only_one_of_the_two(element: str, name: str, attribute: bool) -> None:
    found = sure(stimulus({element: {name: "x"}}, ""))
    assert (f'<{element} {name}="x"/>' if attribute else f"<{element}><{name}>x</{name}></{element}>") in found


def test_several_values_of_a_name_that_is_an_attribute() -> None:
    assert '<p class="a"><class>b</class></p>' in guessed(stimulus({"p": {"class": ["a", "b"]}}, ""), "is an attribute or a child")


# -- line ends -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["one\r\ntwo", "one\rtwo", "\r"])
@pytest.mark.parametrize("carrier", ["_attributes", "$", ""])
@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: {"b": text}])
def test_carriage_returns(text: str, carrier: str, wrap: Any) -> None:
    value = stimulus({"p": wrap(text)}, carrier)
    kept = xml.loads(guessed(value, "carriage return", r"`\n`"))
    own = content.unstructure(kept)
    assert content.structure(own, dialect="api", strict=True) == kept
    assert xml.loads(xml.dumps(kept)) == kept


def test_carriage_returns_in_attributes() -> None:
    guessed(stimulus({"p": {"_attributes": {"title": "a\r\nb"}}}), "`title` has a carriage return")
    guessed({"p": {"$": {"title": "a\rb"}}}, "`title` has a carriage return")


def test_line_breaks_are_no_carriage_returns() -> None:
    sure(stimulus({"p": "one\ntwo\t "}))
    sure({"p": {"@title": "one\rtwo", "#text": "a\rb"}})  # its parser has read line ends as XML has them
    sure({"p": {"_order": ["a\r\nb"]}})  # only we write this


# -- numbers ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "text"), [(1.50, "1.5"), (7, "7"), (0, "0"), (-2.0, "-2"), (1e30, "1e+30"), (10**30, "1" + "0" * 30)])
@pytest.mark.parametrize(
    "document",
    [
        lambda number: section({}, {"title": number}),
        lambda number: stimulus({"p": number}),
        lambda number: stimulus({"p": ["x", number]}),
        lambda number: stimulus({"p": {"_attributes": {"class": "c"}, "_": number}}),
        lambda number: stimulus({"p": {"_attributes": {"title": number}}}),
        lambda number: {"p": {"$": {"title": number}}},
        lambda number: {"p": {"@title": number}},
        lambda number: {"p": {"@class": "c", "#text": number}},
        lambda number: {"p": {"_text": number}},
        lambda number: {"p": {"xmlns": "u", "b": [number]}},
        lambda number: [{"p": [{"#text": number}]}],
        lambda number: {"elements": [{"type": "element", "name": "p", "elements": [{"type": "text", "text": number}]}]},
        lambda number: {"p": {"$$": [{"#name": "__text__", "_": number}]}},
    ],
)
def test_numbers_for_texts(document: Any, number: float, text: str) -> None:
    assert text in guessed(document(number), "does not say how its text was written")


def test_numbers_for_numbers() -> None:
    value = section({"qti-selection": {"_attributes": {"select": 2}}})
    tree: Any = content.structure(value, AssessmentSection, strict=True)
    assert tree.selection.select == 2
    content.structure(section({}, {"visible": True, "fixed": False}), strict=True)
    content.structure({"qti-weight": {"_attributes": XMLNS | {"identifier": "w", "value": 2.5}}}, strict=True)


# -- declarations, comments, instructions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declaration",
    [
        {"@version": "1.0", "@encoding": "UTF-8"},
        {"_attributes": {"version": "1.0"}},
        {"$": {"version": "1.0", "standalone": "yes"}},
        {"@_version": "1.0"},
        {"version": "1.0"},
        {"@version": 1.0},
        "",
        {},
        None,
    ],
)
def test_xml_declarations_are_passed_over(declaration: Any) -> None:
    assert sure({"?xml": declaration, "p": {"b": "x"}}).endswith("<p><b>x</b></p>")


@pytest.mark.parametrize("key", ["?xml", "_declaration"])
@pytest.mark.parametrize(
    "declaration", [{"@title": "x"}, {"_attributes": {"version": "1.0", "title": "x"}}, {"p": "x"}, "x", 1, [], ["x"], {"version": {"a": "b"}}]
)
def test_what_is_no_declaration_is_not_passed_over(key: str, declaration: Any) -> None:
    refused({key: declaration, "p": {"b": {"_text": "x"}}}, f"`{key}`", "XML declaration")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"p": {"#comment": "c"}}, "<p><!--c--></p>"),
        ({"p": {"#comment": ["c", "d"]}}, "<p><!--c--><!--d--></p>"),
        ({"p": {"@class": "c", "#comment": "d"}}, '<p class="c"><!--d--></p>'),
        ({"p": {"@_class": "c", "__comment": "d"}}, '<p class="c"><!--d--></p>'),
        ({"p": {"@class": "c", "#cdata-section": "<a>"}}, '<p class="c">&lt;a&gt;</p>'),
        ({"p": {"@class": "c", "?go": "there"}}, '<p class="c"><?go there?></p>'),
        ({"p": {"@class": "c", "?go": {"@x": "1", "@y": "2"}}}, '<p class="c"><?go x="1" y="2"?></p>'),
    ],
)
def test_comments_and_instructions_of_other_tools(value: Any, expected: str) -> None:
    assert sure(value).partition("?>")[2].strip() == expected


def test_comments_around_the_root_have_no_place() -> None:
    assert guessed({"#comment": "c", "p": {"@class": "c"}}, "around the root").endswith('<!--c--><p class="c"/>')
    assert guessed({"?go": "there", "p": {"@class": "c"}}, "around the root").endswith('<?go there?><p class="c"/>')


@pytest.mark.parametrize("key", ["!DOCTYPE", "_doctype"])
def test_document_types_are_refused(key: str) -> None:
    refused({key: "html", "p": {"#text": "x"} if key[0] == "!" else {"_text": "x"}}, "document type declarations are not allowed")


# -- keys that are reserved ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("_order", "x", "['_order']"),
        ("_order", {"a": 1}, "['_order']"),
        ("_order", [5], "['_order'][0]"),
        ("_order", [["b"]], "['_order'][0]"),
        ("_order", [["b", "c"]], "['_order'][0]"),
        ("_order", [["!"]], "['_order'][0]"),
        ("_prolog", [], "['_prolog']"),
        ("_epilog", [["!", "c"]], "['_epilog']"),
        ("_attributes", "x", "['_attributes']"),
        ("_attributes", [], "['_attributes']"),
        ("_attributes", [{"class": "c"}], "['_attributes']"),
        ("_attributes", {"class": {}}, "['_attributes']['class']"),
        ("_attributes", {"class": None}, "['_attributes']['class']"),
        ("_", {"a": "b"}, "['_']"),
        ("_", ["a"], "['_'][0]"),
    ],
)
@pytest.mark.parametrize("dialect", [None, "api"])
def test_reserved_keys_of_wrong_shapes(key: str, value: Any, path: str, dialect: str | None) -> None:
    for options in ({}, {"strict": True}, {"recover": True}):
        with pytest.raises(DocumentError) as caught:
            content.structure({"div": {"p": {key: value}, "_order": [["p"]]}}, dialect=dialect, **options)  # type: ignore[call-overload]
        assert f"$['div']['p']{path}" in [issue.path for issue in caught.value.issues]


@pytest.mark.parametrize("key", ["_prolog", "_epilog"])
@pytest.mark.parametrize("value", ["x", 5, {}, None, [5], [["p"]], ["text"], [["!", "--"]], [["?", "xml", "x"]]])
def test_wrong_entries_around_the_root(key: str, value: Any) -> None:
    for dialect in (None, "api"):
        with pytest.raises(DocumentError) as caught:
            content.structure({key: value, "p": "x"}, dialect=dialect)
        assert (caught.value.issues[0].path or "").startswith(f"$['{key}']")


@pytest.mark.parametrize("key", ["_text", "_cdata", "_comment", "_doctype", "xmlns", "_declaration"])
def test_keys_of_other_dialects_are_no_elements(key: str) -> None:
    with pytest.raises(DocumentError, match="is no key of an element in this dialect"):
        content.structure({"p": {key: "x"}}, dialect="api")
    assert content.structure({"p": {f":{key}": "x"}}, dialect="api", strict=True) == xml.loads(f"<p><{key}>x</{key}></p>")


@pytest.mark.parametrize("name", ["unknown", "qti-selektion", "b", "x:y"])
def test_unknown_names_with_an_empty_array(name: str) -> None:
    value = section({name: []})
    with pytest.raises(DocumentError) as caught:
        content.structure(value, strict=True)
    assert caught.value.issues[0].path == f"$['qti-assessment-section']['{name}']"
    assert isinstance(content.structure(value), AssessmentSection)
