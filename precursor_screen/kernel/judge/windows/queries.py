"""The queries behind each type of correlation, over the table `picked` (movements with a verdict) of one rule.

Windows are RANGE frames over days: all movements of a day see the same window, so nothing depends on the order of rows, files,
threads or partitions. Ratios and scores are rounded before they are compared.
"""

from __future__ import annotations

import duckdb

from precursor_screen.kernel.documents import is_document, register_table
from precursor_screen.kernel.judge.windows.frames import DISTINCT, Frames, key_of, parts_of
from precursor_screen.kernel.judge.windows.members import query_flagged
from precursor_screen.rulebook.expression import Expression, Literal
from precursor_screen.rulebook.registers import schema_of
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.windows import Window

_MAD = 1.4826  # makes the median absolute deviation comparable with a standard deviation of normal data


def judge_window(connection: duckdb.DuckDBPyConnection, frames: Frames, most_lines: int) -> tuple[list[str], bool]:
    """Makes `flagged` (row_no, correlation_value, window_line_ids ...) and `undecided` (row_no, reason) of one rule.

    Only groups that a new movement is in are looked at, under a number instead of their keys; and no further than there is
    something to find, for most rules find nothing in a day and every query costs milliseconds.

    Returns:
        The reasons in `undecided` (none: the table is not made), and whether `flagged` was made.
    """
    window = frames.window
    for table in ("selected", "measured"):  # to replace one holds the old beside the new
        connection.execute(f"drop table if exists {table}")
    connection.execute(f"create temp table selected as {_selected(frames)}")
    if test := _possible(window):
        connection.execute(f"""
            delete from selected where gid in (select gid from selected group by gid having not coalesce({test}, false))""")
    new, late = connection.execute("""
        select count(*) filter (where is_new), count(*) filter (where sure and not is_new and day >= first)
        from selected, (select min(day) filter (where is_new) as first from selected)""").fetchall()[0]
    if not new:
        return [], False
    if window.kind == "baseline":
        _make_past(connection, frames)
    looks_ahead = late > 0 and window.kind not in ("baseline", "first_seen", "absence")
    connection.execute(f"create temp table measured as {_measured(frames, looks_ahead)}")
    undecided = {"history": "early"}
    if window.register:
        undecided[f"register.{window.register}"] = "sure and ok is null"
    if not all(m.is_lower_bound for m in window.measures) or window.kind in ("absence", "first_seen"):
        undecided["group"] = "tip is not null and unknown > 0 and not early"
    counted = ", ".join(f"count(*) filter (where {test})" for test in ("tip is not null", *undecided.values()))
    true, *counts = connection.execute(f"select {counted} from measured where is_new").fetchall()[0]
    reasons = {reason: test for (reason, test), count in zip(undecided.items(), counts, strict=True) if count}
    parts = [
        f"select row_no, {literal(reason)} as reason from measured where is_new and {test}" for reason, test in reasons.items()
    ]
    nothing = "select 0 as row_no, '' as reason where false"
    connection.execute(f"create or replace temp table undecided as {' union all '.join(parts) or nothing}")
    if true:
        connection.execute(f"create or replace temp table emitted as {_emitted(frames)}")
        connection.execute(f"create or replace temp table flagged as {query_flagged(frames, most_lines)}")
    return list(reasons), bool(true)


def _selected(frames: Frames) -> str:
    """One row a (movement, group): few and narrow columns, so that sorting many movements by their groups stays cheap."""
    window = frames.window
    columns = "".join(f", {_column(frames, part)} as {name}" for name, part in parts_of(window))
    columns += ", cargo" if window.kind == "temporal" else ""
    columns += f", cast(date_trunc('{window.period}', day) as date) as period" if window.period else ""
    start = f"row_no, day, is_new, verdict_{frames.number} = 1 as sure{columns}"
    about = f"verdict_{frames.number} > 0"
    if window.unnested:
        one = "qualify row_number() over (partition by line order by row_no) = 1" if frames.by_line else ""
        keys = [f"unnest({identifier(k)})" if k in window.unnested else key_of(k) for k in window.keys]
        listed = ", ".join(f"{sql} as key_{n}" for n, sql in enumerate(keys))
        same = " and ".join(f"m.key_{n} = g.key_{n}" for n in range(len(keys)))
        dropped = ", ".join(f"key_{n}" for n in range(len(keys)))
        return f"""
            with mine as (
                select g.gid, m.* exclude ({dropped})
                from (select {start}, {listed} from moves where {about} {one}) m join groups_{frames.groups} g on {same})
            select * from mine where gid in (select gid from mine where is_new and sure)"""
    gid = f"gid_{frames.groups}"
    one = f"qualify row_number() over (partition by {gid}, line order by row_no) = 1" if frames.by_line else ""
    # Groups of which only another rule is sure are none of this one's.
    mine = f"{gid} in (select {gid} from moves where is_new and verdict_{frames.number} = 1)"
    return f"select {gid} as gid, {start} from moves where {about} and {mine} {one}"


