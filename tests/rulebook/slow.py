"""What a rule is of one row, read off its tree in plain Python: slow, and with nothing in common with `rulebook.evaluate` but the tree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from operator import eq, ge, gt, le, lt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.engine import connect
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import FALSE, NONE, TRUE, UNKNOWN
from precursor_screen.rulebook.expression import (
    Apply,
    AtLeast,
    Element,
    Expression,
    Field,
    Literal,
    Operator,
    Supplied,
    columns_in,
)
from precursor_screen.rulebook.sql import fold

Row = Mapping[str, Any]
COMPARE = {Operator.EQ: eq, Operator.GT: gt, Operator.GTE: ge, Operator.LT: lt, Operator.LTE: le}


def both(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def either(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def at_least(count: int, values: list[bool | None]) -> bool | None:
    surely, perhaps = values.count(True), sum(v is not False for v in values)
    return True if surely >= count else False if perhaps < count else None


def value(node: Expression, row: Row, element: Any = None) -> Any:
    """The value of a node; `supplied_fields` of the row are the fields that its input has."""
    match node:
        case Supplied(name):
            return True if name in row["supplied_fields"] else None
        case Field(name):
            return row.get(name)
        case Literal(one):
            return Decimal(str(one)) if isinstance(one, float) else one
        case Element(part):
            return element[part] if part else element
        case AtLeast(count, parts):
            return at_least(count, [value(p, row, element) for p in parts])
        case Apply(operator, parts):
            return apply_to(operator, parts, row, element)
    raise AssertionError(node)


def apply_to(operator: Operator, parts: tuple[Expression, ...], row: Row, element: Any) -> Any:
    if operator is Operator.ANY:
        listed = value(parts[0], row, element)
        return None if listed is None else any(value(parts[1], row, one) is True for one in listed)
    got = [value(p, row, element) for p in parts]
    match operator:
        case Operator.AND:
            return both(got)
        case Operator.OR:
            return either(got)
        case Operator.NOT:
            return negated(got[0])
        case Operator.PRESENT:
            return got[0] is not None
        case Operator.IS_NULL:
            return got[0] is None
        case Operator.FILLED:
            return bool(got[0])
        case Operator.SURELY:
            return got[0] is True
        case Operator.WHEN:
            return got[1] if got[0] is True else None
        case Operator.BETWEEN:
            return both([compared(Operator.GTE, got[0], got[1]), compared(Operator.LTE, got[0], got[2])])
        case Operator.IN:
            return either([compared(Operator.EQ, got[0], other) for other in got[1:]])
    if None in got:
        return None
    match operator:
        case Operator.EQ | Operator.GT | Operator.GTE | Operator.LT | Operator.LTE:
            return compared(operator, *got)
        case Operator.EMPTY_TEXT:
            return got[0].strip(" ") == ""
        case Operator.EMPTY_LIST:
            return not got[0]
        case Operator.MATCHES:
            return found(*got)
        case Operator.FOLDED:
            return folded(got[0])
        case Operator.CONTAINS:
            return got[1] in got[0]
        case Operator.HAS_ANY:
            return bool({v for v in got[0] if v is not None} & set(got[1]))
        case Operator.ADD | Operator.SUB | Operator.MUL:
            return reckoned(operator, *got)
        case Operator.DIV:
            return rounded(float(got[0]) / float(got[1])) if got[1] else None
        case Operator.LN:
            return rounded(math.log(float(got[0]))) if got[0] > 0 else None
        case Operator.ABS:
            return rounded(abs(float(got[0])))
        case Operator.LIKENESS:
            longest = max(len(got[0]), len(got[1]), 1)
            return round(100 * (1 - edits(got[0].encode(), got[1].encode()) / longest), 6)
    raise AssertionError(operator)


def compared(operator: Operator, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return bool(COMPARE[operator](left, right))


def reckoned(operator: Operator, left: Any, right: Any) -> Any:
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return {Operator.ADD: left + right, Operator.SUB: left - right, Operator.MUL: left * right}[operator]


def rounded(number: float) -> float:
    return math.copysign(math.floor(abs(number) * 1e6 + 0.5), number) / 1e6


def edits(left: bytes, right: bytes) -> int:
    """Letters to be changed, added, left out or swapped with their neighbour, also where more was done between the two."""
    last: dict[int, int] = {}
    far = len(left) + len(right)
    table = [[far] * (len(right) + 2) for _ in range(len(left) + 2)]
    for i in range(len(left) + 1):
        table[i + 1][1] = i
    for j in range(len(right) + 1):
        table[1][j + 1] = j
    for i, one in enumerate(left, start=1):
        column = 0
        for j, other in enumerate(right, start=1):
            above, before = last.get(other, 0), column
            if one == other:
                column = j
            table[i + 1][j + 1] = min(
                table[i][j] + (one != other),
                table[i + 1][j] + 1,
                table[i][j + 1] + 1,
                table[above][before] + (i - above - 1) + 1 + (j - before - 1),
            )
        last[one] = i
    return table[-1][-1]


@cache
def found(text: str, pattern: str) -> bool:
    return bool(pc.match_substring_regex(pa.array([text]), pattern=pattern)[0].as_py())


@cache
def folded(text: str) -> str:
    with connect() as connection:
        return str(connection.execute(f"select {fold('?')}", [text]).fetchall()[0][0])


def verdict(rule: CompiledRule, row: Row) -> int:
    """The verdict of a rule on a row."""
    business = both([value(test, row) for test in rule.business])
    there = [value(test, row) for _, test in rule.required]
    selected = value(rule.selected, row)
    if business is False:
        return NONE
    if business is None or False in there or selected is None:
        return UNKNOWN
    return TRUE if selected else FALSE


def missing(rule: CompiledRule, row: Row) -> str:
    """For want of which field a rule cannot judge a row."""
    if both([value(test, row) for test in rule.business]) is None:
        return first_null(columns_in(rule.business), row)
    absent = [name for name, test in rule.required if value(test, row) is False]
    return absent[0] if absent else first_null(columns_in(rule.selections.values()), row)


def first_null(columns: frozenset[str], row: Row) -> str:
    return next((name for name in sorted(columns) if row.get(name) is None), "supplied")
