"""How much of a substance a line holds, at the boundaries of what is stated, pure, doubtful or counted whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.core.schema import DECIMAL
from precursor_screen.kernel.resolve.quantities import quantify
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import threshold_for

KINDS = {"packages": pa.int64(), "as_of_date": pa.date32()}
D = Decimal


def rows(reference: Reference, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {
        "substance_id": "piperidine",
        "description": "piperidine",
        "matched_text": "piperidine",
        "matched_field": "description",
    }
    made = [{**plain, **_threshold(reference), **line} for line in lines]
    names = list(dict.fromkeys(name for line in made for name in line))

    def kind(name: str) -> pa.DataType:
        return DECIMAL if name.endswith(("_kg", "quantity")) else KINDS.get(name, pa.string())

    facts = pa.table([pa.array([line.get(n) for line in made], type=kind(n)) for n in names], names=names)
    return quantify(facts, reference).to_pylist()


def _threshold(reference: Reference) -> dict[str, Any]:
    found = threshold_for(reference.thresholds, reference.jurisdiction, "piperidine", "export", date(2026, 6, 1))
    return {"threshold_counts": found.counts if found else None}


def one(reference: Reference, **line: Any) -> dict[str, Any]:
    (row,) = rows(reference, line)
    return row


@pytest.mark.parametrize(("percent", "kg"), [("89.9", "899"), ("90", "1000"), ("90.1", "1000"), ("50", "500"), ("0.5", "5")])
def test_what_is_ninety_per_cent_or_purer_is_no_mixture(reference, percent, kg):
    found = one(reference, description=f"piperidine {percent} %", net_mass_kg=D(1000))
    assert (found["concentration_pct"], found["goods_mass_kg"]) == (D(percent), D(1000))
    assert found["substance_mass_kg"] == D(kg)


def test_where_no_threshold_is_known_any_share_counts_as_a_share(reference):
    bare = replace(reference, thresholds=())
    found = one(bare, description="piperidine 94 %", net_mass_kg=D(1000))
    assert found["substance_mass_kg"] == D(940)
    assert _threshold(bare)["threshold_counts"] is None
    assert _threshold(reference)["threshold_counts"]


@pytest.mark.parametrize(
    ("cells", "basis", "confidence"),
    [
        ({"net_mass_kg": D(10)}, "net", "high"),
        ({"quantity": D(10), "quantity_unit": "KGM"}, "quantity", "high"),
        ({"packages": 2, "description": "piperidine in 5 kg drums"}, "packages", "medium"),
        ({"gross_mass_kg": D(10)}, "gross", "low"),
        ({}, None, None),
    ],
)
def test_a_mass_says_what_it_rests_on(reference, cells, basis, confidence):
    found = one(reference, **cells)
    assert found["goods_mass_kg"] == found["substance_mass_kg"] == (D(10) if basis else None)
    assert (found["mass_basis"], found["mass_confidence"], found["mass_readings"]) == (basis, confidence, None)
    assert found["largest_mass_kg"] == found["substance_mass_kg"]


@pytest.mark.parametrize(
    ("text", "cells", "confidence"),
    [
        ("piperidine 30 %", {"net_mass_kg": D(10)}, "high"),
        ("approx. 30% piperidine", {"net_mass_kg": D(10)}, "medium"),
        ("approx. 30% piperidine in 10 kg drums", {"packages": 1}, "low"),
        ("approx. 30% piperidine", {"gross_mass_kg": D(10)}, "low"),
        ("piperidine 30 %", {"gross_mass_kg": D(10)}, "low"),
    ],
)
def test_a_rough_share_is_trusted_a_step_less(reference, text, cells, confidence):
    found = one(reference, description=text, **cells)
    assert (found["substance_mass_kg"], found["mass_confidence"]) == (D(3), confidence)


@pytest.mark.parametrize("field", ["net_mass_kg", "gross_mass_kg"])
def test_a_figure_that_may_be_read_in_two_ways_gives_no_mass_but_both_readings(reference, field):
    found = one(reference, **{f"ambiguous_{field}": D(1234)})
    assert (found["substance_mass_kg"], found["goods_mass_kg"]) == (None, None)
    assert (found["largest_mass_kg"], found["mass_readings"]) == (D(1234), ["1.234", "1234"])
    assert (found["mass_basis"], found["mass_confidence"]) == (field.split("_")[0], "low")


def test_a_doubtful_figure_that_the_mass_does_not_rest_on_leaves_it_sure(reference):
    found = one(reference, net_mass_kg=D(500), ambiguous_gross_mass_kg=D(1234))
    assert (found["substance_mass_kg"], found["mass_readings"], found["mass_confidence"]) == (D(500), None, "high")


def test_equal_goods_have_equal_masses_in_the_order_of_the_lines(reference):
    first = {"net_mass_kg": D(1)}
    second = {"net_mass_kg": D(2), "description": "piperidine 50 %"}
    found = rows(reference, first, second, first, second)
    assert [r["substance_mass_kg"] for r in found] == [D(1), D(1), D(1), D(1)]
    assert [r["goods_mass_kg"] for r in found] == [D(1), D(2), D(1), D(2)]


@pytest.mark.parametrize(
    ("counts", "matched", "kg"),
    [
        ("base", "EPHEDRINE HYDROCHLORIDE", "819.241028"),
        ("base", "EPHEDRINE HCl", "819.241028"),
        ("base", "Ephedrine sulphate", "771.150687"),  # two of the base to one of the acid
        ("base", "Ephedrine hydrogen sulphate", "627.538852"),
        ("base", "Ephedrine", "1000.000000"),
        ("base", "Ephedrine hydrochloride sulphate", "1000.000000"),  # whatever that is, it counts whole
        ("substance", "EPHEDRINE HYDROCHLORIDE", "1000"),
        ("goods", "EPHEDRINE HYDROCHLORIDE", "1000"),
        (None, "EPHEDRINE HYDROCHLORIDE", "1000"),
    ],
)
def test_where_the_threshold_counts_the_base_the_acid_of_a_salt_does_not_count(reference, counts, matched, kg):
    goods = {"substance_id": "ephedrine", "description": matched, "matched_text": matched, "net_mass_kg": D(1000)}
    found = one(reference, **goods, threshold_counts=counts)
    assert found["goods_mass_kg"] == D(1000)
    assert found["substance_mass_kg"] == D(kg)
    assert found["largest_mass_kg"] == D(kg)


@pytest.mark.parametrize(
    ("line", "kg"),
    [
        ({}, "1000"),
        ({"form": "substance"}, "1000"),
        ({"form": "preparation"}, None),
        ({"form": "mixture"}, None),
        ({"form": "mixture", "description": "piperidine 12 %"}, "120"),
        ({"threshold_counts": "goods", "description": "piperidine 12 %"}, "120"),
        (
            {"threshold_counts": "base", "description": "piperidine hydrochloride", "matched_text": "piperidine hydrochloride"},
            "1000",
        ),
    ],
)
def test_what_goods_hold_is_the_same_whatever_the_law_counts(reference, line, kg):
    found = one(reference, net_mass_kg=D(1000), **line)
    assert found["content_mass_kg"] == (D(kg) if kg else None)
