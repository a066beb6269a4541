from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.readers.registry import read

Row = dict[str, Any]


def read_columns(**columns: list[str]) -> tuple[list[Row], list[tuple[str, str | None, str | None, int]]]:
    """Columns by header (`__` for a blank) to lines and issues."""
    headers = [h.replace("__", " ") for h in columns]
    rows = zip(*columns.values(), strict=True)
    text = "\x1d".join(headers) + "\n" + "".join("\x1d".join(r) + "\n" for r in rows)
    (result,) = read(text.encode(), "m")
    issues = [(i["code"], i["field"], i["value"], i["count"]) for i in result.issues.to_pylist()]
    return result.lines.to_pylist(), issues


def column(header: str, cells: list[str], field: str) -> tuple[list[Any], list[tuple[str, str | None, str | None, int]]]:
    lines, issues = read_columns(**{"description": ["x"] * len(cells), header: cells})
    return [line.get(field) for line in lines], issues


D = Decimal


@pytest.mark.parametrize(
    ("header", "cells", "kilograms"),
    [
        ("Net Weight", ["1,618", "12.5"], ["1618", "12.5"]),
        ("Net Weight", ["1.618", "12,5"], ["1618", "12.5"]),
        ("Net Weight (LBS)", ["100"], ["45.359237"]),
        ("Weight (MT)", ["2.5"], ["2500"]),
        ("Net Weight KG", ["100 LB", "100"], ["45.359237", "100"]),
        ("Net Weight", ["54.74452555"], ["54.744526"]),
        ("Net Weight", ["NULL", "5", "-"], [None, "5", None]),
        ("Net Weight", ["1,618+0+0+0-0", "7.5"], ["1618", "7.5"]),
    ],
)
def test_masses_are_kilograms(header: str, cells: list[str], kilograms: list[str | None]) -> None:
    field = "net_mass_kg" if "Net" in header else "gross_mass_kg"
    values, issues = column(header, cells, field)
    assert values == [None if k is None else D(k) for k in kilograms]
    assert issues == []


@pytest.mark.parametrize(
    "null", ["n/a", "N.A.", "nil", "none", "null", "-", "--", "---", "#N/A", "NaN", "unknown", "TBA", "?", "."]
)
def test_a_cell_that_says_there_is_none_is_no_issue(null: str) -> None:
    values, issues = column("Net Weight", [null, "5", "12 KG"], "net_mass_kg")
    assert values == [None, D(5), D(12)]
    assert issues == []


@pytest.mark.parametrize(
    ("cell", "kilograms", "issues"),
    [
        ("0", "0", []),
        ("-0.000001", None, [("negative-number", "-0.000001", 1)]),
        ("(5)", None, [("negative-number", "(5)", 1)]),
        ("999999999999", "999999999999", []),
        ("999999999 MT", "999999999000", []),
        ("1000000000 MT", None, []),
        ("1000000000000", None, [("unparsed-mass", "1000000000000", 1)]),
        ("0.0000015", "0.000002", []),
        ("0.0000025", "0.000002", []),
        ("5 apples", None, [("unparsed-mass", "apples", 1)]),
    ],
)
def test_masses_at_their_limits(cell: str, kilograms: str | None, issues: list[tuple[str, str, int]]) -> None:
    values, said = column("Net Weight", [cell, "7"], "net_mass_kg")
    assert values == [None if kilograms is None else D(kilograms), D(7)]
    assert [(code, value, count) for code, _, value, count in said] == issues


def test_the_column_of_units_goes_before_the_header() -> None:
    lines, issues = read_columns(
        description=["a", "b", "c", "d"],
        weight_in_kg=["100", "100", "2", "100"],
        weight_unit=["LB", "KG", "MT", "CTN"],
    )
    assert [line["gross_mass_kg"] for line in lines] == [D("45.359237"), D(100), D(2000), None]
    assert issues == [("unparsed-mass", "gross_mass_kg", "CTN", 1)]


