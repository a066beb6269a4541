"""The UK Sanctions List, CSV: a line with the date of the report, the header, one row a name and address.

Written from published headers; no real file was at hand to test it with.
"""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.reference.watchlists.draft import Draft, read_written_day
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows
from precursor_screen.reference.watchlists.uk import KINDS, add_numbered_countries, join_name, split_numbered, unescape

_COLUMNS = frozenset(("uniqueid", "ofsigroupid", "name6", "nametype", "aliasstrength"))
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


def _fits(file: ListFile) -> bool:
    """Whether it is a file that has the columns of the list in its first or second row."""
    return _header_row(file) > 0


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; its date is that of the report."""
    drafts: dict[str, Draft] = {}
    for line, raw in read_rows(file, ",", skipped, _header_row(file)):
        cells = unescape(raw)
        entry_id = cells["uniqueid"]
        if not entry_id:
            skipped.add("row without a unique id", f"line {line}")
            continue
        draft = drafts.get(entry_id)
        if draft is None:
            label = next((cells[c] for c in _KIND_COLUMNS if cells.get(c)), "")
            draft = drafts[entry_id] = Draft.of_kind(entry_id, label, KINDS, notes)
        _fill(draft, cells, notes)
    for entry_id in [key for key, draft in drafts.items() if not draft.names]:
        skipped.add("entry without a name", entry_id)
        del drafts[entry_id]
    first = file.head.decode("utf-8-sig", "replace").splitlines()[0].strip(' ,"')
    stated = first.partition(":")[2] or first.partition(",")[2]
    list_date = read_written_day(stated, "dmy", "date of the report", file.name, notes) if _header_row(file) > 1 else None
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList("uk-sl", entries, list_date)


IMPORTER = Importer("uk-sl-csv", "1", _fits, _read)


def _header_row(file: ListFile) -> int:
    rows = read_head_rows(file.head, ",", 2)
    return next((number for number, row in enumerate(rows, start=1) if set(row) >= _COLUMNS), 0)


def _fill(draft: Draft, cells: Mapping[str, str], notes: Tally) -> None:
    label = cells["nametype"].lower()
    # `Low quality a.k.a`. A blank strength is not a weak one.
    weak = "low" in cells["aliasstrength"].lower() or "weak" in cells["aliasstrength"].lower()
    draft.add_name(join_name(cells), "primary" if label == "primary name" else "weak" if weak else "strong")
    draft.add_name(cells.get("namenonlatinscript", ""), "weak" if weak else "original_script")
    address = (cells.get(f"addressline{n}", "") for n in range(1, 7))
    draft.add_address((*address, cells.get("addresspostalcode", "")), cells.get("addresscountry", ""), notes)
    add_numbered_countries(draft, cells.get("nationalityies", ""), notes)
    add_numbered_countries(draft, cells.get("currentbelievedflagofship", ""), notes)
    for column, kind in _IDENTIFIERS.items():
        for number in split_numbered(cells.get(column, "")):
            draft.add_identifier(kind, number)
    if programme := cells.get("regimename", ""):
        draft.programmes[programme] = None
    if draft.listed is None:
        day = cells.get("datedesignated", "")
        draft.listed = read_written_day(day, "dmy", "date of designation", draft.entry_id, notes)
    for column, title in _NOTES.items():
        draft.add_note(title, cells.get(column, "").replace("|", ", "))
