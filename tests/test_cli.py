"""The command line: what the commands write, where, and how they end when something is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

import qtimodel
from qtimodel import AssessmentTest, Element, xml
from qtimodel.cli import main
from qtimodel.cli.terminal import literal
from qtimodel.model import Expression
from qtimodel.nodes import QTI
from qtimodel.spec import element_classes, spec_of

EXAMPLE = Path(qtimodel.__file__).parent / "examples" / "algebra-test.xml"
WEIGHT = f'<qti-weight xmlns="{QTI}" identifier="W" value="2"/>'
BROKEN = f'<qti-weight xmlns="{QTI}" identifier="W" value="two"/>'
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have set these; pytest-xdist does."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)


def command(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "qtimodel", *map(str, args)]


def process(*args: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own, as a shell runs it."""
    return subprocess.run(command(*args), input=stdin, capture_output=True, env={**os.environ, **environment}, timeout=60, check=False)


def lines(result: Result) -> list[str]:
    return [line.rstrip() for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents, one of them broken, in two folders; and a file that is none."""
    for name, content in {"a.xml": WEIGHT, "deep/b.XML": WEIGHT, "deep/broken.xml": BROKEN, "notes.txt": "<"}.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def files_in(path: Path) -> set[str]:
    return {found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file()}


# -- the program -----------------------------------------------------------------------------------------------------------


def test_version() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"qtimodel {qtimodel.__version__}\n")


@pytest.mark.parametrize("args", [[], ["validate"], ["format"], ["convert"], ["losses"], ["show"], ["explain"]])
def test_help_has_an_example(args: list[str]) -> None:
    result = run(*args, "--help")
    assert result.exit_code == 0
    assert " ".join(["  qtimodel", *args]) in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize(
    "args", [["convert"], ["losses"], ["show"], ["nonsense"], ["show", "--depth", "-1", "x"], ["convert", "x", "--indent", "17"], ["show", "-", "-"]]
)
def test_wrong_usage(args: list[str]) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("args", [["--version"], ["convert", str(EXAMPLE)], ["convert", "no-such-file"]])
def test_what_is_not_needed_is_not_imported(args: list[str]) -> None:
    code = "import sys, qtimodel.cli as c\ntry: c.main(sys.argv[1:])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, encoding="utf-8", check=True)
    modules = set(done.stderr.split())
    assert "qtimodel.cli" in modules
    assert not {"rich", "lxml", "difflib", "qtimodel.content", "qtimodel.api", "qtimodel.cli.show", "qtimodel.cli.explain"} & modules


def test_installed_script_and_module_are_the_same_program() -> None:
    done = process("--version")
    assert (done.returncode, done.stdout) == (0, f"qtimodel {qtimodel.__version__}{os.linesep}".encode())


# -- convert ---------------------------------------------------------------------------------------------------------------


def test_convert_to_standard_output_writes_utf8() -> None:
    done = process("convert", "-", stdin=WEIGHT.replace("W", "Größe").encode(), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (DECLARED + WEIGHT.replace("W", "Größe") + "\n").encode()


def test_example_is_valid_and_laid_out_as_we_write(official_validator: etree.XMLSchema) -> None:
    official_validator.assertValid(etree.parse(EXAMPLE))
    assert run("convert", EXAMPLE).stdout_bytes == EXAMPLE.read_bytes()
    assert isinstance(xml.load(EXAMPLE), AssessmentTest)


@pytest.mark.parametrize(("indent", "begin"), [("2", "\n  <"), ("0", "\n<"), ("tab", "\n\t<"), ("none", "<")])
def test_convert_indents(indent: str, begin: str) -> None:
    table = f'<qti-match-table xmlns="{QTI}">   <qti-match-table-entry source-value="1" target-value="a"/></qti-match-table>'
    result = run("convert", "-", "--indent", indent, stdin=table.encode())
    assert f'3p0">{begin}qti-match-table-entry' in result.stdout


def test_convert_reports_every_problem_and_writes_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "in.xml", tmp_path / "out.xml"
    source.write_text(BROKEN.replace('identifier="W" ', ""), encoding="utf-8")
    result = run("convert", source, "-o", target)
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{source}:1:1: `qti-weight` needs the attribute `identifier`")
    assert second == f"{source}:1:65: `value` of `qti-weight` is `two`; expected a number (at /qti-weight/@value)"
    assert not target.exists()


def test_convert_recover_keeps_what_is_wrong() -> None:
    result = run("convert", "--recover", "-", stdin=BROKEN.encode())
    assert (result.exit_code, result.stdout) == (1, f"{DECLARED}{BROKEN}\n")
    assert result.stderr.startswith("<stdin>:1:")


def test_convert_in_place_keeps_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    path.write_bytes(WEIGHT.encode())
    assert run("convert", path, "-o", path).exit_code == 0
    assert path.read_text(encoding="utf-8") == f"{DECLARED}{WEIGHT}\n"
    path.write_bytes(b"<")
    assert run("convert", path, "-o", path).exit_code == 1
    assert path.read_bytes() == b"<"
    assert files_in(tmp_path) == {"t.xml"}


def test_convert_folder_keeps_places_and_goes_on(folder: Path) -> None:
    result = run("convert", folder / "in", "-o", folder / "new" / "out")
    assert result.exit_code == 1
    assert files_in(folder / "new" / "out") == {"a.xml", "deep/b.XML"}
    problem, summary = result.stderr.splitlines()
    assert problem.startswith(f"{folder / 'in' / 'deep' / 'broken.xml'}:1:")
    assert summary == "1 of 3 documents not written"


def test_convert_into_its_own_source_folder_does_not_read_its_results(folder: Path) -> None:
    for _ in range(2):
        run("convert", folder / "in", "-o", folder / "in" / "out")
    assert files_in(folder / "in" / "out") == {"a.xml", "deep/b.XML"}


def test_convert_single_file_into_folder(folder: Path) -> None:
    assert run("convert", folder / "in" / "a.xml", "-o", folder).exit_code == 0
    assert run("convert", folder / "in" / "a.xml", "-o", f"{folder}/made/").exit_code == 0
    assert (folder / "a.xml").read_bytes() == (folder / "made" / "a.xml").read_bytes()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["in/a.xml", "in/deep/b.XML"], "several sources need -o DIR"),
        (["in"], "several sources need -o DIR"),
        (["in", "-o", "in/a.xml"], "is none"),
        (["in/a.xml", "-", "-o", "out"], "standard input has no file name"),
        (["in/a.xml", "other/a.xml", "-o", "out"], "in/a.xml and other/a.xml would both become out/a.xml"),
        (["in", "in/a.xml", "-o", "out"], "would both become out/a.xml"),
        (["in/deep/b.XML", "other", "-o", "in"], "the result of other/deep/b.XML would replace the source in/deep/b.XML"),
        (["in/a.xml", "-o", "missing/a.xml"], "the folder missing does not exist"),
    ],
)
def test_convert_refuses_before_it_writes(folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str) -> None:
    monkeypatch.chdir(folder)
    (folder / "other" / "deep").mkdir(parents=True)
    (folder / "other" / "deep" / "b.XML").write_text(WEIGHT, encoding="utf-8")
    before = files_in(folder)
    result = run("convert", *args)
    assert result.exit_code == 2
    assert message in result.stderr.replace("\\", "/")
    assert files_in(folder) == before
    assert not (folder / "out").exists()


def test_convert_missing_empty_and_foreign(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = run("convert", folder / "missing.xml", folder / "empty", folder / "in" / "a.xml", "-o", folder / "out")
    assert result.exit_code == 1
    assert f"{folder / 'missing.xml'}: No such file or directory" in result.stderr
    assert f"{folder / 'empty'}: no *.xml or *.json files below this folder" in result.stderr
    assert files_in(folder / "out") == {"a.xml"}


@pytest.mark.skipif(sys.platform == "win32", reason="devices are files only on POSIX")
def test_convert_writes_to_devices_and_reads_pipes(tmp_path: Path) -> None:
    assert process("convert", EXAMPLE, "-o", os.devnull).returncode == 0
    assert not Path(os.devnull).is_file()
    pipe = tmp_path / "pipe.xml"
    os.mkfifo(pipe)
    with subprocess.Popen(command("convert", pipe), stdout=subprocess.PIPE) as reader:
        pipe.write_bytes(WEIGHT.encode())
        assert WEIGHT.encode() in reader.communicate(timeout=60)[0]
    assert "no *.xml or *.json files" in run("convert", tmp_path, "-o", tmp_path / "out").stderr  # it does not wait for the pipe


# -- show ------------------------------------------------------------------------------------------------------------------

OUTLINE = """\
test  algebra-1  “Algebra: first steps”  2 parts, 4 sections, 7 items · made with qtimodel
├── outcome  SCORE  float · default 0 · normal-minimum 0 · normal-maximum 10
├── outcome  WARM-UP  float
├── outcome  GRADE  identifier · view candidate scorer · interpolation table of 2 rows
├── time  at most 45 min
├── part  part-1  “Without a calculator”  linear · individual · 3 sections, 5 items
│   ├── session control  max-attempts 1 · allow-skipping no
│   ├── section  warm-up  “Warm-up”  3 items · select 2 of 3 · shuffled
│   │   ├── branch  sum(SCORE of items in warm-up) < 2 → EXIT_TESTPART
│   │   ├── rubric  “Simplify as far as you can. Write x2 as x^2. No calculator in this part. There is one attempt for e…”  for candidate · use instructions
│   │   ├── item  terms  items/terms.xml · category simplify
│   │   ├── item  brackets  items/brackets.xml · category simplify
│   │   └── item  powers  items/powers.xml · category simplify powers
│   └── section  equations  “Equations”  1 section, 2 items
│       ├── item  linear  items/linear.xml · required · weight W 1.5
│       └── section  hard-equations  “Two unknowns”  1 item · not visible · not kept together
│           └── item  system  items/system.xml · category hard · weight W 2.5
│               └── only if  not is-null(linear.RESPONSE)
├── part  part-2  “With a calculator”  nonlinear · simultaneous · 1 section, 2 items
│   └── section  word-problems  “Word problems”  2 items
│       ├── item  train  items/train.xml · weight W 2
│       └── item  ages  items/ages.xml · weight W 2
├── outcome processing  5 rules · 3 assignments · 1 lookup · 1 condition
│   ├── set  WARM-UP := sum(SCORE of items in warm-up)
│   ├── set  SCORE := sum(SCORE[weight W] of all items)
│   ├── set  GRADE := table[SCORE]
│   └── if  number-responded(all items) ≥ 6 and SCORE < 5
│       └── set  GRADE := 'talk-to-teacher'
└── feedback  “Well done”  show if GRADE = 'excellent'  atEnd
"""


def test_show_example() -> None:
    result = run("show", EXAMPLE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == OUTLINE


def test_show_depth() -> None:
    shallow = [line for line in OUTLINE.splitlines() if not line.startswith(("│   ", "    "))]
    assert [line.removesuffix("  …") for line in lines(run("show", EXAMPLE, "--depth", "1"))] == shallow
    assert lines(run("show", EXAMPLE, "--depth", "0")) == [f"{shallow[0]}  …"]


def test_show_fragment_and_other_elements(tmp_path: Path) -> None:
    section = run("show", "-", stdin=f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="" visible="true"/>'.encode())
    assert lines(section) == ["section  s  “”  0 items"]
    assert lines(run("show", "-", stdin=WEIGHT.encode())) == ["qti-weight  identifier=W · value=2"]
    item = f"""<qti-assessment-item xmlns="{QTI}" identifier="i"><qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
      <qti-item-body><div><p>Fill <b>in</b>: <qti-text-entry-interaction response-identifier="R"/></p><img src="x.png" alt="A dog"/></div>
      <m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math></qti-item-body></qti-assessment-item>"""
    assert lines(run("show", "-", stdin=item.encode())) == [
        "qti-assessment-item  10 elements · identifier=i",
        "├── outcome  SCORE  float",
        "└── qti-item-body",
        "    ├── div",
        "    │   ├── p  “Fill in:”",
        "    │   │   └── qti-text-entry-interaction  response-identifier=R",
        "    │   └── img  src=x.png · alt=A dog",
        "    └── math  “x”",
    ]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("<qti-null/>", "null"),
        ('<qti-sum><qti-variable identifier="A"/></qti-sum>', "sum(A)"),
        ('<qti-product><qti-sum>{A}{A}</qti-sum><qti-base-value base-type="float">2</qti-base-value></qti-product>', "(A + A) × 2"),  # noqa: RUF001
        ("<qti-or><qti-and>{A}{A}</qti-and><qti-not><qti-gte>{A}{A}</qti-gte></qti-not></qti-or>", "A and A or not (A ≥ A)"),
        ('<qti-match>{A}<qti-base-value base-type="identifier">A</qti-base-value></qti-match>', "A = 'A'"),
        ('<qti-equal tolerance-mode="absolute" tolerance="1">{A}{A}</qti-equal>', "equal(A, A, tolerance-mode=absolute, tolerance=1)"),
        ('<qti-string-match case-sensitive="true">{A}{A}</qti-string-match>', "A = A"),
        ('<qti-string-match case-sensitive="false">{A}{A}</qti-string-match>', "string-match(A, A, case-sensitive=no)"),
        ('<qti-math-operator name="sin"><qti-math-constant name="pi"/></qti-math-operator>', "sin(pi)"),
        ('<qti-index n="2"><qti-ordered>{A}{A}</qti-ordered></qti-index>', "ordered(A, A)[2]"),
        ('<qti-field-value field-identifier="f"><qti-sum>{A}{A}</qti-sum></qti-field-value>', "(A + A).f"),
        ('<qti-number-correct include-category="c d" exclude-category="e"/>', "number-correct(all items with c d without e)"),
        ('<qti-outcome-maximum section-identifier="S" outcome-identifier="O"/>', "outcome-maximum(O of items in S)"),
        ('<qti-custom-operator class="org.x">{A}<x:y xmlns:x="urn:x"/></qti-custom-operator>', "org.x(A)"),
        ('<qti-random-integer max="6"/>', "random-integer(max=6)"),
        ('<qti-correct identifier="R"/>', "correct(R)"),
    ],
)
def test_show_formulas(expression: str, text: str) -> None:
    rule = f'<qti-pre-condition xmlns="{QTI}">{expression}</qti-pre-condition>'.replace("{A}", '<qti-variable identifier="A"/>')
    assert lines(run("show", "-", stdin=rule.encode())) == [f"only if  {text}"]


def test_show_goes_on_after_problems() -> None:
    broken = EXAMPLE.read_text(encoding="utf-8").replace('identifier="part-1" ', "").replace('select="2"', 'select="two"').replace('"linear"', '"zigzag"')
    for old in ('<qti-variable identifier="SCORE"/>', '<qti-outcome-declaration identifier="WARM-UP" cardinality="single" base-type="float"/>'):
        broken = broken.replace(old, "")
    result = run("show", "no-such-file", "-", EXAMPLE, stdin=broken.encode())
    assert result.exit_code == 1
    assert result.stderr.startswith("no-such-file: No such file or directory\n<stdin>:")
    shown = lines(result)
    assert "├── part  (missing)  “Without a calculator”  zigzag (wrong) · individual · 3 sections, 5 items" in shown
    assert "│   ├── section  warm-up  “Warm-up”  3 items · select two (wrong) of 3 · shuffled" in shown
    assert "│   ├── set  GRADE := table[(missing)]" in shown
    assert shown[0] == "<stdin>"
    assert shown[-len(OUTLINE.splitlines()) - 2 :] == ["", str(EXAMPLE), *OUTLINE.splitlines()]


def test_untrusted_text_stays_text(tmp_path: Path) -> None:
    title = "[bold]x[/bold] :smile: &#x9b;31m&#10;\u202eabc"
    path = tmp_path / "a[red]\x1b[31m.xml"
    path.write_text(f'<qti-assessment-section xmlns="{QTI}" identifier="s" title="{title}" visible="\u202e"/>', encoding="utf-8")
    result = run("show", path, path)
    assert r"section  s  “[bold]x[/bold] :smile: \x9b31m\n\u202eabc”  0 items" in result.stdout
    assert r"a[red]\x1b[31m.xml" in result.stdout
    assert r"`visible` of `qti-assessment-section` is `\u202e`" in result.stderr
    assert not {"\x1b", "\x9b", "\u202e"} & set(result.stdout + result.stderr)
    assert literal("é \udcff\t") == r"é \udcff\t"


def test_show_without_unicode() -> None:
    done = process("show", EXAMPLE, "--depth", "1", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.startswith(b'test  algebra-1  "Algebra: first steps"  2 parts, 4 sections, 7 items - made with qtimodel\n+-- outcome  SCORE')
    umlaut = process("show", "-", stdin=WEIGHT.replace("W", "Ä").encode(), PYTHONIOENCODING="ascii")
    assert umlaut.stdout == b"qti-weight  identifier=\\xc4 - value=2\n"


def test_deep_documents_are_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    depth = 250
    opened = "".join(f'<qti-assessment-section identifier="section-{n}" title="" visible="true">' for n in range(depth))
    document = opened.replace("<qti-assessment-section ", f'<qti-assessment-section xmlns="{QTI}" ', 1) + "</qti-assessment-section>" * depth
    result = run("show", "-", stdin=document.encode())
    assert all(f"section-{n}" in result.stdout for n in range(depth))


@pytest.mark.parametrize("cls", [cls for cls in element_classes() if issubclass(cls, Expression) and spec_of(cls).children], ids=lambda cls: cls.__name__)
def test_formulas_as_deep_as_may_be_are_shown(cls: type[Element]) -> None:
    """Each kind takes other functions, so each has its own number of frames."""
    name = spec_of(cls).name
    for root in ("qti-pre-condition", "qti-outcome-if"):
        rule = f'<{root} xmlns="{QTI}">{f"<{name}>" * 254}<qti-null/>{f"</{name}>" * 254}</{root}>'
        result = run("show", "-", stdin=rule.encode())
        assert result.exception is None or isinstance(result.exception, SystemExit)


def on_terminal(*args: str | Path, stream: str) -> tuple[int, str]:
    """The exit code, and what the program writes to `stdout` or `stderr` when that is a terminal of 40 columns."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "40", "TERM": "xterm"}
    output = b""
    with subprocess.Popen(command(*args), env=environment, **{stream: theirs}) as child:
        os.close(theirs)
        with suppress(OSError):  # how Linux says that the other end is closed
            while chunk := os.read(ours, 65536):
                output += chunk
    os.close(ours)
    return child.returncode, output.decode()


def test_show_on_a_terminal() -> None:
    code, colored = on_terminal("show", "--depth", "1", EXAMPLE, stream="stdout")
    assert code == 0
    assert "\x1b[" in colored
    code, plain = on_terminal("show", "--depth", "1", "--no-color", EXAMPLE, stream="stdout")
    assert code == 0
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 40
    assert plain.replace("\r\n", "\n") == re.sub("\x1b\\[[0-9;]*m", "", colored).replace("\r\n", "\n")


def test_progress_on_a_terminal(folder: Path) -> None:
    for number in range(30):
        (folder / "in" / f"{number}.xml").write_text(WEIGHT, encoding="utf-8")
    code, output = on_terminal("convert", folder / "in", "-o", folder / "out", stream="stderr")
    assert code == 1
    assert "Converting" in output
    assert f"{folder / 'in' / 'deep' / 'broken.xml'}:1:" in output
    assert "1 of 33 documents not written" in output
    assert len(files_in(folder / "out")) == 32
    assert "Converting" not in run("convert", folder / "in", "-o", folder / "out").stderr


# -- explain ---------------------------------------------------------------------------------------------------------------

TEST_PART = """\
qti-test-part
class qtimodel.model.test.TestPart

A part of a test with one way of navigation and submission. Source: ASI 3.0.1, TestPartDType.

Attributes
  name                       type               values
  ───────────────────────────────────────────────────────────────────────
  identifier       required  identifier
  navigation-mode  required  NavigationMode     linear | nonlinear
  submission-mode  required  SubmissionMode     individual | simultaneous
  title            optional  normalized string
  class            optional  list of token
  identifier: an identifier (a letter or _, then letters, digits, ., -, _)
  token: text without spaces
  In Python - and : become _; class is class_
  and any other attribute

Children, in this order
  name                        how many               in Python
  ───────────────────────────────────────────────────────────────────────
  qti-pre-condition           any number             pre_conditions
  qti-branch-rule             any number             branch_rules
  qti-item-session-control    at most 1              item_session_control
  qti-time-limits             at most 1              time_limits
  qti-rubric-block            any number             rubric_blocks
  qti-assessment-section      at least 1, any order  assessment_sections
  qti-assessment-section-ref
  qti-test-feedback           any number             test_feedbacks

May stand in
  qti-assessment-test
"""


@pytest.mark.parametrize("name", ["qti-test-part", "test-part", "TestPart", "testpart", "test_part", "<qti-test-part>", "qti:qti-test-part"])
def test_explain_by_any_name(name: str) -> None:
    result = run("explain", name)
    assert (result.exit_code, result.stdout) == (0, TEST_PART)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AssessmentSection", "Not together: qti-adaptive-selection, or qti-selection with qti-ordering"),
        ("AssessmentSection", "the root of a document, qti-assessment-section, qti-test-part"),
        ("RubricBlock", "and the 47 attributes of AriaElement: see `qtimodel explain AriaElement`"),
        ("RubricBlock", "instructions | scoring | navigation | ext:..."),
        ("AriaElement", "default additions text list of AriaRelevant additions | removals | text | all"),
        ("not", "any Expression (64) exactly 1 expression"),
        ("TwoOperands", "any Expression (64) exactly 2 expressions"),
        ("CustomOperator", "any element of another namespace any number extensions"),
        ("CustomOperator", "and attributes of other namespaces"),
        ("value", "Content\n text\n In Python: value"),
        ("FileHref", "Content\n a URI without spaces"),
        ("Include", "xi:include\nclass qtimodel.model.include.Include, namespace http://www.w3.org/2001/XInclude"),
        ("ExitTest", "Attributes\n none\n\nChildren\n none\n"),
    ],
)
def test_explain_says(monkeypatch: pytest.MonkeyPatch, name: str, expected: str) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert expected in re.sub(" +", " ", run("explain", name).stdout)


