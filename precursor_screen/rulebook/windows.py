"""The correlation of a history rule as SQL expressions over a movement; `kernel.windows` puts them into its queries.

A group is what shares the keys; a window is the movements of a group within a span of days, both ends included, or from the
beginning of a calendar period on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from precursor_screen.rulebook.atoms import COMPARISONS, AtomError, Scope, operand
from precursor_screen.rulebook.correlation import AGGREGATES, days_of
from precursor_screen.schema import BY_NAME, LINE

# SQL names that a sentence may use beside fields and parameters.
SENTENCE = {
    "correlation_value": "regexp_replace(printf('%.3f', correlation_value), '\\.?0+$', '')",
    "window": "window_text",
    "window_lines": "cast(window_lines as varchar)",
    "group_members": "coalesce(group_members, 'not stated')",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What is computed over a window and compared: aggregate, SQL of one movement's value, ((operator, SQL of the limit), ...)."""

    aggregate: str
    value: str
    tests: tuple[tuple[str, str], ...]

    @property
    def is_lower_bound(self) -> bool:
        """Whether what could not be judged can only make it truer: sums and counts that must reach something."""
        return self.aggregate in ("event_count", "value_sum", "value_count", "reconcile") and all(
            op in (">", ">=") for op, _ in self.tests
        )


@dataclass(frozen=True, slots=True)
class Window:
    """A compiled correlation of scope history.

    days: span, or None; period: month or year, or ''. stages: SQL of the selections, in order. differs: columns that must
    differ between the first and the last stage. min_history: movements (baseline) or days (first_seen). match: (SQL of the
    movement's value, column of the register). members: the column that `{group_members}` lists.
    """

    kind: str
    keys: tuple[str, ...]
    unnested: frozenset[str]
    emit: str
    days: int | None = None
    period: str = ""
    measures: tuple[Measure, ...] = ()
    stages: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    min_history: int = 0
    method: str = "ratio"
    register: str = ""
    match: tuple[tuple[str, str], ...] = ()
    against: str = ""
    tolerance: float = 0.0
    members: str = ""

    @property
    def reach(self) -> int | None:
        """How many days of history a movement can be judged with; None: all there is."""
        if self.period:
            return {"month": 31, "year": 366}[self.period]
        return None if self.kind in ("first_seen", "reconcile") and self.days is None else self.days or 0


def compile_window(spec: Mapping[str, Any], scope: Scope, selection: Callable[[str], str]) -> tuple[Window, list[str]]:
    """Compiles a correlation block that has passed `check_correlation`.

    Args:
        spec: the block.
        scope: fields, parameters and lists of the rule.
        selection: SQL of a named selection.

    Returns:
        The window, and the fields that must be there for a movement to enter it.

    Raises:
        AtomError: a field, parameter or selection that is not known, or of the wrong kind.
    """
    kind = str(spec["type"])
    keys = tuple(str(k) for k in spec.get("group-by") or ())
    unnested = frozenset(k for k in keys if scope.column(k)[1] == "texts")
    needed = list(keys)
    measures = []
    if kind in AGGREGATES or kind in ("baseline", "reconcile"):
        blocks = [spec, *([spec["and"]] if "and" in spec else [])]
        for block in blocks:
            measure, fields = _measure(block, kind if block is spec else str(block["type"]), scope)
            measures.append(measure)
            needed += fields
    match = []
    for field, column in (spec.get("match") or {}).items():
        if scope.column(field)[1] != "text":
            raise AtomError(f"match compares texts, and {field!r} is none")
        match.append((scope.column(field)[0], str(column)))
        needed.append(field)
    min_history = scope.resolve(spec.get("min_history", 0))
    window = Window(
        kind=kind,
        keys=keys or tuple(spec.get("match") or ()),
        unnested=unnested,
        emit=str(spec.get("emit", "trigger" if kind in ("absence", "baseline") else "crossing")),
        days=days_of(scope.resolve(spec["timespan"])) if "timespan" in spec else None,
        period=str(spec.get("calendar", "")),
        measures=tuple(measures),
        stages=tuple(selection(name) for name in spec.get("selections") or ()),
        differs=tuple(scope.column(str(f))[0] for f in spec.get("differs") or ()),
        min_history=min_history if isinstance(min_history, int) else days_of(min_history) or 0,
        method=str(spec.get("method", "ratio")),
        register=str(spec.get("register", "")),
        match=tuple(match),
        against=str(spec.get("against", "")),
        tolerance=_tolerance(scope.resolve(spec.get("tolerance", 0))),
        members=_members(spec, scope),
    )
    return window, needed


_MOST_TOLERANCE = 10


def _tolerance(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_TOLERANCE:
        raise AtomError(f"tolerance {value!r} is no share of at most {_MOST_TOLERANCE}", "tolerance: 0.05")
    return float(value)


def _measure(block: Mapping[str, Any], kind: str, scope: Scope) -> tuple[Measure, list[str]]:
    needed: list[str] = []
    value = "cargo_id"
    if "field" in block:
        field = str(block["field"])
        value, type_ = scope.column(field)
        if kind not in ("value_count",) and type_ not in ("number", "integer", "score"):
            raise AtomError(f"{kind} needs a number, and {field!r} is {type_}")
        needed.append(field)
    tests = []
    for comparison, limit in scope.resolve(block.get("condition") or {}).items():
        sql, _ = operand(limit, "number", scope)
        tests.append((COMPARISONS[comparison], sql))
        if isinstance(limit, Mapping):
            needed.append(str(limit["field"]))
    return Measure(kind, value, tuple(tests)), needed


def _members(spec: Mapping[str, Any], scope: Scope) -> str:
    """Which column's values tell an officer what is in the group: names rather than keys."""
    fields = [str(b.get("field", "")) for b in (spec, spec.get("and") or {}) if b.get("type") == "value_count"]
    field = fields[0] if fields else "substance_id"
    named = {"substance_id": "substance_name"}.get(field, field.replace("_key", "_name").replace("_address_name", "_address_key"))
    for name in (named, field):
        if name in BY_NAME and BY_NAME[name].kind == "text" and BY_NAME[name].subject in (LINE, scope.subject):
            return scope.column(name)[0]
    return ""
