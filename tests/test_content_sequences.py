"""The dialects that keep all order are read to the very tree: xml-js that is not compact, fast-xml-parser with `preserveOrder`, xml2js with
`explicitChildren`. What they do not say, and what contradicts itself, is said.
"""

from __future__ import annotations

import json
from typing import Any, cast
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_content_recognised import guessed, refused, sure

from qtimodel import AssessmentSection, DocumentError, Element, Markup, content, xml
from qtimodel.content.recognise import dialect_of
from qtimodel.nodes import QTI, Comment, ProcessingInstruction
from qtimodel.testing import markup, trees
from qtimodel.validation import validate

# White space that a tool keeps shows that it leaves none out.
SOURCE = (
    f'<qti-assessment-stimulus xmlns="{QTI}" identifier="s" title="t"><qti-stimulus-body><p class="c">pre <b>x</b> mid <i/> post</p><div>a</div><p>b </p>'
    '<math xmlns="http://www.w3.org/1998/Math/MathML" xml:lang="en"><mi>x</mi></math></qti-stimulus-body></qti-assessment-stimulus>'
)


def full(node: Any) -> dict[str, Any]:
    """As xml-js has it."""
    name, attributes, children = raw(node)
    made: dict[str, Any] = {"type": "element", "name": name}
    if attributes:
        made["attributes"] = attributes
    if children:
        made["elements"] = [{"type": "text", "text": child} if isinstance(child, str) else full(child) for child in children]
    return made


def ordered(node: Any) -> dict[str, Any]:
    """As fast-xml-parser has it."""
    name, attributes, children = raw(node)
    made: dict[str, Any] = {name: [{"#text": child} if isinstance(child, str) else ordered(child) for child in children]}
    if attributes:
        made[":@"] = {f"@_{key}": text for key, text in attributes.items()}
    return made


def children(node: Any) -> dict[str, Any]:
    """As xml2js has it."""
    name, attributes, content = raw(node)
    made: dict[str, Any] = {"#name": name}
    if attributes:
        made["$"] = attributes
    if content:
        made["$$"] = [{"#name": "__text__", "_": child} if isinstance(child, str) else children(child) for child in content]
    return made


def raw(element: Any) -> tuple[str, dict[str, str], list[Any]]:
    """Name, attributes and content of an element of lxml."""
    from lxml import etree

    name = etree.QName(element)
    attributes = {key.replace("{http://www.w3.org/XML/1998/namespace}", "xml:"): text for key, text in element.attrib.items()}
    parent = element.getparent()
    if parent is None or etree.QName(parent).namespace != name.namespace:
        attributes = {"xmlns": str(name.namespace)} | attributes
    content = [element.text, *(piece for child in element for piece in (child, child.tail))]
    return name.localname, attributes, [piece for piece in content if piece is not None and piece != ""]


def root() -> Any:
    from lxml import etree

    return etree.fromstring(SOURCE)


def documents() -> dict[str, Any]:
    top = children(root())
    return {"xml-js-full": {"elements": [full(root())]}, "fast-xml-parser-ordered": [ordered(root())], "xml2js-children": {top.pop("#name"): top}}


@pytest.mark.parametrize("dialect", ["xml-js-full", "fast-xml-parser-ordered", "xml2js-children"])
def test_the_very_tree(dialect: str) -> None:
    value = documents()[dialect]
    assert dialect_of(value) == dialect
    for options in ({}, {"dialect": dialect}):
        assert content.structure(value, strict=True, **options) == xml.loads(SOURCE)  # type: ignore[call-overload]
        assert content.loads(json.dumps(value), strict=True, **options) == xml.loads(SOURCE)  # type: ignore[call-overload]
    assert [issue for issue in validate(json.dumps(value)) if issue.code in ("json", "order", "dialect")] == []


@pytest.mark.parametrize("prefix", ["@_", "@", "_", ""])
def test_prefixes_where_order_is_kept(prefix: str) -> None:
    value = json.loads(json.dumps([ordered(root())]).replace('"@_', f'"{prefix}'))
    assert content.structure(value, strict=True) == xml.loads(SOURCE)


@pytest.mark.parametrize("declaration", [{"attributes": {"version": "1.0"}}, {"attributes": {"version": "1.0", "encoding": "utf-8", "standalone": "yes"}}, {}])
def test_declarations(declaration: Any) -> None:
    assert sure({"declaration": declaration, **documents()["xml-js-full"]})
    attributes = {f"@_{name}": text for name, text in declaration.get("attributes", {}).items()}
    assert sure([{"?xml": [{"#text": ""}], ":@": attributes}, *documents()["fast-xml-parser-ordered"]])


