"""Errors cross processes: whatever is raised can be pickled, copied and sent by a process pool, with its text and its facts."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import qtimodel
from qtimodel import ApiError, DocumentError, Issue, Loss, LossyConversionError, ModelError, QtiError, QtiWarning, SourceError, StoreError, Weight, xml

ISSUE = Issue(code="value", message="wrong", path="/qti-weight/@value", line=3, column=7, source="w.xml")


class TwoNames(ModelError):
    """A user's own error, with other parameters than the one that it extends."""

    def __init__(self, one: str, *, other: int) -> None:
        super().__init__(f"{one} and {other}", path="/p")
        self.other = other


ERRORS = [
    QtiError(),
    QtiError("a", 1),
    DocumentError([]),
    DocumentError([ISSUE, ISSUE]),
    ModelError("wrong"),
    ModelError("wrong", path="/qti-weight/@value"),
    TwoNames("one", other=2),
    LossyConversionError([Loss("/p", "comment", "` x `")]),
    ApiError(404, "Not found"),
    ApiError(400, "Invalid", "`title` is missing", issues=[ISSUE]),
    StoreError("in use"),
    SourceError("no file", "a.xml"),
    QtiWarning("a guess"),
]
WAYS: list[Callable[[BaseException], BaseException]] = [copy.copy, copy.deepcopy]
WAYS += [lambda error, n=protocol: pickle.loads(pickle.dumps(error, n)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]  # type: ignore[misc]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("way", range(len(WAYS)))
def test_errors_survive(error: BaseException, way: int) -> None:
    twin = WAYS[way](error)
    assert type(twin) is type(error)
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    assert twin is not error


def test_notes_survive() -> None:
    error = ModelError("wrong", path="/p")
    error.add_note("while saving")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while saving"]


def test_every_error_of_the_package_is_tried() -> None:
    for module in pkgutil.walk_packages(qtimodel.__path__, "qtimodel."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    known: set[type] = set()
    waiting: list[type] = [QtiError]
    while waiting:
        cls = waiting.pop()
        known |= {cls}
        waiting += cls.__subclasses__()
    own = {cls for cls in known if cls.__module__.startswith("qtimodel.")}
    assert own == {type(error) for error in ERRORS} - {TwoNames, QtiWarning}


def write_wrongly(_: int) -> str:
    return xml.dumps(Weight(identifier="1a", value=1))


def read_wrongly(_: int) -> object:
    return xml.loads('<qti-weight xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" value="x"/>')


def test_errors_arrive_from_a_process_pool() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(ModelError, match="expected an identifier") as wrong:
            pool.submit(write_wrongly, 0).result(60)
        assert wrong.value.path == "/qti-weight/@identifier"
        with pytest.raises(DocumentError) as unread:
            pool.submit(read_wrongly, 0).result(60)
        assert len(unread.value.issues) == 2
        assert pool.submit(len, "ab").result(60) == 2  # the pool is not broken
