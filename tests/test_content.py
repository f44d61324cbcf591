"""Content JSON, dialect `api`, sentence by sentence: every row was written by hand from section 2 of the fact sheet "Content JSON".

Strategy: a row is XML and the JSON text that it must be, byte for byte; it is read back too. The payloads that a server really sent are read
without being told their dialect, and what differs from the XML that the same server sent is spelt out. Random trees are in
`test_content_laws`, wrong documents in `test_content_errors`.
"""

from __future__ import annotations

import json
import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import pytest
from shared import shared_path

from qtimodel import (
    AssessmentItemRef,
    AssessmentSection,
    AssessmentTest,
    Comment,
    DocumentError,
    Element,
    LossyConversionError,
    Markup,
    OutcomeDeclaration,
    QtiWarning,
    Weight,
    content,
    xml,
)
from qtimodel.content import codec
from qtimodel.content.dialects import DIALECTS
from qtimodel.content.reading import read_carefully
from qtimodel.content.recognise import dialect_of
from qtimodel.nodes import QTI, XINCLUDE

NS = f'"xmlns":"{QTI}"'
SECTION = 'identifier="s" title="S" visible="true"'
SECTION_JSON = f'"_attributes":{{{NS},"identifier":"s","title":"S","visible":"true"}}'
OUTCOME = 'identifier="S" cardinality="single"'
OUTCOME_JSON = f'{NS},"identifier":"S","cardinality":"single"'


def document(text: str) -> str:
    """`QTI` and `XI` stand for namespace declarations."""
    return text.replace(" QTI", f' xmlns="{QTI}"').replace(" XI", f' xmlns:xi="{XINCLUDE}"')


WORKED_XML = f"""\
<qti-assessment-test xmlns="{QTI}" identifier="t1" title="T">
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="10">
    <qti-default-value><qti-value>0</qti-value></qti-default-value>
  </qti-outcome-declaration>
  <qti-test-part identifier="p1" navigation-mode="linear" submission-mode="individual">
    <qti-assessment-section identifier="s1" title="S" visible="true">
      <qti-assessment-item-ref identifier="i1" href="i1.xml"/>
      <qti-assessment-section identifier="s2" title="S2" visible="true"/>
      <qti-assessment-item-ref identifier="i2" href="i2.xml"/>
    </qti-assessment-section>
  </qti-test-part>
</qti-assessment-test>"""
WORKED_JSON = """\
{"qti-assessment-test": {
  "_attributes": {"xmlns": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "identifier": "t1", "title": "T"},
  "qti-outcome-declaration": [{
    "_attributes": {"identifier": "SCORE", "cardinality": "single", "base-type": "float"},
    "qti-default-value": {"qti-value": ["0"]},
    "normal-maximum": 10}],
  "qti-test-part": [{
    "_attributes": {"identifier": "p1", "navigation-mode": "linear", "submission-mode": "individual"},
    "qti-assessment-section": [{
      "_attributes": {"identifier": "s1", "title": "S", "visible": "true"},
      "qti-assessment-item-ref": [
        {"_attributes": {"identifier": "i1", "href": "i1.xml"}},
        {"_attributes": {"identifier": "i2", "href": "i2.xml"}}],
      "qti-assessment-section": [{"_attributes": {"identifier": "s2", "title": "S2", "visible": "true"}}],
      "_order": [["qti-assessment-item-ref"], ["qti-assessment-section"], ["qti-assessment-item-ref"]]}]}]}}"""

