"""Plain nodes to their flat form and back, compiled.

Strategy: as everywhere, the quick way can only say yes. `shown` makes the flat form of a node, `node_of` the node of a flat form, both `None` at
anything that is not plain: a comment, a lexical form, an unknown key, siblings of several kinds, a value that is not canonical. Then `flat`
and `unflat` do it, which know everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, lru_cache
from math import isfinite
from typing import Any, NamedTuple, cast

from ..content.names import ATTRIBUTES, Keys
from ..content.plain import Plain, plain_of
from ..content.plain import node_of as content_node_of
from ..content.text import writers
from ..datatypes import IDENTIFIER, NO_SPACE, full_match
from ..memory import Memory, is_short
from ..nodes import QTI, Element
from ..spec import Field, Flat, Kind, Spec, spec_of
from ..xml.compiled import compile_function
from ..xml.names import ROOT
from ..xml.tags import value_code
from .keys import canonical, table_of

__all__ = ["node_of", "shown"]

_KEYS = Keys(None, ROOT.declare([("xmlns", QTI)]))
_LEAVE = "return None"
_MOST = 256

Show = Callable[[Any, int | None], dict[str, Any] | None]


# -- values ----------------------------------------------------------------------------------------------------------------


@cache
def _number(field: Field) -> Callable[[Any], Any]:
    """The JSON of a number of an attribute. Raises `TypeError` and `ValueError`."""

    def number(value: Any) -> Any:
        field.write(value)
        return canonical(field, value)

    return lru_cache(4096, typed=True)(number)


@cache
def _typed_number(field: Field) -> Callable[[Any], Any]:
    """The value of an attribute that a JSON number means. Raises `TypeError` and `ValueError`."""

    def typed(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or (isinstance(value, float) and not isfinite(value)):
            raise TypeError
        return field.parse(field.write(value))

    return lru_cache(4096, typed=True)(typed)


def _shown_value(field: Field, value: str, scope: dict[str, Any]) -> tuple[list[str], str]:
    """Code that checks a value of the tree, and the expression of its JSON."""
    scalar = field.scalar
    assert scalar is not None
    name = f"{value}_"
    if field.is_list:
        code, _ = value_code(field, f"t{value}", _LEAVE, scope, "")
        return [f"t{value} = {value}", *code], f"[*{value}]"
    if scalar.python is bool:
        return [f"if {value} is not True and {value} is not False: {_LEAVE}"], value
    if (scalar.values and not isinstance(scalar.values[0], str)) or (scalar.values and isinstance(scalar.python, type) and scalar.python is not str):
        scope[name] = {member: str(member.value) for member in scalar.values}
        scope[f"{name}class"] = scalar.python
        return [f"if {value}.__class__ is not {name}class: {_LEAVE}"], f"{name}[{value}]"
    if scalar.python is str:
        code, result = value_code(field, value, _LEAVE, scope, "")
        return code, result
    scope[name] = _number(field)
    return ["try:", f"    {value} = {name}({value})", "except (TypeError, ValueError):", f"    {_LEAVE}"], value


# -- trees to flat forms ---------------------------------------------------------------------------------------------------


def shown(node: Element, *, api_defaults: bool, marks: bool) -> dict[str, Any] | None:
    """The flat form of a plain node in a document whose default namespace is QTI's. If it says its position, that is still 0."""
    spec = spec_of(type(node))
    return _show(spec, api_defaults, marks)(node, 0) if spec.flat is not None else None


