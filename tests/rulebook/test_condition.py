"""The condition language and its three-valued meaning, against a plain Kleene evaluator."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest

from precursor_screen.rulebook.compile import ConditionError, parse_condition
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Field
from tests.rulebook.slow import at_least, both, either, negated

NAMES = {
    "a": Field("is_vague"),
    "b": Field("is_reference"),
    "near_1": Field("pen_found"),
    "near_2": Field("permit_found"),
}


def outcome(condition: str, values: dict[str, bool | None]) -> bool | None:
    test, _ = parse_condition(condition, NAMES)
    row = pa.table({NAMES[name].name: pa.array([value], pa.bool_()) for name, value in values.items()})
    return Rows.of(row).value(test)[0].as_py()


MEANINGS = {
    "a and b": lambda a, b, m, n: both([a, b]),
    "a or b": lambda a, b, m, n: either([a, b]),
    "not a": lambda a, b, m, n: negated(a),
    "a and not b": lambda a, b, m, n: both([a, negated(b)]),
    "not (a or b)": lambda a, b, m, n: negated(either([a, b])),
    "a or b and near_1": lambda a, b, m, n: either([a, both([b, m])]),
    "1 of near_*": lambda a, b, m, n: either([m, n]),
    "all of near_*": lambda a, b, m, n: both([m, n]),
    "2 of them": lambda a, b, m, n: at_least(2, [a, b, m, n]),
    "3 of them": lambda a, b, m, n: at_least(3, [a, b, m, n]),
}


@pytest.mark.parametrize("condition", MEANINGS)
def test_three_values_to_the_end(condition):
    for values in itertools.product([True, False, None], repeat=4):
        got = outcome(condition, dict(zip(NAMES, values, strict=True)))
        assert got == MEANINGS[condition](*values), (condition, values)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", "expected"),
        ("a and", "expected"),
        ("and a", "expected"),
        ("(a", "not closed"),
        ("a b", "'b' is not expected"),
        ("a)", "is not expected"),
        ("aa", "does not name a selection: 'aa'"),
        ("1 of far_*", "no selection is called like"),
        ("5 of them", "can never be right"),
        ("0 of them", "can never be right"),
        ("a; drop table x", "unexpected ';'"),
        ("a = b", "unexpected '='"),
    ],
)
def test_a_wrong_condition_is_refused(condition, expected):
    with pytest.raises(ConditionError, match=expected.replace("*", r"\*")):
        parse_condition(condition, NAMES)


@pytest.mark.parametrize("condition", ["a ", " a", "a\n", "\n\ta\t", "(a )", "( a)", "( a ) ", "a\nor\na"])
def test_blanks_and_ends_of_lines_mean_nothing(condition):
    assert [outcome(condition, {"a": value}) for value in (True, False, None)] == [True, False, None]


def test_the_names_used_are_reported():
    assert parse_condition("a and 1 of near_*", NAMES)[1] == {"a", "near_1", "near_2"}
