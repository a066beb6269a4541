"""A synthetic country-year: what exporters shipped, the registers it is compared with, and every difference between the two, counted.

    python benchmarks/country_year.py FOLDER [--exporters 6] [--lines 2000] [--share 0.25] [--plants 2] [--seed 1] [--time]

Writes FOLDER/exports.csv, a register a file, and planted.json. With --time it reads the registers and says what `reconcile` finds of
what was planted, and how long it takes from movements to differences, without the screening before. All names are fictional.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
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


def make_year(exporters: int = 6, substances: int = 500, plants: int = 2, seed: int = 1, parts: int = 0) -> Year:
    """A year.

    Args:
        exporters: how many.
        substances: about how many lines hold a substance, without the plants' own.
        plants: how often each kind of difference is planted.
        seed: of the random numbers.
        parts: shipments a document; 0: as many as the documents that there can be ask for.
    """
    from country_year_plants import PLANTS

    maker = Maker(exporters, seed)
    for kind in PLANTS:
        for _ in range(plants):
            kind(maker)
    room = max(len(maker.spells) * 2 - 10, 1)
    parts = parts or max(4, -(-substances // room))
    while substances > 0:
        register = maker.random.choice((PERMITS, NOTIFICATIONS))
        size = maker.random.randint(1, 2 * parts - 1) if maker.spells or register == NOTIFICATIONS else 1
        if register == PERMITS and not maker.spells:
            register = NOTIFICATIONS
        document, lines = maker.contract(register, size)
        maker.add(register, [document], lines)
        substances -= size
    maker.require()
    for rows in maker.year.registers.values():
        maker.random.shuffle(rows)
    maker.random.shuffle(maker.year.lines)
    return maker.year


def cells(line: Line) -> tuple[Any, ...]:
    """A line in the order of COLUMNS."""
    text = f"{TEXTS[line.substance]} IN DRUMS"
    ours, theirs = (line.exporter, OWN), (line.importer, line.country)
    (sender, origin), (receiver, destination) = (theirs, ours) if line.imported else (ours, theirs)
    return (
        *(line.bill, line.item, sender, origin, receiver, destination, text),
        *("" if line.kg is None else line.kg, origin, destination, line.day, line.permit, line.pen),
    )


def rows_of(year: Year, lines: int, seed: int) -> Iterator[tuple[Any, ...]]:
    """The lines of the manifest: those with a substance, and other goods up to that many."""
    chance = random.Random(seed)
    others = max(lines - len(year.lines), 0)
    every, owed = max(others / max(len(year.lines), 1), 0), 0.0
    made = 0
    for line in (*year.lines, None):
        owed = owed + every if line is not None else float(others)
        while made < others and (made < owed or line is None):
            made += 1
            day = FIRST + timedelta(days=chance.randint(0, 364))
            yield (
                *(
                    f"GC-{made:07}",
                    1,
                    f"Larkmoor {chance.randint(1, 200):03} Chemicals Inc",
                    OWN,
                    f"Quenford {made % 5000:07} Trading",
                ),
                *("MX", chance.choice(OTHER_GOODS), chance.randint(100, 9000), OWN, "MX", day, "", ""),
            )
        if line is not None:
            yield cells(line)


def write_year(year: Year, folder: Path, lines: int, seed: int = 1) -> None:
    """Writes exports.csv, a CSV a register, and planted.json."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "exports.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows_of(year, lines, seed))
    for name, rows in year.registers.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            heads = HEADERS.get(name, {})
            writer = csv.writer(stream)
            writer.writerow([heads.get(column, column) for column in rows[0]])
            writer.writerows([row[column] for column in rows[0]] for row in rows)
    planted = [{"kind": k, "register": r, "of": o, "count": n} for (k, r, o), n in sorted(year.planted.items())]
    text = json.dumps({"planted": planted, "set_aside": dict(sorted(year.set_aside.items()))}, indent=1)
    (folder / "planted.json").write_text(text, encoding="utf-8")


_OF_GOODS = ("other-substance", "missing")  # of which the bill is what was planted


