"""Parquet, Arrow and Feather files to cells of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from msgspec.structs import replace

from precursor_screen.formats.blob import COLUMNS, Blob, unreadable
from precursor_screen.formats.encoding import is_utf8
from precursor_screen.formats.records import sheet_of_records
from precursor_screen.formats.sheet import Broken, OutOfTableText, Sheet, head_of, memory_reader, string_array, text_of

LIST_SEPARATOR = "; "
_ROWS = 10_000  # that are turned into objects at a time
_OF_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
# What Arrow writes as text as we do.
_CAST = (
    *(pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null),
    *(pa.types.is_boolean, pa.types.is_integer, pa.types.is_date32),
)
_TECHNICAL = (b"ARROW:schema", b"ARROW:extension:name", b"PARQUET:field_id")


def read_columnar(blob: Blob) -> Sheet:
    """A Parquet, Arrow or Feather file as a sheet whose names are known.

    Raises:
        UnreadableManifest: damaged, encrypted, wider than the limit, or of a kind that Arrow does not read.
    """
    kind = "Parquet" if blob.head(4) in (b"PAR1", b"PARE") else "Arrow"
    if blob.head(4) == b"FEA1":
        # Version 1 states nothing that its columns can be checked by: one in four damaged files ended the process that read it.
        raise unreadable(blob.name, "is Feather of version 1, which cannot be checked", "Save it as Feather 2 or Parquet.")
    undecodable = Counter[str]()
    try:
        table = _read_table(blob, kind)
        # Arrow believes the offsets and indices of a file: what it made of damaged ones ends the process at the first touch.
        table.validate(full=True)
        if table.num_columns > COLUMNS:
            raise ValueError(f"{table.num_columns:,} columns where {COLUMNS:,} are read")
        if any(map(_holds_records, table.schema.types)):
            sheet = sheet_of_records(blob.name, enumerate(_records(table), start=1), [], kind)
            return replace(sheet, out_of_table_texts=_texts_outside(table))
        columns = flatten(table, undecodable)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise unreadable(blob.name, f"is a damaged {kind} file ({first})", "Transfer it again, whole.") from error
    names, texts = tuple(name for name, _ in columns), [column for _, column in columns]
    notes = tuple(
        Broken(1, name, count, f"{count} cells of the column {name} are bytes that are not text", "undecodable-text")
        for name, count in undecodable.items()
    )
    return Sheet(blob.name, kind, "", head_of(names, texts, 30), True, memory_reader(texts), notes, _texts_outside(table))


def _holds_records(kind: pa.DataType) -> bool:
    """Whether a type holds a list of objects, such as the items of a bill."""
    if pa.types.is_struct(kind):
        return any(_holds_records(kind.field(i).type) for i in range(kind.num_fields))
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return is_list and (pa.types.is_struct(kind.value_type) or _holds_records(kind.value_type))


def _records(table: pa.Table) -> Iterator[Any]:
    """The rows as JSON would have them."""
    for batch in table.to_batches(max_chunksize=_ROWS):
        yield from map(_as_json, batch.to_pylist())


def _as_json(value: Any) -> Any:
    """A value, what is not an object or a list as text."""
    if isinstance(value, dict):
        return {str(key): _as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return None if value != value else _value_text(value)  # NaN is how data frames write "nothing"


def _texts_outside(table: pa.Table) -> tuple[OutOfTableText, ...]:
    """What the file says beside its cells: of itself, of its columns, and in lists of values of which no cell holds some."""
    found = [("metadata of the file", table.schema.metadata or {})]
    found += [(f"metadata of the column {field.name}", field.metadata or {}) for field in table.schema]
    out_of_table_texts = [
        OutOfTableText(None, f"{place}, {key.decode('utf-8', 'replace')}", value.decode("utf-8", "replace"))
        for place, stated in found
        for key, value in stated.items()
        if key not in _TECHNICAL and value
    ]
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type) and column.type.value_type in (pa.string(), pa.large_string()):
            listed = {text for chunk in column.chunks for text in chunk.dictionary.to_pylist() if text}
            used = set(pc.unique(column.cast(column.type.value_type)).to_pylist())
            place = f"value of the column {name} that no cell holds"
            out_of_table_texts += [OutOfTableText(None, place, text) for text in sorted(listed - used)]
    return tuple(out_of_table_texts)


def _read_table(blob: Blob, kind: str) -> pa.Table:
    if kind == "Parquet":
        with parquet.ParquetFile(_open(blob), page_checksum_verification=True) as file:
            table = file.read()
            stated = file.metadata.num_rows
        if table.num_rows != stated:
            raise ValueError(f"{table.num_rows} rows where it states {stated}")
        return table
    with pa.ipc.open_file(_open(blob)) as reader:
        table = reader.read_all()
    streamed = _streamed_rows(blob)
    if streamed > table.num_rows:
        raise ValueError(f"{streamed} rows are in it where its footer lists {table.num_rows}")
    return table


def _streamed_rows(blob: Blob) -> int:
    """Rows of the batches as they follow each other, whatever the footer lists; a file is a stream between two marks."""
    count = 0
    with _open(blob) as source:
        source.seek(8)
        try:
            with pa.ipc.open_stream(source) as reader:
                for batch in reader:
                    count += batch.num_rows
        except (pa.ArrowException, OSError, ValueError):
            return count
    return count


def _open(blob: Blob) -> pa.NativeFile:
    return pa.BufferReader(blob.source) if isinstance(blob.source, bytes) else pa.OSFile(str(blob.source))


def flatten(table: pa.Table, undecodable: Counter[str] | None = None) -> list[tuple[str, pa.ChunkedArray]]:
    """Columns as text; a struct becomes one column a field, named with dots.

    Args:
        table: of any types.
        undecodable: how many cells of a column were bytes that are not text; added to.
    """
    columns: list[tuple[str, pa.ChunkedArray]] = []
    pending = list(zip(table.column_names, table.columns, strict=True))
    while pending:
        name, column = pending.pop(0)
        if pa.types.is_struct(column.type):
            parts = pa.table([column], names=["s"]).flatten()
            fields = [column.type.field(i).name for i in range(column.type.num_fields)]
            pending[:0] = [(f"{name}.{field}", part) for field, part in zip(fields, parts.columns, strict=True)]
        else:
            columns.append((name, as_text(column)))
            if undecodable is not None and (count := _count_undecodable(column)):
                undecodable[name] += count
    return columns


def _count_undecodable(column: pa.ChunkedArray) -> int:
    if not any(is_one(column.type) for is_one in _OF_BYTES):
        return 0
    return sum(value is not None and not is_utf8(value) for chunk in column.chunks for value in chunk.to_pylist())


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """One column as text: dates and times in ISO form, whole numbers without `.0`, lists joined."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if isinstance(kind, pa.BaseExtensionType):
        return as_text(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if any(is_one(kind) for is_one in _CAST):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        # 1.500000 and 1.5 are one number; only the fraction's zeros may go.
        return pc.replace_substring_regex(column.cast(pa.string()), r"^([^.eE]*)\.(\d*?)0+$", r"\1.\2")
    if pa.types.is_floating(kind):
        # NaN is how data frames write "nothing".
        whole = column.cast(pa.float64())
        return pa.chunked_array(
            [string_array([None if v is None or v != v else text_of(v) for v in chunk.to_pylist()]) for chunk in whole.chunks],
            pa.string(),
        )
    if pa.types.is_date64(kind):
        return column.cast(pa.date32()).cast(pa.string())
    if pa.types.is_timestamp(kind):
        return _timestamps(column)
    return pa.chunked_array([string_array([_value_text(v) for v in chunk.to_pylist()]) for chunk in column.chunks], pa.string())


def _timestamps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    seconds = column.cast(pa.timestamp("s", column.type.tz), safe=False)
    midnight = all(pc.all(pc.equal(part(seconds), 0)).as_py() for part in (pc.hour, pc.minute, pc.second))
    return pc.strftime(seconds, "%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S" + ("%z" if column.type.tz else ""))


def _value_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return LIST_SEPARATOR.join(t for t in (_value_text(v) for v in value) if t)
    if isinstance(value, dict):
        return LIST_SEPARATOR.join(f"{k}={t}" for k, t in ((k, _value_text(v)) for k, v in value.items()) if t)
    return text_of(value)
