"""Imported watchlists on disk: `<home>/watchlists/<list_id>/<n>/`, a snapshot an import, and a pointer to the last good one.

A snapshot is written beside and renamed into place, and only then is the pointer replaced, so that a run sees the old list
or the new one and never half of either. A refused import changes nothing but `attempts.jsonl`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from precursor_screen.errors import WatchlistError, WatchlistLocked, Where
from precursor_screen.matching.parties import build_index, write_index
from precursor_screen.reference.watchlists import entries as codec
from precursor_screen.reference.watchlists.checks import check_content, check_file, decide_date, find_regressions
from precursor_screen.reference.watchlists.interface import ListFile
from precursor_screen.reference.watchlists.manifest import Manifest, SourceFile, digest_file, read_manifest
from precursor_screen.reference.watchlists.opened import (
    ENTRIES_FILE,
    MANIFEST_FILE,
    Watchlist,
    describe,
    digest_entries,
    index_name,
)
from precursor_screen.reference.watchlists.registry import find_importer

_LIST_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_POINTER, _ATTEMPTS, _LOCK, _BUILDING = "current", "attempts.jsonl", ".lock", ".building-"
_LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ListStatus:
    """One list: its manifest and age in days, or what is wrong with it; and why the last import was refused, if it was."""

    list_id: str
    manifest: Manifest | None
    age_days: int | None
    problem: str
    refused: str


class WatchlistStore:
    """The watchlists under one home."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "watchlists"

    def list_ids(self) -> tuple[str, ...]:
        """All lists that were ever imported, in alphabetical order, also those of which nothing is left.

        A list of which every import was refused is not among them; `status` shows it.
        """
        return tuple(list_id for list_id in self._tried() if _was_imported(self.folder / list_id))

    def import_list(
        self,
        list_id: str,
        files: Sequence[Path],
        list_date: date | None = None,
        force: bool = False,
        imported_at: datetime | None = None,
    ) -> Manifest:
        """Import a list from its files and make it the current one.

        Args:
            list_id: an official id, or any other of lower-case letters, digits, `.`, `_` and `-`.
            files: one file, or the set that makes up the list.
            list_date: where the list states none.
            force: take a list that shrank or is older than the last.
            imported_at: when; default: now.

        Raises:
            WatchlistError: refused; the last good copy stays, and the message says whether there is one.
        """
        if not _LIST_ID.fullmatch(list_id):
            remedy = "Use lower-case letters, digits, `.`, `_` and `-`."
            raise WatchlistError(f"{list_id!r} is no list id.", remedy=remedy)
        if not files:
            raise WatchlistError("No file was given.", remedy=f"watchlists import {list_id} FILE")
        moment = imported_at or datetime.now(UTC)
        place = self.folder / list_id
        place.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(place / _LOCK, timeout=_LOCK_SECONDS):
                try:
                    manifest = self._import(list_id, place, files, list_date, force, moment)
                except WatchlistError as error:
                    _record(place, moment, files, str(error))
                    raise _with_last_good(error, self._last(list_id)) from error
                _record(place, moment, files, "")
        except Timeout as error:
            message = f"Another import of {list_id} holds the lock."
            raise WatchlistLocked(message, where=Where(str(place / _LOCK)), remedy="Wait for it to end.") from error
        return manifest

    def open_list(self, list_id: str) -> Watchlist:
        """Open the current snapshot.

        Raises:
            WatchlistError: never imported, missing or damaged.
        """
        return Watchlist.open(self._current(list_id))

    def status(self, as_of: date) -> tuple[ListStatus, ...]:
        """Every list with its age on that day; one that is damaged, or was refused so far, with what is wrong."""
        found = []
        for list_id in self._tried():
            refused = _last_refusal(self.folder / list_id)
            try:
                manifest = read_manifest(self._current(list_id) / MANIFEST_FILE)
            except WatchlistError as error:
                found.append(ListStatus(list_id, None, None, str(error), refused))
            else:
                found.append(ListStatus(list_id, manifest, manifest.age_days(as_of), "", refused))
        return tuple(found)

    def verify(self, list_id: str) -> tuple[str, ...]:
        """What differs between the current snapshot and its manifest; empty if nothing.

        Raises:
            WatchlistError: it cannot even be opened.
        """
        folder = self._current(list_id)
        watchlist = Watchlist.open(folder)
        problems = []
        for source in watchlist.manifest.files:
            path = folder / source.name
            if not path.is_file():
                problems.append(f"{source.name} is missing")
            elif digest_file(path) != source.sha256:
                problems.append(f"{source.name} is not the file that was imported")
        hashed = codec.to_table(watchlist)
        if digest_entries(hashed) != watchlist.manifest.entries_sha256:
            problems.append("the entries are not those that were imported")
        return tuple(problems)

    def _tried(self) -> tuple[str, ...]:
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(p.name for p in self.folder.iterdir() if p.is_dir() and _LIST_ID.fullmatch(p.name)))

    def _import(
        self, list_id: str, place: Path, files: Sequence[Path], given: date | None, force: bool, moment: datetime
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
        list_date, date_from = decide_date(parsed, given, names)
        worse = "; ".join(find_regressions(parsed, list_date, self._last(list_id)))
        if worse and not force:
            remedy = "If that is so at the source, import it with --force."
            raise WatchlistError(f"The list looks worse than the last import: {worse}.", where=Where(names), remedy=remedy)
        number = max(_numbers(place), default=0) + 1
        for left_over in place.glob(f"{_BUILDING}*"):
            shutil.rmtree(left_over)  # of an import that was killed; nobody else writes while the lock is held
        building = place / f"{_BUILDING}{number}"
        building.mkdir()
        sources = tuple(_keep(file, building) for file in offered)
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
        )
        codec.write_table(table, building / ENTRIES_FILE)
        write_index(build_index(list_id, parsed.entries, manifest.sha256), building / index_name(manifest.sha256))
        (building / MANIFEST_FILE).write_text(manifest.to_json(), "utf-8")
        building.replace(place / str(number))
        _point(place, number)
        return manifest

    def _current(self, list_id: str) -> Path:
        place = self.folder / list_id
        if not _LIST_ID.fullmatch(list_id) or not _was_imported(place):
            known = ", ".join(self.list_ids()) or "none"
            message = f"Watchlist {list_id} was never imported; imported are: {known}."
            raise WatchlistError(message, remedy=f"precursor-screen watchlists import {list_id} FILE")
        remedy = f"Import it again: precursor-screen watchlists import {list_id} FILE"
        try:
            number = int((place / _POINTER).read_text("ascii").strip())
        except (OSError, ValueError) as error:
            message = f"Watchlist {list_id} has no current copy."
            raise WatchlistError(message, where=Where(str(place / _POINTER)), remedy=remedy) from error
        if not (place / str(number)).is_dir():
            raise WatchlistError(f"Snapshot {number} of watchlist {list_id} is missing.", where=Where(str(place)), remedy=remedy)
        return place / str(number)

    def _last(self, list_id: str) -> Manifest | None:
        """The manifest of the current snapshot; None where there is none, or none that can be read."""
        try:
            return read_manifest(self._current(list_id) / MANIFEST_FILE)
        except WatchlistError:
            return None


