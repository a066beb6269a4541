import random

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from precursor_screen.matching.party.alignment import edits_allowed
from precursor_screen.matching.party.vocabulary import Spellings, order_by_length, sign
from precursor_screen.matching.party.weights import may_differ
from tests.examples import examples


def brute(asked: list[str], mine: list[str]) -> set[tuple[str, str, int]]:
    found = set()
    for a in asked:
        for b in mine:
            errors = OSA.distance(a, b)
            if errors == 0 or (errors <= edits_allowed(max(len(a), len(b))) and may_differ(a) and may_differ(b)):
                found.add((a, b, errors))
    return found


def filtered(asked: list[str], mine: list[str]) -> set[tuple[str, str, int]]:
    similar = Spellings(mine, sign(mine)).find_similar(asked)
    rows = zip(similar.asked.tolist(), similar.found.tolist(), similar.errors.tolist(), strict=True)
    return {(asked[i], mine[j], errors) for i, j, errors in rows}


def ordered(words: list[str]) -> list[str]:
    words = list(dict.fromkeys(words))
    return [words[i] for i in order_by_length(words)]


word = st.one_of(st.text("abcé1", min_size=1, max_size=13), st.text(min_size=1, max_size=6))


@given(st.lists(word, max_size=15, unique=True), st.lists(word, max_size=25))
@examples(80, 300)
def test_finds_what_comparing_all_finds(asked: list[str], mine: list[str]) -> None:
    mine = ordered(mine)
    assert filtered(asked, mine) == brute(asked, mine)


def test_finds_all_errors_of_long_words_and_of_many() -> None:
    rng = random.Random(7)
    mine = ordered(["".join(rng.choices("aeiourstlnmkd", k=rng.randint(2, 70))) for _ in range(1500)])
    asked = []
    for text in rng.sample(mine, 200):
        letters = list(text)
        for _ in range(rng.randint(0, 3)):
            letters[rng.randrange(len(letters))] = rng.choice("abcxyz")
        asked.append("".join(letters))
    asked = list(dict.fromkeys(asked))
    assert filtered(asked, mine) == brute(asked, mine)


def test_very_long_words_and_surrogates() -> None:
    assert filtered(["x" * 5000, "\ud800a"], ordered(["x" * 5000, "\ud800a"])) == {
        ("x" * 5000,) * 2 + (0,),
        ("\ud800a",) * 2 + (0,),
    }
    assert filtered([], ["a"]) == filtered(["a"], []) == set()
