"""`Rule` to DuckDB SQL: the verdict on a row, the field that was missing, the sentence, the evidence.

Verdicts (Kleene's three values, to the end):
    1 flagged, 0 not flagged, 2 not evaluable, null none of the rule's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError, UnknownField, Where
from precursor_screen.model import Rule
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.atoms import COMPARISONS, AtomError, Scope, compile_atom, compile_derived, operand
from precursor_screen.rulebook.condition import ConditionError, parse_condition, words_of
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import identifier, literal, substitute
from precursor_screen.rulebook.template import compile_template, evidence
from precursor_screen.rulebook.windows import SENTENCE, Window, compile_window
from precursor_screen.schema import BY_NAME, MOVEMENT_COLUMNS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_OF_MOVEMENTS = frozenset(c.name for c in MOVEMENT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Grouping:
    """A shipment rule's correlation: the columns to group by, the aggregate and the test on it."""

    keys: tuple[str, ...]
    unnested: frozenset[str]  # keys that are lists: one group an element
    value: str
    test: str


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule as SQL over the view of its subject. columns: those of the schema that the SQL names.

    applies and there are tests that must all be true: many rules are about the same kind of goods, and share them. atoms: the
    smallest tests, each of them a part of the others.
    grouping: of a shipment rule; window: of a history rule that looks beyond the movement itself.
    """

    rule: Rule
    applies: tuple[str, ...]
    there: tuple[str, ...]
    condition: str
    missing: str
    because: str
    evidence: str
    grouping: Grouping | None
    window: Window | None
    columns: frozenset[str]
    lists: frozenset[str]
    atoms: frozenset[str]

    @property
    def verdict(self) -> str:
        """SQL of the verdict on a row."""
        return verdict_of(all_of(self.applies), all_of(self.there), f"({self.condition})")


def all_of(tests: Iterable[str]) -> str:
    """SQL that is true when all tests are, false when one is false, null else."""
    return f"({' and '.join(tests) or 'true'})"


def verdict_of(applies: str, there: str, condition: str) -> str:
    """SQL of a verdict from three booleans: whether the row is the rule's business, whether what it requires is there, its condition."""
    return (
        f"case when not {applies} then null when {applies} is null then 2 when not {there} then 2 "
        f"when {condition} is null then 2 when {condition} then 1 else 0 end"
    )


def verdict_columns(rules: Sequence[CompiledRule], source: str, known: Mapping[str, str] | None = None) -> str:
    """SQL of a query that adds `verdict_0` ... to the rows of `source` (a table or a query in parentheses), in the order of the rules.

    Every test is written once: binding and running them is most of the cost of a run.

    Args:
        rules: whose verdicts are wanted.
        source: has the columns that the rules name.
        known: atoms whose outcome is a column of the source already.
    """
    named: dict[str, str] = {}
    for rule in rules:
        for sql in (*rule.applies, *rule.there, rule.condition):
            named.setdefault(sql, f"test_{len(named)}")
    inner = "".join(f", ({substitute(sql, known or {})}) as {name}" for sql, name in named.items())

    def verdict(rule: CompiledRule) -> str:
        return verdict_of(all_of(named[t] for t in rule.applies), all_of(named[t] for t in rule.there), named[rule.condition])

    verdicts = ", ".join(f"cast({verdict(r)} as tinyint) as verdict_{n}" for n, r in enumerate(rules))
    return f"select * exclude ({', '.join(named.values())}), {verdicts} from (select *{inner} from {source})"


