"""The query that names, beside each movement that carries a flag, the others of its window."""

from __future__ import annotations

from precursor_screen.kernel.judge.windows.frames import Frames
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.windows import Window


def query_flagged(frames: Frames, most_lines: int) -> str:
    """The emitted movements with the others of their window, at most `most_lines` of them, the latest."""
    window = frames.window
    keys = ", ".join(frames.keys)
    same = " and ".join(f"p.{k} = e.{k}" for k in frames.keys)
    alone = window.kind in ("first_seen", "absence")  # about one movement; the group has nothing to tell
    key_values = ", ".join(
        [
            *(f"cast(g.key_{n} as varchar)" for n in range(len(window.keys))),
            *(["cast(e.period as varchar)"] if window.period else []),
        ]
    )
    member = f"named.{render(window.named_by)}" if window.named_by else "null::varchar"
    names = f"list_sort(list(distinct {member}))"
    text = "''" if alone else f"{_span(window)} || ' (' || min(w.day) || ' to ' || max(w.day) || ')'"
    return f"""
        with placed as (
            select row_no, day, {keys}, row_number() over (partition by {keys} order by day, row_no) as nth,
                   {"1" if alone else "count(*) over back"} as in_window
            from selected where sure and gid in (select gid from emitted) window back as {frames.back}),
        last_of_day as (select {keys}, day, max(nth) as last_nth, max(in_window) as in_window from placed group by {keys}, day),
        ends as (
            select e.row_no, e.measure, e.unknown, [{key_values}] as key_values, {", ".join(f"e.{k}" for k in frames.keys)},
                   {"m.nth" if alone else "p.last_nth"} as last_nth, p.in_window
            from emitted e join groups_{frames.groups} g on e.gid = g.gid join last_of_day p on {same} and p.day = e.tip {_own_place(frames) if alone else ""}),
        inside as (
            select e.row_no, e.measure, e.unknown, e.key_values, e.in_window, p.row_no as other, p.day
            from (select *, unnest(range(last_nth - least(in_window, {most_lines}) + 1, last_nth + 1)) as nth from ends) e
                 join placed p on {same} and p.nth = e.nth)
        select w.row_no, any_value(w.measure) as correlation_value,
               coalesce(list_sort(list(distinct named.line_id) filter (where named.line_id <> fresh.line_id)), []) as window_line_ids,
               any_value(w.in_window) as window_lines,
               array_to_string({names}[:{_MOST_MEMBERS}], ', ') || case when len({names}) > {_MOST_MEMBERS} then ' ...' else '' end
                   as group_members,
               {text} as window_text, any_value(w.unknown) as unknown, w.key_values
        from inside w join named on named.row_no = w.other join fresh on fresh.row_no = w.row_no
        group by w.row_no, w.key_values"""


def _own_place(frames: Frames) -> str:
    mine = " and ".join(f"m.{k} = e.{k}" for k in frames.keys)
    return f"join placed m on {mine} and m.row_no = e.row_no"


_MOST_MEMBERS = 10


def _span(window: Window) -> str:
    """SQL of how long the window is, in words."""
    if window.days is not None:
        return f"'within {window.days} days'"
    if window.period:
        return f"strftime(min(w.day), '{'in %Y-%m' if window.period == 'month' else 'in %Y'}')"
    return "'in all that is recorded'"
