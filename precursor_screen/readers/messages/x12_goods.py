"""ANSI X12 310 and 601: loads of a freight receipt and their lines; export shipments and their goods."""

from __future__ import annotations

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.layout import find_code
from precursor_screen.readers.messages.scope import BESIDE, Cell, Scope
from precursor_screen.readers.messages.text import as_date, is_nothing
from precursor_screen.readers.messages.x12_base import CODES, Message, add_code, add_mode, add_weight
from precursor_screen.text.countries import is_locode


def b2a(message: Message, segment: Segment) -> None:
    """What the message does."""
    message.root.add("message_function", "B2A-01", CODES.get(("B2A", segment.get(1)), segment.get(1)), segment.get(1))


def b3(message: Message, segment: Segment) -> None:
    """Invoice and date."""
    message.root.add(BESIDE, "B3", " ".join(segment.get(i) for i in (2, 3) if segment.get(i)))
    message.root.add("date", "B3-06", as_date(segment.get(6), "102"), segment.get(6))


def v1(message: Message, segment: Segment) -> None:
    """Vessel and voyage."""
    message.root.add("vessel", "V1-02", segment.get(2) or segment.get(1))
    message.root.add("voyage", "V1-04", segment.get(4))
    message.root.add("carrier_name", "V1-05", segment.get(5))
    add_mode(message.root, "V1-09", segment.get(9))


def n9(message: Message, segment: Segment) -> None:
    """A reference."""
    field = find_code(CODES, "N9", segment.get(1)) or BESIDE
    scope = message.scope
    if field == BESIDE or scope.has(field):
        scope.add(BESIDE, f"{segment.tag}*{segment.get(1)[:4]}", " ".join(segment.get(i) for i in (2, 3) if segment.get(i)))
    else:
        scope.add(field, f"{segment.tag}*{segment.get(1)[:4]}", segment.get(2))


def r4(message: Message, segment: Segment) -> None:
    """A port."""
    kind, code, name, country = segment.get(1), segment.get(3), segment.get(4), segment.get(5)
    message.place = kind
    field = find_code(CODES, segment.tag, kind) or BESIDE
    scope, label = message.scope, f"{segment.tag}*{kind[:2]}"
    if field == "transit_countries":
        scope.add(field, label, country or (code[:2] if is_locode(code) else ""))
        scope.add(BESIDE, f"{label} name", " ".join(t for t in (code, name) if t))
        return
    scope.add(field, label, code or name)
    if code and name:
        scope.add(BESIDE, f"{label} name", name)
    where = {"L": "country_of_dispatch", "E": "country_of_destination", "M": "country_of_destination"}.get(kind, BESIDE)
    if kind == "D" and not scope.has("country_of_destination"):
        where = "country_of_destination"
    elif where == "country_of_destination" and not message.destination_named:
        message.destination_named = True
        scope.cells[:] = [Cell(BESIDE, c.label, c.text) if c.field == "country_of_destination" else c for c in scope.cells]
    scope.add(where, f"{label} country", country)


def dtm(message: Message, segment: Segment) -> None:
    """A date, of the port before it if there is one."""
    text = as_date(segment.get(2), "102")
    field = {"L": "dispatch_date", "D": "arrival_date"}.get(message.place, "date" if message.type == "601" else BESIDE)
    if message.scope.has(field):
        field = BESIDE
    message.scope.add(field, f"DTM*{segment.get(1)[:4]}", text, segment.get(2))


def lx(message: Message, segment: Segment) -> None:
    """A load."""
    if message.type != "310":
        return
    scope = message.root.open(segment.number)
    message.enter(scope)
    message.group, message.items, message.load = scope, {}, segment.get(1)


