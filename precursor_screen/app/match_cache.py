"""Matches of names that earlier runs have seen, kept under `<home>/cache/matches`; may be deleted at any time.

Most names of a day were on the manifests of the day before, and most match nothing: both are remembered. A file holds the names
of one list in one state, and its name says which: a digest of the index's content, one of the program, and the last day
on which an entry was de-listed, as seen from the day that judges. Whatever changes a result changes the file's name, so a stale
result cannot be recalled. A file that is damaged, or not what its name says, counts as none and is written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import rows_with
from precursor_screen.core.cache import program_digest
from precursor_screen.core.files import PART, remove_oldest, written_whole
from precursor_screen.core.schema import PARTY_MATCH
from precursor_screen.kernel.match import PartyMemory, Recalled
from precursor_screen.matching.party.index import PartyIndex

MOST_NAMES = 2_000_000  # of one list in one state; those that were not met for longest go first
MOST_FILES = 16  # lists change, matchers too: files that were not written for longest go first
LONGEST = 200  # characters of a name that is kept: hostile cells must not fill the disk
WORTHWHILE = 400_000_000  # names times rows of the index from which reading a file takes less time than matching

_MAGIC = b"precursor-screen matches 1\n"
_SUFFIX = ".matches"
_MATCH = pa.struct([field for field in PARTY_MATCH if field.name not in ("value", "list_id")])
_STORED = pa.schema([("value", pa.string()), ("seen", pa.int32()), ("screenable", pa.bool_()), ("matches", pa.list_(_MATCH))])


class MatchCache:
    """A `PartyMemory` that reads its files when asked and writes what was learnt when saved. today: when names are met."""

    def __init__(self, home: Path, today: date | None = None) -> None:
        self._folder = home / "cache" / "matches"
        self._today = (today or date.today()).toordinal()
        self._stored: dict[str, pa.Table] = {}
        self._learned: dict[str, pa.Table] = {}
        self._teachable: set[str] = set()
        self._met: dict[str, pa.Array] = {}

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """What is known of some distinct names; nothing, where they are so few that matching them costs less than reading."""
        if not is_worthwhile(index, names):
            return Recalled(PARTY_MATCH.empty_table(), (), names)
        key = state_key(index, as_of)
        if key not in self._stored:
            self._stored[key] = _read(self._path(key), key)
            self._teachable.add(key)
        stored = self._stored[key]
        asked = pa.array(names, pa.string())
        self._met[key] = asked
        known = rows_with(stored, "value", asked).combine_chunks()
        missing = pc.is_null(pc.index_in(asked, value_set=known.column("value").combine_chunks()))
        unscreenable = known.filter(pc.invert(known.column("screenable"))).column("value").to_pylist()
        return Recalled(_unfold(known, index.list_id), tuple(unscreenable), asked.filter(missing).to_pylist())

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Takes note of what came of some names that were unknown."""
        key = state_key(index, as_of)
        kept = [name for name in names if len(name) <= LONGEST][:MOST_NAMES]
        if kept and key in self._teachable:
            self._teachable.remove(key)  # a list may have been opened twice
            self._learned[key] = _fold(kept, matches, unscreenable, self._today)

    def save(self) -> str:
        """Writes what was learnt; returns why that could not be done, else an empty text: a run is no worse without."""
        try:
            for key, learned in self._learned.items():
                _write(self._path(key), key, _limit(pa.concat_tables([self._refresh(key), learned])))
            if self._learned:
                for pattern in (f"*{_SUFFIX}", f".*{PART}"):  # the latter are of runs that were killed
                    remove_oldest(self._folder, pattern, MOST_FILES)
        except OSError as error:
            return f"matches were not kept for the next run: {error.strerror or error}"
        self._learned.clear()
        return ""

    def _refresh(self, key: str) -> pa.Table:
        """What is stored, with today's date for names that were met again."""
        stored = self._stored[key]
        met = pc.is_in(stored.column("value"), value_set=self._met[key])
        seen = pc.if_else(met, pa.scalar(self._today, pa.int32()), stored.column("seen"))
        return stored.set_column(1, "seen", seen)

    def _path(self, key: str) -> Path:
        return self._folder / (key + _SUFFIX)


