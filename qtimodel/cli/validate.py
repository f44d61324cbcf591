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
from .terminal import PROBLEMS, display_name, issues_of, line_of, literal, read_source, send

__all__ = ["validate"]

SUFFIXES = (".xml", ".json")
_SEVERITIES = ("error", "warning")


@click.command(short_help="Find every problem of documents.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True, help="How to say it.")
@click.option("--schema", metavar="FILE", type=click.Path(), help="A schema to use instead of the bundled one, such as a copy of the official one.")
@click.option("--severity", type=click.Choice(_SEVERITIES), default="warning", show_default=True, help="The least severity that counts and is shown.")
@click.option("--engine", type=click.Choice(["libxml2", "xmlschema"]), default="libxml2", show_default=True, help="The schema engine.")
@click.option("--skip-other", is_flag=True, help="Pass over named files that are not QTI, too.")
def validate(paths: tuple[str, ...], form: str, schema: str | None, severity: str, engine: Engine, skip_other: bool) -> None:
    """Check documents against the schema of QTI 3.0.1, and say everything that is wrong as FILE:LINE:COLUMN: MESSAGE.

    PATH is a file (XML, content JSON or API JSON: the content tells), a folder, a pattern such as 'items/**/*.xml', or - for standard input. Of a
    folder, all *.xml and *.json files below it that are tests, sections, items or stimuli of QTI, be they QTI 2 or not well-formed, are checked;
    other files there, such as package manifests, and hidden folders are passed over. A file that is named is always checked.

    Nothing is fetched, whatever documents say. Exit codes: 0 all is well (and text says nothing), 1 there are problems, 2 wrong usage.

    \b
    Examples:
      qtimodel validate test.xml
      qtimodel validate package/ --severity error
      qtimodel validate --format sarif package/ > problems.sarif
      qtimodel validate --schema imsqti_asiv3p0p1_v1p0.xsd item.xml
      qtimodel convert test.json | qtimodel validate -
    """
    if paths.count("-") > 1:
        raise click.UsageError("standard input can be read only once")
    write = _FORMATS[form]
    told: list[Issue] = []
    wrong = False
    for issues in _all_issues(paths, schema, engine, skip_other):
        counted = [issue for issue in issues if severity == "warning" or issue.severity == "error"]
        wrong = wrong or bool(counted)
        if form in ("text", "github"):
            send("".join(f"{write([issue])}\n" for issue in counted))
        else:
            told += counted
    if form not in ("text", "github"):
        send(write(told) + "\n")
    if wrong:
        raise SystemExit(PROBLEMS)


def _all_issues(paths: tuple[str, ...], schema: str | None, engine: Engine, skip_other: bool) -> Iterator[list[Issue]]:
    """The issues of one document after the other."""
    seen: set[str] = set()
    for source, named in _sources(paths):
        if isinstance(source, Issue):
            yield [source]
            continue
        if source != "-" and (real := os.path.realpath(source)) in seen:
            continue
        elif source != "-":
            seen.add(real)
        name = display_name(source)
        try:
            data = read_source(source)
        except OSError as error:
            yield list(issues_of(error, name))
            continue
        if (named and not skip_other) or looks_like_qti(data):
            yield _checked(data, name, schema, engine)


def _checked(data: bytes, name: str, schema: str | None, engine: Engine) -> list[Issue]:
    """The issues of a document. Raises `click.UsageError` for a schema or engine that cannot be used."""
    try:
        return issues_in_document(data, schema=schema, engine=engine, name=name)
    except (DocumentError, ImportError) as error:
        raise click.UsageError(literal(str(error))) from None


def _sources(paths: tuple[str, ...]) -> Iterator[tuple[str | Issue, bool]]:
    """The files that are meant, or what is wrong with a path; and whether each was named, or found in a folder or by a pattern."""
    for path in paths:
        if path == "-" or os.path.isfile(path):
            yield path, True
        elif os.path.isdir(path):
            yield from ((found, False) for found in _below(path))
        elif not os.path.lexists(path) and any(char in path for char in "*?["):
            from glob import glob

            matches = sorted(glob(path, recursive=True))
            if not matches:
                yield Issue(code="file", message="no file matches this pattern", source=path), True
            for match in matches:
                if os.path.isdir(match):
                    continue  # its files match by themselves, if they are meant
                yield match, True
        else:
            yield path, True  # reading it says what is wrong


def _below(folder: str) -> Iterator[str | Issue]:
    """The files of a folder that may be QTI, in order of their names."""
    troubles: list[Issue] = []

    def failed(error: OSError) -> None:
        troubles.extend(issues_of(error, os.fspath(error.filename)))

    for parent, folders, names in os.walk(folder, onerror=failed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(parent, name)
            if name.lower().endswith(SUFFIXES) and os.path.isfile(path):  # not a pipe, which would make us wait
                yield path
    yield from troubles


# -- formats ---------------------------------------------------------------------------------------------------------------


def _text(issues: list[Issue]) -> str:
    return "\n".join(map(line_of, issues))


def _json(issues: list[Issue]) -> str:
    import json

    return json.dumps([attrs.asdict(issue) for issue in issues], ensure_ascii=False, indent=2)


_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _github(issues: list[Issue]) -> str:
    """Commands of GitHub Actions, which annotate the lines."""
    lines = []
    for issue in issues:
        place = {"file": issue.source, "line": issue.line, "col": issue.column, "title": f"QTI {issue.code}"}
        shown = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in place.items() if value is not None)
        at = f" (at {issue.path})" if issue.path else ""
        lines.append(literal(f"::{issue.severity} {shown}::") + f"{issue.message}{at}".translate(_DATA))
    return "\n".join(lines)


def _sarif(issues: list[Issue]) -> str:
    """SARIF 2.1.0, the format that code hosts and static analysers exchange."""
    import json

    codes = sorted({issue.code for issue in issues})
    driver = {"name": "qtimodel", "version": __version__, "rules": [{"id": code} for code in codes]}
    results = [_result(issue, codes) for issue in issues]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _result(issue: Issue, codes: list[str]) -> dict[str, object]:
    from pathlib import Path
    from urllib.parse import quote

    source = issue.source or "<unknown>"
    uri = Path(source).as_uri() if os.path.isabs(source) else quote(source.replace(os.sep, "/"))
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


_FORMATS: dict[str, Callable[[list[Issue]], str]] = {"text": _text, "json": _json, "sarif": _sarif, "github": _github}
