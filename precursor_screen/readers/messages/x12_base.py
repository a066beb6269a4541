"""What the readers of ANSI X12 segments share: the message as it is read, weights, modes and codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import find_code, load_codes
from precursor_screen.readers.messages.scope import EXTRA, ROLES, Cell, Scope
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing, join_fragments, joined_otherwise, stated_port

CODES = load_codes("x12")
LOADS, TRADE = ("310", "304", "404"), ("856", "810")
_TEXT_LABELS = (("L5-02", "L5-06"), ("N10-02", "N10-03"))  # descriptions and marks, of goods and of bills of a manifest


class Message:
    """One message while it is read."""

    def __init__(self, head: Segment, issues: IssueList) -> None:
        self.type = head.get(1)
        self.issues = issues
        self.root = Scope(head.number, shares=self.type not in ("309", "350"))
        self.bill = self.root  # the consignment
        self.group = self.root  # the container or load that goods are listed under
        self.scope = self.root  # what the next segment is about
        self.role = ""
        self.role_label = ""
        self.place = ""
        self.fragments: list[str] = []
        self.marks: list[str] = []
        self.items: dict[str, Scope] = {}
        self.port = self.root
        self.party = self.root
        self.load = ""
        self.carrier_named = self.destination_named = False

    def flush_text(self) -> None:
        """The description of an item, put together of the segments that it runs over."""
        labels = _TEXT_LABELS[self.type in ("309", "350")]
        for name, label, fragments in zip(("description", "marks"), labels, (self.fragments, self.marks), strict=True):
            self.scope.add(name, label, join_fragments(fragments))
            self.scope.add(EXTRA, f"{label}, pieces apart", joined_otherwise(fragments))
        self.fragments, self.marks = [], []

    def enter(self, scope: Scope) -> None:
        """Go on with another level."""
        self.flush_text()
        self.scope = scope
        self.role = ""


def take_other(message: Message, segment: Segment) -> None:
    """A segment that has no handler: kept as its tag and qualifier are known, else an element that is not known."""
    message.scope.add(find_code(CODES, segment.tag, segment.get(1)), segment.tag, segment.content())


# Fields that state something in other words than the message: modes of transport by their codes, UN numbers without prefix.
_IN_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "transport_mode": lambda code: CODES.get(("MODE", code), code),
    "un_numbers": lambda number: number.upper().removeprefix("UN").removeprefix("NA"),
}


def put(scope: Scope, segment: Segment, **fields: int) -> None:
    """Fields by the numbers of the elements that state them."""
    for name, element in fields.items():
        filed = segment.get(element)
        scope.add(name, f"{segment.tag}-{element:02}", _IN_WORDS.get(name, str)(filed), filed)


def put_port(message: Message, scope: Scope, segment: Segment, name: str, element: int, schedule: str) -> None:
    """A port of a schedule of the United States."""
    filed = segment.get(element)
    scope.add(name, f"{segment.tag}-{element:02}", stated_port(filed, schedule, segment.number, message.issues), filed)


def add_extra(scope: Scope, segment: Segment, *elements: int) -> None:
    """Elements without a field, as one text."""
    scope.add(EXTRA, segment.tag, segment.joined(*elements))


def put_weight(scope: Scope, segment: Segment, name: str, element: int, unit: str) -> None:
    """A mass with its unit; nought is none."""
    number = as_number(segment.get(element))
    if not is_nothing(number):
        scope.add(name, f"{segment.tag}-{element:02}", f"{number} {CODES.get(('WEIGHT', unit), unit)}".strip())


def put_code(scope: Scope, segment: Segment, element: int, qualifier: str) -> None:
    """A commodity code: an HS code where its qualifier says so."""
    field, code = find_code(CODES, "CODES", qualifier), segment.get(element)
    digits = code.replace(".", "").replace(" ", "")
    if not qualifier and digits.isdigit() and 6 <= len(digits) <= 10:
        field = "hs_code"
    scope.add(field, f"{segment.tag}-{element:02}", code)


def put_day(scope: Scope, segment: Segment, name: str, element: int) -> None:
    """A day of eight figures, or of six."""
    scope.add(
        name, f"{segment.tag}-{element:02}", as_date(segment.get(element), "101" if len(segment.get(element)) == 6 else "102")
    )


# Parties: N1 with what follows it, of which N3 may be the rest of a name that was cut.

_NAME_WIDTH = 35  # at which systems cut the name of N1, and go on in N3


def n1(message: Message, segment: Segment) -> None:
    """A party begins: what follows until the next one is its name and address."""
    qualifier, name = segment.get(1), segment.get(2)
    of_trade = CODES.get(("N1 of trade", qualifier)) if message.type in TRADE else None
    role = of_trade or find_code(CODES, "N1", qualifier) or "other_parties"
    scope = message.scope if message.type in (*LOADS, "601", *TRADE) else message.bill
    if role in ROLES and scope.has(f"{role}_name"):
        role = "other_parties"
    message.role, message.role_label, message.party = role, f"N1*{qualifier[:4]}", scope
    if role == "carrier" and name and not message.carrier_named:
        # A name says more than the code that V1 or M10 has for it.
        message.carrier_named = True
        scope.add_extra("carrier_name")
    scope.add(_name_field(role), f"{message.role_label} name", name)
    _of_party(message, "identifier", "identifier", segment.get(4))


def _name_field(role: str) -> str:
    return f"{role}_name" if role in (*ROLES, "declarant", "carrier") else role


def _of_party(message: Message, part: str, label: str, text: str) -> None:
    """What is stated of the party; of one in another role it has no field."""
    field = f"{message.role}_{part}" if message.role in ROLES else EXTRA
    message.party.add(field, f"{message.role_label} {label}", text)


def _extend_name(message: Message, text: str) -> None:
    """The name that N1 cut goes on: a piece that filled N1 may end within a word, and both names are kept."""
    field, label = _name_field(message.role), f"{message.role_label} name"
    cells = message.party.cells
    at = next((i for i in reversed(range(len(cells))) if (cells[i].field, cells[i].label) == (field, label)), None)
    if at is None:
        message.party.add(field, label, text)
        return
    before = cells[at].text
    cells[at] = Cell(field, label, f"{before} {text}")
    if len(before) >= _NAME_WIDTH:
        message.party.add("other_parties", label, f"{before}{text}")


def nm1(message: Message, segment: Segment) -> None:
    """A party by its full name: of a person the family name comes first."""
    name, number = segment.joined(4, 5, 3), segment.number
    n1(message, Segment(number, "N1", ((segment.get(1),), (name,), (segment.get(8),), (segment.get(9),))))


def n2(message: Message, segment: Segment) -> None:
    """More of the name."""
    for text in filter(None, map(segment.get, (1, 2) if message.role else ())):
        _extend_name(message, text)


def n3(message: Message, segment: Segment) -> None:
    """Street, or the rest of the name."""
    if not message.role:
        take_other(message, segment)
        return
    first, second = segment.get(1), segment.get(2)
    # Of two address lines the first is the rest of the name where it holds no number: streets have one.
    if second and first and not any(c.isdigit() or c in "/#" for c in first):
        _extend_name(message, first)
    _of_party(message, "address", "N3", ", ".join(t for t in (first, second) if t))


def n4(message: Message, segment: Segment) -> None:
    """Town and country."""
    if not message.role:
        take_other(message, segment)
        return
    _of_party(message, "address", "N4", ", ".join(filter(None, map(segment.get, (1, 2, 3)))))
    _of_party(message, "country", "N4-04", segment.get(4))
