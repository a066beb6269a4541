"""Several processes at one ledger, and processes that are killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest

from precursor_screen.core.errors import ExitCode, LedgerLocked
from precursor_screen.history.store import open_ledger
from tests.examples import SOAK
from tests.history.rows import lines_of, look, movement, record, run
from tests.warm import start

MOMENTS = int(os.environ.get("PRECURSOR_SCREEN_TEST_KILLS", "12" if SOAK else "5"))

HOLD = """
import sys
from precursor_screen.history.store import open_ledger
from tests.history.rows import movement, run, table
with open_ledger(sys.argv[1], wait=10) as ledger, ledger.begin(run(int(sys.argv[2]))) as transaction:
    transaction.record_movements(table(movement("H")))
    print("holding", flush=True)
    sys.stdin.readline() if sys.argv[3] == "wait" else None
"""


@pytest.fixture
def holder(url):
    """A process in the middle of a run."""
    with open_ledger(url):
        pass
    process = start(HOLD, url, "7", "wait", stdin=subprocess.PIPE)
    assert process.stdout.readline() == "holding\n", process.stderr.read()
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_is_told_who_holds_the_ledger_and_since_when(url, holder):
    with open_ledger(url) as ledger:
        with pytest.raises(LedgerLocked, match=rf"process {holder.pid} of \S+ .*since 20\d\d-") as caught:
            ledger.begin(run(1))
        assert caught.value.exit_code == ExitCode.LOCKED == 5
        assert "--wait" in caught.value.remedy
        assert ledger.info().movements == 0  # who reads does not wait, and sees whole runs only


def test_a_second_run_waits(url, holder):
    with open_ledger(url, wait=20) as ledger:
        holder.stdin.write("\n")
        holder.stdin.flush()
        with ledger.begin(run(1)) as transaction:
            assert lines_of(look(transaction, movement("Z")).movements) == ["H"]


def test_a_killed_holder_holds_nothing(url, holder):
    holder.kill()
    holder.wait()
    with open_ledger(url, wait=10) as ledger:
        record(ledger, 1, movement("A"))
        assert ledger.info().movements == 1
        assert ledger.verify() == []


def test_an_owner_file_that_is_nonsense_blocks_nobody(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        (tmp_path / "ledger.sqlite.owner").write_text("{")
        with ledger.begin(run(1)), open_ledger(file_url) as other:
            (tmp_path / "ledger.sqlite.owner").write_text("[]")
            with pytest.raises(LedgerLocked, match="has not said who"):
                other.begin(run(2))
        assert not (tmp_path / "ledger.sqlite.owner").exists()
        record(ledger, 3)


def test_another_program_that_writes_to_the_file(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(LedgerLocked, match="another program is writing"):
            ledger.begin(run(1))
        other.close()
        record(ledger, 1)


LOOP = """
import sys
from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import FileRecord
from tests.history.rows import amended, cells, flag, flags, judged, movement, run, table
with open_ledger(sys.argv[1], wait=30) as ledger:
    number = ledger.info().runs
    first = number + 1
    while True:
        number += 1
        if number == first + 1:
            print("ready", flush=True)  # the first run also loads what it needs
        keys = [f"{number}-{n}" for n in range(40)]
        with ledger.begin(run(number % 1000)) as transaction:
            batch = table(*(movement(k) for k in keys), amended("always", f"version {number}", number))
            transaction.look_back(batch, 3000, ["as_of_date"], [("consignee_key",)])
            judgement = judged(*keys)
            compared = transaction.compare_flags(flags(*(flag("PS-CHEM-001", k) for k in keys)), judgement)
            transaction.record_flags(compared, cells(*keys), judgement)
            transaction.record_movements(batch)
            transaction.record_files([FileRecord(f"{number:064}", "m.csv", 1, 1)])
"""


@pytest.mark.slow
def test_killed_at_any_moment_it_holds_whole_runs(url):
    rng = random.Random(3)
    for _ in range(MOMENTS):
        process = start(LOOP, url)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        time.sleep(rng.uniform(0.01, 0.25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with open_ledger(url, wait=10) as ledger:
        info = ledger.info()
        assert ledger.verify() == []
        assert info.runs > 0
        assert info.runs == info.files
        assert info.movements == info.runs * 40 + 1
        assert info.superseded == info.runs - 1
        assert sum(info.flags.values()) == info.runs * 40


@pytest.mark.slow
def test_two_processes_at_once_take_turns(url):
    children = [start(HOLD, url, str(n), "go") for n in range(4)]
    assert [(c.communicate(timeout=60)[1], c.returncode) for c in children] == [("", 0)] * 4
    with open_ledger(url) as ledger:
        assert (ledger.info().runs, ledger.info().movements) == (4, 1)
        assert ledger.verify() == []
