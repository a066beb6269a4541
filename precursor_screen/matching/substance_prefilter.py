"""Which of many texts may name a substance at all: a scan of all of them at once, so that only those are looked at one by one.

Texts are squashed together as arrays and scanned as one run of bytes; nothing that `SubstanceIndex.match` would find may be
lost here (a test compares the two), while what it would not find may pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from precursor_screen.matching.substance_dictionary import NameDictionary, has_leet, leet_form
from precursor_screen.names.chemical import is_glued_ending
from precursor_screen.names.text import fold, squash

_CHUNK: Final = 4_000_000  # characters at once: bounds the memory of the arrays
_TRIGGERS: Final = (
    *(
        "cas",
        "casno",
        "casnr",
        "casrn",
        "casreg",
        "casregno",
        "casnumber",
        "casregistryno",
        "casregistrynumber",
        "casnum",
        "casnumero",
    ),
    *("casnummer", "unno", "unnr", "unid", "unnumber", "onu", "onuno", "onunr", "cus", "cusno", "cusnr", "cuscode", "cusnumber"),
    *(f"un{d}" for d in "0123"),
)
_BREAK: Final = 0x0A
_STEREO: Final = re.compile(
    r"[(\[](?:\d{0,2}[RSEZrsez]\*?[,)\]]|[+\-±]{1,3}\)|[RSrs]?\(|(?:rac|rel|[dD][lL]?|[lL]|cis|trans)[,)])"
)
_NUMBER: Final = re.compile(r"\d\W{1,3}\d\d\W{1,3}\d")
_WORD: Final = re.compile(r"[a-z]*")
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


def _table(keep: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(c) for c in keep]] = True
    return table


_LETTERS: Final = _table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS: Final = _table("0123456789")
_LOWER: Final = np.array([ord(chr(i).lower()) if i < 128 else i for i in range(256)], dtype=np.uint8)
_LEET: Final = np.array([{0x30: 0x6F, 0x31: 0x69, 0x35: 0x73, 0x38: 0x62}.get(i, i) for i in range(256)], dtype=np.uint8)


class Prefilter:
    """Finds the texts worth a closer look."""

    def __init__(self, names: NameDictionary) -> None:
        self._names = names
        exact = [p.squashed for p in names.patterns if p.squashed.isascii()]
        self._exact = _compile([*exact, *_TRIGGERS])
        self._leet = _compile([k for k in names.leet_keys if k.isascii()])

    def candidates(self, texts: Sequence[str]) -> list[int]:
        """The indexes of the texts that may hold a match, in order."""
        found: list[int] = []
        chunk: list[int] = []
        size = 0
        for i, text in enumerate(texts):
            if not text.isascii():
                if self._may_match(text):
                    found.append(i)
                continue
            chunk.append(i)
            size += len(text) + 1
            if size >= _CHUNK:
                found.extend(chunk[n] for n in self._scan([texts[c] for c in chunk]))
                chunk, size = [], 0
        found.extend(chunk[n] for n in self._scan([texts[c] for c in chunk]))
        return sorted(found)

    def _may_match(self, text: str) -> bool:
        squashed = squash(text)
        return bool(
            self._names.scan(squashed)
            or any(trigger in squashed for trigger in _TRIGGERS)
            or _NUMBER.search(text)
            or _STEREO.search(text)
            or (has_leet(text) and self._names.scan_leet(leet_form(fold(text), text)))
        )

    def _scan(self, texts: list[str]) -> list[int]:
        """Which of these ASCII texts hold something that may stand free."""
        if not texts:
            return []
        joined = "\x00".join(texts)
        raw: Bytes = np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
        lengths = np.fromiter((len(t) for t in texts), dtype=np.int64, count=len(texts))
        starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths + 1)[:-1]))
        letters, digits = _LETTERS[raw], _DIGITS[raw]
        keep = letters | digits
        lower = _LOWER[raw]
        breaks = starts[1:] - 1
        keep[breaks] = True
        lower[breaks] = _BREAK
        places = np.flatnonzero(keep)
        found = np.concatenate(
            (
                self._exact_places(lower, keep, places, letters),
                self._leet_places(lower, keep, places, letters, digits),
                _number_places(raw, digits),
                # Stereochemistry in brackets: only a name broken by it escapes the other scans.
                np.fromiter((m.start() for m in _STEREO.finditer(joined)), dtype=np.int64),
            )
        )
        return [int(i) for i in np.unique(np.searchsorted(starts, found, side="right") - 1)]

    def _exact_places(self, lower: Bytes, keep: Flags, places: Places, letters: Flags) -> Places:
        matches = self._exact.find_matches_as_indexes(lower[keep].tobytes(), overlapping=True)
        return _free(matches, places, lower, letters)

    def _leet_places(self, lower: Bytes, keep: Flags, places: Places, letters: Flags, digits: Flags) -> Places:
        beside = np.zeros(len(letters), dtype=np.bool_)
        beside[1:] |= letters[:-1]
        beside[:-1] |= letters[1:]
        read = np.where(digits & beside, _LEET[lower], lower)
        read[read == ord("l")] = ord("i")
        matches = self._leet.find_matches_as_indexes(read[keep].tobytes(), overlapping=True)
        return _free(matches, places, lower, letters)


def _free(matches: list[tuple[int, int, int]], places: Places, lower: Bytes, letters: Flags) -> Places:
    """Where those matches begin that no letter touches, but for the endings that a name may have."""
    if not matches:
        return np.zeros(0, dtype=np.int64)
    table = np.array(matches, dtype=np.int64)
    first, last = places[table[:, 1]], places[table[:, 2] - 1]
    before = np.where(first > 0, letters[first - 1], False)
    follows = np.minimum(last + 1, len(letters) - 1)
    after = letters[follows] & (follows > last)
    free = ~before & ~after
    for i in np.flatnonzero(~before & after):
        rest = lower[last[i] + 1 : last[i] + 25].tobytes().decode("ascii")
        word = _WORD.match(rest)
        free[i] = word is not None and is_glued_ending(word[0], covers_salts=True)
    chosen: Places = first[free]
    return chosen


def _number_places(raw: Bytes, digits: Flags) -> Places:
    """Where something is written like the end of a CAS number, 12-3, spaces left aside."""
    solid = np.flatnonzero(raw != 0x20)
    if len(solid) < 6:
        return np.zeros(0, dtype=np.int64)
    dash, digit = (raw == 0x2D)[solid], digits[solid]
    written = digit[:-5] & dash[1:-4] & digit[2:-3] & digit[3:-2] & dash[4:-1] & digit[5:]
    begins: Places = solid[:-5][written]
    return begins


def _compile(keys: list[str]) -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick(
        [k.encode("ascii") for k in keys] or [b"\x00"], implementation=ahocorasick_rs.Implementation.ContiguousNFA
    )
