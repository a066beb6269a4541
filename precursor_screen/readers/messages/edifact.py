"""UN/EDIFACT CUSCAR, CUSDEC, IFTMIN and IFCSUM: what their segments say (UN/EDIFACT directories D.95B to D.21A).

The four differ in what opens a level: CNI a consignment (CUSCAR, IFCSUM), GID a goods item, CST an item of a declaration. What the
qualifiers stand for is in `layouts/edifact.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.parts import Parts
from precursor_screen.readers.messages.scope import BESIDE, IGNORED, ROLES, UNREAD, Scope
from precursor_screen.readers.messages.tables import find_code, load_codes
from precursor_screen.readers.messages.text import (
    as_date,
    as_number,
    country_of,
    is_mass_unit,
    is_nothing,
    join_pieces,
    other_reading,
    with_unit,
)

TYPES = ("CUSCAR", "CUSDEC", "IFTMIN", "IFCSUM")
_CODES = load_codes("edifact")
_DIRECTIONS = {"929": "import", "830": "export", "952": "transit"}
_MAIN_STAGES = ("", "20", "11", "12", "13", "1")  # main carriage, at the border, at departure, at destination
_MOST_PIECES = 495  # the standard lets FTX repeat 99 times, of five pieces each
_BILLS = ("bill_of_lading", "house_bill_of_lading")
_HS_TYPES = ("HS", "HS ", "CC", "TSP", "TAR", "122", "108", "117")
_PROCEDURE_TYPES = ("105", "117")  # of data element 1131: kinds of declarations, procedures
_HS_CODE = re.compile(r"(\d{6}|\d{8,12})[A-Z]?")  # New Zealand sets a letter behind it; seven digits are a British procedure


class Message:
    """One message while it is read: the level that the next segment belongs to."""

    def __init__(self, head: Segment, issues: IssueList) -> None:
        self.type = head.get(2).upper()
        self.root = Scope(head.number, shares=self.type not in ("CUSCAR", "IFCSUM", ""))
        self.scope = self.root
        self.consignment = self.root
        self.issues = issues
        self.equipment = False
        self.parts = Parts()
        self.in_detail = False  # past UNS: what follows is of items
        self.function = ""
        self.stamp = ""
        self.versioned = False
        self.text: list[str] = []  # pieces of FTX that may go on in the next segment
        self.text_field = self.text_label = ""

    def settle_text(self) -> None:
        """The text of FTX is complete."""
        if self.text:
            self.scope.add(self.text_field, self.text_label, join_pieces(self.text))
            self.scope.add(BESIDE, f"{self.text_label}, pieces apart", other_reading(self.text))
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

    def finish(self) -> Scope:
        """The message, once it is complete; one that changes another and has no version is ordered by when it was written."""
        self.settle_text()
        if self.function in ("replacement", "cancellation") and not self.versioned and self.stamp.isdigit():
            self.root.add("version", "DTM+137", self.stamp.ljust(14, "0"))
        return self.root


def read_edifact(segments: Iterable[Segment], issues: IssueList) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message that is read; other ones, and damaged segments, are issues."""
    message: Message | None = None
    for segment in segments:
        if segment.cut or not segment.tag:
            what = "ends before its terminator: the file was cut short" if segment.cut else "is no segment"
            issues.add_one_of_many("broken-segment", f"segment {segment.number} {what}", row=segment.number, value=segment.text())
        if segment.tag == "UNH" or (segment.tag == "BGM" and message is None):
            if message is not None:
                yield from _end(message, issues, "another begins")
            message = Message(segment if segment.tag == "UNH" else Segment(segment.number, "UNH", ()), issues)
        if message is None:
            if segment.tag not in ("UNB", "UNG", "UNE", "UNZ", "UNT", ""):
                issues.add_one_of_many(
                    "broken-segment",
                    f"segment {segment.number} stands outside of any message",
                    row=segment.number,
                    value=segment.text(),
                )
            continue
        if segment.tag in ("UNT", "UNZ"):
            yield from _end(message, issues, "" if segment.tag == "UNT" else "the interchange ends")
            message = None
        elif segment.tag:
            _take(message, segment)
    if message is not None:
        yield from _end(message, issues, "the file ends")


