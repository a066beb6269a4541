"""What makes a rule fit to ship, beyond that it compiles: sources, false positives, tests, and types that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from precursor_screen.errors import PrecursorScreenError, RuleSyntaxError, Where
from precursor_screen.model import Rule, RuleTest, Substance
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.lint_conditions import find_absent, find_impossible
from precursor_screen.rulebook.lint_words import find_rows, find_words
from precursor_screen.rulebook.lists import NamedList
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
