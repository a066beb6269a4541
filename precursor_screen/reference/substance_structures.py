"""Structures of the tables against formulas, names and each other; what cannot be compared is said, not passed over."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.errors import SubstanceTableError, Where
from precursor_screen.core.model import Substance
from precursor_screen.matching.structure.reading import Fragments, connectivity, formula_of, read_names, read_smiles

_COLUMNS: Final = ["substance_id", "name", "reason"]
_ELEMENT: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")
_READABLE: Final = frozenset({"en", "mul"})  # OPSIN reads English


class StructureFindings(Struct, frozen=True):
    """names: how many were read; problems and notes as sentences."""

    names: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def load_exceptions(path: Path) -> dict[tuple[str, str], str]:
    """Names that a person has read although OPSIN reads them otherwise, with the reason: `readings.csv` of a folder, if it is there.

    Raises:
        SubstanceTableError: The file cannot be read, has other columns, or a row without a reason.
    """
    file = path / "readings.csv"
    if not file.exists():
        return {}
    try:
        reader = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(file)), remedy="Correct the table.") from error
    rows = list(reader)
    if list(reader.fieldnames or ()) != _COLUMNS or any(None in r or not all(r.values()) for r in rows):
        raise SubstanceTableError(
            f"should have the columns {', '.join(_COLUMNS)}, none of them empty",
            where=Where(str(file)),
            remedy="Correct the table.",
        )
    return {(row["substance_id"], row["name"]): row["reason"] for row in rows}


def compare_structures(substances: Sequence[Substance], exceptions: Mapping[tuple[str, str], str]) -> StructureFindings:
    """Compares what can be compared.

    A strong English name that OPSIN can read must hold the substance among its parts. Names that it cannot read, names in other
    languages and weak names, which are ambiguous by nature, are counted.

    Raises:
        MissingExtra: the extra `structure` or Java is not installed.
    """
    problems: list[str] = []
    keys: dict[str, Fragments] = {}
    for s in substances:
        if not s.smiles:
            continue
        keys[s.substance_id] = read_smiles(s.smiles)
        if not keys[s.substance_id]:
            problems.append(f"{s.substance_id}: the structure {s.smiles!r} cannot be read")
        elif s.formula and formula_of(s.smiles) != _atoms(s.formula):
            problems.append(f"{s.substance_id}: formula {s.formula} and structure {s.smiles!r} disagree")
    problems.extend(_same_structure(keys))
    names, found, notes = _compare_names([s for s in substances if keys.get(s.substance_id)], keys, exceptions)
    without = sum(not s.smiles for s in substances)
    cas = [c for s in substances for c in s.cas_numbers]
    notes = [
        *([f"{without} of {len(substances)} substances have no structure in the tables: nothing to compare"] if without else []),
        *notes,
        f"a CAS number says nothing of a structure: for {sum(not c.verified for c in cas)} of {len(cas)} numbers no second source "
        "confirms the substance",
    ]
    return StructureFindings(names, (*problems, *found), tuple(notes))


def _atoms(formula: str) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for element, number in _ELEMENT.findall(formula):
        counts[element] += int(number or 1)
    return dict(counts)


def _same_structure(keys: Mapping[str, Fragments]) -> list[str]:
    owners: dict[Fragments, list[str]] = defaultdict(list)
    for substance_id, structure in keys.items():
        if structure:
            owners[structure].append(substance_id)
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
