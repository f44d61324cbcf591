"""XML as the API's own server makes it.

Strategy: that server writes no attribute that the API shows always and XML may lack, nor those that only requests have. So a copy of the tree
without them is written; which they are, the declarations say.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from .. import xml
from ..arguments import check_choice
from ..model import AssessmentTest
from ..nodes import Element
from ..spec import spec_of
from .keys import table_of
from .record import AssessmentTestRecord, record_of

__all__ = ["to_xml"]


def to_xml(record: AssessmentTestRecord | AssessmentTest, *, profile: Literal["default", "server"] = "default") -> str:
    """The XML of a record, without a line break at its end. Raises `ModelError`.

    `default` is `raw_xml`: the XML that was given, changed where the tree was, otherwise everything that the tree has. `server` is what the API's
    server makes of the same test: no `required` and `fixed` of sections, no `tool-name` and `tool-version`, and never the XML that was given.
    Source: fact sheet "API JSON", section 3.
    """
    check_choice("profile", profile, ("default", "server"))
    record = record_of(record)
    return record.raw_xml if profile == "default" else xml.dumps(_plain(record.test))


def _plain(node: Any) -> Any:
    """A copy of a flat node without what the server leaves out; other nodes as they are."""
    spec = spec_of(type(node)) if isinstance(node, Element) else None
    if spec is None or spec.flat is None:
        return node
    table = table_of(spec)
    left_out = [table.attributes[key] for key in (*spec.flat.shown, *spec.flat.requests)]
    changes: dict[str, Any] = {field.name: None for field in left_out if not field.required}
    for field in spec.children:
        held = getattr(node, field.name)
        changes[field.name] = list(map(_plain, held)) if isinstance(held, list) else held
    return attrs.evolve(node, **changes)
