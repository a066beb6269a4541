"""Expressions on Arrow columns: what a rule asks of rows. A test compares it with a slow reading of the same tree, row by row.

Truth has three values: null is unknown, and stays so under `not`. Tests of text look at each distinct text once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import DamerauLevenshtein

from precursor_screen.core.engine import ask
from precursor_screen.core.schema import BY_NAME
from precursor_screen.rulebook.compile import CompiledRule
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

Mask = npt.NDArray[np.bool_]

NONE, FALSE, TRUE, UNKNOWN = -1, 0, 1, 2  # verdicts: none of the rule's business, not flagged, flagged, not evaluable
_PLACES: Final = 6  # of quotients and logarithms
_MOST_DIGITS: Final = 38  # of a decimal of 128 bits
_MOST_BYTES = 2_000_000_000  # of the texts of a column, from which on Arrow's usual offsets do not do
_WIDE: Final = {pa.string(): pa.large_string(), pa.list_(pa.string()): pa.list_(pa.large_string())}
_COMPARE: Final = {
    Operator.EQ: pc.equal,
    Operator.GT: pc.greater,
    Operator.GTE: pc.greater_equal,
    Operator.LT: pc.less,
    Operator.LTE: pc.less_equal,
}
_RECKON: Final = {Operator.ADD: pc.add, Operator.SUB: pc.subtract, Operator.MUL: pc.multiply}


class Rows:
    """Rows that rules are asked of.

    Args:
        table: columns of the schema; one that is not there is null in every row.
        inputs: the number of each row's input.
        supplied: the fields that each input has a column or element for.
        known: tests whose outcome is a column of the table already -> its name.
    """

    def __init__(
        self, table: pa.Table, inputs: pa.Array, supplied: pa.Array, known: Mapping[Expression, str] = MappingProxyType({})
    ) -> None:
        self.count = table.num_rows
        self._known = {test: whole(table.column(name)) for test, name in known.items() if name in table.column_names}
        self._table = table
        self._inputs, self._supplied = inputs, supplied
        self._columns: dict[str, pa.Array] = {}
        self._texts: dict[str, pa.DictionaryArray] = {}
        self._folded: dict[str, pa.Array] = {}  # their distinct texts
        self._outcomes: dict[Expression, pa.Array] = {}

    @classmethod
    def of(cls, table: pa.Table, known: Mapping[Expression, str] = MappingProxyType({})) -> Rows:
        """Rows of which it is not known what their inputs have columns for."""
        return cls(table, pa.nulls(table.num_rows, pa.int32()), pa.array([None], pa.list_(pa.string())), known)

    def verdicts(self, rule: CompiledRule) -> npt.NDArray[np.int8]:
        """The verdict of a rule on each row."""
        no_business, open_business = _masks(pc.invert(self._all(rule.business)))
        found = np.where(no_business, NONE, UNKNOWN).astype(np.int8)
        asked = ~(no_business | open_business | _is_false(self._all([test for _, test in rule.required])))
        if asked.any():  # elsewhere the condition decides nothing
            is_true, is_open = _masks(self._test(rule.selected))
            found = np.where(asked & ~is_open, np.where(is_true, TRUE, FALSE), found).astype(np.int8)
        return found

    def missing(self, rule: CompiledRule, at: npt.NDArray[np.int64]) -> pa.Array:
        """For want of which field a rule cannot judge some rows, as a dictionary; `supplied` where no cell is to blame."""
        names: dict[str, int] = {}
        field = self._first_null(columns_in(rule.selections.values()), at, names)
        for name, test in reversed(rule.required):
            field[_is_false(self._test(test))[at]] = names.setdefault(name, len(names))
        _, unsure = _masks(self._all(rule.business))
        field[unsure[at]] = self._first_null(columns_in(rule.business), at, names)[unsure[at]]
        return pa.DictionaryArray.from_arrays(field, pa.array(list(names), pa.string()))

    def _first_null(self, columns: Iterable[str], at: npt.NDArray[np.int64], names: dict[str, int]) -> npt.NDArray[np.int32]:
        """The number, by `names`, of the first of some columns that is null in each row."""
        found = np.full(len(at), names.setdefault("supplied", len(names)), dtype=np.int32)
        for name in sorted(columns, reverse=True):
            if self.column(name).null_count and (null := _to_numpy(pc.is_null(self.column(name)))[at]).any():
                found[null] = names.setdefault(name, len(names))
        return found

    def _all(self, tests: Sequence[Expression]) -> pa.Array:
        return reduce(pc.and_kleene, map(self._test, tests), pa.scalar(True)) if tests else self._repeat(True)

    def value(self, node: Expression) -> pa.Array:
        """The value of an expression in each row."""
        return self._spread(self._value(node))

    def true(self, test: Expression) -> Mask:
        """Where a test is surely true."""
        return _masks(self._test(test))[0]

    def take(self, at: npt.NDArray[np.int64], columns: Iterable[str]) -> Rows:
        """Some of the rows, with the columns that are named."""
        table = pa.table({name: self.column(name).take(at) for name in sorted(columns)})
        return Rows(table, self._inputs.take(at), self._supplied)

    def with_columns(self, columns: Mapping[str, pa.Array]) -> Rows:
        """The same rows with other columns in place of theirs."""
        table = pa.table({n: columns.get(n, self._table.column(n)) for n in self._table.column_names})
        return Rows(table, self._inputs, self._supplied)

    def _test(self, test: Expression) -> pa.Array:
        """The outcome of a test that rules share."""
        if test not in self._outcomes:
            self._outcomes[test] = self._spread(self._value(test))
        return self._outcomes[test]

    def _spread(self, value: Any) -> pa.Array:
        return self._repeat(value) if isinstance(value, pa.Scalar) else value

    def _repeat(self, value: Any) -> pa.Array:
        return pa.repeat(value if isinstance(value, pa.Scalar) else pa.scalar(value), self.count)

    def column(self, name: str) -> pa.Array:
        """A column of the schema in one piece."""
        if name not in self._columns:
            kind = BY_NAME[name].arrow
            there = whole(self._table.column(name)) if name in self._table.column_names else pa.nulls(self.count, kind)
            self._columns[name] = there if there.type in (kind, _WIDE.get(kind)) else there.cast(kind)
        return self._columns[name]

    def _value(self, node: Expression, element: pa.Array | None = None) -> Any:
        """The value of a node, an array or a scalar.

        Args:
            node: of the tree.
            element: what `Element` stands for, the elements of the list that is looked at.
        """
        match node:
            case Supplied(name):
                true = _any_of_each(self._supplied, pc.equal(_flat(self._supplied), name))
                return pc.take(pa.array(true, mask=~true), self._inputs)
            case Field(name):
                return self.column(name)
            case Literal(value):
                return _scalar(value)
            case Element(part):
                return pc.struct_field(element, part) if part else element
            case AtLeast(count, parts):
                outcomes = [_masks(self._spread(self._value(part, element))) for part in parts]
                surely = sum(true.astype(np.int64) for true, _ in outcomes)
                perhaps = surely + sum(unknown.astype(np.int64) for _, unknown in outcomes)
                return pa.array(surely >= count, mask=(surely < count) & (perhaps >= count))
            case Apply(operator, parts):
                known = self._known.get(node) if self._known else None
                return self._apply(operator, parts, element) if known is None else known
        raise TypeError(f"{type(node).__name__} is not a test of rows")

    def _apply(self, operator: Operator, parts: tuple[Expression, ...], element: pa.Array | None) -> Any:
        match operator:
            case Operator.ANY:
                return self._any(self._value(parts[0]), parts[1])
            case Operator.MATCHES:
                pattern = self._value(parts[1]).as_py()
                return self._of_texts(parts[0], element, lambda texts: pc.match_substring_regex(texts, pattern=pattern))
            case Operator.EQ | Operator.IN if all(_is_text(part) for part in parts[1:]):
                wanted = pa.array([self._value(part).as_py() for part in parts[1:]], pa.string())
                return self._of_texts(parts[0], element, lambda texts: _is_in(texts, wanted))
            case Operator.FOLDED:
                value = self._value(parts[0], element)
                return folded(pa.array([value.as_py()], pa.string()))[0] if isinstance(value, pa.Scalar) else folded(value)
            case Operator.IN:
                tests = [pc.equal(self._value(parts[0], element), self._value(part, element)) for part in parts[1:]]
                return reduce(pc.or_kleene, tests)
        return _OPERATIONS[operator](*(self._value(part, element) for part in parts))

    def _any(self, lists: pa.Array, test: Expression) -> pa.Array:
        return pa.array(_any_of_each(lists, self._value(test, _flat(lists))), mask=_to_numpy(pc.is_null(lists)))

    def _of_texts(self, node: Expression, element: pa.Array | None, test: Callable[[pa.Array], pa.Array]) -> pa.Array:
        """A test of the texts of a column, each distinct one once."""
        is_folded = isinstance(node, Apply) and node.operator is Operator.FOLDED
        inner = node.parts[0] if is_folded else node
        if not isinstance(inner, Field) or isinstance(inner, Supplied):
            return test(self._spread(self._value(node, element)))
        if inner.name not in self._texts:
            self._texts[inner.name] = self.column(inner.name).dictionary_encode()
        encoded = self._texts[inner.name]
        if is_folded and inner.name not in self._folded:
            self._folded[inner.name] = folded(encoded.dictionary)
        return pc.take(test(self._folded[inner.name] if is_folded else encoded.dictionary), encoded.indices)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece; of texts that together are too long for offsets of 32 bits with wider ones."""
    if column.num_chunks == 1:
        return column.chunk(0)  # to combine one would copy it
    wide = _WIDE.get(column.type) if column.nbytes > _MOST_BYTES else None
    return (column.cast(wide) if wide else column).combine_chunks()


