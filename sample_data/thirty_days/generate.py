"""Writes thirty daily manifests that look innocent one by one: `python sample_data/thirty_days/generate.py`.

Everything in it is invented. Four stories come out only where the days are seen together; beside each stands one that resembles it
and must stay quiet. The files are committed; a test writes them again and compares.
"""

from __future__ import annotations

import csv
import datetime
import io
import random
from pathlib import Path
from typing import NamedTuple

FIRST = datetime.date(2026, 10, 17)
DAYS = 30
COLUMNS = (
    "Bill of Lading", "Container No", "Shipper", "Shipper Address", "Consignee", "Consignee Address", "Description of Goods", "HS Code",
    "UN No", "IMDG Class", "Packages", "Package Type", "Marks", "Net Weight KG", "Gross Weight KG",
    "Country of Origin", "Country of Dispatch", "Country of Destination", "Port of Loading", "Port of Discharge", "Mode of Transport",
    "Vessel", "Date", "Permit No",
)  # fmt: skip


class Firm(NamedTuple):
    """A firm: name, address, country."""

    name: str
    address: str
    country: str


WENDELIN = Firm("Wendelin Feinchemie GmbH", "Erlenweg 9, Musterau", "DE")
ROTHBACH = Firm("Rothbach Solventien AG", "Hafenkai 31, Musterhafen", "DE")
SARVODAYA = Firm("Sarvodaya Dyestuffs Private Limited", "Plot 88, Kalpana Estate", "IN")
VELDKAMP = Firm("Veldkamp Oplosmiddelen BV", "Sluisweg 12, Denkstad", "NL")
OISEAU = Firm("Oiseau Bleu Solvants SAS", "3 rue du Moulin, Villefictive", "FR")

TAMARACK = Firm("Tamarack Surface Finishing LLC", "190 Quarry Road, Otterville", "US")
BRIGHTWATER = Firm("Brightwater Dye Works Inc", "16 Weir Street, Denby", "US")
COPPERLINE = Firm("Copperline Coatings LLC", "2207 Smelter Avenue, Larkfield", "US")
RIDGEWAY = Firm("Ridgeway Botanicals Inc", "5 Tannery Court, Pellam", "US")
LARCH = Firm("Larch Paint Works Inc", "44 Millrace Road, Denby", "US")
PENFOLD = Firm("Penfold Adhesives Corp", "801 Foundry Lane, Otterville", "US")
GRANBY = Firm("Granby Institute of Technology", "1 College Row, Granby", "US")
STOCKTON = Firm("Stockbridge Process Chemicals Inc", "77 Canal Street, Larkfield", "US")

# name of the goods, HS code, UN number, class
ACETONE = ("ACETONE", "29141100", "1090", "3")
TOLUENE = ("TOLUENE", "29023000", "1294", "3")
MEK = ("METHYL ETHYL KETONE", "29141200", "1193", "3")
ANHYDRIDE = ("ACETIC ANHYDRIDE", "29152400", "1715", "8")
ACID = ("HYDROCHLORIC ACID 36 %", "28061000", "1789", "8")
ETHER = ("ETHYL ETHER", "29091100", "1155", "3")

# (day, goods, kilograms, consignor, consignee)
STORIES: tuple[tuple[int, tuple[str, str, str, str], float, Firm, Firm], ...] = (
    # Splitting: three lots of acetone, each 80 to 95 % of the threshold of 1,500 kg.
    (3, ACETONE, 1300, WENDELIN, TAMARACK),
    (12, ACETONE, 1250, WENDELIN, TAMARACK),
    (24, ACETONE, 1350, WENDELIN, TAMARACK),
    # Its double buys two such lots, a month of its own for each.
    (5, ACETONE, 1280, SARVODAYA, STOCKTON),
    (27, ACETONE, 1240, SARVODAYA, STOCKTON),
    # A jump: six lots of toluene of some 90 kg, then 420 kg, far below the threshold of 1,591 kg.
    (1, TOLUENE, 88, ROTHBACH, BRIGHTWATER),
    (6, TOLUENE, 93.5, ROTHBACH, BRIGHTWATER),
    (10, TOLUENE, 86, ROTHBACH, BRIGHTWATER),
    (15, TOLUENE, 97, ROTHBACH, BRIGHTWATER),
    (19, TOLUENE, 90.5, ROTHBACH, BRIGHTWATER),
    (23, TOLUENE, 92, ROTHBACH, BRIGHTWATER),
    (28, TOLUENE, 420, ROTHBACH, BRIGHTWATER),
    # Its double grows, and never threefold.
    (2, TOLUENE, 105, VELDKAMP, LARCH),
    (7, TOLUENE, 112, VELDKAMP, LARCH),
    (11, TOLUENE, 98, VELDKAMP, LARCH),
    (16, TOLUENE, 130, VELDKAMP, LARCH),
    (20, TOLUENE, 150, VELDKAMP, LARCH),
    (29, TOLUENE, 240, VELDKAMP, LARCH),
    # Company shopping: four consignors, each with some 400 kg; the threshold is 1,455 kg.
    (4, MEK, 380, WENDELIN, COPPERLINE),
    (9, MEK, 410, SARVODAYA, COPPERLINE),
    (17, MEK, 395, VELDKAMP, COPPERLINE),
    (25, MEK, 440, OISEAU, COPPERLINE),
    # Its double has three consignors and stays below.
    (8, MEK, 300, WENDELIN, PENFOLD),
    (13, MEK, 280, VELDKAMP, PENFOLD),
    (21, MEK, 310, OISEAU, PENFOLD),
    # One synthesis in three parts, of which no two share a bill.
    (6, ANHYDRIDE, 60, WENDELIN, RIDGEWAY),
    (14, ACETONE, 110, SARVODAYA, RIDGEWAY),
    (26, ACID, 55, ROTHBACH, RIDGEWAY),
    # Its double fits out a laboratory with two of them.
    (5, ACETONE, 40, ROTHBACH, GRANBY),
    (18, ETHER, 24, ROTHBACH, GRANBY),
)  # fmt: skip

