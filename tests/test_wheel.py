"""What is installed from a wheel works far from the checkout: rules, lists, tables and samples come out of the wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from sample_data.filing import WRITERS
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

FOLDERS = """
from precursor_screen.reference import shipped
rules = shipped.rules_folder()
print(rules, shipped.watchlists_folder(), shipped.substances_folder(), rules.parent / "sample_data", sep="\\n")
"""

# Commands in one process: what they read is then read once.
ONE_AFTER_ANOTHER = """
import contextlib, io
from precursor_screen.cli.main import run
for words in {}:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = int(run(words))
    print("== exit", code)
    print(said.getvalue())
"""


def call(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, with no setting and no path from outside."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRECURSOR_SCREEN_", "PYTHON", "VIRTUAL_ENV"))}
    environment["PRECURSOR_SCREEN_HOME"] = str(folder / "home")
    return subprocess.run(
        [str(c) for c in command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The interpreter of an environment that holds the wheel; the dependencies are this environment's."""
    place = tmp_path_factory.mktemp("environment")
    python = place / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel]
    done = call(*pip, folder=place)
    assert done.returncode == 0, done.stderr
    (packages,) = place.glob("lib/python*/site-packages")
    # A path named in a .pth file is searched, but its own .pth files (that of the editable checkout) are not.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_holds_the_data_and_nothing_of_the_workshop(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    wanted = ["py.typed", "data/rules/ps-chem-001.yml", "data/watchlists/sources.toml", "data/watchlists/sample-list.csv"]
    wanted += [
        "data/sample_data/manifest.csv",
        "core/columns.csv",
        "core/tables_of_columns.csv",
        "history/first_tables.sql",
        "data/substances/names.csv",
        "reporting/templates/report.html.jinja",
    ]
    wanted += [
        f"data/sample_data/formats/{name}" for name in WRITERS
    ]  # and nothing else by accident: the samples, what writes them
    assert [n for n in wanted if f"precursor_screen/{n}" not in names] == []
    samples = {n.removeprefix("precursor_screen/data/sample_data/").partition("/")[0] for n in names if "/sample_data/" in n}
    assert samples == {
        "filing",
        "formats",
        "generate.py",
        "registers",
        "thirty_days",
        *(f"manifest.{e}" for e in ("csv", "jsonl", "parquet", "xlsx")),
    }
    assert [n for n in names if not n.startswith(("precursor_screen/", "precursor_screen-"))] == []
    assert [n for n in names if n.endswith((".pyc", ".toml")) and "sources.toml" not in n] == []
    assert [n for n in names if n.endswith("LICENSE")]


def test_everything_that_ships_comes_from_inside_the_wheel(installed, tmp_path):
    done = call(installed, "-c", FOLDERS, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    folders = [Path(line) for line in done.stdout.splitlines()]
    assert len(folders) == 4
    for folder in folders:
        assert folder.is_dir()
        assert installed.parents[1] in folder.parents
        assert ROOT not in folder.parents


def test_the_sample_is_screened_from_an_empty_folder(installed, tmp_path):
    sample = Path(call(installed, "-c", FOLDERS, folder=tmp_path).stdout.splitlines()[-1]) / "manifest.csv"
    program = installed.parent / "precursor-screen"
    options = ["--watchlist", "sample", "--jurisdiction", "US", "--as-of", "2026-11-25"]
    done = call(program, "screen", sample, *options, "-o", "r.json", "-o", "r.html", "-o", "r.xlsx", folder=tmp_path)
    assert done.returncode == 3, done.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["coverage"]["lines_read"] == 200
    assert len(report["flags"]) > 50
    assert {"PS-CHEM-001", "PS-PTY-001"} <= {f["rule_id"] for f in report["flags"]}
    assert (tmp_path / "r.html").stat().st_size > 10_000
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.html", "r.json", "r.xlsx"]  # no home was made unasked


def test_the_other_commands_find_their_data(installed, tmp_path):
    told = {
        ("rules", "list"): "PS-CHEM-001",
        ("substances", "verify"): ": 0 problems",
        ("match", "Quimeralda Reactivos", "--watchlist", "sample"): "S001",
        ("lookup", "ACETONE"): "[acetone]",
    }
    done = call(installed, "-c", ONE_AFTER_ANOTHER.format([list(words) for words in told]), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("== ")[1:]
    assert len(answers) == len(told)
    for answer, says in zip(answers, told.values(), strict=True):
        assert answer.startswith("exit 0\n")
        assert says in answer
