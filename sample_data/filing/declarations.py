"""European and WCO messages: CDS (WCO Data Model), NCTS CC015C, ENS CC315A, ICS2 IE3F32."""

from __future__ import annotations

from collections.abc import Sequence

from sample_data.filing.markup import document, element, leaf
from sample_data.filing.shipment import Party, Shipment, by_bill, day, figure

_MODES = {"sea": "1", "rail": "2", "road": "3", "air": "4", "post": "5"}


def _wco_party(role: str, party: Party) -> str:
    """Elements of an address stand in the order of the alphabet."""
    address = element(
        "Address",
        leaf("CityName", party.town),
        leaf("CountryCode", party.country),
        leaf("Line", party.street),
        leaf("PostcodeID", party.postcode),
    )
    return element(role, leaf("Name", party.name), leaf("ID", party.identifier), address)


def _wco_document(name: str, code: str, number: str) -> str:
    return element(name, leaf("CategoryCode", "X"), leaf("ID", number), leaf("TypeCode", code)) if number else ""


def _wco_item(item: Shipment) -> str:
    def coded(kind: str, code: str) -> str:
        return element("Classification", leaf("ID", code), leaf("IdentificationTypeCode", kind)) if code else ""

    measure = element(
        "GoodsMeasure",
        leaf("GrossMassMeasure", figure(item.gross), unitCode="KGM"),
        leaf("NetNetWeightMeasure", figure(item.net), unitCode="KGM"),
        leaf("TariffQuantity", figure(item.quantity), unitCode=item.unit),
    )
    goods = element(
        "Commodity", leaf("Description", item.goods), coded("TSP", item.hs[:8]), coded("TRC", item.hs[8:]), coded("CV", item.cus),
        element("DangerousGoods", leaf("Class", item.danger), leaf("UNDGID", item.un)), measure,
        element("InvoiceLine", leaf("ItemChargeAmount", figure(item.value), currencyID=item.currency)),
    )  # fmt: skip
    return element(
        "GovernmentAgencyGoodsItem", leaf("SequenceNumeric", str(item.item)), _wco_document("AdditionalDocument", "002", item.permit), goods,
        element("CustomsValuation", leaf("FreightChargeAmount", figure(item.freight))), element("Origin", leaf("CountryCode", item.origin)),
        element("Packaging", leaf("MarksNumbersID", item.marks), leaf("QuantityQuantity", figure(item.packages)), leaf("TypeCode", item.package)),
        _wco_document("PreviousDocument", "705", item.bill), _wco_document("PreviousDocument", "704", item.master),
    )  # fmt: skip


def _wco(items: Sequence[Shipment]) -> str:
    first = items[0]
    journey = first.journey
    consignment = element(
        "Consignment",
        element("LoadingLocation", leaf("ID", first.loading.code)),
        element("TransportEquipment", leaf("ID", first.container)),
    )
    declaration = element(
        "Declaration", leaf("FunctionCode", "9"), leaf("TypeCode", "IMA" if first.direction == "import" else "EXA"),
        element("AcceptanceDateTime", leaf("DateTimeString", day(journey.date, "%Y%m%d"), formatCode="102")),
        element("BorderTransportMeans", leaf("ModeCode", _MODES[journey.mode]), leaf("Name", journey.vessel), leaf("JourneyID", journey.voyage)),
        element("Carrier", leaf("Name", journey.carrier)),
        element(
            "GoodsShipment", _wco_party("Consignee", first.consignee), consignment, _wco_party("Consignor", first.consignor),
            element("Destination", leaf("CountryCode", first.delivery.country)), element("ExportCountry", leaf("ID", first.loading.country)),
            map(_wco_item, items), _wco_party("NotifyParty", first.notify), element("UnloadingLocation", leaf("ID", first.discharge.code)),
            element("DeliveryDestination", leaf("ID", first.delivery.code)),
        ), xmlns="urn:wco:datamodel:WCO:DEC-DMS:2",
    )  # fmt: skip
    return element("MetaData", leaf("WCOTypeName", "DEC"), declaration)


def write_cds(shipments: Sequence[Shipment]) -> bytes:
    """A declaration a bill, in a file of several."""
    return document(element("Messages", map(_wco, by_bill(shipments))))


def _ncts_party(role: str, party: Party) -> str:
    address = element(
        "Address",
        leaf("streetAndNumber", party.street),
        leaf("postcode", party.postcode),
        leaf("city", party.town),
        leaf("country", party.country),
    )
    return element(role, leaf("identificationNumber", party.identifier), leaf("name", party.name), address)


