"""The US Consolidated Screening List as CSV: 29 columns, lists within a cell joined by `; `."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from precursor_screen.reference.watchlists.csl import CslRecord, gather, read_ids, split_address
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList, Tally
from precursor_screen.reference.watchlists.tables import read_head_rows, read_rows

_COLUMNS = frozenset(("source", "entitynumber", "name", "altnames", "programs", "ids"))


class CslCsv:
    """Reads the one file; entries in the order of their first rows."""

    name = "csl-csv"
    version = "1"

    def recognise(self, files: Sequence[ListFile]) -> bool:
        """Whether it is one file with the columns of the list."""
        return len(files) == 1 and any(set(row) >= _COLUMNS for row in read_head_rows(files[0].head, ",", 1))

    def parse(self, files: Sequence[ListFile], list_id: str) -> ParsedList:
        """Read the list; it states no date of its own."""
        skipped, notes = Tally(), Tally()
        return gather(_records(files[0], skipped), list_id, skipped, notes)


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
