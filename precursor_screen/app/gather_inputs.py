"""The inputs of a run as one table: their lines, the texts beside their tables, and what could not be read."""

from __future__ import annotations

import ctypes
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.inputs import FaultKeeper, Source, cut_sources, is_the_same_elsewhere, read_one, read_some
from precursor_screen.core.arrow import TRAVELS_AS_FILE, append_table, is_mapped, map_file, release_pages, take_rows
from precursor_screen.core.errors import (
    ChangedWhileRead,
    InputError,
    MappingError,
    NoManifest,
    UnreadableManifest,
    Where,
    raise_all,
)
from precursor_screen.core.grouped import grouped
from precursor_screen.core.issues import ISSUE_CODES, SET_ASIDE, WORDS_ALONE
from precursor_screen.core.model import Input
from precursor_screen.core.schema import BESIDE_TABLE, ISSUE, TEXTS_BESIDE, with_columns
from precursor_screen.core.words import clip, counted
from precursor_screen.kernel.match import Progress, naming
from precursor_screen.kernel.parallel_map import ParallelMap, serial_map
from precursor_screen.readers.input_tables import find_repeated, no_lines
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.tabular.other_texts import OUT_OF_TABLE, out_of_table_raw
from precursor_screen.reference.bundle import Reference

# What a run has read and may need again, on disk instead of in memory.

_MANY = 1 << 17  # lines
_TAKEN_FROM = 1 << 19  # rows of a table that are looked through at once
WRITTEN_TOGETHER = 32 << 20  # bytes of tables that are written together; what is smaller stays in memory


class Spool:
    """Tables by number. Those that are written come back through the memory map, without a copy."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._waiting: list[int] = []  # tables that are in memory still
        self._bytes = 0

    def add(self, table: pa.Table) -> int:
        """Keeps a table; its number is its place among those added. One that another process wrote is on disk already."""
        number = len(self._tables)
        self._tables.append(table)
        if table.nbytes >= TRAVELS_AS_FILE and is_mapped(table):
            return number
        self._waiting.append(number)
        self._bytes += table.nbytes
        if self._bytes >= WRITTEN_TOGETHER:
            self._write()
        return number

    def table(self, number: int) -> pa.Table:
        """A table as it was added."""
        return self._tables[number]

    def take(self, table: pa.Table, rows: npt.NDArray[np.int64]) -> pa.Table:
        """Some rows, ascending, of a table that may lie in the spool.

        Rows scattered over a large table touch all of its pages, so they are let go of on the way.
        """
        found = [table.schema.empty_table()]
        for begin in range(0, table.num_rows, _TAKEN_FROM):
            chunk = table.slice(begin, _TAKEN_FROM)
            low, high = np.searchsorted(rows, (begin, begin + chunk.num_rows))
            if low < high:
                found.append(take_rows(chunk, rows[low:high] - begin))
                if table.num_rows > _MANY:  # an input of a few lines is not worth it, and there may be thousands
                    release_pages()
        return pa.concat_tables(found)

    def _write(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        try:
            with tempfile.TemporaryFile(prefix="precursor-screen-") as file:
                ends = [append_table(file, self._tables[number]) for number in waiting]
                file.flush()
                whole = map_file(file)
        except OSError:  # the disk is full, or there is none: what is in memory is right all the same
            return
        for number, begin, end in zip(waiting, [0, *ends], ends, strict=False):
            self._tables[number] = pa.ipc.open_stream(whole.slice(begin, end - begin)).read_all()


def give_back() -> None:
    """Gives back what glibc keeps of freed memory: 140 MB after half a million lines are read."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None  # other C libraries have none
    if trim is not None:
        trim(0)


_NO_CELLS = pa.table({})


class Request(Struct, frozen=True):
    """What is to be read and judged; for the attributes see `stream.run`. spool: takes what is large."""

    sources: tuple[Source, ...]
    options: ReadOptions
    reference: Reference
    spool: Spool
    progress: Progress
    keep_fault: FaultKeeper | None = None
    refuse_empty: bool = True
    every_line: bool = False


