"""What each type of correlation computes over the windows of a rule. Ratios and scores are rounded before they are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.kernel.judge.windows import amounts
from precursor_screen.kernel.judge.windows.absence import allowed_of, is_listed
from precursor_screen.kernel.judge.windows.amounts import Amounts, Doubles, middles
from precursor_screen.kernel.judge.windows.groups import Numbers, codes_of_values
from precursor_screen.kernel.judge.windows.selected import Frames, Selected
from precursor_screen.rulebook.evaluate import Mask
from precursor_screen.rulebook.expression import Literal
from precursor_screen.rulebook.windows import DISTINCT, Measure, Window

_MAD = 1.4826  # makes the median absolute deviation comparable with a standard deviation of normal data


class Measured(Struct, frozen=True):
    """What the window that ends at each movement comes to.

    Attributes:
        ok: whether it is true.
        value: what is compared, or told of it; NaN: nothing.
        early: whether there is too little history to say.
        unknown: how many movements of the window could not be judged.
        unlisted: whether the register does not say; it does where none is asked.
    """

    ok: Mask
    value: Doubles
    early: Mask
    unknown: Numbers
    unlisted: Mask


class Known(Struct, frozen=True):
    """What windows are judged in the light of. since: the day on which recorded history begins; registers: by name."""

    since: int | None
    registers: Mapping[str, pa.Table]

    def days_before(self, days: Numbers) -> Numbers:
        """How many days of history there are before some days."""
        return np.zeros_like(days) if self.since is None else days - self.since


def known_of(since: date | None, registers: Mapping[str, pa.Table]) -> Known:
    """What is known, where history begins on a day."""
    return Known(None if since is None else (since - date(1970, 1, 1)).days, registers)


def compute(window: Window, selected: Selected, known: Known) -> Measured:
    """What the windows of the selected movements come to."""
    of_kind: dict[str, Callable[[Window, Selected, Known], Measured]] = {
        "baseline": _baseline,
        "temporal": _temporal,
        "temporal_ordered": _temporal_ordered,
        "first_seen": _first_of_its_kind if window.changes else _first_seen,
        "chain": _chain,
        "absence": _absence,
        "reconcile": _reconcile,
    }
    return of_kind.get(window.kind, _aggregates_after if window.before else _aggregates)(window, selected, known)


def _measured(
    selected: Selected,
    ok: Mask,
    value: Doubles | None = None,
    early: Mask | None = None,
    unknown: Numbers | None = None,
    unlisted: Mask | None = None,
) -> Measured:
    """With what is left out: no value, never early, nothing unknown, listed."""
    count = selected.count
    never = np.zeros(count, dtype=np.bool_)
    return Measured(
        ok,
        np.full(count, np.nan) if value is None else value,
        never if early is None else early,
        np.zeros(count, dtype=np.int64) if unknown is None else unknown,
        never if unlisted is None else unlisted,
    )


def _unknown(window: Window, selected: Selected) -> Numbers:
    """How many movements of each one's window, and of the days before that bear on it, could not be judged."""
    frames = selected.frames
    reach = None if window.days is None else window.days + window.before
    return frames.total(~selected.sure, frames.back(reach), np.arange(frames.count) + 1)[frames.of_row]


# --- aggregates ---------------------------------------------------------------------------------------------------------
def _aggregate(measure: Measure, window: Window, selected: Selected, counted: Mask | None = None) -> Amounts:
    """A measure of the window of each day. counted: the movements whose values count; None: all that the rule is sure of."""
    frames = selected.frames
    if measure.aggregate in DISTINCT:
        codes = selected.codes(measure)
        return amounts.counts_of(frames.distinct(codes if counted is None else np.where(counted, codes, -1), window.days))
    assert measure.of is not None
    values = amounts.amounts_of(selected.part(measure.of))
    there = values.there & selected.sure & (True if counted is None else counted)
    first, stop = frames.starts[frames.back(window.days)], frames.starts[1:]
    running = np.concatenate([[0], np.cumsum(there)])
    count = running[stop] - running[first]
    if measure.aggregate == "value_median":
        return _median(values.take(np.flatnonzero(there)), running[first], running[stop])
    exact = amounts.addable(values)
    total = Amounts(amounts.sums(np.where(there, exact.units, 0), first, stop), exact.places, count > 0)
    return total if measure.aggregate == "value_sum" else _average(total, count)


