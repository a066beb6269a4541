"""ANSI X12 856 and 810: ship notices and invoices, whose items say what the goods are."""

from __future__ import annotations

from collections.abc import Callable

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.layout import find_code
from precursor_screen.readers.messages.scope import EXTRA, Scope
from precursor_screen.readers.messages.text import as_date
from precursor_screen.readers.messages.x12_base import CODES, Message, add_extra, put, put_day, put_weight


def _bsn(message: Message, segment: Segment) -> None:
    """A ship notice."""
    message.root.add("message_function", "BSN-01", CODES.get(("B2A", segment.get(1)), segment.get(1)), segment.get(1))
    put(message.root, segment, stated_shipment_id=2)
    put_day(message.root, segment, "date", 3)


def _big(message: Message, segment: Segment) -> None:
    """An invoice."""
    put_day(message.root, segment, "date", 1)
    put(message.root, segment, stated_shipment_id=2)
    add_extra(message.root, segment, 4)


_MOST_LEVELS = 20  # shipment, order, tare, pack and item are five


def _hl(message: Message, segment: Segment) -> None:
    """A level of a ship notice: shipment, order, package or item, by its number and that of the level above."""
    number, above = segment.get(1), segment.get(2)
    over = message.items.get(above, message.root)
    scope = (over if sum(1 for _ in over.above()) < _MOST_LEVELS else message.root).open(segment.number)
    message.enter(scope)
    if number not in ("", above):  # a level is not above itself
        message.items[number] = scope


def _lin(message: Message, segment: Segment) -> None:
    """The item of a level, by codes of several kinds."""
    put(message.scope, segment, item_number=1)
    _numbers(message.scope, segment, 2)


def _it1(message: Message, segment: Segment) -> None:
    """An item of an invoice."""
    message.enter(message.root.open(segment.number))
    put(message.scope, segment, item_number=1, quantity=2, quantity_unit=3)
    _numbers(message.scope, segment, 6)


def _numbers(scope: Scope, segment: Segment, first: int) -> None:
    for at in range(first, len(segment.elements) + 1, 2):
        field = CODES.get(("LIN", segment.get(at)), EXTRA)
        scope.add(field, f"{segment.tag}*{segment.get(at)[:4]}", segment.get(at + 1))


def _sn1(message: Message, segment: Segment) -> None:
    """How much of an item is shipped."""
    put(message.scope, segment, quantity=2, quantity_unit=3)


def _pid(message: Message, segment: Segment) -> None:
    """What an item is."""
    message.scope.add("description", "PID-05", segment.get(5))


def _mea(message: Message, segment: Segment) -> None:
    """A measure: masses among them."""
    field = CODES.get(("MEA", segment.get(2)))
    if field is None:
        add_extra(message.scope, segment, *range(1, 5))
    else:
        put_weight(message.scope, segment, field, 3, segment.get(4))


def _td1(message: Message, segment: Segment) -> None:
    """Packages and their mass."""
    put(message.scope, segment, package_type=1, packages=2)
    put_weight(message.scope, segment, "net_mass" if segment.get(6) == "N" else "gross_mass", 7, segment.get(8))
    add_extra(message.scope, segment, 4, 5)


def _td5(message: Message, segment: Segment) -> None:
    """Who carries it, and how."""
    put(message.scope, segment, carrier_name=5)
    add_extra(message.scope, segment, 3)


def _td3(message: Message, segment: Segment) -> None:
    """A container or a trailer."""
    message.scope.add("container_numbers" if segment.get(2) else EXTRA, "TD3-02/03", f"{segment.get(2)}{segment.get(3)}")
    add_extra(message.scope, segment, 9)


def _dtm(message: Message, segment: Segment) -> None:
    """A date by its qualifier."""
    field = find_code(CODES, "DTM", segment.get(1)) or EXTRA
    message.scope.add(field, f"DTM*{segment.get(1)[:4]}", as_date(segment.get(2), "102"), segment.get(2))


TRADE_HANDLERS: dict[str, Callable[[Message, Segment], None]] = {
    "BSN": _bsn, "BIG": _big, "HL": _hl, "LIN": _lin, "IT1": _it1, "SN1": _sn1, "PID": _pid, "MEA": _mea,
    "TD1": _td1, "TD5": _td5, "TD3": _td3, "DTM": _dtm,
}  # fmt: skip