def found_of(differences: Sequence[Any]) -> Counter[tuple[str, str, str]]:
    """What `reconcile` tells, as `Year.planted` counts it."""
    return Counter(
        (d.kind, d.register, d.document.reference if d.document and d.kind not in _OF_GOODS else d.movements[0].bill)
        for d in differences
    )


def movements_of(year: Year) -> list[Any]:
    """The lines as `reconcile` takes them, without the screening."""
    from precursor_screen.casework.reconcile.movements import Movement
    from precursor_screen.names.identifiers import plain_reference
    from precursor_screen.names.party import party_key

    keys: dict[str, str] = {}
    for line in year.lines:
        for name in (line.exporter, line.importer):
            if name not in keys:
                keys[name] = party_key(name)
    return [
        Movement(
            key=f"{x.bill}.{x.item}",
            line_id=f"{x.bill}.{x.item}",
            shipment_id=x.bill,
            bill=x.bill,
            file="exports.csv",
            row=n,
            day=x.day,
            substance_id=x.substance,
            kg=x.kg,
            content_kg=x.content_kg,
            direction="import" if x.imported else "export",
            sender=x.importer if x.imported else x.exporter,
            receiver=x.exporter if x.imported else x.importer,
            sending=(keys[x.importer if x.imported else x.exporter],),
            receiving=(keys[x.exporter if x.imported else x.importer],),
            origin=x.country if x.imported else OWN,
            destination=OWN if x.imported else x.country,
            permit=x.permit or None,
            pen=x.pen or None,
            bills=(plain_reference(x.bill),),
        )
        for n, x in enumerate(year.lines, 2)
    ]


def reconcile_year(year: Year, folder: Path) -> tuple[Any, float]:
    """Reads the registers of a folder and reconciles.

    Returns:
        What came of it, and the seconds of processor time from movements and documents to differences.
    """
    from precursor_screen.casework.gathering import aside_numbers, make_frame
    from precursor_screen.casework.reconcile.documents import read_documents
    from precursor_screen.casework.reconcile.reconcile import reconcile
    from precursor_screen.readers.tabular.headers import lookup
    from precursor_screen.reference.recogniser import shipped_index
    from precursor_screen.reference.registers.headers import HeaderWords
    from precursor_screen.reference.registers.reading import read_register
    from precursor_screen.reference.reply_periods import shipped_reply_periods

    words = HeaderWords(lambda header: lookup(header)[0])
    read = {name: read_register(name, folder / f"{name}.csv", shipped_index(), words) for name in year.registers}
    documents = {name: read_documents(name, one.table, OWN, shipped_reply_periods()) for name, one in read.items()}
    frame = make_frame(OWN, FIRST, LAST, aside={name: aside_numbers(one.skipped) for name, one in read.items()})
    movements = movements_of(year)
    started = time.process_time()
    result = reconcile(movements, documents, frame)
    return result, time.process_time() - started


def main() -> None:
    """Writes a year; with --time reconciles it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name, default in (("exporters", 6), ("lines", 2000), ("plants", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--share", type=float, default=0.25, help="of the lines with a substance")
    parser.add_argument("--time", action="store_true")
    options = parser.parse_args()
    year = make_year(options.exporters, int(options.lines * options.share), options.plants, options.seed)
    write_year(year, options.folder, options.lines, options.seed)
    documents = sum(map(len, year.registers.values()))
    print(
        f"{len(year.lines):,} lines with a substance, {documents:,} documents, {sum(year.planted.values()):,} differences planted"
    )
    if options.time:
        result, seconds = reconcile_year(year, options.folder)
        found = found_of(result.differences)
        missed, more = year.planted - found, found - year.planted
        print(
            f"{sum(found.values()):,} found in {seconds:.1f} CPU-s; {sum(missed.values())} missed, {sum(more.values())} not planted"
        )
        for what, some in (("missed", missed), ("not planted", more)):
            for key in sorted(some)[:20]:
                print(f"  {what}: {key}")


if __name__ == "__main__":
    main()
