"""The steps from the movements of some rules to those that carry a flag of one of them.

Windows are RANGE frames over days: all movements of a day see the same window, so nothing depends on the order of rows, files,
threads or partitions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

import duckdb

from precursor_screen.kernel.judge.windows.frames import Frames, elements_of, gid_of, is_paired, key_of, parts_of
from precursor_screen.kernel.judge.windows.kinds import compute
from precursor_screen.kernel.judge.windows.relation import Relation, derive, kept
from precursor_screen.rulebook.expression import Expression, Field, Literal
from precursor_screen.rulebook.groups import DISTINCT
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.windows import Window

_JOINED = 5_000_000  # rows that one step of `kept_past` joins, roughly


def select_moves(frames: Frames, moves: Relation) -> Relation:
    """One row a (movement, group): few and narrow columns, so that sorting many movements by their groups stays cheap."""
    window = frames.window
    columns = "".join(f", {_column(frames, name, part)} as {name}" for name, part in parts_of(window))
    columns += ", cargo" if window.kind == "temporal" else ""
    columns += f", cast(date_trunc('{window.period}', day) as date) as period" if window.period else ""
    start = f"row_no, day, is_new, verdict_{frames.number} = 1 as sure{columns}"
    about = f"verdict_{frames.number} > 0"
    if window.unnested:
        return _select_by_element(frames, moves, start, about)
    gid = gid_of(frames.groups)
    one = f"qualify row_number() over (partition by {gid}, line order by row_no) = 1" if frames.by_line else ""
    # Groups of which only another rule is sure are none of this one's.
    mine = f"{gid} in (select {gid} from {moves} where is_new and verdict_{frames.number} = 1)"
    return derive("selected", f"select {gid} as gid, {start} from {moves} where {about} and {mine} {one}", moves)


def _select_by_element(frames: Frames, moves: Relation, start: str, about: str) -> Relation:
    """The same where a group is what shares an element of a list: a movement is in as many groups."""
    window = frames.window
    one = "qualify row_number() over (partition by line order by row_no) = 1" if frames.by_line else ""
    names = [f"key_{n}" for n in range(len(window.keys))]
    keys = [f"unnest({elements_of(k)})" if k in window.unnested else key_of(k) for k in window.keys]
    # Of GROUP:VALUE texts the values are counted that belong to the group.
    paired = [k for k in window.unnested if is_paired(k)]
    counted = [
        f"hash(split_part(m.element, ':', 2)) as value_{i}"
        for i, measure in enumerate(window.measures)
        if measure.aggregate in DISTINCT and measure.of in [Field(k) for k in paired]
    ]
    element = "".join(f", unnest({identifier(k)}) as element" for k in paired)
    without = ", ".join([*names, *(["element"] if paired else [])])
    replaced = f" replace ({', '.join(counted)})" if counted else ""
    listed = ", ".join(f"{sql} as {name}" for sql, name in zip(keys, names, strict=True))
    same = " and ".join(f"m.{name} = g.{name}" for name in names)
    mine = derive(
        "in_groups",
        f"""select g.gid, m.* exclude ({without}){replaced}
            from (select {start}, {listed}{element} from {moves} where {about} {one}) m join {frames.groups} g on {same}""",
        moves,
        frames.groups,
    )
    return derive("selected", f"select * from {mine} where gid in (select gid from {mine} where is_new and sure)", mine)


def _column(frames: Frames, name: str, part: Expression | None) -> str:
    """SQL of a part of a window; where only different values are counted a number stands for each: numbers sort faster than texts."""
    if part is None:
        return "cargo"
    column = literal(part.value) if isinstance(part, Literal) else frames.columns[part]
    counted = {f"value_{i}" for i, measure in enumerate(frames.window.measures) if measure.aggregate in DISTINCT}
    return f"case when {column} is not null then hash({column}) end" if name in counted else column


def of_possible_groups(window: Window, selected: Relation) -> Relation:
    """The selected movements without groups of which no window can be true, where that is cheap to tell."""
    test = _possible(window)
    if not test:
        return selected
    groups = f"select gid from {selected} group by gid having {test}"
    return derive("possible", f"select * from {selected} where gid in ({groups})", selected)


def _possible(window: Window) -> str:
    """SQL over the rows of a group without which no window of it can be true; empty: there is none that is cheap."""
    if window.kind in ("temporal", "temporal_ordered"):
        return " and ".join(f"bool_or(stage_{i} and sure)" for i in range(len(window.steps)))
    if window.kind not in ("event_count", "value_count", "value_sum") or not all(m.is_lower_bound for m in window.measures):
        return ""
    tests = [
        f"count(*) filter (where sure) {op} {limit.value}"
        for m in window.measures
        if m.aggregate in DISTINCT
        for op, limit in m.limits
        if isinstance(limit, Literal) and isinstance(limit.value, int)
    ]
    return " and ".join(tests)


def count_new(selected: Relation) -> Relation:
    """How many of the selected movements are new, and how many recorded ones lie on their first day or later."""
    return derive(
        "counts",
        f"""select count(*) filter (where is_new), count(*) filter (where sure and not is_new and day >= first)
            from {selected}, (select min(day) filter (where is_new) as first from {selected})""",
        selected,
    )


@contextmanager
def kept_past(connection: duckdb.DuckDBPyConnection, frames: Frames, selected: Relation) -> Iterator[Relation]:
    """Count, median and deviation of what a group received before each day that something new moved, while they are looked at.

    A sliding median over everything recorded looked at every day of the past; asked for are the few days of the run. Some days at a
    time, so that what is joined stays within memory.
    """
    (rows,) = connection.execute(f"select count(*) from {selected}").fetchall()[0]
    days = [
        day for (day,) in connection.execute(f"select distinct day from {selected} where is_new and sure order by day").fetchall()
    ]
    step = max(1, _JOINED // max(1, rows))
    with kept(connection, _past(frames, selected, days[:step])) as past:
        for start in range(step, len(days), step):
            connection.execute(f"insert into {past} {_past(frames, selected, days[start : start + step]).sql}")
        yield past


def _past(frames: Frames, selected: Relation, days: Collection[object]) -> Relation:
    few = ", ".join(map(literal, days)) or "null"
    spread = "mad(value)" if frames.window.method == "robust_z" else "null::double"
    return derive(
        "past",
        f"""select n.gid, n.day, count(value) as n, median(value) as middle, {spread} as spread
            from (select distinct gid, day from {selected} where is_new and sure and day in ({few})) n
                 join (select gid, day, cast(value_0 as double) as value from {selected} where sure) p
                 on p.gid = n.gid and p.day between n.day - {frames.window.days} and n.day - 1 group by n.gid, n.day""",
        selected,
    )


def measure(frames: Frames, selected: Relation, past: Relation | None, looks_ahead: bool) -> Relation:
    """The selected movements with `measure`, `ok`, `early` and `unknown` (as in `kinds`), and `tip`: the day that makes a window true.

    Args:
        frames: of the rule.
        selected: movements of possible groups.
        past: of `kept_past`, for a baseline.
        looks_ahead: whether windows that end at recorded movements are to be heeded.
    """
    computed = compute(frames, selected, past)
    tip, value, clause = "case when ok and sure then day end", "measure", ""
    if looks_ahead:
        mine = "filter (where ok and sure and not is_new) over ahead"
        tip = f"case when not sure then null when ok then day else min(day) {mine} end"
        value = f"case when ok then measure else arg_min(measure, day) {mine} end"
        clause = f"window ahead as {frames.ahead}"
    return derive(
        "measured",
        f"select * exclude (measure), {tip} as tip, {value} as measure from {computed} {clause}",
        computed,
    )


def reasons_of(window: Window) -> dict[str, str]:
    """Why a measured movement may be left undecided: what is missing -> SQL that is true where it is so."""
    reasons = {"history": "early"}
    if window.register:
        reasons[f"register.{window.register}"] = "sure and ok is null"
    if not all(m.is_lower_bound for m in window.measures) or window.before or window.kind in ("absence", "first_seen"):
        reasons["group"] = "tip is not null and unknown > 0 and not early"
    return reasons


def count_true(measured: Relation, tests: Iterable[str]) -> Relation:
    """How many new movements have a true window, and of how many each test is true."""
    counts = ", ".join(f"count(*) filter (where {test})" for test in ("tip is not null", *tests))
    return derive("counts", f"select {counts} from {measured} where is_new", measured)


def undecided_moves(measured: Relation, reasons: Mapping[str, str]) -> Relation:
    """New movements that are left undecided, by reason."""
    parts = [
        f"select row_no, {literal(reason)} as reason from {measured} where is_new and {test}" for reason, test in reasons.items()
    ]
    return derive("undecided", " union all ".join(parts) or "select 0 as row_no, '' as reason where false", measured)


def emitted_moves(frames: Frames, measured: Relation, undecided: Relation) -> Relation:
    """The movements that carry a flag where each true window is told of by itself.

    A window that ends at a recorded movement has the flag of that movement, which is carried by the last new one in it.

    Args:
        frames: of the rule.
        measured: of `measure`.
        undecided: of `undecided_moves`.
    """
    sure = f"row_no not in (select row_no from {undecided})"
    if not frames.window.grows:
        return derive("emitted", _told_once(frames, measured, f"tip is not null and {sure}"), measured, undecided)
    newest = "max(row_no) filter (where is_new and sure) over back"
    return derive(
        "emitted",
        f"""select * exclude (row_no, tip, carrier), carrier as row_no, row_no as tip_row, day as tip, '' as group_key from (
                select *, case when is_new then row_no else {newest} end as carrier from {measured} window back as {frames.back})
            where ok and sure and carrier is not null and {sure} and carrier not in (select row_no from {undecided})""",
        measured,
        undecided,
    )


def _told_once(frames: Frames, measured: Relation, is_true: str) -> str:
    """SQL of the new movements that carry a flag of a rule that judges each once: all of them, the first while it stays true, or the last."""
    keys = ", ".join(frames.keys)
    shown = "row_no as tip_row, '' as group_key"
    if frames.window.emit == "trigger":
        return f"select *, {shown} from {measured} where is_new and {is_true}"
    if frames.window.emit == "group":
        last = f"row_number() over (partition by {keys} order by row_no desc) = 1"
        return f"select *, {shown} from {measured} where is_new and {is_true} qualify {last}"
    within = f"day <= was_day + interval {frames.window.days} days" if frames.window.days is not None else "true"
    return f"""select * exclude (is_true, was_true, was_day), {shown} from (
            select *, lag(is_true) over g as was_true, lag(day) over g as was_day
            from (select *, {is_true} as is_true from {measured} where is_new and sure)
            window g as (partition by {keys} order by row_no))
        where is_true and not coalesce(was_true and {within}, false)"""
