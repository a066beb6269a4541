"""What segments say that the samples do not show: levels, texts over several segments, transport, amendments, telegrams."""

from __future__ import annotations

from typing import Any

import pytest

from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.readers.registry import read

HEAD = "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'"


def lines(text: str) -> list[dict[str, Any]]:
    (tables,) = read(text.encode(), "m")
    return [{k: v for k, v in line.items() if v is not None} for line in tables.lines.to_pylist()]


def one(body: str, head: str = HEAD) -> dict[str, Any]:
    (line,) = lines(f"{head}{body}UNT++1'")
    return line


@pytest.mark.parametrize(
    ("code", "function"),
    [
        ("1", "cancellation"),
        ("2", "original"),
        ("3", "cancellation"),
        ("4", "replacement"),
        ("5", "replacement"),
        ("9", "original"),
        ("43", "original"),
    ],
)
def test_the_function_of_a_message(code: str, function: str) -> None:
    assert one("CNI+1+B1'GID+1'FTX+AAA+++X'", f"UNH+1+CUSCAR'BGM+785+M1+{code}'")["message_function"] == function


@pytest.mark.parametrize(
    ("bgm", "version"),
    [
        ("BGM+785+M1:7+5", "7"),
        ("BGM+785+M1+5", "20260301090000"),
        ("BGM+785+M1+1", "20260301090000"),
        ("BGM+785+M1+9", None),
    ],
)
def test_a_change_without_a_version_is_ordered_by_its_time(bgm: str, version: str | None) -> None:
    line = one("CNI+1+B1'GID+1'FTX+AAA+++X'", f"UNH+1+CUSCAR'{bgm}'DTM+137:202603010900:203'")
    assert line.get("version") == version


def test_a_cancellation_without_goods_names_its_bills() -> None:
    found = lines("UNH+1+CUSCAR'BGM+785+M1+1'CNI+1+B1'CNI+2+B2'UNT++1'")
    assert [(line["bill_of_lading"], line["message_function"]) for line in found] == [
        ("B1", "cancellation"),
        ("B2", "cancellation"),
    ]


def test_a_house_bill_beside_its_bill_is_no_second_bill() -> None:
    line = one("CNI+1+C1'RFF+BM:B1'RFF+HWB:H1'GID+1'FTX+AAA+++X'")
    assert (line["bill_of_lading"], line["house_bill_of_lading"], line["master_bill_of_lading"]) == ("B1", "H1", "C1")


def test_equipment_of_a_manifest_is_in_no_bill() -> None:
    found = lines(f"{HEAD}EQD+CN+EMPT1234567'CNI+1+B1'GID+1'FTX+AAA+++X'SGP+TSTU1234567'CNI+2+B2'GID+1'FTX+AAA+++Y'UNT++1'")
    assert [line.get("container_numbers") for line in found] == [["TSTU1234567"], None]


def test_a_long_text_goes_on_in_the_next_segment() -> None:
    first, rest = "x" * 66 + "ACET", "ONE IN DRUMS"
    assert one(f"CNI+1+B1'GID+1'FTX+AAA+++{first}'FTX+AAA+++{rest}'")["description"] == f"{first}{rest}"
    assert one("CNI+1+B1'GID+1'FTX+AAA+++ONE'MEA+AAE+G+KGM:1'FTX+AAA+++TWO'")["description"] == "ONE; TWO"


@pytest.mark.parametrize(
    ("segment", "description"),
    [("FTX+AAA++9+ACETONE'", "ACETONE"), ("FTX+AAA++9'", None), ("FTX+AAA++ACETONE'", "ACETONE"), ("FTX+AAA++10:ZZZ'", None)],
)
def test_a_code_beside_a_text_is_no_description(segment, description):
    line = one(f"CNI+1+B1'GID+1'PIA+5+29141100:HS'{segment}")
    assert line.get("description") == description


