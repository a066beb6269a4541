"""Readers on real files, found only through PRECURSOR_SCREEN_TEST_DATA."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precursor_screen.readers.registry import read

FOLDER = Path(os.environ.get("PRECURSOR_SCREEN_TEST_DATA", "")) / "manifests"
pytestmark = pytest.mark.skipif(
    not os.environ.get("PRECURSOR_SCREEN_TEST_DATA"), reason="PRECURSOR_SCREEN_TEST_DATA names no folder of real files"
)


def test_every_vendor_workbook_gives_lines() -> None:
    books = sorted((FOLDER / "workbooks").glob("*.xlsx"))
    assert books
    total = 0
    for book in books:
        (result,) = read(book, book.name)
        assert result.input.lines > 0, book.name
        assert {"hs_code", "arrival_date"} & result.input.supplied or "date" in result.input.supplied
        serious = [i for i in result.issues.to_pylist() if i["code"] not in ("preamble-row", "unknown-country")]
        assert serious == [], book.name
        assert result.lines.column("hs_code").null_count == 0, book.name
        total += result.input.lines
    assert total > 8_000


def test_real_descriptions_with_line_breaks_are_all_read() -> None:
    (result,) = read(FOLDER / "goods_descriptions_real.csv", "m")
    assert result.input.lines == 32_842
    assert result.issues.num_rows == 0


def test_synthetic_declarations_are_all_read() -> None:
    (path,) = (FOLDER / "declarations_synthetic").glob("*.csv")
    (result,) = read(path, "m")
    assert result.input.lines == 8_134
    assert {"declaration_id", "net_mass_kg", "transport_mode", "importer_identifier"} <= result.input.supplied
    assert {i["code"] for i in result.issues.to_pylist()} <= {"unknown-country"}
