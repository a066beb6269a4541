"""ANSI X12 309, 310, 304, 404, 601, 350, 856 and 810: what their segments say (releases 003030 to 006050).

A bill of the manifest (309) begins with M11 or M13, its containers with VID, its goods with N10; the goods of a freight receipt (310),
shipping instructions (304) and a rail bill (404) with the line number of L0 and L5 under LX; those of a ship notice (856) with an item of
HL, of an invoice (810) with IT1; those of an export declaration (601) with L13; a status (350) names bills with X4 and no
goods. `L` is pounds and `K` kilograms in all of them. What the qualifiers stand for is in `layouts/x12.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.counts import keep_unread_texts
from precursor_screen.readers.messages.layout import find_code, tags_of
from precursor_screen.readers.messages.scope import EXTRA, Cell, Scope, added
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing, stated_port
from precursor_screen.readers.messages.x12_base import (
    CODES,
    LOADS,
    TRADE,
    Message,
    add_extra,
    n1,
    n2,
    n3,
    n4,
    nm1,
    put,
    put_code,
    put_day,
    put_port,
    put_weight,
    take_other,
)
from precursor_screen.readers.messages.x12_trade import TRADE_HANDLERS
from precursor_screen.text.countries import country_told
from precursor_screen.text.us_ports import WIDTHS, us_port

TYPES = ("309", *LOADS, "601", "350", *TRADE)
# 309 and 350: bills of a manifest, their containers and goods; bills that customs release or hold.


# Segments of which each element is a field, or stands beside them: tag -> the level that they are about, fields with their elements, others.
_PLAIN: Final[Mapping[str, tuple[str, Mapping[str, int], Iterable[int]]]] = {
    # The manifest: carrier and vessel.
    "M10": ("root", {"carrier_name": 1, "transport_mode": 2, "vessel": 5, "voyage": 6}, (3, 4, 7, 9)),
    # Dangerous goods: of a bill; of a freight receipt their identification, class and shipping name.
    "H1": ("scope", {"un_numbers": 1, "dangerous_goods_class": 2, "description": 4}, range(5, 11)),
    "LH1": ("scope", {"un_numbers": 3}, range(4, 12)),
    "LH2": ("scope", {"dangerous_goods_class": 1}, range(2, 10)),
    "LH3": ("scope", {"description": 1}, ()),
    # An export licence.
    "X1": ("scope", {"permit_reference": 2}, (1, *range(3, 12))),
}


def _plain(message: Message, segment: Segment) -> None:
    level, fields, extra = _PLAIN[segment.tag]
    put(getattr(message, level), segment, **fields)
    add_extra(getattr(message, level), segment, *extra)


def _p4(message: Message, segment: Segment) -> None:
    """A port of discharge."""
    scope = message.root.open(segment.number, shares=False)
    message.enter(scope)
    message.bill = message.group = message.port = scope
    put_port(message, scope, segment, "port_of_discharge", 1, "D")
    put_day(scope, segment, "arrival_date", 2)
    message.place = "P4"


def _open_bill(message: Message, segment: Segment, number: str) -> None:
    current = message.bill.cells
    states = any(c.label.startswith("M11") for c in current)
    if not states and any(c.label == "M13 bill" and c.text == number for c in current):
        message.enter(message.bill)  # M13 says what is done to the bill that M11 states
        return
    scope = message.port.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("bill_of_lading", f"{segment.tag} bill", number)


def _m13(message: Message, segment: Segment) -> None:
    """What is done to a bill."""
    if not segment.get(4):
        add_extra(message.port, segment, *range(1, 13))
        return
    _open_bill(message, segment, segment.get(4))
    message.bill.add("message_function", "M13-03", CODES.get(("M13", segment.get(3)), ""), segment.get(3))
    put(message.bill, segment, packages=5)
    add_extra(message.bill, segment, 6, 7)
    put(message.bill, segment, house_bill_of_lading=8, bill_issuer=9)


def _m11(message: Message, segment: Segment) -> None:
    """A bill of lading."""
    _open_bill(message, segment, segment.get(1))
    bill = message.bill
    if not bill.has("message_function"):  # which M13 says
        bill.add("message_function", "M11", "original")
    add_extra(bill, segment, 9)
    put_port(message, bill, segment, "port_of_loading", 2, "K")
    if not bill.has("packages"):
        put(bill, segment, packages=3)
    put(bill, segment, package_type=4)
    put_weight(bill, segment, "gross_mass", 5, segment.get(6))
    bill.add(EXTRA, "M11-10", segment.get(10))
    put(bill, segment, master_bill_of_lading=11)
    if not bill.has("bill_issuer"):
        put(bill, segment, bill_issuer=12)


def _m12(message: Message, segment: Segment) -> None:
    """A movement in bond: to a port of the United States, or from there to a foreign one; numbers of Canadian offices have three figures."""
    add_extra(message.scope, segment, 1, 2, *range(5, 20))
    last = next(((element, kind) for element, kind in ((4, "K"), (3, "D")) if us_port(segment.get(element), kind)), (0, ""))
    for element, schedule in ((3, "D"), (4, "K")):
        name = "place_of_delivery" if element == last[0] else EXTRA
        put_port(message, message.scope, segment, name, element, schedule)


def _vid(message: Message, segment: Segment) -> None:
    """A container."""
    scope = message.bill
    if message.type != "601":  # an export shipment has its goods beside its containers, not in them
        scope = message.group = message.bill.open(segment.number)
        message.enter(scope)
    scope.add("container_numbers", "VID-02/03", f"{segment.get(2)}{segment.get(3)}")
    scope.add(EXTRA, "VID seals", segment.joined(4, 5))


def _fold_containers(scope: Scope) -> None:
    """Containers of which no goods are said are those of the goods beside them: listed after the goods of a bill, or several before."""
    for child in scope.children:
        _fold_containers(child)
    empty = [c for c in scope.children if not (c.children or c.has("description") or c.has("packages"))]
    bare = [c for c in empty if c.has("container_numbers")]
    goods = [c for c in scope.children if c not in bare]
    if not goods:
        return
    containers = [c for c in goods if any(cell.label == "VID-02/03" for cell in c.cells)]
    for one in bare:
        place = scope.children.index(one)
        around = (*scope.children[place + 1 :], *reversed(scope.children[:place]))
        next((c for c in around if c in containers), scope).take(one.cells)
    scope.children[:] = goods


def _n10(message: Message, segment: Segment) -> None:
    """Goods, or more of their description."""
    before = message.items.get("N10")
    if before is None or any(map(segment.get, (1, 5, 6, 8))) or not _is_sibling(message.scope, before):
        before = message.group.open(segment.number)
        message.items = {"N10": before}
    if message.scope is not before:
        message.enter(before)
    message.fragments.append("".join(segment.all(2)))
    message.marks.append(segment.get(3))
    put(before, segment, packages=1)
    put_code(before, segment, 5, segment.get(4))
    if not is_nothing(as_number(segment.get(6))):
        put(before, segment, value=6)
    put_weight(before, segment, "gross_mass", 8, segment.get(7))
    put(before, segment, country_of_origin=11, country_of_destination=12, currency=13)


def _is_sibling(scope: Scope, goods: Scope) -> bool:
    """Whether a level is that of some goods, or stands with them or above them."""
    return scope is goods or scope is goods.parent or scope.parent is goods.parent


def _x4(message: Message, segment: Segment) -> None:
    """A bill that is released or held."""
    scope = (message.bill if message.place == "P4" else message.root).open(segment.number)
    message.enter(scope)
    put(scope, segment, bill_of_lading=1, house_bill_of_lading=8, packages=2, declaration_id=4)
    put_day(scope, segment, "date", 5)
    scope.add(EXTRA, "X4-07", segment.get(7))
    scope.add("bill_issuer", "X4-09", segment.get(10) or segment.get(9))
    scope.add("container_numbers", "X4-11/12", f"{segment.get(11)}{segment.get(12)}")
    add_extra(scope, segment, 3, *range(13, 20))


# 310 and 601: loads of a freight receipt and their lines; export shipments and their goods.


def _b2a(message: Message, segment: Segment) -> None:
    """What the message does."""
    message.root.add("message_function", "B2A-01", CODES.get(("B2A", segment.get(1)), segment.get(1)), segment.get(1))


def _b3(message: Message, segment: Segment) -> None:
    """Invoice and date."""
    add_extra(message.root, segment, 2, 3)
    message.root.add("date", "B3-06", as_date(segment.get(6), "102"), segment.get(6))


def _v1(message: Message, segment: Segment) -> None:
    """Vessel and voyage."""
    message.root.add("vessel", "V1-02", segment.get(2) or segment.get(1))
    put(message.root, segment, voyage=4, carrier_name=5, transport_mode=9)


def _n9(message: Message, segment: Segment) -> None:
    """A reference."""
    field = find_code(CODES, "N9", segment.get(1)) or EXTRA
    is_extra = field == EXTRA or message.scope.has(field)
    text = segment.joined(2, 3) if is_extra else segment.get(2)
    message.scope.add(EXTRA if is_extra else field, f"{segment.tag}*{segment.get(1)[:4]}", text)


def _r4(message: Message, segment: Segment) -> None:
    """A port."""
    kind, qualifier, filed, name, country = map(segment.get, (1, 2, 3, 4, 5))
    code = stated_port(filed, qualifier, segment.number, message.issues) if qualifier in WIDTHS else filed
    message.place = kind
    field = find_code(CODES, segment.tag, kind) or EXTRA
    scope, label = message.scope, f"{segment.tag}*{kind[:2]}"
    if field == "transit_countries":
        scope.add(field, label, country or country_told(code))
        scope.add(EXTRA, f"{label} name", f"{code} {name}")
        return
    scope.add(field, label, code or name, filed)
    if code and name:
        scope.add(EXTRA, f"{label} name", name)
    where = {"L": "country_of_dispatch", "E": "country_of_destination", "M": "country_of_destination"}.get(kind, EXTRA)
    if kind == "D" and not scope.has("country_of_destination"):
        where = "country_of_destination"
    elif where == "country_of_destination" and not message.destination_named:
        message.destination_named = True
        scope.add_extra("country_of_destination")
    scope.add(where, f"{label} country", country)


def _dtm(message: Message, segment: Segment) -> None:
    """A date, of the port before it if there is one."""
    field = {"L": "dispatch_date", "D": "arrival_date"}.get(message.place, "date" if message.type == "601" else EXTRA)
    field = EXTRA if message.scope.has(field) else field
    message.scope.add(field, f"DTM*{segment.get(1)[:4]}", as_date(segment.get(2), "102"), segment.get(2))


def _lx(message: Message, segment: Segment) -> None:
    """A load."""
    if message.type in LOADS:
        message.enter(message.root.open(segment.number))
        message.group, message.items, message.load = message.scope, {}, segment.get(1)


_WITHOUT_CHECK = 6  # digits of a container's number; its check digit may stand in an element of its own


def _n7(message: Message, segment: Segment) -> None:
    """A container and its mass."""
    of_bill = message.type == "350"
    scope, kind = message.scope if of_bill else message.group, segment.get(4)
    number, check = segment.get(2), segment.get(18)
    check = check if len(number) == _WITHOUT_CHECK and len(check) == 1 else ""
    scope.add("container_numbers", "N7-01/02", f"{segment.get(1)}{number}{check}")
    if of_bill:
        return
    if message.type != "404" and kind in ("", "G", "B", "N"):  # a rail car is weighed beside its goods
        put_weight(scope, segment, "net_mass" if kind == "N" else "gross_mass", 3, segment.get(17) or "K")
    else:
        scope.add(EXTRA, "N7-03", segment.joined(3, 17))


def _item(message: Message, segment: Segment) -> Scope:
    """The goods of a line number under LX; L0 and L5 of one number are about the same."""
    number = segment.get(1) or "1"
    if message.type == "404":  # each car that a lading is in has an L0 of its own, counted anew
        number = number if segment.tag == "L5" else next(reversed(message.items), number)
    scope = message.items.get(number)
    if scope is None:
        scope = message.items[number] = message.group.open(segment.number)
    if message.scope is not scope:
        message.enter(scope)
        if not scope.cells:
            # Lines are counted anew in each load.
            scope.add(
                "item_number",
                f"{segment.tag}-01",
                number if message.load in ("", "1") or message.type == "404" else f"{message.load}/{number}",
            )
    return scope


def _l0(message: Message, segment: Segment) -> None:
    """Quantity and weight of a line; in a rail bill those of each car that it is in."""
    scope = _item(message, segment)
    held = Scope(segment.number, log=scope.log) if message.type == "404" else scope
    put_weight(held, segment, "net_mass" if segment.get(5) in ("N", "A3") else "gross_mass", 4, segment.get(11) or "K")
    put(held, segment, packages=8, package_type=9)
    if held is not scope:
        _add_car(scope, held)


def _add_car(scope: Scope, held: Scope) -> None:
    """What a car holds of a lading, added to what those before hold; what cannot be added is a further value."""
    for cell in held.cells:
        at = next((i for i, own in enumerate(scope.cells) if own.field == cell.field), None)
        before = scope.cells[at].text if at is not None else ""
        if at is not None and (total := added(before, cell.text)):
            scope.cells[at] = Cell(cell.field, cell.label, total)
        elif cell.text != before:
            scope.take([cell])


def _l5(message: Message, segment: Segment) -> None:
    """Description of a line, or more of it."""
    scope = _item(message, segment)
    message.fragments.append("".join(segment.all(2)))
    message.marks.append(segment.get(6))
    put_code(scope, segment, 3, segment.get(4) or "-")


def _m3(message: Message, segment: Segment) -> None:
    """The release of a rail bill."""
    put_day(message.root, segment, "date", 2)


def _ba1(message: Message, segment: Segment) -> None:
    """An export shipment."""
    scope = message.root.open(segment.number)
    message.enter(scope)
    message.bill = message.group = scope
    scope.add("direction", "BA1", "export")
    scope.add("message_function", "BA1-02", CODES.get(("BA1", segment.get(2)), "original"), segment.get(2))
    put(scope, segment, transport_mode=3, country_of_destination=4, declaration_id=5)
    # Release 4010 put two codes of the census before the place of origin; later ones did not.
    country, carrier, vessel = (10, 13, 15) if len(segment.get(6)) == 1 else (7, 10, 12)
    put(scope, segment, country_of_dispatch=country, carrier_name=carrier, vessel=vessel)
    add_extra(scope, segment, *(i for i in range(6, 20) if i not in (country, carrier, vessel)))


def _l13(message: Message, segment: Segment) -> None:
    """Goods of an export shipment."""
    scope = message.bill.open(segment.number)
    message.enter(scope)
    put(scope, segment, hs_code=2)
    if not is_nothing(segment.get(4)):
        put(scope, segment, quantity=4)
    put(scope, segment, quantity_unit=3, value=6)
    scope.add("currency", "L13", "USD" if segment.get(6) else "")
    put(scope, segment, item_number=7)
    scope.add(EXTRA, "L13-09", segment.joined(9, 8))
    put_weight(scope, segment, "gross_mass", 11, segment.get(10))
    put(scope, segment, description=12)
    add_extra(scope, segment, *range(13, 17))


def _man(message: Message, segment: Segment) -> None:
    """Marks."""
    message.scope.add("marks", "MAN-02", segment.joined(2, 3, 5, 6))


_HANDLERS: dict[str, Callable[[Message, Segment], None]] = {
    **dict.fromkeys(_PLAIN, _plain), "P4": _p4, "M13": _m13, "M11": _m11, "M12": _m12, "VID": _vid, "N10": _n10, "N1": n1, "N2": n2, "N3": n3, "N4": n4, "NM1": nm1,
    "B2A": _b2a, "B3": _b3, "V1": _v1, "N9": _n9, "REF": _n9, "R4": _r4, "P5": _r4, "DTM": _dtm, "LX": _lx, "N7": _n7, "L0": _l0, "L5": _l5,
    "M3": _m3, "BA1": _ba1, "L13": _l13, "MAN": _man, "X4": _x4,
}  # fmt: skip
_OF_TRADE = {**_HANDLERS, **TRADE_HANDLERS}
TAGS = tags_of(CODES, _OF_TRADE)


def take(message: Message, segment: Segment) -> None:
    """What a segment says, put where it belongs; in messages of other types none is looked at."""
    if message.type in TYPES and segment.tag != "ST":
        message.root.log.clear()
        handlers = _OF_TRADE if message.type in TRADE else _HANDLERS
        handlers.get(segment.tag, take_other)(message, segment)
        keep_unread_texts(message.scope, segment, (*message.fragments, *message.marks))


def complete(message: Message) -> tuple[str, Scope] | None:
    """The type and the content of a message, once it is complete; None where it is none that states goods."""
    if message.type not in TYPES:
        return None
    message.flush_text()
    if message.type == "309":
        _fold_containers(message.root)
    return f"X12 {message.type}", message.root
