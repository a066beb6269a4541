"""The contract's exit codes hold whatever happens: one message, no traceback, never 1 for anything but flags."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from precursor_screen.app import inputs
from precursor_screen.cli import common, main
from tests.cli.conftest import ACETONE, OTHER_DATA, SAMPLE
from tests.cli.test_bad_input import GOOD

pytestmark = pytest.mark.usefixtures("few_rules")
unix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices with names are those of Unix")


@pytest.fixture
def shell(home, few_folder) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a line of bash, in which $PS is the program with a few rules, and m.csv a manifest that is read without loss."""
    words = shlex.join([sys.executable, "-c", OTHER_DATA, str(few_folder)])
    Path("m.csv").write_text(GOOD)

    def line(command: str) -> subprocess.CompletedProcess[str]:
        command = command.replace("$PS", words)
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)

    return line


class Panic(BaseException):
    """As a library in Rust raises it: no Exception."""


FAULTS = [ValueError("invalid cell: 'ACETONE, 300 KG'\nmore"), Panic("index out of bounds"), RecursionError(), KeyError("x")]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: type(f).__name__)
def test_a_fault_is_one_message_and_a_report_under_the_home(ps, home, monkeypatch, fault):
    monkeypatch.setattr("precursor_screen.app.stream.judge_run", lambda *_: (_ for _ in ()).throw(fault))
    answer = ps("screen", SAMPLE, "--watchlist", "none", "--jurisdiction", "US")
    assert answer.code == 4
    (line,) = answer.err.splitlines()
    assert line.startswith(f"error: unforeseen fault: {type(fault).__name__}")
    assert line.endswith("The command did not finish; nothing counts as screened. Report this to whoever maintains the program.")
    (path,) = (home / "faults").iterdir()
    assert str(path) in line
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert "screen ... --watchlist ... --jurisdiction ..." in text
    assert "stream.py" in text
    assert "ACETONE" not in text
    assert str(SAMPLE) not in text


def test_a_fault_of_one_input_sets_that_input_aside(ps, home, manifest, monkeypatch):
    read = inputs.read_contents

    def fail(source, name, options):
        if name == "bad.csv":
            raise Panic("index out of bounds")
        return read(source, name, options)

    monkeypatch.setattr(inputs, "read_contents", fail)
    manifest(ACETONE, name="good.csv")
    manifest(ACETONE, name="bad.csv")
    answer = ps("screen", "bad.csv", "good.csv", "--watchlist", "none", "-o", "r.json")
    assert answer.code == 3
    (path,) = (home / "faults").iterdir()
    assert f"report of the fault: {path}" in answer.err
    (issue,) = json.loads(Path("r.json").read_text())["coverage"]["set_aside"][0]["examples"]
    digest = path.stem.rpartition("-")[2]
    assert issue["message"] == (
        f"could not be read because of a fault of this program (Panic: index out of bounds), recorded as {digest} under `faults` in the home folder"
    )
    assert ps("screen", "bad.csv", "--watchlist", "none").code == 4


def test_from_python_a_fault_is_raised(manifest, monkeypatch, reference):
    from precursor_screen import screen

    monkeypatch.setattr(inputs, "read_contents", lambda *_: (_ for _ in ()).throw(ZeroDivisionError("x")))
    with pytest.raises(ZeroDivisionError):
        screen(manifest(), reference)


def test_a_home_that_cannot_be_written_to_is_said(ps, monkeypatch):
    Path("file").touch()
    monkeypatch.setattr("precursor_screen.cli.common.settings", lambda: 1 / 0)
    answer = ps("--home", "file/below", "config", "show")
    assert answer.code == 4
    assert "ZeroDivisionError: division by zero (the report could not be written: NotADirectoryError" in answer.err


def test_only_the_last_faults_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "KEPT", 3)
    for n in range(5):
        common.keep_fault(type(f"Fault{n}", (Exception,), {})(), lambda: tmp_path, [])
    assert len(list((tmp_path / "faults").iterdir())) == 3


def deep(n: int) -> None:
    deep(n - 1) if n else (_ for _ in ()).throw(ValueError("deep"))


def test_a_deep_recursion_makes_no_long_report(tmp_path):
    try:
        deep(300)
    except ValueError as error:
        fault = common.keep_fault(error, lambda: tmp_path, ["lookup", "--json", "..."])
    text = fault.path.read_text()
    assert "frames ..." in text
    assert len(text.splitlines()) < 200
    assert "lookup --json ..." in text


def test_the_report_of_a_fault_holds_commands_and_names_of_options_alone():
    words = ("lookup", "--json", "--report=secret.json", "secret", "-o", "lookups")
    assert [main._without_value(word) for word in words] == ["lookup", "--json", "--report", "...", "...", "..."]


