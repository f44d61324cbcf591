"""Content JSON as text, dialect `api`: the quick way from a tree to JSON.

Strategy: as for XML (`xml.tags`), hot classes are compiled to functions that write what is plain and leave everything else to the
interpreter, which here is `codec`: it makes an object of the odd node alone, and what stands in it comes as text that is written already.
The result is what `json.dumps` makes of `codec.document`, without white space.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any, TypeAlias

from ..collector import paused
from ..datatypes import text_problem
from ..nodes import QTI, Comment, Element, Extras, Invalid, Markup, ProcessingInstruction
from ..spec import Field, Kind, Spec, spec_of
from ..xml.compiled import compile_function
from ..xml.infoset import Wrong, expected_children, explained, is_name, root_form
from ..xml.names import ROOT
from ..xml.tags import value_code
from . import codec
from .names import Keys, key_of

__all__ = ["dumps"]

Writer: TypeAlias = Callable[[Any, Keys, list[str], str], None]  # node, keys of the parent, where to append, what to write before the value

HOT = 24  # as in `xml.tags`


class Encoded(list[str]):
    """Pieces of the JSON text of a value."""

    __slots__ = ()


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


def _child(node: Any, around: Keys) -> tuple[str, Any]:
    """A child of an odd node: its key, and its value as text."""
    if node.__class__ is Markup:
        if around.scope.plain and _is_plain(node):
            return node.name, Encoded((_markup(node, around.of(None, around.scope)),))
    elif node._extras is None and (node._form is None or node._form.prefix is None) and around.scope.plain:
        spec = spec_of(node.__class__)
        if spec.namespace == QTI:
            out = Encoded()
            writers[node.__class__](node, around, out, "")
            return spec.name, out
    return codec.element(node, around, _child)


def _interpret(node: Any, around: Keys, out: list[str], lead: str) -> None:
    out.append(lead)
    _encode(codec.element(node, around, _child)[1], out)


class _Writers(dict[type, Writer]):
    """How to write each class."""

    def __missing__(self, cls: type) -> Writer:
        if not issubclass(cls, Element):
            raise Wrong(None, None, f"expected an element, found {cls.__name__}")
        writer = self[cls] = _counting_writer(cls)
        return writer


writers = _Writers()


def _counting_writer(cls: type[Element]) -> Writer:
    """Interpret the nodes of a class, and compile it when that happens often."""
    left = HOT

    def write(node: Any, around: Keys, out: list[str], lead: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            writers[cls] = _compile(spec_of(cls))
        _interpret(node, around, out, lead)

    return write


# -- markup and mixed content ----------------------------------------------------------------------------------------------

_MOST = 1024
_entries: dict[str, str] = {}  # names of markup that were checked and need no escaping, and how `_order` lists them
_blanks: dict[str, str] = {}  # the line breaks of a layout are few and come again


def _is_plain(node: Markup) -> bool:
    """Whether markup needs no prefixes and has nothing around it. The names of elements and attributes are remembered."""
    if node._form is not None or node._extras is not None or node.namespace != QTI:
        return False
    attributes = node.attributes
    if attributes.__class__ is not dict or node.content.__class__ is not list:
        return False
    if node.name in _entries and (not attributes or _entries.keys() >= attributes.keys()):
        return True
    for name in (node.name, *attributes):
        if name not in _entries:
            if not isinstance(name, str) or ":" in name or not is_name(name) or key_of(name) != name:
                return False
            if len(_entries) < _MOST:
                _entries[name] = f'["{name}"]'
    return True


def _markup(node: Markup, keys: Keys) -> str:
    """The value of plain markup. `keys` are those of markup in this scope."""
    attributes, content = node.attributes, node.content
    head = ""
    if attributes:
        pairs = [f'"{name}":{quote(text) if text.__class__ is str and text.isprintable() else _text(node, text, name)}' for name, text in attributes.items()]
        head = f'"_attributes":{{{",".join(pairs)}}}'
    if not content:
        return f"{{{head}}}" if head else '""'
    if len(content) == 1 and content[0].__class__ is str:
        text = _text(node, content[0])
        if not head:
            return text
        return f'{{{head},"_":{text}}}' if content[0] else f"{{{head}}}"
    return _mixed(node, content, head, keys)


def _text(node: object, text: Any, name: str | None = None) -> str:
    """Text as JSON. Raises `Wrong` for what XML does not have."""
    if not isinstance(text, str):
        raise Wrong(node, name, f"expected a str, found {text!r:.200}")
    if text.isprintable():
        return quote(text)
    quoted = _blanks.get(text)
    if quoted is None:
        if problem := text_problem(text):
            raise Wrong(node, name, f"the text has {problem}")
        quoted = quote(text)
        if text.isspace() and len(text) < 64 and len(_blanks) < _MOST:
            _blanks[text] = quoted
    return quoted


def _mixed(node: object, content: list[Any], attributes: str, keys: Keys) -> str:
    """The value of an element with that content, which is not empty. `keys` are those of the element."""
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
        raise Wrong(node, None, f"expected text, an element, markup, a comment or a processing instruction, found {item!r:.200}")


def _joined(value: Any) -> str:
    out: list[str] = []
    _encode(value, out)
    return "".join(out)


# -- typed elements --------------------------------------------------------------------------------------------------------


class _FieldWriters(dict[type, Writer]):
    """The writers of the classes that a field may hold. For others it raises `Wrong`; the compiled function adds its node."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field

    def __missing__(self, cls: type) -> Writer:
        if not issubclass(cls, self.field.targets):
            raise Wrong(None, self.field.name, f"expected {expected_children(self.field)}, found {cls.__name__}")
        writer = writers[cls]
        if writer.__name__ == "write_compiled":  # others are still counting
            self[cls] = writer
        return writer


