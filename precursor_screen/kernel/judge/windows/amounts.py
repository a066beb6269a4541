"""Numbers that windows add up and compare: whole numbers of the last decimal place, so that sums are exact in whatever order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.rulebook.evaluate import Mask
from precursor_screen.rulebook.expression import Literal

# The middle values of ranges, without sorting each range: windows of one group overlap, and a large trader has thousands of
# movements in each.

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


PLACES = 6  # of ratios, scores and sums before they are compared, and of all that rules reckon
_LIMB = 32  # bits of the lower part of a number where a sum of whole ones might not fit into 64
_FITS = 2**62
_EXACT = 2**53  # up to which a double holds every whole number
Doubles = npt.NDArray[np.float64]


class Amounts(Struct, frozen=True):
    """A number each.

    Attributes:
        units: whole numbers of 10 ** -places, of 64 bits or as Python's; doubles where `places` is None.
        places: after the decimal point.
        there: whether there is one at all.
    """

    units: npt.NDArray[Any]
    places: int | None
    there: Mask

    @property
    def doubles(self) -> Doubles:
        """As doubles; NaN: there is none."""
        found = self.units if self.places is None else _divided(self.units, 10**self.places)
        return np.where(self.there, found, np.nan).astype(np.float64)

    def take(self, at: Numbers) -> Amounts:
        """Some of them."""
        return Amounts(self.units[at], self.places, self.there[at])

    def rounded(self) -> Amounts:
        """To six places, halves away from nought."""
        if self.places is None:
            return Amounts(round_half_away(self.units), None, self.there)
        if self.places <= PLACES:
            return self
        step = 10 ** (self.places - PLACES)
        size = (np.abs(self.units) + step // 2) // step
        return Amounts(np.where(self.units < 0, -size, size), PLACES, self.there)

    def times(self, factor: Decimal) -> Amounts:
        """Each so many times, exactly; of decimals."""
        places = max(0, -int(factor.as_tuple().exponent))
        return Amounts(_times(self.units, int(factor.scaleb(places))), (self.places or 0) + places, self.there)

    def meets(self, sign: str, limit: Amounts) -> Mask:
        """Where they are known to be greater, or less, than their limits. sign: >, >=, < or <=."""
        if self.places is None or limit.places is None:
            left, right = self.doubles, limit.doubles
        else:
            places = max(self.places, limit.places)
            left, right = (_times(a.units, 10 ** (places - (a.places or 0))) for a in (self, limit))
        with np.errstate(invalid="ignore"):
            found = {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[sign]
        return np.asarray(found, dtype=np.bool_) & self.there & limit.there


def amounts_of(values: pa.Array) -> Amounts:
    """A column of decimals, whole numbers or doubles."""
    there = pc.is_valid(values).to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(values.type):
        return Amounts(_whole_numbers(values, there), values.type.scale, there)
    if pa.types.is_floating(values.type):
        return Amounts(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False), None, there)
    if pa.types.is_null(values.type):
        values = values.cast(pa.int64())
    return Amounts(pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.int64), 0, there)


def counts_of(counts: Numbers) -> Amounts:
    """Whole numbers, all of which are there."""
    return Amounts(counts, 0, np.ones(len(counts), dtype=np.bool_))


def amount_of(literal: Literal) -> Amounts:
    """A number that a rule states: one for all."""
    value = Decimal(str(literal.value))
    places = max(0, -int(value.as_tuple().exponent))
    return Amounts(np.array([int(value.scaleb(places))], dtype=object), places, np.array([True]))


def addable(amounts: Amounts) -> Amounts:
    """Doubles as whole millionths: what rules reckon has six places, and so a sum does not depend on its order."""
    if amounts.places is not None:
        return amounts
    units = np.rint(amounts.units * 10.0**PLACES)
    whole = units.astype(np.int64) if np.abs(units).max(initial=0) < _FITS else _python_integers(units)
    return Amounts(whole, PLACES, amounts.there)


def sums(units: npt.NDArray[Any], first: Numbers, stop: Numbers) -> npt.NDArray[Any]:
    """Exact sums of ranges of whole numbers.

    What is added up in 64 bits comes out right wherever the sum itself fits, even if the running sum did not; where one might not
    fit, both halves are added up.
    """
    largest = int(np.abs(units.astype(np.float64)).max(initial=0.0))
    if units.dtype != object and largest * int((stop - first).max(initial=0)) < _FITS:
        return _differences(units, first, stop)
    high, low = (_differences(part, first, stop).astype(object) for part in (units >> _LIMB, units & (2**_LIMB - 1)))
    return np.asarray(high * 2**_LIMB + low)


def _differences(units: npt.NDArray[Any], first: Numbers, stop: Numbers) -> npt.NDArray[Any]:
    running = np.concatenate([np.zeros(1, dtype=units.dtype), np.cumsum(units, dtype=units.dtype)])
    return np.asarray(running[stop] - running[first])


def round_half_away(values: Doubles) -> Doubles:
    """Doubles to six places as the engine rounds them: by their exact value, halves away from nought."""
    step, size = 10.0**PLACES, np.abs(values)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = size * step
        whole = np.floor(scaled)
        # A product that looks like a half is told from one by what rounding it took away: of shorter parts products are exact.
        upper = size.astype(np.float32).astype(np.float64)
        lost = (upper * step - scaled) + (size - upper) * step
        up = (scaled - whole > 0.5) | ((scaled - whole == 0.5) & (lost >= 0))
        return np.where(np.isfinite(scaled), np.copysign((whole + up) / step, values), values)


def _whole_numbers(decimals: pa.Array, there: Mask) -> npt.NDArray[Any]:
    """The digits of decimals as whole numbers, of 64 bits where all fit."""
    filled = pc.if_else(pa.array(there), decimals, pa.scalar(Decimal(0), decimals.type))
    words = np.frombuffer(filled.buffers()[1], dtype=np.int64).reshape(-1, decimals.type.byte_width // 8)
    words = words[filled.offset : filled.offset + len(filled)]
    if (words[:, 1:] == (words[:, :1] >> 63)).all():
        return np.array(words[:, 0])
    return np.array([int(d.scaleb(decimals.type.scale)) for d in filled.to_pylist()], dtype=object)


def _python_integers(values: Doubles) -> npt.NDArray[Any]:
    return np.array([int(value) for value in values], dtype=object)


def _times(units: npt.NDArray[Any], factor: int) -> npt.NDArray[Any]:
    fits = units.dtype != object and int(np.abs(units.astype(np.float64)).max(initial=0.0)) * factor < _FITS
    return units * factor if fits else units.astype(object) * factor


def _divided(units: npt.NDArray[Any], divisor: int) -> Doubles:
    """Quotients as the engine gives them: beyond what a double holds, of the whole part and of the rest."""
    size = np.abs(units)
    if not (size > _EXACT).any():
        return (units / divisor).astype(np.float64)
    parted = (size // divisor).astype(np.float64) + (size % divisor).astype(np.float64) / divisor
    found = np.where(size > _EXACT, np.where(units < 0, -parted, parted), (units / divisor).astype(np.float64))
    return found.astype(np.float64)
