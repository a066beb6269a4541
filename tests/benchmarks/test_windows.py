"""The benchmark of rules over time runs: it is started by hand, so nothing else would tell that it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.examples import SOAK

LINES = "20000" if SOAK else "4000"


@pytest.mark.slow
def test_each_part_runs_and_finds_flags() -> None:
    script = [sys.executable, str(ROOT / "benchmarks" / "windows.py"), "--lines", LINES, "--movements", LINES]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    flags = [int(line.split()[0].replace(",", "")) for line in done.stdout.splitlines() if line.rstrip().endswith(" flags")]
    assert len(flags) >= 3
    assert max(flags) > 0
