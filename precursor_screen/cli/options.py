"""Options that several commands have. What they are is said here; what they mean to a command is its own help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from precursor_screen.core.model import FAIL_ON

Command = Callable[..., Any]
Option = Callable[[Command], Command]
PATH = click.Path(path_type=Path)

mode_option = click.option(
    "--mode", metavar="OCTAL", help="Permissions of the files that are written [default: the setting, else 0600]."
)


def file_option(*names: str, words: str, metavar: str | None = None) -> Option:
    """The path of a file or folder."""
    return click.option(*names, type=PATH, metavar=metavar, help=words)


def outputs_option(words: str) -> Option:
    """-o, as `outputs`: files; may be given several times."""
    return click.option("-o", "--output", "outputs", multiple=True, type=PATH, help=words)


def json_option(words: str) -> Option:
    """--json, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=words)


def jurisdiction_option(words: str) -> Option:
    """--jurisdiction."""
    return click.option("--jurisdiction", metavar="CODE", help=words)


def as_of_option(words: str) -> Option:
    """--as-of, a day as text."""
    return click.option("--as-of", metavar="DATE", help=words)


def mapping_option(words: str) -> Option:
    """--mapping of tabular input."""
    return click.option("--mapping", metavar="NAME|PATH", help=words)


def encoding_option(words: str) -> Option:
    """--encoding of text input."""
    return click.option("--encoding", metavar="NAME", help=words)


def rules_option(words: str) -> Option:
    """--rules, as `rule_dirs`; may be given several times."""
    return click.option("--rules", "rule_dirs", multiple=True, type=PATH, help=words)


def watchlist_option(words: str) -> Option:
    """--watchlist, as `watchlists`; may be given several times."""
    return click.option("--watchlist", "watchlists", multiple=True, metavar="ID|PATH", help=words)


def fail_on_option(default: str) -> Option:
    """--fail-on."""
    words = f"Level of a new flag, or band of a shipment, from which the exit code is 1 [default: {default}]."
    return click.option("--fail-on", type=click.Choice(FAIL_ON), help=words)


def wait_option(words: str, seconds: float = 60.0) -> Option:
    """--wait for a ledger that another run holds; for nobody, unless asked to, where a command only looks."""
    shown = {"show_default": True} if seconds else {"metavar": "SECONDS"}
    return click.option("--wait", type=click.FloatRange(min=0), default=seconds, help=words, **shown)


def jobs_option(command: Command) -> Command:
    """--jobs."""
    words = "Processes for matching [default: as many as there are cores]."
    return click.option("--jobs", type=click.IntRange(min=0), default=0, help=words)(command)


def officer_options(who: str, second: str) -> Option:
    """--officer and --second: who decides, and who agrees."""

    def give(command: Command) -> Command:
        agrees = click.option("--second", metavar="NAME", default="", help=second)
        return click.option("--officer", metavar="NAME", help=f"{who} [default: the setting, else the system's user].")(
            agrees(command)
        )

    return give
