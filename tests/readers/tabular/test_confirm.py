"""What other columns and the cells say of a column."""

from __future__ import annotations

import pytest

from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read

WORDED = ["Other", "Acids, whether or not mixed", "Sheets, other than cellular", "Salts, n.e.s.", "Parts thereof"]
CODES = [f"29{i:02d}11" for i in range(10)]


def table(*columns: tuple[str, list[str]], mapping: ColumnMap | None = None):
    rows = [[header for header, _ in columns], *zip(*(cells for _, cells in columns), strict=True)]
    text = "".join("\x1d".join(row) + "\n" for row in rows)
    return read(text.encode(), "m", ReadOptions(mapping=mapping))[0]


def fields(found) -> dict[str, str]:
    return dict(found.input.mapping)


def codes_and(texts: list[str], times: int = 4) -> list[tuple[str, list[str]]]:
    """A text for each code, over and over."""
    return [("HS Code", CODES * times), ("Product", [texts[i % len(texts)] + f" {i}" for i in range(10)] * times)]


def test_the_tariffs_words_are_no_goods_text_whatever_the_header_says():
    found = table(*codes_and(WORDED), ("Consignee", ["Acme Ltd"] * 40))
    assert "Product" not in fields(found)
    (column,) = (c for c in found.column_report.columns if c.guess.header == "Product")
    assert column.guess.reason == "one text for each HS code: the tariff's, not of these goods"
    assert "no-goods-text" in {i["code"] for i in found.issues.to_pylist()}


def test_a_seller_of_few_goods_has_one_text_a_code_too():
    assert fields(table(*codes_and(["ACETONE 99% IN DRUMS", "TOLUENE, TECHNICAL"])))["Product"] == "description"


def test_where_another_column_says_more_the_one_that_repeats_the_code_is_the_tariffs():
    goods = ("Goods Description", [f"ACETONE LOT {i}" for i in range(40)])
    found = fields(table(*codes_and(["Acetone", "Toluene"]), goods))
    assert (found.get("Product"), found["Goods Description"]) == (None, "description")


@pytest.mark.parametrize("times", [2, 1])
def test_few_rows_prove_nothing(times):
    assert fields(table(*codes_and(WORDED, times)))["Product"] == "description"


def test_few_codes_prove_nothing_over_many_rows():
    columns = [("HS Code", CODES[:7] * 9), ("Product", [f"{WORDED[i % 5]} {i}" for i in range(7)] * 9)]
    assert fields(table(*columns))["Product"] == "description"
    columns = [("HS Code", CODES[:8] * 9), ("Product", [f"{WORDED[i % 5]} {i}" for i in range(8)] * 9)]
    assert "Product" not in fields(table(*columns))


def test_texts_that_differ_within_a_code_are_of_the_goods():
    columns = [("HS Code", CODES * 4), ("Product", [f"{WORDED[i % 5]} {i}" for i in range(40)])]
    assert fields(table(*columns))["Product"] == "description"


def test_what_a_map_states_stays():
    own = ColumnMap({"Product": "description", "Containers": "container_numbers"}, name="own")
    found = table(*codes_and(WORDED), ("Containers", ["2"] * 40), mapping=own)
    assert fields(found)["Product"] == "description"
    assert fields(found)["Containers"] == "container_numbers"


GOODS = ("Description", ["wool", "tin", "glass"])


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Total Containers", ["1", "2", "2"], None),
        ("Total Containers", ["1", "TSTU1234567", "2"], "container_numbers"),
        ("Permit", ["Y", "N", "N"], None),
        ("Permit", ["Y", "N", "P-77"], "permit_reference"),
        ("UN No", ["0", "1", "0"], None),
    ],
)
def test_counts_and_flags_are_no_numbers_of_documents(header, cells, field):
    assert fields(table(GOODS, ("HS Code", ["510111"] * 3), (header, cells))).get(header) == field


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        (["Importer", "TIN"], "importer_identifier"),
        (["Exporter", "TIN", "Importer"], "exporter_identifier"),
        (["RUC", "Consignee"], "consignee_identifier"),
        (["EORI", "Vessel"], None),
        (["IEC", "Exporter"], "exporter_identifier"),
        (["IEC", "Importer"], "importer_identifier"),
        (["IEC", "Importer", "Exporter"], "importer_identifier"),
        (["Importer", "Importer ID", "TIN"], None),
        (["Importer", "Partita IVA"], "importer_identifier"),
        (["ИНН/КПП", "Грузополучатель"], "consignee_identifier"),
        (["Importer", "VAT"], None),  # an amount
    ],
)
def test_a_number_alone_is_that_of_the_party_beside_it(headers, field):
    columns = [(header, ["7", "8", "9"]) for header in headers]
    own = next(h for h in headers if h in ("TIN", "RUC", "EORI", "IEC", "Partita IVA", "ИНН/КПП", "VAT"))
    assert fields(table(GOODS, ("HS Code", ["510111"] * 3), *columns)).get(own) == field


