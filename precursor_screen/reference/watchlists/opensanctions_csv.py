"""OpenSanctions `targets.simple.csv`: one row a target, values within a cell joined by `;` and quoted like CSV again."""

from __future__ import annotations

import csv

from precursor_screen.reference.watchlists.draft import Draft, read_day
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.opensanctions import CONTENT, KINDS
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows

_COLUMNS = frozenset(("id", "schema", "name", "aliases", "countries", "identifiers", "dataset"))


def _fits(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list; later versions have more."""
    return any(set(row) >= _COLUMNS for row in read_head_rows(file.head, ",", 1))


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; it states no date of its own."""
    drafts: dict[str, Draft] = {}
    for line, cells in read_rows(file, ",", skipped):
        entry_id, kind = cells["id"], KINDS.get(cells["schema"], "")
        if not kind:
            skipped.add(f"target that is not a party: {cells['schema']}", entry_id)
            continue
        draft = drafts.setdefault(entry_id, Draft(entry_id, kind))
        if not entry_id or not draft.add_name(cells["name"], "primary"):
            skipped.add("target without id or name", f"line {line}")
            drafts.pop(entry_id)
            continue
        for alias in split_cell(cells["aliases"]):
            draft.add_name(alias, "strong")
        for country in split_cell(cells["countries"]):
            draft.add_country(country, notes)
        for address in split_cell(cells.get("addresses", "")):
            draft.add_address([address], "", notes)
        for column, label in (("identifiers", "identifier"), ("phones", "phone"), ("emails", "email")):
            for number in split_cell(cells.get(column, "")):
                draft.add_identifier(label, number)
        programmes = split_cell(cells.get("programids", "")) or split_cell(cells.get("sanctions", ""))
        draft.programmes.update(dict.fromkeys(programmes))
        draft.listed = read_day(cells.get("firstseen", ""), "first seen", entry_id, notes)
        draft.add_note("DOB", cells.get("birthdate", ""))
        draft.add_note("Dataset", cells["dataset"])
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList(CONTENT, entries)


IMPORTER = Importer("opensanctions-simple-csv", "1", _fits, _read)


def split_cell(cell: str) -> list[str]:
    """The values of a cell: one that holds `;` or `"` is itself quoted."""
    try:
        return [v.strip() for v in next(csv.reader([cell], delimiter=";", strict=True), []) if v.strip()]
    except csv.Error:
        return [v.strip() for v in cell.split(";") if v.strip()]
