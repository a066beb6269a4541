"""Planted schemes with known answers, each judged however its lines arrive.

All schemes share the runs of one ledger: each has consignees and bills of its own. `expected` names what is open in the end: rules over
time by their letter, rules of a line by letter and bill.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.reference.bundle import Reference
from tests.examples import SOAK
from tests.schemes.office import Office, Told, rows_of
from tests.schemes.ways import WAYS

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SCHEMES = {row["scheme"]: row for row in read("schemes.csv")}
EXPECTED = {number: row["expected"].split() for number, row in SCHEMES.items()}
LINES = rows_of(read("lines.csv"))


def test_there_are_sixty_and_each_has_lines():
    assert len(SCHEMES) >= 60
    assert {row["scheme"] for row in LINES} == set(SCHEMES)


@pytest.fixture
def office(tmp_path, reference: Reference) -> Office:
    return Office(f"sqlite:///{tmp_path / 'ledger.sqlite'}", reference, tmp_path / "rules")


def wrong(office: Office) -> dict[str, tuple[list[str], list[str]]]:
    """Schemes whose open flags are not the expected ones: title -> (open, expected)."""
    found = office.open_flags()
    return {
        f"{number} {SCHEMES[number]['title']}": (found.get(number, []), expected)
        for number, expected in EXPECTED.items()
        if found.get(number, []) != expected
    }


# What a way costs are its runs. Weeks that come one after another are those of the runs that are killed, further down; files drawn at
# random, and the latest that come first, are those that come late and out of order; the files of a folder are shuffled too.
OF_A_SOAK = ("shuffled", "daily", "weekly", "three weeks", "seven weeks", "random files", "late, in many files", "latest first")
QUICK = ("shuffled", "folder", "cumulative", "latest first")


@pytest.fixture(scope="module")
def at_once(tmp_path_factory, reference: Reference) -> Office:
    """All lines came at once, in one file."""
    folder = tmp_path_factory.mktemp("at_once")
    office = Office(f"sqlite:///{folder / 'ledger.sqlite'}", reference, folder / "rules")
    (files,) = WAYS["one file"](LINES)
    office.screen(files)
    return office


@pytest.fixture(scope="module")
def told(at_once) -> dict[str, Told]:
    """Members and values of what is open where all lines come at once."""
    return at_once.told()


def test_a_scheme_is_seen_when_all_lines_come_at_once(at_once):
    assert wrong(at_once) == {}
    assert at_once.verify() == []


@pytest.mark.parametrize(
    "way",
    [
        w if w in QUICK else pytest.param(w, marks=pytest.mark.slow)
        for w in WAYS
        if w != "one file" and (SOAK or w not in OF_A_SOAK)
    ],
)
def test_a_scheme_is_seen_however_it_arrives(office, told, way):
    for files in WAYS[way](LINES):
        office.screen(files)
    assert wrong(office) == {}
    assert office.told() == told
    assert office.verify() == []


@pytest.mark.slow
@pytest.mark.parametrize("way", ["weekly", "three weeks"] if SOAK else ["seven weeks"])
def test_a_scheme_is_seen_when_runs_are_killed_and_run_again(office, told, way):
    for number, files in enumerate(WAYS[way](LINES)):
        if number % 2:
            office.screen_and_die(files, recorded=number % 4 == 1)
        office.screen(files)
    assert wrong(office) == {}
    assert office.told() == told
    assert office.verify() == []
