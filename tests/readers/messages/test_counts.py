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


@pytest.mark.parametrize("mark", ["^", "|", "`"])
def test_glued_segments_of_x12_are_told_and_read(mark: str) -> None:
    (tables,) = read(X12.replace("TOYS~", f"TOYS~N1*CN*RECEIVER{mark}N3*7 ROAD~").encode(), "m")
    assert [(i["code"], i["source_row"]) for i in tables.issues.to_pylist()][:1] == [("broken-segment", 7)]
    assert "7 ROAD" in str(tables.lines.to_pylist())


@pytest.mark.parametrize("text", ["BOX RIGID:3", "BLOC+9:X", "SEE DOC", "LOC", "WITH L?'AREA"])
def test_words_that_end_as_a_segment_begins_are_words(text: str) -> None:
    (tables,) = read(GOODS.replace("+2:DR", f"+2:DR:::{text}+3:PK").encode(), "m")
    assert tables.lines.num_rows == 2
    assert tables.issues.num_rows == 0