def _eu_codes(hs: str) -> str:
    return element("CommodityCode", leaf("harmonizedSystemSubHeadingCode", hs[:6]), leaf("combinedNomenclatureCode", hs[6:]))


def _ncts_item(item: Shipment) -> str:
    goods = element(
        "Commodity", leaf("descriptionOfGoods", item.goods), leaf("cusCode", item.cus), _eu_codes(item.hs),
        element("DangerousGoods", leaf("UNNumber", item.un)),
        element("GoodsMeasure", leaf("grossMass", figure(item.gross)), leaf("netMass", figure(item.net)), leaf("supplementaryUnits", figure(item.quantity))),
    )  # fmt: skip
    packing = element(
        "Packaging",
        leaf("typeOfPackages", item.package),
        leaf("numberOfPackages", figure(item.packages)),
        leaf("shippingMarks", item.marks),
    )
    return element("ConsignmentItem", leaf("declarationGoodsItemNumber", str(item.item)), goods, packing)


def _ncts(items: Sequence[Shipment]) -> str:
    first = items[0]
    journey = first.journey

    def transport(code: str, number: str) -> str:
        return element("TransportDocument", leaf("type", code), leaf("referenceNumber", number)) if number else ""

    consignment = element(
        "Consignment", leaf("countryOfDispatch", first.loading.country), leaf("countryOfDestination", first.delivery.country),
        leaf("modeOfTransportAtTheBorder", _MODES[journey.mode]), element("Carrier", leaf("name", journey.carrier)),
        _ncts_party("Consignor", first.consignor), _ncts_party("Consignee", first.consignee),
        element("TransportEquipment", leaf("containerIdentificationNumber", first.container), (element("GoodsReference", leaf("declarationGoodsItemNumber", str(i.item))) for i in items)) if first.container else "",
        element("ActiveBorderTransportMeans", leaf("identificationNumber", journey.vessel), leaf("conveyanceReferenceNumber", journey.voyage)),
        element("PlaceOfLoading", leaf("UNLocode", first.loading.code)), element("PlaceOfUnloading", leaf("UNLocode", first.discharge.code)),
        transport("N705", first.bill), transport("N704", first.master), element("HouseConsignment", map(_ncts_item, items)),
    )  # fmt: skip
    return element(
        "ncts:CC015C", leaf("preparationDateAndTime", f"{day(journey.date)}T10:00:00" if journey.date else ""),
        element("TransitOperation", leaf("declarationType", "T1")), consignment, xmlns__ncts="http://ncts.dgtaxud.ec",
    )  # fmt: skip


def write_ncts(shipments: Sequence[Shipment]) -> bytes:
    """A transit declaration a bill, in a file of several."""
    return document(element("messages", map(_ncts, by_bill(shipments))))


# The parts of a party's elements: name, street, postal code, town, country, number.
_ENS = {
    "TRACONCO1": ("NamCO17", "StrAndNumCO122", "PosCodCO123", "CitCO124", "CouCO125", "TINCO159"),
    "TRACONCE1": ("NamCE17", "StrAndNumCE122", "PosCodCE123", "CitCE124", "CouCE125", "TINCE159"),
    "NOTPAR670": ("NamNOTPAR672", "StrNumNOTPAR673", "PosCodNOTPAR676", "CitNOTPAR674", "CouCodNOTPAR675", "TINNOTPAR671"),
}


def _ens_party(role: str, party: Party) -> str:
    parts = (party.name, party.street, party.postcode, party.town, party.country, party.identifier)
    return element(role, (leaf(name, text) for name, text in zip(_ENS[role], parts, strict=True)))


def _ens_item(item: Shipment) -> str:
    def produced(code: str, number: str) -> str:
        return element("PRODOCDC2", leaf("DocTypDC21", code), leaf("DocRefDC23", number)) if number else ""

    return element(
        "GOOITEGDS", leaf("IteNumGDS7", str(item.item)), leaf("GooDesGDS23", item.goods), leaf("GroMasGDS46", figure(item.gross)),
        leaf("UNDanGooCodGDI1", item.un), produced("N705", item.bill), produced("N704", item.master),
        element("COMCODGODITM", leaf("ComNomCMD1", item.hs)), element("CONNR2", leaf("ConNumNR21", item.container)),
        element("PACGS2", leaf("KinOfPacGS23", item.package), leaf("NumOfPacGS24", figure(item.packages)), leaf("MarNumOfPacGSL21", item.marks)),
    )  # fmt: skip