def test_comments_instructions_and_cdata() -> None:
    expected = "<!-- a --><p><?go there?>x &lt;y&gt;<!--b--></p><?end?>"
    nodes: list[Any] = [
        {"type": "comment", "comment": " a "},
        {
            "type": "element",
            "name": "p",
            "elements": [
                {"type": "instruction", "name": "go", "instruction": "there"},
                {"type": "text", "text": "x "},
                {"type": "cdata", "cdata": "<y>"},
                {"type": "comment", "comment": "b"},
            ],
        },
        {"type": "instruction", "name": "end"},
    ]
    assert sure({"elements": nodes}).replace("\n", "").endswith(expected)
    nodes = [
        {"#comment": [{"#text": " a "}]},
        {"p": [{"?go": [{"#text": ""}], ":@": {"@_a": "1"}}, {"#text": "x "}, {"__cdata": [{"#text": "<y>"}]}, {"#comment": [{"#text": "b"}]}]},
    ]
    tree: Any = content.structure(nodes, strict=True)
    assert tree == Markup(name="p", namespace=None, content=[ProcessingInstruction("go", 'a="1"'), "x <y>", Comment("b")], extras=tree.extras)
    assert tree.extras.before == [Comment(" a ")]


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        ({"elements": [{"type": "element", "name": "p", "nodes": []}]}, "`nodes` is no key", "$['elements'][0]['nodes']"),
        ({"elements": [{"type": "element", "name": "p", "elements": {}}]}, "expected an array", "$['elements'][0]['elements']"),
        (
            {"elements": [{"type": "element", "name": "p", "elements": [{"type": "x"}]}]},
            "expected an object with the `type`",
            "$['elements'][0]['elements'][0]",
        ),
        ({"elements": [{"type": "element", "name": "p", "attributes": []}]}, "expected an object of texts", "$['elements'][0]['attributes']"),
        ({"elements": [{"type": "element", "name": "a b"}]}, "is no name of an element", "$['elements'][0]"),
        ({"elements": [{"type": "element", "name": "p"}, {"type": "element", "name": "q"}]}, "one root, found 2", "$"),
        ({"elements": [{"type": "text", "text": "x"}, {"type": "element", "name": "p"}]}, "is beside the root", "$['elements'][0]"),
        ({"elements": [{"type": "doctype", "doctype": "p"}, {"type": "element", "name": "p"}]}, "document type", "$['elements'][0]"),
        ({"declaration": {"x": "y"}, "elements": [{"type": "element", "name": "p"}]}, "XML declaration", "$['declaration']"),
        ([{"p": [{"a": [], "b": []}]}], "object of one key", "$[0]['p'][0]"),
        ([{"p": ["x"]}], "object of one key", "$[0]['p'][0]"),
        ([{"p": [{"b": "x"}]}], "expected an array", "$[0]['p'][0]['b']"),
        ([{"p": [], ":@": []}], "expected an object of texts", "$[0][':@']"),
        ([{"p": []}, {"q": []}], "one root, found 2", "$"),
        ([{"p": [{"#comment": [{"b": []}]}]}], "expected an array of texts", "$[0]['p'][0]['#comment']"),
        ({"p": {"$$": "x"}}, "expected an array or object", "$['p']['$$']"),
        ({"p": {"$$": ["x"]}}, "its `#name`", "$['p']['$$'][0]"),
        ({"p": {"$$": [{"#name": "b", "_": "x"}], "b": ["y"]}}, "is not what `$$` has", "$['p']['b']"),
        ({"p": {"$$": [{"#name": "b", "_": "x"}], "c": ["x"]}}, "is not what `$$` has", "$['p']['c']"),
        ({"p": {"$$": [{"#name": "__text__", "_": "x"}], "_": "y"}}, "another text", "$['p']['_']"),
        ({"p": {"$$": {"b": "x"}, "b": "y"}}, "beside `$$` and in it", "$['p']['$$']['b']"),
    ],
)
def test_what_is_wrong_has_its_path(value: Any, reason: str, path: str) -> None:
    refused(value, reason)
    with pytest.raises(DocumentError) as caught:
        content.structure(value)
    assert path in [issue.path for issue in caught.value.issues]


# -- any document ----------------------------------------------------------------------------------------------------------------------


class Built:
    """A document as the three tools have it, by expat alone: no reader of ours is between it and its expectation."""

    def __init__(self, source: str) -> None:
        self.full: list[Any] = []
        self.ordered: list[Any] = []
        self.children: list[Any] = []
        self.others = False
        stack: list[tuple[list[Any], list[Any], list[Any]]] = [(self.full, self.ordered, self.children)]

        def start(name: str, attributes: dict[str, str]) -> None:
            add = {"type": "element", "name": name, "attributes": attributes, "elements": []}
            stack[-1][0].append(add)
            node: dict[str, Any] = {name: []} | ({":@": {f"@_{key}": text for key, text in attributes.items()}} if attributes else {})
            stack[-1][1].append(node)
            child: dict[str, Any] = {"#name": name, "$": attributes, "$$": []}
            stack[-1][2].append(child)
            stack.append((cast("list[Any]", add["elements"]), node[name], child["$$"]))

        def text(data: str) -> None:
            stack[-1][0].append({"type": "text", "text": data})
            stack[-1][1].append({"#text": data})
            stack[-1][2].append({"#name": "__text__", "_": data})

        def comment(data: str) -> None:
            self.others = True
            stack[-1][0].append({"type": "comment", "comment": data})
            stack[-1][1].append({"#comment": [{"#text": data}]})

        def instruction(target: str, data: str) -> None:
            self.others = True
            stack[-1][0].append({"type": "instruction", "name": target, "instruction": data})
            stack[-1][1].append({f"?{target}": [{"#text": ""}], ":@": data})  # the tool has attributes only; a text is as good

        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.CharacterDataHandler = start, text
        parser.EndElementHandler = lambda name: stack.pop()
        parser.CommentHandler, parser.ProcessingInstructionHandler = comment, instruction
        parser.Parse(source, True)


