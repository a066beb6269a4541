"""Names against watchlists: the index of a list's names, the score, and the best name of each entry.

The score is the ratio (normalised Indel similarity, 0 to 100) of two names' canonical tokens, legal forms left out, in
alphabetical order. Leaving them out gained 1.4 points of F1 on labelled pairs over scoring them in canonical form. A pair
counts when the score reaches the cut and `alignment` finds substance in what agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from precursor_screen import schema
from precursor_screen.errors import WatchlistError, Where
from precursor_screen.matching import candidates
from precursor_screen.matching.alignment import count_informative
from precursor_screen.model import WatchlistEntry
from precursor_screen.names.party import PartyName, normalise_party, normaliser_version

DEFAULT_CUT = 85.0

# The order in which the names of one entry stand for it: a weak alias only when no other name reaches the cut.
NAME_KINDS = ("primary", "strong", "former", "original_script", "weak")

_INDEX = pa.schema(
    [
        ("compared", pa.string()),
        ("name", pa.string()),
        ("name_kind", pa.string()),
        ("entry_id", pa.string()),
        ("entry_name", pa.string()),
        ("entry_kind", pa.string()),
        ("delisted", pa.date32()),
        ("occurrences", pa.list_(pa.int32())),  # in how many entries each token of `compared` occurs
        ("length", pa.int64()),
        *((f"signature_{i}", pa.uint64()) for i in range(4)),
    ]
)


@dataclass(frozen=True, slots=True)
class PartyMatches:
    """Matches (`schema.PARTY_MATCH`) and the distinct names of which nothing was left to compare, in the order asked."""

    matches: pa.Table
    unscreenable: tuple[str, ...]


def index_version() -> str:
    """Changes with anything that an index depends on but the list itself."""
    return f"{normaliser_version()}-{candidates.SIGNATURE_VERSION}"


def build_index(list_id: str, entries: Iterable[WatchlistEntry], list_sha256: str = "") -> pa.Table:
    """The index of a list's names as a table, one row a comparable reading of a name, ordered by length.

    A name of which nothing is left to compare has no row; `unscreenable_names` counts them.
    """
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    occurrences: dict[str, int] = {}
    count = unscreenable = 0
    for entry in entries:
        count += 1
        seen: set[str] = set()
        primary = entry.primary_name
        for name in sorted(entry.names, key=lambda n: NAME_KINDS.index(n.kind)):
            readings = normalise_party(name.name).readings
            unscreenable += not readings
            for reading in readings:
                seen.update(reading.scored_tokens)
                row = (reading.sorted, name.name, name.kind, entry.entry_id, primary, entry.kind, entry.delisted)
                rows.setdefault((entry.entry_id, reading.sorted), row)
        for token in seen:
            occurrences[token] = occurrences.get(token, 0) + 1
    ordered = sorted(rows.values(), key=lambda row: (len(row[0]), row[0], row[3]))
    strings = [row[0] for row in ordered]
    signatures = candidates.sign(strings)
    columns: list[Any] = [[row[i] for row in ordered] for i in range(7)]
    columns.append([[occurrences[t] for t in s.split(" ")] for s in strings])
    columns += [signatures.lengths, *signatures.words]
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, _INDEX, strict=True)]
    about = {
        "list_id": list_id,
        "list_sha256": list_sha256,
        "version": index_version(),
        "entries": str(count),
        "unscreenable_names": str(unscreenable),
    }
    return pa.Table.from_arrays(arrays, schema=_INDEX.with_metadata(about))


def write_index(table: pa.Table, path: Path) -> None:
    """Write an index as one uncompressed Arrow file, which can be mapped into memory."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


