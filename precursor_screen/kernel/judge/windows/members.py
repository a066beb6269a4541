"""The others of a window, which are named beside each movement that carries a flag."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.engine import fetch
from precursor_screen.kernel.judge.flag_rows import NOT_STATED
from precursor_screen.kernel.judge.windows.amounts import Doubles
from precursor_screen.kernel.judge.windows.flags import FLAGGED
from precursor_screen.kernel.judge.windows.groups import Numbers, key_texts
from precursor_screen.kernel.judge.windows.history import WindowInput, derive, give
from precursor_screen.kernel.judge.windows.kinds import Measured
from precursor_screen.kernel.judge.windows.selected import Selected, expand
from precursor_screen.rulebook.evaluate import Mask, whole
from precursor_screen.rulebook.expression import Expression, Field
from precursor_screen.rulebook.windows import Window

# Which movements carry a flag: those whose window is true, the one that tips it or all, and those that are left undecided.


class FlaggedMovements(Struct, frozen=True):
    """Movements that carry a flag.

    Attributes:
        at: where each stands among the selected ones.
        tips: where the movement stands that gives the flag its id.
        days: the day, of the frames, on which the window ends.
        values: what was compared; NaN: nothing.
        group_keys: by which the group of an episode is known once and stays; empty where each window has a flag of its own.
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


def emit_by_themselves(
    window: Window, selected: Selected, measured: Measured, tips: Numbers, undecided: Mask
) -> FlaggedMovements:
    """The movements that carry a flag where each true window has a flag of its own.

    A window that ends at a recorded movement has the flag of that movement, which is carried by the gravest new one of the last day in it.
    """
    frames = selected.frames
    if not window.grows:
        at = np.flatnonzero(_flagged_once(window, selected, (tips >= 0) & ~undecided))
        return FlaggedMovements(at, at, tips[at], tip_values(selected, measured, at, tips[at]), [""] * len(at))
    newest, gravest = np.full(selected.count, -1), frames.gravest(selected.new & selected.sure)
    newest[gravest] = gravest
    newest = np.maximum.accumulate(newest)[frames.starts[1:] - 1]  # up to the end of each day
    newest = np.where(newest >= frames.starts[frames.back(window.days)], newest, -1)[frames.of_row]
    carriers = np.where(selected.new, np.arange(selected.count), newest)
    at = np.flatnonzero(measured.ok & selected.sure & ~undecided & (carriers >= 0) & ~undecided[carriers])
    return FlaggedMovements(carriers[at], at, frames.of_row[at], measured.value[at], [""] * len(at))


def _flagged_once(window: Window, selected: Selected, is_true: Mask) -> Mask:
    """The new movements that carry a flag of a rule that judges each once: all of them, the first while it stays true, or that of the last day."""
    found = is_true & selected.new
    spans, days = selected.frames.spans[selected.frames.of_row], selected.days
    if window.emit == "group":
        at = selected.frames.gravest(found)
        found = np.zeros_like(found)
        found[at[np.diff(spans[at], append=-1) != 0]] = True
    if window.emit == "crossing":
        asked = np.flatnonzero(selected.new & selected.sure)
        one, next_one = asked[:-1], asked[1:]
        goes_on = is_true[one] & (spans[one] == spans[next_one])
        if window.days is not None:
            goes_on &= days[next_one] <= days[one] + window.days
        found[next_one[goes_on]] = False
    return found


_MOST_LINES = 200  # of a window that are named beside a flag; how many there are is in the evidence
_MOST_MEMBERS = 10


class WindowEvidence(Struct, frozen=True):
    """What is told of each flag, with the movements of its window that are named: the latest.

    Attributes:
        carriers: row_no of the movement that carries it.
        tips: row_no of the movement that gives it its id.
        group_keys: as in `Emitted`.
        keys: the keys of its group as text, where one movement is in several groups; else none.
        values: what was compared; NaN: nothing.
        unknown: how many movements of its window could not be judged.
        sizes: how many its window holds.
        of: of each movement that is named the number of its flag, ascending.
        others: row_no of each.
        days: of each, since 1970.
    """

    carriers: Numbers
    tips: Numbers
    group_keys: list[str]
    keys: list[list[str]]
    values: Doubles
    unknown: Numbers
    sizes: Numbers
    of: Numbers
    others: Numbers
    days: Numbers


def window_evidence(window: Window, selected: Selected, measured: Measured, flagged: FlaggedMovements) -> WindowEvidence:
    """What is told of the movements that carry a flag."""
    frames, at = selected.frames, flagged.at
    sure = np.flatnonzero(selected.sure)
    running = np.concatenate([[0], np.cumsum(selected.sure)])
    if is_alone(window):
        stop, sizes = running[at + 1], np.ones(len(at), dtype=np.int64)
    else:
        stop = running[frames.starts[flagged.days + 1]]
        sizes = stop - running[frames.starts[frames.back(window.days)[flagged.days]]]
    of, places = expand(stop - np.minimum(sizes, _MOST_LINES), stop)
    inside = sure[places]
    return WindowEvidence(
        carriers=selected.rows[at],
        tips=selected.rows[flagged.tips],
        group_keys=flagged.group_keys,
        keys=_keys(window, selected, at),
        values=flagged.values,
        unknown=measured.unknown[flagged.tips],
        sizes=sizes,
        of=of,
        others=selected.rows[inside],
        days=selected.days[inside],
    )


def is_alone(window: Window) -> bool:
    """Whether a flag is about one movement, so that the group has nothing to tell."""
    return window.kind in ("first_seen", "absence")


