"""`qtimodel explain`: what an element may have and where it may stand, from its declaration.

Strategy: everything here is derived from the specs and the docstrings of the classes. A group (`Expression`) is explained like an
element; where a declaration means all members of a group, the group is named instead of them, so that tables stay short.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import attrs
import click

from ..nodes import QTI, XINCLUDE, Element
from ..spec import Attributes, Field, Kind, Spec, element_classes, spec_of
from .terminal import console_for, draw, literal
from .wording import shown

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

__all__ = ["explain"]

_NAME, _HEAD, _ASIDE = "bold cyan", "bold", "dim"
_NARROWEST = 80  # columns: below that, tables would have to break names
_MANY = 12  # attributes of a group: more are named together
_FEW = 3  # members of a group: fewer are named one by one


@click.command(short_help="Explain an element of QTI.")
@click.argument("element", required=False)
@click.option("--no-color", is_flag=True, help="Plain text, also on a terminal.")
def explain(element: str | None, no_color: bool) -> None:
    """Explain an element of QTI: its attributes, its children in their order, where it may stand.

    ELEMENT is its name, with or without "qti-", or the name of its class or of a group of classes. Without it, all elements are listed.

    \b
    Examples:
      qtimodel explain
      qtimodel explain qti-assessment-section
      qtimodel explain OutcomeDeclaration
    """
    cls = None if element is None else _find(element)
    console = console_for(color=not no_color, pipe_width=100)
    console.width = max(console.width, _NARROWEST)
    draw(console, *(_everything() if cls is None else _explanation(cls)))


# -- names -----------------------------------------------------------------------------------------------------------------


@cache
def _groups() -> dict[type[Element], tuple[type[Element], ...]]:
    """Every group and its elements, the largest groups first."""
    members: dict[type[Element], list[type[Element]]] = {}
    for cls in element_classes():
        for base in cls.__mro__[1:]:
            if issubclass(base, Element) and base is not Element:
                members.setdefault(base, []).append(cls)
    return {group: tuple(found) for group, found in sorted(members.items(), key=lambda item: -len(item[1]))}


def _name(cls: type[Element]) -> str:
    """The name that people use."""
    if cls in _groups():
        return cls.__name__
    spec = spec_of(cls)
    return f"xi:{spec.name}" if spec.namespace == XINCLUDE else spec.name


def _plain(name: str) -> str:
    """What is left of a name without `qti-`, a prefix, capitals and hyphens."""
    return re.sub("[-_<>/\\s]", "", name.rpartition(":")[2].lower()).removeprefix("qti")


def _in_schema(name: str) -> bool:
    """Whether the schema has an element of that name."""
    from pathlib import Path

    from lxml import etree

    from ..validation import schema_path

    files = Path(schema_path()).parent.glob("*.xsd")
    return any(found.get("name") == name for file in files for found in etree.parse(file).iter("{http://www.w3.org/2001/XMLSchema}element"))


def _find(name: str) -> type[Element]:
    """The element or group of a name. Raises `click.UsageError` with the nearest names."""
    classes = {_plain(cls.__name__): cls for cls in [*_groups(), *element_classes()]}
    classes |= {_plain(spec_of(cls).name): cls for cls in element_classes()}
    wanted = _plain(name)
    if wanted in classes:
        return classes[wanted]
    if _in_schema(name):
        message = f"`{literal(name)}` has no class yet, as only elements of tests have one: it is read and written as markup, and `qtimodel validate` checks it"
        raise click.UsageError(message)
    near = dict.fromkeys(_name(classes[match]) for match in difflib.get_close_matches(wanted, classes, n=6))
    hint = f"did you mean {' or '.join(list(near)[:3])}?" if near else "`qtimodel explain` lists all elements"
    raise click.UsageError(f"no element is called `{literal(name)}`; {hint}")


def _covered(classes: Iterable[type[Element]]) -> list[str]:
    """The names of classes, where possible by groups, in their order."""
    wanted = dict.fromkeys(classes)
    names: dict[type[Element], str] = {}
    for group, members in _groups().items():
        if len(members) >= _FEW and all(member in wanted and member not in names for member in members):
            names |= dict.fromkeys(members, f"any {group.__name__} ({len(members)})")
    return list(dict.fromkeys(names.get(cls) or _name(cls) for cls in wanted))


# -- drawing ---------------------------------------------------------------------------------------------------------------


def _line(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(text, style=style)


def _section(title: str, *contents: RenderableType) -> Iterator[RenderableType]:
    """A blank line, a heading, and what belongs to it."""
    from rich.padding import Padding

    yield _line(f"\n{title}", _HEAD)
    for content in contents:
        yield Padding(content, (0, 0, 0, 2))


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, headed: bool = True) -> RenderableType:
    """A table whose first column is never broken."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    look = {"box": SIMPLE_HEAD, "padding": (0, 1, 0, 0)} if headed else {"box": None, "padding": (0, 2, 0, 0)}
    table = Table(show_header=headed, header_style=_ASIDE, show_edge=False, pad_edge=False, **look)
    for number, column in enumerate(columns):
        table.add_column(column, style=_NAME if number == 0 else "", overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*map(_line, row))
    return table


