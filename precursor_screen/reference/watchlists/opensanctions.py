"""What the layouts of OpenSanctions have in common: schemata, and the properties that identify a party."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, tidy
from precursor_screen.reference.watchlists.interface import NARCOTICS, ListFile, has_columns, read_rows

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


def _read_csv(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    for line, cells in read_rows(file, ",", found.skip):
        entry_id, kind = cells["id"], KINDS.get(cells["schema"], "")
        if not kind:
            found.skip(f"target that is not a party: {cells['schema']}", entry_id)
            continue
        entry = found.entries.setdefault(entry_id, found.begin(entry_id, kind))
        if not entry_id or not entry.add_name(cells["name"], "primary"):
            found.skip("target without id or name", f"line {line}")
            found.entries.pop(entry_id)
            continue
        for alias in split_cell(cells["aliases"]):
            entry.add_name(alias, "strong")
        entry.add_countries(split_cell(cells["countries"]))
        for address in split_cell(cells.get("addresses", "")):
            entry.add_address([address], "")
        for column, label in (("identifiers", "identifier"), ("phones", "phone"), ("emails", "email")):
            for number in split_cell(cells.get(column, "")):
                entry.add_identifier(label, number)
        programmes = split_cell(cells.get("programids", "")) or split_cell(cells.get("sanctions", ""))
        entry.programmes.update(dict.fromkeys(programmes))
        entry.listed = entry.day(cells.get("firstseen", ""), "first seen")
        entry.add_notes(("DOB", cells.get("birthdate", "")), ("Dataset", cells["dataset"]))


OPENSANCTIONS_CSV = Importer(
    "opensanctions-simple-csv", "1", has_columns(",", "id schema name aliases countries identifiers dataset"), _read_csv, CONTENT
)


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


def _read_json(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    places: dict[str, str] = {}
    waiting: list[tuple[str, str]] = []  # entry, address: either may come first
    about: list[tuple[str, Mapping[str, Any]]] = []
    for line, entity in _lines(file, found):
        schema, entry_id = str(entity.get("schema", "")), tidy(str(entity.get("id", "")))
        if schema == "Address":
            places[entry_id] = next(iter(_texts(entity, "full")), "")
        elif schema in _ABOUT:
            about += [(holder, entity) for holder in _texts(entity, _ABOUT[schema])]
        elif schema not in KINDS:
            found.skip(f"entity that is not a party: {schema}", entry_id)
        elif entity.get("target") is False:
            found.skip("entity that is not a target", entry_id)
        elif entry := _read_party(entity, found.begin(entry_id, KINDS[schema])):
            found.entries[entry_id] = entry
            waiting += [(entry_id, address) for address in _texts(entity, "addressEntity")]
        else:
            found.skip("entity without id or name", f"line {line}")
    for entry_id, address in waiting:
        if address in places:
            found.entries[entry_id].add_address([places[address]], "")
    for holder, entity in about:
        if holder in found.entries:
            _add_about(found.entries[holder], entity)


OPENSANCTIONS_JSON = Importer("opensanctions-json", "1", _fits_json, _read_json, CONTENT)


def _lines(file: ListFile, found: ListBuilder) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with file.open() as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                entity = json.loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
            except (ValueError, RecursionError) as error:
                message = f"The JSON is damaged or was cut short at line {number}: {error}."
                raise WatchlistError(message, where=Where(file.name, number), remedy="Download it again.") from error
            if isinstance(entity, dict) and isinstance(entity.get("properties"), dict):
                yield number, entity
            else:
                found.skip("line that is not an entity", f"line {number}")


def _read_party(entity: Mapping[str, Any], entry: EntryBuilder) -> EntryBuilder | None:
    caption = entity.get("caption")
    if not entry.entry_id or not any(_texts(entity, prop) for prop, _ in NAMES):
        return None
    if isinstance(caption, str) and caption in _texts(entity, "name"):
        entry.add_name(caption, "primary")
    for prop, name_kind in NAMES:
        for name in _texts(entity, prop):
            entry.add_name(name, name_kind if "primary" in entry.names.values() or prop != "name" else "primary")
    entry.add_countries(country for prop in COUNTRIES for country in _texts(entity, prop))
    for address in (*_texts(entity, "address"), *(t for e in _inside(entity, "addressEntity") for t in _texts(e, "full"))):
        entry.add_address([address], "")
    for prop, label in IDENTIFIERS.items():
        for number in _texts(entity, prop):
            entry.add_identifier(label, number)
    for prop in ("sanctions", "passportEntity", "identification"):
        for other in _inside(entity, prop):
            _add_about(entry, other)
    if DRUG_TOPIC in _texts(entity, "topics"):
        entry.programmes[NARCOTICS] = None
    entry.listed = entry.listed or entry.day(str(entity.get("first_seen") or ""), "first seen")
    for label, prop in (("DOB", "birthDate"), ("Topic", "topics"), ("", "notes")):
        entry.add_notes(*((label, text) for text in _texts(entity, prop)))
    referents = [r for r in entity.get("referents") or () if isinstance(r, str)]
    entry.add_note("Referents", ", ".join(referents))  # ids merge and change: the former ones find old exceptions
    return entry if entry.names else None


def _add_about(entry: EntryBuilder, entity: Mapping[str, Any]) -> None:
    """What a sanction or a document says of its party."""
    if entity.get("schema") == "Sanction":
        entry.programmes.update(dict.fromkeys(_texts(entity, "programId") or _texts(entity, "program")))
        return
    kind = "passport" if entity.get("schema") == "Passport" else "national_id"
    for number in (*_texts(entity, "passportNumber"), *_texts(entity, "number")):
        entry.add_identifier(kind, number)


def _texts(entity: Mapping[str, Any], prop: str) -> list[str]:
    values = entity["properties"].get(prop)
    return [text for v in values if isinstance(v, str) and (text := tidy(v))] if isinstance(values, list) else []


def _inside(entity: Mapping[str, Any], prop: str) -> list[Mapping[str, Any]]:
    values = entity["properties"].get(prop)
    if not isinstance(values, list):
        return []
    return [v for v in values if isinstance(v, dict) and isinstance(v.get("properties"), dict)]
