"""The fields a column can be mapped to: those of LINE, and a few that are turned into them."""

from __future__ import annotations

from precursor_screen.core.schema import FILED

IGNORED = "ignore"

# Not columns of LINE: what each becomes.
INTERMEDIATE: dict[str, str] = {
    "description_extra": "joined to description, in column order",
    "gross_mass": "gross_mass_kg, by the unit of the cell, the unit column or the header",
    "net_mass": "net_mass_kg, likewise",
    "mass_unit": "unit of gross_mass and net_mass",
    "procedure": "direction, where it says so",
    "customs_office": "kept with the cells as filed",
    "message_function": "original, replacement or cancellation",
    "version": "version of the message",
}
KINDS: dict[str, str] = {c.name: c.kind for c in FILED}
CANONICAL: tuple[str, ...] = (*KINDS, *INTERMEDIATE)
COUNTRIES = tuple(name for name in KINDS if name.endswith("_country") or name.startswith("country_of_"))
DATES = tuple(name for name, kind in KINDS.items() if kind == "date")
PARTY_NAMES = ("consignor_name", "consignee_name", "notify_party_name", "exporter_name", "importer_name")
# Fields in which several columns may say the same in two languages or two lengths: all of them are kept.
SEVERAL = (
    *PARTY_NAMES,
    "declarant_name",
    "carrier_name",
    "description",
    "description_extra",
    "marks",
    "other_parties",
    "container_numbers",
)
