"""The middle values of ranges, without sorting each range: windows of one group overlap, and a large trader has thousands of movements in each.

A wavelet matrix (Claude, Navarro and Ordóñez, *Information Systems* 47, 2015): the ranks of all values bit by bit, the highest first; for
each bit how many zeros stand before a place, and behind it the order in which those with a zero come first. What is k-th in a range, or how
much of it lies below a value, takes one step a bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.rulebook.evaluate import Mask

Values = npt.NDArray[Any]


def middles(values: Values, first: Numbers, stop: Numbers, about: npt.NDArray[np.float64] | None = None) -> tuple[Values, Values]:
    """The two values in the middle of each range of values, in order; one twice where their number is odd.

    Args:
        values: of all ranges.
        first: where each range begins.
        stop: where it ends; a range holds one value at least.
        about: a number a range: then of the distances from it.
    """
    ordered, length = _Ordered(values), stop - first
    lower, upper = (length - 1) // 2, length // 2
    if about is None:
        return ordered.value(lower, first, stop), ordered.value(upper, first, stop)
    return ordered.distance(lower, first, stop, about), ordered.distance(upper, first, stop, about)


class _Ordered:
    def __init__(self, values: Values) -> None:
        self._distinct, ranks = np.unique(values, return_inverse=True)
        self._zeros = []
        for bit in reversed(range(len(self._distinct).bit_length())):
            is_zero = (ranks >> bit) & 1 == 0
            self._zeros.append(np.concatenate([np.zeros(1, np.int32), np.cumsum(is_zero, dtype=np.int32)]))
            ranks = np.concatenate([ranks[is_zero], ranks[~is_zero]])

    def value(self, k: Numbers, first: Numbers, stop: Numbers) -> Values:
        """The value of each range before which k others come in order."""
        rank = np.zeros(len(k), np.int64)
        for zeros in self._zeros:
            low, high = zeros[first], zeros[stop]
            is_one = k >= high - low
            k = np.where(is_one, k - (high - low), k)
            first, stop = _step(zeros, is_one, first, low), _step(zeros, is_one, stop, high)
            rank = 2 * rank + is_one
        found: Values = self._distinct[rank]
        return found

    def below(self, limit: Values, first: Numbers, stop: Numbers) -> Numbers:
        """How many values of each range are less than its limit."""
        rank, count = np.searchsorted(self._distinct, limit), np.zeros(len(limit), np.int64)
        for bit, zeros in zip(reversed(range(len(self._zeros))), self._zeros, strict=True):
            low, high = zeros[first], zeros[stop]
            is_one = (rank >> bit) & 1 == 1
            count += np.where(is_one, high - low, 0)
            first, stop = _step(zeros, is_one, first, low), _step(zeros, is_one, stop, high)
        return count

    def distance(self, k: Numbers, first: Numbers, stop: Numbers, about: npt.NDArray[np.float64]) -> Values:
        """The k-th distance, in order, of the values of each range from a number.

        Of the k + 1 nearest values some lie before the number and the others behind it: how many before is found by halving.
        """
        before = self.below(about, first, stop)
        least = np.maximum(0, k + 1 - (stop - first - before))
        most = np.minimum(k + 1, before)
        at = np.flatnonzero(least < most)
        while len(at):
            taken = (least[at] + most[at]) // 2
            left = about[at] - self.value(before[at] - 1 - taken, first[at], stop[at])
            right = self.value(before[at] + k[at] - taken, first[at], stop[at]) - about[at]
            more = left < right
            least[at] = np.where(more, taken + 1, least[at])
            most[at] = np.where(more, most[at], taken)
            at = at[least[at] < most[at]]
        # The furthest that is taken on either side, where one is.
        left = about - self.value(np.minimum(before - least, stop - first - 1), first, stop)
        right = self.value(before + k - least, first, stop) - about
        return np.maximum(np.where(least > 0, left, 0), np.where(least <= k, right, 0))


def _step(zeros: Numbers, is_one: Mask, place: Numbers, before: Numbers) -> Numbers:
    """Where a place comes to lie in the order of the next bit."""
    found: Numbers = np.where(is_one, zeros[-1] + place - before, before)
    return found
