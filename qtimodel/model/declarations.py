"""Declarations of variables: outcomes and contexts of a test, their defaults, and the tables that look outcomes up."""

from __future__ import annotations

from ..datatypes import AnyURI, Double, Identifier, IdentifierReference, Integer, NonNegativeDouble, String
from ..nodes import Element
from ..spec import Flat, element, flat_values, json_number, many, spec_default, text
from .vocabulary import BaseType, Cardinality, ExternalScored, View

__all__ = [
    "ContextDeclaration",
    "DefaultValue",
    "InterpolationTable",
    "InterpolationTableEntry",
    "MatchTable",
    "MatchTableEntry",
    "OutcomeDeclaration",
    "Value",
]


@element("qti-value")
class Value(Element):
    """One value, as text. `field_identifier` and `base_type` are for the fields of a record.

    Source: ASI 3.0.1, ValueDType.
    """

    field_identifier: Identifier | None = None
    base_type: BaseType | None = None
    value: str = text()


@element("qti-default-value")
class DefaultValue(Element):
    """What a variable holds before anything sets it: one value, or several as its cardinality has it.

    Source: ASI 3.0.1, DefaultValueDType.
    """

    interpretation: str | None = None
    values: list[Value] = many(1)


@element("qti-match-table-entry")
class MatchTableEntry(Element):
    """The result for one whole number. Source: ASI 3.0.1, MatchTableEntryDType."""

    source_value: Integer
    target_value: String


@element("qti-match-table")
class MatchTable(Element):
    """Looks a whole number up; `default_value` is the result when no entry matches. Source: ASI 3.0.1, MatchTableDType."""

    default_value: String | None = None
    match_table_entries: list[MatchTableEntry] = many(1)


@element("qti-interpolation-table-entry")
class InterpolationTableEntry(Element):
    """The result from a lower bound on; `include_boundary` says whether the bound itself belongs to it.

    Source: ASI 3.0.1, InterpolationTableEntryDType.
    """

    source_value: Double
    target_value: String
    include_boundary: bool | None = spec_default(True)


@element("qti-interpolation-table")
class InterpolationTable(Element):
    """Looks a number up in ranges; the first entry that fits wins. Source: ASI 3.0.1, InterpolationTableDType."""

    default_value: String | None = None
    interpolation_table_entries: list[InterpolationTableEntry] = many(1)


@element("qti-context-declaration", names="variable")
class ContextDeclaration(Element):
    """A variable that the environment of the delivery provides, such as facts on the candidate.

    Source: ASI 3.0.1, ContextDeclarationDType.
    """

    identifier: Identifier
    cardinality: Cardinality
    base_type: BaseType | None = None
    default_value: DefaultValue | None = None


@element(
    "qti-outcome-declaration",
    document=True,
    alternatives=(("match_table",), ("interpolation_table",)),
    flat=Flat(
        keys=("identifier", "cardinality", "baseType", Flat.OTHER),
        shown={"cardinality": Cardinality.SINGLE},
        needed=("identifier", "cardinality"),  # records have no base type, so that responses may lack it
    ),
    names="variable",
)
class OutcomeDeclaration(Element):
    """A variable that outcome processing sets, such as a score; at most one table serves `qti-lookup-outcome-value`.

    The default of `normal_minimum` is new in 3.0.1: 3.0.0 has none. Source: ASI 3.0.1, OutcomeDeclarationDType.
    """

    identifier: Identifier
    cardinality: Cardinality
    base_type: BaseType | None = None
    view: list[View] | None = None
    interpretation: String | None = None
    long_interpretation: AnyURI | None = None
    normal_maximum: NonNegativeDouble | None = json_number()
    normal_minimum: Double | None = json_number(default=0.0)
    mastery_value: Double | None = None
    external_scored: ExternalScored | None = None
    variable_identifier_ref: IdentifierReference | None = None
    default_value: DefaultValue | None = flat_values("defaultValue")
    match_table: MatchTable | None = None
    interpolation_table: InterpolationTable | None = None
