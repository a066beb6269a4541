"""What commands share: settings, options, the ledger that is looked at, how they say things, and what they say of a fault."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from msgspec import Struct

from precursor_screen.app.site_settings import SETTINGS, Value, check_value, home_of, load_settings
from precursor_screen.cli.numbers import Number, Whole
from precursor_screen.core.errors import ExitCode, UsageError, mask_urls
from precursor_screen.core.model import FAIL_ON
from precursor_screen.core.words import printable
from precursor_screen.version import __version__

if TYPE_CHECKING:
    import io

    from precursor_screen.reporting.interface import Document

# Options that several commands have. What they are is said here; what they mean to a command is its own help.

Command = Callable[..., Any]
Option = Callable[[Command], Command]
PATH = click.Path(path_type=Path)


_MODE = "Permissions of the files that are written [default: the setting, else 0600]."
mode_option = click.option("--mode", metavar="OCTAL", help=_MODE)


# Given the words of their help, these are options.
file_option = partial(click.option, type=PATH)  # the path of a file or folder
outputs_option = partial(click.option, "-o", "--output", "outputs", multiple=True, type=PATH)
json_option = partial(click.option, "--json", "as_json", is_flag=True)
jurisdiction_option = partial(click.option, "--jurisdiction", metavar="CODE")
as_of_option = partial(click.option, "--as-of", metavar="DATE")
mapping_option = partial(click.option, "--mapping", metavar="NAME|PATH")
encoding_option = partial(click.option, "--encoding", metavar="NAME")
rules_option = partial(click.option, "--rules", "rule_dirs", multiple=True, type=PATH)
watchlist_option = partial(click.option, "--watchlist", "watchlists", multiple=True, metavar="ID|PATH")


def fail_on_option(default: str) -> Option:
    """--fail-on."""
    words = f"Level of a new flag, or band of a shipment, from which the exit code is 1 [default: {default}]."
    return click.option("--fail-on", type=click.Choice(FAIL_ON), help=words)


def wait_option(words: str, seconds: float = 60.0) -> Option:
    """--wait for a ledger that another run holds; for nobody, unless asked to, where a command only looks."""
    shown = {"show_default": True} if seconds else {"metavar": "SECONDS"}
    return click.option("--wait", type=Number(min=0), default=seconds, help=words, **shown)


_JOBS = "Processes for reading, matching and judging [default: as many as there are cores]."
jobs_option = click.option("--jobs", type=Whole(min=0), default=0, help=_JOBS)


def officer_options(who: str, second: str) -> Option:
    """--officer and --second: who decides, and who agrees."""

    def give(command: Command) -> Command:
        words = f"{who} [default: the setting, else the system's user]."
        agrees = click.option("--second", metavar="NAME", default="", help=second)
        return click.option("--officer", metavar="NAME", help=words)(agrees(command))

    return give


# What nobody foresaw: one short message, the report of the fault in a file under the home folder, no traceback on the terminal.

NOT_FAULTS = (KeyboardInterrupt, SystemExit, GeneratorExit)
FOLDER, KEPT = "faults", 20
_LONGEST = 160  # characters of a fault's own message that are shown
_DEEPEST = 40  # frames of a traceback that are kept: an endless recursion has a thousand, all alike
# What a message quotes may come from a manifest; so may anything that follows a colon.
_QUOTED = re.compile(r"(['\"]).*?\1|(?<=: ).*", re.DOTALL)


class Fault(Struct, frozen=True):
    """A fault and where its report is: summary in one line, digest of the place in the program, path or why there is none."""

    summary: str
    digest: str
    path: Path | None
    problem: str

    def __str__(self) -> str:
        """`ValueError: ... (report of the fault: PATH)`."""
        where = f"report of the fault: {self.path}" if self.path else f"the report could not be written: {self.problem}"
        return f"{self.summary} ({where})"


def summarise(error: BaseException) -> str:
    """The kind of an error and the beginning of its message, in one printable line."""
    lines = _message(error).splitlines()
    text = printable(lines[0].strip())[:_LONGEST] if lines else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def keep_fault(error: BaseException, home: Callable[[], Path], words: Iterable[str]) -> Fault:
    """Writes the report of a fault to `<home>/faults/`, of which the last few are kept.

    Args:
        error: the fault.
        home: tells the home folder; settings that cannot be read are no fault of their own.
        words: of the command line that may be kept.
    """
    import hashlib
    import platform

    trace = list(_traces(error))
    digest = hashlib.sha256("".join(trace).encode("utf-8", "replace")).hexdigest()[:12]
    now = datetime.now(UTC)
    head = [
        f"precursor-screen {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"{now.isoformat(timespec='seconds')}  precursor-screen {' '.join(words)}",
    ]
    path, problem = None, ""
    try:
        path = _write(home() / FOLDER, f"{now:%Y%m%dT%H%M%S}-{digest}.txt", "\n".join([*head, "", *trace]))
    except Exception as failed:  # noqa: BLE001 - the home may be anything, and the first fault must still be told
        problem = summarise(failed)
    return Fault(summarise(error), digest, path, problem)


def no_traces() -> None:
    """Threads and finalisers report nothing on the terminal: what they were to do fails where it is waited for."""
    import threading

    sys.excepthook = lambda _, error, __: print(f"error: {summarise(error)}", file=sys.stderr)
    sys.unraisablehook = lambda _: None
    threading.excepthook = lambda _: None


def _message(error: BaseException) -> str:
    with contextlib.suppress(Exception):  # an error that cannot even say what it is
        return str(error)
    return ""


def _traces(error: BaseException | None) -> Iterator[str]:
    """Places in the program, the last first in the chain of causes; messages without what they quote."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)
        left_out = len(frames) - _DEEPEST
        yield f"{type(error).__module__}.{type(error).__qualname__}: {_QUOTED.sub('...', _message(error))[:_LONGEST]}\n"
        yield from traceback.format_list(frames[: _DEEPEST // 2] if left_out > 0 else frames)
        if left_out > 0:
            yield f"  ... {left_out} frames ...\n"
            yield from traceback.format_list(frames[-_DEEPEST // 2 :])
        error = error.__cause__ or error.__context__


def _write(folder: Path, name: str, text: str) -> Path:
    from precursor_screen.core.files import remove_oldest, write_whole

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / name, text)  # for the owner alone: a message may name what nobody else should read
    remove_oldest(folder, "*.txt", KEPT)
    return folder / name


NOT_AUTHENTICATED = "The names are recorded, not authenticated."


def settings() -> dict[str, Value]:
    """The settings of this call; `--home` and `--config` stand before the command."""
    return settings_of(of_call())


def of_call() -> dict[str, Any]:
    """What stood before the command of this call (`home`, `config`), and which words of it a report of a fault may hold."""
    return click.get_current_context().ensure_object(dict)


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


def fault_keeper() -> Callable[[BaseException], str]:
    """Writes the report of a fault that befell one input, and gives the sentence that stands for it in the report of the run.

    The sentence holds no path and no time, so that the same inputs give the same report; standard error says where the file is.
    """
    given = of_call()

    def keep(error: BaseException) -> str:
        fault = keep_fault(error, lambda: home_of(settings_of(given)), given.get("words", ()))
        click.echo(f"! unforeseen fault {fault.digest}: {printable(fault)}", err=True)
        return f"could not be read because of a fault of this program ({fault.summary}), recorded as {fault.digest} under `faults` in the home folder"

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


def lines_at_hand() -> Iterator[list[str]]:
    """Standard input as text, as many lines as are there, so that who writes one and waits gets his answer; bytes that are not UTF-8
    survive as surrogates, so that no line is lost."""
    stream, begun = cast("io.BufferedReader", sys.stdin.buffer), list[bytes]()  # begun: of a line whose end has not come
    while read := stream.read1(1 << 16):
        whole, end, rest = read.rpartition(b"\n")
        if not end:
            begun.append(rest)
            continue
        lines = b"".join([*begun, whole]).split(b"\n")
        begun = [rest]
        yield [line.decode("utf-8", "surrogateescape").rstrip("\r") for line in lines]
    if last := b"".join(begun):
        yield [last.decode("utf-8", "surrogateescape").rstrip("\r")]


def lines_of_stdin() -> Iterator[str]:
    """The same, a line at a time."""
    for lines in lines_at_hand():
        yield from lines


def sure(question: str, yes: bool) -> bool:
    """Whether something is to be removed: asked on standard error unless that is settled.

    Raises:
        UsageError: nobody answers.
    """
    try:
        agreed = yes or click.confirm(question, err=True)
    except click.Abort as error:
        raise UsageError("This command asks for confirmation", remedy="Pass --yes when it runs unattended.") from error
    if not agreed:
        click.echo("Nothing was removed.")
    return agreed


def exit_code(found: object, not_judged: object = ()) -> ExitCode:
    """1 where something was found, else 3 where something could not be evaluated, else 0."""
    return ExitCode.FLAGGED if found else ExitCode.SET_ASIDE if not_judged else ExitCode.CLEAR


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
    from precursor_screen.reporting.interface import write

    for path in outputs:
        write(document, path, mode)
    if quiet:
        return
    if outputs:
        click.echo(f"wrote {printable(', '.join(map(str, outputs)))}: {said}", err=True)
        return
    with reader_may_leave():
        say(document.text())


# `config show`: every setting, its value and where it came from.


@click.group()
def config() -> None:
    """Settings come from precursor-screen.toml, then PRECURSOR_SCREEN_* variables, then the command line.

    \b
    Examples:
      precursor-screen config show
      precursor-screen --config /etc/precursor-screen.toml config show
      PRECURSOR_SCREEN_JURISDICTION=EU precursor-screen config show
    """


@config.command("show")
def show_settings() -> None:
    """Every setting, its value, where it came from and what it does.

    \b
    Example:
      precursor-screen config show
    """
    values = settings()
    for setting in SETTINGS:
        value = values[setting.key]
        shown = ", ".join(value.value) if setting.is_list else value.value
        if setting.key == "home" and not shown:
            shown = str(home_of(values))
        shown = mask_urls(shown)
        source = f"({printable(value.source)}; {setting.variable})"
        click.echo(f"{setting.key:<20} {printable(shown or '-'):<30} {source} {setting.doc}")
