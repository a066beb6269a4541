"""OFAC's CSV set: the main file, aliases, addresses and continued remarks, of the SDN and of the non-SDN list.

Layout: OFAC data specification of 25 September 2023. Copies in circulation lose the final 0x1A, the line ends or the quotes,
or gain a header: all are read. Which of the two lists a set is shows in its programmes, not in its file names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.tables import spellings_of
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, tidy
from precursor_screen.reference.watchlists.interface import ListFile, parse_csv, refused

# What OFAC's layouts have in common: kinds of entries and aliases, and which of its two lists a file is.

KINDS = {"individual": "person", "entity": "organisation", "": "organisation", "vessel": "vessel", "aircraft": "aircraft"}
ALIAS_KINDS = {"aka": "strong", "nka": "strong", "fka": "former"}
# A third of the non-SDN list's entries carry one of these, and next to none of the SDN list's.
_NON_SDN_PROGRAMMES = frozenset(("NS-PLC", "CMIC-EO13959", "NS-CMIC"))
_NON_SDN_SHARE = 0.1


def decide_content(entries: Collection[EntryBuilder]) -> str:
    """ofac-sdn or ofac-cons, by the programmes of the entries: the lists circulate under each other's names."""
    non_sdn = sum(not _NON_SDN_PROGRAMMES.isdisjoint(map(tidy, entry.programmes)) for entry in entries)
    return "ofac-cons" if non_sdn > _NON_SDN_SHARE * len(entries) else "ofac-sdn"


def alias_kind(label: str, weak: bool) -> str:
    """The kind of a name, from its label (`a.k.a.`, `F.K.A.`) and whether the list calls it weak."""
    return "weak" if weak else ALIAS_KINDS.get(label.lower().replace(".", ""), "strong")


def join_person(last: str, first: str) -> str:
    """A person's name as OFAC's CSV writes it, `LAST, First`; the one part where the other is missing."""
    return f"{last}, {first}" if last and first else last or first


# OFAC's remarks: one text in which weak aliases, identifiers, nationalities and links follow each other.

# Aliases may hold apostrophes (`''FOOPIE''`), so the closing one is that before `;`, `.` or the end.
_WEAK_ALIAS = re.compile(r"(?:a\.k\.a\.|f\.k\.a\.|n\.k\.a\.),? '(.+?)'(?=;|\.(?:\s|;|$)|$)")
_COUNTRY = re.compile(r"^(?:alt\. )?(?:nationality|citizen) (.+?)\.?$")
_QUALIFIER = re.compile(r"\s*(?:\(.*|issued\b.*|expires\b.*|individual\b.*)$")

# Labels as they stand in the remarks, to the kind of identifier. The longest label that fits decides.
_LABELS = spellings_of("list_words", "identifier of OFAC")
_BY_LENGTH = sorted(_LABELS, key=len, reverse=True)
_IDENTIFIER = re.compile(r"^(?:alt\. )?(" + "|".join(map(re.escape, _BY_LENGTH)) + r")(?: No\.| #|:)? +(\S.*)$", re.IGNORECASE)
_BY_FOLDED = {label.casefold(): kind for label, kind in _LABELS.items()}


def identifier_kind(label: str) -> str:
    """The kind of identifier that a label of OFAC's stands for; empty for one that is none (a date, a risk)."""
    return _BY_FOLDED.get(label.replace("’", "'").strip().rstrip(":").casefold(), "")


class Remarks(Struct, frozen=True):
    """The whole text, which keeps dates of birth and links to other parties, and what can be compared lifted from it."""

    text: str
    weak_aliases: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    countries: tuple[str, ...]


def read_remarks(text: str) -> Remarks:
    """Lift weak aliases, identifiers (kind, number) and countries (as written) out of an entry's remarks."""
    aliases = tuple(alias.strip() for alias in _WEAK_ALIAS.findall(text) if alias.strip())
    identifiers: dict[tuple[str, str], None] = {}
    countries: dict[str, None] = {}
    for part in map(str.strip, text.split(";")):
        if found := _IDENTIFIER.match(part):
            if number := _QUALIFIER.sub("", found.group(2)).rstrip(" .,"):
                identifiers[(_BY_FOLDED[found.group(1).casefold()], number)] = None
        elif country := _COUNTRY.match(part):
            countries[country.group(1)] = None
    return Remarks(text, aliases, tuple(identifiers), tuple(countries))


_WIDTHS = {"main": 12, "aliases": 5, "addresses": 6, "remarks": 2}
_TITLES = {"main": "SDN.CSV", "aliases": "ALT.CSV", "addresses": "ADD.CSV", "remarks": "SDN_COMMENTS.CSV"}
_END_OF_FILE = "\x1a"  # the lists end as DOS files did


def _kind_of_file(file: ListFile) -> str:
    """main, aliases, addresses or remarks, by the first row that begins with a number; empty if it is none of them."""
    text = file.head.decode("latin-1")
    complete = text[: text.rfind("\n") + 1] or text
    try:
        for row in csv.reader(io.StringIO(complete, newline="")):
            if row and row[0].strip().isdecimal():
                return _kind_of_row(row)
    except csv.Error:
        return ""
    return ""


