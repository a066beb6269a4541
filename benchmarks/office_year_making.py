"""What two offices write of the same contracts is made of: goods, firms, papers, and how each writes."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

YEAR, OWN = 2025, "US"
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
PERMITS, NOTIFICATIONS, LICENCES = "permits", "pre-export-notifications", "licences"
REQUIREMENTS, CONFIRMATIONS = "annual-requirements", "import-confirmations"
# What either office may call a substance: papers, goods. The first of papers is the usual name.
TABLE_I: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "acetic-anhydride": (
        ("Acetic anhydride", "ethanoic anhydride", "108-24-7"),
        ("ACETYL OXIDE IN IBC", "ACETIC ANHYDRIDE 99 PCT", "ANHYDRIDE ACETIQUE CAS 108-24-7"),
    ),
    "phenylacetic-acid": (
        ("Phenylacetic acid and its salts", "103-82-2"),
        ("BENZENEACETIC ACID, BAGS", "ALPHA-TOLUIC ACID", "Phenylacetic acid CAS 103-82-2"),
    ),
    "piperonal": (("Piperonal", "piperonylaldehyde"), ("HELIOTROPIN CRYSTALS", "3,4-METHYLENEDIOXYBENZALDEHYDE")),
    "ephedrine": (("Ephedrine hydrochloride",), ("EPHEDRINE HCL BULK POWDER", "Ephedrine hydrochloride in drums")),
}
TABLE_II: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "acetone": (("Acetone", "propan-2-one", "67-64-1"), ("DIMETHYL KETONE IN DRUMS", "PROPANONE", "ACETONE TECHNICAL")),
    "toluene": (("Toluene", "108-88-3"), ("METHYLBENZENE", "TOLUOL IN DRUMS", "TOLUENE CAS 108-88-3")),
    "methyl-ethyl-ketone": (("Butanone (methyl ethyl ketone)", "MEK"), ("2-BUTANONE", "METHYL ETHYL KETONE")),
    "ethyl-ether": (("Ethyl ether", "diethyl ether"), ("ETHOXYETHANE IN CANS", "DIETHYL ETHER")),
    "anthranilic-acid": (("Anthranilic acid and its salts", "118-92-3"), ("2-AMINOBENZOIC ACID", "O-AMINOBENZOIC ACID")),
}
SUBSTANCES = TABLE_I | TABLE_II
DENSITY = {"acetone": "0.79", "toluene": "0.867", "methyl-ethyl-ketone": "0.805", "ethyl-ether": "0.713"}
COUNTRIES = {"MX": "Mexico", "NG": "Nigeria", "TH": "Thailand", "DE": "Germany", "IN": "India", "BR": "Brazil"}
APART = {"PE": "Peru", "CL": "Chile", "EC": "Ecuador", "BO": "Bolivia", "PY": "Paraguay"}  # of plants about requirements
NAMES = COUNTRIES | APART
_ONSET, _VOWEL = ("Br", "V", "Kl", "St", "M", "Tr", "G", "H", "Fj", "D", "Skr", "L"), ("a", "e", "i", "o", "u", "ö", "ü", "é")
_CODA = ("nd", "rk", "ls", "mm", "st", "v", "gg", "rt", "ksk", "ft")
_BUSINESS = ("Chemicals", "Kemi", "Reagents", "Laboratories", "Solvents", "Fine Chemicals", "Pharma", "Trading")
_FORMS = (
    ("GmbH", "G.m.b.H.", ""),
    ("Ltd", "LIMITED", "Ltd."),
    ("S.A.", "SA", ""),
    ("Inc", "Incorporated", "INC."),
    ("B.V.", "BV", ""),
)
AUTHORITIES = ("Narcotics Control Board", "Ministry of Health")
GOODS = (
    *("Bill of Lading", "Item No", "Shipper", "Shipper Country", "Consignee", "Consignee Country", "Description of Goods"),
    *("Quantity", "Unit", "Country of Dispatch", "Country of Destination", "Date", "Permit No", "PEN No"),
)


class Firm(Struct, frozen=True):
    """A firm by its parts; forms: how its legal form may be written."""

    own: str
    business: str
    forms: tuple[str, ...]
    country: str

    @property
    def name(self) -> str:
        return f"{self.own} {self.business} {self.forms[0]}"


class Item(Struct):
    """A line of goods, as it truly was. permits and pens: references of papers that it names."""

    bill: str
    sender: Firm
    receiver: Firm
    country: str
    substance: str
    kg: Decimal | None
    day: date
    permits: tuple[str, ...] = ()
    pens: tuple[str, ...] = ()
    item: int = 1
    imported: bool = False
    exact: bool = False  # numbers are written as the paper has them


class Paper(Struct):
    """A row of a register, as it truly is; `row` holds true values, written by the office at the end."""

    register: str
    row: dict[str, Any]


class Offices(Struct):
    """What was made; planted as in `country_year`. aside: rows that cannot be understood. comparable: litres of unknown density."""

    items: list[Item] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    planted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)


class Style:
    """How either office writes. Nothing here knows what `reconcile` takes for the same."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def paper_name(self, firm: Firm) -> str:
        return firm.name

    def goods_name(self, firm: Firm, slips: bool = True) -> str:
        own, form = firm.own, self.chance.choice(firm.forms)
        how = self.chance.random()
        if how < 0.25:
            own = plain(own)
        elif how < 0.4 and any(c in own for c in "öü"):
            own = own.replace("ö", "oe").replace("ü", "ue")
        elif how < 0.47 and slips and len(own) >= 8:
            at = self.chance.randint(2, len(own) - 3)
            own = own[:at] + own[at + 1] + own[at] + own[at + 2 :] if own[at] != own[at + 1] else own
        business = firm.business
        words = f"{own} {business} {form}" if self.chance.random() < 0.8 else f"{business} {own}, {form}"
        words = words.strip().strip(",")
        return self.chance.choice((str.upper, str.lower, str.title, str))(words) if "." not in words else words

    def goods_number(self, reference: str) -> str:
        how = self.chance.randint(0, 5)
        prefix, _, rest = reference.partition("-") if not reference[0].isdigit() else ("", "", reference)
        bare = "-".join(run.lstrip("0") or "0" for run in rest.split("-"))
        if how == 0:
            return reference
        if how == 1:
            return f"{prefix} {rest}".strip().lower()
        if how == 2:
            return f"{prefix}-{bare}".strip("-")
        if how == 3:
            return f"{prefix}{rest.replace('-', '')}"
        if how == 4:
            return bare
        return f"No. {prefix} {rest.replace('-', '/')}".replace("  ", " ")

    def mass(self, kg: Decimal, substance: str, litres: bool = True) -> tuple[str, str]:
        how = self.chance.randint(0, 5 if litres and substance in DENSITY else 4)
        if how == 0:
            return f"{kg / 1000:.6f}", "t"
        if how == 1 and kg < 5000:
            return f"{kg * 1000:.0f}", "g"
        if how == 2:
            return f"{kg / Decimal('0.45359237'):.3f}", "lb"
        if how == 5:
            return f"{kg / Decimal(DENSITY[substance]):.2f}", self.chance.choice(("l", "litres"))
        return f"{kg:.3f}", "kg"


