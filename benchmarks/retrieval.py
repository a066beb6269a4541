"""How many listed names are found again when they are written otherwise, and how many innocent ones are flagged.

    PRECURSOR_SCREEN_TEST_DATA=... python benchmarks/retrieval.py [--each 400] [--examples 3] [--innocents 10000]

Listed names are OFAC's. Each kind of distortion (`distortions.py`) is measured by itself, as a manifest's cell: parted where it may hold
more than a name, and a vessel is also found by its number. Innocents are invented: people by combining given and family names
that many bear, firms by combining words; one that is a listed name but for spelling is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from datetime import date
from pathlib import Path

from distortions import EASY, HARD, HARSH, KINDS, PLAIN, Distort, Listed, telling

from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.text.codes import imo_numbers_in
from precursor_screen.text.party import NAME, kind_of, normalise_party
from precursor_screen.text.party_name_parts import name_parts

OFAC = ("sdn_2024-06.csv", "alt_2025-02.csv", "add_2024-06.csv", "sdn_comments_2025-12.csv")
GROUPS = ((PLAIN,), (EASY,), (HARD,), (PLAIN, EASY, HARD), (HARSH,))


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = _words("""
    Ahmed Ali Hassan Omar Yusuf Khalid Mahmoud Mustafa Fatima Layla Zainab Samir Tariq Nadia Rami Juan Carlos Luis Jorge
    Miguel Pedro Ana Maria Lucia Sofia Fernando Ricardo Alejandro Gabriela Ivan Sergei Dmitry Olga Natalia Alexei Viktor
    Irina Pavel Wei Jun Ming Li Xiu Hui Jian Lei Min Seung Jae Hyun Kenji Yuki Hiroshi Raj Amit Sanjay Priya Deepak Sunil
    Anil Kavita John Michael David Robert Emily Sarah Thomas Peter Anna Hans Klaus Greta Pierre Jean Claire Giulia Marco
    Chinedu Kwame Amina
    """)
FAMILY = _words("""
    Haddad Khoury Mansour Saleh Nasser Farouk Darwish Qureshi Siddiqui Rahimi Karimi Hosseini Garcia Morales Castillo Ortega
    Mendez Salazar Fuentes Cardenas Rios Vargas Ivanov Petrov Sokolov Morozov Volkova Lebedev Kozlov Novak Kowalski Wang
    Zhang Chen Liu Huang Zhou Kim Park Choi Tanaka Suzuki Nakamura Sharma Gupta Patel Iyer Reddy Chatterjee Smith Johnson
    Walker Baker Fischer Schneider Hoffmann Dubois Laurent Moreau Rossi Bianchi Ferrari Okafor Mensah Diallo Abebe Yilmaz
    Demir Kaya Popescu Silva Santos Oliveira Nguyen Tran Pham Reyes Bautista Johansson Lindqvist Virtanen Papadopoulos
    Bakker Jansen
    """)
STEMS = _words("""
    Alba Arbor Asteri Belvar Borealis Cantara Cedar Cobalt Corvin Delmar Dorado Elanor Falcon Fenwick Galvan Glacier Harbor
    Helios Indigo Jasper Kestrel Lumen Maple Meridian Mistral Norvel Oakfield Opaline Orchard Pacific Pinnacle Quadra Raven
    Redwood Sable Saffron Sierra Solstice Sterling Summit Tamarin Terra Topaz Tundra Umbra Valiant Verdant Vistula Westbrook
    Willow Xenon Yarrow Zephyr Zircon Agro Euro Trans Inter Poly Techno Uni
    """)
BUSINESS = _words("""
    Trading Chemicals Textiles Marine Foods Steel Logistics Paper Motors Electric Timber Glass Pharma Plastics Tools Energy
    Mining Fisheries Garments Shipping Industries Enterprises International Import Export Group Holdings Engineering
    """)
FORMS = ["Ltd", "LLC", "GmbH", "S.A. de C.V.", "Co., Ltd.", "Inc", "B.V.", "S.p.A.", "Pvt Ltd", "SARL", "A.S.", ""]


def listed_names(watchlist: Watchlist) -> list[Listed]:
    """All names but weak ones, as they are listed but for the comma behind a person's surname."""
    found = []
    for entry in watchlist:
        imo = next((number for kind, number in entry.identifiers if kind.casefold() == "imo"), "")
        for name in entry.names:
            text = name.name
            if name.kind == "weak" or not text.isascii() or not normalise_party(text).screenable:
                continue
            surname = len(text.partition(",")[0].split()) if entry.kind == "person" and "," in text else 0
            found.append(Listed(text.replace(",", " ").split(), entry.entry_id, entry.kind, surname, imo))
    return found


def is_telling(words: list[str]) -> bool:
    """Two words that tell names apart, or a single long one: what a match has to hold anyway."""
    places = telling(words)
    return len(places) >= 2 or any(len(words[i]) >= 7 for i in places)


