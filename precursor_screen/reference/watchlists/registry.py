"""All importers, in the order in which they are asked, and when an import is refused. A new layout is one module and one line here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists import (
    canada_xml,
    csl,
    dfat_xlsx,
    eu,
    ofac_csv,
    ofac_xml,
    opensanctions,
    private_csv,
    seco_xml,
    uk,
    un_xml,
)
from precursor_screen.reference.watchlists.builder import Importer
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList, refused
from precursor_screen.reference.watchlists.snapshot_info import SnapshotInfo

IMPORTERS: tuple[Importer, ...] = (
    *(un_xml.IMPORTER, ofac_xml.LEGACY, ofac_xml.ENHANCED, ofac_xml.ADVANCED, eu.EU_XML),
    *(canada_xml.IMPORTER, seco_xml.IMPORTER, dfat_xlsx.IMPORTER, opensanctions.OPENSANCTIONS_JSON, csl.CSL_JSON),
    *(csl.CSL_CSV, csl.BIS_TSV, eu.EU_CSV, uk.UK_CSV, uk.UK_CONLIST, opensanctions.OPENSANCTIONS_CSV),
    # A header of the agency's own goes before rows of twelve cells behind a number, as both have.
    *(private_csv.IMPORTER, ofac_csv.IMPORTER),
)

# The ids of official lists. Under one of them only that list is imported; any other id may hold any list.
OFFICIAL_IDS = (
    *("ofac-sdn", "ofac-cons", "un-sc", "eu-fsf", "uk-sl", "us-csl", "us-dpl", "ca-sema", "au-dfat", "ch-seco"),
    "opensanctions",
)


def find_importer(files: Sequence[ListFile]) -> Importer:
    """The importer whose layout all files have, by content.

    Raises:
        WatchlistError: none recognises them.
    """
    for importer in IMPORTERS:
        if importer.recognise(files):
            return importer
    names = ", ".join(file.name for file in files)
    message = "The layout of this list is not known. Known layouts: " + ", ".join(importer.name for importer in IMPORTERS) + "."
    remedy = f"Give one list at a time, or turn it into CSV with the columns {', '.join(private_csv.COLUMNS)}."
    raise WatchlistError(message, where=names, remedy=remedy)


# When an import is refused. A refused list never replaces the last good copy.

MAX_FALL = 0.10  # of entries, against the last import: whole sub-lists have vanished from published files for a day
MAX_AGE_DAYS = 90  # of a list for which nobody said from what age it is stale
RESERVED = ("none", "sample")  # what `--watchlist` understands otherwise
_LIST_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_AHEAD = timedelta(days=1)  # a list may be of tomorrow where the publisher lives
_MARKED = (b"<", b"{", b"[", b"PK\x03\x04")
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def is_list_id(text: str) -> bool:
    """Whether a text may be the id of an imported list."""
    return bool(_LIST_ID.fullmatch(text))


def check_list_id(list_id: str) -> None:
    """Refuse what cannot be the id of a list.

    Raises:
        WatchlistError: other characters than an id has, or a word that `--watchlist` understands otherwise.
    """
    if not is_list_id(list_id):
        raise WatchlistError(f"{list_id!r} is not a list id.", remedy="Use lower-case letters, digits, `.`, `_` and `-`.")
    refuse_reserved(list_id)


def refuse_reserved(list_id: str) -> None:
    """Refuse a list that would be called like something else.

    Raises:
        WatchlistError: `none` stands for no list, `sample` for the fictional one that ships.
    """
    if list_id in RESERVED:
        message = f"No list can be called {list_id!r}: `--watchlist {list_id}` means something else."
        raise WatchlistError(message, remedy="Give it another name.")


def check_file(file: ListFile) -> None:
    """Refuse what cannot be a list at all.

    Raises:
        WatchlistError: the file is empty, or is a web page.
    """
    if not file.head.strip(b" \t\r\n\x00\x1a"):
        raise refused("The file is empty.", file.name)
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        message = "The file is a web page, not a list."
        remedy = "Look at it in a browser: the publisher may refuse the client or have moved the list."
        raise WatchlistError(message, where=file.name, remedy=remedy)


def check_content(parsed: ParsedList, list_id: str, names: str) -> None:
    """Refuse a list that is another one, is incomplete by its own account, or holds nothing.

    Raises:
        WatchlistError: as said; none of these can be forced.
    """
    place = Where(names)
    if parsed.refusal:
        raise WatchlistError(parsed.refusal, where=place, remedy="Download the full list.")
    if list_id in OFFICIAL_IDS and parsed.content != list_id:
        what = parsed.content or "a list of your own"
        raise WatchlistError(f"By its content this is {what}, not {list_id}.", where=place, remedy="Import it under another id.")
    if not parsed.entries:
        raise WatchlistError("The list has no entries.", where=place, remedy="Download it again.")
    if parsed.declared_count is not None and parsed.declared_count != len(parsed.entries):
        message = f"The list states {parsed.declared_count} entries, but {len(parsed.entries)} were read."
        raise WatchlistError(message, where=place, remedy="Download it again.")


def decide_date(parsed: ParsedList, given: date | None, names: str, fallback: date | None = None) -> tuple[date, str]:
    """The list's date, and whether it is from the `list`, the `import` or the `download` (fallback).

    Raises:
        WatchlistError: there is none, or the list states another than was given.
    """
    if parsed.list_date is not None:
        if given not in (None, parsed.list_date):
            raise refused(f"The list states its date as {parsed.list_date}, not {given}.", names, "Leave --date out.")
        return parsed.list_date, "list"
    if given is not None:
        return given, "import"
    if fallback is not None:
        return fallback, "download"
    raise refused("The list states no date of its own.", names, "Give the day of its publication with --date.")


def check_day(day: date, now: datetime, names: str) -> None:
    """Refuse a list of a day that is yet to come: it would count as fresh for as long.

    Raises:
        WatchlistError: it is of later than tomorrow.
    """
    if day > now.date() + _AHEAD:
        remedy = "Correct the date, and look at this computer's clock."
        raise refused(f"The list is of {day}, which is yet to come.", names, remedy)


def find_truncation(file: ListFile) -> str:
    """How it shows that a list of rows was cut off; empty if it does not. XML, JSON and workbooks show it when they are read."""
    content = file.read_bytes()
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_MARKED) or b"\0" in file.head:
        return ""
    whole = content.rstrip(b"\x1a \t").endswith((b"\n", b"\r"))
    return "" if whole else f"the last line of {file.name} has no end, as if it had been cut off"


def find_regressions(parsed: ParsedList, list_date: date, last: SnapshotInfo | None) -> tuple[str, ...]:
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