def _end(message: Message, issues: IssueList, broken: str) -> Iterator[tuple[str, Scope]]:
    if broken:
        issues.add_one_of_many(
            "broken-segment", f"the message that begins at segment {message.root.place} has no end (UNT): {broken}; what it holds was read",
            row=message.root.place,
        )  # fmt: skip
    if message.type in TYPES or message.type == "" or message.root.children:
        yield message.type or "CUSCAR", message.finish()
    else:
        issues.add_one_of_many(
            "message-without-goods",
            f"a message of type {message.type[:10]} states no goods",
            row=message.root.place,
            value=message.type[:10],
        )


def _take(message: Message, segment: Segment) -> None:
    if segment.tag != "FTX":
        message.settle_text()
    _HANDLERS.get(segment.tag, _take_other)(message, segment)


def _take_other(message: Message, segment: Segment) -> None:
    field = find_code(_CODES, segment.tag, segment.get(1))
    if field == IGNORED:
        return
    text = " ".join(c.strip() for e in segment.elements for c in e if c.strip())
    qualifier = segment.get(1)[:6] if (segment.tag, segment.get(1)) in _CODES else ""
    message.scope.add(field, f"{segment.tag}+{qualifier}".rstrip("+"), text)


def _bgm(message: Message, segment: Segment) -> None:
    code = segment.get(1)
    message.type = message.type or _CODES.get(("BGM", code), "")
    root = message.root
    message.function = _CODES.get(("FUNCTION", segment.get(3)), "")
    root.add("message_function", "BGM+1225", message.function or segment.get(3), segment.get(3))
    number, version = segment.get(2), segment.get(2, 1)
    message.versioned = bool(version)
    root.add("version", "BGM+1056", version)
    root.add({"CUSDEC": "declaration_id", "IFTMIN": "stated_shipment_id"}.get(message.type, BESIDE), "BGM+1004", number)
    root.add("direction", "BGM+1001", _DIRECTIONS.get(code, ""), code)


def _cni(message: Message, segment: Segment) -> None:
    message.open_consignment(segment)
    message.consignment.add("bill_of_lading", "CNI+1004", segment.get(2))


def _rff(message: Message, segment: Segment) -> None:
    qualifier, number = segment.get(1), segment.get(1, 1)
    field = find_code(_CODES, "RFF", qualifier) or BESIDE
    consignment = message.consignment
    if field in _BILLS and message.type == "CUSCAR" and not message.equipment:
        if consignment.children and not any(child.stated - {"item_number"} for child in consignment.children):
            consignment.children.clear()  # Australia opens a goods item of which nothing is said in front of each bill
            message.scope = consignment
        elif consignment.children and consignment is not message.root:
            # A second bill under the same consolidation: it has its own parties, places and goods.
            shared = [c for c in consignment.cells if c.label == "CNI+1004" or c.field == "master_bill_of_lading"]
            message.open_consignment(segment)
            message.consignment.take(shared)
        _bill(message.consignment, field, f"RFF+{qualifier}", number)
        return
    if field == "stated_shipment_id" and (message.scope is not consignment or consignment.has(field)):
        field = BESIDE  # of an item, or a second one: the consignment is told apart by its first
    message.scope.add(
        field, f"RFF+{qualifier[:10]}", " ".join(p for p in (number, segment.get(1, 2)) if p) if field == BESIDE else number
    )


def _bill(consignment: Scope, field: str, label: str, number: str) -> None:
    """A bill's number; that of the consolidation above it, if it is another, is the master bill's."""
    for i, cell in enumerate(consignment.cells[:4]):  # CNI comes first
        if cell.label == "CNI+1004" and cell.field == "bill_of_lading":
            del consignment.cells[i]
            if cell.text != number and not consignment.has("master_bill_of_lading"):
                consignment.add("master_bill_of_lading", cell.label, cell.text)
            break
    consignment.add(field, label, number)


def _gid(message: Message, segment: Segment) -> None:
    message.open_item(segment)
    message.scope.add("item_number", "GID+1496", segment.get(1))
    outer = 2 if segment.get(2) else 3
    count = as_number(segment.get(outer), segment.decimal)
    message.scope.add("packages", "GID+7224", "" if is_nothing(count) else count)
    code, _, name = (segment.get(outer, c) for c in (1, 3, 4))
    if code.isdigit():  # a number of another code list, or of the goods
        code = "" if name else segment.get(outer, 2)
    message.scope.add("package_type", "GID+7065", code or name)
    message.scope.add(BESIDE, "GID+7064", name if code else "")
    if outer == 2 and segment.get(3):
        message.scope.add(BESIDE, "GID inner packages", " ".join(c for c in segment.all(3) if c))


