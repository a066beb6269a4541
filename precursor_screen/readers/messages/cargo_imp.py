"""IATA Cargo-IMP: air waybill (FWB), house manifest (FHL) and flight manifest (FFM), versions as they still flow.

Lines begin with an identifier of three letters; those that begin with a slant go on with the one before. `K` is kilograms and `L`
pounds. An air waybill of a flight manifest that is loaded on several units is one cargo: what each unit carries adds up, the total
that stands behind it does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import Digest, IssueList, MessageContent, Reader, ReadOptions
from precursor_screen.readers.messages.cargo_imp_blocks import KNOWN, PARTIES, Block, take_common, take_dangerous
from precursor_screen.readers.messages.counts import Whole, compare_whole, keep_unread_texts, part_lines
from precursor_screen.readers.messages.edi import read_text, refuse_empty
from precursor_screen.readers.messages.scope import EXTRA, UNREAD, Cell, Scope, lines_of
from precursor_screen.readers.messages.text import is_nothing

_HEAD = re.compile(r"(FWB|FHL|FFM)/(\d{1,2})\s*")
_GLUED = re.compile(
    r"(?:FWB|FHL|FFM)/\d{1,2}(?=MBI/\d{3}-|\d{3}-\d{8}[A-Z]{6}/|\d/[A-Z0-9]{2}\d)"
)  # a head and the line behind it
_END = re.compile(r"(?:LAST|CONT)\b")
_WAYBILL = re.compile(r"(\d{3}-?\d{8})([A-Z]{3})([A-Z]{3})/?([TSPDM])(\d{1,6})(?:([KL])(\d+(?:\.\d+)?))?(.*)")
_HOUSE = re.compile(r"HBS/([^/]*)/([A-Z]{3})([A-Z]{3})/(\d*)/([KL])(\d+(?:\.\d+)?)/(\d*)/?(.*)", re.DOTALL)
_AIRPORTS = re.compile(r"(?:\d{3}-?\d{8})?[A-Z]{6}(?:[TSPDM]\d.*)?")
_POUNDS = {"L": " LBR", "K": ""}
_POUND = Decimal("0.45359237")
_TOTAL = re.compile(r"T(\d{1,6})$")  # of the consignment, behind what is on a unit


def read_telegrams(blob: Blob, digest: Digest, options: ReadOptions) -> list[MessageContent]:
    """One result: the lines of every message of the file.

    Raises:
        InputError: no message in it states goods.
    """
    content, text, issues = read_text(blob, options)
    message_content = MessageContent("Cargo-IMP", issues, digest, str(text.choice), out_of_table_texts=text.out_of_table_texts)
    for kind, scope in read_cargo_imp(content, issues):
        message_content.lines += [(kind, line) for line in lines_of(scope)]
    refuse_empty(message_content, blob)
    return [message_content]


CARGO_IMP = Reader(lambda kind, _: kind == "cargo-imp", read_telegrams)


def read_cargo_imp(text: str, issues: IssueList) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message; lines that cannot be read are issues."""
    masters: dict[str, Whole] = {}
    for kind, row, lines, ended in _telegrams(text, issues):
        if kind == "FFM" and not ended:  # these alone have an end of their own, by which a cut shows
            begins = f"the flight manifest that begins at line {row}"
            issues.note_broken(f"{begins} has no end (LAST or CONT); what it holds was read", row)
        yield _message(kind, row, lines, masters, issues)
    for master in masters.values():
        compare_whole(master, issues)


def _telegrams(text: str, issues: IssueList) -> Iterator[tuple[str, int, list[tuple[int, str]], bool]]:
    """The type of each telegram, the row of its head, its lines with their numbers, and whether it has an end."""
    kind, row, ended = "", 0, False
    lines: list[tuple[int, str]] = []
    for number, line in _lines(text, issues):
        if found := _HEAD.fullmatch(line.strip()):
            if kind:
                yield kind, row, lines, ended
            kind, row, lines, ended = found[1], number, [], False
        elif kind == "FFM" and _END.match(line):
            ended = True
        elif kind and line.strip():
            lines.append((number, line.lstrip()))
    if kind:
        yield kind, row, lines, ended


