"""Hot classes, compiled for writing.

Strategy: the mirror of `shapes`. The compiled function looks at every field once; as long as all is plain it builds the start tag
as one string. At the first thing that is not, before anything of it was written but what stands in front (`begun`), it hands the node to the interpreter.
"""

from __future__ import annotations

from typing import Any

from .. import stack
from ..datatypes import NO_SPACE, full_match
from ..nodes import QTI, Element, Invalid
from ..spec import Field, Kind, Spec, spec_of
from .compiled import FieldWriters, compile_function
from .infoset import Wrong, has_right_types
from .names import Scope
from .writer import Output, Writer, interpret, too_deep, write_before, write_content, writers

HOT = 24  # compiling costs about as much as interpreting some dozens of nodes


def counting_writer(cls: type[Element]) -> Writer:
    """Interpret the nodes of a class, and compile it when that happens often."""
    compiles = spec_of(cls).namespace == QTI  # compiled functions write no prefixes
    left = HOT

    def write(node: Any, out: Output, line: str, step: str, scope: Scope) -> None:
        nonlocal left
        left -= 1
        if left <= 0 and compiles:
            writers[cls] = _compile(spec_of(cls))
        interpret(node, out, line, step, scope)

    return write


writers.make = counting_writer


def _compile(spec: Spec) -> Writer:
    """The function for nodes whose attributes stand as declared; it knows the one for those that stand in another order."""
    ordered = _function(spec, {}, ordered=True)
    return _function(spec, {"write_ordered": ordered}, ordered=False)


def _function(spec: Spec, scope: dict[str, Any], *, ordered: bool) -> Writer:
    leave = "return interpret(node, out, line, step, scope, begun=begun)"
    scope |= {"interpret": interpret, "Invalid": Invalid, "Wrong": Wrong, "too_deep": too_deep, "write_before": write_before, "write_content": write_content}
    scope["stack"] = stack
    scope["has_right_types"] = has_right_types
    begun = ", begun" if ordered else ""
    lines: list[str] = []
    if spec.children:
        lines.append(f"if stack.deep and stack.is_long(): return stack.elsewhere(write_compiled, node, out, line, step, scope{begun})")
    if not ordered:
        lines += [
            "begun = False",
            "form, extras = node._form, node._extras",
            "if form is not None or extras is not None or not scope.plain:",
            f"    if (form is not None and not form.simple) or not scope.plain: {leave}",
            "    if extras is not None:",
            f"        if extras.attributes or extras.trailing or extras.after or not has_right_types(extras): {leave}",
            "        if extras.before:",
            "            write_before(node, extras.before, out, line, step, scope)",
            "            begun = True",
            "    if form is not None: return write_ordered(node, out, line, step, scope, begun)",
        ]
    parts: dict[str, str] = {}
    for field in spec.attributes:
        lines += _attribute(field, leave, scope)
        parts[str(field.xml_name)] = f' {field.xml_name}="{{a{field.index}}}"' if field.required else f"{{a{field.index}}}"
    head = f"<{spec.name}{''.join(parts.values())}"
    if ordered:
        pairs = ", ".join(f"{name!r}: f'{part}'" for name, part in parts.items())
        lines += [f"parts = {{{pairs}}}", f"head = '<{spec.name}' + ''.join([parts.pop(name, '') for name in node._form.names]) + ''.join(parts.values())"]
        head = "{head}"
    if spec.body is not None:
        lines += _body(spec, spec.body, head, leave, scope)
    else:
        lines += _children(spec, head, leave, scope)
    source = "\n    ".join([f"def write_compiled(node, out, line, step, scope{begun}):", *lines])
    return compile_function(source, "write_compiled", f"writer of {spec.name}", scope)


def _attribute(field: Field, leave: str, scope: dict[str, Any]) -> list[str]:
    """Code that sets `a<index>`: the text of a required attribute, or the whole optional one."""
    value, text = f"v{field.index}", f"a{field.index}"
    code, result = value_code(field, value, leave, scope, _IN_ATTRIBUTE)
    if field.required:
        return [f"{value} = node.{field.name}", *code, f"{text} = {result}"]
    written = f"f' {field.xml_name}=\"{{{result}}}\"'"
    return [f"{value} = node.{field.name}", f"if {value} is None: {text} = ''", "else:", *(f"    {line}" for line in [*code, f"{text} = {written}"])]


_IN_ATTRIBUTE, _IN_TEXT = '&<"', "&<>"


