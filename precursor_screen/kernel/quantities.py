"""The mass of a substance on a line, and the threshold it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from precursor_screen.names.chemical import concentration
from precursor_screen.names.units import mass_from_line
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import threshold_for
from precursor_screen.schema import DECIMAL

# What the mass of a substance is worked out from, in the order of the arguments of `mass_from_line`.
MASS_COLUMNS = ("net_mass_kg", "quantity", "quantity_unit", "packages", "package_type", "description", "gross_mass_kg")
_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("concentration_pct", DECIMAL),
    ("substance_mass_kg", DECIMAL),
    ("mass_basis", pa.string()),
    ("mass_confidence", pa.string()),
    ("threshold_kg", DECIMAL),
    ("threshold_verified", pa.bool_()),
    ("threshold_source", pa.string()),
)


def quantify(facts: pa.Table, reference: Reference) -> pa.Table:
    """The columns `concentration_pct`, mass and threshold of some candidates.

    Args:
        facts: one row a candidate: substance_id, direction, as_of_date and MASS_COLUMNS (absent ones count as null).
        reference: densities, thresholds and jurisdiction.

    Returns:
        As many rows as `facts`, in the same order.
    """
    density = {s.substance_id: s.density_kg_per_l for s in reference.substances.substances}
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # equal goods are worked out once
    columns = {
        name: facts.column(name).to_pylist() if name in facts.column_names else [None] * facts.num_rows
        for name in (*MASS_COLUMNS, "substance_id", "direction", "as_of_date")
    }
    rows = []
    for key in zip(*columns.values(), strict=True):
        if key not in known:
            known[key] = _quantify(dict(zip(columns, key, strict=True)), density, reference)
        rows.append(known[key])
    arrays = [pa.array([row[i] for row in rows], type=kind) for i, (_, kind) in enumerate(_FIELDS)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in _FIELDS])


def _quantify(row: Mapping[str, Any], density: Mapping[str, Decimal | None], reference: Reference) -> tuple[Any, ...]:
    mass = mass_from_line(
        net=row["net_mass_kg"],
        quantity=row["quantity"],
        unit=row["quantity_unit"],
        packages=row["packages"],
        package_type=row["package_type"],
        text=row["description"],
        gross=row["gross_mass_kg"],
        density=density.get(row["substance_id"]),
    )
    day: date = row["as_of_date"]
    threshold = threshold_for(reference.thresholds, reference.jurisdiction, row["substance_id"], row["direction"], day)
    return (
        concentration(row["description"] or ""),
        mass.kg,
        mass.basis or None,
        mass.confidence or None,
        threshold.kg if threshold else None,
        threshold.verified if threshold else None,
        threshold.source if threshold else None,
    )
