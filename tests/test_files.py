"""Files: what belongs to a file that is written anew stays with it, and the process keeps its own state."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from shared import ROOT

from qtimodel import files, xml
from qtimodel.files import write

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, owners and links of POSIX")
ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0
OTHER = 54_321  # a user and group that owns nothing


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- new files -------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077])
def test_the_mode_of_a_new_file_comes_from_the_system(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write(b"x", tmp_path / "new")
        xml.dump(xml.loads("<p/>"), tmp_path / "new.xml")
        assert mode_of(tmp_path / "new") == mode_of(tmp_path / "new.xml") == 0o666 & ~mask
    finally:
        assert os.umask(before) == mask


@posix
def test_the_umask_is_never_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to the whole process: other threads would see it."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask was set"))
    threads = [Thread(target=write, args=(b"x", tmp_path / str(number))) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    write(b"y", tmp_path / "0")
    assert len(names(tmp_path)) == 4


def test_plain_writes_do_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    for keep in (False, True):
        write(b"new", tmp_path / "a", keep=keep)
        write(b"old", tmp_path / "a", keep=keep)
    assert synced == []
    files.replace(b"durable", str(tmp_path / "a"), str(tmp_path / "aside"))
    assert synced
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("name", ["é" * 100, "\U0001f600" * 60, "-", ".x", "a b"])
def test_long_and_odd_names(tmp_path: Path, name: str) -> None:
    write(b"1", tmp_path / name)
    write(b"2", tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"2"
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(
    "call", [lambda: files.read("a\0b"), lambda: write(b"", "a\0b"), lambda: xml.load("a\0b"), lambda: xml.dump(xml.loads("<p/>"), "a\0b")]
)
def test_names_that_no_file_can_have_are_an_os_error(call: Any) -> None:
    with pytest.raises(OSError, match="no file can have this name") as caught:
        call()
    assert caught.value.errno == errno.EINVAL


# -- files that are there --------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_mode_stays(tmp_path: Path, keep: bool, mode: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before, and longer")
    path.chmod(mode)
    assert write(b"after", path, keep=keep) == []
    assert (path.read_bytes(), mode_of(path), names(tmp_path)) == (b"after", mode, ["a"])


@posix
@pytest.mark.parametrize("keep", [False, True])
def test_a_symbolic_link_stays_one(tmp_path: Path, keep: bool) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a").write_bytes(b"before")
    link, dangling = tmp_path / "link", tmp_path / "dangling"
    link.symlink_to("far/a")
    dangling.symlink_to("far/b")
    write(b"after", link, keep=keep)
    write(b"new", dangling, keep=keep)
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert {path.name: path.read_bytes() for path in (tmp_path / "far").iterdir()} == {"a": b"after", "b": b"new"}


@posix
def test_hard_links_stay_if_that_is_asked_for(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"before, and longer")
    os.link(first, second)
    assert write(b"after", first, keep=True) == []
    assert second.read_bytes() == b"after"
    assert first.samefile(second)
    write(b"alone", first)
    assert second.read_bytes() == b"after"


@posix
def test_a_failure_in_a_file_of_several_links_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = tmp_path / "a"
    first.write_bytes(b"before")
    os.link(first, tmp_path / "b")
    right = files._write_all

    def half(data: bytes, file: Any) -> None:
        if data == b"before":
            right(data, file)
        else:
            right(data[:100], file)
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(files, "_write_all", half)
    with pytest.raises(OSError, match="full"):
        write(b"after" * 1000, first, keep=True)
    assert first.read_bytes() == (tmp_path / "b").read_bytes() == b"before"


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_ends_a_program_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool, signal: type[BaseException]) -> None:
    (tmp_path / "a").write_bytes(b"before")

    def end(*_: object) -> None:
        raise signal

    monkeypatch.setattr(os, "replace", end)
    for name in ("a", "new"):
        with pytest.raises(signal):
            write(b"after", tmp_path / name, keep=keep)
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


@pytest.mark.skipif(not ROOT_USER, reason="only root may give files away")
@pytest.mark.parametrize("keep", [False, True])
def test_owner_and_group_stay(tmp_path: Path, keep: bool) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    path.chmod(0o4750)
    os.chown(path, OTHER, OTHER + 1)
    path.chmod(0o4750)
    assert write(b"after", path, keep=keep) == []
    found = path.stat()
    assert (found.st_uid, found.st_gid, mode_of(path)) == (OTHER, OTHER + 1, 0o4750)


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("mode", [0o644, 0o444])
def test_extended_attributes_stay(tmp_path: Path, keep: bool, mode: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    try:
        os.setxattr(path, "user.origin", b"https://example.org")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    path.chmod(mode)
    assert write(b"after", path, keep=keep) == []
    assert os.getxattr(path, "user.origin") == b"https://example.org"
    assert mode_of(path) == mode


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows access control lists on Linux only")
@pytest.mark.parametrize("keep", [False, True])
def test_rights_of_the_folder_are_for_new_files_only(tmp_path: Path, keep: bool) -> None:
    """A file that others may not read must not become one that they may."""
    path = tmp_path / "a"
    path.write_bytes(b"before")
    path.chmod(0o660)
    entries = [(0x01, 7, -1), (0x02, 6, OTHER), (0x04, 7, -1), (0x10, 7, -1), (0x20, 0, -1)]  # its owner, one more user, group, mask, others
    rights = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", rights)
    except OSError:
        pytest.skip("this file system has no access control lists")
    write(b"new", tmp_path / "b", keep=keep)
    assert "system.posix_acl_access" in os.listxattr(tmp_path / "b")
    assert write(b"after", path, keep=keep) == []
    assert os.listxattr(path) == []
    assert mode_of(path) == 0o660


@posix
@pytest.mark.parametrize("error", [errno.EBUSY, errno.EPERM, errno.EACCES])
def test_where_a_file_cannot_be_replaced_it_is_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    """A file that is mounted by itself, a folder that is not ours."""

    def refuse(*_: object) -> None:
        raise OSError(error, "refused")

    path = tmp_path / "a"
    path.write_bytes(b"before, and longer")
    inode = path.stat().st_ino
    monkeypatch.setattr(os, "replace", refuse)
    assert write(b"after", path, keep=True) == []
    assert (path.read_bytes(), path.stat().st_ino, names(tmp_path)) == (b"after", inode, ["a"])
    with pytest.raises(OSError, match="refused"):
        write(b"again", path)
    assert path.read_bytes() == b"after"


NOT_OURS = """
import os, sys
from qtimodel.files import write
os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[2]))
print(write(b"after", sys.argv[1], keep=True))
"""


@pytest.mark.skipif(not ROOT_USER, reason="only root can be two users")
@pytest.mark.parametrize(("mode", "kept"), [(0o666, "[]"), (0o644, "['its group', 'its owner']")])
def test_the_file_of_another_user(tmp_path: Path, mode: int, kept: str) -> None:
    """It is written into where that is allowed; replaced where only that is, and what is lost is said."""
    folder = tmp_path / "shared"
    folder.mkdir()
    path = folder / "a"
    path.write_bytes(b"before")
    path.chmod(mode)
    for above in (folder, *folder.parents):
        if above.stat().st_uid == 0 and mode_of(above) & 0o005 != 0o005:
            above.chmod(mode_of(above) | 0o055)
    folder.chmod(0o777)
    command = [sys.executable, "-c", NOT_OURS, str(path), str(OTHER)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (kept, "")
    assert path.read_bytes() == b"after"
    assert names(folder) == ["a"]
    assert path.stat().st_uid == (0 if kept == "[]" else OTHER)


# -- what is no plain file -------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("keep", [False, True])
def test_a_pipe_that_has_a_name_among_the_descriptors(keep: bool) -> None:
    """Such as `/dev/stdout`, and what `>(gzip)` is in a shell: where its link leads to, there is no file."""
    reading, writing = os.pipe()
    try:
        name = f"/dev/fd/{writing}"
        if not os.path.exists(name):
            pytest.skip("this system has no /dev/fd")
        assert write(b"x" * 100, name, keep=keep) == []
        assert os.read(reading, 1000) == b"x" * 100
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(
    ("name", "code"), [("", errno.ENOENT), ("new/", errno.EISDIR), ("no/new", errno.ENOENT), ("no/new/", errno.EISDIR), ("x" * 300, errno.ENAMETOOLONG)]
)
def test_names_that_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, keep: bool) -> None:
    """As `open` has it; the error has one name, and not that of a temporary file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match=r".") as found:
        write(b"x", name, keep=keep)
    assert found.value.errno == code
    assert str(found.value).count("->") == 0
    assert os.path.abspath(str(found.value.filename)) == os.path.abspath(name)
    assert names(tmp_path) == []


@posix
@pytest.mark.parametrize("keep", [False, True])
def test_links_to_nothing_and_to_themselves(tmp_path: Path, keep: bool) -> None:
    (tmp_path / "link").symlink_to("new")
    assert write(b"x", tmp_path / "link", keep=keep) == []
    assert (tmp_path / "new").read_bytes() == b"x"
    assert (tmp_path / "link").is_symlink()
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(OSError, match="symbolic links") as found:
        write(b"x", tmp_path / "circle", keep=keep)
    assert found.value.errno == errno.ELOOP
    assert names(tmp_path) == ["circle", "link", "new"]
