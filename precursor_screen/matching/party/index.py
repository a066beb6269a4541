"""Names against watchlists: every entry of which a name reaches the cut, with its best name.

`alignment` says what a score is, `candidates` which pairs are worth scoring, `index_file` what an index holds. A name is scored
in each of its readings against each reading of the list's names by the rules of the entry's kind; the best counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from os import cpu_count
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core import schema
from precursor_screen.core.arrow import Floats
from precursor_screen.core.model import ENTRY_KINDS
from precursor_screen.matching.party.alignment import Outcome, compare
from precursor_screen.matching.party.bounds import summarise_rows
from precursor_screen.matching.party.candidates import find_candidates
from precursor_screen.matching.party.contradictions import Evidence, contradict_names, weigh
from precursor_screen.matching.party.index_file import (
    NAME_KINDS,
    build_index,
    index_version,
    map_index,
    open_arrays,
    spell_listed,
    storable,
)
from precursor_screen.matching.party.questions import Questions
from precursor_screen.matching.party.speller import Speller, make_text
from precursor_screen.matching.party.vocabulary import Vocabulary
from precursor_screen.matching.party.weights import Word, make_word
from precursor_screen.matching.party.word_book import WordBook
from precursor_screen.text.party import PartyName, normalise_party

__all__ = [
    "DEFAULT_CUT",
    "NAME_KINDS",
    "PartyIndex",
    "PartyMatches",
    "build_index",
    "compare_names",
    "index_version",
    "similarity",
]

DEFAULT_CUT = 85.0

_BLOCK = 1 << 16  # names that are read before any is matched, so that a word is looked up once
_FEW = 500  # names for which no threads are started
_BATCH = 2048  # readings that a thread matches at once


class PartyMatches(Struct, frozen=True):
    """Matches (`schema.PARTY_MATCH`), the distinct names of which nothing was left to compare, in the order asked, and the matches
    that what contradicts keeps below the cut, where they were asked for."""

    matches: pa.Table
    unscreenable: tuple[str, ...]
    suppressed: pa.Table = schema.PARTY_MATCH.empty_table()


class PartyIndex:
    """The names of one watchlist, ready to be matched. Pickles as its path, or as its table where it has none."""

    def __init__(self, table: pa.Table, path: Path | None = None) -> None:
        self.path = path
        self.table = table
        about, self.arrays = open_arrays(table, path)
        self.list_id = about["list_id"]
        self.list_sha256 = about["list_sha256"]
        self.content_sha256 = about["content_sha256"]
        self.entries = int(about["entries"])
        self.unscreenable_names = int(about["unscreenable_names"])
        self._vocabulary = Vocabulary(self.arrays)
        self._lock = Lock()
        self._opened_book: WordBook | None = None

    def _delisted(self, as_of: date | None) -> frozenset[int]:
        if as_of is None or not len(self.arrays["delisted_day"]):
            return frozenset()
        past = pc.less_equal(self.arrays["delisted_day"], pa.scalar(as_of, pa.date32())).to_numpy(zero_copy_only=False)
        return frozenset(self.arrays["delisted_entry"][past].tolist())

    def last_delisting(self, as_of: date) -> date | None:
        """The last day, up to that one, on which an entry was de-listed: between two such days nothing changes."""
        days = self.arrays["delisted_day"]
        past = days.filter(pc.less_equal(days, pa.scalar(as_of, pa.date32())))
        last: date | None = pc.max(past).as_py()
        return last

    @classmethod
    def open(cls, path: Path) -> PartyIndex:
        """Map an index file into memory; processes that open the same file share its pages."""
        return cls(map_index(path), path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, so that workers map the file instead of copying it."""
        return (_reopen, (self.path,)) if self.path else (PartyIndex, (self.table,))

    def __len__(self) -> int:
        """How many comparable readings of names it holds."""
        return len(self.arrays["row_entry"])

    def match_names(
        self,
        names: Sequence[str],
        cut: float = DEFAULT_CUT,
        as_of: date | None = None,
        workers: int | None = None,
        may_be_cut: bool = True,
    ) -> PartyMatches:
        """Match names against the list: the best name of each entry that reaches the cut.

        Args:
            names: as filed; repeated ones are matched once.
            cut: least score, above 0, up to 100.
            as_of: leave out entries de-listed on or before that day; None keeps all.
            workers: threads; default: as many as there are cores. The outcome is the same for any number.
            may_be_cut: whether a name of the length at which manifests cut names may go on; not where it is a part of a text.

        Returns:
            Matches in the order of `names`, within one name by falling score, then entry id; the unscreenable names; and what would
            match, did nothing contradict.
        """
        asked = list(dict.fromkeys(names))
        blocks = [asked[i : i + _BLOCK] for i in range(0, len(asked), _BLOCK)]
        threads = workers or cpu_count() or 1
        with ThreadPoolExecutor(threads) if threads > 1 and len(asked) > _FEW else nullcontext() as pool:
            found = [self._match_block(block, cut, as_of, pool, may_be_cut) for block in blocks]
        rows = [row for block, _ in found for row in block]
        matches, suppressed = ([row for row in rows if (row[3].score >= cut) is reached] for reached in (True, False))
        unscreenable = tuple(name for _, names in found for name in names)
        return PartyMatches(self._table(matches), unscreenable, self._table(suppressed))

    def match(self, name: str, cut: float = DEFAULT_CUT, as_of: date | None = None) -> list[dict[str, Any]]:
        """The matches of one name, as records with the fields of `schema.PARTY_MATCH`, best first."""
        records: list[dict[str, Any]] = self.match_names([name], cut, as_of, workers=1).matches.to_pylist()
        return records

    @property
    def rarities(self) -> Mapping[str, float]:
        """How rare the keys of its names are, from 1 (in one entry) down; a key that is not in it is rare."""
        return self._vocabulary.rarities

    def compare(self, name: str, entry_name: str, entry_kind: str, own_names: Sequence[str] = ()) -> CompareResult | None:
        """How a name compares with a name of this list, with the weights that words have here; None where either is unscreenable."""
        return compare_names(name, entry_name, entry_kind, self._vocabulary.rarities, own_names)

    def prepare(self) -> None:
        """Makes what matching needs and threads share; the first call to match does so, unless it was done before."""
        _ = self._postings, self._row_counts
        _ = self._vocabulary.rarities, self._vocabulary.by_key, self._vocabulary.by_text

    @cached_property
    def _postings(self) -> Any:
        mine = self._vocabulary
        return summarise_rows(self.arrays, mine.omitted, mine.general_bits, mine.first_letters, mine.key_lengths)

    @cached_property
    def _own_names(self) -> dict[int, list[str]]:
        """The names of entries that are not in ASCII letters, by the entry's position."""
        primary: list[str] = self.arrays["entry_name"].to_pylist()
        found: dict[int, list[str]] = {}
        for entry, name in zip(self.arrays["row_entry"].tolist(), self.arrays["row_name"].to_pylist(), strict=True):
            written = primary[entry] if name is None else name
            if not written.isascii():
                found.setdefault(entry, []).append(written)
        return found

    @cached_property
    def _row_counts(self) -> list[int]:
        counts: list[int] = np.diff(self.arrays["posting_starts"]).tolist()
        return counts

    @property
    def _book(self) -> WordBook:
        """The words asked for so far; a new one where it has become too large."""
        if self._opened_book is None or self._opened_book.is_full():
            self._opened_book = WordBook(self._vocabulary, self._row_counts)
        return self._opened_book

    def _match_block(
        self, names: Sequence[str], cut: float, as_of: date | None, pool: ThreadPoolExecutor | None, may_be_cut: bool
    ) -> tuple[list[_Match], list[str]]:
        if not len(self):
            return [], [name for name in names if not normalise_party(name).screenable]
        with self._lock:
            # Reading fills a book that all calls share; what it says of the words read so far is never changed afterwards.
            self.prepare()
            book = self._book
            unscreenable: list[str] = []
            owners: list[str] = []
            readings: list[list[int]] = []
            for name in names:
                party = normalise_party(name)
                if not party.screenable:
                    unscreenable.append(name)
                for texts in book.speller.read(party, may_be_cut):
                    owners.append(name)
                    readings.append(book.make(texts))
            book.look_up(pool)
            parts = [slice(i, i + _BATCH) for i in range(0, len(readings), _BATCH)]
            gone = self._delisted(as_of)
            batches = [
                _Batch(owners[part], readings[part], book.questions_of(readings[part]), book.words, gone) for part in parts
            ]
        found = (pool.map if pool else map)(lambda batch: self._match_batch(batch, cut), batches)
        best: dict[tuple[str, int], tuple[_Rank, Outcome, int]] = {}
        for key, match in chain.from_iterable(one.items() for one in found):
            if key not in best or match[0] < best[key][0]:
                best[key] = match
        return self._ordered(names, best), unscreenable

    def _match_batch(self, batch: _Batch, cut: float) -> dict[tuple[str, int], tuple[_Rank, Outcome, int]]:
        best: dict[tuple[str, int], tuple[_Rank, Outcome, int]] = {}
        positions, rows = find_candidates(batch.asked, self._postings, cut)
        for position, row in zip(positions.tolist(), rows.tolist(), strict=True):
            name = batch.owners[position]
            entry = int(self.arrays["row_entry"][row])
            words = [batch.words[i] for i in batch.readings[position]], self._words_of(row)
            outcome = compare(*words, ENTRY_KINDS[self.arrays["entry_kind"][entry]], cut)
            if outcome.informative is None or outcome.score < cut or entry in batch.gone:
                continue
            outcome = replace(outcome, score=weigh(outcome.score, self._contradict(name, entry, row, words, outcome)))
            kind = int(self.arrays["row_kind"][row])
            rank = (outcome.score < cut, NAME_KINDS[kind] == "weak", -outcome.score, -(outcome.informative or 0), kind, row)
            key = (name, entry)
            if key not in best or rank < best[key][0]:
                best[key] = (rank, outcome, row)
        return best

    def _words_of(self, row: int) -> list[Word]:
        starts, held = self.arrays["row_starts"], self.arrays["row_words"]
        return self._vocabulary.words(held[starts[row] : starts[row + 1]].tolist())

    def _contradict(
        self, name: str, entry: int, row: int, words: tuple[Sequence[Word], Sequence[Word]], outcome: Outcome
    ) -> tuple[Evidence, ...]:
        listed: str = self.arrays["row_name"][row].as_py() or self.arrays["entry_name"][entry].as_py()
        own = () if name.isascii() else self._own_names.get(entry, ())
        return contradict_names(name, listed, (*words, outcome.pairs), ENTRY_KINDS[self.arrays["entry_kind"][entry]], own)

    def _ordered(self, names: Sequence[str], best: Mapping[tuple[str, int], tuple[_Rank, Outcome, int]]) -> list[_Match]:
        place = {name: i for i, name in enumerate(names)}
        found = [(name, entry, row, outcome) for (name, entry), (_, outcome, row) in best.items()]
        return sorted(found, key=lambda match: (place[match[0]], -match[3].score, match[1]))

    def _table(self, found: Sequence[_Match]) -> pa.Table:
        names, of, at, outcomes = zip(*found, strict=True) if found else ((), (), (), ())
        entries, rows = pa.array(of, pa.int64()), pa.array(at, pa.int64())
        kinds = self.arrays["row_kind"]
        columns: dict[str, Any] = {
            "value": list(map(storable, names)),
            "list_id": [self.list_id] * len(found),
            "entry_id": self.arrays["entry_id"].take(entries),
            "entry_name": self.arrays["entry_name"].take(entries),
            "matched_name": pc.coalesce(self.arrays["row_name"].take(rows), self.arrays["entry_name"].take(entries)),
            "name_kind": [NAME_KINDS[kinds[row]] for row in at],
            "entry_kind": [ENTRY_KINDS[self.arrays["entry_kind"][entry]] for entry in of],
            "score": [outcome.score for outcome in outcomes],
            "informative_tokens": [outcome.informative or 0 for outcome in outcomes],
        }
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
            for field, column in ((field, columns[field.name]) for field in schema.PARTY_MATCH)
        ]
        return pa.Table.from_arrays(arrays, schema=schema.PARTY_MATCH)


