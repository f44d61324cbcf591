"""`qtimodel validate`: every problem of documents, for people, editors, programs and code hosts.

Strategy: which files there are is decided here, what is wrong with one `validation` says, and a format is a function that writes issues. Nothing
that is not needed for the one valid document, the usual case in a hook, is imported before it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import attrs
import click

from .. import __version__
from ..errors import DocumentError, Issue
from ..validation import Engine
from ..validation import validate as issues_in_document
from ..validation.sniff import looks_like_qti
from .sources import FileName, Source, sources
from .terminal import PROBLEMS, issues_of, line_of, literal, send, send_json

__all__ = ["validate"]

_SEVERITIES = ("error", "warning")


@click.command(short_help="Find every problem of documents.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FileName())
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True, help="How to say it.")
@click.option("--schema", metavar="FILE", type=FileName(), help="A schema to use instead of the bundled one, such as a copy of the official one.")
@click.option("--severity", type=click.Choice(_SEVERITIES), default="warning", show_default=True, help="The least severity that counts and is shown.")
@click.option("--engine", type=click.Choice(["libxml2", "xmlschema"]), default="libxml2", show_default=True, help="The schema engine.")
@click.option("--skip-other", is_flag=True, help="Pass over named files that are not QTI, too.")
def validate(paths: tuple[str, ...], form: str, schema: str | None, severity: str, engine: Engine, skip_other: bool) -> None:
    """Check documents against the schema of QTI 3.0.1, and say everything that is wrong as FILE:LINE:COLUMN: MESSAGE.

    PATH is a file (XML, content JSON or API JSON: the content tells), a folder, a pattern such as 'items/**/*.xml', or - for standard input. Of a
    folder, all *.xml and *.json files below it that are tests, sections, items or stimuli of QTI, be they QTI 2 or not well-formed, are checked;
    other files there, such as package manifests, and hidden folders are passed over; a folder without any is a problem. A file that is named is
    always checked. Valid means what the schema demands: rules beyond it, such as that a reference leads somewhere, are not checked.

    Nothing is fetched, whatever documents say. Exit codes: 0 all is well (and text says nothing), 1 there are problems, 2 wrong usage.

    \b
    Examples:
      qtimodel validate test.xml
      qtimodel validate package/ --severity error
      qtimodel validate --format sarif package/ > problems.sarif
      qtimodel validate --schema imsqti_asiv3p0p1_v1p0.xsd item.xml
      qtimodel convert test.json | qtimodel validate -
    """
    told: list[Issue] = []
    wrong = False
    for issues in _all_issues(paths, schema, engine, skip_other):
        counted = [issue for issue in issues if severity == "warning" or issue.severity == "error"]
        wrong = wrong or bool(counted)
        if form in _LINES:
            send("".join(f"{_LINES[form](issue)}\n" for issue in counted))
        else:
            told += counted
    if form in _WHOLE:
        send_json(_WHOLE[form](told))
    if wrong:
        raise SystemExit(PROBLEMS)


def _all_issues(paths: tuple[str, ...], schema: str | None, engine: Engine, skip_other: bool) -> Iterator[list[Issue]]:
    """The issues of one document after the other."""
    for source in sources(paths, passed_over=skip_other):
        if isinstance(source, Issue):
            yield [source]
        else:
            yield _issues(source, schema, engine, skip_other)


def _issues(source: Source, schema: str | None, engine: Engine, skip_other: bool) -> list[Issue]:
    """The issues of a document, if it is meant. Raises `click.UsageError` for a schema or engine that cannot be used."""
    try:
        data = source.data()
    except DocumentError as error:
        return [] if skip_other else list(error.issues)
    except OSError as error:
        return list(issues_of(error, source.name))
    if source.named and skip_other and not looks_like_qti(data):
        return []
    return _checked(data, source.name, schema, engine)


def _checked(data: bytes, name: str, schema: str | None, engine: Engine) -> list[Issue]:
    """The issues of a document. Raises `click.UsageError` for a schema or engine that cannot be used."""
    try:
        return issues_in_document(data, schema=schema, engine=engine, name=name)
    except (DocumentError, ImportError) as error:
        raise click.UsageError(literal(str(error))) from None


# -- formats ---------------------------------------------------------------------------------------------------------------


def _json(issues: list[Issue]) -> object:
    return [attrs.asdict(issue) for issue in issues]


_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _github(issue: Issue) -> str:
    """A command of GitHub Actions, which annotates a line."""
    place = {"file": issue.source, "line": issue.line, "col": issue.column, "title": f"QTI {issue.code}"}
    shown = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in place.items() if value is not None)
    at = f" (at {issue.path})" if issue.path else ""
    return literal(f"::{issue.severity} {shown}::") + literal(f"{issue.message}{at}".translate(_DATA))


def _sarif(issues: list[Issue]) -> object:
    """SARIF 2.1.0, the format that code hosts and static analysers exchange."""
    codes = sorted({issue.code for issue in issues})
    driver = {"name": "qtimodel", "version": __version__, "rules": [{"id": code} for code in codes]}
    results = [_result(issue, codes) for issue in issues]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]}


def _result(issue: Issue, codes: list[str]) -> dict[str, object]:
    from pathlib import Path
    from urllib.parse import quote

    source = issue.source or "<unknown>"
    uri = Path(source).as_uri() if os.path.isabs(source) else quote(os.fsencode(source.replace(os.sep, "/")))
    physical: dict[str, object] = {"artifactLocation": {"uri": uri}}
    if issue.line is not None:
        physical["region"] = {"startLine": issue.line, **({"startColumn": issue.column} if issue.column is not None else {})}
    location: dict[str, object] = {"physicalLocation": physical}
    if issue.path:
        location["logicalLocations"] = [{"fullyQualifiedName": issue.path}]
    return {
        "ruleId": issue.code,
        "ruleIndex": codes.index(issue.code),
        "level": issue.severity,
        "message": {"text": issue.message},
        "locations": [location],
    }


_LINES: dict[str, Callable[[Issue], str]] = {"text": line_of, "github": _github}
_WHOLE: dict[str, Callable[[list[Issue]], object]] = {"json": _json, "sarif": _sarif}
