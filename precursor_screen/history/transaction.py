"""One run: it looks back, and is recorded whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from precursor_screen.core.arrow import rows_with, rows_without, set_columns
from precursor_screen.core.errors import LedgerError
from precursor_screen.core.history_seam import CountedLines, FlagComparison, JudgeResult, QueryAnswer, TradeCounts, VersionsResult
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import FLAG, MOVEMENT, with_columns
from precursor_screen.history import chain, counts, episodes, flags
from precursor_screen.history.batch import StageResult, stage_batch
from precursor_screen.history.chain import KEYS, RowChecksums
from precursor_screen.history.columns import Copy
from precursor_screen.history.episodes import record_episodes
from precursor_screen.history.history import read_groups, read_versions, recall
from precursor_screen.history.transfer import fetch_texts, insert, run_many, stage_keys
from precursor_screen.history.values import ESCALATED, NEW, SUPPRESSED, FileRecord, RunRecord, now
from precursor_screen.history.verify import verified_checksums

# Recording flags with their evidence, and the source's own cells of the lines they cite.

# What a later run says of a known flag replaces what an earlier one said; when it was first raised stays.
_LATEST = (*(n for n in FLAG.names if n != "flag_id"), "movement_key", "movement_keys", "last_run", "band")
_ON_CONFLICT = f"on conflict (flag_id) do update set {', '.join(f'{c} = excluded.{c}' for c in _LATEST)}, resolved_run = null"


def record(
    checksums: RowChecksums, compared: FlagComparison, cells: pa.Table, judged: JudgeResult, bands: Mapping[str, str], run_no: int
) -> Counter[str]:
    """Records what a comparison came to.

    Args:
        checksums: of a transaction, in which the flags were compared.
        compared: of this run.
        cells: line_id, source_file, source_row, shipment_id, cells (JSON) of the lines that flags cite; others are left out.
        judged: of this run.
        bands: of its shipments, where they have one.
        run_no: of the run.

    Returns:
        Flags by state, and under `added` those that were never recorded before.
    """
    flags = _first_of_each(compared.flags)
    connection = checksums.connection
    recorded = {
        "movement_key": _keys(flags.column("line_id"), judged),
        "movement_keys": _key_lists(flags, judged),
        **dict.fromkeys(("first_run", "last_run"), pa.array([run_no] * flags.num_rows, pa.int64())),
        "band": pa.array(map(bands.get, flags.column("shipment_id").to_pylist()), pa.string()),
    }
    insert(connection, "flags", set_columns(flags, recorded), on_conflict=_ON_CONFLICT)
    joined = record_episodes(checksums, compared.episodes, compared.joined, run_no)
    _move(connection, compared.carried, f"last_run = {run_no}", bands)
    _move(connection, compared.resolved, f"resolved_run = {run_no}", {})
    ids = [chunk for t in (flags, compared.carried, compared.resolved) for chunk in t.column("flag_id").chunks]
    touched = pa.chunked_array([*ids, pa.array(sorted(joined), pa.string())], pa.string())
    stage_keys(connection, "touched", "flag_id", pc.unique(touched))
    added = checksums.rehash("flags", "touched r cross join flags t where t.flag_id = r.flag_id")
    _record_lines(checksums, flags, cells, run_no)
    counts = Counter(flags.column("state").to_pylist() + compared.carried.column("state").to_pylist())
    counts["resolved"] = compared.resolved.num_rows
    counts["added"] = added
    assert set(counts) <= {*OPEN, SUPPRESSED, "resolved", "added"}
    return counts


def _first_of_each(flags: pa.Table) -> pa.Table:
    """One row a flag_id: a movement that stands in two shipments is one flag, kept with the first."""
    firsts = _first_rows(flags.column("flag_id"))
    return flags if len(firsts) == flags.num_rows else flags.take(firsts)


def _first_rows(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    """The positions at which each key stands first, in order."""
    ids = pa.chunked_array([keys.combine_chunks().dictionary_encode().indices], pa.int32())
    positions = pa.table([ids, pa.array(range(len(keys)), pa.int64())], names=["id", "row"])
    firsts = positions.group_by("id", use_threads=False).aggregate([("row", "min")]).column("row_min")
    return firsts.take(pc.sort_indices(firsts))


def _keys(line_ids: pa.ChunkedArray, judged: JudgeResult) -> pa.ChunkedArray:
    """The movement key of each line; null for a line that was not judged."""
    lines = pa.concat_tables([t.select(["line_id", "movement_key"]) for t in (judged.lines, judged.rejudged)])
    return lines.column("movement_key").take(pc.index_in(line_ids, lines.column("line_id")))


def _key_lists(flags: pa.Table, judged: JudgeResult) -> pa.Array:
    """The movement keys of the flag's line and of the lines beside it, as JSON: what must be judged again to resolve it."""
    others_of = flags.column("window_line_ids").combine_chunks()
    parents = pc.list_parent_indices(others_of).to_pylist()
    others = _keys(pa.chunked_array([pc.list_flatten(others_of)]), judged).to_pylist()
    lists: list[list[str]] = [[key] if key else [] for key in _keys(flags.column("line_id"), judged).to_pylist()]
    for parent, key in zip(parents, others, strict=True):
        if key and key not in lists[parent]:
            lists[parent].append(key)
    return pa.array([json.dumps(keys) for keys in lists], pa.string())


