"""Documents on their way through HTTP, where two say in which encoding they are: the `charset` of the header, which counts more, and the declaration."""

from __future__ import annotations

import codecs
import re

from ..errors import DocumentError, Issue

__all__ = ["decoded", "xml_bytes"]

_ENCODING = re.compile(r"""\A(<\?xml\s[^>]*?\sencoding\s*=\s*(["']))(?!utf-8\2)[^"'>]*(\2)""", re.IGNORECASE)
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}  # codecs of Python, some of them slow


def decoded(body: bytes, charset: str) -> str:
    """A body as text, which HTTP says to be in a `charset`. Raises `DocumentError`.

    >>> decoded('<p title="é"/>'.encode("latin-1"), "ISO-8859-1")
    '<p title="é"/>'
    """
    try:
        if codecs.lookup(charset).name in _NO_CHARSETS:
            raise LookupError
        return body.decode(charset).removeprefix("\ufeff")
    except LookupError:
        message = f"the charset `{charset:.80}` is not known; send the document as UTF-8"
    except ValueError as error:
        message = f"the document is not what its charset says: {error}; send it as UTF-8"
    raise DocumentError([Issue(code="encoding", message=message, line=1, column=1)])


def xml_bytes(text: str) -> bytes:
    """XML as bytes in UTF-8, with a declaration that does not say otherwise: who keeps the bytes and not the header would read them wrongly.

    >>> xml_bytes('<?xml version="1.0" encoding="ISO-8859-1"?><p/>')
    b'<?xml version="1.0" encoding="UTF-8"?><p/>'
    """
    return _ENCODING.sub(r"\1UTF-8\3", text.removeprefix("\ufeff"), count=1).encode()
