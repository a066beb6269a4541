"""The correlation of a shipment rule: how its lines are grouped, and what must be true of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.atoms import COMPARISONS, operand
from precursor_screen.rulebook.expression import NUMERIC, Expression, Field, Operator, all_of, apply
from precursor_screen.rulebook.scope import AtomError, Scope
from precursor_screen.schema import BY_NAME

_AGGREGATES = {"value_sum": Operator.SUM, "value_avg": Operator.AVG, "value_median": Operator.MEDIAN}


@dataclass(frozen=True, slots=True)
class Grouping:
    """A shipment rule's correlation: the columns to group by, the aggregate and the test on it."""

    keys: tuple[str, ...]
    unnested: frozenset[str]  # keys that are lists: one group an element
    value: Expression
    test: Expression


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
    values = [_aggregate(block, scope) for block in blocks]
    tests = [
        apply(COMPARISONS[comparison], value, apply(Operator.MIN, limit) if limit.columns else limit)  # the lowest of the group
        for block, value in zip(blocks, values, strict=True)
        for comparison, limit in limits_of(block, scope).items()
    ]
    return Grouping(keys, unnested, values[0], all_of(tests)), [*keys, *(str(b["field"]) for b in blocks if "field" in b)]


def _aggregate(block: Mapping[str, Any], scope: Scope) -> Expression:
    if block["type"] == "event_count":
        return apply(Operator.COUNT_DISTINCT, Field("line_id"))
    column = scope.column(str(block["field"]))
    if block["type"] == "value_count":
        return apply(Operator.COUNT_DISTINCT, column)
    if column.kind not in NUMERIC:
        raise AtomError(f"{block['type']} needs numbers, and {block['field']!r} is {column.kind}")
    return apply(_AGGREGATES[block["type"]], column)


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
