"""What the two layouts of the EU's consolidated list have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from precursor_screen.core.tables import spellings_of
from precursor_screen.formats.xml import find_text
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, read_day, read_written_day
from precursor_screen.reference.watchlists.interface import (
    CELL_LIMIT,
    ListFile,
    fold_column,
    has_columns,
    has_root,
    read_attributes,
    read_records,
    refused,
)

CONTENT = "eu-fsf"
KINDS = {"person": "person", "p": "person", "enterprise": "organisation", "e": "organisation"}


def add_alias(entry: EntryBuilder, name: str, strong: str) -> bool:
    """Add a name; the first one that is strong is the primary name."""
    weak = strong.strip().lower() in ("false", "0")
    has_primary = "primary" in entry.names.values()
    return entry.add_name(name, "weak" if weak else "strong" if has_primary else "primary")


def add_document(entry: EntryBuilder, code: str, number: str, known_false: str) -> None:
    """Add an identification, unless the list says that it is false."""
    if known_false.strip().lower() in ("true", "1"):
        entry.remark("identification known to be false: left out", f"{entry.entry_id} {number}")
        return
    label = code.strip().lower()
    entry.add_identifier(spellings_of("list_words", "identifier of the EU").get(label, label or "document"), number)


# The EU's consolidated list of financial sanctions, CSV 1.1 (FSF): `;`, one row a sub-record, entity columns repeated.

_ADDRESS_COLUMNS = ("street", "pobox", "zipcode", "city", "place", "region")
_JOIN_LINES = 40  # how far a quoted cell may run over line ends


def _read_csv(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is the day on which it was generated."""
    for line, cells in _rows(file, found):
        entry_id = cells["entityeureferencenumber"] or cells["entitylogicalid"]
        if not entry_id:
            found.skip("row without a reference", f"line {line}")
            continue
        if found.list_date is None:
            stated = cells.get("filegenerationdate", "")
            found.list_date = read_written_day(stated, "dmy", "date of generation", file.name, found.note)
        code = cells.get("entitysubjecttype", "") or cells.get("entitysubjecttypeclassificationcode", "")
        _fill(found.entry(entry_id, code, KINDS), cells)
    found.drop_nameless("entity without a name")


EU_CSV = Importer(
    "eu-fsf-csv", "1", has_columns(";", "entitylogicalid entityeureferencenumber namealiaswholename"), _read_csv, CONTENT
)


def _rows(file: ListFile, found: ListBuilder) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by folded column name. Quotes are not always balanced: one that is not closed in time quotes nothing.

    Raises:
        WatchlistError: a row is damaged, or the last one is cut short.
    """
    csv.field_size_limit(CELL_LIMIT)
    lines = file.read_text().replace("\r\n", "\n").split("\n")
    header = [fold_column(cell) for cell in _cells(lines[:1], 0, file)[0]]
    at, short = 1, 0
    while at < len(lines):
        number = at + 1
        if not lines[at].strip():
            at += 1
            continue
        cells, used = _record(lines, at, len(header), file)
        at += used
        short = 0
        if len(cells) == len(header):
            # The first of several columns with one name counts.
            yield number, {n: c.strip() for n, c in zip(reversed(header), reversed(cells), strict=True)}
        else:
            short = number if len(cells) < len(header) else 0
            found.skip(f"row without {len(header)} cells", f"line {number}: {lines[number - 1]}")
    if short:
        raise refused("The last row is cut short.", file.name, line=short)


def _record(lines: list[str], at: int, width: int, file: ListFile) -> tuple[list[str], int]:
    """The cells of the record at a line, and how many lines it takes."""
    if lines[at].count('"') % 2 == 0:
        return _cells(lines[at : at + 1], at, file)
    for used in range(2, min(_JOIN_LINES, len(lines) - at) + 1):
        if sum(line.count('"') for line in lines[at : at + used]) % 2 == 0:
            cells, taken = _cells(lines[at : at + used], at, file)
            return (cells, taken) if len(cells) == width else (lines[at].split(";"), 1)
    return lines[at].split(";"), 1


def _cells(lines: list[str], at: int, file: ListFile) -> tuple[list[str], int]:
    """The cells of the first record in some lines, and how many it takes; at: where these begin."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=";")
    try:
        return next(reader, []), reader.line_num
    except csv.Error as error:
        raise refused(f"The file is damaged: {error}.", file.name, line=at + reader.line_num) from error


