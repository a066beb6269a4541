"""The substance tables: reviewed CSV files in, `Substance` values out, or every inconsistency at once.

Ten files, because source and check belong to a fact, not to a row of a substance:

    substances.csv  one row a substance: id, usual name, family, routes, structure, transport
    names.csv       one row a name: language, kind, strength, source, verified
    cas.csv         one row a CAS number, and what it stands for
    ec.csv          one row an EC number, and what it stands for
    hs.csv          one row an HS subheading, with its editions
    controls.csv    one row a listing: instrument, schedule, in force since and until, the edition it was seen in
    route_roles.csv one row a route that a substance serves: precursor, reagent or solvent
    usual_prices.csv one row a substance of which a usual price is known
    solutions.csv   one row a concentration: what a litre of a solution weighs
    thresholds.csv  read by `reference.thresholds`

Beside them lie `editions.csv` (how many entries a list has, `reference.table_rows`), `acts.csv` (when what brought a listing was adopted, read here), `readings.csv` (names that OPSIN reads otherwise,
`reference.substance_verify`), `neighbours.csv` (other chemicals whose names are alike, `matching.substance.neighbours`) and `classes.csv` (esters, halides and other
classes that a law names as such, `matching.substance.classes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import Struct

from precursor_screen.core.cache import digest_files
from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import ROLES_IN_ROUTE, Control, HsCode, RegistryNumber, Substance, SubstanceName
from precursor_screen.core.tables import REMEDY, Row, read_boolean, read_rows
from precursor_screen.reference.substance_checks import NUMBER_KINDS, check_ec, contradictions
from precursor_screen.reference.table_rows import Edition, load_editions, make_all, read_table
from precursor_screen.text.codes import is_ec

# The acts that bring listings: when each was proposed, adopted and published, by the day on which its listings begin.

_ACT_COLUMNS: Final = ("instrument", "since", "act", "proposed", "adopted", "published", "source", "verified")


class Act(Struct, frozen=True):
    """An act of one instrument; a day is None where nobody has found it."""

    instrument: str
    since: date
    name: str
    proposed: date | None
    adopted: date | None
    published: date | None


def load_acts(path: Path) -> Mapping[tuple[str, date], Act]:
    """(instrument, first day of its listings) -> act, from `acts.csv` of a folder; older tables have none.

    Raises:
        SubstanceTableError: The file cannot be read or has not the expected columns.
        ErrorGroup: Rows that make no sense; days out of order; two acts of an instrument with one first day.
    """
    file = path / "acts.csv"
    found: dict[tuple[str, date], Act] = {}

    def make(row: Row) -> None:
        act = _act(row)
        key = act.instrument, act.since
        if key in found:
            raise ValueError(f"{act.name}: a second act of {act.instrument} whose listings begin on {act.since}")
        found[key] = act

    if file.exists():
        read_table(file, _ACT_COLUMNS, make)
    return found


def _act(row: Row) -> Act:
    read_boolean(row["verified"])
    since = date.fromisoformat(row["since"])
    proposed, adopted, published = (date.fromisoformat(row[c]) if row[c] else None for c in ("proposed", "adopted", "published"))
    days = [d for d in (proposed, adopted, published, since) if d]
    if any(later < earlier for earlier, later in pairwise(days)):
        raise ValueError(f"{row['act']}: proposed, adopted, published and first day are not in order")
    return Act(row["instrument"], since, row["act"], proposed, adopted, published)


T = TypeVar("T")


class SubstanceTable(Struct, frozen=True):
    """All substances in a fixed order, the editions of all lists in one line, and the digest of the files they were read from."""

    substances: tuple[Substance, ...]
    edition: str
    sha256: str
    editions: tuple[Edition, ...] = ()

    def edition_of(self, instrument: str) -> str:
        """The edition of an instrument's lists that the tables were made from; empty if it is not known."""
        return next((e.edition for e in self.editions if e.instrument == instrument), "")


