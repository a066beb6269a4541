"""Columns of headers that no table knows: by words and cells, all of them at once."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.readers.column_map import CANONICAL, SEVERAL
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.assign import HOLDS, assign, by_value
from precursor_screen.readers.tabular.concepts import layout_rows

CELLS = {
    "firm": ("Nordlicht Handel GmbH", "Blue Harbour Ltd", "Costa Verde S.A."),
    "code": ("29141100", "84818010", "62052000"),
    "text": ("acetone in drums", "steel valves", "cotton shirts"),
    "mass": ("1200,5", "88,25", "19,75"),
    "count": ("12", "7", "31"),
    "country": ("CN", "IN", "DE"),
    "date": ("2026-02-01", "2026-02-07", "2026-02-09"),
    "place": ("SHANGHAI", "MOMBASA", "SANTOS"),
    "days": ("18/01/2569", "19/01/2569", "03/02/2569"),
    "codedmass": ("1080KGM", "116KGM", "12 kg"),
    "unit": ("KGM", "TNE", "KGM"),
    "spelt": ("CHINA", "Coreia, Rep. Sul", "somewhere"),
    "number": ("26XY000100200", "26XY000100207", "26XY000100214"),
    "numbered": ("Halden Trading Co., Ltd. 3", "Costa Verde S.A., 12", "Blue Harbour Ltd, 77"),
    "cas": ("67-64-1", "108-88-3", "7647-01-0"),
    "un": ("1090", "UN 1294", "UN1789"),
    "address": ("1 Example Street, Pune", "2 Example Street, Pune", "3 Example Street, Pune"),
}


def read_table(**columns: str):
    """A table of headers with cells of a kind each."""
    lines = [";".join(columns), *(";".join(CELLS[kind][row] for kind in columns.values()) for row in range(3))]
    (table,) = read("\n".join(lines).encode(), "m", ReadOptions())
    assert table.column_report is not None
    return table


def fields(columns: dict[str, str]) -> dict[str, str]:
    return {column.guess.header: column.guess.field for column in read_table(**columns).column_report.columns}


def test_a_known_header_without_cells_leaves_its_field_to_a_column_that_has_some():
    data = "Goods description;Net weight;Poids net réel (kg)\nwool;;120,5\ntin;;155,5\nglass;;87,25\n"
    (table,) = read(data.encode(), "m", ReadOptions())
    assert table.lines.column("net_mass_kg").to_pylist() == [Decimal("120.5"), Decimal("155.5"), Decimal("87.25")]
    both = read(data.replace(";;", ";7;").encode(), "m", ReadOptions())[0]
    assert both.lines.column("net_mass_kg").to_pylist() == [Decimal(7)] * 3


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ({"Versenderfirma": "firm", "Empf.-Name": "firm", "Warenbez.": "text"}, ["consignor_name", "consignee_name", "description"]),
        ({"Descrizione prodotti": "text", "Voce doganale merci": "code", "Paese proven.": "country"}, ["description", "hs_code", "country_of_dispatch"]),
        ({"Warenbez.": "text", "Rohgewicht Ware": "mass", "Eigengewicht Ware": "mass"}, ["description", "gross_mass", "net_mass"]),
        ({"Warenbez.": "text", "Sendercode": "number", "NIF destinataire": "number"}, ["description", "consignor_identifier", "consignee_identifier"]),
        ({"Warenbez.": "text", "Land des Absenders": "country", "Genehmigung Ausfuhr Nr": "number"}, ["description", "consignor_country", "permit_reference"]),
        ({"Warenbez.": "text", "ООН бр.": "un", "CAS бр.": "cas"}, ["description", "un_numbers", "cas_numbers"]),
        ({"Descr. mercacioria": "text", "Un.": "unit"}, ["description", "quantity_unit"]),
        ({"Warenbez.": "text", "Broj prema CAS": "number", "Trader": "numbered"}, ["description", "", "importer_name"]),
        ({"Warenbez.": "text", "Broj prema CAS": "cas"}, ["description", "cas_numbers"]),
        ({"Aina ya bidhaa": "text", "Adószám (2. rovat)": "number"}, ["description", ""]),
        ({"Tavaran kuvaus": "text", "Viejän nimi": "firm", "Tuojan nimi": "firm"}, ["description", "exporter_name", "importer_name"]),
        ({"Warenbez.": "text", "Gew.Einh.": "unit", "Registr. Datum": "days"}, ["description", "mass_unit", "date"]),
        ({"Linii xyz/Descr.": "text", "Linii xyz/Gr. brută (t)": "mass", "Linii xyz/Țara orig.": "country"}, ["description", "gross_mass", "country_of_origin"]),
        ({"Descr. mercacioria": "text", "País orig.": "spelt"}, ["description", "country_of_origin"]),
        ({"Warenbez.": "text", "Bruttogew. Sendung": "codedmass", "Verladeort": "firm"}, ["description", "gross_mass", ""]),
        ({"商品描述说明": "text", "收货人公司名称": "firm", "发货人地址信息": "address"}, ["description", "consignee_name", "consignor_address"]),
    ],
)  # fmt: skip
def test_headers_of_strangers(columns, taken):
    assert list(fields(columns).values()) == taken


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Bank des Empfängers", "firm"),
        ("Warenwert je Tonne Zoll", "text"),  # words, no value
        ("Empf.-Name", "mass"),
        ("Warennummerntext", "mass"),
        ("Frachtgewicht Rate", "mass"),
        ("Zzyzx", "code"),  # cells alone are never enough
        ("Gewicht Sdg", "country"),
    ],
)
def test_what_header_or_cells_contradict_is_not_taken(header, kind):
    assert fields({"Description": "text", header: kind})[header] == ""


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["VORAB"] * 3, None),
        (["VORAB"] * 2, "consignee_name"),
        (["VORAB", "SPAETER", "VORAB"], "consignee_name"),
        (["Mary Wanjiku"] * 3, "consignee_name"),  # a list of one person's goods
        (["山田太郎"] * 3, "consignee_name"),
        (["Acme-GmbH"] * 3, "consignee_name"),
    ],
)
def test_one_word_in_all_rows_is_no_party_under_a_header_that_only_hints_at_one(cells, field):
    table = "\n".join(["Warenbez.;Firma Empf. Xyz", *(f"goods {n};{cell}" for n, cell in enumerate(cells))])
    (found,) = read(table.encode(), "m", ReadOptions())
    assert dict(found.input.mapping).get("Firma Empf. Xyz") == field


@pytest.mark.parametrize(
    ("header", "rows", "field"),
    [
        ("Zolltarifcode X", 1, "hs_code"),
        ("Zolltarifcode X", 3, "hs_code"),  # a consignment of one product
        ("Product code", 1, "hs_code"),
        ("Product code", 3, ""),
    ],
)
def test_one_number_in_several_rows_is_their_code_where_the_header_names_the_hs_and_is_told_of_elsewhere(header, rows, field):
    table = "\n".join([f"Warenbez.;{header}", *(f"goods {n};29141100" for n in range(rows))])
    (found,) = read(table.encode(), "m", ReadOptions())
    assert {c.guess.header: c.guess.field for c in found.column_report.columns}[header] == field
    assert ("unread-code-column" in found.issues.column("code").to_pylist()) is (not field)


def test_what_a_spelling_names_is_not_given_twice():
    found = fields({"Description": "text", "Gross Weight": "mass", "Bruttogew. Sendung": "mass"})
    assert (found["Gross Weight"], found["Bruttogew. Sendung"]) == ("gross_mass", "")


@pytest.mark.parametrize(
    ("header", "kilograms"), [("น้ำหนักรวม (ตัน)", 1200500), ("น้ำหนักรวม กิโลกรัม", 1200.5), ("총중량(톤)", 1200500)]
)
def test_the_unit_of_a_mass_stands_in_its_header_in_any_script(header, kilograms):
    table = read_table(**{"Description": "text", header: "mass"})
    assert float(table.lines.column("gross_mass_kg")[0].as_py()) == kilograms


@pytest.mark.parametrize(
    ("label", "value", "field"),
    [
        ("Avs.", "Norrsken AB", "consignor_name"),
        ("Avs.", "NO", "country_of_dispatch"),
        ("Avs.", "17", ""),
        ("Sender or consignee", "Norrsken AB", ""),  # as likely either
        ("Zzz", "Norrsken AB", ""),
        ("Konnossement Nr", "HLCU9912345", "bill_of_lading"),
        ("Dest.", "Orion Pharma d.o.o.", "consignee_name"),
        ("Dest.", "KE", "country_of_destination"),
    ],
)
def test_a_label_and_what_it_says_tell_the_field_together(label, value, field):
    assert by_value(label, value) == field


def test_the_reason_names_what_the_header_says():
    column = read_table(**{"Description": "text", "Empf.-Name": "firm"}).column_report.columns[1]
    assert column.guess.reason == "its header says receiver, name, and its cells agree"
    assert not column.guess.exact


NAMES = st.sampled_from(["hs_code", "gross_mass", "net_mass", "value", "consignee_name"])
SCORES = st.lists(st.dictionaries(NAMES, st.integers(1, 40).map(lambda n: n / 8), max_size=4), max_size=5)


def worth(scores: list[dict[str, float]], chosen: list[str]) -> float:
    return sum(some[field] for some, field in zip(scores, chosen, strict=True) if field)


@given(SCORES)
def test_no_assignment_has_a_larger_sum(scores):
    def allowed(chosen: tuple[str, ...]) -> bool:
        once = [field for field in chosen if field and field not in SEVERAL]
        return len(once) == len(set(once))

    best = max(worth(scores, list(chosen)) for chosen in product(*(["", *some] for some in scores)) if allowed(chosen))
    found = assign(scores)
    assert allowed(tuple(found))
    assert worth(scores, found) == pytest.approx(best)


def test_the_weights_are_of_fields_and_of_kinds_that_are_known():
    for row in layout_rows("header_weights"):
        assert row["field"] in ("*", *CANONICAL)
        assert row["of"] in ("words", "cells")
        assert row["of"] == "words" or row["clue"] in HOLDS
