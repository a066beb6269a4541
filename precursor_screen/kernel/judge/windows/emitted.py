"""Which movements carry a flag: those whose window is true, the one that tips it or all, and those that are left undecided."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from precursor_screen.kernel.judge.windows.amounts import Doubles
from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.kernel.judge.windows.kinds import Measured
from precursor_screen.kernel.judge.windows.selected import Selected
from precursor_screen.rulebook.evaluate import Mask
from precursor_screen.rulebook.windows import Window


class Emitted(Struct, frozen=True):
    """Movements that carry a flag.

    Attributes:
        at: where each stands among the selected ones.
        tips: where the movement stands that gives the flag its id.
        days: the day, of the frames, on which the window ends.
        values: what was compared; NaN: nothing.
        group_keys: by which the group of an episode is known for good; empty where each window is told of by itself.
    """

    at: Numbers
    tips: Numbers
    days: Numbers
    values: Doubles
    group_keys: list[str]


def tips_of(window: Window, selected: Selected, measured: Measured) -> Numbers:
    """The day, of the frames, that makes a window of each movement true; -1: none.

    That is its own, or the first day within the span on which a recorded movement ends a window that is true: so a manifest that
    arrives late still tips the window it completes.
    """
    frames = selected.frames
    own = np.where(selected.sure & measured.ok, frames.of_row, -1)
    if window.kind in ("baseline", "first_seen", "absence"):
        return own
    later = frames.next(frames.any_of_day(measured.ok & selected.sure & ~selected.new), window.days)
    return np.where(selected.sure & (own < 0), later[frames.of_row], own)


def tip_values(selected: Selected, measured: Measured, at: Numbers, days: Numbers) -> Doubles:
    """What windows come to that make movements true: their own, or that of a recorded movement of a day."""
    recorded = np.flatnonzero(measured.ok & selected.sure & ~selected.new)
    theirs = np.append(recorded, 0)[np.searchsorted(recorded, selected.frames.starts[days])]
    return measured.value[np.where(measured.ok[at], at, theirs)]


def undecided_of(window: Window, selected: Selected, measured: Measured, tips: Numbers) -> dict[str, Mask]:
    """The new movements that are left undecided: what is missing -> which are."""
    found = {"history": measured.early}
    if window.register:
        found[f"register.{window.register}"] = selected.sure & measured.unlisted
    if not all(m.is_lower_bound for m in window.measures) or window.before or window.kind in ("absence", "first_seen"):
        found["group"] = (tips >= 0) & (measured.unknown > 0) & ~measured.early
    found = {reason: selected.new & those for reason, those in found.items()}
    return {reason: those for reason, those in found.items() if those.any()}


def emit_by_themselves(window: Window, selected: Selected, measured: Measured, tips: Numbers, undecided: Mask) -> Emitted:
    """The movements that carry a flag where each true window is told of by itself.

    A window that ends at a recorded movement has the flag of that movement, which is carried by the last new one in it.
    """
    frames = selected.frames
    if not window.grows:
        at = np.flatnonzero(_told_once(window, selected, (tips >= 0) & ~undecided))
        return Emitted(at, at, tips[at], tip_values(selected, measured, at, tips[at]), [""] * len(at))
    newest = np.maximum.accumulate(np.where(selected.new & selected.sure, np.arange(selected.count), -1))
    newest = newest[frames.starts[1:] - 1]  # up to the end of each day
    newest = np.where(newest >= frames.starts[frames.back(window.days)], newest, -1)[frames.of_row]
    carriers = np.where(selected.new, np.arange(selected.count), newest)
    at = np.flatnonzero(measured.ok & selected.sure & ~undecided & (carriers >= 0) & ~undecided[carriers])
    return Emitted(carriers[at], at, frames.of_row[at], measured.value[at], [""] * len(at))


def _told_once(window: Window, selected: Selected, is_true: Mask) -> Mask:
    """The new movements that carry a flag of a rule that judges each once: all of them, the first while it stays true, or the last."""
    found = is_true & selected.new
    spans, days = selected.frames.spans[selected.frames.of_row], selected.days
    if window.emit == "group":
        at = np.flatnonzero(found)
        last = at[np.append(spans[at][1:] != spans[at][:-1], True)] if len(at) else at
        return np.isin(np.arange(selected.count), last)
    if window.emit == "crossing":
        asked = np.flatnonzero(selected.new & selected.sure)
        one, next_one = asked[:-1], asked[1:]
        goes_on = is_true[one] & (spans[one] == spans[next_one])
        if window.days is not None:
            goes_on &= days[next_one] <= days[one] + window.days
        found[next_one[goes_on]] = False
    return found
