"""What stands above the rows and is true of each of them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.general_segment import general_segment

TABLE = "Description;HS Code;Consignee\nwool;510111;Acme Ltd\ntin;800110;Acme Ltd\n"


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([["Vessel: MV Aurora"]], {"vessel": "MV Aurora"}),
        ([["Vessel:", "MV Aurora", "Voyage:", "12E"]], {"vessel": "MV Aurora", "voyage": "12E"}),
        ([["Vessel", "MV Aurora", "", "Voyage", "12E"]], {"vessel": "MV Aurora", "voyage": "12E"}),
        ([["Vessel", "MV Aurora", "12E"]], {}),  # which is the value of which?
        ([["Puerto de descarga：Callao"]], {"port_of_discharge": "Callao"}),
        ([["Судно:", "Аврора"]], {"vessel": "Аврора"}),
        ([["Vessel:", ""]], {}),
        ([["Vessel:", "Voyage:", "12E"]], {"voyage": "12E"}),
        ([["Vessel", "Voyage"]], {}),
        ([["Total packages: 500"]], {}),  # of the whole manifest
        ([["Gross weight:", "12000"]], {}),
        ([["Vessel: A"], ["Vessel: B"]], {}),
        ([["Vessel: A"], ["Vessel: A"]], {"vessel": "A"}),
        ([["Printed by: somebody"]], {}),
        ([["Arrival of MV Aurora at 12:30"]], {}),
        ([["Vessel: " + "x" * 400]], {}),
        ([["Consignee\nAcme Ltd"]], {"consignee_name": "Acme Ltd"}),
        (
            [["2 Consignee (name and address)\nAcme Ltd\nMill Road 7\nOtterville"]],
            {"consignee_name": "Acme Ltd", "consignee_address": "Mill Road 7, Otterville"},
        ),
        ([["Consignee:\nAcme Ltd\nMill Road 7"]], {"consignee_name": "Acme Ltd", "consignee_address": "Mill Road 7"}),
        ([["Ocean vessel\nMV Aurora"]], {"vessel": "MV Aurora"}),
        ([["Terms of sale\nas agreed"]], {}),
        # A label alone, and what stands below it.
        (
            [["Destinataire :"], ["Épicerie du Lac SARL"], ["Quai Neuf 2"], ["Lac-Dormant"], ["Vessel: A"]],
            {"consignee_name": "Épicerie du Lac SARL", "consignee_address": "Quai Neuf 2, Lac-Dormant", "vessel": "A"},
        ),
        (
            [["Mittente", "", "Destinatario"], ["Arredi S.r.l.", "", "Gartenhof KG"], ["", "", "Lindenweg 5"]],
            {"consignor_name": "Arredi S.r.l.", "consignee_name": "Gartenhof KG", "consignee_address": "Lindenweg 5"},
        ),
        ([["Seller"], ["Brackwater Lighting", "x"], [""], ["Buyer"]], {"consignor_name": "Brackwater Lighting"}),
        ([["Seller", "Date: 5"], ["Brackwater Lighting"]], {"consignor_name": "Brackwater Lighting", "date": "5"}),
        ([["Seller"], ["Buyer"], ["Halogena Depot"]], {"consignee_name": "Halogena Depot"}),
        ([["Seller"], ["Terms:"], ["cash"]], {}),
        ([["Vessel:"], ["MV Aurora"], ["of Otterville"]], {"vessel": "MV Aurora"}),
        ([["Vessel"], ["MV Aurora"]], {}),  # without a colon: of parties alone
        ([["Shipper", "Consignee", "Notify"], ["Acme", "Bolt", "Carr"], ["Dorn", "Elm", "Fitch"]], {}),  # another table
        (
            [["Shipper", "", "Consignee", "Invoice"], ["Acme", "", "Bolt", "7"], ["", "", "Mill Road 7, Otterville"]],
            {"consignor_name": "Acme", "consignee_name": "Bolt", "consignee_address": "Mill Road 7, Otterville"},
        ),
        (
            [["Origin", "Vessel / Seal", "Container No.", "Terms"], ["Norway", "MV Aurora / 7", "ABCU1234560", "CIF"]],
            {"country_of_origin": "Norway", "vessel": "MV Aurora", "container_numbers": "ABCU1234560"},
        ),
        ([["Vessel", "Voyage"], ["MV Aurora", "12E"], ["MV Boreas", "13E"]], {}),  # a table of vessels
        (
            [["Buyer", "Terms", "Date", "Origin"], ["Bolt", "CIF", "2026-11-03", "NO"]],
            {"consignee_name": "Bolt", "date": "2026-11-03", "country_of_origin": "NO"},
        ),
        ([["15. Container No.\nABCU1234560"]], {"container_numbers": "ABCU1234560"}),
        ([["Container / Seal: ABCU1234560 / S1"]], {"container_numbers": "ABCU1234560"}),
        (
            [["Seller"], *([[f"Otter {i}"] for i in range(9)])],
            {"consignor_name": "Otter 0", "consignor_address": "Otter 1, Otter 2, Otter 3, Otter 4, Otter 5"},
        ),
        (
            [["Seller: Acme Trading Ltd"], ["Quai Neuf 2"], ["Lac-Dormant"], ["Vessel: A"]],
            {"consignor_name": "Acme Trading Ltd", "consignor_address": "Quai Neuf 2, Lac-Dormant", "vessel": "A"},
        ),
        (
            [["Seller:", "Acme Trading Ltd"], ["", "Quai Neuf 2"]],
            {"consignor_name": "Acme Trading Ltd", "consignor_address": "Quai Neuf 2"},
        ),
        ([["Seller: Acme Trading Ltd"], ["packed for export"]], {"consignor_name": "Acme Trading Ltd"}),
        ([["Seller: Acme Trading"], ["FZE"], ["Quai Neuf 2"], ["x"]], {"consignor_name": "Acme Trading"}),
        # Labels on one line.
        (
            [["Vessel: MV Aurora Voyage: 12E Port of loading: Port Almery Port of discharge: Zandara"]],
            {"vessel": "MV Aurora", "voyage": "12E", "port_of_loading": "Port Almery", "port_of_discharge": "Zandara"},
        ),
        (
            [["B/L: VDM0001745 Embarcador: Químicos Altovalle S.L. Consignatario: Pampa Clara"]],
            {"bill_of_lading": "VDM0001745", "consignor_name": "Químicos Altovalle S.L.", "consignee_name": "Pampa Clara"},
        ),
        ([["PAKBON Nummer: PB-20871 Datum: 12-10-2026"]], {"bill_of_lading": "PB-20871", "date": "12-10-2026"}),
        ([["Vessel: MV Aurora Gross weight: 12000"]], {"vessel": "MV Aurora"}),
        ([["Manifest; Vessel: MV Aurora"]], {"vessel": "MV Aurora"}),
        ([["freight due by the shipper: 500 USD"]], {}),
        ([["السفينة: نجمة البحر الرحلة: 27"]], {"vessel": "نجمة البحر الرحلة: 27"}),  # the second word is no known label
        # Numbers of documents.
        ([["CMR Internationaler Frachtbrief Nr. DE-0098812"]], {"bill_of_lading": "DE-0098812"}),
        ([["AWB No. 901-44718826"]], {"bill_of_lading": "901-44718826"}),
        ([["Waybill number 4471882"]], {"bill_of_lading": "4471882"}),
        ([["Lettre de voiture n° FR 12"]], {}),
        ([["Invoice No. 5512"]], {}),
        ([["Waybill number unknown"]], {}),
        ([["due by the consignee No. 55123"]], {}),
        ([["B/L No.", "MGRE7710"]], {"bill_of_lading": "MGRE7710"}),
        ([["1 Zgłoszenie\nEX A", "MRN\n26PL44990000771234"]], {"declaration_id": "26PL44990000771234"}),
        (
            [["Nadawca / Eksporter\nBrzozowiec S.A.\nul. Polna 3"]],
            {"consignor_name": "Brzozowiec S.A.", "consignor_address": "ul. Polna 3"},
        ),
        ([["Vessel / Voyage\nGrayland Pioneer / 044W"]], {"vessel": "Grayland Pioneer", "voyage": "044W"}),
        ([["Vessel / Voyage\nGrayland Pioneer"]], {}),
        (
            [["Consignee\nTessaly Industrial Supplies\nLLC\nP.O. Box 400\nZandara"]],
            {"consignee_name": "Tessaly Industrial Supplies LLC", "consignee_address": "P.O. Box 400, Zandara"},
        ),
    ],
)
def test_facts_above_the_rows(rows, facts):
    assert {one.field: one.value for one in general_segment(rows)} == facts


def test_each_line_is_told_of_them():
    (table,) = read(f"Cargo manifest;;\nVessel: MV Aurora;Consignee: Other;\nETA:;05.11.2025;\n{TABLE}".encode(), "m")
    for line in table.lines.to_pylist():
        assert (line["vessel"], line["consignee_name"], str(line["arrival_date"])) == ("MV Aurora", "Acme Ltd", "2025-11-05")
    assert table.raw.column("Vessel").to_pylist() == ["MV Aurora"] * 2
    assert ("Vessel", "vessel") in table.input.mapping
    said = [text for texts in table.out_of_table_texts.column("other_texts").to_pylist() for text in texts]
    assert "Consignee: Other" in said  # a column states it, so it is screened beside the lines
    assert not any("Aurora" in text for text in said)


def test_a_column_of_the_table_goes_before():
    (table,) = read(b"Vessel: MV Aurora;;\nDescription;HS Code;Vessel\nwool;510111;Borealis\n", "m")
    assert table.lines.column("vessel").to_pylist() == ["Borealis"]


def test_totals_among_the_rows_stay_totals():
    (table,) = read(f"Vessel: MV Aurora;;\n{TABLE};;\nTotal;;\n".encode(), "m")
    assert table.lines.num_rows == 2
