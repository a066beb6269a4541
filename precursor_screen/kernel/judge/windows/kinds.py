"""What each type of correlation computes over the windows of a rule.

Each gives the selected movements with `measure` (what is compared), `ok` (whether the window is true), `early` (too little history
to say) and `unknown` (how many movements of the window could not be judged). Ratios and scores are rounded before they are compared.
"""

from __future__ import annotations

from precursor_screen.kernel.documents import is_document, register_table
from precursor_screen.kernel.judge.windows.frames import Frames
from precursor_screen.kernel.judge.windows.relation import Relation, derive
from precursor_screen.rulebook.groups import DISTINCT
from precursor_screen.rulebook.registers import schema_of
from precursor_screen.rulebook.sql import literal
from precursor_screen.rulebook.windows import Window

_MAD = 1.4826  # makes the median absolute deviation comparable with a standard deviation of normal data


def compute(frames: Frames, selected: Relation, past: Relation | None = None) -> Relation:
    """The selected movements with what their windows come to. past: what a group received before, for a baseline."""
    match frames.window.kind:
        case "baseline":
            assert past is not None
            return _baseline(frames.window, selected, past)
        case "temporal":
            return _temporal(frames, selected)
        case "temporal_ordered":
            return _temporal_ordered(frames, selected)
        case "first_seen":
            return _first_seen(frames, selected)
        case "chain":
            return _chain(frames, selected)
        case "absence":
            return _absence(frames.window, selected)
        case "reconcile":
            return _reconcile(frames, selected)
        case _:
            return _aggregates(frames, selected)


def _unknown(frames: Frames) -> str:
    """How many movements of the window could not be judged."""
    return f"count(*) filter (where not sure) over {frames.bearing}"


def _aggregate(kind: str, value: str) -> str:
    only = "filter (where sure)"
    return {
        "event_count": f"count(distinct {value}) {only}",
        "value_count": f"count(distinct {value}) {only}",
        "value_sum": f"sum({value}) {only}",
        "value_avg": f"avg({value}) {only}",
        "value_median": f"median({value}) {only}",
    }[kind]


def _tests(frames: Frames, measured: str) -> str:
    """SQL that is true where all measures, called `measured`_0 ..., meet their limits."""
    return " and ".join(
        f"{f'{measured}_{i}' if m.aggregate in DISTINCT else f'round({measured}_{i}, 6)'} {op} limit_{i}_{j}"
        for i, m in enumerate(frames.window.measures)
        for j, (op, _) in enumerate(m.limits)
    )


def _aggregates(frames: Frames, selected: Relation) -> Relation:
    if frames.window.before:
        return _aggregates_after(frames, selected)
    measures = frames.window.measures
    computed = [f"{_aggregate(m.aggregate, f'value_{i}')} over back as measure_{i}" for i, m in enumerate(measures)]
    summed = derive(
        "summed",
        f"select *, {', '.join(computed)}, {_unknown(frames)} as unknown from {selected} window back as {frames.back}",
        selected,
    )
    return derive(
        "computed",
        f"select *, cast(measure_0 as double) as measure, ({_tests(frames, 'measure')}) as ok, false as early from {summed}",
        summed,
    )


def _aggregates_after(frames: Frames, selected: Relation) -> Relation:
    """Aggregates of which the days before the window decide too: whether a value is new, whether anything moved.

    Where the record does not reach back so far, it is true (`ok`), or may be (`early`), or is not even if all were new and silent.
    """
    window, since = frames.window, literal(frames.since) if frames.since else "cast(null as date)"
    keys, days_known = ", ".join(frames.keys), f"coalesce(date_diff('day', {since}, day), 0)"
    seen_before = f"""max(day) filter (where sure) over (partition by {keys}, value_0 order by day
        range between interval {window.unseen} days preceding and interval 1 day preceding)"""
    moved_before = f"""max(day) filter (where sure) over (partition by {keys} order by day
        range between interval {max(window.silence, window.known)} days preceding and interval 1 day preceding)"""
    began = derive(
        "began",
        f"""select *, {"true" if not window.unseen else f"{seen_before} is null"} as maybe_new,
                   {days_known} >= {window.unseen} as is_told, {moved_before} as moved from {selected}""",
        selected,
    )
    # 1 where the group was silent before the movement's day, 0 where it was not, 2 where the record begins too late to say.
    quiet = derive(
        "quiet",
        f"""select *, case when not {days_known} >= {window.silence} and moved is null then 2
                   when moved is null then {0 if window.known else 1} when date_diff('day', moved, day) > {window.silence} then 1 else 0 end
                   as quiet from {began}""",
        began,
    )
    measures = list(enumerate(window.measures))
    only = {i: "maybe_new and is_told" if window.unseen and i == 0 else "true" for i, _ in measures}
    might = {i: "maybe_new" if window.unseen and i == 0 else "true" for i, _ in measures}
    computed = ", ".join(
        f"{_aggregate(m.aggregate, f'case when {test[i]} then value_{i} end')} over back as {name}_{i}"
        for name, test in (("measure", only), ("might", might))
        for i, m in measures
    )
    summed = derive(
        "summed",
        f"""select *, {computed}, arg_min(quiet, day) filter (where sure) over back as silent, {_unknown(frames)} as unknown
            from {quiet} window back as {frames.back}""",
        quiet,
    )
    silent, perhaps = ("silent = 1", "silent > 0") if window.silence else ("true", "true")
    return derive(
        "computed",
        f"""select *, cast(measure_0 as double) as measure, coalesce({_tests(frames, "measure")}, false) and {silent} as ok,
                   sure and coalesce({_tests(frames, "might")}, false) and {perhaps}
                   and not (coalesce({_tests(frames, "measure")}, false) and {silent}) as early
            from {summed}""",
        summed,
    )


