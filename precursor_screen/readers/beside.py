"""Texts of a line that stand in no field of goods: columns that are mapped to nothing, and words in cells of other kinds.

Whoever hides goods writes them where nobody reads. So every cell with a word in it is kept with the line, under its column's
header, and scanned like the goods' own texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.formats.sheet import string_array
from precursor_screen.readers.cells import clean_column, cut_long_cells
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.mapping import IGNORED_BY_MAP, Guess

TEXTS = pa.list_(pa.string())
# A word of three letters, or what could be a CAS number: nothing shorter names a substance or a party. Encoded text has its letters
# behind figures.
_SAYS_SOMETHING = (
    r"\pL[\pL\pM\x{200B}-\x{200F}\x{202A}-\x{202E}]{2}|[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]{2}"
    r"|[0-9]{2,7} ?[-\x{2010}-\x{2015}] ?[0-9]{2} ?[-\x{2010}-\x{2015}] ?[0-9]|&#|%[0-9A-Fa-f]{2}.*%|=[0-9A-F]{2}.*=|\\[ux]|(?:\pL[^\pL\pN]{1,3}){2}\pL"
)
# Fields that are read for something else, or not at all: of their cells those with a longer word are scanned as well.
_OF_OTHER_KINDS = frozenset(
    (
        *("quantity", "quantity_unit", "mass_unit", "net_mass", "gross_mass", "net_mass_kg", "gross_mass_kg", "packages"),
        *("package_type", "value", "freight", "currency", "hs_code", "cas_numbers", "cus_codes", "un_numbers"),
        *("dangerous_goods_class", "permit_reference", "pen_reference", "place_of_delivery", "procedure", "customs_office"),
    )
)
_LONG_WORD = r"\pL{4}|[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]{2}"


def unmapped_positions(guesses: Sequence[Guess]) -> list[int]:
    """The columns that are mapped to nothing, those apart that the user's map leaves out."""
    return [g.position for g in guesses if not g.field and g.reason != IGNORED_BY_MAP]


def other_positions(guesses: Sequence[Guess]) -> list[int]:
    """The columns of fields that are read for something other than what the goods or the parties are called."""
    return [g.position for g in guesses if g.field in _OF_OTHER_KINDS]


def texts_beside(
    table: pa.Table, names: Sequence[str], unmapped: Sequence[int], others: Sequence[int], rows: pa.Array, issues: IssueList
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """other_texts and other_columns of each row: lists of equal length, null where there is nothing.

    Args:
        table: cells as filed, columns by position.
        names: the headers, each once.
        unmapped: positions of columns that are mapped to nothing.
        others: positions of columns of which only cells with a longer word count.
        rows: source row of each row.
        issues: added to, for cells that are too long.
    """
    places, parts, columns = [], [], []
    for position in (*unmapped, *others):
        column = table.column(position)
        pattern = _SAYS_SOMETHING if position in unmapped else _LONG_WORD
        says = _matching(column, pattern)
        if says is None:
            continue
        cells = cut_long_cells(column, names[position], rows, issues)
        cleaned = clean_column(pa.chunked_array([cells.take(pa.array(says)).combine_chunks()], pa.string()))
        kept = np.flatnonzero(cleaned.is_valid().to_numpy())
        places.append(says[kept])
        parts.append(cleaned.take(pa.array(kept)).combine_chunks())
        columns.append(pa.repeat(names[position], len(kept)))
    if not places:
        none = pa.chunked_array([pa.nulls(table.num_rows, TEXTS)])
        return none, none
    row_of = np.concatenate(places)
    order = pa.array(np.argsort(row_of, kind="stable"))
    counts = np.bincount(row_of, minlength=table.num_rows)
    return (
        _as_lists(pa.concat_arrays(parts).take(order), counts),
        _as_lists(pa.concat_arrays(columns).take(order), counts),
    )


def _matching(column: pa.ChunkedArray, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    """The rows whose cell matches; None where there is none. Each distinct cell is looked at once."""
    distinct = pc.unique(column).drop_null()
    found = distinct.filter(pc.match_substring_regex(distinct, pattern))
    if not len(found):
        return None
    return np.flatnonzero(pc.is_in(column, value_set=found).to_numpy())


def _as_lists(values: pa.Array, counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.ChunkedArray:
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.chunked_array([pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(counts == 0))], TEXTS)


def says_something(texts: Sequence[str]) -> list[bool]:
    """Which of some cells could name a substance or a party at all."""
    found: list[bool] = pc.match_substring_regex(string_array(list(texts)), _SAYS_SOMETHING).to_pylist()
    return found
