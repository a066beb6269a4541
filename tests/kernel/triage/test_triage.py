"""Flags and goods to points, points to a band: every boundary, what counts once, and what bars a shipment from being called clear."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.model import BANDS, Concern, Rule, Typology, retired_rule
from precursor_screen.core.schema import BY_NAME, FLAG, UNJUDGED
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.shipment_order import lines_by_shipment
from precursor_screen.kernel.triage import triage
from tests.examples import examples

CAPS = {"chemical": 50, "party": 30, "routing": 20, "quantity": 40, "cover": 45}
ANY = Typology("ANY", "All goods", (), CAPS, {})
SOLVENT = Typology("SOLVENT", "A solvent", ("acetone", "toluene"), {**CAPS, "chemical": 40}, {})
ACID = Typology("ACID", "An acid", ("sulphuric-acid", "acetone"), {**CAPS, "chemical": 30}, {})
CONCERN = {grade: Concern(grade, 1, 1000) for grade in "SABCDE"}


def flag(rule_id: str = "R1", weight: int = 10, **other: Any) -> dict[str, Any]:
    plain = {"shipment_id": "S", "family": "chemical", "level": "low", "flag_id": f"{rule_id}-{weight}"}
    return {**plain, "rule_id": rule_id, "weight": weight, **other}


def rows(
    flags: list[dict[str, Any]],
    *,
    barred: tuple[str | None, ...] = (),
    unscreened: tuple[str, ...] = (),
    lines: tuple[str, ...] = ("S",),
    rules: tuple[Rule, ...] = (),
    typologies: tuple[Typology, ...] = (ANY,),
    goods: tuple[dict[str, Any], ...] = (),
    regular: dict[tuple[str, str], int] | None = None,
    concern: dict[str, Concern] = CONCERN,
) -> list[dict[str, Any]]:
    unjudged = [{"rule_id": "R9", "field": "value", "shipment_id": s, "count": 1} for s in barred]
    return triage(
        pa.Table.from_pylist(flags, schema=FLAG),
        pa.Table.from_pylist(unjudged, schema=UNJUDGED),
        lines_by_shipment(pa.table({"shipment_id": pa.array(lines, pa.string())})),
        noted(goods),
        set(unscreened),
        rules,
        typologies,
        concern,
        regular,
    ).to_pylist()


LINE_FACTS = pa.schema(
    [(LINE_NO, pa.int64()), ("shipment_id", pa.string())]
    + [(n, BY_NAME[n].arrow) for n in ("permit_reference", "permit_found")]
    + [(n, BY_NAME[n].arrow) for n in ("pen_reference", "pen_found")]
)
CANDIDATES = pa.schema(
    [(LINE_NO, pa.int64())]
    + [
        (n, BY_NAME[n].arrow)
        for n in (
            "substance_id",
            "substance_name",
            "tier",
            "match_strength",
            "match_method",
            "form",
            "consignee_licensed",
            "exporter_licensed",
            "permit_covers",
            "pen_covers",
        )
    ]
    + [
        (n, BY_NAME[n].arrow)
        for n in ("concentration_pct", "substance_mass_kg", "largest_mass_kg", "mass_doubt", "mass_readings")
    ]
)


def noted(goods: tuple[dict[str, Any], ...]) -> Resolved:
    """A line for each of the goods; the substance is called by its grade."""
    full = [
        {"shipment_id": "S", "form": "substance", "substance_name": g["substance_id"], **g, LINE_NO: n}
        for n, g in enumerate(goods)
    ]
    for g in full:
        g["substance_mass_kg"] = None if g.get("kg") is None else Decimal(str(g["kg"]))
    lines, candidates = (pa.Table.from_pylist(full, schema=schema) for schema in (LINE_FACTS, CANDIDATES))
    return Resolved(lines, candidates, pa.table({}), pa.table({}))


def one(flags: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    (row,) = rows(flags, **other)
    return row


def similar(rule_id: str, *others: str) -> Rule:
    return replace(retired_rule(rule_id), related=tuple((o, "similar") for o in others))


@pytest.mark.parametrize(
    ("weight", "band"),
    [
        (0, "none"),
        (15, "none"),
        (16, "low"),
        (39, "low"),
        (40, "review"),
        (79, "review"),
        (80, "hold"),
        (100, "hold"),
        (101, "hold"),
    ],
)
def test_a_band_begins_at_its_number_of_points(weight, band):
    found = one([flag(weight=weight)], typologies=(replace(ANY, caps={"chemical": 1000}),))
    assert (found["score"], found["band"]) == (min(weight, 100), band)


@pytest.mark.parametrize(
    ("weights", "points"),
    [
        ({"chemical": 49}, 49),
        ({"chemical": 50}, 50),
        ({"chemical": 51}, 50),
        ({"chemical": 80, "party": 29}, 79),
        ({"chemical": 80, "party": 80, "routing": 80}, 100),
        ({"party": 7, "routing": 3}, 10),
    ],
)
def test_a_family_gives_no_more_points_than_its_cap(weights, points):
    found = one([flag(f"R-{family}", weight, family=family) for family, weight in weights.items()])
    assert found["score"] == points
    assert found["families"] == sorted(weights)


def test_rules_of_one_family_add_up_to_its_cap():
    assert one([flag("R1", 20), flag("R2", 15)])["score"] == 35
    assert one([flag("R1", 20), flag("R2", 15), flag("R3", 20)])["score"] == 50


def test_a_rule_that_flags_several_lines_is_one_fact():
    found = one([flag(flag_id="a"), flag(flag_id="b"), flag(flag_id="c")])
    assert (found["score"], found["flags"]) == (10, ["a", "b", "c"])


@pytest.mark.parametrize("order", [(10, 30, 20), (30, 20, 10), (20, 10, 30)])
def test_of_similar_rules_the_highest_counts(order):
    rules = (similar("R10", "R20"), similar("R20"), similar("R30", "R20"))
    assert one([flag(f"R{w}", w) for w in order], rules=rules)["score"] == 30


def test_similarity_joins_across_a_third_rule_and_only_what_is_said():
    rules = (similar("A"), similar("B", "A"), similar("C"), similar("D", "C"), similar("E", "GONE"))
    flags = [flag("A", 4), flag("B", 5), flag("C", 6), flag("D", 7), flag("E", 8)]
    assert one(flags, rules=rules)["score"] == 5 + 7 + 8
    joined = (*rules, similar("F", "B", "D"))
    assert one([*flags, flag("F", 1)], rules=joined)["score"] == 7 + 8


def test_a_rule_that_is_related_in_another_way_counts_as_well():
    rules = (replace(retired_rule("A"), related=(("B", "refines"),)), similar("B"))
    assert one([flag("A", 10), flag("B", 20)], rules=rules)["score"] == 30


def test_what_is_informational_is_shown_but_weighs_nothing():
    found = one([flag("R1", 50, level="informational", family="party")])
    assert (found["score"], found["band"], found["families"], found["flags"]) == (0, "none", [], ["R1-50"])
    assert one([flag("R1", 50, level="informational"), flag("R2", 3)])["score"] == 3


@pytest.mark.parametrize(
    ("level", "weight", "family", "band"),
    [
        ("informational", 0, "party", "none"),
        ("low", 15, "party", "none"),
        ("low", 16, "party", "low"),
        ("medium", 0, "party", "low"),
        ("medium", 15, "cover", "none"),
        ("high", 0, "party", "low"),
        ("high", 0, "cover", "low"),
        ("critical", 0, "party", "review"),
    ],
)
def test_a_level_has_a_band_of_its_own(level, weight, family, band):
    assert one([flag(weight=weight, level=level, family=family)])["band"] == band


@pytest.mark.parametrize(
    ("other", "band"),
    [
        ({"family": "party", "level": "medium", "weight": 8}, "review"),
        ({"family": "party", "level": "high", "weight": 8}, "review"),
        ({"family": "party", "level": "low", "weight": 8}, "low"),
        ({"family": "party", "level": "medium", "weight": 0}, "low"),  # it merely names or weighs the goods
        ({"family": "cover", "level": "medium", "weight": 8}, "low"),
        ({"family": "routing", "level": "medium", "weight": 8}, "low"),  # the same family
    ],
)
def test_a_flag_of_high_is_for_review_where_a_second_family_agrees(other, band):
    assert one([flag("R1", 5, level="high", family="routing"), flag("R2", **other)])["band"] == band


@pytest.mark.parametrize(
    ("level", "others", "band"),
    [
        ("high", ("cover",), "low"),
        ("high", ("cover", "party"), "low"),
        ("high", ("cover", "routing"), "review"),
        ("critical", ("cover",), "review"),
    ],
)
def test_a_sign_of_a_cover_is_no_more_than_a_namesake(level, others, band):
    flags = [
        flag("R1", 30, level=level, family="party"),
        *(flag(f"R-{other}", 15, level="low", family=other) for other in others),
    ]
    assert one(flags, typologies=(replace(ANY, caps={"party": 60, "cover": 45, "routing": 20}),))["band"] == band


def test_a_high_level_lowers_no_band():
    flags = [flag("R1", 90, family="chemical", level="high"), flag("R2", 90, family="party"), flag("R3", 90, family="routing")]
    assert one(flags)["band"] == "hold"


@pytest.mark.parametrize(
    ("floors", "band"),
    [
        ({}, "low"),
        ({"R1": "review"}, "review"),
        ({"R1": "hold"}, "hold"),
        ({"R1": "none"}, "low"),
        ({"OTHER": "hold"}, "low"),
        ({"R1": "review", "R2": "hold"}, "hold"),
    ],
)
def test_a_floor_lifts_the_band_where_its_rule_has_flagged(floors, band):
    assert one([flag("R1", 10), flag("R2", 6)], typologies=(replace(ANY, floor=floors),))["band"] == band


def test_an_informational_flag_brings_no_floor():
    typology = replace(ANY, floor={"R1": "hold"})
    assert one([flag("R1", 5, level="informational"), flag("R2", 16)], typologies=(typology,))["band"] == "low"


@pytest.mark.parametrize(
    ("substances", "typology"),
    [
        ([None], "ANY"),
        (["piperonal"], "ANY"),
        (["toluene"], "SOLVENT"),
        (["sulphuric-acid"], "ACID"),
        ([None, "piperonal", "toluene"], "SOLVENT"),
    ],
)
def test_goods_are_scored_by_the_typology_that_claims_their_substance(substances, typology):
    flags = [flag(f"R{i}", 10, substance_id=s) for i, s in enumerate(substances)]
    assert one(flags, typologies=(ANY, SOLVENT, ACID))["typology"] == typology


def test_a_substance_that_is_only_informational_claims_its_typology():
    flags = [flag("R1", 5, level="informational", substance_id="toluene"), flag("R2", 50)]
    found = one(flags, typologies=(ANY, SOLVENT))
    assert (found["typology"], found["score"]) == ("SOLVENT", 40)


def test_of_two_claims_the_higher_score_is_shown_and_the_worse_band_stands():
    flags = [flag("R1", 50, substance_id="acetone")]
    assert (one(flags, typologies=(ANY, SOLVENT, ACID))["typology"], one(flags, typologies=(ANY, SOLVENT, ACID))["score"]) == (
        "SOLVENT",
        40,
    )
    strict = replace(ACID, floor={"R1": "hold"})
    found = one(flags, typologies=(ANY, SOLVENT, strict))
    assert (found["score"], found["typology"], found["band"]) == (40, "SOLVENT", "hold")


def test_between_equal_scores_the_same_typology_is_named_in_any_order():
    flags = [flag("R1", 12, substance_id="acetone")]
    assert {one(flags, typologies=t)["typology"] for t in ((ANY, SOLVENT, ACID), (ACID, SOLVENT, ANY))} == {"SOLVENT"}


@pytest.mark.parametrize(
    ("flags", "barred", "unscreened", "band", "incomplete"),
    [
        ([], (), (), "none", False),
        ([], ("S",), (), "low", True),
        ([], (), ("S",), None, True),
        ([], ("S",), ("S",), None, True),
        ([], ("T", None), ("T",), "none", False),
        ([flag(weight=0)], (), (), "none", False),
        ([flag(weight=0)], ("S",), (), "low", True),
        ([flag(weight=0)], (), ("S",), None, True),
        ([flag(weight=0)], ("S",), ("S",), None, True),
        ([flag(weight=16)], ("S",), (), "low", True),
        ([flag(weight=16)], (), ("S",), "low", True),
        ([flag(weight=50)], ("S",), ("S",), "review", True),
        ([flag(weight=50)], ("T",), ("T",), "review", False),
    ],
)
def test_what_could_not_be_judged_is_never_called_clear(flags, barred, unscreened, band, incomplete):
    found = {r["shipment_id"]: r for r in rows(flags, barred=barred, unscreened=unscreened)}["S"]
    assert (found["band"], found["incomplete"]) == (band, incomplete)
    assert found["flags"] == [f["flag_id"] for f in flags]


def test_a_shipment_without_flags_is_listed_with_its_lines():
    found = rows([flag(weight=20, shipment_id="B")], lines=("A", "B", "A", "B", "A"))
    assert [(r["shipment_id"], r["band"], r["lines"], r["score"], r["typology"]) for r in found] == [
        ("B", "low", 2, 20, "ANY"),
        ("A", "none", 3, 0, None),
    ]
    assert found[1]["families"] == found[1]["flags"] == []
    assert [r["incomplete"] for r in found] == [False, False]


def test_the_worst_stands_first_then_the_higher_score_then_the_name():
    flags = [
        flag("R1", 45, shipment_id="d"),
        flag("R1", 17, shipment_id="c"),
        flag("R1", 17, shipment_id="b"),
        flag("R1", 19, shipment_id="e"),
        flag("R1", 1, shipment_id="a", level="critical"),
        flag("R1", 16, shipment_id="h"),
    ]
    found = rows(
        [*flags, *(flag(f"H-{f}", 90, shipment_id="z", family=f) for f in CAPS)],
        barred=("k",),
        unscreened=("m",),
        lines=tuple("abcdehkmzn"),
    )
    assert [(r["shipment_id"], r["band"]) for r in found] == [
        ("z", "hold"),
        ("d", "review"),
        ("a", "review"),
        ("e", "low"),
        ("b", "low"),
        ("c", "low"),
        ("h", "low"),
        ("k", "low"),
        ("m", None),
        ("n", "none"),
    ]


def points(found: dict[str, Any]) -> dict[str, int]:
    return {p["part"]: p["points"] for p in found["parts"]}


def because(found: dict[str, Any], part: str) -> str:
    return next(p["because"] for p in found["parts"] if p["part"] == part)


@pytest.mark.parametrize(
    ("grade", "bulk", "doses"), [("S", 50, 24), ("A", 40, 24), ("B", 24, 16), ("C", 16, 8), ("D", 8, 2), ("E", 2, 2)]
)
def test_licit_use_is_a_grade_and_of_medicines_in_doses_a_lower_one(grade, bulk, doses):
    flags = [flag("N", 0, substance_id=grade)]
    assert points(one(flags, goods=({"substance_id": grade, "kg": 1},)))["licit use"] == bulk
    assert points(one(flags, goods=({"substance_id": grade, "kg": 1, "form": "preparation"},)))["licit use"] == doses
    assert one(flags, goods=({"substance_id": grade, "kg": 1, "form": "article"},))["parts"] == []


@pytest.mark.parametrize(
    ("kg", "counted"),
    [(0.5, 0), (1, 0), (2, 3), (10, 8), (31.62, 12), (31.63, 13), (100, 17), (999, 25), (1000, 25), (50_000, 25)],
)
def test_quantity_goes_by_ratios_from_small_to_large(kg, counted):
    assert points(one([flag("N", 15, substance_id="D")], goods=({"substance_id": "D", "kg": kg},)))["quantity"] == counted


@pytest.mark.parametrize(
    ("grade", "weight", "counted", "said"),
    [
        ("D", 0, 13, "; 13 of 25 points, as no other evidence supports it"),
        ("D", 1, 14, "; 14 of 25 points, as little other evidence supports it"),
        ("D", 11, 24, "; 24 of 25 points, as little other evidence supports it"),
        ("D", 12, 25, ""),
        ("E", 0, 8, "; 8 of 16 points, as no other evidence supports it"),
        ("A", 0, 25, ""),
        ("S", 0, 25, ""),
    ],
)
def test_half_the_points_of_goods_that_are_traded_lawfully_go_with_what_rules_say(grade, weight, counted, said):
    found = one([flag("N", weight, substance_id=grade)], goods=({"substance_id": grade, "kg": 1000},))
    assert points(found)["quantity"] == counted
    assert because(found, "quantity") == f"1,000 kg; 1 kg is small, 1,000 kg is large{said}"


@pytest.mark.parametrize(
    ("goods", "counted", "said"),
    [
        ([{"kg": None}], 13, "mass unknown, counted as halfway"),
        ([{"kg": 100}, {"kg": None}], 17, "100 kg; 1 kg is small, 1,000 kg is large; the mass of some lines is unknown"),
        ([{"kg": 2}, {"kg": None}], 13, "2 kg; 1 kg is small, 1,000 kg is large; the mass of some lines is unknown"),
        ([{"kg": 60}, {"kg": 40}], 17, "100 kg; 1 kg is small, 1,000 kg is large"),
        ([{"kg": 100, "form": "mixture"}], 13, "100 kg of goods that hold it; 1 kg is small, 1,000 kg is large"),
        ([{"kg": 2, "form": "mixture"}], 3, "2 kg of goods that hold it; 1 kg is small, 1,000 kg is large"),
        (
            [{"kg": 100, "form": "preparation"}],
            8,
            "100 kg of goods that hold it, of which a tenth is counted; 1 kg is small, 1,000 kg is large",
        ),
        ([{"kg": 100, "form": "mixture", "concentration_pct": 40}], 17, "100 kg; 1 kg is small, 1,000 kg is large"),
        ([{"kg": None, "largest_mass_kg": 100}], 13, "mass unknown, counted as halfway"),  # two readings of one figure
        (
            [{"kg": None, "mass_doubt": "text-exceeds-line", "mass_readings": ["100", "20000"]}],
            17,
            "100 kg; 1 kg is small, 1,000 kg is large",  # what the line states
        ),
        ([{"kg": 0}], 0, "no mass"),
    ],
)
def test_masses_are_summed_over_the_shipment_and_what_is_unknown_is_said(goods, counted, said):
    found = one([flag("N", 15, substance_id="C")], goods=tuple({"substance_id": "C", **g} for g in goods))
    assert (points(found)["quantity"], because(found, "quantity")) == (counted, said)


@pytest.mark.parametrize(
    ("grade", "kg", "counted"),
    [("E", 64, 15), ("E", 83, 16), ("E", 1000, 16), ("E", None, 13), ("D", 83, 16), ("D", 1000, 25)],
)
def test_the_quantity_of_a_commodity_has_a_cap(grade, kg, counted):
    found = one([flag("N", 15, substance_id=grade)], goods=({"substance_id": grade, "kg": kg},))
    assert points(found)["quantity"] == counted


@pytest.mark.parametrize(
    ("grade", "weight", "score", "band"),
    [
        ("B", 0, 37, "low"),
        ("C", 0, 29, "low"),
        ("C", 14, 55, "low"),
        ("C", 15, 56, "review"),
        ("B", 15, 64, "review"),
        ("A", 0, 65, "hold"),
    ],
)
def test_goods_by_themselves_are_for_review_only_where_hardly_anybody_trades_them(grade, weight, score, band):
    found = one([flag("N", weight, substance_id=grade)], goods=({"substance_id": grade, "kg": 1000},))
    assert (found["score"], found["band"]) == (score, band)


@pytest.mark.parametrize(
    ("trade", "kg", "more", "band"),
    [
        ("none", 31.7, {}, "hold"),  # the middle of 1 kg and 1,000 kg, by ratio
        ("none", 31.6, {}, "review"),
        ("none", 31.7, {"permit_reference": "P1"}, "hold"),
        ("none", 31.7, {"form": "preparation"}, "low"),
        ("none", 1000, {"match_strength": "medium", "match_method": "name"}, "hold"),
        ("none", 1000, {"match_strength": "medium", "match_method": "fuzzy"}, "low"),  # misspelt
        ("none", 1000, {"match_strength": "weak", "match_method": "name"}, "low"),
        ("none", None, {}, "review"),
        ("licensed", 1000, {}, "hold"),
        ("licensed", 999, {}, "review"),
        ("licensed", 1000, {"permit_reference": "P1"}, "review"),
        ("licensed", 1000, {"permit_covers": True}, "low"),
        ("licensed", 1000, {"permit_reference": "TBA"}, "hold"),
        ("licensed", 1000, {"permit_reference": "0000"}, "hold"),
        ("licensed", 1000, {"permit_reference": "P1", "permit_covers": False}, "hold"),
    ],
)
def test_a_drug_in_bulk_is_held_from_a_mass_unless_makers_of_medicines_trade_it_with_a_certificate(trade, kg, more, band):
    concern = {"S": Concern("S", 1, 1000, trade)}
    found = one([flag("N", 0, substance_id="S")], goods=({"substance_id": "S", "kg": kg, **more},), concern=concern)
    assert found["band"] == band
    assert ("held from" in because(found, "licit use")) == (band == "hold")
    assert ("of the points" in because(found, "licit use")) == (
        more.get("match_method") == "fuzzy" or more.get("match_strength") == "weak"
    )


@pytest.mark.parametrize(
    ("trade", "facts", "score", "band"),
    [
        ("licensed", {}, 49, "review"),
        ("licensed", {"kg": 0.1}, 24, "review"),
        ("", {}, 37, "low"),
        ("licensed", {"form": "preparation"}, 25, "low"),
        ("licensed", {"permit_reference": "P1"}, 49, "review"),
        ("licensed", {"permit_covers": True}, 27, "low"),
    ],
)
def test_what_makers_of_medicines_alone_trade_is_for_review_without_a_permit_in_force(trade, facts, score, band):
    concern = {"B": Concern("B", 1, 1000, trade)}
    goods = ({"substance_id": "B", "kg": 1000, **facts},)
    found = one([flag("N", 0, substance_id="B")], goods=goods, concern=concern)
    assert (found["score"], found["band"]) == (score, band)


@pytest.mark.parametrize(
    ("tiers", "band"),
    [
        (("announced",), "low"),
        (("proposed",), "low"),
        (("announced", "proposed"), "low"),
        (("national",), "hold"),
        (("surveillance",), "hold"),
        (("announced", "national"), "hold"),
        ((None,), "hold"),
    ],
)
def test_what_no_law_lists_yet_has_no_floor(tiers, band):
    goods = tuple({"substance_id": "A", "kg": 1000, "tier": tier} for tier in tiers)
    found = one([flag("N", 0, substance_id="A")], goods=goods)
    assert (found["score"], found["band"]) == ({"low": 53, "hold": 65}[band], band)
    assert ("no law lists it yet" in because(found, "licit use")) == (band == "low")
    assert ("held from" in because(found, "licit use")) == (band == "hold")


@pytest.mark.parametrize(("grade", "counted"), [("E", 15), ("D", 40)])
def test_rules_of_quantity_say_little_of_commodities(grade, counted):
    found = one([flag("Q", 60, family="quantity", substance_id=grade)], goods=({"substance_id": grade, "kg": 1},))
    assert points(found)["evidence"] == counted


def test_the_substance_that_counts_most_speaks_for_the_shipment():
    flags = [flag("N", 15, substance_id=g) for g in "EC"]
    found = one(flags, goods=({"substance_id": "E", "kg": 1000}, {"substance_id": "C", "kg": 1000}))
    assert (points(found), because(found, "licit use")) == (
        {"licit use": 16, "quantity": 25, "evidence": 15, "standing": 0},
        "C: C, special uses in industry",
    )


def test_what_no_open_flag_names_counts_nothing():
    goods = ({"substance_id": "A", "kg": 1000}, {"substance_id": "A", "kg": 1000, "shipment_id": "T"})
    assert one([flag("R", 20, substance_id=None)], goods=goods)["parts"] == [
        {"part": "evidence", "points": 20, "because": "chemical 20 (R)"}
    ]


@pytest.mark.parametrize(
    ("grade", "form", "band"),
    [("S", "substance", "review"), ("A", "mixture", "review"), ("S", "preparation", "low"), ("B", "substance", "low")],
)
def test_the_drug_itself_and_what_has_hardly_any_lawful_trade_is_for_review_in_bulk(grade, form, band):
    found = one(
        [flag("N", 0, substance_id=grade, level="informational")], goods=({"substance_id": grade, "kg": 0.001, "form": form},)
    )
    assert found["band"] == band


PERMIT = {"permit_found": True, "permit_covers": True}
LICENCE = {"consignee_licensed": True}
NOTIFIED = {"pen_found": True, "pen_covers": True}


@pytest.mark.parametrize(
    ("facts", "earlier", "taken_off"),
    [
        (PERMIT, 0, -10),
        (LICENCE, 0, -10),
        ({"exporter_licensed": True}, 0, -10),
        ({"consignee_licensed": True, "exporter_licensed": True}, 0, -10),
        (NOTIFIED, 0, -10),
        ({}, 6, -15),
        ({}, 5, 0),
        (PERMIT | LICENCE | NOTIFIED, 0, -30),
        (PERMIT | LICENCE | NOTIFIED, 6, -30),
        (PERMIT | LICENCE, 7, -30),
        (LICENCE, 6, -25),
        (PERMIT | {"permit_covers": False}, 0, 0),
        (PERMIT | {"permit_covers": None}, 0, 0),
        (NOTIFIED | {"pen_covers": False}, 0, 0),
        (NOTIFIED | {"pen_covers": None}, 0, 0),
        ({"consignee_licensed": False}, 0, 0),
    ],
)
def test_what_speaks_for_a_shipment(facts, earlier, taken_off):
    flags = [flag("N", 0, substance_id="B")]
    found = one(flags, goods=({"substance_id": "B", "kg": 1000, **facts},), regular={("S", "B"): earlier})
    assert points(found).get("standing", 0) == taken_off
    assert found["score"] == 24 + 13 + taken_off


P1, N1 = {"permit_reference": "P1"}, {"pen_reference": "N-77"}


@pytest.mark.parametrize(
    ("facts", "weight", "taken_off"),
    [
        (P1, 0, -7),  # a fifth of 24 and 13
        (N1, 0, -7),
        (P1 | N1, 0, -14),
        (P1 | N1, 1, 0),
        ({"permit_reference": "TBA"}, 0, 0),
        ({"permit_reference": "0000"}, 0, 0),
        (P1 | {"permit_found": False}, 0, 0),
        (P1 | {"permit_found": True, "permit_covers": False}, 0, 0),
        (N1 | {"pen_found": False}, 0, 0),
        (N1 | {"pen_found": True, "pen_covers": False}, 0, 0),
        (PERMIT | P1, 0, -10),
        (NOTIFIED | N1 | P1, 0, -17),
    ],
)
def test_a_number_that_no_register_was_asked_about_speaks_a_little_where_nothing_else_does(facts, weight, taken_off):
    found = one([flag("N", weight, substance_id="B")], goods=({"substance_id": "B", "kg": 1000, **facts},))
    assert points(found).get("standing", 0) == taken_off


@pytest.mark.parametrize(("kg", "facts", "score"), [(1000, P1, 17), (1000, P1 | N1, 16), (64, P1, 16), (31, P1, 14), (1, P1, 8)])
def test_a_number_that_anybody_can_write_takes_no_shipment_out_of_its_band(kg, facts, score):
    found = one([flag("N", 0, substance_id="D")], goods=({"substance_id": "D", "kg": kg, **facts},))
    assert (found["score"], found["band"]) == (score, "low" if score >= 16 else "none")


@pytest.mark.parametrize(
    ("grade", "kg", "facts", "said"),
    [
        ("D", 1000, {}, True),
        ("D", 31.63, {}, True),  # the middle of its scale
        ("D", 31.62, {}, False),
        ("D", 1000, PERMIT, False),
        ("E", 1000, {}, False),
        ("A", 1000, {}, False),
    ],
)
def test_of_much_that_no_register_covers_it_is_said_that_one_would_decide(grade, kg, facts, said):
    found = one([flag("N", 0, substance_id=grade)], goods=({"substance_id": grade, "kg": kg, **facts},))
    told = [p["because"] for p in found["parts"] if p["part"] == "standing" and not p["points"]]
    assert told == ["no permit, licence or notification in a register covers it; one would decide"] * said


@pytest.mark.parametrize(
    ("grade", "level", "taken_off"), [("B", "high", -10), ("B", "critical", 0), ("A", "high", 0), ("S", "high", 0)]
)
def test_nothing_speaks_for_drugs_nor_against_a_critical_flag(grade, level, taken_off):
    found = one([flag("N", 0, substance_id=grade, level=level)], goods=({"substance_id": grade, "kg": 1, **PERMIT},))
    assert points(found).get("standing", 0) == taken_off


@pytest.mark.parametrize(
    ("trade", "facts", "band", "score"),
    [
        ("licensed", PERMIT, "low", 50 + 13 - 10),
        ("licensed", PERMIT | LICENCE, "low", 50 + 13 - 20),
        ("licensed", LICENCE, "review", 75),
        ("licensed", PERMIT | {"permit_covers": False}, "hold", 75),  # a permit that is for other goods certifies nothing
        ("none", PERMIT, "hold", 75),
    ],
)
def test_a_drug_that_makers_of_medicines_trade_is_no_review_under_a_permit_in_force(trade, facts, band, score):
    concern = {"S": Concern("S", 1, 1000, trade)}
    goods = ({"substance_id": "S", "kg": 1000, "permit_reference": "P1", **facts},)
    found = one([flag("N", 0, substance_id="S", level="high")], goods=goods, concern=concern)
    assert (found["band"], found["score"]) == (band, score)


@pytest.mark.parametrize(("weights", "counted"), [((15,), 15), ((10, 5), 15), ((16,), 24), ((12, 10, 5), 41), ((20, 20), 45)])
def test_signs_that_need_no_substance_count_half_again_where_they_reach_low(weights, counted):
    found = one([flag(f"C{n}", weight, family="cover") for n, weight in enumerate(weights)])
    assert found["score"] == counted


def test_what_speaks_for_some_of_the_goods_speaks_not_for_the_others():
    flags = [flag("N", 0, substance_id=g) for g in "BC"]
    covered = {"substance_id": "B", "kg": 10, **PERMIT}
    assert points(one(flags, goods=(covered, {"substance_id": "C", "kg": 1})))["licit use"] == 24
    assert "standing" not in points(one(flags, goods=(covered, {"substance_id": "C", "kg": 1})))
    assert "standing" not in points(one(flags, goods=(covered, {"substance_id": "B", "kg": 1})))


def test_no_score_falls_below_nothing():
    found = one([flag("N", 0, substance_id="E")], goods=({"substance_id": "E", "kg": 1, **LICENCE},))
    assert (found["score"], points(found)) == (0, {"licit use": 2, "quantity": 0, "standing": -10})


FLAGS = st.lists(
    st.builds(
        flag,
        st.sampled_from(["R1", "R2", "R3"]),
        st.integers(0, 60),
        family=st.sampled_from(sorted(CAPS)),
        level=st.sampled_from(["informational", "low", "medium", "high", "critical"]),
        substance_id=st.sampled_from([None, "A", "B", "E"]),
    ),
    max_size=6,
)


@examples(30, 30)
@given(FLAGS, st.randoms())
def test_the_order_of_flags_changes_no_band_and_more_flags_lower_none(flags, random):
    # One rule has one family.
    flags = [{**f, "family": {"R1": "chemical", "R2": "party", "R3": "routing"}[f["rule_id"]]} for f in flags]
    shuffled = random.sample(flags, len(flags))
    kept = ("score", "band", "typology", "families", "parts")
    goods = (
        {"substance_id": "A", "kg": 1},
        {"substance_id": "B", "kg": 50, **PERMIT},
        {"substance_id": "E", "kg": 500, **LICENCE},
    )
    shipments = {"S": flags, "T": shuffled, "U": flags[1:]}
    found = rows(
        [{**f, "shipment_id": s} for s, some in shipments.items() for f in some],
        goods=tuple({**g, "shipment_id": s} for s in shipments for g in goods),
        lines=tuple(shipments),
    )
    by_shipment = {row["shipment_id"]: row for row in found}
    whole, other, fewer = (by_shipment[s] for s in shipments)
    assert [whole[k] for k in kept] == [other[k] for k in kept]
    assert fewer["score"] <= whole["score"]
    assert BANDS.index(fewer["band"]) <= BANDS.index(whole["band"])


def test_what_could_not_be_screened_stands_before_what_is_clear() -> None:
    found = rows([], unscreened=("u",), lines=("n", "u"))
    assert [(r["shipment_id"], r["band"]) for r in found] == [("u", None), ("n", "none")]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from([0, 0, 1, 17, 45])), max_size=6),
    st.lists(st.sampled_from("abcdefghij"), max_size=30),
    st.sets(st.sampled_from("abcdefghij"), max_size=3),
    st.sets(st.sampled_from("abcdefghij"), max_size=3),
    st.integers(1, 4),
)
@examples(150, 2000)
def test_shipments_with_and_without_flags_are_in_one_order(weights, lines, barred, unscreened, at_once):
    """However many are put in order at once."""
    flags = [flag(f"R{n}", weight, shipment_id=s, level="low") for n, (s, weight) in enumerate(weights)]
    with mock.patch("precursor_screen.kernel.shipment_order._AT_ONCE", at_once):
        found = rows(flags, barred=tuple(barred), unscreened=tuple(unscreened), lines=tuple(lines))
    order = ["hold", "review", "low", None, "none"]
    assert found == sorted(found, key=lambda r: (order.index(r["band"]), -r["score"], r["shipment_id"]))
    assert {r["shipment_id"]: r["lines"] for r in found} == Counter(lines)
    flagged = {s for s, _ in weights}
    for row in found:
        mine = row["shipment_id"]
        assert bool(row["flags"]) == (mine in flagged)
        assert row["incomplete"] == (mine in barred or mine in unscreened)
        if mine not in flagged:
            band = None if mine in unscreened else "low" if mine in barred else "none"
            assert (row["band"], row["score"], row["typology"], row["case_id"]) == (band, 0, None, None)
            assert row["parts"] == row["families"] == []
