"""Mutants: the same for the same seed, never without a change, of every kind that is promised."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.mutants import draw, mutate, sites
from tools.mutate import tests_of as folders_of


def mutants_of(text: str) -> set[str]:
    """What the mutants of a text say, less those that say the same."""
    count = sum(1 for _ in sites(ast.parse(text)))
    found = (mutate(Path("precursor_screen/x.py"), text, n) for n in range(count))
    return {m.source for m in found if m is not None}


@pytest.mark.parametrize(
    ("text", "mutant"),
    [
        ("a < b", "a <= b"),
        ("a >= b", "a > b"),
        ("a == b", "a != b"),
        ("a in b", "a not in b"),
        ("a and b", "a"),
        ("a and b or c", "a and b"),
        ("not a", "a"),
        ("a if b else c", "a if True else c"),
        ("a if b else c", "a if False else c"),
        ("[a for a in b if c]", "[a for a in b if True]"),
        ("x = 7", "x = 8"),
        ("min(a, b)", "max(a, b)"),
        ("a.strip().lower()", "a.lower()"),
        ("a.strip().lower()", "a.strip()"),
        ("a == 'word'", "a == 'word~'"),
        ("a in ('one', 'two')", "a in ('one', 'two~')"),
        ("def f() -> list[str]:\n    return a", "def f() -> list[str]:\n    return []"),
        ("def f() -> bool:\n    return a", "def f() -> bool:\n    return not a"),
        ("x = 'select a from b where c < 1'", "x = 'select a from b where c <= 1'"),
        ("x = 'select a from b where c and d'", "x = 'select a from b where c or d'"),
        ("x = 'select min(a) from b'", "x = 'select max(a) from b'"),
        ("x = 'select a from b where c is null'", "x = 'select a from b where c is not null'"),
        ("x = f'select a from {b} where c > {d}'", "x = f'select a from {b} where c >= {d}'"),
    ],
)
def test_a_kind_of_change_is_made(text, mutant):
    assert mutant in mutants_of(text)


@pytest.mark.parametrize(
    "text",
    [
        '"""Text about a select from b where c < 1."""',
        "x = 'bread and butter'",
        "from a import b",
        "def f(x: Literal[3]) -> Literal[4]: ...",
        "x = 'select a from b where c between 1 and 2'",
        "x = 'select a from b where c <> d'",
        "x = 'a'.join(b)",
    ],
)
def test_what_says_nothing_is_left_alone(text):
    assert mutants_of(text) == set()


def test_words_that_are_compared_by_order_stay_as_they_are():
    assert mutants_of("'a' <= x") == {"'a' < x"}


def test_a_draw_is_the_same_for_the_same_seed_and_holds_as_many_as_asked_for():
    first, second, other = (draw(["ledger"], 5, seed) for seed in (1, 1, 2))
    assert first == second != other
    assert len(set(first)) == len(other) == 5


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        ("names/dates.py", ["tests/names/test_dates.py", "tests/names"]),
        ("names/suggest.py", ["tests/names"]),
        ("kernel/judge/windows/judge.py", ["tests/kernel/windows/test_judge.py", "tests/kernel/windows"]),
    ],
)
def test_the_tests_of_a_module_are_its_namesake_then_its_folder(module, tests):
    assert folders_of(Path("precursor_screen") / module) == tests