def _baseline(window: Window, selected: Relation, past: Relation) -> Relation:
    """The movement's value against the group's own past, its own day left out."""
    value = "cast(value_0 as double)"
    measure = (
        f"round({value} / nullif(middle, 0), 6)"
        if window.method == "ratio"
        else f"round(({value} - middle) / nullif({_MAD} * spread, 0), 6)"
    )
    tests = " and ".join(f"measure {op} limit_0_{j}" for j, (op, _) in enumerate(window.measures[0].limits))
    compared = derive(
        "compared",
        f"""select s.*, coalesce(past.n, 0) as n, {measure} as measure, 0 as unknown
            from {selected} s left join {past} past on s.gid = past.gid and s.day = past.day where s.is_new""",
        selected,
        past,
    )
    return derive(
        "computed",
        f"""select *, ({tests}) and not early as ok from (
                select *, sure and (n < {window.min_history} or measure is null) as early from {compared})""",
        compared,
    )


def _temporal(frames: Frames, selected: Relation) -> Relation:
    stages = range(len(frames.window.steps))
    seen = [f"bool_or(stage_{i}) filter (where sure) over back as seen_{i}" for i in stages]
    passed = derive(
        "passed",
        f"""select *, {", ".join(seen)}, cast(count(distinct cargo) filter (where sure) over back as double) as measure,
                   {_unknown(frames)} as unknown
            from {selected} window back as {frames.back}""",
        selected,
    )
    all_seen = " and ".join(f"coalesce(seen_{i}, false)" for i in stages)
    return derive("computed", f"select *, {all_seen} as ok, false as early from {passed}", passed)


def _temporal_ordered(frames: Frames, selected: Relation) -> Relation:
    """Each stage on a later day than the one before; `start` is the latest first day from which the stages so far were passed."""
    window = frames.window
    passed = derive(
        "passed_0",
        f"select *, case when stage_0 and sure then day end as start_0, {_unknown(frames)} as unknown from {selected}",
        selected,
    )
    last = len(window.steps) - 1
    for i in range(1, last + 1):
        differs = "".join(
            f""" and len(list_filter(list(differs_{n}) filter (where start_{i - 1} is not null) over before,
                    lambda x: x is distinct from differs_{n})) > 0"""
            for n in range(len(window.changes) if i == last else 0)
        )
        passed = derive(
            f"passed_{i}",
            f"""select *, case when stage_{i} and sure {differs} then max(start_{i - 1}) over before end as start_{i}
                from {passed} window before as {frames.before}""",
            passed,
        )
    took = f"date_diff('day', start_{last}, day)"
    return derive(
        "computed",
        f"""select *, coalesce({took} <= {window.days}, false) as ok, false as early, cast({took} as double) as measure
            from {passed}""",
        passed,
    )


