"""`ledger`: info, verify, upgrade, backup, export, prune."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict

from precursor_screen.app.site_settings import ledger_of
from precursor_screen.cli import common
from precursor_screen.cli.numbers import Whole
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.history.store import Ledger
    from precursor_screen.history.upkeep import Info

    Opening = Callable[..., Ledger]


def place_of(given: str | None) -> str:
    """Where the ledger is that a command looks at: as given, as set, or in the home."""
    values = common.settings()
    return ledger_of(values, given) or ledger_of(values, "home")


def open_existing(given: str | None, wait: float, *, upgrade: bool = False) -> Ledger:
    """The ledger that a command looks at; none is made, and only `upgrade` changes one of an older version.

    Raises:
        LedgerError: there is none, or it cannot be opened.
    """
    from precursor_screen.history.store import open_ledger

    return open_ledger(place_of(given), wait=wait, create=False, upgrade=upgrade)


ledger_option = click.option(
    "--ledger", "url", metavar="PATH|URL|home", help="A file, postgresql://... or home [default: the setting, else home]."
)
_wait_option = common.wait_option("How long to wait for a run that is being recorded.", 0.0)


_KINDS = click.Choice(["parquet", "csv"])
_DAYS = "How many days of movements and resolved flags stay [default: the setting ledger_days, else 800]."


def with_ledger(*, waits: bool = False) -> common.Option:
    """Gives a command --ledger (and --wait), and as `opening` what opens the ledger that they name."""

    def give(command: common.Command) -> common.Command:
        @functools.wraps(command)
        def call(*args: Any, url: str | None, wait: float = 0, **given: Any) -> Any:
            return command(*args, opening=functools.partial(open_existing, url, wait), **given)

        return ledger_option(_wait_option(call) if waits else call)

    return give


@click.group()
def command() -> None:
    """The ledger: what was screened, what moved, what was flagged and what officers said of it.

    \b
    Examples:
      precursor-screen ledger info
      precursor-screen ledger verify
      precursor-screen ledger backup /backup/ledger-2026-11-25.sqlite
    """


@command.command()
@with_ledger()
@common.json_option(help="Print one JSON object.")
def info(opening: Opening, as_json: bool) -> None:
    """What the ledger holds.

    \b
    Example:
      precursor-screen ledger info --json
    """
    with opening() as ledger:
        found = ledger.info()
    if as_json:
        common.echo_json(asdict(found))
    else:
        click.echo("\n".join(_described(found)))


def _described(found: Info) -> Iterator[str]:
    size = "" if found.bytes is None else f", {found.bytes / 1e6:,.1f} MB"
    yield f"{printable(found.place)}: version {found.version}{size}"
    yield f"  runs        {found.runs:,}{f', the last ended {found.last_run}' if found.last_run else ''}; files {found.files:,}"
    days = f", {found.first_day} to {found.last_day}" if found.first_day else ""
    beside = f"{found.superseded:,} superseded, {found.cancelled:,} cancelled"
    yield f"  movements   {found.movements:,} that count{days}; kept beside them: {beside}"
    yield f"  flags       {', '.join(f'{state} {count:,}' for state, count in found.flags.items())}"
    yield f"  verdicts    {found.dispositions:,}, of them clearances that hold today {found.clearances:,}"
    before = f"; not what was recorded before ({found.unverified_runs:,} runs)" if found.unverified_runs else ""
    yield f"  verifiable  since {found.verified_since}{before}; {found.links:,} links, head {found.head[:16]}"
    if found.undelivered:
        yield f"  interrupted {found.undelivered:,} runs before delivery; their new flags are reported again"


@command.command()
@with_ledger()
def verify(opening: Opening) -> ExitCode:
    """Check that the ledger is sound: the file, every row and the chain of what was recorded; exit code 1 when something is wrong.

    About half a minute a million movements. It finds damage and careless edits, not who calculates the whole chain anew.

    \b
    Example:
      precursor-screen ledger verify
    """

    with opening() as ledger:
        problems = ledger.verify()
        click.echo(f"{printable(ledger.shown)}: {'sound' if not problems else f'{len(problems):,} problems'}")
    common.say(problems, "  ")
    if problems:
        click.echo("Restore the last backup; `ledger export` saves what can be read.", err=True)
    return common.exit_code(problems)


@command.command()
@with_ledger(waits=True)
def upgrade(opening: Opening) -> None:
    """Bring a ledger of an older version up to date; a copy of an SQLite file stays beside it.

    Runs of `screen` and `daily` do that by themselves. Commands that only look never do.

    \b
    Example:
      precursor-screen ledger upgrade
    """
    with opening(upgrade=True) as ledger:
        version = ledger.info().version
        copy = ledger.copy
    click.echo(f"{printable(ledger.shown)}: version {version}")
    if copy:
        click.echo(f"  copy from before: {printable(copy)}")


@command.command()
@click.argument("target", type=common.PATH, metavar="PATH")
@common.mode_option
@with_ledger()
def backup(target: Path, mode: str | None, opening: Opening) -> None:
    """Copy the ledger into one file, as it is at one moment; runs may go on. An existing file is not replaced.

    \b
    Example:
      precursor-screen ledger backup /backup/ledger-2026-11-25.sqlite
    """
    permissions = common.file_mode(common.settings(), mode)
    with opening() as ledger:
        ledger.backup(target, permissions)
    click.echo(f"{printable(target)}: {target.stat().st_size / 1e6:,.1f} MB")


@command.command()
@click.argument("folder", type=common.PATH, metavar="DIR")
@click.option("--format", "kind", type=_KINDS, default="parquet", show_default=True, help="Of the files.")
@common.mode_option
@with_ledger()
def export(folder: Path, kind: str, mode: str | None, opening: Opening) -> None:
    """Write each table into a file of DIR, all as they are at one moment. Existing files are not replaced.

    \b
    Example:
      precursor-screen ledger export out/ledger --format csv
    """
    from precursor_screen.app.verdict_files import export_tables

    permissions = common.file_mode(common.settings(), mode)
    with opening() as ledger:
        for name, rows in export_tables(ledger, folder, kind, permissions).items():
            click.echo(f"{printable(folder / f'{name}.{kind}')}: {rows:,} rows")


@command.command()
@click.option("--days", type=Whole(min=1), help=_DAYS)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_ledger(waits=True)
def prune(days: int | None, yes: bool, opening: Opening) -> None:
    """Remove movements older than some days, and flags that were resolved before that and bear no verdict.

    Open flags, flags with a verdict, verdicts, runs and the list of files stay. Rules that look back further than what is left
    see less: the longest windows that ship need 400 days. An audit of a year needs the 400 days before it as well, to tell which partners are new.

    \b
    Example:
      precursor-screen ledger prune --days 1200 --yes
    """
    from precursor_screen.history.upkeep import KEPT_DAYS

    days = days or int(common.settings()["ledger_days"].value or 0) or KEPT_DAYS
    with opening() as ledger:
        if not common.sure(f"Remove from {printable(ledger.shown)} what is older than {days} days?", yes):
            return
        done: Any = ledger.prune(days)
    removed = f"{done.movements:,} movements, {done.flags:,} resolved flags, {done.lines:,} lines they cited"
    click.echo(f"removed, from before {done.before}: {removed}")
    click.echo(f"kept, though as old: {done.kept_open:,} open flags, {done.kept_with_verdict:,} flags with a verdict")
