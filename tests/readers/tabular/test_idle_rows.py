"""Rows that are no line of their own, looked at without a file: which go, what is said of them, and what goes on above them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.formats.sheet import Body
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular import rows as module
from precursor_screen.readers.tabular.rows import drop_idle_rows, drop_notes, drop_sections, join_continued

NAMES = ("item", "text", "code", "mass")
Row = tuple[str | None, ...]
GOODS = ("1", "tiles", "690721", "10")
TOTAL = ("", "Total", "", "10")
FIELDS = {"texts": (1,), "codes": (2,), "parties": (), "figures": (3,)}


def body(rows: list[Row], numbers: list[int] | None = None) -> Body:
    columns = [pa.chunked_array([pa.array([r[i] for r in rows], pa.string())]) for i in range(len(NAMES))]
    return Body(pa.Table.from_arrays(columns, names=list(NAMES)), pa.array(numbers or range(2, 2 + len(rows)), pa.int64()))


NO_TOTALS = body([])


def plain(found: Body) -> list[tuple[int, Row]]:
    assert found.table.num_rows == len(found.rows)
    return list(zip(found.rows.to_pylist(), (tuple(r.values()) for r in found.table.to_pylist()), strict=True))


def said(issues: IssueList) -> list[tuple[Any, ...]]:
    return [(code, row, message, count) for code, row, _, _, message, count, _ in issues.rows]


def dropped(
    *rows: Row, texts: tuple[int, ...] = (1,), codes: tuple[int, ...] = (2,)
) -> tuple[list[int], list[int], list[tuple[Any, ...]]]:
    issues = IssueList("m")
    kept, totals = drop_idle_rows(body(list(rows)), NAMES, texts, codes, issues)
    return [n for n, _ in plain(kept)], [n for n, _ in plain(totals)], said(issues)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (GOODS, ""),
        (("", "", "", ""), "blank-row"),
        ((None, None, None, None), "blank-row"),
        ((" ", "\u00a0", "\ufeff", "\t"), "blank-row"),
        ((None, "", None, "."), ""),
        (("Total", "", "", "10"), "totals-row"),
        (("", "", "", "TOTAL:"), "totals-row"),
        (("x", "", "", "Total"), ""),  # the first cell of words says it
        (("20", "", "", "Total"), "totals-row"),
        (("20", "", "المجموع", ""), "totals-row"),  # where codes stand
        (("20", "tiles", "Total", ""), ""),
        (("1", "Grand Total", "", "10"), "totals-row"),
        (("1", "Grand Total", None, "10"), "totals-row"),
        (("Total", "tiles", "", "10"), ""),  # it has goods
        (("Total", "", "690721", "10"), ""),  # it has a code
        (("1", "Total", "690721", "10"), ""),
        (NAMES, "repeated-header"),
        (("item", "text", "code", "10"), ""),
        (("item", "text", "690721", "mass"), ""),
    ],
)
def test_a_row_is_goods_or_says_what_it_is(row, code):
    kept, totals, issues = dropped(GOODS, row, GOODS)
    assert kept == ([2, 4] if code else [2, 3, 4])
    assert totals == ([3] if code == "totals-row" else [])
    assert [(c, n, count) for c, n, _, count in issues] == ([(code, 3, 1)] if code else [])


@pytest.mark.parametrize(
    ("text", "is_total"),
    [
        *((text, True) for text in ("GRAND TOTAL (26 B/L)", "Totale colli: 4", "Total HT", "Subtotal VDM0001747", "Net à payer")),
        *((text, True) for text in ("TVA (exonération art. 262)", "TVA 20 %", "Total carried forward", "Gesamtgewicht: 20.555,50")),
        *((text, True) for text in ("Перенос с листа 1", "Carried over from page 2", "Перенесення з аркуша 3", "Riporto da pagina 1", "承前页")),
        *((text, False) for text in ("Переносной насос", "Carrier bags", "Report paper", "Vortragspult")),
        *((text, False) for text in ("TOTAL QUARTZ ENGINE OIL", "Total UN1294", "Total (acetone 5)", "VAT 1000 L", "Total acetone 4")),
    ],
)  # fmt: skip
def test_words_behind_a_total_say_of_what(text, is_total):
    assert dropped(GOODS, ("", text, "", "10"))[1] == ([3] if is_total else [])


@pytest.mark.parametrize(
    ("rows", "totals"),
    [
        ([("1", "a", "", "10"), ("2", "b", "", "20.5"), ("", "", "", "30.5")], [4]),
        ([("1", "a", "", "1.010,50"), ("2", "b", "", "20,00"), ("", "", "", "1.030,50 kg")], [4]),
        ([("1", "a", "", "1 010,5"), ("2", "b", "", "20"), ("", "", "", "1 030,5")], [4]),
        ([("1", "a", "", "10"), ("2", "b", "", "20"), ("", "", "", "31")], []),
        ([("1", "a", "", "10"), ("2", "b", "", "20"), ("3", "", "", "30")], [4]),  # 1 and 2 are 3
        ([("2", "a", "", "10"), ("3", "b", "", "20"), ("4", "", "", "30")], []),
        ([("B", "a", "", "10"), ("B", "b", "", "20"), ("B", "", "", "30")], [4]),  # of the bill
        ([("A", "a", "", "10"), ("B", "b", "", "20"), ("C", "", "", "30")], []),
        ([("1", "a", "", "10"), ("2", "b", "", "20"), ("", "c", "", "30")], []),
        ([("1", "a", "", "10"), ("2", "b", "", "20"), ("", "", "290244", "30")], []),
        ([("", "a", "", "10"), ("", "", "", "10")], []),  # one row is no list
        ([("", "a", "", "0"), ("", "b", "", "0"), ("", "", "", "0")], []),
        ([("", "a", "", "x"), ("", "b", "", "10"), ("", "", "", "10")], []),
        ([("", "a", "", "10"), ("", "b", "", "20"), ("", "", "", "30"), ("", "c", "", "5"), ("", "d", "", "6"), ("", "", "", "11"),
          ("", "", "", "41")], [4, 7, 8]),  # of a bill, and of all
    ],
)  # fmt: skip
def test_figures_prove_a_sum(rows, totals):
    assert dropped(*rows)[1] == totals


def test_one_row_above_takes_three_figures():
    names = [
        pa.chunked_array([pa.array(c, pa.string())]) for c in (["6", "6"], ["a", ""], ["184.5", "184.5"], ["871.50", "871.50"])
    ]
    given = Body(pa.Table.from_arrays(names, names=list("0123")), pa.array([2, 3]))
    assert drop_idle_rows(given, ("", "", "", ""), (1,), (), IssueList("m"))[1].rows.to_pylist() == [3]


@pytest.mark.parametrize(
    ("row", "is_note"),
    [
        (("Amount in words: six hundred", "", "", ""), True),
        (("Prepaid\n871.50", "", "", "Signature of the shipper"), True),
        (("13 Instructions", "", "", ""), True),
        (("4", "", "", "see remarks"), False),  # a number of a line
        (("see remarks", "", "", "12 kg"), False),
        (("see remarks", "", "", "1.200,50"), False),
        (("MGRE7710", "", "", "see remarks"), False),
        (("see remarks", "Acetone", "", ""), False),
        (("see remarks", "", "291411", ""), False),
        (("*", "", "", "-"), False),
    ],
)
def test_words_below_the_goods_are_notes(row, is_note):
    issues = IssueList("m")
    kept, notes = drop_notes(body([GOODS, row, row]), NO_TOTALS, FIELDS, issues)
    assert ([n for n, _ in plain(kept)], [n for n, _ in plain(notes)]) == (([2], [3, 4]) if is_note else ([2, 3, 4], []))
    assert said(issues) == ([("row-below-goods", 3, "2 rows, words below the goods", 2)] if is_note else [])


def test_rows_far_below_the_goods_are_lines(monkeypatch):
    monkeypatch.setattr(module, "MOST_NOTES", 2)
    note = ("see remarks", "", "", "")
    for rows, left in (([GOODS, ("", "tiles", "", ""), note], 2), ([GOODS, note], 1), ([GOODS, note, note], 3)):
        assert drop_notes(body(rows), NO_TOTALS, FIELDS, IssueList("m"))[0].table.num_rows == left


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([GOODS, TOTAL, ("", "Payable within 30 days", "", "")], 1),
        ([GOODS, TOTAL, ("", "Payable within 30 days", "", "17/09/2026 14:30")], 1),
        ([GOODS, TOTAL, ("", "tiles", "", "12 kg")], 2),
        ([GOODS, TOTAL, ("", "tiles", "", "kg 12")], 2),
        ([GOODS, TOTAL, ("", "tiles", "", "USD 1,200.50")], 2),
        ([GOODS, TOTAL, ("", "tiles", "", "(12)")], 2),
        ([GOODS, TOTAL, ("", "Date", "", "2026-11-03")], 1),
        ([GOODS, TOTAL, ("", "tiles", "", "12 kg"), ("", "see remarks", "", "")], 3),
        ([GOODS, TOTAL, ("", "tiles", "690721", "")], 2),
        ([GOODS, ("", "tiles", "", "")], 2),
        ([TOTAL, ("", "tiles", "", "")], 1),
        ([TOTAL, ("", "tiles", "", ""), ("", "stones", "", "")], 2),
    ],
)
def test_below_the_last_total_only_figures_make_goods(rows, left):
    given, totals = drop_idle_rows(body(rows), ("", "", "", ""), (1,), (2,), IssueList("m"))
    assert drop_notes(given, totals, FIELDS, IssueList("m"))[0].table.num_rows == left


@pytest.mark.parametrize(
    ("row", "left"),
    [
        (("Chemicals", "", "", ""), [2, 4]),
        (("", "", "", "Chemicals"), [2, 4]),
        (("", "Chemicals", "", ""), [2, 3, 4]),  # goods of which nothing is stated
        (("Chemicals", "", "", "12"), [2, 3, 4]),
        (("A-100", "", "", ""), [2, 3, 4]),
        (("*", "", "", ""), [2, 3, 4]),
    ],
)
def test_words_in_one_cell_head_the_rows_below(row, left):
    kept, sections = drop_sections(body([GOODS, row, GOODS]), (1, 2), IssueList("m"))
    assert kept.rows.to_pylist() == left
    assert sections.rows.to_pylist() == [n for n in (2, 3, 4) if n not in left]


def test_words_above_goods_and_parties_are_no_notes():
    note = ("Acme Trading Ltd", "", "", "")
    for rows, parties in (([note, GOODS], ()), ([GOODS, note], (0,)), ([note, note], ())):
        fields = FIELDS | {"parties": parties}
        assert drop_notes(body(rows), NO_TOTALS, fields, IssueList("m"))[0].table.num_rows == 2


def test_neighbours_are_counted_together_and_each_run_is_said():
    blank, total = ("", "", "", ""), ("Total", "", "", "")
    kept, totals, issues = dropped(blank, GOODS, blank, blank, GOODS, total, total, total, blank)
    assert (kept, totals) == ([3, 6], [7, 8, 9])
    assert sorted(issues, key=lambda i: i[1]) == [
        ("blank-row", 2, "blank", 1),
        ("blank-row", 4, "2 rows, blank", 2),
        ("totals-row", 7, "3 rows, a sum of other rows", 3),
        ("blank-row", 10, "blank", 1),
    ]


def test_without_rows_or_without_such_rows_all_stays_as_it_is():
    for rows in ([], [GOODS, GOODS]):
        given, issues = body(rows), IssueList("m")
        kept, totals = drop_idle_rows(given, NAMES, (1,), (2,), issues)
        assert kept is given
        assert (plain(totals), issues.rows) == ([], [])


def test_a_table_without_codes_or_without_texts():
    assert dropped(GOODS, ("Total", "", "", "10"), codes=())[:2] == ([2], [3])
    assert dropped(GOODS, ("Total", "x", "", "10"), texts=())[:2] == ([2], [3])
    assert dropped(GOODS, NAMES, texts=(), codes=())[0] == [2, 3]  # nothing of the goods to know a header by


def test_a_header_without_a_name_is_repeated_by_an_empty_cell():
    columns = [pa.chunked_array([pa.array(c, pa.string())]) for c in (["text", "text", "text"], [None, "", "x"])]
    given = Body(pa.Table.from_arrays(columns, names=["0", "1"]), pa.array([2, 3, 4]))
    kept, _ = drop_idle_rows(given, ("text", ""), (0,), (), IssueList("m"))
    assert kept.rows.to_pylist() == [4]


ALONE = (None, "in drums", None, None)
HEAD = ("1", "tiles", None, "10")


def joined(
    *rows: Row, numbers: list[int] | None = None, texts: tuple[int, ...] = (1,)
) -> tuple[list[tuple[int, Any]], list[tuple[Any, ...]]]:
    issues = IssueList("m")
    found = join_continued(body(list(rows), numbers), texts, issues)
    return [(n, row[1]) for n, row in plain(found)], said(issues)


@pytest.mark.parametrize(
    ("rows", "numbers", "texts"),
    [
        ([HEAD, ALONE], None, [(2, "tiles\nin drums")]),
        ([HEAD, ALONE, ALONE], None, [(2, "tiles\nin drums\nin drums")]),
        ([HEAD, ALONE, HEAD, ALONE], None, [(2, "tiles\nin drums"), (4, "tiles\nin drums")]),
        ([HEAD, ALONE], [2, 4], [(2, "tiles"), (4, "in drums")]),
        ([ALONE, HEAD, ALONE], None, [(2, "in drums"), (3, "tiles\nin drums")]),
        ([ALONE, ALONE, HEAD], None, [(2, "in drums"), (3, "in drums"), (4, "tiles")]),
        ([("1", "tiles", None, None), ALONE], None, [(2, "tiles"), (3, "in drums")]),
        ([("1", None, "690721", None), ALONE], None, [(2, "in drums")]),
        ([("1", "  ", "690721", None), ALONE], None, [(2, "in drums")]),
        ([HEAD, ("n/a", "in drums", "-", " ")], None, [(2, "tiles\nin drums")]),
        ([HEAD, ("2", "in drums", None, None)], None, [(2, "tiles"), (3, "in drums")]),
        ([HEAD, (None, " ", None, None)], None, [(2, "tiles"), (3, " ")]),
        ([HEAD], None, [(2, "tiles")]),
        ([], None, []),
    ],
)  # fmt: skip
def test_a_description_goes_on_below_its_line(rows, numbers, texts):
    found, issues = joined(*rows, numbers=numbers)
    assert found == texts
    assert sum(i[3] for i in issues) == len(rows) - len(texts)


def test_runs_of_rows_that_go_on_are_said():
    _, issues = joined(HEAD, ALONE, ALONE, HEAD, ALONE)
    assert issues == [
        ("continued-row", 3, "2 rows, the description of the line above goes on", 2),
        ("continued-row", 6, "the description of the line above goes on", 1),
    ]


def test_a_description_goes_on_for_so_many_rows_and_no_more(monkeypatch):
    monkeypatch.setattr(module, "MOST_CONTINUED", 2)
    assert joined(HEAD, ALONE, ALONE, HEAD, ALONE)[0] == [(2, "tiles\nin drums\nin drums"), (5, "tiles\nin drums")]
    assert [n for n, _ in joined(HEAD, ALONE, ALONE, ALONE, HEAD, ALONE)[0]] == [2, 3, 4, 5, 6]


def test_each_column_of_text_goes_on_for_itself():
    columns = [
        pa.chunked_array([pa.array(c, pa.string())])
        for c in (["1", None, None], ["tiles", "red", None], ["2", None, None], [None, None, "glazed"], ["3", None, None])
    ]
    given = Body(pa.Table.from_arrays(columns, names=list("01234")), pa.array([2, 3, 4]))
    found = join_continued(given, (1, 3), IssueList("m"))
    assert found.table.to_pylist() == [{"0": "1", "1": "tiles\nred", "2": "2", "3": "glazed", "4": "3"}]


def test_a_table_with_two_columns_beside_the_text_has_no_room_for_more():
    assert joined(HEAD, ALONE, texts=(1, 2))[0] == [(2, "tiles"), (3, "in drums")]
    assert joined(HEAD, ALONE, texts=())[0] == [(2, "tiles"), (3, "in drums")]


def test_below_the_last_total_a_party_makes_a_line():
    given, totals = drop_idle_rows(
        body([GOODS, TOTAL, ("Acme Ltd", "tiles", "", "")]), ("", "", "", ""), (1,), (2,), IssueList("m")
    )
    for parties, left in (((), 1), ((0,), 2)):
        assert drop_notes(given, totals, FIELDS | {"parties": parties}, IssueList("m"))[0].table.num_rows == left


WOOL = ("2", "wool", "510111", "5")


@pytest.mark.parametrize(
    ("row", "is_sum"),
    [
        (("Total", "6 bills of lading", "", "15"), True),
        (("", "6 bills of lading", "", "15"), False),  # nothing says that it is a sum
        (("Total", "6 bills of lading", "", "16"), False),
        (("Total", "say fifteen only", "", "15.1"), False),
        (("Total 5", "6 bills of lading", "510111", "15"), False),  # a code: goods
    ],
)
def test_words_beside_a_sum_that_is_called_so_are_of_it(row: Row, is_sum: bool) -> None:
    assert dropped(GOODS, WOOL, row)[1] == ([4] if is_sum else [])


@pytest.mark.parametrize(("total", "is_sum"), [("3.12", True), ("3.13", True), ("3.14", False), ("3", False)])
def test_the_last_place_of_a_sum_may_be_rounded(total: str, is_sum: bool) -> None:
    goods = [(number, name, "690721", "1.04") for number, name in (("1", "tiles"), ("2", "wool"), ("3", "tin"))]
    assert dropped(*goods, ("Total", "say so", "", total))[1] == ([5] if is_sum else [])
