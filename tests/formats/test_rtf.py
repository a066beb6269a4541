"""Documents in RTF: tables, letters of code pages and of Unicode, what stands beside the text, and damage."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import InputError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.flow import Flow
from precursor_screen.formats.rtf import _Reader, read_rtf
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.formats.table import open_sheets
from tests.examples import examples

HEAD = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Gothic;}}"


def rtf(body: str) -> Sheet:
    (only,) = open_sheets(Blob("d.rtf", f"{HEAD}{body}}}".encode()))
    return only


def rows(*made: tuple[str, ...], edges: tuple[int, ...] = (1000, 2000, 3000), flags: str = "") -> str:
    begin = "".join([r"\trowd", flags, *(rf"\cellx{edge}" for edge in edges), r"\pard\intbl "])
    return "".join(begin + "".join(rf"{text}\cell " for text in row) + r"\row " for row in made)


def test_tables_are_sheets_with_the_lines_above():
    body = rf"\pard Packing list\par Shipper:\tab Acme\par {rows(('Goods', 'HS', 'kg'), ('wool', '510111', '5'))}\pard Signed\par"
    only = rtf(body)
    assert sniff_kind(HEAD.encode()) == "rtf"
    assert only.head == (("Goods", "HS", "kg"), ("wool", "510111", "5"))
    assert only.above == (("Packing list",), ("Shipper:", "Acme"))
    assert [one.text for one in only.out_of_table_texts] == ["Packing list", "Shipper: Acme", "Signed"]


def test_cells_stand_below_the_edges_of_their_columns():
    body = rows(("Goods", "HS", "kg")) + rows(("Total", "5"), edges=(2010, 3000))
    assert rtf(body).head == (("Goods", "HS", "kg"), ("Total", "", "5"))


@pytest.mark.parametrize(("edge", "total"), [(2030, ("Total", "", "5")), (2031, ("Total", "", "", "5"))])
def test_edges_that_are_close_are_one(edge, total):
    body = rows(("Goods", "HS", "kg")) + rows(("Total", "5"), edges=(edge, 3000))
    assert rtf(body).head[1] == total


def test_a_cell_stands_over_so_many_columns_at_most():
    body = rows(tuple(f"c{number}" for number in range(70)), edges=tuple(range(1000, 71_000, 1000)))
    assert rtf(body + rows(("Total", "5"), edges=(69_000, 70_000))).head[1] == ("Total", *[""] * 63, "5")


@pytest.mark.parametrize(("count", "column"), [(999, 999), (1_000, 1_000), (1_001, 1_000)])
def test_edges_beyond_a_thousand_are_none(count, column):
    reader = _Reader(Flow(9))
    for number in range(count):
        reader._word("cellx", 100 * number)
    assert len(reader._edges) == column


def test_a_cell_that_goes_on_below_says_the_same():
    body = rows(("wool", "1")) + rows(("", "2"), flags=r"\clvmrg")
    assert rtf(body).head == (("wool", "1"), ("wool", "2"))


def test_lines_within_a_cell_stay_in_it_and_tables_apart_are_two():
    two = rows((r"wool\par raw", "1"), ("tin", "2"))
    first, second = open_sheets(Blob("d.rtf", f"{HEAD}{two}\\pard and\\par {two}}}".encode()))
    assert first.head == (("wool\nraw", "1"), ("tin", "2")) == second.head
    assert second.above == (("and",),)


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        (r"\f1 \'f8\'e5\'f0\'f1\'f2\'fc", "шерсть"),
        (r"\u1096?\u1077?", "ше"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\uc2\u1096\'20\'20\u1077 xy}z", "шеz"),
        (r"{\f2 \'83\'41\'83b}", "アッ"),  # the second byte may be a letter
        (r"a\~b\_c\-d \{e\} \\ \'e9", r"a b-cd {e} \ é"),
        (r"a\emdash b \bullet", "a—b •"),
        ("wo\r\nol", "wool"),
    ],
)
def test_letters(coded, text):
    assert [one.text for one in rtf(rf"\pard {coded}\par").out_of_table_texts] == [text]


def test_what_is_beside_the_text_is_screened_and_what_is_hidden_told():
    beside = r"{\info{\title raw silk}}{\header head\par}{\*\generator silk}{\*\bkmkstart tin}{\footnote{\b no}te}"
    body = rf"{beside}\pard seen {{\v acetone}}{{\deleted toluene}} too\par \v safrole\v0\par"
    only = rtf(body)
    assert [(one.place, one.text) for one in only.out_of_table_texts] == [
        ("document", "seen too"),
        ("document property", "raw silk"),
        ("header of the document", "head"),
        ("part of the document", "tin"),
        ("footnote of the document", "note"),
        ("deleted text of the document", "toluene"),
        ("hidden text of the document", "acetone"),
        ("hidden text of the document", "safrole"),
    ]
    assert [(note.code, note.count) for note in only.notes] == [("hidden-text", 2), ("hidden-text", 1)]


def test_pictures_and_files_are_told():
    only = rtf(r"\pard words\par{\pict\pngblip 8950}{\object{\*\objdata 0105}}")
    assert [note.code for note in only.notes] == ["wordless-part", "unread-part"]


def test_one_that_was_cut_short_says_so():
    (only,) = read_rtf(Blob("d.rtf", rf"{HEAD}\pard words\par".encode()))
    assert [note.code for note in only.notes] == ["lost-rows"]


@pytest.mark.parametrize(
    "cut", [r"{\footnote wool", r"\trowd\cellx9\pard\intbl wool\cell", r"\trowd\cellx9\intbl wool", r"\v wool", r"{\*\x{\y wool}"]
)
def test_what_was_begun_is_screened(cut):
    (only,) = read_rtf(Blob("d.rtf", (HEAD + cut).encode()))
    assert [one.text for one in only.out_of_table_texts] == ["wool"]


def test_bytes_of_a_file_are_passed_over():
    assert [one.text for one in rtf(r"\pard a\bin4 }}}}b\par").out_of_table_texts] == ["ab"]


def test_one_that_is_nested_without_end_is_refused_in_words():
    read_rtf(Blob("d.rtf", (HEAD + "{" * 999).encode()))
    with pytest.raises(InputError, match="nested too deep") as caught:
        open_sheets(Blob("d.rtf", (HEAD + "{" * 1000).encode()))
    assert caught.value.remedy


@examples(30, 300)
@given(st.lists(st.sampled_from(["{", "}", "\\", "\\'", "\\'zz", "\\u", "\\u99999999999", "\\cell", "\\row", "\\trowd", "\\cellx-5", "\\bin9", "\\*", "\\f1", "\\fcharset204", "\\pard", "\\par", "\\intbl", "\\v", "wool ", "é"]), max_size=30))  # fmt: skip
def test_any_document_is_read_or_refused_in_words(parts):
    with suppress(InputError):
        read_rtf(Blob("d.rtf", (HEAD + "".join(parts)).encode()))
