"""What the two layouts of the EU's consolidated list have in common."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.formats.xml import find_root_name, find_text, read_root, stream_records
from precursor_screen.reference.watchlists.draft import EntryBuilder, fold_column, read_day, read_head_rows, read_written_day
from precursor_screen.reference.watchlists.interface import Importer, ImportLog, ListFile, ParsedList

CONTENT = "eu-fsf"
KINDS = {"person": "person", "p": "person", "enterprise": "organisation", "e": "organisation"}
_IDENTIFIERS = {
    "passport": "passport",
    "id": "national_id",
    "ssn": "national_id",
    "regnumber": "registration_number",
    "registrationnumber": "registration_number",
    "fiscalcode": "tax_number",
    "tin": "tax_number",
    "imo": "imo",
    "bic": "swift",
    "swiftbic": "swift",
    "lei": "lei",
}


def add_alias(draft: EntryBuilder, name: str, strong: str) -> bool:
    """Add a name; the first one that is strong is the primary name."""
    weak = strong.strip().lower() in ("false", "0")
    has_primary = "primary" in draft.names.values()
    return draft.add_name(name, "weak" if weak else "strong" if has_primary else "primary")


def add_document(draft: EntryBuilder, code: str, number: str, known_false: str, notes: ImportLog) -> None:
    """Add an identification, unless the list says that it is false."""
    if known_false.strip().lower() in ("true", "1"):
        notes.add("identification known to be false: left out", f"{draft.entry_id} {number}")
        return
    label = code.strip().lower()
    draft.add_identifier(_IDENTIFIERS.get(label, label or "document"), number)


# The EU's consolidated list of financial sanctions, CSV 1.1 (FSF): `;`, one row a sub-record, entity columns repeated.

_COLUMNS = frozenset(("entitylogicalid", "entityeureferencenumber", "namealiaswholename"))
_ADDRESS_COLUMNS = ("street", "pobox", "zipcode", "city", "place", "region")
_JOIN_LINES = 40  # how far a quoted cell may run over line ends


def _fits_csv(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list."""
    return any(set(row) >= _COLUMNS for row in read_head_rows(file.head, ";", 1))


def _read_csv(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
    """Read the list; its date is the day on which it was generated."""
    drafts: dict[str, EntryBuilder] = {}
    list_date: date | None = None
    for line, cells in _rows(file, skipped):
        entry_id = cells["entityeureferencenumber"] or cells["entitylogicalid"]
        if not entry_id:
            skipped.add("row without a reference", f"line {line}")
            continue
        if list_date is None:
            stated = cells.get("filegenerationdate", "")
            list_date = read_written_day(stated, "dmy", "date of generation", file.name, notes)
        draft = drafts.get(entry_id)
        if draft is None:
            code = cells.get("entitysubjecttype", "") or cells.get("entitysubjecttypeclassificationcode", "")
            draft = drafts[entry_id] = EntryBuilder.of_kind(entry_id, code, KINDS, notes)
        _fill(draft, cells, notes)
    for entry_id in [key for key, draft in drafts.items() if not draft.names]:
        skipped.add("entity without a name", entry_id)
        del drafts[entry_id]
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList(CONTENT, entries, list_date)


EU_CSV = Importer("eu-fsf-csv", "1", _fits_csv, _read_csv)


def _rows(file: ListFile, skipped: ImportLog) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by folded column name. Quotes are not always balanced: one that is not closed in time quotes nothing.

    Raises:
        WatchlistError: the last row is cut short.
    """
    text, _ = file.read_text()
    lines = text.replace("\r\n", "\n").split("\n")
    header = [fold_column(cell) for cell in _cells(lines[0])]
    at, short = 1, 0
    while at < len(lines):
        number = at + 1
        if not lines[at].strip():
            at += 1
            continue
        cells, used = _record(lines, at, len(header))
        at += used
        short = 0
        if len(cells) == len(header):
            # The first of several columns with one name counts.
            yield number, {n: c.strip() for n, c in zip(reversed(header), reversed(cells), strict=True)}
        else:
            short = number if len(cells) < len(header) else 0
            skipped.add(f"row without {len(header)} cells", f"line {number}: {lines[number - 1]}")
    if short:
        raise WatchlistError("The last row is cut short.", where=Where(file.name, short), remedy="Fetch it again.")


def _record(lines: list[str], at: int, width: int) -> tuple[list[str], int]:
    """The cells of the record at a line, and how many lines it takes."""
    joined = lines[at]
    for used in range(1, _JOIN_LINES + 1):
        if joined.count('"') % 2 == 0:
            cells = _cells(joined)
            if len(cells) == width or used > 1:
                break
            return cells, 1
        if at + used >= len(lines):
            break
        joined += "\n" + lines[at + used]
    else:
        used = 1
    cells = _cells(joined) if joined.count('"') % 2 == 0 else []
    if len(cells) == width:
        return cells, used
    return lines[at].split(";"), 1


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], delimiter=";"), [])


def _fill(draft: EntryBuilder, cells: dict[str, str], notes: ImportLog) -> None:
    get = cells.get
    parts = (get(f"namealias{part}name", "") for part in ("first", "middle", "last"))
    add_alias(draft, cells["namealiaswholename"] or " ".join(parts), get("namealiasstrong", ""))
    draft.add_note("Function", get("namealiasfunction", ""))
    if programme := get("entityregulationprogramme", ""):
        draft.programmes[programme] = None
    address = (get(f"address{part}", "") for part in _ADDRESS_COLUMNS)
    draft.add_address(address, get("addresscountryiso2code", "") or get("addresscountrydescription", ""), notes)
    draft.add_country(get("citizenshipcountryiso2code", "") or get("citizenshipcountrydescription", ""), notes)
    number = get("identificationnumber", "") or get("identificationlatinnumber", "")
    if number:
        add_document(draft, get("identificationtypecode", ""), number, get("identificationknownfalse", ""), notes)
    draft.add_note("DOB", get("birthdatebirthdate", "") or get("birthdateyear", ""))
    if draft.listed is None:
        draft.listed = read_day(get("entitydesignationdate", ""), "date of designation", draft.entry_id, notes)
    draft.add_note("", get("entityremark", ""))


# The EU's consolidated list of financial sanctions, XML 1.1 (FSF): the data stand in attributes.

_ADDRESS_PARTS = ("street", "poBox", "zipCode", "city", "place", "region")


def _fits_xml(file: ListFile) -> bool:
    """Whether it is an XML file with that root and its entities."""
    return find_root_name(file.head) == "export" and b"sanctionEntity" in file.head


def _read_xml(file: ListFile, list_id: str, skipped: ImportLog, notes: ImportLog) -> ParsedList:
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


EU_XML = Importer("eu-fsf-xml", "1", _fits_xml, _read_xml)


def _read_entity(element: Element, skipped: ImportLog, notes: ImportLog) -> EntryBuilder | None:
    entry_id = element.get("euReferenceNumber", "") or element.get("logicalId", "")
    subject = element.find("subjectType")
    code = subject.get("code", "") or subject.get("classificationCode", "") if subject is not None else ""
    draft = EntryBuilder.of_kind(entry_id, code, KINDS, notes)
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
