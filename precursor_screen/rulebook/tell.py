"""What a rule says of the rows that it flags: its sentence, and its evidence as texts. In Python, as these rows are few."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from precursor_screen.rulebook.expression import Apply, Expression, Literal, Operator, Outcome, Text

if TYPE_CHECKING:
    from precursor_screen.rulebook.evaluate import Rows

LONGEST = 160  # characters of a cell shown in a sentence; the whole cell is in the evidence
NOT_STATED = "not stated"

Texts = Sequence[str | None]

_UN_NUMBER: Final = re.compile(r"\d{4}", re.ASCII)
_BEFORE_DIGITS: Final = re.compile(r"^\D+(?=\d)", re.ASCII)
_NUMBERED: Final = {"cas": "CAS number", "ec_number": "EC number", "cus": "CUS code"}


class Telling:
    """Sentences and evidence of some rows.

    Args:
        rows: that a rule is true of.
        outcomes: what judging a group or window gives to its sentence, by name, a text a row.
    """

    def __init__(self, rows: Rows, outcomes: Mapping[str, Texts] | None = None) -> None:
        self._rows = rows
        self._outcomes = outcomes or {}
        self._values: dict[Expression, list[Any]] = {}

    def texts(self, node: Expression) -> Texts:
        """A text for each row; null where a part of it is."""
        match node:
            case Literal(value):
                return [str(value)] * self._rows.count
            case Outcome(_, name):
                return self._outcomes[name]
            case Text(value, shown, percent):
                show = _shown(value.kind, percent) if shown else _PLAIN.get(value.kind, str)
                return [show(v) if v is not None else (NOT_STATED if shown else None) for v in self.values(value)]
            case Apply(Operator.JOINED, parts):
                return [None if None in some else "".join(some) for some in zip(*map(self.texts, parts), strict=True)]
            case Apply(Operator.WORDS, (text,)):
                return [None if t is None else t.replace("_", " ") for t in self.texts(text)]
            case Apply(Operator.CLAUSE, (test, said)):
                return [text if true else "" for true, text in zip(self._known(test), self.texts(said), strict=True)]
            case Apply(Operator.LIMIT, (value, shown)):
                pairs = zip(self.values(value), self.texts(shown), strict=True)
                return [
                    "any quantity counts" if v == 0 else f"the threshold is {text}{'' if v is None else ' kg'}"
                    for v, text in pairs
                ]
            case Apply(Operator.SAID, (text, method)):
                return [_said(t, m) for t, m in zip(self.texts(text), self.values(method), strict=True)]
        raise TypeError(f"{node!r} is not a text")

    def _known(self, test: Expression) -> Sequence[bool]:
        """Whether the texts that a clause names are all there and not blank."""
        match test:
            case Apply(Operator.AND, parts):
                return [all(some) for some in zip(*map(self._known, parts), strict=True)]
            case Apply(Operator.NOT, (Apply(Operator.EMPTY_TEXT, (text,)),)):
                return [t is not None and t.strip(" ") != "" for t in self.texts(text)]
        raise TypeError(f"{test!r} is not the test of a clause")

    def values(self, node: Expression) -> list[Any]:
        """The value of an expression in each row."""
        if node not in self._values:
            self._values[node] = self._rows.value(node).to_pylist()
        return self._values[node]


def _said(text: str | None, method: str | None) -> str | None:
    """What it is that matched: "UN number 1789", "the name ACETONE"."""
    if text is None:
        return None
    if method == "un_number":
        found = _UN_NUMBER.search(text)
        return f"UN number {found.group() if found else text}"
    if method == "hs":
        return f"HS code {text}"
    return f"{_NUMBERED[method]} {_BEFORE_DIGITS.sub('', text)}" if method in _NUMBERED else f"the name {text}"


def _shown(kind: str, percent: bool) -> Callable[[Any], str]:
    """How a value is shown to a person: numbers without idle zeros, lists joined, long texts cut."""
    if percent:
        return lambda value: f"{_half_away(float(value) * 100):g}"
    plain = _PLAIN.get(kind, str)
    if kind in ("texts", "controls"):
        return lambda value: _cut(plain(value)) or "none"
    return lambda value: _cut(plain(value)) if kind == "text" else plain(value)


def _half_away(number: float) -> float:
    """Rounded to one place, half away from zero, as the engine rounds in rules."""
    return (1 if number >= 0 else -1) * int(abs(number) * 10 + 0.5) / 10


def _cut(text: str) -> str:
    return f"{text[: LONGEST - 3]}..." if len(text) > LONGEST else text


def number_text(value: Decimal | float) -> str:
    """A number without idle zeros."""
    text = format(value, "f") if isinstance(value, Decimal) else repr(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


_PLAIN: Final[Mapping[str, Callable[[Any], str]]] = {
    "number": number_text,
    "score": lambda value: f"{value:.1f}",
    "text": str,
    "texts": lambda value: ", ".join(text for text in value if text is not None),
    "controls": lambda value: ", ".join(f"{one['instrument']} {one['schedule']}" for one in value),
    "boolean": lambda value: "true" if value else "false",
}
