"""Flags that go on with what an earlier run has flagged: the later one names the earlier (docs/ledger.md, `continues`).

Whoever reads today's flag must not take an episode of weeks for something that began today.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.ledger.seals import Seals
from precursor_screen.ledger.transfer import fetch, stage
from precursor_screen.ledger.values import NEW, RESOLVED

_TEXT = pa.string()
_EARLIER = pa.schema([*((n, _TEXT) for n in ("line_id", "rule_id", "substance_id", "flag_id")), ("first_run", pa.int64())])
_STEP = 5_000  # flags whose windows are taken apart at a time: each may name 200 lines
_NONE = -1
Numbers = npt.NDArray[np.int64]


def name_continued(
    seals: Seals, flags: pa.Table, rules: frozenset[str], first_runs: Sequence[int], untold: frozenset[int] = frozenset()
) -> pa.Table:
    """Adds to the evidence of a flag the one it continues: the last that was raised before it, by the same rule, about the same
    substance, on a line of its window, and that is not resolved.

    Args:
        seals: of a transaction.
        flags: FLAG of a run.
        rules: ids of those that look at windows over time.
        first_runs: number of the run that first raised each flag; this one for what is raised anew.
        untold: numbers of earlier runs that were not delivered: nobody knows of what is new in them.

    Returns:
        The flags, in their order.

    Raises:
        LedgerError: a flag on a line of a window is not what was recorded.
    """
    earlier = _flags_beside(seals, flags, rules, untold)
    if not earlier.num_rows:
        return flags
    evidence = flags.column("evidence").to_pylist()
    ids = earlier.column("flag_id")
    latest = _latest(flags, earlier, np.asarray(first_runs, np.int64))
    for row in np.flatnonzero(latest != _NONE).tolist():
        shown = json.loads(evidence[row] or "[]")
        shown.append({"subject": "window", "field": "continues", "as_written": ids[latest[row]].as_py()})
        evidence[row] = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return flags.set_column(flags.column_names.index("evidence"), "evidence", pa.array(evidence, _TEXT))


def _flags_beside(seals: Seals, flags: pa.Table, rules: frozenset[str], untold: frozenset[int]) -> pa.Table:
    """_EARLIER, those raised first coming first: what is recorded of the lines in the windows of some rules."""
    mine = flags.filter(pc.is_in(flags.column("rule_id"), pa.array(sorted(rules), _TEXT)))
    lines = pc.unique(pc.list_flatten(mine.column("window_line_ids")))
    if not len(lines):
        return _EARLIER.empty_table()
    stage(seals.connection, "beside", pa.table([lines], names=["line_id"]), ["line_id"])
    seals.check("flags", "beside b cross join flags t where t.line_id = b.line_id")
    runs = ", ".join(map(str, sorted(untold))) or "null"
    query = f"""select f.line_id, f.rule_id, coalesce(f.substance_id, ''), f.flag_id, f.first_run
        from beside b cross join flags f where f.line_id = b.line_id and f.state <> '{RESOLVED}'
        and not (f.state = '{NEW}' and coalesce(f.last_run in ({runs}), false)) order by f.first_run, f.flag_id"""
    found = fetch(seals.connection, query, _EARLIER)
    return found.filter(pc.is_in(found.column("rule_id"), pa.array(sorted(rules), _TEXT)))


def _latest(flags: pa.Table, earlier: pa.Table, first_runs: Numbers) -> Numbers:
    """For each flag the row of `earlier` that it continues, else -1. Windows are many and large, so texts are numbered first."""
    lines, places = pc.unique(earlier.column("line_id")), pc.unique(_places(earlier))
    rows = earlier.num_rows
    keys = _number(earlier.column("line_id"), lines) * len(places) + _number(_places(earlier), places)
    order = np.sort(keys * rows + np.arange(rows))
    # `earlier` is in the order of runs: those of runs before a flag's own stand before this row.
    until = np.searchsorted(np.asarray(earlier.column("first_run")), first_runs)
    own_places = _number(_places(flags), places)
    latest = np.full(flags.num_rows, _NONE, np.int64)
    for start in range(0, flags.num_rows, _STEP):
        lists = flags.column("window_line_ids").slice(start, _STEP).combine_chunks()
        row = np.asarray(pc.list_parent_indices(lists)).astype(np.int64) + start
        line = _number(pc.list_flatten(lists), lines)
        asked = (line != _NONE) & (own_places[row] != _NONE)
        row, line = row[asked], line[asked]
        key = line * len(places) + own_places[row]
        at = np.searchsorted(order, key * rows + until[row]) - 1
        there = (at >= 0) & (order[at] // rows == key)
        np.maximum.at(latest, row[there], order[at[there]] % rows)
    return latest


def _places(flags: pa.Table) -> pa.ChunkedArray:
    """Rule and substance of each flag, as one text."""
    return pc.binary_join_element_wise(flags.column("rule_id"), pc.fill_null(flags.column("substance_id"), ""), "\x1f")


def _number(column: pa.Array | pa.ChunkedArray, among: pa.Array) -> Numbers:
    """The position of each text among some, else -1."""
    return np.asarray(pc.fill_null(pc.index_in(column, among), _NONE)).astype(np.int64)
