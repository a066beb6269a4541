"""Blocks that air waybills and house manifests of Cargo-IMP have alike: parties, values, customs, the day of issue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.readers.messages.scope import EXTRA, Scope
from precursor_screen.text.countries import find_country

_COUNTRY = re.compile(r"[A-Z]{2}(?:/|$)")
_NAMED_BEFORE = 3  # lines
_AMOUNT = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_NO_VALUE = ("NVD", "NCV", "XXX")
_ISSUED = re.compile(r"(\d{1,2})([A-Z]{3})(\d{2})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_UN = re.compile(r"\bUN\s?(\d{4})\b")
PARTIES = {"SHP": "consignor", "CNE": "consignee", "NFY": "notify_party", "AGT": "declarant"}
KNOWN = frozenset(tag for tag, _ in load_codes("cargo_imp"))


class Block(Struct, frozen=True):
    """An identifier and the lines that belong to it, without it; the number of the first line in the file."""

    row: int
    tag: str
    lines: tuple[str, ...]


def take_common(scope: Scope, block: Block) -> bool:
    """Blocks that air waybills and house manifests have alike."""
    tag, lines = block.tag, block.lines
    if tag in PARTIES:
        _party(scope, tag, lines)
    elif tag in _BLOCKS:
        _BLOCKS[tag](scope, lines)
    elif tag in KNOWN:
        _keep_extra(scope, tag, lines)
    else:
        return False
    return True


def _keep_extra(scope: Scope, tag: str, lines: Iterable[str]) -> None:
    for line in lines:
        scope.add(EXTRA, tag, line)
    take_dangerous(scope, tag, " ".join(lines))


def take_dangerous(scope: Scope, label: str, text: str) -> None:
    """UN numbers in a text."""
    for number in _UN.findall(text):
        scope.add("un_numbers", label, number)


def _begins_with_name(lines: tuple[str, ...]) -> bool:
    """Whether the name stands where an account may: before the country a party has a name, a street and a place."""
    country = next((at for at, line in enumerate(lines) if at and _COUNTRY.match(line) and find_country(line[:2])), 0)
    return country == _NAMED_BEFORE and any(map(str.isalpha, lines[0]))


def _party(scope: Scope, tag: str, lines: tuple[str, ...]) -> None:
    """A party: its account, then name, street and place on lines of their own; from version 17 on these bear identifiers."""
    role = PARTIES[tag]
    parts: dict[str, list[str]] = {"NAM": [], "ADR": [], "LOC": [], "": []}
    head = lines[0].strip()
    named = any(line[:4] in ("NAM/", "ADR/", "LOC/") for line in lines)
    last = ""
    order = iter(("NAM", "ADR", "LOC"))
    rest = list(lines[1:])
    if head and not named and (tag == "NFY" or _begins_with_name(lines)):
        parts["NAM"].append(head)
        head = ""
        next(order)
    for number, line in enumerate(rest, 1):
        if named and number == len(rest) and last and _COUNTRY.match(line) and find_country(line[:2]):
            parts[""].append(line)  # the country, though no LOC is before it
        elif line[:4] in ("NAM/", "ADR/", "LOC/"):
            last = line[:3]
            parts[last].append(line[4:])
        elif named:
            # What follows NAM or ADR is more of it; what follows LOC is the country with postal code and contacts.
            parts[last if last in ("NAM", "ADR") else ""].append(line)
        else:
            parts[next(order, "")].append(line)
    name = " ".join(parts["NAM"]).strip()
    country = ""
    contacts: list[str] = []
    for line in parts[""]:
        code, _, more = line.removeprefix("/").partition("/")
        if not country and re.fullmatch(r"[A-Z]{2}", code):
            country = code
            postal, _, line = more.partition("/")
            parts["LOC"].append(postal)
        contacts.append(line)
    address = ", ".join(t.strip("/ ") for t in (*parts["ADR"], *parts["LOC"]) if t.strip("/ "))
    if role == "declarant":
        scope.add("declarant_name", f"{tag} name", name)
        scope.add(EXTRA, f"{tag} address", ", ".join(t for t in (address, country) if t))
        scope.add(EXTRA, f"{tag} account", head)
    else:
        for part, text in (("name", name), ("address", address), ("country", country), ("identifier", head)):
            scope.add(f"{role}_{part}", f"{tag} {part}", text)
    scope.add(EXTRA, f"{tag} contact", " ".join(c for c in contacts if c))


def _flight(scope: Scope, lines: tuple[str, ...]) -> None:
    flight, _, rest = lines[0].partition("/")
    scope.add("voyage", "FLT", flight, lines[0])
    _keep_extra(scope, "FLT", (rest, *lines[1:]))


def _tariff(scope: Scope, lines: tuple[str, ...]) -> None:
    for line in lines:
        scope.add("hs_code", "HTS", line.split("/")[0])


def _values(scope: Scope, line: str) -> None:
    """CVD: currency, charge codes, then the values for carriage, for customs and for insurance; words stand for none."""
    currency, *parts = (p.strip() for p in line.split("/"))
    values = [p for p in parts if p in _NO_VALUE or _AMOUNT.fullmatch(p)]
    stated = dict(zip(("carriage", "customs", "insurance"), values, strict=False))
    amount = next((v for v in (stated.get("customs", ""), stated.get("carriage", "")) if _AMOUNT.fullmatch(v)), "")
    if not amount:
        scope.add(EXTRA, "CVD", line)
        return
    scope.add("value", "CVD", amount, line)
    scope.add("currency", "CVD", currency)
    rest = [p for p in (*parts, *values) if p and p != amount and p not in _NO_VALUE and len(p) > 2]
    scope.add(EXTRA, "CVD rest", " ".join(dict.fromkeys(rest)))


def _issue(scope: Scope, line: str) -> None:
    """ISU: the date of the air waybill, the place, who signed."""
    when, _, rest = line.partition("/")
    found = _ISSUED.fullmatch(when.strip())
    if found and found[2] in _MONTHS:
        scope.add("date", "ISU", f"20{found[3]}-{_MONTHS.index(found[2]) + 1:02}-{int(found[1]):02}", when)
    else:
        rest = line
    place, _, signed = rest.partition("/")
    known = any(c.label == "AWB origin" and c.text == place for c in scope.cells)
    scope.add(EXTRA, "ISU place", "" if known else place)
    scope.add(EXTRA, "ISU signature", signed)


def _customs(scope: Scope, lines: tuple[str, ...]) -> None:
    """OCI: country, whom it is about, what it is, text; a line without country and party goes on with those before."""
    who = ""
    for line in lines:
        parts = [*line.split("/"), "", "", ""]
        who = parts[1] or who
        text = "/".join(p for p in parts[3:] if p)
        label = f"OCI {who}/{parts[2]}".strip("/ ")
        scope.add(EXTRA, label, text)
        take_dangerous(scope, label, text)
        if parts[2] == "T" and who in ("SHP", "CNE") and not scope.has(f"{PARTIES[who]}_identifier"):
            scope.add(f"{PARTIES[who]}_identifier", label, text)


# Identifier -> what is done with the lines behind it.
_BLOCKS: Final[Mapping[str, Callable[[Scope, tuple[str, ...]], None]]] = {
    "CVD": lambda scope, lines: _values(scope, lines[0]),
    "HTS": _tariff,
    "TXT": lambda scope, lines: scope.add("description", "TXT", " ".join(map(str.strip, lines))),
    "OCI": _customs,
    "ISU": lambda scope, lines: _issue(scope, "/".join(lines)),
    "FLT": _flight,
}
