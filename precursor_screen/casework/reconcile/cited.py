"""Numbers of papers that goods name where no known column says so: within the description, or in a column whose header nobody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from precursor_screen.casework.reconcile.documents import Document, plain_number
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS

FIELDS: Final = {PERMITS: "permit_reference", NOTIFICATIONS: "pen_reference"}
_TEXTS: Final = ("description", "marks", "other_texts")
_TOKEN: Final = re.compile(r"[^\W_](?:[\w./\\-]*[^\W_])?")
_DIGITS: Final = re.compile(r"\d")
_LEAST: Final = 5  # letters and digits of a number that is looked for in texts
_LEAST_DIGITS: Final = 8  # of one that has no letter: shorter ones are numbers of anything
# A column is one of papers where so many of its cells, and such a share of them, are numbers of a register (own proposal): then one that
# the register does not know is a number of a paper too.
_CELLS: Final = 3
_SHARE: Final = 0.3


def numbers_of(documents: Mapping[str, Sequence[Document]], aside: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Field of a movement -> plain numbers of the register's documents, and of rows that its import set aside."""
    return {
        field: frozenset(n for n in {*(d.number for d in documents.get(register, ())), *aside.get(register, ())} if _tells(n))
        for register, field in FIELDS.items()
        if register in documents
    }


def _tells(number: str) -> bool:
    digits = len(_DIGITS.findall(number))
    return len(number) >= _LEAST and digits > 1 and (digits < len(number) or digits >= _LEAST_DIGITS)


def cite(movements: pa.Table, lines: pa.Table, known: Mapping[str, frozenset[str]]) -> pa.Table:
    """MOVEMENT rows with the numbers that their lines name elsewhere; what is stated in its own column stays.

    Args:
        movements: MOVEMENT.
        lines: of these, with their texts.
        known: of `numbers_of`.
    """
    wanted = set(movements.column("line_id").to_pylist())
    texts = {line_id: said for line_id, said in _texts_of(lines) if line_id in wanted}
    for field, numbers in known.items():
        columns = _columns_of(texts.values(), numbers)
        found = {line_id: "; ".join(_named(said, numbers, columns)) for line_id, said in texts.items()}
        stated = zip(movements.column(field).to_pylist(), movements.column("line_id").to_pylist(), strict=True)
        cells = pa.array([cell or found.get(line_id) or None for cell, line_id in stated], pa.string())
        movements = movements.set_column(movements.column_names.index(field), field, cells)
    return movements


def _texts_of(lines: pa.Table) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """line_id, and (header, text) of each text; a text that a column of the table has is under its name."""
    names = [n for n in ("line_id", *_TEXTS, "other_columns") if n in lines.column_names]
    for row in lines.select(names).to_pylist():
        beside = zip(row.get("other_columns") or (), row.get("other_texts") or (), strict=False)
        own = [(n, row[n]) for n in ("description", "marks") if row.get(n)]
        yield row["line_id"], [*own, *((header or "", text) for header, text in beside if text)]


def _columns_of(texts: Iterable[list[tuple[str, str]]], numbers: frozenset[str]) -> frozenset[str]:
    """Headers of columns that hold numbers of papers."""
    seen, held = defaultdict[str, int](int), defaultdict[str, int](int)
    for said in texts:
        for header, text in said:
            if header not in ("", *_TEXTS):
                seen[header] += 1
                held[header] += plain_number(text) in numbers
    return frozenset(h for h, count in held.items() if count >= _CELLS and count >= _SHARE * seen[h])


def _named(said: list[tuple[str, str]], numbers: frozenset[str], columns: frozenset[str]) -> list[str]:
    found: dict[str, None] = {}
    for header, text in said:
        if header in columns:
            found[text] = None
        else:
            found |= dict.fromkeys(t for t in _TOKEN.findall(text) if plain_number(t) in numbers)
    return list(found)
