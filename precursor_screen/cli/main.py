"""The command line. A command's module is imported when the command runs, so that `--help` answers at once."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.app.site_settings import home_of
from precursor_screen.cli import common
from precursor_screen.cli.common import discard_stdout, reader_may_leave, settings_of
from precursor_screen.core.errors import ExitCode, NoRoom, PrecursorScreenError
from precursor_screen.core.no_pandas import leave_out_pandas
from precursor_screen.core.words import printable
from precursor_screen.version import __version__

if TYPE_CHECKING:
    from precursor_screen.reference.shipped import LawTables

# Objects made between two searches for circles of garbage, of which a run leaves few: what it holds is tables. After every 700, as Python
# comes, they take 65 ms of the sample's 2.5 CPU-s and .75 of a million lines' 38.
_MADE = 100_000
_INTERRUPTED = 130  # 128 and the number of the signal, as a shell reports it

# Heading -> command -> (module, which may hold several, and one line for the list). The modules' own help says more.
HEADINGS = {
    "Screen": {
        "screen": ("screen", "Screen manifests (files, folders, globs, -), write reports."),
        "daily": ("daily", "Cron: screen what is new in a folder, exactly once."),
        "lookup": ("lookup", "Which controlled substances does a text name, and how do we know?"),
        "match": ("lookup:match", "Which watchlist entries does a name match, and how do we know?"),
    },
    "Decide": {
        "explain": ("explain", "A flag, a rule, a substance, a watchlist entry or an issue code, in full."),
        "review": ("review", "Officers' verdicts on flags: list, walk, add, import, export, stats."),
        "evidence": ("evidence", "A sealed bundle of a flag, an episode or a shipment: seal, verify."),
    },
    "Look back": {
        "audit": ("audit", "Audit an exporter over a period: volumes, partners, prices, thresholds, findings."),
        "reconcile": ("reconcile", "Shipments against permits, notifications, licences, annual requirements."),
        "return": ("reconcile:returned", "A year's imports and exports in the shape of the INCB's form D."),
        "ledger": ("ledger", "The ledger: info, verify, backup, export, prune."),
    },
    "Set up": {
        "doctor": ("doctor", "What is installed, imported, stale or wrong, and the next step."),
        "watchlists": ("watchlists", "The watchlists: import, update, status, verify, diff, remove."),
        "registers": ("registers", "Permits, notifications, licences, annual requirements: import, status."),
        "substances": ("substances", "The substance tables: list, show, verify, diff, status, import, add, pack, remove."),
        "rules": ("rules", "The rules: list, show, lint, test."),
        "mapping": ("mapping", "Column maps: list, check, guess, accept, forget."),
        "config": ("common:config", "Every setting, its value and where it came from."),
        "completion": ("doctor:completion", "The completion script of a shell: bash, zsh, fish."),
    },
}
COMMANDS = {name: entry for commands in HEADINGS.values() for name, entry in commands.items()}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the contract."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the module of a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"precursor_screen.cli.{module}"), name or "command")
        if not gc.isenabled():  # by `main`: the process is ours
            gc.freeze()
            gc.set_threshold(_MADE)
            gc.enable()
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggests the nearest command for one that does not exist."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from precursor_screen.core.words import did_you_mean

            raise click.UsageError(f"No such command {args[0]!r}. {did_you_mean(args[0], COMMANDS)}".rstrip(), ctx)
        if args and "--help" not in args and "-h" not in args:
            _check_address_space(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Output that nobody reads any more is no error; click would make it exit code 1, which means flags."""
        with reader_may_leave():
            return super().invoke(ctx)
        return ExitCode.CLEAR

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        for heading, commands in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, line) for name, (_, line) in commands.items()])


# What the libraries reserve on two cores with no input at all, measured. With less one of them ends the process as it starts, where
# nothing can be said any more.
_ADDRESS_SPACE = {"screen": 5 << 29, "daily": 5 << 29, "lookup": 1 << 30, "match": 1 << 30}


def _check_address_space(name: str) -> None:
    """Refuses to start where a limit (`ulimit -v`) cannot do. There is none on Windows.

    Raises:
        NoRoom: the limit is too low.
    """
    if sys.platform != "win32":
        import resource

        limit, needed = resource.getrlimit(resource.RLIMIT_AS)[0], _ADDRESS_SPACE.get(name, 0)
        if limit != resource.RLIM_INFINITY and limit < needed:
            raise NoRoom(
                f"the limit of this process leaves {limit / 2**30:.1f} GiB of address space; {name} needs {needed / 2**30:.1f} GiB",
                remedy="Raise the limit: ulimit -v unlimited",
            )


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="precursor-screen")
@common.file_option("--home", help="Folder of imported watchlists [default: the platform's user data folder].")
@common.file_option("--config", "config_file", help="Settings file [default: precursor-screen.toml in the working folder].")
@click.pass_context
def cli(ctx: click.Context, home: Path | None, config_file: Path | None) -> None:
    """Screen customs and trade manifests for drug precursors and listed parties.

    A flag is a question for an officer, never a verdict.

    \b
    Examples:
      precursor-screen doctor
      precursor-screen screen manifest.xlsx --jurisdiction US -o report.html
      precursor-screen explain SHIPMENT --report report.json
    """
    from precursor_screen.reference import shipped

    given = ctx.ensure_object(dict)
    given.update(home=home, config=config_file)
    shipped.use_law(cache(lambda: _open_law(given)))


