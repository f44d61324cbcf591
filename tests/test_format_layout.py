"""One layout for all documents: `format` indents what holds elements only, typed or not, and touches no white space that counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from lxml import etree

from qtimodel import Comment, Markup, validation, xml
from qtimodel.cli import main
from qtimodel.cli.layout import arrange, holds_elements_only
from qtimodel.nodes import QTI
from qtimodel.spec import element_class
from qtimodel.testing import assert_same_xml, documents, markup

NS = f'xmlns="{QTI}"'
XS = "{http://www.w3.org/2001/XMLSchema}"

ITEM = f"""<?xml version='1.0'?>
<qti-assessment-item {NS} identifier='i1' title='T' adaptive='false' time-dependent='false'>
    <qti-response-declaration identifier='R' cardinality='single' base-type='identifier'><qti-correct-response>
<qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
 <qti-outcome-declaration identifier='SCORE' cardinality='single' base-type='float'><qti-default-value><qti-value>0</qti-value></qti-default-value>
</qti-outcome-declaration> <!-- the body -->
<qti-item-body><p> Read  <b>this</b>
  twice. </p><div>
     <qti-choice-interaction response-identifier='R' max-choices='1'><qti-prompt> Which  <i>one</i> <b>is</b>
 it?</qti-prompt><qti-simple-choice identifier='A'> one </qti-simple-choice>   <qti-simple-choice identifier='B'><p>two</p> <p>2</p></qti-simple-choice>
</qti-choice-interaction></div><p>In a line <qti-inline-choice-interaction response-identifier='Q'>
<qti-inline-choice identifier='a'>x </qti-inline-choice>
</qti-inline-choice-interaction> it stays.</p>
</qti-item-body><qti-response-processing><qti-response-condition><qti-response-if><qti-match><qti-variable identifier='R'/>
<qti-correct identifier='R'></qti-correct></qti-match><qti-set-outcome-value identifier='SCORE'><qti-base-value base-type='float'>1</qti-base-value>
</qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing></qti-assessment-item>
"""
LAID_OUT = f"""<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item {NS} identifier="i1" title="T" adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="R" cardinality="single" base-type="identifier">
    <qti-correct-response>
      <qti-value>A</qti-value>
    </qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">
    <qti-default-value>
      <qti-value>0</qti-value>
    </qti-default-value>
  </qti-outcome-declaration>
  <!-- the body -->
  <qti-item-body>
    <p> Read  <b>this</b>
  twice. </p>
    <div>
     <qti-choice-interaction response-identifier="R" max-choices="1">
       <qti-prompt> Which  <i>one</i> <b>is</b>
 it?</qti-prompt>
       <qti-simple-choice identifier="A"> one </qti-simple-choice>
       <qti-simple-choice identifier="B"><p>two</p> <p>2</p></qti-simple-choice>
     </qti-choice-interaction></div>
    <p>In a line <qti-inline-choice-interaction response-identifier="Q"><qti-inline-choice identifier="a">x </qti-inline-choice></qti-inline-choice-interaction> it stays.</p>
  </qti-item-body>
  <qti-response-processing>
    <qti-response-condition>
      <qti-response-if>
        <qti-match>
          <qti-variable identifier="R"/>
          <qti-correct identifier="R"/>
        </qti-match>
        <qti-set-outcome-value identifier="SCORE">
          <qti-base-value base-type="float">1</qti-base-value>
        </qti-set-outcome-value>
      </qti-response-if>
    </qti-response-condition>
  </qti-response-processing>
