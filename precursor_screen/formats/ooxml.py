"""The parts of an XLSX: which file of the archive holds which sheet, and what each part refers to."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.xml import stream_records

_SHEET_KINDS = ("worksheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


class SheetPart(Struct, frozen=True):
    """One sheet: its name, and the path of its XML in the archive; empty where the workbook does not say."""

    name: str
    path: str


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id -> (last word of the type, path in the archive). Links to the outside are left out.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for element in records(archive, path, ("Relationship",)):
        if element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "")
        joined = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], joined)
    return found


def sheet_parts(archive: zipfile.ZipFile) -> list[SheetPart]:
    """The sheets that the workbook lists, in order.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    known = relations(archive, "xl/workbook.xml")
    parts = []
    for element in records(archive, "xl/workbook.xml", ("sheet",)):
        kind, path = known.get(element.get("id", ""), ("", ""))
        if kind in _SHEET_KINDS or not kind:
            parts.append(SheetPart(element.get("name", ""), path))
    return parts


def records(archive: zipfile.ZipFile, path: str, names: tuple[str, ...]) -> Iterator[Element]:
    """The outermost elements of these local names in a part; none where there is no such part.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    try:
        info = archive.getinfo(path)
    except KeyError:
        return
    with archive.open(info) as stream:
        for record in stream_records(stream, names, file=path, error=UnreadableManifest):
            yield record.element
