"""Counts the lines of logic of each package: what somebody who takes the program over has to understand.

    python -m tools.lines [FOLDER ...]

Left out are blank lines, comments, docstrings and imports. A table, which is a literal of three lines or more bound to a name, is counted
apart: it is read as data. Tables in CSV and YAML files are not counted at all.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
SHORTEST_TABLE = 3
_SAYS_NOTHING = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


class Lines(Struct, frozen=True):
    """Lines of some modules. total: all of them, as an editor counts."""

    modules: int = 0
    total: int = 0
    logic: int = 0
    tables: int = 0

    def __add__(self, other: Lines) -> Lines:
        return Lines(self.modules + other.modules, self.total + other.total, self.logic + other.logic, self.tables + other.tables)


def count_lines(source: str) -> Lines:
    """Counts one module."""
    tree = ast.parse(source)
    code = {line for token in tokenize.generate_tokens(io.StringIO(source).readline) for line in _lines_of(token)}
    code -= {line for node in ast.walk(tree) for line in _passed_over(node)}
    tables = {line for node in ast.walk(tree) for line in _table(node)} & code
    return Lines(1, len(source.splitlines()), len(code - tables), len(tables))


def _lines_of(token: tokenize.TokenInfo) -> range:
    return range(0) if token.type in _SAYS_NOTHING else range(token.start[0], token.end[0] + 1)


def _span(node: ast.stmt | ast.expr) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _passed_over(node: ast.AST) -> Iterator[int]:
    """Lines of imports and docstrings."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _span(node)
    elif (
        isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
    ):
        yield from _span(node.body[0])


def _table(node: ast.AST) -> Iterator[int]:
    """Lines of a literal that a name is given, such as a dictionary of words."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and len(_span(node)) >= SHORTEST_TABLE:
        rows = (ast.Dict, ast.List, ast.Set, ast.Tuple)
        if isinstance(node.value, rows) or (
            isinstance(node.value, ast.Call) and any(isinstance(a, rows) for a in node.value.args)
        ):
            yield from _span(node)


def count_packages(folder: Path) -> dict[str, Lines]:
    """Counts each package right below a folder; modules that lie in none are counted together under its own name."""
    found: dict[str, Lines] = defaultdict(Lines)
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        found[parts[0] if len(parts) > 1 else "."] += count_lines(path.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def render(packages: dict[str, Lines]) -> str:
    """A table for a terminal, the whole in the last line."""
    whole = sum(packages.values(), Lines())
    rows = [f"{'':12} {'modules':>8} {'lines':>8} {'logic':>8} {'tables':>8}"]
    rows += [
        f"{name:12} {n.modules:8,} {n.total:8,} {n.logic:8,} {n.tables:8,}"
        for name, n in [*packages.items(), ("together", whole)]
    ]
    return "\n".join(rows)


def main() -> None:
    """Prints a table a folder."""
    for name in sys.argv[1:] or ["precursor_screen"]:
        print(render(count_packages(ROOT / name)))


if __name__ == "__main__":
    main()