@pytest.mark.parametrize(
    ("total", "own", "taken"),
    [
        (["90"] * 3, ["20", "30", "40"], "Pkgs"),
        (["20", "30", "40"], ["1", "1", "1"], "Total Packages"),
        (["90", "90", ""], ["", "30", "40"], "Total Packages"),  # too few to tell
    ],
)
def test_a_total_of_the_whole_manifest_is_no_count_of_a_line(total, own, taken):
    found = fields(table(GOODS, ("Total Packages", total), ("Pkgs", own)))
    assert [h for h, f in found.items() if f == "packages"] == [taken]


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        (["FOB Currency", "Invoice Value", "Invoice Currency"], "Invoice Currency"),
        (["Currency", "x", "Value", "Value Currency"], "Value Currency"),
        (["Invoice Currency", "y", "CIF Value", "CIF Currency"], "CIF Currency"),
    ],
)
def test_the_currency_is_that_of_the_value(headers, taken):
    cells = {"x": ["a"] * 3, "y": ["b"] * 3}
    columns = [(h, cells.get(h, ["5", "6", "7"] if "urrency" not in h else ["EUR"] * 3)) for h in headers]
    found = fields(table(GOODS, ("HS Code", ["510111"] * 3), *columns))
    assert [h for h, f in found.items() if f == "currency"] == [taken]


def headed(header: str, *cells: str):
    rows = "\n".join(f"wool,510111,{cell}" for cell in cells)
    (made,) = read(f"Description,HS Code,{header}\n{rows}\n".encode(), "m")
    (column,) = (c for c in made.column_report.columns if c.guess.header == header)
    return column.guess.field, [(i["code"], i["field"]) for i in made.issues.to_pylist()]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Importer", ("900123456", "900123457-1"), "importer_identifier"),
        ("Declarant ID", ("157938021", "135077028"), ""),
        ("Importer", ("900123456", "Acme Ltd"), "importer_name"),
        ("Importer", ("7", "8"), "importer_name"),
        ("Importer Code", ("Acme Trading Ltd", "Zeta Chem Inc"), "importer_name"),
        ("Importer Code", ("A-7712", "B-7713"), "importer_identifier"),
        ("Supplementary Unit", ("KGM", "LTR"), "quantity_unit"),
        ("Quantity", ("many", "few"), ""),
        ("Quantity", ("5", "few"), "quantity"),
    ],
)
def test_cells_that_are_another_part_of_what_the_header_says(header, cells, field):
    assert headed(header, *cells)[0] == field


def test_no_second_column_of_an_agent_or_a_carrier_is_lost():
    data = b"Description,HS Code,Declarant,Customs Broker,Carrier,Shipping Line\nwool,510111,Acme,Zeta,Red Line,Blue Line\n"
    (made,) = read(data, "m")
    (line,) = made.lines.to_pylist()
    assert (line["declarant_name"], line["carrier_name"]) == ("Acme", "Red Line")
    assert sorted(line["other_parties"]) == ["Blue Line", "Zeta"]


def test_names_of_firms_where_a_layout_has_codes_are_told_of():
    data = b"identifier,description_text,piece_count,secondary_notify_party_1\nB1,wool,5,%s\nB2,tin,5,%s\n"
    told = read(data % (b"ACME TRADING LTD", b"ZETA CHEM INC"), "m")[0].issues.to_pylist()
    assert [(i["code"], i["field"]) for i in told] == [("unread-party-column", "secondary_notify_party_1")]
    assert read(data % (b"MAEU", b"MSCU"), "m")[0].issues.num_rows == 0


