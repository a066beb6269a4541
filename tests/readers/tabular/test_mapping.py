from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup, MappingError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.delimited import read_delimited
from precursor_screen.formats.encoding import open_text
from precursor_screen.readers.column_map import CANONICAL, load_column_map, parse_column_map
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.concepts import split_header
from precursor_screen.readers.tabular.header_rows import find_header
from precursor_screen.readers.tabular.headers import spellings
from precursor_screen.readers.tabular.mapping import guess_columns

CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements/headers_known.csv").read_text("utf-8").splitlines()))
TABLE = Path(__file__).parents[3] / "precursor_screen/readers/tabular/layouts/headers.csv"


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["header"])
def test_a_header_is_a_field(case: dict[str, str]) -> None:
    (guess,) = guess_columns([case["header"]])
    assert guess.field == case["field"]
    assert guess.reason


def test_the_table_of_spellings_is_sound() -> None:
    rows = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
    keys = ["".join(split_header(r["spelling"])) for r in rows]
    assert len(keys) == len(set(keys)), "two rows are one spelling"
    assert all(keys), "a spelling that is reduced to nothing"
    assert {r["canonical"] for r in rows} <= set(CANONICAL)
    assert all(r["language"] and r["source"] for r in rows)
    assert len(spellings()) == len(rows)


@pytest.mark.parametrize(
    ("text", "row", "names"),
    [
        ("Shipper,Consignee,Description\na,b,c\n", 1, ("Shipper", "Consignee", "Description")),
        ("DATA,,\n,,\nShipper,Consignee,Description\na,b,c\n", 3, ("Shipper", "Consignee", "Description")),
        ("x,y,z\na,b,c\n", 1, ("x", "y", "z")),
        (
            # Both rows alone would do; the upper one stands over several columns of the lower.
            ",申報,,進口商,,貨物,,重量,\n項次,報單號碼,放行日期,名稱,統一編號,稅則號別,貨名規格,毛重(KG),淨重(KG)\n1,AB/15/001,115/01/05,甲公司,12345678,29141100,丙酮,1,1\n",
            2,
            ("項次", "申報 報單號碼", "申報 放行日期", "進口商 名稱", "進口商 統一編號", "貨物 稅則號別", "貨物 貨名規格", "毛重(KG)", "重量 淨重(KG)"),
        ),
        # What stands over several columns names two fields at least; one that is alone is a title.
        (",Exporters,,,\nShipper,Consignee,Description,HS Code,Net\nA,B,c,690721,1\n", 2, ("Shipper", "Consignee", "Description", "HS Code", "Net")),
        (",Shipper,,Goods,\nNo.,Name,Country,Description,HS Code\n1,A,DE,c,690721\n", 2, ("No.", "Shipper Name", "Shipper Country", "Goods Description", "HS Code")),
        (
            ",Tuojayritys,,Tavaraerä,\nRivi,Nimitys,Tunnusnro,Nimikekoodi,Tavarankuvaus\n1,Koe Oy,1234567-8,29141100,asetoni\n",
            2,
            ("Rivi", "Tuojayritys Nimitys", "Tuojayritys Tunnusnro", "Tavaraerä Nimikekoodi", "Tavarankuvaus"),
        ),
        ("Cargo:,ACETIC,ANHYDRIDE\nShipper,Description,HS Code\nA,b,690721\n", 2, ("Shipper", "Description", "HS Code")),
        ("Shipper,,Goods,\nName,Address,Description,HS Code\nA,B,c,690721\n", 2, ("Shipper Name", "Shipper Address", "Goods Description", "HS Code")),
        ("Weight (kg),,Goods Description,HS Code\nGross,Net,,\n1,2,c,690721\n", 2, ("Weight (kg) Gross", "Weight (kg) Net", "Goods Description", "HS Code")),
        ("description\nacetone\n", 1, ("description",)),
    ],
)  # fmt: skip
def test_the_header_is_the_first_row_of_known_spellings(text: str, row: int, names: tuple[str, ...]) -> None:
    place = find_header(read_delimited(open_text(Blob("m", text.encode()))))
    assert (place.row, place.names) == (row, names)


