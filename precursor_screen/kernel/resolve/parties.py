"""Matches of names to one row a (line, role, entry), with what else agrees between the party and the entry."""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import set_columns, tuples_of
from precursor_screen.core.engine import fetch
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.core.schema import BY_NAME, MENTION_COLUMNS, NAME_COLUMNS, ROLES, arrow_schema
from precursor_screen.core.schema import PARTY_COLUMNS as COLUMNS
from precursor_screen.kernel.resolve.descriptions import number_columns
from precursor_screen.kernel.resolve.distinct import LINE_NO, map_distinct, unnested
from precursor_screen.matching.party.contradictions import POINTS
from precursor_screen.matching.party.exact_names import is_distinctive, is_exact
from precursor_screen.matching.party.mentions import SURE
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.watchlists.interface import tag_programmes
from precursor_screen.rulebook.sql import literal
from precursor_screen.text.codes import imo_numbers_in, numbers_in, plain_number
from precursor_screen.text.party import address_key, name_key, normalise_party
from precursor_screen.text.party_cell_kinds import country_of
from precursor_screen.text.party_cells import country_in

# Where a party states no country of its own, the goods' does: the consignee is where they go.
_COUNTRY_OF_GOODS = {
    "consignor": "country_of_dispatch",
    "exporter": "country_of_dispatch",
    "consignee": "country_of_destination",
    "importer": "country_of_destination",
    "notify_party": "country_of_destination",
}
_SCHEMA = arrow_schema(COLUMNS).insert(0, pa.field(LINE_NO, pa.int64()))
_PARTS = ("address", "country", "identifier")
_FACTS_OF = ("list_id", "entry_id", "own_country", "stated_country", "own_address", "own_identifier")
_NAMES_OF = ("own_name", "matched_name", "entry_kind")
_LEAST_SCORE = 1.0  # of a name that matched: what contradicts never takes it out of what is found
_NEXT = "; "  # between the cells in which a party's number may stand
# A column of ships' numbers that is mapped to nothing: its header says what they are.
_SHIP_NUMBERS = (
    r"array_to_string([concat('IMO ', x[2]) for x in list_zip(l.other_columns, l.other_texts) "
    r"if regexp_matches(x[1], '(?i)\b(imo|lloyd.?s)\b|_imo')], '; ')"
)


def find_party_candidates(
    connection: duckdb.DuckDBPyConnection,
    columns: list[str],
    matches: pa.Table,
    mentions: pa.Table,
    identified: pa.Table,
    reference: Reference,
) -> pa.Table:
    """PARTY_CANDIDATE rows with LINE_NO, ordered by line, role and entry.

    Args:
        connection: holds the table `lines`.
        columns: the columns of `lines`.
        matches: PARTY_MATCH.
        mentions: PARTY_MENTION.
        identified: as `find_identified` gives it.
        reference: the watchlists with their entries.
    """
    connection.register("party_matches", matches.append_column("cell_country", map_distinct(matches.column("value"), country_in)))
    connection.register("party_mentions", mentions)
    parts = []
    if matches.num_rows:
        parts += [_named(role, column, columns) for role, column in NAME_COLUMNS.items() if column in columns]
    if mentions.num_rows:
        parts += [_mentioned(field) for field in MENTION_COLUMNS if field in columns]
    if identified.num_rows:
        connection.register("identified", identified)
        parts += [_identified(role, column) for role, column in number_columns(columns)]
    if not parts:
        return _SCHEMA.empty_table()
    connection.execute(f"create temp table parties_found as {' union all by name '.join(parts)}")
    distinct = fetch(connection, f"select distinct {', '.join(_FACTS_OF)} from parties_found order by all")
    connection.register("facts", _facts(distinct, reference))
    named = fetch(connection, f"select distinct {', '.join(_NAMES_OF)} from parties_found order by all")
    connection.register("names", _names(named))
    same = " and ".join(f"found.{c} is not distinct from facts.{c}" for c in _FACTS_OF)
    query = f"""
        select {LINE_NO}, party_role, own_name as party_name, party_column, party_start, party_start + length(own_name) as party_end,
               party_compared, exact_name, telling_name, found.list_id, found.entry_id, entry_name,
               matched_name as matched_entry_name, name_kind, entry_kind,
               if(score > 0, greatest(score - points, {_LEAST_SCORE}), score) as watchlist_score, informative_tokens, corroboration,
               contradiction, programmes, list_date
        from parties_found found join facts on {same} join names using ({", ".join(_NAMES_OF)})"""
    # A number decides by itself; beside a name that matches, it is what agrees.
    known = f"partition by {LINE_NO}, party_role, list_id, entry_id"
    order = f"{LINE_NO}, party_role, list_id, entry_id, party_name, matched_entry_name, party_column"
    candidates = fetch(
        connection,
        f"select * from ({query}) qualify watchlist_score > 0 or max(watchlist_score) over ({known}) = 0 order by {order}",
    )
    connection.execute("drop table parties_found")
    folded = fold_copies(candidates.select([n for n in _SCHEMA.names if n != "copies"]), reference)
    return folded.select(_SCHEMA.names).cast(_SCHEMA)


