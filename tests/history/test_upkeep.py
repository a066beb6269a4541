"""A ledger in figures, what goes when it is thinned out, and in which order flags come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.model import STATES
from precursor_screen.history.store import open_ledger
from precursor_screen.history.upkeep import copy_file
from precursor_screen.history.values import CLEARED, FileRecord, Verdict
from tests.history.rows import amended, cells, day, flag, flags, judged, movement, record, run, table

CHEM = "PS-CHEM-001"


def screen(ledger, number, found, *movements, lines=("A", "B", "C"), again=(), **values):
    keys = [*(m["movement_key"] for m in movements), *again] or list(lines)
    with ledger.begin(run(number, **values)) as transaction:
        transaction.record_movements(table(*movements))
        compared = transaction.compare_flags(flags(*found), judged(*keys))
        return transaction.record_flags(compared, cells(*lines), judged(*keys))


def test_an_empty_ledger_in_figures(ledger):
    info = ledger.info()
    assert (info.version, info.runs, info.last_run, info.files, info.movements, info.superseded, info.cancelled) == (
        12,
        0,
        "",
        0,
        0,
        0,
        0,
    )
    assert (info.first_day, info.last_day, info.dispositions, info.clearances, info.undelivered) == ("", "", 0, 0, 0)
    assert (info.flags, info.unverified_runs, info.links) == (dict.fromkeys(STATES, 0), 0, 1)
    assert info.verified_since > "2020"
    assert len(info.head) == 64
    assert info.bytes is None or info.bytes > 0


def test_a_ledger_in_figures(ledger):
    before = ledger.info()
    screen(ledger, 1, [flag(CHEM, "A"), flag(CHEM, "B")], movement("A", as_of_date=day(3)), movement("B"), movement("C"))
    record(ledger, 2, amended("A", "A2"), movement("B", message_function="cancellation"))
    with ledger.begin(run(3)) as transaction:
        transaction.record_files([FileRecord("f" * 64, "m", 1, 1), FileRecord("e" * 64, "m", 1, 1)])
        transaction.keep()
    ledger.add_verdicts([Verdict(f"{CHEM}/A", "A", CLEARED, "r", "t", "N", "2026-03-02T08:00:00+00:00", day(5).isoformat())])
    info = ledger.info(day(5))
    assert (info.runs, info.files, info.movements, info.superseded, info.cancelled, info.undelivered) == (3, 2, 2, 1, 1, 1)
    assert (info.first_day, info.last_day) == (day(0).isoformat(), day(3).isoformat())
    assert (info.dispositions, info.clearances, ledger.info(day(6)).clearances) == (1, 1, 0)
    assert info.links == 5
    assert info.head != before.head
    assert info.last_run > "2026"
    assert info.place == ledger.shown


def test_what_a_run_counts(ledger):
    counts = screen(ledger, 1, [flag(CHEM, "A"), flag(CHEM, "B")], movement("A"), movement("B"))
    assert counts == {"new": 2, "resolved": 0, "added": 2}
    counts = screen(ledger, 2, [flag(CHEM, "A"), flag(CHEM, "C")], movement("A"), movement("B"), movement("C"))
    assert counts == {"existing": 1, "new": 1, "resolved": 1, "added": 1}
    with ledger.tables() as tables:
        rows = {name: [r for batch in found for r in batch.to_pylist()] for name, _, found in tables}
    first, second = rows["runs"]
    names = (
        "movements_added",
        "flags_new",
        "flags_existing",
        "flags_suppressed",
        "flags_resolved",
        "flags_added",
        "first_movement",
    )
    assert [first[n] for n in names] == [2, 2, 0, 0, 0, 2, 1]
    assert [second[n] for n in names] == [1, 1, 1, 0, 1, 1, 3]
    assert (first["first_day"], first["last_day"]) == (day(0).isoformat(),) * 2
    assert [(f["flag_id"], f["first_run"], f["last_run"], f["resolved_run"]) for f in rows["flags"]] == [
        (f"{CHEM}/A", 1, 2, None), (f"{CHEM}/B", 1, 1, 2), (f"{CHEM}/C", 2, 2, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "today", "gone"), [(10, 10, []), (10, 11, ["A"]), (9, 10, ["A"]), (0, 1, ["A"]), (0, 0, [])])
def test_what_is_older_than_so_many_days_goes(ledger, days, today, gone):
    record(ledger, 1, movement("A"), movement("B", as_of_date=day(5)))
    pruned = ledger.prune(days, day(today))
    assert (pruned.movements, pruned.before) == (len(gone), day(today) - timedelta(days=days))
    assert ledger.info().movements == 2 - len(gone)
    assert ledger.verify() == []


def test_cells_go_with_the_last_flag_that_cites_them(ledger):
    found = [flag(CHEM, "A", window_line_ids=["B"]), flag(CHEM, "C", window_line_ids=["B"])]
    screen(ledger, 1, found, movement("A"), movement("B"), movement("C"))
    screen(ledger, 2, [], movement("A"), again=("B", "C"))
    screen(ledger, 300, [found[1]], movement("C"), again=("B",))
    pruned = ledger.prune(100, day(302))
    assert (pruned.flags, pruned.lines, pruned.kept_open) == (1, 1, 0)
    assert ledger.cited_lines(["A", "B", "C"]).column("line_id").to_pylist() == ["B", "C"]
    assert ledger.verify() == []


def test_flags_come_the_last_raised_first_and_of_these_the_worst(ledger):
    levels = ("low", "critical", "informational", "high", "medium")
    screen(ledger, 1, [flag(CHEM, f"O{n}", level=x) for n, x in enumerate(levels)])
    screen(ledger, 2, [flag(CHEM, f"N{n}", level=x) for n, x in enumerate(levels)])
    found = [(f["flag_id"][-2], f["level"]) for f in ledger.flags().to_pylist()]
    ordered = ["critical", "high", "medium", "low", "informational"]
    assert found == [(run_, level) for run_ in "NO" for level in ordered]
    same = [
        flag(rule, key, shipment_id=ship)
        for rule, key, ship in ((CHEM, "b", "S2"), ("PS-QTY-002", "a", "S1"), (CHEM, "a", "S1"), (CHEM, "0", "S1"))
    ]
    screen(ledger, 3, same)
    assert ledger.flags().column("flag_id").to_pylist()[:4] == [f"{CHEM}/0", f"{CHEM}/a", "PS-QTY-002/a", f"{CHEM}/b"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["A", "B", "C"]),
        ({"shipment_id": "S-A"}, ["A"]),
        ({"shipment_id": "S-"}, []),
        ({"rule_id": CHEM, "shipment_id": "S-B"}, ["B"]),
        ({"rule_id": "PS-QTY-002", "shipment_id": "S-B"}, []),
        ({"states": ["existing"]}, ["A"]),
        ({"states": ["existing", "new"]}, ["A", "B", "C"]),
        ({"states": ["existing"], "shipment_id": "S-B"}, []),
        ({"flag_id": f"{CHEM}/A"}, ["A"]),
        ({"flag_id": f"{CHEM}/"}, ["A", "B", "C"]),
        ({"flag_id": "PS-Q"}, []),
    ],
)
def test_flags_are_found_by_all_that_is_asked(ledger, asked, found):
    screen(ledger, 1, [flag(CHEM, "A")])
    screen(ledger, 2, [flag(CHEM, k) for k in "ABC"])
    assert sorted(f[-1] for f in ledger.flags(**asked).column("flag_id").to_pylist()) == found


def test_a_copy_is_made_where_none_is_and_there_is_a_folder(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        record(ledger, 1, movement("A"))
    source = tmp_path / "ledger.sqlite"
    copy_file(source, tmp_path / "copy.sqlite", 0o640)
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o640
    with pytest.raises(LedgerError, match=r"copy.sqlite exists") as caught:
        copy_file(source, tmp_path / "copy.sqlite")
    assert "a backup never replaces one" in caught.value.remedy
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        copy_file(source, tmp_path / "none" / "copy.sqlite")
    assert caught.value.remedy == "Check that the folder exists."
    (tmp_path / "broken").write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        copy_file(tmp_path / "broken", tmp_path / "other.sqlite")
    assert caught.value.remedy == "Check space and permissions."
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(("copy", "other"))) == ["copy.sqlite"]
