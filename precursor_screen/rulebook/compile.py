"""`Rule` to a compiled rule: the verdict on a row, the field that was missing, the sentence, the evidence.

Verdicts (Kleene's three values, to the end):
    1 flagged, 0 not flagged, 2 not evaluable, null none of the rule's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.model import Rule
from precursor_screen.rulebook.build import Builder
from precursor_screen.rulebook.expression import Expression, all_of, columns_in
from precursor_screen.rulebook.groups import Grouping
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.template import Fact
from precursor_screen.rulebook.windows import Window


@dataclass(frozen=True)
class CompiledRule:
    """A rule over the view of its subject.

    Attributes:
        rule: as written.
        business: tests that must all be true for a row to be the rule's business; many rules share them.
        required: (what is missing, true when it is there) each.
        selected: the condition.
        selections: all of them by name, those that only a window asks for among them.
        sentence: of a flag.
        facts: its evidence.
        grouping: of a shipment rule.
        window: of a history rule that looks beyond the movement itself.
        lists: names of those it uses.
        levels: (when, level, weight), in order; before the rule's own level and weight.
    """

    rule: Rule
    business: tuple[Expression, ...]
    required: tuple[tuple[str, Expression], ...]
    selected: Expression
    selections: Mapping[str, Expression]
    sentence: Expression
    facts: tuple[Fact, ...]
    grouping: Grouping | None
    window: Window | None
    lists: frozenset[str]
    levels: tuple[tuple[Expression, str, int], ...] = ()

    @property
    def tests(self) -> tuple[Expression, ...]:
        """All that a verdict asks, each once."""
        return tuple(dict.fromkeys((*self.business, *(there for _, there in self.required), self.selected)))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of the schema that judging a row, and showing a flag of it, reads."""
        grouped = (self.grouping.value, self.grouping.test) if self.grouping else ()
        shown = (self.sentence, *(fact.as_written for fact in self.facts))
        read = columns_in((*self.tests, *self.selections.values(), *(when for when, _, _ in self.levels), *grouped, *shown))
        return read | (self.window.columns if self.window else frozenset())

    @property
    def verdict(self) -> str:
        """SQL of the verdict on a row."""
        return _verdict(self, {test: render(test) for test in self.tests})

    @property
    def missing(self) -> str:
        """SQL of the field for want of which a row is not evaluable."""
        parts = [f"when {render(all_of(self.business))} is null then {_first_null(columns_in(self.business))}"]
        parts += [f"when not {render(there)} then {literal(name)}" for name, there in self.required]
        return f"case {' '.join(parts)} else {_first_null(columns_in(self.selections.values()))} end"


def _first_null(columns: frozenset[str]) -> str:
    tests = " ".join(f"when {identifier(c)} is null then {literal(c)}" for c in sorted(columns))
    return f"(case {tests} else 'supplied' end)" if tests else "'supplied'"


def _verdict(rule: CompiledRule, outcomes: Mapping[Expression, str]) -> str:
    """SQL of a verdict: whether the row is the rule's business, whether what it requires is there, its condition.

    Args:
        rule: whose verdict it is.
        outcomes: SQL of each of its tests.
    """
    applies = _all(outcomes[test] for test in rule.business)
    there = _all(outcomes[test] for _, test in rule.required)
    condition = outcomes[rule.selected]
    return (
        f"case when not {applies} then null when {applies} is null then 2 when not {there} then 2 "
        f"when {condition} is null then 2 when {condition} then 1 else 0 end"
    )


def _all(tests: Iterable[str]) -> str:
    return f"({' and '.join(dict.fromkeys(tests)) or 'true'})"


def verdict_columns(rules: Sequence[CompiledRule], source: str, known: Mapping[Expression, str] | None = None) -> str:
    """SQL of a query that adds `verdict_0` ... to the rows of `source` (a table or a query in parentheses), in the order of the rules.

    Every test is written once: binding and running them is most of the cost of a run.

    Args:
        rules: whose verdicts are wanted.
        source: has the columns that the rules name.
        known: tests whose outcome is a column of the source already -> that column.
    """
    tests = dict.fromkeys(test for rule in rules for test in rule.tests)
    names = {test: f"test_{n}" for n, test in enumerate(tests)}
    inner = "".join(f", {render(test, known)} as {name}" for test, name in names.items())
    verdicts = ", ".join(f"cast({_verdict(rule, names)} as tinyint) as verdict_{n}" for n, rule in enumerate(rules))
    return f"select * exclude ({', '.join(names.values())}), {verdicts} from (select *{inner} from {source})"


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
    build = Builder(rule, lists, params or {}, macros or {})
    build.derive()
    business, required, condition = build.applies(), build.requirements(), build.condition()
    grouping, window, needed = build.correlation()
    sentence, facts, levels = build.sentence(), build.facts(), build.levels()
    build.check_params()
    if build.errors:
        raise ErrorGroup(build.errors)
    return CompiledRule(
        rule=rule,
        business=business,
        required=(*required, *needed),
        selected=condition,
        selections=build.selections,
        sentence=sentence,
        facts=facts,
        grouping=grouping,
        window=window,
        lists=frozenset(build.scope.used_lists),
        levels=levels,
    )


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
