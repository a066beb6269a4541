"""The sample shipments, all invented: precursors, what looks like one, a medicine, vague and ordinary goods, a listed party."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sample_data.filing.shipment import Journey, Party, Place, Shipment

_STAR = Journey("sea", "TSTL", "SAMPLE STAR", "012E", dt.date(2026, 11, 3), dt.date(2026, 11, 5), dt.date(2026, 11, 20))
_MOON = Journey("sea", "TSTL", "SAMPLE MOON", "044W", dt.date(2026, 11, 4), dt.date(2026, 11, 7), dt.date(2026, 11, 23))
_HAMBURG, _MUMBAI, _SHANGHAI = Place("DEHAM", "HAM", "42870"), Place("INBOM", "BOM", "53306"), Place("CNSHA", "PVG", "57035")
_HOUSTON, _VERACRUZ = Place("USHOU", "IAH", "5301"), Place("MXVER", "VER", "20199")
_WENDELIN = Party("WENDELIN FEINCHEMIE GMBH", "ERLENWEG 9", "MUSTERAU", "99998", "DE", "DE4711000")
_SARVODAYA = Party("SARVODAYA DYESTUFFS PVT LTD", "PLOT 88 KALPANA ESTATE", "KALPANAGAR", "499999", "IN")
_MINGBEI = Party("MINGBEI BRIGHT TOYS CO LTD", "22 LANTERN STREET", "MINGBEI", "299999", "CN")
_PELLAM = Party("PELLAM COATINGS LLC", "7 FOUNDRY LANE", "OTTERVILLE", "99971", "US", "US880017")
_ARROYO = Party("PINTURAS DEL ARROYO SA DE CV", "CALLE NOGAL 15", "SAN FICTICIO", "99910", "MX")
_LISTED = Party("QUIMERALDA REACTIVOS SA", "AVENIDA OLMO 3", "SAN FICTICIO", "99911", "MX")
_FORWARDER = Party("HALCYON FREIGHT SERVICES LTD", "2 WHARF ROAD", "OTTERVILLE", "99972", "US")


def _usd(amount: str) -> Decimal:
    return Decimal(amount)


SHIPMENTS = (
    Shipment(
        "999-41000010", "ACETIC ANHYDRIDE 99 PERCENT CAS 108-24-7", master="999-50000004", journey=_STAR, consignor=_WENDELIN, consignee=_PELLAM,
        notify=_FORWARDER, loading=_HAMBURG, discharge=_HOUSTON, delivery=_HOUSTON, container="SMPU4100011", hs="2915240000", cus="0011146-5",
        un="1715", danger="8", quantity=Decimal(2400), unit="KGM", net=Decimal(2400), gross=Decimal("2592.5"), packages=12, package="DR",
        marks="LOT 4711", value=_usd("6100.5"), currency="USD", freight=_usd("410.25"), origin="DE", permit="PERMIT-DEMO-21",
    ),
    Shipment(
        "999-41000021", "ACETIC ACID GLACIAL", journey=_STAR, consignor=_WENDELIN, consignee=_PELLAM, loading=_HAMBURG, discharge=_HOUSTON,
        delivery=_HOUSTON, container="SMPU4100032", hs="2915210000", un="2789", danger="8", quantity=Decimal(4000), unit="KGM", net=Decimal(4000),
        gross=Decimal(4300), packages=20, package="DR", marks="LOT 4712", value=_usd("5200"), currency="USD", freight=_usd("300"), origin="DE",
    ),
    Shipment(
        "999-41000032", "TOLUENE IN DRUMS", journey=_STAR, consignor=_WENDELIN, consignee=_ARROYO, notify=_FORWARDER, loading=_HAMBURG,
        discharge=_VERACRUZ, delivery=_VERACRUZ, container="SMPU4100053", hs="3208900000", un="1294", danger="3", quantity=Decimal(3400), unit="KGM",
        net=Decimal(3400), gross=Decimal(3672), packages=17, package="DR", marks="LOT 4713", value=_usd("7100"), currency="USD", freight=_usd("260"),
        origin="DE",
    ),
    Shipment(
        "999-41000043", "ESSIGSÄUREANHYDRID REIN", journey=_STAR, consignor=_WENDELIN, consignee=_ARROYO, loading=_HAMBURG, discharge=_VERACRUZ,
        delivery=_VERACRUZ, container="SMPU4100074", hs="2915240000", un="1715", danger="8", quantity=Decimal(800), unit="KGM", net=Decimal(800),
        gross=Decimal(864), packages=4, package="DR", marks="LOT 4714", value=_usd("2300"), currency="USD", freight=_usd("90"), origin="DE",
    ),
    Shipment(
        "999-41000054", "PSEUDOEPHEDRINE HCL 60 MG TABLETS, BLISTER PACKS", journey=_STAR, consignor=_WENDELIN, consignee=_PELLAM,
        loading=_HAMBURG, discharge=_HOUSTON, delivery=_HOUSTON, container="SMPU4100095", hs="3004420000", quantity=Decimal(120), unit="KGM",
        net=Decimal(120), gross=Decimal(150), packages=30, package="CT", marks="LOT 4715", value=_usd("9000"), currency="USD", freight=_usd("80"),
        origin="DE",
    ),
    Shipment(
        "999-41000065", "CHEMICAL PRODUCTS", journey=_MOON, consignor=_SARVODAYA, consignee=_ARROYO, notify=_FORWARDER, loading=_MUMBAI,
        discharge=_VERACRUZ, delivery=_VERACRUZ, container="SMPU4100116", hs="2942000000", quantity=Decimal(700), unit="KGM", net=Decimal(700),
        gross=Decimal(756), packages=4, package="DR", marks="LOT 4716", value=_usd("3000"), currency="USD", freight=_usd("120"), origin="IN",
    ),
    Shipment(
        "999-41000080", "CERAMIC FLOOR TILES", 1, journey=_MOON, consignor=_MINGBEI, consignee=_PELLAM, loading=_SHANGHAI, discharge=_HOUSTON,
        delivery=_HOUSTON, container="SMPU4100137", hs="6907210000", quantity=Decimal(500), unit="MTK", net=Decimal(9000), gross=Decimal(9400),
        packages=450, package="CT", marks="MB 1-450", value=_usd("8000"), currency="USD", freight=_usd("700"), origin="CN",
    ),
    Shipment(
        "999-41000080", "COTTON T-SHIRTS", 2, journey=_MOON, consignor=_MINGBEI, consignee=_PELLAM, loading=_SHANGHAI, discharge=_HOUSTON,
        delivery=_HOUSTON, container="SMPU4100137", hs="6109100000", quantity=Decimal(2000), unit="NMB", net=Decimal(400), gross=Decimal(460),
        packages=40, package="CT", marks="MB 451-490", value=_usd("4000"), currency="USD", freight=_usd("60"), origin="CN",
    ),
    Shipment(
        "999-41000091", "CITRIC ACID CAS 77-92-8", journey=_MOON, consignor=_MINGBEI, consignee=_LISTED, loading=_SHANGHAI, discharge=_VERACRUZ,
        delivery=_VERACRUZ, container="SMPU4100158", hs="2918140000", quantity=Decimal(500), unit="KGM", net=Decimal(500), gross=Decimal(520),
        packages=20, package="BG", marks="LOT 4718", value=_usd("900"), currency="USD", freight=_usd("60"), origin="CN",
    ),
)  # fmt: skip
