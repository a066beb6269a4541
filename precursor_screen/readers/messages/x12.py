"""ANSI X12 309, 310, 601 and 350: what their segments say (releases 003030 to 006050).

A bill of the manifest (309) begins with M11 or M13, its containers with VID, its goods with N10; the goods of a freight receipt (310)
with the line number of L0 and L5 under LX; those of an export declaration (601) with L13; a status (350) names bills with X4 and no
goods. `L` is pounds and `K` kilograms in all of them. What the qualifiers stand for is in `layouts/x12.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.scope import BESIDE, IGNORED, ROLES, Cell, Scope
from precursor_screen.readers.messages.tables import find_code, load_codes
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing, join_pieces, other_reading

TYPES = ("309", "310", "601", "350")
_CODES = load_codes("x12")
_WEIGHT_UNITS = {"L": "LBR", "K": "", "G": "GRM", "E": "TNE", "M": "TNE", "S": "STN", "T": "LTN", "LB": "LBR", "KG": "", "01": "LBR", "50": ""}
_NAME_WIDTH = 35  # at which systems cut the name of N1, and go on in N3


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

    def settle_text(self) -> None:
        """The description of an item, put together of the segments that it runs over."""
        for name, pieces in (("description", self.pieces), ("marks", self.marks)):
            text = join_pieces(pieces)
            label = _TEXT_LABELS[self.type in ("309", "350"), name]
            self.scope.add(name, label, text)
            self.scope.add(BESIDE, f"{label}, pieces apart", other_reading(pieces))
        self.pieces, self.marks = [], []

    def enter(self, scope: Scope) -> None:
        """Go on with another level."""
        self.settle_text()
        self.scope = scope
        self.role = ""


_TEXT_LABELS = {(True, "description"): "N10-02", (True, "marks"): "N10-03", (False, "description"): "L5-02", (False, "marks"): "L5-06"}


def read_x12(segments: Iterable[Segment], issues: IssueList) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message that is read; other ones, and damaged segments, are issues."""
    message: Message | None = None
    for segment in segments:
        if segment.cut or not segment.tag:
            what = "ends before its terminator: the file was cut short" if segment.cut else "is no segment"
            issues.add("broken-segment", f"segment {segment.number} {what}", row=segment.number, value=segment.text())
        if segment.tag == "ST":
            if message is not None:
                yield from _end(message, issues, "another begins")
            message = Message(segment)
        elif segment.tag in ("SE", "GE", "IEA"):
            if message is not None:
                yield from _end(message, issues, "" if segment.tag == "SE" else "the interchange ends")
            message = None
        elif message is None:
            if segment.tag not in ("ISA", "GS", ""):
                issues.add("broken-segment", f"segment {segment.number} stands outside of any message", row=segment.number, value=segment.text())
        elif segment.tag and message.type in TYPES:
            _HANDLERS.get(segment.tag, _take_other)(message, segment)
    if message is not None:
        yield from _end(message, issues, "the file ends")


def _end(message: Message, issues: IssueList, broken: str) -> Iterator[tuple[str, Scope]]:
    if broken:
        issues.add(
            "broken-segment", f"the message that begins at segment {message.root.place} has no end (SE): {broken}; what it holds was read",
            row=message.root.place,
        )  # fmt: skip
    if message.type in TYPES:
        message.settle_text()
        yield f"X12 {message.type}", message.root
    else:
        issues.add("no-manifest", f"a message of type {message.type[:10]} states no goods that are read", row=message.root.place, value=message.type[:10])


def _take_other(message: Message, segment: Segment) -> None:
    field = find_code(_CODES, segment.tag, segment.get(1))
    if field != IGNORED:
        message.scope.add(field, segment.tag, " ".join(c.strip() for e in segment.elements for c in e if c.strip()))


def _weight(scope: Scope, name: str, label: str, figure: str, unit: str) -> None:
    number = as_number(figure)
    if not is_nothing(number):
        scope.add(name, label, f"{number} {_WEIGHT_UNITS.get(unit, unit)}".strip())


