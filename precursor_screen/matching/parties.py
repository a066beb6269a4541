"""Names against watchlists: every entry of which a name reaches the cut, with its best name.

`alignment` says what a score is, `candidates` which pairs are worth scoring, `party_index` what an index holds. A name is scored
in each of its readings against each reading of the list's names by the rules of the entry's kind; the best counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from os import cpu_count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from precursor_screen import schema
from precursor_screen.matching.alignment import Outcome, compare
from precursor_screen.matching.bounds import summarise_rows
from precursor_screen.matching.candidates import Asked, find_candidates
from precursor_screen.matching.party_index import (
    ENTRY_KINDS,
    NAME_KINDS,
    build_index,
    index_version,
    map_index,
    open_arrays,
    storable,
    write_index,
)
from precursor_screen.matching.queries import Speller, WordBook, is_truncated
from precursor_screen.matching.vocabulary import Vocabulary
from precursor_screen.matching.weights import Word, describe, make_word
from precursor_screen.names.party import PartyName, normalise_party

__all__ = [
    "DEFAULT_CUT",
    "NAME_KINDS",
    "PartyIndex",
    "PartyMatches",
    "build_index",
    "compare_names",
    "index_version",
    "similarity",
    "write_index",
]

DEFAULT_CUT = 85.0

_BLOCK = 1 << 16  # names that are read before any is matched, so that a word is looked up once
_FEW = 500  # names for which no threads are started
_BATCH = 2048  # readings that a thread matches at once


@dataclass(frozen=True, slots=True)
class PartyMatches:
    """Matches (`schema.PARTY_MATCH`) and the distinct names of which nothing was left to compare, in the order asked."""

    matches: pa.Table
    unscreenable: tuple[str, ...]


class PartyIndex:
    """The names of one watchlist, ready to be matched. Pickles as its path, or as its table where it has none."""

    def __init__(self, table: pa.Table, path: Path | None = None) -> None:
        self.path = path
        self.table = table
        self._arrays = arrays = open_arrays(table, path)
        self.list_id = arrays.about["list_id"]
        self.list_sha256 = arrays.about["list_sha256"]
        self.entries = int(arrays.about["entries"])
        self.unscreenable_names = int(arrays.about["unscreenable_names"])
        self._vocabulary = Vocabulary(arrays.arrays)

    @classmethod
    def open(cls, path: Path) -> PartyIndex:
        """Map an index file into memory; processes that open the same file share its pages."""
        return cls(map_index(path), path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, so that workers map the file instead of copying it."""
        return (PartyIndex.open, (self.path,)) if self.path else (PartyIndex, (self.table,))

    def __len__(self) -> int:
        """How many comparable readings of names it holds."""
        return len(self._arrays["row_entry"])

    def match_names(
        self, names: Sequence[str], cut: float = DEFAULT_CUT, as_of: date | None = None, workers: int | None = None
    ) -> PartyMatches:
        """Match names against the list: the best name of each entry that reaches the cut.

        Args:
            names: as filed; repeated ones are matched once.
            cut: least score, above 0, up to 100.
            as_of: leave out entries de-listed on or before that day; None keeps all.
            workers: threads; default: as many as there are cores. The outcome is the same for any number.

        Returns:
            Matches in the order of `names`, within one name by falling score, then entry id; and the unscreenable names.
        """
        asked = list(dict.fromkeys(names))
        blocks = [asked[i : i + _BLOCK] for i in range(0, len(asked), _BLOCK)]
        threads = workers or cpu_count() or 1
        if threads > 1 and len(asked) > _FEW:
            with ThreadPoolExecutor(threads) as pool:
                found = [self._match_block(block, cut, as_of, pool) for block in blocks]
        else:
            found = [self._match_block(block, cut, as_of, None) for block in blocks]
        rows = [row for block, _ in found for row in block]
        return PartyMatches(self._table(rows), tuple(name for _, unscreenable in found for name in unscreenable))

    def match(self, name: str, cut: float = DEFAULT_CUT, as_of: date | None = None) -> list[dict[str, Any]]:
        """The matches of one name, as records with the fields of `schema.PARTY_MATCH`, best first."""
        records: list[dict[str, Any]] = self.match_names([name], cut, as_of, workers=1).matches.to_pylist()
        return records

    @property
    def rarities(self) -> Mapping[str, float]:
        """How rare the keys of its names are, from 1 (in one entry) down; a key that is not in it is rare."""
        return self._vocabulary.rarities

    def compare(self, name: str, entry_name: str, entry_kind: str) -> Compared | None:
        """How a name compares with a name of this list, with the weights that words have here; None where either is unscreenable."""
        return compare_names(name, entry_name, entry_kind, self._vocabulary.rarities)

    def _prepare(self) -> None:
        """What threads share is made before they start."""
        _ = self._postings, self._words, self._row_counts
        _ = self._vocabulary.rarities, self._vocabulary.by_key, self._vocabulary.by_text

    @cached_property
    def _postings(self) -> Any:
        mine = self._vocabulary
        return summarise_rows(self._arrays.arrays, mine.general_bits, mine.first_letters, mine.key_lengths)

    @cached_property
    def _row_counts(self) -> list[int]:
        counts: list[int] = np.diff(self._arrays["posting_starts"]).tolist()
        return counts

    @cached_property
    def _words(self) -> _ListedWords:
        return _ListedWords(self._vocabulary)

    def _match_block(
        self, names: Sequence[str], cut: float, as_of: date | None, pool: ThreadPoolExecutor | None
    ) -> tuple[list[_Match], list[str]]:
        if not len(self):
            return [], [name for name in names if not normalise_party(name).screenable]
        self._prepare()
        unscreenable: list[str] = []
        readings: list[tuple[str, tuple[Word, ...]]] = []
        speller, book = Speller(self._vocabulary.rarities), WordBook(self._vocabulary, self._row_counts)
        for name in names:
            party = normalise_party(name)
            if not party.screenable:
                unscreenable.append(name)
            readings += [(name, book.make(texts)) for texts in speller.read(party)]
        book.look_up(pool)
        batches = [readings[i : i + _BATCH] for i in range(0, len(readings), _BATCH)]
        found = (pool.map if pool else map)(lambda batch: self._match_batch(batch, book, cut, as_of), batches)
        best: dict[tuple[str, int], tuple[_Rank, Outcome, int]] = {}
        for one in found:
            for key, match in one.items():
                if key not in best or match[0] < best[key][0]:
                    best[key] = match
        return self._ordered(names, best), unscreenable

    def _match_batch(
        self, readings: Sequence[tuple[str, tuple[Word, ...]]], book: WordBook, cut: float, as_of: date | None
    ) -> dict[tuple[str, int], tuple[_Rank, Outcome, int]]:
        asked = [book.ask(words, is_truncated(name)) for name, words in readings]
        best: dict[tuple[str, int], tuple[_Rank, Outcome, int]] = {}
        for position, row, outcome in self._score(asked, [name for name, _ in readings], cut):
            entry = int(self._arrays["row_entry"][row])
            kind = int(self._arrays["row_kind"][row])
            if as_of is not None and (delisted := self._arrays["delisted"][entry].as_py()) is not None and delisted <= as_of:
                continue
            rank = _Rank(NAME_KINDS[kind] == "weak", -outcome.score, -(outcome.informative or 0), kind, row)
            key = (readings[position][0], entry)
            if key not in best or rank < best[key][0]:
                best[key] = (rank, outcome, row)
        return best

    def _score(self, asked: Sequence[Asked], owners: Sequence[str], cut: float) -> Iterator[tuple[int, int, Outcome]]:
        positions, rows = find_candidates(asked, self._postings, cut)
        starts, words, entries = (self._arrays[name] for name in ("row_starts", "row_words", "row_entry"))
        kinds = self._arrays["entry_kind"]
        for position, row in zip(positions.tolist(), rows.tolist(), strict=True):
            listed = self._words.take(words[starts[row] : starts[row + 1]].tolist())
            kind = ENTRY_KINDS[kinds[entries[row]]]
            outcome = compare(asked[position].words, listed, kind, is_truncated(owners[position]))
            if outcome.informative is not None and outcome.score >= cut:
                yield position, row, outcome

    def _ordered(self, names: Sequence[str], best: Mapping[tuple[str, int], tuple[_Rank, Outcome, int]]) -> list[_Match]:
        place = {name: i for i, name in enumerate(names)}
        found = []
        for (name, entry), (_, outcome, row) in best.items():
            found.append((place[name], -outcome.score, entry, _Match(name, entry, row, outcome.score, outcome.informative or 0)))
        return [match for *_, match in sorted(found, key=lambda f: f[:3])]

    def _table(self, found: Sequence[_Match]) -> pa.Table:
        entries = pa.array([m.entry for m in found], pa.int64())
        rows = pa.array([m.row for m in found], pa.int64())
        kinds = self._arrays["row_kind"]
        columns: dict[str, Any] = {
            "value": [storable(m.name) for m in found],
            "list_id": [self.list_id] * len(found),
            "entry_id": self._arrays["entry_id"].take(entries),
            "entry_name": self._arrays["entry_name"].take(entries),
            "matched_name": self._arrays["row_name"].take(rows),
            "name_kind": [NAME_KINDS[kinds[m.row]] for m in found],
            "entry_kind": [ENTRY_KINDS[self._arrays["entry_kind"][m.entry]] for m in found],
            "score": [m.score for m in found],
            "informative_tokens": [m.informative for m in found],
        }
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
            for field, column in ((field, columns[field.name]) for field in schema.PARTY_MATCH)
        ]
        return pa.Table.from_arrays(arrays, schema=schema.PARTY_MATCH)


