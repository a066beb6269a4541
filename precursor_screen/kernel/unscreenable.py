"""What was read and could not be screened: goods of which nothing is said, names of which nothing is left, lists that are not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.engine import ask
from precursor_screen.core.schema import BESIDE_TABLE, ISSUE, NAME_COLUMNS, ROLES
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.sql import literal
from precursor_screen.text.covered_languages import CELL_ERROR, UNCACHED_CELL
from precursor_screen.text.party import is_to_order
from precursor_screen.text.substance_mass import TWO_READINGS

_NOTIFIED = "trim(coalesce(notify_party_name, '')) <> ''"
NUMBERED_ISSUE = ISSUE.append(pa.field(LINE_NO, pa.int64()))
UNREAD, PARTLY_READ = "language-not-covered", "foreign-texts"
_GOODS = pa.array(["no-description", "vague-description", "refers-elsewhere", "unreadable-cell", UNREAD])


def goods_unscreened(issues: pa.Table) -> int:
    """How many lines there are of which the goods could not be screened, by the ISSUE rows about them."""
    about_goods = pc.and_(pc.is_in(issues.column("code"), _GOODS), pc.equal(issues.column("field"), "description"))
    return int(pc.sum(about_goods).as_py() or 0)


def lacks_watchlists(reference: Reference) -> bool:
    """Whether parties are to be screened and there is nothing to compare them with."""
    return not reference.watchlists and reference.parties_wanted


def count_parties(lines: pa.Table) -> int:
    """How many cells of some lines name a party."""
    columns = [c for role, c in NAME_COLUMNS.items() if c in lines.column_names and role != "vessel"]
    return sum(lines.num_rows - lines.column(c).null_count for c in columns)


def no_watchlist(cells: int) -> pa.Table:
    """ISSUE about cells that name a party and are compared with no list."""
    row = {"code": "no-watchlist", "message": "no watchlist is imported", "count": cells}
    return pa.Table.from_pylist([row] if cells else [], schema=ISSUE)


def unscreenable_issues(resolved: Resolved, names: tuple[str, ...], cut_at: Mapping[str, int], reference: Reference) -> pa.Table:
    """What was read and could not be screened, line by line: goods and names; codes of another edition, of which a note is made; and masses
    in descriptions that can be read in two ways.

    Args:
        resolved: the lines.
        names: cells of names of which nothing is left to compare.
        cut_at: from `find_cut_lengths`.
        reference: whether names are compared at all.

    Returns:
        NUMBERED_ISSUE, in the order of lines and fields.
    """
    columns = set(resolved.lines.column_names)
    text = "description" if "description" in columns else "cast(null as varchar)"
    codes = [f"coalesce(len({c}), 0) > 0" for c in ("cas_numbers", "cus_codes", "un_numbers") if c in columns]
    nothing = " and ".join(["hs6 is null", "len(substance_ids) = 0", *(f"not ({c})" for c in codes)])
    error, blank = f"coalesce(regexp_matches({text}, {literal(CELL_ERROR)}), false)", f"({text} is null or trim({text}) = '')"
    unread = "false"
    if "is_unread" in columns:
        unread = f"(coalesce(is_unread, false) and not {error} and not ({_recognised(codes)}))"
    beside = f" and coalesce(message_type, '') <> {literal(BESIDE_TABLE)}" if "message_type" in columns else ""
    place = "source_file, source_row"
    # A text that only says where the goods are named, or none at all, is no description, whatever code stands beside it.
    parts = [
        f"""select case when {error} then 'unreadable-cell' when {blank} then 'no-description' when is_reference then 'refers-elsewhere'
                when {unread} then {literal(UNREAD)} else 'vague-description' end as code, {place}, 'description' as field, left({text}, 200) as value,
            case when {error} then 'an error of a spreadsheet stands for the description' when is_reference then
                'the goods are named in a document that was not screened' when {unread} then
                'nothing is recognised in it, and no name of a substance is known in its language' else 'nothing in the line could be screened for substances' end as message,
            line_id, cast(1 as bigint) as count, {LINE_NO}
            from lines where ({nothing} and ({blank} or is_vague) or {error} or coalesce(is_reference, false) or {unread}){beside}"""
    ]
    if "is_unread" in columns and _is_there(resolved.lines.column("is_unread"), True):
        # What is recognised in such a text stands: one note a file names no line.
        parts.append(
            f"""select {literal(PARTLY_READ)} as code, source_file, min(source_row) as source_row, 'description' as field,
            left(arg_min(description, {LINE_NO}), 200) as value,
            'something is recognised in texts of a language of which hardly a name of a substance is known' as message,
            cast(null as varchar) as line_id, count(*) as count, min({LINE_NO}) as {LINE_NO}
            from lines where coalesce(is_unread, false) and not {unread}{beside} group by source_file"""
        )
    parts += [
        f"""select 'unreadable-cell' as code, {place}, {literal(field)} as field, left({field}, 200) as value,
            'an error of a spreadsheet stands for the text' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
            from lines where regexp_matches({field}, {literal(CELL_ERROR)})"""
        for field in ("marks", *NAME_COLUMNS.values(), *(f"{role}_address" for role in ROLES))
        if field in columns and field != "other_parties" and _holds(resolved.lines.column(field), CELL_ERROR)
    ]
    if {"hs_known", "hs_code"} <= set(columns) and _is_there(resolved.lines.column("hs_known"), "unknown-edition"):
        # The lines were screened: one note a file and code, at its first row, names no line.
        parts.append(
            f"""select 'unknown-edition' as code, source_file, min(source_row) as source_row, 'hs_code' as field, hs_code as value,
            'the heading or subheading is none of the edition that is known here' as message, cast(null as varchar) as line_id,
            count(*) as count, min({LINE_NO}) as {LINE_NO} from lines where hs_known = 'unknown-edition' group by source_file, hs_code"""
        )
    if cut_at:
        parts.append(_cut_texts(cut_at))
    mass_doubts = resolved.substances.column("mass_doubt") if "mass_doubt" in resolved.substances.column_names else None
    if mass_doubts is not None and "description" in columns and _is_there(mass_doubts, TWO_READINGS):
        stated = [f"ambiguous_{c} is null" for c in ("net_mass_kg", "quantity", "gross_mass_kg") if f"ambiguous_{c}" in columns]
        parts.append(
            f"""select 'ambiguous-number' as code, {place}, 'description' as field, left(description, 200) as value,
            'the mass may be ' || array_to_string(list_sort(list_distinct(flatten(list(mass_readings)))), ' or ') || ' kg' as message,
            cast(null as varchar) as line_id, cast(1 as bigint) as count, {LINE_NO}
            from lines join substances using ({LINE_NO})
            where mass_doubt = {literal(TWO_READINGS)} and match_strength <> 'weak'{"".join(f" and {s}" for s in stated)} group by all"""
        )
    if "other_texts" in columns and _holds(pc.list_flatten(resolved.lines.column("other_texts")), UNCACHED_CELL):
        parts.append(
            f"""select 'unreadable-cell' as code, {place}, other_columns as field, left(other_texts, 200) as value,
            'an error of a spreadsheet stands for the text' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
            from (select * exclude (other_texts, other_columns), unnest(other_texts) as other_texts, unnest(other_columns) as other_columns
                  from lines where other_texts is not null) where regexp_matches(other_texts, {literal(UNCACHED_CELL)})"""
        )
    for role, name in NAME_COLUMNS.items():
        # A vessel that is not named yet ("TBN"), or by its number alone, is no party without a name.
        if name in columns and names and reference.watchlists and role != "vessel":
            lines, cell = (
                ("lines", name) if name != "other_parties" else ("(select *, unnest(other_parties) as cell from lines)", "cell")
            )
            parts.append(
                f"""select 'unscreenable-name' as code, {place}, {literal(name)} as field, left(l.{cell}, 200) as value,
                'nothing is left of the name to compare' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
                from {lines} l semi join unscreenable on l.{cell} = unscreenable.name{_unless_notified(role, columns)}"""
            )
    if {"consignee_name", "notify_party_name"} <= columns and names and reference.watchlists:
        # The notify party was screened in the consignee's place: one note a file names no line.
        parts.append(
            f"""select 'to-order' as code, source_file, min(source_row) as source_row, 'consignee_name' as field, min(consignee_name) as value,
            'the goods are consigned to order, and the notify party is named' as message, cast(null as varchar) as line_id,
            count(*) as count, min({LINE_NO}) as {LINE_NO}
            from lines semi join to_order on consignee_name = to_order.name where {_NOTIFIED} group by source_file"""
        )
    unscreenable, to_order = (
        pa.table([pa.array(some, pa.string())], names=["name"]) for some in (names, filter(is_to_order, names))
    )
    tables = {"lines": resolved.lines, "substances": resolved.substances, "unscreenable": unscreenable, "to_order": to_order}
    return ask(f"{' union all '.join(parts)} order by {LINE_NO}, field", NUMBERED_ISSUE, **tables)


def _recognised(codes: Sequence[str]) -> str:
    """SQL of whether a line names a substance, or has a number of one."""
    return " or ".join(["len(substance_ids) > 0", *codes])


def _holds(cells: pa.ChunkedArray, pattern: str) -> bool:
    """Whether any cell matches: planning a query that finds nothing takes longer than looking."""
    return pc.any(pc.match_substring_regex(pc.unique(cells), pattern), min_count=0).as_py() is True


def _is_there(cells: pa.ChunkedArray, value: str | bool) -> bool:
    return pc.any(pc.equal(cells, value), min_count=0).as_py() is True


def _unless_notified(role: str, columns: set[str]) -> str:
    """SQL of the condition that leaves out a consignee "to order" where a notify party is named."""
    if role != "consignee" or "notify_party_name" not in columns:
        return ""
    return f" anti join (select {LINE_NO} from lines join to_order on consignee_name = to_order.name where {_NOTIFIED}) using ({LINE_NO})"


def _cut_texts(cut_at: Mapping[str, int]) -> str:
    """Descriptions that end where their field ends and in which nothing was recognised: one row a file, with their number."""
    files = ", ".join(f"({literal(file)}, {length})" for file, length in sorted(cut_at.items()))
    return f"""select 'cut-text' as code, source_file, min(source_row) as source_row, 'description' as field, arg_min(description, {LINE_NO}) as value,
        'cut off at ' || any_value(longest) || ' characters, and nothing was recognised' as message, cast(null as varchar) as line_id,
        count(*) as count, min({LINE_NO}) as {LINE_NO}
        from lines join (values {files}) cut (file, longest) on source_file = file
        where length(description) = longest and len(substance_ids) = 0 group by source_file"""


_NOTES = pa.array(
    ["unknown-edition", "to-order", "cut-text", PARTLY_READ]
)  # one row a file, or a file and code: what parts say of it is added up


def add_notes(issues: pa.Table) -> pa.Table:
    """NUMBERED_ISSUE of the parts of a run, in the order of lines, with one note of each kind a file: at its first row, all lines counted."""
    places = pc.indices_nonzero(pc.is_in(issues.column("code"), _NOTES)).to_pylist()
    notes: dict[tuple[str, ...], dict[str, Any]] = {}
    gone = []
    for place, row in zip(places, issues.take(pa.array(places, pa.int64())).to_pylist(), strict=True):
        key = (row["code"], row["source_file"], row["value"] if row["code"] == "unknown-edition" else "")
        first = notes.setdefault(key, {**row, "place": place, "count": 0})
        first["count"] += row["count"]
        first["source_row"] = min(first["source_row"], row["source_row"])
        if row["code"] == "to-order":
            first["value"] = min(first["value"], row["value"])
        if first["place"] != place:
            gone.append(place)
    if not gone:
        return issues
    added = pa.Table.from_pylist([{n: note[n] for n in NUMBERED_ISSUE.names} for note in notes.values()], schema=NUMBERED_ISSUE)
    kept = np.delete(np.arange(issues.num_rows), places)
    places = np.concatenate([kept, [note["place"] for note in notes.values()]])
    return pa.concat_tables([issues.take(pa.array(kept)), added]).take(pa.array(np.argsort(places)))
