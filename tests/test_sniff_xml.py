"""What is QTI among XML: whatever is in front of the root, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qtimodel.nodes import QTI
from qtimodel.validation.sniff import looks_like_qti

ROOT = f'<qti-assessment-section xmlns="{QTI}" identifier="s"/>'

FRONTS = [
    "",
    "\n\n ",
    "<?xml version='1.0'?>",
    "<?pi with > and ? and <x> ?>",
    "<!-- <x> > - -- ] -->",
    "<!---->",
    "<!DOCTYPE x>",
    "<!doctype x>",
    '<!DOCTYPE x SYSTEM "a>b]">',
    "<!DOCTYPE x PUBLIC 'a>' \"b'>\">",
    "<!DOCTYPE x []>",
    '<!DOCTYPE x [<!ENTITY x "[a]">]>',
    "<!DOCTYPE x [<!ENTITY x \"]>\"><!ENTITY y ']><a>'>]>",
    "<!DOCTYPE x [<!-- ' \" ]> --><?p ' ]> ?><!ELEMENT x (a, b)>]>",
    "<!DOCTYPE x [ %a; ] >",
    "<!DOCTYPE x [<![INCLUDE[<!ENTITY y 'z'>]]>]>",
    "text that does not belong here ",
]


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("second", ["", "<!-- c -->", '<!DOCTYPE x [<!ENTITY x "[a]">]>'])
def test_nothing_hides_the_root(front: str, second: str) -> None:
    for text, expected in (
        (ROOT, True),
        ("<manifest/>", False),
        (f"<manifest><!-- {ROOT} --></manifest>", False),
        (f'<x a=">" xmlns="{QTI}"/>', True),
        (f"<p:x a='\">' xmlns:p='{QTI}'", True),
        (f"<x title='xmlns=\"{QTI}\"' />", False),
        ("<assessmentTest", True),
        ("<q:qti-anything", True),
    ):
        assert looks_like_qti((front + second + text).encode()) is expected
        assert looks_like_qti((front + second + text).encode("utf-16")) is expected


@pytest.mark.parametrize("front", ["<!-- ", "<?pi ", "<!DOCTYPE x [", '<!DOCTYPE x "', "<!DOCTYPE x [<!-- ", "<!DOCTYPE x [<!ENTITY a '"])
def test_what_is_not_closed(front: str) -> None:
    """Broken QTI is reported, and other broken XML is not."""
    assert looks_like_qti((front + ROOT).encode())
    assert not looks_like_qti((front + "<project><qtip/></project>").encode())


BRACKETS = ["[a]", "<!--", "<?", "<!DOCTYPE x", "<!DOCTYPE x [", '"', "'", "<", ">", "]", "<!-- -->", "<?a?>", "<!", "-", "?"]
TAGS = ["<a ", " x='", "\n", "xmlns:a='b' ", "<a:", "<qti", "<a:b:"]


@pytest.mark.parametrize("piece", [*BRACKETS, *TAGS])
@pytest.mark.parametrize("start", ["", "<!DOCTYPE x ", "<!DOCTYPE x [", "<!-- ", "<?p ", "<a "])
def test_time_is_linear(start: str, piece: str) -> None:
    data = (start + piece * (300_000 // len(piece))).encode()
    began = time.monotonic()
    looks_like_qti(data)
    assert time.monotonic() - began < 2


@given(st.lists(st.sampled_from([*"<>!?-[]\"' x/=", "<!--", "-->", "<!DOCTYPE", "<?", "?>", "<qti-x", "xmlns="]), max_size=40))
def test_any_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = looks_like_qti(text.encode())
    if "qti-" not in text:
        assert not found
