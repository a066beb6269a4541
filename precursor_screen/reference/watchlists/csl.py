"""The US Consolidated Screening List, whatever its layout: one record to one entry, counted by source list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from precursor_screen.reference.watchlists.draft import Draft, read_day, tidy
from precursor_screen.reference.watchlists.interface import ParsedList, Tally
from precursor_screen.reference.watchlists.ofac_content import KINDS
from precursor_screen.reference.watchlists.ofac_remarks import identifier_kind

CONTENT = "us-csl"
_SHORT = re.compile(r"\(([^()]+)\)")


class CslRecord(Struct, frozen=True):
    """One record. addresses: (text without country, country); identifiers: (label, number); place: for remarks."""

    place: str
    source: str
    number: str
    kind: str
    name: str
    aliases: tuple[str, ...]
    programmes: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...]
    countries: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    call_sign: str
    start: str
    end: str
    notes: tuple[tuple[str, str], ...]


def gather(records: Iterable[CslRecord], list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """The list that the records make. Those of one key are joined: an order names a party once an address."""
    drafts: dict[str, Draft] = {}
    sources: dict[str, str] = {}
    ends: dict[str, list[date | None]] = {}
    for record in records:
        if not record.source or not tidy(record.name):
            skipped.add("record without source or name", record.place)
            continue
        # Ids of records that are not OFAC's are hashes that may change, so the key is made of what the list states.
        short = (_SHORT.search(record.source) or (record.source, record.source))[1]
        key = f"{short}:{record.number or tidy(record.name)}"
        if key in drafts:
            notes.add("record with the number or name of another: joined", key)
        draft = drafts.setdefault(key, Draft(key, _kind(record, notes)))
        sources.setdefault(key, record.source)
        ends.setdefault(key, []).append(read_day(record.end, "end date", key, notes))
        _fill(draft, record, notes)
    by_source: dict[str, int] = {}
    for key, draft in drafts.items():
        # Of several orders the last to end counts; one without an end does not end.
        known = [day for day in ends[key] if day]
        draft.delisted = max(known) if len(known) == len(ends[key]) else None
        by_source[sources[key]] = by_source.get(sources[key], 0) + 1
    return ParsedList(
        CONTENT, tuple(draft.finish(list_id) for draft in drafts.values()), by_source=tuple(sorted(by_source.items()))
    )


def split_address(text: str) -> tuple[str, str]:
    """An address as the list joins it: what stands before the country's code, and the code; the code may be missing."""
    before, _, last = text.rpartition(",")
    code = last.strip()
    return (before, code) if len(code) == 2 and code.isupper() else (text, "")


def read_ids(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Identifiers from `label, number, country` (since 2023) or `country, number, label` (before)."""
    for text in texts:
        parts = [part for part in (tidy(p) for p in text.split(",")) if part]
        if len(parts) >= 2 and identifier_kind(parts[0]):
            yield parts[0], parts[1]
        elif len(parts) >= 2 and identifier_kind(parts[-1]):
            yield parts[-1], parts[-2]


def _kind(record: CslRecord, notes: Tally) -> str:
    label = record.kind.lower()
    if not label:
        notes.add("kind of party not stated: taken as organisation", f"{record.place} {record.name}")
    elif label not in KINDS:
        notes.add("kind of party not known: taken as organisation", f"{record.place} {record.kind}")
    return KINDS.get(label, "organisation")


def _fill(draft: Draft, record: CslRecord, notes: Tally) -> None:
    draft.add_name(record.name, "primary")
    for alias in record.aliases:
        draft.add_name(alias, "strong")
    draft.programmes.update(dict.fromkeys(record.programmes))
    for text, country in record.addresses:
        draft.add_address([text], country, notes)
    for country in record.countries:
        draft.add_country(country, notes)
    for label, number in record.identifiers:
        draft.add_identifier(identifier_kind(label) or "identifier", number)
    draft.add_identifier("call_sign", record.call_sign)
    draft.listed = draft.listed or read_day(record.start, "start date", draft.entry_id, notes)
    for label, text in record.notes:
        draft.add_note(label, text)
