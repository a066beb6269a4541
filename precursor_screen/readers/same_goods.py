"""Whether goods that are stated in two places are the same: people write them into a mail and attach them, or quote them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from precursor_screen.core.grouped import grouped
from precursor_screen.readers.interface import InputTables

_GOODS: Final = ("description", "net_mass_kg", "gross_mass_kg")
Goods: TypeAlias = frozenset[tuple[str, Decimal | None, Decimal | None]]  # what goods are called, their net and their gross mass


def goods_of(tables: Sequence[InputTables]) -> Goods:
    """What the lines of tables say the goods are and weigh."""
    found = set()
    for one in tables:
        columns = [name for name in _GOODS if name in one.lines.column_names]
        for line in one.lines.select(columns).to_pylist():
            text = "".join(filter(str.isalnum, line.get("description") or "")).casefold()
            found.add((text, line.get("net_mass_kg"), line.get("gross_mass_kg")))
    return frozenset(found)


def are_among(goods: Goods, known: Goods) -> bool:
    """Whether all goods are among others: the same words and masses, or the same mass and one name within the other."""
    if goods <= known:
        return True
    by_mass = grouped((mass, one) for one in known for mass in one[1:] if mass is not None)
    return all(
        any(
            (text in name or name in text) and all(a is None or b is None or a == b for a, b in zip(masses, others, strict=True))
            for mass in masses
            if mass is not None
            for name, *others in by_mass.get(mass, ())
        )
        for text, *masses in goods
    )
