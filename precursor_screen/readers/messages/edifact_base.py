"""An EDIFACT message while it is read: the level that the next segment belongs to."""

from __future__ import annotations

from collections.abc import Callable

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.parts import Parts
from precursor_screen.readers.messages.scope import BESIDE, Scope
from precursor_screen.readers.messages.tables import load_codes
from precursor_screen.readers.messages.text import (
    join_pieces,
    other_reading,
)

CODES = load_codes("edifact")


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

    def settle_text(self) -> None:
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
        self.settle_text()
        if self.function in ("replacement", "cancellation") and not self.versioned and self.stamp.isdigit():
            self.root.add("version", "DTM+137", self.stamp.ljust(14, "0"))
        return self.root


Take = Callable[[Message, Segment], None]  # what a segment says, put where it belongs
