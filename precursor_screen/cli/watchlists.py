"""`watchlists`: import, update, status, verify, diff, remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.app.site_settings import home_of
from precursor_screen.cli import common
from precursor_screen.cli.ledger import ledger_option, open_existing
from precursor_screen.cli.numbers import Whole
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.app.look_back import LookedBack
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.history.store import Ledger
    from precursor_screen.reference.sources import ListSource
    from precursor_screen.reference.store import ListStatus, WatchlistStore
    from precursor_screen.reference.watchlists.snapshot_info import ListDiff, SnapshotInfo

# How watchlists and changes of them are shown: to people and as JSON.

MOST = 20  # entries of a kind that `diff` names without --all


def say_changes(found: ListDiff, kind: str, everything: bool) -> None:
    """Entries that were added, removed or changed; of those that changed first the ones in which more than other details did."""
    others = {entry for entry, _ in found.changed} - set(found.content_changed) if kind == "changed" else set()
    entries = sorted(getattr(found, kind), key=lambda e: e[0] in others)
    within = f", {len(found.content_changed):,} of them in names, programmes, identifiers or addresses"
    click.echo(f"{kind}: {len(entries):,}{within if kind == 'changed' else ''}")
    for entry_id, name in entries if everything else entries[:MOST]:
        details = " (other details only)" if entry_id in others else ""
        click.echo(f"  {printable(entry_id)}  {printable(name)}{details}")
    if len(entries) > MOST and not everything:
        click.echo(f"  and {len(entries) - MOST:,} more (--all)")


def say_imported(snapshot: SnapshotInfo) -> None:
    """What was read of a list."""
    counts = f"{snapshot.entries:,} entries, {snapshot.names:,} names, {snapshot.addresses:,} addresses"
    click.echo(f"{snapshot.list_id}: {counts}; list of {snapshot.list_date}, snapshot {snapshot.number}")
    for skipped in snapshot.skipped:
        example = f" (such as {skipped.examples[0]!r})" if skipped.examples else ""
        click.echo(f"  skipped {skipped.count}: {printable(skipped.reason)}{example}")
    for note in snapshot.notes:
        click.echo(f"  note: {printable(note.reason)}" + (f" ({note.count})" if note.count > 1 else ""))
    if snapshot.forced:
        click.echo(f"  forced: {snapshot.forced}")


def say_looked_back(found: LookedBack) -> None:
    """Which recorded parties new entries concern, and how many parties could not be asked."""
    held = f"{found.entries:,} new or changed entries against {found.names:,} recorded names since {found.first}"
    click.echo(f"  looked back: {held}; they concern {len(found.concerned):,}")
    for one in found.concerned:
        days = " to ".join(dict.fromkeys(map(str, one.days)))
        click.echo(f"  {one.score:5.1f}  {printable(one.name)} is like {printable(one.matched_name)} [{printable(one.entry_id)}]")
        click.echo(f"         {', '.join(one.roles)}; {one.movements:,} movements, {days}")
    if found.not_recorded:
        click.echo(
            f"  not looked at: {found.not_recorded:,} parties of those days, whose names are not recorded (nothing watched on their lines)"
        )


def status_lines(one: ListStatus, limit: int | None, by_source: bool) -> Iterator[str]:
    """A list with its date, age and counts, for a person."""
    if not one.imported:
        remove = f"precursor-screen watchlists remove {one.list_id}"
        yield f"{one.list_id:<16} never imported, so nothing uses it. To take it out of this list: {remove}"
    elif one.snapshot is None:
        yield f"{one.list_id:<16} NOT usable: {printable(one.problem)}"
    else:
        stale = f"{' STALE' if one.is_stale(limit) else ''} (limit {limit} days)"
        counts = f"{one.snapshot.entries:>8,} entries {one.snapshot.names:>9,} names"
        checked = f", checked {one.checked_at[:10]}" if one.checked_at else ""
        yield f"{one.list_id:<16} {counts}  list of {one.snapshot.list_date}, {one.age_days} days old{stale}{checked}"
        for source, count in one.snapshot.by_source if by_source else ():
            yield f"{'':<16} {count:>8,} {printable(source)}"
    if one.refused:
        yield f"{'':<16} last import refused: {printable(one.refused)}"


def status_record(one: ListStatus, limit: int | None) -> dict[str, Any]:
    """The same for JSON."""
    listed = {
        "list_id": one.list_id,
        "usable": one.snapshot is not None,
        "problem": one.problem,
        "last_refusal": one.refused,
        **common.fields(one, "checked_at age_days"),
        "max_age_days": limit,
        "stale": one.is_stale(limit),
    }
    if one.snapshot is not None:
        read = common.fields(one.snapshot, "list_date list_date_from sha256 importer entries names addresses by_source forced")
        listed |= {"snapshot": one.snapshot.number, **read, "by_source": dict(one.snapshot.by_source)}
    return listed


_MAX_AGE = "Age from which it counts as stale [default: as before, else 90]."
_LOOK_BACK = "Say which recorded parties of the last DAYS days the new entries concern."
_SOURCE = "Another file in the layout of sources.toml: mirrors, tokens, lists of your own."


@click.group()
def command() -> None:
    """The watchlists that parties are screened against. Only `update` fetches anything, and only when it is called.

    \b
    Examples:
      precursor-screen watchlists import ofac-sdn sdn.csv alt.csv add.csv
      precursor-screen watchlists update un-sc
      precursor-screen watchlists status
    """


@command.command("import")
@click.argument("list_id")
@click.argument("files", nargs=-1, required=True, type=common.PATH, metavar="FILE...")
@click.option("--date", "list_date", metavar="DATE", help="Date of the list, where it states none.")
@click.option("--max-age", type=Whole(min=1), metavar="DAYS", help=_MAX_AGE)
@click.option("--force", is_flag=True, help="Take a list that shrank, is older than the last import, or looks cut off.")
@click.option("--look-back", type=Whole(min=1), metavar="DAYS", help=_LOOK_BACK)
@ledger_option
def import_list(
    list_id: str,
    files: tuple[Path, ...],
    list_date: str | None,
    max_age: int | None,
    force: bool,
    look_back: int | None,
    url: str | None,
) -> ExitCode:
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

    With --look-back the exit code is 1 where a recorded party is concerned, else 3 where there are parties whose names are not recorded.

    * untested against real files: written from published headers, schemas and examples; look at what was read.

    \b
    Examples:
      precursor-screen watchlists import un-sc consolidated.xml
      precursor-screen watchlists import agency-list list.csv --date 2026-11-01
      precursor-screen watchlists import ofac-sdn sdn.csv alt.csv add.csv --look-back 90
    """
    from precursor_screen.core.errors import ExitCode, UsageError

    for path in files:
        if not path.is_file():
            raise UsageError("does not exist", where=path, remedy="Check the path.")
    day = common.parse_day(list_date, "--date") if list_date else None
    if url and not look_back:
        raise UsageError("--ledger is used only with --look-back", remedy="Add --look-back DAYS.")
    store = _store()
    with open_existing(url, 0.0) if look_back else nullcontext() as ledger:  # before anything is imported
        before = store.last(list_id) if look_back else None
        now = store.import_list(list_id, files, day, force, max_age_days=max_age)
        say_imported(now)
        return _look_back(ledger, store, now, before, look_back) if ledger and look_back else ExitCode.CLEAR


