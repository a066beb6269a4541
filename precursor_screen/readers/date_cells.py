"""Columns of dates: one order of day and month for a column, decided by all of its values."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from precursor_screen.readers.cells import Distinct, is_typed_null
from precursor_screen.readers.interface import IssueList
from precursor_screen.text.dates import DateVotes, ParsedDate, parse_date, shifts_to_midnight, weigh_order

# The last three: a midnight without its day, which spreadsheets leave where a column was saved as minutes.
_NOTHING = frozenset(("0", "0.0", "00000000", "0000-00-00", "00/00/0000", "1900-01-00", "00:00", "00:00:00", "00:00.0"))


def parse_date_columns(
    columns: Mapping[str, pa.ChunkedArray], order: str, rows: pa.Array, issues: IssueList
) -> dict[str, pa.ChunkedArray]:
    """The date columns of one input.

    A column without a value that tells day from month borrows the order of the input's other columns; where none tells,
    its ambiguous values are null and issues.

    Args:
        columns: field -> clean text.
        order: stated by the user: dmy, mdy, ymd, or empty.
        rows: source row of each row.
        issues: added to.
    """
    distinct = {field: Distinct(column) for field, column in columns.items()}
    votes = {field: weigh_order(d.texts) for field, d in distinct.items()}
    together = DateVotes()
    for vote in votes.values():
        together = together.plus(vote)
    parsed = {}
    for field, values in distinct.items():
        decided = order or votes[field].decide() or together.decide()
        parsed[field] = _parse(values, decided, field, rows, issues)
    return parsed


def _parse(values: Distinct, order: str, field: str, rows: pa.Array, issues: IssueList) -> pa.ChunkedArray:
    shift = shifts_to_midnight(t for t in values.texts if t not in _NOTHING)
    days: list[ParsedDate] = []
    bad: list[tuple[int, str, str]] = []
    for position, text in enumerate(values.texts):
        empty = text in _NOTHING or is_typed_null(text)
        day = ParsedDate(None) if empty else parse_date(text, order, shift)
        days.append(day)
        if day.ambiguous:
            bad.append((position, "ambiguous-date", f"{field}: day and month cannot be told apart"))
        elif day.day is None and not empty:
            bad.append((position, "unparsed-date", f"{field} is no date"))
    values.report(bad, field, rows, issues)
    return values.spread([d.day for d in days], pa.date32())
