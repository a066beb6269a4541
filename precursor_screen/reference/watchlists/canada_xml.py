"""Canada's consolidated autonomous sanctions list, XML, with the tags of before and after ships were added."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.xml import find_text
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, tidy
from precursor_screen.reference.watchlists.interface import ListFile, has_root, read_records

# Aliases are free text: names parted by semicolons, commas or slashes, some behind a label (`Russian:`, `also known as`).
_LABEL = re.compile(
    rf"^(?:(?:in )?[^\W\d_]{{3,20}}\s*:|{pattern_of('list_words', 'alias of Canada')}(?:\s*:|\s))\s*", re.IGNORECASE
)
_PARTS = re.compile(r"\s*;\s*|\s+/\s+")
_LEGAL_FORM = re.compile(rf"{pattern_of('list_words', 'legal form of Canada')}\b[.)]*", re.IGNORECASE)
# Organisations' names hold others: `Office (also known as Bureau)`, and the English and the French one, parted by a slash.
_KNOWN_AS = re.compile(r"\s*\((?:also known as|a\.?k\.?a\.?)[:,]?\s+([^()]+)\)", re.IGNORECASE)


def _read(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    for record in read_records(file, {"record"}):
        entry = _read_record(record.element, found)
        if entry is None:
            found.skip("record without a name or item", f"record {record.number}")
            continue
        if entry.entry_id in found.entries:
            found.note("item given to two records: numbered apart", entry.entry_id)
            entry.entry_id += f" ({record.number})"
        found.entries[entry.entry_id] = entry
        for source in entry.programmes:
            found.count(source)
    found.by_source = dict(sorted(found.by_source.items()))


IMPORTER = Importer("canada-xml", "1", has_root("data-set", b"<Item>"), _read, "ca-sema")


def split_aliases(text: str) -> Iterator[str]:
    """The names in a text of aliases; a comma in brackets or before a legal form parts nothing."""
    for part in _PARTS.split(tidy(text)):
        names: list[str] = []
        for piece in _LABEL.sub("", part).split(","):
            inside = bool(names) and names[-1].count("(") > names[-1].count(")")
            if names and (inside or _LEGAL_FORM.match(piece.strip())):
                names[-1] += f", {piece.strip()}"
            else:
                names.append(piece.strip())
        yield from (name for name in (_LABEL.sub("", n) for n in names) if name)


def split_organisation(name: str) -> Iterator[str]:
    """The further names that an organisation's name holds; none if it is one name."""
    bare = _KNOWN_AS.sub("", name)
    if bare != name:
        yield bare
        yield from _KNOWN_AS.findall(name)
    halves = bare.split("/")
    if len(halves) > 1 and all(len(half.split()) > 1 for half in halves):
        yield from halves


def _read_record(element: Element, found: ListBuilder) -> EntryBuilder | None:
    # `Burma / Birmanie`: the regulation, in English and French. It is no statement about the party's country.
    regulation = tidy(find_text(element, "Country").split(" / ")[0])
    schedule, item = tidy(find_text(element, "Schedule")), tidy(find_text(element, "Item"))
    last, given = find_text(element, "LastName"), find_text(element, "GivenName")
    other = find_text(element, "EntityOrShip") or find_text(element, "Entity")
    imo = find_text(element, "ShipIMONumber")
    kind = "vessel" if imo else "organisation" if other else "person"
    entry = found.begin(" / ".join(part for part in (regulation, schedule, item) if part), kind)
    name = other or f"{given} {last}"
    if not item or not entry.add_name(name, "primary"):
        return None
    if other and (given or last):
        entry.add_name(f"{given} {last}", "strong")
    for held in split_organisation(tidy(other)):
        entry.add_name(held, "strong")
    for alias in split_aliases(find_text(element, "Aliases")):
        if _LEGAL_FORM.fullmatch(alias):
            found.note("alias that is only a legal form: left out", f"{entry.entry_id} {alias}")
        elif kind == "person" and " " not in alias:
            # Another spelling of the surname or the given name alone.
            found.note("alias of a person in one word: taken as weak", f"{entry.entry_id} {alias}")
            entry.add_name(alias, "weak")
        else:
            entry.add_name(alias, "strong")
    entry.add_identifier("imo", imo)
    entry.programmes[regulation] = None
    entry.listed = entry.day(find_text(element, "DateOfListing"), "date of listing")
    entry.add_note("Title", find_text(element, "Title") or find_text(element, "TitleOrShip"))
    born = find_text(element, "DateOfBirth") or find_text(element, "DateOfBirthOrShipBuildDate")
    entry.add_note("Built" if kind == "vessel" else "DOB", born)
    return entry
