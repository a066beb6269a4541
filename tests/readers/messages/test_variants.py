"""Messages as other systems write them: orders of segments, parts that are left out, levels that are nested otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

SAMPLES = Path(__file__).parent / "samples"


def one(text: str) -> InputTables:
    (tables,) = read(text.encode(), "m")
    return tables


def said(text: str, *fields: str) -> list[tuple[Any, ...]]:
    """Those fields of each line; nothing may be left unread."""
    tables = one(text)
    assert {i["code"] for i in tables.issues.to_pylist()} <= {"several-hs-codes", "mass-of-the-bill"}
    return [tuple(plain(line.get(f)) for f in fields) for line in tables.lines.to_pylist()]


def plain(value: Any) -> Any:
    return (
        "; ".join(value)
        if isinstance(value, list)
        else value
        if value is None or isinstance(value, int | str | date)
        else f"{value:f}".rstrip("0").rstrip(".")
    )


def iftmin(body: str) -> str:
    return f"UNH+1+IFTMIN:D:04A:UN'BGM+340++9'RFF+BM:B1'{body}UNT++1'"


GOODS = "GID+1+10:DR'FTX+AAA+++ACETONE'"


@pytest.mark.parametrize(
    ("body", "mass"),
    [
        ("MEA+AAE+G+KGM:1000'SGP+TSTU1234567+4'MEA+AAE+WT+KGM:400'SGP+TSTU7654321+6'MEA+AAE+WT+KGM:600'", "1000"),
        ("MEA+AAE+G+KGM:1000'SGP+TSTU1234567+4'MEA+AAE+WT+KGM:400'SGP+TSTU7654321+6'MEA+AAE+WT+KGM:500'", "1000"),
        ("SGP+TSTU1234567+4'MEA+AAE+WT+KGM:400.5'SGP+TSTU7654321+6'MEA+AAE+WT+KGM:600'", "1000.5"),
        ("SGP+TSTU1234567+4'MEA+AAE+G+KGM:400'SGP+TSTU7654321+6'", "400"),
        ("SGP+TSTU1234567'SGP+TSTU7654321'MEA+AAE+G+TNE:1.5'", "1500"),
    ],
)
def test_the_mass_in_each_container_adds_up_and_is_no_second_mass(body: str, mass: str) -> None:
    assert said(iftmin(GOODS + body), "gross_mass_kg", "container_numbers") == [(mass, "TSTU1234567; TSTU7654321")]


@pytest.mark.parametrize("second", ["MEA+AAE+WT+KGM:7'", "SGP+TSTU7654321'MEA+AAE+WT+LBR:7'"])
def test_masses_of_containers_that_do_not_add_up_are_named(second: str) -> None:
    tables = one(iftmin(GOODS + "SGP+TSTU1234567'MEA+AAE+WT+KGM:400'" + second))
    assert [i["code"] for i in tables.issues.to_pylist()] == ["several-values"]
    assert plain(tables.lines.column("gross_mass_kg").to_pylist()[0]) == "400"


@pytest.mark.parametrize(
    ("body", "shipments"),
    [
        ("RFF+UCN:U1'" + GOODS + "GID+2+1:BX'FTX+AAA+++TOYS'", ["U1", "U1"]),
        ("RFF+UCR:U1'RFF+UCN:U2'" + GOODS, ["U1"]),
        (GOODS + "RFF+UCN:U1'GID+2+1:BX'FTX+AAA+++TOYS'RFF+UCN:U2'", ["B1", "B1"]),
    ],
)
def test_the_reference_of_a_consignment_is_its_shipment_and_that_of_an_item_is_not(body: str, shipments: list[str]) -> None:
    assert [s for (s,) in said(iftmin(body), "shipment_id")] == shipments


def test_a_consignment_of_ifcsum_states_its_mass_before_its_goods() -> None:
    text = "UNH+1+IFCSUM:D:01B:UN'BGM+610+7+9'CNT+7:999:KGM'CNI+1+H1'CNT+7:8.5:KGM'CNT+11:3:PA'GID+1'FTX+AAA+++TOYS'CNI+2+H2'GID+1+2:BX'FTX+AAA+++SHOES'MEA+WT+G+KGM:4'CNT+7:12:KGM'UNT++1'"
    assert said(text, "bill_of_lading", "gross_mass_kg", "packages") == [("H1", "8.5", 3), ("H2", "4", 2)]


def test_totals_behind_the_goods_of_a_consignment_are_none_of_its_masses() -> None:
    text = "UNH+1+IFCSUM:D:01B:UN'BGM+610+7+9'CNI+1+H1'GID+1+2:BX'FTX+AAA+++SHOES'EQD+CN+TSTU1234567'CNT+7:12:KGM'UNT++1'"
    assert said(text, "container_numbers", "gross_mass_kg") == [("TSTU1234567", None)]


BILL = "ST*309*1~M10*BLUE*O***SEA*1~P4*1803*260305~LX*1~M11*B1*35177*10*CTN*100*K~N1*SH*A B LTD~"
TOYS, SHOES = "N10*6*TOYS***J~", "N10*4*SHOES~"
FIRST, SECOND, THIRD = "VID*4B*TSTU*1234567~", "VID*4B*TSTU*7654321~", "VID*4B*TSTU*1111111~"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (TOYS + FIRST, [("TOYS", "TSTU1234567")]),
        (FIRST + SECOND + TOYS, [("TOYS", "TSTU7654321; TSTU1234567")]),
        (FIRST + TOYS + SECOND, [("TOYS", "TSTU1234567; TSTU7654321")]),
        (FIRST + TOYS + SECOND + SHOES, [("TOYS", "TSTU1234567"), ("SHOES", "TSTU7654321")]),
        (FIRST + TOYS + SECOND + THIRD + SHOES, [("TOYS", "TSTU1234567"), ("SHOES", "TSTU1111111; TSTU7654321")]),
        (TOYS + SHOES + FIRST, [("TOYS", "TSTU1234567"), ("SHOES", "TSTU1234567")]),
        (FIRST + SECOND, [(None, "TSTU1234567"), (None, "TSTU7654321")]),
    ],
)
def test_containers_without_goods_of_their_own_are_no_lines(body: str, lines: list[tuple[str | None, str]]) -> None:
    assert said(f"{BILL}{body}SE**1~", "description", "container_numbers") == lines


def test_dangerous_goods_stand_between_the_pieces_of_a_text() -> None:
    text = f"{BILL}{FIRST}N10*10*SOLVENT**J*291411**K*100~H1*1090*3*I*ACETONE~H2*FLAMMABLE LIQUID~N10**PURE~SE**1~"
    assert said(text, "description", "un_numbers", "dangerous_goods_class") == [("ACETONE; SOLVENT PURE", "1090", "3")]


@pytest.mark.parametrize(
    ("line", "value", "currency"),
    [
        ("CVD/USD//PP/NVD/120.00/XXX", "120", "USD"),
        ("CVD/EUR/PP/NVD/120.00/XXX", "120", "EUR"),
        ("CVD/EUR/PP/80/120/500", "120", "EUR"),
        ("CVD/EUR/PP/80/NCV/XXX", "80", "EUR"),
        ("CVD/EUR/PP/NVD/NCV/500", None, None),
        ("CVD/EUR/PP/NVD/NCV/XXX", None, None),
    ],
)
def test_values_of_a_waybill_by_their_places(line: str, value: str | None, currency: str | None) -> None:
    text = f"FWB/17\n020-12345675LHRJFK/T12K345\n{line}\nRTD/1/P12\n/NG/TOYS\n"
    assert said(text, "value", "currency") == [(value, currency)]


@pytest.mark.parametrize(
    ("line", "date"),
    [("ISU/12MAR26/LHR", "2026-03-12"), ("ISU/2MAR26/LHR/A B", "2026-03-02"), ("ISU/12XYZ26/LHR", None), ("ISU/LHR", None)],
)
def test_the_day_on_which_a_waybill_was_issued(line: str, date: str | None) -> None:
    tables = one(f"FWB/17\n020-12345675LHRJFK/T12K345\nRTD/1/P12\n/NG/TOYS\n{line}\n")
    (found,) = tables.lines.to_pylist()
    assert (found.get("date") and found["date"].isoformat()) == date


@pytest.mark.parametrize(
    ("lines", "name", "address", "country"),
    [
        ("NAM/A B\nADR/1 QUAY\nLOC/LONDON\n/GB/E16", "A B", "1 QUAY, LONDON, E16", "GB"),
        ("NAM/A B\nADR/1 QUAY\n/GB/E16", "A B", "1 QUAY, E16", "GB"),
        ("NAM/A B\n/GB", "A B", None, "GB"),
        ("NAM/A B\n/ZZ", "A B ZZ", None, None),
        ("NAM/A B\n/LTD\nADR/1 QUAY\n/ROOM 7\nLOC/LONDON\n/GB", "A B LTD", "1 QUAY, ROOM 7, LONDON", "GB"),
        ("NAM/A B\n/CO\nADR/1 QUAY", "A B CO", "1 QUAY", None),
    ],
)
def test_a_party_of_a_telegram_without_some_of_its_lines(lines: str, name: str, address: str | None, country: str | None) -> None:
    text = f"FHL/4\nMBI/020-12345675LHRJFK/T1\nHBS/H1/LHRJFK/1/K0/1//TOYS\nSHP\n{lines}\n"
    assert said(text, "consignor_name", "consignor_address", "consignor_country", "gross_mass_kg") == [
        (name, address, country, None)
    ]


CDS = "<Consignor><Name>A</Name><Address>{}</Address></Consignor>"


@pytest.mark.parametrize(
    "parts",
    [
        "<CityName>LEEDS</CityName><CountryCode>GB</CountryCode><Line>LANE 4</Line><PostcodeID>LS1</PostcodeID>",
        "<PostcodeID>LS1</PostcodeID><Line>LANE 4</Line><CityName>LEEDS</CityName><CountryCode>GB</CountryCode>",
        "<Line>LANE 4</Line><CityName>LEEDS</CityName><PostcodeID>LS1</PostcodeID><CountryCode>GB</CountryCode>",
    ],
)
def test_an_address_reads_alike_in_whatever_order_it_stands(parts: str) -> None:
    goods = "<GovernmentAgencyGoodsItem><Commodity><Description>TOYS</Description></Commodity></GovernmentAgencyGoodsItem>"
    text = f"<Declaration><GoodsShipment>{CDS.format(parts)}{goods}</GoodsShipment></Declaration>"
    assert said(text, "consignor_address", "consignor_country") == [("LANE 4, LEEDS, LS1", "GB")]


@pytest.mark.parametrize(
    ("registration", "number"),
    [
        ("<Serial_number>C</Serial_number><Number>77</Number><Date>3/25/26</Date>", "C 77 3/25/26"),
        ("<Serial_number>C</Serial_number><Number/><Date>3/25/26</Date>", None),
        ("<Number><null/></Number><Date>3/25/26</Date>", None),
    ],
)
def test_a_date_alone_is_no_number_of_a_declaration(registration: str, number: str | None) -> None:
    item = "<Item><Goods_description><Commercial_Description>TOYS</Commercial_Description></Goods_description></Item>"
    text = f"<ASYCUDA><Identification><Registration>{registration}</Registration></Identification>{item}</ASYCUDA>"
    assert said(text, "declaration_id") == [(number,)]


@pytest.mark.parametrize(
    ("code", "mode"), [("1", "sea"), ("10", "sea"), ("31", "road"), ("40", "air"), ("2", "rail"), ("80", "sea"), ("01", "01")]
)
def test_modes_of_two_figures(code: str, mode: str) -> None:
    item = "<Item><Goods_description><Commercial_Description>TOYS</Commercial_Description></Goods_description></Item>"
    text = f"<ASYCUDA><Transport><Means_of_transport><Border_information><Mode>{code}</Mode></Border_information></Means_of_transport></Transport>{item}</ASYCUDA>"
    assert said(text, "transport_mode") == [(mode,)]


def test_houses_of_a_transit_declaration_have_their_own_parties_and_masses() -> None:
    def item(number: int, goods: str, more: str = "") -> str:
        return f"<ConsignmentItem><declarationGoodsItemNumber>{number}</declarationGoodsItemNumber>{more}<Commodity><descriptionOfGoods>{goods}</descriptionOfGoods><cusCode>0010002-7</cusCode></Commodity></ConsignmentItem>"

    houses = (
        f"<HouseConsignment><grossMass>10</grossMass><Consignor><name>A</name></Consignor>{item(1, 'ACETONE', '<Consignee><name>C</name></Consignee>')}</HouseConsignment>"
        f"<HouseConsignment><grossMass>20</grossMass>{item(2, 'TOYS')}{item(3, 'SHOES')}</HouseConsignment>"
    )
    text = f"<s:Envelope xmlns:s='x'><s:Body><n:CC015C xmlns:n='y'><Consignment><Consignor><name>T</name></Consignor>{houses}</Consignment></n:CC015C></s:Body></s:Envelope>"
    assert said(text, "item_number", "consignor_name", "consignee_name", "cus_codes", "gross_mass_kg") == [
        ("1", "A", "C", "0010002-7", "10"),
        ("2", "T", None, "0010002-7", "20"),
        ("3", "T", None, "0010002-7", None),
    ]


@pytest.mark.parametrize(
    ("text", "packages", "fields"),
    [
        (
            "UNH+1+IFCSUM:D:01B:UN'BGM+610+7+9'CNI+1+H1'CNT+7:1000:KGM'CNT+11:20'GID+1'FTX+AAA+++ACETONE'GID+2'FTX+AAA+++TILES'UNT++1'",
            (20, None),
            ["gross_mass", "packages"],
        ),
        (BILL.replace("100*K", "1000*K") + FIRST + "N10*12*ACETONE***J~N10*8*TILES~SE**1~", (12, 8), ["gross_mass"]),
    ],
)
def test_the_mass_of_a_bill_is_that_of_its_lines_together(text: str, packages: tuple[int | None, ...], fields: list[str]) -> None:
    """Else two lines of one bill of 1,000 kg would be 2,000 kg."""
    assert said(text, "description", "gross_mass_kg", "packages") == [
        ("ACETONE", "1000", packages[0]),
        ("TILES", None, packages[1]),
    ]
    second = one(text).lines.column("source_row").to_pylist()[1]
    told = [(i["code"], i["field"], i["source_row"]) for i in one(text).issues.to_pylist()]
    assert told == [("mass-of-the-bill", field, second) for field in fields]


def test_the_mass_of_a_bill_with_one_line_is_that_lines() -> None:
    text = "UNH+1+IFCSUM:D:01B:UN'BGM+610+7+9'CNI+1+H1'CNT+7:1000:KGM'GID+1'FTX+AAA+++ACETONE'UNT++1'"
    assert said(text, "gross_mass_kg") == [("1000",)]
    assert not one(text).issues.num_rows


def test_a_house_waybill_with_several_codes_and_items() -> None:
    def item(number: int, more: str) -> str:
        return f"<IncludedHouseConsignmentItem><SequenceNumeric>{number}</SequenceNumeric>{more}</IncludedHouseConsignmentItem>"

    items = item(
        1, "<TypeCode>291411</TypeCode><TypeCode>291412</TypeCode><GrossWeightMeasure unitCode='KGM'>20</GrossWeightMeasure>"
    ) + item(2, "<GrossWeightMeasure unitCode='LBR'>10</GrossWeightMeasure>")
    notified = "<AssociatedParty><PrimaryID>N7</PrimaryID><RoleCode>NI</RoleCode><Name>N</Name></AssociatedParty>"
    text = f"<w:HouseWaybill xmlns:w='x'><w:MasterConsignment><IncludedHouseConsignment>{notified}{items}</IncludedHouseConsignment></w:MasterConsignment></w:HouseWaybill>"
    assert said(text, "hs_code", "other_hs_codes", "gross_mass_kg", "notify_party_identifier", "transport_mode") == [
        ("291411", "291412", "20", "N7", "air"),
        (None, None, "4.535924", "N7", "air"),
    ]


@pytest.mark.parametrize(("code", "mode"), [("3", "road"), ("4", "air"), ("", "air")])
def test_cargo_xml_goes_by_air_where_it_does_not_say_how(code: str, mode: str) -> None:
    movement = f"<SpecifiedLogisticsTransportMovement><ModeCode>{code}</ModeCode></SpecifiedLogisticsTransportMovement>"
    item = "<IncludedMasterConsignmentItem><TypeCode>291411</TypeCode></IncludedMasterConsignmentItem>"
    text = f"<w:Waybill xmlns:w='x'><w:MasterConsignment>{movement}{item}</w:MasterConsignment></w:Waybill>"
    assert said(text, "transport_mode") == [(mode,)]


def test_the_origin_in_ics2() -> None:
    item = "<GoodsItem><goodsItemNumber>1</goodsItemNumber><countryOfOrigin>IN</countryOfOrigin><Commodity><descriptionOfGoods>TOYS</descriptionOfGoods></Commodity></GoodsItem>"
    text = (
        f"<IE3F32><ConsignmentMasterLevel><ConsignmentHouseLevel>{item}</ConsignmentHouseLevel></ConsignmentMasterLevel></IE3F32>"
    )
    assert said(text, "country_of_origin") == [("IN",)]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        # In front of all items, without a number and a code of goods: of the whole declaration.
        ("CST++N20::95'RFF+HWB:H1'UNS+D'CST+1+29141100'", [("29141100", "H1")]),
        # Behind UNS it is an item, whatever it lacks; a number or a code of goods makes one without UNS too.
        ("RFF+HWB:H1'UNS+D'CST++A999'CST++29141100'", [(None, "H1"), ("29141100", "H1")]),
        ("RFF+HWB:H1'CST+1+A999'CST+2+29141100'", [(None, "H1"), ("29141100", "H1")]),
        ("RFF+HWB:H1'CST++29141100'CST++69072100'", [("29141100", "H1"), ("69072100", "H1")]),
        # Seven digits and codes of the lists of procedures are no HS codes.
        ("RFF+HWB:H1'UNS+D'CST+1+4000000+2914110000'", [("2914110000", "H1")]),
        ("RFF+HWB:H1'UNS+D'CST+1+100000:117+29141100:122'", [("29141100", "H1")]),
    ],
)
def test_the_customs_status_of_a_declaration_and_of_its_items(body, lines):
    assert said(f"UNH+1+CUSDEC:D:99B:UN'BGM+929+D1+9'{body}UNS+S'UNT++1'", "hs_code", "house_bill_of_lading") == lines


def test_a_total_weight_and_amounts_beside_the_value():
    text = "UNH+1+CUSDEC:D:05B:UN'BGM+914+D1+9'MEA+AAH++KGM:450.5'UNS+D'CST+1+29141100'MOA+63:50'MOA+999:7'UNS+S'UNT++1'"
    assert said(text, "gross_mass_kg", "value") == [("450.5", "50")]


@pytest.mark.parametrize(
    ("named", "consignor", "apart"),
    [("", "REGISTERED LTD", False), ("<cac:PartyName><cbc:Name>TRADING NAME</cbc:Name></cac:PartyName>", "TRADING NAME", True)],
)
def test_a_registered_name_stands_for_the_party_or_beside_its_name(named: str, consignor: str, apart: bool) -> None:
    registered = "<cac:PartyLegalEntity><cbc:RegistrationName>REGISTERED LTD</cbc:RegistrationName></cac:PartyLegalEntity>"
    before = "<cac:ConsignorParty><cac:PartyName><cbc:Name>SILVER BIRCH CHEMICALS</cbc:Name></cac:PartyName>"
    text = (SAMPLES / "ubl_waybill.xml").read_text("utf-8")
    assert before in text
    lines = one(text.replace(before, f"<cac:ConsignorParty>{named}{registered}")).lines
    assert set(lines.column("consignor_name").to_pylist()) == {consignor}
    assert ("other_parties" in lines.column_names) == apart
    assert not apart or set(map(tuple, lines.column("other_parties").to_pylist())) == {("REGISTERED LTD",)}


def test_a_second_party_in_a_role_keeps_its_address_wherever_it_stands() -> None:
    party = "<cac:NotifyParty><cac:PartyName><cbc:Name>{}</cbc:Name></cac:PartyName><cac:PostalAddress><cbc:StreetName>{}</cbc:StreetName></cac:PostalAddress></cac:NotifyParty>"
    before = "<cac:NotifyParty><cac:PartyName><cbc:Name>FIRST NOTIFIED</cbc:Name></cac:PartyName></cac:NotifyParty>"
    text = (SAMPLES / "ubl_waybill.xml").read_text("utf-8")
    assert before in text
    between = "<cac:DeliveryParty><cac:PartyName><cbc:Name>DELIVERED TO</cbc:Name></cac:PartyName></cac:DeliveryParty>"
    lines = one(text.replace(before, party.format("FIRST", "PIER 1") + between + party.format("SECOND", "QUAY 2"))).lines
    assert "PIER 1" in lines.column("notify_party_address").to_pylist()
    assert not any("QUAY 2" in (address or "") for address in lines.column("notify_party_address").to_pylist())


@pytest.mark.parametrize(
    ("shipper", "name", "address", "identifier"),
    [
        ("SHP/ACME\n/QUAY 4\n/ALMERY\n/NL", "ACME", "QUAY 4, ALMERY", None),
        ("SHP/100200\n/ACME\n/QUAY 4\n/ALMERY\n/NL", "ACME", "QUAY 4, ALMERY", "100200"),
        ("SHP/A100\n/ACME\n/QUAY 4\n/ALMERY\n/NL", "ACME", "QUAY 4, ALMERY", "A100"),
        ("SHP/100200\n/ACME\n/ALMERY\n/NL", "ACME", "ALMERY, NL", "100200"),
    ],
)
def test_the_name_of_a_house_may_stand_where_an_account_does(shipper, name, address, identifier):
    text = f"FHL/4\nMBI/999-12345675FRALAX/T3K150\nHBS/H1/FRALAX/3/K150/3/BOOKS\n{shipper}\n"
    assert said(text, "consignor_name", "consignor_address", "consignor_identifier") == [(name, address, identifier)]


def test_the_check_digit_of_a_container_may_stand_by_itself():
    begin = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*1000*U*00401*000000001*0*P*>~GS*SO*A*B*20260302*1000*1*X*004010~"
    for number, found in (("123456", "TSTU1234567"), ("1234567", "TSTU1234567")):
        load = f"LX*1~N7*TSTU*{number}{'*' * 16}7~L5*1*WOOL~"
        assert said(f"{begin}ST*304*1~B2A*00~{load}SE*6*1~GE*1*1~IEA*1*1~", "container_numbers") == [(found,)]


@pytest.mark.parametrize(("code", "role"), [("830", "exporter_name"), ("929", "importer_name")])
def test_the_owner_of_declared_goods_is_who_trades_them(code, role):
    text = f"UNH+1+CUSDEC:D:99B:UN'BGM+{code}+D1+9'DTM+129:20260303:102'NAD+GO+1++ACME'UNS+D'CST+1'FTX+AAA+++WOOL'LOC+27++AU-NS::6'UNT++1'"
    assert said(text, role, "country_of_origin", "dispatch_date") == [("ACME", "AU", date(2026, 3, 3))]


def test_a_change_without_a_bill_opens_none():
    begin = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*1000*U*00401*000000001*0*P*>~GS*SO*A*B*20260302*1000*1*X*004010~"
    body = "M10*AAAA*O*PA*1*AURORA*7~P4*2704*20260303~M13*AAAA*2704*A~M11*B1*57047*3*PKG*100*K~N10*3*WOOL~"
    assert said(f"{begin}ST*309*1~{body}SE*7*1~GE*1*1~IEA*1*1~", "bill_of_lading", "description") == [("B1", "WOOL")]


def without(text: str, *begins: str) -> str:
    """A file without the rows of some tables."""
    parts = text.split("<TABLE>")
    return "<TABLE>".join([parts[0], *(part for part in parts[1:] if not part.startswith(begins))])


ICES = (Path(__file__).parent / "samples" / "ices.sb").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", ["INVOICE", "CONTAINER"])
def test_rows_of_a_shipping_bill_may_leave_its_number_out(table: str) -> None:
    before, row, behind = ICES.partition(f"<TABLE>{table}\n")
    first, *others = behind.split("\n")
    fields = first.split("\x1d")
    shorter = before + row + "\n".join(["\x1d".join([*fields[:4], *fields[6:]]), *others])
    wanted = ("description", "importer_name", "importer_address", "container_numbers")
    assert said(shorter, *wanted) == said(ICES, *wanted)
    assert {line[1:] for line in said(shorter, *wanted)} == {("HARBOUR HOLDING", "DOCK 2", "TSTU1234567")}


def test_a_shipping_bill_without_items_is_a_line() -> None:
    assert said(ICES + without(ICES, "ITEM"), "description", "consignee_name", "gross_mass_kg")[2:] == [
        (None, "HARBOUR LANE TRADING", "700")
    ]


@pytest.mark.parametrize(
    ("rates", "lines"),
    [
        ("/1/P1/K5\n/NG/TOYS\n/2/P2/K7\n/NG/PUMPS", [("TOYS", 1), ("PUMPS", 2)]),
        ("/1/P1/K5\n/2/P2/K7\n/NG/TOYS", [("TOYS", 12)]),  # goods of both
        ("/NG/TOYS\n/1/P1/K5\n/NG/PUMPS\n/2/P2/K7\n/NG/TIN", [("TOYS PUMPS TIN", 12)]),
    ],
)
def test_charges_are_lines_where_each_has_its_goods(rates, lines):
    found = one(f"FWB/17\n020-12345675LHRJFK/T12K345\nRTD{rates}\n").lines
    assert list(zip(*(found.column(name).to_pylist() for name in ("description", "packages")), strict=True)) == lines
