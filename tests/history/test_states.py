"""What stands against a flag: verdicts, cancellations, documents that came, and what each run says of the same line."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.history_seam import KNOWN
from precursor_screen.history.store import open_ledger
from precursor_screen.history.transfer import from_values, to_rows, to_values
from precursor_screen.history.values import CLEARED, CONFIRMED, INCONCLUSIVE, FileRecord, Verdict
from tests.history.rows import SCOPES, amended, cells, day, ended, flag, flags, judged, movement, record, run, table

CHEM, SHIP, WINDOW = SCOPES


def screen(ledger, number, found, judgement, *movements, answered=frozenset()):
    with ledger.begin(run(number)) as transaction:
        transaction.record_movements(table(*movements))
        compared = transaction.compare_flags(flags(*found), judgement, answered)
        counts = transaction.record_flags(compared, cells("A", "B", "C"), judgement)
    return compared, counts


def verdict(flag_id: str, line: str, kind: str = CLEARED, **values: Any) -> Verdict:
    row = {
        "flag_id": flag_id,
        "line_id": line,
        "verdict": kind,
        "reason": "licensed",
        "text": "seen",
        "officer": "N",
        "at": "2026",
    }
    return Verdict(**{**row, **values})


def ids(found: pa.Table) -> list[str]:
    return found.column("flag_id").to_pylist()


def states(ledger) -> dict[str, str]:
    return {f["flag_id"]: f["state"] for f in ledger.flags().to_pylist()}


@pytest.mark.parametrize(
    ("rule", "grows", "anew", "sent", "cleared", "becomes"),
    [
        (WINDOW, True, True, False, False, "resolved"),
        (WINDOW, True, True, True, False, "resolved"),
        (WINDOW, True, True, False, True, ""),
        (WINDOW, True, True, True, True, ""),
        (WINDOW, True, False, True, False, "existing"),
        (WINDOW, True, False, True, True, "suppressed"),
        (WINDOW, False, True, False, False, ""),
        (WINDOW, False, True, True, False, "existing"),
        (WINDOW, False, False, True, False, "existing"),
        (CHEM, True, False, True, False, "resolved"),
        (CHEM, False, True, False, False, ""),
        (CHEM, False, False, True, True, ""),
    ],
)
def test_what_becomes_of_a_flag_that_is_not_raised_again(ledger, rule, grows, anew, sent, cleared, becomes):
    screen(ledger, 1, [flag(rule, "A")], judged("A"), movement("A"))
    if cleared:
        ledger.add_verdicts([verdict(f"{rule}/A", "A")])
    again = pa.Table.from_pylist([{"movement_key": "A", "line_id": "A"}] if anew else [], schema=KNOWN)
    growing = frozenset({rule}) if grows else frozenset()
    compared, _ = screen(
        ledger, 2, [], judged("A" if sent else "B", rejudged=again, growing=growing), movement("A" if sent else "B")
    )
    told = {f["flag_id"]: f["state"] for part in (compared.carried, compared.resolved) for f in part.to_pylist()}
    assert told == ({f"{rule}/A": becomes} if becomes else {})


@pytest.mark.parametrize(
    ("said", "looked_for", "becomes"),
    [
        ({"list_id": "agency"}, {"lists": frozenset({"agency", "other"})}, "resolved"),
        ({"list_id": "agency"}, {"lists": frozenset({"other"})}, "new"),
        ({"list_id": "agency"}, {"lists": frozenset()}, "new"),
        ({}, {"lists": frozenset()}, "resolved"),
        ({"substance_id": "phosphorus"}, {"tiers": frozenset({"convention", "national", "surveillance"})}, "resolved"),
        ({"substance_id": "phosphorus"}, {"tiers": frozenset({"convention", "national"})}, "resolved"),
        ({"substance_id": "phosphorus"}, {"tiers": frozenset({"convention"})}, "new"),
        ({}, {"tiers": frozenset({"convention"})}, "resolved"),
    ],
)
@pytest.mark.parametrize("rule", [CHEM, SHIP])
def test_what_was_not_looked_for_is_not_over(ledger, rule, said, looked_for, becomes):
    wide = run(1, options={"tiers": ["convention", "national"]})
    with ledger.begin(wide) as transaction:
        transaction.record_movements(table(movement("A")))
        compared = transaction.compare_flags(flags(flag(rule, "A", **said)), judged("A"))
        transaction.record_flags(compared, cells("A"), judged("A"))
    # Twice: what a narrower run leaves open is not over in the next one either.
    for number in (2, 3):
        compared, _ = screen(ledger, number, [], judged("A", **looked_for), movement("A"))
        assert ids(compared.resolved) == ([f"{rule}/A"] if becomes == "resolved" and number == 2 else [])
    assert states(ledger) == {f"{rule}/A": becomes}


def test_which_movements_bear_an_open_flag_that_is_serious(ledger):
    levels = dict(zip("ABCDE", ("critical", "high", "medium", "low", "informational"), strict=True))
    raised = [flag(CHEM, key, level=level) for key, level in levels.items()]
    screen(ledger, 1, [*raised, flag(CHEM, "F"), flag(CHEM, "G")], judged(*"ABCDEFG"), *(movement(key) for key in "ABCDEFG"))
    ledger.add_verdicts([verdict(f"{CHEM}/F", "F")])
    screen(ledger, 2, [], judged("G"), movement("G"))  # resolved
    with ledger.begin(run(3)) as transaction:
        for asked, serious in (("ABCDEFGX", "AB"), ("BC", "B"), ("CX", ""), ("", "")):
            keys = pa.array([*asked, None], pa.string())
            assert transaction.with_open_serious_flag(keys) == frozenset(serious)


def test_of_which_lines_a_flag_is_recorded_by_the_line_or_its_movement(ledger):
    asked = pa.table({"line_id": [*"ABCDE"], "movement_key": [*"VWXBZ"]})
    with ledger.begin(run(1)) as transaction:
        assert transaction.with_recorded_flag(lambda: 1 / 0).to_pylist() == []
    screen(ledger, 2, [flag(CHEM, "A"), flag(CHEM, "B"), flag(CHEM, "C")], judged(*"ABC"), *(movement(key) for key in "ABC"))
    ledger.add_verdicts([verdict(f"{CHEM}/A", "A")])
    screen(ledger, 3, [], judged("C"), movement("C"))  # resolved
    with ledger.begin(run(4)) as transaction:
        assert sorted(transaction.with_recorded_flag(lambda: asked).to_pylist()) == [*"ABCD"]


@pytest.mark.parametrize("cleared", [False, True])
@pytest.mark.parametrize("rule", [CHEM, SHIP, WINDOW])
@pytest.mark.parametrize("how", ["cancelled", "answered"])
def test_what_somebody_has_cleared_is_not_told_as_over(ledger, how, rule, cleared):
    screen(ledger, 1, [flag(rule, "A")], judged("A"), movement("A"))
    if cleared:
        ledger.add_verdicts([verdict(f"{rule}/A", "A")])
    gone = {"obsolete": ended("A")} if how == "cancelled" else {}
    answered = frozenset({f"{rule}/A"}) if how == "answered" else frozenset()
    compared, counts = screen(ledger, 2, [], judged("B", **gone), movement("B"), answered=answered)
    assert ids(compared.resolved) == ([] if cleared else [f"{rule}/A"])
    assert compared.carried.num_rows == 0
    assert counts["resolved"] == (0 if cleared else 1)
    assert states(ledger) == {f"{rule}/A": "suppressed" if cleared else "resolved"}


def test_who_cleared_what_is_told_once_for_each_flag_raised_or_carried(ledger):
    found = [flag(CHEM, "A"), flag(WINDOW, "B"), flag(CHEM, "C")]
    screen(ledger, 1, found, judged("A", "B", "C"), *map(movement, "ABC"))
    ledger.add_verdicts(
        [verdict(f"{WINDOW}/B", "B", text="", officer="M"), verdict(f"{CHEM}/A", "A"), verdict(f"{CHEM}/C", "other", officer="O")]
    )
    raised = [flag(CHEM, "C"), flag(CHEM, "A"), flag(CHEM, "A", shipment_id="S-2")]
    compared, counts = screen(ledger, 2, raised, judged("A", "B", "C"), *map(movement, "ABC"))
    assert compared.flags.column("state").to_pylist() == ["existing", "suppressed", "suppressed"]
    assert compared.carried.column("state").to_pylist() == ["suppressed"]
    assert [tuple(row.values()) for row in compared.suppressed.to_pylist()] == [
        (f"{CHEM}/A", "N", "licensed: seen", None),
        (f"{WINDOW}/B", "M", "licensed", None),
    ]
    assert dict(counts) == {"existing": 1, "suppressed": 2, "resolved": 0, "added": 0}


@pytest.mark.parametrize(
    ("before", "line", "kind", "after"),
    [
        ("new", "A", CONFIRMED, "new"),
        ("new", "A", INCONCLUSIVE, "new"),
        ("new", "A", CLEARED, "suppressed"),
        ("existing", "A", CLEARED, "suppressed"),
        ("existing", "other", CLEARED, "existing"),
        ("resolved", "A", CLEARED, "resolved"),
        ("resolved", "A", CONFIRMED, "resolved"),
    ],
)
def test_a_verdict_changes_the_state_of_what_is_open(ledger, before, line, kind, after):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"), movement("A"))
    if before != "new":
        screen(ledger, 2, [flag(CHEM, "A")] if before == "existing" else [], judged("A"), movement("A"))
    assert ledger.add_verdicts([verdict(f"{CHEM}/A", line, kind)]) == (1, 0)
    assert states(ledger) == {f"{CHEM}/A": after}


def test_verdicts_that_differ_in_one_word_are_two_and_links_are_added_for_new_ones(ledger):
    screen(ledger, 1, [flag(CHEM, "A")], judged("A"), movement("A"))
    one = verdict(f"{CHEM}/A", "A", CONFIRMED)
    links = ledger.info().links
    assert ledger.add_verdicts([one]) == (1, 0)
    assert ledger.info().links == links + 1
    assert ledger.add_verdicts([one]) == (0, 1)
    assert ledger.info().links == links + 1
    others = [verdict(f"{CHEM}/A", "A", CONFIRMED, **{name: "else"}) for name in ("reason", "text", "officer", "at")]
    assert ledger.add_verdicts([*others, one]) == (4, 1)
    assert [d.officer for d in ledger.verdicts()] == ["N", "N", "N", "else", "N"]


def test_a_flag_raised_anew_continues_what_was_flagged_since_and_a_known_one_does_not(ledger):
    pair = {"window_line_ids": ["A", "B"]}
    screen(ledger, 1, [flag(WINDOW, "A", **pair)], judged("A"), movement("A"))
    screen(ledger, 2, [flag(WINDOW, "B", **pair)], judged("B"), movement("B"))
    compared, _ = screen(ledger, 3, [flag(WINDOW, "A", **pair)], judged("A"), movement("A"))
    assert "continues" not in compared.flags.column("evidence")[0].as_py()
    screen(ledger, 4, [], judged("C"), answered=frozenset({f"{WINDOW}/A"}))
    compared, _ = screen(ledger, 5, [flag(WINDOW, "A", **pair)], judged("A"), movement("A"))
    assert compared.flags.column("state").to_pylist() == ["new"]
    assert json.loads(compared.flags.column("evidence")[0].as_py())[-1]["as_written"] == f"{WINDOW}/B"


def test_lines_outside_the_run_do_not_hold_a_flag_of_a_shipment_open(ledger):
    found = flag(SHIP, "A", window_line_ids=["elsewhere", "B", "A", "B"])
    screen(ledger, 1, [found], judged("A", "B"), movement("A"), movement("B"))
    compared, _ = screen(ledger, 2, [], judged("A", "B"), movement("A"), movement("B"))
    assert ids(compared.resolved) == [f"{SHIP}/A"]


def test_what_is_no_longer_raised_comes_in_the_order_of_runs_rules_and_ids(ledger):
    screen(ledger, 1, [flag(SHIP, "B"), flag(CHEM, "B")], judged("A", "B"), movement("B"))
    screen(
        ledger,
        2,
        [flag(SHIP, "B"), flag(CHEM, "B"), flag(SHIP, "A"), flag(CHEM, "C"), flag(CHEM, "A")],
        judged("A", "B", "C"),
        *map(movement, "ABC"),
    )
    compared, _ = screen(ledger, 3, [], judged("A", "B", "C"), *map(movement, "ABC"))
    assert ids(compared.resolved) == [f"{CHEM}/B", f"{SHIP}/B", f"{CHEM}/A", f"{CHEM}/C", f"{SHIP}/A"]


def test_flags_come_latest_and_worst_first(ledger):
    levels = [("A", None), ("B", "low"), ("C", "medium"), ("D", "high"), ("E", "critical"), ("F", "high")]
    rows = [flag(CHEM, key, level=level) for key, level in levels]
    screen(ledger, 1, [flag(CHEM, "Z", level="critical")], judged("Z"))
    screen(ledger, 2, [*rows, flag(SHIP, "D")], judged(*(k for k, _ in levels)))
    order = [f"{CHEM}/E", f"{CHEM}/D", f"{SHIP}/D", f"{CHEM}/F", f"{CHEM}/C", f"{CHEM}/B", f"{CHEM}/A", f"{CHEM}/Z"]
    assert ids(ledger.flags()) == order
    assert ids(ledger.flags(shipment_id="S-D", rule_id=SHIP)) == [f"{SHIP}/D"]
    assert ids(ledger.flags(flag_id=f"{SHIP}/", states=["new", "existing"])) == [f"{SHIP}/D"]
    assert ids(ledger.flags(flag_id="CHEM")) == []
    assert ids(ledger.flags(states=["suppressed", "resolved"])) == []


def test_a_run_that_records_in_two_steps_counts_both(ledger, sql):
    record(ledger, 1, movement("Y"))
    with ledger.begin(run(2)) as transaction:
        transaction.record_movements(table(movement("A", as_of_date=day(3))))
        transaction.record_movements(
            table(movement("B", as_of_date=day(-2)), movement("C", as_of_date=day(1)), amended("Y", "Y2"))
        )
        transaction.record_movements(table(amended("A", "A2", as_of_date=day(2)), movement("C", message_function="cancellation")))
    columns = "first_movement, movements_added, movements_superseded, movements_cancelled, first_day, last_day"
    (row,) = sql(f"select {columns} from runs where run_no = 2")
    assert tuple(row) == (2, 6, 2, 2, day(-2).isoformat(), day(3).isoformat())
    assert ledger.verify() == []


def test_numbers_of_movements_are_given_once(ledger, sql):
    record(ledger, 1, movement("A"), movement("B"))
    assert ledger.prune(400, day(1000)).movements == 2
    record(ledger, 2, movement("C"))
    assert sql("select id from movements") == [(3,)]
    assert ledger.verify() == []


def test_a_file_stays_with_the_run_that_first_delivered_it(ledger, sql):
    def deliver(number, names, told=True):
        with ledger.begin(run(number)) as transaction:
            transaction.record_files([FileRecord(n * 64, n, 10, 1) for n in names])
            transaction.keep()
            if told:
                transaction.delivered()

    deliver(1, "ab")
    deliver(2, "bc", told=False)
    deliver(3, "d", told=False)
    deliver(4, "ac")
    assert sql("select name, run_no from files order by name") == [("a", 1), ("b", 1), ("c", 4), ("d", 3)]
    assert ledger.known_files([n * 64 for n in "abcd"]) == {n * 64 for n in "abc"}
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update flags set last_run = 9", "1 flags whose run does not exist: PS-CHEM-001/A"),
        ("update flags set first_run = 9", "1 flags whose run does not exist: PS-CHEM-001/A"),
        ("update movements set added_run = 9", "5 movements whose run does not exist: 1, 2, 3 ..."),
        (
            "insert into dispositions select 1, 'X', 'A', 'cleared', 'r', 't', 'o', 'a', '', '', ''",
            "1 verdicts on flags that do not exist: 1",
        ),
    ],
)
def test_verify_names_what_hangs_in_the_air(file_url, statement, problem):
    """On SQLite, which enforces no such references; PostgreSQL lets nobody write that."""
    with open_ledger(file_url) as ledger:
        screen(ledger, 1, [flag(CHEM, "A")], judged("A"), *map(movement, "ABCDE"))
        with sqlite3.connect(file_url.removeprefix("sqlite:///")) as connection:
            connection.execute(statement)
        connection.close()
        assert problem in ledger.verify()


def test_runs_are_known_by_all_that_was_said_of_them():
    plain = run(1).columns(1)
    assert plain == run(1).columns(1)
    assert (plain["options"], plain["inputs"], plain["started"], plain["as_of"]) == (
        "{}",
        "[]",
        "2026-03-02T06:00:00+00:00",
        "2026-03-02",
    )
    others = [
        run(1).columns(2),
        run(2).columns(1),
        run(1, options={"ä": 1}).columns(1),
        run(1, inputs=({"b": 1, "a": day(1)},)).columns(1),
        run(1, jurisdiction="XX").columns(1),
        run(1, rules_sha256="f").columns(1),
        run(1, tool_version="2").columns(1),
    ]
    assert len({row["run_id"] for row in [plain, *others]}) == 8
    assert all(len(row["run_id"]) == 32 for row in others)
    assert others[2]["options"] == '{"\\u00e4": 1}'
    assert others[3]["inputs"] == '[{"a": "2026-03-02", "b": 1}]'
    assert run(1, run_id="mine").columns(1)["run_id"] == "mine"


def test_values_as_the_database_holds_them(monkeypatch):
    lists = pa.chunked_array([[["ä", None], [], None]], pa.list_(pa.string()))
    assert to_values(lists) == ['["ä", null]', "[]", None]
    assert from_values(to_values(lists), lists.type).equals(lists.combine_chunks())
    assert to_values(pa.chunked_array([["a\x00b", None, "c"]], pa.string())) == ["a\ufffdb", None, "c"]
    monkeypatch.setattr("precursor_screen.history.transfer.STEP", 2)
    rows = pa.table({"a": [1, 2, 3, 4, 5], "b": list("vwxyz")})
    assert list(to_rows(rows)) == [[(1, "v"), (2, "w")], [(3, "x"), (4, "y")], [(5, "z")]]
    assert list(to_rows(rows.slice(0, 4))) == [[(1, "v"), (2, "w")], [(3, "x"), (4, "y")]]