@lru_cache(maxsize=8)
def _reopen(path: Path) -> PartyIndex:
    """An index that comes from another process, opened once here, however often it comes; a file of that name never changes."""
    return PartyIndex.open(path)


class CompareResult(Struct, frozen=True):
    """The best pair of readings of two names: their words, what comparing them gives, and what contradicts, with points that the
    score has lost by it."""

    left: tuple[Word, ...]
    right: tuple[Word, ...]
    outcome: Outcome
    contradictions: tuple[Evidence, ...] = ()


def compare_names(
    name: str,
    entry_name: str,
    entry_kind: str = "organisation",
    rarities: Mapping[str, float] | None = None,
    own_names: Sequence[str] = (),
) -> CompareResult | None:
    """Compare two names in all their readings; None where either is unscreenable.

    Args:
        name: as filed.
        entry_name: as listed.
        entry_kind: person, organisation, vessel or aircraft.
        rarities: of the keys of a list; without them every word but those of common names is rare.
        own_names: what the entry is called in other letters than ours; default: the listed name.
    """
    pairs = _compare(normalise_party(name), normalise_party(entry_name), entry_kind, rarities or {})
    return _best(_contradicted(pair, name, entry_name, entry_kind, own_names) for pair in pairs)


def _contradicted(pair: CompareResult, name: str, entry_name: str, entry_kind: str, own_names: Sequence[str]) -> CompareResult:
    outcome = pair.outcome
    found = contradict_names(name, entry_name, (pair.left, pair.right, outcome.pairs), entry_kind, own_names)
    return replace(pair, outcome=replace(outcome, score=weigh(outcome.score, found)), contradictions=found)


