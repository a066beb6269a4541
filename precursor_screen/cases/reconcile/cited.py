"""Numbers of papers that goods name within texts: the description, marks, and columns that are mapped to nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.cases.reconcile.documents import Document
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS
from precursor_screen.text.identifiers import plain_reference

FIELDS: Final = {PERMITS: "permit_reference", NOTIFICATIONS: "pen_reference"}
_TEXTS: Final = ("description", "marks", "other_texts")
_TOKEN: Final = re.compile(r"[^\W_](?:[\w./\\-]*[^\W_])?")
_DIGITS: Final = re.compile(r"\d")
_LEAST: Final = 5  # letters and digits of a number that is looked for in texts
_LEAST_DIGITS: Final = 8  # of one that has no letter: shorter ones are numbers of anything
_OF_A_SHAPE: Final = 20  # numbers of one shape, letters included: what else is built so is meant to be one (own proposal)


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
    lines = lines.filter(pc.is_in(lines.column("line_id"), pc.unique(movements.column("line_id"))))
    texts = dict(_texts_of(lines))
    for field, numbers in known.items():
        shapes = _shapes_of(numbers)
        found = {line_id: "; ".join(_named(said, numbers, shapes)) for line_id, said in texts.items()}
        stated = zip(movements.column(field).to_pylist(), movements.column("line_id").to_pylist(), strict=True)
        cells = pa.array([cell or found.get(line_id) or None for cell, line_id in stated], pa.string())
        movements = movements.set_column(movements.column_names.index(field), field, cells)
    return movements


def _texts_of(lines: pa.Table) -> Iterator[tuple[str, list[str]]]:
    names = [n for n in ("line_id", *_TEXTS) if n in lines.column_names]
    for row in lines.select(names).to_pylist():
        yield (
            row["line_id"],
            [*(row[n] for n in ("description", "marks") if row.get(n)), *filter(None, row.get("other_texts") or ())],
        )


def _shapes_of(numbers: frozenset[str]) -> frozenset[str]:
    """How numbers of the register are built, letters as they are and digits as 0, where so many are that nothing else is."""
    counts = Counter(_DIGITS.sub("0", n) for n in numbers)
    return frozenset(s for s, count in counts.items() if count >= _OF_A_SHAPE and s.count("0") >= _LEAST and not s.isdecimal())


def _is_one(token: str, numbers: frozenset[str], shapes: frozenset[str]) -> bool:
    """Whether a word of a text is a number of a paper: one that is known, or one built like those and parted as they are."""
    plain = plain_reference(token)
    return plain in numbers or (plain != token.upper() and _DIGITS.sub("0", plain) in shapes)


def _named(said: list[str], numbers: frozenset[str], shapes: frozenset[str]) -> list[str]:
    tokens = (token for text in said for token in _TOKEN.findall(text))
    return list(dict.fromkeys(t for t in tokens if _is_one(t, numbers, shapes)))
