"""What survives untyped: markup, comments, processing instructions, unknown attributes, and how things were written.

Strategy: a node keeps three kinds of facts apart.

* Its fields: what the document says, in types. They make a node equal to another.
* `extras`: what stands around the fields and has no field of its own: unknown attributes, comments, processing instructions,
  parts in a wrong place. They are content too and count in comparisons.
* `_form`: how it was written: order of attributes, prefixes, namespace declarations, `1` for `true`. It never counts in
  comparisons, is immutable (many nodes share one), and is used by the writer only while it still denotes the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar, dataclass_transform

import attrs

from .brief import Shown, brief
from .deep import Tree, compares_by_value
from .errors import ModelError

__all__ = [
    "MATHML",
    "QTI",
    "XINCLUDE",
    "XML",
    "XSI",
    "Comment",
    "Content",
    "Element",
    "Extras",
    "Form",
    "Invalid",
    "Markup",
    "Node",
    "ProcessingInstruction",
]

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XINCLUDE = "http://www.w3.org/2001/XInclude"
MATHML = "http://www.w3.org/1998/Math/MathML"

_C = TypeVar("_C", bound=type)


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field,))
def node_class(cls: _C) -> _C:
    """`attrs.define` as every node uses it: slots, keyword-only, own fields before inherited ones; equality, copies and repr are those of `Tree`."""
    return attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False, field_transformer=_own_first)(cls)


def _own_first(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """What an element declares itself is written before what it shares with others, such as the 47 attributes of ARIA."""
    names = (field.name for base in cls.__mro__[1:] for field in getattr(base, "__attrs_attrs__", ()))
    inherited = {name: position for position, name in enumerate(dict.fromkeys(names))}
    return sorted(fields, key=lambda field: inherited.get(field.name, -1))


@attrs.define
class Comment:
    """An XML comment.

    >>> Comment(" reviewed ")
    Comment(text=' reviewed ')
    """

    text: str


@attrs.define
class ProcessingInstruction:
    """An XML processing instruction: `<?target data?>`."""

    target: str
    data: str = ""


@attrs.frozen
class Invalid:
    """Stands in a field, after reading with `recover=True`, for a value that could not be read.

    `text` is what the document has; `None` means that the document lacks something required. The writer writes it back as it was.
    """

    text: str | None


@compares_by_value
@attrs.define(repr=False, eq=False, getstate_setstate=False)
class Extras(Shown, Tree):
    """What a node carries besides its declared fields.

    `attributes` maps the names of attributes that the model does not know (`data-x`, or `{namespace}name`) to their text.
    `before` stands in front of the node and moves with it, `trailing` after its last child, `after` behind a root.
    Unknown elements between typed ones are in `before` of the element they precede, or in `trailing`.
    `record` holds what the API's JSON says of the node and XML has no place for (`_id`); it does not count in comparisons.

    >>> from qtimodel import Weight
    >>> weight = Weight(identifier="W", value=2)
    >>> weight.extras.attributes["data-origin"] = "import"
    >>> weight == Weight(identifier="W", value=2)
    False
    """

    attributes: dict[str, str] = attrs.field(factory=dict)
    before: list[Content] = attrs.field(factory=list)
    trailing: list[Content] = attrs.field(factory=list)
    after: list[Content] = attrs.field(factory=list)
    record: dict[str, Any] = attrs.field(factory=dict, eq=False)

    def __bool__(self) -> bool:
        return bool(self.attributes or self.before or self.trailing or self.after)

    def __eq__(self, other: object) -> bool:
        # No extras and empty extras are the same: looking at `node.extras` must not change what a node equals.
        if other is None:
            return not self
        return Tree.__eq__(self, other)

    __hash__ = None

    def _shown(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in attrs.asdict(self, recurse=False).items() if value]


@attrs.frozen(eq=False)
class Form:
    """How one start tag was written. Immutable; forms without `lexical`, `fixed` and `content` are shared by many nodes.

    `names`: attribute names as written, in order. `fixed`: namespace declarations (`xmlns:m`) and schema locations (`{namespace}name`).
    `lexical`: attribute name to its text, where that is not the canonical text. `content`: the pieces of a text-only
    element that a comment or processing instruction divides.
    """

    names: tuple[str, ...] = ()
    prefix: str | None = None
    fixed: Mapping[str, str] | None = None
    lexical: Mapping[str, str] | None = None
    content: tuple[Content, ...] | None = None
    simple: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what no start tag could have, so that no writer has to look. Raises `ModelError`."""
        plain = self.prefix is None and self.fixed is None and self.lexical is None and self.content is None
        object.__setattr__(self, "simple", plain)
        if problem := self.problem():
            raise ModelError(f"a form with wrong {problem}")

    def problem(self) -> str | None:
        """What is of a type that no form has, and what is expected."""
        names: object = self.names
        quick = names.__class__ is tuple and _are_strings(map(type, self.names))
        if not quick and not _is_tuple(names, str):
            return f"`names`: expected a tuple of str, found {brief(names)}"
        if self.simple:
            return None
        prefix: object = self.prefix
        if prefix is not None and not isinstance(prefix, str):
            return f"`prefix`: expected a str or None, found {brief(prefix)}"
        for name, value in (("fixed", self.fixed), ("lexical", self.lexical)):
            if value is not None and not _is_mapping(value):
                return f"`{name}`: expected a mapping of str to str, or None, found {brief(value)}"
        for key in self.fixed or ():
            if key not in _FIXED and not key.startswith("xmlns:"):
                return f"`fixed`: expected namespace declarations and schema locations, found {brief(key)}"
        if self.content is not None and not _is_tuple(self.content, Content):
            return f"`content`: expected a tuple of content, or None, found {brief(self.content)}"
        return None

    def __copy__(self) -> Form:
        return self

    def __deepcopy__(self, memo: object) -> Form:
        return self


