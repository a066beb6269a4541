"""The columns that the table lists."""

from __future__ import annotations

from collections import Counter

from precursor_screen.core.schema import (
    _ROWS,
    _TAKEN,
    COLUMNS,
    FILED,
    GOODS,
    LINE,
    LINE_COLUMNS,
    MOVEMENT,
    MOVEMENT_LOOKED_UP,
    PARTICULARS,
    PARTY,
    SUBJECTS,
    SUBSTANCE,
    TYPES,
)


def test_a_name_is_one_column_of_a_known_kind_and_subject():
    assert max(Counter(c.name for c in COLUMNS).values()) == 1
    assert {c.kind for c in COLUMNS} == set(TYPES)
    assert {c.subject for c in COLUMNS} == set(SUBJECTS)
    assert all(c.doc and c.origin for c in COLUMNS)


def test_every_row_of_the_table_is_a_column():
    assert sum(map(len, _ROWS.values())) == len(COLUMNS) == 293


def test_every_row_of_the_tables_that_take_columns_is_one_of_theirs_and_stands_once():
    names = [*MOVEMENT.names, *(c.name for c in MOVEMENT_LOOKED_UP), *PARTICULARS.names, *GOODS.names]
    assert [name for rows in _TAKEN.values() for (name,) in rows] == names
    assert all(len(set(map(tuple, rows))) == len(rows) for rows in _TAKEN.values())
    assert MOVEMENT.names[:2] == ["movement_key", "line_id"]
    assert GOODS.names[-1] == "threshold_kg"


def test_where_a_column_stands_says_whose_it_is():
    assert {c.subject for c in LINE_COLUMNS} == {LINE}
    assert {c.origin for c in FILED} == {"filed"}
    assert {c.subject for c in COLUMNS if c.name in ("substance_id", "form", "threshold_kg")} == {SUBSTANCE}
    assert {c.subject for c in COLUMNS if c.name in ("party_role", "watchlist_score")} == {PARTY}
