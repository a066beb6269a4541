"""CSV and Parquet, one row a flag; and JSON, the full form, written piece by piece, so that a large report does not have to fit into memory twice."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from precursor_screen.core.json_text import dump
from precursor_screen.core.model import Rule
from precursor_screen.core.report import BATCH, SCHEMA_VERSION, Report, records
from precursor_screen.core.schema import DECIMAL
from precursor_screen.reporting.interface import PRIVATE, Document, defuse, whole_file
from precursor_screen.reporting.shipment import Shipment, describe, shipments_in_words
from precursor_screen.reporting.texts_beside import as_data

# JSON: the full form. Written piece by piece, so that a large report does not have to fit into memory twice.

_WORDS = ("question", "sender", "receiver", "route", "goods", "mass_kg", "value", "day", "references", "substances")


def write_json(document: Document, stream: BinaryIO) -> None:
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


class Written(str):
    """One item or several that are JSON already."""


_NEXT = ",\n  "
_WRITTEN_TOGETHER = 1 << 18  # characters


def _items(items: Iterator[Any], stream: BinaryIO) -> None:
    """One item a line, many at a time."""
    separator, waiting, size = "[\n  ", list[str](), 0

    def write() -> None:
        stream.write((separator + _NEXT.join(waiting)).encode())

    for item in items:
        waiting.append(item if isinstance(item, Written) else dump(item))
        size += len(waiting[-1])
        if size >= _WRITTEN_TOGETHER:
            write()
            separator, waiting, size = _NEXT, [], 0
    if waiting:
        write()
        separator = _NEXT
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
        "listed_aside": records(report.listed_aside),
        "texts_beside": as_data(report),
        "flags": report.flag_records(),
        "lines": report.cell_records(),
        "issues": records(report.issues),
        "suppressed": records(report.suppressed),
        "exceptions": {"expired": report.expired_exceptions, "unused": report.unused_exceptions},
    }


def _shipments(report: Report) -> Iterator[Written]:
    """All shipments, those that are listed in words as well."""
    lists = [field.name for field in report.shipments.schema if pa.types.is_list(field.type)]
    listed = report.listed
    described = listed.filter(pc.or_(_has_content(listed, lists), _in(listed, _named(report))))
    words = shipments_in_words(report, described)
    ids, sampled = set(described.column("shipment_id").to_pylist()), frozenset(report.sampled)
    in_words = _in(report.shipments, described.column("shipment_id"))
    has_content, row = pc.or_(_has_content(report.shipments, lists), in_words).to_numpy(), 0
    for batch in report.shipments.to_batches(max_chunksize=BATCH):
        places, row = np.flatnonzero(has_content[row : row + batch.num_rows]), row + batch.num_rows
        alike, begin = _without_content(batch, lists, report.rules), 0
        for place, shipment in zip(places.tolist(), batch.take(pa.array(places)).to_pylist(), strict=True):
            yield from _together(alike[begin:place])
            said = next(words) if shipment["shipment_id"] in ids else None
            yield Written(dump({**shipment, **_in_words(said), "sampled": shipment["shipment_id"] in sampled}))
            begin = place + 1
        yield from _together(alike[begin:])


def _has_content(shipments: pa.Table, lists: Sequence[str]) -> pa.ChunkedArray:
    """Which shipments have something in one of these columns of lists, such as a flag."""
    return reduce(pc.or_, (pc.fill_null(pc.greater(pc.list_value_length(shipments.column(name)), 0), True) for name in lists))


def _in(shipments: pa.Table, ids: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(shipments.column("shipment_id"), pc.unique(ids))


def _named(report: Report) -> pa.ChunkedArray:
    """The shipments of which lines are cited, or that were drawn by chance."""
    return pa.chunked_array(
        [*report.particulars.column("shipment_id").chunks, pa.array(report.sampled, pa.string())], pa.string()
    )


def _in_words(said: Shipment | None) -> dict[str, Any]:
    return {name: getattr(said, name) if said else None for name in _WORDS}


def _together(texts: pa.Array) -> Iterator[Written]:
    if len(texts):
        yield Written(pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), _NEXT)[0].as_py())


def _without_content(shipments: pa.RecordBatch, lists: Sequence[str], rules: Mapping[str, Rule]) -> pa.Array:
    """The JSON of shipments without content; most differ in their id alone. Those without a band, which could not be screened, are in words as well.

    Args:
        shipments: SHIPMENT.
        lists: the columns that hold lists: empty ones.
        rules: of the report.
    """
    number, *others = shipments.schema.names
    codes, values = np.zeros(shipments.num_rows, dtype=np.int64), [n for n in others if n not in lists]
    for name in values:
        encoded = shipments.column(name).dictionary_encode(null_encoding="encode")
        if len(encoded.dictionary) > 1:
            _, codes = np.unique(codes * len(encoded.dictionary) + encoded.indices.to_numpy(), return_inverse=True)
    _, first, of = np.unique(codes, return_index=True, return_inverse=True)
    rows = [row | dict.fromkeys(lists, ()) for row in shipments.take(pa.array(first)).to_pylist()]
    words = (describe(row, (), (), {}, {}, rules) if row["band"] is None else None for row in rows)
    behind = (
        dump({**{n: row[n] for n in others}, **_in_words(said), "sampled": False})[1:]
        for row, said in zip(rows, words, strict=True)
    )
    ids = shipments.column(number)
    if pc.any(pc.match_substring_regex(ids, r"[^ !#-\[\]-~]"), min_count=0).as_py():
        ids = pa.array(map(dump, ids.to_pylist()), pa.string())
    else:
        ids = pc.binary_join_element_wise('"', ids, '"', "")
    return pc.binary_join_element_wise(f"{{{dump(number)}: ", ids, ", ", pa.array(behind, pa.string()).take(pa.array(of)), "")


def write_lines(report: Report, stream: BinaryIO) -> None:
    """One flag a line, for pipes, worst shipment first."""
    for flag in report.flag_records(report.worst_first):
        stream.write(dump(flag).encode() + b"\n")


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


def write(document: Document, stream: BinaryIO) -> None:
    """Writes the rows of a document as CSV (UTF-8 with a mark, so that spreadsheet programs read it)."""
    assert document.rows is not None
    write_rows(*document.rows(), stream)


def cells_of(table: pa.Table) -> tuple[Sequence[str], Iterable[Iterable[Any]]]:
    """Header and rows of a table."""
    return table.column_names, (row.values() for row in records(table))


def flag_rows(report: Report) -> tuple[Sequence[str], Iterable[Iterable[Any]]]:
    """Header and one row a flag, worst shipment first, evidence as JSON in one column."""
    return cells_of(flags_in_words(report))


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


def write_rows(header: Sequence[str], rows: Iterable[Iterable[Any]], stream: BinaryIO, *, quoted: bool = False) -> int:
    """Writes rows as CSV below a header, formulas defused, lists as JSON; how many there were. quoted: every cell."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="backslashreplace", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(header)
    written = 0
    for row in rows:
        writer.writerow([_cell(v) for v in row])
        written += 1
    text.flush()
    text.detach()
    return written


def write_table(table: pa.Table, path: Path, mode: int = PRIVATE) -> None:
    """Writes a table as CSV or Parquet, by suffix, with some permissions; the file is whole or does not change."""
    with whole_file(path, mode) as stream:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, stream)
        else:
            write_rows(*cells_of(table), stream)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, list | dict):
        return defuse(json.dumps(value, ensure_ascii=False, default=str))
    return value


def write_parquet(report: Report, stream: BinaryIO) -> None:
    """Writes one row a flag, worst shipment first, evidence as a map from field to what was written."""
    table = flags_in_words(report)
    maps = [
        [(e["field"], e["as_written"]) for e in json.loads(text) if "candidate" not in e]
        for text in table.column("evidence").to_pylist()
    ]
    position = table.column_names.index("evidence")
    evidence = pa.array(maps, pa.map_(pa.string(), pa.string()))
    pq.write_table(table.set_column(position, "evidence", evidence), stream)