def n7(message: Message, segment: Segment) -> None:
    """A container and its mass."""
    if message.type == "350":
        message.scope.add("container_numbers", "N7-01/02", f"{segment.get(1)}{segment.get(2)}")
        return
    scope = message.group
    scope.add("container_numbers", "N7-01/02", f"{segment.get(1)}{segment.get(2)}")
    if segment.get(4) in ("", "G", "B"):
        add_weight(scope, "gross_mass", "N7-03", segment.get(3), segment.get(17) or "K")
    elif segment.get(4) == "N":
        add_weight(scope, "net_mass", "N7-03", segment.get(3), segment.get(17) or "K")
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
            # Lines are counted anew in each load.
            scope.add("item_number", f"{segment.tag}-01", number if message.load in ("", "1") else f"{message.load}/{number}")
    return scope


def l0(message: Message, segment: Segment) -> None:
    """Quantity and weight of a line."""
    scope = _item(message, segment)
    unit = segment.get(11) or "K"
    if segment.get(5) in ("N", "A3"):
        add_weight(scope, "net_mass", "L0-04", segment.get(4), unit)
    else:
        add_weight(scope, "gross_mass", "L0-04", segment.get(4), unit)
    scope.add("packages", "L0-08", segment.get(8))
    scope.add("package_type", "L0-09", segment.get(9))


def l5(message: Message, segment: Segment) -> None:
    """Description of a line, or more of it."""
    scope = _item(message, segment)
    message.pieces.append(segment.elements[1][0] if len(segment.elements) > 1 else "")
    message.marks.append(segment.get(6))
    add_code(scope, "L5-03", segment.get(4) or "-", segment.get(3))


def lh1(message: Message, segment: Segment) -> None:
    """Dangerous goods: identification."""
    message.scope.add("un_numbers", "LH1-03", segment.get(3).upper().removeprefix("UN").removeprefix("NA"), segment.get(3))
    message.scope.add(BESIDE, "LH1", " ".join(segment.get(i) for i in range(4, 12) if segment.get(i)))


def lh2(message: Message, segment: Segment) -> None:
    """Dangerous goods: class."""
    message.scope.add("dangerous_goods_class", "LH2-01", segment.get(1))
    message.scope.add(BESIDE, "LH2", " ".join(segment.get(i) for i in range(2, 10) if segment.get(i)))


def lh3(message: Message, segment: Segment) -> None:
    """Dangerous goods: shipping name."""
    message.scope.add("description", "LH3-01", segment.get(1))


def ba1(message: Message, segment: Segment) -> None:
    """An export shipment."""
    scope = message.root.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("direction", "BA1", "export")
    scope.add("message_function", "BA1-02", CODES.get(("BA1", segment.get(2)), "original"), segment.get(2))
    add_mode(scope, "BA1-03", segment.get(3))
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


def l13(message: Message, segment: Segment) -> None:
    """Goods of an export shipment."""
    scope = message.bill.open(segment.number)
    message.enter(scope)
    scope.add("hs_code", "L13-02", segment.get(2))
    scope.add("quantity", "L13-04", "" if is_nothing(segment.get(4)) else segment.get(4))
    scope.add("quantity_unit", "L13-03", segment.get(3))
    scope.add("value", "L13-06", segment.get(6))
    scope.add("currency", "L13", "USD" if segment.get(6) else "")
    scope.add("item_number", "L13-07", segment.get(7))
    scope.add(BESIDE, "L13-09", f"{segment.get(9)} {segment.get(8)}")
    add_weight(scope, "gross_mass", "L13-11", segment.get(11), segment.get(10))
    scope.add("description", "L13-12", segment.get(12))
    scope.add(BESIDE, "L13", " ".join(segment.get(i) for i in range(13, 17) if segment.get(i)))


def x1(message: Message, segment: Segment) -> None:
    """An export licence."""
    message.scope.add("permit_reference", "X1-02", segment.get(2))
    message.scope.add(BESIDE, "X1", " ".join(segment.get(i) for i in (1, *range(3, 12)) if segment.get(i)))


def man(message: Message, segment: Segment) -> None:
    """Marks."""
    message.scope.add("marks", "MAN-02", " ".join(segment.get(i) for i in (2, 3, 5, 6) if segment.get(i)))