def queries(listed: list[Listed], distort: Distort, count: int, rng: random.Random) -> list[tuple[str, Listed]]:
    """(as written, as listed), each of another listed name."""
    found = []
    for one in rng.sample(listed, len(listed)):
        written = distort(one, rng) if is_telling(one.words) else None
        if written:
            found.append((written, one))
        if len(found) == count:
            break
    return found


def telling_key(name: str) -> str:
    """The words that tell names apart: one that differs only in words of business is no innocent, but a question."""
    return " ".join(sorted(t for t in normalise_party(name).tokens if kind_of(t) == NAME))


def innocents(count: int, keys: set[str], rng: random.Random) -> tuple[list[str], list[str]]:
    """People and firms that are on no list."""
    people: dict[str, None] = {}
    firms: dict[str, None] = {}
    while len(people) < count:
        name = " ".join([*rng.sample(GIVEN, rng.choice((1, 1, 2))), *rng.sample(FAMILY, rng.choice((1, 1, 2)))])
        if telling_key(name) not in keys:
            people.setdefault(name)
    while len(firms) < count:
        name = " ".join(
            [*rng.sample(STEMS, rng.choice((1, 1, 2))), *rng.sample(BUSINESS, rng.choice((1, 2))), rng.choice(FORMS)]
        ).strip()
        name = f"{rng.choice(FAMILY)} {name}" if rng.random() < 0.3 else name
        if telling_key(name) not in keys:
            firms.setdefault(name)
    return list(people), list(firms)


def open_ofac(home: Path) -> Watchlist:
    """OFAC's list under PRECURSOR_SCREEN_TEST_DATA, imported into that home."""
    data = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    if not data:
        sys.exit("skipped: PRECURSOR_SCREEN_TEST_DATA is not set")
    store = WatchlistStore(home)
    store.import_list("ofac-sdn", [Path(data) / "watchlists" / "ofac" / f for f in OFAC], date(2024, 6, 27))
    return store.open_list("ofac-sdn")


def find(watchlist: Watchlist, cells: list[str]) -> dict[str, set[str]]:
    """The entries found in each cell: by a name in it, or by the number of a ship."""
    parts = {cell: name_parts(cell) for cell in cells}
    matches = watchlist.index.match_names([part for some in parts.values() for part in some]).matches
    entries: dict[str, set[str]] = {}
    for part, entry_id in zip(matches.column("value").to_pylist(), matches.column("entry_id").to_pylist(), strict=True):
        entries.setdefault(part, set()).add(entry_id)
    numbered = {c: {e for _, number in imo_numbers_in(c) for e in watchlist.numbers.get(number, ())} for c in cells}
    return {cell: numbered[cell].union(*(entries.get(part, set()) for part in some)) for cell, some in parts.items()}


def measure(
    watchlist: Watchlist, each: int, examples: int = 0, seed: int = 7, strangers: int = 10_000
) -> dict[str, tuple[int, int]]:
    """(found, asked) by kind, and (flagged, asked) of so many innocent people and firms; each kind is drawn by itself."""
    listed = listed_names(watchlist)
    figures: dict[str, tuple[int, int]] = {}
    for kind, _, distort in KINDS:
        asked = queries(listed, distort, each, random.Random(f"{seed} {kind}"))
        found = find(watchlist, [written for written, _ in asked])
        missed = [(written, one) for written, one in asked if one.entry_id not in found[written]]
        figures[kind] = (len(asked) - len(missed), len(asked))
        for written, one in missed[:examples]:
            print(f"      {kind}: {written!r} for {one.name!r} ({one.entry_id})")
    keys = {telling_key(name.name) for entry in watchlist for name in entry.names}
    for kind, names in zip(("people", "firms"), innocents(strangers, keys, random.Random(seed)), strict=True):
        matches = watchlist.index.match_names(names).matches.to_pylist()
        figures[kind] = (len({m["value"] for m in matches}), len(names))
        for one in matches[:examples]:
            print(f"      {kind}: {one['value']!r} like {one['matched_name']!r} {one['score']:.1f}")
    return figures


def summarise(figures: dict[str, tuple[int, int]]) -> list[tuple[str, str, float]]:
    """(what, group, per cent) of each kind, of each group of kinds, and of innocents."""
    rows = [(kind, group, 100.0 * figures[kind][0] / figures[kind][1]) for kind, group, _ in KINDS]
    for groups in GROUPS:
        mine = [figures[kind] for kind, group, _ in KINDS if group in groups]
        rows.append((f"all {', '.join(groups)}", f"{len(mine)} kinds", 100.0 * sum(f for f, _ in mine) / sum(n for _, n in mine)))
    return rows + [
        (f"innocent {kind} flagged", "innocent", 100.0 * figures[kind][0] / figures[kind][1]) for kind in ("people", "firms")
    ]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=400)
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--innocents", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        figures = measure(open_ofac(Path(home)), options.each, options.examples, options.seed, options.innocents)
    for what, group, value in summarise(figures):
        print(f"{what:32} {group:10} {value:6.2f} %")


if __name__ == "__main__":
    main()