def test_numbers_that_are_none_are_issues() -> None:
    values, issues = column("Quantity", ["12", "about ten", "-5", "about ten"], "quantity")
    assert values == [D(12), None, None, None]
    assert issues == [("unparsed-quantity", "quantity", "about ten", 2), ("negative-number", "quantity", "-5", 1)]


def test_units_in_cells_are_kept() -> None:
    lines, issues = read_columns(
        description=["a", "b"], packages=["639 PKG", "7"], package_type=["", "BOX"], quantity=["5 KGS", "3"]
    )
    assert [(r["packages"], r["package_type"]) for r in lines] == [(639, "PKG"), (7, "BOX")]
    assert [(r["quantity"], r["quantity_unit"]) for r in lines] == [(D(5), "KGS"), (D(3), None)]
    assert issues == []


def test_a_fraction_of_a_package_is_an_issue() -> None:
    values, issues = column("Packages", ["2.0", "2.5"], "packages")
    assert values == [2, None]
    assert issues == [("unparsed-packages", "packages", "2.5", 1)]


def test_a_column_without_a_sign_of_its_own_borrows_the_decimal_mark() -> None:
    lines, _ = read_columns(description=["a", "b"], freight=["125,000", "1,250"], value=["3,50", "12,75"])
    assert [line["freight"] for line in lines] == [D(125), D("1.25")]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (["3924100000.0", "3924100000"], ["3924100000", "3924100000"]),
        (["3924.10.00.00"], ["3924100000"]),
        (["304890", "0304890"], ["304890", "0304890"]),
        (["304890000", "3924100000"], ["0304890000", "3924100000"]),
        (["3048900"], ["03048900"]),
        (["2915240", "2806100"], ["2915240", "2806100"]),
        (["69072100900", "69072190090"], ["69072100900", "69072190090"]),
        (["290516190"], ["290516190"]),
        (["99999999", "00000000"], [None, None]),
        (["6907 21 00"], ["69072100"]),
        (["3.9241E+09"], ["3924100000"]),
        (["NULL", ""], [None, None]),
        (["HS CODE 69072100"], ["69072100"]),
    ],
)
def test_hs_codes_are_digits(cells: list[str], codes: list[str | None]) -> None:
    values, issues = column("HS Code", cells, "hs_code")
    assert values == codes
    assert issues == []


def test_of_several_hs_codes_the_first_is_kept_and_said() -> None:
    values, issues = column("HS Code", ["732393; 821599", "7323.93 8215.99"], "hs_code")
    assert values == ["732393", "732393"]
    assert [i[0] for i in issues] == ["several-hs-codes"] * 2


@pytest.mark.parametrize("cell", ["6907", "none such", "770100", "1234567890123", "29152"])
def test_what_is_no_hs_code_is_an_issue(cell: str) -> None:
    values, issues = column("HS Code", [cell, "690721"], "hs_code")
    assert values == [None, "690721"]
    assert issues == [("invalid-hs-code", "hs_code", cell, 1)]


def test_countries_are_codes_and_na_is_namibia() -> None:
    values, issues = column("Country of Origin", ["NA", "IN, INDIA", "Atlantis", "NULL", "Atlantis"], "country_of_origin")
    assert values == ["NA", "IN", None, None, None]
    assert issues == [("unknown-country", "country_of_origin", "Atlantis", 2)]


def test_transit_countries_are_a_list() -> None:
    values, _ = column("Transit Countries", ["CN; KZ", "IN, INDIA", "DE NL"], "transit_countries")
    assert values == [["CN", "KZ"], ["IN"], ["DE", "NL"]]


def test_dates_follow_the_whole_column() -> None:
    values, issues = column("Date", ["03/04/2026", "25/11/2026", "2026-01-02", "soon", "0"], "date")
    assert [v.isoformat() if v else None for v in values] == ["2026-04-03", "2026-11-25", "2026-01-02", None, None]
    assert issues == [("unparsed-date", "date", "soon", 1)]


def test_dates_that_no_column_tells_apart_are_ambiguous() -> None:
    values, issues = column("Date", ["03/04/2026", "05/06/2026"], "date")
    assert values == [None, None]
    assert [i[0] for i in issues] == ["ambiguous-date"] * 2


