"""Names with one or two edits, found by pieces: what k edits leave whole of a name, looked up where words begin and end.

A name is cut into k + 1 pieces, so that k edits leave one of them whole (pigeonhole). A swap of two letters may straddle a cut and
break two pieces at once; the piece that reaches over that cut, swapped, is looked up as well. Of the pieces that may be left, the
first stands at the beginning of a word and the last at the end of one, so that only those places are looked at, in a table, whatever
the number of names. Only the middle piece of names with two edits is looked for everywhere. Nothing within k edits (optimal string
alignment) between word edges is lost; a test holds it against brute force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.matching.substance_stream import Flags, Keys, Near, Places, Stream, byte_table, sketch, windows
from precursor_screen.names.confusions import FIRM

MOST_EDITS: Final = 2
_WIDEST: Final = 8  # letters of a piece that are compared at first: as many as an integer holds
_BITS: Final = 20
_LONGEST: Final = 1024  # letters of a stretch that are told apart; names are shorter
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRM: Final = byte_table(FIRM)
# Letters in eight groups, common ones apart, as counters of one byte each in one integer: no name has 256 letters.
_GROUPS: Final = ("ea", "obv", "ipk", "ntx", "lhcw", "ydq", "mrsg", "")
_LANES: Final = np.full(256, 1 << 56, dtype=np.uint64)
for _lane, _group in enumerate(_GROUPS):
    for _char in _group:
        _LANES[ord(_char)] = 1 << (8 * _lane)


def stretch_keys(starts: Places, ends: Places) -> Places:
    """One integer for each stretch of a stream."""
    return starts * _LONGEST + np.minimum(ends - starts, _LONGEST - 1)


class _Table:
    """Pieces of one length: which names have them."""

    def __init__(self, width: int, entries: dict[int, list[int]]) -> None:
        self.mask = np.uint64((1 << (8 * width)) - 1)
        self.width = width
        keys = sorted(entries)
        self.keys: Keys = np.array(keys, dtype=np.uint64)
        self.counts = np.array([len(entries[k]) for k in keys], dtype=np.int64)
        self.firsts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(self.counts)))[:-1]
        self.names = np.array([n for k in keys for n in entries[k]], dtype=np.int64)
        self.known = np.zeros(1 << _BITS, dtype=np.bool_)
        self.known[_spread(self.keys)] = True

    def find(self, read: Keys) -> tuple[Places, Places]:
        """Which of the integers read are pieces: their numbers, one for each name that has the piece, and the names."""
        maybe = np.flatnonzero(self.known[_spread(read)])
        if not len(maybe):
            return maybe, maybe
        value = read[maybe]
        at = np.minimum(np.searchsorted(self.keys, value), len(self.keys) - 1)
        same = self.keys[at] == value
        maybe, at = maybe[same], at[same]
        counts = self.counts[at]
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(maybe, counts), self.names[np.repeat(self.firsts[at], counts) + inside]


def _joined(found: list[tuple[Places, Places]]) -> tuple[Places, Places]:
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *(a for a, _ in found)]), np.concatenate([nothing, *(n for _, n in found)])


def _spread(keys: Keys) -> npt.NDArray[np.int64]:
    return ((keys * _SPREAD) >> np.uint64(64 - _BITS)).astype(np.int64)


class PieceIndex:
    """The pieces of all names. Immutable.

    Args:
        names: Squashed names, each with the edits it bears, 1 or 2; at least three letters an edit and piece.
    """

    def __init__(self, names: Sequence[tuple[str, int]]) -> None:
        folded = [bytes(_FIRM[np.frombuffer(sketch(name), dtype=np.uint8)]) for name, _ in names]
        self._texts = [f.decode("latin-1") for f in folded]
        self._lengths = np.array([len(f) for f in folded], dtype=np.int64)
        self._edits = np.array([k for _, k in names], dtype=np.int64)
        self._bags = np.array([_LANES[np.frombuffer(f, dtype=np.uint8)].sum(dtype=np.uint64) for f in folded], dtype=np.uint64)
        self._middles = np.array([len(f) // 3 for f in folded], dtype=np.int64)
        heads: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        tails: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        middles: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, (f, (_, k)) in enumerate(zip(folded, names, strict=True)):
            first, last = (len(f) // 2,) * 2 if k == 1 else (len(f) // 3, len(f) - len(f) // 3)
            for piece in {f[:first][:_WIDEST], _swapped(f[: first + 1], first)[:_WIDEST]}:
                heads[len(piece)][int.from_bytes(piece, "little")].append(number)
            for piece in {f[last:][-_WIDEST:], *((_swapped(f[last - 1 :], 1)[-_WIDEST:],) if k == 2 else ())}:
                tails[len(piece)][int.from_bytes(piece, "little")].append(number)
            if k == 2:
                piece = f[first:last][:_WIDEST]
                middles[len(piece)][int.from_bytes(piece, "little")].append(number)
        self._heads, self._tails, self._inside = (
            [_Table(width, table) for width, table in sorted(tables.items())] for tables in (heads, tails, middles)
        )

    def find(self, stream: Stream, taken: Places) -> list[Near]:
        """Every stretch between word edges within its edits of a name, by place and then by name.

        Args:
            stream: The texts.
            taken: Stretches not to look at (`stretch_keys`), sorted: names of the tables, letter for letter.

        Two letters with one stand-in (see `substance_stream`) may pass for the same: the caller looks at the text itself.
        """
        n = len(stream.letters)
        if not n or not self._texts:
            return []
        letters = _FIRM[stream.letters]
        read = windows(np.concatenate((np.zeros(_WIDEST, dtype=np.uint8), letters)))
        begins, stops = np.flatnonzero(stream.begins), np.flatnonzero(stream.ends) + 1
        ahead, behind = read[begins + _WIDEST], read[stops]
        heads = [table.find(ahead & table.mask) for table in self._heads]
        tails = [table.find(behind >> np.uint64(8 * (_WIDEST - table.width))) for table in self._tails]
        everywhere = read[_WIDEST : n + _WIDEST]
        inside = _joined([table.find(everywhere & table.mask) for table in self._inside])
        at, names = _joined(heads)
        found = [self._between(stream, names, begins[at], True)]
        at, names = _joined(tails)
        found.append(self._between(stream, names, stops[at], False))
        at, names = inside
        # One edit before the middle piece may have moved it by one.
        start = ((at - self._middles[names])[None, :] + np.array([[-1], [0], [1]])).ravel()
        names = np.tile(names, 3)
        fits = np.flatnonzero(start >= 0)
        fits = fits[stream.begins[start[fits]]]
        found.append(self._between(stream, names[fits], start[fits], True))
        table = np.concatenate(found, axis=1)
        if len(taken) and table.shape[1]:
            keys = stretch_keys(table[0], table[1])
            table = table[:, taken[np.minimum(np.searchsorted(taken, keys), len(taken) - 1)] != keys]
        return self._verify(letters, self._same_letters(letters, table))

    def _same_letters(self, letters: npt.NDArray[np.uint8], table: Places) -> Places:
        """Those stretches that hold nearly the letters of the name, whatever their order: an edit changes two counts at most."""
        counts = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(_LANES[letters], dtype=np.uint64)))
        bags = counts[table[1]] - counts[table[0]]
        lanes = np.abs(bags.view(np.uint8).astype(np.int16) - self._bags[table[2]].view(np.uint8)).reshape(-1, 8).sum(axis=1)
        return table[:, lanes <= 2 * self._edits[table[2]]]

    def _between(self, stream: Stream, names: Places, at: Places, forward: bool) -> Places:
        """The stretches from (or up to) some places whose other end is a word edge and whose length fits the name: their starts,
        ends and names."""
        if not len(names):
            return np.zeros((3, 0), dtype=np.int64)
        more = np.repeat(np.arange(-MOST_EDITS, MOST_EDITS + 1), len(names))
        names, at = np.tile(names, 2 * MOST_EDITS + 1), np.tile(at, 2 * MOST_EDITS + 1)
        length = self._lengths[names] + more
        start, end = (at, at + length) if forward else (at - length, at)
        which = np.flatnonzero((self._edits[names] >= abs(more)) & (start >= 0) & (end <= len(stream.letters)))
        edge: Flags = stream.ends[end[which] - 1] if forward else stream.begins[start[which]]
        which = which[edge]
        which = which[stream.text_of[start[which]] == stream.text_of[end[which] - 1]]
        return np.stack((start[which], end[which], names[which]))

    def _verify(self, letters: npt.NDArray[np.uint8], table: Places) -> list[Near]:
        if not table.shape[1]:
            return []
        order = np.lexsort((table[2], table[1], table[0]))
        table = table[:, order]
        new = np.ones(table.shape[1], dtype=np.bool_)
        new[1:] = (table[:, 1:] != table[:, :-1]).any(axis=0)
        table = table[:, new]
        text = letters.tobytes().decode("latin-1")
        starts, ends, names = table.tolist()
        stretches = [text[a:b] for a, b in zip(starts, ends, strict=True)]
        distances = process.cpdist(
            stretches, [self._texts[i] for i in names], scorer=OSA.distance, score_cutoff=MOST_EDITS, dtype=np.uint8
        )
        near = np.flatnonzero(distances <= self._edits[table[2]])
        return [Near(names[i], starts[i], ends[i]) for i in near.tolist()]


def _swapped(piece: bytes, cut: int) -> bytes:
    """A piece with the letters before and after a cut changed round."""
    return piece[: cut - 1] + piece[cut : cut + 1] + piece[cut - 1 : cut] + piece[cut + 1 :]
