import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from precursor_screen.matching.candidates import Signatures, find_pairs, score_pairs, sign


def brute(queries: list[str], rows: list[str], cut: float) -> list[tuple[int, int, float]]:
    scores = process.cdist(queries, rows, scorer=fuzz.ratio, score_cutoff=cut, dtype=np.float64)
    return [(int(i), int(j), float(scores[i, j])) for i, j in np.argwhere(scores >= cut) if queries[i]]


def filtered(queries: list[str], rows: list[str], cut: float, workers: int | None = 1) -> list[tuple[int, int, float]]:
    pairs = find_pairs(queries, rows, sign(rows), cut, workers)
    return list(zip(pairs.queries.tolist(), pairs.rows.tolist(), pairs.scores.tolist(), strict=True))


def ordered(names: list[str]) -> list[str]:
    return sorted(set(names), key=lambda s: (len(s), s))


def variants(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    words = ["".join(rng.choices("aeiounrstlmkd", k=rng.randint(2, 9))) for _ in range(60)]
    names = [" ".join(sorted(rng.choices(words, k=rng.randint(1, 5)))) for _ in range(count)]
    for name in names[: count // 2]:
        letters = list(name)
        for _ in range(rng.randint(1, 3)):
            letters[rng.randrange(len(letters))] = rng.choice("abcxyz ")
        names.append("".join(letters))
    return names


short = st.text(alphabet="abcde 12é王", min_size=1, max_size=14)


@given(
    st.lists(short, min_size=1, max_size=12), st.lists(short, max_size=12), st.sampled_from([50.0, 70.0, 80.0, 85.0, 90.0, 100.0])
)
@settings(max_examples=300, deadline=None)
def test_equals_brute_force_on_any_strings(queries: list[str], rows: list[str], cut: float) -> None:
    queries, rows = list(dict.fromkeys(queries)), ordered(rows)
    assert filtered(queries, rows, cut) == (brute(queries, rows, cut) if rows else [])


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_equals_brute_force_on_two_texts(query: str, row: str) -> None:
    assert filtered([query], [row], 60.0) == brute([query], [row], 60.0)


@pytest.mark.parametrize("cut", [60.0, 75.0, 85.0, 95.0, 100.0])
def test_equals_brute_force_on_names(cut: float) -> None:
    queries, rows = list(dict.fromkeys(variants(1, 300))), ordered(variants(1, 300) + variants(2, 900))
    found = filtered(queries, rows, cut)
    assert found == brute(queries, rows, cut)
    assert len(found) >= 300


def test_any_number_of_threads_finds_the_same() -> None:
    queries, rows = list(dict.fromkeys(variants(3, 400))), ordered(variants(3, 400))
    assert filtered(queries, rows, 80.0, 1) == filtered(queries, rows, 80.0, 4) == filtered(queries, rows, 80.0, None)


def test_more_rows_than_a_tile_and_every_pair_a_match() -> None:
    rows = [f"zorvan trading {i:05d}" for i in range(5000)]
    found = filtered([rows[4999], rows[0]], rows, 60.0)
    assert len(found) == 10_000
    assert [f[:2] for f in found] == [(q, r) for q in (0, 1) for r in range(5000)]


def test_empty_inputs() -> None:
    assert filtered([], ["abc"], 85.0) == filtered(["abc"], [], 85.0) == filtered([""], ["abc"], 85.0) == []
    assert len(sign([]).lengths) == 0


def test_long_strings_and_surrogates() -> None:
    long = "zorvan " * 20_000
    assert filtered([long], [long], 85.0) == [(0, 0, 100.0)]
    assert filtered(["\ud800a"], ["\ud800a"], 85.0) == [(0, 0, 100.0)]


def test_the_filters_are_worth_their_name() -> None:
    rows = ordered(variants(5, 3000))
    signatures = sign(rows)
    assert isinstance(signatures, Signatures)
    differing = np.bitwise_count(signatures.words[0][:, None] ^ signatures.words[0][None, :]).astype(int)
    differing += np.bitwise_count(signatures.words[1][:, None] ^ signatures.words[1][None, :])
    summed = signatures.lengths[:, None] + signatures.lengths[None, :]
    assert (differing <= 0.15 * summed).mean() < 0.02


def test_scores_of_pairs() -> None:
    assert score_pairs(["abc", "abc"], ["abc", "xyz"]).tolist() == [100.0, 0.0]
