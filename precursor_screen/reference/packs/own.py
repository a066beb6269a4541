"""An office's own list, as a spreadsheet saves it, made into the pack `own`: substances that no table has, and ones to watch that a table has.

Each row is a listing of OWN, so that every flag that rests on it says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from precursor_screen.core.errors import PrecursorScreenError, SubstanceTableError, raise_all, readable
from precursor_screen.core.model import OWN_LIST
from precursor_screen.core.tables import Row, parse_rows
from precursor_screen.core.words import counted
from precursor_screen.reference.packs.pack import ABOUT, OWN_PACK, Pack, columns_of, refused, table_text
from precursor_screen.reference.shipped import LawTables
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import ANY_DIRECTION, COUNTS, DIRECTIONS, KILOGRAMS, PERIODS
from precursor_screen.text.codes import is_cas

COLUMNS: Final = (
    *("substance_id", "name", "other_names", "cas", "hs6", "schedule", "since"),
    *("licit_use", "small_kg", "large_kg", "source"),
)
# Of the office's threshold for it, if it has one; behind the others, or all left out.
THRESHOLD_COLUMNS: Final = ("quantity", "unit", "direction", "period", "counts")
_LIMITS: Final = {"unit": tuple(KILOGRAMS), "direction": (*DIRECTIONS, ANY_DIRECTION), "period": PERIODS, "counts": COUNTS}
_DESCRIBES: Final = ("name", "other_names", "cas", "hs6", "licit_use", "small_kg", "large_kg")
_REMEDY: Final = (
    f"Columns: {', '.join(COLUMNS)}; of a threshold besides {', '.join(THRESHOLD_COLUMNS)}. "
    "Several names or numbers in a cell are separated by |."
)
_MAX_AGE_DAYS: Final = 400
Cells = dict[str, str]


def own_members(file: Path, before: Pack | None, base: LawTables, day: date) -> dict[str, bytes]:
    """The members of the pack `own`: the rows of a file, and those of before of other substances.

    Args:
        file: CSV with COLUMNS and, where wanted, THRESHOLD_COLUMNS; of a substance that ships only id, schedule, since and source, and
            the threshold, are filled.
        before: the pack as it was.
        base: the tables that ship.
        day: on which the office states this.

    Raises:
        UsageError: the file cannot be read.
        SubstanceTableError, ErrorGroup: it has other columns, or rows that make no sense.
    """
    try:
        with readable(file):
            text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubstanceTableError("is not UTF-8", where=file, remedy="Save it as CSV, UTF-8.") from error
    try:
        head = text.partition("\n")[0].strip().split(",")
        columns = (*COLUMNS, *THRESHOLD_COLUMNS) if len(head) > len(COLUMNS) else COLUMNS
        rows = list(parse_rows(text, columns, file.name, _REMEDY))
    except csv.Error as error:
        raise SubstanceTableError(f"is not CSV ({error})", where=file, remedy="Save it as CSV, UTF-8.") from error
    shipped = {s.substance_id for s in load_substances(base.substances).substances}
    errors: list[PrecursorScreenError] = []
    seen: set[str] = set()
    for row in rows:
        problems = (
            _problems(row, shipped, seen) if row.whole else [("", "the row has a different number of cells than the header")]
        )
        errors += [refused(row, problem, _REMEDY, field) for field, problem in problems]
        seen.add(row.cells["substance_id"])
    raise_all(errors)
    kept = before.tables.items() if before else ()
    tables = {name: [r.cells for r in old if "substance_id" in r.cells and r["substance_id"] not in seen] for name, old in kept}
    for row in rows:
        for name, cells in _facts(row.cells, row["substance_id"] in shipped, day):
            tables.setdefault(name, []).append(cells)
    return _members(tables, base, day)


def _problems(row: Row, shipped: set[str], seen: set[str]) -> Iterator[tuple[str, str]]:
    """(column, what is wrong with its cell)."""
    substance_id = row["substance_id"]
    if not substance_id or substance_id in seen:
        yield "substance_id", "a second row for the substance" if substance_id else "is empty"
    if substance_id in shipped:
        yield from ((c, f"{substance_id} ships with its own facts; leave the cell empty") for c in _DESCRIBES if row[c])
    else:
        yield from ((c, "is empty") for c in ("name", "licit_use", "small_kg", "large_kg") if not row[c])
    yield from ((c, "is empty") for c in ("schedule", "source") if not row[c])
    yield from (("cas", f"{n!r} is not a CAS number: wrong form or check digit") for n in _parts(row["cas"]) if not is_cas(n))
    try:
        if row["since"]:
            date.fromisoformat(row["since"])
    except ValueError:
        yield "since", f"{row['since']!r} is not a day"
    if row.cells.get("quantity"):
        yield from _problems_of_threshold(row)
    else:
        yield from ((c, "is filled, and the quantity of the threshold is not") for c in THRESHOLD_COLUMNS if row.cells.get(c))


def _problems_of_threshold(row: Row) -> Iterator[tuple[str, str]]:
    try:
        sound = Decimal(row["quantity"]).is_finite() and Decimal(row["quantity"]) >= 0
    except InvalidOperation:
        sound = False
    if not sound:
        yield "quantity", f"{row['quantity']!r} is not a quantity, as 2.5"
    yield from ((c, f"{row[c]!r} is none of {', '.join(known)}") for c, known in _LIMITS.items() if row[c] not in known)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _facts(cells: Cells, ships: bool, day: date) -> Iterator[tuple[str, Cells]]:
    """(table, row) of what a row of the list says."""
    one = {"substance_id": cells["substance_id"], "source": cells["source"], "verified": "true"}
    since = {"since": cells["since"], "since_verified": "true" if cells["since"] else "false", "seen": day.isoformat()}
    yield "controls.csv", {**one, "instrument": OWN_LIST, "schedule": cells["schedule"], **since}
    if cells.get("quantity"):
        kg = Decimal(cells["quantity"]) * KILOGRAMS[cells["unit"]]
        limit = {c: cells[c] for c in THRESHOLD_COLUMNS} | {"kg": f"{kg:f}", "valid_from": cells["since"]}
        yield "thresholds.csv", {**one, "jurisdiction": OWN_LIST, **limit}
    if ships:
        return
    yield (
        "substances.csv",
        {**one, "name": cells["name"], "covers_salts": "false", "covers_isomers": "false", "notes": cells["source"]},
    )
    names = dict.fromkeys([cells["name"], *_parts(cells["other_names"])])
    for name in names:
        kind = "usual" if name == cells["name"] else "synonym"
        yield "names.csv", {**one, "name": name, "language": "mul", "kind": kind, "strength": "strong"}
    yield from (("cas.csv", {**one, "number": number, "of": "base"}) for number in _parts(cells["cas"]))
    for hs6 in _parts(cells["hs6"]):
        yield "hs.csv", {**one, "hs6": hs6, "edition_from": "1988", "own": "false"}
    yield "concern.csv", {**one, **{c: cells[c] for c in ("licit_use", "small_kg", "large_kg")}}


def _members(tables: Mapping[str, Sequence[Cells]], base: LawTables, day: date) -> dict[str, bytes]:
    count = len(tables["controls.csv"]) if "controls.csv" in tables else 0
    edition = {"instrument": OWN_LIST, "edition": f"own list of {day}", "count": str(count), "source": "the office's own list"}
    edition |= {"verified": "true", "checked": day.isoformat(), "max_age_days": str(_MAX_AGE_DAYS)}
    filled = {**{name: rows for name, rows in tables.items() if rows}, "editions.csv": [edition]}
    said = {
        "id": OWN_PACK,
        "edition": f"{counted(count, 'listing')}, {day}",
        "day": day.isoformat(),
        "source": "the office's own list",
    }
    about = "".join(f'{key} = "{value}"\n' for key, value in said.items())
    return {ABOUT: about.encode(), **{name: table_text(columns_of(base, name), rows) for name, rows in filled.items()}}
