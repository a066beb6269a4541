"""Tables as somebody who knows neither the lexicon nor the spellings would head them, in 25 languages, by the share that is understood."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from precursor_screen.readers.registry import read

FOLDER = Path(__file__).parents[2] / "judgements/strange_tables"
PARTIES = (
    "consignor_name",
    "exporter_name",
    "consignee_name",
    "importer_name",
    "notify_party_name",
    "declarant_name",
    "carrier_name",
)
# What a column was written as -> the fields that are right.
RIGHT = {
    "shipper": ("consignor_name", "exporter_name"),
    "consignee": ("consignee_name", "importer_name"),
    "notify": ("notify_party_name",),
    "agent": ("declarant_name", "other_parties"),
    "carrier": ("carrier_name", "other_parties"),
    "party": (*PARTIES, "other_parties"),
    "goods": ("description", "description_extra"),
    "hs": ("hs_code",),
    **dict.fromkeys(("gross", "gross_t"), ("gross_mass", "gross_mass_kg")),
    "net": ("net_mass", "net_mass_kg"),
    "munit": ("mass_unit",),
    "qty": ("quantity",),
    "qunit": ("quantity_unit", "mass_unit"),
    "pk": ("packages",),
    "pktype": ("package_type",),
    "value": ("value",),
    "currency": ("currency",),
    "origin": ("country_of_origin",),
    "dispatch": ("country_of_dispatch", "country_of_origin"),
    "dest": ("country_of_destination",),
    "pol": ("port_of_loading",),
    "pod": ("port_of_discharge", "place_of_delivery"),
    "date": ("date", "arrival_date", "dispatch_date"),
    "bl": ("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "shipment_id"),
    "decl": ("declaration_id", "shipment_id"),
    "container": ("container_numbers",),
    "vessel": ("vessel", "voyage"),
    "item": ("item_number",),
    "id": tuple(f"{role}_identifier" for role in ("importer", "exporter", "consignee", "consignor")),
    "cas": ("cas_numbers",),
    "un": ("un_numbers",),
    "addr": ("consignor_address", "exporter_address"),
    "none": ("",),
}
CORE = frozenset(
    [
        "goods",
        "hs",
        "gross",
        "gross_t",
        "net",
        "shipper",
        "consignee",
        "notify",
        "agent",
        "carrier",
        "party",
        "origin",
        "dispatch",
        "dest",
        "date",
        "bl",
        "decl",
    ]
)
HARMLESS = ("", "item_number", "procedure", "customs_office")


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str, str]]:
    """File, header, what it is, field."""
    truth = defaultdict(list)
    with (FOLDER / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            truth[row["file"]].append(row)
    found = []
    for name, rows in truth.items():
        (table,) = read((FOLDER / name).read_bytes(), name)
        assert table.column_report is not None
        fields = [column.guess.field for column in table.column_report.columns]
        found += [(name, row["header"], row["what"], fields[int(row["position"])]) for row in rows]
    return found


def test_most_columns_are_understood(judged):
    columns = [(what, field) for _, _, what, field in judged if what != "none"]
    core = [(what, field) for what, field in columns if what in CORE]
    assert len(columns) > 500
    assert sum(field in RIGHT[what] for what, field in columns) / len(columns) >= 0.90
    assert sum(field in RIGHT[what] for what, field in core) / len(core) >= 0.955


def test_hardly_any_is_taken_for_another(judged):
    wrong = [(name, header, field) for name, header, what, field in judged if field not in (*RIGHT[what], *HARMLESS)]
    assert len(wrong) <= 8, wrong
