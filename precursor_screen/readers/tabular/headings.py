"""Rows among the goods that state a bill, its parties, a container or an origin for the rows below: `B/L: ... Shipper: ... Consignee: ...`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.formats.sheet import Body, OutOfTableText, string_array, table_of_columns
from precursor_screen.readers.cells import match_cells
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.general_segment import (
    ABOVE_THE_ROWS,
    CONTAINER,
    REFERENCES,
    Stated,
    container_of,
    is_label,
    pairs_of,
    stated_in,
)
from precursor_screen.readers.tabular.other_texts import out_of_table_cells

MOST_HEADED: Final = 50_000  # rows of a table in which they are looked for
MOST_LOADED: Final = 5_000  # in which containers alone in their rows are
BELOW_A_HEADING: Final = "stated in a row above those of its bill"
HEADING: Final = "row above those of a bill"
_CODE: Final = r"^[\s\d.]*\d[\s\d.]*$"
_BEGUN: Final = r"^[^:\n\d]{2,40}[:：]"


class Heading(Struct, frozen=True):
    """What one or more rows state for those below, up to the next such row: their number, their cells, the facts by field, and whether they
    say nothing else."""

    row: int
    cells: tuple[tuple[int, tuple[str, ...]], ...]
    facts: dict[str, Stated]
    is_whole: bool = True


def take_headings(body: Body, texts: Sequence[int], codes: Sequence[int], issues: IssueList) -> tuple[Body, list[Heading]]:
    """The body without rows that hold such facts and nothing else, and what they state; a row of one cell, beside the columns of goods, may
    say more than that.

    Args:
        body: rows below the header.
        texts: positions of the columns that hold descriptions.
        codes: position of the column of HS codes, if there is one.
        issues: added to.
    """
    table = body.table
    if not 0 < table.num_rows <= MOST_HEADED:
        return body, []
    begun = _matches(table, _BEGUN)
    numbered = _matches(table, CONTAINER) if table.num_rows <= MOST_LOADED else np.zeros(table.num_rows, bool)
    begun |= numbered
    for position in codes:  # few rows hold none, so few are looked at one by one
        begun &= ~match_cells(table.column(position), _CODE)
    places = np.flatnonzero(begun)
    known = cache(is_label)
    found: list[Heading] = []
    gone: list[int] = []
    for place, row in zip(places.tolist(), table.take(pa.array(places)).to_pylist(), strict=True):
        cells = tuple((cell or "").strip() for cell in row.values())
        filled = [at for at, cell in enumerate(cells) if cell]
        label = cells[filled[0]].partition(":")[0]
        facts = _facts(cells) if known(label) else container_of(cells) if numbered[place] else {}
        is_whole = bool(facts)
        if not is_whole and len(filled) == 1 and filled[0] not in (*texts, *codes):
            facts = {one.field: one for one in stated_in(0, cells)}
        if not facts:
            continue
        number = body.rows[place].as_py()
        if gone and gone[-1] == place - 1:
            last = found.pop()
            found.append(Heading(last.row, (*last.cells, (number, cells)), last.facts | facts, last.is_whole and is_whole))
        else:
            if found and facts.keys().isdisjoint((*PARTY_NAMES, *REFERENCES)):  # not another bill: the last one goes on
                facts = found[-1].facts | facts
            found.append(Heading(number, ((number, cells),), facts, is_whole))
        gone.append(place)
    if not gone:
        return body, []
    first = found[0].row
    issues.add("heading-row", "states a bill, a party or the like for the rows below", row=first, count=len(gone))
    keep = np.ones(table.num_rows, bool)
    keep[gone] = False
    return Body(table.filter(pa.array(keep)), body.rows.filter(pa.array(keep)), body.broken), found


def _matches(table: pa.Table, pattern: str) -> npt.NDArray[np.bool_]:
    found = np.zeros(table.num_rows, bool)
    for column in table.columns:
        found |= match_cells(column, pattern)
    return found


def _facts(cells: Sequence[str]) -> dict[str, Stated]:
    """What a row states; none where a cell says anything else, or where neither a bill nor a party is among it."""
    stated = list(stated_in(0, cells))
    said = {column for one in stated for _, column in one.cells}
    labels = {one.label for one in stated}
    facts = {one.field: one for one in stated}
    whole = all(column in said for column, cell in enumerate(cells) if cell) and not any(":" in one.value for one in stated)
    whole &= all(label in labels for column in said for label, _ in pairs_of(cells[column]))
    return facts if whole and len(facts) == len(stated) and not facts.keys().isdisjoint((*PARTY_NAMES, *REFERENCES)) else {}


def fill_below(
    headings: Sequence[Heading], body: Body, guesses: Sequence[Guess], first: int
) -> tuple[Body, tuple[Guess, ...], list[OutOfTableText]]:
    """The rows with what the headings above them state, in the blank cells of its column or in one behind the others; it goes before what stands
    above all rows.

    Returns:
        The rows; guesses for columns from position `first` on; the texts of headings that no row stands below, or that say more.
    """
    places = np.searchsorted([heading.row for heading in headings], np.asarray(body.rows)) - 1
    columns = list(body.table.columns)
    mapped = {guess.field: guess for guess in guesses}
    found: list[Guess] = []
    for field, one in {field: one for heading in headings for field, one in heading.facts.items()}.items():
        of_heading = [heading.facts[field].value if field in heading.facts else None for heading in headings]
        values = pa.chunked_array(
            [string_array([of_heading[place] if place >= 0 else None for place in places.tolist()])], pa.string()
        )
        if guess := mapped.get(field):
            column = columns[guess.position]
            blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
            given = pc.is_valid(values) if guess.reason == ABOVE_THE_ROWS else blank
            columns[guess.position] = pc.if_else(given, values, column)
        else:
            found.append(Guess(first + len(found), one.label, field, BELOW_A_HEADING))
            columns.append(values)
    used = set(places.tolist())
    idle = [row for place, heading in enumerate(headings) if place not in used or not heading.is_whole for row in heading.cells]
    return Body(table_of_columns(columns), body.rows, body.broken), tuple(found), out_of_table_cells(idle, HEADING)
