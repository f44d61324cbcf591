"""The outline of a document: rows of text, each with the rows below it. `show` draws it.

Strategy: one function per class says what a reader of the document wants to know of it, in one row; what is said there (selection,
weights, tables) is `_FOLDED`, no row of its own. Everything else follows from walking: the order of rows is that of the document, and an
element without such a function, typed or not, shows its name, its attributes and its text. Nothing here knows of terminals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import attrs

from ..model import (
    AdaptiveEngineRef,
    AdaptiveSelection,
    AssessmentItemRef,
    AssessmentSection,
    AssessmentSectionRef,
    AssessmentTest,
    BranchRule,
    ContentBody,
    ContextDeclaration,
    DefaultValue,
    ExitTest,
    Expression,
    Include,
    InterpolationTable,
    ItemSessionControl,
    LookupOutcomeValue,
    MatchTable,
    Ordering,
    OutcomeCondition,
    OutcomeDeclaration,
    OutcomeElse,
    OutcomeElseIf,
    OutcomeIf,
    OutcomeProcessing,
    OutcomeRule,
    PreCondition,
    RubricBlock,
    Selection,
    SetOutcomeValue,
    Stylesheet,
    TemplateDefault,
    TestFeedback,
    TestPart,
    TimeLimits,
    VariableMapping,
    Weight,
)
from ..model.vocabulary import Cardinality
from ..nodes import MATHML, QTI, Element, Invalid, Markup
from ..spec import spec_of
from ..walking import children, walk
from .infix import infix
from .wording import count, seconds, short, shown, text_of

__all__ = ["Row", "outline"]

_RULE = 400  # characters of an expression

Facts: TypeAlias = "list[str]"


def _nothing() -> list[Row]:
    return []


@attrs.frozen
class Row:
    """One row: what it is, its identifier, its title or text, and more facts. `rule` is an expression or what follows from one."""

    kind: str
    name: str = ""
    title: str | None = None
    rule: str = ""
    facts: tuple[str, ...] = ()
    below: Callable[[], list[Row]] = _nothing


def outline(root: Element | Markup) -> Row:
    """The row of a root; `below` makes those below it when asked. One that is not typed counts its elements."""
    row = _row_of(root)
    if isinstance(root, Markup):
        row = attrs.evolve(row, facts=(count(sum(1 for _ in walk(root, Element, Markup)), "element"), *row.facts))
    return row


def _row_of(node: Element | Markup, namespace: str | None = QTI) -> Row:
    """The row of a node inside an element of that namespace."""
    if isinstance(node, Markup):
        return _markup(node, namespace)
    view = _VIEWS.get(type(node))
    if view is not None:
        return view(node)
    return _expression(node) if isinstance(node, Expression) else _element(node)


def _rows(node: Element | Markup) -> list[Row]:
    return [_row_of(child) for child in _shown_children(node)]


def _shown_children(node: Element | Markup) -> Iterator[Element | Markup]:
    """The children that have rows. A condition has none: its branches have."""
    for child in children(node):
        if isinstance(child, OutcomeCondition):
            yield from _shown_children(child)
        elif isinstance(child, (Element, Markup)) and not isinstance(child, _FOLDED):
            yield child


def _row(node: Element, kind: str, name: object = None, title: object = None, *, rule: str = "", facts: Facts | None = None) -> Row:
    said = tuple(fact for fact in facts or [] if fact)
    return Row(kind, "" if name is None else shown(name), None if title is None else shown(title), rule, said, lambda: _rows(node))


# -- the structure of a test -----------------------------------------------------------------------------------------------


def _contents(node: Element) -> str:
    """How many parts, sections and items are below, as far as there can be any."""
    kinds = [(TestPart, "part"), (AssessmentSection, "section"), (AssessmentSectionRef, "section ref"), (AssessmentItemRef, "item"), (Include, "include")]
    numbers = Counter(type(inner) for inner in walk(node) if inner is not node)
    always: tuple[type[Element], ...] = (AssessmentItemRef,) if isinstance(node, AssessmentSection) else (AssessmentItemRef, AssessmentSection)
    return ", ".join(count(numbers[kind], thing) for kind, thing in kinds if numbers[kind] or kind in always)


def _flag(node: Element, name: str, if_true: str, if_false: str = "") -> str:
    """What a truth value says; nothing where it is not written."""
    value = getattr(node, name)
    if isinstance(value, Invalid):
        return f"{name.replace('_', '-')} {shown(value)}"
    return "" if value is None else if_true if value else if_false


def _values(node: Element, *names: str) -> Facts:
    """Written attributes, by name."""
    values = [(name.replace("_", "-").strip("-"), getattr(node, name)) for name in names]
    return [f"{name} {short(shown(value))}" for name, value in values if value is not None]


def _test(node: AssessmentTest) -> Row:
    tool = " ".join(shown(value) for value in (node.tool_name, node.tool_version) if value is not None)
    return _row(node, "test", node.identifier, node.title, facts=[_contents(node), f"made with {tool}" if tool else ""])


def _part(node: TestPart) -> Row:
    return _row(node, "part", node.identifier, node.title, facts=[shown(node.navigation_mode), shown(node.submission_mode), _contents(node)])


def _section(node: AssessmentSection) -> Row:
    facts = [_contents(node)]
    if isinstance(node.selection, Selection):
        facts.append(f"select {shown(node.selection.select)} of {len(node.section_parts)}")
        facts.append(_flag(node.selection, "with_replacement", "with replacement"))
    if isinstance(node.ordering, Ordering):
        facts.append(_flag(node.ordering, "shuffle", "shuffled"))
    if isinstance(node.adaptive_selection, AdaptiveSelection):
        facts += ["adaptive", *(shown(engine.href) for engine in walk(node.adaptive_selection, AdaptiveEngineRef))]
    facts += [_flag(node, "visible", "", "not visible"), _flag(node, "required", "required"), _flag(node, "fixed", "fixed")]
    facts.append(_flag(node, "keep_together", "", "not kept together"))
    return _row(node, "section", node.identifier, node.title, facts=facts)


def _section_ref(node: AssessmentSectionRef) -> Row:
    return _row(node, "section ref", node.identifier, facts=[shown(node.href)])


def _item_ref(node: AssessmentItemRef) -> Row:
    facts = [shown(node.href), *_values(node, "category"), _flag(node, "required", "required"), _flag(node, "fixed", "fixed")]
    facts += [f"weight {shown(weight.identifier)} {shown(weight.value)}" for weight in node.weights]
    facts += [f"{shown(mapping.source_identifier)} is {shown(mapping.target_identifier)} here" for mapping in node.variable_mappings]
    return _row(node, "item", node.identifier, facts=facts)


def _include(node: Include) -> Row:
    return _row(node, "include", facts=[shown(node.href)] if node.href is not None else [])


def _time_limits(node: TimeLimits) -> Row:
    limits = [("at least", node.min_time), ("at most", node.max_time)]
    facts = [f"{word} {seconds(value)}" for word, value in limits if value is not None]
    return _row(node, "time", facts=[*facts, _flag(node, "allow_late_submission", "late submission allowed")])


def _session_control(node: ItemSessionControl) -> Row:
    return _row(node, "session control", facts=_values(node, *(field.name for field in spec_of(ItemSessionControl).attributes)))


# -- rules -----------------------------------------------------------------------------------------------------------------


def _formula(expression: object) -> str:
    return short(infix(expression), _RULE)


def _rule(kind: str) -> Callable[[Any], Row]:
    return lambda node: _row(node, kind, rule=_formula(node.expression))


def _branch_rule(node: BranchRule) -> Row:
    return _row(node, "branch", rule=f"{_formula(node.expression)} → {shown(node.target)}")


def _template_default(node: TemplateDefault) -> Row:
    return _row(node, "template", rule=f"{shown(node.template_identifier)} := {_formula(node.expression)}")


def _set(node: SetOutcomeValue) -> Row:
    return _row(node, "set", rule=f"{shown(node.identifier)} := {_formula(node.expression)}")


def _lookup(node: LookupOutcomeValue) -> Row:
    return _row(node, "set", rule=f"{shown(node.identifier)} := table[{_formula(node.expression)}]")


def _processing(node: OutcomeProcessing) -> Row:
    rules = list(walk(node, OutcomeRule))
    kinds = [(SetOutcomeValue, "assignment"), (LookupOutcomeValue, "lookup"), (OutcomeCondition, "condition")]
    numbers = [(sum(isinstance(rule, kind) for rule in rules), word) for kind, word in kinds]
    return _row(node, "outcome processing", facts=[count(len(rules), "rule"), *(count(number, word) for number, word in numbers if number)])


def _expression(node: Any) -> Row:
    return Row("expression", rule=_formula(node))


# -- declarations and content ----------------------------------------------------------------------------------------------


def _declaration(kind: str) -> Callable[[Any], Row]:
    def view(node: OutcomeDeclaration | ContextDeclaration) -> Row:
        facts = [shown(value) for value in (node.base_type, node.cardinality) if value is not None and value is not Cardinality.SINGLE]
        if isinstance(node.default_value, DefaultValue):
            facts.append("default " + short(", ".join(shown(value.value) for value in node.default_value.values)))
        if isinstance(node, OutcomeDeclaration):
            facts += _values(node, "normal_minimum", "normal_maximum", "mastery_value", "view", "external_scored", "variable_identifier_ref", "interpretation")
            tables = [(node.match_table, "match"), (node.interpolation_table, "interpolation")]
            facts += [f"{word} table of {count(len(list(children(table))), 'row')}" for table, word in tables if table is not None]
        return _row(node, kind, node.identifier, facts=facts)

    return view


def _rubric(node: RubricBlock) -> Row:
    return _row(node, "rubric", title=short(text_of(node.content_body)), facts=[f"for {shown(node.view)}", *_values(node, "use")])


def _feedback(node: TestFeedback) -> Row:
    text = short(text_of(node.content_body)) if node.content_body is not None else None
    rule = f"{shown(node.show_hide)} if {shown(node.outcome_identifier)} = '{shown(node.identifier)}'"
    return _row(node, "feedback", title=shown(node.title) if node.title is not None else text, rule=rule, facts=[shown(node.access)])


def _stylesheet(node: Stylesheet) -> Row:
    return _row(node, "style sheet", facts=[shown(node.href), *_values(node, "media")])


# -- everything else -------------------------------------------------------------------------------------------------------


def _element(node: Element) -> Row:
    spec = spec_of(type(node))
    values = [(field.xml_name, getattr(node, field.name)) for field in spec.attributes]
    text = short(text_of(node)) if spec.body is not None else None
    return _row(node, spec.name, title=text or None, facts=[f"{name}={short(shown(value))}" for name, value in values if value is not None])


def _markup(node: Markup, outer: str | None) -> Row:
    namespace = [] if node.namespace == outer or _is_opaque(node) else [f"xmlns={node.namespace or ''}"]
    facts = (*namespace, *(f"{name.rpartition('}')[2]}={short(value)}" for name, value in node.attributes.items()))
    if not (_is_opaque(node) or any(isinstance(child, str) and child.strip() for child in node.content)):
        inner = [child for child in node.content if isinstance(child, (Element, Markup))]
        return Row(node.name, facts=facts, below=lambda: [_row_of(child, node.namespace) for child in inner])
    # An element with text of its own is shown as its text; below it, only the elements of QTI that stand in the text.
    return Row(node.name, title=short(text_of(node)) or None, facts=facts, below=lambda: [_row_of(child) for child in _qti_inside(node)])


def _is_opaque(node: Markup) -> bool:
    return node.namespace in (MATHML, "http://www.w3.org/2000/svg")


def _qti_inside(node: Markup) -> Iterator[Element | Markup]:
    stack = list(reversed(node.content))
    while stack:
        child = stack.pop()
        if isinstance(child, Element) or (isinstance(child, Markup) and child.namespace == QTI and child.name.startswith("qti-")):
            yield child
        elif isinstance(child, Markup):
            stack += reversed(child.content)


_FOLDED = (
    AdaptiveSelection,
    ContentBody,
    DefaultValue,
    Expression,
    InterpolationTable,
    MatchTable,
    Ordering,
    Selection,
    VariableMapping,
    Weight,
)
_VIEWS: dict[type, Callable[[Any], Row]] = {
    AssessmentItemRef: _item_ref,
    AssessmentSection: _section,
    AssessmentSectionRef: _section_ref,
    AssessmentTest: _test,
    BranchRule: _branch_rule,
    ContextDeclaration: _declaration("context"),
    ExitTest: lambda node: _row(node, "exit test"),
    Include: _include,
    ItemSessionControl: _session_control,
    LookupOutcomeValue: _lookup,
    OutcomeDeclaration: _declaration("outcome"),
    OutcomeElse: lambda node: _row(node, "else"),
    OutcomeElseIf: _rule("else if"),
    OutcomeIf: _rule("if"),
    OutcomeProcessing: _processing,
    PreCondition: _rule("only if"),
    RubricBlock: _rubric,
    SetOutcomeValue: _set,
    Stylesheet: _stylesheet,
    TemplateDefault: _template_default,
    TestFeedback: _feedback,
    TestPart: _part,
    TimeLimits: _time_limits,
}
