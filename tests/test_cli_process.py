"""The process of the command line: signals, full disks, terminals of every encoding, and what a source distribution needs to test itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from shared import ROOT
from wrong_rows import section

from qtimodel import xml
from qtimodel.cli import main

GOOD = xml.dumps(xml.loads(section("<qti-ordering/>"))) + "\n"
MESSY = GOOD.replace("<qti-ordering", "<qti-ordering  ")
WRONG = section('<qti-ordering shuffle="é 😀"/>')
pytestmark = pytest.mark.usefixtures("_signals_count")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and devices of POSIX")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED")} | {
    "PYTHONPATH": str(ROOT)
}


def command(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "qtimodel", *map(str, args)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- signals ---------------------------------------------------------------------------------------------------------------

# The program gets a signal just before a new file takes its place.
AT_REPLACING = """
import os, sys
number, kind = int(sys.argv[1]), sys.argv[2]
def signalled(*_):
    os.kill(os.getpid(), number)
    for _ in range(1000): pass
if kind == "replace":
    os.replace = signalled
else:
    from qtimodel import files
    right = files._write_all
    def half(data, file):
        right(data[:7], file)
        if bytes(data[:1]) != b"M": signalled()
    files._write_all = half
from qtimodel.cli import main
main(sys.argv[3:])
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", 1), signal.SIGINT])
@pytest.mark.parametrize("kind", ["replace", "half"])
@pytest.mark.parametrize("args", [["format", "a.xml"], ["convert", "a.xml", "-o", "a.xml"], ["convert", "a.xml", "-o", "b.xml"]])
def test_signals_leave_nothing_behind(tmp_path: Path, number: int, kind: str, args: list[str]) -> None:
    (tmp_path / "a.xml").write_text(MESSY, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", AT_REPLACING, str(int(number)), kind, *args], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (128 + number, b"interrupted\n" if number == signal.SIGINT else b"")
    assert names(tmp_path) == ["a.xml"]
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == MESSY


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", 1)])
def test_signals_while_it_waits(tmp_path: Path, number: int) -> None:
    pipe = tmp_path / "pipe.xml"
    os.mkfifo(pipe)
    with subprocess.Popen(command("convert", pipe, "-o", tmp_path / "out.xml"), stderr=subprocess.PIPE, env=ENVIRONMENT) as child, open(pipe, "wb"):
        time.sleep(0.1)
        child.send_signal(number)
        assert child.communicate(timeout=60)[1] == b""
    assert child.returncode == 128 + number
    assert names(tmp_path) == ["pipe.xml"]


@posix
def test_signals_that_are_ignored_stay_so(tmp_path: Path) -> None:
    """As `nohup` has it."""
    (tmp_path / "a.xml").write_text(MESSY, encoding="utf-8")
    ignored = AT_REPLACING.replace("os.replace = signalled", "real = os.replace; os.replace = lambda *args: (signalled(), real(*args))")
    code = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{ignored}"
    args = [sys.executable, "-c", code, str(int(signal.SIGHUP)), "replace", "format", "a.xml"]
    done = subprocess.run(args, cwd=tmp_path, env=ENVIRONMENT, check=False)
    assert done.returncode == 1
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == GOOD


def test_handlers_are_put_back() -> None:
    watched = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = [signal.getsignal(number) for number in watched]
    CliRunner().invoke(main, ["explain", "qti-weight"])
    CliRunner().invoke(main, ["explain", "nonsense"])
    assert [signal.getsignal(number) for number in watched] == before


# While a module is imported, Ctrl-C comes.
AT_IMPORT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["AT"]:
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000): pass
if "AT" in os.environ:
    sys.meta_path.insert(0, Finder())