@pytest.mark.parametrize("price", ["€/kg", "(€ / kg)", "HK$/kg", "USD per MT", "EUR je kg"])
def test_money_for_one_unit_is_no_mass(price: str) -> None:
    assert [guess.field for guess in guess_columns(["Description", price, "Netto kg"])] == ["description", "", "net_mass"]
    assert guess_columns([price])[0].reason == "the price of one unit"


def test_what_is_no_price_of_a_unit_is_read_as_before() -> None:
    assert guess_columns(["Net weight/kg"])[0].field == "net_mass"
    assert all(guess_columns([other])[0].reason != "the price of one unit" for other in ("/kg", "kg", "$", "€/rate", "Origin/kg"))


def test_several_columns_for_one_field_leave_the_best_and_say_so() -> None:
    guesses = guess_columns(["HS_CODE_2", "FOB_VALUE", "CIF_VALUE_IN_USD", "HS Code", "hs"])
    assert [g.field for g in guesses] == ["", "", "value", "hs_code", ""]
    assert guesses[2].currency == "USD"
    assert "CIF_VALUE_IN_USD" in guesses[1].reason
    assert "HS Code" in guesses[4].reason


MAP = """
columns:
  Ware: description
  Lieferant: consignor_name
  Datum: arrival_date
  Menge: quantity
  Rest: ignore
date_order: mdy
decimal: ","
"""


def test_a_map_is_followed_and_the_rest_is_guessed() -> None:
    data = b"Ware;Lieferant;Datum;Menge;Rest;HS Code\nAceton;Ahorn;03/04/2026;1.234;x;291411\n"
    (result,) = read(data, "m", ReadOptions(mapping=parse_column_map(MAP, "own.yaml")))
    (line,) = result.lines.to_pylist()
    assert line["description"] == "Aceton"
    assert line["arrival_date"].isoformat() == "2026-03-04"
    assert str(line["quantity"]) == "1234.000000"
    assert line["hs_code"] == "291411"
    assert result.input.unmapped == ("Rest",)


def test_a_headerless_table_goes_by_numbers() -> None:
    column_map = parse_column_map("columns: {1: description, 3: hs_code}\nheader_row: 0", "own.yaml")
    (result,) = read(b"acetone,x,291411\ntoluene,y,290230\n", "m", ReadOptions(mapping=column_map))
    assert [(r["source_row"], r["description"], r["hs_code"]) for r in result.lines.to_pylist()] == [
        (1, "acetone", "291411"),
        (2, "toluene", "290230"),
    ]


def test_every_fault_of_a_map_is_told_at_once() -> None:
    text = "columns: {A: descriptoin, B: hs_cod, C: description}\ndate_order: ydm\ndecimla: ','\n"
    with pytest.raises(ErrorGroup) as caught:
        parse_column_map(text, "own.yaml")
    told = str(caught.value)
    assert "Did you mean 'description'?" in told
    assert "Did you mean 'hs_code'?" in told
    assert "Did you mean 'decimal'?" in told
    assert "ydm" in told
    assert all(isinstance(e, MappingError) for e in caught.value.errors)
    assert len(caught.value.errors) == 4


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "columns: {}", "columns: [a]", "a: [", "columns: {A: description}\nheader_row: -1"]
)
def test_a_map_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        parse_column_map(text, "own.yaml")


def test_a_map_that_does_not_fit_names_the_nearest_column() -> None:
    column_map = parse_column_map("columns: {Descripton: description}", "own.yaml")
    with pytest.raises(MappingError, match="Did you mean 'Description'"):
        read(b"Description,HS Code,Shipper\na,b,c\n", "m", ReadOptions(mapping=column_map))


def test_a_map_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError):
        load_column_map(tmp_path / "none.yaml")
    path = tmp_path / "own.yaml"
    path.write_text(MAP, "utf-8")
    assert load_column_map(path).decimal == ","
