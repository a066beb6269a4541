"""A year of innocent trade from a seed: ordinary goods, medicines, users of solvents and acids with their papers in order, laboratories.

Everything in it is invented. Whoever handles a listed substance does so as honest firms do: standing orders, own suppliers, true names, UN
numbers, permits; quantities go up and down, firms change suppliers now and then, laboratories buy small packs of many things.
"""

from __future__ import annotations

import csv
import datetime
import io
import random
from typing import Any

from msgspec import Struct

LINES = 20_000
FIRST = datetime.date(2025, 12, 1)
DAYS = 350

ORDINARY = (
    ("COTTON T-SHIRTS", "61091000"), ("CERAMIC TILES", "69072100"), ("PLASTIC KITCHENWARE", "39241000"), ("BICYCLE PARTS", "87149900"),
    ("LED LAMPS", "85395200"), ("FROZEN FISH FILLETS", "03048900"), ("GREEN COFFEE BEANS", "09011100"), ("OFFICE FURNITURE", "94033000"),
    ("STEEL BOLTS AND NUTS", "73181500"), ("WATER PUMPS", "84137000"), ("RUBBER GLOVES", "40151900"), ("PAPER BAGS", "48194000"),
    ("GLASS BOTTLES", "70109000"), ("SUNFLOWER OIL", "15121900"), ("SPORTS SHOES", "64041100"), ("AUTO SPARE PARTS", "87089900"),
    ("MOBILE PHONE ACCESSORIES", "85177900"), ("WOODEN CHAIRS", "94016900"), ("LEATHER HANDBAGS", "42022100"), ("TOYS", "95030000"),
    ("WOMEN'S DRESSES OF POLYESTER", "62044300"), ("DRIED PASTA", "19021900"), ("RED WINE IN BOTTLES", "22042100"), ("OLIVES IN BRINE", "20057000"),
    ("BALL BEARINGS", "84821000"), ("COPPER WIRE", "74081100"), ("ALUMINIUM PROFILES", "76042100"), ("KNITTED FABRIC", "60063200"),
    ("TYRES FOR CARS", "40111000"), ("PORTABLE COMPUTERS", "84713000"), ("COFFEE MACHINES", "85167100"), ("GARDEN TOOLS", "82019000"),
    ("CARTON BOARD", "48109200"), ("PRINTED BOOKS", "49019900"), ("SURGICAL MASKS", "63079000"), ("BABY CARRIAGES", "87150000"),
    ("ORANGES, FRESH", "08051000"), ("WHOLE MILK POWDER", "04022100"), ("SOLAR PANELS", "85414300"), ("ELECTRIC MOTORS", "85015200"),
)  # fmt: skip
# Chemicals that no table lists, some of them with names that resemble a listed one: name, code, UN number, class.
CHEMICALS = (
    ("CITRIC ACID ANHYDROUS FOOD GRADE", "29181400", "", ""), ("TITANIUM DIOXIDE RUTILE", "32061100", "", ""), ("EPOXY RESIN", "39073000", "", ""),
    ("TOLUENE DIISOCYANATE", "29291000", "2078", "6.1"), ("POLYETHER POLYOL", "39072900", "", ""), ("GLYCERINE 99.5 % USP", "29054500", "", ""),
    ("CAUSTIC SODA PEARLS", "28151100", "1823", "8"), ("ISOPROPYL ALCOHOL", "29051200", "1219", "3"), ("METHANOL", "29051100", "1230", "3"),
    ("ACETIC ACID GLACIAL", "29152100", "2789", "8"), ("STEARIC ACID", "38231100", "", ""), ("AMMONIUM SULPHATE FERTILISER", "31022100", "", ""),
    ("BETAINE HYDROCHLORIDE FEED GRADE", "29239000", "", ""), ("SODIUM SULPHATE", "28331900", "", ""), ("L-LYSINE HYDROCHLORIDE", "29224100", "", ""),
    ("ACETONE CYANOHYDRIN, STABILIZED", "29269000", "1541", "6.1"), ("CALCIUM CHLORIDE FLAKES", "28272000", "", ""), ("HYDROGEN PEROXIDE 50 %", "28470000", "2014", "5.1"),
    ("ZINC OXIDE", "28170000", "", ""), ("CARBON BLACK", "28030000", "", ""), ("SODIUM BICARBONATE", "28363000", "", ""), ("PHOSPHORIC ACID 85 %", "28092000", "1805", "8"),
    ("LEAD-ACID BATTERIES, WET, FILLED WITH ACID", "85071000", "2794", "8"), ("PAINT THINNER", "38140000", "1263", "3"),
)  # fmt: skip
MEDICINES = (
    ("PARACETAMOL TABLETS 500 MG", "30049000"), ("PSEUDOEPHEDRINE HCL 60 MG TABLETS, BLISTER PACKS", "30044200"), ("IBUPROFEN TABLETS 400 MG", "30049000"),
    ("COUGH SYRUP 100 ML BOTTLES", "30049000"), ("AMOXICILLIN CAPSULES 500 MG", "30041000"), ("INSULIN PENS", "30043100"), ("VITAMIN C TABLETS", "30045000"),
    ("ERGOTAMINE TARTRATE 1 MG TABLETS", "30044900"), ("SALINE SOLUTION FOR INFUSION 500 ML", "30049000"), ("ADHESIVE BANDAGES", "30051000"),
)  # fmt: skip
# Listed solvents, acids and others in daily use: name, code, UN number, class, kilograms a drum, US dollars a kilogram.
LISTED = {
    "acetone": ("ACETONE", "29141100", "1090", "3", 160, 1.4),
    "toluene": ("TOLUENE", "29023000", "1294", "3", 180, 1.1),
    "mek": ("METHYL ETHYL KETONE", "29141200", "1193", "3", 165, 1.9),
    "ether": ("DIETHYL ETHER", "29091100", "1155", "3", 145, 3.2),
    "hcl": ("HYDROCHLORIC ACID 36 %", "28061000", "1789", "8", 230, 0.4),
    "h2so4": ("SULPHURIC ACID 98 %", "28070000", "1830", "8", 330, 0.3),
    "permanganate": ("POTASSIUM PERMANGANATE", "28416100", "1490", "5.1", 50, 4.1),
    "anhydride": ("ACETIC ANHYDRIDE", "29152400", "1715", "8", 220, 2.6),
    "piperidine": ("PIPERIDINE", "29333200", "2401", "8", 25, 21.0),
    "phenylacetic": ("PHENYLACETIC ACID", "29163400", "", "", 25, 14.0),
}  # fmt: skip
GLASSWARE = (
    ("LABORATORY GLASSWARE, BEAKERS AND FLASKS", "70179000"), ("ROTARY EVAPORATOR 5 L", "84198900"), ("PIPETTE TIPS", "39269000"),
    ("LABORATORY BALANCES", "90160000"), ("SAFETY GOGGLES", "90049000"), ("HEATING MANTLE 1000 ML", "84198900"),
)  # fmt: skip
TABLETING = (("TABLET PRESS, ROTARY, 27 STATIONS", "84798900"), ("CAPSULE FILLING MACHINE", "84223000"))

