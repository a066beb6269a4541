"""Names with one or two edits, found by pieces: what k edits leave whole of a name, looked up where words begin and end.

A name is cut into k + 1 pieces, so that k edits leave one of them whole (pigeonhole). A swap of two letters may straddle a cut and
break two pieces at once; the piece that reaches over that cut, swapped, is looked up as well. Of the pieces that may be left, the
first stands at the beginning of a word and the last at the end of one, so that only those places are looked at, in a table, whatever
the number of names. Only the middle piece of names with two edits is looked for everywhere. Nothing within k edits (optimal string
alignment) between word edges is lost; a test holds it against brute force.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.core.arrow import expand
from precursor_screen.matching.substance.stream import Bytes, Keys, Near, Places, Stream, byte_table, sketch_all, windows
from precursor_screen.text.text import FIRM

MOST_EDITS: Final = 2
_WIDEST: Final = 8  # letters of a piece that are compared at first: as many as an integer holds
_MASKS: Final = np.array([(1 << (8 * width)) - 1 for width in range(_WIDEST + 1)], dtype=np.uint64)
_HEAD, _TAIL, _INSIDE = range(3)
_BITS: Final = 20
_LONGEST: Final = 1024  # letters of a stretch that are told apart; names are shorter
_HASH_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRM: Final = byte_table(FIRM)
# Letters in eight groups, common ones apart, as counters of one byte each in one integer: no name has 256 letters.
_GROUPS: Final = ("ea", "obv", "ipk", "ntx", "lhcw", "ydq", "mrsg", "")
_LANES: Final = np.full(256, 1 << 56, dtype=np.uint64)
for _lane, _group in enumerate(_GROUPS):
    for _char in _group:
        _LANES[ord(_char)] = 1 << (8 * _lane)


def stretch_keys(starts: Places, ends: Places) -> Places:
    """One integer for each stretch of a stream."""
    keys: Places = starts * _LONGEST + np.minimum(ends - starts, _LONGEST - 1)
    return keys


class _Lists:
    """Lists of numbers, kept end to end: those of one key follow each other."""

    def __init__(self, counts: Places, items: Places) -> None:
        self.counts, self.items = counts, items
        self.firsts = np.cumsum(counts) - counts

    def expand(self, which: Places) -> tuple[Places, Places]:
        """The items of some lists: for each, its place in `which`, and the item."""
        of, places = expand(self.firsts[which], self.counts[which])
        return of, self.items[places]


class _Table:
    """Pieces of one length, in order, and the groups of names that have them."""

    def __init__(self, width: int, pieces: Keys, groups: Places) -> None:
        self.mask = _MASKS[width]
        self.width = width
        self.keys, counts = np.unique(pieces, return_counts=True)
        self.groups = _Lists(counts, groups)
        self.known = np.zeros(1 << _BITS, dtype=np.bool_)
        self.known[_bucket_of(self.keys)] = True

    def find(self, read: Keys) -> tuple[Places, Places]:
        """Which of the integers read are pieces: their numbers, one for each group that has the piece, and the groups."""
        maybe = np.flatnonzero(self.known[_bucket_of(read)])
        if not len(maybe):
            return maybe, maybe
        value = read[maybe]
        at = np.minimum(np.searchsorted(self.keys, value), len(self.keys) - 1)
        same = self.keys[at] == value
        which, groups = self.groups.expand(at[same])
        return maybe[same][which], groups


def _joined(found: list[tuple[Places, Places]]) -> tuple[Places, Places]:
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *(a for a, _ in found)]), np.concatenate([nothing, *(n for _, n in found)])


def _bucket_of(keys: Keys) -> npt.NDArray[np.int64]:
    return ((keys * _HASH_FACTOR) >> np.uint64(64 - _BITS)).astype(np.int64)


class PieceIndex:
    """The pieces of all names. Immutable.

    Args:
        names: Squashed names, each with the edits it bears, 1 or 2; at least three letters an edit and piece.
    """

    def __init__(self, names: Sequence[tuple[str, int]]) -> None:
        self._name_edits = edits = np.array([k for _, k in names], dtype=np.int64)
        letters, ends = sketch_all([name for name, _ in names])
        letters, lengths = _FIRM[letters], np.diff(ends, prepend=0)
        starts = ends - lengths
        text = letters.tobytes().decode("latin-1")
        self._texts = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        counted = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(_LANES[letters], dtype=np.uint64)))
        self._bags = counted[ends] - counted[starts]
        first = np.where(edits == 1, lengths // 2, lengths // 3)
        last = np.where(edits == 1, first, lengths - first)
        every, two = np.arange(len(names)), np.flatnonzero(edits == 2)
        tail, tail_swapped = (np.minimum(lengths - last + more, _WIDEST) for more in (0, 1))
        rows = [
            _pieces(_HEAD, letters, every, starts, first),
            _pieces(_HEAD, _swapped(letters, starts + first), every, starts, first + 1),
            _pieces(_TAIL, letters, every, ends - tail, tail),
            _pieces(_TAIL, _swapped(letters, starts + last), two, ends - tail_swapped, tail_swapped),
            _pieces(_INSIDE, letters, two, starts + first, last - first),
        ]
        kinds, widths, pieces, of = (np.concatenate(column) for column in zip(*rows, strict=True))
        # Names with the same piece in the same place, the same length and the same edits are a group: told apart only when one may stand.
        order = np.lexsort((of, edits[of], lengths[of], pieces, widths, kinds))
        kinds, widths, pieces, of = kinds[order], widths[order], pieces[order], of[order]
        alike = (kinds, widths, pieces, lengths[of], edits[of])
        begins = np.flatnonzero(np.logical_or.reduce([np.diff(column, prepend=~column[:1]) != 0 for column in alike]))
        self._names = _Lists(np.diff(begins, append=len(of)), of)
        self._lengths, self._edits = lengths[of[begins]], edits[of[begins]]
        self._heads, self._tails, self._inside = (
            [
                _Table(width, pieces[begins[mine]], mine)
                for width in range(1, _WIDEST + 1)
                if len(mine := np.flatnonzero((kinds[begins] == kind) & (widths[begins] == width)))
            ]
            for kind in (_HEAD, _TAIL, _INSIDE)
        )

    def find(self, stream: Stream, skipped: Places) -> list[Near]:
        """Every stretch between word edges within its edits of a name, by place and then by name.

        Args:
            stream: The texts.
            skipped: Stretches not to look at (`stretch_keys`), sorted: names of the tables, letter for letter.

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
        at, groups = _joined(heads)
        found = [self._between(stream, groups, begins[at], True)]
        at, groups = _joined(tails)
        found.append(self._between(stream, groups, stops[at], False))
        at, groups = inside
        # One edit before the middle piece may have moved it by one.
        start = ((at - self._lengths[groups] // 3)[None, :] + np.array([[-1], [0], [1]])).ravel()
        groups = np.tile(groups, 3)
        fits = np.flatnonzero(start >= 0)
        fits = fits[stream.begins[start[fits]]]
        found.append(self._between(stream, groups[fits], start[fits], True))
        stretches = np.concatenate(found, axis=1)
        if len(skipped):
            keys = stretch_keys(stretches[0], stretches[1])
            stretches = stretches[:, skipped[np.minimum(np.searchsorted(skipped, keys), len(skipped) - 1)] != keys]
        which, names = self._names.expand(stretches[2])
        table = np.stack((stretches[0, which], stretches[1, which], names))
        return self._verify(letters, self._same_letters(letters, table))

    def _same_letters(self, letters: npt.NDArray[np.uint8], table: Places) -> Places:
        """Those stretches that hold nearly the letters of the name, whatever their order: an edit changes two counts at most."""
        counts = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(_LANES[letters], dtype=np.uint64)))
        bags = counts[table[1]] - counts[table[0]]
        lanes = np.abs(bags.view(np.uint8).astype(np.int16) - self._bags[table[2]].view(np.uint8)).reshape(-1, 8).sum(axis=1)
        return table[:, lanes <= 2 * self._name_edits[table[2]]]

    def _between(self, stream: Stream, groups: Places, at: Places, forward: bool) -> Places:
        """The stretches from (or up to) some places whose other end is a word edge and whose length fits the names: their starts,
        ends and groups."""
        n = len(stream.letters)
        edges = stream.ends if forward else stream.begins
        # First those that have an edge anywhere within reach, which are few.
        passed = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(edges)))
        lengths, edits = self._lengths[groups], self._edits[groups]
        middle = at + lengths - 1 if forward else at - lengths
        reach = passed[np.clip(middle + edits + 1, 0, n)] > passed[np.clip(middle - edits, 0, n)]
        groups, at = groups[reach], at[reach]
        if not len(groups):
            return np.zeros((3, 0), dtype=np.int64)
        more = np.repeat(np.arange(-MOST_EDITS, MOST_EDITS + 1), len(groups))
        groups, at = np.tile(groups, 2 * MOST_EDITS + 1), np.tile(at, 2 * MOST_EDITS + 1)
        length = self._lengths[groups] + more
        start, end = (at, at + length) if forward else (at - length, at)
        which = np.flatnonzero((self._edits[groups] >= abs(more)) & (start >= 0) & (end <= n))
        which = which[edges[end[which] - 1 if forward else start[which]]]
        which = which[stream.text_of[start[which]] == stream.text_of[end[which] - 1]]
        return np.stack((start[which], end[which], groups[which]))

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
        near = np.flatnonzero(distances <= self._name_edits[table[2]])
        return [Near(names[i], starts[i], ends[i]) for i in near.tolist()]


def _pieces(kind: int, letters: Bytes, of: Places, starts: Places, widths: Places) -> tuple[Places, Places, Keys, Places]:
    """Kind, width, letters and name of a piece of some names."""
    width = np.minimum(widths[of], _WIDEST)
    return np.full(len(of), kind), width, windows(letters)[starts[of]] & _MASKS[width], of


def _swapped(letters: Bytes, cuts: Places) -> Bytes:
    """Letters, of which those before and after some cuts are changed round."""
    letters = letters.copy()
    letters[cuts - 1], letters[cuts] = letters[cuts], letters[cuts - 1]
    return letters
