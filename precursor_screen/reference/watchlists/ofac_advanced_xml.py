"""OFAC's ADVANCED XML (root `Sanctions`), in which everything refers to everything else by number.

Written from the publisher's schema; no real file was at hand to test it with.
"""

from __future__ import annotations

from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.formats.xml import find_text
from precursor_screen.reference.watchlists.draft import EntryBuilder, Importer, ListDraft
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_records
from precursor_screen.reference.watchlists.ofac_csv import alias_kind, identifier_kind, join_person

_RECORDS = ("DateOfIssue", "ReferenceValueSets", "Location", "IDRegDocument", "DistinctParty", "SanctionsEntry")
_SUBTYPES = {"vessel": "vessel", "aircraft": "aircraft"}
_PARTY_TYPES = {"individual": "person", "entity": "organisation"}
_CONTENT = {"SDN List": "ofac-sdn", "Consolidated List": "ofac-cons"}
_COUNTRY_FEATURES = ("Nationality Country", "Citizenship Country", "Nationality of Registration", "Vessel Flag")
_LAST_NAME = "Last Name"
_PROGRAMME = "Program"


def _read(found: ListDraft, file: ListFile) -> None:
    """Read the list; its date is that of its issue."""
    reading = _Reading(found)
    for record in read_records(file, _RECORDS):
        reading.take(record.name, record.element, record.number)
    reading.finish()


IMPORTER = Importer("ofac-advanced-xml", "1", has_root("Sanctions", b"ReferenceValueSets"), _read)


class _Reading:
    """What has been read so far. The file gives reference values and places first, then parties, then what was imposed."""

    def __init__(self, found: ListDraft) -> None:
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
        value = self.values.get((kind, number or ""))
        return (value.text or "").strip() if value is not None else ""

    def _take_place(self, element: Element) -> None:
        parts = [text for e in element.iterfind("LocationPart/LocationPartValue/Value") if (text := (e.text or "").strip())]
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
        kind = _SUBTYPES.get((subtype.text or "").strip().lower(), "") if subtype is not None else ""
        if not kind:
            party_type = self._label("PartyType", subtype.get("PartyTypeID")) if subtype is not None else ""
            kind = _PARTY_TYPES.get(party_type.lower(), "")
        if not kind:
            self.found.note("kind of entry not known: taken as organisation", entry_id)
        draft = self.found.begin(entry_id, kind or "organisation")
        for identity in profile.iterfind("Identity"):
            self._take_names(draft, identity)
            for document in self.documents.get(identity.get("ID", ""), ()):
                draft.add_identifier(*document)
        for feature in profile.iterfind("Feature"):
            self._take_feature(draft, feature)
        if not draft.names:
            self.found.skip("entry without a name", entry_id)
            return
        self.found.entries[entry_id] = draft
        self.by_profile[profile.get("ID", "")] = entry_id

    def _take_names(self, draft: EntryBuilder, identity: Element) -> None:
        part_types = {
            group.get("ID", ""): self._label("NamePartType", group.get("NamePartTypeID"))
            for group in identity.iterfind("NamePartGroups/MasterNamePartGroup/NamePartGroup")
        }
        for alias in sorted(identity.iterfind("Alias"), key=lambda a: a.get("Primary") != "true"):
            kind = alias_kind(self._label("AliasType", alias.get("AliasTypeID")), alias.get("LowQuality") == "true")
            first = alias.get("Primary") == "true" and identity.get("Primary", "true") == "true"
            for documented in alias.iterfind("DocumentedName"):
                last: list[str] = []
                others: list[str] = []
                for value in documented.iterfind("DocumentedNamePart/NamePartValue"):
                    is_last = part_types.get(value.get("NamePartGroupID", "")) == _LAST_NAME
                    (last if is_last else others).append((value.text or "").strip())
                if draft.add_name(join_person(" ".join(last), " ".join(others)), "primary" if first else kind):
                    first = False
                else:
                    self.found.skip("name without text", draft.entry_id)

    def _take_feature(self, draft: EntryBuilder, feature: Element) -> None:
        label = self._label("FeatureType", feature.get("FeatureTypeID"))
        for version in feature.iterfind("FeatureVersion"):
            for place in version.iterfind("VersionLocation"):
                parts, country = self.places.get(place.get("LocationID", ""), ([], ""))
                if label in _COUNTRY_FEATURES:
                    draft.add_country(country)
                elif label == "Location":
                    draft.add_address(parts, country)
            for detail in version.iterfind("VersionDetail"):
                text = (detail.text or "").strip() or self._label("DetailReference", detail.get("DetailReferenceID"))
                if label in _COUNTRY_FEATURES:
                    draft.add_country(text)
                elif label == "Vessel Call Sign":
                    draft.add_identifier("call_sign", text)
                elif kind := identifier_kind(label):
                    draft.add_identifier(kind, text)
                else:
                    draft.add_note(label, text)

    def _take_sanction(self, element: Element) -> None:
        entry_id = self.by_profile.get(element.get("ProfileID", ""), "")
        if not entry_id:
            self.found.skip("sanction on a party that is not in the list", element.get("ProfileID", ""))
            return
        draft = self.found.entries[entry_id]
        self.lists.setdefault(self._label("List", element.get("ListID")), set()).add(entry_id)
        for measure in element.iterfind("SanctionsMeasure"):
            if self._label("SanctionsType", measure.get("SanctionsTypeID")) == _PROGRAMME:
                draft.programmes[find_text(measure, "Comment")] = None
        days = [day for e in element.iterfind("EntryEvent/Date") if (day := _read_date(e))]
        draft.listed = min([*days, *([draft.listed] if draft.listed else [])], default=None)

    def finish(self) -> None:
        content = " and ".join(_CONTENT[name] for name in _CONTENT if name in self.lists)
        if content == "ofac-sdn and ofac-cons" and len(self.lists["SDN List"]) < len(self.found.entries):
            # Entries of the non-SDN list may stand on the SDN list as well, but not all of them do.
            all_cons = len(self.lists["Consolidated List"]) == len(self.found.entries)
            content = "ofac-cons" if all_cons else content
        elif content == "ofac-sdn and ofac-cons":
            content = "ofac-sdn"
        self.found.content = content
        self.found.by_source = dict(sorted((name, len(ids)) for name, ids in self.lists.items() if name))


def _read_date(element: Element) -> date | None:
    try:
        return date(*(int(find_text(element, part)) for part in ("Year", "Month", "Day")))
    except (ValueError, OverflowError):
        return None
