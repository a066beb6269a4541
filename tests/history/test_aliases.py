"""Episodes that late history joins: the id that was given first stands, the others are its aliases, and what was said of them holds."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.history_seam import EPISODE, KNOWN
from precursor_screen.history import transaction
from precursor_screen.history.episodes import record_episodes
from precursor_screen.history.values import CLEARED, CONFIRMED, Verdict
from tests.history.rows import cells, day, flag, flags, judged, movement, run, table

WINDOW = "PS-QTY-002"
Member = tuple[str, int, float | None]


def episode(flag_id: str, *members: Member, group: str = "g") -> list[dict[str, Any]]:
    row = {"flag_id": flag_id, "rule_id": WINDOW, "group_key": group, "substance_id": "s"}
    return [{**row, "line_id": line, "day": day(number), "value": value} for line, number, value in members]


def screen(ledger, number, *raised, told=True, **more):
    """A run that raises episodes, each as (line that carries it, its members): state and id by carrier."""
    rows = [r for line, members, *group in raised for r in episode(f"{WINDOW}/{line}", *members, group=(group or ["g"])[0])]
    lines = [line for line, *_ in raised]
    values = {line: max(v for *_, v in members if v is not None) for line, members, *_ in raised}
    seen = judged(
        *lines or ["nothing"],
        growing=frozenset({WINDOW}),
        episodes=pa.Table.from_pylist(rows, schema=EPISODE),
        **more,
    )

    def evidence(line: str) -> str:
        return json.dumps([{"subject": "window", "field": "correlation_value", "as_written": f"{values[line]:g}"}])

    with ledger.begin(run(number)) as transaction:
        transaction.record_movements(table(*(movement(line) for line in lines)))
        found = flags(*(flag(WINDOW, line, substance_id="s", evidence=evidence(line)) for line in lines))
        compared = transaction.compare_flags(found, seen)
        transaction.record_flags(compared, cells(*lines), seen)
        transaction.keep()
        if told:
            transaction.delivered()
    assert ledger.verify() == []
    return compared, {f["line_id"]: (f["flag_id"].removeprefix(f"{WINDOW}/"), f["state"]) for f in compared.flags.to_pylist()}


def verdict(line: str, kind: str = CLEARED, **more: str) -> Verdict:
    row = {
        "flag_id": f"{WINDOW}/{line}",
        "line_id": line,
        "verdict": kind,
        "reason": "licensed",
        "text": "",
        "officer": "N",
        "at": "2026",
    }
    return Verdict(**{**row, **more})


def open_ids(ledger) -> list[str]:
    return sorted(ledger.flags(states=("new", "existing")).column("flag_id").to_pylist())


FIRST = [("A", 0, None), ("B", 1, 100.0)]
SECOND = [("C", 20, None), ("D", 21, 120.0)]
JOINED = [*FIRST, ("L", 10, 110.0), *SECOND]


def apart(ledger):
    screen(ledger, 1, ("D", SECOND))
    _, told = screen(ledger, 2, ("B", FIRST))
    assert told == {"B": ("B", "new")}


def test_the_earlier_id_stands_and_the_other_is_its_alias(ledger):
    apart(ledger)
    compared, told = screen(ledger, 3, ("L", JOINED))
    assert told == {"L": ("D", "existing")}  # raised first, though its days are later
    assert compared.resolved.num_rows == 0
    assert compared.aliases == {f"{WINDOW}/B": f"{WINDOW}/D"}
    assert open_ids(ledger) == [f"{WINDOW}/D"]
    _, told = screen(ledger, 4, ("M", [*JOINED, ("M", 25, 130.0)]))
    assert told == {"M": ("D", "existing")}


@pytest.mark.parametrize(("cleared", "state"), [("", "existing"), ("D", "existing"), ("B", "existing"), ("BD", "suppressed")])
def test_a_clearance_holds_for_the_members_that_it_saw(ledger, cleared, state):
    apart(ledger)
    ledger.add_verdicts([verdict(line) for line in cleared])
    _, told = screen(ledger, 3, ("L", JOINED))
    assert told == {"L": ("D", state)}
    _, told = screen(ledger, 4, ("M", [*JOINED, ("M", 25, 130.0)]))
    assert told == {"M": ("D", state)}  # and that one was cleared before it was joined clears nothing later
    assert open_ids(ledger) == ([] if state == "suppressed" else [f"{WINDOW}/D"])


def test_an_episode_is_told_anew_when_its_value_doubles_however_it_was_cleared(ledger):
    apart(ledger)
    ledger.add_verdicts([verdict("B"), verdict("D")])
    _, told = screen(ledger, 3, ("L", [*JOINED, ("X", 11, 239.0)]))
    assert told == {"L": ("D", "suppressed")}
    _, told = screen(ledger, 4, ("Y", [*JOINED, ("X", 11, 240.0)]))
    assert told == {"Y": ("D", "new")}


def test_what_is_said_of_an_alias_is_said_of_the_episode(ledger):
    apart(ledger)
    screen(ledger, 3, ("L", JOINED))
    assert ledger.add_verdicts([verdict("B", CONFIRMED), verdict("B", line_id="L")]) == (2, 0)
    assert open_ids(ledger) == []
    assert [(d.flag_id, d.verdict) for d in ledger.verdicts(f"{WINDOW}/D")] == [
        (f"{WINDOW}/D", CONFIRMED),
        (f"{WINDOW}/D", CLEARED),
    ]
    _, told = screen(ledger, 4, ("M", [*JOINED, ("M", 25, 130.0)]))
    assert told == {"M": ("D", "suppressed")}


def test_aliases_of_an_alias_go_along(ledger):
    screen(ledger, 1, ("Z", [("Z", 40, 90.0)]))
    screen(ledger, 2, ("D", SECOND))
    screen(ledger, 3, ("B", FIRST))
    screen(ledger, 4, ("L", JOINED))
    compared, told = screen(ledger, 5, ("M", [*JOINED, ("M", 30, 100.0), ("Z", 40, 90.0)]))
    assert told == {"M": ("Z", "existing")}
    assert compared.aliases == {f"{WINDOW}/{one}": f"{WINDOW}/Z" for one in "DB"}
    assert open_ids(ledger) == [f"{WINDOW}/Z"]


def test_only_what_a_run_makes_a_part_of_another_is_sealed_anew(ledger, monkeypatch):
    sealed: list[set[str]] = []

    def remembered(*given: Any) -> set[str]:
        sealed.append(record_episodes(*given))
        return sealed[-1]

    monkeypatch.setattr(transaction, "record_episodes", remembered)
    apart(ledger)
    screen(ledger, 3, ("L", JOINED))
    first, second = [("a", 0, None), ("b", 1, 100.0)], [("c", 20, None), ("d", 21, 120.0)]
    screen(ledger, 4, ("d", second, "h"))
    screen(ledger, 5, ("b", first, "h"))
    screen(ledger, 6, ("l", [*first, ("l", 10, 110.0), *second], "h"))
    assert sealed == [set(), set(), {f"{WINDOW}/B"}, set(), set(), {f"{WINDOW}/b"}]


def test_another_group_another_rule_and_an_amended_line(ledger):
    screen(ledger, 1, ("B", FIRST))
    _, told = screen(ledger, 2, ("E", [("A", 0, None), ("E", 1, 100.0)], "h"))
    assert told == {"E": ("E", "new")}
    _, told = screen(ledger, 3, ("F", [("F", 1, 100.0)], "g"), amends={"F": "B"})
    assert told == {"F": ("B", "existing")}


def test_an_episode_that_falls_apart_keeps_its_id_with_its_beginning(ledger):
    screen(ledger, 1, ("B", JOINED))
    _, told = screen(ledger, 2, ("A", FIRST), ("D", SECOND))
    assert told == {"A": ("B", "existing"), "D": ("D", "new")}


@pytest.mark.parametrize("statement", ["alias_of = 'nothing'", f"alias_of = '{WINDOW}/B'"])
def test_verify_names_aliases_of_nothing(ledger, sql, statement):
    apart(ledger)
    screen(ledger, 3, ("L", JOINED))
    sql(f"update flags set {statement} where flag_id = '{WINDOW}/B'")
    assert f"1 aliases of flags that do not exist, or are aliases themselves: {WINDOW}/B" in ledger.verify()


def fall(ledger, number: int) -> None:
    """A run in which all lines of the episodes are taken back."""
    gone = pa.Table.from_pylist([{"movement_key": i, "line_id": i} for i in "ABCDL"], schema=KNOWN)
    seen = judged("nothing", growing=frozenset({WINDOW}), episodes=EPISODE.empty_table(), obsolete=gone)
    with ledger.begin(run(number)) as transaction:
        compared = transaction.compare_flags(flags(), seen)
        transaction.record_flags(compared, cells(), seen)
    assert open_ids(ledger) == []


@pytest.mark.parametrize(("said_of", "left"), [("B", ["B", "D"]), ("D", ["D"]), ("", [])])
def test_pruning_leaves_no_alias_that_leads_nowhere(ledger, said_of, left):
    apart(ledger)
    if said_of:
        ledger.add_verdicts([verdict(said_of, CONFIRMED)])
    screen(ledger, 3, ("L", JOINED))
    fall(ledger, 4)
    ledger.prune(30, day(400))
    assert [i.removeprefix(f"{WINDOW}/") for i in sorted(ledger.flags().column("flag_id").to_pylist())] == left
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("rule", "groups", "lines"),
    [
        (WINDOW, ["g"], "ABCD"),
        (WINDOW, ["g", "h", "none"], "ABCDX"),
        (WINDOW, ["none"], ""),
        (WINDOW, [], ""),
        ("PS-QTY-003", ["g"], ""),
    ],
)
def test_who_is_in_the_episodes_of_some_groups(ledger, rule, groups, lines):
    apart(ledger)
    screen(ledger, 3, ("X", [("X", 30, 5.0)], "h"))
    with ledger.begin(run(4)) as transaction:
        found = transaction.episodes(rule, pa.array(groups, pa.string())).to_pylist()
    assert sorted(row["line_id"] for row in found) == list(lines)
    stated = {(line, day(number), value) for line, number, value in (*FIRST, *SECOND, ("X", 30, 5.0)) if line in lines}
    assert {(row["line_id"], *list(row.values())[-2:]) for row in found} == stated


def test_nobody_is_in_an_episode_that_is_over(ledger):
    apart(ledger)
    fall(ledger, 3)
    with ledger.begin(run(4)) as transaction:
        assert transaction.episodes(WINDOW, pa.array(["g"], pa.string())).num_rows == 0
