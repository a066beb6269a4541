"""Listed names within longer texts: descriptions, marks, addresses, remarks.

A text is not a name, so it is not scored as one. Instead words of listed names are looked for in it; where two informative words of
one name stand close together (one of them perhaps with an error), the stretch that they span is compared with the list like any
other name. Only a very close match counts: a text holds many words, and most of them mean no party.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from ahocorasick_rs import BytesAhoCorasick
from rapidfuzz.distance import OSA

from precursor_screen.core.arrow import Ints
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import ENTRY_KINDS
from precursor_screen.core.schema import PARTY_MENTION
from precursor_screen.core.tables import pattern_of
from precursor_screen.matching.party.exact_names import goods_words
from precursor_screen.matching.party.index import PartyIndex
from precursor_screen.matching.party.index_file import NAME_KINDS
from precursor_screen.matching.party.mention_words import OwnScript, Partners, Stream, parted
from precursor_screen.matching.party.weights import GENERIC, LEGAL, NAME, describe
from precursor_screen.text.decodings import further_readings
from precursor_screen.text.party import normalise_party
from precursor_screen.text.party_words import COMMON, VARIANTS

SURE: Final = 95.0
LONGEST_NAME, MOST_WORDS = 80, 8  # characters and words of a text that may be nothing but a name
_REACH: Final = 4  # words from one informative word of a name to the next
_FEW_PARTNERS: Final = 40  # words that stand beside more others than this are too common to carry an error beside them
_LEAST_WRONG: Final = 5  # letters of a word that may hold an error


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
        distinctive = named | (strong & alone[row_of] & (kinds[held] == GENERIC) & ascii_word[held])
        places = np.flatnonzero(distinctive)
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
        self._partners = Partners.of(held[left], held[right], row_of[left], person)
        self._words = np.unique(held[places])
        self._lengths = np.fromiter(map(len, self._texts), np.int64, len(self._texts))
        self._counts = np.bincount(row_of[distinctive], minlength=len(starts) - 1)  # words that must stand close together
        self._starts, self._held, self._legal = starts, held, kinds == LEGAL
        patterns = [f" {self._texts[i]} ".encode() for i in self._words.tolist()]
        self._finder = BytesAhoCorasick(patterns) if patterns else None
        self._own_script = OwnScript(index)

    def __reduce__(self) -> tuple[type[Mentions], tuple[PartyIndex, date | None]]:
        """Pickled as its index, which is pickled as its path."""
        return (Mentions, (self._index, self._as_of))

    def find(self, texts: Sequence[str], whole: bool = True) -> pa.Table:
        """The listed names that some distinct texts hold.

        Args:
            texts: as filed.
            whole: whether a short text may be a name and nothing else, as a cell in a column of banks or payers is.

        Returns:
            `schema.PARTY_MENTION`, in the order of the texts, within one text by falling score, then list order.
        """
        readings = [(i, reading) for i, text in enumerate(texts) for reading in (text, *further_readings(text))]
        spoken = [reading for _, reading in readings]
        windows: dict[str, dict[int, None]] = defaultdict(dict)  # in which readings each stretch stands
        for number, window in (*self._windows(spoken, whole), *self._own_script.find(spoken)):
            windows[window][number] = None
        if not windows:
            return PARTY_MENTION.empty_table()
        matches = self._index.match_names(list(windows), SURE, self._as_of, may_be_cut=False).matches.to_pylist()
        best: dict[tuple[int, str], dict[str, Any]] = {}
        for match in matches:
            named = match["value"]
            if match["name_kind"] == "weak":
                continue
            enough, common = says_enough(match), is_goods(match)
            for number in windows[named]:
                text, reading = readings[number]
                alone = named == reading and is_name_by_itself(match)
                if not alone and (not enough or (common and not has_form(named, reading))):
                    continue
                known = best.get((text, match["entry_id"]))
                if known is None or match["score"] > known["score"]:
                    written, start = as_written(named, reading)
                    best[text, match["entry_id"]] = {
                        **match,
                        "value": texts[text],
                        "named": written,
                        "start": start if reading == texts[text] else None,  # of what was decoded nothing stands there as such
                        "apart": alone or stands_apart(written, reading),
                    }
        ordered = sorted(best.items(), key=lambda item: (item[0][0], -item[1]["score"], item[0][1]))
        return pa.Table.from_pylist([row for _, row in ordered], schema=PARTY_MENTION)

    def _windows(self, texts: Sequence[str], whole: bool) -> Iterator[tuple[int, str]]:
        """Stretches of texts worth comparing, with the number of the text."""
        if self._finder is None:
            return
        stream = Stream.of(texts)
        matches = self._finder.find_matches_as_indexes(stream.data, overlapping=True)
        if not matches:
            return
        hits = np.array(matches, np.int64)
        hits = hits[np.argsort(hits[:, 1], kind="stable")]
        word = self._words[hits[:, 0]]
        place = stream.words_before(hits[:, 1])
        owner = stream.text_of(hits[:, 1])
        for number in np.unique(owner).tolist() if whole else ():
            if len(texts[number]) <= LONGEST_NAME and 1 <= texts[number].count(" ") < MOST_WORDS:
                yield number, texts[number]
        seen: set[tuple[int, int, int]] = set()
        for i, j, row in (*self._exact_pairs(word, place, owner), *self._near_pairs(word, place, stream)):
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
                        # Of a longer name all words but one must be there; that one may hold an error.
                        found_in = found_in or _words_by_text(word, owner)
                        mine = set(self._held[self._starts[row] : self._starts[row + 1]].tolist())
                        if len(mine & found_in[int(owner[i])]) < self._counts[row] - 1:
                            continue
                    yield int(place[i]), int(place[i + lag]), row

    def _near_pairs(self, word: Ints, place: Ints, stream: Stream) -> Iterator[tuple[int, int, int]]:
        """The same where the other word of a name of two holds an error."""
        low, high = self._partners.range_of(word)
        few = np.flatnonzero((high - low <= _FEW_PARTNERS) & (high > low))
        for step in (-2, -1, 1, 2):
            beside = few[stream.beside(place[few], step, _LEAST_WRONG - 1)]
            beside = beside[~np.isin(place[beside] + step, place)]
            at, partner, row, side = self._partners.between(low[beside], high[beside])
            here = place[beside[at]]
            likely = (side * step >= 0) & (self._counts[row] == LEAST_WORDS) & (self._lengths[partner] >= _LEAST_WRONG)
            likely &= np.abs(self._lengths[partner] - stream.lengths(here + step)) <= 1
            for k in np.flatnonzero(likely).tolist():
                start = int(here[k])
                if OSA.distance(self._texts[int(partner[k])], stream.words[start + step], score_cutoff=1) <= 1:
                    yield start, start + step, int(row[k])

    def _spans(self, row: int, i: int, j: int) -> Iterable[tuple[int, int]]:
        """Where the name may begin and end, given the places of two of its words: these alone, and as far as it goes."""
        start, end = min(i, j), max(i, j) + 1
        held = self._held[self._starts[row] : self._starts[row + 1]]
        size = int(np.count_nonzero(~self._legal[held]))
        spans = [(start, end)]
        for more in range(1, min(size - (end - start), 6) + 1):
            spans += [(start - back, end + more - back) for back in range(more + 1)]
        return spans


def _words_by_text(word: Ints, owner: Ints) -> dict[int, set[int]]:
    return {text: set(words) for text, words in grouped(zip(owner.tolist(), word.tolist(), strict=True)).items()}


# Whether words within a text that agree with a listed name mean it, or something else of that name.

EXACT: Final = 99.5
LEAST_WORDS: Final = 2
LEAST_EXACT: Final = 3


def is_name_by_itself(match: dict[str, Any]) -> bool:
    """Whether a text is a listed name as a whole, and not made of words that many names or goods have."""
    common = all(VARIANTS.get(w, w) in COMMON for w in _names_of(match)) or is_goods(match)
    return bool(match["score"] >= EXACT and match["informative_tokens"] >= 1 and not common)


# What may stand between the name of one party and that of another in a cell.
_BEFORE = re.compile(
    rf"(?:[^\w\s&.'’-]|\s[-–—.·]|(?<![a-z]){pattern_of('party_words', 'before another party')}[.:]?)\s*$", re.IGNORECASE
)
_BEHIND = re.compile(
    r"\s*(?:[^\w\s&.'’-]|[-–—·]\s|(?:[oca]/?[oabc](?:/o)?|obo|aka|alias|for|per|via|on behalf|attn?)(?![a-z]))", re.IGNORECASE
)


def stands_apart(named: str, text: str) -> bool:
    """Whether a name within a cell of a party is another party's, not a part of a longer name of its own."""
    place = text.find(named)
    if place < 0:
        return True  # written otherwise: nobody does that within a name
    before, behind = text[:place], text[place + len(named) :]
    if not before.strip():
        return _BEHIND.match(behind) is not None
    if _BEFORE.search(before) or "\n" in before[-3:]:
        return True
    last = normalise_party(before[-60:]).tokens[-1:]
    return bool(last) and describe(last[0])[1] == LEGAL


