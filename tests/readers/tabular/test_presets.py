"""Layouts that many people hold: told by their headers or cells, and read into the right fields."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from precursor_screen.core.errors import MappingError
from precursor_screen.readers.column_map import CANONICAL, IGNORED, parse_column_map
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular import presets as module
from precursor_screen.readers.tabular.presets import presets, recognise, recognise_headerless

# One row a column of a small fictional file in each layout: what it holds, and what a line must say of it.
CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements/presets.csv").read_text("utf-8").splitlines()))
IDS = [preset.id for preset in presets()]


def of(preset: str) -> list[dict[str, str]]:
    return [case for case in CASES if case["preset"] == preset]


def file_of(preset: str) -> bytes:
    """A file of one row under the headers of the cases."""
    cases = of(preset)
    rows = ([case["header"] for case in cases], [case["cell"] for case in cases])
    return "".join("\x1d".join(row) + "\n" for row in rows).encode()


def said(line: dict, field: str) -> str:
    value = line.get(field)
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


@pytest.mark.parametrize("preset", IDS)
def test_a_file_in_the_layout_is_read_into_its_fields(preset):
    (table,) = read(file_of(preset), "m")
    assert table.column_report.preset == preset
    (line,) = table.lines.to_pylist()
    for case in of(preset):
        if case["field"] and not case["field"].startswith("="):
            assert said(line, case["field"]) == case["value"], case["header"]
        else:
            (column,) = (c for c in table.column_report.columns if c.guess.header == case["header"])
            assert column.guess.field == case["field"].removeprefix("="), case["header"]


def test_a_layout_is_sound():
    for preset in presets():
        assert all((preset.title, preset.source))
        assert {c.field for c in preset.columns.values()} <= {*CANONICAL, IGNORED}, preset.id
        for some in preset.recognised_by:
            assert some <= preset.columns.keys(), preset.id
        assert all(c.unless in preset.columns for c in preset.columns.values() if c.unless), preset.id
        assert set(preset.looks) <= set(range(len(preset.order)))


def test_the_same_header_is_another_field_in_another_layout():
    goods = read(b"DNOMBRE\x1dARANC_NAC\nwool\x1d51011100\n", "m")[0]
    firm = read(b"DNOMBRE\x1dPART_NANDI\x1dDESC_COMER\x1dLIBR_TRIBU\nLana SAC\x1d5101110000\x1dwool\x1d20100\n", "m")[0]
    assert goods.lines.column("description").to_pylist() == ["wool"]
    assert firm.lines.column("description").to_pylist() == ["wool"]
    assert firm.lines.column("importer_name").to_pylist() == ["Lana SAC"]


@pytest.mark.parametrize(
    "headers",
    [("DNOMBRE", "Bultos"), ("33", "35", "38", "31"), ("G33", "G35"), ("Description", "HS Code", "Consignee"), ("", "")],
)
def test_other_tables_are_in_no_layout(headers):
    assert recognise(headers) is None


def din_rows(**changed: str) -> list[list[str]]:
    (din,) = (preset for preset in presets() if preset.id == "chile-din")
    cells = {"FECACEP": "5112025", "NUMITEM": "1", "DNOMBRE": "ACETONA", "DMARCA": "TREBOL", "ARANC_NAC": "29141100",
             "CANT_MERC": "1250,50", "CIF_ITEM": "2.500,00", "PA_ORIG": "336", "NUMENCRIPTADO": "77"} | changed  # fmt: skip
    return [[cells.get(header, "0") for header in din.order]] * 3


def test_a_register_without_a_header_is_told_by_its_columns():
    data = "\n".join(";".join(row) for row in din_rows()).encode()
    (table,) = read(data, "din.txt")
    assert table.column_report.preset == "chile-din"
    assert table.input.header_row is None
    line = table.lines.to_pylist()[0]
    assert table.lines.num_rows == 3
    assert (line["description"], line["hs_code"], line["source_row"]) == ("ACETONA; TREBOL; 0", "29141100", 1)
    assert (str(line["quantity"]), str(line["value"]), line["currency"]) == ("1250.500000", "2500.000000", "USD")
    assert line["date"].isoformat() == "2025-11-05"
    assert line["country_of_origin"] == "CN"


@pytest.mark.parametrize("changed", [{"ARANC_NAC": "x"}, {"FECACEP": ""}, {"DNOMBRE": "7"}, {"NUMITEM": "one"}])
def test_rows_that_look_otherwise_are_no_such_register(changed):
    assert recognise_headerless(din_rows()) is not None
    assert recognise_headerless([*din_rows(), ["", ""]]) is not None
    assert recognise_headerless([[*row, ""] for row in din_rows()]) is not None
    assert recognise_headerless([[*row, "x"] for row in din_rows()]) is None
    assert recognise_headerless([row[1:] for row in din_rows()]) is None
    assert recognise_headerless(din_rows(**changed)) is None


def mapped(data: bytes, text: str):
    return read(data, "m", ReadOptions(mapping=parse_column_map(text, "own.yml")))[0]


def test_a_map_may_name_the_layout_or_none():
    rows = "\n".join(";".join(row) for row in din_rows(ARANC_NAC="no code")).encode()
    assert mapped(rows, "preset: chile-din").lines.column("source_row").to_pylist() == [1, 2, 3]
    headed = b"DNOMBRE,ARANC_NAC,Goods\nwool,51011100,tin\n"
    assert mapped(headed, "preset: chile-din").lines.column("description").to_pylist() == ["wool; tin"]
    assert [mapped(headed, f"preset: {p}\ncolumns: {{Goods: ignore}}").column_report.preset for p in ("none", "''")] == [
        "",
        "chile-din",
    ]


def test_a_map_goes_before_the_layout():
    own = mapped(b"DNOMBRE,ARANC_NAC,CIF_ITEM,X\nwool,51011100,5,7\n", "columns: {X: value}")
    assert str(own.lines.column("value")[0].as_py()) == "7.000000"
    (column,) = (c for c in own.column_report.columns if c.guess.header == "CIF_ITEM")
    assert column.guess.reason == "the map names another column for value"


def test_a_layout_that_is_not_known_is_told_with_the_nearest():
    with pytest.raises(MappingError) as caught:
        mapped(b"Description\nwool\n", "preset: chile-dim")
    assert caught.value.remedy == "Did you mean 'chile-din'?"
    with pytest.raises(MappingError) as caught:
        mapped(b"Description\nwool\n", "preset: zzzzzzzz")
    assert caught.value.remedy == "`precursor-screen mapping list --presets` shows them."


def test_the_original_spelling_of_a_party_goes_first():
    headers = "Consignee\x1dConsignee (Original Format)\x1dGoods Shipped\x1dPort of Lading\x1dWeight (kg)"
    (table,) = read(f"{headers}\nAcme\x1dACME TRDG CO\x1dwool\x1dOsaka\x1d5\n".encode(), "m")
    (line,) = table.lines.to_pylist()
    assert (line["consignee_name"], line["other_parties"]) == ("ACME TRDG CO", ["Acme"])


@pytest.mark.parametrize(
    ("headers", "cells", "mass"), [("harmonized_weight", "7", "7"), ("harmonized_weight\x1dweight", "7\x1d9", "9")]
)
def test_a_column_counts_only_where_a_better_one_is_missing(headers, cells, mass):
    (table,) = read(f"identifier\x1dharmonized_number\x1d{headers}\nB1\x1d510111\x1d{cells}\n".encode(), "m")
    assert str(table.lines.column("gross_mass_kg")[0].as_py()) == f"{mass}.000000"


def test_what_is_kept_of_layouts_is_what_their_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path))
    presets.cache_clear()
    read_anew = presets()
    presets.cache_clear()
    monkeypatch.setattr(module, "_load", lambda file: pytest.fail(f"{file} was read again"))
    assert presets() == read_anew
    assert [list(one.columns) for one in presets()] == [list(one.columns) for one in read_anew]


def test_a_layout_that_has_changed_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "presets"
    shutil.copytree(module.LAYOUTS / "presets", folder)
    monkeypatch.setattr(module, "LAYOUTS", tmp_path)
    presets.cache_clear()
    first = presets()[0]
    file = folder / f"{first.id}.yaml"
    file.write_text(file.read_text("utf-8").replace(first.title, "Another title"), "utf-8")
    presets.cache_clear()
    assert presets()[0].title == "Another title"
    presets.cache_clear()
