"""Help, version, what is imported for them, errors, pipes."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest

from precursor_screen.cli.main import COMMANDS, cli
from precursor_screen.version import __version__
from tests.cli.conftest import FEW, OTHER_DATA, OTHER_RULES, SAMPLE, cut_rules
from tests.thin import thin_tables
from tests.warm import PROGRAM, start


def every_command() -> list[list[str]]:
    """The words of every command and sub-command."""
    found: list[list[str]] = [[]]

    def walk(command: click.Command, words: list[str]) -> None:
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                found.append([*words, name])
                walk(command.get_command(click.Context(command), name), [*words, name])

    walk(cli, [])
    return found


def process(*arguments: str, program: str = PROGRAM, **options) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PRECURSOR_SCREEN_")} | options.pop("env", {})
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, timeout=60, check=False, env=environment, **options
    )


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example(ps, words):
    answer = ps(*words, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: precursor-screen{''.join(f' {w}' for w in words)} ")
    assert "Example" in answer.out
    assert f"  precursor-screen {' '.join(words[:1]) or 'screen'}" in answer.out


def test_the_list_of_commands_is_that_of_the_modules(ps):
    out = ps("--help").out
    assert [name for name in COMMANDS if f"\n  {name} " in out] == list(COMMANDS)


def test_version(ps):
    assert ps("--version").out == f"precursor-screen, version {__version__}\n"


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument):
    code = (
        "import sys\nfrom precursor_screen.cli.main import run\n"
        f"run([{argument!r}])\n"
        "print([m for m in ('pandas', 'pyarrow', 'duckdb', 'rich', 'numpy', 'yaml', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_help_of_a_command_imports_nothing_heavy_either():
    code = (
        "import sys\nfrom precursor_screen.cli.main import COMMANDS, run\n"
        "[run([c, '--help']) for c in COMMANDS]\n"
        "print([m for m in ('pandas', 'pyarrow', 'duckdb', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sceen", "x"], "Did you mean 'screen'?"),
        (["screen"], "Missing argument 'INPUT...'"),
        (["screen", "--no-such-option", "x"], "No such option"),
        (["rules", "lnit"], "No such command"),
        (["--config", "missing.toml", "config", "show"], "missing.toml cannot be read"),
        (["lookup"], "Missing argument"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_hint(ps, arguments, says):
    answer = ps(*arguments)
    assert answer.code == 2
    assert says in answer.err
    assert answer.out == ""


def test_a_file_name_cannot_steer_the_terminal(ps):
    answer = ps("screen", "\x1b[2Jno such file\x07.csv")
    assert answer.code == 2
    assert "\x1b" not in answer.err
    assert "\x07" not in answer.err


def test_an_interrupt_is_no_traceback(ps, monkeypatch):
    from precursor_screen.cli import common

    monkeypatch.setattr(common, "settings", lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
    answer = ps("config", "show")
    assert (answer.code, answer.err.strip()) == (130, "interrupted")


def reader_that_leaves(*arguments: str, program: str = PROGRAM) -> tuple[int, bytes]:
    """Exit code and standard error of a command whose output nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    done = start(program, *arguments, stdout=writing, text=False)
    os.close(writing)
    _, err = done.communicate(timeout=60)
    return done.returncode, err


def test_a_reader_that_leaves_early_is_no_error():
    assert reader_that_leaves("substances", "list") == (0, b"")


def test_a_reader_that_leaves_early_does_not_change_what_was_found(few_folder):
    arguments = ("screen", str(SAMPLE), "--watchlist", "sample", "--as-of", "2026-11-25", "--fail-on", "critical")
    assert reader_that_leaves(str(few_folder), *arguments, program=OTHER_RULES) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_behind_standard_output_is_one_message():
    with open("/dev/full", "wb") as full:
        done = start(PROGRAM, "config", "show", stdout=full.fileno(), text=False)
        _, said = done.communicate(timeout=60)
    assert done.returncode == 4
    assert said == b"error: standard output: No space left on device. Check space and permissions.\n"


def test_a_terminal_without_unicode_gets_the_whole_report(tmp_path):
    thin_tables(tmp_path / "substances")
    rules = str(cut_rules(tmp_path / "rules", *FEW, "ps-chem-008.yml"))
    words = (rules, "screen", str(SAMPLE), "--watchlist", "none", "--as-of", "2026-11-25")
    done = process(*words, program=OTHER_DATA, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"\\u0410C" in done.stdout  # the Cyrillic letter of a disguised name
    assert b"Could not be screened" in done.stdout
