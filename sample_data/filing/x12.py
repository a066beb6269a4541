"""ANSI X12: 309 (manifest), 310 (freight receipt), 601 (export), 350 (status, which names no goods)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sample_data.filing.shipment import Party, Shipment, by_bill, by_journey, day, figure

# Kinds of packages by UN/ECE recommendation 21 -> by X12.
PACKAGES = {"DR": "DRM", "CT": "CTN", "BG": "BAG", "BX": "BOX", "PK": "PKG"}
_MODES = {"sea": "S", "air": "A", "road": "M", "rail": "R"}
_MANIFEST_MODES = {"sea": "O", "air": "A", "road": "M", "rail": "R"}
_EXPORT_MODES = {"sea": "11", "air": "40", "road": "30", "rail": "20", "post": "50"}


def segment(*elements: str) -> str:
    """A segment, without what is empty at its end."""
    return "*".join(elements).rstrip("*") + "~"


def interchange(messages: Sequence[Sequence[str]], kind: str) -> bytes:
    """Messages in their envelope, a segment a line."""
    sender, receiver = "BLUE".ljust(15), "CUSTOMS".ljust(15)
    lines = [f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}*261125*0900*U*00401*000000001*0*P*>~"]
    lines.append(segment("GS", "SO", "BLUE", "CUSTOMS", "20261125", "0900", "1", "X", "004010"))
    for number, body in enumerate(messages, 1):
        lines += [segment("ST", kind, f"{number:04}"), *body, segment("SE", str(len(body) + 2), f"{number:04}")]
    return "\n".join([*lines, segment("GE", str(len(messages)), "1"), segment("IEA", "1", "000000001"), ""]).encode()


def _party(code: str, party: Party) -> Iterator[str]:
    if party.name:
        yield segment("N1", code, party.name, "ZZ" if party.identifier else "", party.identifier)
        if party.street:
            yield segment("N3", party.street)
        if party.town or party.postcode or party.country:
            yield segment("N4", party.town, "", party.postcode, party.country)


def write_309(shipments: Sequence[Shipment]) -> bytes:
    """A manifest a journey."""
    messages = []
    for items in by_journey(shipments):
        journey = items[0].journey
        body = [segment("M10", journey.carrier, _MANIFEST_MODES[journey.mode], "", "", journey.vessel, journey.voyage)]
        for bill in by_bill(items):
            first = bill[0]
            body.append(segment("P4", first.discharge.schedule, day(journey.arrival, "%y%m%d")))
            body.append(segment("LX", "1"))
            body.append(
                segment(
                    "M11",
                    first.bill,
                    first.loading.schedule,
                    "",
                    PACKAGES.get(first.package, first.package),
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    first.master,
                )
            )
            for code, party in (("SH", first.consignor), ("CN", first.consignee), ("N1", first.notify)):
                body += _party(code, party)
            if first.container:
                body.append(segment("VID", "4B", first.container[:4], first.container[4:]))
            for item in bill:
                weight = (figure(item.gross), "K") if item.gross is not None else ("", "")
                body.append(
                    segment(
                        "N10",
                        figure(item.packages),
                        item.goods,
                        item.marks,
                        "J" if item.hs else "",
                        item.hs,
                        figure(item.value),
                        weight[1],
                        weight[0],
                        "",
                        "",
                        item.origin,
                        item.delivery.country,
                        item.currency,
                    )
                )
                if item.un:
                    body.append(segment("H1", item.un, item.danger))
        messages.append(body)
    return interchange(messages, "309")


def write_310(shipments: Sequence[Shipment]) -> bytes:
    """A freight receipt a bill."""
    messages = []
    for items in by_bill(shipments):
        first = items[0]
        journey = first.journey
        body = [
            segment("B3", "", "", "", "PP", "", day(journey.date, "%Y%m%d")),
            segment("B2A", "00"),
            segment("N9", "BM", first.bill),
        ]
        body += [segment("N9", "MB", first.master)] if first.master else []
        body += [segment("N9", "EP", first.permit)] if first.permit else []
        body.append(segment("V1", "", journey.vessel, "", journey.voyage, journey.carrier, "", "", "", _MODES[journey.mode]))
        for code, party in (("SH", first.consignor), ("CN", first.consignee), ("N1", first.notify)):
            body += _party(code, party)
        for code, place, date in (
            ("L", first.loading, journey.departure),
            ("D", first.discharge, journey.arrival),
            ("E", first.delivery, None),
        ):
            if place.code:
                body.append(segment("R4", code, "UN", place.code, "", place.country))
                body += [segment("DTM", "140", day(date, "%Y%m%d"))] if date else []
        body.append(segment("LX", "1"))
        body += [segment("N7", first.container[:4], first.container[4:])] if first.container else []
        for item in items:
            number = str(item.item)
            body.append(segment("L5", number, item.goods, item.hs, "J" if item.hs else "", "", item.marks))
            weight = (figure(item.gross), "G") if item.gross is not None else ("", "")
            body.append(
                segment(
                    "L0",
                    number,
                    "",
                    "",
                    *weight,
                    "",
                    "",
                    figure(item.packages),
                    PACKAGES.get(item.package, item.package),
                    "",
                    "K" if weight[0] else "",
                )
            )
            if item.un:
                body.append(segment("LH1", "BX", "1", f"UN{item.un}"))
                body += [segment("LH2", item.danger)] if item.danger else []
        messages.append(body)
    return interchange(messages, "310")


def write_601(shipments: Sequence[Shipment]) -> bytes:
    """An export declaration a bill; values are in US dollars."""
    messages = []
    for items in by_bill(shipments):
        first = items[0]
        journey = first.journey
        body = [
            segment(
                "BA1",
                "N",
                "A",
                _EXPORT_MODES[journey.mode],
                first.delivery.country,
                "",
                "",
                first.loading.country,
                "",
                "",
                journey.carrier,
                "",
                journey.vessel,
            ),
            *([segment("DTM", "274", day(journey.date, "%Y%m%d"))] if journey.date else []),
            *([segment("P5", "L", "D", first.loading.schedule)] if first.loading.schedule else []),
            *([segment("P5", "D", "D", first.discharge.schedule)] if first.discharge.schedule else []),
            segment("REF", "BM", first.bill),
            *([segment("VID", "4B", first.container[:4], first.container[4:])] if first.container else []),
        ]
        for code, party in (("EX", first.consignor), ("UC", first.consignee)):
            body += _party(code, party)
        for item in items:
            weight = ("K", figure(item.gross)) if item.gross is not None else ("", "")
            unit = (item.unit, figure(item.quantity)) if item.quantity is not None else ("", "")
            body.append(
                segment(
                    "L13",
                    "B" if item.hs else "",
                    item.hs,
                    *unit,
                    "AA" if item.value is not None else "",
                    figure(item.value),
                    str(item.item),
                    "",
                    "",
                    *weight,
                    item.goods,
                )
            )
            body += [segment("X1", "C", item.permit)] if item.permit else []
            body += [segment("MAN", "L", item.marks)] if item.marks else []
        messages.append(body)
    return interchange(messages, "601")


def write_350(shipments: Sequence[Shipment]) -> bytes:
    """A status of customs: bills, and no goods."""
    messages = []
    for items in by_journey(shipments):
        journey = items[0].journey
        body = [segment("M10", journey.carrier, _MANIFEST_MODES[journey.mode], "", "", journey.vessel, journey.voyage)]
        for item in items:
            body.append(segment("P4", item.discharge.schedule, day(journey.arrival, "%Y%m%d")))
            equipment = (item.container[:4], item.container[4:]) if item.container else ("", "")
            body.append(
                segment(
                    "X4", item.bill, figure(item.packages), "", "", day(journey.date, "%Y%m%d"), "", "", "", "", "", *equipment
                )
            )
        messages.append(body)
    return interchange(messages, "350")
