"""What is made of the rows of the reviewed tables, all errors told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError
from precursor_screen.core.tables import REMEDY, Row, read_rows

T = TypeVar("T")
Span = tuple[date | None, date | None]  # from a day (None: ever) to before another (None: for good)

UNREAD: Final = "the row cannot be read ({})"


def read_table(
    file: Path, columns: Sequence[str], make: Callable[[Row], T], say: str = "{}", remedy: str = REMEDY
) -> tuple[T, ...]:
    """What is made of the rows of a table, in the file's order; `make`, `say` and `remedy` as of `make_all`.

    Raises:
        SubstanceTableError: The file cannot be read or has other columns.
        ErrorGroup: Rows of which nothing can be made.
    """
    errors: list[PrecursorScreenError] = []
    made = make_all(read_rows(file, columns), make, errors, say, remedy)
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


def at_once(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    return (one[0] or date.min) < (other[1] or date.max) and (other[0] or date.min) < (one[1] or date.max)
