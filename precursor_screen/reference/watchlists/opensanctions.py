"""What the layouts of OpenSanctions have in common: schemata, and the properties that identify a party."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.draft import EntryBuilder, read_day, read_head_rows, read_rows, tidy
from precursor_screen.reference.watchlists.interface import NARCOTICS, Importer, ImportLog, ListFile, ParsedList

CONTENT = "opensanctions"
KINDS = {
    "Person": "person",
    "Organization": "organisation",
    "Company": "organisation",
    "LegalEntity": "organisation",
    "PublicBody": "organisation",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
NAMES = (("name", "strong"), ("alias", "strong"), ("previousName", "former"), ("weakAlias", "weak"))
COUNTRIES = ("country", "nationality", "citizenship", "jurisdiction", "flag", "mainCountry")
IDENTIFIERS = {
    "imoNumber": "imo",
    "mmsi": "mmsi",
    "callSign": "call_sign",
    "passportNumber": "passport",
    "idNumber": "national_id",
    "socialSecurityNumber": "national_id",
    "registrationNumber": "registration_number",
    "ogrnCode": "registration_number",
    "uscCode": "registration_number",
    "taxNumber": "tax_number",
    "innCode": "tax_number",
    "vatCode": "tax_number",
    "leiCode": "lei",
    "dunsCode": "duns",
    "swiftBic": "swift",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "serialNumber": "aircraft_serial_number",
}
DRUG_TOPIC = "crime.traffick.drug"


# OpenSanctions `targets.simple.csv`: one row a target, values within a cell joined by `;` and quoted like CSV again.

_COLUMNS = frozenset(("id", "schema", "name", "aliases", "countries", "identifiers", "dataset"))


def _fits_csv(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list; later versions have more."""
    return any(set(row) >= _COLUMNS for row in read_head_rows(file.head, ",", 1))


