"""Distinct texts and codes to substances, distinct names to watchlist entries. Each is matched once, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.spread import Spread, cut, in_turn
from precursor_screen.names.party_cells import name_parts
from precursor_screen.reference.bundle import Reference
from precursor_screen.schema import NAME_COLUMNS, PARTY_MATCH, SUBSTANCE_MATCH

TEXT_FIELDS = ("description", "marks")  # a name on the drums counts as much as one in the description
CODE_FIELDS = ("cas_numbers", "cus_codes", "un_numbers", "hs_code")


@dataclass(frozen=True, slots=True)
class PartyMatches:
    """matches: PARTY_MATCH over all lists; unscreenable: names of which nothing is left to compare."""

    matches: pa.Table
    unscreenable: tuple[str, ...]


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


def recognise(lines: pa.Table, reference: Reference, spread: Spread = in_turn) -> pa.Table:
    """Recognises substances in the distinct descriptions and codes of some lines.

    Returns:
        SUBSTANCE_MATCH, suppressed matches included.
    """
    index = reference.substance_index
    tables = []
    for field in TEXT_FIELDS:
        for found in spread(index.recognise_texts, cut(distinct(lines, [field]))):
            tables.append(found.set_column(0, "field", pa.array([field] * found.num_rows, pa.string())))
    tables += [index.recognise_codes(field, distinct(lines, [field])) for field in CODE_FIELDS]
    return pa.concat_tables([SUBSTANCE_MATCH.empty_table(), *tables])


def match_parties(lines: pa.Table, reference: Reference, spread: Spread = in_turn) -> PartyMatches:
    """Matches the distinct names of all screened roles against all watchlists of the reference."""
    cells = {cell: name_parts(cell) for cell in distinct(lines, NAME_COLUMNS.values())}
    names = list(dict.fromkeys(part for parts in cells.values() for part in parts))
    tables = [PARTY_MATCH.empty_table()]
    unscreenable: dict[str, None] = {}  # a property of the name, the same for every list
    for watchlist in reference.watchlists:
        for found in spread(partial(watchlist.index.match_names, as_of=reference.as_of), cut(names)):
            tables.append(found.matches)
            unscreenable.update(dict.fromkeys(found.unscreenable))
    matches = pa.concat_tables(tables)
    if len(names) > len(cells):
        matches = _of_cells(matches, cells)
    return PartyMatches(matches, tuple(name for name in unscreenable if name in cells))


def _of_cells(matches: pa.Table, cells: dict[str, list[str]]) -> pa.Table:
    """Matches of the parts of cells as matches of the cells: the best part of each stands for it."""
    pairs = [(cell, part) for cell, parts in cells.items() for part in parts]
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
