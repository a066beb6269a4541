"""Every source row is a line or is counted in an issue."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core import schema
from precursor_screen.core.errors import InputError, UnreadableManifest
from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.formats.sniff import is_binary
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read
from tests.examples import examples
from tests.readers import shipments

ROW_CODES = {
    "broken-row",
    "broken-record",
    "blank-row",
    "continued-row",
    "preamble-row",
    "repeated-header",
    "totals-row",
    "no-usable-column",
}


def rows_accounted(result: InputTables) -> int:
    return result.lines.num_rows + sum(i["count"] for i in result.issues.to_pylist() if i["code"] in ROW_CODES)


def codes_of(result: InputTables) -> dict[str, int]:
    counts: dict[str, int] = {}
    for issue in result.issues.to_pylist():
        counts[issue["code"]] = counts.get(issue["code"], 0) + issue["count"]
    return counts


def test_rows_that_are_no_goods_are_counted() -> None:
    text = (
        "MANIFEST OF JUNE,,\n,,\nDescription,HS Code,Net Weight\nacetone,291411,10\n,,\n,,\nDescription,HS Code,Net Weight\n"
        "toluene,290230,20\nbroken\nTotal,,30\n,,\nGRAND TOTAL:,,30\nTOTAL,290230,5\n"
    )
    (result,) = read(text.encode(), "m")
    assert result.lines.column("description").to_pylist() == ["acetone", "toluene", "broken", "TOTAL"]
    assert result.lines.column("source_row").to_pylist() == [4, 8, 9, 13]
    assert codes_of(result) == {"preamble-row": 2, "blank-row": 3, "repeated-header": 1, "short-row": 1, "totals-row": 2}
    blank = [i for i in result.issues.to_pylist() if i["code"] == "blank-row"]
    assert [(i["source_row"], i["count"]) for i in blank] == [(5, 2), (11, 1)]
    assert rows_accounted(result) == 12  # thirteen records, one of them the header


@pytest.mark.parametrize("cell", ["in drums of steel", "  in drums of steel  "])
def test_a_column_without_a_header_is_read_beside(cell: str) -> None:
    (result,) = read(f"description,hs code\nacetone,291411,{cell}\ntoluene,290230,second floor\n".encode(), "m")
    assert result.lines.column("other_texts").to_pylist() == [["in drums of steel"], ["second floor"]]
    assert result.lines.column("other_columns").to_pylist() == [["column 3"]] * 2
    assert codes_of(result) == {}


def test_a_row_wider_than_most_keeps_what_stands_behind_its_last_column() -> None:
    text = "description,hs code\nacetone,291411\ntoluene,290230,x,second floor\nxylene,290241\n"
    (result,) = read(text.encode(), "m")
    assert result.lines.column("description").to_pylist() == ["acetone", "toluene", "xylene"]
    (issue,) = result.issues.to_pylist()
    assert (issue["code"], issue["source_row"], issue["value"]) == ("long-row", 3, "x,second floor")
    assert result.out_of_table_texts is not None
    assert result.out_of_table_texts.column("other_texts").to_pylist() == [["x,second floor"]]


def test_all_words_of_a_row_that_stays_broken_are_screened() -> None:
    text = "goods,kg,pieces\nwool,1,2\ntin,2,3\nsafrole,4,5,6\n"
    (result,) = read(text.encode(), "m")
    assert result.lines.column("description").to_pylist() == ["wool", "tin"]
    assert codes_of(result) == {"broken-row": 1}
    assert result.out_of_table_texts is not None
    assert result.out_of_table_texts.column("other_texts").to_pylist() == [["safrole,4,5,6"]]


def test_short_rows_are_told_once_a_file() -> None:
    text = "goods,kg,firm\nwool,1,Acme\n" + "safrole,2\n" * 30
    (result,) = read(text.encode(), "m")
    assert result.lines.num_rows == 31
    (issue,) = [i for i in result.issues.to_pylist() if i["code"] == "short-row"]
    assert (issue["source_row"], issue["count"]) == (3, 30)


def test_named_records_are_as_wide_as_their_names() -> None:
    rows = [
        {"description": "acetone", "hs code": "291411"},
        {"description": "toluene", "hs code": "290230", "remark": "second floor"},
    ]
    (result,) = read(json.dumps(rows).encode(), "m")
    assert result.lines.column("description").to_pylist() == ["acetone", "toluene"]
    assert result.lines.column("other_texts").to_pylist() == [None, ["second floor"]]


@pytest.mark.parametrize("word", ["Total", "TOTALS:", "Grand Total", "Sub-total", "Итого:", "合计", "Total general", "Toplam"])
def test_a_row_of_totals_is_told_in_many_languages(word: str) -> None:
    (result,) = read(f"Item,Description,HS Code,Net Weight\n1,acetone,291411,10\n{word},,,10\n".encode(), "m")
    assert codes_of(result) == {"totals-row": 1}


@pytest.mark.parametrize("text", ["TOTAL QUARTZ ENGINE OIL", "TOTALLY NEW GOODS", "SUMATRA COFFEE"])
def test_goods_that_begin_alike_are_goods(text: str) -> None:
    (result,) = read(f"Item,Description,HS Code\n1,{text},\n".encode(), "m")
    assert result.lines.num_rows == 1


def test_an_input_without_goods_is_set_aside_with_all_its_rows() -> None:
    (result,) = read(b"Shipper,Consignee,Vessel\na,b,c\nd,e,f\n", "m")
    assert result.lines.num_rows == 0
    (issue,) = result.issues.to_pylist()
    assert (issue["code"], issue["count"]) == ("no-usable-column", 2)
    assert "Shipper" in issue["message"]
    assert result.lines.column_names == ["line_id", "movement_key", "source_file", "source_row", "input_id", "shipment_id"]


def test_text_of_the_tariff_alone_is_no_description() -> None:
    (result,) = read(b"Shipper,HS_CODE_DESCRIPTION,Vessel\na,Ketones,c\n", "m")
    assert codes_of(result) == {"no-usable-column": 1}


def test_a_header_alone_gives_no_line_and_says_so() -> None:
    (result,) = read(b"Shipper,Description,HS Code\n", "m")
    assert (result.lines.num_rows, result.raw.num_rows, codes_of(result)) == (0, 0, {"no-lines": 1})
    assert "description" in result.lines.column_names


def test_issues_have_the_schema_known_codes_and_the_line() -> None:
    (result,) = read(b"Description,HS Code,Net Weight\nacetone,291411,lots\nx,291411,1\n", "m")
    assert result.issues.schema == schema.ISSUE
    (issue,) = result.issues.to_pylist()
    assert issue["code"] in ISSUE_CODES
    assert (issue["source_file"], issue["source_row"], issue["field"], issue["value"]) == ("m", 2, "net_mass", "lots")
    assert issue["line_id"] == result.lines.column("line_id")[0].as_py()


def test_many_issues_of_one_kind_are_summed_up() -> None:
    text = "Description,Net Weight\n" + "".join(f"x,lots {i}?\n" for i in range(3000))
    (result,) = read(text.encode(), "m")
    assert codes_of(result) == {"unparsed-mass": 3000, "unreadable-column": 3000}
    assert result.issues.num_rows == 1002


def test_sheets_and_members_are_inputs_of_their_own() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", shipments.as_csv())
        archive.writestr("b.xlsx", shipments.as_xlsx())
        archive.writestr("c.png", b"\x89PNG")
        archive.writestr("d.csv", b"")
    results = read(out.getvalue(), "m.zip")
    assert [(r.input.name, r.input.lines) for r in results] == [
        ("m.zip!a.csv", 5),
        ("m.zip!b.xlsx", 5),
        ("m.zip!c.png", 0),
        ("m.zip!d.csv", 0),
    ]
    assert [codes_of(r) for r in results[2:]] == [{"unknown-format": 1}, {"unreadable-file": 1}]
    assert len({r.input.input_id for r in results}) == 4


def test_an_archive_of_nothing_readable_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.7")
        archive.writestr("b.png", b"\x89PNG")
    with pytest.raises(UnreadableManifest, match="2 members"):
        read(out.getvalue(), "m.zip")


def test_archives_within_archives_end() -> None:
    data = shipments.as_csv()
    for _ in range(6):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("x", data)
        data = out.getvalue()
    with pytest.raises(InputError):
        read(data, "m.zip")


def test_undecodable_text_is_said() -> None:
    (result,) = read(b"Description,HS Code,Shipper\na\x81,291411,x\n", "m", ReadOptions(encoding="cp1252"))
    assert codes_of(result) == {"undecodable-text": 1}
    assert result.lines.num_rows == 1


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "NULL",
            "Total",
            "Description",
            "NA",
            "1.234,5",
            "12/13/2026",
            "291411",
            "108-24-7",
            " x ",
            '"',
            "a\nb",
            "-5",
            "ZZ",
            "\x00",
        ]
    ),
)
TABLES = st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), max_size=10)
HEADER = ("Description", "HS Code", "Net Weight", "Date", "Country of Origin")


@examples(15, 60)
@given(TABLES)
def test_every_row_of_json_is_a_line_or_is_counted(rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    data = json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows]).encode()
    (result,) = read(data, "m")
    assert rows_accounted(result) == len(rows)
    assert result.raw.num_rows == result.lines.num_rows
    check_line_table(result)


@examples(15, 60)
@given(TABLES, st.sampled_from([",", ";", "\t", "|"]))
def test_every_row_of_text_is_a_line_or_is_counted(rows: list[tuple[str, ...]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEADER)
    safe = [[c.replace("\r", " ").replace("\n", " ") for c in row] for row in rows]
    writer.writerows(safe)
    data = out.getvalue().encode("utf-8", "replace")
    if is_binary(data):  # more control characters than any text has: refused as a whole
        return
    (result,) = read(data, "m")
    assert rows_accounted(result) == len(rows)
    check_line_table(result)


def check_line_table(result: InputTables) -> None:
    ids = result.lines.column("line_id").to_pylist()
    assert len(set(ids)) == len(ids)
    assert all(i is not None and len(i) == 32 for i in ids)
    assert result.lines.column("movement_key").null_count == 0
    known = {c.name: c.arrow for c in schema.LINE_COLUMNS}
    assert all(known[f.name] == f.type for f in result.lines.schema)
    assert {i["code"] for i in result.issues.to_pylist()} <= set(ISSUE_CODES)


def read_or_refuse(data: bytes) -> list[InputTables] | InputError:
    try:
        return read(data, "m")
    except InputError as error:
        return error


@examples(40, 150)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    outcome = read_or_refuse(data)
    if isinstance(outcome, InputError):
        assert outcome.where.file.startswith("m")
        assert outcome.remedy
        return
    for result in outcome:
        check_line_table(result)


def test_a_second_description_alone_describes_goods() -> None:
    (result,) = read(b"Description 2,Shipper\nacetone,Zorvan Ltd\n", "m")
    assert codes_of(result) == {}
    assert result.lines.column("description").to_pylist() == ["acetone"]
