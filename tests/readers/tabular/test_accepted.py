"""A table read by the map that was accepted for its layout is read as it was when the map was accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from precursor_screen.readers.column_map import AcceptedMap, ColumnMap, parse_column_map
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.accepted import accept, digest_of
from tests.conftest import ROOT
from tests.readers.tabular import test_unfold as sheets

SAMPLES = sorted(
    p
    for p in (ROOT / "sample_data").rglob("*")
    if p.suffix in (".csv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".parquet", ".dbf", ".tsv")
)
PLACE = ["source_file", "input_id"]
FIRST = b"Description of Goods,HS Code,Shipper,Weight in tons,Remarks\nacetone,291411,Acme Ltd,5,a\n"


def accepted_of(found: list[InputTables], name: str) -> tuple[AcceptedMap, ...]:
    tables = (t for t in found if t.column_report is not None and t.column_report.headers)
    return tuple(accept(t.column_report, t.input.name.removeprefix(name), "2026-11-25") for t in tables if t.column_report)


def reasons(found: InputTables) -> list[tuple[str, str]]:
    assert found.column_report is not None
    return [(column.guess.field, column.guess.reason) for column in found.column_report.columns]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.relative_to(ROOT / "sample_data").as_posix())
def test_every_sample_is_read_the_same_by_its_accepted_map(path: Path) -> None:
    try:
        guessed = read(path, path.name)
    except Exception:  # noqa: BLE001 - it is not a manifest
        pytest.skip("is not read")
    accepted = accepted_of(guessed, path.name)
    again = read(path, path.name, ReadOptions(accepted=accepted))
    assert len(guessed) == len(again)
    for one, other in zip(guessed, again, strict=True):
        assert one.lines.equals(other.lines)
        assert one.issues.equals(other.issues)
        assert one.raw.equals(other.raw)
        assert one.input.mapping == other.input.mapping
        assert (one.column_report and one.column_report.columns) == (other.column_report and other.column_report.columns)
        digest = other.input.accepted_map
        assert (digest is not None) == bool(one.column_report is not None and one.column_report.headers)


def test_a_map_of_the_user_is_kept_with_all_that_it_states() -> None:
    column_map = parse_column_map(
        "columns: {Remarks: description_extra, HS Code: ignore}\ndate_order: mdy\ndecimal: ','", "map.yml"
    )
    stated = read(FIRST, "m.csv", ReadOptions(mapping=column_map))
    (accepted,) = accepted_of(stated, "m.csv")
    assert (accepted.date_order, accepted.decimal, accepted.header_row) == ("mdy", ",", None)
    (again,) = read(FIRST, "other.csv", ReadOptions(accepted=(accepted,)))
    assert reasons(again) == reasons(stated[0])
    assert again.lines.drop_columns(PLACE).equals(stated[0].lines.drop_columns(PLACE))
    assert again.input.mapping == stated[0].input.mapping


def test_a_map_that_says_where_the_header_is_counts_for_files_whose_header_is_there() -> None:
    content = b"x,y\nWare,Kod\nacetone,291411\n"
    stated = read(content, "m.csv", ReadOptions(mapping=ColumnMap({"Ware": "description", "Kod": "hs_code"}, header_row=2)))
    (accepted,) = accepted_of(stated, "m.csv")
    (again,) = read(content.replace(b"acetone", b"toluene"), "m.csv", ReadOptions(accepted=(accepted,)))
    assert again.lines.column("description").to_pylist() == ["toluene"]
    (moved,) = read(b"x,y\n" + content, "m.csv", ReadOptions(accepted=(accepted,)))
    assert moved.input.accepted_map is None


@pytest.mark.parametrize(
    ("content", "is_of_it"),
    [
        (FIRST.replace(b"acetone", b"wool"), True),
        (FIRST.replace(b"HS Code,Shipper", b"HS Code ,Shipper"), True),
        (b"Report of May\n\n" + FIRST, True),
        (FIRST.replace(b"Remarks\n", b"Remarks,,\n").replace(b",a\n", b",a,,\n"), True),
        (FIRST.replace(b"HS Code,Shipper", b"Shipper,HS Code"), False),
        (FIRST.replace(b"Remarks", b"remarks"), False),
        (FIRST.replace(b"Remarks\n", b"Remarks,More\n"), False),
    ],
)
def test_a_layout_is_the_headers_in_their_order(content: bytes, is_of_it: bool) -> None:
    accepted = accepted_of(read(FIRST, "m.csv"), "m.csv")
    (found,) = read(content, "n.csv", ReadOptions(accepted=accepted))
    assert (found.input.accepted_map == (accepted[0].digest, "2026-11-25")) == is_of_it


def test_the_sheet_is_a_part_of_the_layout() -> None:
    assert digest_of(("a", "b"), "") != digest_of(("a", "b"), "#one")
    assert digest_of(("a", "b"), "") != digest_of(("b",), "a")


def test_a_map_that_is_given_goes_before_one_that_was_accepted() -> None:
    accepted = accepted_of(read(FIRST, "m.csv"), "m.csv")
    given = ColumnMap({"Remarks": "description", "Description of Goods": "ignore"})
    (found,) = read(FIRST, "m.csv", ReadOptions(mapping=given, accepted=accepted))
    assert found.input.accepted_map is None
    assert found.lines.column("description").to_pylist() == ["a"]


@pytest.mark.parametrize("header", ["净重吨", "総重量トン", "น้ำหนักสุทธิ ตัน", "Bruttogewicht in Tonnen"])
def test_a_mass_in_tonnes_stays_one_when_its_map_is_accepted_or_given_back(header: str) -> None:
    content = f"Description,{header}\nwool,5\ntin,7\n".encode()
    guessed = read(content, "m.csv")
    (_, field) = guessed[0].input.mapping[1]
    by_map = read(content, "m.csv", ReadOptions(mapping=ColumnMap({header: field})))
    by_accepted = read(content, "m.csv", ReadOptions(accepted=accepted_of(guessed, "m.csv")))
    for (found,) in (guessed, by_map, by_accepted):
        assert [int(mass) for mass in found.lines.column(f"{field}_kg").to_pylist()] == [5000, 7000]


LAYOUTS = {
    "a known layout": b"DNOMBRE;ARANC_NAC;CIF_ITEM;PA_ORIG\nwool;51011100;5;336\n",
    "a currency": b"Description of Goods,HS Code,Invoice Value EUR\nwool,51011100,5\ntin,80011000,6\n",
    "facts above": b"Vessel: MV Aurora\nDescription of Goods,HS Code,Shipper\nwool,51011100,Acme Ltd\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_a_layout_says_beside_fields_is_kept(name: str) -> None:
    guessed = read(LAYOUTS[name], "m.csv")
    (accepted,) = accepted_of(guessed, "m.csv")
    (again,) = read(LAYOUTS[name], "m.csv", ReadOptions(accepted=(accepted,)))
    assert again.column_report is not None
    assert guessed[0].column_report is not None
    assert again.column_report.columns == guessed[0].column_report.columns
    assert again.column_report.preset == guessed[0].column_report.preset
    assert again.lines.equals(guessed[0].lines)
    assert again.issues.equals(guessed[0].issues)
    assert len(accepted.columns) == len(accepted.headers)


@pytest.mark.parametrize(
    "rows", [sheets.SIDE, sheets.BELOW, sheets.TURNED, sheets.ITEMS], ids=["side", "below", "turned", "items"]
)
def test_tables_that_a_sheet_does_not_hold_row_by_row_are_read_the_same(rows: list[list[str]]) -> None:
    content = sheets.workbook(rows)
    guessed = read(content, "m.xlsx")
    again = read(content, "m.xlsx", ReadOptions(accepted=accepted_of(guessed, "m.xlsx")))
    assert [table.lines.to_pylist() for table in again] == [table.lines.to_pylist() for table in guessed]
    assert all(table.input.accepted_map for table in again)