# What the sentence says: XML, and its content JSON.
ROWS: dict[str, tuple[str, str]] = {
    # A document is an object with one key: the root's name, with its prefix, if the document uses one.
    "root of markup": ("<p/>", '{"p":""}'),
    "typed root": ("<qti-ordering QTI/>", f'{{"qti-ordering":{{"_attributes":{{{NS}}}}}}}'),
    "root with a prefix": ('<x:p xmlns:x="u"><x:b/></x:p>', '{"x:p":{"_attributes":{"xmlns:x":"u"},"x:b":""}}'),
    "typed root with a prefix": (
        f'<q:qti-pre-condition xmlns:q="{QTI}"><q:qti-null/></q:qti-pre-condition>',
        f'{{"q:qti-pre-condition":{{"_attributes":{{"xmlns:q":"{QTI}"}},"q:qti-null":""}}}}',
    ),
    # Key order: `_attributes`, `_`, child names in order of first appearance, `_order`.
    "order of keys": (
        '<p id="1">a<i/><b/><i/></p>',
        '{"p":{"_attributes":{"id":"1"},"_":"a","i":["",""],"b":"","_order":["a",["i"],["b"],["i"]]}}',
    ),
    # `_attributes`: every written attribute and every namespace declaration, to the exact lexical string, in document order; no defaults.
    "attributes as written": (
        '<qti-selection QTI with-replacement="1" select=" 02 "/>',
        f'{{"qti-selection":{{"_attributes":{{{NS},"with-replacement":"1","select":" 02 "}}}}}}',
    ),
    "attributes in document order": (
        '<p b="2" xmlns:x="u" x:c="" a="1" xml:lang="en"/>',
        '{"p":{"_attributes":{"b":"2","xmlns:x":"u","x:c":"","a":"1","xml:lang":"en"}}}',
    ),
    "unknown attributes of typed elements": (
        '<qti-ordering QTI data-x="1" xmlns:v="u" v:y="2"/>',
        f'{{"qti-ordering":{{"_attributes":{{{NS},"data-x":"1","xmlns:v":"u","v:y":"2"}}}}}}',
    ),
    "no attributes, no `_attributes`; defaults are not written": (
        f"<qti-assessment-section QTI {SECTION}><qti-item-session-control/></qti-assessment-section>",
        f'{{"qti-assessment-section":{{{SECTION_JSON},"qti-item-session-control":{{}}}}}}',
    ),
    # A child that the model allows more than once is always an array; one that it allows at most once is an object.
    "one of several": ("<qti-and QTI><qti-null/></qti-and>", f'{{"qti-and":{{"_attributes":{{{NS}}},"qti-null":[""]}}}}'),
    "several": ("<qti-and QTI><qti-null/><qti-null/></qti-and>", f'{{"qti-and":{{"_attributes":{{{NS}}},"qti-null":["",""]}}}}'),
    "the only one": ("<qti-pre-condition QTI><qti-null/></qti-pre-condition>", f'{{"qti-pre-condition":{{"_attributes":{{{NS}}},"qti-null":""}}}}'),
    "one of several in mixed content of a typed element": (
        "<qti-html-content QTI><p/></qti-html-content>",
        f'{{"qti-html-content":{{"_attributes":{{{NS}}},"p":[""]}}}}',
    ),
    # The lists that the API's schema requires are written also when empty.
    "empty lists of a test": (
        '<qti-assessment-test QTI identifier="t" title="T"/>',
        f'{{"qti-assessment-test":{{"_attributes":{{{NS},"identifier":"t","title":"T"}},"qti-outcome-declaration":[],"qti-test-part":[]}}}}',
    ),
    "empty list of a part": (
        '<qti-test-part QTI identifier="p" navigation-mode="linear" submission-mode="individual"/>',
        f'{{"qti-test-part":{{"_attributes":{{{NS},"identifier":"p","navigation-mode":"linear","submission-mode":"individual"}},"qti-assessment-section":[]}}}}',
    ),
    "empty lists stand where the schema has them": (
        '<qti-assessment-test QTI identifier="t" title="T"><qti-outcome-processing/></qti-assessment-test>',
        f'{{"qti-assessment-test":{{"_attributes":{{{NS},"identifier":"t","title":"T"}},"qti-outcome-declaration":[],"qti-test-part":[],'
        '"qti-outcome-processing":{}}}',
    ),
    "empty lists have the prefix of their parent": (
        f'<q:qti-assessment-test xmlns:q="{QTI}" identifier="t" title="T"/>',
        f'{{"q:qti-assessment-test":{{"_attributes":{{"xmlns:q":"{QTI}","identifier":"t","title":"T"}},"q:qti-outcome-declaration":[],"q:qti-test-part":[]}}}}',
    ),
    "no other empty lists": (f"<qti-assessment-section QTI {SECTION}/>", f'{{"qti-assessment-section":{{{SECTION_JSON}}}}}'),
    # Children of untyped markup: array when there are two or more, else the bare element.
    "one child of markup": ("<ul><li/></ul>", '{"ul":{"li":""}}'),
    "two children of markup": ('<ul><li>a</li><li id="2">b</li></ul>', '{"ul":{"li":["a",{"_attributes":{"id":"2"},"_":"b"}]}}'),
    # An element with text only and no attributes is the bare string; with attributes, text is in `_`.
    "text only": ("<p>a</p>", '{"p":"a"}'),
    "text and attributes": ('<p id="1">a</p>', '{"p":{"_attributes":{"id":"1"},"_":"a"}}'),
    "text of a typed element": (
        "<qti-default-value QTI><qti-value>a</qti-value></qti-default-value>",
        f'{{"qti-default-value":{{"_attributes":{{{NS}}},"qti-value":["a"]}}}}',
    ),
    "text and attributes of a typed element": (
        '<qti-default-value QTI><qti-value base-type="float">1</qti-value></qti-default-value>',
        f'{{"qti-default-value":{{"_attributes":{{{NS}}},"qti-value":[{{"_attributes":{{"base-type":"float"}},"_":"1"}}]}}}}',
    ),
    "text is exact": ("<p>\n a&#13;\t&lt;b&gt; &quot;é\u2028 </p>", '{"p":"\\n a\\r\\t<b> \\"é\u2028 "}'),
    # An empty element without attributes is `{}` when it is typed and the model declares attributes or children for it, else `""`.
    "empty, declared attributes": (
        "<qti-default-value QTI><qti-value/></qti-default-value>",
        f'{{"qti-default-value":{{"_attributes":{{{NS}}},"qti-value":[{{}}]}}}}',
    ),
    "empty, declared children": (
        "<qti-outcome-condition QTI><qti-outcome-if><qti-null/></qti-outcome-if><qti-outcome-else/></qti-outcome-condition>",
        f'{{"qti-outcome-condition":{{"_attributes":{{{NS}}},"qti-outcome-if":{{"qti-null":""}},"qti-outcome-else":{{}}}}}}',
    ),
    "empty, nothing declared": (
        "<qti-outcome-processing QTI><qti-exit-test/></qti-outcome-processing>",
        f'{{"qti-outcome-processing":{{"_attributes":{{{NS}}},"qti-exit-test":[""]}}}}',
    ),
    "empty markup": ("<p><br/></p>", '{"p":{"br":""}}'),
    "empty with attributes": ('<p><br id="1"/></p>', '{"p":{"br":{"_attributes":{"id":"1"}}}}'),
    # `_order` stands exactly when the other keys do not determine the content.
    "mixed text and elements": (
        "<p>Hello <b>big</b> world</p>",
        '{"p":{"_":"Hello world","b":"big","_order":["Hello ",["b"]," world"]}}',
    ),
    "text before the only element": ("<p>a<b/></p>", '{"p":{"_":"a","b":"","_order":["a",["b"]]}}'),
    "siblings of markup, interleaved": ("<p><b/><i/><b/></p>", '{"p":{"b":["",""],"i":"","_order":[["b"],["i"],["b"]]}}'),
    "siblings of markup, in order of first appearance": ("<p><i/><i/><b/></p>", '{"p":{"i":["",""],"b":""}}'),
    "siblings of a typed element in the model's order": (
        f"<qti-assessment-section QTI {SECTION}><qti-selection select='1'/><qti-ordering/></qti-assessment-section>",
        f'{{"qti-assessment-section":{{{SECTION_JSON},"qti-selection":{{"_attributes":{{"select":"1"}}}},"qti-ordering":{{}}}}}}',
    ),
    "siblings of one field, interleaved": (
        "<qti-and QTI><qti-null/><qti-and><qti-null/></qti-and><qti-null/></qti-and>",
        f'{{"qti-and":{{"_attributes":{{{NS}}},"qti-null":["",""],"qti-and":[{{"qti-null":[""]}}],"_order":[["qti-null"],["qti-and"],["qti-null"]]}}}}',
    ),
    "siblings of one field, one kind after the other": (
        "<qti-and QTI><qti-and><qti-null/></qti-and><qti-null/><qti-null/></qti-and>",
        f'{{"qti-and":{{"_attributes":{{{NS}}},"qti-and":[{{"qti-null":[""]}}],"qti-null":["",""]}}}}',
    ),
    "an unknown element before a known one": (
        f"<qti-assessment-section QTI {SECTION}><x/><qti-ordering/></qti-assessment-section>",
        f'{{"qti-assessment-section":{{{SECTION_JSON},"x":"","qti-ordering":{{}},"_order":[["x"],["qti-ordering"]]}}}}',
    ),
    "an unknown element after all others": (
        f"<qti-assessment-section QTI {SECTION}><qti-ordering/><x/></qti-assessment-section>",
        f'{{"qti-assessment-section":{{{SECTION_JSON},"qti-ordering":{{}},"x":""}}}}',
    ),
    "a comment in markup": ("<p>a<!-- c --></p>", '{"p":{"_":"a","_order":["a",["!"," c "]]}}'),
    "a comment alone": ("<p><!----></p>", '{"p":{"_order":[["!",""]]}}'),
    "a comment in a typed element": (
        f"<qti-assessment-section QTI {SECTION}><!--c--><qti-ordering/><!--d--></qti-assessment-section>",
        f'{{"qti-assessment-section":{{{SECTION_JSON},"qti-ordering":{{}},"_order":[["!","c"],["qti-ordering"],["!","d"]]}}}}',
    ),
    "a comment that divides the text of a typed element": (
        "<qti-default-value QTI><qti-value>1<!--c-->2</qti-value></qti-default-value>",
        f'{{"qti-default-value":{{"_attributes":{{{NS}}},"qti-value":[{{"_":"12","_order":["1",["!","c"],"2"]}}]}}}}',
    ),
    "processing instructions": ('<p><?a b="1"?><?c?></p>', '{"p":{"_order":[["?","a","b=\\"1\\""],["?","c",""]]}}'),
    "white space that counts": ("<p> <b/>\n</p>", '{"p":{"b":"","_order":[" ",["b"],"\\n"]}}'),
    "white space alone": ("<p> </p>", '{"p":" "}'),
    # Comments and processing instructions outside the root stand in `_prolog` and `_epilog` beside the root's key, same entries.
    "around the root": (
        "<!--a--><?b c?><p/><!--d--><?e?>",
        '{"_prolog":[["!","a"],["?","b","c"]],"p":"","_epilog":[["!","d"],["?","e",""]]}',
    ),
    # White space between the children of element-only content is not kept. CDATA becomes text.
    "layout": (
        "<qti-pre-condition QTI>\n  <qti-null/>\n</qti-pre-condition>",
        f'{{"qti-pre-condition":{{"_attributes":{{{NS}}},"qti-null":""}}}}',
    ),
    "CDATA": ("<p>a<![CDATA[<b> & ]]></p>", '{"p":"a<b> & "}'),
    # A number beside `_attributes` where that is exact; where it is not, the string stays inside, and nothing beside it.
    "numbers": (
        f'<qti-outcome-declaration QTI {OUTCOME} normal-maximum="10" normal-minimum="-1.5"/>',
        f'{{"qti-outcome-declaration":{{"_attributes":{{{OUTCOME_JSON}}},"normal-maximum":10,"normal-minimum":-1.5}}}}',
    ),
    "numbers behind children": (
        f'<qti-outcome-declaration QTI {OUTCOME} normal-minimum="0"><qti-default-value><qti-value>1</qti-value></qti-default-value></qti-outcome-declaration>',
        f'{{"qti-outcome-declaration":{{"_attributes":{{{OUTCOME_JSON}}},"qti-default-value":{{"qti-value":["1"]}},"normal-minimum":0}}}}',
    ),
    "only one of two numbers": (
        f'<qti-outcome-declaration QTI {OUTCOME} normal-maximum="1.0" normal-minimum="1"/>',
        f'{{"qti-outcome-declaration":{{"_attributes":{{{OUTCOME_JSON},"normal-maximum":"1.0"}},"normal-minimum":1}}}}',
    ),
    "a child element of the name of a number": (
        f'<qti-outcome-declaration QTI {OUTCOME} normal-maximum="10"><normal-maximum>3</normal-maximum></qti-outcome-declaration>',
        f'{{"qti-outcome-declaration":{{"_attributes":{{{OUTCOME_JSON},"normal-maximum":"10"}},"normal-maximum":"3","_order":[["normal-maximum"]]}}}}',
    ),
    "a child element of the name of a number that is not there": (
        f"<qti-outcome-declaration QTI {OUTCOME}><normal-maximum>3</normal-maximum></qti-outcome-declaration>",
        f'{{"qti-outcome-declaration":{{"_attributes":{{{OUTCOME_JSON}}},"normal-maximum":"3","_order":[["normal-maximum"]]}}}}',
    ),
    # Names that are keys of our own or of a dialect are written behind a colon.
    "root `_`": ("<_/>", '{":_":""}'),
    "child `_`": ("<p><_>a</_>b</p>", '{"p":{"_":"b",":_":"a","_order":[[":_"],"b"]}}'),
    "children of the names of keys": (
        '<p><_order/><_attributes a="1"/><_text/><xmlns/><_prolog/></p>',
        '{"p":{":_order":"",":_attributes":{"_attributes":{"a":"1"}},":_text":"",":xmlns":"",":_prolog":""}}',
    ),
    "attributes of the names of keys": ('<p _="1" _order="2" _attributes="3"/>', '{"p":{"_attributes":{"_":"1","_order":"2","_attributes":"3"}}}'),
    # xi:include, with a prefix that is declared above, and with one of its own
    "include": (
        f'<qti-assessment-section QTI XI {SECTION}><xi:include href="a.xml"/></qti-assessment-section>',
        f'{{"qti-assessment-section":{{"_attributes":{{{NS},"xmlns:xi":"{XINCLUDE}","identifier":"s","title":"S","visible":"true"}},'
        '"xi:include":[{"_attributes":{"href":"a.xml"}}]}}',
    ),
    "include that declares its prefix": (
        f'<qti-assessment-section QTI {SECTION}><xi:include XI href="a.xml"/></qti-assessment-section>',
        f'{{"qti-assessment-section":{{{SECTION_JSON},"xi:include":[{{"_attributes":{{"xmlns:xi":"{XINCLUDE}","href":"a.xml"}}}}]}}}}',
    ),
    "include that declares its namespace": (
        f'<qti-assessment-section QTI {SECTION}><include xmlns="{XINCLUDE}" href="a.xml"/></qti-assessment-section>',
        f'{{"qti-assessment-section":{{{SECTION_JSON},"include":[{{"_attributes":{{"xmlns":"{XINCLUDE}","href":"a.xml"}}}}]}}}}',
    ),
    "prefixes declared where they are used": (
        '<p><m:math xmlns:m="u"><m:mi m:x="1"/></m:math></p>',
        '{"p":{"m:math":{"_attributes":{"xmlns:m":"u"},"m:mi":{"_attributes":{"m:x":"1"}}}}}',
    ),
    "the worked example": (WORKED_XML, WORKED_JSON),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(name: str) -> None:
    """Both ways, by both writers and both readers."""
    source, expected = ROWS[name]
    tree = xml.loads(document(source))
    expected = json.dumps(json.loads(expected), ensure_ascii=False, separators=(",", ":"))
    assert content.dumps(tree) == expected
    assert json.dumps(codec.document(tree), ensure_ascii=False, separators=(",", ":")) == expected
    assert json.dumps(content.unstructure(tree), ensure_ascii=False, separators=(",", ":")) == expected
    back = content.loads(expected, dialect="api")
    assert back == tree
    assert xml.dumps(back) == xml.dumps(tree)
    carefully, *wrong = read_carefully(json.loads(expected), None, "api", False, xml.Limits())
    assert carefully == tree
    assert wrong == [[], [], []]


def test_files(tmp_path: Path) -> None:
    tree = xml.loads(document(WORKED_XML), AssessmentTest)
    content.dump(tree, tmp_path / "test.json", indent=2)
    assert content.load(tmp_path / "test.json", AssessmentTest) == tree
    assert json.loads((tmp_path / "test.json").read_bytes()) == json.loads(WORKED_JSON)
    assert content.load(BytesIO(WORKED_JSON.encode("utf-16"))) == tree
    content.dump(tree, tmp_path / "test.json", "xmltodict")
    assert content.load(tmp_path / "test.json", recover=True).tree != tree  # the order in the section is lost
    assert json.loads((tmp_path / "test.json").read_bytes()) == content.unstructure(tree, "xmltodict")


# -- numbers ---------------------------------------------------------------------------------------------------------------------------

BESIDE = {"10": 10, "0": 0, "1.5": 1.5, "-1.5": -1.5, "0.1": 0.1, "123456789012345": 123456789012345}
INSIDE = ["1.0", "1e2", "INF", "-INF", "-0", "007", "+1", " 1", "1.", ".5", "1.50", "1e22", "0.30000000000000004", "12345678901234567890"]


def outcome(beside: Any = None, inside: Any = None) -> dict[str, Any]:
    attributes = {"xmlns": QTI, "identifier": "S", "cardinality": "single"} | ({} if inside is None else {"normal-minimum": inside})
    return {"qti-outcome-declaration": {"_attributes": attributes} | ({} if beside is None else {"normal-minimum": beside})}


@pytest.mark.parametrize("text", [*BESIDE, *INSIDE])
def test_numbers_are_written_beside_the_attributes_if_that_is_exact(text: str) -> None:
    tree = xml.loads(document(f'<qti-outcome-declaration QTI {OUTCOME} normal-minimum="{text}"/>'))
    number = BESIDE.get(text)
    written = content.unstructure(tree)
    assert written == (outcome(inside=text) if number is None else outcome(beside=number))
    assert type(written["qti-outcome-declaration"].get("normal-minimum")) is type(number)
    assert xml.dumps(content.structure(written)) == xml.dumps(tree)


@pytest.mark.parametrize(
    "value",
    [
        *(outcome(inside=inside) for inside in ("10", 10, "1e1", 10.0)),
        *(outcome(beside=beside) for beside in (10, 10.0, "10", ["10"], [10], {"_": "10"}, {"_": 10}, [{"_": "10"}], {"_text": "10"})),
    ],
    ids=repr,
)
def test_numbers_are_read_from_all_places(value: dict[str, Any]) -> None:
    assert content.structure(value) == OutcomeDeclaration(identifier="S", cardinality="single", normal_minimum=10)  # type: ignore[arg-type]
    assert 'normal-minimum="1' in xml.dumps(content.structure(value))


# -- what is read besides what we write ------------------------------------------------------------------------------------------------


def section(**keys: Any) -> dict[str, Any]:
    return {"qti-assessment-section": {"_attributes": {"xmlns": QTI, "identifier": "s", "title": "S", "visible": "true"}, **keys}}


REF = {"_attributes": {"identifier": "i", "href": "a.xml"}}
REF_TREE = AssessmentItemRef(identifier="i", href="a.xml")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ({"qti-assessment-item-ref": [REF]}, [REF_TREE]),
        ({"qti-assessment-item-ref": REF}, [REF_TREE]),
        ({"qti-assessment-item-ref": []}, []),
        ({"qti-assessment-item-ref": [REF, REF]}, [REF_TREE, REF_TREE]),
        ({"qti-assessment-item-ref": [REF], "_order": [["qti-assessment-item-ref"]]}, [REF_TREE]),
        ({":qti-assessment-item-ref": [REF]}, [REF_TREE]),
        ({"qti-assessment-item-ref": {"_attributes": {"identifier": "i", "href": "a.xml", "required": True}}}, [attrs.evolve(REF_TREE, required=True)]),
        (
            {"qti-assessment-item-ref": {"_attributes": {"identifier": "i", "href": "a.xml", "category": ["x", "y"]}}},
            [attrs.evolve(REF_TREE, category=["x", "y"])],
        ),
    ],
)
def test_children_with_and_without_arrays(written: dict[str, Any], parts: list[Element]) -> None:
    assert content.structure(section(**written)) == AssessmentSection(identifier="s", title="S", visible=True, section_parts=parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["true", True, "1", 1])
