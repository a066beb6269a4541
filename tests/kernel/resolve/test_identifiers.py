"""Entries whose number stands in a line: in fields of numbers, in texts behind what such numbers are called, in columns of no field."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.resolve.descriptions import find_identified
from precursor_screen.kernel.resolve.parties import contradict

FIRM = WatchlistEntry(
    "demo", "E1", "organisation", (WatchlistName("Zorvan Mirage", "primary"),), identifiers=(("tax", "901774326-5"),)
)
SHIP = WatchlistEntry("demo", "V1", "vessel", (WatchlistName("Zorvan Star", "primary"),), identifiers=(("IMO", "9074729"),))
ENTRIES = {"E1": FIRM, "V1": SHIP}
LIST: Any = SimpleNamespace(list_id="demo", entry=ENTRIES.__getitem__, numbers={"9017743265": ["E1"], "9074729": ["V1"]})
REFERENCE: Any = SimpleNamespace(watchlists=(LIST,), as_of=date(2026, 11, 1))


def found(**line: Any) -> list[tuple[str, str, str]]:
    table = pa.table({name: pa.array([value], BY_NAME[name].arrow) for name, value in line.items()})
    return [(r["party_role"], r["entry_id"], r["own_name"]) for r in find_identified(table, REFERENCE).to_pylist()]


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ({"consignee_identifier": "901774326-5"}, [("consignee", "E1", "901774326-5")]),
        ({"consignee_name": "Zorvan NIT 901774326-5"}, [("consignee", "E1", "901774326-5")]),
        ({"notify_party_address": "Dune Road, NIT 901774326-5"}, [("notify_party", "E1", "901774326-5")]),
        ({"consignee_name": "Zorvan 901774326-5"}, []),
        ({"carrier_name": "Zorvan NIT 901774326-5"}, [("carrier_name", "E1", "901774326-5")]),
        ({"declarant_name": "Zorvan NIT 901774326-5"}, [("declarant_name", "E1", "901774326-5")]),
        ({"description": "wool for NIT 901774326-5"}, [("description", "E1", "901774326-5")]),
        ({"other_parties": ["x", "Zorvan NIT 901774326-5"]}, [("other_parties", "E1", "901774326-5")]),
        ({"other_texts": ["901774326-5"], "other_columns": ["buyer NIT"]}, [("other_texts", "E1", "901774326-5")]),
        ({"other_texts": ["901774326-5"], "other_columns": ["order"]}, []),
        ({"other_texts": ["9074729"], "other_columns": ["vessel_imo"]}, [("other_texts", "V1", "imo: 9074729")]),
        ({"vessel": "IMO 9074729"}, [("vessel", "V1", "IMO 9074729")]),
        ({"vessel": "NIT 901774326-5"}, []),
    ],
)
def test_where_a_number_is_found(line, roles):
    assert sorted(set(found(**line))) == roles


@pytest.mark.parametrize(
    ("stated", "entry", "against"),
    [
        ("IMO 9319466", SHIP, ["identifier"]),
        ("IMO 9074729", SHIP, []),
        ("IMO 9319466; IMO 9074729", SHIP, []),
        ("9319466", SHIP, []),
        ("", SHIP, []),
        (None, SHIP, []),
        ("IMO 9319466", FIRM, []),
    ],
)
def test_another_number_speaks_against_a_ship(stated, entry, against):
    assert contradict(None, stated, entry) == against
