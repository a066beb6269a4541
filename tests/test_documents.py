"""The commands of README and of docs/journeys.md, run in the order in which they stand, on the data that ships."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

EXPECTED = re.compile(r"# exit (?P<codes>\d(?: or \d)*)(?:: (?P<words>.+))?")
# What README shows may find something, or set something aside; it may not fail.
DONE = frozenset({0, 1, 3})


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, and what is said of it: exit codes, words of its output."""

    line: str
    codes: frozenset[int] = DONE
    words: tuple[str, ...] = ()


def commands(page: str) -> Iterator[Command]:
    """The commands of the shell blocks of a page that use the program."""
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        lines = block.splitlines()
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            if not re.search(r"(?:^|\| )precursor-screen ", line):
                continue
            said = EXPECTED.fullmatch(below)
            if said:
                codes = frozenset(int(code) for code in said["codes"].split(" or "))
                yield Command(line, codes, tuple((said["words"] or "").split("; ")) if said["words"] else ())
            else:
                yield Command(line)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a checkout holds that the pages name."""
    for name in ("sample_data", "watchlists"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "daily").mkdir()
    past = 1_700_000_000  # files that nobody writes any more
    for path in (tmp_path / "sample_data").rglob("*"):
        os.utime(path, (past, past))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("page", "least"), [("README.md", 14), ("docs/journeys.md", 18)])
def test_the_commands_of_a_page_work_as_they_stand(checkout: Path, page: str, least: int) -> None:
    found = list(commands(page))
    assert len(found) >= least
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PRECURSOR_SCREEN_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
        "PRECURSOR_SCREEN_HOME": str(checkout / "home"),
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }
    for command in found:
        done = subprocess.run(
            command.line, shell=True, cwd=checkout, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        shown = done.stdout + done.stderr
        assert done.returncode in command.codes, f"{command.line}\nexit {done.returncode}\n{shown[-2000:]}"
        assert [w for w in command.words if w not in shown] == [], f"{command.line}\n{shown[-3000:]}"
        assert "Traceback" not in shown
