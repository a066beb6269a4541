"""Fetching a list from its publisher and importing it, if it has changed. Nothing else in the program opens a connection.

A list whose refresh fails keeps its last good copy, and a record of the attempt.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError, WatchlistLocked, Where
from precursor_screen.core.files import digest_file, write_whole
from precursor_screen.reference.sources import ListSource
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.interface import refused
from precursor_screen.reference.watchlists.registry import IMPORTERS
from precursor_screen.reference.watchlists.snapshot_info import SnapshotInfo, SourceFile, digest_files
from precursor_screen.version import __version__

# One file from its publisher, over HTTPS: with caps on size and time, and redirects within the publisher's own domain only.

# OFAC answers 403 to clients that do not begin with Mozilla/<digit> or have fewer than 40 characters.
USER_AGENT = f"Mozilla/5.0 (compatible; precursor-screen/{__version__}; watchlist update)"
_CHUNK = 1 << 16
_SILENCE_SECONDS = 30.0  # how long the other side may say nothing
_MAX_REDIRECTS = 5
# Second-level domains under which the registered name is the third label: those of the publishers' countries.
_PUBLIC_SECOND_LEVEL = frozenset(("gov", "co", "com", "org", "ac", "gc", "gob", "go", "gouv"))


_BY_HAND = "Try again later, or download the file with a browser and import it."
_NOT_FOLLOWED = "redirects too often, or to where this program does not follow"
_REMEDIES = {
    401: "The address may need a token or a password that the publisher gives out.",
    403: "The publisher refuses this program: set user_agent in a copy of sources.toml, or fetch the file in a browser.",
    404: "The publisher may have moved the list: look the address up, correct it in a copy of sources.toml, and give that file: --source FILE.",
    410: "The publisher has withdrawn the list or moved it: look it up.",
}


class Answer(Struct, frozen=True):
    """What the publisher gave: whether the file has changed, and by what to ask next time. modified: of the file."""

    changed: bool
    etag: str = ""
    last_modified: str = ""

    @property
    def modified(self) -> date | None:
        """The day on which the file was last modified, if the publisher says so."""
        try:
            return parsedate_to_datetime(self.last_modified).date() if self.last_modified else None
        except ValueError:
            return None


def fetch(url: str, target: Path, source: ListSource, validators: Mapping[str, str] | None = None) -> Answer:
    """Download a file, unless it is the one we have.

    Args:
        url: https; http for this machine only.
        target: where to write it.
        source: of the list: its caps, and the domains beside its own to which it may be redirected.
        validators: `etag` and `last_modified` of the copy that we have.

    Raises:
        WatchlistError: it cannot be had, is not whole, or is beyond a cap. Nothing is left at `target` then.
    """
    try:
        return _fetch(url, target, source, validators or {})
    except WatchlistError:
        target.unlink(missing_ok=True)
        raise


def _fetch(url: str, target: Path, source: ListSource, validators: Mapping[str, str]) -> Answer:
    where = Where(show_url(url))
    _check_url(url, where)
    headers = {"User-Agent": source.user_agent or USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    for header, key in (("If-None-Match", "etag"), ("If-Modified-Since", "last_modified")):
        if validators.get(key):
            headers[header] = validators[key]
    patience = min(_SILENCE_SECONDS, source.max_seconds)
    deadline = time.monotonic() + source.max_seconds
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.build_opener(_SameDomain(source)).open(request, timeout=patience) as response:
            _receive(response, target, source, deadline, where)
            return Answer(True, _one_line(response.headers.get("ETag")), _one_line(response.headers.get("Last-Modified")))
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.NOT_MODIFIED and validators:
                return Answer(False, validators.get("etag", ""), validators.get("last_modified", ""))
            raise _refusal(error.code, where) from error
    except TimeoutError as error:
        raise WatchlistError(f"The publisher did not answer for {patience:g} seconds.", where=where, remedy=_BY_HAND) from error
    except urllib.error.URLError as error:
        raise WatchlistError(f"The publisher cannot be reached: {error.reason}.", where=where, remedy=_BY_HAND) from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise WatchlistError(f"The download broke off: {error or type(error).__name__}.", where=where, remedy=_BY_HAND) from error


def show_url(url: str) -> str:
    """An address without its query, which may hold a token, and without a user's name or password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def registered_domain(host: str) -> str:
    """The part of a host's name that somebody registered: `treas.gov` of `www.treas.gov`, `fcdo.gov.uk` of `x.fcdo.gov.uk`."""
    labels = host.lower().rstrip(".").split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _PUBLIC_SECOND_LEVEL
    return host.lower() if is_loopback(host) else ".".join(labels[-3:] if deep else labels[-2:])


