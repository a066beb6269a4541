"""JSON: the full form. Written piece by piece, so that a large report does not have to fit into memory twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from precursor_screen.core.json_text import dump
from precursor_screen.core.report import BATCH, SCHEMA_VERSION, Report, records
from precursor_screen.reporting.document import Document
from precursor_screen.reporting.shipment import shipments_in_words

_WORDS = ("question", "sender", "receiver", "route", "goods", "mass_kg", "value", "day", "references", "substances")


def write(document: Document, stream: BinaryIO) -> None:
    """Writes the data of a document: a key a line; keys and lists in a fixed order, decimals as strings."""
    assert document.data is not None
    separator = "{\n"
    for key, value in document.data().items():
        stream.write(f"{separator} {dump(key)}: ".encode())
        if isinstance(value, Iterator):
            _items(value, stream)
        else:
            stream.write(dump(value).encode())
        separator = ",\n"
    stream.write(b"\n}\n")


def _items(items: Iterator[Any], stream: BinaryIO) -> None:
    """One item a line, some thousands at a time."""
    separator = "[\n  "
    while batch := list(itertools.islice(items, BATCH)):
        stream.write((separator + ",\n  ".join(map(dump, batch))).encode())
        separator = ",\n  "
    stream.write(b"[]" if separator[0] == "[" else b"]")


def data_of(report: Report) -> Mapping[str, Any]:
    """A screening as the data of a document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run": report.run,
        "exit_code": report.exit_code,
        "notices": report.notices,
        "provenance": report.provenance,
        "coverage": report.coverage,
        "shipments": _shipments(report),
        "flags": report.flag_records(),
        "lines": report.cell_records(),
        "issues": records(report.issues),
        "suppressed": records(report.suppressed),
        "exceptions": {"expired": report.expired_exceptions, "unused": report.unused_exceptions},
    }


def _shipments(report: Report) -> Iterator[dict[str, Any]]:
    """All shipments, those that are listed in words as well."""
    words = shipments_in_words(report, report.listed)
    listed = set(report.listed.column("shipment_id").to_pylist())
    sampled = frozenset(report.sampled)
    for row in records(report.shipments):
        said = next(words) if row["shipment_id"] in listed else None
        told = {name: getattr(said, name) if said else None for name in _WORDS}
        yield {**row, **told, "sampled": row["shipment_id"] in sampled}


def write_lines(report: Report, stream: BinaryIO) -> None:
    """One flag a line, for pipes, worst shipment first."""
    for flag in report.flag_records(report.worst_first):
        stream.write(dump(flag).encode() + b"\n")
