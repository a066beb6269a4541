"""Phrases that read as translated, in what people read: messages, help, rules, documentation. Not in comments.

    python -m tools.words

Prints each with its place and ends with exit code 1 where there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PHRASE = re.compile(
    r"(?<!there )\b(?:is|are) no (?!longer|more|less|fewer|later|earlier|doubt)|\bnames no\b|\bholds no\b|\bstands? (?:twice|there\b|in\b(?! for))"
    r"|\btold of\b|\breckon|\bsay --|\bof the house\b|\bfor want of\b|\bworth a thought\b|\bis taken for\b|\bhas not (?:as|the)\b",
    re.IGNORECASE,
)
_ALLOWED = ("reckoned", "of the house type")  # a key of sealed evidence; the nomenclature
_READ = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "rules/**/*.yml",
    "precursor_screen/data/issues.csv",
    "precursor_screen/core/*.csv",
)


def phrases(text: str) -> list[str]:
    """The phrases in a text that are to be written otherwise."""
    return [found[0] for found in _PHRASE.finditer(text)] if text not in _ALLOWED else []


def strings_of(source: str, *, help_too: bool) -> Iterator[tuple[int, str]]:
    """Line and text of each string of a module; of docstrings only those of commands, which are their help."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not (help_too and isinstance(node, ast.FunctionDef) and node.decorator_list)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def check(root: Path = ROOT) -> Iterator[str]:
    """Each phrase with its place."""
    for path in sorted((root / "precursor_screen").rglob("*.py")):
        for line, text in strings_of(path.read_text("utf-8"), help_too=path.parent.name == "cli"):
            yield from (f"{path.relative_to(root)}:{line}: {phrase!r} in {text[:80]!r}" for phrase in phrases(text))
    for path in sorted(found for pattern in _READ for found in root.glob(pattern)):
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not text.lstrip().startswith("#") or path.suffix == ".md":
                yield from (f"{path.relative_to(root)}:{line}: {phrase!r}" for phrase in phrases(text))


if __name__ == "__main__":
    found = list(check())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
