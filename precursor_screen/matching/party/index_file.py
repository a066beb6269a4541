"""The index of a watchlist's names: one Arrow file that is mapped into memory, whatever the list's size.

The parts differ in length (entries, rows, words), so the table has a single row, and each column holds a whole array as its one
list. A row is one comparable reading of a name; words lie ordered by the length of their keys; postings tell the rows of each
informative word.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from precursor_screen.core.arrow import Ints, map_arrow
from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.core.model import ENTRY_KINDS, WatchlistEntry, WatchlistName
from precursor_screen.matching.party.vocabulary import order_by_length, sign
from precursor_screen.matching.party.weights import CONSONANTS, FIRST_MAJOR, NAME, compared_words, describe, rarity
from precursor_screen.text.party import LATIN, Interpretation, PartyName, canonical_tokens, normalise_party, normaliser_version
from precursor_screen.text.party_words import part_form

INDEX_VERSION = 4

# The order in which the names of one entry stand for it: a weak alias only when no other name reaches the cut.
NAME_KINDS = ("primary", "strong", "former", "original_script", "weak")
_NAME_KIND = {kind: i for i, kind in enumerate(NAME_KINDS)}

_COLUMNS: dict[str, pa.DataType] = {
    "entry_id": pa.string(),
    "entry_name": pa.string(),
    "entry_kind": pa.int8(),
    "delisted_entry": pa.int32(),  # few are: only these, with the day
    "delisted_day": pa.date32(),
    "row_name": pa.string(),  # null: the entry's primary name
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


def build_index(list_id: str, entries: Iterable[WatchlistEntry], list_sha256: str = "") -> pa.Table:
    """The index of a list's names; does not depend on the order of the entries.

    A name of which nothing is left to compare has no row; `unscreenable_names` in the metadata counts them.

    Raises:
        WatchlistError: an entry or a name is of no known kind.
    """
    ordered = sorted(((e.entry_id, e.primary_name, e) for e in entries), key=lambda one: one[:2])
    rows = _Rows()
    for owner, (_, primary, entry) in enumerate(ordered):
        _check_kinds(list_id, entry)
        names = sorted(entry.names, key=lambda n: _NAME_KIND[n.kind])
        seen: set[tuple[str, ...]] = set()
        for name in names:
            rows.add(owner, entry.kind, name, primary, seen)
    delisted = [(owner, entry.delisted) for owner, (*_, entry) in enumerate(ordered) if entry.delisted]
    sizes = np.array(rows.sizes, np.int64)
    arrays: dict[str, Any] = {
        "entry_id": [storable(entry_id) for entry_id, *_ in ordered],
        "entry_name": [storable(primary) for _, primary, _ in ordered],
        "entry_kind": np.array([ENTRY_KINDS.index(entry.kind) for *_, entry in ordered], np.int8),
        "delisted_entry": [owner for owner, _ in delisted],
        "delisted_day": [day for _, day in delisted],
        "row_name": rows.names,
        "row_kind": np.array(rows.kinds, np.int8),
        "row_entry": np.array(rows.owners, np.int32),
        "row_starts": np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
    }
    arrays |= _word_columns(list(rows.ids), np.array(rows.words, np.int64), sizes, arrays["row_entry"], len(ordered))
    about = {
        "list_id": list_id,
        "list_sha256": list_sha256,
        "version": index_version(),
        "entries": str(len(ordered)),
        "unscreenable_names": str(rows.unscreenable),
    }
    columns = [_as_list(pa.array(arrays[name], type=kind)) for name, kind in _COLUMNS.items()]
    about["content_sha256"] = _digest(list_id, columns)
    return pa.Table.from_arrays(columns, schema=_SCHEMA.with_metadata(about))


class _Rows:
    """The readings of names, row by row, as they are met."""

    def __init__(self) -> None:
        self.names: list[str | None] = []
        self.kinds: list[int] = []
        self.owners: list[int] = []
        self.sizes: list[int] = []
        self.words: list[int] = []
        self.ids: defaultdict[str, int] = defaultdict(lambda: len(self.ids))  # a number for each text, in order
        self.unscreenable = 0

    def add(self, owner: int, entry_kind: str, name: WatchlistName, primary: str, seen: set[tuple[str, ...]]) -> None:
        """The readings of a name but those that its entry has already."""
        kind = _NAME_KIND[name.kind]
        party = normalise_party(name.name)
        self.unscreenable += not party.screenable
        for texts in spell_listed(party, entry_kind):
            if texts not in seen:
                seen.add(texts)
                self.names.append(None if name.name == primary else storable(name.name))
                self.kinds.append(kind)
                self.owners.append(owner)
                self.sizes.append(len(texts))
                self.words.extend(map(self.ids.__getitem__, texts))


def spell_listed(party: PartyName, entry_kind: str) -> Iterator[tuple[str, ...]]:
    """All ways to read a listed name, each as the texts of its words; a firm's also parted from what is run together with it."""
    for reading in party.readings:
        texts = compared_words(reading)
        yield texts
        if entry_kind == "organisation":
            yield from _part_firm(texts)


