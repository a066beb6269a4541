"""Imported watchlists on disk: `<home>/watchlists/<list_id>/<n>/`, a snapshot an import (`store.snapshots`).

A refused import changes nothing but `attempts.jsonl`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct

from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.errors import WatchlistError, WatchlistLocked
from precursor_screen.core.files import Digests
from precursor_screen.matching.party.index import build_index
from precursor_screen.reference.snapshots import LOCK, POINTER, SUMS, DamagedError, Snapshots
from precursor_screen.reference.watchlists import interface as codec
from precursor_screen.reference.watchlists.interface import ListFile, refused
from precursor_screen.reference.watchlists.opened import (
    ENTRIES_FILE,
    INDEX_PREFIX,
    INFO_FILE,
    SUMMED_FILES,
    Watchlist,
    describe,
    find_problems,
    keep_index,
    open_snapshot_info,
)
from precursor_screen.reference.watchlists.registry import (
    check_content,
    check_day,
    check_file,
    check_list_id,
    decide_date,
    find_importer,
    find_regressions,
    find_truncation,
    is_list_id,
)
from precursor_screen.reference.watchlists.snapshot_info import ListDiff, SnapshotInfo, SourceFile, compare_tables

# `attempts.jsonl` of a list: every import and check, whether it changed anything or not. It is only ever appended to.

ATTEMPTS_FILE = "attempts.jsonl"
IMPORTED, REFUSED, UNCHANGED = "imported", "refused", "unchanged"


def record_attempt(place: Path, moment: datetime, files: Sequence[str], outcome: str, reason: str = "") -> None:
    """Append one attempt."""
    at = moment.astimezone(UTC).isoformat(timespec="seconds")
    attempt = {"at": at, "files": list(files), "outcome": outcome, "reason": reason}
    path = place / ATTEMPTS_FILE
    half = path.is_file() and not path.read_bytes().endswith(b"\n")  # of a process that was killed while it wrote
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n" * half + json.dumps(attempt, ensure_ascii=True) + "\n")


def read_attempts(place: Path) -> list[dict[str, str]]:
    """The attempts on record (at, ISO 8601, UTC; outcome; reason, if refused), oldest first.

    A line that a killed process left half written is none.
    """
    path = place / ATTEMPTS_FILE
    found = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        with suppress(ValueError):
            attempt = json.loads(line)
            if isinstance(attempt, dict) and {"outcome", "reason"} <= attempt.keys():
                found.append({name: str(attempt.get(name, "")) for name in ("at", "outcome", "reason")})
    return found


class ListStatus(Struct, frozen=True):
    """One list: its manifest and age in days, or what is wrong with it; and why the last import was refused, if it was.

    checked_at: when it was last imported or found unchanged at its source (ISO 8601, UTC); empty if never.
    imported: whether it was ever imported; if not, every import was refused, and nothing uses it.
    """

    list_id: str
    snapshot: SnapshotInfo | None
    age_days: int | None
    problem: str
    refused: str
    checked_at: str = ""
    imported: bool = True

    def is_stale(self, limit: int | None) -> bool:
        """Whether the list is older than a limit in days; None: there is none."""
        return limit is not None and self.age_days is not None and self.age_days > limit


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
        return tuple(list_id for list_id in self._tried() if self._was_imported(list_id))

    def import_list(
        self,
        list_id: str,
        files: Sequence[Path],
        list_date: date | None = None,
        force: bool = False,
        imported_at: datetime | None = None,
        fallback_date: date | None = None,
        max_age_days: int | None = None,
    ) -> SnapshotInfo:
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
            raise WatchlistError("No file was given.", remedy=f"Give one: precursor-screen watchlists import {list_id} FILE")
        moment = imported_at or datetime.now(UTC)
        with self._recorded(list_id, moment, files):
            offered = [ListFile.of(path) for path in files]
            for file in offered:
                check_file(file)
            if len({file.name for file in offered}) < len(offered):
                raise refused("Two files have one name.", offered[0].name, "Rename one of them.")
            importer = find_importer(offered)
            names = ", ".join(file.name for file in offered)
            parsed = importer.parse(offered, list_id)
            check_content(parsed, list_id, names)
            day, date_from = decide_date(parsed, list_date, names, fallback_date)
            check_day(day, moment, names)
            last = self.last(list_id)
            worse = "; ".join([*filter(None, map(find_truncation, offered)), *find_regressions(parsed, day, last)])
            if worse and not force:
                remedy = "If the publisher's list is really so, import it with --force."
                raise WatchlistError(
                    f"The list looks damaged, or worse than the last import: {worse}.", where=names, remedy=remedy
                )
            table = codec.to_table(parsed.entries)
            with self._snapshots(list_id).next() as (number, folder):
                snapshot = describe(
                    parsed,
                    importer,
                    tuple(_keep_source(file, folder) for file in offered),
                    table,
                    moment,
                    list_id=list_id,
                    number=number,
                    list_date=day,
                    list_date_from=date_from,
                    forced=worse,
                    max_age_days=max_age_days or (last.max_age_days if last else None),
                )
                write_arrow(table, folder / ENTRIES_FILE)
                keep_index(build_index(list_id, parsed.entries, snapshot.sha256), folder, snapshot.sha256)
                (folder / INFO_FILE).write_text(snapshot.to_json(), "utf-8")
            return snapshot

    @contextmanager
    def _recorded(self, list_id: str, moment: datetime, files: Sequence[Path]) -> Iterator[None]:
        """An import on record, and what stays in use where it is refused."""
        names = [path.name for path in files]
        with self._locked(list_id):
            try:
                yield
            except WatchlistError as error:
                record_attempt(self.folder / list_id, moment, names, REFUSED, str(error))
                raise self._with_last_good(list_id, error, "Import refused") from error
            record_attempt(self.folder / list_id, moment, names, IMPORTED)

    def record_unchanged(self, list_id: str, moment: datetime, files: Sequence[str]) -> None:
        """Record that the source still gives what is imported."""
        with self._locked(list_id):
            record_attempt(self.folder / list_id, moment, files, UNCHANGED)

    def record_failure(self, list_id: str, moment: datetime, files: Sequence[str], error: WatchlistError) -> WatchlistError:
        """Record that a list could not be fetched; returns the error with what stays in use."""
        check_list_id(list_id)
        with self._locked(list_id):
            record_attempt(self.folder / list_id, moment, files, REFUSED, str(error))
        return self._with_last_good(list_id, error, "Update failed")

    def remove(self, list_id: str) -> None:
        """Remove a list with all its snapshots and records, as if it had never been imported.

        Raises:
            WatchlistError: there is none, or something cannot be removed.
        """
        if not is_list_id(list_id) or list_id not in self._tried():
            message = f"There is no watchlist {list_id}; there are: {', '.join(self._tried()) or 'none'}."
            raise WatchlistError(message, remedy="Check the id.")
        snapshots = self._snapshots(list_id)
        with self._locked(list_id):
            try:
                snapshots.remove()
            except OSError as error:
                message = f"Watchlist {list_id} is in use, or cannot be removed: {error.strerror or error}."
                raise WatchlistError(message, where=snapshots.place, remedy="End the runs that use it, and try again.") from error
        snapshots.remove_empty()

    def snapshots(self, list_id: str) -> tuple[int, ...]:
        """The numbers of a list's snapshots, ascending.

        Raises:
            WatchlistError: never imported.
        """
        self._current(list_id)
        return tuple(self._snapshots(list_id).numbers())

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
        return compare_tables(before.entries, after.entries, (before.snapshot, after.snapshot))

    def open_list(self, list_id: str) -> Watchlist:
        """Open the current snapshot.

        Raises:
            WatchlistError: never imported, missing or damaged.
        """
        folder, sums_sha256 = self._current(list_id)
        opened = Watchlist.open(folder, sums_sha256, self._digests)
        if not sums_sha256:
            self._snapshots(list_id).add_missing_sums()
        return opened

    def status(self, as_of: date) -> tuple[ListStatus, ...]:
        """Every list with its age on that day; one that is damaged, or was refused so far, with what is wrong."""
        found = []
        for list_id in self._tried():
            attempts = read_attempts(self.folder / list_id)
            refused = attempts[-1]["reason"] if attempts else ""
            checked = next((a["at"] for a in reversed(attempts) if a["outcome"] in (IMPORTED, UNCHANGED)), "")
            try:
                snapshot = open_snapshot_info(*self._current(list_id), self._digests)
            except WatchlistError as error:
                found.append(ListStatus(list_id, None, None, str(error), refused, checked, self._was_imported(list_id)))
            else:
                found.append(ListStatus(list_id, snapshot, snapshot.age_days(as_of), "", refused, checked))
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

    def _snapshots(self, list_id: str) -> Snapshots:
        return Snapshots(self.folder / list_id, SUMMED_FILES)

    def _was_imported(self, list_id: str) -> bool:
        snapshots = self._snapshots(list_id)
        return snapshots.exist() or any(attempt["outcome"] == IMPORTED for attempt in read_attempts(snapshots.place))

    def _locked(self, list_id: str) -> AbstractContextManager[None]:
        return self._snapshots(list_id).locked(WatchlistLocked, f"Another import of {list_id} is running.")

    def _current(self, list_id: str) -> tuple[Path, str]:
        """The folder of the current snapshot, and what the digest of its SHA256SUMS must be (empty: not known)."""
        snapshots = self._snapshots(list_id)
        remedy = f"precursor-screen watchlists import {list_id} FILE"
        if not is_list_id(list_id) or not self._was_imported(list_id):
            message = f"Watchlist {list_id} was never imported; imported are: {', '.join(self.list_ids()) or 'none'}."
            raise WatchlistError(message, remedy=f"Import it: {remedy}")
        remedy = f"Import it again: {remedy}"
        try:
            folder, sums_sha256 = snapshots.current()
        except (OSError, DamagedError) as error:
            raise refused(f"Watchlist {list_id} has no current copy.", snapshots.place / POINTER, remedy) from error
        if not folder.is_dir():
            raise refused(f"Snapshot {folder.name} of watchlist {list_id} is missing.", snapshots.place, remedy)
        return folder, sums_sha256

    def last(self, list_id: str) -> SnapshotInfo | None:
        """The manifest of the current snapshot; None where there is none, or none that can be read."""
        try:
            return open_snapshot_info(*self._current(list_id), self._digests)
        except WatchlistError:
            return None

    def _with_last_good(self, list_id: str, error: WatchlistError, what: str) -> WatchlistError:
        last = self.last(list_id)
        kept = f"The copy of {last.list_date} ({last.entries} entries) stays in use." if last else "There is no earlier copy."
        return WatchlistError(f"{what}: {error.message}", where=error.where, remedy=f"{error.remedy} {kept}".strip())


def _keep_source(file: ListFile, folder: Path) -> SourceFile:
    """Copies a source file, as it was offered, into a snapshot.

    Raises:
        WatchlistError: its name is one that a snapshot uses itself.
    """
    if file.name in (*SUMMED_FILES, SUMS) or file.name.startswith(INDEX_PREFIX):
        raise refused("The file has a name that the store uses itself.", file.name, "Rename it.")
    shutil.copyfile(file.path, folder / file.name)
    return SourceFile.of(folder / file.name)
