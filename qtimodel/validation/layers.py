"""The layers of validation: each looks at one document and yields what it finds.

Strategy: `LAYERS` is the order in which they run; what comes later (rules beyond the schema) is one more function there. All of them speak of
elements of the same lxml tree, so their findings join one stream that is put in order once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

import attrs
from lxml import etree

from ..nodes import QTI
from .findings import Finding, from_libxml2
from .grammar import Node, name_of
from .schemas import Schema, bundled

__all__ = ["LAYERS", "Engine", "Job"]

Engine: TypeAlias = Literal["libxml2", "xmlschema"]
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@attrs.frozen(eq=False)
class Job:
    """A document that is being validated."""

    root: Node
    schema: Schema
    engine: Engine


def by_schema(job: Job) -> Iterable[Finding]:
    """What the schema finds."""
    return _found(job.schema, job.root, job.engine)


def mathml_islands(job: Job) -> Iterator[Finding]:
    """What our schema of MathML finds in every outermost element of MathML. A schema of others' has its own MathML."""
    if job.schema.bundled and next(job.root.iter(f"{MATHML}*"), None) is not None:
        for formula in [job.root] if _is_math(job.root) else _outermost(job.root, math=True):
            yield from _in_formula(formula, job.engine)


def _in_formula(formula: Node, engine: Engine) -> Iterator[Finding]:
    """What is wrong in a formula, and in what it quotes of HTML and QTI, which is the business of the main schema again."""
    schema = bundled("mathml.xsd")
    found = list(_found(schema, formula, engine))
    if found and name_of(formula.tag) not in schema.grammar.roots:  # where any element may stand, an unknown one may too
        for inner in (child for child in formula.iter(f"{MATHML}*") if child.getparent() is formula):
            yield from _in_formula(inner, engine)
        return
    yield from found
    for element in _outermost(formula, math=False):
        yield from _in_quotation(element, engine)
        for inner in _outermost(element, math=True):
            yield from _in_formula(inner, engine)


def _outermost(root: Node, *, math: bool) -> Iterator[Node]:
    """The outermost elements below `root` that are MathML, or that are not."""
    waiting = list(root.iterchildren("{*}*"))[::-1]
    while waiting:
        element = waiting.pop()
        if _is_math(element) is math:
            yield element
        else:
            waiting += list(element.iterchildren("{*}*"))[::-1]


def _is_math(element: Node) -> bool:
    return str(element.tag).startswith(MATHML)


def _in_quotation(element: Node, engine: Engine) -> Iterator[Finding]:
    """What is wrong in an element of another namespace in a formula: known elements are checked, others let pass, as in a `template`."""
    anything = etree.Element(f"{{{QTI}}}template")
    anything.append(copy.deepcopy(element))
    originals = [anything, *element.iter()]
    for finding in _found(bundled("qtimodel.xsd"), anything, engine):
        place = next(number for number, node in enumerate(anything.iter()) if node is finding.element)
        yield attrs.evolve(finding, element=originals[place], top=element)


def _found(schema: Schema, root: Node, engine: Engine) -> Iterable[Finding]:
    if engine == "xmlschema":
        from .second import findings

        with schema.shared():
            return list(findings(schema, root))
    errors = schema.errors(root)
    return from_libxml2(errors, root, schema.grammar) if errors else ()


LAYERS: tuple[Callable[[Job], Iterable[Finding]], ...] = (by_schema, mathml_islands)
