"""Numbers of a layout's own tables: read by the table, told of where it does not have them, never another country."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from precursor_screen.readers.code_cells import find_direction, find_mode
from precursor_screen.readers.column_map import parse_column_map
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.presets import code_tables, presets
from precursor_screen.text.countries import find_country
from precursor_screen.text.quantity_words import MASS, find_unit

ROWS = list(
    csv.DictReader(
        resources.files("precursor_screen.readers.tabular.layouts").joinpath("codes.csv").read_text("utf-8").splitlines()
    )
)


def dus(*cells: str, header: str = "PAISDESTINO", mapping: str = "") -> InputTables:
    head = f"NUMEROIDENT\x1dCODIGOARANCEL\x1dNUMEROITEM\x1dNOMBRE\x1d{header}\n"
    rows = "".join(f"8{i}\x1d29141100\x1d1\x1dACETONA\x1d{cell}\n" for i, cell in enumerate(cells))
    options = ReadOptions(mapping=parse_column_map(mapping, "own.yml")) if mapping else None
    (table,) = read((head + rows).encode(), "m", options)
    return table


def test_each_code_stands_once_and_means_something_that_is_read():
    assert len({(row["table"], row["field"], row["code"]) for row in ROWS}) == len(ROWS)
    assert all(row["source"] and row["checked"] in ("one source", "recalled") for row in ROWS)
    finds = {"country": find_country, "mode": find_mode, "direction": find_direction}
    for row in ROWS:
        if row["field"] in finds:
            assert finds[row["field"]](row["meaning"]) == row["meaning"], row
    units = {row["code"]: find_unit(row["meaning"]) for row in ROWS if (row["table"], row["field"]) == ("cl", "unit")}
    masses = {code for code, unit in units.items() if unit and unit.kind == MASS}
    assert masses == {"1", "4", "6", "7"}


def test_layouts_name_tables_that_are_there():
    named = {column.codes for preset in presets() for column in preset.columns.values() if column.codes}
    assert named == set(code_tables()) | {"schedule D", "schedule K"}


@pytest.mark.parametrize(
    ("cell", "country", "told"),
    [
        ("224", "AR", False),
        ("0336", "CN", False),
        ("225.0", "US", False),
        ("China", "CN", False),  # a copy that has the names
        ("NA", "NA", False),
        ("", None, False),
        ("0", None, False),
        ("000", None, False),
        ("152", None, True),  # Chile by ISO, and in no row of the table
        ("999", None, True),
    ],
)
def test_a_number_is_that_of_the_table_or_told_of(cell, country, told):
    table = dus(cell, "336")
    assert table.lines.column("country_of_destination").to_pylist() == [country, "CN"]
    assert [i["code"] for i in table.issues.to_pylist()] == (["unknown-code"] if told else [])


def test_a_code_that_is_not_known_is_told_once_with_its_count():
    (issue,) = dus("999", "336", "999").issues.to_pylist()
    assert (issue["value"], issue["count"], issue["source_row"], issue["field"]) == ("999", 2, 2, "country_of_destination")


def test_codes_stay_as_filed_beside_the_line():
    assert dus("336").raw.column("PAISDESTINO").to_pylist() == ["336"]


def test_a_map_of_the_user_does_not_turn_codes_into_other_countries():
    table = dus("336", mapping="columns: {PAISDESTINO: country_of_destination}")
    assert table.lines.column("country_of_destination").to_pylist() == ["CN"]


def mexico(head: str, *rows: str) -> InputTables:
    (table,) = read("\n".join((f"Patente|Pedimento|Fraccion|DescripcionMercancia|{head}", *rows)).encode(), "m")
    return table


def test_a_country_of_mexico_is_of_origin_or_of_destination_by_the_operation():
    table = mexico(
        "PaisOrigenDestino|TipoOperacion",
        *(f"3999|{i}|29141101|ACETONA|{end}" for i, end in enumerate(("CHN|1", "ROM|01", "USA|2", "USA|"))),
    )
    found = table.lines.select(["country_of_origin", "country_of_destination", "direction"]).to_pylist()
    assert [tuple(line.values()) for line in found] == [
        ("CN", None, "import"),
        ("RO", None, "import"),
        (None, "US", "export"),
        (None, None, None),
    ]
    assert table.raw.column_names[-1] == "TipoOperacion"


def test_without_the_operation_the_country_is_of_no_field():
    table = mexico("PaisOrigenDestino", "3999|1|29141101|ACETONA|CHN")
    assert "country_of_origin" not in table.lines.column_names


@pytest.mark.parametrize(
    ("cell", "port", "told"),
    [
        ("905", "VALPARAÍSO", False),
        ("0622", "ROTTERDAM", False),
        ("906.0", "SAN ANTONIO", False),
        ("0", None, False),
        ("886", None, True),
    ],
)
def test_ports_are_those_of_the_layouts_table(cell, port, told):
    found = dus(cell, header="PUERTOEMB")
    lines = found.lines
    assert (lines.column("port_of_loading").to_pylist() if "port_of_loading" in lines.column_names else [None]) == [port]
    assert ("unknown-code" in found.issues.column("code").to_pylist()) is told


def test_a_declaration_of_imports_states_both_ports():
    text = "DNOMBRE;ARANC_NAC;CIF_ITEM;PTO_EMB;PTO_DESEM\nACETONA;29141100;5;411;906\n"
    (table,) = read(text.encode(), "m")
    (line,) = table.lines.to_pylist()
    assert (line["port_of_loading"], line["port_of_discharge"]) == ("SHANGAI", "SAN ANTONIO")