</qti-assessment-item>
"""  # noqa: E501 - running text has no line breaks of ours


def laid_out(document: str | bytes) -> str:
    tree = xml.loads(document, recover=True).tree
    arrange(tree)
    return xml.dumps(tree)


def without_layout(document: str | bytes) -> bytes:
    """Canonical XML without the white space between the children of what holds elements only, as libxml2 sees it."""
    parser = etree.XMLParser(resolve_entities=False, collect_ids=False, huge_tree=True, encoding="utf-8" if isinstance(document, str) else None)
    root = etree.fromstring(document.encode() if isinstance(document, str) else document, parser)
    for node in root.iter("*"):
        namespace, _, name = str(node.tag).rpartition("}")
        texts = [node.text, *(child.tail for child in node)]
        if namespace == f"{{{QTI}" and holds_elements_only(name) and not any(text and text.strip(" \t\r\n") for text in texts):
            node.text = None
            for child in node:
                child.tail = None
    return etree.tostring(root.getroottree(), method="c14n2")


def test_an_item(tmp_path: Path) -> None:
    file = tmp_path / "item.xml"
    file.write_text(ITEM)
    assert CliRunner().invoke(main, ["format", "--check", str(file)]).exit_code == 1
    assert file.read_text() == ITEM
    assert CliRunner().invoke(main, ["format", str(file)]).exit_code == 1
    assert file.read_text() == LAID_OUT
    done = CliRunner().invoke(main, ["format", str(file)])
    assert (done.exit_code, done.output) == (0, "")
    assert without_layout(ITEM) == without_layout(LAID_OUT)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<qti-item-body></qti-item-body>", "\n  <qti-item-body/>\n"),
        ("<qti-item-body> \n </qti-item-body>", "\n  <qti-item-body/>\n"),
        ("<qti-item-body>text <p/> </qti-item-body>", "\n  <qti-item-body>text <p/> </qti-item-body>\n"),
        ('<qti-item-body xml:space="preserve"> <p/> </qti-item-body>', '\n  <qti-item-body xml:space="preserve"> <p/> </qti-item-body>\n'),
        ("<qti-item-body><!--a-->  <?b c?><p/></qti-item-body>", "\n  <qti-item-body>\n    <!--a-->\n    <?b c?>\n    <p/>\n  </qti-item-body>\n"),
        ("<qti-item-body><pre>\n <qti-gap/>\n</pre></qti-item-body>", "\n  <qti-item-body>\n    <pre>\n <qti-gap/>\n</pre>\n  </qti-item-body>\n"),
        ("<qti-unknown> <p/> </qti-unknown>", "\n  <qti-unknown> <p/> </qti-unknown>\n"),
        ('<x:qti-item-body xmlns:x="urn:x"> <x:p/> </x:qti-item-body>', '\n  <x:qti-item-body xmlns:x="urn:x"> <x:p/> </x:qti-item-body>\n'),
        (
            "<qti-item-body><ul> <li>a</li> </ul><math xmlns='http://www.w3.org/1998/Math/MathML'> <mi>x</mi> </math></qti-item-body>",
            '\n  <qti-item-body>\n    <ul> <li>a</li> </ul>\n    <math xmlns="http://www.w3.org/1998/Math/MathML"> <mi>x</mi> </math>\n  </qti-item-body>\n',
        ),
    ],
)
def test_parts_of_items(inside: str, expected: str) -> None:
    begin, end = f'<qti-assessment-item {NS} identifier="i">', "</qti-assessment-item>"
    once = laid_out(begin + inside + end)
    assert once.partition("\n")[2] == begin + expected + end
    assert laid_out(once) == once
    assert without_layout(once) == without_layout(begin + inside + end)


def test_prefixes_and_deep_items() -> None:
    begin, end = "<q:qti-template-block template-identifier='t' identifier='i' show-hide='show'>", "</q:qti-template-block>"
    document = f"<q:qti-item-body xmlns:q='{QTI}'>{begin * 250}<!--c-->{end * 250}</q:qti-item-body>"
    once = laid_out(document)
    assert len(once.splitlines()) == 2 * 251 + 2
    assert laid_out(once) == once
    assert without_layout(once) == without_layout(document)


@given(document=documents() | documents(valid=False))
def test_formatting_changes_nothing_that_counts(document: str | bytes) -> None:
    once = laid_out(document)
    assert laid_out(once) == once
    assert without_layout(once) == without_layout(document)


@given(tree=markup())
def test_markup_that_is_not_qti_stays_as_it_is(tree: Markup) -> None:
    before = xml.dumps(tree)
    if f"<qti-" not in before and ":qti-" not in before:  # noqa: F541
        arrange(tree)
        assert xml.dumps(tree) == before
    assert without_layout(laid_out(before)) == without_layout(before)


def test_tests_stay_as_the_writer_has_them() -> None:
    section = f"""<qti-assessment-section {NS} identifier="s" title="T" visible="true"><!--a--><qti-rubric-block view="author"><qti-content-body>
    <p>x</p> <p>y</p></qti-content-body></qti-rubric-block><qti-assessment-item-ref identifier="i" href="h"/></qti-assessment-section>"""
    assert laid_out(section) == xml.dumps(xml.loads(section))
    tree = Markup(name="qti-item-body", content=[Markup(name="p", content=[" a "]), Comment("c")])
    arrange(tree)
    assert_same_xml(xml.dumps(tree), f"<qti-item-body {NS}>\n  <p> a </p>\n  <!--c-->\n</qti-item-body>")


# -- the schema says what holds elements only ---------------------------------------------------------------------------------


def kinds() -> dict[str, set[str]]:
    """What the types of each element of the bundled schema hold."""
    types: dict[str | None, Any] = {}
    elements: dict[str, list[Any]] = {}
    for file in Path(validation.schema_path()).parent.glob("*.xsd"):
        root = etree.parse(file).getroot()
        if root.get("targetNamespace") == QTI:
            types |= {found.get("name"): found for found in root.findall(f"{XS}complexType")}
            for found in root.iter(f"{XS}element"):
                if found.get("name") is not None:
                    own = found.find(f"{XS}complexType")
                    elements.setdefault(str(found.get("name")), []).append(own if own is not None else found.get("type"))

    def kind(declared: Any) -> str:
        node = types.get(declared.rpartition(":")[2]) if isinstance(declared, str) else declared
        if node is None or node.find(f"{XS}simpleContent") is not None:
            return "simple"
        content = node.find(f"{XS}complexContent")
        if node.get("mixed") == "true" or (content is not None and content.get("mixed") == "true"):
            return "mixed"
        holder = node if content is None else content[0]
        inherited = "empty" if content is None else kind(holder.get("base"))
        has_own = any(child.tag in [f"{XS}{name}" for name in ("sequence", "choice", "group", "all")] for child in holder)
        return "elements" if inherited == "empty" and has_own else inherited

    return {name: {kind(declared) for declared in every} for name, every in elements.items()}


def test_what_holds_elements_only_is_what_the_schema_says() -> None:
    of_schema = {name for name, every in kinds().items() if name.startswith("qti-") and every == {"elements"}}
    assert len(of_schema) > 100
    assert {name for name in kinds() if name.startswith("qti-") and holds_elements_only(name)} == of_schema
    assert not any(holds_elements_only(name) for name in ("p", "div", "qti-prompt", "qti-unknown", "qti-gap"))
    assert any(element_class(name) is None for name in of_schema)