def _average(total: Amounts, count: Numbers) -> Amounts:
    divisor = np.maximum(count, 1).astype(np.longdouble) * 10 ** (total.places or 0)
    return Amounts((total.units.astype(np.longdouble) / divisor).astype(np.float64), None, total.there)


def _median(values: Amounts, first: Numbers, stop: Numbers) -> Amounts:
    """Of decimals a decimal of as many places, cut off."""
    there = stop > first
    lower, upper = middles(values.units, first[there], stop[there])
    total = np.zeros(len(first), dtype=values.units.dtype)
    total[there] = lower + upper
    if not values.places:
        return Amounts(total / 2, None, there)
    half = np.abs(total) // 2
    return Amounts(np.where(total < 0, -half, half), values.places, there)


def _meets(measures: list[Amounts], window: Window, selected: Selected) -> Mask:
    """Which movements have a window that meets all limits, which may be their own."""
    true = np.ones(selected.count, dtype=np.bool_)
    for measure, found in zip(window.measures, measures, strict=True):
        compared = (found if measure.aggregate in DISTINCT else found.rounded()).take(selected.frames.of_row)
        true &= _within(compared, measure, selected)
    return true


def _within(compared: Amounts, measure: Measure, selected: Selected) -> Mask:
    """Which movements have an amount that meets the limits of a measure."""
    true = np.ones(selected.count, dtype=np.bool_)
    for sign, limit in measure.limits:
        own = amounts.amount_of(limit) if isinstance(limit, Literal) else amounts.amounts_of(selected.part(limit))
        true &= compared.meets(sign, own)
    return true


def _aggregates(window: Window, selected: Selected, _: Known) -> Measured:
    measures = [_aggregate(m, window, selected) for m in window.measures]
    value = measures[0].doubles[selected.frames.of_row]
    return _measured(selected, _meets(measures, window, selected), value, unknown=_unknown(window, selected))


def _aggregates_after(window: Window, selected: Selected, known: Known) -> Measured:
    """Aggregates of which the days before the window decide too: whether a value is new, whether anything moved.

    Where the record does not reach back so far, it is true (`ok`), or may be (`early`), or is not even if all were new and silent.
    """
    frames = selected.frames
    days_known = known.days_before(frames.days)
    new = ~_seen_before(window, selected) if window.unseen else None
    surely = new & (days_known >= window.unseen)[frames.of_row] if new is not None else None

    def measured(first: Mask | None) -> list[Amounts]:
        return [_aggregate(m, window, selected, None if n else first) for n, m in enumerate(window.measures)]

    measures = measured(surely)
    silent, perhaps = _silence(window, selected, days_known)
    ok = _meets(measures, window, selected) & silent[frames.of_row]
    might = _meets(measured(new), window, selected) & perhaps[frames.of_row]
    value = measures[0].doubles[frames.of_row]
    return _measured(selected, ok, value, selected.sure & might & ~ok, _unknown(window, selected))


def _seen_before(window: Window, selected: Selected) -> Mask:
    """Whether the group had the value of a movement on one of the days before."""
    return _alike_before(selected, selected.codes(window.measures[0]), window.unseen)[0]


def _alike_before(selected: Selected, codes: Numbers, reach: int | None) -> tuple[Mask, Numbers]:
    """Whether a movement of the same group and code that the rule is sure of lies within reach on an earlier day, and how many that
    cannot be judged do."""
    frames = selected.frames
    alike = frames.spans[frames.of_row] * (codes.max(initial=0) + 2) + codes + 1
    order = np.argsort(alike, kind="stable")
    own, sure = Frames.of(alike[order], selected.days[order]), selected.sure[order]
    first, stop = own.back(reach), np.arange(own.count)
    seen = np.empty(selected.count, dtype=np.bool_)
    unknown = np.empty(selected.count, dtype=np.int64)
    seen[order] = (own.total(sure, first, stop) > 0)[own.of_row]
    unknown[order] = own.total(~sure, first, stop)[own.of_row]
    return seen, unknown


