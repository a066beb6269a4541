"""How many listed names raise a flag above informational where a cell holds more than the name, and how many innocent firms do.

    PRECURSOR_SCREEN_TEST_DATA=... python benchmarks/party_cells.py [--each 200] [--arrangements FILE] [--innocents 40000] [--missed 0]

Listed names are OFAC's, of firms and persons, that raise a flag where they stand alone. Each arrangement of a cell
(`party_cells.csv`, or a file of that form) is measured by itself: `{NAME}` is the name; `{TOWN}`, `{COUNTRY}` and `{STREET}` come from
an address that has nothing to do with the entry. Innocents are invented firms in the same arrangements.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from retrieval import innocents, listed_names, open_ofac, telling_key

from precursor_screen.api import load_reference, screen
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.watchlists.opened import Watchlist

HERE = Path(__file__).parent
STREETS = ("14 Mill Road", "Calle 9 No. 22", "Unit 3, Harbour Estate", "Erlenweg 7", "PO Box 1182", "Plot 41 Industrial Area")
PLACES = (
    *(("Lima", "Peru"), ("Rotterdam", "Netherlands"), ("Mersin", "Turkey"), ("Guayaquil", "Ecuador"), ("Lagos", "Nigeria")),
    *(("Karachi", "Pakistan"), ("Gdynia", "Poland"), ("Port Klang", "Malaysia"), ("Valparaiso", "Chile"), ("Bilbao", "Spain")),
    *(("Qingdao", "China"), ("Nhava Sheva", "India"), ("Aarhus", "Denmark"), ("Mombasa", "Kenya"), ("Durres", "Albania")),
)


class Cell(NamedTuple):
    """A cell as written, and the entry that it names; empty: nobody who is listed."""

    text: str
    entry_id: str = ""


def read_arrangements(file: Path) -> list[str]:
    """The arrangements of a file: the column that holds `{NAME}`."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.reader(opened) if any("{NAME}" in cell for cell in row)]
    return [next(cell for cell in row if "{NAME}" in cell).replace("\\n", "\n") for row in rows]


def arrange(arrangement: str, name: str, rng: random.Random) -> str:
    """A cell that names somebody."""
    town, country = rng.choice(PLACES)
    text = arrangement.replace("{TOWN}", town).replace("{COUNTRY}", country).replace("{STREET}", rng.choice(STREETS))
    return (text.upper() if rng.random() < 0.7 else text).replace("{NAME}", name)


def flagged(cells: Sequence[Cell], reference: Reference) -> dict[Cell, set[str]]:
    """The entries whose flags are above informational, of each cell as the name of a consignee."""
    lines = pa.table(
        {
            "Bill of Lading": [f"B{number:06d}" for number in range(len(cells))],
            "Consignee Name": [cell.text for cell in cells],
            "Description": ["COTTON TOWELS"] * len(cells),
        }
    )
    found = screen(lines, reference).flags
    found = found.to_pandas() if hasattr(found, "to_pandas") else found
    named: dict[Cell, set[str]] = {cell: set() for cell in cells}
    for row in found.itertuples():
        if row.level != "informational" and row.rule_id.startswith("PS-PTY") and isinstance(row.entry_id, str):
            named[cells[int(row.shipment_id[1:])]].add(row.entry_id)
    return named


def alone(watchlist: Watchlist, reference: Reference, count: int, rng: random.Random) -> list[Cell]:
    """Listed names of firms and persons, in the order a bill of lading writes them, that are flagged where they stand alone."""
    kinds: dict[str, WatchlistEntry] = {entry.entry_id: entry for entry in watchlist}
    listed = [one for one in listed_names(watchlist) if kinds[one.entry_id].kind in ("organisation", "person")]
    some = rng.sample(listed, min(2 * count, len(listed)))
    words = ((*one.words[one.surname :], *one.words[: one.surname]) for one in some)
    cells = list(dict.fromkeys(Cell(" ".join(name).upper(), one.entry_id) for name, one in zip(words, some, strict=True)))
    found = flagged(cells, reference)
    return [cell for cell in cells if found[cell]][:count]


def measure(
    watchlist: Watchlist, reference: Reference, arrangements: Iterable[str], each: int, missed: int, seed: int = 7
) -> dict[str, tuple[int, int]]:
    """Arrangement -> (flagged, asked)."""
    names = alone(watchlist, reference, each, random.Random(seed))
    figures = {}
    for arrangement in arrangements:
        rng = random.Random(f"{seed} {arrangement}")
        cells = [Cell(arrange(arrangement, name.text, rng), name.entry_id) for name in names]
        found = flagged(cells, reference)
        gone = [cell for cell in cells if not found[cell]]
        figures[arrangement] = (len(cells) - len(gone), len(cells))
        for cell in gone[:missed]:
            print(f"      {cell.text!r} ({cell.entry_id})")
    return figures


def measure_innocents(
    watchlist: Watchlist, reference: Reference, arrangements: Sequence[str], count: int, missed: int, seed: int = 7
) -> tuple[int, int]:
    """(flagged, asked) of invented firms, each in one of the arrangements."""
    rng = random.Random(seed)
    keys = {telling_key(name.name) for entry in watchlist for name in entry.names}
    cells = [Cell(arrange(rng.choice(arrangements), name.upper(), rng)) for name in innocents(count, keys, rng)[1]]
    found = [cell for cell, entries in flagged(cells, reference).items() if entries]
    for cell in found[:missed]:
        print(f"      innocent: {cell.text!r}")
    return len(found), len(cells)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--arrangements", type=Path, default=HERE / "party_cells.csv")
    parser.add_argument("--innocents", type=int, default=40_000)
    parser.add_argument("--missed", type=int, default=0, help="show so many cells without a flag of each arrangement")
    options = parser.parse_args()
    arrangements = read_arrangements(options.arrangements)
    with tempfile.TemporaryDirectory() as home:
        watchlist = open_ofac(Path(home))
        reference = load_reference(home=Path(home))
        figures = measure(watchlist, reference, arrangements, options.each, options.missed)
        innocent = options.innocents and measure_innocents(watchlist, reference, arrangements, options.innocents, options.missed)
    for arrangement, (found, of) in figures.items():
        print(f"{100 * found / of:6.1f} %  {arrangement!r}")
    found, of = (sum(figure[at] for figure in figures.values()) for at in (0, 1))
    worst = min(100 * one / every for one, every in figures.values())
    print(f"{100 * found / of:6.1f} %  of {of:,} cells in all; {worst:.1f} % in the worst arrangement")
    if innocent:
        print(f"{100 * innocent[0] / innocent[1]:6.3f} %  of {innocent[1]:,} innocent firms")


if __name__ == "__main__":
    main()
