"""Mapped columns of text to the columns of LINE."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.core.arrow import holds
from precursor_screen.core.schema import DATES, LINE_COLUMNS
from precursor_screen.readers import code_cells
from precursor_screen.readers.cells import (
    NOTHINGS,
    Distinct,
    clean_column,
    cut_long_cells,
    is_typed_null,
    join_texts,
    map_distinct,
    match_begun,
)
from precursor_screen.readers.code_cells import (
    direction_of_procedure,
    find_currency,
    find_direction,
    find_function,
    find_mode,
    without_fillers,
)
from precursor_screen.readers.column_map import COUNTRIES, KINDS, PARTY_NAMES, ColumnMap, Guess
from precursor_screen.readers.interface import TableIssues
from precursor_screen.readers.number_cells import (
    Conventions,
    Numbers,
    is_plain,
    mark_of_tonnes,
    may_be_in_thousands,
    parse_date_columns,
    parse_numbers,
    part_ambiguous,
    to_counts,
    to_kilograms,
    weigh_column,
    without_terms,
)
from precursor_screen.readers.room import beyond_room
from precursor_screen.text.countries import find_country, is_no_one_country
from precursor_screen.text.covered_languages import NOT_AVAILABLE
from precursor_screen.text.numbers import decide

_NUMBER_CODES = {
    "quantity": "unparsed-quantity",
    "gross_mass": "unparsed-mass",
    "net_mass": "unparsed-mass",
    "gross_mass_kg": "unparsed-mass",
    "net_mass_kg": "unparsed-mass",
    "packages": "unparsed-packages",
    "value": "unparsed-value",
    "freight": "unparsed-value",
}
# Of these a figure a thousand times too small would stay under a threshold unseen.
_AMBIGUOUS = ("quantity", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg")
TEXT, MIXED, TYPED = "text", "mixed", "typed"  # whether an input's numbers are text, may be either, or are numbers as such
_GOODS_TEXTS = ("description", "description_extra")
_MASSES = {"gross_mass": "gross_mass_kg", "net_mass": "net_mass_kg"}
EXTRA_SEPARATOR = "; "
_OF_TEXTS = re.compile(r"(?<![\d.,])\d{1,3}([.,])\d{1,2}(?=\s?(?:%|[^\W\d_]{1,3}\b))")  # a figure with its unit
_SAMPLE, _LEAST_COMMAS = 5_000, 2  # rows that are looked at, and texts with such a figure
_JOIN = "\x1e"
_NONE = pa.scalar(None, pa.string())


class Usual(Struct, frozen=True):
    """What is usual in the language of an input, for cells that tell it neither themselves nor by others.

    Attributes:
        order: of day and month, `dmy`; empty: not known.
        mark: `,` where the comma is the usual decimal mark; empty: not known.
    """

    order: str = ""
    mark: str = ""


NOTHING_USUAL = Usual()


class Columns(Struct):
    """Clean text by field while a table is put together: several columns may stand for one field, best first."""

    guesses: Sequence[Guess]
    text: dict[str, list[pa.ChunkedArray]]
    issues: TableIssues
    column_map: ColumnMap
    numbers: str
    unmapped_marks: Counter[str]
    texts: frozenset[int] = frozenset()
    usual: Usual = NOTHING_USUAL
    made: dict[str, pa.ChunkedArray] = field(default_factory=dict)

    def take(self, name: str) -> pa.ChunkedArray | None:
        """The best column of a field, taken out."""
        return next(iter(self.text.pop(name, ())), None)

    def guess_of(self, name: str) -> Guess | None:
        """The first guess for a field."""
        return next((g for g in self.guesses if g.field == name), None)


def assemble(
    table: pa.Table,
    guesses: Sequence[Guess],
    column_map: ColumnMap,
    issues: TableIssues,
    numbers: str = TEXT,
    unmapped_marks: Counter[str] | None = None,
    texts: frozenset[int] = frozenset(),
    usual: Usual = NOTHING_USUAL,
) -> pa.Table:
    """The columns of LINE that an input supplies, in the order of the schema, without identity and place.

    Args:
        table: cells as filed, columns by position.
        guesses: what each column is.
        column_map: date order and decimal mark, where stated.
        issues: added to.
        numbers: TEXT, MIXED or TYPED.
        unmapped_marks: what unmapped columns of numbers say about the decimal mark: mark -> cells; None: nothing.
        texts: positions of the columns of a MIXED input in which a text may have a mark for thousands.
        usual: what is usual where the input comes from.
    """
    cleaned = _clean(table, guesses, issues)
    columns = Columns(guesses, cleaned, issues, column_map, numbers, unmapped_marks or Counter(), texts, usual=usual)
    for make in (_make_description, _make_numbers, _make_dates, _make_codes, _make_words, _make_countries, _make_parties):
        make(columns)
    for name in list(columns.text):
        if name in KINDS or name in ("message_function", "version"):
            columns.made[name] = columns.text.pop(name)[0]
    ordered = [c for c in LINE_COLUMNS if c.name in columns.made]
    return pa.table([columns.made[c.name] for c in ordered], schema=pa.schema([(c.name, c.arrow) for c in ordered]))


def _clean(table: pa.Table, guesses: Sequence[Guess], issues: TableIssues) -> dict[str, list[pa.ChunkedArray]]:
    by_field: dict[str, list[pa.ChunkedArray]] = {}
    # A spelling met as such goes before one found by dropping words: IMPORTER_NAME before STD_IMPORTER_NAME. What is stated of a bill goes
    # before what is stated of the whole file.
    in_order = sorted(
        (g for g in guesses if g.field),
        key=lambda g: (0, False, g.position) if g.field in _GOODS_TEXTS else (-g.level, not g.exact, g.position),
    )
    for guess in in_order:
        column = cut_long_cells(table.column(guess.position), guess.header, issues)
        cleaned = without_fillers(clean_column(column), guess.field)
        if guess.field in _GOODS_TEXTS:
            failed = match_begun(column, NOT_AVAILABLE, NOTHINGS)
            cleaned = pc.if_else(pa.array(failed), pa.scalar("#N/A"), cleaned) if failed.any() else cleaned
        by_field.setdefault(guess.field, []).append(cleaned)
    return by_field


def _make_description(columns: Columns) -> None:
    """Descriptions and what extends them, in the order of the columns."""
    placed: list[tuple[int, pa.ChunkedArray]] = []
    for name in _GOODS_TEXTS:
        positions = sorted(g.position for g in columns.guesses if g.field == name)
        placed += zip(positions, columns.text.pop(name, []), strict=True)
    if placed:
        placed.sort(key=lambda item: item[0])
        columns.made["description"] = join_texts(_without_echo([c for _, c in placed]), EXTRA_SEPARATOR)


def _without_echo(parts: list[pa.ChunkedArray]) -> list[pa.ChunkedArray]:
    """Parts without what an earlier one says already: a description and its translation are often the same text."""
    kept: list[pa.ChunkedArray] = []
    for part in parts:
        for earlier in kept:
            part = _unlike(part, earlier)
        kept.append(part)
    return kept


def _unlike(column: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells that do not say what those of another column say."""
    return pc.if_else(pc.fill_null(pc.equal(column, other), False), _NONE, column)


