"""The correlation of a shipment rule: how its lines are grouped, and what must be true of a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.core.schema import BY_NAME
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.atoms import operand
from precursor_screen.rulebook.expression import NUMERIC, Expression, Field
from precursor_screen.rulebook.scope import AtomError, Scope

SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DISTINCT = ("event_count", "value_count")  # aggregates that count what differs


class Measure(Struct, frozen=True):
    """What is computed over a group or window and compared.

    of: the value of a row; None: its cargo. limits: (sign of the comparison, limit) each; of limits that differ within a group the lowest.
    """

    aggregate: str
    of: Expression | None
    limits: tuple[tuple[str, Expression], ...]

    @property
    def is_lower_bound(self) -> bool:
        """Whether what could not be judged can only make it truer: sums and counts that must reach something."""
        return self.aggregate in (*DISTINCT, "value_sum", "reconcile") and all(sign in (">", ">=") for sign, _ in self.limits)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it reads of each row."""
        return (*([self.of] if self.of else []), *(limit for _, limit in self.limits))


class Grouping(Struct, frozen=True):
    """A shipment rule's correlation: the columns to group by, and what must be true of a group; the first of several is told."""

    keys: tuple[str, ...]
    unnested: frozenset[str]  # keys that are lists: one group an element
    measures: tuple[Measure, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What it reads of each row, beside the keys."""
        return tuple(e for measure in self.measures for e in measure.expressions)


def read_keys(spec: Mapping[str, Any], scope: Scope) -> tuple[tuple[str, ...], frozenset[str]]:
    """The fields that group, and those of them that are lists.

    Raises:
        AtomError: a name that is no field, several lists, or a field named twice.
    """
    keys = tuple(str(k) for k in spec.get("group-by") or ())
    for key in keys:
        if key not in BY_NAME:
            raise AtomError(f"{key!r} cannot group: it is no field", did_you_mean(key, BY_NAME))
    unnested = frozenset(k for k in keys if scope.column(k).kind == "texts")
    if len(unnested) > 1 or len(set(keys)) < len(keys):
        raise AtomError("one list at most can group, and each field once", "Leave out the others.")
    return keys, unnested


def blocks_of(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The condition of a correlation, and the one that `and` joins to it."""
    return [spec, *([spec["and"]] if "and" in spec else [])]


def parse_grouping(spec: Mapping[str, Any], scope: Scope) -> tuple[Grouping, list[str]]:
    """Reads a correlation of scope shipment that has passed `check_correlation`.

    Returns:
        The grouping, and the fields without which a line is in no group.

    Raises:
        AtomError: a field, parameter or limit that is not known, or of the wrong kind.
    """
    keys, unnested = read_keys(spec, scope)
    blocks = blocks_of(spec)
    measures = tuple(_measure(block, scope) for block in blocks)
    return Grouping(keys, unnested, measures), [*keys, *(str(b["field"]) for b in blocks if "field" in b)]


def _measure(block: Mapping[str, Any], scope: Scope) -> Measure:
    kind = str(block["type"])
    of: Expression = Field("line_id") if kind == "event_count" else scope.column(str(block["field"]))
    if kind not in DISTINCT and of.kind not in NUMERIC:
        raise AtomError(f"{kind} needs numbers, and {block['field']!r} is {of.kind}")
    return Measure(kind, of, tuple((SIGNS[key], limit) for key, limit in limits_of(block, scope).items()))


def limits_of(block: Mapping[str, Any], scope: Scope) -> dict[str, Expression]:
    """What an aggregate is compared with, by comparison (gt, gte, lt, lte): a number or a field.

    Raises:
        AtomError: a limit that is neither.
    """
    try:
        return {key: operand(limit, "number", scope) for key, limit in scope.resolve(block.get("condition") or {}).items()}
    except AtomError as error:
        error.part = "condition"
        raise
    except ValueError as error:
        raise AtomError(str(error), part="condition") from error
