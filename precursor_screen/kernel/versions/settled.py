"""What was decided of the lines of a run, as whoever judges them needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.history_seam import LINE_SUBSTANCE, VersionsResult
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.versions.decide import Decision, add_bills, decide

_TEXT = pa.string()


def apply_versions_alone(batch: pa.Table) -> VersionsResult:
    """What is decided of a run of which nothing is remembered.

    Args:
        batch: MOVEMENT, one row a line and substance.
    """
    decision = decide(add_bills(batch))
    amend = batch.filter(pc.is_in(batch.column("line_id"), pa.array({*decision.previous, *decision.previous.values()}, _TEXT)))
    keys = dict(zip(amend.column("line_id").to_pylist(), amend.column("movement_key").to_pylist(), strict=True))
    return VersionsResult(
        why=dict(decision.why),
        uncounted=batch.take(pa.array(sorted(decision.uncounted), pa.int64())).select(LINE_SUBSTANCE.names),
        amended=amended_rows(batch, decision, keys),
        previous=dict(decision.previous),
        overlapping=decision.overlapping,
        conflicting=decision.conflicting,
        counted_as=counted_as(decision.previous, keys),
    )


def counted_as(previous: Mapping[str, str], keys: Mapping[str, str], recorded: Sequence[str] = ()) -> dict[str, str]:
    """Under which key the cargo of lines is counted that are versions of one item: that of the version recorded first, else of the first.

    An item without a number has a key of its own in every version, and is no further trade for that.

    Args:
        previous: line_id -> the line that it amends.
        keys: line_id -> movement_key.
        recorded: line_id of those that are recorded, in that order.
    """
    versions: dict[str, list[str]] = {}
    for line in dict.fromkeys((*previous, *previous.values())):
        first = line
        while first in previous:
            first = previous[first]
        versions.setdefault(first, []).append(line)
    place = {line: n for n, line in reversed(list(enumerate(recorded)))}
    found: dict[str, str] = {}
    for first, lines in versions.items():
        known = min((line for line in lines if line in place), key=lambda line: place[line], default=first)
        found |= {line: keys[known] for line in lines if line in keys and known in keys and keys[line] != keys[known]}
    return found


def amended_rows(rows: pa.Table, decision: Decision, keys: Mapping[str, str]) -> pa.Table:
    """MOVEMENT: the rows of lines that others amend, under the movement_key of those.

    Args:
        rows: MOVEMENT, one row a line and substance.
        decision: on them.
        keys: line_id -> movement_key of the lines that were decided on.
    """
    pairs = [(new, old) for new, old in decision.previous.items() if new not in decision.why]
    if not pairs:
        return MOVEMENT.empty_table()
    rows = rows.select(MOVEMENT.names)
    ids = rows.column("line_id")
    found = [MOVEMENT.empty_table()]
    successors: dict[str, list[str]] = {}
    for new, old in sorted(pairs):
        successors.setdefault(old, []).append(keys[new])
    before = rows.filter(pc.is_in(ids, pa.array(sorted(successors), _TEXT)))
    for number in range(max(map(len, successors.values()))):
        part = [k[number] if len(k := successors[i]) > number else None for i in before.column("line_id").to_pylist()]
        table = before.set_column(0, MOVEMENT.field(0), pa.array(part, _TEXT))
        found.append(table.filter(pc.is_valid(table.column(0))))
    return pa.concat_tables(found)
