import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.matching.party.alignment import SAME_SHAPE, SHORT_FORM, align, compare, compare_words
from precursor_screen.matching.party.weights import CUT, LAST_CUT, Word, make_word

RARITIES = {"komon": 0.35}


def words(text: str) -> list[Word]:
    return [make_word(token.replace("_", " "), RARITIES) for token in text.split()]


def cut_off(left: list[Word]) -> list[Word]:
    """The words of a name that was cut."""
    return [*left[:-1], replace(left[-1], cut=LAST_CUT)]


def informative(left: str, right: str, kind: str = "organisation") -> int | None:
    return compare(words(left), words(right), kind).informative


def score(left: str, right: str, kind: str = "organisation") -> float:
    return compare(words(left), words(right), kind).score


def test_equal_words_first_then_similar_ones() -> None:
    left, right = words("zorvan mirage ltd"), words("mirages zorvan corp")
    assert [(left[p.left].text, right[p.right].text) for p in align(left, right)] == [("zorvan", "zorvan"), ("mirage", "mirages")]


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("zorvan", "zorvan", True),
        ("zorvan", "zrovan", True),
        ("zorvan", "zorwan", True),
        ("zorvan", "zirwen", False),
        ("volodymyr", "wolodymyr", True),
        ("mohammed", "maxamed", True),
        ("~mhmd", "mohammed", True),
        ("mohammed", "~mhmd", True),
        ("~mhmd", "ahmad", False),
        ("mirage2004", "mirage2005", False),
        ("05", "5", True),
        ("ab", "ac", False),
        ("王明", "王朋", False),
    ],
)
def test_words_are_alike(left: str, right: str, alike: bool) -> None:
    assert (compare_words(make_word(left, {}), make_word(right, {})) > 0) == alike


def test_substance() -> None:
    assert informative("zorvan mirage", "mirages zorvan") == 2
    assert informative("zorvan trading", "trading zorvan") == 1
    assert informative("common trading", "common trading india") is None
    assert informative("common", "common") == 1
    assert informative("=global_trading", "=global_trading") == 0
    assert informative("=trading", "=trading") is None
    assert informative("zorvan mirage 05", "zorvan mirage 5") == 2
    assert informative("zorvan mirage", "zorvan mirage 6") == 2


@pytest.mark.parametrize(
    ("left", "right", "kind", "agree"),
    [
        ("quillon bin zorvan", "quillon bin zorvan", "person", 2),
        ("zorvan quillon", "zorvan bin quillon", "person", 2),
        ("quillon bin zorvan", "bin zorvan quillon", "person", 2),  # as lists write it: surname first
        ("quillon bin zorvan", "zorvan bin quillon", "organisation", 2),
        ("~l ~tk", "ali teke", "person", None),
        ("~lb ~tk", "alib teke", "person", 2),
        ("jasper ltd", "jasper", "person", None),
        ("jasper ltd", "jasper", "organisation", 1),
        ("zorvan ltd mirage", "zorvan mirage", "person", 2),
        ("zorvan j m", "zorvan juan maria", "person", 2),
        ("zorvan j", "zorvan juan", "person", 1),
    ],
)
def test_what_tells_persons_from_others(left: str, right: str, kind: str, agree: int | None) -> None:
    assert informative(left, right, kind) == agree


def test_another_whole_word_costs_more_than_one_that_is_missing() -> None:
    assert score("zorvan mirage ferula", "zorvan mirage ferula") > score("zorvan mirage", "zorvan mirage ferula") > 85
    assert score("zorvan mirage quillon oppidan", "zorvan mirage quillon ferula") < 85
    assert score("ahmad al raymi", "ahmad al hamzi", "person") < 85


def test_what_tells_little_bears_little_difference() -> None:
    assert score("zorvan mirage", "zorvam mirage") > 90
    assert score("juan lopez", "juan lobez", "person") < score("zorvan mirage", "zorvam mirage")


def test_an_initial_supports_and_a_wrong_one_contradicts() -> None:
    assert 85 < score("j veladro", "veladro jacinto", "person") < 95
    assert score("k veladro", "veladro jacinto", "person") < 85


def test_a_cut_name_ends_within_a_word() -> None:
    left, right = words("zorvan mirage fer"), words("zorvan mirage ferula")
    assert compare(cut_off(left), right, "organisation").score > compare(left, right, "organisation").score


texts = st.lists(
    st.sampled_from(["zorvan", "zorvans", "mirage", "mir", "ltd", "7", "a", "trading", "al", "juan"]), min_size=1, max_size=8
)


@given(texts, texts)
def test_every_word_is_aligned_once_at_most(left: list[str], right: list[str]) -> None:
    pairs = align(words(" ".join(left)), words(" ".join(right)))
    assert len({p.left for p in pairs}) == len({p.right for p in pairs}) == len(pairs)


@given(texts)
def test_a_name_is_most_like_itself(left: list[str]) -> None:
    outcome = compare(words(" ".join(left)), words(" ".join(left)), "person")
    assert outcome.score == 0.0 or outcome.score >= 99.0


