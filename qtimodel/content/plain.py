"""Plain objects to nodes, compiled: typed elements whose attributes are canonical texts and whose children are in order.

Strategy: most of a large document is thousands of objects of the same few shapes. For these no events are told: the object becomes the
node, and the reader takes it as a whole. `node_of` says `None` to anything that is not plain, and `feed` then tells it to the reader; so, as
with the shapes of XML, there is a quick way that can only say yes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from ..memory import Memory
from ..nodes import QTI, Element
from ..spec import Kind, Spec, spec_of
from ..xml.shapes import HOT, MOST, compile_shape, is_kept
from .names import ATTRIBUTES, TEXT, is_name

__all__ = ["LONG", "Plain", "node_of", "plain_of"]

LONG = 1_000_000  # characters: whether longer texts are allowed is not decided here

Make = Callable[[list[str], Any, Callable[[str], None]], Any]


class _Child(NamedTuple):
    """A kind of children: the field that takes them."""

    rank: int
    field: str
    several: bool
    plain: Plain


class Plain:
    """How plain objects of one class are read. `shapes`: by the names of attributes, in their order."""

    __slots__ = ("_children", "required", "seen", "shapes", "spec", "text")

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.shapes: Memory[tuple[str, ...], Make] = Memory(MOST)
        self.seen: Memory[tuple[str, ...], int] = Memory(MOST)
        body = spec.body
        self.text = body.name if body is not None and body.scalar is not None and body.scalar.verbatim else None
        self.required = tuple(field.name for field in spec.children if field.required)
        self._children: dict[str, _Child] | None = None

    @property
    def children(self) -> dict[str, _Child]:
        """The children by name. Classes may hold themselves, so this is made late."""
        if self._children is None:
            found = [(field, spec_of(target)) for field in self.spec.children for target in field.targets]
            self._children = {
                spec.name: _Child(field.index, field.name, field.kind is Kind.CHILDREN, plain) for field, spec in found if (plain := plain_of(spec)) is not None
            }
        return self._children

    def shape(self, names: tuple[str, ...], eager: bool) -> Make | None:
        """The function for a shape, once it has come often, or at once."""
        seen = self.seen.keep(names, self.seen.get(names, 0) + 1, names)
        if (seen < HOT and not eager) or not is_kept(names) or not all(map(is_name, names)):
            return None
        return self.shapes.keep(names, compile_shape(self.spec, names), names)


_plains: dict[Spec, Plain | None] = {}


def plain_of(spec: Spec) -> Plain | None:
    """How plain objects of a class are read; `None`: never in this way, because there is mixed content or text with rules of its own."""
    if spec not in _plains:
        body = spec.body
        readable = spec.namespace == QTI and not spec.json_numbers and (body is None or (body.scalar is not None and body.scalar.verbatim))
        _plains[spec] = Plain(spec) if readable else None
    return _plains[spec]


def node_of(plain: Plain, value: Any, trust: Callable[[str], None], room: int, eager: bool = False) -> Element | None:
    """The node of a plain object, or of the text of a text-only element. `None`: it is not plain, or of a shape that came seldom.

    `room`: how many levels are left. `eager`: compile every shape when it is first met.
    """
    if value.__class__ is str:
        attributes, text = _NOTHING, value
        left = 0
    else:
        attributes, text = value.get(ATTRIBUTES, _NOTHING), ""
        left = len(value)
    names = tuple(attributes)
    make = plain.shapes.get(names) or plain.shape(names, eager)
    if make is None or room <= 0:
        return None
    texts = [*attributes.values()]
    joined = "".join(texts)
    if not joined.isprintable() or len(joined) > LONG:
        return None
    node: Any = make(texts, None, trust)
    if node is None:
        return None
    if left > 1 or (left and not names):
        children = plain.children
        last = -1
        for key, item in value.items():
            if key == ATTRIBUTES:
                continue
            child = children.get(key)
            if child is None:
                if key != TEXT:
                    return None
                text = item
                continue
            rank, name, several, inner = child
            if rank < last:
                return None
            last = rank
            if several:
                if item.__class__ is not list:
                    return None
                append = getattr(node, name).append
                for one in item:
                    made = node_of(inner, one, trust, room - 1, eager)
                    if made is None:
                        return None
                    append(made)
            else:
                made = node_of(inner, item, trust, room - 1, eager)
                if made is None or getattr(node, name) is not None:
                    return None
                setattr(node, name, made)
    if text or plain.text:
        if plain.text is None or text.__class__ is not str or not text.isprintable() or len(text) > LONG:
            return None
        setattr(node, plain.text, text)
    for name in plain.required:
        if getattr(node, name) is None:
            return None
    return cast(Element, node)


_NOTHING: dict[str, str] = {}