def _lies_in(host: str, domain: str) -> bool:
    """Whether a host is a domain, or lies in it."""
    return host == domain.lower() or host.endswith("." + domain.lower())


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _check_url(url: str, where: Where) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise WatchlistError(f"The address is not a web address: {error}.", where=where, remedy="Correct it.") from error
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        message = f"The address {show_url(url)} does not begin with https://."
        raise WatchlistError(message, where=where, remedy="Use one that does.")


class _SameDomain(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the same registered domain, and to the domains that the source allows."""

    max_redirections = _MAX_REDIRECTS

    def __init__(self, source: ListSource) -> None:
        self._source = source

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request to follow with.

        Raises:
            WatchlistError: the redirect leads elsewhere.
        """
        where = Where(show_url(req.full_url))
        _check_url(newurl, where)
        host = (urlsplit(newurl).hostname or "").lower()
        own = registered_domain(urlsplit(req.full_url).hostname or "")
        if registered_domain(host) != own and not any(_lies_in(host, domain) for domain in self._source.redirect_domains):
            message = f"The publisher redirects to another domain, {host}."
            remedy = "If that is theirs, put it into redirect_domains of a copy of sources.toml, and give that with --source."
            raise WatchlistError(message, where=where, remedy=remedy)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _receive(response: http.client.HTTPResponse, target: Path, source: ListSource, deadline: float, where: Where) -> None:
    if response.status != http.HTTPStatus.OK:
        raise _refusal(response.status, where)
    stated = response.headers.get("Content-Length", "")
    declared = int(stated) if stated.isdecimal() else None
    received = 0
    with target.open("wb") as stream:
        while chunk := response.read1(_CHUNK) if (declared or 0) <= source.max_bytes else b"":
            received += len(chunk)
            if received > source.max_bytes:
                break
            if time.monotonic() > deadline:
                message = f"The download takes longer than {source.max_seconds:g} seconds ({received:,} bytes so far)."
                remedy = "Try again later, or raise max_seconds in a copy of sources.toml, and give that with --source."
                raise WatchlistError(message, where=where, remedy=remedy)
            stream.write(chunk)
    if max(received, declared or 0) > source.max_bytes:
        message = f"The file is larger than {source.max_bytes:,} bytes, which no known list is."
        remedy = "If it is the list, raise max_megabytes in a copy of sources.toml, and give that with --source."
        raise WatchlistError(message, where=where, remedy=remedy)
    if declared is not None and received != declared:
        message = f"The download is cut short: {received:,} of {declared:,} bytes."
        raise WatchlistError(message, where=where, remedy="Try again later.")


def _refusal(code: int, where: Where) -> WatchlistError:
    reason = http.client.responses.get(code, "")
    what = f"answered {code} {reason}".rstrip() if not 300 <= code < 400 else _NOT_FOLLOWED
    return WatchlistError(f"The publisher {what}.", where=where, remedy=_REMEDIES.get(code, _BY_HAND))


def _one_line(header: str | None) -> str:
    return " ".join((header or "").split())[:1000]


_VALIDATORS = "validators.json"
_PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9])TOKEN(?![A-Za-z0-9])")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Refresh(Struct, frozen=True):
    """What came of a refresh: whether the list changed, its manifest now, and that of before (None: there was none)."""

    changed: bool
    snapshot: SnapshotInfo
    previous: SnapshotInfo | None


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
    previous = store.last(source.list_id)
    with tempfile.TemporaryDirectory(prefix="precursor-screen-") as folder:
        try:
            changed, modified, validators = _fetch_all(store, source, names, Path(folder), previous)
        except WatchlistLocked:
            raise
        except WatchlistError as error:
            raise store.record_failure(source.list_id, now, list(names), error) from error
        paths = [Path(folder) / name for name in names]
        if previous is not None and (not changed or _is_the_same(paths, previous)):
            store.record_unchanged(source.list_id, now, list(names))
            _save_validators(store, previous, validators)
            return Refresh(False, previous, previous)
        snapshot = store.import_list(source.list_id, paths, force=force, imported_at=now, fallback_date=modified or now.date())
    _save_validators(store, snapshot, validators)
    return Refresh(True, snapshot, previous)


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
    store: WatchlistStore, source: ListSource, names: Sequence[str], folder: Path, previous: SnapshotInfo | None
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
            raise refused("The address holds TOKEN instead of a token.", show_url(url), remedy)
    known = _read_validators(store, previous)
    downloads = []
    validators = {}
    for url, name in zip(source.urls, names, strict=True):
        key = hashlib.sha256(url.encode()).hexdigest()  # an address may hold a token
        download = fetch(url, folder / name, source, known.get(key))
        downloads.append(download)
        if not download.changed and previous is not None:
            shutil.copyfile(store.folder / source.list_id / str(previous.number) / known[key]["name"], folder / name)
        validators[key] = {"name": name, "etag": download.etag, "last_modified": download.last_modified}
    days = [day for download in downloads if (day := download.modified)]
    return (any(a.changed for a in downloads), max(days, default=None), validators)


