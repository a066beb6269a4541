"""Australia's consolidated list (DFAT), XLSX: one row a name. The layout since 1 November 2025 adds the strength of aliases.

The new layout is written from published headers; no real file was at hand to test it with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from precursor_screen.core.errors import UnreadableManifest, WatchlistError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.table import open_sheets
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder, country_code, tidy
from precursor_screen.reference.watchlists.interface import ListFile, fold_column, refused

_COLUMNS = frozenset(("reference", "nameofindividualorentity", "nametype", "committees"))
_NAME_KINDS = {
    "primary name": "primary",
    "aka": "strong",
    "a.k.a.": "strong",
    "alias": "strong",
    "original script": "original_script",
    "formerly known as": "former",
    "previously listed as": "former",
    "fka": "former",
}
_KINDS = {"individual": "person", "entity": "organisation", "vessel": "vessel", "ship": "vessel"}
_REFERENCE = re.compile(r"(\d+)\s*(?:[a-z]+\d*)?", re.IGNORECASE)  # 2, 2a, 34c1: what follows the number marks another name
_ITEMS = re.compile(r"(?:^|[\s;,])\(?[a-z]\)\s+")  # `a) ... b) ...` in one cell
_REMARK = re.compile(r"\s*\([^()]*\)")  # `Iraq (at the time of listing)`
_HEADER_ROWS = 10


def _fits(file: ListFile) -> bool:
    """Whether it is a workbook whose first sheet has the columns of the list."""
    if not file.head.startswith(b"PK\x03\x04"):
        return False
    try:
        return next(_rows(file, ListBuilder()), None) is not None
    except WatchlistError:
        return False


def _read(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    for row, cells in _rows(file, found):
        reference = _REFERENCE.fullmatch(cells["reference"])
        name = cells["nameofindividualorentity"]
        if not reference or not name:
            found.skip("row without a reference or name", f"row {row}: {cells['reference']} {name}")
            continue
        label = cells.get("type", "").lower()
        if label not in _KINDS:
            found.note("kind of entry not known: taken as organisation", f"{reference[0]} {label}")
        entry = found.entries.setdefault(reference[1], found.begin(reference[1], _KINDS.get(label, "organisation")))
        entry.add_name(name, _name_kind(cells, reference[0], found))
        _fill(entry, cells)


IMPORTER = Importer("dfat-xlsx", "1", _fits, _read, "au-dfat")


def _rows(file: ListFile, found: ListBuilder) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of the first sheet that has the columns, with their number and tidied cells by folded column name."""
    try:
        for sheet in open_sheets(Blob(file.name, file.path if file.unpacked is None else file.unpacked)):
            for i, head in enumerate(sheet.head[:_HEADER_ROWS]):
                header = [fold_column(cell) for cell in head]
                if not set(header) >= _COLUMNS:
                    continue
                # Some two hundred empty columns follow.
                columns = [(name, n) for n, name in enumerate(header) if name]
                body = sheet.read(i + 1, len(head))
                for broken in body.broken:
                    found.skip(broken.reason, f"row {broken.row}: {broken.text}")
                cells = [body.table.column(n).to_pylist() for _, n in columns]
                for row, values in zip(body.rows.to_pylist(), zip(*cells, strict=True), strict=True):
                    if any(values):
                        yield row, {n: tidy(v or "") for (n, _), v in zip(columns, values, strict=True)}
                return
    except UnreadableManifest as error:
        raise refused(f"The file {error.message}.", file.name) from error


def _name_kind(cells: dict[str, str], reference: str, found: ListBuilder) -> str:
    label = cells["nametype"].lower()
    if label not in _NAME_KINDS:
        found.note("kind of name not known: taken as an alias", f"{reference} {label}")
    kind = _NAME_KINDS.get(label, "strong")
    return "weak" if cells.get("aliasstrength", "").lower() == "weak" and kind == "strong" else kind


def _fill(entry: EntryBuilder, cells: dict[str, str]) -> None:
    for address in _items(cells.get("address", "")):
        before, _, last = address.rpartition(",")
        country = _REMARK.sub("", last).strip(" .")
        entry.add_address(*(([before], country) if country_code(country) else ([address], "")))
    entry.add_countries(_items(cells.get("citizenship", "")))
    entry.add_identifier("imo", cells.get("imonumber", ""))
    entry.programmes[cells["committees"]] = None
    entry.listed = entry.listed or entry.written_day(cells.get("controldate", ""), "mdy", "control date")
    for label, column in (("DOB", "dateofbirth"), ("", "additionalinformation"), ("", "listinginformation")):
        entry.add_note(label, cells.get(column, ""))


def _items(cell: str) -> list[str]:
    return [text for part in _ITEMS.split(cell) if (text := part.strip(" ;,")) and text.upper() not in ("NA", "N/A")]
