"""Columns whose cells say several things on lines below one another: `HBL / Container`, a party and whom to notify."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import pyarrow.compute as pc

from precursor_screen.core.arrow import holds
from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.content import is_firm
from precursor_screen.readers.tabular.fill import spread_out
from precursor_screen.readers.tabular.header_rows import GOODS
from precursor_screen.readers.tabular.shorthand import is_ditto, same_party

_LABEL: Final = re.compile(r"\s*([^:：\d\n]{2,30}?)\s*[:：]\s*(?=\S)")
_SIDES: Final = (
    frozenset(("consignor_name", "exporter_name")),
    frozenset(("consignee_name", "importer_name", "notify_party_name")),
)
_LABELLED: Final = r"\n[^:：\d\n]{2,30}[:：]"


def part_sides(names: Sequence[str], body: Body, mapped: Collection[str]) -> tuple[tuple[str, ...], Body]:
    """Headers to guess by, and the rows, with a column behind the others for each but the first thing that a header names and cells say on a line of its own.

    The last one has all lines that remain. A column of two who send, or of two who receive, is of the first, unless a firm stands below one:
    lines of an address do not tell where the other begins.

    Args:
        names: headers as filed.
        body: the rows.
        mapped: headers, and numbers of columns from 1, that stay as they are: a map names them.
    """
    found, columns = list(names), list(body.table.columns)
    for at, name in enumerate(names):
        if name.strip() in mapped or str(at + 1) in mapped:
            continue
        sides = [side.strip() for side in name[:200].split(" / " if " / " in name else "/")]
        fields = [lookup(side)[0] for side in sides]
        if not 1 < len(set(filter(None, fields))) == len(sides) or not holds(columns[at], b"\n"):
            continue
        column = columns[at].combine_chunks().dictionary_encode()
        count = 1 if set(fields) <= set(PARTY_NAMES) else len(sides)
        if count == 1 and (
            not any(side.issuperset(fields) for side in _SIDES) or any(map(_names_two, column.dictionary.to_pylist()))
        ):
            continue
        cells = [[name, *sides[1:]] if cell == name else cell.split("\n", count - 1) for cell in column.dictionary.to_pylist()]
        if count > 1 and (set(fields) & {*PARTY_NAMES, *GOODS} or 2 * sum(len(lines) == count for lines in cells) <= len(cells)):
            continue
        parts = [spread_out(column, [lines[n] if n < len(lines) else None for lines in cells]) for n in range(count)]
        found[at], columns[at] = sides[0], parts[0]
        found, columns = [*found, *sides[1:count]], [*columns, *parts[1:]]
    return tuple(found), Body(table_of_columns(columns), body.rows, body.broken)


def _names_two(cell: str) -> bool:
    """Whether a firm stands below the first line of a cell, without a label that says who it is."""
    return any(is_firm(line) and not _LABEL.match(line) for line in cell.split("\n")[1:])


def part_parties(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with a column behind the others for each party that cells of another one state below it (`Notify: Acme Ltd`), and a guess for it."""
    mapped = {guess.field for guess in guesses}
    columns = list(body.table.columns)
    found: list[Guess] = []
    for guess in guesses:
        if guess.field not in PARTY_NAMES or not holds(columns[guess.position], b"\n"):
            continue
        column = columns[guess.position].combine_chunks().dictionary_encode()
        if not pc.any(pc.match_substring_regex(column.dictionary, _LABELLED)).as_py():
            continue
        cells = [_parties(cell, guess.field, mapped) for cell in column.dictionary.to_pylist()]
        columns[guess.position] = spread_out(column, [cell[guess.field] for cell in cells])
        for field in dict.fromkeys(field for cell in cells for field in cell if field != guess.field):
            found.append(Guess(len(columns), guess.header, field, "a label in the cells of another party"))
            columns.append(spread_out(column, [cell.get(field) for cell in cells]))
            mapped.add(field)
    return (Body(table_of_columns(columns), body.rows, body.broken), tuple(found)) if found else (body, ())


def _parties(cell: str, field: str, mapped: set[str]) -> dict[str, str]:
    """The parties of a cell, by field; one that is said to be the first is stated as this."""
    said: dict[str, list[str]] = {field: []}
    for line in cell.split("\n"):
        label = _LABEL.match(line)
        other = lookup(label[1])[0] if label else ""
        if label and other in PARTY_NAMES and other not in {*mapped, *said}:
            said[other] = [line[label.end() :].strip()]
        else:
            next(reversed(said.values())).append(line.strip())
    parties = {one: "\n".join(lines) for one, lines in said.items()}
    return {one: parties[field] if is_ditto(text) or same_party(text, parties) else text for one, text in parties.items()}
