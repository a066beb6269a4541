"""What earlier runs found for names: known names need no matching. Where that is kept is the caller's business.

Memory changes no result: what it recalls is what matching the same names against the same list would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.schema import PARTY_MATCH
from precursor_screen.matching.party.index import PartyIndex


class Recalled(Struct, frozen=True):
    """What is known of some names against one list.

    matches: PARTY_MATCH of the known ones, in any order of names, within one name as `PartyIndex.match_names` gives them;
    unscreenable: known names of which nothing is left to compare; unknown: all others, in the order asked.
    """

    matches: pa.Table
    unscreenable: tuple[str, ...]
    unknown: Sequence[str]


class PartyMemory(Protocol):
    """Recalls matches of names, and learns new ones."""

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """What is known of some distinct names."""

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Takes note of what came of matching some distinct names: matches (PARTY_MATCH), and which names were unscreenable."""


class NoPartyMemory:
    """Knows nothing and keeps nothing."""

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """Nothing: all names are unknown."""
        return Recalled(PARTY_MATCH.empty_table(), (), names)

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Nothing is kept."""


NO_PARTY_MEMORY = NoPartyMemory()