@dataclass(frozen=True, slots=True)
class Compared:
    """The best pair of readings of two names: their words, and what comparing them gives."""

    left: tuple[Word, ...]
    right: tuple[Word, ...]
    outcome: Outcome


def compare_names(
    name: str, entry_name: str, entry_kind: str = "organisation", rarities: Mapping[str, float] | None = None
) -> Compared | None:
    """Compare two names in all their readings; None where either is unscreenable.

    Args:
        name: as filed.
        entry_name: as listed.
        entry_kind: person, organisation, vessel or aircraft.
        rarities: of the keys of a list; without them every word but those of common names is rare.
    """
    return _compare(normalise_party(name), normalise_party(entry_name), entry_kind, rarities or {})


def similarity(left: Sequence[str], right: Sequence[str], entry_kind: str = "organisation") -> npt.NDArray[np.float64]:
    """The score of pairs of names, 0 to 100, the best over their readings; NaN where either name is unscreenable."""
    parties: dict[str, PartyName] = {}
    scores = np.full(len(left), np.nan)
    for i, names in enumerate(zip(left, right, strict=True)):
        ours, theirs = (parties.get(n) or parties.setdefault(n, normalise_party(n)) for n in names)
        compared = _compare(ours, theirs, entry_kind, {})
        if compared is not None:
            scores[i] = compared.outcome.score
    return scores


