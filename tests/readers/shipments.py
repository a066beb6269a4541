"""A few fictional shipments, and writers that file them in every tabular format."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

HEADER = (
    "Bill of Lading No", "Item No", "Shipper", "Shipper Country", "Consignee", "Goods Description", "HS Code", "CAS No", "Quantity", "Unit",
    "Net Weight (KG)", "Gross Weight (KG)", "Packages", "Value USD", "Country of Origin", "Container No", "Arrival Date", "Freight",
)  # fmt: skip
ROWS: tuple[tuple[Any, ...], ...] = (
    ("XYZU100", 1, "Silver Birch Chemicals", "CN", "Harbour Lane Trading", "ACETIC ANHYDRIDE\n80 DRUMS X 25 KG", "2915240000", "108-24-7", 80, "DRUMS", 2000.0, 2160.5, 80, 3400.25, "CN", "TSTU1234567", dt.date(2026, 3, 28), 12.5),
    ("XYZU100", 2, "Silver Birch Chemicals", "CN", "Harbour Lane Trading", "Ceramic tiles, \"grade A\"", "6907210000", None, 500, "MTK", None, 11000.0, 20, 999.99, "CN", "TSTU1234567", dt.date(2026, 3, 28), None),
    ("XYZU101", 1, "Möbel Ahorn GmbH", "NA", "Ürün İthalat Ltd", "Приборы и 化学品", "9027800000", None, 3, "PCS", 1.234567, 2.0, 1, 0.1 + 0.2, "NA", "TSTU7654321", dt.date(2026, 4, 1), None),
    ("XYZU101", 2, "Möbel Ahorn GmbH", "NA", None, "Samples", "0304890000", None, 1, "KGM", 5.0, 6.0, 1, 10.0, "NA", None, dt.date(2026, 4, 1), None),
    ("XYZU101", 3, "Möbel Ahorn GmbH", "NA", None, "Samples", "0304890000", None, 1, "KGM", 5.0, 6.0, 1, 10.0, "NA", None, dt.date(2026, 4, 1), None),
)  # fmt: skip


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return str(value)


def as_csv(
    delimiter: str = ",", encoding: str = "utf-8", rows: Sequence[Sequence[Any]] = ROWS, header: Sequence[str] = HEADER
) -> bytes:
    """Delimited text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows([[_text(v) for v in row] for row in rows])
    return out.getvalue().encode(encoding)


def as_xlsx(
    rows: Sequence[Sequence[Any]] = ROWS, header: Sequence[str] = HEADER, preamble: Sequence[Sequence[Any]] = ()
) -> bytes:
    """A workbook with native numbers and dates."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (*preamble, header, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_table() -> pa.Table:
    """Native Arrow types: dates, decimals, integers, floats."""
    columns: dict[str, Any] = {}
    for i, name in enumerate(HEADER):
        values = [row[i] for row in ROWS]
        if name == "Gross Weight (KG)":
            columns[name] = pa.array([Decimal(str(v)) for v in values], pa.decimal128(12, 3))
        elif name == "Unit":
            columns[name] = pa.array(values).dictionary_encode()
        elif name == "Freight":
            columns[name] = pa.array(values, pa.float64())
        elif name == "Container No":
            columns[name] = pa.array([[v] if v else None for v in values], pa.list_(pa.string()))
        else:
            columns[name] = pa.array(values)
    return pa.table(columns)


def as_parquet() -> bytes:
    """Parquet."""
    out = io.BytesIO()
    parquet.write_table(as_table(), out)
    return out.getvalue()


def as_feather() -> bytes:
    """Feather, version 2."""
    out = io.BytesIO()
    feather.write_feather(as_table(), out, compression="uncompressed")
    return out.getvalue()


def _records() -> list[dict[str, Any]]:
    return [
        {name: v.isoformat() if isinstance(v, dt.date) else v for name, v in zip(HEADER, row, strict=True) if v is not None}
        for row in ROWS
    ]


def as_json(indent: int | None = None) -> bytes:
    """An array of objects."""
    return json.dumps(_records(), ensure_ascii=False, indent=indent).encode()


def as_json_lines() -> bytes:
    """One object a line."""
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in _records()).encode()


def as_zip(name: str = "m.csv") -> bytes:
    """A zip with one CSV."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, as_csv())
    return out.getvalue()


def as_gzip() -> bytes:
    """A gzipped CSV."""
    return gzip.compress(as_csv())
