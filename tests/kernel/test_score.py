"""Flags to points, points to a band: every boundary of both, what counts once, and what bars a shipment from being called clear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precursor_screen.kernel.score import score
from precursor_screen.model import BANDS, Rule, Typology, retired_rule
from precursor_screen.schema import FLAG, UNJUDGED

CAPS = {"chemical": 50, "party": 30, "routing": 20}
ANY = Typology("ANY", "All goods", (), CAPS, {"low": 1, "review": 40, "hold": 90}, {})
SOLVENT = Typology("SOLVENT", "A solvent", ("acetone", "toluene"), CAPS, {"low": 1, "review": 25, "hold": 60}, {})
ACID = Typology("ACID", "An acid", ("sulphuric-acid", "acetone"), CAPS, {"low": 1, "review": 10, "hold": 95}, {})


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
) -> list[dict[str, Any]]:
    unjudged = [{"rule_id": "R9", "field": "value", "shipment_id": s, "count": 1} for s in barred]
    return score(
        pa.Table.from_pylist(flags, schema=FLAG),
        pa.Table.from_pylist(unjudged, schema=UNJUDGED),
        pa.table({"shipment_id": pa.array(lines, pa.string())}),
        set(unscreened),
        rules,
        typologies,
    ).to_pylist()


def one(flags: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    (row,) = rows(flags, **other)
    return row


def similar(rule_id: str, *others: str) -> Rule:
    return replace(retired_rule(rule_id), related=tuple((o, "similar") for o in others))


@pytest.mark.parametrize(
    ("weight", "band"),
    [(0, "none"), (1, "low"), (39, "low"), (40, "review"), (89, "review"), (90, "hold"), (91, "hold")],
)
def test_a_band_begins_at_its_number_of_points(weight, band):
    found = one([flag(weight=weight)], typologies=(replace(ANY, caps={"chemical": 1000}),))
    assert (found["score"], found["band"]) == (weight, band)


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
    ("level", "weight", "band"),
    [
        ("informational", 0, "none"),
        ("low", 0, "none"),
        ("medium", 0, "none"),
        ("medium", 5, "low"),
        ("high", 0, "review"),
        ("high", 5, "review"),
        ("critical", 0, "review"),
        ("high", 50, "review"),
    ],
)
def test_a_flag_of_a_high_level_is_at_least_for_review(level, weight, band):
    assert one([flag(weight=weight, level=level)])["band"] == band


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
    assert one([flag("R1", 5), flag("R2", 6)], typologies=(replace(ANY, floor=floors),))["band"] == band


def test_an_informational_flag_brings_no_floor():
    typology = replace(ANY, floor={"R1": "hold"})
    assert one([flag("R1", 5, level="informational"), flag("R2", 6)], typologies=(typology,))["band"] == "low"


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
    flags = [flag("R1", 5, level="informational", substance_id="toluene"), flag("R2", 30)]
    found = one(flags, typologies=(ANY, SOLVENT))
    assert (found["typology"], found["band"]) == ("SOLVENT", "review")


def test_of_two_claims_the_higher_score_is_shown_and_the_worse_band_stands():
    # ACID calls 10 points a review; SOLVENT, with fewer points capped, would call them low.
    tight = replace(SOLVENT, caps={**CAPS, "chemical": 8})
    found = one([flag("R1", 12, substance_id="acetone")], typologies=(ANY, tight, ACID))
    assert (found["score"], found["typology"], found["band"]) == (12, "ACID", "review")
    wide = replace(SOLVENT, caps={**CAPS, "chemical": 50})
    narrow = replace(ACID, caps={**CAPS, "chemical": 11})
    found = one([flag("R1", 12, substance_id="acetone")], typologies=(ANY, wide, narrow))
    assert (found["score"], found["typology"], found["band"]) == (12, "SOLVENT", "review")


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
        ([flag(weight=5)], ("S",), (), "low", True),
        ([flag(weight=5)], (), ("S",), "low", True),
        ([flag(weight=50)], ("S",), ("S",), "review", True),
        ([flag(weight=50)], ("T",), ("T",), "review", False),
    ],
)
def test_what_could_not_be_judged_is_never_called_clear(flags, barred, unscreened, band, incomplete):
    found = {r["shipment_id"]: r for r in rows(flags, barred=barred, unscreened=unscreened)}["S"]
    assert (found["band"], found["incomplete"]) == (band, incomplete)
    assert found["flags"] == [f["flag_id"] for f in flags]


def test_a_shipment_without_flags_is_listed_with_its_lines():
    found = rows([flag(shipment_id="B")], lines=("A", "B", "A", "B", "A"))
    assert [(r["shipment_id"], r["band"], r["lines"], r["score"], r["typology"]) for r in found] == [
        ("B", "low", 2, 10, "ANY"),
        ("A", "none", 3, 0, None),
    ]
    assert found[1]["families"] == found[1]["flags"] == []
    assert [r["incomplete"] for r in found] == [False, False]


def test_the_worst_stands_first_then_the_higher_score_then_the_name():
    flags = [
        flag("R1", 45, shipment_id="d"),
        flag("R1", 5, shipment_id="c"),
        flag("R1", 5, shipment_id="b"),
        flag("R1", 9, shipment_id="e"),
        flag("R1", 1, shipment_id="a", level="high"),
        flag("R1", 2, shipment_id="h"),
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


FLAGS = st.lists(
    st.builds(
        flag,
        st.sampled_from(["R1", "R2", "R3"]),
        st.integers(0, 60),
        family=st.sampled_from(sorted(CAPS)),
        level=st.sampled_from(["informational", "low", "medium", "high", "critical"]),
        substance_id=st.sampled_from([None, "acetone", "toluene", "piperonal"]),
    ),
    max_size=6,
)


@settings(max_examples=15)
@given(FLAGS, st.randoms())
def test_the_order_of_flags_changes_no_band_and_more_flags_lower_none(flags, random):
    # One rule has one family.
    flags = [{**f, "family": {"R1": "chemical", "R2": "party", "R3": "routing"}[f["rule_id"]]} for f in flags]
    shuffled = random.sample(flags, len(flags))
    kept = ("score", "band", "typology", "families")
    whole, other = one(flags, typologies=(ANY,)), one(shuffled, typologies=(ANY,))
    assert [whole[k] for k in kept] == [other[k] for k in kept]
    fewer = one(flags[1:], typologies=(ANY,))
    assert fewer["score"] <= whole["score"]
    assert BANDS.index(fewer["band"]) <= BANDS.index(whole["band"])


def test_what_could_not_be_screened_stands_before_what_is_clear() -> None:
    found = rows([], unscreened=("u",), lines=("n", "u"))
    assert [(r["shipment_id"], r["band"]) for r in found] == [("u", None), ("n", "none")]
