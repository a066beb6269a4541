"""What each type of correlation computes over the windows of a rule.

Each gives the selected movements with `measure` (what is compared), `ok` (whether the window is true), `early` (too little history
to say) and `unknown` (how many movements of the window could not be judged). Ratios and scores are rounded before they are compared.
"""

from __future__ import annotations

from precursor_screen.kernel.documents import is_document, register_table
from precursor_screen.kernel.judge.windows.frames import DISTINCT, Frames
from precursor_screen.kernel.judge.windows.relation import Relation, derive
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
        case "absence":
            return _absence(frames.window, selected)
        case "reconcile":
            return _reconcile(frames, selected)
        case _:
            return _aggregates(frames, selected)


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


def _aggregates(frames: Frames, selected: Relation) -> Relation:
    measures = frames.window.measures
    computed = [f"{_aggregate(m.aggregate, f'value_{i}')} over back as measure_{i}" for i, m in enumerate(measures)]
    tests = [
        f"{f'measure_{i}' if m.aggregate in DISTINCT else f'round(measure_{i}, 6)'} {op} limit_{i}_{j}"
        for i, m in enumerate(measures)
        for j, (op, _) in enumerate(m.limits)
    ]
    summed = derive(
        "summed",
        f"select *, {', '.join(computed)}, {_unknown(frames)} as unknown from {selected} window back as {frames.back}",
        selected,
    )
    return derive(
        "computed",
        f"select *, cast(measure_0 as double) as measure, ({' and '.join(tests)}) as ok, false as early from {summed}",
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
