"""The candidates against scoring every pair: nothing that scores is lost, whatever the names, the cut and the list."""

import random
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party import bounds, candidates, word_book
from precursor_screen.matching.party.alignment import compare
from precursor_screen.matching.party.contradictions import contradict_names, weigh
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.matching.party.index_file import spell_listed
from precursor_screen.matching.party.speller import Speller, make_text
from precursor_screen.matching.party.weights import make_word
from precursor_screen.text.party import normalise_party
from tests.examples import examples

KINDS = ("person", "organisation", "vessel")
WORDS = [
    "zorvan",
    "zorvam",
    "mirage",
    "miraje",
    "ferula",
    "quillon",
    "oppidan",
    "veladro",
    "brightmarsh",
    "bright",
    "marsh",
    "juan",
    "perez",
    "lopez",
    "mohammed",
    "muhammad",
    "ali",
    "al",
    "bin",
    "abdul",
    "aziz",
    "abdulaziz",
    "trading",
    "chemical",
    "chem",
    "intl",
    "international",
    "bank",
    "of",
    "the",
    "co",
    "ltd",
    "llc",
    "gmbh",
    "sa",
    "j",
    "k",
    "m",
    "7",
    "07",
    "2004",
    "mirage2004",
    "ii",
    "vi",
    "chile",
    "china",
    "gmbh",
    "ooo",
    "bin",
    "mrs",
    "wang",
    "li",
    "محمد",
    "علي",
    "王伟",
    "김정은",
    "golden",
    "star",
    "royal",
    "zorvanmirage",
    "alzorvan",
    "zorvantradingllc",
    "mirageltd",
    "zorvansa",
    "ZorvanMirage",
    "mary",
    "mark",
    "rnary",
    "m1rage",
    "zorvan8",
    "8right",
    "veladr0",
    "bright0",
    "ferulaquillonoppidan",
    "e",
    "y",
    "bill",
    "william",
    "billy",
    "wilhelm",
    "sasha",
    "aleksandr",
    "clarwen",
    "darwen",
    "ivanovich",
    "lavrovs",
    "lavrov",
    "tran",
    "iran",
    "hsi",
    "chin",
    "xi",
    "jinping",
    "cornpany",
    "zorvan10",
    "jc",
    "vanderbilt",
    "van",
    "der",
    "bilt",
]


def listed(names: list[tuple[str, str]]) -> PartyIndex:
    entries = [
        WatchlistEntry("demo", f"{i:04d}", kind, (WatchlistName(name, "primary"),)) for i, (name, kind) in enumerate(names)
    ]
    return PartyIndex(build_index("demo", entries))


def brute(index: PartyIndex, names: list[tuple[str, str]], asked: str, cut: float) -> dict[str, float]:
    rarities = index.rarities
    found: dict[str, float] = {}
    for texts in Speller(rarities).read(normalise_party(asked)):
        mine = [make_text(text, rarities) for text in texts]
        for i, (name, kind) in enumerate(names):
            for listed_texts in spell_listed(normalise_party(name), kind):
                theirs = [make_word(text, rarities) for text in listed_texts]
                outcome = compare(mine, theirs, kind)
                score = weigh(outcome.score, contradict_names(asked, name, (mine, theirs, outcome.pairs), kind))
                if outcome.informative is not None and score >= cut:
                    found[f"{i:04d}"] = max(score, found.get(f"{i:04d}", 0.0))
    return found


def check(names: list[tuple[str, str]], asked: list[str], cut: float) -> int:
    """How many matches there are; each is found, and none else, whether words of many rows are looked up or skipped where they can be."""
    index = listed(names)
    expected = {name: brute(index, names, name, cut) for name in asked}
    for few, worth in ((candidates._FEW, candidates._WORTH), (0, 0)):  # small lists have no words of many rows
        with mock.patch.multiple(candidates, _FEW=few, _WORTH=worth):
            matches = index.match_names(asked, cut=cut).matches.to_pylist()
        for name in expected:
            found = {m["entry_id"]: m["score"] for m in matches if m["value"] == name}
            assert found == pytest.approx(expected[name]), (name, few)
    return sum(map(len, expected.values()))


name = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@given(
    st.lists(st.tuples(name, st.sampled_from(KINDS)), min_size=1, max_size=12),
    st.lists(name, min_size=1, max_size=4),
    st.sampled_from([50.0, 70.0, 85.0, 95.0, 99.0]),
)
@examples(60, 250)
def test_equals_scoring_every_pair(names: list[tuple[str, str]], asked: list[str], cut: float) -> None:
    check(names, asked, cut)


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=12), st.sampled_from(KINDS)), min_size=1, max_size=6), st.text(max_size=12)
)
@examples(40, 150)
def test_equals_scoring_every_pair_of_any_text(names: list[tuple[str, str]], asked: str) -> None:
    check(names, [asked, names[0][0]], 60.0)


@pytest.mark.parametrize("cut", [60.0, 75.0, 85.0, 92.0])
def test_equals_scoring_every_pair_of_many_names(cut: float) -> None:
    rng = random.Random(3)
    syllables = ["ba", "da", "ka", "la", "ma", "na", "ra", "sa", "ta", "za", "bi", "li", "mi", "ni", "ri", "zu"]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(120)] + WORDS
    weights = [1 / (i + 2) for i in range(len(vocabulary))]
    names = [(" ".join(rng.choices(vocabulary, weights, k=rng.randint(1, 5))), rng.choice(KINDS)) for _ in range(250)]
    asked = []
    for text, _ in rng.sample(names, 60):
        letters = list(text)
        letters[rng.randrange(len(letters))] = rng.choice("abxz ")
        asked.append("".join(letters))
    assert check(names, asked, cut) >= 39