def _silence(window: Window, selected: Selected, days_known: Numbers) -> tuple[Mask, Mask]:
    """Whether the group was silent before the first day of each window; and whether it was, or the record begins too late to say."""
    frames = selected.frames
    if not window.silence:
        always = np.ones(frames.count, dtype=np.bool_)
        return always, always
    sure = frames.any_of_day(selected.sure)
    before = frames.latest_before(sure, max(window.silence, window.known))
    none = before < 0
    gap = frames.days - frames.days[before]
    quiet = np.where(none, not window.known, gap > window.silence)
    late = none & (days_known < window.silence)
    start = frames.next(sure, None)[frames.back(window.days)]  # the first day of the window that the rule is sure of
    return (quiet & ~late)[start], (quiet | late)[start]


# --- one movement against the past of its group -------------------------------------------------------------------------
def _baseline(window: Window, selected: Selected, _: Known) -> Measured:
    """The movement's value against the group's own past, its own day left out. Asked for are the days on which something new moved."""
    frames, (measure,) = selected.frames, window.measures
    assert measure.of is not None
    value = amounts.amounts_of(selected.part(measure.of)).doubles
    there = selected.sure & ~np.isnan(value)
    running = np.concatenate([[0], np.cumsum(there)])
    first, stop = running[frames.starts[frames.back(window.days)]], running[frames.starts[:-1]]
    count = stop - first
    asked = np.flatnonzero(frames.any_of_day(selected.new & selected.sure) & (count > 0))
    past = value[there]
    middle = np.full(frames.count, np.nan)
    middle[asked] = _between(middles(past, first[asked], stop[asked]))
    compared = middle[frames.of_row]
    if window.method == "robust_z":
        spread = np.full(frames.count, np.nan)
        spread[asked] = _MAD * _between(middles(past, first[asked], stop[asked], middle[asked]))
        value, compared = value - compared, spread[frames.of_row]
    compared = np.where(compared == 0, np.nan, compared)
    score = Amounts(amounts.round_half_away(value / compared), None, ~np.isnan(value / compared))
    early = selected.sure & ((count[frames.of_row] < window.min_history) | ~score.there)
    return _measured(selected, _within(score, measure, selected) & ~early, score.doubles, early)


def _between(pair: tuple[Doubles, Doubles]) -> Doubles:
    return (pair[0] + pair[1]) / 2


def _first_seen(window: Window, selected: Selected, known: Known) -> Measured:
    """Whether nothing of the group moved before, in all that is recorded or within the span."""
    frames = selected.frames
    own = np.arange(frames.count)
    first = frames.back(window.days)
    before = frames.total(selected.sure, first, own)[frames.of_row]
    stop = own + 1 if window.days is not None else frames.ahead(None)
    unknown = frames.total(~selected.sure, first, stop)[frames.of_row]
    return _first(window, selected, known, selected.sure & (before == 0), None, unknown)


def _first(window: Window, selected: Selected, known: Known, first: Mask, value: Doubles | None, unknown: Numbers) -> Measured:
    """A first movement, which is true where history reaches back far enough."""
    early = first & (known.days_before(selected.days) < window.min_history)
    return _measured(selected, first & ~early, value, early, unknown)


def _first_of_its_kind(window: Window, selected: Selected, known: Known) -> Measured:
    """Whether nothing of the group moved before with the same values of `differs`, among so many that did with others.

    Of several on one day the first stands for all.
    """
    frames = selected.frames
    what = _together([codes_of_values(selected.part(change)) for change in window.changes])
    seen, unknown = _alike_before(selected, what, window.days)
    first = selected.new & selected.sure & ~seen
    at = np.flatnonzero(first)
    firsts = at[np.unique(frames.of_row[at] * (what.max(initial=0) + 1) + what[at], return_index=True)[1]]
    first &= np.isin(np.arange(selected.count), firsts)
    for step in window.steps:
        first &= selected.true(step)
    each = frames.distinct(selected.codes(), 0) if window.measures else np.add.reduceat(selected.sure, frames.starts[:-1])
    running = np.concatenate([[0], np.cumsum(each)])
    total = amounts.counts_of((running[:-1] - running[frames.back(window.days)])[frames.of_row])
    for measure in window.measures:
        first &= _within(total, measure, selected)
    return _first(window, selected, known, first, total.doubles, unknown)


