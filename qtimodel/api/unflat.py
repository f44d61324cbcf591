"""The flat form of an element to content JSON (dialect `api`), with the JSON path of everything that is wrong.

Strategy: the inverse of `flat`. Every attribute is checked here, so that problems speak of the keys that people wrote; what stands below
the flat elements is handed on as it is, and content JSON judges it. `moves` remembers where things went, so that its paths can be led back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from json import dumps
from math import inf, isfinite
from typing import Any

import attrs

from .. import stack
from ..content.careful import nearest
from ..content.feed import declarations_of, is_name
from ..content.names import ATTRIBUTES, EPILOG, ORDER, PROLOG, Keys, key_of
from ..content.taken import shown
from ..datatypes import text_problem
from ..json_text import Path
from ..json_values import WITHIN, NotJson, copied
from ..nodes import Element
from ..spec import Field, Flat, Spec
from ..xml.infoset import NEW_ROOT
from ..xml.names import ROOT, ScopeError
from ..xml.source import Limits
from .keys import CHILD, NAME, VALUE, Table, canonical, meant, name_in, sequence_of, table_of, text_of
from .quick import node_of

__all__ = ["Problem", "TooMuch", "Unflat"]

PROBLEMS = 10_000
DEPTH = Limits().depth
_OF_XML = ("xml:", "xmlns", "xsi:")


@attrs.frozen
class Problem:
    """Something wrong, or (severity `warning`) something that was supplied. `path` leads into the flat form."""

    path: Path
    code: str
    message: str
    severity: str = "error"
    recovered: bool = False  # there is a tree nevertheless, which holds the value as it was


class TooMuch(Exception):
    """There are so many problems that more help nobody."""


@attrs.frozen
class Child:
    """A child: its flat key, its place in the flat form, what it is."""

    key: str
    place: Path
    value: Any
    spec: Spec | None  # of a flat one
    sequence: float = inf


@attrs.define
class Unflat:
    """Turns one flat form into content JSON.

    After `document`: `problems`; `records`, what only the API knows of each flat element, in document order; `moves`, paths in the content
    JSON and in the flat form; `elements`, those of flat elements in the content JSON; `shows_specification`: an attribute that is not
    written is shown by a default that is not the API's.

    With `recover`, a value that is wrong becomes the text of its attribute. `others` are keys that may be beside the flat form, and were
    read already; `misspelt`, known keys that were spelt otherwise.

    With `quick`, plain flat elements become nodes at once, in the place of content JSON and in that of their records; `identifiers` are what
    was taken for such in them, and `moves` and `elements` know nothing of them.
    """

    strict: bool = False
    recover: bool = False
    quick: bool = False
    others: tuple[str, ...] = ()
    identifiers: list[str] = attrs.field(factory=list)
    problems: list[Problem] = attrs.field(factory=list)
    records: list[dict[str, Any] | Element] = attrs.field(factory=list)
    misspelt: set[Path] = attrs.field(factory=set)
    moves: list[tuple[Path, Path]] = attrs.field(factory=list)
    elements: set[Path] = attrs.field(factory=set)
    shows_specification: bool = False

    def document(self, obj: Any, spec: Spec) -> dict[str, Any]:
        """The document whose root has that flat form."""
        if not isinstance(obj, dict):
            self.problem((), f"the body is {shown(obj)}; expected an object")
            return {}
        around = {key: obj[key] for key in (PROLOG, EPILOG) if obj.get(key)}
        self.moves += [((key,), (key,)) for key in around]
        given = obj.get(ATTRIBUTES)
        declared = (
            declarations_of({name: uri for name, uri in given.items() if isinstance(name, str) and isinstance(uri, str)}) if isinstance(given, dict) else []
        )
        try:
            raw = obj.get(NAME) or name_in(spec, ROOT.declare(declared) if declared else ROOT)
            raw = raw if isinstance(raw, str) else spec.name
            value = self.element(obj, raw, spec, Keys(None, ROOT), (), (key_of(raw),), root=True)
        except ScopeError as error:
            self.problem((ATTRIBUTES,), str(error))
            return {}
        except RecursionError:
            if not stack.is_deep():
                raise
            self.problem((), "the body is deeper than Python can follow from here")
            return {}
        return {**({PROLOG: around[PROLOG]} if PROLOG in around else {}), key_of(raw): value, **({EPILOG: around[EPILOG]} if EPILOG in around else {})}

    def problem(self, path: Path, message: str, code: str = "json", *, recovered: bool = False) -> None:
        """Note what is wrong. Raises `TooMuch` when there is too much of it."""
        if len(self.problems) >= PROBLEMS:
            raise TooMuch
        self.problems.append(Problem(path, code, message, recovered=recovered))

    # -- an element --------------------------------------------------------------------------------------------------------

    def element(self, obj: Any, raw: str, spec: Spec, around: Keys, path: Path, there: Path, *, root: bool = False) -> dict[str, Any]:
        """The content JSON of an element: `path` leads to it in the flat form, `there` in the content JSON."""
        if stack.deep and stack.is_long():
            return stack.elsewhere(self.element, obj, raw, spec, around, path, there, root=root)
        table = table_of(spec)
        self.elements.add(there)
        self.moves.append((there, path))
        if not isinstance(obj, dict):
            self.problem(path, f"a `{spec.name}` is {shown(obj)}; expected an object")
            return {}
        given = self.given(obj, path)
        texts = self.attributes(obj, given, table, path)
        if root and not declarations_of(texts):
            texts = {**dict(zip(NEW_ROOT.names, (NEW_ROOT.fixed or {}).values(), strict=True)), **texts}
        elif root and "xmlns" not in texts and ":" not in raw:
            texts = {"xmlns": spec.namespace, **texts}
        scope = around.scope
        try:
            scope = scope.declare(declarations) if (declarations := declarations_of(texts)) else scope
            known = is_name(raw) and scope.element(raw) == (spec.namespace, spec.name)
        except ScopeError:
            known = False
        if not known or not isinstance(obj.get(NAME, ""), str):
            expected = f"`{spec.name}` with a prefix that `{ATTRIBUTES}` here or around it declares for {spec.namespace}"
            self.problem((*path, NAME) if NAME in obj else path, f"`{NAME}` is {shown(obj.get(NAME, raw))}; expected {expected}")
        keys = around.of(spec, scope)
        record: dict[str, Any] = {}
        self.records.append(record)
        children = self.children(obj, table, keys, path, record)
        self.missing(obj, given, table, path, record, texts)
        groups: dict[str, list[Any]] = {}
        order: list[Any] = []
        entries = self.entries(obj, children, table, keys, path)
        counts = Counter(_raw_name(entry, table, keys) for entry in entries if isinstance(entry, Child))
        bare = {name for name, count in counts.items() if count == 1 and not keys[name].several}  # as content JSON has them: no array
        for entry in entries:
            if isinstance(entry, Child):
                name = _raw_name(entry, table, keys)
                items = groups.setdefault(name, [])
                below = (*there, key_of(name)) if name in bare else (*there, key_of(name), len(items))
                items.append(self.child(entry, name, table, keys, (*path, *entry.place), below))
                order.append([key_of(name)])
            else:
                order.append(entry)
        value: dict[str, Any] = {ATTRIBUTES: texts} if texts else {}
        value |= {key_of(name): items[0] if name in bare else items for name, items in groups.items()}
        names = [[key_of(name)] for name in keys.rebuilt(groups) for _ in groups[name]]
        if order != names or any(field.xml_name in groups for field in spec.json_numbers):
            value[ORDER] = order
        self.moves += [((*there, ATTRIBUTES, str(field.xml_name)), (*path, key)) for key, field in table.attributes.items() if field.xml_name in texts]
        return value

    def child(self, child: Child, name: str, table: Table, keys: Keys, path: Path, there: Path) -> Any:
        """The content JSON of a child."""
        if child.spec is not None:
            if self.quick and name == child.spec.name and keys.scope.plain:
                try:
                    node = node_of(child.value, child.spec, self.identifiers.append, DEPTH - len(there) // 2, self.shows)
                except (TypeError, AttributeError, ValueError):  # something is not what it should be; what, is found below
                    node = None
                if node is not None:
                    self.records.append(node)
                    return node
            return self.element(child.value, name, child.spec, keys, path, there)
        self.moves.append((there, path))
        return self.plain_values(child, name_in(table.values[child.key][1], keys.scope), path) if child.key in table.values else child.value

    def shows(self, _: str) -> None:
        """Note that an attribute is shown by a default that is not the API's."""
        self.shows_specification = True

    def plain_values(self, child: Child, name: str, path: Path) -> Any:
        """`{"value": ...}` as content JSON."""
        if not isinstance(child.value, dict) or child.value.keys() != {VALUE}:
            self.problem(path, f"`{child.key}` is {shown(child.value)}; expected an object with one key, `{VALUE}`")
            return {}
        given = child.value[VALUE]
        values = given if isinstance(given, list) else [given]
        self.moves += [((*path, name, index), (*path, VALUE, index) if values is given else (*path, VALUE)) for index in range(len(values))]
        for index, item in enumerate(values):
            if item is None or isinstance(item, (dict, list)) or (isinstance(item, float) and not isfinite(item)):
                where = (*path, VALUE, index) if values is given else (*path, VALUE)
                self.problem(where, f"`{VALUE}` is {shown(item)}; expected a text, a number, `true` or `false`, or an array of these")
                return {}
        return {name: values}

    # -- attributes --------------------------------------------------------------------------------------------------------

    def given(self, obj: dict[str, Any], path: Path) -> dict[str, Any]:
        """What stands in `_attributes`."""
        given = obj.get(ATTRIBUTES)
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.problem((*path, ATTRIBUTES), f"`{ATTRIBUTES}` is {shown(given)}; expected an object of texts")
            return {}
        for name, text in given.items():
            if not isinstance(name, str) or not is_name(name):
                self.problem((*path, ATTRIBUTES, str(name)), f"`{name!s:.80}` is no name of an attribute")
            elif text is not None and not isinstance(text, str):
                self.problem((*path, ATTRIBUTES, name), f"`{name}` is {shown(text)}; expected a text")
        return {name: text for name, text in given.items() if isinstance(name, str) and is_name(name) and (text is None or isinstance(text, str))}

    def attributes(self, obj: dict[str, Any], given: dict[str, Any], table: Table, path: Path) -> dict[str, str]:
        """The attributes with their texts."""
        known = table.spec.attribute_by_name
        texts = {name: text for name, text in given.items() if name not in known and text is not None}
        for key, field in table.attributes.items():
            name = str(field.xml_name)
            value, exact = obj.get(key), given.get(name)
            if value is None:
                if exact is not None and self.text(field, exact, (*path, ATTRIBUTES, name), name) is not None:
                    texts[name] = exact
                continue
            text = self.text(field, value, (*path, key), key)
            if text is None:
                continue
            if name in given and exact is None and not field.required and (shown_as := _shown(field, value, table)) is not None:
                self.shows_specification |= shown_as
            elif exact is not None and _means(field, exact, text):
                texts[name] = exact
            else:
                texts[name] = text
        return texts

    def text(self, field: Field, value: Any, path: Path, key: str) -> str | None:
        """The text of a value; `None`: it has none, which is noted."""
        try:
            return text_of(field, value, strict=self.strict)
        except ValueError as error:
            text = value if isinstance(value, str) else dumps(value) if isinstance(value, (int, float)) else None
            recovered = self.recover and text is not None and text_problem(text) is None
            self.problem(path, f"`{key}` {error}", "value", recovered=recovered)
            return text if recovered else None

    def missing(self, obj: dict[str, Any], given: dict[str, Any], table: Table, path: Path, record: Iterable[str], texts: dict[str, str]) -> None:
        """What is not there. Flat forms of real life lack some of it; it is supplied, or kept as missing, and noted."""
        needed = table.flat.needed if self.strict else ()
        for key in table.needed_lists([key for key in obj if not self.strict or obj[key] is not None], strict=self.strict):
            if (*path, key) not in self.misspelt:
                self.problem((*path, key), f"`{key}` is missing; expected an array: add it", "missing")
        for key, field in table.attributes.items():
            name = str(field.xml_name)
            if obj.get(key) is not None or given.get(name) is not None or not (field.required or key in needed):
                continue
            if (*path, key) in self.misspelt:
                continue
            default = table.flat.shown.get(key)
            expected = field.scalar.expected if field.scalar is not None else "a value"
            if key in needed or (default is None and key in table.flat.needed):
                self.problem((*path, key), f"`{key}` is missing; expected {expected}: add it{nearest(key, record)}", "missing", recovered=self.recover)
            elif default is not None:
                texts[name] = field.write(default)
                self.problems.append(Problem((*path, key), "missing", f"`{key}` is missing; it was read as `{texts[name]}`", "warning"))
            else:
                self.problems.append(Problem((*path, key), "missing", f"`{key}` is missing; the element was read without it", "warning"))

    # -- children ----------------------------------------------------------------------------------------------------------

    def children(self, obj: dict[Any, Any], table: Table, keys: Keys, path: Path, record: dict[str, Any]) -> list[Child]:
        """The children, key after key; keys that are nothing to the model go into the record."""
        order = obj.get(ORDER)
        listed = {entry[0] for entry in order if isinstance(entry, list) and len(entry) == 1 and isinstance(entry[0], str)} if isinstance(order, list) else ()
        found: list[Child] = []
        for key, value in obj.items():
            if not isinstance(key, str):
                self.problem((*path, str(key)), f"the key {key!r:.80} is no text")
                continue
            if table.is_own(key) and key not in table.values:
                continue
            field, spec = table.child(key, keys)
            if field is None and key not in listed and not key.startswith(CHILD):
                self.keep(key, value, table, path, record)
                continue
            if field is not None and value is None:
                continue
            flat = spec if field is not None and spec is not None and spec.flat is not None else None
            if key not in table.values and not is_name(key.removeprefix(CHILD)):
                self.problem((*path, key), f"`{key:.80}` is no name of an element")
            elif flat is not None and not isinstance(value, list):
                self.problem((*path, key), f"`{key}` is {shown(value)}; expected an array")
            elif isinstance(value, list):
                found += [self.placed(key, (key, index), item, flat, path) for index, item in enumerate(value)]
            else:
                found.append(self.placed(key, (key,), value, flat, path))
        return found

    def keep(self, key: str, value: Any, table: Table, path: Path, record: dict[str, Any]) -> None:
        """Put what only the API knows into the record. Another spelling of what the model knows would be lost there."""
        known = meant(key, table, self.others if not path else ())
        if known is not None:
            self.misspelt.add((*path, known))
            self.problem((*path, key), f"`{key:.80}` is no key of `{table.spec.name}`; did you mean `{known}`?", "unknown")
            return
        if key.startswith(_OF_XML):
            self.problem((*path, key), f"`{key:.80}` is an attribute of XML: write it in `{ATTRIBUTES}`", "unknown")
            return
        try:
            record[str(copied(key))] = copied(value, (), WITHIN)
        except NotJson as error:
            self.problem((*path, key, *error.path), f"what only the API knows must be JSON: {error.message}", "value")

    def placed(self, key: str, place: Path, item: Any, flat: Spec | None, path: Path) -> Child:
        """A child with its position."""
        position = item.get(Flat.SEQUENCE) if isinstance(item, dict) and flat is not None and table_of(flat).numbered else None
        if position is None:
            return Child(key, place, item, flat)
        sequence = sequence_of(position, strict=self.strict)
        if sequence is None:
            self.problem((*path, *place, Flat.SEQUENCE), f"`{Flat.SEQUENCE}` is {shown(position)}; expected a whole number of at least 1")
            return Child(key, place, item, flat)
        return Child(key, place, item, flat, sequence)

    def entries(self, obj: dict[str, Any], children: list[Child], table: Table, keys: Keys, path: Path) -> list[Any]:
        """The children in their order, and what stands among them."""
        order = obj.get(ORDER)
        if order is None:
            return [children[index] for index in table.sorted([(child.key, child.sequence) for child in children], keys)]
        if not isinstance(order, list):
            self.problem((*path, ORDER), f"`{ORDER}` is {shown(order)}; expected an array")
            return list(children)
        waiting: dict[str, list[Child]] = {}
        for child in reversed(children):
            waiting.setdefault(child.key, []).append(child)
        entries: list[Any] = []
        for index, entry in enumerate(order):
            match entry:
                case [str(key)]:
                    if waiting.get(key):
                        entries.append(waiting[key].pop())
                    else:
                        message = f"`{ORDER}` lists `{key}` once more than there are children at this key: remove it here or add the child"
                        self.problem((*path, ORDER, index), message)
                case str() | ["!", str()] | ["?", str(), str()]:
                    entries.append(entry)
                case _:
                    expected = 'expected a text, ["key"], ["!", comment] or ["?", target, data]'
                    self.problem((*path, ORDER, index), f"an entry of `{ORDER}` is {shown(entry)}; {expected}")
        for left in waiting.values():
            for child in reversed(left):
                self.problem((*path, *child.place), f'`{ORDER}` does not list this `{child.key}`: add ["{child.key}"] where it stands, or remove it')
        self.check_sequence([entry for entry in entries if isinstance(entry, Child)], table, keys, path)
        return entries

    def check_sequence(self, children: list[Child], table: Table, keys: Keys, path: Path) -> None:
        """`_order` rules; `sequence` must not say something else."""
        last: dict[int, Child] = {}
        for child in children:
            if child.sequence != inf:
                rank = table.rank(child.key, keys)[0]
                before = last.get(rank)
                if before is not None and before.sequence > child.sequence:
                    message = f"`{Flat.SEQUENCE}` is {child.sequence}, but `{ORDER}` has it behind one whose `{Flat.SEQUENCE}` is {before.sequence}"
                    self.problem((*path, *child.place, Flat.SEQUENCE), f"{message}: change one of them, or remove `{ORDER}`")
                last[rank] = child


def _raw_name(child: Child, table: Table, keys: Keys) -> str:
    """How XML has the name of a child."""
    given = child.value.get(NAME) if child.spec is not None and isinstance(child.value, dict) else None
    if isinstance(given, str):
        return given
    spec = table.child(child.key, keys)[1]
    return name_in(spec, keys.scope) if spec is not None and child.key in (*table.names, *table.values) else child.key.removeprefix(CHILD)


def _means(field: Field, exact: str, text: str) -> bool:
    """Whether two texts mean the same value."""
    try:
        return field.write(field.parse(exact)) == field.write(field.parse(text))
    except ValueError:
        return False


def _shown(field: Field, value: Any, table: Table) -> bool | None:
    """Whether a value is what the specification shows and not the API; `None`: it is no default."""
    default = table.flat.shown.get(field.flat_name)
    if default is None:
        return None
    if value == canonical(field, default):
        return False
    return True if value == canonical(field, field.default) else None
