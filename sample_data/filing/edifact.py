"""UN/EDIFACT: CUSCAR, CUSDEC, IFTMIN, IFCSUM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sample_data.filing.shipment import Journey, Party, Shipment, by_bill, by_journey, day, figure

_MODES = {"sea": "1", "rail": "2", "road": "3", "air": "4", "post": "5"}
_WIDTH = 35
Element = str | tuple[str, ...]


def _released(text: str) -> str:
    return "".join(f"?{c}" if c in "?+:'" else c for c in text)


def _without_tail(parts: Sequence[str]) -> list[str]:
    kept = list(parts)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def segment(tag: str, *elements: Element) -> str:
    """A segment, without what is empty at its end."""
    parts = [":".join(map(_released, _without_tail([e] if isinstance(e, str) else e))) for e in elements]
    return "+".join([tag, *_without_tail(parts)]) + "'"


def interchange(messages: Sequence[Sequence[str]], kind: str, directory: str) -> bytes:
    """Messages in their envelope, a segment a line."""
    lines = ["UNA:+.? '", segment("UNB", ("UNOC", "3"), "BLUE", "CUSTOMS", ("261125", "0900"), "1")]
    for number, body in enumerate(messages, 1):
        lines += [
            segment("UNH", str(number), (kind, "D", directory, "UN")),
            *body,
            segment("UNT", str(len(body) + 2), str(number)),
        ]
    return "\n".join([*lines, segment("UNZ", str(len(messages)), "1"), ""]).encode()


def _when(journey: Journey) -> Iterator[str]:
    for code, date in (("137", journey.date), ("133", journey.departure), ("132", journey.arrival)):
        if date:
            yield segment("DTM", (code, day(date, "%Y%m%d"), "102"))


def _transport(journey: Journey) -> str:
    return segment(
        "TDT", "20", journey.voyage, _MODES[journey.mode], "", ("", "", "", journey.carrier), "", "", ("", "", "", journey.vessel)
    )


def _places(shipment: Shipment) -> Iterator[str]:
    for code, place in (("9", shipment.loading), ("11", shipment.discharge), ("7", shipment.delivery)):
        if place.code:
            yield segment("LOC", code, (place.code, "139", "6"))
    for code, country in (("35", shipment.loading.country), ("36", shipment.delivery.country)):
        if country:
            yield segment("LOC", code, (country, "162", "5"))


def _party(code: str, party: Party) -> Iterator[str]:
    if party.name:
        name = tuple(party.name[i : i + _WIDTH] for i in range(0, len(party.name), _WIDTH))
        yield segment("NAD", code, party.identifier, "", name, party.street, party.town, "", party.postcode, party.country)


def _parties(shipment: Shipment) -> Iterator[str]:
    for code, party in (("CZ", shipment.consignor), ("CN", shipment.consignee), ("NI", shipment.notify)):
        yield from _party(code, party)


def _item(shipment: Shipment) -> Iterator[str]:
    """What all four say of goods, in segments that all four have."""
    yield segment("FTX", "AAA", "", "", shipment.goods)
    if shipment.origin:
        yield segment("LOC", "27", (shipment.origin, "162", "5"))
    for kind, mass in (("G", shipment.gross), ("N", shipment.net)):
        if mass is not None:
            yield segment("MEA", "AAE", kind, ("KGM", figure(mass)))
    if shipment.value is not None:
        yield segment("MOA", ("40", figure(shipment.value), shipment.currency))
    if shipment.freight is not None:
        yield segment("MOA", ("64", figure(shipment.freight), shipment.currency))
    if shipment.permit:
        yield segment("RFF", ("IP" if shipment.direction == "import" else "EX", shipment.permit))
    if shipment.un or shipment.danger:
        yield segment("DGS", "IMD", shipment.danger, shipment.un)
    if shipment.marks:
        yield segment("PCI", "28", shipment.marks)


def _packed(shipment: Shipment) -> Iterator[str]:
    yield segment("GID", str(shipment.item), (figure(shipment.packages), shipment.package))
    yield from _item(shipment)
    if shipment.hs:
        yield segment("PIA", "5", (shipment.hs, "HS"))
    if shipment.container:
        yield segment("SGP", shipment.container)


def _consignment(number: int, items: Sequence[Shipment]) -> Iterator[str]:
    first = items[0]
    yield segment("CNI", str(number), first.bill)
    if first.master:
        yield segment("RFF", ("MB", first.master))
    yield from _places(first)
    yield segment("GIS", "23" if first.direction == "import" else "22")
    yield from _parties(first)
    for item in items:
        yield from _packed(item)


def write_cuscar(shipments: Sequence[Shipment]) -> bytes:
    """A cargo report a journey."""
    messages = [
        [segment("BGM", "785", "1001", "9"), *_when(items[0].journey), _transport(items[0].journey),
         *(line for number, bill in enumerate(by_bill(items), 1) for line in _consignment(number, bill))]
        for items in by_journey(shipments)
    ]  # fmt: skip
    return interchange(messages, "CUSCAR", "95B")


def write_ifcsum(shipments: Sequence[Shipment]) -> bytes:
    """A consolidation a journey."""
    messages = [
        [segment("BGM", "610", "1001", "9"), *_when(items[0].journey), _transport(items[0].journey),
         *(line for number, bill in enumerate(by_bill(items), 1) for line in _consignment(number, bill))]
        for items in by_journey(shipments)
    ]  # fmt: skip
    return interchange(messages, "IFCSUM", "01B")


def write_iftmin(shipments: Sequence[Shipment]) -> bytes:
    """An instruction a bill."""
    messages = []
    for items in by_bill(shipments):
        first = items[0]
        body = [segment("BGM", "340", "", "9"), *_when(first.journey), segment("RFF", ("BM", first.bill))]
        body += [segment("RFF", ("MB", first.master))] if first.master else []
        body += [_transport(first.journey), *_places(first), *_parties(first)]
        messages.append([*body, *(line for item in items for line in _packed(item))])
    return interchange(messages, "IFTMIN", "04A")


def write_cusdec(shipments: Sequence[Shipment]) -> bytes:
    """A declaration a bill."""
    messages = []
    for items in by_bill(shipments):
        first = items[0]
        body = [segment("BGM", "929" if first.direction == "import" else "830", "", "9"), *_when(first.journey), *_places(first)]
        body += [segment("RFF", ("BM", first.bill)), *([segment("RFF", ("MB", first.master))] if first.master else [])]
        body += [
            _transport(first.journey),
            *_parties(first),
            *([segment("EQD", "CN", first.container)] if first.container else []),
            "UNS+D'",
        ]
        for item in items:
            body += [segment("CST", str(item.item), (item.hs, "122")), *_item(item)]
            if item.quantity is not None:
                body.append(segment("QTY", ("47", figure(item.quantity), item.unit)))
            if item.packages is not None:
                body.append(segment("PAC", figure(item.packages), "", item.package))
        messages.append([*body, "UNS+S'"])
    return interchange(messages, "CUSDEC", "96B")
