"""What stands behind recorded flags."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import LedgerError
from precursor_screen.history import chain
from tests.history.rows import cells, flag, flags, judged, movement, run, table
from tests.history.test_aliases import JOINED, WINDOW, apart, screen, verdict

KEYS = ("A", "B", "C")


def record(ledger):
    for number, keys in enumerate((KEYS[:2], KEYS[2:]), 1):
        with ledger.begin(run(number, inputs=({"name": f"{number}.csv"},))) as transaction:
            transaction.record_movements(table(*(movement(k) for k in keys)))
            compared = transaction.compare_flags(flags(*(flag("PS-CHEM-001", k, flag_id=k) for k in keys)), judged(*keys))
            transaction.record_flags(compared, cells(*keys), judged(*keys))
            transaction.keep()
            transaction.delivered()


@pytest.mark.parametrize("at_once", [2, 3, 1000])
def test_flags_runs_lines_and_movements(ledger, monkeypatch, at_once):
    monkeypatch.setattr(chain, "_AT_ONCE", at_once)
    record(ledger)
    found = ledger.behind(["C", "A"], ["A", "C", "gone"])
    assert [(f["flag_id"], f["first_run"], f["resolved_run"]) for f in found.flags] == [("A", 1, None), ("C", 2, None)]
    assert [(r["run_no"], r["inputs"]) for r in found.runs] == [(1, [{"name": "1.csv"}]), (2, [{"name": "2.csv"}])]
    assert [(line["line_id"], line["run_no"]) for line in found.lines] == [("A", 1), ("C", 2)]
    assert [m["line_id"] for m in found.movements] == ["A", "C"]
    assert (found.head["kind"], found.head["run_no"]) == ("delivered", 2)
    assert ledger.behind([], []).flags == []


def test_aliases_and_the_verdicts_on_them(ledger):
    apart(ledger)
    screen(ledger, 3, ("L", JOINED))
    ledger.add_verdicts([verdict("B")])
    found = ledger.behind([f"{WINDOW}/D"], [])
    assert {f["flag_id"]: f["alias_of"] for f in found.flags} == {f"{WINDOW}/D": None, f"{WINDOW}/B": f"{WINDOW}/D"}
    assert len(next(f for f in found.flags if not f["alias_of"])["episode"]) == len(JOINED)
    assert [v["flag_id"] for v in found.verdicts] == [f"{WINDOW}/D"]


@pytest.mark.parametrize(
    "statement",
    [
        "flags set because = 'x' where flag_id = 'A'",
        "movements set vessel = 'x' where line_id = 'A'",
        "runs set as_of = '2020-01-01'",
    ],
)
def test_nothing_is_believed_that_was_changed(ledger, sql, statement):
    record(ledger)
    ledger.behind(["A"], ["A"])  # so that the ledger has been looked at as a whole
    sql(f"update {statement}")
    with pytest.raises(LedgerError, match="not what was recorded"):
        ledger.behind(["A"], ["A"])