def _look_back(ledger: Ledger, store: WatchlistStore, now: SnapshotInfo, before: SnapshotInfo | None, days: int) -> ExitCode:
    """Says which recorded parties the new entries of a list concern."""
    from datetime import date

    from precursor_screen.app.look_back import look_back, new_entries

    found = look_back(ledger, store.open_list(now.list_id), new_entries(store, now, before), days, date.today())
    say_looked_back(found)
    return common.exit_code(found.concerned, found.not_recorded)


@command.command()
@click.argument("list_ids", nargs=-1, metavar="[LIST_ID]...")
@click.option("--source", "source_file", type=common.PATH, metavar="FILE", help=_SOURCE)
@click.option("--force", is_flag=True, help="Take a list that shrank or is older than the last import.")
def update(list_ids: tuple[str, ...], source_file: Path | None, force: bool) -> ExitCode:
    """Fetch lists from their publishers and import those that changed; without LIST_ID, all that are imported.

    This is the only command that opens a connection. A list that cannot be fetched or is refused keeps its last good
    copy, is named, and makes the exit code 4; the others are updated all the same.

    \b
    Example:
      precursor-screen watchlists update ofac-sdn un-sc
    """
    from precursor_screen.core.errors import ExitCode, WatchlistError, WatchlistLocked
    from precursor_screen.reference.refresh import refresh_list

    store = _store()
    sources = _choose_sources(store, list_ids, source_file)
    failed: list[str] = []
    locked = False
    for source in sources:
        try:
            done = refresh_list(store, source, force)
        except WatchlistError as error:
            locked = locked or isinstance(error, WatchlistLocked)
            failed.append(source.list_id)
            click.echo(f"error: {source.list_id}: {printable(error)}", err=True)
            continue
        if not done.changed:
            click.echo(f"{source.list_id}: unchanged; list of {done.snapshot.list_date}, snapshot {done.snapshot.number}")
            continue
        say_imported(done.snapshot)
        if done.previous is not None:
            counts = store.diff(source.list_id, done.previous.number, done.snapshot.number).to_dict()["counts"]
            click.echo(f"  added {counts['added']:,}, removed {counts['removed']:,}, changed {counts['changed']:,}")
    if failed:
        click.echo(f"NOT updated: {', '.join(failed)}", err=True)
    return ExitCode.LOCKED if locked else ExitCode.NOT_SCREENED if failed else ExitCode.CLEAR


