"""`config show`: every setting, its value and where it came from."""

from __future__ import annotations

import click

from precursor_screen.app.config import SETTINGS, home_of
from precursor_screen.cli import common
from precursor_screen.core.errors import mask_urls
from precursor_screen.core.words import printable


@click.group()
def command() -> None:
    """Settings come from precursor-screen.toml, then PRECURSOR_SCREEN_* variables, then the command line.

    \b
    Example:
      precursor-screen config show
    """


@command.command()
@click.pass_context
def show(ctx: click.Context) -> None:
    """Every setting, its value, where it came from and what it does.

    \b
    Example:
      precursor-screen config show
    """
    values = common.settings(ctx)
    for setting in SETTINGS:
        value = values[setting.key]
        shown = ", ".join(value.value) if setting.is_list else value.value
        if setting.key == "home" and not shown:
            shown = str(home_of(values))
        shown = mask_urls(shown)
        source = f"({printable(value.source)}; {setting.variable})"
        click.echo(f"{setting.key:<20} {printable(shown or '-'):<30} {source} {setting.doc}")
