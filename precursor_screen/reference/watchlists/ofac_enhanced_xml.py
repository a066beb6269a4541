"""OFAC's ENHANCED XML. It may be filtered by programme, type or country: such a file is a part, not the list."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.formats.xml import find_root_name, find_text, find_texts, stream_records
from precursor_screen.reference.watchlists.draft import EntryBuilder, is_latin, read_day
from precursor_screen.reference.watchlists.interface import Importer, ImportLog, ListFile, ParsedList
from precursor_screen.reference.watchlists.ofac_content import KINDS, alias_kind
from precursor_screen.reference.watchlists.ofac_csv import identifier_kind

_SDN, _CONSOLIDATED = "SDN List", "Consolidated List"
_CONTENT = {_SDN: "ofac-sdn", _CONSOLIDATED: "ofac-cons"}
_COUNTRY_FEATURES = ("Nationality Country", "Citizenship Country", "Nationality of Registration", "Vessel Flag")
_VESSEL_CALL_SIGN = "Vessel Call Sign"


def _fits(file: ListFile) -> bool:
    """Whether it is an XML file with that root."""
    return find_root_name(file.head) == "sanctionsData"


def _read(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; its date is that of its data."""
    entries: list[WatchlistEntry] = []
    list_date: date | None = None
    filters: dict[str, list[str]] = {}
    by_source: dict[str, int] = {}
    with file.open() as stream:
        names = ("publicationInfo", "entity")
        for record in stream_records(stream, names, file=file.name, error=WatchlistError):
            if record.name == "publicationInfo":
                list_date = read_day(find_text(record.element, "dataAsOf"), "date of the data", file.name, notes)
                filters = {kind.tag: [(e.text or "").strip() for e in kind] for kind in record.element.iterfind("filters/*")}
                continue
            draft = _read_entry(record.element, skipped, notes)
            if draft is None:
                skipped.add("entry without id or name", f"record {record.number}")
                continue
            entries.append(draft.finish(list_id))
            for source in dict.fromkeys(find_texts(record.element, "sanctionsLists/sanctionsList")):
                by_source[source] = by_source.get(source, 0) + 1
    lists = filters.pop("sanctionsLists", [])
    content, refusal = _judge(lists, filters, by_source)
    sources = {s: n for s, n in by_source.items() if not lists or s in lists}
    return ParsedList(content, tuple(entries), list_date, by_source=tuple(sorted(sources.items())), refusal=refusal)


IMPORTER = Importer("ofac-enhanced-xml", "1", _fits, _read)


def _judge(lists: list[str], filters: dict[str, list[str]], by_source: dict[str, int]) -> tuple[str, str]:
    """Which list this is, and why it is not a full one; a filter by one whole list makes that list."""
    filtered = [f"{kind} = {', '.join(values)}" for kind, values in filters.items() if values]
    whole = [one for one in lists or by_source if one in _CONTENT]
    if lists and not whole:
        filtered.append(f"sanctionsLists = {', '.join(lists)}")
    content = " and ".join(_CONTENT[one] for one in (_SDN, _CONSOLIDATED) if one in whole)
    if not filtered:
        return content, ""
    return content, f"The file is filtered ({'; '.join(filtered)}), so it holds only a part of the list."


def _read_entry(element: Element, skipped: ImportLog, notes: ImportLog) -> EntryBuilder | None:
    entry_id = element.get("id", "")
    draft = EntryBuilder.of_kind(entry_id, find_text(element, "generalInfo/entityType"), KINDS, notes)
    for name in sorted(element.iterfind("names/name"), key=lambda n: find_text(n, "isPrimary") != "true"):
        _add_names(draft, name, skipped)
    if not entry_id or not draft.names:
        return None
    draft.programmes.update(dict.fromkeys(find_texts(element, "sanctionsPrograms/sanctionsProgram")))
    for address in element.iterfind("addresses/address"):
        _add_address(draft, address, notes)
    for document in element.iterfind("identityDocuments/identityDocument"):
        label, number = find_text(document, "type"), find_text(document, "documentNumber")
        draft.add_identifier(identifier_kind(label) or "identifier", number)
    for feature in element.iterfind("features/feature"):
        label, value = find_text(feature, "type"), find_text(feature, "value")
        if label in _COUNTRY_FEATURES:
            draft.add_country(value, notes)
        elif label == _VESSEL_CALL_SIGN:
            draft.add_identifier("call_sign", value)
        elif kind := identifier_kind(label):
            draft.add_identifier(kind, value)
        else:
            draft.add_note("DOB" if label == "Birthdate" else label, value)
    for relation in element.iterfind("relationships/relationship"):
        draft.add_note(find_text(relation, "type"), find_text(relation, "relatedEntity"))
    listed = [day for e in element.iterfind("sanctionsLists/sanctionsList") if (day := e.get("datePublished"))]
    draft.listed = read_day(min(listed, default=""), "date of listing", entry_id, notes)
    return draft


def _add_names(draft: EntryBuilder, name: Element, skipped: ImportLog) -> None:
    weak = find_text(name, "isLowQuality") == "true"
    primary = find_text(name, "isPrimary") == "true"
    for translation in name.iterfind("translations/translation"):
        text = find_text(translation, "formattedFullName")
        first = primary and find_text(translation, "isPrimary") == "true"
        kind = "primary" if first else alias_kind(find_text(name, "aliasType"), weak)
        if not first and not weak and find_text(translation, "script") not in ("", "Latin") and not is_latin(text):
            kind = "original_script"
        if not draft.add_name(text, kind):
            skipped.add("name without text", draft.entry_id)


def _add_address(draft: EntryBuilder, address: Element, notes: ImportLog) -> None:
    country = find_text(address, "country")
    for translation in address.iterfind("translations/translation"):
        draft.add_address(find_texts(translation, "addressParts/addressPart/value"), country, notes)
    if address.find("translations/translation") is None:
        draft.add_address((), country, notes)
