"""How rules, and figures of them, are shown to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from precursor_screen.app.rulecheck.statistics import RuleStats
    from precursor_screen.core.model import Rule

_STATS = "{:<12} {:>7} {:>9} {:>7} {:>9} {:>13} {:>7}  {}".format


def show_rule(rule: Rule) -> str:
    """A rule for a person."""
    from precursor_screen.core.report import MARKS

    lines = [
        f"{rule.id} {rule.version}  {rule.title}",
        f"  {rule.status}; level {rule.level}, confidence {rule.confidence}, weight {rule.weight}; judges a {rule.subject}, per {rule.scope}",
        f"  What: {rule.description}",
        f"  Why: {rule.rationale}",
        *(f"  Basis: {s.title}{f', {s.note}' if s.note else ''} ({MARKS[s.mark]})" for s in rule.references),
        *(f"  Innocent explanation: {f}" for f in rule.falsepositives),
        *(f"  Parameter {name}: {value}" for name, value in rule.params.items()),
        f"  Sentence: {rule.explain}",
        f"  Action: {rule.action}",
        f"  Tests: {len(rule.tests)}; file {rule.path}",
    ]
    return "\n".join(lines)


def stats_lines(rows: Iterable[RuleStats]) -> Iterator[str]:
    """A table with a line a rule."""
    yield _STATS("rule", "flags", "confirmed", "cleared", "precision", "not evaluable", "ms", "title")
    for row in rows:
        precision = f"{row.precision:.0%}" if row.precision is not None else "-"
        spent = f"{row.milliseconds:.1f}" if row.milliseconds is not None else "-"
        yield _STATS(row.rule_id, row.flags, row.confirmed, row.cleared, precision, row.not_evaluable, spent, row.title)
