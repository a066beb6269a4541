"""The layers of recognition: each proposes names and where their letters stand in a text, and judges nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from precursor_screen.matching.substance.dictionary import NameDictionary, Pattern
from precursor_screen.matching.substance.near import NearMatch, read_misread, read_near
from precursor_screen.matching.substance.neighbours import Neighbours
from precursor_screen.matching.substance.repeats import SAME_PLACES, Group, Repeats
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


Layer = Callable[[Prepared, NameDictionary], Iterator[Candidate]]
# Whether a name could take its place at all among the exact ones: substances, bounds, letters, whether it takes an edit.
Room = Callable[[Sequence[int], int, int, int, bool], bool]
ResemblingLayer = Callable[[Prepared, NameDictionary, Room], Iterator[Candidate]]


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


def misread_layer(prepared: Prepared, names: NameDictionary, room: Room) -> Iterator[Candidate]:
    """Names with letters that are typed or read for others: T0LUENE, rnethylbenzene."""
    return _resembling(prepared, prepared.misread, names.read_patterns, read_misread, names.neighbours, room)


def near_layer(prepared: Prepared, names: NameDictionary, room: Room) -> Iterator[Candidate]:
    """Names with one edit from six letters on, with two from twelve."""
    return _resembling(prepared, prepared.near, names.near_patterns, read_near, names.neighbours, room)


Reader = Callable[[Pattern, str, Sequence[int], str, Neighbours], NearMatch | None]


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


LAYERS: Final[tuple[Layer, ...]] = (exact_layer, stereo_layer)
RESEMBLING_LAYERS: Final[tuple[ResemblingLayer, ...]] = (misread_layer, near_layer)
