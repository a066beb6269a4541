"""What a task of a run on a cluster does: the functions of the local run, on rows that travel.

All that goes between the steps are `Row`s, tables in them as Arrow's IPC streams, so that to Spark all is bytes. These are compressed:
lines to a third, and a step unpacks only the columns that it needs.
"""

from __future__ import annotations

import gc
import io
import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import groupby
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.gather_inputs import count_textless, show_cells
from precursor_screen.app.inputs import FaultKeeper, read_one
from precursor_screen.core.arrow import pack_table, unpack_table
from precursor_screen.core.cache import program_digest
from precursor_screen.core.errors import ChangedWhileRead, PrecursorScreenError, UsageError, WatchlistError, Where
from precursor_screen.core.no_pandas import leave_out_pandas
from precursor_screen.core.schema import BY_NAME, MENTION_COLUMNS, NAME_COLUMNS
from precursor_screen.kernel.match import TEXT_FIELDS, distinct, find_cut_lengths, match
from precursor_screen.kernel.part import judge_part
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.same_cargo import BILLS, CONTAINERS, CargoNumbers, ids_that_bear
from precursor_screen.matching.substance.identifiers import CODE_FIELDS
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.key_numbers import numbers_of

_CHUNK = 1 << 15  # lines that travel as one row
TABLE_BITS = 32  # a table's key: the number of the source, and behind it that of the table within
_MATCHED = tuple(dict.fromkeys((*TEXT_FIELDS, *CODE_FIELDS, *NAME_COLUMNS.values(), *MENTION_COLUMNS)))
Numbers = npt.NDArray[Any]


class Row(NamedTuple):
    """What travels. key: of a table, or the number of the task that it goes to; first: number of the first row of a piece of a table."""

    kind: str
    key: int
    first: int
    content: bytes


Work = Callable[[Iterator[Row]], Iterable[Row]]
T = TypeVar("T")


def is_of(kinds: Collection[str], row: Row) -> bool:
    """Whether a row is of one of some kinds."""
    return row.kind in kinds


class Shared(Protocol[T]):
    """What each process of the cluster loads once: Spark's broadcast."""

    value: T


class KnownLists(Struct, frozen=True):
    """A reference, with the digests of its watchlists as the driver knows them: what a process opens by path may be another edition."""

    reference: Reference
    digests: tuple[str, ...]

    def opened(self) -> Reference:
        """The reference, where its watchlists are those of the driver.

        Raises:
            WatchlistError: they are others.
        """
        if digests_of(self.reference) != self.digests:
            raise WatchlistError(
                "the watchlists of this machine differ from those of the driver",
                remedy="Give all machines the same folder with --home.",
            )
        return self.reference


def digests_of(reference: Reference) -> tuple[str, ...]:
    """What each watchlist holds."""
    return tuple(watchlist.index.content_sha256 for watchlist in reference.watchlists)


class Unforeseen(PrecursorScreenError):
    """An error of the program in reading a file: the driver reads it again, where the report of a fault can be kept."""


_NONE: Numbers = np.empty(0, np.int64)


class Plan(Struct, frozen=True, dict=True):
    """Which lines a run has. schema: their columns, of all inputs; lengths: by key, how many rows each table has, in order;
    input_ids: by key, of the tables of files; dropped: by key, the rows that were met before."""

    schema: pa.Schema
    lengths: dict[int, int]
    input_ids: dict[int, str]
    dropped: dict[int, Numbers] = {}

    @cached_property
    def starts(self) -> dict[int, int]:
        """By key, the line number of a table's first line."""
        kept = [length - len(self.dropped.get(key, ())) for key, length in self.lengths.items()]
        return dict(zip(self.lengths, np.cumsum([0, *kept]).tolist(), strict=False))

    @property
    def total(self) -> int:
        """How many lines there are."""
        return sum(self.lengths.values()) - sum(map(len, self.dropped.values()))

    def place(self, key: int, rows: Numbers) -> Numbers:
        """The line numbers of rows of a table; one that is left out has that of the next."""
        numbers: Numbers = self.starts[key] + rows - np.searchsorted(self.dropped.get(key, _NONE), rows)
        return numbers

    def rows_of(self, key: int, numbers: Numbers) -> Numbers:
        """The rows of a table of some line numbers; those of other tables are left out."""
        kept = np.delete(np.arange(self.lengths[key]), self.dropped.get(key, _NONE))
        places = numbers - self.starts[key]
        rows: Numbers = kept[places[(places >= 0) & (places < len(kept))]]
        return rows


_pack_table = partial(pack_table, compression="zstd")