def _part_firm(texts: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The same words with the first parted from the business and the legal form that a list runs together with it."""
    for i, text in enumerate(texts):
        if (parts := part_form(text)) and describe(text)[1] == NAME:
            yield compared_words(Interpretation(canonical_tokens((*texts[:i], *parts, *texts[i + 1 :])), LATIN))
            return


def _check_kinds(list_id: str, entry: WatchlistEntry) -> None:
    kinds = [(entry.kind, ENTRY_KINDS, "entry"), *((n.kind, NAME_KINDS, "name") for n in entry.names)]
    for kind, known, what in kinds:
        if kind not in known:
            message = f"{kind!r} is not a kind of {what}; there are: {', '.join(known)}."
            raise WatchlistError(message, where=Where(f"{list_id}, entry {entry.entry_id}"), remedy="Correct the list.")


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


def map_index(path: Path) -> pa.Table:
    """Map an index file into memory; processes that open the same file share its pages.

    Raises:
        WatchlistError: it is missing or damaged.
    """
    try:
        return map_arrow(path)
    except (OSError, pa.ArrowInvalid) as error:
        message = f"The index of a watchlist is damaged: {error}."
        raise WatchlistError(message, where=path, remedy="Import the list again.") from error


def open_arrays(table: pa.Table, path: Path | None) -> tuple[dict[str, str], dict[str, Any]]:
    """What an index says of itself, and its arrays by column name: numpy arrays of numbers, Arrow arrays of texts and dates.

    Raises:
        WatchlistError: it was built by another version.
    """
    about = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if about.get("version") != index_version() or table.schema.names != _SCHEMA.names:
        message = "The index of a watchlist was built by another version."
        raise WatchlistError(message, where=path or "", remedy="Import the list again.")
    arrays: dict[str, Any] = {}
    for name, kind in _COLUMNS.items():
        values = table.column(name).chunk(0).flatten()
        arrays[name] = values if kind in (pa.string(), pa.date32()) else values.to_numpy(zero_copy_only=True)
    return about, arrays


def _digest(list_id: str, columns: Sequence[pa.Array]) -> str:
    """The sha256 of the content: two lists with one digest give the same matches."""
    digest = hashlib.sha256(list_id.encode("utf-8", "replace"))
    for column in columns:
        for buffer in column.buffers():
            digest.update(str(-1 if buffer is None else buffer.size).encode() + b"\0")
            digest.update(buffer or b"")
    return digest.hexdigest()


def _distinct(numbers: Ints) -> Ints:
    """Sorted, each once; several times as fast as `np.unique`, which hashes."""
    numbers = np.sort(numbers)
    first = np.concatenate((np.ones(min(1, len(numbers)), bool), numbers[1:] != numbers[:-1]))
    distinct: Ints = numbers[first]
    return distinct


def storable(text: str) -> str:
    """The text with `?` for lone surrogates, which no UTF-8 file can hold."""
    return text if text.isprintable() else text.encode("utf-8", "replace").decode()


def _as_list(values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
