"""Listed names within longer texts: descriptions, marks, addresses, remarks.

A text is no name, so it is not scored as one. Instead words of listed names are looked for in it; where two informative words of
one name stand close together (one of them perhaps with an error), the stretch that they span is compared with the list like any
other name. Only a very close match counts: a text holds many words, and most of them mean no party.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick
from anyascii import anyascii
from rapidfuzz.distance import OSA

from precursor_screen.matching.parties import PartyIndex
from precursor_screen.matching.party_index import ENTRY_KINDS, NAME_KINDS
from precursor_screen.matching.weights import GENERIC, LEGAL, NAME, describe
from precursor_screen.names.decodings import further_readings
from precursor_screen.names.party import normalise_party
from precursor_screen.names.party_names import COMMON, VARIANTS
from precursor_screen.names.text import squash, unmask
from precursor_screen.schema import PARTY_MENTION

SURE: Final = 95.0
EXACT: Final = 99.5
LEAST_WORDS: Final = 2
LEAST_EXACT: Final = 3
_REACH: Final = 4  # words from one informative word of a name to the next
_FEW_PARTNERS: Final = 40  # words that stand beside more others than this are too common to carry an error beside them
_LEAST_WRONG: Final = 5  # letters of a word that may hold an error
_LEAST_HAN, _LEAST_OTHER = 4, 8  # letters of a name in its own script that is looked for as a whole
_PARTED: Final = {c: " " for c in range(128) if not chr(c).isalnum()} | dict.fromkeys(map(ord, "'`"), None)
Ints = npt.NDArray[np.int64]


class Mentions:
    """Looks for the names of one list in texts. Built from the list's index, in this process, when first asked."""

    def __init__(self, index: PartyIndex, as_of: date | None = None) -> None:
        """Args:
        index: of the list.
        as_of: entries de-listed on or before that day are left out; None keeps all.
        """
        self._index, self._as_of = index, as_of
        arrays = index.arrays
        kinds = arrays["word_kind"]
        self._texts: list[str] = arrays["word_text"].to_pylist()
        starts, held = arrays["row_starts"].astype(np.int64), arrays["row_words"].astype(np.int64)
        row_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        strong = arrays["row_kind"][row_of] != NAME_KINDS.index("weak")
        ascii_word = np.fromiter((t.isascii() and t.isalnum() and len(t) > 1 for t in self._texts), bool, len(self._texts))
        named = strong & (kinds[held] == NAME) & ascii_word[held]
        # A firm's name of one word and its business (Such-and-such Chemical Trading) counts where all of it stands there.
        alone = np.bincount(row_of[named], minlength=len(starts) - 1) == 1
        telling = named | (strong & alone[row_of] & (kinds[held] == GENERIC) & ascii_word[held])
        places = np.flatnonzero(telling)
        left, right = places[:-1], places[1:]
        same = row_of[left] == row_of[right]
        left, right = left[same], right[same]
        # Persons in either order: a list writes `SURNAME, Given`, a letter the other way round. Of a firm the order tells it from
        # goods: White Gold is none who sells chairs in gold and white.
        person = arrays["entry_kind"][arrays["row_entry"][row_of[left]]] == ENTRY_KINDS.index("person")
        first = np.concatenate((held[left], held[right[person]]))
        second = np.concatenate((held[right], held[left[person]]))
        rows = np.concatenate((row_of[left], row_of[left[person]]))
        codes = first * len(self._texts) + second
        order = np.argsort(codes, kind="stable")
        self._codes, self._rows = codes[order], rows[order]
        self._partners = _Partners.of(held[left], held[right], row_of[left], person)
        self._words = np.unique(held[places])
        self._counts = np.bincount(row_of[telling], minlength=len(starts) - 1)  # words that must stand close together
        self._starts, self._held, self._legal = starts, held, kinds == LEGAL
        self._row_names = arrays["row_name"]
        patterns = [f" {self._texts[i]} ".encode() for i in self._words.tolist()]
        self._finder = BytesAhoCorasick(patterns) if patterns else None
        self._near: dict[tuple[int, bool, str], tuple[int, ...]] = {}
        self._own_script = _OwnScript(index)

    def __reduce__(self) -> tuple[type[Mentions], tuple[PartyIndex, date | None]]:
        """Pickled as its index, which is pickled as its path."""
        return (Mentions, (self._index, self._as_of))

    def find(self, texts: Sequence[str]) -> pa.Table:
        """The listed names that some distinct texts hold.

        Returns:
            `schema.PARTY_MENTION`, in the order of the texts, within one text by falling score, then list order.
        """
        readings = [(i, reading) for i, text in enumerate(texts) for reading in (text, *further_readings(text))]
        windows: dict[str, list[int]] = defaultdict(list)
        for number, window in (*self._windows([r for _, r in readings]), *self._own_script.find([r for _, r in readings])):
            windows[window].append(readings[number][0])
        if not windows:
            return PARTY_MENTION.empty_table()
        matches = self._index.match_names(list(windows), SURE, self._as_of).matches.to_pylist()
        best: dict[tuple[int, str], dict[str, Any]] = {}
        for match in matches:
            if match["name_kind"] == "weak" or not _says_enough(match):
                continue
            common = _is_goods(match)
            for number in windows[match["value"]]:
                if common and not _has_form(match["value"], texts[number]):
                    continue
                known = best.get((number, match["entry_id"]))
                if known is None or match["score"] > known["score"]:
                    best[number, match["entry_id"]] = {
                        **match,
                        "value": texts[number],
                        "named": _as_written(match["value"], texts[number]),
                    }
        ordered = sorted(best.items(), key=lambda item: (item[0][0], -item[1]["score"], item[0][1]))
        return pa.Table.from_pylist([row for _, row in ordered], schema=PARTY_MENTION)

    def _windows(self, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Stretches of texts worth comparing, with the number of the text."""
        if self._finder is None:
            return
        stream = _Stream.of(texts)
        matches = self._finder.find_matches_as_indexes(stream.data, overlapping=True)
        if not matches:
            return
        hits = np.array(matches, np.int64)
        hits = hits[np.argsort(hits[:, 1], kind="stable")]
        word = self._words[hits[:, 0]]
        place = stream.words_before(hits[:, 1])
        owner = stream.text_of(hits[:, 1])
        seen: set[tuple[int, int, int]] = set()
        for i, j, row in (*self._exact_pairs(word, place, owner), *self._near_pairs(word, place, owner, stream)):
            for start, end in self._spans(row, i, j):
                if (row, start, end) not in seen:
                    seen.add((row, start, end))
                    yield stream.stretch(start, end, min(i, j))

    def _exact_pairs(self, word: Ints, place: Ints, owner: Ints) -> Iterator[tuple[int, int, int]]:
        """Places of two words of a name that stand close together, and the row of the name."""
        found_in: dict[int, set[int]] | None = None
        for lag in range(1, _REACH):
            if len(word) <= lag:
                return
            close = (owner[lag:] == owner[:-lag]) & (place[lag:] - place[:-lag] <= _REACH) & (place[lag:] > place[:-lag])
            at = np.flatnonzero(close)
            codes = word[at] * len(self._texts) + word[at + lag]
            low, high = np.searchsorted(self._codes, codes, "left"), np.searchsorted(self._codes, codes, "right")
            for k in np.flatnonzero(high > low).tolist():
                i = int(at[k])
                for row in self._rows[low[k] : high[k]].tolist():
                    if self._counts[row] > LEAST_WORDS:
                        # Of a longer name all words but one must be there.
                        found_in = found_in or _words_by_text(word, owner)
                        mine = set(self._held[self._starts[row] : self._starts[row + 1]].tolist())
                        if len(mine & found_in[int(owner[i])]) < self._counts[row] - 1:
                            continue
                    yield int(place[i]), int(place[i + lag]), row

    def _near_pairs(self, word: Ints, place: Ints, owner: Ints, stream: _Stream) -> Iterator[tuple[int, int, int]]:
        """The same where the other word of a name of two holds an error."""
        low, high = self._partners.range_of(word)
        few = np.flatnonzero((high - low <= _FEW_PARTNERS) & (high > low))
        taken = set(place.tolist())
        for k in few.tolist():
            here = int(place[k])
            for step in (-2, -1, 1, 2):
                other = stream.word(here + step)
                if len(other) < _LEAST_WRONG - 1 or here + step in taken or not stream.joined(here, here + step):
                    continue
                key = int(word[k]), step > 0, other
                rows = self._near.get(key)
                if rows is None:
                    if len(self._near) > 1 << 20:
                        self._near.clear()
                    rows = self._near[key] = self._rows_near(int(low[k]), int(high[k]), step, other)
                for row in rows:
                    yield here, here + step, row

    def _rows_near(self, low: int, high: int, step: int, other: str) -> tuple[int, ...]:
        rows = []
        for partner, row, side in self._partners.between(low, high):
            listed = self._texts[partner]
            if (
                side * step >= 0
                and len(listed) >= _LEAST_WRONG
                and abs(len(listed) - len(other)) <= 1
                and self._counts[row] == LEAST_WORDS
                and OSA.distance(listed, other, score_cutoff=1) <= 1
            ):
                rows.append(row)
        return tuple(dict.fromkeys(rows))

    def _spans(self, row: int, i: int, j: int) -> Iterable[tuple[int, int]]:
        """Where the name may begin and end, given the places of two of its words: these alone, and as far as it goes."""
        start, end = min(i, j), max(i, j) + 1
        held = self._held[self._starts[row] : self._starts[row + 1]]
        size = int(np.count_nonzero(~self._legal[held]))
        spans = [(start, end)]
        for more in range(1, min(size - (end - start), 6) + 1):
            spans += [(start - back, end + more - back) for back in range(more + 1)]
        return spans


def _as_written(named: str, text: str) -> str:
    """The words of a name as they stand in a text; as compared, where the text writes them otherwise."""
    found = re.search(r"[\W_]+".join(map(re.escape, named.split())), text, re.IGNORECASE)
    return found[0] if found else named


def _says_enough(match: dict[str, Any]) -> bool:
    """Whether the words are the whole of a listed name (Saint Petersburg is no bank of that name) and not all common.

    Two informative words; or one, and all the rest of a name of three words as it is listed.
    """
    named: str = match["value"]
    if not named.isascii():
        return True
    listed = normalise_party(match["matched_name"])
    if all(len(named.split()) < len(reading.scored_tokens) for reading in listed.readings):
        return False
    if match["informative_tokens"] >= LEAST_WORDS:
        return not all(VARIANTS.get(word, word) in COMMON for word in named.split())
    return bool(match["score"] >= EXACT and len(named.split()) >= LEAST_EXACT)


@lru_cache(maxsize=1)
def _goods_vocabulary() -> frozenset[str]:
    text = resources.files("precursor_screen.matching").joinpath("goods_vocabulary.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _is_goods(match: dict[str, Any]) -> bool:
    """Whether a firm's name is made of words for goods: within a text such words mean goods, unless a legal form stands beside."""
    if match["entry_kind"] == "person":
        return False
    words = [w for w in match["value"].split() if describe(w)[1] == NAME]
    return all(w in _goods_vocabulary() for w in words)


def _has_form(named: str, text: str) -> bool:
    """Whether a legal form stands next to the words of a name in a text."""
    around = _parted(text).split()
    words = named.split()
    for i in range(len(around) - len(words) + 1):
        if around[i : i + len(words)] == words:
            beside = (*around[max(0, i - 3) : i], *around[i + len(words) : i + len(words) + 5])
            if any(describe(w)[1] == LEGAL for w in normalise_party(" ".join((*words, *beside[-5:]))).tokens):
                return True
    return False


def _words_by_text(word: Ints, owner: Ints) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for text, one in zip(owner.tolist(), word.tolist(), strict=True):
        found[text].add(one)
    return found


@dataclass(frozen=True, slots=True)
class _Partners:
    """For each word those that stand beside it in names, with the row of the name and on which side: 1 behind it, -1 before it,
    0 on either."""

    words: Ints
    partners: Ints
    rows: Ints
    sides: Ints

    @classmethod
    def of(cls, left: Ints, right: Ints, rows: Ints, either: npt.NDArray[np.bool_]) -> _Partners:
        words = np.concatenate((left, right))
        sides = np.where(np.concatenate((either, either)), 0, np.repeat((1, -1), len(left)))
        order = np.argsort(words, kind="stable")
        return cls(words[order], np.concatenate((right, left))[order], np.concatenate((rows, rows))[order], sides[order])

    def range_of(self, word: Ints) -> tuple[Ints, Ints]:
        """Where the partners of each word stand."""
        return np.searchsorted(self.words, word, "left"), np.searchsorted(self.words, word, "right")

    def between(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Partner, row and side of each."""
        return zip(*(a[low:high].tolist() for a in (self.partners, self.rows, self.sides)), strict=True)


_BREAK: Final = "|"


@dataclass(frozen=True, slots=True)
class _Stream:
    """Texts as one run of words, parted by single blanks, with a bar between texts."""

    data: bytes
    words: Sequence[str]
    blanks: Ints
    bars: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Stream:
        joined = f" {_BREAK} ".join(" ".join(_parted(text).split()) for text in texts)
        data = f" {joined} ".encode("ascii", "replace")
        raw = np.frombuffer(data, np.uint8)
        return cls(data, joined.split(" "), np.flatnonzero(raw == 32), np.flatnonzero(raw == ord(_BREAK)))

    def words_before(self, starts: Ints) -> Ints:
        """The number of the word behind each blank."""
        return np.searchsorted(self.blanks, starts)

    def text_of(self, starts: Ints) -> Ints:
        return np.searchsorted(self.bars, starts)

    def word(self, number: int) -> str:
        return self.words[number] if 0 <= number < len(self.words) else _BREAK

    def joined(self, here: int, there: int) -> bool:
        """Whether no bar stands between two words."""
        return _BREAK not in self.words[min(here, there) : max(here, there) + 1]

    def stretch(self, start: int, end: int, inside: int) -> tuple[int, str]:
        """The words from start to end, cut at the ends of the text that a word of them stands in, and the number of the text."""
        while start < inside and (start < 0 or _BREAK in self.words[start:inside]):
            start += 1
        words = self.words[start:end]
        if _BREAK in words:
            words = words[: words.index(_BREAK)]
        text = int(np.searchsorted(self.bars, self.blanks[inside]))
        return text, " ".join(words)


def _parted(text: str) -> str:
    if not text.isascii():
        text = anyascii(unmask(text))
    return text.translate(_PARTED).lower()


class _OwnScript:
    """Names in scripts that do not part words, or whose letters say too little: looked for as a whole, letter by letter."""

    def __init__(self, index: PartyIndex) -> None:
        names: dict[str, str] = {}
        kinds, owners = index.arrays["row_kind"].tolist(), index.arrays["row_entry"].tolist()
        listed, primary = index.arrays["row_name"].to_pylist(), index.arrays["entry_name"].to_pylist()
        for kind, owner, name in zip(kinds, owners, listed, strict=True):
            written = name or primary[owner]
            if written.isascii() or NAME_KINDS[kind] == "weak":
                continue
            key = squash(written)
            han = any("\u3400" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in key)
            if not key.isascii() and len(key) >= (_LEAST_HAN if han else _LEAST_OTHER):
                names.setdefault(key, written)
        self._names = list(names.values())
        self._finder = BytesAhoCorasick([key.encode() for key in names]) if names else None

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The number of each text, and the listed name in it."""
        foreign = [i for i, text in enumerate(texts) if not text.isascii()]
        if self._finder is None or not foreign:
            return
        squashed = [squash(texts[i]).encode() for i in foreign]
        ends = np.cumsum([len(s) + 1 for s in squashed])
        for name, start, _ in self._finder.find_matches_as_indexes(b"\0".join(squashed), overlapping=True):
            yield foreign[int(np.searchsorted(ends, start, "right"))], self._names[name]
