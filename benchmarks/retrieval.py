"""How many listed names are found again when they are written otherwise, and how many innocent ones are flagged.

    PRECURSOR_SCREEN_TEST_DATA=... python benchmarks/retrieval.py [--each 400] [--examples 3]

Listed names are OFAC's. Each kind of distortion is measured by itself. `easy` are single typing errors and other orders of words,
as in most published comparisons; `hard` are what manifests and evasion do to names besides. Innocents are invented: people by
combining given and family names that many bear, firms by combining words; one that is a listed name but for spelling is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import string
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.text.party import INITIAL, NAME, kind_of, normalise_party

OFAC = ("sdn_2024-06.csv", "alt_2025-02.csv", "add_2024-06.csv", "sdn_comments_2025-12.csv")
EASY, HARD = "easy", "hard"


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

SOUNDS = (("sh", "ch"), ("kh", "h"), ("q", "k"), ("ee", "i"), ("ou", "u"), ("y", "i"), ("w", "v"), ("ph", "f"), ("dj", "j"))
ABBREVIATED = {
    "trading": "trdg", "international": "intl", "industries": "inds", "company": "co", "limited": "ltd", "general": "gen",
    "chemical": "chem", "services": "svcs", "group": "grp", "corporation": "corp", "development": "dev", "import": "imp",
    "export": "exp", "investment": "invt", "manufacturing": "mfg", "transport": "transp", "engineering": "engg",
}  # fmt: skip
CONFUSED = {"o": "0", "i": "1", "l": "1", "s": "5", "b": "8", "z": "2", "e": "3"}

Distort = Callable[[list[str], random.Random], list[str] | None]


def typo(words: list[str], rng: random.Random) -> list[str] | None:
    """One letter more, less, another, or two swapped, in a word of four letters or more."""
    places = [i for i, w in enumerate(words) if len(w) >= 4 and w.isalpha()]
    if not places:
        return None
    i = rng.choice(places)
    word, at, letter = words[i], rng.randrange(len(words[i])), rng.choice(string.ascii_lowercase)
    changed = (
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    )[rng.randrange(4)]
    return [*words[:i], changed, *words[i + 1 :]] if changed != word else typo(words, rng)


def reorder(words: list[str], rng: random.Random) -> list[str] | None:
    """Another order of two words or more."""
    shuffled = list(words)
    while len(set(words)) > 1 and shuffled == words:
        rng.shuffle(shuffled)
    return shuffled if shuffled != words else None


def two_typos(words: list[str], rng: random.Random) -> list[str] | None:
    """Two typing errors in a name of 14 letters or more."""
    once = typo(words, rng) if sum(map(len, words)) >= 14 else None
    return typo(once, rng) if once else None


def reorder_and_typo(words: list[str], rng: random.Random) -> list[str] | None:
    """Both."""
    other = reorder(words, rng)
    return typo(other, rng) if other else None


def other_form(words: list[str], rng: random.Random) -> list[str] | None:
    """The legal form dropped, or another one."""
    kept = [w for w in words if kind_of(w.strip(".,").lower()) != "legal form"]
    return kept + rng.choice(([], ["LLC"], ["CO", "LTD"])) if 2 <= len(kept) < len(words) else None


def abbreviate(words: list[str], rng: random.Random) -> list[str] | None:
    """Words of business as bills of lading shorten them."""
    short = [ABBREVIATED.get(w.lower(), w) for w in words]
    return short if short != words else None


def join(words: list[str], rng: random.Random) -> list[str] | None:
    """Two neighbours without the blank."""
    if len(words) < 2:
        return None
    i = rng.randrange(len(words) - 1)
    return [*words[:i], words[i] + words[i + 1], *words[i + 2 :]]


def omit(words: list[str], rng: random.Random) -> list[str] | None:
    """A word less, of three or more that tell names apart."""
    telling = [i for i, w in enumerate(words) if kind_of(w.lower()) == NAME]
    if len(telling) < 3:
        return None
    i = rng.choice(telling)
    return [*words[:i], *words[i + 1 :]]


def initial(words: list[str], rng: random.Random) -> list[str] | None:
    """An initial for one of three words or more."""
    telling = [i for i, w in enumerate(words) if kind_of(w.lower()) == NAME]
    if len(telling) < 3:
        return None
    i = telling[0]
    return [*words[:i], words[i][0], *words[i + 1 :]]


def cut(words: list[str], rng: random.Random) -> list[str] | None:
    """Cut at 35 characters."""
    name = " ".join(words)
    return [name[:35].rstrip()] if len(name) > 38 and kind_of(words[-1]) != INITIAL else None


def misread(words: list[str], rng: random.Random) -> list[str] | None:
    """A letter misread as a figure, in the middle of a word."""
    places = [(i, j) for i, w in enumerate(words) if len(w) > 4 for j in range(1, len(w) - 1) if w[j].lower() in CONFUSED]
    if not places:
        return None
    i, j = rng.choice(places)
    return [*words[:i], words[i][:j] + CONFUSED[words[i][j].lower()] + words[i][j + 1 :], *words[i + 1 :]]


def respell(words: list[str], rng: random.Random) -> list[str] | None:
    """Another customary spelling of a sound."""
    options = [(i, a, b) for i, w in enumerate(words) for a, b in SOUNDS if len(w) > 4 and a in w.lower()]
    if not options:
        return None
    i, a, b = rng.choice(options)
    return [*words[:i], words[i].lower().replace(a, b, 1), *words[i + 1 :]]


KINDS: tuple[tuple[str, str, Distort], ...] = (
    ("typing error", EASY, typo),
    ("other order", EASY, reorder),
    ("other order and typing error", EASY, reorder_and_typo),
    ("two typing errors", HARD, two_typos),
    ("other legal form", HARD, other_form),
    ("abbreviated", HARD, abbreviate),
    ("run together", HARD, join),
    ("word omitted", HARD, omit),
    ("initial", HARD, initial),
    ("cut at 35", HARD, cut),
    ("letter misread", HARD, misread),
    ("other spelling", HARD, respell),
)


def listed_names(watchlist: Watchlist) -> list[tuple[str, str]]:
    """(name, entry id) of all names but weak ones, people's in both orders as they are listed or filed."""
    found = []
    for entry in watchlist:
        for name in entry.names:
            text = name.name
            if name.kind == "weak" or not text.isascii() or not normalise_party(text).screenable:
                continue
            found.append((" ".join(text.replace(",", " ").split()), entry.entry_id))
    return found


