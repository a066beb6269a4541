"""Small changes of a module's tree, one at a time: what a slip of the programmer would have made of it.

Boundaries and equalities of comparisons; conditions dropped, negated or forced; numbers one too many; min for max; defaults returned;
strip and lower left out; other words compared with; and the same inside the text of SQL.
"""

from __future__ import annotations

import ast
import copy
import difflib
import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "precursor_screen"

_OTHER_OPERATOR: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_SAY_NOTHING = ("annotation", "returns", "decorator_list", "format_spec")  # what is asserted holds, see `sites`
_DROPPED_CALLS = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold"}
_EMPTY = {"int": "0", "float": "0.0", "str": "''", "list": "[]", "tuple": "()", "dict": "{}", "set": "set()"}
_SQL = re.compile(
    r"\bselect\b.*\bfrom\b|\bcase when\b|\b(?:partition|order|group) by\b|\bis (?:not )?null\b|\bcoalesce\(|\bwhere\b.*[<=>]",
    re.S,
)
_SQL_SWAPS = [
    (re.compile(r"(?<![<>=!])<(?![=>])"), "<="), (re.compile("<="), "<"), (re.compile(r"(?<![-<>=!])>(?!=)"), ">="), (re.compile(">="), ">"),
    (re.compile(" and "), " or "), (re.compile(" or "), " and "), (re.compile(r"\bmin\("), "max("),
    (re.compile(r"\bmax\("), "min("), (re.compile(r"\bis null\b"), "is not null"), (re.compile(r"\bis not null\b"), "is null"),
]  # fmt: skip


class Site(Struct, frozen=True):
    """One way to change a tree: where, the node as it was, and what changes it in place."""

    line: int
    before: ast.AST
    change: Callable[[], ast.AST]


class Mutant(Struct, frozen=True):
    """A module with one change."""

    path: Path
    line: int
    function: str  # the function it lies in, by its qualified name; of a module or class the body: ""
    before: str
    after: str
    source: str

    @property
    def package(self) -> str:
        """The package under precursor_screen/ that holds it."""
        return self.path.relative_to(PACKAGE).parts[0]

    def diff(self) -> list[str]:
        """The lines that change, as a module without comments has them."""
        before, after = (ast.unparse(ast.parse(t)).splitlines() for t in ((ROOT / self.path).read_text("utf-8"), self.source))
        return [
            line for line in difflib.unified_diff(before, after, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))
        ]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.before}  ->  {self.after}"


def sites(tree: ast.AST) -> Iterator[Site]:
    """All changes that can be made to a tree, in the order of the text."""
    for name, value in ast.iter_fields(tree):
        if name in _SAY_NOTHING or isinstance(tree, ast.Assert):
            continue
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                yield from _sites(node, tree, name, at)
                yield from sites(node)


