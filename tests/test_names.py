"""One rule for names, whatever they come from: what is accepted can be written, and what is written can be read."""

from __future__ import annotations

import warnings
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from qtimodel import ApiError, DocumentError, Element, Markup, ModelError, ProcessingInstruction, QtiError, QtiWarning, Weight, api, content, xml
from qtimodel.nodes import QTI, XML, Form
from qtimodel.validation import validate
from qtimodel.xml.name_characters import is_name

# As every parser has it: letters of all scripts, and what may follow them.
GOOD = ["a", "_", "größe", "Ж", "日本", "a-b.c", "a1", "ä·", "e\u0301", "a\u0660", "\u0e01\u0e31", "한", "\u3007", "x" * 500]
# Letters of the fifth edition only, characters beyond the first 65,536, what no edition has, and what may not come first.
BAD = [
    *("a\u203f", "b\u0221", "\u00d7", "a\U00010000", "\U00010000", "\u0370", "a\u2c00", "\u1e9e", "p\u0487", "1a", "-a", ".a", "\u0301", "\u0660", "·"),
    *("", " ", "a b", "a<", "a>", 'a"', "a&", "a=", "a/", "a\n", "a\n ", "a\x00", "a\ud800", "a\ufffe", "a:b:c", ":a", "a:", "::"),
]


def parsers_accept(name: str) -> bool:
    try:
        data = f"<{name}/>".encode()
        expat.ParserCreate("utf-8").Parse(data, True)
        return bool(etree.fromstring(data).tag == name)
    except (expat.ExpatError, etree.XMLSyntaxError, UnicodeEncodeError):
        return False


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    assert is_name(name)
    assert parsers_accept(name)


@pytest.mark.parametrize("name", BAD)
def test_bad(name: str) -> None:
    assert not is_name(name)
    assert not parsers_accept(name)


def test_every_character() -> None:
    """The rule is what expat and libxml2 have in common. One document for many characters, as long as it is read."""
    for first in range(0x80, 0x10000, 64):
        letters = [chr(code) for code in range(first, first + 64) if not 0xD800 <= code < 0xE000]
        starts = [letter for letter in letters if is_name(letter)]
        others = [letter for letter in letters if is_name("a" + letter)]
        assert set(starts) <= set(others)
        elements = "".join([f"<{letter}/>" for letter in starts] + [f"<a{letter}/>" for letter in others])
        document = f"<r>{elements}</r>".encode()
        expat.ParserCreate("utf-8").Parse(document, True)
        etree.fromstring(document)
        for letter in letters[:: 1 if first < 0x400 else 16]:
            assert parsers_accept(letter) == is_name(letter)
            assert parsers_accept("a" + letter) == is_name("a" + letter)
    for code in (0x10000, 0x1D400, 0x20000, 0xE0100, 0x10FFFF):
        assert not is_name("a" + chr(code))


# -- every door: a name becomes a tree, or is refused ---------------------------------------------------------------------------------------


def weight(**fields: Any) -> Weight:
    return Weight(identifier="w", value=1, **fields)


def typed(key: str) -> Element:
    tree = weight()
    tree.extras.attributes[key] = "v"
    return tree


def with_instruction(target: str) -> Element:
    tree = weight()
    tree.extras.before.append(ProcessingInstruction(target, "x"))
    return tree


def from_json(document: Any, **options: Any) -> Element | Markup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QtiWarning)  # an odd name may look like a key of another dialect
        read: Element | Markup = content.structure(document, **options)
    return read


def lxml_element(name: str) -> etree._Element:
    root = etree.Element("a", attrib={"{urn:x}" + name: "v"})
    root.append(etree.Element(name, attrib={name: "v"}))
    return root


