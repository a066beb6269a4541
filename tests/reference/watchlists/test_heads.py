"""The first rows of a file that may be a watchlist: names of columns, and long cells that cannot be one."""

from __future__ import annotations

import pytest

from precursor_screen.reference.watchlists.interface import fold_column, read_head_rows


@pytest.mark.parametrize(("cell", "folded"), [("Full_Name ", "fullname"), ("Имя (2)", "имя2"), ("--", ""), ("№ 5", "5")])
def test_a_column_is_compared_by_letters_and_digits(cell: str, folded: str) -> None:
    assert fold_column(cell) == folded


def test_a_cell_too_long_for_a_name_is_no_name() -> None:
    assert read_head_rows(("Name," + "x" * 500 + "," + "x" * 501).encode(), ",") == [["name", "x" * 500, ""]]
