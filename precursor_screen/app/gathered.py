"""The inputs of a run as one table: their lines, the texts beside their tables, and what could not be read."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.inputs import Source, is_pipe
from precursor_screen.app.spool import Spool
from precursor_screen.core.errors import (
    ChangedWhileRead,
    ErrorGroup,
    InputError,
    MappingError,
    NoManifest,
    PrecursorScreenError,
    UnreadableManifest,
    Where,
)
from precursor_screen.core.issues import ISSUE_CODES, SET_ASIDE
from precursor_screen.core.model import Input
from precursor_screen.core.schema import ISSUE
from precursor_screen.core.words import clip, counted
from precursor_screen.formats.blob import Blob
from precursor_screen.kernel.match.match import Progress, naming
from precursor_screen.readers.finish import find_repeated, input_id, issue_table, no_lines
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.beside import BESIDE, raw_aside
from precursor_screen.reference.bundle import Reference

# One input among several: whatever goes wrong with it sets that input aside, and the others are screened.

FaultKeeper = Callable[[BaseException], str]

READINGS = 3
_NO_CELLS = pa.table({})
PAUSE = 0.3  # seconds before a file that was changing is read again
_RECENT_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT): two changes within it look like one


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


def read_one(source: Source, options: ReadOptions, keep_fault: FaultKeeper | None = None) -> list[InputTables]:
    """Every table of one input.

    Args:
        source: what to read.
        options: how.
        keep_fault: called with an error that nobody foresaw, returns the sentence for the report; default: the error is raised.

    Raises:
        InputError: it cannot be read, or was changing all the time; it is to be set aside.
        PrecursorScreenError: of another kind: the column map or the encoding asked for is wrong, for every input.
    """
    if source.note:
        return [_noted(source)]
    try:
        return _read_unchanged(source, replace(options, pasted=source.pasted))
    except PrecursorScreenError:
        raise
    except OSError as error:
        raise UnreadableManifest(
            f"cannot be read ({error.strerror or error})",
            where=Where(source.name),
            remedy="Check the disk, and the permissions of the file.",
        ) from error
    except MemoryError as error:
        raise UnreadableManifest(
            "does not fit into the memory of this machine", where=Where(source.name), remedy="Split the file, or screen it alone."
        ) from error
    except BaseException as error:
        # Whatever a library makes of a damaged file, a panic of one in Rust (no Exception) too, must not take the others with it.
        if keep_fault is None or isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise UnreadableManifest(
            keep_fault(error),
            where=Where(source.name),
            remedy="Convert it to CSV or XLSX and screen that; and report the fault with that record.",
        ) from error


def _read_unchanged(source: Source, options: ReadOptions) -> list[InputTables]:
    """Reads a file until it is the same before and after; only then its digest, its rows and its sheets are of one file."""
    if source.path is None or source.problem or is_pipe(source.path):
        return read(source.readable(), source.name, options)
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE)
        recent = _is_recent(source.path)
        before = _state(source.path, recent)
        try:
            tables = read(source.readable(), source.name, options)
        except InputError:
            if _state(source.path, recent) == before:
                raise
            continue
        if _state(source.path, recent) == before:
            return tables
    raise ChangedWhileRead(
        f"changed each of the {READINGS} times that it was read",
        where=Where(source.name),
        remedy="Wait until it is complete, then screen it again.",
    )


def _is_recent(path: Path) -> bool:
    """Whether a file changed a moment ago, so that its time might stay the same when it changes again."""
    try:
        return path.is_file() and abs(time.time_ns() - path.stat().st_mtime_ns) < _RECENT_NS
    except OSError:
        return False


def _state(path: Path, digested: bool) -> tuple[object, ...]:
    """Changes when the file does."""
    try:
        known = path.stat()
        digest = Blob(path.name, path).sha256() if digested else ""
    except (OSError, UnreadableManifest) as error:
        return (str(error),)
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, digest


def _noted(source: Source) -> InputTables:
    """No lines, and an issue that says why there is nothing to read."""
    issues = IssueList(source.name)
    issues.add("linked-folder", source.note)
    lines, digest = no_lines(), Digest("", 0)
    described = Input(input_id(source.name, digest), source.name, "", 0, "", "", None, (), (), frozenset(), 0)
    return InputTables(described, lines, pa.table({}), issue_table(issues, lines))


class GatherResult(Struct, frozen=True):
    """Lines with where each comes from."""

    lines: pa.Table
    inputs: tuple[Input, ...]
    raw: tuple[pa.Table, ...]
    origin: pa.Table  # input_no, row_no: where each line's own cells are
    issues: pa.Table


def gather(request: Request) -> GatherResult:
    """Reads the inputs; for errors see `stream.run`."""
    tables: list[InputTables] = []
    errors: list[InputError] = []
    numbers: list[tuple[int, int]] = []  # of the lines and of the cells of each table, in the spool
    spool = request.spool
    for source in request.sources:
        request.progress(f"reading {source.name}")
        try:
            for one in read_one(source, request.options, request.keep_fault):
                numbers.append((spool.add(one.lines), spool.add(one.raw)))
                tables.append(replace(one, lines=no_lines(), raw=_NO_CELLS))
            spool.release()
        except MappingError:
            raise
        except InputError as error:
            errors.append(error)
    back = [(spool.table(lines), spool.table(raw)) for lines, raw in numbers]
    tables = [replace(one, lines=lines, raw=raw) for one, (lines, raw) in zip(tables, back, strict=True)]
    issues = issues_of(tables, errors, request)
    lines = pa.concat_tables([t.lines for t in tables] or [no_lines()], promote_options="default")
    origin = pa.table(
        [
            pa.array(np.repeat(np.arange(len(tables), dtype=np.int32), [t.lines.num_rows for t in tables])),
            pa.array(np.concatenate([np.arange(0), *(np.arange(t.lines.num_rows) for t in tables)])),
        ],
        names=["input_no", "row_no"],
    )
    lines = _in_large_pieces(lines, spool)
    kept, repeated = find_repeated(lines)
    if repeated.num_rows:
        lines, origin = spool.table(spool.add(lines.take(kept))), origin.take(kept)
    found, by_hand = find_asides(tables, request.reference)
    issues = pa.concat_tables([issues, repeated, by_hand])
    gathered = GatherResult(lines, tuple(t.input for t in tables), tuple(t.raw for t in tables), origin, issues)
    return _with_asides(gathered, found) if found.num_rows else gathered


_FEW, _MANY = 1 << 10, 1 << 17  # lines of a piece


def _in_large_pieces(lines: pa.Table, spool: Spool) -> pa.Table:
    """Lines of many small files, put together: each step costs as much a piece as it does some hundred lines."""
    if lines.column(0).num_chunks * _FEW <= lines.num_rows:
        return lines
    numbers = [spool.add(lines.slice(begin, _MANY).combine_chunks()) for begin in range(0, lines.num_rows, _MANY)]
    return pa.concat_tables([lines.schema.empty_table(), *map(spool.table, numbers)])


def issues_of(tables: Sequence[InputTables], errors: Sequence[InputError], request: Request) -> pa.Table:
    """ISSUE of all inputs, in order: what is said of tables, then which files could not be read.

    Args:
        tables: that were read; only what describes them matters.
        errors: of files that could not be read.
        request: whether it is an error that no input has a line.

    Raises:
        InputError: none has, and it is.
    """
    if request.refuse_empty and not any(t.input.lines for t in tables):
        _raise_unusable(tables, errors, request.reference)
    return pa.concat_tables([ISSUE.empty_table(), *(t.issues for t in tables), *(_file_issue(e) for e in errors)])


def find_asides(tables: Sequence[InputTables], reference: Reference) -> tuple[pa.Table, pa.Table]:
    """The lines of texts beside the tables that name something, and ISSUE of files that are to be read by hand.

    A text file without a table is not a shipment: if it names something there is an issue, and a person has to read it.
    """
    asides = [t.asides for t in tables if t.asides is not None]
    if not asides:
        return no_lines(), ISSUE.empty_table()
    found = naming(pa.concat_tables(asides), reference)
    inputs = (t.input for t in tables)
    no_tables = pa.array([f"{i.input_id}{BESIDE}" for i in inputs if i.format == "CSV" and not i.lines], pa.string())
    by_hand = pc.is_in(found.column("input_id"), no_tables)
    return found.filter(pc.invert(by_hand)), _by_hand(found.filter(by_hand))


def _with_asides(gathered: GatherResult, found: pa.Table) -> GatherResult:
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
        raw=(*gathered.raw, raw_aside(found)),
    )


def _names_something(rows: int) -> str:
    return f"names a precursor or a listed party in {counted(rows, 'row')}: open it by hand"


def _by_hand(found: pa.Table) -> pa.Table:
    """One issue a file, with the first row that names something."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in found.select(["source_file", "source_row", "other_texts"]).to_pylist():
        rows.setdefault(row["source_file"], []).append(row)
    issues = [
        {
            "code": "set-aside-text-names",
            "source_file": name,
            "source_row": mine[0]["source_row"],
            "value": clip(mine[0]["other_texts"][0]),
            "message": _names_something(len(mine)),
            "count": len(mine),
        }
        for name, mine in rows.items()
    ]
    return pa.Table.from_pylist(issues, schema=ISSUE)