def test_scalars_are_read_as_well_as_text(value: object) -> None:
    written = section()
    written["qti-assessment-section"]["_attributes"]["visible"] = value
    assert content.structure(written, AssessmentSection).visible is True


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", ["a"]),
        (5, ["5"]),
        (1.5, ["1.5"]),
        (2.0, ["2"]),
        (True, ["true"]),
        ({}, []),
        ("", []),
        ({"_": ""}, []),
        ({"_order": []}, []),
        ({"_order": ["a", "b"]}, ["ab"]),
        ({"_order": [""]}, []),
        ({"_attributes": {}, "_": ""}, []),
    ],
)
@pytest.mark.filterwarnings("ignore:.*does not say how its text was written:qtimodel.QtiWarning")
def test_texts(value: object, text: list[str]) -> None:
    assert content.structure({"p": value}) == Markup(name="p", namespace=None, content=[*text])


def test_a_class_can_be_asked_for() -> None:
    weight = content.loads(f'{{"qti-weight":{{"_attributes":{{{NS},"identifier":"W","value":2}}}}}}', Weight)
    assert (weight.identifier, weight.value) == ("W", 2.0)
    assert content.structure({"qti-weight": {"_attributes": {"xmlns": QTI, "identifier": "W", "value": "2"}}}, Weight) == weight