def _file_names(source: ListSource) -> tuple[str, ...]:
    """A name for each file: the last part of its address, or the list's id; numbered where two would be the same."""
    names: list[str] = []
    for number, url in enumerate(source.urls, start=1):
        name = _UNSAFE.sub("_", urlsplit(url).path.rpartition("/")[2]).lstrip(".")
        if not name or name in names or "." not in name:
            name = f"{source.list_id}-{number}-{name}".rstrip("-")
        names.append(name)
    return tuple(names)


def _is_the_same(paths: Sequence[Path], previous: SnapshotInfo) -> bool:
    return digest_files(tuple(map(SourceFile.of, paths))) == previous.sha256 and _has_current_importer(previous)


def _has_current_importer(snapshot: SnapshotInfo) -> bool:
    """Whether the importer that read a snapshot is still of that version; a newer one shall read the same file again."""
    return snapshot.read_by in {(i.name, i.version) for i in IMPORTERS}


def _read_validators(store: WatchlistStore, previous: SnapshotInfo | None) -> dict[str, dict[str, str]]:
    """By what to ask whether a file has changed, for the current snapshot; empty if that is of another origin."""
    if previous is None or not _has_current_importer(previous):
        return {}
    place = store.folder / previous.list_id
    try:
        data: Any = json.loads((place / _VALIDATORS).read_text("utf-8"))
        if data["snapshot"] != previous.number or data["sha256"] != previous.sha256:
            return {}
        files = {key: {name: str(value) for name, value in file.items()} for key, file in data["files"].items()}
        present = {
            source.name for source in previous.files if digest_file(place / str(previous.number) / source.name) == source.sha256
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # never updated, or damaged: everything is fetched
    return {key: file for key, file in files.items() if file.get("name") in present}


def _save_validators(store: WatchlistStore, snapshot: SnapshotInfo, validators: dict[str, dict[str, str]]) -> None:
    place = store.folder / snapshot.list_id
    data = {"snapshot": snapshot.number, "sha256": snapshot.sha256, "files": validators}
    write_whole(place / _VALIDATORS, json.dumps(data, indent=2) + "\n", None)