# -- one element or group --------------------------------------------------------------------------------------------------


def _explanation(cls: type[Element]) -> Iterator[RenderableType]:
    members = _groups().get(cls)
    spec = spec_of(members[0] if members else cls)
    yield _line(_name(cls), _NAME)
    namespace = f", namespace {spec.namespace}" if spec.namespace != QTI else ""
    yield _line(f"{'group of elements, ' if members else ''}class {cls.__module__}.{cls.__name__}{namespace}", _ASIDE)
    for paragraph in _paragraphs(cls.__doc__):
        yield _line(f"\n{paragraph}")
    if members:
        own = {field.name for field in attrs.fields(cls)}
        spec = attrs.evolve(spec, fields=tuple(field for field in spec.fields if field.name in own), alternatives=())
        if spec.attributes:
            yield from _attributes(list(spec.attributes), [])
        if spec.children:
            yield from _children(spec)
        yield from _section("Elements", _line(", ".join(map(_name, members))))
        return
    fields, large = _by_group(spec)
    more = [f"and the {number} attributes of {group}: see `qtimodel explain {group}`" for group, number in large]
    if spec.extra_attributes is not Attributes.NONE:
        more.append("and any other attribute" if spec.extra_attributes is Attributes.ANY else "and attributes of other namespaces")
    yield from _attributes(fields, more)
    yield from _content(spec)
    yield from _children(spec)
    parents = [parent for parent in element_classes() for field in spec_of(parent).children if cls in field.targets]
    places = ["the root of a document"] * spec.document + _covered(parents)
    yield from _section("May stand in", _line(", ".join(places) or "mixed content"))


def _by_group(spec: Spec) -> tuple[list[Field], list[tuple[str, int]]]:
    """The attributes to list, and how many more a large group declares."""

    def declared_by(field: Field) -> type:
        return next(base for base in spec.cls.__mro__ if any(known.name == field.name and not known.inherited for known in attrs.fields(base)))

    listed: list[Field] = []
    large: list[tuple[str, int]] = []
    for group, found in groupby(spec.attributes, declared_by):
        fields = list(found)
        if group is spec.cls or len(fields) <= _MANY:
            listed += fields
        else:
            large.append((group.__name__, len(fields)))
    return listed, large


