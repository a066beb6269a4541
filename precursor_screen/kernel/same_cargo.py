"""Cargo that is filed anew with other goods and does not say so: in a further message of its bill, or under a new bill for its container.

Lines in which nothing is recognised are not remembered, and nearly all lines are such. So it is looked for the other way round: of what
is listed, in this run and in the ledger, the numbers of bills and containers are looked for among all lines of the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import rows_with, rows_without, set_columns, tuples_of
from precursor_screen.core.history_seam import AMENDED_MOVEMENT, HistoryStore, columns_of
from precursor_screen.core.schema import MOVEMENT, with_columns
from precursor_screen.kernel.judge.flag import Recall
from precursor_screen.kernel.movements import LINE_MOVEMENT, movement_rows
from precursor_screen.kernel.part import Part
from precursor_screen.kernel.resolve.distinct import Resolved, map_distinct
from precursor_screen.text.party import name_key

SPAN_DAYS: Final = 30  # a container that comes again later carries another cargo, as in PS-RTE-014
BILLS: Final = ("declaration_id", "house_bill_of_lading", "bill_of_lading")  # a master bill is of many cargoes
CONTAINERS: Final = "container_numbers"
_PARTIES: Final = ("consignor_key", "exporter_key", "consignee_key", "importer_key")
_AMOUNTS: Final = ("packages", "net_mass_kg")
_ASKED: Final = columns_of(
    (
        *("line_id", "movement_key", "as_of_date", "shipment_id", "substance_id", "substance_mass_kg"),
        *("match_strength", "match_method", "form"),
        *(*BILLS, CONTAINERS, *_PARTIES, *_AMOUNTS),
    )
)


class CargoNumbers(Struct, frozen=True):
    """Numbers of bills and declarations, and of containers, as they are written."""

    bills: pa.Array
    containers: pa.Array


FindLines = Callable[[CargoNumbers], pa.Array]
Row = Mapping[str, Any]


def find_no_lines(_: CargoNumbers) -> pa.Array:
    """Of lines that are not at hand."""
    return pa.array([], pa.string())


def ids_that_bear(lines: pa.Table, numbers: CargoNumbers) -> pa.Array:
    """The ids of those of some lines that bear one of some numbers; a column that they lack bears none."""
    found = np.zeros(lines.num_rows, bool)
    for name in BILLS:
        if name in lines.column_names:
            found |= pc.is_in(lines.column(name), numbers.bills).to_numpy()
    if CONTAINERS in lines.column_names and len(numbers.containers):
        begin = 0
        for chunk in lines.column(CONTAINERS).chunks:
            borne = pc.is_in(pc.list_flatten(chunk), numbers.containers)
            found[begin + pc.list_parent_indices(chunk).filter(borne).to_numpy()] = True
            begin += len(chunk)
    return lines.column("line_id").filter(pa.array(found)).combine_chunks()


class Renamed(Struct, frozen=True):
    """Goods that are filed anew under other names.

    Attributes:
        movements: MOVEMENT of lines that were worth no memory by themselves.
        filed: LINE_MOVEMENT of the same.
        amended: AMENDED_MOVEMENT: what was listed, under the movement_key of the line that stands there now.
    """

    movements: pa.Table = MOVEMENT.empty_table()
    filed: pa.Table = LINE_MOVEMENT.empty_table()
    amended: pa.Table = AMENDED_MOVEMENT.empty_table()


def find_renamed(part: Part, live: pa.Table, memory: HistoryStore, find: FindLines, recall: Recall) -> Renamed:
    """Lines in which nothing is recognised for sure, and the listed cargo that is theirs by its numbers, parties and amounts.

    Args:
        part: all lines of the run.
        live: MOVEMENT of it, of messages that stand.
        memory: of earlier runs, which has been asked for its history.
        find: the ids of lines of the run that bear some numbers.
        recall: gives lines by their ids.
    """
    listed = _listed(part, live, memory)
    numbers = _numbers_of(listed)
    if not len(numbers.bills) and not len(numbers.containers):
        return Renamed()
    bare = _bare_lines(find(numbers), part, live)
    if not len(bare):
        return Renamed()
    named = _movements_of(recall(bare, part.relevant), bare)
    pairs = list(_pairs(named.select(_ASKED).to_pylist(), listed.to_pylist()))
    if not pairs:
        return Renamed()
    of_lines = pa.array([line for line, _ in pairs], pa.string())
    filed = rows_without(rows_with(named, "line_id", of_lines), "line_id", pc.unique(live.column("line_id")))
    return Renamed(filed.select(MOVEMENT.names), filed, _amended(pairs, named, live, memory))


def _listed(part: Part, live: pa.Table, memory: HistoryStore) -> pa.Table:
    """_ASKED, a row a movement: what this run and those of the last days name for sure."""
    days = pc.min_max(part.counted_lines.column("day")).as_py()
    here = live.select(_ASKED)
    if days["min"] is None:
        return here.slice(0, 0)
    first = days["min"] - timedelta(SPAN_DAYS) if days["min"] - date.min > timedelta(SPAN_DAYS) else date.min
    before = rows_without(memory.listed_between(first, days["max"], _ASKED), "line_id", pc.unique(here.column("line_id")))
    return pa.concat_tables([rows.filter(_is_sure(rows)) for rows in (here, before)])


def _is_sure(rows: pa.Table) -> pa.ChunkedArray:
    """Which movements name a substance by more than a weak name or a code alone."""
    named = pc.and_(pc.not_equal(rows.column("match_strength"), "weak"), pc.not_equal(rows.column("match_method"), "hs"))
    return pc.fill_null(pc.and_(named, pc.is_in(rows.column("form"), pa.array(["substance", "mixture"]))), False)


def _numbers_of(listed: pa.Table) -> CargoNumbers:
    bills = pa.chunked_array([chunk for name in BILLS for chunk in listed.column(name).chunks], pa.string())
    containers = pc.list_flatten(listed.column(CONTAINERS))
    bills = bills.filter(pc.fill_null(pc.match_substring_regex(bills, "[1-9]"), False))  # "TBA" on two of them is not one bill
    return CargoNumbers(pc.unique(bills.drop_null()), pc.unique(containers.drop_null()))


def _bare_lines(found: pa.Array, part: Part, live: pa.Table) -> pa.Array:
    """Of some lines those of shipments that name nothing for sure; of lines that do not stand none."""
    lines = rows_with(part.lines, "line_id", found)
    sure = part.movements.filter(_is_sure(part.movements))
    lines = rows_without(lines, "shipment_id", pc.unique(sure.column("shipment_id")))
    fallen = pc.unique(rows_without(part.movements, "line_id", pc.unique(live.column("line_id"))).column("line_id"))
    return pc.unique(rows_without(lines, "line_id", fallen).column("line_id"))


def _movements_of(resolved: Resolved, line_ids: pa.Array) -> pa.Table:
    """LINE_MOVEMENT of some lines, one row a line."""
    lines = rows_with(resolved.lines, "line_id", line_ids)
    bare = Resolved(lines, resolved.substances.slice(0, 0), resolved.parties.slice(0, 0), resolved.inputs)
    rows = movement_rows(bare, every_line=True)
    # Of lines in which nothing is recognised no party has a key.
    return set_columns(rows, {key: map_distinct(rows.column(key.replace("_key", "_name")), name_key) for key in _PARTIES})


def _pairs(bare: Sequence[Row], listed: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """(line, the listed movement in whose place it was filed), the heaviest of each line."""
    by_number: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in listed:
        for number in _borne(row):
            by_number[number].append(row)
    for line in bare:
        found = {
            (row["line_id"], row["substance_id"]): row
            for number in _borne(line)
            for row in by_number.get(number, ())
            if _is_same_cargo(line, row, is_bill=number[0] != CONTAINERS)
        }
        if found:
            yield line["line_id"], max(found.values(), key=lambda r: (r["substance_mass_kg"] or 0, r["line_id"]))


def _borne(row: Row) -> Iterator[tuple[str, str]]:
    yield from ((name, row[name]) for name in BILLS if row[name])
    yield from ((CONTAINERS, number) for number in row[CONTAINERS] or ())


def _is_same_cargo(line: Row, row: Row, *, is_bill: bool) -> bool:
    """Whether a line is of a cargo that was filed before, by its amounts; of a container also by who sends it or whom it is for."""
    after = (line["as_of_date"] - row["as_of_date"]).days
    both = [(line[name], row[name]) for name in _AMOUNTS if line[name] and row[name]]
    if not 0 < after <= SPAN_DAYS or not both or any(one != other for one, other in both):
        return False
    return is_bill or any(line[name] and line[name] == row[name] for name in _PARTIES)


def _amended(pairs: Sequence[tuple[str, Row]], named: pa.Table, live: pa.Table, memory: HistoryStore) -> pa.Table:
    """AMENDED_MOVEMENT of pairs."""
    keys = dict(tuples_of(named, "line_id", "movement_key"))
    ids = pa.array(sorted({row["line_id"] for _, row in pairs}), pa.string())
    known = rows_with(live, "line_id", ids)
    recorded = memory.recall(rows_without(pa.table({"line_id": ids}), "line_id", known.column("line_id")).column(0).to_pylist())
    every = pa.concat_tables([known.select(MOVEMENT.names), recorded.select(MOVEMENT.names)])
    places = {place: n for n, place in reversed(list(enumerate(tuples_of(every, "line_id", "substance_id"))))}
    rows = every.take(pa.array([places[row["line_id"], row["substance_id"]] for _, row in pairs], pa.int64()))
    facts = {
        "movement_key": pa.array([keys[line] for line, _ in pairs], pa.string()),
        "dropped_substance_id": rows.column("substance_id"),
        "dropped_kg": rows.column("substance_mass_kg"),
        "dropped_description": rows.column("description"),
    }
    return with_columns(set_columns(rows, facts), AMENDED_MOVEMENT)
