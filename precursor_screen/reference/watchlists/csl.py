"""The US Consolidated Screening List, whatever its layout: one record to one entry, counted by source list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.draft import EntryBuilder, read_day, read_head_rows, read_rows, read_written_day, tidy
from precursor_screen.reference.watchlists.interface import Importer, ImportLog, ListFile, ParsedList
from precursor_screen.reference.watchlists.ofac_content import KINDS
from precursor_screen.reference.watchlists.ofac_csv import identifier_kind

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


def gather(records: Iterable[CslRecord], list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """The list that the records make. Those of one key are joined: an order names a party once an address."""
    drafts: dict[str, EntryBuilder] = {}
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
        draft = drafts.setdefault(key, EntryBuilder(key, _kind(record, notes)))
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


def _kind(record: CslRecord, notes: ImportLog) -> str:
    label = record.kind.lower()
    if not label:
        notes.add("kind of party not stated: taken as organisation", f"{record.place} {record.name}")
    elif label not in KINDS:
        notes.add("kind of party not known: taken as organisation", f"{record.place} {record.kind}")
    return KINDS.get(label, "organisation")


def _fill(draft: EntryBuilder, record: CslRecord, notes: ImportLog) -> None:
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


# The US Consolidated Screening List as CSV: 29 columns, lists within a cell joined by `; `.

_CSL_CSV_COLUMNS = frozenset(("source", "entitynumber", "name", "altnames", "programs", "ids"))


def _fits_csv(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list."""
    return any(set(row) >= _CSL_CSV_COLUMNS for row in read_head_rows(file.head, ",", 1))


def _read_csv(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; it states no date of its own."""
    return gather(_records_csv(file, skipped), list_id, skipped, notes)


CSL_CSV = Importer("csl-csv", "1", _fits_csv, _read_csv)


def _records_csv(file: ListFile, skipped: ImportLog) -> Iterator[CslRecord]:
    for line, cells in read_rows(file, ",", skipped):
        ids = _split(cells["ids"])
        yield CslRecord(
            place=f"line {line}",
            source=cells["source"],
            number=cells["entitynumber"],
            kind=cells.get("type", ""),
            name=cells["name"],
            aliases=_split(cells["altnames"]),
            programmes=_split(cells["programs"]),
            addresses=tuple(map(split_address, _split(cells.get("addresses", "")))),
            countries=(
                *_split(cells.get("citizenships", "")),
                *_split(cells.get("nationalities", "")),
                cells.get("vesselflag", ""),
            ),
            identifiers=tuple(read_ids(ids)),
            call_sign=cells.get("callsign", ""),
            start=cells.get("startdate", ""),
            end=cells.get("enddate", ""),
            notes=(
                ("Title", cells.get("title", "")),
                ("DOB", cells.get("datesofbirth", "")),
                ("Vessel type", cells.get("vesseltype", "")),
                ("Vessel owner", cells.get("vesselowner", "")),
                ("", cells.get("remarks", "")),
            ),
        )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for text in cell.split("; ") if (part := text.strip(" ;")))


# The US Consolidated Screening List as JSON: an object with `results`, or the list of results itself.

_ADDRESS_PARTS = ("address", "city", "state", "postal_code")


def _fits_json(file: ListFile) -> bool:
    """Whether it is a JSON file whose records have a source and alternative names."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in (b"{", b"[") and b'"source"' in head and b'"alt_names"' in head


def _read_json(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
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
    parsed = gather(_records_json(records, skipped), list_id, skipped, notes)
    if isinstance(total, int) and total > len(records):
        message = f"The file holds {len(records)} of {total} results: it is a page of the list, not the list."
        raise WatchlistError(message, where=Where(file.name), remedy="Fetch the whole file.")
    return parsed


CSL_JSON = Importer("csl-json", "1", _fits_json, _read_json)


def _records_json(records: Sequence[Any], skipped: ImportLog) -> Iterator[CslRecord]:
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            skipped.add("result that is not an object", f"result {number}")
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


# The Denied Persons List of the US Bureau of Industry and Security, tab-separated: one row an order and address.

_BIS_TSV_COLUMNS = frozenset(("name", "streetaddress", "effectivedate", "expirationdate", "standardorder"))


def _fits_bis(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list."""
    return any(set(row) >= _BIS_TSV_COLUMNS for row in read_head_rows(file.head, "\t", 1))


def _read_bis(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; its dates are typed by hand and run into the year 3017, so that none of them dates the list."""
    drafts: dict[str, EntryBuilder] = {}
    ends: dict[str, list[date | None]] = {}
    for line, cells in read_rows(file, "\t", skipped):
        name = tidy(cells["name"])
        if not name:
            skipped.add("order without a name", f"line {line}")
            continue
        if name in drafts:
            notes.add("order against a name that has another: joined", name)
        else:
            notes.add("kind of party not stated: taken as organisation", name)
        draft = drafts.setdefault(name, EntryBuilder(name, "organisation"))
        draft.add_name(name, "primary")
        parts = (cells["streetaddress"], cells.get("city", ""), cells.get("state", ""), cells.get("postalcode", ""))
        draft.add_address(parts, cells.get("country", ""), notes)
        start = read_written_day(cells["effectivedate"], "mdy", "effective date", name, notes)
        draft.listed = min((d for d in (draft.listed, start) if d), default=None)
        ends.setdefault(name, []).append(read_written_day(cells["expirationdate"], "mdy", "expiration date", name, notes))
        draft.add_note("", cells.get("frcitation", ""))
    for name, draft in drafts.items():
        # The last order to end counts; one without an end does not end.
        known = [day for day in ends[name] if day]
        draft.delisted = max(known) if len(known) == len(ends[name]) else None
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList("us-dpl", entries)


BIS_TSV = Importer("bis-tsv", "1", _fits_bis, _read_bis)
