"""`daily`: what is new in a folder, screened exactly once; for cron."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from precursor_screen.app.site_settings import FORMATS, ON_CHANGE
from precursor_screen.cli import common
from precursor_screen.cli.numbers import Whole

if TYPE_CHECKING:
    from precursor_screen.app.daily.plan import Job
    from precursor_screen.app.run_settings import Settings
    from precursor_screen.app.site_settings import Value

_NUMBER = Whole(min=0)
_FORMAT = "Report. Repeatable [default: html, json, csv]."
_ON_CHANGE = (
    "When rules, lists or tables have changed: screen new files only, screen again what is in the inbox, or ask [default: new]."
)


@click.command()
@click.argument("inbox", required=False, type=common.PATH)
@common.file_option("--out", help="Folder of the reports, which exists.")
@common.file_option("--config", "config_file", help="Settings file, as before the command.")
@click.option("--check", is_flag=True, help="Show what a run would do and what is wrong; change nothing.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help=_FORMAT)
@click.option("--settle", type=_NUMBER, help="Seconds since its last change before a file is read [default: 60].")
@click.option("--keep-days", type=_NUMBER, help="Days to keep reports; 0: forever [default: 0].")
@click.option("--on-change", type=click.Choice(ON_CHANGE), help=_ON_CHANGE)
@click.option("--rescreen-days", type=_NUMBER, help="Oldest files that are screened again, in days [default: 30].")
@click.option("--update", is_flag=True, help="Fetch the imported watchlists from their publishers first.")
@click.option("--retry", is_flag=True, help="Try again what was set aside.")
@common.jurisdiction_option(help="Whose law to screen by (US, EU, FR, AU ...).")
@common.watchlist_option(help="As of `screen`. Repeatable.")
@common.rules_option(help="Folder of rules, added to those that ship.")
@common.fail_on_option("review")
@click.option("--require-fresh", is_flag=True, help="Stale reference data is exit code 4, and nothing is screened.")
@common.as_of_option(help="Day of the reports, which judges ages [default: today].")
@click.option("--ledger", metavar="PATH|URL|home", help="The ledger [default: home].")
@common.wait_option("Seconds to wait for another run.")
@common.jobs_option
@common.mode_option
@click.option("--quiet", is_flag=True, help="No mail on standard output.")
def command(inbox: Path | None, **given: Any) -> int:
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
    from precursor_screen.app.daily.check import check_daily
    from precursor_screen.app.daily.run import run_daily

    if given["config_file"]:
        common.of_call()["config"] = given["config_file"]
    job = _job(common.settings(), inbox, given)
    if given["check"]:
        return int(check_daily(job, click.echo))

    def send(text: str, loud: bool) -> None:
        if loud and not given["quiet"]:
            with common.reader_may_leave():
                click.echo(text)

    progress = partial(common.show_progress, quiet=given["quiet"])
    code = run_daily(job, send, progress, common.fault_keeper())
    progress("")
    return int(code)


def _job(values: dict[str, Value], inbox: Path | None, given: dict[str, Any]) -> Job:
    from precursor_screen.app.daily.out_folder import OutFolder
    from precursor_screen.app.daily.plan import Job

    def number(key: str, default: int) -> int:
        return int(values[f"daily.{key}"].value or default) if given[key] is None else int(given[key])

    return Job(
        inbox=_folder(values, "inbox", inbox, "INBOX"),
        out=OutFolder(_folder(values, "out", given["out"], "--out"), common.file_mode(values, given["mode"])),
        settings=_settings(values, given),
        formats=tuple(common.pick(values, "daily.formats", given["formats"], "--format")) or ("html", "json", "csv"),
        quiet_seconds=number("settle", 60),
        keep_days=number("keep_days", 0),
        rescreen_days=number("rescreen_days", 30),
        on_change=common.pick(values, "daily.on_change", given["on_change"], "--on-change") or "new",
        asked=given["on_change"] is not None,
        retry=given["retry"],
        verdicts=Path(values["daily.verdicts"].value) if values["daily.verdicts"].value else None,
        officer=common.officer_of(values, None),
        may_clear=tuple(values["review.may_clear"].value),
        update=given["update"] or values["daily.update"].value == "yes",
    )


def _folder(values: dict[str, Value], name: str, named: Path | None, option: str) -> Path:
    from precursor_screen.core.errors import UsageError

    text = str(named) if named is not None else values[f"daily.{name}"].value
    if not text:
        raise UsageError(f"{option} is not given", remedy=f"Name the folder, or set daily.{name} in the settings.")
    return Path(text)


def _settings(values: dict[str, Value], given: dict[str, Any]) -> Settings:
    from precursor_screen.app.run_settings import merge_options
    from precursor_screen.app.site_settings import ledger_of

    names = ("jurisdiction", "watchlists", "rule_dirs", "fail_on", "wait", "jobs")
    settings = merge_options(
        values,
        as_of=common.parse_day(given["as_of"], "--as-of"),
        cache=True,
        require_fresh=given["require_fresh"] or values["daily.require_fresh"].value == "yes",
        **{name: given[name] for name in names},
    )
    fail_on = settings.fail_on if given["fail_on"] or values["fail_on"].value else "review"
    return replace(settings, fail_on=fail_on, ledger=ledger_of(values, given["ledger"]) or ledger_of(values, "home"))
