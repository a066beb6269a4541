"""Recording flags with their evidence, and the source's own cells of the lines they cite."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from precursor_screen.core.memory import Compared, Judged
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import FLAG
from precursor_screen.history.joined import record_episodes
from precursor_screen.history.seals import KEYS, Seals
from precursor_screen.history.transfer import fetch_texts, insert, run_many, stage
from precursor_screen.history.values import SUPPRESSED

# What a later run says of a known flag replaces what an earlier one said; when it was first raised stays.
_LATEST = (*(n for n in FLAG.names if n != "flag_id"), "movement_key", "movement_keys", "last_run", "band")
_ON_CONFLICT = f"on conflict (flag_id) do update set {', '.join(f'{c} = excluded.{c}' for c in _LATEST)}, resolved_run = null"


def record(
    seals: Seals, compared: Compared, cells: pa.Table, judged: Judged, bands: Mapping[str, str], run_no: int
) -> Counter[str]:
    """Records what a comparison came to.

    Args:
        seals: of a transaction, in which the flags were compared.
        compared: of this run.
        cells: line_id, source_file, source_row, shipment_id, cells (JSON) of the lines that flags cite; others are left out.
        judged: of this run.
        bands: of its shipments, where they have one.
        run_no: of the run.

    Returns:
        Flags by state, and under `added` those that were never recorded before.
    """
    flags = _first_of_each(compared.flags)
    connection = seals.connection
    rows = flags.append_column("movement_key", _keys(flags.column("line_id"), judged))
    rows = rows.append_column("movement_keys", _key_lists(flags, judged))
    for name in ("first_run", "last_run"):
        rows = rows.append_column(name, pa.array([run_no] * flags.num_rows, pa.int64()))
    rows = rows.append_column("band", pa.array(map(bands.get, flags.column("shipment_id").to_pylist()), pa.string()))
    insert(connection, "flags", rows, on_conflict=_ON_CONFLICT)
    joined = record_episodes(seals, compared.episodes, compared.joined, run_no)
    _move(connection, compared.carried, f"last_run = {run_no}", bands)
    _move(connection, compared.resolved, f"resolved_run = {run_no}", {})
    ids = (t.column("flag_id") for t in (flags, compared.carried, compared.resolved))
    touched = pc.unique(
        pa.chunked_array(
            [*(chunk for column in ids for chunk in column.chunks), pa.array(sorted(joined), pa.string())], pa.string()
        )
    )
    stage(connection, "touched", pa.table([touched], names=["flag_id"]), ["flag_id"])
    added = seals.renew("flags", "touched r cross join flags t where t.flag_id = r.flag_id")
    _record_lines(seals, flags, cells, run_no)
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


def _keys(line_ids: pa.ChunkedArray, judged: Judged) -> pa.ChunkedArray:
    """The movement key of each line; null for a line that was not judged."""
    lines = pa.concat_tables([t.select(["line_id", "movement_key"]) for t in (judged.lines, judged.again)])
    return lines.column("movement_key").take(pc.index_in(line_ids, lines.column("line_id")))


def _key_lists(flags: pa.Table, judged: Judged) -> pa.Array:
    """The movement keys of the flag's line and of the lines beside it, as JSON: what must be judged again to resolve it."""
    beside = flags.column("window_line_ids").combine_chunks()
    parents = pc.list_parent_indices(beside).to_pylist()
    others = _keys(pa.chunked_array([pc.list_flatten(beside)]), judged).to_pylist()
    lists: list[list[str]] = [[key] if key else [] for key in _keys(flags.column("line_id"), judged).to_pylist()]
    for parent, key in zip(parents, others, strict=True):
        if key and key not in lists[parent]:
            lists[parent].append(key)
    return pa.array([json.dumps(keys) for keys in lists], pa.string())


def _move(connection: Connection, flags: pa.Table, change: str, bands: Mapping[str, str]) -> None:
    states, ids, shipments = (flags.column(name).to_pylist() for name in ("state", "flag_id", "shipment_id"))
    rows = list(zip(states, map(bands.get, shipments), ids, strict=True))
    run_many(connection, f"update flags set state = ?, band = ?, {change} where flag_id = ?", rows)


def _record_lines(seals: Seals, flags: pa.Table, cells: pa.Table, run_no: int) -> None:
    cited = pa.chunked_array([*flags.column("line_id").chunks, pc.list_flatten(flags.column("window_line_ids")).combine_chunks()])
    rows = cells.select(["line_id", "source_file", "source_row", "shipment_id", "cells"])
    rows = rows.filter(pc.is_in(rows.column("line_id"), pc.unique(cited)))
    rows = rows.append_column("run_no", pa.array([run_no] * rows.num_rows, pa.int64()))
    insert_new(seals, "cited_lines", rows)


def insert_new(seals: Seals, name: str, rows: pa.Table) -> None:
    """Inserts the rows whose key is not there yet; of several with one key the first."""
    keys = rows.column(KEYS[name])
    stage(seals.connection, "offered", pa.table([pc.unique(keys)], names=["key"]), ["key"])
    known = fetch_texts(seals.connection, f"select o.key from offered o cross join {name} t where t.{KEYS[name]} = o.key")
    rows = rows.take(_first_rows(keys))
    seals.insert(name, rows.filter(pc.invert(pc.is_in(rows.column(KEYS[name]), pa.array(known, pa.string())))))