def _lines(text: str, issues: IssueList) -> Iterator[tuple[int, str]]:
    """The numbered lines; a head that is glued to the line behind it is parted from it."""
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = raw.rstrip(" \t\x03\x00\x1a")
        if found := _GLUED.match(line.strip()):
            issues.note_broken(f"line {number}: the line end behind {found[0]} is damaged", number, line[:200])
            yield number, found[0]
            line = line.strip()[found.end() :]
        yield number, line


def _message(
    kind: str, row: int, lines: list[tuple[int, str]], masters: dict[str, Whole], issues: IssueList
) -> tuple[str, Scope]:
    root = Scope(row, shares=kind != "FFM")
    root.add("transport_mode", kind, "air")
    root.add("message_function", kind, "original")
    lines = list(part_lines(kind, lines, issues))
    if kind == "FHL":
        _read_houses(root, lines, masters, issues)
    else:
        (_read_waybill if kind == "FWB" else _read_flight)(root, lines, issues)
    return kind, root


def _blocks(lines: Iterable[tuple[int, str]]) -> Iterator[Block]:
    """Lines by the identifier they belong to; parties are taken together with the lines that name their parts."""
    row, tag, held = 0, "", list[str]()
    for number, line in lines:
        part = line[:4] in ("NAM/", "ADR/", "LOC/") and tag in PARTIES
        if held and (line.startswith("/") or part):
            held.append(line if part else line[1:])
            continue
        if held:
            yield Block(row, tag, tuple(held))
        known = line[3:4] in ("/", "")
        row, tag, held = number, line[:3] if known else "", [line[4:] if known else line]
    if held:
        yield Block(row, tag, tuple(held))


def _read_waybill(root: Scope, lines: list[tuple[int, str]], issues: IssueList) -> None:
    for block in _blocks(lines):
        root.log.clear()
        if found := _WAYBILL.match(block.lines[0]) if not block.tag else None:
            _waybill(root, found)
        elif block.tag == "RTD":
            _rates(root, block)
        elif not take_common(root, block):
            _unread(root, block, issues)
        _keep(root, block.row, block.tag, block.lines)


def _keep(scope: Scope, row: int, tag: str, lines: Iterable[str]) -> None:
    """What no field took of some lines; two airports that are written as one word are in fields of their own."""
    parts = (tuple(p for p in line.split("/") if not _AIRPORTS.fullmatch(p.strip())) for line in lines)
    keep_unread_texts(scope, Segment(row, tag, tuple(parts)))


def _waybill(scope: Scope, found: re.Match[str], number: str = "bill_of_lading") -> None:
    scope.add(number, "AWB number", _number(found[1]))
    scope.add("port_of_loading", "AWB origin", found[2])
    scope.add("port_of_discharge", "AWB destination", found[3])
    if number == "bill_of_lading":
        scope.add("packages", "AWB pieces", found[5])
        if found[7] and not is_nothing(found[7]):
            scope.add("gross_mass", "AWB weight", f"{found[7]}{_POUNDS[found[6]]}")
    scope.add(EXTRA, "AWB rest", found[8])


_CHARGE = re.compile(r"(?:\d{1,2}/)?P(\d{1,4})/([KL])(\d+(?:\.\d+)?)(?:/.*)?")


def _rates(root: Scope, block: Block) -> None:
    """Rate description: what the goods are, their codes, their origin. Several charges, each with its goods, are several lines."""
    lines = [line.removeprefix("/") for line in block.lines]
    begins = [at for at, line in enumerate(lines) if _CHARGE.fullmatch(line)]
    parts = [lines[begin:end] for begin, end in pairwise([*begins, len(lines)])]
    if len(parts) < 2 or begins[0] or not all(any(_rate_of(line)[0] in ("NG", "NC") for line in part) for part in parts):
        _goods(root, lines)
        return
    for part in parts:
        scope = root.open(block.row)
        if charge := _CHARGE.fullmatch(part[0]):
            scope.add("packages", "RTD pieces", charge[1])
            scope.add("gross_mass", "RTD weight", f"{charge[3]}{_POUNDS[charge[2]]}")
        _goods(scope, part)


