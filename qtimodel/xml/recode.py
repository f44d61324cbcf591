"""Documents in any encoding as text, and changes of the text as changes of the document.

Strategy: spans and edits are found in text, whatever the encoding. Only the places of changes are converted back, and compared with what the
document has there: where an encoding has two ways to write the same, the whole document is one change. Characters that the encoding
lacks become references; where XML has none for them, in names and comments, the tree cannot be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import attrs

from .encodings import encoding_of, is_kept

__all__ = ["Document", "Edit", "applied", "decoded"]

Edit: TypeAlias = tuple[int, int, str]  # from, to, and what stands there instead

_MARKUP = re.compile(r"""(<!--.*?-->|<\?.*?\?>|<[^<"'>]*+(?:"[^"]*+"[^<"'>]*+|'[^']*+'[^<"'>]*+)*+>)""", re.DOTALL)
_VALUE = re.compile(r""""[^"]*"|'[^']*'""")


@attrs.frozen
class Document:
    """What was given, and its text. `encoding` is `None` if it is text."""

    raw: str | bytes
    text: str
    encoding: str | None

    def fitting_text(self, text: str) -> str:
        """Text or the value of an attribute, with references for what the encoding lacks."""
        if self.encoding is None or is_kept(text, self.encoding):
            return text
        return "".join([character if is_kept(character, self.encoding) else f"&#{ord(character)};" for character in text])

    def fitting(self, xml: str) -> str:
        """The same for any piece of XML. Raises `UnicodeEncodeError` where there can be no reference."""
        if self.encoding is None:
            return xml
        pieces = _MARKUP.split(xml)
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                pieces[number] = self.fitting_text(piece)
            else:
                if piece[1] not in "!?":
                    pieces[number] = _VALUE.sub(lambda value: self.fitting_text(value[0]), piece)
                lacking = next((n for n, character in enumerate(pieces[number]) if not is_kept(character, self.encoding)), None)
                if lacking is not None:
                    raise UnicodeEncodeError(self.encoding, pieces[number], lacking, lacking + 1, "no such character")
        return "".join(pieces)

    def changes(self, edits: Sequence[Edit]) -> Sequence[tuple[int, int, str | bytes]]:
        """Edits of the text, sorted and apart from each other, as changes of the document."""
        if self.encoding is None or isinstance(self.raw, str):
            return edits
        found = []
        at = behind = 0  # in the text, in the document
        for start, end, new in edits:
            kept, gone = self.text[at:start].encode(self.encoding), self.text[start:end].encode(self.encoding)
            if not self.raw.startswith(kept + gone, behind):
                return [(0, len(self.raw), applied(self.text, edits).encode(self.encoding))]
            begin, behind = behind + len(kept), behind + len(kept + gone)
            found.append((begin, behind, new.encode(self.encoding)))
            at = end
        return found


def applied(whole: Any, edits: Iterable[tuple[int, int, Any]]) -> Any:
    """A text, or bytes, with changes that are sorted and apart from each other."""
    pieces = []
    at = 0
    for start, end, new in edits:
        pieces += [whole[at:start], new]
        at = end
    return whole[:0].join([*pieces, whole[at:]])


def decoded(raw: str | bytes) -> Document:
    """The document of a text or of bytes that a parser has accepted."""
    if isinstance(raw, str):
        return Document(raw, raw, None)
    encoding = encoding_of(raw, None)
    return Document(raw, raw.decode(encoding), encoding)
