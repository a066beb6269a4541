"""Columns of numbers of papers, such as permits, whose headers nobody knows: by the register that has these numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.assign import UNKNOWN
from precursor_screen.readers.tabular.content import Content
from precursor_screen.text.codes import plain_reference

Papers = Sequence[tuple[str, frozenset[str]]]
# A column is one of papers where so many of its cells, and such a share of them, are numbers of a register (own proposal): then one that
# the register does not know is a number of a paper too.
_CELLS: Final = 3
_SHARE: Final = 0.3


def with_papers(guesses: tuple[Guess, ...], contents: Sequence[Content], papers: Papers) -> tuple[Guess, ...]:
    """Columns of unknown headers that hold numbers of papers, for a field that no other column has.

    Args:
        guesses: of all columns.
        contents: what their cells are.
        papers: see `ReadOptions`.
    """
    made = list(guesses)
    for field, numbers in papers:
        free = [g for g in made if g.reason == UNKNOWN and contents[g.position].share(lambda cell: True)]
        held = {g.position: _held(contents[g.position], numbers) for g in free}
        best = max(free, key=lambda g: held[g.position], default=None)
        if best is None or not held[best.position] or any(g.field == field for g in made):
            continue
        made[best.position] = replace(best, field=field, reason="numbers of papers that a register knows")
    return tuple(made)


def _held(content: Content, numbers: frozenset[str]) -> float:
    """The share of cells that are numbers of a register; 0 where they are too few."""
    share = content.share(lambda cell: plain_reference(cell) in numbers)
    return share if share >= _SHARE and share * len(content.cells) >= _CELLS else 0.0
