"""Segments of EDIFACT about what is around the goods: parties, places, days, transport, documents."""

from __future__ import annotations

from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.edifact_base import CODES, Message, Take
from precursor_screen.readers.messages.layout import find_code
from precursor_screen.readers.messages.scope import BESIDE, ROLES
from precursor_screen.readers.messages.text import (
    as_date,
    country_of,
    join_pieces,
)

_MAIN_STAGES = ("", "20", "11", "12", "13", "1")  # main carriage, at the border, at departure, at destination


def _loc(message: Message, segment: Segment) -> None:
    code, name = segment.get(2), segment.get(2, 3)
    field = find_code(CODES, "LOC", segment.get(1))
    if field.startswith("country_of") or field == "transit_countries":
        message.scope.add(field, f"LOC+{segment.get(1)}", country_of(code) or name, code)
    else:
        message.scope.add(field, f"LOC+{segment.get(1)[:10]}", code or name)
    if code and name:
        message.scope.add(BESIDE, f"LOC+{segment.get(1)[:6]} name", name)


def _dtm(message: Message, segment: Segment) -> None:
    qualifier, text, code = segment.get(1), segment.get(1, 1), segment.get(1, 2)
    if qualifier == "137" and message.scope is message.root and not message.stamp:
        message.stamp = text
    field = find_code(CODES, "DTM", qualifier)
    if field == "date" and message.scope.has("date"):
        field = BESIDE
    message.scope.add(field, f"DTM+{qualifier[:6]}", as_date(text, code), text)


def _nad(message: Message, segment: Segment) -> None:
    qualifier = segment.get(1)
    role = find_code(CODES, "NAD", qualifier) or "other_parties"
    label = f"NAD+{qualifier[:6]}"
    lines = [c.strip() for c in segment.all(3) if c.strip()]
    name = join_pieces(segment.all(4)[:5])
    if not name and lines:
        name, lines = lines[0], lines[1:]
    address = [*lines, *(c.strip() for e in (5, 6, 7, 8) for c in segment.all(e) if c.strip())]
    identifier, country = segment.get(2), segment.get(9)
    if message.equipment:
        role = "other_parties"
    if role in ROLES and message.scope.has(f"{role}_name"):
        role = "other_parties"
    if role in ROLES:
        for part, text in (("name", name), ("address", ", ".join(address)), ("country", country), ("identifier", identifier)):
            message.scope.add(f"{role}_{part}", f"{label} {part}", text)
        return
    if role in ("declarant", "carrier"):
        message.scope.add(f"{role}_name", f"{label} name", name or identifier)
        rest = [*address, country, *([identifier] if name else [])]
    else:
        message.scope.add("other_parties", f"{label} name", name)
        rest = [*address, country, identifier]
    message.scope.add(BESIDE, f"{label} address", ", ".join(t for t in rest if t))


def _tdt(message: Message, segment: Segment) -> None:
    stage = segment.get(1)
    name, code = segment.get(8, 3), segment.get(8)
    if stage not in _MAIN_STAGES or any(message.scope.has(f) for f in ("voyage", "vessel", "transport_mode")):
        message.scope.add(BESIDE, f"TDT+{stage[:6]}", " ".join(c for e in segment.elements[1:] for c in e if c))
        return
    message.scope.add("voyage", "TDT+8028", segment.get(2))
    message.scope.add("transport_mode", "TDT+8067", segment.get(3))
    message.scope.add("carrier_name", "TDT+3128", segment.get(5, 3) or segment.get(5))
    message.scope.add("vessel", "TDT+8212", name or code)
    if name and code:
        message.scope.add(BESIDE, "TDT+8213", code)


def _gis(message: Message, segment: Segment) -> None:
    nature = CODES.get(("GIS", segment.get(1)))
    message.scope.add("direction" if nature else BESIDE, "GIS+7365", nature or segment.get(1), segment.get(1))


def _doc(message: Message, segment: Segment) -> None:
    number = segment.get(2)
    field = {"705": "bill_of_lading", "704": "master_bill_of_lading", "740": "bill_of_lading", "741": "master_bill_of_lading",
             "703": "house_bill_of_lading", "714": "house_bill_of_lading", "911": "permit_reference", "811": "permit_reference"}.get(segment.get(1), BESIDE)  # fmt: skip
    message.scope.add(field, f"DOC+{segment.get(1)[:6]}", number if field != BESIDE else f"{segment.get(1, 3)} {number}")


AROUND: Final[dict[str, Take]] = {"LOC": _loc, "DTM": _dtm, "NAD": _nad, "TDT": _tdt, "GIS": _gis, "DOC": _doc}
