"""A UN/LOCODE is a code of the table; five letters are none."""

from __future__ import annotations

import pytest

from precursor_screen.text.countries import _table, is_country_code, is_locode


@pytest.mark.parametrize("code", ["CNSHA", "NLRTM", "SGSIN", "HKHKG", "DEMUC", "USORD", "AEJEA", "CN SHA", " BRSSZ "])
def test_codes(code: str) -> None:
    assert is_locode(code)


@pytest.mark.parametrize(
    "word",
    ["CHINA", "CHILE", "TOKYO", "SEOUL", "CAIRO", "DELHI", "NEPAL", "BENIN", "LIBYA", "NIGER", "MALTA", "cnsha", "CNSH", "CNSHAX", "", "XXSHA"],
)  # fmt: skip
def test_words_and_other_texts(word: str) -> None:
    assert not is_locode(word)


def test_the_table_has_countries_and_whole_codes() -> None:
    assert all(
        is_country_code(country) and all(len(row[c]) % 3 == 0 for c in ("places", "words")) for country, row in _table().items()
    )
    assert sum(len(row["places"]) // 3 for row in _table().values()) > 80_000