def as_written(named: str, text: str) -> tuple[str, int | None]:
    """The words of a name as they stand in a text, and where they begin; as compared, and None, where the text writes them otherwise."""
    found = re.search(r"[\W_]+".join(map(re.escape, named.split())), text, re.IGNORECASE)
    return (found[0], found.start()) if found else (named, None)


def says_enough(match: dict[str, Any]) -> bool:
    """Whether the words are the whole of a listed name (Saint Petersburg is not the bank of that name) and not all common.

    Two informative words; or one, and all the rest of a name of three words as it is listed.
    """
    named: str = match["value"]
    if not named.isascii():
        return True
    listed = normalise_party(match["matched_name"])
    if all(len(named.split()) < len(reading.scored_tokens) for reading in listed.readings):
        return False
    words = parted(named).split()
    if match["informative_tokens"] >= LEAST_WORDS:
        return not all(VARIANTS.get(word, word) in COMMON for word in words)
    return bool(match["score"] >= EXACT and len(words) >= LEAST_EXACT)


def is_goods(match: dict[str, Any]) -> bool:
    """Whether a firm's name is made of words for goods: within a text such words mean goods, unless a legal form stands beside."""
    return match["entry_kind"] != "person" and goods_words().issuperset(_names_of(match))


def _names_of(match: dict[str, Any]) -> list[str]:
    return [w for w in parted(match["value"]).split() if describe(w)[1] == NAME]


def has_form(named: str, text: str) -> bool:
    """Whether a legal form stands next to the words of a name in a text."""
    around = parted(text).split()
    words = parted(named).split()
    for i in range(len(around) - len(words) + 1):
        if around[i : i + len(words)] == words:
            before, behind = around[max(0, i - 3) : i], around[i + len(words) : i + len(words) + 5]
            stretches = (normalise_party(" ".join(stretch)) for stretch in ((*before, *words), (*words, *behind)))
            if any(describe(token)[1] == LEGAL for stretch in stretches for token in stretch.tokens):
                return True
    return False