class GatherResult(Struct, frozen=True):
    """Lines with where each comes from."""

    lines: pa.Table
    inputs: tuple[Input, ...]
    raw: tuple[pa.Table, ...]
    origin: pa.Table  # input_no, row_no: where each line's own cells are
    issues: pa.Table
    texts_beside: pa.Table  # TEXTS_BESIDE


def gather(request: Request, parallel_map: ParallelMap = serial_map) -> GatherResult:
    """Reads the inputs; for errors see `stream.run`. parallel_map: how they are spread; changes nothing in the result."""
    kept: list[_Kept] = []
    errors: list[InputError] = []
    spool = request.spool
    for found in _read_all(request, parallel_map):
        if isinstance(found, InputError):
            errors.append(found)
        else:
            kept += [(replace(one, lines=no_lines(), raw=_NO_CELLS), spool.add(one.lines), spool.add(one.raw)) for one in found]
            del found
    give_back()
    tables = [replace(one, lines=spool.table(lines), raw=spool.table(raw)) for one, lines, raw in kept]
    named = find_naming_texts(tables, request.reference)
    tables, refused = part_refused(tables, named)
    errors += refused
    issues = issues_of(tables, errors, named, refuse_empty=request.refuse_empty)
    lines = pa.concat_tables([t.lines for t in tables] or [no_lines()], promote_options="default")
    origin = pa.table(
        [
            pa.array(np.repeat(np.arange(len(tables), dtype=np.int32), [t.lines.num_rows for t in tables])),
            pa.array(np.concatenate([np.arange(0), *(np.arange(t.lines.num_rows) for t in tables)])),
        ],
        names=["input_no", "row_no"],
    )
    lines = _in_large_chunks(lines, spool)
    first, repeated = find_repeated(lines)
    if repeated.num_rows:
        lines, origin = spool.table(spool.add(take_rows(lines, first.to_numpy()))), origin.take(first)
    issues = pa.concat_tables([issues, repeated])
    inputs, raw = tuple(t.input for t in tables), tuple(t.raw for t in tables)
    gathered = GatherResult(lines, inputs, raw, origin, issues, beside_of(named))
    return _add_texts_as_lines(gathered, named) if named.num_rows else gathered


_Kept = tuple[InputTables, int, int]  # a table without its lines and cells, and their numbers in the spool


def _read_all(request: Request, parallel_map: ParallelMap) -> Iterator[list[InputTables] | InputError]:
    """What each input holds, or why it is set aside, in order; for errors see `read_one`."""
    chunks = cut_sources(request.sources)
    spread = parallel_map if all(map(is_the_same_elsewhere, request.sources)) else serial_map
    results = iter(spread(partial(read_some, request.options), chunks))
    for chunk in chunks:
        request.progress(f"reading {chunk[0].name}")
        found = next(results)
        for source in chunk:
            one = found.pop(0)
            yield _read_again(source, request) if one is None else one
            del one
        release_pages()


def _read_again(source: Source, request: Request) -> list[InputTables] | InputError:
    """What comes of an input with an error that nobody foresaw: here its record can be kept."""
    try:
        return read_one(source, request.options, request.keep_fault)
    except MappingError:
        raise
    except InputError as error:
        return error


_FEW = 1 << 10  # lines of a piece


def _in_large_chunks(lines: pa.Table, spool: Spool) -> pa.Table:
    """Lines of many small files, put together: each step costs as much a piece as it does some hundred lines."""
    if lines.column(0).num_chunks * _FEW <= lines.num_rows:
        return lines
    numbers = [spool.add(lines.slice(begin, _MANY).combine_chunks()) for begin in range(0, lines.num_rows, _MANY)]
    return pa.concat_tables([lines.schema.empty_table(), *map(spool.table, numbers)])


