"""The SQL of windows: RANGE frames over days, which end at a movement, stop before its day, or reach ahead of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from precursor_screen.kernel.judge.windows.relation import Relation
from precursor_screen.rulebook.expression import Expression, Field
from precursor_screen.rulebook.sql import identifier, plain_reference
from precursor_screen.rulebook.windows import Chain, Window


def key_of(column: str) -> str:
    """SQL of what groups by a column: one document is one group, however its number is written."""
    return plain_reference(identifier(column)) if column.endswith("_reference") else identifier(column)


def elements_of(column: str) -> str:
    """SQL of the elements of a list that group: of GROUP:VALUE texts what stands before the colon."""
    listed = identifier(column)
    return f"list_transform({listed}, lambda x: split_part(x, ':', 1))" if is_paired(column) else listed


def is_paired(column: str) -> bool:
    """Whether the elements of a list are GROUP:VALUE, of which one groups and the other is counted."""
    return column.endswith("_roles")


def field_of(part: Expression) -> str:
    """SQL of a part that is a column as it is."""
    assert isinstance(part, Field), part
    return identifier(part.name)


def gid_of(groups: Relation) -> str:
    """The column of `moves` that holds the number of a movement's group."""
    return f"gid_of_{groups}"


def parts_of(window: Window) -> list[tuple[str, Expression | None]]:
    """What a window needs of every movement: names of columns of `selected`, and what they hold; None: the movement's cargo."""
    return [
        *((f"value_{i}", m.of) for i, m in enumerate(window.measures)),
        *((f"limit_{i}_{j}", limit) for i, m in enumerate(window.measures) for j, (_, limit) in enumerate(m.limits)),
        *((f"stage_{i}", step) for i, step in enumerate(window.steps)),
        *((f"differs_{i}", change) for i, change in enumerate(window.changes)),
        *((f"match_{i}", value) for i, (value, _) in enumerate(window.matched)),
        *(_parts_of_chain(window.chain) if window.chain else ()),
    ]


def _parts_of_chain(chain: Chain) -> list[tuple[str, Expression]]:
    return [
        *((f"end_{n}", Field(name)) for n, name in enumerate(chain.ends)),
        *((f"begin_{n}", Field(name)) for n, name in enumerate(chain.begins)),
        *([("carried", chain.carried)] if chain.carried else []),
    ]


class Frames(Struct, frozen=True):
    """SQL of the parts of windows.

    Attributes:
        window: of the rule.
        number: of the rule's verdict in `moves`.
        groups: gid and the keys of its groups.
        columns: part of the window -> column of `moves`.
        since: where recorded history begins.
        by_line: whether the rule judges lines, of which one movement stands for all.
    """

    window: Window
    number: int
    groups: Relation
    columns: Mapping[Expression, str]
    since: date | None
    by_line: bool

    @property
    def key_count(self) -> int:
        """How many columns key_0 ... its groups have: of a chain the parties are one more."""
        return len(self.window.keys) + (self.window.chain is not None)

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
    def bearing(self) -> str:
        """The window with the days before its span that bear on it."""
        reach = "unbounded" if self.window.days is None else f"interval {self.window.days + self.window.before} days"
        return f"(partition by {', '.join(self.keys)} order by day range between {reach} preceding and current row)"

    @property
    def ahead(self) -> str:
        """The ends of all windows that a movement falls in."""
        reach = "unbounded" if self.window.days is None else f"interval {self.window.days} days"
        return f"(partition by {', '.join(self.keys)} order by day range between current row and {reach} following)"
