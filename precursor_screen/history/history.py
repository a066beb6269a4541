"""Looking back: the recorded movements that share a group with a run's movements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text

from precursor_screen.core.arrow import rows_with, rows_without, tuples_of
from precursor_screen.core.history_seam import KNOWN, RULE_LINE, VersionsResult
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.history.batch import IS_MOVEMENT, StageResult, each_once
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.columns import Copy, ended_since
from precursor_screen.history.counts import counted_anew, read_rows
from precursor_screen.history.episodes import lines_of_episodes
from precursor_screen.history.transfer import fetch, stage_keys
from precursor_screen.history.values import RECOUNTED, SUPPRESSED
from precursor_screen.kernel.amended import amended_rows, lines_of
from precursor_screen.kernel.versions import counted_as

# Which rows share a group with a run: comparisons of small numbers instead of texts.

CONTAINERS = "container_numbers"  # the one list that groups: one group an element
Codes = npt.NDArray[np.int64]  # -1: not among those of the run, or null
_OTHER = -1


class Groups:
    """The groups of a run's movements under some groupings."""

    def __init__(self, movements: pa.Table, keys: Iterable[Sequence[str]]) -> None:
        """Args:
        movements: MOVEMENT of the run.
        keys: groupings; null is in no group; `a>b`: a recorded movement whose `b` is the `a` of one of the run. Columns that are
            not stored, and lists other than the containers, are left out, which makes the groups larger; an empty grouping joins all.
        """
        self.keys = tuple(_minimal(keys))
        parts = sorted({c for key in self.keys for c in key})
        self.columns = tuple(sorted({_theirs(c) for c in parts}))
        self._values = {c: _distinct(movements.column(_own(c))) for c in parts}
        # Of each grouping and each step of it: the codes of the run, joined so far, sorted.
        self._steps: dict[tuple[str, ...], list[Codes]] = {}
        for key in self.keys:
            self._steps[key] = []
            self._codes(movements, key, learn=True)

    def shared(self, rows: pa.Table) -> npt.NDArray[np.bool_]:
        """Whether each row is in a group of the run; rows hold at least `columns`."""
        found = np.zeros(rows.num_rows, bool)
        known: dict[str, Codes] = {}
        for key in self.keys:
            if not key:
                found[:] = True
                continue
            codes, parents = self._codes(rows, key, known=known)
            inside = codes != _OTHER
            found[parents[inside] if parents is not None else inside] = True
        return found

    def _codes(
        self, rows: pa.Table, key: tuple[str, ...], *, learn: bool = False, known: dict[str, Codes] | None = None
    ) -> tuple[Codes, Codes | None]:
        """The code of each row, or, for a grouping by containers, of each container with the row it belongs to."""
        parents: Codes | None = None
        joined: Codes = np.zeros(rows.num_rows, np.int64)
        if CONTAINERS in key:
            lists = rows.column(CONTAINERS).combine_chunks()
            parents = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
            joined = _encode(pa.chunked_array([pc.list_flatten(lists)]), self._values[CONTAINERS])
        known = {} if known is None else known
        for step, column in enumerate(c for c in key if c != CONTAINERS):
            if column not in known:
                known[column] = _encode(rows.column(_own(column) if learn else _theirs(column)), self._values[column])
            codes = known[column] if parents is None else known[column][parents]
            both = (joined != _OTHER) & (codes != _OTHER)
            pairs = np.where(both, joined * max(1, len(self._values[column])) + codes, _OTHER)
            if learn:
                self._steps[key].append(np.unique(pairs[both]))
            joined = _positions(pairs, self._steps[key][step])
        return joined, parents


