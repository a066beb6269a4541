"""What is looked for in addition never lowers the score of a shipment: another tier of substances, a watchlist."""

from __future__ import annotations

import itertools
import random
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen import load_reference, screen
from precursor_screen.core.model import SCREENED_TIERS

DAY = date(2026, 11, 25)
TIERS = tuple(SCREENED_TIERS[: n + 1] for n in range(len(SCREENED_TIERS)))
NAMES = (
    *(
        "acetone",
        "toluene",
        "safrole",
        "ephedrine",
        "phenylacetic acid",
        "potassium permanganate",
        "methylamine",
        "iodine",
        "formamide",
    ),
    *(
        "red phosphorus",
        "gamma-butyrolactone",
        "benzyl cyanide",
        "sodium borohydride",
        "thionyl chloride",
        "benzaldehyde",
        "propionic anhydride",
    ),
)
GOODS = ("COTTON SHIRTS", "SOAP BASE", "CLEANING FLUID", "CHEMICALS", "TOYS", "PRESERVATIVE QX-77", "PAPER", "DYE INTERMEDIATE")


def made(number: int) -> pa.Table:
    """Shipments of one to three lines, each of a substance, of other goods, or of one among the other."""
    chosen = random.Random(number)
    rows: list[dict[str, Any]] = []
    for bill in range(250):
        for _ in range(chosen.choice((1, 2, 3))):
            goods, name = chosen.choice(GOODS), chosen.choice(NAMES)
            rows.append(
                {
                    "bill_of_lading": f"B{bill}",
                    "date": "2026-11-20",
                    "shipper_name": "Amalta Ltd",
                    "consignee_name": chosen.choice(("Borvik GmbH", "Quimeralda Reactivos SA de CV", "Ahmed Ali")),
                    "description": chosen.choice((name.upper(), name.upper(), goods, f"{goods} {name}")),
                    "hs_code": chosen.choice(("", "291411", "340290", "611020", "293999", "382499")),
                    "net_mass_kg": chosen.choice(("1", "20", "400", "9000")),
                    "packages": chosen.choice(("4", "10")),
                    "package_type": "DR",
                    "country_of_dispatch": chosen.choice(("CN", "DE")),
                    "country_of_destination": chosen.choice(("MX", "NL", "US")),
                }
            )
    return pa.Table.from_pylist(rows)


def scores(what: pa.Table, **options: Any) -> dict[str, int]:
    report = screen(what, load_reference(as_of=DAY, **options))
    return {row["shipment_id"]: row["score"] for row in report.shipments.to_pylist()}


def lowered(fewer: dict[str, int], more: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {shipment: (score, more[shipment]) for shipment, score in fewer.items() if more[shipment] < score}


@pytest.mark.parametrize("jurisdiction", ["", "US", "EU"])
def test_a_further_tier_and_a_list_lower_no_score(jurisdiction):
    what = made(5)
    found = [scores(what, jurisdiction=jurisdiction, watchlists=None, tiers=tiers) for tiers in TIERS]
    assert [lowered(fewer, more) for fewer, more in itertools.pairwise(found)] == [{}] * (len(TIERS) - 1)
    assert found[0] != found[-1]
    assert lowered(found[0], scores(what, jurisdiction=jurisdiction, watchlists=["sample"], tiers=TIERS[0])) == {}
