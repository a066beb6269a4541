"""The shipments of a run in order, worst first: those with a flag, those without, and those of one splitting side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with, set_columns, tuples_of
from precursor_screen.core.model import Rule
from precursor_screen.core.schema import SHIPMENT

LINES_OF_SHIPMENT = pa.schema([("shipment_id", pa.string()), ("lines", pa.int64())])


def lines_by_shipment(lines: pa.Table) -> pa.Table:
    """LINES_OF_SHIPMENT of some lines with a shipment_id."""
    return pa.table(lines.column("shipment_id").value_counts().flatten(), schema=LINES_OF_SHIPMENT)


_WORST_FIRST = ("hold", "review", "low", None, "none")  # None: could not be screened
_AT_ONCE = 1 << 17  # shipments


def add_unflagged(scored: pa.Table, counted: pa.Table, barred: set[str], unscreened: set[str]) -> pa.Table:
    """Adds the shipments without a flag: nothing to say (`none`), not judged to the end (`low`), or not screened (no band).

    Args:
        scored: SHIPMENT of those with a flag, without lines.
        counted: LINES_OF_SHIPMENT: every shipment once.
        barred: shipments with something that could not be judged.
        unscreened: shipments with something that could not be screened.

    Returns:
        SHIPMENT, worst first.
    """
    flagged = pc.is_in(counted.column("shipment_id"), scored.column("shipment_id"))
    scored, others = _with_lines(scored, counted.filter(flagged)), counted.filter(pc.invert(flagged))
    is_barred, is_unscreened = (
        pc.is_in(others.column("shipment_id"), pa.array(sorted(ids), pa.string())) for ids in (barred, unscreened)
    )
    unflagged = {
        "low": others.filter(pc.and_not(is_barred, is_unscreened)),
        None: others.filter(is_unscreened),
        "none": others.filter(pc.invert(pc.or_(is_barred, is_unscreened))),
    }
    ranked = scored.sort_by([("score", "descending"), ("shipment_id", "ascending")])
    pieces = [SHIPMENT.empty_table()]
    for band in _WORST_FIRST:
        mine = ranked.filter(pc.is_null(ranked.column("band")) if band is None else pc.equal(ranked.column("band"), band))
        has_points = pc.greater(mine.column("score"), 0)
        pieces.append(mine.filter(has_points))
        pieces += _by_id(mine.filter(pc.invert(has_points)), unflagged.get(band, LINES_OF_SHIPMENT.empty_table()), band)
    return pa.concat_tables(pieces)


def _with_lines(scored: pa.Table, counted: pa.Table) -> pa.Table:
    """The shipments of which there are lines, with their number."""
    at = pc.index_in(scored.column("shipment_id"), counted.column("shipment_id").combine_chunks())
    return set_columns(scored, {"lines": counted.column("lines").take(at)}).filter(pc.is_valid(at))


def _by_id(scored: pa.Table, unflagged: pa.Table, band: str | None) -> Iterator[pa.Table]:
    """Shipments of a band without points, by their ids. There may be millions without a flag: what is the same of them is there once."""
    ids = [*scored.column("shipment_id").chunks, *unflagged.column("shipment_id").chunks]
    order = pc.sort_indices(pa.chunked_array(ids, pa.string())).to_numpy()
    places = np.flatnonzero(order < scored.num_rows)
    unflagged = unflagged.take(order[order >= scored.num_rows] - scored.num_rows)
    before = places - np.arange(len(places))  # how many without a flag come before each of the others
    facts: dict[str, Any] = {"score": 0, "band": band, "parts": [], "families": [], "flags": [], "incomplete": band != "none"}
    alike = pa.Table.from_pylist([facts], schema=SHIPMENT).take(pa.array(np.zeros(min(_AT_ONCE, unflagged.num_rows), np.int64)))
    begins = range(0, max(unflagged.num_rows, 1), _AT_ONCE)
    ends = np.searchsorted(before, [*begins, unflagged.num_rows + 1]).tolist()
    for begin, (low, high) in zip(begins, pairwise(ends), strict=True):
        rows = unflagged.slice(begin, _AT_ONCE)
        piece = set_columns(alike.slice(0, rows.num_rows), rows)
        if low < high:
            mine = scored.take(order[places[low:high]])
            behind = np.insert(np.arange(rows.num_rows), before[low:high] - begin, np.arange(low, high) - low + rows.num_rows)
            piece = pa.concat_tables([piece, mine]).take(behind)
        yield piece


# Shipments of one splitting are one case: they stand together, below the one with the most reason to be opened.

SPLITTING = "quantity.structuring"  # the tag of rules about one delivery, or one buyer, in several consignments


def gather_cases(shipments: pa.Table, flags: pa.Table, lines: pa.Table, rules: Iterable[Rule]) -> pa.Table:
    """Shipments that a flag of a splitting joins, put together.

    Args:
        shipments: SHIPMENT without cases, worst first.
        flags: FLAG rows that are open.
        lines: line_id and shipment_id, of this run.
        rules: those of scope history with the tag SPLITTING join shipments.

    Returns:
        SHIPMENT: those of a case follow its first, and have its id as `case_id`, the first as well; of others it is null.
    """
    splittings = rows_with(flags, "rule_id", [r.id for r in rules if r.scope == "history" and SPLITTING in r.tags])
    if not splittings.num_rows:
        return shipments
    cases, ids = _join(splittings, lines), shipments.column("shipment_id")
    in_cases = pc.is_in(ids, pa.array(sorted(chain.from_iterable(cases)), pa.string()))
    place_of = dict(zip(ids.filter(in_cases).to_pylist(), np.flatnonzero(in_cases.to_numpy()).tolist(), strict=True))
    first_of: dict[int, tuple[int, str]] = {}
    for case in cases:
        members = sorted((place_of[shipment], shipment) for shipment in case if shipment in place_of)
        if len(members) > 1:
            first_of |= dict.fromkeys((place for place, _ in members), members[0])
    # Those of cases stand near the top; below the last of them millions stay where they are.
    count = max(first_of, default=-1) + 1
    places, names = np.arange(count), list[str | None]([None] * count)
    for place, (first, name) in first_of.items():
        places[place], names[place] = first, name
    top = set_columns(shipments.slice(0, count), {"case_id": pa.array(names, pa.string())})
    return pa.concat_tables([top.take(pa.array(np.argsort(places, kind="stable"))), shipments.slice(count)])


def _join(splittings: pa.Table, lines: pa.Table) -> list[list[str]]:
    """The shipments that share flags, directly or through others."""
    beside = splittings.column("window_line_ids").to_pylist()
    mine = rows_with(lines, "line_id", {line for some in beside for line in some})
    shipment_of = dict(tuples_of(mine, "line_id", "shipment_id"))
    case_of: dict[str, set[str]] = {}
    for first, some in zip(splittings.column("shipment_id").to_pylist(), beside, strict=True):
        joined = {first, *(shipment_of[line] for line in some if line in shipment_of)}
        for known in [case_of[shipment] for shipment in joined if shipment in case_of]:
            joined |= known
        case_of.update(dict.fromkeys(joined, joined))
    return [sorted(case) for case in {id(case): case for case in case_of.values()}.values()]