class _Build:
    def __init__(self, rule: Rule, lists: Mapping[str, NamedList], params: Mapping[str, Any], macros: Mapping[str, Any]) -> None:
        self.rule = rule
        self.errors: list[PrecursorScreenError] = []
        self.scope = Scope(
            rule.subject, {**rule.params, **params}, lists, allowed=_OF_MOVEMENTS if rule.scope == "history" else None
        )
        self.macros = macros
        self.atoms: set[str] = set()

    def complain(self, part: str, error: Exception) -> None:
        line = self.rule.lines.get(part, 1)
        remedy = error.remedy if isinstance(error, AtomError) else ""
        kind = UnknownField if isinstance(error, AtomError) and error.unknown_field else RuleSyntaxError
        self.errors.append(kind(str(error), where=Where(f"{self.rule.path}:{line}", None, part), remedy=remedy))

    def derive(self) -> None:
        derived: dict[str, str] = {}
        self.scope.derived = derived  # one may build on those before it
        for name, spec in self.rule.derive.items():
            try:
                if name in BY_NAME:
                    raise AtomError(f"{name!r} is a field already", "Choose another name.")
                if not _NAME.fullmatch(name):
                    raise AtomError(f"{name!r} is no name", "Use small letters, figures and underscores.")
                derived[name] = compile_derived(name, spec, self.scope)
            except (AtomError, ValueError) as error:
                self.complain(f"derive.{name}", error)

    def selection(self, spec: Any, part: str) -> str:
        """A map is AND, a list is OR; null is kept."""
        if isinstance(spec, list):
            tests = [self.selection(item, f"{part}.{i}") for i, item in enumerate(spec)]
            return f"({' or '.join(tests)})" if tests else "true"
        if not isinstance(spec, Mapping) or not spec:
            self.complain(part, AtomError("a selection is a mapping of field: value, or a list of them"))
            return "null"
        tests = []
        for key, value in spec.items():
            try:
                tests.append(compile_atom(str(key), value, self.scope))
                self.atoms.add(tests[-1])
            except (AtomError, ValueError) as error:
                self.complain(f"{part}.{key}", error)
        return f"({' and '.join(tests)})" if tests else "null"

    def applies(self) -> tuple[str, ...]:
        spec = self.rule.applies
        if isinstance(spec, Mapping) and len(spec) > 1:
            return tuple(self.selection({key: value}, "applies") for key, value in spec.items())
        return (self.selection(spec, "applies"),) if spec else ()

    def requirements(self) -> list[tuple[str, str]]:
        """[(what is missing, SQL that is true when it is there)]."""
        wanted = []
        for i, item in enumerate(self.rule.requires):
            names = item.get("any") if isinstance(item, Mapping) else [item]
            try:
                if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
                    raise AtomError("requires lists fields, or {any: [fields]}")
                wanted.append((" or ".join(names), " or ".join(self.there(n) for n in names)))
            except AtomError as error:
                self.complain(f"requires.{i}", error)
        return wanted

    def there(self, name: str) -> str:
        field, _, modifier = name.partition("|")
        if modifier == "supplied":
            return f"coalesce({compile_atom(name, True, self.scope)}, false)"
        if modifier:
            raise AtomError(f"requires knows no modifier {modifier!r}", "Use field or field|supplied.")
        return f"({self.scope.column(field)[0]} is not null)"

    def condition(self) -> str:
        selections = {name: self.selection(spec, f"detection.{name}") for name, spec in self.rule.selections.items()}
        named = words_of(self.rule.condition)
        for name in sorted(named & set(self.macros) - set(selections)):
            selections[name] = self.selection(self.macros[name], f"detection.condition ({name})")
        try:
            sql, used = parse_condition(self.rule.condition, selections)
        except ConditionError as error:
            self.complain("detection.condition", error)
            return "null"
        self.selections = selections
        correlated = set((self.rule.correlation or {}).get("selections") or ())
        for name in sorted(set(selections) - used - correlated):
            self.complain(
                f"detection.{name}", AtomError(f"selection {name!r} is not used", "Name it in the condition or delete it.")
            )
        return sql

    def window(self) -> tuple[Window | None, list[str]]:
        """The window of a history rule, and the fields without which a movement cannot enter it."""
        spec = self.rule.correlation
        if self.rule.scope != "history" or spec is None:
            return None, []

        def selection(name: str) -> str:
            if name not in self.selections:
                raise AtomError(f"names no selection: {name!r}", did_you_mean(name, self.selections))
            return self.selections[name]

        try:
            self.check_keys(spec)
            return compile_window(spec, self.scope, selection)
        except (AtomError, ValueError, KeyError) as error:
            self.complain("correlation", error)
            return None, []

    def check_keys(self, spec: Mapping[str, Any]) -> None:
        keys = spec.get("group-by") or ()
        for key in keys:
            if key not in BY_NAME:
                raise AtomError(f"{key!r} cannot group: it is no field", did_you_mean(str(key), BY_NAME))
        lists = [key for key in keys if self.scope.column(key)[1] == "texts"]
        if len(lists) > 1 or len(set(keys)) < len(keys):
            raise AtomError("one list at most can group, and each field once", "Leave out the others.")

    def grouping(self) -> Grouping | None:
        spec = self.rule.correlation
        if self.rule.scope != "shipment" or spec is None:
            return None
        keys = [str(k) for k in spec["group-by"]]
        try:
            self.check_keys(spec)
            unnested = frozenset(k for k in keys if self.scope.column(k)[1] == "texts")
            blocks = [spec, *([spec["and"]] if "and" in spec else [])]
            values = [self.aggregate(block) for block in blocks]
        except AtomError as error:
            self.complain("correlation", error)
            return None
        tests = []
        for block, value in zip(blocks, values, strict=True):
            for comparison, limit in self.scope.resolve(block["condition"]).items():
                try:
                    # A limit that is a field (a threshold) is the lowest one of the group.
                    sql, _ = operand(limit, "number", self.scope)
                    tests.append(f"{value} {COMPARISONS[comparison]} {f'min({sql})' if isinstance(limit, Mapping) else sql}")
                except ValueError as error:
                    self.complain("correlation.condition", error)
        return Grouping(tuple(keys), unnested, values[0], " and ".join(tests))

    def aggregate(self, spec: Mapping[str, Any]) -> str:
        if spec["type"] == "event_count":
            return "count(distinct line_id)"
        column, kind = self.scope.column(str(spec["field"]))
        if spec["type"] == "value_count":
            return f"count(distinct {column})"
        if kind not in ("number", "integer", "score"):
            raise AtomError(f"{spec['type']} needs numbers, and {spec['field']!r} is {kind}")
        return {"value_sum": "sum({})", "value_avg": "avg({})", "value_median": "median({})"}[spec["type"]].format(column)

    def sentence(self, grouping: Grouping | None, window: Window | None) -> str:
        extra = {"correlation_value": "cast(correlation_value as varchar)", "group_members": "group_members"} if grouping else {}
        extra = dict(SENTENCE) if window else extra
        try:
            return compile_template(self.rule.explain, self.scope, extra)
        except (AtomError, ValueError) as error:
            self.complain("explain", error)
            return "''"

    def evidence(self) -> str:
        try:
            return evidence(self.rule.fields, self.scope)
        except AtomError as error:
            self.complain("fields", error)
            return "[]"


