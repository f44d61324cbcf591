"""What the tools of others make of XML with their options: it is read to the tree of that XML, or something is said. Never another tree in silence.

Strategy: the tools are the oracles (`oracles/options.mjs`), every combination of options that changes what they make is a request. White space at
the ends of texts and between tags, comments and processing instructions, which most of them leave out without a trace, do not count.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from qtimodel import DocumentError, Element, Markup, content, xml
from qtimodel.nodes import QTI
from qtimodel.testing import canonical

ORACLES = Path(__file__).parent / "oracles"
Request: TypeAlias = "dict[str, Any]"

SECTION = f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="%s" visible="true">%s</qti-assessment-section>'
STIMULUS = f'<qti-assessment-stimulus xmlns="{QTI}" identifier="s" title="t"><qti-stimulus-body>%s</qti-stimulus-body></qti-assessment-stimulus>'
REF = '<qti-assessment-item-ref identifier="%s" href="%s.xml"/>'
DOCUMENTS = {
    "one of each": SECTION % ("t", '<qti-selection select="1"/>' + REF % ("a", "a")),
    "in turns": SECTION % ("t", REF % ("a", "a") + '<qti-assessment-section identifier="b" title="u" visible="false"/>' + REF % ("c", "c")),
    "two of a kind": SECTION % ("t", REF % ("a", "a") + REF % ("b", "b")),
    "declaration, comment, instruction": '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->\n<?go there?>\n' + SECTION % ("t", REF % ("a", "a")),
    "mixed": STIMULUS % "<p>pre <b>x</b> post</p>",
    "markup in turns": STIMULUS % "<p>a</p><div>b</div><p>c</p>",
    "phrases": STIMULUS % "<p>a <b>x</b> <i>y</i></p>",
    "escaped markup": STIMULUS % '<p class="c">Is &lt;i>x&lt;/i> slanted?</p><p>&lt;b>y&lt;/b></p>',
    "escaped markup where no text may be": STIMULUS % "&lt;p>x&lt;/p>",
    "attribute": STIMULUS % '<table><tr><th abbr="Nr"/></tr></table>',
    "child": STIMULUS % "<table><tr><th><abbr>Nr</abbr></th></tr></table>",
    "label": STIMULUS % "<div><label>Nr</label></div>",
    "numbers": SECTION % ("1.50", "") + "",
    "numbers in text": STIMULUS % '<p title="007">1.50</p><p>0x1F</p><p>true</p>',
    "prefixes": STIMULUS % '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi xml:lang="en">x</m:mi></m:math>',
    "empty": STIMULUS % "<p/><hr/>",
    "line ends": STIMULUS % "<p>one\r\ntwo</p>",
    "no namespace": '<qti-assessment-section identifier="s" title="t" visible="true"/>',
    "CDATA": STIMULUS % "<p><![CDATA[a < b]]></p>",
    "content MathML": STIMULUS % '<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><plus/><ci>x</ci><cn>2</cn></apply></math>',
}


def options(**values: list[Any]) -> Iterator[dict[str, Any]]:
    """All combinations; an option that is `None` is left out."""
    for row in product(*values.values()):
        yield {name: value for name, value in zip(values, row, strict=True) if value is not None}


OPTIONS: dict[str, list[dict[str, Any]]] = {
    "xml2js": [
        *options(explicitArray=[None, False], attrkey=[None, "_attributes"], explicitCharkey=[None, True], trim=[None, True], numbers=[None, True]),
        *options(mergeAttrs=[True], explicitArray=[None, False], explicitCharkey=[None, True], numbers=[None, True]),
        *options(
            explicitChildren=[True],
            preserveChildrenOrder=[None, True],
            charsAsChildren=[None, True],
            includeWhiteChars=[None, True],
            explicitArray=[None, False],
            attrkey=[None, "_attributes"],
        ),
        *options(ignoreAttrs=[True], explicitRoot=[None, False]),
        *options(explicitRoot=[False], mergeAttrs=[None, True]),
        *options(xmlns=[True]),
        *options(normalize=[True], normalizeTags=[None, True]),
        *options(attrkey=["@", "attributes", "attr"], charkey=["#", "_"]),
        *options(charkey=["#text", "_text", "$t"]),
    ],
    "xml-js": [
        *options(compact=[True, False], nativeType=[None, True], nativeTypeAttributes=[None, True], alwaysArray=[None, True], trim=[None, True]),
        *options(compact=[True, False], ignoreDeclaration=[True], ignoreComment=[True], captureSpacesBetweenElements=[None, True]),
        *options(compact=[True, False], attributesKey=["$", "attr"], textKey=["_", "#text"]),
        *options(compact=[True, False], ignoreAttributes=[True]),
    ],
    "fast-xml-parser": [
        *options(
            ignoreAttributes=[False],
            attributeNamePrefix=[None, "_", "", "@"],
            parseTagValue=[None, False],
            parseAttributeValue=[None, True],
            trimValues=[None, False],
            preserveOrder=[None, True],
        ),
        *options(ignoreAttributes=[False], attributesGroupName=["$", "_attributes", "@", ":@"], attributeNamePrefix=[None, ""], textNodeName=[None, "_", "$t"]),
        *options(ignoreAttributes=[False], commentPropName=["#comment", "__comment"], cdataPropName=["__cdata", "#cdata"], preserveOrder=[None, True]),
        *options(ignoreAttributes=[False], alwaysCreateTextNode=[True], preserveOrder=[None, True]),
        *options(ignoreAttributes=[None], preserveOrder=[None, True]),
        *options(ignoreAttributes=[False], removeNSPrefix=[True], preserveOrder=[None, True]),
    ],
}


@cache
def made() -> list[tuple[str, str, dict[str, Any], Any]]:
    """Name of the document, tool, options and what the tool makes of it."""
    node = shutil.which("node")
    if node is None or not (ORACLES / "node_modules").is_dir():
        pytest.skip("needs node, and the tools of npm: npm ci --prefix tests/oracles")
    asked = [(name, tool, row) for tool, rows in OPTIONS.items() for row in rows for name in DOCUMENTS]
    requests = json.dumps([{"tool": tool, "options": row, "xml": DOCUMENTS[name]} for name, tool, row in asked])
    done = subprocess.run([node, str(ORACLES / "options.mjs")], input=requests.encode(), stdout=subprocess.PIPE, check=True)
    results = json.loads(done.stdout)
    return [(*request, result["value"]) for request, result in zip(asked, results, strict=True) if "value" in result]


def essence(tree: Element | Markup) -> Any:
    """A tree without what tools leave out without a trace."""
    from lxml import etree

    root = etree.fromstring(canonical(xml.dumps(tree)).encode())
    return _essence(root)


def _essence(element: Any) -> Any:
    pieces: list[Any] = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            pieces += [_essence(child), child.tail or ""]
        else:
            pieces[-1] += child.tail or ""
    texts = [" ".join(piece.split()) if isinstance(piece, str) else piece for piece in pieces]
    return str(element.tag), dict(element.attrib), [piece for piece in texts if piece]


def outcome(name: str, value: Any) -> str:
    """What reading does: `refused`, `guessed`, `read`, or `another tree`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = content.structure(value)
        except DocumentError:
            return "refused"
    text = content.loads(json.dumps(value), recover=True)
    assert text.tree == tree
    assert bool(text.issues) == bool(caught)
    if caught:
        with pytest.raises(DocumentError):
            content.structure(value, strict=True)
        return "guessed"
    if content.unstructure(tree) == value:
        return "read"  # our own writer makes the same of this tree: whoever wrote it, it is in our dialect
    assert content.structure(content.unstructure(tree), dialect="api") == tree
    return "read" if essence(tree) == essence(xml.loads(DOCUMENTS[name], recover=True).tree) else "another tree"


