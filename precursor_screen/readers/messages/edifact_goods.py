"""UN/EDIFACT CUSCAR, CUSDEC, IFTMIN, IFCSUM, COPRAR, DESADV and INVOIC: their segments about goods (directories D.95B to D.21A).

They differ in what opens a level: CNI a consignment (CUSCAR, IFCSUM), GID a goods item, CST an item of a declaration, EQD a container (COPRAR), LIN an item of
a trade document (DESADV, INVOIC). What the qualifiers stand for is in `layouts/edifact.csv`.
"""

from __future__ import annotations

import re
from typing import Final

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.messages.counts import keep_unread_texts
from precursor_screen.readers.messages.edifact_base import AROUND, CODES, TRADE, Message, Take
from precursor_screen.readers.messages.layout import find_code, tags_of
from precursor_screen.readers.messages.scope import EXTRA, UNREAD, Scope
from precursor_screen.readers.messages.text import as_number, is_mass_unit, is_nothing, join_fragments, with_unit

TYPES = ("CUSCAR", "CUSDEC", "IFTMIN", "IFCSUM", "COPRAR", *TRADE)
# Segments of EDIFACT that open a level or say which one it is: consignments, bills, goods items, items of a declaration,
# equipment.

_DIRECTIONS = {"929": "import", "830": "export", "952": "transit"}
_BILLS = ("bill_of_lading", "house_bill_of_lading")
_PROCEDURE_TYPES = ("105", "117")  # of data element 1131: kinds of declarations, procedures
_HS_CODE = re.compile(r"(\d{6}|\d{8,12})[A-Z]?")  # New Zealand sets a letter behind it; seven digits are a British procedure


_NUMBERED = {"CUSDEC": "declaration_id", **dict.fromkeys(("IFTMIN", *TRADE), "stated_shipment_id")}  # by the document itself


def _bgm(message: Message, segment: Segment) -> None:
    code = segment.get(1)
    message.type = message.type or CODES.get(("BGM", code), "")
    root = message.root
    message.function = CODES.get(("FUNCTION", segment.get(3)), "")
    root.add("message_function", "BGM+1225", message.function or segment.get(3), segment.get(3))
    number, version = segment.get(2), segment.get(2, 1)
    message.versioned = bool(version)
    root.add("version", "BGM+1056", version)
    root.add(_NUMBERED.get(message.type, EXTRA), "BGM+1004", number)
    root.add("direction", "BGM+1001", _DIRECTIONS.get(code, ""), code)


def _cni(message: Message, segment: Segment) -> None:
    message.open_consignment(segment)
    message.consignment.add("bill_of_lading", "CNI+1004", segment.get(2))