def issues_of(
    tables: Sequence[InputTables], errors: Sequence[InputError], named: pa.Table, *, refuse_empty: bool = True
) -> pa.Table:
    """ISSUE of all inputs, in order: what is said of tables, then which files could not be read.

    Args:
        tables: that were read; only what describes them matters.
        errors: of files that could not be read.
        named: of the texts beside the tables, see `find_naming_texts`.
        refuse_empty: whether it is an error that nothing in any input could be screened.

    Raises:
        InputError: nothing could, and it is.
    """
    if refuse_empty and not named.num_rows and not any(t.input.lines or _is_words_alone(t) for t in tables):
        _raise_unusable(tables, errors)
    refused = [t.refused for t in tables if t.refused is not None]
    of_texts = _issues_of_naming_files(tables, named)
    return pa.concat_tables([ISSUE.empty_table(), *(t.issues for t in tables), *map(_file_issue, [*errors, *refused]), of_texts])


def _is_words_alone(table: InputTables) -> bool:
    return WORDS_ALONE in table.issues.column("code").to_pylist()


def find_naming_texts(tables: Sequence[InputTables], reference: Reference) -> pa.Table:
    """The lines of texts beside the tables that name something."""
    out_of_table_texts = [t.out_of_table_texts for t in tables if t.out_of_table_texts is not None]
    return naming(pa.concat_tables(out_of_table_texts), reference) if out_of_table_texts else no_lines()


def part_refused(tables: Sequence[InputTables], named: pa.Table) -> tuple[list[InputTables], list[InputError]]:
    """The tables, and why the others are refused: a file in which nothing but words can be read is one where these name something."""
    names = frozenset(pc.unique(named.column("input_id")).to_pylist())
    kept = [t for t in tables if t.refused is None or f"{t.input.input_id}{OUT_OF_TABLE}" in names]
    refused = [t.refused for t in tables if t.refused is not None and f"{t.input.input_id}{OUT_OF_TABLE}" not in names]
    return kept, refused


def beside_of(named: pa.Table) -> pa.Table:
    """TEXTS_BESIDE of `find_naming_texts`."""
    return with_columns(named, TEXTS_BESIDE)


def _add_texts_as_lines(gathered: GatherResult, found: pa.Table) -> GatherResult:
    """The lines, and behind them those of texts beside the tables."""
    number, count = len(gathered.raw), found.num_rows
    places = pa.table(
        [pa.array(np.full(count, number, np.int32)), pa.array(np.arange(count, dtype=np.int64))],
        names=gathered.origin.column_names,
    )
    return replace(
        gathered,
        lines=pa.concat_tables([gathered.lines, found], promote_options="default"),
        origin=pa.concat_tables([gathered.origin, places]),
        raw=(*gathered.raw, out_of_table_raw(found)),
    )


def _issues_of_naming_files(tables: Sequence[InputTables], named: pa.Table) -> pa.Table:
    """One issue for each input that was set aside and names something in its words, with the first row that does."""
    aside = {f"{t.input.input_id}{OUT_OF_TABLE}" for t in tables if not t.input.lines and (t.refused or _is_set_aside(t))}
    rows = grouped((row["source_file"], row) for row in named.to_pylist() if row["input_id"] in aside)
    issues = [
        {
            "code": "set-aside-text-names",
            "source_file": name,
            "source_row": mine[0]["source_row"],
            "value": clip(mine[0]["other_texts"][0]),
            "message": f"names a precursor or a listed party in {counted(len(mine), 'text')}",
            "count": len(mine),
        }
        for name, mine in rows.items()
    ]
    return pa.Table.from_pylist(issues, schema=ISSUE)


def _is_set_aside(table: InputTables) -> bool:
    return any(ISSUE_CODES[code].effect == SET_ASIDE for code in table.issues.column("code").to_pylist())