def _names(named: pa.Table) -> pa.Table:
    """Adds how the first of two names is compared, whether it is the second, and whether the second tells its bearer from others."""
    asked = list(tuples_of(named, *_NAMES_OF))
    facts = {
        "party_compared": pa.array([normalise_party(own).compared for own, *_ in asked], pa.string()),
        "exact_name": pa.array([is_exact(own, matched, kind) for own, matched, kind in asked], pa.bool_()),
        "telling_name": pa.array([is_distinctive(matched, kind) for _, matched, kind in asked], pa.bool_()),
    }
    return set_columns(named, facts)


def _named(role: str, column: str, columns: list[str]) -> str:
    """The parties of one role whose name matches; a vessel is compared with vessels."""
    stated = _own(role, "country", columns)
    parts = [_part(role, part, columns) for part in _PARTS if part != "country"]
    goods = f", l.{place}" if (place := _COUNTRY_OF_GOODS.get(role)) in columns else ""
    # Behind its own columns, the party's address says where it is; then where the goods come from or go to.
    own = f"coalesce({stated}, m.cell_country{goods}) as own_country"
    fields = ", ".join((*parts, own, f"{stated} as stated_country"))
    lines = "lines" if role != "other_party" else f"(select * exclude ({column}), unnest({column}) as {column} from lines)"
    kind = " and m.entry_kind = 'vessel'" if role == "vessel" else ""
    return (
        f"select l.{LINE_NO}, {literal(role)} as party_role, l.{column} as own_name, cast(null as varchar) as party_column, 0 as party_start, "
        f"{fields}, m.* "
        f"from {lines} l join party_matches m on m.value = l.{column}{kind}"
    )


def _identified(role: str, column: str) -> str:
    """The parties and vessels whose number is that of an entry, whatever their name."""
    lines, place = unnested(column)
    nothing = ", ".join(f"cast(null as varchar) as {part}" for part in ("own_address", "own_country", "stated_country"))
    return (
        f"select l.{LINE_NO}, m.party_role, m.own_name, {place or literal(column)} as party_column, cast(null as integer) as party_start, {nothing}, "
        f"m.own_name as own_identifier, m.value, m.list_id, m.entry_id, m.entry_name, m.matched_name, m.name_kind, m.entry_kind, "
        f"0.0::double as score, 0::bigint as informative_tokens "
        f"from {lines} l join identified m on m.value = l.{column} and m.party_role = {literal(role)}"
    )