def load_substances(path: Path) -> SubstanceTable:
    """Read the substance tables of a folder.

    Args:
        path: The folder that holds the CSV files.

    Raises:
        SubstanceTableError: A file is missing or has not the expected columns.
        ErrorGroup: The tables contradict themselves; holds one `SubstanceTableError` for each inconsistency.
    """
    table, errors = read_substances(path)
    problems = (*contradictions(table.substances), *check_ec(table.substances))
    errors.extend(SubstanceTableError(problem, where=path, remedy=REMEDY) for problem in problems)
    if errors:
        raise ErrorGroup(errors)
    return table


def read_substances(path: Path) -> tuple[SubstanceTable, list[PrecursorScreenError]]:
    """Read the tables of a folder as far as that goes; whether they contradict themselves is for `substance_checks`.

    Returns:
        What could be read, and an error for every row that could not.

    Raises:
        SubstanceTableError: A file is missing or has not the expected columns.
        ErrorGroup: `editions.csv` or `acts.csv` makes no sense.
    """
    errors: list[PrecursorScreenError] = []
    parts = {
        name: list(read_rows(path / name, columns.split()))
        for name, columns in _COLUMNS.items()
        if name not in _OPTIONAL or (path / name).exists()
    }
    ids = frozenset(row.cells["substance_id"] for row in parts["substances.csv"])
    for name, rows in parts.items():
        if name != "substances.csv":
            errors.extend(r.error(f"unknown substance_id {i!r}") for r in rows if (i := r.cells["substance_id"]) not in ids)
    acts = load_acts(path)
    makers: dict[str, tuple[str, Callable[[Row], Any]]] = {
        "names": ("names.csv", _name),
        "cas_numbers": ("cas.csv", _cas),
        "ec_numbers": ("ec.csv", _ec),
        "hs_codes": ("hs.csv", _hs),
        "controls": ("controls.csv", lambda row: _control(row, acts)),
        "route_roles": ("route_roles.csv", _role),
        "prices": ("usual_prices.csv", _price),
        "solutions": ("solutions.csv", _solution),
    }
    facts: dict[str, dict[str, list[Any]]] = {}
    for fact, (name, make) in makers.items():
        facts[fact] = _gather(parts.get(name, []), make, errors)
        if fact == "controls":
            begun = {(c.instrument, c.since) for some in facts[fact].values() for c in some}
            unused = (act for key, act in acts.items() if key not in begun)
            problems = (f"{act.name}: no listing of {act.instrument} begins on {act.since}" for act in unused)
            errors += [SubstanceTableError(p, where=path / "acts.csv", remedy=REMEDY) for p in problems]

    def substance(row: Row) -> Substance:
        of: dict[str, Any] = {name: row[name] for name in _TEXTS}
        of |= {name: _list(row[name]) for name in ("cus_codes", "un_numbers", "route_groups")}
        of |= {name: read_boolean(row[name]) for name in ("covers_salts", "covers_isomers")}
        of |= {fact: tuple(found.get(row["substance_id"], ())) for fact, found in facts.items()}
        return Substance(
            density_kg_per_l=_decimal(row["density_kg_per_l"]),
            usual_usd_per_kg=min(of.pop("prices"), default=None),
            solutions=tuple(sorted(of.pop("solutions"))),
            **of,
        )

    substances = make_all(parts["substances.csv"], substance, errors)
    editions = load_editions(path)
    return SubstanceTable(tuple(substances), _edition(editions, substances), digest_files(path.glob("*.csv")), editions), errors


def _edition(editions: Sequence[Edition], substances: Sequence[Substance]) -> str:
    """Of every instrument the edition, once; those whose edition is not stated are named last."""
    known = {e.instrument: e.edition for e in editions}
    texts = [f"{instrument}: {edition}" for instrument, edition in known.items()]
    others = sorted({c.instrument for s in substances for c in s.controls} - known.keys())
    return "; ".join([*texts, *([f"{', '.join(others)}: edition not stated"] if others else [])])