class _Packer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """A slice of a table travels without the table."""
        return (unpack_table, (_pack_table(value),)) if isinstance(value, pa.Table) else NotImplemented


def pack(value: Any) -> bytes:
    """A value as bytes: tables as Arrow, all else as a pickle, which only this program's own processes make and read."""
    _Packer(packed := io.BytesIO(), pickle.HIGHEST_PROTOCOL).dump(value)
    return packed.getvalue()


def unpack(row: Row) -> Any:
    """What a row carries, where it was packed."""
    return pickle.loads(row.content)  # noqa: S301 - made by this very run


# What tasks do, in the order in which they do it.


def leave_to_driver(error: BaseException) -> NoReturn:
    """A `FaultKeeper` of tasks."""
    raise Unforeseen(str(error))


def read_files(options: ReadOptions, keep_fault: FaultKeeper | None, rows: Iterable[Row]) -> Iterator[Row]:
    """From rows of sources: what they hold: `input`, `lines` and `cells` of each table, or `error`."""
    for row in rows:
        try:
            for key, one in enumerate(read_one(unpack(row), options, keep_fault), row.key):
                described = replace(one, lines=one.lines.schema.empty_table(), raw=pa.table({}))
                yield Row("input", key, one.lines.num_rows, pack(described))
                yield from chunks_of("lines", key, one.lines)
                yield from chunks_of("cells", key, one.raw)
        except PrecursorScreenError as error:
            yield row._replace(kind="error", content=pack(error))


def chunks_of(kind: str, key: int, table: pa.Table) -> Iterator[Row]:
    """A table as rows that are not too large to travel."""
    for first in range(0, table.num_rows, _CHUNK):
        yield Row(kind, key, first, _pack_table(table.slice(first, _CHUNK)))


def number_lines(shared_plan: Shared[Plan], row: Row, columns: Collection[str] = ()) -> pa.Table:
    """The lines of a piece that are not met before, with LINE_NO; columns: those that are wanted; none: all."""
    plan = shared_plan.value
    table = unpack_table(row.content, columns and {*columns, *_ORIGIN})
    input_id = table.column("input_id")[0].as_py()
    if input_id != plan.input_ids.get(row.key, input_id):
        # What an executor had read was lost with it, and the file that is read again is another one.
        name = table.column("source_file")[0].as_py()
        raise ChangedWhileRead("changed while it was screened", where=Where(name), remedy="Screen it when it is complete.")
    places = np.arange(row.first, row.first + table.num_rows)
    schema = pa.schema([field for field in plan.schema if field.name in table.column_names]) if columns else plan.schema
    lines = pa.concat_tables([schema.empty_table(), table], promote_options="default")
    lines = lines.append_column(LINE_NO, pa.array(plan.place(row.key, places)))
    return lines.filter(pa.array(~np.isin(places, plan.dropped[row.key]))) if row.key in plan.dropped else lines


_ORIGIN = ("input_id", "source_file")


def _spread(task_count: int, texts: pa.ChunkedArray, table: pa.Table) -> Iterator[Row]:
    """The rows of a table, for the tasks that a text of each falls to."""
    falls_to = np.fromiter(map(crc32, texts.cast(pa.binary()).to_pylist()), np.int64, len(texts)) % task_count
    for task in np.unique(falls_to):
        yield Row("", int(task), 0, _pack_table(table.filter(pa.array(falls_to == task))))


def _unpacked(rows: Iterable[Row]) -> Iterator[pa.Table]:
    return (unpack_table(row.content) for row in rows)


def cut_ids(plan: Shared[Plan], task_count: int, rows: Iterator[Row]) -> Iterator[Row]:
    """Eight bytes of the id of each line, with LINE_NO."""
    for row in rows:
        lines = number_lines(plan, row, ["line_id"])
        ids = lines.column("line_id")
        yield from _spread(task_count, ids, pa.table([numbers_of(ids), lines.column(LINE_NO)], names=["number", LINE_NO]))


def find_repeated_ids(rows: Iterator[Row]) -> Iterator[Row]:
    """LINE_NO of those whose bytes occur twice."""
    if whole := list(rows):
        lines = pa.concat_tables(_unpacked(whole))
        _, found, counts = np.unique(lines.column("number").to_numpy(), return_inverse=True, return_counts=True)
        yield Row("numbers", 0, 0, pack(lines.column(LINE_NO).to_numpy()[counts[found] > 1]))


def take_lines(plan: Shared[Plan], numbers: Numbers, rows: Iterator[Row]) -> Iterator[Row]:
    """The lines of such numbers, which ascend."""
    for row in rows:
        begin, end = np.searchsorted(numbers, plan.value.place(row.key, row.first + np.array([0, _CHUNK])))
        if begin < end:
            lines = number_lines(plan, row)
            yield row._replace(content=_pack_table(lines.filter(pc.is_in(lines.column(LINE_NO), pa.array(numbers)))))


