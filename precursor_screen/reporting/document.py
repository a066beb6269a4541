"""What every report is, whatever its format: lines of text, tables of plain values, the data of its JSON.

A result becomes a document; `registry` writes documents, in each format by one presenter for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from string import ascii_lowercase
from typing import Any, BinaryIO

from msgspec import Struct, field

MOST_ROWS = 1_000_000  # of a table: a sheet holds 1,048,576
# Kinds of columns, by their letters: how a value is shown, or what an officer is to fill in.
CODE, WRITTEN, NUMBER, DAY, LEVEL = "c", "w", "n", "d", "l"
VERDICT, REASON, SAID, UNTIL = ENTRIES = "v", "r", "s", "u"
_EXACT = "x"  # a code that is read back: its text is written as it is


class Column(Struct, frozen=True):
    """A column. width: 0: as wide as its texts; source: the value of a record that it shows; none: what stands where there is none."""

    name: str
    width: int
    kind: str
    source: str
    exact: bool = False
    none: str = ""


def columns(*described: str) -> tuple[Column, ...]:
    """Columns out of words such as `kg:12n`, `substance=name_of:24` and `Mass_known=kg:n?not_stated`.

    They are name, source where it has another name, width, letter of the kind, and what stands for nothing; `_` is a blank on a page.
    """
    return tuple(map(_column, " ".join(described).split()))


def _column(word: str) -> Column:
    word, _, none = word.partition("?")
    named, _, shown = word.partition(":")
    name, _, source = named.partition("=")
    width = shown.rstrip(ascii_lowercase)
    kind = shown[len(width) :] or CODE
    return Column(name, int(width or 0), CODE if kind == _EXACT else kind, source or name, kind == _EXACT, none.replace("_", " "))


class Table(Struct, frozen=True):
    """A table.

    Attributes:
        rows: as long as `columns`; None and empty texts leave a cell empty.
        frozen: columns that stay in sight.
        printed: of the columns; 0: all.
        rest: rows that are left out.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    frozen: int = 0
    printed: int = 0
    rest: int = 0
    has_head: bool = True


def tabulate(
    name: str,
    described: tuple[Column, ...],
    things: Iterable[Any],
    frozen: int = 0,
    *,
    make: Callable[[Any], Any] = lambda thing: thing,
    printed: int = 0,
    most: int = MOST_ROWS,
) -> Table:
    """A table of what `make` makes of things: rows, or records that hold values by their sources; what goes beyond `most` is counted."""
    left = iter(things)
    rows = [_row(described, make(thing)) for thing in islice(left, most)]
    return Table(name, described, rows, frozen, printed, sum(1 for _ in left))


def _row(described: tuple[Column, ...], record: Any) -> Sequence[Any]:
    if not isinstance(record, Mapping):
        return tuple(record)
    found = (record.get(column.source) for column in described)
    return tuple(", ".join(value) if isinstance(value, list | tuple) else value for value in found)


class Document(Struct, frozen=True):
    """A report. Each part is made when a format asks for it, anew each time.

    Attributes:
        created: what files say of themselves.
        day: the first that a clearance may end on.
        text: for people, line by line.
        tables: the sheets of a workbook.
        rows: header and rows of the CSV.
        data: of the JSON, in its order; what is an iterator stands one item a line, so that two reports can be compared.
        own: writers of formats that this document has for itself, by suffix; they come before the common ones.
    """

    created: datetime
    day: date
    text: Callable[[], Iterable[str]]
    tables: Callable[[], Iterable[Table]]
    rows: Callable[[], tuple[Sequence[str], Iterable[Iterable[Any]]]] | None = None
    data: Callable[[], Mapping[str, Any]] | None = None
    own: Mapping[str, Callable[[BinaryIO], object]] = field(default_factory=dict)
