"""Headers: which row holds them, what each form of one means, and which of several columns is taken."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import ErrorGroup, MappingError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.delimited import read_delimited
from precursor_screen.formats.encoding import open_text
from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.tabular import header_rows
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.concepts import split_header
from precursor_screen.readers.tabular.header_rows import find_header, join_rows
from precursor_screen.readers.tabular.headers import is_percentage, is_tariff_text, unit_and_currency
from precursor_screen.readers.tabular.mapping import guess_columns


def place(text: str, header_row: int | None = None) -> tuple[int, tuple[str, ...], int]:
    found = find_header(read_delimited(open_text(Blob("m", text.encode()))), header_row)
    return found.row, found.names, found.first


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("NetWeight", ("net", "weight")),
        ("NETWEIGHT", ("netweight",)),
        ("Désignation  des-marchandises", ("designation", "des", "marchandises")),
        ("HSCode2", ("hscode2",)),
        ("ＮＥＴ", ("net",)),
        ("", ()),
        ("--", ()),
    ],
)
def test_a_header_falls_into_words(header, words):
    assert "".join(split_header(header)) == "".join(words)


@pytest.mark.parametrize(
    ("header", "field", "how"),
    [
        ("Net Weight", "net_mass", "known spelling"),
        ("net weight kg", "net_mass", "known spelling"),
        ("72. Net Weight", "net_mass", "known spelling after the number of the box"),
        ("SumOfNet Weight", "net_mass", "known spelling of a summed column"),
        ("items.description", "description", "known spelling of the last key"),
        ("Description_EN", "description", "known spelling without language or number"),
        ("Vessel 2", "vessel", "known spelling without language or number"),
        ("Vessel 22", "", ""),
        ("Net Weight (MT)", "net_mass", "known spelling without its unit"),
        ("Total Net Weight", "net_mass", "known spelling without filler words"),
        ("consigneee", "consignee_name", "its header says receiver"),
        ("constgneee", "", ""),
        ("vesel", "", ""),
        ("N°", "", ""),
        ("N.", "", ""),
        ("N. kg", "net_mass", "its header says net, kg"),
        ("* Number and kind of packages; description of goods", "description", "one part of it is known"),
        ("Marks and numbers; nature et nombre de colis; description", "description", "one part of it is known"),
        ("Number of packages, method of packing, nature of the goods", "description", "one part of it is known"),
        ("Container / Plomb", "container_numbers", "one part of it is known"),
        ("Description; HS code", "", ""),
        ("Packages; marks", "", ""),
        ("colour of the lid", "", ""),
        ("", "", ""),
        ("of the", "", ""),
    ],
)
def test_each_form_of_a_header_is_found_and_named(header, field, how):
    found = lookup(header)
    assert found[0] == field
    assert bool(found[1]) is bool(how)
    if field and not how.startswith("known spelling "):
        assert found[1] == how


@pytest.mark.parametrize(
    ("header", "unit", "currency"),
    [
        ("Weight (LBS)", "LBR", ""),
        ("Weight", "", ""),
        ("FOB Value USD", "", "USD"),
        ("FOB VALUEUSD", "", "USD"),
        ("Value EUR", "", "EUR"),
        ("usd", "", "USD"),
        ("Value", "", ""),
    ],
)
def test_the_tail_of_a_header_is_its_unit_or_currency(header, unit, currency):
    found, stated = unit_and_currency(header)
    assert (found.code if found else "", stated) == (unit, currency)


@pytest.mark.parametrize(
    ("header", "share"),
    [
        ("%Total", True),
        ("  % of total", True),
        ("PctValue", True),
        ("pct", True),
        ("Total %", True),
        ("Desc. %", True),
        ("Total % (net)", False),
        ("Value", False),
    ],
)
def test_a_percentage_is_not_a_value(header, share):
    assert is_percentage(header) is share
    assert (guess_columns([header])[0].reason == "a percentage") is share


@pytest.mark.parametrize(
    ("header", "tariff"),
    [("HS_CODE_DESCRIPTION", True), ("Tariff text", True), ("Description", False), ("HS Code", False), ("Chapter name", True)],
)
def test_the_words_of_the_tariff_are_not_those_of_the_goods(header, tariff):
    assert is_tariff_text(header) is tariff


GOOD = "Shipper,Consignee,Description\na,b,c\n"


@pytest.mark.parametrize(
    ("text", "row", "first"),
    [
        (GOOD, 1, 1),
        ("x,y,z\n" * 29 + GOOD, 30, 30),
        ("x,y,z\n" * 30 + GOOD, 1, 1),
        ("Shipper,colour,lid\n" + GOOD, 2, 2),
        ("Shipper,Consignee,lid\n" + GOOD, 2, 2),
        ("Shipper,,lid,\nx,Description,y,HS Code\na,b,c,d\n", 2, 1),  # by its words
        ("Description,HS Code\nb,690721\n", 1, 1),
        ("x,y\nDescription,HS Code\nb,690721\n", 2, 2),
        ("x,\nDescription,\nb,\n", 2, 2),
        ("Description,colour\nb,690721\n", 1, 1),
    ],
)
def test_the_first_row_of_three_known_headers_is_the_header(text, row, first):
    found = place(text)
    assert (found[0], found[2]) == (row, first)


@pytest.mark.parametrize(
    ("lower", "second"),
    [
        ("Name,Address,Description,HS Code", True),
        ("Name,12.5,Description,HS Code", False),
        ("Name," + "x" * 60 + ",Description,HS Code", True),
        ("Name," + "x" * 61 + ",Description,HS Code", False),
    ],
)
def test_a_second_row_of_headers_holds_no_number_and_no_long_text(lower, second):
    row, names, _ = place(f"Shipper,,Goods,\n{lower}\nA,B,c,690721\n")
    assert (row == 2 and names[0] == "Shipper Name") is second


@pytest.mark.parametrize(("row", "names"), [(1, ("x", "y", "z")), (2, ("Shipper", "Consignee", "Description")), (9, ())])
def test_the_user_says_which_row_it_is(row, names):
    assert place("x,y,z\n" + GOOD, row) == (row, names, row)


def test_without_a_header_columns_are_numbered():
    assert place("a,b,c\n", 0) == (0, ("1", "2", "3"), 0)


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (("Shipper", ""), ("Name", "Address"), ("Shipper Name", "Shipper Address")),
        (("Shipper", ""), ("Name", ""), ("Shipper Name", "")),
        (("Goods", "Vessel"), ("Description", ""), ("Goods Description", "Vessel")),
        (("Weight", ""), ("Weight", "Net"), ("Weight", "Weight Net")),
        (("",), ("HS Code", "Marks"), ("HS Code", "Marks")),
        (("Lid", ""), ("HS Code", "Marks"), ("HS Code", "Marks")),
    ],
)
def test_a_merged_cell_stands_over_several_columns(upper, lower, names):
    assert join_rows(upper, lower) == names


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (["HS Code", "hs"], ["hs_code", ""]),
        (["HS Code 2", "HS Code"], ["", "hs_code"]),
        (["FOB Value", "CIF Value USD"], ["", "value"]),
        (["FOB Value USD", "CIF Value USD"], ["value", ""]),
        (["Net Weight", "Net Weight (MT)"], ["net_mass", ""]),
        (["HS2", "HS Code"], ["", "hs_code"]),
        (["", "Description"], ["", "description"]),
        (["Description", "Goods Description"], ["description", "description"]),
    ],
)
def test_of_several_columns_for_one_field_the_surest_is_taken(headers, fields):
    guesses = guess_columns(headers)
    assert [g.field for g in guesses] == fields
    assert all(g.reason for g in guesses)


@pytest.mark.parametrize("header", ["Ware", " Ware", "Ware  "])
@pytest.mark.parametrize("named", ["Ware", "  Ware ", "1"])
def test_blanks_round_a_header_make_no_other_column(header, named):
    own = ColumnMap({named: "description"}, name="map")
    assert [g.field for g in guess_columns([header, "x"], own)] == ["description", ""]


def test_a_map_that_names_no_column_of_the_table_is_refused():
    with pytest.raises(MappingError, match="'Waer', which the table does not have"):
        guess_columns(["Ware", "x"], ColumnMap({"Waer": "description"}, name="map"))
    with pytest.raises(MappingError):
        guess_columns(["Ware", "x"], ColumnMap({"3": "description"}, name="map"))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("NetWeight", ["net", "weight"]),
        ("HSCode2", ["hs", "code2"]),
        ("a2B", ["a2", "b"]),
        ("XMLFile", ["xml", "file"]),
        ("NET_WEIGHT", ["net", "weight"]),
        ("Poids  été", ["poids", "ete"]),
        ("x" * 299 + "yz", ["x" * 299 + "y"]),
    ],
)
def test_where_a_header_is_parted(header, words):
    assert list(split_header(header)) == words


@pytest.mark.parametrize(
    ("header", "field", "how"),
    [
        ("shippper", "consignor_name", "its header says sender"),
        ("Поклажедатель (отправитель)", "consignor_name", "its header says sender"),
        ("Składający", "consignor_name", "its header says sender"),
        ("consigne", "consignee_name", "its header says receiver"),
        ("quantitt", "quantity", "its header says count"),
        ("quantit", "quantity", "its header says count"),
        ("quantityy", "quantity", "its header says count"),
        ("quantittty", "", ""),
        ("invoice dte", "date", "known spelling in other words or another order"),
        ("invoice rate", "", ""),
        ("invoicedate2", "", ""),
        ("Description 2", "description_extra", "known spelling"),
        ("Description 2 EN", "description", "known spelling without language or number"),
        ("Description EN 2", "description", "known spelling without language or number"),
        ("Description 22", "", ""),
        ("EN", "", ""),
        ("2", "", ""),
        ("SumOf", "", ""),
        ("SumOfQuantity", "quantity", "known spelling"),
        ("G33 (Quantity)", "quantity", "known spelling after the number of the box"),
        ("3_1) Quantity", "quantity", "known spelling after the number of the box"),
        ("33Quantity", "", ""),
        ("a b.quantity", "quantity", "known spelling of the last key"),
        (" items.quantity ", "quantity", "known spelling of the last key"),
        ("items.lid", "", ""),
        ("items.0.quantity", "", ""),
        ("Quantity in kg", "quantity", "known spelling without filler words"),
        ("gross mass g", "gross_mass", "its header says gross, mass"),
        ("Quantity USD EN", "quantity", "known spelling without its unit"),
        ("Total", "", ""),
    ],
)
def test_headers_at_the_edges_of_each_form(header, field, how):
    assert lookup(header) == (field, how)


@pytest.mark.parametrize(
    ("text", "row", "names", "first"),
    [
        ("Shipper,Shipper,Goods,lid\nName,Address,Description,lid\nA,B,c,d\n", 2, ("Shipper Name", "Shipper Address", "Goods Description", "lid"), 1),
        ("Shipper,Sender,Goods,lid\nName,Address,Description,lid\nA,B,c,d\n", 1, ("Shipper", "Sender", "Goods", "lid"), 1),
        ("Shipper,,,\nName,Address,Description,HS Code\nA,B,c,690721\n", 2, ("Name", "Address", "Description", "HS Code"), 2),
        ("Shipper,,Goods,\n,,,\nShipper,Consignee,Description,x\n", 3, ("Shipper", "Consignee", "Description", "x"), 3),
        ("lid,\nDescription,lid\nDescription,Quantity\n", 3, ("Description", "Quantity"), 3),
        ("x,y\n" * 29 + "Description,Quantity\n", 30, ("Description", "Quantity"), 30),
        ("x,y\n" * 30 + "Description,Quantity\n", 1, ("x", "y"), 1),
        (",,\n\nx,y\n1,2\n", 3, ("x", "y"), 3),
        ("Description" + " " * 109 + ",Quantity,Shipper\n1,2,3\n", 1, ("Description" + " " * 109, "Quantity", "Shipper"), 1),
    ],
)  # fmt: skip
def test_which_rows_are_the_header(text, row, names, first):
    found = place(text)
    assert (found[0], found[2]) == (row, first)
    assert tuple(n.strip() for n in found[1]) == tuple(n.strip() for n in names)


def test_a_cell_of_120_letters_may_be_a_header_and_a_longer_one_is_text():
    long = "Description" + " " * 109
    assert place(f'x,y,z\n"{long}",Quantity,Shipper\n1,2,3\n')[0] == 2
    assert place(f'x,y,z\n"{long} ",Quantity,Shipper\n1,2,3\n')[0] == 1


@pytest.mark.parametrize(("row", "names"), [(2, ("c", "d")), (3, ())])
def test_a_header_in_the_last_row_and_behind_it(row, names):
    assert place("a,b\nc,d\n", row) == (row, names, row)


def test_without_a_header_the_widest_row_counts():
    assert place("a\nb,c,d\n", 0) == (0, ("1", "2", "3"), 0)


@pytest.mark.parametrize(
    ("upper", "lower", "second"),
    [
        (("a", ""), ("b",), False),
        (("a", "b"), ("c", "d"), False),
        (("a", "a"), ("c", "d"), True),
        (("a", " ", "b"), ("c",), True),
        (("a", "", "b"), ("", " ", ""), False),
        (("a", "b", ""), ("x", "1.5", "y"), False),
        (("a", "b", ""), ("x", "1/2", "y"), False),
        (("a", "b", ""), ("x", "+", "y"), True),
        (("a", "b", ""), ("x", "1a", "y"), True),
    ],
)
def test_what_can_be_the_second_row_of_a_header(upper, lower, second):
    assert header_rows._is_second_row(upper, lower) is second


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (("Goods", "", "Vessel", ""), ("Description", "", "", "Name"), ("Goods Description", "", "Vessel", "Vessel Name")),
        (("Goods",), ("Description", "Marks"), ("Goods Description", "Marks")),
        (("Goods", "x"), (), ("Goods", "x")),
        ((" Goods ", ""), (" Lid", "Vessel"), ("Goods Lid", "Vessel")),
    ],
)
def test_how_far_a_merged_cell_reaches(upper, lower, names):
    assert join_rows(upper, lower) == names


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (["HS Code 4", "HS-6", "HS Code"], [("", "chapter or heading alone"), ("hs_code", "known spelling"), ("", "hs_code is taken from 'HS-6'")]),
        (["HS Code Description", "Description"], [("", "text of the tariff, not of these goods"), ("description", "known spelling")]),
        (["Value", "Value USD", "Value EUR"], [("", "value is taken from 'Value USD'"), ("value", "known spelling"), ("", "value is taken from 'Value USD'")]),
        (["Freight", "Freight USD"], [("", "freight is taken from 'Freight USD'"), ("freight", "known spelling")]),
        (["Quantity USD", "Quantity"], [("", "quantity is taken from 'Quantity'"), ("quantity", "known spelling")]),
        (["Importer Name", "Importer Name EN"], [("importer_name", "its header says importer, name"), ("importer_name", "its header says importer, name")]),
        ([" ", "lid"], [("", "no header"), ("", "unknown header")]),
    ],
)  # fmt: skip
def test_each_column_says_why_it_is_taken_or_not(headers, columns):
    assert [(g.field, g.reason) for g in guess_columns(headers)] == columns


def test_what_the_map_names_is_taken_and_keeps_its_unit_and_currency():
    own = ColumnMap(
        {"Ware (lbs)": "net_mass", "Rest": "ignore", "3": "value", "Text": "description", "Mehr": "description"}, name="map"
    )
    headers = ["Ware (lbs)", "Rest", "Wert EUR", "Text", "Mehr", "Net Weight", "Value", "Description", "Gross Weight"]
    found = [
        (g.position, g.field, g.reason, g.unit.code if g.unit else "", g.currency) for g in guess_columns(headers, own, "m.csv")
    ]
    assert found == [
        (0, "net_mass", "stated in map", "LBR", ""),
        (1, "", "left out by the map", "", ""),
        (2, "value", "stated in map", "", "EUR"),
        (3, "description", "stated in map", "", ""),
        (4, "description", "stated in map", "", ""),
        (5, "", "the map names another column for net_mass", "", ""),
        (6, "", "the map names another column for value", "", ""),
        (7, "description", "known spelling", "", ""),
        (8, "gross_mass", "known spelling", "", ""),
    ]


def test_every_column_that_a_map_misses_is_told_at_once():
    with pytest.raises(ErrorGroup) as caught:
        guess_columns(["Ware"], ColumnMap({"Waer": "description", "2": "value", "Rest": "ignore"}, name="map"))
    assert len(caught.value.errors) == 3
    assert guess_columns(["Ware"], ColumnMap({"1": "description"}, name="map"))[0].field == "description"


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("G.W.(KGS)", "gross_mass", "KGM"),
        ("G_WEIGHT", "gross_mass", None),
        ("T. WEIGHT", "gross_mass", None),
        ("N.W.", "net_mass", None),
        ("Weight g", "gross_mass", "GRM"),
        ("Net weight t", "net_mass", "TNE"),
        ("Exporter_Name_And_Address", "exporter_name", None),
        ("Manufacturer", "other_parties", None),
        ("Contract Holder", "other_parties", None),
        ("Tariff", "hs_code", None),
    ],
)
def test_abbreviated_weights_and_further_parties(header, field, unit):
    found, _ = unit_and_currency(header)
    assert (lookup(header)[0], found.code if found else None) == (field, unit)


@pytest.mark.parametrize("header", ["GR.WT", "G. WEIGHT", "T. WEIGHT", "G WT", "CARGO G WT", "NT WT"])
def test_a_letter_before_a_weight_is_no_unit(header: str) -> None:
    assert guess_columns([header])[0].unit is None


@pytest.mark.parametrize(("header", "unit"), [("WEIGHT G", "GRM"), ("Weight (t)", "TNE"), ("G WT KG", "KGM"), ("GR WT T", "TNE")])
def test_a_unit_behind_a_weight_is_one(header: str, unit: str) -> None:
    (guess,) = guess_columns([header])
    assert guess.unit is not None
    assert guess.unit.code == unit
