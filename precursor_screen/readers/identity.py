"""Who a line is: hashes of what it states, never of where it stands.

`line_id` is a hash of the line's mapped, normalised values in the order of `schema.FILED`, nulls and absent columns alike, and of
its ordinal among equal lines of one input; so the same shipments filed as CSV and as XLSX get the same ids. What a message does to
others is part of it: a cancellation in the words of the original is no repetition of it.
`movement_key` is a hash of what identifies the cargo: the declaration, or issuer and bill; item number; container. Without an
item number the line's own id stands in for it: which item of another message it is, is decided later, bill by bill (`messages`).
Without any reference it is the line_id.
"""

from __future__ import annotations

import hashlib
from binascii import hexlify
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import BESIDE, FILED
from precursor_screen.readers.cells import join_texts

_NEXT, _INNER = "\x1f", "\x1e"  # the separators of ASCII; clean cells hold no control characters
_SIZE = 16  # bytes of SHA-256 kept: 32 hexadecimal characters, no chance of collision in any ledger
_STEP = 1 << 15  # rows; four times as many take 25,000 page faults more for 312,500 lines, and 4 % more CPU time
_DOING = ("replacement", "cancellation")
_NONE = pa.scalar(None, pa.string())
Digests = npt.NDArray[np.uint8]
Part: TypeAlias = pa.ChunkedArray | str  # of what is hashed: a text a row, or one for all


def add_identity(lines: pa.Table, parts: Sequence[slice] = (slice(0, None),)) -> pa.Table:
    """The table with line_id, movement_key and shipment_id.

    Args:
        lines: columns of `schema.LINE_COLUMNS` without those three.
        parts: the rows of each input.
    """
    line_ids = line_ids_of(lines, parts)
    movement_keys = _movement_keys(lines, line_ids)
    shipment_ids = _first_of(lines, "stated_shipment_id", "house_bill_of_lading", "bill_of_lading", "declaration_id")
    shipments = line_ids if shipment_ids is None else pc.coalesce(shipment_ids, line_ids)
    for name, column in (("line_id", line_ids), ("movement_key", movement_keys), ("shipment_id", shipments)):
        lines = lines.append_column(name, column)
    return lines


def line_ids_of(lines: pa.Table, parts: Sequence[slice] = (slice(0, None),)) -> pa.ChunkedArray:
    """The line_id of each row; arguments as above."""
    content = _hash_table(lines, _content_columns)
    return _to_hex(np.concatenate([_with_ordinals(content[part]) for part in parts]))


def _content_columns(lines: pa.Table) -> list[Part]:
    """What is hashed of a line: its values, and between them as many separators as columns were passed."""
    parts: list[Part] = [_stated(lines)]
    for name in (c.name for c in BESIDE if c.name != "other_columns"):
        if name in lines.column_names:
            # Beside the mapped values, so that a line keeps its id where there is none; another remark is another line.
            beside = pc.binary_join_element_wise(pa.scalar("\x1c"), as_canonical_text(lines.column(name)), "")
            parts.append(pc.coalesce(beside, pa.scalar("")))
    if "message_function" in lines.column_names:
        function = lines.column("message_function")
        version = as_canonical_text(lines.column("version")) if "version" in lines.column_names else pa.scalar("")
        does = pc.binary_join_element_wise(pa.scalar("\x1d"), function, pc.coalesce(version, ""), _NEXT)
        # An original keeps the id of its content; a later version that goes back to it word for word is another line.
        parts.append(pc.if_else(pc.fill_null(pc.is_in(function, pa.array(_DOING)), False), does, _later(version, lines.num_rows)))
    elif "version" in lines.column_names:
        parts.append(_later(as_canonical_text(lines.column("version")), lines.num_rows))
    return parts


def _stated(lines: pa.Table) -> pa.ChunkedArray:
    """The values of each line in the order of the schema, each behind a separator; a column that is missing leaves its separator."""
    present = frozenset(lines.column_names)
    values = (as_canonical_text(lines.column(c.name)) if c.name in present else "" for c in FILED)
    return _join(["", *values], lines.num_rows, _NEXT)


def _later(version: pa.ChunkedArray | pa.Scalar, rows: int) -> pa.ChunkedArray | pa.Array:
    """The version where it is none of those that a first message bears, else an empty text."""
    if isinstance(version, pa.Scalar):
        return pa.chunked_array([pa.array([""] * rows, pa.string())])
    first = pc.or_kleene(pc.is_null(version), pc.match_substring_regex(version, r"^[+]?0*[01]?(\.0*)?$"))
    return pc.if_else(pc.fill_null(first, True), "", pc.binary_join_element_wise(pa.scalar("\x1d"), version, ""))


def as_canonical_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """One text for one value: decimals with six places, lists with a separator that no cell holds, dates in ISO form."""
    if pa.types.is_list(column.type):
        return pc.binary_join(column, _INNER)
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string())


def _hash_table(table: pa.Table, parts_of: Callable[[pa.Table], list[Part]]) -> Digests:
    """The digests of a table's rows, some at a time: the joined text of a million lines takes a third of a gigabyte."""
    if not table.num_rows:
        return np.empty((0, _SIZE), np.uint8)
    parts = (table.slice(start, _STEP) for start in range(0, table.num_rows, _STEP))
    return np.concatenate([hash_texts(_join(parts_of(part), part.num_rows)) for part in parts])


