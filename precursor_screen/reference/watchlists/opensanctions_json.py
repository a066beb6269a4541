"""OpenSanctions JSON lines: `targets.nested.json`, entities with those about them inside; `entities.ftm.json`, all apart.

`entities.ftm.json` is written from the publisher's documentation; no real file was at hand to test it with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.draft import Draft, read_day, tidy
from precursor_screen.reference.watchlists.interface import NARCOTICS, Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.opensanctions import CONTENT, COUNTRIES, DRUG_TOPIC, IDENTIFIERS, KINDS, NAMES

_ABOUT = {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}


def _fits(file: ListFile) -> bool:
    """Whether it is a file whose first line is an entity."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and all(key in head for key in (b'"schema"', b'"properties"', b'"caption"'))


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; it states no date of its own."""
    drafts: dict[str, Draft] = {}
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


IMPORTER = Importer("opensanctions-json", "1", _fits, _read)


def _lines(file: ListFile, skipped: Tally) -> Iterator[tuple[int, Mapping[str, Any]]]:
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
                skipped.add("line that is no entity", f"line {number}")


def _read_party(entity: Mapping[str, Any], entry_id: str, kind: str, notes: Tally) -> Draft | None:
    draft = Draft(entry_id, kind)
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


def _add_about(draft: Draft, entity: Mapping[str, Any]) -> None:
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
