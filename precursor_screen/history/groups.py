"""Which rows share a group with a run: comparisons of small numbers instead of texts.

Every value of a run's grouping columns has a code, its position among the distinct values; a row's code is found once a distinct
value where the column is dictionary-encoded. Codes of several columns are joined into one code, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import MOVEMENT

CONTAINERS = "container_numbers"  # the one list that groups: one group an element
Codes = npt.NDArray[np.int64]  # -1: not among those of the run, or null
_OTHER = -1


class Groups:
    """The groups of a run's movements under some groupings."""

    def __init__(self, movements: pa.Table, keys: Iterable[Sequence[str]]) -> None:
        """Args:
        movements: MOVEMENT of the run.
        keys: groupings; null is in no group; `a>b`: a recorded movement whose `b` is the `a` of one of the run. Columns that are
            not stored, and lists other than the containers, are left out, which makes the groups larger; an empty grouping joins all.
        """
        self.keys = tuple(_minimal(keys))
        parts = sorted({c for key in self.keys for c in key})
        self.columns = tuple(sorted({_theirs(c) for c in parts}))
        self._values = {c: _distinct(movements.column(_own(c))) for c in parts}
        # Of each grouping and each step of it: the codes of the run, joined so far, sorted.
        self._steps: dict[tuple[str, ...], list[Codes]] = {}
        for key in self.keys:
            self._steps[key] = []
            self._codes(movements, key, learn=True)

    def shared(self, rows: pa.Table) -> npt.NDArray[np.bool_]:
        """Whether each row is in a group of the run; rows hold at least `columns`."""
        found = np.zeros(rows.num_rows, bool)
        known: dict[str, Codes] = {}
        for key in self.keys:
            if not key:
                found[:] = True
                continue
            codes, parents = self._codes(rows, key, known=known)
            inside = codes != _OTHER
            found[parents[inside] if parents is not None else inside] = True
        return found

    def _codes(
        self, rows: pa.Table, key: tuple[str, ...], *, learn: bool = False, known: dict[str, Codes] | None = None
    ) -> tuple[Codes, Codes | None]:
        """The code of each row, or, for a grouping by containers, of each container with the row it belongs to."""
        parents: Codes | None = None
        joined: Codes = np.zeros(rows.num_rows, np.int64)
        if CONTAINERS in key:
            lists = rows.column(CONTAINERS).combine_chunks()
            parents = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
            joined = _encode(pa.chunked_array([pc.list_flatten(lists)]), self._values[CONTAINERS])
        known = {} if known is None else known
        for step, column in enumerate(c for c in key if c != CONTAINERS):
            if column not in known:
                known[column] = _encode(rows.column(_own(column) if learn else _theirs(column)), self._values[column])
            codes = known[column] if parents is None else known[column][parents]
            both = (joined != _OTHER) & (codes != _OTHER)
            pairs = np.where(both, joined * max(1, len(self._values[column])) + codes, _OTHER)
            if learn:
                self._steps[key].append(np.unique(pairs[both]))
            joined = _positions(pairs, self._steps[key][step])
        return joined, parents


def _minimal(keys: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The groupings that matter: who shares a finer group shares the coarser one too."""
    sets = {frozenset(c for c in key if _groups(c)) for key in keys}
    for one in sorted(sets, key=lambda s: (len(s), sorted(s))):
        if not any(other < one for other in sets):
            yield tuple(sorted(one))


def _groups(column: str) -> bool:
    kinds = [MOVEMENT.field(name).type for name in {_own(column), _theirs(column)} if name in MOVEMENT.names]
    return len(kinds) == len({_own(column), _theirs(column)}) and (column == CONTAINERS or not any(map(pa.types.is_list, kinds)))


def _own(column: str) -> str:
    """Of `a>b`, what a movement of the run shares: its `a` is the recorded one's `b`."""
    return column.partition(">")[0]


def _theirs(column: str) -> str:
    return column.rpartition(">")[2]


def _distinct(column: pa.ChunkedArray) -> pa.Array:
    values = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    return pc.unique(values).drop_null()


def _encode(column: pa.ChunkedArray, values: pa.Array) -> Codes:
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.fill_null(pc.index_in(column, values), _OTHER)).astype(np.int64)
    parts = [np.empty(0, np.int64)]
    for chunk in column.chunks:
        code_of = np.append(np.asarray(pc.fill_null(pc.index_in(chunk.dictionary, values), _OTHER)), _OTHER)
        parts.append(code_of[np.asarray(pc.fill_null(chunk.indices, -1))].astype(np.int64))  # -1: the last, which is `other`
    return np.concatenate(parts)


def _positions(pairs: Codes, among: Codes) -> Codes:
    """The position of each among some sorted ones, else -1."""
    if not len(among):
        return np.full(len(pairs), _OTHER, np.int64)
    at = np.minimum(np.searchsorted(among, pairs), len(among) - 1)
    return np.where(among[at] == pairs, at, _OTHER)