def _rate_of(line: str) -> tuple[str, str]:
    """The tag of a line of rates, and what it states."""
    tag, _, text = line.partition("/")
    if tag.isdigit() and len(tag) <= 2:
        tag, _, text = text.partition("/")
    return tag, text


def _goods(scope: Scope, lines: Sequence[str]) -> None:
    texts: list[str] = []
    fields = {"NH": "hs_code", "NO": "country_of_origin", "NU": "container_numbers"}
    for line in lines:
        tag, text = _rate_of(line)
        if tag in ("NG", "NC"):
            texts.append(text)
        elif tag in fields:
            scope.add(fields[tag], f"RTD/{tag}", text if tag == "NO" else text.split("/")[0])
        else:
            scope.add(EXTRA, "RTD", line)
    scope.add("description", "RTD/NG", " ".join(t.strip() for t in texts if t.strip()))


def _unread(scope: Scope, block: Block, issues: IssueList) -> None:
    text = "/".join(block.lines)
    if block.tag:
        scope.add(UNREAD, block.tag, text)
        return
    issues.note_broken(f"line {block.row} is not a line of such a message", block.row, text[:200])


def _read_houses(root: Scope, lines: list[tuple[int, str]], masters: dict[str, Whole], issues: IssueList) -> None:
    scope = root
    master: Whole | None = None
    noted_in: Scope | None = None
    for block in _blocks(lines):
        root.log.clear()
        if block.tag == "MBI":
            if found := _WAYBILL.match(block.lines[0]):
                _waybill(root, found, "master_bill_of_lading")
                root.add(EXTRA, "MBI pieces", f"{found[5]} {found[6] or ''}{found[7] or ''}")
                # All of the consignment; a part or a split one is not what its houses add up to.
                whole = Whole(found[1], block.row, "houses", int(found[5]), _kilograms(found[6], found[7]))
                master = masters.setdefault(found[1], whole) if found[4] == "T" else None
            else:
                _unread(root, Block(block.row, "", block.lines), issues)
        elif block.tag == "HBS":
            scope = root.open(block.row)
            _house(scope, block, master, issues)
        elif block.tag == "TXT":
            # The house line has room for fifteen characters of what stands here in full.
            if scope is not noted_in:
                full = " ".join(block.lines).strip()
                short = [c for c in scope.cells if c.label == "HBS goods"]
                scope.cells[:] = [c for c in scope.cells if c not in short]
                scope.take(Cell(EXTRA, c.label, c.text) for c in short if not full.startswith(c.text.strip(" /")))
                noted_in = scope
            take_common(scope, block)
        elif not take_common(scope, block):
            _unread(scope, block, issues)
        _keep(scope, block.row, block.tag, block.lines)


def _house(scope: Scope, block: Block, master: Whole | None, issues: IssueList) -> None:
    found = _HOUSE.match(f"HBS/{block.lines[0]}")
    if not found:
        parts = block.lines[0].split("/")
        if master is not None:
            master.parts[parts[0]] = (0, Decimal(0))
        scope.add("house_bill_of_lading", "HBS number", parts[0])
        scope.add("description", "HBS goods", parts[-1] if len(parts) > 1 else "")
        issues.note_broken(
            f"line {block.row} is not a complete house waybill; its number and goods were read", block.row, block.lines[0][:200]
        )
        return
    number, origin, destination, pieces, unit, weight, slac, goods = found.groups()
    if master is not None:
        master.parts[number] = (int(pieces) if pieces else None, _kilograms(unit, weight) or Decimal(0))
    scope.add("house_bill_of_lading", "HBS number", number)
    scope.add("port_of_loading", "HBS origin", origin)
    scope.add("port_of_discharge", "HBS destination", destination)
    scope.add("packages", "HBS pieces", pieces)
    if not is_nothing(weight):
        scope.add("gross_mass", "HBS weight", f"{weight}{_POUNDS[unit]}")
    if slac != pieces:
        scope.add(EXTRA, "HBS pieces by the shipper's count", slac)
    scope.add("description", "HBS goods", goods)
    for line in block.lines[1:]:
        scope.add(EXTRA, "HBS handling", line)