def _make_numbers(columns: Columns) -> None:
    found = {name: column for name in _NUMBER_CODES if (column := columns.take(name)) is not None}
    if "freight" in found:
        found["freight"] = without_terms(found["freight"], columns.issues)
    plain = {name: is_plain(column) for name, column in found.items()}
    marks, sure, mark_known = _decimal_marks(columns, found, plain)
    numbers = {
        name: parse_numbers(column, marks[name], plain[name], name, _NUMBER_CODES[name], columns.issues)
        for name, column in found.items()
    }
    unit_column = columns.take("mass_unit")
    for name, parsed in numbers.items():
        larger: Numbers | None = None
        if name in _AMBIGUOUS and name not in sure and _may_be_text(columns, name, found[name]):
            conventions = Conventions(marks[name], mark_known, marks[name] if mark_known else columns.usual.mark)
            room = partial(_room, columns, name, numbers.get("packages"), unit_column)
            parsed, larger = part_ambiguous(parsed, found[name], conventions, name, columns.issues, room)
        if name in _AMBIGUOUS and name != "quantity":
            _note_unread(columns, name, found[name], parsed, larger)
            _make_mass(columns, name, parsed, larger, unit_column)
        elif name == "packages":
            columns.made[name] = to_counts(parsed, found[name], columns.issues)
            _keep_units(columns, "package_type", parsed.units)
        else:
            columns.made[name] = parsed.values
        if name == "quantity":
            _keep_units(columns, "quantity_unit", parsed.units)
            _unit_of_header(columns, parsed)
            if larger is not None:
                columns.made["ambiguous_quantity"] = larger.values
    _make_currency(columns, numbers)


def _make_mass(columns: Columns, name: str, parsed: Numbers, larger: Numbers | None, unit_column: pa.ChunkedArray | None) -> None:
    """A mass in kilograms, and the larger one that it may be; a column of kilograms yields to one that states its unit."""
    guess = columns.guess_of(name)
    made, unit = (_MASSES[name], guess.unit if guess else None) if name in _MASSES else (name, None)
    for target, values in ((made, parsed), (f"ambiguous_{made}", larger)):
        if values is not None and (name in _MASSES or target not in columns.made):
            units = unit_column if name in _MASSES else None
            columns.made[target] = to_kilograms(values, units, unit, made, columns.issues)


