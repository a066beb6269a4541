"""`Rule` to a compiled rule: what is its business, what it requires, its condition, the sentence, the evidence."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError, UnknownField, Where
from precursor_screen.core.model import Rule
from precursor_screen.core.schema import BY_NAME, MOVEMENT_COLUMNS
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.atoms import AtomError, Scope, parse_atom, parse_derived
from precursor_screen.rulebook.expression import AtLeast, Expression, Literal, Operator, all_of, any_of, apply, columns_in
from precursor_screen.rulebook.lists import NamedList, make_all
from precursor_screen.rulebook.template import Fact, facts_of, parse_template
from precursor_screen.rulebook.windows import Grouping, Window, parse_grouping, parse_window

# What a rule says, part by part, as expressions; everything that is wrong with it is gathered with its place.

# The condition of a rule: `a and not b`, `1 of near_*`, parentheses. A recursive descent parser; no free expressions.

_TOKEN = re.compile(r"\s*(?:(\()|(\))|([A-Za-z0-9_*]+))")
LONGEST = 500  # characters; parentheses are read by recursion


class ConditionError(ValueError):
    """The condition cannot be parsed; the message says where."""


class _Parser:
    def __init__(self, text: str, selections: Mapping[str, Expression]) -> None:
        self.tokens = _tokenise(text)
        self.at = 0
        self.selections = selections
        self.used: set[str] = set()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def either(self) -> Expression:
        return any_of(self.parted_by("or", self.both))

    def both(self) -> Expression:
        return all_of(self.parted_by("and", self.negated))

    def parted_by(self, word: str, part: Callable[[], Expression]) -> Iterator[Expression]:
        yield part()
        while self.peek() == word:
            self.take()
            yield part()

    def negated(self) -> Expression:
        if self.peek() == "not":
            self.take()
            return apply(Operator.NOT, self.negated())
        return self.atom()

    def atom(self) -> Expression:
        token = self.take()
        if token == "(":
            inner = self.either()
            if self.take() != ")":
                raise ConditionError("a parenthesis is not closed")
            return inner
        if self.peek() == "of" and (token in ("all", "any") or token.isdigit()):
            self.take()
            return self.counted(token, self.take())
        if not token or token in ("and", "or", "not", ")", "of"):
            raise ConditionError(f"a selection is expected where {token or 'the end'!r} stands")
        return self.named(token)

    def named(self, name: str) -> Expression:
        if name not in self.selections:
            hint = did_you_mean(name, self.selections)
            raise ConditionError(f"does not name a selection: {name!r}. {hint}".rstrip())
        self.used.add(name)
        return self.selections[name]

    def counted(self, count: str, pattern: str) -> Expression:
        names = sorted(fnmatch.filter(self.selections, "*" if pattern == "them" else pattern))
        if not names:
            raise ConditionError(f"no selection is called like {pattern!r}")
        self.used.update(names)
        parts = [self.selections[n] for n in names]
        if count == "all":
            return all_of(parts)
        if count in ("1", "any"):
            return any_of(parts)
        if int(count) > len(parts) or count == "0":
            raise ConditionError(f"{count} of {len(parts)} selections can never be right")
        return AtLeast(int(count), tuple(parts))


def _tokenise(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            raise ConditionError(f"unexpected {text[at:].strip()[:1]!r}")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


def words_of(text: str) -> set[str]:
    """The names in a condition, operators among them; none where it cannot be read."""
    return {word for match in _TOKEN.finditer(text) if (word := match.group(3))}


def parse_condition(text: str, selections: Mapping[str, Expression]) -> tuple[Expression, set[str]]:
    """Composes the selections as the condition says.

    Returns:
        The test, and the names of the selections used.

    Raises:
        ConditionError: with what is wrong.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"is longer than {LONGEST} characters")
    parser = _Parser(text, selections)
    test = parser.either()
    if parser.peek():
        raise ConditionError(f"{parser.peek()!r} is not expected")
    return test, parser.used


_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_OF_MOVEMENTS = frozenset(c.name for c in MOVEMENT_COLUMNS)
# Fields that may follow from a port: then the evidence says so.
_OF_PORTS = frozenset(("country_of_dispatch", "country_of_destination", "sender_country", "receiver_country"))
_WRONG = Literal(False)  # stands for a part that has been complained of