def _move(connection: Connection, flags: pa.Table, change: str, bands: Mapping[str, str]) -> None:
    states, ids, shipments = (flags.column(name).to_pylist() for name in ("state", "flag_id", "shipment_id"))
    rows = list(zip(states, map(bands.get, shipments), ids, strict=True))
    run_many(connection, f"update flags set state = ?, band = ?, {change} where flag_id = ?", rows)


def _record_lines(checksums: RowChecksums, flags: pa.Table, cells: pa.Table, run_no: int) -> None:
    cited = pa.chunked_array([*flags.column("line_id").chunks, pc.list_flatten(flags.column("window_line_ids")).combine_chunks()])
    rows = cells.select(["line_id", "source_file", "source_row", "shipment_id", "cells"])
    rows = rows_with(rows, "line_id", pc.unique(cited))
    rows = rows.append_column("run_no", pa.array([run_no] * rows.num_rows, pa.int64()))
    insert_new(checksums, "cited_lines", rows)


def insert_new(checksums: RowChecksums, name: str, rows: pa.Table) -> None:
    """Inserts the rows whose key is not there yet; of several with one key the first."""
    keys = rows.column(KEYS[name])
    stage_keys(checksums.connection, "offered", "key", pc.unique(keys))
    known = fetch_texts(checksums.connection, f"select o.key from offered o cross join {name} t where t.{KEYS[name]} = o.key")
    rows = rows.take(_first_rows(keys))
    checksums.insert(name, rows_without(rows, KEYS[name], known))


