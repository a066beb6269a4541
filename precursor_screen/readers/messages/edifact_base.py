"""An EDIFACT message while it is read: the level that the next segment belongs to, and the containers of an item."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.readers.messages.scope import BESIDE, Cell, Scope
from precursor_screen.readers.messages.text import (
    join_pieces,
    other_reading,
    with_unit,
)

CODES = load_codes("edifact")
_IN_CONTAINERS = "mass in containers (SGP)"


class Parts:
    """The containers over which the goods of one item are spread, while they are read: the mass in each of them."""

    def __init__(self) -> None:
        self.container = 0
        self.last: dict[str, int] = {}  # field -> container whose mass was added

    def add(self, scope: Scope, field: str, figure: str, unit: str) -> bool:
        """Take the mass of the goods in a container: a part of what the item states, or of the sum where it states nothing.

        Returns:
            Whether it was taken; a second one of the same container, or one in another unit, is for the caller.
        """
        if not self.container or self.last.get(field) == self.container:
            return False
        found = next((i for i, c in enumerate(scope.cells) if c.field == field and c.label == _IN_CONTAINERS), None)
        if found is None:
            self.last[field] = self.container
            own = scope.has(field)
            scope.add(BESIDE if own else field, _IN_CONTAINERS, f"{figure} {unit}" if own else with_unit(figure, unit))
            return True
        before, _, known = scope.cells[found].text.partition(" ")
        if known != with_unit("", unit).strip() or not (_is_figure(before) and _is_figure(figure)):
            return False
        self.last[field] = self.container
        scope.cells[found] = Cell(field, _IN_CONTAINERS, with_unit(str(Decimal(before) + Decimal(figure)), unit))
        return True


class Message:
    """One message while it is read: the level that the next segment belongs to."""

    def __init__(self, head: Segment, issues: IssueList) -> None:
        self.type = head.get(2).upper()
        self.root = Scope(head.number, shares=self.type not in ("CUSCAR", "IFCSUM", ""))
        self.scope = self.root
        self.consignment = self.root
        self.issues = issues
        self.equipment = False
        self.parts = Parts()
        self.in_detail = False  # past UNS: what follows is of items
        self.function = ""
        self.stamp = ""
        self.versioned = False
        self.text: list[str] = []  # pieces of FTX that may go on in the next segment
        self.text_field = self.text_label = ""

    def flush_text(self) -> None:
        """The text of FTX is complete."""
        if self.text:
            self.scope.add(self.text_field, self.text_label, join_pieces(self.text))
            self.scope.add(BESIDE, f"{self.text_label}, pieces apart", other_reading(self.text))
        self.text, self.text_label = [], ""

    def open_consignment(self, segment: Segment) -> None:
        """A consignment begins."""
        self.scope = self.consignment = self.root.open(segment.number)
        self.equipment = False

    def open_item(self, segment: Segment) -> None:
        """An item of the consignment begins."""
        self.scope = self.consignment.open(segment.number)
        self.equipment = False
        self.parts = Parts()

    def finish(self) -> Scope:
        """The message, once it is complete; one that changes another and has no version is ordered by when it was written."""
        self.flush_text()
        if self.function in ("replacement", "cancellation") and not self.versioned and self.stamp.isdigit():
            self.root.add("version", "DTM+137", self.stamp.ljust(14, "0"))
        return self.root


Take = Callable[[Message, Segment], None]  # what a segment says, put where it belongs


def _is_figure(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()