def _mentioned(field: str) -> str:
    """The parties that one field names among other words; a field of names leaves out what matches as a name."""
    nothing = ", ".join(f"cast(null as varchar) as {part}" for part in (*(f"own_{part}" for part in _PARTS), "stated_country"))
    lines, column = unnested(field)
    known = (
        "where m.apart and not exists (select 1 from party_matches p where p.value = m.value and p.list_id = m.list_id"
        f" and p.entry_id = m.entry_id and p.score >= {SURE})"
        if field in NAME_COLUMNS.values()
        else ""
    )
    return (
        f"select l.{LINE_NO}, {literal(field)} as party_role, m.named as own_name, {column or literal(field)} as party_column, m.start as party_start, "
        f"{nothing}, m.* exclude (named, start, apart) "
        f"from {lines} l join party_mentions m on m.value = l.{field} {known}"
    )


def _own(role: str, part: str, columns: list[str]) -> str:
    return f"l.{role}_{part}" if f"{role}_{part}" in columns else "cast(null as varchar)"


def _part(role: str, part: str, columns: list[str]) -> str:
    own = _own(role, part, columns)
    if part == "identifier" and (name := f"{role}_name") in columns:
        own = f"nullif(concat_ws('{_NEXT}', {own}, case when regexp_matches(l.{name}, '[0-9]{{5}}') then l.{name} end), '')"
    if role == "vessel" and part == "identifier":
        own = ", ".join(f"l.{c}" for r, c in number_columns(columns) if r == role)
        if {"other_columns", "other_texts"} <= set(columns):
            own += f", {_SHIP_NUMBERS}"
        own = f"concat_ws('{_NEXT}', {own})"
    return f"{own} as own_{part}"


def _facts(distinct: pa.Table, reference: Reference) -> pa.Table:
    """What the entry adds to each of some parties, beside the columns they are told apart by. The same firm stands in many lines."""
    watchlists = {w.list_id: w for w in reference.watchlists}
    entries: dict[tuple[str, str], WatchlistEntry] = {}
    corroboration, contradiction, points, programmes, dates = [], [], [], [], []
    for list_id, entry_id, country, stated, address, identifier in tuples_of(distinct, *_FACTS_OF):
        entry = entries.get((list_id, entry_id)) or watchlists[list_id].entry(entry_id)
        entries[list_id, entry_id] = entry
        where = stated or (country_of(address) if address else "") or country
        agrees, against = corroborate(where, address, identifier, entry), contradict(stated, identifier, entry)
        corroboration.append(agrees)
        contradiction.append(against)
        # A number is one party's alone: beside it what differs is told, and takes nothing off.
        points.append(0.0 if "identifier" in agrees else sum(POINTS[_CALLED[what]] for what in against))
        programmes.append(list(tag_programmes(entry.programmes)))
        dates.append(watchlists[list_id].snapshot.list_date)
    facts = {"corroboration": corroboration, "contradiction": contradiction, "programmes": programmes, "list_date": dates}
    columns = {name: pa.array(values, BY_NAME[name].arrow) for name, values in facts.items()}
    return set_columns(distinct, {**columns, "points": pa.array(points, pa.float64())})


_CALLED = {"country": "country", "identifier": "number"}  # as the table of points calls what contradicts


def corroborate(country: str | None, address: str | None, identifier: str | None, entry: WatchlistEntry) -> list[str]:
    """What else agrees between a party and an entry. Absent data neither helps nor hurts."""
    agrees = []
    if country and country in entry.countries:
        agrees.append("country")
    if address and (key := address_key(address)) and key in {address_key(a) for a in entry.addresses}:
        agrees.append("address")
    own = {
        number
        for cell in (identifier or "").split(_NEXT)
        for number in (plain_number(cell), *(n for _, n in numbers_in(cell)), *(n for _, n in imo_numbers_in(cell)))
    }
    if own & {plain_number(value) for _, value in entry.identifiers} - {""}:
        agrees.append("identifier")
    return agrees