def _room(
    columns: Columns,
    name: str,
    packages: Numbers | None,
    unit_column: pa.ChunkedArray | None,
    larger: Numbers,
) -> tuple[pa.ChunkedArray, pa.ChunkedArray] | None:
    """Whether each mass is above, and a thousandth of it below, what its packages and containers hold; None: of a quantity, which may be of anything."""
    if name == "quantity":
        return None
    guess = columns.guess_of(name) if name in _MASSES else None
    kilograms = to_kilograms(larger, unit_column if guess else None, guess.unit if guess else None, name, None)
    numbers = packages.values if packages else None
    kinds = next(iter(columns.text.get("package_type", ())), packages.units if packages else None)
    containers = next(iter(columns.text.get("container_numbers", ())), None)
    return beyond_room(kilograms, numbers, kinds, containers)


def _may_be_text(columns: Columns, name: str, column: pa.ChunkedArray) -> bool:
    """Whether the cells can have been written with a mark for thousands: a number as such has none, no zeros at its end, and no unit."""
    if columns.numbers != MIXED:
        return columns.numbers == TEXT
    if not columns.texts.isdisjoint(g.position for g in columns.guesses if g.field == name):
        return True
    return pc.any(pc.match_substring_regex(column, r",|[.][0-9]*0$|[.][0-9]+ *[^0-9.eE]")).as_py() is True


def _note_unread(columns: Columns, name: str, column: pa.ChunkedArray, parsed: Numbers, larger: Numbers | None) -> None:
    """An issue where no filled cell of a column of masses is a number: it is as if there were none, which nobody would notice."""
    if larger is not None:
        return
    for part in columns.issues.parts():
        cells, values = column[part], parsed.values[part]
        filled = len(cells) - cells.null_count
        if filled and values.null_count == len(values):
            row = part.start + pc.index(pc.is_valid(cells), True).as_py()
            message = f"none of the {filled} filled cells of {name} could be read"
            columns.issues.add("unreadable-column", message, row, field=name, count=filled)


def _decimal_marks(
    columns: Columns, found: dict[str, pa.ChunkedArray], plain: dict[str, bool]
) -> tuple[dict[str, str], frozenset[str], bool]:
    """The decimal mark of each column; the columns of which it is certain: stated by the user, known by their own cells, or by all
    other columns that show it; whether any column shows it."""
    if stated := columns.column_map.decimal:
        return dict.fromkeys(found, stated), frozenset(found), True
    votes = {name: weigh_column(column, plain[name]) for name, column in found.items()}
    own = {name: mark for name, marks in votes.items() if (mark := decide(marks) or _mark_of_tonnes(columns, name, found[name]))}
    written = votes
    if columns.numbers == MIXED:  # a number as such has a point, whatever the texts of its workbook use
        written = {name: weigh_column(column, plain[name], bare=False) for name, column in found.items()}
    table = sum(written.values(), Counter(columns.unmapped_marks))
    if not table and _texts_have_commas(columns.made.get("description")):
        table = Counter({",": 1})
    total = decide(table) or decide(sum(votes.values(), Counter[str]()))
    open_ones = set(found) & set(_AMBIGUOUS) - own.keys() if len(table) == 1 else ()
    sure = own.keys() | {name for name in open_ones if not may_be_in_thousands(found[name], total)}
    return dict.fromkeys(found, total or ".") | own, frozenset(sure), bool(total)


def _mark_of_tonnes(columns: Columns, name: str, column: pa.ChunkedArray) -> str:
    """The decimal mark of a column of tonnes; empty: it tells none."""
    guess, of_units = columns.guess_of(name), "mass_unit" if name in _MASSES else "quantity_unit" if name == "quantity" else ""
    if not of_units:
        return ""
    units = next(iter(columns.text.get(of_units, ())), None)
    return mark_of_tonnes(column, units, guess.unit if guess else None, columns.usual.mark)


def _texts_have_commas(texts: pa.ChunkedArray | None) -> bool:
    """Whether the goods themselves are written with a decimal comma (`2,5 l`), and none with a point."""
    if texts is None:
        return False
    marks = [mark for text in pc.unique(texts.slice(0, _SAMPLE)).drop_null().to_pylist() for mark in set(_OF_TEXTS.findall(text))]
    return len(marks) >= _LEAST_COMMAS and set(marks) == {","}


def _keep_units(columns: Columns, name: str, units: pa.ChunkedArray | None) -> None:
    """Units that stood in the cells (`639 PKG`), where the column of units says nothing."""
    if units is not None:
        stated = columns.take(name)
        columns.text[name] = [pc.coalesce(stated, units) if stated is not None else units]


def _unit_of_header(columns: Columns, parsed: Numbers) -> None:
    """The unit of quantities that their header names (`Quantity (kg)`), where neither a column of units nor the cell says another."""
    guess = columns.guess_of("quantity")
    if guess is not None and guess.unit is not None:
        of_header = pc.if_else(pc.is_valid(parsed.values), pa.scalar(guess.unit.code), _NONE)
        _keep_units(columns, "quantity_unit", of_header)


