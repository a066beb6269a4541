"""What an importer of a watchlist is given, and what it returns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.errors import UnreadableManifest, WatchlistError, Where
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.formats.archive import gunzip, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import Blob

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
_EXAMPLES = 3


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
            raise WatchlistError(message, where=Where(str(path)), remedy="Check the path and its permissions.") from error
        unpacked = _unpack(path, head)
        return cls(path.name, path, head) if unpacked is None else cls(path.name, path, unpacked[:HEAD_BYTES], unpacked)

    def open(self) -> BinaryIO:
        """A fresh stream over the content, unpacked."""
        return self.path.open("rb") if self.unpacked is None else BytesIO(self.unpacked)

    def read_bytes(self) -> bytes:
        """The whole content, unpacked."""
        return self.path.read_bytes() if self.unpacked is None else self.unpacked

    def read_text(self) -> tuple[str, str]:
        """The whole text and its encoding: UTF-8 with or without a byte order mark, else Windows-1252, else Latin-1."""
        data = self.read_bytes()
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
        return data.decode("latin-1"), "latin-1"


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
        raise WatchlistError(f"The file {error.message}.", where=error.where, remedy="Fetch it again.") from error
    for problem in members.errors:
        raise WatchlistError(f"The file {problem.message}.", where=problem.where, remedy=problem.remedy) from problem
    if len(members.blobs) != 1:
        message = f"The archive holds {len(members.blobs)} files, not one."
        raise WatchlistError(message, where=Where(path.name), remedy="Unpack it and give the files of one list.")
    return members.blobs[0].read()


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


class WatchlistImporter(Protocol):
    """One layout. `version` changes with anything that changes what the same file becomes."""

    @property
    def name(self) -> str:
        """Short name, kept in the manifest."""

    @property
    def version(self) -> str:
        """Version of the importer, kept in the manifest."""

    def recognise(self, files: Sequence[ListFile]) -> bool:
        """Whether all files are of this layout, by the content of their heads."""

    def parse(self, files: Sequence[ListFile], list_id: str) -> ParsedList:
        """Read the files whole.

        Raises:
            WatchlistError: damaged or cut short.
        """


class ImportLog(Struct):
    """Counts remarks by reason while a list is parsed, keeping the first examples."""

    _counts: dict[str, int] = field(default_factory=dict)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, example: str) -> None:
        """Count one more. What no file can hold (lone surrogates) is shown as a question mark."""
        reason, example = (text.encode("utf-8", "replace").decode() for text in (reason, example[:200]))
        self._counts[reason] = self._counts.get(reason, 0) + 1
        examples = self._examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(example)

    def remarks(self) -> tuple[Remark, ...]:
        """All remarks, in the order in which their reasons first occurred."""
        return tuple(Remark(reason, count, tuple(self._examples[reason])) for reason, count in self._counts.items())


class Importer(Struct, frozen=True):
    """One layout of lists that are one file.

    version: changes with anything that changes what the same file becomes.
    fits: whether a file is of this layout, by its head.
    read: reads the file whole, for a list of that id, and counts what was left out and what was read otherwise than written.
    """

    name: str
    version: str
    fits: Callable[[ListFile], bool]
    read: Callable[[ListFile, str, ImportLog, ImportLog], ParsedList]

    def recognise(self, files: Sequence[ListFile]) -> bool:
        """Whether it is one file of this layout."""
        return len(files) == 1 and self.fits(files[0])

    def parse(self, files: Sequence[ListFile], list_id: str) -> ParsedList:
        """Read the file whole; errors as of `WatchlistImporter.parse`."""
        skipped, notes = ImportLog(), ImportLog()
        parsed = self.read(files[0], list_id, skipped, notes)
        return replace(parsed, skipped=skipped.remarks(), notes=notes.remarks())


def tag_programmes(programmes: Iterable[str]) -> tuple[str, ...]:
    """Programmes without repeats, and `narcotics` beside those that are about narcotics; absence of the tag proves nothing."""
    distinct = list(dict.fromkeys(p.strip() for p in programmes if p.strip()))
    if NARCOTICS not in distinct and any(p.upper().startswith(_NARCOTICS_PREFIXES) for p in distinct):
        distinct.append(NARCOTICS)
    return tuple(distinct)