def _together(codes: list[Numbers]) -> Numbers:
    """One number for the codes of several columns; null is a value like any other."""
    found = codes[0] + 1
    for code in codes[1:]:
        found = np.unique(found * (code.max(initial=0) + 2) + code + 1, return_inverse=True)[1]
    return found


# --- one after another --------------------------------------------------------------------------------------------------
def _temporal(window: Window, selected: Selected, _: Known) -> Measured:
    frames = selected.frames
    first, stop = frames.back(window.days), np.arange(frames.count) + 1
    ok = np.ones(frames.count, dtype=np.bool_)
    for step in window.steps:
        ok &= frames.total(selected.true(step) & selected.sure, first, stop) > 0
    cargoes = frames.distinct(selected.codes(), window.days)
    of_row = frames.of_row
    return _measured(selected, ok[of_row], cargoes[of_row].astype(np.float64), unknown=_unknown(window, selected))


def _temporal_ordered(window: Window, selected: Selected, _: Known) -> Measured:
    """Each stage on a later day than the one before; `start` is the latest first day from which the stages so far were passed.

    The later a stage is passed, the later is that first day: so the latest day of the stage before has the latest start.
    """
    frames = selected.frames
    passed = selected.true(window.steps[0]) & selected.sure
    start = frames.days
    for n, step in enumerate(window.steps[1:], 2):
        before = frames.latest_before(frames.any_of_day(passed), window.days)
        start = start[before]
        differs = _differs(window, selected, passed, before) if n == len(window.steps) else True
        passed = selected.true(step) & selected.sure & (before >= 0)[frames.of_row] & differs
    took = (frames.days - start)[frames.of_row]
    ok = passed & (took <= (window.days or 0))
    return _measured(selected, ok, np.where(passed, took, np.nan), unknown=_unknown(window, selected))


def _differs(window: Window, selected: Selected, passed: Mask, before: Numbers) -> Mask:
    """Whether each value of `differs` is another than that of one of the movements of the stage before, within reach."""
    frames = selected.frames
    true = np.ones(selected.count, dtype=np.bool_)
    for change in window.changes:
        own = codes_of_values(selected.part(change)) + 1  # null is a value like any other
        theirs = np.where(passed, own, -1)
        several = frames.distinct(theirs, window.days, apart=1) > 1
        one = np.maximum.reduceat(theirs, frames.starts[:-1])[before]  # of the latest day, which is all where there is but one
        true &= several[frames.of_row] | (one[frames.of_row] != own)
    return true


def _chain(window: Window, selected: Selected, _: Known) -> Measured:
    """Whether a chain ends with the movement, and what all that ended within the window come to."""
    frames = selected.frames
    ends: Mask = pc.fill_null(selected.movements.column("is_last"), False).combine_chunks().to_numpy(zero_copy_only=False)
    carried = amounts.addable(amounts.amounts_of(selected.movements.column("carried").combine_chunks()))
    counts = window.chain is not None and window.chain.carried is None
    units = ends.astype(np.int64) if counts else np.where(ends, carried.units, 0)
    total = Amounts(
        amounts.sums(units, frames.starts[frames.back(window.days)], frames.starts[1:]),
        0 if counts else carried.places,
        np.ones(frames.count, dtype=np.bool_),
    )
    return _measured(selected, ends, total.doubles[frames.of_row])


# --- registers ----------------------------------------------------------------------------------------------------------
def _absence(window: Window, selected: Selected, known: Known) -> Measured:
    listed = is_listed(window, [selected.part(value) for value, _ in window.matched], known.registers)
    return _measured(selected, selected.sure & ~listed)


def _reconcile(window: Window, selected: Selected, known: Known) -> Measured:
    """The running sum of what moved against what the register allows."""
    frames, (measure,) = selected.frames, window.measures
    total = _aggregate(Measure("value_sum", measure.of, ()), window, selected).doubles
    sums = Amounts(amounts.round_half_away(total), None, ~np.isnan(total)).take(frames.of_row)
    allowed = allowed_of(window, [selected.part(value) for value, _ in window.matched], selected.days, known.registers)
    ok = sums.meets(">", allowed)
    unlisted = ~(sums.there & allowed.there)
    return _measured(selected, ok, sums.doubles, unknown=_unknown(window, selected), unlisted=unlisted)
