"""Columns of numbers: what tells their decimal mark, what is said of those that cannot be read, and units at their limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.readers import number_cells
from precursor_screen.readers.interface import IssueList, TableIssues
from precursor_screen.readers.number_cells import (
    Conventions,
    Numbers,
    is_plain,
    parse_numbers,
    part_ambiguous,
    to_counts,
    to_kilograms,
    weigh_column,
    without_terms,
)
from precursor_screen.text.quantity_words import find_unit

D = Decimal


def text(*cells: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells, pa.string())])


def rows(count: int) -> pa.Array:
    return pa.array(range(2, 2 + count), pa.int64())


def said(issues: IssueList) -> list[tuple[Any, ...]]:
    return [(code, row, value, message, count) for code, row, _, value, message, count, _ in issues.rows]


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["1", "-12.5", None], True),
        ([], True),
        ([None], True),
        (["123456789012"], True),
        (["1234567890123"], False),
        (["1." + "0" * 20], True),
        (["1." + "0" * 21], False),
        (["1,5"], False),
        ([".5"], False),
        (["5."], False),
        (["1", "x"], False),
    ],
)
def test_digits_and_a_point_are_the_fast_way(cells: list[str | None], plain: bool) -> None:
    assert is_plain(text(*cells)) is plain


@pytest.mark.parametrize(
    ("cells", "point", "comma"),
    [
        (["1.5", "1.50", "1.500", "1500"], 2, 0),
        (["1.5000"], 1, 0),
        (["0.500", "-0.500"], 2, 0),
        (["1000.500"], 1, 0),
        (["100.500"], 0, 0),
        (["1,5", "2,50", None], 0, 2),
        (["1,5", "2.5"], 1, 1),
        (["1,5" + " " * 55 + "x"], 0, 1),  # fifty-nine characters
        (["1,5" + " " * 56 + "x"], 0, 0),  # sixty are no number
    ],
)
def test_cells_tell_the_decimal_mark_each_for_itself(cells: list[str | None], point: int, comma: int) -> None:
    column = text(*cells)
    found = weigh_column(column, is_plain(column))
    assert (found["."], found[","]) == (point, comma)


def test_where_the_start_tells_nothing_the_rest_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_cells, "_SAMPLE", 2)
    assert weigh_column(text("1", "2", "3.5"), True)["."] == 1
    assert weigh_column(text("1.5", "2", "3.5"), True)["."] == 1
    assert weigh_column(text("1,5", "2,5", "3,5"), False)[","] == 2


@pytest.mark.parametrize(
    ("cell", "mark", "larger", "message"),
    [
        ("2.500", ".", D(2500), "net_mass may be 2.500 or 2500"),
        ("2,500 KG", ",", D(2500), "net_mass may be 2.500 KG or 2500 KG"),
        ("999.999", ".", D(999999), "net_mass may be 999.999 or 999999"),
        ("2.500 KG.", ".", D(2500), "net_mass may be 2.500 KG. or 2500 KG."),
        ("-2.500", ".", D(-2500), "net_mass may be -2.500 or -2500"),
        ("2.500" + "x" * 40, ".", D(2500), f"net_mass may be 2.500{'x' * 35} or 2500{'x' * 36}"),
        ("0.500", ".", None, ""),
        ("1000.500", ".", None, ""),
        ("2.50", ".", None, ""),
        ("2.5000", ".", None, ""),
        ("2.500,5", ".", None, ""),
        (None, ".", None, ""),
    ],
)
def test_a_figure_with_three_places_may_be_a_thousand_times_as_large(
    cell: str | None, mark: str, larger: Decimal | None, message: str
) -> None:
    column = text(cell, "7")
    smaller = None if cell is None else D(2500) / 1000 if larger in (D(2500), D(-2500)) else D("999.999")
    smaller = -smaller if smaller is not None and cell is not None and cell.startswith("-") else smaller
    numbers = Numbers(pa.chunked_array([pa.array([smaller, D(7)], pa.decimal128(18, 6))]), None)
    issues = IssueList("m")
    kept, doubtful = part_ambiguous(numbers, column, Conventions(mark), "net_mass", TableIssues(rows(2), issues))
    if larger is None:
        assert (kept, doubtful, issues.rows) == (numbers, None, [])
        return
    assert doubtful is not None
    assert kept.values.to_pylist() == [None, D(7)]
    assert doubtful.values.to_pylist() == [larger, None]
    assert said(issues) == [("ambiguous-number", 2, cell, message, 1)]


def test_what_could_not_be_read_at_all_is_not_doubtful() -> None:
    numbers = Numbers(pa.chunked_array([pa.array([None], pa.decimal128(18, 6))]), None)
    assert part_ambiguous(numbers, text("2.500"), Conventions("."), "net_mass", TableIssues(rows(1), IssueList("m")))[1] is None


@pytest.mark.parametrize(
    ("cells", "mark", "values", "units"),
    [
        (["1", "2.5"], ".", [D(1), D("2.5")], None),
        (["1", "2,5"], ",", [D(1), D("2.5")], None),
        (["1.234", "2,5"], ",", [D(1234), D("2.5")], None),
        (["12.34", "2,5"], ",", [None, D("2.5")], None),
        (["1", None], ",", [D(1), None], None),
        (["1 KG", "2"], ".", [D(1), D(2)], ["KG", None]),
        (["1 KG", "tba"], ".", [D(1), None], ["KG", None]),
        (["1e3", "2"], ".", [D(1000), D(2)], None),
    ],
)
def test_numbers_are_read_by_the_mark_of_their_column(
    cells: list[str | None], mark: str, values: list[Decimal | None], units: list[str | None] | None
) -> None:
    column, issues = text(*cells), IssueList("m")
    found = parse_numbers(column, mark, is_plain(column), "quantity", "unparsed-quantity", TableIssues(rows(len(cells)), issues))
    assert found.values.to_pylist() == values
    assert (None if found.units is None else [u or None for u in found.units.to_pylist()]) == units
    expected = [c for c, v in zip(cells, values, strict=True) if v is None and c not in (None, "tba")]
    assert [(code, value, message) for code, _, value, message, _ in said(issues)] == [
        ("unparsed-quantity", c, "quantity is not a number") for c in expected
    ]


def kilograms(values: list[str | None], units: list[str | None] | None = None, header: str = "") -> list[Decimal | None]:
    numbers = Numbers(pa.chunked_array([pa.array([None if v is None else D(v) for v in values], pa.decimal128(18, 6))]), None)
    stated = None if units is None else text(*units)
    found = to_kilograms(
        numbers, stated, find_unit(header) if header else None, "net_mass_kg", TableIssues(rows(len(values)), IssueList("m"))
    )
    result: list[Decimal | None] = found.to_pylist()
    return result


@pytest.mark.parametrize(
    ("values", "units", "header", "expected"),
    [
        (["5", None], None, "", ["5", None]),
        (["5"], None, "KG", ["5"]),
        (["5"], None, "MT", ["5000"]),
        (["5", "5", "5"], ["MT", None, "G"], "LB", ["5000", "2.267962", "0.005"]),
        (["5", "5"], ["MT", None], "", ["5000", "5"]),
        (["5"], ["L"], "", [None]),
        (["999999999.999999"], None, "MT", ["999999999999.999"]),
        (["1000000000"], None, "MT", [None]),
        (["0.000001"], None, "G", ["0"]),
        (["0.0015"], None, "G", ["0.000002"]),
        (["0.0025"], None, "G", ["0.000002"]),
    ],
)
def test_masses_in_kilograms_to_six_places(
    values: list[str | None], units: list[str | None] | None, header: str, expected: list[str | None]
) -> None:
    assert kilograms(values, units, header) == [None if e is None else D(e) for e in expected]


def test_a_unit_beside_no_number_is_nobodys_business() -> None:
    issues = IssueList("m")
    numbers = Numbers(pa.chunked_array([pa.array([None, D(1)], pa.decimal128(18, 6))]), None)
    to_kilograms(numbers, text("bundles", "kg"), None, "net_mass_kg", TableIssues(rows(2), issues))
    assert issues.rows == []


@pytest.mark.parametrize(
    ("value", "count"), [("2", 2), ("2.000001", None), ("1.999999", None), ("0", 0), (None, None), ("2.5", None)]
)
def test_packages_are_counted_whole(value: str | None, count: int | None) -> None:
    issues = IssueList("m")
    numbers = Numbers(pa.chunked_array([pa.array([None if value is None else D(value)], pa.decimal128(18, 6))]), None)
    assert to_counts(numbers, text(value), TableIssues(rows(1), issues)).to_pylist() == [count]
    assert len(issues.rows) == (value is not None and count is None)


def test_who_pays_the_freight_is_one_note_and_no_figure() -> None:
    cells = ["PREPAID", "120.50", "Freight Collect", "p/p", None, "about 5"]
    issues = IssueList("m.csv")
    column = without_terms(pa.chunked_array([cells]), TableIssues(pa.array([2, 3, 4, 5, 6, 7]), issues))
    assert column.to_pylist() == [None, "120.50", None, None, None, "about 5"]
    assert [(row[0], row[1], row[5]) for row in issues.rows] == [("freight-terms", 2, 3)]
