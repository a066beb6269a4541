"""Columns that are one thing in a list of imports and another in one of exports."""

from __future__ import annotations

import pytest

from precursor_screen.readers.column_map import parse_column_map
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read


def fields(headers: str, cells: str, mapping: str = "") -> dict[str, str]:
    options = ReadOptions(mapping=parse_column_map(mapping, "own.yml")) if mapping else None
    other = cells.replace("MUNDRA", "KANDLA").replace("HAMBURG", "LE HAVRE").replace("OMAN", "QATAR")
    (table,) = read(f"Description,{headers}\nwool,{cells}\ntin,{other}\n".encode(), "m", options)
    assert table.column_report is not None
    return {column.guess.header: column.guess.field for column in table.column_report.columns[1:]}


IMPORTS, EXPORTS = ("port_of_discharge", "port_of_loading"), ("port_of_loading", "port_of_discharge")


@pytest.mark.parametrize(
    ("sign", "cell", "ports", "country"),
    [
        ("EXP_DATE", "2026-11-01", EXPORTS, "country_of_destination"),
        ("IMP_DATE", "2026-11-01", IMPORTS, ""),
        ("SB No", "71", EXPORTS, "country_of_destination"),
        ("BE No", "71", IMPORTS, ""),
        ("Exporter Name", "Acme Ltd", EXPORTS, "country_of_destination"),
        ("Importer Name", "Acme Ltd", IMPORTS, ""),
        ("Destination Country", "OMAN", EXPORTS, ""),  # the list has one already
        ("Origin Country", "OMAN", IMPORTS, ""),
    ],
)
def test_ports_and_countries_go_by_the_direction_of_the_list(sign, cell, ports, country):
    found = fields(f"HS Code,{sign},Indian Port,Foreign Port,Country", f"510111,{cell},MUNDRA,HAMBURG,OMAN")
    assert (found["Indian Port"], found["Foreign Port"]) == ports
    assert found["Country"] == country


@pytest.mark.parametrize(
    ("header", "of_exports", "of_imports"),
    [
        ("Country", "country_of_destination", ""),  # of imports it may be that of origin
        ("Partner", "country_of_destination", ""),
        ("Foreign Country", "country_of_destination", "country_of_dispatch"),
        ("Country of last consignment", "country_of_destination", "country_of_dispatch"),
    ],
)
def test_a_country_abroad_is_that_of_the_other_end(header, of_exports, of_imports):
    for sign, field in (("EXP_DATE", of_exports), ("IMP_DATE", of_imports)):
        assert fields(f"HS Code,{sign},{header}", "510111,2026-11-01,OMAN")[header] == field


def test_surer_words_go_before_parties():
    found = fields("Importer,Exporter,EXP_DATE,Foreign Port", "Acme Ltd,Zeta Ltd,2026-11-01,HAMBURG")
    assert found["Foreign Port"] == "port_of_discharge"


def test_where_nothing_tells_the_direction_such_columns_stay_what_they_are():
    found = fields("Importer,Exporter,Foreign Port,Country", "Acme Ltd,Zeta Ltd,HAMBURG,OMAN")
    assert (found["Foreign Port"], found["Country"]) == ("", "")


def test_a_port_that_the_list_names_itself_keeps_its_field():
    found = fields("EXP_DATE,Port of Loading,Indian Port", "2026-11-01,MUNDRA,MUNDRA")
    assert (found["Port of Loading"], found["Indian Port"]) == ("port_of_loading", "")


def test_a_map_goes_before_the_direction():
    found = fields("EXP_DATE,Indian Port", "2026-11-01,MUNDRA", "columns: {Indian Port: place_of_delivery}")
    assert found["Indian Port"] == "place_of_delivery"


@pytest.mark.parametrize(
    ("origin", "destination", "expected"),
    [
        ("PVG", "FRA", ("port_of_loading", "port_of_discharge")),
        ("Mundra", "HAMBURG", ("port_of_loading", "port_of_discharge")),
        ("OMAN", "Chad", ("country_of_origin", "country_of_destination")),
        ("CN", "DE", ("country_of_origin", "country_of_destination")),
    ],
)
def test_origin_and_destination_may_be_places(origin, destination, expected):
    data = f"Description,Consignee,Origin,Destination\nwool,Acme,{origin},{destination}\ntin,Acme,{ {'PVG': 'BOM', 'Mundra': 'Kandla'}.get(origin, 'IN') },{ {'FRA': 'LHR', 'HAMBURG': 'Genoa'}.get(destination, 'FR') }\n"
    (table,) = read(data.encode(), "m")
    assert table.column_report is not None
    assert tuple(column.guess.field for column in table.column_report.columns[2:]) == expected
