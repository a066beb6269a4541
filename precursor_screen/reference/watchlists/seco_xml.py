"""Switzerland's sanctions list (SECO), XML. A full list keeps the targets that were de-listed; they are left out.

Tested with the publisher's example only, which is an amendment; no full list was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from precursor_screen.formats.xml import find_text
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, read_day
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_attributes, read_records

_KINDS = {"individual": "person", "entity": "organisation", "object": "organisation"}
_OBJECTS = {"vessel": "vessel", "ship": "vessel", "aircraft": "aircraft"}
_NAME_KINDS = {"primary-name": "primary", "alias": "strong", "formerly-known-as": "former", "former-name": "former"}
_DOCUMENTS = {"passport": "passport", "diplomatic-passport": "passport", "id-card": "national_id", "national-id": "national_id"}
_DAYS = ("effective-date", "enactment-date", "publication-date")
_DELISTED = "de-listed"


def _read(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is the one it states."""
    attributes = read_attributes(file)
    programmes: dict[str, str] = {}
    places: dict[str, tuple[list[str], str]] = {}
    addresses: list[tuple[EntryBuilder, list[str], str]] = []
    for record in read_records(file, ("sanctions-program", "target", "place")):
        element = record.element
        if record.name == "sanctions-program":
            key = _in_english(element, "program-key")
            programmes.update((e.get("ssid", ""), key) for e in element.iterfind("sanctions-set"))
        elif record.name == "place":
            places[element.get("ssid", "")] = _read_place(element)
        elif _is_delisted(element):
            found.skip("target that was de-listed", element.get("ssid", ""))
        elif entry := _read_target(element, programmes, addresses, found):
            found.entries[record.number] = entry
        else:
            found.skip("target without ssid or name", f"record {record.number}")
    # Places may follow the targets that refer to them.
    for entry, details, place_id in addresses:
        parts, country = places.get(place_id, ([], ""))
        entry.add_address((*details, *parts), country)
    kind = attributes.get("list-type", "")
    found.refusal = "" if kind.startswith("full") else f"The file is of type {kind!r}: changes to a list, not a full list."
    found.list_date = read_day(attributes.get("date", ""), "date of the list", file.name, found.note)


IMPORTER = Importer("seco-xml", "1", has_root("swiss-sanctions-list"), _read, "ch-seco")


def _in_english(element: Element, tag: str) -> str:
    found = [e for e in element.iterfind(tag) if (e.text or "").strip()]
    chosen = next((e for e in found if e.get("lang") == "eng"), found[0] if found else None)
    return (chosen.text or "").strip() if chosen is not None else ""


def _is_delisted(target: Element) -> bool:
    """Whether its latest modification took it off; of those of one day the last in the file counts."""
    latest, kind = "", ""
    for modification in target.iterfind("modification"):
        day = next((d for name in _DAYS if (d := modification.get(name))), latest)
        if day >= latest:
            latest, kind = day, modification.get("modification-type", "")
    return kind == _DELISTED


def _read_place(element: Element) -> tuple[list[str], str]:
    parts = [find_text(element, tag) for tag in ("location", "area")]
    country = element.find("country")
    return [p for p in parts if p], country.get("iso-code", "") or (country.text or "") if country is not None else ""


def _read_target(
    target: Element, programmes: dict[str, str], addresses: list[tuple[EntryBuilder, list[str], str]], found: ListBuilder
) -> EntryBuilder | None:
    subject = next((e for e in target if e.tag in _KINDS), None)
    entry_id = target.get("ssid", "")
    if subject is None or not entry_id:
        return None
    entry = found.begin(entry_id, _OBJECTS.get(subject.get("object-type", "").lower(), _KINDS[subject.tag]))
    places: list[Element] = []
    for identity in sorted(subject.iterfind("identity"), key=lambda i: i.get("main") != "true"):
        for name in identity.iterfind("name"):
            _add_name(entry, name, identity.get("main") == "true")
        for country in identity.iterfind("nationality/country"):
            entry.add_country(country.get("iso-code", "") or country.text or "")
        for born in identity.iterfind("day-month-year"):
            entry.add_note("DOB", "-".join(part for p in ("year", "month", "day") if (part := born.get(p))))
        for document in identity.iterfind("identification-document"):
            label = document.get("document-type", "")
            entry.add_identifier(_DOCUMENTS.get(label, label.replace("-", "_") or "document"), find_text(document, "number"))
        places += identity.iterfind("address")
    for address in (*places, *subject.iterfind("address")):
        parts = [find_text(address, tag) for tag in ("address-details", "p-o-box", "zip-code", "c-o")]
        addresses.append((entry, parts, address.get("place-id", "")))
    if not entry.names:
        return None
    entry.programmes.update((programmes.get((e.text or "").strip(), ""), None) for e in target.iterfind("sanctions-set-id"))
    for information in (*subject.iterfind("other-information"), *target.iterfind("other-information")):
        text = (information.text or "").strip()
        if text.upper().startswith("IMO"):
            entry.add_identifier("imo", text.partition(":")[2] or text[3:])
        entry.add_note("", text)
    listed = [d for m in target.iterfind("modification[@modification-type='listed']") for n in _DAYS if (d := m.get(n))]
    entry.listed = entry.day(min(listed, default=""), "date of listing")
    return entry


def _add_name(entry: EntryBuilder, name: Element, main: bool) -> None:
    kind = _NAME_KINDS.get(name.get("name-type", ""), "strong")
    if name.get("quality") == "low":
        kind = "weak"
    elif kind == "primary" and not main:
        kind = "strong"
    for text, original in _spellings(name):
        entry.add_name(text, "original_script" if original and kind != "weak" else kind)
        if kind == "primary":
            kind = "strong"


def _spellings(name: Element) -> Iterator[tuple[str, bool]]:
    """The name, then its spelling in each other script or language, and whether that is not Latin."""
    parts = sorted(name.iterfind("name-part"), key=lambda p: (len(p.get("order", "")), p.get("order", "")))
    yield " ".join(find_text(part, "value") for part in parts), False
    variants = dict.fromkeys(
        (v.get("lang", ""), v.get("script", "")) for part in parts for v in part.iterfind("spelling-variant")
    )
    for variant in variants:
        written = []
        for part in parts:
            spelt = (v for v in part.iterfind("spelling-variant") if (v.get("lang", ""), v.get("script", "")) == variant)
            found = next(spelt, None)
            written.append((found.text or "").strip() if found is not None else find_text(part, "value"))
        yield " ".join(written), variant[1] not in ("", "Latn")