@given(
    st.lists(st.tuples(name, st.sampled_from(KINDS)), min_size=1, max_size=8),
    st.lists(st.lists(name, min_size=1, max_size=4), min_size=2, max_size=3),
)
@examples(15, 60)
def test_what_was_asked_before_changes_nothing(names: list[tuple[str, str]], batches: list[list[str]]) -> None:
    index = listed(names)
    for asked in batches:
        assert index.match_names(asked, 70.0).matches.equals(listed(names).match_names(asked, 70.0).matches)


def test_a_full_book_is_closed_and_the_next_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_book, "FULL", 3)
    index = listed([("zorvan mirage", "person"), ("ferula quillon", "organisation")])
    for asked in (["zorvan mirage"], ["ferula quillan"], ["zorvan miraje"]):
        assert [m["value"] for m in index.match_names(asked).matches.to_pylist()] == asked
        assert len(index._book.words) <= 3


CUT = [
    "Zorvan Mirage Brightmarsh Ferulaquillonia",
    "Zorvan Oppidanveladrobrightmarsh Trading",
    "Zorvanmirageferulaquillonoppidanveladro",
    "Zorvan Mirage Chemical Trading International",
    "Juan Perez Lopez Mohammed Abdulaziz Zorvanquillon",
    "Mirage Ferula Quillon Oppidan Zorvan Veladro",
]


@pytest.mark.parametrize("length", [24, 25, 29, 30, 33, 34, 35, 36])
def test_equals_scoring_every_pair_of_names_that_were_cut(length: int) -> None:
    names = [(name, kind) for name in CUT for kind in KINDS]
    found = check(names, [name[:length] for name in CUT], 60.0)
    assert found >= len(CUT)


@pytest.mark.parametrize("cut", [85.0, 91.0, 96.0])
def test_equals_scoring_every_pair_of_many_names_that_were_cut_or_misread(cut: float) -> None:
    rng = random.Random(8)
    syllables = ["bar", "dan", "kam", "lin", "mor", "nul", "rod", "sam", "tad", "zem", "clo", "vern"]
    rare = ["".join(rng.choices(syllables, k=rng.randint(2, 3))) for _ in range(60)]
    general = ["trading", "chemical", "international", "al", "of", "bank", "7"]
    names = [
        (" ".join(rng.choice(general) if rng.random() < 0.3 else rng.choice(rare) for _ in range(rng.randint(3, 6))), kind)
        for kind in KINDS
        for _ in range(25)
    ]
    asked = [name[:length] for name, _ in names for length in (24, 25, 30) if len(name) > length]
    asked += [name.replace("m", "rn", 1) for name, _ in names] + [name.replace("cl", "d", 1) for name, _ in names]
    asked += [name.replace("rn", "m", 1) for name, _ in names] + [name.replace("l", "1", 2) for name, _ in names]
    asked += [" ".join(word[:4] for word in name.split()) for name, _ in names]
    assert check(names, list(dict.fromkeys(asked)), cut) >= 100


def test_a_cut_word_counts_as_a_start_also_where_it_is_nearly_the_whole_word() -> None:
    assert check([("quillonbrightmarsh zorvan", "organisation")], ["quillonbrightmarsh zorva"], 96.0) == 1


def test_a_cut_word_may_be_a_word_of_business_misspelt_also_where_the_list_has_a_name_spelt_so() -> None:
    assert (
        check([("zorvan mirage mh trading", "organisation"), ("tradinx oppidan", "person")], ["zorvan mirage mh tradinx"], 85.0)
        == 1
    )


def test_words_of_business_that_agree_may_make_up_for_a_name_that_is_left_over() -> None:
    assert check([("zorvan trading chemical bank", "vessel")], ["zorvan quillon trading chemical bank"], 85.0) == 1


@pytest.mark.parametrize(("length", "found"), [(33, []), (34, ["0000"]), (35, ["0000"]), (36, [])])
def test_a_name_that_was_cut_is_found_by_the_beginning_of_its_last_word(length: int, found: list[str]) -> None:
    name = ("Zorvan " + "Brightmarshveladroquillonoppidanferulazorvan")[:length]
    index = listed(
        [("Zorvan Brightmarshveladroquillonoppidanferulazorvan", "organisation"), ("Brightmarsh Zorvan", "organisation")]
    )
    assert [m["entry_id"] for m in index.match_names([name], cut=90.0).matches.to_pylist()] == found


@given(
    st.lists(st.tuples(name, st.sampled_from(KINDS)), min_size=1, max_size=6),
    st.lists(st.sampled_from(WORDS), min_size=6, max_size=9).map(" ".join),
    st.sampled_from([24, 25, 29, 30, 34, 35]),
)
@examples(20, 80)
def test_equals_scoring_every_pair_of_any_cut_name(names: list[tuple[str, str]], long: str, length: int) -> None:
    check([*names, (long, "organisation")], [long[:length]], 70.0)


@pytest.mark.parametrize("scale", [1, 1 << 30, 1 << 58])
def test_pairs_are_sorted_whether_or_not_both_fit_one_number(scale: int) -> None:
    rng = np.random.default_rng(5)
    keys, values = rng.integers(0, 30, 500) * scale, rng.permutation(500)
    order = sorted(range(500), key=lambda i: (keys[i], values[i]))
    for found, expected in zip(bounds._sort_pairs(keys, values), (keys, values), strict=True):
        assert found.tolist() == expected[order].tolist()


def test_no_pair_at_all_is_sorted_too() -> None:
    none = np.empty(0, np.int64)
    assert [len(one) for one in bounds._sort_pairs(none, none)] == [0, 0]