def _open_law(given: dict[str, Any]) -> LawTables:
    """The tables of law of the home that a call names, when a command first asks for them."""
    from precursor_screen.reference.packs.store import open_law

    return open_law(home_of(settings_of(given)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and ends the process with the contract's exit code."""
    _open_standard_streams()
    common.no_traces()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's: unused here, yet each would ask for memory as it starts
    if (
        sys.platform == "linux"
    ):  # the C library's memory: a quarter less of it, and a fifth less time in the kernel, than Arrow's own keeper takes
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    leave_out_pandas()
    gc.disable()  # until a command is imported: modules are not garbage
    sys.exit(run(arguments))


class _Unheard(io.FileIO):
    """Standard error. That nobody reads it, or its disk is full, changes neither what was found nor the exit code."""

    def write(self, data: Any) -> int:
        """Writes as far as that goes."""
        with contextlib.suppress(OSError):
            return super().write(data)
        return len(data)


def _open_standard_streams() -> None:
    """All three are open, and take any character.

    One that the caller has closed (`>&-`) leads nowhere: else the next file opened, a ledger perhaps, would take its number, and
    what a library writes to standard error would end up in that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - stays open
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal or pipe that is not UTF-8 still gets the whole report
    if isinstance(sys.stderr, io.TextIOWrapper):
        raw = io.BufferedWriter(_Unheard(2, "w", closefd=False))
        sys.stderr = io.TextIOWrapper(raw, sys.stderr.encoding, "backslashreplace", line_buffering=True)


_RULES = ("precursor_screen.rulebook", "precursor_screen.kernel.judge.flag", "precursor_screen.kernel.judge.windows")
_TEMPORARY = "Screen fewer files at a time, or point TMPDIR at a larger disk"


def _engine_errors(*names: str) -> tuple[type[BaseException], ...]:
    """What DuckDB raises, where it is loaded at all."""
    return tuple(getattr(engine, name) for name in names) if (engine := sys.modules.get("duckdb")) else ()


def _is_of_a_rule(error: BaseException) -> bool:
    """Whether a rule's pattern, type or depth is at fault, which only shows when the rule runs."""
    is_ours = isinstance(error, _engine_errors("InternalException", "FatalException"))
    of_the_engine = isinstance(error, _engine_errors("Error")) and not is_ours
    frames = (frame.f_globals.get("__name__") or "" for frame, _ in traceback.walk_tb(error.__traceback__))
    return (of_the_engine or isinstance(error, RecursionError)) and any(name.startswith(_RULES) for name in frames)


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; errors become one message, never a traceback.

    Returns:
        The contract's exit code; 130 after an interrupt.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    given: dict[str, Any] = {"words": [_without_value(word) for word in words]}
    try:
        result: Any = cli.main(args=words, prog_name="precursor-screen", standalone_mode=False, obj=given)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except PrecursorScreenError as error:
        for line in str(error).splitlines():
            click.echo(f"error: {printable(line)}", err=True)
        return error.exit_code
    except BaseException as error:
        if isinstance(error, common.NOT_FAULTS):
            raise
        return _answer_fault(error, given)
    return result if isinstance(result, int) else ExitCode.CLEAR


def _without_value(word: str) -> str:
    """What the report of a fault may hold of a word of the command line: a command, or the name of an option."""
    return word.partition("=")[0] if word.startswith("--") else word if word in COMMANDS else "..."


def _answer_fault(error: BaseException, given: dict[str, Any]) -> ExitCode:
    """One message for an error that has none of its own.

    Returns:
        2 where a rule is at fault; else 4: whatever was being done was not finished, and nothing counts as screened.
    """
    code = ExitCode.NOT_SCREENED
    if isinstance(error, (MemoryError, *_engine_errors("OutOfMemoryException", "IOException"))):
        said = f"there is no room in memory and on the temporary disk: {_what(error)}. {_TEMPORARY}."
    elif _is_of_a_rule(error):
        said = f"a rule does not run: {_what(error)}. `precursor-screen rules lint` and `rules test` say which."
        code = ExitCode.USAGE
    elif isinstance(error, OSError) and error.strerror:
        # Every place where a file is opened has a message of its own; what is left is mostly standard output (a full disk).
        discard_stdout()
        said = f"{error.filename or 'standard output'}: {error.strerror}. Check space and permissions."
    else:
        fault = common.keep_fault(error, lambda: home_of(settings_of(given)), given["words"])
        said = f"unforeseen fault: {fault}. The command did not finish; nothing counts as screened. Report this to whoever maintains the program."
    click.echo(f"error: {printable(said)}", err=True)
    return code


def _what(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
