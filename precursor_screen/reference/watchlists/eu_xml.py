"""The EU's consolidated list of financial sanctions, XML 1.1 (FSF): the data stand in attributes.

Written from the publisher's schema; no real file was at hand to test it with.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.formats.xml import find_root_name, find_text, read_root, stream_records
from precursor_screen.reference.watchlists.draft import Draft, read_day
from precursor_screen.reference.watchlists.eu import CONTENT, KINDS, add_alias, add_document
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally

_ADDRESS_PARTS = ("street", "poBox", "zipCode", "city", "place", "region")


def _fits(file: ListFile) -> bool:
    """Whether it is an XML file with that root and its entities."""
    return find_root_name(file.head) == "export" and b"sanctionEntity" in file.head


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; its date is the day on which it was generated."""
    with file.open() as stream:
        _, attributes = read_root(stream, file=file.name, error=WatchlistError)
    entries: list[WatchlistEntry] = []
    with file.open() as stream:
        for record in stream_records(stream, {"sanctionEntity"}, file=file.name, error=WatchlistError):
            draft = _read_entity(record.element, skipped, notes)
            if draft is None:
                skipped.add("entity without a reference or name", f"record {record.number}")
            else:
                entries.append(draft.finish(list_id))
    return ParsedList(
        CONTENT, tuple(entries), read_day(attributes.get("generationDate", ""), "date of generation", file.name, notes)
    )


IMPORTER = Importer("eu-fsf-xml", "1", _fits, _read)


def _read_entity(element: Element, skipped: Tally, notes: Tally) -> Draft | None:
    entry_id = element.get("euReferenceNumber", "") or element.get("logicalId", "")
    subject = element.find("subjectType")
    code = subject.get("code", "") or subject.get("classificationCode", "") if subject is not None else ""
    draft = Draft.of_kind(entry_id, code, KINDS, notes)
    for alias in element.iterfind("nameAlias"):
        parts = (alias.get(part, "") for part in ("firstName", "middleName", "lastName"))
        if not add_alias(draft, alias.get("wholeName", "") or " ".join(parts), alias.get("strong", "")):
            skipped.add("alias without a name", entry_id)
        draft.add_note("Function", alias.get("function", ""))
    if not entry_id or not draft.names:
        return None
    draft.programmes.update((r.get("programme", ""), None) for r in element.iterfind("regulation"))
    for address in element.iterfind("address"):
        parts = (address.get(part, "") for part in _ADDRESS_PARTS)
        draft.add_address(parts, address.get("countryIso2Code", "") or address.get("countryDescription", ""), notes)
    for citizenship in element.iterfind("citizenship"):
        draft.add_country(citizenship.get("countryIso2Code", "") or citizenship.get("countryDescription", ""), notes)
    for document in element.iterfind("identification"):
        number = document.get("number", "") or document.get("latinNumber", "")
        add_document(draft, document.get("identificationTypeCode", ""), number, document.get("knownFalse", ""), notes)
    for born in element.iterfind("birthdate"):
        draft.add_note("DOB", born.get("birthdate", "") or born.get("year", ""))
    draft.listed = read_day(element.get("designationDate", ""), "date of designation", entry_id, notes)
    draft.add_note("", find_text(element, "remark"))
    return draft
