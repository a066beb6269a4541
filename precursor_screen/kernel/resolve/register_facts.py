"""What registers say of the lines in which a substance was recognised: joined by reference number, and by party and substance.

A register that is not imported leaves its columns null, so that rules about it are not evaluable rather than false.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.engine import fetch
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.reference.thresholds import known_reply_periods
from precursor_screen.rulebook.registers import NOTIFICATIONS, VOLUNTARY, open_registers, register_table
from precursor_screen.rulebook.sql import literal, same_reference

_PERMIT = ("permit_found", "permit_status", "permit_in_force", "permit_substance_ids", "permit_quantity_kg", "permit_single_use")
_PEN = ("pen_found", "pen_status", "pen_lead_days", "pen_substance_ids", "pen_importer_key", "pen_country")
_OBJECTION = ("objected_elsewhere", "objected_later", "objected_days", "objected_country", "objected_reference")
_VOLUNTARY = ("voluntary_status", "voluntary_reference", "voluntary_days")
_LICENCE = ("consignee_licensed", "exporter_licensed", "licence_lapsed")


def _reply_days(law: str) -> tuple[int | None, bool]:
    """Days, and whether they are working days. Only of a period that was read in its source, and holds still: a flag rests on it."""
    read = [p for p in known_reply_periods() if p.jurisdiction == law and p.verified and p.valid_to is None]
    return (read[0].days, read[0].working_days) if read else (None, False)


def add_register_facts(
    connection: duckdb.DuckDBPyConnection,
    lines: pa.Table,
    candidates: pa.Table,
    registers: Mapping[str, pa.Table],
    law: str,
) -> tuple[pa.Table, pa.Table]:
    """Adds the columns about registers.

    Args:
        connection: for the queries.
        lines: with LINE_NO and as_of_date.
        candidates: SUBSTANCE_CANDIDATE with LINE_NO.
        registers: the imported ones by name.
        law: whose period of reply counts.

    Returns:
        lines and candidates with the columns of the registers that there are.
    """
    days, _ = _reply_days(law)
    candidates = candidates.append_column("reply_days", pa.array([days] * candidates.num_rows, pa.int64()))
    connection.register("lines", lines)
    connection.register("relevant", candidates.select([LINE_NO, "substance_id"]))
    open_registers(connection, registers)
    names = set(lines.column_names)
    if "permits" in registers and "permit_reference" in names:
        lines = _append(lines, fetch(connection, _of_lines(_permits())), _PERMIT)
    if "pre-export-notifications" in registers and "pen_reference" in names:
        lines = _append(lines, fetch(connection, _of_lines(_notifications(names, law))), _PEN)
    if "pre-export-notifications" in registers:
        candidates = _append(candidates, fetch(connection, _objections(names)), _OBJECTION)
    if VOLUNTARY in registers:
        candidates = _append(candidates, fetch(connection, _voluntary(names)), _VOLUNTARY)
    if "licences" in registers:
        candidates = _append(candidates, fetch(connection, _licences(names)), _LICENCE)
    return lines, candidates


def _append(table: pa.Table, found: pa.Table, names: tuple[str, ...]) -> pa.Table:
    return set_columns(table, {name: found.column(name).cast(BY_NAME[name].arrow) for name in names})


def _of_lines(facts: str) -> str:
    """SQL of one row a line, in their order; nothing is looked up for lines in which no substance was recognised."""
    return f"""
        with mine as (select * from lines semi join relevant using ({LINE_NO})), facts as ({facts})
        select facts.* from lines l left join facts using ({LINE_NO}) order by l.{LINE_NO}"""


# Of several rows the most serious one speaks: an objection must not hide behind an acceptance.
_WORST = "['revoked', 'objected', 'suspended', 'expired', 'sent', 'accepted', 'valid', 'superseded']"


def _document(register: str, reference: str) -> str:
    """SQL of the rows of a register for each line: those about a substance of the line, or, where there are none, all.

    A document for two substances has a row each, and what the register says of the other one is not the line's business.
    """
    # A status that began later was none yet when the goods moved.
    before = (
        "'sent'" if register == NOTIFICATIONS else "case when r.status in ('sent', 'accepted') then r.status else 'valid' end"
    )
    status = f"case when r.status_from > m.as_of_date then {before} else r.status end"
    return f"""
        select m.*, r.* exclude (substance_id, status), {status} as status, r.substance_id as named_substance_id, r.reference as found_reference,
               coalesce(list_contains(m.substance_ids, r.substance_id), false) as about,
               bool_or(coalesce(list_contains(m.substance_ids, r.substance_id), false)) over (partition by m.{LINE_NO}) as any_about
        from mine m left join (select distinct on (all_of) * exclude (all_of) from (select *, to_json(t) as all_of from {register_table(register)} t)) r
             on {same_reference(f"m.{reference}", "r.reference")}"""


def _permits() -> str:
    return f"""
        select {LINE_NO}, case when permit_reference is not null then count(found_reference) > 0 end as permit_found,
               arg_min(status, list_position({_WORST}, status)) filter (where about or not any_about) as permit_status,
               bool_or(coalesce(valid_from <= as_of_date, true) and coalesce(as_of_date <= valid_to, true))
                   filter (where found_reference is not null and (about or not any_about)) as permit_in_force,
               list_sort(list(distinct named_substance_id) filter (where named_substance_id is not null)) as permit_substance_ids,
               min(quantity_kg) filter (where about or not any_about) as permit_quantity_kg, bool_and(single_use) filter (where about or not any_about) as permit_single_use
        from ({_document("permits", "permit_reference")}) group by {LINE_NO}, permit_reference"""


def _notifications(names: set[str], law: str) -> str:
    dispatch = "coalesce(dispatch_date, as_of_date)" if "dispatch_date" in names else "as_of_date"
    _, working = _reply_days(law)
    lead = (
        f"len(list_filter(range(sent::timestamp, {dispatch}::timestamp, interval 1 day), lambda d: isodow(d) <= 5))"
        if working
        else f"date_diff('day', sent, {dispatch})"
    )
    mine = "filter (where about or not any_about)"
    return f"""
        select {LINE_NO}, case when pen_reference is not null then count(found_reference) > 0 end as pen_found,
               arg_min(status, list_position({_WORST}, status)) {mine} as pen_status, min({lead}) {mine} as pen_lead_days,
               list_sort(list(distinct named_substance_id) filter (where named_substance_id is not null)) as pen_substance_ids,
               min(importer_key) {mine} as pen_importer_key, min(country) {mine} as pen_country
        from ({_document("pre-export-notifications", "pen_reference")}) group by {LINE_NO}, pen_reference"""


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


def _licences(names: set[str]) -> str:
    """One row a candidate, in their order. A party that the line does not name cannot be looked up: unknown."""
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
        select case when len(receiving) > 0 then coalesce(receiver, false) end as consignee_licensed,
               case when len(sending) > 0 then coalesce(sender, false) end as exporter_licensed,
               case when len(receiving) + len(sending) > 0 then coalesce(receiver_lapsed or sender_lapsed, false) end as licence_lapsed
        from pairs left join held using ({LINE_NO}, substance_id) order by {LINE_NO}, substance_id"""
