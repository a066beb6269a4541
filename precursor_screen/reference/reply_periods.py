"""How long the importing State has to answer a pre-export notification: read from `reply_periods.csv`, by the exporter's jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import UNION_OF_STATES, eu_members
from precursor_screen.reference.table_rows import UNREAD, at_once, read_table

_COLUMNS: Final = ["jurisdiction", "days", "working_days", "valid_from", "valid_to", "source", "verified"]
_FRIDAY: Final = 5  # of ISO's days of a week


class ReplyPeriod(Struct, frozen=True):
    """A period of reply, in force from `valid_from` (inclusive, None: ever) until `valid_to` (exclusive, None: still).

    working_days: Saturdays and Sundays do not count; holidays are not known, and do. verified: the source was read.
    """

    jurisdiction: str
    days: int
    working_days: bool
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    def ends(self, sent: date) -> date:
        """The first day on which goods may leave without an answer, if the notification was sent on that day."""
        if not self.working_days:
            return sent + timedelta(days=self.days)
        day, left = sent, self.days
        while left:
            left -= day.isoweekday() <= _FRIDAY
            day += timedelta(days=1)
        return day


def load_reply_periods(path: Path) -> tuple[ReplyPeriod, ...]:
    """Read `reply_periods.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: the file is missing or has not the expected columns.
        ErrorGroup: rows cannot be read, or two speak of the same jurisdiction and day.
    """
    found: list[ReplyPeriod] = []

    def make(row: Row) -> ReplyPeriod:
        found.append(_period(row))
        if any(_overlap(found[-1], other) for other in found[:-1]):
            raise row.error("another row speaks of the same jurisdiction and day")
        return found[-1]

    return read_table(path / "reply_periods.csv", _COLUMNS, make, say=UNREAD)


def _period(row: Row) -> ReplyPeriod:
    flags = {"true": True, "false": False}
    if row["working_days"] not in flags or row["verified"] not in flags or int(row["days"]) < 1:
        raise ValueError("days is no number from 1 on, or working_days or verified is neither true nor false")
    first, last = (date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to"))
    return ReplyPeriod(
        row["jurisdiction"], int(row["days"]), flags[row["working_days"]], first, last, row["source"], flags[row["verified"]]
    )


def _overlap(a: ReplyPeriod, b: ReplyPeriod) -> bool:
    return a.jurisdiction == b.jurisdiction and at_once((a.valid_from, a.valid_to), (b.valid_from, b.valid_to))


@cache
def shipped_reply_periods() -> tuple[ReplyPeriod, ...]:
    """Those that ship."""
    return load_reply_periods(shipped.substances_folder())


def reply_period(periods: Sequence[ReplyPeriod], jurisdiction: str, day: date) -> ReplyPeriod | None:
    """The period of a jurisdiction on a day, for a member of the European Union that has none of its own the Union's.

    Returns:
        None: unknown, which is never none at all.
    """
    names = (jurisdiction, UNION_OF_STATES) if jurisdiction in eu_members() else (jurisdiction,)
    return next((p for name in names for p in periods if p.jurisdiction == name and p.in_force(day)), None)
