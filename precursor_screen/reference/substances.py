"""The substance tables: reviewed CSV files in, `Substance` values out, or every inconsistency at once.

Six files, because source and check belong to a fact, not to a row of a substance:

    substances.csv  one row a substance: id, usual name, family, routes, structure, transport
    names.csv       one row a name: language, kind, strength, source, verified
    cas.csv         one row a CAS number, and what it stands for
    hs.csv          one row an HS subheading, with its editions
    controls.csv    one row a listing: instrument, schedule, in force since and until
    thresholds.csv  read by `reference.thresholds`
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where
from precursor_screen.model import CasNumber, Control, HsCode, Substance, SubstanceName
from precursor_screen.names.codes import format_cus, format_un, is_cas
from precursor_screen.names.text import squash

T = TypeVar("T")

_FILES: Final = ("substances.csv", "names.csv", "cas.csv", "hs.csv", "controls.csv", "thresholds.csv")
_REMEDY: Final = "Correct the table, or install the package again."
_KINDS: Final = frozenset({"usual", "synonym", "systematic", "salt", "isomer", "abbreviation"})
_CAS_KINDS: Final = frozenset({"base", "salt", "isomer", "hydrate"})
# One stray "hydrochloride" among the names flags a third of all drug salts.
_BARE_SALT: Final = re.compile(
    r"(?:mono|di)?(?:hydrochloride|chloride|sulfate|sulphate|tartrate|maleate|phosphate|acetate|salt|acid|ester|hydrate)s?"
)
_MUST_BE_WEAK: Final = frozenset({"ether", "aether", "hcl", "hydrogenchl"})
EDITION: Final = "1988 Convention, Tables I and II, as of October 2026"


@dataclass(frozen=True, slots=True)
class SubstanceTable:
    """All substances in a fixed order, the edition of the lists, and the digest of the files they were read from."""

    substances: tuple[Substance, ...]
    edition: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its place, so that an error can say where it stands."""

    cells: dict[str, str]
    where: Where

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def load_substances(path: Path) -> SubstanceTable:
    """Read the substance tables of a folder.

    Args:
        path: The folder that holds the CSV files.

    Raises:
        SubstanceTableError: A file is missing or has not the expected columns.
        ErrorGroup: The tables contradict themselves; holds one `SubstanceTableError` for each inconsistency.
    """
    errors: list[PrecursorScreenError] = []
    parts = {name: list(_read(path / name)) for name in _FILES[:-1]}
    ids = [row["substance_id"] for row in parts["substances.csv"]]
    for name, rows in parts.items():
        if name != "substances.csv":
            errors.extend(
                _error(r.where, f"unknown substance_id {r['substance_id']!r}") for r in rows if r["substance_id"] not in ids
            )
    names = _gather(parts["names.csv"], _name, errors)
    cas = _gather(parts["cas.csv"], _cas, errors)
    hs = _gather(parts["hs.csv"], _hs, errors)
    controls = _gather(parts["controls.csv"], _control, errors)
    substances: list[Substance] = []
    for row in parts["substances.csv"]:
        i = row["substance_id"]
        try:
            substances.append(
                Substance(
                    substance_id=i,
                    name=row["name"],
                    names=tuple(names[i]),
                    cas_numbers=tuple(cas[i]),
                    cus_codes=_list(row["cus_codes"]),
                    hs_codes=tuple(hs[i]),
                    un_numbers=_list(row["un_numbers"]),
                    danger_class=row["danger_class"],
                    controls=tuple(controls[i]),
                    covers_salts=_boolean(row["covers_salts"]),
                    covers_isomers=_boolean(row["covers_isomers"]),
                    parent_substance_id=row["parent_substance_id"],
                    family=row["family"],
                    route_groups=_list(row["route_groups"]),
                    density_kg_per_l=_decimal(row["density_kg_per_l"]),
                    formula=row["formula"],
                    smiles=row["smiles"],
                    notes=row["notes"],
                )
            )
        except ValueError as error:
            errors.append(_error(row.where, str(error)))
    table = SubstanceTable(tuple(substances), EDITION, digest(path))
    errors.extend(_error(Where(str(path)), problem) for problem in verify_substances(table))
    if errors:
        raise ErrorGroup(errors)
    return table


def digest(path: Path) -> str:
    """SHA-256 over the names and contents of the folder's tables, in a fixed order."""
    total = hashlib.sha256()
    for name in _FILES:
        file = path / name
        total.update(name.encode() + b"\0" + (file.read_bytes() if file.is_file() else b"") + b"\0")
    return total.hexdigest()


def verify_substances(table: SubstanceTable) -> list[str]:
    """Every inconsistency within the tables, as a sentence each; an empty list if there is none.

    Checks ids, CAS check digits, numbers and strong names claimed by two substances, names that would match everything,
    HS codes, UN numbers, dates, and that every substance has a usual name and a listing.
    """
    problems: list[str] = []
    ids = [s.substance_id for s in table.substances]
    problems.extend(f"duplicate substance_id {i!r}" for i in sorted({i for i in ids if ids.count(i) > 1}))
    for s in table.substances:
        problems.extend(f"{s.substance_id}: {problem}" for problem in _problems_of(s, frozenset(ids)))
    problems.extend(
        _claimed_twice(
            "name", ((squash(n.name), s.substance_id) for s in table.substances for n in s.names if n.strength == "strong")
        )
    )
    problems.extend(_claimed_twice("CAS number", ((c.number, s.substance_id) for s in table.substances for c in s.cas_numbers)))
    problems.extend(_claimed_twice("CUS code", ((c, s.substance_id) for s in table.substances for c in s.cus_codes)))
    return problems