_COLUMNS: Final = {
    "substances.csv": "substance_id name family route_groups parent_substance_id covers_salts covers_isomers density_kg_per_l "
    "formula smiles danger_class un_numbers cus_codes notes",
    "names.csv": "substance_id name language kind strength source verified",
    "cas.csv": "substance_id number of source verified",
    "ec.csv": "substance_id number of source verified",
    "hs.csv": "substance_id hs6 edition_from edition_until own source verified",
    "controls.csv": "substance_id instrument schedule since until since_verified seen scope source verified",
    "route_roles.csv": "substance_id route role source verified",
    "usual_prices.csv": "substance_id usd_per_kg source verified",
    "solutions.csv": "substance_id percent kg_per_l source verified",
}
_TEXTS: Final = ("substance_id", "name", "danger_class", "parent_substance_id", "family", "formula", "smiles", "notes")
_OPTIONAL: Final = frozenset({"ec.csv", "route_roles.csv", "usual_prices.csv", "solutions.csv"})  # older tables have none


def _gather(rows: list[Row], make: Callable[[Row], T], errors: list[PrecursorScreenError]) -> dict[str, list[T]]:
    """The facts by substance, in the file's order; rows that cannot be read become errors."""
    return grouped(make_all(rows, lambda row: (row["substance_id"], make(row)), errors))


def _name(row: Row) -> SubstanceName:
    return SubstanceName(row["name"], row["language"], row["kind"], row["strength"], row["source"], read_boolean(row["verified"]))


def _cas(row: Row) -> RegistryNumber:
    return RegistryNumber(row["number"], row["of"], row["source"], read_boolean(row["verified"]))


def _ec(row: Row) -> RegistryNumber:
    if not is_ec(row["number"]):
        raise ValueError(f"EC number {row['number']!r}: wrong form or check digit")
    if row["of"] not in NUMBER_KINDS:
        raise ValueError(f"EC number {row['number']!r} stands for {row['of']!r}, which is not known")
    return RegistryNumber(row["number"], row["of"], row["source"], read_boolean(row["verified"]))


def _hs(row: Row) -> HsCode:
    until = int(row["edition_until"]) if row["edition_until"] else None
    return HsCode(row["hs6"], int(row["edition_from"]), until, read_boolean(row["own"]), read_boolean(row["verified"]))


def _control(row: Row, acts: Mapping[tuple[str, date], Act]) -> Control:
    since, until, seen = (date.fromisoformat(row[c]) if row[c] else None for c in ("since", "until", "seen"))
    act = acts.get((row["instrument"], since)) if since else None
    said: dict[str, Any] = {name: row[name] for name in ("instrument", "schedule", "scope", "source")}
    said |= {name: read_boolean(row[name]) for name in ("verified", "since_verified")}
    said |= {name: getattr(act, name, None) for name in ("proposed", "adopted", "published")}
    return Control(since=since, until=until, seen=seen, **said)


def _role(row: Row) -> tuple[str, str]:
    if row["role"] not in ROLES_IN_ROUTE:
        raise ValueError(f"role {row['role']!r} is none of {', '.join(ROLES_IN_ROUTE)}")
    read_boolean(row["verified"])
    return row["route"], row["role"]


def _price(row: Row) -> Decimal:
    price = _decimal(row["usd_per_kg"])
    if price is None or not price.is_finite() or price <= 0:
        raise ValueError(f"{row['usd_per_kg']!r} is not a price above zero")
    read_boolean(row["verified"])
    return price


def _solution(row: Row) -> tuple[Decimal, Decimal]:
    percent, density = _decimal(row["percent"]), _decimal(row["kg_per_l"])
    if percent is None or density is None or not 0 <= percent <= 100 or not Decimal("0.5") <= density <= 4:
        raise ValueError(f"{row['percent']!r} per cent of {row['kg_per_l']!r} kilograms a litre is not a solution")
    read_boolean(row["verified"])
    return percent, density


def _decimal(cell: str) -> Decimal | None:
    try:
        return Decimal(cell) if cell else None
    except InvalidOperation as error:
        raise ValueError(f"{cell!r} is not a number") from error


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)
