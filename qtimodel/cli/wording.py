"""Words for values: how attributes, numbers and pieces of content are said in one line.

Strategy: nothing here fails on a document that was read with its problems, so a wrong value is said to be wrong.
"""

from __future__ import annotations

from enum import Enum

from ..datatypes import all_identifiers
from ..model import PrintedVariable
from ..nodes import Element, Invalid, Markup
from ..spec import Kind, spec_of
from ..walking import children, name_of

__all__ = ["count", "seconds", "short", "shown", "text_of"]

_LONG = 100  # characters of text or of an attribute
_INLINE = set("a abbr b bdi bdo big cite code dfn em font i kbd label mark mi mn mo ms mtext q s samp small span strong sub sup tt u var".split())


def shown(value: object) -> str:
    """A value of an attribute, wrong ones included.

    >>> shown(True), shown(0.5), shown(["a", "b"]), shown(Invalid("x")), shown(Invalid(None))
    ('yes', '0.5', 'a b', 'x (wrong)', '(missing)')
    """
    if isinstance(value, Invalid):
        return "(missing)" if value.text is None else f"{value.text} (wrong)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, list):
        return " ".join(map(shown, value))
    return str(value.value if isinstance(value, Enum) else value)


def short(text: str, most: int = _LONG) -> str:
    """As much of a text as fits. Identifiers stay whole: people look for them.

    >>> short("a b c d", 4), short("abcdefg", 4)
    ('a b…', 'abcdefg')
    """
    return text if len(text) <= most or all_identifiers([text]) else text[: most - 1].rstrip() + "…"


def count(number: int, thing: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def seconds(value: object) -> str:
    """A time, in minutes where these are easier to read.

    >>> seconds(45), seconds(2700), seconds(61)
    ('45 s', '45 min', '1 min 1 s')
    """
    if not isinstance(value, (int, float)) or value < 60 or value % 1 or value > 1e9:
        return f"{shown(value)} s"
    minutes, rest = divmod(int(value), 60)
    return f"{minutes} min" + (f" {rest} s" if rest else "")


def text_of(node: object) -> str:
    """The text of content. Blocks are set apart; printed variables stand as `{NAME}`, images as their description."""
    pieces: list[str] = []
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            pieces.append(current)
        elif isinstance(current, PrintedVariable):
            pieces.append(f"{{{shown(current.identifier)}}}")
        elif isinstance(current, Element) and (body := spec_of(type(current)).body) is not None and body.kind is Kind.TEXT:
            pieces.append(shown(getattr(current, body.name)))
        elif isinstance(current, (Element, Markup)) and name_of(current) not in ("style", "script"):
            apart = " " if name_of(current) not in _INLINE else ""
            pieces.append(apart + (current.attributes.get("alt", "") if isinstance(current, Markup) else ""))
            stack += [apart, *reversed(list(children(current)))]
    return " ".join("".join(pieces).split())
