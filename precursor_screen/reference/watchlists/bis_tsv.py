"""The Denied Persons List of the US Bureau of Industry and Security, tab-separated: one row an order and address."""

from __future__ import annotations

from datetime import date

from precursor_screen.reference.watchlists.draft import Draft, read_written_day, tidy
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows

_COLUMNS = frozenset(("name", "streetaddress", "effectivedate", "expirationdate", "standardorder"))


def _fits(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list."""
    return any(set(row) >= _COLUMNS for row in read_head_rows(file.head, "\t", 1))


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; its dates are typed by hand and run into the year 3017, so that none of them dates the list."""
    drafts: dict[str, Draft] = {}
    ends: dict[str, list[date | None]] = {}
    for line, cells in read_rows(file, "\t", skipped):
        name = tidy(cells["name"])
        if not name:
            skipped.add("order without a name", f"line {line}")
            continue
        if name in drafts:
            notes.add("order against a name that has another: joined", name)
        else:
            notes.add("kind of party not stated: taken as organisation", name)
        draft = drafts.setdefault(name, Draft(name, "organisation"))
        draft.add_name(name, "primary")
        parts = (cells["streetaddress"], cells.get("city", ""), cells.get("state", ""), cells.get("postalcode", ""))
        draft.add_address(parts, cells.get("country", ""), notes)
        start = read_written_day(cells["effectivedate"], "mdy", "effective date", name, notes)
        draft.listed = min((d for d in (draft.listed, start) if d), default=None)
        ends.setdefault(name, []).append(read_written_day(cells["expirationdate"], "mdy", "expiration date", name, notes))
        draft.add_note("", cells.get("frcitation", ""))
    for name, draft in drafts.items():
        # The last order to end counts; one without an end does not end.
        known = [day for day in ends[name] if day]
        draft.delisted = max(known) if len(known) == len(ends[name]) else None
    entries = tuple(draft.finish(list_id) for draft in drafts.values())
    return ParsedList("us-dpl", entries)


IMPORTER = Importer("bis-tsv", "1", _fits, _read)