GOODS = (
    ("COTTON T-SHIRTS", "61091000"), ("CERAMIC TILES", "69072100"), ("PLASTIC KITCHENWARE", "39241000"),
    ("BICYCLE PARTS", "87149900"), ("LED LAMPS", "85395200"), ("FROZEN FISH FILLETS", "03048900"),
    ("GREEN COFFEE BEANS", "09011100"), ("OFFICE FURNITURE", "94033000"), ("STEEL BOLTS", "73181500"),
    ("CITRIC ACID FOOD GRADE", "29181400"), ("TITANIUM DIOXIDE PIGMENT", "32061100"), ("EPOXY RESIN", "39073000"),
    ("TOLUENE DIISOCYANATE", "29291000"), ("PARACETAMOL TABLETS 500 MG", "30049000"), ("WATER PUMPS", "84137000"),
    ("RUBBER GLOVES", "40151900"), ("PAPER BAGS", "48194000"), ("GLASS BOTTLES", "70109000"),
)  # fmt: skip
SENDERS = tuple(
    Firm(f"{name} {form}", f"{12 + 7 * n} {street}", country)
    for n, (name, form, street, country) in enumerate((
        ("Ashgrove Home Goods", "Ltd", "Quay Road, Denmere", "GB"), ("Casa Verde", "SL", "Calle Olmo, Villaficta", "ES"),
        ("Glenholt Trading", "GmbH", "Lindenallee, Musterau", "DE"), ("Mingbei Bright Works", "Co Ltd", "Lantern Street, Mingbei", "CN"),
        ("Kalpana Exports", "Private Limited", "Station Road, Kalpana", "IN"), ("Ilmari Paper", "Oy", "Satamakatu, Kuvitella", "FI"),
        ("Lotus Ferry Industries", "Co Ltd", "Ferry Road, Mingbei", "CN"), ("Hartwig Werkzeuge", "GmbH", "Amselweg, Musterdorf", "DE"),
    ))
)  # fmt: skip
BUYERS = tuple(
    Firm(f"{name} {form}", f"{205 + 31 * n} {street}", "US")
    for n, (name, form, street) in enumerate((
        ("Bellwether Stores", "Inc", "Market Street, Denby"), ("Juniper Garden Centres", "LLC", "Orchard Road, Pellam"),
        ("Kestrel Marine Supply", "Inc", "Harbor Drive, Larkfield"), ("Dunmore Foods", "Corp", "Depot Street, Granby"),
        ("Estuary Pharmacy Wholesale", "Inc", "Elm Avenue, Otterville"), ("Northgate Furnishings", "LLC", "Ridge Road, Denby"),
        ("Pinecrest Plastics", "Inc", "Factory Lane, Pellam"), ("Summerfield Outfitters", "Corp", "Main Street, Granby"),
        ("Alder Creek Ceramics", "LLC", "Kiln Road, Larkfield"), ("Westbrook Lighting", "Inc", "Lamp Street, Otterville"),
    ))
)  # fmt: skip
PORTS = {"DE": "DEHAM", "IN": "INNSA", "NL": "NLRTM", "FR": "FRLEH", "GB": "GBFXT", "ES": "ESVLC", "CN": "CNSHA", "FI": "FIHEL"}


def manifests() -> dict[str, bytes]:
    """File name -> content, one a day."""
    rng = random.Random(30)
    found, number = {}, 0
    for day in range(1, DAYS + 1):
        told = [(goods, kg, *firms) for when, goods, kg, *firms in STORIES if when == day]
        rest = []
        for _ in range(rng.randint(10, 34) - len(told)):
            name, code = rng.choice(GOODS)
            rest.append(((name, code, "", ""), rng.randint(20, 1800) * 10, rng.choice(SENDERS), rng.choice(BUYERS)))
        lines = told + rest
        rng.shuffle(lines)
        date = FIRST + datetime.timedelta(days=day - 1)
        rows = []
        for goods, kg, consignor, consignee in lines:
            number += 1
            rows.append(_row(number, date, goods, kg, consignor, consignee))
        found[f"{date.isoformat()}.csv"] = _csv(rows)
    return found


def _row(
    number: int, date: datetime.date, goods: tuple[str, str, str, str], kg: float, consignor: Firm, consignee: Firm
) -> tuple[object, ...]:
    name, code, un, danger = goods
    drums = max(1, round(kg / (180 if danger else 400)))
    return (
        f"THRT{number:05}", f"SMPU{5_000_000 + number * 7}", consignor.name, consignor.address, consignee.name, consignee.address,
        f"{name} IN DRUMS" if danger else name, code, un, danger, drums, "DRUM" if danger else "CARTON", f"LOT {7000 + number}", kg,
        round(kg * 1.08, 1), consignor.country, consignor.country, "US",
        PORTS[consignor.country], "USHOU", "sea", "SAMPLE STAR", date.isoformat(), f"PERMIT-DEMO-{number}" if danger else "",
    )  # fmt: skip


def _csv(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode()


def main() -> None:
    """Writes all beside this file."""
    for name, content in manifests().items():
        (Path(__file__).parent / name).write_bytes(content)


if __name__ == "__main__":
    main()
