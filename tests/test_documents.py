"""The commands of README and of docs/journeys.md, run in the order in which they stand, on the data that ships."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec import Struct

from precursor_screen.cli.main import cli, run
from precursor_screen.reference import shipped
from tests.cli.conftest import FEW, cut_rules, read_tables_once
from tests.conftest import ROOT
from tests.examples import SOAK

EXPECTED = re.compile(r"# exit (?P<codes>\d(?: or \d)*)(?:: (?P<words>.+))?")
# What README shows may find something, or set something aside; it may not fail.
DONE = frozenset({0, 1, 3})


# The rules of which the pages tell something: a commit runs the commands with these, a soak with all.
TOLD_OF = ("ps-chem-003.yml", "ps-chem-010.yml", "ps-doc-004.yml", "ps-pty-018.yml", "ps-qty-005.yml")


class Command(Struct, frozen=True):
    """A command of a page, and what is said of it: exit codes, words of its output."""

    line: str
    codes: frozenset[int] = DONE
    words: tuple[str, ...] = ()


def commands(page: str) -> Iterator[Command]:
    """The commands of the shell blocks of a page that use the program; what they need besides: variables, keys."""
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        lines = block.splitlines()
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            if not re.search(r"(?:^|\| )precursor-screen |^export |^ssh-keygen ", line):
                continue
            said = EXPECTED.fullmatch(below)
            if said:
                codes = frozenset(int(code) for code in said["codes"].split(" or "))
                yield Command(line, codes, tuple((said["words"] or "").split("; ")) if said["words"] else ())
            else:
                yield Command(line)


@pytest.fixture
def checkout(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a checkout holds that the pages name, as the working folder."""
    folder = home.parent
    for name in ("sample_data", "watchlists"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "README.md", folder)
    (folder / "out").mkdir()
    (folder / "out" / "daily").mkdir()
    past = 1_700_000_000  # files that nobody writes any more
    for path in (folder / "sample_data").rglob("*"):
        os.utime(path, (past, past))
    monkeypatch.setenv("NO_COLOR", "1")
    return folder


def thin_out(folder: Path, page: str) -> None:
    """README tells nothing of what thirty days hold, and a few of them show that its command works; the journeys tell."""
    if page == "README.md":
        for path in sorted((folder / "sample_data" / "thirty_days").glob("*.csv"))[3:]:
            path.unlink()


def run_line(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs a line of a shell in this process, where what ships is loaded once; it may begin with `echo WORDS |`."""
    if line.startswith("export "):
        name, _, value = line.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, value)
        return 0
    if line.startswith("ssh-keygen "):
        if not shutil.which("ssh-keygen"):
            pytest.skip("ssh-keygen is not installed: the rest of the page was not run")
        return subprocess.run(shlex.split(line), check=False).returncode
    echoed, _, command = line.rpartition(" | ")
    _, *words = shlex.split(echoed) or [""]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(" ".join(words).encode() + b"\n")))
    program, *arguments = shlex.split(command, comments=True)
    assert (program, echoed.partition(" ")[0]) in (("precursor-screen", ""), ("precursor-screen", "echo")), line
    return int(run(arguments))


@pytest.mark.slow
@pytest.mark.parametrize(("page", "least"), [("README.md", 11), ("docs/journeys.md", 40)])
def test_the_commands_of_a_page_work_as_they_stand(
    checkout: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    page: str,
    least: int,
) -> None:
    found = list(commands(page))
    assert len(found) >= least
    thin_out(checkout, page)
    if not SOAK:
        few = cut_rules(tmp_path_factory.mktemp("few") / "rules", *FEW, *TOLD_OF)
        monkeypatch.setattr(shipped, "rules_folder", lambda: few)
        read_tables_once(monkeypatch)
    for command in found:
        code = run_line(command.line, monkeypatch)
        shown = b"".join(capsysbinary.readouterr()).decode()
        assert code in command.codes, f"{command.line}\nexit {code}\n{shown[-2000:]}"
        assert [w for w in command.words if w not in shown] == [], f"{command.line}\n{shown[-3000:]}"
        assert "Traceback" not in shown


def written_commands() -> Iterator[tuple[str, str]]:
    """Page and command, of everything that README and the documentation write as a call of the program."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        fenced = re.findall(r"```(?:sh|text)\n(.*?)```", text, re.DOTALL)
        lines = [line.partition(" | ")[2] or line for block in fenced for line in block.splitlines()]
        spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        for line in (*lines, *spans):
            plain = re.sub(r"\s+#.*|\s[<>].*", "", line.strip().removeprefix("$ "))
            if plain.startswith("precursor-screen ") and not re.search(r"[|\[\]…]|\.\.\.|<Tab>", plain):
                yield path.name, plain


@pytest.mark.filterwarnings("ignore:'protected_args' is deprecated")
@pytest.mark.parametrize(("page", "line"), sorted(set(written_commands())))
def test_every_command_that_is_written_anywhere_is_one(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = cli.make_context("precursor-screen", words)
    try:
        while isinstance(command, click.Group):
            name, found, rest = command.resolve_command(context, [*context.protected_args, *context.args])
            assert found is not None
            command, context = found, found.make_context(name, rest, parent=context)
    except (click.MissingParameter, click.exceptions.NoArgsIsHelpError):
        assert [word for word in words if not re.fullmatch("[a-z-]+", word)] == []  # a command by its name
