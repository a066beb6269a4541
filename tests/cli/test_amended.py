"""A bill that is filed again, as an office meets it: what is graver than the first message is told of again, what is not stays known."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "amended.csv"
FIRST = {
    "bill_of_lading": "KVL-100",
    "date": "2026-11-20",
    "shipper_name": "Amalta Chemicals Ltd",
    "consignee_name": "Borvik Farben GmbH",
    "description": "PHENYLACETIC ACID",
    "hs_code": "291634",
    "net_mass_kg": "2",
    "country_of_dispatch": "IN",
    "country_of_destination": "DE",
    "version": "1",
}
AMENDED = ("PS-CHEM-018", "PS-DOC-030", "PS-DOC-031", "PS-RTE-007")


@pytest.fixture
def file(ps) -> Any:
    """Screens messages one after the other: the exit code and the flags of the last."""

    def run(*messages: dict[str, str]) -> tuple[int, list[dict[str, Any]]]:
        code = 0
        for row in messages:
            answer = ps(
                *("screen", write(row), "--jurisdiction", "EU", "--watchlist", "none", "--as-of", "2026-11-30", "--quiet"),
                *("--ledger", "sqlite:///ledger.sqlite", "--fail-on", "low", "-o", "r.json"),
            )
            code = answer.code
        return code, json.loads(Path("r.json").read_text())["flags"]

    return run


def write(row: dict[str, str]) -> Path:
    """A message as a file of one row."""
    with Path("message.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, row)
        rows.writeheader()
        rows.writerow(row)
    return Path("message.csv")


def changed(text: str) -> dict[str, str]:
    """What a cell of the table says: `net_mass_kg=200; description=CITRIC ACID`."""
    return dict(part.strip().split("=") for part in text.split(";") if part.strip())


def read_cases() -> list[Any]:
    with CASES.open(encoding="utf-8", newline="") as stream:
        return [pytest.param(row, id=row["case"]) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("row", read_cases())
def test_what_a_message_says_against_the_first(row, file):
    first = FIRST | changed(row["first"])
    code, flags = file(first, first | {"version": "2"} | changed(row["second"]))
    told = {f["rule_id"] for f in flags if f["state"] in ("new", "escalated")}
    assert told & set(AMENDED) == set(row["signs"].split())
    if not row["signs"]:
        assert not [f for f in flags if f["state"] == "escalated"]
        assert code == 0
    else:
        assert code == 1


def test_a_recorded_flag_keeps_its_id_and_is_escalated_once(file):
    heavy = FIRST | {"version": "2", "net_mass_kg": "200"}
    _, before = file(FIRST)
    ids = {f["rule_id"]: f["flag_id"] for f in before}
    _, after = file(heavy)
    escalated = {f["rule_id"]: f["flag_id"] for f in after if f["state"] == "escalated"}
    assert escalated
    assert escalated.items() <= ids.items()
    (sign,) = [f for f in after if f["rule_id"] == "PS-DOC-030"]
    assert (sign["state"], sign["because"]) == (
        "new",
        "200 kg of Phenylacetic acid now, 2 kg in the first message about this cargo.",
    )
    assert {"previous_description", "previous_bill_kg", "amended_kg"} <= {e["field"] for e in sign["evidence"]}
    code, again = file(heavy)
    assert (code, {f["state"] for f in again}) == (0, {"existing"})
    code, unchanged = file(heavy | {"version": "3"})
    assert (code, {f["state"] for f in unchanged} - {"resolved"}) == (0, {"existing"})


def test_small_steps_add_up(file):
    steps = [FIRST | {"version": str(n), "net_mass_kg": kg} for n, kg in enumerate(("200", "208", "216", "224"), 1)]
    assert [file(step)[0] for step in steps] == [1, 0, 0, 1]


def test_a_clearance_lapses_with_what_is_graver(file, ps):
    _, before = file(FIRST)
    for flag in before:
        answer = ps(
            "review",
            "add",
            flag["flag_id"],
            "--verdict",
            "cleared",
            "--reason",
            "licensed",
            "--officer",
            "T",
            "--ledger",
            "sqlite:///ledger.sqlite",
        )
        assert answer.code == 0, answer.err
    code, same = file(FIRST)
    assert (code, {f["state"] for f in same}) == (0, {"suppressed"})
    code, graver = file(FIRST | {"version": "2", "net_mass_kg": "200"})
    ids = {f["flag_id"] for f in before}
    assert code == 1
    assert {f["state"] for f in graver if f["flag_id"] in ids} == {"escalated"}
