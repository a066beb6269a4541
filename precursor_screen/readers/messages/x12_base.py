"""What the readers of ANSI X12 segments share: the message as it is read, weights, modes and codes."""

from __future__ import annotations

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.layout import find_code, load_codes
from precursor_screen.readers.messages.scope import BESIDE, IGNORED, Scope
from precursor_screen.readers.messages.text import as_number, is_nothing, join_pieces, other_reading

CODES = load_codes("x12")
_TEXT_LABELS = {
    (True, "description"): "N10-02",
    (True, "marks"): "N10-03",
    (False, "description"): "L5-02",
    (False, "marks"): "L5-06",
}


class Message:
    """One message while it is read."""

    def __init__(self, head: Segment) -> None:
        self.type = head.get(1)
        self.root = Scope(head.number, shares=self.type not in ("309", "350"))
        self.bill = self.root  # the consignment
        self.group = self.root  # the container or load that goods are listed under
        self.scope = self.root  # what the next segment is about
        self.role = ""
        self.role_label = ""
        self.place = ""
        self.pieces: list[str] = []
        self.marks: list[str] = []
        self.items: dict[str, Scope] = {}
        self.port = self.root
        self.party = self.root
        self.load = ""
        self.carrier_named = self.destination_named = False

    def flush_text(self) -> None:
        """The description of an item, put together of the segments that it runs over."""
        for name, pieces in (("description", self.pieces), ("marks", self.marks)):
            text = join_pieces(pieces)
            label = _TEXT_LABELS[self.type in ("309", "350"), name]
            self.scope.add(name, label, text)
            self.scope.add(BESIDE, f"{label}, pieces apart", other_reading(pieces))
        self.pieces, self.marks = [], []

    def enter(self, scope: Scope) -> None:
        """Go on with another level."""
        self.flush_text()
        self.scope = scope
        self.role = ""


def take_other(message: Message, segment: Segment) -> None:
    """A segment that has no handler: kept as its tag and qualifier are known, else an element that is not known."""
    field = find_code(CODES, segment.tag, segment.get(1))
    if field != IGNORED:
        message.scope.add(field, segment.tag, " ".join(c.strip() for e in segment.elements for c in e if c.strip()))


def add_weight(scope: Scope, name: str, label: str, figure: str, unit: str) -> None:
    """A mass with its unit; nought is none."""
    number = as_number(figure)
    if not is_nothing(number):
        scope.add(name, label, f"{number} {CODES.get(('WEIGHT', unit), unit)}".strip())


def add_mode(scope: Scope, label: str, code: str) -> None:
    """A mode of transport, in words where its code is known."""
    scope.add("transport_mode", label, CODES.get(("MODE", code), code), code)


def add_code(scope: Scope, label: str, qualifier: str, code: str) -> None:
    """A commodity code: an HS code where its qualifier says so."""
    field = find_code(CODES, "CODES", qualifier)
    digits = code.replace(".", "").replace(" ", "")
    if not qualifier and digits.isdigit() and 6 <= len(digits) <= 10:
        field = "hs_code"
    scope.add(field, label, code)