OF_XMLTODICT = [
    *options(attr_prefix=[None, "@_", "_", "", "-", "$"], cdata_key=[None, "_", "_text", "$t"], force_cdata=[None, True], strip_whitespace=[None, False]),
    *options(process_comments=[True], force_list=[None, True], postprocessor=[None, "numbers"]),
    *options(process_namespaces=[True], xml_attribs=[None, False]),
    *options(xml_attribs=[False]),
]


def test_never_another_tree_of_xmltodict() -> None:
    xmltodict = pytest.importorskip("xmltodict")

    def numbers(path: object, key: str, data: Any) -> tuple[str, Any]:
        try:
            return key, float(data)
        except (TypeError, ValueError):
            return key, data

    outcomes: Counter[str] = Counter()
    wrong = []
    for row, name in product(OF_XMLTODICT, DOCUMENTS):
        given = {key: numbers if value == "numbers" else value for key, value in row.items()}
        value = json.loads(json.dumps(xmltodict.parse(DOCUMENTS[name], **given)))
        found = outcome(name, value)
        outcomes[found] += 1
        if found == "another tree":
            wrong.append((name, row, json.dumps(value)[:600]))
    assert wrong == []
    assert outcomes["read"] > sum(outcomes.values()) / 5


@pytest.mark.parametrize("tool", OPTIONS)
def test_never_another_tree_in_silence(tool: str) -> None:
    outcomes: Counter[str] = Counter()
    wrong = []
    for name, made_by, row, value in made():
        if made_by == tool:
            found = outcome(name, value)
            outcomes[found] += 1
            if found == "another tree":
                wrong.append((name, row, json.dumps(value)[:600]))
    if not outcomes:
        pytest.skip(f"needs {tool}: npm ci --prefix tests/oracles")
    assert wrong == []
    assert outcomes["read"] > sum(outcomes.values()) / 5
