"""What registers say of the lines in which a substance was recognised: joined by reference number, and by party and substance.

A register that is not imported leaves its columns null, so that rules about it are not evaluable rather than false.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.engine import fetch
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.resolve.paper_facts import add_paper_facts, reply_days
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.registers import VOLUNTARY, Scope, open_registers, register_table, scope_of
from precursor_screen.rulebook.sql import literal, same_reference

_OBJECTION = ("objected_elsewhere", "objected_later", "objected_days", "objected_country", "objected_reference")
_VOLUNTARY = ("voluntary_status", "voluntary_reference", "voluntary_days")
_LICENCE = ("consignee_licensed", "exporter_licensed", "licence_lapsed", "licences_complete")


def add_register_facts(
    connection: duckdb.DuckDBPyConnection,
    lines: pa.Table,
    candidates: pa.Table,
    parties: pa.Table,
    reference: Reference,
) -> tuple[pa.Table, pa.Table]:
    """Adds the columns about registers.

    Args:
        connection: for the queries.
        lines: with LINE_NO and as_of_date.
        candidates: SUBSTANCE_CANDIDATE with LINE_NO, in their order.
        parties: PARTY_CANDIDATE with LINE_NO.
        reference: with the imported registers by name, and the law whose period of reply counts.

    Returns:
        lines and candidates with the columns of the registers that there are.
    """
    registers = reference.registers
    days, _ = reply_days(reference.law)
    candidates = candidates.append_column("reply_days", pa.array([days] * candidates.num_rows, pa.int64()))
    connection.register("lines", lines)
    connection.register("relevant", candidates.select([LINE_NO, "substance_id"]))
    open_registers(connection, registers)
    names = set(lines.column_names)
    lines, candidates = add_paper_facts(lines, candidates, parties, reference)
    if "pre-export-notifications" in registers:
        candidates = _append(candidates, fetch(connection, _objections(names)), _OBJECTION)
    if VOLUNTARY in registers:
        candidates = _append(candidates, fetch(connection, _voluntary(names)), _VOLUNTARY)
    if "licences" in registers:
        candidates = _append(candidates, fetch(connection, _licences(names, scope_of(registers["licences"]))), _LICENCE)
    return lines, candidates


def _append(table: pa.Table, found: pa.Table, names: tuple[str, ...]) -> pa.Table:
    return set_columns(table, {name: found.column(name).cast(BY_NAME[name].arrow) for name in names})


# Of several rows the most serious one speaks: an objection must not hide behind an acceptance.
_WORST = "['revoked', 'objected', 'suspended', 'expired', 'sent', 'accepted', 'valid', 'superseded']"


def _keys(names: set[str], *roles: str) -> str:
    """SQL of the keys of those parties in these roles that a line `l` names."""
    there = [f"l.{role}_key" for role in roles if f"{role}_key" in names]
    return f"list_distinct(list_filter([{', '.join(there)}], lambda x: x is not null))" if there else "cast([] as varchar[])"


def _objections(names: set[str]) -> str:
    """One row a candidate, in their order: the last notification of the same exporter and substance, for another country, to which
    the importing State objected. Whether there is one is unknown where the line names no exporter or no destination, or the register
    no exporter or no country."""
    destination = "l.country_of_destination" if "country_of_destination" in names else "null::varchar"
    stopped = "status in ('objected', 'suspended', 'revoked') and substance_id is not null"
    return f"""
        with pairs as (
            select n.{LINE_NO}, n.substance_id, l.as_of_date as day, {destination} as destination, {_keys(names, "exporter", "consignor")} as sending
            from relevant n join lines l using ({LINE_NO})),
        stopped as (select distinct reference, substance_id, exporter_key, country, sent from {register_table("pre-export-notifications")} where {stopped}),
        known as (
            select p.{LINE_NO}, p.substance_id, bool_or(s.country <> destination) as elsewhere,
                   arg_max({{'sent': s.sent, 'country': s.country, 'reference': s.reference}},
                       (coalesce(s.sent, date '0001-01-01'), s.reference, s.country)) filter (where s.country <> destination) as latest,
                   max(coalesce(s.sent, day)) filter (where s.country is null or (s.sent is null and s.country <> destination)) as doubt
            from (select *, unnest(sending) as exporter_key from pairs) p
                 join stopped s using (substance_id, exporter_key) where s.sent is null or s.sent <= day group by all),
        nobody as (
            select substance_id, country, min(coalesce(sent, date '0001-01-01')) as first, max(coalesce(sent, date '9999-12-31')) as last
            from stopped where exporter_key is null group by all),
        others as (
            select p.{LINE_NO}, p.substance_id, max(least(n.last, day)) as doubt from pairs p join nobody n using (substance_id)
            where n.first <= day and (n.country is null or n.country <> destination) group by all),
        objected as (
            select pairs.*, elsewhere, latest, coalesce(greatest(known.doubt, others.doubt), known.doubt, others.doubt) as doubt
            from pairs left join known using ({LINE_NO}, substance_id) left join others using ({LINE_NO}, substance_id))
        select case when len(sending) = 0 or destination is null then null when coalesce(elsewhere, false) then true
                    when doubt is not null then null else false end as objected_elsewhere,
               case when len(sending) = 0 or destination is null or doubt > latest.sent then null else false end as objected_later,
               date_diff('day', latest.sent, day) as objected_days, latest.country as objected_country,
               latest.reference as objected_reference
        from objected order by {LINE_NO}, substance_id"""


def _voluntary(names: set[str]) -> str:
    """One row a candidate, in their order: the voluntary notification that the line names, else the last one that was sent until then by
    the same exporter for the same substance and destination. Nobody has to send one: where there is none, nothing is said."""
    destination = "l.country_of_destination" if "country_of_destination" in names else "null::varchar"
    number = "l.pen_reference" if "pen_reference" in names else "null::varchar"
    return f"""
        with pairs as (
            select n.{LINE_NO}, n.substance_id, l.as_of_date as day, {destination} as destination, {number} as number,
                   {_keys(names, "exporter", "consignor")} as sending
            from relevant n join lines l using ({LINE_NO})),
        known as (
            select p.{LINE_NO}, p.substance_id, case when r.status_from > p.day then 'sent' else r.status end as status, r.reference,
                   date_diff('day', r.sent, p.day) as days, coalesce({same_reference("p.number", "r.reference")}, false) as named
            from pairs p join {register_table(VOLUNTARY)} r on r.substance_id = p.substance_id
            where named or (list_contains(p.sending, r.exporter_key) and r.country = p.destination and r.sent <= p.day)),
        chosen as (
            select {LINE_NO}, substance_id, arg_min({{'status': status, 'reference': reference, 'days': days}},
                (not named, coalesce(days, 0), list_position({_WORST}, status), reference)) as one
            from known group by all)
        select one.status as voluntary_status, one.reference as voluntary_reference, one.days as voluntary_days
        from pairs left join chosen using ({LINE_NO}, substance_id) order by {LINE_NO}, substance_id"""


def _licences(names: set[str], scope: Scope) -> str:
    """One row a candidate, in their order. A party that the line does not name cannot be looked up: unknown; so is one for a substance of
    which a register that does not say that it is complete holds no licence at all."""
    ids = ", ".join(map(literal, scope.substances))
    inside = [f"as_of_date >= date {literal(scope.first)}"] if scope.first else []
    inside += [f"as_of_date <= date {literal(scope.last)}"] if scope.last else []
    inside += [f"substance_id in ({ids})"] if ids else []
    complete = " and ".join(inside) or "true"
    if scope.complete is None:  # it does not say; outside of what it covers it says nothing
        complete = f"case when {complete} then null else false end"
    elif not scope.complete:
        complete = "false"
    receiving, sending = _keys(names, "consignee", "importer"), _keys(names, "exporter", "consignor")
    live = f"""r.status = {literal("valid")} and coalesce(r.valid_from <= p.as_of_date, true) and coalesce(p.as_of_date <= r.valid_to, true)"""
    return f"""
        with pairs as (
            select n.{LINE_NO}, n.substance_id, l.as_of_date, {receiving} as receiving, {sending} as sending
            from relevant n join lines l using ({LINE_NO})),
        held as (
            select p.{LINE_NO}, p.substance_id, bool_or({live} and list_contains(receiving, r.holder_key)) as receiver,
                   bool_or({live} and list_contains(sending, r.holder_key)) as sender,
                   bool_or(list_contains(receiving, r.holder_key)) and not receiver as receiver_lapsed,
                   bool_or(list_contains(sending, r.holder_key)) and not sender as sender_lapsed
            from pairs p join {register_table("licences")} r on r.substance_id = p.substance_id
                 and (list_contains(receiving, r.holder_key) or list_contains(sending, r.holder_key))
            group by all)
        select case when len(receiving) > 0 and (receiver or known) then coalesce(receiver, false) end as consignee_licensed,
               case when len(sending) > 0 and (sender or known) then coalesce(sender, false) end as exporter_licensed,
               case when len(receiving) + len(sending) > 0 then coalesce(receiver_lapsed or sender_lapsed, false) end as licence_lapsed,
               complete as licences_complete
        from (select pairs.*, {complete} as complete from pairs) pairs left join held using ({LINE_NO}, substance_id)
             cross join lateral (select coalesce(complete, substance_id in (select substance_id from {register_table("licences")})) as known)
        order by {LINE_NO}, substance_id"""
