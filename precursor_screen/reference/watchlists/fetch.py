"""One file from its publisher, over HTTPS: with caps on size and time, and redirects within the publisher's own domain only.

What comes is not judged here beyond being whole: an import decides whether it is the list.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.sources import ListSource
from precursor_screen.version import __version__

# `attempts.jsonl` of a list: every import and check, whether it changed anything or not. It is only ever appended to.

ATTEMPTS_FILE = "attempts.jsonl"
IMPORTED, REFUSED, UNCHANGED = "imported", "refused", "unchanged"


def record_attempt(place: Path, moment: datetime, files: Sequence[str], outcome: str, reason: str = "") -> None:
    """Append one attempt."""
    attempt = {
        "at": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "files": list(files),
        "outcome": outcome,
        "reason": reason,
    }
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


# OFAC answers 403 to clients that do not begin with Mozilla/<digit> or have fewer than 40 characters.
USER_AGENT = f"Mozilla/5.0 (compatible; precursor-screen/{__version__}; watchlist update)"
_CHUNK = 1 << 16
_SILENCE_SECONDS = 30.0  # how long the other side may say nothing
_MAX_REDIRECTS = 5
# Second-level domains under which the registered name is the third label: those of the publishers' countries.
_PUBLIC_SECOND_LEVEL = frozenset(("gov", "co", "com", "org", "ac", "gc", "gob", "go", "gouv"))


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
    by_hand = "Try again later, or fetch the file by other means and import it."
    try:
        with _opener(source).open(request, timeout=patience) as response:
            _receive(response, target, source, deadline, where)
            return Answer(True, _one_line(response.headers.get("ETag")), _one_line(response.headers.get("Last-Modified")))
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.NOT_MODIFIED and validators:
                return Answer(False, validators.get("etag", ""), validators.get("last_modified", ""))
            raise _refusal(error.code, where) from error
    except TimeoutError as error:
        raise WatchlistError(f"The publisher said nothing for {patience:g} seconds.", where=where, remedy=by_hand) from error
    except urllib.error.URLError as error:
        raise WatchlistError(f"The publisher cannot be reached: {error.reason}.", where=where, remedy=by_hand) from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        message = f"The download broke off: {error or type(error).__name__}."
        raise WatchlistError(message, where=where, remedy=by_hand) from error


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
        raise WatchlistError(f"The address is none: {error}.", where=where, remedy="Correct it.") from error
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        message = f"The address {show_url(url)} is not one of https."
        raise WatchlistError(message, where=where, remedy="Use one that begins with https://.")


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


def _opener(source: ListSource) -> urllib.request.OpenerDirector:
    """An opener for http and https alone: no files, no FTP, no cookies, no passwords."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _SameDomain(source),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


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
    remedy = {
        401: "The address may need a token or a password that the publisher gives out.",
        403: "The publisher refuses this program: set user_agent in a copy of sources.toml, or fetch the file in a browser.",
        404: "The publisher may have moved the list: look the address up and put it into a copy of sources.toml.",
        410: "The publisher has withdrawn the list or moved it: look it up.",
    }.get(code, "Try again later, or fetch the file by other means and import it.")
    what = (
        "redirects too often, or to where this program does not follow"
        if 300 <= code < 400
        else f"answered {code} {reason}".rstrip()
    )
    return WatchlistError(f"The publisher {what}.", where=where, remedy=remedy)


def _one_line(header: str | None) -> str:
    return " ".join((header or "").split())[:1000]
