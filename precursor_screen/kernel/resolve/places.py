"""Countries that ports tell where none is filed.

They are facts of a line and come after its identity, so that a line has the id of what was filed, whatever the table of codes knows.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.names.locodes import PLACES_OF, country_of_cell

BY_PORT = "countries_by_port"
_NEXT = "\x1e"
_NONE = pa.scalar(None, pa.string())


def countries_told(lines: pa.Table, inputs: pa.Table) -> pa.Table:
    """What the ports of each line tell, null where they tell nothing: the country of dispatch and of destination, under their names, and
    in `countries_by_port` those of the two that the line does not file, with the port.

    Args:
        lines: LINE columns.
        inputs: input_id, and `coded_fields` (the fields of ports in which nearly all cells are codes) where that is known.
    """
    told: dict[str, pa.ChunkedArray] = {}
    said = []
    for country, places in PLACES_OF.items():
        found = [_told(lines, inputs, place) for place in places if place in lines.column_names]
        if found:
            told[country] = pc.coalesce(*(countries for countries, _ in found))
            filed = pc.is_valid(lines.column(country)) if country in lines.column_names else pa.scalar(False)
            by = pc.binary_join_element_wise(f"{country} from", pc.coalesce(*(port for _, port in found)), " ")
            said.append(pc.if_else(filed, _NONE, by))
    if not said:
        return pa.table({})
    joined = pc.coalesce(pc.binary_join_element_wise(*said, _NEXT), *said) if len(said) > 1 else said[0]
    return pa.table({**told, BY_PORT: pc.split_pattern(joined, _NEXT)})


def with_countries(lines: pa.Table, told: pa.Table) -> pa.Table:
    """The lines with `countries_told` where they file no country."""
    for name in told.column_names:
        if name in lines.column_names:
            lines = lines.set_column(lines.column_names.index(name), name, pc.coalesce(lines.column(name), told.column(name)))
        else:
            lines = lines.append_column(name, told.column(name))
    return lines


def _told(lines: pa.Table, inputs: pa.Table, place: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The country that one field tells, and the field with its cell; each distinct cell is looked at once."""
    column = lines.column(place)
    texts = pc.unique(column).drop_null()
    at = pc.index_in(column, value_set=texts)
    countries = pa.array(map(country_of_cell, texts.to_pylist()), pa.string()).take(at)
    coded = _coded(inputs, place)
    if len(coded):
        unlisted = pa.array((country_of_cell(t, among_codes=True) for t in texts.to_pylist()), pa.string()).take(at)
        mine = pc.is_in(lines.column("input_id"), value_set=coded)
        countries = pc.coalesce(countries, pc.if_else(mine, unlisted, _NONE))
    port = pc.binary_join_element_wise(place, column, " ")
    return countries, pc.if_else(pc.is_valid(countries), port, _NONE)


def _coded(inputs: pa.Table, place: str) -> pa.Array:
    """The inputs in which nearly all cells of a field are codes."""
    if "coded_fields" not in inputs.column_names:
        return pa.array([], pa.string())
    return pa.array((row["input_id"] for row in inputs.to_pylist() if place in (row["coded_fields"] or ())), pa.string())
