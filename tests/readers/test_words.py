from __future__ import annotations

from collections.abc import Callable

import pytest

from precursor_screen.readers import code_cells
from precursor_screen.readers.code_cells import direction_of_procedure, find_currency, find_direction, find_function, find_mode


@pytest.mark.parametrize("role", ["direction", "mode", "function"])
def test_every_word_of_a_table_is_found_as_it_stands_there(role: dict[str, str]) -> None:
    assert [word for word in code_cells.meanings(role) if code_cells._fold(word) != word] == []


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


@pytest.mark.parametrize(
    ("find", "word", "limit", "beyond"),
    [
        (find_mode, "sea", 60, None),
        (find_direction, "import", 60, None),
        (find_function, "void", 60, None),
        (direction_of_procedure, "4000", 80, None),
    ],
)
def test_a_long_cell_says_nothing(find: Callable[[str], str | None], word: str, limit: int, beyond: str | None) -> None:
    assert find(word + " " * (limit - len(word))) == find(word) is not None
    assert find(word + " " * (limit - len(word) + 1)) is beyond


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("4000", "import"),
        ("40 00", "import"),
        (" 4000 ", "import"),
        ("40000", "import"),
        ("4000F61", "import"),
        ("4000F611", None),
        ("400", None),
        ("0100", "import"),
        ("9200", "import"),
        ("1000", "export"),
        ("2300", "export"),
        ("3151", "export"),
        ("8000", "transit"),
        ("8100", "transit"),
        ("9900", None),
        ("22", None),
        ("23", None),
        ("24", None),
        ("28", None),
        ("E", None),
        ("EX", "export"),
        ("TR", "transit"),
        ("IM 4", "import"),
        ("IM 4 9", "import"),
        ("im8 x", "import"),
        ("EX 9", "export"),
        ("TR8", "transit"),
        ("EXW", None),
        ("IM45", None),
        ("home use", "import"),
        ("", None),
    ],
)
def test_the_direction_that_a_procedure_implies(text: str, direction: str | None) -> None:
    assert direction_of_procedure(text) == direction


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        (" usd ", "USD"),
        ("US$", "USD"),
        ("u$s", "USD"),
        ("eur", "EUR"),
        ("euros", "EUR"),
        ("Dólares", "USD"),
        ("5 USD", "USD"),
        ("USD" + "7" * 37, "USD"),
        ("USD" + "7" * 38, "USD" + "7" * 38),
        ("5 ZZZ", "5 ZZZ"),
        ("zzz", "zzz"),
    ],
)
def test_a_currency_is_a_code_or_stays_as_filed(text: str, currency: str) -> None:
    assert find_currency(text) == currency


@pytest.mark.parametrize(
    ("find", "text", "meaning"),
    [
        (find_mode, "10", "sea"),
        (find_mode, "40.00", "air"),
        (find_mode, "4.5", None),
        (find_mode, "6", None),
        (find_direction, "IM4", "import"),
        (find_direction, "IM 4", "import"),
        (find_direction, "24", "transit"),
        (find_direction, "29", None),
        (find_direction, "转运", "transhipment"),
        (find_function, "9", "original"),
        (find_function, "5", "replacement"),
        (find_function, "1", "cancellation"),
        (find_function, "2", None),
    ],
)
def test_a_cell_of_figures_or_letters(find: Callable[[str], str | None], text: str, meaning: str | None) -> None:
    assert find(text) == meaning