def _to_numpy(array: pa.Array) -> Mask:
    mask: Mask = array.to_numpy(zero_copy_only=False)
    return mask


def _masks(outcome: pa.Array) -> tuple[Mask, Mask]:
    """(true, unknown) of an outcome."""
    return _to_numpy(pc.fill_null(outcome, False)), _to_numpy(pc.is_null(outcome))


def _is_false(outcome: pa.Array) -> Mask:
    return _to_numpy(pc.fill_null(pc.invert(outcome), False))


def _is_text(node: Expression) -> bool:
    if isinstance(node, Apply) and node.operator is Operator.FOLDED:
        (node,) = node.parts
    return isinstance(node, Literal) and isinstance(node.value, str)


def _scalar(value: object) -> pa.Scalar:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return pa.scalar(Decimal(str(value)))
    return pa.scalar(value)


def _is_in(texts: pa.Array, wanted: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_valid(texts), pc.is_in(texts, value_set=wanted), None)


def folded(texts: pa.Array) -> pa.Array:
    """Texts without case and accents. What is not plain ASCII is folded by the engine, as the terms of lists are."""
    plain = pc.fill_null(pc.string_is_ascii(texts), True)
    if pc.all(plain).as_py() is not False:
        return pc.utf8_lower(texts)
    others = pa.table({"text": texts.filter(pc.invert(plain))})
    others = whole(ask(f"select {fold('text')} as text from others", others=others).column(0))
    return pc.replace_with_mask(pc.utf8_lower(texts), pc.invert(plain), others.cast(texts.type))