def _kind_of_row(row: list[str]) -> str:
    if len(row) == 5 and row[2].strip().lower() not in ALIAS_KINDS:
        return ""
    if len(row) == 6 and not row[1].strip().isdecimal():
        return ""
    return next((kind for kind, width in _WIDTHS.items() if width == len(row)), "")


def _read(found: ListBuilder, *files: ListFile) -> None:
    """Reads one to four files, of which the main one is required; entries in its order."""
    by_kind = _sort_files(files)
    continued = {row[0]: row[1] for row in _rows(by_kind, "remarks", found)}
    for row in _rows(by_kind, "main", found):
        _add_main(found, row, continued.pop(row[0], ""))
    for row in _rows(by_kind, "aliases", found):
        _add_alias(found, row)
    for row in _rows(by_kind, "addresses", found):
        _add_address(found, row)
    for entry_id in continued:
        found.skip("continued remarks of an entry that is not in the list", entry_id)
    found.content = decide_content(found.entries.values())


IMPORTER = Importer("ofac-csv", "3", _kind_of_file, _read, several=True)


def _sort_files(files: Sequence[ListFile]) -> dict[str, ListFile]:
    by_kind: dict[str, ListFile] = {}
    for file in files:
        kind = _kind_of_file(file)
        if kind in by_kind:
            message = f"Both {by_kind[kind].name} and {file.name} are a {_TITLES[kind]}."
            raise WatchlistError(message, where=file.name, remedy="Give one file of each kind.")
        by_kind[kind] = file
    if "main" not in by_kind:
        message = "The set has no main file (12 columns, SDN.CSV or CONS_PRIM.CSV), so there are no entries."
        raise WatchlistError(message, where=files[0].name, remedy="Give the main file as well.")
    return by_kind


def _rows(by_kind: dict[str, ListFile], kind: str, found: ListBuilder) -> Iterator[list[str]]:
    """Rows of a file with their cells stripped and nulls emptied; a row counts with the right width and a numeric id."""
    file = by_kind.get(kind)
    if file is None:
        return
    short = 0
    for line, row in parse_csv(file, file.read_text()):
        short = 0
        if not row or row == [_END_OF_FILE]:
            continue
        if len(row) == _WIDTHS[kind] and row[0].strip().isdecimal():
            yield [_cell(cell) for cell in row]
        elif line == 1 and not any(cell.strip().isdecimal() for cell in row):
            found.skip(f"header row of {_TITLES[kind]}", ",".join(row))
        else:
            short = line if len(row) < _WIDTHS[kind] else 0
            found.skip(f"row of {_TITLES[kind]} without {_WIDTHS[kind]} columns and a number", ",".join(row))
    if short:
        raise refused("The last row is cut short.", file.name, line=short)


def _cell(cell: str) -> str:
    text = cell.strip()
    return "" if text == "-0-" else text


def _add_main(found: ListBuilder, row: list[str], continued: str) -> None:
    entry_id, name, kind, programmes = row[:4]
    if not name:
        found.skip("entry without a name", ",".join(row))
        return
    made = found.begin_as(entry_id, kind, KINDS)
    entry = found.entries.setdefault(entry_id, made)
    if entry is not made:
        # A copy that gives two parties one number: both names are kept, as one of them would else go unscreened.
        found.note("number given to two entries: names joined", f"{entry_id} {name}")
    entry.add_name(name, "primary")
    entry.programmes.update(dict.fromkeys(p.strip(" []") for p in programmes.split("] [")))
    entry.add_notes(("Title", row[4]), ("Vessel type", row[6]), ("Vessel owner", row[10]))
    remarks = read_remarks(row[11] + continued)
    for alias in remarks.weak_aliases:
        entry.add_name(alias, "weak")
    for identifier in (*remarks.identifiers, ("call_sign", row[5])):
        entry.add_identifier(*identifier)
    entry.add_countries((*remarks.countries, row[9]))
    entry.add_note("", remarks.text)


def _add_alias(found: ListBuilder, row: list[str]) -> None:
    entry_id, _, kind, name, _ = row
    if entry_id not in found.entries:
        found.skip("alias of an entry that is not in the list", f"{entry_id} {name}")
    elif not name:
        found.skip("alias without a name", ",".join(row))
    else:
        found.entries[entry_id].add_name(name, ALIAS_KINDS.get(kind.lower(), "strong"))


def _add_address(found: ListBuilder, row: list[str]) -> None:
    entry_id, _, street, city, country, _ = row
    if entry_id not in found.entries:
        found.skip("address of an entry that is not in the list", f"{entry_id} {street} {city} {country}")
        return
    if not (street or city or country):
        found.skip("empty address", entry_id)
        return
    entry = found.entries[entry_id]
    known = len(entry.addresses)
    entry.add_address((street, city), country)
    if (street or city) and len(entry.addresses) == known:
        found.note("address repeated in its entry", f"{entry_id} {street} {city}")
