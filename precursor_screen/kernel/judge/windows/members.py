"""The others of a window, which are named beside each movement that carries a flag."""

from __future__ import annotations

from precursor_screen.kernel.judge.windows.frames import Frames, field_of
from precursor_screen.kernel.judge.windows.history import Seen
from precursor_screen.kernel.judge.windows.relation import Relation, derive
from precursor_screen.rulebook.expression import Field
from precursor_screen.rulebook.windows import Window

_MOST_MEMBERS = 10


def flagged_moves(frames: Frames, selected: Relation, emitted: Relation, seen: Seen, most_lines: int) -> Relation:
    """The emitted movements with the others of their window, at most `most_lines` of them, the latest."""
    placed = _placed(frames, selected, emitted)
    inside = _inside(frames, _ends(frames, emitted, placed), placed, most_lines)
    return _flagged(frames.window, inside, seen)


def _is_alone(window: Window) -> bool:
    """Whether a flag is about one movement, so that the group has nothing to tell."""
    return window.kind in ("first_seen", "absence")


def _placed(frames: Frames, selected: Relation, emitted: Relation) -> Relation:
    """The movements of the groups that have a flag, each with its place in the group and how many its window holds."""
    keys = ", ".join(frames.keys)
    return derive(
        "placed",
        f"""select row_no, day, {keys}, row_number() over (partition by {keys} order by day, row_no) as nth,
                   {"1" if _is_alone(frames.window) else "count(*) over back"} as in_window
            from {selected} where sure and gid in (select gid from {emitted}) window back as {frames.back}""",
        selected,
        emitted,
    )


def _ends(frames: Frames, emitted: Relation, placed: Relation) -> Relation:
    """Where the window of each flag ends: at the last movement of the day that tips it."""
    window, alone = frames.window, _is_alone(frames.window)
    keys = ", ".join(frames.keys)
    last_of_day = derive(
        "last_of_day",
        f"select {keys}, day, max(nth) as last_nth, max(in_window) as in_window from {placed} group by {keys}, day",
        placed,
    )
    values = [
        *(f"cast(g.key_{n} as varchar)" for n in range(frames.key_count)),
        *(["cast(e.period as varchar)"] if window.period else []),
    ]
    own_place = f"join {placed} m on {_same(frames, 'm')} and m.row_no = e.row_no" if alone else ""
    return derive(
        "ends",
        f"""select e.row_no, e.tip_row, e.group_key, e.measure, e.unknown, [{", ".join(values)}] as key_values, {", ".join(f"e.{k}" for k in frames.keys)},
                   {"m.nth" if alone else "p.last_nth"} as last_nth, p.in_window
            from {emitted} e join {frames.groups} g on e.gid = g.gid
                 join {last_of_day} p on {_same(frames, "p")} and p.day = e.tip {own_place}""",
        emitted,
        frames.groups,
        last_of_day,
        placed,
    )


def _inside(frames: Frames, ends: Relation, placed: Relation, most_lines: int) -> Relation:
    """One row a flag and movement of its window."""
    return derive(
        "inside",
        f"""select e.row_no, e.tip_row, e.group_key, e.measure, e.unknown, e.key_values, e.in_window, p.row_no as other, p.day
            from (select *, unnest(range(last_nth - least(in_window, {most_lines}) + 1, last_nth + 1)) as nth from {ends}) e
                 join {placed} p on {_same(frames, "p")} and p.nth = e.nth""",
        ends,
        placed,
    )


def _flagged(window: Window, inside: Relation, seen: Seen) -> Relation:
    member = f"named.{field_of(window.named_by)}" if window.named_by else "null::varchar"
    names = f"list_sort(list(distinct {member}))"
    text = "''" if _is_alone(window) else f"{_span(window)} || ' (' || min(w.day) || ' to ' || max(w.day) || ')'"
    return derive(
        "flagged",
        f"""select w.row_no, w.tip_row, w.group_key, any_value(w.measure) as correlation_value,
                   coalesce(list_sort(list(distinct named.line_id) filter (where named.line_id <> fresh.line_id)), []) as window_line_ids,
                   any_value(w.in_window) as window_lines,
                   array_to_string({names}[:{_MOST_MEMBERS}], ', ') || case when len({names}) > {_MOST_MEMBERS} then ' ...' else '' end
                       as group_members,
                   {text} as window_text, {_links(window)} as links, any_value(w.unknown) as unknown, w.key_values
            from {inside} w join {seen.named} named on named.row_no = w.other join {seen.fresh} fresh on fresh.row_no = w.row_no
            group by w.row_no, w.tip_row, w.group_key, w.key_values""",
        inside,
        seen.named,
        seen.fresh,
    )


def _links(window: Window) -> str:
    """SQL of what each link of a chain carried, when, and from whom to whom."""
    if window.chain is None:
        return "null::varchar"
    day, origin, target = (f"named.{field_of(told)}" for told in window.chain.told[:3])
    carried = f" || ', ' || named.{field_of(window.chain.carried)}" if isinstance(window.chain.carried, Field) else ""
    link = f"{day} || ': ' || coalesce({origin}, 'not stated') || ' to ' || coalesce({target}, 'not stated'){carried}"
    return f"string_agg(distinct {link}, '; ' order by {link})"


def _same(frames: Frames, other: str) -> str:
    """SQL that is true for rows of one group as those of `e`."""
    return " and ".join(f"{other}.{k} = e.{k}" for k in frames.keys)


def _span(window: Window) -> str:
    """SQL of how long the window is, in words."""
    if window.days is not None:
        return f"'within {window.days} days'"
    if window.period:
        return f"strftime(min(w.day), '{'in %Y-%m' if window.period == 'month' else 'in %Y'}')"
    return "'in all that is recorded'"
