"""CSV, Parquet and XLSX: one row a flag."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from precursor_screen.reports.interface import PRIVATE, defuse, whole_file
from precursor_screen.reports.report import Report, records, show_basis, show_parts
from precursor_screen.reports.shipment import shipments_in_words
from precursor_screen.schema import DECIMAL

_MOST_CHARACTERS = 32_767  # of a cell, in Excel
FLAG_COLUMNS = (
    "flag_id",
    "shipment_id",
    "line_id",
    "rule_id",
    "level",
    "confidence",
    "state",
    "substance_id",
    "party_role",
    "list_id",
    "entry_id",
    "score",
    "because",
    "source_file",
    "source_row",
    "evidence",
)
# What the flag's shipment is, in the words of all reports: behind the flag's own columns, whose places others rely on.
SHIPMENT_COLUMNS = ("sender", "receiver", "route", "goods", "mass_kg", "day", "question")


class CsvPresenter:
    """Flags as CSV (UTF-8 with a mark, so that spreadsheet programs read it), evidence as JSON in one column."""

    suffix = ".csv"

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes one row a flag, worst shipment first."""
        write_csv(flags_in_words(report), stream)


def flags_in_words(report: Report) -> pa.Table:
    """FLAG_COLUMNS and SHIPMENT_COLUMNS, one row a flag, worst shipment first."""
    flags = report.worst_first
    mine = pc.is_in(report.shipments.column("shipment_id"), pc.unique(flags.column("shipment_id")))
    words = {s.shipment_id: s for s in shipments_in_words(report, report.shipments.filter(mine))}
    rows = [words.get(key) for key in flags.column("shipment_id").to_pylist()]
    table = flags.select(list(FLAG_COLUMNS))
    for name in SHIPMENT_COLUMNS:
        values = [getattr(row, name) if row is not None else None for row in rows]
        kind = DECIMAL if name == "mass_kg" else pa.string()
        table = table.append_column(name, pa.array([v if v != "" else None for v in values], kind))
    return table


def write_csv(table: pa.Table, stream: BinaryIO) -> None:
    """Writes a table as CSV, formulas defused."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="backslashreplace", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(table.column_names)
    for row in records(table):
        writer.writerow([_cell(v) for v in row.values()])
    text.flush()
    text.detach()


def write_table(table: pa.Table, path: Path, mode: int = PRIVATE) -> None:
    """Writes a table as CSV or Parquet, by suffix, with some permissions; the file is whole or does not change."""
    with whole_file(path, mode) as stream:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, stream)
        else:
            write_csv(table, stream)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, list | dict):
        return defuse(json.dumps(value, ensure_ascii=False, default=str))
    return value


class ParquetPresenter:
    """Flags as Parquet, evidence as a map from field to what was written."""

    suffix = ".parquet"

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes one row a flag, worst shipment first."""
        table = flags_in_words(report)
        maps = [
            [(e["field"], e["as_written"]) for e in json.loads(text) if "candidate" not in e]
            for text in table.column("evidence").to_pylist()
        ]
        position = table.column_names.index("evidence")
        evidence = pa.array(maps, pa.map_(pa.string(), pa.string()))
        pq.write_table(table.set_column(position, "evidence", evidence), stream)


