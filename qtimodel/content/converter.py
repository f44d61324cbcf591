"""Content JSON for cattrs: a converter for the elements and markup in classes of users' own.

Strategy: one predicate and one hook for each direction; what a class is, is looked up once, when cattrs asks for its hook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..nodes import Element, Markup

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["make_converter"]


def make_converter(dialect: str = "api", converter: Converter | None = None) -> Converter:
    """A cattrs converter that reads and writes elements and markup as content JSON, alone or within classes of your own.

    Each is a document, with its name as the key. `converter` gets the hooks, if it is given. Hooks read every dialect and write `dialect`; they
    raise `DocumentError` and `ModelError`, in the exception groups of cattrs where it makes them.

    >>> from typing import TypedDict
    >>> from qtimodel import Ordering, content
    >>> Preset = TypedDict("Preset", {"name": str, "ordering": Ordering})
    >>> converter = content.make_converter("xmltodict")
    >>> converter.unstructure({"name": "shuffled", "ordering": Ordering(shuffle=True)}, Preset)
    {'name': 'shuffled', 'ordering': {'qti-ordering': {'@xmlns': 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0', '@shuffle': 'true'}}}
    >>> converter.structure(_, Preset)
    {'name': 'shuffled', 'ordering': Ordering(shuffle=True)}
    """
    from cattrs import Converter

    from . import structure, unstructure

    def structure_hook(cls: Any) -> Callable[[Any, Any], Any]:
        return lambda obj, _: structure(obj, cls)

    def unstructure_hook(cls: Any) -> Callable[[Any], Any]:
        return lambda tree: unstructure(tree, dialect)

    converter = converter if converter is not None else Converter()
    converter.register_structure_hook_factory(_is_ours, structure_hook)
    converter.register_unstructure_hook_factory(_is_ours, unstructure_hook)
    return converter


def _is_ours(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, (Element, Markup))