def _raise_unusable(tables: Sequence[InputTables], read_errors: Sequence[InputError], reference: Reference) -> None:
    """No line in any input: say what is wrong with each instead of reporting that nothing was found."""
    errors = list(read_errors)
    for table in tables:
        place, message, remedy = Where(table.input.name), "has no lines", "Ask for the file again."
        worst = next((i for i in table.issues.to_pylist() if ISSUE_CODES[i["code"]].effect == SET_ASIDE), None)
        if worst is not None:
            message, remedy = worst["message"], ISSUE_CODES[worst["code"]].remedy
            if worst["code"] != "no-usable-column":
                place, message = Where(table.input.name, worst["source_row"]), f"has no line that can be read: {message}"
        if table.asides is not None and (named := naming(table.asides, reference)).num_rows:
            message = f"{message}; it {_names_something(named.num_rows)}"
        errors.append(UnreadableManifest(message, where=place, remedy=remedy))
    raise errors[0] if len(errors) == 1 else ErrorGroup([*errors])


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


def cite_cells(gathered: GatherResult, line_ids: pa.Array, shipments: tuple[str, ...]) -> pa.Table:
    """The source's own cells of some lines, and of all lines of some shipments, in the order of the run.

    Returns:
        line_id, source_file, source_row, shipment_id, cells (JSON).
    """
    mine = pc.is_in(gathered.lines.column("line_id"), line_ids)
    if shipments:
        mine = pc.or_(mine, pc.is_in(gathered.lines.column("shipment_id"), pa.array(shipments)))
    rows = pc.indices_nonzero(mine)
    lines = gathered.lines.select(CITED).take(rows)
    origin = gathered.origin.take(rows)
    cells: list[str] = [""] * lines.num_rows
    row_of, rows_of_input = origin.column("row_no").combine_chunks(), defaultdict[int, list[int]](list)
    for place, number in enumerate(origin.column("input_no").to_pylist()):
        rows_of_input[number].append(place)
    for number, places in rows_of_input.items():
        for place, text in zip(places, show_cells(gathered.raw[number].take(row_of.take(pa.array(places)))), strict=True):
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
    rows += [{"input_id": f"{i.input_id}{BESIDE}", "supplied_fields": [], "coded_fields": []} for i in inputs]
    return pa.Table.from_pylist(rows, schema=_SUPPLIED)
