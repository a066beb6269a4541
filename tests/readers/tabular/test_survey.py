"""What a column may be besides what it is taken for, as `mapping` tells people."""

from __future__ import annotations

import pytest

from precursor_screen.readers.column_map import Column, Guess
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.survey import as_yaml, describe_input, other_fields

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
    assert other_fields(Column(Guess(0, header, field, reason), len(cells), len(cells), tuple(cells))) == could_be


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("Goods;Kg\nACETONE;5\nTOLUENE;6\n", ReadOptions(), "CSV; utf-8 (all ASCII); semicolon; header in row 1; 2 lines"),
        ("\n\nGoods,Kg\nACETONE,5\n", ReadOptions(), "CSV; utf-8 (all ASCII); comma; header in row 3; 1 lines"),
    ],
)
def test_an_input_in_one_sentence(text: str, options: ReadOptions, sentence: str) -> None:
    assert describe_input(read(text.encode(), "m.csv", options)[0]) == sentence


def test_a_map_to_be_corrected_names_every_column_once() -> None:
    head = "Vessel: SEA HERON,,,,,\nDescription,Gross Weight,Consignee,,Zebra,Zebra\n"
    (tables,) = read(
        f"{head}ACETONE,1,Zenith Inc,x1,N1,M1\nTOYS\x07 AND {'y' * 30},2,Orveto SA,x2,N2,M2\nPUMPS,3,A B Ltd,x,N,M\n".encode(),
        "m.csv",
    )
    assert as_yaml(tables, "Sheet 2").splitlines() == [
        "# m.csv: CSV; utf-8 (all ASCII); comma; header in row 2; 3 lines",
        'table: "Sheet 2"',
        "header_row: 2",
        "columns:",
        f'  "Description": description  # known spelling · ACETONE | TOYS AND {"y" * 21}',
        '  "Gross Weight": gross_mass  # known spelling · 1 | 2',
        '  "Consignee": consignee_name  # known spelling · Zenith Inc | Orveto SA',
        '  # not used: "4":   # no header · no header · x1 | x2',
        '  # not used: "5":   # Zebra · unknown header · N1 | N2',
        '  # not used: "6":   # Zebra · unknown header · M1 | M2',
        "  # vessel: stated above the rows · SEA HERON",
    ]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (
            b'[{"description": "ACETONE", "odd \\u00e9": "Zenith Inc"}]',
            [
                "# m: JSON; utf-8 (all ASCII); no header; 1 lines",
                "columns:",
                '  "description": description  # known spelling · ACETONE',
                '  # not used: "odd é":   # unknown header · Zenith Inc · could be: names of firms, texts',
            ],
        ),
        (
            b"UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1+2:DR'FTX+AAA+++TOYS'UNT+6+1'",
            ["# m: UN/EDIFACT; utf-8 (all ASCII); 1 lines", "# no table: there is nothing to map", "columns: {}"],
        ),
    ],
)
def test_a_map_of_named_columns_and_of_none(content: bytes, lines: list[str]) -> None:
    (tables,) = read(content, "m")
    assert as_yaml(tables).splitlines() == lines