TREES: dict[str, Any] = {
    "element": lambda name: Markup(name=name),
    "element elsewhere": lambda name: Markup(name=name, namespace="urn:x"),
    "attribute": lambda name: Markup(name="a", attributes={name: "v"}),
    "attribute of xml": lambda name: Markup(name="a", attributes={"xml:" + name: "v"}),
    "attribute elsewhere": lambda name: Markup(name="a", attributes={"{urn:x}" + name: "v"}),
    "attribute of a typed element": typed,
    "attribute elsewhere of a typed element": lambda name: typed("{urn:x}" + name),
    "prefix": lambda name: Markup(name="a", namespace="urn:x", form=Form(prefix=name)),
    "prefix of a typed element": lambda name: weight(form=Form(prefix=name)),
    "declaration": lambda name: Markup(name="a", form=Form(fixed={"xmlns:" + name: "urn:x"})),
    "written attribute": lambda name: Markup(name="a", attributes={"{urn:x}a": "v"}, form=Form(names=(name + ":a",), fixed={"xmlns:" + name: "urn:x"})),
    "target": with_instruction,
    "target in markup": lambda name: Markup(name="a", content=[ProcessingInstruction(name)]),
}
JSON: dict[str, Any] = {
    "root": lambda name: from_json({name: {"_attributes": {"xmlns": QTI}}}),
    "child": lambda name: from_json({"p": {"_attributes": {"xmlns": QTI}, name: {"_text": "x"}}}),
    "attribute": lambda name: from_json({"p": {"_attributes": {"xmlns": QTI, name: "x"}}}),
    "attribute of a typed element": lambda name: from_json({"qti-weight": {"_attributes": {"xmlns": QTI, "identifier": "w", "value": "1", name: "x"}}}),
    "prefix": lambda name: from_json({name + ":p": {"_attributes": {"xmlns:" + name: "urn:x"}}}),
    "prefix of an attribute": lambda name: from_json({"p": {"_attributes": {"xmlns:" + name: "urn:x", name + ":a": "x"}}}),
    "attribute in another dialect": lambda name: from_json({"p": {"@xmlns": QTI, "@" + name: "x"}}),
    "child in another dialect": lambda name: from_json({"p": {"@xmlns": QTI, name: {"#text": "x"}}}),
    "target": lambda name: from_json({"p": {"_attributes": {"xmlns": QTI}, "_order": [["?", name, "x"]]}}),
}
TEXTS: dict[str, Any] = {
    "element": lambda name: xml.loads(f"<{name}/>"),
    "child": lambda name: xml.loads(f"<a><{name}/></a>"),
    "attribute": lambda name: xml.loads(f"<a {name}='v'/>"),
    "attribute of xml": lambda name: xml.loads(f"<a xml:{name}='v'/>"),
    "prefixed": lambda name: xml.loads(f"<p:{name} xmlns:p='urn:x'/>"),
    "prefixed attribute": lambda name: xml.loads(f"<a xmlns:p='urn:x' p:{name}='v'/>"),
    "prefix": lambda name: xml.loads(f"<{name}:a xmlns:{name}='urn:x'/>"),
    "prefix of an attribute": lambda name: xml.loads(f"<a xmlns:{name}='urn:x' {name}:b='v'/>"),
    "declaration": lambda name: xml.loads(f"<a xmlns:{name}='urn:x'/>"),
    "target": lambda name: xml.loads(f"<a><?{name} x?></a>"),
    "target before the root": lambda name: xml.loads(f"<?{name} x?><a/>"),
    "lxml": lambda name: xml.structure(lxml_element(name)),
}
DOORS = {f"{kind}: {title}": make for kind, doors in (("tree", TREES), ("json", JSON), ("text", TEXTS)) for title, make in doors.items()}


def check(make: Any, name: str) -> bool:
    """Whether a door accepts a name; if so, the tree can be written and read."""
    try:
        tree = make(name)
        written = xml.dumps(tree)
    except (QtiError, ValueError) as error:
        problem: Exception | None = error
    else:
        problem = None
    if problem is not None:
        assert isinstance(problem, QtiError) or make is TEXTS["lxml"]  # lxml refuses what it does not know by itself
        assert not isinstance(problem, ModelError) or make in TREES.values(), f"read, but not written: {problem}"
        return False
    read = xml.loads(written)
    assert read == tree
    assert xml.dumps(read) == written
    assert etree.fromstring(written.encode()) is not None
    assert content.loads(content.dumps(tree), dialect="api") == tree
    return True


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", GOOD)
def test_good_at_every_door(door: str, name: str) -> None:
    if name == "_" and door.startswith("json"):
        pytest.skip("a key of a dialect")
    for _ in range(2):  # the first time, and when it is known
        assert check(DOORS[door], name)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", [name for name in BAD if name.strip() == name])
