from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from precursor_screen.core.errors import UnreadableManifest, Where
from precursor_screen.formats import blob, reading, table
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.reading import describe_error, read_sheets, rebuild_error, write_sheets
from precursor_screen.formats.records import read_json
from precursor_screen.formats.table import open_sheets
from tests.formats import books

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to a limit of address space")


def texts(data: bytes) -> list[list[str | None]]:
    (sheet,) = open_sheets(Blob("b.xlsx", data))
    return [list(row.values()) for row in sheet.read(0, 4).table.to_pylist()]


def current() -> table._Child:
    return table._CURRENT[0]


def test_one_process_serves_several_inputs_and_leaves_no_file_behind() -> None:
    texts(books.xlsx())
    first = current().process.pid
    folder = current().folder
    texts(books.xls())
    assert current().process.pid == first
    assert first != os.getpid()
    assert sorted(p.name for p in folder.iterdir()) == ["held", "input", "stderr"]


def test_a_path_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "named.xls"  # the suffix lies
    path.write_bytes(books.xlsx())
    (sheet,) = open_sheets(Blob("n", path))
    assert (sheet.name, sheet.format, sheet.head[1][1]) == ("n", "XLSX", "acetic anhydride")


@linux
def test_what_needs_too_much_memory_is_set_aside_and_the_next_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    big = books.xlsx([("description",), *((f"{i} " * 1000,) for i in range(30_000, 33_000))])
    monkeypatch.setattr(table, "memory_allowed", lambda size: 8 << 20)
    with pytest.raises(UnreadableManifest, match="needs more than 8 MB of memory") as caught:
        open_sheets(Blob("big.xlsx", big))
    assert caught.value.where.file == "big.xlsx"
    monkeypatch.undo()
    assert texts(books.xlsx())[1][1] == "acetic anhydride"
    assert len(texts(big)) == 3001


def test_what_takes_too_long_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "seconds_allowed", lambda size: 0.01)
    with pytest.raises(UnreadableManifest, match="took more than 0 seconds"):
        texts(books.xlsx([("description",), *((f"tiles {i}",) for i in range(50_000))]))
    monkeypatch.undo()
    assert len(texts(books.xlsx())) == 4


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_process_that_dies_costs_one_input(monkeypatch: pytest.MonkeyPatch) -> None:
    texts(books.xlsx())
    current()._last_words.write(b"memory allocation of an earlier input failed\n")
    current()._last_words.flush()
    child = current().process
    os.kill(child.pid, signal.SIGSTOP)  # so that it dies with the request in its hands
    killer = threading.Timer(0.2, lambda: os.kill(child.pid, signal.SIGSEGV))
    killer.start()
    threading.Timer(0.3, lambda: os.kill(child.pid, signal.SIGCONT)).start()
    with pytest.raises(UnreadableManifest, match=r"its reader died \(SIGSEGV\)"):
        texts(books.xlsx())
    assert len(texts(books.xlsx())) == 4


@pytest.mark.parametrize(
    ("words", "died"),
    [
        (
            b"thread panicked\nindex out of bounds\nnote: run with `RUST_BACKTRACE=1` for more\n",
            "exit code 3: index out of bounds",
        ),
        (b"", "exit code 3"),
    ],
)
def test_the_last_words_that_say_something_are_told(words: bytes, died: str) -> None:
    texts(books.xlsx())
    child = current()
    child._heard = os.fstat(child._last_words.fileno()).st_size
    child._last_words.write(words)
    child._last_words.flush()
    real, child.process = child.process, SimpleNamespace(wait=lambda: 3)
    try:
        assert child._post_mortem() == {"died": died}
    finally:
        child.process = real


def test_an_error_of_a_reader_crosses_whole() -> None:
    error = UnreadableManifest("is locked", where=Where("a", 3, "f"), remedy="Unlock it.")
    again = rebuild_error(json.loads(json.dumps(describe_error(error))))
    assert (type(again), str(again), again.where) == (UnreadableManifest, str(error), error.where)
    assert type(rebuild_error(["Exception", "m", "", None, "", ""])) is UnreadableManifest  # no class of elsewhere