"""


@posix
@pytest.mark.parametrize("at", ["qtimodel.model", "qtimodel.xml", "click", "qtimodel.cli.validate", "lxml", "qtimodel.validation"])
@pytest.mark.parametrize("start", [["-m", "qtimodel"], ["-c", "import qtimodel_start; qtimodel_start.main()"]])
def test_interrupted_while_it_starts(tmp_path: Path, at: str, start: list[str]) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_IMPORT, encoding="utf-8")
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "AT": at}
    done = subprocess.run([sys.executable, *start, "validate", "missing.xml"], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"interrupted\n")


def test_importing_the_library_leaves_signals_alone() -> None:
    code = "import signal; before = signal.getsignal(signal.SIGINT); import qtimodel, qtimodel.cli; assert signal.getsignal(signal.SIGINT) is before"
    subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, check=True)


# -- where the output goes -------------------------------------------------------------------------------------------------

OUTPUTS = [
    ["--help"],
    ["--version"],
    ["validate", "--help"],
    ["explain"],
    ["explain", "qti-weight"],
    ["show", "wrong.xml"],
    ["convert", "good.xml"],
    ["losses", "good.json", "--dialect", "xml2js"],
    ["validate", "wrong.xml"],
    *(["validate", "--format", form, "wrong.xml"] for form in ("json", "sarif", "github")),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.xml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "wrong.xml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "good.json").write_text('{"p": {"_": "x", "_order": ["x", ["!", "é"]]}}', encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(("args", "unbuffered"), [(args, "1" if number % 2 else "") for number, args in enumerate(OUTPUTS)])
def test_a_full_disk_is_no_traceback(folder: Path, args: list[str], unbuffered: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command(*args), cwd=folder, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered}, check=False)
    assert done.returncode == 1
    assert b"standard output: No space left on device\n" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(("args", "code"), [(["convert", "missing.xml"], 1), (["nonsense"], 2), (["show", "wrong.xml"], 1), (["validate"], 2)])
def test_a_full_disk_for_errors(folder: Path, args: list[str], code: int) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command(*args), cwd=folder, stdout=subprocess.PIPE, stderr=full, env=ENVIRONMENT, check=False)
    assert done.returncode == code


@posix
@pytest.mark.parametrize("args", OUTPUTS, ids=" ".join)
def test_a_reader_that_has_gone(folder: Path, args: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(command(*args), cwd=folder, stdout=write, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    finally:
        os.close(write)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("args", OUTPUTS, ids=" ".join)
@pytest.mark.parametrize("encoding", ["ascii:strict", "utf-16"])
def test_what_a_terminal_does_not_have_is_no_traceback(folder: Path, args: list[str], encoding: str) -> None:
    done = subprocess.run(command(*args), cwd=folder, capture_output=True, env=ENVIRONMENT | {"PYTHONIOENCODING": encoding}, check=False)
    assert done.returncode in (0, 1)
    assert b"Traceback" not in done.stderr
    assert done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
@pytest.mark.parametrize("form", ["json", "sarif"])
def test_json_is_utf8(folder: Path, form: str, encoding: str) -> None:
    done = subprocess.run(
        command("validate", "--format", form, "wrong.xml"), cwd=folder, capture_output=True, env=ENVIRONMENT | {"PYTHONIOENCODING": encoding}, check=False
    )
    assert done.returncode == 1
    assert "é 😀" in done.stdout.decode("utf-8")
    json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="needs names of files that are not UTF-8")
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("where", ["", "below/", "absolute"])
@pytest.mark.parametrize("name", [b"n\xff.xml", b"\xe9\n.xml", b"a%b,c:d.xml", "é 😀.xml".encode(), b"-x.xml"])
def test_every_output_can_say_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes, where: str, form: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    folder = b"below/" if where == "below/" else os.fsencode(tmp_path) + b"/" if where == "absolute" else b""
    with open(os.path.join(os.fsencode(tmp_path), folder + name), "w", encoding="utf-8") as file:
        file.write(WRONG)
    done = CliRunner().invoke(main, ["validate", "--format", form, "--", os.fsdecode(folder + name)])
    assert (done.exit_code, done.stderr) == (1, "")
    text = done.stdout_bytes.decode("utf-8")
    if form == "json":
        assert {os.fsencode(issue["source"]) for issue in json.loads(text)} == {folder + name}
    elif form == "sarif":
        from urllib.parse import unquote_to_bytes

        (result,) = json.loads(text)["runs"][0]["results"]
        uri = unquote_to_bytes(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        assert uri.removeprefix(b"file://") == folder + name
    else:
        assert text.count("\n") == 1
