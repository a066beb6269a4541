"""Documents that people write, from the first line to the last: lines of text, and tables among them.

A page of the web, a document of Word and a text in RTF differ in how they say this, not in what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.parts import UNREAD
from precursor_screen.formats.sheet import Broken, Cells, OutOfTableTexts, Sheet

_NUMBER: Final = re.compile(r"[\s\d.,+-]*")
MOST_ABOVE: Final = 300  # rows above a table that may state what holds for it
_MOST_BELOW: Final = 100  # and below the last one
_MOST_NESTED: Final = 100  # tables within each other
_TABBED: Final = 3  # cells of a line, and lines of so many one below another, or fewer of more, that tabs make a table of
QUOTED: Final = "-----Original Message-----"  # stands above what a mail quotes; nobody sees it
DOCUMENTS: Final = ("HTML", "DOCX", "RTF", "e-mail")  # formats of sheets that are tables among text
Row: TypeAlias = tuple[str, ...]


class Table(Struct):
    """A table in the making.

    Attributes:
        rows: its cells.
        spans: column -> rows that a cell above still covers, and its text.
        cell: what the cell that is open says and holds; None: none is.
        is_frame: whether that holds a table.
        within: (row, column) -> the same of cells that hold tables.
        is_one: whether it is a table and no frame of a page: two rows with two filled cells each, and no table in them.
        holds_one: whether it is a table, or the frame of one.
    """

    rows: list[list[str]] = field(default_factory=list)
    spans: dict[int, tuple[int, str]] = field(default_factory=dict)
    cell: list[str | Table] | None = None
    across: int = 1
    down: int = 1
    goes_on: bool = False
    is_frame: bool = False
    within: dict[tuple[int, int], list[str | Table]] = field(default_factory=dict)
    is_one: bool = False
    holds_one: bool = False

    def cover(self) -> None:
        """What cells above reach down to, from where the last row ends so far."""
        row = self.rows[-1]
        while (covered := self.spans.get(len(row))) is not None and covered[0] > 0:
            self.spans[len(row)] = (covered[0] - 1, covered[1])
            row.append(covered[1])

    def end(self) -> None:
        """No row follows, and the tables within have ended."""
        framed = {at for (at, _), pieces in self.within.items() if any(one.holds_one for one in _tables(pieces))}
        filled = (at for at, row in enumerate(self.rows) if sum(bool(cell.strip()) for cell in row) > 1)
        self.is_one = len(set(islice((at for at in filled if at not in framed), 2))) > 1
        self.holds_one = self.is_one or bool(framed)


class Flow:
    """What a document says, in its order. A table within a table is one of its own."""

    def __init__(self, most: int) -> None:
        self.out_of_table_texts = OutOfTableTexts()  # those that stand nowhere between the tables
        self._items: list[Row | Table] = []
        self._open: list[Table] = []
        self._loose: list[str] = []
        self._is_said = False
        self.room = most

    def apart(self) -> Flow:
        """One for a box within the text, or for what stands beside it; its texts of no place stand with those of this one."""
        other = Flow(self.room)
        other.out_of_table_texts = self.out_of_table_texts
        return other

    @property
    def in_table(self) -> bool:
        """Whether a table is open."""
        return bool(self._open)

    @property
    def begins_line(self) -> bool:
        """Whether a line outside of tables has nothing yet."""
        return not self._open and not self._is_said

    def hear(self, text: str) -> None:
        """Text goes on."""
        table = self._open[-1] if self._open else None
        if table is not None and table.cell is not None:
            table.cell.append(text)
        else:
            self._loose.append(text)
            self._is_said = self._is_said or not text.isspace()

    def end_line(self) -> None:
        """The line ends, in a cell or outside; a tab parts its cells."""
        if self._open:
            self.hear("\n")
            return
        for line in "".join(self._loose).splitlines():
            cells = tuple(" ".join(cell.split()) for cell in line.split("\t"))
            if any(cells):
                self._items.append(cells)
        self._loose.clear()
        self._is_said = False

    def mark_quoted(self) -> None:
        """An earlier mail is quoted from here."""
        if not self._open:
            self.end_line()
            self._items.append((QUOTED,))
        elif (cell := self._open[-1].cell) is not None:
            cell.append(f"\n{QUOTED}\n")

    def open_table(self) -> None:
        """A table begins."""
        if len(self._open) > _MOST_NESTED:  # as where none is ever closed
            self.close_table()
        table = Table()
        if self._open and (cell := self._open[-1].cell) is not None:
            cell.append(table)
            self._open[-1].is_frame = True
        else:
            self._end_loose()
            self._items.append(table)
        self._open.append(table)

    def open_row(self) -> None:
        """A row begins."""
        self.close_row()
        if self._open:
            self._open[-1].rows.append([])

    def open_cell(self, across: int = 1, down: int = 1) -> None:
        """A cell begins, that stands over so many columns and rows."""
        self._close_cell()
        if not self._open:
            return
        table = self._open[-1]
        if not table.rows:
            table.rows.append([])
        table.cell, table.across, table.down, table.goes_on = [], across, down, False

    def widen(self, across: int) -> None:
        """The cell that is open stands over so many columns."""
        if self._open:
            self._open[-1].across = across

    def go_on(self) -> None:
        """The cell above goes on in the one that is open."""
        if self._open:
            self._open[-1].goes_on = True

    def leave_out(self, count: int) -> None:
        """The row begins so many columns further."""
        if self._open and self._open[-1].rows:
            self._open[-1].rows[-1] += [""] * count

    def close_cell(self) -> None:
        """The cell ends."""
        if self._open:
            self._close_cell()

    def close_row(self) -> None:
        """The row's last cell ends, and cells above may reach down behind it."""
        if self._open:
            self._close_cell()
            if self._open[-1].rows:
                self._open[-1].cover()

    def close_table(self) -> None:
        """The table ends."""
        if self._open:
            self.close_row()
            self._open.pop().end()

    def close(self) -> None:
        """No more follows."""
        while self._open:
            self.close_table()
        self._end_loose()

    def take(self, box: Flow) -> None:
        """What a box within the text says."""
        box.close()
        self._items += box._items

    def say_beside(self, place: str, aside: Flow) -> None:
        """What stands beside the text, line by line and row by row."""
        aside.close()
        for item in _flattened(aside._items):
            for row in item.rows if isinstance(item, Table) else (item,):
                self.out_of_table_texts.add(place, " ".join(filter(None, row)))

    def _end_loose(self) -> None:
        waiting, self._open = self._open, []
        self.end_line()
        self._open = waiting

    def _close_cell(self) -> None:
        table = self._open[-1] if self._open else None
        if table is None or table.cell is None:
            return
        table.cover()
        row, above = table.rows[-1], table.rows[-2] if len(table.rows) > 1 else []
        if table.is_frame:
            table.is_frame = False
            table.within[len(table.rows) - 1, len(row)] = table.cell
        text = _text_of(table.cell)
        # As of a merged cell of a workbook: a text holds for all its rows, a figure once.
        if table.goes_on and not text and len(row) < len(above) and not _NUMBER.fullmatch(above[len(row)]):
            text = above[len(row)]
        if table.down > 1:
            repeated = "" if _NUMBER.fullmatch(text) else text
            table.spans |= {len(row) + at: (table.down - 1, "" if at else repeated) for at in range(table.across)}
        self.room -= table.across
        if self.room < 0:
            raise UnreadableManifest("has more cells than can be read", remedy="Save its table as XLSX or CSV.")
        row += [text, *[""] * (table.across - 1)]
        table.cell = None

    def sheets(self, name: str, kind: str, place: str, encoding: str = "") -> list[Sheet]:
        """One sheet for each table, with the lines of text between it and the table before; a document without tables is one sheet without cells.
        The first sheet has all the texts.

        Args:
            name: of the file.
            kind: of its format.
            place: what its text is called.
            encoding: how it was read.
        """
        self.close()
        tables: list[tuple[list[Row], Table]] = []
        above: list[Row] = []
        said = OutOfTableTexts()
        for item in _with_tabbed(_flattened(self._items)):
            if isinstance(item, Table):
                tables.append((above, item))
                above = []
                continue
            above.append(item)
            if item != (QUOTED,):
                said.add(place, " ".join(filter(None, item)))
        made = []
        for number, (lines, table) in enumerate(tables or [(above, Table())], start=1):
            cells = Cells()
            cells.take(table.rows)
            shown = f"{name}#table {number}" if len(tables) > 1 else name
            made.append(replace(cells.sheet(shown, kind, encoding), above=tuple(lines[-MOST_ABOVE:])))
        if tables:
            made[-1] = replace(made[-1], below=tuple(above[:_MOST_BELOW]))
        for one in self.out_of_table_texts.kept:
            said.add(one.place, one.text)
        unread = said.unread + self.out_of_table_texts.unread
        notes = [Broken(1, "", unread, f"{unread:,} texts beside the tables were not screened", UNREAD)] if unread else []
        return [made[0].saying(notes, said.kept), *made[1:]]


