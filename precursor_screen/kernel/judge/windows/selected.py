"""The movements that a rule looks at, by group and day."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.groups import Numbers, codes_of, codes_of_values, counted_elements, is_paired
from precursor_screen.kernel.judge.windows.layout import Layout, group_of, parts_of
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import TRUE, Mask, owners_of, whole
from precursor_screen.rulebook.expression import Expression, Field, Literal
from precursor_screen.rulebook.windows import DISTINCT, Measure, Window

# The days of groups, and what lies in windows of days: all movements of a day see the same window, so windows are worked out by
# day.


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

    def gravest(self, asked: Mask) -> Numbers:
        """The first movement of each day among some, in the order of `history.in_order`."""
        at = np.flatnonzero(asked)
        firsts: Numbers = at[np.diff(self.of_row[at], prepend=-1) != 0]
        return firsts

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


class Selected(Struct, frozen=True, dict=True):
    """Movements of groups that a new one is in of which the rule is sure, by group, day and number.

    Attributes:
        movements: row_no, is_new, day, cargo and parts of windows.
        columns: part of a window -> column of `movements`.
        groups: the number of each movement's group; a movement is in as many as its list has elements.
        sure: whether the rule is sure of it; else it cannot be judged.
        keys: key_0 ... of the groups, by their numbers.
        period: month, year or ''.
        counted: what is counted of the elements of a list that groups by the others; else of nothing.
    """

    movements: pa.Table
    columns: dict[Expression, str]
    groups: Numbers
    sure: Mask
    keys: pa.Table
    period: str = ""
    counted: pa.Array | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.groups)

    @cached_property
    def rows(self) -> Numbers:
        """row_no."""
        return self._numbers("row_no")

    @cached_property
    def new(self) -> Mask:
        """Which are new."""
        found: Mask = whole(self.movements.column("is_new")).to_numpy(zero_copy_only=False)
        return found

    @cached_property
    def days(self) -> Numbers:
        """The day of each, since 1970."""
        return np.asarray(whole(self.movements.column("day")).cast(pa.int32()).to_numpy(), dtype=np.int64)

    @cached_property
    def periods(self) -> Numbers:
        """Of each the first day of its calendar period; 0 without one."""
        if not self.period:
            return np.zeros(self.count, dtype=np.int64)
        unit = "M" if self.period == "month" else "Y"
        return self.days.astype("datetime64[D]").astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(np.int64)

    @cached_property
    def frames(self) -> Frames:
        """Their days."""
        begins = (np.diff(self.groups) != 0) | (np.diff(self.periods) != 0)
        return Frames.of(np.cumsum(np.concatenate([[0], begins])), self.days)

    def _numbers(self, name: str) -> Numbers:
        return np.asarray(whole(self.movements.column(name)).to_numpy(), dtype=np.int64)

    def part(self, part: Expression) -> pa.Array:
        """What a part of the window is of each."""
        if isinstance(part, Literal):
            return pa.repeat(pa.scalar(part.value), self.count)
        return whole(self.movements.column(self.columns[part]))

    def true(self, test: Expression) -> Mask:
        """Which a test is true of."""
        found: Mask = pc.fill_null(self.part(test), False).to_numpy(zero_copy_only=False)
        return found

    def codes(self, measure: Measure | None = None) -> Numbers:
        """A number for each different value that is counted, of their cargoes where nothing else is; -1: none, or not sure."""
        if measure is None or measure.of is None:
            values = whole(self.movements.column("cargo"))
        elif self.counted is not None and isinstance(measure.of, Field) and is_paired(measure.of.name):
            values = self.counted
        else:
            values = self.part(measure.of)
        return np.where(self.sure, codes_of_values(values), -1)

    def take(self, at: Numbers) -> Selected:
        """Some of them, in the order that is given."""
        places = pa.array(at)
        counted = self.counted.take(places) if self.counted is not None else None
        return Selected(
            self.movements.take(places), self.columns, self.groups[at], self.sure[at], self.keys, self.period, counted
        )


def select_movements(rule: CompiledRule, number: int, layout: Layout) -> Selected:
    """The movements that a rule looks at. number: of its verdict."""
    window = rule.window
    assert window is not None
    verdict = whole(layout.movements.column(f"verdict_{number}")).to_numpy()
    at = np.flatnonzero((verdict > 0) & pc.is_valid(whole(layout.movements.column("day"))).to_numpy(zero_copy_only=False))
    groups, counted = None, None
    if rule.rule.subject == LINE:
        at = _first_of_each_line(window, at, layout)
    if window.unnested:
        at, groups, counted = _by_element(window, at, layout)
    else:
        groups = whole(layout.movements.column(group_of(window.keys))).to_numpy()[at].astype(np.int64)
    sure = verdict[at] == TRUE
    new = whole(layout.movements.column("is_new")).to_numpy(zero_copy_only=False)[at]
    # Groups of which only another rule is sure are none of this one's.
    mine = np.zeros(layout.groups[window.keys].table.num_rows + 1, dtype=np.bool_)
    mine[groups[new & sure]] = True
    mine[-1] = False
    inside = np.flatnonzero(mine[groups])
    days = whole(layout.movements.column("day")).cast(pa.int32()).to_numpy()[at[inside]]
    inside = inside[np.lexsort((days, groups[inside]))]
    kept = ["row_no", "is_new", "day", "cargo", *dict.fromkeys(layout.columns[p] for p in parts_of(window))]
    movements = layout.movements.select(kept).take(pa.array(at[inside]))
    counted = counted.take(pa.array(inside)) if counted is not None else None
    keys = layout.groups[window.keys].table
    return Selected(movements, dict(layout.columns), groups[inside], sure[inside], keys, window.period, counted)


def _first_of_each_line(window: Window, at: Numbers, layout: Layout) -> Numbers:
    """Of the movements of one line in one group the first: a rule that judges lines counts each once."""
    lines = whole(layout.movements.column("line").take(pa.array(at))).to_numpy()
    columns = [lines] if window.unnested else [lines, whole(layout.movements.column(group_of(window.keys))).to_numpy()[at]]
    order = np.lexsort((at, *columns))
    is_repeat = np.logical_and.reduce([np.diff(c[order].astype(np.int64)) == 0 for c in columns])
    return np.sort(at[order[np.concatenate([[True], ~is_repeat])]]) if len(at) else at


def _by_element(window: Window, at: Numbers, layout: Layout) -> tuple[Numbers, Numbers, pa.Array | None]:
    """Movements once for each element of the list that groups, with the group, and what is counted of the element."""
    (listed,) = window.unnested
    rows = layout.movements.select(list(window.keys)).take(pa.array(at))
    codes = codes_of(rows, {key: layout.values[key] for key in window.keys}, window.unnested)
    groups = layout.groups[window.keys].numbers(codes)
    counted = counted_elements(rows, listed) if is_paired(listed) else None
    return at[owners_of(whole(rows.column(listed)))], groups, counted


def of_possible_groups(window: Window, selected: Selected) -> Selected:
    """The selected movements without groups of which no window can be true, where that is cheap to tell."""
    sizes = np.bincount(selected.groups, minlength=selected.keys.num_rows)
    possible = np.ones(len(sizes), dtype=np.bool_)
    if window.kind in ("temporal", "temporal_ordered"):
        for step in window.steps:
            possible &= np.bincount(selected.groups[selected.true(step) & selected.sure], minlength=len(sizes)) > 0
    elif window.kind in (*DISTINCT, "value_sum") and all(m.is_lower_bound for m in window.measures):
        sure = np.bincount(selected.groups[selected.sure], minlength=len(sizes))
        for limit in (limit for m in window.measures if m.aggregate in DISTINCT for sign, limit in m.limits):
            if isinstance(limit, Literal) and type(limit.value) is int:
                possible &= sure >= limit.value
    return selected if possible.all() else selected.take(np.flatnonzero(possible[selected.groups]))