# --- lists --------------------------------------------------------------------------------------------------------------
def _flat(lists: pa.Array) -> pa.Array:
    return pc.list_flatten(lists)


def owners_of(lists: pa.Array) -> npt.NDArray[np.int64]:
    """The row of each element of `_flat`."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(lists)), lengths)


def _any_of_each(lists: pa.Array, outcomes: Any) -> Mask:
    """Whether any element of each list has made a test true."""
    true = np.zeros(len(lists), dtype=np.bool_)
    if isinstance(outcomes, pa.Scalar):
        outcomes = pa.repeat(outcomes, len(_flat(lists)))
    true[owners_of(lists)[_to_numpy(pc.fill_null(outcomes, False))]] = True
    return true


def _contains(lists: pa.Array, value: pa.Array) -> pa.Array:
    true = _any_of_each(lists, pc.equal(_flat(lists), value.take(pa.array(owners_of(lists)))))
    return pa.array(true, mask=_to_numpy(pc.or_(pc.is_null(lists), pc.is_null(value))))


def _has_any(left: pa.Array, right: pa.Array) -> pa.Array:
    both = np.flatnonzero(_to_numpy(pc.fill_null(pc.and_(_is_filled(left), _is_filled(right)), False)))
    true = np.zeros(len(left), dtype=np.bool_)
    for at, mine, theirs in zip(both, left.take(both).to_pylist(), right.take(both).to_pylist(), strict=True):
        true[at] = bool({m for m in mine if m is not None} & set(theirs))
    return pa.array(true, mask=_to_numpy(pc.or_(pc.is_null(left), pc.is_null(right))))


def _is_filled(lists: pa.Array) -> pa.Array:
    return pc.greater(pc.fill_null(pc.list_value_length(lists), 0), 0)


# --- numbers ------------------------------------------------------------------------------------------------------------
def _reckon(operation: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        left, right = _exact(left), _exact(right)
        decimals = pa.types.is_decimal(left.type) and pa.types.is_decimal(right.type)
        if decimals and left.type.precision + right.type.precision >= _MOST_DIGITS:
            left, right = (pc.cast(one, pa.decimal256(one.type.precision, one.type.scale)) for one in (left, right))
        return operation(left, right)

    return apply


def _exact(value: Any) -> Any:
    return pc.cast(value, pa.decimal128(19, 0)) if pa.types.is_integer(value.type) else value


def _float(value: Any) -> Any:
    return pc.cast(value, pa.float64())


def _rounded(value: Any) -> Any:
    return pc.divide(pc.round(pc.multiply(value, 10.0**_PLACES), 0, "half_towards_infinity"), 10.0**_PLACES)


def _quotient(left: Any, right: Any) -> Any:
    divisor = _float(right)
    return _rounded(pc.divide(_float(left), pc.if_else(pc.equal(divisor, 0.0), None, divisor)))


def _logarithm(value: Any) -> Any:
    number = _float(value)
    return _rounded(pc.ln(pc.if_else(pc.greater(number, 0.0), number, None)))


def _likeness(left: pa.Array, right: pa.Array) -> pa.Array:
    pairs = pa.StructArray.from_arrays([left, right], ["left", "right"]).to_pylist()
    known = {pair: _like(*pair) for pair in {(p["left"], p["right"]) for p in pairs}}
    return pa.array([known[p["left"], p["right"]] for p in pairs], pa.float64())


def _like(left: str | None, right: str | None) -> float | None:
    if left is None or right is None:
        return None
    distance = DamerauLevenshtein.distance(left.encode(), right.encode())  # of bytes, as the engine reckons
    return float(round(100 * (1 - distance / max(len(left), len(right), 1)), _PLACES))


_OPERATIONS: Final[Mapping[Operator, Callable[..., Any]]] = {
    **_COMPARE,
    **{operator: _reckon(operation) for operator, operation in _RECKON.items()},
    Operator.AND: lambda *tests: reduce(pc.and_kleene, tests),
    Operator.OR: lambda *tests: reduce(pc.or_kleene, tests),
    Operator.NOT: pc.invert,
    Operator.BETWEEN: lambda value, low, high: pc.and_kleene(pc.greater_equal(value, low), pc.less_equal(value, high)),
    Operator.PRESENT: pc.is_valid,
    Operator.IS_NULL: pc.is_null,
    Operator.EMPTY_TEXT: lambda text: pc.equal(pc.utf8_trim(text, " "), ""),
    Operator.EMPTY_LIST: lambda lists: pc.equal(pc.list_value_length(lists), 0),
    Operator.FILLED: _is_filled,
    Operator.WHEN: lambda test, value: pc.if_else(pc.fill_null(test, False), value, None),
    Operator.SURELY: lambda test: pc.fill_null(test, False),
    Operator.CONTAINS: _contains,
    Operator.HAS_ANY: _has_any,
    Operator.DIV: _quotient,
    Operator.LN: _logarithm,
    Operator.ABS: lambda value: _rounded(pc.abs(_float(value))),
    Operator.LIKENESS: _likeness,
}
