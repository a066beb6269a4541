"""What stands above the rows and is true of each of them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import ReadOptions
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
        ([["Címzett (8. rovat): Kék Fény Kft."]], {"consignee_name": "Kék Fény Kft."}),
        ([["Гр.8 Получатель: ООО Север"]], {"consignee_name": "ООО Север"}),
        ([["Avs.: Norrsken AB"]], {"consignor_name": "Norrsken AB"}),  # not the country of dispatch
        ([["托运人（名称、地址）：北方化工有限公司"]], {"consignor_name": "北方化工有限公司"}),
        ([["Avs.:", "Norrsken AB"]], {"consignor_name": "Norrsken AB"}),
        ([["1 Отправитель (наименование, адрес, страна): ООО Север"]], {"consignor_name": "ООО Север"}),  # as on a CMR note
        ([["16 Frachtführer (Name, Anschrift, Land): Nordweg e.K."]], {"carrier_name": "Nordweg e.K."}),
        ([["12 Frachtführer: Nordweg"]], {"carrier_name": "Nordweg"}),
        ([["ГР.8 ПОЛУЧАТЕЛЬ: Север"]], {"consignee_name": "Север"}),
        ([["(8. rovat) Címzett: Kék Fény"]], {"consignee_name": "Kék Fény"}),
        ([["Feld 21 Schiff: Aurora Voyage: 12E"]], {"vessel": "Aurora", "voyage": "12E"}),
        ([["Navire & voyage: BELLE RADE – 0224S"]], {"vessel": "BELLE RADE", "voyage": "0224S"}),
        ([["Судно, рейс: т/х Заря, рейс 14"]], {"vessel": "т/х Заря", "voyage": "рейс 14"}),
        ([["Containernr. + zegel: ZMEU 118204-7 / NL55120"]], {"container_numbers": "ZMEU 118204-7"}),
        ([["Kraj in datum izdaje: Celje, 16. 4. 2026"]], {"date": "16. 4. 2026"}),
        ([["Udstedt i / dato: Aarhus, den 9. april 2026"]], {"date": "9. april 2026"}),
        ([["Kiállítás helye, kelte: Pécs, 2026. április 16."]], {"date": "2026. április 16."}),
        ([["Place and date of issue: Leith, 45231"]], {}),  # its post code, and no day as spreadsheets count them
        ([["DUE: 26BR0004417"]], {"declaration_id": "26BR0004417"}),
        ([["Due: 05.03.2026", "Vessel: A"]], {"vessel": "A"}),  # neither a declaration nor the day of the goods
        ([["Кому: Иван Петров"]], {}),  # of a mail that was passed on
        ([["Date and place: 16. 4. 2026, Leith"]], {"date": "16. 4. 2026"}),
        ([["Avs.", "Norrsken AB"]], {}),  # nothing says that it is a label
        ([["Calle Mayor, nave 8", "Av. Norte 1180"]], {}),  # nave is a vessel, too
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
        ([["Container"], ["and no number"]], {}),
        (
            [["Consignee", "Acme Ltd"], ["Invoice", "INV-77"], ["", "Mill Road 7"]],  # the label of what the row below says
            {"consignee_name": "Acme Ltd"},
        ),
        ([["Consignee", "Acme Ltd"], ["", "Mill Road 7"]], {"consignee_name": "Acme Ltd", "consignee_address": "Mill Road 7"}),
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
        ([["Origin", "alpha", "beta", "gamma", "Vessel"], ["Norway", "a", "b", "c", "MV Aurora"]], {}),
        ([["Vessel", "MV Aurora"], ["of", "Otterville"]], {"vessel": "MV Aurora"}),
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
            [
                ["Shipper:", "Consignee:", "Notificar a:"],
                ["Acme Ltd", "Brack Ltd", "Agencia de Aduanas Crill"],
                ["A", "B", "Quayside"],
            ],
            {
                "consignor_name": "Acme Ltd",
                "consignor_address": "A",
                "consignee_name": "Brack Ltd",
                "consignee_address": "B",
                "notify_party_name": "Agencia de Aduanas Crill",
                "notify_party_address": "Quayside",
            },
        ),
        # One of two languages is known; the box of a form may say more below.
        (
            [["Wxyz qrst abcd efgh ijkl mnop qrst / Consignee's Name and Address\nPellam Coatings LLC\nOtterville"]],
            {"consignee_name": "Pellam Coatings LLC", "consignee_address": "Otterville"},
        ),
        ([["Wxyz / Vessel / Voyage\nGrayland Pioneer"]], {}),
        ([["B/L No.\nMGRE7710\nHOUSE BILL OF LADING"]], {"bill_of_lading": "MGRE7710"}),
        ([["Country of origin: Norway\nFreight prepaid"]], {"country_of_origin": "Norway"}),
        ([["Flight, Date\nXQ 0271 / 29JAN2026"]], {"dispatch_date": "29JAN2026"}),
        ([["Container No. / Seal No.\nABCU1234560 / S1"]], {"container_numbers": "ABCU1234560"}),
        (
            [["Container:"], ["ABCU1234560 20GP"], ["ABCU7654328 20GP"]],
            {"container_numbers": "ABCU1234560 20GP\nABCU7654328 20GP"},
        ),
        ([["1 X 20'GP CONTAINER S.T.C."]], {}),
        ([["STUFFING LIST OF THE CONTAINER"]], {}),
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


@pytest.mark.parametrize(
    ("above", "left"),
    [
        ("Vessel / Cargo: MV Aurora / piperonal in drums", True),
        ("Vessel, cargo: MV Aurora, piperonal", True),
        ("Date of issue: 05.03.2026, piperonal", True),
        ("Piperonal of 05.03.2026", True),
        ("Container + goods: MSKU1234565 / piperonal", True),
        ("Vessel: MV Aurora Voyage: 12E", False),
        ("Shipper: Acme Co., Ltd., Mill Road 12", False),
    ],
)
def test_a_cell_of_which_facts_take_a_part_is_among_the_texts_still(above, left):
    (table,) = read(f"{above}\n{TABLE}".encode(), "m")
    texts = table.out_of_table_texts
    assert (texts is not None and "piperonal" in str(texts.column("other_texts")).casefold()) is left
    assert left or texts is None


def test_totals_among_the_rows_stay_totals():
    (table,) = read(f"Vessel: MV Aurora;;\n{TABLE};;\nTotal;;\n".encode(), "m")
    assert table.lines.num_rows == 2


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([["Packing list No. 57 of 18.06.2026"]], {"date": "18.06.2026"}),
        ([["Lieferschein 12 vom 3. März 2026"]], {}),  # such a day is not looked for
        ([["Ref. 12 dated 03-Mar-2026"], ["again 03-Mar-2026"]], {"date": "03-Mar-2026"}),
        ([["contract of 15.01.2026, invoice of 18.06.2026"]], {}),
        ([["Printed on 18.06.2026"]], {}),
        ([["offer valid until 31.12.2027"]], {}),
        ([["Report generated: 15.01.2026"]], {}),
        ([["Report date: 15.01.2026"]], {}),
        ([["作成日", "2026-01-15"]], {}),
        ([["Erstellt am", "15.01.2026"]], {}),
        ([["Дата формирования: 15.01.2026"]], {}),
        ([["Contract", "15.01.2020"]], {}),
        ([["Vertrag vom 15.01.2020"]], {}),
        ([["договор от 15.01.2020"]], {}),
        ([["Otter Spedition KG", "", "15.01.2026"]], {"date": "15.01.2026"}),
        ([["valid for export", "No. 7", "15.01.2026"]], {"date": "15.01.2026"}),
        ([["Vessel: A", "Date: 2026-11-03"], ["12.12.2026"]], {"vessel": "A", "date": "2026-11-03"}),
        ([["Acme 1.2.2026.3"]], {}),
        ([["2026年5月18日"]], {"date": "2026年5月18日"}),
        ([["No. 7 of 2026년 5월 18일"]], {"date": "2026년 5월 18일"}),
        ([["ETD/ETA: 23/09/2026 - 29/09/2026"]], {"dispatch_date": "23/09/2026", "arrival_date": "29/09/2026"}),
        ([["In all 409 packages of goods, net 30.992 kg. Country of origin: Norway"]], {"country_of_origin": "Norway"}),
        ([["In all, net 30.992 kg. Country of origin: Norway"]], {"country_of_origin": "Norway"}),
        ([["Valid for goods of the agreement only. Exp. date: 3 Nov 2027"]], {"dispatch_date": "3 Nov 2027"}),
        ([["Total no. of kg. Vessel: Aurora"]], {}),  # neither long, nor with a figure
        ([["To: Bolt Ltd"]], {"consignee_name": "Bolt Ltd"}),
        ([["An:"], ["Bolt GmbH"], ["Mühlweg 7"]], {"consignee_name": "Bolt GmbH", "consignee_address": "Mühlweg 7"}),
        ([["To: Otterville"]], {}),
        ([["Register of May - Bolt s.r.o. (consignee)"]], {"consignee_name": "Bolt s.r.o."}),
        ([["Bolt Ltd (consignee of all lines)"]], {"consignee_name": "Bolt Ltd"}),
        ([["Bolt Ltd (in liquidation)"]], {}),
        ([["Seller: Acme Ltd, 12 Mill Road, Otterville"]], {"consignor_name": "Acme Ltd", "consignor_address": "12 Mill Road, Otterville"}),
        ([["Seller: ООО «Акме», 620014, ул. Мельничная, 4"]], {"consignor_name": "ООО «Акме»", "consignor_address": "620014, ул. Мельничная, 4"}),
        ([["Seller: Acme Co., Ltd., Mill Road 12, Bordin"]], {"consignor_name": "Acme Co., Ltd.", "consignor_address": "Mill Road 12, Bordin"}),
        ([["Seller: Acme Ltd, Bordin"]], {"consignor_name": "Acme Ltd, Bordin"}),
        (
            [["PART I - IMPORTER"], ["Name:", "Bolt Ltd"], ["Address:", "Mill Road 7, Otterville"], ["II. EXPORTER"], ["Name: Acme GmbH"]],
            {"importer_name": "Bolt Ltd", "importer_address": "Mill Road 7, Otterville", "exporter_name": "Acme GmbH"},
        ),
        ([["IMPORTER"], ["Name:", "Bolt Ltd"], ["III. GOODS"], ["Name:", "Acetone"]], {"importer_name": "Bolt Ltd"}),
        ([["I. GOODS"], ["Name:", "Bolt Ltd"]], {}),
        ([["I. DATOS DEL IMPORTADOR"], ["Domicilio:", "Calle 7, Otterville"]], {"importer_address": "Calle 7, Otterville"}),
        ([["Flight / Date: XQ505/23 XQ077/24"]], {}),
        ([["ORIGIN: 7016"]], {}),
        ([["Country of origin: CN (156)"]], {"country_of_origin": "CN"}),
        ([["Country of origin: 156"]], {"country_of_origin": "156"}),
        ([["Country of origin: 1) Norway"]], {"country_of_origin": "1) Norway"}),  # told as unknown
        ([["Date / Zzz: week 7"]], {"date": "week 7"}),  # the same
        ([["Country of origin: Norway, unless stated otherwise"]], {"country_of_origin": "Norway"}),
        ([["Buyer: Bolt Ltd"], ["Consignee: the same"]], {"consignee_name": "Bolt Ltd"}),
        ([["Consignee: Bolt Ltd"], ["Notify: same as consignee"]], {"consignee_name": "Bolt Ltd", "notify_party_name": "Bolt Ltd"}),
        ([["LOT A - container ABCU 123456-0"]], {"container_numbers": "LOT A - container ABCU 123456-0"}),
        ([["出荷人", "Acme", "原産国", "日本"]], {"consignor_name": "Acme", "country_of_origin": "日本"}),
    ],
)  # fmt: skip
def test_what_titles_letters_and_remarks_state(rows, facts):
    assert {one.field: one.value for one in general_segment(rows)} == facts


def test_what_stands_above_fills_blank_cells_of_its_column():
    rows = "Country of origin: Norway\nConsignee: Bolt\n\nDescription;Origin;Consignee;Net weight kg\nwool;SE;Carr;1\ntin;;;2\n"
    (found,) = read(rows.encode(), "m.csv")
    lines = [(line["country_of_origin"], line["consignee_name"]) for line in found.lines.to_pylist()]
    assert lines == [("SE", "Carr"), ("NO", "Bolt")]


@pytest.mark.parametrize(
    ("above", "header", "fields"),
    [
        ("Date: 20.11.2026", "Goods;Net kg", {"date"}),
        ("Date: 20.11.2026", "Goods;Net kg;Shipping date", {"dispatch_date"}),
        ("Arrival: 20.11.2026", "Goods;Net kg;Shipping date", {"dispatch_date", "arrival_date"}),
        ("Sailing date: 20.11.2026", "Goods;Net kg;Arrival date", {"arrival_date"}),
    ],
)
def test_a_day_above_the_rows_counts_where_no_column_has_days(above, header, fields):
    day = ";01.09.2026" if "date" in header else ""
    (table,) = read(f"{above}\n\n{header}\nACETONE;100{day}\nTOLUENE;200{day}\n".encode(), "m")
    assert fields == {name for name in ("date", "dispatch_date", "arrival_date") if name in table.lines.column_names}


def test_whoever_maps_columns_says_which_has_days():
    content = b"Date: 20.11.2026\n\nGoods;Net kg\nACETONE;100\n"
    (table,) = read(content, "m", ReadOptions(mapping=ColumnMap({"Goods": "description"})))
    assert "date" not in table.lines.column_names