def _first_seen(frames: Frames, selected: Relation) -> Relation:
    """Whether nothing of the group moved before, in all that is recorded or within the span."""
    since = literal(frames.since) if frames.since else "cast(null as date)"
    days = frames.window.days
    if frames.window.changes:
        return _first_of_its_kind(frames, selected, since)
    found = "min(p.day) filter (where p.sure) as earliest, count(*) filter (where not p.sure) as unknown"
    if days is None:
        earliest = derive("earliest", f"select gid, {found} from {selected} p group by gid", selected)
        same = "s.gid = g.gid"
    else:
        earliest = derive(
            "earliest",
            f"""select n.gid, n.day, {found}
                from (select distinct gid, day from {selected} where is_new and sure) n
                     join {selected} p on p.gid = n.gid and p.day between n.day - {days} and n.day group by n.gid, n.day""",
            selected,
        )
        same = "s.gid = g.gid and s.day = g.day"
    firsts = derive(
        "firsts",
        f"""select s.*, sure and s.day = g.earliest as first, cast(null as double) as measure, coalesce(g.unknown, 0) as unknown
            from {selected} s left join {earliest} g on {same} where s.is_new""",
        selected,
        earliest,
    )
    known_for = f"coalesce(date_diff('day', {since}, day), 0)"
    return derive(
        "computed",
        f"""select *, first and not early as ok from (
                select *, sure and first and {known_for} < {frames.window.min_history} as early from {firsts})""",
        firsts,
    )


def _first_of_its_kind(frames: Frames, selected: Relation, since: str) -> Relation:
    """Whether nothing of the group moved before with the same values of `differs`, among so many that did with others.

    Of several on one day the first stands for all.
    """
    window = frames.window
    what = f"hash({', '.join(f'differs_{n}' for n in range(len(window.changes)))})"
    reach = "unbounded" if window.days is None else f"interval {window.days} days"
    before = f"order by day range between {reach} preceding and interval 1 day preceding"
    # A group may be all that is recorded of a substance: its days are counted once, not for each day that is asked for.
    counted = derive(
        "counted",
        f"""select gid, day, sum(moved) over (partition by gid {before}) as n from (
                select gid, day, count({"distinct value_0" if window.measures else "*"}) filter (where sure) as moved
                from {selected} group by gid, day)""",
        selected,
    )
    told = derive(
        "told",
        f"""select *, max(day) filter (where sure) over alike as seen, count(*) filter (where not sure) over alike as unknown
            from (select *, {what} as what from {selected}) window alike as (partition by gid, what {before})""",
        selected,
    )
    firsts = derive(
        "firsts",
        f"""select t.* exclude (seen), sure and seen is null
                   and row_number() over (partition by t.gid, t.day, what, sure order by row_no) = 1 as first,
                   cast(coalesce(c.n, 0) as double) as measure
            from (select * from {told} where is_new) t left join {counted} c on t.gid = c.gid and t.day = c.day""",
        told,
        counted,
    )
    asked = "".join(f" and coalesce(stage_{n}, false)" for n in range(len(window.steps)))
    tests = asked + "".join(f" and measure {op} limit_0_{j}" for m in window.measures for j, (op, _) in enumerate(m.limits))
    known_for = f"coalesce(date_diff('day', {since}, day), 0)"
    return derive(
        "computed",
        f"""select * exclude (what), first and not early as ok from (
                select *, first and {known_for} < {window.min_history} as early
                from (select * replace ((first{tests}) as first) from {firsts}))""",
        firsts,
    )


def _chain(frames: Frames, selected: Relation) -> Relation:
    """Whether a chain ends with the movement, and what all that ended within the window come to."""
    chain = frames.window.chain
    value = "sum(carried)" if chain is not None and chain.carried else "count(*)"
    return derive(
        "computed",
        f"""select *, round(cast({value} filter (where is_last) over back as double), 6) as measure, is_last as ok,
                   false as early, 0 as unknown
            from {selected} window back as {frames.back}""",
        selected,
    )


def _document(window: Window) -> str:
    """SQL of the rows of the register that are the document of a movement `s`, from `from` on."""
    document = is_document(window, [f"s.match_{i}" for i in range(len(window.matched))])
    return f"{register_table(window.register)} r where {document}"


def _absence(window: Window, selected: Relation) -> Relation:
    return derive(
        "computed",
        f"""select s.*, case when sure then not exists (select 1 from {_document(window)}) end as ok,
                   false as early, cast(null as double) as measure, 0 as unknown
            from {selected} s""",
        selected,
    )


def _reconcile(frames: Frames, selected: Relation) -> Relation:
    """The running sum of what moved against what the register allows."""
    window = frames.window
    year = " and r.year = year(s.day)" if window.period == "year" and "year" in schema_of(window.register).names else ""
    allowed = f'(select sum(r."{window.against}") from {_document(window)}{year})'
    summed = derive(
        "summed",
        f"""select s.*, round(cast(sum(value_0) filter (where sure) over back as double), 6) as measure, false as early,
                   {allowed} as allowed, {_unknown(frames)} as unknown
            from {selected} s window back as {frames.back}""",
        selected,
    )
    return derive(
        "computed",
        f"select *, measure > allowed * cast({1 + window.tolerance} as decimal(9, 6)) as ok from {summed}",
        summed,
    )
