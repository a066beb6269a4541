from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.matching.alignment import align, count_informative


def rare(token: str) -> bool:
    return token != "common"


def test_equal_words_first_then_similar_ones() -> None:
    found = align(["zorvan", "mirage", "ltd"], ["mirages", "zorvan", "corp"])
    assert [(p.left, p.right) for p in found.pairs] == [("zorvan", "zorvan"), ("mirage", "mirages")]
    assert (found.left_over, found.right_over) == (("ltd",), ("corp",))


def test_two_words_against_one_on_either_side() -> None:
    assert [(p.left, p.right) for p in align(["alpha", "chemix"], ["alphachemix"]).pairs] == [("alpha chemix", "alphachemix")]
    assert [(p.left, p.right) for p in align(["alphachemix"], ["alpha", "chemix"]).pairs] == [("alphachemix", "alpha chemix")]


def test_digits_align_only_with_their_like() -> None:
    assert align(["mirage2004"], ["mirage2005"]).pairs == ()


def test_substance() -> None:
    assert count_informative(["zorvan", "mirage"], ["mirages", "zorvan"], rare) == 2
    assert count_informative(["zorvan", "trading"], ["trading", "zorvan"], rare) == 1
    assert count_informative(["common", "trading"], ["common", "trading", "india"], rare) is None
    assert count_informative(["common"], ["common"], rare) == 1
    assert count_informative(["global", "trading"], ["global", "trading"], rare) == 0
    assert count_informative(["global", "trading"], ["general", "trading"], rare) is None
    assert count_informative(["trading"], ["trading"], rare) is None
    assert count_informative(["zorvan", "mirage", "5"], ["zorvan", "mirage", "6"], rare) is None
    assert count_informative(["zorvan", "mirage", "05"], ["zorvan", "mirage", "5"], rare) == 2
    assert count_informative(["zorvan", "mirage"], ["zorvan", "mirage", "6"], rare) == 2
    assert count_informative(["zorv"], ["zorva"], rare) is None


tokens = st.lists(st.sampled_from(["zorvan", "zorvans", "mirage", "mir", "age", "ltd", "7", "a", "trading"]), max_size=8)


@given(tokens, tokens)
def test_every_word_is_aligned_once_or_left_over(left: list[str], right: list[str]) -> None:
    found = align(left, right)
    assert sorted([w for p in found.pairs for w in p.left.split()] + list(found.left_over)) == sorted(left)
    assert sorted([w for p in found.pairs for w in p.right.split()] + list(found.right_over)) == sorted(right)


def test_very_many_words_align_only_where_equal() -> None:
    found = align([f"worda{i}x" for i in range(3000)], [f"wordb{i}x" for i in range(3000)])
    assert found.pairs == ()
