"""Which of two shipments stands above the other: at least 97 of a hundred pairs as an experienced officer would have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.rulebook.registers import schema_of
from precursor_screen.text.party_cells import party_key
from tests.screening import screen_rows

PAIRS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "judgements/ordered_pairs.yml").read_text("utf-8"))
DAY = date(2026, 11, 20)
LISTED = "Quimeralda Reactivos S.A. de C.V."
FIRMS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Larch", "Maple")


def test_there_are_enough_pairs_and_each_says_why() -> None:
    assert len(PAIRS) >= 120
    assert all(p["why"] and p["above"] != p["below"] for p in PAIRS)


def test_what_matters_more_stands_above() -> None:
    scores = dict(scores_of(papers=False)) | dict(scores_of(papers=True))
    wrong = [
        f"{p['why']}: {p['above']} {scores[n, 'above']}, {p['below']} {scores[n, 'below']}"
        for n, p in enumerate(PAIRS)
        if scores[n, "above"] <= scores[n, "below"]
    ]
    assert len(wrong) <= 0.03 * len(PAIRS), "\n".join(wrong)


def scores_of(*, papers: bool) -> Iterator[tuple[tuple[int, str], int]]:
    """The score of each side of the pairs with, or without, papers: with registers a trader who is in none is a sign."""
    reference = load_reference(watchlists=["sample"], jurisdiction="US", as_of=DAY)
    rows, registers = [], {"licences": [], "permits": []}
    for number, pair in enumerate(PAIRS):
        if any("licence" in pair[s] or "permit" in pair[s] for s in ("above", "below")) != papers:
            continue
        for side in ("above", "below"):
            rows.extend(rows_of(number, side, pair[side]))
            for name, found in papers_of(number, side, pair[side]).items():
                registers[name].append(found)
    if papers:
        tables = {name: pa.Table.from_pylist(found, schema=schema_of(name)) for name, found in registers.items()}
        reference = replace(reference, registers=tables)
    for shipment in screen_rows(rows, reference).report.shipments.to_pylist():
        number, side, what = shipment["shipment_id"].split("-")
        if what == "NOW":
            yield (int(number), side), shipment["score"]


def rows_of(number: int, side: str, goods: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The shipment, after those of the same pair before it."""
    firm = f"{FIRMS[number % 12]}{FIRMS[number // 12 % 12].lower()} {'North' if side == 'above' else 'South'}"
    consignee = goods.get("consignee", f"{firm} Coatings Ltd")
    now = {
        "bill of lading": f"{number}-{side}-NOW",
        "shipper": f"{firm} Supplies GmbH",
        "shipper country": "DE",
        "shipper address": f"{number + 11} Harbour Road, Bremen",
        "consignee": LISTED if consignee == "LISTED" else consignee,
        "consignee address": goods.get("address", f"{number + 21} Foundry Lane, Denby, OH 44021"),
        "consignee country": goods.get("to", "US"),
        "country of dispatch": "DE",
        "country of destination": goods.get("to", "US"),
        "description of goods": goods["goods"],
        "hs code": goods["hs"],
        "net weight kg": str(goods["kg"]),
        "un number": goods.get("un", ""),
        "cas number": goods.get("cas", ""),
        "mode of transport": goods.get("mode", "sea"),
        "permit number": f"P-{number}-{side}",
        "date": DAY.isoformat(),
    }
    earlier = [
        {
            **now,
            "bill of lading": f"{number}-{side}-{n}",
            "permit number": f"P-{number}-{side}-{n}",
            "date": (DAY - timedelta(days=30 * n)).isoformat(),
        }
        for n in range(1, goods.get("earlier", 0) + 1)
    ]
    return [*earlier, now]


def papers_of(number: int, side: str, goods: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the registers hold of the receiver: a licence, and a permit for this shipment."""
    row = rows_of(number, side, goods)[-1]
    substances = {"SASSAFRAS OIL": "safrole", "GAMMA-BUTYROLACTONE": "gamma-butyrolactone"}
    substance_id = substances.get(goods["goods"], goods["goods"].lower().replace(" hydrochloride", "").replace(" ", "-"))
    found: dict[str, dict[str, Any]] = {}
    if "licence" in goods:
        holder = party_key(row["consignee"])
        found["licences"] = {
            "reference": f"L-{number}-{side}",
            "holder_key": holder,
            "substance_id": substance_id,
            "status": goods["licence"],
        }
    if "permit" in goods:
        found["permits"] = {"reference": row["permit number"], "substance_id": substance_id, "status": goods["permit"]}
    return found
