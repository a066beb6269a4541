"""Which of the names that overlap in a text is meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from precursor_screen.matching.substance.layers import EXACT, STEREO, Candidate

# Layers whose names stand in the text as they are; of equally long ones the earlier layer counts.
_PLAIN: Final = {EXACT: 0, STEREO: 1}


class Standing(Struct, frozen=True):
    """A candidate that stands free, with the bounds of its letters and of the whole name."""

    candidate: Candidate
    core: tuple[int, int]
    whole: tuple[int, int]


class Kept:
    """The longest of the names that overlap, and those that the text spells otherwise where they say more.

    A name that the text spells otherwise takes the place of an exact one only if it holds that one and more, and explains the more:
    with look-alikes alone (D1ETHYL ETHER), where the exact one counts for nothing ("etyl ether" is no ether of something else) or is
    weak (ETHYLL ETHER), or as another substance.
    """

    def __init__(self, standing: Iterable[Standing], is_suppressed: Callable[[Standing], bool]) -> None:
        """Keeps the longest.

        Args:
            standing: Names that stand free and are spelled as they are.
            is_suppressed: Whether a name counts for nothing where it stands.
        """
        self._is_suppressed = is_suppressed
        self._kept: list[Standing] = []
        for s in sorted(standing, key=lambda s: (s.core[0], -s.core[1], _PLAIN[s.candidate.layer])):
            if not self._kept or s.core[0] >= self._kept[-1].whole[1]:
                self._kept.append(s)
            elif s.core[1] - s.core[0] > self._kept[-1].core[1] - self._kept[-1].core[0]:
                self._kept[-1] = s
        self._starts = [s.core[0] for s in self._kept]

    def leaves_room(self, owners: Sequence[int], start: int, end: int, letters: int, *, edited: bool) -> bool:
        """Whether a name that the text spells otherwise could take its place there at all.

        Args:
            owners: The substances it means.
            start, end: Its bounds in the text.
            letters: How many of its letters stand in the text.
            edited: Whether it takes an edit to read it.
        """
        return all(self._gives_way(k, owners, (start, end), letters, int(edited)) for k in self._overlapping(start, end))

    def add(self, resembling: Iterable[Standing]) -> list[Standing]:
        """All names that are meant, by place.

        Of the names spelled otherwise that overlap the longest counts, and of those in one place the nearest; substances equally
        near are all named.
        """
        replaced: set[int] = set()
        added: list[Standing] = []
        reserved = _Reserved()
        for s in sorted(resembling, key=lambda s: (s.core[0] - s.core[1], s.candidate.edits, s.core)):
            owners, letters, edits = s.candidate.pattern.owners, len(s.candidate.where), s.candidate.edits
            over = list(self._overlapping(*s.core))
            if all(self._gives_way(k, owners, s.core, letters, edits) for k in over) and reserved.take(s):
                replaced.update(id(k) for k in over)
                added.append(s)
        if not added:
            return self._kept
        return sorted((*(k for k in self._kept if id(k) not in replaced), *added), key=lambda s: s.core)

    def _overlapping(self, start: int, end: int) -> Iterator[Standing]:
        for k in self._kept[max(0, bisect_left(self._starts, start) - 1) : bisect_left(self._starts, end)]:
            if k.core[1] > start:
                yield k

    def _gives_way(self, kept: Standing, owners: Sequence[int], core: tuple[int, int], letters: int, edits: int) -> bool:
        """Whether an exact name leaves its place to one spelled otherwise."""
        if core == kept.core or core[0] > kept.core[0] or kept.core[1] > core[1]:
            return False
        # More letters than the edits can have drawn in: "N-bac-4-piperidone" is no 4-piperidone, "glycidat in" is glycidat.
        name = kept.candidate.pattern
        # A bare "ether" is weak, and says less than "ethyll ether".
        same = name.name.strength != "weak" and not set(name.owners).isdisjoint(owners)
        says_more = not same and letters - len(kept.candidate.where) > edits
        return not edits or says_more or self._is_suppressed(kept)


class _Reserved:
    """The places that names spelled otherwise have taken, character by character."""

    def __init__(self) -> None:
        self._at: dict[int, Standing] = {}

    def take(self, s: Standing) -> bool:
        """Takes the place of a name, unless it is taken by another one."""
        over = {id(o): o for i in range(*s.core) if (o := self._at.get(i))}.values()
        if any(o.core != s.core or o.candidate.edits != s.candidate.edits or _same(o, s) for o in over):
            return False
        self._at.update(dict.fromkeys(range(*s.core), s))
        return True


def _same(one: Standing, other: Standing) -> bool:
    return not set(one.candidate.pattern.owners).isdisjoint(other.candidate.pattern.owners)