class XlsxPresenter:
    """A workbook: summary, shipments, flags, issues, and what was not evaluable. Text is never a formula."""

    suffix = ".xlsx"
    most_rows = 1_000_000  # a sheet holds 1,048,576

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the workbook."""
        import xlsxwriter

        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": False,
        }
        content = io.BytesIO()  # a stream that fails must fail here, not when an archive half written is thrown away
        book = xlsxwriter.Workbook(content, options)
        book.set_properties({"created": datetime.fromisoformat(report.run["started"])})  # else equal runs differ by the clock
        bold = book.add_format({"bold": True, "bottom": 1})
        self._sheet(book, "Summary", ["", ""], summary_rows(report), bold, [34, 90])
        columns = ["shipment_id", "band", "score", *SHIPMENT_COLUMNS, "parts", "families", "flags", "lines", "incomplete"]
        rows = [
            [
                s["shipment_id"],
                w.band,
                s["score"],
                *(float(v) if isinstance(v := getattr(w, name), Decimal) else v for name in SHIPMENT_COLUMNS),
                show_parts(s["parts"]),
                ", ".join(s["families"]),
                len(s["flags"]),
                s["lines"],
                s["incomplete"],
            ]
            for s, w in zip(records(report.listed), shipments_in_words(report, report.listed), strict=True)
        ]
        self._sheet(book, "Shipments", columns, rows, bold, [30, 14, 8, 30, 30, 20, 40, 10, 12, 70, 70, 30, 8, 8, 12])
        wanted = [
            "shipment_id",
            "level",
            "rule_id",
            "because",
            "source_file",
            "source_row",
            "substance_id",
            "party_role",
            "list_id",
            "entry_id",
            "score",
            "confidence",
            "state",
            "flag_id",
            "line_id",
        ]
        flags = [[*(f[c] for c in wanted), show_basis(report.rules[f["rule_id"]])] for f in records(report.flags)]
        self._sheet(
            book, "Flags", [*wanted, "legal_basis"], flags, bold, [24, 12, 14, 90, 20, 10, 22, 14, 12, 12, 8, 11, 8, 34, 34, 50]
        )
        self._sheet(
            book,
            "Issues",
            report.issues.column_names,
            [list(r.values()) for r in records(report.issues)],
            bold,
            [20, 24, 10, 18, 40, 50, 34, 8],
        )
        unjudged = [[u["rule_id"], u["field"], u["count"]] for u in report.coverage["not_evaluable"]]
        self._sheet(book, "Not evaluable", ["rule_id", "field", "count"], unjudged, bold, [16, 30, 10])
        book.close()
        stream.write(content.getvalue())

    def _sheet(self, book: Any, name: str, header: list[str], rows: list[list[Any]], bold: Any, widths: list[int]) -> None:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows[: self.most_rows]):
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(number + 1, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number + 1, column, value)
                elif value is not None:
                    sheet.write_string(number + 1, column, _fit(str(value)))
        if len(rows) > self.most_rows:
            sheet.write_string(self.most_rows + 1, 0, f"{len(rows) - self.most_rows} more rows stand in the JSON report")
        if rows and header[0]:
            sheet.autofilter(0, 0, min(len(rows), self.most_rows), len(header) - 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)


def _fit(text: str) -> str:
    """Text as long as a cell may be (32,767 characters); what is cut off is said."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    note = f" ... [{len(text):,} characters; all of them stand in the JSON report]"
    return text[: _MOST_CHARACTERS - len(note)] + note


def summary_rows(report: Report) -> list[list[Any]]:
    """What a report comes to, as label and value; the notices first."""
    coverage = report.coverage
    rows: list[list[Any]] = [["Read first", notice] for notice in report.notices]
    rows += [
        ["Lines read", coverage["lines_read"]],
        ["Screened", coverage["screened"]],
        ["Set aside", sum(s["count"] for s in coverage["set_aside"])],
    ]
    rows += [["Unscreenable lines", coverage["unscreenable_lines"]]]
    rows += [[f"Shipments: {band}", count] for band, count in report.band_counts().items()]
    rows += [[f"Flags: {level}", count] for level, count in report.level_counts().items()]
    rows += [["As of", report.provenance["as_of"]], ["Jurisdiction", report.provenance["jurisdiction"] or "not set"]]
    rows += [
        [f"Input: {i['name']}", f"{i['lines']} lines, {i['format']}, SHA-256 {i['sha256']}"] for i in report.provenance["inputs"]
    ]
    rows += [
        [f"Watchlist: {w['list_id']}", f"{w['entries']} entries of {w['list_date']}, SHA-256 {w['sha256']}"]
        for w in report.provenance["watchlists"]
    ]
    return rows
