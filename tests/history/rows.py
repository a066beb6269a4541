"""Short ways to write movements, flags and runs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from precursor_screen.core.history_seam import KNOWN, JudgeResult
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.history import chain
from precursor_screen.history.database import connected
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.history.transaction import Transaction
from precursor_screen.history.values import RunRecord

DAY = date(2026, 3, 1)
CELLS = pa.schema(
    [
        ("line_id", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("shipment_id", pa.string()),
        ("cells", pa.string()),
    ]
)
SCOPES = {"PS-CHEM-001": "line", "PS-CHEM-014": "shipment", "PS-QTY-002": "history"}


def day(number: int) -> date:
    """That many days after the first of March."""
    return DAY + timedelta(days=number)


def movement(key: str, line: str = "", **values: Any) -> dict[str, Any]:
    """A movement; line defaults to key, and a cancellation is a line of its own."""
    own = f"{key}-cancel" if values.get("message_function") == "cancellation" else key
    row = {
        "movement_key": key,
        "line_id": line or own,
        "shipment_id": f"S-{key}",
        "as_of_date": DAY,
        "message_function": "original",
        "consignee_key": "marrow ltd",
        "substance_id": "ephedrine",
        "substance_mass_kg": Decimal("12.500000"),
        "container_numbers": ["TESU1234567"],
    }
    return {**row, **values}


def amended(key: str, line: str, version: int = 2, **values: Any) -> dict[str, Any]:
    """A later version of a movement."""
    return movement(key, line, version=str(version), **values)


def table(*rows: dict[str, Any]) -> pa.Table:
    """MOVEMENT."""
    return pa.Table.from_pylist(list(rows), schema=MOVEMENT)


def run(number: int = 1, **values: Any) -> RunRecord:
    """A run, on the day of its number."""
    started = datetime(2026, 3, 1, 6, tzinfo=UTC) + timedelta(days=number)
    return RunRecord(**{"started": started, "tool_version": "1", "as_of": day(number), **values})


def flag(rule: str, key: str, line: str = "", **values: Any) -> dict[str, Any]:
    """A flag on a movement."""
    row = {
        "flag_id": f"{rule}/{key}",
        "shipment_id": f"S-{key}",
        "line_id": line or key,
        "rule_id": rule,
        "rule_version": "1.0.0",
        "level": "high",
        "confidence": "medium",
        "state": "new",
        "family": "chemical",
        "weight": 35,
        "because": f"because of {key}",
        "source_file": "manifest.csv",
        "source_row": 7,
        "evidence": json.dumps([{"field": "description", "as_written": "GOODS"}]),
        "window_line_ids": [],
    }
    return {**row, **values}


def flags(*rows: dict[str, Any]) -> pa.Table:
    """FLAG."""
    return pa.Table.from_pylist(list(rows), schema=FLAG)


def judged(*lines: tuple[str, str] | str, **values: Any) -> JudgeResult:
    """What a run judged: (movement_key, line_id), or one text for both."""
    pairs = [(one, one) if isinstance(one, str) else one for one in lines]
    rows = [{"line_id": line, "movement_key": key, "shipment_id": f"S-{key}"} for key, line in pairs]
    kinds = pa.schema([(n, pa.string()) for n in ("line_id", "movement_key", "shipment_id")])
    return JudgeResult(**{"lines": pa.Table.from_pylist(rows, schema=kinds), "scopes": SCOPES, **values})


def ended(*keys: str) -> pa.Table:
    """KNOWN: recorded lines that stand no longer, each with one text for movement_key and line_id."""
    return pa.table([list(keys), list(keys)], schema=KNOWN)


def cells(*line_ids: str) -> pa.Table:
    """The source's own cells of some lines."""
    rows = [
        {"line_id": i, "source_file": "manifest.csv", "source_row": 7, "shipment_id": f"S-{i}", "cells": json.dumps({"Goods": i})}
        for i in line_ids
    ]
    return pa.Table.from_pylist(rows, schema=CELLS)


def record(ledger: Ledger, number: int, *rows: dict[str, Any]) -> Any:
    """A run that records movements and nothing else."""
    with ledger.begin(run(number)) as transaction:
        return transaction.record_movements(table(*rows))


def look(
    transaction: Transaction, *rows: dict[str, Any], span: int = 30, keys: Any = (("consignee_key", "substance_id"),)
) -> Any:
    """The history of some movements."""
    return transaction.look_back(table(*rows), span, ["as_of_date", "substance_mass_kg"], keys)


def seal_anew(url: str) -> None:
    """Makes a ledger that was changed past the program look as if it had not been."""
    with open_ledger(url) as ledger, connected(ledger.engine, writes=True) as connection:
        checksums = chain.open_checksums(connection, url)
        for name in ("flags", "movements", "runs"):
            checksums.rehash(name, f"{name} t")
        chain.add_link(connection, chain.RUN, checksums.tables, 1)


def lines_of(found: pa.Table) -> list[str]:
    """The line ids of a table."""
    return list(found.column("line_id").to_pylist())
