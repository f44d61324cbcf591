"""Which dialect content JSON is in: from all keys of a document, or not at all.

Every row is a small document. What is certain is read without a word, also with `strict=True`; what is a guess is a `QtiWarning` that names the
reason, and refused by `strict=True`; what no dialect has is refused by its name.
"""

from __future__ import annotations

import json
import warnings
from typing import Any, cast

import pytest

from qtimodel import DocumentError, QtiWarning, content, xml
from qtimodel.content.recognise import dialect_of
from qtimodel.nodes import QTI
from qtimodel.validation import validate

XMLNS = {"xmlns": QTI}
SECTION = {"identifier": "s", "title": "S", "visible": "true"}


def attributes(carrier: str, values: dict[str, Any]) -> dict[str, Any]:
    """Attributes under a key, or each behind a prefix (written with `*`)."""
    return {carrier.replace("*", name): value for name, value in values.items()} if "*" in carrier else {carrier: values}


def section(carrier: str, text_key: str | None = None, text: str = "Read.", **others: Any) -> dict[str, Any]:
    """A section with a rubric block."""
    paragraph: Any = text if text_key is None else {**attributes(carrier, {"class": "c"}), text_key: text}
    block = {**attributes(carrier, {"use": "instructions", "view": "candidate"}), "qti-content-body": {"p": paragraph}}
    return {"qti-assessment-section": {**attributes(carrier, XMLNS | SECTION), "qti-rubric-block": block, **others}}


def read(value: Any, *, strict: bool = False, dialect: str | None = None) -> tuple[str, list[str]]:
    """The XML, and the warnings; by objects and by text, which must agree."""
    results = []
    for source in (value, json.dumps(value)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tree = content.structure(source, strict=strict, dialect=dialect) if source is value else content.loads(source, strict=strict, dialect=dialect)
        assert all(warning.category is QtiWarning for warning in caught)
        results.append((xml.dumps(tree, indent=None), [str(warning.message) for warning in caught]))
    assert results[0][0] == results[1][0]
    return results[0]


def sure(value: Any, **options: Any) -> str:
    """The XML of a document about which nothing is a guess."""
    found, guesses = read(value, strict=True, **options)
    assert guesses == []
    assert read(value, **options) == (found, [])
    return found


def guessed(value: Any, *reasons: str) -> str:
    """The XML of a document about which something is a guess, for one of these reasons."""
    found, guesses = read(value)
    assert len(guesses) == 1
    for reason in reasons:
        assert reason in guesses[0]
        with pytest.raises(DocumentError) as caught:
            content.structure(value, strict=True)
        assert reason in str(caught.value)
    assert all(issue.severity == "warning" for issue in content.structure(value, recover=True).issues)
    return found


def refused(value: Any, *reasons: str) -> None:
    """Nothing reads this, and each reason is said."""
    for options in ({}, {"strict": True}, {"recover": True}):
        for reader, source in ((content.structure, value), (content.loads, json.dumps(value))):
            with pytest.raises(DocumentError) as caught:
                cast(Any, reader)(source, **options)
            assert all(reason in str(caught.value) for reason in reasons), str(caught.value)
    assert validate(json.dumps(value))


EXPECTED = (
    f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="S" visible="true"><qti-rubric-block use="instructions" view="candidate">'
    '<qti-content-body><p class="c">Read.</p></qti-content-body></qti-rubric-block></qti-assessment-section>'
)


def body(found: str) -> str:
    return found.partition("?>")[2].strip() or found


# -- what goes together ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carrier", "text_key", "dialect"),
    [
        ("_attributes", "_", "api"),
        ("_attributes", "_text", "xml-js"),
        ("_attributes", "_cdata", "xml-js"),
        ("$", "_", "xml2js-default"),
        ("@*", "#text", "xmltodict"),
        ("@*", "#cdata-section", "xmltodict"),
        ("@_*", "#text", "fast-xml-parser"),
        ("@_*", "__cdata", "fast-xml-parser"),
        ("_*", "#text", "fast-xml-parser"),
        ("_*", "__text", "fast-xml-parser"),
        ("*", "_", "xml2js-inline"),
        ("-*", "#text", "dashed"),
        ("_*", "_VALUE", "fast-xml-parser"),
        ("@", "#text", "grouped"),
    ],
)
def test_keys_of_one_dialect(carrier: str, text_key: str, dialect: str) -> None:
    value = section(carrier, text_key)
    assert dialect_of(value) == dialect
    assert body(sure(value)) == EXPECTED


