"""Content JSON as text, dialect `api`: the quick way from a tree to JSON.

Strategy: as for XML (`xml.tags`), hot classes are compiled to functions (`typed`) that write what is plain and leave everything else to the
interpreter, which here is `codec`: it makes an object of the odd node alone, and what stands in it comes as text that is written already.
The result is what `json.dumps` makes of `codec.document`, without white space.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any, TypeAlias

from .. import stack
from ..brief import brief
from ..collector import paused
from ..datatypes import text_problem
from ..memory import Memory
from ..nodes import QTI, Comment, Element, Extras, Markup, ProcessingInstruction
from ..spec import spec_of, typed_everywhere
from ..stack import on_deep_stack
from ..xml.compiled import Writers
from ..xml.infoset import Wrong, explained, root_form
from ..xml.name_characters import is_name
from ..xml.names import ROOT
from . import codec
from .names import Keys, key_of

__all__ = ["Writer", "dumps", "interpret", "mixed", "writers"]

Writer: TypeAlias = Callable[[Any, Keys, list[str], str], None]  # node, keys of the parent, where to append, what to write before the value


class Encoded(list[str]):
    """Pieces of the JSON text of a value."""

    __slots__ = ()


@on_deep_stack
def dumps(tree: Element | Markup) -> str:
    """The whole document. Raises `ModelError`."""
    with paused(), explained(tree):
        name, value = codec.element(tree, Keys(None, ROOT), _child, root_form(tree))
        extras = tree._extras or Extras()
        out: list[str] = []
        _encode(codec.framed(extras.before, name, value, extras.after), out)
        return "".join(out)


def _encode(value: Any, out: list[str]) -> None:
    """JSON text of what `codec` makes."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(_encode, value, out)
    if value.__class__ is Encoded:
        out += value
    elif isinstance(value, str):
        out.append(quote(value))
    elif isinstance(value, dict):
        out.append("{")
        for key, item in value.items():
            out.append(f"{quote(key)}:")
            _encode(item, out)
            out.append(",")
        out[-1] = "}" if value else "{}"
    elif isinstance(value, list):
        out.append("[")
        for item in value:
            _encode(item, out)
            out.append(",")
        out[-1] = "]" if value else "[]"
    else:
        out.append(repr(value))
    return None


def _child(node: Any, around: Keys) -> tuple[str, Any]:
    """A child of an odd node: its key, and its value as text."""
    if node.__class__ is Markup:
        if around.scope.plain and _is_plain(node):
            return node.name, Encoded((_markup(node, around.of(None, around.scope)),))
    elif isinstance(node, Element) and (node._form is None or node._form.prefix is None) and around.scope.plain:
        spec = spec_of(node.__class__)
        if spec.namespace == QTI:
            out = Encoded()
            writers[node.__class__](node, around, out, "")
            return spec.name, out
    return codec.element(node, around, _child)


def interpret(node: Any, around: Keys, out: list[str], lead: str) -> None:
    """Write the value of any node."""
    out.append(lead)
    _encode(codec.element(node, around, _child)[1], out)


writers = Writers()


# -- markup and mixed content ----------------------------------------------------------------------------------------------

_entries: Memory[str, str] = Memory(1024)  # names of markup that were checked and need no escaping, and how `_order` lists them
_blanks: Memory[str, str] = Memory(1024)  # the line breaks of a layout are few and come again


def _is_plain(node: Markup) -> bool:
    """Whether markup needs no prefixes and has nothing around it. The names of elements and attributes are remembered."""
    if node._form is not None or node._extras is not None or node.namespace != QTI:
        return False
    attributes = node.attributes
    if attributes.__class__ is not dict or node.content.__class__ is not list:
        return False
    if node.name.__class__ is str and node.name in _entries and (not attributes or _entries.keys() >= attributes.keys()):
        return True
    for name in (node.name, *attributes):
        if name.__class__ is not str or name not in _entries:
            if not isinstance(name, str) or ":" in name or not is_name(name) or key_of(name) != name or typed_everywhere(name) is not None:
                return False
            _entries.keep(name, f'["{name}"]', (name,))
    return True


