"""The composition: lines in; matches, flags, what could not be judged or screened, and a band a shipment out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.exceptions import Excepted, apply_exceptions
from precursor_screen.kernel.flag import flag_lines, flag_shipments
from precursor_screen.kernel.mentions import find_mentions
from precursor_screen.kernel.movements import Movements, to_movements
from precursor_screen.kernel.party_memory import FORGETFUL, PartyMemory
from precursor_screen.kernel.recognise import match_parties, recognise
from precursor_screen.kernel.resolve import resolve
from precursor_screen.kernel.resolved import LINE_NO, Resolved
from precursor_screen.kernel.score import score
from precursor_screen.kernel.spread import Spread, in_turn
from precursor_screen.kernel.windows.judge import flag_windows, request_history
from precursor_screen.memory import Compared, Forgetful, Judged, Memory
from precursor_screen.names.cell_errors import CELL_ERROR, UNCACHED_CELL
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.sql import literal
from precursor_screen.schema import BESIDE_TABLE, ISSUE, NAME_COLUMNS, ROLES

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of some lines. unscreened_lines counts lines of which nothing could be screened.

    flags: every flag with its state; suppressed: SUPPRESSED; movements, compared and judged: what a ledger is to remember.
    """

    resolved: Resolved
    movements: Movements
    substance_matches: pa.Table
    party_matches: pa.Table
    flags: pa.Table
    suppressed: pa.Table
    expired_exceptions: tuple[str, ...]
    unused_exceptions: tuple[str, ...]
    unjudged: pa.Table
    shipments: pa.Table
    issues: pa.Table
    unscreened_lines: int
    compared: Compared
    judged: Judged


def screen(
    lines: pa.Table,
    inputs: pa.Table,
    reference: Reference,
    progress: Progress = lambda _: None,
    spread: Spread = in_turn,
    memory: Memory | None = None,
    known_parties: PartyMemory = FORGETFUL,
) -> Screened:
    """Screens some lines; pure: the same arguments give the same tables.

    Args:
        lines: LINE columns that are supplied, one row a line, every line_id once.
        inputs: input_id, supplied_fields.
        reference: what the law, the lists and the rules say.
        progress: told what is being done.
        spread: how the matching of distinct texts and names is spread; changes nothing in the result.
        memory: what is known of earlier runs; default: nothing.
        known_parties: names that were matched before; changes nothing in the result.
    """
    progress("recognising substances")
    substance_matches = recognise(lines, reference, spread)
    progress("matching parties")
    parties = match_parties(lines, reference, spread, known_parties)
    mentions = find_mentions(lines, reference, spread)
    progress("applying rules")
    resolved = resolve(lines, inputs, substance_matches, parties.matches, mentions, reference, spread)
    by_line, unjudged_lines = flag_lines(resolved, reference.rules)
    by_shipment, unjudged_shipments = flag_shipments(resolved, reference.rules)
    progress("looking back")
    memory = memory or Forgetful()
    movements = to_movements(resolved)
    history = memory.look_back(request_history(movements, reference.rules, reference.registers))
    by_window, unjudged_windows = flag_windows(movements.live, history, reference.rules, reference)
    unjudged = pa.concat_tables([unjudged_lines, unjudged_shipments, unjudged_windows])
    of_rows = pa.concat_tables([by_line, by_shipment])
    of_rows = of_rows.filter(pc.invert(pc.is_in(of_rows.column("line_id"), _taken_back(resolved, movements))))
    excepted = apply_exceptions(
        sort_flags(pa.concat_tables([of_rows, by_window])), resolved, reference.exceptions, reference.as_of
    )
    judged = _judged(resolved, movements, unjudged, reference)
    compared = memory.compare_flags(excepted.flags, judged)
    flags = sort_flags(pa.concat_tables([_with_exceptions(compared, excepted), compared.carried, compared.resolved]))
    suppressed = pa.concat_tables([excepted.suppressed, compared.suppressed])
    issues = pa.concat_tables([unscreenable_issues(resolved, parties.unscreenable, reference), movements.issues])
    described = issues.filter(
        pc.and_(pc.is_in(issues.column("code"), GOODS_UNSCREENED), pc.equal(issues.column("field"), "description"))
    )
    shipments = score(
        flags.filter(pc.is_in(flags.column("state"), pa.array(OPEN))),
        unjudged,
        resolved.lines,
        _unscreened_shipments(resolved, issues, reference),
        tuple(r.rule for r in reference.rules),
        reference.typologies,
    )
    return Screened(
        resolved=resolved,
        movements=movements,
        substance_matches=substance_matches,
        party_matches=parties.matches,
        flags=flags,
        suppressed=suppressed,
        expired_exceptions=excepted.expired,
        unused_exceptions=excepted.unused,
        unjudged=unjudged,
        shipments=shipments,
        issues=issues,
        unscreened_lines=described.num_rows,
        compared=compared,
        judged=judged,
    )


GOODS_UNSCREENED = pa.array(["no-description", "vague-description", "refers-elsewhere", "unreadable-cell"])
OPEN = ("new", "existing")  # states of flags that score and that an officer is to look at


def _taken_back(resolved: Resolved, movements: Movements) -> pa.Array:
    """The lines of movements that a message of this run cancels: nothing of them moved, so no rule flags them."""
    cancelled = pc.is_in(resolved.lines.column("movement_key"), pc.unique(movements.cancelled.column("movement_key")))
    return pc.unique(resolved.lines.column("line_id").filter(cancelled))


