"""What the annotations of a class mean: the names that its module has, and element classes that it may name without importing them.

Strategy: each annotation is read where it was written, in the module of the class that has it, also when a subclass inherits it. Only a
name that this module does not have is looked for among the declared classes, the nearest first: same function, same module, same
package, anywhere. Two classes that are equally near are an error, because a guess would change what a document means.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, get_type_hints

__all__ = ["Unresolved", "annotation_of", "owners_of"]

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")


class Unresolved(Exception):
    """A name in an annotation means nothing, or several things. `args` is a message."""


def owners_of(cls: type) -> dict[str, type]:
    """Which of the classes that a class extends annotates each of its fields."""
    return {name: base for base in reversed(cls.__mro__) for name in inspect.get_annotations(base)}


def annotation_of(base: type, field: str, known: Callable[[], Iterable[type]]) -> Any:
    """The annotation of a field in the class that has it, with its names resolved. `known` gives the classes that need no import. Raises `Unresolved`."""
    annotation = inspect.get_annotations(base)[field]
    names = vars(sys.modules[base.__module__]) if base.__module__ in sys.modules else {}
    others: dict[str, Any] = {}
    if isinstance(annotation, str):
        for name in _NAME.findall(annotation):
            if name not in names and not hasattr(builtins, name):
                found = _nearest(base, [other for other in known() if other.__name__ == name])
                if found is not None:
                    others[name] = found
    try:
        return get_type_hints(SimpleNamespace(__annotations__={field: annotation}), globalns=names, localns=others, include_extras=True)[field]
    except NameError as error:
        raise Unresolved(f"`{annotation}` names `{error.name}`, which {base.__module__} does not have: import it there, or declare it first") from None
    except (TypeError, SyntaxError, AttributeError) as error:
        raise Unresolved(f"`{annotation}` cannot be evaluated: {error}") from None


def _nearest(base: type, candidates: list[type]) -> type | None:
    """The class of that name that is nearest to where it is named."""
    scope = base.__qualname__.rpartition(".")[0]
    package = base.__module__.partition(".")[0]
    for near in (
        lambda other: (other.__module__, other.__qualname__.rpartition(".")[0]) == (base.__module__, scope),
        lambda other: other.__module__ == base.__module__,
        lambda other: other.__module__.partition(".")[0] == package,
        lambda other: True,
    ):
        found = list(filter(near, candidates))
        if len(found) > 1:
            places = " and ".join(f"{other.__module__}.{other.__qualname__}" for other in found[:3])
            raise Unresolved(f"`{found[0].__name__}` may mean {places}: import the one that is meant")
        if found:
            return found[0]
    return None
