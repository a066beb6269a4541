"""The US Consolidated Screening List as JSON: an object with `results`, or the list of results itself.

Written from the publisher's documentation; no real file was at hand to test it with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.csl import CslRecord, gather
from precursor_screen.reference.watchlists.draft import tidy
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally

_ADDRESS_PARTS = ("address", "city", "state", "postal_code")


def _fits(file: ListFile) -> bool:
    """Whether it is a JSON file whose records have a source and alternative names."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in (b"{", b"[") and b'"source"' in head and b'"alt_names"' in head


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; it states no date of its own, but how many records it has."""
    try:
        data = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"The JSON is damaged or was cut short: {error}."
        raise WatchlistError(message, where=Where(file.name), remedy="Fetch it again.") from error
    records = data.get("results") if isinstance(data, dict) else data
    if not isinstance(records, list):
        raise WatchlistError("The JSON holds no list of results.", where=Where(file.name), remedy="Fetch it again.")
    total = data.get("total") if isinstance(data, dict) else None
    parsed = gather(_records(records, skipped), list_id, skipped, notes)
    if isinstance(total, int) and total > len(records):
        message = f"The file holds {len(records)} of {total} results: it is a page of the list, not the list."
        raise WatchlistError(message, where=Where(file.name), remedy="Fetch the whole file.")
    return parsed


IMPORTER = Importer("csl-json", "1", _fits, _read)


def _records(records: Sequence[Any], skipped: Tally) -> Iterator[CslRecord]:
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            skipped.add("result that is no object", f"result {number}")
            continue
        yield CslRecord(
            place=f"result {number}",
            source=_text(record, "source"),
            number=_text(record, "entity_number"),
            kind=_text(record, "type"),
            name=_text(record, "name"),
            aliases=_texts(record, "alt_names"),
            programmes=_texts(record, "programs"),
            addresses=tuple(
                (", ".join(t for part in _ADDRESS_PARTS if (t := _text(a, part))), _text(a, "country"))
                for a in _objects(record, "addresses")
            ),
            countries=(*_texts(record, "citizenships"), *_texts(record, "nationalities"), _text(record, "vessel_flag")),
            identifiers=tuple((_text(i, "type"), _text(i, "number")) for i in _objects(record, "ids")),
            call_sign=_text(record, "call_sign"),
            start=_text(record, "start_date"),
            end=_text(record, "end_date"),
            notes=(
                ("Title", _text(record, "title")),
                ("DOB", "; ".join(_texts(record, "dates_of_birth"))),
                ("Vessel type", _text(record, "vessel_type")),
                ("Vessel owner", _text(record, "vessel_owner")),
                ("", _text(record, "remarks")),
            ),
        )


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return tidy(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _texts(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = record.get(key)
    values = value if isinstance(value, list) else [value]
    return tuple(text for v in values if isinstance(v, str) and (text := tidy(v)))


def _objects(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = record.get(key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
