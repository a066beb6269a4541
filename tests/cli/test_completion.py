"""What a shell offers while one types, and the scripts that ask for it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from precursor_screen.cli.main import cli
from tests.warm import PROGRAM, ROOT, start


def ask(**environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        process = start(PROGRAM, cwd=ROOT)
    out, err = process.communicate()
    return process.returncode, out, err


def offered(typed: str) -> set[str]:
    words = {"COMP_WORDS": f"precursor-screen {typed}", "COMP_CWORD": str(len(f"precursor-screen {typed}".split()) - 1)}
    code, out, err = ask(_PRECURSOR_SCREEN_COMPLETE="bash_complete", **words)
    assert code == 0, err
    return {line.partition(",")[2] for line in out.splitlines()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell):
    code, out, err = ask(_PRECURSOR_SCREEN_COMPLETE=f"{shell}_source")
    assert code == 0, err
    assert f"_PRECURSOR_SCREEN_COMPLETE={shell}_complete" in out


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("re", "review"),
        ("screen --samp", "--sample"),
        ("screen --fail-on cr", "critical"),
        ("explain PS-CHEM-00", "PS-CHEM-001"),
        ("explain ps-chem-00", "PS-CHEM-001"),
        ("explain acetic-an", "acetic-anhydride"),
        ("explain unparsed-q", "unparsed-quantity"),
    ],
)
def test_a_word_begun_is_ended(typed, word):
    words = offered(typed)
    assert word in words
    begun = typed.split()[-1].lower()
    assert all(w.lower().startswith(begun) for w in words)


def test_the_manual_page_tells_of_every_command():
    page = (ROOT / "docs" / "precursor-screen.1").read_text("utf-8")
    listed = CliRunner().invoke(cli, ["--help"]).output
    commands = [
        line.split()[0] for line in listed.partition("Screen:")[2].splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert len(commands) > 10
    for command in commands:
        assert f".SH PRECURSOR\\-SCREEN {command.upper()}\n" in page