def test_entries_of_text_in_a_row_are_one_text() -> None:
    assert content.structure({"p": {"b": "x", "_order": ["a", "b", ["b"], "", "c"]}}) == Markup(
        name="p", namespace=None, content=["ab", Markup(name="b", namespace=None, content=["x"]), "c"]
    )


def test_the_text_for_others_is_not_read_where_there_is_an_order() -> None:
    value = {"p": {"_": "something else", "b": "x", "_order": ["a", ["b"]]}}
    assert content.dumps(content.structure(value)) == '{"p":{"_":"a","b":"x","_order":["a",["b"]]}}'


# -- what must not be guessed in silence -----------------------------------------------------------------------------------------------

GUESSED_TREE = Markup(name="p", namespace=None, content=["a", Markup(name="b", namespace=None, content=["x"])])


def test_guesses_are_one_warning_for_a_document() -> None:
    value = {"div": {"p": [{"_": "a", "b": "x"}, {"_": "c", "i": "y"}]}}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        content.structure(value)
    (warning,) = caught
    assert warning.category is QtiWarning
    assert warning.filename == __file__
    assert str(warning.message) == (
        "this dialect does not say in which order text, `b` stand; they were read in this order (at $['div']['p'][0]) (and 1 more places)"
    )


def test_guesses_are_issues_when_recovering_and_errors_when_strict() -> None:
    tree, issues = content.structure({"p": {"_": "a", "b": "x"}}, recover=True)
    assert tree == GUESSED_TREE
    assert [(issue.code, issue.severity, issue.path) for issue in issues] == [("order", "warning", "$['p']")]
    tree, issues = content.loads('{"p":\n {"_": "a", "b": "x"}}', recover=True, name="p.json")
    assert [(issue.line, issue.column, issue.source) for issue in issues] == [(1, 2, "p.json")]
    with pytest.raises(DocumentError) as caught:
        content.structure({"p": {"_": "a", "b": "x"}}, strict=True)
    assert [(issue.code, issue.severity) for issue in caught.value.issues] == [("order", "error")]