def _raise_unusable(tables: Sequence[InputTables], read_errors: Sequence[InputError]) -> None:
    """No line in any input: say what is wrong with each instead of reporting that nothing was found."""
    errors = list(read_errors)
    for table in tables:
        place, message, remedy = Where(table.input.name), "has no lines", "Ask for the file again."
        worst = next((i for i in table.issues.to_pylist() if ISSUE_CODES[i["code"]].effect == SET_ASIDE), None)
        if worst is not None:
            message, remedy = worst["message"], ISSUE_CODES[worst["code"]].remedy
            if worst["code"] != "no-usable-column":
                place, message = Where(table.input.name, worst["source_row"]), f"has no line that can be read: {message}"
        errors.append(UnreadableManifest(message, where=place, remedy=remedy))
    raise_all(errors)


def _file_issue(error: InputError) -> pa.Table:
    kinds = (
        (NoManifest, "no-manifest"),
        (ChangedWhileRead, "changed-while-read"),
        (UnreadableManifest, "unreadable-file"),
        (InputError, "unknown-format"),
    )
    code = next(code for kind, code in kinds if isinstance(error, kind))
    row = {
        "code": code,
        "source_file": error.where.file,
        "source_row": error.where.row,
        "field": error.where.field or None,
        "message": error.message,
        "count": 1,
    }
    return pa.Table.from_pylist([row], schema=ISSUE)


def cite_cells(gathered: GatherResult, spool: Spool, line_ids: pa.Array, shipments: tuple[str, ...]) -> pa.Table:
    """The source's own cells of some lines, and of all lines of some shipments, in the order of the run.

    Returns:
        line_id, source_file, source_row, shipment_id, cells (JSON).
    """
    mine = pc.is_in(gathered.lines.column("line_id"), line_ids)
    if shipments:
        mine = pc.or_(mine, pc.is_in(gathered.lines.column("shipment_id"), pa.array(shipments)))
    lines = spool.take(gathered.lines.select(CITED), np.flatnonzero(mine.to_numpy()))
    origin = gathered.origin.filter(mine)
    cells: list[str] = [""] * lines.num_rows
    row_of, rows_of_input = origin.column("row_no").to_numpy(), defaultdict[int, list[int]](list)
    for place, number in enumerate(origin.column("input_no").to_pylist()):
        rows_of_input[number].append(place)
    for number, places in rows_of_input.items():
        for place, text in zip(places, show_cells(spool.take(gathered.raw[number], row_of[places])), strict=True):
            cells[place] = text
    return lines.append_column("cells", pa.array(cells, pa.string()))


CITED = ["line_id", "source_file", "source_row", "shipment_id"]


def show_cells(raw: pa.Table) -> list[str]:
    """The cells of rows that hold something, as JSON."""
    rows = ({k: v for k, v in row.items() if v not in (None, "")} for row in raw.to_pylist())
    return [json.dumps(row, ensure_ascii=False) for row in rows]


_SUPPLIED = pa.schema([("input_id", pa.string()), *((n, pa.list_(pa.string())) for n in ("supplied_fields", "coded_fields"))])


def supplied_by(inputs: tuple[Input, ...]) -> pa.Table:
    """Which fields each input supplies, and which by codes; the texts beside its tables supply none."""
    rows = [{"input_id": i.input_id, "supplied_fields": sorted(i.supplied), "coded_fields": sorted(i.coded)} for i in inputs]
    rows += [{"input_id": f"{i.input_id}{OUT_OF_TABLE}", "supplied_fields": [], "coded_fields": []} for i in inputs]
    return pa.Table.from_pylist(rows, schema=_SUPPLIED)


def count_textless(lines: pa.Table) -> int:
    """How many lines have no text of goods; one of a text beside a table is a text."""
    beside = 0
    if "message_type" in lines.column_names:
        beside = pc.sum(pc.equal(lines.column("message_type"), BESIDE_TABLE)).as_py() or 0
    if "description" not in lines.column_names:
        return int(lines.num_rows - beside)
    texts = lines.column("description")
    blank = (pc.sum(pc.equal(pc.utf8_trim_whitespace(chunk), "")).as_py() or 0 for chunk in texts.chunks)
    return int(texts.null_count - beside + sum(blank))