@cache
def _show(spec: Spec, api_defaults: bool, marks: bool) -> Show:
    table = table_of(spec)
    if spec.namespace != QTI:
        return lambda node, position: None
    scope: dict[str, Any] = {"content_of": _content_of, "flat_of": {}, "Class": spec.cls}
    lines = [f"if node._extras is not None or node._form is not None: {_LEAVE}"]
    always: dict[str, str] = {}
    sometimes: list[tuple[str, str]] = []
    marked: list[str] = []
    for key, field in table.attributes.items():
        value = f"v{field.index}"
        code, result = _shown_value(field, value, scope)
        lines.append(f"{value} = node.{field.name}")
        default = table.flat.shown.get(key)
        if field.required:
            lines += code
            always[key] = result
        elif default is not None and marks:
            scope[f"d{field.index}"] = canonical(field, default if api_defaults else field.default)
            lines += [f"m{field.index} = {value} is None", f"if m{field.index}: {value} = d{field.index}", "else:", *(f"    {line}" for line in code)]
            marked.append(f"m{field.index}")
            always[key] = value if result == value else f"(v{field.index} if m{field.index} else {result})"
        elif default is not None:
            scope[f"d{field.index}"] = canonical(field, default if api_defaults else field.default)
            lines += [f"if {value} is None: s{field.index} = d{field.index}", "else:", *(f"    {line}" for line in code), f"    s{field.index} = {result}"]
            always[key] = f"s{field.index}"
        else:
            lines += [f"if {value} is not None:", *(f"    {line}" for line in code)]
            sometimes.append((key, f"if {value} is not None: result[{key!r}] = {result}"))
    late: list[str] = []
    for field in spec.children:
        lines += _show_children(field, table.lists, api_defaults, marks, scope, always, late)
    literal = []
    for key in table.flat.keys:
        if key == Flat.SEQUENCE:
            literal.append(f"{key!r}: position")
        elif key in always:
            literal.append(f"{key!r}: {always[key]}")
    first = {key for key in table.flat.keys if key in always}
    lines.append(f"result = {{{', '.join(literal)}}}")
    lines += [code for key, code in sometimes if key in table.flat.keys]
    for key in table.attributes:
        if key in always and key not in first:
            lines.append(f"result[{key!r}] = {always[key]}")
        lines += [code for name, code in sometimes if name == key and key not in table.flat.keys]
    lines += late
    if marked:
        names = {f"m{field.index}": str(field.xml_name) for key, field in table.attributes.items() if key in table.flat.shown}
        pairs = ", ".join(f"({names[mark]!r}, {mark})" for mark in marked)
        lines.append(f"if {' or '.join(marked)}: result[{ATTRIBUTES!r}] = {{name: None for name, mark in ({pairs},) if mark}}")
    source = "\n    ".join(["def show(node, position):", *lines, "return result"])
    compiled: Show = compile_function(source, "show", f"flat form of {spec.name}", scope)
    return compiled


def _show_children(
    field: Field, lists: tuple[str, ...], api_defaults: bool, marks: bool, scope: dict[str, Any], always: dict[str, str], late: list[str]
) -> list[str]:
    """Code that makes `l<index>`, the JSON of the children of a field, and `n<index>`, their key."""
    child, name, result = f"c{field.index}", f"n{field.index}", f"l{field.index}"
    lines = [f"{child} = node.{field.name}", f"{name} = {result} = None"]
    if field.wildcard:
        return [*lines, f"if {child}: {_LEAVE}"]
    specs = {target: spec_of(target) for target in field.targets if spec_of(target).namespace == QTI}
    own = {spec.name for spec in specs.values()}
    scope[f"k{field.index}"] = {target: spec.name for target, spec in specs.items()}
    scope[f"f{field.index}"] = {
        target: (lambda node, position, spec=spec: _show(spec, api_defaults, marks)(node, position)) for target, spec in specs.items() if spec.flat is not None
    }
    if field.kind is Kind.CHILD:
        if field.flat_values is not None or any(spec.flat is not None for spec in specs.values()):
            return [*lines, f"if {child} is not None: {_LEAVE}"]
        lines += [f"if {child} is not None:", f"    {name} = k{field.index}.get({child}.__class__)", f"    {result} = content_of({child}) if {name} else None"]
        lines.append(f"    if {result} is None: {_LEAVE}")
        late.append(f"if {name} is not None: result[{name}] = {result}")
        return lines
    lines += [
        f"if {child}.__class__ is not list: {_LEAVE}",
        f"if {child}:",
        f"    kind = {child}[0].__class__",
        f"    {name} = k{field.index}.get(kind)",
        f"    if {name} is None or (len({child}) > 1 and [c for c in {child} if c.__class__ is not kind]): {_LEAVE}",
        f"    flat = f{field.index}.get(kind)",
        f"    if flat is not None: {result} = [flat(c, position) for position, c in enumerate({child}, 1)]",
        f"    else: {result} = [content_of(c) for c in {child}]",
        f"    if None in {result}: {_LEAVE}",
    ]
    for listed in sorted(own & set(lists)):
        always[listed] = f"({result} if {name} == {listed!r} else [])" if len(own) > 1 else f"({result} or [])"
    rest = own - set(lists)
    if rest:
        late.append(f"if {name} is not None{f' and {name} not in {sorted(own & set(lists))!r}' if own & set(lists) else ''}: result[{name}] = {result}")
    return lines


def _content_of(node: Element) -> Any:
    """The value of a plain typed node in content JSON."""
    if node._extras is not None or node._form is not None:
        return None
    write = _leaves.get(node.__class__) or _leaf(node.__class__)
    value = write(node)
    if value is None:
        pieces: list[str] = []
        writers[node.__class__](node, _KEYS, pieces, "")
        value = json.loads("".join(pieces))
    return value


