"""Lint of conditions: what no row can meet, and what is asked under `not` of a field that may be missing."""

from __future__ import annotations

from collections.abc import Iterator

from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.expression import Apply, AtLeast, Expression, Operator, all_of, columns_in
from precursor_screen.rulebook.lint_words import Finding
from precursor_screen.rulebook.ranges import contradictions, contradictions_of
from precursor_screen.schema import SUBSTANCE

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
    found = [(part, told, _REMEDY) for part, test in parts for told in dict.fromkeys(contradictions(test))]
    if not found:
        whole = all_of((*one.business, one.selected))
        found = [("detection.condition", told, _REMEDY) for told in dict.fromkeys(contradictions(whole))]
    yield from found
    measures = one.grouping.measures if one.grouping else one.window.measures if one.window else ()
    yield from (("correlation.condition", told, _REMEDY) for m in measures for told in contradictions_of(m))


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