@pytest.mark.parametrize(
    ("header", "cells", "is_hs"),
    [
        ("Product code", ["29152400", "29291000", "84713000"], True),
        ("Carrier_code", ["29152400", "29291000", "84713000"], False),
        ("Consign Code", ["29152400", "29291000", "84713000"], False),
        ("Buyer code", ["29152400", "29291000", "84713000"], False),
        ("Product code", ["10778812", "20995511", "31774400"], False),
        ("Product code", ["29152400"] * 3, False),
    ],
)
def test_codes_of_parties_and_other_numbers_are_no_hs_codes(header, cells, is_hs):
    assert (fields(table(GOODS, (header, cells))).get(header) == "hs_code") is is_hs


def test_countries_under_from_and_to():
    goods = ("Goods", ["acetone"] * 3)
    found = fields(table(goods, ("From", ["DE", "Germany", "NL"]), ("To", ["MX", "US", "CO"])))
    assert (found["From"], found["To"]) == ("country_of_dispatch", "country_of_destination")
    found = fields(table(goods, ("From", ["Acme Ltd", "Bold Ltd", "Cole Ltd"]), ("To", ["a", "b", "c"])))
    assert "From" not in found
    assert "To" not in found


@pytest.mark.parametrize(
    ("headers", "taken"), [(["Gone"], "Gone"), (["Gone", "Came"], None), (["Invoice day"], None), (["Gone", "Date"], None)]
)
def test_the_only_days_of_a_table(headers, taken):
    days = ["2025-01-03", "2025-02-03", "2025-03-05"]
    found = fields(table(("Goods", ["acetone"] * 3), *((header, days) for header in headers)))
    assert found.get(taken or headers[0], "") == ("date" if taken else "")


@pytest.mark.parametrize(
    ("cells", "taken"),
    [(["Mexico", "Kenya", "Peru"], "country_of_destination"), (["Colima", "Mombasa", "Peru"], "place_of_delivery")],
)
def test_places_of_delivery_that_are_countries(cells, taken):
    found = fields(table(("Description", ["Acetone", "Toluene", "Ether"]), ("Final Destination", cells)))
    assert found["Final Destination"] == taken


def test_a_country_of_destination_of_its_own_goes_first():
    columns = (("Description", ["Acetone"]), ("Country of destination", ["Kenya"]), ("Final Destination", ["Kenya"]))
    assert fields(table(*columns))["Final Destination"] == "place_of_delivery"


@pytest.mark.parametrize(
    ("types", "taken"),
    [
        (["precursor permit", "", "export licence"], "permit_reference"),
        (["precursor permit", "invoice", "invoice"], None),
        (["", "", ""], None),
    ],
)
def test_numbers_of_documents_that_their_type_calls_permits(types, taken):
    goods = ("Description", ["Acetone", "Toluene", "Ether"])
    found = fields(table(goods, ("Document type", types), ("Document number", ["E/1", "", "E/7"])))
    assert found.get("Document number") == taken


def test_days_whose_order_the_column_decides():
    found = fields(table(("Description", ["Acetone", "Toluene"]), ("Logged", ["01/04/2025", "01/30/2025"])))
    assert found["Logged"] == "date"


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        (("Exporter", "Address"), "exporter_address"),
        (("Notify party", "Address"), "notify_party_address"),
        (("Shipper", "Address", "Consignee"), "consignor_address"),
        (("Importer", "Address", "Consignee"), "importer_address"),
        (("Importer", "Address"), "consignee_address"),  # where no column is the consignee's
        (("Consignee", "Date", "Address"), "consignee_address"),
        (("Shipper", "Date", "Address"), "consignee_address"),  # not right behind a party
    ],
)
def test_an_address_alone_is_that_of_the_party_right_before_it(headers, field):
    cells = {"Address": "1 Example Street, Pune", "Date": "2026-01-02"}
    found = table(("Description", ["wool", "tin"]), *((h, [cells.get(h, f"{h} Acme Ltd")] * 2) for h in headers))
    assert fields(found)["Address"] == field


