import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.party_words import SHORT_FORMS, part_form, read_wade_giles


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


@pytest.mark.parametrize(
    ("words", "pinyin"),
    [
        ("hsi chin ping", ("xi jin bing", "xi jin ping", "xi qin bing", "xi qin ping")),
        ("hsi chinping", ("xi jin bing", "xi jin ping", "xi qin bing", "xi qin ping")),
        ("hsi chuangchuang", ("xi chuang chuang", "xi chuang zhuang", "xi zhuang chuang", "xi zhuang zhuang")),
        ("fang fei", ()),  # Pinyin as it stands
        ("hsi", ()),
        ("hsi chin ping fang", ()),
        ("hsi smith", ()),
        ("smith ping", ()),
        ("hsi fang", ("xi fang",)),
    ],
)
def test_wade_giles_is_read_as_pinyin(words: str, pinyin: tuple[str, ...]) -> None:
    assert read_wade_giles(words.split()) == pinyin


def test_short_forms_are_known_by_their_canonical_token() -> None:
    assert "ag" in SHORT_FORMS["jsc"]
    assert all(len(short) == 2 for forms in SHORT_FORMS.values() for short in forms)
