"""What is given by mistake: a watchlist, or a report of this program. Screened as goods it would look clear, or like a long list of hits."""

from __future__ import annotations

import re
import zlib
from os import SEEK_END
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from precursor_screen.core.errors import NoManifest, UnreadableManifest, Where
from precursor_screen.formats.archive import open_zip
from precursor_screen.formats.blob import Blob
from precursor_screen.reference.watchlists import ofac_csv, private_csv
from precursor_screen.reference.watchlists.draft import Importer
from precursor_screen.reference.watchlists.interface import HEAD_BYTES, ListFile
from precursor_screen.reference.watchlists.registry import IMPORTERS

_LISTS: Final = ("text", "xml", "json")
_OF_FLAGS: Final = (frozenset(("flag_id", "rule_id", "line_id")), frozenset(("line_id", "source_file", "source_row")))
_SHEETS: Final = re.compile(rb'<sheet\b[^>]*\bname="([^"]*)"')
_OWN_SHEETS: Final = frozenset((b"Shipments", b"Flags", b"Evidence", b"Coverage", b"Run"))
_KEY: Final = re.compile(rb'"(\w+)"\s*:')


def refuse_what_is_no_manifest(blob: Blob, kind: str, head: bytes) -> None:
    """Refuses a report of this program, and a watchlist in a layout that is imported.

    Args:
        blob: the input, unpacked.
        kind: of its content.
        head: its first bytes.

    Raises:
        NoManifest: it is one of these.
    """
    if _is_report(blob, kind, head):
        remedy = "Give the manifests that it was made from; keep reports out of the folders that you screen."
        raise NoManifest("is a report of this program, not a manifest", where=Where(blob.name), remedy=remedy)
    if layout := _layout_of(blob, head) if kind in _LISTS else _layout_of_workbook(blob, kind):
        remedy = "To screen against it, import it: precursor-screen watchlists import LIST_ID FILE"
        raise NoManifest(f"is a watchlist ({layout}), not a manifest", where=Where(blob.name), remedy=remedy)


def _layout_of(blob: Blob, head: bytes) -> str:
    path = blob.source if isinstance(blob.source, Path) else Path(blob.name)
    file = ListFile(Path(blob.name).name, path, head[:HEAD_BYTES], blob.source if isinstance(blob.source, bytes) else None)
    for importer in IMPORTERS:
        if importer.recognise([file]) and _is_sure(importer, head):
            return importer.name
    return ""


def _is_sure(importer: Importer, head: bytes) -> bool:
    """Whether a layout that is told by little is one: tables of a number and eleven cells, or with a column `name`, may be manifests."""
    if importer is private_csv.IMPORTER:
        return {"entry_id", "name"} <= _columns(head)
    return importer is not ofac_csv.IMPORTER or b"-0-" in head


def _layout_of_workbook(blob: Blob, kind: str) -> str:
    """The one layout of a workbook, by words of its header; the workbook itself is read by a process of its own, and not here."""
    return "dfat-xlsx" if kind == "zip" and b"Name of Individual or Entity" in _part(blob, "xl/sharedStrings.xml") else ""


def _part(blob: Blob, name: str) -> bytes:
    """The beginning of a part of a workbook; empty where it has none."""
    try:
        with open_zip(blob) as archive:
            if name not in archive.NameToInfo:
                return b""
            with archive.open(name) as stream:
                return stream.read(HEAD_BYTES)
    except (UnreadableManifest, BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return b""  # who reads it says what is wrong with it


def _columns(head: bytes) -> frozenset[str]:
    line = head.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    return frozenset(cell.strip().strip('"') for cell in re.split(r"[,;\t]", line))


def _is_report(blob: Blob, kind: str, head: bytes) -> bool:
    """Whether a file is one of the reports of this program."""
    match kind:
        case "text":
            return head.startswith(b"precursor-screen: ") or any(columns <= _columns(head) for columns in _OF_FLAGS)
        case "json":
            keys = frozenset(key.decode() for key in _KEY.findall(head[:4096]))
            return {"schema_version", "run", "tool_version"} <= keys or _OF_FLAGS[0] <= keys
        case "html":
            return b"<title>Precursor screening report" in head[:8192]
        case "zip":
            return frozenset(_SHEETS.findall(_part(blob, "xl/workbook.xml"))) >= _OWN_SHEETS
        case "parquet":
            with blob.open() as stream:
                stream.seek(-min(blob.size(), HEAD_BYTES), SEEK_END)
                tail = stream.read()
            return all(name in tail for name in (b"flag_id", b"rule_id", b"shipment_id", b"because"))
    return False