@pytest.mark.parametrize(
    ("carrier", "text_key", "named"),
    [
        ("_attributes", "#text", ["`_attributes`", "`#text`"]),
        ("_attributes", "__cdata", ["`_attributes`", "`__cdata`"]),
        ("@*", "_", ["`@…`", "`_`"]),
        ("@*", "_text", ["`@…`", "`_text`"]),
        ("@_*", "_", ["`@_…`", "`_`"]),
        ("$", "#text", ["`$`", "`#text`"]),
        ("$", "_text", ["`$`", "`_text`"]),
        ("*", "#text", ["`xmlns`", "`#text`"]),
        ("_*", "_text", ["`_…`", "`_text`"]),
        ("@", "_", ["`@`", "`_`"]),
    ],
)
def test_keys_that_do_not_go_together(carrier: str, text_key: str, named: list[str]) -> None:
    assert body(guessed(section(carrier, text_key), "do not go together", *named)) == EXPECTED


CARRIERS = ["$", "@*", "@_*", "_attributes", "@", "_*"]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [(outer, inner) for outer in CARRIERS[:4] for inner in CARRIERS if inner != outer and (outer, inner) != ("@*", "@_*")],
)
def test_one_element_in_another_dialect(outer: str, inner: str) -> None:
    value = section(outer)
    block = value["qti-assessment-section"]["qti-rubric-block"]
    block["qti-content-body"]["p"] = {**attributes(inner, {"class": "c"}), "b": "x"}
    found, guesses = read(value)
    # `_class` is a name like others, unless the whole document has `_` before the names of attributes.
    assert ("<p><_class>c</_class><b>x</b></p>" if inner == "_*" else '<p class="c"><b>x</b></p>') in found
    assert len(guesses) == 1
    with pytest.raises(DocumentError):
        content.structure(value, strict=True)


def test_an_attribute_of_xmltodict_whose_name_begins_with_an_underscore() -> None:
    value = {"p": {"@class": "c", "@_x": "1", "#text": "a"}}
    assert guessed(value, "begins with `_`").endswith('<p class="c" _x="1">a</p>')
    assert sure(value, dialect="xmltodict").endswith('<p class="c" _x="1">a</p>')


@pytest.mark.parametrize("name", ["_foo", "attributes", "attrs", "_text", "_", "_xmlns", "_attributes", "__text", "xmlns", "_order"])
def test_elements_whose_names_could_be_keys(name: str) -> None:
    """Our own writer has a colon before them, so nothing about them is a guess."""
    tree = xml.loads(f'<p class="c"><{name}>x</{name}><{name}/></p>')
    value = content.unstructure(tree)
    assert f":{name}" in value["p"]
    assert content.structure(value, strict=True) == tree
    assert content.structure(value, strict=True, dialect="api") == tree


def test_a_name_that_begins_with_an_underscore() -> None:
    value = {"p": {"_attributes": {"class": "c"}, "_x": "1"}}
    assert guessed(value, "begins with `_`").endswith('<p class="c"><_x>1</_x></p>')
    assert sure(value, dialect="api").endswith('<p class="c"><_x>1</_x></p>')


@pytest.mark.parametrize("key", ["#text", "_text", "__cdata", "#comment", "_comment"])
def test_what_no_order_lists_is_not_lost(key: str) -> None:
    refused({"p": {"_order": [["b"]], "b": "x", key: "y"}}, f"`{key}` is beside `_order`")


