"""Groups of movements that share keys, as numbers: only groups of new movements have one, and a number is all that windows look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.engine import ask
from precursor_screen.rulebook.evaluate import Mask, owners_of, whole
from precursor_screen.rulebook.sql import plain_reference

Numbers = npt.NDArray[np.int64]
Keys = tuple[str, ...]


class Groups(Struct, frozen=True):
    """The groups of some keys, numbered from 0.

    Attributes:
        keys: names of columns; of a list each element is a key.
        table: key_0 ..., a row a group.
        sizes: how many values there are of each key.
        pairs: for each key after the first, which pairs (number of the keys before, code of this one) there are, ascending.
    """

    keys: Keys
    table: pa.Table
    sizes: tuple[int, ...]
    pairs: tuple[Numbers, ...]

    def numbers(self, codes: Mapping[str, Numbers]) -> Numbers:
        """The group of each movement, by the codes of its keys; -1: none."""
        first, *others = (codes[key] for key in self.keys)
        if not self.table.num_rows:
            return np.full(len(first), -1)
        found = first
        for code, size, known in zip(others, self.sizes[1:], self.pairs, strict=True):
            pair = np.where((found >= 0) & (code >= 0), found * size + code, -1)
            at = np.minimum(np.searchsorted(known, pair), len(known) - 1)
            found = np.where(known[at] == pair, at, -1)
        return found


def groups_of(keys: Keys, values: Mapping[str, pa.Array], codes: Mapping[str, Numbers]) -> Groups:
    """The groups of some movements.

    Args:
        keys: that they share.
        values: of each key.
        codes: of each key of the movements, as `codes_of` gives them; what lacks one is in no group.
    """
    own = np.stack([codes[key] for key in keys])
    own = own[:, (own >= 0).all(axis=0)]
    pairs, number = [], own[0]
    for key, code in zip(keys[1:], own[1:], strict=True):
        known, number = np.unique(number * len(values[key]) + code, return_inverse=True)
        pairs.append(known)
    if not pairs:  # the codes of a single key are its groups
        table = [values[keys[0]]]
    else:
        first = np.unique(number, return_index=True)[1]
        table = [values[key].take(pa.array(code[first])) for key, code in zip(keys, own, strict=True)]
    return Groups(
        keys, pa.table(table, [f"key_{n}" for n in range(len(keys))]), tuple(len(values[k]) for k in keys), tuple(pairs)
    )


def values_of(rows: pa.Table, keys: Iterable[str]) -> dict[str, pa.Array]:
    """The different values of each key among some movements."""
    columns = {key: key_column(rows, key) for key in keys}
    return {key: c.dictionary if is_encoded(c) else pc.unique(c).drop_null() for key, c in columns.items()}


def codes_of(rows: pa.Table, values: Mapping[str, pa.Array], lists: Collection[str] = ()) -> dict[str, Numbers]:
    """For each key the place of a movement's among its values; -1: it is none of them.

    Args:
        rows: the movements.
        values: of each key.
        lists: the key, at most one, of which each element is one: then there is a code for each element, also of the other keys.
    """
    codes = {key: _places(key_column(rows, key), known) for key, known in values.items()}
    for key in lists:
        owners = owners_of(whole(rows.column(key)))
        codes |= {other: code[owners] for other, code in codes.items() if other not in lists}
    return codes


def is_encoded(column: pa.Array) -> bool:
    """Whether a column is kept as codes of its different values."""
    return bool(pa.types.is_dictionary(column.type))


def _places(column: pa.Array, known: pa.Array) -> Numbers:
    if is_encoded(column):
        return _numbers(pc.index_in(column.dictionary, known).take(column.indices))
    return _numbers(pc.index_in(column, known))


def _numbers(found: pa.Array) -> Numbers:
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)


def is_paired(column: str) -> bool:
    """Whether the elements of a list are GROUP:VALUE, of which one groups and the other is counted."""
    return column.endswith("_roles")


def key_column(rows: pa.Table, key: str) -> pa.Array:
    """What groups by a column: of a list its elements, of GROUP:VALUE what stands before the colon; a document is one group however
    its number is written. A column that is kept as codes is that already."""
    column = whole(rows.column(key))
    if is_encoded(column):
        return column
    if pa.types.is_list(column.type) and pa.types.is_string(column.type.value_type):
        flat = pc.list_flatten(column)
        return pc.replace_substring_regex(flat, "(?s)^([^:]*).*$", r"\1") if is_paired(key) else flat
    if key.endswith("_reference"):
        return plain_references(column)
    return as_text(column) if pa.types.is_nested(column.type) else column


def counted_elements(rows: pa.Table, key: str) -> pa.Array:
    """What is counted of the elements of a list of GROUP:VALUE."""
    return pc.replace_substring_regex(pc.list_flatten(whole(rows.column(key))), "(?s)^[^:]*:?([^:]*).*$", r"\1")


def plain_references(column: pa.Array) -> pa.Array:
    """Numbers of documents as `plain_reference` makes them. What is not plain ASCII is left to the engine."""
    if pc.all(pc.string_is_ascii(column), min_count=0).as_py():
        plain = pc.utf8_upper(pc.replace_substring_regex(column, "[^A-Za-z0-9]", ""))
        return pc.if_else(pc.not_equal(plain, ""), plain, None)
    return whole(ask(f"select {plain_reference('text')} from texts", texts=pa.table({"text": column})).column(0))


def as_text(column: pa.Array) -> pa.Array:
    """Nested values as the engine writes them: equal values are equal texts."""
    return whole(ask("select cast(value as varchar) from given", given=pa.table({"value": column})).column(0))


def codes_of_values(column: pa.Array) -> Numbers:
    """A number for each different value, from 0; -1 for null."""
    encoded = (as_text(column) if pa.types.is_nested(column.type) else column).dictionary_encode()
    return _numbers(encoded.indices)


def key_texts(table: pa.Table, numbers: Numbers) -> list[list[str]]:
    """The keys of some groups as text, as they are part of what identifies a flag."""
    columns = [[_said(value) for value in column.to_pylist()] for column in table.take(pa.array(numbers)).columns]
    return [list(keys) for keys in zip(*columns, strict=True)]


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)


def sure_of(verdicts: Sequence[pa.ChunkedArray]) -> Mask:
    """Of which movements one of some rules is sure."""
    found: Mask = np.logical_or.reduce([whole(v).to_numpy() == 1 for v in verdicts])
    return found
