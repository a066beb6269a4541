"""OFAC's lists as XML: the legacy, the enhanced and the advanced layout."""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.formats.xml import find_text, find_texts
from precursor_screen.reference.watchlists.builder import (
    EntryBuilder,
    Importer,
    ListBuilder,
    is_latin,
    read_day,
    read_written_day,
)
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_records
from precursor_screen.reference.watchlists.ofac_csv import KINDS, alias_kind, decide_content, identifier_kind, join_person

_CONTENT = {"SDN List": "ofac-sdn", "Consolidated List": "ofac-cons"}
_COUNTRY_FEATURES = ("Nationality Country", "Citizenship Country", "Nationality of Registration", "Vessel Flag")


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _add_feature(entry: EntryBuilder, label: str, value: str) -> None:
    if label in _COUNTRY_FEATURES:
        entry.add_country(value)
    elif kind := "call_sign" if label == "Vessel Call Sign" else identifier_kind(label):
        entry.add_identifier(kind, value)
    else:
        entry.add_note(label, value)


# OFAC's ENHANCED XML. It may be filtered by programme, type or country: such a file is a part, not the list.


def _read_enhanced(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is that of its data."""
    filters: dict[str, list[str]] = {}
    for record in read_records(file, ("publicationInfo", "entity")):
        if record.name == "publicationInfo":
            found.list_date = read_day(find_text(record.element, "dataAsOf"), "date of the data", file.name, found.note)
            filters = {kind.tag: list(map(_text, kind)) for kind in record.element.iterfind("filters/*")}
        elif entry := _read_enhanced_entry(record.element, found):
            found.entries[record.number] = entry
            for source in dict.fromkeys(find_texts(record.element, "sanctionsLists/sanctionsList")):
                found.count(source)
        else:
            found.skip("entry without id or name", f"record {record.number}")
    lists = filters.pop("sanctionsLists", [])
    found.content, found.refusal = _judge(lists, filters, found.by_source)
    found.by_source = dict(sorted((s, n) for s, n in found.by_source.items() if not lists or s in lists))


ENHANCED = Importer("ofac-enhanced-xml", "1", has_root("sanctionsData"), _read_enhanced)


def _judge(lists: list[str], filters: dict[str, list[str]], by_source: dict[str, int]) -> tuple[str, str]:
    """Which list this is, and why it is not a full one; a filter by one whole list makes that list."""
    filtered = [f"{kind} = {', '.join(values)}" for kind, values in filters.items() if values]
    whole = [one for one in lists or by_source if one in _CONTENT]
    if lists and not whole:
        filtered.append(f"sanctionsLists = {', '.join(lists)}")
    content = " and ".join(_CONTENT[one] for one in _CONTENT if one in whole)
    if not filtered:
        return content, ""
    return content, f"The file is filtered ({'; '.join(filtered)}), so it holds only a part of the list."


def _read_enhanced_entry(element: Element, found: ListBuilder) -> EntryBuilder | None:
    entry_id = element.get("id", "")
    entry = found.begin_as(entry_id, find_text(element, "generalInfo/entityType"), KINDS)
    for name in sorted(element.iterfind("names/name"), key=lambda n: find_text(n, "isPrimary") != "true"):
        _add_names(entry, name, found)
    if not entry_id or not entry.names:
        return None
    entry.programmes.update(dict.fromkeys(find_texts(element, "sanctionsPrograms/sanctionsProgram")))
    for address in element.iterfind("addresses/address"):
        _add_address(entry, address)
    for document in element.iterfind("identityDocuments/identityDocument"):
        label, number = find_text(document, "type"), find_text(document, "documentNumber")
        entry.add_identifier(identifier_kind(label) or "identifier", number)
    for feature in element.iterfind("features/feature"):
        label = find_text(feature, "type")
        _add_feature(entry, "DOB" if label == "Birthdate" else label, find_text(feature, "value"))
    for relation in element.iterfind("relationships/relationship"):
        entry.add_note(find_text(relation, "type"), find_text(relation, "relatedEntity"))
    listed = [day for e in element.iterfind("sanctionsLists/sanctionsList") if (day := e.get("datePublished"))]
    entry.listed = entry.day(min(listed, default=""), "date of listing")
    return entry


def _add_names(entry: EntryBuilder, name: Element, found: ListBuilder) -> None:
    weak = find_text(name, "isLowQuality") == "true"
    primary = find_text(name, "isPrimary") == "true"
    for translation in name.iterfind("translations/translation"):
        text = find_text(translation, "formattedFullName")
        first = primary and find_text(translation, "isPrimary") == "true"
        kind = "primary" if first else alias_kind(find_text(name, "aliasType"), weak)
        if not first and not weak and find_text(translation, "script") not in ("", "Latin") and not is_latin(text):
            kind = "original_script"
        if not entry.add_name(text, kind):
            found.skip("name without text", entry.entry_id)


def _add_address(entry: EntryBuilder, address: Element) -> None:
    country = find_text(address, "country")
    for translation in address.iterfind("translations/translation"):
        entry.add_address(find_texts(translation, "addressParts/addressPart/value"), country)
    if address.find("translations/translation") is None:
        entry.add_address((), country)


# OFAC's ADVANCED XML (root `Sanctions`), in which everything refers to everything else by number.

_RECORDS = ("DateOfIssue", "ReferenceValueSets", "Location", "IDRegDocument", "DistinctParty", "SanctionsEntry")
_SUBTYPES = {"vessel": "vessel", "aircraft": "aircraft"}
_PARTY_TYPES = {"individual": "person", "entity": "organisation"}


def _read_advanced(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is that of its issue."""
    reader = _AdvancedReader(found)
    for record in read_records(file, _RECORDS):
        reader.take(record.name, record.element, record.number)
    reader.assign_sources()


ADVANCED = Importer("ofac-advanced-xml", "1", has_root("Sanctions", b"ReferenceValueSets"), _read_advanced)


class _AdvancedReader:
    """What has been read so far. The file gives reference values and places first, then parties, then what was imposed."""

    def __init__(self, found: ListBuilder) -> None:
        self.found = found
        self.values: dict[tuple[str, str], Element] = {}
        self.places: dict[str, tuple[list[str], str]] = {}
        self.documents: dict[str, list[tuple[str, str]]] = {}  # by identity
        self.by_profile: dict[str, str] = {}
        self.lists: dict[str, set[str]] = {}

    def take(self, name: str, element: Element, number: int) -> None:
        match name:
            case "DateOfIssue":
                self.found.list_date = _read_date(element)
            case "ReferenceValueSets":
                # The element is emptied when the next record is asked for, but its children live on with those who hold them.
                self.values = {(value.tag, value.get("ID", "")): value for kind in element for value in kind}
            case "Location":
                self._take_place(element)
            case "IDRegDocument":
                kind = identifier_kind(self._label("IDRegDocType", element.get("IDRegDocTypeID"))) or "identifier"
                document = kind, find_text(element, "IDRegistrationNo")
                self.documents.setdefault(element.get("IdentityID", ""), []).append(document)
            case "DistinctParty":
                self._take_party(element, number)
            case _:
                self._take_sanction(element)

    def _label(self, kind: str, number: str | None) -> str:
        return _text(self.values.get((kind, number or "")))

    def _take_place(self, element: Element) -> None:
        parts = [text for e in element.iterfind("LocationPart/LocationPartValue/Value") if (text := _text(e))]
        country = element.find("LocationCountry")
        area = element.find("LocationAreaCode")
        name = self._label("Country", country.get("CountryID")) if country is not None else ""
        if not name and area is not None:
            value = self.values.get(("AreaCode", area.get("AreaCodeID", "")))
            name = self._label("Country", value.get("CountryID")) or value.get("Description", "") if value is not None else ""
        self.places[element.get("ID", "")] = (parts, name)

    def _take_party(self, element: Element, number: int) -> None:
        entry_id = element.get("FixedRef", "")
        profile = element.find("Profile")
        if not entry_id or profile is None:
            self.found.skip("party without number or profile", f"record {number}")
            return
        subtype = self.values.get(("PartySubType", profile.get("PartySubTypeID", "")))
        party_type = self._label("PartyType", subtype.get("PartyTypeID")) if subtype is not None else ""
        kind = _SUBTYPES.get(_text(subtype).lower()) or _PARTY_TYPES.get(party_type.lower())
        if not kind:
            self.found.note("kind of entry not known: taken as organisation", entry_id)
        entry = self.found.begin(entry_id, kind or "organisation")
        for identity in profile.iterfind("Identity"):
            self._take_names(entry, identity)
            for document in self.documents.get(identity.get("ID", ""), ()):
                entry.add_identifier(*document)
        for feature in profile.iterfind("Feature"):
            self._take_feature(entry, feature)
        if not entry.names:
            self.found.skip("entry without a name", entry_id)
            return
        self.found.entries[entry_id] = entry
        self.by_profile[profile.get("ID", "")] = entry_id

    def _take_names(self, entry: EntryBuilder, identity: Element) -> None:
        part_types = {
            group.get("ID", ""): self._label("NamePartType", group.get("NamePartTypeID"))
            for group in identity.iterfind("NamePartGroups/MasterNamePartGroup/NamePartGroup")
        }
        for alias in sorted(identity.iterfind("Alias"), key=lambda a: a.get("Primary") != "true"):
            kind = alias_kind(self._label("AliasType", alias.get("AliasTypeID")), alias.get("LowQuality") == "true")
            first = alias.get("Primary") == "true" and identity.get("Primary", "true") == "true"
            for documented in alias.iterfind("DocumentedName"):
                parts = [
                    (part_types.get(value.get("NamePartGroupID", "")) == "Last Name", _text(value))
                    for value in documented.iterfind("DocumentedNamePart/NamePartValue")
                ]
                last, others = (" ".join(text for is_last, text in parts if is_last == wanted) for wanted in (True, False))
                if entry.add_name(join_person(last, others), "primary" if first else kind):
                    first = False
                else:
                    self.found.skip("name without text", entry.entry_id)

    def _take_feature(self, entry: EntryBuilder, feature: Element) -> None:
        label = self._label("FeatureType", feature.get("FeatureTypeID"))
        for version in feature.iterfind("FeatureVersion"):
            for place in version.iterfind("VersionLocation"):
                parts, country = self.places.get(place.get("LocationID", ""), ([], ""))
                if label in _COUNTRY_FEATURES:
                    entry.add_country(country)
                elif label == "Location":
                    entry.add_address(parts, country)
            for detail in version.iterfind("VersionDetail"):
                _add_feature(entry, label, _text(detail) or self._label("DetailReference", detail.get("DetailReferenceID")))

    def _take_sanction(self, element: Element) -> None:
        entry_id = self.by_profile.get(element.get("ProfileID", ""), "")
        if not entry_id:
            self.found.skip("sanction on a party that is not in the list", element.get("ProfileID", ""))
            return
        entry = self.found.entries[entry_id]
        self.lists.setdefault(self._label("List", element.get("ListID")), set()).add(entry_id)
        for measure in element.iterfind("SanctionsMeasure"):
            if self._label("SanctionsType", measure.get("SanctionsTypeID")) == "Program":
                entry.programmes[find_text(measure, "Comment")] = None
        days = [day for e in element.iterfind("EntryEvent/Date") if (day := _read_date(e))]
        entry.listed = min([*days, *([entry.listed] if entry.listed else [])], default=None)

    def assign_sources(self) -> None:
        held = [name for name in _CONTENT if name in self.lists]
        # Entries of the non-SDN list may stand on the SDN list as well, but not all of them do.
        whole = [name for name in held if len(self.lists[name]) == len(self.found.entries)]
        self.found.content = " and ".join(_CONTENT[name] for name in whole[:1] or held)
        self.found.by_source = dict(sorted((name, len(ids)) for name, ids in self.lists.items() if name))


def _read_date(element: Element) -> date | None:
    try:
        return date(*(int(find_text(element, part)) for part in ("Year", "Month", "Day")))
    except (ValueError, OverflowError):
        return None


_ADDRESS_PARTS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode")


def _read_legacy(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is that of its publication. The namespace has changed and does not count."""
    # `publshInformation` is the publisher's own spelling.
    for record in read_records(file, ("publshInformation", "sdnEntry")):
        if record.name == "publshInformation":
            day = find_text(record.element, "Publish_Date")
            found.list_date = read_written_day(day, "mdy", "date of publication", file.name, found.note)
            found.declared_count = _read_count(find_text(record.element, "Record_Count"), file.name, found)
        elif entry := _read_legacy_entry(record.element, found):
            found.entries[record.number] = entry
        else:
            found.skip("entry without uid or name", f"record {record.number}")
    found.content = decide_content(found.entries.values())


LEGACY = Importer("ofac-legacy-xml", "1", has_root("sdnList"), _read_legacy)


def _read_legacy_entry(element: Element, found: ListBuilder) -> EntryBuilder | None:
    entry_id = find_text(element, "uid")
    entry = found.begin_as(entry_id, find_text(element, "sdnType"), KINDS)
    if not entry_id or not entry.add_name(_name(element), "primary"):
        return None
    for aka in element.iterfind("akaList/aka"):
        kind = alias_kind(find_text(aka, "type"), find_text(aka, "category").lower() == "weak")
        if not entry.add_name(_name(aka), kind):
            found.skip("alias without a name", entry_id)
    entry.programmes.update(dict.fromkeys(find_texts(element, "programList/program")))
    for address in element.iterfind("addressList/address"):
        entry.add_address((find_text(address, part) for part in _ADDRESS_PARTS), find_text(address, "country"))
    for path in ("nationalityList/nationality/country", "citizenshipList/citizenship/country", "vesselInfo/vesselFlag"):
        entry.add_countries(find_texts(element, path))
    for document in element.iterfind("idList/id"):
        label, number = find_text(document, "idType"), find_text(document, "idNumber")
        if kind := identifier_kind(label):
            entry.add_identifier(kind, number)
        else:
            entry.add_note(label, number)
    entry.add_identifier("call_sign", find_text(element, "vesselInfo/callSign"))
    for label, path in (("Title", "title"), ("Vessel type", "vesselInfo/vesselType"), ("Vessel owner", "vesselInfo/vesselOwner")):
        entry.add_note(label, find_text(element, path))
    entry.add_notes(*(("DOB", born) for born in find_texts(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth")))
    entry.add_note("", find_text(element, "remarks"))
    return entry


def _read_count(text: str, name: str, found: ListBuilder) -> int | None:
    if text.isdecimal() and len(text) < 10:
        return int(text)
    found.note("number of records not readable: not checked", f"{name} {text}")
    return None


def _name(element: Element) -> str:
    return join_person(find_text(element, "lastName"), find_text(element, "firstName"))
