"""A listing that is adopted and not in force is announced: low, with its day, by the day of the line; from that day on it is what it is.

The nine substances of Delegated Regulation (EU) 2026/314 stand for all: proposed 24 October 2025, adopted 9 February 2026, in force 18
May 2026.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.recogniser import load_recogniser, lookup
from tests.conftest import AS_OF
from tests.screening import screen_rows

NINE = {
    "3-chloropropiophenone": ("B", "34841-35-5", "3'-CHLOROPROPIOPHENONE 99 PCT, 8 DRUMS OF 25 KG"),
    "2-bromo-3-chloropropiophenone": ("B", "34911-51-8", "8 Fässer 2-Brom-3'-chlorpropiophenon zur Synthese"),
    "3-methylpropiophenone": ("A", "51772-30-6", "organic intermediate (3'-methylpropiophenone, purity 98%)"),
    "2-bromo-3-methylpropiophenone": ("A", "1451-83-8", "ALPHA-BROMO-M-METHYLPROPIOPHENONE IN FIBRE DRUMS"),
    "4-methylpropiophenone": ("B", "5337-93-9", "fûts de 4'-méthylpropiophénone, qualité technique"),
    "2-bromo-4-methylpropiophenone": ("A", "1451-82-7", "2-bromo-1-(4-methylphenyl)propan-1-one, reagent grade"),
    "4-chloropropiophenone": ("A", "6285-05-8", "4'-cloropropiofenona en tambores de 25 kg"),
    "2-bromo-4-chloropropiophenone": ("A", "877-37-2", "2-溴-4'-氯苯丙酮 98%"),
    "p-2-np": ("A", "705-60-2", "PHENYL-2-NITROPROPENE, YELLOW CRYSTALS"),
}
EVE, DAY = date(2026, 5, 17), date(2026, 5, 18)


@cache
def european() -> Reference:
    return load_reference(watchlists=None, jurisdiction="EU", as_of=AS_OF)


@cache
def told(day: date, tiers: tuple[str, ...] = ("convention", "national"), jurisdiction: str = "EU"):
    """(substance, how it is declared) -> (band, {rule: (level, sentence)}) of 200 kg of each of the nine."""
    reference = replace(european(), tiers=tiers, jurisdiction=jurisdiction)
    rows = [
        {
            "bill of lading": f"{substance_id} {how}",
            "description of goods": text,
            "cas": number,
            "hs code": "",
            "net weight kg": "200",
            "date": day.isoformat(),
        }
        for substance_id, (_, cas, sentence) in NINE.items()
        for how, text, number in (("cas", "CATALOGUE ITEM", cas), ("sentence", sentence, ""))
    ]
    report = screen_rows(rows, reference).report
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for flag in report.flags.to_pylist():
        assert flag["substance_id"] in (None, flag["shipment_id"].split()[0]), flag["because"]
        found.setdefault(flag["shipment_id"], {})[flag["rule_id"]] = (flag["level"], flag["because"])
    bands = {s["shipment_id"]: s["band"] for s in report.shipments.to_pylist()}
    return {key: (bands[key], found.get(key, {})) for key in (row["bill of lading"] for row in rows)}


CASES = [f"{substance_id} {how}" for substance_id in NINE for how in ("cas", "sentence")]


@pytest.mark.parametrize("key", CASES)
def test_on_its_day_it_is_listed(key):
    grade = NINE[key.split()[0]][0]
    band, flags = told(DAY)[key]
    assert band == {"A": "hold", "B": "review"}[grade]
    level, _ = flags["PS-CHEM-022"]
    assert level in {"A": ("high",), "B": ("medium",)}[grade]
    assert "PS-CHEM-028" not in flags


@pytest.mark.parametrize("key", CASES)
def test_the_day_before_it_is_announced_and_low(key):
    band, flags = told(EVE)[key]
    assert band == "low"
    assert set(flags) == {"PS-CHEM-028"}
    level, because = flags["PS-CHEM-028"]
    assert level == "low"
    assert "It is controlled from 2026-05-18: EU 1." in because


def test_before_its_act_was_adopted_nothing_is_said_but_where_proposals_are_asked_for():
    proposals = ("convention", "national", "proposed")
    for day in (date(2025, 10, 24), date(2026, 2, 8)):
        assert all(flags == {} for _, flags in told(day).values())
        assert {tuple(flags) for _, flags in told(day, proposals).values()} == {("PS-CHEM-028",)}
        levels = {flags["PS-CHEM-028"] for _, flags in told(day, proposals).values()}
        assert {level for level, _ in levels} == {"informational"}
        assert all("It is proposed for listing: EU 1." in because for _, because in levels)
    assert all(flags == {} for _, flags in told(date(2025, 10, 23), proposals).values())
    assert {flags["PS-CHEM-028"][0] for _, flags in told(date(2026, 2, 9), proposals).values()} == {"low"}


def test_what_is_watched_loses_nothing_by_an_announcement():
    watched = ("convention", "national", "surveillance")
    before, announced = told(date(2026, 2, 8), watched), told(EVE, watched)
    assert {key: band for key, (band, _) in before.items()} == {key: band for key, (band, _) in announced.items()}
    assert all({"PS-CHEM-002", "PS-CHEM-028"} <= set(flags) for _, flags in announced.values())


def test_an_announcement_of_another_country_says_nothing():
    assert all("PS-CHEM-028" not in flags for _, flags in told(EVE, jurisdiction="US").values())


@pytest.mark.parametrize(
    ("day", "controlled", "coming"),
    [(date(2026, 2, 8), [], []), (date(2026, 2, 9), [], ["EU"]), (EVE, [], ["EU"]), (DAY, ["EU"], [])],
)
def test_a_look_up_says_what_is_announced(day, controlled, coming):
    (match,) = lookup("4'-chloropropiophenone", load_recogniser(day))["matches"]
    assert [c["instrument"] for c in match["control"]] == controlled
    assert [c["instrument"] for c in match["announced"]] == coming