ROOTS = (
    "Alder", "Beacon", "Cedar", "Dover", "Elm", "Fairview", "Granite", "Hazel", "Ivy", "Jasper", "Kingsley", "Laurel", "Maple", "Norfolk",
    "Oakhurst", "Prairie", "Quincy", "Redwood", "Sterling", "Thornton", "Upland", "Vernon", "Walnut", "Yarrow", "Zephyr", "Birchwood", "Canyon",
    "Delta", "Eastgate", "Fulton", "Glen", "Highland",
)  # fmt: skip
TRADES = (
    "Stores",
    "Foods",
    "Outfitters",
    "Hardware",
    "Furnishings",
    "Electronics",
    "Motors",
    "Packaging",
    "Garden",
    "Lighting",
    "Books",
    "Textiles",
)
ABROAD = {
    "CN": (("Mingbei", "Haolin", "Jinfu", "Lotus Ferry", "Beihua", "Qingping"), ("Industries", "Bright Works", "Trading", "Manufacturing"), "Co Ltd", "Lantern Street, Mingbei", "CNSHA"),
    "DE": (("Wendelin", "Hartwig", "Rothbach", "Lindenau", "Ostheim", "Falkner"), ("Werke", "Handel", "Technik", "Werkzeuge"), "GmbH", "Erlenweg, Musterau", "DEHAM"),
    "IN": (("Kalpana", "Sarvodaya", "Devika", "Nilgiri", "Ashoka", "Malabar"), ("Exports", "Industries", "Textiles", "Overseas"), "Private Limited", "Station Road, Kalpana", "INNSA"),
    "IT": (("Bellafonte", "Marinelli", "Rossano", "Ferraro", "Altavilla", "Campese"), ("Industrie", "Ceramiche", "Alimentari", "Moda"), "SpA", "Via Roma, Fontebella", "ITGOA"),
    "VN": (("An Phu", "Thanh Binh", "Minh Long", "Song Lam", "Hoa Sen", "Dai Tin"), ("Garment", "Furniture", "Footwear", "Seafood"), "JSC", "Tran Phu Street, Phu Tinh", "VNSGN"),
    "NL": (("Veldkamp", "Zonnewijk", "De Brouwer", "Hofstede", "Van Rijnsburg", "Meerdijk"), ("Handel", "Chemie", "Bloemen", "Voeding"), "BV", "Sluisweg, Denkstad", "NLRTM"),
}  # fmt: skip
COLUMNS = (
    "Bill of Lading", "Item No", "Container No", "Shipper", "Shipper Address", "Shipper Country", "Consignee", "Consignee Address",
    "Consignee Country", "Description of Goods", "HS Code", "UN No", "IMDG Class", "Packages", "Package Type", "Marks", "Net Weight KG",
    "Gross Weight KG", "Value", "Currency", "Country of Origin", "Country of Dispatch", "Country of Destination", "Port of Loading",
    "Port of Discharge", "Mode of Transport", "Vessel", "Date", "Permit No", "PEN No",
)  # fmt: skip


