"""A file that ends the process that reads it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from precursor_screen.app.daily.inbox import find_deadly, read_note
from precursor_screen.app.inputs import Source
from precursor_screen.readers.interface import ReadOptions
from tests.screening import table
from tests.warm import PROGRAM, ROOT, start

# Stands for a reader that crashes: no reader of ours is known to.
CRASHING = """
import os
from pathlib import Path
import precursor_screen.readers.registry as registry
real = registry.read_contents
def read_contents(source, name="", options=None):
    if isinstance(source, Path) and b"POISON" in source.read_bytes():
        os.abort()
    return real(source, name, options)
registry.read_contents = read_contents
"""
# The same in a process that has imported what reads.
CRASHING_NOW = (
    CRASHING
    + """
from precursor_screen.app import inputs
inputs.read_contents = read_contents
"""
)


@pytest.fixture
def crashing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(CRASHING)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
    return folder


def sources(folder: Path, *contents: bytes) -> list[Source]:
    found = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.csv"
        path.write_bytes(content)
        found.append(Source(path.name, path))
    return found


@pytest.mark.slow
def test_those_that_kill_their_reader_are_found_and_others_are_not(crashing, tmp_path):
    found = find_deadly(sources(tmp_path, b"POISON", table([{}]), b"", b"\0\xff", b"a,POISON", table([{}])), ReadOptions())
    assert found == dict.fromkeys(("0.csv", "4.csv"), "ended the process that read it (SIGABRT)")


def test_nothing_is_found_where_nothing_is_wrong():
    assert find_deadly([], ReadOptions()) == {}


def test_a_note_that_is_missing_or_damaged_suspects_nothing(tmp_path):
    note = tmp_path / "reading.json"
    assert read_note(note) == frozenset()
    note.write_text('["a", "b"]')
    assert read_note(note) == {"a", "b"}
    for damaged in ("{", "7"):
        note.write_text(damaged)
        assert read_note(note) == frozenset()


@pytest.mark.slow
def test_a_poisoned_file_ends_one_run_and_is_set_aside_by_the_next(crashing, home, tmp_path):
    for name in ("inbox", "out"):
        Path(name).mkdir()
    Path("inbox/poison.csv").write_bytes(table([{"description of goods": "POISON"}]))
    Path("inbox/good.csv").write_bytes(table([{}]))

    def daily() -> tuple[int, str]:
        words = ["daily", "inbox", "--out", "out", "--settle", "0", "--watchlist", "none", "--format", "json", "--jobs", "1"]
        process = start(CRASHING_NOW + PROGRAM, *words)
        _, said = process.communicate()
        return process.returncode, said

    assert daily()[0] == -6
    assert not Path("out/latest").exists()
    assert daily() == (3, "")
    files = {f["name"]: (f["outcome"], f["reason"]) for f in json.loads(Path("out/latest/run.json").read_text())["files"]}
    assert files == {
        "good.csv": ("screened", ""),
        "poison.csv": (
            "set-aside",
            "ended the process that read it (SIGABRT). Open it in the program that it came from and save it as XLSX or CSV; if it does not open, ask the sender for it again.",
        ),
    }
    assert "poison.csv" in {i["source_file"] for i in json.loads(Path("out/latest/report.json").read_text())["issues"]}
    assert daily()[0] == 0
    assert len([p for p in Path("out").iterdir() if p.name.startswith("20")]) == 1
