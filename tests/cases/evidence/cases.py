"""A small fictional case: a shipment with two flags, a window, a verdict, an entry of a list; and texts that would do harm if they could."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from precursor_screen.history.store import Ledger
from precursor_screen.history.values import Verdict
from tests.history.rows import CELLS, day, flag, flags, judged, movement, run, table

GOODS, PARTY = "PS-QTY-004", "PS-PTY-001"
EVIL = '<script>alert(1)</script>=HYPERLINK("http://x")'
FORMULA = '=cmd|"/C calc"!A0'
SECRET = bytes(range(32))
LINES = {
    "L1": {
        "Bill of Lading": "BL-7",
        "Shipper": "Norvik Chem GmbH",
        "Consignee": "Orveto SA",
        "Notify Party": "Belmar Forwarding Ltd",
        "Description of Goods": f"ACETIC ANHYDRIDE {EVIL}",
        "Net Weight KG": "250",
        "Value": "98765",
        "Currency": "USD",
        "Date": "2026-03-01",
        "Remarks": FORMULA,
    },
    "L2": {
        "Bill of Lading": "BL-6",
        "Shipper": "Second Shipper SpA",
        "Consignee": "Orveto SA",
        "Value": "4321",
        "Date": "2026-02-20",
    },
}


def item(field: str, text: str, subject: str = "line", **more: Any) -> dict[str, Any]:
    return {"subject": subject, "field": field, "as_written": text, **more}


EVIDENCE = {
    GOODS: [
        item("as_of_date", "2026-03-01"),
        item("substance_mass_kg", "250", "substance"),
        item("mass_basis", "net", "substance"),
        item("receiver_name", "Orveto SA"),
        item("receiver_role", "consignee"),
        item("notify_party_name", "Belmar Forwarding Ltd"),
        item("value", "98765"),
    ],
    PARTY: [
        item("party_role", "consignee", "party"),
        item("party_name", "Orveto SA", "party"),
        item("list_id", "sample", "party"),
        item("entry_id", "S001", "party"),
        item("matched_entry_name", "Orveto S.A.", "party"),
        item("list_date", "2026-01-15", "party"),
    ],
}


def record_case(ledger: Ledger, *, keep_cells: bool = True) -> None:
    """Two flags on line L1 of shipment S-L1, of which one looks at L2 as well; the first bears a verdict."""
    rows = [
        {"line_id": i, "source_file": "manifest.csv", "source_row": n, "shipment_id": "S-L1", "cells": json.dumps(c)}
        for n, (i, c) in enumerate(LINES.items(), 2)
    ]
    found = flags(
        flag(GOODS, "L1", flag_id="aaaa0001", shipment_id="S-L1", family="quantity", substance_id="acetic-anhydride",
             because="250 kg reach Orveto SA; asked of Belmar Forwarding Ltd", evidence=json.dumps(EVIDENCE[GOODS]), window_line_ids=["L2"]),
        flag(PARTY, "L1", flag_id="bbbb0002", shipment_id="S-L1", family="party", party_role="consignee", list_id="sample", entry_id="S001",
             score=99.5, because="consignee Orveto SA matches", evidence=json.dumps(EVIDENCE[PARTY])),
    )  # fmt: skip
    seen = judged("L1", "L2")
    inputs = (
        {"name": "manifest.csv", "sha256": "0" * 64, "bytes": 10, "lines": 2},
        {"name": "other.csv", "sha256": "1" * 64, "bytes": 9, "lines": 1},
    )
    options = {"tiers": ["convention", "national"], "watchlists": ["sample"]}
    with ledger.begin(run(1, inputs=inputs, options=options, jurisdiction="US", rules_sha256="ab" * 32)) as transaction:
        moved = [movement(i, shipment_id="S-L1", source_file="manifest.csv", consignee_name="Orveto SA", description="ACETIC ANHYDRIDE",
                          substance_id="acetic-anhydride", as_of_date=day(0)) for i in LINES]  # fmt: skip
        transaction.record_movements(table(*moved))
        cells = pa.Table.from_pylist(rows if keep_cells else [], schema=CELLS)
        transaction.record_flags(transaction.compare_flags(found, seen), cells, seen)
        transaction.keep()
        transaction.delivered()
    ledger.add_verdicts([verdict("aaaa0001")])


def verdict(flag_id: str) -> Verdict:
    return Verdict(flag_id, "L1", "referred", "referred", "spoke to M. Witness", "N. Officer", "2026-03-03T08:00:00+00:00")
