"""ASYCUDA World: declarations (SAD) and manifests (Awmds, Awbolds)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sample_data.filing.markup import document, element, leaf, tag
from sample_data.filing.shipment import Party, Shipment, by_bill, by_journey, day, figure

_MODES = {"sea": "1", "rail": "2", "road": "3", "air": "4", "post": "5"}


def _named(role: str, party: Party) -> str:
    lines = "\n".join(part for part in (party.name, party.street, party.town, party.postcode) if part)
    return element(role, leaf(f"{role}_code", party.identifier), leaf(f"{role}_name", lines))


def _declaration(items: Sequence[Shipment]) -> str:
    first = items[0]
    journey = first.journey
    return tag(
        "ASYCUDA",
        element("Identification", element("Type", leaf("Type_of_declaration", "IM" if first.direction == "import" else "EX")), element("Registration", leaf("Date", f"{journey.date.month}/{journey.date.day}/{journey.date:%y}" if journey.date else "")))
        + element("Traders", _named("Exporter", first.consignor), _named("Consignee", first.consignee))
        + element("General_information", element("Country", element("Export", leaf("Export_country_code", first.loading.country)), element("Destination", leaf("Destination_country_code", first.delivery.country))))
        + element("Transport", element("Means_of_transport", element("Border_information", leaf("Identity", journey.vessel), leaf("Mode", _MODES[journey.mode]))), element("Place_of_loading", leaf("Code", first.loading.code)))
        + "".join(element("Container", leaf("Item_Number", str(i.item)), leaf("Container_identity", i.container)) for i in items if i.container)
        + "".join(map(_declared, items)),
    )  # fmt: skip


def _declared(item: Shipment) -> str:
    commodity, rest = item.hs[:8], item.hs[8:]
    return tag(
        "Item",
        element("Packages", leaf("Number_of_packages", figure(item.packages)), leaf("Marks1_of_packages", item.marks), leaf("Kind_of_packages_code", item.package))
        + element("Tarification", element("HScode", leaf("Commodity_code", commodity), leaf("Precision_1", rest)), element("Supplementary_unit", leaf("Suppplementary_unit_code", item.unit), leaf("Suppplementary_unit_quantity", figure(item.quantity))))
        + element("Goods_description", leaf("Country_of_origin_code", item.origin), leaf("Commercial_Description", item.goods))
        + element("Previous_doc", leaf("Summary_declaration", item.bill))
        + element("Attached_documents", leaf("Attached_document_code", "704"), leaf("Attached_document_reference", item.master)) * bool(item.master)
        + leaf("Licence_number", item.permit)
        + element("Valuation_item", element("Weight_itm", leaf("Gross_weight_itm", figure(item.gross)), leaf("Net_weight_itm", figure(item.net))), element("Item_Invoice", leaf("Amount_foreign_currency", figure(item.value)), leaf("Currency_code", item.currency)), element("item_external_freight", leaf("Amount_foreign_currency", figure(item.freight)))),
    )  # fmt: skip


def write_sad(shipments: Sequence[Shipment]) -> bytes:
    """A declaration a bill, in a file of several."""
    return document(element("Declarations", map(_declaration, by_bill(shipments))))


def _trader(role: str, party: Party) -> str:
    return element(
        role, leaf(f"{role}_code", party.identifier), leaf(f"{role}_name", party.name), leaf(f"{role}_address", party.address)
    )


def _bill(item: Shipment) -> str:
    return element(
        "Bol_segment",
        element("Bol_id", leaf("Bol_reference", item.bill), leaf("Line_number", str(item.item)), leaf("Bol_nature", "23" if item.direction == "import" else "22"), leaf("Master_bol_ref_number", item.master)),
        element("Load_unload_place", leaf("Place_of_loading_code", item.loading.code), leaf("Place_of_unloading_code", item.discharge.code), leaf("Place_of_ultimate_destination_code", item.delivery.code)),
        element("Traders_segment", _trader("Exporter", item.consignor), _trader("Notify", item.notify), _trader("Consignee", item.consignee)),
        element("ctn_segment", leaf("Ctn_reference", item.container)),
        element(
            "Goods_segment",
            leaf("Number_of_packages", figure(item.packages)), leaf("Package_type_code", item.package), leaf("Gross_mass", figure(item.gross)),
            leaf("Shipping_marks", item.marks), leaf("Goods_description", item.goods),
        ),
        element("DG_segment", leaf("UN_number", item.un), leaf("IMO_class", item.danger)),
        element("HS_Compliance", leaf("HS_code", item.hs), leaf("Country_of_origin", item.origin)),
        element("Value_segment", element("Freight_segment", leaf("Freight_value", figure(item.freight))), element("Customs_segment", leaf("Customs_value", figure(item.value)), leaf("Customs_currency", item.currency))),
    )  # fmt: skip


def _manifest(items: Sequence[Shipment]) -> str:
    journey = items[0].journey
    general = element(
        "General_segment_id",
        leaf("Voyage_number", journey.voyage),
        leaf("Date_of_departure", day(journey.departure)),
        leaf("Date_of_arrival", day(journey.arrival)),
    )
    transport = element(
        "Transport_information",
        element("Carrier", leaf("Carrier_name", journey.carrier)),
        leaf("Mode_of_transport_code", _MODES[journey.mode]),
        leaf("Identity_of_transporter", journey.vessel),
    )
    return element("Awmds", element("General_segment", general, transport), map(_bill, items))


def write_awmds(shipments: Sequence[Shipment]) -> bytes:
    """A manifest a journey, in a file of several; an item of goods is a line of the manifest."""
    return document(element("Manifests", map(_manifest, by_journey(shipments))))


def _degroupage(items: Sequence[Shipment]) -> str:
    journey = items[0].journey
    head = element(
        "Master_bol",
        leaf("Voyage_number", journey.voyage),
        leaf("Date_of_departure", day(journey.departure)),
        leaf("Date_of_arrival", day(journey.arrival)),
    )
    return element("Awbolds", head, map(_bill, items))


def write_awbolds(shipments: Sequence[Shipment]) -> bytes:
    """The same as degroupages, in the other spelling of the names; they have no general segment."""
    found = "".join(map(_degroupage, by_journey(shipments)))
    camel = re.sub(r"(</?)(\w)(\w*)", lambda m: f"{m[1]}{m[2].lower()}{re.sub('_(.)', lambda n: n[1].upper(), m[3])}", found)
    return document(element("degroupages", camel))
