"""Windows that overlap or follow within their span are one episode: which days it is true on, who is in it, and who carries its flag.

What is true of a day is worked out for the days that a new movement can reach; of all others it is what was recorded. So an episode is
the same whether its movements come at once, day by day, or late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.engine import fetch
from precursor_screen.core.memory import EPISODE, MEMBER, Past
from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.frames import Frames
from precursor_screen.kernel.judge.windows.history import Seen
from precursor_screen.kernel.judge.windows.relation import Relation, derive, give, kept
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import literal


class Episodes(Struct, frozen=True):
    """The episodes of the groups in which a new movement has a true window.

    Attributes:
        days: the keys of the group, day, value and the number of its episode, of every day that is true.
        bounds: the keys of the group, `low` and `high`: the days that new movements can reach.
        keyed: the keys of the group and `group_key`, by which the group is known for good.
        stored: members that are recorded, with the keys of the group.
    """

    days: Relation
    bounds: Relation
    keyed: Relation
    stored: Relation


@contextmanager
def kept_episodes(
    connection: duckdb.DuckDBPyConnection,
    rule: CompiledRule,
    frames: Frames,
    measured: Relation,
    undecided: Relation,
    past: Past | None,
) -> Iterator[Episodes]:
    """The episodes of a rule, while they are looked at.

    Args:
        connection: where they are kept.
        rule: whose windows grow.
        frames: of it.
        measured: of `measure`.
        undecided: of `undecided_moves`: true for nobody.
        past: that knows what episodes are recorded; None: nothing is.
    """
    with ExitStack() as stack:
        keyed = stack.enter_context(kept(connection, _keyed(rule, frames, measured)))
        bounds = stack.enter_context(kept(connection, _bounds(frames, measured, keyed)))
        stored = give(connection, "recorded_members", _recorded(connection, rule, keyed, past))
        stored = stack.enter_context(kept(connection, _of_groups(frames, keyed, stored)))
        days = stack.enter_context(kept(connection, _days(frames, measured, undecided, bounds, stored)))
        yield Episodes(days, bounds, keyed, stored)


def _keyed(rule: CompiledRule, frames: Frames, measured: Relation) -> Relation:
    """The groups that have something new and true, each with a key that is the same in every run."""
    keys = ", ".join(f"m.{k}" for k in frames.keys)
    parts = [f"cast(g.key_{n} as varchar)" for n in range(frames.key_count)]
    parts += ["cast(m.period as varchar)"] if frames.window.period else []
    text = f"concat_ws(chr(30), {literal(rule.rule.id)}, {', '.join(parts)})"
    return derive(
        "keyed",
        f"""select {keys}, left(sha256({text}), 32) as group_key from (
                select distinct {", ".join(frames.keys)} from {measured} where is_new and tip is not null) m
            join {frames.groups} g on m.gid = g.gid""",
        measured,
        frames.groups,
    )


def _bounds(frames: Frames, measured: Relation, keyed: Relation) -> Relation:
    keys = ", ".join(frames.keys)
    high = "date '9999-12-31'" if frames.window.days is None else f"max(day) filter (where is_new) + {frames.window.days}"
    return derive(
        "bounds",
        f"""select {keys}, min(day) filter (where is_new) as low, cast({high} as date) as high
            from {measured} semi join {keyed} using ({keys}) group by {keys}""",
        measured,
        keyed,
    )


def _recorded(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, keyed: Relation, past: Past | None) -> pa.Table:
    """MEMBER of recorded episodes, without those that stand no longer."""
    if past is None or past.episodes is None:
        return MEMBER.empty_table()
    (asked,) = fetch(connection, f"select distinct group_key from {keyed}", pa.schema([("group_key", pa.string())])).columns
    found = past.episodes(rule.rule.id, asked.combine_chunks())
    gone = pc.unique(past.settled.ended.column("line_id"))
    return found.filter(pc.invert(pc.is_in(found.column("line_id"), gone)))


def _of_groups(frames: Frames, keyed: Relation, recorded: Relation) -> Relation:
    keys = ", ".join(f"k.{k}" for k in frames.keys)
    return derive(
        "stored",
        f"select {keys}, r.line_id, r.substance_id, r.day, r.value from {recorded} r join {keyed} k using (group_key)",
        recorded,
        keyed,
    )


def _days(frames: Frames, measured: Relation, undecided: Relation, bounds: Relation, stored: Relation) -> Relation:
    """Each true day under the number of its episode: one goes on while true days follow each other within the span."""
    keys, span = ", ".join(frames.keys), frames.window.days
    opens = "day > lag(day) over g + 100000" if span is None else f"day > lag(day) over g + {span}"
    return derive(
        "true_days",
        f"""select * exclude (opens), sum(opens) over (partition by {keys} order by day) as episode from (
                select *, cast(coalesce({opens}, true) as integer) as opens from (
                    select {keys}, day, max(measure) as value from {measured} join {bounds} using ({keys})
                    where ok and sure and day between low and high and row_no not in (select row_no from {undecided})
                    group by {keys}, day
                    union all
                    select {keys}, day, max(value) from {stored} join {bounds} using ({keys})
                    where value is not null and not day between low and high group by {keys}, day)
                window g as (partition by {keys} order by day))""",
        measured,
        undecided,
        bounds,
        stored,
    )


def carriers(frames: Frames, measured: Relation, undecided: Relation, episodes: Episodes) -> Relation:
    """Of each episode the first new movement with a window that is true, or the last one: it carries the flag."""
    order = "desc" if frames.window.emit == "group" else "asc"
    same = " and ".join(f"m.{k} = d.{k}" for k in frames.keys)
    return derive(
        "emitted",
        f"""select m.*, d.episode, m.row_no as tip_row, k.group_key
            from {measured} m join {episodes.days} d on {same} and d.day = m.tip join {episodes.keyed} k on {same.replace("d.", "k.")}
            where m.is_new and m.row_no not in (select row_no from {undecided})
            qualify row_number() over (partition by {", ".join(f"m.{k}" for k in frames.keys)}, d.episode order by m.row_no {order}) = 1""",
        measured,
        undecided,
        episodes.days,
        episodes.keyed,
    )


def members(
    rule: CompiledRule, frames: Frames, selected: Relation, emitted: Relation, episodes: Episodes, seen: Seen
) -> Relation:
    """row_no of each carrier, group_key, and who is in its episode: all that lie in a window that is true; value: of a true day."""
    keys, span = ", ".join(frames.keys), frames.window.days
    substance = "''" if rule.rule.subject == LINE else "coalesce(e.substance_id, '')"
    reach = "true" if span is None else f"s.day between b.low - {span} and b.high"
    within = "true" if span is None else f"m.day between d.day - {span} and d.day"
    rows = derive(
        "member_rows",
        f"""select {", ".join(f"s.{k}" for k in frames.keys)}, s.day, e.line_id, {substance} as substance_id
            from {selected} s join {episodes.bounds} b using ({keys}) join {seen.every} e on e.row_no = s.row_no
            where s.sure and {reach}
            union
            select {keys}, day, line_id, substance_id from {episodes.stored} join {episodes.bounds} using ({keys})
            where not day between low and high""",
        selected,
        episodes.bounds,
        seen.every,
        episodes.stored,
    )
    same = " and ".join(f"{{0}}.{k} = {{1}}.{k}" for k in frames.keys)
    return derive(
        "episode_members",
        f"""select c.row_no, c.group_key, m.line_id, m.substance_id, m.day, max(case when d.day = m.day then d.value end) as value
            from {emitted} c join {episodes.days} d on {same.format("c", "d")} and c.episode = d.episode
            join {rows} m on {same.format("m", "d")} and {within}
            group by c.row_no, c.group_key, m.line_id, m.substance_id, m.day""",
        emitted,
        episodes.days,
        rows,
    )


def read_members(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, flags: pa.Table, found: Relation) -> pa.Table:
    """EPISODE of some flags.

    Args:
        connection: where `found` is.
        rule: of them.
        flags: flag_id, row_no of the carrier, group_key.
        found: of `members`.
    """
    raised = give(connection, "raised", flags)
    rows = derive(
        "episode",
        f"""select r.flag_id, {literal(rule.rule.id)} as rule_id, f.group_key, f.line_id, f.substance_id, f.day, f.value
            from {found} f join {raised} r on r.row_no = f.row_no and r.group_key = f.group_key""",
        found,
        raised,
    )
    return fetch(connection, f"{rows.sql} order by all", EPISODE)
