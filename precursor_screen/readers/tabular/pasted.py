"""Text pasted from a mail or a page: every line that is not blank is a description."""

from __future__ import annotations

import pyarrow as pa

from precursor_screen.core.errors import InputError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.sheet import HEAD_ROWS, Sheet, memory_reader, string_array
from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import Digest, InputTables, ReadOptions
from precursor_screen.readers.tabular.reader import TabularReader, read_sheet

LINES = ColumnMap({"1": "description"}, header_row=0, name="pasted text")


class PastedReader:
    """A table where the text is one, else a description a line."""

    name = "pasted text"

    def sniff(self, kind: str, head: bytes) -> bool:
        """Whether the content is text."""
        return kind == "text"

    def read(self, blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
        """One result.

        Raises:
            InputError: there is no text.
        """
        try:
            tables = TabularReader().read(blob, digest, options)
        except InputError:
            if options.mapping is not None:
                raise
            tables = []
        if options.mapping is not None or any(t.lines.num_rows or t.input.supplied & {"description", "hs_code"} for t in tables):
            return tables
        return [read_sheet(_as_sheet(blob, options.encoding), digest, LINES)]


def _as_sheet(blob: Blob, encoding: str) -> Sheet:
    text, choice, notes, asides = open_text(blob, encoding)
    lines = text.read().decode("utf-8").removeprefix("\ufeff").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    column = pa.chunked_array([string_array([line for _, line in rows])], pa.string())
    head = tuple((line,) for _, line in rows[:HEAD_ROWS])
    return Sheet(
        blob.name, "text", str(choice), head, False, memory_reader([column], [number for number, _ in rows]), notes, asides
    )
