"""What is asked of an index: readings of names as numbers of words, and what is known of each word, in arrays."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import Bits, Flags, Floats, Ints

# What is summed over the words of a reading:
# weight of a general word, or of the general one that a word may stand for; the former alone, without initials; that part of the
# general weight which masks do not tell; how many initials; how many words with a bit in the mask; own weight of informative
# words, which is left over unless something informative agrees; that part for which the list holds nothing; the most that
# the list's words weigh; whether the name was cut there.
GENERAL, GENERAL_OWN, UNMASKED, INITIALS, MASKED, OWN, LOST, REACH, CUT = range(9)
SUMMED = 9
_POSITION = 32  # bits of a word's position in an index


class Facts(Struct, frozen=True, dict=True):
    """What is known of words asked for, by their number.

    sums: `SUMMED` rows; masks: in rows: of general words as in `Postings.masks`, of letters that names start with, of initials;
    left_over: what each weighs where it is left over, 0 for what may be lost; rows: how many rows of the index hold something
    similar; starts: where the similar words of each begin in `similar`, ascending, and `similarities`, one more than there are words.
    """

    sums: Floats
    masks: Bits
    left_over: Floats
    short_number: Flags
    rows: Ints
    starts: Ints
    similar: Ints
    similarities: Floats

    @classmethod
    def of_none(cls) -> Facts:
        """Of no word."""
        none = np.empty(0, np.int64)
        sums, masks = np.empty((SUMMED, 0)), np.empty((3, 0), np.uint64)
        return cls(sums, masks, np.empty(0), np.empty(0, bool), none, np.zeros(1, np.int64), none, np.empty(0))

    @property
    def count(self) -> int:
        """Of how many words."""
        return len(self.rows)

    @cached_property
    def _pairs(self) -> Ints:
        """Each word with each that is alike, as one number, ascending."""
        return (np.repeat(np.arange(self.count), np.diff(self.starts)) << _POSITION) | self.similar

    def compare(self, words: Ints, listed: Ints) -> Floats:
        """How alike words asked for and words of the index are at most, pair by pair, 0 to 1; an initial and its word are not."""
        if not len(self.similar):
            return np.zeros(len(words))
        wanted = (words << _POSITION) | listed
        places = np.minimum(np.searchsorted(self._pairs, wanted), len(self.similar) - 1)
        return np.where(self._pairs[places] == wanted, self.similarities[places], 0.0)

    def extend(self, more: Facts) -> Facts:
        """Of these words and some more."""
        more = replace(more, starts=more.starts[1:] + self.starts[-1])
        pairs = ((getattr(self, name), getattr(more, name)) for name in self.__struct_fields__)
        return Facts(*(np.concatenate(pair, axis=-1) for pair in pairs))


class Questions(Struct, frozen=True):
    """Readings of names asked for: the numbers of their words, and where each reading starts in these (one more than there are)."""

    facts: Facts
    words: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1