def _best(pairs: Iterable[CompareResult]) -> CompareResult | None:
    return max(pairs, key=lambda pair: (pair.outcome.informative is not None, pair.outcome.score), default=None)


def similarity(left: Sequence[str], right: Sequence[str], entry_kind: str = "organisation") -> Floats:
    """The score of pairs of names, 0 to 100, the best over their readings, whatever contradicts; NaN where either name is
    unscreenable."""
    parties: dict[str, PartyName] = {}
    scores = np.full(len(left), np.nan)
    for i, names in enumerate(zip(left, right, strict=True)):
        ours, theirs = (parties.get(n) or parties.setdefault(n, normalise_party(n)) for n in names)
        compared = _best(_compare(ours, theirs, entry_kind, {}))
        if compared is not None:
            scores[i] = compared.outcome.score
    return scores


def _compare(ours: PartyName, theirs: PartyName, entry_kind: str, rarities: Mapping[str, float]) -> Iterator[CompareResult]:
    """Two names in each pair of their readings."""
    listed = [tuple(make_word(text, rarities) for text in texts) for texts in spell_listed(theirs, entry_kind)]
    keys = frozenset(word.key for words in listed for word in words)
    for texts in Speller(keys).read(ours):
        words = tuple(make_text(text, rarities) for text in texts)
        for other in listed:
            yield CompareResult(words, other, compare(words, other, entry_kind))


class _Batch(Struct, frozen=True):
    """Readings that are matched at once: whose each is, the numbers of its words, the same for the bounds, all words, and
    the entries that do not count."""

    owners: Sequence[str]
    readings: Sequence[Sequence[int]]
    asked: Questions
    words: Sequence[Word]
    gone: frozenset[int]


_Match = tuple[str, int, int, Outcome]  # name, entry, row of the index, what comparing gives
# Which of an entry's names stands for it, the least: whether suppressed, whether weak, falling score and count of telling words, kind, row.
_Rank = tuple[bool, bool, float, int, int, int]
