"""Expressions: values, variables and the operators over them.

Strategy: `Expression` is the group of all 64. The schema lets every expression stand in every place, whatever its type, with one
exception: the operands of `qti-sum`, which are the group `NumericExpression`. The other groups say how many operands an operator
takes; operators with one operand have `expression`, all others `expressions`.
"""

from __future__ import annotations

from ..datatypes import AnyURI, Coordinates, DoubleOrVariable, Identifier, IdentifierOrInteger, IntegerOrVariable, String, Token
from ..nodes import Element, Markup, node_class
from ..spec import Attributes, element, many, spec_default, text
from .vocabulary import BaseType, MathConstantName, MathOperatorName, RoundingMode, Shape, StatsOperatorName, ToleranceMode

__all__ = [
    "And",
    "AnyN",
    "AnyOperands",
    "BaseValue",
    "ContainerSize",
    "Contains",
    "Correct",
    "CustomOperator",
    "Default",
    "Delete",
    "Divide",
    "DurationGte",
    "DurationLt",
    "Equal",
    "EqualRounded",
    "Expression",
    "FieldValue",
    "Gcd",
    "Gt",
    "Gte",
    "Index",
    "Inside",
    "IntegerDivide",
    "IntegerModulus",
    "IntegerToFloat",
    "IsNull",
    "ItemSubset",
    "Lcm",
    "Lt",
    "Lte",
    "MapResponse",
    "MapResponsePoint",
    "Match",
    "MathConstant",
    "MathOperator",
    "Max",
    "Member",
    "Min",
    "Multiple",
    "Not",
    "Null",
    "NumberCorrect",
    "NumberIncorrect",
    "NumberPresented",
    "NumberResponded",
    "NumberSelected",
    "NumericExpression",
    "OneOperand",
    "Or",
    "Ordered",
    "OutcomeMaximum",
    "OutcomeMinimum",
    "PatternMatch",
    "Power",
    "Product",
    "Random",
    "RandomFloat",
    "RandomInteger",
    "Repeat",
    "Round",
    "RoundTo",
    "SomeOperands",
    "StatsOperator",
    "StringMatch",
    "Substring",
    "Subtract",
    "Sum",
    "TestVariables",
    "Truncate",
    "TwoOperands",
    "Variable",
    "VariableReference",
]

# -- groups ----------------------------------------------------------------------------------------------------------------


@node_class
class Expression(Element):
    """Group: every expression."""


@node_class
class NumericExpression(Expression):
    """Group: what `qti-sum` takes as operands, which is every expression that is not a truth value by its nature."""


@node_class
class OneOperand(Expression):
    """Group: operators with exactly one operand."""

    expression: Expression


@node_class
class TwoOperands(Expression):
    """Group: operators with exactly two operands."""

    expressions: list[Expression] = many(2, 2)


@node_class
class SomeOperands(Expression):
    """Group: operators with at least one operand."""

    expressions: list[Expression] = many(1)


@node_class
class AnyOperands(Expression):
    """Group: operators with any number of operands, also none."""

    expressions: list[Expression] = many()


@node_class
class VariableReference(NumericExpression):
    """Group: expressions that name one variable and nothing else."""

    identifier: Identifier


@node_class
class ItemSubset(NumericExpression):
    """Group: expressions over items of the test: those of a section, with one of these categories, without any of those."""

    section_identifier: Identifier | None = None
    include_category: list[Identifier] | None = None
    exclude_category: list[Identifier] | None = None


# -- values and variables --------------------------------------------------------------------------------------------------


@element("qti-null")
class Null(NumericExpression):
    """No value. Source: ASI 3.0.1, EmptyPrimitiveTypeDType."""


@element("qti-base-value")
class BaseValue(NumericExpression):
    """A constant, as text. Source: ASI 3.0.1, BaseValueDType."""

    base_type: BaseType
    value: String = text()


@element("qti-variable")
class Variable(NumericExpression):
    """The value of a variable. `REF.NAME` is the variable of an item; a weight of that item may multiply it.

    Source: ASI 3.0.1, VariableDType.
    """

    identifier: Identifier
    weight_identifier: Identifier | None = None


@element("qti-default")
class Default(VariableReference):
    """The default value of a variable. Source: ASI 3.0.1, DefaultDType."""


@element("qti-correct")
class Correct(VariableReference):
    """The correct response of a response variable. Source: ASI 3.0.1, CorrectDType."""


@element("qti-map-response")
class MapResponse(VariableReference):
    """The response as its mapping scores it. Source: ASI 3.0.1, MapResponseDType."""


@element("qti-map-response-point")
class MapResponsePoint(VariableReference):
    """The points of the response as its area mapping scores them. Source: ASI 3.0.1, MapResponseDType."""


@element("qti-math-constant")
class MathConstant(NumericExpression):
    """Pi or Euler's number. Source: ASI 3.0.1, MathConstantDType."""

    name: MathConstantName


