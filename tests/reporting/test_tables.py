"""CSV and Parquet: one row a flag; text is never a formula."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.model import LEVELS
from precursor_screen.reporting.interface import defuse
from precursor_screen.reporting.shipment import shipments_in_words
from precursor_screen.reporting.tables import FLAG_COLUMNS, SHIPMENT_COLUMNS, cells_of, write_rows, write_table

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("text", "defused"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("-inf", "'-inf"),
        ("+nan", "'+nan"),
        ("-1_0", "'-1_0"),
        ("-", "'-"),
        ("-٣", "'-٣"),
        ("-5", "-5"),
        ("+5.5e3", "+5.5e3"),
        ("-.5", "-.5"),
        ("ACETONE =1", "ACETONE =1"),
        ("", ""),
    ],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe_and_a_number_none(text, defused):
    assert defuse(text) == defused


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_no_cell_of_a_csv_file_begins_a_formula_and_none_is_lost(texts):
    table = pa.Table.from_arrays([pa.array(texts, pa.string())], names=["x"])
    stream = io.BytesIO()
    write_rows(*cells_of(table), stream)
    read = [row["x"] for row in rows_of(stream.getvalue())] if any(texts) else texts
    if all(texts):  # csv reads a row that is one empty cell as none
        assert [cell.removeprefix("'") for cell in read] == [text.removeprefix("'") for text in texts]
    for cell in read:
        assert not cell.startswith(DANGEROUS) or float(cell) is not None


def test_csv_has_the_columns_of_the_contract_and_one_row_a_flag(sample, rendered):
    content = rendered(sample, "flags.csv")
    assert content.startswith(b"\xef\xbb\xbfflag_id,")  # spreadsheet programs take it for UTF-8
    rows = rows_of(content)
    assert tuple(rows[0]) == (*FLAG_COLUMNS, *SHIPMENT_COLUMNS)
    assert [r["flag_id"] for r in rows] == sample.worst_first.column("flag_id").to_pylist()
    evidence = [json.loads(r["evidence"]) for r in rows]
    assert evidence == [f["evidence"] for f in sample.flag_records(sample.worst_first)]


def test_a_row_says_who_sends_what_to_whom_in_the_words_of_all_reports(sample, rendered):
    rows = rows_of(rendered(sample, "flags.csv"))
    words = {s.shipment_id: s for s in shipments_in_words(sample, sample.listed)}
    for row in rows:
        mine = words[row["shipment_id"]]
        assert (row["sender"], row["receiver"], row["route"], row["day"]) == (mine.sender, mine.receiver, mine.route, mine.day)
        assert row["question"] == mine.question != ""
        assert (Decimal(row["mass_kg"]) if row["mass_kg"] else None) == mine.mass_kg
    assert len({row["goods"] for row in rows}) > 20


def test_flags_stand_worst_first(sample, hostile):
    for report in (sample, hostile):
        ranks = {s: n for n, s in enumerate(report.shipments.column("shipment_id").to_pylist())}
        flags = report.worst_first.select(["shipment_id", "level", "flag_id"]).to_pylist()
        order = [(ranks[f["shipment_id"]], -LEVELS.index(f["level"])) for f in flags]
        assert order == sorted(order)
        assert sorted(f["flag_id"] for f in flags) == sorted(report.flags.column("flag_id").to_pylist())


def test_csv_of_a_hostile_manifest_holds_no_formula(hostile, rendered):
    rows = rows_of(rendered(hostile, "flags.csv"))
    assert len(rows) == hostile.flags.num_rows
    for row in rows:
        for name, cell in row.items():
            assert not cell.startswith(DANGEROUS) or (name == "shipment_id" and cell in ("-5", "+5.5e3"))
    ids = {r["shipment_id"] for r in rows}
    assert {"'=1+1", "'+1+1", "'-1+1", "'@SUM(A1)", "'＝1+1", "'=cmd|' /C calc'!A0", "-5", "+5.5e3"} <= ids


def test_parquet_has_the_columns_of_the_contract_and_evidence_as_a_map(sample, rendered):
    table = pq.read_table(pa.BufferReader(rendered(sample, "flags.parquet")))
    assert tuple(table.column_names) == (*FLAG_COLUMNS, *SHIPMENT_COLUMNS)
    assert table.schema.field("evidence").type == pa.map_(pa.string(), pa.string())
    assert table.drop(["evidence", *SHIPMENT_COLUMNS]).equals(
        sample.worst_first.select([c for c in FLAG_COLUMNS if c != "evidence"])
    )
    for pairs, flag in zip(table.column("evidence").to_pylist(), sample.flag_records(sample.worst_first), strict=True):
        assert pairs == [(e["field"], e["as_written"]) for e in flag["evidence"] if "candidate" not in e]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_any_table_goes_to_csv_and_parquet(sample, tmp_path, suffix):
    path = tmp_path / f"issues{suffix}"
    write_table(sample.issues, path)
    if suffix == ".parquet":
        assert pq.read_table(path).equals(sample.issues)
    else:
        rows = rows_of(path.read_bytes())
        assert [r["code"] for r in rows] == sample.issues.column("code").to_pylist()


def test_a_report_without_flags_is_still_a_file_of_every_kind(reference, rendered):
    from tests.screening import screen_rows

    report = screen_rows([{}], reference).report
    assert report.flags.num_rows == 0
    assert rendered(report, "f.csv").decode("utf-8-sig").strip() == ",".join((*FLAG_COLUMNS, *SHIPMENT_COLUMNS))
    assert pq.read_table(pa.BufferReader(rendered(report, "f.parquet"))).num_rows == 0
    assert rendered(report, "f.jsonl") == b""
    assert json.loads(rendered(report, "f.json"))["flags"] == []
    assert b"No shipment is flagged." in rendered(report, "f.html")
    assert b"No shipment is flagged." in rendered(report, "f.txt")
    assert openpyxl.load_workbook(io.BytesIO(rendered(report, "f.xlsx")))["Flags"].max_row == 1
