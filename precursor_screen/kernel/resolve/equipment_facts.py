"""Equipment that a law names, as descriptions tell of it: by words, and whether the code that is filed fits."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import BY_NAME
from precursor_screen.reference.equipment import known_equipment

_COLUMNS = ("equipment_laws", "equipment_code")


def add_equipment_facts(lines: pa.Table) -> pa.Table:
    """Adds the laws in force that name the equipment of each line, and whether its HS subheading is one in which that is filed.

    Args:
        lines: with equipment (kinds that the description names), as_of_date and hs6.

    Returns:
        equipment_laws, null where no law names it; equipment_code, null there and where no code of six digits is filed.
    """
    laws: list[list[str] | None] = [None] * lines.num_rows
    fits: list[bool | None] = [None] * lines.num_rows
    rows = pc.indices_nonzero(pc.fill_null(pc.greater(pc.list_value_length(lines.column("equipment")), 0), False))
    some = lines.select(("equipment", "as_of_date", "hs6")).take(rows).to_pylist()
    for row, one in zip(rows.to_pylist(), some, strict=True):
        if found := _named(tuple(one["equipment"]), one["as_of_date"]):
            laws[row] = [text for text, _ in found]
            fits[row] = any(one["hs6"] in codes for _, codes in found) if one["hs6"] else None
    for name, values in zip(_COLUMNS, (laws, fits), strict=True):
        lines = lines.append_column(name, pa.array(values, BY_NAME[name].arrow))
    return lines


def _named(kinds: tuple[str, ...], day: date) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((str(one), one.hs6s) for one in known_equipment() if one.kind in kinds and one.dated.in_force(day))