class PartyIndex:
    """The names of one watchlist, ready to be matched. Pickles as its path, or as its table where it has none."""

    def __init__(self, table: pa.Table, path: Path | None = None) -> None:
        self.path = path
        self.table = table
        about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        if about.get("version") != index_version() or table.schema.names != _INDEX.names:
            message = "The index of a watchlist was built by another version."
            raise WatchlistError(message, where=Where(str(path or "")), remedy="Import the list again.")
        self.list_id = about["list_id"]
        self.list_sha256 = about["list_sha256"]
        self.entries = int(about["entries"])
        self.unscreenable_names = int(about["unscreenable_names"])
        self._compared = _Texts(table.column("compared"))
        words = tuple(_to_numpy(table.column(f"signature_{i}")) for i in range(4))
        self._signatures = candidates.Signatures(_to_numpy(table.column("length")), words)
        # A word in one of 2,000 entries is rare; in a short list, one in three entries.
        self._rare = max(3, self.entries // 2000)

    @classmethod
    def open(cls, path: Path) -> PartyIndex:
        """Map an index file into memory; processes that open the same file share its pages."""
        try:
            with pa.memory_map(str(path), "r") as source:
                return cls(pa.ipc.open_file(source).read_all(), path)
        except (OSError, pa.ArrowInvalid, KeyError) as error:
            message = f"The index of a watchlist is damaged: {error}."
            raise WatchlistError(message, where=Where(str(path)), remedy="Import the list again.") from error

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, so that workers map the file instead of copying it."""
        return (PartyIndex.open, (self.path,)) if self.path else (PartyIndex, (self.table,))

    def __len__(self) -> int:
        """How many comparable readings of names it holds."""
        return len(self._compared)

    def match_names(
        self, names: Sequence[str], cut: float = DEFAULT_CUT, as_of: date | None = None, workers: int | None = None
    ) -> PartyMatches:
        """Match names against the list: the best name of each entry that reaches the cut.

        Args:
            names: as filed; repeated ones are matched once.
            cut: least score, above 0, up to 100.
            as_of: leave out entries de-listed on or before that day; None keeps all.
            workers: threads; default: as many as there are cores.

        Returns:
            Matches in the order of `names`, within one name by falling score, then entry id; and the unscreenable names.
        """
        asked = {name: normalise_party(name) for name in dict.fromkeys(names)}
        strings: dict[str, list[str]] = {}
        for name, party in asked.items():
            for compared in dict.fromkeys(reading.sorted for reading in party.readings):
                strings.setdefault(compared, []).append(name)
        found = self._match_strings(list(strings), cut, as_of, workers)
        best: dict[tuple[str, str], tuple[_Rank, dict[str, Any]]] = {}
        for compared, rank, row in found:
            for name in strings[compared]:
                key = (name, row["entry_id"])
                if key not in best or rank < best[key][0]:
                    best[key] = (rank, row)
        position = {name: i for i, name in enumerate(asked)}
        ordered = sorted(best.items(), key=lambda item: (position[item[0][0]], item[1][0].falling_score, item[0][1]))
        return PartyMatches(self._table(ordered), tuple(name for name, party in asked.items() if not party.screenable))

    def match(self, name: str, cut: float = DEFAULT_CUT, as_of: date | None = None) -> list[dict[str, Any]]:
        """The matches of one name, as records with the fields of `schema.PARTY_MATCH`, best first."""
        records: list[dict[str, Any]] = self.match_names([name], cut, as_of, workers=1).matches.to_pylist()
        return records

    def _match_strings(
        self, strings: list[str], cut: float, as_of: date | None, workers: int | None
    ) -> Iterable[tuple[str, _Rank, dict[str, Any]]]:
        pairs = candidates.find_pairs(strings, self._compared, self._signatures, cut, workers)
        distinct, inverse = np.unique(pairs.rows, return_inverse=True)
        rows = self.table.select(_INDEX.names[:8]).take(pa.array(distinct)).to_pylist()
        for query, position, score in zip(pairs.queries.tolist(), inverse.tolist(), pairs.scores.tolist(), strict=True):
            row = rows[position]
            if as_of is not None and row["delisted"] is not None and row["delisted"] <= as_of:
                continue
            tokens = row["compared"].split(" ")
            rare = {t for t, occurrences in zip(tokens, row["occurrences"], strict=True) if occurrences <= self._rare}
            informative = count_informative(strings[query].split(" "), tokens, rare.__contains__)
            if informative is not None:
                yield strings[query], _Rank.of(row["name_kind"], score, informative, row["name"]), row

    def _table(self, ordered: Sequence[tuple[tuple[str, str], tuple[_Rank, Mapping[str, Any]]]]) -> pa.Table:
        columns: dict[str, list[Any]] = {
            "value": [name for (name, _), _ in ordered],
            "list_id": [self.list_id] * len(ordered),
            "entry_id": [entry_id for (_, entry_id), _ in ordered],
            "entry_name": [row["entry_name"] for _, (_, row) in ordered],
            "matched_name": [row["name"] for _, (_, row) in ordered],
            "name_kind": [row["name_kind"] for _, (_, row) in ordered],
            "entry_kind": [row["entry_kind"] for _, (_, row) in ordered],
            "score": [-rank.falling_score for _, (rank, _) in ordered],
            "informative_tokens": [-rank.falling_informative for _, (rank, _) in ordered],
        }
        arrays = [pa.array(columns[field.name], type=field.type) for field in schema.PARTY_MATCH]
        return pa.Table.from_arrays(arrays, schema=schema.PARTY_MATCH)


def similarity(left: Sequence[str], right: Sequence[str]) -> candidates.Floats:
    """The score of pairs of names, 0 to 100, the best over their readings; NaN where either name is unscreenable."""
    parties: dict[str, PartyName] = {}
    pairs: list[tuple[int, str, str]] = []
    for i, names in enumerate(zip(left, right, strict=True)):
        ours, theirs = (parties.get(n) or parties.setdefault(n, normalise_party(n)) for n in names)
        pairs += [(i, a.sorted, b.sorted) for a in ours.readings for b in theirs.readings]
    scores = candidates.score_pairs([p[1] for p in pairs], [p[2] for p in pairs])
    best = np.full(len(left), np.nan)
    np.fmax.at(best, np.fromiter((p[0] for p in pairs), np.int64, len(pairs)), scores)
    return best


@dataclass(frozen=True, slots=True, order=True)
class _Rank:
    """Which of an entry's names stands for it: the least."""

    is_weak: bool
    falling_score: float
    falling_informative: int
    kind: int
    name: str

    @classmethod
    def of(cls, kind: str, score: float, informative: int, name: str) -> _Rank:
        return cls(kind == "weak", -score, -informative, NAME_KINDS.index(kind), name)


class _Texts:
    """A text column by position, without turning it into a Python list."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        chunks = column.chunks
        self._array = chunks[0] if len(chunks) == 1 else column

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: int, /) -> str:
        text: str = self._array[index].as_py()
        return text


def _to_numpy(column: pa.ChunkedArray) -> Any:
    chunks = column.chunks
    return chunks[0].to_numpy(zero_copy_only=True) if len(chunks) == 1 else column.to_numpy()
