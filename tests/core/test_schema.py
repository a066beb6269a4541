"""The columns that the table lists."""

from __future__ import annotations

from collections import Counter

from precursor_screen.core.schema import _ROWS, COLUMNS, FILED, LINE, LINE_COLUMNS, PARTY, SUBJECTS, SUBSTANCE, TYPES


def test_a_name_is_one_column_of_a_known_kind_and_subject():
    assert max(Counter(c.name for c in COLUMNS).values()) == 1
    assert {c.kind for c in COLUMNS} == set(TYPES)
    assert {c.subject for c in COLUMNS} == set(SUBJECTS)
    assert all(c.doc and c.origin for c in COLUMNS)


def test_every_row_of_the_table_is_a_column():
    assert len(_ROWS) == len(COLUMNS) == 258


def test_where_a_column_stands_says_whose_it_is():
    assert {c.subject for c in LINE_COLUMNS} == {LINE}
    assert {c.origin for c in FILED} == {"filed"}
    assert {c.subject for c in COLUMNS if c.name in ("substance_id", "form", "threshold_kg")} == {SUBSTANCE}
    assert {c.subject for c in COLUMNS if c.name in ("party_role", "watchlist_score")} == {PARTY}
