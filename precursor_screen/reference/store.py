"""Imported watchlists on disk: `<home>/watchlists/<list_id>/<n>/`, a snapshot an import, and a pointer to the last good one.

A snapshot is written beside and renamed into place, and only then is the pointer replaced, so that a run sees the old list
or the new one and never half of either. A refused import changes nothing but `attempts.jsonl`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from msgspec import Struct

from precursor_screen.errors import WatchlistError, WatchlistLocked, Where
from precursor_screen.matching.party.index import build_index
from precursor_screen.reference.watchlists import entries as codec
from precursor_screen.reference.watchlists.attempts import (
    IMPORTED,
    REFUSED,
    UNCHANGED,
    last_check,
    last_refusal,
    record_attempt,
)
from precursor_screen.reference.watchlists.checks import (
    check_content,
    check_day,
    check_file,
    check_list_id,
    decide_date,
    find_cut,
    find_regressions,
    is_list_id,
)
from precursor_screen.reference.watchlists.diff import ListDiff, compare_tables
from precursor_screen.reference.watchlists.interface import ListFile
from precursor_screen.reference.watchlists.manifest import Manifest
from precursor_screen.reference.watchlists.opened import (
    ENTRIES_FILE,
    MANIFEST_FILE,
    SEALED_FILES,
    Watchlist,
    describe,
    digest_entries,
    keep_index,
    open_manifest,
)
from precursor_screen.reference.watchlists.registry import find_importer
from precursor_screen.reference.watchlists.snapshots import (
    LOCK,
    begin_snapshot,
    current_snapshot,
    finish_snapshot,
    keep_source,
    remove_empty,
    remove_snapshots,
    snapshot_numbers,
    was_imported,
)
from precursor_screen.reference.watchlists.verifying import find_problems
from precursor_screen.store.digests import Digests
from precursor_screen.store.sealed import DamagedError, read_pointer, seal_late

_LOCK_SECONDS = 30.0


class ListStatus(Struct, frozen=True):
    """One list: its manifest and age in days, or what is wrong with it; and why the last import was refused, if it was.

    checked_at: when it was last imported or found unchanged at its source (ISO 8601, UTC); empty if never.
    imported: whether it was ever imported; if not, every import was refused, and nothing uses it.
    """

    list_id: str
    manifest: Manifest | None
    age_days: int | None
    problem: str
    refused: str
    checked_at: str = ""
    imported: bool = True


class WatchlistStore:
    """The watchlists under one home."""

    def __init__(self, home: Path, full: bool = False) -> None:
        """full: whether every file that is opened is read in full to see that it is what was written, not once a day."""
        self.folder = home / "watchlists"
        self._digests = Digests(home / "cache", full)

    def list_ids(self) -> tuple[str, ...]:
        """All lists that were ever imported, in alphabetical order, also those of which nothing is left.

        A list of which every import was refused is not among them; `status` shows it.
        """
        return tuple(list_id for list_id in self._tried() if was_imported(self.folder / list_id))

    def import_list(
        self,
        list_id: str,
        files: Sequence[Path],
        list_date: date | None = None,
        force: bool = False,
        imported_at: datetime | None = None,
        fallback_date: date | None = None,
        max_age_days: int | None = None,
    ) -> Manifest:
        """Import a list from its files and make it the current one.

        Args:
            list_id: an official id, or any other of lower-case letters, digits, `.`, `_` and `-`.
            files: one file, or the set that makes up the list.
            list_date: where the list states none.
            force: take a list that shrank, is older than the last, or looks as if it had been cut off.
            imported_at: when; default: now.
            fallback_date: where the list states no date and none is given: that of the download.
            max_age_days: from what age it counts as stale; default: what was said at the last import.

        Raises:
            WatchlistError: refused; the last good copy stays, and the message says whether there is one.
        """
        check_list_id(list_id)
        if not files:
            raise WatchlistError("No file was given.", remedy=f"watchlists import {list_id} FILE")
        moment = imported_at or datetime.now(UTC)
        names = [path.name for path in files]
        with self._locked(list_id) as place:
            try:
                manifest = self._import(list_id, place, files, (list_date, fallback_date), force, moment, max_age_days)
            except WatchlistError as error:
                record_attempt(place, moment, names, REFUSED, str(error))
                raise self._with_last_good(list_id, error, "Import refused") from error
            record_attempt(place, moment, names, IMPORTED)
        return manifest

    def record_unchanged(self, list_id: str, moment: datetime, files: Sequence[str]) -> None:
        """Record that the source still gives what is imported."""
        with self._locked(list_id) as place:
            record_attempt(place, moment, files, UNCHANGED)

    def record_failure(self, list_id: str, moment: datetime, files: Sequence[str], error: WatchlistError) -> WatchlistError:
        """Record that a list could not be fetched; returns the error with what stays in use."""
        check_list_id(list_id)
        with self._locked(list_id) as place:
            record_attempt(place, moment, files, REFUSED, str(error))
        return self._with_last_good(list_id, error, "Update failed")

    def remove(self, list_id: str) -> None:
        """Remove a list with all its snapshots and records, as if it had never been imported.

        Raises:
            WatchlistError: there is none, or something cannot be removed.
        """
        if not is_list_id(list_id) or list_id not in self._tried():
            message = f"There is no watchlist {list_id}; there are: {', '.join(self._tried()) or 'none'}."
            raise WatchlistError(message, remedy="Check the id.")
        with self._locked(list_id) as place:
            try:
                remove_snapshots(place)
            except OSError as error:
                message = f"Watchlist {list_id} is in use or may not be removed: {error.strerror or error}."
                raise WatchlistError(
                    message, where=Where(str(place)), remedy="End the runs that use it, and try again."
                ) from error
        remove_empty(place)

    def snapshots(self, list_id: str) -> tuple[int, ...]:
        """The numbers of a list's snapshots, ascending.

        Raises:
            WatchlistError: never imported.
        """
        self._current(list_id)
        return tuple(snapshot_numbers(self.folder / list_id))

    def diff(self, list_id: str, old: int | None = None, new: int | None = None) -> ListDiff:
        """What changed from one snapshot to another; by default from the last but one to the last.

        Raises:
            WatchlistError: never imported, no such snapshot, or it is damaged.
        """
        numbers = self.snapshots(list_id)
        if old is None or new is None:
            if len(numbers) < 2:
                message = f"Watchlist {list_id} has one snapshot, {numbers[0]}: there is nothing to compare it with."
                raise WatchlistError(message, remedy="Import a later copy of the list.")
            old, new = numbers[-2:]
        for number in (old, new):
            if number not in numbers:
                message = f"Watchlist {list_id} has no snapshot {number}; there are: {', '.join(map(str, numbers))}."
                raise WatchlistError(message, remedy="Name one of these.")
        place = self.folder / list_id
        before, after = (Watchlist.open(place / str(number)) for number in (old, new))
        return compare_tables(before.entries, after.entries, (before.manifest, after.manifest))

    def open_list(self, list_id: str) -> Watchlist:
        """Open the current snapshot.

        Raises:
            WatchlistError: never imported, missing or damaged.
        """
        folder, seal = self._current(list_id)
        opened = Watchlist.open(folder, seal, self._digests)
        if not seal:
            self._seal_late(list_id)
        return opened

    def _seal_late(self, list_id: str) -> None:
        """Writes down the digests of a snapshot of before there were any, if it is still the current one and nobody imports."""
        place = self.folder / list_id
        with suppress(OSError, DamagedError, Timeout), FileLock(place / LOCK, timeout=0):
            pointer = read_pointer(place)
            if not pointer.seal:
                seal_late(place, pointer.number, SEALED_FILES)

    def status(self, as_of: date) -> tuple[ListStatus, ...]:
        """Every list with its age on that day; one that is damaged, or was refused so far, with what is wrong."""
        found = []
        for list_id in self._tried():
            place = self.folder / list_id
            refused, checked = last_refusal(place), last_check(place)
            try:
                manifest = open_manifest(*self._current(list_id), self._digests)
            except WatchlistError as error:
                found.append(ListStatus(list_id, None, None, str(error), refused, checked, was_imported(place)))
            else:
                found.append(ListStatus(list_id, manifest, manifest.age_days(as_of), "", refused, checked))
        return tuple(found)

    def verify(self, list_id: str) -> tuple[str, ...]:
        """What differs between the current snapshot and its manifest; empty if nothing.

        Raises:
            WatchlistError: it cannot even be opened.
        """
        return find_problems(*self._current(list_id))

    def _tried(self) -> tuple[str, ...]:
        if not self.folder.is_dir():
            return ()
        places = [p for p in self.folder.iterdir() if p.is_dir() and is_list_id(p.name)]
        # A folder that holds nothing but its lock is what a removal left, or an import that has just begun.
        return tuple(sorted(p.name for p in places if any(child.name != LOCK for child in p.iterdir())))

    @contextmanager
    def _locked(self, list_id: str) -> Iterator[Path]:
        place = self.folder / list_id
        place.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(place / LOCK, timeout=_LOCK_SECONDS):
                yield place
        except Timeout as error:
            message = f"Another import of {list_id} holds the lock."
            raise WatchlistLocked(message, where=Where(str(place / LOCK)), remedy="Wait for it to end.") from error

    def _import(
        self,
        list_id: str,
        place: Path,
        files: Sequence[Path],
        dates: tuple[date | None, date | None],
        force: bool,
        moment: datetime,
        max_age_days: int | None,
    ) -> Manifest:
        offered = [ListFile.of(path) for path in files]
        for file in offered:
            check_file(file)
        if len({file.name for file in offered}) < len(offered):
            raise WatchlistError("Two files have one name.", where=Where(offered[0].name), remedy="Rename one of them.")
        importer = find_importer(offered)
        names = ", ".join(file.name for file in offered)
        parsed = importer.parse(offered, list_id)
        check_content(parsed, list_id, names)
        list_date, date_from = decide_date(parsed, dates[0], names, dates[1])
        check_day(list_date, moment, names)
        last = self._last(list_id)
        worse = "; ".join([*filter(None, map(find_cut, offered)), *find_regressions(parsed, list_date, last)])
        if worse and not force:
            remedy = "If that is so at the source, import it with --force."
            raise WatchlistError(
                f"The list looks damaged, or worse than the last import: {worse}.", where=Where(names), remedy=remedy
            )
        number = max(snapshot_numbers(place), default=0) + 1
        building = begin_snapshot(place, number)
        sources = tuple(keep_source(file, building) for file in offered)
        table = codec.to_table(parsed.entries)
        manifest = describe(
            parsed,
            list_id,
            number,
            list_date,
            date_from,
            sources,
            (importer.name, importer.version),
            moment,
            digest_entries(table),
            worse,
            max_age_days or (last.max_age_days if last else None),
        )
        codec.write_table(table, building / ENTRIES_FILE)
        keep_index(build_index(list_id, parsed.entries, manifest.sha256), building, manifest.sha256)
        (building / MANIFEST_FILE).write_text(manifest.to_json(), "utf-8")
        finish_snapshot(building, place, number)
        return manifest

    def _current(self, list_id: str) -> tuple[Path, str]:
        place = self.folder / list_id
        if not is_list_id(list_id) or not was_imported(place):
            known = ", ".join(self.list_ids()) or "none"
            message = f"Watchlist {list_id} was never imported; imported are: {known}."
            raise WatchlistError(message, remedy=f"precursor-screen watchlists import {list_id} FILE")
        return current_snapshot(place, list_id)

    def _last(self, list_id: str) -> Manifest | None:
        """The manifest of the current snapshot; None where there is none, or none that can be read."""
        try:
            return open_manifest(*self._current(list_id), self._digests)
        except WatchlistError:
            return None

    def _with_last_good(self, list_id: str, error: WatchlistError, what: str) -> WatchlistError:
        last = self._last(list_id)
        kept = f"The copy of {last.list_date} ({last.entries} entries) stays in use." if last else "There is no earlier copy."
        return WatchlistError(f"{what}: {error.message}", where=error.where, remedy=f"{error.remedy} {kept}".strip())
