"""Mutants of a rule: the same rule with one thing changed, as small as it can be.

What cannot change a verdict is not changed: sentences and evidence; `requires`, as a test of a missing field is unknown already;
`gt` for `gte` of whole numbers, which is a step of the limit; named lists, which are data; a level that is the rule's own; a limit
beyond what a field can hold; and whatever compiles to the same tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import failure_of, judge
from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.model import Rule, RuleTest
from precursor_screen.core.schema import BY_NAME
from precursor_screen.rulebook.compile import CompiledRule, compile_rule, parse_condition, words_of
from precursor_screen.rulebook.correlation import days_of
from precursor_screen.rulebook.expression import Apply, Expression, Field, Operator, Outcome
from precursor_screen.rulebook.lint import domain_of
from precursor_screen.rulebook.lists import NamedList

STEP, SWAP, CLAUSE, KEY, ITEM = "step", "swap", "clause", "key", "item"
KINDS = {
    STEP: "a window, parameter or limit by its smallest step",
    SWAP: "gt for gte, lt for lte, and back",
    CLAUSE: "a dropped clause of a condition",
    KEY: "a dropped key of a selection or group",
    ITEM: "a dropped item of a list",
}
_SWAPS = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
_COUNTS = ("event_count", "value_count", "first_seen")  # correlations that compare whole numbers
_PERIODS = {"month": "year", "year": "month"}


class Mutant(Struct, frozen=True):
    """A rule with one change. path: where in the file; change: what was done there; kind: one of KINDS."""

    rule_id: str
    path: str
    change: str
    kind: str
    compiled: CompiledRule


class _Change(Struct, frozen=True):
    """One change of plain data."""

    path: str
    change: str
    kind: str
    value: Any


def mutants_of(one: CompiledRule, lists: Mapping[str, NamedList], macros: Mapping[str, Any]) -> list[Mutant]:
    """The mutants of a rule, each other than the rule and than those before it.

    Args:
        one: the rule, compiled.
        lists: the named lists.
        macros: selections by name.
    """
    rule, params = one.rule, one.rule.params
    seen = {_tests_of(compile_rule(_bare(rule, params), lists, macros=macros))}
    found = []
    for number, (changed, change) in enumerate(_changed(rule, params, macros)):
        try:
            compiled = compile_rule(replace(changed, id=f"{rule.id}#{number}"), lists, macros=macros)
        except ErrorGroup:  # no rule any more, such as a window of no days
            continue
        tests = _tests_of(compiled)
        if tests not in seen:
            seen.add(tests)
            found.append(Mutant(rule.id, change.path, change.change, change.kind, compiled))
    return found


def _tests_of(one: CompiledRule) -> tuple[object, ...]:
    """All that decides on a flag and its level."""
    return frozenset(one.business), one.required, one.selected, one.grouping, one.window, one.levels


def _bare(rule: Rule, params: Mapping[str, Any]) -> Rule:
    """A rule with its parameters put in, without what only shows a flag."""
    resolved = {name: _resolved(getattr(rule, name), params) for name in ("applies", "derive", "selections", "correlation")}
    levels = tuple(replace(one, when=_resolved(one.when, params)) for one in rule.levels)
    return replace(rule, **resolved, levels=levels, params={}, explain="-", fields=())


def _resolved(value: Any, params: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolved(part, params) for key, part in value.items()}
    if isinstance(value, list):
        return [_resolved(part, params) for part in value]
    return params[value[1:]] if isinstance(value, str) and value[:1] == "$" and value[1:] in params else value


def _changed(rule: Rule, params: Mapping[str, Any], macros: Mapping[str, Any]) -> Iterator[tuple[Rule, _Change]]:
    """(the rule with one change and its parameters put in, that change)."""
    for name, value in params.items():
        for change in _steps(f"params.{name}", value):
            yield _bare(rule, {**params, name: change.value}), change
    for change in _of_spec("applies", rule.applies):
        yield _bare(replace(rule, applies=change.value), params), change
    if isinstance(rule.applies, Mapping) and len(rule.applies) == 1:
        yield _bare(replace(rule, applies={}), params), _Change("applies", "dropped", KEY, None)
    for name, spec in rule.selections.items():
        for change in _of_spec(f"detection.{name}", spec):
            yield _bare(replace(rule, selections={**rule.selections, name: change.value}), params), change
    for change in _of_condition(rule, macros):
        yield _bare(_with_condition(rule, change.value), params), change
    for i, level in enumerate(rule.levels):
        if (level.level, level.weight) == (rule.level, rule.weight):
            continue
        others = (rule.levels[:i], rule.levels[i + 1 :])
        yield _bare(replace(rule, levels=others[0] + others[1]), params), _Change(f"levels.{i}", "dropped", CLAUSE, None)
        for change in _of_spec(f"levels.{i}.when", level.when):
            levels = (*others[0], replace(level, when=change.value), *others[1])
            yield _bare(replace(rule, levels=levels), params), change
    for change in _of_correlation(rule.correlation or {}):
        yield _bare(replace(rule, correlation=change.value), params), change


def _steps(path: str, value: Any) -> Iterator[_Change]:
    """A value one step lower and one higher: a day, one, or one in the last figure written."""
    days = days_of(value)
    if isinstance(value, bool):
        return
    if days is not None:
        stepped: list[Any] = [f"{days - 1}d", f"{days + 1}d"]
    elif isinstance(value, int):
        stepped = [value - 1, value + 1]
    elif isinstance(value, float):
        exponent = Decimal(str(value)).as_tuple().exponent
        step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
        stepped = [float(Decimal(str(value)) - step), float(Decimal(str(value)) + step)]
    elif isinstance(value, date):
        stepped = [value - timedelta(days=1), value + timedelta(days=1)]
    else:
        return
    for new in stepped:
        yield _Change(path, f"{value} -> {new}", STEP, new)


def _of_spec(path: str, spec: Any) -> Iterator[_Change]:
    """Changes of a selection: a map is AND, a list is OR."""
    if isinstance(spec, list):
        for i, item in enumerate(spec):
            if len(spec) > 1:
                yield _Change(f"{path}.{i}", "dropped", CLAUSE, spec[:i] + spec[i + 1 :])
            for change in _of_spec(f"{path}.{i}", item):
                yield replace(change, value=[*spec[:i], change.value, *spec[i + 1 :]])
    elif isinstance(spec, Mapping):
        for key, value in spec.items():
            if len(spec) > 1:
                yield _Change(f"{path}.{key}", "dropped", KEY, _without(spec, key))
            for change in _of_value(f"{path}.{key}", key, value):
                new_key, new_value = change.value
                yield replace(change, value={new_key if k == key else k: new_value if k == key else v for k, v in spec.items()})


def _of_value(path: str, key: str, value: Any) -> Iterator[_Change]:
    """Changes of one `field|modifier: value`, each as (key, value)."""
    name, _, modifier = key.partition("|")
    whole = name in BY_NAME and BY_NAME[name].kind == "integer" and not isinstance(value, Mapping)
    if modifier in _SWAPS and not whole:
        yield _Change(path, f"{modifier} -> {_SWAPS[modifier]}", SWAP, (f"{name}|{_SWAPS[modifier]}", value))
    for change in (*_of_limit(path, value), *_of_items(path, value)):
        if not _never_matters(name, modifier, value, change.value):
            yield replace(change, value=(key, change.value))


def _never_matters(name: str, modifier: str, *limits: Any) -> bool:
    """Whether a test is true of every number that a field can hold, by any of the limits: a mass of at least 0, and of at least -1."""
    if name not in BY_NAME or any(isinstance(limit, bool) or not isinstance(limit, int | float) for limit in limits):
        return False
    least, most = domain_of(Field(name))
    return (modifier == "gte" and max(limits) <= least) or (modifier == "lte" and min(limits) >= most)


def _of_limit(path: str, value: Any) -> Iterator[_Change]:
    """Steps of a number or date, of the factor of another field, of both ends of a range."""
    if isinstance(value, Mapping) and "times" in value:
        for change in _steps(f"{path}.times", value["times"]):
            yield replace(change, value={**value, "times": change.value})
    else:
        yield from _steps(path, value)


def _of_items(path: str, value: Any) -> Iterator[_Change]:
    """A list without one of its items, in `control` too."""
    if isinstance(value, Mapping) and not {"field", "times"} & set(value):
        for key, part in value.items():
            if len(value) > 1:
                yield _Change(f"{path}.{key}", "dropped", KEY, _without(value, key))
            for change in _of_items(f"{path}.{key}", part):
                yield replace(change, value={**value, key: change.value})
    elif isinstance(value, list) and path.endswith("|between"):
        for i, end in enumerate(value):
            for change in _steps(f"{path}.{i}", end):
                yield replace(change, value=[*value[:i], change.value, *value[i + 1 :]])
    elif isinstance(value, list) and len(value) > 1:
        for i, item in enumerate(value):
            yield _Change(f"{path}.{i}", f"without {item!r}", ITEM, value[:i] + value[i + 1 :])


def _of_condition(rule: Rule, macros: Mapping[str, Any]) -> Iterator[_Change]:
    """The condition without one of the clauses that `and`, `or` and `N of` join."""
    names = {*rule.selections, *(words_of(rule.condition) & set(macros))}
    tree, _ = parse_condition(rule.condition, {name: Outcome("", name) for name in names})
    for dropped, rest in _dropped(tree):
        yield _Change("detection.condition", f"without {_written(dropped)}", CLAUSE, _written(rest))


def _dropped(tree: Expression) -> Iterator[tuple[Expression, Expression]]:
    """(a clause, the condition without it)."""
    if not isinstance(tree, Apply):
        return
    for i, part in enumerate(tree.parts):
        before, after = tree.parts[:i], tree.parts[i + 1 :]
        if tree.operator in (Operator.AND, Operator.OR):
            rest = (*before, *after)
            yield part, rest[0] if len(rest) == 1 else Apply(tree.operator, rest)
        for dropped, less in _dropped(part):
            yield dropped, Apply(tree.operator, (*before, less, *after))


def _written(tree: Expression) -> str:
    """A condition as text."""
    if isinstance(tree, Outcome):
        return tree.name
    assert isinstance(tree, Apply)
    if tree.operator is Operator.NOT:
        return f"not {_written(tree.parts[0])}"
    return f"({f' {tree.operator.name.lower()} '.join(map(_written, tree.parts))})"


def _with_condition(rule: Rule, condition: str) -> Rule:
    """A rule with another condition, without the selections that nothing names any more."""
    spec = rule.correlation or {}
    named = {*words_of(condition), *(spec.get("selections") or ()), spec.get("only")}
    kept = {name: part for name, part in rule.selections.items() if name in named}
    return replace(rule, condition=condition, selections=kept)


def _of_correlation(spec: Mapping[str, Any]) -> Iterator[_Change]:
    """Changes of a correlation: its spans and limits, its keys, what it may do without."""
    for key in ("timespan", "min_history", "unseen", "silence", "known", "tolerance"):
        for change in _steps(f"correlation.{key}", spec.get(key)):
            yield replace(change, value={**spec, key: change.value})
    if "calendar" in spec:
        other = _PERIODS[spec["calendar"]]
        yield _Change("correlation.calendar", f"{spec['calendar']} -> {other}", STEP, {**spec, "calendar": other})
    for key in ("group-by", "differs", "selections"):
        parts = spec.get(key) or []
        for i, part in enumerate(parts if len(parts) > (2 if key == "selections" else 1) else []):
            yield _Change(f"correlation.{key}.{i}", f"without {part}", KEY, {**spec, key: parts[:i] + parts[i + 1 :]})
    match = spec.get("match") or {}
    for key in match if len(match) > 1 else ():
        yield _Change(f"correlation.match.{key}", "dropped", KEY, {**spec, "match": _without(match, key)})
    for key in ("and", "unseen", "known", "only"):
        if key in spec:
            yield _Change(f"correlation.{key}", "dropped", CLAUSE, _without(spec, key))
    if "silence" in spec:
        yield _Change("correlation.silence", "dropped", CLAUSE, _without(_without(spec, "silence"), "known"))
    yield from _of_limits("correlation", spec)
    if "and" in spec:
        for change in _of_limits("correlation.and", spec["and"]):
            yield replace(change, value={**spec, "and": change.value})


def _of_limits(path: str, spec: Mapping[str, Any]) -> Iterator[_Change]:
    """Changes of what an aggregate is compared with."""
    limits = spec.get("condition") or {}
    for key, value in limits.items():
        where = f"{path}.condition.{key}"
        if len(limits) > 1:
            yield _Change(where, "dropped", KEY, {**spec, "condition": _without(limits, key)})
        if spec["type"] not in _COUNTS:
            swapped = {_SWAPS[key] if k == key else k: v for k, v in limits.items()}
            yield _Change(where, f"{key} -> {_SWAPS[key]}", SWAP, {**spec, "condition": swapped})
        for change in _of_limit(where, value):
            yield replace(change, value={**spec, "condition": {**limits, key: change.value}})


def _without(spec: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in spec.items() if k != key}


# `rules test --mutate`: which small changes of a rule no inline test of it notices.

_AT_ONCE = 2  # rules: most of the time goes into planning queries, in one thread each


class Mutation(Struct, frozen=True):
    """What became of the mutants of one rule. made: how many of each kind; survivors: those that no test noticed."""

    rule_id: str
    made: Mapping[str, int]
    survivors: tuple[Mutant, ...]

    @property
    def killed(self) -> int:
        """How many a test noticed."""
        return self.total - len(self.survivors)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.made.values())


def mutate(compiled: Iterable[CompiledRule], lists: Mapping[str, NamedList], macros: Mapping[str, Any]) -> list[Mutation]:
    """Judges the mutants of every rule by its inline tests, each in the order in which its rows are written.

    Args:
        compiled: rules whose tests pass; with the tests of another rule a mutant would prove nothing.
        lists: the named lists.
        macros: selections by name.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(partial(_mutate, lists=lists, macros=macros), compiled))


