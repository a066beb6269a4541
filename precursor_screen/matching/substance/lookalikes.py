"""Names that a scanner or a typist spelled with look-alikes throughout: EPHEDR1NE, rnethylbenzene.

Names and texts are both folded so that all confused letters are one (`names.confusions`), and agree whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import ahocorasick_rs
import numpy as np

from precursor_screen.matching.substance.stream import BREAK, Bytes, Near, Stream, byte_table, free_places, sketches
from precursor_screen.text.confusions import FIRM, LOOSE, PAIRS

_FIRM: Final = byte_table(FIRM)
_LOOSE: Final = byte_table(LOOSE)


class ReadingIndex:
    """The loose forms of names. Immutable.

    Args:
        readings: Names with all letters that are confused as one (`loose_fold`).
    """

    def __init__(self, readings: Sequence[str]) -> None:
        keys: defaultdict[bytes, list[int]] = defaultdict(list)
        for number, key in enumerate(sketches(readings)):
            keys[key].append(number)
        self._owners = list(keys.values())
        self._scanner = compile_bytes(list(keys))

    def find(self, stream: Stream) -> list[Near]:
        """Every stretch whose loose form is that of a name, by place; stand-ins may agree where letters do not."""
        letters = stream.letters
        if len(letters) < 2 or not self._owners:
            return []
        firm = _FIRM[letters]
        folded: Bytes = _LOOSE[letters]
        second = np.zeros(len(letters), dtype=np.bool_)
        for pair, one in PAIRS.items():
            at = np.flatnonzero((firm[:-1] == ord(pair[0])) & (firm[1:] == ord(pair[1])) & stream.touches[:-1])
            folded[at] = ord(one)
            second[at + 1] = True
        kept = np.append(np.flatnonzero(~second), len(letters))
        found = self._scanner.find_matches_as_indexes(folded[~second].tobytes(), overlapping=True)
        if not found:
            return []
        table = np.array(found, dtype=np.int64)
        table[:, 1], table[:, 2] = kept[table[:, 1]], kept[table[:, 2]]
        table = table[free_places(stream, table[:, 1], table[:, 2])]
        return [Near(name, a, b) for key, a, b in table.tolist() for name in self._owners[key]]


def compile_bytes(keys: list[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    """A scanner for byte strings; without any it finds nothing."""
    return ahocorasick_rs.BytesAhoCorasick(
        keys or [bytes([BREAK, BREAK, BREAK])], implementation=ahocorasick_rs.Implementation.ContiguousNFA
    )
