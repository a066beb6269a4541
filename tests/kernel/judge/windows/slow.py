"""What the window of a movement comes to, read off its definition in plain Python: slow, and with nothing in common with `windows.kinds`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import ge, gt, le, lt
from statistics import median
from typing import Any

from precursor_screen.rulebook.windows import DISTINCT, Measure, Window
from tests.rulebook.slow import value as value_of

Row = Mapping[str, Any]  # a movement; `sure`: whether the rule is sure of it, else it cannot be judged
Found = tuple[
    bool, float | None, bool, int
]  # whether it is true, what it comes to, whether that is too early to say, how many unknown
COMPARE: dict[str, Callable[[Any, Any], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}


def days_between(one: Row, other: Row) -> int:
    found: int = (other["as_of_date"] - one["as_of_date"]).days
    return found


def period(window: Window, row: Row) -> Any:
    day = row["as_of_date"]
    return (day.year, day.month if window.period == "month" else 0) if window.period else None


def window_of(window: Window, group: Sequence[Row], row: Row, *, more: int = 0, apart: int = 0) -> list[Row]:
    """The movements of a group within the span before a movement, and `more` days, but for the last `apart`."""
    reach = None if window.days is None else window.days + more
    return [
        r
        for r in group
        if period(window, r) == period(window, row)
        and days_between(r, row) >= apart
        and (reach is None or days_between(r, row) <= reach)
    ]


def rounded(number: Any) -> Any:
    """By the exact value, halves away from nought."""
    return number if number is None else Decimal(number).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def meets(measure: Measure, number: Any, row: Row) -> bool:
    number = rounded(number)
    limits = [(sign, value_of(limit, row)) for sign, limit in measure.limits]
    return number is not None and all(limit is not None and COMPARE[sign](number, Decimal(str(limit))) for sign, limit in limits)


def aggregate(measure: Measure, rows: Collection[Row]) -> Any:
    values = [row["cargo_id"] if measure.of is None else value_of(measure.of, row) for row in rows if row["sure"]]
    values = [v for v in values if v is not None]
    if measure.aggregate in DISTINCT:
        return len(set(values))
    if not values:
        return None
    total = sum(map(Decimal, map(str, values)), Decimal(0))
    if measure.aggregate == "value_median":
        return median(map(Decimal, map(str, values))).quantize(Decimal("0.000001"), "ROUND_DOWN")
    return total if measure.aggregate == "value_sum" else float(total / len(values))


def judge(window: Window, group: Sequence[Row], row: Row, since: date | None) -> Found:
    """What the window that ends at a movement comes to; only for one that the rule is sure of."""
    kind = {"baseline": baseline, "temporal": temporal, "temporal_ordered": ordered, "first_seen": first_seen}.get(
        window.kind, aggregates
    )
    ok, number, early = kind(window, group, row, 0 if since is None else (row["as_of_date"] - since).days)
    unknown = sum(not r["sure"] for r in bearing(window, group, row))
    return ok, None if number is None else float(number), early, unknown


def bearing(window: Window, group: Sequence[Row], row: Row) -> Sequence[Row]:
    """Of which movements it is said how many could not be judged."""
    if window.kind == "baseline":
        return []
    if window.changes and window.kind == "first_seen":
        alike = [r for r in group if all(value_of(change, r) == value_of(change, row) for change in window.changes)]
        return window_of(window, alike, row, apart=1)
    return group if window.kind == "first_seen" and window.days is None else window_of(window, group, row, more=window.before)


def aggregates(window: Window, group: Sequence[Row], row: Row, told: int) -> tuple[bool, Any, bool]:
    inside = [r for r in window_of(window, group, row) if r["sure"]]
    first, *others = window.measures

    def seen(r: Row) -> bool:
        mine = [o for o in group if o["sure"] and 1 <= days_between(o, r) <= window.unseen]
        return value_of(first.of, r) in [value_of(first.of, o) for o in mine]

    def all_met(rows: Collection[Row]) -> bool:
        return meets(first, aggregate(first, rows), row) and all(meets(m, aggregate(m, inside), row) for m in others)

    known = told - max(days_between(r, row) for r in inside)  # days of the record before the first of the window
    new = [r for r in inside if not (window.unseen and seen(r))]
    surely_new = [r for r in new if not window.unseen or told - days_between(r, row) >= window.unseen]
    silent, perhaps = (
        silence(window, group, min(inside, key=lambda r: r["as_of_date"]), known) if window.silence else (True, True)
    )
    ok = all_met(surely_new) and silent
    return ok, aggregate(first, surely_new), bool(window.before) and all_met(new) and perhaps and not ok


def silence(window: Window, group: Sequence[Row], first: Row, known: int) -> tuple[bool, bool]:
    """Whether nothing moved before; and whether that may be."""
    reach = max(window.silence, window.known)
    gaps = [days_between(r, first) for r in group if r["sure"] and 1 <= days_between(r, first) <= reach]
    if gaps:
        return min(gaps) > window.silence, min(gaps) > window.silence
    return known >= window.silence and not window.known, known < window.silence or not window.known


def baseline(window: Window, group: Sequence[Row], row: Row, _: int) -> tuple[bool, Any, bool]:
    (measure,) = window.measures
    own = float(value_of(measure.of, row))
    past = [float(value_of(measure.of, r)) for r in window_of(window, group, row, apart=1) if r["sure"]]
    middle = median(past) if past else 0
    by = 1.4826 * median(abs(p - middle) for p in past) if past and window.method == "robust_z" else middle
    score = rounded((own - middle if window.method == "robust_z" else own) / by) if by else None
    early = len(past) < window.min_history or score is None
    return not early and meets(measure, score, row), score, early


def temporal(window: Window, group: Sequence[Row], row: Row, _: int) -> tuple[bool, Any, bool]:
    inside = [r for r in window_of(window, group, row) if r["sure"]]
    ok = all(any(value_of(step, r) for r in inside) for step in window.steps)
    return ok, len({r["cargo_id"] for r in inside}), False


def ordered(window: Window, group: Sequence[Row], row: Row, _: int) -> tuple[bool, Any, bool]:
    start = passed(window, group, row, len(window.steps) - 1)
    took = None if start is None else (row["as_of_date"] - start).days
    return took is not None and took <= (window.days or 0), took, False


def passed(window: Window, group: Sequence[Row], row: Row, stage: int) -> date | None:
    """The latest day on which the stages up to one can have begun that a movement passes."""
    if not row["sure"] or not value_of(window.steps[stage], row):
        return None
    if not stage:
        day: date = row["as_of_date"]
        return day
    before = [(r, passed(window, group, r, stage - 1)) for r in window_of(window, group, row, apart=1)]
    through = [(r, start) for r, start in before if start is not None]
    last = stage == len(window.steps) - 1
    for change in window.changes if last else ():
        if not any(value_of(change, r) != value_of(change, row) for r, _ in through):
            return None
    return max((start for _, start in through), default=None)


def first_seen(window: Window, group: Sequence[Row], row: Row, told: int) -> tuple[bool, Any, bool]:
    def what(r: Row) -> list[Any]:
        return [value_of(change, r) for change in window.changes]

    before = [r for r in window_of(window, group, row, apart=1) if r["sure"]]
    same_day = [
        r for r in group if r["sure"] and not r["recorded"] and r["as_of_date"] == row["as_of_date"] and what(r) == what(row)
    ]
    is_first = not any(what(r) == what(row) for r in before)
    if window.changes:
        is_first &= row is min(same_day, key=lambda r: r["line_id"])
    moved = len({(r["as_of_date"], r["cargo_id"]) for r in before}) if window.measures else len(before)
    is_first &= all(value_of(step, row) is True for step in window.steps) and all(meets(m, moved, row) for m in window.measures)
    return is_first and told >= window.min_history, moved if window.changes else None, is_first and told < window.min_history
