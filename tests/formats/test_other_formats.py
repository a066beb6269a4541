from __future__ import annotations

import datetime as dt
import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from precursor_screen.core.errors import InputError, UnknownFormat, UnreadableManifest
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.records import read_json
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.formats.table import open_sheets
from precursor_screen.formats.workbook import read_workbook, text_of
from precursor_screen.readers.registry import read
from tests.readers import shipments


def rows_of(sheet: Sheet) -> list[list[str | None]]:
    return [list(r.values()) for r in sheet.read(0, len(sheet.head[0])).table.to_pylist()]


# Workbooks


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3924100000.0, "3924100000"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (dt.datetime(2026, 3, 28, 18, 30), "2026-03-28T18:30:00"),
        (dt.datetime(2026, 3, 28), "2026-03-28"),
        (dt.date(2026, 3, 28), "2026-03-28"),
        (dt.time(3, 4), "03:04:00"),
        (None, ""),
        (1e22, "1e+22"),
        ("007", "007"),
    ],
)
def test_a_cell_of_a_workbook_as_text(cell: object, text: str) -> None:
    assert text_of(cell) == text


def test_every_sheet_is_read_hidden_ones_too() -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "cover"
    for name, state in (("goods", "visible"), ("more", "hidden"), ("deep", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(["description", "hs code"])
        sheet.append([name, 6907210000])
        sheet.sheet_state = state
    out = io.BytesIO()
    book.save(out)
    sheets = read_workbook(Blob("b.xlsx", out.getvalue()))
    assert [s.name for s in sheets] == ["b.xlsx#cover", "b.xlsx#goods", "b.xlsx#more", "b.xlsx#deep"]
    assert sheets[0].head == ()
    assert rows_of(sheets[3])[1] == ["deep", "6907210000"]


def test_merged_text_is_filled_down_and_merged_numbers_are_not() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["bill", "description", "gross weight"], ["B1", "acetone", 1000], [None, "toluene", None]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("C2:C3")
    out = io.BytesIO()
    book.save(out)
    (read,) = read_workbook(Blob("b.xlsx", out.getvalue()))
    assert rows_of(read)[1:] == [["B1", "acetone", "1000"], ["B1", "toluene", ""]]


def test_a_locked_workbook_says_so() -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
    with pytest.raises(UnreadableManifest, match="password") as caught:
        read_workbook(Blob("b.xlsx", locked))
    assert caught.value.where.file == "b.xlsx"
    assert caught.value.remedy


# JSON


def json_rows(value: object) -> tuple[tuple[str, ...], list[list[str | None]]]:
    sheet = read_json(open_text(Blob("m.json", value if isinstance(value, bytes) else json.dumps(value).encode())))
    return sheet.head[0], rows_of(sheet)


def test_nested_objects_become_columns_with_dots() -> None:
    names, rows = json_rows([{"consignee": {"name": "A", "address": {"city": "B"}}, "n": 1}])
    assert names == ("consignee.name", "consignee.address.city", "n")
    assert rows == [["A", "B", "1"]]


def test_items_of_a_bill_become_rows_that_repeat_the_bill() -> None:
    names, rows = json_rows({"bill": "B1", "containers": [{"number": "X"}, {"number": "Y"}], "items": [{"d": "a"}, {"d": "b"}]})
    assert names == ("bill", "containers.number", "items.d")
    assert rows == [["B1", "X; Y", "a"], ["B1", "X; Y", "b"]]


def test_an_envelope_is_opened() -> None:
    _, rows = json_rows({"manifest": {"bill": "B1", "items": [{"d": "a"}]}})
    assert rows == [["B1", "a"]]


def test_numbers_stay_as_filed() -> None:
    _, rows = json_rows(b'[{"a": 900.10, "b": 12345678901234567890, "c": true, "d": null, "e": [1, "x"], "f": NaN}]')
    assert rows == [["900.10", "12345678901234567890", "TRUE", None, "1; x", None]]


def test_a_broken_line_of_json_lines_is_named() -> None:
    sheet = read_json(open_text(Blob("m", b'{"d": "a"}\nrubbish\n\n{"d": "b"}\n[1]\n')))
    assert [(n.row, n.code) for n in sheet.notes] == [(2, "broken-record"), (3, "blank-row"), (5, "broken-record")]
    body = sheet.read(0, 1)
    assert body.rows.to_pylist() == [1, 4]


def test_lone_surrogates_become_replacement_characters() -> None:
    _, rows = json_rows(b'[{"d": "a\\ud800b"}]')
    assert rows == [["a\ufffdb"]]


# Arrow


def test_arrow_types_as_text() -> None:
    table = pa.table(
        {
            "f": pa.array([1.0, float("nan"), 0.1]),
            "t": pa.array([dt.datetime(2026, 3, 28, 18, 30), None, dt.datetime(2026, 3, 29)]),
            "d": pa.array([dt.datetime(2026, 3, 28), None, dt.datetime(2026, 3, 29)]),
            "b": pa.array([b"ab", b"\xff", None]),
            "s": pa.array([{"x": 1, "y": "z"}, None, {"x": None, "y": "w"}]),
            "n": pa.nulls(3),
        }
    )
    out = io.BytesIO()
    parquet.write_table(table, out)
    (sheet,) = open_sheets(Blob("m", out.getvalue()))
    assert sheet.head[0] == ("f", "t", "d", "b", "s.x", "s.y", "n")
    assert rows_of(sheet)[0] == ["1", "2026-03-28T18:30:00", "2026-03-28", "ab", "1", "z", None]
    assert rows_of(sheet)[1] == [None, None, None, "\ufffd", None, None, None]


# Hostile files

PARQUET = shipments.as_parquet()
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "blanks": b"\n\n   \n",
    "zeros": b"\x00" * 70_000,
    "binary": bytes(range(256)) * 300,
    "program": b"\x7fELF" + bytes(400),
    "xml": b'<?xml version="1.0"?><manifest/>',
    "pdf": b"%PDF-1.7 ...",
    "parquet without its footer": PARQUET[: len(PARQUET) // 2],
    "parquet with a broken footer": PARQUET[:-8] + b"\xff\xff\xff\x7fPAR1",
    "arrow cut off": shipments.as_feather()[:100],
    "zip of nothing": b"PK\x05\x06" + b"\x00" * 18,
    "workbook cut off": shipments.as_xlsx()[:2000],
    "xls header alone": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000,
    "old xls record": b"\x09\x08\x10\x00" + b"\x00" * 100,
    "json nothing": b"{}",
    "json cut off": b'[{"description": "a"',
    "json numbers": b"[1, 2, 3]",
    "json deep": b"[" * 100_000,
    "json of many keys": json.dumps([{f"k{i}": i for i in range(3000)}]).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_names_the_file_and_a_remedy(name: str) -> None:
    with pytest.raises(InputError) as caught:
        open_sheets(Blob("file.xls", HOSTILE[name]))
    assert caught.value.where.file == "file.xls"
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "page",
    [b"<html><body><table><tr><td>description</td></tr></table></body></html>", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>"],
)
def test_a_web_page_is_called_one(page: bytes) -> None:
    with pytest.raises(UnknownFormat, match="web page") as caught:
        read(page, "file.xls")
    assert caught.value.where.file == "file.xls"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04", "zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PAR1", "parquet"),
        (b"ARROW1\x00\x00", "arrow"),
        (b"a,b\n1,2\n", "text"),
        ("a,b\n1,2\n".encode("utf-16"), "text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "text"),
        (b"a\x1db\n1\x1d2\n", "text"),
        (b"  [ {", "json"),
        ("<html>".encode("utf-16"), "html"),
        (b"UNB+UNOA:1+A+B'", "edifact"),
    ],
)
def test_content_tells_the_kind(head: bytes, kind: str) -> None:
    assert sniff_kind(head) == kind
