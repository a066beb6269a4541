"""What a run recorded and nobody was told of is told once more by the next one."""

from __future__ import annotations

import json

import pytest

from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import FileRecord
from tests.history.rows import cells, ended, flag, flags, judged, movement, run, table

OVER_TIME = "PS-QTY-002"


def screen(ledger, number, found, *keys, told=True, cancelled=()):
    """A run on some lines, which breaks off after it was recorded unless it is told: states by flag id."""
    seen = judged(*keys, obsolete=ended(*cancelled))
    with ledger.begin(run(number)) as transaction:
        compared = transaction.compare_flags(flags(*found), seen)
        transaction.record_movements(table(*(movement(k) for k in keys)))
        transaction.record_flags(compared, cells(*keys), seen)
        transaction.record_files([FileRecord("a" * 64, "m.csv", 1, 1)])
        transaction.keep()
        if told:
            transaction.delivered()
    return {f["flag_id"]: f["state"] for t in (compared.flags, compared.carried, compared.resolved) for f in t.to_pylist()}


@pytest.mark.parametrize("told", [False, True])
def test_a_flag_is_known_once_it_was_told(ledger, told):
    raised = flag("PS-CHEM-001", "A")
    assert screen(ledger, 1, [raised], "A", told=told) == {"PS-CHEM-001/A": "new"}
    assert ledger.info().undelivered == (0 if told else 1)
    assert screen(ledger, 2, [raised], "A", told=told) == {"PS-CHEM-001/A": "existing" if told else "new"}
    assert screen(ledger, 3, [raised], "A") == {"PS-CHEM-001/A": "existing" if told else "new"}
    assert screen(ledger, 4, [raised], "A") == {"PS-CHEM-001/A": "existing"}
    assert ledger.verify() == []


def test_a_flag_that_was_told_stays_known_when_a_later_run_breaks_off(ledger):
    raised = flag("PS-CHEM-001", "A")
    screen(ledger, 1, [raised], "A")
    screen(ledger, 2, [raised], "A", told=False)
    assert screen(ledger, 3, [raised], "A") == {"PS-CHEM-001/A": "existing"}


def test_a_flag_of_a_window_on_a_line_sent_again_is_new_until_it_was_told(ledger):
    """Such rules judge new lines only, and the run that broke off has recorded the line."""
    screen(ledger, 1, [flag(OVER_TIME, "A")], "A", told=False)
    assert screen(ledger, 2, [], "A", told=False) == {f"{OVER_TIME}/A": "new"}
    assert screen(ledger, 3, [], "A") == {f"{OVER_TIME}/A": "new"}
    assert screen(ledger, 4, [], "A") == {f"{OVER_TIME}/A": "existing"}


def test_what_is_resolved_is_told_until_it_was_told(ledger):
    screen(ledger, 1, [flag("PS-CHEM-001", "A")], "A")
    assert screen(ledger, 2, [], "A", told=False) == {"PS-CHEM-001/A": "resolved"}
    assert screen(ledger, 3, [], "B", told=False) == {"PS-CHEM-001/A": "resolved"}
    assert screen(ledger, 4, [], "A") == {"PS-CHEM-001/A": "resolved"}
    assert screen(ledger, 5, [], "A") == {}


def test_raised_again_after_it_was_resolved_by_a_run_that_broke_off(ledger):
    raised = flag("PS-CHEM-001", "A")
    screen(ledger, 1, [raised], "A")
    screen(ledger, 2, [], "A", told=False)
    assert screen(ledger, 3, [raised], "A") == {"PS-CHEM-001/A": "new"}
    assert screen(ledger, 4, [raised], "A") == {"PS-CHEM-001/A": "existing"}


def test_nothing_continues_what_nobody_knows_of(ledger):
    pair = [flag(OVER_TIME, k, window_line_ids=["A", "B"]) for k in "AB"]
    screen(ledger, 1, pair, "A", "B", told=False)
    with ledger.begin(run(2)) as transaction:
        compared = transaction.compare_flags(flags(flag(OVER_TIME, "C", window_line_ids=["A", "B", "C"])), judged("C"))
    assert [e["field"] for e in json.loads(compared.flags.column("evidence")[0].as_py())] == ["description"]
    screen(ledger, 3, pair, "A", "B")
    with ledger.begin(run(4)) as transaction:
        compared = transaction.compare_flags(flags(flag(OVER_TIME, "C", window_line_ids=["A", "B", "C"])), judged("C"))
    assert [e["field"] for e in json.loads(compared.flags.column("evidence")[0].as_py())] == ["description", "continues"]


def test_a_file_is_screened_once_its_run_was_delivered(ledger):
    screen(ledger, 1, [], "A", told=False)
    assert ledger.known_files(["a" * 64]) == set()
    screen(ledger, 2, [], "A")
    assert ledger.known_files(["a" * 64]) == {"a" * 64}
    assert (ledger.info().files, ledger.verify()) == (1, [])


def test_an_error_after_a_run_was_kept_leaves_it_recorded_and_untold(url):
    with open_ledger(url) as ledger:
        transaction = ledger.begin(run(1))
        transaction.keep()
        transaction.__exit__(RuntimeError, RuntimeError(), None)
        assert (ledger.info().runs, ledger.info().undelivered, ledger.verify()) == (1, 1, [])
        with ledger.begin(run(2)):  # and the lock is free
            pass


def test_a_run_that_broke_off_can_be_delivered_after_all(ledger):
    raised = flag("PS-CHEM-001", "A")
    screen(ledger, 1, [raised], "A")
    screen(ledger, 2, [raised, flag("PS-CHEM-002", "B")], "A", "B", told=False)
    (run_id,) = ledger.broken_off()
    ledger.deliver("no run of that name")
    assert ledger.broken_off() == {run_id}
    for _ in range(2):
        ledger.deliver(run_id)
        assert (ledger.broken_off(), ledger.verify(), ledger.info().undelivered) == (set(), [], 0)
    assert screen(ledger, 3, [flag("PS-CHEM-002", "B")], "B") == {"PS-CHEM-002/B": "existing"}
    assert ledger.known_files(["a" * 64]) == {"a" * 64}