def test_an_engine_without_room_is_exit_4_and_a_rule_that_does_not_run_is_exit_2(monkeypatch, capsys):
    def raise_in(module: str, error: Exception) -> None:
        exec("def f(e): raise e", scope := {"__name__": module})
        monkeypatch.setattr(main.cli, "main", lambda **_: scope["f"](error))

    for module, error, code, says in (
        ("precursor_screen.kernel.judge.flag", duckdb.OutOfMemoryException("full"), 4, "no room in memory"),
        ("precursor_screen.kernel.judge.flag", MemoryError(), 4, "no room in memory"),
        ("precursor_screen.kernel.judge.flag", duckdb.ConversionException("no number"), 2, "a rule does not run: no number"),
        ("precursor_screen.rulebook.grammar", RecursionError("too deep"), 2, "a rule does not run: too deep"),
        (
            "precursor_screen.kernel.judge.flag",
            duckdb.InternalException("broken"),
            4,
            "unforeseen fault: InternalException: broken",
        ),
        ("precursor_screen.readers.identity", duckdb.ConversionException("no"), 4, "unforeseen fault: ConversionException"),
        ("precursor_screen.history.store", OSError(28, "No space left on device", "x.db"), 4, "x.db: No space left on device"),
        ("precursor_screen.readers", OSError("no number, no text"), 4, "unforeseen fault: OSError: no number"),
    ):
        raise_in(module, error)
        assert main.run(["screen", "x"]) == code, error
        assert says in capsys.readouterr().err


@unix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("$PS screen <(cat m.csv) /dev/stdin /dev/fd/7 --watchlist none < m.csv 7< m.csv", 0),
        ("cat m.csv | $PS screen /dev/stdin --watchlist none >&-", 0),
        ("$PS screen - --watchlist none <&-", 4),
        ("$PS screen m.csv --watchlist none 2>&-", 0),
        ("$PS screen m.csv --watchlist none -o r.json 2>/dev/full", 0),
        ("LC_ALL=C PYTHONIOENCODING=ascii TMPDIR=/nonexistent $PS screen m.csv --watchlist sample", 0),
        ("ulimit -v 400000; $PS screen m.csv --watchlist none", 4),
    ],
)
def test_whatever_the_shell_does_the_exit_code_is_the_contracts(shell, command, code):
    done = shell(command)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "unforeseen" not in done.stderr


@unix
@pytest.mark.slow
def test_a_standard_stream_that_is_closed_is_not_taken_by_another_file(shell):
    done = shell(
        "$PS screen m.csv --watchlist none --ledger sqlite:///l.db <&- >&- 2>&- || exit 9; $PS ledger verify --ledger sqlite:///l.db"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("/dev/zero m.csv", 3, marks=unix),
        pytest.param("/dev/null", 4, marks=unix),
        ("m.csv -o no/where/r.json", 2),
        ("m.csv --encoding idna", 2),
        ("m.csv --encoding undefined", 2),
        ("m.csv --encoding utf-16", 4),
    ],
)
def test_what_is_given_to_a_screen_the_exit_code_is_the_contracts(ps, words, code):
    Path("m.csv").write_text(GOOD)
    answer = ps("screen", *words.split(), "--watchlist", "none")
    assert answer.code == code, answer.err
    assert "Traceback" not in answer.err + answer.out
    assert "unforeseen" not in answer.err


@unix
def test_a_pipe_is_read_and_one_that_nobody_writes_to_is_set_aside(ps, manifest, monkeypatch):
    monkeypatch.setattr(inputs, "IDLE_SECONDS", 0.2)
    manifest(ACETONE, name="m.csv")
    os.mkfifo("pipe")
    os.mkfifo("empty")

    def write() -> None:
        with open("pipe", "wb") as stream:
            for part in re.findall(b".{1,90}", Path("m.csv").read_bytes(), re.DOTALL):
                stream.write(part)
                stream.flush()
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    answer = ps("screen", "pipe", "empty", "--watchlist", "none", "-o", "r.json")
    thread.join()
    assert answer.code == 3
    assert "empty was NOT screened: is a pipe, and nothing was written to it for 0.2 seconds" in answer.err
    report = json.loads(Path("r.json").read_text())
    assert [i["lines"] for i in report["provenance"]["inputs"]] == [1]


@unix
def test_a_pipe_that_never_ends_is_not_read_for_ever(ps, monkeypatch):
    monkeypatch.setattr(inputs, "MAX_BYTES", 1 << 20)
    done = ps("screen", "/dev/zero", "--watchlist", "none")
    assert (done.code, "is a device, not a file" in done.err) == (4, True)
    os.mkfifo("pipe")
    thread = threading.Thread(
        target=lambda: subprocess.run("cat /dev/zero > pipe", shell=True, check=False, stderr=subprocess.DEVNULL)
    )
    thread.start()
    done = ps("screen", "pipe", "--watchlist", "none")
    thread.join()
    assert done.code == 4
    assert "pipe is a pipe, and more than" in done.err


