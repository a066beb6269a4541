"""Readers on real files, found only through PRECURSOR_SCREEN_TEST_DATA."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

FOLDER = Path(os.environ.get("PRECURSOR_SCREEN_TEST_DATA", "")) / "manifests"
JUDGED = Path(__file__).parents[1] / "judgements/real_workbooks.csv"
pytestmark = pytest.mark.skipif(
    not os.environ.get("PRECURSOR_SCREEN_TEST_DATA"), reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real files"
)


def has_texts(result: InputTables) -> bool:
    """Whether the file has a column of words about its goods."""
    return bool({"description", "description_extra"} & result.input.supplied)


def test_every_vendor_workbook_gives_lines() -> None:
    books = sorted((FOLDER / "workbooks").glob("*.xlsx"))
    assert books
    total = 0
    for book in books:
        (result,) = read(book, book.name)
        assert result.input.lines > 0, book.name
        assert {"hs_code", "arrival_date"} & result.input.supplied or "date" in result.input.supplied
        codes = {i["code"] for i in result.issues.to_pylist()} - {"preamble-row", "unknown-country", "wordless-part"}
        # A book without texts of goods says so, since only its codes are screened; nothing else may be wrong.
        assert codes == (set() if has_texts(result) else {"no-goods-text"}), book.name
        assert result.lines.column("hs_code").null_count == 0, book.name
        total += result.input.lines
    assert total > 8_000


def test_every_column_of_the_vendor_workbooks_is_what_it_was_judged_to_be() -> None:
    """By digest of the book: its fields in the order of its columns, as judged by eye; `-` is not a field."""
    judged = {row["book"]: row["fields"].split() for row in csv.DictReader(JUDGED.read_text("utf-8").splitlines())}
    found = {}
    for book in (FOLDER / "workbooks").glob("*.xlsx"):
        (result,) = read(book, book.name)
        assert result.column_report is not None
        digest = hashlib.sha256(book.read_bytes()).hexdigest()[:12]
        found[digest] = [column.guess.field or "-" for column in result.column_report.columns]
    wrong = {book: (found[book], fields) for book, fields in judged.items() if book in found and found[book] != fields}
    assert wrong == {}
    assert judged.keys() & found.keys(), "none of the books is one that was judged"


def test_real_descriptions_with_line_breaks_are_all_read() -> None:
    (result,) = read(FOLDER / "goods_descriptions_real.csv", "m")
    assert result.input.lines == 32_842
    assert result.issues.num_rows == 0


def test_synthetic_declarations_are_all_read() -> None:
    (path,) = (FOLDER / "declarations_synthetic").glob("*.csv")
    (result,) = read(path, "m")
    assert result.input.lines == 8_134
    assert {"declaration_id", "net_mass_kg", "transport_mode", "importer_identifier"} <= result.input.supplied
    assert not has_texts(result)
    assert {i["code"] for i in result.issues.to_pylist()} - {"unknown-country"} == {"no-goods-text"}
