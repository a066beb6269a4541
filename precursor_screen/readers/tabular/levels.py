"""Lists within lists, opened into rows: what stands around the list of goods is said of all its goods together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.header_rows import ADDED_UP, GOODS

_OF_GOODS = frozenset(
    (*GOODS, *ADDED_UP, "description_extra", "item_number", "mass_unit", "quantity_unit", "currency", "country_of_origin")
)


def innermost(guesses: list[Guess], stated: frozenset[int], levels: Sequence[int]) -> list[Guess]:
    """Of columns for one field of the goods those of the innermost list.

    Args:
        guesses: one a column.
        stated: positions of columns that the user's map names: they stay.
        levels: see `Sheet`.
    """
    if not any(levels):
        return guesses
    found = grouped((_kind(g.field), levels[g.position]) for g in guesses if g.field in _OF_GOODS)
    inner = {kind: max(some) for kind, some in found.items()}
    return [
        replace(g, field="", reason=f"{g.field} is stated of each of the goods")
        if g.field in _OF_GOODS and levels[g.position] < inner[_kind(g.field)] and g.position not in stated
        else replace(g, level=levels[g.position])
        for g in guesses
    ]


def _kind(field: str) -> str:
    return field.removesuffix("_kg").removesuffix("_extra")


def count_once(
    body: Body, guesses: Sequence[Guess], levels: Sequence[int], begins: Sequence[int], issues: IssueList
) -> tuple[Body, pa.Array | None]:
    """The rows with a figure of several goods on the first of them alone, and of each row the fields that stand on an earlier one.

    Args:
        body: the rows; columns behind those of `levels` belong to no list.
        guesses: one a column.
        levels: see `Sheet`.
        begins: the same.
        issues: added to.
    """
    of_goods = [levels[g.position] for g in guesses if g.field in GOODS and g.position < len(levels)]
    if not any(levels) or not of_goods or body.table.num_rows < 2:
        return body, None
    filed, columns = body.table.columns, list(body.table.columns)
    stated: list[list[str]] = [[] for _ in range(body.table.num_rows)]
    for guess in guesses:
        if guess.field not in ADDED_UP or guess.position >= len(levels) or levels[guess.position] >= max(of_goods):
            continue
        column = filed[guess.position]
        repeated = (np.asarray(begins) > levels[guess.position]) & pc.is_valid(column).to_numpy()
        rows = np.flatnonzero(repeated).tolist()
        if not rows:
            continue
        columns[guess.position] = pc.if_else(pa.array(repeated), pa.scalar(None, pa.string()), column)
        for row in rows:
            stated[row].append(guess.field.removesuffix("_kg").replace("_", " "))
        says = "it is stated once for several lines, and counts on the first of them; of this line it is not known"
        issues.add("mass-of-the-bill", says, row=body.rows[rows[0]].as_py(), field=guess.field, count=len(rows))
    if not any(stated):
        return body, None
    once = pa.array([sorted(fields) or None for fields in stated], pa.list_(pa.string()))
    return replace(body, table=table_of_columns(columns)), once
