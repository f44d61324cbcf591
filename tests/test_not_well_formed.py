"""What is not well-formed is refused where expat refuses it, and the message names the mistake and what to write."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qtimodel import AssessmentTest, DocumentError, api, xml
from qtimodel.nodes import QTI
from qtimodel.validation import validate
from qtimodel.xml import diagnosis

PREFIX = "not well-formed XML: "

# The document, and pieces of the message.
ROWS: list[tuple[str | bytes, tuple[str, ...]]] = [
    # references
    ("<a>salt & pepper</a>", ("`&`", "`&amp;`")),
    ("<a b='x & y'/>", ("`&`", "`&amp;`")),
    ("<a>AT&T</a>", ("`&T`", "`;`", "`&amp;`")),
    ("<a b='?x=1&y=2'/>", ("`&y`", "`&amp;`")),
    ("<a>&nbsp;</a>", ("`&nbsp;`", "`&#160;`")),
    ("<a b='&nbsp;'/>", ("`&nbsp;`", "`&#160;`")),
    ("<a>&eacute;</a>", ("`&eacute;`", "`&#233;`")),
    ("<a>&mine;</a>", ("`&mine;`", "`&amp;`")),
    ("<a>&#0;</a>", ("`&#0;`", "cannot hold")),
    ("<a>&#xD800;</a>", ("`&#xD800;`", "cannot hold")),
    ("<a>&#xFFFE;</a>", ("`&#xFFFE;`", "cannot hold")),
    ("<a>&#99999999999;</a>", ("`&#99999999999;`", "cannot hold")),
    ("<a>&#xg;</a>", ("`&#xg;`", "`&#xA0;`")),
    # tags
    ("<a>2 < 3</a>", ("`<`", "`&lt;`")),
    ("<a>x<3</a>", ("`<`", "`&lt;`")),
    ("<a><></a>", ("`<`", "`&lt;`")),
    ("<a>\n<b>x</a>", ("`b` (line 2)", "`</a>`", "`</b>`")),
    ("<a><p>x</P></a>", ("`p` (line 1)", "`</P>`")),
    ("<a>\n<b>x<br></b></a>", ("`br` (line 2)", "`<br/>`")),
    ("<a>\n<b><c>x</c></b>\n\n", ("`a` (line 1) is never closed", "`</a>`")),
    ("<a>\n<b>", ("`b` (line 2) is never closed",)),
    ("<a><b></b\n</a>", ("`</b`", "lacks its `>`")),
    ("<a><b\n<c/></a>", ("`<b`", "lacks its `>`")),
    ("<a><b x='1'\n</a>", ("`<b`", "lacks its `>`")),
    ("<a></b></a>", ("`a`", "`</b>`")),
    ("<a/></b>", ("`</b>`", "not open")),
    ("</a>", ("`</a>`", "not open")),
    ("<a></ a>", ("`</`",)),
    ("<a", ("`<a`", "lacks its `>`")),
    ("<a/", ("`/`", "`>`")),
    ("<a / >", ("`/`", "`>`")),
    ("<a><b\u00d7/></a>", ("`b\u00d7`", "`\u00d7`")),
    ("<a><b;/></a>", ("`b;`", "`;`")),
    # attributes
    ("<a hidden>x</a>", ("`hidden` has no value", 'hidden="..."')),
    ("<a x='1' hidden/>", ("`hidden` has no value", 'hidden="..."')),
    ("<a class='a' id='b' class='c'/>", ("`class`", "twice", "`<a`")),
    ("<a class=lead/>", ("`class`", "no quotes", 'class="..."')),
    ("<a class=/>", ("`class`", "no quotes")),
    ("<a class=\u201clead\u201d/>", ("`class`", "no quotes")),
    ("<a b='1'c='2'/>", ("space before the attribute `c`",)),
    ("<a b='<'/>", ("`<` in the value of the attribute `b`", "`&lt;`")),
    ("<a b='x>\n<c d='y'/></a>", ("`<` in the value of the attribute `b`", "close the quote")),
    ("<a b='x", ("`b`", "lacks its closing quote")),
    ("<a 1b='x'/>", ("`1b`", "must not begin with `1`")),
    ("<a b'x'/>", ("`b` has no value",)),
    ("<a 'x'/>", ("`'` must not be in the tag `<a`",)),
    ("<a b='1';/>", ("`;`",)),
    ("<a b='1' =''/>", ("`=`",)),
    # comments, CDATA, instructions, characters
    ("<a><!-- x -- y --></a>", ("`--` must not be in a comment",)),
    ("<a><!-- x ---></a>", ("`--` must not be in a comment",)),
    ("<a>\n<!-- x </a>", ("the comment that begins in line 2 is not closed", "`-->`")),
    ("<a><!-->", ("comment", "not closed")),
    ("<a>x ]]> y</a>", ("`]]>`", "`]]&gt;`")),
    ("<a>\n\n<![CDATA[ x ]] </a>", ("CDATA that begins in line 3 is not closed", "`]]>`")),
    ("<a><![cdata[x]]></a>", ("`<![CDATA[`",)),
    ("<![CDATA[x]]><a/>", ("CDATA", "before the root")),
    ("<a><!ELEMENT b></a>", ("`<!--`",)),
    ("<a><!DOCTYPE x></a>", ("document type declarations are not allowed", "remove")),
    ("<!DOCTYPE", ("document type declarations are not allowed", "remove")),
    ("<a>\n<?pi x </a>", ("instruction `<?pi` in line 2 is not closed", "`?>`")),
    ("<a><? pi?></a>", ("`<?`",)),
    ("<a><?1?></a>", ("`1`",)),
    ("<a>x\x01y</a>", ("U+0001", "remove")),
    ("<a>x\x00y</a>", ("U+0000", "remove")),
    ("<a>x\ufffey</a>", ("U+FFFE",)),
    ("<a b='\x0b'/>", ("U+000B", "`b`")),
    ("<a><!-- \x08 --></a>", ("U+0008", "comment")),
    ("<a><![CDATA[\x08]]></a>", ("U+0008", "CDATA")),
    (b"<a>\xff</a>", ("`ff`", "not UTF-8")),
    (b"<a b='x\xe4\xf6y'/>", ("`e4 f6`", "not UTF-8", "`b`")),
    (b"<a\xe4/>", ("`e4`", "not UTF-8")),
    # around the root
    ("<a/>\n<b/>", ("`b` is a second root",)),
    ("<a/>\ntext", ("text behind the root", "`text`", "remove")),
    ("text <a/>", ("text before the root", "`text`")),
    ("<!-- c -->{<a/>", ("text before the root", "`{`")),
    ("<a/>&amp;", ("behind the root",)),
    ("", ("is empty",)),
    (" \n ", ("is empty",)),
    ("<!-- x -->", ("has no element",)),
    # the declaration
    ("\n<?xml version='1.0'?><a/>", ("`<?xml`", "very beginning", "line break")),
    ("  <?xml version='1.0'?><a/>", ("`<?xml`", "very beginning", "white space")),
    ("<!-- c --><?xml version='1.0'?><a/>", ("`<?xml`", "very beginning", "comments")),
    ("x<?xml version='1.0'?><a/>", ("text before the root",)),
    ("<a><?xml version='1.0'?></a>", ("`<?xml`", "remove it")),
    ("<?XML version='1.0'?><a/>", ("`<?XML`", "`<?xml`")),
    ("<?xml version=1.0?><a/>", ("no XML declaration", 'version="1.0"')),
    ("<?xml?><a/>", ("no XML declaration",)),
    ("<?xml version='1.0' standalone='maybe'?><a/>", ("no XML declaration",)),
]


def issue_of(document: str | bytes) -> Any:
    with pytest.raises(DocumentError) as caught:
        xml.loads(document)
    return caught.value.issues[0]


@pytest.mark.parametrize(("document", "pieces"), ROWS)
def test_the_message_names_the_mistake(document: str | bytes, pieces: tuple[str, ...]) -> None:
    issue = issue_of(document)
    assert issue.message.startswith(PREFIX)
    for piece in pieces:
        assert piece in issue.message
    assert issue.message.isprintable()
    data = document.encode() if isinstance(document, str) else document
    parser = expat.ParserCreate("utf-8")
    with pytest.raises(expat.ExpatError) as refused:
        parser.Parse(data, True)
    assert (issue.line, issue.column) == (refused.value.lineno, refused.value.offset + 1)
    found = validate(data)
    assert [(one.message, one.line, one.column) for one in found] == [(issue.message, issue.line, issue.column)]


INSIDE = [
    (document, pieces)
    for document, pieces in ROWS
    if isinstance(document, str) and document.startswith("<a>") and document.endswith("</a>")
    if not any("line 1" in piece or "not closed" in piece for piece in pieces)
]


@pytest.mark.parametrize(("document", "pieces"), INSIDE)
def test_deep_in_a_document(document: str, pieces: tuple[str, ...]) -> None:
    """Far from the beginning, behind everything that is well-formed."""
    inner = document[3:].rstrip()[:-4]
    before = "<x y='1 &lt; 2'><!-- <x> - & --><![CDATA[ <x & ]]><?x <y ?>größe &#233;<z:z xmlns:z='u' z:a=\"'>'\"/></x>\n" * 50
    document = f"<?xml version='1.0'?><a>{before}<b>{inner}</b>{before}</a>"
    for piece in pieces:
        expected = "b" if piece == "`a`" else piece
        assert "(line " in piece or "line " in piece or expected.replace("`</a>`", "`</b>`") in issue_of(document).message
    assert issue_of(document).line >= 51


@pytest.mark.parametrize(("document", "pieces"), [row for row in ROWS if isinstance(row[0], str) and row[0].strip()])
def test_inside_raw_xml(document: str, pieces: tuple[str, ...]) -> None:
    with pytest.raises(DocumentError) as caught:
        api.structure({"identifier": "t", "title": "T", "rawXml": document})
    message = str(caught.value)
    for piece in pieces:
        assert piece in message
    assert "rawXml" in message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("text", "found the text `text` and no element; expected XML, which begins with `<`"),
        ("identifier: s1\ntitle: x\n", "and no element; expected XML"),
        ('{"qti-x": {"b": "c"}}', "this begins with `{`, as JSON does; expected XML, which begins with `<`: read it as JSON"),
        ('\n [{"xml": "<a/>"}]', "this begins with `[`, as JSON does"),
        ('\ufeff{"xml": "<a/>"}', "this begins with `{`, as JSON does"),
    ],
)
def test_nobody_is_advised_to_remove_what_is_another_document(document: str, message: str) -> None:
    for source in (document, document.encode()):
        issue = issue_of(source)
        assert message in issue.message
        assert "remove" not in issue.message


def test_never_closed_is_not_empty() -> None:
    document = f'<?xml version="1.0"?>\n<qti-assessment-test xmlns="{QTI}" identifier="t" title="T">\n  <qti-test-part/>\n'
    with pytest.raises(DocumentError) as caught:
        xml.loads(document, AssessmentTest)
    (issue,) = caught.value.issues
    assert (issue.line, issue.column) == (4, 1)
    assert "`qti-assessment-test` (line 2) is never closed" in issue.message
    assert "empty" not in issue.message


GOOD = [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><qti-x xmlns="u" b=\'T &amp; "x"\'>\n <b c="d">x &lt; <i/><![CDATA[ <x> ]]></b><?p d?>größe\n</qti-x>\n',
    "<a><b>c</b></a>",
    "<a x='1' y='2'/>",
]
PIECES = [*"<>&;\"'=/!?- ab\n:#x]1[é\u00d7\x01", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<?xml ?>", "&nbsp;", "&#0;", "</b>", "<b>", " c='1'", "\u2028"]
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), st.sampled_from(["", *PIECES])), min_size=1, max_size=3)


@given(good=st.sampled_from(GOOD), edits=EDITS)
def test_every_refusal_has_words_of_its_own(good: str, edits: list[tuple[int, int, str]]) -> None:
    """Whatever was broken: no error of ours, the place of expat, and no more than a rest is left to expat's words."""
    for where, removed, new in edits:
        at = where % (len(good) + 1)
        good = good[:at] + new + good[at + removed :]
    parser = expat.ParserCreate("utf-8")
    place_of_expat = None
    try:
        parser.Parse(good.encode(), True)
    except expat.ExpatError as error:
        place_of_expat = error.lineno, error.offset + 1
    message = ""
    place: tuple[int | None, int | None] | None = None
    try:
        xml.loads(good, recover=True)
    except DocumentError as refused:
        issue = refused.issues[-1]
        message, place = issue.message, (issue.line, issue.column)
    if message.startswith(PREFIX):
        assert place == place_of_expat
        assert message.isprintable()
        assert len(message) < 600
        assert not any(words in message for words in ("invalid token", "mismatched tag", "unclosed token", "junk after"))