@command.command()
@common.as_of_option(help="Day on which ages are judged [default: today].")
@click.option("--sources", "by_source", is_flag=True, help="Count the entries of each source within a list, too.")
@common.json_option(help="Print one JSON object.")
def status(as_of: str | None, by_source: bool, as_json: bool) -> ExitCode:
    """Every imported list with its date, age and counts; exit code 4 when one that was imported is missing or damaged.

    \b
    Example:
      precursor-screen watchlists status
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reference.bundle import maximum_ages

    day = common.parse_day(as_of, "--as-of")
    found = _store().status(day)
    limits = maximum_ages(one.snapshot for one in found if one.snapshot is not None)
    if as_json:
        common.echo_json({"as_of": day.isoformat(), "lists": [status_record(one, limits.get(one.list_id)) for one in found]})
    elif not found:
        click.echo("No watchlist is imported.")
    else:
        click.echo("\n".join(line for one in found for line in status_lines(one, limits.get(one.list_id), by_source)))
    return ExitCode.NOT_SCREENED if any(one.snapshot is None and one.imported for one in found) else ExitCode.CLEAR


@command.command()
@click.argument("list_ids", nargs=-1, metavar="[LIST_ID]...")
def verify(list_ids: tuple[str, ...]) -> ExitCode:
    """Check that imported lists are what was imported: files, entries and index; exit code 1 when something differs.

    \b
    Example:
      precursor-screen watchlists verify ofac-sdn
    """
    from precursor_screen.core.errors import WatchlistError

    store = _store()
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
    return common.exit_code(failed)


@command.command()
@click.argument("list_id")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help=f"Name every entry, not the first {MOST} of each kind.")
@common.json_option(help="Print one JSON object, which names every entry.")
def diff(list_id: str, old: int | None, new: int | None, everything: bool, as_json: bool) -> None:
    """Entries added, removed and changed between two snapshots of a list, by default the last two.

    OLD and NEW are numbers of snapshots, of which the last five are kept.

    \b
    Example:
      precursor-screen watchlists diff ofac-sdn
    """
    from precursor_screen.core.errors import UsageError

    if (old is None) != (new is None):
        raise UsageError("One snapshot was given", remedy="Give two, OLD and NEW, or none.")
    found = _store().diff(list_id, old, new)
    if as_json:
        common.echo_json(found.to_dict())
        return
    before, after = (f"{m.number} ({m.list_date}, {m.entries:,} entries)" for m in (found.old, found.new))
    click.echo(f"{list_id}: snapshot {before} to {after}")
    if not found.same_reading:
        click.echo("  note: read by different importers, or versions of one; some changes may be of the reading")
    with common.reader_may_leave():
        for kind in ("added", "removed", "changed"):
            say_changes(found, kind, everything)


@command.command()
@click.argument("list_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(list_id: str, yes: bool) -> None:
    """Remove a list with all its snapshots; nothing asks for it afterwards.

    \b
    Example:
      precursor-screen watchlists remove agency-list --yes
    """
    store = _store()
    if not common.sure(f"Remove {list_id} and all its snapshots?", yes):
        return
    store.remove(list_id)
    click.echo(f"{list_id}: removed")


def _store() -> WatchlistStore:
    from precursor_screen.reference.store import WatchlistStore

    return WatchlistStore(home_of(common.settings()))


def _choose_sources(store: WatchlistStore, named: tuple[str, ...], source_file: Path | None) -> list[ListSource]:
    """The sources of the lists to update.

    Raises:
        UsageError: a list that has none, or nothing to update.
    """
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reference import shipped
    from precursor_screen.reference.sources import load_sources, read_sources

    known = read_sources(source_file) if source_file else load_sources(shipped.watchlists_folder())
    for list_id in named:
        if list_id not in known:
            raise common.unknown(f"No source is known for {list_id!r}", list_id, known, f"Known are: {', '.join(known)}.")
    imported = store.list_ids()
    if not named and not imported:
        raise UsageError("No watchlist is imported", remedy=f"Name those to fetch: {', '.join(known)}.")
    for list_id in imported if not named else ():
        if list_id not in known or not known[list_id].urls:
            click.echo(f"{list_id}: no address is known; left as it is")
    chosen = named or [list_id for list_id in imported if list_id in known and known[list_id].urls]
    return [known[list_id] for list_id in dict.fromkeys(chosen)]
