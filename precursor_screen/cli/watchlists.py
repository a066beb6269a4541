"""`watchlists`: import, update, status, verify, diff, remove."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common

if TYPE_CHECKING:
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference.store import ListStatus, WatchlistStore
    from precursor_screen.reference.watchlists.manifest import Manifest, Remark

_SHOWN = 20  # entries of a kind that `diff` names without --all


@click.group()
def command() -> None:
    """The watchlists that parties are screened against. Only `update` fetches anything, and only when it is called.

    \b
    Examples:
      precursor-screen watchlists import ofac-sdn sdn.csv alt.csv add.csv
      precursor-screen watchlists update un-sc
    """


@command.command("import")
@click.argument("list_id")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--date", "list_date", metavar="DATE", help="Date of the list, where it states none.")
@click.option("--force", is_flag=True, help="Take a list that shrank or is older than the last import.")
@click.pass_context
def import_list(ctx: click.Context, list_id: str, files: tuple[Path, ...], list_date: str | None, force: bool) -> None:
    """Import a list and make it the current one; a list that looks damaged is refused and the last good copy stays.

    The layout is recognised by content, in the file itself, in a .gz or in a .zip of one file:

    \b
      ofac-sdn, ofac-cons  OFAC CSV (one to four files), legacy XML, ENHANCED XML, ADVANCED XML *
      un-sc                UN consolidated XML
      eu-fsf               EU FSF XML 1.1 *, CSV 1.1 *
      uk-sl                UK Sanctions List CSV *
      us-csl               US Consolidated Screening List CSV, JSON *
      us-dpl               BIS Denied Persons List, tab-separated
      ca-sema              Canada SEMA XML
      au-dfat              Australia DFAT XLSX, layout before and since November 2025 *
      ch-seco              Switzerland SECO XML *
      opensanctions        targets.simple.csv, targets.nested.json, entities.ftm.json *
      any other id         the private CSV (entry_id, kind, name, name_kind, country, address, identifier_type, identifier,
                           programme, listed, delisted, note), or any of the layouts above; the UK's list of before 2026

    * untested against real files: written from published headers, schemas and examples; look at what was read.

    \b
    Examples:
      precursor-screen watchlists import un-sc consolidated.xml
      precursor-screen watchlists import agency-list list.csv --date 2026-11-01
    """
    from precursor_screen.errors import UsageError, Where

    for path in files:
        if not path.is_file():
            raise UsageError("does not exist", where=Where(str(path)), remedy="Check the path.")
    day = common.parse_day(list_date, "--date") if list_date else None
    _say_imported(_store(ctx).import_list(list_id, files, day, force))


@command.command()
@click.option("--as-of", metavar="DATE", help="Day on which ages are judged [default: today].")
@click.option("--sources", "by_source", is_flag=True, help="Count the entries of each source within a list, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def status(ctx: click.Context, as_of: str | None, by_source: bool, as_json: bool) -> ExitCode:
    """Every imported list with its date, age and counts; exit code 4 when one is missing or damaged.

    \b
    Example:
      precursor-screen watchlists status
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference import shipped
    from precursor_screen.reference.sources import load_sources

    day = common.parse_day(as_of, "--as-of") if as_of else date.today()
    limits = {s.list_id: s.max_age_days for s in load_sources(shipped.watchlists_folder()).values()}
    found = _store(ctx).status(day)
    if as_json:
        common.echo_json({"as_of": day.isoformat(), "lists": [_status_dict(one, limits.get(one.list_id)) for one in found]})
    else:
        if not found:
            click.echo("No watchlist is imported.")
        for one in found:
            _say_status(one, limits.get(one.list_id), by_source)
    return ExitCode.NOT_SCREENED if any(one.manifest is None for one in found) else ExitCode.CLEAR


@command.command()
@click.argument("list_ids", nargs=-1, metavar="[LIST_ID]...")
@click.pass_context
def verify(ctx: click.Context, list_ids: tuple[str, ...]) -> ExitCode:
    """Check that imported lists are what was imported: files, entries and index; exit code 1 when something differs.

    \b
    Example:
      precursor-screen watchlists verify ofac-sdn
    """
    from precursor_screen.errors import ExitCode, WatchlistError

    store = _store(ctx)
    known = store.list_ids()
    failed = False
    for list_id in list_ids or known:
        if list_id not in known:
            store.open_list(list_id)  # says that it was never imported
        try:
            problems = store.verify(list_id)
        except WatchlistError as error:
            problems = (str(error),)
        failed = failed or bool(problems)
        click.echo(f"{list_id}: {'; '.join(problems) or 'as imported'}")
    if not list_ids and not known:
        click.echo("No watchlist is imported.")
    return ExitCode.FLAGGED if failed else ExitCode.CLEAR


