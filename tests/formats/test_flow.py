"""What a document says, in its order: lines, tables, frames, and the limits of each."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.flow import Flow
from precursor_screen.formats.sheet import Sheet


def line(flow: Flow, text: str) -> None:
    flow.hear(text)
    flow.end_line()


def table(flow: Flow, *rows: tuple[str, ...], is_open: bool = False) -> None:
    flow.open_table()
    for row in rows:
        flow.open_row()
        for text in row:
            flow.open_cell()
            flow.hear(text)
    if not is_open:
        flow.close_table()


def sheets(flow: Flow) -> list[Sheet]:
    return flow.sheets("d", "DOCX", "document")


TWO = (("a", "b"), ("c", "d"))


@pytest.mark.parametrize(("count", "kept"), [(300, 300), (301, 300)])
def test_of_the_lines_above_a_table_the_nearest_are_kept(count, kept):
    flow = Flow(99)
    for number in range(count):
        line(flow, f"line {number}")
    table(flow, *TWO)
    assert list(sheets(flow)[0].above) == [(f"line {number}",) for number in range(count - kept, count)]


@pytest.mark.parametrize(("count", "kept"), [(100, 100), (101, 100)])
def test_and_of_those_below_the_last(count, kept):
    flow = Flow(99)
    table(flow, *TWO)
    for number in range(count):
        line(flow, f"line {number}")
    assert sheets(flow)[0].below == tuple((f"line {number}",) for number in range(kept))


@pytest.mark.parametrize(("deep", "lines"), [(101, ["x"] * 101), (102, ["x"] * 102)])
def test_tables_that_never_end_are_not_within_each_other_for_ever(deep, lines):
    flow = Flow(9_999)
    for _ in range(deep):
        table(flow, ("x",), is_open=True)
    flow.close_table()
    assert flow.in_table
    for _ in range(99):
        flow.close_table()
    assert flow.in_table
    flow.close_table()
    assert not flow.in_table  # 101 were open
    assert [one.text for one in sheets(flow)[0].out_of_table_texts] == lines


@pytest.mark.parametrize(("most", "is_read"), [(4, True), (3, False)])
def test_more_cells_than_are_read_are_refused(most, is_read):
    flow = Flow(most)
    if is_read:
        table(flow, *TWO)
        assert sheets(flow)[0].head == TWO
    else:
        with pytest.raises(UnreadableManifest, match="more cells"):
            table(flow, *TWO)


@pytest.mark.parametrize(
    ("rows", "is_one"),
    [(TWO, True), ((("a", "b"),), False), ((("a",), ("b",)), False), ((("a", "b"), ("c", " ")), False)],
)
def test_what_is_a_table(rows, is_one):
    flow = Flow(99)
    table(flow, *rows)
    (only,) = sheets(flow)
    assert bool(only.head) is is_one
    assert [one.text for one in only.out_of_table_texts] == (
        [] if is_one else ["a b", "c"][: len(rows)] if len(rows[0]) > 1 else ["a", "b"]
    )


def test_a_table_in_a_table_of_goods_stands_behind_it():
    flow = Flow(99)
    table(flow, *TWO, ("e", "f"), is_open=True)
    table(flow, ("g", "h"), ("i", "j"))
    flow.close_table()
    assert [one.head for one in sheets(flow)] == [(*TWO, ("e", "f")), (("g", "h"), ("i", "j"))]
