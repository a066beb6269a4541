"""Conditions that no value can meet: at least 10 and below 5, a score above 100, a code that is two codes at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct, field

from precursor_screen.core.schema import BY_NAME
from precursor_screen.rulebook.expression import Apply, AtLeast, Element, Expression, Field, Literal, Operator, Text
from precursor_screen.rulebook.groups import DISTINCT, SIGNS, Measure

_AT_LEAST = {Operator.GT: True, Operator.GTE: False}  # whether the limit itself is left out
_AT_MOST = {Operator.LT: True, Operator.LTE: False}
_SIGNS = {Operator.GT: "gt", Operator.GTE: "gte", Operator.LT: "lt", Operator.LTE: "lte"}
Number = int | float
Limit = tuple[Number | date, bool, str]  # value, whether it is left out, as written


def domain_of(column: Expression) -> tuple[float, float]:
    """From where to where the numbers of a column run, both included."""
    name = column.name if isinstance(column, Field) else ""
    if (name and BY_NAME[name].kind == "score") or name.endswith("_pct"):
        return 0, 100
    if name.endswith(("_kg", "_before", "_tokens", "_usd", "_usd_per_kg")) or name in (
        "packages",
        "quantity",
        "value",
        "freight",
    ):
        return 0, float("inf")
    return float("-inf"), float("inf")


class _Bounds(Struct):
    """What one conjunction asks of one column, against literals or against multiples of one other column."""

    low: list[Limit] = field(default_factory=list)
    high: list[Limit] = field(default_factory=list)
    among: list[frozenset[object]] = field(default_factory=list)


def contradictions(test: Expression) -> Iterator[str]:
    """What in an expression cannot hold, for each `and` in it by itself."""
    yield from _of_conjunction(conjuncts(test))
    for part in _below(test):
        yield from contradictions(part)


def conjuncts(test: Expression) -> Iterator[Expression]:
    """The tests that must all be true."""
    if isinstance(test, Apply) and test.operator is Operator.AND:
        for part in test.parts:
            yield from conjuncts(part)
    else:
        yield test


def _below(test: Expression) -> Iterator[Expression]:
    """The parts of its `or` and `not` and counts: each is asked by itself."""
    for one in conjuncts(test):
        if isinstance(one, AtLeast) or (isinstance(one, Apply) and one.operator in (Operator.OR, Operator.NOT, Operator.SURELY)):
            yield from one.parts


def _of_conjunction(tests: Iterable[Expression]) -> Iterator[str]:
    found: dict[tuple[Expression, Expression | None], _Bounds] = defaultdict(_Bounds)
    for test in tests:
        if isinstance(test, Apply):
            _add(test, found)
    for (column, base), bounds in found.items():
        domain = domain_of(column) if base is None and column.kind != "date" else None
        yield from _told(_say(column), bounds, domain)


def contradictions_of(measure: Measure) -> Iterator[str]:
    """What in the limits of a group or window cannot hold."""
    found: dict[Expression | None, _Bounds] = defaultdict(_Bounds)
    for sign, limit in measure.limits:
        known = _limit(limit)
        if known:
            operator = next(o for o, name in _SIGNS.items() if SIGNS[name] == sign)
            _compare(found[known[1]], operator, known)
    least = 1 if measure.aggregate in DISTINCT else float("-inf")
    for base, bounds in found.items():
        name = _say(measure.of) if measure.of else "the value"
        yield from _told(name, bounds, (least, float("inf")) if base is None else None)


def _told(name: str, bounds: _Bounds, domain: tuple[float, float] | None) -> Iterator[str]:
    if domain is not None:
        least, most = domain
        bounds.low.append((least, False, f"{name} is never below {least:g}"))
        bounds.high.append((most, False, f"{name} is never above {most:g}"))
    if told := _impossible(bounds):
        yield f"{name} can never be both: {told}"


def _add(test: Apply, found: dict[tuple[Expression, Expression | None], _Bounds]) -> None:
    if test.operator in (*_AT_LEAST, *_AT_MOST):
        limit = _limit(test.parts[1])
        if limit:
            _compare(found[test.parts[0], limit[1]], test.operator, limit)
    elif test.operator is Operator.BETWEEN:
        for part, name in ((test.parts[1], "low"), (test.parts[2], "high")):
            limit = _limit(part)
            if limit:
                getattr(found[test.parts[0], limit[1]], name).append((limit[0], False, f"between, {name} end {limit[2]}"))
    elif test.operator in (Operator.EQ, Operator.IN) and not isinstance(test.parts[0], Element):
        values = [_value(part) for part in test.parts[1:]]
        if None not in values:
            found[test.parts[0], None].among.append(frozenset(values))


def _compare(bounds: _Bounds, operator: Operator, limit: tuple[Number | date, Expression | None, str]) -> None:
    left_out = {**_AT_LEAST, **_AT_MOST}[operator]
    side = bounds.low if operator in _AT_LEAST else bounds.high
    side.append((limit[0], left_out, f"{_SIGNS[operator]} {limit[2]}"))


def _value(expression: Expression) -> object:
    """A literal, of text that is compared folded in small letters; None of what is none."""
    if isinstance(expression, Apply) and expression.operator is Operator.FOLDED and isinstance(expression.parts[0], Literal):
        return str(expression.parts[0].value).casefold()
    return expression.value if isinstance(expression, Literal) else None


def _limit(expression: Expression) -> tuple[Number | date, Expression | None, str] | None:
    """(value, the column it multiplies, as written) of a limit; None of one that nothing is known of."""
    if isinstance(expression, Literal) and isinstance(expression.value, int | float | date):
        return expression.value, None, str(expression.value)
    if isinstance(expression, Field) and domain_of(expression)[0] >= 0:
        return 1, expression, expression.name
    if isinstance(expression, Apply) and expression.operator is Operator.MUL:
        column, times = expression.parts
        if (
            isinstance(column, Field)
            and domain_of(column)[0] >= 0
            and isinstance(times, Literal)
            and isinstance(times.value, int | float)
        ):
            return times.value, column, f"{times.value} times {column.name}"
    return None


def _impossible(bounds: _Bounds) -> str:
    for low, low_out, low_said in bounds.low:
        for high, high_out, high_said in bounds.high:
            if low > high or (low == high and (low_out or high_out)):  # type: ignore[operator]
                return f"{low_said} and {high_said}"
    for i, some in enumerate(bounds.among):
        for others in bounds.among[i + 1 :]:
            if not some & others:
                return f"{_words(some)} and {_words(others)}"
        kept = [v for v in some if _within(v, bounds)]
        if not kept:
            limits = " and ".join(said for _, _, said in (*bounds.low, *bounds.high) if not said.endswith("inf"))
            return f"{_words(some)} and {limits}"
    return ""


def _within(value: object, bounds: _Bounds) -> bool:
    if not isinstance(value, int | float | date) or isinstance(value, bool):
        return True
    above = all(value > low or (value == low and not out) for low, out, _ in bounds.low)  # type: ignore[operator]
    return above and all(value < high or (value == high and not out) for high, out, _ in bounds.high)  # type: ignore[operator]


def _words(values: frozenset[object]) -> str:
    return " or ".join(sorted(map(repr, values)))


def _say(column: Expression) -> str:
    if isinstance(column, Field):
        return column.name
    if isinstance(column, Text | Apply) and column.parts:
        return _say(column.parts[0])
    return "the value"