def _minimal(keys: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The groupings that matter: who shares a finer group shares the coarser one too."""
    sets = {frozenset(c for c in key if _groups(c)) for key in keys}
    for one in sorted(sets, key=lambda s: (len(s), sorted(s))):
        if not any(other < one for other in sets):
            yield tuple(sorted(one))


def _groups(column: str) -> bool:
    kinds = [MOVEMENT.field(name).type for name in {_own(column), _theirs(column)} if name in MOVEMENT.names]
    return len(kinds) == len({_own(column), _theirs(column)}) and (column == CONTAINERS or not any(map(pa.types.is_list, kinds)))


def _own(column: str) -> str:
    """Of `a>b`, what a movement of the run shares: its `a` is the recorded one's `b`."""
    return column.partition(">")[0]


def _theirs(column: str) -> str:
    return column.rpartition(">")[2]


def _distinct(column: pa.ChunkedArray) -> pa.Array:
    values = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    return pc.unique(values).drop_null()


def _encode(column: pa.ChunkedArray, values: pa.Array) -> Codes:
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.fill_null(pc.index_in(column, values), _OTHER)).astype(np.int64)
    parts = [np.empty(0, np.int64)]
    for chunk in column.chunks:
        code_of = np.append(np.asarray(pc.fill_null(pc.index_in(chunk.dictionary, values), _OTHER)), _OTHER)
        parts.append(code_of[np.asarray(pc.fill_null(chunk.indices, -1))].astype(np.int64))  # -1: the last, which is `other`
    return np.concatenate(parts)


def _positions(pairs: Codes, among: Codes) -> Codes:
    """The position of each among some sorted ones, else -1."""
    if not len(among):
        return np.full(len(pairs), _OTHER, np.int64)
    at = np.minimum(np.searchsorted(among, pairs), len(among) - 1)
    return np.where(among[at] == pairs, at, _OTHER)


IDENTITY = ("movement_key", "line_id")
_NO_IDS = pa.array([], pa.int64())


def read_versions(checksums: RowChecksums, staged: StageResult) -> tuple[pa.Table, VersionsResult, date | None]:
    """What is recorded of a run's own lines, whatever is asked beside: `known`, `versions` and `since` of a `History`.

    Args:
        checksums: of a transaction.
        staged: what the run brings (`batch.stage_batch`).
    """
    connection = checksums.connection
    rows, decision = staged.rows, staged.decision
    ids = rows.column("line_id")
    known = rows.filter(pc.is_in(ids, pa.array(sorted(staged.known), pa.string()))).select(KNOWN.names)
    first = connection.execute(text(f"select min(as_of_date) from movements m where {IS_MOVEMENT}")).scalar()
    own = frozenset(ids.to_pylist())
    rejudged = _to_rejudge(checksums, staged, _late(staged))
    versions = VersionsResult(
        why={line: why for line, why in decision.why.items() if line in own},
        uncounted=staged.uncounted_rows,
        amended=_amended_rows(checksums, staged),
        previous={new: old for new, old in decision.previous.items() if new in own},
        rejudged=rejudged,
        ended=_ended(staged),
        overlapping=own & decision.overlapping,
        conflicting=own & decision.conflicting,
        counted_as=counted_as(decision.previous, _keys(staged), staged.recorded.column("line_id").to_pylist()),
        flagged=_flagged(checksums, own | frozenset(rejudged.column("line_id").to_pylist())),
    )
    return known.group_by(KNOWN.names).aggregate([]), versions, date.fromisoformat(first) if first else None


def _flagged(checksums: RowChecksums, lines: frozenset[str]) -> pa.Table:
    """RULE_LINE: those of some lines that bear an open flag, or whose earlier version does."""
    opened = ", ".join(f"'{s}'" for s in (*OPEN, SUPPRESSED))
    stage_keys(checksums.connection, "bearing", "line_id", lines)
    query = f"""select f.rule_id, b.line_id from bearing b cross join flags f where f.line_id = b.line_id and f.state in ({opened})
        union select f.rule_id, b.line_id from batch b cross join flags f
        where f.movement_key = b.movement_key and f.state in ({opened}) order by 1, 2"""
    return fetch(checksums.connection, query, RULE_LINE)


