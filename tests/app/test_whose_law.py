"""Whose law a run screens by: the Union's for its members, none where none is known, and that of where the goods come from and go."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.run_settings import Settings
from precursor_screen.app.session import load
from precursor_screen.core.errors import StaleReference
from precursor_screen.reference.jurisdiction import NO_LAW
from tests.screening import screen_rows, with_rules

AS_OF = date(2026, 11, 25)
# Propionyl chloride is listed by the United States alone, 4'-methyl and the like by the Union; no convention lists either.
LISTED_BY_US = {"description of goods": "PROPIONYL CHLORIDE, 200 KG IN DRUMS", "hs code": "291590"}
CONVENTION = {"description of goods": "ACETIC ANHYDRIDE", "hs code": "291524", "net weight kg": "5000"}


def reference_of(jurisdiction: str, *rules: str):
    return with_rules(load_reference(watchlists=["sample"], jurisdiction=jurisdiction, as_of=AS_OF), *rules)


@pytest.fixture(scope="module")
def swiss():
    return reference_of("CH", "PS-CHEM-001", "PS-CHEM-022", "PS-CHEM-029")


def flags_of(rows, reference):
    return screen_rows(rows, reference).report.flags.to_pylist()


def moved(start: str, end: str):
    return {"country of dispatch": start, "country of destination": end, "date": "2026-11-20"}


def test_a_member_is_screened_by_the_law_of_the_union():
    row = CONVENTION | moved("FR", "TR")
    facts = [
        {(f["rule_id"], f["level"]) for f in flags_of([row], reference_of(code, "PS-QTY-001", "PS-CHEM-001"))}
        for code in ("FR", "DE", "EU", "XI", "MC")
    ]
    assert all(found == facts[0] for found in facts)
    assert "PS-QTY-001" in {rule for rule, _ in facts[0]}


def test_within_the_union_goods_are_not_exported():
    reference = reference_of("FR")
    assert {"FR", "DE", "XI", "MC"} <= set(reference.own_countries)
    assert "GB" not in reference.own_countries


@pytest.mark.parametrize(("start", "end", "says"), [("US", "CH", "Where it comes from"), ("CH", "US", "Where it goes")])
def test_the_law_of_where_it_comes_from_or_goes_flags_by_itself(swiss, start: str, end: str, says: str):
    (flag,) = [f for f in flags_of([LISTED_BY_US | moved(start, end)], swiss) if f["rule_id"] == "PS-CHEM-029"]
    assert flag["level"] in ("low", "medium")
    assert "United States (US List I)" in flag["because"]
    assert says in flag["because"]


@pytest.mark.parametrize(
    ("row", "jurisdiction"),
    [
        (LISTED_BY_US | moved("CH", "NO"), "CH"),  # neither law lists it
        (LISTED_BY_US | moved("CH", "US"), "US"),  # the own law does: PS-CHEM-022
        (CONVENTION | moved("CH", "US"), "CH"),  # a convention does: PS-CHEM-001
        (LISTED_BY_US | {"date": "2026-11-20"}, "CH"),  # no country is named
        (LISTED_BY_US | moved("CH", "US") | {"date": "2020-01-01"}, "CH"),  # before it was listed
    ],
)
def test_another_law_flags_nothing_else(row, jurisdiction: str):
    assert not flags_of([row], reference_of(jurisdiction, "PS-CHEM-029"))


def test_a_country_without_known_law_is_a_notice_and_a_blind_spot(swiss):
    rows = [CONVENTION | moved("CH", end) | {"bill of lading": end} for end in ("NZ", "CH")]
    report = screen_rows(rows, swiss).report
    assert report.notices[0] == f"CH: {NO_LAW}"
    assert report.provenance["law"] == f"CH: {NO_LAW}"
    first, *others = report.coverage["blind_spots"]
    assert (first["code"], first["message"], first["shipments"]) == ("no-law", f"CH: {NO_LAW}", 2)
    (unknown,) = [s for s in others if s["code"] == "unknown-law"]
    assert (unknown["shipments"], "of NZ," in unknown["message"]) == (1, True)


def aged(reference, checked: date | None, instrument: str = "UN1988"):
    old = [replace(e, checked=checked) if e.instrument == instrument else e for e in reference.substances.editions]
    return replace(reference, substances=replace(reference.substances, editions=tuple(old)))


def spots_of(reference):
    return {s["code"]: s for s in screen_rows([CONVENTION | moved("US", "DE")], reference).report.coverage["blind_spots"]}


def test_a_table_that_was_compared_long_ago_is_a_blind_spot():
    us = reference_of("US", "PS-CHEM-001")
    assert not [code for code in spots_of(us) if "-law-" in code]
    found = spots_of(aged(us, date(2025, 1, 1)))
    assert {"stale-law-UN1988 I", "stale-law-UN1988 II"} <= found.keys()
    assert "2025-01-01; the limit is 400 days" in found["stale-law-UN1988 I"]["message"]
    assert spots_of(aged(us, None))["unchecked-law-UN1988"]["shipments"] == 1
    assert not [code for code in spots_of(aged(us, date(2025, 1, 1), "EU")) if "-law-" in code]  # another's law


@pytest.mark.parametrize(("day", "stale"), [(date(2027, 6, 17), False), (date(2027, 6, 18), True)])
def test_fresh_data_are_asked_of_the_law_as_of_lists(day: date, stale: bool):
    settings = Settings(jurisdiction="FR", as_of=day, watchlists=("none",), require_fresh=True)
    if stale:
        with pytest.raises(StaleReference, match=r"tables of law were compared with their sources is too long ago: .*EU"):
            load(settings)
    else:
        load(settings)
