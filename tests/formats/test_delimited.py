from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.delimited import find_dialect, read_delimited
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.sheet import Body


def body_of(text: str, width: int, after: int = 1) -> Body:
    return read_delimited(open_text(Blob("m.csv", text.encode("utf-8", "surrogatepass")))).read(after, width)


def cells_of(body: Body) -> list[list[str | None]]:
    return [list(row.values()) for row in body.table.to_pylist()]


@pytest.mark.parametrize(
    ("sample", "delimiter", "width"),
    [
        ("a,b,c\n1,2,3\n", ",", 3),
        ("a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n", ";", 3),
        ("a\tb\n1,2\t3,4\n", "\t", 2),
        ("name@weight\nx, y@1\nz, w@2\n", "@", 2),
        ("name,mail\nx,a@b.c\ny,d@e.f\n", ",", 2),
        ("DATA\n\n\na,b,c\n1,2,3\n4,5,6\n", ",", 3),
        ("sep=|\na|b\n1|2\n", "|", 2),
        ("description\nacetic anhydride\nTOLUENE, 200 L\n", "\x1f", 1),
        ('text\n"a, b"\n"c, d, e"\n"f"\n', "\x1f", 1),
        ("no,firm,goods\n" + "1,Acme,a; b; c; d; e; f; g\n2,Bold,h; i; j; k; l; m; n\n" * 9, ",", 3),
        ("firm,of;goods\nAcme,Ltd;a\nBold,Ltd;b\n", ";", 2),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_evenly(sample: str, delimiter: str, width: int) -> None:
    dialect = find_dialect(sample)
    assert (dialect.delimiter, dialect.width) == (delimiter, width)


def test_nothing_is_taken_for_null_or_for_a_number() -> None:
    body = body_of("a,b,c\nNA,NULL,007\n,1.0,true\n", 3)
    assert cells_of(body) == [["NA", "NULL", "007"], ["", "1.0", "true"]]
    assert body.rows.to_pylist() == [2, 3]


def test_line_breaks_in_quotes_do_not_end_a_row() -> None:
    body = body_of('a,b\n"x\ny, z",1\nw,2\n', 2)
    assert cells_of(body) == [["x\ny, z", "1"], ["w", "2"]]
    assert body.rows.to_pylist() == [2, 3]


def test_rows_of_another_width_are_named_not_lost() -> None:
    body = body_of("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n", 3)
    assert cells_of(body) == [["1", "2", "3"], ["4", "5", ""], ["10", "11", "12"]]
    assert body.rows.to_pylist() == [2, 3, 5]
    assert [(b.row, b.text, b.count, b.code) for b in body.broken] == [
        (3, "", 1, "short-row"),
        (4, "6,7,8,9", 1, "broken-row"),
    ]


GOODS = "bill,goods,code,kg,firm\n" + "".join(
    f"B{i},{goods},{code},{i}0,{firm}\n"
    for i, (goods, code, firm) in enumerate(
        [("wool", "510111", "Acme Ltd"), ("cotton yarn", "520511", "Bold Inc"), ("tin plate", "721012", "Acme Ltd")] * 3, 1
    )
)


@pytest.mark.parametrize(
    ("row", "cells", "code"),
    [
        ("B20,toluene,290230,500", ["B20", "toluene", "290230", "500", ""], "short-row"),
        ("B20,toluene", ["B20", "toluene", "", "", ""], "short-row"),
        ("B20,toluene, pure,290230,500,Acme Ltd", ["B20", "toluene, pure", "290230", "500", "Acme Ltd"], "long-row"),
        (
            "B20,toluene,pure,in drums,290230,500,New Ltd",
            ["B20", "toluene,pure,in drums", "290230", "500", "New Ltd"],
            "long-row",
        ),
        ("B20,toluene,290230,500,New Firm, Ltd", ["B20", "toluene", "290230", "500", "New Firm, Ltd"], "long-row"),
        ("B20,toluene,290230,500,Acme Ltd,,", ["B20", "toluene", "290230", "500", "Acme Ltd"], ""),
        ("B20,toluene,290230,1,500,Acme Ltd", None, "broken-row"),  # of the mass, or of the code
        ("printed by the system of the office on Monday", None, "broken-row"),
    ],
)
def test_what_other_rows_hold_says_where_a_row_was_cut(row, cells, code):
    body = body_of(f"{GOODS}{row}\nB99,last,510111,9,Bold Inc\n", 5)
    assert cells_of(body)[9:-1] == ([cells] if cells else [])
    assert [b.code for b in body.broken] == ([code] if code else [])
    assert [b.text for b in body.broken if b.code == "broken-row"] == ([] if cells else [row])


def test_words_behind_the_last_column_are_kept() -> None:
    body = body_of("goods,code\nwool,510111\ntin,800110\ntoluene,290230,x y,second floor\n", 2)
    assert cells_of(body)[-1] == ["toluene", "290230"]
    assert [(b.code, b.text) for b in body.broken] == [("long-row", "x y,second floor")]


def test_a_last_row_that_breaks_off_may_be_that_of_a_file_that_was_cut() -> None:
    cut = body_of(f"{GOODS}B20,toluene,29", 5)
    assert [b.code for b in cut.broken] == ["lost-rows"]
    assert cells_of(cut)[-1] == ["B20", "toluene", "29", "", ""]
    assert [b.code for b in body_of(f"{GOODS}B20,toluene,29\n", 5).broken] == ["short-row"]
    assert [b.code for b in body_of(f"{GOODS}B20,toluene,29\nB21,tin,80", 5).broken] == ["short-row"] * 2


def test_rows_whose_last_cells_are_left_out_are_cut_by_the_delimiter_of_their_header() -> None:
    rows = [
        "bill;goods;code;kg;firm;port",
        "1;wool",
        "2;tin;800110",
        "3;ink;321511;5",
        "4;tea",
        "5;oil;150710;1;Acme;X",
        "6;tar;2706",
    ]
    assert find_dialect("\n".join(rows) + "\n").delimiter == ";"


def test_surplus_delimiters_at_the_end_are_no_fault() -> None:
    body = body_of("a,b\n1,2\n3,4,,\n5,6\n", 2)
    assert cells_of(body) == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert body.rows.to_pylist() == [2, 3, 4]
    assert body.broken == ()


def test_an_unbalanced_quote_swallows_no_row() -> None:
    rows = [f"{i},item {i},{i}.5,x" for i in range(2, 60)]
    rows[10] = '12,"pipe 2 inch,12.5,x'
    rows[30] = '32,"tube" 3 inch,32.5,x'
    body = body_of("n,text,mass,end\n" + "\n".join(rows) + "\n", 4)
    assert body.rows.to_pylist() == list(range(2, 60))
    cells = cells_of(body)
    assert [c[0] for c in cells] == [str(i) for i in range(2, 60)]
    assert cells[10][1] == '"pipe 2 inch'


def test_inch_marks_within_cells_are_text() -> None:
    body = body_of('n,text\n1,PIPE 5" DIA\n2,TUBE 3"\n3,x\n', 2)
    assert cells_of(body) == [["1", 'PIPE 5" DIA'], ["2", 'TUBE 3"'], ["3", "x"]]


def test_a_cell_larger_than_a_block_is_read() -> None:
    big = "x" * (9 << 20)
    body = body_of(f'a,b\n1,"{big}"\n2,y\n', 2)
    assert body.rows.to_pylist() == [2, 3]
    assert len(body.table.column(1)[0].as_py()) == len(big)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_ends_a_row(ending: str) -> None:
    body = body_of(ending.join(["a,b", "1,2", "3,4", ""]), 2)
    assert cells_of(body) == [["1", "2"], ["3", "4"]]


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="empty"):
        read_delimited(open_text(Blob("m.csv", b"  \n \n")))


FIGURES = "n,text,mass,end\n" + "".join(f"{i},item {i},{i}.5,x\n" for i in range(2, 30))


@pytest.mark.parametrize(
    ("record", "cells", "codes"),
    [
        ('40,"ROAD 1\nTOWN, LAND, 7",4.5,x', [["40", "ROAD 1\nTOWN, LAND, 7", "4.5", "x"]], []),
        ('40,"a\nb, c, d, e",4.5,x', [["40", "a\nb, c, d, e", "4.5", "x"]], []),  # as many delimiters as rows would have
        ('40,"a,4.5,x\n41,b",4.6,y', [["40", "a,4.5,x\n41,b", "4.6", "y"]], ["doubtful-quotes"]),  # these could be rows
        ('40,"a,4.5,x\n41,b",4.6', [["40", '"a', "4.5", "x"], ["41", 'b"', "4.6", ""]], ["doubtful-quotes", "short-row"]),
        (
            '40,"a,4.5,x\n41,b,4.6,y\n42,c",9',
            [["40", '"a', "4.5", "x"], ["41", "b", "4.6", "y"], ["42", 'c"', "9", ""]],
            ["doubtful-quotes", "short-row"],
        ),
        ('40,"ROAD 1\nTOWN, LAND, 7",x', [["40", "ROAD 1\nTOWN, LAND, 7", "x", ""]], ["short-row"]),
        ('40,"a\nb, c, d, e",x', [["40", "a\nb, c, d, e", "x", ""]], ["short-row"]),
    ],
)
def test_a_quoted_cell_over_lines_is_one_row_unless_its_lines_are_rows(record, cells, codes):
    body = body_of(FIGURES + record + "\n99,last,9.9,x\n", 4)
    assert cells_of(body)[28:-1] == cells
    assert cells_of(body)[-1] == ["99", "last", "9.9", "x"]
    assert [b.code for b in body.broken] == codes


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8))
def test_what_a_writer_quotes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("first", "second", "third"))
    writer.writerows(rows)
    body = body_of(out.getvalue(), 3)
    read = [tuple(c) for c in cells_of(body)]
    if not any("\ufeff" in cell for row in rows for cell in row):
        assert read == rows


@given(st.text(alphabet=',;"\n\r ab1\x00\x1d', max_size=200))
def test_every_record_is_a_row_or_is_named(text: str) -> None:
    source = "first,second\n" + text
    sheet = read_delimited(open_text(Blob("m.csv", source.encode())))
    body = sheet.read(1, 2)
    numbers = sorted({*body.rows.to_pylist(), *(b.row for b in body.broken)})
    assert numbers == list(range(2, 2 + len(numbers)))
    assert body.table.num_rows == len(body.rows)
    marked = [c for c in text if c in "ab1"]
    kept = "".join(c or "" for row in cells_of(body) for c in row) + "".join(b.text for b in body.broken)
    assert sum(c in "ab1" for c in kept) == len(marked)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ("77;ACETONA;1250,50;2,5", "semicolon, next comma"),
        ("7;a;x,y;b,c", "comma, next semicolon"),  # no decimal commas
        ("77,1250,50", "comma"),
        ("a;1,5", "semicolon, next comma"),
        ("a,1;5,b", "comma, next semicolon"),
        ("ACETONA", "one text a line"),
    ],
)
def test_the_delimiter_and_its_rival_are_told(row, shown):
    assert str(find_dialect(f"{row}\n" * 3)) == shown