def _mode(scope: Scope, label: str, code: str) -> None:
    scope.add("transport_mode", label, _CODES.get(("MODE", code), code))


def _code(scope: Scope, label: str, qualifier: str, code: str) -> None:
    field = find_code(_CODES, "CODES", qualifier)
    digits = code.replace(".", "").replace(" ", "")
    if not qualifier and digits.isdigit() and 6 <= len(digits) <= 10:
        field = "hs_code"
    scope.add(field, label, code)


def _m10(message: Message, segment: Segment) -> None:
    root = message.root
    root.add("carrier_name", "M10-01", segment.get(1))
    if message.type == "309":
        root.add("message_function", "M10", "original")  # unless M13 says otherwise of a bill
    _mode(root, "M10-02", segment.get(2))
    root.add("vessel", "M10-05", segment.get(5))
    root.add("voyage", "M10-06", segment.get(6))
    root.add(BESIDE, "M10", " ".join(segment.get(i) for i in (3, 4, 7, 9) if segment.get(i)))


def _p4(message: Message, segment: Segment) -> None:
    scope = message.root.open(segment.number, shares=False)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("port_of_discharge", "P4-01", segment.get(1))
    scope.add("arrival_date", "P4-02", as_date(segment.get(2), "101" if len(segment.get(2)) == 6 else "102"))
    message.place = "P4"
    message.port = scope


def _open_bill(message: Message, segment: Segment, number: str) -> None:
    current = message.bill
    if any(c.label == "M13 bill" and c.text == number for c in current.cells) and not any(c.label.startswith("M11") for c in current.cells):
        message.enter(current)  # M13 says what is done to the bill that M11 states
        return
    scope = message.port.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("bill_of_lading", f"{segment.tag} bill", number)


def _m13(message: Message, segment: Segment) -> None:
    _open_bill(message, segment, segment.get(4))
    message.bill.add("message_function", "M13-03", _CODES.get(("M13", segment.get(3)), ""))
    message.bill.add("packages", "M13-05", segment.get(5))
    message.bill.add(BESIDE, "M13", " ".join(segment.get(i) for i in (6, 7) if segment.get(i)))
    message.bill.add("house_bill_of_lading", "M13-08", segment.get(8))
    message.bill.add("bill_issuer", "M13-09", segment.get(9))


def _m11(message: Message, segment: Segment) -> None:
    _open_bill(message, segment, segment.get(1))
    bill = message.bill
    bill.add(BESIDE, "M11", segment.get(9))
    bill.add("port_of_loading", "M11-02", segment.get(2))
    if not bill.has("packages"):
        bill.add("packages", "M11-03", segment.get(3))
    bill.add("package_type", "M11-04", segment.get(4))
    _weight(bill, "gross_mass", "M11-05", segment.get(5), segment.get(6))
    bill.add(BESIDE, "M11-10", segment.get(10))
    bill.add("master_bill_of_lading", "M11-11", segment.get(11))
    if not bill.has("bill_issuer"):
        bill.add("bill_issuer", "M11-12", segment.get(12))


def _vid(message: Message, segment: Segment) -> None:
    parent = message.bill
    scope = parent.open(segment.number)
    message.enter(scope)
    message.group = scope
    scope.add("container_numbers", "VID-02/03", f"{segment.get(2)}{segment.get(3)}")
    scope.add(BESIDE, "VID seals", " ".join(segment.get(i) for i in (4, 5) if segment.get(i)))


