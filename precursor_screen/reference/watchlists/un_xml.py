"""The consolidated list of the United Nations Security Council, XML."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.formats.xml import find_root_name, find_text, find_texts, read_root, stream_records
from precursor_screen.reference.watchlists.countries import country_code
from precursor_screen.reference.watchlists.interface import Importer, ImportLog, ListFile, ParsedList, tag_programmes

_KINDS = {"INDIVIDUAL": "person", "ENTITY": "organisation"}
_SOURCES = {"INDIVIDUAL": "individuals", "ENTITY": "entities"}
# Persons' aliases are Good or Low; entities' are a.k.a. or f.k.a.
_ALIAS_KINDS = {"good": "strong", "a.k.a.": "strong", "f.k.a.": "former", "low": "weak", "": "strong"}
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_ADDRESS_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
_DOCUMENT_KINDS = {
    "passport": "passport",
    "numéro de passeport": "passport",
    "número de pasaporte": "passport",
    "national identification number": "national_id",
}


def _fits(file: ListFile) -> bool:
    """Whether it is an XML file with that root."""
    return find_root_name(file.head) == "CONSOLIDATED_LIST"


def _read(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; its date is the day on which the file was generated."""
    entries: list[WatchlistEntry] = []
    by_source = dict.fromkeys(_SOURCES.values(), 0)
    with file.open() as stream:
        _, attributes = read_root(stream, file=file.name, error=WatchlistError)
        stream.seek(0)
        for record in stream_records(stream, _KINDS, file=file.name, error=WatchlistError):
            entry = _read_entry(list_id, record.name, record.element, skipped, notes)
            if entry is None:
                skipped.add("entry without DATAID or name", f"record {record.number}")
                continue
            entries.append(entry)
            by_source[_SOURCES[record.name]] += 1
    stated = attributes.get("dateGenerated", "")
    try:
        list_date = date.fromisoformat(stated[:10]) if stated else None
    except ValueError as error:
        message = f"The list's own date is not a date: {stated!r}."
        raise WatchlistError(message, where=Where(file.name, 1), remedy="Fetch the file again.") from error
    return ParsedList("un-sc", tuple(entries), list_date, by_source=tuple(by_source.items()))


IMPORTER = Importer("un-xml", "2", _fits, _read)


def _read_entry(list_id: str, tag: str, element: Element, skipped: ImportLog, notes: ImportLog) -> WatchlistEntry | None:
    entry_id = find_text(element, "DATAID")
    name = " ".join(part for tag_ in _NAME_PARTS if (part := " ".join(find_text(element, tag_).split())))
    if not entry_id or not name:
        return None
    reference = find_text(element, "REFERENCE_NUMBER")
    listed = find_text(element, "LISTED_ON")[:10]
    countries = _countries(element, tag, entry_id, notes)
    return WatchlistEntry(
        list_id=list_id,
        entry_id=entry_id,
        kind=_KINDS[tag],
        names=_names(name, element, tag, entry_id, skipped),
        countries=countries,
        addresses=_addresses(element, tag, entry_id, notes),
        identifiers=_identifiers(element, tag),
        programmes=tag_programmes([find_text(element, "UN_LIST_TYPE")]),
        listed=_read_date(listed, entry_id, notes),
        note="; ".join(part for part in (reference and f"Reference {reference}", find_text(element, "COMMENTS1")) if part),
    )


def _names(name: str, element: Element, tag: str, entry_id: str, skipped: ImportLog) -> tuple[WatchlistName, ...]:
    names = {name: WatchlistName(name, "primary")}
    for alias in element.findall(f"{tag}_ALIAS"):
        kind = _ALIAS_KINDS.get(find_text(alias, "QUALITY").lower(), "strong")
        parts = [" ".join(part.split()) for part in find_text(alias, "ALIAS_NAME").split(";")]
        written = [part for part in parts if part]
        if not written:
            skipped.add("alias without a name", entry_id)
        for part in written:
            names.setdefault(part, WatchlistName(part, kind))
    for original in find_texts(element, "NAME_ORIGINAL_SCRIPT"):
        names.setdefault(original, WatchlistName(original, "original_script"))
    return tuple(names.values())


def _addresses(element: Element, tag: str, entry_id: str, notes: ImportLog) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for address in element.findall(f"{tag}_ADDRESS"):
        parts = [text for part in _ADDRESS_PARTS if (text := " ".join(find_text(address, part).split()))]
        # A country alone locates the party, but is no address that another party could share.
        if parts and parts != [find_text(address, "COUNTRY")]:
            found[", ".join(parts)] = None
        elif parts:
            notes.add("address that is only a country: kept as country", f"{entry_id} {parts[0]}")
    return tuple(found)


def _countries(element: Element, tag: str, entry_id: str, notes: ImportLog) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for name in (*find_texts(element, "NATIONALITY/VALUE"), *find_texts(element, f"{tag}_ADDRESS/COUNTRY")):
        code = country_code(name)
        if code:
            codes[code] = None
        else:
            notes.add("country not known", f"{entry_id} {name}")
    return tuple(codes)


def _identifiers(element: Element, tag: str) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for document in element.findall(f"{tag}_DOCUMENT"):
        number = find_text(document, "NUMBER")
        if number:
            kind = " ".join(find_text(document, "TYPE_OF_DOCUMENT").lower().replace("_", " ").split())
            found[(_DOCUMENT_KINDS.get(kind, kind.replace(" ", "_") or "document"), number)] = None
    return tuple(found)


def _read_date(text: str, entry_id: str, notes: ImportLog) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        notes.add("date of listing not readable", f"{entry_id} {text}")
        return None
