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
from datetime import timedelta
from pathlib import Path
from typing import Any

from country_year_making import COLUMNS, FIRST, HEADERS, LAST, NOTIFICATIONS, OTHER_GOODS, OWN, PERMITS, TEXTS, Line, Maker, Year
from country_year_plants import PLANTS


def make_year(exporters: int = 6, substances: int = 500, plants: int = 2, seed: int = 1, parts: int = 0) -> Year:
    """A year.

    Args:
        exporters: how many.
        substances: about how many lines hold a substance, without the plants' own.
        plants: how often each kind of difference is planted.
        seed: of the random numbers.
        parts: shipments a document; 0: as many as the documents that there can be ask for.
    """
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
    from precursor_screen.kernel.papers.movements import Movement
    from precursor_screen.text.codes import plain_reference
    from precursor_screen.text.party_cells import party_key

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
    from precursor_screen.app.reconcile_inputs import find_set_aside_numbers, make_frame
    from precursor_screen.cases.reconcile.reconcile import reconcile
    from precursor_screen.kernel.papers.documents import read_documents
    from precursor_screen.readers.tabular.assign import lookup
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.reference.registers.headers import HeaderWords
    from precursor_screen.reference.registers.reading import read_register
    from precursor_screen.reference.thresholds import known_reply_periods

    words = HeaderWords(lambda header: lookup(header)[0])
    read = {name: read_register(name, folder / f"{name}.csv", known_index(), words) for name in year.registers}
    documents = {name: read_documents(name, one.table, OWN, known_reply_periods()) for name, one in read.items()}
    frame = make_frame(
        OWN, FIRST, LAST, set_aside_numbers={name: find_set_aside_numbers(one.skipped) for name, one in read.items()}
    )
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