class Firm(Struct, frozen=True):
    """A firm: name, address, country."""

    name: str
    address: str
    country: str


class Standing(Struct, frozen=True):
    """A standing order: what a firm buys, from whom (the first mostly), usual kilograms, every how many days."""

    buyer: Firm
    goods: str
    suppliers: tuple[Firm, ...]
    usual: int
    every: int


def make_manifest(seed: int = 7) -> bytes:
    """The manifest as CSV, in order of date."""
    return _Trade(random.Random(seed)).write()


class _Trade:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rows: list[tuple[datetime.date, dict[str, Any]]] = []
        self.number = 0
        self.buyers = [
            Firm(
                f"{root} {trade} {('Inc', 'LLC', 'Corp')[n % 3]}",
                f"{101 + 7 * n} {root} Avenue, {ROOTS[(n * 5) % 32]}ville",
                "US",
            )
            for n, (root, trade) in enumerate((r, t) for r in ROOTS for t in TRADES)
        ]
        self.senders = [
            Firm(f"{root} {trade} {form}", f"{11 + 13 * n} {street}", country)
            for country, (roots, trades, form, street, _) in ABROAD.items()
            for n, (root, trade) in enumerate((r, t) for r in roots for t in trades)
        ]
        self.chemists = [f for f in self.senders if f.country in ("DE", "NL", "IN")]

    def write(self) -> bytes:
        for order in self._standing_orders():
            self._fulfil(order)
        self._laboratories()
        self._supplements()
        while len(self.rows) < LINES:
            self._ordinary()
        self.rows.sort(key=lambda r: r[0])
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for _, row in self.rows[:LINES])
        return text.getvalue().encode()

    def _standing_orders(self) -> list[Standing]:
        """Sixty makers and distributors of the kinds that use such goods, each with its own suppliers."""
        rng = self.rng
        uses = (
            ("Paints", ("toluene", "mek")), ("Coatings", ("acetone", "toluene")), ("Adhesives", ("mek",)), ("Water Works", ("permanganate",)),
            ("Steel Pickling", ("hcl",)), ("Battery Works", ("h2so4",)), ("Dye Works", ("h2so4", "hcl")), ("Cellulose", ("anhydride",)),
            ("Chemical Distribution", ("acetone", "toluene", "h2so4")), ("Pharma", ("ether", "acetone")),
        )  # fmt: skip
        orders = []
        for n in range(60):
            trade, goods = uses[n % len(uses)]
            root = ROOTS[(n * 3) % len(ROOTS)]
            buyer = Firm(f"{root} {trade} {('Inc', 'LLC')[n % 2]}", f"{40 + 9 * n} Mill Road, {root}ton", "US")
            for name in goods:
                suppliers = tuple(rng.sample(self.chemists, 2))
                orders.append(
                    Standing(buyer, name, suppliers, rng.choice((320, 640, 960, 3200, 8000, 20000)), rng.choice((14, 21, 30)))
                )
        return orders

    def _fulfil(self, order: Standing) -> None:
        rng = self.rng
        name, code, un, danger, drum, price = LISTED[order.goods]
        day = rng.randint(0, order.every)
        while day < DAYS:
            supplier = order.suppliers[1 if rng.random() < 0.1 else 0]
            drums = max(1, round(order.usual * rng.uniform(0.7, 1.4) / drum))
            how = rng.choice(("IN DRUMS", "TECHNICAL GRADE", "IN STEEL DRUMS", "")) if drums < 60 else "IN TANK CONTAINER"
            self._line(
                day, f"{name} {how}".strip(), code, supplier, order.buyer, drums * drum, price,
                un=un, danger=danger, packages=drums if drums < 60 else 1, package="DRUM" if drums < 60 else "TANK", permit=True,
            )  # fmt: skip
            day += max(3, round(order.every * rng.uniform(0.7, 1.3)))

    def _laboratories(self) -> None:
        """Universities and laboratories: small packs of this and that, and what they work with."""
        rng = self.rng
        for n in range(25):
            root = ROOTS[(n * 7) % len(ROOTS)]
            firm = Firm(
                f"{root} {('University', 'Research Institute', 'Analytical Laboratory')[n % 3]}",
                f"{n + 1} College Row, {root}field",
                "US",
            )
            supplier = rng.choice(self.chemists)
            for _ in range(rng.randint(3, 7)):
                day = rng.randrange(DAYS)
                self.number += 1
                bill = self.number
                for item, goods in enumerate(rng.sample(sorted(LISTED), rng.randint(1, 2)), 1):
                    name, code, un, danger, _, price = LISTED[goods]
                    kg = rng.choice((2.5, 5, 10, 20))
                    if goods in ("piperidine", "phenylacetic", "anhydride"):
                        kg = 0.25
                    self._line(
                        day, f"{name} ANALYTICAL GRADE", code, supplier, firm, kg, price * 12,
                        un=un, danger=danger, packages=max(1, int(kg / 2.5)), package="BOTTLE", permit=True, bill=bill, item=item,
                    )  # fmt: skip
            for _ in range(rng.randint(1, 4)):
                goods, code = rng.choice(GLASSWARE)
                self._line(rng.randrange(DAYS), goods, code, rng.choice(self.senders), firm, rng.randint(5, 60), 30.0)

    def _supplements(self) -> None:
        """Makers of food supplements buy tablet presses."""
        rng = self.rng
        for n in range(8):
            root = ROOTS[(n * 11) % len(ROOTS)]
            firm = Firm(f"{root} Nutrition Inc", f"{300 + n} Orchard Lane, {root}dale", "US")
            for goods, code in rng.sample(TABLETING, rng.randint(1, 2)):
                self._line(rng.randrange(DAYS), goods, code, rng.choice(self.senders), firm, rng.randint(400, 1800), 25.0)

    def _ordinary(self) -> None:
        rng = self.rng
        kind = rng.random()
        buyer = self.buyers[int(len(self.buyers) * rng.random() ** 2)]
        sender = rng.choice(self.senders)
        if kind < 0.86:
            goods, code = rng.choice(ORDINARY)
            un = danger = ""
            kg = rng.randint(10, 2200) * 10
        elif kind < 0.95:
            goods, code, un, danger = rng.choice(CHEMICALS)
            kg = rng.randint(2, 100) * 200
        else:
            goods, code = rng.choice(MEDICINES)
            un = danger = ""
            kg = rng.randint(5, 300) * 4
        if rng.random() < 0.08:  # exports
            buyer, sender = sender, buyer
        self._line(rng.randrange(DAYS), goods, code, sender, buyer, kg, rng.uniform(1, 30), un=un, danger=danger)

    def _line(
        self, day: int, goods: str, code: str, sender: Firm, buyer: Firm, kg: float, price: float, *, un: str = "", danger: str = "",
        packages: int = 0, package: str = "CARTON", permit: bool = False, bill: int = 0, item: int = 1,
    ) -> None:  # fmt: skip
        rng = self.rng
        self.number += 1
        date = FIRST + datetime.timedelta(days=day)
        count = packages or max(1, int(kg // 25))
        self.rows.append((date, dict(zip(COLUMNS, (
            f"CLEAN{bill or self.number:06}", item, f"SMPU{4_000_000 + self.number * 7}", sender.name, sender.address, sender.country,
            buyer.name, buyer.address, buyer.country, goods, code, un, danger, count, package, f"LOT {rng.randint(1000, 99999)}",
            f"{kg:g}", f"{kg * rng.uniform(1.05, 1.12):.1f}", f"{kg * price * rng.uniform(0.85, 1.2):.2f}", "USD", sender.country, sender.country,
            buyer.country, ABROAD[sender.country][4] if sender.country in ABROAD else "USHOU",
            ABROAD[buyer.country][4] if buyer.country in ABROAD else "USHOU", "sea", f"SAMPLE STAR {day % 9 + 1}", date.isoformat(),
            f"PERMIT-CLEAN-{self.number}" if permit else "", "",
        ), strict=True))))  # fmt: skip
