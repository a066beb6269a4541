"""What a message states of itself is compared with what was read; a damaged terminator hides nothing."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read

CUSCAR = "UNB+UNOA:1+A+B+260301:0900+7'UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1+2:DR'FTX+AAA+++TOYS'UNT+6+1'UNZ+1+7'"
X12 = "ST*309*0001~M10*BLUE*O*PA*1*SEA HERON~P4*1803*20260305~LX*1~M11*B1*1*1*DRM*5*K~N10*1*TOYS~SE*7*0001~"
ENVELOPE = ("ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0900*U*00401*000000001*0*P*>~GS*SO*A*B*20260301*0900*5*X*004010~",
            "GE*1*5~IEA*1*000000001~")  # fmt: skip
CUSDEC = "UNH+1+CUSDEC:D:99B:UN'BGM+929+D1+9'CST++N20::95'{}UNS+D'CST+1+29141100'CST+2+39269097'UNS+S'CNT+5:{}'UNT++1'"
EQUIPMENT = "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNT+16:{}'CNI+1+B1'GID+1'FTX+AAA+++TOYS'SGP+TSTU1'SGP+TSTU2'EQD+CN+TSTU1'UNT++1'"
BOTH = {"fewer-than-stated", "count-differs", "broken-segment"}


def told(text: str) -> list[tuple[str, int]]:
    (tables,) = read(text.encode(), "m")
    return [(i["code"], i["source_row"]) for i in tables.issues.to_pylist() if i["code"] in BOTH]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CUSCAR, []),
        (CUSCAR.replace("UNT+6+", "UNT+7+"), [("count-differs", 7)]),
        (CUSCAR.replace("UNT+6+1", "UNT+6+2"), [("count-differs", 7)]),
        (CUSCAR.replace("UNZ+1+", "UNZ+0+"), [("count-differs", 8)]),
        (CUSCAR.replace("UNZ+1+", "UNZ+2+"), [("fewer-than-stated", 8)]),
        (CUSCAR.replace("UNZ+1+7", "UNZ+1+8"), [("count-differs", 8)]),
        (CUSCAR.replace("UNZ+1+7", "UNZ+0001+007"), []),
        (CUSCAR.replace("UNZ+1+7", "UNZ+ONE+7"), []),
        (ENVELOPE[0] + X12 + ENVELOPE[1], []),
        (ENVELOPE[0] + X12 + ENVELOPE[1].replace("GE*1", "GE*3"), [("fewer-than-stated", 10)]),
        (ENVELOPE[0] + X12 + ENVELOPE[1].replace("IEA*1", "IEA*2"), [("fewer-than-stated", 11)]),
        (ENVELOPE[0] + X12 + ENVELOPE[1].replace("*5~", "*6~"), [("count-differs", 10)]),
        (X12.replace("SE*7", "SE*622"), [("count-differs", 7)]),
        (CUSDEC.format("", 2), []),
        (CUSDEC.format("", 3), [("fewer-than-stated", 8)]),
        (CUSDEC.format("", 1), [("count-differs", 8)]),
        (EQUIPMENT.format(1), [("count-differs", 3)]),
        (EQUIPMENT.format(2), []),
        (EQUIPMENT.format(3), [("fewer-than-stated", 3)]),
        (EQUIPMENT.format(3).replace("CNT+16", "CNT+10"), [("count-differs", 3)]),
    ],
)  # fmt: skip
def test_what_an_end_states_is_what_was_read(text: str, expected: list[tuple[str, int]]) -> None:
    assert told(text) == expected


GOODS = (
    "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1+2:DR'FTX+AAA+++ACETONE'GID+2+4:DR'MEA+AAE+G+KGM:5'FTX+AAA+++TOYS'UNT++1'"
)


@pytest.mark.parametrize("between", ["", "\n", "\n\t"])
@pytest.mark.parametrize("mark", ["?'", '"', "´", "!", "", "+"])
def test_glued_segments_are_told_and_read(mark: str, between: str) -> None:
    text = GOODS.replace("'", "'" + between).replace("ACETONE'", "ACETONE" + mark)
    (tables,) = read(text.encode(), "m")
    assert [(line["description"], line["packages"]) for line in tables.lines.to_pylist()] == [("ACETONE", 2), ("TOYS", 4)]
    assert [(i["code"], i["source_row"]) for i in tables.issues.to_pylist() if i["code"] in BOTH][:1] == [
        ("broken-segment", 6 if between else 5)
    ]


@pytest.mark.parametrize(("qualifier", "begins"), [("CN", True), ("CNX", True), ("CNXY", False)])
def test_a_qualifier_behind_a_glued_tag_has_three_characters_at_most(qualifier: str, begins: bool) -> None:
    text = GOODS.replace("ACETONE'", f"ACETONE7NAD+{qualifier}+++ACME'")
    assert told(text) == ([("broken-segment", 5)] if begins else [])


@pytest.mark.parametrize("number", ["2", " 2", "2 "])
def test_blanks_round_the_number_of_a_glued_segment(number: str) -> None:
    assert told(GOODS.replace("ACETONE'GID+2", f"ACETONEGID+{number}")) == told(GOODS.replace("ACETONE'GID+2", "ACETONE^GID+2"))


@pytest.mark.parametrize("mark", ["^", "|", "`"])
def test_glued_segments_of_x12_are_told_and_read(mark: str) -> None:
    (tables,) = read(X12.replace("TOYS~", f"TOYS~N1*CN*RECEIVER{mark}N3*7 ROAD~").encode(), "m")
    assert [(i["code"], i["source_row"]) for i in tables.issues.to_pylist()][:1] == [("broken-segment", 7)]
    assert "7 ROAD" in str(tables.lines.to_pylist())


LONG = "ST*309*0001~M10*BLUE*O*PA*1*SEA HERON~P4*1803*20260305~LX*1~M11*B1234*1*1*DRM*5*K~N1*CN*RECEIVER~N3*7 ROAD~N4*COLON**0000*PA~VID*4B*TSTU*1234567~N10*1*TOYS~H1*1715~N10*2*ACETONE~SE*13*0001~"


@pytest.mark.parametrize("tag", ["M10", "P4", "LX", "M11", "N3", "N4", "VID", "H1", "N10*2"])
def test_segments_of_x12_without_a_terminator_between_them_are_told_and_read(tag: str) -> None:
    assert told(LONG) == []
    damaged = LONG.replace(f"~{tag}*", f"{tag}*", 1)
    (tables,), (whole,) = read(damaged.encode(), "m"), read(LONG.encode(), "m")
    assert tables.lines.column("line_id") == whole.lines.column("line_id")
    assert [code for code, _ in told(damaged)] == ["broken-segment"]


@pytest.mark.parametrize("name", ["GREEN3*25*12345", "DAVID*25*12345", "LORE GREEN4*ZZ", "TOWN3", "PIN3**"])
def test_names_that_end_as_a_segment_of_x12_begins_are_names(name: str) -> None:
    assert told(LONG.replace("N1*CN*RECEIVER~", f"N1*CN*{name}~")) == []


@pytest.mark.parametrize("text", ["MODEL 300LX*1", "PART NO H1*1234", "COVID*19*2", "TYPE N3*ABC", "BOLTS M10*BLUE*X"])
def test_goods_that_end_as_a_segment_of_x12_begins_are_goods(text: str) -> None:
    assert told(LONG.replace("N10*1*TOYS~", f"N10*1*{text}~")) == []


@pytest.mark.parametrize("text", ["BOX RIGID:3", "BLOC+9:X", "SEE DOC", "LOC", "WITH L?'AREA"])
def test_words_that_end_as_a_segment_begins_are_words(text: str) -> None:
    (tables,) = read(GOODS.replace("+2:DR", f"+2:DR:::{text}+3:PK").encode(), "m")
    assert tables.lines.num_rows == 2
    assert tables.issues.num_rows == 0


FFM = "FFM/8\n1/LH400/12MAR/LHR\nJFK\nULD/PMC11111LH\n020-12345675LHRJFK/D2K40.1T5/ACETONE\nULD/PMC22222LH\n020-12345675LHRJFK/D3K60.2T5/ACETONE\n020-22222222LHRORD/T7K100/PUMPS\nOSI/KEEP COOL\nLAST\n"  # fmt: skip
FHL = "FHL/4\nMBI/020-12345675LHRJFK/T12K345\nHBS/H1/LHRJFK/2/K45/2//ACETONE\nTXT/ACETONE PURE ETC\nHTS/291411\nOCI/US/SHP/T/1\nSHP\nNAM/SILVER BIRCH\nADR/7 QUAY\nHBS/H2/LHRJFK/10/K300/10//PUMPS\n"  # fmt: skip
FWB = "FWB/17\n020-12345675LHRJFK/T12K345\nSHP/ACC77\nNAM/SILVER BIRCH\n/CHEMICALS\nADR/7 QUAY\n/GB/E16\nCNE\nNAM/HARBOUR LANE\nRTD/1/P12/K345/CQ\n/NG/ACETONE\n/2/NH/291411\n"  # fmt: skip


def said(text: str) -> list[tuple[object, ...]]:
    (tables,) = read(text.encode(), "m")
    names = (
        "bill_of_lading",
        "house_bill_of_lading",
        "description",
        "gross_mass_kg",
        "packages",
        "hs_code",
        "consignor_name",
        "consignor_address",
    )
    return [tuple(line.get(n) for n in names) for line in tables.lines.to_pylist()]  # fmt: skip


@pytest.mark.parametrize("mark", ["", " ", "^"])
@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        *((FFM, b) for b in ("ULD/PMC22222LH", "020-12345675LHRJFK/D3", "020-22222222", "OSI/")),
        *((FHL, b) for b in ("HBS/H1", "TXT/", "HTS/", "OCI/", "NAM/", "ADR/", "HBS/H2")),
        *((FWB, b) for b in ("NAM/SILVER", "ADR/", "NAM/HARBOUR", "RTD/", "/NG/", "/2/NH/")),
    ],
)
def test_glued_lines_of_telegrams_are_told_and_read(text: str, beginning: str, mark: str) -> None:
    assert told(text) == []
    damaged = text.replace(f"\n{beginning}", f"{mark}{beginning}", 1)
    if mark and beginning.startswith("NAM"):
        return  # SHP^NAM is no identifier
    assert said(damaged) == said(text)
    assert [code for code, _ in told(damaged)] == ["broken-segment"]


@pytest.mark.parametrize("text", [FFM, FHL, FWB])
def test_a_head_that_is_glued_to_the_line_behind_it(text: str) -> None:
    damaged = text.replace("\n", "", 1)
    assert said(damaged) == said(text)
    assert told(damaged) == [("broken-segment", 1)]


@pytest.mark.parametrize("text", [FFM, FHL, FWB])
def test_indented_lines_read_as_others_do(text: str) -> None:
    indented = text.replace("\n", "\n \t").replace(" \tLAST", "LAST")
    assert said(indented) == said(text)
    assert told(indented) == told(text)


@pytest.mark.parametrize(
    "words", ["LIGHTS/940540", "YACHTS/890391", "TEXT/ILES", "WEIGHTS/901600", "SAID TO CONTAIN 020-12345675"]
)
def test_words_that_end_as_a_line_begins_are_words(words: str) -> None:
    text = FHL.replace("TXT/ACETONE PURE ETC", f"TXT/{words}")
    assert told(text) == []
    assert said(text)[0][2] == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FHL, []),
        (FHL.replace("T12K345", "T12"), []),
        (FHL.replace("T12", "T13"), [("fewer-than-stated", 2)]),
        (FHL.replace("T12", "T11"), [("count-differs", 2)]),
        (FHL.replace("T12", "S13"), []),
        (FHL.replace("T12K345", "T12L760.6"), []),
        (FHL.replace("K345", "K350"), [("count-differs", 2)]),
        (FHL.replace("K345", "K346.5"), []),  # half a kilogram for each house and for the waybill
        (FHL.replace("K345", "K346.6"), [("count-differs", 2)]),
        (FHL.replace("K345", "K343.5"), []),
        (FHL.replace("K345", "K343.4"), [("count-differs", 2)]),
        (FHL.replace("T12K345", "T12K50").replace("K300", "K0"), [("count-differs", 2)]),  # nine tenths
        (FHL.replace("T12K345", "T12K50.1").replace("K300", "K0"), [("fewer-than-stated", 2)]),
        (FHL.replace("K345", "K445"), [("fewer-than-stated", 2)]),
        (FHL.replace("JFK/10/", "JFK//"), []),
        (FHL + FHL, []),
        (FHL.partition("HBS/H2")[0], [("fewer-than-stated", 2), ("fewer-than-stated", 2)]),
        (FHL.replace("HBS/H2", "FHL/4\nMBI/020-12345675LHRJFK/T12K345\nHBS/H2"), []),
        (FFM.replace("T5/", "T6/"), [("count-differs", 5)]),
        (FFM.replace("D3K60.2T5", "S3K60.2T6"), []),
        (FFM.replace("D3K60.2T5", "S9K60.2T6"), [("count-differs", 5)]),
    ],
)  # fmt: skip
def test_an_air_waybill_states_what_its_houses_and_units_hold(text: str, expected: list[tuple[str, int]]) -> None:
    assert told(text) == expected
