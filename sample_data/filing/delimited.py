"""Tables as text: any delimiter and encoding; and the headers that all tables share."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sample_data.filing.shipment import Shipment, stated

HEADERS: Mapping[str, str] = {
    "bill_of_lading": "Bill of Lading", "house_bill_of_lading": "House Bill of Lading", "master_bill_of_lading": "Master Bill of Lading",
    "item_number": "Item No", "container_numbers": "Container No",
    **{
        f"{role}_{part}": f"{word}{heading}"
        for role, word in (("consignor", "Shipper"), ("consignee", "Consignee"), ("notify_party", "Notify Party"), ("exporter", "Exporter"), ("importer", "Importer"))
        for part, heading in (("name", ""), ("address", " Address"), ("country", " Country"), ("identifier", " ID"))
    },
    "carrier_name": "Carrier", "description": "Description of Goods", "hs_code": "HS Code", "cus_codes": "CUS Code", "un_numbers": "UN No",
    "dangerous_goods_class": "IMDG Class", "quantity": "Quantity", "quantity_unit": "Unit", "net_mass_kg": "Net Weight KG",
    "gross_mass_kg": "Gross Weight KG", "packages": "Packages", "package_type": "Package Type", "marks": "Marks", "value": "Value",
    "currency": "Currency", "freight": "Freight", "country_of_origin": "Country of Origin", "country_of_dispatch": "Country of Dispatch",
    "country_of_destination": "Country of Destination", "port_of_loading": "Port of Loading", "port_of_discharge": "Port of Discharge",
    "place_of_delivery": "Place of Delivery", "direction": "Direction", "transport_mode": "Mode of Transport", "vessel": "Vessel",
    "voyage": "Voyage", "date": "Date", "dispatch_date": "Departure Date", "arrival_date": "Arrival Date", "permit_reference": "Permit No",
}  # fmt: skip


def table(shipments: Sequence[Shipment]) -> tuple[list[str], list[list[str]]]:
    """Headers and rows."""
    rows = [stated(shipment) for shipment in shipments]
    return [HEADERS[field] for field in rows[0]], [list(row.values()) for row in rows]


def write_rows(rows: Sequence[Mapping[str, str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows of fields as text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([HEADERS[field] for field in rows[0]])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode(encoding)


def write_text(shipments: Sequence[Shipment], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Shipments as text."""
    return write_rows([stated(shipment) for shipment in shipments], delimiter, encoding)
