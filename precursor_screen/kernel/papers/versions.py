"""Versions of one document in a register: amended, superseded, revoked and issued again under the same number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers.documents import LIVE, Document
from precursor_screen.rulebook.registers import PERMITS

_GONE = frozenset(("revoked", "superseded"))


def stand(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents as they stand in their last version; of versions that nothing orders every row stays, to be told as a duplicate.

    The last is that of the highest version where each row states another; else the only one that is in force beside revoked and
    superseded ones of which none begins after it.
    """
    of = grouped(((d.number, d.authority_key, d.substance_id), d) for d in documents)
    found = [one for rows in of.values() for one in (rows if len(rows) == 1 else _last_of(rows))]
    return tuple(sorted(found, key=lambda d: d.rank))


def _last_of(rows: Sequence[Document]) -> Sequence[Document]:
    last = _by_version(rows) or _by_status(rows)
    if last is None:
        return rows
    begins = [d.first for d in rows if d.first is not None]
    issued = [d.issued for d in rows if d.issued is not None]
    first, since = (min(days) if len(days) == len(rows) else None for days in (begins, issued))
    ends = last.reply_ends
    if last.register == PERMITS:  # a declaration counts from its first version
        ends = min((d.reply_ends for d in rows if d.reply_ends), default=None)
    return [replace(last, first=first, issued=since, reply_ends=ends, versions=len(rows))]


def _by_version(rows: Sequence[Document]) -> Document | None:
    versions = [d.version_no for d in rows]
    if None in versions or len(set(versions)) < len(versions):
        return None
    return max(rows, key=lambda d: d.version_no or 0)


def _by_status(rows: Sequence[Document]) -> Document | None:
    live = [d for d in rows if d.status in LIVE]
    gone = [d for d in rows if d.status in _GONE]
    if len(live) != 1 or len(live) + len(gone) != len(rows):
        return None
    begins = live[0].first or date.max
    return live[0] if all((d.first or date.min) <= begins for d in gone) else None
