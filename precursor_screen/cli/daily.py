"""`daily`: what is new in a folder, screened exactly once; for cron."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.config import FORMATS, ON_CHANGE
from precursor_screen.model import FAIL_ON

if TYPE_CHECKING:
    from precursor_screen.config import Value
    from precursor_screen.daily.run import Job
    from precursor_screen.runners.settings import Settings

_NUMBER = click.IntRange(min=0)


@click.command()
@click.argument("inbox", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the reports, which exists.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Settings file, as before the command.")
@click.option("--check", is_flag=True, help="Say what would be done and what is wrong, and do nothing.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Report. Repeatable [default: html, json, csv]."
)
@click.option("--settle", type=_NUMBER, help="Seconds for which a file must not have changed [default: 60].")
@click.option("--keep-days", type=_NUMBER, help="Days for which reports are kept; 0: for good [default: 0].")
@click.option(
    "--on-change",
    type=click.Choice(ON_CHANGE),
    help="When rules, lists or tables have changed: screen new files only, screen again what is in the inbox, or ask [default: new].",
)
@click.option("--rescreen-days", type=_NUMBER, help="How old files are at most that are screened again [default: 30].")
@click.option("--update", is_flag=True, help="Fetch the imported watchlists from their publishers first.")
@click.option("--retry", is_flag=True, help="Take up again what was set aside.")
@click.option("--jurisdiction", metavar="CODE", help="For whom one screens (US, EU, CA, AU ...).")
@click.option("--watchlist", "watchlists", multiple=True, metavar="ID|PATH", help="As of `screen`. Repeatable.")
@click.option(
    "--rules", "rule_dirs", multiple=True, type=click.Path(path_type=Path), help="Folder of rules, added to those that ship."
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    help="Level of a new flag, or band of a shipment, from which the exit code is 1 [default: review].",
)
@click.option("--require-fresh", is_flag=True, help="Stale reference data is exit code 4, and nothing is screened.")
@click.option("--as-of", metavar="DATE", help="Day of the reports, which judges ages [default: today].")
@click.option("--ledger", metavar="PATH|URL|home", help="The ledger [default: home].")
@click.option("--wait", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds to wait for another run.")
@click.option("--jobs", type=_NUMBER, default=0, help="Processes for matching [default: as many as there are cores].")
@common.mode_option
@click.option("--quiet", is_flag=True, help="No mail on standard output.")
@click.pass_context
def command(ctx: click.Context, /, inbox: Path | None, **options: Any) -> int:
    """Screen what is new in a folder, exactly once, and write a folder of reports a day.

    Settings may say all of it (`[daily]`). Standard output is the mail: nothing where there is nothing to say, and a word once a week.

    \b
    Examples:
      precursor-screen daily /srv/inbox --out /srv/reports --jurisdiction EU
      precursor-screen daily --config /etc/precursor-screen.toml
      precursor-screen daily --config /etc/precursor-screen.toml --check

    \b
    Exit codes: 0 nothing new to look at, 1 something new at or above --fail-on,
    2 usage, 3 something set aside, 4 could not screen, 5 another run goes on.
    """
    from precursor_screen.daily.check import check_daily
    from precursor_screen.daily.run import run_daily

    if options["config_file"]:
        ctx.find_root().ensure_object(dict)["config"] = options["config_file"]
    job = _job(common.settings(ctx), inbox, options)
    if options["check"]:
        return int(check_daily(job, click.echo))

    def tell(text: str, loud: bool) -> None:
        if loud and not options["quiet"]:
            with common.reader_may_leave():
                click.echo(text)

    def progress(doing: str) -> None:
        if sys.stderr.isatty() and not options["quiet"]:
            click.echo(f"\r\x1b[2K{doing} ...", nl=False, err=True)

    code = run_daily(job, tell, progress, common.fault_keeper(ctx))
    if sys.stderr.isatty() and not options["quiet"]:
        click.echo("\r\x1b[2K", nl=False, err=True)
    return int(code)


def _job(values: dict[str, Value], inbox: Path | None, options: dict[str, Any]) -> Job:
    from precursor_screen.daily.out_folder import OutFolder
    from precursor_screen.daily.run import Job
    from precursor_screen.ledger.lock import os_user

    def number(key: str, default: int) -> int:
        given = options[key]
        return int(values[f"daily.{key}"].value or default) if given is None else int(given)

    return Job(
        inbox=_folder(values, "inbox", inbox, "INBOX"),
        out=OutFolder(_folder(values, "out", options["out"], "--out"), common.file_mode(values, options["mode"])),
        settings=_settings(values, options),
        formats=tuple(common.pick(values, "daily.formats", options["formats"], "--format")) or ("html", "json", "csv"),
        settle=number("settle", 60),
        keep_days=number("keep_days", 0),
        rescreen_days=number("rescreen_days", 30),
        on_change=common.pick(values, "daily.on_change", options["on_change"], "--on-change") or "new",
        asked=options["on_change"] is not None,
        retry=options["retry"],
        verdicts=Path(values["daily.verdicts"].value) if values["daily.verdicts"].value else None,
        officer=values["officer"].value or os_user(),
        may_clear=tuple(values["review.may_clear"].value),
        update=options["update"] or values["daily.update"].value == "yes",
    )


def _folder(values: dict[str, Value], name: str, given: Path | None, option: str) -> Path:
    from precursor_screen.errors import UsageError

    text = str(given) if given is not None else values[f"daily.{name}"].value
    if not text:
        raise UsageError(f"{option} is not given", remedy=f"Name the folder, or set daily.{name} in the settings.")
    return Path(text)


def _settings(values: dict[str, Value], options: dict[str, Any]) -> Settings:
    from precursor_screen.config import ledger_of
    from precursor_screen.runners.settings import settle

    names = ("jurisdiction", "watchlists", "rule_dirs", "fail_on", "wait", "jobs")
    settings = settle(
        values,
        as_of=common.parse_day(options["as_of"], "--as-of"),
        cache=True,
        require_fresh=options["require_fresh"] or values["daily.require_fresh"].value == "yes",
        **{name: options[name] for name in names},
    )
    fail_on = settings.fail_on if options["fail_on"] or values["fail_on"].value else "review"
    return replace(settings, fail_on=fail_on, ledger=ledger_of(values, options["ledger"]) or ledger_of(values, "home"))