def _compile(spec: Spec) -> Writer:
    """The function that writes the value of plain nodes."""
    if spec.namespace != QTI:
        return _interpret
    leave = "return interpret(node, around, out, lead)"
    scope: dict[str, Any] = {"interpret": _interpret, "spec": spec, "mixed": _mixed, "odd": _is_odd, "run": _run, "Invalid": Invalid, "Wrong": Wrong}
    lines = ["form = node._form", f"if node._extras is not None or (form is not None and not form.simple): {leave}"]
    parts: dict[str, str] = {}
    for field in spec.attributes:
        value, part = f"v{field.index}", f"a{field.index}"
        code, result = value_code(field, value, leave, scope, _SPECIAL)
        lines.append(f"{value} = node.{field.name}")
        if field.required:
            lines += code
            parts[str(field.xml_name)] = f',"{field.xml_name}":"{{{result}}}"'
        else:
            code = [leave] if field.json_number else [*code, f'{part} = f\',"{field.xml_name}":"{{{result}}}"\'']
            lines += [f"if {value} is None: {part} = ''", "else:", *(f"    {line}" for line in code)]
            parts[str(field.xml_name)] = f"{{{part}}}"
    if parts:
        pairs = ", ".join(f"{name!r}: f'{part}'" for name, part in parts.items())
        all_parts = "".join(parts.values())
        if spec.attributes[0].required:
            lines.append(f"if form is None: attributes = f'\"_attributes\":{{{{{all_parts[1:]}}}}}'")
        else:
            lines += ["if form is None:", f"    attributes = f'{all_parts}'", f"    {_WRAP}"]
        lines += [
            "else:",
            f"    parts = {{{pairs}}}",
            "    attributes = ''.join([parts.pop(name, '') for name in form.names]) + ''.join(parts.values())",
            f"    {_WRAP}",
        ]
    else:
        lines.append("attributes = ''")
    lines += _body(spec, spec.body, leave, scope) if spec.body is not None else _children(spec, leave, scope)
    source = "\n    ".join(["def write_compiled(node, around, out, lead):", *lines])
    return compile_function(source, "write_compiled", f"JSON writer of {spec.name}", scope)


_WRAP = """if attributes: attributes = '"_attributes":{' + attributes[1:] + '}'"""
_SPECIAL = '"\\'


def _is_odd(node: Element) -> bool:
    """Whether a child cannot stand under its name alone: something stands before it, or its name has a prefix."""
    return bool(node._extras is not None and node._extras.before) or (node._form is not None and node._form.prefix is not None)