def _ended(staged: StageResult) -> pa.Table:
    """KNOWN: the recorded lines that end, unless another of the same key goes on standing."""
    gone = {i for i, why in staged.leaving.items() if why != RECOUNTED}
    rows = list(tuples_of(staged.recorded, "id", "movement_key", "line_id", "ended_run"))
    still_counted = {key for number, key, _, ended in rows if ended is None and number not in gone}
    pairs = dict.fromkeys((key, line) for number, key, line, _ in rows if number in gone and key not in still_counted)
    return pa.Table.from_pylist([dict(zip(KNOWN.names, pair, strict=True)) for pair in pairs], schema=KNOWN)


def _amended_rows(checksums: RowChecksums, staged: StageResult) -> pa.Table:
    """The rows that others take the place of, recorded ones and those of the run."""
    decision = staged.decision
    theirs = rows_with(staged.recorded, "line_id", lines_of(decision))
    rows = [read_rows(checksums.connection, theirs.column("id").to_pylist()), staged.rows]
    found = pa.concat_tables([r.select(MOVEMENT.names) for r in rows])
    return amended_rows(each_once(found), decision, _keys(staged))


def _keys(staged: StageResult) -> dict[str, str]:
    """The movement_key of every line that was decided on."""
    return {line: key for table in (staged.rows, staged.recorded) for line, key in tuples_of(table, "line_id", "movement_key")}


def _late(staged: StageResult) -> frozenset[str]:
    """The recorded lines that turn out to stand in the place of what this run brings."""
    decision = staged.decision
    own = frozenset(staged.rows.column("line_id").to_pylist()) - staged.known
    late = {new for new, old in decision.previous.items() if old in own and new not in decision.why}
    for one in decision.amendments:
        if any(item.line_id in own for item in one.first):
            late |= {item.line_id for item in decision.standing(one)}
    return frozenset(late - own)


def _to_rejudge(checksums: RowChecksums, staged: StageResult, late: frozenset[str]) -> pa.Table:
    """MOVEMENT: recorded rows that are to be judged anew: those that stand rejudged or count otherwise, those that amend what is late,
    and the rest of the windows of open flags from which a line has gone."""
    connection = checksums.connection
    back = read_rows(connection, staged.returning)
    leaving = pa.array(sorted(staged.leaving), pa.int64())
    gone = rows_with(staged.recorded, "id", leaving).column("line_id")
    lines = _lines_of_windows(checksums, frozenset(gone.to_pylist())) | lines_of_episodes(connection, frozenset(gone.to_pylist()))
    stage_keys(connection, "rejudged", "line_id", lines | late)
    source = "rejudged a cross join movements t where t.line_id = a.line_id and t.ended_run is null"
    rows = checksums.fetch("movements", f"{source} order by t.id", pa.schema([("id", pa.int64()), *MOVEMENT]))
    return pa.concat_tables([t.select(MOVEMENT.names) for t in (counted_anew(back, staged), rows_without(rows, "id", leaving))])


def _lines_of_windows(checksums: RowChecksums, gone: frozenset[str]) -> set[str]:
    """The lines of open flags over windows in which some line stands."""
    if not gone:
        return set()
    opened = ", ".join(f"'{s}'" for s in (*OPEN, SUPPRESSED))
    query = f"select line_id, window_line_ids from flags where state in ({opened}) and window_line_ids <> '[]'"
    found: set[str] = set()
    for row in fetch(checksums.connection, query, pa.schema([FLAG.field("line_id"), FLAG.field("window_line_ids")])).to_pylist():
        lines = {row["line_id"], *(row["window_line_ids"] or ())}
        if lines & gone:
            found |= lines - gone
    return found