def hash_texts(texts: pa.ChunkedArray) -> Digests:
    """SHA-256 of each text in UTF-8, cut to sixteen bytes; shape (texts, 16). None of them is null.

    The library that Python hashes with uses the processor's own instructions: DuckDB takes three times the CPU time.
    """
    digests: list[bytes] = []
    begin_hash = hashlib.sha256().copy  # a tenth quicker than one that is set up anew
    for chunk in (chunk for chunk in texts.chunks if len(chunk)):
        _, offsets, data = chunk.buffers()
        ends = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1].tolist()
        text = data.to_pybytes() if data is not None else b""
        for begin, end in pairwise(ends):
            line = begin_hash()
            line.update(text[begin:end])
            digests.append(line.digest())
    return np.ascontiguousarray(np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 2 * _SIZE)[:, :_SIZE])


def _join(parts: Sequence[Part], rows: int, separator: str = "") -> pa.ChunkedArray:
    """The texts of each row in one, null as empty; what is the same in all rows is put together first."""
    filled = ["" if not isinstance(part, str) and part.null_count == rows else part for part in parts]
    runs = groupby(filled, lambda part: isinstance(part, str))
    fixed = [one for same, run in runs for one in ((separator.join(run),) if same else run)]
    if len(fixed) == 1:
        return pa.chunked_array([pa.repeat(fixed[0], rows)]) if isinstance(fixed[0], str) else fixed[0]
    return pc.binary_join_element_wise(*fixed, separator, null_handling="replace", null_replacement="")


def _with_ordinals(content: Digests) -> Digests:
    """The digests, each repeated one hashed once more with its ordinal (the first keeps its own)."""
    first = np.sort(content.view(np.uint64).reshape(-1, 2)[:, 0])
    if (first[1:] != first[:-1]).all():
        return content  # as nearly always; to tell so takes a fifth of the time of counting
    ordinals = ordinals_of(content)
    repeated = np.flatnonzero(ordinals)
    if not len(repeated):
        return content
    changed = content.copy()
    for row in repeated.tolist():
        text = content[row].tobytes() + b"%d" % ordinals[row]
        changed[row] = np.frombuffer(hashlib.sha256(text).digest()[:_SIZE], np.uint8)
    return changed


def ordinals_of(digests: Digests) -> npt.NDArray[np.int64]:
    """For each row how many equal ones stand before it."""
    rows = len(digests)
    halves = np.ascontiguousarray(digests).view(np.uint64).reshape(rows, 2)
    # One half tells rows apart but for one chance in a hundred million, and sorts four times as fast.
    order = np.argsort(halves[:, 0], kind="stable")
    ordered = halves[order]
    if ((ordered[1:, 0] == ordered[:-1, 0]) & (ordered[1:, 1] != ordered[:-1, 1])).any():
        order = np.lexsort((halves[:, 1], halves[:, 0]))
    ordered = halves[order]
    starts = np.ones(rows, bool)
    starts[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    begin = np.maximum.accumulate(np.where(starts, np.arange(rows), 0))
    ordinals = np.empty(rows, np.int64)
    ordinals[order] = np.arange(rows) - begin
    return ordinals


def _to_hex(digests: Digests) -> pa.ChunkedArray:
    rows = len(digests)
    text = pa.py_buffer(hexlify(digests.data))
    # Offsets are 32-bit: 67 million ids of 32 characters fit into one chunk.
    step = 1 << 25
    chunks = []
    for start in range(0, rows, step):
        count = min(step, rows - start)
        offsets = np.arange(count + 1, dtype=np.int32) * (2 * _SIZE)
        data = text.slice(start * 2 * _SIZE, count * 2 * _SIZE)
        chunks.append(pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data))
    return pa.chunked_array(chunks, pa.string())


def _first_of(lines: pa.Table, *names: str) -> pa.ChunkedArray | None:
    present = [lines.column(n) for n in names if n in lines.column_names]
    return pc.coalesce(*present) if present else None


def _movement_keys(lines: pa.Table, line_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    reference = _reference(lines)
    if reference is None:
        return line_ids
    names = lines.column_names
    item = lines.column("item_number") if "item_number" in names else _nulls(lines.num_rows)
    container = as_canonical_text(lines.column("container_numbers")) if "container_numbers" in names else _nulls(lines.num_rows)
    numbered = pc.is_valid(item)
    # Without a number an item is what its line states: neither its place in a file nor its words tell which of two it is.
    key = pa.table(
        {
            "reference": reference,
            "item": item,
            "container": pc.if_else(numbered, container, _NONE),
            "line": pc.if_else(numbered, _NONE, line_ids),
        }
    )
    digests = _hash_table(key, lambda part: [_join([*part.columns, ""], part.num_rows, _NEXT)])
    keys = _to_hex(digests)
    return pc.if_else(pc.is_valid(reference), keys, line_ids) if reference.null_count else keys


def _nulls(rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, pa.string())])


def _reference(lines: pa.Table) -> pa.ChunkedArray | None:
    """The declaration, else issuer and bill (house before master: a master bill covers many cargoes), else the shipment."""
    declaration = _first_of(lines, "declaration_id")
    bill = _first_of(lines, "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "stated_shipment_id")
    kinds = [_tagged("d", declaration)] if declaration is not None else []
    if bill is not None:
        tagged, issuer = _tagged("b", bill), _first_of(lines, "bill_issuer")
        joined = tagged if issuer is None else join_texts([tagged, issuer], _NEXT)
        kinds.append(pc.if_else(pc.is_valid(tagged), joined, _NONE))
    return pc.coalesce(*kinds) if kinds else None


def _tagged(tag: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    # A declaration and a bill of one number are two references.
    return pc.binary_join_element_wise(pa.scalar(tag), column, _INNER)
