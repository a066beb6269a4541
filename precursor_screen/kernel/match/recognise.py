"""Distinct texts and codes to substances, distinct names to watchlist entries. Each is matched once, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.schema import NAME_COLUMNS, PARTY_MATCH, SUBSTANCE_MATCH
from precursor_screen.kernel.match.parallel_map import ParallelMap, chunk, cut_texts, serial_map
from precursor_screen.matching.party.index import PartyIndex, PartyMatches
from precursor_screen.matching.substance.identifiers import CODE_FIELDS
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.party_cells import MAY_HOLD_MORE, name_parts

# What earlier runs found for names: known names need no matching. Where that is kept is the caller's business.


class Recalled(Struct, frozen=True):
    """What is known of some names against one list.

    matches: PARTY_MATCH of the known ones, in any order of names, within one name as `PartyIndex.match_names` gives them;
    unscreenable: known names of which nothing is left to compare; unknown: all others, in the order asked.
    """

    matches: pa.Table
    unscreenable: tuple[str, ...]
    unknown: Sequence[str]


class PartyMemory(Protocol):
    """Recalls matches of names, and learns new ones."""

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """What is known of some distinct names."""

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Takes note of what came of matching some distinct names: matches (PARTY_MATCH), and which names were unscreenable."""


class NoPartyMemory:
    """Knows nothing and keeps nothing."""

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """Nothing: all names are unknown."""
        return Recalled(PARTY_MATCH.empty_table(), (), names)

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Nothing is kept."""


NO_PARTY_MEMORY = NoPartyMemory()


TEXT_FIELDS = ("description", "marks", "other_texts")  # a name on the drums counts as much as one in the description


def distinct(lines: pa.Table, columns: Iterable[str]) -> list[str]:
    """The distinct values of some text or text-list columns, nulls left out, in order of first appearance."""
    found: dict[str, None] = {}
    for name in columns:
        if name not in lines.column_names:
            continue
        column = lines.column(name)
        if pa.types.is_list(column.type):
            column = pc.list_flatten(column)
        found.update(dict.fromkeys(pc.unique(column).drop_null().to_pylist()))
    return list(found)


def recognise(lines: pa.Table, reference: Reference, parallel_map: ParallelMap = serial_map) -> pa.Table:
    """Recognises substances in the distinct descriptions and codes of some lines.

    Returns:
        SUBSTANCE_MATCH, suppressed matches included.
    """
    index = reference.substance_index
    tables = []
    for field in TEXT_FIELDS:
        for found in parallel_map(index.recognise_texts, cut_texts(distinct(lines, [field]))):
            tables.append(found.set_column(0, "field", pa.array([field] * found.num_rows, pa.string())))
    tables += [index.recognise_codes(field, distinct(lines, [field])) for field in CODE_FIELDS]
    return _at_most_medium(pa.concat_tables([SUBSTANCE_MATCH.empty_table(), *tables]))


def _at_most_medium(matches: pa.Table) -> pa.Table:
    """A name beside the goods' own texts is medium evidence at most: it may be about other goods."""
    beside = pc.and_(pc.equal(matches.column("field"), "other_texts"), pc.equal(matches.column("strength"), "strong"))
    place = matches.column_names.index("strength")
    return matches.set_column(place, "strength", pc.if_else(beside, pa.scalar("medium"), matches.column("strength")))


def match_parties(
    lines: pa.Table, reference: Reference, parallel_map: ParallelMap = serial_map, memory: PartyMemory = NO_PARTY_MEMORY
) -> PartyMatches:
    """Matches the distinct names of all screened roles against all watchlists of the reference.

    Args:
        lines: LINE columns.
        reference: with the watchlists.
        spread: how the matching is spread; changes nothing in the result.
        memory: what is known of names from earlier runs; changes nothing in the result, and learns what is new.
    """
    cells = distinct(lines, NAME_COLUMNS.values())
    parted = _part(cells)
    names = list(dict.fromkeys(part for cell in cells for part in parted.get(cell, (cell,)))) if parted else cells
    tables = [PARTY_MATCH.empty_table()]
    unscreenable: set[str] = set()  # a property of the name, the same for every list
    for watchlist in reference.watchlists:
        found = _match(names, watchlist.index, reference.as_of, parallel_map, memory)
        tables.append(found.matches)
        unscreenable.update(found.unscreenable)
    matches = pa.concat_tables(tables)
    if parted:
        matches = _of_cells(matches, cells, parted)
    return PartyMatches(matches, tuple(name for name in cells if name in unscreenable))


def _match(names: list[str], index: PartyIndex, as_of: date, parallel_map: ParallelMap, memory: PartyMemory) -> PartyMatches:
    """Matches names against one list, those apart that are known; in the order of the names, whatever is known."""
    known = memory.recall(index, as_of, names)
    tables, unscreenable = [PARTY_MATCH.empty_table()], list[str]()
    for found in parallel_map(partial(index.match_names, as_of=as_of), chunk(known.unknown)):
        tables.append(found.matches)
        unscreenable += found.unscreenable
    fresh = pa.concat_tables(tables)
    memory.learn(index, as_of, known.unknown, fresh, unscreenable)
    if not known.matches.num_rows:
        return PartyMatches(fresh, (*known.unscreenable, *unscreenable))
    both = pa.concat_tables([known.matches, fresh])
    place = pc.index_in(both.column("value"), value_set=pa.array(names, pa.string()))
    return PartyMatches(both.take(pc.sort_indices(place)), (*known.unscreenable, *unscreenable))


def _part(cells: list[str]) -> dict[str, list[str]]:
    """The cells that hold more than one possible name, with these."""
    array = pa.array(cells, pa.string())
    may = pc.or_(pc.match_substring_regex(array, MAY_HOLD_MORE), pc.invert(pc.string_is_ascii(array)))
    parted = ((cell, name_parts(cell)) for cell in array.filter(may).to_pylist())
    return {cell: parts for cell, parts in parted if parts != [cell]}


def _of_cells(matches: pa.Table, cells: list[str], parted: dict[str, list[str]]) -> pa.Table:
    """Matches of the parts of cells as matches of the cells: the best part of each stands for it."""
    matched = set(matches.column("value").to_pylist())
    pairs = [(cell, part) for cell in cells for part in parted.get(cell, (cell,)) if part in matched]
    with connect() as connection:
        connection.register("matches", matches)
        connection.register(
            "parts", pa.table([pa.array([p[i] for p in pairs], pa.string()) for i in (0, 1)], names=["cell", "part"])
        )
        query = """
            select cell as value, m.* exclude (value) from matches m join parts on m.value = parts.part
            qualify row_number() over (partition by cell, list_id, entry_id order by score desc, matched_name, part) = 1
            order by cell, list_id, entry_id"""
        return fetch(connection, query, PARTY_MATCH)
