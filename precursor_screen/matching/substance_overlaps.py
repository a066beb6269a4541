"""Which of the names that overlap in a text is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from precursor_screen.matching.substance_layers import EXACT, STEREO, Candidate

# Layers whose names stand in the text as they are; of equally long ones the earlier layer counts.
_PLAIN: Final = {EXACT: 0, STEREO: 1}
_REACH: Final = 400  # characters: longer than any name as filed


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate that stands free, with the bounds of its letters and of the whole name."""

    candidate: Candidate
    core: tuple[int, int]
    whole: tuple[int, int]


def meant(standing: Iterable[Standing], is_suppressed: Callable[[Standing], bool]) -> list[Standing]:
    """The longest of the names that overlap, by place.

    A name that the text spells otherwise takes the place of an exact one only if it holds that one and more, and explains the more:
    with look-alikes alone (D1ETHYL ETHER), where the exact one counts for nothing ("etyl ether" is no ether of something else), or
    as another substance.

    Args:
        standing: Names that stand free.
        is_suppressed: Whether a name counts for nothing where it stands.
    """
    kept: list[Standing] = []
    resembling: list[Standing] = []
    for s in sorted(standing, key=lambda s: (s.core[0], -s.core[1], _PLAIN.get(s.candidate.layer, 2))):
        if s.candidate.layer not in _PLAIN:
            resembling.append(s)
        elif kept and s.core[0] < kept[-1].whole[1]:
            if s.core[1] - s.core[0] > kept[-1].core[1] - kept[-1].core[0]:
                kept[-1] = s
        else:
            kept.append(s)
    return sorted(_with_resembling(kept, resembling, is_suppressed), key=lambda s: s.core) if resembling else kept


def _with_resembling(
    kept: Sequence[Standing], resembling: Sequence[Standing], is_suppressed: Callable[[Standing], bool]
) -> list[Standing]:
    """Adds names that the text spells otherwise. Of those that overlap the longest counts, and of those in one place the nearest;
    substances equally near are all named."""
    result = {s.core[0]: [s] for s in kept}
    for s in sorted(resembling, key=lambda s: (s.core[0] - s.core[1], s.candidate.edits, s.core)):
        over = _overlapping(result, s.core)
        if all(_gives_way(k, s, is_suppressed) for k in over):
            for k in over:
                if k.core != s.core:
                    result[k.core[0]].remove(k)
            result.setdefault(s.core[0], []).append(s)
    return [s for there in result.values() for s in there]


def _overlapping(result: dict[int, list[Standing]], core: tuple[int, int]) -> list[Standing]:
    """What overlaps a stretch; names are shorter than the reach of this search."""
    return [k for at in range(max(0, core[0] - _REACH), core[1]) for k in result.get(at, ()) if k.core[1] > core[0]]


def _gives_way(kept: Standing, other: Standing, is_suppressed: Callable[[Standing], bool]) -> bool:
    """Whether a name found before leaves its place to one found by resemblance, or shares it."""
    same = not set(kept.candidate.pattern.owners).isdisjoint(other.candidate.pattern.owners)
    if kept.candidate.layer not in _PLAIN:
        return not same and kept.core == other.core and kept.candidate.edits == other.candidate.edits
    if other.core == kept.core or other.core[0] > kept.core[0] or kept.core[1] > other.core[1]:
        return False
    if not other.candidate.edits or is_suppressed(kept):
        return True
    # More letters than the edits can have drawn in: "N-bac-4-piperidone" is no 4-piperidone, "glycidat in" is glycidat.
    longer = len(other.candidate.where) - len(kept.candidate.where)
    return not same and longer >= 2 * other.candidate.edits
