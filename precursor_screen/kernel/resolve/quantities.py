"""The mass of a substance on a line.

A solution holds less of the substance than it weighs. Its mass is worked out where the concentration stands beside the name, but
not where a threshold counts the goods whole: a smaller figure would then stay under it unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from precursor_screen.names.concentrations import Concentration, concentration_of
from precursor_screen.names.units import Mass, mass_from_line
from precursor_screen.reference.bundle import Reference
from precursor_screen.schema import DECIMAL

# What the mass of a substance is worked out from, in the order of the arguments of `mass_from_line`.
MASS_COLUMNS = ("net_mass_kg", "quantity", "quantity_unit", "packages", "package_type", "description", "gross_mass_kg")
_AMBIGUOUS = ("ambiguous_net_mass_kg", "ambiguous_quantity", "ambiguous_gross_mass_kg")
LINE_COLUMNS = (*MASS_COLUMNS, *_AMBIGUOUS)
# What is asked of the candidate itself; threshold_source is null where there is no threshold.
CANDIDATE_COLUMNS = ("substance_id", "matched_text", "matched_field", "threshold_source")
_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("concentration_pct", DECIMAL),
    ("goods_mass_kg", DECIMAL),
    ("substance_mass_kg", DECIMAL),
    ("largest_mass_kg", DECIMAL),
    ("mass_readings", pa.list_(pa.string())),
    ("mass_basis", pa.string()),
    ("mass_confidence", pa.string()),
)
# Only the United States count the listed chemical in a mixture, 21 CFR 1310.04(h)(1). The European Union counts mixtures as scheduled
# substances, Reg. (EC) 273/2004, article 2(a); so does Canada, CDSA Schedule VI, part 3 (recalled); Australia counts litres.
_COUNTS_THE_SUBSTANCE = "US"
# Of these the whole mixture counts, 21 CFR 1310.04(h)(2); of hydriodic acid a kilogram and litre that agree for the 57 % solution.
_COUNTED_WHOLE = frozenset(
    {"acetone", "ethyl-ether", "methyl-ethyl-ketone", "toluene", "methyl-isobutyl-ketone", "hydriodic-acid"}
)
# What is purer is no mixture: impurities make none, 21 CFR 1300.02, "chemical mixture" (recalled). The figure is our own.
_PURE = Decimal(90)
_LOWER = {"high": "medium", "medium": "low", "low": "low"}
_KILOGRAMS = Decimal("0.000001")
_SMALLER, _LARGER = Decimal("0.001"), Decimal(1)  # what is recorded of such a figure is its larger reading


def quantify(facts: pa.Table, reference: Reference) -> pa.Table:
    """Concentration and masses of some candidates.

    Args:
        facts: one row a candidate: CANDIDATE_COLUMNS and LINE_COLUMNS (absent ones count as null).
        reference: densities and jurisdiction.

    Returns:
        As many rows as `facts`, in the same order.
    """
    density = {s.substance_id: s.density_kg_per_l for s in reference.substances.substances}
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # equal goods are worked out once
    columns = {
        name: facts.column(name).to_pylist() if name in facts.column_names else [None] * facts.num_rows
        for name in (*LINE_COLUMNS, *CANDIDATE_COLUMNS)
    }
    rows = []
    for key in zip(*columns.values(), strict=True):
        if key not in known:
            known[key] = _quantify(dict(zip(columns, key, strict=True)), density, reference.jurisdiction)
        rows.append(known[key])
    arrays = [pa.array([row[i] for row in rows], type=kind) for i, (_, kind) in enumerate(_FIELDS)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in _FIELDS])


def _quantify(row: Mapping[str, Any], density: Mapping[str, Decimal | None], jurisdiction: str) -> tuple[Any, ...]:
    mass, larger = (_mass(row, density.get(row["substance_id"]), factor) for factor in (_SMALLER, _LARGER))
    stated = (
        concentration_of(row["description"] or "", row["matched_text"] or "") if row["matched_field"] == "description" else None
    )
    if stated and row["threshold_source"] is not None and _counts_whole(row["substance_id"], stated, jurisdiction):
        counted, most = mass, larger
    else:
        counted, most = (_of_substance(m, stated) for m in (mass, larger))
    sure = counted.kg == most.kg
    return (
        stated.percent if stated else None,
        mass.kg if sure else None,
        counted.kg if sure else None,
        most.kg,
        None if sure else [f"{m.kg.normalize():f}" for m in (counted, most) if m.kg is not None],
        counted.basis or None,
        (counted.confidence if sure else "low") or None,
    )


def _mass(row: Mapping[str, Any], density: Decimal | None, factor: Decimal) -> Mass:
    """The mass of a line's goods; of figures that may be read in two ways by that reading."""
    stated = {name.removeprefix("ambiguous_"): row[name] * factor for name in _AMBIGUOUS if row[name] is not None}
    return mass_from_line(
        net=stated.get("net_mass_kg", row["net_mass_kg"]),
        quantity=stated.get("quantity", row["quantity"]),
        unit=row["quantity_unit"],
        packages=row["packages"],
        package_type=row["package_type"],
        text=row["description"],
        gross=stated.get("gross_mass_kg", row["gross_mass_kg"]),
        density=density,
    )


def _of_substance(mass: Mass, stated: Concentration | None) -> Mass:
    """The part of the goods' mass that is the substance, or all of it where no share of mass is stated."""
    if mass.kg is None or stated is None:
        return mass
    confidence = mass.confidence if stated.by_mass and stated.exact else _LOWER[mass.confidence]
    if not stated.by_mass:
        return Mass(mass.kg, mass.basis, confidence)
    return Mass((mass.kg * stated.percent / 100).quantize(_KILOGRAMS), mass.basis, confidence)


def _counts_whole(substance_id: str, stated: Concentration, jurisdiction: str) -> bool:
    """Whether the jurisdiction's threshold is compared with the goods as a whole."""
    return jurisdiction != _COUNTS_THE_SUBSTANCE or substance_id in _COUNTED_WHOLE or stated.percent >= _PURE
