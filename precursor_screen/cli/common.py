"""What commands share: settings, home, watchlists, the reference."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.config import Value, check_rule_folders, check_value, default_home, load_settings
from precursor_screen.errors import UsageError, Where
from precursor_screen.reports.printable import printable

if TYPE_CHECKING:
    from precursor_screen.reference.bundle import SiteRules
    from precursor_screen.reference.watchlists.opened import Watchlist


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


def home_folder(values: dict[str, Value]) -> Path:
    """Where imported lists lie."""
    return Path(values["home"].value) if values["home"].value else default_home()


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
        raise UsageError(f"{option} {text!r} is no date", remedy="Write it as 2026-11-25.") from error


def open_watchlists(values: dict[str, Value], named: list[str], in_full: bool = False) -> tuple[tuple[Watchlist, ...], bool]:
    """The watchlists to screen against, and whether any are wanted.

    Args:
        values: for the home folder.
        named: ids, paths of private CSV files, `none` or `sample`; empty: all that are imported.
        in_full: whether every file is read to see that it is what was imported.

    Raises:
        WatchlistError: a named list, or one that was imported once, is missing or damaged.
    """
    from precursor_screen.api import open_watchlists as open_named

    if named == ["none"]:
        return (), False
    if "none" in named:
        raise UsageError("--watchlist none stands alone", remedy="Leave out the other lists.")
    return open_named(named, home_folder(values), in_full=in_full), True


def fault_keeper(ctx: click.Context) -> Callable[[BaseException], str]:
    """Writes the report of a fault that befell one input, and gives the sentence that stands for it in the report of the run.

    The sentence holds no path and no time, so that the same inputs give the same report; standard error says where the file is.
    """
    from precursor_screen.cli.faults import keep_fault

    given = ctx.find_root().obj or {}

    def keep(error: BaseException) -> str:
        fault = keep_fault(error, lambda: home_folder(settings_of(given)), given.get("arguments", ()))
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


def rule_folders(values: dict[str, Value], given: tuple[Path, ...], only: bool) -> tuple[Path, ...]:
    """The folders of a site's own rules: --rules, else the setting.

    Raises:
        UsageError: a folder that does not exist, or --only-rules without a folder, which would leave no rule at all.
    """
    folders = tuple(Path(p) for p in pick(values, "rules.dirs", tuple(str(p) for p in given), "--rules"))
    check_rule_folders(folders, only)
    return folders


def site_rules(values: dict[str, Value]) -> SiteRules:
    """What the settings add to the rules.

    Raises:
        UsageError: a file that does not exist.
    """
    from precursor_screen.reference.bundle import SiteRules

    files: dict[str, Path | None] = {}
    for name in ("params", "exceptions"):
        value = values[f"rules.{name}"]
        path = Path(value.value) if value.value else None
        if path is not None and not path.is_file():
            raise UsageError(
                f"does not exist (rules.{name}, from {value.source})", where=Where(str(path)), remedy="Check the path."
            )
        files[name] = path
    return SiteRules(values["rules.pack"].value, files["params"], files["exceptions"])


def ledger_url(values: dict[str, Value], option: str | None) -> str:
    """Where the ledger is: the option, else the setting; `home` is `<home>/ledger.sqlite`; empty: none is wanted."""
    url = str(option or values["ledger"].value or "")
    return f"sqlite:///{home_folder(values) / 'ledger.sqlite'}" if url == "home" else url


mode_option = click.option(
    "--mode", metavar="OCTAL", help="Permissions of the files that are written [default: the setting, else 0600]."
)


def file_mode(values: dict[str, Value], option: str | None) -> int:
    """The permissions of files that are written: the option, else the setting.

    Raises:
        UsageError: none, or none for a report.
    """
    from precursor_screen.reports.interface import parse_mode

    given = option is not None
    return parse_mode(str(pick(values, "mode", option, "--mode")), "--mode" if given else f"mode, from {values['mode'].source}")


def lines_of_stdin() -> Iterator[str]:
    """Standard input as text, a line at a time; bytes that are no UTF-8 survive as surrogates, so that no line is lost."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", "surrogateescape").rstrip("\r\n")


def echo_json(value: Any) -> None:
    """One JSON object on one line of standard output."""
    from precursor_screen.reports.json_report import dump

    sys.stdout.buffer.write(dump(value).encode("utf-8", "surrogateescape") + b"\n")
