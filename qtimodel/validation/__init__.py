"""Validation: every problem of a document, with its place, in one list.

    issues = validate("test.xml")

Strategy: `sources` makes one lxml tree of whatever people have, or says that it cannot be read; `layers` finds what is wrong in it: `schemas`
asks the schema engine, which is quick for what is valid. Only when something is wrong, the slow and helpful part runs: `findings` says what
kind of problem it is, `grammar` and `automaton` what the schema wants there, `words` and `messages` say it, `places` where it is.
"""

from __future__ import annotations

import os
from typing import TypeAlias, get_args

import attrs

from ..arguments import check_choice, check_kind
from ..errors import DocumentError, Issue
from ..xml.source import Limits, check_limits
from .findings import Finding, merged
from .layers import LAYERS, Engine, Job
from .schemas import Schema, schema_at, schema_path
from .sources import Document, Source, opened

__all__ = ["Engine", "SchemaPath", "Source", "is_valid", "schema_path", "validate"]

SchemaPath: TypeAlias = "str | os.PathLike[str] | None"
_DEFAULT = Limits()


def validate(
    source: Source,
    *,
    schema: SchemaPath = None,
    engine: Engine = "libxml2",
    name: str | None = None,
    limits: Limits = _DEFAULT,
    text: bool = False,
) -> list[Issue]:
    """All problems of a document, in document order; none: it is valid QTI 3.0.1.

    Valid means what the schema demands. Rules of the specification beyond it (such as that references lead somewhere) are not checked.

    `source` is a path, bytes, text (XML, content JSON or API JSON, which the content tells), a binary file, an element or tree of lxml, a typed
    tree, or objects of JSON. A `str` that begins, after white space and a byte order mark, with `<`, `{` or `[` is a document, and so is blank text;
    any other `str` is a path. Give text that comes from users as bytes or with `text=True`: then it is the document, whatever it looks like, and no
    file is ever opened. `schema` is the path of a schema to use instead of ours, such as your copy of the official one; `engine` is `libxml2` or, to
    have a second opinion, `xmlschema`. `name` names the source in the issues.

    Issues have line and column if the source is text, lines if it is a tree of lxml, and always a path. A document that cannot be read at all
    (not well-formed, a document type declaration, beyond `limits`) has the issues that `xml.loads` raises. Nothing is ever fetched: where
    `xsi:schemaLocation` points makes no difference.

    Raises `SourceError` for a `str` or path that leads to no file, `OSError` for a file that cannot be read, `DocumentError` for a schema that cannot
    be used, `ImportError` for an engine that is not installed, `ValueError` for one that does not exist. Source: ASI 3.0.1.

    >>> for issue in validate('''<qti-assessment-section xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="s1" titel="S"
    ...     visible="true"><qti-ordering/><qti-selection select="1"/></qti-assessment-section>'''):
    ...     print(issue)
    1:93: `qti-assessment-section` needs the attribute `title`: rename `titel` (at /qti-assessment-section/@titel)
    2:35: `qti-selection` must come before `qti-ordering` in `qti-assessment-section`: move it up (at /qti-assessment-section/qti-selection[1])
    """
    used = _schema(schema, engine, limits)
    try:
        documents = opened(source, name, limits, text=text)
    except DocumentError as error:
        return list(error.issues)
    return [issue for document in documents for issue in _checked(document, used, engine, limits)]


def is_valid(source: Source, *, schema: SchemaPath = None, engine: Engine = "libxml2", limits: Limits = _DEFAULT, text: bool = False) -> bool:
    """Whether `validate` would find nothing, in the time that takes for valid documents. Accepts and raises what `validate` does.

    >>> is_valid('<qti-ordering xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>')  # no root
    False
    """
    used = _schema(schema, engine, limits)
    try:
        documents = opened(source, None, limits, text=text)
    except DocumentError:
        return False
    jobs = [Job(document.root, used, engine) for document in documents]
    return not any(document.problems for document in documents) and not any(True for job in jobs for layer in LAYERS for _ in layer(job))


def _schema(schema: SchemaPath, engine: Engine, limits: Limits) -> Schema:
    """The schema, once it is clear that all arguments can be used. Raises `TypeError`, `ValueError` and `DocumentError`."""
    check_choice("engine", engine, get_args(Engine))
    check_limits(limits)
    check_kind("schema", schema, (str, bytes, os.PathLike, type(None)), "the path of a schema, or None for the one that is built in")
    return schema_at(schema)


def _checked(document: Document, schema: Schema, engine: Engine, limits: Limits) -> list[Issue]:
    job = Job(document.root, schema, engine)
    found: list[Finding] = [finding for layer in LAYERS for finding in layer(job)]
    if not found:
        return document.problems
    kept = merged(found)
    issues = document.places.issues(document.root, kept[: limits.problems])
    if len(kept) > limits.problems:
        message = f"more than {limits.problems:,} problems; the others are not listed: repair these, or validate with limits=Limits(problems=...)"
        issues.append(attrs.evolve(issues[-1], code="problems", message=message))
    if not document.problems:
        return issues
    return sorted([*document.problems, *issues], key=lambda issue: (issue.line or 0, issue.column or 0))
