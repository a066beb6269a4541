"""ANSI X12 309 and 350: bills of a manifest, their containers and goods; bills that customs release or hold."""

from __future__ import annotations

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.scope import BESIDE, Scope
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing
from precursor_screen.readers.messages.x12_base import CODES, Message, add_code, add_mode, add_weight


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
