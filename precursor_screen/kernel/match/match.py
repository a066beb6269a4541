"""What texts and names of lines mean: each is matched once, however often it occurs and whichever lines it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.kernel.match.mentions import find_mentions
from precursor_screen.kernel.match.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.match.party_memory import NO_PARTY_MEMORY, PartyMemory
from precursor_screen.kernel.match.recognise import match_parties, recognise
from precursor_screen.kernel.match.whole_run import find_cut_lengths, find_keepers
from precursor_screen.reference.bundle import Reference

Progress = Callable[[str], None]


class Matches(Struct, frozen=True):
    """Of distinct texts, codes and names.

    Attributes:
        substances: SUBSTANCE_MATCH, suppressed ones included.
        parties: PARTY_MATCH over all lists.
        mentions: PARTY_MENTION: parties named among other words.
        unscreenable: names of which nothing is left to compare.
        keepers: keys of consignees that keep or carry other people's goods.
        cut_at: the files of which descriptions end where their field ends -> its length in characters.
    """

    substances: pa.Table
    parties: pa.Table
    mentions: pa.Table
    unscreenable: tuple[str, ...]
    keepers: frozenset[str] = frozenset()
    cut_at: Mapping[str, int] = {}


def match(
    lines: pa.Table,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    known_parties: PartyMemory = NO_PARTY_MEMORY,
    progress: Progress = lambda _: None,
) -> Matches:
    """Matches what lines say with substances and listed parties.

    Args:
        lines: LINE columns; those of texts, codes and names are looked at.
        reference: substances and watchlists.
        spread: how the matching is spread; changes nothing in the result.
        known_parties: names that were matched before; changes nothing in the result.
        progress: told what is being done.
    """
    found = match_texts(lines, reference, parallel_map, known_parties, progress)
    return replace(found, cut_at=find_cut_lengths(lines))


def match_texts(
    lines: pa.Table,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    known_parties: PartyMemory = NO_PARTY_MEMORY,
    progress: Progress = lambda _: None,
) -> Matches:
    """The same of texts by themselves, without `cut_at`: each value stands for itself, whichever lines and fields the others stand in."""
    progress("recognising substances")
    substances = recognise(lines, reference, parallel_map)
    progress("matching parties")
    parties = match_parties(lines, reference, parallel_map, known_parties)
    mentions = find_mentions(lines, reference, parallel_map)
    return Matches(substances, parties.matches, mentions, parties.unscreenable, find_keepers(lines, reference.lists))


def merge_matches(parts: Sequence[Matches], cut_at: Mapping[str, int]) -> Matches:
    """Matches of texts that share no value, as one."""
    substances, parties, mentions = (
        pa.concat_tables([getattr(part, name) for part in parts]) for name in ("substances", "parties", "mentions")
    )
    unscreenable = tuple(name for part in parts for name in part.unscreenable)
    return Matches(substances, parties, mentions, unscreenable, frozenset(k for p in parts for k in p.keepers), cut_at)
