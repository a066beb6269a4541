"""What a cell of goods says below or over their name, line by line: `HS 2902.30-0000`, `Country of origin: Norway`, `Marks: KK 1`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import holds
from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.content import is_hs_code
from precursor_screen.readers.tabular.fill import spread_out
from precursor_screen.text.countries import find_country
from precursor_screen.text.quantity_words import counted

WITH_THE_GOODS: Final = "a line of its own in the cells of the goods"
BEFORE_THE_GOODS: Final = "what stands before the goods in their cells"
_SAMPLE: Final = 60  # cells
_FIELDS: Final = ("hs_code", "country_of_origin", "marks", "packages", "container_numbers", "net_mass", "gross_mass")
_LINE: Final = re.compile(r"([^:：\d\n]{2,30})[:：]\s*(\S.*)")
_CODE: Final = re.compile(r"([^:：\d\n]{2,30}?)[\s.#]+(\d{4}[\d .-]{2,12}\d)\b[\s,;]*(.*)")
_MASS: Final = re.compile(r"\d[\d.,' ]*(?:kgs?|kilos?|g|mt|t|lbs?)\.?$", re.IGNORECASE)  # with its unit
_VALUES: Final = {
    "net_mass": _MASS,
    "gross_mass": _MASS,
    "packages": re.compile(r"\d[\d.,']*(?:\s+\D+)?$"),  # `80 drums`, and not `250G/BAG`
    "container_numbers": re.compile(r"\W*[A-Z]{4}[\s-]?\d{6}", re.IGNORECASE),
}
_LABELLED: Final = r"\n.{2,30}\d{4}|(?:^|\n)[^:：\d\n]{2,30}[:：]"


class _Cell(Struct, frozen=True):
    """A cell of goods, their name first, without the lines over it that state a fact; and the facts by field."""

    goods: str
    facts: dict[str, str]


def part_details(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with a column behind the others for each fact that cells of goods state and no column does, and a guess for each.

    The cells stay whole, but for lines over the name of the goods.
    """
    mapped = {guess.field for guess in guesses}
    fields = [field for field in _FIELDS if field not in mapped]
    at = next((guess.position for guess in guesses if guess.field == "description"), None)
    if at is None or not fields:
        return body, ()
    if not holds(body.table.column(at), b"\n"):  # facts stand in lines of their own
        return body, ()
    column = body.table.column(at).combine_chunks().dictionary_encode()
    if not pc.any(pc.match_substring_regex(column.dictionary, _LABELLED)).as_py():
        return body, ()
    cells = [_parted(cell, fields) for cell in column.dictionary.to_pylist()]
    columns = list(body.table.columns)
    columns[at] = spread_out(column, [cell.goods for cell in cells])
    found: list[Guess] = []
    for field in fields:
        values = [cell.facts.get(field) for cell in cells]
        if any(values):
            found.append(Guess(len(columns), guesses[at].header if at < len(guesses) else "", field, WITH_THE_GOODS))
            columns.append(spread_out(column, values))
    return (Body(table_of_columns(columns), body.rows, body.broken), tuple(found)) if found else (body, ())


def part_packages(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with packages in a column behind the others, where cells of goods begin with them and no column states any: `20 drums of acetone`."""
    at = next((guess.position for guess in guesses if guess.field == "description"), None)
    if at is None or any(guess.field in ("packages", "package_type") for guess in guesses):
        return body, ()
    column = body.table.column(at)
    if not are_counted(column.slice(0, _SAMPLE).to_pylist()):
        return body, ()
    cells = column.combine_chunks().dictionary_encode()
    told = [counted(cell) for cell in cells.dictionary.to_pylist()]
    columns = [*body.table.columns, spread_out(cells, [packages or None for packages, _ in told])]
    columns[at] = spread_out(cells, [goods for _, goods in told])
    return Body(table_of_columns(columns), body.rows, body.broken), (
        Guess(len(columns) - 1, "Packages", "packages", BEFORE_THE_GOODS),
    )


def are_counted(cells: Sequence[str | None]) -> bool:
    """Whether most cells of goods begin with a number of packages, and not one alone, which may be a name (`1 drum pump`)."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and 2 * sum(bool(counted(cell)[0]) for cell in filled) > len(filled)


def _parted(cell: str, fields: Sequence[str]) -> _Cell:
    lines = cell.split("\n")
    stated = [{field: value for field, value in _facts(line) if field in fields} for line in lines] if len(lines) > 1 else [{}]
    over = list(takewhile(lambda at: stated[at] or _LINE.fullmatch(lines[at].strip()), range(len(lines))))
    first = next((at + 1 for at in reversed(over) if stated[at]), 0) if len(over) < len(lines) else 0
    others = [line for line, facts in zip(lines[:first], stated, strict=False) if not facts]
    found: dict[str, str] = {}
    for facts in stated:
        found |= {field: "; ".join(filter(None, (found.get(field), value))) for field, value in facts.items()}
    return _Cell("\n".join([*lines[first:], *others]), found)


def _facts(line: str) -> Iterator[tuple[str, str]]:
    if match := _LINE.fullmatch(line.strip()):
        field = lookup(match[1].strip())[0]
        if _may_say(field, match[2]):
            yield field, match[2]
    elif (match := _CODE.fullmatch(line.strip())) and lookup(match[1])[0] == "hs_code" and is_hs_code(match[2]):
        yield "hs_code", match[2]
        label, _, place = match[3].rpartition(" ")
        if label and lookup(label.strip(" :"))[0] == "country_of_origin" and find_country(place):
            yield "country_of_origin", place


def _may_say(field: str, value: str) -> bool:
    if field == "hs_code":
        return is_hs_code(value)
    if field == "country_of_origin":
        return find_country(value) is not None
    pattern = _VALUES.get(field)
    return field == "marks" or (pattern is not None and pattern.match(value) is not None)
