"""What cells say of their column where the header misleads."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.formats.blob import Blob
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.interface import Digest, ReadOptions
from precursor_screen.readers.tabular.content import SAMPLE, content_of, is_hs_code, looks_like, tariff_texts
from precursor_screen.readers.tabular.files import read_tables


def read(text: str):
    (table,) = read_tables(Blob("m.csv", text.encode()), Digest("0" * 64, len(text)), ReadOptions())
    return table


def codes(table) -> dict[str, tuple[str | None, int]]:
    return {i["code"]: (i["field"], i["count"]) for i in table.issues.to_pylist()}


@pytest.mark.parametrize(
    ("cells", "field", "fits"),
    [
        (["ABCU1234567", ""], "container_numbers", True),
        (["Y", "N"], "container_numbers", False),
        (["0", "1", "NULL"], "container_numbers", False),
        (["NULL", "", "-"], "consignee_name", False),
        (["NULL", "Acme"], "consignee_name", True),
        (["2026-11-01"], "date", True),
        (["00:00.0", "soon"], "date", False),
        (["SEA"], "transport_mode", True),
        (["blue"], "transport_mode", False),
        ([], "description", False),
    ],
)
def test_whether_cells_can_be_what_the_field_holds(cells, field, fits):
    assert content_of(pa.chunked_array([cells], pa.string())).fits(field) is fits


def test_a_column_that_is_filled_in_the_middle_alone_is_filled():
    cells = [""] * (SAMPLE + 1) + ["Acme Ltd"] + [""] * (SAMPLE + 1)
    assert content_of(pa.chunked_array([cells], pa.string())).filled == 1


def test_a_filled_column_beats_an_empty_one_of_the_same_meaning():
    table = read("Description,Importer ID,Container No,Bill of Lading,B/L Number,Net Weight KG\nwool,1,ABCU1234560,,B7,5\n")
    assert table.lines.column("bill_of_lading").to_pylist() == ["B7"]
    assert ("Bill of Lading", "bill_of_lading") not in table.input.mapping


def test_yes_and_no_are_no_container_numbers():
    table = read("Description,Container,Net Weight KG,Consignee\nwool,Y,5,Acme Ltd\ntin,N,5,Acme Ltd\n")
    assert "Container" in table.input.unmapped


def test_a_table_without_texts_of_goods_says_so():
    assert codes(read("HS Code,Consignee,Net Weight KG\n291411,Acme Ltd,5\n291411,Acme Ltd,6\n"))["no-goods-text"] == (None, 2)
    assert "no-goods-text" not in codes(read("Description,HS Code,Consignee\nwool,5101,Acme Ltd\n"))


@pytest.mark.parametrize(
    ("cells", "field", "fits"),
    [
        (["20 CTN"], "packages", True),
        (["CTN"], "packages", False),
        (["heavy", "5"], "net_mass", True),
        (["heavy"], "net_mass", False),
        (["2914"], "hs_code", True),
        (["29.14"], "hs_code", True),
        (["29", "chemicals"], "hs_code", False),
        (["USD"], "currency", True),
        (["12"], "currency", False),
        (["x", "Peru"], "country_of_origin", True),
        (["x"], "country_of_origin", False),
    ],
)
def test_numbers_codes_and_countries_are_confirmed(cells, field, fits):
    assert content_of(pa.chunked_array([cells], pa.string())).fits(field) is fits


def test_the_union_is_no_country_and_no_fault():
    table = read("Description,HS Code,Country of Origin\nwool,510111,EU\ntin,800110,QU\nglass,700312,Atlantis\nzinc,790111,DE\n")
    assert table.lines.column("country_of_origin").to_pylist() == [None, None, None, "DE"]
    assert [i["value"] for i in table.issues.to_pylist()] == ["Atlantis"]


PLAIN = [f"SOLVENT {i}" for i in range(10)]
WORDED = [f"Solvents {i}, not elsewhere specified" for i in range(10)]
APART = [f"LOT {i}" for i in range(40)]


@pytest.mark.parametrize(
    ("columns", "rows", "tariffs"),
    [
        ([("description", PLAIN)], 40, set()),
        ([("description", WORDED)], 40, {1}),
        ([("description", WORDED)], 30, {1}),
        ([("description", WORDED)], 29, set()),
        ([("description", APART)], 40, set()),
        ([("description", PLAIN), ("description", APART)], 40, {1}),  # another column says more of the goods
        ([("description", APART), ("description", PLAIN)], 40, {2}),
        ([("description", PLAIN), ("description", PLAIN)], 40, set()),
        ([("description", WORDED), ("description", PLAIN)], 40, {1}),
        ([("description", PLAIN), ("description_extra", APART)], 40, set()),  # what stands beside the goods names none
        ([("description", PLAIN), ("description_extra", PLAIN)], 40, set()),
        ([("description_extra", WORDED)], 40, {1}),
        ([("description_extra", PLAIN)], 40, set()),
        ([("marks", WORDED)], 40, set()),
    ],
)
def test_which_texts_are_those_of_the_tariff(columns, rows, tariffs):
    cells = [[f"29{i % 10:02d}11" for i in range(rows)], *([texts[i % len(texts)] for i in range(rows)] for _, texts in columns)]
    guesses = [Guess(n, "", field, "") for n, field in enumerate(["hs_code", *(field for field, _ in columns)])]
    made = pa.table([pa.array(c, pa.string()) for c in cells], names=[str(n) for n in range(len(cells))])
    assert tariff_texts(guesses, made) == tariffs
    assert tariff_texts([g for g in guesses if g.field != "hs_code"], made) == set()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2914.11-1000", "6907.21-9000"], "HS codes"),
        (["29141100/000", "69072100/000"], "HS codes"),
        (["2914.11.00.000X", "6907.21.00.100B"], "HS codes"),
        (["16.11.2026.", "2. 11. 2026."], "dates"),
        (["16.11.2026 г.", "02.11.2026 г."], "dates"),
    ],
)
def test_what_cells_look_like_whatever_their_header_says(cells, kind):
    assert looks_like(content_of(pa.chunked_array([cells])))[0] == kind


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [("2914\n11 00", True), ("2914\n1100", True), ("2914 11 00", True), ("2914\n11 00 kg", False), ("29\n14", False)],
)
def test_a_code_that_a_narrow_column_breaks_is_one(cell, is_one):
    assert is_hs_code(cell) is is_one
