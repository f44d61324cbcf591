"""One layout for documents whose elements are typed only in part: items and stimuli.

Strategy: the writer lays out typed elements, and keeps every white space in markup, because it cannot know what counts. Here it is known:
the schema of QTI says which of its elements hold elements only, so white space between them is layout. They are indented as typed ones are.
What may hold text (a prompt, a choice, all of HTML, MathML and SSML) stays as it is, to the last space, and so does what has `xml:space` or
text where the schema has none. An element in running text stays on its line.
"""

from __future__ import annotations

from typing import Any

from ..datatypes import SPACE
from ..nodes import QTI, Element, Extras, Markup
from ..spec import Kind, element_class, spec_of

__all__ = ["arrange", "holds_elements_only"]

_STEP = "  "
# Elements of items and stimuli whose every type in the schema holds elements only.
_UNTYPED = frozenset(
    f"qti-{name}"
    for name in (
        "area-mapping assessment-item assessment-stimulus associate-interaction calculator calculator-info choice-interaction companion-materials-info "
        "correct-response custom-interaction digital-material drawing-interaction extended-text-interaction feedback-block gap-img gap-match-interaction "
        "graphic-associate-interaction graphic-gap-match-interaction graphic-order-interaction hotspot-interaction hottext-interaction increment-si "
        "increment-us inline-choice-interaction interaction-markup interaction-modules item-body mapping match-interaction media-interaction "
        "modal-feedback order-interaction portable-custom-interaction position-object-interaction position-object-stage protractor response-condition "
        "response-declaration response-else response-else-if response-if response-processing response-processing-fragment rule rule-system-si "
        "rule-system-us select-point-interaction set-correct-response set-default-value set-template-value simple-match-set slider-interaction "
        "stimulus-body template-block template-condition template-constraint template-declaration template-else template-else-if template-if "
        "template-processing upload-interaction"
    ).split()
)


def holds_elements_only(name: str) -> bool:
    """Whether the schema of QTI allows no text in an element of that name, wherever it is."""
    known = element_class(name)
    if known is None:
        return name in _UNTYPED
    spec = spec_of(known)
    return spec.body is None and bool(spec.children)


def arrange(tree: Element | Markup) -> None:
    """Lay out the markup of a tree, in place, so that the writer writes all of it in one layout."""
    # What is to be arranged, and the line break and indentation in front of it; `None`: it is in running text.
    waiting: list[tuple[Any, str | None]] = [(tree, "\n")]
    while waiting:
        node, line = waiting.pop()
        inner = None if line is None else line + _STEP
        extras = node._extras if node._extras is not None else Extras()
        waiting += [(item, line) for item in extras.before if isinstance(item, (Element, Markup))]
        waiting += [(item, inner) for item in extras.trailing if isinstance(item, (Element, Markup))]
        if isinstance(node, Markup):
            if "xml:space" in node.attributes:
                continue
            if _is_laid_out(node):
                items: list[Any] = [item for item in node.content if not isinstance(item, str)]
                if items and line is not None:
                    items = [*(piece for item in items for piece in (line + _STEP, item)), line]
                node.content[:] = items
            waiting += _placed(node.content)
            continue
        for field in spec_of(type(node)).fields:
            value = getattr(node, field.name)
            if field.kind is Kind.MIXED:
                waiting += _placed(value)
            elif field.kind in (Kind.CHILD, Kind.CHILDREN):
                children = value if isinstance(value, list) else [value]
                waiting += [(child, inner) for child in children if isinstance(child, (Element, Markup))]


def _is_laid_out(node: Markup) -> bool:
    """Whether white space in it is layout."""
    if node.namespace != QTI or not holds_elements_only(node.name):
        return False
    return all(not isinstance(item, str) or not item.strip(SPACE) for item in node.content)


def _placed(content: list[Any]) -> list[tuple[Any, str | None]]:
    """The elements in content, with the lines that they are on, as the writer sees them."""
    placed: list[tuple[Any, str | None]] = []
    before: object = None
    for item in content:
        if isinstance(item, (Element, Markup)):
            _, newline, column = before.rpartition("\n") if isinstance(before, str) else ("", "", "")
            placed.append((item, f"\n{column}" if newline and not column.strip(" \t") else None))
        before = item
    return placed