def _tables(pieces: Sequence[str | Table]) -> list[Table]:
    return [piece for piece in pieces if isinstance(piece, Table)]


def _text_of(pieces: Sequence[str | Table]) -> str:
    if len(pieces) == 1 and isinstance(pieces[0], str) and "\n" not in pieces[0]:  # nearly all are such
        return " ".join(pieces[0].split())
    said = "".join(piece if isinstance(piece, str) else "\n" for piece in pieces)
    return "\n".join(text for line in said.split("\n") if (text := " ".join(line.split())))


def _flattened(items: Sequence[Row | Table]) -> Iterator[Row | Table]:
    """The lines of text and the tables; of frames what stands in them, in order. A table that holds others comes before these."""
    for item in items:
        if not isinstance(item, Table):
            yield item
        elif item.is_one:
            yield item
            yield from _flattened([one for pieces in item.within.values() for one in _tables(pieces)])
        else:
            for at, row in enumerate(item.rows):
                filled = [column for column, cell in enumerate(row) if cell]
                if len(filled) > 1 and not any((at, column) in item.within for column in filled):
                    yield tuple(row)
                    continue
                for column in range(len(row)):
                    pieces = item.within.get((at, column), [row[column]])
                    for is_table, part in groupby(pieces, lambda piece: isinstance(piece, Table)):
                        run = list(part)
                        yield from (
                            _flattened(_tables(run)) if is_table else ((line,) for line in _text_of(run).split("\n") if line)
                        )


def _with_tabbed(items: Iterator[Row | Table]) -> Iterator[Row | Table]:
    """Lines one below another that tabs part into cells are a table, its first line the widest; in others the last cells may be blank, or the first."""
    run: list[Row] = []
    for item in chain(items, [None]):
        if run and not (isinstance(item, tuple) and len(item) <= len(run[0]) and (len(item) >= _TABBED or not item[0])):
            yield from (
                [Table([list(line) for line in run], is_one=True)] if len(run) > 1 and sum(map(len, run)) >= _TABBED**2 else run
            )
            run = []
        if isinstance(item, tuple) and (run or len(item) >= _TABBED):
            run.append(item)
        elif item is not None:
            yield item