def plain(text: str) -> str:
    """Without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class Maker:
    """Makes a year of contracts; what is unlikely in it is planted."""

    def __init__(self, seed: int, exporters: int = 12) -> None:
        self.chance = random.Random(f"office {seed}")
        self.year = Offices()
        self.count = self.chance.randint(100, 999)
        self.stems: set[str] = set()
        self.exporters = [self.firm(OWN) for _ in range(exporters)]
        self.licensed: set[tuple[str, str]] = set()
        self.lanes = [(e, s, c) for e in range(exporters) for s in TABLE_II for c in COUNTRIES]
        self.chance.shuffle(self.lanes)

    def firm(self, country: str) -> Firm:
        """A firm whose own word is like no other's."""
        while True:
            pick = self.chance.choice
            own = pick(_ONSET) + pick(_VOWEL) + pick(_CODA) + pick(_VOWEL) + pick(_ONSET).lower() + pick(_VOWEL)
            own += pick(_CODA) + pick(("a", "er", "in", "os", "ow"))
            stem = "".join(sorted(c for c in plain(own).lower() if c not in "aeiou"))
            if stem not in self.stems:
                self.stems.add(stem)
                return Firm(own, pick(_BUSINESS), pick(_FORMS), country)

    def next(self) -> int:
        self.count += self.chance.randint(1, 3)
        return self.count

    def bill(self) -> str:
        return f"{self.chance.choice(('MAEU', 'HLCU', 'ONEY'))}{self.next():09}"

    def reference(self, register: str) -> str:
        return f"EXP-{YEAR}-{self.next():06}" if register == PERMITS else f"PEN-{self.next():05}-{YEAR % 100}"

    def split(self, kg: Decimal, parts: int) -> list[Decimal]:
        weights = [self.chance.randint(60, 140) for _ in range(parts)]
        whole = kg * Decimal(self.chance.randint(992, 1008)) / 1000
        return [(whole * w / sum(weights)).quantize(Decimal("0.001")) for w in weights]

    def contract(self, register: str, parts: int = 3, named: bool | None = None) -> tuple[Paper, list[Item]]:
        """A paper and the goods that use it up."""
        named = self.chance.random() < 0.6 if named is None else named
        kg = Decimal(self.chance.randint(30, 300) * 10 * parts)
        if register == PERMITS:
            exporter, substance, country = self.lanes.pop()
            sender = self.exporters[exporter]
        else:
            sender, substance = self.chance.choice(self.exporters), self.chance.choice(list(TABLE_I))
            country = self.chance.choice(list(COUNTRIES))
        receiver = self.firm(country)
        begin = FIRST + timedelta(days=self.chance.randint(20, 120))
        row: dict[str, Any] = {"reference": self.reference(register), "substance": substance, "kg": kg, "country": country}
        if register == PERMITS:
            last = begin + timedelta(days=self.chance.randint(90, 200))
            row |= {"holder": sender, "direction": "export", "valid_from": begin, "valid_to": last, "single": False}
            row |= {"status": "valid", "authority": self.chance.choice(AUTHORITIES), "version": ""}
            open_from, until = begin, last
        else:
            row |= {"exporter": sender, "importer": receiver, "sent": begin, "status": self.chance.choice(("accepted", "sent"))}
            open_from, until = begin + timedelta(days=20), begin + timedelta(days=150)
        days = sorted(open_from + timedelta(days=self.chance.randint(0, (until - open_from).days)) for _ in range(parts))
        names: dict[str, Any] = {"permits" if register == PERMITS else "pens": (row["reference"],) if named else ()}
        items = [
            Item(self.bill(), sender, receiver, country, substance, mass, day, **names)
            for mass, day in zip(self.split(kg, parts), days, strict=True)
        ]
        return Paper(register, row), items

    def add(self, papers: Sequence[Paper], items: Sequence[Item], confirm: bool = True) -> None:
        self.year.papers += papers
        for item in items:
            self.year.items.append(item)
            self.license(item.sender if not item.imported else item.receiver, item.substance)
            if confirm and not item.imported and item.kg is not None:
                self.confirm(item)

    def license(self, firm: Firm, substance: str, **changed: Any) -> None:
        if (firm.own, substance) not in self.licensed:
            self.licensed.add((firm.own, substance))
            row = {"reference": f"L-{self.next():06}", "holder": firm, "substance": substance, "kg": Decimal(9_000_000)}
            row |= {"valid_from": date(YEAR - 1, 3, 14), "valid_to": date(YEAR + 1, 5, 31), "status": "valid"}
            self.year.papers.append(Paper(LICENCES, row | changed))

    def confirm(self, item: Item, **changed: Any) -> None:
        row = {"reference": item.bill, "substance": item.substance, "kg": item.kg, "importer": item.receiver}
        row |= {"country": item.country, "date": item.day + timedelta(days=self.chance.randint(12, 35))}
        self.year.papers.append(Paper(CONFIRMATIONS, row | changed))

    def plant(self, kind: str, register: str, of: str) -> None:
        self.year.planted[kind, register, of] += 1

    def require(self) -> None:
        stated = {(p.row["country"], p.row["substance"]) for p in self.year.papers if p.register == REQUIREMENTS}
        for country in NAMES:
            for substance in SUBSTANCES:
                if (country, substance) not in stated:
                    row = {"country": country, "substance": substance, "year": YEAR, "kg": Decimal(900_000_000)}
                    self.year.papers.append(Paper(REQUIREMENTS, row))
