"""Where the shared material is: the official schema, real documents, payloads. Tests that need it skip without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_root() -> Path:
    """The folder that `QTIMODEL_SHARED` names, otherwise the folder `shared` beside the repository."""
    return Path(os.environ.get("QTIMODEL_SHARED") or ROOT.parent / "shared")


def shared_path(*parts: str) -> Path:
    """A file or folder of the shared material. Skips the test when it is missing."""
    path = shared_root().joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared material: set QTIMODEL_SHARED to its folder (looked in {shared_root()})")
    return path
