"""`review`: list, add, import, export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.cli.ledger import ledger_option, open_existing, wait_option
from precursor_screen.reports.printable import printable

if TYPE_CHECKING:
    from precursor_screen.casework.review import Added

_SHOWN = 50
officer_option = click.option("--officer", metavar="NAME", help="Who says so [default: the setting, else the system's user].")


@click.group()
def command() -> None:
    """Officers' verdicts on flags. They are recorded under a name that nobody checks, and only ever added.

    \b
    Examples:
      precursor-screen review list
      precursor-screen review add 4f2c9a --verdict cleared --reason licensed --text "Licence 12/2026 seen"
    """


@command.command("list")
@click.option(
    "--state",
    type=click.Choice(["open", "new", "existing", "suppressed", "resolved", "all"]),
    default="open",
    show_default=True,
    help="As of the last run or verdict; open: new and existing.",
)
@click.option("--rule", "rule_id", metavar="ID", default="", help="Flags of one rule.")
@click.option("--shipment", "shipment_id", metavar="ID", default="", help="Flags of one shipment.")
@click.option("--all", "everything", is_flag=True, help=f"Name every flag, not the first {_SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a flag, every flag, with its verdicts.")
@ledger_option
@click.pass_context
def list_flags(
    ctx: click.Context, state: str, rule_id: str, shipment_id: str, everything: bool, as_json: bool, url: str | None
) -> None:
    """The flags that are recorded, those last raised first, worst first.

    \b
    Example:
      precursor-screen review list --state all --shipment BL-1234
    """
    from precursor_screen.casework.review import states_of

    with open_existing(ctx, url, 0) as ledger:
        flags = ledger.flags(shipment_id=shipment_id, rule_id=rule_id.upper(), states=states_of(state)).to_pylist()
        verdicts: dict[str, list[Any]] = {}
        for one in ledger.dispositions():
            verdicts.setdefault(one.flag_id, []).append(one)
    with common.reader_may_leave():
        if as_json:
            _print_objects(flags, verdicts)
            return
        shown = flags if everything else flags[:_SHOWN]
        for flag in shown:
            click.echo(f"{printable(flag['level'] or ''):<13} {flag['flag_id'][:12]}  {printable(flag['because'] or '')}")
            click.echo(f"{'':14}{flag['state']}; {flag['rule_id']}, shipment {printable(flag['shipment_id'] or '-')}")
            for one in verdicts.get(flag["flag_id"], ()):
                until = f" until {one.until}" if one.until else ""
                other = "" if one.line_id == flag["line_id"] else ", of an earlier content"
                click.echo(f"{'':14}{one.verdict}{until} ({one.reason}) by {printable(one.officer)}, {one.at[:10]}{other}")
        if len(shown) < len(flags):
            click.echo(f"and {len(flags) - len(shown):,} more (--all)")
        click.echo(f"{len(flags):,} flags" if flags else "No such flag is recorded.")


def _print_objects(flags: list[dict[str, Any]], verdicts: dict[str, list[Any]]) -> None:
    import dataclasses
    import json

    for flag in flags:
        flag["evidence"] = json.loads(flag["evidence"] or "[]")
        common.echo_json({**flag, "dispositions": [dataclasses.asdict(v) for v in verdicts.get(flag["flag_id"], ())]})


@command.command()
@click.argument("flags", nargs=-1, required=True, metavar="FLAG...")
@click.option("--verdict", type=click.Choice(["confirmed", "cleared", "inconclusive"]), required=True, help="What was found.")
@click.option(
    "--reason",
    required=True,
    metavar="CODE",
    help="Short code of your own, or one of: licensed, end-use-confirmed, other-party, other-substance, data-error, sampled, referred, other.",
)
@click.option("--text", default="", help="What was looked at, in your words.")
@click.option("--until", default="", metavar="DATE", help="Last day of a clearance [default: in 365 days].")
@officer_option
@ledger_option
@wait_option
@click.pass_context
def add(
    ctx: click.Context,
    flags: tuple[str, ...],
    verdict: str,
    reason: str,
    text: str,
    until: str,
    officer: str | None,
    url: str | None,
    wait: float,
) -> None:
    """Record a verdict on flags. FLAG is an id or its beginning (six characters at least).

    A clearance suppresses the flag until its last day, and only while the line stays what it is. The last verdict stands.

    \b
    Example:
      precursor-screen review add 4f2c9a --verdict cleared --reason licensed --text "Licence 12/2026 seen" --until 2027-03-31
    """
    from precursor_screen.casework.review import Draft, add_verdicts
    from precursor_screen.errors import Where

    name = _officer(ctx, officer)
    drafts = [(Where(), Draft(flag, verdict, reason, text=text, until=until)) for flag in flags]
    with open_existing(ctx, url, wait) as ledger:
        done = add_verdicts(ledger, drafts, name, datetime.now().astimezone())
    for one in done.verdicts:
        click.echo(f"{one.flag_id}: {one.verdict}{f' until {one.until}' if one.until else ''}, by {printable(one.officer)}")
    _say_repeated(done)


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@officer_option
@ledger_option
@wait_option
@click.pass_context
def import_verdicts(ctx: click.Context, source: Path, officer: str | None, url: str | None, wait: float) -> None:
    """Add verdicts from a CSV file: all of them, or none and every error.

    Columns: flag_id, verdict, reason; text, officer, until, line_id and at where they are there. One that is recorded
    already, word for word, is not added again.

    \b
    Example:
      precursor-screen review import verdicts.csv --officer "N. Officer"
    """
    from precursor_screen.casework.review import add_verdicts, read_verdicts

    drafts = read_verdicts(source)
    name = _officer(ctx, officer)
    with open_existing(ctx, url, wait) as ledger:
        done = add_verdicts(ledger, drafts, name, datetime.now().astimezone())
    click.echo(f"{done.added:,} verdicts added")
    _say_repeated(done)


@command.command("export")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@common.mode_option
@ledger_option
@click.pass_context
def export_verdicts(ctx: click.Context, target: Path, mode: str | None, url: str | None) -> None:
    """Write all verdicts as CSV, in the columns that `review import` reads.

    \b
    Example:
      precursor-screen review export verdicts.csv
    """
    from precursor_screen.casework.review import write_verdicts

    permissions = common.file_mode(common.settings(ctx), mode)
    with open_existing(ctx, url, 0) as ledger:
        count = write_verdicts(ledger, target, permissions)
    click.echo(f"{printable(target)}: {count:,} verdicts")


def _officer(ctx: click.Context, given: str | None) -> str:
    from precursor_screen.ledger.lock import os_user

    return str(common.pick(common.settings(ctx), "officer", given or None, "--officer") or os_user())


def _say_repeated(done: Added) -> None:
    if done.repeated:
        click.echo(f"{done.repeated:,} were recorded already, word for word")
