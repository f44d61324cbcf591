"""What each name means below each parent, for the whole process.

Strategy: real documents are small and alike. Which class a start tag makes, its place in the schema's order and
the function compiled for its attributes depend on the parent's declaration and on the namespaces in force, not on
the document. So the tables that a reading fills are kept for the next one. Documents can be hostile: the tables
have a budget of memory, and are dropped as a whole, after the reading that exceeded it.

Threads share the tables without a lock: entries are made complete before they are added, and two threads that add
the same entry add equal ones.
"""

from __future__ import annotations

from operator import attrgetter

from ..spec import Field, Kind, Spec, declared_count
from .names import Scope
from .shapes import HOT, Make, MarkupShapes, Shapes, is_short
from .starts import compile_scoped

__all__ = ["BUDGET", "Table", "Tables", "shared_tables"]

BUDGET = 16_000_000  # about as many bytes; all of QTI in the tests' documents needs a twentieth of it
_ENTRY, _TABLE, _COMPILED = 400, 1_200, 4_000  # bytes, measured with a few thousand of each
_LETTER = 16  # bytes of a compiled function for each character of its names


class Table(dict[str, tuple[int, Shapes | MarkupShapes, "Table"]]):
    """What the children of an element mean in a scope: place in the order, shapes, table of the child. Filled as names occur.

    `content` gets the list that collects the content of a mixed or text-only element from its node; `None`: element-only.
    `ends`: there is something to do at the end tag.
    """

    __slots__ = ("body", "content", "ends", "required", "scope", "spec")

    def __init__(self, spec: Spec | None, scope: Scope) -> None:
        super().__init__()
        self.spec, self.scope = spec, scope
        self.body = spec.body if spec else _MARKUP_BODY
        self.content = attrgetter(self.body.name) if self.body else None
        self.required = tuple(field for field in spec.children if field.required) if spec else ()
        self.ends = spec is not None and (bool(self.required) or self.body is not None)


_MARKUP_BODY = Field("content", Kind.MIXED, 0)


class Tables:
    """All tables, by declaration and scope. `root` is the table around the root; `cost`: bytes, roughly."""

    __slots__ = ("_makers", "_scopes", "_seen", "_shapes", "_tables", "cost", "declared", "root")

    def __init__(self) -> None:
        self.cost = 0
        self.declared = declared_count()
        self.root = Table(None, Scope({}))
        self._tables: dict[tuple[Spec | None, int], Table] = {}
        self._shapes: dict[tuple[type, str, Kind], Shapes] = {}
        self._scopes: dict[tuple[int, tuple[tuple[str, str], ...]], Scope] = {}
        self._makers: dict[tuple[Spec | None, int, str, tuple[str, ...]], Make] = {}
        self._seen: dict[tuple[Spec | None, int, str, tuple[str, ...]], int] = {}

    def scope(self, outer: Scope, declarations: list[tuple[str, str]]) -> Scope:
        """The scope inside a start tag that declares these namespaces: the same object for the same declarations. Raises `ScopeError`."""
        key = id(outer), tuple(declarations)
        scope = self._scopes.get(key)
        if scope is None:
            scope = self._scopes.setdefault(key, outer.declare(declarations))
            self.cost += _TABLE + sum(len(name) + len(uri) for name, uri in declarations)
        return scope

    def table(self, spec: Spec | None, scope: Scope) -> Table:
        """The table of the children of an element. It keeps its scope, so that ids of scopes are unique."""
        key = spec, id(scope)
        table = self._tables.get(key)
        if table is None:
            table = self._tables.setdefault(key, Table(spec, scope))
            self.cost += _TABLE
        return table

    def maker(self, spec: Spec | None, scope: Scope, name: str, names: tuple[str, ...]) -> Make | None:
        """The function for start tags `name` with attributes `names` that depend on the scope, if they are frequent."""
        return self._makers.get((spec, id(scope), name, names))

    def count(self, spec: Spec | None, scope: Scope, name: str, names: tuple[str, ...]) -> None:
        """Count such a start tag that was read without an error in its names; compile its function when it is frequent."""
        key = spec, id(scope), name, names
        if key in self._makers or not is_short(names):
            return
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        if seen == 1:
            self.cost += _ENTRY + sum(map(len, names))
        if seen == (HOT if spec is not None else 2):
            self._makers[key] = compile_scoped(spec, scope, name, names)
            self.cost += _COMPILED + _LETTER * sum(map(len, names))

    def note(self, table: Table, name: str, names: tuple[str, ...], index: int, field: Field, child_table: Table) -> None:
        """Prepare the fast path for the next start tag `name` with attributes `names`, a child in `field` of the element of `table`."""
        spec = child_table.spec
        entry = table.get(name)
        if entry is not None:
            shapes = entry[1]
        elif spec is not None and (":" not in name or child_table.scope.prefix_of(spec.namespace, attribute=False) == name.partition(":")[0]):
            shapes = self._shapes_of(spec, field)  # they keep no prefix: the writer would choose the same
        elif spec is None and field.kind is Kind.MIXED:
            shapes = MarkupShapes(name, child_table.scope.element(name)[0], field)
        else:
            return
        if shapes.count(names):
            self.cost += _ENTRY + sum(map(len, names))
        elif spec is not None and names in shapes:
            self.cost += _COMPILED + _LETTER * sum(map(len, names))
        if entry is None:
            table[name] = index, shapes, child_table
            self.cost += _ENTRY + len(name)

    def _shapes_of(self, spec: Spec, field: Field) -> Shapes:
        """The compiled shapes of a class in a field."""
        key = spec.cls, field.name, field.kind
        shapes = self._shapes.get(key)
        if shapes is None:
            shapes = self._shapes.setdefault(key, Shapes(spec, field))
            self.cost += _TABLE
        return shapes


_shared = Tables()


def shared_tables() -> Tables:
    """The tables of the process: new ones if the last reading exceeded the budget, or a class was declared since."""
    global _shared
    if _shared.cost > BUDGET or _shared.declared != declared_count():
        _shared = Tables()
    return _shared