def test_sheets_cross_whole(tmp_path: Path) -> None:
    sheets = open_sheets(Blob("m.json", b'{"d": "a\\u00e9"}\nrubbish\n{"d": null, "e": 1}'))
    (again,) = read_sheets(json.loads(json.dumps(write_sheets(sheets, tmp_path))), tmp_path)
    (sheet,) = sheets
    assert (again.head, again.named, again.notes, again.format) == (sheet.head, sheet.named, sheet.notes, sheet.format)
    assert again.read(0, 3) == sheet.read(0, 3)
    assert again.read(1, 2).rows.to_pylist() == [3]
    assert not list(tmp_path.iterdir())


def test_lists_side_by_side_cross_the_border(tmp_path: Path) -> None:
    records = b'[{"description": "LAMPS"}, {"description": ["CHAIRS", "TABLES"], "quantity": [4, 5]}]'
    sheets = [read_json(open_text(Blob("m.json", records)))]
    (again,) = read_sheets(json.loads(json.dumps(write_sheets(sheets, tmp_path))), tmp_path)
    assert again.joined == sheets[0].joined
    assert [one.row for one in again.joined] == [2]


def test_it_works_from_a_script_without_a_guard(tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").write_bytes(books.xlsx())
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from precursor_screen.formats.blob import Blob\n"
        "from precursor_screen.formats.table import open_sheets\n"
        "print('once', open_sheets(Blob('m', Path('m.xlsx')))[0].head[1][1])\n"
    )
    root = str(Path(table.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
    )
    assert (done.stdout, done.stderr) == ("once acetic anhydride\n", "")


def test_large_json_is_read_in_the_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    monkeypatch.setattr("precursor_screen.formats.table.LARGE_TEXT", 10)
    read = table.read_confined
    monkeypatch.setattr("precursor_screen.formats.table.read_confined", lambda *a: called.append(a[1]) or read(*a))
    (sheet,) = open_sheets(Blob("m", b'[{"description": "a"}]'))
    assert called == ["json"]
    assert sheet.head == (("description",), ("a",))


@pytest.mark.parametrize(("size", "memory"), [(0, 1 << 30), (100 << 20, 2024 << 20), (1 << 40, 4 << 30)])
def test_memory_grows_with_the_input_from_a_base_to_a_ceiling(size: int, memory: int) -> None:
    assert blob.memory_allowed(size) == memory
    assert blob.cells_allowed(size) == memory // 40


def test_what_asked_and_was_killed_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").write_bytes(books.xlsx())
    script = (
        "import os\nfrom pathlib import Path\nfrom precursor_screen.formats import table\n"
        "table.open_sheets(table.Blob('m', Path('m.xlsx')))\nprint(table._CURRENT[0].folder, flush=True)\nos._exit(0)"
    )
    root = str(Path(table.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
    )
    folder = Path(done.stdout.strip())
    for _ in range(100):
        if not folder.exists():
            break
        time.sleep(0.05)
    assert not folder.exists()


class PanicException(BaseException):
    """As PyO3 raises it: not an Exception."""


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("PyObject pointer is null", {"memory": True}),
        ("index out of bounds", {"failed": "PanicException: index out of bounds"}),
    ],
)
def test_a_reader_that_panics_for_want_of_memory_is_told_from_one_that_panics(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, answer: dict[str, object]
) -> None:
    def panic(*_: object) -> None:
        raise PanicException(said)

    monkeypatch.setattr(reading, "read_directly", panic)
    request = {"name": "a.xlsx", "path": str(tmp_path / "a.xlsx"), "kind": "XLSX", "encoding": "", "folder": str(tmp_path)}
    assert reading._handle(request) == answer