def test_very_many_words_align_only_where_equal() -> None:
    left, right = (words(" ".join(f"word{c}{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600))) for c in "ab")
    assert align(left, right) == []


@pytest.mark.parametrize(
    ("left", "right", "goes_on"),
    [
        ("zorvan mirage fer", "zorvan mirage ferula quillon veladro", True),
        ("zorvan mirage fe", "zorvan mirage ferula quillon veladro", True),  # too little is left of the last word to tell
        ("zorvan ltd mirage", "zorvan mirage ferula quillon", True),
        ("zorvan mirage opp", "zorvan mirage ferula quillon veladro", False),
        ("zorvan quillon fer", "zorvan mirage ferula quillon veladro", False),  # a word between is missing
        ("mirage zorvan fer", "zorvan mirage ferula quillon veladro", False),  # in another order
        ("zorvan mirage trading", "zorvan mirage ferula quillon", False),
    ],
)
def test_what_the_list_says_behind_the_end_of_a_cut_name_costs_little(left: str, right: str, goes_on: bool) -> None:
    cut, whole = compare(cut_off(words(left)), words(right), "organisation"), compare(words(left), words(right), "organisation")
    assert (cut.score >= 90) is goes_on
    assert cut.score > whole.score or not goes_on


def test_words_that_were_all_cut_bear_no_error_and_one_carries_no_match() -> None:
    def asked(text: str) -> list[Word]:
        return [replace(word, cut=CUT) for word in words(text)]

    assert compare(asked("zorv mira"), words("zorvan mirage"), "person").score > 90
    assert compare(asked("zorw mira"), words("zorvan mirage"), "person").score < 85
    assert compare_words(asked("mira")[0], words("mirz")[0]) == 0.0
    assert compare(asked("mira trading"), words("miragequillon trading"), "organisation").informative is None


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [("arnerfel", "amerfel", True), ("clarwen", "darwen", True), ("arn", "am", False), ("arnerfel", "amerdel", False)],
)
def test_letters_that_machines_take_for_others(left: str, right: str, alike: bool) -> None:
    for ours, theirs in ((left, right), (right, left)):
        assert (compare_words(make_word(ours, {}), make_word(theirs, {})) == SAME_SHAPE) is alike


def test_another_name_beside_an_error_makes_another_person() -> None:
    assert informative("zorvan mirages", "zorvan mirage", "person") == 2
    assert informative("zorvan ferula mirages", "zorvan mirage", "person") is None
    assert informative("zorvan ferula mirages", "zorvan mirage") == 2
    assert informative("zorvan ferula mirage", "zorvan mirage", "person") == 2
    assert informative("zorvan ferula mirages quillon", "zorvan mirage quillon", "person") == 3


@pytest.mark.parametrize(
    ("left", "right", "kind", "agree"),
    [
        ("iyer zorvan shipping", "zorvan shipping", "organisation", None),
        ("iye zorvan shipping", "zorvan shipping", "organisation", 1),  # short words are legal forms as well
        ("zorvan shipping", "iyer zorvan shipping", "organisation", 1),
        ("iyer zorvan shipping", "zorvan trading", "organisation", 1),
        ("iyer zorvan mirage", "zorvan mirage", "organisation", 2),
        ("iyer zorvan shipping", "zorvan shipping", "vessel", 1),
    ],
)
def test_a_firm_of_one_telling_word_beside_a_name_of_its_own_is_another(
    left: str, right: str, kind: str, agree: int | None
) -> None:
    assert informative(left, right, kind) == agree


def test_an_error_in_the_sound_alone_carries_no_match() -> None:
    assert informative("corvin international", "khorvik international") is None
    assert informative("corvin international", "korvik international") == 1
    assert informative("corvin international mirage", "khorvik international mirage") == 2


def test_a_common_name_is_not_a_misspelt_place() -> None:
    assert compare_words(*words("tran iran")) == 0.0
    assert compare_words(*words("irann iran")) > 0.0


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("bill", "william", True),
        ("william", "billy", True),
        ("bill", "billy", True),
        ("sasha", "alexander", True),
        ("dima", "dzmitry", True),
        ("bill", "robert", False),
        ("bill", "quillon", False),
    ],
)
def test_a_short_form_stands_for_the_given_name_of_a_person(left: str, right: str, alike: bool) -> None:
    ours, theirs = words(f"zorvanti {left}"), words(f"zorvanti {right}")
    similar = {pair.left: pair.similarity for pair in align(ours, theirs, of_person=True)}
    assert (similar.get(1, 0.0) == SHORT_FORM) is alike
    assert all(pair.similarity != SHORT_FORM for pair in align(ours, theirs))


def test_what_says_the_father_is_left_out_at_will() -> None:
    assert score("veladro zorvan", "veladro ferulovich zorvan", "person") > score(
        "veladro zorvan", "veladro ferulowitz zorvan", "person"
    )
    assert score("veladro zorvan", "veladro ferulovich zorvan") == score("veladro zorvan", "veladro ferulowitz zorvan")
    assert score("veladro ferulovich", "veladro ferulovich zorvan", "person") == pytest.approx(
        score("veladro ferulowitz", "veladro ferulowitz zorvan", "person")
    )