def test_what_is_determined_is_no_guess() -> None:
    """With warnings being errors, as everywhere in these tests."""
    content.structure(json.loads(WORKED_JSON), strict=True)
    content.structure({"p": {"i": "", "b": ""}}, strict=True)


def test_strict_writing() -> None:
    tree = xml.loads("<p>pre <b>x</b> post<!-- c --></p>")
    with pytest.raises(LossyConversionError) as caught:
        content.unstructure(tree, "xml2js", strict=True)
    assert [(loss.path, loss.kind) for loss in caught.value.losses] == [("/p/comment()[1]", "comment"), ("/p", "text-position")]
    assert str(caught.value).splitlines() == list(map(str, content.losses(tree, "xml2js")))
    with pytest.raises(LossyConversionError):
        content.dumps(tree, "xmltodict", strict=True)
    assert content.dumps(tree, strict=True) == content.dumps(tree)
    simple = xml.loads('<p class="c">a</p>')
    for dialect in DIALECTS:
        assert content.unstructure(simple, dialect, strict=True) == content.unstructure(simple, dialect)


# What a dialect loses: XML, dialect, and the losses as path and kind.
LOSSES: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("<p><b/><i/><b/></p>", "xml2js", [("/p", "sibling-order")]),
    ("<p>a<b/></p>", "xmltodict", [("/p", "text-position")]),
    ("<p>a<b/></p>", "xml-js", [("/p", "text-position")]),
    ("<p> a </p>", "xml2js", [("/p", "white-space")]),
    ("<p> a </p>", "xml-js", []),
    ("<p> a </p>", "xml2js-default", []),
    ("<p> </p>", "xml2js", []),
    ("<p> </p>", "xml-js", [("/p", "white-space")]),
    ("<p> </p>", "xmltodict", [("/p", "white-space")]),
    ("<p> <b/> </p>", "xml2js", [("/p", "white-space")]),
    ("<p><!--c--></p>", "xml2js", [("/p/comment()[1]", "comment")]),
    ("<p><!--c--></p>", "xml-js", []),
    ("<p><!----></p>", "xml-js", [("/p/comment()[1]", "comment")]),
    ("<p><?a b?></p>", "xmltodict", [("/p/processing-instruction()[1]", "processing-instruction")]),
    ("<!--c--><p/>", "xml-js", [("/comment()[1]", "comment")]),
    ("<qti-and QTI><qti-null/></qti-and>", "xml2js", [("/qti-and/qti-null[1]", "cardinality")]),
    ("<qti-and QTI><qti-null/></qti-and>", "xml2js-default", []),
    ("<qti-and QTI><qti-null/><qti-null/></qti-and>", "xml2js", []),
    ('<p b="1"/>', "xml2js-inline", [("/p/@b", "lexical-form")]),
    ("<p><class>a</class></p>", "xml2js-inline", [("/p/class[1]", "lexical-form")]),
    ('<p b="1"/>', "xml2js", []),
    ("<p><b/>a<i><!--c--></i></p>", "xml2js", [("/p", "text-position"), ("/p/i[1]/comment()[1]", "comment")]),
    ('<p \u00e9="1"><b/><\u00e9/></p>', "xml2js-inline", [("/p", "sibling-order")]),
]


