"""Distinct texts and codes to substances, distinct names to watchlist entries. Each is matched once, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.spread import Spread, cut, in_turn
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
    names = distinct(lines, NAME_COLUMNS.values())
    tables = [PARTY_MATCH.empty_table()]
    unscreenable: dict[str, None] = {}  # a property of the name, the same for every list
    for watchlist in reference.watchlists:
        for found in spread(partial(watchlist.index.match_names, as_of=reference.as_of), cut(names)):
            tables.append(found.matches)
            unscreenable.update(dict.fromkeys(found.unscreenable))
    return PartyMatches(pa.concat_tables(tables), tuple(unscreenable))
