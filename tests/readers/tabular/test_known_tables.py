"""Tables of many kinds and languages, each fictional: every column is what it is in the world, and nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements/tables_known.csv").read_text("utf-8").splitlines()))
TOLD = {
    "asycuda-query": {("unread-party-column", "Company Name")},
    "french-africa": {("unread-party-column", "Consignataire")},  # the agent of the ship: another column is the receiver
    "trademap-statistics": {("no-goods-text", None)},
}
TABLES = list(dict.fromkeys(case["table"] for case in CASES))


def table_of(name: str) -> InputTables:
    cases = [case for case in CASES if case["table"] == name]
    out = io.StringIO()
    csv.writer(out).writerows([case[column] for case in cases] for column in ("header", "first", "second"))
    (table,) = read(out.getvalue().encode(), "m")
    return table


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_what_it_is(name):
    table = table_of(name)
    assert table.column_report is not None
    found = {column.guess.header: column.guess.field for column in table.column_report.columns}
    assert found == {case["header"]: case["field"] for case in CASES if case["table"] == name}


@pytest.mark.parametrize("name", TABLES)
def test_what_is_not_understood_is_told_of(name):
    told = {(i["code"], i["field"]) for i in table_of(name).issues.to_pylist()}
    assert told == TOLD.get(name, set())
