"""The SQL of windows: RANGE frames over days, which end at a movement, stop before its day, or reach ahead of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from precursor_screen.rulebook.sql import identifier, plain_reference
from precursor_screen.rulebook.windows import Measure, Window

DISTINCT = ("event_count", "value_count")


def key_of(column: str) -> str:
    """SQL of what groups by a column: one document is one group, however its number is written."""
    return plain_reference(identifier(column)) if column.endswith("_reference") else identifier(column)


def parts_of(window: Window) -> list[tuple[str, str]]:
    """What a window needs of every movement: names of columns of `selected`, and their SQL."""
    return [
        *((f"value_{i}", _counted(m) if m.aggregate in DISTINCT else m.value) for i, m in enumerate(window.measures)),
        *((f"limit_{i}_{j}", sql) for i, m in enumerate(window.measures) for j, (_, sql) in enumerate(m.tests)),
        *((f"stage_{i}", sql) for i, sql in enumerate(window.stages)),
        *((f"differs_{i}", sql) for i, sql in enumerate(window.differs)),
        *((f"match_{i}", sql) for i, (sql, _) in enumerate(window.match)),
    ]


def _counted(measure: Measure) -> str:
    """What stands for a value where only different ones are counted: numbers sort faster than texts."""
    return "cargo" if measure.value == "cargo_id" else f"case when {measure.value} is not null then hash({measure.value}) end"


@dataclass(frozen=True, slots=True)
class Frames:
    """SQL of the parts of windows.

    Attributes:
        window: of the rule.
        number: of the rule's verdict in `moves`.
        groups: number of the table that holds its groups.
        columns: SQL of a part of the window -> column of `moves`.
        since: where recorded history begins.
        by_line: whether the rule judges lines, of which one movement stands for all.
    """

    window: Window
    number: int
    groups: int
    columns: Mapping[str, str]
    since: date | None
    by_line: bool

    @property
    def keys(self) -> list[str]:
        """The columns of `selected` that a group shares, the calendar period among them."""
        return ["gid", "period"] if self.window.period else ["gid"]

    @property
    def back(self) -> str:
        """The window that ends at a movement."""
        reach = "unbounded" if self.window.days is None else f"interval {self.window.days} days"
        return f"(partition by {', '.join(self.keys)} order by day range between {reach} preceding and current row)"

    @property
    def before(self) -> str:
        """The same without the movement's own day."""
        reach = "unbounded" if self.window.days is None else f"interval {self.window.days} days"
        return f"(partition by {', '.join(self.keys)} order by day range between {reach} preceding and interval 1 day preceding)"

    @property
    def ahead(self) -> str:
        """The ends of all windows that a movement falls in."""
        reach = "unbounded" if self.window.days is None else f"interval {self.window.days} days"
        return f"(partition by {', '.join(self.keys)} order by day range between current row and {reach} following)"
