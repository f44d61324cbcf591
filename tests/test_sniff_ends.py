"""Deciding whether a file is QTI ends, whatever is not closed in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qtimodel.validation.sniff import looks_like_qti

PIECES = ["<?", "?>", "<!--", "-->", "<!DOCTYPE x", "[", "]", ">", "<", "'", '"', "\n", " ", "x", "--", "!", "?", "{"]
PIECES += ["<a>", "<qti-assessment-item", "<![CDATA[", "]]>"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_it_ends(text: str, encoding: str) -> None:
    looks_like_qti(text.encode(encoding))


@pytest.mark.parametrize("before", ["", " ", "\n", "\n\n", "x", "\n  "])
@pytest.mark.parametrize("opening", ["<?xml", "<?", "<!--", "<!DOCTYPE a [", "<!", "<!DOCTYPE a '"])
def test_what_is_never_closed(before: str, opening: str) -> None:
    assert not looks_like_qti((before + opening).encode())
    assert not looks_like_qti(f"{before}{opening} <project>".encode())
    assert looks_like_qti(f"{before}{opening} <qti-assessment-item>".encode())
