"""An EDIFACT message while it is read: the level that the next segment belongs to, and the containers of an item."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import find_code, load_codes
from precursor_screen.readers.messages.scope import EXTRA, ROLES, Cell, Scope
from precursor_screen.readers.messages.text import as_date, country_of, join_fragments, joined_otherwise, stated_port, with_unit

CODES = load_codes("edifact")
TRADE = ("DESADV", "INVOIC")
_IN_CONTAINERS = "mass in containers (SGP)"


class Parts:
    """The containers over which the goods of one item are spread, while they are read: the mass in each of them."""

    def __init__(self) -> None:
        self.container = 0
        self.last: dict[str, int] = {}  # field -> container whose mass was added

    def add(self, scope: Scope, field: str, figure: str, unit: str) -> bool:
        """Take the mass of the goods in a container: a part of what the item states, or of the sum where it states nothing.

        Returns:
            Whether it was taken; a second one of the same container, or one in another unit, is for the caller.
        """
        if not self.container or self.last.get(field) == self.container:
            return False
        found = next((i for i, c in enumerate(scope.cells) if c.field == field and c.label == _IN_CONTAINERS), None)
        if found is None:
            self.last[field] = self.container
            own = scope.has(field)
            scope.add(EXTRA if own else field, _IN_CONTAINERS, f"{figure} {unit}" if own else with_unit(figure, unit))
            return True
        before, _, known = scope.cells[found].text.partition(" ")
        if known != with_unit("", unit).strip() or not (_is_figure(before) and _is_figure(figure)):
            return False
        self.last[field] = self.container
        scope.cells[found] = Cell(field, _IN_CONTAINERS, with_unit(str(Decimal(before) + Decimal(figure)), unit))
        return True


class Message:
    """One message while it is read: the level that the next segment belongs to."""

    def __init__(self, head: Segment, issues: IssueList) -> None:
        self.type = head.get(2).upper() if head.tag == "UNH" else ""  # where it is lost, BGM begins it
        self.root = Scope(head.number, shares=self.type not in ("CUSCAR", "IFCSUM", "COPRAR", ""))
        self.scope = self.root
        self.consignment = self.root
        self.issues = issues
        self.equipment = False
        self.parts = Parts()
        self.in_detail = False  # past UNS: what follows is of items
        self.function = ""
        self.stamp = ""
        self.versioned = False
        self.text: list[str] = []  # fragments of FTX that may go on in the next segment
        self.text_field = self.text_label = ""

    def flush_text(self) -> None:
        """The text of FTX is complete."""
        if self.text:
            self.scope.add(self.text_field, self.text_label, join_fragments(self.text))
            self.scope.add(EXTRA, f"{self.text_label}, pieces apart", joined_otherwise(self.text))
        self.text, self.text_label = [], ""

    def open_consignment(self, segment: Segment) -> None:
        """A consignment begins."""
        self.scope = self.consignment = self.root.open(segment.number)
        self.equipment = False

    def open_item(self, segment: Segment) -> None:
        """An item of the consignment begins."""
        self.scope = self.consignment.open(segment.number)
        self.equipment = False
        self.parts = Parts()

    def complete(self) -> Scope:
        """The message, once it is complete; one that changes another and has no version is ordered by when it was written."""
        self.flush_text()
        if self.function in ("replacement", "cancellation") and not self.versioned and self.stamp.isdigit():
            self.root.add("version", "DTM+137", self.stamp.ljust(14, "0"))
        return self.root


Take = Callable[[Message, Segment], None]  # what a segment says, put where it belongs


def _is_figure(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


# Segments of EDIFACT about what is around the goods: parties, places, days, transport, documents.

_MAIN_STAGES = ("", "20", "11", "12", "13", "1")  # main carriage, at the border, at departure, at destination


def _loc(message: Message, segment: Segment) -> None:
    filed, name = segment.get(2), segment.get(2, 3)
    schedule = CODES.get(("LOC 1131", segment.get(2, 1)), "")
    code = stated_port(filed, schedule, segment.number, message.issues) if schedule else filed
    field = find_code(CODES, "LOC", segment.get(1))
    if field == "country_of_origin" and not code:
        code = segment.get(3).partition("-")[0]  # Australia states the region, AU-NS
    if field.startswith("country_of") or field == "transit_countries":
        message.scope.add(field, f"LOC+{segment.get(1)}", country_of(code) or name, filed or code)
    else:
        message.scope.add(field, f"LOC+{segment.get(1)[:10]}", code or name, filed)
    if code and name:
        message.scope.add(EXTRA, f"LOC+{segment.get(1)[:6]} name", name)


def _dtm(message: Message, segment: Segment) -> None:
    qualifier, text, code = segment.get(1), segment.get(1, 1), segment.get(1, 2)
    if qualifier == "137" and message.scope is message.root and not message.stamp:
        message.stamp = text
    field = find_code(CODES, "DTM", qualifier)
    if field == "date" and message.scope.has("date"):
        field = EXTRA
    message.scope.add(field, f"DTM+{qualifier[:6]}", as_date(text, code), text)


def _nad(message: Message, segment: Segment) -> None:
    qualifier = segment.get(1)
    if qualifier == "GO" and message.type == "CUSDEC":  # the owner of goods
        role = "exporter" if message.root.first("direction") == "export" else "importer"
    else:
        of_trade = CODES.get(("NAD of trade", qualifier)) if message.type in TRADE else None
        role = of_trade or find_code(CODES, "NAD", qualifier) or "other_parties"
    label = f"NAD+{qualifier[:6]}"
    lines = [c.strip() for c in segment.all(3) if c.strip()]
    name = join_fragments(segment.all(4)[:5])
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
    message.scope.add(EXTRA, f"{label} address", ", ".join(t for t in rest if t))


def _tdt(message: Message, segment: Segment) -> None:
    stage = segment.get(1)
    name, code = segment.get(8, 3), segment.get(8)
    if stage not in _MAIN_STAGES or any(message.scope.has(f) for f in ("voyage", "vessel", "transport_mode")):
        message.scope.add(EXTRA, f"TDT+{stage[:6]}", " ".join(c for e in segment.elements[1:] for c in e if c))
        return
    message.scope.add("voyage", "TDT+8028", segment.get(2))
    message.scope.add("transport_mode", "TDT+8067", segment.get(3))
    message.scope.add("carrier_name", "TDT+3128", segment.get(5, 3) or segment.get(5))
    message.scope.add("vessel", "TDT+8212", name or code)
    if name and code:
        message.scope.add(EXTRA, "TDT+8213", code)


def _gis(message: Message, segment: Segment) -> None:
    nature = CODES.get(("GIS", segment.get(1)))
    message.scope.add("direction" if nature else EXTRA, "GIS+7365", nature or segment.get(1), segment.get(1))


def _doc(message: Message, segment: Segment) -> None:
    code, number = segment.get(1), segment.get(2)
    field = find_code(CODES, "DOC", code)
    message.scope.add(field, f"DOC+{code[:6]}", number if field != EXTRA else f"{segment.get(1, 3)} {number}")


AROUND: Final[dict[str, Take]] = {"LOC": _loc, "DTM": _dtm, "NAD": _nad, "TDT": _tdt, "GIS": _gis, "DOC": _doc}
