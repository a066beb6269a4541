"""How much of a substance a line holds: concentration, and which laws count the goods whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.api import load_reference
from precursor_screen.core.schema import BY_NAME, DECIMAL
from precursor_screen.kernel.resolve.quantities import quantify
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import threshold_for
from tests.conftest import AS_OF

KINDS = {"net_mass_kg": DECIMAL, "gross_mass_kg": DECIMAL, "quantity": DECIMAL, "packages": pa.int64()}


@pytest.fixture(scope="module")
def references() -> dict[str, Reference]:
    return {code: load_reference(watchlists=None, jurisdiction=code, as_of=AS_OF) for code in ("", "US", "EU", "CA", "AU")}


def one(reference: Reference, substance_id: str, description: str, matched: str, **cells: Any) -> dict[str, Any]:
    """The quantities of one candidate, of a line of 1000 kg net unless the cells say otherwise."""
    threshold = threshold_for(reference.thresholds, reference.jurisdiction, substance_id, "export", date(2026, 6, 1))
    row = {
        "substance_id": substance_id,
        "description": description,
        "matched_text": matched,
        "matched_field": "description",
        "threshold_counts": threshold.counts if threshold else None,
        "net_mass_kg": Decimal(1000),
        **cells,
    }
    facts = pa.table(
        [pa.array([value], type=KINDS.get(name, pa.string())) for name, value in row.items()],
        names=list(row),
    )
    (found,) = quantify(facts, reference).to_pylist()
    return found | {"threshold_kg": threshold.kg if threshold else None}


@pytest.mark.parametrize(
    ("substance_id", "text", "name", "percent", "kg", "confidence"),
    [
        ("acetic-anhydride", "ACETIC ANHYDRIDE 94 %", "ACETIC ANHYDRIDE", 94, 940, "high"),
        ("acetic-anhydride", "ACETIC ANHYDRIDE 95 %", "ACETIC ANHYDRIDE", 95, 1000, "high"),  # its purity
        ("acetic-anhydride", "ACETIC ANHYDRIDE MIN. 90 %", "ACETIC ANHYDRIDE", 90, 1000, "high"),
        ("acetic-anhydride", "ACETIC ANHYDRIDE 90 % PURITY", "ACETIC ANHYDRIDE", 90, 1000, "high"),
        ("acetic-anhydride", "98 % ACETIC ANHYDRIDE", "ACETIC ANHYDRIDE", 98, 980, "high"),  # what the goods hold
        ("acetic-anhydride", "ACETIC ANHYDRIDE 98 % SOLUTION", "ACETIC ANHYDRIDE", 98, 980, "high"),
        ("safrole", "SASSAFRAS OIL, SAFROLE 96 %", "SAFROLE", 96, 960, "high"),
        ("ephedrine", "EPHEDRA EXTRACT, EPHEDRINE 96 %", "EPHEDRINE", 96, 960, "high"),
        ("sulphuric-acid", "SULPHURIC ACID MIN 98 %", "SULPHURIC ACID", 98, 980, "high"),  # its strength
        ("hydrochloric-acid", "HYDROCHLORIC ACID, 37% w/w", "HYDROCHLORIC ACID", 37, 370, "high"),
        ("piperidine", "approx. 30% piperidine in toluene", "piperidine", 30, 300, "medium"),
        ("toluene", "approx. 30% piperidine in toluene", "toluene", None, 1000, "high"),
        ("acetone", "ACETONE 30% TOLUENE 70%", "ACETONE", 30, 300, "high"),
        ("toluene", "ACETONE 30% TOLUENE 70%", "TOLUENE", 70, 700, "high"),
        ("piperidine", "piperidine 20 % w/v", "piperidine", 20, 1000, "medium"),
        ("acetone", "ACETONE, MOISTURE 0.5%", "ACETONE", None, 1000, "high"),
        ("acetone", "ACETONE 10% DISCOUNT", "ACETONE", None, 1000, "high"),
        ("acetone", "ACETONE", "ACETONE", None, 1000, "high"),
    ],
)
def test_the_concentration_is_part_of_the_mass(
    references: dict[str, Reference], substance_id: str, text: str, name: str, percent: int | None, kg: int, confidence: str
) -> None:
    found = one(references[""], substance_id, text, name)
    assert (found["concentration_pct"], found["goods_mass_kg"], found["substance_mass_kg"]) == (percent, 1000, kg)
    assert (found["mass_basis"], found["mass_confidence"]) == ("net", confidence)


@pytest.mark.parametrize(
    ("jurisdiction", "substance_id", "text", "kg"),
    [
        ("US", "piperidine", "piperidine 30 %", 300),  # 21 CFR 1310.04(h)(1)
        ("US", "methylamine", "methylamine 40 %", 400),
        ("US", "acetone", "acetone 30 %", 1000),  # (h)(2): the whole mixture
        ("US", "toluene", "toluene 70 %", 1000),
        ("US", "hydriodic-acid", "hydriodic acid 57 %", 1000),  # 1.7 kg or one litre: the solution as traded
        ("US", "acetic-anhydride", "acetic anhydride 98 %", 1000),  # impurities make no mixture
        ("CA", "acetic-anhydride", "acetic anhydride 98 %", 1000),
        ("CA", "piperidine", "piperidine 30 %", 1000),
        ("AU", "hydrochloric-acid", "hydrochloric acid 37 %", 1000),
        ("EU", "benzaldehyde", "benzaldehyde 37 %", 370),  # no threshold to stay under
    ],
)
def test_a_threshold_that_counts_goods_whole_is_compared_with_the_whole(
    references: dict[str, Reference], jurisdiction: str, substance_id: str, text: str, kg: int
) -> None:
    found = one(references[jurisdiction], substance_id, text, text.rpartition(" ")[0].rpartition(" ")[0])
    assert (found["goods_mass_kg"], found["substance_mass_kg"]) == (1000, kg)
    assert (found["threshold_kg"] is None) == (jurisdiction == "EU")


def test_a_name_that_stands_elsewhere_takes_no_percentage_of_the_description(references: dict[str, Reference]) -> None:
    found = one(references[""], "acetone", "ACETONE 30%", "ACETONE", matched_field="marks")
    assert (found["concentration_pct"], found["substance_mass_kg"]) == (None, 1000)
    assert one(references[""], "acetone", "ACETONE 30%", "ACETONE", matched_text=None)["concentration_pct"] is None


def test_without_a_mass_there_is_none_of_the_substance(references: dict[str, Reference]) -> None:
    found = one(references[""], "acetone", "ACETONE 30%", "ACETONE", net_mass_kg=None)
    assert (found["concentration_pct"], found["goods_mass_kg"], found["substance_mass_kg"]) == (30, None, None)
    assert (found["mass_basis"], found["mass_confidence"]) == (None, None)


def test_a_share_of_a_bound_is_a_bound_of_low_confidence(references: dict[str, Reference]) -> None:
    found = one(references[""], "acetone", "ACETONE max 30%", "ACETONE", net_mass_kg=None, gross_mass_kg=Decimal(500))
    assert (found["substance_mass_kg"], found["mass_basis"], found["mass_confidence"]) == (150, "gross", "low")


@pytest.mark.parametrize(
    ("name", "rest", "kg"),
    [
        ("OLEUM", " 20 %", 1045),  # 20 % of sulphur trioxide
        ("SULPHURIC ACID", " FUMING, 65 % SO3", 1146.25),
        ("SULPHURIC ACID", " 98 %", 980),
        ("OLEUM", " 104.5 %", 1000),  # counted whole
        ("OLEUM", "", 1000),
    ],
)
def test_oleum_counts_by_the_acid_that_it_makes(references: dict[str, Reference], name: str, rest: str, kg: float) -> None:
    assert one(references[""], "sulphuric-acid", name + rest, name)["substance_mass_kg"] == kg


@pytest.mark.parametrize(
    ("text", "goods", "substance"),
    [
        ("METHYLAMINE 40% SOLUTION, 1,200 KG CALCULATED AS 100% MMA", 3000, 1200),
        ("METHYLAMINE 40% SOLUTION, 1,200 KG (100 % BASIS)", 3000, 1200),
        ("METHYLAMINE 1,200 KG CALCULATED AS 100%", None, 1200),
        ("METHYLAMINE 40% SOLUTION, 1,200 KG", 1200, 480),
        ("METHYLAMINE 40% SOLUTION, 1,200 KG IN ALL", 1200, 480),
    ],
)
def test_a_mass_calculated_as_pure_is_that_of_the_substance(
    references: dict[str, Reference], text: str, goods: int | None, substance: int
) -> None:
    found = one(references[""], "methylamine", text, "METHYLAMINE", net_mass_kg=None)
    assert (found["goods_mass_kg"], found["substance_mass_kg"]) == (goods, substance)
    assert one(references[""], "methylamine", text, "METHYLAMINE")["goods_mass_kg"] == 1000  # what the line itself states


def test_rules_know_both_masses() -> None:
    assert {"goods_mass_kg", "substance_mass_kg", "concentration_pct"} <= set(BY_NAME)
