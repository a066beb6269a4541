"""The layers of recognition, each of which proposes names and where their letters stand in a text, and which of those that overlap is meant."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from precursor_screen.matching.substance.dictionary import NameDictionary, Pattern
from precursor_screen.matching.substance.match import SAME_PLACES, Group, Repeats
from precursor_screen.matching.substance.near import NearMatch, read_misread, read_near
from precursor_screen.matching.substance.neighbours import Neighbours
from precursor_screen.matching.substance.stream import Near
from precursor_screen.text.text import Folded

EXACT, STEREO, MISREAD, NEAR = "exact", "stereo", "misread", "near"
# Stereochemistry in brackets may stand anywhere inside a name: methyl (2S)-3-oxo-2-phenylbutanoate.
STEREO_GROUP: Final = re.compile(
    r"\((?:\d{0,2}[rsez]\*?(?:,|(?=\)))|[+\-±]{1,3}|rac|rel|dl?|l|cis|trans){1,8}\)[- ]?|\[[rsez(*),\-]{3,16}\][- ]?"
)


class Prepared(Struct, frozen=True):
    """A text in the forms that the layers read; all indexes count characters of `text`.

    near, misread: the stretches of `folded.squashed` that resemble names. repeats: what was seen of it so far.
    """

    text: str
    plain: str
    folded: Folded
    near: Sequence[Near]
    misread: Sequence[Near]
    repeats: Repeats


class Candidate(Struct, frozen=True):
    """A pattern and where each of its letters stands in the text, as a layer proposes it.

    gaps: after which of these letters the name has a gap of its own. more: further places of its like. edits: letters that differ,
    look-alikes left aside.
    """

    pattern: Pattern
    where: list[int]
    layer: str
    gaps: frozenset[int]
    more: Group | None
    edits: int = 0


# Whether a name could take its place at all among the exact ones: substances, bounds, letters, whether it takes an edit.
Room = Callable[[Sequence[int], int, int, int, bool], bool]


def exact_layer(prepared: Prepared, names: NameDictionary) -> Iterator[Candidate]:
    """Names that agree letter for letter once case, accents, spacing and look-alikes of other scripts are folded."""
    positions = prepared.folded.positions
    for pattern, a, b in names.scan(prepared.folded.squashed):
        if group := prepared.repeats.note((EXACT, pattern.squashed), positions[a], positions[b - 1]):
            yield Candidate(pattern, list(positions[a:b]), EXACT, pattern.own_gaps, _last(group))


def stereo_layer(prepared: Prepared, names: NameDictionary) -> Iterator[Candidate]:
    """Names with stereochemistry in brackets somewhere inside them."""
    groups = [m.span() for m in STEREO_GROUP.finditer(prepared.plain)]
    if not groups:
        return
    inside = {i for start, end in groups for i in range(start, end)}
    kept = [(c, p) for c, p in zip(prepared.folded.squashed, prepared.folded.positions, strict=True) if p not in inside]
    first = 0
    for pattern, a, b in sorted(names.scan("".join(c for c, _ in kept)), key=lambda f: f[1]):
        where = [p for _, p in kept[a:b]]
        while first < len(groups) and groups[first][0] <= where[0]:
            first += 1
        if first == len(groups) or groups[first][0] >= where[-1]:
            continue
        if group := prepared.repeats.note((STEREO, pattern.squashed), where[0], where[-1]):
            yield Candidate(pattern, where, STEREO, pattern.own_gaps, _last(group))


Reader = Callable[[Pattern, str, Sequence[int], str, Neighbours], NearMatch | None]


def resembling_layers(prepared: Prepared, names: NameDictionary, room: Room) -> Iterator[Candidate]:
    """Names with letters that are typed or read for others (T0LUENE, rnethylbenzene); then those with one edit from six letters on,
    with two from twelve."""
    yield from _resembling(prepared, prepared.misread, names.read_patterns, read_misread, names.neighbours, room)
    yield from _resembling(prepared, prepared.near, names.near_patterns, read_near, names.neighbours, room)


def _resembling(
    prepared: Prepared, found: Sequence[Near], patterns: Sequence[Pattern], read: Reader, neighbours: Neighbours, room: Room
) -> Iterator[Candidate]:
    squashed, positions = prepared.folded.squashed, prepared.folded.positions
    known: dict[tuple[int, str], NearMatch | None] = {}
    for near in found:
        pattern, stretch = patterns[near.name], squashed[near.start : near.end]
        start, end = positions[near.start], positions[near.end - 1]
        if neighbours.is_name(stretch) or not room(pattern.owners, start, end + 1, len(stretch), read is read_near):
            continue
        group = prepared.repeats.note((read, near.name), start, end)
        if group is None:
            continue
        where = list(positions[near.start : near.end])
        raw = prepared.text[start : end + 1]
        key = near.name, raw
        if key not in known:
            known[key] = read(pattern, stretch, where, raw, neighbours)
        if likeness := known[key]:
            layer = NEAR if likeness.edits else MISREAD
            yield Candidate(pattern, where, layer, likeness.gaps, _last(group), likeness.edits)


def _last(group: Group) -> Group | None:
    """The group, for the last of its places that is listed."""
    return group if group.count == SAME_PLACES else None


# Which of the names that overlap in a text is meant.

# Layers whose names stand in the text as they are; of equally long ones the earlier layer counts.
_PLAIN: Final = {EXACT: 0, STEREO: 1}


class LocatedName(Struct, frozen=True):
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

    def __init__(self, located: Iterable[LocatedName], is_suppressed: Callable[[LocatedName], bool]) -> None:
        """Keeps the longest.

        Args:
            located: Names that stand free and are spelled as they are.
            is_suppressed: Whether a name counts for nothing where it stands.
        """
        self._is_suppressed = is_suppressed
        self._kept: list[LocatedName] = []
        for s in sorted(located, key=lambda s: (s.core[0], -s.core[1], _PLAIN[s.candidate.layer], -len(s.candidate.where))):
            if not self._kept or s.core[0] >= self._kept[-1].whole[1]:
                self._kept.append(s)
            elif s.core[1] - s.core[0] > self._kept[-1].core[1] - self._kept[-1].core[0]:
                self._kept[-1] = s
        self._starts = [s.core[0] for s in self._kept]

    def leaves_room(self, owners: Sequence[int], start: int, end: int, letters: int, edited: bool) -> bool:
        """Whether a name that the text spells otherwise could take its place there at all.

        Args:
            owners: The substances it means.
            start, end: Its bounds in the text.
            letters: How many of its letters stand in the text.
            edited: Whether it takes an edit to read it.
        """
        return all(self._gives_way(k, owners, (start, end), letters, int(edited)) for k in self._overlapping(start, end))

    def add(self, resembling: Iterable[LocatedName]) -> list[LocatedName]:
        """All names that are meant, by place.

        Of the names spelled otherwise that overlap the longest counts, and of those in one place the nearest; substances equally
        near are all named.
        """
        replaced: set[int] = set()
        added: list[LocatedName] = []
        taken: dict[int, LocatedName] = {}  # the places that names spelled otherwise have taken, character by character
        for s in sorted(resembling, key=lambda s: (s.core[0] - s.core[1], s.candidate.edits, s.core)):
            owners, letters, edits = s.candidate.pattern.owners, len(s.candidate.where), s.candidate.edits
            over = list(self._overlapping(*s.core))
            if not all(self._gives_way(k, owners, s.core, letters, edits) for k in over):
                continue
            beside = {id(o): o for i in range(*s.core) if (o := taken.get(i))}.values()
            if not any(o.core != s.core or o.candidate.edits != edits or _same(o, s) for o in beside):
                taken.update(dict.fromkeys(range(*s.core), s))
                replaced.update(id(k) for k in over)
                added.append(s)
        if not added:
            return self._kept
        return sorted((*(k for k in self._kept if id(k) not in replaced), *added), key=lambda s: s.core)

    def _overlapping(self, start: int, end: int) -> Iterator[LocatedName]:
        for k in self._kept[max(0, bisect_left(self._starts, start) - 1) : bisect_left(self._starts, end)]:
            if k.core[1] > start:
                yield k

    def _gives_way(self, kept: LocatedName, owners: Sequence[int], core: tuple[int, int], letters: int, edits: int) -> bool:
        """Whether an exact name leaves its place to one spelled otherwise."""
        if core == kept.core or core[0] > kept.core[0] or kept.core[1] > core[1]:
            return False
        # More letters than the edits can have drawn in: "N-bac-4-piperidone" is no 4-piperidone, "glycidat in" is glycidat.
        name = kept.candidate.pattern
        # A bare "ether" is weak, and says less than "ethyll ether".
        same = name.name.strength != "weak" and not set(name.owners).isdisjoint(owners)
        says_more = not same and letters - len(kept.candidate.where) > edits
        return not edits or says_more or self._is_suppressed(kept)


def _same(one: LocatedName, other: LocatedName) -> bool:
    return not set(one.candidate.pattern.owners).isdisjoint(other.candidate.pattern.owners)