def _markup(node: Markup, keys: Keys) -> str:
    """The value of plain markup. `keys` are those of markup in this scope."""
    attributes, content = node.attributes, node.content
    head = ""
    if attributes:
        if len(attributes) > codec.FEW:
            codec.check_number(node, attributes)
        pairs = [f'"{name}":{quote(text) if text.__class__ is str and text.isprintable() else _text(node, text, name)}' for name, text in attributes.items()]
        head = f'"_attributes":{{{",".join(pairs)}}}'
    if not content:
        return f"{{{head}}}" if head else '""'
    if len(content) == 1 and content[0].__class__ is str:
        text = _text(node, content[0])
        if not head:
            return text
        return f'{{{head},"_":{text}}}' if content[0] else f"{{{head}}}"
    return mixed(node, content, head, keys)


def _text(node: object, text: Any, name: str | None = None) -> str:
    """Text as JSON. Raises `Wrong` for what XML does not have."""
    if not isinstance(text, str):
        raise Wrong(node, name, f"expected a str, found {brief(text)}")
    if text.isprintable():
        return quote(text)
    quoted = _blanks.get(text)
    if quoted is None:
        if problem := text_problem(text):
            raise Wrong(node, name, f"the text has {problem}")
        quoted = quote(text)
        if len(text) < 64 and text.isspace():
            _blanks.keep(text, quoted, (text,))
    return quoted


def mixed(node: object, content: list[Any], attributes: str, keys: Keys) -> str:
    """The value of an element with that content, which is not empty. `keys` are those of the element."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(mixed, node, content, attributes, keys)
    inner = keys.of(None, keys.scope) if keys.scope.plain else None
    texts: list[str] = []
    entries: list[str] = []
    names: list[str] = []
    groups: dict[str, list[str]] = {}
    for item in content:
        kind = item.__class__
        if kind is str:
            texts.append(item)
            entries.append(_blanks.get(item) or _text(node, item))
        elif kind is Markup and inner is not None and _is_plain(item):
            key, children = item.name, item.content
            if len(children) == 1 and not item.attributes and children[0].__class__ is str and children[0].isprintable():
                value = quote(children[0])  # most markup is no more than this
            else:
                value = _markup(item, inner)
            if key in groups:
                groups[key].append(value)
            else:
                groups[key] = [value]
            names.append(key)
            entries.append(_entries.get(key) or f'["{key}"]')
        else:
            _add(item, node, keys, entries, names, groups)
    head = f"{{{attributes}," if attributes else "{"
    if not groups and len(texts) == len(entries):
        text = "".join(texts)
        if not attributes:
            return quote(text) if text else "{}" if keys.spec is not None else '""'
        return f'{head}"_":{quote(text)}}}' if text else f"{head[:-1]}}}"
    ordered = len(names) != len(entries) or (len(groups) > 1 and names != [name for name in groups for _ in groups[name]])
    if keys.spec is not None:
        parts = [f'"{key}":[{",".join(values)}]' for key, values in groups.items()]
    else:
        parts = [f'"{key}":{values[0]}' if len(values) == 1 else f'"{key}":[{",".join(values)}]' for key, values in groups.items()]
    if not ordered:
        return f"{head}{','.join(parts)}}}"
    parts.append(f'"_order":[{",".join(entries)}]}}')
    shown = " ".join("".join(texts).split())
    return f'{head}"_":{quote(shown)},{",".join(parts)}' if shown else head + ",".join(parts)


def _add(item: Any, node: object, keys: Keys, entries: list[str], names: list[str], groups: dict[str, list[str]]) -> None:
    """Add what is not plain to the content of a node."""
    if isinstance(item, (Element, Markup)):
        for other in item._extras.before if item._extras is not None else ():
            _add(other, node, keys, entries, names, groups)
        key, value = _child(item, keys)
        groups.setdefault(key, []).append(_joined(value))
        names.append(key)
        entries.append(f"[{quote(key)}]")
    elif isinstance(item, (Comment, ProcessingInstruction)):
        entries.append(_joined(codec.entry_of(item)))
    else:
        raise Wrong(node, None, f"expected text, an element, markup, a comment or a processing instruction, found {brief(item)}")


def _joined(value: Any) -> str:
    out: list[str] = []
    _encode(value, out)
    return "".join(out)