def _n10(message: Message, segment: Segment) -> None:
    if any(segment.get(i) for i in (1, 5, 6, 8)) or not message.items.get("N10"):
        scope = message.group.open(segment.number)
        message.enter(scope)
        message.items = {"N10": scope}
    elif message.scope is not message.items["N10"]:
        if message.scope.parent is not message.items["N10"].parent and message.scope is not message.items["N10"].parent:
            message.enter(message.group.open(segment.number))
            message.items = {"N10": message.scope}
        else:
            message.enter(message.items["N10"])
    scope = message.scope
    message.pieces.append(segment.elements[1][0] if len(segment.elements) > 1 else "")
    message.marks.append(segment.get(3))
    scope.add("packages", "N10-01", segment.get(1))
    _code(scope, "N10-05", segment.get(4), segment.get(5))
    scope.add("value", "N10-06", "" if is_nothing(as_number(segment.get(6))) else segment.get(6))
    _weight(scope, "gross_mass", "N10-08", segment.get(8), segment.get(7))
    for name, element in (("country_of_origin", 11), ("country_of_destination", 12)):
        scope.add(name, f"N10-{element}", segment.get(element))
    scope.add("currency", "N10-13", segment.get(13))


def _h1(message: Message, segment: Segment) -> None:
    digits = segment.get(1).upper().removeprefix("UN").removeprefix("NA").strip()
    message.scope.add("un_numbers", "H1-01", digits)
    message.scope.add("dangerous_goods_class", "H1-02", segment.get(2))
    message.scope.add("description", "H1-04", segment.get(4))
    message.scope.add(BESIDE, "H1", " ".join(segment.get(i) for i in range(5, 11) if segment.get(i)))


def _n1(message: Message, segment: Segment) -> None:
    qualifier = segment.get(1)
    role = find_code(_CODES, "N1", qualifier) or "other_parties"
    scope = message.scope if message.type in ("310", "601") else message.bill
    if role in ROLES and scope.has(f"{role}_name"):
        role = "other_parties"
    message.role, message.role_label = role, f"N1*{qualifier[:4]}"
    message.party = scope
    name = segment.get(2)
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


def _n2(message: Message, segment: Segment) -> None:
    if message.role:
        for element in (1, 2):
            if segment.get(element):
                _extend_name(message, segment.get(element))


def _n3(message: Message, segment: Segment) -> None:
    if not message.role:
        _take_other(message, segment)
        return
    first, second = segment.get(1), segment.get(2)
    # Of two address lines the first is the rest of the name where it holds no number: streets have one.
    if second and first and not any(c.isdigit() for c in first) and not any(c in first for c in "/#"):
        _extend_name(message, first)
    _address(message, "N3", ", ".join(t for t in (first, second) if t))


def _n4(message: Message, segment: Segment) -> None:
    if not message.role:
        _take_other(message, segment)
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


def _b2a(message: Message, segment: Segment) -> None:
    message.root.add("message_function", "B2A-01", _CODES.get(("B2A", segment.get(1)), segment.get(1)))


def _b3(message: Message, segment: Segment) -> None:
    message.root.add(BESIDE, "B3", " ".join(segment.get(i) for i in (2, 3) if segment.get(i)))
    message.root.add("date", "B3-06", as_date(segment.get(6), "102"))


def _v1(message: Message, segment: Segment) -> None:
    message.root.add("vessel", "V1-02", segment.get(2) or segment.get(1))
    message.root.add("voyage", "V1-04", segment.get(4))
    message.root.add("carrier_name", "V1-05", segment.get(5))
    _mode(message.root, "V1-09", segment.get(9))


def _n9(message: Message, segment: Segment) -> None:
    field = find_code(_CODES, "N9", segment.get(1)) or BESIDE
    scope = message.scope
    if field == BESIDE or scope.has(field):
        scope.add(BESIDE, f"{segment.tag}*{segment.get(1)[:4]}", " ".join(segment.get(i) for i in (2, 3) if segment.get(i)))
    else:
        scope.add(field, f"{segment.tag}*{segment.get(1)[:4]}", segment.get(2))