def _fill(entry: EntryBuilder, cells: dict[str, str]) -> None:
    get = cells.get
    parts = (get(f"namealias{part}name", "") for part in ("first", "middle", "last"))
    add_alias(entry, cells["namealiaswholename"] or " ".join(parts), get("namealiasstrong", ""))
    entry.add_note("Function", get("namealiasfunction", ""))
    entry.programmes[get("entityregulationprogramme", "")] = None
    address = (get(f"address{part}", "") for part in _ADDRESS_COLUMNS)
    entry.add_address(address, get("addresscountryiso2code", "") or get("addresscountrydescription", ""))
    entry.add_country(get("citizenshipcountryiso2code", "") or get("citizenshipcountrydescription", ""))
    number = get("identificationnumber", "") or get("identificationlatinnumber", "")
    if number:
        add_document(entry, get("identificationtypecode", ""), number, get("identificationknownfalse", ""))
    entry.add_note("DOB", get("birthdatebirthdate", "") or get("birthdateyear", ""))
    entry.listed = entry.listed or entry.day(get("entitydesignationdate", ""), "date of designation")
    entry.add_note("", get("entityremark", ""))


# The EU's consolidated list of financial sanctions, XML 1.1 (FSF): the data stand in attributes.

_ADDRESS_PARTS = ("street", "poBox", "zipCode", "city", "place", "region")


def _read_xml(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is the day on which it was generated."""
    stated = read_attributes(file).get("generationDate", "")
    for record in read_records(file, {"sanctionEntity"}):
        if entry := _read_entity(record.element, found):
            found.entries[record.number] = entry
        else:
            found.skip("entity without a reference or name", f"record {record.number}")
    found.list_date = read_day(stated, "date of generation", file.name, found.note)


EU_XML = Importer("eu-fsf-xml", "1", has_root("export", b"sanctionEntity"), _read_xml, CONTENT)


def _read_entity(element: Element, found: ListBuilder) -> EntryBuilder | None:
    entry_id = element.get("euReferenceNumber", "") or element.get("logicalId", "")
    subject = element.find("subjectType")
    code = subject.get("code", "") or subject.get("classificationCode", "") if subject is not None else ""
    entry = found.begin_as(entry_id, code, KINDS)
    for alias in element.iterfind("nameAlias"):
        parts = (alias.get(part, "") for part in ("firstName", "middleName", "lastName"))
        if not add_alias(entry, alias.get("wholeName", "") or " ".join(parts), alias.get("strong", "")):
            found.skip("alias without a name", entry_id)
        entry.add_note("Function", alias.get("function", ""))
    if not entry_id or not entry.names:
        return None
    entry.programmes.update((r.get("programme", ""), None) for r in element.iterfind("regulation"))
    for address in element.iterfind("address"):
        parts = (address.get(part, "") for part in _ADDRESS_PARTS)
        entry.add_address(parts, address.get("countryIso2Code", "") or address.get("countryDescription", ""))
    for citizenship in element.iterfind("citizenship"):
        entry.add_country(citizenship.get("countryIso2Code", "") or citizenship.get("countryDescription", ""))
    for document in element.iterfind("identification"):
        number = document.get("number", "") or document.get("latinNumber", "")
        add_document(entry, document.get("identificationTypeCode", ""), number, document.get("knownFalse", ""))
    for born in element.iterfind("birthdate"):
        entry.add_note("DOB", born.get("birthdate", "") or born.get("year", ""))
    entry.listed = entry.day(element.get("designationDate", ""), "date of designation")
    entry.add_note("", find_text(element, "remark"))
    return entry
