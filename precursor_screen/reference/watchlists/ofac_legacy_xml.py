"""OFAC's legacy XML, `sdnList`, of the SDN and of the non-SDN list. It states how many entries it has."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from precursor_screen.formats.xml import find_text, find_texts
from precursor_screen.reference.watchlists.draft import EntryBuilder, Importer, ListDraft, read_written_day
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_records
from precursor_screen.reference.watchlists.ofac_csv import KINDS, alias_kind, decide_content, identifier_kind, join_person

_ADDRESS_PARTS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode")


def _read(found: ListDraft, file: ListFile) -> None:
    """Read the list; its date is that of its publication. The namespace has changed and does not count."""
    # `publshInformation` is the publisher's own spelling.
    for record in read_records(file, ("publshInformation", "sdnEntry")):
        if record.name == "publshInformation":
            day = find_text(record.element, "Publish_Date")
            found.list_date = read_written_day(day, "mdy", "date of publication", file.name, found.note)
            found.declared_count = _read_count(find_text(record.element, "Record_Count"), file.name, found)
        elif draft := _read_entry(record.element, found):
            found.entries[record.number] = draft
        else:
            found.skip("entry without uid or name", f"record {record.number}")
    found.content = decide_content(found.entries.values())


IMPORTER = Importer("ofac-legacy-xml", "1", has_root("sdnList"), _read)


def _read_entry(element: Element, found: ListDraft) -> EntryBuilder | None:
    entry_id = find_text(element, "uid")
    draft = found.begin_as(entry_id, find_text(element, "sdnType"), KINDS)
    if not entry_id or not draft.add_name(_name(element), "primary"):
        return None
    for aka in element.iterfind("akaList/aka"):
        kind = alias_kind(find_text(aka, "type"), find_text(aka, "category").lower() == "weak")
        if not draft.add_name(_name(aka), kind):
            found.skip("alias without a name", entry_id)
    draft.programmes.update(dict.fromkeys(find_texts(element, "programList/program")))
    for address in element.iterfind("addressList/address"):
        draft.add_address((find_text(address, part) for part in _ADDRESS_PARTS), find_text(address, "country"))
    for path in ("nationalityList/nationality/country", "citizenshipList/citizenship/country", "vesselInfo/vesselFlag"):
        for country in find_texts(element, path):
            draft.add_country(country)
    for document in element.iterfind("idList/id"):
        label, number = find_text(document, "idType"), find_text(document, "idNumber")
        if kind := identifier_kind(label):
            draft.add_identifier(kind, number)
        else:
            draft.add_note(label, number)
    draft.add_identifier("call_sign", find_text(element, "vesselInfo/callSign"))
    for label, path in (("Title", "title"), ("Vessel type", "vesselInfo/vesselType"), ("Vessel owner", "vesselInfo/vesselOwner")):
        draft.add_note(label, find_text(element, path))
    for born in find_texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth"):
        draft.add_note("DOB", born)
    draft.add_note("", find_text(element, "remarks"))
    return draft


def _read_count(text: str, name: str, found: ListDraft) -> int | None:
    if text.isdecimal() and len(text) < 10:
        return int(text)
    found.note("number of records not readable: not checked", f"{name} {text}")
    return None


def _name(element: Element) -> str:
    return join_person(find_text(element, "lastName"), find_text(element, "firstName"))
