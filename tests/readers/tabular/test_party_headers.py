"""Headers of parties, word by word."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from precursor_screen.readers.tabular.assign import lookup

FOLDER = resources.files("precursor_screen.readers.tabular.layouts")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Indian Importer", "importer_name"),
        ("Overseas Supplier Name", "consignor_name"),
        ("Foreign Buyer", "consignee_name"),
        ("SHPR NM", "consignor_name"),
        ("Cnee Addr", "consignee_address"),
        ("Consignee Name & Address", "consignee_name"),
        ("RUC_IMPORTER_ID", "importer_identifier"),
        ("Importer NTN", "importer_identifier"),
        ("Supplier Ctry", "consignor_country"),
        ("Notify Party 1 Name", "notify_party_name"),
        ("БИН получателя", "consignee_identifier"),
        ("Адрес грузоотправителя", "consignor_address"),
        ("Nama Importir", "importer_name"),
        ("Alamat Penerima", "consignee_address"),
        ("İthalatçı Unvanı", "importer_name"),
        ("Gönderici Adresi", "consignor_address"),
        ("Dirección del Exportador", "exporter_address"),
        ("Raison sociale de l'importateur", "importer_name"),
        ("Виробник", "other_parties"),
        ("Mfr Name", "other_parties"),
        ("EXPORTER_COUNTRY_NAME", "exporter_country"),
        ("Shipper Name Country", "consignor_name"),
        ("Importer Profile", ""),
        ("Mfr Address", ""),
        ("Consignee City", ""),
        ("Shipper Phone", ""),
        ("Importer Type", ""),
        ("Supplier UUID", ""),
        ("Shipper or Consignee", ""),
        ("Shipper Consignee", ""),  # whose?
        ("Name", ""),
        ("Indian", ""),
        ("Buyer Rating", ""),
        ("Broker ID", ""),
        ("Consignee Zzyzx", ""),  # an unknown word may turn it into anything
    ],
)
def test_a_header_is_the_part_of_the_party_that_it_names(header, field):
    assert lookup(header)[0] == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("GROSS WT", "gross_mass"),
        ("Weight, Net", "net_mass"),
        ("Cty Origin", "country_of_origin"),
        ("Item Nbr", "item_number"),
        ("Disch Port", "port_of_discharge"),
        ("No. Container", "container_numbers"),
        ("Port", "port_of_discharge"),
        ("B", ""),
        ("No", ""),
        ("Wt Nbr Rate", ""),
        ("Net Nbr", ""),
    ],
)
def test_other_words_and_another_order_are_one_header(header, field):
    assert lookup(header)[0] == field


def test_the_table_of_short_words_is_sound():
    short = list(csv.DictReader(FOLDER.joinpath("short_words.csv").read_text("utf-8").splitlines()))
    assert len({row["short"] for row in short}) == len(short)
    assert {row["short"] for row in short}.isdisjoint(row["long"] for row in short)