_leaves: dict[type, Callable[[Any], Any]] = {}


def _leaf(cls: type[Element]) -> Callable[[Any], Any]:
    """The function for elements that have nothing but attributes; `None` if one has more."""
    spec = spec_of(cls)
    scope: dict[str, Any] = {}
    lines: list[str] = []
    required: list[str] = []
    optional: list[str] = []
    for field in spec.attributes:
        value = f"v{field.index}"
        code, result = value_code(field, value, _LEAVE, scope, "")
        lines.append(f"{value} = node.{field.name}")
        if field.required and not optional:
            lines += code
            required.append(f"{field.xml_name!r}: {result}")
        else:
            lines += [f"if {value} is not None:", *(f"    {line}" for line in ([_LEAVE] if field.json_number else code))]
            optional.append(f"if {value} is not None: attributes[{field.xml_name!r}] = {result}")
    lines += [f"if node.{field.name}: {_LEAVE}" for field in (*spec.children, *((spec.body,) if spec.body else ()))]
    if spec.lists or any(field.required for field in spec.children) or not spec.attributes or spec.namespace != QTI:
        lines = [_LEAVE]
    lines += [f"attributes = {{{', '.join(required)}}}", *optional, "return {'_attributes': attributes} if attributes else {}"]
    function: Callable[[Any], Any] = compile_function("\n    ".join(["def leaf(node):", *lines]), "leaf", f"leaf {spec.name}", scope)
    _leaves[cls] = function
    return function


# -- flat forms to trees ---------------------------------------------------------------------------------------------------


def node_of(obj: Any, spec: Spec, trust: Callable[[str], None], room: int, shows: Callable[[str], None]) -> Element | None:
    """The node of a plain flat form in a document whose default namespace is QTI's.

    `trust` takes identifiers, which the caller checks all at once. `room`: how many levels are left. `shows` is called for every attribute that is
    not written and shown by a default that is not the API's.
    """
    if obj.__class__ is not dict or room <= 0:
        return None
    names = tuple(obj)
    shapes = _shapes(spec)
    shape = shapes.get(names)
    if shape is None:
        if not all(isinstance(name, str) for name in names) or not is_short(names):
            return None
        shape = shapes.keep(names, _shape(spec, names), names)
    node = shape.make(obj, trust, shows)
    if node is None:
        return None
    for key, field, child, plain, several in shape.children:
        value = obj[key]
        if several:
            if value.__class__ is not list:
                return None
            nodes = getattr(node, field)
            if plain is None:
                numbered = bool(value) and Flat.SEQUENCE in value[0]
                last = 1
                for one in value:
                    made = node_of(one, child, trust, room - 1, shows)
                    if made is None or (Flat.SEQUENCE in one) is not numbered:
                        return None
                    if numbered:
                        position = one[Flat.SEQUENCE]
                        if position.__class__ is not int or position < last:
                            return None
                        last = position
                    nodes.append(made)
            else:
                for one in value:
                    made = content_node_of(plain, one, trust, room - 1, eager=True) if one.__class__ in (dict, str) else None
                    if made is None:
                        return None
                    nodes.append(made)
        else:
            made = content_node_of(plain, value, trust, room - 1, eager=True) if plain is not None and value.__class__ in (dict, str) else None
            if made is None or getattr(node, field) is not None:
                return None
            setattr(node, field, made)
    return cast(Element, node)


class _Shape(NamedTuple):
    """Flat objects with the same keys: the function for the attributes, and the children: key, field, declaration, how content is read, a list?"""

    make: Callable[[dict[str, Any], Callable[[str], None], Callable[[str], None]], Any]
    children: tuple[tuple[str, str, Spec, Plain | None, bool], ...]


@cache
def _shapes(spec: Spec) -> Memory[tuple[str, ...], _Shape]:
    return Memory(_MOST)


