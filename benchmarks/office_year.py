"""A year of two offices that write the same contracts each in its own way, and what differs between the two, counted.

    python benchmarks/office_year.py FOLDER [--seed 1] [--lines 2000] [--plants 2] [--time]

Another generator than `country_year.py`, which writes names, numbers and masses alike on both sides. Here an office that issues
papers and an office that clears goods agree in nothing but the matter: substances by synonym, CAS number or the nomenclature's words;
firms in other case, order, legal form and diacritics; numbers without zeros, blanks, dashes, prefix; kilograms, tonnes, grams, pounds,
litres; days in other orders. With --time manifests are read and screened as `reconcile` does it. All names are fictional.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from office_year_making import CONFIRMATIONS, FIRST, LAST, NOTIFICATIONS, OWN, PERMITS, YEAR, Maker, Offices
from office_year_plants import PLANTS
from office_year_writing import write_offices


def make_offices(seed: int = 1, items: int = 600, plants: int = 2) -> Offices:
    """A year of two offices: about so many lines of substances, each kind of difference planted so often."""
    maker = Maker(seed, exporters=max(12, plants * 4, items // 150))
    for make in PLANTS:
        for _ in range(plants):
            make(maker)
    while len(maker.year.items) < items:
        register = maker.chance.choice((PERMITS, NOTIFICATIONS)) if maker.lanes else NOTIFICATIONS
        paper, goods = maker.contract(register, maker.chance.randint(1, 6))
        maker.add([paper], goods)
    maker.require()
    maker.chance.shuffle(maker.year.items)
    maker.chance.shuffle(maker.year.papers)
    return maker.year


def found_of(differences: Sequence[Any]) -> Counter[tuple[str, str, str]]:
    """What `reconcile` tells, as `Offices.planted` counts it."""
    return Counter((d.kind, d.register, _of(d)) for d in differences)


def _of(difference: Any) -> str:
    if difference.document is None or difference.kind == "other-substance":
        return str(difference.movements[0].bill)
    reference = str(difference.document.reference)
    return reference.upper().replace(" ", "") if difference.register == CONFIRMATIONS else reference


def reconcile_offices(folder: Path, home: Path) -> tuple[Any, float]:
    """Imports the registers of a folder, screens its goods and reconciles.

    Returns:
        What came of it, with what could not be judged, and the seconds of processor time.
    """
    from msgspec.structs import replace

    from precursor_screen.app.reconcile_inputs import gather_manifests, gather_registers, make_frame
    from precursor_screen.app.run_settings import Settings
    from precursor_screen.cases.reconcile.reconcile import reconcile
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.reference.registers.store import RegisterStore

    started = time.process_time()
    store = RegisterStore(home)
    for path in sorted((folder / "registers").glob("*.csv")):
        store.import_file(path.stem, path, known_index(), date(YEAR + 1, 1, 5), force=True)
    registers = gather_registers(store, OWN, 180)
    gathered = gather_manifests(Settings(home=home, jurisdiction=OWN), (str(folder / "goods.csv"),), FIRST, LAST)
    frame = make_frame(OWN, FIRST, LAST, set_aside_numbers=registers.set_aside_numbers)
    result = reconcile(gathered.movements, registers.documents, frame)
    doubts = (*gathered.unjudged, *registers.unjudged, *result.unjudged)
    return replace(result, unjudged=doubts), time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    for name, value in (("--seed", 1), ("--lines", 2000), ("--plants", 2)):
        parser.add_argument(name, type=int, default=value)
    parser.add_argument("--time", action="store_true")
    options = parser.parse_args()
    year = make_offices(options.seed, options.lines, options.plants)
    write_offices(year, options.folder, options.seed)
    print(f"{len(year.items):,} lines, {len(year.papers):,} papers, {sum(year.planted.values()):,} differences planted")
    if options.time:
        with tempfile.TemporaryDirectory() as home:
            result, seconds = reconcile_offices(options.folder, Path(home))
        found = found_of(result.differences)
        missed, more = year.planted - found, found - year.planted
        print(
            f"{sum(found.values()):,} found in {seconds:.1f} CPU-s; {sum(missed.values())} missed, {sum(more.values())} not planted"
        )
        for what, some in (("missed", missed), ("not planted", more)):
            for key in sorted(some)[:40]:
                print(
                    f"  {what}: {key}",
                    *(d.because for d in result.differences if found_of([d]) == Counter([key]) and what != "missed"),
                )
        told = {(u.code, u.register): u.count for u in result.unjudged}
        print("not judged:", json.dumps({" ".join(k): n for k, n in sorted(told.items())}))
        print("expected: ", json.dumps({" ".join(k): n for k, n in sorted(year.told.items())}))


if __name__ == "__main__":
    main()
