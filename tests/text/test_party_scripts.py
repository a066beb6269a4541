import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.party import normalise_party
from precursor_screen.text.party_words import consonants, fold_key, leaves_vowels_out, part_han, read_han, romanise_hangul


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
    assert romanise_hangul("김철") == ("kim chul", "kim chol")
    assert romanise_hangul("가") == romanise_hangul("서울특별시") == romanise_hangul("Kim") == ()


@pytest.mark.parametrize(
    ("word", "read"),
    [
        (
            "독고영재",
            ("tok ko yung jae", "tok ko yong jae"),
        ),  # no double surname of the table: the first syllable is the family's
        ("남궁민", ("nam kung min",)),  # three syllables: of one the family name
        ("김민수진", ("kim min su jin",)),
        ("뷁민수", ("pwek min su",)),  # no surname of the table: read by its sound
        ("갑을", ("kap ul",)),
        ("이", ()),
        ("가나다라마", ()),
        ("김a", ()),
        ("김\ua960", ()),
    ],
)
def test_korean_names_that_the_table_of_surnames_lacks(word: str, read: tuple[str, ...]) -> None:
    assert romanise_hangul(word) == read


@pytest.mark.parametrize(
    ("word", "parted"),
    [
        ("王明", "王 明"),
        ("欧阳", "欧 阳"),  # two characters are a family name and a given name
        ("欧阳小明", "欧阳 小明"),
        ("王小小明", "王 小小明"),
        ("王小小明明", "王小小明明"),
        ("王", "王"),
        ("王x", "王x"),
    ],
)
def test_names_of_two_to_four_characters_are_parted(word: str, parted: str) -> None:
    assert part_han(word) == parted


@pytest.mark.parametrize(("letter", "lacks"), [("م", True), ("ש", True), ("ก", True), ("a", False), ("ж", False), ("김", False)])
def test_writing_that_leaves_vowels_out(letter: str, lacks: bool) -> None:
    assert leaves_vowels_out(f"ab {letter}") is lacks


def test_han_names() -> None:
    assert read_han("山田太郎") == ("yamada taro",)
    assert read_han("亮泽贸易") == ()
    assert read_han("森誠") == ("mori makoto",)
    assert read_han("長谷川真由美") == ("hasegawa mayumi",)
    assert read_han("金正") == ("kim jong",)
    assert read_han("金正恩") == ("kim jong un",)
    assert read_han("金") == read_han("金正恩一") == read_han("金x") == ()
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


@pytest.mark.parametrize(
    ("name", "removed", "tokens"),
    [
        ("Müller", (), ("muller",)),
        ("Muller", (), ("muller",)),
        ("Mül\u200bler", ("control or zero-width characters",), ("muller",)),
        ("Mül\u0007ler", ("control or zero-width characters",), ("mul", "ler")),
        ("Mul\tler", ("control characters",), ("mul", "ler")),
    ],
)
def test_marks_that_cannot_be_seen_go_and_are_named(name: str, removed: tuple[str, ...], tokens: tuple[str, ...]) -> None:
    found = normalise_party(name)
    assert (found.removed, found.readings[0].tokens) == (removed, tokens)


@pytest.mark.parametrize(
    ("name", "customary"),
    [
        ("남궁민수", ["namgung min su"]),
        ("남궁 민수", ["namgung min su"]),
        ("김정은", ["kim jung un", "kim jong un"]),
        ("김 정은", ["kim jung un", "kim jong un"]),
        ("남궁민수가", []),
        ("남궁민수 김", []),
        ("김 정 은 가", []),
        ("山田太郎", ["yamada taro"]),
        ("山田 太郎", ["yamada taro"]),
    ],
)
def test_names_of_persons_are_also_read_as_is_customary(name: str, customary: list[str]) -> None:
    letter_by_letter, *others = [r.compared for r in normalise_party(name).readings if r.script == "latin"]
    assert letter_by_letter
    assert others == customary
