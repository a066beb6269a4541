"""The days of groups, and what lies in windows of days: all movements of a day see the same window, so windows are worked out by day.

Movements lie by group and day. A window is a range of the days of its group, and so a range of movements; what it comes to is the
difference of two running sums.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.rulebook.evaluate import Mask


class Frames(Struct, frozen=True, dict=True):
    """Days on which something moved, by group.

    Attributes:
        spans: the number of each day's group, or of its group and calendar period, ascending.
        days: since 1970, ascending within a group.
        starts: where the movements of each day begin; and at the end how many there are.
    """

    spans: Numbers
    days: Numbers
    starts: Numbers

    @classmethod
    def of(cls, spans: Numbers, days: Numbers) -> Frames:
        """Of one or more movements that lie by group and day."""
        firsts = np.flatnonzero(np.concatenate([[True], (np.diff(spans) != 0) | (np.diff(days) != 0)]))
        return cls(spans[firsts], days[firsts], np.append(firsts, len(spans)))

    @property
    def count(self) -> int:
        """How many days there are."""
        return len(self.days)

    @cached_property
    def of_row(self) -> Numbers:
        """The day of each movement."""
        return np.repeat(np.arange(self.count), np.diff(self.starts))

    def back(self, reach: int | None) -> Numbers:
        """The first day of each window that ends with a day. reach: in days; None: all there is of the group."""
        return np.searchsorted(self.spans, self.spans) if reach is None else self._from(self.days - reach)

    def ahead(self, reach: int | None) -> Numbers:
        """The first day that is no longer within reach after a day."""
        stops = np.searchsorted(self.spans, self.spans, side="right")
        return stops if reach is None else self._from(self.days + reach + 1)

    def _from(self, days: Numbers) -> Numbers:
        """The first day of the same group that is not before a day."""
        low, high = self.days.min(), self.days.max()
        begins = self.spans * (high - low + 2) - low
        found: Numbers = np.searchsorted(begins + self.days, begins + np.clip(days, low, high + 1))
        return found

    def total(self, values: npt.NDArray[Any], first: Numbers, stop: Numbers) -> Numbers:
        """Sums of a number a movement over the days from `first` on to the one before `stop`."""
        running = np.concatenate([[0], np.cumsum(values)])
        found: Numbers = running[self.starts[stop]] - running[self.starts[first]]
        return found

    def any_of_day(self, true: Mask) -> Mask:
        """The days with a movement of which something is true."""
        return np.logical_or.reduceat(true, self.starts[:-1])

    def latest(self, true: Mask) -> Numbers:
        """For each day the latest one up to it of which something is true, in whatever group; -1: none."""
        return np.maximum.accumulate(np.where(true, np.arange(self.count), -1))

    def latest_before(self, true: Mask, reach: int | None) -> Numbers:
        """For each day the latest earlier one within reach, of its group, of which something is true; -1: none."""
        found = np.concatenate([[-1], self.latest(true)[:-1]])
        return np.where(found >= self.back(reach), found, -1)

    def next(self, true: Mask, reach: int | None) -> Numbers:
        """For each day the first from it on, within reach and of its group, of which something is true; -1: none."""
        found = np.minimum.accumulate(np.where(true, np.arange(self.count), self.count)[::-1])[::-1]
        return np.where(found < self.ahead(reach), found, -1)

    def distinct(self, codes: Numbers, reach: int | None, apart: int = 0) -> Numbers:
        """How many different codes there are in the window of each day.

        A movement stands for its code from its own day on until the next one of that code, or until it has left the window: so a code
        counts once on each day.

        Args:
            codes: of each movement; below 0: none.
            reach: how many days before its own a window begins.
            apart: 1 leaves the day itself out of its window.
        """
        at = np.flatnonzero(codes >= 0)
        alike = self.spans[self.of_row[at]] * (codes.max(initial=0) + 1) + codes[at]
        order = np.argsort(alike, kind="stable")
        alike, days = alike[order], self.of_row[at[order]]
        begins, ends = days + apart, self.ahead(reach)[days]
        ends[:-1] = np.where(alike[:-1] == alike[1:], np.minimum(ends[:-1], begins[1:]), ends[:-1])
        size = self.count + 1
        found: Numbers = np.cumsum(np.bincount(begins, minlength=size) - np.bincount(ends, minlength=size))[:-1]
        return found


def expand(first: Numbers, stop: Numbers) -> tuple[Numbers, Numbers]:
    """All places of some ranges, one after another: the number of the range, and the place."""
    lengths = np.maximum(stop - first, 0)
    range_of = np.repeat(np.arange(len(lengths)), lengths)
    return range_of, np.arange(len(range_of)) + (first - np.cumsum(lengths) + lengths)[range_of]