def test_a_date_column_borrows_the_order_of_another() -> None:
    lines, issues = read_columns(description=["a", "b"], eta=["03/04/2026", "05/06/2026"], etd=["25/03/2026", "01/02/2026"])
    assert [str(r["arrival_date"]) for r in lines] == ["2026-04-03", "2026-06-05"]
    assert issues == []


def test_indian_midnights_are_the_next_day() -> None:
    values, _ = column("Date", ["2025-03-28T18:30:00.000Z", "2025-03-30T18:30:00.000Z"], "date")
    assert [str(v) for v in values] == ["2025-03-29", "2025-03-31"]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("TSTU1234567", ["TSTU1234567"]),
        ("TSTU1234567,TSTU7654321", ["TSTU1234567", "TSTU7654321"]),
        ("tstu 123456-7 / TSTU7654321", ["TSTU1234567", "TSTU7654321"]),
        ("PMC12345LH; AKE9", ["PMC12345LH", "AKE9"]),
        ("TSTU1234567 TSTU1234567", ["TSTU1234567"]),
        ("", None),
    ],
)
def test_containers(cell: str, numbers: list[str] | None) -> None:
    values, _ = column("Container No", [cell], "container_numbers")
    assert values == [numbers]


def test_numbers_of_substances() -> None:
    lines, issues = read_columns(
        description=["a", "b", "c"], marks=["x", "y", "z"], cas__no=["108-24-7; 64-17-5", "108-24-8", "n/a"], un__no=["UN1715", "1593.0", ""], cus__code=["0010002-7", "", ""]
    )  # fmt: skip
    assert [r["cas_numbers"] for r in lines] == [["108-24-7", "64-17-5"], ["108-24-8"], None]
    assert [r["un_numbers"] for r in lines] == [["1715"], ["1593"], None]
    assert lines[0]["cus_codes"] == ["0010002-7"]
    assert issues == [("invalid-cas-number", "cas_numbers", "108-24-8", 1)]


def test_words_become_codes() -> None:
    lines, _ = read_columns(
        description=["a", "b", "c", "d"],
        trade__direction=["Import", "экспорт", "过境", ""],
        regime=["", "", "", "4000"],
        transport__mode=["BY SEA", "40", "carretera", "pipeline"],
        currency=["usd", "US Dollar", "€", "ZZZ"],
    )
    assert [r["direction"] for r in lines] == ["import", "export", "transit", "import"]
    assert [r["transport_mode"] for r in lines] == ["sea", "air", "road", "pipeline"]
    assert [r["currency"] for r in lines] == ["USD", "USD", "EUR", "ZZZ"]


def test_text_is_trimmed_and_nothing_more() -> None:
    lines, _ = read_columns(
        description=["  a\u00a0", "NULL", "SHOP&#10;NO 1 &amp; 2", "NA", "<null/>", "-"], shipper=["n/a", "x", " \ufeffy", "NONE", "--", "z"]
    )  # fmt: skip
    assert [r["description"] for r in lines] == ["a", None, "SHOP\nNO 1 & 2", "NA", None, None]
    assert [r["consignor_name"] for r in lines] == [None, "x", "y", None, None, "z"]


def test_descriptions_are_joined_in_the_order_of_the_columns() -> None:
    lines, _ = read_columns(
        marks=["M1", ""], product_description=["acetone", "x"], brand=["B", ""], product_description_en=["acetone", "y"]
    )
    assert [r["description"] for r in lines] == ["acetone; B", "x; y"]
    assert lines[0]["marks"] == "M1"


def test_other_spellings_of_a_party_are_kept() -> None:
    lines, _ = read_columns(
        description=["a", "b", "c"], importer_name_en=["SAVA GRANITE", "X", "Z"], importer_name=["SAVA GRANİT", "", "Z"], exporter_name=["E", "F", "G"]
    )  # fmt: skip
    assert [r["importer_name"] for r in lines] == ["SAVA GRANİT", "X", "Z"]
    assert [r["other_parties"] for r in lines] == [["SAVA GRANITE"], None, None]
    assert "consignee_name" not in lines[0]