def _body(spec: Spec, field: Field, leave: str, scope: dict[str, Any]) -> list[str]:
    empty = repr("{}" if spec.may_hold else '""')
    lines = [f"body = node.{field.name}"]
    if field.kind is Kind.TEXT:
        code, result = value_code(field, "body", leave, scope, _SPECIAL)
        return [
            *lines,
            *code,
            f"text = {result}",
            "if attributes: out.append(lead + '{' + attributes + (',\"_\":\"' + text + '\"}' if text else '}'))",
            f"else: out.append(lead + ('\"' + text + '\"' if text else {empty}))",
        ]
    return [
        *lines,
        f"if body.__class__ is not list: {leave}",
        "if body: out.append(lead + mixed(node, body, attributes, around.of(spec, around.scope)))",
        f"else: out.append(lead + ('{{' + attributes + '}}' if attributes else {empty}))",
    ]


def _run(children: list[Any], names: dict[type, str]) -> type | None:
    """The class of the first child, if the children can be written name by name without `_order`; `None`: somebody else has to look."""
    first: type[Any] = children[0].__class__
    if first not in names:
        return None
    strange = [child for child in children if child.__class__ is not first or child._extras is not None or child._form is not None]
    if not strange:
        return first
    kinds: list[type] = [*map(type, children)]
    different = dict.fromkeys(kinds)
    if not names.keys() >= different.keys() or any(map(_is_odd, strange)):
        return None
    return first if len(different) == 1 or kinds == [kind for kind in different for _ in range(kinds.count(kind))] else None


_WRITE_ONE_KIND = """\
    write = {1}[{3}]
    lead = comma + {2}[{3}] + '['
    for child in {0}:
        write(child, around, out, lead)
        lead = ','
    out.append(']')
    comma = ','"""
_WRITE_KINDS = """\
    last = None
    for child in {0}:
        kind = child.__class__
        if kind is not last:
            if last is not None: out.append(']')
            write, lead, last = {1}[kind], comma + {2}[kind] + '[', kind
            comma = ','
        write(child, around, out, lead)
        lead = ','
    out.append(']')"""


def _children(spec: Spec, leave: str, scope: dict[str, Any]) -> list[str]:
    check: list[str] = []
    write: list[str] = []
    for field in spec.children:
        child, writer, name, kind = (f"{letter}{field.index}" for letter in "cwnk")
        scope[writer] = _FieldWriters(field)
        # Elements of other namespaces have a prefix, or bring their namespace with them.
        scope[name] = {target: f'"{spec_of(target).name}":' for target in field.targets if spec_of(target).namespace == QTI}
        listed = [spec_of(target).name for target in field.targets if spec_of(target).name in spec.lists]
        check.append(f"{child} = node.{field.name}")
        if field.kind is Kind.CHILDREN:
            check += [
                f"if {child}.__class__ is not list: {leave}",
                f"if {child}:",
                f"    first = {child}[0]",
                f"    {kind} = first.__class__ if len({child}) == 1 and first._form is None and first._extras is None else run({child}, {name})",
                f"    if {kind} not in {name}: {leave}",
                *([f"    if {name}[{kind}] != {quote(listed[0])!r} + ':': {leave}"] if listed and len(field.targets) > 1 else []),
            ]
            template = _WRITE_ONE_KIND if len(field.targets) == 1 else _WRITE_KINDS
            write += [f"if {child}:", *template.format(child, writer, name, kind).splitlines()]
            write += ["else:", f"""    out.append(comma + '"{listed[0]}":[]')""", "    comma = ','"] if listed else []
        else:
            check += [
                f"if {child} is None: {leave if field.required else 'pass'}",
                f"elif {child}.__class__ not in {name} or odd({child}): {leave}",
            ]
            write += [
                f"if {child} is not None:",
                f"    {writer}[{child}.__class__]({child}, around, out, comma + {name}[{child}.__class__])",
                "    comma = ','",
            ]
    if not write:
        return ["out.append(lead + '{' + attributes + '}')" if spec.attributes else f"out.append(lead + {'{}' if spec.may_hold else chr(34) * 2!r})"]
    return [
        *check,
        "out.append(lead + '{' + attributes)",
        "comma = ',' if attributes else ''",
        "try:",
        *(f"    {line}" for line in write),
        "except Wrong as wrong:",
        "    if wrong.args[0] is not None: raise",
        "    raise Wrong(node, *wrong.args[1:]) from None",
        "out.append('}')",
    ]
