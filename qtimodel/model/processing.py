"""Outcome processing: the rules that compute the outcomes of a test from those of its items.

Strategy: rules stand in any order and mixture, so every holder of rules has one list, `outcome_rules`.
"""

from __future__ import annotations

from ..datatypes import Identifier
from ..nodes import Element, node_class
from ..spec import element, many
from .expressions import Expression
from .include import Include

__all__ = [
    "ExitTest",
    "LookupOutcomeValue",
    "OutcomeCondition",
    "OutcomeElse",
    "OutcomeElseIf",
    "OutcomeIf",
    "OutcomeProcessing",
    "OutcomeProcessingFragment",
    "OutcomeRule",
    "SetOutcomeValue",
]


@node_class
class OutcomeRule(Element):
    """Group: every rule of outcome processing, apart from `xi:include`."""


@element("qti-outcome-processing", document=True)
class OutcomeProcessing(Element):
    """The rules of a test, followed from the first to the last. Source: ASI 3.0.1, OutcomeProcessingDType."""

    outcome_rules: list[OutcomeRule | Include] = many()


@element("qti-set-outcome-value")
class SetOutcomeValue(OutcomeRule):
    """Sets an outcome to the value of an expression. Source: ASI 3.0.1, SetValueDType."""

    identifier: Identifier
    expression: Expression


@element("qti-lookup-outcome-value")
class LookupOutcomeValue(OutcomeRule):
    """Sets an outcome to what its table has for the value of an expression. Source: ASI 3.0.1, LookupOutcomeValueDType."""

    identifier: Identifier
    expression: Expression


@element("qti-exit-test")
class ExitTest(OutcomeRule):
    """Ends outcome processing. Source: ASI 3.0.1, EmptyPrimitiveTypeDType."""


@element("qti-outcome-processing-fragment")
class OutcomeProcessingFragment(OutcomeRule):
    """Rules that belong together, so that they can be included as one. Source: ASI 3.0.1, OutcomeProcessingFragmentDType."""

    outcome_rules: list[OutcomeRule | Include] = many()


@element("qti-outcome-if")
class OutcomeIf(Element):
    """The rules to follow if the expression is true. Source: ASI 3.0.1, OutcomeIfDType."""

    expression: Expression
    outcome_rules: list[OutcomeRule | Include] = many()


@element("qti-outcome-else-if")
class OutcomeElseIf(Element):
    """The rules to follow if this expression is true and none before it was. Source: ASI 3.0.1, OutcomeIfDType."""

    expression: Expression
    outcome_rules: list[OutcomeRule | Include] = many()


@element("qti-outcome-else")
class OutcomeElse(Element):
    """The rules to follow if no expression was true. Source: ASI 3.0.1, OutcomeElseDType."""

    outcome_rules: list[OutcomeRule | Include] = many()


@element("qti-outcome-condition")
class OutcomeCondition(OutcomeRule):
    """A choice between rules: at most one branch is followed. Source: ASI 3.0.1, OutcomeConditionDType."""

    outcome_if: OutcomeIf
    outcome_else_ifs: list[OutcomeElseIf] = many()
    outcome_else: OutcomeElse | None = None
