"""Columns of amounts that are no field tell the decimal mark; those that only look like amounts do not."""

from __future__ import annotations

import pytest

from precursor_screen.readers.tabular.content import Content
from precursor_screen.readers.tabular.reader import weigh_other_marks


@pytest.mark.parametrize(
    ("header", "cells", "bare", "votes"),
    [
        ("Surcharge", ("54,1126", "1"), True, {",": 1}),
        ("Surcharge", ("17.25", "1.234,5"), True, {".": 1, ",": 1}),
        ("Surcharge", ("17.25",), False, {}),  # a number as such
        ("Surcharge", ("17,25",), False, {",": 1}),
        ("Surcharge", ("347,727",), True, {}),
        ("Surcharge", ("6.1", "5.1"), True, {}),  # classes
        ("Surcharge", ("6.1", "17.25"), True, {".": 2}),
        ("Surcharge", ("03.04.2026", "13.04.2026"), True, {}),
        ("Surcharge", ("03.04.26",), True, {}),
        ("Surcharge", ("2914.11",), True, {}),
        ("Surcharge", ("1234.56",), True, {".": 1}),
        ("Surcharge", ("17.25", "a", "b"), True, {}),
        ("Ledger code", ("17.25",), True, {}),
        ("Surcharge", (), True, {}),
    ],
)
def test_amounts_tell_the_mark(header: str, cells: tuple[str, ...], bare: bool, votes: dict[str, int]) -> None:
    assert weigh_other_marks([header], [Content(len(cells), cells, len(cells))], bare=bare) == votes
