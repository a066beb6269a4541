"""`rules test --mutate`: which small changes of a rule no inline test of it notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.app.rulecheck.inline_tests import failure_of, judge
from precursor_screen.app.rulecheck.mutants import KINDS, Mutant, mutants_of
from precursor_screen.core.model import RuleTest
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.lists import NamedList

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


def mutate(
    compiled: Iterable[CompiledRule], lists: Mapping[str, NamedList], macros: Mapping[str, Any] | None = None
) -> list[Mutation]:
    """Judges the mutants of every rule by its inline tests, each in the order in which its rows are written.

    Args:
        compiled: rules whose tests pass; with the tests of another rule a mutant would prove nothing.
        lists: the named lists.
        macros: selections by name.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(partial(_mutate, lists=lists, macros=macros), compiled))


def _mutate(one: CompiledRule, lists: Mapping[str, NamedList], macros: Mapping[str, Any] | None) -> Mutation:
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
