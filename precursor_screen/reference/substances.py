"""The substance tables: reviewed CSV files in, `Substance` values out, or every inconsistency at once.

Six files, because source and check belong to a fact, not to a row of a substance:

    substances.csv  one row a substance: id, usual name, family, routes, structure, transport
    names.csv       one row a name: language, kind, strength, source, verified
    cas.csv         one row a CAS number, and what it stands for
    hs.csv          one row an HS subheading, with its editions
    controls.csv    one row a listing: instrument, schedule, in force since and until
    thresholds.csv  read by `reference.thresholds`

Beside them lie `ec.csv` (EC numbers, `matching.substance_ec`), `editions.csv` (how many entries a list has, `reference.editions`), `readings.csv` (names that OPSIN reads otherwise,
`reference.substance_structures`) and `neighbours.csv` (other chemicals whose names are alike, `matching.substance_neighbours`).
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, TypeVar

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where
from precursor_screen.matching.substance_ec import EcNumber, load_ec_numbers
from precursor_screen.model import CasNumber, Control, HsCode, Substance, SubstanceName
from precursor_screen.reference.editions import Edition, load_editions
from precursor_screen.reference.substance_checks import check_ec, contradictions

T = TypeVar("T")

_FILES: Final = ("substances.csv", "names.csv", "cas.csv", "hs.csv", "controls.csv", "thresholds.csv")
_REMEDY: Final = "Correct the table, or install the package again."


@dataclass(frozen=True, slots=True)
class SubstanceTable:
    """All substances in a fixed order, the editions of all lists in one line, and the digest of the files they were read from."""

    substances: tuple[Substance, ...]
    edition: str
    sha256: str
    editions: tuple[Edition, ...] = ()
    ec_numbers: tuple[EcNumber, ...] = ()

    def edition_of(self, instrument: str) -> str:
        """The edition of an instrument's lists that the tables were made from; empty if it is not known."""
        return next((e.edition for e in self.editions if e.instrument == instrument), "")


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
    table, errors = read_substances(path)
    problems = (*contradictions(table.substances), *check_ec(table.ec_numbers, table.substances))
    errors.extend(_error(Where(str(path)), problem) for problem in problems)
    if errors:
        raise ErrorGroup(errors)
    return table


def read_substances(path: Path) -> tuple[SubstanceTable, list[PrecursorScreenError]]:
    """Read the tables of a folder as far as that goes; whether they contradict themselves is for `substance_checks`.

    Returns:
        What could be read, and an error for every row that could not.

    Raises:
        SubstanceTableError: A file is missing or has not the expected columns.
        ErrorGroup: `editions.csv` makes no sense.
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
    ec = _ec_numbers(path / "ec.csv", errors)
    editions = load_editions(path)
    return SubstanceTable(tuple(substances), _edition(editions, substances), digest(path), editions, ec), errors


def _ec_numbers(file: Path, errors: list[PrecursorScreenError]) -> tuple[EcNumber, ...]:
    """The EC numbers; none if there is no such file, or if rows of it are wrong."""
    try:
        return load_ec_numbers(file) if file.exists() else ()
    except ErrorGroup as group:
        errors.extend(group.errors)
        return ()


def _edition(editions: Sequence[Edition], substances: Sequence[Substance]) -> str:
    """Of every instrument the edition, once; those whose edition is not stated are named last."""
    known = {e.instrument: e.edition for e in editions}
    texts = [f"{instrument}: {edition}" for instrument, edition in known.items()]
    others = sorted({c.instrument for s in substances for c in s.controls} - known.keys())
    return "; ".join([*texts, *([f"{', '.join(others)}: edition not stated"] if others else [])])


def digest(path: Path) -> str:
    """SHA-256 over the names and contents of the folder's tables, in a fixed order."""
    total = hashlib.sha256()
    for file in sorted(path.glob("*.csv")):
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


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
