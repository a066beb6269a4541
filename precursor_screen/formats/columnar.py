"""Parquet, Arrow and Feather files to cells of text."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from precursor_screen.errors import UnreadableManifest, Where
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet, memory_reader, string_array
from precursor_screen.formats.workbook import text_of

LIST_SEPARATOR = "; "


def read_columnar(blob: Blob) -> Sheet:
    """A Parquet, Arrow or Feather file as a sheet whose names are known.

    Raises:
        UnreadableManifest: damaged, encrypted, or of a kind that Arrow does not read.
    """
    is_parquet = blob.head(4) in (b"PAR1", b"PARE")
    try:
        if is_parquet:
            table = parquet.read_table(_open(blob))
        elif blob.head(6) == b"ARROW1":
            with pa.ipc.open_file(_open(blob)) as reader:
                table = reader.read_all()
        else:
            table = feather.read_table(_open(blob))
        columns = flatten(table)
    except (pa.ArrowException, OSError, ValueError) as error:
        kind = "Parquet" if is_parquet else "Arrow"
        first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableManifest(
            f"is a damaged {kind} file ({first})", where=Where(blob.name), remedy="Transfer it again, whole."
        ) from error
    names = tuple(name for name, _ in columns)
    texts = [column for _, column in columns]
    head = [names]
    for i in range(min(30, table.num_rows)):
        head.append(tuple(column[i].as_py() or "" for column in texts))
    return Sheet(blob.name, "Parquet" if is_parquet else "Arrow", "", tuple(head), True, memory_reader(texts))


def _open(blob: Blob) -> pa.NativeFile:
    return pa.BufferReader(blob.source) if isinstance(blob.source, bytes) else pa.OSFile(str(blob.source))


def flatten(table: pa.Table) -> list[tuple[str, pa.ChunkedArray]]:
    """Columns as text; a struct becomes one column a field, named with dots."""
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
    return columns


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """One column as text: dates and times in ISO form, whole numbers without `.0`, lists joined."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_date32(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        # 1.500000 and 1.5 are one number; only the fraction's zeros may go.
        text = column.cast(pa.string())
        return pc.replace_substring_regex(text, r"^([^.eE]*)\.(\d*?)0+$", r"\1.\2")
    if pa.types.is_floating(kind):
        # NaN is how data frames write "nothing".
        whole = column.cast(pa.float64())
        return pa.chunked_array([_floats(chunk) for chunk in whole.chunks], pa.string())
    if pa.types.is_date64(kind):
        return column.cast(pa.date32()).cast(pa.string())
    if pa.types.is_timestamp(kind):
        return _timestamps(column)
    return pa.chunked_array([_by_value(chunk) for chunk in column.chunks], pa.string())


def _floats(chunk: pa.Array) -> pa.Array:
    return string_array([None if v is None or v != v else text_of(v) for v in chunk.to_pylist()])


def _timestamps(column: pa.ChunkedArray) -> pa.ChunkedArray:
    seconds = column.cast(pa.timestamp("s", column.type.tz), safe=False)
    midnight = pc.all(
        pc.and_(pc.equal(pc.hour(seconds), 0), pc.and_(pc.equal(pc.minute(seconds), 0), pc.equal(pc.second(seconds), 0)))
    ).as_py()
    return pc.strftime(seconds, "%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S" + ("%z" if column.type.tz else ""))


def _by_value(chunk: pa.Array) -> pa.Array:
    return string_array([_value_text(v) for v in chunk.to_pylist()])


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