@pytest.mark.parametrize(
    ("segment", "kilograms"),
    [
        ("MEA+AAE+G+KGM:1.5", "1.5"),
        ("MEA+AAE+G+KGM:1,5", "1.5"),
        ("MEA+AAE+G+TNE:.5", "500"),
        ("MEA+WT++KGM:2", "2"),
        ("MEA+WT+AAB+LBR:100", "45.35923700"),
        ("MEA+AAE+G+KGM:0", None),
        ("MEA+AAE+G+MTQ:3", None),
        ("MEA+AAE+VGM+KGM:3", None),
    ],
)
def test_masses(segment: str, kilograms: str | None) -> None:
    line = one(f"CNI+1+B1'GID+1'FTX+AAA+++X'{segment}'")
    mass = line.get("gross_mass_kg")
    assert (mass is None) == (kilograms is None)
    if kilograms is not None:
        assert float(str(mass)) == pytest.approx(float(kilograms))


def test_a_mass_of_an_unknown_kind_is_an_issue() -> None:
    (tables,) = read(f"{HEAD}CNI+1+B1'GID+1'FTX+AAA+++X'MEA+AAE+QQQ+KGM:3'UNT++1'".encode(), "m")
    assert tables.issues.column("code").to_pylist() == ["unread-element"]


def test_further_transport_does_not_hide_the_first() -> None:
    line = one("TDT+20+V1+1+++++:::SEA HERON'TDT+30+V2+3+++++:::LORRY'TDT+12+V3+1'CNI+1+B1'GID+1'FTX+AAA+++X'")
    assert (line["vessel"], line["voyage"], line["transport_mode"]) == ("SEA HERON", "V1", "sea")
    assert "LORRY" in str(line["other_texts"])


def test_equipment_has_masses_and_parties_of_its_own() -> None:
    line = one("CNI+1+B1'NAD+CN+++RECEIVER'GID+1'FTX+AAA+++X'EQD+CN+TSTU1234567'MEA+AAE+G+KGM:4000'NAD+CN+++CONTAINER OWNER'")
    assert (line.get("gross_mass_kg"), line["consignee_name"], line["other_parties"]) == (None, "RECEIVER", ["CONTAINER OWNER"])


def test_a_message_without_a_type_is_known_by_its_code() -> None:
    assert one("CNI+1+B1'GID+1'FTX+AAA+++X'", "UNH+1+:D:95B:UN'BGM+785+M1+9'")["message_type"] == "CUSCAR"
    assert one("CST+1+29152400'FTX+AAA+++X'", "UNH+1+:D:95B:UN'BGM+929+D1+9'")["declaration_id"] == "D1"


X12 = "ST*309*1~M10*BLUE*O*PA*1*SEA HERON*1*1*1*W~P4*1803*20260305~LX*1~"


def test_an_amendment_may_stand_before_its_bill() -> None:
    (line,) = lines(X12 + "M13*BLUE*1803*R*B1*90~M11*B1*1*90*DRM*5*K~N10*90*X~SE**1~")
    assert (line["message_function"], line["packages"], line["bill_of_lading"]) == ("replacement", 90, "B1")


def test_two_bills_of_one_number_are_two_bills() -> None:
    found = lines(X12 + "M11*B1*1*1*DRM*5*K~N1*CN*ONE~N10*1*X~LX*2~M11*B1*1*1*DRM*6*K~N1*CN*TWO~N10*1*Y~SE**1~")
    assert [(line["consignee_name"], line["description"]) for line in found] == [("ONE", "X"), ("TWO", "Y")]


@pytest.mark.parametrize(
    ("name", "street", "expected", "others"),
    [
        ("A" * 34, "COMPANY*7 ROAD", "A" * 34 + " COMPANY", None),
        ("A" * 35, "COMPANY*7 ROAD", "A" * 35 + " COMPANY", ["A" * 35 + "COMPANY"]),
        ("SHORT", "7 ROAD*FLOOR 2", "SHORT", None),
        ("SHORT", "QUAY ROAD", "SHORT", None),
    ],
)
def test_a_name_that_goes_on_in_the_address(name: str, street: str, expected: str, others: list[str] | None) -> None:
    (line,) = lines(X12 + f"M11*B1*1*1*DRM*5*K~N1*CN*{name}~N3*{street}~N10*1*X~SE**1~")
    assert (line["consignee_name"], line.get("other_parties")) == (expected, others)


