"""What is said about wrong documents: one issue for one problem, at its place, in words that help."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from shared import shared_path
from wrong_rows import HERE, ROWS

from qtimodel.errors import Issue
from qtimodel.validation import validate

NAMES = [name for name, *_ in ROWS]
# Words of schema engines, names as they write them, and what a message ends with when there is nothing to do.
JARGON = re.compile(r"\{http|facet|atomic type|content type|xs:|\bNone\b|not as the schema|another form")
UNREADABLE = {"syntax", "doctype", "encoding", "json"}


def place_of(document: str) -> tuple[int, int] | None:
    """Line and column of the mark."""
    before, mark, _ = document.partition(HERE)
    lines = before.replace("\r\n", "\n").split("\n")
    return (len(lines), len(lines[-1]) + 1) if mark else None


def issues_of(document: str, **options: object) -> list[Issue]:
    return validate(document.replace(HERE, "").encode(), name="wrong.xml", **options)  # type: ignore[arg-type]


def test_the_table_is_large_and_varied() -> None:
    assert len(set(NAMES)) == len(ROWS) >= 150
    assert len({(code, message) for _, code, _, message in ROWS}) >= 150
    assert len(Counter(code for _, code, _, _ in ROWS)) >= 14


@pytest.mark.parametrize(("name", "code", "document", "message"), ROWS, ids=NAMES)
def test_message_and_place(name: str, code: str, document: str, message: str) -> None:
    issues = issues_of(document)
    assert [(issue.code, issue.message) for issue in issues] == [(code, message)]
    issue, place = issues[0], place_of(document)
    assert place is None or (issue.line, issue.column) == place
    assert (issue.severity, issue.source) == ("error", "wrong.xml")
    assert issue.line is not None
    assert issue.path is not None or code in UNREADABLE


@pytest.mark.parametrize(("name", "code", "document", "message"), ROWS, ids=NAMES)
def test_the_second_engine_says_the_same(name: str, code: str, document: str, message: str) -> None:
    pytest.importorskip("xmlschema")
    issues = issues_of(document, engine="xmlschema")
    assert (code, message) in [(issue.code, issue.message) for issue in issues]
    place = place_of(document)
    assert place is None or place in [(issue.line, issue.column) for issue in issues]


def test_the_official_schema_gives_the_same_places() -> None:
    """Its lists have other orders, so messages may differ in what they list first."""
    schema = shared_path("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd")
    for name, code, document, _ in ROWS:
        issues = issues_of(document, schema=schema)
        places = [(issue.code, issue.line, issue.column) for issue in issues]
        place = place_of(document) or (issues[0].line, issues[0].column)
        assert places == [(code, *place)], name
        assert not JARGON.search(issues[0].message), issues[0]


READABLE = [(name, message) for name, code, _, message in ROWS if code not in UNREADABLE]


@pytest.mark.parametrize(("name", "message"), READABLE, ids=[name for name, _ in READABLE])
def test_messages_say_what_was_found_and_what_to_do(name: str, message: str) -> None:
    assert not JARGON.search(message)
    assert re.search(r": (add|remove|move|rename|write|put|change|convert|keep|is )|did you mean|; expected |add xmlns", message), message
    assert message.count("`") % 2 == 0


def test_no_element_is_named_that_is_not_there() -> None:
    """The first name in a message is the one in the document, as it is written there."""
    for name, code, document, message in ROWS:
        first = re.search(r"`([^`]+)`", message)
        if code not in UNREADABLE and first is not None:
            assert first[1] in document, name
