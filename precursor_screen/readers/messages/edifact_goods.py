"""Segments of EDIFACT that say what the goods are, and how much there is of them."""

from __future__ import annotations

from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.edifact_base import CODES, Message, Take
from precursor_screen.readers.messages.scope import BESIDE, UNREAD
from precursor_screen.readers.messages.tables import find_code
from precursor_screen.readers.messages.text import (
    as_number,
    is_mass_unit,
    is_nothing,
    join_pieces,
    with_unit,
)

_MOST_PIECES = 495  # the standard lets FTX repeat 99 times, of five pieces each
_HS_TYPES = ("HS", "HS ", "CC", "TSP", "TAR", "122", "108", "117")


def _pia(message: Message, segment: Segment) -> None:
    for element in range(2, len(segment.elements) + 1):
        code, kind = segment.get(element), segment.get(element, 1)
        message.scope.add("hs_code" if kind in _HS_TYPES else BESIDE, f"PIA+{kind}", code)


def _ftx(message: Message, segment: Segment) -> None:
    """A text; one that is too long for a segment goes on in the next."""
    field = find_code(CODES, "FTX", segment.get(1)) or BESIDE
    if message.equipment and field == "description":
        field = BESIDE
    label = f"FTX+{segment.get(1)[:6]}"
    pieces = segment.all(4) or (segment.get(3),)
    if message.text_label != label or len(message.text) >= _MOST_PIECES:
        message.settle_text()
    message.text_field, message.text_label = field, label
    message.text.extend(pieces)


def _imd(message: Message, segment: Segment) -> None:
    message.scope.add("description", "IMD+7008", join_pieces(segment.all(3)[3:5]) or segment.get(3))


def _mea(message: Message, segment: Segment) -> None:
    purpose, kind = segment.get(1), segment.get(2)
    unit, figure = segment.get(3), as_number(segment.get(3, 1), segment.decimal)
    label = f"MEA+{purpose}+{kind}"
    if not figure or is_nothing(figure):
        return
    field = CODES.get(("MEA", kind), CODES.get(("MEA", purpose), UNREAD))
    if field in ("gross_mass", "net_mass"):
        if message.equipment or (unit and not is_mass_unit(unit)):
            field = BESIDE
    elif not field and not is_mass_unit(unit):
        field = BESIDE  # counts, volumes and temperatures
    if field in ("gross_mass", "net_mass") and message.parts.add(message.scope, field, figure, unit):
        return
    text = with_unit(figure, unit) if field in ("gross_mass", "net_mass") else f"{figure} {unit}"
    message.scope.add(field, label, text)


def _moa(message: Message, segment: Segment) -> None:
    field = find_code(CODES, "MOA", segment.get(1))
    amount = as_number(segment.get(1, 1), segment.decimal)
    if is_nothing(amount):
        return
    if not field and message.scope.has("value"):
        field = BESIDE  # duties, charges and prices: what the goods are worth is stated
    if field in ("value", "freight"):
        if message.scope.has(field):
            field = BESIDE
        elif field == "value":
            message.scope.add("currency", f"MOA+{segment.get(1)}+6345", segment.get(1, 2))
    text = amount if field in ("value", "freight") else f"{amount} {segment.get(1, 2)}"
    message.scope.add(field, f"MOA+{segment.get(1)[:6]}", text)


def _sgp(message: Message, segment: Segment) -> None:
    message.scope.add("container_numbers", "SGP+8260", segment.get(1))
    message.parts.container += 1


def _dgs(message: Message, segment: Segment) -> None:
    message.scope.add("dangerous_goods_class", "DGS+8351", segment.get(2))
    message.scope.add("un_numbers", "DGS+7124", segment.get(3))
    rest = " ".join(c for e in segment.elements[3:] for c in e if c)
    message.scope.add(BESIDE, "DGS", rest)


def _pac(message: Message, segment: Segment) -> None:
    count = as_number(segment.get(1), segment.decimal)
    if not message.scope.has("packages") and not is_nothing(count):
        message.scope.add("packages", "PAC+7224", count)
        message.scope.add("package_type", "PAC+7065", segment.get(3, 3) or segment.get(3))
    else:
        message.scope.add(BESIDE, "PAC", " ".join(c for e in segment.elements for c in e if c))


def _pci(message: Message, segment: Segment) -> None:
    message.scope.add("marks", "PCI+7102", " ".join(c.strip() for c in segment.all(2) if c.strip()))


def _qty(message: Message, segment: Segment) -> None:
    figure, unit = as_number(segment.get(1, 1), segment.decimal), segment.get(1, 2)
    if is_nothing(figure):
        return
    if message.scope.has("quantity"):
        message.scope.add(BESIDE, f"QTY+{segment.get(1)[:6]}", f"{figure} {unit}")
        return
    message.scope.add("quantity", "QTY+6060", figure)
    message.scope.add("quantity_unit", "QTY+6411", unit)


def _cnt(message: Message, segment: Segment) -> None:
    """Totals say nothing of a line, but for those that a consignment of IFCSUM states of itself before its goods."""
    scope = message.scope
    if message.type != "IFCSUM" or scope is message.root or scope is not message.consignment or scope.children:
        return
    count, unit = as_number(segment.get(1, 1), segment.decimal), segment.get(1, 2)
    if segment.get(1) == "7" and not is_nothing(count) and (not unit or is_mass_unit(unit)):
        scope.add("gross_mass", "CNT+7", with_unit(count, unit))
    elif segment.get(1) == "11" and not is_nothing(count):
        scope.add("packages", "CNT+11", count)


GOODS: Final[dict[str, Take]] = {
    "PIA": _pia,
    "FTX": _ftx,
    "IMD": _imd,
    "MEA": _mea,
    "MOA": _moa,
    "SGP": _sgp,
    "DGS": _dgs,
    "PAC": _pac,
    "PCI": _pci,
    "QTY": _qty,
    "CNT": _cnt,
}
