"""The condition of a rule: `a and not b`, `1 of near_*`, parentheses. A recursive descent parser; no free expressions."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping

from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.expression import AtLeast, Expression, Operator, all_of, any_of, apply

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
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return any_of(parts)

    def both(self) -> Expression:
        parts = [self.negated()]
        while self.peek() == "and":
            self.take()
            parts.append(self.negated())
        return all_of(parts)

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
            raise ConditionError(f"names no selection: {name!r}. {hint}".rstrip())
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
