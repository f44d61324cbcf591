"""Whether a file is QTI at all: for folders and hooks, which meet XML and JSON of every kind.

Strategy: a look at the root's start tag, without a parser, so that broken documents are recognised too: they are to be reported, not passed over.
"""

from __future__ import annotations

import re

from ..errors import DocumentError
from ..kinds import OLDER_ROOTS
from ..xml.encodings import to_utf8

__all__ = ["looks_like_qti"]

_ROOT = re.compile(rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)*+<([^\s/>]+)([^>]*)", re.DOTALL)
_NAMESPACES = re.compile(rb"""\s(xmlns(?::[^\s=]+)?)\s*=\s*["']([^"']*)["']""")
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
        return head == b"<" and b"qti-" in data.replace(b"\x00", b"")
    root = _ROOT.match(text)
    if root is None:
        return False
    prefix, _, local = root[1].rpartition(b":")
    if local.startswith(b"qti-") or local in _OLDER_ROOTS:
        return True
    declared = dict(_NAMESPACES.findall(root[2]))
    return _QTI.search(declared.get(b"xmlns:" + prefix if prefix else b"xmlns", b"")) is not None
