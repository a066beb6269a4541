"""All checks of the substance tables, each with what it looked at, what is wrong, and what it could not check."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, raise_all
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import Control, Substance, Threshold
from precursor_screen.core.tables import whole_rows
from precursor_screen.matching.structure.reading import (
    INSTALL,
    Fragments,
    connectivity,
    formula_of,
    read_names,
    read_smiles,
    why_unavailable,
)
from precursor_screen.reference.substance_checks import check_ec, check_formulas, check_hs, check_listings, contradictions
from precursor_screen.reference.substances import SubstanceTable, read_substances
from precursor_screen.reference.table_rows import Edition
from precursor_screen.reference.thresholds import check_thresholds, load_thresholds

# Structures of the tables against formulas, names and each other; what cannot be compared is said, not passed over.

_COLUMNS: Final = ["substance_id", "name", "reason"]
_ELEMENT: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")
_READABLE: Final = frozenset({"en", "mul"})  # OPSIN reads English


class Check(Struct, frozen=True):
    """One check: how many facts it looked at, problems (which fail), notes (what it could not check)."""

    name: str
    examined: int
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_exceptions(path: Path) -> dict[tuple[str, str], str]:
    """Names that a person has read although OPSIN reads them otherwise, with the reason: `readings.csv` of a folder, if it is there.

    Raises:
        SubstanceTableError: The file cannot be read, has other columns, or a row without a reason.
    """
    file = path / "readings.csv"
    rows = list(whole_rows(file, _COLUMNS)) if file.exists() else []
    raise_all(row.error("has an empty cell") for row in rows if not all(row.cells.values()))
    return {(row["substance_id"], row["name"]): row["reason"] for row in rows}


def compare_structures(substances: Sequence[Substance], exceptions: Mapping[tuple[str, str], str]) -> Check:
    """Compares what can be compared.

    A strong English name that OPSIN can read must hold the substance among its parts. Names that it cannot read, names in other
    languages and weak names, which are ambiguous by nature, are counted.

    Raises:
        MissingExtra: the extra `structure` or Java is not installed.
    """
    problems: list[str] = []
    drawn = [s for s in substances if s.smiles]
    keys = {s.substance_id: read_smiles(s.smiles) for s in drawn}
    for s in drawn:
        if not keys[s.substance_id]:
            problems.append(f"{s.substance_id}: the structure {s.smiles!r} cannot be read")
        elif s.formula and formula_of(s.smiles) != _atoms(s.formula):
            problems.append(f"{s.substance_id}: formula {s.formula} and structure {s.smiles!r} disagree")
    problems.extend(_same_structure(keys))
    names, found, notes = _compare_names([s for s in substances if keys.get(s.substance_id)], keys, exceptions)
    cas = [c for s in substances for c in s.cas_numbers]
    if without := sum(not s.smiles for s in substances):
        notes.insert(0, f"{without} of {len(substances)} substances have no structure in the tables: nothing to compare")
    notes.append(
        f"a CAS number says nothing of a structure: for {sum(not c.verified for c in cas)} of {len(cas)} numbers no second source "
        "confirms the substance"
    )
    return Check("structures", names, (*problems, *found), tuple(notes))


def _atoms(formula: str) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for element, number in _ELEMENT.findall(formula):
        counts[element] += int(number or 1)
    return dict(counts)


def _same_structure(keys: Mapping[str, Fragments]) -> list[str]:
    owners = grouped((structure, substance_id) for substance_id, structure in keys.items() if structure)
    return [f"{' and '.join(ids)} have the same structure" for ids in owners.values() if len(ids) > 1]


def _compare_names(
    substances: Sequence[Substance], keys: Mapping[str, Fragments], exceptions: Mapping[tuple[str, str], str]
) -> tuple[int, list[str], list[str]]:
    pairs = [(s, n.name) for s in substances for n in s.names if n.strength == "strong" and n.language in _READABLE]
    others = sum(len(s.names) for s in substances) - len(pairs)
    readings = read_names(name for _, name in pairs)
    disagree = {
        (s.substance_id, name)
        for s, name in pairs
        if readings[name] and not any(_blocks(keys[s.substance_id]) <= _blocks(reading) for reading in readings[name])
    }
    read = sum(bool(readings[name]) for _, name in pairs)
    problems = [
        f"{substance_id}: name {name!r} spells another structure; correct it, make it weak, or give a reason in readings.csv"
        for substance_id, name in sorted(disagree - set(exceptions))
    ]
    notes = [
        f"{len(pairs) - read} of {len(pairs)} strong English names cannot be read by OPSIN; {others} weak names and names in other "
        "languages were not put to it"
    ]
    if accepted := disagree & set(exceptions):
        notes.append(f"{len(accepted)} names are read otherwise and accepted for the reason in readings.csv")
    notes += [f"readings.csv: {i}, {name!r} needs no exception" for i, name in sorted(set(exceptions) - disagree)]
    return read, problems, notes


def _blocks(structure: Fragments) -> frozenset[str]:
    return frozenset(map(connectivity, structure))


# The words by which a source says that nobody has looked.
_UNCHECKED: Final = re.compile(r"(?:^|; ?)(?:recalled|believed|unverified|not established)\b", re.IGNORECASE)
_SOURCED: Final = (
    "names.csv",
    "cas.csv",
    "ec.csv",
    "hs.csv",
    "controls.csv",
    "acts.csv",
    "route_roles.csv",
    "usual_prices.csv",
    "solutions.csv",
    "salts.csv",
    "thresholds.csv",
    "editions.csv",
)


def verify_tables(path: Path, day: date) -> tuple[SubstanceTable, list[Check]]:
    """Checks the substance tables of a folder.

    Args:
        path: The folder.
        day: On which table sizes are counted.

    Raises:
        SubstanceTableError: A file is missing or has not the expected columns.
        ErrorGroup: `editions.csv` or `acts.csv` makes no sense.
    """
    table, errors = read_substances(path)
    substances = table.substances
    thresholds: tuple[Threshold, ...] = ()
    broken: list[PrecursorScreenError] = []
    try:
        thresholds = load_thresholds(path)
    except ErrorGroup as group:
        broken.extend(group.errors)
    controls = [c for s in substances for c in s.controls]
    facts = sum(len(s.names) + len(s.cas_numbers) + len(s.un_numbers) + len(s.cus_codes) for s in substances)
    checks = [
        Check("rows", len(substances), tuple(str(e) for e in errors)),
        Check("names, numbers and ids", facts, tuple(contradictions(substances))),
        Check("EC numbers", sum(len(s.ec_numbers) for s in substances), tuple(check_ec(substances))),
        Check("HS codes", sum(len(s.hs_codes) for s in substances), tuple(check_hs(substances))),
        Check("listings", len(controls), tuple(check_listings(substances)), tuple(_undated(controls))),
        _sizes(substances, table.editions, day),
        _sources(path),
        Check("thresholds", len(thresholds), (*map(str, broken), *(() if broken else check_thresholds(thresholds, substances)))),
        Check("formulas", sum(bool(s.formula) for s in substances), tuple(check_formulas(substances))),
        _structures(path, substances),
    ]
    return table, checks


def _undated(controls: Sequence[Control]) -> Iterator[str]:
    """How many listings have no checked day, and what that means for a line."""
    counts = {
        "have no date: on days before the edition they were read in it is unknown whether they held": sum(
            c.since is None and c.seen is not None for c in controls
        ),
        "have neither a date nor an edition: they count as always in force": sum(
            c.since is None and c.seen is None for c in controls
        ),
        "have a date that was not read in a source": sum(c.since is not None and not c.since_verified for c in controls),
    }
    yield from (f"{number} listings {what}" for what, number in counts.items() if number)


def _sizes(substances: Sequence[Substance], editions: Sequence[Edition], day: date) -> Check:
    """Listings in force against the count of the edition; a count that nobody has checked cannot prove the tables wrong."""
    problems, notes = [], []
    if not editions:
        notes.append("there is no editions.csv: table sizes not checked")
    for e in editions:
        count = sum(
            any(c.instrument == e.instrument and e.schedule in ("", c.schedule) and c.in_force(day) for c in s.controls)
            for s in substances
        )
        sentence = f"{f'{e.instrument} {e.schedule}'.strip()} holds {count} substances on {day}, its edition {e.count}"
        if count != e.count and e.verified:
            problems.append(sentence)
        elif count != e.count:
            notes.append(f"{sentence} (not checked: {e.source})")
    return Check("table sizes", len(editions), tuple(problems), tuple(notes))


def _sources(path: Path) -> Check:
    rows = list(_sourced_rows(path))
    problems = []
    for where, row in rows:
        if not row["source"].strip():
            problems.append(f"{where}: no source")
        elif row.get("verified") == "true" and _UNCHECKED.search(row["source"]):
            problems.append(f"{where}: marked verified, but its source says {row['source']!r}")
    unverified = sum(row.get("verified") == "false" for _, row in rows)
    return Check("sources", len(rows), tuple(problems), (f"{unverified} facts are marked unverified",) if unverified else ())


def _sourced_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows that have a source, with their place; files and rows that cannot be read are named by other checks."""
    for name in _SOURCED:
        if not (path / name).is_file():
            continue
        lines = (path / name).read_text(encoding="utf-8").splitlines()
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if row.get("source") is not None:
                yield f"{name}, row {number}", row


def _structures(path: Path, substances: Sequence[Substance]) -> Check:
    exceptions = load_exceptions(path)
    why = why_unavailable()
    if why:
        remedy = "" if why == "no Java" else f". {INSTALL}"
        return Check("structures", 0, (), (f"not checked: {why}; formulas and names were not compared with structures{remedy}",))
    return compare_structures(substances, exceptions)