@settings(max_examples=settings().max_examples * 4)
@given(tree=st.one_of(markup(), trees(AssessmentSection, valid=False)))
def test_any_document_is_read_to_the_very_tree(tree: Any) -> None:
    source = xml.dumps(tree)
    built = Built(source)
    expected = xml.loads(source, recover=True).tree
    values: list[Any] = [{"elements": built.full}, built.ordered]
    if not built.others:
        (top,) = built.children
        values.append({top["#name"]: top})
    for value in values:
        found, issues = content.structure(value, recover=True)
        assert found == expected
        assert content.loads(json.dumps(value), recover=True).tree == expected
        certain = [issue for issue in issues if issue.code not in ("white-space", "namespace", "carriage-return", "line-break", "reference")]
        assert sorted(issue.message for issue in certain) == sorted(issue.message for issue in xml.loads(source, recover=True).issues)


# -- what is left out without a trace --------------------------------------------------------------------------------------------------


def test_white_space_that_may_have_been_cut_off() -> None:
    assert guessed([{"p": [{"#text": "pre"}, {"b": [{"#text": "x"}]}, {"#text": "post"}]}], "may have left out white space").endswith("<p>pre<b>x</b>post</p>")
    sure([{"p": [{"#text": "pre "}, {"b": [{"#text": "x"}]}, {"#text": "post"}]}])
    sure([{"p": [{"#text": "pre"}]}])


def test_white_space_between_phrases() -> None:
    phrases = [{"type": "element", "name": "b"}, {"type": "element", "name": "i"}]
    assert guessed({"elements": [{"type": "element", "name": "p", "elements": phrases}]}, "may have left out white space").endswith("<p><b/><i/></p>")
    space = {"type": "text", "text": " "}
    sure({"elements": [{"type": "element", "name": "p", "elements": [phrases[0], space, phrases[1]]}]})
    sure({"elements": [{"type": "element", "name": "div", "elements": [{"type": "element", "name": "p"}, {"type": "element", "name": "p"}]}]})


def test_text_whose_place_is_not_said() -> None:
    value = {"p": {"_": "pre post", "$$": [{"#name": "b", "_": "x"}], "b": ["x"]}}
    assert guessed(value, "does not say where the text is", "charsAsChildren").endswith("<p>pre post<b>x</b></p>")


def test_children_in_an_object() -> None:
    value = {"p": {"$": {"class": "c"}, "$$": {"b": ["x"]}}}
    assert sure(value).endswith('<p class="c"><b>x</b></p>')
    assert guessed({"p": {"$": {"class": "c"}, "_": "a", "$$": {"b": ["x"]}}}, "in which order")


def test_attributes_under_our_key() -> None:
    value = {"p": {"_attributes": {"class": "c"}, "#name": "p", "$$": [{"#name": "b", "_attributes": {"id": "x"}}], "b": {"_attributes": {"id": "x"}}}}
    assert sure(value).endswith('<p class="c"><b id="x"/></p>')


def test_what_holds_itself() -> None:
    array: list[Any] = [{"p": []}]
    array[0]["p"] = array
    node: dict[str, Any] = {"type": "element", "name": "p"}
    node["elements"] = [node]
    child: dict[str, Any] = {"#name": "p"}
    child["$$"] = [child]
    copied: dict[str, Any] = {"#name": "p"}
    copied |= {"$$": [copied], "p": [copied]}
    for value in (array, {"elements": [node]}, {"p": child}, {"p": copied}):
        with pytest.raises(DocumentError):
            content.structure(value)


@pytest.mark.parametrize("depth", [200, 257])
def test_depth(depth: int) -> None:
    node: dict[str, Any] = {"type": "element", "name": "p"}
    array: dict[str, Any] = {"p": []}
    child: dict[str, Any] = {"#name": "p"}
    for _ in range(depth - 1):
        node, array, child = {"type": "element", "name": "p", "elements": [node]}, {"p": [array]}, {"#name": "p", "$$": [child]}
    for value in ({"elements": [node]}, [array], {"p": child}):
        if depth < 256:
            assert isinstance(content.structure(value, strict=True), (Element, Markup))
        else:
            with pytest.raises(DocumentError, match="more than 256 nested elements"):
                content.structure(value)