def _make_currency(columns: Columns, numbers: dict[str, Numbers]) -> None:
    """The currency of the value: what its header names, else the column, else what stood in the cells."""
    column, guess, value = columns.take("currency"), columns.guess_of("value"), numbers.get("value")
    parts = [c for c in (column, value.units if value else None) if c is not None]
    if guess is not None and guess.currency and value:
        columns.made["currency"] = pc.if_else(pc.is_valid(value.values), pa.scalar(guess.currency), _NONE)
    elif parts:
        columns.made["currency"] = _reword(pc.coalesce(*parts), find_currency)


def _reword(column: pa.ChunkedArray, find: Callable[[str], str | None]) -> pa.ChunkedArray:
    distinct = Distinct(column)
    return distinct.spread([find(t) for t in distinct.texts], pa.string())


def _make_dates(columns: Columns) -> None:
    found = {name: column for name in DATES if (column := columns.take(name)) is not None}
    columns.made |= parse_date_columns(found, columns.column_map.date_order, columns.issues, columns.usual.order)


def _make_codes(columns: Columns) -> None:
    codes = columns.take("hs_code")
    if codes is not None:
        columns.made["hs_code"], others = code_cells.parse_hs_codes(codes, columns.issues)
        if others is not None:
            columns.made["other_hs_codes"] = others
    for name in ("cas_numbers", "cus_codes", "un_numbers"):
        if (column := columns.take(name)) is not None:
            columns.made[name] = code_cells.parse_substance_numbers(column, name, columns.issues)
    if containers := columns.text.pop("container_numbers", None):
        columns.made["container_numbers"] = code_cells.parse_containers(join_texts(containers, ";"))
    item = columns.take("item_number")
    if item is not None:
        # A spreadsheet's 1.0 is item 1. Item 0 is filler, and would make one cargo of all lines of a declaration.
        columns.made["item_number"] = pc.replace_substring_regex(item, r"^(\d+)\.0+$", r"\1") if holds(item, b".0") else item


def _make_words(columns: Columns) -> None:
    ways = (("direction", find_direction), ("procedure", direction_of_procedure))
    stated = [_reword(column, find) for name, find in ways if (column := columns.take(name)) is not None]
    if stated and any(c.null_count < len(c) for c in stated):
        columns.made["direction"] = pc.coalesce(*stated)
    for name, find in (("transport_mode", find_mode), ("message_function", find_function)):
        if (column := columns.take(name)) is not None:
            columns.made[name] = pc.coalesce(_reword(column, find), column)  # an unknown word stays as filed


def _make_countries(columns: Columns) -> None:
    message = "neither a code nor a name of a country"
    for name in COUNTRIES:
        if (column := columns.take(name)) is not None:
            columns.made[name] = map_countries(column, name, message, columns.issues)
    name = "transit_countries"
    if (column := columns.take(name)) is not None:
        how = (find_countries, code_cells.TEXTS, name, "unknown-country", message)
        columns.made[name] = map_distinct(column, *how, columns.issues)


def map_countries(column: pa.ChunkedArray, name: str, message: str, issues: TableIssues) -> pa.ChunkedArray:
    """Alpha-2 codes; `NA` is Namibia here, so only what stood for nothing everywhere is null without an issue."""
    distinct = Distinct(column)
    parsed = [find_country(t) for t in distinct.texts]
    unknown = (i for i, code in enumerate(parsed) if code is None)
    reported = (i for i in unknown if not is_typed_null(distinct.texts[i]) and not is_no_one_country(distinct.texts[i]))
    distinct.report([(i, "unknown-country", f"{name}: {message}") for i in reported], name, issues)
    return distinct.spread(parsed, pa.string())


def find_countries(text: str) -> list[str] | None:
    """The countries that a cell lists; None where one of them is not known."""
    if one := find_country(text):
        return [one]
    parts = [p.strip() for p in re.split(r"[\n|/>,;]", text)]
    found = [find_country(p) for p in (parts if len(parts) > 1 else text.split()) if p]
    return [c for c in found if c] if found and all(found) else None


def _make_parties(columns: Columns) -> None:
    """Names and addresses; of several names for one role the first is the party's, the others go to `other_parties`."""
    others: list[pa.ChunkedArray] = columns.text.pop("other_parties", [])
    for name in (*PARTY_NAMES, "declarant_name", "carrier_name"):
        if found := columns.text.pop(name, None):
            best = columns.made[name] = pc.coalesce(*found)
            others += [_unlike(other, best) for other in found[1:]]
    if others:
        columns.made["other_parties"] = pc.split_pattern(join_texts(others, _JOIN), _JOIN)