@contextlib.contextmanager
def cached_matches(home: Path | None, progress: Callable[[str], None] = lambda _: None) -> Iterator[PartyMemory | None]:
    """A memory for one run, saved at its end. A run that fails keeps nothing.

    Args:
        home: under which matches are kept; None: nowhere, nothing is remembered.
        progress: told why matches could not be kept.
    """
    if home is None:
        yield None
        return
    memory = MatchCache(home)
    yield memory
    problem = memory.save()
    if problem:
        progress(problem)


def is_worthwhile(index: PartyIndex, names: Sequence[str]) -> bool:
    """Whether names are so many, or the list so long, that reading what is known is quicker than matching."""
    return len(names) * len(index) >= WORTHWHILE


def state_key(index: PartyIndex, as_of: date) -> str:
    """The list in the state that matters on that day, and the program: whatever of it changes, yesterday's answers do not stand for today's."""
    delisted = index.last_delisting(as_of)
    return f"{index.content_sha256[:24]}-{program_digest()[:16]}-{delisted.isoformat() if delisted else 'none'}"


def _fold(names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str], today: int) -> pa.Table:
    """One row a name, its matches as a list."""
    value = pa.array(names, pa.string())
    matches = rows_with(matches, "value", value).combine_chunks()
    owner = pc.index_in(matches.column("value"), value_set=value).combine_chunks()
    starts = np.concatenate(([0], np.cumsum(np.bincount(owner.to_numpy(zero_copy_only=False), minlength=len(value)))))
    ordered = matches.take(pc.sort_indices(owner)).combine_chunks()
    columns = [ordered.column(field.name).combine_chunks() for field in _MATCH]
    found = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.StructArray.from_arrays(columns, fields=list(_MATCH)))
    screenable = pc.invert(pc.is_in(value, value_set=pa.array(unscreenable, pa.string())))
    return pa.Table.from_arrays([value, pa.array(np.full(len(value), today, np.int32)), screenable, found], schema=_STORED)


def _unfold(known: pa.Table, list_id: str) -> pa.Table:
    """PARTY_MATCH of names as stored."""
    column = known.column("matches").combine_chunks()
    found, owner = pc.list_flatten(column), pc.list_parent_indices(column)
    columns = {"value": known.column("value").combine_chunks().take(owner), "list_id": pa.repeat(pa.scalar(list_id), len(found))}
    columns |= {field.name: found.field(i) for i, field in enumerate(_MATCH)}
    return pa.Table.from_arrays([columns[name] for name in PARTY_MATCH.names], schema=PARTY_MATCH)


def _limit(table: pa.Table) -> pa.Table:
    """The names met last, no more than are kept, in the order stored."""
    if table.num_rows <= MOST_NAMES:
        return table
    latest = pc.array_sort_indices(table.column("seen"), order="descending").to_numpy()[:MOST_NAMES]
    kept = np.zeros(table.num_rows, bool)
    kept[latest] = True
    return table.filter(pa.array(kept))


def _read(path: Path, key: str) -> pa.Table:
    """What a file holds; nothing, where there is none, or it is damaged or another's."""
    try:
        content = path.read_bytes()
    except OSError:
        return _STORED.empty_table()
    start = len(_MAGIC) + hashlib.sha256().digest_size
    payload = memoryview(content)[start:]
    if content[:start] != _MAGIC + _digest(key, payload):
        return _STORED.empty_table()
    table = pa.ipc.open_file(pa.py_buffer(payload)).read_all()
    return table if table.schema == _STORED else _STORED.empty_table()


def _write(path: Path, key: str, table: pa.Table) -> None:
    """Beside, then in place: a run that reads meanwhile sees the old file or the new one; of two that write, the last stays."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, _STORED) as writer:
        writer.write_table(table.combine_chunks())
    payload = memoryview(sink.getvalue())
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as beside, beside.open("wb") as stream:
        stream.write(_MAGIC + _digest(key, payload))
        stream.write(payload)


def _digest(key: str, payload: memoryview) -> bytes:
    digest = hashlib.sha256(key.encode() + b"\0")
    digest.update(payload)
    return digest.digest()
