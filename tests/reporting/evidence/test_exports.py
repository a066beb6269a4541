"""What others take."""

from __future__ import annotations

import csv
import io
import json

import pytest

from precursor_screen.reporting.evidence.exports import (
    EXPORTS,
    PEN_COLUMNS,
    to_ftm,
    to_incident,
    to_pen,
    to_selectivity,
)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_notification(document):
    (row,) = rows(to_pen(document))
    assert list(row) == list(PEN_COLUMNS)
    assert (row["substance"], row["quantity_kg"], row["exporter_name"], row["importer_name"]) == (
        "Acetic anhydride",
        "12.5",  # of the movement that the ledger keeps
        "Norvik Chem GmbH",
        "Orveto SA",
    )
    assert (row["dispatch_date"], row["place"]) == ("2026-03-01", "manifest.csv, row 2")
    assert {"pen_reference", "point_of_entry", "permit_reference"} <= set(row["not_known"].split())
    (same,) = json.loads(to_pen(document, "json"))
    assert same["not_known"] == row["not_known"].split()


def test_a_communication_on_an_incident(document):
    checked = {f["field"]: f for f in json.loads(to_incident(document))["fields"]}
    assert (next(iter(checked)), [*checked][-1], len(checked)) == ("incident_type", "status", 27)
    assert checked["receiver"] == {"field": "receiver", "value": "Orveto SA", "known": True, "note": ""}
    assert checked["quantity_kg"]["value"] == "12.5 kg of Acetic anhydride"
    assert (checked["incident_date"]["known"], checked["incident_date"]["note"]) == (
        False,
        "day of the incident, not of the shipment",
    )
    assert (checked["packaging"]["known"], checked["packaging"]["note"]) == (False, "not stated in the lines that are kept")
    assert "PS-PTY-001" in checked["indicators"]["value"]
    assert {r["field"]: r["known"] for r in rows(to_incident(document, "csv"))}["receiver"] == "yes"


def test_selectivity(document):
    found = rows(to_selectivity(document))
    assert [(r["consignee"], r["rules"], r["level"], r["shipments"]) for r in found] == [
        ("Orveto SA", "PS-PTY-001; PS-QTY-004", "high", "S-L1"),
    ]
    assert found[0]["exporter"]
    twice = {**document, "flags": [*document["flags"], *document["flags"]]}
    assert rows(to_selectivity(twice)) == found


# Properties that the schemas of FollowTheMoney have (its own and those of the schemas that it extends), as far as we use them.
_THING = {"name", "country", "alias", "previousName", "weakAlias", "address", "notes"}
_INTERVAL = {"date", "summary", "recordId", "startDate", "endDate"}
SCHEMAS = {
    "LegalEntity": _THING,
    "Organization": _THING,
    "Person": _THING,
    "Vessel": {*_THING, "imoNumber"},
    "UnknownLink": {*_INTERVAL, "subject", "object", "role"},
    "Sanction": {*_INTERVAL, "entity", "authority", "authorityId", "program", "listingDate"},
}


def test_entities(document):
    entities = [json.loads(line) for line in to_ftm(document).decode().splitlines()]
    by_id = {e["id"]: e for e in entities}
    assert len(by_id) == len(entities)
    for entity in entities:
        assert set(entity["properties"]) <= SCHEMAS[entity["schema"]]
        assert all(isinstance(v, str) and v for values in entity["properties"].values() for v in values)
        for name in ("subject", "object", "entity"):
            assert all(i in by_id for i in entity["properties"].get(name, ()))
    names = {e["properties"]["name"][0] for e in entities if "name" in e["properties"]}
    assert {"Norvik Chem GmbH", "Orveto SA", "Quimeralda Reactivos S.A. de C.V."} <= names
    (match,) = [e for e in entities if e["properties"].get("role") == ["possible match on a list"]]
    assert by_id[match["properties"]["subject"][0]]["properties"]["name"] == ["Orveto SA"]
    assert by_id[match["properties"]["object"][0]]["schema"] == "Organization"
    assert to_ftm(document) == to_ftm(json.loads(json.dumps(document)))


def test_a_vessel_carries(document):
    changed = json.loads(json.dumps(document))
    changed["facts"][0]["fields"]["vessel"] = "FICTION STAR"
    entities = [json.loads(line) for line in to_ftm(changed).decode().splitlines()]
    (vessel,) = [e for e in entities if e["schema"] == "Vessel"]
    links = [e for e in entities if e["properties"].get("subject") == [vessel["id"]]]
    assert [e["properties"]["role"] for e in links] == [["carries goods of the sender"], ["carries goods of the receiver"]]


@pytest.mark.parametrize("name", EXPORTS)
def test_no_spreadsheet_runs_anything(document, name):
    changed = json.loads(json.dumps(document).replace("Orveto SA", "=1+cmd|' /C calc'!A0"))
    write, (*kinds,) = EXPORTS[name]
    for kind in kinds:
        if kind == "csv":
            cells = [c for row in csv.reader(io.StringIO(write(changed, kind).decode("utf-8-sig"), newline="")) for c in row]
            assert not [c for c in cells if c.startswith(("=", "+", "@"))]
            assert any(c.startswith("'=1+cmd") for c in cells)


@pytest.mark.parametrize("name", EXPORTS)
def test_of_a_redacted_document_nothing_that_is_left_out(redacted, name):
    write, kinds = EXPORTS[name]
    for kind in kinds:
        text = write(redacted, kind).decode()
        assert [w for w in ("Belmar", "98765", "Second Shipper", "Officer") if w in text] == []
        assert "Orveto" in text