@element("qti-random-integer")
class RandomInteger(NumericExpression):
    """A random one of `min`, `min + step`, ... up to `max`. Source: ASI 3.0.1, RandomIntegerDType."""

    min: IntegerOrVariable | None = spec_default(0)
    max: IntegerOrVariable
    step: IntegerOrVariable | None = spec_default(1)


@element("qti-random-float")
class RandomFloat(NumericExpression):
    """A random number from `min` to `max`. Source: ASI 3.0.1, RandomFloatDType."""

    min: DoubleOrVariable | None = spec_default(0.0)
    max: DoubleOrVariable


# -- over the items of a test ----------------------------------------------------------------------------------------------


@element("qti-test-variables")
class TestVariables(ItemSubset):
    """The values of one variable in all the items, as a container. Source: ASI 3.0.1, TestVariablesDType."""

    __test__ = False  # the name is no invitation to pytest

    variable_identifier: Identifier
    weight_identifier: Identifier | None = None
    base_type: BaseType | None = None


@element("qti-outcome-maximum")
class OutcomeMaximum(ItemSubset):
    """The sum of the greatest values that the items declare for an outcome. Source: ASI 3.0.1, OutcomeMinMaxDType."""

    outcome_identifier: Identifier
    weight_identifier: Identifier | None = None


@element("qti-outcome-minimum")
class OutcomeMinimum(ItemSubset):
    """The sum of the least values that the items declare for an outcome. Source: ASI 3.0.1, OutcomeMinMaxDType."""

    outcome_identifier: Identifier
    weight_identifier: Identifier | None = None


@element("qti-number-correct")
class NumberCorrect(ItemSubset):
    """How many items were answered with all responses correct. Source: ASI 3.0.1, NumberDType."""


@element("qti-number-incorrect")
class NumberIncorrect(ItemSubset):
    """How many items were answered with some response not correct. Source: ASI 3.0.1, NumberDType."""


@element("qti-number-presented")
class NumberPresented(ItemSubset):
    """How many items the candidate has seen. Source: ASI 3.0.1, NumberDType."""


@element("qti-number-responded")
class NumberResponded(ItemSubset):
    """How many items the candidate has answered. Source: ASI 3.0.1, NumberDType."""


@element("qti-number-selected")
class NumberSelected(ItemSubset):
    """How many items were selected for the candidate. Source: ASI 3.0.1, NumberDType."""


# -- truth values ----------------------------------------------------------------------------------------------------------


@element("qti-and")
class And(SomeOperands):
    """Whether all operands are true. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-or")
class Or(SomeOperands):
    """Whether an operand is true. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-any-n")
class AnyN(SomeOperands):
    """Whether at least `min` and at most `max` operands are true. Source: ASI 3.0.1, AnyNDType."""

    min: IntegerOrVariable
    max: IntegerOrVariable


@element("qti-not")
class Not(OneOperand):
    """Whether the operand is false. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-is-null")
class IsNull(OneOperand):
    """Whether the operand has no value; empty text and empty containers have none. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-match")
class Match(TwoOperands):
    """Whether both are the same value or container. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-member")
class Member(TwoOperands):
    """Whether the first, a single value, is in the second. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-contains")
class Contains(TwoOperands):
    """Whether the first container has all of the second. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-lt")
class Lt(TwoOperands):
    """Whether the first number is less. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-lte")
class Lte(TwoOperands):
    """Whether the first number is less or equal. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-gt")
class Gt(TwoOperands):
    """Whether the first number is greater. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-gte")
class Gte(TwoOperands):
    """Whether the first number is greater or equal. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-duration-lt")
class DurationLt(TwoOperands):
    """Whether the first duration is shorter. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-duration-gte")
