"""Many texts as one run of bytes without separators, so that all of them can be searched at once.

Every kept letter is one byte: itself if ASCII, else one of 127 stand-ins. Two letters may share a stand-in, so what is found
here is looked at again on the text itself; nothing that stands in a text is lost. Words are told by flags beside the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from precursor_screen.text.chemical import is_glued_ending
from precursor_screen.text.text import spaced

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

BREAK: Final = 0x0A
_GAP: Final = 0x20
# Kinds of letters, as in `boundaries.script`.
ALPHA, DIGIT, CJK, KANA, HANGUL, ARABIC = 1, 2, 3, 4, 5, 6
_RANGES: Final = (
    (0x0600, 0x06FF, ARABIC),
    (0x3041, 0x30FF, KANA),
    (0xFF66, 0xFF9F, KANA),
    (0x0E00, 0x0EFF, CJK),  # Thai and Lao have no gaps between words either
    (0x3400, 0x9FFF, CJK),
    (0xF900, 0xFAFF, CJK),
    (0xAC00, 0xD7A3, HANGUL),
)
_LONGEST_ARTICLE: Final = 4  # Arabic article with a preposition
_LONGEST_PARTICLE: Final = 2  # Korean
_LONGEST_ENDING: Final = 24
_FIRST_LETTERS: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)


def _ascii_tables() -> tuple[Bytes, Bytes]:
    byte, kind = np.full(256, _GAP, dtype=np.uint8), np.zeros(256, dtype=np.uint8)
    for i in range(128):
        if chr(i).isalnum():
            byte[i] = ord(chr(i).lower())
            kind[i] = DIGIT if chr(i).isdigit() else ALPHA
    return byte, kind


_ASCII_BYTE, _ASCII_KIND = _ascii_tables()


class Stream(Struct, frozen=True, eq=False):
    """Texts squashed into one array, a break after each.

    letters: one byte a letter. kind: its kind, 0 for a break. touches: whether the next letter follows without a gap.
    text_of: the number of its text. begins, ends: whether a name may begin or end there as far as its neighbours tell (more
    generous than `boundaries.edges`).
    """

    letters: Bytes
    kind: Bytes
    touches: Flags
    text_of: Places
    begins: Flags
    ends: Flags


class Near(Struct, frozen=True):
    """A stretch of a stream that resembles a name: number of the name, first letter, end (exclusive)."""

    name: int
    start: int
    end: int


def byte_table(folds: Mapping[str, str]) -> Bytes:
    """What each byte of a stream becomes under a fold of single letters."""
    table = np.arange(256, dtype=np.uint8)
    for char, folded in folds.items():
        table[sketch(char)[0]] = sketch(folded)[0]
    return table


def sketch(squashed: str) -> bytes:
    """A squashed text as the bytes that stand for its letters."""
    if squashed.isascii():
        return squashed.encode("ascii")
    return _stand_ins(_codes(squashed)).tobytes()


def sketch_all(squashed: Sequence[str]) -> tuple[Bytes, Places]:
    """The bytes of many squashed texts end to end, and where each ends."""
    return _stand_ins(_codes("".join(squashed))), np.cumsum([len(text) for text in squashed], dtype=np.int64)


def sketches(squashed: Sequence[str]) -> list[bytes]:
    """`sketch` of many texts."""
    letters, ends = sketch_all(squashed)
    content, stops = letters.tobytes(), ends.tolist()
    return [content[a:b] for a, b in zip([0, *stops], stops, strict=False)]


def ascii_stream(texts: Sequence[str]) -> Stream:
    """The stream of texts that are all ASCII."""
    raw = np.frombuffer("\0".join((*texts, "")).encode("ascii"), dtype=np.uint8)
    kind = _ASCII_KIND[raw]
    return _stream(_ASCII_BYTE[raw], kind, [len(t) for t in texts])


def any_stream(texts: Sequence[str]) -> Stream:
    """The stream of any texts."""
    folded = [spaced(t) for t in texts]
    codes = _codes("\n".join((*folded, "")))
    kind = np.where(codes < 128, _ASCII_KIND[np.minimum(codes, 127)], ALPHA).astype(np.uint8)
    for low, high, value in _RANGES:
        kind[(codes >= low) & (codes <= high)] = value
    return _stream(_stand_ins(codes), kind, [len(t) for t in folded])


def free_places(stream: Stream, starts: Places, ends: Places) -> Flags:
    """Which stretches may stand free: at word edges, or with an ending that a name may have ("-s", "-hydrochlorid").

    A digit at either end is left to `boundaries.edges`, and so is what follows a name in another script than Latin.
    """
    free_begin: Flags = stream.begins[starts] | (stream.kind[starts] == DIGIT)
    free: Flags = free_begin & (stream.ends[ends - 1] | (stream.kind[ends - 1] == DIGIT))
    unsettled = np.flatnonzero(free_begin & ~free)
    if not len(unsettled):
        return free
    after = ends[unsettled]
    word_ends = np.flatnonzero(stream.ends)
    rest = word_ends[np.minimum(np.searchsorted(word_ends, after), len(word_ends) - 1)] + 1 - after
    # The same few endings over and over: each is judged once, by its first letters and its length.
    keys = windows(stream.letters)[after] & _FIRST_LETTERS[np.clip(rest, 0, 8)]
    pairs, of = np.unique(np.stack((keys, rest.astype(np.uint64))), axis=1, return_inverse=True)
    verdicts = np.array([_may_end(int(key), int(length)) for key, length in pairs.T.tolist()], dtype=np.bool_)
    free[unsettled] = verdicts[of.ravel()]
    return free


def _may_end(key: int, length: int) -> bool:
    """Whether a name may have an ending; of a long one or one in another script only `boundaries.edges` knows."""
    if not 0 < length <= _LONGEST_ENDING:
        return False
    letters = key.to_bytes(8, "little")[: min(length, 8)]
    return length > len(letters) or max(letters) >= 128 or is_glued_ending(letters.decode("ascii"), covers_salts=True)


def windows(letters: Bytes) -> Keys:
    """For each letter it and the seven that follow as an integer, the first in the lowest byte."""
    padded = np.concatenate((letters, np.zeros(8, dtype=np.uint8)))
    return np.ndarray(shape=(len(letters) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _stand_ins(codes: npt.NDArray[np.uint32]) -> Bytes:
    # Letters of one alphabet (Cyrillic, Arabic, Hebrew) lie less than 127 apart, so that none of them share a stand-in.
    hashed = codes % np.uint32(127) + np.uint32(128)
    return np.where(codes < 128, codes, hashed).astype(np.uint8)


def _stream(byte: Bytes, kind: Bytes, lengths: list[int]) -> Stream:
    """From bytes with gaps, each text followed by one byte that becomes its break."""
    breaks = np.cumsum(np.array(lengths, dtype=np.int64) + 1) - 1 if lengths else np.zeros(0, dtype=np.int64)
    byte, kind = byte.copy(), kind.copy()
    byte[breaks], kind[breaks] = BREAK, 0
    kept = np.flatnonzero(byte != _GAP)
    letters, kinds = byte[kept], kind[kept]
    # Letters run on where the next one follows without a gap and is of the same kind.
    touches = np.zeros(len(kept), dtype=np.bool_)
    touches[:-1] = np.diff(kept) == 1
    runs_on = np.zeros(len(kept) + 1, dtype=np.bool_)
    # An ASCII letter beside another alphabet's is an edge too: a number's prefix may stand there (ацетонUN1090).
    same = (kinds[1:] == kinds[:-1]) & ((letters[1:] < 128) == (letters[:-1] < 128))
    runs_on[1:-1] = touches[:-1] & same & (kinds[1:] != CJK)
    begins, ends = ~runs_on[:-1], ~runs_on[1:]
    is_break = kinds == 0
    if (kinds == ARABIC).any():
        _near(begins, begins & (kinds == ARABIC), kinds == ARABIC, range(1, _LONGEST_ARTICLE + 1))
    if (kinds == HANGUL).any():
        _near(ends, ends & (kinds == HANGUL), kinds == HANGUL, range(-_LONGEST_PARTICLE, 0))
    begins[is_break] = ends[is_break] = False
    return Stream(letters, kinds, touches, np.cumsum(is_break) - is_break, begins, ends)


def _near(flags: Flags, of: Flags, among: Flags, distances: range) -> None:
    """Set flags at some distances from others: a name may begin after an article and end before a particle."""
    places = np.flatnonzero(of)
    for distance in distances:
        there = places + distance
        there = there[(there >= 0) & (there < len(flags))]
        flags[there[among[there]]] = True
