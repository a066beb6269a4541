"""A shipment in plain data, before any format: what a writer is given, and what a table says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace


class Party(Struct, frozen=True):
    """Who sends or receives. The address stands in the order street, town, postal code."""

    name: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""
    country: str = ""
    identifier: str = ""

    @property
    def address(self) -> str:
        """The address in one line."""
        return ", ".join(part for part in (self.street, self.town, self.postcode) if part)


class Place(Struct, frozen=True):
    """A port: its UN/LOCODE, the code of the airport, the number that United States customs have for it."""

    code: str = ""
    airport: str = ""
    schedule: str = ""

    @property
    def country(self) -> str:
        """The country of the UN/LOCODE."""
        return self.code[:2]


class Journey(Struct, frozen=True):
    """By what the goods travel, and when."""

    mode: str = "sea"
    carrier: str = ""
    vessel: str = ""
    voyage: str = ""
    date: dt.date | None = None
    departure: dt.date | None = None
    arrival: dt.date | None = None


class Shipment(Struct, frozen=True):
    """One item of goods under a bill; items of one bill stand side by side and differ in their goods only."""

    bill: str
    goods: str
    item: int = 1
    master: str = ""
    direction: str = "import"
    journey: Journey = Journey()
    consignor: Party = Party()
    consignee: Party = Party()
    notify: Party = Party()
    loading: Place = Place()
    discharge: Place = Place()
    delivery: Place = Place()
    container: str = ""
    hs: str = ""
    cus: str = ""
    un: str = ""
    danger: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    net: Decimal | None = None
    gross: Decimal | None = None
    packages: int | None = None
    package: str = ""
    marks: str = ""
    value: Decimal | None = None
    currency: str = ""
    freight: Decimal | None = None
    origin: str = ""
    permit: str = ""


def figure(number: Decimal | int | None) -> str:
    """A figure with a point, without noughts behind it."""
    if number is None:
        return ""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(date: dt.date | None, pattern: str = "%Y-%m-%d") -> str:
    """A date, or nothing."""
    return date.strftime(pattern) if date else ""


def stated(shipment: Shipment) -> dict[str, str]:
    """What a table says of a shipment: field -> text, empty where nothing is known."""
    parties = {
        f"{role}_{part}": getattr(party, part)
        for role, party in (
            ("consignor", shipment.consignor),
            ("consignee", shipment.consignee),
            ("notify_party", shipment.notify),
        )
        for part in ("name", "address", "country", "identifier")
    }
    journey = shipment.journey
    return {
        "bill_of_lading": shipment.bill, "master_bill_of_lading": shipment.master, "item_number": str(shipment.item),
        "container_numbers": shipment.container, **parties, "carrier_name": journey.carrier, "description": shipment.goods,
        "hs_code": shipment.hs, "cus_codes": shipment.cus, "un_numbers": shipment.un, "dangerous_goods_class": shipment.danger,
        "quantity": figure(shipment.quantity), "quantity_unit": shipment.unit, "net_mass_kg": figure(shipment.net),
        "gross_mass_kg": figure(shipment.gross), "packages": figure(shipment.packages), "package_type": shipment.package,
        "marks": shipment.marks, "value": figure(shipment.value), "currency": shipment.currency, "freight": figure(shipment.freight),
        "country_of_origin": shipment.origin, "country_of_dispatch": shipment.loading.country,
        "country_of_destination": shipment.delivery.country, "port_of_loading": shipment.loading.code,
        "port_of_discharge": shipment.discharge.code, "place_of_delivery": shipment.delivery.code, "direction": shipment.direction,
        "transport_mode": journey.mode, "vessel": journey.vessel, "voyage": journey.voyage, "date": day(journey.date),
        "dispatch_date": day(journey.departure), "arrival_date": day(journey.arrival), "permit_reference": shipment.permit,
    }  # fmt: skip


def single(shipments: Sequence[Shipment]) -> list[Shipment]:
    """The same with a bill an item, as an air waybill has one: further items get a number of their own, that of the bill with theirs last."""
    return [replace(s, bill=f"{s.bill[:-1]}{s.item}", item=1) if s.item > 1 else s for s in shipments]


def by_bill(shipments: Sequence[Shipment]) -> Iterator[list[Shipment]]:
    """The items of each bill."""
    for _, items in groupby(shipments, key=lambda s: s.bill):
        yield list(items)


def by_journey(shipments: Sequence[Shipment]) -> Iterator[list[Shipment]]:
    """The items of each journey, that is of each manifest."""
    for _, items in groupby(shipments, key=lambda s: s.journey):
        yield list(items)
