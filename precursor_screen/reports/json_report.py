"""JSON: the full form. Written piece by piece, so that a large report does not have to fit into memory twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from precursor_screen.reports.report import SCHEMA_VERSION, Report, records


class JsonPresenter:
    """The report as one JSON document; keys and lists in a fixed order, decimals as strings."""

    suffix = ".json"

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
        _array(stream, "shipments", records(report.shipments))
        _array(stream, "flags", report.flag_records())
        _array(stream, "lines", report.cell_records())
        _array(stream, "issues", records(report.issues))
        stream.write(b' "suppressed": [],\n "exceptions": {"expired": [], "unused": []}\n}\n')


class JsonLinesPresenter:
    """One flag a line, for pipes."""

    suffix = ".jsonl"

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the flags."""
        for flag in report.flag_records():
            stream.write(dump(flag).encode() + b"\n")


def _array(stream: BinaryIO, key: str, items: Iterable[Any]) -> None:
    stream.write(f" {dump(key)}: [".encode())
    separator = "\n  "
    for item in items:
        stream.write((separator + dump(item)).encode())
        separator = ",\n  "
    stream.write(b"],\n")


def dump(value: Any) -> str:
    """Compact JSON in UTF-8; whatever is no JSON type (decimal, date) as text. A lone surrogate is escaped."""
    text = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    return text if text.isprintable() or _encodes(text) else json.dumps(value, default=str, allow_nan=False)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
