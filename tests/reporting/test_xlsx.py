"""The workbook: read back by two other programs, decided in, and imported."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pyarrow.compute as pc
import pytest
import python_calamine as calamine
from msgspec.structs import replace

from precursor_screen.app.verdict_files import read_verdicts
from precursor_screen.cases.review import import_verdicts
from precursor_screen.core.errors import InputError, UsageError
from precursor_screen.core.model import REASONS, VERDICTS
from precursor_screen.core.words import printable
from precursor_screen.history.store import open_ledger
from precursor_screen.reporting import xlsx
from precursor_screen.reporting.interface import document_of
from precursor_screen.reporting.shipment import shipments_in_words
from precursor_screen.reporting.xlsx import fit, tables_of
from tests.history.rows import cells, judged, run
from tests.reporting.conftest import REFERENCES
from tests.screening import screen_rows

SHEETS = ["Summary", "Shipments", "Flags", "Evidence", "Parties", "Coverage", "Run"]
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def load(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def table_of(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_it_has_the_sheets_and_text_stays_text(sample, hostile, rendered):
    for report in (sample, hostile):
        book = load(rendered(report, "report.xlsx"))
        assert book.sheetnames == SHEETS
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n", "d"), (sheet.title, cell.coordinate, cell.value)
                    assert cell.hyperlink is None
                    if cell.data_type == "s" and cell.row > 1:
                        assert cell.number_format == "@", (sheet.title, cell.coordinate)  # and stays text when it is edited
                        assert cell.value.isprintable()


def test_references_that_begin_formulas_stand_as_filed(hostile, rendered):
    ids = {row["shipment_id"] for row in table_of(load(rendered(hostile, "report.xlsx"))["Flags"])}
    assert {r for r in REFERENCES if r.isprintable()} <= ids


def test_what_stands_in_the_sheets(sample, rendered):
    book = load(rendered(sample, "report.xlsx"))
    words = {s.shipment_id: s for s in shipments_in_words(sample, sample.listed)}
    shipments = table_of(book["Shipments"])
    assert [row["question"] for row in shipments] == [printable(w.question) or None for w in words.values()]
    assert {type(row["day"]) for row in shipments} <= {datetime, type(None)}
    assert any(row["day"] and row["day"].date().isoformat() == words[row["shipment_id"]].day for row in shipments)
    assert [row["mass_kg"] for row in shipments] == [None if w.mass_kg is None else float(w.mass_kg) for w in words.values()]
    assert all(isinstance(row["hs_codes"], str | None) for row in shipments)
    flags = table_of(book["Flags"])
    assert [row["flag_id"] for row in flags] == sample.worst_first.column("flag_id").to_pylist()
    assert [row["flag_id"][: sample.short_length()] for row in flags] == [row["short"] for row in flags]
    assert len({row["short"] for row in flags}) == len(flags)
    items = sum(len(f["evidence"]) for f in sample.flag_records())
    assert len(table_of(book["Evidence"])) == items
    parties = table_of(book["Parties"])
    assert parties[0]["level"] == "critical"
    assert parties[0]["entry"]
    named = sample.open_flags.filter(pc.is_valid(sample.open_flags.column("list_id"))).num_rows
    assert sum(row["flags"] for row in parties) == named
    kinds = {row["kind"] for row in table_of(book["Coverage"])}
    assert kinds == {"blind spot", "unscreenable", "degraded", "not evaluable", "not raised"}
    run = dict(book["Run"].iter_rows(values_only=True))
    assert run["Started"] == sample.run["started"]


def test_it_is_made_for_reading_and_for_paper(sample, rendered):
    book = load(rendered(sample, "report.xlsx"))
    for name in SHEETS[1:-1]:
        sheet = book[name]
        assert sheet.freeze_panes.endswith("2")
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
    for sheet in book:
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (
            1,
            0,
            "landscape",
        )
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    levels = {cell.value: cell.fill.fgColor.rgb for (cell,) in book["Flags"].iter_rows(min_row=2, min_col=3, max_col=3)}
    assert len({levels[level] for level in ("critical", "high", "medium")}) == 3


def test_verdicts_are_chosen_from_lists(sample, rendered):
    book = load(rendered(sample, "report.xlsx"))
    for name in ("Shipments", "Flags"):
        sheet = book[name]
        head = [c.value for c in sheet[1]]
        asked = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
        places = {n: f"{openpyxl.utils.get_column_letter(head.index(n) + 1)}2" for n in ("verdict", "reason", "until")}
        by_name = {
            n: next(v for ref, v in asked.items() if ref.startswith(f"{p}:") and ref.endswith(str(sheet.max_row)))
            for n, p in places.items()
        }
        assert by_name["verdict"].formula1 == f'"{",".join(VERDICTS)}"'
        assert by_name["reason"].formula1 == f'"{",".join(REASONS)}"'
        assert (by_name["verdict"].errorStyle or "stop", by_name["reason"].errorStyle) == ("stop", "information")
        assert (by_name["until"].type, by_name["until"].operator) == ("date", "greaterThanOrEqual")


def test_another_program_reads_it_too(sample, rendered):
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(rendered(sample, "report.xlsx")))
    rows = book.get_sheet_by_name("Flags").to_python()
    assert len(rows) == sample.flags.num_rows + 1
    shipments = book.get_sheet_by_name("Shipments").to_python()
    assert {type(row[shipments[0].index("day")]) for row in shipments[1:]} <= {date, datetime, str}
    summary = dict(book.get_sheet_by_name("Summary").to_python())
    assert (summary["Lines read"], summary["Read first"]) == (200, sample.notices[-1])


def test_equal_runs_differ_in_the_time_alone(sample):
    contents = []
    for started in (sample.run["started"], sample.run["started"], "2027-01-01T05:00:00+00:00"):
        stream = io.BytesIO()
        xlsx.write(document_of(replace(sample, run={**sample.run, "started": started})), stream)
        contents.append(stream.getvalue())
    assert contents[0] == contents[1]
    first, other = (
        {n: zipfile.ZipFile(io.BytesIO(c)).read(n) for n in zipfile.ZipFile(io.BytesIO(c)).namelist()} for c in contents[1:]
    )
    assert {n for n in first if first[n] != other[n]} == {"docProps/core.xml", "xl/sharedStrings.xml"}
    assert (
        first["xl/sharedStrings.xml"].replace(sample.run["started"].encode(), b"2027-01-01T05:00:00+00:00")
        == other["xl/sharedStrings.xml"]
    )


@pytest.mark.parametrize(("text", "length"), [("x" * 32_767, 32_767), ("\U0001d4d0" * 16_383, 16_383)])
def test_a_cell_that_is_just_short_enough_stays(text, length):
    assert fit(text) == text
    assert len(text) == length


@pytest.mark.parametrize("text", ["x" * 32_768, "x" * 100_000, "\U0001d4d0" * 16_384, "x" * 20_000 + "\U0001d4d0" * 90_000])
def test_a_cell_that_is_too_long_says_so(text):
    cut = fit(text)
    assert 32_700 < len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.endswith(f"[{len(text):,} characters; all of them are in the JSON report]")


def test_a_sheet_of_too_many_rows_counts_the_rest(sample):
    stream = io.BytesIO()
    xlsx.write(replace(document_of(sample), tables=lambda: tables_of(sample, 3)), stream)
    book = load(stream.getvalue())
    for name, total in (("Shipments", sample.listed.num_rows), ("Flags", sample.flags.num_rows)):
        assert book[name].max_row == 5
        assert book[name]["A5"].value == f"{total - 3:,} more rows are in the JSON report"


def test_a_report_without_flags(reference, rendered):
    report = screen_rows([{}], reference).report
    book = load(rendered(report, "f.xlsx"))
    assert book.sheetnames == SHEETS
    assert [book[n].max_row for n in ("Flags", "Evidence", "Parties")] == [1, 1, 1]


# Decided in, and read back


@pytest.fixture
def ledger(sample, tmp_path):
    """That holds the flags of the sample."""
    flags = sample.open_flags
    judgement = judged(*dict.fromkeys(flags.column("line_id").to_pylist()))
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        with opened.begin(run(1)) as transaction:
            transaction.record_flags(transaction.compare_flags(flags, judgement), cells(), judgement)
        yield opened


def fill(book, sheet, key, **said):
    """Writes into the first row that bears a key."""
    head = [c.value for c in book[sheet][1]]
    row = next(row for row in book[sheet].iter_rows(min_row=2) if key in [c.value for c in row])
    for name, value in said.items():
        row[head.index(name)].value = value
        if isinstance(value, str):
            row[
                head.index(name)
            ].data_type = "s"  # openpyxl would make a formula of it; a cell that is text by its format stays text


def saved(book, tmp_path):
    path = tmp_path / "decided.xlsx"
    book.save(path)
    return path


def test_verdicts_come_back(sample, rendered, ledger, tmp_path):
    several = next(s for s in sample.listed.to_pylist() if len(s["flags"]) > 2 and s["band"] == "hold")
    single = next(s for s in sample.listed.to_pylist() if len(s["flags"]) == 1 and s["band"] == "low")
    book = load(rendered(sample, "report.xlsx"))
    fill(book, "Shipments", several["shipment_id"], verdict="referred", reason="referred", text="=1+1")
    fill(book, "Flags", several["flags"][0], verdict="confirmed", reason="other")
    fill(book, "Shipments", single["shipment_id"], verdict="cleared", reason="licensed", until=datetime(2027, 3, 31), second="O")
    path = saved(book, tmp_path)
    stated = read_verdicts(path)
    assert stated.undecided == sample.open_flags.num_rows - len(several["flags"]) - 1
    done = import_verdicts(ledger, stated.drafts, "N", NOW)
    assert (done.added, done.refused, done.earlier) == (len(several["flags"]) + 1, (), 0)
    found = {d.flag_id: d for d in done.verdicts}
    assert found[several["flags"][0]].verdict == "confirmed"
    assert {(found[f].verdict, found[f].text) for f in several["flags"][1:]} == {("referred", "=1+1")}
    assert (found[single["flags"][0]].until, found[single["flags"][0]].second) == ("2027-03-31", "O")
    again = import_verdicts(ledger, read_verdicts(path).drafts, "N", NOW.replace(hour=9))
    assert (again.added, again.repeated) == (0, done.added)


def test_one_officer_clears_what_is_not_critical_and_the_rest_is_refused_with_its_row(sample, rendered, ledger, tmp_path):
    critical = next(f for f in sample.worst_first.to_pylist() if f["level"] == "critical")
    shipment = next(s for s in sample.listed.to_pylist() if s["shipment_id"] == critical["shipment_id"])
    book = load(rendered(sample, "report.xlsx"))
    fill(book, "Shipments", shipment["shipment_id"], verdict="cleared", reason="licensed")
    done = import_verdicts(ledger, read_verdicts(saved(book, tmp_path)).drafts, "N", NOW)
    assert done.refused
    row = 2 + next(n for n, s in enumerate(sample.listed.to_pylist()) if s["shipment_id"] == shipment["shipment_id"])
    said = rf"decided\.xlsx#Shipments, row {row}: flag \w+ is critical: .*second officer"  # the row that was filled in
    assert all(re.search(said, str(e)) for e in done.refused)
    assert len(done.refused) + done.added == len(shipment["flags"])


def test_a_workbook_that_was_sorted_and_shortened(sample, rendered, ledger, tmp_path):
    shipment = next(s for s in sample.listed.to_pylist() if len(s["flags"]) == 1 and s["band"] == "low")
    book = load(rendered(sample, "report.xlsx"))
    fill(book, "Shipments", shipment["shipment_id"], verdict="Referred", reason="Other")
    book["Flags"].delete_rows(2, book["Flags"].max_row)
    for name in SHEETS:
        if name not in ("Shipments", "Flags"):
            del book[name]
    done = import_verdicts(ledger, read_verdicts(saved(book, tmp_path)).drafts, "N", NOW)
    assert [v.flag_id for v in done.verdicts] == shipment["flags"]


def test_a_workbook_of_another_report_is_refused_row_by_row(sample, rendered, tmp_path):
    book = load(rendered(sample, "report.xlsx"))
    fill(book, "Flags", sample.flags.column("flag_id")[0].as_py(), verdict="referred", reason="other")
    drafts = read_verdicts(saved(book, tmp_path)).drafts
    with open_ledger(f"sqlite:///{tmp_path / 'empty.sqlite'}") as other:
        done = import_verdicts(other, drafts, "N", NOW)
    assert (done.added, len(done.refused)) == (0, 1)
    assert "is in the ledger" in str(done.refused[0])


def test_workbooks_that_are_none(sample, rendered, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(InputError):
        read_verdicts(path)
    book = load(rendered(sample, "report.xlsx"))
    book["Flags"]["D1"].value = "colour"
    book.save(path)
    with pytest.raises(UsageError, match="does not have the column state"):
        read_verdicts(path)
    del book["Flags"]
    book.save(path)
    with pytest.raises(UsageError, match="has no sheet Flags"):
        read_verdicts(path)
