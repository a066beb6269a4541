"""A report many times over, each copy with ids of its own: as large as one likes, without screening for minutes."""

from __future__ import annotations

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.report import Report

_IDS = ("shipment_id", "line_id", "flag_id")
_LISTS = ("flags", "window_line_ids")


def tiled(report: Report, times: int) -> Report:
    """The report `times` times over."""
    tables = ("shipments", "flags", "cells", "particulars", "goods")
    return replace(report, **{name: pa.concat_tables(_copy(getattr(report, name), n) for n in range(times)) for name in tables})


def _copy(table: pa.Table, number: int) -> pa.Table:
    if not number:
        return table
    suffix = f"{number:04x}"
    for name in {*_IDS, *_LISTS} & set(table.column_names):
        place, kind = table.column_names.index(name), table.schema.field(name).type
        values = table.column(name).to_pylist()
        changed = [
            None if v is None else [_other(i, suffix) for i in v] if isinstance(v, list) else _other(v, suffix) for v in values
        ]
        table = table.set_column(place, name, pa.array(changed, kind))
    return table


def _other(name: str, suffix: str) -> str:
    return f"{name[:-4]}{suffix}" if len(name) == 32 else f"{name}-{suffix}"