@command.command()
@click.argument("list_id")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help=f"Name every entry, not the first {_SHOWN} of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, which names every entry.")
@click.pass_context
def diff(ctx: click.Context, list_id: str, old: int | None, new: int | None, everything: bool, as_json: bool) -> None:
    """Entries added, removed and changed between two snapshots of a list, by default the last two.

    OLD and NEW are numbers of snapshots, of which the last five are kept.

    \b
    Example:
      precursor-screen watchlists diff ofac-sdn
    """
    from precursor_screen.errors import UsageError

    if (old is None) != (new is None):
        raise UsageError("One snapshot was given", remedy="Give two, OLD and NEW, or none.")
    found = _store(ctx).diff(list_id, old, new)
    if as_json:
        common.echo_json(found.to_dict())
        return
    click.echo(f"{list_id}: snapshot {found.old.number} ({found.old.list_date}, {found.old.entries:,} entries) to", nl=False)
    click.echo(f" {found.new.number} ({found.new.list_date}, {found.new.entries:,} entries)")
    if not found.same_reading:
        click.echo("  note: read by different importers, or versions of one; some changes may be of the reading")
    with common.reader_may_leave():
        for kind in ("added", "removed", "changed"):
            entries = getattr(found, kind)
            click.echo(f"{kind}: {len(entries):,}")
            shown = entries if everything else entries[:_SHOWN]
            for entry_id, name in shown:
                click.echo(f"  {entry_id}  {_printable(name)}")
            if len(shown) < len(entries):
                click.echo(f"  and {len(entries) - len(shown):,} more (--all)")


@command.command()
@click.argument("list_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def remove(ctx: click.Context, list_id: str, yes: bool) -> None:
    """Remove a list with all its snapshots; nothing asks for it afterwards.

    \b
    Example:
      precursor-screen watchlists remove agency-list --yes
    """
    from precursor_screen.errors import UsageError

    store = _store(ctx)
    if not yes:
        try:
            sure = click.confirm(f"Remove {list_id} and all its snapshots?", default=False, err=True)
        except click.Abort as error:
            raise UsageError("Nobody is there to answer", remedy="Say --yes.") from error
        if not sure:
            click.echo("Nothing was removed.")
            return
    store.remove(list_id)
    click.echo(f"{list_id}: removed")


def _store(ctx: click.Context) -> WatchlistStore:
    from precursor_screen.reference.store import WatchlistStore

    return WatchlistStore(common.home_folder(common.settings(ctx)))


def _printable(text: str) -> str:
    """Text from a list without what could steer a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _say_imported(manifest: Manifest) -> None:
    counts = f"{manifest.entries:,} entries, {manifest.names:,} names, {manifest.addresses:,} addresses"
    click.echo(f"{manifest.list_id}: {counts}; list of {manifest.list_date}, snapshot {manifest.number}")
    for skipped in manifest.skipped:
        click.echo(f"  skipped {skipped.count}: {skipped.reason}{_example(skipped)}")
    for note in manifest.notes:
        click.echo(f"  note: {note.reason}" + (f" ({note.count})" if note.count > 1 else ""))
    if manifest.forced:
        click.echo(f"  forced: {manifest.forced}")


def _example(remark: Remark) -> str:
    return f" (such as {remark.examples[0]!r})" if remark.examples else ""


def _is_stale(one: ListStatus, limit: int | None) -> bool:
    return limit is not None and one.age_days is not None and one.age_days > limit


def _say_status(one: ListStatus, limit: int | None, by_source: bool) -> None:
    if one.manifest is None:
        click.echo(f"{one.list_id:<16} NOT usable: {_printable(one.problem)}")
    else:
        stale = f" STALE (limit {limit} days)" if _is_stale(one, limit) else ""
        counts = f"{one.manifest.entries:>8,} entries {one.manifest.names:>9,} names"
        checked = f", checked {one.checked_at[:10]}" if one.checked_at else ""
        click.echo(f"{one.list_id:<16} {counts}  list of {one.manifest.list_date}, {one.age_days} days old{stale}{checked}")
        for source, count in one.manifest.by_source if by_source else ():
            click.echo(f"{'':<16} {count:>8,} {_printable(source)}")
    if one.refused:
        click.echo(f"{'':<16} last import refused: {_printable(one.refused)}")


def _status_dict(one: ListStatus, limit: int | None) -> dict[str, Any]:
    manifest = one.manifest
    listed: dict[str, Any] = {
        "list_id": one.list_id,
        "usable": manifest is not None,
        "problem": one.problem,
        "last_refusal": one.refused,
        "checked_at": one.checked_at,
        "age_days": one.age_days,
        "max_age_days": limit,
        "stale": _is_stale(one, limit),
    }
    if manifest is not None:
        listed |= {
            "snapshot": manifest.number,
            "list_date": manifest.list_date.isoformat(),
            "list_date_from": manifest.list_date_from,
            "sha256": manifest.sha256,
            "importer": manifest.importer,
            "entries": manifest.entries,
            "names": manifest.names,
            "addresses": manifest.addresses,
            "by_source": dict(manifest.by_source),
            "forced": manifest.forced,
        }
    return listed
