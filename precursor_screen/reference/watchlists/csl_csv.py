"""The US Consolidated Screening List as CSV: 29 columns, lists within a cell joined by `; `."""

from __future__ import annotations

from collections.abc import Iterator

from precursor_screen.reference.watchlists.csl import CslRecord, gather, read_ids, split_address
from precursor_screen.reference.watchlists.interface import Importer, ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows

_COLUMNS = frozenset(("source", "entitynumber", "name", "altnames", "programs", "ids"))


def _fits(file: ListFile) -> bool:
    """Whether it is a file with the columns of the list."""
    return any(set(row) >= _COLUMNS for row in read_head_rows(file.head, ",", 1))


def _read(file: ListFile, list_id: str, skipped: Tally, notes: Tally) -> ParsedList:
    """Read the list; it states no date of its own."""
    return gather(_records(file, skipped), list_id, skipped, notes)


IMPORTER = Importer("csl-csv", "1", _fits, _read)


def _records(file: ListFile, skipped: Tally) -> Iterator[CslRecord]:
    for line, cells in read_rows(file, ",", skipped):
        ids = _split(cells["ids"])
        yield CslRecord(
            place=f"line {line}",
            source=cells["source"],
            number=cells["entitynumber"],
            kind=cells.get("type", ""),
            name=cells["name"],
            aliases=_split(cells["altnames"]),
            programmes=_split(cells["programs"]),
            addresses=tuple(map(split_address, _split(cells.get("addresses", "")))),
            countries=(
                *_split(cells.get("citizenships", "")),
                *_split(cells.get("nationalities", "")),
                cells.get("vesselflag", ""),
            ),
            identifiers=tuple(read_ids(ids)),
            call_sign=cells.get("callsign", ""),
            start=cells.get("startdate", ""),
            end=cells.get("enddate", ""),
            notes=(
                ("Title", cells.get("title", "")),
                ("DOB", cells.get("datesofbirth", "")),
                ("Vessel type", cells.get("vesseltype", "")),
                ("Vessel owner", cells.get("vesselowner", "")),
                ("", cells.get("remarks", "")),
            ),
        )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for text in cell.split("; ") if (part := text.strip(" ;")))
