"""The rooms of the house: imports point in one direction only (the table below is the architecture)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qtimodel"

# A room may import rooms that stand above it, never its own level or below.
LEVELS = [
    {"binary", "brief", "deep", "memory", "stack"},
    {"arguments", "errors", "datatypes", "files", "collector", "fields", "uris"},
    {"nodes", "json_text"},
    {"annotations", "soundness"},
    {"spec", "json_values", "kinds"},
    {"walking", "model"},
    {"xml", "editing"},
    {"content"},
    {"validation"},
    {"api", "testing"},
    {"schema"},
    {"cli"},
]
LEVEL = {room: number for number, rooms in enumerate(LEVELS) for room in rooms}
# Records ask for a verdict; the flat form of one is read for it by the room above, when somebody validates such a body.
UPWARDS = {("validation", "api")}
# `__init__` gathers the rooms for users, `__main__` starts the command line.
DOORS = {"__init__", "__main__"}


def rooms_of(path: Path) -> tuple[str, set[str]]:
    """The room of a module, and the rooms that it imports."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    room = parts[0]
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = parts[: len(parts) - node.level]
            names = [node.module.split(".")[0]] if node.module and not base else [alias.name for alias in node.names]
            imported.update(names if not base else base[:1])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "qtimodel":
            below = (node.module or "").split(".")[1:]
            imported.update(below[:1] or [alias.name for alias in node.names])
    return room, {name for name in imported if name != room}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room, imported = rooms_of(path)
    if room in DOORS:
        return
    assert room in LEVEL, f"`{room}` has no place in the table of rooms"
    for other in imported:
        if other not in LEVEL and (room == "cli" or other == "__version__"):  # names that users too take from the package itself
            continue
        assert other in LEVEL, f"{path.name} imports `{other}`, which has no place in the table of rooms"
        assert LEVEL[other] < LEVEL[room] or (room, other) in UPWARDS, f"{path.name}: `{room}` must not import `{other}`"


def test_importing_stays_light() -> None:
    """Reading and writing need neither lxml nor what the command line shows with; stores lock only when they write."""
    heavy = {"lxml", "rich", "click", "hypothesis", "cattrs", "xmlschema", "tempfile", "filelock"}
    code = f"import sys, qtimodel, qtimodel.api.stores; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
