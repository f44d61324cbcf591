"""An expression as people write it: `SCORE < 10 and not is-null(Q1.RESPONSE)`.

Strategy: operators that have a sign are rows of `_SIGNS`; a few more have a form of their own; whatever is left is written as a call,
derived from its declaration: operands first, then attributes by name. So an expression that is added to the model shows up here by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .. import stack
from ..model import (
    And,
    BaseValue,
    Contains,
    CustomOperator,
    Divide,
    DurationGte,
    DurationLt,
    Equal,
    FieldValue,
    Gt,
    Gte,
    Index,
    IntegerDivide,
    IntegerModulus,
    ItemSubset,
    Lt,
    Lte,
    Match,
    MathConstant,
    MathOperator,
    Member,
    Not,
    Or,
    OutcomeMaximum,
    OutcomeMinimum,
    Power,
    Product,
    StatsOperator,
    StringMatch,
    Subtract,
    Sum,
    TestVariables,
    ToleranceMode,
    Variable,
    VariableReference,
)
from ..model.vocabulary import BaseType
from ..nodes import Element, Invalid
from ..spec import spec_of
from ..stack import on_deep_stack
from ..walking import children, name_of
from .wording import shown

__all__ = ["infix"]


class _Sign(NamedTuple):
    """A sign between operands, and how strongly it binds."""

    text: str
    strength: int


_ATOM = 9
_SIGNS: dict[type[Element], _Sign] = {
    Or: _Sign("or", 1),
    And: _Sign("and", 2),
    Lt: _Sign("<", 4),
    Lte: _Sign("≤", 4),
    Gt: _Sign(">", 4),
    Gte: _Sign("≥", 4),
    DurationLt: _Sign("<", 4),
    DurationGte: _Sign("≥", 4),
    Match: _Sign("=", 4),
    Equal: _Sign("=", 4),
    StringMatch: _Sign("=", 4),
    Member: _Sign("in", 4),
    Contains: _Sign("contains", 4),
    Sum: _Sign("+", 5),
    Subtract: _Sign("−", 5),  # noqa: RUF001 - a minus
    Product: _Sign("×", 6),  # noqa: RUF001 - a multiplication sign
    Divide: _Sign("/", 6),
    IntegerDivide: _Sign("div", 6),
    IntegerModulus: _Sign("mod", 6),
    Power: _Sign("^", 7),
}


@on_deep_stack
def infix(node: object) -> str:
    """The text of an expression.

    >>> from qtimodel import BaseType
    >>> infix(Lt(expressions=[Variable(identifier="SCORE"), BaseValue(base_type=BaseType.FLOAT, value="10")]))
    'SCORE < 10'
    """
    return _text(node)[0]


def _text(node: object) -> tuple[str, int]:
    """The text, and how strongly what holds it together binds."""
    if stack.deep and stack.is_long():
        return stack.elsewhere(_text, node)
    if not isinstance(node, Element):
        return (shown(node) if isinstance(node, Invalid) else f"<{name_of(node)}>"), _ATOM
    sign = _SIGNS.get(type(node))
    operands = _operands(node)
    if sign is not None and len(operands) > 1 and _is_plain(node):
        return f" {sign.text} ".join(_within(operand, sign.strength) for operand in operands), sign.strength
    if isinstance(node, Not) and operands:
        return f"not {_within(operands[0], _ATOM - 1)}", _ATOM - 1
    special = _SPECIAL.get(type(node))
    if special is not None:
        return special(node), _ATOM
    return _subset_call(node) if isinstance(node, ItemSubset) else _call(node, name_of(node).removeprefix("qti-"))


def _operands(node: Element) -> list[object]:
    return [child for child in children(node) if isinstance(child, (Element, Invalid))]


def _within(operand: object, strength: int) -> str:
    text, own = _text(operand)
    return text if own > strength else f"({text})"


def _is_plain(node: Element) -> bool:
    """Whether the sign says all: a tolerance or a search for a part is more than `=`."""
    if isinstance(node, Equal):
        return node.tolerance_mode in (None, ToleranceMode.EXACT)
    return not isinstance(node, StringMatch) or (node.case_sensitive is True and not node.substring)


def _call(node: Element, name: str, skip: Iterable[str] = ()) -> tuple[str, int]:
    """`name(operands, attribute=value)`."""
    arguments = [_text(operand)[0] for operand in _operands(node)]
    for field in spec_of(type(node)).attributes:
        value = getattr(node, field.name)
        if value is not None and field.name not in skip:
            positional = isinstance(node, VariableReference) and field.name == "identifier"
            arguments.append(shown(value) if positional else f"{field.xml_name}={shown(value)}")
    return (f"{name}({', '.join(arguments)})" if arguments or name != "null" else name), _ATOM


def _base_value(node: BaseValue) -> str:
    text = shown(node.value)
    if node.base_type is BaseType.STRING:
        return f'"{text}"'
    # Identifiers in quotes: without them, they would look like variables.
    return f"'{text}'" if node.base_type in (BaseType.IDENTIFIER, BaseType.URI, BaseType.FILE) else text.strip()


def _variable(node: Variable) -> str:
    return shown(node.identifier) + (f"[weight {shown(node.weight_identifier)}]" if node.weight_identifier is not None else "")


def _subset_call(node: ItemSubset) -> tuple[str, int]:
    """Expressions over items: `number-correct(items in S1 with algebra)`."""
    items = "all items" if node.section_identifier is None else f"items in {shown(node.section_identifier)}"
    if node.include_category:
        items += f" with {shown(node.include_category)}"
    if node.exclude_category:
        items += f" without {shown(node.exclude_category)}"
    name = name_of(node).removeprefix("qti-")
    if isinstance(node, TestVariables):
        what = shown(node.variable_identifier)
    elif isinstance(node, (OutcomeMaximum, OutcomeMinimum)):
        what = shown(node.outcome_identifier)
    else:
        return f"{name}({items})", _ATOM
    if node.weight_identifier is not None:
        what += f"[weight {shown(node.weight_identifier)}]"
    text = f"{what} of {items}"
    return (text, _ATOM - 1) if isinstance(node, TestVariables) else (f"{name}({text})", _ATOM)


def _named_call(node: MathOperator | StatsOperator) -> str:
    return _call(node, shown(node.name), skip=["name"])[0]


def _custom(node: CustomOperator) -> str:
    name = node.class_ if node.class_ is not None else node.definition
    return _call(node, shown(name) if name is not None else "custom-operator", skip=["class_", "definition"])[0]


_SPECIAL: dict[type[Element], Callable[[Any], str]] = {
    BaseValue: _base_value,
    Variable: _variable,
    MathConstant: lambda node: shown(node.name),
    MathOperator: _named_call,
    StatsOperator: _named_call,
    CustomOperator: _custom,
    Index: lambda node: f"{_within(node.expression, _ATOM - 1)}[{shown(node.n)}]",
    FieldValue: lambda node: f"{_within(node.expression, _ATOM - 1)}.{shown(node.field_identifier)}",
}