def _column(frames: Frames, part: Expression | None) -> str:
    return "cargo" if part is None else frames.columns.get(part) or render(part)


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


def _measured(frames: Frames, looks_ahead: bool) -> str:
    """`selected` with `measure` (what is compared), `ok`, `early` (too little history), `unknown`, and the day that tips it."""
    builders = {
        "baseline": _baseline,
        "temporal": _temporal,
        "temporal_ordered": _temporal_ordered,
        "first_seen": _first_seen,
        "absence": _absence,
        "reconcile": _reconcile,
    }
    inner = builders.get(frames.window.kind, _aggregates)(frames)
    tip = "case when ok and sure then day end"
    value = "measure"
    if looks_ahead:
        mine = "filter (where ok and sure and not is_new) over ahead"
        tip = f"case when not sure then null when ok then day else min(day) {mine} end"
        value = f"case when ok then measure else arg_min(measure, day) {mine} end"
    clause = f" window ahead as {frames.ahead}" if looks_ahead else ""
    return f"with computed as ({inner}) select * exclude (measure), {tip} as tip, {value} as measure from computed{clause}"


def _unknown(frames: Frames) -> str:
    """How many movements of the window could not be judged."""
    return f"count(*) filter (where not sure) over {frames.back}"


def _aggregate(kind: str, value: str) -> str:
    only = "filter (where sure)"
    return {
        "event_count": f"count(distinct {value}) {only}",
        "value_count": f"count(distinct {value}) {only}",
        "value_sum": f"sum({value}) {only}",
        "value_avg": f"avg({value}) {only}",
        "value_median": f"median({value}) {only}",
    }[kind]


def _aggregates(frames: Frames) -> str:
    measures = frames.window.measures
    computed = [f"{_aggregate(m.aggregate, f'value_{i}')} over back as measure_{i}" for i, m in enumerate(measures)]
    tests = [
        f"{f'measure_{i}' if m.aggregate in DISTINCT else f'round(measure_{i}, 6)'} {op} limit_{i}_{j}"
        for i, m in enumerate(measures)
        for j, (op, _) in enumerate(m.limits)
    ]
    return f"""
        select *, cast(measure_0 as double) as measure, ({" and ".join(tests)}) as ok, false as early
        from (select *, {", ".join(computed)}, {_unknown(frames)} as unknown from selected window back as {frames.back})"""