def _compare(ours: PartyName, theirs: PartyName, entry_kind: str, rarities: Mapping[str, float]) -> Compared | None:
    listed = [tuple(make_word(text, rarities) for text, _ in texts) for texts in Speller(frozenset()).read(theirs)]
    keys = frozenset(word.key for words in listed for word in words)
    best: Compared | None = None
    for texts in Speller(keys).read(ours):
        words = tuple(make_word(text, rarities, written) for text, written in texts)
        for other in listed:
            outcome = compare(words, other, entry_kind, is_truncated(ours.as_written))
            rank = (outcome.informative is not None, outcome.score)
            if best is None or rank > (best.outcome.informative is not None, best.outcome.score):
                best = Compared(words, other, outcome)
    return best


@dataclass(frozen=True, slots=True)
class _Match:
    name: str
    entry: int
    row: int
    score: float
    informative: int


@dataclass(frozen=True, slots=True, order=True)
class _Rank:
    """Which of an entry's names stands for it: the least."""

    is_weak: bool
    falling_score: float
    falling_informative: int
    kind: int
    row: int


class _ListedWords:
    """The words of an index by position, made when first asked for."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._made: dict[int, Word] = {}

    def take(self, positions: Sequence[int]) -> list[Word]:
        made = self._made
        return [made.get(i) or self._make(i) for i in positions]

    def _make(self, i: int) -> Word:
        mine = self._vocabulary
        text = mine.texts[i]
        word = Word(text, mine.keys[i], int(mine.kinds[i]), float(mine.weights[i]), describe(text)[2])
        return self._made.setdefault(i, word)
