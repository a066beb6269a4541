"""What is made of the rows of the reviewed tables, all errors told at once; and how many entries a list holds in its edition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError
from precursor_screen.core.tables import REMEDY, Row, read_boolean, read_rows

T = TypeVar("T")
Span = tuple[date | None, date | None]  # from a day (None: ever) to before another (None: for good)

UNREAD: Final = "the row cannot be read ({})"


def read_table(
    file: Path,
    columns: Sequence[str],
    make: Callable[[Row], T],
    say: str = "{}",
    remedy: str = REMEDY,
    later: Sequence[str] = (),
) -> tuple[T, ...]:
    """What is made of the rows of a table, in the file's order; `make`, `say` and `remedy` as of `make_all`, `later` as of `parse_rows`.

    Raises:
        SubstanceTableError: The file cannot be read or has other columns.
        ErrorGroup: Rows of which nothing can be made.
    """
    errors: list[PrecursorScreenError] = []
    made = make_all(read_rows(file, columns, later), make, errors, say, remedy)
    if errors:
        raise ErrorGroup(errors)
    return tuple(made)


def make_all(
    rows: Iterable[Row], make: Callable[[Row], T], errors: list[PrecursorScreenError], say: str = "{}", remedy: str = REMEDY
) -> list[T]:
    """What is made of some rows.

    Args:
        rows: in their order.
        make: may say what is wrong with its row by a ValueError, or by an error of its own.
        errors: where both are gathered.
        say: how a message quotes a ValueError.
        remedy: beside that message.
    """
    made = []
    for row in rows:
        try:
            made.append(make(row))
        except (ValueError, InvalidOperation) as error:
            errors.append(SubstanceTableError(say.format(error), where=row.where, remedy=remedy))
        except SubstanceTableError as error:
            errors.append(error)
    return made


def read_span(row: Row, since: str, until: str) -> Span:
    """Two cells with days, either of which may be empty.

    Raises:
        ValueError: one is not a day.
    """
    first, last = (date.fromisoformat(row[name]) if row[name] else None for name in (since, until))
    return first, last


def holds(span: Span, day: date) -> bool:
    """Whether a day lies in a span."""
    return (span[0] or date.min) <= day < (span[1] or date.max)


def at_once(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    return (one[0] or date.min) < (other[1] or date.max) and (other[0] or date.min) < (one[1] or date.max)


# How many entries a list holds in its edition: the size that the substance tables are measured against.

_EDITION_COLUMNS: Final = ["instrument", "schedule", "edition", "count", "source", "verified", "checked", "max_age_days"]
MAX_EDITION_AGE_DAYS: Final = 400  # where the row says nothing


class Edition(Struct, frozen=True):
    """A list as counted: an instrument, one of its schedules (empty: all together), the edition, its entries.

    checked: the day on which somebody last compared the table with its source (None: nobody has); max_age_days: how long that may be ago.
    """

    instrument: str
    schedule: str
    edition: str
    count: int
    source: str
    verified: bool
    checked: date | None
    max_age_days: int

    @property
    def name(self) -> str:
        """`UN1988 II`, `EU`."""
        return f"{self.instrument} {self.schedule}".strip()

    def stale(self, day: date) -> bool:
        """Whether the last comparison is longer ago than it may be; one that never was is unchecked, not stale."""
        return self.checked is not None and (day - self.checked).days > self.max_age_days


def load_editions(path: Path) -> tuple[Edition, ...]:
    """Read `editions.csv` of a folder, in the file's order; none if there is no such file, as in older tables.

    Raises:
        SubstanceTableError: The file cannot be read or has not the expected columns.
        ErrorGroup: Rows that make no sense.
    """
    file = path / "editions.csv"
    if not file.exists():
        return ()
    return read_table(file, _EDITION_COLUMNS, _edition, later=_EDITION_COLUMNS[-2:])  # tables of version 0.2 state no day


def _edition(row: Row) -> Edition:
    verified = read_boolean(row["verified"])
    if not (row["count"].isascii() and row["count"].isdigit()):
        raise ValueError(f"count {row['count']!r} is not a number")
    checked = date.fromisoformat(day) if (day := row["checked"]) else None
    most = int(row["max_age_days"] or MAX_EDITION_AGE_DAYS)
    if most < 1:
        raise ValueError("max_age_days is less than a day")
    return Edition(row["instrument"], row["schedule"], row["edition"], int(row["count"]), row["source"], verified, checked, most)