def _read_csv(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; it states no date of its own."""
    drafts: dict[str, EntryBuilder] = {}
    for line, cells in read_rows(file, ",", skipped):
        entry_id, kind = cells["id"], KINDS.get(cells["schema"], "")
        if not kind:
            skipped.add(f"target that is not a party: {cells['schema']}", entry_id)
            continue
        draft = drafts.setdefault(entry_id, EntryBuilder(entry_id, kind))
        if not entry_id or not draft.add_name(cells["name"], "primary"):
            skipped.add("target without id or name", f"line {line}")
            drafts.pop(entry_id)
            continue
        for alias in split_cell(cells["aliases"]):
            draft.add_name(alias, "strong")
        for country in split_cell(cells["countries"]):
            draft.add_country(country, notes)
        for address in split_cell(cells.get("addresses", "")):
            draft.add_address([address], "", notes)
        for column, label in (("identifiers", "identifier"), ("phones", "phone"), ("emails", "email")):
            for number in split_cell(cells.get(column, "")):
                draft.add_identifier(label, number)
        programmes = split_cell(cells.get("programids", "")) or split_cell(cells.get("sanctions", ""))
        draft.programmes.update(dict.fromkeys(programmes))
        draft.listed = read_day(cells.get("firstseen", ""), "first seen", entry_id, notes)
        draft.add_note("DOB", cells.get("birthdate", ""))
        draft.add_note("Dataset", cells["dataset"])
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList(CONTENT, entries)


OPENSANCTIONS_CSV = Importer("opensanctions-simple-csv", "1", _fits_csv, _read_csv)


def split_cell(cell: str) -> list[str]:
    """The values of a cell: one that holds `;` or `"` is itself quoted."""
    try:
        return [v.strip() for v in next(csv.reader([cell], delimiter=";", strict=True), []) if v.strip()]
    except csv.Error:
        return [v.strip() for v in cell.split(";") if v.strip()]


# OpenSanctions JSON lines: `targets.nested.json`, entities with those about them inside; `entities.ftm.json`, all apart.

_ABOUT = {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}


def _fits_json(file: ListFile) -> bool:
    """Whether it is a file whose first line is an entity."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and all(key in head for key in (b'"schema"', b'"properties"', b'"caption"'))


def _read_json(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; it states no date of its own."""
    drafts: dict[str, EntryBuilder] = {}
    places: dict[str, str] = {}
    waiting: list[tuple[str, str]] = []  # entry, address: either may come first
    about: list[tuple[str, Mapping[str, Any]]] = []
    for line, entity in _lines(file, skipped):
        schema, entry_id = str(entity.get("schema", "")), tidy(str(entity.get("id", "")))
        if schema == "Address":
            places[entry_id] = next(iter(_texts(entity, "full")), "")
        elif schema in _ABOUT:
            about += [(holder, entity) for holder in _texts(entity, _ABOUT[schema])]
        elif schema not in KINDS:
            skipped.add(f"entity that is not a party: {schema}", entry_id)
        elif entity.get("target") is False:
            skipped.add("entity that is not a target", entry_id)
        elif draft := _read_party(entity, entry_id, KINDS[schema], notes):
            drafts[entry_id] = draft
            waiting += [(entry_id, address) for address in _texts(entity, "addressEntity")]
        else:
            skipped.add("entity without id or name", f"line {line}")
    for entry_id, address in waiting:
        if address in places:
            drafts[entry_id].add_address([places[address]], "", notes)
    for holder, entity in about:
        if holder in drafts:
            _add_about(drafts[holder], entity)
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList(CONTENT, entries)


OPENSANCTIONS_JSON = Importer("opensanctions-json", "1", _fits_json, _read_json)


def _lines(file: ListFile, skipped: ImportLog) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with file.open() as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                entity = json.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
            except (ValueError, RecursionError) as error:
                message = f"The JSON is damaged or was cut short at line {number}: {error}."
                raise WatchlistError(message, where=Where(file.name, number), remedy="Fetch it again.") from error
            if isinstance(entity, dict) and isinstance(entity.get("properties"), dict):
                yield number, entity
            else:
                skipped.add("line that is not an entity", f"line {number}")


def _read_party(entity: Mapping[str, Any], entry_id: str, kind: str, notes: ImportLog) -> EntryBuilder | None:
    draft = EntryBuilder(entry_id, kind)
    caption = entity.get("caption")
    if not entry_id or not any(_texts(entity, prop) for prop, _ in NAMES):
        return None
    if isinstance(caption, str) and caption in _texts(entity, "name"):
        draft.add_name(caption, "primary")
    for prop, name_kind in NAMES:
        for name in _texts(entity, prop):
            draft.add_name(name, name_kind if "primary" in draft.names.values() or prop != "name" else "primary")
    for prop in COUNTRIES:
        for country in _texts(entity, prop):
            draft.add_country(country, notes)
    for address in (*_texts(entity, "address"), *(t for e in _inside(entity, "addressEntity") for t in _texts(e, "full"))):
        draft.add_address([address], "", notes)
    for prop, label in IDENTIFIERS.items():
        for number in _texts(entity, prop):
            draft.add_identifier(label, number)
    for prop in ("sanctions", "passportEntity", "identification"):
        for other in _inside(entity, prop):
            _add_about(draft, other)
    topics = _texts(entity, "topics")
    if DRUG_TOPIC in topics:
        draft.programmes[NARCOTICS] = None
    draft.listed = draft.listed or read_day(str(entity.get("first_seen") or ""), "first seen", entry_id, notes)
    for label, prop in (("DOB", "birthDate"), ("Topic", "topics"), ("", "notes")):
        for text in _texts(entity, prop):
            draft.add_note(label, text)
    referents = [r for r in entity.get("referents") or () if isinstance(r, str)]
    draft.add_note("Referents", ", ".join(referents))  # ids merge and change: the former ones find old exceptions
    return draft if draft.names else None


def _add_about(draft: EntryBuilder, entity: Mapping[str, Any]) -> None:
    """What a sanction or a document says of its party."""
    if entity.get("schema") == "Sanction":
        found = _texts(entity, "programId") or _texts(entity, "program")
        draft.programmes.update(dict.fromkeys(found))
        return
    kind = "passport" if entity.get("schema") == "Passport" else "national_id"
    for number in (*_texts(entity, "passportNumber"), *_texts(entity, "number")):
        draft.add_identifier(kind, number)


def _texts(entity: Mapping[str, Any], prop: str) -> list[str]:
    values = entity["properties"].get(prop)
    return [text for v in values if isinstance(v, str) and (text := tidy(v))] if isinstance(values, list) else []


def _inside(entity: Mapping[str, Any], prop: str) -> list[Mapping[str, Any]]:
    values = entity["properties"].get(prop)
    if not isinstance(values, list):
        return []
    return [v for v in values if isinstance(v, dict) and isinstance(v.get("properties"), dict)]
