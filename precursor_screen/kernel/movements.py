"""Lines to movements: one row a physical movement of one substance, messages about one cargo merged, totals of a bill counted once.

A movement is what windows count and what the ledger keeps. Goods without a substance are kept where something else is worth
remembering of them: a word of a lexicon, a party that resembles a listed one, or goods that are watched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.resolve.resolved import LINE_NO, Resolved
from precursor_screen.rulebook.sql import null_column
from precursor_screen.schema import ISSUE, MOVEMENT, MOVEMENT_STORED, SUBSTANCE

# One row a line and substance: a line's number in the run, what its message does (original, replacement, cancellation), MOVEMENT.
MOVED = pa.schema([(LINE_NO, pa.int64()), ("function", pa.string()), *MOVEMENT])
LINK_DAYS = 90  # a number used again after that is another consignment's


@dataclass(frozen=True, slots=True)
class Movements:
    """What moved, message by message.

    Attributes:
        live: MOVEMENT rows that stand.
        cancelled: MOVEMENT: the cancellations of those that the run takes back.
        issues: ISSUE about contradicting messages.
        fallen: line_id of the lines that a later version or a cancellation of the run takes the place of.
    """

    live: pa.Table
    cancelled: pa.Table
    issues: pa.Table
    fallen: pa.Array

    def without(self, fallen: pa.Table) -> Movements:
        """These, but for lines that do not stand by what earlier runs have recorded, cancellations among them.

        Args:
            fallen: movement_key, line_id.
        """
        if not fallen.num_rows:
            return self
        gone = fallen.column("line_id").combine_chunks()
        live, cancelled = (t.filter(pc.invert(pc.is_in(t.column("line_id"), gone))) for t in (self.live, self.cancelled))
        return replace(self, live=live, cancelled=cancelled, fallen=pa.concat_arrays([self.fallen, gone]))

    @property
    def batch(self) -> pa.Table:
        """What a ledger is to remember: MOVEMENT rows, cancellations among them."""
        return pa.concat_tables([self.live, self.cancelled])


def to_movements(resolved: Resolved) -> Movements:
    """Makes movements of resolved lines; `resolved` must hold every line of each bill."""
    return settle(movement_rows(resolved))


def movement_rows(resolved: Resolved) -> pa.Table:
    """MOVED: what is worth remembering of each line; right under any partitioning."""
    with connect() as connection:
        connection.register("lines", resolved.lines)
        connection.register("substances", resolved.substances)
        connection.register("party_candidates", resolved.parties)
        return fetch(connection, _rows(resolved), MOVED)


def settle(moved: pa.Table) -> Movements:
    """Makes movements of what moved, message by message.

    Messages stand in the order of their versions, whatever the order in which they were read (a message without one comes before all
    others, a replacement after the original of its version, and what is alike in both goes by the hash of its content): the last
    takes the place of the others, and a cancellation removes what is of no higher version than its own. Two originals of one
    version and different content contradict each other: both stay, and an issue names them. A gross mass that is the same on every
    line of a bill, while the goods differ and packages and containers do not, is the bill's: it counts once.

    Args:
        moved: MOVED, every line of each bill, in the order of lines and substances.
    """
    with connect() as connection:
        connection.register("rows", moved)
        connection.execute(_VERSIONS)
        columns = ", ".join(f'"{c.name}"' for c in MOVEMENT_STORED)
        live = fetch(connection, _LIVE.format(columns=columns), MOVEMENT)
        cancelled = fetch(connection, _CANCELLED.format(columns=columns), MOVEMENT)
        issues = fetch(connection, _CONFLICTS, ISSUE)
        fallen = fetch(connection, _FALLEN, pa.schema([("line_id", pa.string())])).column(0).combine_chunks()
    return Movements(live, cancelled, issues, fallen)


def overtaken(moved: pa.Table, movements: Movements) -> pa.Table:
    """ISSUE: that lines raise no flag since another message holds; one note a file, at its first such row, with their number."""
    rows = moved.filter(pc.is_in(moved.column("line_id"), movements.fallen)).select(["source_file", "source_row", "line_id"])
    told = rows.group_by("source_file", use_threads=False).aggregate([("source_row", "min"), ("line_id", "count_distinct")])
    message = "another message about the same goods holds: a later version, or a cancellation"
    notes = [
        {"code": "overtaken-message", "source_file": file, "source_row": row, "message": message, "count": count}
        for file, row, count in zip(
            *(told.column(n).to_pylist() for n in ("source_file", "source_row_min", "line_id_count_distinct")), strict=True
        )
    ]
    return pa.Table.from_pylist(notes, schema=ISSUE)


def _rows(resolved: Resolved) -> str:
    """SQL of all rows worth remembering, with LINE_NO and the columns of MOVEMENT."""
    columns = []
    for column in MOVEMENT_STORED:
        owner, table = ("s", resolved.substances) if column.subject == SUBSTANCE else ("l", resolved.lines)
        columns.append(f'{owner}."{column.name}"' if column.name in table.column_names else null_column(column.name))
    if "largest_mass_kg" in resolved.substances.column_names:
        # Sums are held against thresholds, so a figure that may be read in two ways counts by the larger one.
        mass = "coalesce(s.substance_mass_kg, s.largest_mass_kg) as substance_mass_kg"
        columns = [mass if column == 's."substance_mass_kg"' else column for column in columns]
    function = "l.message_function" if "message_function" in resolved.lines.column_names else "cast(null as varchar)"
    told = {"lexicon_terms": "len(l.lexicon_terms) > 0", "goods_key": "l.goods_key is not null"}
    signs = "".join(f" or {test}" for name, test in told.items() if name in resolved.lines.column_names)
    return f"""
        select l.{LINE_NO}, coalesce({function}, 'original') as function, {", ".join(columns)}
        from lines l left join substances s using ({LINE_NO})
        where s.substance_id is not null{signs}
           or l.{LINE_NO} in (select {LINE_NO} from party_candidates) or function <> 'original'
        order by l.{LINE_NO}, s.substance_id"""


# One row a message (line) of a movement, and which of them stands: a cancellation takes back what is not of a higher version.
_VERSIONS = """
    create temp table versions as
    with messages as (
        select distinct movement_key, line_id, function,
               case when function = 'cancellation' and version is null then 'infinity'::double  -- of all versions
                    else coalesce(case when isfinite(try_cast(version as double)) then try_cast(version as double) end, 0) end as nth
        from rows),
    counted as (
        select *, max(nth) filter (where function = 'cancellation') over (partition by movement_key) as cancelled_at from messages),
    ranked as (
        select *, not (function = 'cancellation') and (cancelled_at is null or nth > cancelled_at) as counts from counted),
    latest as (
        select movement_key, arg_max((nth, function = 'replacement'), (nth, function = 'replacement', line_id)) as last,
               arg_max(line_id, (nth, function = 'replacement', line_id)) as last_line
        from ranked where counts group by movement_key)
    select r.*, r.counts and (r.line_id = l.last_line
               or (not l.last[2] and r.nth = l.last[1])) as stands
    from ranked r left join latest l using (movement_key)"""

_LIVE = f"""
    with standing as (
        select r.* from rows r semi join (select * from versions where stands) v
        on r.movement_key = v.movement_key and r.line_id = v.line_id),
    bills as (
        select shipment_id from (
            select distinct shipment_id, line_id, description, substance_mass_kg, mass_basis, packages, container_numbers from standing)
        group by shipment_id having count(*) > 1 and count(distinct description) = count(*) and count(*) = count(substance_mass_kg)
           and count(distinct substance_mass_kg) = 1 and bool_and(mass_basis = 'gross')
           and count(distinct packages) <= 1 and count(distinct container_numbers) <= 1),
    totalled as (
        select s.* replace (case when b.shipment_id is not null
                and row_number() over (partition by s.shipment_id, s.substance_id order by s.{LINE_NO}) > 1
                then 0 else s.substance_mass_kg end as substance_mass_kg)
        from standing s left join bills b using (shipment_id))
    select {{columns}} from totalled
    qualify row_number() over (partition by movement_key, line_id, substance_id order by {LINE_NO}) = 1
    order by {LINE_NO}, substance_id"""

_CANCELLED = f"""
    select {{columns}} from rows where function = 'cancellation'
        and movement_key not in (select movement_key from versions where stands)
    qualify row_number() over (partition by movement_key order by {LINE_NO}, substance_id) = 1 order by {LINE_NO}"""

_FALLEN = """
    select distinct line_id from versions where function <> 'cancellation' and not stands
        and line_id not in (select line_id from versions where stands) order by line_id"""

_CONFLICTS = f"""
    select 'contradicting-messages' as code, source_file, source_row, 'movement_key' as field, r.line_id as value,
           'another original states the same references with other content' as message, r.line_id, cast(1 as bigint) as count
    from rows r semi join (
        select movement_key, line_id from versions where stands
        qualify count(line_id) over (partition by movement_key) > 1) c
    on r.movement_key = c.movement_key and r.line_id = c.line_id
    qualify row_number() over (partition by r.line_id order by {LINE_NO}) = 1 order by {LINE_NO}"""


def _numbered(column: str) -> str:
    """SQL of a number of a document, null where no figure stands in it: "TBA" on two bills is not one bill."""
    return f"case when regexp_matches({column}, '[1-9]') then {column} end"


# A movement's own document is the highest that it states: declaration over house bill over bill; with none it is its own. Bills of two
# carriers may carry the same number.
_BILL = f"coalesce({_numbered('bill_of_lading')}, {_numbered('master_bill_of_lading')})"
DOCUMENT_RANK = f"""case when {_numbered("declaration_id")} is not null then 3
    when {_numbered("house_bill_of_lading")} is not null then 2 when {_BILL} is not null then 1 else 0 end"""
OWN_NUMBER = f"coalesce({_numbered('declaration_id')}, {_numbered('house_bill_of_lading')}, {_BILL}, movement_key)"
CARGO = f"""({DOCUMENT_RANK})::varchar || ':' || case when {DOCUMENT_RANK} in (1, 2) then coalesce(bill_issuer, '') else '' end
    || ':' || {OWN_NUMBER}"""
LOWER_NUMBERS = ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")
_COVERS = "0.95"  # of a bill's mass must stand in the documents above it; else it speaks for itself


def link_movements(source: str) -> str:
    """SQL that adds `cargo_id` and `counts` to the movements of the table `source`.

    Declaration, house bill and master bill of one cargo carry different numbers. Where a movement states the number of a
    document of a lower rank, and that document's own movement of the same substance lies within 90 days, the two are one cargo:
    it takes the identity of the highest (declaration over house over master), and only that one counts. A small declaration
    hides no large bill: where the documents above state less of the substance than the bill does, or do not say how much, the bill
    counts as well.
    """
    return f"""
        with own as (
            select *, coalesce(bill_issuer, '') as issuer, {DOCUMENT_RANK} as document_rank, {OWN_NUMBER} as own_number,
                   {CARGO} as own_cargo from {source}),
        weighed as (
            select *, sum(substance_mass_kg) over (partition by own_cargo, substance_id) as own_kg from own),
        stated as (
            select number, above, substance_id, issuer, as_of_date, own_cargo, max(own_number) as own_number, max(own_kg) as kg
            from (select document_rank as above, substance_id, issuer, as_of_date, own_number, own_cargo, own_kg,
                         unnest([{", ".join(LOWER_NUMBERS)}]) as number
                  from weighed where document_rank >= 2)
            where regexp_matches(number, '[1-9]') and number <> own_number group by all),
        covered as (
            select movement_key, line_id, substance_id, own_kg, arg_max(cargo, (above, cargo)) as upper_cargo,
                   greatest(sum(kg) filter (where above = 3), sum(kg) filter (where above = 2)) as upper_kg
            from (select distinct o.movement_key, o.line_id, o.substance_id, o.own_kg, s.own_cargo as cargo, s.above, s.kg
                  from weighed o join stated s on o.own_number = s.number and o.document_rank < s.above
                       and o.substance_id is not distinct from s.substance_id
                       and (o.issuer = s.issuer or o.issuer = '' or s.issuer = '')
                       and abs(date_diff('day', o.as_of_date, s.as_of_date)) <= {LINK_DAYS}
                  where o.document_rank in (1, 2))
            group by all)
        select w.* exclude (issuer, document_rank, own_number, own_cargo, own_kg),
               c.upper_cargo is null or (c.own_kg is not null and coalesce(c.upper_kg, 0) < {_COVERS} * c.own_kg) as counts,
               coalesce(c.upper_cargo, w.own_cargo) as cargo_id
        from weighed w left join covered c on w.movement_key = c.movement_key and w.line_id = c.line_id
             and w.substance_id is not distinct from c.substance_id"""
