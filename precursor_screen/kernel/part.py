"""A part of a run's lines, judged as far as that can be done without the others, and how parts are cut and joined.

A part holds every line of a shipment or none; nothing else depends on how lines are cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.schema import SUBJECTS
from precursor_screen.kernel.judge.flag import flag_lines, of_noted_shipments
from precursor_screen.kernel.match.match import Matches
from precursor_screen.kernel.match.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.movements import movement_rows
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.kernel.resolve.traders import COUNTED
from precursor_screen.kernel.trade_counts import tally_lines
from precursor_screen.kernel.unscreenable import count_parties, unscreenable_issues
from precursor_screen.reference.bundle import Reference


class Part(Struct, frozen=True):
    """What some lines come to by themselves. LINE_NO is the line's position in the run.

    Attributes:
        lines: LINE_NO, line_id, movement_key, shipment_id of every line.
        noted: the lines of shipments in which something was recognised, and those that a rule flags, with their candidates.
        flags: FLAG of the rules of scope line.
        unjudged: UNJUDGED of the same.
        moved: MOVED: what moved, message by message.
        issues: NUMBERED_ISSUE: what could not be screened.
        party_cells: how many cells name a party.
        tally: TALLY of every line, in the order of `lines`.
    """

    lines: pa.Table
    noted: Resolved
    flags: pa.Table
    unjudged: pa.Table
    moved: pa.Table
    issues: pa.Table
    party_cells: int
    tally: pa.Table


def judge_part(
    lines: pa.Table,
    inputs: pa.Table,
    matches: Matches,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    *,
    every_line: bool = False,
) -> Part:
    """Judges lines by themselves.

    Args:
        lines: LINE columns that are supplied, one row a line; LINE_NO where they are not all lines of the run.
        inputs: input_id, supplied_fields.
        matches: of the texts and names of these lines; those of others do not matter.
        reference: what the law, the lists and the rules say.
        spread: how the comparison of names is spread; changes nothing in the result.
        every_line: whether `noted` is to hold all lines, for whoever wants to look at them.
    """
    numbers = lines.column(LINE_NO) if LINE_NO in lines.column_names else None
    given = lines if numbers is None else lines.drop_columns([LINE_NO])
    resolved = resolve(given, inputs, matches.substances, matches.parties, matches.mentions, reference, parallel_map)
    resolved, tally = _tallied(resolved)
    flags, unjudged = flag_lines(resolved, reference.rules, held=True)
    moved, issues = movement_rows(resolved), unscreenable_issues(resolved, matches.unscreenable, reference)
    if numbers is not None:
        moved, issues = _numbered(moved, numbers), _numbered(issues, numbers)
        numbered, substances, parties = (_numbered(resolved.table(subject), numbers) for subject in SUBJECTS)
        resolved = Resolved(numbered, substances, parties, resolved.inputs)
    seen = resolved.lines.select([LINE_NO, "line_id", "movement_key", "shipment_id"])
    noted = resolved if every_line else _noted(resolved, flags)
    return Part(seen, noted, flags, unjudged, moved, issues, count_parties(lines), tally)


def _tallied(resolved: Resolved) -> tuple[Resolved, pa.Table]:
    """The tally of lines, and the lines without what only it needs."""
    tally = tally_lines(resolved.lines)
    return replace(resolved, lines=resolved.lines.drop_columns([c for c in COUNTED if c in resolved.lines.column_names])), tally


def merge_parts(parts: Sequence[Part]) -> Part:
    """Parts of one run as one, whatever their order."""
    if len(parts) == 1:
        return parts[0]
    inputs = {row["input_id"]: row for p in parts for row in p.noted.inputs.to_pylist()}
    lines, substances, parties = (_joined([p.noted.table(subject) for p in parts]) for subject in SUBJECTS)
    supplied = pa.Table.from_pylist(list(inputs.values()), schema=parts[0].noted.inputs.schema)
    tallies = (p.tally.append_column(LINE_NO, p.lines.column(LINE_NO)) for p in parts)
    tally = _joined(list(tallies)).drop_columns([LINE_NO])
    return Part(
        lines=_joined([p.lines for p in parts]),
        noted=Resolved(lines, substances, parties, supplied),
        flags=_joined([p.flags for p in parts]),
        unjudged=_joined([p.unjudged for p in parts]),
        moved=_joined([p.moved for p in parts]),
        issues=_joined([p.issues for p in parts]),
        party_cells=sum(p.party_cells for p in parts),
        tally=tally,
    )


def cut_shipments(lines: pa.Table, count: int) -> list[pa.Table]:
    """Lines in some parts, each with whole shipments and LINE_NO.

    Args:
        lines: LINE columns, all lines of a run.
        count: of parts.
    """
    shipments = lines.column("shipment_id").combine_chunks().dictionary_encode().indices.to_numpy()
    numbered = lines.append_column(LINE_NO, pa.array(np.arange(lines.num_rows)))
    return [numbered.filter(pa.array(shipments % count == n)) for n in range(count)]


def _noted(resolved: Resolved, flags: pa.Table) -> Resolved:
    lines = resolved.lines
    in_noted = pc.is_in(lines.column(LINE_NO), of_noted_shipments(resolved).lines.column(LINE_NO))
    wanted = pc.or_(in_noted, pc.is_in(lines.column("line_id"), pc.unique(flags.column("line_id"))))
    return Resolved(lines.filter(wanted), resolved.substances, resolved.parties, resolved.inputs)


def _numbered(table: pa.Table, numbers: pa.ChunkedArray) -> pa.Table:
    """A table whose LINE_NO counts within a part with those of the run."""
    place = table.column_names.index(LINE_NO)
    return table.set_column(place, LINE_NO, numbers.take(table.column(LINE_NO)))


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of parts as one, in the order of the run's lines; the sort is stable."""
    joined = pa.concat_tables(tables, promote_options="default")
    return joined.take(pc.sort_indices(joined, [(LINE_NO, "ascending")])) if LINE_NO in joined.column_names else joined