def _sites(node: ast.AST, parent: ast.AST, name: str, at: int | None) -> Iterator[Site]:
    """The changes of one node, which stands in the field `name` of its parent."""

    def put(new: ast.AST, shown: ast.AST | None = None, old: ast.AST = node) -> Site:
        def change() -> ast.AST:
            if at is None:
                setattr(parent, name, new)
            else:
                getattr(parent, name)[at] = new
            return shown or new

        return Site(getattr(old, "lineno", 0), copy.deepcopy(old), change)

    def edited(edit: Callable[[ast.AST], object], whole: ast.AST = node) -> Site:
        new = copy.deepcopy(whole)
        edit(new)
        return put(new)

    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            other = _OTHER_OPERATOR[type(op)]()
            yield edited(lambda n, i=i, other=other: n.ops.__setitem__(i, other))  # type: ignore[misc]
        equal = all(
            isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops
        )  # a longer word has the same place in an order
        for i, side in enumerate([node.left, *node.comparators] if equal else []):
            for j, word in enumerate(side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]):
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield edited(lambda n, i=i, j=j: _alter(n, i, j))  # type: ignore[misc]
    elif isinstance(node, ast.BoolOp):
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield put(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield put(node.operand)
    elif isinstance(node, ast.Constant) and type(node.value) is int and not isinstance(parent, ast.keyword | ast.Expr):
        yield put(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        yield edited(lambda n: setattr(n.func, "id", "max" if n.func.id == "min" else "min"))  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DROPPED_CALLS:
        yield put(node.func.value)
    elif isinstance(node, ast.FunctionDef):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Return) and inner.value is not None and node.returns is not None:
                yield _default(inner, ast.unparse(node.returns))
    elif isinstance(node, ast.Constant | ast.JoinedStr) and not isinstance(parent, ast.Expr | ast.JoinedStr):
        yield from _sql_sites(node, put)
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and name == "test" and "TYPE_CHECKING" not in ast.unparse(node):
        for forced in (True, False) if not isinstance(parent, ast.While) else (False,):
            yield put(ast.Constant(forced))
    elif isinstance(parent, ast.comprehension) and name == "ifs":
        yield put(ast.Constant(True))


def _alter(compare: ast.AST, i: int, j: int) -> None:
    assert isinstance(compare, ast.Compare)
    side = [compare.left, *compare.comparators][i]
    word = side.elts[j] if isinstance(side, ast.Tuple | ast.Set | ast.List) else side
    assert isinstance(word, ast.Constant)
    word.value = str(word.value) + "~"


def _default(node: ast.Return, annotation: str) -> Site:
    assert node.value is not None
    empty = f"not ({ast.unparse(node.value)})" if annotation == "bool" else _EMPTY.get(annotation.split("[")[0], "None")
    new, before = ast.parse(empty, mode="eval").body, copy.deepcopy(node)

    def change() -> ast.AST:
        node.value = new
        return node

    return Site(node.lineno, before, change)


def _sql_sites(node: ast.Constant | ast.JoinedStr, put: Callable[[ast.AST], Site]) -> Iterator[Site]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [p.value if isinstance(p, ast.Constant) and isinstance(p.value, str) else None for p in parts]
    if not _SQL.search("?".join(t or "" for t in texts)):
        return
    for i, text in enumerate(texts):
        for pattern, other in _SQL_SWAPS:
            for found in pattern.finditer(text or ""):
                assert text is not None
                if other == " or " and re.search(r"\bbetween\s+\S+$", text[: found.start()]):
                    continue  # the second bound's
                changed = ast.Constant(text[: found.start()] + other + text[found.end() :])
                yield put(changed if isinstance(node, ast.Constant) else ast.JoinedStr([*parts[:i], changed, *parts[i + 1 :]]))


def mutate(path: Path, text: str, nth: int) -> Mutant | None:
    """The nth mutant of a module; none where it does not compile or says the same."""
    tree = ast.parse(text)
    site = next(itertools.islice(sites(tree), nth, None))
    after = site.change()
    source = ast.unparse(ast.fix_missing_locations(tree))
    try:
        compile(source, str(path), "exec")
    except SyntaxError:
        return None
    if ast.dump(ast.parse(source)) == ast.dump(ast.parse(text)):
        return None
    return Mutant(
        path, site.line, _function(ast.parse(text), site.line), *_shown(ast.unparse(site.before), ast.unparse(after)), source
    )


def _function(tree: ast.AST, line: int, within: str = "") -> str:
    """The qualified name of the innermost function that holds a line."""
    for node in ast.iter_child_nodes(tree):
        if not getattr(node, "lineno", line) <= line <= (getattr(node, "end_lineno", None) or line):
            continue
        if isinstance(node, ast.FunctionDef):
            return _function(node, line, f"{within}{node.name}.<locals>.") or within + node.name
        if found := _function(node, line, f"{within}{node.name}." if isinstance(node, ast.ClassDef) else within):
            return found
    return ""


def _shown(before: str, after: str, around: int = 40) -> tuple[str, str]:
    """Two texts cut to what differs and a little beside it."""
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    ends = zip(reversed(before[same:]), reversed(after[same:]), strict=False)
    tail = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], ends))
    start = max(0, same - around)
    cut = [" ".join(t[start : len(t) - max(0, tail - around)].split()) for t in (before, after)]
    return cut[0], cut[1]


def draw(packages: list[str], count: int, seed: int, without: Sequence[str] = ()) -> list[Mutant]:
    """As many mutants of the packages as asked for, where there are so many: every change is as likely as any other."""
    left_out = {p for name in without for p in modules(name)}
    texts = {p: (ROOT / p).read_text(encoding="utf-8") for name in packages for p in modules(name) if p not in left_out}
    places = [(p, n) for p, text in sorted(texts.items()) for n, _ in enumerate(sites(ast.parse(text)))]
    random.Random(seed).shuffle(places)  # noqa: S311
    found = filter(None, (mutate(path, texts[path], nth) for path, nth in places))
    return sorted(itertools.islice(found, count), key=lambda m: (m.path, m.line))


def modules(name: str) -> list[Path]:
    """The modules of a package such as `kernel/windows`, or one module such as `kernel/score.py`, relative to the tree."""
    place = ROOT / PACKAGE / name
    return [p.relative_to(ROOT) for p in ([place] if place.is_file() else place.rglob("*.py"))]