def find_lines(plan: Shared[Plan], numbers: CargoNumbers, rows: Iterator[Row]) -> Iterator[Row]:
    """The ids of the lines that bear some numbers."""
    for row in rows:
        found = ids_that_bear(number_lines(plan, row, ("line_id", *BILLS, CONTAINERS)), numbers)
        if len(found):
            yield row._replace(content=pack(found.to_pylist()))


def cut_texts(plan: Shared[Plan], task_count: int, rows: Iterator[Row]) -> Iterator[Row]:
    """The distinct values that are matched, by value, and `cut`: `find_cut_lengths` of each file, which all its lines together tell."""
    for _, chunks in groupby(rows, lambda row: row.key >> TABLE_BITS):
        lines = pa.concat_tables([number_lines(plan, row, _MATCHED) for row in chunks])
        yield Row("cut", 0, 0, pack(find_cut_lengths(lines)))
        found = {field: distinct(lines, [field]) for field in _MATCHED}
        values = pa.chunked_array([pa.array(some, pa.string()) for some in found.values()])
        fields = pa.chunked_array([pa.repeat(field, len(some)) for field, some in found.items()], pa.string())
        yield from _spread(task_count, values, pa.table([fields, values], names=["field", "value"]))


def match_values(reference: Shared[KnownLists], rows: Iterator[Row]) -> Iterator[Row]:
    """`matches` of values, each in all its fields; `cut` goes on."""
    whole = list(rows)
    yield from (row for row in whole if row.kind)
    if texts := [row for row in whole if not row.kind]:
        pairs = (
            pa.concat_tables(_unpacked(texts))
            .group_by(["field", "value"])
            .aggregate([])
            .sort_by([("field", "ascending"), ("value", "ascending")])
        )
        columns = {}
        for field in pc.unique(pairs.column("field")).to_pylist():
            values = pairs.filter(pc.equal(pairs.column("field"), field)).column("value").combine_chunks()
            others, kind = pairs.num_rows - len(values), BY_NAME[field].arrow
            if pa.types.is_list(kind):
                values = pa.ListArray.from_arrays(np.arange(len(values) + 1, dtype=np.int32), values)
            columns[field] = pa.chunked_array([values.cast(kind), pa.nulls(others, kind)])
        yield Row("matches", 0, 0, pack(match(pa.table(columns), reference.value.opened())))


def cut_lines(plan: Shared[Plan], task_count: int, rows: Iterator[Row]) -> Iterator[Row]:
    """The lines, by shipment."""
    for row in rows:
        lines = number_lines(plan, row)
        yield from _spread(task_count, lines.column("shipment_id"), lines)


def judge_lines(
    given: Shared[dict[str, Any]], reference: Shared[KnownLists], every_line: bool, rows: Iterator[Row]
) -> Iterator[Row]:
    """`part`: what lines of whole shipments come to, and how many of them have no text of goods."""
    if whole := list(rows):
        # Each piece is of other rows of a table, in order, so that the first numbers tell the order of all.
        lines = pa.concat_tables(sorted(_unpacked(whole), key=lambda piece: piece.column(LINE_NO)[0].as_py()))
        del whole
        part = judge_part(lines, **given.value, reference=reference.value.opened(), every_line=every_line)
        yield Row("part", 0, 0, pack((part, count_textless(lines))))


def show_rows(wanted: Mapping[int, Numbers], rows: Iterator[Row]) -> Iterator[Row]:
    """From rows of cells: those of some rows of tables, by row."""
    for row in rows:
        numbers = wanted.get(row.key, _NONE)
        numbers = numbers[(numbers >= row.first) & (numbers < row.first + _CHUNK)]
        if len(numbers):
            shown = show_cells(unpack_table(row.content).take(numbers - row.first))
            yield row._replace(content=pack(dict(zip(numbers.tolist(), shown, strict=True))))


def on_rows(work: Work, program: str, rows: Iterator[Row]) -> Iterable[Row]:
    """A step of ours as one of Spark's.

    Args:
        work: the step.
        program: the driver's `program_digest`.
        rows: of the task.

    Raises:
        UsageError: this machine has another version of the program, of Python or of a library.
    """
    if program_digest() != program:
        raise UsageError(
            "this machine has another version of the program than the driver", remedy="Install the same version on all machines."
        )
    leave_out_pandas()
    gc.freeze()  # what was loaded stays: Spark looks for garbage among all of it after each task, which takes 0.1 CPU-s
    return work(rows)
