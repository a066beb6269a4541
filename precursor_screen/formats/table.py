"""One input to its sheets, by content: the door to every tabular format."""

from __future__ import annotations

from precursor_screen.core.errors import UnknownFormat, UnreadableManifest, Where
from precursor_screen.formats.archive import open_zip
from precursor_screen.formats.blob import LARGE_TEXT, Blob
from precursor_screen.formats.confined import read_confined
from precursor_screen.formats.direct import COLUMNAR, MARKUP, WORKBOOKS, read_directly
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.sniff import sniff_kind

_NAMED = {
    "xml": ("is XML of a kind that is not read", "Export the table as XLSX or CSV."),
    "pdf": ("is a PDF", "Ask for the data as XLSX or CSV; a printed page cannot be screened."),
    "image": ("is an image", "Ask for the data as XLSX or CSV; a scan cannot be screened."),
    "binary": ("is no text and no format that is read", "Check that the file is whole, and what it is."),
}


def open_sheets(blob: Blob, encoding: str = "") -> list[Sheet]:
    """The sheets of an input that is no archive. Binary formats and large JSON are read in a process of their own, within limits.

    Args:
        blob: the input, unpacked.
        encoding: for text formats; empty: decide by content.

    Raises:
        UnreadableManifest: empty, damaged, locked, or beyond the limits of memory and time.
        UnknownFormat: of no tabular format.
        UsageError: no such encoding.
    """
    kind = sniff_kind(blob.head())
    if kind == "empty":
        raise UnreadableManifest("is empty", where=Where(blob.name), remedy="Ask for the file again.")
    if kind == "json" and _is_bracketed_text(blob):
        kind = "text"
    if kind in WORKBOOKS or kind in COLUMNAR or kind in MARKUP:
        return read_confined(blob, kind, encoding, _unpacked_size(blob, kind))
    if kind == "json":
        size = blob.size()
        return read_confined(blob, kind, encoding, size) if size > LARGE_TEXT else read_directly(blob, kind, encoding)
    if kind == "dbf":
        return read_directly(blob, kind, encoding)
    if kind == "text" or (kind == "binary" and encoding):
        return read_directly(blob, "text", encoding)
    message, remedy = _NAMED.get(kind, (f"is a file of kind {kind}", "Unpack or convert it to CSV or XLSX first."))
    raise UnknownFormat(message, where=Where(blob.name), remedy=remedy)


def _is_bracketed_text(blob: Blob) -> bool:
    """Whether a text that begins with a bracket is a table after all: `[HEADER],[OTHER]`."""
    head = blob.head(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    inner = head[1:].lstrip()
    return inner[:1].isalpha() and not inner.startswith((b"true", b"false", b"null")) and b"\x00" not in head


def _unpacked_size(blob: Blob, kind: str) -> int:
    if kind != "zip":
        return blob.size()
    with open_zip(blob) as archive:
        return sum(info.file_size for info in archive.infolist())
