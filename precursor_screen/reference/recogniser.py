"""The substances of the tables in use, read and indexed once a process, and what a text names of them: all that a look-up needs."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from precursor_screen.core.cache import digest_files, kept
from precursor_screen.core.model import ANNOUNCED, Substance
from precursor_screen.matching.substance.classes import listed_as
from precursor_screen.matching.substance.dictionary import Pattern, patterns_of
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.matching.substance.match import Match
from precursor_screen.reference import shipped
from precursor_screen.reference.site_tables import load_concern
from precursor_screen.reference.substances import SubstanceTable, load_substances

if TYPE_CHECKING:
    from precursor_screen.matching.structure.index import StructureIndex


class Recogniser(Struct, frozen=True):
    """What a look-up asks of: substances with the editions of their lists, their names and numbers, the day on which the law is judged."""

    substances: SubstanceTable
    substance_index: SubstanceIndex
    as_of: date


def load_recogniser(as_of: date, *, structure: bool = False) -> Recogniser:
    """What the tables in use hold; with `structure` systematic names are read as structures too.

    Raises:
        ReferenceDataError: the tables are missing or damaged.
        MissingExtra: structures are wanted, and the extra or Java is not there.
    """
    return Recogniser(known_table(), index_with_structures() if structure else known_index(), as_of)


def known_table() -> SubstanceTable:
    """The tables of substances in use."""
    return _table(shipped.substances_folder())


@cache
def _table(folder: Path) -> SubstanceTable:
    return kept("substances", SubstanceTable, digest_files(folder.glob("*.csv")), lambda: load_substances(folder))


def known_substances() -> tuple[Substance, ...]:
    """The substances of the tables in use."""
    return known_table().substances


def known_index() -> SubstanceIndex:
    """The index of the substances of the tables in use."""
    return index_of(shipped.substances_folder())


@cache
def index_of(folder: Path) -> SubstanceIndex:
    """The index of the substances of a folder of tables."""
    return _KnownIndex(folder, *_parts_of_index(folder))


class _KnownIndex(SubstanceIndex):
    """Pickled by its folder: a worker reads the tables for itself, which is quicker than to be told."""

    def __init__(self, folder: Path, *parts: Any) -> None:
        super().__init__(*parts)
        self._folder = folder

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return (index_of, (self._folder,))


def index_with_structures() -> StructureIndex:
    """The same, which reads systematic names as well.

    Raises:
        MissingExtra: the extra or Java is not there.
    """
    from precursor_screen.matching.structure.index import StructureIndex
    from precursor_screen.matching.structure.reading import require

    require()
    return StructureIndex(*_parts_of_index(shipped.substances_folder()))


def _parts_of_index(folder: Path) -> tuple[tuple[Substance, ...], frozenset[str], tuple[Pattern, ...]]:
    """The substances, those with little or no lawful trade (scheduled drugs, grades A and B), and the patterns of their names."""
    table = _table(folder)
    rare = frozenset(i for i, one in load_concern(folder, table.substances).items() if one.licit_use in "SAB")
    patterns = kept("patterns", tuple[Pattern, ...], table.sha256, lambda: patterns_of(table.substances))
    return table.substances, rare, patterns


def lookup(text: str, reference: Recogniser) -> dict[str, Any]:
    """Which controlled substances a text names, as the object of the contract: matches and suppressed ones with reasons.

    Offsets count characters of the text as given. A text that is nothing but an HS code names the substances that are classified there.
    """
    found = reference.substance_index.match(text) or _classified(text, reference.substance_index)
    known = {s.substance_id: s for s in reference.substances.substances}
    result: dict[str, Any] = {"text": text, "matches": [], "suppressed": []}
    for one in found:
        substance = known[one.substance_id]
        control = [
            {
                "instrument": c.instrument,
                "schedule": c.schedule,
                "edition": reference.substances.edition_of(c.instrument),
                "verified": c.verified,
                "known": c.known_on(reference.as_of),
                "since": c.since.isoformat() if c.since else None,
            }
            for c in listed_as(one.name, substance.controls)
            if c.in_force(reference.as_of)
        ]
        announced = [
            {"instrument": c.instrument, "schedule": c.schedule, "since": c.since.isoformat(), "verified": c.since_verified}
            for c in listed_as(one.name, substance.controls)
            # Of most acts only the first day is known: those count as announced ever before.
            if c.since
            and c.since > reference.as_of
            and (c.coming(reference.as_of) == ANNOUNCED or not (c.adopted or c.published))
        ]
        record = {
            "substance_id": one.substance_id,
            "name": substance.name,
            "control": control,
            "announced": announced,
            "tier": substance.tier,
            **{name: getattr(one, name) for name in ("method", "strength", "form")},
            "verified": one.name_verified,
            **{name: getattr(one, name) for name in ("matched", "start", "end", "score")},
        }
        if one.more:  # further places of the like in a very long text, counted and not listed
            record["more"] = one.more
        if one.suppressed:
            result["suppressed"].append({**record, "reason": one.suppressed})
        else:
            result["matches"].append(record)
    return result


_HS_CODE = re.compile(r"\s*(?:HS|HTS|CN|TARIC)?(?:\s*code)?[\s:]*(\d{4}[. ]?\d{2}(?:[. ]?\d{2}){0,2})\s*", re.IGNORECASE)


def _classified(text: str, index: SubstanceIndex) -> list[Match]:
    """The substances that are classified under a text that is an HS code, six to ten digits; none: it is not one."""
    code = _HS_CODE.fullmatch(text)
    if not code:
        return []
    rows = index.recognise_codes("hs_code", [code[1]]).to_pylist()
    return [
        Match(**{n: row[n] for n in Match.__struct_fields__ if n in row} | {"start": code.start(1), "end": code.end(1)})
        for row in rows
    ]