def _rff(message: Message, segment: Segment) -> None:
    qualifier, number = segment.get(1), segment.get(1, 1)
    field = find_code(CODES, "RFF", qualifier) or EXTRA
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
        field = EXTRA  # of an item, or a second one: the consignment is told apart by its first
    message.scope.add(
        field, f"RFF+{qualifier[:10]}", " ".join(p for p in (number, segment.get(1, 2)) if p) if field == EXTRA else number
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
    message.scope.add(EXTRA, "GID+7064", name if code else "")
    if outer == 2 and segment.get(3):
        message.scope.add(EXTRA, "GID inner packages", " ".join(c for c in segment.all(3) if c))


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
            message.scope.add("procedure" if is_procedure else EXTRA, f"CST+7361 {element - 1}", code)


def _goods_code(code: str, kind: str) -> str:
    """The digits of a code of goods; empty for any other code."""
    found = _HS_CODE.fullmatch(code.replace(".", "").replace(" ", "").upper())
    return found[1] if found and kind not in _PROCEDURE_TYPES else ""


def _uns(message: Message, segment: Segment) -> None:
    message.in_detail = True
    if message.type in TRADE:
        message.scope = message.consignment  # what follows are totals, and none of them is the last item's


def _lin(message: Message, segment: Segment) -> None:
    """An item of a trade document."""
    if message.type in TRADE:
        message.open_item(segment)
        message.scope.add("item_number", "LIN+1082", segment.get(1))
    message.scope.add(EXTRA, "LIN+7140", segment.get(3))


def _cps(message: Message, segment: Segment) -> None:
    """A packing level of DESADV: pallets and their masses, under which items follow."""
    message.scope = message.consignment
    message.equipment = True


def _ali(message: Message, segment: Segment) -> None:
    message.scope.add("country_of_origin", "ALI+3239", segment.get(1))


def _eqd(message: Message, segment: Segment) -> None:
    """Equipment stands beside the goods: its own masses and seals are none of theirs. COPRAR says of each container what is in it, and
    the masses there include the container."""
    if message.type == "COPRAR":
        message.open_consignment(segment)
    message.scope = message.consignment
    message.equipment = True
    field = "container_numbers" if segment.get(1) in ("CN", "UL", "TE", "RR", "BX") else EXTRA
    message.scope.add(field, f"EQD+{segment.get(1)[:6]}", segment.get(2))


_MOST_FRAGMENTS = 495  # the standard lets FTX repeat 99 times, of five fragments each
_HS_TYPES = ("HS", "HS ", "CC", "TSP", "TAR", "122", "108", "117")


def _pia(message: Message, segment: Segment) -> None:
    for element in range(2, len(segment.elements) + 1):
        code, kind = segment.get(element), segment.get(element, 1)
        message.scope.add("hs_code" if kind in _HS_TYPES else EXTRA, f"PIA+{kind}", code)


def _ftx(message: Message, segment: Segment) -> None:
    """A text; one that is too long for a segment goes on in the next."""
    field = find_code(CODES, "FTX", segment.get(1)) or EXTRA
    if message.equipment and field == "description" and message.type != "COPRAR":
        field = EXTRA
    label = f"FTX+{segment.get(1)[:6]}"
    fragments = segment.all(4) or (segment.get(3),)
    if not segment.all(4) and fragments[0].isdigit():
        # A code of the text's own (4441): South Africa states there whether a shipment is whole, `FTX+AAA++9+...` (SARS, CUSCAR 2.1).
        message.scope.add(EXTRA, label, fragments[0])
        return
    if message.text_label != label or len(message.text) >= _MOST_FRAGMENTS:
        message.flush_text()
    message.text_field, message.text_label = field, label
    message.text.extend(fragments)


def _imd(message: Message, segment: Segment) -> None:
    message.scope.add("description", "IMD+7008", join_fragments(segment.all(3)[3:5]) or segment.get(3))


def _mea(message: Message, segment: Segment) -> None:
    purpose, kind = segment.get(1), segment.get(2)
    unit, figure = segment.get(3), as_number(segment.get(3, 1), segment.decimal)
    label = f"MEA+{purpose}+{kind}"
    if not figure or is_nothing(figure):
        return
    field = CODES.get(("MEA", kind), CODES.get(("MEA", purpose), UNREAD))
    if field in ("gross_mass", "net_mass"):
        if message.equipment or (unit and not is_mass_unit(unit)):
            field = EXTRA
    elif not field and not is_mass_unit(unit):
        field = EXTRA  # counts, volumes and temperatures
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
        field = EXTRA  # duties, charges and prices: what the goods are worth is stated
    if field in ("value", "freight"):
        if message.scope.has(field):
            field = EXTRA
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
    message.scope.add(EXTRA, "DGS", " ".join(c for e in segment.elements[3:] for c in e if c))


def _pac(message: Message, segment: Segment) -> None:
    count = as_number(segment.get(1), segment.decimal)
    if not message.equipment and not message.scope.has("packages") and not is_nothing(count):
        message.scope.add("packages", "PAC+7224", count)
        message.scope.add("package_type", "PAC+7065", segment.get(3, 3) or segment.get(3))
    else:
        message.scope.add(EXTRA, "PAC", " ".join(c for e in segment.elements for c in e if c))


def _pci(message: Message, segment: Segment) -> None:
    message.scope.add("marks", "PCI+7102", " ".join(c.strip() for c in segment.all(2) if c.strip()))


def _qty(message: Message, segment: Segment) -> None:
    figure, unit = as_number(segment.get(1, 1), segment.decimal), segment.get(1, 2)
    if is_nothing(figure):
        return
    if message.scope.has("quantity"):
        message.scope.add(EXTRA, f"QTY+{segment.get(1)[:6]}", f"{figure} {unit}")
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


_HANDLERS: Final[dict[str, Take]] = {
    **AROUND,
    "BGM": _bgm,
    "CNI": _cni,
    "RFF": _rff,
    "GID": _gid,
    "CST": _cst,
    "UNS": _uns,
    "LIN": _lin,
    "CPS": _cps,
    "ALI": _ali,
    "EQD": _eqd,
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
TAGS = tags_of(CODES, _HANDLERS)


def take(message: Message, segment: Segment) -> None:
    """What a segment says, put where it belongs."""
    if segment.tag != "FTX":
        message.flush_text()
    message.root.log.clear()
    _HANDLERS.get(segment.tag, _take_other)(message, segment)
    keep_unread_texts(message.scope, segment, (*message.text, message.type))


def _take_other(message: Message, segment: Segment) -> None:
    message.scope.add(find_code(CODES, segment.tag, segment.get(1)), segment.tag, segment.content())


def complete(message: Message) -> tuple[str, Scope] | None:
    """The type and the content of a message, once it is complete; None where it is none that states goods."""
    if message.type not in TYPES and message.type and not message.root.children:
        return None
    return message.type or "CUSCAR", message.complete()