def test_bad_at_every_door(door: str, name: str) -> None:
    make = DOORS[door]
    if door.startswith("text") and " " in name:
        pytest.skip("another document")
    for _ in range(2):
        accepted = check(make, name)
        if not accepted:
            continue
        # What a door makes of it must mean something else: a key of the dialect, a declaration, nothing at all.
        assert name in ("", "a:", "a\n", 'a"', "a<", "a>", "a&", "a=", "a/") or "prefix" in door or make in JSON.values()


@pytest.mark.parametrize("target", ["a:b", "xml:a", "a:", ":a"])
@pytest.mark.parametrize(
    "document", ["<x>\n <?{} c?></x>", "<?{} c?><x/>", "<x/><?{}?>", f'<qti-weight xmlns="{QTI}" identifier="w" value="1"><?{{}}?></qti-weight>']
)
def test_a_colon_in_a_target(target: str, document: str) -> None:
    """libxml2 refuses it, and so do reading and writing, also with `recover`."""
    text = document.replace("{}", target)
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(text)
    for recover in (True, False):
        with pytest.raises(DocumentError) as caught:
            xml.loads(text, recover=recover)
        assert caught.value.issues[-1].line == text.count("\n") + 1
        assert caught.value.issues[-1].column == text.split("\n")[-1].index("<?") + 1
    with pytest.raises(ModelError):
        xml.dumps(Markup(name="x", content=[ProcessingInstruction(target, "c")]))


@pytest.mark.parametrize("document", ["<xmlns:a/>", "<a xmlns:b:c='u'/>", "<a xmlns:='u'/>", "<a xmlns:xmlns='u'/>"])
def test_reserved(document: str) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(document)
    with pytest.raises(DocumentError) as caught:
        xml.loads(document)
    assert "add xmlns:xmlns" not in str(caught.value)


URIS = ["urn:a", "a", "http://h/a%20b?c#d", "//h", "http://[::1]:80/", "#", "mailto:a@b"]
NO_URIS = ["a b", " a", "urn:größe", "%", "%zz", "a{b}", "a|b", "http://[x", "1:2", "a\\b", "http://h:x/", "a#b#c", "\u00a0", "a\nb"]


@pytest.mark.parametrize("uri", [*URIS, *NO_URIS])
def test_namespaces_are_uris(uri: str) -> None:
    """libxml2 refuses others, so there would be no verdict of the schema."""
    text = f"<a xmlns='{uri}'/>"
    trees = [Markup(name="a", namespace=uri), Markup(name="a", attributes={f"{{{uri}}}b": "v"}), Markup(name="a", form=Form(fixed={"xmlns:p": uri}))]
    if uri in URIS:
        assert etree.fromstring(text) is not None
        assert xml.loads(text) == trees[0]
        for tree in trees:
            assert xml.structure(xml.unstructure(tree)) == tree
        assert content.loads(content.dumps(trees[0])) == trees[0]
        return
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(text)
    for refused in (text, f"<a xmlns:p='{uri}'/>"):
        with pytest.raises(DocumentError, match="which is no URI"):
            xml.loads(refused)
        assert [issue.code for issue in validate(refused)] == ["namespace"]
    with pytest.raises(DocumentError, match="which is no URI"):
        content.structure({"a": {"_attributes": {"xmlns": uri}}})
    for tree in trees:
        for write in (xml.dumps, xml.unstructure, content.dumps):
            with pytest.raises(ModelError, match="which is no URI"):
                write(tree)


@given(st.lists(st.sampled_from([*"a1:/?#[]@%.-+_~ é|", "http", "//", "%41", "[::1]", ":80", "http://"]), max_size=7))
def test_uris_are_those_of_libxml2(pieces: list[str]) -> None:
    uri = "".join(pieces)
    try:
        expected = etree.fromstring(f"<a xmlns:p='{uri}'/>") is not None
    except etree.XMLSyntaxError:
        expected = False
    try:
        found = xml.loads(f"<a xmlns:p='{uri}'/>") is not None
    except DocumentError:
        found = False
    assert found is expected


