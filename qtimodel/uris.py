"""Which names namespaces may have."""

from __future__ import annotations

import re

from .memory import remembered

__all__ = ["is_uri"]

_PLAIN = r"[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2}"
_PATH = rf"(?:{_PLAIN}|[:@/])*+"
_URI = re.compile(
    rf"(?:(?:[A-Za-z][A-Za-z0-9+.\-]*+:)?+(?://(?:(?:{_PLAIN}|:)*@)?(?:\[[^\]]*+\]|(?:{_PLAIN})*+)(?::([0-9]{{1,10}}))?(?:/{_PATH})?"
    rf"|(?![/:])(?:{_PLAIN}|@)*+(?:/{_PATH})?|/(?!/){_PATH}|(?<=:)(?!//){_PATH})?)(?:\?(?:{_PLAIN}|[:@/?])*+)?(?:#(?:{_PLAIN}|[:@/?\[\]])*+)?"
)


@remembered(1024)
def is_uri(text: str) -> bool:
    """Whether a namespace may have this name: a URI by the rules of RFC 3986, as libxml2 reads them.

    >>> is_uri("urn:a"), is_uri("http://example.org/a%20b#c"), is_uri("a b"), is_uri("urn:größe")
    (True, True, False, False)
    """
    found = _URI.fullmatch(text)
    return found is not None and int(found[1] or 0) < 2**31