def _keys(window: Window, selected: Selected, at: Numbers) -> list[list[str]]:
    if not (window.unnested or window.chain):
        return [[]] * len(at)
    texts = key_texts(selected.keys, selected.groups[at])
    periods = [[str(day)] for day in selected.periods[at].astype("datetime64[D]")] if window.period else [[]] * len(at)
    return [[*keys, *period] for keys, period in zip(texts, periods, strict=True)]


class Named(Struct, frozen=True):
    """What movements are called. table: row_no (ascending), line_id, movement_key, substance_id and what sentences name."""

    table: pa.Table

    def of(self, numbers: Numbers | pa.ChunkedArray, name: str) -> pa.Array:
        """A column of some movements, by row_no; null for none."""
        return self.table.column(name).combine_chunks().take(pc.index_in(numbers, whole(self.table.column("row_no"))))


def read_named(connection: duckdb.DuckDBPyConnection, window_input: WindowInput, numbers: Sequence[Numbers]) -> Named:
    """What some movements are called, by row_no."""
    asked = give(connection, "asked", pa.table({"row_no": np.unique(np.concatenate(numbers))}))
    query = derive(
        "called", f"select * from {window_input.named} where row_no in (select row_no from {asked})", window_input.named, asked
    )
    return Named(fetch(connection, query.sql).sort_by("row_no"))


def flagged_of(window: Window, evidence: WindowEvidence, named: Named) -> pa.Table:
    """FLAGGED of what is told."""
    count = len(evidence.carriers)
    lines = named.of(pa.array(evidence.others), "line_id")
    others = pc.not_equal(lines, named.of(pa.array(evidence.carriers[evidence.of]), "line_id"))
    firsts = np.searchsorted(evidence.of, np.arange(count))
    begins, ends = (operation.reduceat(evidence.days, firsts).astype("datetime64[D]") for operation in (np.minimum, np.maximum))
    alone = is_alone(window)
    own_keys = named.of(pa.array(evidence.tips), "movement_key") if window.grows and window.emit == "trigger" else None
    columns = {
        "row_no": pa.array(evidence.carriers),
        "own_key": own_keys if own_keys is not None else pa.nulls(count, pa.string()),
        "group_key": pa.array(evidence.group_keys, pa.string()),
        "correlation_value": pa.array(evidence.values, from_pandas=True),
        "window_line_ids": _distinct(evidence.of[others.to_numpy(zero_copy_only=False)], lines.filter(others), count),
        "window_lines": pa.array(evidence.sizes),
        "group_members": pa.array(_members(window, evidence, named), pa.string()),
        "window_text": pa.array(
            ["" if alone else f"{_span(window, begin)} ({begin} to {end})" for begin, end in zip(begins, ends, strict=True)],
            pa.string(),
        ),
        "links": pa.array(_links(window, evidence, named), pa.string()),
        "unknown": pa.array(evidence.unknown),
        "key_values": pa.array(evidence.keys, pa.list_(pa.string())),
    }
    return pa.table(columns).select(FLAGGED.names).cast(FLAGGED)


def _distinct(of: Numbers, texts: pa.Array, count: int) -> pa.ListArray:
    """The different texts of each flag, in order. of: the number of the flag of each text, ascending; count: of flags."""
    encoded = texts.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    pairs = np.unique(of * max(1, len(order)) + ranks[encoded.indices.to_numpy()])
    owners, ranked = np.divmod(pairs, max(1, len(order)))
    offsets = np.searchsorted(owners, np.arange(count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), encoded.dictionary.take(pa.array(order[ranked])))


def _members(window: Window, evidence: WindowEvidence, named: Named) -> Sequence[str | None]:
    """What is in each window by name, ten at most; None: nothing has one."""
    if window.named_by is None:
        return [None] * len(evidence.carriers)
    names = _name_of(window.named_by, evidence, named)
    there = pc.is_valid(names).to_numpy(zero_copy_only=False)
    nameless = set(evidence.of[~there].tolist())
    found = _distinct(evidence.of[there], names.filter(pa.array(there)), len(evidence.carriers)).to_pylist()
    return [
        None if not some else ", ".join(some[:_MOST_MEMBERS]) + (" ..." if len(some) + (n in nameless) > _MOST_MEMBERS else "")
        for n, some in enumerate(found)
    ]


def _name_of(part: Expression, evidence: WindowEvidence, named: Named) -> pa.Array:
    assert isinstance(part, Field), part
    return named.of(pa.array(evidence.others), part.name)


def _links(window: Window, evidence: WindowEvidence, named: Named) -> Sequence[str | None]:
    """What each link of a chain carried, when, and from whom to whom."""
    if window.chain is None:
        return [None] * len(evidence.carriers)
    shown = [*window.chain.shown[:3], *([window.chain.carried] if isinstance(window.chain.carried, Field) else [])]
    columns = [_name_of(part, evidence, named).to_pylist() for part in shown]
    found: list[set[str]] = [set() for _ in evidence.carriers]
    for of, day, origin, target, *carried in zip(evidence.of.tolist(), *columns, strict=True):
        if None not in carried:
            amount = "".join(f", {value:f}" for value in carried)
            found[of].add(f"{day}: {origin or NOT_STATED} to {target or NOT_STATED}{amount}")
    return ["; ".join(sorted(links)) for links in found]


def _span(window: Window, begin: np.datetime64) -> str:
    """How long a window is, in words."""
    if window.days is not None:
        return f"within {window.days} days"
    if window.period:
        return f"in {str(begin)[: 7 if window.period == 'month' else 4]}"
    return "in all that is recorded"