class DurationGte(TwoOperands):
    """Whether the first duration is longer or equal. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-equal")
class Equal(TwoOperands):
    """Whether two numbers are equal within a tolerance.

    `tolerance` is one number for both directions or two, below and above: a difference if the mode is absolute, per cent if it
    is relative. The schema takes any text for it, such as the name of a variable. Source: ASI 3.0.1, EqualDType.
    """

    tolerance_mode: ToleranceMode | None = spec_default(ToleranceMode.EXACT)
    tolerance: list[Token] | None = None
    include_lower_bound: bool | None = spec_default(True)
    include_upper_bound: bool | None = spec_default(True)


@element("qti-equal-rounded")
class EqualRounded(TwoOperands):
    """Whether two numbers are equal when rounded. Source: ASI 3.0.1, EqualRoundedDType."""

    figures: IntegerOrVariable
    rounding_mode: RoundingMode | None = spec_default(RoundingMode.SIGNIFICANT_FIGURES)


@element("qti-string-match")
class StringMatch(TwoOperands):
    """Whether two texts are the same, or, with `substring`, whether the first has the second in it. Source: ASI 3.0.1, StringMatchDType."""

    case_sensitive: bool
    substring: bool | None = spec_default(False)


@element("qti-substring")
class Substring(TwoOperands):
    """Whether the first text stands in the second. Source: ASI 3.0.1, SubstringDType."""

    case_sensitive: bool


@element("qti-pattern-match")
class PatternMatch(OneOperand):
    """Whether the whole text matches a regular expression of XML Schema; `{name}` stands for a variable. Source: ASI 3.0.1, PatternMatchDType."""

    pattern: String


@element("qti-inside")
class Inside(OneOperand):
    """Whether a point lies in an area. Source: ASI 3.0.1, InsideDType."""

    shape: Shape
    coords: Coordinates


# -- containers ------------------------------------------------------------------------------------------------------------


@element("qti-multiple")
class Multiple(NumericExpression, AnyOperands):
    """A container of the operands, without order. Source: ASI 3.0.1, Logic0toManyDType."""


@element("qti-ordered")
class Ordered(NumericExpression, AnyOperands):
    """A container of the operands, in their order. Source: ASI 3.0.1, Logic0toManyDType."""


@element("qti-container-size")
class ContainerSize(NumericExpression, OneOperand):
    """How many values a container has. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-index")
class Index(NumericExpression, OneOperand):
    """The value at position `n` of an ordered container, counted from 1. Source: ASI 3.0.1, IndexDType."""

    n: IdentifierOrInteger


@element("qti-field-value")
class FieldValue(NumericExpression, OneOperand):
    """One field of a record. Source: ASI 3.0.1, FieldValueDType."""

    field_identifier: Identifier


@element("qti-random")
class Random(NumericExpression, OneOperand):
    """A random value out of a container. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-delete")
class Delete(NumericExpression, TwoOperands):
    """The second operand, a container, without every occurrence of the first. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-repeat")
class Repeat(NumericExpression, SomeOperands):
    """An ordered container of the operands, so many times over. Source: ASI 3.0.1, RepeatDType."""

    number_repeats: IdentifierOrInteger


# -- numbers ---------------------------------------------------------------------------------------------------------------


@element("qti-sum")
class Sum(NumericExpression):
    """The sum of the operands. Source: ASI 3.0.1, NumericLogic1toManyDType."""

    expressions: list[NumericExpression] = many(1)


@element("qti-subtract")
class Subtract(NumericExpression, TwoOperands):
    """The first number minus the second. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-product")
class Product(NumericExpression, SomeOperands):
    """The product of the operands. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-divide")
class Divide(NumericExpression, TwoOperands):
    """The first number divided by the second. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-integer-divide")
class IntegerDivide(NumericExpression, TwoOperands):
    """The quotient of two whole numbers, rounded down. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-integer-modulus")
class IntegerModulus(NumericExpression, TwoOperands):
    """What remains of that division. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-power")
class Power(NumericExpression, TwoOperands):
    """The first number to the power of the second. Source: ASI 3.0.1, LogicPairDType."""


@element("qti-min")
class Min(NumericExpression, SomeOperands):
    """The least operand. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-max")
class Max(NumericExpression, SomeOperands):
    """The greatest operand. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-gcd")
class Gcd(NumericExpression, SomeOperands):
    """The greatest common divisor. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-lcm")
class Lcm(NumericExpression, SomeOperands):
    """The least common multiple. Source: ASI 3.0.1, Logic1toManyDType."""


@element("qti-round")
class Round(NumericExpression, OneOperand):
    """The nearest whole number; halves go up. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-truncate")
class Truncate(NumericExpression, OneOperand):
    """The whole number towards zero. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-round-to")
class RoundTo(NumericExpression, OneOperand):
    """The number rounded to so many places or figures. Source: ASI 3.0.1, RoundToDType."""

    rounding_mode: RoundingMode
    figures: IntegerOrVariable


@element("qti-integer-to-float")
class IntegerToFloat(NumericExpression, OneOperand):
    """A whole number as a float. Source: ASI 3.0.1, LogicSingleDType."""


@element("qti-math-operator")
class MathOperator(NumericExpression, SomeOperands):
    """A mathematical function of the operands. Source: ASI 3.0.1, MathOperatorDType."""

    name: MathOperatorName


@element("qti-stats-operator")
class StatsOperator(NumericExpression, OneOperand):
    """A statistic over the values of a container. Source: ASI 3.0.1, StatsOperatorDType."""

    name: StatsOperatorName


# -- extension -------------------------------------------------------------------------------------------------------------


@element("qti-custom-operator", attributes=Attributes.FOREIGN)
class CustomOperator(NumericExpression):
    """An operator that only some systems know: `class_` or `definition` names it. Source: ASI 3.0.1, CustomOperatorDType."""

    class_: Identifier | None = None
    definition: AnyURI | None = None
    expressions: list[Expression] = many()
    extensions: list[Markup] = many(foreign=True)
