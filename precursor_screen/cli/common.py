"""What commands share: settings, options, the ledger that is looked at, and how they say things."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.app.config import Value, check_value, home_of, load_settings
from precursor_screen.cli.options import mode_option as mode_option
from precursor_screen.core.errors import UsageError
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.reporting.document import Document

NOT_AUTHENTICATED = "The names are recorded, not authenticated."


def settings(ctx: click.Context) -> dict[str, Value]:
    """The settings of this call; `--home` and `--config` stand before the command."""
    return settings_of(ctx.find_root().obj or {})


def settings_of(given: Mapping[str, Any]) -> dict[str, Value]:
    """The settings of a call, with what stood before its command (`home`, `config`)."""
    values = load_settings(given.get("config"))
    if given.get("home"):
        values["home"] = Value(str(given["home"]), "--home")
    return values


def pick(values: dict[str, Value], key: str, option: Any, name: str) -> Any:
    """The option of the command line where it was given, else the setting."""
    if option in (None, ()):
        return values[key].value
    return check_value(key, list(option) if isinstance(option, tuple) else option, name)


def parse_day(text: str | None, option: str) -> date:
    """An ISO date, or today.

    Raises:
        UsageError: no date.
    """
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a date", remedy="Write it as 2026-11-25.") from error


def show_progress(doing: str, quiet: bool = False) -> None:
    """Says on a terminal what is being done, in place of what was said before; without a word clears the line."""
    if sys.stderr.isatty() and not quiet:
        click.echo(f"\r\x1b[2K{doing and f'{doing} ...'}", nl=False, err=True)


def fault_keeper(ctx: click.Context) -> Callable[[BaseException], str]:
    """Writes the report of a fault that befell one input, and gives the sentence that stands for it in the report of the run.

    The sentence holds no path and no time, so that the same inputs give the same report; standard error says where the file is.
    """
    from precursor_screen.cli.faults import keep_fault

    given = ctx.find_root().obj or {}

    def keep(error: BaseException) -> str:
        fault = keep_fault(error, lambda: home_of(settings_of(given)), given.get("words", ()))
        click.echo(f"! unforeseen fault {fault.digest}: {printable(fault)}", err=True)
        return f"met an unforeseen fault, {fault.digest} under `faults` of the home folder ({fault.summary})"

    return keep


@contextlib.contextmanager
def reader_may_leave() -> Iterator[None]:
    """The reader of our output may go before all of it is written (`| head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()


def discard_stdout() -> None:
    """Sends what is still to be written nowhere: Python flushes once more at exit, and would fail again."""
    with contextlib.suppress(OSError):  # not a real file (under test), so that nothing is flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def officer_of(values: dict[str, Value], given: str | None) -> str:
    """Who decides: the option, else the setting, else the system's user."""
    from precursor_screen.history.database import os_user

    return str(pick(values, "officer", given or None, "--officer") or os_user())


def file_mode(values: dict[str, Value], option: str | None) -> int:
    """The permissions of files that are written: the option, else the setting.

    Raises:
        UsageError: none, or none for a report.
    """
    from precursor_screen.reporting.interface import parse_mode

    given = option is not None
    return parse_mode(str(pick(values, "mode", option, "--mode")), "--mode" if given else f"mode, from {values['mode'].source}")


def lines_of_stdin() -> Iterator[str]:
    """Standard input as text, a line at a time; bytes that are no UTF-8 survive as surrogates, so that no line is lost."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "surrogateescape").rstrip("\r\n")


def sure(question: str, yes: bool) -> bool:
    """Whether something is to be removed: asked on standard error unless that is settled.

    Raises:
        UsageError: nobody answers.
    """
    try:
        agreed = yes or click.confirm(question, err=True)
    except click.Abort as error:
        raise UsageError("Nobody is there to answer", remedy="Say --yes.") from error
    if not agreed:
        click.echo("Nothing was removed.")
    return agreed


def unknown(message: str, name: str, known: Iterable[str], otherwise: str) -> UsageError:
    """The error about a name that is not known, which suggests the nearest that is."""
    from precursor_screen.core.words import did_you_mean

    return UsageError(message, remedy=did_you_mean(name, known) or otherwise)


def say(lines: Iterable[object], mark: str = "", *, err: bool = False) -> None:
    """Prints a line each, safe to print, behind a mark."""
    for line in lines:
        click.echo(f"{mark}{printable(line)}", err=err)


def fields(value: Any, names: str) -> dict[str, Any]:
    """Some fields of a record, for JSON: their names, separated by spaces."""
    return {name: getattr(value, name) for name in names.split()}


def echo_json(value: Any) -> None:
    """One JSON object on one line of standard output."""
    from precursor_screen.core.json_text import dump

    sys.stdout.buffer.write(dump(value).encode("utf-8", "surrogateescape") + b"\n")


def deliver(document: Document, outputs: tuple[Path, ...], mode: int, said: str, *, quiet: bool = False) -> None:
    """Writes the files, and says what they hold; without any, prints."""
    from precursor_screen.reporting.registry import write

    for path in outputs:
        write(document, path, mode)
    if quiet:
        return
    if outputs:
        click.echo(f"wrote {printable(', '.join(map(str, outputs)))}: {said}", err=True)
        return
    with reader_may_leave():
        say(document.text())
