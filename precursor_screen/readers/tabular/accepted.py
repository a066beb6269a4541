"""Layouts whose map somebody accepted: how a table is known to be of one, and what its columns are then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from precursor_screen.formats.sheet import Sheet
from precursor_screen.readers.column_map import NO_PRESET, AcceptedColumn, AcceptedMap, ColumnMap, ColumnReport, Guess
from precursor_screen.readers.tabular.general_segment import ABOVE_THE_ROWS
from precursor_screen.readers.tabular.header_rows import HeaderPlace, find_header
from precursor_screen.text.quantity_words import find_unit


def layout_headers(sheet: Sheet, place: HeaderPlace) -> tuple[str, ...]:
    """The headers by which a layout is known, without empty ones at the end; none where the table has no header."""
    if not place.row and not sheet.named:
        return ()
    names = [name.strip() for name in place.names]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def digest_of(headers: Sequence[str], table: str) -> str:
    """Which layout: a hash of the headers in their order and of what tells the table from others in its file (`#Sheet1`)."""
    return hashlib.sha256(json.dumps([table, *headers]).encode()).hexdigest()


def accepted_for(sheet: Sheet, table: str, accepted: Sequence[AcceptedMap]) -> AcceptedMap | None:
    """The map that was accepted for the layout of a table; None: there is none.

    Args:
        sheet: the table.
        table: what tells it from others in its file.
        accepted: all maps that were accepted.
    """
    known = {(one.header_row, one.digest): one for one in accepted}
    for row in dict.fromkeys(one.header_row for one in accepted):
        headers = layout_headers(sheet, find_header(sheet, row))
        if headers and (found := known.get((row, digest_of(headers, table)))):
            return found
    return None


def accept(column_report: ColumnReport, table: str, day: str) -> AcceptedMap:
    """The map by which a table with a header was read, to be kept.

    Args:
        column_report: how its columns were understood.
        table: what tells it from others in its file.
        day: on which it is accepted.
    """
    headers = column_report.headers
    guesses = [column.guess for column in column_report.columns if column.guess.reason != ABOVE_THE_ROWS]
    count = max([len(headers), *(guess.position + 1 for guess in guesses if guess.field)])
    stated = column_report.column_map or ColumnMap({})
    return AcceptedMap(
        digest=digest_of(headers, table),
        day=day,
        table=table,
        headers=headers,
        columns=tuple(
            AcceptedColumn(g.header, g.field, g.reason, g.unit.code if g.unit else "", g.currency, g.exact, g.preset)
            for g in guesses[:count]
        ),
        date_order=stated.date_order,
        decimal=stated.decimal,
        header_row=stated.header_row,
        preset=column_report.preset or NO_PRESET,
    )


def accepted_guesses(accepted: AcceptedMap, names: Sequence[str]) -> tuple[Guess, ...]:
    """What each column of a table is by its accepted map; columns behind those of the layout have no header."""
    stated = [
        Guess(at, name, one.field, one.reason, find_unit(one.unit) if one.unit else None, one.currency, one.exact, one.preset)
        for at, (name, one) in enumerate(zip(names, accepted.columns, strict=False))
    ]
    more = (Guess(at, name, "", "no header") for at, name in enumerate(names) if at >= len(stated))
    return (*stated, *more)
