"""`screen --ledger` as a user, a script and a power cut meet it; `explain` and `review` of what it recorded."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.history.store import open_ledger
from tests.app.remembered import DAY, LARGE, SUM, line, write_rules
from tests.cli.conftest import VAGUE
from tests.examples import SOAK
from tests.history.rows import movement, record, seal_anew
from tests.warm import PROGRAM, start

KILLS = int(os.environ.get("PRECURSOR_SCREEN_TEST_KILLS", "12" if SOAK else "4"))
PLAIN = ("--rules", "rules", "--only-rules", "--watchlist", "none", "--as-of", "2026-11-25")
KEPT = (*PLAIN, "--ledger", "sqlite:///ledger.sqlite")
URL = "sqlite:///ledger.sqlite"


@pytest.fixture(autouse=True)
def rules(home: Path) -> Path:
    return write_rules(Path("rules"), LARGE, SUM)


@pytest.fixture
def screen(ps, manifest) -> Callable[..., Any]:
    """Screens some rows with the ledger: the answer of the command."""

    def run(*rows: dict[str, Any], options: tuple[object, ...] = KEPT, name: str = "manifest.csv") -> Any:
        return ps("screen", manifest(*rows, name=name), *options, "--fail-on", "high", "-o", "r.json", "--quiet")

    return run


def flags_of(path: str = "r.json") -> list[dict[str, Any]]:
    flags: list[dict[str, Any]] = json.loads(Path(path).read_text())["flags"]
    return flags


def info(url: str = URL) -> Any:
    with open_ledger(url, create=False) as ledger:
        assert ledger.verify() == []
        return ledger.info()


def command(*arguments: object) -> Any:
    """`precursor-screen ARGUMENTS` in a process of its own."""
    return start(PROGRAM, *arguments, stdout=subprocess.DEVNULL)


# Which ledger, and what it changes


def test_only_what_is_new_moves_the_exit_code(screen):
    heavy, light = line(1), line(2, 5)
    assert [screen(*rows).code for rows in ((heavy,), (heavy,), (heavy, light, VAGUE), (VAGUE,))] == [1, 0, 3, 4]
    assert screen(heavy, line(3), VAGUE).code == 1
    assert info().runs == 5  # what could not be screened was looked at, too


def test_without_a_ledger_every_flag_is_new_and_nothing_is_written(screen, home):
    assert [screen(line(1), options=PLAIN).code for _ in range(2)] == [1, 1]
    assert not home.joinpath("ledger.sqlite").exists()


def test_a_setting_names_the_ledger_and_an_option_overrules_it(screen, monkeypatch, home):
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER", "home")
    assert [screen(line(1), options=PLAIN).code for _ in range(2)] == [1, 0]
    ours = f"sqlite:///{home / 'ledger.sqlite'}"
    assert info(ours).runs == 2
    assert screen(line(1), options=(*PLAIN, "--no-ledger")).code == 1
    assert screen(line(1)).code == 1  # another ledger
    assert (info(ours).runs, info().runs) == (2, 1)
    both = screen(line(1), options=(*KEPT, "--no-ledger"))
    assert (both.code, both.err) == (2, "error: --ledger and --no-ledger cannot be combined. Give only one of them.\n")


def test_the_same_ledger_gives_the_same_report(ps, manifest):
    for number in range(2):
        for rows in ((line(1), line(2)), (line(1), line(3, 70), {**line(2, 10), "version": "2"})):
            ps("screen", manifest(*rows), *PLAIN, "--ledger", f"sqlite:///{number}.sqlite", "-o", f"r{number}.json")
    reports = [json.loads(Path(f"r{n}.json").read_text()) for n in range(2)]
    for report in reports:
        del report["run"]
    assert reports[0] == reports[1]
    assert {f["state"] for f in reports[0]["flags"]} == {"new", "existing", "resolved"}


def test_the_terminal_tells_the_states(ps, manifest):
    assert "Of all flags" not in ps("screen", manifest(line(1, 120)), *KEPT).out
    assert "\nOf all flags: 1 new, 2 existing\n" in ps("screen", manifest(line(1, 120), line(2)), *KEPT).out
    amended = ps("screen", manifest({**line(1, 5), "version": "2"}, line(2)), *KEPT).out
    assert "\nOf all flags: 1 existing, 2 resolved\n" in amended  # the window of the other line is no longer full
    assert "\nOf the lines read: 1 known, 1 new\n" in amended


# explain and review


def test_explain_reads_the_ledger(ps, screen):
    screen(line(1), line(2, 55, marks="\x1b[31mLOT"), name="monday.csv")
    screen(line(3, 5, DAY + timedelta(days=3)), name="thursday.csv")
    (flag,) = [f for f in flags_of() if f["rule_id"] == SUM]
    words = ("--ledger", URL)
    assert (
        ps("review", "add", flag["flag_id"], "--verdict", "inconclusive", "--reason", "other", "--text", "asked", *words).code
        == 0
    )
    answer = ps("explain", flag["flag_id"], *words)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == f"HIGH  {flag['because']}"
    assert f"  flag {flag['flag_id']}, existing, confidence medium" in lines
    assert re.search(
        r"\n  first raised by the run of 20\S+, last by that of 20\S+\n  inconclusive by .*other: asked\)\n", answer.out
    )
    assert f"  rule {SUM} 1.0.0: a rule that is not applied any more" in lines  # it is not among those that ship
    assert "  with 2 other lines:" in lines
    assert [x.split(" (")[0] for x in lines if x.startswith("    monday.csv")] == [
        "    monday.csv, row 2",
        "    monday.csv, row 3",
    ]
    assert "    declaration id: D3" in lines  # the line as filed
    assert all(c.isprintable() or c == "\n" for c in answer.out)
    assert ps("explain", flag["flag_id"][:8], *words).out == answer.out
    assert ps("explain", flag["flag_id"], "--report", "r.json").code == 0
    for wrong in ((flag["flag_id"],), ("0" * 32, *words), (flag["flag_id"][:2], *words)):
        assert ps("explain", *wrong).code == 2


def test_explain_names_the_rule_of_a_site_with_its_basis_and_innocent_explanations(ps, screen):
    Path("precursor-screen.toml").write_text('ledger = "sqlite:///ledger.sqlite"\n[rules]\ndirs = ["rules"]\n')
    screen(line(1), options=PLAIN)
    (flag,) = flags_of()
    out = ps("explain", flag["flag_id"]).out
    assert f"  rule {LARGE} 1.0.0: A rule for tests\n  innocent explanation: It is a test\n  action: Look at the test.\n" in out


def test_explain_of_a_beginning_that_several_flags_share_names_them(ps, screen):
    screen(line(1), line(2))
    connection = sqlite3.connect("ledger.sqlite")
    connection.execute("update flags set flag_id = 'abcdef' || substr(flag_id, 7)")
    connection.commit()
    connection.close()
    seal_anew(URL)
    answer = ps("explain", "abcdef", "--ledger", URL)
    assert answer.code == 2
    assert answer.err.startswith("error: 3 flags begin with 'abcdef': abcdef")
    assert answer.err.count(f"({LARGE}, shipment B") == 2
    assert answer.err.endswith("Give more of the id.\n")


def test_explain_says_where_flags_were_looked_up(ps, screen):
    assert "No ledger is set, so earlier runs cannot be searched" in ps("explain", "0" * 32).err
    assert ps("explain", "0" * 32, "--ledger", URL).code == 4  # named, and not there
    screen(line(1))
    assert "looked up in ledger.sqlite" in ps("explain", "0" * 32, "--ledger", URL).err


def test_a_clearance_by_hand_its_end_and_its_lapse(ps, screen):
    assert screen(line(1)).code == 1
    (flag,) = flags_of()
    words = ("--verdict", "cleared", "--reason", "licensed", "--ledger", URL, "--officer", "N. Officer")
    until = (date.today() + timedelta(days=30)).isoformat()
    assert ps("review", "add", flag["flag_id"][:8], *words, "--until", until).code == 0
    day = ("--rules", "rules", "--only-rules", "--watchlist", "none", "--ledger", URL, "--as-of")
    assert screen(line(1), options=(*day, until)).code == 0
    report = json.loads(Path("r.json").read_text())
    assert [f["state"] for f in report["flags"]] == ["suppressed"]
    assert report["suppressed"] == [{"flag_id": flag["flag_id"], "by": "N. Officer", "reason": "licensed", "until": until}]
    assert screen(line(1, 61), options=(*day, until)).code == 1  # other content
    later = (date.today() + timedelta(days=31)).isoformat()
    assert ps("review", "add", flag["flag_id"][:8], *words, "--until", until).code == 0
    assert screen(line(1, 61), options=(*day, later)).code == 1  # its last day is over


# Others at the ledger, and what it cannot be


HOLD = """
import sys
from precursor_screen.history.store import open_ledger
from tests.history.rows import run
with open_ledger(sys.argv[1]) as ledger, ledger.begin(run(1)):
    print("holding", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder() -> Any:
    """A process in the middle of a run."""
    with open_ledger(URL):
        pass
    process = start(HOLD, URL, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "holding\n", process.stderr.read()
    yield process
    process.kill()
    process.communicate()


def test_a_ledger_that_is_held_is_exit_5_and_says_by_whom_and_since_when(screen, holder):
    for wait, least in (("--wait", "0"), 0.0), (("--wait", "0.6"), 0.6):
        began = time.monotonic()
        answer = screen(line(1), options=(*KEPT, *wait))
        assert answer.code == 5
        assert time.monotonic() - began >= least
        assert re.fullmatch(
            rf"error: ledger\.sqlite is in use by process {holder.pid} of \S+ on \S+ since 20\S+\. "
            r"Wait until it has ended, or give --wait SECONDS\.\n",
            answer.err,
        )
        assert not Path("r.json").exists()
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert screen(line(1), options=(*KEPT, "--wait", "30")).code == 1
    assert info().runs == 2


@pytest.mark.slow
def test_two_at_once_are_both_recorded(manifest):
    names = [manifest(line(10 + n), line(20 + n, 5), name=f"{n}.csv") for n in range(2)]
    both = [command("screen", name, *KEPT, "--wait", "60", "-o", f"{name}.json") for name in names]
    assert [(p.wait(timeout=120), "error" in p.stderr.read()) for p in both] == [(0, False)] * 2
    for process in both:
        process.communicate()
    assert (info().runs, info().movements, info().files) == (2, 4, 2)
    sums = [f for name in names for f in flags_of(f"{name}.json") if f["rule_id"] == SUM]
    assert len(sums) == 1  # whoever came second saw the other


def newer(path: Path) -> None:
    with open_ledger(f"sqlite:///{path}") as ledger:
        record(ledger, 1, movement("A"))
    connection = sqlite3.connect(path)
    connection.execute("insert into precursor_screen_versions values (99, 'later', 'then', '9.9')")
    connection.commit()
    connection.close()


def somebody_elses(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table songs (title text)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (newer, "written by precursor-screen 9.9; this is"),
        (somebody_elses, "is a database of another program (it has the tables songs)"),
        (lambda p: p.write_bytes(b"goods;weight\nsoap;1\n" * 100), "is not a ledger: not an SQLite database"),
        (lambda p: p.mkdir(), "is a folder, and a ledger is a file. Write the name"),
    ],
)
def test_what_is_no_ledger_of_ours_is_exit_4_and_left_alone(screen, make, says):
    path = Path("ledger.sqlite")
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    answer = screen(line(1))
    assert (answer.code, says in answer.err, answer.err.count("\n")) == (4, True, 1)
    assert not Path("r.json").exists()  # said before anything was screened
    assert before == (path.read_bytes() if path.is_file() else b"")


def test_a_place_where_none_can_be_made(screen):
    Path("file").write_text("")
    answer = screen(line(1), options=(*PLAIN, "--ledger", "sqlite:///file/ledger.sqlite"))
    assert (answer.code, answer.err.count("\n")) == (4, 1)
    assert screen(line(1), options=(*PLAIN, "--ledger", "nonsense")).code == 4


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
from precursor_screen.cli.main import main
main()
"""


def test_a_full_disk_is_exit_4_nothing_is_recorded_and_reports_are_whole(screen, manifest):
    screen(line(1))
    many = manifest(*(line(n, 0.01, marks="x" * 300) for n in range(2, 1_050)), name="many.csv")
    out, err = start(FULL, "screen", many, *KEPT, "-o", "full.json").communicate(timeout=120)
    assert "no space is left" in err or "cannot be read or written" in err
    assert "nothing of this run was recorded" in err
    assert "Traceback" not in err + out
    report = json.loads(Path("full.json").read_text())  # as it was screened
    assert report["coverage"]["lines_read"] == 1_048
    assert (info().runs, info().movements) == (1, 1)
    assert screen(line(1), line(2, 45)).code == 1  # as if that run had not been


def test_a_damaged_ledger_is_exit_4_for_every_command_and_exit_1_for_verify(ps, screen):
    screen(line(1))
    (flag,) = flags_of()
    connection = sqlite3.connect("ledger.sqlite")
    connection.execute("update movements set substance_mass_kg = '1.000000'")
    connection.commit()
    connection.close()
    Path("r.json").unlink()
    words = ("--verdict", "confirmed", "--reason", "other", "--ledger", URL)
    for answer in (
        screen(line(1)),
        ps("review", "list", "--ledger", URL),
        ps("review", "add", flag["flag_id"], *words),
        ps("explain", flag["flag_id"], "--ledger", URL),
        ps("ledger", "prune", "--yes", "--ledger", URL),
    ):
        assert (answer.code, answer.err.count("\n")) == (4, 1)
        assert (
            "error: ledger.sqlite is damaged: 1 rows of movements that are not what was recorded: movements 1 (run 1)"
            in answer.err
        )
        assert "Restore the last backup" in answer.err
    assert not Path("r.json").exists()
    assert ps("ledger", "verify", "--ledger", URL).code == 1


# Power cuts


KILL = """
import os, signal, sys
from precursor_screen.cli import main, screen
from precursor_screen.history import chain
from precursor_screen.app.ledger_history import LedgerMemory
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def after(function):
    def both(*given):
        function(*given)
        kill()
    return both
step = sys.argv.pop(1)
if step == "the reports are written":
    LedgerMemory.record = kill
elif step == "it is recorded":
    LedgerMemory.record = after(LedgerMemory.record)
elif step == "the terminal was told":
    screen._show = after(screen._show)
elif step == "it is being marked":
    add_link = chain.add_link
    chain.add_link = lambda c, kind, *rest: kill() if kind == chain.DELIVERED else add_link(c, kind, *rest)
elif step == "it is marked":
    LedgerMemory.delivered = after(LedgerMemory.delivered)
main.main()
"""


@pytest.mark.parametrize(
    ("step", "runs", "broken_off", "again"),
    [
        ("the reports are written", 0, 0, "new"),
        ("it is recorded", 1, 1, "new"),
        ("the terminal was told", 1, 1, "new"),
        ("it is being marked", 1, 1, "new"),
        ("it is marked", 1, 0, "existing"),
    ],
)
def test_killed_at_each_step(ps, manifest, step, runs, broken_off, again):
    path = manifest(line(1), line(2))
    words = ("screen", path, *KEPT, "--fail-on", "high", "--quiet")
    killed = start(KILL, step, *map(str, words), "-o", "first.json")
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert {f["state"] for f in flags_of("first.json")} == {"new"}
    assert (info().runs, info().undelivered) == (runs, broken_off)
    assert ps(*words, "-o", "again.json").code == (1 if again == "new" else 0)
    assert {f["state"] for f in flags_of("again.json")} == {again}
    assert without_state("again.json") == without_state("first.json")
    assert ps(*words, "-o", "third.json").code == 0
    assert {f["state"] for f in flags_of("third.json")} == {"existing"}


def test_the_reader_of_the_terminal_may_leave_and_the_run_is_delivered(manifest):
    path = manifest(line(1))
    process = start(PROGRAM, "screen", path, *KEPT)
    process.stdout.close()
    with process.stderr:
        assert "Traceback" not in process.stderr.read()
    assert process.wait(timeout=120) == 0
    assert (info().runs, info().undelivered) == (1, 0)


def without_state(path: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in f.items() if k != "state"} for f in sorted(flags_of(path), key=lambda f: f["flag_id"])]


def states_of(path: str) -> dict[str, str]:
    return {f["flag_id"]: f["state"] for f in flags_of(path)}


@pytest.mark.slow
def test_killed_at_any_moment_whole_runs_are_kept_and_the_rerun_tells_the_same(ps, manifest):
    rng = random.Random(11)
    spared = "sqlite:///spared.sqlite"
    survived = told = 0  # runs that were killed after they were recorded, and after they were delivered
    for n in range(KILLS):
        rows = [line(1_000 * n + i, 3 * i, DAY + timedelta(days=n), consignee=f"Buyer {i % 7} Ltd") for i in range(20)]
        path = manifest(*rows, name=f"day{n}.csv")
        process = command("screen", path, *KEPT, "--wait", "30", "--timing", "-o", "killed.json", "-o", "killed.csv")
        if n % 4:  # from the moment on in which it asks for the ledger
            for step in process.stderr:
                if "applying rules" in step:
                    break
            time.sleep(rng.uniform(0, 0.7))
        else:
            time.sleep(rng.uniform(0, 1))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_ledger(URL, wait=10) as ledger:
            assert ledger.verify() == []
            runs, delivered = ledger.info().runs, ledger.info().runs - ledger.info().undelivered
        assert runs in (n + survived, n + survived + 1)
        assert delivered in (n + told, n + told + 1)
        nobody_knows = delivered == n + told
        survived, told = runs - n, delivered - n
        for name in ("killed.json", "killed.csv"):
            if Path(name).exists():
                assert Path(name).read_bytes().endswith(b"}\n" if name.endswith("json") else b"\n")
                Path(name).unlink()
        assert ps("screen", path, *KEPT, "-o", "again.json", "--quiet").code == 0
        assert ps("screen", path, *PLAIN, "--ledger", spared, "-o", "spared.json", "--quiet").code == 0
        assert without_state("again.json") == without_state("spared.json")
        if nobody_knows:
            assert states_of("again.json") == states_of("spared.json")
    assert (info().movements, info().files) == (info(spared).movements, info(spared).files)
    assert info().runs == KILLS + survived
    kept = []
    for url in (URL, spared):
        with open_ledger(url) as ledger:
            kept.append(sorted(ledger.flags().select(["flag_id", "because", "evidence", "line_id"]).to_pylist(), key=str))
    assert kept[0] == kept[1]
