"""IATA Cargo-IMP: an air waybill an item (FWB), house waybills (FHL), flight manifests (FFM)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sample_data.filing.shipment import Party, Shipment, by_journey, day, figure, single

_ORDINARY = "AAA"  # an airport, where none is known


def _telegram(lines: Iterator[str] | Sequence[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _route(shipment: Shipment) -> str:
    return f"{shipment.loading.airport or _ORDINARY}{shipment.discharge.airport or _ORDINARY}"


def _load(shipment: Shipment) -> str:
    mass = "" if shipment.gross is None else f"K{figure(shipment.gross)}"
    return f"T{shipment.packages or 1}{mass}"


def _party(tag: str, party: Party) -> Iterator[str]:
    if not party.name:
        return
    yield f"{tag}/{party.identifier}".rstrip("/") if tag != "NFY" else tag
    yield f"NAM/{party.name}"
    if party.street:
        yield f"ADR/{party.street}"
    if party.town:
        yield f"LOC/{party.town}"
    if party.country:
        yield f"/{party.country}/{party.postcode}".rstrip("/")


def _values(shipment: Shipment) -> Iterator[str]:
    if shipment.value is not None:
        yield f"CVD/{shipment.currency}//PP/NVD/{figure(shipment.value)}/XXX"


def _waybill(shipment: Shipment) -> Iterator[str]:
    yield "FWB/17"
    yield f"{shipment.bill}{_route(shipment)}/{_load(shipment)}"
    if shipment.journey.voyage:
        yield f"FLT/{shipment.journey.voyage}/{day(shipment.journey.departure, '%d')}".rstrip("/")
    for tag, party in (("SHP", shipment.consignor), ("CNE", shipment.consignee), ("NFY", shipment.notify)):
        yield from _party(tag, party)
    yield from _values(shipment)
    more = [("NG", shipment.goods), ("NH", shipment.hs), ("NO", shipment.origin), ("NU", shipment.container)]
    yield "RTD/1/P1"
    for number, (tag, text) in enumerate([m for m in more if m[1]], 1):
        yield f"/{number}/{tag}/{text}" if number > 1 else f"/{tag}/{text}"
    if shipment.un:
        yield f"OCI///DNR/D/UN{shipment.un}"
    if shipment.journey.date:
        yield f"ISU/{day(shipment.journey.date, '%d%b%y').upper()}/{shipment.loading.airport or _ORDINARY}"


def write_fwb(shipments: Sequence[Shipment]) -> bytes:
    """An air waybill an item."""
    return "".join(_telegram(_waybill(shipment)) for shipment in single(shipments)).encode()


def _house(shipment: Shipment, pieces: int) -> Iterator[str]:
    """A house waybill; `pieces`: of all houses of its master."""
    mass = "K0" if shipment.gross is None else f"K{figure(shipment.gross)}"
    count = shipment.packages or 1
    yield "FHL/4"
    if shipment.master:
        yield f"MBI/{shipment.master}{_route(shipment)}/T{pieces}"
    yield f"HBS/{shipment.bill}/{_route(shipment)}/{count}/{mass}/{count}//{shipment.goods[:15].strip()}"
    yield f"TXT/{shipment.goods}"
    if shipment.hs:
        yield f"HTS/{shipment.hs}"
    if shipment.un:
        yield f"OCI///DNR/D/UN{shipment.un}"
    for tag, party in (("SHP", shipment.consignor), ("CNE", shipment.consignee)):
        yield from _party(tag, party)
    yield from _values(shipment)


def write_fhl(shipments: Sequence[Shipment]) -> bytes:
    """A house manifest an item, as the master bills differ."""
    houses = single(shipments)
    pieces: Counter[str] = Counter()
    for shipment in houses:
        pieces[shipment.master] += shipment.packages or 1
    return "".join(_telegram(_house(shipment, pieces[shipment.master])) for shipment in houses).encode()


def _flight(items: Sequence[Shipment]) -> Iterator[str]:
    journey = items[0].journey
    yield "FFM/8"
    yield f"1/{journey.voyage}/{day(journey.departure, '%d%b').upper()}/{items[0].loading.airport or _ORDINARY}"
    for item in items:
        yield item.discharge.airport or _ORDINARY
        if item.container:
            yield f"ULD/{item.container}"
        yield f"{item.bill}{item.loading.airport or _ORDINARY}{item.delivery.airport or _ORDINARY}/{_load(item)}/{item.goods}"
    yield "LAST"


def write_ffm(shipments: Sequence[Shipment]) -> bytes:
    """A flight manifest a journey."""
    return "".join(_telegram(_flight(items)) for items in by_journey(single(shipments))).encode()
