"""Columns of numbers: decimals, masses in kilograms, counts of packages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.schema import DECIMAL
from precursor_screen.readers.cells import Distinct, all_match, is_typed_null
from precursor_screen.readers.code_cells import one_of
from precursor_screen.readers.interface import TableIssues
from precursor_screen.text.dates import UNREADABLE, parse_date, shifts_to_midnight, weigh_order
from precursor_screen.text.numbers import PLACES, Number, decide, parse_number, weigh_marks
from precursor_screen.text.quantity_words import MASS, Unit, find_unit
from precursor_screen.text.substance_mass import GROSS_ONLY, amount_in_text

# Columns of dates: one order of day and month for a column, decided by all of its values.

# The last three: a midnight without its day, which spreadsheets leave where a column was saved as minutes.
_NOTHING = frozenset(("0", "0.0", "00000000", "0000-00-00", "00/00/0000", "1900-01-00", "00:00", "00:00:00", "00:00.0"))


def parse_date_columns(
    columns: Mapping[str, pa.ChunkedArray], order: str, issues: TableIssues, usual: str = ""
) -> dict[str, pa.ChunkedArray]:
    """The date columns of one input.

    A column without a value that tells day from month borrows the order of the input's other columns; where none tells,
    its ambiguous values are null and issues.

    Args:
        columns: field -> clean text.
        order: stated by the user: dmy, mdy, ymd, or empty.
        issues: added to.
        usual: in the language of the input; empty: it is not known, or has several.
    """
    distinct = {field: Distinct(column) for field, column in columns.items()}
    votes = {field: weigh_order(d.texts) for field, d in distinct.items()}
    together = decide(sum(votes.values(), Counter[str]()))
    made = {}
    for field, values in distinct.items():
        told = order or decide(votes[field]) or together
        if usual and not told:
            asked = [place for place, text in enumerate(values.texts) if parse_date(text, "", False).ambiguous]
            says = f"{field}: no date tells the order of day and month, so that of the language of the headers holds"
            values.report([(place, "usual-order", says) for place in asked], field, issues)
        made[field] = _parse(values, told or usual, field, issues)
    return made


def _parse(values: Distinct, order: str, field: str, issues: TableIssues) -> pa.ChunkedArray:
    shift = shifts_to_midnight(t for t in values.texts if t not in _NOTHING)
    empty = [text in _NOTHING or is_typed_null(text) for text in values.texts]
    days = [UNREADABLE if e else parse_date(text, order, shift) for text, e in zip(values.texts, empty, strict=True)]
    bad = [
        (position, "ambiguous-date", f"{field}: the order of day and month is ambiguous")
        if day.ambiguous
        else (position, "unparsed-date", f"{field} is not a date")
        for position, day in enumerate(days)
        if day.day is None and not empty[position]
    ]
    values.report(bad, field, issues)
    return values.spread([d.day for d in days], pa.date32())


_PLAIN = r"^-?[0-9]{1,12}(?:\.[0-9]{1,20})?$"
_POINT_FOR_SURE = r"\.[0-9]{1,2}$|\.[0-9]{4,}$|^-?0?\.[0-9]|^-?[0-9]{4,}\."
_COMMA = r"^-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,12})(?:,[0-9]{1,20})?$"
_WIDE = pa.decimal128(38, 20)
_FACTOR = pa.decimal128(19, 12)
_SAMPLE, _LONGEST = 5_000, 200  # rows, and characters of a cell
_KILOGRAMS = "^[Kk]$"  # of a column of units: X12 data element 188, IATA weight code; in a cell 5K may be thousands
_LIMIT = pa.scalar(Decimal(10) ** 12, pa.decimal128(38, 6))


def is_plain(column: pa.ChunkedArray) -> bool:
    """Whether every cell is a number of digits and perhaps a point: nearly every column, and the fast way through."""
    return all_match(column, _PLAIN)


def without_terms(column: pa.ChunkedArray, issues: TableIssues) -> pa.ChunkedArray:
    """A column of freight without cells that say who pays it (PREPAID, COLLECT): no figures, and nothing is wrong with them."""
    pattern = rf"(?i)^\s*(?:freight\s*)?(?:{one_of('freight terms')})\.?(?:\s*freight)?\s*$"
    terms = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    places = np.flatnonzero(terms.to_numpy())
    if not len(places):
        return column
    for part in issues.parts():
        there = places[(places >= part.start) & (places < (part.stop or len(column)))].tolist()
        if there:
            message = f"{len(there)} cells say who pays the freight, and not how much it is"
            issues.add("freight-terms", message, there[0], field="freight", value=column[there[0]].as_py(), count=len(there))
    return pc.if_else(terms, pa.scalar(None, pa.string()), column)


def weigh_column(column: pa.ChunkedArray, plain_all: bool, *, bare: bool = True) -> Counter[str]:
    """What a clean column says about its decimal mark, without reading the plain numbers one by one.

    Args:
        column: clean text.
        plain_all: `is_plain` of the column.
        bare: whether cells of digits and a point alone count.
    """
    if plain_all:
        for part in (column.slice(0, _SAMPLE), column) if bare else ():  # nearly always the start tells
            point = _count(part, _POINT_FOR_SURE)
            if point:
                return Counter({".": point})
        return Counter()
    plain = pc.fill_null(pc.match_substring_regex(column, _PLAIN), True)
    odd = pc.unique(column.filter(pc.invert(plain))).drop_null().slice(0, _SAMPLE).to_pylist()
    points = _count(column.filter(plain), _POINT_FOR_SURE) if bare else 0
    return Counter({".": points}) + weigh_marks(t for t in odd if len(t) < 60)


def may_be_in_thousands(column: pa.ChunkedArray, mark: str) -> bool:
    """Whether a column that does not tell its own mark speaks against the decimal mark of its table.

    Whoever writes `2.500` for two and a half gives all numbers three places; beside a whole number it may be two thousand five hundred.
    """
    padded = pc.match_substring_regex(column, rf"^[^.,]*[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{2}}0(?:[^0-9.,].*)?$")
    return (
        bool(mark)
        and pc.any(padded).as_py() is True
        and pc.any(pc.match_substring_regex(column, r"^[^.,]*[0-9][^.,]*$")).as_py() is True
    )


def _count(column: pa.ChunkedArray, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(column, pattern)).as_py() or 0)


class Numbers(Struct, frozen=True):
    """A parsed column: decimal128(18, 6), and the unit that stood in the cell where one did."""

    values: pa.ChunkedArray
    units: pa.ChunkedArray | None


_THREE_PLACES = r"^-?[1-9][0-9]{0,2}([.,])[0-9]{3}(?:[^0-9.,].*)?$"
_TONNES = Decimal(1000)  # kilograms of the smallest unit of which nobody ships thousands in every line


def mark_of_tonnes(column: pa.ChunkedArray, units: pa.ChunkedArray | None, header_unit: Unit | None, usual: str = "") -> str:
    """The decimal mark of a column of tonnes, by which kilograms are written: `18.535`, `4.120`; empty: it tells none.

    Every figure in tonnes has one mark, before three places; whole numbers may stand beside them where that mark is the usual one. Whole thousands
    throughout (`25,000`) may be a ship's cargo.

    Args:
        column: clean text that does not tell its mark otherwise.
        units: clean text of the column of its units; None: there is none.
        header_unit: the unit of mass that its header names.
        usual: the decimal mark of the input's language, where known.
    """
    odd = pc.fill_null(pc.match_substring_regex(column, _THREE_PLACES), False)
    if not pc.any(odd).as_py():
        return ""
    stated = units if units is not None else pa.nulls(len(column), pa.string())
    pairs = (
        pa.table({"cell": column, "unit": stated})
        .filter(pc.is_valid(column))
        .slice(0, _SAMPLE)
        .group_by(["cell", "unit"])
        .aggregate([])
    )
    marks, padded = set[str](), True
    for cell, unit_text in zip(*(pairs.column(name).to_pylist() for name in ("cell", "unit")), strict=True):
        number = parse_number(cell, ".")
        unit = find_unit(number.unit) if number and number.unit else find_unit(unit_text) if unit_text else header_unit
        if unit is None or unit.kind != MASS or unit.factor < _TONNES:
            continue
        if match := re.match(_THREE_PLACES, cell):
            marks.add(match[1] + ("" if match[0][match.end(1) :].startswith("000") else "+"))
        else:
            padded = False
    found = {mark[0] for mark in marks}
    if len(found) != 1 or not any(mark.endswith("+") for mark in marks):
        return ""
    mark = found.pop()
    return mark if padded or mark == (usual or ".") else ""


class Conventions(Struct, frozen=True):
    """How a column is read of which no cell tells its decimal mark.

    Attributes:
        mark: the decimal mark by which it was parsed.
        known: some other column tells the mark; else it is only what is usual.
        usual: the decimal mark of the input's language; empty: not known.
    """

    mark: str
    known: bool = True
    usual: str = ""


Room = Callable[[Numbers], tuple[pa.ChunkedArray, pa.ChunkedArray] | None]


def part_ambiguous(
    numbers: Numbers,
    column: pa.ChunkedArray,
    conventions: Conventions,
    field: str,
    issues: TableIssues,
    room: Room = lambda _: None,
) -> tuple[Numbers, Numbers | None]:
    """The numbers without those that may as well be a thousand times as large or as small; and these, as the larger number.

    `2.500` in a column where nothing tells the decimal mark is two and a half, or two thousand five hundred. So is `2,500` where no other column
    tells it either and the comma is the usual decimal mark; elsewhere that is read as the larger, as nearly everybody means it, and reported.

    Args:
        numbers: as parsed.
        column: clean text, of which no cell tells the decimal mark for sure.
        conventions: by which it was parsed.
        field: canonical field.
        issues: added to.
        room: of the larger numbers, whether each is more, and whether a thousandth of it is less, than what the goods are in can hold; None: not known.
    """
    mark, by_usage = conventions.mark, conventions.usual in ("", conventions.mark)
    either = _may_be_grouped(numbers, column, mark)
    grouped = pc.and_not(either, either) if conventions.known else _may_be_grouped(numbers, column, "," if mark == "." else ".")
    told = pc.or_(either, grouped)
    if not pc.any(told).as_py():
        return numbers, None
    factors = pc.if_else(either, pa.scalar(Decimal(1000), pa.decimal128(5, 0)), pa.scalar(Decimal(1), pa.decimal128(5, 0)))
    larger = pc.cast(pc.multiply(pc.cast(numbers.values, pa.decimal128(28, 6)), factors), DECIMAL)
    larger = pc.if_else(told, larger, pa.scalar(None, DECIMAL))
    values = numbers.values
    if (found := room(Numbers(larger, numbers.units))) is not None:
        too_large, too_small = (pc.fill_null(one, False) for one in found)
        small, large = pc.and_not(too_large, too_small), pc.and_not(too_small, too_large)
        small, large = (_with_the_column(one, other, (either, grouped)) for one, other in ((small, large), (large, small)))
        smaller = pc.cast(pc.round(pc.multiply(larger, pa.scalar(Decimal("0.001"))), 6, round_mode="half_to_even"), DECIMAL)
        values = pc.if_else(small, smaller, pc.if_else(large, larger, values))
        either, grouped, told = (pc.and_not(one, pc.or_(small, large)) for one in (either, grouped, told))
    unknown = either if by_usage else told
    distinct = Distinct(pc.if_else(told, column, pa.scalar(None, pa.string())))
    bad = []
    for place, cell in enumerate(distinct.texts):
        of_cell = next(c for c in cell if c in ".,")
        used = "; the larger was used" if of_cell != mark and by_usage else ""
        as_small, as_large = (cell.replace(of_cell, instead, 1)[:40] for instead in (".", ""))
        bad.append((place, "ambiguous-number", f"{field} may be {as_small} or {as_large}{used}"))
    distinct.report(bad, field, issues)
    if not pc.any(unknown).as_py():
        return Numbers(values, numbers.units), None
    none = pa.scalar(None, DECIMAL)
    return Numbers(pc.if_else(unknown, none, values), numbers.units), Numbers(pc.if_else(unknown, larger, none), numbers.units)


_TELLING = 2  # cells whose reading is settled, and none that speaks against it


def _with_the_column(settled: pa.ChunkedArray, against: pa.ChunkedArray, marked: tuple[pa.ChunkedArray, ...]) -> pa.ChunkedArray:
    """The cells of one reading, with all that have the same mark where several cells tell that reading and none the other."""
    for cells in marked:
        votes = pc.sum(pc.and_(settled, cells)).as_py() or 0
        if votes >= _TELLING and not pc.any(pc.and_(against, cells)).as_py():
            settled = pc.or_(settled, cells)
    return settled


def _may_be_grouped(numbers: Numbers, column: pa.ChunkedArray, mark: str) -> pa.ChunkedArray:
    """Which cells hold one mark, before three figures."""
    pattern = rf"^-?[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}(?:[^0-9.,].*)?$"
    return pc.and_(pc.fill_null(pc.match_substring_regex(column, pattern), False), pc.is_valid(numbers.values))


def parse_numbers(column: pa.ChunkedArray, mark: str, plain_all: bool, field: str, code: str, issues: TableIssues) -> Numbers:
    """Decimals of a clean column; what is not a number, or is negative, is null and an issue.

    Args:
        column: clean text.
        mark: decimal mark of the column.
        plain_all: `is_plain` of the column.
        field: canonical field.
        code: of the issue for what does not parse.
        issues: added to.
    """
    if plain_all and mark == ".":
        return Numbers(_refuse_negative(_cast(column), column, field, issues), None)
    fast = pc.fill_null(pc.match_substring_regex(column, _PLAIN if mark == "." else _COMMA), False)
    texts = pc.if_else(fast, column, pa.scalar(None, pa.string()))
    if mark == ",":
        texts = pc.replace_substring(pc.replace_substring(texts, ".", ""), ",", ".")
    values = _cast(texts)
    units: pa.ChunkedArray | None = None
    slow = pc.and_(pc.is_valid(column), pc.invert(fast))
    if pc.any(slow).as_py():
        odd = Distinct(pc.if_else(slow, column, pa.scalar(None, pa.string())))
        parsed = [
            None if is_typed_null(t) else parse_number(t, mark) or (_mass_in_words(t) if code == "unparsed-mass" else None)
            for t in odd.texts
        ]
        unread = [i for i, n in enumerate(parsed) if n is None and not is_typed_null(odd.texts[i])]
        odd.report([(i, code, f"{field} is not a number") for i in unread], field, issues)
        values = pc.coalesce(values, odd.spread([n.value if n else None for n in parsed], DECIMAL))
        if any(n and n.unit for n in parsed):
            units = odd.spread([n.unit or None if n else None for n in parsed], pa.string())
    return Numbers(_refuse_negative(values, column, field, issues), units)


def _mass_in_words(cell: str) -> Number | None:
    """The mass of a cell that says more than a number, in kilograms: `640 kgs in 25 drums`, `abt 640 kg`; None: it states none, or several."""
    amount = amount_in_text(cell[:_LONGEST])
    sure = amount.kind == MASS and len(amount.values) == 1 and amount.doubt in ("", GROSS_ONLY)
    return Number(amount.values[0].quantize(PLACES), "KGM") if sure else None


def _cast(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(texts, DECIMAL)
    except pa.ArrowInvalid:  # more than six places: spreadsheets give 54.74452555
        pass
    # Half to even, as `parse_number` does, so that every format gives the same number.
    return pc.cast(pc.round(pc.cast(texts, _WIDE), 6, round_mode="half_to_even"), DECIMAL)


def _refuse_negative(values: pa.ChunkedArray, column: pa.ChunkedArray, field: str, issues: TableIssues) -> pa.ChunkedArray:
    lowest = pc.min(values).as_py()
    if lowest is None or lowest >= 0:
        return values
    negative = pc.fill_null(pc.less(values, pa.scalar(Decimal(0), DECIMAL)), False)
    refused = Distinct(pc.if_else(negative, column, pa.scalar(None, pa.string())))
    refused.report([(i, "negative-number", f"{field} is negative") for i in range(len(refused.texts))], field, issues)
    return pc.if_else(negative, pa.scalar(None, DECIMAL), values)


def to_kilograms(
    numbers: Numbers, unit_column: pa.ChunkedArray | None, header_unit: Unit | None, field: str, issues: TableIssues | None
) -> pa.ChunkedArray:
    """Masses in kilograms.

    The unit in the cell goes before the unit's own column, that before the header (`LB` is met under `WEIGHT_IN_KG`), and
    kilograms are what a header without a unit means. A unit that is none of mass leaves the mass unknown, an issue where `issues` are given.
    """
    if unit_column is not None:
        unit_column = pc.replace_substring_regex(unit_column, _KILOGRAMS, "KG")
    stated = [u for u in (numbers.units, unit_column) if u is not None]
    plain = pa.scalar(header_unit.factor if header_unit else Decimal(1), _FACTOR)
    if not stated and plain.as_py() == 1:
        return numbers.values
    factors = _factors(pc.coalesce(*stated), numbers.values, plain, field, issues) if stated else plain
    product = pc.round(pc.multiply(numbers.values, factors), 6, round_mode="half_to_even")
    kilograms = pc.cast(product, pa.decimal128(38, 6))
    return pc.cast(pc.if_else(pc.less(kilograms, _LIMIT), kilograms, pa.scalar(None, kilograms.type)), DECIMAL)


def _factors(
    used: pa.ChunkedArray, values: pa.ChunkedArray, plain: pa.Scalar, field: str, issues: TableIssues | None
) -> pa.ChunkedArray:
    relevant = pc.if_else(pc.is_valid(values), used, pa.scalar(None, pa.string()))
    distinct = Distinct(relevant)
    units = [find_unit(t) for t in distinct.texts]
    factors = [u.factor if u and u.kind == MASS else None for u in units]
    bad = [
        (i, "unparsed-mass", f"{t!r} is not a unit of mass, so {field} is not known")
        for i, t in enumerate(distinct.texts)
        if factors[i] is None
    ]
    if issues is not None:
        distinct.report(bad, field, issues)
    return pc.if_else(pc.is_null(relevant), plain, distinct.spread(factors, _FACTOR))


def to_counts(numbers: Numbers, column: pa.ChunkedArray, issues: TableIssues) -> pa.ChunkedArray:
    """Numbers of packages; a fraction of a package is an issue."""
    whole = pc.equal(pc.round(numbers.values, 0), numbers.values)
    if pc.all(whole).as_py() is False:
        odd = Distinct(pc.if_else(pc.fill_null(whole, True), pa.scalar(None, pa.string()), column))
        message = "the number of packages is not whole"
        odd.report([(i, "unparsed-packages", message) for i in range(len(odd.texts))], "packages", issues)
    return pc.cast(pc.if_else(whole, numbers.values, pa.scalar(None, DECIMAL)), pa.int64())