def value_code(field: Field, value: str, leave: str, scope: dict[str, Any], special: str) -> tuple[list[str], str]:
    """Code that checks a value and leaves if one of the `special` characters is in it, and the expression of its text."""
    scalar = field.scalar
    assert scalar is not None
    name = f"{value}_"
    if scalar.python is bool and not field.is_list:
        return [f"if {value} is True: {value} = 'true'", f"elif {value} is False: {value} = 'false'", f"else: {leave}"], value
    plain = [] if scalar.safe else [" and ".join([f"{value}.isprintable()", *(f"{character!r} not in {value}" for character in special)])]
    if scalar.token_regex is not None and field.is_list:
        # The joined text of a list is canonical, and has as many parts as the list, when each part is.
        scope[name] = full_match(scalar.token_regex)
        checks = [f"{name}({value}) is not None", f"{value}.count(' ') == count - 1", *plain]
        join = [f"count = len({value}) if {value}.__class__ is list else 0", f"    {value} = ' '.join({value})"]
        return [join[0], "try:", join[1], "except TypeError:", f"    {leave}", f"if not ({' and '.join(checks)}): {leave}"], value
    if field.is_list or scalar.python is not str:
        scope[name] = scalar.remembered if scalar.remembered is not None and not field.is_list else field.write
        unsafe = [] if scalar.safe or scalar.lookup is not None else [f"if not ({plain[0]}): {leave}"]
        return ["try:", f"    {value} = {name}({value})", "except (TypeError, ValueError):", f"    {leave}", *unsafe], value
    checks = [f"{value}.__class__ is str"]
    if scalar.regex == NO_SPACE:  # the other white space is not printable
        checks.append(f"' ' not in {value}")
    elif scalar.regex is not None:
        scope[name] = full_match(scalar.regex)
        checks.append(f"{name}({value}) is not None")
    return [f"if not ({' and '.join([*checks, *plain])}): {leave}"], value


def _body(spec: Spec, field: Field, head: str, leave: str, scope: dict[str, Any]) -> list[str]:
    lines = [f"body = node.{field.name}"]
    if field.kind is Kind.TEXT:
        code, result = value_code(field, "body", leave, scope, _IN_TEXT)
        return [*lines, *code, f"out.append(f'{head}>{{{result}}}</{spec.name}>' if {result} else f'{head}/>')"]
    return [
        *lines,
        f"if body.__class__ is not list: {leave}",
        f"if not body: out.append(f'{head}/>')",
        "else:",
        f"    out.append(f'{head}>')",
        "    write_content(node, body, out, line, step, scope)",
        f"    out.append('</{spec.name}>')",
    ]


def _children(spec: Spec, head: str, leave: str, scope: dict[str, Any]) -> list[str]:
    if not spec.children:
        return [f"out.append(f'{head}/>')"]
    gather: list[str] = []
    write: list[str] = []
    present: list[str] = []
    for field in spec.children:
        child, name = f"c{field.index}", f"w{field.index}"
        scope[name] = FieldWriters(field, writers)
        gather.append(f"{child} = node.{field.name}")
        if field.kind is Kind.CHILDREN:
            gather.append(f"if {child}.__class__ is not list: {leave}")
            if field.wildcard:
                gather.append(f"if {child}: {leave}")
                continue
            present.append(child)
            write += [f"for child in {child}:", "    out.append(inner)", f"    {name}[child.__class__](child, out, inner, step, scope)"]
        else:
            gather.append(f"if {child}.__class__ is Invalid{f' or {child} is None' if field.required else ''}: {leave}")
            present.append(f"{child} is not None")
            write += [f"if {child} is not None:", "    out.append(inner)", f"    {name}[{child}.__class__]({child}, out, inner, step, scope)"]
    if not present:
        return [*gather, f"out.append(f'{head}/>')"]
    return [
        *gather,
        f"if {' or '.join(present)}:",
        f"    out.append(f'{head}>')",
        "    inner = line + step",
        "    if out.left <= 0: raise too_deep(node, out)",
        "    out.left -= 1",
        "    try:",
        *(f"        {line}" for line in write),
        "    except Wrong as wrong:",
        "        if wrong.args[0] is not None: raise",
        "        interpret(node, out, line, step, scope, begun=True)",  # it raises too, and says more
        "        raise Wrong(node, *wrong.args[1:]) from None",
        "    out.left += 1",
        "    out.append(line)",
        f"    out.append('</{spec.name}>')",
        f"else: out.append(f'{head}/>')",
    ]
