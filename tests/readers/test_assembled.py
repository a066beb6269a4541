"""What several cells of a row make together: currencies, item numbers, directions, countries, parties, doubtful figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.readers.assemble import MIXED, TEXT, TYPED, assemble
from precursor_screen.readers.column_map import ColumnMap, Guess
from precursor_screen.readers.interface import IssueList, ReadOptions, TableIssues
from precursor_screen.readers.registry import read
from tests.readers.test_cells import column, read_columns

D = Decimal


@pytest.mark.parametrize(
    ("columns", "currencies"),
    [
        ({"value_usd": ["5", ""]}, ["USD", None]),
        ({"value_usd": ["5", "6"], "currency": ["EUR", "EUR"]}, ["USD", "USD"]),
        ({"value": ["5", "6"], "currency": ["EUR", "us dollar"]}, ["EUR", "USD"]),
        ({"value": ["EUR 5", "6"], "currency": ["USD", ""]}, ["USD", None]),
        ({"value": ["EUR 5", "6"]}, ["EUR", None]),
        ({"currency": ["EUR", "nothing known"]}, ["EUR", "nothing known"]),
    ],
)
def test_the_currency_is_the_headers_else_the_columns_else_the_cells(
    columns: dict[str, list[str]], currencies: list[Any]
) -> None:
    lines, _ = read_columns(description=["a", "b"], **columns)
    assert [line.get("currency") for line in lines] == currencies


@pytest.mark.parametrize(
    ("cell", "item"),
    [("1", "1"), ("1.0", "1"), ("01", "01"), ("0", None), ("0.0", None), ("000", None), ("10", "10"), ("1.5", "1.5"), ("", None)],
)
def test_item_nothing_is_no_item(cell: str, item: str | None) -> None:
    values, issues = column("Item No", [cell, "7"], "item_number")
    assert (values, issues) == ([item, "7"], [])


@pytest.mark.parametrize(
    ("directions", "procedures", "expected"),
    [
        (["import", ""], None, ["import", None]),
        (["", ""], None, [None, None]),
        (["import", ""], ["1000", "1000"], ["import", "export"]),
        (["", ""], ["4000", ""], ["import", None]),
    ],
)
def test_the_direction_is_stated_or_told_by_the_procedure(
    directions: list[str], procedures: list[str] | None, expected: list[Any]
) -> None:
    more = {} if procedures is None else {"regime": procedures}
    lines, _ = read_columns(description=["a", "b"], trade__direction=directions, **more)
    assert [line.get("direction") for line in lines] == expected


@pytest.mark.parametrize(
    ("cell", "countries"),
    [
        ("DE", ["DE"]),
        ("DE; FR", ["DE", "FR"]),
        ("DE/FR>IT", ["DE", "FR", "IT"]),
        ("DE|FR", ["DE", "FR"]),
        ("DE, FR", ["DE", "FR"]),
        ("DE FR", ["DE", "FR"]),
        ("DE;; FR", ["DE", "FR"]),
        ("DE; Atlantis", None),
        ("Atlantis", None),
        ("South Africa", ["ZA"]),
    ],
)
def test_countries_on_the_way_are_all_known_or_none_is(cell: str, countries: list[str] | None) -> None:
    values, issues = column("Transit Countries", [cell], "transit_countries")
    assert values == [countries]
    assert [i[0] for i in issues] == ([] if countries else ["unknown-country"])


@pytest.mark.parametrize(
    ("cells", "name", "others"),
    [
        (("Zorvan Ltd", ""), "Zorvan Ltd", None),
        (("", "Zorvan Ltd"), "Zorvan Ltd", None),
        (("Zorvan Ltd", "Zorvan Ltd"), "Zorvan Ltd", None),
        (("Zorvan Ltd", "Mirage Ltd"), "Zorvan Ltd", ["Mirage Ltd"]),
    ],
)
def test_of_two_names_for_one_role_the_other_is_kept(cells: tuple[str, str], name: str, others: list[str] | None) -> None:
    mapped = ColumnMap({"1": "description", "2": "consignee_name", "3": "consignee_name"}, header_row=0, name="map")
    text = "\x1d".join(("goods", *cells)) + "\n"
    (result,) = read(text.encode(), "m", ReadOptions(mapping=mapped))
    (line,) = result.lines.to_pylist()
    assert (line["consignee_name"], line.get("other_parties")) == (name, others)


@pytest.mark.parametrize(
    ("cells", "mass", "larger"),
    [
        (["2.500", "5"], [None, D(5)], [D(2500), None]),
        (["2.500", "5.25"], [D("2.5"), D("5.25")], None),
        (["2.500", "5,25"], [D(2500), D("5.25")], None),
        (["0.500", "5"], [D("0.5"), D(5)], None),
        (["2.5000", "5"], [D("2.5"), D(5)], None),
        (["2500.000", "5"], [D(2500), D(5)], None),
        (["999.999", "5"], [None, D(5)], [D(999999), None]),
        (["2.500 KG", "5"], [None, D(5)], [D(2500), None]),
    ],
)
def test_a_figure_that_may_be_a_thousand_times_as_large_is_kept_by_both_readings(
    cells: list[str], mass: list[Any], larger: list[Any] | None
) -> None:
    lines, issues = read_columns(description=["a", "b"], net__weight=cells)
    assert [line["net_mass_kg"] for line in lines] == mass
    found = [line.get("ambiguous_net_mass_kg") for line in lines]
    assert found == (larger or [None, None])
    assert [i[0] for i in issues] == (["ambiguous-number"] if larger else [])


@pytest.mark.parametrize(
    ("cells", "count"),
    [(["some", "more"], 2), (["some", ""], 1), (["some", "5"], 0), (["", ""], 0), (["5", "6"], 0), (["2.500", ""], 0)],
)
def test_a_column_of_masses_of_which_none_can_be_read_is_said(cells: list[str], count: int) -> None:
    _, issues = read_columns(description=["a", "b"], net__weight=cells)
    assert [i[3] for i in issues if i[0] == "unreadable-column"] == ([count] if count else [])


@pytest.mark.parametrize(
    ("cells", "text"),
    [(("tiles", "#N/A"), "tiles; #N/A"), (("#N/A", ""), "#N/A"), (("n/a", "wool"), "wool"), (("", ""), None)],
)
def test_a_description_that_failed_in_its_sheet_is_kept_as_such(cells: tuple[str, str], text: str | None) -> None:
    lines, _ = read_columns(goods__description=[cells[0], "x"], brand=[cells[1], "y"], vessel=["A", "B"])
    assert lines[0]["description"] == text


@pytest.mark.parametrize(
    ("columns", "mass"),
    [
        ({"net__weight__lbs": ["100", "1"]}, D("45.359237")),
        ({"net__weight": ["100", "1"], "weight__unit": ["LB", "KG"]}, D("45.359237")),
        ({"net__weight": ["100", "1"]}, D(100)),
    ],
)
def test_a_mass_is_of_the_unit_that_header_or_column_states(columns: dict[str, list[str]], mass: Any) -> None:
    lines, _ = read_columns(description=["a", "b"], **columns)
    assert lines[0]["net_mass_kg"] == mass


@pytest.mark.parametrize("kind", ["importer", "exporter", "shipper", "consignee"])
def test_a_partys_identifier_of_noughts_is_none(kind: str) -> None:
    lines, _ = read_columns(description=["a", "b", "c"], **{f"{kind}__id": ["0", "000.0", "10"]})
    (name,) = [n for n in lines[0] if n.endswith("_identifier")]
    assert [line[name] for line in lines] == [None, None, "10"]


@pytest.mark.parametrize(
    ("columns", "masses"),
    [
        ({"net_mass_kg": ["100", "n/a"]}, [D(100), None]),
        ({"net_mass_kg": ["100 LB", "1"]}, [D("45.359237"), D(1)]),
        ({"net_mass": ["7", "8"], "net_mass_kg": ["100", "1"]}, [D(7), D(8)]),
        ({"net_mass_kg": ["100", "1"], "net_mass": ["7", "8"]}, [D(7), D(8)]),
        ({"net_mass_kg": ["2.500", "5"]}, [None, D(5)]),
    ],
)
def test_a_column_of_kilograms_is_taken_where_none_of_another_unit_stands(
    columns: dict[str, list[str]], masses: list[Any]
) -> None:
    named = {"description": ["a", "b"], **columns}
    mapped = ColumnMap({str(n): field for n, field in enumerate(named, 1)}, header_row=0, name="map")
    text = "".join("\x1d".join(row) + "\n" for row in zip(*named.values(), strict=True))
    (result,) = read(text.encode(), "m", ReadOptions(mapping=mapped))
    assert [line["net_mass_kg"] for line in result.lines.to_pylist()] == masses
    larger = [line.get("ambiguous_net_mass_kg") for line in result.lines.to_pylist()]
    assert larger == ([D(2500), None] if masses[0] is None else [None, None])


@pytest.mark.parametrize(
    ("columns", "made"),
    [
        ({"trade__direction": ["", ""]}, False),
        ({"trade__direction": ["", ""], "regime": ["9900", ""]}, False),
        ({"trade__direction": ["sideways", ""]}, False),
        ({"trade__direction": ["", "import"]}, True),
        ({"trade__direction": ["", ""], "regime": ["4000", ""]}, True),
        ({"regime": ["", "4000"]}, True),
    ],
)
def test_a_direction_that_no_line_states_is_not_supplied(columns: dict[str, list[str]], made: bool) -> None:
    named = {"description": ["a", "b"], **columns}
    text = "\x1d".join(h.replace("__", " ") for h in named) + "\n"
    text += "".join("\x1d".join(row) + "\n" for row in zip(*named.values(), strict=True))
    (result,) = read(text.encode(), "m")
    assert ("direction" in result.lines.column_names) is made


@pytest.mark.parametrize(
    ("field", "header", "cell"),
    [
        ("hs_code", "HS Code", "6907"),
        ("arrival_date", "Arrival Date", "soon"),
        ("packages", "Packages", "x"),
        ("item_number", "Item No", "0"),
    ],
)
def test_a_column_is_supplied_though_nothing_in_it_can_be_read(field: str, header: str, cell: str) -> None:
    (result,) = read(f"description\x1d{header}\nacetone\x1d{cell}\ntoluene\x1d{cell}\n".encode(), "m")
    assert field in result.lines.column_names
    assert result.lines.column(field).null_count == 2


@pytest.mark.parametrize(
    ("numbers", "cells", "mass", "larger"),
    [
        (TEXT, ["2.512", "5"], None, D(2512)),
        (MIXED, ["2.512", "5"], D("2.512"), None),
        (MIXED, ["2.510", "5"], None, D(2510)),
        (MIXED, ["2.510", "5.0"], D("2.51"), None),  # the mark is known
        (TYPED, ["2.512", "5"], D("2.512"), None),
        (TYPED, ["2.510", "5"], D("2.510"), None),
    ],
)
def test_a_number_as_such_has_no_mark_for_thousands(numbers: str, cells: list[str], mass: Any, larger: Any) -> None:
    issues = IssueList("m")
    table = pa.table([pa.chunked_array([cells])], names=["net"])
    made = assemble(
        table, [Guess(0, "net", "net_mass", "known spelling")], ColumnMap({}), TableIssues(pa.array([2, 3]), issues), numbers
    )
    (line, _) = made.to_pylist()
    assert (line["net_mass_kg"], line.get("ambiguous_net_mass_kg")) == (mass, larger)
    assert [i[0] for i in issues.rows] == (["ambiguous-number"] if larger else [])


@pytest.mark.parametrize(
    ("header", "cells", "days", "codes"),
    [
        (
            "Beschreibung;Gewicht kg;Empfänger;Datum",
            ["03/04/2026", "05/06/2026"],
            ["2026-04-03", "2026-06-05"],
            ["usual-order"] * 2,
        ),
        ("Beschreibung;Gewicht kg;Empfänger;Datum", ["03.04.2026", "05.06.2026"], ["2026-04-03", "2026-06-05"], []),
        ("Beschreibung;Gewicht kg;Empfänger;Datum", ["03/04/2026", "04/25/2026"], ["2026-03-04", "2026-04-25"], []),
        ("Beschreibung;Gewicht kg;Empfänger;Datum", ["03/04/2026", "2026-04-25"], ["2026-04-03", "2026-04-25"], ["usual-order"]),
        ("Description;Weight kg;Consignee;Date", ["03/04/2026", "05/06/2026"], [None, None], ["ambiguous-date"] * 2),
        ("Descripción;Peso kg;Consignatario;Fecha", ["03/04/2026", "05/06/2026"], [None, None], ["ambiguous-date"] * 2),
    ],
)
def test_the_language_of_the_headers_tells_day_from_month_where_no_date_does(header, cells, days, codes) -> None:
    rows = "".join(f"wool;{n};Acme;{cell}\n" for n, cell in enumerate(cells, 10))
    (found,) = read(f"{header}\n{rows}".encode(), "m.csv")
    assert [day and day.isoformat() for day in found.lines.column("date").to_pylist()] == days
    told = [i for i in found.issues.to_pylist() if i["code"] in ("usual-order", "ambiguous-date")]
    assert [i["code"] for i in told] == codes


def test_numbers_of_containers_stand_in_several_columns() -> None:
    lines, _ = read_columns(
        description=["a", "b"], container__no=["TSTU1234567", ""], container__number=["TSTU7654321", "TSTU1234567"]
    )
    assert [line["container_numbers"] for line in lines] == [["TSTU1234567", "TSTU7654321"], ["TSTU1234567"]]
