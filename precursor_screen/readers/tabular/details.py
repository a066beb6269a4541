"""What a cell of goods says below or over their name, line by line: `HS 2902.30-0000`, `Country of origin: Norway`, `Marks: KK 1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Final, TypeAlias

import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import holds
from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.concepts import languages_of, meanings
from precursor_screen.readers.tabular.content import is_hs_code
from precursor_screen.readers.tabular.fill import each_cell, spread_out
from precursor_screen.text.codes import find_un
from precursor_screen.text.countries import find_country
from precursor_screen.text.quantity_words import MASS as MASS_UNIT
from precursor_screen.text.quantity_words import counted, find_unit, is_package_kind, kind_before

WITH_THE_GOODS: Final = "a line of its own in the cells of the goods"
BEFORE_THE_GOODS: Final = "what stands before the goods in their cells"
_Led: TypeAlias = Callable[[str], tuple[str, str]]
_SAMPLE: Final = 60  # cells
_FIELDS: Final = ("hs_code", "country_of_origin", "marks", "packages", "container_numbers", "net_mass", "gross_mass")
_LINE: Final = re.compile(r"([^:：\d\n]{2,30})[:：]\s*(\S.*)")
_UNIT: Final = r"\d[\d.,' ]*(?:kgs?|kilos?|g|mt|t|lbs?)\b"
_LABEL: Final = re.compile(r"([^\W\d_][^:：\d\n/;|]{1,29}?)(?:\s*[:：]\s*|[\s.#]+(?=\d))")
_BLANK: Final = re.compile(r"\s+")
_COUNT: Final = re.compile(r"\d{1,6}\s+([^\W\d_]+)\.?")
_VALUES: Final = {
    "hs_code": re.compile(r"\d{4}[\d .-]{2,12}\d\b"),
    "country_of_origin": re.compile(r"[^\W\d_][^\d:：/;,|]{1,40}"),
    "marks": re.compile(r".+"),
    **dict.fromkeys(("net_mass", "gross_mass"), re.compile(rf"{_UNIT}\.?(?=[\s/;,|]|$)", re.IGNORECASE)),
    "packages": re.compile(r"\d[\d.,']*(?:\s+[^\d/;,|]+)?(?=[/;,|]|$)"),  # `80 drums`, and not `250G/BAG`
    "container_numbers": re.compile(r"\W*[A-Z]{4}[\s-]?\d{6}.*", re.IGNORECASE),
}
_LABELLED: Final = rf"\n[^:：\d\n]{{2,30}}[\s.#]\d{{4}}[\d .-]{{1,12}}\d|(?:^|\n)[^:：\d\n]{{2,30}}[:：]|\n\d{{1,6}} +\pL+\.?(?:\n|$)|(?i)\n[^:：\d\n]{{2,30}}{_UNIT}"


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
    labelled = pc.match_substring_regex(column.dictionary, _LABELLED).to_pylist()
    if not any(labelled):
        return body, ()
    pairs = zip(column.dictionary.to_pylist(), labelled, strict=True)
    cells = [_parted(cell, fields) if is_labelled else _Cell(cell, {}) for cell, is_labelled in pairs]
    columns = list(body.table.columns)
    columns[at] = spread_out(column, [cell.goods for cell in cells])
    found: list[Guess] = []
    for field in fields:
        values = [cell.facts.get(field) for cell in cells]
        if any(values):
            found.append(Guess(len(columns), guesses[at].header if at < len(guesses) else "", field, WITH_THE_GOODS))
            columns.append(spread_out(column, values))
    return (Body(table_of_columns(columns), body.rows, body.broken), tuple(found)) if found else (body, ())


def part_leads(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with packages, then UN numbers, in columns behind the others, where cells of goods begin with them and no column states any:
    `20 drums of acetone`, or `drums of acetone` where one states their number; `UN 1090, ACETONE`."""
    at = next((guess.position for guess in guesses if guess.field == "description"), None)
    if at is None:
        return body, ()
    mapped = {guess.field for guess in guesses}
    leads = [("un_numbers", "UN No.", _numbered)]
    if "package_type" not in mapped:
        kind = ("package_type", "Package type", kind_before)
        leads.insert(0, kind if "packages" in mapped else ("packages", "Packages", counted))
    found: list[Guess] = []
    for field, header, led in leads:
        column = body.table.column(at)
        if field in mapped or not _are_led(column.slice(0, _SAMPLE).to_pylist(), led):
            continue
        cells = column.combine_chunks().dictionary_encode()
        told = [led(cell) for cell in cells.dictionary.to_pylist()]
        columns = [*body.table.columns, spread_out(cells, [said or None for said, _ in told])]
        columns[at] = spread_out(cells, [goods for _, goods in told])
        body = Body(table_of_columns(columns), body.rows, body.broken)
        found.append(Guess(len(columns) - 1, header, field, BEFORE_THE_GOODS))
    return body, tuple(found)


