"""Numbers that decide by themselves: a party or a vessel that carries the number of a listed one, whatever its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.model import WatchlistEntry
from precursor_screen.core.schema import ROLES
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.identifiers import MAY_HOLD_NUMBER, imo_numbers_in, labelled_numbers_in, numbers_in

_TEXTS = ("description", "marks", "other_texts", "other_parties", "declarant_name", "carrier_name", "place_of_delivery")
_VESSEL_FIELDS = ("vessel", "voyage", "carrier_name")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("party_role", "value", "own_name", "list_id", "entry_id", "entry_name")),
        *((name, pa.string()) for name in ("matched_name", "name_kind", "entry_kind")),
    ]
)


def find_identified(lines: pa.Table, reference: Reference) -> pa.Table:
    """The entries whose number stands in a field of numbers, in a text behind what such numbers are called, or, of a vessel, beside
    the letters IMO.

    Args:
        lines: LINE columns.
        reference: with the watchlists.

    Returns:
        One row a (role, distinct cell, entry): party_role (for a text that belongs to no party its field), value (the cell), own_name (the
        number as filed), and what PARTY_MATCH says of an entry. The role `vessel` has a row for the cell of each field in which its number
        may stand: see `number_columns`.
    """
    rows: list[dict[str, str]] = []
    for role, column in number_columns(lines.column_names) if reference.watchlists else ():
        for cell, numbers in _numbers(lines, role, column):
            for written, number in numbers:
                for one in reference.watchlists:  # whose numbers are read when the first one is asked for: most files hold none
                    for entry_id in one.numbers.get(number, ()):
                        entry = one.entry(entry_id)
                        if entry.delisted is None or entry.delisted > reference.as_of:
                            rows.append(_row(role, cell, written, entry, one.list_id))
    return pa.Table.from_pylist([r for r in rows if r["party_role"] != "vessel" or r["entry_kind"] == "vessel"], schema=_SCHEMA)


def number_columns(columns: list[str]) -> list[tuple[str, str]]:
    """(role, column) of the fields in which numbers of parties and vessels stand: in fields of their own, and within texts."""
    own = [(role, f"{role}_{part}") for role in ROLES for part in ("identifier", "name", "address")]
    texts = [(column, column) for column in _TEXTS]
    return [(role, column) for role, column in (*own, *texts, *(("vessel", c) for c in _VESSEL_FIELDS)) if column in columns]


def _numbers(lines: pa.Table, role: str, column: str) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """The distinct cells of a column with their numbers (as written, plain)."""
    if column == "other_texts" and "other_columns" in lines.column_names:
        yield from _beside(lines)
        return
    cells = lines.column(column)
    cells = pc.unique(pc.list_flatten(cells) if pa.types.is_list(cells.type) else cells).drop_null()
    find: Callable[[str], Iterator[tuple[str, str]]] = imo_numbers_in if role == "vessel" else numbers_in
    if role != "vessel" and not column.endswith("_identifier"):
        find = labelled_numbers_in
        cells = cells.filter(pc.match_substring_regex(cells, MAY_HOLD_NUMBER))
    yield from ((cell, find(cell)) for cell in cells.to_pylist())


def _beside(lines: pa.Table) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """The same of columns that are mapped to nothing, whose headers may say what their numbers are."""
    both = (
        pa.table({name: pc.list_flatten(lines.column(name)) for name in ("other_columns", "other_texts")})
        .group_by(["other_columns", "other_texts"])
        .aggregate([])
    )
    said = pc.binary_join_element_wise(
        pc.replace_substring(pc.coalesce(both.column("other_columns"), ""), "_", " "), both.column("other_texts"), ": "
    )
    may = pc.fill_null(pc.match_substring_regex(said, MAY_HOLD_NUMBER), False)
    cells = both.column("other_texts").filter(may).to_pylist()
    yield from ((cell, labelled_numbers_in(text)) for cell, text in zip(cells, said.filter(may).to_pylist(), strict=True))


def _row(role: str, cell: str, written: str, entry: WatchlistEntry, list_id: str) -> dict[str, str]:
    return {
        "party_role": role,
        "value": cell,
        "own_name": written,
        "list_id": list_id,
        "entry_id": entry.entry_id,
        "entry_name": entry.primary_name,
        "matched_name": entry.primary_name,
        "name_kind": "primary",
        "entry_kind": entry.kind,
    }
