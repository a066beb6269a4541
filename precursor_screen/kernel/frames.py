"""The SQL of windows: RANGE frames over days, which end at a movement, stop before its day, or reach ahead of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from precursor_screen.rulebook.windows import Window


@dataclass(frozen=True, slots=True)
class Frames:
    """SQL of the parts of windows.

    Attributes:
        number: of the rule's verdict in `moves`.
        since: where recorded history begins.
        one_a_line: SQL that keeps one movement a line, of rules that judge lines.
    """

    window: Window
    number: int
    since: date | None
    one_a_line: str = ""

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
