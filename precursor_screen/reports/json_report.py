"""JSON: the full form. Written piece by piece, so that a large report does not have to fit into memory twice."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from precursor_screen.reports.report import BATCH, SCHEMA_VERSION, Report, records
from precursor_screen.reports.shipment import shipments_in_words


class JsonPresenter:
    """The report as one JSON document; keys and lists in a fixed order, decimals as strings."""

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the document."""
        head = {
            "schema_version": SCHEMA_VERSION,
            "run": report.run,
            "exit_code": report.exit_code,
            "notices": list(report.notices),
            "provenance": report.provenance,
            "coverage": report.coverage,
        }
        stream.write(b"{\n")
        for key, value in head.items():
            stream.write(f" {dump(key)}: {dump(value)},\n".encode())
        _array(stream, "shipments", _shipments(report))
        _array(stream, "flags", report.flag_records())
        _array(stream, "lines", report.cell_records())
        _array(stream, "issues", records(report.issues))
        _array(stream, "suppressed", records(report.suppressed))
        exceptions = {"expired": list(report.expired_exceptions), "unused": list(report.unused_exceptions)}
        stream.write(f' "exceptions": {dump(exceptions)}\n}}\n'.encode())


def _shipments(report: Report) -> Iterator[dict[str, Any]]:
    """All shipments, those that are listed in words as well."""
    words = shipments_in_words(report, report.listed)
    listed = set(report.listed.column("shipment_id").to_pylist())
    sampled = frozenset(report.sampled)
    for row in records(report.shipments):
        said = next(words) if row["shipment_id"] in listed else None
        told = {name: getattr(said, name) if said else None for name in _WORDS}
        yield {**row, **told, "sampled": row["shipment_id"] in sampled}


_WORDS = ("question", "sender", "receiver", "route", "goods", "mass_kg", "value", "day", "references", "substances")


class JsonLinesPresenter:
    """One flag a line, for pipes."""

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the flags, worst shipment first."""
        for flag in report.flag_records(report.worst_first):
            stream.write(dump(flag).encode() + b"\n")


def _array(stream: BinaryIO, key: str, items: Iterator[Any]) -> None:
    """One item a line, some thousands at a time."""
    stream.write(f" {dump(key)}: [".encode())
    separator = "\n  "
    while batch := list(itertools.islice(items, BATCH)):
        stream.write((separator + ",\n  ".join(map(dump, batch))).encode())
        separator = ",\n  "
    stream.write(b"],\n")


_ENCODE = json.JSONEncoder(ensure_ascii=False, default=str, allow_nan=False).encode
_ENCODE_ASCII = json.JSONEncoder(default=str, allow_nan=False).encode


def dump(value: Any) -> str:
    """Compact JSON; whatever is no JSON type (decimal, date) as text. A lone surrogate, which UTF-8 cannot carry, is escaped."""
    text = _ENCODE(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ENCODE_ASCII(value)
    return text
