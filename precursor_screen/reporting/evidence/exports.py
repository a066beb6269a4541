"""What others take of a document: entities of FollowTheMoney, the fields of a pre-export notification and of a communication on an
incident, rows for a selectivity module. Pure functions; what the document does not know stays empty and is named."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from precursor_screen.cases.evidence.document import Document, Row
from precursor_screen.core.json_text import dump
from precursor_screen.core.model import LEVELS
from precursor_screen.reporting.tables import write_rows

# Article 12, paragraph 10 (a), of the 1988 Convention: exporter, importer and consignee, substance, quantity, expected point of entry and
# day of dispatch, other information as agreed.
PEN_COLUMNS = (
    *("pen_reference", "substance", "quantity_kg", "mass_basis", "hs_code", "description"),
    *("exporter_name", "exporter_address", "exporter_country", "importer_name", "importer_address", "importer_country"),
    *("consignee_name", "consignee_address", "dispatch_date", "point_of_exit", "point_of_entry", "transport_mode"),
    *("transit_countries", "permit_reference", "shipment", "place", "not_known"),
)
# What a communication on an incident tells: (field, why only the officer knows it; empty: it is taken from the lines).
_INCIDENT = (
    ("incident_type", "seizure, stopped shipment, suspicious order, theft or attempted diversion: decided by the officer"),
    ("incident_date", "day of the incident, not of the shipment"),
    ("incident_place", "where the goods were"),
    ("incident_country", "where the goods were"),
    ("substance", ""),
    ("quantity_kg", ""),
    ("description", ""),
    ("hs_code", ""),
    ("packaging", ""),
    ("concealment", "what was found when the goods were opened"),
    ("transport_mode", ""),
    ("vessel_or_flight", ""),
    ("container_numbers", ""),
    ("bill_of_lading", ""),
    ("country_of_origin", ""),
    ("country_of_departure", ""),
    ("transit_countries", ""),
    ("country_of_destination", ""),
    ("sender", ""),
    ("sender_address", ""),
    ("receiver", ""),
    ("receiver_address", ""),
    ("declared_date", ""),
    ("documents", ""),
    ("indicators", ""),
    ("contact", "who answers questions"),
    ("status", "of the investigation"),
)
SELECTIVITY_COLUMNS = ("declarant", "exporter", "consignee", "hs_code", "from", "to", "level", "rules", "shipments", "reasons")
_SENDER, _RECEIVER = ("consignor", "exporter"), ("consignee", "importer", "notify_party")
_SIDES = {"sender": _SENDER, "receiver": _RECEIVER}


def to_pen(document: Document, kind: str = "csv") -> bytes:
    """The fields of a pre-export notification, a row a line and substance.

    Args:
        document: complete.
        kind: csv (formulas defused) or json.
    """
    rows = list(_pen_rows(document))
    if kind == "json":
        return f"{dump(rows)}\n".encode()
    return _csv(PEN_COLUMNS, ({**r, "not_known": " ".join(r["not_known"])}.values() for r in rows))


def _pen_rows(document: Document) -> Iterator[Row]:
    for line, facts in _own_lines(document):
        for substance in facts["substances"]:
            row = _pen_row(document, line, facts["fields"], substance)
            yield {**row, "not_known": [n for n in PEN_COLUMNS[:-1] if not row[n]]}


# Column -> the fields that tell it, the first that is filed; all others are told by the field of their name.
_TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "hs_code": ("hs_code", "hs6"),
    "dispatch_date": ("dispatch_date", "date", "as_of_date"),
    "declared_date": ("date", "dispatch_date", "as_of_date"),
    "point_of_exit": ("port_of_loading",),
    "point_of_entry": ("port_of_discharge", "place_of_delivery"),
    "packaging": ("package_type",),
    "vessel_or_flight": ("vessel", "flight", "voyage"),
    "bill_of_lading": ("bill_of_lading", "house_bill_of_lading", "declaration_id"),
    "country_of_departure": ("country_of_dispatch", "sender_country", "consignor_country"),
    "country_of_destination": ("country_of_destination", "receiver_country", "consignee_country"),
}


def _told(fields: Mapping[str, str], column: str) -> str:
    return _any(fields, *_TOLD_BY.get(column, (column,)))


def _pen_row(document: Document, line: Row | None, fields: Mapping[str, str], substance: Row) -> Row:
    sides = {"exporter": (("exporter", "consignor"), "sender"), "importer": (("importer", "consignee"), "receiver")}
    return {
        **{name: _told(fields, name) for name in PEN_COLUMNS[:-1]},
        **{f"{role}_{part}": text for role, side in sides.items() for part, text in _side(fields, *side).items()},
        "substance": document["substances"].get(substance["substance_id"], substance["substance_id"]),
        "quantity_kg": substance["kg"] or "",
        "mass_basis": substance["basis"] or "",
        "shipment": (line or {}).get("shipment_id") or fields.get("bill_of_lading", ""),
        "place": f"{line['source_file']}, row {line['source_row']}" if line else "",
    }


def to_incident(document: Document, kind: str = "json") -> bytes:
    """The fields of a communication on an incident: value, and where there is none, why.

    Args:
        document: complete.
        kind: json, or csv (field, value, known, note; formulas defused).
    """
    values = _incident_values(document)
    rows: list[Row] = []
    for name, why in _INCIDENT:
        value = values.get(name, "")
        note = "" if value else why or "not stated in the lines that are kept"
        rows.append({"field": name, "value": value, "known": bool(value), "note": note})
    if kind == "json":
        return f"{dump({'subject': document['subject'], 'fields': rows})}\n".encode()
    return _csv(("field", "value", "known", "note"), ({**r, "known": "yes" if r["known"] else "no"}.values() for r in rows))


def _incident_values(document: Document) -> dict[str, str]:
    lines = list(_own_lines(document))
    fields = [facts["fields"] for _, facts in lines]

    def all_of(column: str) -> str:
        return _each(_told(own, column) for own in fields)

    name_of, held = document["substances"], [s for _, facts in lines for s in facts["substances"]]
    masses = [f"{s['kg'] or 'unknown'} kg of {name_of.get(s['substance_id'], s['substance_id'])}" for s in held]
    parties = {side: [_side(own, roles, side) for own in fields] for side, roles in _SIDES.items()}
    return {
        **{name: all_of(name) for name, why in _INCIDENT if not why},
        **{side: _each(p["name"] for p in some) for side, some in parties.items()},
        **{f"{side}_address": _each(p["address"] for p in some) for side, some in parties.items()},
        "substance": "; ".join(document["substances"].values()),
        "quantity_kg": _each(masses),
        "documents": "; ".join(filter(None, (all_of("permit_reference"), all_of("pen_reference")))),
        "indicators": "; ".join(f"{f['rule_id']}: {f['because']}" for f in document["flags"]),
    }


def to_selectivity(document: Document, kind: str = "csv") -> bytes:
    """Criteria for a module for selectivity: parties, heading and lane, each once, with the rules that speak for it and the worst level of
    their flags; formulas defused."""
    assert kind == "csv"
    facts = {row["line_id"]: row["fields"] for row in document["facts"] if row}
    criteria: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for flag in document["flags"]:
        fields = facts.get(flag["line_id"], {})
        exporter = fields.get("exporter_name") or _side(fields, _SENDER, "sender")["name"]
        consignee = fields.get("consignee_name") or _side(fields, _RECEIVER, "receiver")["name"]
        lane = (_any(fields, "country_of_dispatch", "country_of_origin"), _any(fields, "country_of_destination"))
        key = (fields.get("declarant_name", ""), exporter, consignee, _any(fields, "hs_code", "hs6"), *lane)
        criteria.setdefault(key, []).append(flag)
    return _csv(SELECTIVITY_COLUMNS, (_criterion(*item) for item in criteria.items()))


def _criterion(key: tuple[str, ...], flags: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    level = max((f["level"] for f in flags), key=lambda name: LEVELS.index(name) if name in LEVELS else -1)
    said = ("; ".join(dict.fromkeys(str(f[name] or "") for f in flags)) for name in ("rule_id", "shipment_id", "because"))
    return (*key, level, *said)


def to_ftm(document: Document, kind: str = "jsonl") -> bytes:
    """Entities of FollowTheMoney, one a line: the parties of the flagged lines, the vessel, the entries that flags name, and the links
    between them (intervals of the schema UnknownLink; Sanction for what an entry is listed under)."""
    assert kind == "jsonl"
    entities: dict[str, Row] = {}

    def add(schema: str, key: str, properties: Mapping[str, Iterable[Any]]) -> str:
        texts = {n: [str(v) for v in dict.fromkeys(values) if v not in (None, "")] for n, values in properties.items()}
        identity = f"ps-{hashlib.sha256(f'{schema}|{key}'.encode()).hexdigest()[:32]}"
        entities[identity] = {"id": identity, "schema": schema, "properties": {n: v for n, v in texts.items() if v}}
        return identity

    parties: dict[tuple[str, str], str] = {}
    for line, facts in _own_lines(document):
        fields, ids = facts["fields"], {}
        for side, roles in _SIDES.items():
            party = _side(fields, roles, side)
            if party["name"]:
                country = party["country"].lower()
                properties = {"name": [party["name"]], "country": [country], "address": [party["address"]]}
                ids[side] = add("LegalEntity", f"{party['name']}|{country}", properties)
                parties |= {
                    (facts["line_id"], role): ids[side]
                    for role in (side, *roles)
                    if role == side or fields.get(f"{role}_name") == party["name"]
                }
        shipment = (line or {}).get("shipment_id") or fields.get("bill_of_lading", "")
        when = {"date": [_any(fields, "as_of_date", "dispatch_date", "date")], "recordId": [shipment]}
        goods = fields.get("description", "")
        if len(ids) == 2:
            link = _link(ids["sender"], ids["receiver"], "sender to receiver", goods)
            add("UnknownLink", f"{facts['line_id']}|sent", {**link, **when})
        if fields.get("vessel"):
            vessel = add("Vessel", fields["vessel"], {"name": [fields["vessel"]], "imoNumber": [fields.get("vessel_imo")]})
            for side, other in ids.items():
                link = _link(vessel, other, f"carries goods of the {side}", goods)
                add("UnknownLink", f"{facts['line_id']}|carried|{side}", {**link, **when})
    for row in document["entries"]:
        _add_entry(row, document["flags"], parties, add)
    return "".join(f"{dump(e)}\n" for e in entities.values()).encode()


_SCHEMAS = {"person": "Person", "organisation": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}
_NAMES = {"primary": "name", "weak": "weakAlias", "former": "previousName"}


def _add_entry(row: Row, flags: Sequence[Row], parties: Mapping[tuple[str, str], str], add: Callable[..., str]) -> None:
    entry, key = row["entry"], f"{row['list_id']}|{row['entry_id']}"
    mine = [f for f in flags if (f["list_id"], f["entry_id"]) == (row["list_id"], row["entry_id"])]
    said = {e["field"]: e["as_written"] for f in mine for e in f["evidence"] if e}
    properties: dict[str, list[Any]] = {"name": [said.get("entry_name") or said.get("matched_entry_name")]}
    schema = _SCHEMAS.get(entry["kind"] if entry else said.get("entry_kind", ""), "LegalEntity")
    if entry:
        properties = {
            "country": [c.lower() for c in entry["countries"]],
            "address": list(entry["addresses"]),
            "notes": [entry["note"]],
        }
        for name in entry["names"]:
            properties.setdefault(_NAMES.get(name["kind"], "alias"), []).append(name["name"])
        properties.setdefault("name", [n["name"] for n in entry["names"]][:1])
        if schema == "Vessel":
            properties["imoNumber"] = [v for kind, v in entry["identifiers"] if "imo" in kind.lower()]
    listed = add(schema, key, properties)
    programmes = list(entry["programmes"]) if entry else [said.get("programmes", "")]
    dates = {"listingDate": [entry["listed"]], "endDate": [entry["delisted"]]} if entry else {}
    sanction = {
        "entity": [listed],
        "authority": [row["list_id"]],
        "authorityId": [row["entry_id"]],
        "program": programmes,
        **dates,
    }
    add("Sanction", f"{key}|sanction", sanction)
    for flag in mine:
        party = parties.get((flag["line_id"], flag["party_role"]))
        if party:
            link = _link(party, listed, "possible match on a list", flag["because"])
            add("UnknownLink", flag["flag_id"], {**link, "recordId": [flag["flag_id"]]})


def _link(subject: str, other: str, role: str, summary: str) -> dict[str, list[str]]:
    return {"subject": [subject], "object": [other], "role": [role], "summary": [summary]}


EXPORTS: Mapping[str, tuple[Callable[[Document, str], bytes], tuple[str, ...]]] = {
    "ftm": (to_ftm, ("jsonl",)),
    "pen": (to_pen, ("csv", "json")),
    "incident": (to_incident, ("json", "csv")),
    "selectivity": (to_selectivity, ("csv",)),
}


def _own_lines(document: Document) -> Iterator[tuple[Row | None, Row]]:
    """The flagged lines with what is known of them, each once; the line is None where its cells are not kept."""
    lines = {line["line_id"]: line for line in document["lines"] if line}
    facts = {row["line_id"]: row for row in document["facts"] if row}
    for line_id in dict.fromkeys(f["line_id"] for f in document["flags"]):
        if line_id in lines or line_id in facts:
            yield lines.get(line_id), facts.get(line_id, {"line_id": line_id, "fields": {}, "substances": []})


def _side(fields: Mapping[str, str], roles: Sequence[str], side: str) -> dict[str, str]:
    """Name, address and country of who stands for a side: the first role that is named, else what was recognised."""
    role = next((r for r in roles if fields.get(f"{r}_name")), side)
    found = {part: fields.get(f"{role}_{part}", "") for part in ("name", "address", "country")}
    place = ("country_of_dispatch",) if side == "sender" else ("country_of_destination",)
    found["country"] = found["country"] or _any(fields, f"{side}_country", *place)
    return found


def _each(texts: Iterable[str]) -> str:
    """Texts that are filed, each once."""
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _any(fields: Mapping[str, str], *names: str) -> str:
    return next((fields[n] for n in names if fields.get(n)), "")


def _csv(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.BytesIO()
    write_rows(columns, rows, out)
    return out.getvalue()
