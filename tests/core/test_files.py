"""Files appear whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from precursor_screen.core import files
from precursor_screen.core.files import PRIVATE, READABLE, write_whole, written_whole

posix = pytest.mark.skipif(os.name == "nt", reason="permissions")


def test_a_file_takes_the_place_of_an_older_one_when_all_of_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "old")
    with written_whole(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "new")]


def test_what_fails_leaves_the_older_one_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old", durable=True)

    def fail() -> None:
        with written_whole(path) as beside:
            beside.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "a.txt", "x")


@posix
@pytest.mark.parametrize(("mode", "wanted"), [(PRIVATE, 0o600), (READABLE, 0o644), (0o640, 0o640), (None, 0o664)])
def test_permissions_are_those_asked_for_and_never_more(tmp_path: Path, mode: int | None, wanted: int) -> None:
    before = os.umask(0o002)
    try:
        with written_whole(tmp_path / "a", mode) as beside:
            assert beside.stat().st_mode & 0o777 == PRIVATE
        assert (tmp_path / "a").stat().st_mode & 0o777 == wanted
        assert os.umask(0o002) == 0o002
    finally:
        os.umask(before)


def test_text_that_no_encoding_knows_is_written_all_the_same(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "\udcff")
    assert (tmp_path / "a").read_text() == "\\udcff"


MAKE = "import sys, time; from precursor_screen.core.files import temporary_folder; print(temporary_folder(), flush=True); time.sleep(60)"


@posix
def test_the_next_process_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
        )
        for _ in range(2)
    ]
    killed, living = (Path(process.stdout.readline().strip()) for process in started)
    try:
        (killed / "input").write_text("what was read")
        started[0].kill()
        started[0].wait()
        (old := tmp_path / "precursor-screen-old").mkdir()
        (new := tmp_path / "precursor-screen-new").mkdir()
        (other := tmp_path / "another-program").mkdir()
        for folder in (old, other):
            os.utime(folder, (0, 0))
        files._remove_left.__wrapped__(str(tmp_path))
        assert sorted(tmp_path.iterdir()) == sorted([living, new, other])
    finally:
        for process in started:
            process.kill()
            process.wait()
            process.stdout.close()