def _cst(message: Message, segment: Segment) -> None:
    """An item of a declaration; in front of all items what is declared of the whole, elsewhere more about the goods item above it."""
    elements = range(2, len(segment.elements) + 1)
    numbers = [_goods_code(segment.get(element), segment.get(element, 1)) for element in elements]
    if message.type == "CUSDEC" or message.scope is message.consignment:
        of_all = message.type == "CUSDEC" and not (message.in_detail or segment.get(1) or any(numbers))
        if not of_all:
            message.open_item(segment)
            message.in_detail = True
            message.scope.add("item_number", "CST+1496", segment.get(1))
    for element, number in zip(elements, numbers, strict=True):
        code = segment.get(element)
        if number:
            message.scope.add("hs_code", "CST+7361", number, code)
        else:
            digits = code.replace(".", "")
            is_procedure = digits.isdigit() and len(digits) in (4, 7)
            message.scope.add("procedure" if is_procedure else BESIDE, f"CST+7361 {element - 1}", code)


def _goods_code(code: str, kind: str) -> str:
    """The digits of a code of goods; empty for any other code."""
    found = _HS_CODE.fullmatch(code.replace(".", "").replace(" ", "").upper())
    return found[1] if found and kind not in _PROCEDURE_TYPES else ""


def _uns(message: Message, segment: Segment) -> None:
    message.in_detail = True


def _pia(message: Message, segment: Segment) -> None:
    for element in range(2, len(segment.elements) + 1):
        code, kind = segment.get(element), segment.get(element, 1)
        message.scope.add("hs_code" if kind in _HS_TYPES else BESIDE, f"PIA+{kind}", code)


def _ftx(message: Message, segment: Segment) -> None:
    """A text; one that is too long for a segment goes on in the next."""
    field = find_code(_CODES, "FTX", segment.get(1)) or BESIDE
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
    field = _CODES.get(("MEA", kind), _CODES.get(("MEA", purpose), UNREAD))
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
    field = find_code(_CODES, "MOA", segment.get(1))
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


def _loc(message: Message, segment: Segment) -> None:
    code, name = segment.get(2), segment.get(2, 3)
    field = find_code(_CODES, "LOC", segment.get(1))
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
    field = find_code(_CODES, "DTM", qualifier)
    if field == "date" and message.scope.has("date"):
        field = BESIDE
    message.scope.add(field, f"DTM+{qualifier[:6]}", as_date(text, code), text)


def _nad(message: Message, segment: Segment) -> None:
    qualifier = segment.get(1)
    role = find_code(_CODES, "NAD", qualifier) or "other_parties"
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


def _sgp(message: Message, segment: Segment) -> None:
    message.scope.add("container_numbers", "SGP+8260", segment.get(1))
    message.parts.container += 1


def _eqd(message: Message, segment: Segment) -> None:
    """Equipment stands beside the goods: its own masses and seals are none of theirs."""
    message.scope = message.consignment
    message.equipment = True
    field = "container_numbers" if segment.get(1) in ("CN", "UL", "TE", "RR", "BX") else BESIDE
    message.scope.add(field, f"EQD+{segment.get(1)[:6]}", segment.get(2))


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


def _gis(message: Message, segment: Segment) -> None:
    nature = _CODES.get(("GIS", segment.get(1)))
    message.scope.add("direction" if nature else BESIDE, "GIS+7365", nature or segment.get(1), segment.get(1))


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


def _doc(message: Message, segment: Segment) -> None:
    number = segment.get(2)
    field = {"705": "bill_of_lading", "704": "master_bill_of_lading", "740": "bill_of_lading", "741": "master_bill_of_lading",
             "703": "house_bill_of_lading", "714": "house_bill_of_lading", "911": "permit_reference", "811": "permit_reference"}.get(segment.get(1), BESIDE)  # fmt: skip
    message.scope.add(field, f"DOC+{segment.get(1)[:6]}", number if field != BESIDE else f"{segment.get(1, 3)} {number}")


_HANDLERS: dict[str, Callable[[Message, Segment], None]] = {
    "BGM": _bgm, "CNI": _cni, "RFF": _rff, "GID": _gid, "CST": _cst, "PIA": _pia, "FTX": _ftx, "IMD": _imd, "MEA": _mea, "MOA": _moa,
    "LOC": _loc, "DTM": _dtm, "NAD": _nad, "TDT": _tdt, "SGP": _sgp, "EQD": _eqd, "DGS": _dgs, "PAC": _pac, "PCI": _pci, "QTY": _qty,
    "GIS": _gis, "DOC": _doc, "CNT": _cnt, "UNS": _uns,
}  # fmt: skip