def read_groups(
    checksums: RowChecksums,
    copy: Copy,
    movements: pa.Table,
    span_days: int,
    columns: Sequence[str],
    keys: Iterable[Sequence[str]],
) -> pa.Table:
    """The recorded movements that share a group with a run whose batch is staged: `movements` of a `History`.

    Args:
        checksums: of a transaction.
        copy: of the movements, as the transaction sees them.
        movements: MOVEMENT of the run.
        span_days: longest window of the rules.
        columns: of MOVEMENT, beside the identity.
        keys: the groupings of the rules.

    Raises:
        LedgerError: a movement that it reads is not what was recorded.
    """
    wanted = tuple(dict.fromkeys((*IDENTITY, *columns)))
    groups, days = Groups(movements, keys), date_range(movements, span_days)
    if days is None or not groups.keys:
        return pa.schema([MOVEMENT.field(c) for c in wanted]).empty_table()
    leaving = fetch(checksums.connection, "select id from leaving", pa.schema([("id", pa.int64())])).column(0).combine_chunks()

    def pick(rows: pa.Table) -> pa.Table:
        return rows.take(pa.array(np.flatnonzero(groups.shared(rows))))

    return _read(checksums, copy, days, pick, wanted, groups.columns, leaving)


def date_range(movements: pa.Table, span_days: int) -> tuple[date, date] | None:
    """From one span before a run's earliest day to one after its latest; None: it has no movement."""
    days = pc.min_max(movements.column("as_of_date")).as_py()
    if days["min"] is None:
        return None
    span = timedelta(days=span_days)
    # A manifest may state the first or the last day that a date can be.
    earliest = days["min"] - span if days["min"] - date.min >= span else date.min
    latest = days["max"] + span if date.max - days["max"] >= span else date.max
    return earliest, latest


def recall(checksums: RowChecksums, line_ids: Iterable[str]) -> pa.Table:
    """MOVEMENT of some recorded lines, in the order in which they were recorded.

    Raises:
        LedgerDamaged: a row is not what was written.
    """
    stage_keys(checksums.connection, "recalled", "line_id", line_ids)
    return checksums.fetch("movements", "recalled r cross join movements t where t.line_id = r.line_id order by t.id", MOVEMENT)


def read_between(
    checksums: RowChecksums,
    folder: Path | None,
    days: tuple[date, date],
    pick: Callable[[pa.Table], pa.Table] = lambda rows: rows,
    columns: Sequence[str] = MOVEMENT.names,
) -> pa.Table:
    """MOVEMENT rows of some days that count, each with the mass that it counts with, in the order in which they were recorded.

    Args:
        checksums: of a transaction.
        folder: of the copy by column; None: there is none.
        days: the first and the last, which is included.
        pick: takes those columns of MOVEMENT with `id`, gives the rows that are wanted.
        columns: of MOVEMENT: few are read much faster than all.

    Raises:
        LedgerError: a movement that it reads is not what was recorded.
    """
    return _read(checksums, Copy(checksums, folder, 0), days, pick, columns)


def _read(
    checksums: RowChecksums,
    copy: Copy,
    days: tuple[date, date],
    pick: Callable[[pa.Table], pa.Table],
    columns: Sequence[str],
    more: Sequence[str] = (),
    leaving: pa.Array = _NO_IDS,
) -> pa.Table:
    """What is picked, by columns of MOVEMENT and `more`, of the rows that count and are not leaving; checked."""
    schema = pa.schema([MOVEMENT.field(name) for name in columns])
    gone = pa.concat_arrays([ended_since(checksums.connection, *days), leaving])

    def chosen(rows: pa.Table) -> pa.Table:
        part = rows_without(pick(rows), "id", gone)
        if not copy.checks:
            _check(checksums, part.column("id"))
        return part.select(schema.names).cast(schema)

    return pa.concat_tables([schema.empty_table(), *copy.read((*columns, *more), days, chosen)])


def _check(checksums: RowChecksums, ids: pa.ChunkedArray) -> None:
    stage_keys(checksums.connection, "picked", "id", ids)
    checksums.check("movements", "picked p cross join movements t where t.id = p.id")
