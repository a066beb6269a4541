"""How watchlists and changes of them are shown: to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.core.printable import printable

if TYPE_CHECKING:
    from precursor_screen.reference.store import ListStatus
    from precursor_screen.reference.watchlists.diff import ListDiff
    from precursor_screen.reference.watchlists.interface import Remark
    from precursor_screen.reference.watchlists.manifest import Manifest

MOST = 20  # entries of a kind that `diff` names without --all


def say_changes(found: ListDiff, kind: str, everything: bool) -> None:
    """Entries that were added, removed or changed; of those that changed first the ones in which more than other details did."""
    others = {entry for entry, _ in found.changed} - set(found.content_changed) if kind == "changed" else set()
    entries = sorted(getattr(found, kind), key=lambda e: e[0] in others)
    within = (
        f", {len(found.content_changed):,} of them in names, programmes, identifiers or addresses" if kind == "changed" else ""
    )
    click.echo(f"{kind}: {len(entries):,}{within}")
    for entry_id, name in entries if everything else entries[:MOST]:
        details = " (other details only)" if entry_id in others else ""
        click.echo(f"  {printable(entry_id)}  {printable(name)}{details}")
    if len(entries) > MOST and not everything:
        click.echo(f"  and {len(entries) - MOST:,} more (--all)")


def say_imported(manifest: Manifest) -> None:
    """What was read of a list."""
    counts = f"{manifest.entries:,} entries, {manifest.names:,} names, {manifest.addresses:,} addresses"
    click.echo(f"{manifest.list_id}: {counts}; list of {manifest.list_date}, snapshot {manifest.number}")
    for skipped in manifest.skipped:
        click.echo(f"  skipped {skipped.count}: {printable(skipped.reason)}{_example(skipped)}")
    for note in manifest.notes:
        click.echo(f"  note: {printable(note.reason)}" + (f" ({note.count})" if note.count > 1 else ""))
    if manifest.forced:
        click.echo(f"  forced: {manifest.forced}")


def _example(remark: Remark) -> str:
    return f" (such as {remark.examples[0]!r})" if remark.examples else ""


def _is_stale(one: ListStatus, limit: int | None) -> bool:
    return limit is not None and one.age_days is not None and one.age_days > limit


def status_lines(one: ListStatus, limit: int | None, by_source: bool) -> Iterator[str]:
    """A list with its date, age and counts, for a person."""
    if not one.imported:
        remove = f"precursor-screen watchlists remove {one.list_id}"
        yield f"{one.list_id:<16} never imported, so nothing uses it. To take it out of this list: {remove}"
    elif one.manifest is None:
        yield f"{one.list_id:<16} NOT usable: {printable(one.problem)}"
    else:
        stale = f"{' STALE' if _is_stale(one, limit) else ''} (limit {limit} days)"
        counts = f"{one.manifest.entries:>8,} entries {one.manifest.names:>9,} names"
        checked = f", checked {one.checked_at[:10]}" if one.checked_at else ""
        yield f"{one.list_id:<16} {counts}  list of {one.manifest.list_date}, {one.age_days} days old{stale}{checked}"
        for source, count in one.manifest.by_source if by_source else ():
            yield f"{'':<16} {count:>8,} {printable(source)}"
    if one.refused:
        yield f"{'':<16} last import refused: {printable(one.refused)}"


def status_record(one: ListStatus, limit: int | None) -> dict[str, Any]:
    """The same for JSON."""
    listed = {
        "list_id": one.list_id,
        "usable": one.manifest is not None,
        "problem": one.problem,
        "last_refusal": one.refused,
        **common.fields(one, "checked_at age_days"),
        "max_age_days": limit,
        "stale": _is_stale(one, limit),
    }
    if one.manifest is not None:
        read = common.fields(one.manifest, "list_date list_date_from sha256 importer entries names addresses by_source forced")
        listed |= {"snapshot": one.manifest.number, **read, "by_source": dict(one.manifest.by_source)}
    return listed
