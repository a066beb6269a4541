"""OFAC's legacy XML, `sdnList`, of the SDN and of the non-SDN list. It states how many entries it has."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.formats.xml import find_root_name, find_text, find_texts, stream_records
from precursor_screen.reference.watchlists.draft import EntryBuilder, read_written_day
from precursor_screen.reference.watchlists.interface import Importer, ImportLog, ListFile, ParsedList
from precursor_screen.reference.watchlists.ofac_content import KINDS, alias_kind, decide_content, join_person
from precursor_screen.reference.watchlists.ofac_csv import identifier_kind

_ADDRESS_PARTS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode")


def _fits(file: ListFile) -> bool:
    """Whether it is an XML file with that root; its namespace has changed and does not count."""
    return find_root_name(file.head) == "sdnList"


def _read(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; its date is that of its publication."""
    entries: list[WatchlistEntry] = []
    list_date: date | None = None
    declared: int | None = None
    with file.open() as stream:
        # `publshInformation` is the publisher's own spelling.
        names = ("publshInformation", "sdnEntry")
        for record in stream_records(stream, names, file=file.name, error=WatchlistError):
            if record.name == "publshInformation":
                day = find_text(record.element, "Publish_Date")
                list_date = read_written_day(day, "mdy", "date of publication", file.name, notes)
                declared = _read_count(find_text(record.element, "Record_Count"), file.name, notes)
            elif draft := _read_entry(record.element, skipped, notes):
                entries.append(draft.finish(list_id))
            else:
                skipped.add("entry without uid or name", f"record {record.number}")
    return ParsedList(decide_content(entries), tuple(entries), list_date, declared_count=declared)


IMPORTER = Importer("ofac-legacy-xml", "1", _fits, _read)


def _read_entry(element: Element, skipped: ImportLog, notes: ImportLog) -> EntryBuilder | None:
    entry_id = find_text(element, "uid")
    draft = EntryBuilder.of_kind(entry_id, find_text(element, "sdnType"), KINDS, notes)
    if not entry_id or not draft.add_name(_name(element), "primary"):
        return None
    for aka in element.iterfind("akaList/aka"):
        kind = alias_kind(find_text(aka, "type"), find_text(aka, "category").lower() == "weak")
        if not draft.add_name(_name(aka), kind):
            skipped.add("alias without a name", entry_id)
    draft.programmes.update(dict.fromkeys(find_texts(element, "programList/program")))
    for address in element.iterfind("addressList/address"):
        draft.add_address((find_text(address, part) for part in _ADDRESS_PARTS), find_text(address, "country"), notes)
    for path in ("nationalityList/nationality/country", "citizenshipList/citizenship/country", "vesselInfo/vesselFlag"):
        for country in find_texts(element, path):
            draft.add_country(country, notes)
    for document in element.iterfind("idList/id"):
        label, number = find_text(document, "idType"), find_text(document, "idNumber")
        if kind := identifier_kind(label):
            draft.add_identifier(kind, number)
        else:
            draft.add_note(label, number)
    draft.add_identifier("call_sign", find_text(element, "vesselInfo/callSign"))
    draft.add_note("Title", find_text(element, "title"))
    draft.add_note("Vessel type", find_text(element, "vesselInfo/vesselType"))
    draft.add_note("Vessel owner", find_text(element, "vesselInfo/vesselOwner"))
    for born in find_texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth"):
        draft.add_note("DOB", born)
    draft.add_note("", find_text(element, "remarks"))
    return draft


def _read_count(text: str, name: str, notes: ImportLog) -> int | None:
    if text.isdecimal() and len(text) < 10:
        return int(text)
    notes.add("number of records not readable: not checked", f"{name} {text}")
    return None


def _name(element: Element) -> str:
    return join_person(find_text(element, "lastName"), find_text(element, "firstName"))
