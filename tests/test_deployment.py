"""The files under docs/deployment: systemd takes them, their commands are ours, and what a run says reaches the officer."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from precursor_screen.cli.daily import command
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "deployment"
UNITS = ("precursor-screen.service", "precursor-screen.timer", "mail-to-officer@.service")
PROGRAM = "/usr/local/bin/precursor-screen"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units(tmp_path):
    for name in UNITS:
        text = (FOLDER / name).read_text().replace(PROGRAM, sys.executable)
        (tmp_path / name).write_text(text)
    units = [
        tmp_path / "precursor-screen.service",
        tmp_path / "precursor-screen.timer",
        tmp_path / "mail-to-officer@precursor-screen.service",
    ]
    shutil.copy(tmp_path / "mail-to-officer@.service", units[-1])
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False, timeout=60)
    ours = [line for line in done.stderr.splitlines() if any(unit.name in line for unit in units) or str(tmp_path) in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_they_run_daily_by_its_full_path_with_options_that_there_are():
    lines = [line for name in (*UNITS, "precursor-screen.cron") for line in (FOLDER / name).read_text().splitlines()]
    runs = [line for line in lines if " daily " in line]
    assert len(runs) == 2
    known = {option for parameter in command.params for option in parameter.opts}
    for run in runs:
        words = shlex.split(run[run.index(PROGRAM) :])
        assert words[:2] == [PROGRAM, "daily"]
        assert {w for w in words if w.startswith("--")} <= known


@pytest.mark.parametrize(
    ("said", "result", "mailed"),
    [
        ("precursor-screen: 2 hold (2026-11-26, EU)\n\nmore\n", "success", "precursor-screen: 2 hold (2026-11-26, EU)"),
        ("", "success", ""),
        ("", "oom-kill", "unit: the run ended without a word (oom-kill)"),
        ("error: no watchlist is imported\n", "exit-code", "error: no watchlist is imported"),
    ],
)
def test_what_a_run_said_is_mailed_and_a_killed_one_too(tmp_path, said, result, mailed):
    (line,) = re.findall(r"ExecStart=(.*)", (FOLDER / "mail-to-officer@.service").read_text())
    (tmp_path / "mail").write_text('#!/bin/sh\nprintf "%s" "$2" > sent\n')
    (tmp_path / "mail").chmod(0o755)
    (tmp_path / "mail.txt").write_text(said)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "OFFICER": "o",
        "MAIL": "mail.txt",
        "MONITOR_SERVICE_RESULT": result,
    }
    subprocess.run(
        shlex.split(line.replace("$$", "$").replace("%i", "unit")), cwd=tmp_path, env=environment, check=True, timeout=60
    )
    sent = Path(tmp_path, "sent")
    assert (sent.read_text() if sent.exists() else "") == mailed


def test_the_page_shows_the_files_as_they_are():
    page = (ROOT / "docs" / "daily.md").read_text()
    for name in (*UNITS, "precursor-screen.cron"):
        assert f"(deployment/{name})" in page
