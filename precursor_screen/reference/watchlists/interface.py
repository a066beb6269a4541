"""What an importer of a watchlist is given, what it returns, and entries as a table."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest, WatchlistError, Where
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.formats.archive import gunzip, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.xml import Record, find_root_name, read_root, stream_records

# Entries as an Arrow table, one row an entry, and the hash that tells whether an entry has changed.

_NAME = pa.struct([("name", pa.string()), ("kind", pa.string())])
_IDENTIFIER = pa.struct([("kind", pa.string()), ("number", pa.string())])
ENTRIES = pa.schema(
    [
        ("entry_id", pa.string()),
        ("kind", pa.string()),
        ("names", pa.list_(_NAME)),
        ("countries", pa.list_(pa.string())),
        ("addresses", pa.list_(pa.string())),
        ("identifiers", pa.list_(_IDENTIFIER)),
        ("programmes", pa.list_(pa.string())),
        ("listed", pa.date32()),
        ("delisted", pa.date32()),
        ("note", pa.string()),
        ("content_hash", pa.string()),
    ]
)


def content_hash(entry: WatchlistEntry) -> str:
    """Changes when names, programmes, identifiers or addresses do, in whatever order the list gives them."""
    content = [
        sorted((n.name, n.kind) for n in entry.names),
        sorted(entry.programmes),
        sorted(entry.identifiers),
        sorted(entry.addresses),
        str(entry.delisted or ""),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()[:32]


def to_table(entries: Iterable[WatchlistEntry]) -> pa.Table:
    """Entries to a table with the schema `ENTRIES`, in their order."""
    entries = list(entries)
    columns: dict[str, list[Any]] = {
        "names": [[(n.name, n.kind) for n in entry.names] for entry in entries],
        "content_hash": [content_hash(entry) for entry in entries],
    }
    columns |= {name: [getattr(entry, name) for entry in entries] for name in ENTRIES.names if name not in columns}
    return pa.Table.from_arrays([pa.array(columns[field.name], type=field.type) for field in ENTRIES], schema=ENTRIES)


def from_table(table: pa.Table, list_id: str) -> Iterator[WatchlistEntry]:
    """The entries of a table, in its order."""
    for batch in table.drop_columns("content_hash").to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
            values["names"] = tuple(WatchlistName(n["name"], n["kind"]) for n in row["names"])
            values["identifiers"] = tuple((i["kind"], i["number"]) for i in row["identifiers"])
            yield WatchlistEntry(list_id=list_id, **values)


HEAD_BYTES = 65_536
NARCOTICS = "narcotics"
_NARCOTICS_PREFIXES = ("SDNT", "ILLICIT-DRUGS")  # prefixes: ILLICIT-DRUGS-EO became ILLICIT-DRUGS-EO14059


def refused(message: str, place: str | Path, remedy: str = "Download it again.", line: int | None = None) -> WatchlistError:
    """Why a file, or a copy, cannot be taken for a list."""
    return WatchlistError(message, where=Where(str(place), line), remedy=remedy)


class ListFile(Struct, frozen=True):
    """A file offered for import: its name, where it lies, and its first 64 KB, by which layouts are told apart.

    head: of what is in it, where the file is a gzip file or an archive of one member; `unpacked` holds that whole.
    """

    name: str
    path: Path
    head: bytes
    unpacked: bytes | None = None

    @classmethod
    def of(cls, path: Path) -> ListFile:
        """Look at a file, and into it if it is packed.

        Raises:
            WatchlistError: it cannot be read or unpacked, or packs several files.
        """
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError as error:
            message = f"The file cannot be read: {error.strerror or error}."
            raise WatchlistError(message, where=path, remedy="Check the path and its permissions.") from error
        unpacked = _unpack(path, head)
        return cls(path.name, path, head) if unpacked is None else cls(path.name, path, unpacked[:HEAD_BYTES], unpacked)

    def open(self) -> BinaryIO:
        """A fresh stream over the content, unpacked."""
        return self.path.open("rb") if self.unpacked is None else io.BytesIO(self.unpacked)

    def read_bytes(self) -> bytes:
        """The whole content, unpacked."""
        return self.path.read_bytes() if self.unpacked is None else self.unpacked

    def read_text(self) -> str:
        """The whole text: UTF-8 with or without a byte order mark, else Windows-1252, else Latin-1."""
        data = self.read_bytes()
        for encoding in ("utf-8-sig", "cp1252"):
            with suppress(UnicodeDecodeError):
                return data.decode(encoding)
        return data.decode("latin-1")


def _unpack(path: Path, head: bytes) -> bytes | None:
    """What is in a gzip file or an archive of one member; None if the file is neither."""
    blob = Blob(path.name, path)
    try:
        if head.startswith(b"\x1f\x8b"):
            return gunzip(blob).read()
        if not head.startswith(b"PK\x03\x04"):
            return None
        with open_zip(blob) as archive:
            if is_workbook(archive):
                return None
            members = unzip(archive, blob)
    except UnreadableManifest as error:
        raise WatchlistError(f"The file {error.message}.", where=error.where, remedy="Download it again.") from error
    for problem in members.errors:
        raise WatchlistError(f"The file {problem.message}.", where=problem.where, remedy=problem.remedy) from problem
    if len(members.blobs) != 1:
        message = f"The archive holds {len(members.blobs)} files, not one."
        raise WatchlistError(message, where=path.name, remedy="Unpack it, and give the files of one list only.")
    return members.blobs[0].read()


# Lists that are delimited text with a header: rows by column name, counted where they are broken, refused where cut short.

CELL_LIMIT = 1 << 30
_LONGEST_NAME = 500  # characters of a column's name with what is around it; a message in one line is one cell


def fold_column(cell: str) -> str:
    """A column's name as it is compared: lower case, letters and digits only."""
    return "".join(filter(str.isalnum, cell.lower()))