def _read_flight(root: Scope, lines: list[tuple[int, str]], issues: IssueList) -> None:
    """A flight: the flight's own line, a line an airport, units, and the air waybills on them."""
    cargoes: dict[tuple[str, str], _Cargo] = {}
    port = unit = ""
    cargo: _Cargo | None = None
    first = True
    for number, line in lines:
        parts = line.split("/")
        found = _WAYBILL.match(line)
        root.log.clear()
        if first:
            first = False
            root.add("voyage", "flight", parts[1] if len(parts) > 1 else "")
            root.add(EXTRA, "flight line", line)
        elif found:
            cargo = cargoes.get((found[1], port)) or cargoes.setdefault((found[1], port), _Cargo(root.open(number), number))
            cargo.load(found, unit)
        elif re.fullmatch(r"[A-Z]{3}(?:/.*)?", line) and parts[0] not in ("ULD", "OSI", "SCI", "DIM", "COR", "OCI"):
            port, unit, cargo = parts[0], "", None
        elif parts[0] == "ULD":
            unit = parts[1] if len(parts) > 1 else ""
            cargo = None
        elif cargo is not None:
            known, label = parts[0] in KNOWN or parts[0] in ("", "SCI", "OCI"), parts[0] or "onward"
            cargo.scope.add(EXTRA if known else UNREAD, label, line)
            take_dangerous(cargo.scope, label, line)
        else:
            issues.note_broken(f"line {number} is not a line of such a message", number, line[:200])
        _keep(cargo.scope if cargo is not None else root, number, parts[0], [line])
    for (_, at), one in cargoes.items():
        one.flush(at)
        # A divided consignment is on several units of this flight, a split one on several flights.
        if one.whole is not None and (one.divided or one.pieces > one.whole.pieces):
            compare_whole(one.whole, issues, all_here=False)


def _kilograms(unit: str | None, weight: str | None) -> Decimal | None:
    """A mass in kilograms; none where none is stated."""
    return Decimal(weight) * (_POUND if unit == "L" else 1) if weight else None


class _Cargo(Struct):
    """One air waybill of a flight, whatever units it is loaded on."""

    scope: Scope
    row: int
    pieces: int = 0
    mass: Decimal = Decimal(0)
    pounds: bool = False
    divided: bool = False
    whole: Whole | None = None

    def load(self, found: re.Match[str], unit: str) -> None:
        scope = self.scope
        if not scope.cells:
            scope.add("bill_of_lading", "AWB number", _number(found[1]))
            scope.add("port_of_loading", "AWB origin", found[2])
            scope.add("place_of_delivery", "AWB destination", found[3])
        self.pieces += int(found[5])
        if found[7]:
            self.pounds = found[6] == "L"
            self.mass += Decimal(found[7])
        rest, *tail = found[8].split("/")
        self.divided = found[4] == "D"
        if total := _TOTAL.search(rest):
            self.whole = Whole(found[1], self.row, "units", int(total[1]), None, {"": (self.pieces, self.mass)})
        scope.add(EXTRA, "AWB rest", rest)
        for place, text in enumerate(tail):
            scope.add(EXTRA if place else "description", "AWB handling" if place else "AWB goods", text)
        scope.add("container_numbers", "ULD", unit)

    def flush(self, port: str) -> None:
        self.scope.add("port_of_discharge", "airport", port)
        self.scope.add("packages", "AWB pieces", str(self.pieces))
        if self.mass:
            self.scope.add("gross_mass", "AWB weight", f"{self.mass}{' LBR' if self.pounds else ''}")


def _number(written: str) -> str:
    """The number of an air waybill with a dash behind the airline's."""
    return written if "-" in written else f"{written[:3]}-{written[3:]}"
