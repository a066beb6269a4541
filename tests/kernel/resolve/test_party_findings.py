"""What is found of a party: exact names, numbers that decide by themselves, copies of an entry in several lists, ships."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.api import load_reference
from tests.screening import screen_rows, with_rules

HEAD = "entry_id,kind,name,name_kind,country,address,identifier_type,identifier,programme,listed,delisted,note\n"
FIRST = HEAD + (
    "A1,organisation,Marrowmere Reagents Ltd,primary,AA,,tax_number,MM-4455-6677,narcotics,2026-01-01,,\n"
    "A2,organisation,Zorvanith,primary,,,,,DEMO,2026-01-01,,\n"
    "A3,vessel,QUILLONNE,primary,PA,,imo,9074729,DEMO,2026-01-01,,\n"
    "A4,organisation,Ozo,primary,,,,,DEMO,2026-01-01,,\n"
    "A6,organisation,Eastern Harbour Trading Ltd,primary,,,,,DEMO,2026-01-01,,\n"
    "A5,organisation,Tarquin Imports,primary,,,tax_number,TQ-1112-2233,DEMO,2020-01-01,2021-01-01,\n"
)
SECOND = HEAD + (
    "B7,organisation,Marrowmere Reagents Limited,primary,,,,,narcotics,2026-01-01,,\n"
    "B8,organisation,Marrowmere Reagents Ltd,primary,,,,,OTHER,2026-01-01,,\n"
    "B9,organisation,Marrowmere Reagents Ltd,primary,,,tax_number,mm 44556677,THIRD,2026-01-01,,\n"
)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("lists")
    (folder / "first.csv").write_text(FIRST, encoding="utf-8")
    (folder / "second.csv").write_text(SECOND, encoding="utf-8")
    whole = load_reference(watchlists=[folder / "first.csv", folder / "second.csv"], as_of=date(2026, 11, 25))
    return with_rules(whole, "PS-PTY-001", "PS-PTY-002", "PS-PTY-003", "PS-PTY-025", "PS-PTY-032")


EXACT = [
    ("Zorvanith", "A2", "critical"),
    ("ZORVANITH S.A.", "A2", "critical"),
    ("zorvanith", "A2", "critical"),
    ("Eastern Harbour Trading", "A6", "high"),  # ordinary words
]
NOT_EXACT = ["Zorvanit", "Zorvanith Harbour Ferula", "Ozo", "Ozo Ltd", "Harbour Eastern Trading Ltd"]
NUMBERS = ["MM-4455-6677", "mm44556677", "VAT: MM-4455-6677", "RFC:MM-4455-6677", "4711; MM-4455-6677"]
NO_NUMBERS = ["4455-6677-9", "MM-4455", "TQ-1112-2233", "n/a", ""]
SHIPS = ["STAR OF NOWHERE IMO 9074729", "IMO9074729", "mv nobody (imo no. 9074729)"]
ROWS = [
    *({"consignee": name} for name in (*(name for name, *_ in EXACT), *NOT_EXACT, "Marrowmere Reagents Ltd")),
    *({"consignee": "Somebody Else SA", "consignee id": cell} for cell in (*NUMBERS, *NO_NUMBERS)),
    {"consignee": "Marrowmere Reagents Ltd", "consignee id": "MM-4455-6677"},
    *({"vessel": cell} for cell in ("Quillonne", "Zorvanith", *SHIPS)),
]


@pytest.fixture(scope="module")
def found(reference: Any) -> dict[str, list[dict[str, Any]]]:
    """Flags by shipment: each row is one of its own, and all of them are screened together."""
    by_shipment: dict[str, list[dict[str, Any]]] = {f"B{n}": [] for n in range(len(ROWS))}
    rows = [{**row, "bill of lading": f"B{n}"} for n, row in enumerate(ROWS)]
    for flag in screen_rows(rows, reference).report.flags.to_pylist():
        by_shipment[flag["shipment_id"]].append(flag)
    return by_shipment


def flags(found: dict[str, list[dict[str, Any]]], **row: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(rule, role, entry) -> flag."""
    return {(f["rule_id"], f["party_role"], f["entry_id"]): f for f in found[f"B{ROWS.index(row)}"]}


def evidence(flag: dict[str, Any]) -> dict[str, str]:
    return {e["field"]: e["as_written"] for e in json.loads(flag["evidence"]) if "candidate" not in e}


@pytest.mark.parametrize(("name", "entry", "level"), EXACT)
def test_an_exact_name_is_never_passed_over(found, name, entry, level):
    assert flags(found, consignee=name)["PS-PTY-001", "consignee", entry]["level"] == level


@pytest.mark.parametrize("name", NOT_EXACT)
def test_another_word_another_order_or_three_letters_are_no_exact_name(found, name):
    assert not [key for key in flags(found, consignee=name) if key[0] == "PS-PTY-001"]


def test_what_is_like_a_listed_name_is_shown_as_possible_and_weighs_nothing(reference):
    run = screen_rows([{"consignee": "Quillonne"}], reference)
    (flag,) = run.report.flags.to_pylist()
    assert (flag["rule_id"], flag["level"], flag["weight"]) == ("PS-PTY-025", "informational", 0)
    assert run.report.shipments.to_pylist()[0]["band"] == "none"


def test_a_ship_is_compared_with_ships_and_an_exact_name_counts(found):
    assert flags(found, vessel="Quillonne")["PS-PTY-003", "vessel", "A3"]["level"] == "medium"
    assert flags(found, vessel="Zorvanith") == {}


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_number_decides_by_itself_whatever_the_name(found, cell):
    flag = flags(found, consignee="Somebody Else SA", **{"consignee id": cell})["PS-PTY-002", "consignee", "A1"]
    assert (flag["level"], flag["score"]) == ("critical", 0.0)
    assert "identifier" in evidence(flag)["corroboration"]


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_part_of_a_number_and_that_of_a_delisted_party_decide_nothing(found, cell):
    assert flags(found, consignee="Somebody Else SA", **{"consignee id": cell}) == {}


def test_beside_a_name_that_matches_a_number_is_what_agrees(found):
    both = flags(found, consignee="Marrowmere Reagents Ltd", **{"consignee id": "MM-4455-6677"})
    assert {key for key in both if key[0] == "PS-PTY-002"} == {("PS-PTY-002", "consignee", "A1")}
    assert both["PS-PTY-002", "consignee", "A1"]["score"] > 90


@pytest.mark.parametrize("cell", SHIPS)
def test_a_ships_number_decides_whatever_its_name(found, cell):
    assert ("PS-PTY-002", "vessel", "A3") in flags(found, vessel=cell)


def test_copies_of_an_entry_are_one_flag_that_names_them_all(found):
    copies = flags(found, consignee="Marrowmere Reagents Ltd")
    named = [key for key in copies if key[0] == "PS-PTY-001"]
    # B7 shares a programme with A1, B9 its number; B8 shares neither, so it is another party of the same name.
    assert sorted(entry for _, _, entry in named) == ["A1", "B8"]
    shown = evidence(copies["PS-PTY-001", "consignee", "A1"])
    assert "B7" in shown["copies"]
    assert "B9" in shown["copies"]
    assert "B8" not in shown["copies"]
