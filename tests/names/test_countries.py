from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.names import countries
from precursor_screen.names.countries import find_country, fold_country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NA", "NA"),
        ("Namibia", "NA"),
        ("IN", "IN"),
        ("in", "IN"),
        ("IN, INDIA", "IN"),
        ("INDIA (IN)", "IN"),
        ("CHINA - CN", "CN"),
        ("KOR", "KR"),
        ("840", "US"),
        ("U.S.A.", "US"),
        ("США", "US"),
        ("Estados Unidos", "US"),
        ("Türkiye", "TR"),
        ("TURKEY", "TR"),
        ("VIET NAM", "VN"),
        ("中国", "CN"),
        ("КИТАЙ", "CN"),
        ("Côte d’Ivoire", "CI"),
        ("IVORY COAST", "CI"),
        ("Korea (the Republic of)", "KR"),
        ("Iran (Islamic Republic of)", "IR"),
        ("CONGO, THE DEMOCRATIC REPUBLIC OF", "CD"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("The Netherlands", "NL"),
        ("Georgia", "GE"),
        ("IN, CHINA", None),
        ("INDIA, CN", None),
        ("INDIA (CN)", None),
        ("India - IND", "IN"),
        ("IN/India", "IN"),
        ("ZZ, India", "IN"),
        ("IN, Atlantis", None),
        ("36", "AU"),
        ("036", "AU"),
        ("000", None),
        ("usa", "US"),
        ("'IN'", "IN"),
        ("  in  ", "IN"),
        ("The India", "IN"),
        ("Theindia", "IN"),
        ("Bosnia & Herzegovina", "BA"),
        ("Bosnia and Herzegovina", "BA"),
        ("I.N.", "IN"),
        ("ＩＮ", "IN"),
        ("India" + " " * 200, "IN"),
        ("x" * 201, None),
        ("ZZ", None),
        ("EU", None),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_what_a_cell_names(text: str, code: str | None) -> None:
    assert find_country(text) == code


@given(st.text(max_size=60))
def test_any_text_is_two_letters_or_nothing(text: str) -> None:
    code = find_country(text)
    assert code is None or (len(code) == 2 and code.isupper())


def test_every_alias_is_found_as_it_stands_in_the_table() -> None:
    assert [alias for alias in countries._ALIASES if fold_country(alias) != alias] == []


@pytest.mark.parametrize(
    ("text", "code"), [("Российская Федерация", "RU"), ("Йемен", "YE"), ("Україна", "UA"), ("Côte d'Ivoire", "CI")]
)
def test_accents_go_and_letters_stay(text: str, code: str) -> None:
    assert find_country(text) == code
