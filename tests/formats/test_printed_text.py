"""Reports that are printed as text, as cells."""

from __future__ import annotations

import pytest

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.printed_text import read_printed_text
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.text_tables import _inherited


def sheets_of(text: str) -> list[Sheet]:
    return read_printed_text(open_text(Blob("m.txt", text.encode())))


def rows_of(text: str) -> list[list[str]]:
    """The filled cells of the rows of all tables, from their headers on."""
    rows = [[cell for cell in row if cell] for sheet in sheets_of(text) for row in sheet.head]
    return [row for row in rows if row]


def texts_of(text: str) -> list[str]:
    return [one.text for sheet in sheets_of(text) for one in sheet.out_of_table_texts]


RULED = """\
BILL       GOODS                 PKGS   GROSS KG
---------- ------------------ ------- ----------
BX1        ACETONE                 20     1200.5
{more}BX3        SAFROLE                  4       25.0
"""


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ("BX2        SHIRTS  BLUE            9      300.0\n", ["BX2", "SHIRTS  BLUE", "9", "300.0"]),
        ("========== TOTAL                  20     1200.5\n", ["TOTAL", "20", "1200.5"]),
        ("REF: 12    SHIRTS                  9      300.0\n", ["REF: 12", "SHIRTS", "9", "300.0"]),
        ("BX2        SHIRTS OF COTTON, LONG, BLUE 9 300.0\n", ["BX2", "SHIRTS OF COTTON,", "LONG, BLUE", "9 300.0"]),
    ],
)
def test_a_row_below_a_rule_is_cut_where_the_rule_is_broken(more: str, row: list[str]) -> None:
    assert rows_of(RULED.format(more=more))[2] == row


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("3 rows selected.\n", "3 rows selected."),
        ("(CONTINUED ON NEXT PAGE)\n", "(CONTINUED ON NEXT PAGE)"),
        ("TOTAL BILLS: 7      TOTAL KG: 12\n", "TOTAL BILLS: 7      TOTAL KG: 12"),
    ],
)
def test_what_is_not_a_row_stands_beside_the_table(more: str, text: str) -> None:
    assert [row[0] for row in rows_of(RULED.format(more=more))] == ["BILL", "BX1", "BX3"]
    assert texts_of(RULED.format(more=more)) == [text]


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ("           IN DRUMS OF STEEL\n", ["BX1", "ACETONE\nIN DRUMS OF STEEL", "20", "1200.5"]),
        ("           IN DRUMS            SHED B\n", ["BX1", "ACETONE\nIN DRUMS", "20", "1200.5", "SHED B"]),
    ],
)
def test_the_rest_of_a_row_goes_on_with_it_and_touches_no_figure(more: str, row: list[str]) -> None:
    assert rows_of(RULED.format(more=more))[1] == row


BILLS = """\
BILL        SHIPPER             PARCELS        TOTAL KG
     PKGS   GOODS                              GROSS KG
-------------------------------------------------------
A-1         Acme Ltd                 50        16,070.5
       30   ACETONE                            11,040.0
       20   SUGAR                               5,030.5
-------------------------------------------------------
A-2         Bolt SA                   1         3,120.0
        1   LATHE                               3,120.0
-------------------------------------------------------
A-3         Carr SA                   7         1,000.0
A-4         Dock SA                   5           900.0
"""


@pytest.mark.parametrize("more", ["", "SAY: 4 BILLS                        KG TOTAL: 20,190.5\n"])
def test_amounts_of_a_bill_are_in_no_row_of_its_goods(more: str) -> None:
    assert rows_of(BILLS + more)[1:6] == [
        ["A-1", "Acme Ltd", "30", "ACETONE", "11,040.0"],
        ["A-1", "Acme Ltd", "20", "SUGAR", "5,030.5"],
        ["A-2", "Bolt SA", "1", "LATHE", "3,120.0"],
        ["A-3", "Carr SA", "7", "1,000.0"],
        ["A-4", "Dock SA", "5", "900.0"],
    ]