@pytest.mark.parametrize("version", ["2.0", "1", "1.x", "10", "x"])
def test_versions(version: str) -> None:
    for text in (f'<?xml version="{version}"?><a/>', f"<?xml version='{version}' encoding='utf-8'?><a/>"):
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(text.encode())
        for source in (text, text.encode(), text.encode("utf-16")):
            with pytest.raises(DocumentError, match=r"version|declaration"):
                xml.loads(source)
    for good in ("1.0", "1.1", "1.9", "1.10"):
        xml.loads(f"<?xml version='{good}'?><a/>")


@pytest.mark.parametrize("name", ["p\u0221", "p\u203f", "\u00d7"])
def test_records(name: str) -> None:
    """What a service accepts it can answer."""
    block = {"_attributes": {"view": "candidate"}, "qti-content-body": {name: ["x"]}}
    section = {"identifier": "s1", "title": "S", "visible": True, "qti-rubric-block": [block]}
    part = {"identifier": "p1", "navigationMode": "linear", "submissionMode": "individual", "qti-assessment-section": [section]}
    service = api.AssessmentTests(api.MemoryStore())
    with pytest.raises(ApiError) as caught:
        service.create({"identifier": "t1", "title": "T", "qti-test-part": [part], "qti-outcome-declaration": []})
    assert caught.value.status == 400


NAMES = st.one_of(
    st.text(min_size=1, max_size=4),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x2FFF), min_size=1, max_size=4),
    st.from_regex(r"[a-zäЖ\u0221\u0660][a-z0-9.:\-·\u0301\u203f]{0,4}", fullmatch=True),
)


@given(door=st.sampled_from(sorted(DOORS)), name=NAMES)
def test_what_is_accepted_is_written_and_read(door: str, name: str) -> None:
    check(DOORS[door], name)


_WRONG_FORMS: list[Any] = [{"xmlns:p": 3}, {"foo": "x"}, {"xmlns:1": "u"}, {"xmlns:p": ""}]
WRONG: list[Any] = [
    *(Markup(name=wrong) for wrong in (None, 3, b"a", ["a"], "")),  # type: ignore[arg-type]
    *(Markup(name="a", namespace=wrong) for wrong in (3, b"urn:a", ["urn:a"], "")),  # type: ignore[arg-type]
    *(Markup(name="a", attributes={wrong: "x"}) for wrong in (3, b"a", None, "", "{}a", "{u}", "{u", "xml:", "xmlns", "xmlns:p", "p:b")),  # type: ignore[dict-item]
    *(Markup(name="a", attributes={"b": wrong}) for wrong in (3, None, b"x", ["x"], "\ud800", "\x00")),  # type: ignore[dict-item]
    *(Markup(name="a", content=[ProcessingInstruction(wrong)]) for wrong in (None, 3, "", "xml", "a b")),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_names_of_trees_are_model_errors(number: int) -> None:
    tree = WRONG[number]
    for write in (xml.dumps, xml.unstructure, content.dumps, content.unstructure):
        for inner in (tree, Markup(name="p", content=[tree])):
            with pytest.raises(ModelError):
                write(inner)


@pytest.mark.parametrize("number", range(len(_WRONG_FORMS)))
def test_wrong_forms_are_model_errors(number: int) -> None:
    """Where the form is made, or where the tree is written."""
    with pytest.raises(ModelError):
        xml.dumps(Markup(name="a", form=Form(fixed=_WRONG_FORMS[number])))


@pytest.mark.parametrize("local", ["lang", "space", "base", "id"])
def test_an_attribute_of_xml_under_two_keys_is_refused(local: str) -> None:
    """One of the two was lost."""
    long, short = f"{{{XML}}}{local}", f"xml:{local}"
    for attributes in ({long: "a", short: "b"}, {short: "a", long: "b"}):
        tree = Markup(name="p", namespace="u", attributes=attributes)
        for write in (xml.dumps, content.dumps, content.unstructure, lambda tree: content.losses(tree, "xml-js")):
            for _ in range(2):
                with pytest.raises(ModelError, match=f"is the same attribute as `.*{local}`: remove one"):
                    write(tree)
    alone = xml.dumps(Markup(name="p", namespace="u", attributes={long: "a"}))
    assert alone == xml.dumps(Markup(name="p", namespace="u", attributes={short: "a"}))