@pytest.mark.parametrize("jobs", [2])
@pytest.mark.slow
def test_a_worker_that_is_killed_is_exit_4(ps, manifest, monkeypatch, jobs):
    from precursor_screen.app import workers
    from precursor_screen.kernel import parallel_map

    monkeypatch.setattr(parallel_map, "CHUNK", 2)
    monkeypatch.setattr(workers, "WORTHWHILE", 1)
    monkeypatch.setattr(workers, "_call", _die)
    manifest(*({"consignee": f"Firm {n}", "description of goods": f"ACETONE LOT {n}"} for n in range(9)))
    answer = ps("screen", "manifest.csv", "--watchlist", "sample", "--jobs", jobs)
    assert answer.code == 4
    assert answer.err == (
        "error: a process of this run was killed, or ran out of memory. Screen fewer files at a time, or with --jobs 1.\n"
    )


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def change(how: str, path: Path) -> None:
    """What may happen to a file while it is read."""
    if how == "grows":
        path.write_text(path.read_text() + "B9,ETHER,290911\n")
    elif how == "is replaced":
        Path("new").write_text(GOOD)
        os.replace("new", path)
    elif how == "is emptied":
        path.write_text("")
    else:  # the same size within the same tick of the clock
        known = path.stat()
        path.write_text(GOOD.replace("ACETONE", "ALUMINA" if "ACETONE" in path.read_text() else "ACETONE"))
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))


@pytest.mark.parametrize(
    ("how", "times"),
    [*((how, 1) for how in ("grows", "is replaced", "is emptied", "is rewritten")), ("grows", 9), ("is rewritten", 9)],
)
def test_a_file_that_changes_while_it_is_read_is_read_again_or_set_aside(ps, manifest, monkeypatch, how, times):
    monkeypatch.setattr(inputs, "PAUSE", 0)
    read, left = inputs.read_contents, [times]

    def meanwhile(source, name, options):
        try:
            return read(source, name, options)
        finally:
            if name == "m.csv" and left[0]:
                left[0] -= 1
                change(how, Path("m.csv"))

    monkeypatch.setattr(inputs, "read_contents", meanwhile)
    Path("m.csv").write_text(GOOD)
    manifest(ACETONE, name="good.csv")
    answer = ps("screen", "m.csv", "good.csv", "--watchlist", "none", "-o", "r.json", "--issues", "i.csv")
    lines = {i["name"]: i["lines"] for i in json.loads(Path("r.json").read_text())["provenance"]["inputs"]}
    if how == "is emptied":
        assert answer.code == 3
        assert "m.csv was NOT screened: is empty" in answer.err
    elif times == 1:
        assert answer.code == 0
        assert lines["m.csv"] == (2 if how == "grows" else 1)
    else:
        assert answer.code == 3
        assert "changed-while-read,m.csv" in Path("i.csv").read_text()
        assert "m.csv was NOT screened: changed each of the 3 times that it was read" in answer.err


def test_an_input_that_cannot_be_read_to_its_end_is_set_aside(ps, manifest, monkeypatch):
    read = inputs.read_contents

    def fail(source, name, options):
        if name == "bad.csv":
            raise OSError(5, "Input/output error")
        return read(source, name, options)

    monkeypatch.setattr(inputs, "read_contents", fail)
    manifest(ACETONE, name="good.csv")
    manifest(ACETONE, name="bad.csv")
    answer = ps("screen", "bad.csv", "good.csv", "--watchlist", "none", "-o", "r.json")
    assert answer.code == 3
    assert "bad.csv was NOT screened: cannot be read (Input/output error)" in answer.err
    monkeypatch.setattr(inputs, "read_contents", lambda *_: (_ for _ in ()).throw(MemoryError()))
    answer = ps("screen", "bad.csv", "--watchlist", "none")
    assert (answer.code, "does not fit into the memory of this machine" in answer.err) == (4, True)


def test_links_in_a_circle_are_listed_and_hold_nothing_up(ps, manifest):
    Path("in/deep").mkdir(parents=True)
    manifest(ACETONE, name="in/good.csv")
    Path("in/deep/up").symlink_to("..")
    answer = ps("screen", "in", "--watchlist", "none", "--issues", "i.csv", "-o", "r.json")
    assert answer.code == 0
    assert "linked-folder,deep/up" in Path("i.csv").read_text()
    Path("in/self.csv").symlink_to("self.csv")
    answer = ps("screen", "in", "--watchlist", "none", "-o", "r.json")
    assert answer.code == 3
    assert "self.csv was NOT screened: cannot be opened (Too many levels of symbolic links)" in answer.err