def _attributes(fields: list[Field], more: list[str]) -> Iterator[RenderableType]:
    contents: list[RenderableType] = []
    if fields:
        rows, meanings = [], {}
        for field in fields:
            need = "required" if field.required else "optional" if field.default is None else f"default {field.write(field.default)}"
            name, values, meaning = _type(field)
            if len(field.scalar.values if field.scalar else ()) > 2 * _MANY:
                values, meaning = "see below", values
            rows.append((str(field.xml_name), need, name, values))
            if meaning:
                meanings[name.removeprefix("list of ")] = meaning
        odd = [f"; {field.xml_name} is {field.name}" for field in fields if field.name != re.sub("[-:]", "_", str(field.xml_name))]
        contents.append(_table(("name", "", "type", "values"), rows))
        contents += [_line(f"{name}: {meaning}", _ASIDE) for name, meaning in meanings.items()]
        contents.append(_line(f"In Python - and : become _{''.join(odd)}", _ASIDE))
    contents += map(_line, more or ["none"] * (not fields))
    yield from _section("Attributes", *contents)


def _type(field: Field) -> tuple[str, str, str]:
    """The name of a type, its values, and, where they cannot be listed, what they look like."""
    scalar = field.scalar
    assert scalar is not None
    name, values, meaning = scalar.name, " | ".join(map(shown, scalar.values)), scalar.expected.replace("`", "")
    if scalar.python is bool:
        values = "true | false"
    elif values and scalar.xsd != "enumeration":
        values += " | ext:..."
    return f"list of {name}" if field.is_list else name, values, "" if values or meaning == "text" else meaning


def _content(spec: Spec) -> Iterator[RenderableType]:
    body = spec.body
    if body is not None:
        what = "text, HTML and other markup, and QTI elements, in any mixture" if body.kind is Kind.MIXED else _type(body)[2] or "text"
        yield from _section("Content", _line(what), _line(f"In Python: {body.name}", _ASIDE))


def _children(spec: Spec) -> Iterator[RenderableType]:
    if not spec.children:
        if spec.body is None:
            yield from _section("Children", _line("none"))
        return
    rows = []
    for field in spec.children:
        names = _covered(field.targets) + ["any element of another namespace" if field.foreign else "any markup"] * field.wildcard
        several = field.minimum != field.maximum != 1 and len(field.targets) + field.wildcard > 1
        rows.append(("\n".join(names), _how_many(field) + (", any order" if several else ""), field.name))
    contents = [_table(("name", "how many", "in Python"), rows)]
    if spec.alternatives:
        names_of = {field.name: str(field.xml_name) for field in spec.children}
        groups = [" with ".join(names_of[name] for name in group) for group in spec.alternatives]
        contents.append(_line(f"Not together: {', or '.join(groups)}"))
    yield from _section("Children, in this order", *contents)


def _how_many(field: Field) -> str:
    """The cardinality in words."""
    least, most = field.minimum, field.maximum
    if most is None:
        return "any number" if least == 0 else f"at least {least}"
    if least == most:
        return f"exactly {least}"
    return f"at most {most}" if least == 0 else f"{least} to {most}"


# -- all elements ----------------------------------------------------------------------------------------------------------


def _everything() -> Iterator[RenderableType]:
    """Every element with the first sentence of its docstring, by module: a module is an area of the information model."""
    areas: dict[str, list[type[Element]]] = {}
    for cls in element_classes():
        areas.setdefault(cls.__module__, []).append(cls)
    yield _line(f"{sum(map(len, areas.values()))} elements in {len(areas)} areas")
    for module, classes in reversed(areas.items()):  # modules are imported bottom up
        yield from _section(_sentence(sys.modules[module].__doc__), _summaries(classes))
    yield from _section("Groups, which declarations name in place of their elements.", _summaries(_groups()))


def _summaries(classes: Iterable[type[Element]]) -> RenderableType:
    return _table(("name", "what it is"), [(_name(cls), _sentence(cls.__doc__).removeprefix("Group: ")) for cls in classes], headed=False)


def _paragraphs(documentation: str | None) -> list[str]:
    """Documentation without its line breaks and quotes."""
    return [" ".join(paragraph.split()).replace("`", "") for paragraph in (documentation or "").split("\n\n")]


def _sentence(documentation: str | None) -> str:
    """The first sentence."""
    return re.split(r"(?<=[^.]\.) (?=[A-Z])", _paragraphs(documentation)[0])[0]
