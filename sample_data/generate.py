"""Writes the sample manifest in four formats that state the same shipments, and a few shipments in every format that is read
(`formats/`, by the writers of `filing/`): `python sample_data/generate.py`.

Everything in it is invented: firms, people, vessels, numbers. Beside each shipment that a rule flags stands one that looks
like it and must stay quiet. The files are committed; a test writes them again and compares.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = (
    "Bill of Lading", "Item No", "Container No", "Shipper", "Shipper Address", "Shipper Country", "Consignee", "Consignee Address",
    "Consignee Country", "Notify Party", "Description of Goods", "HS Code", "CAS No", "UN No", "IMDG Class", "Packages", "Package Type",
    "Marks", "Net Weight KG", "Gross Weight KG", "Quantity", "Unit", "Value", "Currency", "Country of Origin", "Country of Dispatch",
    "Country of Destination", "Port of Loading", "Port of Discharge", "Mode of Transport", "Vessel", "Date", "Permit No", "PEN No",
    "Consignee ID", "Freight", "Transit Countries", "Place of Delivery",
)  # fmt: skip
NUMBERS = ("Net Weight KG", "Gross Weight KG", "Quantity", "Value", "Freight")
WHOLE = ("Item No", "Packages")

FIRMS = (
    "Ashgrove Home Goods", "Bellwether Textiles", "Casa Verde Importaciones", "Dunmore Foods", "Estuary Trading House", "Ferrand et Fils",
    "Glenholt Retail", "Hartwig Werkzeuge", "Ilmari Paper", "Juniper Garden Centres", "Kestrel Marine Stores", "Lindqvist Bygg",
)  # fmt: skip

US_SHIPPER = ("Larkfield Laboratory Supply Inc", "410 Millrace Road, Denby", "US")
DE_SHIPPER = ("Wendelin Feinchemie GmbH", "Erlenweg 9, Musterau", "DE")
IN_SHIPPER = ("Sarvodaya Dyestuffs Private Limited", "Plot 88, Kalpana Estate", "IN")
CN_SHIPPER = ("Mingbei Bright Toys Co Ltd", "22 Lantern Street, Mingbei", "CN")
US_BUYER = ("Pellam Coatings LLC", "7 Foundry Lane, Otterville", "US")
MX_BUYER = ("Pinturas del Arroyo SA de CV", "Calle Nogal 15, San Ficticio", "MX")
NG_BUYER = ("Okemadu Textile Mills Limited", "Plot 6, Marina Layout, Igbodo", "NG")
PARCELS = ("Taller Lomita", "Calle Olmo 6, San Ficticio", "MX")
FORWARDER = "Halcyon Freight Services Ltd"


def _toluene(**other: Any) -> dict[str, Any]:
    """A plain line of toluene, to show what is odd about parties, routes and papers."""
    return {
        "goods": "TOLUENE",
        "hs": "29023000",
        "un": "1294",
        "imdg": "3",
        "net": 900,
        "from": DE_SHIPPER,
        "to": MX_BUYER,
    } | other


def _phenylacetic_acid(**other: Any) -> dict[str, Any]:
    """An export of phenylacetic acid from the United States, to show what the registers say of it."""
    return {"goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 40, "from": US_SHIPPER, "to": MX_BUYER} | other


def _permanganate(**other: Any) -> dict[str, Any]:
    """An import of potassium permanganate into the United States."""
    plain = {
        "goods": "POTASSIUM PERMANGANATE",
        "hs": "28416100",
        "un": "1490",
        "imdg": "5.1",
        "net": 40,
        "from": IN_SHIPPER,
        "to": US_BUYER,
    }
    return plain | other


def _groupage(bill: str, consignees: int) -> tuple[tuple[str, dict[str, Any]], ...]:
    """One bill with drums of toluene and the clothes of others."""
    names = [
        (f"{firm} Sarl", f"{number} Market Street, Sampleford", "NG") for number, firm in enumerate(FIRMS[: consignees - 1], 1)
    ]
    clothes = {"goods": "COTTON T-SHIRTS", "hs": "61091000", "net": 300, "package": "CARTON", "from": CN_SHIPPER}
    rest = (
        (f"groupage {bill}, clothes {item}", clothes | {"bill": bill, "item": item, "to": name})
        for item, name in enumerate(names, 2)
    )
    return ((f"groupage {bill}, drums", _toluene(bill=bill, **{"from": CN_SHIPPER, "to": NG_BUYER})), *rest)


# (what is shown, what differs from a plain line); `rules` are the flags that the line must and must not get, for the tests.
SPECIAL: tuple[tuple[str, dict[str, Any]], ...] = (
    # CHEM-001, QTY-001 and the near misses of QTY-003: import of acetone into the United States, threshold 1,500 kg.
    ("at the threshold", {"goods": "ACETONE IN DRUMS", "hs": "29141100", "un": "1090", "imdg": "3", "net": 1500, "from": DE_SHIPPER, "to": US_BUYER}),
    ("just under the threshold", {"goods": "ACETONE TECHNICAL GRADE", "hs": "29141100", "un": "1090", "imdg": "3", "net": 1460, "from": DE_SHIPPER, "to": US_BUYER}),
    ("well under the threshold", {"goods": "ACETONE FOR LABORATORY USE 4X2.5L", "hs": "29141100", "un": "1090", "imdg": "3", "net": 8, "packages": 4, "from": DE_SHIPPER, "to": US_BUYER}),
    # CHEM-003: another code, and a mixture under its own code.
    ("toluene under paints", {"goods": "TOLUENE 20 DRUMS", "hs": "32089000", "un": "1294", "imdg": "3", "net": 3400, "from": DE_SHIPPER, "to": MX_BUYER}),
    ("thinner that contains toluene", {"goods": "PAINT THINNER CONTAINING TOLUENE", "hs": "38140000", "un": "1263", "imdg": "3", "net": 900, "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-004: the code says it, the text does not.
    ("code of acetic anhydride", {"goods": "TEXTILE AUXILIARY AGENT TX-40", "hs": "29152400", "net": 4000, "from": IN_SHIPPER, "to": NG_BUYER}),
    ("code of acetic acid", {"goods": "ACETIC ACID GLACIAL", "hs": "29152100", "un": "2789", "imdg": "8", "net": 4000, "from": IN_SHIPPER, "to": NG_BUYER}),
    # CHEM-005: the number says one thing, the text another.
    ("CAS number of acetic anhydride", {"goods": "ACETONE PURE", "hs": "29141100", "cas": "108-24-7", "un": "1090", "imdg": "3", "net": 600, "from": IN_SHIPPER, "to": NG_BUYER}),
    ("CAS number that agrees", {"goods": "ACETONE PURE", "hs": "29141100", "cas": "67-64-1", "un": "1090", "imdg": "3", "net": 600, "from": IN_SHIPPER, "to": NG_BUYER}),
    # CHEM-006: a check digit that fails, and a part number of the same form.
    ("wrong check digit", {"goods": "CITRIC ACID CAS 77-92-8", "hs": "29181400", "net": 500, "from": IN_SHIPPER, "to": NG_BUYER}),
    ("a part number", {"goods": "PUMP SEAL KIT 77-92-8", "hs": "84139100", "net": 50, "from": DE_SHIPPER, "to": NG_BUYER}),
    # CHEM-007: the UN number of other goods.
    ("UN number of other goods", {"goods": "POTASSIUM PERMANGANATE", "hs": "28416100", "un": "1993", "imdg": "5.1", "net": 200, "from": IN_SHIPPER, "to": MX_BUYER}),
    ("its own UN number", {"goods": "POTASSIUM PERMANGANATE", "hs": "28416100", "un": "1490", "imdg": "5.1", "net": 200, "from": IN_SHIPPER, "to": MX_BUYER}),
    # CHEM-008: letters of another alphabet, under the code of other goods.
    ("Cyrillic letters in the name", {"goods": "АCETОNE 12 DRUMS", "hs": "34029000", "un": "1090", "imdg": "3", "net": 1900, "from": IN_SHIPPER, "to": MX_BUYER}),
    # CHEM-013: vague in a chemical chapter, and the same vagueness elsewhere.
    ("vague chemical", {"goods": "CHEMICAL PRODUCTS", "hs": "29420000", "net": 700, "from": IN_SHIPPER, "to": MX_BUYER}),
    ("vague spare parts", {"goods": "SPARE PARTS", "hs": "84879000", "net": 700, "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-025: anhydride and acid of one route on one bill.
    ("one synthesis, first half", {"bill": "SMPL900", "goods": "ACETIC ANHYDRIDE 99 %", "hs": "29152400", "un": "1715", "imdg": "8", "net": 900, "from": IN_SHIPPER, "to": NG_BUYER, "pen": "PEN-DEMO-17"}),
    ("one synthesis, second half", {"bill": "SMPL900", "item": 2, "goods": "HYDROCHLORIC ACID 36 %", "hs": "28061000", "un": "1789", "imdg": "8", "net": 400, "from": IN_SHIPPER, "to": NG_BUYER}),
    # CHEM-019: nobody can tell how much.
    ("no quantity", {"goods": "SULPHURIC ACID", "hs": "28070000", "un": "1830", "imdg": "8", "net": None, "gross": None, "packages": None, "quantity": 4, "unit": "PALLETS", "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-020: an honest medicine.
    ("cold tablets", {"goods": "PSEUDOEPHEDRINE HCL 60 MG TABLETS, BLISTER PACKS", "hs": "30044200", "net": 120, "package": "CARTON", "from": DE_SHIPPER, "to": US_BUYER}),
    # CHEM-001 in other languages and forms.
    ("German name", {"goods": "ESSIGSÄUREANHYDRID, 4 FÄSSER", "hs": "29152400", "un": "1715", "imdg": "8", "net": 800, "from": DE_SHIPPER, "to": US_BUYER, "pen": "PEN-DEMO-18", "permit": "PERMIT-DEMO-1"}),
    ("Spanish name", {"goods": "PERMANGANATO DE POTASIO", "hs": "28416100", "un": "1490", "imdg": "5.1", "net": 250, "from": MX_BUYER, "to": US_BUYER, "permit": "PERMIT-DEMO-2"}),
    ("Chinese name", {"goods": "高锰酸钾", "hs": "28416100", "un": "1490", "imdg": "5.1", "net": 250, "from": CN_SHIPPER, "to": US_BUYER, "permit": "PERMIT-DEMO-4"}),
    ("Russian name", {"goods": "СОЛЯНАЯ КИСЛОТА 35 %", "hs": "28061000", "un": "1789", "imdg": "8", "net": 90, "from": DE_SHIPPER, "to": US_BUYER}),
    ("a salt", {"goods": "PIPERIDINE HYDROCHLORIDE", "hs": "29333200", "un": "2401", "imdg": "8", "net": 25, "from": IN_SHIPPER, "to": US_BUYER}),
    # Look-alikes that must stay quiet.
    ("a salt of hydrochloric acid", {"goods": "BETAINE HYDROCHLORIDE FEED GRADE", "hs": "29239000", "net": 1000, "from": CN_SHIPPER, "to": US_BUYER}),
    ("an isocyanate", {"goods": "TOLUENE DIISOCYANATE", "hs": "29291000", "un": "2078", "imdg": "6.1", "net": 4000, "from": DE_SHIPPER, "to": US_BUYER}),
    ("free of acetone", {"goods": "NAIL POLISH REMOVER, ACETONE-FREE", "hs": "33043000", "net": 300, "package": "CARTON", "packages": 30, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a polymer", {"goods": "POLYETHER POLYOL FOR FOAM", "hs": "39072000", "net": 18000, "from": DE_SHIPPER, "to": US_BUYER}),
    ("a network", {"goods": "ETHERNET SWITCHES, LEATHER CASES", "hs": "85176200", "net": 120, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a battery", {"goods": "LEAD-ACID BATTERIES WITH SULPHURIC ACID", "hs": "85071000", "un": "2794", "imdg": "8", "net": 9000, "from": CN_SHIPPER, "to": US_BUYER}),
    # QTY-015.
    ("net above gross", {"goods": "METHYL ETHYL KETONE", "hs": "29141200", "un": "1193", "imdg": "3", "net": 880, "gross": 800, "from": DE_SHIPPER, "to": MX_BUYER}),
    # PTY-001 and PTY-003, against the fictional list, and names that are near.
    ("a listed consignee", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Quimeralda Reactivos SA de CV", "Calle Azafran 114, Puerto Fabula", "MX")}),
    ("nearly the listed consignee", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Quimica del Valle Reactivos SA", "Calle Romero 3, San Ficticio", "MX"), "package": "BALE"}),
    ("a listed consignor, misspelt", {"goods": "PVC RESIN", "hs": "39041000", "net": 24000, "from": ("BRIGHTMARSH CHEMICALS TRDG CO LTD", "9 Lotus Ferry Road, Mingbei", "CN"), "to": NG_BUYER}),
    ("a listed notify party", {"goods": "USED MACHINERY", "hs": "84798900", "net": 4000, "from": DE_SHIPPER, "to": MX_BUYER, "notify": "HALVORSEN AND DRAKE FORWARDING LTD"}),
    ("a weak alias alone", {"goods": "FURNITURE", "hs": "94036000", "net": 900, "from": DE_SHIPPER, "to": ("The Professor", "1 College Row, Denby", "US"), "package": "CARTON"}),
    # PTY-011, PTY-015.
    ("to order", {"goods": "SULPHURIC ACID 98 % IN IBC", "hs": "28070000", "un": "1830", "imdg": "8", "net": 5000, "from": IN_SHIPPER, "to": ("TO THE ORDER OF FIRST BANK OF NOWHERE", "", "NG"), "notify": "Okemadu Textile Mills Limited"}),
    ("nobody", {"goods": "TOLUENE", "hs": "29023000", "un": "1294", "imdg": "3", "net": 1200, "from": DE_SHIPPER, "to": ("", "", "NG")}),
    ("to itself", {"goods": "ETHYL ETHER", "hs": "29091100", "un": "1155", "imdg": "3", "net": 160, "from": ("Norwood Biologics Limited", "2 Quay Road, Denby", "GB"), "to": ("Norwood Biologics Ltd", "Plot 4, Marina Layout, Igbodo", "NG")}),
    # DOC-001: exports from the United States with and without a pre-export notification.
    ("not notified", {"goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 50, "from": US_SHIPPER, "to": MX_BUYER}),
    ("notified", {"goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 50, "from": US_SHIPPER, "to": MX_BUYER, "pen": "PEN-DEMO-0021"}),
    # DOC-013, DOC-016.
    ("tiny value", {"goods": "PIPERONAL", "hs": "29329300", "net": 100, "value": 120, "from": IN_SHIPPER, "to": US_BUYER, "permit": "PERMIT-DEMO-3"}),
    ("consignor left blank", {"goods": "ANTHRANILIC ACID", "hs": "29224300", "net": 25, "from": ("", "", "IN"), "to": US_BUYER}),
    # PKG-001, PKG-007.
    ("unmarked drums", {"goods": "TOLUENE IN DRUMS", "hs": "29023000", "un": "1294", "imdg": "3", "net": 24000, "marks": "N/M", "from": CN_SHIPPER, "to": US_BUYER}),
    ("no class", {"goods": "SULPHURIC ACID", "hs": "28070000", "un": "1830", "imdg": None, "net": 1000, "from": DE_SHIPPER, "to": US_BUYER}),
    # RTE-010.
    ("drums by air", {"goods": "METHYL ETHYL KETONE", "hs": "29141200", "un": "1193", "imdg": "3", "net": 800, "mode": "air", "from": DE_SHIPPER, "to": US_BUYER}),
    ("a sample by air", {"goods": "METHYL ETHYL KETONE", "hs": "29141200", "un": "1193", "imdg": "3", "net": 2, "mode": "air", "from": DE_SHIPPER, "to": US_BUYER}),
    # What cannot be screened must not look clear.
    ("nothing to screen", {"goods": "GENERAL CARGO", "hs": None, "net": 100, "from": CN_SHIPPER, "to": US_BUYER}),
    ("no description", {"goods": None, "hs": None, "net": 100, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a quantity nobody can read", {"goods": "CERAMIC TILES", "hs": "69072100", "net": "as per invoice", "from": CN_SHIPPER, "to": US_BUYER}),
    # Namibia is a country, not a missing value.
    ("to Namibia", {"goods": "ACETONE", "hs": "29141100", "un": "1090", "imdg": "3", "net": 80, "from": DE_SHIPPER, "to": ("Windhaven Paints CC", "14 Dune Street, Windhaven", "NA")}),
    # CHEM-022 and CHEM-023: what national law lists, and a scheduled drug; a tincture of the one, a medicine of the other.
    (
        "on the national list only",
        {"goods": "IODINE CRYSTALS", "hs": "28012000", "net": 500, "from": IN_SHIPPER, "to": US_BUYER},
    ),
    (
        "a scheduled drug in bulk",
        {"goods": "DIAZEPAM POWDER", "hs": "29339100", "net": 25, "from": IN_SHIPPER, "to": US_BUYER},
    ),
    (
        "the drug as a medicine",
        {"goods": "DIAZEPAM 5 MG TABLETS", "hs": "30049000", "net": 25, "package": "CARTON", "from": IN_SHIPPER, "to": US_BUYER},
    ),
    # CHEM-009 to CHEM-012: coded names, designer precursors and their masks, strong mixtures.
    ("a coded name", {"goods": "PMK-OIL 180 KG", "hs": "33029000", "net": 180, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("a type of pump", {"goods": "OIL PUMP PMK 12", "hs": "84136000", "net": 180, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("a designer precursor", {"goods": "ALPHA-PHENYLACETOACETONITRILE", "hs": "29264000", "net": 25, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("an intermediate of pigments", {"goods": "ACETOACETANILIDE", "hs": "29242990", "net": 2500, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("a masked precursor", {"goods": "PMK ETHYL GLYCIDATE", "hs": "29329900", "net": 25, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("strawberry aldehyde", {"goods": "ETHYL METHYLPHENYLGLYCIDATE FOR FLAVOURS", "hs": "29189900", "net": 25, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("a strong mixture", {"goods": "DESCALER MIXTURE OF HYDROCHLORIC ACID 32 %", "hs": "34029000", "un": "1789", "imdg": "8", "net": 300, "from": DE_SHIPPER, "to": MX_BUYER}),
    ("a weak mixture", {"goods": "DESCALER MIXTURE OF HYDROCHLORIC ACID 8 %", "hs": "34029000", "un": "1789", "imdg": "8", "net": 300, "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-014: two precursors of one route, and two solvents of a distributor.
    ("two precursors, the first", {"bill": "SMPL901", "goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 20, "from": IN_SHIPPER, "to": MX_BUYER}),
    ("two precursors, the second", {"bill": "SMPL901", "item": 2, "goods": "1-PHENYL-2-PROPANONE", "hs": "29143100", "net": 20, "from": IN_SHIPPER, "to": MX_BUYER}),
    ("two solvents, the first", {"bill": "SMPL902", "goods": "ACETONE", "hs": "29141100", "un": "1090", "imdg": "3", "net": 800, "from": DE_SHIPPER, "to": MX_BUYER}),
    ("two solvents, the second", _toluene(bill="SMPL902", item=2)),
    # CHEM-023: the printed packing of a medicine.
    ("foil for a medicine", {"goods": "PRINTED ALUMINIUM FOIL FOR DIAZEPAM", "hs": "76072000", "net": 400, "from": IN_SHIPPER, "to": US_BUYER}),
    # QTY-001: what a mixture holds counts, not what it weighs.
    ("a mixture over the threshold", {"goods": "MIXTURE OF ACETIC ANHYDRIDE 50 % AND ACETIC ACID", "hs": "38249900", "un": "1715", "imdg": "8", "net": 3000, "from": US_SHIPPER, "to": MX_BUYER}),
    ("a mixture under the threshold", {"goods": "MIXTURE OF ACETIC ANHYDRIDE 50 % AND ACETIC ACID", "hs": "38249900", "un": "1715", "imdg": "8", "net": 1500, "from": US_SHIPPER, "to": MX_BUYER}),
    # PTY-002: the number of a listed party, and a namesake with another.
    ("the number of a listed party", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Reactivos Quimeralda", "Calle Olmo 9, San Ficticio", "MX"), "id": "QRE-000101-AB1"}),
    ("a namesake with another number", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Reactivos Quimeralda", "Calle Olmo 9, San Ficticio", "CL"), "id": "QXE-990101-ZZ9"}),
    # PTY-009, PTY-012, PTY-013, PTY-017, PTY-022, PTY-023: what name and address tell of a buyer.
    ("a travel agency", _toluene(to=("Blue Palm Travel & Tours Ltd", "5 Parade Street, Denby", "GB"))),
    ("a name that only sounds like toys", _toluene(to=("Toysenberg Chemie GmbH", "Weidenallee 3, Musterau", "DE"))),
    ("a forwarder as consignee", _toluene(to=(FORWARDER, "Dock 4, Denby", "GB"))),
    ("a forwarder to be notified", _toluene(to=("Denby Lacquers Ltd", "18 Dock Street, Denby", "GB"), notify=FORWARDER)),
    ("a post office box", _toluene(to=("Denby Lacquers Ltd", "P.O. Box 4417, Denby", "GB"))),
    ("a post office box where it is usual", _toluene(to=("Ras Wahmi Paints LLC", "P.O. Box 77, Ras Wahmi", "AE"))),
    ("a free mail address", _toluene(net=910, to=("Pinturas Lomita", "Calle Olmo 4, San Ficticio, pinturas.lomita@gmail.com", "MX"))),
    ("a mail address of its own", _toluene(net=920, to=("Pinturas Lomita", "Calle Olmo 4, San Ficticio, ventas@lomita.example", "MX"))),
    ("a town for an address", _toluene(net=930, to=("Pinturas Lomita", "San Ficticio", "MX"))),
    ("a short address", _toluene(net=940, to=("Pinturas Lomita", "Olmo 4, San Ficticio", "MX"))),
    ("a buyer in a free zone", _toluene(to=("Pearl Lagoon Solvents FZE", "Plot 8, Wahmi Free Zone, Ras Wahmi", "AE"))),
    ("a buyer in a free zone who sells on", _toluene(to=("Pearl Lagoon Solvents FZE", "Plot 8, Wahmi Free Zone, Ras Wahmi", "AE"), destination="KE")),
    # RTE-005, RTE-009, RTE-013: the route.
    ("through a free zone", _toluene(destination="PA", place="COLON FREE ZONE")),
    ("through a town", _toluene(destination="PA", place="COLON")),
    ("a parcel through a third country", _toluene(to=PARCELS, net=2, mode="post", transit="NL")),
    ("a parcel by the direct way", _toluene(to=PARCELS, net=3, mode="post")),
    ("three countries", _toluene(net=810, origin="CN", dispatch="NL")),
    ("two countries", _toluene(net=820, origin="CN")),
    # DOC-008, DOC-012, DOC-020: the papers.
    ("no permit", _permanganate()),
    ("a permit", _permanganate(net=41, permit="PERMIT-DEMO-5")),
    ("freight dearer than the goods", _toluene(net=870, value=5000, freight=6000)),
    ("freight cheaper than the goods", _toluene(net=880, value=5000, freight=600)),
    ("only the number says it", {"goods": "CLEANING LIQUID TX-9", "hs": "29141100", "cas": "67-64-1", "un": "1090", "imdg": "3", "net": 600, "from": IN_SHIPPER, "to": NG_BUYER}),
    # PKG-003: drums among consumer goods of three other chapters, and of two.
    ("drums among toys", _toluene(bill="SMPL903", **{"from": CN_SHIPPER, "to": NG_BUYER})),
    ("the toys", {"bill": "SMPL903", "item": 2, "goods": "PLASTIC TOYS", "hs": "95030000", "net": 900, "package": "CARTON", "from": CN_SHIPPER, "to": NG_BUYER}),
    ("the clothes", {"bill": "SMPL903", "item": 3, "goods": "COTTON T-SHIRTS", "hs": "61091000", "net": 900, "package": "CARTON", "from": CN_SHIPPER, "to": NG_BUYER}),
    ("the shoes", {"bill": "SMPL903", "item": 4, "goods": "SPORTS SHOES", "hs": "64041100", "net": 900, "package": "CARTON", "from": CN_SHIPPER, "to": NG_BUYER}),
    ("drums beside machines", _toluene(bill="SMPL904", **{"from": CN_SHIPPER, "to": NG_BUYER})),
    ("the machines", {"bill": "SMPL904", "item": 2, "goods": "WATER PUMPS", "hs": "84137000", "net": 900, "package": "CASE", "from": CN_SHIPPER, "to": NG_BUYER}),
    ("the dyed fabric", {"bill": "SMPL904", "item": 3, "goods": "LINEN FABRIC", "hs": "53091100", "net": 900, "package": "CARTON", "from": CN_SHIPPER, "to": NG_BUYER}),
    ("the working clothes", {"bill": "SMPL904", "item": 4, "goods": "COTTON OVERALLS", "hs": "62113200", "net": 90, "package": "CARTON", "from": CN_SHIPPER, "to": NG_BUYER}),
    # PKG-005, TIM-007.
    ("neutral labels", _toluene(net=830, goods="TOLUENE IN DRUMS, NEUTRAL LABELS")),
    ("labels as usual", _toluene(net=840, goods="TOLUENE IN DRUMS, LABELLED CLASS 3")),
    ("in haste", _toluene(net=850, goods="TOLUENE - URGENT")),
    ("without haste", _toluene(net=860, goods="TOLUENE, FOR BRUSH MAKERS")),
    # DOC-002, DOC-003, DOC-004, PTY-024, RTE-006: what the register of notifications says (registers/pre_export_notifications.csv).
    ("a notification that nobody knows", _phenylacetic_acid(net=33, pen="PEN-DEMO-9999")),
    ("a notification that is known", _phenylacetic_acid(net=34, pen="PEN-DEMO-0030", day=20)),
    ("shipped three days after", _phenylacetic_acid(net=35, pen="PEN-DEMO-0031", day=20)),
    ("shipped on the last day", _phenylacetic_acid(net=36, pen="PEN-DEMO-0032", day=20)),
    ("objected to", _phenylacetic_acid(net=37, pen="PEN-DEMO-0033", day=20)),
    ("accepted", _phenylacetic_acid(net=38, pen="PEN-DEMO-0034", day=20)),
    ("for another importer", _phenylacetic_acid(net=39, pen="PEN-DEMO-0035", day=20)),
    ("for this importer, otherwise written", _phenylacetic_acid(net=40, pen="PEN-DEMO-0036", day=20)),
    ("refused by Mexico, sent to Nigeria", _phenylacetic_acid(net=41, pen="PEN-DEMO-0037", day=20, to=NG_BUYER)),
    ("of an exporter whom nobody refused", _phenylacetic_acid(net=41, pen="PEN-DEMO-0038", day=20, to=NG_BUYER, **{"from": DE_SHIPPER})),
    # DOC-007 (registers/permits.csv), PTY-018 and PTY-019 (registers/licences.csv).
    ("a permit that ran out", _permanganate(net=42, permit="PERMIT-DEMO-8")),
    ("a permit in force", _permanganate(net=43, permit="PERMIT-DEMO-9")),
    ("no licence", _permanganate(permit="PERMIT-DEMO-12", to=("Marrow Lane Trading LLC", "60 Marrow Lane, Otterville", "US"))),
    ("a licence that lapsed", _permanganate(permit="PERMIT-DEMO-13", to=("Old Quay Chemicals Inc", "1 Old Quay, Otterville", "US"))),
    ("a licence in force", _permanganate(permit="PERMIT-DEMO-14", to=("New Quay Chemicals Inc", "2 Old Quay, Otterville", "US"))),
    # PKG-004: ten and nine consignees under one bill.
    *_groupage("SMPL905", 10),
    *_groupage("SMPL906", 9),
    # COV-001, -003, -005, -010, -012: signs that need no substance, each beside its near miss.
    ("a code that the HS lacks", {"goods": "SUMMER COOLANT", "hs": "29990000", "net": 360, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a code that the HS has", {"goods": "GLYCEROL", "hs": "29054500", "net": 360, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a purpose for a name", {"goods": "CHEMICAL FOR INDUSTRIAL USE", "hs": "38249900", "net": 360, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a name beside the purpose", {"goods": "STEARIC ACID FOR INDUSTRIAL USE", "hs": "38231100", "net": 360, "from": CN_SHIPPER, "to": US_BUYER}),
    ("cheap bulk by air", {"goods": "CALCIUM CARBONATE", "hs": "28365000", "net": 500, "value": 300, "mode": "air", "package": "BAG", "packages": 20, "from": CN_SHIPPER, "to": US_BUYER}),
    ("cheap bulk by sea", {"goods": "CALCIUM CARBONATE", "hs": "28365000", "net": 500, "value": 300, "package": "BAG", "packages": 20, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a post box for premises", {"goods": "ZINC OXIDE", "hs": "28170000", "net": 500, "package": "BAG", "packages": 20, "from": CN_SHIPPER, "to": ("Hollow Lane Supply Inc", "PO Box 12, Denby", "US")}),
    ("premises", {"goods": "ZINC OXIDE", "hs": "28170000", "net": 500, "package": "BAG", "packages": 20, "from": CN_SHIPPER, "to": ("Hollow Lane Supply Inc", "12 Hollow Lane, Denby, OH 44021", "US")}),
    ("apples of a class", {"goods": "APPLES", "hs": "08081000", "imdg": "3", "net": 900, "package": "CARTON", "packages": 60, "from": CN_SHIPPER, "to": US_BUYER}),
    ("apples", {"goods": "APPLES", "hs": "08081000", "net": 900, "package": "CARTON", "packages": 60, "from": CN_SHIPPER, "to": US_BUYER}),
    # CHEM-026: a medicine of a narcotic drug by the hundred kilograms, and a box of it.
    ("ampoules in bulk", {"goods": "MORPHINE SULPHATE AMPOULES", "hs": "30044900", "net": 300, "package": "CARTON", "from": DE_SHIPPER, "to": US_BUYER}),
    ("a box of ampoules", {"goods": "MORPHINE SULPHATE AMPOULES", "hs": "30044900", "net": 4, "package": "CARTON", "from": DE_SHIPPER, "to": US_BUYER}),
    # CHEM-027: two precursors that no synthesis joins, in bulk and as samples.
    ("two of different drugs, the first", _permanganate(bill="SMPL910", net=45, to=NG_BUYER)),
    ("two of different drugs, the second", _phenylacetic_acid(bill="SMPL910", item=2, net=45, **{"from": IN_SHIPPER, "to": NG_BUYER})),
    ("a sample of one, the first", _permanganate(bill="SMPL911", net=2, to=NG_BUYER)),
    ("a sample of one, the second", _phenylacetic_acid(bill="SMPL911", item=2, net=2, **{"from": IN_SHIPPER, "to": NG_BUYER})),
    # COV-015 and -016: a cleaner by weight in drums to where a drug is made, and in bottles.
    ("a cleaner in drums", {"goods": "WINDOW CLEANER", "hs": "34025000", "net": 5400, "from": CN_SHIPPER, "to": MX_BUYER}),
    ("a cleaner in bottles", {"goods": "WINDOW CLEANER 750 ML BOTTLES", "hs": "34025000", "net": 5400, "package": "CARTON", "packages": 600, "from": CN_SHIPPER, "to": MX_BUYER}),
    # PTY-033 and -034: a private person, and nobody at all.
    ("for a private person", _toluene(net=180, to=("Mrs Hester Quillfeather", "4 Larch Close, Denby, OH 44021", "US"))),
    ("for a firm of that name", _toluene(net=180, to=("Quillfeather Coatings LLC", "4 Larch Close, Denby, OH 44021", "US"))),
    ("chemicals for nobody", {"goods": "GENERAL CARGO", "hs": "38249900", "net": 800, "from": CN_SHIPPER, "to": ("TO ORDER", "", "NG")}),
    ("chemicals to be notified", {"goods": "GENERAL CARGO", "hs": "38249900", "net": 800, "from": CN_SHIPPER, "to": ("TO ORDER", "", "NG"), "notify": "Okemadu Textile Mills Limited"}),
)  # fmt: skip

ORDINARY = (
    ("PLASTIC KITCHENWARE", "39241000"), ("COTTON T-SHIRTS", "61091000"), ("CERAMIC FLOOR TILES", "69072100"), ("STEEL BOLTS AND NUTS", "73181500"),
    ("FROZEN FISH FILLETS", "03048900"), ("GREEN COFFEE BEANS", "09011100"), ("USED TYRES", "40122000"), ("WOODEN FURNITURE", "94036000"),
    ("LED LAMPS", "85395200"), ("BICYCLE PARTS", "87149900"), ("PAPER NAPKINS", "48183000"), ("RUBBER GLOVES", "40151900"),
    ("GLASS BOTTLES EMPTY", "70109000"), ("SODIUM BICARBONATE FOOD GRADE", "28363000"), ("CITRIC ACID ANHYDROUS", "29181400"),
    ("TITANIUM DIOXIDE PIGMENT", "28230000"), ("LINEN FABRIC", "53091100"), ("WATER PUMPS", "84137000"), ("SUNFLOWER OIL", "15121900"),
    ("CHOCOLATE CONFECTIONERY", "18069000"), ("TOOTHPASTE", "33061000"), ("CARDBOARD BOXES", "48191000"), ("ALUMINIUM FOIL", "76071100"),
    ("MOBILE PHONE CASES", "39269000"), ("SPORTS SHOES", "64041100"), ("UREA FERTILISER", "31021000"), ("POLYETHYLENE GRANULES", "39012000"),
    ("STEARIC ACID", "38231100"), ("GLYCERINE USP", "29054500"), ("ACETYLSALICYLIC ACID TABLETS", "30049000"),
)  # fmt: skip
FORMS = ("Ltd", "GmbH", "SARL", "Inc", "BV", "Oy")
PLACES = (("Rotterdam", "NLRTM", "NL"), ("Houston", "USHOU", "US"), ("Hamburg", "DEHAM", "DE"), ("Mumbai", "INBOM", "IN"), ("Shanghai", "CNSHA", "CN"), ("Veracruz", "MXVER", "MX"), ("Lagos", "NGLOS", "NG"), ("Walvis Bay", "NAWVB", "NA"), ("London", "GBLON", "GB"))  # fmt: skip
PORTS = {country: code for _, code, country in PLACES}
LINES = 200


def rows() -> list[dict[str, Any]]:
    """The lines of the manifest."""
    random_ = random.Random(1988)
    found = [_special(number, what) for number, (_, what) in enumerate(SPECIAL)]
    while len(found) < LINES:
        found.append(_ordinary(len(found), random_))
    return found


def _special(number: int, what: dict[str, Any]) -> dict[str, Any]:
    net = what["net"]
    shipper, consignee = what["from"], what["to"]
    plain = isinstance(net, int | float)
    gross = what.get("gross", round(net * 1.08, 1) if plain else None)
    packages = what.get("packages", max(1, int(net // 180)) if plain else 10)
    return _line(
        bill=what.get("bill", f"SMPL{number:03d}"),
        item=what.get("item", 1),
        shipper=shipper,
        consignee=consignee,
        notify=what.get("notify"),
        goods=what["goods"],
        hs=what["hs"],
        codes=(what.get("cas"), what.get("un"), what.get("imdg")),
        packing=(packages, what.get("package", "DRUM"), what.get("marks", f"LOT {4700 + number}")),
        masses=(net, gross),
        quantity=(what.get("quantity"), what.get("unit")),
        value=what.get("value", 25 * net if plain else 9000),
        mode=what.get("mode", "sea"),
        number=number,
        references=(what.get("permit"), what.get("pen")),
        countries=(what.get("origin", shipper[2]), what.get("dispatch", shipper[2]), what.get("destination", consignee[2])),
        more=(what.get("id"), what.get("freight"), what.get("transit"), what.get("place")),
        day=what.get("day"),
    )


_MOST_IN_A_CARTON = 40  # kg


def _ordinary(number: int, random_: random.Random) -> dict[str, Any]:
    goods, hs = random_.choice(ORDINARY)
    origin, destination = random_.sample([country for _, _, country in PLACES], 2)
    net = random_.randrange(200, 20_000, 50)
    packages = random_.randrange(5, 900)
    names = [f"{firm} {random_.choice(FORMS)}" for firm in random_.sample(FIRMS, 2)]
    # What is sold by the tonne travels in bags; nobody packs 80 kg into a carton.
    package = "BAG" if net / packages > _MOST_IN_A_CARTON else "CARTON"
    packages = net // 25 if package == "BAG" else packages
    return _line(
        bill=f"SMPL{number:03d}",
        item=1,
        shipper=(names[0], f"{random_.randrange(1, 99)} Harbour Road, Exampleton", origin),
        consignee=(names[1], f"{random_.randrange(1, 99)} Market Street, Sampleford", destination),
        notify=random_.choice([None, names[1]]),
        goods=f"{packages} CTNS {goods}" if random_.random() < 0.4 else goods,
        hs=hs,
        codes=(None, None, None),
        packing=(packages, package, f"{names[1].split()[0].upper()} 1-{packages}"),
        masses=(net, round(net * 1.06, 1)),
        quantity=(None, None),
        value=net * random_.randrange(2, 30),
        mode="sea",
        number=number,
        references=(None, None),
        countries=(origin, origin, destination),
        more=(None, None, None, None),
        day=None,
    )


def _line(
    *, bill: str, item: int, shipper: Any, consignee: Any, notify: Any, goods: Any, hs: Any, codes: Any, packing: Any, masses: Any,
    quantity: Any, value: Any, mode: str, number: int, references: Any, countries: Any, more: Any, day: Any,
) -> dict[str, Any]:  # fmt: skip
    date = datetime.date(2026, 11, day or number % 21 + 1)
    tax_number, freight, transit, place = more
    freight = round(value * 0.04, 2) if freight is None else freight
    values = (
        bill, item, _container(number), *shipper, *consignee, notify, goods, hs, *codes, *packing, *masses, *quantity, value, "USD",
        *countries, PORTS.get(countries[1]), PORTS.get(countries[2]), mode, "SAMPLE STAR" if mode == "sea" else None, date, *references,
        tax_number, freight, transit, place,
    )  # fmt: skip
    return {name: None if value == "" else value for name, value in zip(COLUMNS, values, strict=True)}


def _container(number: int) -> str:
    """A container number with its check digit (ISO 6346); the owner code is invented."""
    code = f"SMPU{410000 + number:06d}"
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [n for n in range(10, 39) if n % 11], strict=True))
    total = sum((letters[c] if c.isalpha() else int(c)) * 2**i for i, c in enumerate(code))
    return f"{code}{total % 11 % 10}"


def write_csv(lines: list[dict[str, Any]]) -> bytes:
    """UTF-8, header in row 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([["" if v is None else v for v in line.values()] for line in lines])
    return text.getvalue().encode()


