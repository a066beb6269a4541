"""Fetching a list from its publisher and importing it, if it has changed. Nothing else in the program opens a connection.

A list whose refresh fails keeps its last good copy, and a record of the attempt.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError, WatchlistLocked, Where
from precursor_screen.core.files import digest_file, write_whole
from precursor_screen.reference.sources import ListSource
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.fetch import fetch, show_url
from precursor_screen.reference.watchlists.manifest import SnapshotInfo, SourceFile, digest_files
from precursor_screen.reference.watchlists.registry import IMPORTERS

_VALIDATORS = "validators.json"
_PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9])TOKEN(?![A-Za-z0-9])")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Refresh(Struct, frozen=True):
    """What came of a refresh: whether the list changed, its manifest now, and that of before (None: there was none)."""

    changed: bool
    manifest: SnapshotInfo
    before: SnapshotInfo | None


def refresh_list(store: WatchlistStore, source: ListSource, force: bool = False, moment: datetime | None = None) -> Refresh:
    """Fetch a list, and import it if it is not the one that we have.

    Args:
        store: where lists are kept.
        source: where the list comes from.
        force: as for `WatchlistStore.import_list`.
        moment: now.

    Raises:
        WatchlistError: it could not be fetched, or was refused; the last good copy stays.
    """
    now = moment or datetime.now(UTC)
    names = _file_names(source)
    before = store.last(source.list_id)
    with tempfile.TemporaryDirectory(prefix="precursor-screen-") as folder:
        try:
            changed, modified, validators = _fetch_all(store, source, names, Path(folder), before)
        except WatchlistLocked:
            raise
        except WatchlistError as error:
            raise store.record_failure(source.list_id, now, list(names), error) from error
        paths = [Path(folder) / name for name in names]
        if before is not None and (not changed or _is_the_same(paths, before)):
            store.record_unchanged(source.list_id, now, list(names))
            _save_validators(store, before, validators)
            return Refresh(False, before, before)
        day = modified or now.date()
        manifest = store.import_list(source.list_id, paths, force=force, imported_at=now, fallback_date=day)
    _save_validators(store, manifest, validators)
    return Refresh(True, manifest, before)


def refresh_imported(store: WatchlistStore, known: Mapping[str, ListSource]) -> Iterator[tuple[str, Refresh | WatchlistError]]:
    """Refreshes every imported list of which an address is known, one after the other; one that fails leaves the others alone.

    Args:
        store: where lists are kept.
        known: sources by list id.

    Yields:
        The id of a list, and what came of it.
    """
    for list_id in store.list_ids():
        if list_id in known and known[list_id].urls:
            try:
                yield list_id, refresh_list(store, known[list_id])
            except WatchlistError as error:
                yield list_id, error


def _fetch_all(
    store: WatchlistStore, source: ListSource, names: Sequence[str], folder: Path, before: SnapshotInfo | None
) -> tuple[bool, date | None, dict[str, dict[str, str]]]:
    """Fetch the list's files; one that has not changed is taken from the current snapshot.

    Returns:
        Whether any has changed, the day of the newest as far as that is said, and by what to ask next time.
    """
    if not source.urls:
        message = f"No address is known for {source.list_id}."
        raise WatchlistError(message, remedy=source.note or "Give one in a file of your own with --source.")
    for url in source.urls:
        if _PLACEHOLDER.search(urlsplit(url).query):
            remedy = "Get a token from the publisher, put it into a copy of sources.toml, and give that with --source."
            raise WatchlistError("The address holds TOKEN instead of a token.", where=Where(show_url(url)), remedy=remedy)
    known = _read_validators(store, before)
    answers = []
    validators = {}
    for url, name in zip(source.urls, names, strict=True):
        key = hashlib.sha256(url.encode()).hexdigest()  # an address may hold a token
        answer = fetch(url, folder / name, source, known.get(key))
        answers.append(answer)
        if not answer.changed and before is not None:
            shutil.copyfile(store.folder / source.list_id / str(before.number) / known[key]["name"], folder / name)
        validators[key] = {"name": name, "etag": answer.etag, "last_modified": answer.last_modified}
    days = [day for answer in answers if (day := answer.modified)]
    return (any(a.changed for a in answers), max(days, default=None), validators)


def _file_names(source: ListSource) -> tuple[str, ...]:
    """A name for each file: the last part of its address, or the list's id; numbered where two would be the same."""
    names: list[str] = []
    for number, url in enumerate(source.urls, start=1):
        name = _UNSAFE.sub("_", urlsplit(url).path.rpartition("/")[2]).lstrip(".")
        if not name or name in names or "." not in name:
            name = f"{source.list_id}-{number}-{name}".rstrip("-")
        names.append(name)
    return tuple(names)


def _is_the_same(paths: Sequence[Path], before: SnapshotInfo) -> bool:
    return digest_files(tuple(map(SourceFile.of, paths))) == before.sha256 and _is_read_alike(before)


def _is_read_alike(manifest: SnapshotInfo) -> bool:
    """Whether the importer that read a snapshot is still of that version; a newer one shall read the same file again."""
    return (manifest.importer, manifest.importer_version) in {(i.name, i.version) for i in IMPORTERS}


def _read_validators(store: WatchlistStore, before: SnapshotInfo | None) -> dict[str, dict[str, str]]:
    """By what to ask whether a file has changed, for the current snapshot; empty if that is of another origin."""
    if before is None or not _is_read_alike(before):
        return {}
    place = store.folder / before.list_id
    try:
        data: Any = json.loads((place / _VALIDATORS).read_text("utf-8"))
        if data["snapshot"] != before.number or data["sha256"] != before.sha256:
            return {}
        files = {key: {name: str(value) for name, value in file.items()} for key, file in data["files"].items()}
        present = {
            source.name for source in before.files if digest_file(place / str(before.number) / source.name) == source.sha256
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # never updated, or damaged: everything is fetched
    return {key: file for key, file in files.items() if file.get("name") in present}


def _save_validators(store: WatchlistStore, manifest: SnapshotInfo, validators: dict[str, dict[str, str]]) -> None:
    place = store.folder / manifest.list_id
    data = {"snapshot": manifest.number, "sha256": manifest.sha256, "files": validators}
    write_whole(place / _VALIDATORS, json.dumps(data, indent=2) + "\n", None)