# -- what is no dialect ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"qti-assessment-section": {"@xmlns": {"$": QTI}, "@identifier": "s", "p": {"$": "x"}}}, "Badgerfish"),
        ({"qti-assessment-section": {"xmlns": QTI, "identifier": "s", "p": {"$t": "x"}}}, "GData"),
        (["qti-assessment-section", {"xmlns": QTI}, ["p", "x"]], "JsonML"),
        ({"qti-assessment-section": {"$": {"identifier": {"name": "identifier", "value": "s"}}, "$ns": {"uri": QTI}}}, "`xmlns: true`"),
    ],
)
def test_dialects_that_are_refused_by_name(value: Any, name: str) -> None:
    refused(value, name, "xml2js-default", "fast-xml-parser-ordered")


@pytest.mark.parametrize("value", [[], [{}], [1], {"p": {}, "q": {}}, {}, "x", None, [{"p": {}, "q": {}}], [{"p": "x"}]])
def test_no_document(value: Any) -> None:
    with pytest.raises(DocumentError):
        content.structure(value)


@pytest.mark.parametrize("key", ["attributes", "attr", "@attrs", "-attributes"])
def test_attributes_under_an_unknown_key(key: str) -> None:
    value = {"qti-assessment-section": {key: XMLNS | SECTION}}
    with pytest.raises(DocumentError) as caught:
        content.structure(value, strict=True)
    assert key.lstrip("@") in str(caught.value)


@pytest.mark.parametrize("key", ["attributes", "attrs", "attr"])
@pytest.mark.parametrize("carrier", ["_attributes", "$", "@*", "*"])
def test_attributes_under_an_unknown_key_inside(key: str, carrier: str) -> None:
    value = section(carrier)
    value["qti-assessment-section"]["qti-rubric-block"]["qti-content-body"]["p"] = {key: {"class": "c"}, "b": "x"}
    found, guesses = read(value)
    assert f"<{key}" in found
    assert any(f"`{key}`" in message for message in guesses) or len(guesses) == 1
    with pytest.raises(DocumentError, match=f"`{key}` was read as an element"):
        content.structure(value, strict=True)


def test_what_php_makes() -> None:
    value = {"qti-assessment-section": {"@attributes": XMLNS | SECTION, "qti-assessment-item-ref": {"@attributes": {"identifier": "i", "href": "i.xml"}}}}
    assert '<qti-assessment-item-ref identifier="i" href="i.xml"/>' in guessed(value, "json_encode")


# -- no namespace ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"qti-assessment-section": {"_attributes": SECTION}},
        {"qti-assessment-section": {"$": SECTION}},
        {"qti-assessment-section": {f"@{name}": text for name, text in SECTION.items()}},
        {"qti-assessment-section": {"identifier": "s"}},
        {"qti-assessment-item": "x"},
        {"div": {"qti-rubric-block": {"_attributes": {"view": "author"}}}},
        {"div": {"qti-rubric-block": ""}},
        {"qti-assessment-section": {"_attributes": SECTION, "_order": []}},
        [{"qti-assessment-section": [], ":@": {"@_identifier": "s"}}],
        {"elements": [{"type": "element", "name": "qti-assessment-section", "attributes": SECTION}]},
    ],
    ids=repr,
)
def test_elements_of_qti_in_no_namespace(value: Any) -> None:
    found = guessed(value, "is in no namespace", "add `xmlns`")
    assert xml.dumps(content.structure(content.unstructure(xml.loads(found)), recover=True).tree, indent=None) == found


def test_what_was_declared_to_be_in_no_namespace() -> None:
    tree = xml.loads(f'<qti-assessment-stimulus xmlns="{QTI}" identifier="s" title="t"><p xmlns=""><qti-x/></p></qti-assessment-stimulus>')
    assert content.structure(content.unstructure(tree), strict=True) == tree
    assert content.structure({"p": {"b": "x"}}, strict=True) == xml.loads("<p><b>x</b></p>")