_are_strings = frozenset([str]).issuperset
_FIXED = ("xmlns", f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation")


def _is_tuple(value: object, kinds: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, kinds) for item in value)


def _is_mapping(value: object) -> bool:
    if value.__class__ is dict and _are_strings(map(type, value)) and _are_strings(map(type, value.values())):
        return True
    return isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)


@attrs.define(repr=False, eq=False, getstate_setstate=False)
class _Attrs:
    """Tells type checkers that `attrs.evolve` and `attrs.fields` take nodes: they know `attrs.define` only when it is spelt out."""


@node_class
class Node(_Attrs, Shown, Tree):
    """What typed elements and markup share: extras and the written form."""

    _extras: Extras | None = attrs.field(default=None, alias="extras")
    _form: Form | None = attrs.field(default=None, alias="form", eq=False)

    @property
    def extras(self) -> Extras:
        """What the node carries besides its fields; made when first asked for."""
        if self._extras is None:
            self._extras = Extras()
        return self._extras

    def _shown(self) -> list[tuple[str, Any]]:
        shown = []
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name, attrs.NOTHING)  # a node that is half made has a repr too
            if value is attrs.NOTHING:
                continue
            if field.name == "_extras":
                if value is None or (isinstance(value, Extras) and not value._shown()):
                    continue
            elif field.name == "_form" or _is_default(field, value):
                continue
            shown.append((field.alias or field.name, value))
        return shown


def _is_default(field: attrs.Attribute[Any], value: Any) -> bool:
    default: Any = field.default
    try:
        return bool(value == (default.factory() if hasattr(default, "factory") else default))
    except Exception:  # a wrong value that cannot be compared
        return False


@node_class
class Element(Node):
    """Base of every typed QTI element. Its fields are declared in `qtimodel.model`, one class per element."""


@node_class
class Markup(Node):
    """An element that is not typed: HTML, MathML, SSML, anything unknown. White space in it is content and kept exactly.

    `name` is the local name. `attributes` maps names (`href`, `{namespace}name`) to text. `content` mixes text (`str`), comments,
    processing instructions, markup and typed elements.

    >>> Markup(name="p", content=["Hello ", Markup(name="b", content=["world"])])
    Markup(name='p', content=['Hello ', Markup(name='b', content=['world'])])
    """

    name: str
    namespace: str | None = QTI
    attributes: dict[str, str] = attrs.field(factory=dict)
    content: list[Content] = attrs.field(factory=list)


Content: TypeAlias = str | Comment | ProcessingInstruction | Markup | Element
