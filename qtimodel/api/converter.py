"""The API's JSON for cattrs: a converter for the records and elements in classes of users' own.

Strategy: one predicate and one hook for each direction. Structuring hooks are made by a factory, which looks up once what a class is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..nodes import Element
from .body import read_body
from .elements import structure_element, unstructure_element
from .record import AssessmentTestRecord

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["make_converter"]


def make_converter(converter: Converter | None = None) -> Converter:
    """A cattrs converter that reads and writes records and elements as API JSON, alone or within classes of your own.

    `converter` gets the hooks, if it is given. A record is a whole body, an element its flat form, or else its content JSON. Needs
    `cattrs`. Hooks raise `DocumentError` and `ModelError`, in the exception groups of cattrs where it makes them.

    >>> from typing import TypedDict
    >>> from qtimodel import AssessmentItemRef, api
    >>> Favourites = TypedDict("Favourites", {"owner": str, "refs": list[AssessmentItemRef]})
    >>> converter = api.make_converter()
    >>> converter.unstructure({"owner": "Ada", "refs": [AssessmentItemRef(identifier="i1", href="i1.xml")]}, Favourites)
    {'owner': 'Ada', 'refs': [{'identifier': 'i1', 'href': 'i1.xml'}]}
    >>> converter.structure(_, Favourites)
    {'owner': 'Ada', 'refs': [AssessmentItemRef(identifier='i1', href='i1.xml')]}
    """
    from cattrs import Converter

    converter = converter if converter is not None else Converter()
    converter.register_structure_hook_factory(_is_ours, _structure_hook)
    converter.register_unstructure_hook_factory(_is_ours, _unstructure_hook)
    return converter


def _is_ours(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, (AssessmentTestRecord, Element))


def _structure_hook(cls: Any) -> Callable[[Any, Any], Any]:
    if issubclass(cls, AssessmentTestRecord):
        return lambda body, _: read_body(body, False, None, None, None)
    return structure_element


def _unstructure_hook(cls: Any) -> Callable[[Any], Any]:
    if issubclass(cls, AssessmentTestRecord):
        from . import unstructure

        return unstructure
    return unstructure_element
