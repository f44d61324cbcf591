"""Whether a file is QTI at all: for folders and hooks, which meet XML and JSON of every kind.

Strategy: a look at the root's start tag, without a parser, so that broken documents are recognised too: they are to be reported, not passed over.
"""

from __future__ import annotations

import re

from ..errors import DocumentError
from ..kinds import OLDER_ROOTS
from ..xml.encodings import EBCDIC, to_utf8

__all__ = ["looks_like_qti"]

# Everything is looked for once, or possessively: the time is linear, whatever is in front of the root.
_START = re.compile(rb"""<([^\s<>/!?"']++)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)""")
_DELIMITER = re.compile(rb"""<!--|<\?|[<>\[\]"']""")
_CLOSING = {b"<!--": b"-->", b"<?": b"?>", b'"': b'"', b"'": b"'"}
_ATTRIBUTE = re.compile(rb"""\s([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_TAG_OF_QTI = re.compile(rb"<(?:[^\s<>/:!?\"']++:)?qti-")
_QTI = re.compile(rb"/imsqtiasi_v3|/imsqti_(?:item_|asi_)?v[12]")
_OLDER_ROOTS = {name.encode() for name in OLDER_ROOTS}


def looks_like_qti(data: bytes) -> bool:
    """Whether a document is, or is meant to be, a test, section, item or stimulus of QTI, as XML or JSON.

    Older versions count: they are to be reported, because they are not valid QTI 3.

    >>> looks_like_qti(b"<qti-assessment-test"), looks_like_qti(b"<manifest/>"), looks_like_qti(b'{"qti-assessment-item": {}}')
    (True, False, True)
    """
    head = data[:1000].lstrip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff")[:1]
    if head in (b"{", b"["):
        from .sniff_json import looks_like_qti_json

        return looks_like_qti_json(data, looks_like_qti)
    try:
        text = to_utf8(data, None)
    except DocumentError:
        return (head == b"<" and b"qti-" in data.replace(b"\x00", b"")) or (data.startswith(EBCDIC) and "qti-".encode("cp037") in data)
    at = _root_begin(text)
    root = _START.match(text, at) if at is not None else None
    if root is None:  # something is not closed, so that nobody knows where the root is
        return _TAG_OF_QTI.search(text) is not None
    prefix, _, local = root[1].rpartition(b":")
    if local.startswith(b"qti-") or local in _OLDER_ROOTS:
        return True
    declared = {name: double or single for name, double, single in _ATTRIBUTE.findall(root[2])}
    return _QTI.search(declared.get(b"xmlns:" + prefix if prefix else b"xmlns", b"")) is not None


def _root_begin(text: bytes) -> int | None:
    """Where the first tag begins, behind everything that may be in front of a root, and text that may not."""
    at = text.find(b"<")
    while at >= 0:
        opening = next((opening for opening in (b"<!--", b"<?") if text.startswith(opening, at)), None)
        if opening is not None:
            closing = _CLOSING[opening]
            end = text.find(closing, at + len(opening))
            if end < 0:
                return None
            end += len(closing)
        elif text.startswith(b"<!", at):
            end = _declaration_end(text, at)
            if end < 0:
                return None
        else:
            return at
        at = text.find(b"<", end)
    return None


def _declaration_end(text: bytes, at: int) -> int:
    """Where a document type declaration ends, in which quotes, comments and instructions may have any brackets; -1 if it does not."""
    depth = 0
    while found := _DELIMITER.search(text, at):
        at = found.end()
        if found[0] in _CLOSING:
            end = text.find(_CLOSING[found[0]], at)
            if end < 0:
                return -1
            at = end + len(_CLOSING[found[0]])
        else:
            depth += 1 if found[0] in b"<[" else -1
            if depth <= 0:
                return at
    return -1