class Transaction:
    """One run. Ends with everything recorded, or, on any exception, with nothing.

    Who has something to tell of the run keeps it (`keep`), tells, and then says that it was told (`delivered`). A run that is killed
    in between is recorded and counts as told to nobody: what was new in it is new in the next one. A run that ends without `keep`
    is recorded and delivered at once.
    """

    def __init__(self, connection: Connection, shown: str, run: RunRecord, stack: ExitStack, cache: Path | None) -> None:
        """Begins.

        Args:
            connection: that holds the lock, in no transaction.
            shown: the ledger as errors name it.
            run: that is recorded.
            stack: ends the connection and gives the lock back.
            cache: folder of the copy by column.

        Raises:
            LedgerError: damaged, or the run is in the ledger already.
        """
        self._connection, self._run, self._stack, self._cache = connection, run, stack, cache
        self._batch: pa.Table | None = None
        self._staged: StageResult | None = None
        self._versions: tuple[pa.Table, VersionsResult, date | None] | None = None
        self._scope = connection.begin()
        self._kept = False
        self._checksums = verified_checksums(connection, shown)
        self.run_no = int(connection.execute(text("select coalesce(max(run_no), 0) + 1 from runs")).scalar_one())
        self._copy = Copy(self._checksums, cache, self.run_no)
        row = run.columns(self.run_no)
        self.run_id = str(row["run_id"])
        if connection.execute(text("select 1 from runs where run_id = :run_id"), row).first():
            raise LedgerError(f"run {self.run_id} is in the ledger already", remedy="Give every run an id of its own.")
        marks = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"insert into runs ({', '.join(row)}) values ({marks})"), row)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if kind is not None:
            if self._scope.is_active:
                with suppress(DBAPIError):  # the error that ends the run is the one to tell
                    self._scope.rollback()
            return self._stack.__exit__(kind, error, traceback)
        with self._stack:
            if not self._kept:
                self._count("delivered", now())
                self._commit()
        return None

    def keep(self) -> None:
        """Records the run for good; the lock stays until the end. Whoever tells of it calls `delivered` next."""
        self._commit()
        self._kept = True

    def delivered(self) -> None:
        """Marks a run that was kept: its reports are in place, and whoever waits for it has been told."""
        with self._connection.begin():
            self._count("delivered", now())
            self._add_link(chain.DELIVERED)

    def _commit(self) -> None:
        self._count("finished", now())
        self._add_link(chain.RUN)
        self._scope.commit()

    def _add_link(self, kind: str) -> None:
        self._checksums.rehash("runs", "runs t where t.run_no = ?", (self.run_no,))
        chain.add_link(self._connection, kind, self._checksums.tables, self.run_no)

    def look_back(self, batch: pa.Table, span_days: int, columns: Sequence[str], keys: Iterable[Sequence[str]]) -> QueryAnswer:
        """What is recorded that bears on the movements of this run.

        Args:
            batch: MOVEMENT of this run, cancellations among them.
            span_days: the longest window, in days: as far before the run's earliest day and after its latest.
            columns: of MOVEMENT, that the rules name.
            keys: the groupings of the rules, each some columns of MOVEMENT. A list of containers is one group an element. Null is
                in no group. Columns that are not stored, and other lists, widen the groups.

        Returns:
            See `QueryAnswer`. Movements outside the run's groups and days may be among them; none that shares both is missing.
        """
        staged = self._stage(batch)
        if self._versions is None:
            self._versions = read_versions(self._checksums, staged)
        asked = pa.concat_tables([staged.rows.select(MOVEMENT.names), self._versions[1].rejudged])
        return QueryAnswer(read_groups(self._checksums, self._copy, asked, span_days, columns, keys), *self._versions)

    def record_movements(self, batch: pa.Table) -> counts.Recorded:
        """Records the movements of this run; the same twice changes nothing.

        Args:
            batch: MOVEMENT of this run, cancellations among them.
        """
        recorded = counts.record_movements(self._checksums, self._stage(batch), self.run_no)
        self._batch = self._staged = None
        self._copy = Copy(self._checksums, self._cache, self.run_no)
        ended = {"added": recorded.added, "superseded": recorded.superseded, "cancelled": recorded.cancelled}
        for name, count in ended.items():
            self._add(f"movements_{name}", count)
        if recorded.days is not None:
            known = "select first_movement, first_day, last_day from runs where run_no = :run"
            first, *days = self._connection.execute(text(known), {"run": self.run_no}).one()
            days = [d for d in (*days, *(d.isoformat() for d in recorded.days)) if d]
            for column, value in (("first_movement", first or recorded.first), ("first_day", min(days)), ("last_day", max(days))):
                self._count(column, value)
        return recorded

    def read_counts(self, counted_lines: CountedLines, keys: Iterable[str] = ()) -> TradeCounts:
        """What earlier runs counted of all their lines, as far as a run asks for it; `keys`: of cargoes that it asks for beside its own."""
        return counts.read(self._checksums, counted_lines, keys)

    def record_counts(self, counted: TradeCounts) -> None:
        """Records what the lines of this run come to; cargoes that are counted already must not be among them."""
        self._count("lines_counted", counts.record_counts(self._checksums, counted, self.run_no))

    def _stage(self, batch: pa.Table) -> StageResult:
        if self._batch is not batch or self._staged is None:
            self._staged = stage_batch(self._checksums, with_columns(batch, MOVEMENT))
            self._batch, self._versions = batch, None
        return self._staged

    def open_movements(self, rule_ids: Sequence[str]) -> pa.Table:
        """The movements that count and bear an open flag of some rules: flag_id, rule_id and the columns of MOVEMENT."""
        return flags.open_movements(self._checksums, rule_ids)

    def episodes(self, rule_id: str, group_keys: pa.Array) -> pa.Table:
        """MEMBER of the recorded episodes of a rule in some groups that are not over."""
        return episodes.read_members(self._checksums, rule_id, group_keys)

    def compare_flags(self, found: pa.Table, judged: JudgeResult, answered: frozenset[str] = frozenset()) -> FlagComparison:
        """States of the flags of this run, and what is no longer raised (`flags.compare`)."""
        return flags.compare(self._checksums, found, judged, self._run.as_of, self.run_no, answered)

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """MOVEMENT of some lines of earlier runs."""
        return recall(self._checksums, line_ids)

    def with_open_serious_flag(self, movement_keys: pa.Array) -> frozenset[str]:
        """Those of some recorded movements that bear an open flag of high or critical."""
        return flags.with_open_serious_flag(self._checksums, movement_keys)

    def with_recorded_flag(self, lines: Callable[[], pa.Table]) -> pa.Array:
        """The line ids of some lines of which, or of whose movement, a flag is recorded (`flags.with_recorded_flag`)."""
        return flags.with_recorded_flag(self._checksums, lines)

    def reported_bands(self, found: pa.Table) -> dict[str, str]:
        """The bands in which earlier runs reported the shipments of some open flags (`flags.reported_bands`)."""
        return flags.reported_bands(self._checksums, found, self.run_no)

    def record_flags(
        self, compared: FlagComparison, cells: pa.Table, judged: JudgeResult, bands: Mapping[str, str] | None = None
    ) -> dict[str, int]:
        """Records flags with their evidence, the cells of the lines they cite, and the bands of their shipments.

        Returns:
            Flags by state; `added`: never recorded before.
        """
        states = record(self._checksums, compared, cells, judged, bands or {}, self.run_no)
        for name, count in states.items():
            self._add(f"flags_{NEW if name == ESCALATED else name}", count)  # both are told anew
        return dict(states)

    def record_files(self, files: Iterable[FileRecord]) -> None:
        """Records which files this run has screened; one that is known stays with the run that first delivered it."""
        rows = [{"sha256": f.sha256, "name": f.name, "bytes": f.bytes, "lines": f.lines, "run_no": self.run_no} for f in files]
        kinds = [
            ("sha256", pa.string()),
            ("name", pa.string()),
            ("bytes", pa.int64()),
            ("lines", pa.int64()),
            ("run_no", pa.int64()),
        ]
        table = pa.Table.from_pylist(rows, schema=pa.schema(kinds))
        undelivered_runs = flags.undelivered(self._connection, self.run_no)
        insert_new(self._checksums, "files", table)
        if undelivered_runs:  # they count as screened from this run on
            numbers = ", ".join(map(str, sorted(undelivered_runs)))
            source = "offered o cross join files t where t.sha256 = o.key"
            self._checksums.check("files", source)
            self._connection.exec_driver_sql(
                f"update files set run_no = {self.run_no} where run_no in ({numbers}) and sha256 in (select key from offered)"
            )
            self._checksums.rehash("files", source)

    def _count(self, column: str, value: Any) -> None:
        query = text(f"update runs set {column} = :value where run_no = :run")
        self._connection.execute(query, {"value": value, "run": self.run_no})

    def _add(self, column: str, count: int) -> None:
        query = text(f"update runs set {column} = {column} + :count where run_no = :run")
        self._connection.execute(query, {"count": count, "run": self.run_no})


def known_files(connection: Connection, sha256s: Iterable[str]) -> set[str]:
    """Those of some files that a run has screened and delivered."""
    stage_keys(connection, "asked", "sha256", set(sha256s))
    query = """select a.sha256 from asked a join files f on f.sha256 = a.sha256 join runs r on r.run_no = f.run_no
        where r.delivered is not null"""
    return set(fetch_texts(connection, query))
