"""Which lines hold of all that was received, and with what mass each counts: for a run by itself and for a ledger alike.

A function of the set of lines: neither files, nor their order, nor the day on which they came change it.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with, tuples_of
from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.grouped import grouped
from precursor_screen.core.history_seam import LINE_SUBSTANCE, VersionsResult
from precursor_screen.kernel.amended import amended_rows, lines_of
from precursor_screen.kernel.bills import CANCELLATION, ORIGINAL, Decision, Item, Named, judge_bill
from precursor_screen.kernel.resolve.distinct import any_of, column_or_nulls, differs, number_alike

BILL: Final = "bill_key"
ROW: Final = "row_no"
_NO_GOODS = re.compile(r"[\W_]+")
_TEXT = pa.string()
_OBSOLETE: Final = pa.schema([("line_id", _TEXT)])
_ZERO: Final = pa.schema([(ROW, pa.int64())])


def nth_of(version: str | None, *, cancels: bool = False) -> float:
    """The number of a version; 0: the message has none, or one that is not a number. A cancellation without one is of all versions."""
    if version is None and cancels:
        return math.inf
    return float(version) if version and is_number(version) else 0.0


def is_number(version: str) -> bool:
    """Whether the version of a message is a number by which it is ordered."""
    try:
        return math.isfinite(float(version))
    except ValueError:
        return False


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def add_bills(movements: pa.Table) -> pa.Table:
    """MOVEMENT rows with BILL: the declaration, else the bill with its issuer, else the shipment, else the line's own key.

    A number without a figure from 1 to 9 is of no bill: "TBA" on two of them is not one.
    """
    column = partial(column_or_nulls, movements)
    issuer = pc.fill_null(column("bill_issuer"), "")
    bills = [("b", column(n), issuer) for n in ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")]
    stated = [("d", column("declaration_id"), ""), *bills]
    shipment = column("shipment_id")
    is_own = pc.and_(pc.not_equal(shipment, ""), pc.fill_null(pc.not_equal(shipment, column("line_id")), True))
    for _, number, _ in stated:
        is_own = pc.and_(is_own, pc.fill_null(pc.not_equal(shipment, number), True))
    candidates = [(pc.match_substring_regex(number, "[1-9]"), _parts(tag, number, by)) for tag, number, by in stated]
    candidates.append((is_own, _parts("s", shipment, "")))
    parts = _parts("k", column("movement_key"), "")
    for is_so, said in reversed(candidates):
        parts = pc.if_else(pc.fill_null(is_so, False), said, parts)
    known = pc.unique(parts)
    hashed = pa.array((_hash(one) for one in known.to_pylist()), _TEXT)
    return movements.append_column(BILL, hashed.take(pc.index_in(parts, known)))


def _parts(tag: str, number: pa.ChunkedArray, by: pa.ChunkedArray | str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(tag, number, by, "\x1f")


def decide(rows: pa.Table) -> Decision:
    """Decides between messages.

    Args:
        rows: MOVEMENT with BILL and the mass that is stated, every row of each bill that is in it; a line that was received twice may be
            there twice, and its first row speaks for it.
    """
    rows = rows.append_column(ROW, pa.array(np.arange(rows.num_rows))).filter(pa.array(_undecided(rows)))
    result = Decision()
    if not rows.num_rows:
        return result
    with connect() as connection:
        connection.register("given", rows)
        connection.execute(_LINES)
        for items in _contested_bills(connection):
            judge_bill(items, result)
        connection.register("obsolete", pa.table([list(result.why)], schema=_OBSOLETE))
        result.uncounted.update(fetch(connection, _UNCOUNTED, _ZERO).column(0).to_pylist())
    result.overlapping -= result.why.keys()
    result.conflicting -= result.why.keys()
    return result


def _undecided(rows: pa.Table) -> npt.NDArray[np.bool_]:
    """Rows of bills and shipments of which there may be anything to decide; of nearly all there is not.

    A bill of which every line has a cargo of its own and all are of one original message stands as it is, and a mass is the bill's only
    where it is gross and the goods of its shipment differ. Where a row of a shipment is looked at, all are.
    """
    bills, lines = number_alike(rows.column(BILL)), number_alike(rows.column("line_id"))
    shipments = number_alike(rows.column("shipment_id"))
    original = pc.fill_null(pc.equal(rows.column("message_function"), ORIGINAL), True).to_numpy()
    version = number_alike(pc.fill_null(rows.column("version"), ""), rows.column("as_of_date"))
    cargoes = number_alike(rows.column(BILL), rows.column("movement_key"))
    contested = any_of(bills, ~original | differs(bills, version) | differs(cargoes, lines))
    gross = pc.fill_null(pc.equal(rows.column("mass_basis"), "gross"), False).to_numpy()
    return any_of(shipments, contested | (gross & differs(shipments, number_alike(rows.column("description")))))


_LINES = f"""
    create temp table lines as
    with first as (
        select *, coalesce(message_function, '{ORIGINAL}') as function,
               min({ROW}) over (partition by {BILL}, line_id, coalesce(substance_id, '')) as its_row from given)
    select * exclude (its_row) from first where its_row = {ROW}"""

# A bill of one message in which every item stands once needs no judgement.
_CONTESTED = f"""
    with contested as (
        select {BILL} from lines group by {BILL}
        having bool_or(function <> '{ORIGINAL}') or count(distinct (coalesce(version, ''), as_of_date)) > 1
            or count(distinct movement_key) < count(distinct line_id))
    select {BILL} as bill, line_id, any_value(movement_key) as key, any_value(item_number) as number, any_value(hs6) as hs6,
           any_value(description) as description, any_value(container_numbers) as containers, max(substance_mass_kg) as mass,
           any_value(packages) as packages, list(distinct substance_id) filter (where substance_id is not null) as substances,
           list(struct_pack(substance_id := substance_id, kg := substance_mass_kg,
                sure := coalesce(match_strength <> 'weak' and match_method <> 'hs' and form in ('substance', 'mixture'), false))
                order by substance_id) filter (where substance_id is not null) as named,
           any_value(function) as function, any_value(version) as version, min(as_of_date) as day
    from lines semi join contested using ({BILL}) group by {BILL}, line_id order by {BILL}, line_id"""


def _contested_bills(connection: duckdb.DuckDBPyConnection) -> list[list[Item]]:
    return list(grouped((row["bill"], _item(row)) for row in fetch(connection, _CONTESTED).to_pylist()).values())


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        **{name: row[name] for name in ("line_id", "key", "mass", "packages", "function", "day")},
        number=row["number"] or "",
        hs6=row["hs6"] or "",
        goods=_NO_GOODS.sub(" ", (row["description"] or "").casefold()).strip(),
        containers=tuple(sorted(row["containers"] or ())),
        substances=frozenset(row["substances"] or ()),
        named=tuple(Named(**one) for one in row["named"] or ()),
        nth=nth_of(row["version"], cancels=row["function"] == CANCELLATION),
    )


# A gross mass that is the same on every line of a bill, while the goods differ and packages and containers do not, is the bill's: it
# counts once. Of what contradicts itself the larger mass counts: nothing is counted twice, and nothing is made small.
_UNCOUNTED = f"""
    with current as (select l.* from lines l anti join obsolete f using (line_id)),
    bills as (
        select shipment_id from (
            select distinct shipment_id, line_id, description, substance_mass_kg, mass_basis, packages, container_numbers from current)
        where shipment_id is not null
        group by shipment_id having count(*) > 1 and count(distinct description) = count(*) and count(*) = count(substance_mass_kg)
           and count(distinct substance_mass_kg) = 1 and bool_and(mass_basis = 'gross')
           and count(distinct packages) <= 1 and count(distinct container_numbers) <= 1),
    repeated as (
        select {ROW} from current semi join bills using (shipment_id)
        qualify row_number() over (partition by shipment_id, substance_id order by line_id) > 1),
    contradicted as (
        select {ROW} from current
        qualify row_number() over (partition by {BILL}, movement_key, substance_id
                                   order by substance_mass_kg desc nulls last, line_id) > 1)
    select {ROW} from repeated union select {ROW} from contradicted order by 1"""


# What was decided of the lines of a run, as whoever judges them needs it.


def apply_versions_alone(batch: pa.Table) -> VersionsResult:
    """What is decided of a run of which nothing is remembered.

    Args:
        batch: MOVEMENT, one row a line and substance.
    """
    decision = decide(add_bills(batch))
    amend = rows_with(batch, "line_id", {*decision.previous, *decision.previous.values()} | lines_of(decision))
    keys = dict(tuples_of(amend, "line_id", "movement_key"))
    return VersionsResult(
        why=decision.why,
        uncounted=batch.select(LINE_SUBSTANCE.names).filter(
            pa.array(np.isin(np.arange(batch.num_rows), list(decision.uncounted)))
        ),
        amended=amended_rows(batch, decision, keys),
        previous=decision.previous,
        overlapping=frozenset(decision.overlapping),
        conflicting=frozenset(decision.conflicting),
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
