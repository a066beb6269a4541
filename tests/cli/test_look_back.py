"""`watchlists import --look-back`: the recorded parties that new entries concern, and the parties whose names are not recorded."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.remembered import LARGE, line, write_rules

HEAD = "entry_id,kind,name,country\n"
OLD = "E1,organisation,Brightmarsh Ferula Ltd,DE\n"
NEW = "E2,organisation,Zorvan Quillon Ltd,MX\nE3,vessel,Zorvan Star,PA\n"
TODAY = date.today()
LEDGER = ("--ledger", "sqlite:///ledger.sqlite")


def days_ago(number: int) -> str:
    return (TODAY - timedelta(days=number)).isoformat()


@pytest.fixture
def recorded(ps, home, manifest) -> None:
    """Two parties of ephedrine are recorded, three times in all, and a third of ninety days before; two of cotton are only counted."""
    rules = write_rules(Path("rules"), LARGE)
    cotton = {"description of goods": "COTTON SHIRTS", "hs code": "620520"}
    rows = [
        line(1, day=days_ago(1), consignee="Zorvan Quillon Limited", shipper="Brightmarsh Ferula Ltd", vessel="ZORVAN STAR"),
        line(2, day=days_ago(30), consignee="ZORVAN QUILLON LTD", shipper="Brightmarsh Ferula Ltd", vessel="ZORVAN STAR"),
        line(3, day=days_ago(91), consignee="Zorvan Quillon", shipper="Vantry Jasper", vessel=""),
        line(4, day=days_ago(2), consignee="Merlan Torine", shipper="Wexley Perlanko", vessel="") | cotton,
    ]
    options = ("--rules", rules, "--only-rules", "--watchlist", "none", *LEDGER, "--quiet")
    assert ps("screen", manifest(*rows), *options).code in (0, 1, 3)


@pytest.fixture
def imports(ps) -> Any:
    def run(text: str, *options: str, day: int = 1) -> Any:
        Path("list.csv").write_text(HEAD + text)
        return ps("watchlists", "import", "mine", "list.csv", "--date", days_ago(day), *options)

    return run


def test_new_entries_are_held_against_what_is_recorded(imports, recorded):
    assert imports(OLD, day=2).code == 0
    answer = imports(OLD + NEW, "--look-back", "90", *LEDGER)
    said = answer.out.splitlines()
    assert answer.code == 1
    assert said[1] == f"  looked back: 2 new or changed entries against 4 recorded names since {days_ago(90)}; they concern 3"
    assert [row.split("  ")[-1] for row in said[2::2] if " is like " in row] == [
        "ZORVAN QUILLON LTD is like Zorvan Quillon Ltd [E2]",
        "Zorvan Quillon Limited is like Zorvan Quillon Ltd [E2]",
        "ZORVAN STAR is like Zorvan Star [E3]",
    ]
    assert f"         consignee; 1 movements, {days_ago(1)}" in said
    assert f"         vessel; 2 movements, {days_ago(30)} to {days_ago(1)}" in said
    assert "not looked at: 2 parties" in said[-1]


def test_a_first_import_is_all_new_and_an_equal_one_has_nothing_new(imports, recorded):
    assert "Brightmarsh Ferula Ltd is like" in imports(OLD + NEW, "--look-back", "90", *LEDGER).out
    again = imports(OLD + NEW, "--look-back", "90", *LEDGER)
    assert "looked back: 0 new or changed entries" in again.out
    assert again.code == 3  # two parties were not looked at


def test_an_entry_whose_names_changed_is_held_against_it_too(imports, recorded):
    assert imports(OLD.replace("Brightmarsh", "Brookmarsh")).code == 0
    answer = imports(OLD, "--look-back", "90", *LEDGER)
    assert "looked back: 1 new or changed entries" in answer.out
    assert "Brightmarsh Ferula Ltd is like Brightmarsh Ferula Ltd [E1]" in answer.out


def test_how_far_back_is_said(imports, recorded):
    assert "Zorvan Quillon is like" not in imports(NEW, "--look-back", "90", *LEDGER).out
    assert "Zorvan Quillon is like" in imports(OLD + NEW.replace("Quillon", "Quillonn"), "--look-back", "91", *LEDGER).out


def test_without_a_ledger_nothing_is_imported(ps, imports, home):
    answer = imports(NEW, "--look-back", "90", *LEDGER)
    assert (answer.code, answer.out) == (4, "")
    assert not (home / "watchlists" / "mine").exists()


def test_nobody_concerned_is_exit_0_where_all_parties_are_recorded(ps, imports, manifest, home):
    rules = write_rules(Path("rules"), LARGE)
    rows = [line(1, day=days_ago(1), consignee="Merlan Torine", shipper="Wexley Perlanko")]
    ps("screen", manifest(*rows), "--rules", rules, "--only-rules", "--watchlist", "none", *LEDGER, "--quiet")
    answer = imports(NEW, "--look-back", "90", *LEDGER)
    assert (answer.code, "they concern 0" in answer.out) == (0, True)


@pytest.mark.parametrize("options", [LEDGER, ("--look-back", "0"), ("--look-back", "soon")])
def test_what_makes_no_sense_is_a_usage_error(imports, home, options):
    assert imports(NEW, *options).code == 2


def test_a_ship_is_not_a_firm_of_its_name(imports, recorded):
    assert "they concern 0" in imports("E4,organisation,Zorvan Star,PA\n", "--look-back", "90", *LEDGER).out