def read_head_rows(head: bytes, delimiter: str, count: int = 2) -> list[list[str]]:
    """The first rows of a file's head, their cells folded as column names."""
    text = head.decode("utf-8-sig", "replace")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([fold_column(cell) if len(cell) <= _LONGEST_NAME else "" for cell in row])
            if len(rows) == count:
                break
    except csv.Error:
        return rows
    return rows


def has_columns(delimiter: str, columns: str, row: int = 1) -> Callable[[ListFile], bool]:
    """Tells files that have some columns, parted by blanks, in a row of their head."""
    wanted = frozenset(columns.split())
    return lambda file: wanted <= set().union(*read_head_rows(file.head, delimiter, row)[row - 1 :])


def has_root(name: str, *parts: bytes) -> Callable[[ListFile], bool]:
    """Tells XML files with a root of that name, and these parts in their head."""
    return lambda file: find_root_name(file.head) == name and all(part in file.head for part in parts)


def read_records(file: ListFile, names: Collection[str]) -> Iterator[Record]:
    """The records of an XML file; errors as of `stream_records`."""
    with file.open() as stream:
        yield from stream_records(stream, names, file=file.name, error=WatchlistError)


def read_attributes(file: ListFile) -> dict[str, str]:
    """The attributes of the root of an XML file."""
    with file.open() as stream:
        return read_root(stream, file=file.name, error=WatchlistError)[1]


def parse_csv(
    file: ListFile, text: str, delimiter: str = ",", remedy: str = "Download it again."
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file's text, each with the number of its last line.

    Raises:
        WatchlistError: damaged; remedy says what to do.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        message = f"The file is damaged or was cut short at line {reader.line_num}: {error}."
        raise WatchlistError(message, where=Where(file.name, reader.line_num), remedy=remedy) from error


def read_rows(
    file: ListFile, delimiter: str, skip: Callable[[str, str], None], header_row: int = 1
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row as its line number and its cells by folded column name, stripped; missing columns are not there.

    A row with too few or too many cells is counted; a header repeated among the rows is counted too.

    Args:
        file: the file.
        delimiter: what parts the cells.
        skip: counts the rows that are left out, by reason and example.
        header_row: which row is the header, from 1; those before are passed over.

    Raises:
        WatchlistError: damaged, or its last row is cut short.
    """
    csv.field_size_limit(CELL_LIMIT)
    rows = parse_csv(file, file.read_text(), delimiter)
    header: list[str] = []
    for _, cells in islice(rows, header_row):
        header = [fold_column(cell) for cell in cells]
    short = 0
    for line, row in rows:
        if not any(cell.strip("\x1a \t") for cell in row):
            continue
        short = 0
        if [fold_column(cell) for cell in row] == header:
            skip("header repeated among the rows", f"line {line}")
        elif len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
            short = line if len(row) < len(header) else 0
            skip(f"row without {len(header)} cells", f"line {line}: {delimiter.join(row)}")
        else:
            # The first of several columns with one name counts; lists repeat names in sub-records.
            pairs = zip(reversed(header), reversed(row[: len(header)]), strict=True)
            yield line, {name: cell.strip() for name, cell in pairs}
    if short:
        raise refused("The last row is cut short.", file.name, line=short)


class Remark(Struct, frozen=True):
    """Something that was left out or read otherwise than written: why, how often, and up to three examples."""

    reason: str
    count: int
    examples: tuple[str, ...]


class ParsedList(Struct, frozen=True):
    """A list as parsed.

    content: the id of the official list that this is by its content; empty for a list of anyone's own.
    list_date: what the list states about itself, None if nothing.
    skipped: rows that became no part of any entry. notes: values left out of, or joined within, entries.
    declared_count: how many entries the list says it has. by_source: entries of each part that may vanish by itself.
    refusal: why the list cannot stand for a full one (filtered, amendment); empty if it can.
    """

    content: str
    entries: tuple[WatchlistEntry, ...]
    list_date: date | None = None
    skipped: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    declared_count: int | None = None
    by_source: tuple[tuple[str, int], ...] = ()
    refusal: str = ""


def tag_programmes(programmes: Iterable[str]) -> tuple[str, ...]:
    """Programmes without repeats, and `narcotics` beside those that are about narcotics; absence of the tag proves nothing."""
    distinct = list(dict.fromkeys(p.strip() for p in programmes if p.strip()))
    if NARCOTICS not in distinct and any(p.upper().startswith(_NARCOTICS_PREFIXES) for p in distinct):
        distinct.append(NARCOTICS)
    return tuple(distinct)
