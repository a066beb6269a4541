"""What makes a rule fit to ship, beyond that it compiles: sources, false positives, tests, and types that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pyarrow as pa

from precursor_screen.core.errors import PrecursorScreenError, RuleSyntaxError, Where
from precursor_screen.core.model import Rule, RuleTest, Substance
from precursor_screen.core.schema import SUBSTANCE
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Apply, AtLeast, Expression, Operator, all_of, columns_in
from precursor_screen.rulebook.lint_words import Finding, find_rows, find_words
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.ranges import contradictions, contradictions_of
from precursor_screen.rulebook.vocabularies import vocabularies


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
    titles: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        titles[rule.title.casefold()].append(rule.id)
        errors.extend(_lint_rule(rule))
        errors.extend(_error(rule, *found) for found in (*find_words(rule, lists, words), *find_rows(rule, words)))
    for ids in titles.values():
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


def _lint_rule(rule: Rule) -> list[PrecursorScreenError]:
    errors: list[PrecursorScreenError] = []
    for part in ("description", "rationale", "action"):
        if not getattr(rule, part):
            errors.append(_error(rule, part, f"has no {part}"))
    if not rule.falsepositives:
        errors.append(
            _error(rule, "falsepositives", "names no false positives", "Every rule has some: which honest trade does it flag?")
        )
    if not rule.references:
        errors.append(_error(rule, "references", "names no source", "Add a title and a mark (R, K or P)."))
    if rule.status in ("test", "stable") and any(s.mark == "K" for s in rule.references):
        errors.append(
            _error(
                rule,
                "references",
                "a recalled source (mark K) keeps a rule experimental",
                "Have somebody check the document, then mark it R.",
            )
        )
    if rule.status == "deprecated" and not any(kind == "obsolete" for _, kind in rule.related):
        errors.append(_error(rule, "related", "a deprecated rule names what took its place"))
    errors.extend(_lint_tests(rule))
    return errors


def _lint_tests(rule: Rule) -> list[PrecursorScreenError]:
    if rule.status == "deprecated":
        return []
    positive = sum(bool(t.expect) for t in rule.tests)
    negative = sum(_is_negative(t) for t in rule.tests)
    null = sum(bool(t.not_evaluable) for t in rule.tests)
    wanted = {"experimental": (1, 1, 0), "test": (1, 1, 1), "stable": (2, 2, 1)}[rule.status]
    errors: list[PrecursorScreenError] = []
    for name, count, least in zip(
        ("that flags", "that does not flag", "that is not evaluable"), (positive, negative, null), wanted, strict=True
    ):
        if count < least:
            errors.append(_error(rule, "tests", f"a {rule.status} rule needs {least} test(s) {name}, there are {count}"))
    return errors


def _is_negative(test: RuleTest) -> bool:
    """A test with a row that is neither flagged nor unjudged."""
    return any(str(row["line_id"]) not in (*test.expect, *test.not_evaluable) for row in test.rows)


def _lint_types(one: CompiledRule) -> list[PrecursorScreenError]:
    """Judges one row of nulls: types that do not fit show here, not at the first manifest."""
    try:
        Rows.of(pa.table({"line_id": pa.nulls(1, pa.string())})).verdicts(one)
    except (pa.ArrowException, TypeError) as error:
        return [
            _error(
                one.rule,
                "detection",
                f"does not run: {str(error).splitlines()[0]}",
                "Check the types.",
            )
        ]
    return []


def _lint_lists(one: CompiledRule, lists: Mapping[str, NamedList], as_of: date) -> list[PrecursorScreenError]:
    return [
        _error(
            one.rule,
            "detection",
            f"list {name!r} of {lists[name].date} is past its maximum age of {lists[name].max_age_days} days",
            "Bring it up to date.",
        )
        for name in sorted(one.lists)
        if lists[name].is_stale(as_of)
    ]


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
