"""ANSI X12 310 and 601: loads of a freight receipt and their lines; export shipments and their goods."""

from __future__ import annotations

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.layout import find_code
from precursor_screen.readers.messages.scope import BESIDE, Cell, Scope
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing
from precursor_screen.readers.messages.x12_base import CODES, Message, add_code, add_mode, add_weight
from precursor_screen.text.countries import is_locode

# ANSI X12 309 and 350: bills of a manifest, their containers and goods; bills that customs release or hold.


def m10(message: Message, segment: Segment) -> None:
    """The manifest: carrier and vessel."""
    root = message.root
    root.add("carrier_name", "M10-01", segment.get(1))
    add_mode(root, "M10-02", segment.get(2))
    root.add("vessel", "M10-05", segment.get(5))
    root.add("voyage", "M10-06", segment.get(6))
    root.add(BESIDE, "M10", " ".join(segment.get(i) for i in (3, 4, 7, 9) if segment.get(i)))


def p4(message: Message, segment: Segment) -> None:
    """A port of discharge."""
    scope = message.root.open(segment.number, shares=False)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("port_of_discharge", "P4-01", segment.get(1))
    scope.add("arrival_date", "P4-02", as_date(segment.get(2), "101" if len(segment.get(2)) == 6 else "102"))
    message.place = "P4"
    message.port = scope


def _open_bill(message: Message, segment: Segment, number: str) -> None:
    current = message.bill
    if any(c.label == "M13 bill" and c.text == number for c in current.cells) and not any(
        c.label.startswith("M11") for c in current.cells
    ):
        message.enter(current)  # M13 says what is done to the bill that M11 states
        return
    scope = message.port.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("bill_of_lading", f"{segment.tag} bill", number)


def m13(message: Message, segment: Segment) -> None:
    """What is done to a bill."""
    _open_bill(message, segment, segment.get(4))
    message.bill.add("message_function", "M13-03", CODES.get(("M13", segment.get(3)), ""), segment.get(3))
    message.bill.add("packages", "M13-05", segment.get(5))
    message.bill.add(BESIDE, "M13", " ".join(segment.get(i) for i in (6, 7) if segment.get(i)))
    message.bill.add("house_bill_of_lading", "M13-08", segment.get(8))
    message.bill.add("bill_issuer", "M13-09", segment.get(9))


def m11(message: Message, segment: Segment) -> None:
    """A bill of lading."""
    _open_bill(message, segment, segment.get(1))
    bill = message.bill
    if not bill.has("message_function"):  # which M13 says
        bill.add("message_function", "M11", "original")
    bill.add(BESIDE, "M11", segment.get(9))
    bill.add("port_of_loading", "M11-02", segment.get(2))
    if not bill.has("packages"):
        bill.add("packages", "M11-03", segment.get(3))
    bill.add("package_type", "M11-04", segment.get(4))
    add_weight(bill, "gross_mass", "M11-05", segment.get(5), segment.get(6))
    bill.add(BESIDE, "M11-10", segment.get(10))
    bill.add("master_bill_of_lading", "M11-11", segment.get(11))
    if not bill.has("bill_issuer"):
        bill.add("bill_issuer", "M11-12", segment.get(12))


def vid(message: Message, segment: Segment) -> None:
    """A container."""
    scope = message.bill
    if message.type != "601":  # an export shipment has its goods beside its containers, not in them
        scope = message.bill.open(segment.number)
        message.enter(scope)
        message.group = scope
    scope.add("container_numbers", "VID-02/03", f"{segment.get(2)}{segment.get(3)}")
    scope.add(BESIDE, "VID seals", " ".join(segment.get(i) for i in (4, 5) if segment.get(i)))


def fold_containers(scope: Scope) -> None:
    """Containers of which no goods are said are those of the goods beside them: listed after the goods of a bill, or several before."""
    for child in scope.children:
        fold_containers(child)
    bare = [
        c
        for c in scope.children
        if not c.children and c.has("container_numbers") and not c.has("description") and not c.has("packages")
    ]
    goods = [c for c in scope.children if c not in bare]
    if not bare or not goods:
        return
    for one in bare:
        place = scope.children.index(one)
        following = next((c for c in scope.children[place + 1 :] if c in goods and _is_container(c)), None)
        target = following or next((c for c in reversed(scope.children[:place]) if c in goods and _is_container(c)), scope)
        target.take(one.cells)
    scope.children[:] = goods


def _is_container(scope: Scope) -> bool:
    return any(c.label == "VID-02/03" for c in scope.cells)


def n10(message: Message, segment: Segment) -> None:
    """Goods, or more of their description."""
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
    add_code(scope, "N10-05", segment.get(4), segment.get(5))
    scope.add("value", "N10-06", "" if is_nothing(as_number(segment.get(6))) else segment.get(6))
    add_weight(scope, "gross_mass", "N10-08", segment.get(8), segment.get(7))
    for name, element in (("country_of_origin", 11), ("country_of_destination", 12)):
        scope.add(name, f"N10-{element}", segment.get(element))
    scope.add("currency", "N10-13", segment.get(13))


def h1(message: Message, segment: Segment) -> None:
    """Dangerous goods."""
    digits = segment.get(1).upper().removeprefix("UN").removeprefix("NA").strip()
    message.scope.add("un_numbers", "H1-01", digits, segment.get(1))
    message.scope.add("dangerous_goods_class", "H1-02", segment.get(2))
    message.scope.add("description", "H1-04", segment.get(4))
    message.scope.add(BESIDE, "H1", " ".join(segment.get(i) for i in range(5, 11) if segment.get(i)))


def x4(message: Message, segment: Segment) -> None:
    """A bill that is released or held."""
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
