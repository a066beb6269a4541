"""Windows that overlap or follow within their span are one episode: which days it is true on, who is in it, and who carries its flag.

What is true of a day is worked out for the days that a new movement can reach; of all others it is what was recorded. So an episode is
the same whether its movements come at once, day by day, or late.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.history_seam import EPISODE, MEMBER, History
from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.amounts import Doubles
from precursor_screen.kernel.judge.windows.groups import Numbers, key_texts
from precursor_screen.kernel.judge.windows.kinds import Measured
from precursor_screen.kernel.judge.windows.members import FlaggedMovements, Named, WindowEvidence, tip_values
from precursor_screen.kernel.judge.windows.selected import Selected, expand
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Mask, whole

_FOR_EVER = 10**7  # days, more than there are between any two dates
_BEFORE_ALL = -(10**6)  # since 1970: no date is as early


class Episodes(Struct, frozen=True):
    """The episodes of the groups in which a new movement has a true window.

    Attributes:
        spans: these groups, ascending.
        keys: by which each is known for good.
        low: the first day that new movements of each can reach.
        high: the last one.
        stored: MEMBER: what is recorded of other days, and `span`.
        of_day: the group of every day that is true, ascending.
        days: since 1970, ascending within a group.
        values: what the windows of each day come to.
        numbers: of the episode of each day.
    """

    spans: Numbers
    keys: list[str]
    low: Numbers
    high: Numbers
    stored: pa.Table
    of_day: Numbers
    days: Numbers
    values: Doubles
    numbers: Numbers


def find_episodes(
    rule: CompiledRule, selected: Selected, measured: Measured, tips: Numbers, undecided: Mask, history: History | None
) -> Episodes:
    """The episodes of a rule.

    Args:
        rule: whose windows grow.
        selected: its movements.
        measured: what their windows come to.
        tips: the day that makes a window of each true; -1: none.
        undecided: true for nobody.
        history: that knows what episodes are recorded; None: nothing is.
    """
    assert rule.window is not None
    frames, span = selected.frames, rule.window.days
    of_row = frames.spans[frames.of_row]
    spans = np.unique(of_row[selected.new & (tips >= 0)])
    mine = np.flatnonzero(selected.new & np.isin(of_row, spans))
    begins = np.flatnonzero(np.diff(of_row[mine], prepend=-1))
    low = selected.days[mine[begins]]
    high = np.full(len(spans), _FOR_EVER) if span is None else selected.days[mine[np.append(begins[1:], len(mine)) - 1]] + span
    keys = _group_keys(rule, selected, mine[begins])
    stored = _stored(rule, keys, spans, low, high, history)
    true = np.flatnonzero(measured.ok & selected.sure & ~undecided & np.isin(of_row, spans))
    place = np.searchsorted(spans, of_row[true])
    true = true[(selected.days[true] >= low[place]) & (selected.days[true] <= high[place])]
    valued = stored.filter(pc.is_valid(stored.column("value")))
    of_day = np.concatenate([of_row[true], valued.column("span").to_numpy()])
    days = np.concatenate([selected.days[true], _days_of(valued)])
    values = np.concatenate([measured.value[true], valued.column("value").to_numpy()])
    order = np.lexsort((-values, days, of_day))
    order = order[np.concatenate([[True], (np.diff(of_day[order]) != 0) | (np.diff(days[order]) != 0)])] if len(order) else order
    of_day, days, values = of_day[order], days[order], values[order]
    reach = 100_000 if span is None else span
    opens = (np.diff(of_day, prepend=-1) != 0) | (np.diff(days, prepend=0) > reach)
    return Episodes(spans, keys, low, high, stored, of_day, days, values, np.cumsum(opens) - 1)


def _group_keys(rule: CompiledRule, selected: Selected, at: Numbers) -> list[str]:
    """What is the same of a group in every run."""
    texts = key_texts(selected.keys, selected.groups[at])
    periods = [[str(day)] for day in selected.periods[at].astype("datetime64[D]")] if selected.period else [[]] * len(at)
    parts = ["\x1e".join((rule.rule.id, *keys, *period)) for keys, period in zip(texts, periods, strict=True)]
    return [hashlib.sha256(part.encode()).hexdigest()[:32] for part in parts]


def _stored(
    rule: CompiledRule, keys: list[str], spans: Numbers, low: Numbers, high: Numbers, history: History | None
) -> pa.Table:
    """MEMBER of recorded episodes on days that nothing new reaches, without those that stand no longer, and the `span` of each."""
    found = MEMBER.empty_table()
    if history is not None and history.episodes is not None:
        found = history.episodes(rule.rule.id, pa.array(sorted(set(keys)), pa.string()))
        gone = pc.unique(history.versions.ended.column("line_id"))
        found = found.filter(pc.invert(pc.is_in(found.column("line_id"), gone)))
    place = pc.index_in(found.column("group_key"), pa.array(keys, pa.string()))
    found = found.filter(pc.is_valid(place))
    at = place.drop_null().to_numpy().astype(np.int64)
    days = _days_of(found)
    found = found.append_column("span", pa.array(spans[at]))
    return found.filter(pa.array((days < low[at]) | (days > high[at])))


def _days_of(members: pa.Table) -> Numbers:
    return np.asarray(members.column("day").cast(pa.int32()).to_numpy(), dtype=np.int64)


def carriers(
    rule: CompiledRule, selected: Selected, measured: Measured, tips: Numbers, undecided: Mask, episodes: Episodes
) -> tuple[FlaggedMovements, Numbers]:
    """Of each episode the first new movement with a window that is true, or that of the last day, which carries the flag; and the episode of each."""
    assert rule.window is not None
    frames = selected.frames
    at = np.flatnonzero(selected.new & ~undecided & (tips >= 0))
    place = _place(episodes, frames.spans[tips[at]], frames.days[tips[at]])
    at, numbers = at[place >= 0], episodes.numbers[place[place >= 0]]
    # New movements are numbered by day, and those of one day from the gravest on: see `history.in_order`.
    latest = -selected.days[at] if rule.window.emit == "group" else np.zeros_like(at)
    order = np.lexsort((selected.rows[at], latest, numbers))
    first = order[np.diff(numbers[order], prepend=-1) != 0]
    at, numbers = at[first], numbers[first]
    keys = [episodes.keys[n] for n in np.searchsorted(episodes.spans, frames.spans[frames.of_row[at]])]
    return FlaggedMovements(at, at, tips[at], tip_values(selected, measured, at, tips[at]), keys), numbers


def _place(episodes: Episodes, spans: Numbers, days: Numbers) -> Numbers:
    """Where days stand among those that are true; -1: they are none."""
    if not len(episodes.days):
        return np.full(len(days), -1)
    known = episodes.of_day * _FOR_EVER + episodes.days
    asked = spans * _FOR_EVER + days
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, at, -1)


def members_of(rule: CompiledRule, selected: Selected, numbers: Numbers, episodes: Episodes) -> pa.Table:
    """Who is in some episodes: all that lie in a window that is true.

    Args:
        rule: of them.
        selected: its movements.
        numbers: of the episodes, one a carrier.
        episodes: of the rule.

    Returns:
        of: the number of the carrier; row_no, or line_id and substance_id of what is recorded of other days; day; value: of a true day.
    """
    assert rule.window is not None
    frames, span = selected.frames, rule.window.days
    first, last = (np.searchsorted(episodes.numbers, numbers, side=side) for side in ("left", "right"))
    spans = episodes.of_day[first]
    # Days of an episode follow each other within the span, so that their windows cover all days from the first one's on.
    begin = np.full_like(numbers, _BEFORE_ALL) if span is None else episodes.days[first] - span
    end = np.full_like(numbers, _FOR_EVER - 1) if span is None else episodes.days[last - 1]
    place = np.searchsorted(episodes.spans, spans)
    reached = begin if span is None else np.maximum(begin, episodes.low[place] - span)
    key = frames.spans[frames.of_row] * _FOR_EVER + selected.days
    of, at = expand(
        np.searchsorted(key, spans * _FOR_EVER + reached),
        np.searchsorted(key, spans * _FOR_EVER + np.minimum(end, episodes.high[place]), side="right"),
    )
    of, at = of[selected.sure[at]], at[selected.sure[at]]
    stored = episodes.stored
    recorded, days = stored.column("span").to_numpy(), _days_of(stored)
    pairs = [
        (n, row)
        for n in range(len(numbers))
        for row in np.flatnonzero((recorded == spans[n]) & (days >= begin[n]) & (days <= end[n])).tolist()
    ]
    their, rows = np.array([n for n, _ in pairs], dtype=np.int64), np.array([row for _, row in pairs], dtype=np.int64)
    all_of, all_days = np.concatenate([of, their]), np.concatenate([selected.days[at], days[rows]])
    at_day = _place(episodes, spans[all_of], all_days)
    true = (at_day >= 0) & (all_days >= begin[all_of]) & (all_days <= end[all_of])
    values = np.append(episodes.values, np.nan)[np.where(true, at_day, -1)]
    columns = {
        "of": pa.array(all_of),
        "row_no": pa.concat_arrays([pa.array(selected.rows[at]), pa.nulls(len(rows), pa.int64())]),
        "line_id": pa.concat_arrays([pa.nulls(len(at), pa.string()), whole(stored.column("line_id")).take(pa.array(rows))]),
        "substance_id": pa.concat_arrays(
            [pa.nulls(len(at), pa.string()), whole(stored.column("substance_id")).take(pa.array(rows))]
        ),
        "day": pa.array(all_days.astype(np.int32)).cast(pa.date32()),
        "value": pa.array(values, from_pandas=True),
    }
    return pa.table(columns)


def episode_rows(rule: CompiledRule, members: pa.Table, named: Named, evidence: WindowEvidence, carried: pa.Table) -> pa.Table:
    """EPISODE of some flags.

    Args:
        rule: of them.
        members: as `members_of` gives them.
        named: what movements are called.
        evidence: of the carriers.
        carried: flag_id, row_no of the carrier, group_key: of those that were raised.
    """
    ids = {(row, key): flag_id for flag_id, row, key in tuples_of(carried)}
    flags = [ids.get(carrier) for carrier in zip(evidence.carriers.tolist(), evidence.group_keys, strict=True)]
    of, numbers = whole(members.column("of")), whole(members.column("row_no"))
    lines = pc.coalesce(named.of(numbers, "line_id"), whole(members.column("line_id")))
    substances = pc.coalesce(named.of(numbers, "substance_id"), whole(members.column("substance_id")), "")
    same = {
        "flag_id": pa.array(flags, pa.string()).take(of),
        "rule_id": pa.repeat(pa.scalar(rule.rule.id), len(of)),
        "group_key": pa.array(evidence.group_keys, pa.string()).take(of),
        "line_id": lines,
        "substance_id": pa.repeat(pa.scalar(""), len(of)) if rule.rule.subject == LINE else substances,
        "day": whole(members.column("day")),
    }
    table = pa.table({**same, "value": whole(members.column("value"))})
    table = table.filter(pc.is_valid(table.column("flag_id")))
    once = table.group_by(list(same), use_threads=False).aggregate([("value", "max")]).rename_columns(EPISODE.names)
    return once.sort_by([(name, "ascending") for name in EPISODE.names]).cast(EPISODE)
