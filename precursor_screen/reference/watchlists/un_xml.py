"""The consolidated list of the United Nations Security Council, XML."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.core.tables import spellings_of
from precursor_screen.formats.xml import find_text, find_texts
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, country_code
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_attributes, read_records, refused

_KINDS = {"INDIVIDUAL": "person", "ENTITY": "organisation"}
_SOURCES = {"INDIVIDUAL": "individuals", "ENTITY": "entities"}
# Persons' aliases are Good or Low; entities' are a.k.a. or f.k.a.
_ALIAS_KINDS = {"good": "strong", "a.k.a.": "strong", "f.k.a.": "former", "low": "weak", "": "strong"}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_ADDRESS_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")


def _read(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is the day on which the file was generated."""
    stated = read_attributes(file).get("dateGenerated", "")
    found.by_source = dict.fromkeys(_SOURCES.values(), 0)
    for record in read_records(file, _KINDS):
        if entry := _read_entry(record.name, record.element, found):
            found.entries[record.number] = entry
            found.count(_SOURCES[record.name])
        else:
            found.skip("entry without DATAID or name", f"record {record.number}")
    try:
        found.list_date = date.fromisoformat(stated[:10]) if stated else None
    except ValueError as error:
        raise refused(f"The list's own date is not a date: {stated!r}.", file.name, "Fetch the file again.", line=1) from error


IMPORTER = Importer("un-xml", "2", has_root("CONSOLIDATED_LIST"), _read, "un-sc")


def _read_entry(tag: str, element: Element, found: ListBuilder) -> EntryBuilder | None:
    entry_id = find_text(element, "DATAID")
    name = " ".join(part for tag_ in _NAME_PARTS if (part := " ".join(find_text(element, tag_).split())))
    if not entry_id or not name:
        return None
    entry = found.begin(entry_id, _KINDS[tag])
    entry.names = _names(name, element, tag, entry_id, found)
    for country in (*find_texts(element, "NATIONALITY/VALUE"), *find_texts(element, f"{tag}_ADDRESS/COUNTRY")):
        if code := country_code(country):
            entry.countries[code] = None
        else:
            found.note("country not known", f"{entry_id} {country}")
    _add_addresses(entry, element, tag)
    _add_documents(entry, element, tag)
    entry.programmes[find_text(element, "UN_LIST_TYPE")] = None
    entry.listed = entry.day(find_text(element, "LISTED_ON")[:10], "date of listing")
    for label, part in (("Reference ", "REFERENCE_NUMBER"), ("", "COMMENTS1")):
        if text := find_text(element, part):
            entry.notes[f"{label}{text}"] = None
    return entry


def _names(name: str, element: Element, tag: str, entry_id: str, found: ListBuilder) -> dict[str, str]:
    names = {name: "primary"}
    for alias in element.findall(f"{tag}_ALIAS"):
        kind = _ALIAS_KINDS.get(find_text(alias, "QUALITY").lower(), "strong")
        parts = [" ".join(part.split()) for part in find_text(alias, "ALIAS_NAME").split(";")]
        if not any(parts):
            found.skip("alias without a name", entry_id)
        for part in filter(None, parts):
            names.setdefault(part, kind)
    for original in find_texts(element, "NAME_ORIGINAL_SCRIPT"):
        names.setdefault(original, "original_script")
    return names


def _add_addresses(entry: EntryBuilder, element: Element, tag: str) -> None:
    for address in element.findall(f"{tag}_ADDRESS"):
        parts = [text for part in _ADDRESS_PARTS if (text := " ".join(find_text(address, part).split()))]
        # A country alone locates the party, but is no address that another party could share.
        if parts and parts != [find_text(address, "COUNTRY")]:
            entry.addresses[", ".join(parts)] = None
        elif parts:
            entry.remark("address that is only a country: kept as country", f"{entry.entry_id} {parts[0]}")


def _add_documents(entry: EntryBuilder, element: Element, tag: str) -> None:
    for document in element.findall(f"{tag}_DOCUMENT"):
        if number := find_text(document, "NUMBER"):
            kind = " ".join(find_text(document, "TYPE_OF_DOCUMENT").lower().replace("_", " ").split())
            entry.identifiers[
                spellings_of("list_words", "document of the UN").get(kind, kind.replace(" ", "_") or "document"), number
            ] = None
