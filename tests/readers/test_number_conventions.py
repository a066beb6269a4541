"""A mass written in any convention is read right, or told to be ambiguous; it is never off by a thousand without a word."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.examples import examples
from tests.formats.books import xlsx


def grouped(value: Decimal, thousands: str, mark: str, places: int, lakh: bool = False) -> str:
    """A figure with its thousands in groups; Indian ones have two figures after the first."""
    whole, _, fraction = f"{value:.{places}f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    size = 2 if lakh else 3
    parts = [head[max(0, len(head) - size * (i + 1)) : len(head) - size * i] for i in range((len(head) + size - 1) // size)]
    joined = thousands.join([*reversed(parts), tail]) if parts else tail
    return joined + (mark + fraction if fraction else "")


CONVENTIONS = {
    "1,234.56": (",", ".", False),
    "1.234,56": (".", ",", False),
    "1 234,56": (" ", ",", False),
    "1'234.56": ("'", ".", False),
    "1234.56": ("", ".", False),
    "1234,56": ("", ",", False),
    "1,23,456.78": (",", ".", True),
}
HEADERS = ("Description", "HS Code", "Consignee", "Net Weight KG", "Gross Weight KG", "Packages", "Value USD")


def as_csv(rows: list[tuple[str, ...]], delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def tables(figures: list[tuple[str, ...]]) -> list[InputTables]:
    """One table as a workbook of texts and as CSV with each delimiter."""
    rows = [HEADERS, *(("wool", "51011100", f"Acme {i}", *cells) for i, cells in enumerate(figures))]
    files = [xlsx(rows), *(as_csv(rows, delimiter) for delimiter in (",", ";", "\t"))]
    return [table for data in files for table in read(data, "m")]


def faults(table: InputTables, figures: list[tuple[Decimal, ...]]) -> list[str]:
    """What is read neither right nor told to be ambiguous."""
    told = {i["value"] for i in table.issues.to_pylist() if i["code"] == "ambiguous-number"}
    found = []
    for line, (net, gross, *_) in zip(table.lines.to_pylist(), figures, strict=True):
        for name, value in (("net_mass_kg", net), ("gross_mass_kg", gross)):
            read_as = line.get(name)
            if read_as is None:
                # Held against the larger reading, which may not be less than what was meant.
                larger = line.get(f"ambiguous_{name}")
                if larger is None or larger < value or not told:
                    found.append(f"{name} {value}: nothing, larger {larger}")
            elif read_as != value and not (told and read_as == 1000 * value):
                found.append(f"{name} {value}: {read_as}")
    return found


masses = st.decimals(Decimal("0.001"), Decimal(999_999), places=3, allow_nan=False, allow_infinity=False)
FEW = examples(30, 300)  # each is read as four files


@FEW
@given(
    convention=st.sampled_from(sorted(CONVENTIONS)),
    places=st.sampled_from([0, 1, 2, 3]),
    figures=st.lists(st.tuples(masses, masses, st.integers(1, 5000), masses), min_size=1, max_size=4),
)
def test_a_mass_is_right_or_ambiguous_in_every_convention(convention, places, figures):
    thousands, mark, lakh = CONVENTIONS[convention]
    values = [
        (round(net, places), round(gross, places), Decimal(packages), round(value, 2)) for net, gross, packages, value in figures
    ]
    cells = [
        (
            grouped(net, thousands, mark, places, lakh),
            grouped(gross, thousands, mark, places, lakh),
            str(packages),
            grouped(value, thousands, mark, 2, lakh),
        )
        for net, gross, packages, value in values
    ]
    for table in tables(cells):
        assert faults(table, values) == [], table.input.format


@FEW
@given(
    convention=st.sampled_from(sorted(CONVENTIONS)),
    places=st.sampled_from([0, 3]),
    figures=st.lists(st.tuples(masses, masses, st.integers(1, 5000)), min_size=1, max_size=4),
)
def test_where_no_other_column_tells_the_mark_it_is_the_same(convention, places, figures):
    thousands, mark, lakh = CONVENTIONS[convention]
    values = [(round(net, places), round(gross, places), Decimal(packages)) for net, gross, packages in figures]
    cells = [
        (grouped(net, thousands, mark, places, lakh), grouped(gross, thousands, mark, places, lakh), str(packages), "7")
        for net, gross, packages in values
    ]
    for table in tables(cells):
        assert faults(table, values) == [], table.input.format


@pytest.mark.parametrize(
    ("value", "convention", "places", "written"),
    [
        ("1234567.5", "1,234.56", 1, "1,234,567.5"),
        ("1234567.5", "1,23,456.78", 1, "12,34,567.5"),
        ("234567", "1'234.56", 0, "234'567"),
        ("12.5", "1 234,56", 3, "12,500"),
        ("999", "1.234,56", 0, "999"),
    ],
)
def test_the_conventions_are_written_as_people_write_them(value, convention, places, written):
    thousands, mark, lakh = CONVENTIONS[convention]
    assert grouped(Decimal(value), thousands, mark, places, lakh) == written


def marks_of(cells: list[str]) -> set[str]:
    """The decimal marks by which all cells of a file can be read: every other mark in front of three figures, and no nought first."""
    return {
        mark
        for mark, other in ((".", ","), (",", "."))
        if all(re.fullmatch(rf"(?:\d+|[1-9]\d{{0,2}}(?:{re.escape(other)}\d{{3}})+)(?:{re.escape(mark)}\d+)?", c) for c in cells)
    }


@FEW
@given(
    convention=st.sampled_from(["1,234.56", "1.234,56", "1234.56", "1234,56"]),
    places=st.tuples(st.sampled_from([0, 3]), st.integers(0, 4)),
    figures=st.lists(st.tuples(masses, masses), min_size=1, max_size=4),
    header=st.sampled_from(["Value USD", "Surcharge"]),
)
def test_the_mark_of_a_file_is_the_only_one_by_which_all_of_it_can_be_read(convention, places, figures, header):
    thousands, mark, _ = CONVENTIONS[convention]
    of_mass, of_other = places
    cells = [(grouped(net, thousands, mark, of_mass), grouped(other, thousands, mark, of_other)) for net, other in figures]
    (table,) = read(as_csv([("Description", "Net Weight KG", header), *(("wool", *row) for row in cells)], ";"), "m")
    found = [line["net_mass_kg"] for line in table.lines.to_pylist()]
    told = {i["value"] for i in table.issues.to_pylist() if i["code"] == "ambiguous-number"}
    meant = [round(net, of_mass) for net, _ in figures]
    assert all(f in (None, m) or cell in told for f, m, (cell, _) in zip(found, meant, cells, strict=True))
    whole = any(c.isdigit() for c, _ in cells) and any(c.endswith("0") for c, _ in cells)
    if len(marks_of([c for row in cells for c in row])) == 1 and not whole and not all(len(o) < 5 for _, o in cells):
        assert (found, told) == (meant, set())


@pytest.mark.parametrize(
    ("cell", "told"), [("1.331", True), ("1.331 kg", True), (1.331, False), (1331, False), ("1331", False), (1.5e-7, False)]
)
def test_a_text_of_a_workbook_may_have_a_mark_for_thousands_and_a_number_as_such_has_none(cell, told):
    (table,) = read(xlsx([("Description", "HS Code", "Gross Weight KG"), ("wool", "51011100", cell)]), "m.xlsx")
    assert table.lines.to_pylist()[0].get("ambiguous_gross_mass_kg") == (Decimal(1331) if told else None)
    assert [i["code"] for i in table.issues.to_pylist()] == ["ambiguous-number"] * told