def _make_past(connection: duckdb.DuckDBPyConnection, frames: Frames) -> None:
    """The table `past`: count, median and deviation of what a group received before each day that something new moved.

    A sliding median over everything recorded looked at every day of the past; asked for are the few days of the run. Some days at a
    time, so that what is joined stays within memory.
    """
    days = frames.window.days
    rows = connection.execute("select count(*) from selected").fetchall()[0][0]
    wanted = [
        row[0] for row in connection.execute("select distinct day from selected where is_new and sure order by day").fetchall()
    ]
    step = max(1, _JOINED // max(1, rows))
    spread = "mad(value)" if frames.window.method == "robust_z" else "null::double"
    insert = "create or replace temp table past as"
    for start in range(0, max(1, len(wanted)), step):
        few = ", ".join(literal(d) for d in wanted[start : start + step]) or "null"
        connection.execute(f"""{insert}
            select n.gid, n.day, count(value) as n, median(value) as middle, {spread} as spread
            from (select distinct gid, day from selected where is_new and sure and day in ({few})) n
                 join (select gid, day, cast(value_0 as double) as value from selected where sure) p
                 on p.gid = n.gid and p.day between n.day - {days} and n.day - 1 group by n.gid, n.day""")
        insert = "insert into past"


_JOINED = 5_000_000  # rows that one step of it joins, roughly


def _baseline(frames: Frames) -> str:
    """The movement's value against the group's own past, its own day left out."""
    window = frames.window
    value = "cast(value_0 as double)"
    measure = (
        f"round({value} / nullif(middle, 0), 6)"
        if window.method == "ratio"
        else f"round(({value} - middle) / nullif({_MAD} * spread, 0), 6)"
    )
    tests = " and ".join(f"measure {op} limit_0_{j}" for j, (op, _) in enumerate(window.measures[0].limits))
    return f"""
        select *, ({tests}) and not early as ok from (
            select *, sure and (n < {window.min_history} or measure is null) as early from (
                select s.*, coalesce(past.n, 0) as n, {measure} as measure, 0 as unknown
                from selected s left join past on s.gid = past.gid and s.day = past.day where s.is_new))"""


def _temporal(frames: Frames) -> str:
    seen = [f"bool_or(stage_{i}) filter (where sure) over back as seen_{i}" for i in range(len(frames.window.steps))]
    all_seen = " and ".join(f"coalesce(seen_{i}, false)" for i in range(len(frames.window.steps)))
    return f"""
        select *, {all_seen} as ok, false as early from (
            select *, {", ".join(seen)}, cast(count(distinct cargo) filter (where sure) over back as double) as measure,
                   {_unknown(frames)} as unknown
            from selected window back as {frames.back})"""


def _temporal_ordered(frames: Frames) -> str:
    """Each stage on a later day than the one before; `start` is the latest first day from which the stages so far were passed."""
    window = frames.window
    query = f"select *, case when stage_0 and sure then day end as start_0, {_unknown(frames)} as unknown from selected"
    last = len(window.steps) - 1
    for i in range(1, last + 1):
        differs = ""
        if i == last:
            for n in range(len(window.changes)):
                differs += f""" and len(list_filter(list(differs_{n}) filter (where start_{i - 1} is not null) over before,
                    lambda x: x is distinct from differs_{n})) > 0"""
        query = f"""
            select *, case when stage_{i} and sure {differs} then max(start_{i - 1}) over before end as start_{i}
            from ({query}) window before as {frames.before}"""
    return f"""
        select *, coalesce(date_diff('day', start_{last}, day) <= {window.days}, false) as ok, false as early,
               cast(date_diff('day', start_{last}, day) as double) as measure
        from ({query})"""


def _first_seen(frames: Frames) -> str:
    """Whether nothing of the group moved before, in all that is recorded or within the span."""
    since = literal(frames.since) if frames.since else "cast(null as date)"
    days = frames.window.days
    if days is None:
        group = """(select gid, min(day) filter (where sure) as earliest, count(*) filter (where not sure) as unknown
                    from selected group by gid) g on s.gid = g.gid"""
    else:
        group = f"""(select n.gid, n.day, min(p.day) filter (where sure) as earliest, count(*) filter (where not sure) as unknown
                    from (select distinct gid, day from selected where is_new and sure) n
                         join selected p on p.gid = n.gid and p.day between n.day - {days} and n.day group by n.gid, n.day) g
                    on s.gid = g.gid and s.day = g.day"""
    return f"""
        select *, first and not early as ok from (
            select *, sure and first and coalesce(date_diff('day', {since}, day), 0) < {frames.window.min_history} as early from (
                select s.*, sure and s.day = g.earliest as first, cast(null as double) as measure, coalesce(g.unknown, 0) as unknown
                from selected s left join {group} where s.is_new))"""


def _document(window: Window) -> str:
    """SQL of the rows of the register that are the document of a movement `s`, from `from` on."""
    document = is_document(window, [f"s.match_{i}" for i in range(len(window.matched))])
    return f"{register_table(window.register)} r where {document}"


def _absence(frames: Frames) -> str:
    return f"""
        select s.*, case when sure then not exists (select 1 from {_document(frames.window)}) end as ok,
               false as early, cast(null as double) as measure, 0 as unknown
        from selected s"""


def _reconcile(frames: Frames) -> str:
    """The running sum of what moved against what the register allows."""
    window = frames.window
    year = " and r.year = year(s.day)" if window.period == "year" and "year" in schema_of(window.register).names else ""
    allowed = f'(select sum(r."{window.against}") from {_document(window)}{year})'
    return f"""
        select *, measure > allowed * cast({1 + window.tolerance} as decimal(9, 6)) as ok from (
            select s.*, round(cast(sum(value_0) filter (where sure) over back as double), 6) as measure, false as early, {allowed} as allowed,
                   {_unknown(frames)} as unknown
            from selected s window back as {frames.back})"""


def _emitted(frames: Frames) -> str:
    """The movements that carry a flag: every one, the first of an episode, or the last of a group."""
    window = frames.window
    true_here = "is_new and tip is not null and row_no not in (select row_no from undecided)"
    keys = ", ".join(frames.keys)
    if window.emit == "trigger":
        return f"select * from measured where {true_here}"
    if window.emit == "group":
        return (
            f"select * from measured where {true_here} qualify row_number() over (partition by {keys} order by row_no desc) = 1"
        )
    # An episode goes on while true movements follow each other within one span; what lies between must not have been false.
    within = f"day <= was_day + interval {window.days} days" if window.days is not None else "true"
    return f"""
        with fresh as (
            select *, lag(tip is not null and row_no not in (select row_no from undecided)) over g as was_true, lag(day) over g as was_day from measured where is_new and sure
            window g as (partition by {keys} order by row_no))
        select * exclude (was_true, was_day) from fresh where {true_here} and not coalesce(was_true and {within}, false)"""
