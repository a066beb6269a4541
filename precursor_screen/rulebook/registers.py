"""The registers that an office keeps and this tool reads: what they are called, their columns, and how people head those.

permits: import and export permits. pre-export-notifications: what was notified to the importing State, and its answer. licences: who
may handle which substance, and how much a year. annual-requirements: what a country says it needs legitimately in a year.
import-confirmations: what the other side says arrived there.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from precursor_screen.schema import DECIMAL

PERMITS, NOTIFICATIONS, LICENCES, REQUIREMENTS = "permits", "pre-export-notifications", "licences", "annual-requirements"
CONFIRMATIONS = "import-confirmations"
WRITTEN = "quantity_as_written"

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "reference": pa.string(),
    "party": pa.string(),
    "country": pa.string(),
    "status": pa.string(),
    "substance": pa.string(),
    "number": DECIMAL,
    "date": pa.date32(),
    "year": pa.int64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """A column: its kind (see TYPES), whether a row is worth nothing without it, headers that it goes by (the surest first), what it means."""

    name: str
    kind: str
    required: bool
    spellings: tuple[str, ...]
    doc: str


def _reference(*spellings: str) -> RegisterColumn:
    return RegisterColumn(
        "reference", "reference", True, (*spellings, "reference", "ref", "number", "no"), "number of the document"
    )


_SUBSTANCE = RegisterColumn(
    "substance",
    "substance",
    True,
    ("substance", "chemical", "product", "goods", "precursor", "name of substance"),
    "name or CAS number",
)
_KG = RegisterColumn(
    "quantity_kg", "number", False, ("quantity kg", "kg", "quantity", "amount kg", "net kg", "mass kg", "amount"), "kilograms"
)
_UNIT = RegisterColumn(
    "unit",
    "text",
    False,
    ("unit", "uom", "unit of measure", "quantity unit", "units"),
    "of the quantity, where it is not kilograms: t, g, lb; litres where the density is known",
)
_AUTHORITY = RegisterColumn(
    "authority",
    "text",
    False,
    ("authority", "issuing authority", "issued by", "issuing office", "office", "agency"),
    "who issued it, where two use the same numbers",
)
_VERSION = RegisterColumn(
    "version",
    "text",
    False,
    ("version", "version no", "amendment", "amendment no", "revision"),
    "of the versions of one number the highest counts",
)
_FROM = RegisterColumn(
    "valid_from", "date", False, ("valid from", "from", "issued", "issue date", "date of issue", "start"), "first day"
)
_TO = RegisterColumn(
    "valid_to", "date", False, ("valid to", "valid until", "until", "expires", "expiry", "expiry date", "end"), "last day"
)
_STATUS = RegisterColumn("status", "status", False, ("status", "state", "reply", "answer"), "see STATUSES; empty: valid or sent")
_ADDRESS = ("licensee", "licence holder", "company", "firm", "operator", "party", "name")

REGISTERS: dict[str, tuple[RegisterColumn, ...]] = {
    PERMITS: (
        _reference("permit", "permit number", "permit no", "authorisation", "licence number"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        RegisterColumn("holder", "party", False, ("holder", "permit holder", *_ADDRESS), "to whom it was given"),
        RegisterColumn("direction", "text", False, ("direction", "type", "kind"), "import or export"),
        RegisterColumn(
            "country", "country", False, ("country", "destination", "origin", "country of destination"), "the other country"
        ),
        _FROM,
        _TO,
        RegisterColumn("single_use", "boolean", False, ("single use", "one time", "one-time"), "good for one shipment"),
        _STATUS,
        _AUTHORITY,
        _VERSION,
    ),
    NOTIFICATIONS: (
        _reference("pen", "pen number", "pen reference", "notification", "notification number"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        RegisterColumn("exporter", "party", False, ("exporter", "consignor"), "who exports"),
        RegisterColumn("importer", "party", False, ("importer", "consignee"), "who receives"),
        RegisterColumn(
            "country", "country", False, ("country", "destination", "importing country", "country of destination"), "destination"
        ),
        RegisterColumn("sent", "date", False, ("sent", "sent date", "date sent", "notified", "date"), "day of notification"),
        _STATUS,
        _AUTHORITY,
        _VERSION,
    ),
    LICENCES: (
        _reference("licence", "license", "licence number", "license number", "registration", "registration number"),
        RegisterColumn("holder", "party", True, ("holder", *_ADDRESS), "who is licensed"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        _FROM,
        _TO,
        _STATUS,
        _AUTHORITY,
        _VERSION,
    ),
    REQUIREMENTS: (
        RegisterColumn("country", "country", True, ("country", "importing country"), "whose requirement it is"),
        _SUBSTANCE,
        RegisterColumn("year", "year", True, ("year", "calendar year"), "calendar year"),
        RegisterColumn("quantity_kg", "number", True, _KG.spellings, "kilograms a year"),
        _UNIT,
    ),
    CONFIRMATIONS: (
        _reference("confirmation", "bill of lading", "bill", "shipment", "confirmation number"),
        _SUBSTANCE,
        _KG,
        _UNIT,
        RegisterColumn("importer", "party", False, ("importer", "consignee", "receiver"), "who received"),
        RegisterColumn("country", "country", False, ("country", "importing country", "destination"), "who confirms: destination"),
        RegisterColumn(
            "date", "date", False, ("date", "date of arrival", "arrival", "date of import", "confirmed"), "day of arrival"
        ),
    ),
}

# What a status column may say, in the words of the field; the first is what an empty cell means.
STATUSES: dict[str, tuple[str, ...]] = {
    "valid": ("valid", "active", "in force", "granted", "approved", "issued"),
    "sent": ("sent", "notified", "pending", "no reply", "open"),
    "accepted": ("accepted", "no objection", "non-objection", "not objected", "cleared", "agreed"),
    "objected": ("objected", "objection", "refused", "rejected"),
    "suspended": ("suspended", "stopped", "on hold", "under investigation"),
    "revoked": ("revoked", "withdrawn", "cancelled", "canceled", "annulled"),
    "expired": ("expired", "lapsed"),
    "superseded": ("superseded", "replaced", "amended", "old version"),
}


def schema_of(register: str) -> pa.Schema:
    """The Arrow schema of a register as it is stored: its columns, substance_id, and a comparable key beside every party."""
    fields = []
    for column in REGISTERS[register]:
        fields.append((column.name, TYPES[column.kind]))
        if column.kind == "party":
            fields.append((f"{column.name}_key", pa.string()))
        if column.kind == "number":  # where it is not plain kilograms
            fields.append((WRITTEN, pa.string()))
        if column.kind == "substance":
            fields.append(("substance_id", pa.string()))
    return pa.schema(fields)
