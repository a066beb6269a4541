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
from precursor_screen.kernel.judge.windows.emitted import Emitted
from precursor_screen.kernel.judge.windows.flags import FLAGGED
from precursor_screen.kernel.judge.windows.frames import expand
from precursor_screen.kernel.judge.windows.groups import Numbers, key_texts
from precursor_screen.kernel.judge.windows.history import WindowInput
from precursor_screen.kernel.judge.windows.kinds import Measured
from precursor_screen.kernel.judge.windows.relation import derive, give
from precursor_screen.kernel.judge.windows.selected import Selected
from precursor_screen.rulebook.evaluate import whole
from precursor_screen.rulebook.expression import Expression, Field
from precursor_screen.rulebook.windows import Window

_MOST_LINES = 200  # of a window that are named beside a flag; how many there are is in the evidence
_MOST_MEMBERS = 10


class Told(Struct, frozen=True):
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


def told_of(window: Window, selected: Selected, measured: Measured, emitted: Emitted) -> Told:
    """What is told of the movements that carry a flag."""
    frames, at = selected.frames, emitted.at
    sure = np.flatnonzero(selected.sure)
    running = np.concatenate([[0], np.cumsum(selected.sure)])
    if is_alone(window):
        stop, sizes = running[at + 1], np.ones(len(at), dtype=np.int64)
    else:
        stop = running[frames.starts[emitted.days + 1]]
        sizes = stop - running[frames.starts[frames.back(window.days)[emitted.days]]]
    of, places = expand(stop - np.minimum(sizes, _MOST_LINES), stop)
    inside = sure[places]
    return Told(
        carriers=selected.rows[at],
        tips=selected.rows[emitted.tips],
        group_keys=emitted.group_keys,
        keys=_keys(window, selected, at),
        values=emitted.values,
        unknown=measured.unknown[emitted.tips],
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


def read_named(connection: duckdb.DuckDBPyConnection, seen: WindowInput, numbers: Sequence[Numbers]) -> Named:
    """What some movements are called, by row_no."""
    asked = give(connection, "asked", pa.table({"row_no": np.unique(np.concatenate(numbers))}))
    query = derive("called", f"select * from {seen.named} where row_no in (select row_no from {asked})", seen.named, asked)
    return Named(fetch(connection, query.sql).sort_by("row_no"))


def flagged_of(window: Window, told: Told, named: Named) -> pa.Table:
    """FLAGGED of what is told."""
    count = len(told.carriers)
    lines = named.of(pa.array(told.others), "line_id")
    others = pc.not_equal(lines, named.of(pa.array(told.carriers[told.of]), "line_id"))
    firsts = np.searchsorted(told.of, np.arange(count))
    begins, ends = (operation.reduceat(told.days, firsts).astype("datetime64[D]") for operation in (np.minimum, np.maximum))
    told_alone = is_alone(window)
    own_keys = named.of(pa.array(told.tips), "movement_key") if window.grows and window.emit == "trigger" else None
    columns = {
        "row_no": pa.array(told.carriers),
        "own_key": own_keys if own_keys is not None else pa.nulls(count, pa.string()),
        "group_key": pa.array(told.group_keys, pa.string()),
        "correlation_value": pa.array(told.values, from_pandas=True),
        "window_line_ids": _distinct(told.of[others.to_numpy(zero_copy_only=False)], lines.filter(others), count),
        "window_lines": pa.array(told.sizes),
        "group_members": pa.array(_members(window, told, named), pa.string()),
        "window_text": pa.array(
            ["" if told_alone else f"{_span(window, begin)} ({begin} to {end})" for begin, end in zip(begins, ends, strict=True)],
            pa.string(),
        ),
        "links": pa.array(_links(window, told, named), pa.string()),
        "unknown": pa.array(told.unknown),
        "key_values": pa.array(told.keys, pa.list_(pa.string())),
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


def _members(window: Window, told: Told, named: Named) -> Sequence[str | None]:
    """What is in each window by name, ten at most; None: nothing has one."""
    if window.named_by is None:
        return [None] * len(told.carriers)
    names = _name_of(window.named_by, told, named)
    there = pc.is_valid(names).to_numpy(zero_copy_only=False)
    nameless = set(told.of[~there].tolist())
    found = _distinct(told.of[there], names.filter(pa.array(there)), len(told.carriers)).to_pylist()
    return [
        None if not some else ", ".join(some[:_MOST_MEMBERS]) + (" ..." if len(some) + (n in nameless) > _MOST_MEMBERS else "")
        for n, some in enumerate(found)
    ]


def _name_of(part: Expression, told: Told, named: Named) -> pa.Array:
    assert isinstance(part, Field), part
    return named.of(pa.array(told.others), part.name)


def _links(window: Window, told: Told, named: Named) -> Sequence[str | None]:
    """What each link of a chain carried, when, and from whom to whom."""
    if window.chain is None:
        return [None] * len(told.carriers)
    shown = [*window.chain.told[:3], *([window.chain.carried] if isinstance(window.chain.carried, Field) else [])]
    columns = [_name_of(part, told, named).to_pylist() for part in shown]
    found: list[set[str]] = [set() for _ in told.carriers]
    for of, day, origin, target, *carried in zip(told.of.tolist(), *columns, strict=True):
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