def _are_led(cells: Sequence[str | None], led: _Led) -> bool:
    """Whether most cells of goods begin so. A single cell does not tell: `1 drum pump` may be a name."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and 2 * sum(bool(led(cell)[0]) for cell in filled) > len(filled)


def _numbered(text: str) -> tuple[str, str]:
    """The UN number with which a text of goods begins, and the rest, which begins with a letter; otherwise an empty text and the whole."""
    first = next(iter(find_un(text)), None)
    rest = text[first.end :].lstrip(" ,;:\n") if first and not first.start else ""
    return (text[: first.end], rest) if first and rest[:1].isalpha() else ("", text)


def _parted(cell: str, fields: Sequence[str]) -> _Cell:
    lines = cell.split("\n")
    stated = [{field: value for field, value in facts_in(line) if field in fields} for line in lines] if len(lines) > 1 else [{}]
    over = list(takewhile(lambda at: stated[at] or _LINE.fullmatch(lines[at].strip()), range(len(lines))))
    first = next((at + 1 for at in reversed(over) if stated[at]), 0) if len(over) < len(lines) else 0
    others = [line for line, facts in zip(lines[:first], stated, strict=False) if not facts]
    found: dict[str, str] = {}
    for facts in stated:
        found |= {field: "; ".join(filter(None, (found.get(field), value))) for field, value in facts.items()}
    return _Cell("\n".join([*lines[first:], *others]), found)


def facts_in(line: str) -> list[tuple[str, str]]:
    """What a line states, label by label: `HS 2914 11 00 Origin: DE`, `Net 500 kg / Gross 540 kg 20 drums`. A code is stated
    whatever follows it; else the line says nothing more: `Net 25 kg per bag` is not the mass of the goods."""
    found: list[tuple[str, str]] = []
    rest = line.strip() if len(line) < 1_000 else ""
    while rest:
        field, begin = _label(rest)
        if not field and (label := next(filter(_is_of_origin, _BLANK.finditer(rest)), None)):  # `HS 29141100 Origin NO`
            field, begin = "country_of_origin", label.end()
        value = _VALUES[field].match(rest, begin) if field else None
        said = _said(field, value[0]) if value else ""
        if not said:
            break
        found.append((field, said))
        rest = rest[begin + len(said) :].lstrip(" \t/;,|")
    return found if not rest else [(field, said) for field, said in found if field == "hs_code"]


def _label(text: str) -> tuple[str, int]:
    """The field of the label with which a text begins, and where what it says does; a count of packages needs none."""
    if text[0].isdigit():
        count = _COUNT.fullmatch(text)
        return ("packages" if count and is_package_kind(count[1]) else "", 0)
    match = _LABEL.match(text)
    field = _field(match[1].strip()) if match else ""
    return (field, match.end()) if match and field in _VALUES else ("", 0)


@lru_cache(maxsize=4096)
def _field(label: str) -> str:
    return lookup(label)[0]


def _is_of_origin(blank: re.Match[str]) -> bool:
    """Whether a country stands behind a blank, and a label of the origin before it."""
    return find_country(blank.string[blank.end() :]) is not None and _field(blank.string[: blank.start()]) == "country_of_origin"


def _said(field: str, value: str) -> str:
    """The value of a field with which a text begins; empty if it does not begin with one."""
    if field == "hs_code":
        return value if is_hs_code(value) else ""
    if field == "packages" and _in_mass(value):  # `Pieces: 0.4 kg`
        return ""
    if field != "country_of_origin":
        return value
    words = value.split(" ")
    return next((said for last in range(len(words), 0, -1) if find_country(said := " ".join(words[:last]))), "")


_QUANTITY: Final = re.compile(r"\d[\d.,' ]*([^\d\s].*)")


def net_quantities(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with a column behind the others for the net masses among quantities whose header says that they are net, and a guess for it.

    Of a quantity that a cell states in several units, each on a line of its own, the one that is a mass stays.
    """
    at = {guess.field: guess.position for guess in guesses if guess.field}
    if "quantity" not in at:
        return body, ()
    header, columns = guesses[at["quantity"]].header, list(body.table.columns)
    if holds(columns[at["quantity"]], b"\n"):
        columns[at["quantity"]] = each_cell(columns[at["quantity"]], _in_one_unit)
    if "net_mass" in at or not any("net" in word for word in meanings(header, languages_of((header,)))):
        return Body(table_of_columns(columns), body.rows, body.broken), ()
    if "quantity_unit" in at:
        units = each_cell(columns[at["quantity_unit"]], lambda unit: unit if _is_mass(unit) else None)
        net = pc.binary_join_element_wise(columns[at["quantity"]], units, " ")
    else:
        net = each_cell(columns[at["quantity"]], lambda cell: cell if _in_mass(cell) else None)
    return Body(table_of_columns([*columns, net]), body.rows, body.broken), (
        Guess(len(columns), header, "net_mass", "its header says net"),
    )


def _in_one_unit(cell: str) -> str:
    masses = {line.strip() for line in cell.split("\n") if _in_mass(line)}
    return masses.pop() if len(masses) == 1 else cell


def _in_mass(text: str) -> bool:
    match = _QUANTITY.fullmatch(text.strip())
    return match is not None and _is_mass(match[1])


def _is_mass(unit: str) -> bool:
    found = find_unit(unit)
    return found is not None and found.kind == MASS_UNIT
