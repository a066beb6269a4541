"""What the UK Sanctions List and the consolidated list that it replaced have in common."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, read_written_day, tidy
from precursor_screen.reference.watchlists.interface import ListFile, has_columns, read_head_rows, read_rows

KINDS = {"individual": "person", "entity": "organisation", "ship": "vessel", "vessel": "vessel"}
_NAMES = ("name1", "name2", "name3", "name4", "name5", "name6")
_NUMBERED = re.compile(r"(?:^|\s)\(\d+\)\s*")  # `(1) Tripoli (2) Tunis`


def join_name(cells: Mapping[str, str]) -> str:
    """Names 1 to 5 and then 6, which is the surname or the whole organisation."""
    return tidy(" ".join(cells.get(column, "") for column in _NAMES))


def split_numbered(text: str) -> list[str]:
    """The items of a cell that numbers them; a cell without numbers is one item."""
    return [item for part in _NUMBERED.split(text) if (item := part.strip(" ,;.-"))]


def unescape(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells with their HTML escapes resolved."""
    return {name: html.unescape(cell) if "&" in cell else cell for name, cell in cells.items()}


# The UK Sanctions List, CSV: a line with the date of the report, the header, one row a name and address.

_UK_CSV_COLUMNS = frozenset(("uniqueid", "ofsigroupid", "name6", "nametype", "aliasstrength"))
_KIND_COLUMNS = ("individualentityship", "designationtype")
_IDENTIFIERS = {
    "imonumber": "imo",
    "passportnumber": "passport",
    "nationalidentifiernumber": "national_id",
    "businessregistrationnumbers": "registration_number",
    "phonenumber": "phone",
    "emailaddress": "email",
    "website": "website",
}
_NOTES = {
    "dob": "DOB",
    "position": "Position",
    "unreferencenumber": "UN reference",
    "sanctionsimposed": "Sanctions",
    "otherinformation": "",
}


def _read_list(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is that of the report."""
    for line, raw in read_rows(file, ",", found.skip, _header_row(file)):
        cells = unescape(raw)
        entry_id = cells["uniqueid"]
        if not entry_id:
            found.skip("row without a unique id", f"line {line}")
            continue
        label = next((cells[c] for c in _KIND_COLUMNS if cells.get(c)), "")
        _fill_list(found.entry(entry_id, label, KINDS), cells)
    found.drop_nameless("entry without a name")
    first = file.head.decode("utf-8-sig", "replace").splitlines()[0].strip(' ,"')
    stated = first.partition(":")[2] or first.partition(",")[2]
    if _header_row(file) > 1:
        found.list_date = read_written_day(stated, "dmy", "date of the report", file.name, found.note)


def _header_row(file: ListFile) -> int:
    """Which of the first two rows has the columns of the list; 0: neither."""
    rows = read_head_rows(file.head, ",", 2)
    return next((number for number, row in enumerate(rows, start=1) if set(row) >= _UK_CSV_COLUMNS), 0)


UK_CSV = Importer("uk-sl-csv", "1", _header_row, _read_list, "uk-sl")


def _fill_list(entry: EntryBuilder, cells: Mapping[str, str]) -> None:
    label = cells["nametype"].lower()
    # `Low quality a.k.a`. A blank strength is not a weak one.
    weak = "low" in cells["aliasstrength"].lower() or "weak" in cells["aliasstrength"].lower()
    entry.add_name(join_name(cells), "primary" if label == "primary name" else "weak" if weak else "strong")
    entry.add_name(cells.get("namenonlatinscript", ""), "weak" if weak else "original_script")
    address = (cells.get(f"addressline{n}", "") for n in range(1, 7))
    entry.add_address((*address, cells.get("addresspostalcode", "")), cells.get("addresscountry", ""))
    entry.add_countries(split_numbered(cells.get("nationalityies", "")))
    entry.add_countries(split_numbered(cells.get("currentbelievedflagofship", "")))
    for column, kind in _IDENTIFIERS.items():
        for number in split_numbered(cells.get(column, "")):
            entry.add_identifier(kind, number)
    entry.programmes[cells.get("regimename", "")] = None
    entry.listed = entry.listed or entry.written_day(cells.get("datedesignated", ""), "dmy", "date of designation")
    for column, title in _NOTES.items():
        entry.add_note(title, cells.get(column, "").replace("|", ", "))


# The UK's former consolidated list of targets (OFSI), CSV: closed on 28 January 2026, read for old exceptions.

CONTENT = "uk-conlist"  # its ids are others than those of the list that replaced it
_NAME_KINDS = {
    "prime alias": "primary",
    "primary name": "primary",
    "fka": "former",
}


def _read_conlist(found: ListBuilder, file: ListFile) -> None:
    """Read the list; its date is that of its last update."""
    found.note("list closed on 28 January 2026: import the UK Sanctions List as uk-sl", file.name)
    for line, raw in read_rows(file, ",", found.skip, 2):
        cells = unescape(raw)
        entry_id = cells["groupid"]
        if not entry_id or not join_name(cells):
            found.skip("row without a group id or name", f"line {line}")
            continue
        _fill_conlist(found.entry(entry_id, cells["grouptype"], KINDS), cells)
    stated = file.head.decode("latin-1").splitlines()[0].partition(",")[2].strip(' ,"')
    found.list_date = read_written_day(stated, "dmy", "date of the last update", file.name, found.note)


UK_CONLIST = Importer(
    "uk-conlist-csv", "1", has_columns(",", "name6 name1 grouptype aliastype regime groupid", 2), _read_conlist, CONTENT
)


def _fill_conlist(entry: EntryBuilder, cells: Mapping[str, str]) -> None:
    weak = "low" in cells.get("aliasquality", "").lower()
    entry.add_name(join_name(cells), "weak" if weak else _NAME_KINDS.get(cells["aliastype"].lower(), "strong"))
    entry.add_name(cells.get("namenonlatinscript", ""), "weak" if weak else "original_script")
    address = (cells.get(f"address{n}", "") for n in range(1, 7))
    country = cells.get("country", "").partition("(")[0].strip()
    entry.add_address((*address, cells.get("postzipcode", "")), country)
    entry.add_countries(split_numbered(cells.get("nationality", "")))
    for column, kind in (("passportnumber", "passport"), ("nationalidentificationnumber", "national_id")):
        for number in split_numbered(cells.get(column, "")):
            entry.add_identifier(kind, number)
    entry.programmes[cells["regime"]] = None
    entry.listed = entry.listed or entry.written_day(cells.get("listedon", ""), "dmy", "date of listing")
    for column, title in (("dob", "DOB"), ("position", "Position"), ("passportdetails", "Passport"), ("otherinformation", "")):
        entry.add_note(title, cells.get(column, ""))
