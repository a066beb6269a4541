"""What a column may be besides what it is taken for, as `mapping` tells people."""

from __future__ import annotations

import pytest

from precursor_screen.readers.column_map import Column, Guess
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.survey import describe_input, other_readings

NEAR = "gross_mass (its header is near 'grossweight')"


@pytest.mark.parametrize(
    ("header", "field", "reason", "cells", "could_be"),
    [
        ("XYZ", "", "unknown header", ["12", "13.5", "900"], ["numbers"]),
        ("XYZ", "", "unknown header", ["ACETONE IN DRUMS", "PAPER ROLLS"], ["texts"]),
        ("XYZ", "", "unknown header", ["DE", "FR", "US"], ["countries"]),
        ("XYZ", "", "unknown header", [], []),
        ("Gros wieght", "", "unknown header", ["12", "13.5"], ["numbers", NEAR]),
        ("Gros wieght", "", "unknown header", [], [NEAR]),
        ("Gros wieght", "", "ignored", ["12", "13.5"], ["numbers"]),  # somebody has said what it is
        ("Date", "date", "known spelling", ["2026-01-02"], []),
        ("Weight", "gross_mass", "known spelling", ["12", "13"], []),
        ("Weight", "gross_mass", "known spelling", ["Acme Trading Ltd", "Zenith Imports GmbH"], ["names of firms"]),
        ("Weight", "gross_mass", "known spelling", ["MSCU1234566"], ["container numbers"]),
        ("Remarks", "description", "known spelling", ["12", "13"], []),  # nearly anything is a number or a text
        ("Consignee", "consignee_name", "known spelling", ["ACETONE IN DRUMS"], []),
        ("HS", "hs_code", "known spelling", ["DE", "FR", "US"], ["countries"]),
    ],
)
def test_what_else_a_column_may_be(header: str, field: str, reason: str, cells: list[str], could_be: list[str]) -> None:
    assert other_readings(Column(Guess(0, header, field, reason), len(cells), len(cells), tuple(cells))) == could_be


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("Goods;Kg\nACETONE;5\nTOLUENE;6\n", ReadOptions(), "CSV; utf-8 (all ASCII); semicolon; header in row 1; 2 lines"),
        ("\n\nGoods,Kg\nACETONE,5\n", ReadOptions(), "CSV; utf-8 (all ASCII); comma; header in row 3; 1 lines"),
    ],
)
def test_an_input_in_one_sentence(text: str, options: ReadOptions, sentence: str) -> None:
    assert describe_input(read(text.encode(), "m.csv", options)[0]) == sentence
