"""Changes the program in small ways, one at a time, and asks whether the tests of the changed module's own folder notice.

    python -m tools.mutate text kernel history --count 60 --seed 7 --show-survivors

Draws mutants from the named packages, the same for the same seed and the same sources. Each is written into a copy of the tree,
never into the tree itself, and the tests of the folder that mirrors the package run against it, in one process that ends with the
first that fails: those that run the changed function come first, see `tools.traced`. What no test notices has survived; where a test
takes ten times as long as it did, the mutant is noticed too.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.mutants import PACKAGE, ROOT, Mutant, draw
from tools.traced import Chooser, Recorder, Watched, map_in_threads

NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "out", "dist", "build", "__pycache__", ".*_cache", ".hypothesis")
MARKS = "not slow and not browser and not postgres"
OPTIONS = ["-x", "-q", "-m", MARKS, "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
REMEMBERED = ROOT / "out" / "mutate"
HEAVY = ("duckdb", "pandas", "pyarrow.compute", "sqlalchemy")  # imported once for all processes that run tests
OUTCOMES = ("killed", "timed out", "survived")


def tests_of(path: Path) -> str | None:
    """The folder of the tests of a module: the one that mirrors its package."""
    folder = Path("tests") / path.relative_to(PACKAGE).parent
    return str(folder) if (ROOT / folder).exists() else None


def judge(mutant: Mutant, tree: Path, tests: list[Watched], asked: argparse.Namespace) -> str:
    """Says whether the tests in the copy notice the mutant: killed, timed out or survived."""
    target, folder = tree / mutant.path, tests_of(mutant.path)
    if folder is None:
        return "survived"
    kept, known = target.read_bytes(), [t for t in tests if t.name.startswith(folder + "/")]
    chooser = Chooser(map_in_threads(known, mutant, asked.budget), known)
    times = os.stat(target)
    try:
        target.write_text(mutant.source, encoding="utf-8")
        return run_tests(tree, folder, chooser, asked.limit)
    finally:
        target.write_bytes(kept)
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def record(tree: Path, folder: str, remembered: Path) -> None:
    """Runs all tests of a folder and writes down what each runs; that all of them pass is asked for."""
    recorder = Recorder(tree)
    if run_tests(tree, folder, recorder, None, lambda: _write(recorder.tests, remembered)) != "survived":
        sys.exit(f"{folder} fails without any change")


def _write(tests: list[Watched], remembered: Path) -> None:
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(json.dumps([(t.name, t.seconds, sorted(t.ran)) for t in tests]), encoding="utf-8")


def _read(remembered: Path) -> list[Watched]:
    if not remembered.exists():
        return []
    rows = json.loads(remembered.read_text(encoding="utf-8"))
    return [Watched(name, seconds, frozenset((path, function) for path, function in ran)) for name, seconds, ran in rows]


def run_tests(tree: Path, folder: str, plugin: object, limit: float | None, then: Callable[[], None] = lambda: None) -> str:
    """Runs tests of the copy in a process of their own, with its own package before any that is installed."""
    child = os.fork()
    if not child:
        _become_tests(tree, folder, plugin, then)
    until = time.monotonic() + (limit or float("inf"))
    try:
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return {0: "survived", 3: "timed out"}.get(os.waitstatus_to_exitcode(status), "killed")
            if time.monotonic() > until:
                return "timed out"
            time.sleep(0.02)
    finally:
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
        else:
            if not ended:
                os.waitpid(child, 0)


def _become_tests(tree: Path, folder: str, plugin: object, then: Callable[[], None]) -> None:
    os.setsid()
    os.chdir(tree)
    sys.dont_write_bytecode = True
    os.environ.update(PYTHONPATH=str(tree), PYTHONDONTWRITEBYTECODE="1")
    sys.path[:0] = [str(tree)]
    for name in [n for n in sys.modules if n.split(".")[0] in (PACKAGE, "tests")]:
        del sys.modules[name]  # of the tree that is not changed
    for stream in () if isinstance(plugin, Recorder) else (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    code = 1
    try:
        code = 0 if pytest.main([*OPTIONS, folder], plugins=[plugin]) in (0, 5) else 1  # 5: no test was chosen
        then()
    finally:
        sys.stdout.flush()  # what pytest says of a test that fails without any change
        os._exit(code)


def main() -> int:
    """Draws, judges, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", help=f"packages or modules under {PACKAGE}/")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", action="store_true", help="draw that many of each named package, not of all together")
    parser.add_argument("--without", nargs="+", default=[], help="modules that are left out, such as kernel/score.py")
    parser.add_argument("--limit", type=float, default=600, help="seconds for the tests of one mutant")
    parser.add_argument(
        "--budget", type=float, default=150, help="run no more tests on a mutant than take so many seconds by themselves"
    )
    parser.add_argument("--only", type=int, nargs="+", help="of those drawn, judge only these numbers")
    parser.add_argument("--list", action="store_true", help="draw, but judge nothing")
    parser.add_argument(
        "--trust", action="store_true", help="do not run the tests without a change first, where that was done before"
    )
    parser.add_argument("--show-survivors", action="store_true", help="list what no test noticed")
    asked = parser.parse_args()
    groups = [[p] for p in asked.packages] if asked.each else [asked.packages]
    drawn = [m for group in groups for m in draw(group, asked.count, asked.seed, asked.without)]
    numbered = [(n, m) for n, m in enumerate(drawn, 1) if not asked.only or n in asked.only]
    if asked.list:
        print("\n".join(f"{n}  {m}" for n, m in numbered))
        return 0
    outcomes: list[tuple[Mutant, str]] = []
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder).resolve() / "tree"
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        tests: dict[str, list[Watched]] = {}
        for package in sorted({m.package for _, m in numbered}):
            remembered = REMEMBERED / f"{package}.json"
            if not asked.trust or not remembered.exists():
                record(tree, f"tests/{package}", remembered)
            tests[package] = _read(remembered)
        for n, mutant in numbered:
            started = time.monotonic()
            outcomes.append((mutant, judge(mutant, tree, tests[mutant.package], asked)))
            print(f"{n:4} {time.monotonic() - started:5.0f} s  {outcomes[-1][1]:9} {mutant}", flush=True)
    _report(outcomes, asked.show_survivors)
    return 0


def _report(outcomes: list[tuple[Mutant, str]], survivors: bool) -> None:
    """A line a package, then each survivor with its change."""
    print(f"\n{'':10} {'mutants':>9} {'killed':>9} {'timed out':>9} {'survived':>9}    noticed")
    packages = sorted({m.package for m, _ in outcomes})
    for package in [*packages, *(["together"] if len(packages) > 1 else [])]:
        counts = Counter(o for m, o in outcomes if package in (m.package, "together"))
        numbers = " ".join(f"{n:9}" for n in (counts.total(), *(counts[o] for o in OUTCOMES)))
        print(f"{package:10} {numbers}    {1 - counts['survived'] / counts.total():7.0%}")
    for mutant in [m for m, o in outcomes if o == "survived"] if survivors else []:
        print("\n".join(["", f"{mutant.path}:{mutant.line}", *("  " + line for line in mutant.diff())]))


if __name__ == "__main__":
    sys.exit(main())