PARCELS = ("Description", ["wool", "tin", "ink", "oil"])


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("No. & Kind of Packages", ["40 drums", "20 bags", "4 pallets", "25 boxes"], "packages"),
        ("No. & Kind of Packages", ["40 drums", "20 bags", "pallets", "boxes"], "package_type"),
        ("Kind of packages", ["drums", "bags", "pallets", "boxes"], "package_type"),
        ("Package No.", ["P1", "P2", "P3", "PAL-04"], None),  # which package, not how many
        ("Packages", ["1", "2", "3", "4"], "packages"),
        ("Net weight / package", ["1", "2", "3", "4"], None),
        ("Gross weight per package (kg)", ["1", "2", "3", "4"], None),
        ("Nettogewicht je Packstück", ["1", "2", "3", "4"], None),
        ("Gross weight / number of packages", ["1", "2", "3", "4"], "gross_mass"),
        ("Packages / weight", ["1", "2", "3", "4"], "gross_mass"),
        ("Net weight", ["1", "2", "3", "4"], "net_mass"),
    ],
)
def test_how_many_packages_of_which_kind(header, cells, field):
    assert fields(table(PARCELS, (header, cells))).get(header) == field


def test_kinds_stay_kinds_where_a_column_counts_the_packages():
    found = fields(
        table(PARCELS, ("Packages", ["1", "2", "3", "4"]), ("Kind of packages", ["40 drums", "20 bags", "4 pallets", "25 boxes"]))
    )
    assert (found["Packages"], found["Kind of packages"]) == ("packages", "package_type")


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ([("Count", ["1", "2", "3", "4"]), ("Kind of packages", ["drums", "bags", "pallets", "boxes"])], "packages"),
        ([("Kind of packages", ["drums", "bags", "pallets", "boxes"]), ("Count", ["1", "2", "3", "4"])], "packages"),
        ([("Count", ["1", "2", "3", "4"])], "quantity"),
        ([("Count", ["1", "2", "3", "4"]), ("Seal", ["A1", "A2", "A3", "A4"]), ("Kind of packages", ["drums", "bags", "pallets", "boxes"])], "quantity"),
        ([("Count", ["1", "2", "3", "4"]), ("Kind of packages", ["drums", "bags", "pallets", "boxes"]), ("Packages", ["1", "1", "1", "1"])], "quantity"),
        ([("Count", ["1", "2", "3", "4"]), ("Kind of packages", ["drums", "bags", "pallets", "boxes"]), ("Unit", ["PCE", "LTR", "PCE", "LTR"])], "quantity"),
    ],
)  # fmt: skip
def test_a_bare_count_beside_the_kinds_of_packages_counts_these(columns, field):
    assert fields(table(PARCELS, *columns)).get("Count") == field


CONTAINERS = ["CSQU3054383", "MSCU6639870", "TCLU4265794", "CSQU3054383"]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Zzyzx", ["29141100", "84818010", "62052000", "28070000"], "hs_code"),
        ("Zzyzx", ["29141100", "84818010", "62052000", "28079000"], None),  # one is under no subheading
        ("Zzyzx", ["29141100", "84818010", "62052000", "29141100"], None),  # three prove nothing
        ("Zzyzx", ["29141101", "29141102", "29141103", "29141104"], None),  # running numbers that fall under one heading
        ("Zzyzx", CONTAINERS, "container_numbers"),
        ("Zzyzx", ["CSQU3054383", "MSCU6639871", "TCLU4265794", "CSQU3054383"], None),  # a check digit is wrong
        ("Zzyzx", ["67-64-1", "108-88-3", "7647-01-0", "67-64-1"], "cas_numbers"),
        ("Car init", CONTAINERS, "container_numbers"),
    ],
)
def test_numbers_that_prove_themselves_need_no_header(header, cells, field):
    assert fields(table(PARCELS, (header, cells))).get(header) == field


@pytest.mark.parametrize("cells", [["29141100", "84818010", "62052000", "28070000"], CONTAINERS])
def test_of_two_such_columns_none_is_taken(cells):
    found = fields(table(PARCELS, ("Zzyzx", cells), ("Yzzyx", cells)))
    assert "Zzyzx" not in found
    assert "Yzzyx" not in found


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Port of loading", ["Halden Trading Ltd", "Costa Verde S.A.", "Blue Harbour Ltd", "Acme GmbH"], None),
        ("Importer tax number", ["pending", "not given", "unknown", "pending"], None),
        ("Type of package", ["PCE", "LTR", "KGM", "LTR"], "quantity_unit"),
        ("Cargo", CONTAINERS, "container_numbers"),
    ],
)
def test_a_wrong_column_is_worse_than_an_unread_one(header, cells, field):
    assert fields(table(PARCELS, (header, cells))).get(header) == field
