"""The command line. A command's module is imported when the command runs, so that `--help` answers at once."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from precursor_screen.cli.common import discard_stdout, reader_may_leave
from precursor_screen.errors import ExitCode, PrecursorScreenError
from precursor_screen.reports.printable import printable
from precursor_screen.version import __version__

_INTERRUPTED = 130  # 128 and the number of the signal, as a shell reports it

# Command -> (module, one line for the list). The modules' own help says more.
COMMANDS = {
    "screen": ("screen", "Screen manifests (files, folders, globs, -), write reports."),
    "lookup": ("lookup", "Which controlled substances does a text name, and how do we know?"),
    "match": ("match", "Which watchlist entries does a name match, and how do we know?"),
    "explain": ("explain", "A flag, a rule, a substance, a watchlist entry or an issue code, in full."),
    "review": ("review", "Officers' verdicts on flags: list, add, import, export."),
    "rules": ("rules", "The rules: list, show, lint, test."),
    "substances": ("substances", "The substance tables: list, show, verify, diff."),
    "watchlists": ("watchlists", "The watchlists: import, update, status, verify, diff, remove."),
    "registers": ("registers", "Permits, notifications, licences, annual requirements: import, status."),
    "ledger": ("ledger", "The ledger: info, verify, backup, export, prune."),
    "mapping": ("mapping", "Column maps: guess."),
    "config": ("config", "Every setting, its value and where it came from."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the contract."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"precursor_screen.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggests the nearest command for one that does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from precursor_screen.names.suggest import did_you_mean

            raise click.UsageError(f"No such command {args[0]!r}. {did_you_mean(args[0], COMMANDS)}".rstrip(), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Output that nobody reads any more is no error; click would make it exit code 1, which means flags."""
        with reader_may_leave():
            return super().invoke(ctx)
        return ExitCode.CLEAR

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="precursor-screen")
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of imported watchlists [default: the platform's user data folder]."
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="Settings file [default: precursor-screen.toml in the working folder].",
)
@click.pass_context
def cli(ctx: click.Context, home: Path | None, config_file: Path | None) -> None:
    """Screen customs and trade manifests for drug precursors and listed parties.

    A flag is a question for an officer, never a verdict.

    \b
    Example:
      precursor-screen screen manifest.csv --jurisdiction US -o report.html
    """
    ctx.obj = {"home": home, "config": config_file}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and ends the process with the contract's exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal or pipe that is not UTF-8 still gets the whole report
    sys.exit(run(arguments))


# What DuckDB raises where neither memory nor the folder for what does not fit into it has room.
_NO_ROOM = ("OutOfMemoryException", "IOException")


def _engine_error() -> type[BaseException]:
    """What DuckDB raises, where it is loaded at all: a pattern or type that only shows when a rule runs."""
    error: type[BaseException] = getattr(sys.modules.get("duckdb"), "Error", RecursionError)
    return error


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; errors become one message, never a traceback.

    Returns:
        The contract's exit code; 130 after an interrupt.
    """
    try:
        result: Any = cli.main(
            args=None if arguments is None else list(arguments), prog_name="precursor-screen", standalone_mode=False
        )
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except PrecursorScreenError as error:
        for line in str(error).splitlines():
            click.echo(f"error: {printable(line)}", err=True)
        return error.exit_code
    except (RecursionError, _engine_error()) as error:
        message = printable(str(error).splitlines()[0]) if str(error) else type(error).__name__
        if type(error).__name__ in _NO_ROOM:
            remedy = "Screen fewer files at a time, or point TMPDIR at a larger disk"
            click.echo(f"error: there is no room in memory and on the temporary disk: {message}. {remedy}.", err=True)
        else:
            click.echo(
                f"error: a rule does not run: {message}. `precursor-screen rules lint` and `rules test` say which.", err=True
            )
        return ExitCode.USAGE
    except OSError as error:
        # Every place where a file is opened has a message of its own; what is left is standard output (a full disk).
        discard_stdout()
        click.echo(
            f"error: {printable(error.filename or 'standard output')}: {error.strerror}. Check space and permissions.", err=True
        )
        return ExitCode.USAGE
    return result if isinstance(result, int) else ExitCode.CLEAR
