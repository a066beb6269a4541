"""Changes the program in small ways, one at a time, and asks whether the tests of the changed module's own folder notice.

    python -m tools.mutate names kernel ledger --count 60 --seed 7 --show-survivors

Draws mutants from the named packages, the same for the same seed and the same sources. Each is written into a copy of the tree,
never into the tree itself, and the copy's tests run against it: first the test module of the same name, then the folder that mirrors
the package. What no test notices has survived; what runs into the time limit counts as neither.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tools.mutants import PACKAGE, ROOT, Mutant, draw

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "out", "dist", "build", "__pycache__", ".*_cache", ".hypothesis")
MARKS = "not slow and not browser and not postgres"


def tests_of(path: Path) -> list[str]:
    """Where the tests of a module lie: the test module of its name, where there is one, then the folder."""
    folder = Path("tests") / path.relative_to(PACKAGE).parent
    own = folder / f"test_{path.stem}.py"
    return [str(p) for p in (own, folder) if (ROOT / p).exists()]


def judge(mutant: Mutant, tree: Path, limit: float) -> str:
    """Says whether the tests in the copy notice the mutant: killed, survived or timed out."""
    target = tree / mutant.path
    kept = target.read_bytes()
    compiled = Path(importlib.util.cache_from_source(str(target)))
    try:
        target.write_text(mutant.source, encoding="utf-8")
        for where in tests_of(mutant.path):
            compiled.unlink(missing_ok=True)  # it may be of the same second and size
            outcome = run_tests(tree, where, limit)
            if outcome != "survived":
                return outcome
        return "survived"
    finally:
        target.write_bytes(kept)
        compiled.unlink(missing_ok=True)


def run_tests(tree: Path, where: str, limit: float) -> str:
    """Runs tests of the copy, with its own package before any that is installed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", MARKS, "-p", "no:cacheprovider", "--hypothesis-seed=0", where]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    with subprocess.Popen(  # noqa: S603
        command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            return "survived" if process.wait(limit) in (0, 5) else "killed"  # 5: no test was chosen
        except subprocess.TimeoutExpired:
            return "timed out"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Draws, judges, reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", help=f"packages or modules under {PACKAGE}/")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=600, help="seconds for one run of tests")
    parser.add_argument("--only", type=int, nargs="+", help="of those drawn, judge only these numbers")
    parser.add_argument("--list", action="store_true", help="draw, but judge nothing")
    parser.add_argument("--trust", action="store_true", help="do not see first that the tests pass without a change")
    parser.add_argument("--show-survivors", action="store_true", help="list what no test noticed")
    asked = parser.parse_args()
    numbered = [
        (n, m) for n, m in enumerate(draw(asked.packages, asked.count, asked.seed), 1) if not asked.only or n in asked.only
    ]
    if asked.list:
        print("\n".join(f"{n}  {m}" for n, m in numbered))
        return 0
    outcomes: list[tuple[Mutant, str]] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        for where in [] if asked.trust else sorted({tests_of(m.path)[-1] for _, m in numbered}):
            if run_tests(tree, where, asked.limit) != "survived":
                sys.exit(f"{where} fails or takes longer than {asked.limit:g} s without any change")
        for n, mutant in numbered:
            outcomes.append((mutant, judge(mutant, tree, asked.limit)))
            print(f"{n:4} {outcomes[-1][1]:9} {mutant}", flush=True)
    for package in sorted({m.package for m, _ in outcomes}):
        counts = Counter(o for m, o in outcomes if m.package == package)
        share = counts["killed"] / counts.total()
        print(
            f"{package:10} {counts['killed']:4} killed {counts['survived']:4} survived {counts['timed out']:4} timed out {share:6.0%}"
        )
    if asked.show_survivors:
        print("\n".join(["\nSurvived:", *(f"  {m}" for m, o in outcomes if o == "survived")]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
