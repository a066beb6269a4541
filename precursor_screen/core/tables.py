"""The tables of facts and words that ship as CSV under `data/`: one reader for all of them, each row with its place.

Tables of words have five columns: the role of the words, what they mean in it, their language where they belong to one alone, the words
themselves, parted by "|", and where they are from.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from msgspec import Struct

from precursor_screen.core.errors import SubstanceTableError, Where, readable
from precursor_screen.core.grouped import grouped

T = TypeVar("T")

DATA: Final = Path(__file__).resolve().parents[1] / "data"
WORD_COLUMNS: Final = ("role", "meaning", "language", "words", "source")
_NOT_WHOLE: Final = "the row has a different number of cells than the header"
REMEDY: Final = "Correct the table, or install the package again."


class Row(Struct, frozen=True):
    """A row with its place, so that an error can say where it stands."""

    cells: dict[str, str]
    where: Where

    def __getitem__(self, column: str) -> str:
        """A cell.

        Raises:
            ValueError: the row has a different number of cells than the header, so nobody knows which is which.
        """
        if not self.whole:
            raise ValueError(_NOT_WHOLE)
        return self.cells[column]

    @property
    def whole(self) -> bool:
        """Whether it has as many cells as the header."""
        return None not in self.cells and None not in self.cells.values()

    def read(self, column: str, kind: Callable[[str], T]) -> T:
        """A cell as a number, a mark or the like.

        Raises:
            SubstanceTableError: it is none.
        """
        try:
            return kind(self[column])
        except (ValueError, ArithmeticError) as error:
            raise self.error(f"{column} {self.cells.get(column)!r} cannot be read") from error

    def error(self, problem: str) -> SubstanceTableError:
        """What is wrong with the row, with its place."""
        return SubstanceTableError(problem, where=self.where, remedy=REMEDY)


class Words(NamedTuple):
    """A row of a table of words; a tuple, for there are thousands."""

    role: str
    meaning: str
    language: str
    words: tuple[str, ...]


def _read(file: Path) -> str:
    with readable(file, REMEDY, SubstanceTableError, REMEDY):
        return file.read_text(encoding="utf-8")


def _lines(text: str, columns: Sequence[str], name: str, remedy: str = REMEDY) -> list[str]:
    """The lines below the header."""
    lines = text.splitlines()
    if next(csv.reader(lines[:1]), []) != list(columns):
        raise SubstanceTableError(f"columns should be {', '.join(columns)}", where=Where(name, 1), remedy=remedy)
    return lines[1:]


def read_rows(file: Path, columns: Sequence[str], later: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a table, in the file's order; later: as of `parse_rows`.

    Raises:
        SubstanceTableError: The file cannot be read or has other columns.
    """
    return parse_rows(_read(file), columns, str(file), later=later)


_LONGEST: Final = 100_000


def parse_rows(text: str, columns: Sequence[str], name: str, remedy: str = REMEDY, later: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a table that is there as text.

    Args:
        columns: in their order.
        name: of its file.
        remedy: where it has other columns.
        later: of the columns those that older tables lack; there their cells are empty.

    Raises:
        SubstanceTableError: It has other columns.
        csv.Error: It is not CSV, or has a cell that no table has.
    """
    older = [column for column in columns if column not in later]
    lacking = dict.fromkeys(later, "") if text.partition("\n")[0].strip() == ",".join(older) else {}
    known = older if lacking else columns
    for number, cells in enumerate(csv.DictReader(_lines(text, known, name, remedy), known), start=2):
        # The library's own limit is one of the process, and readers of manifests raise it.
        if any(len(cell) > _LONGEST for cell in cells.values() if cell):
            raise csv.Error(f"row {number} has a cell of more than {_LONGEST:,} characters")
        yield Row({**cells, **lacking}, Where(name, number))


def whole_rows(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The same of a table that has to be right from end to end.

    Raises:
        SubstanceTableError: as `read_rows`; or a row has not as many cells as the header.
    """
    for row in read_rows(file, columns):
        if not row.whole:
            raise row.error(_NOT_WHOLE)
        yield row


def read_words(file: Path) -> tuple[Words, ...]:
    """The rows of a table of words, in the file's order.

    Raises:
        SubstanceTableError: The file cannot be read, has other columns, or a row without a role or with an empty word.
    """
    found = []
    for number, cells in enumerate(csv.reader(_lines(_read(file), WORD_COLUMNS, str(file))), start=2):
        if len(cells) != len(WORD_COLUMNS) or not cells[0] or "" in (words := tuple(cells[3].split("|"))):
            problem = "the row does not have a role, a meaning, a language, words without a gap between them, and a source"
            raise SubstanceTableError(problem, where=Where(str(file), number), remedy=REMEDY)
        found.append(Words(cells[0], cells[1], cells[2], words))
    return tuple(found)


def shipped_rows(name: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of `data/names/NAME.csv`, which is right from end to end."""
    return whole_rows(DATA / "names" / f"{name}.csv", columns)


@cache
def shipped_words(name: str) -> tuple[Words, ...]:
    """The words of `data/names/NAME.csv`, read once a process."""
    return read_words(DATA / "names" / f"{name}.csv")


@cache
def _by_role(name: str) -> dict[str, list[Words]]:
    return grouped((row.role, row) for row in shipped_words(name))


def meanings_of(name: str, role: str) -> dict[str, tuple[str, ...]]:
    """What the words of a role mean -> these words, in the order of the table.

    Raises:
        KeyError: there is no such role; so for the others.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in _by_role(name)[role]:
        found[row.meaning] = (*found.get(row.meaning, ()), *row.words)
    return found


def spellings_of(name: str, role: str) -> dict[str, str]:
    """Word -> what it means, of the words of a role."""
    return {word: meaning for meaning, words in meanings_of(name, role).items() for word in words}


def roles_of(name: str) -> tuple[str, ...]:
    """The roles of a table of words, in its order."""
    return tuple(_by_role(name))


@cache
def words_of(name: str, role: str) -> tuple[str, ...]:
    """All words of a role, in the order of the table."""
    return tuple(word for row in _by_role(name)[role] for word in row.words)


def pattern_of(name: str, *roles: str) -> str:
    """A pattern for any word of these roles; in some tables the words are patterns themselves."""
    return f"(?:{'|'.join(word for role in roles for word in words_of(name, role))})"


def read_boolean(cell: str) -> bool:
    """`true` or `false`.

    Raises:
        ValueError: neither.
    """
    if cell not in ("true", "false"):
        raise ValueError(f"{cell!r} is neither true nor false")
    return cell == "true"