def test_our_own_words_are_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """libxml2 is asked for what remains; that is little."""
    asked = []
    monkeypatch.setattr(diagnosis, "_of_libxml2", lambda data, line: asked.append(data))
    draw = random.Random(7)
    refused = 0
    for _ in range(1500):
        text = draw.choice(GOOD)
        at = draw.randrange(len(text))
        text = text[:at] + draw.choice(PIECES) + text[at + draw.randrange(3) :]
        with suppress(DocumentError):
            xml.loads(text, recover=True)
            refused -= 1
        refused += 1
    assert refused > 800
    assert len(asked) < refused / 50, asked[:5]


@pytest.mark.parametrize(
    "document",
    [
        "<a>" + "<b c='d'>x &amp; y</b>" * 100_000,
        "<a>" + "<" * 500_000,
        "<a " + "b " * 300_000,
        "<a " + "b='1' " * 200_000,
        "<a" + " " * 1_000_000,
        "<a b='" + "&" * 300_000,
        "<a>" + "&" * 500_000,
        "<a>" + "]]" * 400_000 + ">",
        "<a><!--" + "- " * 400_000,
        "<a>" + "<!-- x -->" * 100_000 + "<!--",
        "<a>" + "<![CDATA[x]]>" * 100_000 + "<![CDATA[",
        "<?xml " + "version='1.0' " * 100_000 + "?>",
        "<?xml version='1.0'" + " " * 1_000_000,
        "</" + "a" * 1_000_000,
        "<" + "a:" * 400_000,
        "<b>" * 200_000 + "</a>",
        "<a>" + "\n" * 500_000 + "<b></c>",
        "\n" * 500_000 + "<?xml?>",
        "<a><b></c>" + "<d/>" * 10_000_000,
        "<a>&" + " " * 40_000_000,
    ],
    ids=lambda text: text[:6] + text[-6:],
)
def test_time_is_linear(document: str) -> None:
    began = time.monotonic()
    issue_of(document)
    assert time.monotonic() - began < 10