def compile_rule(
    rule: Rule,
    lists: Mapping[str, NamedList],
    params: Mapping[str, Any] | None = None,
    macros: Mapping[str, Any] | None = None,
) -> CompiledRule:
    """Compiles one rule; `params` are a site's values in the place of the rule's own, `macros` selections by name.

    Raises:
        ErrorGroup: everything that does not compile, each with its place.
    """
    build = _Build(rule, lists, params or {}, macros or {})
    build.derive()
    applies = build.applies()
    applies_columns = sorted(build.scope.columns)
    required = build.requirements()
    build.scope.columns, before = set(), build.scope.columns
    condition = build.condition()
    condition_columns = sorted(build.scope.columns)
    build.scope.columns |= before
    grouping = build.grouping()
    window, needed = build.window()
    if grouping is not None and rule.correlation:  # a line without its group, or without what is added up, is in no group
        blocks = (rule.correlation, rule.correlation.get("and") or {})
        needed = [*grouping.keys, *(str(b["field"]) for b in blocks if "field" in b)]
    required += [(name, f"{build.scope.column(name)[0]} is not null") for name in dict.fromkeys(needed)]
    because = build.sentence(grouping, window)
    evidence_sql = build.evidence()
    for name in sorted(set(rule.params) - build.scope.used_params):
        build.complain(f"params.{name}", AtomError(f"parameter {name!r} is not used", "Use it or delete it."))
    if build.errors:
        raise ErrorGroup(build.errors)
    return CompiledRule(
        rule=rule,
        applies=applies,
        there=tuple(dict.fromkeys(f"({sql})" for _, sql in required)),
        condition=condition,
        missing=_missing(all_of(applies), applies_columns, required, condition_columns),
        because=because,
        evidence=evidence_sql,
        grouping=grouping,
        window=window,
        columns=frozenset(build.scope.columns),
        lists=frozenset(build.scope.used_lists),
        atoms=frozenset(build.atoms),
    )


def _missing(applies: str, applies_columns: list[str], required: list[tuple[str, str]], condition_columns: list[str]) -> str:
    """SQL naming the field for want of which a row is not evaluable."""
    parts = [f"when {applies} is null then {_first_null(applies_columns)}"]
    parts += [f"when not ({sql}) then {literal(name)}" for name, sql in required]
    return f"case {' '.join(parts)} else {_first_null(condition_columns)} end"


def _first_null(columns: list[str]) -> str:
    tests = " ".join(f"when {identifier(c)} is null then {literal(c)}" for c in columns)
    return f"(case {tests} else 'supplied' end)" if tests else "'supplied'"


def compile_rules(
    rules: tuple[Rule, ...],
    lists: Mapping[str, NamedList],
    params: Mapping[str, Mapping[str, Any]] | None = None,
    macros: Mapping[str, Any] | None = None,
) -> tuple[CompiledRule, ...]:
    """Compiles all rules that are not deprecated; `params` by rule id.

    Raises:
        ErrorGroup: all errors of all rules.
    """
    compiled: list[CompiledRule] = []
    errors: list[PrecursorScreenError] = []
    for rule in rules:
        if rule.status == "deprecated":
            continue
        try:
            compiled.append(compile_rule(rule, lists, (params or {}).get(rule.id), macros))
        except ErrorGroup as group:
            errors.extend(group.errors)
    if errors:
        raise ErrorGroup(errors)
    return tuple(compiled)