def contradict(country: str | None, identifier: str | None, entry: WatchlistEntry) -> list[str]:
    """What tells a party from an entry: a country of its own that is not one of the entry's, or another IMO number than that of a
    ship, which keeps its number whatever it is called.

    country: what the party's own column says; where the goods come from or go to contradicts nobody.
    """
    own = {number for _, number in imo_numbers_in(identifier or "")}
    theirs = {number for _, value in entry.identifiers for _, number in imo_numbers_in(f"IMO {value}")}
    another_ship = entry.kind == "vessel" and own and theirs and not own & theirs
    elsewhere = country and entry.countries and country not in entry.countries
    return ["country"] * bool(elsewhere) + ["identifier"] * bool(another_ship)


def role_facts(candidates: pa.Table, wanted: frozenset[str]) -> list[tuple[str, str]]:
    """(column, SQL) of the line facts about watchlist matches that rules ask for, over the table `party_candidates`."""
    facts: list[Any] = []
    for role in ROLES:
        mine = f"party_role = {literal(role)} and name_kind <> 'weak'"
        facts.append((f"{role}_watchlist_score", f"max(watchlist_score) filter (where {mine})"))
        facts.append((f"{role}_programmes", f"list_distinct(flatten(list(programmes) filter (where {mine})))"))
    return [(name, sql) for name, sql in facts if name in wanted and candidates.num_rows]


# One party, one finding: entries that are copies of one another, within a list or over lists, are folded into the best of them.

_TEXTS = pa.list_(pa.string())


def fold_copies(candidates: pa.Table, reference: Reference) -> pa.Table:
    """Leaves the best candidate of each party and listed party, and names the others in `copies`.

    Two entries are copies where their primary names are equal after normalising and they share an identifier or a programme: the same
    decision stands in OFAC's list and in the consolidated one. What agrees with any of them agrees with the party.

    Args:
        candidates: PARTY_CANDIDATE with LINE_NO, without `copies`.
        reference: the watchlists with their entries.

    Returns:
        Rows in the same order, with `copies`: "Name (list entry)", best first.
    """
    nothing = pa.nulls(candidates.num_rows, _TEXTS)
    same = [LINE_NO, "party_role", "party_name", "party_column"]
    sizes = candidates.select(same).group_by(same).aggregate([([], "count_all")])
    if not candidates.num_rows or pc.max(sizes.column("count_all")).as_py() == 1:
        return candidates.append_column("copies", nothing)
    every = [{**row, "row": number, "copies": None} for number, row in enumerate(candidates.to_pylist())]
    groups = grouped(((*(row[name] for name in same), name_key(row["entry_name"])), row) for row in every)
    watchlists = {w.list_id: w for w in reference.watchlists}

    @cache
    def numbers(list_id: str, entry_id: str) -> frozenset[str]:
        return frozenset(plain_number(value) for _, value in watchlists[list_id].entry(entry_id).identifiers) - {""}

    def are_copies(one: dict[str, Any], other: dict[str, Any]) -> bool:
        shared = set(one["programmes"] or ()) & set(other["programmes"] or ())
        return bool(shared or numbers(one["list_id"], one["entry_id"]) & numbers(other["list_id"], other["entry_id"]))

    kept: list[dict[str, Any]] = []
    for rows in groups.values():
        rows.sort(key=_rank)
        while rows:
            best, *others = rows
            copies = [r for r in others if are_copies(best, r)]
            rows = [r for r in others if r not in copies]
            kept.append(_joined(best, copies))
    kept.sort(key=lambda r: r["row"])
    return pa.Table.from_pylist(kept, schema=candidates.schema.append(pa.field("copies", _TEXTS)))


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["name_kind"] == "weak",
        -len(row["corroboration"] or ()),
        -row["watchlist_score"],
        row["list_id"],
        row["entry_id"],
    )


def _joined(best: dict[str, Any], copies: list[dict[str, Any]]) -> dict[str, Any]:
    if not copies:
        return best
    every = [best, *copies]
    return {
        **best,
        "corroboration": list(dict.fromkeys(c for r in every for c in r["corroboration"] or ())),
        "programmes": list(dict.fromkeys(p for r in every for p in r["programmes"] or ())),
        "copies": [f"{r['entry_name']} ({r['list_id']} {r['entry_id']})" for r in copies],
    }
