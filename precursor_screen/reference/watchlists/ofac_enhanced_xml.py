"""OFAC's ENHANCED XML. It may be filtered by programme, type or country: such a file is a part, not the list."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from precursor_screen.formats.xml import find_text, find_texts
from precursor_screen.reference.watchlists.draft import EntryBuilder, Importer, ListDraft, is_latin, read_day
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_records
from precursor_screen.reference.watchlists.ofac_csv import KINDS, alias_kind, identifier_kind

_SDN, _CONSOLIDATED = "SDN List", "Consolidated List"
_CONTENT = {_SDN: "ofac-sdn", _CONSOLIDATED: "ofac-cons"}
_COUNTRY_FEATURES = ("Nationality Country", "Citizenship Country", "Nationality of Registration", "Vessel Flag")
_VESSEL_CALL_SIGN = "Vessel Call Sign"


def _read(found: ListDraft, file: ListFile) -> None:
    """Read the list; its date is that of its data."""
    filters: dict[str, list[str]] = {}
    for record in read_records(file, ("publicationInfo", "entity")):
        if record.name == "publicationInfo":
            found.list_date = read_day(find_text(record.element, "dataAsOf"), "date of the data", file.name, found.note)
            filters = {kind.tag: [(e.text or "").strip() for e in kind] for kind in record.element.iterfind("filters/*")}
        elif draft := _read_entry(record.element, found):
            found.entries[record.number] = draft
            for source in dict.fromkeys(find_texts(record.element, "sanctionsLists/sanctionsList")):
                found.count(source)
        else:
            found.skip("entry without id or name", f"record {record.number}")
    lists = filters.pop("sanctionsLists", [])
    found.content, found.refusal = _judge(lists, filters, found.by_source)
    found.by_source = dict(sorted((s, n) for s, n in found.by_source.items() if not lists or s in lists))


IMPORTER = Importer("ofac-enhanced-xml", "1", has_root("sanctionsData"), _read)


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


def _read_entry(element: Element, found: ListDraft) -> EntryBuilder | None:
    entry_id = element.get("id", "")
    draft = found.begin_as(entry_id, find_text(element, "generalInfo/entityType"), KINDS)
    for name in sorted(element.iterfind("names/name"), key=lambda n: find_text(n, "isPrimary") != "true"):
        _add_names(draft, name, found)
    if not entry_id or not draft.names:
        return None
    draft.programmes.update(dict.fromkeys(find_texts(element, "sanctionsPrograms/sanctionsProgram")))
    for address in element.iterfind("addresses/address"):
        _add_address(draft, address)
    for document in element.iterfind("identityDocuments/identityDocument"):
        label, number = find_text(document, "type"), find_text(document, "documentNumber")
        draft.add_identifier(identifier_kind(label) or "identifier", number)
    for feature in element.iterfind("features/feature"):
        label, value = find_text(feature, "type"), find_text(feature, "value")
        if label in _COUNTRY_FEATURES:
            draft.add_country(value)
        elif label == _VESSEL_CALL_SIGN:
            draft.add_identifier("call_sign", value)
        elif kind := identifier_kind(label):
            draft.add_identifier(kind, value)
        else:
            draft.add_note("DOB" if label == "Birthdate" else label, value)
    for relation in element.iterfind("relationships/relationship"):
        draft.add_note(find_text(relation, "type"), find_text(relation, "relatedEntity"))
    listed = [day for e in element.iterfind("sanctionsLists/sanctionsList") if (day := e.get("datePublished"))]
    draft.listed = draft.day(min(listed, default=""), "date of listing")
    return draft


def _add_names(draft: EntryBuilder, name: Element, found: ListDraft) -> None:
    weak = find_text(name, "isLowQuality") == "true"
    primary = find_text(name, "isPrimary") == "true"
    for translation in name.iterfind("translations/translation"):
        text = find_text(translation, "formattedFullName")
        first = primary and find_text(translation, "isPrimary") == "true"
        kind = "primary" if first else alias_kind(find_text(name, "aliasType"), weak)
        if not first and not weak and find_text(translation, "script") not in ("", "Latin") and not is_latin(text):
            kind = "original_script"
        if not draft.add_name(text, kind):
            found.skip("name without text", draft.entry_id)


def _add_address(draft: EntryBuilder, address: Element) -> None:
    country = find_text(address, "country")
    for translation in address.iterfind("translations/translation"):
        draft.add_address(find_texts(translation, "addressParts/addressPart/value"), country)
    if address.find("translations/translation") is None:
        draft.add_address((), country)
