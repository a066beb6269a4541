"""The replay of published cases: what is derived from facts, that names tell nothing, and its figures on a small fictional folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import replay
from msgspec.structs import replace
from replaying.cases import Case, line_of, read_cases, stated_address
from replaying.facts import Story, lots_told, tell
from replaying.figures import at_least, pair, per_cent
from replaying.lines import COLUMNS, Registers, to_table
from replaying.running import Outcome, rounds, strangers, write_register
from replaying.trade import make_trade

from precursor_screen.reference.recogniser import known_index
from precursor_screen.reference.registers.store import RegisterStore

FOLDER = Path(__file__).parent / "cases"
DAY = date(2026, 11, 20)
KEYS = {
    *("pairs_look_alike", "pairs_lawful", "lawful_review", "ordinary_low", "ordinary_review", "cases"),
    *("pairs_look_alike_bare", "pairs_lawful_bare", "lawful_review_bare"),
}


def stories() -> dict[str, Story]:
    return {case.case_id: tell(case, line_of(case, f"B{n}", DAY)) for n, case in enumerate(read_cases(FOLDER)) if case.replayable}


def a_case(**facts: object) -> Case:
    replayed = {"description": "X", "country_of_dispatch": "DE", "country_of_destination": "PL", "net_mass_kg": 100}
    return Case("C-1", {"id": "C-1", "kind": "diversion", "replay": replayed} | facts, {})


def test_names_and_addresses_that_a_case_invents_are_not_used() -> None:
    for story in stories().values():
        assert "Invented" not in " ".join(story.line.cells())
        assert "Sampletown" not in " ".join(story.line.cells())


def test_a_case_without_goods_is_not_replayed() -> None:
    assert set(stories()) == {"F-1", "F-2", "F-3"}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("PO Box 4, Sampletown", "PO Box"),
        ("Flat 3, 12 Sample Street", "Flat"),
        ("Kingsport Free Zone, Lot 4", "Kingsport Free Zone, Lot 4"),
        ("Warsaw", "Warsaw"),
        ("12 Sample Street, 10100 Sampletown", ""),
        ("", ""),
    ],
)
def test_an_address_is_kept_where_it_is_a_fact(stated: str, expected: str) -> None:
    facts = {"description": "X", "country_of_destination": "PL", "consignee_address": stated}
    found = stated_address(a_case(replay=facts))
    assert found.startswith(expected)
    assert bool(found) == bool(expected)


def test_lots_before_the_case_and_the_other_half_of_the_synthesis() -> None:
    story = stories()["F-3"]
    same = [line for line in story.earlier if line.text == story.line.text]
    assert len(same) == 2
    assert {line.receiver for line in story.earlier} == {story.line.receiver}
    assert [line.text for line in story.earlier if line not in same] == ["METHYLAMINE"]
    assert all(line.day < DAY for line in story.earlier)
    assert len({line.bill for line in story.earlier}) == len(story.earlier)


@pytest.mark.parametrize(
    ("facts", "lots"),
    [
        ({"unit": "kg in five loads"}, 4),
        ({"how_found": "found twice"}, 1),
        ({"quantity": 400, "unit": "kg"}, 3),
        ({"quantity": 400, "unit": "litre"}, 2),
    ],
)
def test_lots_as_a_case_tells(facts: dict[str, object], lots: int) -> None:
    assert lots_told(a_case(**facts)) == lots


def test_papers_follow_from_facts() -> None:
    objected = stories()["F-1"]
    (pen,) = objected.registers.rows["pre-export-notifications"]
    assert (pen["status"], pen["reference"]) == ("objected", objected.line.pen)
    honest = stories()["F-2"]
    assert len(honest.earlier) == 12
    assert {line.permit for line in honest.earlier} == {honest.line.permit} != {""}


def test_look_alikes_whose_papers_were_missing_have_none() -> None:
    case = a_case(kind="look_alike", method=["missing_papers"], substances=["toluene"])
    story = tell(case, line_of(case, "B1", DAY))
    assert len(story.earlier) == 12
    assert not story.registers.rows
    assert not story.line.permit


def test_no_case_sees_another() -> None:
    one = stories()["F-3"]
    other = replace(one, line=replace(one.line, bill="B9"))
    assert [len(group) for group in strangers([one, other])] == [1, 1]


def test_no_firm_stands_twice_in_a_round() -> None:
    lines = make_trade(DAY, years=1).lines[:200]
    found = list(rounds(lines))
    assert sum(map(len, found)) == len(lines)
    for batch in found:
        names = [name for line in batch for name in {line.sender.name, line.receiver.name}]
        assert len(names) == len(set(names))


def test_lawful_trade_is_of_its_size_and_always_the_same() -> None:
    trade = make_trade(DAY, years=1)
    kinds = list(trade.kinds.values())
    assert 540 <= kinds.count("lawful") <= 660
    assert kinds.count("ordinary") == 5_000
    assert to_table(trade.lines).column_names == list(COLUMNS)
    assert to_table(trade.lines).equals(to_table(make_trade(DAY, years=1).lines))


def test_every_row_of_the_registers_is_understood(tmp_path: Path) -> None:
    registers: Registers = make_trade(DAY, years=1).registers.joined(story.registers for story in stories().values())
    for register, rows in registers.rows.items():
        path = write_register(rows, tmp_path / f"{register}.csv")
        manifest, read = RegisterStore(tmp_path).import_file(register, path, known_index(), DAY)
        assert (manifest.skipped, read.unused, manifest.rows) == ((), (), len(rows))


def test_a_tie_is_not_higher() -> None:
    found = pair([Outcome(40, "review", ()), Outcome(10, "none", ())], [Outcome(40, "review", ()), Outcome(5, "none", ())])
    assert (found.higher, found.tied) == (50.0, 25.0)
    assert per_cent(0, 0) == 0
    assert (
        at_least("low", [Outcome(0, "none", ()), Outcome(0, None, ()), Outcome(90, "hold", ()), Outcome(20, "low", ())]) == 50.0
    )


@pytest.mark.slow
def test_figures_of_a_folder() -> None:
    trade = make_trade(DAY, years=1)
    few = tuple(line for line in trade.lines if (DAY - line.day).days < 15)
    replayed = replay.replay([FOLDER], trade=replace(trade, lines=few))[0]
    figures = replayed.figures()
    assert set(figures) >= KEYS
    assert set(figures["cases"]) == {"F-1", "F-2", "F-3"}
    score, band, rules = figures["cases"]["F-1"]
    assert band == "hold"
    assert "PS-DOC-004" in rules
    assert score > figures["cases"]["F-2"][0]
    assert 0 < figures["pairs_lawful"] <= 100
    assert "F-1" not in replay.render_summary(replayed)
    assert "F-4" in replay.render_cases(replayed)
