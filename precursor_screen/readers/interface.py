"""The seam of every reader: what it is given, what it gives back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.errors import InputError
from precursor_screen.core.model import Input
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import OutOfTableText
from precursor_screen.readers.column_map import AcceptedMap, ColumnMap, ColumnReport
from precursor_screen.readers.messages.scope import MessageLine

MOST_LISTED = 1_000  # issues of one kind that are listed one by one


class ReadOptions(Struct, frozen=True):
    """What the user says about the inputs.

    Attributes:
        encoding: of text formats; empty: decided by content.
        mapping: the column map for tabular inputs; None: guessed.
        pasted: text that is no table is a list of descriptions, one a line.
        papers: fields of numbers of papers, with the plain numbers (`names.identifiers.plain_reference`) that registers know.
        accepted: maps of layouts that somebody accepted; they count where `mapping` is None.
    """

    encoding: str = ""
    mapping: ColumnMap | None = None
    pasted: bool = False
    papers: tuple[tuple[str, frozenset[str]], ...] = ()
    accepted: tuple[AcceptedMap, ...] = ()


class InputTables(Struct, frozen=True):
    """One input as read: a file, a sheet of a workbook or a member of an archive.

    Attributes:
        input: how it was understood.
        lines: a subset of `schema.LINE_COLUMNS` in their order and types; only what the input supplies.
        raw: the same rows as filed: string columns under the input's own headers, repeated headers numbered.
        issues: `schema.ISSUE`. Every source row below the header is a line or is counted in an issue.
        column_report: how a table's columns were understood; None for messages.
        out_of_table_texts: lines of texts that belong to no row of goods; they are screened where they name something.
        refused: why nothing but these texts was read of it.
    """

    input: Input
    lines: pa.Table
    raw: pa.Table
    issues: pa.Table
    out_of_table_texts: pa.Table | None = None
    column_report: ColumnReport | None = None
    refused: InputError | None = None


class Digest(Struct, frozen=True):
    """The digest and size of the file as received, before it was unpacked or decoded."""

    sha256: str
    size: int


class IssueList(Struct):
    """Issues of one input while they are gathered."""

    source_file: str
    rows: list[tuple[str, int | None, str | None, str | None, str, int, int | None]] = field(default_factory=list)
    listed: dict[str, int] = field(default_factory=dict)
    more: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def add(
        self, code: str, message: str, *, row: int | None = None, field: str | None = None, value: str | None = None,
        count: int = 1, index: int | None = None,
    ) -> None:  # fmt: skip
        """One issue.

        Args:
            code: of `issues.ISSUE_CODES`.
            message: what is wrong, in words.
            row: source row, the first of a run.
            field: canonical field.
            value: the cell as filed.
            count: rows or cells that it sums up.
            index: position of the line concerned among the input's lines.
        """
        self.rows.append((code, row, field, value, message, count, index))

    def add_one_of_many(
        self, code: str, message: str, *, row: int | None = None, field: str | None = None, value: str | None = None
    ) -> None:
        """One issue of a kind that a damaged file may have without end: from `MOST_LISTED` on they are counted in one (`more`)."""
        listed = self.listed.get(code, 0)
        if listed < MOST_LISTED:
            self.listed[code] = listed + 1
            self.add(code, message, row=row, field=field, value=value)
        else:
            count, first = self.more.get(code, (0, row))
            self.more[code] = (count + 1, first)

    def note_broken(self, message: str, row: int, value: str | None = None) -> None:
        """A segment or line of a message that is damaged; arguments as above."""
        self.add_one_of_many("broken-segment", message, row=row, value=value)


class MessageContent(Struct):
    """One input of messages before its tables are built: those of small files are built together.

    Attributes:
        format: in words, for the report.
        issues: so far.
        digest: of the file.
        encoding: how its text was read.
        date_order: dmy, mdy or ymd, where the format fixes it.
        lines: message type and line; never none.
        out_of_table_texts: texts that belong to no line.
    """

    format: str
    issues: IssueList
    digest: Digest
    encoding: str
    date_order: str = ""
    lines: list[tuple[str, MessageLine]] = field(default_factory=list)
    out_of_table_texts: tuple[OutOfTableText, ...] = ()


InputContent: TypeAlias = InputTables | MessageContent


class Reader(Struct, frozen=True):
    """Reads one family of formats. `registry.READERS` lists all of them, in the order in which they are asked.

    Attributes:
        sniff: whether a content is of this family, by its kind (what `formats.sniff.sniff_kind` says) and its first 64 KiB.
        read: all inputs in a file; raises InputError where nothing in it can be read.
    """

    sniff: Callable[[str, bytes], bool]
    read: Callable[[Blob, Digest, ReadOptions], Sequence[InputContent]]


class TableIssues(Struct, frozen=True):
    """Issues about the rows of a table.

    Attributes:
        rows: the source row of each row.
        issues: of its input, added to.
        further: where it holds several inputs, one behind the other: the row at which each further one begins, and its issues.
    """

    rows: pa.Array
    issues: IssueList
    further: tuple[tuple[int, IssueList], ...] = ()

    def parts(self) -> list[slice]:
        """The rows of each input."""
        begins = [0, *(begin for begin, _ in self.further)]
        return list(map(slice, begins, [*begins[1:], None]))

    def add(
        self, code: str, message: str, at: int, *, field: str | None = None, value: str | None = None,
        count: int = 1, index: int | None = None,
    ) -> None:  # fmt: skip
        """One issue; at: position of the row, the first of several. The rest as of `IssueList.add`."""
        place = bisect_right(self.further, at, key=lambda part: part[0])
        begin, issues = self.further[place - 1] if place else (0, self.issues)
        index = None if index is None else index - begin
        issues.add(code, message, row=self.rows[at].as_py(), field=field, value=value, count=count, index=index)
