"""What rules say, as a tree of expressions in which every node knows the columns it reads; `evaluate` says what they are of rows.

Truth has three values (Kleene's): nothing is coalesced in a test, so `not` of an unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from precursor_screen.core.schema import BY_NAME
from precursor_screen.rulebook.sql import literal

NUMERIC = ("number", "integer", "score")  # kinds that can be reckoned with
LISTS = ("texts", "controls")


class Operator(Enum):
    """An operator, and what it says of its operands."""

    AND = "all are true"
    OR = "one is true"
    NOT = "it is not true"
    EQ = "equal"
    GT = "greater"
    GTE = "greater or equal"
    LT = "less"
    LTE = "less or equal"
    BETWEEN = "from the second to the third, both included"
    IN = "one of the others"
    PRESENT = "it is there"
    IS_NULL = "it is not there"
    EMPTY_TEXT = "a text of blanks"
    EMPTY_LIST = "a list of nothing"
    FILLED = "a list of something; never unknown"
    MATCHES = "an RE2 pattern is found in it"
    FOLDED = "without case and accents"
    WHEN = "the second, where the first is true"
    SURELY = "true, never unknown"
    # Of lists: true when any element makes the test true; a null list is unknown.
    ANY = "the second, of an element of the first"
    CONTAINS = "the second is an element of the first"
    HAS_ANY = "two lists have a common element"
    # Of numbers: division by zero and the logarithm of what is none are unknown.
    ADD = "sum"
    SUB = "difference"
    MUL = "product"
    DIV = "quotient, to six places"
    LN = "natural logarithm, to six places"
    ABS = "without its sign"
    # Of two texts: 100 where they are equal, less by each letter that must be changed, added, left out or swapped.
    LIKENESS = "how alike they are"
    # Of texts, which `tell` alone shows.
    JOINED = "one behind the other"
    WORDS = "with blanks for underscores"
    CLAUSE = "the second where the first is known, else nothing"
    LIMIT = "a threshold in words"
    SAID = "what matched, by its kind"


_LOGICAL = (Operator.AND, Operator.OR, Operator.NOT)
_RECKONING = (Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV, Operator.LN, Operator.ABS, Operator.LIKENESS)


class _Node(Struct, frozen=True, tag=True):
    """A node of the tree. parts: the nodes below it. kind: of its value, one of those of `schema`."""

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The nodes below it."""
        return ()

    @property
    def kind(self) -> str:
        """The kind of its value, one of those of `schema`."""
        return "boolean"

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the schema that it reads."""
        return columns_in(self.parts)


class Field(_Node, frozen=True):
    """A column of the schema."""

    name: str

    @property
    def kind(self) -> str:
        """As the schema says."""
        return BY_NAME[self.name].kind

    @property
    def columns(self) -> frozenset[str]:
        """Itself."""
        return frozenset((self.name,))


class Supplied(Field, frozen=True):
    """True when the input has a column or element for a field, else unknown."""

    @property
    def kind(self) -> str:
        """A test."""
        return "boolean"


class Literal(_Node, frozen=True):
    """A text, number, date or truth.

    Raises:
        ValueError: a value that has no form in SQL.
    """

    value: Any

    def __post_init__(self) -> None:
        literal(self.value)


class Element(_Node, frozen=True):
    """The element of the list that ANY looks at, or a part of it."""

    part: str = ""


class Apply(_Node, frozen=True):
    """An operator on its operands."""

    operator: Operator
    parts: tuple[Expression, ...]

    @property
    def kind(self) -> str:
        """A number where it reckons, else a test."""
        return "number" if self.operator in _RECKONING else "boolean"


class AtLeast(_Node, frozen=True):
    """So many of some tests: true when enough surely are, false when enough can no longer be, else unknown."""

    count: int
    parts: tuple[Expression, ...]


class Text(_Node, frozen=True):
    """A value as text; null stays null. shown: to a person, so that it is short and an unknown is called so; percent: as a share."""

    value: Expression
    shown: bool = False
    percent: bool = False

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The value."""
        return (self.value,)


class Outcome(_Node, frozen=True):
    """What judging a group or window gives to a sentence: `correlation_value` ... of the scope."""

    scope: str
    name: str


if TYPE_CHECKING:
    Expression: TypeAlias = _Node
else:  # every kind by name: a tree that was kept is read back by what its fields may hold
    Expression = Field | Supplied | Literal | Element | Apply | AtLeast | Text | Outcome


def apply(operator: Operator, *parts: Expression) -> Apply:
    """An operator on its operands."""
    return Apply(operator, parts)


def all_of(tests: Iterable[Expression]) -> Expression:
    """True when all tests are, false when one is false, else unknown."""
    return _joined(Operator.AND, tuple(tests))


def any_of(tests: Iterable[Expression]) -> Expression:
    """True when a test is, false when all are false, else unknown; true where there is none to be met."""
    return _joined(Operator.OR, tuple(tests))


def _joined(operator: Operator, tests: tuple[Expression, ...]) -> Expression:
    if len(tests) == 1:
        return tests[0]
    return Apply(operator, tests) if tests else Literal(True)


def columns_in(expressions: Iterable[Expression], known: Collection[Expression] = ()) -> frozenset[str]:
    """The columns that expressions read, but for those of parts whose outcome is known."""
    found: set[str] = set()
    for one in expressions:
        if one not in known:
            found |= columns_in(one.parts, known) if one.parts else one.columns
    return frozenset(found)


def smallest_tests(expression: Expression) -> Iterator[Expression]:
    """The smallest tests that `and`, `or`, `not` and counting join."""
    if isinstance(expression, AtLeast) or (isinstance(expression, Apply) and expression.operator in _LOGICAL):
        for part in expression.parts:
            yield from smallest_tests(part)
    else:
        yield expression
