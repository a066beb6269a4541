"""Mutants: the same for the same seed, never without a change, of every kind that is promised."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from msgspec.structs import replace

from tools.mutants import Mutant, draw, mutate, sites
from tools.mutate import _read as read
from tools.mutate import tests_of as folder_of
from tools.traced import Watched, map_in_threads


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
        "assert a < 2 and b",
    ],
)
def test_what_says_nothing_is_left_alone(text):
    assert mutants_of(text) == set()


def test_words_that_are_compared_by_order_stay_as_they_are():
    assert mutants_of("'a' <= x") == {"'a' < x"}


def test_a_draw_is_the_same_for_the_same_seed_and_holds_as_many_as_asked_for():
    first, second, other = (draw(["history"], 5, seed) for seed in (1, 1, 2))
    assert first == second != other
    assert len(set(first)) == len(other) == 5


def test_modules_can_be_left_out_of_a_draw():
    assert not {m.path.name for m in draw(["history/chain.py", "history/batch.py"], 99, 1, ["history/batch.py"])} - {"chain.py"}


def test_a_mutant_says_where_it_lies_and_what_changes():
    text = "class A:\n    x = 1\n\n    def f(self):\n        return [a for a in self if a < 2]\n\n    def g(self):\n        def h():\n            return 3\n"
    mutants = [m for n in range(sum(1 for _ in sites(ast.parse(text)))) if (m := mutate(Path("precursor_screen/x.py"), text, n))]
    assert {(m.line, m.function) for m in mutants} == {(2, ""), (5, "A.f"), (9, "A.g.<locals>.h")}


def test_a_survivor_is_shown_as_the_lines_that_change():
    removed, added = draw(["history/chain.py"], 1, 1)[0].diff()
    assert (removed[0], added[0]) == ("-", "+")
    assert removed[1:] != added[1:]


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        ("text/dates.py", "tests/text"),
        ("kernel/judge/windows/judge.py", "tests/kernel/judge/windows"),
        ("engine.py", "tests"),
        ("nowhere/any.py", None),
    ],
)
def test_the_tests_of_a_module_are_its_folder(module, tests):
    assert folder_of(Path("precursor_screen") / module) == tests


MUTANT = Mutant(Path("precursor_screen/a/b.py"), 1, "f", "", "", "")
TESTS = [
    Watched("tests/a/test_c.py::other", 1, frozenset()),
    Watched("tests/a/test_c.py::slow", 9, frozenset({("precursor_screen/a/b.py", "f")})),
    Watched("tests/a/test_c.py::same_module", 1, frozenset({("precursor_screen/a/b.py", "g")})),
    Watched("tests/a/test_c.py::fast", 2, frozenset({("precursor_screen/a/b.py", "f")})),
    Watched("tests/a/test_b.py::namesake", 3, frozenset({("precursor_screen/a/b.py", "f")})),
]


@pytest.mark.parametrize(
    ("function", "budget", "expected"),
    [
        ("f", 99, ["namesake", "fast", "slow", "same_module", "other"]),
        ("f", 14, ["namesake", "fast", "slow"]),
        ("f", 1, ["namesake"]),
        ("", 99, ["namesake", "same_module", "fast", "slow", "other"]),
    ],
)
def test_the_tests_that_run_the_changed_function_come_first(function, budget, expected):
    turn = map_in_threads(TESTS, replace(MUTANT, function=function), budget)
    assert [t.name.split("::")[1] for t in turn] == expected


MODULE = """
from functools import lru_cache

@lru_cache
def double(n):
    return n * 2 if n > 0 else 0

def triple(n):
    return n * 3
"""
TESTS_OF_IT = """
import pytest
from precursor_screen.things.some import double, triple

@pytest.fixture(scope="module")
def six():
    return triple(2)

def test_first():
    assert double(2) == 4

def test_second():
    assert double(2) == 4

def test_third(six):
    assert six == 6

def test_fourth(six):
    assert six == 6
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree").resolve()
    package = {"precursor_screen/__init__.py": "", "precursor_screen/things/some.py": MODULE}
    for name, text in {**package, "tests/things/test_some.py": TESTS_OF_IT}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return folder


def apart(code: str, *arguments: object) -> str:
    """What a program of its own prints: the tool forks, and this process holds threads of libraries that a fork does not survive."""
    given = pickle.dumps(arguments)
    program = f"import pickle, sys; from pathlib import Path; from tools import mutate; given = pickle.loads(sys.stdin.buffer.read()); {code}"
    done = subprocess.run(
        [sys.executable, "-c", program], input=given, cwd=Path(__file__).parents[2], capture_output=True, check=True
    )
    return next(reversed(done.stdout.decode().splitlines()), "")


def test_what_each_test_runs_is_known_whatever_is_cached_or_shared(tree):
    apart("mutate.record(*given)", tree, "tests/things", tree / "out" / "known.json")
    by_name = {t.name.split("::")[1]: {f for _, f in t.ran} for t in read(tree / "out" / "known.json")}
    assert {name: ran - {"<module>"} for name, ran in by_name.items()} == {
        "test_first": {"double"}, "test_second": {"double"}, "test_third": {"triple"}, "test_fourth": {"triple"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("* 3", "* 4", "killed"),
        ("n > 0", "n > 1", "survived"),
        ("return n * 3", "import os; os._exit(7)", "killed"),
        ("return n * 3", "while True: pass", "timed out"),
        ("def double", "def", "killed"),
    ],
)
def test_a_mutant_is_judged_in_a_copy_that_is_left_as_it_was(tree, old, new, outcome):
    mutant = Mutant(Path("precursor_screen/things/some.py"), 9, "triple", "", "", MODULE.replace(old, new))
    code = "mutate.tests_of = lambda path: 'tests/things'; print(mutate.judge(*given))"
    assert apart(code, mutant, tree, [], Namespace(budget=60, limit=3)) == outcome
    assert (tree / mutant.path).read_text() == MODULE
