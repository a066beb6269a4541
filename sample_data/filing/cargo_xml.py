"""IATA Cargo-XML: XFWB (air waybill), XFZB (house waybill), XFFM (flight manifest)."""

from __future__ import annotations

from collections.abc import Sequence

from sample_data.filing.markup import document, element, leaf
from sample_data.filing.shipment import Party, Shipment, by_bill, by_journey, day, figure, single

_SPACES = {"xmlns__ram": "iata:datamodel:3"}


def _party(role: str, party: Party, code: str = "") -> str:
    address = element(
        "ram:PostalStructuredAddress", leaf("ram:PostcodeCode", party.postcode), leaf("ram:StreetName", party.street), leaf("ram:CityName", party.town), leaf("ram:CountryID", party.country)
    )  # fmt: skip
    named = leaf("ram:PrimaryID", party.identifier) + leaf("ram:Name", party.name)
    return element(role, leaf("ram:RoleCode", code), named, address) if named else ""


def _item(item: Shipment, kind: str) -> str:
    unit = (
        element(
            "ram:AssociatedUnitLoadTransportEquipment",
            leaf("ram:ID", item.container[3:]),
            leaf("ram:CharacteristicCode", item.container[:3]),
        )
        if item.container
        else ""
    )
    return element(
        kind, leaf("ram:SequenceNumeric", str(item.item)), leaf("ram:TypeCode", item.hs), leaf("ram:GrossWeightMeasure", figure(item.gross), unitCode="KGM"),
        leaf("ram:NetWeightMeasure", figure(item.net), unitCode="KGM"), leaf("ram:PieceQuantity", figure(item.packages)),
        element("ram:NatureIdentificationTransportCargo", leaf("ram:Identification", item.goods)), element("ram:OriginCountry", leaf("ram:ID", item.origin)), unit,
        element("ram:TransportDangerousGoods", leaf("ram:UNDGIdentificationCode", item.un), leaf("ram:HazardClassificationID", item.danger)),
    )  # fmt: skip


def _places(first: Shipment) -> str:
    return element("ram:OriginLocation", leaf("ram:ID", first.loading.airport)) + element(
        "ram:FinalDestinationLocation", leaf("ram:ID", first.discharge.airport)
    )


def _movement(first: Shipment) -> str:
    journey = first.journey
    return element(
        "ram:SpecifiedLogisticsTransportMovement", leaf("ram:ModeCode", "4"), leaf("ram:ID", journey.voyage),
        element("ram:ArrivalEvent", leaf("ram:ScheduledOccurrenceDateTime", f"{day(journey.arrival)}T08:00:00" if journey.arrival else "")),
        element("ram:DepartureEvent", leaf("ram:ScheduledOccurrenceDateTime", f"{day(journey.departure)}T08:00:00" if journey.departure else "")),
    )  # fmt: skip


def _parties(first: Shipment) -> str:
    return (
        _party("ram:ConsignorParty", first.consignor)
        + _party("ram:ConsigneeParty", first.consignee)
        + _party("ram:AssociatedParty", first.notify, "NI")
    )


def _head(first: Shipment) -> str:
    date = first.journey.date
    return element(
        "rsm:MessageHeaderDocument",
        leaf("ram:IssueDateTime", f"{day(date)}T09:00:00" if date else ""),
        leaf("ram:PurposeCode", "Creation"),
    )


def _waybill(items: Sequence[Shipment]) -> str:
    first = items[0]
    said = leaf("ram:DeclaredValueForCustomsAmount", figure(first.value), currencyID=first.currency)
    body = element(
        "rsm:MasterConsignment",
        said,
        _parties(first),
        _places(first),
        _movement(first),
        element("ram:ApplicableRating", (_item(i, "ram:IncludedMasterConsignmentItem") for i in items)),
    )
    return element(
        "rsm:Waybill",
        _head(first),
        element("rsm:BusinessHeaderDocument", leaf("ram:ID", first.bill)),
        body,
        xmlns__rsm="iata:waybill:1",
        **_SPACES,
    )


def write_xfwb(shipments: Sequence[Shipment]) -> bytes:
    """An air waybill a bill."""
    return document(element("Messages", map(_waybill, by_bill(single(shipments)))))


def _house(items: Sequence[Shipment]) -> str:
    first = items[0]
    house = element(
        "ram:IncludedHouseConsignment",
        _parties(first),
        _places(first),
        _movement(first),
        (_item(i, "ram:IncludedHouseConsignmentItem") for i in items),
    )
    body = element("rsm:MasterConsignment", element("ram:TransportContractDocument", leaf("ram:ID", first.master)), house)
    return element(
        "rsm:HouseWaybill",
        _head(first),
        element("rsm:BusinessHeaderDocument", leaf("ram:ID", first.bill)),
        body,
        xmlns__rsm="iata:housewaybill:1",
        **_SPACES,
    )


def write_xfzb(shipments: Sequence[Shipment]) -> bytes:
    """A house waybill a bill; its value is of all its items together, and so left out."""
    return document(element("Messages", map(_house, by_bill(shipments))))


def _loaded(item: Shipment) -> str:
    consignment = element(
        "ram:IncludedMasterConsignment", leaf("ram:GrossWeightMeasure", figure(item.gross), unitCode="KGM"), leaf("ram:PieceQuantity", figure(item.packages)),
        leaf("ram:SummaryDescription", item.goods), element("ram:TransportContractDocument", leaf("ram:ID", item.bill)),
        element("ram:OriginLocation", leaf("ram:ID", item.loading.airport)), element("ram:FinalDestinationLocation", leaf("ram:ID", item.delivery.airport)),
    )  # fmt: skip
    unit = (
        element(
            "ram:UtilizedUnitLoadTransportEquipment",
            leaf("ram:ID", item.container[3:]),
            leaf("ram:CharacteristicCode", item.container[:3]),
        )
        if item.container
        else ""
    )
    return element("ram:AssociatedTransportCargo", leaf("ram:TypeCode", "ULD" if unit else "BLK"), unit, consignment)


def _flight(items: Sequence[Shipment]) -> str:
    journey = items[0].journey
    movement = element("rsm:LogisticsTransportMovement", leaf("ram:ModeCode", "4"), leaf("ram:ID", journey.voyage))
    stops = (
        element("rsm:ArrivalEvent", leaf("ram:ArrivalOccurrenceDateTime", f"{day(journey.arrival)}T08:00:00" if journey.arrival else ""), element("ram:OccurrenceArrivalLocation", leaf("ram:ID", i.discharge.airport)), _loaded(i))
        for i in items
    )  # fmt: skip
    left = element(
        "rsm:DepartureEvent",
        leaf("ram:DepartureOccurrenceDateTime", f"{day(journey.departure)}T08:00:00" if journey.departure else ""),
    )
    return element("rsm:FlightManifest", _head(items[0]), movement, left, stops, xmlns__rsm="iata:flightmanifest:1", **_SPACES)


def write_xffm(shipments: Sequence[Shipment]) -> bytes:
    """A flight manifest a journey."""
    return document(element("Messages", map(_flight, by_journey(single(shipments)))))
