"""`Rule` to a compiled rule: what is its business, what it requires, its condition, the sentence, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.model import Rule
from precursor_screen.rulebook.build import Builder
from precursor_screen.rulebook.expression import Expression, columns_in
from precursor_screen.rulebook.lists import NamedList, make_all
from precursor_screen.rulebook.template import Fact
from precursor_screen.rulebook.windows import Grouping, Window


class CompiledRule(Struct, frozen=True, dict=True):
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
        grouped = self.grouping.expressions if self.grouping else ()
        shown = (self.sentence, *(fact.as_written for fact in self.facts))
        read = columns_in((*self.tests, *self.selections.values(), *(when for when, _, _ in self.levels), *grouped, *shown))
        return read | (self.window.columns if self.window else frozenset())


def compile_rule(
    rule: Rule, lists: Mapping[str, NamedList], params: Mapping[str, Any] | None = None, macros: Mapping[str, Any] | None = None
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
    known = (rule for rule in rules if rule.status != "deprecated")
    return tuple(make_all(known, lambda rule: compile_rule(rule, lists, (params or {}).get(rule.id), macros)))
