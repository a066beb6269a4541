"""When an import is refused. A refused list never replaces the last good copy."""

from __future__ import annotations

from datetime import date

from precursor_screen.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList
from precursor_screen.reference.watchlists.manifest import Manifest
from precursor_screen.reference.watchlists.registry import OFFICIAL_IDS

MAX_FALL = 0.10  # of entries, against the last import: whole sub-lists have vanished from published files for a day
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def check_file(file: ListFile) -> None:
    """Refuse what cannot be a list at all.

    Raises:
        WatchlistError: the file is empty, or is a web page.
    """
    if not file.head.strip(b" \t\r\n\x00\x1a"):
        raise WatchlistError("The file is empty.", where=Where(file.name), remedy="Fetch it again.")
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        message = "The file is a web page, not a list."
        remedy = "Look at it in a browser: the publisher may refuse the client or have moved the list."
        raise WatchlistError(message, where=Where(file.name), remedy=remedy)


def check_content(parsed: ParsedList, list_id: str, names: str) -> None:
    """Refuse a list that is another one, is incomplete by its own account, or holds nothing.

    Raises:
        WatchlistError: as said; none of these can be forced.
    """
    place = Where(names)
    if parsed.refusal:
        raise WatchlistError(parsed.refusal, where=place, remedy="Fetch the full list.")
    if list_id in OFFICIAL_IDS and parsed.content != list_id:
        what = parsed.content or "a list of your own"
        raise WatchlistError(f"By its content this is {what}, not {list_id}.", where=place, remedy="Import it under another id.")
    if not parsed.entries:
        raise WatchlistError("The list holds no entry.", where=place, remedy="Fetch it again.")
    if parsed.declared_count is not None and parsed.declared_count != len(parsed.entries):
        message = f"The list states {parsed.declared_count} entries, but {len(parsed.entries)} were read."
        raise WatchlistError(message, where=place, remedy="Fetch it again.")


def decide_date(parsed: ParsedList, given: date | None, names: str, fallback: date | None = None) -> tuple[date, str]:
    """The list's date, and whether it is from the `list`, the `import` or the `download` (fallback).

    Raises:
        WatchlistError: there is none, or the list states another than was given.
    """
    if parsed.list_date is None:
        if given is None and fallback is not None:
            return fallback, "download"
        if given is None:
            remedy = "Give the day of its publication with --date."
            raise WatchlistError("The list states no date of its own.", where=Where(names), remedy=remedy)
        return given, "import"
    if given is not None and given != parsed.list_date:
        message = f"The list states its date as {parsed.list_date}, not {given}."
        raise WatchlistError(message, where=Where(names), remedy="Leave --date out.")
    return parsed.list_date, "list"


def find_regressions(parsed: ParsedList, list_date: date, last: Manifest | None) -> tuple[str, ...]:
    """What makes the list look worse than the last import; `--force` takes it nevertheless."""
    if last is None:
        return ()
    found = []
    if list_date < last.list_date:
        found.append(f"its date {list_date} is before that of the last import, {last.list_date}")
    counts = [("in total", len(parsed.entries), last.entries)]
    # A layout that counts no sources says nothing about those that another layout of the list has counted.
    sources = dict(parsed.by_source)
    counts += [(f"from {source}", sources.get(source, 0), count) for source, count in last.by_source if sources]
    found += [
        f"it holds {now} entries {what}, the last import {before}"
        for what, now, before in counts
        if now < before * (1 - MAX_FALL)
    ]
    return tuple(found)