ALIGNED = """\
LIST OF GOODS

NO     GOODS           WEIGHT
1      ACETONE                 1,200.5
2      SUGAR                     300.0
{more}"""


@pytest.mark.parametrize("more", ["", "*** END OF THE WHOLE REPORT ***\n", "3      SALT                      100.0\n"])
def test_figures_stand_right_of_a_name_that_begins_left_of_them(more: str) -> None:
    assert rows_of(ALIGNED.format(more=more))[1:4] == [
        ["NO", "GOODS", "WEIGHT"],
        ["1", "ACETONE", "1,200.5"],
        ["2", "SUGAR", "300.0"],
    ]


TITLED = """\
{title}
SEQ  GOODS                 CONSIGNEE        GROSS KG
---  --------------------  ---------------  --------
  1  ACETONE               Acme Ltd          1,200.5
"""


@pytest.mark.parametrize(
    "title", ["LOADING LIST          TERMINAL NORTH", "     LOADING LIST OF TODAY", "LIST      RUN 2026-03-02    07:11"]
)
def test_a_title_right_above_a_header_is_none_of_its_names(title: str) -> None:
    assert ["SEQ", "GOODS", "CONSIGNEE", "GROSS KG"] in rows_of(TITLED.format(title=title))


BOXED = """\
+--------------------+------------------+
| Shipper            | Consignee        |
+----+---------------+--------+---------+
| No | Goods                  | Kg      |
{more}+----+------------------------+---------+
| 1  | Acetone | 99 % pure    | 1200.50 |
+----+------------------------+---------+
"""


@pytest.mark.parametrize("more", ["", "Vessel: AURORA\n"])
def test_a_box_of_fewer_columns_is_not_a_table_nor_a_bar_within_a_cell_a_border(more: str) -> None:
    rows = rows_of(BOXED.format(more=more))
    assert ["Shipper", "Consignee"] in rows
    assert rows[-1] == ["1", "Acetone | 99 % pure", "1200.50"]
    assert not more or any("AURORA" in " ".join(row) for row in rows)


PAGE = """\
FREIGHT LIST                             PAGE: {page}
MANIFEST: {manifest}
SHIPPER : {shipper}

BILL       GOODS                 PKGS   GROSS KG
---------- ------------------ ------- ----------
"""
ROW = "BX{}        ACETONE                 20     1200.5\n"


def pages(*rows: str, manifests: str = "77", shippers: tuple[str, ...] = ("Acme Ltd", "Bolt SA", "Carr SA")) -> str:
    return "\f".join(
        PAGE.format(page=at + 1, manifest=manifests[at % len(manifests)], shipper=shippers[at]) + row
        for at, row in enumerate(rows)
    )


def test_the_number_of_a_page_is_not_what_its_heading_says() -> None:
    names, *rows = rows_of(pages(ROW.format(1), ROW.format(2)))
    assert names == ["BILL", "GOODS", "PKGS", "GROSS KG", "MANIFEST", "SHIPPER"]
    assert [row[-2:] for row in rows] == [["7", "Acme Ltd"], ["7", "Bolt SA"]]


def test_what_a_page_without_rows_says_is_a_text() -> None:
    assert "SHIPPER: Bolt SA" in texts_of(pages(ROW.format(1), "", ROW.format(2)))


def test_a_heading_of_few_labels_leaves_what_the_others_say() -> None:
    text = pages(ROW.format(1), ROW.format(2), manifests="78", shippers=("Acme Ltd\nNOTIFY  : Dock Ltd\nVESSEL  : AURORA", "x"))
    rows = rows_of(text.replace("SHIPPER : x\n", ""))
    assert [row[4:] for row in rows if row[0].startswith("BX")] == [
        ["7", "Acme Ltd", "Dock Ltd", "AURORA"],
        ["8", "Acme Ltd", "Dock Ltd", "AURORA"],
    ]