def _judged(resolved: Resolved, movements: Movements, unjudged: pa.Table, reference: Reference) -> Judged:
    return Judged(
        resolved.lines.select(["line_id", "movement_key", "shipment_id"]),
        {r.rule.id: r.rule.scope for r in reference.rules},
        frozenset(pc.unique(unjudged.column("rule_id")).to_pylist()),
        frozenset(movements.cancelled.column("movement_key").to_pylist()),
    )


def _with_exceptions(compared: Compared, excepted: Excepted) -> pa.Table:
    """The flags with their states against what is recorded; what an exception suppresses stays suppressed."""
    by_exception = pc.is_in(compared.flags.column("flag_id"), excepted.suppressed.column("flag_id"))
    states = pc.if_else(by_exception, pa.scalar("suppressed"), compared.flags.column("state"))
    return compared.flags.set_column(compared.flags.column_names.index("state"), "state", states)


def sort_flags(flags: pa.Table) -> pa.Table:
    """Flags in their fixed order: file, row, rule, candidate."""
    keys = ("source_file", "source_row", "rule_id", "flag_id")
    return flags.sort_by([(k, "ascending") for k in keys])


def unscreenable_issues(resolved: Resolved, names: tuple[str, ...], reference: Reference) -> pa.Table:
    """ISSUE rows for what was read and could not be screened: goods, names, and all parties when there is no list."""
    columns = set(resolved.lines.column_names)
    text = "description" if "description" in columns else "cast(null as varchar)"
    codes = [f"coalesce(len({c}), 0) > 0" for c in ("cas_numbers", "cus_codes", "un_numbers") if c in columns]
    nothing = " and ".join(["hs6 is null", "len(substance_ids) = 0", *(f"not ({c})" for c in codes)])
    error, blank = f"coalesce(regexp_matches({text}, {literal(CELL_ERROR)}), false)", f"({text} is null or trim({text}) = '')"
    beside = f" and coalesce(message_type, '') <> {literal(BESIDE_TABLE)}" if "message_type" in columns else ""
    place = "source_file, source_row"
    # A text that only says where the goods are named, or none at all, is no description, whatever code stands beside it.
    parts = [
        f"""select case when {error} then 'unreadable-cell' when {blank} then 'no-description' when is_reference then 'refers-elsewhere'
                else 'vague-description' end as code, {place}, 'description' as field, left({text}, 200) as value,
            case when {error} then 'an error of a spreadsheet stands for the description' when is_reference then
                'the goods are named in a document that was not screened' else 'nothing in the line could be screened for substances' end as message,
            line_id, cast(1 as bigint) as count, {LINE_NO}
            from lines where ({nothing} and ({blank} or is_vague) or {error} or coalesce(is_reference, false)){beside}"""
    ]
    parts += [
        f"""select 'unreadable-cell' as code, {place}, {literal(field)} as field, left({field}, 200) as value,
            'an error of a spreadsheet stands for the text' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
            from lines where regexp_matches({field}, {literal(CELL_ERROR)})"""
        for field in ("marks", *NAME_COLUMNS.values(), *(f"{role}_address" for role in ROLES))
        if field in columns and field != "other_parties"
    ]
    if "other_texts" in columns:
        parts.append(
            f"""select 'unreadable-cell' as code, {place}, other_columns as field, left(other_texts, 200) as value,
            'an error of a spreadsheet stands for the text' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
            from (select * exclude (other_texts, other_columns), unnest(other_texts) as other_texts, unnest(other_columns) as other_columns
                  from lines where other_texts is not null) where regexp_matches(other_texts, {literal(UNCACHED_CELL)})"""
        )
    for role, name in NAME_COLUMNS.items():
        # A vessel that is not named yet ("TBN"), or by its number alone, is no party without a name.
        if name in columns and reference.watchlists and role != "vessel":
            lines, cell = (
                ("lines", name) if name != "other_parties" else ("(select *, unnest(other_parties) as cell from lines)", "cell")
            )
            parts.append(
                f"""select 'unscreenable-name' as code, {place}, {literal(name)} as field, left(l.{cell}, 200) as value,
                'nothing is left of the name to compare' as message, line_id, cast(1 as bigint) as count, {LINE_NO}
                from {lines} l semi join unscreenable on l.{cell} = unscreenable.name"""
            )
    with connect() as connection:
        connection.register("lines", resolved.lines)
        connection.register("unscreenable", pa.table([pa.array(names, pa.string())], names=["name"]))
        found = fetch(
            connection, f"select * exclude ({LINE_NO}) from ({' union all '.join(parts)}) order by {LINE_NO}, field", ISSUE
        )
    if not reference.watchlists and reference.parties_wanted:
        found = pa.concat_tables([_no_watchlist(resolved.lines), found])
    return found


def _no_watchlist(lines: pa.Table) -> pa.Table:
    columns = [c for role, c in NAME_COLUMNS.items() if c in lines.column_names and role != "vessel"]
    cells = sum(lines.num_rows - lines.column(c).null_count for c in columns)
    row = {"code": "no-watchlist", "message": "no watchlist is imported", "count": cells}
    return pa.Table.from_pylist([row] if cells else [], schema=ISSUE)


def _unscreened_shipments(resolved: Resolved, issues: pa.Table, reference: Reference) -> set[str]:
    if not reference.watchlists and reference.parties_wanted:
        return set(pc.unique(resolved.lines.column("shipment_id")).to_pylist())
    ids = pc.unique(issues.column("line_id")).drop_null()
    rows = pc.is_in(resolved.lines.column("line_id"), ids)
    return set(pc.unique(resolved.lines.column("shipment_id").filter(rows)).to_pylist())