class Builder:
    """Reads the parts of one rule; `errors` grows with what is wrong."""

    def __init__(self, rule: Rule, lists: Mapping[str, NamedList], params: Mapping[str, Any], macros: Mapping[str, Any]) -> None:
        self.rule = rule
        self.errors: list[PrecursorScreenError] = []
        allowed = _OF_MOVEMENTS if rule.scope == "history" else None
        self.scope = Scope(rule.subject, {**rule.params, **params}, lists, allowed=allowed)
        self.macros = macros
        self.selections: dict[str, Expression] = {}

    def complain(self, part: str, error: Exception) -> None:
        """Notes an error at a part of the rule."""
        atom = error if isinstance(error, AtomError) else AtomError(str(error))
        part = f"{part}.{atom.part}" if atom.part else part
        kind = UnknownField if atom.unknown_field else RuleSyntaxError
        where = Where(f"{self.rule.path}:{self.rule.lines.get(part, 1)}", None, part)
        self.errors.append(kind(str(atom), where=where, remedy=atom.remedy))

    def derive(self) -> None:
        """Reads the derived columns; one may build on those before it."""
        derived: dict[str, Expression] = {}
        self.scope.derived = derived
        for name, spec in self.rule.derive.items():
            try:
                if name in BY_NAME:
                    raise AtomError(f"{name!r} is a field already", "Choose another name.")
                if not _NAME.fullmatch(name):
                    raise AtomError(f"{name!r} is not a name", "Use small letters, figures and underscores.")
                derived[name] = parse_derived(name, spec, self.scope)
            except (AtomError, ValueError) as error:
                self.complain(f"derive.{name}", error)

    def selection(self, spec: Any, part: str) -> Expression:
        """A map is AND, a list is OR."""
        if isinstance(spec, list):
            return any_of(self.selection(item, f"{part}.{i}") for i, item in enumerate(spec))
        if not isinstance(spec, Mapping) or not spec:
            self.complain(part, AtomError("a selection is a mapping of field: value, or a list of them"))
            return _WRONG
        tests = []
        for key, value in spec.items():
            try:
                tests.append(parse_atom(str(key), value, self.scope))
            except (AtomError, ValueError) as error:
                self.complain(f"{part}.{key}", error)
        return all_of(tests)

    def applies(self) -> tuple[Expression, ...]:
        """The tests of whether a row is the rule's business."""
        spec = self.rule.applies
        parts = [{key: value} for key, value in spec.items()] if isinstance(spec, Mapping) and len(spec) > 1 else [spec]
        return tuple(self.selection(part, "applies") for part in parts if part)

    def levels(self) -> tuple[tuple[Expression, str, int], ...]:
        """[(when, level, weight)], in order; the first that surely holds counts."""
        return tuple(
            (apply(Operator.SURELY, self.selection(one.when, f"levels.{i}.when")), one.level, one.weight)
            for i, one in enumerate(self.rule.levels)
        )

    def requirements(self) -> list[tuple[str, Expression]]:
        """[(what is missing, true when it is there)]."""
        wanted = []
        for i, item in enumerate(self.rule.requires):
            names = item.get("any") if isinstance(item, Mapping) else [item]
            try:
                if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
                    raise AtomError("requires lists fields, or {any: [fields]}")
                wanted.append((" or ".join(names), any_of(self.there(n) for n in names)))
            except AtomError as error:
                self.complain(f"requires.{i}", error)
        return wanted

    def there(self, name: str) -> Expression:
        """True when a field, or a column of the input for it, is there."""
        field, _, modifier = name.partition("|")
        if modifier == "supplied":
            return apply(Operator.SURELY, parse_atom(name, True, self.scope))
        if modifier:
            raise AtomError(f"requires knows no modifier {modifier!r}", "Use field or field|supplied.")
        return apply(Operator.PRESENT, self.scope.column(field))

    def condition(self) -> Expression:
        """The condition over the selections, which are kept by name."""
        self.selections = {name: self.selection(spec, f"detection.{name}") for name, spec in self.rule.selections.items()}
        for name in sorted(words_of(self.rule.condition) & set(self.macros) - set(self.selections)):
            self.selections[name] = self.selection(self.macros[name], f"detection.condition ({name})")
        try:
            condition, used = parse_condition(self.rule.condition, self.selections)
        except ConditionError as error:
            self.complain("detection.condition", error)
            return _WRONG
        spec = self.rule.correlation or {}
        correlated = {*(spec.get("selections") or ()), spec.get("only")}
        for name in sorted(set(self.selections) - used - correlated):
            unused = AtomError(f"selection {name!r} is not used", "Name it in the condition or delete it.")
            self.complain(f"detection.{name}", unused)
        return condition

    def correlation(self) -> tuple[Grouping | None, Window | None, list[tuple[str, Expression]]]:
        """The grouping of a shipment rule or the window of a history rule, and what must be there for a row to enter it."""
        spec = self.rule.correlation
        if spec is None:
            return None, None, []
        grouping = window = None
        try:
            if self.rule.scope == "shipment":
                grouping, needed = parse_grouping(spec, self.scope)
            else:
                window, needed = parse_window(spec, self.scope, self.named)
            return grouping, window, [(n, apply(Operator.PRESENT, self.scope.column(n))) for n in dict.fromkeys(needed)]
        except (AtomError, ValueError, KeyError) as error:
            self.complain("correlation", error)
            return None, None, []

    def named(self, name: str) -> Expression:
        """A selection by its name."""
        if name not in self.selections:
            raise AtomError(f"does not name a selection: {name!r}", did_you_mean(name, self.selections))
        return self.selections[name]

    def sentence(self) -> Expression:
        """The sentence of a flag."""
        try:
            return parse_template(self.rule.explain, self.scope, self.rule.scope if self.rule.correlation else "")
        except (AtomError, ValueError) as error:
            self.complain("explain", error)
            return _WRONG

    def facts(self) -> tuple[Fact, ...]:
        """The evidence of a flag."""
        needs = () if self.rule.scope == "history" or _OF_PORTS.isdisjoint(self.rule.fields) else ("countries_by_port",)
        try:
            return facts_of((*self.rule.fields, *needs), self.scope)
        except AtomError as error:
            self.complain("fields", error)
            return ()

    def check_params(self) -> None:
        """Complains of parameters that no part read so far has used."""
        for name in sorted(set(self.rule.params) - self.scope.used_params):
            self.complain(f"params.{name}", AtomError(f"parameter {name!r} is not used", "Use it or delete it."))


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