def write_jsonl(lines: list[dict[str, Any]]) -> bytes:
    """One object a line, numbers as numbers, what is missing left out."""
    return "".join(
        json.dumps({k: v for k, v in line.items() if v is not None}, ensure_ascii=False, default=str) + "\n" for line in lines
    ).encode()


def write_parquet(lines: list[dict[str, Any]]) -> bytes:
    """Typed columns: whole numbers, decimals, dates; a column with a cell that is not a number stays text."""
    arrays = []
    for name in COLUMNS:
        values = [line[name] for line in lines]
        if name in NUMBERS and all(v is None or isinstance(v, int | float) for v in values):
            arrays.append(pa.array([None if v is None else Decimal(str(v)) for v in values], pa.decimal128(18, 3)))
        elif name == "Date":
            arrays.append(pa.array(values, pa.date32()))
        elif name in WHOLE:
            arrays.append(pa.array(values, pa.int64()))
        else:
            arrays.append(pa.array([None if v is None else str(v) for v in values], pa.string()))
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(COLUMNS)), sink, compression="zstd")
    return sink.getvalue()


def write_xlsx(lines: list[dict[str, Any]]) -> bytes:
    """A title and blanks above the header, as forwarders send it; typed cells."""
    import xlsxwriter

    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(2026, 11, 25)})
    sheet = book.add_worksheet("Manifest")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_string(0, 0, "CARGO MANIFEST - M/V SAMPLE STAR")
    sheet.write_string(1, 0, "All names are invented")
    for column, name in enumerate(COLUMNS):
        sheet.write_string(3, column, name)
    for row, line in enumerate(lines, 4):
        for column, value in enumerate(line.values()):
            if isinstance(value, datetime.date):
                sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), date)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_string(row, column, value)
    book.close()
    return sink.getvalue()


WRITERS = {
    "manifest.csv": write_csv,
    "manifest.jsonl": write_jsonl,
    "manifest.parquet": write_parquet,
    "manifest.xlsx": write_xlsx,
}


def main() -> None:
    """Writes all four beside this file, and the files of `formats/`."""
    folder = Path(__file__).parent
    lines = rows()
    for name, write in WRITERS.items():
        (folder / name).write_bytes(write(lines))
    sys.path.insert(0, str(folder.parent))  # run as a script, this file's own folder is the first place to import from
    from sample_data import filing
    from sample_data.filing.samples import SHIPMENTS

    (folder / "formats").mkdir(exist_ok=True)
    for name, file in filing.WRITERS.items():
        (folder / "formats" / name).write_bytes(file(SHIPMENTS))


if __name__ == "__main__":
    main()
