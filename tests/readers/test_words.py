from __future__ import annotations

import pytest

from precursor_screen.readers import words
from precursor_screen.readers.words import find_currency, find_direction, find_function, find_mode


@pytest.mark.parametrize(
    "table", [words._DIRECTION_OF, words._MODE_OF, words._FUNCTION_OF], ids=["direction", "mode", "function"]
)
def test_every_word_of_a_table_is_found_as_it_stands_there(table: dict[str, str]) -> None:
    assert [word for word in table if words._fold(word) != word] == []


@pytest.mark.parametrize(
    ("find", "text", "meaning"),
    [
        (find_mode, "Морской", "sea"),
        (find_mode, "1.0", "sea"),
        (find_mode, "pipeline", None),
        (find_mode, "SEA" + " " * 60, None),
        (find_direction, "Импорт", "import"),
        (find_direction, "T 1", "transit"),
        (find_direction, "acetone", None),
        (find_function, "Cancelled", "cancellation"),
        (find_function, "pending", None),
        (find_currency, "Доллар США", "USD"),
        (find_currency, "pebbles", "pebbles"),
    ],
)
def test_what_a_cell_says(find: object, text: str, meaning: str | None) -> None:
    assert find(text) == meaning  # type: ignore[operator]