def is_telling(words: list[str]) -> bool:
    """Two words that tell names apart, or a single long one: what a match has to hold anyway."""
    telling = [w for w in words if kind_of(w.lower()) == NAME]
    return len(telling) >= 2 or any(len(w) >= 7 for w in telling)


def queries(listed: list[tuple[str, str]], distort: Distort, count: int, rng: random.Random) -> list[tuple[str, str, str]]:
    """(as written, as listed, entry id), each of another listed name."""
    found = []
    for name, entry_id in rng.sample(listed, len(listed)):
        words = name.split()
        changed = distort(words, rng) if is_telling(words) else None
        if changed:
            found.append((" ".join(changed), name, entry_id))
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


def measure(watchlist: Watchlist, each: int, examples: int = 0, seed: int = 7) -> dict[str, tuple[int, int]]:
    """(found, asked) by kind, and (flagged, asked) of innocent people and firms."""
    rng = random.Random(seed)
    listed = listed_names(watchlist)
    figures: dict[str, tuple[int, int]] = {}
    for kind, _, distort in KINDS:
        asked = queries(listed, distort, each, rng)
        matches = watchlist.index.match_names([a for a, *_ in asked]).matches
        found = set(zip(matches.column("value").to_pylist(), matches.column("entry_id").to_pylist(), strict=True))
        missed = [a for a in asked if (a[0], a[2]) not in found]
        figures[kind] = (len(asked) - len(missed), len(asked))
        for written, name, entry_id in missed[:examples]:
            print(f"      {kind}: {written!r} for {name!r} ({entry_id})")
    keys = {telling_key(name.name) for entry in watchlist for name in entry.names}
    for kind, names in zip(("people", "firms"), innocents(10_000, keys, rng), strict=True):
        matches = watchlist.index.match_names(names).matches.to_pylist()
        figures[kind] = (len({m["value"] for m in matches}), len(names))
        for one in matches[:examples]:
            print(f"      {kind}: {one['value']!r} like {one['matched_name']!r} {one['score']:.1f}")
    return figures


def summarise(figures: dict[str, tuple[int, int]]) -> list[tuple[str, str, float]]:
    """(what, group, per cent) of each kind, of each group of kinds, and of innocents."""
    rows = [(kind, group, 100.0 * figures[kind][0] / figures[kind][1]) for kind, group, _ in KINDS]
    for group in (EASY, HARD):
        mine = [figures[kind] for kind, other, _ in KINDS if other == group]
        rows.append((f"all {group}", group, 100.0 * sum(f for f, _ in mine) / sum(n for _, n in mine)))
    return rows + [
        (f"innocent {kind} flagged", "innocent", 100.0 * figures[kind][0] / figures[kind][1]) for kind in ("people", "firms")
    ]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=400)
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        figures = measure(open_ofac(Path(home)), options.each, options.examples, options.seed)
    for what, group, value in summarise(figures):
        print(f"{what:32} {group:10} {value:6.2f} %")


if __name__ == "__main__":
    main()
