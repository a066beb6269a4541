"""The UK's former consolidated list of targets (OFSI), CSV: closed on 28 January 2026, read for old exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.reference.watchlists.draft import Draft, read_written_day
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows
from precursor_screen.reference.watchlists.uk import KINDS, add_numbered_countries, join_name, split_numbered, unescape

CONTENT = "uk-conlist"  # its ids are others than those of the list that replaced it
_COLUMNS = frozenset(("name6", "name1", "grouptype", "aliastype", "regime", "groupid"))
_NAME_KINDS = {
    "prime alias": "primary",
    "primary name": "primary",
    "fka": "former",
}


def _fits(file: ListFile) -> bool:
    """Whether it is a file that has the columns of the list in its second row."""
    rows = read_head_rows(file.head, ",", 2)
    return len(rows) == 2 and set(rows[1]) >= _COLUMNS


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; its date is that of its last update."""
    notes.add("list closed on 28 January 2026: import the UK Sanctions List as uk-sl", file.name)
    drafts: dict[str, Draft] = {}
    for line, raw in read_rows(file, ",", skipped, 2):
        cells = unescape(raw)
        entry_id = cells["groupid"]
        if not entry_id or not join_name(cells):
            skipped.add("row without a group id or name", f"line {line}")
            continue
        draft = drafts.get(entry_id)
        if draft is None:
            draft = drafts[entry_id] = Draft.of_kind(entry_id, cells["grouptype"], KINDS, notes)
        _fill(draft, cells, notes)
    stated = file.head.decode("latin-1").splitlines()[0].partition(",")[2].strip(' ,"')
    list_date = read_written_day(stated, "dmy", "date of the last update", file.name, notes)
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList(CONTENT, entries, list_date)


IMPORTER = Importer("uk-conlist-csv", "1", _fits, _read)


def _fill(draft: Draft, cells: Mapping[str, str], notes: Tally) -> None:
    weak = "low" in cells.get("aliasquality", "").lower()
    draft.add_name(join_name(cells), "weak" if weak else _NAME_KINDS.get(cells["aliastype"].lower(), "strong"))
    draft.add_name(cells.get("namenonlatinscript", ""), "weak" if weak else "original_script")
    address = (cells.get(f"address{n}", "") for n in range(1, 7))
    country = cells.get("country", "").partition("(")[0].strip()
    draft.add_address((*address, cells.get("postzipcode", "")), country, notes)
    add_numbered_countries(draft, cells.get("nationality", ""), notes)
    for column, kind in (("passportnumber", "passport"), ("nationalidentificationnumber", "national_id")):
        for number in split_numbered(cells.get(column, "")):
            draft.add_identifier(kind, number)
    if cells["regime"]:
        draft.programmes[cells["regime"]] = None
    if draft.listed is None:
        draft.listed = read_written_day(cells.get("listedon", ""), "dmy", "date of listing", draft.entry_id, notes)
    for column, title in (("dob", "DOB"), ("position", "Position"), ("passportdetails", "Passport"), ("otherinformation", "")):
        draft.add_note(title, cells.get(column, ""))