def _r4(message: Message, segment: Segment) -> None:
    kind, code, name, country = segment.get(1), segment.get(3), segment.get(4), segment.get(5)
    message.place = kind
    field = find_code(_CODES, segment.tag, kind) or BESIDE
    scope, label = message.scope, f"{segment.tag}*{kind[:2]}"
    if field == "transit_countries":
        scope.add(field, label, country or code[:2])
        scope.add(BESIDE, f"{label} name", name or code)
        return
    scope.add(field, label, code or name)
    if code and name:
        scope.add(BESIDE, f"{label} name", name)
    where = {"L": "country_of_dispatch", "E": "country_of_destination", "M": "country_of_destination"}.get(kind, BESIDE)
    if kind == "D" and not scope.has("country_of_destination"):
        where = "country_of_destination"
    elif where == "country_of_destination":
        scope.cells[:] = [c for c in scope.cells if c.field != "country_of_destination"]
    scope.add(where, f"{label} country", country)


def _dtm(message: Message, segment: Segment) -> None:
    text = as_date(segment.get(2), "102")
    field = {"L": "dispatch_date", "D": "arrival_date"}.get(message.place, "date" if message.type == "601" else BESIDE)
    if message.scope.has(field):
        field = BESIDE
    message.scope.add(field, f"DTM*{segment.get(1)[:4]}", text)


def _lx(message: Message, segment: Segment) -> None:
    if message.type != "310":
        return
    scope = message.root.open(segment.number)
    message.enter(scope)
    message.group, message.items = scope, {}


def _n7(message: Message, segment: Segment) -> None:
    if message.type == "350":
        message.scope.add("container_numbers", "N7-01/02", f"{segment.get(1)}{segment.get(2)}")
        return
    scope = message.group
    scope.add("container_numbers", "N7-01/02", f"{segment.get(1)}{segment.get(2)}")
    if segment.get(4) in ("", "G", "B"):
        _weight(scope, "gross_mass", "N7-03", segment.get(3), segment.get(17) or "K")
    elif segment.get(4) == "N":
        _weight(scope, "net_mass", "N7-03", segment.get(3), segment.get(17) or "K")
    else:
        scope.add(BESIDE, "N7-03", f"{segment.get(3)} {segment.get(17)}")


def _item(message: Message, segment: Segment) -> Scope:
    """The goods of a line number under LX; L0 and L5 of one number are about the same."""
    number = segment.get(1) or "1"
    scope = message.items.get(number)
    if scope is None:
        scope = message.items[number] = message.group.open(segment.number)
    if message.scope is not scope:
        message.enter(scope)
        if not scope.cells:
            scope.add("item_number", f"{segment.tag}-01", number)
    return scope


def _l0(message: Message, segment: Segment) -> None:
    scope = _item(message, segment)
    unit = segment.get(11) or "K"
    if segment.get(5) in ("N", "A3"):
        _weight(scope, "net_mass", "L0-04", segment.get(4), unit)
    else:
        _weight(scope, "gross_mass", "L0-04", segment.get(4), unit)
    scope.add("packages", "L0-08", segment.get(8))
    scope.add("package_type", "L0-09", segment.get(9))


def _l5(message: Message, segment: Segment) -> None:
    scope = _item(message, segment)
    message.pieces.append(segment.elements[1][0] if len(segment.elements) > 1 else "")
    message.marks.append(segment.get(6))
    _code(scope, "L5-03", segment.get(4) or "-", segment.get(3))


def _lh1(message: Message, segment: Segment) -> None:
    message.scope.add("un_numbers", "LH1-03", segment.get(3).upper().removeprefix("UN").removeprefix("NA"))
    message.scope.add(BESIDE, "LH1", " ".join(segment.get(i) for i in range(4, 12) if segment.get(i)))


def _lh2(message: Message, segment: Segment) -> None:
    message.scope.add("dangerous_goods_class", "LH2-01", segment.get(1))
    message.scope.add(BESIDE, "LH2", " ".join(segment.get(i) for i in range(2, 10) if segment.get(i)))


def _lh3(message: Message, segment: Segment) -> None:
    message.scope.add("description", "LH3-01", segment.get(1))


