"""What makes a rule fit to ship, beyond that it compiles: sources, false positives, tests, types that fit, and conditions that a value can meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.errors import PrecursorScreenError, RuleSyntaxError, Where
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import Rule, RuleTest, Substance
from precursor_screen.core.schema import BY_NAME, SUBSTANCE
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import (
    Apply,
    AtLeast,
    Expression,
    Field,
    Literal,
    Operator,
    Text,
    all_of,
    columns_in,
)
from precursor_screen.rulebook.lint_words import Finding, find_rows, find_words, vocabularies
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.windows import DISTINCT, SIGNS, Measure

# Conditions that no value can meet: at least 10 and below 5, a score above 100, a code that is two codes at once.

_SIGNS = {Operator.GT: "gt", Operator.GTE: "gte", Operator.LT: "lt", Operator.LTE: "lte"}
_COUNTED = ("_kg", "_before", "_tokens", "_usd", "_usd_per_kg")  # how fields end that are never below nothing
Number = int | float
Limit = tuple[Number | date, bool, str]  # value, whether it is left out, as written


def domain_of(column: Expression) -> tuple[float, float]:
    """From where to where the numbers of a column run, both included."""
    name = column.name if isinstance(column, Field) else ""
    if (name and BY_NAME[name].kind == "score") or name.endswith("_pct"):
        return 0, 100
    if name.endswith(_COUNTED) or name in ("packages", "quantity", "value", "freight"):
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
        yield from _conflicts_of(_say(column), bounds, domain)


def contradictions_of(measure: Measure) -> Iterator[str]:
    """What in the limits of a group or window cannot hold."""
    found: dict[Expression | None, _Bounds] = defaultdict(_Bounds)
    for sign, limit in measure.limits:
        if known := _limit(limit):
            operator = next(o for o, name in _SIGNS.items() if SIGNS[name] == sign)
            _compare(found[known[1]], operator, known)
    least = 1 if measure.aggregate in DISTINCT else float("-inf")
    for base, bounds in found.items():
        name = _say(measure.of) if measure.of else "the value"
        yield from _conflicts_of(name, bounds, (least, float("inf")) if base is None else None)


def _conflicts_of(name: str, bounds: _Bounds, domain: tuple[float, float] | None) -> Iterator[str]:
    if domain is not None:
        least, most = domain
        bounds.low.append((least, False, f"{name} is never below {least:g}"))
        bounds.high.append((most, False, f"{name} is never above {most:g}"))
    if conflict := _impossible(bounds):
        yield f"{name} can never be both: {conflict}"


def _add(test: Apply, found: dict[tuple[Expression, Expression | None], _Bounds]) -> None:
    if test.operator in _SIGNS:
        if limit := _limit(test.parts[1]):
            _compare(found[test.parts[0], limit[1]], test.operator, limit)
    elif test.operator is Operator.BETWEEN:
        for part, name in ((test.parts[1], "low"), (test.parts[2], "high")):
            if limit := _limit(part):
                getattr(found[test.parts[0], limit[1]], name).append((limit[0], False, f"between, {name} end {limit[2]}"))
    elif test.operator in (Operator.EQ, Operator.IN):
        values = [_value(part) for part in test.parts[1:]]
        if None not in values:
            found[test.parts[0], None].among.append(frozenset(values))


def _compare(bounds: _Bounds, operator: Operator, limit: tuple[Number | date, Expression | None, str]) -> None:
    side = bounds.low if operator in (Operator.GT, Operator.GTE) else bounds.high
    side.append((limit[0], operator in (Operator.GT, Operator.LT), f"{_SIGNS[operator]} {limit[2]}"))


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
        number = times.value if isinstance(times, Literal) else None
        if isinstance(column, Field) and domain_of(column)[0] >= 0 and isinstance(number, int | float):
            return number, column, f"{number} times {column.name}"
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
        if not any(_within(v, bounds) for v in some):
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


def lint(
    rules: tuple[Rule, ...],
    compiled: tuple[CompiledRule, ...],
    lists: Mapping[str, NamedList],
    as_of: date,
    substances: Iterable[Substance] = (),
) -> list[PrecursorScreenError]:
    """Everything that is wrong with rules that have been compiled; an empty list if nothing is.

    Args:
        rules: all rules, deprecated ones included.
        compiled: those that are not deprecated.
        lists: the named lists.
        as_of: the day on which the lists must be fresh.
        substances: those that rules may name; with none, ids, families, routes and schedules are not looked at.
    """
    errors: list[PrecursorScreenError] = []
    words = vocabularies(substances, lists)
    for rule in rules:
        errors.extend(_lint_rule(rule))
        errors.extend(_error(rule, *found) for found in (*find_words(rule, lists, words), *find_rows(rule, words)))
    for ids in grouped((rule.title.casefold(), rule.id) for rule in rules).values():
        if len(ids) > 1:
            errors.append(RuleSyntaxError(f"rules {' and '.join(ids)} have the same title", remedy="Say how they differ."))
    known = {r.id for r in rules}
    for rule in rules:
        for other, _ in rule.related:
            if other not in known:
                errors.append(_error(rule, "related", f"is related to {other}, which does not exist"))
    for one in compiled:
        errors.extend(_lint_types(one))
        errors.extend(_lint_lists(one, lists, as_of))
        errors.extend(_error(one.rule, *found) for found in (*find_impossible(one), *find_absent(one)))
    return errors


def _error(rule: Rule, part: str, message: str, remedy: str = "") -> RuleSyntaxError:
    return RuleSyntaxError(message, where=Where(f"{rule.path}:{_line_of(rule, part)}", None, part), remedy=remedy)


def _line_of(rule: Rule, part: str) -> int:
    """The line of a part, or of the nearest part around it."""
    while part not in rule.lines and "." in part:
        part = part.rpartition(".")[0]
    return rule.lines.get(part, 1)


def _lint_rule(rule: Rule) -> list[RuleSyntaxError]:
    errors = [_error(rule, part, f"has no {part}") for part in ("description", "rationale", "action") if not getattr(rule, part)]
    if not rule.falsepositives:
        remedy = "Every rule has some: which honest trade does it flag?"
        errors.append(_error(rule, "falsepositives", "does not name false positives", remedy))
    if not rule.references:
        errors.append(_error(rule, "references", "does not name a source", "Add a title and a mark (R, K or P)."))
    if rule.status in ("test", "stable") and any(s.mark == "K" for s in rule.references):
        remedy = "Have somebody check the document, then mark it R."
        errors.append(_error(rule, "references", "a recalled source (mark K) keeps a rule experimental", remedy))
    if rule.status == "deprecated" and not any(kind == "obsolete" for _, kind in rule.related):
        errors.append(_error(rule, "related", "a deprecated rule names what took its place"))
    errors.extend(_lint_tests(rule))
    return errors


def _lint_tests(rule: Rule) -> list[RuleSyntaxError]:
    if rule.status == "deprecated":
        return []
    wanted = {"experimental": (1, 1, 0), "test": (1, 1, 1), "stable": (2, 2, 1)}[rule.status]
    counts = {
        "that flags": sum(bool(t.expect) for t in rule.tests),
        "that does not flag": sum(map(_is_negative, rule.tests)),
        "that is not evaluable": sum(bool(t.not_evaluable) for t in rule.tests),
    }
    return [
        _error(rule, "tests", f"a {rule.status} rule needs {least} test(s) {name}, there are {count}")
        for (name, count), least in zip(counts.items(), wanted, strict=True)
        if count < least
    ]


def _is_negative(test: RuleTest) -> bool:
    """A test with a row that is neither flagged nor unjudged."""
    return any(str(row["line_id"]) not in (*test.expect, *test.not_evaluable) for row in test.rows)


def _lint_types(one: CompiledRule) -> list[PrecursorScreenError]:
    """Judges one row of nulls: types that do not fit show here, not at the first manifest."""
    try:
        Rows.of(pa.table({"line_id": pa.nulls(1, pa.string())})).verdicts(one)
    except (pa.ArrowException, TypeError) as error:
        return [_error(one.rule, "detection", f"does not run: {str(error).splitlines()[0]}", "Check the types.")]
    return []


def _lint_lists(one: CompiledRule, lists: Mapping[str, NamedList], as_of: date) -> Iterator[RuleSyntaxError]:
    for name in sorted(one.lists):
        named = lists[name]
        if named.is_stale(as_of):
            message = f"list {name!r} of {named.date} is past its maximum age of {named.max_age_days} days"
            yield _error(one.rule, "detection", message, "Bring it up to date.")


# Lint of conditions: what no row can meet, and what is asked under `not` of a field that may be missing.

_OUTCOMES = (Operator.PRESENT, Operator.IS_NULL, Operator.FILLED, Operator.SURELY)  # tests that are never unknown
# Filled by `resolve` for every candidate, so they are never missing.
_ALWAYS_THERE = frozenset(
    (
        *("line_id", "shipment_id", "movement_key", "source_file", "as_of_date"),
        *("match_method", "match_methods", "match_strength", "match_score", "matched_field", "control"),
        *("party_role", "list_id", "entry_id", "entry_kind", "name_kind", "exact_name", "watchlist_score"),
    )
)
_REMEDY = "Change one of the two limits."


def find_impossible(one: CompiledRule) -> Iterator[Finding]:
    """Conditions that no value can meet: of a selection, else of all that a row must be, and of a group."""
    parts = [("applies", all_of(one.business)), *((f"detection.{name}", test) for name, test in one.selections.items())]
    parts += [(f"levels.{i}.when", when) for i, (when, _, _) in enumerate(one.levels)]
    found = [(part, conflict, _REMEDY) for part, test in parts for conflict in dict.fromkeys(contradictions(test))]
    if not found:
        whole = all_of((*one.business, one.selected))
        found = [("detection.condition", conflict, _REMEDY) for conflict in dict.fromkeys(contradictions(whole))]
    yield from found
    measures = one.grouping.measures if one.grouping else one.window.measures if one.window else ()
    yield from (("correlation.condition", conflict, _REMEDY) for m in measures for conflict in contradictions_of(m))


def find_absent(one: CompiledRule) -> Iterator[Finding]:
    """Fields under `not` of which the rule does not say what it means that they are missing.

    It says so in `requires`, by `|exists`, or by an inline test with a row that states them as null.
    """
    said = {name.partition("|")[0] for names, _ in one.required for name in names.split(" or ")}
    said |= {"substance_id"} if one.rule.subject == SUBSTANCE else set()
    said |= {c for test in (*one.business, *one.selections.values()) for c in _asked(test)}
    said |= {name for test in one.rule.tests for row in test.rows for name, value in row.items() if value is None}
    for name in sorted(columns_in(_negated(one.selected, False)) - said - _ALWAYS_THERE):
        yield (
            "detection.condition",
            f"{name} is asked under `not` and may be missing",
            f"Add {name} to requires, ask `{name}|exists`, or write a test with a row that states `{name}: null`.",
        )


def _asked(test: Expression) -> frozenset[str]:
    """Columns of which is asked whether they are there."""
    if isinstance(test, Apply) and test.operator in _OUTCOMES:
        return test.columns
    return frozenset().union(*map(_asked, test.parts))


def _negated(test: Expression, under: bool) -> Iterator[Expression]:
    """The smallest tests that stand under an odd number of `not`."""
    if isinstance(test, Apply) and test.operator is Operator.NOT:
        yield from _negated(test.parts[0], not under)
    elif isinstance(test, AtLeast) or (isinstance(test, Apply) and test.operator in (Operator.AND, Operator.OR)):
        for part in test.parts:
            yield from _negated(part, under)
    elif under and not (isinstance(test, Apply) and test.operator in _OUTCOMES):
        yield test
