"""Codes in cells: each form they are typed in, zeros that a spreadsheet took, and what is told of those that are none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.readers.code_cells import (
    find_containers,
    hs_digits,
    is_chapter,
    is_filler,
    lists_of_one,
    parse_containers,
    parse_hs_codes,
    parse_substance_numbers,
    restore_zero,
)
from precursor_screen.readers.interface import IssueList, TableIssues


def text(*cells: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells, pa.string())])


def rows(count: int) -> pa.Array:
    return pa.array(range(2, 2 + count), pa.int64())


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("2915240000", ["2915240000"]),
        ("2915.24.00-00", ["2915240000"]),
        ("2915 24 00", ["29152400"]),
        ("291524 282720", ["291524", "282720"]),
        ("29152 282720", ["29152282720"]),
        ("291524 ", ["291524"]),
        ("291524; 282720, 291524", ["291524", "282720"]),
        ("291524 and 282720", ["291524", "282720"]),
        ("291524 - 282720", ["291524", "282720"]),
        ("291524-282720", ["291524", "282720"]),
        ("2915.24-2827.20", ["291524", "282720"]),
        ("2915.24-1000", ["2915241000"]),
        ("291524-1000", ["2915241000"]),
        ("291524-2827.20", ["291524", "282720"]),
        ("291524 (282720)", ["291524", "282720"]),
        ("29152.0", ["29152"]),
        ("2915.0", ["29150"]),
        ("2915240000.00", ["2915240000"]),
        ("2,91524E+05", ["291524"]),
        ("2.91524e5", ["291524"]),
        ("'291524'", ["291524"]),
        (' "291524" ', ["291524"]),
        ("２９１５２４", ["291524"]),
        ("HS 291524", ["291524"]),
        ("," * 3_992 + "29152400", ["29152400"]),
        ("," * 3_993 + "29152400", ["2915240"]),  # four thousand characters are looked at
        ("3401 19\n00", ["34011900"]),
        ("3401 19\n0010", ["3401190010"]),
        ("2915\n24 00", ["29152400"]),
        ("2915\n24.00 10", ["2915240010"]),
        ("3401.19\n29152", ["340119", "29152"]),  # five figures are no end of a code
        ("2914.11\n2915.24", ["291411", "291524"]),
        ("none", []),
        ("", []),
    ],
)
def test_the_codes_of_a_cell(cell: str, codes: list[str]) -> None:
    assert hs_digits(cell) == codes


@pytest.mark.parametrize(
    ("code", "longer", "restored"),
    [
        ("3048900", False, "03048900"),
        ("3148900", False, "03148900"),
        ("3248900", False, "3248900"),
        ("0048900", False, "0048900"),
        ("20713", True, "020713"),
        ("20713", False, "20713"),
        ("207130012", True, "0207130012"),
        ("207130012", False, "207130012"),
        ("20713001234", True, "020713001234"),
        ("20713001234", False, "20713001234"),
        ("207130", True, "207130"),
        ("20713001", True, "20713001"),
    ],
)
def test_a_zero_that_a_spreadsheet_took_comes_back(code: str, longer: bool, restored: str) -> None:
    assert restore_zero(code, Counter({len(code) + 1: 1} if longer else {len(code): 5})) == restored


@pytest.mark.parametrize(
    ("code", "filler"),
    [("99999999", True), ("00000000", True), ("11111111", False), ("999999", True), ("999998", False), ("9", True)],
)
def test_one_digit_over_and_over_is_filler(code: str, filler: bool) -> None:
    assert is_filler(code) is filler


@pytest.mark.parametrize(
    ("chapter", "there"),
    [
        ("00", False),
        ("01", True),
        ("76", True),
        ("77", False),
        ("78", True),
        ("97", True),
        ("98", True),
        ("99", True),
        ("x1", False),
    ],
)
def test_chapters_of_the_nomenclature(chapter: str, there: bool) -> None:
    assert is_chapter(chapter) is there


@pytest.mark.parametrize(
    ("cells", "first", "others", "said"),
    [
        (["291524", None], ["291524", None], None, []),
        (["291524; 282720", "690721"], ["291524", "690721"], [["282720"], None], [("several-hs-codes", "the cell holds 2 codes; rules about the code use 291524")]),
        (["29152; 282720"], ["282720"], None, []),
        (["99999999; 282720"], ["282720"], None, []),
        (["99999999; 29152"], [None], None, []),
        (["29152"], [None], None, [("invalid-hs-code", "'29152' is not an HS code of 6 to 12 digits")]),
        (["x" * 61], [None], None, [("invalid-hs-code", f"{'x' * 60!r} is not an HS code of 6 to 12 digits")]),
        (["0", "0.0", "00", "tba"], [None] * 4, None, []),
        (["291524001234"], ["291524001234"], None, []),
        (["2915240012345"], [None], None, [("invalid-hs-code", "'2915240012345' is not an HS code of 6 to 12 digits")]),
        (["770000"], [None], None, [("invalid-hs-code", "'770000' is not an HS code of 6 to 12 digits")]),
    ],
)  # fmt: skip
def test_columns_of_tariff_codes(cells: list[str], first: list[Any], others: Any, said: list[tuple[str, str]]) -> None:
    issues = IssueList("m")
    found, more = parse_hs_codes(text(*cells), TableIssues(rows(len(cells)), issues))
    assert found.to_pylist() == first
    assert (None if more is None else more.to_pylist()) == others
    assert [(r[0], r[4]) for r in issues.rows] == said


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("TSTU1234567", ["TSTU1234567"]),
        ("tstu 123 456 7", ["TSTU1234567"]),
        ("TSTU-123-456-7", ["TSTU1234567"]),
        ("TSTU123456/7", ["TSTU1234567"]),
        ("TSTU12345678", ["TSTU12345678"]),
        ("XTSTU1234567", ["XTSTU1234567"]),
        ("TSTU1234567 TSTU7654321", ["TSTU1234567", "TSTU7654321"]),
        ("TSTU1234567;TSTU1234567", ["TSTU1234567"]),
        ("box 1; box 2", ["BOX 1", "BOX 2"]),
        ("box 1;; ;", ["BOX 1"]),
        ("", []),
    ],
)
def test_containers_of_a_cell(cell: str, numbers: list[str]) -> None:
    assert find_containers(cell) == numbers


def test_a_column_of_one_container_each_is_read_as_any_other() -> None:
    cells = ["TSTU1234567", None, "TSTU7654321"]
    one_each = parse_containers(text(*cells)).to_pylist()
    assert one_each == [["TSTU1234567"], None, ["TSTU7654321"]]
    assert parse_containers(text(*cells, "TSTU1111111, TSTU2222222")).to_pylist() == [*one_each, ["TSTU1111111", "TSTU2222222"]]
    assert lists_of_one(pa.array([None, "a", None, "b"])).to_pylist() == [None, ["a"], None, ["b"]]


@pytest.mark.parametrize(
    ("cell", "numbers", "said"),
    [
        ("108-24-7", ["108-24-7"], ""),
        ("108 - 24 - 7 / 64–17–5", ["108-24-7", "64-17-5"], ""),
        ("108-24-7, 108-24-7", ["108-24-7"], ""),
        ("203-564-8", ["203-564-8"], ""),
        ("108-24-8", ["108-24-8"], "108-24-8"),
        ("108-24-8, 108-24-7", ["108-24-8", "108-24-7"], "108-24-8"),
        ("108-24-8, 64-17-6", ["108-24-8", "64-17-6"], "108-24-8, 64-17-6"),
        ("1-108-24-7", ["1-108-24-7"], "1-108-24-7"),
        ("108-24-71", ["108-24-71"], "108-24-71"),
        ("acetone", ["acetone"], "acetone"),
        ("tba", None, ""),
    ],
)
def test_cas_numbers_of_a_cell(cell: str, numbers: list[str] | None, said: str) -> None:
    issues = IssueList("m")
    assert parse_substance_numbers(text(cell, None), "cas_numbers", TableIssues(rows(2), issues)).to_pylist() == [numbers, None]
    assert [(r[0], r[4].rpartition(": ")[2]) for r in issues.rows] == ([("invalid-cas-number", said)] if said else [])


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("0010002-7", ["0010002-7"]),
        ("00100027", ["0010002-7"]),
        ("0010002 - 7", ["0010002-7"]),
        ("0010002-7; 0012345-6; 0010002-7", ["0010002-7", "0012345-6"]),
        ("001000271", ["001000271"]),
        (" acetone ", ["acetone"]),
        ("n.d.", None),
    ],
)
def test_codes_of_the_european_inventory_of_a_cell(cell: str, codes: list[str] | None) -> None:
    assert parse_substance_numbers(text(cell), "cus_codes", TableIssues(rows(1), IssueList("m"))).to_pylist() == [codes]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("UN1715", ["1715"]),
        ("1715.0", ["1715"]),
        ("UN 4", ["UN 4"]),
        ("UN 104", ["0104"]),
        ("1715/1090/1715", ["1715", "1090"]),
        ("17155", ["17155"]),
        ("acetone", ["acetone"]),
        ("unknown", None),
    ],
)
def test_numbers_of_the_united_nations_of_a_cell(cell: str, numbers: list[str] | None) -> None:
    assert parse_substance_numbers(text(cell), "un_numbers", TableIssues(rows(1), IssueList("m"))).to_pylist() == [numbers]
