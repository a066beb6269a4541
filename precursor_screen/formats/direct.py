"""One input to its sheets by kind, in the process that asks."""

from __future__ import annotations

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet

WORKBOOKS = ("zip", "ole", "xls")
COLUMNAR = ("parquet", "arrow")
MARKUP = ("html", "spreadsheetml")
TABULAR_KINDS = (*WORKBOOKS, *COLUMNAR, *MARKUP, "dbf", "json", "text")


def read_directly(blob: Blob, kind: str, encoding: str = "") -> list[Sheet]:
    """The sheets of an input of a tabular kind.

    Args:
        blob: the input, unpacked.
        kind: zip, ole, xls, parquet, arrow, html, spreadsheetml, dbf, json or text.
        encoding: for text formats; empty: decide by content.

    Raises:
        UnreadableManifest: empty, damaged or locked.
        UnknownFormat: a web page without a table.
        UsageError: no such encoding.
    """
    if kind in WORKBOOKS:
        from precursor_screen.formats.workbook import read_workbook

        return read_workbook(blob)
    if kind in COLUMNAR:
        from precursor_screen.formats.columnar import read_columnar

        return [read_columnar(blob)]
    if kind in MARKUP:
        from precursor_screen.formats.markup import read_html, read_spreadsheetml

        return read_html(blob, encoding) if kind == "html" else read_spreadsheetml(blob)
    if kind == "json":
        from precursor_screen.formats.records import read_json

        return [read_json(blob, encoding)]
    if kind == "dbf":
        from precursor_screen.formats.dbf import read_dbf

        return [read_dbf(blob, encoding)]
    from precursor_screen.formats.delimited import read_delimited

    return [read_delimited(blob, encoding)]
