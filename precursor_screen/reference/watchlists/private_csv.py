"""The private CSV: an agency's own list.

UTF-8 with a header; columns in any order: `entry_id` and `name` (required), `kind` (person, organisation, vessel, aircraft;
default organisation), `name_kind` (primary, strong, weak, former, original_script; default primary), `country` (ISO 3166
alpha-2), `address`, `identifier_type`, `identifier`, `programme`, `listed`, `delisted` (ISO dates), `note`. Rows with one
`entry_id` make one entry with several names, addresses, identifiers and programmes.
"""

from __future__ import annotations

from datetime import date

from precursor_screen.core.model import ENTRY_KINDS
from precursor_screen.core.words import did_you_mean
from precursor_screen.reference.watchlists.builder import EntryBuilder, Importer, ListBuilder
from precursor_screen.reference.watchlists.interface import ListFile, parse_csv, refused

COLUMNS = (
    *("entry_id", "kind", "name", "name_kind", "country", "address", "identifier_type", "identifier"),
    *("programme", "listed", "delisted", "note"),
)
_REQUIRED = ("entry_id", "name")
_NAME_KINDS = ("primary", "strong", "weak", "former", "original_script")


def _fits(file: ListFile) -> bool:
    """Whether it is a file whose header names an `entry_id` or a `name`, and some other column of this layout."""
    header = _header(file.head)
    return not {"entry_id", "name"}.isdisjoint(header) and len(set(header) & set(COLUMNS)) >= 2


def _read(found: ListBuilder, file: ListFile) -> None:
    """Read the list; it states no date of its own."""
    rows = parse_csv(file, _read_utf8(file), remedy="Check the quotes around it.")
    cut = 0
    header = [_column(cell) for cell in next(rows)[1]]
    _check_header(header, file.name)
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cut = line if len(row) < len(header) else 0
        if len(row) != len(header):
            found.skip(f"row without {len(header)} cells", f"line {line}: {','.join(row)}")
            continue
        _add_row(found, dict(zip(header, (cell.strip() for cell in row), strict=True)), f"line {line}")
    if cut:
        raise refused("The last row is cut short.", file.name, "Get the whole list.", line=cut)


IMPORTER = Importer("private-csv", "2", _fits, _read)


def _column(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_")


def _header(head: bytes) -> list[str]:
    lines = head.decode("utf-8-sig", "replace").splitlines()
    return [_column(cell.strip('"')) for cell in lines[0].split(",")] if lines else []


def _read_utf8(file: ListFile) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"The file is not UTF-8: byte {error.start + 1}.", file.name, "Save it as CSV UTF-8.") from error


def _check_header(header: list[str], name: str) -> None:
    for column in header:
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS) or f"Known columns: {', '.join(COLUMNS)}."
            raise refused(f"Unknown column {column!r}.", name, hint, line=1)
        if header.count(column) > 1:
            raise refused(f"Column {column!r} appears twice.", name, "Remove one of them.", line=1)
    for column in _REQUIRED:
        if column not in header:
            raise refused(f"Column {column!r} is missing.", name, "Add it.", line=1)


def _add_row(found: ListBuilder, cells: dict[str, str], place: str) -> None:
    entry_id, name = cells["entry_id"], cells["name"]
    if not entry_id or not name:
        found.skip("row without entry_id or name", place)
        return
    if entry_id not in found.entries:
        kind = _choose(cells.get("kind", ""), ENTRY_KINDS, "organisation", "kind", place, found)
        found.entries[entry_id] = found.begin(entry_id, kind)
    entry = found.entries[entry_id]
    kind = _choose(cells.get("name_kind", ""), _NAME_KINDS, "primary", "name_kind", place, found)
    entry.add_name(name, kind)  # where name_kind is left blank on later rows, another name is meant: one name is primary
    _add_details(entry, cells, place)


def _add_details(entry: EntryBuilder, cells: dict[str, str], place: str) -> None:
    entry.add_country(cells.get("country", ""))
    entry.add_address((cells.get("address", ""),), "")
    entry.programmes[cells.get("programme", "")] = None
    entry.add_note("", cells.get("note", ""))
    entry.add_identifier(cells.get("identifier_type", "").lower() or "identifier", cells.get("identifier", ""))
    entry.listed = _read_date(cells.get("listed", ""), "listed", place, entry) or entry.listed
    entry.delisted = _read_date(cells.get("delisted", ""), "delisted", place, entry) or entry.delisted


def _choose(text: str, known: tuple[str, ...], default: str, column: str, place: str, found: ListBuilder) -> str:
    word = text.lower().replace(" ", "_")
    if word and word not in known:
        found.note(f"{column} not known: taken as {default}", f"{place}: {text}")
    return word if word in known else default


def _read_date(text: str, column: str, place: str, entry: EntryBuilder) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        entry.remark(f"{column} is not an ISO date", f"{place}: {text}")
        return None
