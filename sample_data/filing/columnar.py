"""Tables as records and columns: JSON, JSON lines, Parquet, Arrow."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from sample_data.filing.delimited import table
from sample_data.filing.shipment import Shipment

_DECIMALS = ("Quantity", "Net Weight KG", "Gross Weight KG", "Value", "Freight")
_WHOLE = ("Packages", "Item No")
_DATES = ("Date", "Departure Date", "Arrival Date")


def _records(shipments: Sequence[Shipment]) -> list[dict[str, Any]]:
    headers, rows = table(shipments)
    return [{h: _value(h, text) for h, text in zip(headers, row, strict=True) if text} for row in rows]


def _value(header: str, text: str) -> Any:
    return float(text) if header in _DECIMALS else int(text) if header in _WHOLE else text


def write_json(shipments: Sequence[Shipment]) -> bytes:
    """A list of objects; what is not known is left out."""
    return json.dumps(_records(shipments), ensure_ascii=False, indent=1).encode()


def write_jsonl(shipments: Sequence[Shipment]) -> bytes:
    """An object a line."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in _records(shipments)).encode()


def _columns(shipments: Sequence[Shipment]) -> pa.Table:
    headers, rows = table(shipments)
    return pa.table({h: _column(h, column) for h, column in zip(headers, zip(*rows, strict=True), strict=True)})


def _column(header: str, texts: Sequence[str]) -> pa.Array:
    if header in _DECIMALS:
        return pa.array([Decimal(t) if t else None for t in texts], pa.decimal128(18, 3))
    if header in _WHOLE:
        return pa.array([int(t) if t else None for t in texts], pa.int64())
    if header in _DATES:
        return pa.array([dt.date.fromisoformat(t) if t else None for t in texts], pa.date32())
    return pa.array([t or None for t in texts], pa.string())


def write_parquet(shipments: Sequence[Shipment]) -> bytes:
    """Columns of their types."""
    sink = io.BytesIO()
    parquet.write_table(_columns(shipments), sink, compression="zstd")
    return sink.getvalue()


def write_arrow(shipments: Sequence[Shipment]) -> bytes:
    """The same as a file of Arrow (Feather, version 2)."""
    sink = io.BytesIO()
    feather.write_feather(_columns(shipments), sink, compression="uncompressed")
    return sink.getvalue()
