"""What a country-year is made of: goods, countries, lines of manifests and documents, and who writes them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

PERMITS, NOTIFICATIONS, LICENCES = "permits", "pre-export-notifications", "licences"
REQUIREMENTS, CONFIRMATIONS = "annual-requirements", "import-confirmations"
YEAR = 2025
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
OWN = "US"
# Permits are kept for substances of Table II, notifications for those of Table I: a plant in one register is none in the other.
TABLE_I = {"acetic-anhydride": "ACETIC ANHYDRIDE", "phenylacetic-acid": "PHENYLACETIC ACID", "piperonal": "PIPERONAL"}
TABLE_II = {"acetone": "ACETONE", "toluene": "TOLUENE", "ethyl-ether": "ETHYL ETHER", "anthranilic-acid": "ANTHRANILIC ACID"}
NEVER_CONFIRMED = {"piperidine": "PIPERIDINE"}  # by any country
TEXTS = TABLE_I | TABLE_II | NEVER_CONFIRMED
COUNTRIES = ("MX", "NG", "TH", "KE", "DE", "IN", "BR", "ZA", "CO", "JP")
APART = ("PE", "CL", "EC", "BO", "PY", "UY")  # of the plants about annual requirements
OTHER_GOODS = ("CERAMIC TILES", "COTTON SHIRTS", "STEEL BOLTS", "PAPER BAGS", "WOODEN CHAIRS")
PLENTY = 10_000_000
SLOTS = 3  # a year has so many spells in which a permit may be in force
# The goods are filed as US exporters do, the registers are headed as offices elsewhere head theirs.
COLUMNS = (
    *("Bill of Lading", "Item No", "USPPI", "USPPI Country", "Ultimate Consignee", "Consignee Country", "Description of Goods"),
    *("Net Weight KG", "Country of Dispatch", "Country of Ultimate Destination", "Date", "Permit No", "PEN No"),
)
HEADERS: dict[str, dict[str, str]] = {
    PERMITS: {
        "reference": "Genehmigungsnummer",
        "substance": "Stoff",
        "quantity_kg": "Menge (kg)",
        "holder": "Inhaber",
        "consignee": "Empfänger",
        "direction": "Richtung",
        "country": "Bestimmungsland",
        "valid_from": "Gültig von",
        "valid_to": "Gültig bis",
        "single_use": "Einmalig",
        "status": "Status",
        "status_from": "Status seit",
    },
    NOTIFICATIONS: {
        "reference": "Notification préalable",
        "substance": "Substance",
        "quantity_kg": "Quantité (kg)",
        "exporter": "Exportateur",
        "importer": "Destinataire",
        "country": "Pays de destination",
        "sent": "Envoyée le",
        "status": "Réponse",
    },
    LICENCES: {
        "reference": "Licencia",
        "holder": "Titular",
        "substance": "Sustancia",
        "quantity_kg": "Cantidad kg",
        "valid_from": "Válido desde",
        "valid_to": "Válido hasta",
        "status": "Estado",
    },
    CONFIRMATIONS: {
        "reference": "B/L No",
        "notification": "PEN No",
        "quantity_kg": "Net Weight (kg)",
        "importer": "Consignee Name",
    },
}


class Line(Struct, frozen=True):
    """A line of the manifest. kg: None leaves the mass out."""

    bill: str
    item: int
    exporter: str
    importer: str
    country: str
    substance: str
    kg: Decimal | None
    day: date
    permit: str = ""
    pen: str = ""
    imported: bool = False
    content_kg: Decimal | None = None


class Year(Struct):
    """What was made. planted: (kind, register, number of the document or bill) -> how often `reconcile` must tell it."""

    lines: list[Line] = field(default_factory=list)
    registers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    planted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)


_FORMS = {"EXP": "EA", "PEN": "NV"}  # permits and notifications: EA/25/00123


class Maker:
    """Makes a year. Whatever is unlikely in it is planted."""

    def __init__(self, exporters: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.exporters = [f"Larkmoor {n:03} Chemicals Inc" for n in range(1, exporters + 1)]
        self.year = Year(registers={name: [] for name in (PERMITS, NOTIFICATIONS, LICENCES, REQUIREMENTS, CONFIRMATIONS)})
        self.count = 0
        self.spells = [(e, s, c, n) for e in self.exporters for s in TABLE_II for c in COUNTRIES for n in range(SLOTS)]
        self.random.shuffle(self.spells)
        self.licensed: set[tuple[str, str]] = set()

    def number(self, prefix: str) -> str:
        self.count += 1
        form = _FORMS.get(prefix)
        return f"{form}/{YEAR % 100}/{self.count:05}" if form else f"{prefix}-{self.count:07}"

    def importer(self) -> str:
        self.count += 1
        return f"Quenford {self.count:07} Trading"

    def masses(self, whole: Decimal, parts: int) -> list[Decimal]:
        """Masses that come to the whole but for 1.5 %, in no order."""
        whole = whole * Decimal(self.random.randint(985, 1015)) / 1000
        weights = [self.random.randint(50, 150) for _ in range(parts)]
        return [(whole * w / sum(weights)).quantize(Decimal("0.001")) for w in weights]

    def days(self, first: date, last: date, parts: int) -> list[date]:
        return sorted(first + timedelta(days=self.random.randint(0, (last - first).days)) for _ in range(parts))

    def contract(self, register: str, parts: int, named: bool | None = None) -> tuple[dict[str, Any], list[Line]]:
        """A document and the shipments that use it up; nothing of it stands in the year yet."""
        named = self.random.random() < 0.5 if named is None else named
        kg = Decimal(self.random.randint(20, 400) * 10 * parts)
        importer = self.importer()
        if register == PERMITS:
            exporter, substance, country, slot = self.spells.pop()
            begin = FIRST + timedelta(days=slot * 120 + self.random.randint(0, 10))
            end = begin + timedelta(days=self.random.randint(80, 105))
            document = {
                "reference": self.number("EXP"),
                "substance": TEXTS[substance],
                "quantity_kg": kg,
                "holder": exporter,
                "consignee": importer if self.random.random() < 0.5 else "",
                "direction": "export",
                "country": country,
                "valid_from": begin,
                "valid_to": end,
                "single_use": "no",
                "status": "valid",
                "status_from": "",
            }
            days = self.days(begin, end, parts)
        else:
            exporter, substance = self.random.choice(self.exporters), self.random.choice(list(TABLE_I))
            country = self.random.choice(COUNTRIES)
            sent = FIRST + timedelta(days=self.random.randint(10, 180))
            document = {
                "reference": self.number("PEN"),
                "substance": TEXTS[substance],
                "quantity_kg": kg,
                "exporter": exporter,
                "importer": importer,
                "country": country,
                "sent": sent,
                "status": self.random.choice(("accepted", "sent")),
            }
            days = self.days(sent + timedelta(days=20), sent + timedelta(days=120), parts)
        reference = document["reference"] if named else ""
        pair = {"permit": reference} if register == PERMITS else {"pen": reference}
        lines = [
            Line(self.number("BL"), 1, exporter, importer, country, substance, mass, day, **pair)
            for mass, day in zip(self.masses(kg, parts), days, strict=True)
        ]
        return document, lines

    def add(self, register: str, documents: Sequence[dict[str, Any]], lines: Sequence[Line], confirm: bool = True) -> None:
        """Puts documents and lines into the year, with the licences that they need and what the other side confirms."""
        self.year.registers[register] += documents
        for line in lines:
            self.license(line.exporter, line.substance)
            self.year.lines.append(line)
            if confirm and line.kg is not None:
                self.confirm(line)

    def confirm(self, line: Line, **changed: Any) -> dict[str, Any]:
        kg = None if line.kg is None else (line.kg * Decimal(self.random.randint(990, 1010)) / 1000).quantize(Decimal("0.001"))
        row = {
            "reference": line.bill,
            "notification": line.pen,
            "substance": TEXTS[line.substance],
            "quantity_kg": kg,
            "importer": line.importer,
            "country": line.country,
            "date": line.day + timedelta(days=self.random.randint(10, 40)),
            **changed,
        }
        self.year.registers[CONFIRMATIONS].append(row)
        return row

    def license(self, exporter: str, substance: str, **changed: Any) -> dict[str, Any] | None:
        if (exporter, substance) in self.licensed:
            return None
        self.licensed.add((exporter, substance))
        row = {
            "reference": self.number("LIC"),
            "holder": exporter,
            "substance": TEXTS[substance],
            "quantity_kg": PLENTY,
            "valid_from": date(YEAR - 1, 1, 1),
            "valid_to": date(YEAR + 1, 12, 31),
            "status": "valid",
            **changed,
        }
        self.year.registers[LICENCES].append(row)
        return row

    def plant(self, kind: str, register: str, of: str) -> None:
        self.year.planted[kind, register, of] += 1

    def require(self) -> None:
        """What all countries need; what the plants need of it they have stated."""
        stated = {(r["country"], r["substance"]) for r in self.year.registers[REQUIREMENTS]}
        for country in (*COUNTRIES, *APART):
            for text in TEXTS.values():
                if (country, text) not in stated:
                    row = {"country": country, "substance": text, "year": YEAR, "quantity_kg": PLENTY * 100}
                    self.year.registers[REQUIREMENTS].append(row)
