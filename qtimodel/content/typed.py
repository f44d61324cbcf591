"""Content JSON as text: hot classes, compiled.

Strategy: the mirror of `xml.tags`. The compiled function looks at every field before it writes anything; as long as all is plain, it writes the
object as a few strings. Anything else, such as children of different names that take turns, it leaves to the interpreter.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quote
from typing import Any

from .. import stack
from ..nodes import QTI, Element, Invalid
from ..spec import Field, Kind, Spec, spec_of
from ..xml.compiled import FieldWriters, compile_function
from ..xml.infoset import Wrong, has_right_types
from ..xml.tags import HOT, value_code
from .names import Keys
from .text import Writer, interpret, mixed, writers

__all__ = ["counting_writer"]


def counting_writer(cls: type[Element]) -> Writer:
    """Interpret the nodes of a class, and compile it when that happens often."""
    left = HOT

    def write(node: Any, around: Keys, out: list[str], lead: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            writers[cls] = _compile(spec_of(cls))
        interpret(node, around, out, lead)

    return write


writers.make = counting_writer


def _compile(spec: Spec) -> Writer:
    """The function that writes the value of plain nodes."""
    if spec.namespace != QTI:
        return interpret
    leave = "return interpret(node, around, out, lead)"
    scope: dict[str, Any] = {"interpret": interpret, "spec": spec, "mixed": mixed, "odd": _is_odd, "run": _run, "Invalid": Invalid, "Wrong": Wrong}
    scope["stack"] = stack
    scope["has_right_types"] = has_right_types
    lines = [
        *["if stack.deep and stack.is_long(): return stack.elsewhere(write_compiled, node, around, out, lead)"] * bool(spec.children),
        "form, extras = node._form, node._extras",
        f"if form is not None and not form.simple: {leave}",
        # What stands before a node is written with its siblings.
        f"if extras is not None and (extras.attributes or extras.trailing or not has_right_types(extras)): {leave}",
    ]
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
    """Whether a child cannot stand under its name alone: something stands around it, or its name has a prefix."""
    return bool(node._extras is not None and (node._extras.before or node._extras.after)) or (node._form is not None and node._form.prefix is not None)


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
        scope[writer] = FieldWriters(field, writers)
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
        "    interpret(node, around, out, lead)",  # it raises too, and says more
        "    raise Wrong(node, *wrong.args[1:]) from None",
        "out.append('}')",
    ]
