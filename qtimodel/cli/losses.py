"""`qtimodel losses`: what a dialect of content JSON would not carry of documents.

Strategy: the same reading and asking as in `convert`, without writing; so it finds nothing exactly when `convert --strict` would write.
"""

from __future__ import annotations

from collections import Counter

import click

from ..errors import Issue, QtiError
from .formats import FORMATS, WRITABLE, Options, read, suffixes_of
from .sources import FileName, sources
from .terminal import PROBLEMS, complain, issues_of, literal, send

__all__ = ["losses"]


@click.command(short_help="List what a dialect of JSON would not carry.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FileName())
@click.option("--dialect", type=click.Choice(WRITABLE), default="api", show_default=True, help="The dialect of content JSON to ask about; api loses nothing.")
@click.option("--from", "source_format", type=click.Choice([*FORMATS]), help="The format to read.  [default: the content says it]")
@click.option("--summary", is_flag=True, help="Only count, by kind.")
def losses(files: tuple[str, ...], dialect: str, source_format: str | None, summary: bool) -> None:
    """List what would be lost if documents were written as content JSON, one line a loss: FILE: PATH: KIND: DETAIL.

    FILE is XML, content JSON or API JSON, a pattern, a folder (the documents of QTI below it), or - for standard input. Of API JSON, the fields
    that only a record has are listed, which XML loses too. What had to be guessed when reading is a warning on standard error. Exit codes: 0
    nothing is lost or guessed, 1 something is.

    \b
    Examples:
      qtimodel losses test.xml --dialect xml2js
      qtimodel losses --summary --dialect xmltodict package/*.xml
      qtimodel losses record.json
    """
    options = Options(target_dialect=dialect)
    clean = True
    for source in sources(files, suffixes_of(source_format)):
        if isinstance(source, Issue):
            complain(source)
            clean = False
            continue
        name = source.name
        try:
            document = read(source.data(), name, source_format)
            issues = document.issues
            broken = any(issue.severity == "error" for issue in issues)
            found = [] if broken else FORMATS["content"].losses(document, options)
        except (OSError, QtiError) as error:
            issues, found = list(issues_of(error, name)), []
        for issue in issues:
            complain(issue)
        counts = Counter(loss.kind for loss in found)
        lines = [f"{kind}: {count}" for kind, count in counts.most_common()] if summary else map(str, found)
        send("".join(f"{literal(f'{name}: {line}')}\n" for line in lines))
        clean = clean and not issues and not found
    if not clean:
        raise SystemExit(PROBLEMS)
