"""`watchlists`: import, status."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from precursor_screen.cli import common


@click.group()
def command() -> None:
    """The watchlists that parties are screened against. Lists are imported from local files; nothing is fetched.

    \b
    Example:
      precursor-screen watchlists import ofac-sdn sdn.csv alt.csv add.csv
    """


@command.command("import")
@click.argument("list_id")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--date", "list_date", metavar="DATE", help="Date of the list, where it states none.")
@click.option("--force", is_flag=True, help="Take a list that shrank or is older than the last import.")
@click.pass_context
def import_list(ctx: click.Context, list_id: str, files: tuple[Path, ...], list_date: str | None, force: bool) -> None:
    """Import a list and make it the current one; a list that looks damaged is refused and the last good copy stays.

    The layout is recognised by content: OFAC CSV (SDN or non-SDN, up to four files), UN consolidated XML, or the private
    CSV (entry_id, kind, name, name_kind, country, address, identifier_type, identifier, programme, listed, delisted, note).

    \b
    Examples:
      precursor-screen watchlists import un-sc consolidated.xml
      precursor-screen watchlists import agency-list list.csv --date 2026-11-01
    """
    from precursor_screen.errors import UsageError, Where
    from precursor_screen.reference.store import WatchlistStore

    for path in files:
        if not path.is_file():
            raise UsageError("does not exist", where=Where(str(path)), remedy="Check the path.")
    store = WatchlistStore(common.home_folder(common.settings(ctx)))
    day = common.parse_day(list_date, "--date") if list_date else None
    manifest = store.import_list(list_id, files, day, force)
    click.echo(
        f"{list_id}: {manifest.entries:,} entries, {manifest.names:,} names, {manifest.addresses:,} addresses; list of {manifest.list_date}, snapshot {manifest.number}"
    )
    for skipped in manifest.skipped:
        click.echo(
            f"  skipped {skipped.count}: {skipped.reason}" + (f" (such as {skipped.examples[0]!r})" if skipped.examples else "")
        )
    for note in manifest.notes:
        click.echo(f"  note: {note.reason}" + (f" ({note.count})" if note.count > 1 else ""))


@command.command()
@click.option("--as-of", metavar="DATE", help="Day on which ages are judged [default: today].")
@click.pass_context
def status(ctx: click.Context, as_of: str | None) -> int:
    """Every imported list with its date, age and counts; exit code 4 when one is missing or damaged.

    \b
    Example:
      precursor-screen watchlists status
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference import shipped
    from precursor_screen.reference.sources import load_sources
    from precursor_screen.reference.store import WatchlistStore

    day = common.parse_day(as_of, "--as-of") if as_of else date.today()
    limits = load_sources(shipped.watchlists_folder())
    found = WatchlistStore(common.home_folder(common.settings(ctx))).status(day)
    if not found:
        click.echo("No watchlist is imported.")
    broken = False
    for one in found:
        if one.manifest is None:
            broken = True
            click.echo(f"{one.list_id:<16} NOT usable: {one.problem}")
        else:
            limit = limits[one.list_id].max_age_days if one.list_id in limits else None
            stale = " STALE" if limit is not None and one.age_days is not None and one.age_days > limit else ""
            click.echo(
                f"{one.list_id:<16} {one.manifest.entries:>8,} entries {one.manifest.names:>9,} names  list of {one.manifest.list_date}, {one.age_days} days old{stale}"
            )
        if one.refused:
            click.echo(f"{'':<16} last import refused: {one.refused}")
    return ExitCode.NOT_SCREENED if broken else ExitCode.CLEAR
