import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.party_words import SHORT_FORMS, part_form


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("acmetradingllc", ("acme", "trading", "llc")),
        ("zorvanchemicalscorp", ("zorvan", "chemicals", "corp")),
        ("zorvanltd", ("zorvan", "ltd")),
        ("zorvantrading", ()),  # words of business are parted only where a legal form shows that a firm is meant
        ("abcllc", ()),
        ("trdgllc", ("trdg", "llc")),
        ("zorvan2ltd", ()),
        ("zorvanco", ()),  # two letters end too many words by chance
        ("zorvanpt", ()),
        ("llc", ()),
        ("", ()),
    ],
)
def test_what_is_parted(word: str, parts: tuple[str, ...]) -> None:
    assert part_form(word) == parts


@given(st.text(st.sampled_from("acmetrdingl"), max_size=30), st.sampled_from(["llc", "ltd", "gmbh", "tradingllc"]))
def test_nothing_is_lost(start: str, end: str) -> None:
    parts = part_form(start + end)
    assert not parts or "".join(parts) == start + end


def test_short_forms_are_known_by_their_canonical_token() -> None:
    assert "ag" in SHORT_FORMS["jsc"]
    assert all(len(short) == 2 for forms in SHORT_FORMS.values() for short in forms)
