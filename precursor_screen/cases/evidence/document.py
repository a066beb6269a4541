"""The document of a bundle of evidence.

The document is JSON as it stands. All that is sealed besides (page, explanation) is made of it alone, so that whoever has it can make
the rest again. Its keys:

    format, tool_version, redacted, subject {kind, name}, source {kind, name, sha256}, notes: what is not known, in sentences
    flags: FLAG with parsed evidence, title, legal_basis, recorded, verdicts, aliases, alias_of, episode
    lines: line_id, source_file, source_row, shipment_id, cells as filed      missing_lines: ids of cited lines of which no cells are kept
    facts: line_id, fields (canonical name -> text), substances (substance_id, kg, basis)      shipments: score, band, parts ...
    rules, entries, reference, inputs: see `sources`      runs, chain: of the ledger
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from precursor_screen.readers.tabular.assign import lookup

FORMAT = "precursor-screen evidence 1"
LAW_PACKS = (
    "law_packs"  # of `reference`: the packs of law that the run judged by, as provenance names them; only where there were some
)
TO_SCORE = "to score"  # of a document that is not complete yet
Document = dict[str, Any]
Row = dict[str, Any]


# What is known of a line in canonical fields: its cells by their headers, and what was recognised in it.

# Of a movement that the ledger keeps: what it knows under canonical names, where the cells do not say it.
_MOVED = (
    *("description", "hs6", "as_of_date", "direction", "country_of_origin", "country_of_dispatch", "country_of_destination"),
    *("transit_countries", "transport_mode", "vessel", "voyage", "port_of_discharge", "container_numbers", "packages"),
    *("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id", "permit_reference", "pen_reference"),
    *(f"{role}_name" for role in ("consignor", "consignee", "notify_party", "exporter", "importer", "sender", "receiver")),
    *("consignor_country", "consignee_country", "sender_country", "receiver_country", "net_mass_kg", "value_usd"),
)
# A header's field -> the column that it becomes.
_AS_COLUMN = {"net_mass": "net_mass_kg", "gross_mass": "gross_mass_kg"}


@cache
def field_of(header: str) -> str:
    """The canonical field of a header; empty: it is none that is known."""
    return lookup(header)[0]


def stands_in(source_file: str | None, name: str) -> bool:
    """Whether a line's file is an input, or a sheet or part of it (`book.xlsx#Sheet`, `archive.zip!manifest.csv`)."""
    return source_file == name or (source_file or "").startswith((f"{name}#", f"{name}!"))


def mapped(line: Mapping[str, Any], mappings: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The fields of a line's cells: by how its input was mapped, where that is known, else by the spelling of the headers.

    Args:
        line: with source_file and cells.
        mappings: input -> header -> field.
    """
    stated = next((m for name, m in mappings.items() if stands_in(line["source_file"], name)), {})
    found: dict[str, str] = {}
    for header, text in line["cells"].items():
        field = stated.get(header) or field_of(header)
        if field and text:
            found.setdefault(_AS_COLUMN.get(field, field), text)
    return found


def facts_of(
    lines: Sequence[Row], mappings: Mapping[str, Mapping[str, str]], movements: Sequence[Row], flags: Sequence[Row]
) -> list[Row]:
    """line_id, fields and substances of lines, in the order of their ids.

    Args:
        lines: with cells.
        mappings: input -> header -> field; empty: not known.
        movements: MOVEMENT of the lines; empty: not known.
        flags: their evidence as JSON or parsed. Where a line has no movement, the masses in its flags are used.
    """
    fields = {line["line_id"]: mapped(line, mappings) for line in lines}
    substances: dict[str, dict[str, Row]] = {}
    for row in movements:
        own = fields.setdefault(row["line_id"], {})
        for name in _MOVED:
            if row[name] is not None and row[name] != [] and name not in own:
                own[name] = _text(row[name])
        if row["substance_id"]:
            kg = None if row["substance_mass_kg"] is None else plain(str(row["substance_mass_kg"]))
            stated = {"substance_id": row["substance_id"], "kg": kg, "basis": row["mass_basis"]}
            substances.setdefault(row["line_id"], {})[row["substance_id"]] = stated
    for flag in flags:
        if flag["substance_id"] and isinstance(flag["evidence"], list):
            said = {e["field"]: e["as_written"] for e in flag["evidence"] if e and "candidate" not in e}
            own_mass = {
                "substance_id": flag["substance_id"],
                "kg": said.get("substance_mass_kg"),
                "basis": said.get("mass_basis"),
            }
            kept = substances.setdefault(flag["line_id"], {})
            if kept.get(flag["substance_id"], {}).get("kg") is None:
                kept[flag["substance_id"]] = own_mass
            for name in ("as_of_date", *(f"{s}_{p}" for s in ("sender", "receiver") for p in ("name", "country"))):
                if said.get(name):
                    fields.setdefault(flag["line_id"], {}).setdefault(name, said[name])
    ids = sorted({*fields, *substances})
    return [{"line_id": i, "fields": fields.get(i, {}), "substances": [*substances.get(i, {}).values()]} for i in ids]


def plain(number: str) -> str:
    """A decimal without the noughts at its end."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
