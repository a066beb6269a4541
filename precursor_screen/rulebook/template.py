"""The sentence of a flag (`explain` templates such as "{substance_name} at {substance_mass_kg} kg") and its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.core.schema import BY_NAME
from precursor_screen.rulebook.atoms import AtomError, Scope
from precursor_screen.rulebook.expression import Apply, Expression, Literal, Operator, Outcome, Text

# What judging a group or window gives to a sentence, by the scope of its rule.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "shipment": ("correlation_value", "group_members"),
    "history": ("correlation_value", "window", "window_lines", "group_members"),
}
_PART = re.compile(r"\{([a-z_0-9]+)(?::(%|limit|said))?\}")
_ROLES = ("party_role", "party_column")  # whose values are names of columns
_CLAUSE = re.compile(r"\[([^\[\]]*)\]")


class Fact(Struct, frozen=True):
    """A column of the evidence: whose field it is, its name, its value as text."""

    subject: str
    field: str
    as_written: Expression


def parse_template(template: str, scope: Scope, outcomes_of: str = "") -> Expression:
    """A template as a text. `{name}` is a field, derived column or parameter; `{name:%}` a share in per cent; `{regulated_kg:limit}` says
    "any quantity counts" of a threshold of nothing, and "more than 100 kg counts" of one that is exempt itself; `{matched_text:said}` what
    it is that matched: "UN number 1789", "the name ACETONE".
    What stands in square brackets is said only where every field named in it is known and not empty.

    Args:
        template: of the rule.
        scope: what it may refer to; the parameters it names are noted there.
        outcomes_of: the scope of a rule with a correlation, whose outcomes (correlation_value ...) it may name too.

    Raises:
        AtomError: a name that is none of these, or a stray brace or bracket.
    """
    pieces: list[Expression] = []
    for i, part in enumerate(_CLAUSE.split(template)):  # every other one stands in brackets
        pieces += [_clause(part, scope, outcomes_of)] if i % 2 else _pieces(part, scope, outcomes_of)
    return Apply(Operator.JOINED, tuple(pieces)) if pieces else Literal("")


def _clause(template: str, scope: Scope, outcomes_of: str) -> Expression:
    said = Apply(Operator.JOINED, tuple(_pieces(template, scope, outcomes_of)))
    fields = [m.group(1) for m in _PART.finditer(template)]
    fields = [f for f in fields if f not in scope.params and f not in OUTCOMES.get(outcomes_of, ())]
    if not fields:
        raise AtomError(f"no field between the brackets of {template!r}", "Name the field without which it is not said.")
    known = [Apply(Operator.NOT, (Apply(Operator.EMPTY_TEXT, (Text(scope.column(f)),)),)) for f in dict.fromkeys(fields)]
    return Apply(Operator.CLAUSE, (Apply(Operator.AND, tuple(known)), said))


def _pieces(template: str, scope: Scope, outcomes_of: str) -> list[Expression]:
    plain, *parts = _PART.split(template)
    pieces = _plain(plain)
    for name, how, plain in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        pieces += [_part(name, how or "", scope, outcomes_of), *_plain(plain)]
    return pieces


def _plain(text: str) -> list[Expression]:
    if "[" in text or "]" in text:
        raise AtomError(f"a bracket without its fellow in {text!r}", "Write [what is said only where {field} is known].")
    if "{" in text or "}" in text:
        raise AtomError(f"a brace without a name in {text!r}", "Write {field} or {field:%}.")
    return [Literal(text)] if text else []


def _part(name: str, how: str, scope: Scope, outcomes_of: str) -> Expression:
    if name in OUTCOMES.get(outcomes_of, ()):  # before parameters: `{window}` tells the days, and the parameter only how many
        return Outcome(outcomes_of, name)
    if name in scope.params:
        scope.used_params.add(name)
        return Literal(_parameter(scope.params[name], how == "%"))
    if how == "limit":
        threshold = scope.column(name.replace("regulated_", "threshold_"))
        return Apply(
            Operator.LIMIT, (threshold, Text(threshold, shown=True), scope.column(name.replace("threshold_", "regulated_")))
        )
    shown = Text(scope.column(name), shown=True, percent=how == "%")
    if name in _ROLES:
        return Apply(Operator.WORDS, (shown,))
    return Apply(Operator.SAID, (shown, scope.column("match_method"))) if how == "said" else shown


def _parameter(value: Any, percent: bool) -> str:
    if percent:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise AtomError(f"{value!r} is not a share", "Only numbers can be shown in per cent.")
        return f"{value * 100:g}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def facts_of(fields: tuple[str, ...], scope: Scope) -> tuple[Fact, ...]:
    """The evidence of a rule, a fact a field.

    Raises:
        AtomError: a field that the rule does not have.
    """
    values = [(name, scope.column(name)) for name in fields]
    return tuple(Fact(BY_NAME[name].subject if name in BY_NAME else scope.subject, name, Text(value)) for name, value in values)
