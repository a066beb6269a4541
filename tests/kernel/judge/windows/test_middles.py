"""The middles of ranges, against sorting each range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.judge.windows.amounts import middles
from tests.examples import examples

NUMBERS = st.one_of(st.integers(-9, 9), st.integers(-(10**6), 10**6))


@st.composite
def ranges(draw, numbers):
    values = draw(st.lists(numbers, min_size=1, max_size=40))
    places = st.integers(0, len(values))
    some = draw(st.lists(st.tuples(places, places).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=8))
    return values, np.array([min(pair) for pair in some]), np.array([max(pair) for pair in some])


def sorted_middles(values, first, stop, about=None):
    found = []
    for at, (begin, end) in enumerate(zip(first, stop, strict=True)):
        inside = sorted(values[begin:end] if about is None else abs(np.array(values[begin:end]) - about[at]))
        found.append((inside[(len(inside) - 1) // 2], inside[len(inside) // 2]))
    return found


@examples(100, 2000)
@given(ranges(st.one_of(NUMBERS, st.integers(-(10**30), 10**30))))
def test_the_middles_are_those_of_each_range_sorted(drawn):
    values, first, stop = drawn
    kind = np.int64 if all(abs(v) < 2**63 for v in values) else object
    lower, upper = middles(np.array(values, dtype=kind), first, stop)
    assert list(zip(lower.tolist(), upper.tolist(), strict=True)) == sorted_middles(values, first, stop)


@examples(100, 2000)
@given(ranges(st.one_of(NUMBERS.map(float), st.floats(-1e9, 1e9))), st.data())
def test_so_are_those_of_the_distances_from_a_number_to_the_last_bit(drawn, data):
    values, first, stop = drawn
    about = np.array(data.draw(st.lists(st.floats(-1e9, 1e9), min_size=len(first), max_size=len(first))))
    middle = np.array([(a + b) / 2 for a, b in sorted_middles(values, first, stop)])
    for number in (about, middle):
        lower, upper = middles(np.array(values), first, stop, number)
        assert list(zip(lower.tolist(), upper.tolist(), strict=True)) == sorted_middles(values, first, stop, number)


@pytest.mark.parametrize("values", [[5], [5, 5, 5], [1, 2]])
def test_a_value_that_stands_alone_or_thrice(values):
    lower, upper = middles(np.array(values), np.array([0]), np.array([len(values)]))
    assert (lower[0], upper[0]) == (values[0], values[-1])
