"""Cells that hold numbers of a table of the layout's own, `layouts/codes.csv`: 336 is China in Chile, 6 kilograms.

A number that the table does not have is told of and states nothing; words and ISO codes in such a column are read as in any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.tables import whole_rows
from precursor_screen.readers.cells import Distinct, clean_column
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.presets import Preset, PresetColumn

_DIGITS: Final = re.compile(r"0*(\d{1,6}?)(?:\.0+)?")
_COLUMNS: Final = ("table", "field", "code", "meaning", "source", "checked")
_NONE: Final = pa.scalar(None, pa.string())


@lru_cache(maxsize=1)
def code_tables() -> dict[str, dict[str, str]]:
    """`cl country` and the like -> code, without zeros before it -> what it means."""
    tables: dict[str, dict[str, str]] = {}
    for row in whole_rows(Path(__file__).parent / "layouts" / "codes.csv", _COLUMNS):
        tables.setdefault(f"{row['table']} {row['field']}", {})[row["code"]] = row["meaning"]
    return tables


def decode(
    table: pa.Table, rows: pa.Array, guesses: Sequence[Guess], preset: Preset | None, names: Sequence[str], issues: IssueList
) -> tuple[pa.Table, list[Guess]]:
    """The cells with codes in words, and the guesses; a column that is of two fields, row by row, becomes two.

    Args:
        table: cells as filed, columns by position.
        rows: source row of each row.
        guesses: what each column is.
        preset: the layout of the table.
        names: the headers.
        issues: added to, one a code that is not known.
    """
    made = list(guesses)
    if preset is None:
        return table, made
    keys = [preset.key(name) for name in names]
    for guess in guesses:
        # Also where the user's map names the field: the numbers are the layout's all the same.
        column = preset.columns.get(keys[guess.position])
        if column is None or not column.codes or guess.field != column.field:
            continue
        cells = _in_words(table.column(guess.position), column.codes, guess, rows, issues)
        if column.where is None:
            table = table.set_column(guess.position, table.column_names[guess.position], cells)
        else:
            table, made = _parted(table, made, guess, cells, column, keys)
    return table, made


def _in_words(column: pa.ChunkedArray, codes: str, guess: Guess, rows: pa.Array, issues: IssueList) -> pa.ChunkedArray:
    known = code_tables()[codes]
    distinct = Distinct(clean_column(column))
    words: list[str | None] = []
    unknown = []
    for place, text in enumerate(distinct.texts):
        match = _DIGITS.fullmatch(text.strip())
        code = match[1] if match else text.strip().upper()
        word = known.get(code)
        if word is None and match and code != "0":
            unknown.append(
                (place, "unknown-code", f"{guess.header!r} holds the code {text.strip()}, which is not in the table of codes")
            )
        words.append(word if word is not None else None if match else text)
    distinct.report(unknown, guess.field, rows, issues)
    return distinct.spread(words, pa.string())


def _parted(
    table: pa.Table, guesses: list[Guess], guess: Guess, cells: pa.ChunkedArray, column: PresetColumn, keys: Sequence[str]
) -> tuple[pa.Table, list[Guess]]:
    """The column as two: of its field where another cell of the row says so, of the other field elsewhere."""
    assert column.where is not None
    decider, value = column.where
    stated = pc.replace_substring_regex(pc.utf8_trim_whitespace(table.column(keys.index(decider))), r"^0+|\.0+$", "")
    first = pc.fill_null(pc.equal(stated, value), False)
    second = pc.fill_null(pc.and_(pc.not_equal(stated, value), pc.not_equal(stated, "")), False)
    position = table.num_columns
    table = table.set_column(guess.position, table.column_names[guess.position], pc.if_else(first, cells, _NONE))
    table = table.append_column(str(position), pc.if_else(second, cells, _NONE))
    other = replace(guess, position=position, field=column.otherwise)
    return table, [*guesses, other]