def _problems_of(s: Substance, ids: frozenset[str]) -> Iterator[str]:
    if s.parent_substance_id and s.parent_substance_id not in ids:
        yield f"unknown parent {s.parent_substance_id!r}"
    if not any(n.kind == "usual" and n.strength == "strong" and n.name == s.name for n in s.names):
        yield "no usual name"
    if not s.controls:
        yield "no listing"
    for n in s.names:
        key = squash(n.name)
        if n.kind not in _KINDS or n.strength not in ("strong", "weak"):
            yield f"name {n.name!r}: kind {n.kind!r} or strength {n.strength!r} is not known"
        if not key:
            yield f"name {n.name!r} is empty when folded"
        if _BARE_SALT.fullmatch(key):
            yield f"name {n.name!r} is a bare salt word"
        if n.strength == "strong" and (key in _MUST_BE_WEAK or (len(key) < 4 and key.isascii())):
            yield f"name {n.name!r} is too short or too common to be strong"
    for number in s.cas_numbers:
        if not is_cas(number.number):
            yield f"CAS number {number.number!r}: wrong form or check digit"
        if number.of not in _CAS_KINDS:
            yield f"CAS number {number.number!r} stands for {number.of!r}, which is not known"
    for h in s.hs_codes:
        if not re.fullmatch(r"\d{6}", h.hs6, re.ASCII) or (h.edition_until or 9999) < h.edition_from:
            yield f"HS code {h.hs6!r}: not six digits, or its editions end before they begin"
    yield from (f"UN number {u!r} is none" for u in s.un_numbers if format_un(u) != u)
    yield from (f"CUS code {c!r} is none" for c in s.cus_codes if format_cus(c) != c)
    yield from (
        f"{c.instrument} {c.schedule} ends before it begins" for c in s.controls if c.since and c.until and c.until <= c.since
    )


def _claimed_twice(what: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for key, owner in pairs:
        owners[key].add(owner)
    yield from (f"{what} {key!r} is claimed by {', '.join(sorted(o))}" for key, o in sorted(owners.items()) if len(o) > 1)


_COLUMNS: Final = {
    "substances.csv": "substance_id name family route_groups parent_substance_id covers_salts covers_isomers density_kg_per_l "
    "formula smiles danger_class un_numbers cus_codes notes",
    "names.csv": "substance_id name language kind strength source verified",
    "cas.csv": "substance_id number of source verified",
    "hs.csv": "substance_id hs6 edition_from edition_until own source",
    "controls.csv": "substance_id instrument schedule since until scope source verified",
}


def _read(file: Path) -> Iterator[_Row]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(file)), remedy=_REMEDY) from error
    reader = csv.DictReader(text.splitlines())
    wanted = _COLUMNS[file.name].split()
    if reader.fieldnames is None or list(reader.fieldnames) != wanted:
        raise SubstanceTableError(f"columns should be {', '.join(wanted)}", where=Where(str(file), 1), remedy=_REMEDY)
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise SubstanceTableError(
                "the row has not as many cells as the header", where=Where(str(file), number), remedy=_REMEDY
            )
        yield _Row(row, Where(str(file), number))


def _gather(rows: list[_Row], make: Callable[[_Row], T], errors: list[PrecursorScreenError]) -> defaultdict[str, list[T]]:
    """The facts by substance, in the file's order; rows that cannot be read become errors."""
    facts: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        try:
            facts[row["substance_id"]].append(make(row))
        except ValueError as error:
            errors.append(_error(row.where, str(error)))
    return facts


def _name(row: _Row) -> SubstanceName:
    return SubstanceName(row["name"], row["language"], row["kind"], row["strength"], row["source"], _boolean(row["verified"]))


def _cas(row: _Row) -> CasNumber:
    return CasNumber(row["number"], row["of"], row["source"], _boolean(row["verified"]))


def _hs(row: _Row) -> HsCode:
    until = int(row["edition_until"]) if row["edition_until"] else None
    return HsCode(row["hs6"], int(row["edition_from"]), until, _boolean(row["own"]))


def _control(row: _Row) -> Control:
    since, until = (date.fromisoformat(row[c]) if row[c] else None for c in ("since", "until"))
    return Control(row["instrument"], row["schedule"], since, until, row["scope"], row["source"], _boolean(row["verified"]))


def _boolean(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError(f"{cell!r} is neither true nor false")
    return cell == "true"


def _decimal(cell: str) -> Decimal | None:
    try:
        return Decimal(cell) if cell else None
    except InvalidOperation as error:
        raise ValueError(f"{cell!r} is not a number") from error


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _error(where: Where, message: str) -> SubstanceTableError:
    return SubstanceTableError(message, where=where, remedy=_REMEDY)