def _shape(spec: Spec, names: tuple[str, ...]) -> _Shape:
    never = _Shape(lambda obj, trust, shows: None, ())
    table = table_of(spec)
    scope: dict[str, Any] = {"new": object.__new__, "Class": spec.cls}
    lines: list[str] = []
    if ATTRIBUTES in names:
        shown = {str(table.attributes[key].xml_name) for key in table.flat.shown}
        scope["markable"] = frozenset(shown)
        lines += [
            f"given = obj[{ATTRIBUTES!r}]",
            f"if given.__class__ is not dict or not given.keys() <= markable or {{*given.values()}} != {{None}}: {_LEAVE}",
        ]
    values: dict[str, str] = {}
    children: list[tuple[str, str, Spec, Plain | None, bool]] = []
    fields: dict[int, int] = {}
    for index, key in enumerate(names):
        field = table.attributes.get(key)
        if field is not None:
            values[field.name] = _read_value(field, key, f"v{index}", table.flat, ATTRIBUTES in names, lines, scope)
        elif key in table.names and not table.is_own(key):
            found, child = table.names[key]
            plain = plain_of(child) if child.flat is None else None
            if found.wildcard or (plain is None and child.flat is None) or (child.flat is not None and found.kind is Kind.CHILD):
                return never
            fields[found.index] = fields.get(found.index, 0) + 1
            children.append((key, found.name, child, plain, found.kind is Kind.CHILDREN))
            if fields[found.index] > 1:  # siblings of several kinds, unless the others are lists without anything in them
                others = [name for name, *_ in children[:-1] if table.names[name][0] is found]
                lines += [f"if obj[{key!r}] and ({' or '.join(f'obj[{name!r}]' for name in others)}): {_LEAVE}"]
        elif key not in (ATTRIBUTES, Flat.SEQUENCE) or (key == Flat.SEQUENCE and not table.numbered):
            return never
    if any(field.required and field.name not in values for field in spec.attributes) or any(
        field.required and field.index not in fields for field in spec.children
    ):
        return never
    if table.needed_lists(names, strict=False):
        return never
    lines.append("node = new(Class)")
    lines += [f"node.{name} = {value}" for name, value in values.items()]
    absent = [field.name for field in spec.fields if field.name not in values and field.kind in (Kind.ATTRIBUTE, Kind.CHILD)]
    lines += [f"node.{field.name} = []" for field in spec.children if field.kind is Kind.CHILDREN]
    lines.append(" = ".join(f"node.{name}" for name in [*absent, "_extras", "_form"]) + " = None")
    make = compile_function("\n    ".join(["def make(obj, trust, shows):", *lines, "return node"]), "make", f"flat shape of {spec.name}", scope)
    return _Shape(make, tuple(children))


def _read_value(field: Field, key: str, value: str, flat: Flat, marked: bool, lines: list[str], scope: dict[str, Any]) -> str:
    """Code that checks the JSON of an attribute; returns the expression of its value."""
    scalar = field.scalar
    assert scalar is not None
    lines.append(f"{value} = obj[{key!r}]")
    code: list[str] = []
    result = value
    name = f"{value}_"
    if field.is_list:
        scope[name] = full_match(scalar.token_regex) if scalar.token_regex else None
        if scalar.token_regex is None:
            code = [_LEAVE]
        else:
            code = [
                f"if {value}.__class__ is not list: {_LEAVE}",
                f"t{value} = ' '.join({value})",
                f"if {name}(t{value}) is None or t{value}.count(' ') != len({value}) - 1 or not t{value}.isprintable(): {_LEAVE}",
            ]
            result = f"[*{value}]"
    elif scalar.python is bool:
        code = [f"if {value} is not True and {value} is not False: {_LEAVE}"]
    elif scalar.lookup is not None and scalar.values:
        scope[name] = scalar.lookup
        code = [f"if {value}.__class__ is not str: {_LEAVE}", f"{value} = {name}({value})", f"if {value} is None: {_LEAVE}"]
    elif scalar.python is str:
        code = [f"if {value}.__class__ is not str or not {value}.isprintable(): {_LEAVE}"]
        if scalar is IDENTIFIER:  # checked at the end, all of them at once
            code.append(f"trust({value})")
        elif scalar.regex == NO_SPACE:
            code.append(f"if ' ' in {value}: {_LEAVE}")
        elif scalar.regex is not None:
            scope[name] = full_match(scalar.regex)
            code.append(f"if {name}({value}) is None: {_LEAVE}")
    elif scalar.python is not str and str not in (scalar.python if isinstance(scalar.python, tuple) else ()):
        scope[name] = _typed_number(field)
        code = ["try:", f"    {value} = {name}({value})", "except (TypeError, ValueError, OverflowError):", f"    {_LEAVE}"]
    else:
        code = [_LEAVE]
    default = flat.shown.get(key)
    if default is None or field.required or not marked:
        lines += code
        return result
    # It may be marked as shown and not written: then the value must still be one of the defaults.
    api, specification = canonical(field, default), canonical(field, field.default)
    scope |= {f"{value}api": api, f"{value}own": specification}
    unwritten = [f"if {value} is {value}api: pass", f"elif {value} is {value}own: shows({key!r})", f"else: {_LEAVE}", f"{value} = None"]
    if scalar.python is not bool:
        unwritten = [_LEAVE]
    lines += [f"if {str(field.xml_name)!r} in given:", *(f"    {line}" for line in unwritten), "else:", *(f"    {line}" for line in code)]
    return result
