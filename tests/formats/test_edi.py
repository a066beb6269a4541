"""Segments: written and read again, service characters wherever they come from, and defects that files have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats import edi
from precursor_screen.formats.edi import (
    EDIFACT,
    EDIFACT_SYNTAX,
    MAX_SEGMENT,
    X12,
    Segment,
    Syntax,
    read_segments,
    sniff_edi,
)
from tests.examples import examples
from tests.formats.segments import X12_SYNTAX, write_segment

UNA = "UNA{0.component}{0.element}{0.decimal}{0.release}{0.repetition}{0.terminator}"
OTHER = Syntax(EDIFACT, "|", ";", "\\", "*", "~", ",")


def tags(text: str) -> list[str]:
    return [s.tag for s in read_segments(text)]


def values(text: str, tag: str) -> list[tuple[tuple[str, ...], ...]]:
    return [s.elements for s in read_segments(text) if s.tag == tag]


# Line breaks within data stand for wrapping, and blanks around it are not kept; nor are the noncharacters that the tokenizer works with.
DATA = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), blacklist_characters=f"\ufeff{edi._HELD}"), max_size=12
)
ELEMENTS = st.lists(st.lists(DATA, min_size=1, max_size=3), min_size=1, max_size=4)


@given(
    st.lists(st.tuples(st.sampled_from(("BGM", "NAD", "FTX", "M11", "RFF")), ELEMENTS), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(("", "\n", "\r\n", "\t", "\n\t\t")),
)
@examples(50, 200)
def test_segments_that_were_written_are_read_as_they_were(
    segments: list[tuple[str, list[list[str]]]], declared: bool, between: str
) -> None:
    syntax = OTHER if declared else EDIFACT_SYNTAX
    head = UNA.format(OTHER) if declared else ""
    text = head + between.join(
        [write_segment("UNH", [["1"], ["CUSCAR"]], syntax), *(write_segment(t, e, syntax) for t, e in segments)]
    )
    read = list(read_segments(text))
    assert [(s.tag, s.elements) for s in read[1:]] == [(t, tuple(tuple(e) for e in es)) for t, es in segments]
    assert [s.number for s in read] == list(range(1, len(read) + 1))
    assert not any(s.cut for s in read)


@given(st.text(max_size=300))
def test_any_text_is_segments_or_damage_and_nothing_of_it_is_lost(text: str) -> None:
    whole = "UNH+1+CUSCAR'" + text
    assert all(isinstance(s, Segment) for s in read_segments(whole))
    kept = "".join(s.tag + "".join(c for e in s.elements for c in e) for s in read_segments(whole))
    service = "+:?'\n\r\t \x00\ufeff\x1a"
    kind = str.isalpha if ":" in text else str.isalnum  # numbers behind a tag say how segments nest
    assert sorted(c for c in text if kind(c) and c not in service) == sorted(
        c for c in kept.removeprefix("UNH1CUSCAR") if kind(c)
    )


def test_words_behind_a_tag_are_kept() -> None:
    nested, damaged = list(read_segments("UNH+1+CUSCAR'GID:1:2+7'FTX:ACETONE+AAA'"))[1:]
    assert (nested.tag, nested.elements) == ("GID", (("7",),))
    assert (damaged.tag, damaged.elements) == ("", (("FTX:ACETONE+AAA",),))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    for start in ("", "UNA:+.? 'UNB+", "ISA*", "ST*309*1~", "UNH+1+CUSCAR:D'"):
        list(read_segments(start + data.decode("latin-1")))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("UNA:+.? 'UNB+UNOA:1'", EDIFACT),
        ("\ufeff\n\tUNB+UNOA:1'", EDIFACT),
        ("UNH+1+CUSCAR:D:95B:UN'", EDIFACT),
        ("UNG+CUSCAR'", EDIFACT),
        ("UNB\x1dUNOB", EDIFACT),
        ("UNAabc", ""),
        ("UNIT,GOODS", ""),
        ("UNB,Description\nx,acetone", ""),
        ("ISA*00*          *", X12),
        ("ISA|00|          |", X12),
        ("ISA,Description,Weight\nx,acetone,1", ""),
        ("ST*309*0001~", X12),
        ("GS*SO*A*B~", X12),
        ("ST,Description\nx,acetone", ""),
        ("ST*REET*1", ""),
        ("GS1,Description\n1,acetone", ""),
        ("STUFF*1*2", ""),
        ("", ""),
    ],
)
def test_an_interchange_is_known_by_its_start(text: str, kind: str) -> None:
    assert sniff_edi(text) == kind


def test_the_release_character_frees_service_characters_and_itself() -> None:
    text = "UNH+1+CUSCAR'FTX+AAA+++A?+B?:C?'D??'FTX+AAA+++WHAT? NO'"
    assert [v[3] for v in values(text, "FTX")] == [("A+B:C'D?",), ("WHAT? NO",)]


def test_una_sets_every_character_and_a_second_one_sets_them_again() -> None:
    text = "UNA:+.? 'UNB+X'UNH+1+CUSCAR'RFF+BM:1'UNZ+1'\r\nUNA;|,\\ ~\r\nUNB|X~UNH|1|CUSCAR~RFF|BM;2~MEA|A|G|KGM;1,5~UNZ|1~"
    assert values(text, "RFF") == [(("BM", "1"),), (("BM", "2"),)]
    assert [s.decimal for s in read_segments(text) if s.tag in ("RFF", "MEA")] == [".", ",", ","]


def test_una_within_a_text_is_text() -> None:
    assert values("UNH+1+CUSCAR'FTX+AAA+++PUNA;|,x ~ CLAY'", "FTX")[0][3] == ("PUNA;|,x ~ CLAY",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_may_be_the_only_terminator(end: str) -> None:
    text = end.join(("UNH+1+CUSCAR:D:95B:UN", "BGM+785+1+9", "FTX+AAA+++O'NEIL'S GOODS", "UNT+3+1")) + end
    assert tags(text) == ["UNH", "BGM", "FTX", "UNT"]
    assert values(text, "FTX")[0][3] == ("O'NEIL'S GOODS",)
    assert not any(s.cut for s in read_segments(text))


def test_line_breaks_do_not_end_segments_where_terminators_do() -> None:
    text = "UNH+1+CUSCAR'\nFTX+AAA+++ONE\nRFF+X'\nUNT+1'"
    assert tags(text) == ["UNH", "FTX", "UNT"]


def test_lines_cut_at_one_width_are_joined_as_they_were() -> None:
    whole = "UNH+1+CUSCAR:D:95B:UN'BGM+785+1+9'FTX+AAA+++ACETIC ANHYDRIDE IN DRUMS'UNT+3+1'"
    wrapped = "\n".join(whole[i : i + 20] for i in range(0, len(whole), 20))
    assert list(read_segments(wrapped)) == list(read_segments(whole))


def test_a_break_in_a_text_parts_words() -> None:
    text = "UNH+1+CUSCAR'\nFTX+AAA+++ACETONE\n80 DRUMS'\nUNT+1'\nUNZ+1+1+1+1+1'\n"
    assert values(text, "FTX")[0][3] == ("ACETONE 80 DRUMS",)


def test_doubled_terminators_blanks_and_tabs_are_no_segments() -> None:
    assert tags("\t UNH+1+CUSCAR''  '\n\tBGM+785'\x00\n'UNT+1'") == ["UNH", "BGM", "UNT"]


@pytest.mark.parametrize(
    ("text", "cut"), [("UNH+1'RFF+BM:12", True), ("UNH+1'RFF+BM:12'", False), ("UNH+1'UNT+2+1", False), ("UNH+1'UNZ+1", False)]
)
def test_a_file_that_ends_within_a_segment_says_so(text: str, cut: bool) -> None:
    assert list(read_segments(text))[-1].cut is cut


def test_what_is_no_segment_is_kept_as_text() -> None:
    (damaged,) = [s for s in read_segments("UNH+1'hello world'UNT+1'") if not s.tag]
    assert (damaged.number, damaged.elements, damaged.text()) == (2, (("hello world",),), "+hello world")


@pytest.mark.parametrize(("size", "read"), [(MAX_SEGMENT, True), (MAX_SEGMENT + 1, False)])
def test_a_segment_beyond_the_limit_is_damage(size: int, read: bool) -> None:
    segment = list(read_segments("UNH+1'" + "FTX+AAA+++".ljust(size, "x") + "'"))[1]
    assert bool(segment.tag) is read


def test_x12_takes_its_characters_from_where_they_stand_in_isa() -> None:
    head = "ISA|00|          |00|          |ZZ|A              |ZZ|B              |260301|0900|U|00401|000000001|0|P|>"
    assert tags(f"{head}^ST|309|1^M11|A:B*C~D^SE|1^") == ["ISA", "ST", "M11", "SE"]
    assert values(f"{head}^ST|309|1^M11|A:B*C~D^SE|1^", "M11") == [(("A:B*C~D",),)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "~\r\n", "~"])
def test_x12_ends_segments_as_its_header_does(end: str) -> None:
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0900*U*00401*000000001*0*P*>"
    assert tags(end.join((head, "ST*309*1", "M11*1", "SE*1", ""))) == ["ISA", "ST", "M11", "SE"]


def test_a_header_that_lost_its_padding_is_read() -> None:
    head = "ISA*00**00**ZZ*A*ZZ*B*260301*0900*U*00401*1*0*P*>"
    assert tags(f"{head}~ST*309*1~SE*1~") == ["ISA", "ST", "SE"]


@pytest.mark.parametrize("end", ["~", "\n"])
def test_x12_without_a_header_is_read(end: str) -> None:
    text = f"ST*309*1{end}N10*1*SAID TO BE 5 > 4{end}SE*1{end}"
    assert tags(text) == ["ST", "N10", "SE"]
    assert values(text, "N10") == [(("1",), ("SAID TO BE 5 > 4",))]


def test_several_x12_interchanges_have_characters_of_their_own() -> None:
    one = "ISA*00**00**ZZ*A*ZZ*B*260301*0900*U*00401*1*0*P*>~ST*309*1~SE*1~IEA*1~"
    two = "ISA|00||00||ZZ|A|ZZ|B|260301|0900|U|00401|1|0|P|>^ST|310|1^SE|1^IEA|1^"
    assert [s.get(1) for s in read_segments(one + "\r\n" + two) if s.tag == "ST"] == ["309", "310"]


def test_elements_are_counted_as_the_standards_count() -> None:
    segment = Segment(1, "NAD", (("CZ",), (), (" x ", "y")))
    assert [
        segment.get(0),
        segment.get(1),
        segment.get(2),
        segment.get(3),
        segment.get(3, 1),
        segment.get(3, 2),
        segment.get(4),
    ] == ["", "CZ", "", "x", "y", "", ""]
    assert (segment.all(3), segment.all(4), segment.all(0)) == ((" x ", "y"), (), ())


def test_x12_is_written_without_a_release_character() -> None:
    assert write_segment("N1", [["SH"], ["A*B"]], X12_SYNTAX) == "N1*SH*A*B~"


@pytest.mark.parametrize(("count", "read"), [(3, True), (4, False)])
def test_segments_have_a_limit(monkeypatch: pytest.MonkeyPatch, count: int, read: bool) -> None:
    monkeypatch.setattr(edi, "MAX_SEGMENTS", 3)
    if read:
        assert len(list(read_segments("RFF+A'" * count))) == count
        return
    with pytest.raises(UnreadableManifest, match="more than 3 segments"):
        list(read_segments("RFF+A'" * count, "m"))
