"""The WAI-ARIA attributes, declared once.

Strategy: a group class without an element of its own. Whatever accepts these attributes derives from it; own fields come first.
"""

from __future__ import annotations

from ..datatypes import DecimalNumber, IdentifierReference, LargeInteger, NonNegativeInteger, PositiveInteger, String
from ..nodes import Element, node_class
from ..spec import spec_default
from .vocabulary import (
    AriaAutocomplete,
    AriaCurrent,
    AriaInvalid,
    AriaLive,
    AriaOrientation,
    AriaRelevant,
    AriaSort,
    AriaState,
    AriaTristate,
    Role,
)

__all__ = ["AriaElement"]


@node_class
class AriaElement(Element):
    """Anything that may carry a role and the `aria-` attributes. Source: ASI 3.0.1, ARIABaseDType."""

    role: Role | None = None
    aria_activedescendant: IdentifierReference | None = None
    aria_atomic: bool | None = spec_default(False)
    aria_autocomplete: AriaAutocomplete | None = spec_default(AriaAutocomplete.NONE)
    aria_busy: bool | None = spec_default(False)
    aria_checked: AriaTristate | None = spec_default(AriaTristate.UNDEFINED)
    aria_colcount: NonNegativeInteger | None = None
    aria_colindex: NonNegativeInteger | None = None
    aria_colspan: NonNegativeInteger | None = None
    aria_controls: list[IdentifierReference] | None = None
    aria_current: AriaCurrent | None = spec_default(AriaCurrent.FALSE)
    aria_describedby: list[IdentifierReference] | None = None
    aria_details: IdentifierReference | None = None
    aria_disabled: bool | None = spec_default(False)
    aria_errormessage: IdentifierReference | None = None
    aria_expanded: AriaState | None = spec_default(AriaState.UNDEFINED)
    aria_flowto: list[IdentifierReference] | None = None
    aria_haspopup: bool | None = spec_default(False)
    aria_hidden: bool | None = spec_default(False)
    aria_invalid: AriaInvalid | None = spec_default(AriaInvalid.FALSE)
    aria_keyshortcuts: String | None = None
    aria_label: str | None = None
    aria_labelledby: list[IdentifierReference] | None = None
    aria_level: PositiveInteger | None = None
    aria_live: AriaLive | None = spec_default(AriaLive.OFF)
    aria_modal: bool | None = spec_default(False)
    aria_multiline: bool | None = spec_default(False)
    aria_multiselectable: bool | None = spec_default(False)
    aria_orientation: AriaOrientation | None = spec_default(AriaOrientation.HORIZONTAL)
    aria_owns: list[IdentifierReference] | None = None
    aria_placeholder: String | None = None
    aria_posinset: PositiveInteger | None = None
    aria_pressed: AriaTristate | None = spec_default(AriaTristate.UNDEFINED)
    aria_readonly: bool | None = spec_default(False)
    aria_relevant: list[AriaRelevant] | None = spec_default([AriaRelevant.ADDITIONS, AriaRelevant.TEXT])
    aria_required: bool | None = spec_default(False)
    aria_roledescription: String | None = None
    aria_rowcount: NonNegativeInteger | None = None
    aria_rowindex: NonNegativeInteger | None = None
    aria_rowspan: NonNegativeInteger | None = None
    aria_selected: AriaState | None = spec_default(AriaState.UNDEFINED)
    aria_setsize: LargeInteger | None = None
    aria_sort: AriaSort | None = spec_default(AriaSort.NONE)
    aria_valuemax: DecimalNumber | None = None
    aria_valuemin: DecimalNumber | None = None
    aria_valuenow: DecimalNumber | None = None
    aria_valuetext: String | None = None