def _ens(items: Sequence[Shipment]) -> str:
    first = items[0]
    journey = first.journey
    head = element(
        "HEAHEA", leaf("TraModAtBorHEA76", _MODES[journey.mode]), leaf("IdeOfMeaOfTraCroHEA85", journey.vessel), leaf("ConRefNumHEA", journey.voyage),
        leaf("PlaLoaGOOITE334", first.loading.code), leaf("PlaUnlGOOITE334", first.discharge.code), leaf("DecDatTimHEA114", day(journey.date, "%Y%m%d0900")),
    )  # fmt: skip
    return element(
        "ie:CC315A", head, _ens_party("TRACONCO1", first.consignor), _ens_party("TRACONCE1", first.consignee), _ens_party("NOTPAR670", first.notify),
        map(_ens_item, items), element("TRACARENT601", leaf("NamTRACARENT604", journey.carrier)),
        element("CUSOFFFENT730", leaf("ExpDatOfArrFIRENT733", day(journey.arrival, "%Y%m%d1200"))), xmlns__ie="http://ics.dgtaxud.ec/CC315A",
    )  # fmt: skip


def write_ens(shipments: Sequence[Shipment]) -> bytes:
    """An entry summary declaration a bill, each in its envelope."""
    return document(
        element(
            "Envelopes",
            (element("soap:Body", _ens(items)) for items in by_bill(shipments)),
            xmlns__soap="http://www.w3.org/2003/05/soap-envelope",
        )
    )


def _ics2_party(role: str, party: Party) -> str:
    address = element(
        "Address",
        leaf("city", party.town),
        leaf("country", party.country),
        leaf("street", party.street),
        leaf("postCode", party.postcode),
    )
    return element(role, leaf("name", party.name), leaf("identificationNumber", party.identifier), address)


def _ics2_item(item: Shipment) -> str:
    goods = element(
        "Commodity",
        leaf("descriptionOfGoods", item.goods),
        leaf("cusCode", item.cus),
        _eu_codes(item.hs),
        element("DangerousGoods", leaf("unNumber", item.un)),
    )
    return element(
        "GoodsItem", leaf("goodsItemNumber", str(item.item)), leaf("countryOfOrigin", item.origin), goods, element("Weight", leaf("grossMass", figure(item.gross)), leaf("netMass", figure(item.net))),
        element("Packaging", leaf("typeOfPackages", item.package), leaf("numberOfPackages", figure(item.packages)), leaf("shippingMarks", item.marks)),
        element("TransportEquipment", leaf("containerIdentificationNumber", item.container)),
        element("Value", leaf("amount", figure(item.value)), leaf("currency", item.currency)),
    )  # fmt: skip


def _ics2(items: Sequence[Shipment]) -> str:
    first = items[0]
    journey = first.journey
    means = element(
        "ActiveBorderTransportMeans", leaf("identificationNumber", journey.vessel), leaf("modeOfTransport", _MODES[journey.mode]), leaf("conveyanceReferenceNumber", journey.voyage),
        leaf("estimatedDateAndTimeOfDeparture", f"{day(journey.departure)}T08:00:00Z" if journey.departure else ""), leaf("estimatedDateAndTimeOfArrival", f"{day(journey.arrival)}T08:00:00Z" if journey.arrival else ""),
    )  # fmt: skip
    house = element(
        "ConsignmentHouseLevel", element("TransportDocumentHouseLevel", leaf("documentNumber", first.bill)), _ics2_party("Consignor", first.consignor), _ics2_party("Consignee", first.consignee),
        _ics2_party("NotifyParty", first.notify), leaf("countryOfDispatch", first.loading.country), leaf("countryOfDestination", first.delivery.country), map(_ics2_item, items),
        element("PlaceOfLoading", leaf("unloCode", first.loading.code)), element("PlaceOfUnloading", leaf("unloCode", first.discharge.code)), element("PlaceOfDelivery", leaf("unloCode", first.delivery.code)),
    )  # fmt: skip
    return element(
        "IE3F32", leaf("documentIssueDate", f"{day(journey.date)}T09:00:00Z" if journey.date else ""), means,
        element("ConsignmentMasterLevel", element("TransportDocumentMasterLevel", leaf("documentNumber", first.master)), element("Carrier", leaf("name", journey.carrier)), house),
        xmlns="urn:wco:datamodel:EU:ICS2:1",
    )  # fmt: skip


def write_ics2(shipments: Sequence[Shipment]) -> bytes:
    """An entry summary declaration a house consignment, in a file of several."""
    return document(element("messages", map(_ics2, by_bill(shipments))))
