"""The registers as their table has them."""

from __future__ import annotations

from precursor_screen.core.tables import DATA, read_rows
from precursor_screen.rulebook.registers import REGISTERS, STATUSES, TYPES, schema_of


def test_every_register_has_its_columns_and_the_table_no_other_register():
    path = DATA / "names" / "register_columns.csv"
    rows = list(read_rows(path, path.read_text("utf-8").splitlines()[0].split(",")))
    assert list(REGISTERS) == list(dict.fromkeys(row["register"] for row in rows))
    assert len(rows) == sum(len(columns) for columns in REGISTERS.values())


def test_every_column_has_a_kind_and_headers_that_are_told_apart():
    for register, columns in REGISTERS.items():
        assert {column.kind for column in columns} <= set(TYPES)
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.spellings and column.doc for column in columns)
        assert {column.name for column in columns} <= set(schema_of(register).names)


def test_what_an_empty_status_means_comes_first():
    assert list(STATUSES)[:2] == ["valid", "sent"]
