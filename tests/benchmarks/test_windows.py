"""The benchmark of rules over time runs: it is started by hand, so nothing else would tell that it does not."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import ROOT
from tests.examples import SOAK
from tests.scripts import load_script

LINES = "20000" if SOAK else "4000"


@pytest.mark.slow
def test_each_part_runs_and_finds_flags(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    script = ROOT / "benchmarks" / "windows.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--lines", LINES, "--movements", LINES])
    load_script(script).main()
    lines = capsys.readouterr().out.splitlines()
    flags = [int(line.split()[0].replace(",", "")) for line in lines if line.rstrip().endswith(" flags")]
    assert len(flags) >= 3
    assert max(flags) > 0
