"""What the readers of ANSI X12 segments share: the message as it is read, weights, modes and codes."""

from __future__ import annotations

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.layout import find_code, load_codes
from precursor_screen.readers.messages.scope import BESIDE, IGNORED, ROLES, Cell, Scope
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


# Parties of ANSI X12: N1 with what follows it, of which N3 may be the rest of a name that was cut.

_NAME_WIDTH = 35  # at which systems cut the name of N1, and go on in N3


def n1(message: Message, segment: Segment) -> None:
    """A party begins: what follows until the next one is its name and address."""
    qualifier = segment.get(1)
    role = find_code(CODES, "N1", qualifier) or "other_parties"
    scope = message.scope if message.type in ("310", "601") else message.bill
    if role in ROLES and scope.has(f"{role}_name"):
        role = "other_parties"
    message.role, message.role_label = role, f"N1*{qualifier[:4]}"
    message.party = scope
    name = segment.get(2)
    if role == "carrier" and name and not message.carrier_named:
        # A name says more than the code that V1 or M10 has for it.
        message.carrier_named = True
        scope.cells[:] = [Cell(BESIDE, c.label, c.text) if c.field == "carrier_name" else c for c in scope.cells]
    field = _name_field(role)
    scope.add(field, f"{message.role_label} name", name)
    if role in ROLES:
        scope.add(f"{role}_identifier", f"{message.role_label} identifier", segment.get(4))
    else:
        scope.add(BESIDE, f"{message.role_label} identifier", segment.get(4))


def _name_field(role: str) -> str:
    return f"{role}_name" if role in (*ROLES, "declarant", "carrier") else role


def _extend_name(message: Message, text: str) -> None:
    """The name that N1 cut goes on: a piece that filled N1 may end within a word, and both readings are kept."""
    field, label = _name_field(message.role), f"{message.role_label} name"
    cells = message.party.cells
    for i in range(len(cells) - 1, -1, -1):
        if cells[i].field == field and cells[i].label == label:
            before = cells[i].text
            cells[i] = Cell(field, label, f"{before} {text}")
            if len(before) >= _NAME_WIDTH:
                message.party.add("other_parties", label, f"{before}{text}")
            return
    message.party.add(field, label, text)


def nm1(message: Message, segment: Segment) -> None:
    """A party by its full name: of a person the family name comes first."""
    given = " ".join(segment.get(i) for i in (4, 5) if segment.get(i))
    name = " ".join(t for t in (given, segment.get(3)) if t)
    n1(message, Segment(segment.number, "N1", ((segment.get(1),), (name,), (segment.get(8),), (segment.get(9),))))


def n2(message: Message, segment: Segment) -> None:
    """More of the name."""
    if message.role:
        for element in (1, 2):
            if segment.get(element):
                _extend_name(message, segment.get(element))


def n3(message: Message, segment: Segment) -> None:
    """Street, or the rest of the name."""
    if not message.role:
        take_other(message, segment)
        return
    first, second = segment.get(1), segment.get(2)
    # Of two address lines the first is the rest of the name where it holds no number: streets have one.
    if second and first and not any(c.isdigit() for c in first) and not any(c in first for c in "/#"):
        _extend_name(message, first)
    _address(message, "N3", ", ".join(t for t in (first, second) if t))


def n4(message: Message, segment: Segment) -> None:
    """Town and country."""
    if not message.role:
        take_other(message, segment)
        return
    _address(message, "N4", ", ".join(segment.get(i) for i in (1, 2, 3) if segment.get(i)))
    country = segment.get(4)
    if message.role in ROLES:
        message.party.add(f"{message.role}_country", f"{message.role_label} N4-04", country)
    else:
        message.party.add(BESIDE, f"{message.role_label} N4-04", country)


def _address(message: Message, part: str, text: str) -> None:
    field = f"{message.role}_address" if message.role in ROLES else BESIDE
    message.party.add(field, f"{message.role_label} {part}", text)
