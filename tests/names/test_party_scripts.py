import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.names.party import normalise_party
from precursor_screen.names.party_scripts import consonants, fold_key, part_han, read_han, romanise_hangul


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("zhomart", "jomart"),
        ("wolodymyr", "volodymyr"),
        ("abdullah", "abdulla"),
        ("schwartz", "shvarts"),
        ("perez", "peres"),
        ("youssef", "yusef"),
        ("philip", "filip"),
    ],
)
def test_spellings_of_one_sound_share_a_key(left: str, right: str) -> None:
    assert fold_key(left) == fold_key(right)


@pytest.mark.parametrize(("left", "right"), [("petrov", "pavlov"), ("chang", "kang"), ("lee", "lo"), ("müller", "muller")])
def test_other_names_keep_other_keys(left: str, right: str) -> None:
    assert fold_key(left) != fold_key(right)


@pytest.mark.parametrize(("written", "latin"), [("mhmd", "mohammed"), ("khld", "khaled"), ("mshh", "moshe"), ("dvd", "david")])
def test_consonants_are_what_both_share(written: str, latin: str) -> None:
    assert consonants(written) == consonants(latin)


def test_korean_names_in_the_spelling_of_the_south_and_the_north() -> None:
    assert romanise_hangul("박지성") == ("park ji sung", "pak ji song")
    assert romanise_hangul("남궁민수") == ("namgung min su",)
    assert romanise_hangul("가") == romanise_hangul("서울특별시") == romanise_hangul("Kim") == ()


def test_han_names() -> None:
    assert read_han("山田太郎") == ("yamada taro",)
    assert read_han("亮泽贸易") == ()
    assert part_han("王小明") == "王 小明"
    assert part_han("欧阳明") == "欧阳 明"
    assert part_han("亮泽化工有限公司").split() == ["亮泽", "化工", "有限公司"]


def test_words_of_chinese_firms_are_put_into_english() -> None:
    latin, own = normalise_party("上海亮泽化工贸易有限公司").readings
    assert latin.compared == "shanghai liangze chemical trading co ltd"
    assert own.compared == "shanghai 亮泽 chemical trading co ltd"


@given(st.text(min_size=1, max_size=20))
def test_keys_of_any_text(text: str) -> None:
    assert fold_key(text)
    assert consonants(text) is not None
    assert isinstance(romanise_hangul(text), tuple)