@pytest.mark.parametrize(("source", "dialect", "expected"), LOSSES)
def test_losses(source: str, dialect: str, expected: list[tuple[str, str]]) -> None:
    assert [(loss.path, loss.kind) for loss in content.losses(xml.loads(document(source)), dialect)] == expected


# -- which dialect it is ---------------------------------------------------------------------------------------------------------------

DETECTED: list[tuple[Any, str, str]] = [
    ({"p": {"$": {"class": "c"}, "b": ["x"]}}, "xml2js-default", '<p class="c"><b>x</b></p>'),
    ({"p": {"@class": "c", "b": None}}, "xmltodict", '<p class="c"><b/></p>'),
    ({"p": {"b": {"#text": "x", "i": None}}}, "xmltodict", "<p><b>x<i/></b></p>"),
    ({"p": {"b": None}}, "xmltodict", "<p><b/></p>"),
    ({"p": {"_attributes": {"class": "c"}, "_text": "x"}}, "xml-js", '<p class="c">x</p>'),
    ({"_declaration": {"_attributes": {"version": "1.0"}}, "p": {"b": {"_cdata": "<x>"}}}, "xml-js", "<p><b>&lt;x&gt;</b></p>"),
    ({"p": {"xmlns": "u", "class": "c", "b": "x"}}, "xml2js-inline", '<p xmlns="u" class="c"><b>x</b></p>'),
    ({"p": {"_attributes": {"class": "c"}, "b": "x"}}, "api", '<p class="c"><b>x</b></p>'),
    ({"div": {"p": [{"_": "<b>x</b>"}], "h1": "y"}}, "built", "<div><p><b>x</b></p><h1>y</h1></div>"),
    ({"div": {"p": [{"_": "<b>x</b> &amp; y"}]}}, "api", "<div><p>&lt;b>x&lt;/b> &amp;amp; y</p></div>"),
    ({"div": {"_attributes": {"width": 3}, "p": "a &lt; b"}}, "api", '<div width="3"><p>a &amp;lt; b</p></div>'),
    ({"p": {"_order": ["<b>"]}}, "api", "<p>&lt;b></p>"),
]


