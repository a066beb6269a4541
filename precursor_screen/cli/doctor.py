"""`doctor`: what is installed and set up, and what to do next; `completion`: what a shell needs to complete commands and ids."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
from msgspec.structs import asdict

from precursor_screen.cli import common
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.core.errors import ExitCode


@click.command()
@common.json_option(help="One JSON object.")
def command(as_json: bool) -> ExitCode:
    """What is installed, imported, stale or wrong, and the next step. Nothing is changed, and nothing is fetched.

    Exit code 4 when something is wrong; what is missing or stale is named and exits 0.

    \b
    Examples:
      precursor-screen doctor
      precursor-screen doctor --json
      precursor-screen --home /srv/screening doctor
    """
    from precursor_screen.app.doctor import WRONG, examine, next_step
    from precursor_screen.core.errors import ExitCode

    findings = examine(common.settings(), date.today())
    step = next_step(findings)
    if as_json:
        common.echo_json({"findings": [asdict(f) for f in findings], "next": step})
    else:
        for finding in findings:
            click.echo(f"{finding.state:<8} {finding.what:<26} {printable(finding.said)}")
            if finding.to_do:
                click.echo(f"{'':<35} {printable(finding.to_do)}")
        click.echo(f"\nNext: {printable(step)}")
    return ExitCode.NOT_SCREENED if any(f.state == WRONG for f in findings) else ExitCode.CLEAR


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """The script that completes commands, options and ids in a shell; docs/shell.md says where each shell looks for it.

    \b
    Examples:
      precursor-screen completion bash > ~/.local/share/bash-completion/completions/precursor-screen
      precursor-screen completion zsh > ~/.zfunc/_precursor-screen
      precursor-screen completion fish > ~/.config/fish/completions/precursor-screen.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(ctx.find_root().command, {}, "precursor-screen", "_PRECURSOR_SCREEN_COMPLETE").source())