def test_explain_names_what_is_near() -> None:
    result = run("explain", "qti-asessment-sektion")
    assert result.exit_code == 2
    assert "no element is called `qti-asessment-sektion`; did you mean qti-assessment-section" in result.stderr
    assert "`qtimodel explain` lists all elements" in run("explain", "zzz").stderr


def test_explain_lists_and_explains_everything() -> None:
    listed = lines(run("explain"))
    for cls in element_classes():
        spec = spec_of(cls)
        assert sum(line.split()[:1] in ([spec.name], [f"xi:{spec.name}"]) for line in listed) == 1
        result = run("explain", cls.__name__)
        assert result.exit_code == 0
        assert all(field.xml_name in result.stdout or "AriaElement" in result.stdout for field in spec.attributes if field.xml_name)
        assert all(field.name in result.stdout for field in spec.children)


def test_explain_without_unicode() -> None:
    done = process("explain", "test-part", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"navigation-mode" in done.stdout


# -- the end ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """More than a pipe holds."""
    path = tmp_path / "large.xml"
    parts = (f'<qti-weight identifier="W{number}" value="2"/>' for number in range(5_000))
    path.write_text(f'<qti-assessment-item-ref xmlns="{QTI}" identifier="i" href="i.xml">{"".join(parts)}</qti-assessment-item-ref>', encoding="utf-8")
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="a reader that goes is no error on Windows")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("name", ["convert", "show"])
def test_reader_that_goes(large: Path, name: str, unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command(name, large), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(1)
        child.stdout.close()
        errors = child.stderr.read()
    assert (child.returncode, errors) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", [["convert", str(EXAMPLE)], ["show", str(EXAMPLE)], ["explain"]])
def test_full_disk(args: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command(*args), stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"standard output: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="closes file descriptors")
@pytest.mark.parametrize(("closed", "message"), [(0, b"<stdin>: "), (1, b"standard output: ")])
def test_closed_streams(closed: int, message: bytes) -> None:
    source = "-" if closed == 0 else str(EXAMPLE)
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command("convert", source)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, message + os.strerror(9).encode() + b"\n")


@pytest.mark.usefixtures("_signals_count")
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_interrupted(tmp_path: Path) -> None:
    pipe, target = tmp_path / "pipe.xml", tmp_path / "out.xml"
    os.mkfifo(pipe)
    # When the pipe has been opened, the program waits for us.
    with subprocess.Popen(command("convert", pipe, "-o", target), stderr=subprocess.PIPE) as child, open(pipe, "wb"):
        time.sleep(0.1)
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=60)[1] == b"interrupted\n"
    assert child.returncode == 130
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("name", ["qti-assessment-item", "qti-choice-interaction", "table", "mfrac"])
def test_explain_says_which_elements_have_no_class(name: str) -> None:
    result = run("explain", name)
    assert result.exit_code == 2
    assert f"`{name}` has no class yet" in result.stderr