def _mutate(one: CompiledRule, lists: Mapping[str, NamedList], macros: Mapping[str, Any]) -> Mutation:
    mutants = mutants_of(one, lists, macros)
    alive = mutants
    for test in one.rule.tests:
        if alive and not test.gap:  # a known gap does not pass anyhow
            alive = _survivors(alive, test)
    return Mutation(one.rule.id, Counter(m.kind for m in mutants), tuple(alive))


def _survivors(mutants: list[Mutant], test: RuleTest) -> list[Mutant]:
    """Those for which a test comes out as it says; all are judged together, as rules of a run are."""
    flags, unjudged = judge([m.compiled for m in mutants], list(test.rows), test)
    return [m for m in mutants if failure_of(m.compiled, test, *(_of_rule(t, m) for t in (flags, unjudged))) is None]


def _of_rule(table: pa.Table, mutant: Mutant) -> pa.Table:
    return table.filter(pc.equal(table.column("rule_id"), mutant.compiled.rule.id))


def share(killed: int, total: int) -> float:
    """Per cent; 100 where there is nothing to kill."""
    return 100 * killed / total if total else 100.0


def show(found: Iterable[Mutation]) -> list[str]:
    """One line a rule, those with survivors last and worst last of all, each with its survivors; then a line a kind."""
    rows = sorted(found, key=lambda m: (-share(m.killed, m.total), m.rule_id))
    lines = []
    for one in rows:
        lines.append(f"{one.rule_id:<12} {one.killed:>4} of {one.total:>4} mutants killed ({share(one.killed, one.total):.0f} %)")
        lines += [f"  survives: {m.path}: {m.change}" for m in one.survivors]
    for kind, said in KINDS.items():
        made = sum(one.made.get(kind, 0) for one in rows)
        alive = sum(m.kind == kind for one in rows for m in one.survivors)
        if made:
            lines.append(f"{made - alive} of {made} killed ({share(made - alive, made):.0f} %): {said}")
    return lines