@pytest.mark.filterwarnings("ignore::qtimodel.QtiWarning")
@pytest.mark.parametrize(("value", "dialect", "source"), DETECTED, ids=repr)
def test_dialects_are_recognised(value: Any, dialect: str, source: str) -> None:
    assert dialect_of(value) == dialect
    assert content.structure(value) == xml.loads(source)
    assert content.structure(value, dialect=dialect) == xml.loads(source)
    assert content.loads(json.dumps(value)) == xml.loads(source)


def test_a_dialect_can_be_forced() -> None:
    value = {"p": {"class": "c", "b": "x"}}
    assert content.structure(value, dialect="xml2js-inline") == xml.loads('<p class="c"><b>x</b></p>')
    assert content.structure(value) == xml.loads("<p><class>c</class><b>x</b></p>")
    assert content.structure({"p": "<b>x</b>"}, dialect="built") == xml.loads("<p><b>x</b></p>")
    assert content.structure({"p": "<b>x</b>"}) == Markup(name="p", namespace=None, content=["<b>x</b>"])


# -- dialect built: markup in strings --------------------------------------------------------------------------------------------------


def body(text: str) -> dict[str, Any]:
    return {"qti-item-body": {"_attributes": {"xmlns": QTI}, "div": [{"_": text}]}}


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("plain", "plain"),
        ("<p>a</p>", "<p>a</p>"),
        ("a<br/>b <!-- c -->", "a<br/>b <!-- c -->"),
        ("a &amp; b", "a &amp; b"),
        ("a & b", "a &amp; b"),
        ("<qti-printed-variable identifier='a'/>", "<qti-printed-variable identifier='a'/>"),
    ],
)
def test_markup_in_strings(text: str, inside: str) -> None:
    assert content.structure(body(text), dialect="built") == xml.loads(document(f"<qti-item-body QTI><div>{inside}</div></qti-item-body>"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<p>a", "`p` (line 1) is never closed"),
        ("a < b", "`<` begins a tag"),
        ("&nbsp;", "write `&#160;`"),
        ("<p class=a/>", "`class` has no quotes"),
        ("a</fragment><fragment>b", "is not open"),
        ("a</p>b", "`</p>` closes an element that is not open"),
        ("a<br>b", "write `<br/>`"),
        ("<m:b/>", "prefix"),
    ],
)
def test_broken_markup_in_strings_is_an_error_with_its_path(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        content.structure(body(text), dialect="built")
    (issue,) = caught.value.issues
    assert message in issue.message
    assert issue.path == "$['qti-item-body']['div'][0]"
    with pytest.raises(DocumentError) as caught:
        content.loads(json.dumps(body(text), indent=1), dialect="built")
    assert [(issue.line, issue.column) for issue in caught.value.issues] == [(7, 4)]


def test_text_that_is_no_markup_in_the_model_stays_text() -> None:
    value = {"qti-default-value": {"_attributes": {"xmlns": QTI}, "qti-value": [{"_": "a < b"}]}}
    assert content.structure(value, dialect="built") == xml.loads(document("<qti-default-value QTI><qti-value>a &lt; b</qti-value></qti-default-value>"))


# -- real payloads ---------------------------------------------------------------------------------------------------------------------


def payload(name: str) -> tuple[Any, str]:
    """The `content` and the `rawXml` of a response."""
    response = json.loads(shared_path("payloads", "responses", f"{name}.json").read_bytes())
    return response["content"], response["rawXml"]


def without_layout(source: str) -> str:
    """XML without the white space between tags."""
    return re.sub(r">\s+<", "><", source)


def test_the_test_of_the_server() -> None:
    value, source = payload("get_assessment_test.2025-02-17.test-001")
    assert dialect_of(value) == "xml2js-inline"
    tree = content.structure(value, AssessmentTest, strict=True)
    assert tree == xml.loads(source)
    assert xml.dumps(tree) == xml.dumps(xml.loads(source))


def test_the_item_of_the_server() -> None:
    """Its HTML is in strings. To our model an item is markup, so the layout of its XML is content, and missing in what the server made of it."""
    value, source = payload("get_assessment_item.2025-02-20.item-2")
    assert dialect_of(value) == "built"
    tree, issues = content.structure(value, recover=True)
    assert tree == xml.loads(without_layout(source))
    assert [(issue.severity, issue.path) for issue in issues] == [("warning", "$['qti-assessment-item']['qti-item-body']")]


def test_the_stimulus_of_the_server() -> None:
    """xml2js trims, leaves out layout, and puts all text of a paragraph together: that `Anina` stood before it is lost."""
    value, source = payload("get_stimulus.2025-02-19.Stimulus12")
    tree, issues = content.structure(value, recover=True)
    body = "$['qti-assessment-stimulus']['qti-stimulus-body']"
    assert [(issue.severity, issue.path) for issue in issues] == [("warning", body), ("warning", f"{body}['p'][1]")]
    expected, moved = re.subn(r"<p>(<span [^>]*>Anina</span>) ([^<]*)</p>", r"<p>\2\1</p>", without_layout(source))
    assert moved == 1
    assert tree == xml.loads(expected)
    losses = content.losses(xml.loads(source), "xml2js")
    assert ("/qti-assessment-stimulus/qti-stimulus-body[1]/p[2]", "text-position") in [(loss.path, loss.kind) for loss in losses]
    assert content.unstructure(xml.loads(source), "xml2js") == value


def test_comments_are_nodes() -> None:
    tree = content.structure({"_prolog": [["!", "a"]], "p": {"_order": [["!", "b"]]}})
    assert (tree.extras.before, tree) == ([Comment("a")], Markup(name="p", namespace=None, content=[Comment("b")], extras=tree.extras))


@pytest.mark.parametrize("children", [None, [None], ["x", None]])
def test_a_child_that_is_null_is_not_passed_over(children: Any) -> None:
    """It is listed or refused like any other."""
    with pytest.raises(DocumentError, match="does not list this `b`"):
        content.structure({"p": {"b": children, "_order": ["text", *([["b"]] if isinstance(children, list) and "x" in children else [])]}})
