"""Lines of logic: what is left out, and what counts as a table."""

from __future__ import annotations

import pytest

from tools.lines import Lines, count_lines, count_packages, render

MODULE = '''"""A docstring
of two lines."""

from a import (
    b,
)

# A comment.
WORDS = {
    "one": 1,
    "two": 2,
}
SHORT = {"one": 1}
FROZEN = frozenset(
    ["one", "two",
     "three"]
)


def double(n):
    """Doubles."""
    import c

    text = """a text
of two lines"""
    return call(
        n * 2,  # twice
    )
'''


def test_lines_of_a_module():
    assert count_lines(MODULE) == Lines(modules=1, total=28, logic=7, tables=8)


@pytest.mark.parametrize(
    ("source", "logic", "tables"),
    [
        ("", 0, 0),
        ("x = 1\n", 1, 0),
        ("x = [\n 1,\n]\n", 0, 3),
        ("x = [1,\n 2]\n", 2, 0),
        ("x: list[int] = [\n 1,\n]\n", 0, 3),
        ("x = frozenset(\n {1, 2},\n)\n", 0, 3),
        ("x = sorted(\n y,\n)\n", 3, 0),
        ("class A:\n    '''Says\n    something.'''\n\n    x = 1\n", 2, 0),
        ("x = 1; import a\n", 0, 0),
    ],
)
def test_logic_and_tables(source, logic, tables):
    found = count_lines(source)
    assert (found.logic, found.tables) == (logic, tables)


def test_packages_and_their_sum(tmp_path):
    for name, text in {"one.py": "x = 1\n", "a/two.py": "y = 2\nz = 3\n", "a/b/three.py": "import x\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    packages = count_packages(tmp_path)
    assert packages == {".": Lines(1, 1, 1, 0), "a": Lines(2, 3, 2, 0)}
    assert render(packages).splitlines()[-1].split() == ["together", "3", "4", "3", "0"]
