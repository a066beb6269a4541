"""Writes the sample manifest in four formats that state the same shipments: `python sample_data/generate.py`.

Everything in it is invented: firms, people, vessels, numbers. Beside each shipment that a rule flags stands one that looks
like it and must stay quiet. The files are committed; a test writes them again and compares.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
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
)  # fmt: skip
NUMBERS = ("Net Weight KG", "Gross Weight KG", "Quantity", "Value")
WHOLE = ("Item No", "Packages")

US_SHIPPER = ("Larkfield Laboratory Supply Inc", "410 Millrace Road, Denby", "US")
DE_SHIPPER = ("Wendelin Feinchemie GmbH", "Erlenweg 9, Musterau", "DE")
IN_SHIPPER = ("Sarvodaya Dyestuffs Private Limited", "Plot 88, Kalpana Estate", "IN")
CN_SHIPPER = ("Mingbei Bright Toys Co Ltd", "22 Lantern Street, Mingbei", "CN")
US_BUYER = ("Pellam Coatings LLC", "7 Foundry Lane, Otterville", "US")
MX_BUYER = ("Pinturas del Arroyo SA de CV", "Calle Nogal 15, San Ficticio", "MX")
NG_BUYER = ("Okemadu Textile Mills Limited", "Plot 6, Marina Layout, Igbodo", "NG")

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
    # CHEM-008: letters of another alphabet.
    ("Cyrillic letters in the name", {"goods": "АCETОNE 12 DRUMS", "hs": "29141100", "un": "1090", "imdg": "3", "net": 1900, "from": IN_SHIPPER, "to": MX_BUYER}),
    # CHEM-013: vague in a chemical chapter, and the same vagueness elsewhere.
    ("vague chemical", {"goods": "CHEMICAL PRODUCTS", "hs": "29420000", "net": 700, "from": IN_SHIPPER, "to": MX_BUYER}),
    ("vague spare parts", {"goods": "SPARE PARTS", "hs": "84879000", "net": 700, "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-014: anhydride and acid of one route on one bill.
    ("one synthesis, first half", {"bill": "SMPL900", "goods": "ACETIC ANHYDRIDE 99 %", "hs": "29152400", "un": "1715", "imdg": "8", "net": 900, "from": IN_SHIPPER, "to": NG_BUYER, "pen": "PEN-DEMO-17"}),
    ("one synthesis, second half", {"bill": "SMPL900", "item": 2, "goods": "HYDROCHLORIC ACID 36 %", "hs": "28061000", "un": "1789", "imdg": "8", "net": 400, "from": IN_SHIPPER, "to": NG_BUYER}),
    # CHEM-019: nobody can tell how much.
    ("no quantity", {"goods": "SULPHURIC ACID", "hs": "28070000", "un": "1830", "imdg": "8", "net": None, "gross": None, "packages": None, "quantity": 4, "unit": "PALLETS", "from": DE_SHIPPER, "to": MX_BUYER}),
    # CHEM-020: an honest medicine.
    ("cold tablets", {"goods": "PSEUDOEPHEDRINE HCL 60 MG TABLETS, BLISTER PACKS", "hs": "30044200", "net": 120, "package": "CARTON", "from": DE_SHIPPER, "to": US_BUYER}),
    # CHEM-001 in other languages and forms.
    ("German name", {"goods": "ESSIGSÄUREANHYDRID, 4 FÄSSER", "hs": "29152400", "un": "1715", "imdg": "8", "net": 800, "from": DE_SHIPPER, "to": US_BUYER, "pen": "PEN-DEMO-18"}),
    ("Spanish name", {"goods": "PERMANGANATO DE POTASIO", "hs": "28416100", "un": "1490", "imdg": "5.1", "net": 250, "from": MX_BUYER, "to": US_BUYER}),
    ("Chinese name", {"goods": "高锰酸钾", "hs": "28416100", "un": "1490", "imdg": "5.1", "net": 250, "from": CN_SHIPPER, "to": US_BUYER}),
    ("Russian name", {"goods": "СОЛЯНАЯ КИСЛОТА 35 %", "hs": "28061000", "un": "1789", "imdg": "8", "net": 90, "from": DE_SHIPPER, "to": US_BUYER}),
    ("a salt", {"goods": "PIPERIDINE HYDROCHLORIDE", "hs": "29333200", "un": "2401", "imdg": "8", "net": 25, "from": IN_SHIPPER, "to": US_BUYER}),
    # Look-alikes that must stay quiet.
    ("a salt of hydrochloric acid", {"goods": "BETAINE HYDROCHLORIDE FEED GRADE", "hs": "29239000", "net": 1000, "from": CN_SHIPPER, "to": US_BUYER}),
    ("an isocyanate", {"goods": "TOLUENE DIISOCYANATE", "hs": "29291000", "un": "2078", "imdg": "6.1", "net": 4000, "from": DE_SHIPPER, "to": US_BUYER}),
    ("free of acetone", {"goods": "NAIL POLISH REMOVER, ACETONE-FREE", "hs": "33043000", "net": 300, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a polymer", {"goods": "POLYETHER POLYOL FOR FOAM", "hs": "39072000", "net": 18000, "from": DE_SHIPPER, "to": US_BUYER}),
    ("a network", {"goods": "ETHERNET SWITCHES, LEATHER CASES", "hs": "85176200", "net": 120, "from": CN_SHIPPER, "to": US_BUYER}),
    ("a battery", {"goods": "LEAD-ACID BATTERIES WITH SULPHURIC ACID", "hs": "85071000", "un": "2794", "imdg": "8", "net": 9000, "from": CN_SHIPPER, "to": US_BUYER}),
    # QTY-015.
    ("net above gross", {"goods": "METHYL ETHYL KETONE", "hs": "29141200", "un": "1193", "imdg": "3", "net": 880, "gross": 800, "from": DE_SHIPPER, "to": MX_BUYER}),
    # PTY-001 and PTY-003, against the fictional list, and names that are near.
    ("a listed consignee", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Quimeralda Reactivos SA de CV", "Calle Azafran 114, Puerto Fabula", "MX")}),
    ("nearly the listed consignee", {"goods": "COTTON YARN", "hs": "52051200", "net": 8000, "from": IN_SHIPPER, "to": ("Quimica del Valle Reactivos SA", "Calle Romero 3, San Ficticio", "MX")}),
    ("a listed consignor, misspelt", {"goods": "PVC RESIN", "hs": "39041000", "net": 24000, "from": ("BRIGHTMARSH CHEMICALS TRDG CO LTD", "9 Lotus Ferry Road, Mingbei", "CN"), "to": NG_BUYER}),
    ("a listed notify party", {"goods": "USED MACHINERY", "hs": "84798900", "net": 4000, "from": DE_SHIPPER, "to": MX_BUYER, "notify": "HALVORSEN AND DRAKE FORWARDING LTD"}),
    ("a weak alias alone", {"goods": "FURNITURE", "hs": "94036000", "net": 900, "from": DE_SHIPPER, "to": ("The Professor", "1 College Row, Denby", "US")}),
    # PTY-011, PTY-015.
    ("to order", {"goods": "SULPHURIC ACID 98 % IN IBC", "hs": "28070000", "un": "1830", "imdg": "8", "net": 5000, "from": IN_SHIPPER, "to": ("TO THE ORDER OF FIRST BANK OF NOWHERE", "", "NG"), "notify": "Okemadu Textile Mills Limited"}),
    ("nobody", {"goods": "TOLUENE", "hs": "29023000", "un": "1294", "imdg": "3", "net": 1200, "from": DE_SHIPPER, "to": ("", "", "NG")}),
    ("to itself", {"goods": "ETHYL ETHER", "hs": "29091100", "un": "1155", "imdg": "3", "net": 160, "from": ("Norwood Biologics Limited", "2 Quay Road, Denby", "GB"), "to": ("Norwood Biologics Ltd", "Plot 4, Marina Layout, Igbodo", "NG")}),
    # DOC-001: exports from the United States with and without a pre-export notification.
    ("not notified", {"goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 50, "from": US_SHIPPER, "to": MX_BUYER}),
    ("notified", {"goods": "PHENYLACETIC ACID", "hs": "29163400", "net": 50, "from": US_SHIPPER, "to": MX_BUYER, "pen": "PEN-DEMO-0021"}),
    # DOC-013, DOC-016.
    ("tiny value", {"goods": "PIPERONAL", "hs": "29329300", "net": 100, "value": 400, "from": IN_SHIPPER, "to": US_BUYER}),
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
    ("a quantity nobody can read", {"goods": "CERAMIC TILES", "hs": "69072100", "net": "about 12 t", "from": CN_SHIPPER, "to": US_BUYER}),
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
FIRMS = (
    "Ashgrove Home Goods", "Bellwether Textiles", "Casa Verde Importaciones", "Dunmore Foods", "Estuary Trading House", "Ferrand et Fils",
    "Glenholt Retail", "Hartwig Werkzeuge", "Ilmari Paper", "Juniper Garden Centres", "Kestrel Marine Stores", "Lindqvist Bygg",
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
        pen=what.get("pen"),
    )


def _ordinary(number: int, random_: random.Random) -> dict[str, Any]:
    goods, hs = random_.choice(ORDINARY)
    origin, destination = random_.sample([country for _, _, country in PLACES], 2)
    net = random_.randrange(200, 20_000, 50)
    packages = random_.randrange(5, 900)
    names = [f"{firm} {random_.choice(FORMS)}" for firm in random_.sample(FIRMS, 2)]
    return _line(
        bill=f"SMPL{number:03d}",
        item=1,
        shipper=(names[0], f"{random_.randrange(1, 99)} Harbour Road, Exampleton", origin),
        consignee=(names[1], f"{random_.randrange(1, 99)} Market Street, Sampleford", destination),
        notify=random_.choice([None, names[1]]),
        goods=f"{packages} CTNS {goods}" if random_.random() < 0.4 else goods,
        hs=hs,
        codes=(None, None, None),
        packing=(packages, "CARTON", f"{names[1].split()[0].upper()} 1-{packages}"),
        masses=(net, round(net * 1.06, 1)),
        quantity=(None, None),
        value=net * random_.randrange(2, 30),
        mode="sea",
        number=number,
        pen=None,
    )


def _line(
    *, bill: str, item: int, shipper: Any, consignee: Any, notify: Any, goods: Any, hs: Any, codes: Any, packing: Any, masses: Any,
    quantity: Any, value: Any, mode: str, number: int, pen: Any,
) -> dict[str, Any]:  # fmt: skip
    day = datetime.date(2026, 11, 1) + datetime.timedelta(days=number % 21)
    values = (
        bill, item, _container(number), *shipper, *consignee, notify, goods, hs, *codes, *packing, *masses, *quantity, value, "USD",
        shipper[2], shipper[2], consignee[2], PORTS.get(shipper[2]), PORTS.get(consignee[2]), mode,
        "SAMPLE STAR" if mode == "sea" else None, day, None, pen,
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
    """Typed columns: whole numbers, decimals, dates; a column with a cell that is no number stays text."""
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
    """Writes all four beside this file."""
    lines = rows()
    for name, write in WRITERS.items():
        (Path(__file__).parent / name).write_bytes(write(lines))


if __name__ == "__main__":
    main()
