"""A lost letter matches any one letter."""

from __future__ import annotations

import pytest

from precursor_screen.text.misread import with_letters, without_lost
from precursor_screen.text.party import name_key, normalise_party


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("acme lim?ted", "acme limited"),
        ("acme lim\ufffdted", "acme limited"),
        ("?stanbul kimya t?c. ltd", "stanbul kimya tic. ltd"),  # letters that Latin-1 lacks
        ("zorvan gesellsch?ft", "zorvan gesellschaft"),
        ("zor?an", "zoran"),
        ("z??van", "zvan"),
        ("a?.?.", "a.?."),
        ("???? ltd", "???? ltd"),
        ("zorvan ? mirage", "zorvan ? mirage"),
    ],
)
def test_a_lost_letter_matches_any_one_letter(written, read):
    assert without_lost(written) == read


def test_a_legal_form_that_lacks_a_letter_is_one():
    assert name_key("ACME LIM?TED") == name_key("ACME LIM\ufffdTED") == name_key("ACME LIMITED") == "acme"
    assert normalise_party("Zorvan Kimya T?CARET").tokens == normalise_party("Zorvan Kimya TICARET").tokens


def test_a_word_is_not_parted_where_a_letter_is_lost():
    assert normalise_party("MIRAG?LIA").tokens == ("miraglia",)
    assert normalise_party("Mirag\ufffdlia").tokens == ("miraglia",)


def test_digits_between_letters_are_letters():
    assert [with_letters(w) for w in ("sech1n", "a1", "1804", "mir4g3", "zorvan")] == ["sechin", "a1", "1804", "mirag3", "zorvan"]


def test_a_megabyte_of_lost_letters_is_linear():
    without_lost("?" * 10**6)
    without_lost("a" * 10**6 + " ?")
    without_lost("a?" * 10**5)