def test_a_cell_beyond_all_measure_is_cut_and_said() -> None:
    lines, issues = read_columns(description=["x" * (3 << 20), "y"], shipper=["a", "b"])
    assert len(lines[0]["description"]) < 1 << 20
    assert [i[0] for i in issues] == ["truncated-cell"]


def test_two_columns_of_description_survive_a_blank_row() -> None:
    (tables,) = read(
        b"bill of lading,description of goods,goods description,hs code\nB1,ACETONE,x,291411\nB2,,,690721\n", "m.csv"
    )
    assert tables.lines.column("description").to_pylist() == ["ACETONE; x", None]


def test_control_characters_do_not_part_a_word() -> None:
    (tables,) = read(b"description,hs code\nACE\x01TONE\x0bDRUMS,291411\n", "m.csv")
    assert tables.lines.column("description").to_pylist() == ["ACETONE\nDRUMS"]


@pytest.mark.parametrize("null", ["", "n/a", "unknown", "TBA", "0", "00/00/0000", "00000000", "0000-00-00", "00:00.0", "00:00:00", "-"])
def test_a_date_cell_that_says_there_is_none_is_no_issue(null: str) -> None:
    values, issues = column("Date", [null, "2026-03-01"], "date")
    assert (values, issues) == ([None, date(2026, 3, 1)], [])


@pytest.mark.parametrize(
    ("cells", "days", "issues"),
    [
        (["03/04/2026", "25/04/2026"], ["2026-04-03", "2026-04-25"], []),
        (["03/04/2026", "04/25/2026"], ["2026-03-04", "2026-04-25"], []),
        (["12/12/2026", "03/03/2026"], ["2026-12-12", "2026-03-03"], []),
        (["03/04/2026", "2026-04-25"], [None, "2026-04-25"], [("ambiguous-date", "date", "03/04/2026", 1)]),
        (["soon", "2026-04-25"], [None, "2026-04-25"], [("unparsed-date", "date", "soon", 1)]),
        (["13/13/2026", "2026-04-25"], [None, "2026-04-25"], [("unparsed-date", "date", "13/13/2026", 1)]),
    ],
)
def test_days_of_a_column_at_the_turn_of_day_and_month(cells: list[str], days: list[str | None], issues: list[Any]) -> None:
    values, said = column("Date", cells, "date")
    assert [v.isoformat() if v else None for v in values] == days
    assert said == issues


@pytest.mark.parametrize(
    ("cells", "codes", "issues"),
    [
        (["29152", "291524"], [None, "291524"], ["invalid-hs-code"]),
        (["20713", "020713"], ["020713", "020713"], []),
        (["2915240", "291524"], ["2915240", "291524"], []),  # a code of chapter 29 that lacks no zero
        (["2071300", "291524"], ["02071300", "291524"], []),
        (["207130012", "0207130012"], ["0207130012", "0207130012"], []),
        (["207130012", "020713"], ["207130012", "020713"], []),
        (["291524001012", "2915240010123"], ["291524001012", None], ["invalid-hs-code"]),
        (["999999", "000000"], [None, None], []),
        (["990000", "980000"], ["990000", "980000"], []),
        (["010121", "009999"], ["010121", None], ["invalid-hs-code"]),
        (["760110", "780110"], ["760110", "780110"], []),
        (["291524.0", "2.91524E+05"], ["291524", "291524"], []),
        (["2915 24 00", "'291524'"], ["29152400", "291524"], []),
        (["0", "n/a", "unknown"], [None, None, None], []),
        (["291524; 291524"], ["291524"], []),
    ],
)
def test_tariff_codes_at_their_lengths(cells: list[str], codes: list[str | None], issues: list[str]) -> None:
    values, said = column("HS Code", cells, "hs_code")
    assert (values, [i[0] for i in said]) == (codes, issues)