def _was_imported(place: Path) -> bool:
    if not place.is_dir():
        return False
    return (place / _POINTER).exists() or bool(_numbers(place)) or any(a["outcome"] == "imported" for a in _attempts(place))


def _numbers(place: Path) -> list[int]:
    return [int(p.name) for p in place.iterdir() if p.is_dir() and p.name.isdecimal()]


def _keep(file: ListFile, folder: Path) -> SourceFile:
    copy = folder / file.name
    shutil.copyfile(file.path, copy)
    return SourceFile(file.name, digest_file(copy), copy.stat().st_size)


def _point(place: Path, number: int) -> None:
    beside = place / f"{_POINTER}.new"
    with beside.open("w", encoding="ascii") as stream:
        stream.write(f"{number}\n")
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(place / _POINTER)


def _record(place: Path, moment: datetime, files: Sequence[Path], refused: str) -> None:
    attempt = {
        "at": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "files": [path.name for path in files],
        "outcome": "refused" if refused else "imported",
        "reason": refused,
    }
    path = place / _ATTEMPTS
    half = path.is_file() and not path.read_bytes().endswith(b"\n")  # of a process that was killed while it wrote
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n" * half + json.dumps(attempt, ensure_ascii=True) + "\n")


def _attempts(place: Path) -> list[dict[str, str]]:
    """The attempts on record; a line that a killed process left half written is none."""
    path = place / _ATTEMPTS
    found = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        try:
            attempt = json.loads(line)
        except ValueError:
            continue
        if isinstance(attempt, dict) and {"outcome", "reason"} <= attempt.keys():
            found.append(attempt)
    return found


def _last_refusal(place: Path) -> str:
    attempts = _attempts(place)
    return attempts[-1]["reason"] if attempts else ""


def _with_last_good(error: WatchlistError, last: Manifest | None) -> WatchlistError:
    kept = f"The copy of {last.list_date} ({last.entries} entries) stays in use." if last else "There is no earlier copy."
    return WatchlistError(f"Import refused: {error.message}", where=error.where, remedy=f"{error.remedy} {kept}".strip())