def test_a_broker_is_named_in_full() -> None:
    (line,) = lines(X12 + "M11*B1*1*1*DRM*5*K~NM1*CB*1*HERON*ANN*B~N10*1*X~SE**1~")
    assert line["declarant_name"] == "ANN B HERON"


def test_goods_without_a_container_belong_to_the_bill() -> None:
    (line,) = lines(X12 + "M11*B1*1*1*DRM*5*K~N10*1*ACETONE~N10**, PURE~SE**1~")
    assert (line["description"], str(line["gross_mass_kg"])) == ("ACETONE , PURE", "5.000000")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("FWB/16\n020-1", "cargo-imp"),
        ("\r\nFHL/4\r\nMBI", "cargo-imp"),
        ("QK LHRFMLH\n.JFKFMXX 121200\nFFM/8\n1/LH400", "cargo-imp"),
        ("FWB/166\n", "text"),
        ("FWB/16 GOODS\n", "text"),
        ("FWB\n1", "text"),
        ("acetone\nFWB/16\n", "text"),
    ],
)
def test_a_telegram_is_known_by_its_identifier(text: str, kind: str) -> None:
    assert sniff_kind(text.encode()) == kind


def test_several_telegrams_in_a_file() -> None:
    two = "FFM/8\n1/LH400/12MAR/LHR\nJFK\n020-12345675LHRJFK/T1K1/TOYS\nLAST\nFWB/16\n020-22222222LHRJFK/T1K2\nRTD/1/P1/K2\n/NG/PUMPS\n"
    assert [(line["message_type"], line["description"]) for line in lines(two)] == [("FFM", "TOYS"), ("FWB", "PUMPS")]


def test_a_waybill_to_two_airports_is_two_lines() -> None:
    text = "FFM/8\n1/LH400/12MAR/LHR\nJFK\n020-12345675LHRJFK/P1K1/TOYS\nBOS\n020-12345675LHRBOS/P2K2/TOYS\nORD/NIL\nLAST\n"
    assert [(line["port_of_discharge"], line["packages"]) for line in lines(text)] == [("JFK", 1), ("BOS", 2)]


@pytest.mark.parametrize(("segments", "texts"), [(99, 1), (100, 2)])
def test_a_text_goes_on_as_often_as_the_standard_lets_it(segments: int, texts: int) -> None:
    pieces = ":".join(["word"] * 5)
    line = one("CNI+1+B1'GID+1'" + "".join(f"FTX+AAI+++{pieces}'" for _ in range(segments)))
    (text,) = line["other_texts"][:1]
    assert len(text.split("\n")) == texts


@pytest.mark.parametrize(
    ("segment", "field", "value"),
    [
        ("DOC+705+D1'", "bill_of_lading", "D1"),
        ("DOC+704+D1'", "master_bill_of_lading", "D1"),
        ("DOC+714+D1'", "house_bill_of_lading", "D1"),
        ("DOC+740+D1'", "bill_of_lading", "D1"),
        ("DOC+741+D1'", "master_bill_of_lading", "D1"),
        ("DOC+703+D1'", "house_bill_of_lading", "D1"),
        ("DOC+811+D1'", "permit_reference", "D1"),
        ("DOC+911+D1'", "permit_reference", "D1"),
        ("DOC+916:::LETTER OF HOLDER+D1'", "other_texts", ["LETTER OF HOLDER D1"]),
        ("LOC+9+CNSHA:139:6:SHANGHAI PIER 4'", "other_texts", ["SHANGHAI PIER 4"]),
    ],
)
def test_documents_and_places_beside_the_goods(segment: str, field: str, value: object) -> None:
    assert one(f"CNI+1'GID+1'FTX+AAA+++X'{segment}")[field] == value


def test_codes_of_places_tell_the_countries_that_are_not_stated() -> None:
    line = one("CNI+1+B1'LOC+9+CNSHA'LOC+11+NLRTM'GID+1'FTX+AAA+++X'")
    assert (line["country_of_dispatch"], line["country_of_destination"]) == ("CN", "NL")
    line = one("CNI+1+B1'LOC+9+TOKYO'LOC+11+CAIRO'GID+1'FTX+AAA+++X'")
    assert "country_of_dispatch" not in line
    assert "country_of_destination" not in line
