"""Feeds in JSON and the waybill of UBL: DCSA eBL 3, FIATA eFBL, ONE Record with prefixes and without, SCMTR of India."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sample_data.filing.markup import document, element, leaf
from sample_data.filing.shipment import Party, Shipment, by_bill, by_journey, day, figure

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_MODES = {"sea": "1", "rail": "2", "road": "3", "air": "4"}


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something."""
    return {key: value for key, value in members.items() if value not in ("", None, [], {})}


def _write(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _number(value: Decimal | int | None) -> float | int | None:
    return None if value is None else int(value) if value == int(value) else float(value)


def _measure(value: Decimal | int | None, unit: str, key: str = "value", of: str = "unit") -> dict[str, Any] | None:
    return None if value is None else {key: _number(value), of: unit}


def _dcsa_party(party: Party) -> dict[str, Any]:
    address = _filled({"street": party.street, "city": party.town, "countryCode": party.country, "postCode": party.postcode})
    code = [{"codeListProvider": "GLEIF", "codeListName": "LEI", "partyCode": party.identifier}] if party.identifier else []
    return _filled({"partyName": party.name, "address": address, "identifyingCodes": code}) if party.name else {}


def _dcsa_item(item: Shipment) -> dict[str, Any]:
    dangerous = [_filled({"UNNumber": item.un, "imoClass": item.danger})] if item.un else []
    packing = _filled({"numberOfPackages": item.packages, "packageCode": item.package, "dangerousGoods": dangerous})
    cargo = _filled(
        {
            "equipmentReference": item.container,
            "cargoGrossWeight": _measure(item.gross, "KGM"),
            "cargoNetWeight": _measure(item.net, "KGM"),
            "outerPackaging": packing,
        }
    )
    cus = [{"type": "CUS", "countryCode": "DE", "values": [item.cus]}] if item.cus else []
    return _filled(
        {
            "descriptionOfGoods": [item.goods],
            "HSCodes": [item.hs] if item.hs else [],
            "extendedNationalCommodityCodes": cus,
            "shippingMarks": [item.marks] if item.marks else [],
            "exportLicense": _filled({"licenseNumber": item.permit}),
            "cargoItems": [cargo],
        }
    )


def _dcsa(items: Sequence[Shipment]) -> dict[str, Any]:
    first, journey = items[0], items[0].journey
    transports = {
        "plannedDepartureDate": day(journey.departure),
        "plannedArrivalDate": day(journey.arrival),
        "portOfLoading": {"UNLocationCode": first.loading.code},
        "portOfDischarge": {"UNLocationCode": first.discharge.code},
        "placeOfDelivery": {"UNLocationCode": first.delivery.code},
        "vesselVoyages": [_filled({"vesselName": journey.vessel, "carrierExportVoyageNumber": journey.voyage})],
    }
    notified = _dcsa_party(first.notify)
    parties = {
        "shipper": _dcsa_party(first.consignor),
        "consignee": _dcsa_party(first.consignee),
        "notifyParties": [notified] if notified else [],
    }
    return {
        "transportDocumentReference": first.bill,
        "transportDocumentStatus": "ISSUED",
        "transportDocumentTypeCode": "BOL",
        "isElectronic": True,
        "isToOrder": False,
        "issueDate": day(journey.date),
        "carrierCode": journey.carrier,
        "transports": _filled(transports),
        "documentParties": _filled(parties),
        "consignmentItems": [_dcsa_item(item) for item in items],
    }


def write_dcsa(shipments: Sequence[Shipment]) -> bytes:
    """A list of transport documents, one a bill."""
    return _write([_dcsa(items) for items in by_bill(shipments)])


def _text(value: str) -> dict[str, str] | None:
    return {"value": value} if value else None


def _fiata_party(party: Party) -> dict[str, Any]:
    address = {"postcode": party.postcode, "streetName": party.street, "cityName": party.town, "countryCode": party.country}
    ids = [{"value": party.identifier, "identificationScheme": "EORI"}] if party.identifier else []
    return _filled({"id": ids, "name": _text(party.name), "postalAddress": _filled(address)}) if party.name else {}


def _fiata_item(item: Shipment) -> dict[str, Any]:
    dangerous = [_filled({"undgId": _text(item.un), "hazardClassificationId": _text(item.danger)})] if item.un else []
    package = {
        "itemQuantity": item.packages,
        "typeCode": [_text(item.package)] if item.package else [],
        "shippingMarks": [_text(item.marks)] if item.marks else [],
    }
    return _filled(
        {
            "goodsTypeCode": _text(item.hs),
            "declaredValueForCarriageAmount": _measure(item.value, item.currency, of="currency"),
            "grossWeight": _measure(item.gross, "KGM"),
            "cargoNatureIdentification": {"identificationText": [_text(item.goods)]},
            "transportDangerousGoods": dangerous,
            "associatedTransportEquipment": [{"id": {"value": item.container}}] if item.container else [],
            "transportPackage": [_filled(package)],
        }
    )


def _fiata(items: Sequence[Shipment]) -> dict[str, Any]:
    first, journey = items[0], items[0].journey
    issued = {"value": f"{day(journey.date)}T09:00:00Z", "format": "YYYY-MM-DD"} if journey.date else None
    notified = _fiata_party(first.notify)
    return {
        "exchanged_document": _filled({"id": first.bill, "issueDateTime": issued, "originalIssuedQuantity": 3}),
        "supply_chain_consignment": _filled(
            {
                "consignor": _fiata_party(first.consignor),
                "consignee": _fiata_party(first.consignee),
                "notifiedParty": [notified] if notified else [],
                "cto": {"name": _text(journey.carrier)} if journey.carrier else {},
                "loadingBaseportLocation": {"id": {"value": first.loading.code}},
                "unloadingBaseportLocation": {"id": {"value": first.discharge.code}},
                "consigneeReceiptLocation": {"id": {"value": first.delivery.code}},
                "mainCarriageTransportMovement": [{"name": {"value": journey.vessel}}] if journey.vessel else [],
                "includedConsignmentItem": [_fiata_item(item) for item in items],
            }
        ),
    }


def write_fiata(shipments: Sequence[Shipment]) -> bytes:
    """A list of bills."""
    return _write([_fiata(items) for items in by_bill(shipments)])


_CODES = "https://onerecord.iata.org/ns/code-lists/"
_CARGO = "https://onerecord.iata.org/ns/cargo#"


def _one_party(role: str, party: Party) -> list[dict[str, Any]]:
    if not party.name:
        return []
    address = {
        "@type": "Address",
        "streetAddressLines": [party.street] if party.street else [],
        "cityName": party.town,
        "postalCode": party.postcode,
        "country": {"@type": "CodeListElement", "code": party.country} if party.country else {},
    }
    others = (
        [{"@type": "OtherIdentifier", "otherIdentifierType": "EORI", "textualValue": party.identifier}]
        if party.identifier
        else []
    )
    details = {"@type": "Organization", "name": party.name, "otherIdentifiers": others}
    details["basedAtLocation"] = {"@type": "Location", "address": _filled(address)}
    return [{"@type": "Party", "partyDetails": _filled(details), "partyRole": {"@id": f"{_CODES}ParticipantIdentifier#{role}"}}]


def _one_weight(value: Decimal | None) -> dict[str, Any] | None:
    return (
        None
        if value is None
        else {"@type": "Value", "numericalValue": _number(value), "unit": {"@id": f"{_CODES}WeightUnitCode#KGM"}}
    )


def _one_piece(item: Shipment) -> dict[str, Any]:
    dangerous = {"@type": "DgProductItem", "unNumber": item.un, "hazardClassificationId": item.danger}
    product = {"@type": "Product", "hsCode": {"@type": "CodeListElement", "code": item.hs} if item.hs else {}}
    value = _measure(item.quantity, item.unit, "numericalValue")
    goods = {"@type": "Item", "ofProduct": _filled(product), "itemQuantity": value}
    goods |= {"weight": _one_weight(item.net), "productionCountry": item.origin}
    piece = {
        "@type": "Piece", "@id": f"https://example.com/pieces/{item.bill}-{item.item}", "goodsDescription": item.goods,
        "grossWeight": _one_weight(item.gross), "pieceCount": item.packages, "containedItems": [_filled(goods)],
        "contentProducts": [_filled(dangerous)] if item.un else [],
    }  # fmt: skip
    return _filled(piece)


def _one_airport(code: str) -> dict[str, Any]:
    return {"@type": "Location", "locationCodes": [{"@type": "CodeListElement", "code": code}]}


def _one_waybill(items: Sequence[Shipment]) -> dict[str, Any]:
    first, journey = items[0], items[0].journey
    prefix, _, number = first.bill.partition("-")
    parties = _one_party("SHP", first.consignor) + _one_party("CNE", first.consignee) + _one_party("NFY", first.notify)
    declared = {"@type": "xsd:date", "@value": day(journey.date)} if journey.date else {}
    pieces = [_one_piece(item) for item in items]
    waybill = {
        "@type": "Waybill", "waybillType": {"@id": f"{_CARGO}DIRECT"}, "waybillPrefix": prefix, "waybillNumber": number,
        "departureLocation": _one_airport(first.loading.airport), "arrivalLocation": _one_airport(first.discharge.airport),
        "involvedParties": parties, "carrierDeclarationDate": declared, "shipment": {"@type": "Shipment", "pieces": pieces},
    }  # fmt: skip
    return _filled(waybill)


def write_one_record(shipments: Sequence[Shipment]) -> bytes:
    """A list of waybills, all names plain."""
    return _write([{"@context": {"@vocab": _CARGO}, **_one_waybill(items)} for items in by_bill(shipments)])


def _prefixed(value: Any) -> Any:
    """The same with prefixed names."""
    if isinstance(value, dict):
        return {
            key if key.startswith("@") else f"cargo:{key}": f"cargo:{inner}"
            if key == "@type" and ":" not in inner
            else _prefixed(inner)
            for key, inner in value.items()
        }
    return list(map(_prefixed, value)) if isinstance(value, list) else value


def write_one_record_graph(shipments: Sequence[Shipment]) -> bytes:
    """A graph with prefixed names, in which waybills refer to their pieces."""
    graph: list[Any] = []
    for waybill in map(_one_waybill, by_bill(shipments)):
        pieces = waybill["shipment"]["pieces"]
        waybill["shipment"] = {"@type": "Shipment", "pieces": [{"@id": piece["@id"]} for piece in pieces]}
        graph += [waybill, *pieces]
    return _write({"@context": {"cargo": _CARGO}, "@graph": _prefixed(graph)})


def _scmtr_party(party: Party, names: Sequence[str]) -> dict[str, Any]:
    texts = (party.name, party.identifier, party.street, party.town, party.postcode, party.country)
    return _filled(dict(zip(names, texts, strict=True))) if party.name else {}


_SENDER = ("cnsgnrsName", "cnsgnrsCd", "cnsgnrStreetAddress", "cnsgnrCity", "cnsgnrPstcd", "cnsgnrCntryCd")
_RECEIVER = ("cnsgnesName", "cnsgnesCd", "cnsgneStreetAddress", "cnsgneCity", "cnsgnePstcd", "cnsgneCntryCd")
_NOTIFIED = (
    "nameOfAnyOtherNotfdParty",
    "panOfNotfdParty",
    "notfdPartyStreetAddress",
    "notfdPartyCity",
    "notfdPartyPstcd",
    "notfdPartyCntryCd",
)


def _scmtr_bill(first: Shipment, line: int) -> dict[str, Any]:
    measures = {
        "marksNoOnPkgs": first.marks, "grossWeight": _number(first.gross), "netWeight": _number(first.net), "unitOfWeight": "KGS",
        "invoiceValueOfCnsgmt": _number(first.value), "crncyCd": first.currency,
    }  # fmt: skip
    goods = {
        "crgoItemSeqNmbr": first.item, "hsCd": first.hs, "crgoItemDesc": first.goods, "unoCd": first.un or "ZZZZZ", "imdgCd": first.danger or "ZZZ",
        "nmbrOfPkgs": first.packages, "typOfPkgs": first.package,
    }  # fmt: skip
    parties = (
        _scmtr_party(first.consignor, _SENDER) | _scmtr_party(first.consignee, _RECEIVER) | _scmtr_party(first.notify, _NOTIFIED)
    )
    return _filled(
        {
            "MCRef": {"lineNo": line, "mstrBlNo": first.bill, "mstrBlDt": day(first.journey.date, "%Y%m%d"), "consolidatedIndctr": "S"},
            "locCstm": {"typOfCrgo": "IM" if first.direction == "import" else "EX", "nxtPrtOfUnlading": first.discharge.code, "destPrt": first.delivery.code},
            "trnsprtDoc": {"prtOfAcptCdd": first.loading.code, **parties},
            "trnsprtDocMsr": _filled(measures),
            "itemDtls": [_filled(goods)],
            "trnsprtEqmt": [{"eqmtId": first.container, "eqmtTyp": "CN"}] if first.container else [],
        }
    )  # fmt: skip


def _scmtr(items: Sequence[Shipment]) -> dict[str, Any]:
    journey = items[0].journey
    master = {
        "decRef": {"msgTyp": "F", "prtofRptng": "INBOM1"},
        "authPrsn": _filled({"shpngLineCd": journey.carrier}),
        "vesselDtls": _filled({"modeOfTrnsprt": _MODES[journey.mode], "trnsprtMeansId": journey.vessel}),
        "voyageDtls": _filled({"voyageNo": journey.voyage, "exptdDtAndTimeOfArvl": f"{day(journey.arrival, '%Y%m%d')}T08:00" if journey.arrival else "",
                               "exptdDtAndTimeOfDptr": f"{day(journey.departure, '%Y%m%d')}T08:00" if journey.departure else ""}),
        "mastrCnsgmtDec": [_scmtr_bill(item, line) for line, item in enumerate(items, start=1)],
    }  # fmt: skip
    return {"headerField": {"messageID": "SACHM22", "reportingEvent": "SAM"}, "master": master}


def write_scmtr(shipments: Sequence[Shipment]) -> bytes:
    """A manifest a journey, one behind the other; a consignment an item, as masses are those of consignments."""
    return b"\n".join(map(_write, map(_scmtr, by_journey(shipments))))


def _ubl_party(role: str, party: Party) -> str:
    address = element(
        "cac:PostalAddress", leaf("cbc:StreetName", party.street), leaf("cbc:CityName", party.town), leaf("cbc:PostalZone", party.postcode),
        element("cac:Country", leaf("cbc:IdentificationCode", party.country)),
    )  # fmt: skip
    identified = element("cac:PartyIdentification", leaf("cbc:ID", party.identifier))
    return element(role, identified, element("cac:PartyName", leaf("cbc:Name", party.name)), address) if party.name else ""


def _ubl_item(item: Shipment) -> str:
    goods = element(
        "cac:Item", leaf("cbc:Description", item.goods), element("cac:CommodityClassification", leaf("cbc:CommodityCode", item.hs)),
        element("cac:HazardousItem", leaf("cbc:UNDGCode", item.un), leaf("cbc:HazardClassID", item.danger)),
        element("cac:OriginCountry", leaf("cbc:IdentificationCode", item.origin)),
    )  # fmt: skip
    return element(
        "cac:GoodsItem", leaf("cbc:SequenceNumberID", str(item.item)), leaf("cbc:DeclaredCustomsValueAmount", figure(item.value), currencyID=item.currency),
        leaf("cbc:GrossWeightMeasure", figure(item.gross), unitCode="KGM"), leaf("cbc:NetWeightMeasure", figure(item.net), unitCode="KGM"),
        leaf("cbc:Quantity", figure(item.quantity), unitCode=item.unit), goods,
        element("cac:GoodsItemContainer", element("cac:TransportEquipment", leaf("cbc:ID", item.container))),
        element("cac:ContainingPackage", leaf("cbc:Quantity", figure(item.packages)), leaf("cbc:PackagingTypeCode", item.package)),
    )  # fmt: skip


def _ubl(items: Sequence[Shipment]) -> str:
    first, journey = items[0], items[0].journey
    countries = element("cac:OriginalDepartureCountry", leaf("cbc:IdentificationCode", first.loading.country)) + element(
        "cac:FinalDestinationCountry", leaf("cbc:IdentificationCode", first.delivery.country)
    )
    parties = _ubl_party("cac:ConsigneeParty", first.consignee) + _ubl_party("cac:NotifyParty", first.notify)
    means = element(
        "cac:TransportMeans", leaf("cbc:JourneyID", journey.voyage), element("cac:MaritimeTransport", leaf("cbc:VesselName", journey.vessel))
    )  # fmt: skip
    shipment = element(
        "cac:Shipment", leaf("cbc:ID", "1"), element("cac:Consignment", leaf("cbc:ID", "1"), parties, countries), map(_ubl_item, items),
        element("cac:ShipmentStage", leaf("cbc:TransportModeCode", _MODES[journey.mode]), means),
        element("cac:FirstArrivalPortLocation", leaf("cbc:ID", first.discharge.code)), element("cac:LastExitPortLocation", leaf("cbc:ID", first.loading.code)),
    )  # fmt: skip
    return element(
        "Waybill", leaf("cbc:UBLVersionID", "2.1"), leaf("cbc:ID", first.bill), leaf("cbc:IssueDate", day(journey.date)),
        _ubl_party("cac:ConsignorParty", first.consignor), element("cac:CarrierParty", element("cac:PartyName", leaf("cbc:Name", journey.carrier))), shipment,
        xmlns=f"{_UBL}Waybill-2", xmlns__cac=f"{_UBL}CommonAggregateComponents-2", xmlns__cbc=f"{_UBL}CommonBasicComponents-2",
    )  # fmt: skip


def write_ubl(shipments: Sequence[Shipment]) -> bytes:
    """Waybills within an envelope."""
    return document(element("Waybills", map(_ubl, by_bill(shipments))))