def _ba1(message: Message, segment: Segment) -> None:
    scope = message.root.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("direction", "BA1", "export")
    scope.add("message_function", "BA1-02", _CODES.get(("BA1", segment.get(2)), "original"))
    _mode(scope, "BA1-03", segment.get(3))
    scope.add("country_of_destination", "BA1-04", segment.get(4))
    scope.add("declaration_id", "BA1-05", segment.get(5))
    # Release 4010 put two codes of the census before the place of origin; later ones did not.
    early = len(segment.get(6)) == 1
    country, carrier, vessel = (10, 13, 15) if early else (7, 10, 12)
    scope.add("country_of_dispatch", f"BA1-{country:02}", segment.get(country))
    scope.add("carrier_name", f"BA1-{carrier}", segment.get(carrier))
    scope.add("vessel", f"BA1-{vessel}", segment.get(vessel))
    used = {1, 2, 3, 4, 5, country, carrier, vessel}
    scope.add(BESIDE, "BA1", " ".join(segment.get(i) for i in range(6, 20) if i not in used and segment.get(i)))


def _l13(message: Message, segment: Segment) -> None:
    scope = message.bill.open(segment.number)
    message.enter(scope)
    scope.add("hs_code", "L13-02", segment.get(2))
    scope.add("quantity", "L13-04", "" if is_nothing(segment.get(4)) else segment.get(4))
    scope.add("quantity_unit", "L13-03", segment.get(3))
    scope.add("value", "L13-06", segment.get(6))
    scope.add("currency", "L13", "USD" if segment.get(6) else "")
    scope.add("item_number", "L13-07", segment.get(7))
    scope.add(BESIDE, "L13-09", f"{segment.get(9)} {segment.get(8)}")
    _weight(scope, "gross_mass", "L13-11", segment.get(11), segment.get(10))
    scope.add("description", "L13-12", segment.get(12))
    scope.add(BESIDE, "L13", " ".join(segment.get(i) for i in range(13, 17) if segment.get(i)))


def _x1(message: Message, segment: Segment) -> None:
    message.scope.add("permit_reference", "X1-02", segment.get(2))
    message.scope.add(BESIDE, "X1", " ".join(segment.get(i) for i in (1, *range(3, 12)) if segment.get(i)))


def _man(message: Message, segment: Segment) -> None:
    message.scope.add("marks", "MAN-02", " ".join(segment.get(i) for i in (2, 3, 5, 6) if segment.get(i)))


def _x4(message: Message, segment: Segment) -> None:
    scope = message.bill.open(segment.number) if message.place == "P4" else message.root.open(segment.number)
    message.enter(scope)
    master, house = segment.get(1), segment.get(8)
    scope.add("bill_of_lading", "X4-01", master)
    scope.add("house_bill_of_lading", "X4-08", house)
    scope.add("packages", "X4-02", segment.get(2))
    scope.add("declaration_id", "X4-04", segment.get(4))
    scope.add("date", "X4-05", as_date(segment.get(5), "101" if len(segment.get(5)) == 6 else "102"))
    scope.add(BESIDE, "X4-07", segment.get(7))
    scope.add("bill_issuer", "X4-09", segment.get(10) or segment.get(9))
    scope.add("container_numbers", "X4-11/12", f"{segment.get(11)}{segment.get(12)}")
    scope.add(BESIDE, "X4", " ".join(segment.get(i) for i in (3, *range(13, 20)) if segment.get(i)))


_HANDLERS: dict[str, Callable[[Message, Segment], None]] = {
    "M10": _m10, "P4": _p4, "M13": _m13, "M11": _m11, "VID": _vid, "N10": _n10, "H1": _h1, "N1": _n1, "N2": _n2, "N3": _n3, "N4": _n4,
    "B2A": _b2a, "B3": _b3, "V1": _v1, "N9": _n9, "REF": _n9, "R4": _r4, "P5": _r4, "DTM": _dtm, "LX": _lx, "N7": _n7, "L0": _l0,
    "L5": _l5, "LH1": _lh1, "LH2": _lh2, "LH3": _lh3, "BA1": _ba1, "L13": _l13, "X1": _x1, "MAN": _man, "X4": _x4,
}  # fmt: skip
