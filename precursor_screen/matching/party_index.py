"""The index of a watchlist's names: one Arrow file that is mapped into memory, whatever the list's size.

The parts differ in length (entries, rows, words), so the table has a single row, and each column holds a whole array as its one
list. A row is one comparable reading of a name; words lie ordered by the length of their keys; postings tell the rows of each
informative word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from precursor_screen.errors import WatchlistError, Where
from precursor_screen.matching.spellings import order_by_length, sign
from precursor_screen.matching.weights import CONSONANTS, FIRST_MAJOR, NAME, compared_words, describe, rarity
from precursor_screen.model import WatchlistEntry
from precursor_screen.names.party import normalise_party, normaliser_version

INDEX_VERSION = 2

# The order in which the names of one entry stand for it: a weak alias only when no other name reaches the cut.
NAME_KINDS = ("primary", "strong", "former", "original_script", "weak")
ENTRY_KINDS = ("person", "organisation", "vessel", "aircraft")

_COLUMNS: dict[str, pa.DataType] = {
    "entry_id": pa.string(),
    "entry_name": pa.string(),
    "entry_kind": pa.int8(),
    "delisted": pa.date32(),
    "row_name": pa.string(),
    "row_kind": pa.int8(),
    "row_entry": pa.int32(),
    "row_starts": pa.int32(),  # where each row's words start in row_words; one more than there are rows
    "row_words": pa.int32(),
    "word_text": pa.string(),
    "word_key": pa.string(),
    "word_kind": pa.int8(),
    "word_weight": pa.float64(),
    "word_rarity": pa.float32(),
    "word_signature": pa.uint64(),
    "text_order": pa.int32(),  # the words by length and text
    "text_signature": pa.uint64(),
    "posting_starts": pa.int32(),
    "posting_rows": pa.int32(),
}
_SCHEMA = pa.schema([(name, pa.list_(kind)) for name, kind in _COLUMNS.items()])


def index_version() -> str:
    """Changes with anything that an index depends on but the list itself."""
    return f"{normaliser_version()}-{INDEX_VERSION}"


@dataclass(frozen=True, slots=True)
class Opened:
    """The arrays of an index, by column name: numpy arrays of numbers, Arrow arrays of texts and dates."""

    about: Mapping[str, str]
    arrays: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.arrays[name]


def build_index(list_id: str, entries: Iterable[WatchlistEntry], list_sha256: str = "") -> pa.Table:
    """The index of a list's names; does not depend on the order of the entries.

    A name of which nothing is left to compare has no row; `unscreenable_names` in the metadata counts them.
    """
    ordered = sorted(entries, key=lambda e: (e.entry_id, e.primary_name))
    names: list[str] = []
    kinds: list[int] = []
    owners: list[int] = []
    words: list[int] = []
    sizes: list[int] = []
    ids: dict[str, int] = {}
    unscreenable = 0
    for owner, entry in enumerate(ordered):
        seen: set[tuple[str, ...]] = set()
        for name in sorted(entry.names, key=lambda n: NAME_KINDS.index(n.kind)) if len(entry.names) > 1 else entry.names:
            readings = normalise_party(name.name).readings
            unscreenable += not readings
            for reading in readings:
                texts = compared_words(reading)
                if texts in seen:
                    continue
                seen.add(texts)
                names.append(storable(name.name))
                kinds.append(NAME_KINDS.index(name.kind))
                owners.append(owner)
                sizes.append(len(texts))
                words.extend([ids.setdefault(text, len(ids)) for text in texts])
    arrays: dict[str, Any] = {
        "entry_id": [storable(e.entry_id) for e in ordered],
        "entry_name": [storable(e.primary_name) for e in ordered],
        "entry_kind": np.array([ENTRY_KINDS.index(e.kind) for e in ordered], np.int8),
        "delisted": [e.delisted for e in ordered],
        "row_name": names,
        "row_kind": np.array(kinds, np.int8),
        "row_entry": np.array(owners, np.int32),
        "row_starts": np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
    }
    arrays |= _word_columns(list(ids), np.array(words, np.int64), np.array(sizes, np.int64), arrays["row_entry"], len(ordered))
    about = {
        "list_id": list_id,
        "list_sha256": list_sha256,
        "version": index_version(),
        "entries": str(len(ordered)),
        "unscreenable_names": str(unscreenable),
    }
    columns = [_as_list(pa.array(arrays[name], type=kind)) for name, kind in _COLUMNS.items()]
    return pa.Table.from_arrays(columns, schema=_SCHEMA.with_metadata(about))


def _word_columns(
    texts: list[str], words: npt.NDArray[Any], sizes: npt.NDArray[Any], owners: npt.NDArray[Any], entries: int
) -> dict[str, Any]:
    described = [describe(text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (len(described[i][0]), described[i][0], texts[i]))
    place = np.empty(len(texts), np.int64)
    place[order] = np.arange(len(texts))
    words = place[words] if len(words) else words
    keys = [described[i][0] for i in order]
    kinds = np.array([described[i][1] for i in order], np.int8)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    # In how many entries each key occurs: words of one key count as one.
    new_key = np.fromiter((i == 0 or keys[i] != keys[i - 1] for i in range(len(keys))), bool, len(keys))
    key_of = np.cumsum(new_key) - 1 if len(keys) else np.empty(0, np.int64)
    pairs = _distinct(key_of[words] * max(entries, 1) + owners[rows]) if len(words) else words
    counts = np.bincount(pairs // max(entries, 1), minlength=len(keys)) if len(words) else words
    named = [described[i][1] in (NAME, CONSONANTS) for i in order]
    rarities = np.array(
        [rarity(k, n, entries) if is_name else 1.0 for k, n, is_name in zip(keys, counts[key_of].tolist(), named, strict=True)],
        np.float32,
    )
    weights = np.array([described[i][2] for i in order], np.float64) * rarities
    informative = kinds[words] >= FIRST_MAJOR if len(words) else np.empty(0, bool)
    posted = _distinct(words[informative] * max(len(sizes), 1) + rows[informative])
    word, row = np.divmod(posted, max(len(sizes), 1))
    starts = np.concatenate(([0], np.cumsum(np.bincount(word, minlength=len(texts)))))
    ordered = [texts[i] for i in order]
    text_order = order_by_length(ordered)
    return {
        "row_words": words.astype(np.int32),
        "word_text": ordered,
        "word_key": keys,
        "word_kind": kinds,
        "word_weight": weights,
        "word_rarity": rarities,
        "word_signature": sign(keys),
        "text_order": np.array(text_order, np.int32),
        "text_signature": sign([ordered[i] for i in text_order]),
        "posting_starts": starts.astype(np.int32),
        "posting_rows": row.astype(np.int32),
    }


def write_index(table: pa.Table, path: Path) -> None:
    """Write an index as one uncompressed Arrow file, which can be mapped into memory."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def map_index(path: Path) -> pa.Table:
    """Map an index file into memory; processes that open the same file share its pages.

    Raises:
        WatchlistError: it is missing or damaged.
    """
    try:
        with pa.memory_map(str(path), "r") as source:
            return pa.ipc.open_file(source).read_all()
    except (OSError, pa.ArrowInvalid) as error:
        message = f"The index of a watchlist is damaged: {error}."
        raise WatchlistError(message, where=Where(str(path)), remedy="Import the list again.") from error


def open_arrays(table: pa.Table, path: Path | None) -> Opened:
    """The arrays of an index.

    Raises:
        WatchlistError: it was built by another version.
    """
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if about.get("version") != index_version() or table.schema.names != _SCHEMA.names:
        message = "The index of a watchlist was built by another version."
        raise WatchlistError(message, where=Where(str(path or "")), remedy="Import the list again.")
    arrays: dict[str, Any] = {}
    for name, kind in _COLUMNS.items():
        values = table.column(name).chunk(0).flatten()
        arrays[name] = values if kind in (pa.string(), pa.date32()) else values.to_numpy(zero_copy_only=True)
    return Opened(about, arrays)


def _distinct(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Sorted, each once; several times as fast as `np.unique`, which hashes."""
    numbers = np.sort(numbers)
    first = np.concatenate((np.ones(min(1, len(numbers)), bool), numbers[1:] != numbers[:-1]))
    distinct: npt.NDArray[np.int64] = numbers[first]
    return distinct


def storable(text: str) -> str:
    """The text with `?` for lone surrogates, which no UTF-8 file can hold."""
    return text if text.isprintable() else text.encode("utf-8", "replace").decode()


def _as_list(values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