def test_a_heading_in_other_words_is_one_where_the_header_comes_again() -> None:
    second = PAGE.format(page=2, manifest="7", shipper="Bolt SA").replace("FREIGHT LIST", "FREIGHT LIST (REST)") + ROW.format(2)
    text = pages(ROW.format(1)) + "\n" + second
    assert [row[-1] for row in rows_of(text) if row[0].startswith("BX")] == ["Acme Ltd", "Bolt SA"]
    assert "FREIGHT LIST (REST)" in texts_of(text)


def test_one_row_with_figures_is_a_table_of_its_own() -> None:
    other = (
        "\nLOT     CONSIGNEE            DESCRIPTION         NET KG\n"
        + "-" * 55
        + "\nL-1     Acme Ltd             TOLUENE              900.0\nL-2     Bolt SA              RICE               4,000.0\n"
    )
    first, second = sheets_of(pages(ROW.format(1)) + other)
    assert [sheet.name for sheet in (first, second)] == ["m.txt#table 1", "m.txt#table 2"]
    assert any(row[:2] == ("BX1", "ACETONE") for row in first.head)


def test_rows_below_a_long_text_keep_the_numbers_of_their_lines() -> None:
    text = "".join(f"Paragraph {chr(97 + at % 26)}{chr(97 + at // 26)} of the terms\n" for at in range(70)) + pages(ROW.format(1))
    (sheet,) = sheets_of(text)
    header = next(at for at, row in enumerate(sheet.head, start=1) if "BILL" in row)
    assert sheet.read(header, 4).rows.to_pylist() == [77]
    assert "Paragraph aa of the terms" in texts_of(text)


def test_headings_that_say_the_same_stand_above_the_table() -> None:
    assert rows_of(pages(ROW.format(1), ROW.format(2), shippers=("Acme Ltd", "Acme Ltd")))[3:5] == [
        ["BILL", "GOODS", "PKGS", "GROSS KG"],
        ["BX1", "ACETONE", "20", "1200.5"],
    ]


def test_a_page_that_a_form_feed_begins_has_a_heading_in_any_words() -> None:
    second = PAGE.format(page=2, manifest="7", shipper="Bolt SA").replace("FREIGHT LIST", ROW.format(9).strip())
    assert [row[0] for row in rows_of(pages(ROW.format(1)) + "\f" + second + ROW.format(2))] == ["BILL", "BX1", "BX2"]


NARROW = "LOT  GOODS         DRUMS CONSIGNEE       KG\n"


@pytest.mark.parametrize(
    ("goods", "drums", "count", "cells"),
    [
        ("TALC         ", "  120", 2, ["L1", "TALC", "120", "ACME LTD", "9.5"]),
        ("TALC NO 7    ", "STEEL", 6, ["L1", "TALC NO 7", "STEEL", "ACME LTD", "9.5"]),
        ("TALC NO 7    ", "STEEL", 5, ["L1", "TALC NO 7", "STEEL ACME LTD", "9.5"]),
    ],
)
def test_one_blank_parts_columns_where_rows_enough_say_so(goods: str, drums: str, count: int, cells: list[str]) -> None:
    rows = "".join(f"L{at}   {goods} {drums} ACME LTD       9.5\n" for at in range(1, count + 1))
    assert rows_of("\n" + NARROW + rows)[1] == cells


def test_labels_without_end_are_words_of_one_column() -> None:
    text = "\nNO     GOODS           WEIGHT\n" + "".join(
        f"{at:<6} ACETONE         {at}.5\n LOT {chr(97 + at // 26)}{chr(97 + at % 26)}: {at}\n" for at in range(205)
    )
    names, *rows = rows_of(text)
    (sheet,) = sheets_of(text)
    assert len(names) == 203
    assert sheet.read(300, 204).table.column(203).to_pylist()[-1] == "LOT hw: 204"
    assert rows[1] == ["1", "ACETONE", "1.5", "1"]


def test_a_heading_leaves_so_many_labels_to_the_next_page() -> None:
    facts = _inherited({f"L{at}": "x" for at in range(201)}, {"NEW": "y"})
    assert (len(facts), "L0" in facts, "L1" in facts) == (201, False, True)
